//! Jobs: work that has to be done once, made in the transaction that needs it and claimed under a
//! lease, so that a worker that dies leaves it to the next.

use uuid::Uuid;

use super::{Conn, Result, Row, Value};
use crate::id::{JobId, OrganisationId};

/// A job that was claimed.
#[derive(Clone, Debug)]
pub struct Job {
    /// Whose.
    pub organisation: OrganisationId,
    /// Its id.
    pub id: JobId,
    /// `publish`, `fetch_media` …
    pub kind: String,
    /// What it is about.
    pub subject: Uuid,
    /// How many tries came to something before: the network answered, or we decided. A worker that died in the
    /// middle doesn't count.
    pub attempts: i64,
    /// Until when it is this worker's (µs); afterwards what becomes of it is another's to say.
    pub lease_until: i64,
    /// When it was made (µs).
    pub created_at: i64,
}

const ENQUEUE: &str = "INSERT INTO job (organisation_id, id, kind, dedup_key, subject_id, state, run_at, attempts, created_at)
    VALUES ($1, $2, $3, $4, $5, 'ready', $6, 0, $7) ON CONFLICT (organisation_id, kind, dedup_key)
    DO UPDATE SET state = 'ready', run_at = excluded.run_at, attempts = 0, lease_until = NULL, error_text = NULL WHERE job.state <> 'ready'";
// On SQLite the write transaction is already alone; FOR UPDATE SKIP LOCKED is added on PostgreSQL.
const CLAIM: &str = "UPDATE job SET state = 'running', lease_until = $2
    WHERE (organisation_id, id) IN (SELECT organisation_id, id FROM job WHERE state = 'ready' AND kind = $4 AND run_at <= $1 ORDER BY run_at LIMIT $3)
    RETURNING organisation_id, id, kind, subject_id, attempts, created_at";
const CLAIM_SKIPPING: &str = "UPDATE job SET state = 'running', lease_until = $2
    WHERE (organisation_id, id) IN (SELECT organisation_id, id FROM job WHERE state = 'ready' AND kind = $4 AND run_at <= $1 ORDER BY run_at LIMIT $3 FOR UPDATE SKIP LOCKED)
    RETURNING organisation_id, id, kind, subject_id, attempts, created_at";
const EXPIRE: &str = "UPDATE job SET state = 'ready', lease_until = NULL WHERE state = 'running' AND kind = $2 AND lease_until < $1";
const DONE: &str = "DELETE FROM job WHERE organisation_id = $1 AND id = $2 AND lease_until = $3";
const RETRY: &str = "UPDATE job SET state = 'ready', lease_until = NULL, run_at = $4, attempts = attempts + $5, error_text = $6 WHERE organisation_id = $1 AND id = $2 AND lease_until = $3";
const TURN: &str = "UPDATE job SET kind = $4, state = 'ready', lease_until = NULL, run_at = $5, attempts = 0, error_text = $6 WHERE organisation_id = $1 AND id = $2 AND lease_until = $3";
const FAIL: &str = "UPDATE job SET state = 'failed', lease_until = NULL, error_text = $4 WHERE organisation_id = $1 AND id = $2 AND lease_until = $3";
const COUNT: &str =
    "UPDATE job SET attempts = $4 WHERE organisation_id = $1 AND id = $2 AND lease_until = $3";
const RELEASE: &str = "UPDATE job SET state = 'ready', lease_until = NULL WHERE state = 'running'";
const CANCEL: &str =
    "DELETE FROM job WHERE organisation_id = $1 AND kind = $2 AND dedup_key = $3 AND state = 'ready'";
const HASTEN: &str = "UPDATE job SET run_at = $4 WHERE organisation_id = $1 AND kind = $2 AND dedup_key = $3 AND state = 'ready' AND run_at > $4";
const NEXT: &str = "SELECT MIN(run_at) FROM job WHERE state = 'ready' AND kind = $1";

const WAITS: &str =
    "SELECT 1 FROM job WHERE organisation_id = $1 AND kind = $2 AND dedup_key = $3 AND state <> 'failed'";
const ANY_EXPIRED: &str =
    "SELECT 1 FROM job WHERE state = 'running' AND kind = $2 AND lease_until < $1 LIMIT 1";

/// Makes a job for `run_at` (µs). A second one of the same kind and key is ignored while the first waits;
/// one that runs or was given up begins anew, and who still runs it has no say in it any more.
pub async fn enqueue(
    conn: &mut Conn,
    organisation: OrganisationId,
    kind: &'static str,
    key: &str,
    subject: Uuid,
    run_at: i64,
    now: i64,
) -> Result<()> {
    let args = [
        organisation.into(),
        JobId::new(now).into(),
        kind.into(),
        key.into(),
        subject.into(),
        run_at.into(),
        now.into(),
    ];
    conn.ring(kind);
    conn.run(ENQUEUE, &args).await.map(drop)
}

