//! Requests for material: asked, accepted, delivered, kept or sent back. The same commands as the screen.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::asset::AssetFile;
use crate::api::body::{Body, Parameters, Path};
use crate::api::caller::Caller;
use crate::api::page::{self, Page};
use crate::api::problem::Result;
use crate::app::App;
use crate::command::asset::only;
use crate::command::request::{self as command, Delivery, Wanted};
use crate::id::{ColleagueId, LaunchId, PostId, RequestId};
use crate::rules::permission::Action;
use crate::rules::request::RequestStep;
use crate::store::request::{self as room, Delivered, Filter, Request};

/// Which requests.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RequestsAsked {
    /// Neither kept nor withdrawn.
    #[serde(default)]
    open: bool,
    /// Whose day has passed, while something is awaited of whoever was asked.
    #[serde(default)]
    late: bool,
    /// Asked by you, or of you.
    #[serde(default)]
    mine: bool,
    /// For this post.
    post: Option<PostId>,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// 1 to 200; 50 when it is left out.
    limit: Option<i64>,
}

/// A request with all that was delivered.
#[derive(Debug, Serialize, ToSchema)]
pub struct WholeRequest {
    /// The request.
    #[serde(flatten)]
    request: Request,
    /// The pictures that were delivered, the newest delivery first.
    pictures: Vec<Delivered>,
}

/// List the requests for material
///
/// What is due first comes first; somebody from outside and a creative see what is asked of them.
#[utoipa::path(get, path = "/requests", operation_id = "listRequests", tag = "library", params(RequestsAsked),
    responses((status = 200, description = "The requests.", body = Page<Request>)),
    extensions(("x-action" = json!(Action::ReadMaterial))))]
pub async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Parameters(asked): Parameters<RequestsAsked>,
) -> Result<Json<Page<Request>>> {
    let (limit, after) = (page::limit(asked.limit)?, page::cursor::<RequestId>(asked.cursor.as_deref())?);
    let filter = Filter {
        of: only(&caller.actor),
        mine: asked.mine.then_some(caller.actor.colleague),
        open: asked.open,
        awaited: asked.late,
        due: asked.late.then_some((0, app.now() + 1)),
        post: asked.post,
        after,
    };
    let mut conn = app.db.read().await?;
    let found = room::list(&mut conn, caller.actor.organisation, &filter, limit + 1).await?;
    Ok(Json(Page::cut(found, limit, |it| it.id.to_string(), |it| it)))
}

/// What is asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestAsked {
    /// In one line, 1 to 140 characters.
    title: String,
    /// What it shall show, and for whom.
    #[serde(default)]
    brief: String,
    /// `square`, `portrait`, `story`, `landscape`, `link` or `banner`; none for any.
    #[serde(default)]
    formats: Vec<String>,
    /// How many pictures, 1 to 8.
    #[serde(default = "one")]
    count: i64,
    /// When it has to be there (µs): ahead, and before the post leaves.
    due_at: i64,
    /// The post that it is for.
    post: Option<PostId>,
    /// The launch that it is for.
    launch: Option<LaunchId>,
    /// The post is held until it is kept.
    #[serde(default)]
    needed: bool,
    /// Who is asked.
    asked_of: ColleagueId,
}

fn one() -> i64 {
    1
}

/// What was asked.
#[derive(Debug, Serialize, ToSchema)]
pub struct SavedRequest {
    /// Its id.
    id: RequestId,
}

/// Ask somebody for material
///
/// 422 `request-past`, `request-after`, `request-contract`, … where days, people and posts don't go together.
#[utoipa::path(post, path = "/requests", operation_id = "askForMaterial", tag = "library", request_body = RequestAsked,
    responses((status = 201, description = "It is asked.", body = SavedRequest)),
    extensions(("x-action" = json!(Action::Schedule))))]
