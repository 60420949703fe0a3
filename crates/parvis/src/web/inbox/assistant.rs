//! Answers that the assistant proposes beside the field: asked for, shown, and the one that is chosen. It becomes the person's
//! own draft; nothing is answered by it.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::compose::{keep_draft, mode_of};
use super::filter::{Asked, address};
use crate::app::App;
use crate::command::assistant as command;
use crate::id::ConversationId;
use crate::web::charter::ANSWER;
use crate::web::error::Failure;
use crate::web::layout::Place;
use crate::web::proposal::{Proposals, proposed};
use crate::web::session::Signed;

/// What an answer's field holds, and what was chosen.
#[derive(Deserialize)]
pub struct Typed {
    #[serde(default)]
    mode: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    take: String,
}

/// `POST /inbox/{id}/assistant`
pub async fn propose(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<ConversationId>,
    Query(asked): Query<Asked>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let (mode, text) = (mode_of(&typed.mode), typed.text.replace("\r\n", "\n"));
    // Whoever waits for an answer may close the page.
    keep_draft(&app, &signed, id, mode, &text).await?;
    let found = command::answers(&app, &signed.actor, id, &text).await;
    let take = address(&format!("/inbox/{id}/assistant/take"), &asked.query(), &[("mode", mode)]);
    let back = address(&format!("/inbox/{id}"), &asked.query(), &[("mode", mode)]);
    let proposals = Proposals::of(&signed.words, (take, ANSWER.to_owned()), found)?;
    let fields = vec![("mode".to_owned(), mode.to_owned())];
    let mut conn = app.db.read().await?;
    proposed(&mut conn, &signed, Place::Inbox, (signed.words.t("proposals"), back), (fields, proposals)).await
}

/// `POST /inbox/{id}/assistant/take`: the proposal that was chosen becomes what the person is typing.
pub async fn take(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<ConversationId>,
    Query(asked): Query<Asked>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let mode = mode_of(&typed.mode);
    keep_draft(&app, &signed, id, mode, &typed.take).await?;
    let back = address(&format!("/inbox/{id}"), &asked.query(), &[("mode", mode)]);
    Ok(Redirect::to(&back).into_response())
}
