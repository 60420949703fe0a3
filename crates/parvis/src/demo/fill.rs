//! Fills an empty database with the shipped data, in the order in which it was said: what members say
//! goes through the same folding as on any day.

use std::collections::HashMap;

use parvis_channels::{
    AttachmentKind, Item, Observation, ObservationKind, RemoteAttachment, RemoteAuthor, Source,
};

use super::data::{
    self, Channel as DemoChannel, Conversation as DemoConversation, Data, Hole, Message as DemoMessage,
    instant,
};
use super::network::Network;
use super::saved;
use super::status::{Speaker, Status, handle, html, member_id};
use crate::app::App;
use crate::clock::{DAY, MINUTE};
use crate::id::{ChannelId, ColleagueId, DeskId, MessageId, OrganisationId, TagId};
use crate::intake::ear::Ear;
use crate::intake::fold::{Context, fold};
use crate::rules::clock::Promise;
use crate::rules::hours::Hours;
use crate::rules::permission::Role;
use crate::store::channel::{Channel, Health};
use crate::store::conversation::{NEVER, State};
use crate::store::message::{self, Direction, Message, Stage};
use crate::store::{self, Conn};

/// How long before now the organisation was set up (µs).
const FOUNDED: i64 = 45 * DAY;

/// What the data's keys became.
pub struct Keys {
    /// The organisation.
    pub house: OrganisationId,
    /// Desks by key.
    pub desks: HashMap<String, DeskId>,
    /// Colleagues by key.
    pub colleagues: HashMap<String, ColleagueId>,
    /// Channels by key.
    pub channels: HashMap<String, Channel>,
    /// Tags by key.
    pub tags: HashMap<String, TagId>,
}

/// One thing that was said, in its place in time.
struct Said<'a> {
    at: i64,
    conversation: &'a DemoConversation,
    place: usize,
}

impl Said<'_> {
    fn message(&self) -> &DemoMessage {
        &self.conversation.messages[self.place]
    }
}

/// The network's id of a shipped message.
pub fn remote_id(conversation: &str, place: usize) -> String {
    format!("{conversation}-{place}")
}

/// Writes everything in one transaction; `progress` hears how many messages of how many.
///
/// # Errors
/// The database refuses, or the data names what it doesn't hold.
pub async fn fill(
    app: &App,
    network: &Network,
    data: &Data,
    language: &str,
    base: &str,
    progress: impl Fn(usize, usize),
) -> anyhow::Result<Keys> {
    let now = app.now();
    let mut conn = app.db.write().await?;
    let keys = found(app, &mut conn, data, language, base, now).await?;
    let mut all: Vec<Said<'_>> = Vec::new();
    for conversation in &data.conversations {
        for (place, message) in conversation.messages.iter().enumerate() {
            let at = instant(&message.at, now)
                .ok_or_else(|| anyhow::anyhow!("{}: {}", conversation.key, message.at))?;
            all.push(Said { at, conversation, place });
        }
    }
    all.sort_by_key(|it| it.at);
    let total = all.len();
    for (done, said) in all.iter().enumerate() {
        progress(done, total);
        match said.message().from.as_str() {
            "author" => hear(&mut conn, &keys, network, base, language, said).await?,
            _ => answer(&mut conn, &keys, network, language, said).await?,
        }
    }
    for conversation in &data.conversations {
        settle(&mut conn, &keys, data, conversation, now).await?;
    }
    conn.commit().await?;
    progress(total, total);
    Ok(keys)
}

