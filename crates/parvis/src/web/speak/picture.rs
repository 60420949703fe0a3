//! Pictures of posts: taken in, described, taken away, and shown from our own store.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Form;
use axum::body::Body;
use axum::extract::{Multipart, Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use object_store::ObjectStoreExt as _;
use object_store::path::Path as Stored;
use parvis_channels::Upload;
use serde::Deserialize;

use super::compose;
use crate::app::App;
use crate::command::post as command;
use crate::id::{AssetId, PictureId, PostId};
use crate::rules::permission::Action;
use crate::store::post::picture as store;
use crate::web::error::Failure;
use crate::web::inbox::refusal;
use crate::web::session::Signed;

type Answer = Result<Response, Failure>;

async fn back(app: &App, signed: &Signed, id: PostId, result: crate::command::Result<()>) -> Answer {
    let refused = match result {
        Ok(()) => return Ok(Redirect::to(&format!("/speak/{id}#pictures")).into_response()),
        Err(refused) => refused,
    };
    match refusal::said(&refused, &signed.words) {
        Some(problem) => compose::page_of(app, signed, id, Some(problem), None).await,
        None => Err(refusal::failure(refused, &signed.words)),
    }
}

/// `POST /speak/{id}/picture`
pub(super) async fn add(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<PostId>,
    mut form: Multipart,
) -> Answer {
    let mut upload = Upload { bytes: Vec::new(), mime: String::new(), alt: String::new() };
    let broken = |error: axum::extract::multipart::MultipartError| {
        Failure::new(error.status()).because(error.body_text())
    };
    while let Some(field) = form.next_field().await.map_err(broken)? {
        match field.name().unwrap_or_default() {
            "picture" => {
                upload.mime = field.content_type().unwrap_or_default().to_owned();
                upload.bytes = field.bytes().await.map_err(broken)?.to_vec();
            }
            "alt" => upload.alt = field.text().await.map_err(broken)?,
            _ => {}
        }
    }
    let result = command::picture::add(&app, &signed.actor, id, &upload).await.map(drop);
    back(&app, &signed, id, result).await
}

/// `POST /speak/{id}/picture/{picture}`: what it shows in words, or away with it.
pub(super) async fn change(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path((id, picture)): Path<(PostId, PictureId)>,
    Form(form): Form<HashMap<String, String>>,
) -> Answer {
    let result = if form.contains_key("remove") {
        command::picture::remove(&app, &signed.actor, id, picture).await
    } else {
        let alt = form.get("alt").map(String::as_str).unwrap_or_default();
        command::picture::describe(&app, &signed.actor, id, picture, alt).await
    };
    back(&app, &signed, id, result).await
}

/// Which picture of the library.
#[derive(Debug, Deserialize)]
pub(super) struct Chosen {
    asset: AssetId,
}

/// `POST /speak/{id}/asset`: a picture of the library goes with the post.
pub(super) async fn pick(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<PostId>,
    Form(form): Form<Chosen>,
) -> Answer {
    let result = command::picture::pick(&app, &signed.actor, id, form.asset).await.map(drop);
    back(&app, &signed, id, result).await
}

/// `POST /speak/{id}/picture/{picture}/keep`: into the library with it.
pub(super) async fn keep(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path((id, picture)): Path<(PostId, PictureId)>,
) -> Answer {
    match command::picture::keep(&app, &signed.actor, id, picture).await {
        Ok(it) => {
            let done = if it.known { "known" } else { "brought" };
            Ok(Redirect::to(&format!("/material/{}?done={done}", it.id)).into_response())
        }
        Err(refused) => back(&app, &signed, id, Err(refused)).await,
    }
}

/// `GET /speak/{id}/picture/{picture}`
pub(super) async fn serve(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path((id, picture)): Path<(PostId, PictureId)>,
) -> Answer {
    let mut conn = app.db.read().await?;
    let post = command::load(&mut conn, &signed.actor, id, Action::ReadPosts).await;
    post.map_err(|refused| refusal::failure(refused, &signed.words))?;
    let all = store::list(&mut conn, signed.organisation.id, id).await?;
    drop(conn);
    let it = all.into_iter().find(|it| it.id == picture).ok_or_else(Failure::not_found)?;
    file(&app, it.stored_as, it.mime).await
}

/// A file of ours that goes with a post.
pub(super) async fn file(app: &App, path: String, mime: String) -> Answer {
    let file = app.media.get(&Stored::from(path)).await.map_err(|_| Failure::not_found())?;
    let headers = [
        (header::CONTENT_TYPE, mime),
        (header::CONTENT_DISPOSITION, "inline".to_owned()),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox".to_owned()),
        (header::CACHE_CONTROL, "private, max-age=86400".to_owned()),
    ];
    Ok((headers, Body::from_stream(file.into_stream())).into_response())
}
