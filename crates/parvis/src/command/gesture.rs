//! Gestures: proposed from a conversation, decided, seen to, and remembered with the member they were for. Whoever saves says
//! which version they began from; when somebody else has saved since, nothing is overwritten.

use super::{Refusal, Result, allow, journalled, line, lines, load};
use crate::app::App;
use crate::id::{ColleagueId, ConversationId, DeskId, GestureId};
use crate::rules::gesture::State;
use crate::rules::permission::{Action, Actor, Scope};
use crate::store::gesture::{self as room, Filter, Gesture, Listed};
use crate::store::{Conn, colleague};

/// Longest title and cost, in characters.
pub const TITLE_LENGTH: usize = 140;
/// Longest text, in characters.
pub const TEXT_LENGTH: usize = 2_000;
/// Gestures for one member that are under way at most.
const MOST: i64 = 10;

/// A gesture as somebody wants it.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// The version that they began from; 0 for a new one.
    pub version: i64,
    /// What.
    pub title: String,
    /// Why them, and why now.
    pub why: String,
    /// What it takes, in words; may be empty.
    pub cost: String,
    /// By when (µs).
    pub due_at: Option<i64>,
    /// Who sees to it.
    pub owner: Option<ColleagueId>,
}

/// A step on its way.
#[derive(Clone, Debug)]
pub struct Step {
    /// The version that they began from.
    pub version: i64,
    /// Where it is to stand.
    pub to: State,
    /// What is said with it: why not, or what came of it.
    pub words: String,
}

fn wrong(code: &'static str) -> Refusal {
    Refusal::Invalid { field: "gesture", code }
}

/// Words that are needed.
fn said(text: &str) -> Result<String> {
    let text = lines("gesture", text, TEXT_LENGTH)?;
    if text.is_empty() { Err(wrong("empty")) } else { Ok(text) }
}

/// Whoever sees to it has to be somebody who is there, and who sees it.
async fn known(conn: &mut Conn, actor: &Actor, id: ColleagueId, desk: DeskId, now: i64) -> Result<()> {
    let found = colleague::get(conn, actor.organisation, id).await?.ok_or(wrong("nobody"))?;
    let gone = !found.has_access(now);
    let sees = colleague::scope(conn, &found).await?.covers(desk) && found.role.may(Action::Read);
    if gone || !sees { Err(wrong("nobody")) } else { Ok(()) }
}

async fn written(
    conn: &mut Conn,
    actor: &Actor,
    (now, verb, desk): (i64, &str, DeskId),
    before: Option<&Gesture>,
    after: &Gesture,
) -> Result<()> {
    journalled(conn, actor, (now, verb, after.id.0), Some((after.conversation, desk)), before, Some(after))
        .await
}

/// Proposes something for whoever writes in a conversation.
///
/// # Errors
/// The right is missing, the conversation isn't seen or has nobody in it, a field can't be taken, or enough is under way for
/// this member.
pub async fn propose(
    app: &App,
    actor: &Actor,
    conversation: ConversationId,
    wanted: Wanted,
) -> Result<GestureId> {
    let now = app.now();
    let mut conn = app.db.write().await?;
    let home = load(&mut conn, actor, conversation, Action::Note).await?;
    let author = home.author.ok_or(wrong("no-member"))?;
    let open =
        Filter { author: Some(author), states: vec![State::Proposed, State::Agreed], ..Filter::default() };
    let under_way = room::list(&mut conn, actor.organisation, &Scope::Every, &open, MOST).await?;
    if i64::try_from(under_way.len()).unwrap_or(MOST) >= MOST {
        return Err(wrong("many"));
    }
    let it = Gesture {
        id: GestureId::new(now),
        conversation: home.id,
        author,
        title: String::new(),
        why: String::new(),
        cost: String::new(),
        due_at: None,
        owner: None,
        state: State::Proposed,
        reason: String::new(),
        outcome: String::new(),
        proposed_by: actor.colleague,
        decided_by: None,
        decided_at: None,
        ended_at: None,
        version: 0,
        created_at: now,
    };
    let after = shaped(&mut conn, actor, (&it, home.facets.desk), wanted, now).await?;
    room::insert(&mut conn, actor.organisation, &after).await?;
    written(&mut conn, actor, (now, "gesture.proposed", home.facets.desk), None, &after).await?;
    conn.commit().await?;
    Ok(after.id)
}

