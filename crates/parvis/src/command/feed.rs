//! The private address of somebody's calendar: made, revoked, and who stands behind one. What it shows is what its
//! owner may see at that moment; it ends with their access.

use serde_json::json;

use super::{Refusal, Result, allow};
use crate::app::App;
use crate::rules::permission::{Action, Actor};
use crate::seal;
use crate::store::colleague;
use crate::store::feed;
use crate::store::journal::{self, By, Entry};

/// Makes the address anew; the former one ends. Answers with the secret that stands in it, told this once.
///
/// # Errors
/// The right is missing, or the machine gives no random bytes.
pub async fn make(app: &App, actor: &Actor) -> Result<String> {
    allow(actor, Action::ReadPosts)?;
    let secret = seal::secret().map_err(|_| Refusal::Sealed)?;
    let now = app.now();
    let mut conn = app.db.write().await?;
    feed::revoke(&mut conn, actor.organisation, actor.colleague).await?;
    feed::insert(&mut conn, actor.organisation, &seal::digest(&secret), actor.colleague, now).await?;
    journal::write(&mut conn, entry(actor, now, "feed.made")).await?;
    conn.commit().await?;
    Ok(secret)
}

/// Ends the address.
///
/// # Errors
/// The right is missing.
pub async fn revoke(app: &App, actor: &Actor) -> Result<()> {
    allow(actor, Action::ReadPosts)?;
    let mut conn = app.db.write().await?;
    if feed::revoke(&mut conn, actor.organisation, actor.colleague).await? > 0 {
        journal::write(&mut conn, entry(actor, app.now(), "feed.revoked")).await?;
    }
    Ok(conn.commit().await?)
}

fn entry<'a>(actor: &Actor, now: i64, verb: &'a str) -> Entry<'a> {
    Entry {
        organisation: actor.organisation,
        at: now,
        by: By::Colleague(actor.colleague),
        verb,
        subject: actor.colleague.0,
        conversation: None,
        before: None,
        after: Some(json!({})),
    }
}

/// Who acts by an address, with the rights that they have now.
///
/// # Errors
/// [`Refusal::NotFound`] when there is no such address, or its owner's access has ended.
pub async fn actor(app: &App, secret: &str) -> Result<Actor> {
    let mut conn = app.db.read().await?;
    let (organisation, id) = feed::owner(&mut conn, &seal::digest(secret)).await?.ok_or(Refusal::NotFound)?;
    let it = colleague::get(&mut conn, organisation, id).await?.ok_or(Refusal::NotFound)?;
    if !it.has_access(app.now()) {
        return Err(Refusal::NotFound);
    }
    let scope = colleague::scope(&mut conn, &it).await?;
    let actor = Actor { organisation, colleague: id, role: it.role, scope, token: None, pass: None };
    allow(&actor, Action::ReadPosts).map_err(|_| Refusal::NotFound)?;
    Ok(actor)
}
