//! Sessions: a browser that has signed in. The database keeps a digest, never the secret.

use super::{Conn, Result, Row};
use crate::id::{ColleagueId, OrganisationId};

/// A browser that has signed in.
#[derive(Clone, Debug)]
pub struct Session {
    /// Whose.
    pub organisation: OrganisationId,
    /// SHA-256 of the secret in the cookie, hexadecimal.
    pub digest: String,
    /// Who signed in.
    pub colleague: ColleagueId,
    /// `User-Agent`, shortened.
    pub agent: String,
    /// Address it signed in from.
    pub address: String,
    /// When (µs).
    pub created_at: i64,
    /// When it was last seen (µs), to within a few minutes.
    pub seen_at: i64,
    /// When it ends whatever happens (µs).
    pub expires_at: i64,
}

const INSERT: &str = "INSERT INTO session (organisation_id, digest, colleague_id, agent, address, created_at, seen_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const BY_DIGEST: &str =
    "SELECT organisation_id, digest, colleague_id, agent, address, created_at, seen_at, expires_at
    FROM session WHERE digest = $1";
const OF_COLLEAGUE: &str =
    "SELECT organisation_id, digest, colleague_id, agent, address, created_at, seen_at, expires_at
    FROM session WHERE organisation_id = $1 AND colleague_id = $2 ORDER BY seen_at DESC, digest";
const SEE: &str = "UPDATE session SET seen_at = $3 WHERE organisation_id = $1 AND digest = $2";
const REMOVE: &str = "DELETE FROM session WHERE organisation_id = $1 AND colleague_id = $2 AND digest = $3";
const REMOVE_OTHERS: &str =
    "DELETE FROM session WHERE organisation_id = $1 AND colleague_id = $2 AND digest <> $3";
const REMOVE_STALE: &str =
    "DELETE FROM session WHERE organisation_id = $1 AND (expires_at < $2 OR seen_at < $3)";

fn read(row: &Row) -> Result<Session> {
    let mut cells = row.cells();
    Ok(Session {
        organisation: cells.next()?,
        digest: cells.next()?,
        colleague: cells.next()?,
        agent: cells.next()?,
        address: cells.next()?,
        created_at: cells.next()?,
        seen_at: cells.next()?,
        expires_at: cells.next()?,
    })
}

/// Writes a new session.
pub async fn insert(conn: &mut Conn, it: &Session) -> Result<()> {
    let args = [
        it.organisation.into(),
        (&it.digest).into(),
        it.colleague.into(),
        (&it.agent).into(),
        (&it.address).into(),
        it.created_at.into(),
        it.seen_at.into(),
        it.expires_at.into(),
    ];
    conn.run(INSERT, &args).await.map(drop)
}

/// The session of that digest, whether or not it has ended.
pub async fn by_digest(conn: &mut Conn, digest: &str) -> Result<Option<Session>> {
    conn.first(BY_DIGEST, &[digest.into()]).await?.as_ref().map(read).transpose()
}

/// Where a colleague is signed in, last seen first.
pub async fn of_colleague(
    conn: &mut Conn,
    organisation: OrganisationId,
    colleague: ColleagueId,
) -> Result<Vec<Session>> {
    conn.all(OF_COLLEAGUE, &[organisation.into(), colleague.into()]).await?.iter().map(read).collect()
}

/// Writes down that the session is in use.
pub async fn see(conn: &mut Conn, organisation: OrganisationId, digest: &str, at: i64) -> Result<()> {
    conn.run(SEE, &[organisation.into(), digest.into(), at.into()]).await.map(drop)
}

/// Ends one session of a colleague; false when it isn't theirs or had ended.
pub async fn remove(
    conn: &mut Conn,
    organisation: OrganisationId,
    colleague: ColleagueId,
    digest: &str,
) -> Result<bool> {
    Ok(conn.run(REMOVE, &[organisation.into(), colleague.into(), digest.into()]).await? == 1)
}

/// Ends every session of a colleague but `kept` (an empty text keeps none); tells how many.
pub async fn remove_others(
    conn: &mut Conn,
    organisation: OrganisationId,
    colleague: ColleagueId,
    kept: &str,
) -> Result<u64> {
    conn.run(REMOVE_OTHERS, &[organisation.into(), colleague.into(), kept.into()]).await
}

/// Forgets sessions that ended before `now` or were last seen before `idle_since` (both µs).
pub async fn remove_stale(
    conn: &mut Conn,
    organisation: OrganisationId,
    now: i64,
    idle_since: i64,
) -> Result<u64> {
    conn.run(REMOVE_STALE, &[organisation.into(), now.into(), idle_since.into()]).await
}
