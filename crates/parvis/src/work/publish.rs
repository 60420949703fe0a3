//! Hands answers to the network, once. The state is saved before each call; when the answer to a call is lost,
//! [`super::read_back`] looks for it before anything is sent again.
//!
//! held → committing → published, or rejected; committing → unknown → (read back) → published.

use std::time::Duration;

use object_store::ObjectStoreExt as _;
use object_store::path::Path;
use parvis_channels::{Account, ChannelError, Outgoing, Published, Upload};
use serde_json::json;

use super::{Outcome, read_back, release};
use crate::account;
use crate::app::App;
use crate::clock::{DAY, MINUTE, SECOND};
use crate::command::Result;
use crate::command::answer::to_network;
use crate::command::post::card;
use crate::fault::{self, Point};
use crate::id::{MessageId, OrganisationId};
use crate::rules::clock::Promise;
use crate::rules::text;
use crate::store::channel::Channel;
use crate::store::conversation::{self, Conversation, Facets, State};
use crate::store::job::{self, Job};
use crate::store::journal::{self, By, Entry};
use crate::store::message::{self, Message, Stage};
use crate::store::{self, Conn, attachment, counter};

/// The job's kind.
pub const KIND: &str = "publish";
/// Tries against a server that can't be reached, over about four hours, before a person is asked.
const TRIES: i64 = 9;
/// The longest that a call may take. With a look ([`super::read_back`]) before it, it is over before the worker's lease,
/// so that nobody else begins it meanwhile.
const CALL: Duration = Duration::from_secs(100);
/// Why a person is asked to look whether it stands there: code of the error.
pub(super) const UNKNOWN: &str = "unknown";
/// Characters kept of why something didn't arrive.
const REASON: usize = 240;

/// Has a message published at `at` (µs).
pub async fn enqueue(
    conn: &mut Conn,
    organisation: OrganisationId,
    id: MessageId,
    at: i64,
    now: i64,
) -> store::Result<()> {
    job::enqueue(conn, organisation, KIND, &id.to_string(), id.0, at, now).await
}

/// Takes the job back; false when it has begun.
pub async fn cancel(conn: &mut Conn, organisation: OrganisationId, id: MessageId) -> store::Result<bool> {
    job::cancel(conn, organisation, KIND, &id.to_string()).await
}

/// Where the conversation stood before this message was held; where it stands, when that isn't known.
pub async fn facets_before(
    conn: &mut Conn,
    organisation: OrganisationId,
    it: &Conversation,
    id: MessageId,
) -> Result<Facets> {
    let rows = journal::of_conversation(conn, organisation, it.id, None, 200).await?;
    let held = rows.iter().find(|row| row.verb == "message.held" && row.subject_id == id.0);
    let Some(held) = held else { return Ok(it.facets.clone()) };
    let after: Option<Facets> = held.after.clone().and_then(|json| serde_json::from_value(json).ok());
    let before: Option<Facets> = held.before.clone().and_then(|json| serde_json::from_value(json).ok());
    Ok(match (before, after) {
        (Some(before), Some(after)) if after == it.facets => before,
        // Somebody has moved it on since: only the clock is put back.
        (Some(before), _) if it.facets.awaiting_since.is_none() => Facets {
            state: before.state,
            awaiting_since: before.awaiting_since,
            due_at: before.due_at,
            closed_at: before.closed_at,
            // What slept goes on sleeping until its hour, or wakes now if that has passed.
            snoozed_until: before.snoozed_until,
            ..it.facets.clone()
        },
        _ => it.facets.clone(),
    })
}

