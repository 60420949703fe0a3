//! Tags: the organisation's labels, and which conversations carry them.

use serde::Serialize;

use super::{Conn, Result, Row};
use crate::id::{ConversationId, MessageId, OrganisationId, TagId, WatchId};

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
    "INSERT INTO conversation_tag (organisation_id, tag_id, conversation_id, state, due_at, last_at)
    SELECT t.organisation_id, t.id, c.id, c.state, c.due_at, c.last_at
    FROM tag t JOIN conversation c ON c.organisation_id = t.organisation_id
    WHERE t.organisation_id = $1 AND t.id = $2 AND c.id = $3
    ON CONFLICT (organisation_id, tag_id, conversation_id) DO NOTHING";
const PUT_FOUND: &str =
    "INSERT INTO conversation_tag (organisation_id, tag_id, conversation_id, state, due_at, last_at, watch_id)
    SELECT t.organisation_id, t.id, c.id, c.state, c.due_at, c.last_at, $4
    FROM tag t JOIN message m ON m.organisation_id = t.organisation_id
    JOIN conversation c ON c.organisation_id = m.organisation_id AND c.id = m.conversation_id
    WHERE t.organisation_id = $1 AND t.id = $2 AND m.id = $3
    AND NOT EXISTS (SELECT 1 FROM tag_refusal r
      WHERE r.organisation_id = t.organisation_id AND r.tag_id = t.id AND r.conversation_id = c.id)
    ON CONFLICT (organisation_id, tag_id, conversation_id) DO NOTHING";
const REFUSE: &str = "INSERT INTO tag_refusal (organisation_id, tag_id, conversation_id, watch_id, at)
    SELECT organisation_id, tag_id, conversation_id, watch_id, $4 FROM conversation_tag
    WHERE organisation_id = $1 AND tag_id = $2 AND conversation_id = $3 AND watch_id IS NOT NULL
    ON CONFLICT (organisation_id, tag_id, conversation_id) DO NOTHING";
const ALLOW: &str =
    "DELETE FROM tag_refusal WHERE organisation_id = $1 AND tag_id = $2 AND conversation_id = $3";
const STANDING: &str = "SELECT COUNT(*) FROM conversation_tag WHERE organisation_id = $1 AND watch_id = $2";
const REFUSED: &str = "SELECT COUNT(*) FROM tag_refusal WHERE organisation_id = $1 AND watch_id = $2";
const BY_HAND: &str = "SELECT m.text FROM conversation_tag ct
    JOIN message m ON m.organisation_id = ct.organisation_id AND m.conversation_id = ct.conversation_id
    WHERE ct.organisation_id = $1 AND ct.tag_id = $2 AND ct.watch_id IS NULL AND m.direction = 'in' AND m.deleted_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM mention n JOIN message o ON o.organisation_id = n.organisation_id AND o.id = n.message_id
      WHERE n.organisation_id = ct.organisation_id AND n.watch_id = $3 AND o.conversation_id = ct.conversation_id)
    ORDER BY ct.last_at DESC, m.id LIMIT $4";
const MOVE: &str = "UPDATE conversation_tag SET state = $3, due_at = $4, last_at = $5
    WHERE organisation_id = $1 AND conversation_id = $2";
const PLACE: &str = "UPDATE conversation_tag SET state = c.state, due_at = c.due_at, last_at = c.last_at
    FROM conversation c WHERE conversation_tag.organisation_id = $1
    AND c.organisation_id = conversation_tag.organisation_id AND c.id = conversation_tag.conversation_id
    AND (c.state <> conversation_tag.state OR c.due_at <> conversation_tag.due_at
      OR c.last_at <> conversation_tag.last_at)";
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

/// A person puts a tag on a conversation, whoever took it off before; false when it was there.
pub async fn put(
    conn: &mut Conn,
    organisation: OrganisationId,
    id: ConversationId,
    tag: TagId,
) -> Result<bool> {
    conn.run(ALLOW, &[organisation.into(), tag.into(), id.into()]).await?;
    Ok(conn.run(PUT, &[organisation.into(), tag.into(), id.into()]).await? == 1)
}

/// A watch puts its tag on the conversation of a message that it has found, unless a person has taken it off there.
pub async fn put_found(
    conn: &mut Conn,
    organisation: OrganisationId,
    message: MessageId,
    tag: TagId,
    watch: WatchId,
) -> Result<()> {
    let args = [organisation.into(), tag.into(), message.into(), watch.into()];
    conn.run(PUT_FOUND, &args).await.map(drop)
}

/// How the tag of a watch was judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judged {
    /// Conversations on which what the watch put still stands.
    pub standing: i64,
    /// Conversations from which people took it off.
    pub refused: i64,
}

/// What became of what a watch has put.
pub async fn judged(conn: &mut Conn, organisation: OrganisationId, watch: WatchId) -> Result<Judged> {
    let args = [organisation.into(), watch.into()];
    let mut count = async |sql| match conn.first(sql, &args).await? {
        Some(row) => row.only(),
        None => Ok(0),
    };
    Ok(Judged { standing: count(STANDING).await?, refused: count(REFUSED).await? })
}

/// What came in, in conversations that people gave this tag and in which the watch has found nothing: those of the latest
/// conversations first, `limit` at most.
pub async fn missed(
    conn: &mut Conn,
    organisation: OrganisationId,
    tag: TagId,
    watch: WatchId,
    limit: i64,
) -> Result<Vec<String>> {
    let args = [organisation.into(), tag.into(), watch.into(), limit.into()];
    conn.all(BY_HAND, &args).await?.iter().map(Row::only).collect()
}

/// A person takes a tag off a conversation, at `now` (µs): no watch puts it there again. False when it wasn't there.
pub async fn take(
    conn: &mut Conn,
    organisation: OrganisationId,
    id: ConversationId,
    tag: TagId,
    now: i64,
) -> Result<bool> {
    conn.run(REFUSE, &[organisation.into(), tag.into(), id.into(), now.into()]).await?;
    Ok(conn.run(TAKE, &[organisation.into(), tag.into(), id.into()]).await? == 1)
}

/// Keeps beside a conversation's tags where it stands in the lists: its state, when it is due, its last message (µs).
pub(super) async fn move_to(
    conn: &mut Conn,
    organisation: OrganisationId,
    id: ConversationId,
    (state, due_at, last_at): (&str, i64, i64),
) -> Result<()> {
    let args = [organisation.into(), id.into(), state.into(), due_at.into(), last_at.into()];
    conn.run(MOVE, &args).await.map(drop)
}

/// The same for all that are tagged, from the conversations; after an import, and for the doctor to mend.
pub(super) async fn place_all(conn: &mut Conn, organisation: OrganisationId) -> Result<()> {
    conn.run(PLACE, &[organisation.into()]).await.map(drop)
}

/// Gives a tag another name, which no other tag may have.
pub async fn rename(conn: &mut Conn, organisation: OrganisationId, tag: TagId, name: &str) -> Result<()> {
    conn.run(RENAME, &[organisation.into(), tag.into(), name.into()]).await.map(drop)
}
