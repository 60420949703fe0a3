//! Tokens of the API: made by a colleague, with scopes; shown once. The database keeps a digest.

use super::{Conn, Error, Result, Row};
use crate::id::{ColleagueId, OrganisationId, TokenId};
use crate::rules::permission::TokenScope;

/// A key of the API.
#[derive(Clone, Debug)]
pub struct Token {
    /// Whose.
    pub organisation: OrganisationId,
    /// Its id.
    pub id: TokenId,
    /// In whose name it acts.
    pub colleague: ColleagueId,
    /// What its owner calls it.
    pub name: String,
    /// SHA-256 of the secret, hexadecimal.
    pub digest: String,
    /// What it may be used for.
    pub scopes: Vec<TokenScope>,
    /// When it was made (µs).
    pub created_at: i64,
    /// When it ends (µs), if ever.
    pub expires_at: Option<i64>,
    /// When it was last used (µs), to within a few minutes.
    pub used_at: Option<i64>,
    /// When it was revoked (µs).
    pub revoked_at: Option<i64>,
}

const INSERT: &str = "INSERT INTO token (organisation_id, id, colleague_id, name, digest, scopes, created_at, expires_at, used_at, revoked_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const BY_DIGEST: &str = "SELECT organisation_id, id, colleague_id, name, digest, scopes, created_at, expires_at, used_at, revoked_at
    FROM token WHERE digest = $1";
const OF_COLLEAGUE: &str = "SELECT organisation_id, id, colleague_id, name, digest, scopes, created_at, expires_at, used_at, revoked_at
    FROM token WHERE organisation_id = $1 AND colleague_id = $2 AND revoked_at IS NULL ORDER BY id DESC";
const SEE: &str = "UPDATE token SET used_at = $3 WHERE organisation_id = $1 AND id = $2";
const REVOKE: &str = "UPDATE token SET revoked_at = $4
    WHERE organisation_id = $1 AND colleague_id = $2 AND id = $3 AND revoked_at IS NULL";

fn read(row: &Row) -> Result<Token> {
    let mut cells = row.cells();
    Ok(Token {
        organisation: cells.next()?,
        id: cells.next()?,
        colleague: cells.next()?,
        name: cells.next()?,
        digest: cells.next()?,
        scopes: {
            let text: String = cells.next()?;
            serde_json::from_str(&text)
                .map_err(|_| Error::Unreadable { what: "token scopes", found: text })?
        },
        created_at: cells.next()?,
        expires_at: cells.next()?,
        used_at: cells.next()?,
        revoked_at: cells.next()?,
    })
}

/// Writes a new token.
pub async fn insert(conn: &mut Conn, it: &Token) -> Result<()> {
    let scopes = serde_json::to_string(&it.scopes)
        .map_err(|error| Error::Unreadable { what: "token scopes", found: error.to_string() })?;
    let args = [
        it.organisation.into(),
        it.id.into(),
        it.colleague.into(),
        (&it.name).into(),
        (&it.digest).into(),
        scopes.into(),
        it.created_at.into(),
        it.expires_at.into(),
        it.used_at.into(),
        it.revoked_at.into(),
    ];
    conn.run(INSERT, &args).await.map(drop)
}

/// The token of that digest, whether or not it still opens anything.
pub async fn by_digest(conn: &mut Conn, digest: &str) -> Result<Option<Token>> {
    conn.first(BY_DIGEST, &[digest.into()]).await?.as_ref().map(read).transpose()
}

/// The tokens of a colleague that haven't been revoked, newest first.
pub async fn of_colleague(
    conn: &mut Conn,
    organisation: OrganisationId,
    colleague: ColleagueId,
) -> Result<Vec<Token>> {
    conn.all(OF_COLLEAGUE, &[organisation.into(), colleague.into()]).await?.iter().map(read).collect()
}

/// Writes down that the token is in use.
pub async fn see(conn: &mut Conn, organisation: OrganisationId, id: TokenId, at: i64) -> Result<()> {
    conn.run(SEE, &[organisation.into(), id.into(), at.into()]).await.map(drop)
}

/// Revokes a token of a colleague; false when it isn't theirs or was revoked already.
pub async fn revoke(
    conn: &mut Conn,
    organisation: OrganisationId,
    colleague: ColleagueId,
    id: TokenId,
    at: i64,
) -> Result<bool> {
    Ok(conn.run(REVOKE, &[organisation.into(), colleague.into(), id.into(), at.into()]).await? == 1)
}
