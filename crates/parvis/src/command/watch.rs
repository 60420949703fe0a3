//! Watches: made, changed and removed; and how much a query would have found.

use parvis_listen::query::Query;
use serde_json::json;

use super::{Refusal, Result, allow};
use crate::app::App;
use crate::clock::DAY;
use crate::id::{self, MessageId, OrganisationId, WatchId};
use crate::intake::ear::{Ear, Hearing};
use crate::rules::permission::{Action, Actor};
use crate::rules::topic;
use crate::store::journal::{self, By, Entry};
use crate::store::watch::{self, AFTER_ALL, Watch};
use crate::store::{Conn, tag};
use crate::work::fill::{BACK, BELL};

/// Longest name of a watch, in characters.
pub const NAME_LENGTH: usize = 60;

/// Watches of one organisation at most.
const MOST: i64 = 2_000;

/// Messages that an estimate looks at, at most.
const LOOKED: usize = 50_000;

/// Messages read at once.
const BATCH: i64 = 2_000;

/// How rare something must be for a watch to be told, in words; `none` tells nothing.
pub const SENSITIVITIES: [&str; 4] = ["fewer", "balanced", "more", "none"];

/// A watch as somebody wants it.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it asks.
    pub query: &'a str,
    /// The folder that it lies in; empty for none.
    pub folder: &'a str,
    /// One of [`SENSITIVITIES`].
    pub sensitivity: &'a str,
    /// The tag that it puts on what it finds; empty for none.
    pub tag: &'a str,
}

/// Makes a watch, or with `id` changes one. It then looks through the last thirty days again.
///
/// # Errors
/// The right is missing, a field can't be taken, there is no such watch, or there are too many.
pub async fn save(app: &App, actor: &Actor, id: Option<WatchId>, wanted: Wanted<'_>) -> Result<WatchId> {
    allow(actor, Action::ManageWatches)?;
    let name = super::line("name", wanted.name, NAME_LENGTH)?;
    let folder = match wanted.folder.trim() {
        "" => String::new(),
        folder => super::line("folder", folder, NAME_LENGTH)?,
    };
    let sensitivity = SENSITIVITIES.into_iter().find(|it| *it == wanted.sensitivity);
    let sensitivity = sensitivity.ok_or(Refusal::Invalid { field: "sensitivity", code: "unknown" })?;
    let query = wanted.query.trim().replace("\r\n", "\n");
    if Query::parse(&query).is_err() {
        return Err(Refusal::Invalid { field: "query", code: "query" });
    }
    let (house, now) = (actor.organisation, app.now());
    let mut conn = app.db.write().await?;
    let (count, changed_last) = watch::stand(&mut conn, house).await?;
    let changed_at = now.max(changed_last + 1);
    let before = match id {
        Some(id) => Some(watch::get(&mut conn, house, id).await?.ok_or(Refusal::NotFound)?),
        None if count >= MOST => return Err(Refusal::Invalid { field: "query", code: "too-many-watches" }),
        None => None,
    };
    let tag = match super::triage::tag_name(wanted.tag)? {
        Some(name) => Some(tag::named(&mut conn, house, &name, now).await?),
        None => None,
    };
    let is_same = before.as_ref().is_some_and(|it| it.query == query && it.tag == tag);
    let after = Watch {
        id: before.as_ref().map_or_else(|| WatchId::new(now), |it| it.id),
        name,
        query,
        owner: before.as_ref().map_or(actor.colleague, |it| it.owner),
        folder,
        sensitivity: sensitivity.to_owned(),
        created_at: before.as_ref().map_or(now, |it| it.created_at),
        changed_at,
        fill_before: if is_same { before.as_ref().and_then(|it| it.fill_before) } else { Some(AFTER_ALL) },
        tag,
    };
    match &before {
        Some(_) => watch::update(&mut conn, house, &after).await?,
        None => watch::insert(&mut conn, house, &after).await?,
    }
    if !is_same {
        watch::empty(&mut conn, house, after.id).await?;
    }
    let verb = if before.is_some() { "watch.changed" } else { "watch.made" };
    let facts = |it: &Watch| json!({ "name": it.name, "query": it.query, "folder": it.folder, "sensitivity": it.sensitivity, "tag": it.tag });
    conn.ring(BELL);
    written(&mut conn, actor, now, verb, after.id, before.as_ref().map(facts), Some(facts(&after))).await?;
    conn.commit().await?;
    Ok(after.id)
}

