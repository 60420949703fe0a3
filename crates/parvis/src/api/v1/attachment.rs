//! Pictures and files of messages, from Parvis' own store.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use object_store::ObjectStoreExt as _;
use object_store::path::Path as Stored;

use crate::api::body::Path;
use crate::api::caller::Caller;
use crate::api::problem::{Problem, Result};
use crate::app::App;
use crate::command;
use crate::id::AttachmentId;
use crate::rules::permission::Action;
use crate::store;

/// Get the bytes of a picture or file
///
/// As it was received: treat it as a stranger's file.
#[utoipa::path(get, path = "/attachments/{id}", operation_id = "getAttachment", tag = "messages",
    params(("id" = AttachmentId, Path, description = "Which.")),
    responses((status = 200, description = "The bytes, of the type that the network said.", content_type = "application/octet-stream")),
    extensions(("x-action" = json!(Action::Read))))]
pub async fn get(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<AttachmentId>,
) -> Result<Response> {
    let organisation = caller.actor.organisation;
    let mut conn = app.db.read().await?;
    let it = store::attachment::get(&mut conn, organisation, id).await?.ok_or_else(Problem::not_found)?;
    let message =
        store::message::get(&mut conn, organisation, it.message).await?.ok_or_else(Problem::not_found)?;
    command::load(&mut conn, &caller.actor, message.conversation, Action::Read).await?;
    drop(conn);
    let path = it.stored_as.ok_or_else(Problem::not_found)?;
    let file = app.media.get(&Stored::from(path.as_str())).await.map_err(|error| match error {
        object_store::Error::NotFound { .. } => Problem::not_found(),
        error => Problem::internal(error),
    })?;
    let mime = it.mime.as_deref().and_then(|mime| HeaderValue::from_str(mime).ok());
    let mime = mime.unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let download = HeaderValue::from_static("attachment");
    let policy = HeaderValue::from_static("default-src 'none'; sandbox");
    let headers = [
        (header::CONTENT_TYPE, mime),
        (header::CONTENT_DISPOSITION, download),
        (header::CONTENT_SECURITY_POLICY, policy),
    ];
    Ok((headers, Body::from_stream(file.into_stream())).into_response())
}
