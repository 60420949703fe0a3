//! Channels: the connected accounts, whether each is heard and what to do when it isn't, what it can do and
//! why not; connecting, pausing and removing them.

pub mod connect;
pub mod secret;

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::Method;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use parvis_channels::{CapabilityKey, CapabilitySet, Support};
use serde::Deserialize;

use super::Route;
use super::error::{Failure, page};
use super::hook;
use super::inbox::context::{Heard, heard};
use super::inbox::house::channel_icon;
use super::inbox::refusal;
use super::language::Words;
use super::layout::{Layout, Place};
use super::session::Signed;
use crate::account;
use crate::app::App;
use crate::clock::DAY;
use crate::command;
use crate::id::{ChannelId, DeskId};
use crate::intake::overhear::Overheard;
use crate::rules::permission::Action;
use crate::store::channel::{self, Channel, Renewal};
use crate::store::house::House;

/// The routes and the right that each needs.
pub const ROUTES: &[Route] = &[
    Route::get("/channels", Action::ReadChannels),
    Route::get("/channels/new", Action::ManageChannels),
    Route::sensitive("/channels/new/{kind}", Action::ManageChannels),
    Route::get("/channels/oauth/callback", Action::ManageChannels),
    Route::open(Method::GET, "/oauth-client-metadata.json"),
    Route::get("/channels/{id}", Action::ReadChannels),
    Route::sensitive("/channels/{id}", Action::ManageChannels),
    Route::post("/channels/{id}/pause", Action::ManageChannels),
    Route::post("/channels/{id}/resume", Action::ManageChannels),
    Route::sensitive("/channels/{id}/reconnect", Action::ManageChannels),
    Route::sensitive("/channels/{id}/secret", Action::ManageChannels),
    Route::post("/channels/{id}/remove", Action::ManageChannels),
];

/// The router of these pages.
pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/channels", get(list))
        .route("/channels/new", get(connect::choose))
        .route("/channels/new/{kind}", post(connect::connect))
        .route("/channels/oauth/callback", get(connect::callback))
        .route("/oauth-client-metadata.json", get(connect::description))
        .route("/channels/{id}", get(one).post(edit))
        .route("/channels/{id}/pause", post(pause))
        .route("/channels/{id}/resume", post(resume))
        .route("/channels/{id}/reconnect", post(connect::reconnect))
        .route("/channels/{id}/secret", post(secret::rotate))
        .route("/channels/{id}/remove", post(remove))
}

/// A channel in the list.
struct Line {
    heard: Heard,
    kind: String,
    handle: String,
    desk: String,
}

#[derive(Template)]
#[template(path = "channel/list.html")]
struct ListPage {
    layout: Layout,
    lines: Vec<Line>,
    say: String,
    manage: bool,
}

async fn list(State(app): State<Arc<App>>, signed: Signed) -> Result<Response, Failure> {
    let (now, words) = (app.now(), &signed.words);
    let mut conn = app.db.read().await?;
    let house = House::read(&mut conn, signed.actor.organisation).await?;
    let line = |it| line(&app, &signed, &house, it, now);
    let mut lines: Vec<Line> = house.channels.iter().map(line).collect();
    lines.sort_by_key(|it| !it.heard.deaf);
    let deaf = lines.iter().filter(|it| it.heard.deaf).count();
    let say = match (lines.len(), deaf) {
        (0, _) => words.t("channels-none"),
        (count, 0) => words.t1("channels-all-heard", "count", count),
        (_, deaf) => words.t1("channels-deaf", "count", deaf),
    };
    let layout = Layout::of(&mut conn, &signed, Place::Channels, words.t("place-channels")).await?;
    page(&ListPage { layout, lines, say, manage: signed.actor.may(Action::ManageChannels) })
}

