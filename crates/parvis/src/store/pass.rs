//! Passes and the letters that go to who holds them. Of the link and of each code a digest is kept.

use super::conn::Cells;
use super::{Conn, Error, Result, Row};
use crate::id::{ColleagueId, LetterId, OrganisationId, PassId, PostId};
use crate::rules::pass::{Bound, Purpose};

/// A pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pass {
    /// Its id.
    pub id: PassId,
    /// Whose data.
    pub organisation: OrganisationId,
    /// Who holds it.
    pub colleague: ColleagueId,
    /// What it is for.
    pub purpose: Purpose,
    /// The one post that it opens.
    pub post: Option<PostId>,
    /// What was written to them.
    pub note: String,
    /// Who made it.
    pub made_by: ColleagueId,
    /// When (µs).
    pub created_at: i64,
    /// When it ends by itself (µs).
    pub expires_at: i64,
    /// When it was ended before (µs).
    pub ended_at: Option<i64>,
    /// SHA-256 of the secret in its address; `None` until its letter was written.
    pub digest: Option<String>,
    /// SHA-256 of its id and the code that works now.
    pub code_digest: Option<String>,
    /// Until when that works (µs).
    pub code_until: Option<i64>,
    /// Wrong codes since the last right one.
    pub wrong: i64,
    /// When somebody last came in by it (µs).
    pub seen_at: Option<i64>,
}

impl Pass {
    /// Whether it opens anything at `now` (µs).
    pub fn runs(&self, now: i64) -> bool {
        self.ended_at.is_none() && self.expires_at > now
    }

    /// What it bounds.
    pub fn bound(&self) -> Bound {
        Bound { pass: self.id, purpose: self.purpose, post: self.post }
    }
}

/// What a letter carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The link.
    Link,
    /// A code.
    Code,
}

impl Kind {
    /// The name in SQL.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Code => "code",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        [Self::Link, Self::Code].into_iter().find(|it| it.as_str() == name)
    }
}

/// A letter to who holds a pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Its id.
    pub id: LetterId,
    /// Of which pass.
    pub pass: PassId,
    /// What it carries.
    pub kind: Kind,
    /// When it was asked for (µs).
    pub at: i64,
    /// What became of it: `waiting`, `sending`, `sent`, `failed`, `unknown`, `dropped`.
    pub told: String,
    /// Why it didn't arrive.
    pub error: Option<String>,
}

/// A pass as lists show it.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The pass.
    pub pass: Pass,
    /// What its post is called.
    pub title: Option<String>,
    /// What became of the last letter with its link.
    pub told: String,
    /// When that was asked for (µs).
    pub told_at: i64,
    /// Why it didn't arrive.
    pub error: Option<String>,
}

macro_rules! columns {
    () => {
        "p.id, p.organisation_id, p.colleague_id, p.purpose, p.post_id, p.note, p.made_by, p.created_at, p.expires_at, p.ended_at, p.digest, p.code_digest, p.code_until, p.wrong, p.seen_at"
    };
}

const INSERT: &str = "INSERT INTO pass (id, organisation_id, colleague_id, purpose, post_id, note, made_by, created_at, expires_at, ended_at, digest, code_digest, code_until, wrong, seen_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
const UPDATE: &str =
    "UPDATE pass SET ended_at = $3, digest = $4, code_digest = $5, code_until = $6, wrong = $7, seen_at = $8
    WHERE organisation_id = $1 AND id = $2";
const GET: &str = concat!("SELECT ", columns!(), " FROM pass p WHERE p.organisation_id = $1 AND p.id = $2");
const BY_DIGEST: &str = concat!("SELECT ", columns!(), " FROM pass p WHERE p.digest = $1");
const LIST: &str = concat!(
    "SELECT ",
    columns!(),
    ", o.title, l.told, l.at, l.error_text FROM pass p
      LEFT JOIN post o ON o.organisation_id = p.organisation_id AND o.id = p.post_id
      JOIN pass_letter l ON l.organisation_id = p.organisation_id AND l.id = (SELECT n.id FROM pass_letter n
        WHERE n.organisation_id = p.organisation_id AND n.pass_id = p.id AND n.kind = 'link' ORDER BY n.id DESC LIMIT 1)
    WHERE p.organisation_id = $1 ORDER BY p.id DESC LIMIT $2"
);
const LAST_END: &str =
    "SELECT MAX(expires_at) FROM pass WHERE organisation_id = $1 AND colleague_id = $2 AND ended_at IS NULL";