async fn found(
    app: &App,
    conn: &mut Conn,
    data: &Data,
    language: &str,
    base: &str,
    now: i64,
) -> anyhow::Result<Keys> {
    let (founded, shipped) = (now - FOUNDED, &data.organisation);
    let house = OrganisationId::new(founded);
    let it = store::organisation::Organisation {
        id: house,
        name: shipped.name.clone(),
        language: language.to_owned(),
        time_zone: shipped.time_zone.clone(),
        created_at: founded,
    };
    store::organisation::insert(conn, &it).await?;
    let mut keys = Keys {
        house,
        desks: HashMap::new(),
        colleagues: HashMap::new(),
        channels: HashMap::new(),
        tags: HashMap::new(),
    };
    for (position, it) in (0..).zip(&shipped.desks) {
        let desk = store::desk::Desk {
            id: DeskId::new(founded),
            kind: it.kind.clone(),
            name: it.name.get(language).to_owned(),
            position,
            answer_within: it.answer_within_minutes * MINUTE,
            urgent_within: None,
            hours: Hours::default(),
            created_at: founded,
            closed_at: None,
            successor: None,
        };
        store::desk::insert(conn, house, &desk).await?;
        keys.desks.insert(it.key.clone(), desk.id);
    }
    for it in &shipped.colleagues {
        let id = add_colleague(conn, &keys, it, language, founded).await?;
        keys.colleagues.insert(it.key.clone(), id);
    }
    for it in &shipped.channels {
        let channel = add_channel(app, conn, data, &keys, it, language, base, now).await?;
        keys.channels.insert(it.key.clone(), channel);
    }
    for it in &shipped.tags {
        let id = store::tag::named(conn, house, it.name.get(language), founded).await?;
        keys.tags.insert(it.key.clone(), id);
    }
    saved::add(conn, &keys, shipped, language, founded, now).await?;
    Ok(keys)
}

async fn add_colleague(
    conn: &mut Conn,
    keys: &Keys,
    it: &data::Colleague,
    language: &str,
    founded: i64,
) -> anyhow::Result<ColleagueId> {
    let role = Role::parse(&it.role).ok_or_else(|| anyhow::anyhow!("{}: no such role", it.role))?;
    let colleague = store::colleague::Colleague {
        email: it.email.clone(),
        name: it.name.get(language).to_owned(),
        initials: it.initials.clone(),
        ..store::colleague::Colleague::blank(keys.house, role, founded)
    };
    store::colleague::insert(conn, &colleague).await?;
    let desks: Vec<DeskId> = it.desks.iter().filter_map(|key| keys.desks.get(key).copied()).collect();
    store::colleague::set_desks(conn, keys.house, colleague.id, &desks).await?;
    Ok(colleague.id)
}

#[expect(
    clippy::too_many_arguments,
    reason = "the fill has one caller, and a bag for it would hide what it takes"
)]
async fn add_channel(
    app: &App,
    conn: &mut Conn,
    data: &Data,
    keys: &Keys,
    it: &DemoChannel,
    language: &str,
    base: &str,
    now: i64,
) -> anyhow::Result<Channel> {
    let id = ChannelId::new(now - FOUNDED);
    let desk = data.conversations.iter().find(|c| c.channel == it.key).map(|c| &c.desk);
    let desk = desk.and_then(|key| keys.desks.get(key)).or_else(|| keys.desks.values().next());
    let feed = it.kind == "feed";
    let secret = format!("{{\"access_token\":\"{}\"}}", it.key);
    let channel = Channel {
        id,
        kind: it.kind.clone(),
        name: it.name.get(language).to_owned(),
        base_url: if feed { format!("{base}/feeds/{}", it.key) } else { base.to_owned() },
        handle: it.handle.as_deref().unwrap_or_default().trim_start_matches('@').to_owned(),
        remote_id: it.key.clone(),
        desk: *desk.ok_or_else(|| anyhow::anyhow!("there is no desk"))?,
        state: "active".to_owned(),
        settings: "null".to_owned(),
        capabilities: "{}".to_owned(),
        secret: if feed { None } else { Some(app.seal.seal(secret.as_bytes(), id.0.as_bytes())?) },
        secret_expires_at: it.token_expires_in_days.map(|days| now + days * DAY),
        renewal: None,
        health: Health::default(),
        created_at: now - FOUNDED,
    };
    store::channel::insert(conn, keys.house, &channel).await?;
    let mut holes: Vec<(i64, &Hole)> =
        it.holes.iter().filter_map(|hole| Some((instant(&hole.from, now)?, hole))).collect();
    holes.sort_by_key(|(from, _)| *from);
    for (from, hole) in holes {
        let to = hole.to.as_deref().and_then(|to| instant(to, now));
        let health = Health {
            heard_at: Some(from),
            failing_since: Some(from),
            error_code: Some("unreachable".to_owned()),
            error_text: Some("the server can't be reached: HTTP 503".to_owned()),
            tried_at: Some(now),
            ..Health::default()
        };
        store::channel::set_health(conn, keys.house, id, &health).await?;
        if to.is_some() {
            let heard = Health { heard_at: to, tried_at: to, ..Health::default() };
            store::channel::set_health(conn, keys.house, id, &heard).await?;
        }
    }
    Ok(channel)
}