/// Claims at most `limit` jobs of a kind that are due, until `lease_until`; those whose lease ended come
/// back first.
pub async fn claim(conn: &mut Conn, kind: &str, now: i64, lease_until: i64, limit: i64) -> Result<Vec<Job>> {
    conn.run(EXPIRE, &[now.into(), kind.into()]).await?;
    let sql = if conn.is_sqlite() { CLAIM } else { CLAIM_SKIPPING };
    let rows = conn.all(sql, &[now.into(), lease_until.into(), limit.into(), kind.into()]).await?;
    rows.iter()
        .map(|row| {
            let mut cells = row.cells();
            Ok(Job {
                organisation: cells.next()?,
                id: cells.next()?,
                kind: cells.next()?,
                subject: cells.next()?,
                attempts: cells.next()?,
                lease_until,
                created_at: cells.next()?,
            })
        })
        .collect()
}

fn held(job: &Job) -> [Value; 3] {
    [job.organisation.into(), job.id.into(), job.lease_until.into()]
}

/// Ends every lease before its time. Only for a worker that knows it is the only one.
pub async fn release(conn: &mut Conn) -> Result<()> {
    conn.run(RELEASE, &[]).await.map(drop)
}

/// Has a job that waits run at `at` (µs) at the latest; one that runs is left alone.
pub async fn hasten(
    conn: &mut Conn,
    organisation: OrganisationId,
    kind: &'static str,
    key: &str,
    at: i64,
) -> Result<()> {
    conn.ring(kind);
    conn.run(HASTEN, &[organisation.into(), kind.into(), key.into(), at.into()]).await.map(drop)
}

/// The job is done: its row goes, the journal keeps what it did.
pub async fn done(conn: &mut Conn, job: &Job) -> Result<()> {
    conn.run(DONE, &held(job)).await.map(drop)
}

/// Try again at `run_at` (µs), as a job that was tried `more` times more.
pub async fn retry(conn: &mut Conn, job: &Job, run_at: i64, more: i64, error: &str) -> Result<()> {
    let [house, id, lease] = held(job);
    conn.run(RETRY, &[house, id, lease, run_at.into(), more.into(), error.into()]).await.map(drop)
}

/// From `run_at` (µs) on it is a job of this kind, and was never tried.
pub async fn turn(conn: &mut Conn, job: &Job, kind: &'static str, run_at: i64, why: &str) -> Result<()> {
    conn.ring(kind);
    let [house, id, lease] = held(job);
    conn.run(TURN, &[house, id, lease, kind.into(), run_at.into(), why.into()]).await.map(drop)
}

/// Given up; kept with its reason for people to look at.
pub async fn fail(conn: &mut Conn, job: &Job, error: &str) -> Result<()> {
    let [house, id, lease] = held(job);
    conn.run(FAIL, &[house, id, lease, error.into()]).await.map(drop)
}

/// Writes down how often it was tried while it goes on. False when it is no longer this worker's.
pub async fn count(conn: &mut Conn, job: &Job, attempts: i64) -> Result<bool> {
    let [house, id, lease] = held(job);
    Ok(conn.run(COUNT, &[house, id, lease, attempts.into()]).await? == 1)
}

/// Takes a job back that hasn't begun; false when it has.
pub async fn cancel(conn: &mut Conn, organisation: OrganisationId, kind: &str, key: &str) -> Result<bool> {
    Ok(conn.run(CANCEL, &[organisation.into(), kind.into(), key.into()]).await? == 1)
}

/// When the next job of a kind is due (µs).
pub async fn next_at(conn: &mut Conn, kind: &str) -> Result<Option<i64>> {
    conn.first(NEXT, &[kind.into()]).await?.as_ref().map_or(Ok(None), Row::only)
}

/// Whether a worker died with a job of this kind in its hands.
pub async fn any_expired(conn: &mut Conn, kind: &str, now: i64) -> Result<bool> {
    Ok(conn.first(ANY_EXPIRED, &[now.into(), kind.into()]).await?.is_some())
}

/// Whether the job of that kind and key waits or runs.
pub async fn waits(conn: &mut Conn, organisation: OrganisationId, kind: &str, key: &str) -> Result<bool> {
    Ok(conn.first(WAITS, &[organisation.into(), kind.into(), key.into()]).await?.is_some())
}
