//! Tags: the organisation's labels, and which conversations carry them.

use serde::Serialize;

use super::{Conn, Result, Row};
use crate::id::{ConversationId, OrganisationId, TagId};

/// A label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Tag {
    /// Its id.
    pub id: TagId,
    /// Its name; unique in the organisation.
    pub name: String,
}

const UPSERT: &str = "INSERT INTO tag (organisation_id, id, name, created_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (organisation_id, name) DO UPDATE SET name = excluded.name RETURNING id";
const LIST: &str = "SELECT id, name FROM tag WHERE organisation_id = $1 ORDER BY name";
const OF: &str = "SELECT t.id, t.name FROM conversation_tag ct JOIN tag t ON t.organisation_id = ct.organisation_id AND t.id = ct.tag_id
    WHERE ct.organisation_id = $1 AND ct.conversation_id = $2 ORDER BY t.name";
const PUT: &str =
    "INSERT INTO conversation_tag (organisation_id, tag_id, conversation_id) VALUES ($1, $2, $3)
    ON CONFLICT (organisation_id, tag_id, conversation_id) DO NOTHING";
const RENAME: &str = "UPDATE tag SET name = $3 WHERE organisation_id = $1 AND id = $2";
const TAKE: &str =
    "DELETE FROM conversation_tag WHERE organisation_id = $1 AND tag_id = $2 AND conversation_id = $3";

fn read(row: &Row) -> Result<Tag> {
    let mut cells = row.cells();
    Ok(Tag { id: cells.next()?, name: cells.next()? })
}

/// The tag of that name, made when it doesn't exist.
pub async fn named(conn: &mut Conn, organisation: OrganisationId, name: &str, now: i64) -> Result<TagId> {
    let made = TagId::new(now);
    let args = [organisation.into(), made.into(), name.into(), now.into()];
    conn.first(UPSERT, &args).await?.map_or(Ok(made), |row| row.only())
}

/// All tags by name.
pub async fn list(conn: &mut Conn, organisation: OrganisationId) -> Result<Vec<Tag>> {
    conn.all(LIST, &[organisation.into()]).await?.iter().map(read).collect()
}

/// The tags of a conversation, by name.
pub async fn of(conn: &mut Conn, organisation: OrganisationId, id: ConversationId) -> Result<Vec<Tag>> {
    conn.all(OF, &[organisation.into(), id.into()]).await?.iter().map(read).collect()
}

/// Puts a tag on a conversation; false when it was there.
pub async fn put(
    conn: &mut Conn,
    organisation: OrganisationId,
    id: ConversationId,
    tag: TagId,
) -> Result<bool> {
    Ok(conn.run(PUT, &[organisation.into(), tag.into(), id.into()]).await? == 1)
}

/// Takes a tag off a conversation; false when it wasn't there.
pub async fn take(
    conn: &mut Conn,
    organisation: OrganisationId,
    id: ConversationId,
    tag: TagId,
) -> Result<bool> {
    Ok(conn.run(TAKE, &[organisation.into(), tag.into(), id.into()]).await? == 1)
}

/// Gives a tag another name, which no other tag may have.
pub async fn rename(conn: &mut Conn, organisation: OrganisationId, tag: TagId, name: &str) -> Result<()> {
    conn.run(RENAME, &[organisation.into(), tag.into(), name.into()]).await.map(drop)
}