/// A member says something, changes it, or takes it away, as the data tells.
async fn hear(
    conn: &mut Conn,
    keys: &Keys,
    network: &Network,
    base: &str,
    language: &str,
    said: &Said<'_>,
) -> anyhow::Result<()> {
    let message = said.message();
    let channel =
        keys.channels.get(&said.conversation.channel).ok_or_else(|| anyhow::anyhow!("no such channel"))?;
    let promise = store::desk::promise(conn, keys.house, channel.desk).await?.unwrap_or(Promise::always(DAY));
    let mut seen = observation(said, language, base);
    if let (Some(earlier), Some(item)) = (&message.edited, seen.item.as_mut()) {
        let standing = std::mem::replace(&mut item.text, earlier.get(language).to_owned());
        item.html = html(&item.text);
        let context = Context {
            organisation: keys.house,
            channel,
            promise: promise.clone(),
            ear: &Ear::default(),
            now: said.at,
        };
        fold(conn, &context, &seen).await?;
        seen.kind = ObservationKind::Edited;
        seen.version_at = Some(said.at + 3 * MINUTE);
        if let Some(item) = seen.item.as_mut() {
            item.html = html(&standing);
            item.text = standing;
        }
    }
    let context = Context { organisation: keys.house, channel, promise, ear: &Ear::default(), now: said.at };
    fold(conn, &context, &seen).await?;
    if message.deleted {
        let gone = Observation {
            kind: ObservationKind::Deleted,
            occurred_at: Some(said.at + 9 * MINUTE),
            version_at: None,
            item: None,
            ..seen
        };
        fold(conn, &context, &gone).await?;
    }
    network.remember(status(said, Speaker::Member(said.conversation.author.clone())));
    Ok(())
}

fn status(said: &Said<'_>, speaker: Speaker) -> Status {
    let message = said.message();
    Status {
        id: remote_id(&said.conversation.key, said.place),
        channel: said.conversation.channel.clone(),
        speaker,
        parent: parent(said),
        text: message.text.clone(),
        message: Some(message.clone()),
        at: said.at,
        edited_at: message.edited.is_some().then_some(said.at + 3 * MINUTE),
        media: Vec::new(),
        visibility: message.visibility.clone().unwrap_or_else(|| "public".to_owned()),
        deleted: message.deleted,
        key: None,
    }
}

/// What a message answers: the last thing said before it that isn't a note.
fn parent(said: &Said<'_>) -> Option<String> {
    let mut before = said.conversation.messages.iter().enumerate().take(said.place);
    before.rfind(|(_, it)| it.from != "note").map(|(place, _)| remote_id(&said.conversation.key, place))
}

fn observation(said: &Said<'_>, language: &str, base: &str) -> Observation {
    let (message, author) = (said.message(), &said.conversation.author);
    let text = message.text.get(language).to_owned();
    let image = message.image.as_ref().map(|it| RemoteAttachment {
        kind: AttachmentKind::Image,
        url: format!("{base}/images/{}", it.file),
        preview_url: None,
        alt: Some(it.alt.get(language).to_owned()),
        mime: None,
        width: None,
        height: None,
    });
    Observation {
        remote_id: remote_id(&said.conversation.key, said.place),
        kind: ObservationKind::Created,
        version_at: Some(said.at),
        occurred_at: Some(said.at),
        source: Source::Backfill,
        raw: "{}".to_owned(),
        item: Some(Item {
            author: RemoteAuthor {
                remote_id: member_id(author),
                handle: handle(author),
                name: author.name.clone(),
                url: None,
                avatar_url: None,
                bot: author.bot,
            },
            parent_id: parent(said),
            thread_id: None,
            url: None,
            html: html(&text),
            text,
            title: message.title.as_ref().map(|it| it.get(language).to_owned()),
            language: Some(message.language(language).to_owned()),
            visibility: crate::command::answer::visibility(message.visibility.as_deref().unwrap_or("public")),
            attachments: image.into_iter().collect(),
            warning: None,
            ours: false,
            addressed: true,
            marks: Vec::new(),
        }),
    }
}

