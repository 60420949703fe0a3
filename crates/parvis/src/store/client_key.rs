//! The key by which an organisation's Parvis proves to networks that it is itself: one, sealed, bound to the
//! organisation's id.

use super::{Conn, Result, Row};
use crate::id::OrganisationId;

const GET: &str = "SELECT secret FROM client_key WHERE organisation_id = $1";
const INSERT: &str = "INSERT INTO client_key (organisation_id, secret, created_at) VALUES ($1, $2, $3)
    ON CONFLICT (organisation_id) DO NOTHING";

/// The sealed key.
pub async fn get(conn: &mut Conn, organisation: OrganisationId) -> Result<Option<Vec<u8>>> {
    conn.first(GET, &[organisation.into()]).await?.as_ref().map(Row::only).transpose()
}

/// Keeps the first one; a later one is none.
pub async fn insert(conn: &mut Conn, organisation: OrganisationId, secret: &[u8], now: i64) -> Result<()> {
    conn.run(INSERT, &[organisation.into(), secret.into(), now.into()]).await.map(drop)
}
