//! Destinations of alerts and digests. Secrets go in and never come out, but for a webhook's signing key, once.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use parvis_channels::notify::NotifyKind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::body::{Body, Path};
use crate::api::caller::Caller;
use crate::api::page::Page;
use crate::api::problem::{Problem, Result};
use crate::app::App;
use crate::command::destination::{self as command, Wanted};
use crate::id::{AlertId, ChannelId, DestinationId, NoticeId};
use crate::rules::permission::Action;
use crate::store::destination::{self as room, Rule};

/// Where alerts and digests are sent to. Times are microseconds since 1970, UTC.
#[derive(Debug, Serialize, ToSchema)]
pub struct Destination {
    /// Its id.
    id: DestinationId,
    /// `matrix`, `chat` (Slack, Mattermost), `mail` or `webhook`.
    kind: String,
    /// Its name.
    name: String,
    /// `active` or `paused`.
    state: String,
    /// Matrix: server and room, with a space between. Chat: its host only, since the address is a secret.
    address: String,
    /// The mailbox that sends, for mail.
    channel: Option<ChannelId>,
    /// What it gets.
    rule: Rule,
    /// When the next digest leaves.
    digest_at: Option<i64>,
    /// Since when nothing arrives there.
    failing_since: Option<i64>,
    /// Code of the last error.
    error_code: Option<String>,
    /// The last error in words.
    error_text: Option<String>,
}

impl From<room::Destination> for Destination {
    fn from(it: room::Destination) -> Self {
        let (failing_since, error_code, error_text) = it
            .failing
            .map_or((None, None, None), |(since, code, said)| (Some(since), Some(code), Some(said)));
        Self {
            id: it.id,
            kind: it.kind,
            name: it.name,
            state: it.state,
            address: it.address,
            channel: it.channel,
            rule: it.rule,
            digest_at: it.digest_at,
            failing_since,
            error_code,
            error_text,
        }
    }
}

/// List destinations
#[utoipa::path(get, path = "/destinations", operation_id = "listDestinations", tag = "alerts",
    responses((status = 200, description = "All of them, by name.", body = Page<Destination>)),
    extensions(("x-action" = json!(Action::ManageChannels))))]
pub async fn list(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<Page<Destination>>> {
    let all = room::list(&mut app.db.read().await?, caller.actor.organisation).await?;
    Ok(Json(Page::whole(all.into_iter().map(Destination::from).collect())))
}

/// Read a destination
#[utoipa::path(get, path = "/destinations/{id}", operation_id = "getDestination", tag = "alerts",
    params(("id" = DestinationId, Path, description = "Which one.")),
    responses((status = 200, description = "As it stands.", body = Destination)),
    extensions(("x-action" = json!(Action::ManageChannels))))]
pub async fn get(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<DestinationId>,
) -> Result<Json<Destination>> {
    let found = room::get(&mut app.db.read().await?, caller.actor.organisation, id).await?;
    Ok(Json(found.ok_or(crate::command::Refusal::NotFound)?.into()))
}

/// A destination to make or change.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// `matrix`, `chat`, `mail` or `webhook`; stays as it is when one is changed.
    kind: String,
    /// Its name, 1 to 60 characters.
    name: String,
    /// Matrix: server and room (`!room:server` or `#room:server`), with a space between. Others: the address. Empty
    /// keeps the one that is there.
    #[serde(default)]
    address: String,
    /// Matrix: the access token. Empty keeps the one that is there.
    #[serde(default)]
    secret: String,
    /// Mail: the mailbox that sends.
    #[serde(default)]
    channel: Option<ChannelId>,
    /// What it gets; everything at all hours, in French, when absent.
    #[serde(default)]
    rule: Rule,
}

impl Asked {
    fn read(self) -> Result<(NotifyKind, Wanted)> {
        let kind = NotifyKind::parse(&self.kind)
            .ok_or(crate::command::Refusal::Invalid { field: "kind", code: "unknown" })?;
        let wanted = Wanted {
            name: self.name,
            address: self.address,
            secret: self.secret,
            channel: self.channel,
            rule: self.rule,
        };
        Ok((kind, wanted))
    }
}

/// A destination that was made.
#[derive(Debug, Serialize, ToSchema)]
pub struct Made {
    /// Its id.
    id: DestinationId,
    /// A webhook's signing key: shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
}

fn made(it: &command::Saved) -> Made {
    Made { id: it.id, key: it.shown.as_ref().map(|it| it.expose().to_owned()) }
}

