//! The fast lane: what the organisation says of it, taking it, reading for it, and looking at it afterwards.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Whole, whole};
use crate::api::body::{Body, Path};
use crate::api::caller::Caller;
use crate::api::page::Page;
use crate::api::problem::Result;
use crate::app::App;
use crate::command::post as posts;
use crate::command::post::fast::{self as command, lane, review};
use crate::id::{FastId, PostId};
use crate::rules::fast::FastLane;
use crate::rules::permission::Action;
use crate::store::fast::{self as room, Ask, Fast};

/// See what the fast lane is
#[utoipa::path(get, path = "/posts/fast-lane", operation_id = "getFastLane", tag = "posts",
    responses((status = 200, description = "To whom it is open, for what, and who reads.", body = FastLane)),
    extensions(("x-action" = json!(Action::ReadPosts))))]
pub async fn get(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<FastLane>> {
    Ok(Json(lane::lane(&mut app.db.read().await?, caller.actor.organisation).await?))
}

/// Say what the fast lane is
#[utoipa::path(put, path = "/posts/fast-lane", operation_id = "setFastLane", tag = "posts", request_body = FastLane,
    responses((status = 204, description = "It holds from now on.")),
    extensions(("x-action" = json!(Action::Validate))))]
pub async fn set(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(it): Body<FastLane>,
) -> Result<StatusCode> {
    lane::set(&app, &caller.actor, it).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Why it is urgent.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rush {
    /// At most 4,000 characters; may be empty where it was said when the words were begun.
    #[serde(default)]
    why: String,
    /// The lines of the checklist that you have read: `facts`, `links`, `alt`, `charter`.
    #[serde(default)]
    ticks: Vec<String>,
}

/// Take the fast lane
///
/// An idea goes straight to its words; words are put before the first reader on duty, and leave soon after their yes. 422
/// `fast` says to what the lane is closed, `post` what is missing.
#[utoipa::path(post, path = "/posts/{id}/fast", operation_id = "rushPost", tag = "posts",
    params(("id" = PostId, Path, description = "Which post.")), request_body = Rush,
    responses((status = 200, description = "The post, one step on.", body = Whole)),
    extensions(("x-action" = json!(Action::Write))))]
pub async fn rush(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<PostId>,
    Body(it): Body<Rush>,
) -> Result<Json<Whole>> {
    command::rush(&app, &caller.actor, id, &it.why, &it.ticks).await?;
    Ok(Json(whole(&app, &caller, id, Action::Write).await?))
}

/// A try at the fast lane, with who was asked.
#[derive(Debug, Serialize, ToSchema)]
pub struct Try {
    /// The try.
    #[serde(flatten)]
    fast: Fast,
    /// The readers, in the order in which they were asked.
    asked: Vec<Ask>,
}

/// See a post's tries at the fast lane
#[utoipa::path(get, path = "/posts/{id}/fast", operation_id = "listPostTries", tag = "posts",
    params(("id" = PostId, Path, description = "Which post.")),
    responses((status = 200, description = "Newest first, at most 50.", body = Page<Try>)),
    extensions(("x-action" = json!(Action::ReadPosts))))]
pub async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<PostId>,
) -> Result<Json<Page<Try>>> {
    let (house, mut conn) = (caller.actor.organisation, app.db.read().await?);
    posts::load(&mut conn, &caller.actor, id, Action::ReadPosts).await?;
    let mut all = Vec::new();
    for fast in room::of_post(&mut conn, house, id).await? {
        all.push(Try { asked: room::asks(&mut conn, house, fast.id).await?, fast });
    }
    Ok(Json(Page::whole(all)))
}

/// Take back what is about to leave by the fast lane
#[utoipa::path(delete, path = "/posts/{id}/fast", operation_id = "recallPost", tag = "posts",
    params(("id" = PostId, Path, description = "Which post.")),
    responses((status = 200, description = "The post, which doesn't leave.", body = Whole)),
    extensions(("x-action" = json!(Action::Propose))))]
