//! Connecting a channel: a Mastodon account by the network's own sign-in page, a feed by its address.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use url::Url;

use super::super::error::{Failure, page, page_with};
use super::super::inbox::refusal;
use super::super::layout::{Layout, Place};
use super::super::session::Signed;
use crate::app::App;
use crate::command::{self, Refusal};
use crate::id::{ChannelId, DeskId};
use crate::store;
use crate::store::desk::Desk;

#[derive(Template)]
#[template(path = "channel/new.html")]
struct NewPage {
    layout: Layout,
    desks: Vec<Desk>,
    /// Which form has a problem: `mastodon` or `feed`.
    which: &'static str,
    problem: Option<String>,
    /// The problem as the network's room put it.
    detail: Option<String>,
    server: String,
    address: String,
    name: String,
}

#[derive(Template)]
#[template(path = "channel/go.html")]
struct GoPage {
    layout: Layout,
    host: String,
    address: String,
}

/// `GET /channels/new`
pub async fn choose(State(app): State<Arc<App>>, signed: Signed) -> Result<Response, Failure> {
    let page_of = blank(&app, &signed).await?;
    page(&page_of)
}

async fn blank(app: &App, signed: &Signed) -> Result<NewPage, Failure> {
    let mut conn = app.db.read().await?;
    let title = signed.words.t("channel-new");
    let layout = Layout::of(&mut conn, signed, Place::Channels, title).await?;
    Ok(NewPage {
        layout,
        desks: store::desk::list(&mut conn, signed.actor.organisation).await?,
        which: "",
        problem: None,
        detail: None,
        server: String::new(),
        address: String::new(),
        name: String::new(),
    })
}

/// The form again, with what has to be mended.
async fn again(
    app: &App,
    signed: &Signed,
    which: &'static str,
    refused: Refusal,
    fill: impl FnOnce(&mut NewPage),
) -> Result<Response, Failure> {
    let detail = match &refused {
        Refusal::Network(error) => Some(error.to_string()),
        _ => None,
    };
    let Some((status, text)) = refusal::said(&refused, &signed.words) else {
        return Err(refusal::failure(refused, &signed.words));
    };
    let mut shown = blank(app, signed).await?;
    shown.which = which;
    shown.problem = Some(text);
    shown.detail = detail;
    fill(&mut shown);
    page_with(status, &shown)
}

/// The form of a Mastodon server.
#[derive(Deserialize)]
pub struct Server {
    #[serde(default)]
    server: String,
    desk: DeskId,
}

/// `POST /channels/mastodon`: registers at the server and shows the way to its sign-in page. A link, not a
/// redirect: the policy lets forms lead nowhere else, and people see where they are going.
pub async fn mastodon(
    State(app): State<Arc<App>>,
    signed: Signed,
    Form(form): Form<Server>,
) -> Result<Response, Failure> {
    match command::channel::begin_mastodon(&app, &signed.actor, &form.server, form.desk).await {
        Ok(address) => go(&app, &signed, &address).await,
        Err(refused) => again(&app, &signed, "mastodon", refused, |page| page.server = form.server).await,
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
    match command::channel::begin_mastodon(&app, &signed.actor, &it.base_url, it.desk).await {
        Ok(address) => go(&app, &signed, &address).await,
        Err(refused) => again(&app, &signed, "mastodon", refused, |page| page.server = it.base_url).await,
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
}

/// `GET /channels/oauth/callback`
pub async fn callback(
    State(app): State<Arc<App>>,
    signed: Signed,
    Query(returned): Query<Returned>,
) -> Result<Response, Failure> {
    if returned.code.is_empty() {
        let mut shown = blank(&app, &signed).await?;
        shown.which = "mastodon";
        shown.problem = Some(signed.words.t("channel-denied"));
        shown.detail = Some(returned.error).filter(|error| !error.is_empty());
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown);
    }
    match command::channel::finish_mastodon(&app, &signed.actor, &returned.state, &returned.code).await {
        Ok(id) => Ok(Redirect::to(&format!("/channels/{id}")).into_response()),
        Err(refused) => again(&app, &signed, "mastodon", refused, |_| ()).await,
    }
}

/// The form of a feed.
#[derive(Deserialize)]
pub struct Feed {
    #[serde(default)]
    address: String,
    #[serde(default)]
    name: String,
    desk: DeskId,
}

/// `POST /channels/feed`: reads the feed once and connects it.
pub async fn feed(
    State(app): State<Arc<App>>,
    signed: Signed,
    Form(form): Form<Feed>,
) -> Result<Response, Failure> {
    match command::channel::add_feed(&app, &signed.actor, &form.address, &form.name, form.desk).await {
        Ok(id) => Ok(Redirect::to(&format!("/channels/{id}")).into_response()),
        Err(refused) => {
            let fill = |page: &mut NewPage| {
                page.address = form.address;
                page.name = form.name;
            };
            again(&app, &signed, "feed", refused, fill).await
        }
    }
}
