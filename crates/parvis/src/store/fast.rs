//! Tries at the fast lane, who was asked for the second look, and how many posts left by it.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Serialize;
use sqlx::AssertSqlSafe;

use super::conn::places;
use super::{Conn, Error, Result, Row, Value};
use crate::id::{AskId, ColleagueId, FastId, OrganisationId, PostId};
use crate::rules::fast::FastState;

/// A post's try at the fast lane.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Fast {
    /// Its id.
    pub id: FastId,
    /// Which post.
    pub post: PostId,
    /// Which version was put before the readers.
    pub version: i64,
    /// Where it stands.
    pub state: FastState,
    /// Who wanted it.
    pub colleague: ColleagueId,
    /// Why it was urgent.
    pub reason: String,
    /// When it was begun (µs).
    pub began_at: i64,
    /// When the first reader was asked (µs).
    pub asked_at: Option<i64>,
    /// When the next reader is asked (µs).
    pub next_at: Option<i64>,
    /// The reader who answered.
    pub answered_by: Option<ColleagueId>,
    /// When (µs).
    pub answered_at: Option<i64>,
    /// Why they said no.
    pub answer: Option<String>,
    /// Who looked at it afterwards.
    pub reviewed_by: Option<ColleagueId>,
    /// When (µs).
    pub reviewed_at: Option<i64>,
    /// What they had to say.
    pub review: Option<String>,
}

/// A reader who was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Ask {
    /// Its id.
    pub id: AskId,
    /// In which try.
    pub fast: FastId,
    /// Who.
    pub colleague: ColleagueId,
    /// When (µs).
    pub at: i64,
    /// What became of the letter: `none` (no mailbox sends), `waiting`, `sending`, `sent`, `failed`, `unknown`, `dropped`.
    pub told: String,
    /// Why it didn't arrive.
    pub error: Option<String>,
}

/// A second look that somebody waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Which try.
    pub fast: FastId,
    /// Whose look.
    pub colleague: ColleagueId,
    /// What the house calls the post.
    pub title: String,
}

macro_rules! columns {
    () => {
        "f.id, f.post_id, f.version, f.state, f.colleague_id, f.reason, f.began_at, f.asked_at, f.next_at, f.answered_by, f.answered_at, f.answer, f.reviewed_by, f.reviewed_at, f.review"
    };
}

const INSERT: &str = "INSERT INTO fast (organisation_id, id, post_id, version, state, colleague_id, reason, began_at, asked_at, next_at, answered_by, answered_at, answer, reviewed_by, reviewed_at, review)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";
const UPDATE: &str = "UPDATE fast SET post_id = $3, version = $4, state = $5, colleague_id = $6, reason = $7, began_at = $8, asked_at = $9, next_at = $10, answered_by = $11, answered_at = $12, answer = $13, reviewed_by = $14, reviewed_at = $15, review = $16
    WHERE organisation_id = $1 AND id = $2";
const GET: &str = concat!("SELECT ", columns!(), " FROM fast f WHERE f.organisation_id = $1 AND f.id = $2");
const OF_POST: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM fast f WHERE f.organisation_id = $1 AND f.post_id = $2 ORDER BY f.id DESC LIMIT 50"
);
const WAITING: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM fast f WHERE f.organisation_id = $1 AND f.state = 'asked' AND EXISTS (SELECT 1 FROM fast_ask a
    WHERE a.organisation_id = f.organisation_id AND a.fast_id = f.id AND a.colleague_id = $2) ORDER BY f.id LIMIT 50"
);
const ALL_WAITING: &str = "SELECT f.id, a.colleague_id, p.title FROM fast f
    JOIN fast_ask a ON a.organisation_id = f.organisation_id AND a.fast_id = f.id
    JOIN post p ON p.organisation_id = f.organisation_id AND p.id = f.post_id
    WHERE f.organisation_id = $1 AND f.state = 'asked' ORDER BY f.id, a.id LIMIT 500";
