//! Connecting a channel: by what the network's room asks for, or by the network's own sign-in page.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Form, Json};
use parvis_channels::{ChannelKind, Field, Input};
use serde::Deserialize;
use url::Url;

use super::super::error::{Failure, page, page_with};
use super::super::inbox::house::channel_icon;
use super::super::inbox::refusal;
use super::super::language::Words;
use super::super::layout::{Layout, Place};
use super::super::session::Signed;
use crate::app::App;
use crate::command::Refusal;
use crate::command::channel::connect::{self as command, Step};
use crate::id::{ChannelId, DeskId};
use crate::store;
use crate::store::desk::Desk;

/// What one types for a kind of channel.
struct Entry {
    name: &'static str,
    label: String,
    hint: Option<String>,
    /// `type` of the input.
    kind: &'static str,
    /// The words to choose from, each with its translation; none for a free text.
    choices: Vec<(&'static str, String)>,
    required: bool,
    example: &'static str,
    value: String,
}

/// A kind of channel that can be connected.
struct Offer {
    kind: &'static str,
    icon: &'static str,
    title: String,
    why: String,
    entries: Vec<Entry>,
    name: String,
    /// What has to be mended.
    problem: Option<String>,
    /// The problem as the network's room put it.
    detail: Option<String>,
}

#[derive(Template)]
#[template(path = "channel/new.html")]
struct NewPage {
    layout: Layout,
    desks: Vec<Desk>,
    offers: Vec<Offer>,
}

#[derive(Template)]
#[template(path = "channel/go.html")]
struct GoPage {
    layout: Layout,
    host: String,
    address: String,
}

/// What was typed before: shown again, but for secrets.
type Before = BTreeMap<String, String>;

fn entry(words: &Words, kind: ChannelKind, field: &Field, before: &Before) -> Entry {
    let key = format!("channel-{kind}-{}", field.name);
    let choices: &[_] = if let Input::Choice(choices) = field.input { choices } else { &[] };
    let secret = field.input == Input::Secret;
    let value = before.get(field.name).filter(|_| !secret).cloned().unwrap_or_default();
    Entry {
        name: field.name,
        label: words.t(&key),
        hint: words.maybe(&format!("{key}-hint")),
        kind: if secret { "password" } else { "text" },
        choices: choices.iter().map(|&word| (word, words.named(&key, word))).collect(),
        required: field.required,
        example: field.example,
        value,
    }
}

fn offer(words: &Words, kind: ChannelKind, before: &Before) -> Offer {
    let fields = parvis_channels::channel(kind).fields();
    Offer {
        kind: kind.as_str(),
        icon: channel_icon(kind.as_str()),
        title: words.named("network", kind.as_str()),
        why: words.t(&format!("channel-{kind}-why")),
        entries: fields.iter().map(|field| entry(words, kind, field, before)).collect(),
        name: before.get("name").cloned().unwrap_or_default(),
        problem: None,
        detail: None,
    }
}

/// The page, with what was typed for `kind` before.
async fn blank(
    app: &App,
    signed: &Signed,
    kind: Option<ChannelKind>,
    before: &Before,
) -> Result<NewPage, Failure> {
    let mut conn = app.db.read().await?;
    let words = &signed.words;
    let nothing = Before::new();
    let offer = |it| offer(words, it, if kind == Some(it) { before } else { &nothing });
    let offers = ChannelKind::ALL.into_iter().map(offer).collect();
    let layout = Layout::of(&mut conn, signed, Place::Channels, words.t("channel-new")).await?;
    let mut desks = store::desk::list(&mut conn, signed.actor.organisation).await?;
    desks.retain(Desk::is_open);
    Ok(NewPage { layout, desks, offers })
}

/// `GET /channels/new`
pub async fn choose(State(app): State<Arc<App>>, signed: Signed) -> Result<Response, Failure> {
    page(&blank(&app, &signed, None, &Before::new()).await?)
}

/// The form again, with what has to be mended.
async fn again(
    app: &App,
    signed: &Signed,
    kind: ChannelKind,
    refused: Refusal,
    before: &Before,
) -> Result<Response, Failure> {
    let detail = match &refused {
        Refusal::Network(error) => Some(error.to_string()),
        _ => None,
    };
    let (status, text) = match said(kind, &refused, &signed.words) {
        Some(said) => said,
        None => return Err(refusal::failure(refused, &signed.words)),
    };
    let shown = with_problem(blank(app, signed, Some(kind), before).await?, kind, text, detail);
    page_with(status, &shown)
}

fn with_problem(mut shown: NewPage, kind: ChannelKind, text: String, detail: Option<String>) -> NewPage {
    if let Some(offer) = shown.offers.iter_mut().find(|offer| offer.kind == kind.as_str()) {
        (offer.problem, offer.detail) = (Some(text), detail);
    }
    shown
}

/// The refusal in a sentence that names the field as the form does.
fn said(kind: ChannelKind, refused: &Refusal, words: &Words) -> Option<(StatusCode, String)> {
    if let Refusal::Invalid { field, code } = refused
        && let Some(label) = words.maybe(&format!("channel-{kind}-{field}"))
        && let Some(text) = words.maybe(&format!("connect-{code}"))
    {
        return Some((
            StatusCode::UNPROCESSABLE_ENTITY,
            words.t2("connect-field", "field", label, "what", text),
        ));
    }
    refusal::said(refused, words)
}

/// The form of a kind: desk, name, and what the kind asks for.
#[derive(Deserialize)]
pub struct Wanted {
    desk: DeskId,
    #[serde(flatten)]
    typed: Before,
}

/// `POST /channels/new/{kind}`. Where the network has a sign-in page of its own, people get a link to it, not
/// a redirect: the policy lets forms lead nowhere else, and people see where they are going.
pub async fn connect(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(kind): Path<String>,
    Form(form): Form<Wanted>,
) -> Result<Response, Failure> {
    let kind: ChannelKind = kind.parse().map_err(|_| Failure::not_found())?;
    let mut typed = form.typed.clone();
    let name = typed.remove("name").unwrap_or_default();
    match command::connect(&app, &signed.actor, kind, typed, &name, form.desk).await {
        Ok(Step::Connected { id, secret: Some(secret) }) => {
            super::secret::show(&app, &signed, id, &secret).await
        }
        Ok(Step::Connected { id, secret: None }) => Ok(super::back(id)),
        Ok(Step::SignIn(address)) => go(&app, &signed, &address).await,
        Err(refused) => again(&app, &signed, kind, refused, &form.typed).await,
    }
}

/// `POST /channels/{id}/reconnect`: the same for an account that is connected already.
pub async fn reconnect(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<ChannelId>,
) -> Result<Response, Failure> {
    let mut conn = app.db.read().await?;
    let it = store::channel::get(&mut conn, signed.actor.organisation, id).await?;
    let it = it.filter(|it| it.state != "removed").ok_or_else(Failure::not_found)?;
    drop(conn);
    let Some((kind, typed)) = command::again(&app, &it) else {
        return Ok(Redirect::to(&format!("/channels/new#h-{}", it.kind)).into_response());
    };
    match command::connect(&app, &signed.actor, kind, typed.clone(), &it.name, it.desk).await {
        Ok(Step::SignIn(address)) => go(&app, &signed, &address).await,
        Ok(Step::Connected { id, .. }) => Ok(super::back(id)),
        Err(refused) => again(&app, &signed, kind, refused, &typed).await,
    }
}

async fn go(app: &App, signed: &Signed, address: &Url) -> Result<Response, Failure> {
    let mut conn = app.db.read().await?;
    let title = signed.words.t("channel-new");
    let layout = Layout::of(&mut conn, signed, Place::Channels, title).await?;
    let host = address.host_str().unwrap_or_default().to_owned();
    page(&GoPage { layout, host, address: address.to_string() })
}

/// What the network's sign-in page sends back.
#[derive(Deserialize)]
pub struct Returned {
    #[serde(default)]
    state: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    error: String,
    iss: Option<String>,
}

/// `GET /channels/oauth/callback`
pub async fn callback(
    State(app): State<Arc<App>>,
    signed: Signed,
    Query(returned): Query<Returned>,
) -> Result<Response, Failure> {
    let begun = command::take_begun(&app, &signed.actor, &returned.state).await;
    let begun = begun.map_err(|refused| refusal::failure(refused, &signed.words))?;
    let (kind, nothing) = (begun.kind, Before::new());
    if returned.code.is_empty() {
        let shown = blank(&app, &signed, None, &nothing).await?;
        let detail = Some(returned.error).filter(|error| !error.is_empty());
        let shown = with_problem(shown, kind, signed.words.t("channel-denied"), detail);
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown);
    }
    let came = parvis_channels::Returned { code: returned.code, issuer: returned.iss };
    match command::finish(&app, &signed.actor, begun, &came).await {
        Ok(id) => Ok(super::back(id)),
        Err(refused) => again(&app, &signed, kind, refused, &nothing).await,
    }
}

/// `GET /oauth-client-metadata.json`: what networks read to know who sends people to their sign-in page.
pub async fn description(State(app): State<Arc<App>>) -> Response {
    match command::description(&app).await {
        Ok(Some(said)) => ([(header::CACHE_CONTROL, "public, max-age=300")], Json(said)).into_response(),
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => {
            tracing::error!(%error, "what Parvis says of itself can't be read");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}
