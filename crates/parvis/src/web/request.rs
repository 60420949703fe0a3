//! Requests for material: the list, the form that asks, and the page of one with what was delivered. Plain forms; what may be
//! done is asked of the commands.

mod new;
mod one;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use serde::Deserialize;

use super::Route;
use super::error::{Failure, page};
use super::language::Words;
use super::layout::{Layout, Place};
use super::session::Signed;
use crate::app::App;
use crate::command::answer::UPLOAD_BYTES;
use crate::command::asset::only;
use crate::command::request::MOST;
use crate::id::RequestId;
use crate::rules::permission::Action;
use crate::rules::request::RequestState;
use crate::store::house::House;
use crate::store::request::{self as room, Filter, Request};
use crate::store::{self, Conn};

/// The routes and the right that each needs.
pub const ROUTES: &[Route] = &[
    Route::get("/requests", Action::ReadMaterial),
    Route::post("/requests", Action::Schedule),
    Route::get("/requests/new", Action::Schedule),
    Route::get("/requests/{id}", Action::ReadMaterial),
    Route::post("/requests/{id}/answer", Action::BringMaterial),
    Route::post("/requests/{id}/delivery", Action::BringMaterial),
    Route::post("/requests/{id}/step", Action::Schedule),
    Route::post("/requests/{id}/place", Action::Write),
];

/// The router of these pages.
pub fn router() -> Router<Arc<App>> {
    let files = usize::try_from(MOST).unwrap_or(1);
    let delivery = DefaultBodyLimit::max(files * UPLOAD_BYTES + 64 * 1024);
    Router::new()
        .route("/requests", get(list).post(new::make))
        .route("/requests/new", get(new::begin))
        .route("/requests/{id}", get(one::show))
        .route("/requests/{id}/answer", post(one::answer))
        .route("/requests/{id}/delivery", post(one::deliver).layer(delivery))
        .route("/requests/{id}/step", post(one::step))
        .route("/requests/{id}/place", post(one::place))
}

/// Requests of one page.
const PAGE: i64 = 50;

/// What the address asks for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    /// Empty for what is open, `mine`, `late` or `all`.
    show: String,
    after: Option<RequestId>,
}

/// A line of a list.
pub(super) struct Line {
    pub(super) id: RequestId,
    pub(super) title: String,
    /// For what, by whom.
    pub(super) about: String,
    pub(super) due: String,
    pub(super) chip: (&'static str, &'static str, String),
}

#[derive(Template)]
#[template(path = "request/list.html")]
struct ListPage {
    layout: Layout,
    lines: Vec<Line>,
    shows: [&'static str; 4],
    show: &'static str,
    asks: bool,
    own: bool,
    last: Option<RequestId>,
}

/// Class, icon and words of where it stands.
pub(super) fn chip(words: &Words, it: &Request, now: i64) -> (&'static str, &'static str, String) {
    let said = words.named("request-state", it.state.as_str());
    if it.state.is_awaited() && it.due_at <= now {
        return ("alert", "alert", format!("{said} · {}", words.t("request-late")));
    }
    match it.state {
        RequestState::Asked => ("", "clock", said),
        RequestState::Accepted => ("", "pen", said),
        RequestState::Delivered => ("act", "eye", said),
        RequestState::SentBack => ("wait", "undo", said),
        RequestState::Kept => ("ok", "check", said),
        RequestState::Declined => ("alert", "x", said),
        RequestState::Withdrawn => ("", "x", said),
    }
}

/// The names of the formats that are asked for, with their pixels.
fn formats(words: &Words, it: &Request) -> Vec<String> {
    let named = it.formats.split(',').filter_map(crate::rules::asset::Format::named);
    named.map(|it| format!("{} · {} × {}", words.named("format", it.name), it.width, it.height)).collect()
}

/// Some requests as lines.
pub(super) fn lines(words: &Words, house: &House, all: &[Request], now: i64) -> Vec<Line> {
    let name = |id| house.colleague(id).map(|it| it.name.clone()).unwrap_or_default();
    let line = |it: &Request| Line {
        id: it.id,
        title: it.title.clone(),
        about: words.t2("request-about", "who", name(it.asked_of), "by", name(it.asked_by)),
        due: words.moment(it.due_at, now),
        chip: chip(words, it, now),
    };
    all.iter().map(line).collect()
}

/// How many requests wait for the reader to make something, and how many of them are late.
pub(super) async fn awaited(conn: &mut Conn, signed: &Signed, now: i64) -> store::Result<(usize, usize)> {
    if !signed.actor.may(Action::BringMaterial) {
        return Ok((0, 0));
    }
    let mine = Filter { of: Some(signed.actor.colleague), awaited: true, ..Filter::default() };
    let all = room::list(conn, signed.organisation.id, &mine, 99).await?;
    Ok((all.len(), all.iter().filter(|it| it.due_at <= now).count()))
}

async fn list(
    State(app): State<Arc<App>>,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let (words, now, house) = (&signed.words, app.now(), signed.organisation.id);
    let shows = ["open", "mine", "late", "all"];
    let show = shows.into_iter().find(|it| *it == asked.show).unwrap_or("open");
    let filter = Filter {
        of: only(&signed.actor),
        mine: (show == "mine").then_some(signed.actor.colleague),
        open: matches!(show, "open" | "mine"),
        awaited: show == "late",
        due: (show == "late").then_some((0, now + 1)),
        after: asked.after,
        ..Filter::default()
    };
    let mut conn = app.db.read().await?;
    let mut found = room::list(&mut conn, house, &filter, PAGE + 1).await?;
    let more = i64::try_from(found.len()).unwrap_or(0) > PAGE;
    if more {
        found.pop();
    }
    let names = House::read(&mut conn, house).await?;
    let layout = Layout::of(&mut conn, &signed, Place::Speak, words.t("place-requests")).await?;
    let own = only(&signed.actor).is_some();
    page(&ListPage {
        layout: layout.with_context(words.t(if own { "requests-own" } else { "requests-context" })),
        last: found.last().filter(|_| more).map(|it| it.id),
        lines: lines(words, &names, &found, now),
        shows,
        show,
        asks: signed.actor.may(Action::Schedule),
        own,
    })
}
