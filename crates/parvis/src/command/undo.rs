//! Undo: puts a conversation back where it stood before a journalled change, as long as nobody has
//! changed it since.

use serde_json::Value as Json;

use super::{Done, Refusal, Result, answer, correction, load, moderate, write_change};
use crate::app::App;
use crate::clock::MINUTE;
use crate::id::{ConversationId, JournalId, MessageId, TagId};
use crate::rules::permission::{Action, Actor};
use crate::store::conversation::Facets;
use crate::store::journal::{self, By, Entry, Journalled};
use crate::store::{self, Conn};

/// How far back `u` goes.
pub const STEPS: i64 = 20;
/// How long (µs) `u` means an answer, even one that can't be taken back any more: pressed a moment too late
/// it says so, instead of undoing something else.
const ANSWERS: i64 = 2 * MINUTE;

/// Whether a journalled change can be undone at all.
pub fn undoable(verb: &str) -> bool {
    matches!(
        verb,
        "conversation.assigned"
            | "conversation.handed_over"
            | "conversation.snoozed"
            | "conversation.closed"
            | "conversation.reopened"
            | "conversation.urgency_changed"
            | "conversation.merged"
            | "conversation.tagged"
            | "conversation.untagged"
            | "message.held"
            | "message.moderated"
            | "message.corrected"
            | "message.uncorrected"
    )
}

/// Undoes the actor's newest change that can still be undone, at most [`STEPS`] back.
pub async fn last(app: &App, actor: &Actor) -> Result<Done> {
    let mut conn = app.db.read().await?;
    let rows = journal::by_actor(&mut conn, actor.organisation, actor.colleague.0, 3 * STEPS).await?;
    drop(conn);
    // An answer that has left long ago is no longer in the way of what was done before it.
    let leaves = |verb: &str| matches!(verb, "message.held" | "message.moderated");
    let gone = |row: &Journalled| leaves(&row.verb) && row.at + ANSWERS < app.now();
    let newest = rows.iter().find(|row| undoable(&row.verb) && row.undone_at.is_none() && !gone(row));
    undo(app, actor, newest.ok_or(Refusal::NotFound)?.id).await
}

/// Undoes one change.
///
/// # Errors
/// [`Refusal::Changed`] when somebody has changed the same since, or when the answer has left.
pub async fn undo(app: &App, actor: &Actor, id: JournalId) -> Result<Done> {
    let now = app.now();
    let mut conn = app.db.write().await?;
    let row = journal::get(&mut conn, actor.organisation, id).await?.ok_or(Refusal::NotFound)?;
    if !undoable(&row.verb) || row.actor_id != Some(actor.colleague.0) {
        return Err(Refusal::NotFound);
    }
    if !journal::mark_undone(&mut conn, actor.organisation, id, now).await? {
        return Err(Refusal::Changed);
    }
    match row.verb.as_str() {
        // One transaction: when the answer has left, the row isn't marked as undone either.
        "message.held" => answer::withdraw_within(conn, actor, MessageId(row.subject_id), now).await,
        "message.moderated" => moderate::withdraw_within(conn, actor, MessageId(row.subject_id), now).await,
        "message.corrected" | "message.uncorrected" => correction::undo(app, conn, actor, now, &row).await,
        "conversation.tagged" | "conversation.untagged" => undo_tag(conn, actor, now, &row).await,
        _ => undo_facets(conn, actor, now, &row).await,
    }
}

async fn undo_facets(mut conn: Conn, actor: &Actor, now: i64, row: &Journalled) -> Result<Done> {
    let id = row.conversation_id.ok_or(Refusal::NotFound)?;
    // Not `load`: a merged conversation has to be put back itself, not the one it went into.
    super::allow(actor, Action::Triage)?;
    let found =
        store::conversation::get(&mut conn, actor.organisation, id).await?.ok_or(Refusal::NotFound)?;
    let (before, after) = (facets(&row.before)?, facets(&row.after)?);
    if !actor.scope.covers(before.desk) {
        return Err(Refusal::NotFound);
    }
    if found.facets != after {
        return Err(Refusal::Changed);
    }
    let into = found.facets.merged_into;
    if let Some(into) = into {
        put_target_back(&mut conn, actor, into, row).await?;
    }
    let journal = write_change(&mut conn, actor, now, "conversation.undone", found, before).await?;
    if let Some(into) = into {
        // Each shows again what was said in it alone.
        store::reading::carry(&mut conn, actor.organisation, into).await?;
        store::reading::carry(&mut conn, actor.organisation, id).await?;
    }
    conn.commit().await?;
    Ok(Done { journal, conversation: id })
}

/// What a conversation took over from one merged into it goes back with it, unless it has moved on since.
async fn put_target_back(
    conn: &mut Conn,
    actor: &Actor,
    into: ConversationId,
    row: &Journalled,
) -> Result<()> {
    let side = |name: &str| -> Option<Facets> {
        serde_json::from_value(row.after.as_ref()?.get("target")?.get(name)?.clone()).ok()
    };
    let (Some(before), Some(after)) = (side("before"), side("after")) else { return Ok(()) };
    let found = store::conversation::get(conn, actor.organisation, into).await?;
    let Some(mut target) = found.filter(|it| it.facets == after && after != before) else { return Ok(()) };
    let place = target.place();
    target.facets = before;
    Ok(store::conversation::update(conn, actor.organisation, &place, &target).await?)
}

fn facets(json: &Option<Json>) -> Result<Facets> {
    json.clone().and_then(|json| serde_json::from_value(json).ok()).ok_or(Refusal::Changed)
}

async fn undo_tag(mut conn: Conn, actor: &Actor, now: i64, row: &Journalled) -> Result<Done> {
    let id = row.conversation_id.ok_or(Refusal::NotFound)?;
    let found = load(&mut conn, actor, id, Action::Triage).await?;
    let tag =
        row.after.as_ref().and_then(|json| json["tag"].as_str()).and_then(|text| text.parse::<TagId>().ok());
    let tag = tag.ok_or(Refusal::Changed)?;
    let moved = if row.verb == "conversation.tagged" {
        store::tag::take(&mut conn, actor.organisation, found.id, tag, now).await?
    } else {
        store::tag::put(&mut conn, actor.organisation, found.id, tag).await?
    };
    if !moved {
        return Err(Refusal::Changed);
    }
    let entry = Entry {
        organisation: actor.organisation,
        at: now,
        by: By::Colleague(actor.colleague),
        verb: "conversation.undone",
        subject: found.id.0,
        conversation: Some((found.id, found.facets.desk)),
        before: row.after.clone(),
        after: None,
    };
    let journal = journal::write(&mut conn, entry).await?;
    conn.commit().await?;
    Ok(Done { journal, conversation: found.id })
}
