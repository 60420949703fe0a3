//! Fetches pictures of messages, and files that only the account can get, into the object store, so that a reader's browser never calls the
//! outside (it would tell who reads what, and the strict CSP forbids it).

use object_store::ObjectStoreExt as _;
use object_store::path::Path;
use parvis_channels::Account;
use serde_json::json;
use uuid::Uuid;

use super::Outcome;
use crate::account;
use crate::app::App;
use crate::clock::MINUTE;
use crate::command::Result;
use crate::fault::{self, Point};
use crate::id::{AttachmentId, OrganisationId};
use crate::store::attachment::{self, Attachment};
use crate::store::job::{self, Job};
use crate::store::journal::{self, By, Entry};
use crate::store::{Conn, channel, conversation, message};

/// The job's kind.
pub const KIND: &str = "fetch_media";
/// Largest picture or file kept, in bytes.
const BYTES: usize = 8 * 1024 * 1024;
/// Tries before it is left to the link.
const TRIES: i64 = 4;

/// Has an attachment fetched.
pub async fn enqueue(
    conn: &mut Conn,
    organisation: OrganisationId,
    id: AttachmentId,
    now: i64,
) -> crate::store::Result<()> {
    job::enqueue(conn, organisation, KIND, &id.to_string(), id.0, now, now).await
}

/// Fetches one attachment; of pictures only those of the four kinds that browsers show safely are kept.
pub async fn carry_out(app: &App, job: &Job) -> Result<Outcome> {
    let id = AttachmentId(job.subject);
    let found = attachment::get(&mut app.db.read().await?, job.organisation, id).await?;
    let Some(it) = found.filter(|it| it.stored_as.is_none()) else { return Ok(Outcome::Done) };
    let Some(url) = it.remote_url.clone() else { return Ok(Outcome::Done) };
    let Some(account) = account_of(app, job.organisation, &it).await? else { return Ok(Outcome::Done) };
    let room = app.rooms.of(account.kind);
    fault::pass(Point::FetchBefore);
    let fetched = room.fetch_media(&app.net, &account, &url, BYTES).await;
    fault::pass(Point::FetchAfter);
    let bytes = match fetched {
        Ok(bytes) => bytes,
        Err(error) if error.retryable() && job.attempts + 1 < TRIES => {
            let at = app.now() + MINUTE * 4_i64.pow(u32::try_from(job.attempts).unwrap_or(0));
            return Ok(Outcome::Retry(at, error.to_string()));
        }
        Err(error) => return give_up(app, job, &it, &error.to_string()).await,
    };
    let (mime, ending) = match picture_kind(&bytes) {
        Some(picture) => picture,
        None if it.kind == "image" => {
            return give_up(app, job, &it, "not a PNG, JPEG, WebP or GIF").await;
        }
        // Whatever its sender calls it, browsers get it as a file to keep.
        None => ("application/octet-stream", "file"),
    };
    let path = format!("received/{}/{id}.{ending}", job.organisation);
    app.media.put(&Path::from(path.as_str()), bytes.into()).await?;
    fault::pass(Point::MediaKept);
    keep(app, job.organisation, &it, Some(&path), Some(mime), None).await
}

/// The account by which the message came.
async fn account_of(app: &App, house: OrganisationId, it: &Attachment) -> Result<Option<Account>> {
    let mut conn = app.db.read().await?;
    let Some(said) = message::get(&mut conn, house, it.message).await? else { return Ok(None) };
    let channel = channel::get(&mut conn, house, said.channel).await?;
    Ok(channel.filter(|it| it.state != "removed").and_then(|it| account::open(app, &it).ok()))
}

async fn give_up(app: &App, job: &Job, it: &Attachment, why: &str) -> Result<Outcome> {
    keep(app, job.organisation, it, None, None, Some(why)).await
}

/// Writes down how it went; the screens on which the picture is awaited hear of it.
async fn keep(
    app: &App,
    organisation: OrganisationId,
    it: &Attachment,
    path: Option<&str>,
    mime: Option<&str>,
    error: Option<&str>,
) -> Result<Outcome> {
    let mut conn = app.db.write().await?;
    attachment::set_stored(&mut conn, organisation, it.id, path, mime, error).await?;
    let found = match message::get(&mut conn, organisation, it.message).await? {
        Some(said) => conversation::get(&mut conn, organisation, said.conversation).await?,
        None => None,
    };
    let entry = Entry {
        organisation,
        at: app.now(),
        by: By::System,
        verb: if path.is_some() { "attachment.kept" } else { "attachment.missed" },
        subject: it.id.0,
        conversation: found.map(|found| (found.id, found.facets.desk)),
        before: None,
        after: Some(json!({ "mime": mime, "error": error })),
    };
    journal::write(&mut conn, entry).await?;
    conn.commit().await?;
    Ok(Outcome::Done)
}

/// Type and file ending by the first bytes, never by what the sender says.
pub fn picture_kind(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => Some(("image/png", "png")),
        [0xFF, 0xD8, 0xFF, ..] => Some(("image/jpeg", "jpeg")),
        [b'G', b'I', b'F', b'8', ..] => Some(("image/gif", "gif")),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(("image/webp", "webp")),
        _ => None,
    }
}

/// The bytes of an attachment that was kept, and their type.
pub async fn load(
    app: &App,
    organisation: OrganisationId,
    id: Uuid,
) -> Result<Option<(bytes::Bytes, String)>> {
    let found = attachment::get(&mut app.db.read().await?, organisation, AttachmentId(id)).await?;
    let Some(path) = found.and_then(|it| it.stored_as) else { return Ok(None) };
    let bytes = app.media.get(&Path::from(path.as_str())).await?.bytes().await?;
    let Some((mime, _)) = picture_kind(&bytes) else { return Ok(None) };
    Ok(Some((bytes, mime.to_owned())))
}
