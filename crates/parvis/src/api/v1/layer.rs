//! Calendars of others that are shown on ours.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::body::{Body, Parameters, Path};
use crate::api::caller::Caller;
use crate::api::page::Page;
use crate::api::problem::{Problem, Result};
use crate::app::App;
use crate::clock::DAY;
use crate::command::layer::{self as command, Source, Wanted};
use crate::id::LayerId;
use crate::rules::layer::{BYTES, Event};
use crate::rules::permission::Action;
use crate::store::layer::{self as room, Layer};

/// Bytes of a request with a file at most: as JSON it may be written twice as long.
pub const LIMIT: usize = 2 * BYTES + 64 * 1024;
/// Events of one answer at most.
const MOST: i64 = 2_000;
/// The longest time that events are asked for (µs).
const LONGEST: i64 = 500 * DAY;

/// A calendar of others.
#[derive(Debug, Serialize, ToSchema)]
pub struct CalendarLayer {
    /// Its id.
    id: LayerId,
    /// What the house calls it.
    name: String,
    /// The icon before its events.
    mark: String,
    /// The host of its address, which itself isn't told; empty for a file.
    host: String,
    /// When it was asked last (µs).
    tried_at: Option<i64>,
    /// When that last went well (µs).
    read_at: Option<i64>,
    /// Why it didn't, the last time: `unreachable`, `refused`, `gone`, `forbidden`, `no-calendar`, `large` or `sealed`.
    error: Option<String>,
    /// Events that were read in part or not at all.
    unread: i64,
    /// There were more than 2,000 events.
    cut: bool,
    /// You don't want to see it.
    hidden: bool,
}

/// A calendar to show.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCalendarLayer {
    /// What the house calls it: 1 to 60 characters.
    name: String,
    /// `cal`, `globe`, `users`, `star`, `book` or `brief`.
    mark: String,
    /// An iCalendar address (`https://`, `webcal://`) that is asked every hour.
    address: Option<String>,
    /// Or an iCalendar file as text, at most 2 MiB.
    file: Option<String>,
}

impl From<NewCalendarLayer> for Wanted {
    fn from(it: NewCalendarLayer) -> Self {
        let file = it.file.map(|text| Source::File(text.into_bytes()));
        Self { name: it.name, mark: it.mark, source: it.address.map(Source::Address).or(file) }
    }
}

/// Something that takes place elsewhere.
#[derive(Debug, Serialize, ToSchema)]
pub struct CalendarLayerEvent {
    /// When it begins (µs).
    starts_at: i64,
    /// When it ends (µs).
    ends_at: i64,
    /// Whole days of the organisation's clock.
    is_day: bool,
    /// What; may be empty.
    title: String,
    /// Where; may be empty.
    place: String,
}

async fn all(app: &App, caller: &Caller) -> Result<Vec<CalendarLayer>> {
    let actor = &caller.actor;
    let mut conn = app.db.read().await?;
    let hidden = room::hidden(&mut conn, actor.organisation, actor.colleague).await?;
    let shown = |it: Layer| CalendarLayer {
        hidden: hidden.contains(&it.id),
        id: it.id,
        name: it.name,
        mark: it.mark,
        host: it.host,
        tried_at: it.tried_at,
        read_at: it.read_at,
        error: it.error,
        unread: it.unread,
        cut: it.cut,
    };
    Ok(room::list(&mut conn, actor.organisation).await?.into_iter().map(shown).collect())
}

async fn one(app: &App, caller: &Caller, id: LayerId) -> Result<CalendarLayer> {
    let found = all(app, caller).await?.into_iter().find(|it| it.id == id);
    found.ok_or_else(Problem::not_found)
}

/// List the calendars of others that are shown on ours
#[utoipa::path(get, path = "/calendars", operation_id = "listCalendars", tag = "calendars",
    responses((status = 200, description = "By name, at most twenty.", body = Page<CalendarLayer>)),
    extensions(("x-action" = json!(Action::ReadLaunches))))]
pub async fn list(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<Page<CalendarLayer>>> {
    Ok(Json(Page::whole(all(&app, &caller).await?)))
}

/// Show a calendar of others
///
/// An address is read in the background: `read_at` and `error` say how that went.
#[utoipa::path(post, path = "/calendars", operation_id = "addCalendar", tag = "calendars", request_body = NewCalendarLayer,
    responses((status = 201, description = "It is shown.", body = CalendarLayer)),
    extensions(("x-action" = json!(Action::Schedule))))]
