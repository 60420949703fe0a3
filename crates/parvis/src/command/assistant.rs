//! The assistant: where it is, what it is asked for, and each asking. It proposes words and ideas to the person who asks; it
//! changes nothing, and nothing that it says goes anywhere unless that person puts it there. What is asked is journalled
//! before it is asked, without its words.

use parvis_channels::assistant::{self as model, AssistantError, Endpoint, PATIENCE, Prompt};
use parvis_channels::{ChannelKind, Secret};
use parvis_write::charter::Remark;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::post::fast::zone;
use super::post::shape::Network;
use super::post::words::LENGTH;
use super::{Refusal, Result, allow, charter, journalled, line, lines, load, post};
use crate::app::App;
use crate::id::{ChannelId, ConversationId, DeskId, OrganisationId, PostId};
use crate::rules::assistant::{self as rules, Idea, Limit, Material, Use, Voice};
use crate::rules::charter::{Part, dialect};
use crate::rules::permission::{Action, Actor};
use crate::rules::post::Step;
use crate::store::assistant::{self as room, Assistant};
use crate::store::channel::Channel;
use crate::store::{self, Conn};

/// Longest name of a model, in characters.
pub const MODEL_LENGTH: usize = 100;
/// Longest address or key, in characters.
pub const ADDRESS_LENGTH: usize = 2_000;
/// Longest description of the tone, in characters.
pub const TONE_LENGTH: usize = 1_000;
/// Longest wish, in characters.
pub const WISH_LENGTH: usize = 500;
/// Calls of one day that can be allowed at most.
pub const MOST_CALLS: i64 = 10_000;
/// Channels of one asking at most.
const MOST_CHANNELS: usize = 50;

/// The assistant as somebody wants it.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The address that everything hangs below.
    pub address: String,
    /// Which model.
    pub model: String,
    /// Its key; empty keeps the one that is there, as long as the server stays the same.
    pub key: String,
    /// What it is asked for.
    pub uses: Vec<Use>,
    /// How the house speaks.
    pub tone: String,
    /// Calls of one day at most.
    pub most: i64,
}

/// What was proposed, and what was sent for it.
#[derive(Clone, Debug)]
pub struct Proposed<T> {
    /// Which model proposed it.
    pub model: String,
    /// All that was sent to it.
    pub sent: Prompt,
    /// What it proposed.
    pub all: Vec<T>,
}

/// Where wordings are wanted.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// The text as it stands.
    pub text: String,
    /// The networks that it is for.
    pub channels: Vec<ChannelId>,
    /// What the person asks for; may be empty.
    pub wish: String,
    /// The language to write in, `fr` or `en`; empty for the house's.
    pub language: String,
}

/// A text that was proposed.
#[derive(Clone, Debug)]
pub struct Wording {
    /// What it says.
    pub text: String,
    /// What it counts for on each network.
    pub counts: Vec<Count>,
    /// What the charter says of it.
    pub remarks: Vec<Remark>,
}

/// What a text counts for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// On which network.
    pub channel: ChannelId,
    /// Its name.
    pub name: String,
    /// What it counts for.
    pub count: usize,
    /// What it may.
    pub max: usize,
}

fn wrong(code: &'static str) -> Refusal {
    Refusal::Invalid { field: "assistant", code }
}

/// What the journal keeps: nothing of the key.
fn fact(it: &Assistant) -> Json {
    json!({ "address": it.address, "model": it.model, "uses": it.uses, "tone": it.tone, "most": it.most })
}

/// The model that may be asked for `what`; nothing where there is none.
pub async fn model_for(
    conn: &mut Conn,
    organisation: OrganisationId,
    what: Use,
) -> store::Result<Option<String>> {
    let found = room::get(conn, organisation).await?;
    Ok(found.filter(|it| it.uses.contains(&what)).map(|it| it.model))
}

/// The assistant, and how often it was called today.
///
/// # Errors
/// The right is missing.
pub async fn read(conn: &mut Conn, actor: &Actor, now: i64) -> Result<Option<(Assistant, i64)>> {
    allow(actor, Action::ManageChannels)?;
    let Some(it) = room::get(conn, actor.organisation).await? else { return Ok(None) };
    let day = day(conn, actor.organisation, now).await?;
    let calls = room::calls(conn, actor.organisation, &day).await?;
    Ok(Some((it, calls)))
}

