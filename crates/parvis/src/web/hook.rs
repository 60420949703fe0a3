//! `POST /hooks/{channel}`: what other programs push to us. Open to everybody, so nothing is believed: how much and
//! how often is bounded first, then the network's room verifies the signature, and only what is proved is kept. The
//! answer comes after the commit: who gets 2xx need not send it again.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Extension, Path, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use parvis_channels::{Delivery, Undelivered};
use serde_json::json;

use super::Route;
use super::attempt::{Attempts, HOOK, HOOK_ADDRESS};
use super::device::Device;
use crate::account;
use crate::app::App;
use crate::id::ChannelId;
use crate::intake::receive::{Taken, receive};
use crate::store::channel::Channel;
use crate::store::{self, organisation};

/// The routes; what stands in for a right is the signature of each delivery.
pub const ROUTES: &[Route] = &[Route::open(Method::POST, "/hooks/{channel}")];

/// Bytes of a delivery.
const LIMIT: usize = 256 * 1024;
/// When to try again while the channel is paused or the database away (s).
const LATER: i64 = 600;
const SOON: i64 = 10;

/// The router, with a memory of its own for who sends how much.
pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/hooks/{channel}", post(take))
        .layer(DefaultBodyLimit::max(LIMIT))
        .layer(Extension(Arc::new(Attempts::default())))
}

/// Where a channel's deliveries are sent to.
pub fn address(app: &App, id: ChannelId) -> String {
    format!("{}/hooks/{id}", app.config.public_url.trim_end_matches('/'))
}

/// Why a delivery isn't taken; for the sender's log, in English.
struct Refused {
    status: StatusCode,
    detail: String,
    retry_after: Option<i64>,
}

impl Refused {
    fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into(), retry_after: None }
    }

    fn later(self, seconds: i64) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }
}

impl From<store::Error> for Refused {
    fn from(error: store::Error) -> Self {
        tracing::error!(%error, "a delivery can't be kept");
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "It can't be kept now. Nothing was taken; send it again.")
            .later(SOON)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(json!({ "error": self.detail }))).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

async fn take(
    State(app): State<Arc<App>>,
    Extension(attempts): Extension<Arc<Attempts>>,
    device: Device,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    match taken(&app, &attempts, &device, &id, &headers, body).await {
        Ok(word) => Json(json!({ "taken": word })).into_response(),
        Err(refused) => refused.into_response(),
    }
}

async fn taken(
    app: &Arc<App>,
    attempts: &Attempts,
    device: &Device,
    id: &str,
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<&'static str, Refused> {
    let now = app.now();
    let too_many = |seconds| {
        Refused::new(StatusCode::TOO_MANY_REQUESTS, "Too many at once. This one wasn't taken.").later(seconds)
    };
    attempts.take(&format!("address:{}", device.address), HOOK_ADDRESS, now).map_err(too_many)?;
    let nobody = || Refused::new(StatusCode::NOT_FOUND, "There is no such webhook. Nothing was taken.");
    let id: ChannelId = id.parse().map_err(|_| nobody())?;
    let mut conn = app.db.read().await?;
    let house = organisation::first(&mut conn).await?.ok_or_else(nobody)?.id;
    let found = store::channel::get(&mut conn, house, id).await?.ok_or_else(nobody)?;
    drop(conn);
    check_state(&found)?;
    let body = body.map_err(|rejected| match rejected.into_response().status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            let detail = format!("It is larger than {LIMIT} bytes. Nothing was taken.");
            Refused::new(StatusCode::PAYLOAD_TOO_LARGE, detail)
        }
        _ => Refused::new(StatusCode::BAD_REQUEST, "The body broke off. Nothing was taken; send it again."),
    })?;
    let account = account::open(app, &found).map_err(|error| {
        tracing::error!(%error, channel = %id, "a webhook can't be used");
        Refused::new(StatusCode::INTERNAL_SERVER_ERROR, "This webhook can't be used now. Nothing was taken.")
    })?;
    let delivery = Delivery { headers, body: &body };
    let received = parvis_channels::channel(account.kind).receive(&account, &delivery, now);
    let received = received.map_err(|why| match why {
        Undelivered::Unproved(what) => {
            tracing::info!(channel = %id, address = device.address, what, "a delivery isn't proved; not taken");
            Refused::new(StatusCode::UNAUTHORIZED, format!("Not taken: {what}."))
        }
        Undelivered::Malformed(what) => {
            Refused::new(StatusCode::UNPROCESSABLE_ENTITY, format!("Not taken: {what}."))
        }
        Undelivered::Unsupported => nobody(),
    })?;
    attempts.take(&format!("channel:{id}"), HOOK, now).map_err(too_many)?;
    match receive(app, house, id, &received).await {
        Ok(Taken::Now) => Ok("now"),
        Ok(Taken::Before) => Ok("before"),
        Ok(Taken::Unread) => Ok("unread"),
        Ok(Taken::Full) => {
            let detail = "Too much waits to be read here. This one wasn't taken; send it again later.";
            Err(Refused::new(StatusCode::SERVICE_UNAVAILABLE, detail).later(LATER))
        }
        Ok(Taken::Away) => {
            let detail = "It can't be kept now. Nothing was taken; send it again.";
            Err(Refused::new(StatusCode::SERVICE_UNAVAILABLE, detail).later(SOON))
        }
        Err(error) => Err(error.into()),
    }
}

/// A webhook that is paused asks for patience, so that nothing is lost as long as the sender tries; one that was
/// removed says that it won't be back.
fn check_state(it: &Channel) -> Result<(), Refused> {
    match it.state.as_str() {
        "active" => Ok(()),
        "paused" => {
            let detail = "This webhook is paused. Nothing was taken; send it again later.";
            Err(Refused::new(StatusCode::SERVICE_UNAVAILABLE, detail).later(LATER))
        }
        _ => Err(Refused::new(StatusCode::GONE, "This webhook was removed. Nothing is taken here any more.")),
    }
}
