//! Answers and notes. An answer is held for ten seconds, in which it can be taken back; then a job
//! hands it to the network. Nothing leaves from here.

pub mod charter;
mod file;

use parvis_channels::{Account, Article, ArticleState, CapabilityKey, Outgoing, Upload, Visibility};
use serde_json::{Value as Json, json};

use super::{Done, Refusal, Result, load, stop_clock, write_change};
use crate::app::App;
use crate::clock::{DAY, SECOND};
use crate::id::{ConversationId, EntryId, JournalId, MessageId};
use crate::rules::permission::{Action, Actor};
use crate::seal;
use crate::store::answer_key::AnswerKey;
use crate::store::conversation::{Conversation, State};
use crate::store::journal::{self, By, Entry};
use crate::store::message::{self, Direction, Message, Stage};
use crate::store::{self, Conn};
use crate::work::publish;

/// How long an answer is held before it leaves (µs).
pub const HOLD: i64 = 10 * SECOND;
/// How long a caller's key is known (µs).
pub const KEY_LASTS: i64 = DAY;
/// Longest note, in characters.
pub const NOTE_LENGTH: usize = 20_000;
/// Largest picture, in bytes.
pub const UPLOAD_BYTES: usize = 8 * 1024 * 1024;

/// An answer as somebody wrote it.
#[derive(Clone, Debug)]
pub struct Answer {
    /// What it says.
    pub text: String,
    /// To everybody, or to this member only.
    pub visibility: Visibility,
    /// Close the conversation with it.
    pub close: bool,
    /// The newest message that the writer saw.
    pub seen: Option<MessageId>,
    /// Send although a colleague has answered since.
    pub anyway: bool,
    /// Pictures.
    pub media: Vec<Upload>,
    /// Why what the charter binds to is left as it is; empty for no reason.
    pub reason: String,
    /// The prepared answer that it began with.
    pub suggestion: Option<EntryId>,
}

/// Holds an answer for [`HOLD`], then it leaves.
///
/// # Errors
/// [`Refusal::Answered`] when a colleague has answered since `seen` and `anyway` isn't set.
pub async fn reply(app: &App, actor: &Actor, id: ConversationId, answer: Answer) -> Result<Done> {
    reply_once(app, actor, id, answer, None).await
}

/// The same under a key of the caller's: the same answer sent again under it isn't given again, but told as
/// it was given. A key is good for [`KEY_LASTS`].
///
/// # Errors
/// As [`reply`]; [`Refusal::Invalid`] for `Idempotency-Key` when it was used for another answer.
pub async fn reply_once(
    app: &App,
    actor: &Actor,
    id: ConversationId,
    answer: Answer,
    key: Option<&str>,
) -> Result<Done> {
    let now = app.now();
    let marked = key.map(|key| (key, fingerprint(id, &answer)));
    if let Some((key, digest)) = &marked
        && let Some(done) = given(&mut app.db.read().await?, actor, key, digest, now).await?
    {
        return Ok(done);
    }
    let message = MessageId::new(now);
    // Files first: the object store isn't part of the transaction, and an orphaned file harms nobody.
    let attachments = file::keep(app, message, &answer.media, now).await?;
    let mut conn = app.db.write().await?;
    let mut found = load(&mut conn, actor, id, Action::Answer).await?;
    let channel = store::channel::get(&mut conn, actor.organisation, found.channel).await?;
    let channel = channel.filter(|it| it.state != "removed").ok_or(Refusal::Channel("removed".to_owned()))?;
    let account = crate::account::open(app, &channel).map_err(|error| Refusal::Channel(error.to_string()))?;
    let parent = message::last_in(&mut conn, actor.organisation, found.id).await?;
    let parent = parent.ok_or(Refusal::Channel("nothing-to-answer".to_owned()))?;
    if parent.is_automatic() {
        return Err(Refusal::Channel("not_to_programs".to_owned()));
    }
    if !answer.anyway {
        check_unanswered(&mut conn, actor, &found, answer.seen).await?;
    }
    let it = written(message, &found, &parent, actor, &answer, now);
    check_text(&mut conn, actor, &account, &it, &answer).await?;
    let left = charter::check(&mut conn, actor.organisation, account.kind, &it.text, &answer.reason).await?;
    message::insert(&mut conn, actor.organisation, &it).await?;
    store::attachment::replace(&mut conn, actor.organisation, it.id, &attachments).await?;
    store::search::index(&mut conn, actor.organisation, it.id, found.id, &it.text).await?;
    let mode = if answer.visibility == Visibility::Direct { "direct" } else { "public" };
    drop_draft(&mut conn, actor, found.id, mode).await?;
    publish::enqueue(&mut conn, actor.organisation, it.id, it.sent_at, now).await?;
    if let Some(entry) = answer.suggestion {
        super::launch::suggestion::note_use(&mut conn, actor, it.id, entry, now).await?;
    }
    found.messages += 1;
    if let Some(left) = left {
        waived(&mut conn, actor, now, &found, &it, left).await?;
    }
    let journal = hold(&mut conn, actor, now, found, &it, answer.close).await?;
    let done = Done { journal, conversation: it.conversation };
    if let Some((key, digest)) = &marked
        && !mark(&mut conn, actor, key, digest, done, now).await?
    {
        // The same key came in twice at once and the other was first: this one is undone.
        drop(conn);
        let mut conn = app.db.read().await?;
        return given(&mut conn, actor, key, digest, now).await?.ok_or(Refusal::Changed);
    }
    conn.commit().await?;
    Ok(done)
}

