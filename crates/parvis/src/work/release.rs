//! A post whose hour has come: each network it goes to gets a message of its own, in one transaction, and from there
//! it is handed over like every word out ([`super::publish`]). And what came of it, a week later.
//!
//! Nothing leaves that a stop holds, that nobody had the last word on, or whose hour has passed: a person is asked.

use parvis_channels::{CapabilityKey, CapabilitySet, part_key};
use serde_json::json;

use super::{Outcome, figure, publish};
use crate::app::App;
use crate::clock::{DAY, MINUTE};
use crate::command::Result;
use crate::command::post::{self as command, fact};
use crate::id::{AttachmentId, ConversationId, MessageId, OrganisationId};
use crate::rules::post::{Facts, State, Step};
use crate::rules::text;
use crate::store::attachment::{self, Attachment};
use crate::store::conversation::{self, Conversation, Facets, NEVER};
use crate::store::job::{self, Job};
use crate::store::journal::{self, By, Entry};
use crate::store::message::{self, Direction, Message, Stage};
use crate::store::post::part::Part;
use crate::store::post::{self, Post, Target};
use crate::store::reading::Said;
use crate::store::{self, Conn};

/// The job's kind: whatever is next for a post whose time has come.
pub const KIND: &str = "post";
/// A post that comes to its turn later than this (µs) after its hour isn't sent by surprise.
pub const LATE: i64 = 15 * MINUTE;
/// How long after the last network took it what came of it is counted (µs).
pub const MEASURED_AFTER: i64 = 7 * DAY;
/// Length of the line in the list of conversations.
const EXCERPT: usize = 200;

/// What is due for the post of the job.
pub async fn carry_out(app: &App, job: &Job) -> Result<Outcome> {
    let now = app.now();
    let mut conn = app.db.write().await?;
    let Some(it) = post::get(&mut conn, job.organisation, crate::id::PostId(job.subject)).await? else {
        return Ok(Outcome::Done);
    };
    match it.state {
        State::Scheduled if it.released_at.is_none() && it.held_at.is_none() => {
            release(&mut conn, job.organisation, it, now).await?;
        }
        State::Published => measure(&mut conn, job.organisation, it, now).await?,
        _ => return Ok(Outcome::Done),
    }
    conn.commit().await?;
    Ok(Outcome::Done)
}

async fn release(conn: &mut Conn, organisation: OrganisationId, mut it: Post, now: i64) -> Result<()> {
    let late = it.due_at.is_none_or(|due| now - due > LATE);
    let stopped = store::stop::current(conn, organisation).await?.is_some();
    // The charter may have been changed since the last word was had.
    let kept = command::charter::read(conn, organisation, &it).await?.is_kept();
    // So may whose the last word is.
    let whose = command::last::of(conn, organisation, &it).await?;
    let had = command::last::is_had(conn, organisation, &it, whose).await?;
    // And the rights to what it shows may have ended.
    let end = store::asset::end_of_post(conn, organisation, it.id).await?;
    let objections = [
        (stopped, "stopped"),
        (!kept, "charter"),
        (!had, "unvalidated"),
        (!command::may_show(end, None, now), "rights"),
        (store::request::lacks(conn, organisation, it.id).await?, "material"),
        (late, "late"),
    ];
    if let Some((_, code)) = objections.into_iter().find(|(holds, _)| *holds) {
        it.held_at = Some(now);
        it.held_code = Some(code.to_owned());
        post::update(conn, organisation, &it).await?;
        return told(conn, organisation, now, "post.held", &it).await;
    }
    for target in post::targets(conn, organisation, it.id).await? {
        if target.message.is_none() {
            send(conn, organisation, &it, &target, now).await?;
        }
    }
    it.released_at = Some(now);
    it.changed_at = now;
    post::update(conn, organisation, &it).await?;
    told(conn, organisation, now, "post.released", &it).await
}