/// The day of the organisation's calendar.
async fn day(conn: &mut Conn, organisation: OrganisationId, now: i64) -> store::Result<String> {
    let zone = zone(conn, organisation).await?;
    let at = jiff::Timestamp::from_microsecond(now).unwrap_or_default();
    Ok(at.to_zoned(zone).date().to_string())
}

/// Sets it up, or changes it. It isn't called before somebody asks it something.
///
/// # Errors
/// The right is missing, or a field can't be taken: an address that may not be called, or a key that was meant for another
/// server.
pub async fn set(app: &App, actor: &Actor, wanted: &Wanted) -> Result<()> {
    allow(actor, Action::ManageChannels)?;
    let (house, now) = (actor.organisation, app.now());
    if wanted.address.len() > ADDRESS_LENGTH {
        return Err(wrong("address"));
    }
    let base = model::address(&app.net, &wanted.address).map_err(|_| wrong("address"))?;
    let name = line("assistant", &wanted.model, MODEL_LENGTH).map_err(|_| wrong("model"))?;
    let tone = lines("assistant", &wanted.tone, TONE_LENGTH).map_err(|_| wrong("tone"))?;
    if !(1..=MOST_CALLS).contains(&wanted.most) {
        return Err(wrong("most"));
    }
    let mut conn = app.db.write().await?;
    let before = room::get(&mut conn, house).await?;
    let key = wanted.key.trim();
    let secret = match (&before, key) {
        (Some(kept), "") if kept.secret.is_some() => {
            // Whoever changes the address can't have the key told to another server.
            let former = kept.address.parse::<url::Url>().ok().map(|it| it.origin());
            if former.as_ref() != Some(&base.origin()) {
                return Err(wrong("key-again"));
            }
            kept.secret.clone()
        }
        (_, "") => None,
        (_, key) if key.len() <= ADDRESS_LENGTH && key.bytes().all(|it| it.is_ascii_graphic()) => {
            Some(app.seal.seal(key.as_bytes(), house.0.as_bytes()).map_err(|_| Refusal::Sealed)?)
        }
        _ => return Err(wrong("key")),
    };
    let uses = Use::ALL.into_iter().filter(|it| wanted.uses.contains(it)).collect();
    let after = Assistant { address: base.into(), model: name, secret, uses, tone, most: wanted.most };
    room::put(&mut conn, house, &after).await?;
    let change = (now, "assistant.set", house.0);
    journalled(&mut conn, actor, change, None, before.as_ref().map(fact).as_ref(), Some(&fact(&after)))
        .await?;
    Ok(conn.commit().await?)
}

/// Takes it out, with its key.
///
/// # Errors
/// The right is missing, or there is none.
pub async fn remove(app: &App, actor: &Actor) -> Result<()> {
    allow(actor, Action::ManageChannels)?;
    let (house, now) = (actor.organisation, app.now());
    let mut conn = app.db.write().await?;
    let it = room::get(&mut conn, house).await?.ok_or(Refusal::NotFound)?;
    room::remove(&mut conn, house).await?;
    let change = (now, "assistant.removed", house.0);
    journalled(&mut conn, actor, change, None, Some(&fact(&it)), None::<&()>).await?;
    Ok(conn.commit().await?)
}

/// Asks it for one sentence, to see whether it answers.
///
/// # Errors
/// The right is missing, there is none, or it has no answer.
pub async fn try_out(app: &App, actor: &Actor) -> Result<String> {
    allow(actor, Action::ManageChannels)?;
    let mut conn = app.db.read().await?;
    let it = room::get(&mut conn, actor.organisation).await?.ok_or(Refusal::NotFound)?;
    let language = charter::read(&mut conn, actor.organisation).await?.language;
    drop(conn);
    ask(app, actor, &it, ("try", actor.organisation.0, None), &rules::trial(&language)).await
}

