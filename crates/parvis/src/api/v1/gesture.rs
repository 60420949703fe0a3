//! Gestures for members of the community.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::body::{Body, Parameters, Path};
use crate::api::caller::Caller;
use crate::api::page::{self, Page};
use crate::api::problem::Result;
use crate::app::App;
use crate::command::gesture::{self as command, Step, Wanted};
use crate::id::{AuthorId, ColleagueId, ConversationId, GestureId};
use crate::rules::gesture::State as Standing;
use crate::rules::permission::Action;
use crate::store::gesture::{self as room, Filter, Listed};

/// Which gestures.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct GesturesAsked {
    /// Standing there.
    state: Option<Standing>,
    /// For this member.
    author: Option<AuthorId>,
    /// Seen to by this colleague.
    owner: Option<ColleagueId>,
    /// At most so many (1 to 200; 50 when left out).
    limit: Option<i64>,
    /// What `next` of the page before said.
    cursor: Option<String>,
}

/// List gestures
///
/// Those of the conversations that you see, the newest first.
#[utoipa::path(get, path = "/gestures", operation_id = "listGestures", tag = "gestures", params(GesturesAsked),
    responses((status = 200, description = "A page.", body = Page<Listed>)),
    extensions(("x-action" = json!(Action::Read))))]
pub async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Parameters(asked): Parameters<GesturesAsked>,
) -> Result<Json<Page<Listed>>> {
    let limit = page::limit(asked.limit)?;
    let filter = Filter {
        states: asked.state.into_iter().collect(),
        author: asked.author,
        owner: asked.owner,
        before: page::cursor(asked.cursor.as_deref())?,
    };
    let (actor, mut conn) = (&caller.actor, app.db.read().await?);
    let found = room::list(&mut conn, actor.organisation, &actor.scope, &filter, limit + 1).await?;
    Ok(Json(Page::cut(found, limit, |it| it.gesture.id.to_string(), |it| it)))
}

/// A gesture to propose or change.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GestureAsked {
    /// What, 1 to 140 characters.
    title: String,
    /// Why them, and why now, 1 to 2,000 characters.
    why: String,
    /// What it takes, in words.
    #[serde(default)]
    cost: String,
    /// By when (µs).
    due_at: Option<i64>,
    /// Who sees to it; whoever proposes it, when left out.
    owner: Option<ColleagueId>,
}

impl GestureAsked {
    fn wanted(self, version: i64) -> Wanted {
        Wanted {
            version,
            title: self.title,
            why: self.why,
            cost: self.cost,
            due_at: self.due_at,
            owner: self.owner,
        }
    }
}

/// A gesture to propose.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGesture {
    /// Where it is proposed; it is for who writes there.
    conversation: ConversationId,
    /// The gesture.
    gesture: GestureAsked,
}

/// A gesture as it shall be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangedGesture {
    /// The version that you began from (409 when somebody has saved since).
    version: i64,
    /// The gesture.
    gesture: GestureAsked,
}

/// What was proposed.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProposedGesture {
    /// Its id.
    id: GestureId,
}

/// Propose a gesture
#[utoipa::path(post, path = "/gestures", operation_id = "proposeGesture", tag = "gestures", request_body = NewGesture,
    responses((status = 201, description = "It waits for a decision.", body = ProposedGesture)),
    extensions(("x-action" = json!(Action::Note))))]
pub async fn propose(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(it): Body<NewGesture>,
) -> Result<(StatusCode, Json<ProposedGesture>)> {
    let id = command::propose(&app, &caller.actor, it.conversation, it.gesture.wanted(0)).await?;
    Ok((StatusCode::CREATED, Json(ProposedGesture { id })))
}

/// Read a gesture
#[utoipa::path(get, path = "/gestures/{id}", operation_id = "getGesture", tag = "gestures",
    params(("id" = GestureId, Path, description = "Which gesture.")),
    responses((status = 200, description = "As it stands.", body = Listed)),
    extensions(("x-action" = json!(Action::Read))))]
pub async fn get(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<GestureId>,
) -> Result<Json<Listed>> {
    Ok(Json(command::read(&mut app.db.read().await?, &caller.actor, id, Action::Read).await?))
}

/// Change a gesture
///
/// Whoever proposed it as long as it isn't decided, and who decides until it is over.
#[utoipa::path(put, path = "/gestures/{id}", operation_id = "changeGesture", tag = "gestures", request_body = ChangedGesture,
    params(("id" = GestureId, Path, description = "Which gesture.")),
    responses((status = 204, description = "It is changed.")),
    extensions(("x-action" = json!(Action::Note))))]
pub async fn change(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<GestureId>,
    Body(it): Body<ChangedGesture>,
) -> Result<StatusCode> {
    command::change(&app, &caller.actor, id, it.gesture.wanted(it.version)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Where a gesture is to stand.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GestureStep {
    /// The version that you began from.
    version: i64,
    /// `agreed`, `declined`, `done` or `dropped`.
    to: Standing,
    /// Why not, or what came of it; may be left out of `agreed`.
    #[serde(default)]
    words: String,
}

/// Decide on a gesture, or say what came of it
#[utoipa::path(post, path = "/gestures/{id}/step", operation_id = "stepGesture", tag = "gestures", request_body = GestureStep,
    params(("id" = GestureId, Path, description = "Which gesture.")),
    responses((status = 204, description = "It stands there.")),
    extensions(("x-action" = json!(Action::Note))))]
pub async fn step(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<GestureId>,
    Body(it): Body<GestureStep>,
) -> Result<StatusCode> {
    command::step(&app, &caller.actor, id, Step { version: it.version, to: it.to, words: it.words }).await?;
    Ok(StatusCode::NO_CONTENT)
}
