//! The hour for which a post is meant before it has one for good: a wish on the calendar, which sends nothing.

use super::{load, told};
use crate::app::App;
use crate::command::{Refusal, Result};
use crate::id::PostId;
use crate::rules::permission::{Action, Actor};
use crate::rules::post::{Objection, State};
use crate::store::post;

/// Says when a post shall leave that isn't scheduled yet, or with `None` that nobody knows.
///
/// # Errors
/// The right is missing, the hour has passed, or the post is scheduled (it is moved then) or over.
pub async fn plan(app: &App, actor: &Actor, id: PostId, at: Option<i64>) -> Result<()> {
    let now = app.now();
    let mut conn = app.db.write().await?;
    let mut it = load(&mut conn, actor, id, Action::Schedule).await?;
    if !matches!(it.state, State::Idea | State::Kept | State::ToWrite | State::ToValidate) {
        return Err(Objection::State.into());
    }
    if at.is_some_and(|at| at <= now) {
        return Err(Refusal::from(Objection::Past));
    }
    let before = super::fact(&it);
    it.due_at = at;
    it.changed_at = now;
    post::update(&mut conn, actor.organisation, &it).await?;
    told(&mut conn, actor, now, "post.planned", &it, Some(before)).await?;
    Ok(conn.commit().await?)
}
