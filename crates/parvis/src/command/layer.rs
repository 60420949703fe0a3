//! Calendars of others that are shown on ours: added from an address or a file, renamed, read again, hidden, taken out. Their
//! events are read-only. Who sees launches sees them; people from outside don't.

use serde_json::{Value as Json, json};
use url::Url;

use super::post::fast::zone;
use super::{Refusal, Result, allow, journalled, line};
use crate::app::App;
use crate::clock::DAY;
use crate::id::LayerId;
use crate::rules::layer::{self as rules, MARKS};
use crate::rules::permission::{Action, Actor};
use crate::store::Conn;
use crate::store::job;
use crate::store::layer::{self as room, Layer};
use crate::work::layer::KIND;

/// Calendars at most.
const MOST: usize = 20;
/// Longest name, in characters.
pub const NAME_LENGTH: usize = 60;
/// Longest address, in bytes.
const ADDRESS_LENGTH: usize = 2_000;

/// Where a calendar comes from.
#[derive(Clone, Debug)]
pub enum Source {
    /// An address that is asked hourly.
    Address(String),
    /// A file.
    File(Vec<u8>),
}

/// A calendar as somebody wants it.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// What the house calls it.
    pub name: String,
    /// One of `rules::layer::MARKS`.
    pub mark: String,
    /// Where it comes from; none to leave that.
    pub source: Option<Source>,
}

fn wrong(code: &'static str) -> Refusal {
    Refusal::Invalid { field: "layer", code }
}

/// What the journal keeps: the address isn't told.
pub(crate) fn fact(it: &Layer) -> Json {
    json!({ "name": it.name, "mark": it.mark, "host": it.host, "error": it.error })
}

/// The calendar, if the actor may do `action`.
async fn load(conn: &mut Conn, actor: &Actor, id: LayerId, action: Action) -> Result<Layer> {
    allow(actor, action)?;
    room::get(conn, actor.organisation, id).await?.ok_or(Refusal::NotFound)
}

/// Adds a calendar: an address is read in the background, a file at once.
///
/// # Errors
/// The right is missing, a field can't be taken, there are enough already, or the address may not be called.
pub async fn add(app: &App, actor: &Actor, wanted: &Wanted) -> Result<LayerId> {
    allow(actor, Action::Schedule)?;
    let now = app.now();
    let mut conn = app.db.write().await?;
    if room::list(&mut conn, actor.organisation).await?.len() >= MOST {
        return Err(wrong("many"));
    }
    let mut it = Layer {
        id: LayerId::new(now),
        name: String::new(),
        mark: String::new(),
        host: String::new(),
        secret: None,
        content: String::new(),
        etag: None,
        modified: None,
        tried_at: None,
        read_at: None,
        error: None,
        unread: 0,
        cut: false,
        created_by: actor.colleague,
        created_at: now,
    };
    if wanted.source.is_none() {
        return Err(wrong("empty"));
    }
    dress(&mut it, wanted)?;
    room::insert(&mut conn, actor.organisation, &it).await?;
    source(&mut conn, app, actor, &mut it, wanted).await?;
    let change = (now, "layer.added", it.id.0);
    journalled(&mut conn, actor, change, None, None::<&()>, Some(&fact(&it))).await?;
    conn.commit().await?;
    Ok(it.id)
}

/// Renames it, marks it otherwise, or has it come from elsewhere.
///
/// # Errors
/// As for [`add`].
pub async fn change(app: &App, actor: &Actor, id: LayerId, wanted: &Wanted) -> Result<()> {
    let now = app.now();
    let mut conn = app.db.write().await?;
    let mut it = load(&mut conn, actor, id, Action::Schedule).await?;
    let before = fact(&it);
    dress(&mut it, wanted)?;
    source(&mut conn, app, actor, &mut it, wanted).await?;
    let change = (now, "layer.changed", id.0);
    journalled(&mut conn, actor, change, None, Some(&before), Some(&fact(&it))).await?;
    conn.commit().await?;
    Ok(())
}

fn dress(it: &mut Layer, wanted: &Wanted) -> Result<()> {
    it.name = line("layer", &wanted.name, NAME_LENGTH)?;
    if !MARKS.contains(&wanted.mark.as_str()) {
        return Err(wrong("mark"));
    }
    it.mark.clone_from(&wanted.mark);
    Ok(())
}

