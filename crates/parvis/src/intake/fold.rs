//! Folds an observation into the messages: idempotent on organisation, channel and remote id; the later
//! version wins; what was said before is kept; a deletion is marked. Runs inside the caller's
//! transaction and makes no call.

mod attachment;
mod hear;

use parvis_channels::{Item, Mark, Observation, ObservationKind};
use serde_json::json;

use super::ear::Ear;
use crate::clock::DAY;
use crate::id::{AuthorId, ConversationId, MessageId, OrganisationId};
use crate::rules::clock::Promise;
use crate::rules::text;
use crate::store::author::{self, Author};
use crate::store::channel::Channel;
use crate::store::conversation::{self, Conversation, Facets, NEVER, State};
use crate::store::journal::{self, By, Entry};
use crate::store::message::{self, Direction, Message, Stage};
use crate::store::reading::{self, Reading, Said};
use crate::store::watch;
use crate::store::{Conn, Result, counter, desk, observation, search};
use crate::work;

/// What was said longer ago than this before a channel was connected is history: it is kept, and
/// nobody is asked to answer it.
const HISTORY: i64 = 3 * DAY;
/// Characters of the line that lists show.
const EXCERPT: usize = 240;

/// What folding has to know besides the observation.
pub struct Context<'a> {
    /// Whose.
    pub organisation: OrganisationId,
    /// By which account it was seen.
    pub channel: &'a Channel,
    /// How fast the channel's desk answers.
    pub promise: Promise,
    /// The watches that what comes in is matched with.
    pub ear: &'a Ear,
    /// Now (µs).
    pub now: i64,
}

/// Folds one observation. Seeing the same again changes nothing.
pub async fn fold(conn: &mut Conn, context: &Context<'_>, seen: &Observation) -> Result<()> {
    let known = message::by_remote(conn, context.organisation, context.channel.id, &seen.remote_id).await?;
    let place = match (&seen.item, &known) {
        (Some(item), None) => Some(find_conversation(conn, context, seen, item).await?),
        _ => None,
    };
    if let (Some(item), Some(None)) = (&seen.item, place)
        && !(item.ours
            || item.addressed
            || item.marks.contains(&Mark::Overheard)
            || context.channel.kind == "feed")
    {
        // Somebody else's business. Not kept either: it may become context once somebody answers it.
        return Ok(());
    }
    let is_new = observation::keep(conn, context.organisation, context.channel.id, seen, context.now).await?;
    if !is_new && !known.as_ref().is_some_and(|known| comes_back(seen, known)) {
        return Ok(());
    }
    match (seen.kind, &seen.item, known) {
        (ObservationKind::Deleted, _, Some(known)) => delete(conn, context, seen, known).await,
        (ObservationKind::Created | ObservationKind::Edited, Some(item), Some(known)) => {
            edit(conn, context, seen, item, known).await
        }
        (ObservationKind::Created | ObservationKind::Edited, Some(item), None) => {
            create(conn, context, seen, item, place.flatten()).await
        }
        (ObservationKind::Failed, Some(item), Some(known)) if known.direction == Direction::Out => {
            work::publish::failed(conn, context.organisation, known, &item.text, context.now).await
        }
        // Kept raw, for the day when it can be read.
        _ => Ok(()),
    }
}

/// Where a network doesn't date changes, a state that another came in between looks like the one kept before.
pub(super) fn comes_back(seen: &Observation, known: &Message) -> bool {
    match (seen.kind, &seen.item) {
        _ if seen.version_at.is_some() => false,
        (ObservationKind::Edited, Some(item)) => {
            known.deleted_at.is_some() || known.text != item.text || known.marks != item.marks
        }
        (ObservationKind::Deleted, _) => known.deleted_at.is_none(),
        _ => false,
    }
}

