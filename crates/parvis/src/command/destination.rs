//! Destinations of alerts and digests: made, changed, tried, paused and removed. Whether notices can go there is looked
//! at before anything is kept.

use parvis_channels::Secret;
use parvis_channels::notify::{self, NotifyKind, Target};
use serde_json::json;

use super::{Refusal, Result, allow};
use crate::app::App;
use crate::id::{ChannelId, DestinationId, OrganisationId};
use crate::rules::permission::{Action, Actor};
use crate::store::destination::{self, Destination, Rule};
use crate::store::journal::{self, By, Entry};
use crate::store::{Conn, channel, desk, organisation};
use crate::web::language::{Language, Words};
use crate::work;

/// Longest name, in characters.
pub const NAME_LENGTH: usize = 60;
/// Longest address, in characters.
pub const ADDRESS_LENGTH: usize = 2_000;
/// Destinations of one organisation at most.
const MOST: usize = 50;

/// A destination as somebody wants it.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Its name.
    pub name: String,
    /// Matrix: server and room, with a space between. Chat and webhook: the address. Mail: the address. Empty keeps the
    /// one that is there.
    pub address: String,
    /// Matrix: the access token; empty keeps the one that is there.
    pub secret: String,
    /// Mail: the mailbox that sends.
    pub channel: Option<ChannelId>,
    /// What it gets.
    pub rule: Rule,
}

/// What came of saving.
#[derive(Debug)]
pub struct Saved {
    /// Which one.
    pub id: DestinationId,
    /// A webhook's signing key, to be shown once.
    pub shown: Option<Secret>,
}

/// Makes a destination of `kind`, or with `id` changes one, whose kind stays.
///
/// # Errors
/// The right is missing, a field can't be taken, there is no such destination, or notices can't go there.
pub async fn save(
    app: &App,
    actor: &Actor,
    id: Option<DestinationId>,
    kind: NotifyKind,
    wanted: Wanted,
) -> Result<Saved> {
    allow(actor, Action::ManageChannels)?;
    let name = super::line("name", &wanted.name, NAME_LENGTH)?;
    if wanted.address.len() > ADDRESS_LENGTH || wanted.secret.len() > ADDRESS_LENGTH {
        return Err(Refusal::Invalid { field: "address", code: "long" });
    }
    let (house, now) = (actor.organisation, app.now());
    let mut conn = app.db.read().await?;
    let before = match id {
        Some(id) => Some(destination::get(&mut conn, house, id).await?.ok_or(Refusal::NotFound)?),
        None if destination::list(&mut conn, house).await?.len() >= MOST => {
            return Err(Refusal::Invalid { field: "name", code: "too-many" });
        }
        None => None,
    };
    let rule = sound(&mut conn, actor, wanted.rule).await?;
    let id = id.unwrap_or_else(|| DestinationId::new(now));
    let kind = before.as_ref().and_then(|it| NotifyKind::parse(&it.kind)).unwrap_or(kind);
    let channel = mailbox(&mut conn, actor, kind, wanted.channel).await?;
    let (target, shown) =
        target(app, &mut conn, (house, before.as_ref()), kind, (wanted.address, wanted.secret)).await?;
    let own = organisation::first(&mut conn).await?.ok_or(Refusal::NotFound)?;
    drop(conn);
    // The call comes before the transaction: nothing is kept of what can't work.
    let target = notify::check(&app.net, &target).await?;
    let secret = match target.secret.expose() {
        "" => None,
        text => Some(app.seal.seal(text.as_bytes(), id.0.as_bytes()).map_err(|_| Refusal::Sealed)?),
    };
    let words = Words::new(Language::parse(&rule.language).unwrap_or_default(), &own.time_zone);
    let after = Destination {
        id,
        kind: kind.as_str().to_owned(),
        name,
        state: before.as_ref().map_or_else(|| "active".to_owned(), |it| it.state.clone()),
        address: target.address,
        channel,
        digest_at: work::notify::digest::next(&rule, &words, now),
        rule,
        secret,
        failing: None,
        created_at: before.as_ref().map_or(now, |it| it.created_at),
    };
    let mut conn = app.db.write().await?;
    let verb = if before.is_some() {
        destination::update(&mut conn, house, &after).await?;
        "destination.changed"
    } else {
        destination::insert(&mut conn, house, &after).await?;
        "destination.made"
    };
    written(&mut conn, actor, now, verb, before.as_ref(), Some(&after)).await?;
    conn.commit().await?;
    Ok(Saved { id, shown })
}

async fn sound(conn: &mut Conn, actor: &Actor, mut rule: Rule) -> Result<Rule> {
    if !rule.hours.is_sound() {
        return Err(Refusal::Invalid { field: "hours", code: "unknown" });
    }
    if !["fr", "en"].contains(&rule.language.as_str()) {
        return Err(Refusal::Invalid { field: "language", code: "unknown" });
    }
    if !["none", "daily", "weekly"].contains(&rule.digest.as_str()) {
        return Err(Refusal::Invalid { field: "digest", code: "unknown" });
    }
    let desks = desk::list(conn, actor.organisation).await?;
    if !rule.desks.iter().all(|id| desks.iter().any(|it| it.id == *id && it.is_open())) {
        return Err(Refusal::Invalid { field: "desks", code: "unknown" });
    }
    rule.folders.retain(|it| !it.trim().is_empty());
    rule.folders.truncate(100);
    Ok(rule)
}

