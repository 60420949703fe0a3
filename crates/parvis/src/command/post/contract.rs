//! What somebody from outside may see and do with posts: what their contract covers, and nothing more.

use super::only;
use crate::command::{Refusal, Result};
use crate::id::{ChannelId, ColleagueId, OrganisationId};
use crate::rules::contract::Contract;
use crate::rules::permission::Actor;
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
    if contract.themes.is_empty() {
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

/// Refuses a theme that the actor's contract doesn't cover.
pub(super) async fn check_theme(conn: &mut Conn, actor: &Actor, theme: &str) -> Result<()> {
    if of(conn, actor).await?.covers_theme(theme) {
        return Ok(());
    }
    Err(Refusal::Invalid { field: "theme", code: "contract" })
}

#[cfg(test)]
mod tests;