/// Makes the message of a target, in a closed conversation of its own, and has it handed over.
async fn send(
    conn: &mut Conn,
    organisation: OrganisationId,
    it: &Post,
    target: &Target,
    now: i64,
) -> Result<()> {
    let Some(channel) = store::channel::get(conn, organisation, target.channel).await? else { return Ok(()) };
    // It fitted when it was validated. Should the network take less by now, it is handed over whole and refused there.
    let shaped = command::shape::Network::of(&channel).of_target(it, target);
    let parts = shaped.parts.unwrap_or_else(|| vec![shaped.text]);
    let mut thread = parts.iter().map(|said| (said.as_str(), false));
    let (said, _) = thread.next().unwrap_or_default();
    let id = MessageId::new(now);
    let comment = shaped.first_comment.as_deref().map(|said| (said, true));
    let further: Vec<(&str, bool)> = thread.chain(comment).collect();
    let mut home = home(&channel, id, said, now);
    home.messages += i64::try_from(further.len()).unwrap_or(0);
    conversation::insert(conn, organisation, &home).await?;
    let house = store::organisation::get(conn, organisation).await?;
    let left = Message {
        // Where articles are published, the title is the article's.
        title: can_article(&channel).then(|| it.title.clone()),
        language: house.as_ref().map(|house| house.language.clone()),
        ..leaving(it, id, &home, said, now)
    };
    message::insert(conn, organisation, &left).await?;
    let mut files = Vec::new();
    for (position, picture) in post::picture::list(conn, organisation, it.id).await?.into_iter().enumerate() {
        files.push(Attachment {
            id: AttachmentId::new(now),
            message: id,
            position: i64::try_from(position).unwrap_or(i64::MAX),
            kind: "image".to_owned(),
            remote_url: None,
            alt: picture.alt,
            mime: Some(picture.mime),
            width: None,
            height: None,
            stored_as: Some(picture.stored_as),
            error_text: None,
        });
    }
    attachment::replace(conn, organisation, id, &files).await?;
    store::search::index(conn, organisation, id, home.id, said).await?;
    post::set_message(conn, organisation, it.id, target.channel, id).await?;
    publish::enqueue(conn, organisation, id, now, now).await?;
    for (number, (said, first_comment)) in (1_u32..).zip(further) {
        let part = MessageId::new(now);
        let left = Message {
            publish_key: Some(part_key(&id.to_string(), number)),
            language: house.as_ref().map(|house| house.language.clone()),
            ..leaving(it, part, &home, said, now)
        };
        message::insert(conn, organisation, &left).await?;
        store::search::index(conn, organisation, part, home.id, said).await?;
        let part = Part { message: part, first_comment };
        post::part::insert(conn, organisation, it.id, target.channel, i64::from(number), part).await?;
    }
    Ok(())
}

/// Whether what is published there is an article, with its title.
pub(crate) fn can_article(channel: &store::channel::Channel) -> bool {
    let can: CapabilitySet = serde_json::from_str(&channel.capabilities).unwrap_or_default();
    can.can(CapabilityKey::Article) && !can.can(CapabilityKey::Post)
}

/// Where the answers of the public will be seen to belong (docs/decisions/0006).
fn home(channel: &store::channel::Channel, id: MessageId, said: &str, now: i64) -> Conversation {
    Conversation {
        id: ConversationId::new(now),
        channel: channel.id,
        thread_key: id.to_string(),
        author: None,
        facets: Facets {
            state: conversation::State::Closed,
            desk: channel.desk,
            assignee: None,
            urgent: false,
            awaiting_since: None,
            due_at: NEVER,
            snoozed_until: None,
            closed_at: None,
            merged_into: None,
        },
        said: Said::default(),
        language: None,
        title: None,
        excerpt: text::excerpt(said, EXCERPT),
        messages: 1,
        first_at: now,
        last_at: now,
        answered_at: None,
    }
}

