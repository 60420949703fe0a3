//! Drafts: what the caller is writing, kept on the server. Nobody else sees them.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::body::{Body, Path};
use crate::api::caller::Caller;
use crate::api::page::Page;
use crate::api::problem::Result;
use crate::app::App;
use crate::command;
use crate::id::ConversationId;
use crate::rules::permission::Action;
use crate::store;
use crate::store::view::Draft;

/// List your drafts in a conversation
#[utoipa::path(get, path = "/conversations/{id}/drafts", operation_id = "listDrafts", tag = "drafts",
    params(("id" = ConversationId, Path, description = "Which conversation.")),
    responses((status = 200, description = "At most one per mode, newest first.", body = Page<Draft>)),
    extensions(("x-action" = json!(Action::Read))))]
pub async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<ConversationId>,
) -> Result<Json<Page<Draft>>> {
    let actor = &caller.actor;
    let mut conn = app.db.read().await?;
    let it = command::load(&mut conn, actor, id, Action::Read).await?;
    let found = store::view::drafts(&mut conn, actor.organisation, it.id, actor.colleague).await?;
    Ok(Json(Page::whole(found)))
}

/// What stands there.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftText {
    /// At most 64 KiB; an empty text drops the draft.
    text: String,
}

/// Keep a draft
#[utoipa::path(put, path = "/conversations/{id}/drafts/{mode}", operation_id = "saveDraft", tag = "drafts",
    params(("id" = ConversationId, Path, description = "Which conversation."),
        ("mode" = String, Path, description = "`public`, `direct` or `note`.")),
    request_body = DraftText, responses((status = 204, description = "It is kept.")),
    extensions(("x-action" = json!(Action::Note))))]
pub async fn save(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((id, mode)): Path<(ConversationId, String)>,
    Body(kept): Body<DraftText>,
) -> Result<StatusCode> {
    command::draft::save(&app, &caller.actor, id, &mode, &kept.text).await?;
    Ok(StatusCode::NO_CONTENT)
}
