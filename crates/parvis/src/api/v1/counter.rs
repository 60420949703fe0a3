//! Counters of conversations, as the badges of the inbox show them.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::caller::Caller;
use crate::api::page::Page;
use crate::api::problem::Result;
use crate::app::App;
use crate::id::{ColleagueId, DeskId};
use crate::rules::permission::Action;
use crate::store::counter as room;

/// How many conversations stand in one place.
#[derive(Debug, Serialize, ToSchema)]
pub struct Count {
    /// `open`, `waiting`, `snoozed`, `closed`.
    state: String,
    /// Which desk.
    desk: DeskId,
    /// Who has them; `null` for those that nobody has taken.
    assignee: Option<ColleagueId>,
    /// How many.
    value: i64,
}

/// Count conversations
///
/// By state, desk and holder, on desks that you see; add up what you need. Kept with every change, so asking
/// costs little.
#[utoipa::path(get, path = "/counters", operation_id = "listCounters", tag = "conversations",
    responses((status = 200, description = "All that aren't zero.", body = Page<Count>)),
    extensions(("x-action" = json!(Action::Read))))]
pub async fn list(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<Page<Count>>> {
    let found = room::list(&mut app.db.read().await?, caller.actor.organisation).await?;
    let seen = found.into_iter().filter(|it| caller.actor.scope.covers(it.desk));
    let count =
        |it: room::Count| Count { state: it.state, desk: it.desk, assignee: it.assignee, value: it.value };
    Ok(Json(Page::whole(seen.map(count).collect())))
}