/// One try at publishing the message of the job.
pub async fn carry_out(app: &App, job: &Job) -> Result<Outcome> {
    let mut conn = app.db.read().await?;
    let Some(it) = message::get(&mut conn, job.organisation, MessageId(job.subject)).await? else {
        return Ok(Outcome::Done);
    };
    match it.stage {
        Stage::Held => {}
        // A worker died between saving and hearing the answer, or a backup was restored.
        Stage::Committing | Stage::Unknown => {
            return Ok(Outcome::Anew(read_back::KIND, app.now(), "its fate is unknown".to_owned()));
        }
        _ => return Ok(Outcome::Done),
    }
    let channel = store::channel::get(&mut conn, job.organisation, it.channel).await?;
    let Some(channel) = channel.filter(|channel| channel.state != "removed") else {
        return reject(app, job, &it, "removed", "the channel was removed").await;
    };
    let account = match account::open(app, &channel) {
        Ok(account) => account,
        Err(error) => return reject(app, job, &it, &error.to_string(), "the channel can't be used").await,
    };
    let outgoing = whole(app, conn, job.organisation, &channel, &it).await?;
    if commit_to(app, job, it.id, &[Stage::Held], job.attempts).await? {
        send(app, job, &it, &account, &outgoing).await
    } else {
        // It was taken back, or another worker has it.
        Ok(Outcome::Done)
    }
}

/// Saves that the message, which stands at one of the stages `from`, is being handed over by a job that was tried
/// `attempts` times. False when it isn't this worker's to hand over.
pub(super) async fn commit_to(
    app: &App,
    job: &Job,
    id: MessageId,
    from: &[Stage],
    attempts: i64,
) -> Result<bool> {
    let now = app.now();
    let mut conn = app.db.write().await?;
    let found = message::get(&mut conn, job.organisation, id).await?;
    let Some(mut it) = found.filter(|it| from.contains(&it.stage)) else { return Ok(false) };
    if release::hold_back(&mut conn, job.organisation, &mut it, now).await? {
        conn.commit().await?;
        return Ok(false);
    }
    if !job::count(&mut conn, job, attempts).await? {
        return Ok(false);
    }
    it.stage = Stage::Committing;
    it.sent_at = now;
    message::update(&mut conn, job.organisation, &it).await?;
    told(&mut conn, job.organisation, now, "message.committing", &it).await?;
    conn.commit().await?;
    Ok(true)
}

/// Hands it over; an answer that doesn't come in time is a lost answer.
pub(super) async fn call(
    app: &App,
    account: &Account,
    outgoing: &Outgoing,
) -> std::result::Result<Published, ChannelError> {
    let channel = app.rooms.of(account.kind);
    fault::pass(Point::PublishBefore);
    let answer = tokio::time::timeout(CALL, channel.publish(&app.net, account, outgoing)).await;
    fault::pass(Point::PublishAfter);
    match answer {
        Ok(answer) => answer,
        Err(_) => Err(ChannelError::Unknown { message: "no answer in time".to_owned() }),
    }
}

async fn send(app: &App, job: &Job, it: &Message, account: &Account, outgoing: &Outgoing) -> Result<Outcome> {
    match call(app, account, outgoing).await {
        Ok(published) => keep(app, job, it, &published).await,
        Err(ChannelError::Unknown { message }) => {
            lost(app, job, it, &message).await?;
            Ok(Outcome::Anew(read_back::KIND, app.now() + read_back::FIRST, message))
        }
        Err(ChannelError::Limited { retry_after }) => {
            let wait = i64::try_from(retry_after.as_micros()).unwrap_or(MINUTE).max(SECOND);
            hold_again(app, job, it, app.now() + wait, "limited").await
        }
        Err(error) if error.retryable() && job.attempts + 1 < TRIES => {
            let wait = 10 * SECOND * 3_i64.pow(u32::try_from(job.attempts.min(6)).unwrap_or(6));
            hold_again(app, job, it, app.now() + wait, &error.to_string()).await
        }
        Err(error) => reject(app, job, it, error.code(), &error.to_string()).await,
    }
}