/// Asks for wordings of a post, which stays as it is.
///
/// # Errors
/// The right is missing, the post isn't theirs or has gone on, there is no assistant for this, the day's calls are used up, or
/// it has no answer.
pub async fn wordings(app: &App, actor: &Actor, id: PostId, asked: &Asked) -> Result<Proposed<Wording>> {
    let mut conn = app.db.read().await?;
    let house = actor.organisation;
    let it = post::load(&mut conn, actor, id, Action::Write).await?;
    let facts = post::facts(&mut conn, app, house, &it).await?;
    Step::Rewrite.take(it.state, facts)?;
    let wish = wish(&asked.wish)?;
    if asked.text.len() > LENGTH || asked.channels.len() > MOST_CHANNELS {
        return Err(Refusal::Invalid { field: "text", code: "length" });
    }
    let own = assistant_for(&mut conn, house, Use::Wordings).await?;
    let standing = charter::read(&mut conn, house).await?;
    let mut networks = Vec::new();
    for id in &asked.channels {
        let found = store::channel::get(&mut conn, house, *id).await?;
        let channel = found.ok_or(Refusal::Invalid { field: "channels", code: "unknown" })?;
        networks.push(Place::of(&channel));
    }
    drop(conn);
    let language = language(&asked.language, &standing.language)?;
    let voice = Voice { tone: &own.tone, charter: &standing.charter, language };
    let material =
        Material { title: &it.title, brief: &it.brief, theme: &it.theme, text: &asked.text, wish: &wish };
    let sent = rules::wordings(voice, &limits(&networks), material);
    let said = ask(app, actor, &own, (Use::Wordings.as_str(), id.0, None), &sent).await?;
    let all = texts(&said)?.into_iter().map(|text| seen(text, &networks, &standing, Part::Post));
    Ok(Proposed { model: own.model, sent, all: all.collect() })
}

/// Asks for answers to the last thing that the public said in a conversation; nothing is answered. Of what was said before, of
/// who said it and of who reads it, nothing is told.
///
/// # Errors
/// The right is missing, the conversation lies outside one's desks, nobody said anything, there is no assistant for this,
/// the day's calls are used up, or it has no answer.
pub async fn answers(app: &App, actor: &Actor, id: ConversationId, draft: &str) -> Result<Proposed<Wording>> {
    let (mut conn, house) = (app.db.read().await?, actor.organisation);
    let it = load(&mut conn, actor, id, Action::Answer).await?;
    if draft.len() > LENGTH {
        return Err(Refusal::Invalid { field: "text", code: "length" });
    }
    let own = assistant_for(&mut conn, house, Use::Answers).await?;
    let last = store::message::last_in(&mut conn, house, it.id).await?.ok_or(Refusal::NotFound)?;
    let channel = store::channel::get(&mut conn, house, it.channel).await?;
    let standing = charter::read(&mut conn, house).await?;
    drop(conn);
    let networks: Vec<Place> = channel.iter().map(Place::of).collect();
    // Somebody is answered in their language, where it is one of ours.
    let language = match last.language.as_deref().and_then(|it| it.get(..2)) {
        Some(found @ ("fr" | "en")) => found,
        _ => standing.language.as_str(),
    };
    let voice = Voice { tone: &own.tone, charter: &standing.charter, language };
    let sent = rules::answers(voice, limits(&networks).pop(), &last.text, draft);
    let place = Some((it.id, it.facets.desk));
    let said = ask(app, actor, &own, (Use::Answers.as_str(), it.id.0, place), &sent).await?;
    let all = texts(&said)?.into_iter().map(|text| seen(text, &networks, &standing, Part::Answer));
    Ok(Proposed { model: own.model, sent, all: all.collect() })
}

/// A network that a text is for.
struct Place {
    id: ChannelId,
    name: String,
    kind: Option<ChannelKind>,
    network: Network,
}

impl Place {
    fn of(it: &Channel) -> Self {
        Self { id: it.id, name: it.name.clone(), kind: it.kind.parse().ok(), network: Network::of(it) }
    }
}

fn limits(networks: &[Place]) -> Vec<Limit> {
    let bounded = networks.iter().filter(|it| it.network.rule.max > 0);
    bounded.map(|it| (it.kind.map_or("", |it| it.as_str()).to_owned(), it.network.rule.max)).collect()
}

