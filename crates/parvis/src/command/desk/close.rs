//! Closing a desk: what isn't done there and what points at it goes to another desk, which also takes what is begun
//! anew; what was done there keeps its name. And opening it again.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::json;

use super::{find, journal_of};
use crate::app::App;
use crate::command::{Refusal, Result, allow, promise, write_change};
use crate::id::{ColleagueId, DeskId};
use crate::rules::clock::Promise;
use crate::rules::permission::{Action, Actor};
use crate::store::conversation::Conversation;
use crate::store::desk::{self, Desk};
use crate::store::{Conn, channel, colleague, conversation, counter, destination, view};

/// Conversations moved in one transaction: others write in between.
const BATCH: i64 = 200;

/// What stands at a desk and what points at it.
#[derive(Clone, Debug, Default, Serialize, utoipa::ToSchema)]
pub struct Uses {
    /// Conversations that aren't done.
    pub conversations: i64,
    /// Names of the channels whose new conversations go there.
    pub channels: Vec<String>,
    /// Those who work there.
    pub people: Vec<ColleagueId>,
    /// How many saved views show it, one's own or another's.
    pub views: i64,
    /// Names of the destinations that get its alerts.
    pub destinations: Vec<String>,
}

/// What closing a desk would lead elsewhere.
pub async fn uses(conn: &mut Conn, actor: &Actor, id: DeskId) -> Result<Uses> {
    allow(actor, Action::ManageChannels)?;
    find(conn, actor, id).await?;
    let house = actor.organisation;
    let counts = counter::not_done(conn, house).await?;
    let channels = channel::list(conn, house).await?.into_iter().filter(|it| it.desk == id);
    let people = colleague::memberships(conn, house).await?.into_iter().filter(|it| it.1 == id);
    let views = view::all(conn, house).await?.into_iter().filter(|it| it.filter.desk == Some(id));
    let told = destination::list(conn, house).await?.into_iter().filter(|it| it.rule.desks.contains(&id));
    Ok(Uses {
        conversations: counts.iter().filter(|it| it.desk == id).map(|it| it.value).sum(),
        channels: channels.map(|it| it.name).collect(),
        people: people.map(|it| it.0).collect(),
        views: i64::try_from(views.count()).unwrap_or(i64::MAX),
        destinations: told.map(|it| it.name).collect(),
    })
}

/// Closes a desk in favour of `successor`; with `people`, those who work there work at the other from then on. What isn't
/// done is moved in batches while the desk is still open, so that a program that dies on the way leaves nothing behind:
/// one closes it again.
pub async fn close(app: &App, actor: &Actor, id: DeskId, successor: DeskId, people: bool) -> Result<Desk> {
    allow(actor, Action::ManageChannels)?;
    let mut moved = 0;
    loop {
        let mut conn = app.db.write().await?;
        let (from, to) = both(&mut conn, actor, id, successor).await?;
        if people {
            join(&mut conn, actor, id, to.id).await?;
        }
        let some = conversation::not_done(&mut conn, actor.organisation, id, BATCH).await?;
        let is_last = i64::try_from(some.len()).unwrap_or(i64::MAX) < BATCH;
        moved += some.len();
        hand_on(&mut conn, actor, app.now(), some, &to).await?;
        if is_last {
            shut(&mut conn, actor, app.now(), (&from, &to), (moved, people)).await?;
            let it = find(&mut conn, actor, id).await?;
            conn.commit().await?;
            return Ok(it);
        }
        conn.commit().await?;
    }
}

/// Opens a desk again. What went elsewhere stays there until somebody brings it back.
pub async fn open(app: &App, actor: &Actor, id: DeskId) -> Result<Desk> {
    allow(actor, Action::ManageChannels)?;
    let mut conn = app.db.write().await?;
    find(&mut conn, actor, id).await?;
    let open = desk::list(&mut conn, actor.organisation).await?.iter().filter(|it| it.is_open()).count();
    if open >= super::MOST {
        return Err(Refusal::Invalid { field: "name", code: "too-many" });
    }
    if !desk::open(&mut conn, actor.organisation, id).await? {
        return Err(Refusal::Changed);
    }
    journal_of(&mut conn, actor, (app.now(), "desk.opened", id), None).await?;
    let it = find(&mut conn, actor, id).await?;
    conn.commit().await?;
    Ok(it)
}

