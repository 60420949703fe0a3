//! Who looked at a post: ticks of the checklist, the second look, remarks, and who was named in them.

use serde::Serialize;

use crate::id::{ColleagueId, CommentId, OrganisationId, PostId};
use crate::store::{Conn, Result};

/// A line of the checklist that somebody read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Tick {
    /// One of `rules::post::CHECKLIST`, or the second look.
    pub item: String,
    /// Who.
    pub colleague: ColleagueId,
    /// When (µs).
    pub at: i64,
}

/// A remark.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Comment {
    /// Its id.
    pub id: CommentId,
    /// Whose.
    pub colleague: ColleagueId,
    /// When (µs).
    pub at: i64,
    /// What it says.
    pub text: String,
}

const TICK: &str =
    "INSERT INTO post_check (organisation_id, post_id, item, colleague_id, at) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (organisation_id, post_id, item) DO UPDATE SET colleague_id = excluded.colleague_id, at = excluded.at";
const UNTICK: &str = "DELETE FROM post_check WHERE organisation_id = $1 AND post_id = $2 AND item = $3";
const UNTICK_ALL: &str = "DELETE FROM post_check WHERE organisation_id = $1 AND post_id = $2";
const TICKS: &str =
    "SELECT item, colleague_id, at FROM post_check WHERE organisation_id = $1 AND post_id = $2 ORDER BY at";
const COMMENT: &str = "INSERT INTO post_comment (organisation_id, id, post_id, colleague_id, at, text) VALUES ($1, $2, $3, $4, $5, $6)";
const COMMENTS: &str = "SELECT id, colleague_id, at, text FROM post_comment
    WHERE organisation_id = $1 AND post_id = $2 ORDER BY id DESC LIMIT 200";
const MENTION: &str = "INSERT INTO post_mention (organisation_id, post_id, colleague_id) VALUES ($1, $2, $3)
    ON CONFLICT (organisation_id, post_id, colleague_id) DO NOTHING";
const MENTIONED: &str =
    "SELECT 1 FROM post_mention WHERE organisation_id = $1 AND post_id = $2 AND colleague_id = $3";

/// Ticks a line.
pub async fn tick(conn: &mut Conn, organisation: OrganisationId, id: PostId, it: &Tick) -> Result<()> {
    let args = [organisation.into(), id.into(), (&it.item).into(), it.colleague.into(), it.at.into()];
    conn.run(TICK, &args).await.map(drop)
}

/// Takes a tick back.
pub async fn untick(conn: &mut Conn, organisation: OrganisationId, id: PostId, item: &str) -> Result<()> {
    conn.run(UNTICK, &[organisation.into(), id.into(), item.into()]).await.map(drop)
}

/// Takes all of them back: what was read is no longer what stands there.
pub async fn untick_all(conn: &mut Conn, organisation: OrganisationId, id: PostId) -> Result<()> {
    conn.run(UNTICK_ALL, &[organisation.into(), id.into()]).await.map(drop)
}

/// What was ticked, in the order in which it was.
pub async fn ticks(conn: &mut Conn, organisation: OrganisationId, id: PostId) -> Result<Vec<Tick>> {
    let rows = conn.all(TICKS, &[organisation.into(), id.into()]).await?;
    rows.iter()
        .map(|row| {
            let mut cells = row.cells();
            Ok(Tick { item: cells.next()?, colleague: cells.next()?, at: cells.next()? })
        })
        .collect()
}

/// Keeps a remark and whom it names.
pub async fn comment(
    conn: &mut Conn,
    organisation: OrganisationId,
    id: PostId,
    it: &Comment,
    named: &[ColleagueId],
) -> Result<()> {
    let args =
        [organisation.into(), it.id.into(), id.into(), it.colleague.into(), it.at.into(), (&it.text).into()];
    conn.run(COMMENT, &args).await?;
    for colleague in named {
        conn.run(MENTION, &[organisation.into(), id.into(), (*colleague).into()]).await?;
    }
    Ok(())
}

/// The newest remarks, newest first.
pub async fn comments(conn: &mut Conn, organisation: OrganisationId, id: PostId) -> Result<Vec<Comment>> {
    let rows = conn.all(COMMENTS, &[organisation.into(), id.into()]).await?;
    rows.iter()
        .map(|row| {
            let mut cells = row.cells();
            Ok(Comment {
                id: cells.next()?,
                colleague: cells.next()?,
                at: cells.next()?,
                text: cells.next()?,
            })
        })
        .collect()
}

/// Whether somebody was named in a remark.
pub async fn is_mentioned(
    conn: &mut Conn,
    organisation: OrganisationId,
    id: PostId,
    colleague: ColleagueId,
) -> Result<bool> {
    Ok(conn.first(MENTIONED, &[organisation.into(), id.into(), colleague.into()]).await?.is_some())
}
