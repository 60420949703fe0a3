//! The library: pictures with their files, their rights, and the posts that use them.

use serde::Serialize;
use sqlx::AssertSqlSafe;

use super::{Conn, Result, Row, Value};
use crate::id::{AssetId, ColleagueId, FileId, OrganisationId, PostId};
use crate::rules::asset::{Format, SLACK};
use crate::rules::text;

/// A picture of the library. Times are µs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Asset {
    /// Its id.
    pub id: AssetId,
    /// What the house calls it.
    pub title: String,
    /// Theme; empty for none.
    pub theme: String,
    /// Words by commas.
    pub tags: String,
    /// What it shows, in French; empty for none.
    pub alt_fr: String,
    /// What it shows, in English; empty for none.
    pub alt_en: String,
    /// Who made it.
    pub credit: String,
    /// Whose the rights are.
    pub holder: String,
    /// What it may be used for.
    pub purpose: String,
    /// Where it may be used.
    pub territory: String,
    /// From then on it may not leave any more; `null`: for good.
    pub expires_at: Option<i64>,
    /// Who brought it.
    pub colleague: ColleagueId,
    /// Since when it is put away: found by nobody who doesn't look for it.
    pub away_at: Option<i64>,
    /// How many files it has had; the last one is used.
    pub files: i64,
    /// Grows with each change.
    pub version: i64,
    /// When it was brought.
    pub created_at: i64,
    /// When it was changed last.
    pub changed_at: i64,
}

/// One of the files of an asset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct File {
    /// Its id.
    pub id: FileId,
    /// Whose file.
    pub asset: AssetId,
    /// From 1 on.
    pub number: i64,
    /// SHA-256 of its bytes, in hexadecimal digits.
    pub digest: String,
    /// Its media type.
    pub mime: String,
    /// Pixels.
    pub width: i64,
    /// Pixels.
    pub height: i64,
    /// Its size.
    pub bytes: i64,
    /// Path in the object store.
    #[serde(skip)]
    pub stored_as: String,
    /// Who brought it.
    pub colleague: ColleagueId,
    /// When (µs).
    pub at: i64,
}

/// A post that uses an asset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Use {
    /// The post.
    pub post: PostId,
    /// What the house calls it.
    pub title: String,
    /// Where it stands.
    pub state: String,
    /// When it leaves or left (µs).
    pub due_at: Option<i64>,
}

/// Which of the library.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Brought by this colleague.
    pub only: Option<ColleagueId>,
    /// With all of these words.
    pub words: String,
    /// Of this theme.
    pub theme: Option<String>,
    /// Fitting this format.
    pub format: Option<Format>,
    /// Put away; otherwise what isn't.
    pub away: bool,
    /// Whose rights end in `[from, until)` (µs).
    pub ends: Option<(i64, i64)>,
    /// Brought before this one.
    pub before: Option<AssetId>,
}

macro_rules! asset_columns {
    () => {
        "a.id, a.title, a.theme, a.tags, a.alt_fr, a.alt_en, a.credit, a.holder, a.purpose, a.territory, a.expires_at, a.colleague_id, a.away_at, a.files, a.version, a.created_at, a.changed_at"
    };
}

macro_rules! file_columns {
    () => {
        "f.id, f.asset_id, f.number, f.digest, f.mime, f.width, f.height, f.bytes, f.stored_as, f.colleague_id, f.at"
    };
}

macro_rules! both {
    () => {
        concat!(
            "SELECT ",
            asset_columns!(),
            ", ",
            file_columns!(),
            " FROM asset a JOIN asset_file f ON f.organisation_id = a.organisation_id AND f.asset_id = a.id AND f.number = a.files
            WHERE a.organisation_id = $1"
        )
    };
}

const INSERT: &str = "INSERT INTO asset (organisation_id, id, title, theme, tags, alt_fr, alt_en, credit, holder, purpose, territory, expires_at, colleague_id, away_at, files, version, created_at, changed_at, words)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)";
const UPDATE: &str = "UPDATE asset SET title = $3, theme = $4, tags = $5, alt_fr = $6, alt_en = $7, credit = $8, holder = $9, purpose = $10, territory = $11,
    expires_at = $12, colleague_id = $13, away_at = $14, files = $15, version = $16, created_at = $17, changed_at = $18, words = $19
    WHERE organisation_id = $1 AND id = $2";
