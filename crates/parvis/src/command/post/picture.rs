//! The pictures of a post. Adding one, taking one away and changing what it shows in words all change what will be
//! published: the checks begin again.

use object_store::ObjectStoreExt as _;
use object_store::path::Path;
use parvis_channels::Upload;

use super::words::touch;
use super::{Post, load, may_show};
use crate::app::App;
use crate::command::asset::{self, ALT_LENGTH, Brought, Wanted};
use crate::command::{Refusal, Result};
use crate::id::{AssetId, PictureId, PostId};
use crate::rules::permission::{Action, Actor};
use crate::store::asset::{self as room, Asset};
use crate::store::post::picture::{self, Picture};
use crate::store::{self, Conn};

/// Pictures of one post at most; networks take fewer.
const MOST: usize = 10;

fn described(alt: &str) -> Result<Option<String>> {
    match alt.trim() {
        "" => Ok(None),
        alt if alt.chars().count() > ALT_LENGTH => Err(Refusal::Invalid { field: "alt", code: "long" }),
        alt => Ok(Some(alt.to_owned())),
    }
}

/// Adds a picture.
///
/// # Errors
/// The right is missing, it isn't a picture, it is too large, or there are too many.
pub async fn add(app: &App, actor: &Actor, id: PostId, upload: &Upload) -> Result<Picture> {
    let now = app.now();
    load(&mut app.db.read().await?, actor, id, Action::Write).await?;
    let (found, digest) = asset::measure(upload)?;
    let new = PictureId::new(now);
    let stored_as = format!("post/{id}/{new}{}", found.end);
    let mut it = Picture {
        id: new,
        alt: described(&upload.alt)?,
        mime: upload.mime.clone(),
        stored_as: stored_as.clone(),
        asset: None,
    };
    // The file first: the object store isn't part of the transaction, and an orphaned file harms nobody.
    app.media.put(&Path::from(stored_as), upload.bytes.clone().into()).await?;
    let mut conn = app.db.write().await?;
    let post = load(&mut conn, actor, id, Action::Write).await?;
    // What the library holds is held to its rights, whatever way it comes.
    if let Some(known) = room::by_digest(&mut conn, actor.organisation, &digest).await?
        && let Some((known, _)) = room::get(&mut conn, actor.organisation, known).await?
    {
        it.asset = Some(usable(&known, &post, now)?);
    }
    insert(conn, app, actor, post, std::slice::from_ref(&it)).await?;
    Ok(it)
}

/// The asset, unless its rights end before the post leaves.
fn usable(it: &Asset, post: &Post, now: i64) -> Result<AssetId> {
    if may_show(it.expires_at, post.due_at, now) {
        Ok(it.id)
    } else {
        Err(Refusal::Invalid { field: "asset", code: "ended" })
    }
}

async fn insert(mut conn: Conn, app: &App, actor: &Actor, post: Post, all: &[Picture]) -> Result<()> {
    let now = app.now();
    let there = picture::list(&mut conn, actor.organisation, post.id).await?;
    if there.len() + all.len() > MOST {
        return Err(Refusal::Invalid { field: "media", code: "many" });
    }
    for (place, it) in (0_i64..).zip(all) {
        picture::insert(&mut conn, actor.organisation, post.id, now + place, it).await?;
    }
    changed(conn, app, actor, post, now).await
}

/// Puts a picture of the library into a post, with what it shows in words in the language of the house; the other
/// language's where it has none. The post keeps this file, whatever newer one the library gets.
///
/// # Errors
/// The right is missing, there is no such asset for the actor's eyes, it is put away or its rights end before the post
/// leaves, or there are too many pictures.
pub async fn pick(app: &App, actor: &Actor, id: PostId, which: AssetId) -> Result<Picture> {
    let mut all = pick_all(app, actor, id, &[(which, None)]).await?;
    all.pop().ok_or(Refusal::NotFound)
}

/// The same for several at once, or none of them; of each the file of that number, or the one that is used.
///
/// # Errors
/// As [`pick`].
pub async fn pick_all(
    app: &App,
    actor: &Actor,
    id: PostId,
    which: &[(AssetId, Option<i64>)],
) -> Result<Vec<Picture>> {
    let now = app.now();
    let mut conn = app.db.write().await?;
    let post = load(&mut conn, actor, id, Action::Write).await?;
    let own = store::organisation::get(&mut conn, actor.organisation).await?;
    let french = own.is_some_and(|it| it.language == "fr");
    let mut picked = Vec::new();
    for (which, number) in which {
        let (found, used) = asset::load(&mut conn, actor, *which, Action::Write).await?;
        if found.away_at.is_some() {
            return Err(Refusal::Invalid { field: "asset", code: "away" });
        }
        let file = match number {
            Some(number) => asset::file_of(&mut conn, actor, (*which, *number), Action::Write).await?,
            None => used,
        };
        let asset = usable(&found, &post, now)?;
        let alts = if french { [found.alt_fr, found.alt_en] } else { [found.alt_en, found.alt_fr] };
        picked.push(Picture {
            id: PictureId::new(now),
            alt: alts.into_iter().find(|it| !it.is_empty()),
            mime: file.mime,
            stored_as: file.stored_as,
            asset: Some(asset),
        });
    }
    insert(conn, app, actor, post, &picked).await?;
    Ok(picked)
}

/// Keeps a picture of a post in the library. What is published doesn't change by that.
///
/// # Errors
/// The right is missing, or there is no such picture.
pub async fn keep(app: &App, actor: &Actor, id: PostId, which: PictureId) -> Result<Brought> {
    let now = app.now();
    let mut conn = app.db.read().await?;
    let post = load(&mut conn, actor, id, Action::BringMaterial).await?;
    let all = picture::list(&mut conn, actor.organisation, id).await?;
    let it = all.into_iter().find(|it| it.id == which).ok_or(Refusal::NotFound)?;
    drop(conn);
    let bytes = app.media.get(&Path::from(it.stored_as.as_str())).await?.bytes().await?;
    let mut conn = app.db.write().await?;
    let own = store::organisation::get(&mut conn, actor.organisation).await?;
    let (alt, french) = (it.alt.unwrap_or_default(), own.is_some_and(|it| it.language == "fr"));
    let wanted = Wanted {
        title: post.title,
        theme: post.theme,
        alt_fr: if french { alt.clone() } else { String::new() },
        alt_en: if french { String::new() } else { alt },
        ..Wanted::default()
    };
    let kept = asset::keep(&mut conn, actor, &wanted, (&bytes, &it.mime, &it.stored_as), now).await?;
    picture::set_asset(&mut conn, actor.organisation, which, kept.id).await?;
    conn.commit().await?;
    Ok(kept)
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