/// What an answer says and where, as one digest.
fn fingerprint(id: ConversationId, it: &Answer) -> String {
    let media: Vec<_> =
        it.media.iter().map(|it| (seal::digest_bytes(&it.bytes), &it.mime, &it.alt)).collect();
    let whole = json!([id, it.text, it.visibility.as_str(), it.close, it.seen, it.anyway, media, it.reason]);
    seal::digest(&whole.to_string())
}

/// What the actor answered under this key before, if they did.
async fn given(conn: &mut Conn, actor: &Actor, key: &str, digest: &str, now: i64) -> Result<Option<Done>> {
    let found = store::answer_key::get(conn, actor.organisation, actor.colleague, key).await?;
    match found.filter(|it| it.created_at + KEY_LASTS > now) {
        Some(it) if it.digest != digest => Err(Refusal::Invalid { field: "Idempotency-Key", code: "reused" }),
        found => Ok(found.map(|it| Done { journal: it.journal, conversation: it.conversation })),
    }
}

/// Keeps the key; false when it came in twice at once.
async fn mark(
    conn: &mut Conn,
    actor: &Actor,
    key: &str,
    digest: &str,
    done: Done,
    now: i64,
) -> store::Result<bool> {
    store::answer_key::forget(conn, actor.organisation, now - KEY_LASTS).await?;
    let it = AnswerKey {
        colleague: actor.colleague,
        key: key.to_owned(),
        digest: digest.to_owned(),
        conversation: done.conversation,
        journal: done.journal,
        created_at: now,
    };
    store::answer_key::insert(conn, actor.organisation, &it).await
}

fn written(
    id: MessageId,
    conversation: &Conversation,
    parent: &Message,
    actor: &Actor,
    answer: &Answer,
    now: i64,
) -> Message {
    Message {
        id,
        conversation: conversation.id,
        channel: conversation.channel,
        direction: Direction::Out,
        author: None,
        colleague: Some(actor.colleague),
        remote_id: None,
        remote_parent_id: parent.remote_id.clone(),
        url: None,
        visibility: answer.visibility.as_str().to_owned(),
        language: conversation.language.clone(),
        title: None,
        warning: parent.warning.clone(),
        text: answer.text.trim().to_owned(),
        html: String::new(),
        sent_at: now + HOLD,
        version_at: now,
        edited_at: None,
        deleted_at: None,
        stage: Stage::Held,
        publish_key: Some(id.to_string()),
        error_code: None,
        error_text: None,
        created_at: now,
        marks: Vec::new(),
    }
}

/// What goes to the network for a message of ours.
pub(crate) async fn to_network(
    conn: &mut Conn,
    organisation: crate::id::OrganisationId,
    it: &Message,
    media: Vec<Upload>,
) -> Result<Outgoing> {
    let key = it.publish_key.clone().unwrap_or_else(|| it.id.to_string());
    let said = Outgoing {
        language: it.language.clone(),
        warning: it.warning.clone(),
        media,
        ..Outgoing::new(key, it.text.as_str(), visibility(&it.visibility), it.sent_at)
    };
    let Some(parent_id) = it.remote_parent_id.clone() else {
        // Only a post answers nothing: an answer whose parent the network doesn't know must not become one.
        let post = store::post::of_message(conn, organisation, it.id).await?;
        post.ok_or(Refusal::Channel("nothing-to-answer".to_owned()))?;
        return Ok(Outgoing { article: it.title.clone().map(article), ..said });
    };
    let parent = message::by_remote(conn, organisation, it.channel, &parent_id).await?;
    let mention = match parent.and_then(|parent| parent.author) {
        Some(author) => store::author::get(conn, organisation, author).await?.map(|author| author.handle),
        None => None,
    };
    Ok(Outgoing { parent_id: Some(parent_id), mention, ..said })
}

/// A post with a title is an article, which everybody sees.
fn article(title: String) -> Article {
    Article { title, state: ArticleState::Published, ..Article::default() }
}

