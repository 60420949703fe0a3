//! The parts of a target: what left, or will, below its first message. The rest of a thread, then the first comment.

use crate::id::{ChannelId, MessageId, OrganisationId, PostId};
use crate::store::{Conn, Result, Row};

/// One of what leaves for a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// What it is on its network.
    pub message: MessageId,
    /// It is the first comment: it answers the first of all parts, not the one before.
    pub first_comment: bool,
}

const INSERT: &str =
    "INSERT INTO post_part (organisation_id, post_id, channel_id, number, message_id, first_comment)
    VALUES ($1, $2, $3, $4, $5, $6)";
const LIST: &str = "SELECT message_id FROM post_target
    WHERE organisation_id = $1 AND post_id = $2 AND channel_id = $3 AND message_id IS NOT NULL";
const FURTHER: &str = "SELECT message_id, first_comment FROM post_part
    WHERE organisation_id = $1 AND post_id = $2 AND channel_id = $3 ORDER BY number";

/// Notes a further part, from 1.
pub async fn insert(
    conn: &mut Conn,
    organisation: OrganisationId,
    post: PostId,
    channel: ChannelId,
    number: i64,
    part: Part,
) -> Result<()> {
    let args = [
        organisation.into(),
        post.into(),
        channel.into(),
        number.into(),
        part.message.into(),
        part.first_comment.into(),
    ];
    conn.run(INSERT, &args).await.map(drop)
}

/// Everything that left or will leave for a target, in its order: one message, or the parts of a thread; then the first
/// comment.
pub async fn list(
    conn: &mut Conn,
    organisation: OrganisationId,
    post: PostId,
    channel: ChannelId,
) -> Result<Vec<Part>> {
    let args = [organisation.into(), post.into(), channel.into()];
    let first = conn.all(LIST, &args).await?;
    let further = conn.all(FURTHER, &args).await?;
    let first = first.iter().map(|row| Ok(Part { message: row.only()?, first_comment: false }));
    let further = further.iter().map(|row: &Row| {
        let mut cells = row.cells();
        Ok(Part { message: cells.next()?, first_comment: cells.next()? })
    });
    first.chain(further).collect()
}