pub async fn recall(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<PostId>,
) -> Result<Json<Whole>> {
    command::recall(&app, &caller.actor, id).await?;
    Ok(Json(whole(&app, &caller, id, Action::Propose).await?))
}

/// List what waits for your second look
#[utoipa::path(get, path = "/fast", operation_id = "listFastWaiting", tag = "posts",
    responses((status = 200, description = "The oldest first.", body = Page<Fast>)),
    extensions(("x-action" = json!(Action::Look))))]
pub async fn waiting(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<Page<Fast>>> {
    let mut conn = app.db.read().await?;
    Ok(Json(Page::whole(room::waiting(&mut conn, caller.actor.organisation, caller.actor.colleague).await?)))
}

/// A reader's yes.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Yes {
    /// The lines of the checklist that you have read and nobody had ticked.
    #[serde(default)]
    ticks: Vec<String>,
}

/// Say yes to what the fast lane put before you
///
/// It leaves after the lane's delay, in which it can be taken back.
#[utoipa::path(post, path = "/fast/{id}/yes", operation_id = "approveFast", tag = "posts",
    params(("id" = FastId, Path, description = "Which try.")), request_body = Yes,
    responses((status = 200, description = "The post, which leaves soon.", body = Whole)),
    extensions(("x-action" = json!(Action::Look))))]
pub async fn approve(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<FastId>,
    Body(it): Body<Yes>,
) -> Result<Json<Whole>> {
    let post = command::approve(&app, &caller.actor, id, &it.ticks).await?;
    Ok(Json(whole(&app, &caller, post.id, Action::Look).await?))
}

/// A reader's no.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct No {
    /// What is wrong: 1 to 4,000 characters.
    reason: String,
}

/// Say no to what the fast lane put before you
#[utoipa::path(post, path = "/fast/{id}/no", operation_id = "declineFast", tag = "posts",
    params(("id" = FastId, Path, description = "Which try.")), request_body = No,
    responses((status = 200, description = "The post, back with its author.", body = Whole)),
    extensions(("x-action" = json!(Action::Look))))]
pub async fn decline(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<FastId>,
    Body(it): Body<No>,
) -> Result<Json<Whole>> {
    let post = command::decline(&app, &caller.actor, id, &it.reason).await?;
    Ok(Json(whole(&app, &caller, post.id, Action::Look).await?))
}

/// What left by the fast lane.
#[derive(Debug, Serialize, ToSchema)]
pub struct Reviews {
    /// What nobody has looked at since, the oldest first.
    open: Vec<Fast>,
    /// What somebody has, the latest first, at most 50.
    done: Vec<Fast>,
    /// Its share of each of the last six months, this one first.
    shares: Vec<review::Share>,
}

/// See what left by the fast lane, and how much it was
#[utoipa::path(get, path = "/fast/reviews", operation_id = "listFastReviews", tag = "posts",
    responses((status = 200, description = "What waits to be looked at, what was, and the shares.", body = Reviews)),
    extensions(("x-action" = json!(Action::Look))))]
pub async fn reviews(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<Reviews>> {
    let (house, mut conn) = (caller.actor.organisation, app.db.read().await?);
    Ok(Json(Reviews {
        open: room::unreviewed(&mut conn, house).await?,
        done: room::reviewed(&mut conn, house).await?,
        shares: review::shares(&mut conn, house, app.now()).await?,
    }))
}

/// What there is to say of it.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Word {
    /// At most 4,000 characters; may be empty.
    #[serde(default)]
    word: String,
}

/// Note that you have looked at what left by the fast lane
///
/// For whoever has the last word, and the referent; who asked for the lane looks only where nobody else could.
#[utoipa::path(post, path = "/fast/{id}/review", operation_id = "reviewFast", tag = "posts",
    params(("id" = FastId, Path, description = "Which try.")), request_body = Word,
    responses((status = 200, description = "It was looked at.", body = Fast)),
    extensions(("x-action" = json!(Action::Look))))]
pub async fn review(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<FastId>,
    Body(it): Body<Word>,
) -> Result<Json<Fast>> {
    Ok(Json(review::review(&app, &caller.actor, id, &it.word).await?))
}