fn line(app: &App, signed: &Signed, house: &House, it: &Channel, now: i64) -> Line {
    Line {
        heard: heard(signed, it, now),
        kind: signed.words.named("network", &it.kind),
        handle: address(app, it),
        desk: house.desk(it.desk).map(|desk| desk.name.clone()).unwrap_or_default(),
    }
}

/// What people know the account by: its handle, the address of the feed, or where it is pushed to.
fn address(app: &App, it: &Channel) -> String {
    match it.handle.trim_start_matches('@') {
        "" if account::is_pushed(it) => hook::address(app, it.id),
        "" => it.base_url.clone(),
        handle => format!("@{handle}"),
    }
}

/// A line of the capability table.
struct Can {
    name: String,
    class: &'static str,
    icon: &'static str,
    support: String,
    reason: String,
}

/// A time in which the channel couldn't be heard.
struct Hole {
    from: String,
    length: String,
    reason: String,
}

/// A fact about the channel.
struct Fact {
    name: String,
    value: String,
}

#[derive(Template)]
#[template(path = "channel/one.html")]
struct OnePage {
    layout: Layout,
    id: ChannelId,
    icon: &'static str,
    name: String,
    address: String,
    desk: DeskId,
    paused: bool,
    heard: bool,
    deaf: bool,
    said: String,
    /// The last error in words, with what to do.
    advice: Option<(String, String)>,
    /// The error as the network's room put it, for the fold.
    detail: Option<String>,
    facts: Vec<Fact>,
    can: Vec<Can>,
    holes: Vec<Hole>,
    house: Arc<House>,
    manage: bool,
    reconnects: bool,
    /// Why its access can't be renewed, and until when it is still good.
    ending: Option<String>,
    /// Its secret is made here, and can be replaced.
    pushed: bool,
}

async fn one(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<ChannelId>,
) -> Result<Response, Failure> {
    let (now, words, organisation) = (app.now(), &signed.words, signed.actor.organisation);
    let mut conn = app.db.read().await?;
    let house = House::read(&mut conn, signed.actor.organisation).await?;
    let it = house.channel(id).cloned().ok_or_else(Failure::not_found)?;
    let gaps = channel::gaps(&mut conn, organisation, now - 35 * DAY).await?;
    let holes = gaps.iter().rev().filter(|gap| gap.channel == id).take(10).map(|gap| Hole {
        from: words.moment(gap.from_at, now),
        length: words.span(gap.to_at.unwrap_or(now) - gap.from_at),
        reason: words.named("channel-error", &gap.reason),
    });
    let holes = holes.collect();
    let passed = Overheard::of(&mut conn, organisation, id).await?;
    let layout = Layout::of(&mut conn, &signed, Place::Channels, it.name.clone()).await?;
    let told = heard(&signed, &it, now);
    let code = it.health.error_code.clone().filter(|_| told.deaf);
    page(&OnePage {
        layout: layout.with_context(words.named("network", &it.kind)),
        id,
        icon: channel_icon(&it.kind),
        address: address(&app, &it),
        desk: it.desk,
        paused: it.state == "paused",
        heard: it.health.heard_at.is_some(),
        deaf: told.deaf,
        said: told.said,
        advice: code.map(|code| (words.named("channel-error", &code), words.named("channel-advice", &code))),
        detail: it.health.error_text.clone().filter(|_| told.deaf),
        facts: facts(words, &it, passed.as_ref(), now),
        can: capabilities(words, &it),
        holes,
        house,
        manage: signed.actor.may(Action::ManageChannels),
        reconnects: signs_in(&it),
        ending: ending(words, &it, now).filter(|_| !told.deaf),
        pushed: account::is_pushed(&it),
        name: it.name,
    })
}

/// What to say of an access that is still good and can't be renewed.
fn ending(words: &Words, it: &Channel, now: i64) -> Option<String> {
    let renewal = it.renewal.filter(|it| *it != Renewal::Begun)?;
    let until = it.secret_expires_at.map_or_else(String::new, |at| words.moment(at, now));
    Some(words.t1(&format!("channel-renewal-{}", renewal.as_str()), "until", until))
}

