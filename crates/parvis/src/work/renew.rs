//! Renews the access of channels whose tokens end, at half their life. The job's lease is the lock. Where a token is good
//! once and nothing else renews the access, the lease isn't enough: a node may be held up and not know it. So the channel
//! says, committed, that its token is handed over, before it is; whoever finds that and not what came of it hands it over
//! to nobody, and a person is asked to connect the account again (docs/decisions/0023).

use parvis_channels::{Access, Account, ChannelError};
use serde_json::json;

use super::Outcome;
use crate::account;
use crate::app::App;
use crate::clock::MINUTE;
use crate::command::{Refusal, Result};
use crate::fault::{self, Point};
use crate::id::{ChannelId, OrganisationId};
use crate::store::channel::{Channel, Renewal};
use crate::store::job::{self, Job};
use crate::store::journal::{self, By, Entry};
use crate::store::{self, Conn, channel};

/// The job's kind.
pub const KIND: &str = "renew";

/// Has the access of a channel renewed in good time. Both times in µs.
pub async fn enqueue(
    conn: &mut Conn,
    organisation: OrganisationId,
    id: ChannelId,
    ends_at: i64,
    now: i64,
) -> store::Result<()> {
    job::enqueue(conn, organisation, KIND, &id.to_string(), id.0, half_way(now, ends_at), now).await
}

fn half_way(now: i64, ends_at: i64) -> i64 {
    now + (ends_at - now) / 2
}

/// The network doesn't take the access of `account` any more: it is renewed now. Gives what is to be told of it: that it
/// is being renewed, or that a person has to act.
///
/// # Errors
/// The database refused.
pub async fn hasten(
    app: &App,
    house: OrganisationId,
    id: ChannelId,
    account: &Account,
    message: String,
) -> store::Result<ChannelError> {
    let mut conn = app.db.write().await?;
    let found = channel::get(&mut conn, house, id).await?;
    let lapsed = ChannelError::Lapsed { message: message.clone() };
    let Some(it) = found else { return Ok(lapsed) };
    if account::open(app, &it).is_ok_and(|now| now.secret != account.secret) {
        // It was renewed this very moment.
        return Ok(lapsed);
    }
    let key = id.to_string();
    if matches!(it.renewal, Some(Renewal::Lost | Renewal::Refused))
        || !job::waits(&mut conn, house, KIND, &key).await?
    {
        return Ok(ChannelError::Unauthorized { message });
    }
    job::hasten(&mut conn, house, KIND, &key, app.now()).await?;
    conn.commit().await?;
    Ok(lapsed)
}

/// One renewal.
pub async fn carry_out(app: &App, job: &Job) -> Result<Outcome> {
    let (house, id) = (job.organisation, ChannelId(job.subject));
    let found = channel::get(&mut app.db.read().await?, house, id).await?;
    let Some(before) = found.filter(|it| it.state != "removed") else { return Ok(Outcome::Done) };
    let Ok(opened) = account::open(app, &before) else { return Ok(Outcome::Failed("sealed".to_owned())) };
    let room = app.rooms.of(opened.kind);
    let once = room.renews_once(&opened);
    if once && let Some(outcome) = begin(app, job, &opened).await? {
        return Ok(outcome);
    }
    fault::pass(Point::RenewBefore);
    let renewed = room.renew(&app.net, &opened).await;
    fault::pass(Point::RenewAfter);
    match renewed {
        Ok(access) => keep(app, job, &opened, &access).await,
        // A person has to connect it again, which makes the job anew.
        Err(error @ (ChannelError::Unauthorized { .. } | ChannelError::Unsupported(_))) => {
            if once {
                end(app, job, &opened, Some(Renewal::Refused)).await?;
            }
            Ok(Outcome::Failed(error.to_string()))
        }
        // Also where the answer was lost: nobody but this worker could have what it gave, so asking again spoils nothing.
        Err(error) => {
            if once {
                end(app, job, &opened, None).await?;
            }
            Ok(Outcome::Retry(app.now() + MINUTE, error.to_string()))
        }
    }
}

/// The channel, while it is still the one that is being renewed.
async fn same(app: &App, conn: &mut Conn, job: &Job, opened: &Account) -> Result<Option<Channel>> {
    let found = channel::get(conn, job.organisation, ChannelId(job.subject)).await?;
    let found = found.filter(|it| it.state != "removed");
    // By the secret itself: the same one may have been sealed anew.
    Ok(found.filter(|it| account::open(app, it).is_ok_and(|now| now.secret == opened.secret)))
}

