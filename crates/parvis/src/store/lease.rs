//! Leases: which node does what only one may do, and until when it is taken to be alive. What is done under
//! a lease must do no harm when two nodes do it for a moment: a node may be held up and not know it.

use uuid::Uuid;

use super::{Conn, Db, Result};
use crate::id::OrganisationId;

/// Somebody's hold on a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// On what.
    pub subject: Uuid,
    /// Who has it.
    pub node: i64,
    /// Until when (µs).
    pub until_at: i64,
}

const LIST: &str = "SELECT subject_id, node, until_at FROM lease WHERE organisation_id = $1";
const TAKE: &str = "INSERT INTO lease (organisation_id, subject_id, node, until_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (organisation_id, subject_id) DO UPDATE SET node = excluded.node, until_at = excluded.until_at
    WHERE lease.node = excluded.node OR lease.until_at < $5";
const RELEASE: &str = "DELETE FROM lease WHERE node = $1";
const CLEAR: &str = "DELETE FROM lease";

/// All leases, ended or not.
pub async fn list(conn: &mut Conn, organisation: OrganisationId) -> Result<Vec<Lease>> {
    let rows = conn.all(LIST, &[organisation.into()]).await?;
    let read = |row: &super::Row| {
        let mut cells = row.cells();
        Ok(Lease { subject: cells.next()?, node: cells.next()?, until_at: cells.next()? })
    };
    rows.iter().map(read).collect()
}

/// Takes a lease that is free, or ended by `now` (µs), or keeps one's own; false when another node has it.
pub async fn take(conn: &mut Conn, organisation: OrganisationId, it: Lease, now: i64) -> Result<bool> {
    let args = [organisation.into(), it.subject.into(), it.node.into(), it.until_at.into(), now.into()];
    Ok(conn.run(TAKE, &args).await? == 1)
}

/// Whether `subject` is this node's from `now` on for `span` (µs): as [`take`], in a transaction of its own.
pub async fn hold(
    db: &Db,
    organisation: OrganisationId,
    subject: Uuid,
    (now, span): (i64, i64),
) -> Result<bool> {
    let mut conn = db.write().await?;
    let it = Lease { subject, node: db.node(), until_at: now + span };
    let taken = take(&mut conn, organisation, it, now).await?;
    conn.commit().await?;
    Ok(taken)
}

/// Gives back all that a node holds: it ends in good order.
pub async fn release(conn: &mut Conn, node: i64) -> Result<()> {
    conn.run(RELEASE, &[node.into()]).await.map(drop)
}

/// Ends every lease. Only for a node that knows it is the only one.
pub async fn clear(conn: &mut Conn) -> Result<()> {
    conn.run(CLEAR, &[]).await.map(drop)
}
