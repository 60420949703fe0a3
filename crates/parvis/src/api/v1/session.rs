//! Sessions of the caller: where they are signed in to the screens, and ending it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::body::Path;
use crate::api::caller::Caller;
use crate::api::page::Page;
use crate::api::problem::Result;
use crate::app::App;
use crate::command;
use crate::rules::permission::Action;
use crate::store::session as room;
use crate::web::session::IDLE;

/// A device on which the caller is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct Session {
    /// Its id: a digest, with which nobody can sign in.
    id: String,
    /// What the browser says it is.
    agent: String,
    /// The address it was opened from.
    address: String,
    /// When it was opened (µs).
    created_at: i64,
    /// When it was last used (µs), to within five minutes.
    seen_at: i64,
    /// When it ends (µs).
    expires_at: i64,
}

/// List your sessions
#[utoipa::path(get, path = "/sessions", operation_id = "listSessions", tag = "me",
    responses((status = 200, description = "Those that run, last used first.", body = Page<Session>)),
    extensions(("x-action" = json!(Action::ManageSelf))))]
pub async fn list(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<Page<Session>>> {
    let (actor, now) = (&caller.actor, app.now());
    let mut found =
        room::of_colleague(&mut app.db.read().await?, actor.organisation, actor.colleague).await?;
    found.retain(|it| it.expires_at > now && it.seen_at + IDLE > now);
    let session = |it: room::Session| Session {
        id: it.digest,
        agent: it.agent,
        address: it.address,
        created_at: it.created_at,
        seen_at: it.seen_at,
        expires_at: it.expires_at,
    };
    Ok(Json(Page::whole(found.into_iter().map(session).collect())))
}

/// End a session
#[utoipa::path(delete, path = "/sessions/{id}", operation_id = "endSession", tag = "me",
    params(("id" = String, Path, description = "Which of yours.")),
    responses((status = 204, description = "That device is signed out.")),
    extensions(("x-action" = json!(Action::ManageSelf))))]
pub async fn end(State(app): State<Arc<App>>, caller: Caller, Path(id): Path<String>) -> Result<StatusCode> {
    command::session::end(&app, &caller.actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
