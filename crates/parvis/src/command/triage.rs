//! Sorting: take, assign, hand over, snooze, close, reopen, urgent, tag, merge.

use serde_json::json;

use super::{Done, Refusal, Result, allow, change, load, restart_clock, stop_clock, write_change};
use crate::app::App;
use crate::id::{ColleagueId, ConversationId, DeskId, TagId};
use crate::rules::permission::{Action, Actor};
use crate::store::conversation::{Facets, State};
use crate::store::journal::{self, By, Entry};
use crate::store::{self, Conn};

/// Longest name of a tag, in characters.
pub const TAG_LENGTH: usize = 60;

/// To whom a conversation is handed over; at least one of both.
#[derive(Clone, Debug, Default)]
pub struct HandOver {
    /// A desk.
    pub desk: Option<DeskId>,
    /// A colleague.
    pub colleague: Option<ColleagueId>,
    /// What they should know; kept as an internal note.
    pub note: String,
}

/// The actor takes it.
pub async fn take(app: &App, actor: &Actor, id: ConversationId) -> Result<Done> {
    assign(app, actor, id, Some(actor.colleague)).await
}

/// Gives it to a colleague, or to nobody.
pub async fn assign(app: &App, actor: &Actor, id: ConversationId, to: Option<ColleagueId>) -> Result<Done> {
    let now = app.now();
    let mut conn = app.db.write().await?;
    let found = load(&mut conn, actor, id, Action::Triage).await?;
    if let Some(to) = to {
        check_colleague(&mut conn, actor, to, found.facets.desk, now).await?;
    }
    let mut after = found.facets.clone();
    after.assignee = to;
    let conversation = found.id;
    let journal = write_change(&mut conn, actor, now, "conversation.assigned", found, after).await?;
    conn.commit().await?;
    Ok(Done { journal, conversation })
}

/// A colleague can hold a conversation if they have access and see its desk.
async fn check_colleague(
    conn: &mut Conn,
    actor: &Actor,
    id: ColleagueId,
    desk: DeskId,
    now: i64,
) -> Result<()> {
    let invalid = |code| Refusal::Invalid { field: "colleague", code };
    let found = store::colleague::get(conn, actor.organisation, id).await?.ok_or(invalid("unknown"))?;
    if !found.has_access(now) {
        return Err(invalid("no-access"));
    }
    let scope = store::colleague::scope(conn, &found).await?;
    if scope.covers(desk) { Ok(()) } else { Err(invalid("other-desk")) }
}

/// Gives it to another desk, a colleague, or both, with what they should know.
pub async fn hand_over(app: &App, actor: &Actor, id: ConversationId, to: HandOver) -> Result<Done> {
    let now = app.now();
    let mut conn = app.db.write().await?;
    let found = load(&mut conn, actor, id, Action::Triage).await?;
    if to.desk.is_none() && to.colleague.is_none() {
        return Err(Refusal::Invalid { field: "desk", code: "nobody" });
    }
    let mut after = found.facets.clone();
    if let Some(desk) = to.desk {
        let desk = store::desk::get(&mut conn, actor.organisation, desk).await?;
        let desk = desk.ok_or(Refusal::Invalid { field: "desk", code: "unknown" })?;
        if !desk.is_open() {
            return Err(Refusal::Invalid { field: "desk", code: "closed" });
        }
        after.desk = desk.id;
        after.assignee = None;
        if let Some(since) = after.awaiting_since {
            after.due_at = super::promise(&mut conn, actor, desk.id).await?.due(since, after.urgent);
        }
    }
    if let Some(colleague) = to.colleague {
        check_colleague(&mut conn, actor, colleague, after.desk, now).await?;
        after.assignee = Some(colleague);
    }
    let conversation = found.id;
    if !to.note.trim().is_empty() {
        super::answer::write_note(&mut conn, actor, now, conversation, &to.note).await?;
    }
    let found = load_again(&mut conn, actor, conversation).await?;
    let journal = write_change(&mut conn, actor, now, "conversation.handed_over", found, after).await?;
    conn.commit().await?;
    Ok(Done { journal, conversation })
}