async fn create(
    conn: &mut Conn,
    context: &Context<'_>,
    seen: &Observation,
    item: &Item,
    place: Option<ConversationId>,
) -> Result<()> {
    if item.ours && adopt_echo(conn, context, seen, item).await? {
        return Ok(());
    }
    // A sender's clock that runs wild must not keep a message at the top for years.
    let at = seen.occurred_at.filter(|at| *at < context.now + DAY).unwrap_or(context.now);
    let author = if item.ours { None } else { Some(keep_author(conn, context, item, at, 1).await?) };
    let found = match place {
        Some(id) => conversation::get(conn, context.organisation, id).await?,
        None => None,
    };
    let (mut home, new) = match found {
        Some(found) => (found, false),
        None => (begin(context, seen, item, author, at), true),
    };
    let (house, channel) = (context.organisation, context.channel.id);
    let gone = observation::deleted(conn, house, channel, &seen.remote_id, i64::MIN).await?;
    let it = received(context, seen, item, author, home.id, at, gone.then_some(context.now));
    let before = home.place();
    // What was closed at a desk that is no more goes on at the one that took over.
    let (standing, elsewhere) = match home.facets.desk == context.channel.desk {
        true => (home.facets.desk, None),
        false => {
            let standing = desk::standing(conn, context.organisation, home.facets.desk).await?;
            (standing, desk::promise(conn, context.organisation, standing).await?)
        }
    };
    let promise = elsewhere.as_ref().unwrap_or(&context.promise);
    let read = hear::read(context, &it);
    let is_newest = arrive(&mut home, context, promise, item, &it, author, read.as_ref());
    home.facets.stand_at(standing);
    if new {
        conversation::insert(conn, context.organisation, &home).await?;
    } else {
        conversation::update(conn, context.organisation, &before, &home).await?;
    }
    message::insert(conn, context.organisation, &it).await?;
    if !item.attachments.is_empty() {
        attachment::keep(conn, context, it.id, item).await?;
    }
    index(conn, context, &it, item).await?;
    hear::keep(conn, context, &it, item, read.as_ref()).await?;
    if !is_newest && !new {
        // Something older, or ours: a message that came late may still be the public's newest.
        reading::carry(conn, context.organisation, home.id).await?;
    }
    let direction = if item.ours { "out" } else { "in" };
    counter::tally(conn, context.organisation, context.channel.id, direction, at).await?;
    told(conn, context, "message.received", &it, Some(&home)).await
}

/// The conversation an item belongs to, as far as there is one.
async fn find_conversation(
    conn: &mut Conn,
    context: &Context<'_>,
    seen: &Observation,
    item: &Item,
) -> Result<Option<ConversationId>> {
    let (house, channel) = (context.organisation, context.channel.id);
    if let Some(parent) = &item.parent_id
        && let Some(parent) = message::by_remote(conn, house, channel, parent).await?
    {
        let home = conversation::get(conn, house, parent.conversation).await?;
        // Under a post of our own each person has a conversation of their own; ours is its context.
        let own_post =
            parent.direction == Direction::Out && home.as_ref().is_some_and(|it| it.author.is_none());
        if !own_post || item.ours {
            return Ok(Some(resolve(home, parent.conversation)));
        }
    }
    if let Some(child) = message::conversation_of_child(conn, house, channel, &seen.remote_id).await?
        && !item.ours
    {
        return Ok(Some(resolve(conversation::get(conn, house, child).await?, child)));
    }
    let Some(thread) = &item.thread_id else { return Ok(None) };
    let found = conversation::by_thread(conn, house, channel, thread).await?;
    Ok(found.map(|found| found.facets.merged_into.unwrap_or(found.id)))
}

fn resolve(home: Option<Conversation>, id: ConversationId) -> ConversationId {
    home.and_then(|it| it.facets.merged_into).unwrap_or(id)
}

fn begin(
    context: &Context<'_>,
    seen: &Observation,
    item: &Item,
    author: Option<AuthorId>,
    at: i64,
) -> Conversation {
    Conversation {
        id: ConversationId::new(context.now),
        channel: context.channel.id,
        thread_key: seen.remote_id.clone(),
        author,
        facets: Facets {
            state: State::Closed,
            desk: context.channel.desk,
            assignee: None,
            urgent: false,
            awaiting_since: None,
            due_at: NEVER,
            snoozed_until: None,
            closed_at: None,
            merged_into: None,
        },
        said: Said::default(),
        language: item.language.clone(),
        title: item.title.clone(),
        excerpt: String::new(),
        messages: 0,
        first_at: at,
        last_at: at,
        answered_at: None,
    }
}

