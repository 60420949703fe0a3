//! Files of posts: kept while somebody looks at what would be made, and which of them were made.

use crate::id::{ColleagueId, ImportId, OrganisationId, PostId};
use crate::store::{Conn, Error, Result};

/// A file of posts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// Its id: what is pressed once.
    pub id: ImportId,
    /// Who brought it.
    pub colleague: ColleagueId,
    /// What the file is called.
    pub name: String,
    /// SHA-256 of it, hexadecimal.
    pub digest: String,
    /// The file; empty once its posts are made.
    pub content: String,
    /// What was made, in the order of the file.
    pub posts: Vec<PostId>,
    /// When it was brought (µs).
    pub created_at: i64,
    /// When its posts were made (µs).
    pub made_at: Option<i64>,
}

const INSERT: &str =
    "INSERT INTO post_import (organisation_id, id, colleague_id, name, digest, content, posts, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, '[]', $7)";
const GET: &str =
    "SELECT id, colleague_id, name, digest, content, posts, created_at, made_at FROM post_import
    WHERE organisation_id = $1 AND id = $2";
const TAKE: &str = "UPDATE post_import SET made_at = $3, content = ''
    WHERE organisation_id = $1 AND id = $2 AND made_at IS NULL";
const SET_POSTS: &str = "UPDATE post_import SET posts = $3 WHERE organisation_id = $1 AND id = $2";
const MADE: &str =
    "SELECT made_at FROM post_import WHERE organisation_id = $1 AND digest = $2 AND made_at IS NOT NULL
    ORDER BY made_at DESC LIMIT 1";
const FORGET: &str =
    "DELETE FROM post_import WHERE organisation_id = $1 AND made_at IS NULL AND created_at <= $2";

/// Keeps a file that nothing was made of yet.
pub async fn insert(conn: &mut Conn, organisation: OrganisationId, it: &Import) -> Result<()> {
    let args = [
        organisation.into(),
        it.id.into(),
        it.colleague.into(),
        (&it.name).into(),
        (&it.digest).into(),
        (&it.content).into(),
        it.created_at.into(),
    ];
    conn.run(INSERT, &args).await.map(drop)
}

/// The file with that id.
pub async fn get(conn: &mut Conn, organisation: OrganisationId, id: ImportId) -> Result<Option<Import>> {
    let Some(row) = conn.first(GET, &[organisation.into(), id.into()]).await? else { return Ok(None) };
    let mut cells = row.cells();
    Ok(Some(Import {
        id: cells.next()?,
        colleague: cells.next()?,
        name: cells.next()?,
        digest: cells.next()?,
        content: cells.next()?,
        posts: {
            let json: String = cells.next()?;
            serde_json::from_str(&json).map_err(|_| Error::Unreadable { what: "posts", found: json })?
        },
        created_at: cells.next()?,
        made_at: cells.next()?,
    }))
}

/// Says that its posts are made now; false when they were before. Whoever comes second waits for the first transaction.
pub async fn take(conn: &mut Conn, organisation: OrganisationId, id: ImportId, now: i64) -> Result<bool> {
    Ok(conn.run(TAKE, &[organisation.into(), id.into(), now.into()]).await? == 1)
}

/// Notes what was made.
pub async fn set_posts(
    conn: &mut Conn,
    organisation: OrganisationId,
    id: ImportId,
    posts: &[PostId],
) -> Result<()> {
    // A list of ids always can be written.
    let json = serde_json::to_string(posts).unwrap_or_else(|_| "[]".to_owned());
    conn.run(SET_POSTS, &[organisation.into(), id.into(), json.into()]).await.map(drop)
}

/// When posts were last made of the same file.
pub async fn made_at(conn: &mut Conn, organisation: OrganisationId, digest: &str) -> Result<Option<i64>> {
    conn.first(MADE, &[organisation.into(), digest.into()]).await?.map(|row| row.only()).transpose()
}

/// Forgets what was brought until `until` (µs) and never made.
pub async fn forget(conn: &mut Conn, organisation: OrganisationId, until: i64) -> Result<u64> {
    conn.run(FORGET, &[organisation.into(), until.into()]).await
}