/// The row as it stands now within the transaction; a note may have moved its time and its count.
async fn load_again(
    conn: &mut Conn,
    actor: &Actor,
    id: ConversationId,
) -> Result<store::conversation::Conversation> {
    store::conversation::get(conn, actor.organisation, id).await?.ok_or(Refusal::NotFound)
}

/// Puts it off until `until` (µs), or until the member writes again.
pub async fn snooze(app: &App, actor: &Actor, id: ConversationId, until: i64) -> Result<Done> {
    let now = app.now();
    if until <= now || until > now + 400 * crate::clock::DAY {
        return Err(Refusal::Invalid { field: "until", code: "not-ahead" });
    }
    change(app, actor, id, "conversation.snoozed", |facets| {
        facets.state = State::Snoozed;
        facets.snoozed_until = Some(until);
        Ok(())
    })
    .await
}

/// Done: nobody waits any longer.
pub async fn close(app: &App, actor: &Actor, id: ConversationId) -> Result<Done> {
    let now = app.now();
    change(app, actor, id, "conversation.closed", |facets| {
        facets.state = State::Closed;
        facets.closed_at = Some(now);
        stop_clock(facets);
        Ok(())
    })
    .await
}

/// Back among those that wait; the clock runs since the member's last message.
pub async fn reopen(app: &App, actor: &Actor, id: ConversationId) -> Result<Done> {
    let now = app.now();
    let mut conn = app.db.write().await?;
    let found = load(&mut conn, actor, id, Action::Triage).await?;
    let after = restart_clock(&mut conn, actor, &found, now).await?;
    let conversation = found.id;
    let journal = write_change(&mut conn, actor, now, "conversation.reopened", found, after).await?;
    conn.commit().await?;
    Ok(Done { journal, conversation })
}

/// Before everything else, or no longer.
pub async fn mark_urgent(app: &App, actor: &Actor, id: ConversationId, urgent: bool) -> Result<Done> {
    let now = app.now();
    let mut conn = app.db.write().await?;
    let found = load(&mut conn, actor, id, Action::Triage).await?;
    let mut after = found.facets.clone();
    after.urgent = urgent;
    let promise = super::promise(&mut conn, actor, after.desk).await?;
    // Without a target of its own for what is urgent, the time that was promised stands.
    if let (Some(since), Some(_)) = (after.awaiting_since, promise.urgent_within) {
        after.due_at = promise.due(since, urgent);
    }
    let conversation = found.id;
    let journal = write_change(&mut conn, actor, now, "conversation.urgency_changed", found, after).await?;
    conn.commit().await?;
    Ok(Done { journal, conversation })
}

/// A tag's name as it is kept: on one line, without the sign that some write before it. None for an empty one.
pub(super) fn tag_name(said: &str) -> Result<Option<String>> {
    let name = said.split_whitespace().collect::<Vec<_>>().join(" ");
    let name = name.trim_start_matches('#').to_owned();
    if name.chars().count() > TAG_LENGTH {
        return Err(Refusal::Invalid { field: "tag", code: "length" });
    }
    Ok(Some(name).filter(|it| !it.is_empty()))
}

/// Puts a tag on it, made when no tag has that name.
pub async fn tag(app: &App, actor: &Actor, id: ConversationId, name: &str) -> Result<Done> {
    let name = tag_name(name)?.ok_or(Refusal::Invalid { field: "tag", code: "length" })?;
    let now = app.now();
    let mut conn = app.db.write().await?;
    let found = load(&mut conn, actor, id, Action::Triage).await?;
    let tag = store::tag::named(&mut conn, actor.organisation, &name, now).await?;
    store::tag::put(&mut conn, actor.organisation, found.id, tag).await?;
    tagged(conn, actor, now, &found, "conversation.tagged", tag).await
}

