//! The library: pictures are brought, described, replaced by newer files and put away; never deleted, since what left with
//! one has to be shown afterwards. The same bytes are kept once. Somebody from outside, and a creative, sees what they brought.

use object_store::ObjectStoreExt as _;
use object_store::path::Path;
use parvis_channels::Upload;

use super::answer::UPLOAD_BYTES;
use super::post::TITLE_LENGTH;
use super::{Refusal, Result, allow, journalled, line};
use crate::app::App;
use crate::id::{AssetId, ColleagueId, FileId};
use crate::rules::permission::{Action, Actor, Role};
use crate::rules::picture;
use crate::seal::digest_bytes;
use crate::store::Conn;
use crate::store::asset::{self as room, Asset, File};
use crate::work;

/// Longest alternative text, in characters.
pub const ALT_LENGTH: usize = 1_500;
/// Longest text about rights, in characters.
pub const RIGHT_LENGTH: usize = 300;
/// Files of one asset at most.
const MOST: i64 = 200;

/// What somebody says of an asset.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// The version that they began from.
    pub version: i64,
    /// What the house calls it; the name of the file where it is new and says nothing.
    pub title: String,
    /// Theme; empty for none.
    pub theme: String,
    /// Words by commas.
    pub tags: String,
    /// What it shows, in French.
    pub alt_fr: String,
    /// What it shows, in English.
    pub alt_en: String,
    /// Who made it.
    pub credit: String,
    /// Whose the rights are.
    pub holder: String,
    /// What it may be used for.
    pub purpose: String,
    /// Where it may be used.
    pub territory: String,
    /// From then on it may not leave any more (µs).
    pub expires_at: Option<i64>,
}

/// What came of bringing a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Brought {
    /// The asset that has it.
    pub id: AssetId,
    /// It was there already: nothing was added.
    pub known: bool,
}

fn optional(field: &'static str, text: &str, most: usize) -> Result<String> {
    if text.trim().is_empty() { Ok(String::new()) } else { line(field, text, most) }
}

/// Text of several lines, made one.
fn joined(field: &'static str, text: &str, most: usize) -> Result<String> {
    optional(field, &text.replace("\r\n", " ").replace(['\n', '\t'], " "), most)
}

impl Wanted {
    fn dress(&self, it: &mut Asset) -> Result<()> {
        it.title = line("asset", &self.title, TITLE_LENGTH)?;
        it.theme = optional("asset", &self.theme, TITLE_LENGTH)?;
        let tags = self.tags.split(',').map(str::trim).filter(|tag| !tag.is_empty());
        it.tags = optional("asset", &tags.collect::<Vec<_>>().join(", "), RIGHT_LENGTH)?;
        it.alt_fr = joined("asset", &self.alt_fr, ALT_LENGTH)?;
        it.alt_en = joined("asset", &self.alt_en, ALT_LENGTH)?;
        it.credit = optional("asset", &self.credit, TITLE_LENGTH)?;
        it.holder = optional("asset", &self.holder, TITLE_LENGTH)?;
        it.purpose = joined("asset", &self.purpose, RIGHT_LENGTH)?;
        it.territory = joined("asset", &self.territory, RIGHT_LENGTH)?;
        it.expires_at = self.expires_at;
        Ok(())
    }
}

/// Whose assets the actor sees: `None` for all.
pub fn only(actor: &Actor) -> Option<ColleagueId> {
    matches!(actor.role, Role::External | Role::Creative).then_some(actor.colleague)
}

/// Whether the actor may change an asset: what they brought, or whatever others did.
pub fn may_change(actor: &Actor, it: &Asset) -> bool {
    actor.may(Action::KeepMaterial) || (actor.may(Action::BringMaterial) && it.colleague == actor.colleague)
}

/// The asset and the file that is used, if the actor may do `action` and it is for their eyes.
///
/// # Errors
/// The right is missing, or there is none.
pub async fn load(conn: &mut Conn, actor: &Actor, id: AssetId, action: Action) -> Result<(Asset, File)> {
    allow(actor, action)?;
    let found = room::get(conn, actor.organisation, id).await?;
    found.filter(|(it, _)| only(actor).is_none_or(|own| it.colleague == own)).ok_or(Refusal::NotFound)
}

async fn load_to_change(conn: &mut Conn, actor: &Actor, id: AssetId) -> Result<(Asset, File)> {
    let found = load(conn, actor, id, Action::BringMaterial).await?;
    if may_change(actor, &found.0) { Ok(found) } else { Err(Refusal::Forbidden(Action::KeepMaterial)) }
}

/// What a file is, by its bytes, and their digest.
pub(super) fn measure(upload: &Upload) -> Result<(picture::Picture, String)> {
    if upload.bytes.is_empty() || upload.bytes.len() > UPLOAD_BYTES {
        return Err(Refusal::Invalid { field: "media", code: "size" });
    }
    let it = picture::check(&upload.bytes, &upload.mime)
        .map_err(|code| Refusal::Invalid { field: "media", code })?;
    Ok((it, digest_bytes(&upload.bytes)))
}