/// The desk to be closed and the one that takes over, both open.
async fn both(conn: &mut Conn, actor: &Actor, id: DeskId, successor: DeskId) -> Result<(Desk, Desk)> {
    let invalid = |code| Refusal::Invalid { field: "successor", code };
    let from = find(conn, actor, id).await?;
    if !from.is_open() {
        return Err(Refusal::Changed);
    }
    if successor == id {
        return Err(invalid("itself"));
    }
    let to = desk::get(conn, actor.organisation, successor).await?.ok_or(invalid("unknown"))?;
    if to.is_open() { Ok((from, to)) } else { Err(invalid("closed")) }
}

async fn join(conn: &mut Conn, actor: &Actor, from: DeskId, to: DeskId) -> Result<()> {
    for (who, _) in colleague::memberships(conn, actor.organisation).await?.iter().filter(|it| it.1 == from) {
        colleague::join(conn, actor.organisation, *who, to).await?;
    }
    Ok(())
}

/// Gives conversations to the desk that takes over. Who has one keeps it if they see that desk.
async fn hand_on(conn: &mut Conn, actor: &Actor, now: i64, some: Vec<Conversation>, to: &Desk) -> Result<()> {
    let within: Promise = promise(conn, actor, to.id).await?;
    let mut sees: HashMap<ColleagueId, bool> = HashMap::new();
    for it in some {
        let mut after = it.facets.clone();
        after.desk = to.id;
        if let Some(who) = after.assignee {
            let known = match sees.get(&who) {
                Some(known) => *known,
                None => covers(conn, actor, who, to.id, now).await?,
            };
            sees.insert(who, known);
            after.assignee = Some(who).filter(|_| known);
        }
        if let Some(since) = after.awaiting_since {
            after.due_at = within.due(since, after.urgent);
        }
        write_change(conn, actor, now, "conversation.handed_over", it, after).await?;
    }
    Ok(())
}

async fn covers(conn: &mut Conn, actor: &Actor, who: ColleagueId, desk: DeskId, now: i64) -> Result<bool> {
    let found = colleague::get(conn, actor.organisation, who).await?;
    let Some(found) = found.filter(|it| it.has_access(now)) else { return Ok(false) };
    Ok(colleague::scope(conn, &found).await?.covers(desk))
}

/// Leads to the other desk what points at this one, and closes it.
async fn shut(
    conn: &mut Conn,
    actor: &Actor,
    now: i64,
    (from, to): (&Desk, &Desk),
    (moved, people): (usize, bool),
) -> Result<()> {
    let house = actor.organisation;
    let used = uses(conn, actor, from.id).await?;
    for mut it in channel::list(conn, house).await?.into_iter().filter(|it| it.desk == from.id) {
        it.desk = to.id;
        channel::update(conn, house, &it).await?;
    }
    for mut it in view::all(conn, house).await?.into_iter().filter(|it| it.filter.desk == Some(from.id)) {
        it.filter.desk = Some(to.id);
        view::save(conn, house, &it, now).await?;
    }
    for mut it in destination::list(conn, house).await? {
        let known = it.rule.desks.len();
        it.rule.desks.retain(|desk| *desk != from.id);
        if it.rule.desks.len() < known {
            if !it.rule.desks.contains(&to.id) {
                it.rule.desks.push(to.id);
            }
            destination::update(conn, house, &it).await?;
        }
    }
    desk::close(conn, house, from.id, to.id, now).await?;
    let after = json!({ "successor": to.id, "conversations": moved, "channels": used.channels, "views": used.views,
        "destinations": used.destinations, "people": people });
    journal_of(conn, actor, (now, "desk.closed", from.id), Some(after)).await
}

#[cfg(test)]
mod tests;