/// We answered, or noted something among us.
async fn answer(
    conn: &mut Conn,
    keys: &Keys,
    network: &Network,
    language: &str,
    said: &Said<'_>,
) -> anyhow::Result<()> {
    let message = said.message();
    let channel =
        keys.channels.get(&said.conversation.channel).ok_or_else(|| anyhow::anyhow!("no such channel"))?;
    let first =
        message::by_remote(conn, keys.house, channel.id, &remote_id(&said.conversation.key, 0)).await?;
    let home = first
        .ok_or_else(|| anyhow::anyhow!("{}: answered before it was asked", said.conversation.key))?
        .conversation;
    let note = message.from == "note";
    let colleague = message.by.as_ref().and_then(|key| keys.colleagues.get(key).copied());
    let it = Message {
        id: MessageId::new(said.at),
        conversation: home,
        channel: channel.id,
        direction: if note { Direction::Note } else { Direction::Out },
        author: None,
        colleague,
        // Notes have one too, within this house, so that the language can be changed later.
        remote_id: Some(remote_id(&said.conversation.key, said.place)),
        remote_parent_id: if note { None } else { parent(said) },
        url: None,
        visibility: if note {
            "internal".to_owned()
        } else {
            message.visibility.clone().unwrap_or_else(|| "public".to_owned())
        },
        language: Some(language.to_owned()),
        title: None,
        warning: None,
        text: message.text.get(language).to_owned(),
        html: String::new(),
        sent_at: said.at,
        version_at: said.at,
        edited_at: None,
        deleted_at: None,
        stage: if note { Stage::Noted } else { Stage::Published },
        publish_key: None,
        error_code: None,
        error_text: None,
        created_at: said.at,
        marks: Vec::new(),
    };
    message::insert(conn, keys.house, &it).await?;
    store::search::index(conn, keys.house, it.id, home, &it.text).await?;
    let Some(mut found) = store::conversation::get(conn, keys.house, home).await? else { return Ok(()) };
    let place = found.place();
    found.messages += 1;
    if !note {
        store::counter::tally(conn, keys.house, channel.id, "out", said.at).await?;
        found.last_at = found.last_at.max(said.at);
        found.answered_at = found.answered_at.or(Some(said.at));
        found.facets.awaiting_since = None;
        network.remember(status(said, Speaker::Account(said.conversation.channel.clone())));
    }
    store::conversation::update(conn, keys.house, &place, &found).await?;
    Ok(())
}

/// Puts a conversation where the data says that it stands.
async fn settle(
    conn: &mut Conn,
    keys: &Keys,
    data: &Data,
    it: &DemoConversation,
    now: i64,
) -> anyhow::Result<()> {
    let Some(channel) = keys.channels.get(&it.channel) else { return Ok(()) };
    let Some(first) = message::by_remote(conn, keys.house, channel.id, &remote_id(&it.key, 0)).await? else {
        return Ok(());
    };
    let Some(mut found) = store::conversation::get(conn, keys.house, first.conversation).await? else {
        return Ok(());
    };
    let place = found.place();
    let facets = &mut found.facets;
    facets.state = State::parse(&it.state).unwrap_or(State::Open);
    facets.desk = keys.desks.get(&it.desk).copied().unwrap_or(facets.desk);
    facets.assignee = it.assignee.as_ref().and_then(|key| keys.colleagues.get(key).copied());
    facets.urgent = it.urgent;
    let within = data
        .organisation
        .desks
        .iter()
        .find(|desk| desk.key == it.desk)
        .map_or(60, |desk| desk.answer_within_minutes);
    facets.awaiting_since =
        facets.awaiting_since.filter(|_| facets.state == State::Open || facets.state == State::Snoozed);
    facets.due_at =
        facets.awaiting_since.map_or(NEVER, |since| Promise::always(within * MINUTE).due(since, false));
    if facets.state == State::Snoozed {
        facets.snoozed_until = Some(now + DAY);
    }
    if facets.state == State::Closed {
        facets.closed_at = Some(found.last_at);
    }
    store::conversation::update(conn, keys.house, &place, &found).await?;
    for tag in it.tags.iter().filter_map(|key| keys.tags.get(key)) {
        store::tag::put(conn, keys.house, found.id, *tag).await?;
    }
    Ok(())
}