const GET: &str = concat!(both!(), " AND a.id = $2");
const INSERT_FILE: &str = "INSERT INTO asset_file (organisation_id, id, asset_id, number, digest, mime, width, height, bytes, stored_as, colleague_id, at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
const FILES: &str = concat!(
    "SELECT ",
    file_columns!(),
    " FROM asset_file f WHERE f.organisation_id = $1 AND f.asset_id = $2 ORDER BY f.number DESC LIMIT 500"
);
const BY_DIGEST: &str = "SELECT asset_id FROM asset_file WHERE organisation_id = $1 AND digest = $2";
const THEMES: &str =
    "SELECT DISTINCT theme FROM asset WHERE organisation_id = $1 AND theme <> '' ORDER BY theme LIMIT 200";
const USES: &str = "SELECT DISTINCT p.id, p.title, p.state, p.due_at FROM post_picture i
    JOIN post p ON p.organisation_id = i.organisation_id AND p.id = i.post_id
    WHERE i.organisation_id = $1 AND i.asset_id = $2 ORDER BY p.id DESC LIMIT 100";
const END_OF_POST: &str = "SELECT MIN(a.expires_at) FROM post_picture i
    JOIN asset a ON a.organisation_id = i.organisation_id AND a.id = i.asset_id
    WHERE i.organisation_id = $1 AND i.post_id = $2";

fn read_asset(cells: &mut super::conn::Cells<'_>) -> Result<Asset> {
    Ok(Asset {
        id: cells.next()?,
        title: cells.next()?,
        theme: cells.next()?,
        tags: cells.next()?,
        alt_fr: cells.next()?,
        alt_en: cells.next()?,
        credit: cells.next()?,
        holder: cells.next()?,
        purpose: cells.next()?,
        territory: cells.next()?,
        expires_at: cells.next()?,
        colleague: cells.next()?,
        away_at: cells.next()?,
        files: cells.next()?,
        version: cells.next()?,
        created_at: cells.next()?,
        changed_at: cells.next()?,
    })
}

fn read_file(cells: &mut super::conn::Cells<'_>) -> Result<File> {
    Ok(File {
        id: cells.next()?,
        asset: cells.next()?,
        number: cells.next()?,
        digest: cells.next()?,
        mime: cells.next()?,
        width: cells.next()?,
        height: cells.next()?,
        bytes: cells.next()?,
        stored_as: cells.next()?,
        colleague: cells.next()?,
        at: cells.next()?,
    })
}

fn read(row: &Row) -> Result<(Asset, File)> {
    let mut cells = row.cells();
    Ok((read_asset(&mut cells)?, read_file(&mut cells)?))
}

fn written(organisation: OrganisationId, it: &Asset) -> Vec<Value> {
    let said = [&it.title, &it.theme, &it.tags, &it.alt_fr, &it.alt_en, &it.credit, &it.holder, &it.purpose];
    let said = said.map(|it| text::words(it).join(" ")).join(" ");
    vec![
        organisation.into(),
        it.id.into(),
        (&it.title).into(),
        (&it.theme).into(),
        (&it.tags).into(),
        (&it.alt_fr).into(),
        (&it.alt_en).into(),
        (&it.credit).into(),
        (&it.holder).into(),
        (&it.purpose).into(),
        (&it.territory).into(),
        it.expires_at.into(),
        it.colleague.into(),
        it.away_at.into(),
        it.files.into(),
        it.version.into(),
        it.created_at.into(),
        it.changed_at.into(),
        said.into(),
    ]
}

/// Writes a new asset.
pub async fn insert(conn: &mut Conn, organisation: OrganisationId, it: &Asset) -> Result<()> {
    conn.run(INSERT, &written(organisation, it)).await.map(drop)
}

/// Writes what may change of an asset.
pub async fn update(conn: &mut Conn, organisation: OrganisationId, it: &Asset) -> Result<()> {
    conn.run(UPDATE, &written(organisation, it)).await.map(drop)
}