const HAS_ANY: &str = "SELECT COUNT(*) FROM pass WHERE organisation_id = $1 AND colleague_id = $2";
const RUNNING: &str =
    "SELECT COUNT(*) FROM pass WHERE organisation_id = $1 AND ended_at IS NULL AND expires_at > $2";
const OPENS: &str = "SELECT COUNT(*) FROM pass WHERE organisation_id = $1 AND colleague_id = $2 AND ended_at IS NULL AND expires_at > $3
      AND (post_id IS NULL OR post_id = $4)";
const WRITE: &str = "INSERT INTO pass_letter (organisation_id, id, pass_id, kind, at, told, error_text) VALUES ($1, $2, $3, $4, $5, $6, $7)";
const TOLD: &str = "UPDATE pass_letter SET told = $3, error_text = $4 WHERE organisation_id = $1 AND id = $2";
const LETTER: &str =
    "SELECT id, pass_id, kind, at, told, error_text FROM pass_letter WHERE organisation_id = $1 AND id = $2";
const LAST_LETTER: &str = "SELECT id, pass_id, kind, at, told, error_text FROM pass_letter
    WHERE organisation_id = $1 AND pass_id = $2 AND kind = $3 ORDER BY id DESC LIMIT 1";
const SINCE: &str =
    "SELECT COUNT(*) FROM pass_letter WHERE organisation_id = $1 AND pass_id = $2 AND kind = $3 AND at > $4";

fn read(row: &Row) -> Result<Pass> {
    read_cells(&mut row.cells())
}

fn read_cells(cells: &mut Cells<'_>) -> Result<Pass> {
    Ok(Pass {
        id: cells.next()?,
        organisation: cells.next()?,
        colleague: cells.next()?,
        purpose: {
            let name: String = cells.next()?;
            Purpose::parse(&name).ok_or(Error::Unreadable { what: "purpose of a pass", found: name })?
        },
        post: cells.next()?,
        note: cells.next()?,
        made_by: cells.next()?,
        created_at: cells.next()?,
        expires_at: cells.next()?,
        ended_at: cells.next()?,
        digest: cells.next()?,
        code_digest: cells.next()?,
        code_until: cells.next()?,
        wrong: cells.next()?,
        seen_at: cells.next()?,
    })
}

fn read_letter(row: &Row) -> Result<Letter> {
    let mut cells = row.cells();
    Ok(Letter {
        id: cells.next()?,
        pass: cells.next()?,
        kind: {
            let name: String = cells.next()?;
            Kind::parse(&name).ok_or(Error::Unreadable { what: "kind of a letter", found: name })?
        },
        at: cells.next()?,
        told: cells.next()?,
        error: cells.next()?,
    })
}

/// Writes a new pass.
pub async fn insert(conn: &mut Conn, it: &Pass) -> Result<()> {
    let args = [
        it.id.into(),
        it.organisation.into(),
        it.colleague.into(),
        it.purpose.as_str().into(),
        it.post.into(),
        (&it.note).into(),
        it.made_by.into(),
        it.created_at.into(),
        it.expires_at.into(),
        it.ended_at.into(),
        it.digest.as_deref().into(),
        it.code_digest.as_deref().into(),
        it.code_until.into(),
        it.wrong.into(),
        it.seen_at.into(),
    ];
    conn.run(INSERT, &args).await.map(drop)
}

/// Writes what changes of a pass: its end, its digests, wrong codes, when it was last used.
pub async fn update(conn: &mut Conn, it: &Pass) -> Result<()> {
    let args = [
        it.organisation.into(),
        it.id.into(),
        it.ended_at.into(),
        it.digest.as_deref().into(),
        it.code_digest.as_deref().into(),
        it.code_until.into(),
        it.wrong.into(),
        it.seen_at.into(),
    ];
    conn.run(UPDATE, &args).await.map(drop)
}

/// The pass of that id.
pub async fn get(conn: &mut Conn, organisation: OrganisationId, id: PassId) -> Result<Option<Pass>> {
    conn.first(GET, &[organisation.into(), id.into()]).await?.as_ref().map(read).transpose()
}

