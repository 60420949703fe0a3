//! What left by the fast lane, looked at afterwards by those who answer for it; and how much of what is said leaves by it.

use serde::Serialize;
use serde_json::json;

use super::lane::lane;
use crate::app::App;
use crate::command::post::{paragraph, told};
use crate::command::{Refusal, Result, allow};
use crate::id::{FastId, OrganisationId};
use crate::rules::fast::FastState;
use crate::rules::permission::{Action, Actor, Role};
use crate::store::fast::{self, Fast};
use crate::store::{self, Conn, post};

/// Months that are told, this one included.
const MONTHS: i8 = 6;

/// How many posts of a month left by the fast lane.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Share {
    /// The first instant of the month on the organisation's clock (µs).
    pub from: i64,
    /// Posts that were published in it.
    pub all: i64,
    /// Those of them that left by the fast lane.
    pub fast: i64,
    /// That is more than the organisation wants to see.
    pub too_often: bool,
}

/// Whether the actor looks at what left by the fast lane: who supervises, and who has the last word.
pub fn reviews(actor: &Actor) -> bool {
    actor.may(Action::Look) && (actor.may(Action::Validate) || actor.role == Role::Referent)
}

/// Notes that somebody has looked at it since, with a word if they have one.
///
/// # Errors
/// The right is missing, it hasn't left by the fast lane, somebody has looked, or it was the actor's own yes or words.
pub async fn review(app: &App, actor: &Actor, id: FastId, word: &str) -> Result<Fast> {
    allow(actor, Action::Look)?;
    let now = app.now();
    let word = paragraph("review", word)?;
    let mut conn = app.db.write().await?;
    let mut run = fast::get(&mut conn, actor.organisation, id).await?.ok_or(Refusal::NotFound)?;
    let it = post::get(&mut conn, actor.organisation, run.post).await?.ok_or(Refusal::NotFound)?;
    if !reviews(actor) {
        return Err(Refusal::Forbidden(Action::Validate));
    }
    if run.state != FastState::Yes || it.published_at.is_none() || run.reviewed_at.is_some() {
        return Err(Refusal::Changed);
    }
    if run.colleague == actor.colleague && others(&mut conn, actor, now).await? {
        return Err(Refusal::Invalid { field: "review", code: "own" });
    }
    run.reviewed_by = Some(actor.colleague);
    run.reviewed_at = Some(now);
    run.review = Some(word).filter(|it| !it.is_empty());
    fast::update(&mut conn, actor.organisation, &run).await?;
    let said = json!({ "review": run.review });
    told(&mut conn, actor, now, "post.fast_reviewed", &it, Some(said)).await?;
    Ok(conn.commit().await.map(|()| run)?)
}

/// Whether somebody else could look: in a small house nobody may.
async fn others(conn: &mut Conn, actor: &Actor, now: i64) -> store::Result<bool> {
    let all = store::colleague::list(conn, actor.organisation).await?;
    let could = |role: Role| role.may(Action::Validate) || role == Role::Referent;
    Ok(all.iter().any(|it| it.id != actor.colleague && it.has_access(now) && could(it.role)))
}

/// The share of each of the last months, the newest first.
pub async fn shares(conn: &mut Conn, organisation: OrganisationId, now: i64) -> store::Result<Vec<Share>> {
    let (zone, lane) = (super::zone(conn, organisation).await?, lane(conn, organisation).await?);
    let Ok(at) = jiff::Timestamp::from_microsecond(now) else { return Ok(Vec::new()) };
    let first = at.to_zoned(zone.clone()).date().first_of_month();
    let begins = |back: i8| {
        let day = first.checked_sub(jiff::Span::new().months(back)).ok()?;
        Some(day.to_zoned(zone.clone()).ok()?.timestamp().as_microsecond())
    };
    let mut all = Vec::new();
    let mut to = i64::MAX;
    for from in (0..MONTHS).filter_map(begins) {
        let (count, fast) = fast::share(conn, organisation, (from, to)).await?;
        all.push(Share { from, all: count, fast, too_often: lane.is_too_often(fast, count) });
        to = from;
    }
    Ok(all)
}