/// What a new message changes where it arrives: the clock starts when somebody speaks to us. Whether it is the newest.
fn arrive(
    home: &mut Conversation,
    context: &Context<'_>,
    promise: &Promise,
    item: &Item,
    it: &Message,
    author: Option<AuthorId>,
    read: Option<&Reading>,
) -> bool {
    home.messages += 1;
    home.first_at = home.first_at.min(it.sent_at);
    let newest = it.sent_at >= home.last_at || home.messages == 1;
    home.last_at = home.last_at.max(it.sent_at);
    if item.ours {
        if home.excerpt.is_empty() {
            home.excerpt = text::excerpt(&it.text, EXCERPT);
        }
        if newest && home.facets.awaiting_since.is_some_and(|since| since <= it.sent_at) {
            // Somebody answered on the network itself.
            home.facets.awaiting_since = None;
            home.facets.due_at = NEVER;
            home.facets.state =
                if home.facets.state == State::Open { State::Waiting } else { home.facets.state };
            home.answered_at = home.answered_at.or(Some(it.sent_at));
        }
        return newest;
    }
    if newest || home.author.is_none() {
        let line = item.title.as_deref().filter(|_| it.text.is_empty()).unwrap_or(&it.text);
        home.excerpt = text::excerpt(line, EXCERPT);
        let read_language = read.map(|it| it.language.clone()).filter(|it| it != "und");
        home.language = item.language.clone().or(read_language).or(home.language.take());
    }
    if newest && !it.is_automatic() && it.deleted_at.is_none() {
        home.said = read.map(Said::from).unwrap_or_default();
    }
    home.author = home.author.or(author);
    let history = it.sent_at < context.channel.created_at - HISTORY;
    if history || it.deleted_at.is_some() || !(item.addressed || context.channel.kind == "feed") {
        return newest;
    }
    // "I am away until Monday" is no question: it brings nothing back, and no clock runs for it.
    let automatic = it.is_automatic();
    if automatic && home.messages > 1 {
        return newest;
    }
    home.facets.state = State::Open;
    home.facets.snoozed_until = None;
    home.facets.closed_at = None;
    if item.addressed && !automatic {
        let since = home.facets.awaiting_since.map_or(it.sent_at, |since| since.min(it.sent_at));
        home.facets.awaiting_since = Some(since);
        // Who wrote before we listened waits, by our clock, since we do.
        let heard = since.max(context.channel.created_at);
        home.facets.due_at = promise.due(heard, home.facets.urgent);
    }
    newest
}

fn received(
    context: &Context<'_>,
    seen: &Observation,
    item: &Item,
    author: Option<AuthorId>,
    conversation: ConversationId,
    at: i64,
    deleted_at: Option<i64>,
) -> Message {
    let version_at = seen.version_at.unwrap_or(at);
    Message {
        id: MessageId::new(context.now),
        conversation,
        channel: context.channel.id,
        direction: if item.ours { Direction::Out } else { Direction::In },
        author,
        colleague: None,
        remote_id: Some(seen.remote_id.clone()),
        remote_parent_id: item.parent_id.clone(),
        url: item.url.clone(),
        visibility: item.visibility.as_str().to_owned(),
        language: item.language.clone(),
        title: item.title.clone(),
        warning: item.warning.clone(),
        text: item.text.clone(),
        html: item.html.clone(),
        sent_at: at,
        version_at,
        edited_at: (version_at > at).then_some(version_at),
        deleted_at,
        stage: if item.ours { Stage::Published } else { Stage::Received },
        publish_key: None,
        error_code: None,
        error_text: None,
        created_at: context.now,
        marks: item.marks.clone(),
    }
}

/// Our own message comes back to us: the one that left takes the network's id. True when it was found.
async fn adopt_echo(conn: &mut Conn, context: &Context<'_>, seen: &Observation, item: &Item) -> Result<bool> {
    let (house, parent) = (context.organisation, item.parent_id.as_deref());
    let waiting = message::awaiting_echo(conn, house, context.channel.id, parent).await?;
    let ours = waiting.into_iter().find(|it| same_words(&it.text, &item.text));
    let Some(mut it) = ours else { return Ok(false) };
    it.remote_id = Some(seen.remote_id.clone());
    it.url = item.url.clone();
    it.sent_at = seen.occurred_at.unwrap_or(context.now);
    it.version_at = seen.version_at.unwrap_or(it.sent_at);
    it.stage = Stage::Published;
    it.error_code = None;
    it.error_text = None;
    message::update(conn, context.organisation, &it).await?;
    work::publish::answered(conn, context.organisation, &it, context.now).await?;
    told(conn, context, "message.published", &it, None).await?;
    Ok(true)
}

/// The same words, mentions apart: networks put the mention in front and lay links out anew.
fn same_words(ours: &str, theirs: &str) -> bool {
    let plain = |text: &str| -> Vec<String> {
        text.split_whitespace().filter(|word| !word.starts_with('@')).flat_map(text::words).collect()
    };
    plain(ours) == plain(theirs)
}

