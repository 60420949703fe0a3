//! Personal access tokens: made with a name, scopes and an end; the secret is told once.

use serde_json::json;

use super::{Refusal, Result, allow};
use crate::app::App;
use crate::clock::DAY;
use crate::id::TokenId;
use crate::rules::permission::{Action, Actor, TokenScope};
use crate::seal;
use crate::store::Conn;
use crate::store::journal::{self, By, Entry};
use crate::store::token::{self, Token};

/// Tokens one may have at once.
pub const MOST: usize = 50;
/// Longest name of a token, in characters.
pub const NAME_LENGTH: usize = 60;

/// Makes a token that ends at `expires_at` (µs), if ever, and gives it with its secret. `outlived` is the end
/// of the token by which the actor asks: a token makes none that may do more or lasts longer than itself.
pub async fn make(
    app: &App,
    actor: &Actor,
    name: &str,
    scopes: &[TokenScope],
    expires_at: Option<i64>,
    outlived: Option<i64>,
) -> Result<(Token, String)> {
    allow(actor, Action::ManageSelf)?;
    let invalid = |field, code| Err(Refusal::Invalid { field, code });
    let now = app.now();
    let name = super::line("name", name, NAME_LENGTH)?;
    let kept = [TokenScope::Read, TokenScope::Write, TokenScope::Admin];
    let scopes: Vec<_> = kept.into_iter().filter(|it| scopes.contains(it)).collect();
    if scopes.is_empty() {
        return invalid("scopes", "none");
    }
    if actor.token.as_ref().is_some_and(|own| !scopes.iter().all(|it| own.contains(it))) {
        return invalid("scopes", "wider");
    }
    if expires_at.is_some_and(|at| at <= now || at > now + 3_653 * DAY) {
        return invalid("expires_at", "not-ahead");
    }
    if outlived.is_some_and(|end| expires_at.is_none_or(|at| at > end)) {
        return invalid("expires_at", "longer");
    }
    let secret = format!("parvis_{}", seal::secret().map_err(|_| Refusal::Sealed)?);
    let it = Token {
        organisation: actor.organisation,
        id: TokenId::new(now),
        colleague: actor.colleague,
        name,
        digest: seal::digest(&secret),
        scopes,
        created_at: now,
        expires_at,
        used_at: None,
        revoked_at: None,
    };
    let mut conn = app.db.write().await?;
    if token::of_colleague(&mut conn, actor.organisation, actor.colleague).await?.len() >= MOST {
        return invalid("tokens", "many");
    }
    token::insert(&mut conn, &it).await?;
    let after = json!({ "name": it.name, "scopes": it.scopes, "expires_at": it.expires_at });
    written(conn, actor, now, "token.made", it.id, after).await?;
    Ok((it, secret))
}

/// Revokes a token of one's own.
pub async fn revoke(app: &App, actor: &Actor, id: TokenId) -> Result<()> {
    allow(actor, Action::ManageSelf)?;
    let now = app.now();
    let mut conn = app.db.write().await?;
    if !token::revoke(&mut conn, actor.organisation, actor.colleague, id, now).await? {
        return Err(Refusal::NotFound);
    }
    written(conn, actor, now, "token.revoked", id, json!({ "id": id })).await
}

async fn written(
    mut conn: Conn,
    actor: &Actor,
    now: i64,
    verb: &str,
    id: TokenId,
    after: serde_json::Value,
) -> Result<()> {
    let entry = Entry {
        organisation: actor.organisation,
        at: now,
        by: By::Colleague(actor.colleague),
        verb,
        subject: id.0,
        conversation: None,
        before: None,
        after: Some(after),
    };
    journal::write(&mut conn, entry).await?;
    Ok(conn.commit().await?)
}