/// The network's word for a visibility as the database keeps it.
pub(crate) fn visibility(name: &str) -> Visibility {
    [Visibility::Unlisted, Visibility::Followers, Visibility::Direct]
        .into_iter()
        .find(|it| it.as_str() == name)
        .unwrap_or(Visibility::Public)
}

async fn check_text(
    conn: &mut Conn,
    actor: &Actor,
    account: &Account,
    it: &Message,
    answer: &Answer,
) -> Result<()> {
    let needed = if answer.visibility == Visibility::Direct {
        CapabilityKey::ReplyPrivately
    } else {
        CapabilityKey::Reply
    };
    for key in [needed].into_iter().chain((!answer.media.is_empty()).then_some(CapabilityKey::Images)) {
        if !account.capabilities.can(key) {
            let reason = account.capabilities.get(key).reason;
            return Err(Refusal::Channel(reason.map_or("unsupported", |why| why.code()).to_owned()));
        }
    }
    if it.text.is_empty() && answer.media.is_empty() {
        return Err(Refusal::Invalid { field: "text", code: "empty" });
    }
    let rule = parvis_channels::channel(account.kind).text_rule(&account.capabilities);
    let sent = to_network(conn, actor.organisation, it, Vec::new()).await?;
    let counted = if rule.names_author { sent.full_text() } else { sent.text };
    if !rule.fits(&counted, it.warning.as_deref()) {
        return Err(Refusal::Invalid { field: "text", code: "length" });
    }
    Ok(())
}

/// Refuses when an answer stands that the writer hasn't seen.
async fn check_unanswered(
    conn: &mut Conn,
    actor: &Actor,
    it: &Conversation,
    seen: Option<MessageId>,
) -> Result<()> {
    let Some(last) = message::last_out(conn, actor.organisation, it.id).await? else { return Ok(()) };
    if last.colleague == Some(actor.colleague) || seen == Some(last.id) {
        return Ok(());
    }
    let seen_at = match seen {
        Some(id) => message::get(conn, actor.organisation, id).await?.map(|it| it.created_at),
        // Who says nothing has seen what the member waits for.
        None => it.facets.awaiting_since,
    };
    if seen_at.is_some_and(|at| last.created_at <= at) {
        return Ok(());
    }
    Err(Refusal::Answered { by: last.colleague, message: last.id })
}

/// Journals what the charter binds to and was left as it is.
async fn waived(
    conn: &mut Conn,
    actor: &Actor,
    now: i64,
    found: &Conversation,
    it: &Message,
    left: Json,
) -> Result<()> {
    let entry = Entry {
        organisation: actor.organisation,
        at: now,
        by: By::Colleague(actor.colleague),
        verb: "message.waived",
        subject: it.id.0,
        conversation: Some((found.id, found.facets.desk)),
        before: None,
        after: Some(left),
    };
    journal::write(conn, entry).await?;
    Ok(())
}

async fn hold(
    conn: &mut Conn,
    actor: &Actor,
    now: i64,
    mut found: Conversation,
    it: &Message,
    close: bool,
) -> Result<JournalId> {
    let place = found.place();
    let before = found.facets.clone();
    stop_clock(&mut found.facets);
    found.facets.state = if close { State::Closed } else { State::Waiting };
    let standing = store::desk::standing(conn, actor.organisation, found.facets.desk).await?;
    found.facets.stand_at(standing);
    found.facets.closed_at = close.then_some(now);
    found.facets.assignee = found.facets.assignee.or(Some(actor.colleague));
    found.last_at = found.last_at.max(now);
    store::conversation::update(conn, actor.organisation, &place, &found).await?;
    let entry = Entry {
        organisation: actor.organisation,
        at: now,
        by: By::Colleague(actor.colleague),
        verb: "message.held",
        subject: it.id.0,
        conversation: Some((found.id, found.facets.desk)),
        before: Some(json!(before)),
        after: Some(json!(found.facets)),
    };
    Ok(journal::write(conn, entry).await?)
}

async fn drop_draft(conn: &mut Conn, actor: &Actor, id: ConversationId, mode: &str) -> Result<()> {
    let empty = store::view::Draft { mode: mode.to_owned(), text: String::new(), updated_at: 0 };
    Ok(store::view::save_draft(conn, actor.organisation, id, actor.colleague, &empty).await?)
}

/// Keeps an internal note; it never leaves the house.
pub async fn note(app: &App, actor: &Actor, id: ConversationId, text: &str) -> Result<Done> {
    let now = app.now();
    let mut conn = app.db.write().await?;
    let found = load(&mut conn, actor, id, Action::Note).await?;
    let journal = write_note(&mut conn, actor, now, found.id, text).await?;
    drop_draft(&mut conn, actor, found.id, "note").await?;
    conn.commit().await?;
    Ok(Done { journal, conversation: found.id })
}