/// Puts a new source in the place of the former one, and has it read.
async fn source(conn: &mut Conn, app: &App, actor: &Actor, it: &mut Layer, wanted: &Wanted) -> Result<()> {
    let (house, now) = (actor.organisation, app.now());
    let mut at = now;
    match &wanted.source {
        None => return Ok(room::update(conn, house, it).await?),
        Some(Source::Address(text)) => {
            let url = address(app, text)?;
            it.host = url.host_str().unwrap_or_default().to_owned();
            let sealed = app.seal.seal(url.as_str().as_bytes(), it.id.0.as_bytes());
            it.secret = Some(sealed.map_err(|_| Refusal::Sealed)?);
            // What another address gave stands until this one answers.
            (it.etag, it.modified, it.error) = (None, None, None);
        }
        Some(Source::File(bytes)) => {
            let shown = rules::read(bytes, &zone(conn, house).await?, now).map_err(wrong)?;
            it.content = std::str::from_utf8(bytes).map_err(|_| wrong("no-calendar"))?.to_owned();
            (it.host, it.secret, it.etag, it.modified, it.error) = (String::new(), None, None, None, None);
            (it.unread, it.cut) = (shown.unread, shown.cut);
            (it.tried_at, it.read_at) = (Some(now), Some(now));
            room::set_events(conn, house, it.id, &shown).await?;
            at = now + DAY;
        }
    }
    room::update(conn, house, it).await?;
    plan(conn, actor, it.id, (at, now)).await
}

/// Has it read at `at`; what was planned before is so no more.
async fn plan(conn: &mut Conn, actor: &Actor, id: LayerId, (at, now): (i64, i64)) -> Result<()> {
    job::cancel(conn, actor.organisation, KIND, &id.to_string()).await?;
    Ok(job::enqueue(conn, actor.organisation, KIND, &id.to_string(), id.0, at, now).await?)
}

/// The address that may be called: https, or in the operator's own network. `webcal:` is what calendars call https.
fn address(app: &App, text: &str) -> Result<Url> {
    let text = text.trim();
    if text.len() > ADDRESS_LENGTH {
        return Err(wrong("address"));
    }
    let text = match text.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("webcal") => format!("https://{rest}"),
        _ => text.to_owned(),
    };
    let url: Url = text.parse().map_err(|_| wrong("address"))?;
    app.net.check(&url).and_then(|()| app.net.check_secret(&url)).map_err(|_| wrong("forbidden"))?;
    Ok(url)
}

/// Has an address asked now.
///
/// # Errors
/// The right is missing, or there is no such calendar.
pub async fn read_now(app: &App, actor: &Actor, id: LayerId) -> Result<()> {
    let now = app.now();
    let mut conn = app.db.write().await?;
    load(&mut conn, actor, id, Action::Schedule).await?;
    plan(&mut conn, actor, id, (now, now)).await?;
    conn.commit().await?;
    Ok(())
}

/// Takes a calendar out, with all that was read of it.
///
/// # Errors
/// The right is missing, or there is no such calendar.
pub async fn remove(app: &App, actor: &Actor, id: LayerId) -> Result<()> {
    let now = app.now();
    let mut conn = app.db.write().await?;
    let it = load(&mut conn, actor, id, Action::Schedule).await?;
    job::cancel(&mut conn, actor.organisation, KIND, &id.to_string()).await?;
    room::remove(&mut conn, actor.organisation, id).await?;
    let change = (now, "layer.removed", id.0);
    journalled(&mut conn, actor, change, None, Some(&fact(&it)), None::<&()>).await?;
    Ok(conn.commit().await?)
}

/// Hides a calendar from the actor alone, or shows it again.
///
/// # Errors
/// The right is missing, or there is no such calendar.
pub async fn set_hidden(app: &App, actor: &Actor, id: LayerId, hidden: bool) -> Result<()> {
    let mut conn = app.db.write().await?;
    load(&mut conn, actor, id, Action::ReadLaunches).await?;
    room::set_hidden(&mut conn, actor.organisation, (id, actor.colleague), hidden).await?;
    Ok(conn.commit().await?)
}
