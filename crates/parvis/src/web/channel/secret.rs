//! The secret of a webhook: shown once, when it is made, with what to do with it; and a new one in its place.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use parvis_channels::Secret;
use serde::Deserialize;

use super::super::error::{Failure, page_with};
use super::super::hook;
use super::super::inbox::refusal;
use super::super::layout::{Layout, Place};
use super::super::session::Signed;
use crate::app::App;
use crate::command::channel::rotate::{self as command, Former};
use crate::id::ChannelId;
use crate::store;

#[derive(Template)]
#[template(path = "channel/secret.html")]
struct SecretPage {
    layout: Layout,
    id: ChannelId,
    name: String,
    address: String,
    secret: String,
}

/// The page that shows a secret, the only time.
///
/// # Errors
/// The channel isn't there, or the database is away.
pub async fn show(app: &App, signed: &Signed, id: ChannelId, secret: &Secret) -> Result<Response, Failure> {
    let mut conn = app.db.read().await?;
    let found = store::channel::get(&mut conn, signed.actor.organisation, id).await?;
    let it = found.ok_or_else(Failure::not_found)?;
    let layout = Layout::of(&mut conn, signed, Place::Channels, it.name.clone()).await?;
    let address = hook::address(app, id);
    let shown = SecretPage { layout, id, name: it.name, address, secret: secret.expose().to_owned() };
    page_with(StatusCode::CREATED, &shown)
}

/// The form of a new secret.
#[derive(Deserialize)]
pub struct Wanted {
    former: Former,
}

/// `POST /channels/{id}/secret`
pub async fn rotate(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<ChannelId>,
    Form(form): Form<Wanted>,
) -> Result<Response, Failure> {
    let made = command::rotate(&app, &signed.actor, id, form.former).await;
    let secret = made.map_err(|refused| refusal::failure(refused, &signed.words))?;
    show(&app, &signed, id, &secret).await
}
