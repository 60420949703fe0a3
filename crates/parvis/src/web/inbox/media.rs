//! Pictures and files of messages, from our own store: nothing on the screen is loaded from another host.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use object_store::ObjectStoreExt as _;
use object_store::path::Path as Stored;

use crate::app::App;
use crate::id::AttachmentId;
use crate::store;
use crate::web::error::Failure;
use crate::web::session::Signed;

/// What a browser may show in the page; everything else is a download.
const SHOWN: [&str; 9] = [
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "image/avif",
    "video/mp4",
    "video/webm",
    "audio/mpeg",
    "audio/ogg",
];

/// `GET /media/{id}`
pub async fn serve(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<AttachmentId>,
) -> Result<Response, Failure> {
    let organisation = signed.actor.organisation;
    let mut conn = app.db.read().await?;
    let it = store::attachment::get(&mut conn, organisation, id).await?.ok_or_else(Failure::not_found)?;
    let message =
        store::message::get(&mut conn, organisation, it.message).await?.ok_or_else(Failure::not_found)?;
    let conversation = store::conversation::get(&mut conn, organisation, message.conversation).await?;
    conversation.filter(|it| signed.actor.scope.covers(it.facets.desk)).ok_or_else(Failure::not_found)?;
    drop(conn);
    let path = it.stored_as.ok_or_else(Failure::not_found)?;
    let file = app.media.get(&Stored::from(path.as_str())).await.map_err(|_| Failure::not_found())?;
    let mime = it.mime.as_deref().and_then(|mime| SHOWN.into_iter().find(|known| *known == mime));
    let headers = [
        (header::CONTENT_TYPE, mime.unwrap_or("application/octet-stream")),
        (header::CONTENT_DISPOSITION, if mime.is_some() { "inline" } else { "attachment" }),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
        (header::CACHE_CONTROL, "private, max-age=86400"),
    ];
    Ok((headers, Body::from_stream(file.into_stream())).into_response())
}
