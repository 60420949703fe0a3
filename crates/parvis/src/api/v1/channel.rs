//! Channels: connected accounts, how they are heard, what each can do, and connecting or ending them.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use parvis_channels::{CapabilityKey, CapabilitySet};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::api::body::{Body, Parameters, Path};
use crate::api::caller::Caller;
use crate::api::page::Page;
use crate::api::problem::{Problem, Result};
use crate::app::App;
use crate::command::channel::connect::{self, Step};
use crate::command::channel::rotate::{self, Former};
use crate::command::{self, Refusal};
use crate::id::{ChannelId, DeskId};
use crate::rules::permission::Action;
use crate::store::channel::{self as room, Gap, Health, Renewal};

/// A connected account on a network.
#[derive(Debug, Serialize, ToSchema)]
pub struct Channel {
    /// Its id.
    id: ChannelId,
    /// `mastodon`, `feed` …
    kind: String,
    /// Name within the house.
    name: String,
    /// Address of the server or feed.
    base_url: String,
    /// Our handle there.
    handle: String,
    /// Where new conversations go.
    desk: DeskId,
    /// `active` or `paused`.
    state: String,
    /// How it is heard.
    health: Health,
    /// What it can do, and why not.
    capabilities: Vec<Capability>,
    /// How text is counted, as the network says; `null` where nothing is written.
    #[schema(value_type = Option<Object>)]
    text: Value,
    /// What may be attached, as the network says.
    #[schema(value_type = Option<Object>)]
    media: Value,
    /// When its access ends (µs), where the network says so.
    secret_expires_at: Option<i64>,
    /// How its renewal stands, where there is something to say of it: `lost` and `refused` mean that a person has to
    /// connect it again before it ends.
    renewal: Option<Renewal>,
    /// When it was connected (µs).
    created_at: i64,
}

/// A line of the table of what a channel can do.
#[derive(Debug, Serialize, ToSchema)]
pub struct Capability {
    /// `listen`, `reply`, `see_edits` …
    name: &'static str,
    /// `native`, `emulated`, `conditional`, `unsupported`.
    #[schema(value_type = String)]
    support: Value,
    /// Code of the reason; always there unless the support is native.
    reason: Option<&'static str>,
    /// The reason in words.
    detail: Option<String>,
}

impl From<room::Channel> for Channel {
    fn from(it: room::Channel) -> Self {
        let set: CapabilitySet = serde_json::from_str(&it.capabilities).unwrap_or_default();
        let line = |key: CapabilityKey| {
            let found = set.get(key);
            Capability {
                name: key.as_str(),
                support: serde_json::to_value(found.support).unwrap_or_default(),
                detail: found.reason.as_ref().map(ToString::to_string),
                reason: found.reason.map(|why| why.code()),
            }
        };
        Self {
            capabilities: CapabilityKey::ALL.into_iter().map(line).collect(),
            text: serde_json::to_value(&set.text).unwrap_or_default(),
            media: serde_json::to_value(&set.media).unwrap_or_default(),
            id: it.id,
            kind: it.kind,
            name: it.name,
            base_url: it.base_url,
            handle: it.handle,
            desk: it.desk,
            state: it.state,
            health: it.health,
            secret_expires_at: it.secret_expires_at,
            renewal: it.renewal,
            created_at: it.created_at,
        }
    }
}

async fn seen(app: &App, caller: &Caller) -> Result<Vec<room::Channel>> {
    let mut found = room::list(&mut app.db.read().await?, caller.actor.organisation).await?;
    found.retain(|it| caller.actor.scope.covers(it.desk));
    Ok(found)
}

async fn find(app: &App, caller: &Caller, id: ChannelId) -> Result<room::Channel> {
    seen(app, caller).await?.into_iter().find(|it| it.id == id).ok_or_else(Problem::not_found)
}

/// List channels
///
/// Those that bring conversations to desks that you see.
#[utoipa::path(get, path = "/channels", operation_id = "listChannels", tag = "channels",
    responses((status = 200, description = "All of them, by name.", body = Page<Channel>)),
    extensions(("x-action" = json!(Action::ReadChannels))))]
pub async fn list(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<Page<Channel>>> {
    Ok(Json(Page::whole(seen(&app, &caller).await?.into_iter().map(Channel::from).collect())))
}

/// Get a channel
#[utoipa::path(get, path = "/channels/{id}", operation_id = "getChannel", tag = "channels",
    params(("id" = ChannelId, Path, description = "Which.")),
    responses((status = 200, description = "The channel.", body = Channel)),
    extensions(("x-action" = json!(Action::ReadChannels))))]
pub async fn get(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<ChannelId>,
) -> Result<Json<Channel>> {
    Ok(Json(find(&app, &caller, id).await?.into()))
}

/// What changes; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChannelChange {
    /// Name within the house, 1 to 80 characters.
    name: Option<String>,
    /// Where new conversations go.
    desk: Option<DeskId>,
}

/// Rename a channel, or send its new conversations to another desk
#[utoipa::path(patch, path = "/channels/{id}", operation_id = "changeChannel", tag = "channels",
    params(("id" = ChannelId, Path, description = "Which.")), request_body = ChannelChange,
    responses((status = 200, description = "The channel as it stands now.", body = Channel)),
    extensions(("x-action" = json!(Action::ManageChannels))))]
pub async fn change(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<ChannelId>,
    Body(to): Body<ChannelChange>,
) -> Result<Json<Channel>> {
    let it = find(&app, &caller, id).await?;
    let (name, desk) = (to.name.unwrap_or(it.name), to.desk.unwrap_or(it.desk));
    command::channel::edit(&app, &caller.actor, id, &name, desk).await?;
    Ok(Json(find(&app, &caller, id).await?.into()))
}

