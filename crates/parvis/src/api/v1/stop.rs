//! Everything stopped: whether it is, what that holds, and how it begins and ends.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::body::Body;
use crate::api::caller::Caller;
use crate::api::problem::{Result, Told};
use crate::app::App;
use crate::command::post::only;
use crate::command::stop as command;
use crate::rules::permission::Action;
use crate::store::post::{self, Filter, Post};
use crate::store::{self, stop::Stop};

/// Whether everything is stopped, and what that holds.
#[derive(Debug, Serialize, ToSchema)]
pub struct Held {
    /// The stop that is in force; `null` when nothing is stopped.
    stop: Option<Stop>,
    /// The posts that wait for a person to put them back.
    held: Vec<Post>,
}

/// See whether everything is stopped
#[utoipa::path(get, path = "/stop", operation_id = "getStop", tag = "posts",
    responses((status = 200, description = "The stop and what it holds.", body = Held)),
    extensions(("x-action" = json!(Action::ReadPosts))))]
pub async fn get(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<Held>> {
    let (actor, mut conn) = (&caller.actor, app.db.read().await?);
    let asked = Filter { only: only(actor), ..Filter::default() };
    let held = post::held(&mut conn, actor.organisation, &asked).await?;
    let stop = store::stop::current(&mut conn, actor.organisation).await?;
    Ok(Json(Held { stop, held }))
}

/// Why everything shall stop.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// 1 to 300 characters.
    reason: String,
}

/// Stop everything
///
/// Nothing scheduled leaves any more, on any node, from this moment on. Answers to people go on.
#[utoipa::path(post, path = "/stop", operation_id = "stopEverything", tag = "posts", request_body = Reason,
    responses((status = 204, description = "Everything is stopped."),
        (status = 409, description = "It was already.", body = Told, content_type = "application/problem+json")),
    extensions(("x-action" = json!(Action::Stop))))]
pub async fn begin(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(it): Body<Reason>,
) -> Result<StatusCode> {
    command::begin(&app, &caller.actor, &it.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lift the stop
///
/// Nothing leaves by that: each post that was held is put back by hand.
#[utoipa::path(delete, path = "/stop", operation_id = "liftStop", tag = "posts",
    responses((status = 204, description = "Nothing is stopped any more."),
        (status = 409, description = "Nothing was stopped.", body = Told, content_type = "application/problem+json")),
    extensions(("x-action" = json!(Action::Validate))))]
pub async fn lift(State(app): State<Arc<App>>, caller: Caller) -> Result<StatusCode> {
    command::lift(&app, &caller.actor).await?;
    Ok(StatusCode::NO_CONTENT)
}
