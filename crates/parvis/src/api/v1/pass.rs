//! Guest passes: given, sent again, ended, and whether the organisation allows them. Coming in by one is for browsers alone.

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
use crate::command::pass::{self as command, Allowed, Wanted};
use crate::id::{ColleagueId, PassId, PostId};
use crate::rules::pass::Purpose;
use crate::rules::permission::Action;
use crate::store::pass::Listed;

/// A link by which somebody without an account acts.
#[derive(Debug, Serialize, ToSchema)]
pub struct Pass {
    /// Its id.
    id: PassId,
    /// Who holds it.
    colleague: ColleagueId,
    /// What it is for.
    purpose: Purpose,
    /// The one post that it opens; `null` where it is for ideas.
    post: Option<PostId>,
    /// What was written to them.
    note: String,
    /// Who made it.
    made_by: ColleagueId,
    /// When (µs).
    created_at: i64,
    /// When it ends by itself (µs).
    expires_at: i64,
    /// When it was ended before (µs).
    ended_at: Option<i64>,
    /// When somebody last came in by it (µs).
    seen_at: Option<i64>,
    /// What became of the last letter with its link: `waiting`, `sending`, `sent`, `failed`, `unknown`, `dropped`.
    letter: String,
    /// Why that didn't arrive.
    letter_error: Option<String>,
}

/// List guest passes
#[utoipa::path(get, path = "/passes", operation_id = "listPasses", tag = "posts",
    responses((status = 200, description = "The last two hundred, newest first.", body = Page<Pass>)),
    extensions(("x-action" = json!(Action::Keep))))]
pub async fn list(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<Page<Pass>>> {
    let found = command::list(&mut app.db.read().await?, &caller.actor).await?;
    let pass = |listed: Listed| {
        let it = listed.pass;
        Pass {
            id: it.id,
            colleague: it.colleague,
            purpose: it.purpose,
            post: it.post,
            note: it.note,
            made_by: it.made_by,
            created_at: it.created_at,
            expires_at: it.expires_at,
            ended_at: it.ended_at,
            seen_at: it.seen_at,
            letter: listed.told,
            letter_error: listed.error,
        }
    };
    Ok(Json(Page::whole(found.into_iter().map(pass).collect())))
}

/// A pass as you want it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPass {
    /// What the house calls whoever holds it: 1 to 80 characters.
    name: String,
    /// The address that it is bound to: of somebody without an account.
    email: String,
    /// The language that is spoken with them, `fr` or `en`; without it, the house's.
    language: Option<String>,
    /// What it is for.
    purpose: Purpose,
    /// About which post: for `words` (one that is kept, or being written) and `opinion`.
    post: Option<PostId>,
    /// What is written to them, and stands as a remark on the post: at most 2,000 characters.
    #[serde(default)]
    note: String,
    /// When it ends (µs): ahead, ninety days at most.
    expires_at: i64,
}

/// The id of what was made.
#[derive(Debug, Serialize, ToSchema)]
pub struct Made {
    /// Its id.
    id: PassId,
}

/// Give a guest pass
///
/// Its link goes by letter to the address and is told to nobody else.
#[utoipa::path(post, path = "/passes", operation_id = "givePass", tag = "posts", request_body = NewPass,
    responses((status = 201, description = "It is made; its letter leaves now.", body = Made)),
    extensions(("x-action" = json!(Action::Keep))))]
pub async fn make(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(it): Body<NewPass>,
) -> Result<(StatusCode, Json<Made>)> {
    let NewPass { name, email, language, purpose, post, note, expires_at: until } = it;
    let wanted = Wanted { name, email, language, purpose, post, note, until };
    let id = command::make(&app, &caller.actor, wanted).await?;
    Ok((StatusCode::CREATED, Json(Made { id })))
}

/// Send a new link
///
/// The one before opens nothing any more.
#[utoipa::path(post, path = "/passes/{id}/letter", operation_id = "sendPassAgain", tag = "posts",
    params(("id" = PassId, Path, description = "Which pass.")),
    responses((status = 204, description = "It leaves now.")),
    extensions(("x-action" = json!(Action::Keep))))]
pub async fn send_again(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<PassId>,
) -> Result<StatusCode> {
    command::send_again(&app, &caller.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// End a guest pass
///
/// Who came in by it is out at once.
#[utoipa::path(delete, path = "/passes/{id}", operation_id = "endPass", tag = "posts",
    params(("id" = PassId, Path, description = "Which pass.")),
    responses((status = 204, description = "It opens nothing any more.")),
    extensions(("x-action" = json!(Action::Keep))))]
pub async fn end(State(app): State<Arc<App>>, caller: Caller, Path(id): Path<PassId>) -> Result<StatusCode> {
    command::end(&app, &caller.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// See whether guest passes are allowed
#[utoipa::path(get, path = "/passes/allowed", operation_id = "getPassesAllowed", tag = "posts",
    responses((status = 200, description = "As the organisation has it.", body = Allowed)),
    extensions(("x-action" = json!(Action::ManageColleagues))))]
pub async fn get_allowed(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<Allowed>> {
    Ok(Json(command::allowed(&mut app.db.read().await?, caller.actor.organisation).await?))
}

/// Allow guest passes, or not
///
/// Without them everybody who came in by one is out at once.
#[utoipa::path(put, path = "/passes/allowed", operation_id = "setPassesAllowed", tag = "posts", request_body = Allowed,
    responses((status = 204, description = "It holds from now on.")),
    extensions(("x-action" = json!(Action::ManageColleagues))))]
pub async fn set_allowed(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(it): Body<Allowed>,
) -> Result<StatusCode> {
    command::set_allowed(&app, &caller.actor, it).await?;
    Ok(StatusCode::NO_CONTENT)
}