/// Brings a picture into the library; the same bytes again lead to the asset that has them.
///
/// # Errors
/// The right is missing, it isn't a picture that we take, a field can't be taken, or somebody else brought these bytes
/// whose pictures the actor doesn't see.
pub async fn bring(app: &App, actor: &Actor, wanted: &Wanted, upload: &Upload) -> Result<Brought> {
    allow(actor, Action::BringMaterial)?;
    let now = app.now();
    let stored = Stored::of(upload)?;
    let mut it = blank(actor, now);
    wanted.dress(&mut it)?;
    if let Some(known) = known(&mut app.db.read().await?, actor, &stored.digest).await? {
        return Ok(known);
    }
    stored.put(app, upload).await?;
    let file = file(actor, &it, stored, now);
    let mut conn = app.db.write().await?;
    if let Some(known) = known(&mut conn, actor, &file.digest).await? {
        return Ok(known);
    }
    add(&mut conn, actor, &it, &file, now).await?;
    conn.commit().await?;
    Ok(Brought { id: it.id, known: false })
}

/// A file, what it is, and where it lies.
pub(super) struct Stored {
    picture: picture::Picture,
    digest: String,
    stored_as: String,
    bytes: usize,
}

impl Stored {
    /// What a file is, and where it will lie.
    pub(super) fn of(upload: &Upload) -> Result<Self> {
        let (picture, digest) = measure(upload)?;
        let stored_as = format!("asset/{digest}{}", picture.end);
        Ok(Self { picture, digest, stored_as, bytes: upload.bytes.len() })
    }

    /// Has it kept. It comes before the transaction: the object store isn't part of it, and an orphaned file harms nobody.
    pub(super) async fn put(&self, app: &App, upload: &Upload) -> Result<()> {
        app.media.put(&Path::from(self.stored_as.as_str()), upload.bytes.clone().into()).await?;
        Ok(())
    }
}

/// Brings what somebody delivers, in the transaction `conn`: as a newer file of `former`, or as an asset of its own. What they
/// brought before leads to the file that it is. Answers with the asset and the number of its file.
pub(super) async fn deliver(
    conn: &mut Conn,
    actor: &Actor,
    wanted: &Wanted,
    former: Option<AssetId>,
    stored: Stored,
    now: i64,
) -> Result<(AssetId, i64)> {
    if let Some(there) = known(conn, actor, &stored.digest).await? {
        let files = room::files(conn, actor.organisation, there.id).await?;
        let number = files.iter().find(|it| it.digest == stored.digest).map_or(1, |it| it.number);
        return Ok((there.id, number));
    }
    if let Some(former) = former {
        let (before, _) = load_to_change(conn, actor, former).await?;
        let mut after = before.clone();
        for (alt, new) in [(&mut after.alt_fr, &wanted.alt_fr), (&mut after.alt_en, &wanted.alt_en)] {
            if !new.trim().is_empty() {
                *alt = joined("asset", new, ALT_LENGTH)?;
            }
        }
        return Ok((former, renew(conn, actor, &before, after, stored, now).await?));
    }
    allow(actor, Action::BringMaterial)?;
    let mut it = blank(actor, now);
    wanted.dress(&mut it)?;
    let file = file(actor, &it, stored, now);
    add(conn, actor, &it, &file, now).await?;
    Ok((it.id, 1))
}

async fn known(conn: &mut Conn, actor: &Actor, digest: &str) -> Result<Option<Brought>> {
    let Some(id) = room::by_digest(conn, actor.organisation, digest).await? else { return Ok(None) };
    match load(conn, actor, id, Action::BringMaterial).await {
        Ok(_) => Ok(Some(Brought { id, known: true })),
        Err(Refusal::NotFound) => Err(Refusal::Invalid { field: "media", code: "known" }),
        Err(refused) => Err(refused),
    }
}

fn blank(actor: &Actor, now: i64) -> Asset {
    Asset {
        id: AssetId::new(now),
        title: String::new(),
        theme: String::new(),
        tags: String::new(),
        alt_fr: String::new(),
        alt_en: String::new(),
        credit: String::new(),
        holder: String::new(),
        purpose: String::new(),
        territory: String::new(),
        expires_at: None,
        colleague: actor.colleague,
        away_at: None,
        files: 1,
        version: 1,
        created_at: now,
        changed_at: now,
    }
}

fn file(actor: &Actor, of: &Asset, it: Stored, now: i64) -> File {
    File {
        id: FileId::new(now),
        asset: of.id,
        number: of.files,
        digest: it.digest,
        mime: it.picture.mime.to_owned(),
        width: it.picture.width.into(),
        height: it.picture.height.into(),
        bytes: i64::try_from(it.bytes).unwrap_or(i64::MAX),
        stored_as: it.stored_as,
        colleague: actor.colleague,
        at: now,
    }
}

async fn add(conn: &mut Conn, actor: &Actor, it: &Asset, file: &File, now: i64) -> Result<()> {
    room::insert(conn, actor.organisation, it).await?;
    room::insert_file(conn, actor.organisation, file).await?;
    work::rights::plan(conn, actor.organisation, it, now).await?;
    told(conn, actor, (now, "asset.brought"), None, it).await
}

