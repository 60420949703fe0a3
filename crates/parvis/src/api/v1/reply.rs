//! Answers and internal notes. An answer is held for ten seconds, in which it can be taken back; then it
//! leaves.

use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::upload::{Reply, ReplyForm, Sent};
use crate::api::body::{Body, Path};
use crate::api::caller::Caller;
use crate::api::problem::{Problem, Result, Told};
use crate::app::App;
use crate::command::{Done, Refusal, answer};
use crate::id::{ConversationId, JournalId, MessageId};
use crate::rules::permission::Action;
use crate::store;

/// What was written.
#[derive(Debug, Serialize, ToSchema)]
pub struct Written {
    /// The message: `POST /messages/{message}/withdraw` takes an answer back while it is held.
    message: MessageId,
    /// The journal row.
    journal: JournalId,
    /// The conversation.
    conversation: ConversationId,
}

async fn written(app: &App, caller: &Caller, done: Done) -> Result<(StatusCode, Json<Written>)> {
    let mut conn = app.db.read().await?;
    let row = store::journal::get(&mut conn, caller.actor.organisation, done.journal).await?;
    let message = MessageId(row.ok_or_else(Problem::not_found)?.subject_id);
    let it = Written { message, journal: done.journal, conversation: done.conversation };
    Ok((StatusCode::CREATED, Json(it)))
}

/// `Idempotency-Key`, if there is one: 1 to 200 visible ASCII characters.
#[derive(Debug)]
pub struct Key(Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for Key {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let Some(value) = parts.headers.get("idempotency-key") else { return Ok(Self(None)) };
        let text = value.to_str().unwrap_or_default();
        if text.is_empty() || text.len() > 200 || !text.bytes().all(|it| it.is_ascii_graphic()) {
            return Err(Refusal::Invalid { field: "Idempotency-Key", code: "form" }.into());
        }
        Ok(Self(Some(text.to_owned())))
    }
}

/// Answer a conversation
///
/// The answer is held for ten seconds, then it leaves. Sent again with the same `Idempotency-Key` within a
/// day, it is given once and told as it was given.
#[utoipa::path(post, path = "/conversations/{id}/replies", operation_id = "reply", tag = "messages",
    params(("id" = ConversationId, Path, description = "Which conversation."),
        ("Idempotency-Key" = Option<String>, Header, description = "1 to 200 visible ASCII characters of your choice.")),
    request_body(content((Reply = "application/json"), (ReplyForm = "multipart/form-data"))),
    responses((status = 201, description = "It is held, then it leaves.", body = Written),
        (status = 409, description = "A colleague has answered since.", body = Told, content_type = "application/problem+json")),
    extensions(("x-action" = json!(Action::Answer))))]
pub async fn reply(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<ConversationId>,
    Key(key): Key,
    Sent(answer): Sent,
) -> Result<(StatusCode, Json<Written>)> {
    let done = answer::reply_once(&app, &caller.actor, id, answer, key.as_deref()).await?;
    written(&app, &caller, done).await
}

/// A note to write.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// What it says: 1 to 20,000 characters.
    text: String,
}

/// Write an internal note
///
/// It never leaves the house.
#[utoipa::path(post, path = "/conversations/{id}/notes", operation_id = "note", tag = "messages",
    params(("id" = ConversationId, Path, description = "Which conversation.")), request_body = Note,
    responses((status = 201, description = "It is kept.", body = Written)),
    extensions(("x-action" = json!(Action::Note))))]
pub async fn note(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<ConversationId>,
    Body(note): Body<Note>,
) -> Result<(StatusCode, Json<Written>)> {
    let done = answer::note(&app, &caller.actor, id, &note.text).await?;
    written(&app, &caller, done).await
}
