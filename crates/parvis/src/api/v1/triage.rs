//! Sorting: take, assign, hand over, snooze, close, reopen, urgent, merge. Each can be undone.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use super::Outcome;
use crate::api::body::{Body, Path};
use crate::api::caller::Caller;
use crate::api::problem::Result;
use crate::app::App;
use crate::command::triage;
use crate::id::{ColleagueId, ConversationId, DeskId};
use crate::rules::permission::Action;

/// Take a conversation
#[utoipa::path(post, path = "/conversations/{id}/take", operation_id = "takeConversation", tag = "triage",
    params(("id" = ConversationId, Path, description = "Which.")),
    responses((status = 200, description = "It is yours.", body = Outcome)),
    extensions(("x-action" = json!(Action::Triage))))]
pub async fn take(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<ConversationId>,
) -> Result<Json<Outcome>> {
    Ok(Json(triage::take(&app, &caller.actor, id).await?.into()))
}

/// To whom.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Assign {
    /// A colleague who sees its desk; `null` for nobody.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(required)]
    colleague: Option<ColleagueId>,
}

/// Assign a conversation
#[utoipa::path(post, path = "/conversations/{id}/assign", operation_id = "assignConversation", tag = "triage",
    params(("id" = ConversationId, Path, description = "Which.")), request_body = Assign,
    responses((status = 200, description = "It is theirs.", body = Outcome)),
    extensions(("x-action" = json!(Action::Triage))))]
pub async fn assign(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<ConversationId>,
    Body(to): Body<Assign>,
) -> Result<Json<Outcome>> {
    Ok(Json(triage::assign(&app, &caller.actor, id, to.colleague).await?.into()))
}

/// To whom, and what they should know.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HandOver {
    /// A desk; at least one of desk and colleague.
    desk: Option<DeskId>,
    /// A colleague who sees that desk.
    colleague: Option<ColleagueId>,
    /// What they should know; kept as an internal note.
    #[serde(default)]
    note: String,
}

/// Hand a conversation over
///
/// To another desk, a colleague, or both. The desk's clock runs from the member's message.
#[utoipa::path(post, path = "/conversations/{id}/hand-over", operation_id = "handOverConversation", tag = "triage",
    params(("id" = ConversationId, Path, description = "Which.")), request_body = HandOver,
    responses((status = 200, description = "It is theirs.", body = Outcome)),
    extensions(("x-action" = json!(Action::Triage))))]
pub async fn hand_over(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<ConversationId>,
    Body(to): Body<HandOver>,
) -> Result<Json<Outcome>> {
    let to = triage::HandOver { desk: to.desk, colleague: to.colleague, note: to.note };
    Ok(Json(triage::hand_over(&app, &caller.actor, id, to).await?.into()))
}

/// Until when.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Snooze {
    /// A time to come, within 400 days (µs).
    until: i64,
}

/// Snooze a conversation
///
/// It is put off until then, or until the member writes again.
#[utoipa::path(post, path = "/conversations/{id}/snooze", operation_id = "snoozeConversation", tag = "triage",
    params(("id" = ConversationId, Path, description = "Which.")), request_body = Snooze,
    responses((status = 200, description = "It is put off.", body = Outcome)),
    extensions(("x-action" = json!(Action::Triage))))]
pub async fn snooze(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<ConversationId>,
    Body(to): Body<Snooze>,
) -> Result<Json<Outcome>> {
    Ok(Json(triage::snooze(&app, &caller.actor, id, to.until).await?.into()))
}

/// Close a conversation
#[utoipa::path(post, path = "/conversations/{id}/close", operation_id = "closeConversation", tag = "triage",
    params(("id" = ConversationId, Path, description = "Which.")),
    responses((status = 200, description = "It is done.", body = Outcome)),
    extensions(("x-action" = json!(Action::Triage))))]
pub async fn close(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<ConversationId>,
) -> Result<Json<Outcome>> {
    Ok(Json(triage::close(&app, &caller.actor, id).await?.into()))
}

/// Reopen a conversation
///
/// It waits again; its clock runs from the member's last message.
#[utoipa::path(post, path = "/conversations/{id}/reopen", operation_id = "reopenConversation", tag = "triage",
    params(("id" = ConversationId, Path, description = "Which.")),
    responses((status = 200, description = "It waits again.", body = Outcome)),
    extensions(("x-action" = json!(Action::Triage))))]
pub async fn reopen(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<ConversationId>,
) -> Result<Json<Outcome>> {
    Ok(Json(triage::reopen(&app, &caller.actor, id).await?.into()))
}

/// Whether it goes before everything else.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Urgent {
    /// Before everything else, or no longer.
    urgent: bool,
}

/// Mark a conversation as urgent, or no longer
#[utoipa::path(post, path = "/conversations/{id}/urgent", operation_id = "markUrgent", tag = "triage",
    params(("id" = ConversationId, Path, description = "Which.")), request_body = Urgent,
    responses((status = 200, description = "It is marked.", body = Outcome)),
    extensions(("x-action" = json!(Action::Triage))))]
pub async fn mark_urgent(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<ConversationId>,
    Body(to): Body<Urgent>,
) -> Result<Json<Outcome>> {
    Ok(Json(triage::mark_urgent(&app, &caller.actor, id, to.urgent).await?.into()))
}

/// Into which.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Merge {
    /// Another conversation on the same channel.
    into: ConversationId,
}

/// Merge a conversation into another
///
/// Its messages are shown there, and what comes in later goes there.
#[utoipa::path(post, path = "/conversations/{id}/merge", operation_id = "mergeConversation", tag = "triage",
    params(("id" = ConversationId, Path, description = "The one that ends.")), request_body = Merge,
    responses((status = 200, description = "They are one; `conversation` is the one that stays.", body = Outcome)),
    extensions(("x-action" = json!(Action::Triage))))]
pub async fn merge(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<ConversationId>,
    Body(to): Body<Merge>,
) -> Result<Json<Outcome>> {
    Ok(Json(triage::merge(&app, &caller.actor, id, to.into).await?.into()))
}