/// The gesture with the fields that somebody wants.
async fn shaped(
    conn: &mut Conn,
    actor: &Actor,
    (before, desk): (&Gesture, DeskId),
    wanted: Wanted,
    now: i64,
) -> Result<Gesture> {
    if before.version != wanted.version {
        return Err(Refusal::Changed);
    }
    if wanted.due_at != before.due_at && wanted.due_at.is_some_and(|due| due < now - crate::clock::DAY) {
        return Err(wrong("past"));
    }
    if let Some(owner) = wanted.owner.filter(|it| before.owner != Some(*it)) {
        known(conn, actor, owner, desk, now).await?;
    }
    let cost = wanted.cost.trim();
    Ok(Gesture {
        title: line("gesture", &wanted.title, TITLE_LENGTH)?,
        why: said(&wanted.why)?,
        cost: if cost.is_empty() { String::new() } else { line("gesture", cost, TITLE_LENGTH)? },
        due_at: wanted.due_at,
        owner: wanted.owner,
        version: before.version + 1,
        ..before.clone()
    })
}

/// The gesture, if the actor may do `action` and sees the desk of its conversation.
///
/// # Errors
/// The right is missing, or there is no such gesture for this person's eyes.
pub async fn read(conn: &mut Conn, actor: &Actor, id: GestureId, action: Action) -> Result<Listed> {
    allow(actor, action)?;
    let found = room::get(conn, actor.organisation, id).await?.ok_or(Refusal::NotFound)?;
    if actor.scope.covers(found.desk) { Ok(found) } else { Err(Refusal::NotFound) }
}

/// Whether `actor` may change what a gesture is: who proposed it as long as it isn't decided, and who decides until it is over.
pub fn may_change(actor: &Actor, it: &Gesture) -> bool {
    match it.state {
        State::Proposed => {
            actor.may(Action::DecideGestures)
                || (it.proposed_by == actor.colleague && actor.may(Action::Note))
        }
        State::Agreed => actor.may(Action::DecideGestures),
        State::Declined | State::Done | State::Dropped => false,
    }
}

/// Whether `actor` may bring a gesture to `to`: decisions are for who may decide, the rest for who sees to it, too.
pub fn may_step(actor: &Actor, it: &Gesture, to: State) -> bool {
    let sees_to_it = !to.is_decision() && it.owner == Some(actor.colleague) && actor.may(Action::Note);
    it.state.leads_to(to) && (actor.may(Action::DecideGestures) || sees_to_it)
}

/// Changes what a gesture is.
///
/// # Errors
/// It isn't this person's to change, a field can't be taken, or [`Refusal::Changed`] when somebody has saved since.
pub async fn change(app: &App, actor: &Actor, id: GestureId, wanted: Wanted) -> Result<()> {
    let now = app.now();
    let mut conn = app.db.write().await?;
    let at = read(&mut conn, actor, id, Action::Note).await?;
    if !may_change(actor, &at.gesture) {
        return Err(Refusal::Forbidden(Action::DecideGestures));
    }
    let after = shaped(&mut conn, actor, (&at.gesture, at.desk), wanted, now).await?;
    room::update(&mut conn, actor.organisation, &after).await?;
    written(&mut conn, actor, (now, "gesture.changed", at.desk), Some(&at.gesture), &after).await?;
    Ok(conn.commit().await?)
}

/// Decides on a gesture, or says what came of it. What is agreed is seen to by who proposed it, unless somebody else is named.
///
/// # Errors
/// It isn't this person's to do, words are missing, or [`Refusal::Changed`] when it doesn't stand where that may be done.
pub async fn step(app: &App, actor: &Actor, id: GestureId, it: Step) -> Result<()> {
    let now = app.now();
    let mut conn = app.db.write().await?;
    let Listed { gesture: before, desk, .. } = read(&mut conn, actor, id, Action::Note).await?;
    if before.version != it.version || !before.state.leads_to(it.to) {
        return Err(Refusal::Changed);
    }
    if !may_step(actor, &before, it.to) {
        return Err(Refusal::Forbidden(Action::DecideGestures));
    }
    let words =
        if it.to.needs_words() { said(&it.words)? } else { lines("gesture", &it.words, TEXT_LENGTH)? };
    let mut after = Gesture { state: it.to, version: before.version + 1, ..before.clone() };
    if it.to.is_decision() {
        (after.reason, after.decided_by, after.decided_at) = (words, Some(actor.colleague), Some(now));
    } else {
        (after.outcome, after.ended_at) = (words, Some(now));
    }
    if it.to == State::Agreed {
        after.owner = after.owner.or(Some(before.proposed_by));
    }
    room::update(&mut conn, actor.organisation, &after).await?;
    let verb = match it.to {
        State::Agreed => "gesture.agreed",
        State::Declined => "gesture.declined",
        State::Done => "gesture.done",
        State::Dropped | State::Proposed => "gesture.dropped",
    };
    written(&mut conn, actor, (now, verb, desk), Some(&before), &after).await?;
    Ok(conn.commit().await?)
}

#[cfg(test)]
mod tests;
