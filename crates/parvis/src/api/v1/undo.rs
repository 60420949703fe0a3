//! Undo: takes back what the caller did, as long as nobody has changed it since.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use super::Outcome;
use crate::api::body::Path;
use crate::api::caller::Caller;
use crate::api::problem::{Result, Told};
use crate::app::App;
use crate::command::undo;
use crate::id::JournalId;
use crate::rules::permission::Action;

/// Undo your last change
///
/// The newest that can still be undone, at most twenty back.
#[utoipa::path(post, path = "/undo", operation_id = "undoLast", tag = "undo",
    responses((status = 200, description = "It is undone.", body = Outcome),
        (status = 409, description = "Changed since.", body = Told, content_type = "application/problem+json")),
    extensions(("x-action" = json!(Action::Note))))]
pub async fn last(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<Outcome>> {
    Ok(Json(undo::last(&app, &caller.actor).await?.into()))
}

/// Undo one change of yours
#[utoipa::path(post, path = "/undo/{journal}", operation_id = "undoOne", tag = "undo",
    params(("journal" = JournalId, Path, description = "As the change gave it.")),
    responses((status = 200, description = "It is undone.", body = Outcome),
        (status = 409, description = "Changed since.", body = Told, content_type = "application/problem+json")),
    extensions(("x-action" = json!(Action::Note))))]
pub async fn one(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(journal): Path<JournalId>,
) -> Result<Json<Outcome>> {
    Ok(Json(undo::undo(&app, &caller.actor, journal).await?.into()))
}