const UNREVIEWED: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM fast f JOIN post p ON p.organisation_id = f.organisation_id AND p.id = f.post_id
    WHERE f.organisation_id = $1 AND f.state = 'yes' AND f.reviewed_at IS NULL AND p.published_at IS NOT NULL ORDER BY f.id LIMIT 200"
);
const REVIEWED: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM fast f WHERE f.organisation_id = $1 AND f.state = 'yes' AND f.reviewed_at IS NOT NULL ORDER BY f.reviewed_at DESC, f.id DESC LIMIT 50"
);
const SHARE: &str = "SELECT COUNT(*), COUNT(CASE WHEN EXISTS (SELECT 1 FROM fast f WHERE f.organisation_id = p.organisation_id
    AND f.post_id = p.id AND f.state = 'yes') THEN 1 END)
    FROM post p WHERE p.organisation_id = $1 AND p.published_at >= $2 AND p.published_at < $3";
const ASK: &str = "INSERT INTO fast_ask (organisation_id, id, fast_id, colleague_id, at, told, error_text) VALUES ($1, $2, $3, $4, $5, $6, $7)";
const TOLD: &str = "UPDATE fast_ask SET told = $3, error_text = $4 WHERE organisation_id = $1 AND id = $2";
const ASKS: &str = "SELECT id, fast_id, colleague_id, at, told, error_text FROM fast_ask
    WHERE organisation_id = $1 AND fast_id = $2 ORDER BY id";
const ONE_ASK: &str = "SELECT id, fast_id, colleague_id, at, told, error_text FROM fast_ask
    WHERE organisation_id = $1 AND id = $2";

fn read(row: &Row) -> Result<Fast> {
    let mut cells = row.cells();
    Ok(Fast {
        id: cells.next()?,
        post: cells.next()?,
        version: cells.next()?,
        state: {
            let name: String = cells.next()?;
            FastState::parse(&name)
                .ok_or(Error::Unreadable { what: "state of the fast lane", found: name })?
        },
        colleague: cells.next()?,
        reason: cells.next()?,
        began_at: cells.next()?,
        asked_at: cells.next()?,
        next_at: cells.next()?,
        answered_by: cells.next()?,
        answered_at: cells.next()?,
        answer: cells.next()?,
        reviewed_by: cells.next()?,
        reviewed_at: cells.next()?,
        review: cells.next()?,
    })
}

fn read_ask(row: &Row) -> Result<Ask> {
    let mut cells = row.cells();
    Ok(Ask {
        id: cells.next()?,
        fast: cells.next()?,
        colleague: cells.next()?,
        at: cells.next()?,
        told: cells.next()?,
        error: cells.next()?,
    })
}

fn written(organisation: OrganisationId, it: &Fast) -> [Value; 16] {
    [
        organisation.into(),
        it.id.into(),
        it.post.into(),
        it.version.into(),
        it.state.as_str().into(),
        it.colleague.into(),
        (&it.reason).into(),
        it.began_at.into(),
        it.asked_at.into(),
        it.next_at.into(),
        it.answered_by.into(),
        it.answered_at.into(),
        (&it.answer).into(),
        it.reviewed_by.into(),
        it.reviewed_at.into(),
        (&it.review).into(),
    ]
}

/// Writes a new try.
pub async fn insert(conn: &mut Conn, organisation: OrganisationId, it: &Fast) -> Result<()> {
    conn.run(INSERT, &written(organisation, it)).await.map(drop)
}

/// Writes all of it.
pub async fn update(conn: &mut Conn, organisation: OrganisationId, it: &Fast) -> Result<()> {
    conn.run(UPDATE, &written(organisation, it)).await.map(drop)
}

/// The try with that id.
pub async fn get(conn: &mut Conn, organisation: OrganisationId, id: FastId) -> Result<Option<Fast>> {
    conn.first(GET, &[organisation.into(), id.into()]).await?.as_ref().map(read).transpose()
}

/// The tries of a post, newest first.
pub async fn of_post(conn: &mut Conn, organisation: OrganisationId, id: PostId) -> Result<Vec<Fast>> {
    conn.all(OF_POST, &[organisation.into(), id.into()]).await?.iter().map(read).collect()
}

/// The newest try of a post.
pub async fn newest(conn: &mut Conn, organisation: OrganisationId, id: PostId) -> Result<Option<Fast>> {
    Ok(of_post(conn, organisation, id).await?.into_iter().next())
}

