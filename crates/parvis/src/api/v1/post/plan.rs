//! The hour for which a post is meant before it is scheduled.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::body::{Body, Path};
use crate::api::caller::Caller;
use crate::api::problem::Result;
use crate::app::App;
use crate::command::post as command;
use crate::id::PostId;
use crate::rules::permission::Action;

/// When a post shall leave.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Due {
    /// The hour (µs); `null` for none.
    at: Option<i64>,
}

/// Say for when a post is meant
///
/// For posts that aren't scheduled yet: it stands on the calendar, and nothing leaves by it.
#[utoipa::path(put, path = "/posts/{id}/due", operation_id = "planPost", tag = "posts",
    params(("id" = PostId, Path, description = "Which post.")), request_body = Due,
    responses((status = 204, description = "It stands on the calendar.")),
    extensions(("x-action" = json!(Action::Schedule))))]
pub async fn plan(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<PostId>,
    Body(it): Body<Due>,
) -> Result<StatusCode> {
    command::plan::plan(&app, &caller.actor, id, it.at).await?;
    Ok(StatusCode::NO_CONTENT)
}