/// Whether there is access that can end and be given anew.
fn signs_in(it: &Channel) -> bool {
    it.kind != "feed" && !account::is_pushed(it)
}

fn facts(words: &Words, it: &Channel, passed: Option<&Overheard>, now: i64) -> Vec<Fact> {
    let health = &it.health;
    let never = || words.t("fact-never");
    let fact = |key: &str, value: String| Fact { name: words.t(key), value };
    let mut facts = vec![
        fact("fact-heard", health.heard_at.map_or_else(never, |at| words.moment(at, now))),
        fact("fact-tried", health.tried_at.map_or_else(never, |at| words.moment(at, now))),
        fact("fact-since", words.day(it.created_at, now)),
    ];
    if let (Some(limit), Some(left)) = (health.rate_limit, health.rate_remaining) {
        let until = health.rate_reset_at.map_or_else(String::new, |at| words.moment(at, now));
        facts.push(fact(
            "fact-budget",
            words.t3("fact-budget-left", "left", left, "limit", limit, "until", until),
        ));
    }
    if let Some(it) = passed {
        let value = words.t2("fact-public-passed", "passed", it.passed, "found", it.found);
        facts.push(fact("fact-public", value));
    }
    if let Some(code) = &health.notice_code {
        let detail = health.notice_text.clone().unwrap_or_default();
        facts.push(fact("fact-notice", words.t1(&format!("notice-{code}"), "detail", detail)));
    }
    let expiry = it.secret_expires_at.map(|at| words.day(at, now));
    if signs_in(it) {
        facts.push(fact("fact-expiry", expiry.unwrap_or_else(|| words.t("fact-no-expiry"))));
    }
    facts
}

fn capabilities(words: &Words, it: &Channel) -> Vec<Can> {
    let set: CapabilitySet = serde_json::from_str(&it.capabilities).unwrap_or_default();
    CapabilityKey::ALL
        .into_iter()
        .map(|key| {
            let found = set.get(key);
            let (class, icon, support) = match found.support {
                Support::Native => ("ok", "check", "native"),
                Support::Emulated => ("act", "check2", "emulated"),
                Support::Conditional => ("wait", "info", "conditional"),
                Support::Unsupported => ("", "x", "unsupported"),
            };
            Can {
                name: words.named("can", key.as_str()),
                class,
                icon,
                support: words.named("support", support),
                reason: found.reason.map(|why| words.named("why", why.code())).unwrap_or_default(),
            }
        })
        .collect()
}

/// The form of a channel's name and desk.
#[derive(Deserialize)]
pub struct Edit {
    #[serde(default)]
    name: String,
    desk: DeskId,
}

async fn edit(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<ChannelId>,
    Form(form): Form<Edit>,
) -> Result<Response, Failure> {
    let result = command::channel::edit(&app, &signed.actor, id, &form.name, form.desk).await;
    result.map_err(|refused| refusal::failure(refused, &signed.words))?;
    Ok(back(id))
}

async fn pause(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<ChannelId>,
) -> Result<Response, Failure> {
    let result = command::channel::pause(&app, &signed.actor, id).await;
    result.map_err(|refused| refusal::failure(refused, &signed.words))?;
    Ok(back(id))
}

async fn resume(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<ChannelId>,
) -> Result<Response, Failure> {
    let result = command::channel::resume(&app, &signed.actor, id).await;
    result.map_err(|refused| refusal::failure(refused, &signed.words))?;
    Ok(back(id))
}

async fn remove(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<ChannelId>,
) -> Result<Response, Failure> {
    let result = command::channel::remove(&app, &signed.actor, id).await;
    result.map_err(|refused| refusal::failure(refused, &signed.words))?;
    Ok(Redirect::to("/channels").into_response())
}

fn back(id: ChannelId) -> Response {
    Redirect::to(&format!("/channels/{id}")).into_response()
}