/// What waits for a colleague's second look, the oldest first.
pub async fn waiting(
    conn: &mut Conn,
    organisation: OrganisationId,
    colleague: ColleagueId,
) -> Result<Vec<Fast>> {
    conn.all(WAITING, &[organisation.into(), colleague.into()]).await?.iter().map(read).collect()
}

/// The same for the band on every page, of everybody; as it stood at most a second ago when only another process wrote since.
pub async fn shown(conn: &mut Conn, organisation: OrganisationId) -> Result<Arc<Vec<Waiting>>> {
    conn.kept(
        |kept| &kept.fast,
        organisation,
        0,
        async |conn| {
            let rows = conn.all(ALL_WAITING, &[organisation.into()]).await?;
            rows.iter()
                .map(|row| {
                    let mut cells = row.cells();
                    Ok(Waiting { fast: cells.next()?, colleague: cells.next()?, title: cells.next()? })
                })
                .collect()
        },
    )
    .await
}

/// What was published by the fast lane and nobody has looked at since, the oldest first.
pub async fn unreviewed(conn: &mut Conn, organisation: OrganisationId) -> Result<Vec<Fast>> {
    conn.all(UNREVIEWED, &[organisation.into()]).await?.iter().map(read).collect()
}

/// What was looked at afterwards, the latest first.
pub async fn reviewed(conn: &mut Conn, organisation: OrganisationId) -> Result<Vec<Fast>> {
    conn.all(REVIEWED, &[organisation.into()]).await?.iter().map(read).collect()
}

/// How many posts were published in `[from, to)` (µs), and how many of them by the fast lane.
pub async fn share(
    conn: &mut Conn,
    organisation: OrganisationId,
    (from, to): (i64, i64),
) -> Result<(i64, i64)> {
    let row = conn.first(SHARE, &[organisation.into(), from.into(), to.into()]).await?;
    let read = |row: &Row| {
        let mut cells = row.cells();
        Ok((cells.next()?, cells.next()?))
    };
    row.as_ref().map_or(Ok((0, 0)), read)
}

/// Where the newest try of each post stands, for marks; posts without one aren't among them.
pub async fn of_posts(
    conn: &mut Conn,
    organisation: OrganisationId,
    ids: impl IntoIterator<Item = PostId>,
) -> Result<HashMap<PostId, FastState>> {
    let mut args: Vec<Value> = vec![organisation.into()];
    let list = places(&mut args, ids);
    let sql = format!(
        "SELECT post_id, state FROM fast WHERE organisation_id = $1 AND post_id IN ({list}) ORDER BY id"
    );
    let mut all = HashMap::new();
    for row in conn.all(AssertSqlSafe(sql), &args).await? {
        let mut cells = row.cells();
        let (post, name): (PostId, String) = (cells.next()?, cells.next()?);
        let state = FastState::parse(&name)
            .ok_or(Error::Unreadable { what: "state of the fast lane", found: name })?;
        all.insert(post, state);
    }
    Ok(all)
}

/// Notes that a reader was asked.
pub async fn ask(conn: &mut Conn, organisation: OrganisationId, it: &Ask) -> Result<()> {
    let args = [
        organisation.into(),
        it.id.into(),
        it.fast.into(),
        it.colleague.into(),
        it.at.into(),
        (&it.told).into(),
        (&it.error).into(),
    ];
    conn.run(ASK, &args).await.map(drop)
}

/// Notes what became of the letter.
pub async fn set_told(
    conn: &mut Conn,
    organisation: OrganisationId,
    id: AskId,
    told: &str,
    error: Option<&str>,
) -> Result<()> {
    conn.run(TOLD, &[organisation.into(), id.into(), told.into(), error.into()]).await.map(drop)
}

/// Who was asked, in order.
pub async fn asks(conn: &mut Conn, organisation: OrganisationId, id: FastId) -> Result<Vec<Ask>> {
    conn.all(ASKS, &[organisation.into(), id.into()]).await?.iter().map(read_ask).collect()
}

/// The asking with that id.
pub async fn one_ask(conn: &mut Conn, organisation: OrganisationId, id: AskId) -> Result<Option<Ask>> {
    conn.first(ONE_ASK, &[organisation.into(), id.into()]).await?.as_ref().map(read_ask).transpose()
}
