//! The words of posts: what each version said, and what somebody is typing.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::id::{ChannelId, ColleagueId, OrganisationId, PostId};
use crate::store::{Conn, Error, Result, Row};

/// The texts of the networks that have a version of their own.
pub type OwnTexts = BTreeMap<ChannelId, String>;

/// What a post said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Version {
    /// From 1.
    pub number: i64,
    /// When (µs).
    pub at: i64,
    /// Who wrote it.
    pub colleague: ColleagueId,
    /// The common text.
    pub text: String,
    /// The texts of the networks that have their own, by channel.
    #[schema(value_type = std::collections::HashMap<String, String>)]
    pub own_texts: OwnTexts,
    /// The first comment of the common text; empty for none.
    pub first_comment: String,
    /// The first comments of the networks that have their own, by channel.
    #[schema(value_type = std::collections::HashMap<String, String>)]
    pub own_first_comments: OwnTexts,
    /// The model that proposed words of it; nothing where people wrote alone.
    pub assistant: Option<String>,
}

/// What somebody is typing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The version that it began from.
    pub version: i64,
    /// The common text.
    pub text: String,
    /// The texts of the networks that have their own.
    pub own_texts: OwnTexts,
    /// The first comment of the common text.
    pub first_comment: String,
    /// The first comments of the networks that have their own.
    pub own_first_comments: OwnTexts,
    /// The model that proposed words of it.
    pub assistant: Option<String>,
    /// When it was kept (µs).
    pub updated_at: i64,
}

const KEEP: &str =
    "INSERT INTO post_version (organisation_id, post_id, number, at, colleague_id, text, own_texts, first_comment, own_first_comments, assistant)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const VERSIONS: &str =
    "SELECT number, at, colleague_id, text, own_texts, first_comment, own_first_comments, assistant FROM post_version
    WHERE organisation_id = $1 AND post_id = $2 ORDER BY number DESC LIMIT 200";
const ASSISTANTS: &str = "SELECT DISTINCT assistant FROM post_version
    WHERE organisation_id = $1 AND post_id = $2 AND assistant IS NOT NULL ORDER BY assistant";
const REWRITE: &str = "UPDATE post_version SET text = $4, first_comment = $5 WHERE organisation_id = $1 AND post_id = $2 AND number = $3";
const SAVE_DRAFT: &str = "INSERT INTO post_draft (organisation_id, post_id, colleague_id, version, text, own_texts, updated_at, first_comment, own_first_comments, assistant)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (organisation_id, post_id, colleague_id)
    DO UPDATE SET version = excluded.version, text = excluded.text, own_texts = excluded.own_texts, updated_at = excluded.updated_at,
    first_comment = excluded.first_comment, own_first_comments = excluded.own_first_comments, assistant = excluded.assistant";
const DROP_DRAFT: &str =
    "DELETE FROM post_draft WHERE organisation_id = $1 AND post_id = $2 AND colleague_id = $3";
const DRAFT: &str =
    "SELECT version, text, own_texts, updated_at, first_comment, own_first_comments, assistant FROM post_draft
    WHERE organisation_id = $1 AND post_id = $2 AND colleague_id = $3";

fn texts(json: String) -> Result<OwnTexts> {
    serde_json::from_str(&json).map_err(|_| Error::Unreadable { what: "texts", found: json })
}

fn json(texts: &OwnTexts) -> String {
    // A map of ids and texts always can be written.
    serde_json::to_string(texts).unwrap_or_else(|_| "{}".to_owned())
}

/// Keeps a version for good.
pub async fn keep(conn: &mut Conn, organisation: OrganisationId, id: PostId, it: &Version) -> Result<()> {
    let args = [
        organisation.into(),
        id.into(),
        it.number.into(),
        it.at.into(),
        it.colleague.into(),
        (&it.text).into(),
        json(&it.own_texts).into(),
        (&it.first_comment).into(),
        json(&it.own_first_comments).into(),
        it.assistant.as_deref().into(),
    ];
    conn.run(KEEP, &args).await.map(drop)
}

/// What it said, newest first.
pub async fn versions(conn: &mut Conn, organisation: OrganisationId, id: PostId) -> Result<Vec<Version>> {
    let rows = conn.all(VERSIONS, &[organisation.into(), id.into()]).await?;
    rows.iter()
        .map(|row| {
            let mut cells = row.cells();
            Ok(Version {
                number: cells.next()?,
                at: cells.next()?,
                colleague: cells.next()?,
                text: cells.next()?,
                own_texts: texts(cells.next()?)?,
                first_comment: cells.next()?,
                own_first_comments: texts(cells.next()?)?,
                assistant: cells.next()?,
            })
        })
        .collect()
}

/// The models that proposed words of any of its versions, by name.
pub async fn assistants(conn: &mut Conn, organisation: OrganisationId, id: PostId) -> Result<Vec<String>> {
    conn.all(ASSISTANTS, &[organisation.into(), id.into()]).await?.iter().map(Row::only).collect()
}

/// Writes what all networks have in common of an earlier version anew.
pub async fn rewrite(conn: &mut Conn, organisation: OrganisationId, id: PostId, it: &Version) -> Result<()> {
    let args =
        [organisation.into(), id.into(), it.number.into(), (&it.text).into(), (&it.first_comment).into()];
    conn.run(REWRITE, &args).await.map(drop)
}

/// Keeps what somebody is typing.
pub async fn save_draft(
    conn: &mut Conn,
    organisation: OrganisationId,
    id: PostId,
    colleague: ColleagueId,
    it: &Draft,
) -> Result<()> {
    let args = [
        organisation.into(),
        id.into(),
        colleague.into(),
        it.version.into(),
        (&it.text).into(),
        json(&it.own_texts).into(),
        it.updated_at.into(),
        (&it.first_comment).into(),
        json(&it.own_first_comments).into(),
        it.assistant.as_deref().into(),
    ];
    conn.run(SAVE_DRAFT, &args).await.map(drop)
}

/// What somebody is typing needs to be kept no more.
pub async fn drop_draft(
    conn: &mut Conn,
    organisation: OrganisationId,
    id: PostId,
    colleague: ColleagueId,
) -> Result<()> {
    conn.run(DROP_DRAFT, &[organisation.into(), id.into(), colleague.into()]).await.map(drop)
}

/// What somebody was typing.
pub async fn draft(
    conn: &mut Conn,
    organisation: OrganisationId,
    id: PostId,
    colleague: ColleagueId,
) -> Result<Option<Draft>> {
    let row = conn.first(DRAFT, &[organisation.into(), id.into(), colleague.into()]).await?;
    let read = |row: &Row| {
        let mut cells = row.cells();
        Ok(Draft {
            version: cells.next()?,
            text: cells.next()?,
            own_texts: texts(cells.next()?)?,
            updated_at: cells.next()?,
            first_comment: cells.next()?,
            own_first_comments: texts(cells.next()?)?,
            assistant: cells.next()?,
        })
    };
    row.as_ref().map(read).transpose()
}
