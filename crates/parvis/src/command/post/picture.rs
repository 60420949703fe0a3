//! The pictures of a post. Adding one, taking one away and changing what it shows in words all change what will be
//! published: the checks begin again.

use object_store::ObjectStoreExt as _;
use object_store::path::Path;
use parvis_channels::Upload;

use super::words::touch;
use super::{Post, load};
use crate::app::App;
use crate::command::answer::UPLOAD_BYTES;
use crate::command::{Refusal, Result};
use crate::id::{PictureId, PostId};
use crate::rules::permission::{Action, Actor};
use crate::store::Conn;
use crate::store::post::picture::{self, Picture};

/// Pictures of one post at most; networks take fewer.
const MOST: usize = 10;
/// Longest alternative text, in characters.
const ALT_LENGTH: usize = 1_500;

fn described(alt: &str) -> Result<Option<String>> {
    match alt.trim() {
        "" => Ok(None),
        alt if alt.chars().count() > ALT_LENGTH => Err(Refusal::Invalid { field: "alt", code: "long" }),
        alt => Ok(Some(alt.to_owned())),
    }
}

/// The file name's end for a picture that really is what it says: by its first bytes, not by its name.
fn ending(upload: &Upload) -> Result<&'static str> {
    let bytes = &upload.bytes;
    match upload.mime.as_str() {
        "image/png" if bytes.starts_with(b"\x89PNG\r\n\x1a\n") => Ok(".png"),
        "image/jpeg" if bytes.starts_with(b"\xFF\xD8\xFF") => Ok(".jpeg"),
        "image/gif" if bytes.starts_with(b"GIF8") => Ok(".gif"),
        "image/webp" if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") => Ok(".webp"),
        _ => Err(Refusal::Invalid { field: "media", code: "kind" }),
    }
}

/// Adds a picture.
///
/// # Errors
/// The right is missing, it isn't a picture, it is too large, or there are too many.
pub async fn add(app: &App, actor: &Actor, id: PostId, upload: &Upload) -> Result<Picture> {
    let now = app.now();
    load(&mut app.db.read().await?, actor, id, Action::Write).await?;
    let end = ending(upload)?;
    if upload.bytes.len() > UPLOAD_BYTES {
        return Err(Refusal::Invalid { field: "media", code: "size" });
    }
    let new = PictureId::new(now);
    let stored_as = format!("post/{id}/{new}{end}");
    let it = Picture {
        id: new,
        alt: described(&upload.alt)?,
        mime: upload.mime.clone(),
        stored_as: stored_as.clone(),
    };
    // The file first: the object store isn't part of the transaction, and an orphaned file harms nobody.
    app.media.put(&Path::from(stored_as), upload.bytes.clone().into()).await?;
    let mut conn = app.db.write().await?;
    let post = load(&mut conn, actor, id, Action::Write).await?;
    let there = picture::list(&mut conn, actor.organisation, id).await?;
    if there.len() >= MOST {
        return Err(Refusal::Invalid { field: "media", code: "many" });
    }
    picture::insert(&mut conn, actor.organisation, id, now, &it).await?;
    changed(conn, app, actor, post, now).await?;
    Ok(it)
}

/// Writes what a picture shows.
///
/// # Errors
/// The right is missing, there is no such picture, or the text is too long.
pub async fn describe(app: &App, actor: &Actor, id: PostId, which: PictureId, alt: &str) -> Result<()> {
    let alt = described(alt)?;
    let mut conn = app.db.write().await?;
    let post = load(&mut conn, actor, id, Action::Write).await?;
    if !picture::set_alt(&mut conn, actor.organisation, id, which, alt.as_deref()).await? {
        return Err(Refusal::NotFound);
    }
    changed(conn, app, actor, post, app.now()).await
}

/// Takes a picture away.
///
/// # Errors
/// The right is missing, or there is no such picture.
pub async fn remove(app: &App, actor: &Actor, id: PostId, which: PictureId) -> Result<()> {
    let mut conn = app.db.write().await?;
    let post = load(&mut conn, actor, id, Action::Write).await?;
    if !picture::remove(&mut conn, actor.organisation, id, which).await? {
        return Err(Refusal::NotFound);
    }
    changed(conn, app, actor, post, app.now()).await
}

async fn changed(mut conn: Conn, app: &App, actor: &Actor, mut post: Post, now: i64) -> Result<()> {
    touch(&mut conn, app, actor, &mut post, None, now).await?;
    Ok(conn.commit().await?)
}