/// Writes a file of an asset.
pub async fn insert_file(conn: &mut Conn, organisation: OrganisationId, it: &File) -> Result<()> {
    let args = [
        organisation.into(),
        it.id.into(),
        it.asset.into(),
        it.number.into(),
        (&it.digest).into(),
        (&it.mime).into(),
        it.width.into(),
        it.height.into(),
        it.bytes.into(),
        (&it.stored_as).into(),
        it.colleague.into(),
        it.at.into(),
    ];
    conn.run(INSERT_FILE, &args).await.map(drop)
}

/// The asset with that id and the file that is used.
pub async fn get(
    conn: &mut Conn,
    organisation: OrganisationId,
    id: AssetId,
) -> Result<Option<(Asset, File)>> {
    conn.first(GET, &[organisation.into(), id.into()]).await?.as_ref().map(read).transpose()
}

/// The files of an asset, newest first, 500 at most.
pub async fn files(conn: &mut Conn, organisation: OrganisationId, id: AssetId) -> Result<Vec<File>> {
    let rows = conn.all(FILES, &[organisation.into(), id.into()]).await?;
    rows.iter().map(|row| read_file(&mut row.cells())).collect()
}

/// The asset that has had a file with these bytes.
pub async fn by_digest(
    conn: &mut Conn,
    organisation: OrganisationId,
    digest: &str,
) -> Result<Option<AssetId>> {
    conn.first(BY_DIGEST, &[organisation.into(), digest.into()]).await?.map(|row| row.only()).transpose()
}

/// What was brought last first, `limit` at most.
pub async fn list(
    conn: &mut Conn,
    organisation: OrganisationId,
    asked: &Filter,
    limit: i64,
) -> Result<Vec<(Asset, File)>> {
    let mut args: Vec<Value> = vec![organisation.into()];
    let mut sql = both!().to_owned();
    let mut add = |condition: &str, value: Value| {
        args.push(value);
        sql.push_str(&condition.replace('?', &format!("${}", args.len())));
    };
    if let Some(it) = asked.only {
        add(" AND a.colleague_id = ?", it.into());
    }
    if let Some(it) = asked.before {
        add(" AND a.id < ?", it.into());
    }
    if let Some(it) = &asked.theme {
        add(" AND a.theme = ?", it.into());
    }
    for word in text::words(&asked.words).into_iter().take(12) {
        add(" AND a.words LIKE ?", format!("%{word}%").into());
    }
    if let Some((from, until)) = asked.ends {
        add(" AND a.expires_at >= ?", from.into());
        add(" AND a.expires_at < ?", until.into());
    }
    if let Some(it) = asked.format {
        // The same as `Format::fits`.
        add(" AND f.width >= ?", (it.width / 2).into());
        add(" AND f.width * ?", (it.height * 100).into());
        add(" >= f.height * ?", (it.width * (100 - SLACK)).into());
        add(" AND f.width * ?", (it.height * 100).into());
        add(" <= f.height * ?", (it.width * (100 + SLACK)).into());
    }
    let away = if asked.away { "NOT NULL" } else { "NULL" };
    add(&format!(" AND a.away_at IS {away} ORDER BY a.id DESC LIMIT ?"), limit.into());
    conn.all(AssertSqlSafe(sql), &args).await?.iter().map(read).collect()
}

/// The themes of the library, by name.
pub async fn themes(conn: &mut Conn, organisation: OrganisationId) -> Result<Vec<String>> {
    conn.all(THEMES, &[organisation.into()]).await?.iter().map(Row::only).collect()
}

/// The posts that use an asset, newest first, 100 at most.
pub async fn uses(conn: &mut Conn, organisation: OrganisationId, id: AssetId) -> Result<Vec<Use>> {
    let rows = conn.all(USES, &[organisation.into(), id.into()]).await?;
    rows.iter()
        .map(|row| {
            let mut cells = row.cells();
            Ok(Use { post: cells.next()?, title: cells.next()?, state: cells.next()?, due_at: cells.next()? })
        })
        .collect()
}

/// When the first of the rights to what a post shows end (µs); `None`: none of them do.
pub async fn end_of_post(conn: &mut Conn, organisation: OrganisationId, id: PostId) -> Result<Option<i64>> {
    match conn.first(END_OF_POST, &[organisation.into(), id.into()]).await? {
        Some(row) => row.only(),
        None => Ok(None),
    }
}
