//! Renews the access of channels whose tokens end, at half their life. The job's lease is the lock: a token
//! that may be used once is never used by two. What the network gave is kept before anything else happens;
//! should the program die in between, the room finds its way in again by what else it was given.

use parvis_channels::ChannelError;
use serde_json::json;

use super::Outcome;
use crate::account;
use crate::app::App;
use crate::clock::MINUTE;
use crate::command::{Refusal, Result};
use crate::fault::{self, Point};
use crate::id::{ChannelId, OrganisationId};
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

/// One renewal.
pub async fn carry_out(app: &App, job: &Job) -> Result<Outcome> {
    let (house, id) = (job.organisation, ChannelId(job.subject));
    let found = channel::get(&mut app.db.read().await?, house, id).await?;
    let Some(before) = found.filter(|it| it.state != "removed") else { return Ok(Outcome::Done) };
    let Ok(opened) = account::open(app, &before) else { return Ok(Outcome::Failed("sealed".to_owned())) };
    fault::pass(Point::RenewBefore);
    let renewed = app.rooms.of(opened.kind).renew(&app.net, &opened).await;
    fault::pass(Point::RenewAfter);
    let access = match renewed {
        Ok(access) => access,
        // A person has to connect it again, which makes the job anew.
        Err(error @ (ChannelError::Unauthorized { .. } | ChannelError::Unsupported(_))) => {
            return Ok(Outcome::Failed(error.to_string()));
        }
        Err(error) => return Ok(Outcome::Retry(app.now() + MINUTE, error.to_string())),
    };
    let now = app.now();
    let mut conn = app.db.write().await?;
    let Some(mut it) = channel::get(&mut conn, house, id).await? else { return Ok(Outcome::Done) };
    if it.secret != before.secret || it.state == "removed" {
        // Somebody connected it again meanwhile: what they were given counts.
        return Ok(Outcome::Done);
    }
    it.secret = account::seal(app, id, &access.secret).map_err(|_| Refusal::Sealed)?;
    it.secret_expires_at = access.lives_for.map(|lives| account::ends_at(now, lives));
    channel::update(&mut conn, house, &it).await?;
    let entry = Entry {
        organisation: house,
        at: now,
        by: By::Channel(id),
        verb: "channel.renewed",
        subject: id.0,
        conversation: None,
        before: Some(json!({ "secret_expires_at": before.secret_expires_at })),
        after: Some(json!({ "secret_expires_at": it.secret_expires_at })),
    };
    journal::write(&mut conn, entry).await?;
    conn.commit().await?;
    Ok(match it.secret_expires_at {
        Some(ends_at) => Outcome::Anew(KIND, half_way(now, ends_at), String::new()),
        None => Outcome::Done,
    })
}
