//! The work that goes on by itself: jobs that are due, and snoozes that end. A worker claims jobs under
//! a lease; what a dead worker held comes back when its lease ends.

pub mod alert;
pub mod fast;
pub mod figure;
pub mod fill;
pub mod layer;
mod letter;
pub mod media;
pub mod moderate;
pub mod notify;
pub mod pass;
pub mod publish;
pub mod read_back;
pub mod reading;
pub mod release;
pub mod renew;
pub mod request;
pub mod rights;
pub mod second;
pub mod wake;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::app::App;
use crate::clock::{MINUTE, SECOND};
use crate::intake::backlog;
use crate::store::job::{self, Job};
use crate::store::{self, Bell, Conn};

/// How long a worker may hold a job (µs); longer than any call that a job makes.
const LEASE: i64 = 180 * SECOND;
/// The longest sleep between two looks at the queue.
const LOOK: Duration = Duration::from_millis(1_000);

/// Between two looks for what is out of the ordinary.
const WATCH: Duration = Duration::from_secs(60);
/// The same while watches are being filled.
const SOON: Duration = Duration::from_secs(5);

/// Jobs of one kind that are under way at once.
const AT_ONCE: usize = 16;

/// What becomes of a job.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Done, or nothing left to do.
    Done,
    /// Again at this time (µs), for this reason; this try counts.
    Retry(i64, String),
    /// The same, but the try doesn't count: nothing came of it.
    Later(i64, String),
    /// Again at this time (µs) as a job of this kind, its attempts counted from now on.
    Anew(&'static str, i64, String),
    /// Given up, for this reason; a person has to look.
    Failed(String),
}

/// The lanes: jobs of one kind never wait for those of another, so an answer isn't late because a picture is
/// slow, or because many answers of a run that died have to be looked for.
const LANES: [&str; 14] = [
    release::KIND,
    publish::KIND,
    read_back::KIND,
    media::KIND,
    renew::KIND,
    notify::KIND,
    moderate::KIND,
    figure::KIND,
    fast::KIND,
    fast::LETTER,
    pass::KIND,
    rights::KIND,
    request::KIND,
    layer::KIND,
];

/// Works until `stop` turns true, finishing what was begun.
pub async fn run(app: Arc<App>, stop: watch::Receiver<bool>) {
    if let Err(error) = release(&app).await {
        tracing::error!(%error, "work: what the last run held comes back when its lease ends");
    }
    let lanes = futures_util::future::join_all(LANES.map(|kind| keep_on(&app, kind, stop.clone())));
    tokio::join!(
        lanes,
        keep_stepping(&app, "snoozes", wake::step, stop.clone()),
        keep_stepping(&app, fill::BELL, fill::step, stop.clone()),
        keep_stepping(&app, "reading", reading::step, stop.clone()),
        keep_stepping(&app, "second reading", second::step, stop.clone()),
        keep_folding(&app, stop.clone()),
        keep_watch(&app, stop.clone())
    );
}

/// Works along one lane.
async fn keep_on(app: &Arc<App>, kind: &'static str, mut stop: watch::Receiver<bool>) {
    let mut bell = app.db.listen(kind);
    while !*stop.borrow() {
        let next = lane(app, kind, &stop, &mut bell).await.unwrap_or_else(|error| {
            tracing::error!(%error, kind, "work: the queue can't be read; trying again");
            None
        });
        pause(until(app, next), &mut bell, &mut stop).await;
    }
}

/// Takes a step every second, and when its bell rings.
async fn keep_stepping(
    app: &Arc<App>,
    what: &'static str,
    step: impl AsyncFn(&Arc<App>) -> store::Result<()>,
    mut stop: watch::Receiver<bool>,
) {
    let mut bell = app.db.listen(what);
    while !*stop.borrow() {
        bell.mark_unchanged();
        if let Err(error) = step(app).await {
            tracing::error!(%error, what, "work: a step failed; trying again");
        }
        pause(LOOK, &mut bell, &mut stop).await;
    }
}

/// Folds what was pushed.
async fn keep_folding(app: &Arc<App>, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        if let Err(error) = backlog::step(app).await {
            tracing::error!(%error, "work: what was pushed can't be folded; trying again");
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            () = app.arrivals.rung() => {}
            _ = stop.changed() => {}
        }
    }
}

/// Looks every minute for what is out of the ordinary.
async fn keep_watch(app: &Arc<App>, mut stop: watch::Receiver<bool>) {
    let mut lookout = alert::Lookout::default();
    while !*stop.borrow() {
        let filling = lookout.step(app).await.unwrap_or_else(|error| {
            tracing::error!(%error, "work: nothing could be looked at; trying again in a minute");
            false
        });
        if let Err(error) = notify::digest::step(app).await {
            tracing::error!(%error, "work: digests can't be planned; trying again in a minute");
        }
        tokio::select! {
            () = tokio::time::sleep(if filling { SOON } else { WATCH }) => {}
            _ = stop.changed() => {}
        }
    }
}

/// How long to wait for what is due at `next` (µs), and no longer than until the next look. What is due and couldn't be
/// had is another node's.
fn until(app: &App, next: Option<i64>) -> Duration {
    let wait = next.and_then(|at| u64::try_from(at - app.now()).ok()).filter(|wait| *wait > 0);
    wait.map_or(LOOK, |wait| Duration::from_micros(wait).min(LOOK))
}

