//! Pausing, renaming and removing channels; [`connect`] is how they come, [`rotate`] how a
//! secret of ours is replaced.

pub mod connect;
pub mod rotate;

use serde_json::json;

use super::{Refusal, Result, allow};
use crate::account;
use crate::app::App;
use crate::id::{ChannelId, DeskId};
use crate::rules::permission::{Action, Actor};
use crate::store::channel::{self, Channel};
use crate::store::journal::{self, By, Entry};
use crate::store::{Conn, desk};
use crate::work::renew;

/// Longest name of a channel, in characters.
pub const NAME_LENGTH: usize = 80;

fn check_name(name: &str) -> Result<Option<String>> {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.chars().count() > NAME_LENGTH {
        return Err(Refusal::Invalid { field: "name", code: "length" });
    }
    Ok(Some(name).filter(|name| !name.is_empty()))
}

async fn check_desk(conn: &mut Conn, actor: &Actor, id: DeskId) -> Result<()> {
    let found = desk::get(conn, actor.organisation, id).await?;
    match found {
        Some(it) if it.is_open() => Ok(()),
        Some(_) => Err(Refusal::Invalid { field: "desk", code: "closed" }),
        None => Err(Refusal::Invalid { field: "desk", code: "unknown" }),
    }
}

async fn written(mut conn: Conn, actor: &Actor, now: i64, verb: &str, it: &Channel) -> Result<()> {
    let entry = Entry {
        organisation: actor.organisation,
        at: now,
        by: By::Colleague(actor.colleague),
        verb,
        subject: it.id.0,
        conversation: None,
        before: None,
        after: Some(json!({ "name": it.name, "state": it.state, "desk": it.desk, "base_url": it.base_url })),
    };
    journal::write(&mut conn, entry).await?;
    Ok(conn.commit().await?)
}

async fn change(
    app: &App,
    actor: &Actor,
    id: ChannelId,
    verb: &str,
    edit: impl FnOnce(&mut Channel),
) -> Result<Channel> {
    allow(actor, Action::ManageChannels)?;
    let mut conn = app.db.write().await?;
    let found = channel::get(&mut conn, actor.organisation, id).await?;
    let mut it = found.filter(|it| it.state != "removed").ok_or(Refusal::NotFound)?;
    let before = it.clone();
    edit(&mut it);
    check_desk(&mut conn, actor, it.desk).await?;
    channel::update(&mut conn, actor.organisation, &it).await?;
    written(conn, actor, app.now(), verb, &it).await?;
    Ok(before)
}

/// Stops hearing it for a while; what is said meanwhile is fetched when it goes on, as far as the network
/// still has it.
pub async fn pause(app: &App, actor: &Actor, id: ChannelId) -> Result<()> {
    change(app, actor, id, "channel.paused", |it| "paused".clone_into(&mut it.state)).await.map(drop)
}

/// Hears it again.
pub async fn resume(app: &App, actor: &Actor, id: ChannelId) -> Result<()> {
    change(app, actor, id, "channel.resumed", |it| "active".clone_into(&mut it.state)).await.map(drop)
}

/// Gives it another name, or sends its new conversations to another desk.
pub async fn edit(app: &App, actor: &Actor, id: ChannelId, name: &str, desk: DeskId) -> Result<()> {
    let name = check_name(name)?.ok_or(Refusal::Invalid { field: "name", code: "length" })?;
    let edit = |it: &mut Channel| {
        it.name = name;
        it.desk = desk;
    };
    change(app, actor, id, "channel.edited", edit).await.map(drop)
}

/// Ends the connection: the token is forgotten here and, where the network allows it, revoked there. The
/// conversations stay.
pub async fn remove(app: &App, actor: &Actor, id: ChannelId) -> Result<()> {
    let forget = |it: &mut Channel| {
        "removed".clone_into(&mut it.state);
        it.secret = None;
    };
    let before = change(app, actor, id, "channel.removed", forget).await?;
    if let Ok(account) = account::open(app, &before) {
        renew::give_back(app, id, &account).await;
    }
    Ok(())
}
