//! Alerts: what is out of the ordinary, with its evidence; seen and closed.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::body::{Body, Parameters, Path};
use crate::api::caller::Caller;
use crate::api::page::{self, Page};
use crate::api::problem::{Problem, Result};
use crate::app::App;
use crate::command::alert as command;
use crate::id::{AlertId, ColleagueId, OrganisationId};
use crate::rules::permission::Action;
use crate::store::Conn;
use crate::store::alert::{self as room, Evidence, Kind, Subject};

/// Something out of the ordinary. Times are microseconds since 1970, UTC.
#[derive(Debug, Serialize, ToSchema)]
pub struct Alert {
    /// Its id.
    id: AlertId,
    /// What.
    kind: Kind,
    /// Where it was seen first.
    subject: Subject,
    /// Everywhere it shows.
    signals: Vec<Signal>,
    /// How often it was told: more than once when it has become many times worse.
    level: i64,
    /// When it began.
    began_at: i64,
    /// When it was told.
    opened_at: i64,
    /// When it was over; `null` while it is open.
    closed_at: Option<i64>,
    /// `usual` (by itself), `handled`, `false`, or `gone` (its watch or channel was stopped).
    closed_why: Option<String>,
    /// Who closed it; `null` for Parvis.
    closed_by: Option<ColleagueId>,
    /// Who has seen it.
    seen: Vec<Seen>,
    /// Why it was told.
    evidence: Evidence,
}

/// Where an alert shows.
#[derive(Debug, Serialize, ToSchema)]
pub struct Signal {
    /// What.
    kind: Kind,
    /// In what.
    subject: Subject,
    /// Since when.
    seen_at: i64,
    /// Until when; `null` while it lasts.
    ended_at: Option<i64>,
}

/// Who has seen an alert.
#[derive(Debug, Serialize, ToSchema)]
pub struct Seen {
    /// Who.
    colleague: ColleagueId,
    /// When.
    at: i64,
}

async fn whole(conn: &mut Conn, house: OrganisationId, it: room::Alert) -> Result<Alert> {
    let signals = room::signals_of(conn, house, it.id).await?;
    let seen = room::seen(conn, house, it.id).await?;
    let (closed_at, closed_why, closed_by) = match it.closed {
        Some(closed) => (Some(closed.at), Some(closed.why), closed.by),
        None => (None, None, None),
    };
    let signal = |it: room::Signal| Signal {
        kind: it.kind,
        subject: it.subject,
        seen_at: it.seen_at,
        ended_at: it.ended_at,
    };
    Ok(Alert {
        id: it.id,
        kind: it.kind,
        subject: it.subject,
        signals: signals.into_iter().map(signal).collect(),
        level: it.level,
        began_at: it.began_at,
        opened_at: it.opened_at,
        closed_at,
        closed_why,
        closed_by,
        seen: seen.into_iter().map(|(colleague, at)| Seen { colleague, at }).collect(),
        evidence: it.evidence,
    })
}

/// Which alerts.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// `open` (all of them on one page) or `closed`.
    #[serde(default)]
    state: Option<String>,
    /// How many, 1 to 200; 50 when absent.
    limit: Option<i64>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// List alerts
#[utoipa::path(get, path = "/alerts", operation_id = "listAlerts", tag = "alerts", params(Asked),
    responses((status = 200, description = "Those that are for your eyes, the newest first.", body = Page<Alert>)),
    extensions(("x-action" = json!(Action::Read))))]
pub async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Parameters(asked): Parameters<Asked>,
) -> Result<Json<Page<Alert>>> {
    let (actor, house) = (&caller.actor, caller.actor.organisation);
    let mut conn = app.db.read().await?;
    let (limit, last) = (page::limit(asked.limit)?, page::cursor::<AlertId>(asked.cursor.as_deref())?);
    let (found, next) = match asked.state.as_deref() {
        None | Some("open") => (command::open(&mut conn, actor).await?, None),
        Some("closed") => {
            let last = match last {
                Some(id) => room::get(&mut conn, house, id).await?.map(|it| (it.opened_at, it.id)),
                None => None,
            };
            let mut found = room::closed(&mut conn, house, last, limit + 1).await?;
            let more = i64::try_from(found.len()).is_ok_and(|count| count > limit);
            found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
            let next = found.last().filter(|_| more).map(|it| it.id.to_string());
            (command::seen_of(&mut conn, actor, found).await?, next)
        }
        Some(_) => {
            return Err(Problem::parameter("state", "The state is open or closed.".to_owned()));
        }
    };
    let mut items = Vec::with_capacity(found.len());
    for it in found {
        items.push(whole(&mut conn, house, it).await?);
    }
    Ok(Json(Page { items, next }))
}

/// Read an alert
#[utoipa::path(get, path = "/alerts/{id}", operation_id = "getAlert", tag = "alerts",
    params(("id" = AlertId, Path, description = "Which alert.")),
    responses((status = 200, description = "With its evidence; the messages are read by their ids.", body = Alert)),
    extensions(("x-action" = json!(Action::Read))))]
pub async fn get(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<AlertId>,
) -> Result<Json<Alert>> {
    let mut conn = app.db.read().await?;
    let it = command::load(&mut conn, &caller.actor, id).await?;
    Ok(Json(whole(&mut conn, caller.actor.organisation, it).await?))
}

/// Say that you have seen an alert
#[utoipa::path(post, path = "/alerts/{id}/see", operation_id = "seeAlert", tag = "alerts",
    params(("id" = AlertId, Path, description = "Which alert.")),
    responses((status = 204, description = "It is noted; a second time changes nothing.")),
    extensions(("x-action" = json!(Action::Note))))]
pub async fn see(State(app): State<Arc<App>>, caller: Caller, Path(id): Path<AlertId>) -> Result<StatusCode> {
    command::see(&app, &caller.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Why an alert is closed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Why {
    /// `handled`, or `false` for a false alarm.
    why: String,
}

/// Close an alert
#[utoipa::path(post, path = "/alerts/{id}/close", operation_id = "closeAlert", tag = "alerts", request_body = Why,
    params(("id" = AlertId, Path, description = "Which alert.")),
    responses((status = 204, description = "It is closed; what lasts isn't told again.")),
    extensions(("x-action" = json!(Action::Note))))]
pub async fn close(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<AlertId>,
    Body(it): Body<Why>,
) -> Result<StatusCode> {
    command::close(&app, &caller.actor, id, &it.why).await?;
    Ok(StatusCode::NO_CONTENT)
}
