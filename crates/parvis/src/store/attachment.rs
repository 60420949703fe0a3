//! Attachments of messages: where the network keeps them, where we do, and their alternative text.

use serde::Serialize;
use sqlx::AssertSqlSafe;

use super::conn::places;
use super::{Conn, Result, Row, Value};
use crate::id::{AttachmentId, MessageId, OrganisationId};

/// A picture, video or file of a message.
#[derive(Clone, Debug, Serialize)]
pub struct Attachment {
    /// Its id.
    pub id: AttachmentId,
    /// Its message.
    pub message: MessageId,
    /// Place, from 0.
    pub position: i64,
    /// `image`, `video`, `audio`, `other`.
    pub kind: String,
    /// Where the network keeps it.
    pub remote_url: Option<String>,
    /// Alternative text.
    pub alt: Option<String>,
    /// Type, as far as known.
    pub mime: Option<String>,
    /// Pixels.
    pub width: Option<i64>,
    /// Pixels.
    pub height: Option<i64>,
    /// Path in the object store, once it is there.
    pub stored_as: Option<String>,
    /// Why it couldn't be fetched.
    pub error_text: Option<String>,
}

const ATTACH: &str = "INSERT INTO attachment (organisation_id, id, message_id, position, kind, remote_url, alt, mime, width, height, stored_as)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
const ATTACHMENTS: &str = "SELECT id, message_id, position, kind, remote_url, alt, mime, width, height, stored_as, error_text FROM attachment
    WHERE organisation_id = $1 AND message_id = $2 ORDER BY position";
const ATTACHMENT: &str = "SELECT id, message_id, position, kind, remote_url, alt, mime, width, height, stored_as, error_text FROM attachment
    WHERE organisation_id = $1 AND id = $2";
const DETACH: &str = "DELETE FROM attachment WHERE organisation_id = $1 AND message_id = $2";
const STORED: &str =
    "UPDATE attachment SET stored_as = $3, mime = $4, error_text = $5 WHERE organisation_id = $1 AND id = $2";

const STORED_FILES: &str =
    "SELECT id, stored_as FROM attachment WHERE organisation_id = $1 AND id > $2 AND stored_as IS NOT NULL
    UNION ALL SELECT id, stored_as FROM post_picture WHERE organisation_id = $1 AND id > $2
    UNION ALL SELECT id, stored_as FROM post_card WHERE organisation_id = $1 AND id > $2 AND stored_as IS NOT NULL
    UNION ALL SELECT id, stored_as FROM asset_file WHERE organisation_id = $1 AND id > $2 ORDER BY id LIMIT 1000";

fn read(row: &Row) -> Result<Attachment> {
    let mut cells = row.cells();
    Ok(Attachment {
        id: cells.next()?,
        message: cells.next()?,
        position: cells.next()?,
        kind: cells.next()?,
        remote_url: cells.next()?,
        alt: cells.next()?,
        mime: cells.next()?,
        width: cells.next()?,
        height: cells.next()?,
        stored_as: cells.next()?,
        error_text: cells.next()?,
    })
}

/// Writes the attachments of a message anew.
pub async fn replace(
    conn: &mut Conn,
    organisation: OrganisationId,
    message: MessageId,
    all: &[Attachment],
) -> Result<()> {
    conn.run(DETACH, &[organisation.into(), message.into()]).await?;
    for it in all {
        let args = [
            organisation.into(),
            it.id.into(),
            message.into(),
            it.position.into(),
            (&it.kind).into(),
            (&it.remote_url).into(),
            (&it.alt).into(),
            (&it.mime).into(),
            it.width.into(),
            it.height.into(),
            (&it.stored_as).into(),
        ];
        conn.run(ATTACH, &args).await?;
    }
    Ok(())
}

/// The attachments of a message, in their order.
pub async fn of(
    conn: &mut Conn,
    organisation: OrganisationId,
    message: MessageId,
) -> Result<Vec<Attachment>> {
    conn.all(ATTACHMENTS, &[organisation.into(), message.into()]).await?.iter().map(read).collect()
}

/// The attachments of several messages, in their order within each.
pub async fn of_all(
    conn: &mut Conn,
    organisation: OrganisationId,
    messages: impl IntoIterator<Item = MessageId>,
) -> Result<Vec<Attachment>> {
    let mut args: Vec<Value> = vec![organisation.into()];
    let list = places(&mut args, messages);
    let sql = format!(
        "SELECT id, message_id, position, kind, remote_url, alt, mime, width, height, stored_as, error_text FROM attachment
         WHERE organisation_id = $1 AND message_id IN ({list}) ORDER BY position"
    );
    conn.all(AssertSqlSafe(sql), &args).await?.iter().map(read).collect()
}

/// The attachment with that id.
pub async fn get(
    conn: &mut Conn,
    organisation: OrganisationId,
    id: AttachmentId,
) -> Result<Option<Attachment>> {
    conn.first(ATTACHMENT, &[organisation.into(), id.into()]).await?.as_ref().map(read).transpose()
}

/// Writes where an attachment was put in the object store, or why it couldn't be fetched.
pub async fn set_stored(
    conn: &mut Conn,
    organisation: OrganisationId,
    id: AttachmentId,
    stored_as: Option<&str>,
    mime: Option<&str>,
    error: Option<&str>,
) -> Result<()> {
    let args = [organisation.into(), id.into(), stored_as.into(), mime.into(), error.into()];
    conn.run(STORED, &args).await.map(drop)
}

/// The files of the next attachments, pictures of posts and files of the library after `last` by id, at most 1,000; empty after the last one.
pub async fn stored_files(
    conn: &mut Conn,
    organisation: OrganisationId,
    last: AttachmentId,
) -> Result<Vec<(AttachmentId, String)>> {
    let rows = conn.all(STORED_FILES, &[organisation.into(), last.into()]).await?;
    rows.iter()
        .map(|row| {
            let mut cells = row.cells();
            Ok((cells.next()?, cells.next()?))
        })
        .collect()
}
