//! The charter beside the field of an answer: what it says while somebody types, and one press that writes it otherwise.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use parvis_channels::ChannelKind;
use parvis_write::charter::apply;
use serde::Deserialize;

use super::filter::{Asked, address};
use super::refusal;
use crate::app::App;
use crate::command::answer::charter as command;
use crate::command::charter::applied;
use crate::command::{self as commands};
use crate::id::{ChannelId, ConversationId};
use crate::rules::permission::Action;
use crate::store::{self, Conn};
use crate::web::charter::{May, Remarks};
use crate::web::error::{Failure, page};
use crate::web::session::Signed;

/// What an answer's field holds, and what was pressed.
#[derive(Deserialize)]
pub struct Typed {
    #[serde(default)]
    mode: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    apply: String,
}

/// What the charter says of what stands in the field of an answer.
pub async fn read(
    conn: &mut Conn,
    signed: &Signed,
    id: ConversationId,
    kind: Option<ChannelKind>,
    asked: &Asked,
    text: &str,
) -> store::Result<Remarks> {
    // Most pages that are opened hold no text yet: they ask the database for nothing.
    let all = match text.trim() {
        "" => Vec::new(),
        _ => command::read(conn, signed.organisation.id, kind, text).await?,
    };
    let may = May {
        apply: Some(address(&format!("/inbox/{id}/charter"), &asked.query(), &[])),
        waive: false,
        settings: signed.actor.may(Action::Validate),
    };
    Ok(Remarks::of_answer(&signed.words, text, all, may))
}

async fn kind(conn: &mut Conn, signed: &Signed, channel: ChannelId) -> store::Result<Option<ChannelKind>> {
    let channel = store::channel::get(conn, signed.organisation.id, channel).await?;
    Ok(channel.and_then(|it| it.kind.parse().ok()))
}

/// `POST /inbox/{id}/charter`: what the charter says of the text; with `apply`, the text as a remark would have it is kept
/// as the writer's draft.
pub async fn check(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<ConversationId>,
    Query(asked): Query<Asked>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let failed = |refused| refusal::failure(refused, &signed.words);
    let text = typed.text.replace("\r\n", "\n");
    let mut conn = app.db.read().await?;
    let it = commands::load(&mut conn, &signed.actor, id, Action::Answer).await.map_err(failed)?;
    let kind = kind(&mut conn, &signed, it.channel).await?;
    if typed.apply.is_empty() {
        return page(&read(&mut conn, &signed, id, kind, &asked, &text).await?);
    }
    let all = command::read(&mut conn, signed.organisation.id, kind, &text).await?;
    drop(conn);
    let mut parts = typed.apply.splitn(3, ' ').skip(1);
    let new = match (parts.next(), parts.next().and_then(|it| it.parse().ok())) {
        (Some(rule), Some(start)) => applied(&text, &all, rule, start),
        _ => Some(apply(&text, &all)).filter(|_| typed.apply == "all"),
    };
    let new = new.ok_or_else(|| Failure::unprocessable("apply"))?;
    let mode = super::compose::mode_of(&typed.mode);
    commands::draft::save(&app, &signed.actor, id, mode, &new).await.map_err(failed)?;
    let back = address(&format!("/inbox/{id}"), &asked.query(), &[("mode", mode)]);
    Ok(Redirect::to(&back).into_response())
}