pub async fn ask(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(it): Body<RequestAsked>,
) -> Result<(StatusCode, Json<SavedRequest>)> {
    let wanted = Wanted {
        title: it.title,
        brief: it.brief,
        formats: it.formats,
        count: it.count,
        due_at: it.due_at,
        post: it.post,
        launch: it.launch,
        needed: it.needed,
        asked_of: it.asked_of,
    };
    let id = command::ask(&app, &caller.actor, &wanted).await?;
    Ok((StatusCode::CREATED, Json(SavedRequest { id })))
}

/// Get a request with what was delivered
#[utoipa::path(get, path = "/requests/{id}", operation_id = "getRequest", tag = "library",
    params(("id" = RequestId, Path, description = "Which request.")),
    responses((status = 200, description = "The request.", body = WholeRequest)),
    extensions(("x-action" = json!(Action::ReadMaterial))))]
pub async fn get(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<RequestId>,
) -> Result<Json<WholeRequest>> {
    let mut conn = app.db.read().await?;
    let request = command::load(&mut conn, &caller.actor, id, Action::ReadMaterial).await?;
    let pictures = room::pictures(&mut conn, caller.actor.organisation, id).await?;
    Ok(Json(WholeRequest { request, pictures }))
}

/// A step of a request.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestStepAsked {
    /// `accept` or `decline` by whoever was asked; `keep`, `send_back` or `withdraw` by who plans.
    step: RequestStep,
    /// The version that you saw (409 when somebody was first).
    version: i64,
    /// Why it is declined, or what is missing.
    #[serde(default)]
    reason: String,
}

/// Take a step of a request
///
/// To deliver has an endpoint of its own.
#[utoipa::path(post, path = "/requests/{id}/step", operation_id = "stepRequest", tag = "library",
    params(("id" = RequestId, Path, description = "Which request.")), request_body = RequestStepAsked,
    responses((status = 204, description = "It is taken.")),
    extensions(("x-action" = json!(Action::BringMaterial))))]
pub async fn step(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<RequestId>,
    Body(it): Body<RequestStepAsked>,
) -> Result<StatusCode> {
    command::take(&app, &caller.actor, id, it.step, (it.version, &it.reason)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What is delivered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeliveryAsked {
    /// The version of the request that you saw (409 when somebody was first).
    version: i64,
    /// What the pictures show, in French.
    #[serde(default)]
    alt_fr: String,
    /// What the pictures show, in English.
    #[serde(default)]
    alt_en: String,
    /// 1 to 8 pictures.
    pictures: Vec<AssetFile>,
}

/// Deliver pictures
///
/// They go into the library; those of a later delivery as newer files of the pictures before. By whoever was asked.
#[utoipa::path(post, path = "/requests/{id}/deliveries", operation_id = "deliverRequest", tag = "library",
    params(("id" = RequestId, Path, description = "Which request.")), request_body = DeliveryAsked,
    responses((status = 204, description = "They are delivered.")),
    extensions(("x-action" = json!(Action::BringMaterial))))]
pub async fn deliver(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<RequestId>,
    Body(it): Body<DeliveryAsked>,
) -> Result<StatusCode> {
    let pictures = it.pictures.into_iter().map(AssetFile::upload).collect::<Result<Vec<_>>>()?;
    let delivery = Delivery { version: it.version, alt_fr: it.alt_fr, alt_en: it.alt_en, pictures };
    command::deliver(&app, &caller.actor, id, &delivery).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The post that pictures were put into.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlacedRequest {
    /// The post.
    post: PostId,
}

/// Put what was kept into its post
///
/// What the post shows already isn't put there twice.
#[utoipa::path(post, path = "/requests/{id}/place", operation_id = "placeRequest", tag = "library",
    params(("id" = RequestId, Path, description = "Which request.")),
    responses((status = 200, description = "It goes with the post.", body = PlacedRequest)),
    extensions(("x-action" = json!(Action::Write))))]
pub async fn place(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<RequestId>,
) -> Result<Json<PlacedRequest>> {
    Ok(Json(PlacedRequest { post: command::place(&app, &caller.actor, id).await? }))
}