/// Keeps a picture that a post has in the library, as the file that it is.
///
/// # Errors
/// The right is missing, or it isn't a picture that we take.
pub(super) async fn keep(
    conn: &mut Conn,
    actor: &Actor,
    wanted: &Wanted,
    (bytes, mime, stored_as): (&[u8], &str, &str),
    now: i64,
) -> Result<Brought> {
    allow(actor, Action::BringMaterial)?;
    let digest = digest_bytes(bytes);
    if let Some(known) = known(conn, actor, &digest).await? {
        return Ok(known);
    }
    let picture = picture::check(bytes, mime).map_err(|code| Refusal::Invalid { field: "media", code })?;
    let mut it = blank(actor, now);
    wanted.dress(&mut it)?;
    let stored = Stored { picture, digest, stored_as: stored_as.to_owned(), bytes: bytes.len() };
    let file = file(actor, &it, stored, now);
    add(conn, actor, &it, &file, now).await?;
    Ok(Brought { id: it.id, known: false })
}

/// Changes what is said of an asset.
///
/// # Errors
/// The right is missing, a field can't be taken, or [`Refusal::Changed`] when somebody has saved since.
pub async fn change(app: &App, actor: &Actor, id: AssetId, wanted: &Wanted) -> Result<()> {
    let now = app.now();
    let mut conn = app.db.write().await?;
    let (before, _) = load_to_change(&mut conn, actor, id).await?;
    if before.version != wanted.version {
        return Err(Refusal::Changed);
    }
    let mut after = before.clone();
    wanted.dress(&mut after)?;
    save(&mut conn, actor, (now, "asset.changed"), &before, after).await?;
    Ok(conn.commit().await?)
}

/// A new file takes the place of the one that was used; posts keep the one that they have, and the old one stays readable.
///
/// # Errors
/// The right is missing, it isn't a picture that we take, or the library has these bytes already.
pub async fn replace(app: &App, actor: &Actor, id: AssetId, upload: &Upload) -> Result<()> {
    let now = app.now();
    load_to_change(&mut app.db.read().await?, actor, id).await?;
    let stored = Stored::of(upload)?;
    stored.put(app, upload).await?;
    let mut conn = app.db.write().await?;
    let (before, _) = load_to_change(&mut conn, actor, id).await?;
    if room::by_digest(&mut conn, actor.organisation, &stored.digest).await?.is_some() {
        return Err(Refusal::Invalid { field: "media", code: "known" });
    }
    renew(&mut conn, actor, &before, before.clone(), stored, now).await?;
    Ok(conn.commit().await?)
}

/// A newer file of an asset, in the transaction `conn`; answers with its number.
async fn renew(
    conn: &mut Conn,
    actor: &Actor,
    before: &Asset,
    after: Asset,
    stored: Stored,
    now: i64,
) -> Result<i64> {
    if before.files >= MOST {
        return Err(Refusal::Invalid { field: "media", code: "many" });
    }
    let after = Asset { files: before.files + 1, ..after };
    let file = file(actor, &after, stored, now);
    room::insert_file(conn, actor.organisation, &file).await?;
    save(conn, actor, (now, "asset.replaced"), before, after).await?;
    Ok(file.number)
}

/// Puts an asset away, or brings it back. What uses it keeps it.
///
/// # Errors
/// The right is missing.
pub async fn put_away(app: &App, actor: &Actor, id: AssetId, away: bool) -> Result<()> {
    let now = app.now();
    let mut conn = app.db.write().await?;
    let (before, _) = load_to_change(&mut conn, actor, id).await?;
    if before.away_at.is_some() == away {
        return Ok(());
    }
    let after = Asset { away_at: away.then_some(now), ..before.clone() };
    let verb = if away { "asset.put_away" } else { "asset.brought_back" };
    save(&mut conn, actor, (now, verb), &before, after).await?;
    Ok(conn.commit().await?)
}

async fn save(
    conn: &mut Conn,
    actor: &Actor,
    (now, verb): (i64, &str),
    before: &Asset,
    after: Asset,
) -> Result<()> {
    let after = Asset { version: before.version + 1, changed_at: now, ..after };
    room::update(conn, actor.organisation, &after).await?;
    work::rights::plan(conn, actor.organisation, &after, now).await?;
    told(conn, actor, (now, verb), Some(before), &after).await
}

async fn told(
    conn: &mut Conn,
    actor: &Actor,
    (now, verb): (i64, &str),
    before: Option<&Asset>,
    after: &Asset,
) -> Result<()> {
    journalled(conn, actor, (now, verb, after.id.0), None, before, Some(after)).await
}

/// One of an asset's files, if it is for the actor's eyes.
///
/// # Errors
/// The right is missing, or there is no such file.
pub async fn file_of(
    conn: &mut Conn,
    actor: &Actor,
    (id, number): (AssetId, i64),
    action: Action,
) -> Result<File> {
    load(conn, actor, id, action).await?;
    let all = room::files(conn, actor.organisation, id).await?;
    all.into_iter().find(|it| it.number == number).ok_or(Refusal::NotFound)
}

#[cfg(test)]
mod tests;
