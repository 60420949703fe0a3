//! Tokens of the caller: personal access tokens, made with scopes and an end, told once, revoked.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::body::{Body, Path};
use crate::api::caller::Caller;
use crate::api::page::Page;
use crate::api::problem::Result;
use crate::app::App;
use crate::command::token as command;
use crate::id::TokenId;
use crate::rules::permission::{Action, TokenScope};
use crate::store::token as room;

/// A token, without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct Token {
    /// Its id.
    id: TokenId,
    /// What its owner calls it.
    name: String,
    /// What it may be used for.
    scopes: Vec<TokenScope>,
    /// When it was made (µs).
    created_at: i64,
    /// When it ends (µs), if ever.
    expires_at: Option<i64>,
    /// When it was last used (µs), to within five minutes.
    used_at: Option<i64>,
}

impl From<room::Token> for Token {
    fn from(it: room::Token) -> Self {
        Self {
            id: it.id,
            name: it.name,
            scopes: it.scopes,
            created_at: it.created_at,
            expires_at: it.expires_at,
            used_at: it.used_at,
        }
    }
}

/// List your tokens
#[utoipa::path(get, path = "/tokens", operation_id = "listTokens", tag = "me",
    responses((status = 200, description = "Those that weren't revoked, newest first.", body = Page<Token>)),
    extensions(("x-action" = json!(Action::ManageSelf))))]
pub async fn list(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<Page<Token>>> {
    let actor = &caller.actor;
    let found = room::of_colleague(&mut app.db.read().await?, actor.organisation, actor.colleague).await?;
    Ok(Json(Page::whole(found.into_iter().map(Token::from).collect())))
}

/// A token to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Make {
    /// What you call it, 1 to 60 characters.
    name: String,
    /// What it may be used for; no more than the token you ask with.
    scopes: Vec<TokenScope>,
    /// When it ends (µs), within ten years and no later than the token you ask with.
    expires_at: Option<i64>,
}

/// A token that was made.
#[derive(Debug, Serialize, ToSchema)]
pub struct Made {
    /// The token.
    token: Token,
    /// Its secret, told this once.
    secret: String,
}

/// Make a token
#[utoipa::path(post, path = "/tokens", operation_id = "makeToken", tag = "me", request_body = Make,
    responses((status = 201, description = "The token with its secret.", body = Made)),
    extensions(("x-action" = json!(Action::ManageSelf))))]
pub async fn make(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(it): Body<Make>,
) -> Result<(StatusCode, Json<Made>)> {
    let outlived = caller.token.expires_at;
    let (token, secret) =
        command::make(&app, &caller.actor, &it.name, &it.scopes, it.expires_at, outlived).await?;
    Ok((StatusCode::CREATED, Json(Made { token: token.into(), secret })))
}

/// Revoke a token
///
/// Also the one you ask with.
#[utoipa::path(delete, path = "/tokens/{id}", operation_id = "revokeToken", tag = "me",
    params(("id" = TokenId, Path, description = "Which of yours.")),
    responses((status = 204, description = "It no longer opens anything.")),
    extensions(("x-action" = json!(Action::ManageSelf))))]
pub async fn revoke(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<TokenId>,
) -> Result<StatusCode> {
    command::revoke(&app, &caller.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