pub(super) async fn write_note(
    conn: &mut Conn,
    actor: &Actor,
    now: i64,
    id: ConversationId,
    text: &str,
) -> Result<JournalId> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Refusal::Invalid { field: "text", code: "empty" });
    }
    if text.chars().count() > NOTE_LENGTH {
        return Err(Refusal::Invalid { field: "text", code: "length" });
    }
    let mut found = load(conn, actor, id, Action::Note).await?;
    let place = found.place();
    found.messages += 1;
    let it = Message {
        id: MessageId::new(now),
        conversation: found.id,
        channel: found.channel,
        direction: Direction::Note,
        author: None,
        colleague: Some(actor.colleague),
        remote_id: None,
        remote_parent_id: None,
        url: None,
        visibility: "internal".to_owned(),
        language: None,
        title: None,
        warning: None,
        text: text.to_owned(),
        html: String::new(),
        sent_at: now,
        version_at: now,
        edited_at: None,
        deleted_at: None,
        stage: Stage::Noted,
        publish_key: None,
        error_code: None,
        error_text: None,
        created_at: now,
        marks: Vec::new(),
    };
    message::insert(conn, actor.organisation, &it).await?;
    store::search::index(conn, actor.organisation, it.id, found.id, text).await?;
    store::conversation::update(conn, actor.organisation, &place, &found).await?;
    let entry = Entry {
        organisation: actor.organisation,
        at: now,
        by: By::Colleague(actor.colleague),
        verb: "message.noted",
        subject: it.id.0,
        conversation: Some((found.id, found.facets.desk)),
        before: None,
        after: None,
    };
    Ok(journal::write(conn, entry).await?)
}

/// Takes an answer back while it is held. Its text becomes a draft again, and the conversation stands
/// where it stood.
///
/// # Errors
/// [`Refusal::Changed`] when it has left already.
pub async fn withdraw(app: &App, actor: &Actor, id: MessageId) -> Result<Done> {
    withdraw_within(app.db.write().await?, actor, id, app.now()).await
}

/// The same in a transaction that has already begun.
pub(super) async fn withdraw_within(mut conn: Conn, actor: &Actor, id: MessageId, now: i64) -> Result<Done> {
    let mut it = message::get(&mut conn, actor.organisation, id).await?.ok_or(Refusal::NotFound)?;
    let found = load(&mut conn, actor, it.conversation, Action::Answer).await?;
    refuse_post(&mut conn, actor, id).await?;
    if it.stage != Stage::Held || !publish::cancel(&mut conn, actor.organisation, id).await? {
        return Err(Refusal::Changed);
    }
    it.stage = Stage::Withdrawn;
    message::update(&mut conn, actor.organisation, &it).await?;
    let mode = if it.visibility == "direct" { "direct" } else { "public" };
    let draft = store::view::Draft { mode: mode.to_owned(), text: it.text.clone(), updated_at: now };
    store::view::save_draft(&mut conn, actor.organisation, found.id, actor.colleague, &draft).await?;
    let conversation = found.id;
    let after = publish::facets_before(&mut conn, actor.organisation, &found, id).await?;
    let journal = write_change(&mut conn, actor, now, "message.withdrawn", found, after).await?;
    conn.commit().await?;
    Ok(Done { journal, conversation })
}

/// Tries again to send what was refused, by a person who looked at it.
pub async fn retry(app: &App, actor: &Actor, id: MessageId) -> Result<Done> {
    let now = app.now();
    let mut conn = app.db.write().await?;
    let mut it = message::get(&mut conn, actor.organisation, id).await?.ok_or(Refusal::NotFound)?;
    let found = load(&mut conn, actor, it.conversation, Action::Answer).await?;
    if it.stage != Stage::Rejected {
        return Err(Refusal::Changed);
    }
    refuse_post(&mut conn, actor, id).await?;
    it.stage = Stage::Held;
    it.sent_at = now + HOLD;
    it.error_code = None;
    it.error_text = None;
    message::update(&mut conn, actor.organisation, &it).await?;
    publish::enqueue(&mut conn, actor.organisation, id, it.sent_at, now).await?;
    let conversation = found.id;
    let journal = hold(&mut conn, actor, now, found, &it, false).await?;
    conn.commit().await?;
    Ok(Done { journal, conversation })
}

/// What is part of a post is stopped and resumed there, by those who have the last word.
async fn refuse_post(conn: &mut Conn, actor: &Actor, id: MessageId) -> Result<()> {
    match store::post::of_message(conn, actor.organisation, id).await? {
        Some(_) => Err(Refusal::Channel("part-of-post".to_owned())),
        None => Ok(()),
    }
}
