//! Small facts kept by name: what a person has begun and will come back to, and how the house works.

use super::{Conn, Result, Row};
use crate::id::OrganisationId;

const PUT: &str = "INSERT INTO setting (organisation_id, name, value) VALUES ($1, $2, $3)
    ON CONFLICT (organisation_id, name) DO UPDATE SET value = excluded.value";
const GET: &str = "SELECT value FROM setting WHERE organisation_id = $1 AND name = $2";
const TAKE: &str = "DELETE FROM setting WHERE organisation_id = $1 AND name = $2 RETURNING value";

/// Keeps a value under a name.
pub async fn put(conn: &mut Conn, organisation: OrganisationId, name: &str, value: &str) -> Result<()> {
    conn.run(PUT, &[organisation.into(), name.into(), value.into()]).await.map(drop)
}

/// The value under a name.
pub async fn get(conn: &mut Conn, organisation: OrganisationId, name: &str) -> Result<Option<String>> {
    conn.first(GET, &[organisation.into(), name.into()]).await?.as_ref().map(Row::only).transpose()
}

/// Takes a value out; it can be taken once.
pub async fn take(conn: &mut Conn, organisation: OrganisationId, name: &str) -> Result<Option<String>> {
    conn.first(TAKE, &[organisation.into(), name.into()]).await?.as_ref().map(Row::only).transpose()
}
