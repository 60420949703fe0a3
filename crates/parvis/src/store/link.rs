//! One-time sign-in links: valid until used or expired. The database keeps a digest.

use super::{Conn, Result, Row};
use crate::id::{ColleagueId, OrganisationId};

/// A one-time sign-in link.
#[derive(Clone, Debug)]
pub struct Link {
    /// Whose.
    pub organisation: OrganisationId,
    /// SHA-256 of the secret in the address, hexadecimal.
    pub digest: String,
    /// Whom it signs in.
    pub colleague: ColleagueId,
    /// When it was made (µs).
    pub created_at: i64,
    /// When it ends (µs).
    pub expires_at: i64,
    /// When it was used (µs).
    pub used_at: Option<i64>,
}

const INSERT: &str =
    "INSERT INTO link (organisation_id, digest, colleague_id, created_at, expires_at, used_at)
    VALUES ($1, $2, $3, $4, $5, $6)";
const BY_DIGEST: &str = "SELECT organisation_id, digest, colleague_id, created_at, expires_at, used_at
    FROM link WHERE digest = $1";
const USE: &str = "UPDATE link SET used_at = $3
    WHERE organisation_id = $1 AND digest = $2 AND used_at IS NULL AND expires_at > $3";
const REVOKE: &str = "DELETE FROM link WHERE organisation_id = $1 AND colleague_id = $2 AND used_at IS NULL";

fn read(row: &Row) -> Result<Link> {
    let mut cells = row.cells();
    Ok(Link {
        organisation: cells.next()?,
        digest: cells.next()?,
        colleague: cells.next()?,
        created_at: cells.next()?,
        expires_at: cells.next()?,
        used_at: cells.next()?,
    })
}

/// Writes a new link.
pub async fn insert(conn: &mut Conn, it: &Link) -> Result<()> {
    let args = [
        it.organisation.into(),
        (&it.digest).into(),
        it.colleague.into(),
        it.created_at.into(),
        it.expires_at.into(),
        it.used_at.into(),
    ];
    conn.run(INSERT, &args).await.map(drop)
}

/// The link of that digest, whether or not it can still be used.
pub async fn by_digest(conn: &mut Conn, digest: &str) -> Result<Option<Link>> {
    conn.first(BY_DIGEST, &[digest.into()]).await?.as_ref().map(read).transpose()
}

/// Uses the link up; false when it was used already or has expired.
pub async fn consume(conn: &mut Conn, organisation: OrganisationId, digest: &str, at: i64) -> Result<bool> {
    Ok(conn.run(USE, &[organisation.into(), digest.into(), at.into()]).await? == 1)
}

/// Ends the links of a colleague that haven't been used.
pub async fn revoke(conn: &mut Conn, organisation: OrganisationId, colleague: ColleagueId) -> Result<u64> {
    conn.run(REVOKE, &[organisation.into(), colleague.into()]).await
}
