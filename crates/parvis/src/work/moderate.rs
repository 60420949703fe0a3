//! Tells networks what was decided about messages that others wrote. Saying the same twice does no harm there, so a job
//! that was cut off, or whose answer got lost, says it again; what stands there then is looked at, and shown.

use parvis_channels::{Account, ChannelError};
use serde_json::json;

use super::{Outcome, patience};
use crate::account;
use crate::app::App;
use crate::clock::DAY;
use crate::command::Result;
use crate::id::{MessageId, OrganisationId};
use crate::intake::listen;
use crate::store::job::{self, Job};
use crate::store::journal::{self, By, Entry};
use crate::store::message::{self, Message};
use crate::store::moderation::{self, Act, Moderation, Step};
use crate::store::{self, Conn, conversation};

/// The job's kind.
pub const KIND: &str = "moderate";
/// How long a network that can't be reached is asked again (µs), before a person is told.
const GIVE_UP: i64 = DAY;

/// Has a network told at `at` what was decided; both times in µs.
pub async fn enqueue(
    conn: &mut Conn,
    organisation: OrganisationId,
    id: MessageId,
    at: i64,
    now: i64,
) -> store::Result<()> {
    job::enqueue(conn, organisation, KIND, &id.to_string(), id.0, at, now).await
}

/// One try at telling.
pub async fn carry_out(app: &App, job: &Job) -> Result<Outcome> {
    let Some((decided, it)) = begin(app, job).await? else { return Ok(Outcome::Done) };
    let channel = store::channel::get(&mut app.db.read().await?, job.organisation, it.channel).await?;
    let account = match channel.filter(|channel| channel.state != "removed") {
        Some(channel) => account::open(app, &channel).map_err(|error| ("sealed", error.to_string())),
        None => Err(("removed", "the channel was removed".to_owned())),
    };
    let account = match account {
        Ok(account) => account,
        Err((code, why)) => return settle(app, job, &it, Err((code, &why))).await,
    };
    let remote_id = it.remote_id.as_deref().unwrap_or_default();
    match tell(app, &account, remote_id, decided.act).await {
        Ok(()) => {
            let outcome = settle(app, job, &it, Ok(())).await?;
            look(app, job.organisation, &it).await;
            Ok(outcome)
        }
        Err(ChannelError::Limited { retry_after }) => {
            let wait = i64::try_from(retry_after.as_micros()).unwrap_or(GIVE_UP);
            Ok(Outcome::Later(app.now() + wait, "limited".to_owned()))
        }
        Err(error) => {
            let age = app.now() - decided.due_at;
            let again = error.retryable() || matches!(error, ChannelError::Unknown { .. });
            if again && age < GIVE_UP {
                return Ok(Outcome::Retry(app.now() + patience(age), error.to_string()));
            }
            settle(app, job, &it, Err((error.code(), &error.to_string()))).await
        }
    }
}

/// Writes down that the network is being told; it can't be taken back from now on.
async fn begin(app: &App, job: &Job) -> Result<Option<(Moderation, Message)>> {
    let id = MessageId(job.subject);
    let mut conn = app.db.write().await?;
    let found = moderation::get(&mut conn, job.organisation, id).await?;
    let Some(mut decided) = found.filter(|it| matches!(it.step, Step::Held | Step::Acting)) else {
        return Ok(None);
    };
    let Some(it) = message::get(&mut conn, job.organisation, id).await? else { return Ok(None) };
    if !job::count(&mut conn, job, job.attempts).await? {
        return Ok(None);
    }
    decided.step = Step::Acting;
    moderation::put(&mut conn, job.organisation, &decided).await?;
    conn.commit().await?;
    Ok(Some((decided, it)))
}

async fn tell(app: &App, account: &Account, id: &str, act: Act) -> std::result::Result<(), ChannelError> {
    let room = app.rooms.of(account.kind);
    match act {
        Act::Approve => room.hide(&app.net, account, id, false).await,
        Act::Hold => room.hide(&app.net, account, id, true).await,
        Act::Spam => room.spam(&app.net, account, id, true).await,
        Act::NotSpam => room.spam(&app.net, account, id, false).await,
    }
}

/// Writes down what became of it.
async fn settle(
    app: &App,
    job: &Job,
    it: &Message,
    told: std::result::Result<(), (&str, &str)>,
) -> Result<Outcome> {
    let mut conn = app.db.write().await?;
    let found = moderation::get(&mut conn, job.organisation, it.id).await?;
    let Some(mut decided) = found.filter(|it| it.step == Step::Acting) else { return Ok(Outcome::Done) };
    let verb = if told.is_ok() { "message.moderation_done" } else { "message.moderation_refused" };
    decided.step = if told.is_ok() { Step::Done } else { Step::Refused };
    let error = told.err();
    decided.error_code = error.map(|(code, _)| code.to_owned());
    decided.error_text = error.map(|(_, why)| why.to_owned());
    moderation::put(&mut conn, job.organisation, &decided).await?;
    let found = conversation::get(&mut conn, job.organisation, it.conversation).await?;
    let entry = Entry {
        organisation: job.organisation,
        at: app.now(),
        by: By::System,
        verb,
        subject: it.id.0,
        conversation: found.map(|found| (found.id, found.facets.desk)),
        before: None,
        after: Some(json!({ "act": decided.act, "error": decided.error_text })),
    };
    journal::write(&mut conn, entry).await?;
    conn.commit().await?;
    Ok(Outcome::Done)
}

/// Shows at once what the network shows now; the next look would too.
async fn look(app: &App, organisation: OrganisationId, it: &Message) {
    let ids: Vec<String> = it.remote_id.clone().into_iter().collect();
    if let Err(error) = listen::look_at(app, organisation, it.channel, &ids).await {
        tracing::info!(%error, message = %it.id, "what was moderated can't be looked at; the next look makes up for it");
    }
}
