//! The work that goes on by itself: jobs that are due, and snoozes that end. A worker claims jobs under
//! a lease; what a dead worker held comes back when its lease ends.

pub mod media;
pub mod publish;
pub mod renew;
pub mod wake;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::app::App;
use crate::clock::SECOND;
use crate::store::job::{self, Job};
use crate::store::{self, Conn};

/// How long a worker may hold a job (µs); longer than any call that a job makes.
const LEASE: i64 = 180 * SECOND;
/// The longest sleep between two looks at the queue.
const LOOK: Duration = Duration::from_millis(1_000);

/// What becomes of a job.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Done, or nothing left to do.
    Done,
    /// Again at this time (µs), for this reason.
    Retry(i64, String),
    /// The same, its attempts counted from this one on.
    Anew(i64, String),
    /// Given up, for this reason; a person has to look.
    Failed(String),
}

/// The lanes: jobs of one kind never wait for those of another, so an answer isn't late because a picture is
/// slow.
const LANES: [&str; 3] = [publish::KIND, media::KIND, renew::KIND];

/// Works until `stop` turns true, finishing what was begun.
pub async fn run(app: Arc<App>, stop: watch::Receiver<bool>) {
    if let Err(error) = release(&app).await {
        tracing::error!(%error, "work: what the last run held comes back when its lease ends");
    }
    futures_util::future::join_all(LANES.map(|kind| keep_on(&app, kind, stop.clone()))).await;
}

/// Works along one lane; that of the answers also ends snoozes.
async fn keep_on(app: &Arc<App>, kind: &str, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        let woken = if kind == publish::KIND { wake::step(app).await } else { Ok(()) };
        if let Err(error) = woken.and(lane(app, kind).await) {
            tracing::error!(%error, kind, "work: the queue can't be read; trying again");
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            () = app.work.notified() => {}
            _ = stop.changed() => {}
        }
    }
}

/// An embedded database has one worker, so what is held at the start was held by a run that died: an
/// answer that was under way then isn't kept waiting for the end of its lease.
async fn release(app: &App) -> store::Result<()> {
    let mut conn = app.db.write().await?;
    if conn.is_sqlite() {
        job::release(&mut conn).await?;
    }
    conn.commit().await
}

/// Ends snoozes and does every job that is due now. Tests pump this by hand.
///
/// # Errors
/// The database refused.
pub async fn step(app: &Arc<App>) -> store::Result<()> {
    wake::step(app).await?;
    for kind in LANES {
        lane(app, kind).await?;
    }
    Ok(())
}

/// Does every job of a kind that is due now.
async fn lane(app: &Arc<App>, kind: &str) -> store::Result<()> {
    loop {
        let now = app.now();
        let mut conn = app.db.read().await?;
        let next = job::next_at(&mut conn, kind).await?;
        let expired = job::any_expired(&mut conn, kind, now).await?;
        drop(conn);
        if next.is_none_or(|at| at > now) && !expired {
            return Ok(());
        }
        let mut conn = app.db.write().await?;
        let jobs = job::claim(&mut conn, kind, now, now + LEASE, 16).await?;
        conn.commit().await?;
        if jobs.is_empty() {
            return Ok(());
        }
        futures_util::future::join_all(jobs.iter().map(|job| carry_out(app, job))).await;
    }
}

async fn carry_out(app: &Arc<App>, job: &Job) {
    let outcome = match job.kind.as_str() {
        publish::KIND => publish::carry_out(app, job).await,
        renew::KIND => renew::carry_out(app, job).await,
        _ => media::carry_out(app, job).await,
    };
    // Ever more seldom, up to an hour and a half: what fails for good must not fill the log.
    let wait = 5 * SECOND * (1 << job.attempts.clamp(0, 10));
    let outcome = outcome.unwrap_or_else(|error| Outcome::Retry(app.now() + wait, error.to_string()));
    if let Err(error) = settle(app, job, &outcome).await {
        tracing::error!(%error, kind = job.kind, "work: an outcome can't be kept; the lease will bring it back");
    }
}

async fn settle(app: &App, job: &Job, outcome: &Outcome) -> store::Result<()> {
    let mut conn: Conn = app.db.write().await?;
    match outcome {
        Outcome::Done => job::done(&mut conn, job).await?,
        Outcome::Retry(at, why) => job::retry(&mut conn, job, *at, job.attempts + 1, why).await?,
        Outcome::Anew(at, why) => job::retry(&mut conn, job, *at, 1, why).await?,
        Outcome::Failed(why) => job::fail(&mut conn, job, why).await?,
    }
    conn.commit().await
}
