//! The card below the link of a post.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::body::{Body, Path};
use crate::api::caller::Caller;
use crate::api::problem::Result;
use crate::app::App;
use crate::command::post::card as command;
use crate::id::PostId;
use crate::rules::permission::Action;
use crate::store::post::card::Card;

/// Of which page.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCard {
    /// Its public address, http or https, of at most 2,000 bytes.
    url: String,
}

/// Make the card of a post's link
///
/// Parvis reads the page's title, description and picture, and keeps them. A card that the post has is replaced.
#[utoipa::path(post, path = "/posts/{id}/card", operation_id = "makePostCard", tag = "posts",
    params(("id" = PostId, Path, description = "Which post.")), request_body = NewCard,
    responses((status = 201, description = "It goes with the post where the network takes one.", body = Card)),
    extensions(("x-action" = json!(Action::Write))))]
pub async fn make(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<PostId>,
    Body(it): Body<NewCard>,
) -> Result<(StatusCode, Json<Card>)> {
    Ok((StatusCode::CREATED, Json(command::make(&app, &caller.actor, id, &it.url).await?)))
}

/// What a card says.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWording {
    /// 1 to 300 characters.
    title: String,
    /// At most 1,000 characters.
    #[serde(default)]
    about: String,
    /// Whether the page's picture stays.
    #[serde(default)]
    picture: bool,
}

/// Word the card of a post
#[utoipa::path(put, path = "/posts/{id}/card", operation_id = "wordPostCard", tag = "posts",
    params(("id" = PostId, Path, description = "Which post.")), request_body = NewWording,
    responses((status = 200, description = "It is kept.", body = Card)),
    extensions(("x-action" = json!(Action::Write))))]
pub async fn word(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<PostId>,
    Body(it): Body<NewWording>,
) -> Result<Json<Card>> {
    let new = command::Wording { title: it.title, about: it.about, picture: it.picture };
    Ok(Json(command::word(&app, &caller.actor, id, &new).await?))
}

/// Take the card of a post away
#[utoipa::path(delete, path = "/posts/{id}/card", operation_id = "removePostCard", tag = "posts",
    params(("id" = PostId, Path, description = "Which post.")),
    responses((status = 204, description = "It goes with the post no longer.")),
    extensions(("x-action" = json!(Action::Write))))]
pub async fn remove(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<PostId>,
) -> Result<StatusCode> {
    command::remove(&app, &caller.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