/// Makes the usual topics as watches that put their tag, named in `language` (`fr`, otherwise English); those whose name a
/// watch has already are left out. How many were made.
///
/// # Errors
/// The right is missing, or there are too many watches.
pub async fn add_usual(app: &App, actor: &Actor, language: &str) -> Result<usize> {
    allow(actor, Action::ManageWatches)?;
    let there = watch::list(&mut app.db.read().await?, actor.organisation).await?;
    let is_french = language == "fr";
    let name = |it: &topic::Usual| if is_french { it.fr } else { it.en };
    let folder = if is_french { topic::FOLDER.0 } else { topic::FOLDER.1 };
    let mut made = 0;
    for it in topic::USUAL.iter().filter(|it| there.iter().all(|there| there.name != name(it))) {
        let wanted =
            Wanted { name: name(it), query: it.query, folder, sensitivity: "balanced", tag: name(it) };
        save(app, actor, None, wanted).await?;
        made += 1;
    }
    Ok(made)
}

/// Removes a watch with what it has found; the messages stay.
///
/// # Errors
/// The right is missing, or there is no such watch.
pub async fn remove(app: &App, actor: &Actor, id: WatchId) -> Result<()> {
    allow(actor, Action::ManageWatches)?;
    let mut conn = app.db.write().await?;
    let it = watch::get(&mut conn, actor.organisation, id).await?.ok_or(Refusal::NotFound)?;
    watch::delete(&mut conn, actor.organisation, id).await?;
    let before = json!({ "name": it.name, "query": it.query });
    written(&mut conn, actor, app.now(), "watch.removed", id, Some(before), None).await?;
    conn.commit().await?;
    Ok(())
}

async fn written(
    conn: &mut Conn,
    actor: &Actor,
    now: i64,
    verb: &str,
    id: WatchId,
    before: Option<serde_json::Value>,
    after: Option<serde_json::Value>,
) -> Result<()> {
    let entry = Entry {
        organisation: actor.organisation,
        at: now,
        by: By::Colleague(actor.colleague),
        verb,
        subject: id.0,
        conversation: None,
        before,
        after,
    };
    Ok(journal::write(conn, entry).await.map(drop)?)
}

/// What a query would have found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// Messages it would have found.
    pub found: usize,
    /// Messages that were looked at.
    pub looked: usize,
    /// Days that these reach back, one at least.
    pub days: i64,
}

/// Tries a query on what came in during the last thirty days, 50,000 messages at most.
///
/// # Errors
/// The right is missing, or the database refused.
pub async fn estimate(app: &App, actor: &Actor, query: &str) -> Result<Estimate> {
    allow(actor, Action::Listen)?;
    let now = app.now();
    let it = Watch {
        id: WatchId::new(now),
        name: String::new(),
        query: query.to_owned(),
        owner: actor.colleague,
        folder: String::new(),
        sensitivity: "balanced".to_owned(),
        created_at: now,
        changed_at: now,
        fill_before: None,
        tag: None,
    };
    let (mut before, from) = (AFTER_ALL, MessageId(id::earliest(now - BACK)));
    let mut estimate = Estimate { found: 0, looked: 0, days: 1 };
    let mut conn = app.db.read().await?;
    let mind = app.ears.mind(&mut conn, actor.organisation).await?;
    let (ear, mut hearing) = (Ear::with(&[it], mind), Hearing::default());
    while estimate.looked < LOOKED {
        let texts = watch::texts(&mut conn, actor.organisation, before, from, BATCH).await?;
        let Some(last) = texts.last() else {
            break;
        };
        before = last.message;
        estimate.days = estimate.days.max((now - last.sent_at + DAY - 1) / DAY).min(BACK / DAY);
        estimate.looked += texts.len();
        estimate.found += texts.iter().filter(|it| !ear.found(it, &mut hearing).is_empty()).count();
    }
    Ok(estimate)
}

/// What people gave the tag of a watch although it didn't find it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Missed {
    /// How many messages, of those looked at.
    pub messages: usize,
    /// Words that would have found some of them and that hardly stand elsewhere, each with in how many.
    pub words: Vec<(String, usize)>,
}

/// Messages by hand that are looked at, and messages of everything that they are compared with.
const COMPARED: (i64, i64) = (200, 1_000);

/// What the watch would have to ask for as well.
///
/// # Errors
/// The database refused.
pub async fn missed(
    app: &App,
    conn: &mut Conn,
    house: OrganisationId,
    it: &Watch,
) -> crate::store::Result<Missed> {
    let Some(tag) = it.tag else { return Ok(Missed::default()) };
    let theirs = tag::missed(conn, house, tag, it.id, COMPARED.0).await?;
    if theirs.is_empty() {
        return Ok(Missed::default());
    }
    let from = MessageId(id::earliest(app.now() - BACK));
    let rest = watch::texts(conn, house, AFTER_ALL, from, COMPARED.1).await?;
    let rest: Vec<&str> = rest.iter().map(|it| it.text.as_str()).collect();
    let own: Vec<&str> = theirs.iter().map(String::as_str).collect();
    Ok(Missed { messages: own.len(), words: topic::distinctive(&own, &rest, 6) })
}