/// Make a destination
///
/// Looks first whether notices can go there; a Matrix room is entered.
#[utoipa::path(post, path = "/destinations", operation_id = "makeDestination", tag = "alerts", request_body = Asked,
    responses((status = 201, description = "It is made.", body = Made)),
    extensions(("x-action" = json!(Action::ManageChannels))))]
pub async fn make(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(it): Body<Asked>,
) -> Result<(StatusCode, Json<Made>)> {
    let (kind, wanted) = it.read()?;
    let saved = command::save(&app, &caller.actor, None, kind, wanted).await?;
    Ok((StatusCode::CREATED, Json(made(&saved))))
}

/// Change a destination
#[utoipa::path(put, path = "/destinations/{id}", operation_id = "changeDestination", tag = "alerts", request_body = Asked,
    params(("id" = DestinationId, Path, description = "Which one.")),
    responses((status = 200, description = "It is changed.", body = Made)),
    extensions(("x-action" = json!(Action::ManageChannels))))]
pub async fn change(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<DestinationId>,
    Body(it): Body<Asked>,
) -> Result<Json<Made>> {
    let (kind, wanted) = it.read()?;
    let saved = command::save(&app, &caller.actor, Some(id), kind, wanted).await?;
    Ok(Json(made(&saved)))
}

/// Remove a destination
#[utoipa::path(delete, path = "/destinations/{id}", operation_id = "removeDestination", tag = "alerts",
    params(("id" = DestinationId, Path, description = "Which one.")),
    responses((status = 204, description = "It is gone, with its secret.")),
    extensions(("x-action" = json!(Action::ManageChannels))))]
pub async fn remove(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<DestinationId>,
) -> Result<StatusCode> {
    command::remove(&app, &caller.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Send a test
#[utoipa::path(post, path = "/destinations/{id}/test", operation_id = "testDestination", tag = "alerts",
    params(("id" = DestinationId, Path, description = "Which one.")),
    responses((status = 202, description = "It leaves at once; its notices say what became of it.")),
    extensions(("x-action" = json!(Action::ManageChannels))))]
pub async fn test(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<DestinationId>,
) -> Result<StatusCode> {
    command::test(&app, &caller.actor, id).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Whether a destination is paused.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Paused {
    /// `true` pauses it, `false` resumes it.
    paused: bool,
}

/// Pause or resume a destination
#[utoipa::path(put, path = "/destinations/{id}/paused", operation_id = "pauseDestination", tag = "alerts", request_body = Paused,
    params(("id" = DestinationId, Path, description = "Which one.")),
    responses((status = 204, description = "Done.")),
    extensions(("x-action" = json!(Action::ManageChannels))))]
pub async fn pause(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<DestinationId>,
    Body(it): Body<Paused>,
) -> Result<StatusCode> {
    command::pause(&app, &caller.actor, id, it.paused).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Something that was, or will be, sent.
#[derive(Debug, Serialize, ToSchema)]
pub struct Notice {
    /// Its id, and the key under which it is sent.
    id: NoticeId,
    /// `opened`, `worsened`, `closed`, `test` or `digest`.
    kind: String,
    /// Of which alert.
    alert: Option<AlertId>,
    /// `waiting`, `sending`, `sent`, `failed`, `unknown` (it may have arrived) or `dropped` (over before it was sent).
    state: String,
    /// When it was made.
    created_at: i64,
    /// When it arrived.
    sent_at: Option<i64>,
    /// Code of the last error.
    error_code: Option<String>,
    /// The last error in words.
    error_text: Option<String>,
}

/// List what was sent to a destination
#[utoipa::path(get, path = "/destinations/{id}/notices", operation_id = "listNotices", tag = "alerts",
    params(("id" = DestinationId, Path, description = "Which one.")),
    responses((status = 200, description = "The last hundred, the newest first.", body = Page<Notice>)),
    extensions(("x-action" = json!(Action::ManageChannels))))]
pub async fn notices(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<DestinationId>,
) -> Result<Json<Page<Notice>>> {
    let house = caller.actor.organisation;
    let mut conn = app.db.read().await?;
    let found = room::get(&mut conn, house, id).await?;
    found.ok_or(Problem::from(crate::command::Refusal::NotFound))?;
    let all = room::notices(&mut conn, house, id, 100).await?;
    let notice = |it: room::Notice| {
        let (error_code, error_text) = it.error.unzip();
        Notice {
            id: it.id,
            kind: it.kind,
            alert: it.alert,
            state: it.state,
            created_at: it.created_at,
            sent_at: it.sent_at,
            error_code,
            error_text,
        }
    };
    Ok(Json(Page::whole(all.into_iter().map(notice).collect())))
}
