//! Moderating what others wrote below something of ours: letting it be seen, holding it back, calling it spam. As an
//! answer, a decision is held for some seconds, in which it can be taken back; then a job tells the network.

use parvis_channels::{CapabilityKey, CapabilitySet, Mark};
use serde_json::json;

use super::{Done, Refusal, Result, load};
use crate::app::App;
use crate::command::answer::HOLD;
use crate::id::{JournalId, MessageId};
use crate::rules::permission::{Action, Actor};
use crate::store::conversation::Conversation;
use crate::store::journal::{self, By, Entry};
use crate::store::message::{self, Direction, Message};
use crate::store::moderation::{self, Act, Moderation, Step};
use crate::store::{self, Conn, job};
use crate::work::moderate;

/// What can be decided about a message where the channel can do that, as it stands and is decided now.
#[must_use]
pub fn acts(capabilities: &CapabilitySet, it: &Message, now: Option<&Moderation>) -> Vec<Act> {
    let overheard = it.marks.contains(&Mark::Overheard);
    if it.direction != Direction::In || it.remote_id.is_none() || overheard {
        return Vec::new();
    }
    if now.is_some_and(|it| matches!(it.step, Step::Held | Step::Acting)) {
        return Vec::new();
    }
    let spam = capabilities.can(CapabilityKey::Spam);
    let is_spam = now.is_some_and(Moderation::is_spam);
    if it.deleted_at.is_some() {
        // Only what we called spam ourselves can be brought back.
        return if spam && is_spam { vec![Act::NotSpam] } else { Vec::new() };
    }
    let mut acts = Vec::new();
    if capabilities.can(CapabilityKey::Hide) {
        acts.push(if it.marks.contains(&Mark::Held) { Act::Approve } else { Act::Hold });
    }
    if spam {
        acts.push(Act::Spam);
    }
    acts
}

/// Decides about a message; the network is told after [`HOLD`].
///
/// # Errors
/// [`Refusal::Channel`] where the channel can't do that; [`Refusal::Changed`] when the message isn't as it was, or
/// something else is being decided about it.
pub async fn decide(app: &App, actor: &Actor, id: MessageId, act: Act) -> Result<Done> {
    let now = app.now();
    let mut conn = app.db.write().await?;
    let it = message::get(&mut conn, actor.organisation, id).await?.ok_or(Refusal::NotFound)?;
    let found = load(&mut conn, actor, it.conversation, Action::Answer).await?;
    let channel = store::channel::get(&mut conn, actor.organisation, it.channel).await?;
    let channel = channel.filter(|it| it.state != "removed").ok_or(Refusal::Changed)?;
    let capabilities: CapabilitySet = serde_json::from_str(&channel.capabilities).unwrap_or_default();
    let key = match act {
        Act::Approve | Act::Hold => CapabilityKey::Hide,
        Act::Spam | Act::NotSpam => CapabilityKey::Spam,
    };
    let line = capabilities.get(key);
    if let Some(why) = line.reason.filter(|_| !capabilities.can(key)) {
        return Err(Refusal::Channel(why.code().to_owned()));
    }
    let before = moderation::get(&mut conn, actor.organisation, id).await?;
    if !acts(&capabilities, &it, before.as_ref()).contains(&act) {
        return Err(Refusal::Changed);
    }
    let decided = Moderation {
        message: id,
        act,
        step: Step::Held,
        colleague: actor.colleague,
        decided_at: now,
        due_at: now + HOLD,
        error_code: None,
        error_text: None,
    };
    moderation::put(&mut conn, actor.organisation, &decided).await?;
    moderate::enqueue(&mut conn, actor.organisation, id, decided.due_at, now).await?;
    let journal = told(&mut conn, actor, now, "message.moderated", (&found, &decided)).await?;
    conn.commit().await?;
    Ok(Done { journal, conversation: found.id })
}

/// Takes a decision back as long as it is held.
///
/// # Errors
/// [`Refusal::Changed`] when the network is being told already.
pub async fn withdraw(app: &App, actor: &Actor, id: MessageId) -> Result<Done> {
    withdraw_within(app.db.write().await?, actor, id, app.now()).await
}

/// The same in a transaction that has already begun.
pub(super) async fn withdraw_within(mut conn: Conn, actor: &Actor, id: MessageId, now: i64) -> Result<Done> {
    let it = message::get(&mut conn, actor.organisation, id).await?.ok_or(Refusal::NotFound)?;
    let found = load(&mut conn, actor, it.conversation, Action::Answer).await?;
    let decided = moderation::get(&mut conn, actor.organisation, id).await?;
    let decided = decided.filter(|it| it.step == Step::Held).ok_or(Refusal::Changed)?;
    if !job::cancel(&mut conn, actor.organisation, moderate::KIND, &id.to_string()).await? {
        return Err(Refusal::Changed);
    }
    moderation::remove(&mut conn, actor.organisation, id).await?;
    let journal = told(&mut conn, actor, now, "message.unmoderated", (&found, &decided)).await?;
    conn.commit().await?;
    Ok(Done { journal, conversation: found.id })
}

async fn told(
    conn: &mut Conn,
    actor: &Actor,
    now: i64,
    verb: &str,
    (found, it): (&Conversation, &Moderation),
) -> Result<JournalId> {
    let entry = Entry {
        organisation: actor.organisation,
        at: now,
        by: By::Colleague(actor.colleague),
        verb,
        subject: it.message.0,
        conversation: Some((found.id, found.facets.desk)),
        before: None,
        after: Some(json!({ "act": it.act, "due_at": it.due_at })),
    };
    Ok(journal::write(conn, entry).await?)
}