/// The pass whose link has that digest, whether or not it still opens anything.
pub async fn by_digest(conn: &mut Conn, digest: &str) -> Result<Option<Pass>> {
    conn.first(BY_DIGEST, &[digest.into()]).await?.as_ref().map(read).transpose()
}

/// The last so many, newest first. Each has a letter: it is written with the pass.
pub async fn list(conn: &mut Conn, organisation: OrganisationId, limit: i64) -> Result<Vec<Listed>> {
    let rows = conn.all(LIST, &[organisation.into(), limit.into()]).await?;
    rows.iter()
        .map(|row| {
            let mut cells = row.cells();
            Ok(Listed {
                pass: read_cells(&mut cells)?,
                title: cells.next()?,
                told: cells.next()?,
                told_at: cells.next()?,
                error: cells.next()?,
            })
        })
        .collect()
}

/// When the last pass of a colleague ends that nobody ended before (µs); it may be over.
pub async fn last_end(
    conn: &mut Conn,
    organisation: OrganisationId,
    who: ColleagueId,
) -> Result<Option<i64>> {
    conn.first(LAST_END, &[organisation.into(), who.into()]).await?.map_or(Ok(None), |row| row.only())
}

/// Whether a colleague ever had one.
pub async fn has_any(conn: &mut Conn, organisation: OrganisationId, who: ColleagueId) -> Result<bool> {
    let count: Option<i64> =
        conn.first(HAS_ANY, &[organisation.into(), who.into()]).await?.map(|row| row.only()).transpose()?;
    Ok(count.is_some_and(|count| count > 0))
}

/// How many open something at `now` (µs).
pub async fn running(conn: &mut Conn, organisation: OrganisationId, now: i64) -> Result<i64> {
    conn.first(RUNNING, &[organisation.into(), now.into()]).await?.map_or(Ok(0), |row| row.only())
}

/// Whether one that runs at `now` (µs) opens a post to a colleague.
pub async fn opens(
    conn: &mut Conn,
    organisation: OrganisationId,
    who: ColleagueId,
    post: PostId,
    now: i64,
) -> Result<bool> {
    let args = [organisation.into(), who.into(), now.into(), post.into()];
    let count: Option<i64> = conn.first(OPENS, &args).await?.map(|row| row.only()).transpose()?;
    Ok(count.is_some_and(|count| count > 0))
}

/// Writes that a letter is to go.
pub async fn write(conn: &mut Conn, organisation: OrganisationId, it: &Letter) -> Result<()> {
    let args = [
        organisation.into(),
        it.id.into(),
        it.pass.into(),
        it.kind.as_str().into(),
        it.at.into(),
        (&it.told).into(),
        it.error.as_deref().into(),
    ];
    conn.run(WRITE, &args).await.map(drop)
}

/// Writes what became of a letter.
pub async fn set_told(
    conn: &mut Conn,
    organisation: OrganisationId,
    id: LetterId,
    told: &str,
    why: Option<&str>,
) -> Result<()> {
    conn.run(TOLD, &[organisation.into(), id.into(), told.into(), why.into()]).await.map(drop)
}

/// The letter of that id.
pub async fn letter(conn: &mut Conn, organisation: OrganisationId, id: LetterId) -> Result<Option<Letter>> {
    conn.first(LETTER, &[organisation.into(), id.into()]).await?.as_ref().map(read_letter).transpose()
}

/// The last letter of that kind.
pub async fn last_letter(
    conn: &mut Conn,
    organisation: OrganisationId,
    pass: PassId,
    kind: Kind,
) -> Result<Option<Letter>> {
    let args = [organisation.into(), pass.into(), kind.as_str().into()];
    conn.first(LAST_LETTER, &args).await?.as_ref().map(read_letter).transpose()
}

/// How many letters of that kind were asked for after `since` (µs).
pub async fn letters_since(
    conn: &mut Conn,
    organisation: OrganisationId,
    pass: PassId,
    kind: Kind,
    since: i64,
) -> Result<i64> {
    let args = [organisation.into(), pass.into(), kind.as_str().into(), since.into()];
    conn.first(SINCE, &args).await?.map_or(Ok(0), |row| row.only())
}