/// Pause a channel
///
/// It isn't heard for a while; what is said meanwhile is fetched when it goes on, as far as the network still
/// has it.
#[utoipa::path(post, path = "/channels/{id}/pause", operation_id = "pauseChannel", tag = "channels",
    params(("id" = ChannelId, Path, description = "Which.")),
    responses((status = 204, description = "It is paused.")),
    extensions(("x-action" = json!(Action::ManageChannels))))]
pub async fn pause(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<ChannelId>,
) -> Result<StatusCode> {
    command::channel::pause(&app, &caller.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Hear a channel again
#[utoipa::path(post, path = "/channels/{id}/resume", operation_id = "resumeChannel", tag = "channels",
    params(("id" = ChannelId, Path, description = "Which.")),
    responses((status = 204, description = "It is heard again.")),
    extensions(("x-action" = json!(Action::ManageChannels))))]
pub async fn resume(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<ChannelId>,
) -> Result<StatusCode> {
    command::channel::resume(&app, &caller.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Remove a channel
///
/// Its access is forgotten here and, where the network allows it, revoked there. The conversations stay.
#[utoipa::path(delete, path = "/channels/{id}", operation_id = "removeChannel", tag = "channels",
    params(("id" = ChannelId, Path, description = "Which.")),
    responses((status = 204, description = "It is removed.")),
    extensions(("x-action" = json!(Action::ManageChannels))))]
pub async fn remove(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<ChannelId>,
) -> Result<StatusCode> {
    command::channel::remove(&app, &caller.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// An account to connect.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// `mastodon`, `feed` …
    kind: String,
    /// What this kind asks for, by name: see the page of the network in the documentation.
    #[serde(default)]
    fields: BTreeMap<String, String>,
    /// Name within the house; the account's own when left out.
    #[serde(default)]
    name: String,
    /// Where new conversations go.
    desk: DeskId,
}

/// What became of the wish to connect.
#[derive(Debug, Serialize, ToSchema)]
pub struct Begun {
    /// It is connected, or connected anew: its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<ChannelId>,
    /// Where to sign in at the network, in a browser that is signed in to Parvis as the token's owner, within
    /// half an hour.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    /// A secret that was made for it and has to be told to the other end, as for webhooks; told this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

/// Connect a channel
///
/// Some networks want the account's owner to sign in on a page of their own: the answer is then its address.
#[utoipa::path(post, path = "/channels", operation_id = "connectChannel", tag = "channels", request_body = Wanted,
    responses(
        (status = 201, description = "It is connected, or connected anew: `id`.", body = Begun),
        (status = 202, description = "Open the address `url` in a browser to go on.", body = Begun)
    ),
    extensions(("x-action" = json!(Action::ManageChannels))))]
pub async fn connect(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(it): Body<Wanted>,
) -> Result<(StatusCode, Json<Begun>)> {
    let unknown = Refusal::Invalid { field: "kind", code: "unknown" };
    let kind = it.kind.parse().map_err(|_| unknown)?;
    let begun = connect::connect(&app, &caller.actor, kind, it.fields, &it.name, it.desk).await?;
    Ok(match begun {
        Step::Connected { id, secret } => {
            let secret = secret.map(|it| it.expose().to_owned());
            (StatusCode::CREATED, Json(Begun { id: Some(id), url: None, secret }))
        }
        Step::SignIn(url) => {
            (StatusCode::ACCEPTED, Json(Begun { id: None, url: Some(url.to_string()), secret: None }))
        }
    })
}

/// How to replace a secret.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Replace {
    /// What becomes of the former one.
    former: Former,
}

/// A secret that was made.
#[derive(Debug, Serialize, ToSchema)]
pub struct Replaced {
    /// The secret, told this once.
    secret: String,
}

/// Replace the secret of a webhook
///
/// Deliveries to `/hooks/{id}` are signed with it, and so are the answers that Parvis hands over.
#[utoipa::path(post, path = "/channels/{id}/secret", operation_id = "replaceChannelSecret", tag = "channels",
    params(("id" = ChannelId, Path, description = "Which.")), request_body = Replace,
    responses((status = 201, description = "The new secret.", body = Replaced)),
    extensions(("x-action" = json!(Action::ManageChannels))))]
pub async fn replace_secret(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<ChannelId>,
    Body(it): Body<Replace>,
) -> Result<(StatusCode, Json<Replaced>)> {
    let secret = rotate::rotate(&app, &caller.actor, id, it.former).await?;
    Ok((StatusCode::CREATED, Json(Replaced { secret: secret.expose().to_owned() })))
}

/// Since when.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Since {
    /// Only those that touch the time after this (µs); all when left out.
    since: Option<i64>,
}

/// List the times when channels couldn't be heard
///
/// Within them silence means nothing: draw them as holes, never as zero.
#[utoipa::path(get, path = "/gaps", operation_id = "listGaps", tag = "channels", params(Since),
    responses((status = 200, description = "Oldest first.", body = Page<Gap>)),
    extensions(("x-action" = json!(Action::ReadChannels))))]
pub async fn gaps(
    State(app): State<Arc<App>>,
    caller: Caller,
    Parameters(asked): Parameters<Since>,
) -> Result<Json<Page<Gap>>> {
    let channels = seen(&app, &caller).await?;
    let mut conn = app.db.read().await?;
    let mut found = room::gaps(&mut conn, caller.actor.organisation, asked.since.unwrap_or_default()).await?;
    found.retain(|gap| channels.iter().any(|it| it.id == gap.channel));
    Ok(Json(Page::whole(found)))
}