/// The mailbox that sends; only mail has one.
async fn mailbox(
    conn: &mut Conn,
    actor: &Actor,
    kind: NotifyKind,
    wanted: Option<ChannelId>,
) -> Result<Option<ChannelId>> {
    if kind != NotifyKind::Mail {
        return Ok(None);
    }
    let unknown = Refusal::Invalid { field: "channel", code: "mailbox" };
    let Some(id) = wanted else { return Err(unknown) };
    let found = channel::get(conn, actor.organisation, id).await?;
    found.filter(|it| it.kind == "mail" && it.state != "removed").ok_or(unknown)?;
    Ok(Some(id))
}

/// The target as it was typed, what wasn't typed again taken from what is kept; and a key to be shown.
async fn target(
    app: &App,
    conn: &mut Conn,
    (house, before): (OrganisationId, Option<&Destination>),
    kind: NotifyKind,
    (address, secret): (String, String),
) -> Result<(Target, Option<Secret>)> {
    let kept = match before {
        Some(it) => Some(work::notify::open(app, conn, house, it).await.ok_or(Refusal::Sealed)?),
        None => None,
    };
    let typed = |text: String, kept: Option<&str>| match text.trim() {
        "" => kept.unwrap_or_default().to_owned(),
        text => text.to_owned(),
    };
    let kept_secret = kept.as_ref().map(|it| it.secret.expose());
    let kept_address = kept.as_ref().map(|it| it.address.as_str());
    let made = match (kind, &kept) {
        (NotifyKind::Webhook, None) => Some(notify::make_key()?),
        _ => None,
    };
    let (address, secret) = match (kind, &made) {
        (NotifyKind::Chat, _) => (String::new(), Secret::new(typed(address, kept_secret))),
        (NotifyKind::Webhook, Some((key, _))) => (typed(address, kept_address), key.clone()),
        (NotifyKind::Webhook, None) => {
            (typed(address, kept_address), Secret::new(kept_secret.unwrap_or_default()))
        }
        (NotifyKind::Matrix, _) => (typed(address, kept_address), Secret::new(typed(secret, kept_secret))),
        (NotifyKind::Mail, _) => (typed(address, kept_address), Secret::new("")),
    };
    Ok((Target { kind, address, secret, mailbox: None }, made.map(|(_, shown)| shown)))
}

/// Has a notice sent that says that it is a test; what became of it stands on the destination's page.
///
/// # Errors
/// The right is missing, or there is no such destination.
pub async fn test(app: &App, actor: &Actor, id: DestinationId) -> Result<()> {
    allow(actor, Action::ManageChannels)?;
    let (house, now) = (actor.organisation, app.now());
    let mut conn = app.db.write().await?;
    let it = destination::get(&mut conn, house, id).await?.ok_or(Refusal::NotFound)?;
    work::notify::enqueue(&mut conn, house, &it, ("test", &format!("test:{now}")), None, (now, now)).await?;
    written(&mut conn, actor, now, "destination.tested", None, Some(&it)).await?;
    conn.commit().await?;
    Ok(())
}

/// Pauses it, or resumes it; what waits for one that is paused isn't sent.
///
/// # Errors
/// The right is missing, or there is no such destination.
pub async fn pause(app: &App, actor: &Actor, id: DestinationId, paused: bool) -> Result<()> {
    allow(actor, Action::ManageChannels)?;
    let (house, now) = (actor.organisation, app.now());
    let mut conn = app.db.write().await?;
    let before = destination::get(&mut conn, house, id).await?.ok_or(Refusal::NotFound)?;
    let state = if paused { "paused" } else { "active" };
    let after = Destination { state: state.to_owned(), ..before.clone() };
    destination::update(&mut conn, house, &after).await?;
    written(&mut conn, actor, now, "destination.changed", Some(&before), Some(&after)).await?;
    conn.commit().await?;
    Ok(())
}

/// Removes it, with its secret and what was sent there.
///
/// # Errors
/// The right is missing, or there is no such destination.
pub async fn remove(app: &App, actor: &Actor, id: DestinationId) -> Result<()> {
    allow(actor, Action::ManageChannels)?;
    let (house, now) = (actor.organisation, app.now());
    let mut conn = app.db.write().await?;
    let it = destination::get(&mut conn, house, id).await?.ok_or(Refusal::NotFound)?;
    destination::delete(&mut conn, house, id).await?;
    written(&mut conn, actor, now, "destination.removed", Some(&it), None).await?;
    conn.commit().await?;
    Ok(())
}

async fn written(
    conn: &mut Conn,
    actor: &Actor,
    now: i64,
    verb: &str,
    before: Option<&Destination>,
    after: Option<&Destination>,
) -> Result<()> {
    // Addresses of chats are secrets; what is kept here is what is shown of them.
    let facts = |it: &Destination| json!({ "kind": it.kind, "name": it.name, "address": it.address, "state": it.state, "rule": it.rule });
    let Some(subject) = after.or(before).map(|it| it.id.0) else { return Ok(()) };
    let entry = Entry {
        organisation: actor.organisation,
        at: now,
        by: By::Colleague(actor.colleague),
        verb,
        subject,
        conversation: None,
        before: before.map(facts),
        after: after.map(facts),
    };
    Ok(journal::write(conn, entry).await.map(drop)?)
}
