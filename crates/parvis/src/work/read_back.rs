//! Settles what became of answers whose fate is unknown: the network is asked whether they stand there. What isn't there
//! is sent again under the same key, after two looks that found nothing. Each goes on until it is published, or until a
//! person is asked to look.
//!
//! The job's attempts are the looks that found nothing. A look that the network doesn't answer isn't one, and neither is
//! one in which the program died.

use std::time::Duration;

use parvis_channels::{Account, ChannelError, Outgoing};

use super::publish::{self, UNKNOWN};
use super::{Outcome, patience};
use crate::account;
use crate::app::App;
use crate::clock::{DAY, SECOND};
use crate::command::Result;
use crate::fault::{self, Point};
use crate::id::MessageId;
use crate::store;
use crate::store::job::Job;
use crate::store::message::{self, Message, Stage};

/// The job's kind.
pub const KIND: &str = "read_back";
/// How long after it was handed over a message is looked for (µs): time for the network to show what it took.
pub const FIRST: i64 = 10 * SECOND;
/// Looks that have to find nothing before it is sent again.
const LOOKS: i64 = 2;
/// How often it is handed over in all. A network that takes it, says that it failed, and shows nothing of it would get it
/// so many times; of one that only loses what is sent, one in many thousands is left to a person.
const HAND_OVERS: i64 = 4;
/// How long a network that can't be asked is asked again (µs), before a person is.
const GIVE_UP: i64 = DAY;
/// The longest that a look may take.
const LOOK: Duration = Duration::from_secs(60);

/// One look, and what follows from it.
pub async fn carry_out(app: &App, job: &Job) -> Result<Outcome> {
    let mut conn = app.db.read().await?;
    let found = message::get(&mut conn, job.organisation, MessageId(job.subject)).await?;
    let in_doubt = |it: &Message| matches!(it.stage, Stage::Committing | Stage::Unknown);
    let Some(it) = found.filter(in_doubt) else { return Ok(Outcome::Done) };
    let channel = store::channel::get(&mut conn, job.organisation, it.channel).await?;
    let Some(channel) = channel.filter(|channel| channel.state != "removed") else {
        return leave(app, job, &it, "the channel was removed").await;
    };
    let account = match account::open(app, &channel) {
        Ok(account) => account,
        Err(error) => return leave(app, job, &it, &error.to_string()).await,
    };
    let outgoing = publish::whole(app, conn, job.organisation, &channel, &it).await?;
    look(app, job, &it, &account, &outgoing).await
}

async fn look(app: &App, job: &Job, it: &Message, account: &Account, outgoing: &Outgoing) -> Result<Outcome> {
    let began = app.now();
    let channel = app.rooms.of(account.kind);
    fault::pass(Point::ReadBackBefore);
    let found = channel.find_published(&app.net, account, outgoing, it.created_at);
    let found = tokio::time::timeout(LOOK, found).await;
    fault::pass(Point::ReadBackAfter);
    let error = match found {
        Ok(Ok(Some(published))) => return publish::keep(app, job, it, &published).await,
        Ok(Ok(None)) => return absent(app, job, it, account, outgoing, began).await,
        Ok(Err(error)) => error,
        Err(_) => ChannelError::Unreachable { message: "no answer in time".to_owned() },
    };
    let age = began - it.sent_at;
    if !error.retryable() || age > GIVE_UP {
        return leave(app, job, it, &error.to_string()).await;
    }
    let mut wait = patience(age);
    if let ChannelError::Limited { retry_after } = &error {
        wait = wait.max(i64::try_from(retry_after.as_micros()).unwrap_or(wait));
    }
    publish::lost(app, job, it, &error.to_string()).await?;
    Ok(Outcome::Later(app.now() + wait, error.to_string()))
}

/// The network answered at `began` (µs) or later that it isn't there.
async fn absent(
    app: &App,
    job: &Job,
    it: &Message,
    account: &Account,
    outgoing: &Outgoing,
    began: i64,
) -> Result<Outcome> {
    let spacing = spacing(job.attempts);
    let why = "not there yet".to_owned();
    publish::lost(app, job, it, &why).await?;
    if (0..spacing).contains(&(began - it.sent_at)) {
        // It was handed over a moment ago, by a run that died since.
        return Ok(Outcome::Later(it.sent_at + spacing, why));
    }
    let looks = job.attempts + 1;
    if looks % LOOKS != 0 {
        return Ok(Outcome::Retry(app.now() + spacing, why));
    }
    if looks >= LOOKS * HAND_OVERS {
        return leave(app, job, it, "handed over again and again, and not there").await;
    }
    send_again(app, job, it, account, outgoing, looks).await
}

/// How far apart looks are after so many that found nothing (µs): each time that it is sent again, the network gets three
/// times as long to show it.
fn spacing(looks: i64) -> i64 {
    FIRST * 3_i64.pow(u32::try_from((looks / LOOKS).clamp(0, HAND_OVERS)).unwrap_or(0))
}

/// It was looked for and isn't there: the same again under the same key.
async fn send_again(
    app: &App,
    job: &Job,
    it: &Message,
    account: &Account,
    outgoing: &Outgoing,
    looks: i64,
) -> Result<Outcome> {
    if !publish::commit_to(app, job, it.id, &[Stage::Committing, Stage::Unknown], looks).await? {
        // Its echo has come meanwhile, or another worker has it; or everything is stopped, and it is looked for on.
        let now = app.now();
        let again = message::get(&mut app.db.read().await?, job.organisation, it.id).await?;
        let in_doubt = again.is_some_and(|it| matches!(it.stage, Stage::Committing | Stage::Unknown));
        return Ok(if in_doubt { Outcome::Later(now + FIRST, "stopped".to_owned()) } else { Outcome::Done });
    }
    let error = match publish::call(app, account, outgoing).await {
        Ok(published) => return publish::keep(app, job, it, &published).await,
        Err(error) => error,
    };
    if !error.retryable() && !matches!(error, ChannelError::Unknown { .. }) {
        return leave(app, job, it, &error.to_string()).await;
    }
    let mut wait = spacing(looks);
    if let ChannelError::Limited { retry_after } = &error {
        wait = wait.max(i64::try_from(retry_after.as_micros()).unwrap_or(wait));
    }
    publish::lost(app, job, it, &error.to_string()).await?;
    Ok(Outcome::Later(app.now() + wait, error.to_string()))
}

/// A person has to look whether it stands there.
async fn leave(app: &App, job: &Job, it: &Message, why: &str) -> Result<Outcome> {
    publish::reject(app, job, it, UNKNOWN, &format!("it isn't known whether it stands there: {why}")).await
}
