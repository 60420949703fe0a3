//! The key by which an organisation's Parvis proves to networks that it is itself: one, sealed, bound to its row's id.

use uuid::Uuid;

use super::{Conn, Result, Row};
use crate::id::OrganisationId;

const GET: &str = "SELECT id, secret FROM client_key WHERE organisation_id = $1 ORDER BY id LIMIT 1";
const INSERT: &str =
    "INSERT INTO client_key (organisation_id, id, secret, created_at) VALUES ($1, $2, $3, $4)";

/// The sealed key and the id that it is bound to.
pub async fn get(conn: &mut Conn, organisation: OrganisationId) -> Result<Option<(Uuid, Vec<u8>)>> {
    let read = |row: &Row| {
        let mut cells = row.cells();
        Ok((cells.next()?, cells.next()?))
    };
    conn.first(GET, &[organisation.into()]).await?.as_ref().map(read).transpose()
}

/// Keeps the first one; call it in the transaction that has found none.
pub async fn insert(
    conn: &mut Conn,
    organisation: OrganisationId,
    id: Uuid,
    secret: &[u8],
    now: i64,
) -> Result<()> {
    conn.run(INSERT, &[organisation.into(), id.into(), secret.into(), now.into()]).await.map(drop)
}
