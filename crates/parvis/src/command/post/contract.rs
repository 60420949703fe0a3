//! What somebody from outside may see and do with posts: what their contract covers, and nothing more.

use super::only;
use crate::command::{Refusal, Result};
use crate::id::{ChannelId, ColleagueId, OrganisationId};
use crate::rules::contract::Contract;
use crate::rules::permission::{Actor, Role};
use crate::store::colleague::Colleague;
use crate::store::pass;
use crate::store::post::{self, Post};
use crate::store::{self, Conn};

/// What the actor's contract covers; all, for who isn't from outside.
pub async fn of(conn: &mut Conn, actor: &Actor) -> store::Result<Contract> {
    match only(actor) {
        Some(who) => store::contract::of(conn, actor.organisation, who).await,
        None => Ok(Contract::default()),
    }
}

/// The themes that the actor may choose among, by name: those of their contract where it names some.
pub async fn themes(conn: &mut Conn, actor: &Actor) -> store::Result<Vec<String>> {
    let contract = of(conn, actor).await?;
    // What the house is busy with is no business of who holds a pass.
    if contract.themes.is_empty() && actor.pass.is_none() {
        return post::themes(conn, actor.organisation).await;
    }
    Ok(contract.themes)
}

/// Whether the contract of a colleague covers a post.
pub(super) async fn covers(
    conn: &mut Conn,
    organisation: OrganisationId,
    who: ColleagueId,
    it: &Post,
) -> store::Result<bool> {
    let contract = store::contract::of(conn, organisation, who).await?;
    if contract.is_open() {
        return Ok(true);
    }
    let targets = post::targets(conn, organisation, it.id).await?;
    let channels: Vec<ChannelId> = targets.iter().map(|it| it.channel).collect();
    Ok(contract.covers(&it.theme, &channels))
}

/// Refuses to rely on somebody from outside who wouldn't see the post: their contract doesn't cover it, or they have no
/// account and no pass that opens it.
pub(super) async fn check_sees(
    conn: &mut Conn,
    whom: &Colleague,
    it: &Post,
    field: &'static str,
    now: i64,
) -> Result<()> {
    if whom.role != Role::External {
        return Ok(());
    }
    if !covers(conn, whom.organisation, whom.id, it).await? {
        return Err(Refusal::Invalid { field, code: "contract" });
    }
    let is_guest = whom.password_hash.is_none() && pass::has_any(conn, whom.organisation, whom.id).await?;
    if is_guest && !pass::opens(conn, whom.organisation, whom.id, it.id, now).await? {
        return Err(Refusal::Invalid { field, code: "pass" });
    }
    Ok(())
}

/// Refuses a theme that the actor's contract doesn't cover.
pub(super) async fn check_theme(conn: &mut Conn, actor: &Actor, theme: &str) -> Result<()> {
    if of(conn, actor).await?.covers_theme(theme) {
        return Ok(());
    }
    Err(Refusal::Invalid { field: "theme", code: "contract" })
}

#[cfg(test)]
mod tests;