/// So long, or until something is there.
async fn pause(wait: Duration, bell: &mut Bell, stop: &mut watch::Receiver<bool>) {
    tokio::select! {
        () = tokio::time::sleep(wait) => {}
        _ = bell.changed() => {}
        _ = stop.changed() => {}
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
    backlog::step(app).await?;
    wake::step(app).await?;
    reading::step(app).await?;
    second::step(app).await?;
    fill::step(app).await?;
    for kind in LANES {
        lane(app, kind, &app.stop.follow(), &mut app.db.listen(kind)).await?;
    }
    Ok(())
}

/// Does every job of a kind that is due now, and those that become due meanwhile; one that takes long keeps only its
/// own place. What was begun is finished: a call that is cut off may have been taken over there. When the next of its kind is
/// due (µs), if one waits.
async fn lane(
    app: &Arc<App>,
    kind: &str,
    stop: &watch::Receiver<bool>,
    bell: &mut Bell,
) -> store::Result<Option<i64>> {
    // Each is a task of its own: it neither waits while others are claimed nor takes them along when it panics.
    let mut under_way = JoinSet::new();
    let (mut failed, mut next) = (None, None);
    loop {
        bell.mark_unchanged();
        let free = AT_ONCE.saturating_sub(under_way.len());
        if free > 0 && failed.is_none() && !*stop.borrow() {
            match claim(app, kind, free).await {
                Ok((jobs, later)) => {
                    next = later;
                    jobs.into_iter().for_each(|job| {
                        under_way.spawn(carry_out(Arc::clone(app), job));
                    });
                }
                Err(error) => failed = Some(error),
            }
        }
        let ended = tokio::select! {
            ended = under_way.join_next() => ended,
            () = tokio::time::sleep(until(app, next)) => continue,
            _ = bell.changed() => continue,
        };
        match ended {
            None => return failed.map_or(Ok(next), Err),
            Some(Err(error)) => {
                tracing::error!(%error, kind, "work: a job broke off; its lease brings it back")
            }
            Some(Ok(())) => {}
        }
    }
}

/// Claims what is due now, at most so many; and when the next will be (µs).
async fn claim(app: &App, kind: &str, most: usize) -> store::Result<(Vec<Job>, Option<i64>)> {
    let now = app.now();
    let mut conn = app.db.read().await?;
    let next = job::next_at(&mut conn, kind).await?;
    let expired = job::any_expired(&mut conn, kind, now).await?;
    drop(conn);
    if next.is_none_or(|at| at > now) && !expired {
        return Ok((Vec::new(), next));
    }
    let mut conn = app.db.write().await?;
    let jobs = job::claim(&mut conn, kind, now, now + LEASE, i64::try_from(most).unwrap_or(1)).await?;
    let next = job::next_at(&mut conn, kind).await?;
    conn.commit().await?;
    Ok((jobs, next))
}

async fn carry_out(app: Arc<App>, job: Job) {
    let outcome = match job.kind.as_str() {
        publish::KIND => publish::carry_out(&app, &job).await,
        read_back::KIND => read_back::carry_out(&app, &job).await,
        release::KIND => release::carry_out(&app, &job).await,
        renew::KIND => renew::carry_out(&app, &job).await,
        notify::KIND => notify::carry_out(&app, &job).await,
        moderate::KIND => moderate::carry_out(&app, &job).await,
        figure::KIND => figure::carry_out(&app, &job).await,
        fast::KIND => fast::carry_out(&app, &job).await,
        fast::LETTER => fast::write(&app, &job).await,
        pass::KIND => pass::carry_out(&app, &job).await,
        rights::KIND => rights::carry_out(&app, &job).await,
        request::KIND => request::carry_out(&app, &job).await,
        layer::KIND => layer::carry_out(&app, &job).await,
        _ => media::carry_out(&app, &job).await,
    };
    let outcome = outcome.unwrap_or_else(|error| {
        let now = app.now();
        Outcome::Later(now + patience(now - job.created_at), error.to_string())
    });
    if let Err(error) = settle(&app, &job, &outcome).await {
        tracing::error!(%error, kind = job.kind, "work: an outcome can't be kept; the lease will bring it back");
    }
}

/// How long to wait for what hasn't worked for `age`, both in µs: seconds first, then minutes, and never for long. It
/// follows from the age and not from a count, so that no number of deaths makes anything wait.
fn patience(age: i64) -> i64 {
    (age / 4).clamp(5 * SECOND, 5 * MINUTE)
}

async fn settle(app: &App, job: &Job, outcome: &Outcome) -> store::Result<()> {
    let mut conn: Conn = app.db.write().await?;
    match outcome {
        Outcome::Done => job::done(&mut conn, job).await?,
        Outcome::Retry(at, why) => job::retry(&mut conn, job, *at, 1, why).await?,
        Outcome::Later(at, why) => job::retry(&mut conn, job, *at, 0, why).await?,
        Outcome::Anew(kind, at, why) => job::turn(&mut conn, job, kind, *at, why).await?,
        Outcome::Failed(why) => job::fail(&mut conn, job, why).await?,
    }
    conn.commit().await
}
