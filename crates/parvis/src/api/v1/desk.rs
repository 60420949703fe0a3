//! Desks: the teams that conversations are routed to, and how fast each answers.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::body::{Body, Path};
use crate::api::caller::Caller;
use crate::api::page::Page;
use crate::api::problem::{Problem, Result, Told};
use crate::app::App;
use crate::command;
use crate::command::desk::{Change, Uses};
use crate::id::DeskId;
use crate::rules::hours::Hours;
use crate::rules::permission::Action;
use crate::store;
use crate::store::desk::Desk;

/// List desks
///
/// Those that you see; closed ones too, since their history keeps their names.
#[utoipa::path(get, path = "/desks", operation_id = "listDesks", tag = "desks",
    responses((status = 200, description = "In their order.", body = Page<Desk>)),
    extensions(("x-action" = json!(Action::Read))))]
pub async fn list(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<Page<Desk>>> {
    let mut found = store::desk::list(&mut app.db.read().await?, caller.actor.organisation).await?;
    found.retain(|it| caller.actor.scope.covers(it.id));
    Ok(Json(Page::whole(found)))
}

/// Get a desk
#[utoipa::path(get, path = "/desks/{id}", operation_id = "getDesk", tag = "desks",
    params(("id" = DeskId, Path, description = "Which.")),
    responses((status = 200, description = "The desk.", body = Desk)),
    extensions(("x-action" = json!(Action::Read))))]
pub async fn get(State(app): State<Arc<App>>, caller: Caller, Path(id): Path<DeskId>) -> Result<Json<Desk>> {
    let found = store::desk::get(&mut app.db.read().await?, caller.actor.organisation, id).await?;
    let found = found.filter(|it| caller.actor.scope.covers(it.id));
    Ok(Json(found.ok_or_else(Problem::not_found)?))
}

/// What changes; what is left out stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeskChange {
    /// Its name, 1 to 60 characters.
    name: Option<String>,
    /// First answer within (µs): one minute to thirty days.
    answer_within: Option<i64>,
    /// The same for what is urgent, counted day and night; `null`: as everything else.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<i64>)]
    urgent_within: Option<Option<i64>>,
    /// The hours in which it works, on the organisation's clock; an empty list: day and night.
    hours: Option<Hours>,
}

/// Tells `null` from what is left out.
fn said<'de, D: serde::Deserializer<'de>>(it: D) -> std::result::Result<Option<Option<i64>>, D::Error> {
    Option::deserialize(it).map(Some)
}

impl From<DeskChange> for Change {
    fn from(it: DeskChange) -> Self {
        let DeskChange { name, answer_within, urgent_within, hours } = it;
        Self { name, answer_within, urgent_within, hours }
    }
}

/// Make a desk
///
/// For a subject; the last of the list.
#[utoipa::path(post, path = "/desks", operation_id = "makeDesk", tag = "desks", request_body = DeskChange,
    responses((status = 201, description = "The desk.", body = Desk)),
    extensions(("x-action" = json!(Action::ManageChannels))))]
pub async fn make(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(said): Body<DeskChange>,
) -> Result<(StatusCode, Json<Desk>)> {
    let it = command::desk::make(&app, &caller.actor, said.into()).await?;
    Ok((StatusCode::CREATED, Json(it)))
}

/// Change a desk
#[utoipa::path(patch, path = "/desks/{id}", operation_id = "changeDesk", tag = "desks",
    params(("id" = DeskId, Path, description = "Which.")), request_body = DeskChange,
    responses((status = 200, description = "The desk as it stands now.", body = Desk)),
    extensions(("x-action" = json!(Action::ManageChannels))))]
pub async fn change(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<DeskId>,
    Body(to): Body<DeskChange>,
) -> Result<Json<Desk>> {
    let it = command::desk::change(&app, &caller.actor, id, to.into()).await?;
    Ok(Json(it))
}

/// Who takes over.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Closing {
    /// The open desk that takes what isn't done, what points at this one, and what is begun anew.
    successor: DeskId,
    /// Whether those who work at this desk work at the other from then on.
    #[serde(default)]
    people: bool,
}

/// What points at a desk
///
/// What closing it leads to another desk.
#[utoipa::path(get, path = "/desks/{id}/uses", operation_id = "getDeskUses", tag = "desks",
    params(("id" = DeskId, Path, description = "Which.")),
    responses((status = 200, description = "What stands at it and what points at it.", body = Uses)),
    extensions(("x-action" = json!(Action::ManageChannels))))]
pub async fn uses(State(app): State<Arc<App>>, caller: Caller, Path(id): Path<DeskId>) -> Result<Json<Uses>> {
    Ok(Json(command::desk::uses(&mut app.db.read().await?, &caller.actor, id).await?))
}

/// Close a desk
///
/// What isn't done goes to another desk, and so do its channels, saved views and destinations. What was done there keeps its name.
#[utoipa::path(post, path = "/desks/{id}/close", operation_id = "closeDesk", tag = "desks", request_body = Closing,
    params(("id" = DeskId, Path, description = "Which.")),
    responses((status = 200, description = "The desk, closed.", body = Desk),
        (status = 409, description = "It is closed already.", body = Told, content_type = "application/problem+json")),
    extensions(("x-action" = json!(Action::ManageChannels))))]
pub async fn close(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<DeskId>,
    Body(how): Body<Closing>,
) -> Result<Json<Desk>> {
    Ok(Json(command::desk::close(&app, &caller.actor, id, how.successor, how.people).await?))
}

/// Open a desk again
///
/// What went elsewhere stays there until somebody brings it back.
#[utoipa::path(post, path = "/desks/{id}/open", operation_id = "openDesk", tag = "desks",
    params(("id" = DeskId, Path, description = "Which.")),
    responses((status = 200, description = "The desk, open.", body = Desk),
        (status = 409, description = "It is open already.", body = Told, content_type = "application/problem+json")),
    extensions(("x-action" = json!(Action::ManageChannels))))]
pub async fn open(State(app): State<Arc<App>>, caller: Caller, Path(id): Path<DeskId>) -> Result<Json<Desk>> {
    Ok(Json(command::desk::open(&app, &caller.actor, id).await?))
}