/// A message with all that goes with it, as its network takes it.
pub(super) async fn whole(
    app: &App,
    mut conn: Conn,
    organisation: OrganisationId,
    channel: &Channel,
    it: &Message,
) -> Result<Outgoing> {
    let outgoing = to_network(&mut conn, organisation, it, Vec::new()).await?;
    let card = card::of_message(&mut conn, organisation, channel, it).await?;
    drop(conn);
    let card = match card {
        Some(card) => Some(card::leaving(app, card).await?),
        None => None,
    };
    Ok(Outgoing { media: load_media(app, organisation, it.id).await?, card, at: app.now(), ..outgoing })
}

/// The files that go with it.
async fn load_media(app: &App, organisation: OrganisationId, id: MessageId) -> Result<Vec<Upload>> {
    let all = attachment::of(&mut app.db.read().await?, organisation, id).await?;
    let mut media = Vec::new();
    for it in all {
        let Some(path) = it.stored_as else { continue };
        let bytes = app.media.get(&Path::from(path.as_str())).await?.bytes().await?;
        let mime = it.mime.unwrap_or_else(|| "application/octet-stream".to_owned());
        media.push(Upload { bytes: bytes.to_vec(), mime, alt: it.alt.unwrap_or_default() });
    }
    Ok(media)
}

/// It stands on the network.
pub(super) async fn keep(app: &App, job: &Job, it: &Message, published: &Published) -> Result<Outcome> {
    let now = app.now();
    let mut conn = app.db.write().await?;
    let Some(mut it) = message::get(&mut conn, job.organisation, it.id).await? else {
        return Ok(Outcome::Done);
    };
    let echo = message::by_remote(&mut conn, job.organisation, it.channel, &published.remote_id).await?;
    if let Some(mut echo) = echo.filter(|echo| echo.id != it.id) {
        // The echo came first and wasn't recognised: it is the same message, so one of the two goes, and
        // it was counted once already.
        echo.remote_id = None;
        echo.stage = Stage::Withdrawn;
        message::update(&mut conn, job.organisation, &echo).await?;
        counter::untally(&mut conn, job.organisation, echo.channel, "out", echo.sent_at).await?;
    }
    let first_time = it.stage != Stage::Published;
    it.stage = Stage::Published;
    it.remote_id = Some(published.remote_id.clone());
    it.url = published.url.clone();
    it.sent_at = published.published_at.unwrap_or(now);
    it.version_at = it.version_at.max(it.sent_at);
    it.error_code = None;
    it.error_text = None;
    message::update(&mut conn, job.organisation, &it).await?;
    if first_time {
        answered(&mut conn, job.organisation, &it, now).await?;
        told(&mut conn, job.organisation, now, "message.published", &it).await?;
    }
    conn.commit().await?;
    Ok(Outcome::Done)
}

/// Notes the first answer of a conversation, and counts the message.
pub(crate) async fn answered(
    conn: &mut Conn,
    organisation: OrganisationId,
    it: &Message,
    now: i64,
) -> store::Result<()> {
    counter::tally(conn, organisation, it.channel, "out", it.sent_at).await?;
    if release::settled(conn, organisation, it, now).await? {
        return Ok(());
    }
    if let Some(mut found) = conversation::get(conn, organisation, it.conversation).await? {
        let place = found.place();
        found.answered_at = found.answered_at.or(Some(now));
        found.last_at = found.last_at.max(it.sent_at);
        conversation::update(conn, organisation, &place, &found).await?;
    }
    Ok(())
}

/// Notes that nobody knows whether it stands there. When it was handed over stays.
pub(super) async fn lost(app: &App, job: &Job, it: &Message, why: &str) -> Result<()> {
    let mut conn = app.db.write().await?;
    set_stage(&mut conn, app, job, it, Stage::Unknown, (UNKNOWN, why), None).await?;
    Ok(conn.commit().await?)
}

async fn hold_again(app: &App, job: &Job, it: &Message, at: i64, why: &str) -> Result<Outcome> {
    let mut conn = app.db.write().await?;
    set_stage(&mut conn, app, job, it, Stage::Held, ("waiting", why), Some(at)).await?;
    conn.commit().await?;
    Ok(Outcome::Retry(at, why.to_owned()))
}

