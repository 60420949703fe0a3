//! The parts of a thread: what left, or will, below the first message of a target.

use crate::id::{ChannelId, MessageId, OrganisationId, PostId};
use crate::store::{Conn, Result, Row};

const INSERT: &str = "INSERT INTO post_part (organisation_id, post_id, channel_id, number, message_id) VALUES ($1, $2, $3, $4, $5)";
const LIST: &str = "SELECT message_id FROM post_target
    WHERE organisation_id = $1 AND post_id = $2 AND channel_id = $3 AND message_id IS NOT NULL";
const FURTHER: &str = "SELECT message_id FROM post_part
    WHERE organisation_id = $1 AND post_id = $2 AND channel_id = $3 ORDER BY number";

/// Notes the message of a further part, from 1.
pub async fn insert(
    conn: &mut Conn,
    organisation: OrganisationId,
    post: PostId,
    channel: ChannelId,
    number: i64,
    message: MessageId,
) -> Result<()> {
    let args = [organisation.into(), post.into(), channel.into(), number.into(), message.into()];
    conn.run(INSERT, &args).await.map(drop)
}

/// Everything that left or will leave for a target, in its order: one message, or the parts of a thread.
pub async fn list(
    conn: &mut Conn,
    organisation: OrganisationId,
    post: PostId,
    channel: ChannelId,
) -> Result<Vec<MessageId>> {
    let args = [organisation.into(), post.into(), channel.into()];
    let mut all = conn.all(LIST, &args).await?;
    all.extend(conn.all(FURTHER, &args).await?);
    all.iter().map(Row::only).collect()
}
