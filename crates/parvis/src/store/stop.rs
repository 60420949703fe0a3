//! Stops: times in which nothing that we say of our own accord leaves. The newest that isn't lifted is in force, on
//! every node at once, since whoever would hand something over asks here in the same transaction.

use std::sync::Arc;

use serde::Serialize;

use super::{Conn, Result, Row};
use crate::id::{ColleagueId, OrganisationId, StopId};

/// A time in which nothing leaves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Stop {
    /// Its id.
    pub id: StopId,
    /// Since when (µs).
    pub at: i64,
    /// Who stopped everything.
    pub colleague: ColleagueId,
    /// Why.
    pub reason: String,
}

const INSERT: &str =
    "INSERT INTO stop (organisation_id, id, at, colleague_id, reason) VALUES ($1, $2, $3, $4, $5)";
const CURRENT: &str = "SELECT id, at, colleague_id, reason FROM stop
    WHERE organisation_id = $1 AND lifted_at IS NULL ORDER BY id DESC LIMIT 1";
const LIFT: &str = "UPDATE stop SET lifted_at = $3, lifted_by = $4
    WHERE organisation_id = $1 AND id = $2 AND lifted_at IS NULL";
const HOLD_POSTS: &str = "UPDATE post SET held_at = $2, held_code = 'stopped', changed_at = $2
    WHERE organisation_id = $1 AND state = 'scheduled' AND held_at IS NULL AND (released_at IS NULL OR id IN
    (SELECT t.post_id FROM post_target t JOIN message m ON m.organisation_id = t.organisation_id AND m.id = t.message_id
     WHERE t.organisation_id = $1 AND m.state = 'held'
     UNION SELECT t.post_id FROM post_part t JOIN message m ON m.organisation_id = t.organisation_id AND m.id = t.message_id
     WHERE t.organisation_id = $1 AND m.state = 'held'))";
const DROP_JOBS: &str = "DELETE FROM job WHERE organisation_id = $1 AND ((kind = 'post' AND state = 'ready'
     AND subject_id IN (SELECT id FROM post WHERE organisation_id = $1 AND state = 'scheduled')) OR (kind = 'publish' AND subject_id IN
    (SELECT t.message_id FROM post_target t JOIN message m ON m.organisation_id = t.organisation_id AND m.id = t.message_id
     WHERE t.organisation_id = $1 AND m.state = 'held'
     UNION SELECT t.message_id FROM post_part t JOIN message m ON m.organisation_id = t.organisation_id AND m.id = t.message_id
     WHERE t.organisation_id = $1 AND m.state = 'held')))";
const WITHDRAW: &str = "UPDATE message SET state = 'withdrawn' WHERE organisation_id = $1 AND state = 'held'
    AND id IN (SELECT message_id FROM post_target WHERE organisation_id = $1 AND message_id IS NOT NULL
     UNION SELECT message_id FROM post_part WHERE organisation_id = $1)";

/// Begins a stop.
pub async fn insert(conn: &mut Conn, organisation: OrganisationId, it: &Stop) -> Result<()> {
    let args = [organisation.into(), it.id.into(), it.at.into(), it.colleague.into(), (&it.reason).into()];
    conn.run(INSERT, &args).await.map(drop)
}

/// Takes everything that would leave out of every queue, in the transaction `conn`: what has an hour, and what was
/// released and isn't handed over yet. Answers with how many posts it was.
pub async fn hold_all(conn: &mut Conn, organisation: OrganisationId, now: i64) -> Result<u64> {
    let held = conn.run(HOLD_POSTS, &[organisation.into(), now.into()]).await?;
    conn.run(DROP_JOBS, &[organisation.into()]).await?;
    conn.run(WITHDRAW, &[organisation.into()]).await?;
    Ok(held)
}

/// The stop that is in force.
pub async fn current(conn: &mut Conn, organisation: OrganisationId) -> Result<Option<Stop>> {
    let row = conn.first(CURRENT, &[organisation.into()]).await?;
    let read = |row: &Row| {
        let mut cells = row.cells();
        Ok(Stop { id: cells.next()?, at: cells.next()?, colleague: cells.next()?, reason: cells.next()? })
    };
    row.as_ref().map(read).transpose()
}

/// The same for the band on every page: as it stood at most a second ago when only another process wrote since.
/// Whoever hands something over asks [`current`].
pub async fn shown(conn: &mut Conn, organisation: OrganisationId) -> Result<Arc<Option<Stop>>> {
    conn.kept(|kept| &kept.stop, organisation, 0, async |conn| current(conn, organisation).await).await
}

/// Ends a stop; false when it has ended already.
pub async fn lift(
    conn: &mut Conn,
    organisation: OrganisationId,
    id: StopId,
    now: i64,
    by: ColleagueId,
) -> Result<bool> {
    Ok(conn.run(LIFT, &[organisation.into(), id.into(), now.into(), by.into()]).await? == 1)
}