/// The network won't have it: the conversation waits again, and a person sees why.
pub(super) async fn reject(app: &App, job: &Job, it: &Message, code: &str, why: &str) -> Result<Outcome> {
    let mut conn = app.db.write().await?;
    if set_stage(&mut conn, app, job, it, Stage::Rejected, (code, why), Some(app.now())).await?
        && let Some(mut found) = conversation::get(&mut conn, job.organisation, it.conversation).await?
    {
        let place = found.place();
        found.facets = facets_before(&mut conn, job.organisation, &found, it.id).await?;
        conversation::update(&mut conn, job.organisation, &place, &found).await?;
    }
    // The row goes with it: a retry by a person makes a new job under the same key.
    job::done(&mut conn, job).await?;
    conn.commit().await?;
    tracing::warn!(message = %it.id, code, "an answer was refused by the network");
    Ok(Outcome::Done)
}

/// The network found afterwards that it didn't reach whom it was for: the conversation waits again, and a person
/// sees why.
pub(crate) async fn failed(
    conn: &mut Conn,
    organisation: OrganisationId,
    mut it: Message,
    why: &str,
    now: i64,
) -> store::Result<()> {
    if it.stage == Stage::Rejected {
        return Ok(());
    }
    if it.stage == Stage::Published {
        counter::untally(conn, organisation, it.channel, "out", it.sent_at).await?;
    }
    it.stage = Stage::Rejected;
    it.error_code = Some("undelivered".to_owned());
    it.error_text = Some(text::excerpt(why, REASON));
    message::update(conn, organisation, &it).await?;
    if let Some(mut found) = conversation::get(conn, organisation, it.conversation).await? {
        let place = found.place();
        found.facets.state = State::Open;
        found.facets.closed_at = None;
        found.facets.snoozed_until = None;
        found.facets.awaiting_since = Some(now);
        let standing = store::desk::standing(conn, organisation, found.facets.desk).await?;
        found.facets.stand_at(standing);
        let promise = store::desk::promise(conn, organisation, standing).await?;
        found.facets.due_at = promise.unwrap_or(Promise::always(DAY)).due(now, found.facets.urgent);
        conversation::update(conn, organisation, &place, &found).await?;
    }
    told(conn, organisation, now, "message.rejected", &it).await
}

/// False when its echo has proved meanwhile that it stands there.
async fn set_stage(
    conn: &mut Conn,
    app: &App,
    job: &Job,
    it: &Message,
    stage: Stage,
    (code, why): (&str, &str),
    at: Option<i64>,
) -> Result<bool> {
    let found = message::get(conn, job.organisation, it.id).await?;
    let Some(mut it) = found.filter(|it| it.stage != Stage::Published) else { return Ok(false) };
    let verb = match stage {
        Stage::Unknown => "message.unknown",
        Stage::Held => "message.held_again",
        _ => "message.rejected",
    };
    // Looking once more is no change; a server that is away for days must not fill the journal.
    let news = it.stage != stage;
    it.stage = stage;
    it.sent_at = at.unwrap_or(it.sent_at);
    it.error_code = Some(code.to_owned());
    it.error_text = Some(why.to_owned());
    message::update(conn, job.organisation, &it).await?;
    if news {
        told(conn, job.organisation, app.now(), verb, &it).await?;
    }
    Ok(true)
}

/// Journals what became of a message of ours.
async fn told(
    conn: &mut Conn,
    organisation: OrganisationId,
    now: i64,
    verb: &str,
    it: &Message,
) -> store::Result<()> {
    let desk = conversation::get(conn, organisation, it.conversation).await?.map(|found| found.facets.desk);
    let entry = Entry {
        organisation,
        at: now,
        by: By::System,
        verb,
        subject: it.id.0,
        conversation: desk.map(|desk| (it.conversation, desk)),
        before: None,
        after: Some(json!({ "stage": it.stage, "remote_id": it.remote_id, "error": it.error_text })),
    };
    journal::write(conn, entry).await.map(drop)
}