fn leaving(it: &Post, id: MessageId, home: &Conversation, said: &str, now: i64) -> Message {
    Message {
        id,
        conversation: home.id,
        channel: home.channel,
        direction: Direction::Out,
        author: None,
        colleague: it.written_by.or(it.validated_by),
        remote_id: None,
        remote_parent_id: None,
        url: None,
        visibility: "public".to_owned(),
        language: None,
        title: None,
        warning: it.warning.clone(),
        text: said.to_owned(),
        html: String::new(),
        sent_at: now,
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

/// Whether a stop keeps this message here, the end of the rights to what its post shows, or material that it lacks: asked in the
/// transaction that would hand it over. What waited for its turn is taken out and its post marked; what may have left already stays to be looked for.
pub(super) async fn hold_back(
    conn: &mut Conn,
    organisation: OrganisationId,
    it: &mut Message,
    now: i64,
) -> store::Result<bool> {
    let Some(id) = post::of_message(conn, organisation, it.id).await? else { return Ok(false) };
    let end = store::asset::end_of_post(conn, organisation, id).await?;
    let code = if store::stop::current(conn, organisation).await?.is_some() {
        "stopped"
    } else if !command::may_show(end, None, now) {
        "rights"
    } else if store::request::lacks(conn, organisation, id).await? {
        "material"
    } else {
        return Ok(false);
    };
    if it.stage == Stage::Held {
        it.stage = Stage::Withdrawn;
        message::update(conn, organisation, it).await?;
        if let Some(mut post) = post::get(conn, organisation, id).await?.filter(|it| it.held_at.is_none()) {
            post.held_at = Some(now);
            post.held_code = Some(code.to_owned());
            post::update(conn, organisation, &post).await?;
            told_store(conn, organisation, now, "post.held", &post).await?;
        }
    }
    Ok(true)
}

/// A message stands on its network: when all of its post do, the post is published. False when it is part of none.
pub(crate) async fn settled(
    conn: &mut Conn,
    organisation: OrganisationId,
    it: &Message,
    now: i64,
) -> store::Result<bool> {
    let Some(id) = post::of_message(conn, organisation, it.id).await? else { return Ok(false) };
    let Some(mut post) = post::get(conn, organisation, id).await? else { return Ok(false) };
    follow(conn, organisation, &post, it, now).await?;
    for target in post::targets(conn, organisation, id).await? {
        for part in post::part::list(conn, organisation, id, target.channel).await? {
            let other = message::get(conn, organisation, part.message).await?;
            if part.message != it.id && other.is_none_or(|other| other.stage != Stage::Published) {
                return Ok(true);
            }
        }
    }
    let facts = Facts { released: post.released_at.is_some(), ..Facts::default() };
    let Ok(to) = Step::Publish.take(post.state, facts) else { return Ok(true) };
    post.state = to;
    post.published_at = Some(now);
    post.changed_at = now;
    post.held_at = None;
    post.held_code = None;
    post::update(conn, organisation, &post).await?;
    job::enqueue(conn, organisation, KIND, &id.to_string(), id.0, now + MEASURED_AFTER, now).await?;
    figure::enqueue(conn, organisation, id, now).await?;
    told_store(conn, organisation, now, "post.published", &post).await?;
    Ok(true)
}

/// A part stands there: the next one of its thread goes below it, the first comment below the first of all.
async fn follow(
    conn: &mut Conn,
    organisation: OrganisationId,
    post: &Post,
    it: &Message,
    now: i64,
) -> store::Result<()> {
    let all = post::part::list(conn, organisation, post.id, it.channel).await?;
    let next = all.iter().skip_while(|part| part.message != it.id).nth(1);
    let Some(part) = next else { return Ok(()) };
    let Some(mut next) = message::get(conn, organisation, part.message).await? else { return Ok(()) };
    if next.stage != Stage::Held || next.remote_parent_id.is_some() || post.held_at.is_some() {
        return Ok(());
    }
    let first = all.first().filter(|first| part.first_comment && first.message != it.id);
    next.remote_parent_id = match first {
        Some(first) => message::get(conn, organisation, first.message).await?.and_then(|it| it.remote_id),
        None => it.remote_id.clone(),
    };
    if next.remote_parent_id.is_none() {
        return Ok(());
    }
    next.sent_at = now;
    message::update(conn, organisation, &next).await?;
    publish::enqueue(conn, organisation, next.id, now, now).await
}

/// Counts who answered.
async fn measure(conn: &mut Conn, organisation: OrganisationId, mut it: Post, now: i64) -> Result<()> {
    let Ok(to) = Step::Measure.take(it.state, Facts::default()) else { return Ok(()) };
    it.state = to;
    it.answers = Some(post::answers(conn, organisation, it.id).await?);
    it.measured_at = Some(now);
    post::update(conn, organisation, &it).await?;
    told(conn, organisation, now, "post.measured", &it).await
}

async fn told(conn: &mut Conn, organisation: OrganisationId, now: i64, verb: &str, it: &Post) -> Result<()> {
    Ok(told_store(conn, organisation, now, verb, it).await?)
}

async fn told_store(
    conn: &mut Conn,
    organisation: OrganisationId,
    now: i64,
    verb: &str,
    it: &Post,
) -> store::Result<()> {
    let mut after = fact(it);
    if let Some(answers) = it.answers {
        after["answers"] = json!(answers);
    }
    let entry = Entry {
        organisation,
        at: now,
        by: By::System,
        verb,
        subject: it.id.0,
        conversation: None,
        before: None,
        after: Some(after),
    };
    journal::write(conn, entry).await.map(drop)
}