async fn edit(
    conn: &mut Conn,
    context: &Context<'_>,
    seen: &Observation,
    item: &Item,
    mut it: Message,
) -> Result<()> {
    let version_at = seen.version_at.unwrap_or(it.version_at);
    let newer =
        version_at > it.version_at || (seen.version_at.is_none() && seen.kind == ObservationKind::Edited);
    let changed = it.text != item.text || it.title != item.title || it.warning != item.warning;
    if !newer || (!changed && it.deleted_at.is_none() && it.marks == item.marks) {
        return Ok(());
    }
    // What was deleted after this change stays deleted, whichever of the two is told first.
    if it.deleted_at.is_some()
        && let Some(at) = seen.version_at
        && observation::deleted(conn, context.organisation, context.channel.id, &seen.remote_id, at).await?
    {
        return Ok(());
    }
    if !changed && it.deleted_at.is_none() {
        it.marks = item.marks.clone();
        message::update(conn, context.organisation, &it).await?;
        return told(conn, context, "message.marked", &it, None).await;
    }
    // What we wrote is kept in our words; the network's rendering of it isn't an edit.
    let rendering = item.ours && it.colleague.is_some() && same_words(&it.text, &item.text);
    if rendering {
        return Ok(());
    }
    message::keep_version(conn, context.organisation, &it).await?;
    it.text = item.text.clone();
    it.html = item.html.clone();
    it.title = item.title.clone();
    it.warning = item.warning.clone();
    it.marks = item.marks.clone();
    it.version_at = version_at.max(it.version_at);
    it.edited_at = Some(seen.version_at.unwrap_or(context.now));
    it.deleted_at = None;
    message::update(conn, context.organisation, &it).await?;
    attachment::keep(conn, context, it.id, item).await?;
    index(conn, context, &it, item).await?;
    watch::forget(conn, context.organisation, it.id).await?;
    let read = hear::read_again(conn, context, &it).await?;
    hear::keep(conn, context, &it, item, read.as_ref()).await?;
    refresh_excerpt(conn, context, &it).await?;
    told(conn, context, "message.edited", &it, None).await
}

async fn delete(conn: &mut Conn, context: &Context<'_>, seen: &Observation, mut it: Message) -> Result<()> {
    if it.deleted_at.is_some() || seen.version_at.is_some_and(|at| at < it.version_at) {
        return Ok(());
    }
    it.deleted_at = Some(seen.occurred_at.unwrap_or(context.now));
    message::update(conn, context.organisation, &it).await?;
    refresh_excerpt(conn, context, &it).await?;
    told(conn, context, "message.deleted", &it, None).await
}

/// Brings the line in the list, what it says, and the clock up to what still stands.
async fn refresh_excerpt(conn: &mut Conn, context: &Context<'_>, it: &Message) -> Result<()> {
    if it.direction != Direction::In {
        return Ok(());
    }
    let own = conversation::get(conn, context.organisation, it.conversation).await?;
    let id = resolve(own, it.conversation);
    let Some(mut home) = conversation::get(conn, context.organisation, id).await? else {
        return Ok(());
    };
    let place = home.place();
    let standing = message::last_in(conn, context.organisation, id).await?;
    let read = reading::newest(conn, context.organisation, id).await?;
    home.said = read.as_ref().map(Said::from).unwrap_or_default();
    match &standing {
        Some(last) => {
            let line = last.title.as_deref().filter(|_| last.text.is_empty()).unwrap_or(&last.text);
            home.excerpt = text::excerpt(line, EXCERPT);
        }
        None => {
            // Nothing is left to answer.
            home.facets.awaiting_since = None;
            home.facets.due_at = NEVER;
        }
    }
    conversation::update(conn, context.organisation, &place, &home).await
}

async fn keep_author(
    conn: &mut Conn,
    context: &Context<'_>,
    item: &Item,
    at: i64,
    messages: i64,
) -> Result<AuthorId> {
    let it = Author {
        id: AuthorId::new(context.now),
        kind: context.channel.kind.clone(),
        remote_id: item.author.remote_id.clone(),
        handle: item.author.handle.clone(),
        name: item.author.name.clone(),
        url: item.author.url.clone(),
        avatar_url: item.author.avatar_url.clone(),
        bot: item.author.bot,
        first_seen_at: at,
        last_seen_at: at,
        messages,
    };
    author::upsert(conn, context.organisation, &it).await
}

/// Title, text and alternative texts can be found; so can the handle.
async fn index(conn: &mut Conn, context: &Context<'_>, it: &Message, item: &Item) -> Result<()> {
    let mut words = vec![
        it.title.clone().unwrap_or_default(),
        it.text.clone(),
        item.author.handle.clone(),
        item.author.name.clone(),
    ];
    words.extend(item.attachments.iter().filter_map(|it| it.alt.clone()));
    search::index(conn, context.organisation, it.id, it.conversation, &words.join(" ")).await
}

async fn told(
    conn: &mut Conn,
    context: &Context<'_>,
    verb: &str,
    it: &Message,
    home: Option<&Conversation>,
) -> Result<()> {
    let desk = match home {
        Some(home) => Some(home.facets.desk),
        None => {
            conversation::get(conn, context.organisation, it.conversation).await?.map(|home| home.facets.desk)
        }
    };
    let entry = Entry {
        organisation: context.organisation,
        at: context.now,
        by: By::Channel(context.channel.id),
        verb,
        subject: it.id.0,
        conversation: desk.map(|desk| (it.conversation, desk)),
        before: None,
        after: Some(json!({ "remote_id": it.remote_id, "version_at": it.version_at })),
    };
    journal::write(conn, entry).await.map(drop)
}
