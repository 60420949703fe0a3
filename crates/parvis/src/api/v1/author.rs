//! Authors: the public accounts that write to us. Who doesn't see every desk sees those who have written to
//! a desk of theirs.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use super::conversation::Conversation;
use crate::api::body::Path;
use crate::api::caller::Caller;
use crate::api::page::Page;
use crate::api::problem::{Problem, Result};
use crate::app::App;
use crate::id::AuthorId;
use crate::rules::permission::{Action, Scope};
use crate::store;
use crate::store::author::Author;
use crate::store::conversation as room;

/// Conversations of one author that are looked at.
const MOST: i64 = 500;

async fn of(app: &App, caller: &Caller, id: AuthorId) -> Result<(Author, Vec<room::Conversation>)> {
    let actor = &caller.actor;
    let mut conn = app.db.read().await?;
    let author =
        store::author::get(&mut conn, actor.organisation, id).await?.ok_or_else(Problem::not_found)?;
    let mut found = room::of_author(&mut conn, actor.organisation, id, MOST).await?;
    found.retain(|it| actor.scope.covers(it.facets.desk));
    if found.is_empty() && actor.scope != Scope::Every {
        return Err(Problem::not_found());
    }
    Ok((author, found))
}

/// Get an author
#[utoipa::path(get, path = "/authors/{id}", operation_id = "getAuthor", tag = "authors",
    params(("id" = AuthorId, Path, description = "Which.")),
    responses((status = 200, description = "The author.", body = Author)),
    extensions(("x-action" = json!(Action::Read))))]
pub async fn get(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<AuthorId>,
) -> Result<Json<Author>> {
    Ok(Json(of(&app, &caller, id).await?.0))
}

/// List the conversations of an author
#[utoipa::path(get, path = "/authors/{id}/conversations", operation_id = "listAuthorConversations", tag = "authors",
    params(("id" = AuthorId, Path, description = "Which.")),
    responses((status = 200, description = "The newest 500, newest first.", body = Page<Conversation>)),
    extensions(("x-action" = json!(Action::Read))))]
pub async fn conversations(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<AuthorId>,
) -> Result<Json<Page<Conversation>>> {
    let (_, found) = of(&app, &caller, id).await?;
    Ok(Json(Page::whole(found.into_iter().map(Conversation::from).collect())))
}