/// Takes a tag off it.
pub async fn untag(app: &App, actor: &Actor, id: ConversationId, tag: TagId) -> Result<Done> {
    let now = app.now();
    let mut conn = app.db.write().await?;
    let found = load(&mut conn, actor, id, Action::Triage).await?;
    if !store::tag::take(&mut conn, actor.organisation, found.id, tag, now).await? {
        return Err(Refusal::NotFound);
    }
    tagged(conn, actor, now, &found, "conversation.untagged", tag).await
}

async fn tagged(
    mut conn: Conn,
    actor: &Actor,
    now: i64,
    it: &store::conversation::Conversation,
    verb: &str,
    tag: TagId,
) -> Result<Done> {
    let entry = Entry {
        organisation: actor.organisation,
        at: now,
        by: By::Colleague(actor.colleague),
        verb,
        subject: it.id.0,
        conversation: Some((it.id, it.facets.desk)),
        before: None,
        after: Some(json!({ "tag": tag })),
    };
    let journal = journal::write(&mut conn, entry).await?;
    conn.commit().await?;
    Ok(Done { journal, conversation: it.id })
}

/// Makes `id` part of `into`: its messages are shown there, and what comes in later goes there. Both
/// have to be on the same channel, so that an answer knows where to go.
pub async fn merge(app: &App, actor: &Actor, id: ConversationId, into: ConversationId) -> Result<Done> {
    allow(actor, Action::Triage)?;
    let now = app.now();
    let mut conn = app.db.write().await?;
    let mut found = load(&mut conn, actor, id, Action::Triage).await?;
    let mut target = load(&mut conn, actor, into, Action::Triage).await?;
    if found.id == target.id {
        return Err(Refusal::Invalid { field: "into", code: "itself" });
    }
    if found.channel != target.channel {
        return Err(Refusal::Invalid { field: "into", code: "other-channel" });
    }
    if !store::conversation::merged_into(&mut conn, actor.organisation, found.id).await?.is_empty() {
        return Err(Refusal::Invalid { field: "into", code: "holds-others" });
    }
    let mut after = found.facets.clone();
    after.state = State::Merged;
    after.merged_into = Some(target.id);
    stop_clock(&mut after);
    // Somebody who waits goes on waiting, and what is urgent stays so, in the one that remains.
    let place = target.place();
    let stood = target.facets.clone();
    wait_in(&mut target.facets, &found.facets);
    let standing = store::desk::standing(&mut conn, actor.organisation, target.facets.desk).await?;
    target.facets.stand_at(standing);
    target.last_at = target.last_at.max(found.last_at);
    store::conversation::update(&mut conn, actor.organisation, &place, &target).await?;
    let place = found.place();
    let from = json!(std::mem::replace(&mut found.facets, after));
    store::conversation::update(&mut conn, actor.organisation, &place, &found).await?;
    store::reading::carry(&mut conn, actor.organisation, target.id).await?;
    let mut to = json!(found.facets);
    to["target"] = json!({ "before": stood, "after": target.facets });
    let entry = Entry {
        organisation: actor.organisation,
        at: now,
        by: By::Colleague(actor.colleague),
        verb: "conversation.merged",
        subject: found.id.0,
        conversation: Some((found.id, found.facets.desk)),
        before: Some(from),
        after: Some(to),
    };
    let journal = journal::write(&mut conn, entry).await?;
    conn.commit().await?;
    Ok(Done { journal, conversation: target.id })
}

/// Takes over the clock and the urgency of what is merged into it.
fn wait_in(target: &mut Facets, merged: &Facets) {
    target.urgent |= merged.urgent;
    let Some(since) = merged.awaiting_since else { return };
    target.awaiting_since = Some(target.awaiting_since.map_or(since, |own| own.min(since)));
    target.due_at = target.due_at.min(merged.due_at);
    target.state = State::Open;
    target.snoozed_until = None;
    target.closed_at = None;
}