pub async fn add(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(it): Body<NewCalendarLayer>,
) -> Result<(StatusCode, Json<CalendarLayer>)> {
    let id = command::add(&app, &caller.actor, &it.into()).await?;
    Ok((StatusCode::CREATED, Json(one(&app, &caller, id).await?)))
}

/// Read one
#[utoipa::path(get, path = "/calendars/{id}", operation_id = "getCalendar", tag = "calendars",
    params(("id" = LayerId, Path, description = "Which calendar.")),
    responses((status = 200, description = "The calendar.", body = CalendarLayer)),
    extensions(("x-action" = json!(Action::ReadLaunches))))]
pub async fn get(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<LayerId>,
) -> Result<Json<CalendarLayer>> {
    one(&app, &caller, id).await.map(Json)
}

/// Rename it, mark it otherwise, or have it come from elsewhere
///
/// Without `address` and `file` it comes from where it came.
#[utoipa::path(put, path = "/calendars/{id}", operation_id = "changeCalendar", tag = "calendars",
    params(("id" = LayerId, Path, description = "Which calendar.")), request_body = NewCalendarLayer,
    responses((status = 204, description = "It is so.")),
    extensions(("x-action" = json!(Action::Schedule))))]
pub async fn change(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<LayerId>,
    Body(it): Body<NewCalendarLayer>,
) -> Result<StatusCode> {
    command::change(&app, &caller.actor, id, &it.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take it out
#[utoipa::path(delete, path = "/calendars/{id}", operation_id = "removeCalendar", tag = "calendars",
    params(("id" = LayerId, Path, description = "Which calendar.")),
    responses((status = 204, description = "It is shown no more.")),
    extensions(("x-action" = json!(Action::Schedule))))]
pub async fn remove(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<LayerId>,
) -> Result<StatusCode> {
    command::remove(&app, &caller.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Have its address asked now
#[utoipa::path(post, path = "/calendars/{id}/read", operation_id = "readCalendar", tag = "calendars",
    params(("id" = LayerId, Path, description = "Which calendar.")),
    responses((status = 202, description = "It will be, in a moment.")),
    extensions(("x-action" = json!(Action::Schedule))))]
pub async fn read(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<LayerId>,
) -> Result<StatusCode> {
    command::read_now(&app, &caller.actor, id).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Hide it from yourself
#[utoipa::path(put, path = "/calendars/{id}/hidden", operation_id = "hideCalendar", tag = "calendars",
    params(("id" = LayerId, Path, description = "Which calendar.")),
    responses((status = 204, description = "Your calendar doesn't show it.")),
    extensions(("x-action" = json!(Action::ReadLaunches))))]
pub async fn hide(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<LayerId>,
) -> Result<StatusCode> {
    command::set_hidden(&app, &caller.actor, id, true).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Show it to yourself again
#[utoipa::path(delete, path = "/calendars/{id}/hidden", operation_id = "showCalendar", tag = "calendars",
    params(("id" = LayerId, Path, description = "Which calendar.")),
    responses((status = 204, description = "Your calendar shows it.")),
    extensions(("x-action" = json!(Action::ReadLaunches))))]
pub async fn show(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<LayerId>,
) -> Result<StatusCode> {
    command::set_hidden(&app, &caller.actor, id, false).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Of which time.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// From then on (µs).
    from: i64,
    /// Before then (µs); at most 500 days later.
    until: i64,
}

/// List what takes place in it
#[utoipa::path(get, path = "/calendars/{id}/events", operation_id = "listCalendarEvents", tag = "calendars",
    params(("id" = LayerId, Path, description = "Which calendar."), Asked),
    responses((status = 200, description = "In their order, at most 2,000.", body = Page<CalendarLayerEvent>)),
    extensions(("x-action" = json!(Action::ReadLaunches))))]
pub async fn events(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<LayerId>,
    Parameters(asked): Parameters<Asked>,
) -> Result<Json<Page<CalendarLayerEvent>>> {
    let _seen = one(&app, &caller, id).await?;
    let until = asked.until.min(asked.from.saturating_add(LONGEST));
    let mut conn = app.db.read().await?;
    let found = room::events(&mut conn, caller.actor.organisation, id, (asked.from, until), MOST).await?;
    let event = |it: Event| CalendarLayerEvent {
        starts_at: it.starts_at,
        ends_at: it.ends_at,
        is_day: it.is_day,
        title: it.title,
        place: it.place,
    };
    Ok(Json(Page::whole(found.into_iter().map(event).collect())))
}
