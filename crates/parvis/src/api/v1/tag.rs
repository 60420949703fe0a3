//! Tags: the organisation's labels, put on conversations and taken off.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use super::Outcome;
use crate::api::body::{Body, Path};
use crate::api::caller::Caller;
use crate::api::page::Page;
use crate::api::problem::Result;
use crate::app::App;
use crate::command::triage;
use crate::id::{ConversationId, TagId};
use crate::rules::permission::Action;
use crate::store;
use crate::store::tag::Tag;

/// List tags
#[utoipa::path(get, path = "/tags", operation_id = "listTags", tag = "tags",
    responses((status = 200, description = "All of them, by name.", body = Page<Tag>)),
    extensions(("x-action" = json!(Action::Read))))]
pub async fn list(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<Page<Tag>>> {
    let found = store::tag::list(&mut app.db.read().await?, caller.actor.organisation).await?;
    Ok(Json(Page::whole(found)))
}

/// Which tag.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Put {
    /// Its name, 1 to 60 characters; made when no tag has it.
    name: String,
}

/// Put a tag on a conversation
#[utoipa::path(post, path = "/conversations/{id}/tags", operation_id = "tagConversation", tag = "tags",
    params(("id" = ConversationId, Path, description = "Which.")), request_body = Put,
    responses((status = 200, description = "It carries the tag.", body = Outcome)),
    extensions(("x-action" = json!(Action::Triage))))]
pub async fn put(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<ConversationId>,
    Body(to): Body<Put>,
) -> Result<Json<Outcome>> {
    Ok(Json(triage::tag(&app, &caller.actor, id, &to.name).await?.into()))
}

/// Take a tag off a conversation
#[utoipa::path(delete, path = "/conversations/{id}/tags/{tag}", operation_id = "untagConversation", tag = "tags",
    params(("id" = ConversationId, Path, description = "Which."), ("tag" = TagId, Path, description = "Which tag.")),
    responses((status = 200, description = "It no longer carries the tag.", body = Outcome)),
    extensions(("x-action" = json!(Action::Triage))))]
pub async fn take(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((id, tag)): Path<(ConversationId, TagId)>,
) -> Result<Json<Outcome>> {
    Ok(Json(triage::untag(&app, &caller.actor, id, tag).await?.into()))
}