/// Writes down that the token is handed over; an outcome when it isn't this worker's to hand over.
async fn begin(app: &App, job: &Job, opened: &Account) -> Result<Option<Outcome>> {
    let mut conn = app.db.write().await?;
    let Some(mut it) = same(app, &mut conn, job, opened).await? else { return Ok(Some(Outcome::Done)) };
    match it.renewal {
        None => {}
        Some(Renewal::Begun) => {
            drop(conn);
            end(app, job, opened, Some(Renewal::Lost)).await?;
            let why = "a renewal was cut off: nobody knows whether its token was spent";
            return Ok(Some(Outcome::Failed(why.to_owned())));
        }
        Some(it) => return Ok(Some(Outcome::Failed(it.as_str().to_owned()))),
    }
    if !job::count(&mut conn, job, job.attempts).await? {
        return Ok(Some(Outcome::Done));
    }
    it.renewal = Some(Renewal::Begun);
    channel::update(&mut conn, job.organisation, &it).await?;
    conn.commit().await?;
    Ok(None)
}

/// Writes down how it stands now; a person reads it on the channel's page and in the journal.
async fn end(app: &App, job: &Job, opened: &Account, renewal: Option<Renewal>) -> Result<()> {
    let mut conn = app.db.write().await?;
    let Some(mut it) = same(app, &mut conn, job, opened).await? else { return Ok(()) };
    it.renewal = renewal;
    channel::update(&mut conn, job.organisation, &it).await?;
    if let Some(renewal) = renewal {
        let after = json!({ "renewal": renewal.as_str(), "secret_expires_at": it.secret_expires_at });
        told(&mut conn, app, job, "channel.unrenewed", (None, after)).await?;
    }
    Ok(conn.commit().await?)
}

/// Keeps what the network gave before anything else happens.
async fn keep(app: &App, job: &Job, opened: &Account, access: &Access) -> Result<Outcome> {
    let now = app.now();
    let mut conn = app.db.write().await?;
    let Some(mut it) = same(app, &mut conn, job, opened).await? else {
        drop(conn);
        // Somebody connected it again or removed it meanwhile: what this was given is for nobody.
        let given = Account { secret: access.secret.clone(), ..opened.clone() };
        give_back(app, ChannelId(job.subject), &given).await;
        return Ok(Outcome::Done);
    };
    let former = it.secret_expires_at;
    it.secret = account::seal(app, it.id, &access.secret).map_err(|_| Refusal::Sealed)?;
    it.secret_expires_at = access.lives_for.map(|lives| account::ends_at(now, lives));
    it.renewal = None;
    channel::update(&mut conn, job.organisation, &it).await?;
    let said = |at| json!({ "secret_expires_at": at });
    told(&mut conn, app, job, "channel.renewed", (Some(said(former)), said(it.secret_expires_at))).await?;
    if let Some(ends_at) = it.secret_expires_at {
        // In this transaction, and whoever holds the job by now: the next time isn't lost with this one.
        enqueue(&mut conn, job.organisation, it.id, ends_at, now).await?;
    } else {
        job::done(&mut conn, job).await?;
    }
    conn.commit().await?;
    Ok(Outcome::Done)
}

/// Has the network forget an access that isn't used any more.
pub async fn give_back(app: &App, id: ChannelId, account: &Account) {
    match app.rooms.of(account.kind).revoke(&app.net, account).await {
        Ok(()) | Err(ChannelError::Unsupported(_)) => {}
        Err(error) => {
            tracing::info!(%error, channel = %id, "the network didn't confirm that the access is revoked");
        }
    }
}

async fn told(
    conn: &mut Conn,
    app: &App,
    job: &Job,
    verb: &str,
    (before, after): (Option<serde_json::Value>, serde_json::Value),
) -> store::Result<()> {
    let entry = Entry {
        organisation: job.organisation,
        at: app.now(),
        by: By::Channel(ChannelId(job.subject)),
        verb,
        subject: job.subject,
        conversation: None,
        before,
        after: Some(after),
    };
    journal::write(conn, entry).await.map(drop)
}
