//! Asks networks what they count below posts of ours: a day after they stood there, and again a week after. Slow by design:
//! one post at a time, and what can't be asked today is asked tomorrow.

use std::collections::BTreeMap;

use super::Outcome;
use crate::account;
use crate::app::App;
use crate::clock::DAY;
use crate::command::Result;
use crate::id::{ChannelId, OrganisationId, PostId};
use crate::store::job::{self, Job};
use crate::store::post::figure::{self, Figure};
use crate::store::post::{self, Post};
use crate::store::{self, Conn, message};

/// The job's kind.
pub const KIND: &str = "figure";
/// When a post is asked about first and last (µs after it stood there).
const LOOKS: [i64; 2] = [DAY, 7 * DAY];
/// Tries of one look before it is given up; the next look comes all the same.
const TRIES: i64 = 5;

/// Has a post asked about that stands there from now on.
pub async fn enqueue(
    conn: &mut Conn,
    organisation: OrganisationId,
    id: PostId,
    now: i64,
) -> store::Result<()> {
    job::enqueue(conn, organisation, KIND, &id.to_string(), id.0, now + LOOKS[0], now).await
}

/// One look at the post of the job.
pub async fn carry_out(app: &App, job: &Job) -> Result<Outcome> {
    let now = app.now();
    let mut conn = app.db.read().await?;
    let Some(it) = post::get(&mut conn, job.organisation, PostId(job.subject)).await? else {
        return Ok(Outcome::Done);
    };
    let targets = post::targets(&mut conn, job.organisation, it.id).await?;
    drop(conn);
    let mut missed = None;
    for target in targets {
        if let Err(why) = look(app, job.organisation, &it, target.channel, now).await? {
            missed = Some(why);
        }
    }
    let next = it.published_at.and_then(|at| LOOKS.iter().map(|after| at + after).find(|at| *at > now));
    Ok(match (missed, next) {
        (Some(why), _) if job.attempts + 1 < TRIES => Outcome::Retry(now + DAY / 4, why),
        (_, Some(at)) => Outcome::Anew(KIND, at, String::new()),
        _ => Outcome::Done,
    })
}

/// Asks one network; the inner error says why it couldn't be asked.
async fn look(
    app: &App,
    organisation: OrganisationId,
    it: &Post,
    channel: ChannelId,
    now: i64,
) -> Result<std::result::Result<(), String>> {
    let mut conn = app.db.read().await?;
    let mut ids = Vec::new();
    for part in post::part::list(&mut conn, organisation, it.id, channel).await? {
        ids.extend(message::get(&mut conn, organisation, part.message).await?.and_then(|it| it.remote_id));
    }
    let found = store::channel::get(&mut conn, organisation, channel).await?;
    drop(conn);
    let Some(found) = found.filter(|it| it.state == "active" && !ids.is_empty()) else { return Ok(Ok(())) };
    let Ok(opened) = account::open(app, &found) else { return Ok(Ok(())) };
    let room = app.rooms.of(opened.kind);
    let seen = match room.recheck(&app.net, &opened, &ids).await {
        Ok(seen) => seen,
        Err(error) if error.retryable() => return Ok(Err(error.to_string())),
        Err(_) => return Ok(Ok(())),
    };
    let mut sums: BTreeMap<&str, i64> = BTreeMap::new();
    for figure in seen.iter().flat_map(|it| room.figures(&it.raw)) {
        *sums.entry(figure.name).or_default() += i64::try_from(figure.value).unwrap_or(i64::MAX / 4);
    }
    let mut conn = app.db.write().await?;
    for (name, value) in sums {
        let figure = Figure { channel, name: name.to_owned(), value, at: now };
        figure::put(&mut conn, organisation, it.id, &figure).await?;
    }
    conn.commit().await?;
    Ok(Ok(()))
}
