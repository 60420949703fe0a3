//! Private addresses of the calendar. Only the digest of what stands in them is kept, so that a copy of the
//! database opens nobody's calendar.

use super::{Conn, Result, Row};
use crate::id::{ColleagueId, OrganisationId};

const INSERT: &str =
    "INSERT INTO calendar_feed (organisation_id, digest, colleague_id, created_at) VALUES ($1, $2, $3, $4)";
const REVOKE: &str = "DELETE FROM calendar_feed WHERE organisation_id = $1 AND colleague_id = $2";
const OF: &str =
    "SELECT created_at FROM calendar_feed WHERE organisation_id = $1 AND colleague_id = $2 LIMIT 1";
const OWNER: &str = "SELECT organisation_id, colleague_id FROM calendar_feed WHERE digest = $1 LIMIT 1";

/// Keeps a new address.
pub async fn insert(
    conn: &mut Conn,
    organisation: OrganisationId,
    digest: &str,
    colleague: ColleagueId,
    now: i64,
) -> Result<()> {
    conn.run(INSERT, &[organisation.into(), digest.into(), colleague.into(), now.into()]).await.map(drop)
}

/// Ends the addresses of a colleague; answers with how many there were.
pub async fn revoke(conn: &mut Conn, organisation: OrganisationId, colleague: ColleagueId) -> Result<u64> {
    conn.run(REVOKE, &[organisation.into(), colleague.into()]).await
}

/// Since when a colleague has an address (µs).
pub async fn made_at(
    conn: &mut Conn,
    organisation: OrganisationId,
    colleague: ColleagueId,
) -> Result<Option<i64>> {
    conn.first(OF, &[organisation.into(), colleague.into()]).await?.as_ref().map(Row::only).transpose()
}

/// Whose address it is.
pub async fn owner(conn: &mut Conn, digest: &str) -> Result<Option<(OrganisationId, ColleagueId)>> {
    let row = conn.first(OWNER, &[digest.into()]).await?;
    let read = |row: &Row| {
        let mut cells = row.cells();
        Ok((cells.next()?, cells.next()?))
    };
    row.as_ref().map(read).transpose()
}