/// A proposal as it would stand there.
fn seen(text: String, networks: &[Place], standing: &charter::Standing, part: Part) -> Wording {
    let count = |it: &Place| Count {
        channel: it.id,
        name: it.name.clone(),
        count: it.network.rule.count(&text, None),
        max: usize::try_from(it.network.rule.max).unwrap_or(usize::MAX),
    };
    let kind = networks.first().and_then(|it| it.kind);
    Wording {
        counts: networks.iter().filter(|it| it.network.rule.max > 0).map(count).collect(),
        remarks: standing.charter.read(&text, &standing.language, dialect(kind), part),
        text,
    }
}

/// Asks for ideas; none of them is brought before somebody brings it.
///
/// # Errors
/// The right is missing, there is no assistant for this, the day's calls are used up, or it has no answer.
pub async fn ideas(
    app: &App,
    actor: &Actor,
    (theme, wished): (&str, &str),
    asked: &str,
) -> Result<Proposed<Idea>> {
    allow(actor, Action::Propose)?;
    let wished = wish(wished)?;
    let theme: String = theme.trim().chars().take(WISH_LENGTH).collect();
    let mut conn = app.db.read().await?;
    let own = assistant_for(&mut conn, actor.organisation, Use::Ideas).await?;
    let standing = charter::read(&mut conn, actor.organisation).await?;
    drop(conn);
    let language = language(asked, &standing.language)?;
    let voice = Voice { tone: &own.tone, charter: &standing.charter, language };
    let sent = rules::ideas(voice, &theme, &wished);
    let said = ask(app, actor, &own, (Use::Ideas.as_str(), actor.organisation.0, None), &sent).await?;
    let all = rules::ideas_in(&said);
    if all.is_empty() {
        return Err(AssistantError::Unexpected.into());
    }
    Ok(Proposed { model: own.model, sent, all })
}

/// The assistant, where it may be asked for `what`; elsewhere there is none.
async fn assistant_for(conn: &mut Conn, organisation: OrganisationId, what: Use) -> Result<Assistant> {
    let found = room::get(conn, organisation).await?;
    found.filter(|it| it.uses.contains(&what)).ok_or(Refusal::NotFound)
}

fn wish(text: &str) -> Result<String> {
    lines("assistant", text, WISH_LENGTH).map_err(|_| wrong("wish"))
}

/// The language to write in.
fn language<'a>(asked: &'a str, usual: &'a str) -> Result<&'a str> {
    match asked {
        "" => Ok(usual),
        "fr" | "en" => Ok(asked),
        _ => Err(Refusal::Invalid { field: "language", code: "unknown" }),
    }
}

fn texts(said: &str) -> Result<Vec<String>> {
    let all = rules::proposals(said);
    if all.is_empty() { Err(AssistantError::Unexpected.into()) } else { Ok(all) }
}

/// Counts and journals the call, then makes it: what was told stays told, whatever comes of it.
async fn ask(
    app: &App,
    actor: &Actor,
    it: &Assistant,
    (what, subject, place): (&str, Uuid, Option<(ConversationId, DeskId)>),
    prompt: &Prompt,
) -> Result<String> {
    let (house, now) = (actor.organisation, app.now());
    let base = model::address(&app.net, &it.address)?;
    let key = match &it.secret {
        Some(sealed) => {
            let opened = app.seal.open(sealed, house.0.as_bytes()).map_err(|_| Refusal::Sealed)?;
            Some(Secret::new(String::from_utf8(opened).map_err(|_| Refusal::Sealed)?))
        }
        None => None,
    };
    let mut conn = app.db.write().await?;
    let day = day(&mut conn, house, now).await?;
    if !room::count(&mut conn, house, &day, it.most).await? {
        return Err(wrong("used-up"));
    }
    let told = json!({ "use": what, "model": it.model });
    journalled(&mut conn, actor, (now, "assistant.asked", subject), place, None::<&()>, Some(&told)).await?;
    conn.commit().await?;
    let endpoint = Endpoint { base, model: it.model.clone(), key, patience: PATIENCE };
    let said = model::ask(&app.net, &endpoint, prompt).await;
    Ok(said.inspect_err(|error| tracing::info!(code = error.code(), "the assistant has no answer"))?)
}

#[cfg(test)]
mod tests;
