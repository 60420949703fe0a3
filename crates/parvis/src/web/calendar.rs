//! The calendar: what leaves when, by month, by week and as a list, on the reader's clock. What speaks against
//! a day is said before anything is dropped on it. And a private address for other calendars ([`feed`]).

mod feed;
mod grid;
mod import;
mod layer;
mod turn;

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use jiff::civil::Date;
use parvis_write::wear::{self as wears, Planned, Reading};
use serde::Deserialize;

use self::grid::{Day, Event, View};
use super::Route;
use super::error::{Failure, page};
use super::gauge::Gauge;
use super::inbox::refusal;
use super::language::Words;
use super::layout::{Layout, Place, Toast};
use super::session::Signed;
use crate::app::App;
use crate::command;
use crate::command::post::only;
use crate::id::PostId;
use crate::rules::permission::Action;
use crate::rules::post::{State as Standing, Step};
use crate::rules::wear;
use crate::store::feed as room;
use crate::store::house::House;
use crate::store::post::{self, Filter, Post};
use crate::store::{self, Conn};

/// The routes and the right that each needs. The feed is open: what stands in its address says whose it is.
pub const ROUTES: &[Route] = &[
    Route::get("/calendar", Action::ReadPosts),
    Route::get("/calendar/layers", Action::ReadLaunches),
    Route::post("/calendar/layers", Action::Schedule),
    Route::get("/calendar/layers/{id}", Action::ReadLaunches),
    Route::post("/calendar/layers/{id}", Action::Schedule),
    Route::post("/calendar/layers/{id}/read", Action::Schedule),
    Route::post("/calendar/layers/{id}/remove", Action::Schedule),
    Route::post("/calendar/layers/{id}/hide", Action::ReadLaunches),
    Route::get("/calendar/import", Action::Propose),
    Route::post("/calendar/import", Action::Propose),
    Route::get("/calendar/import/template.csv", Action::Propose),
    Route::get("/calendar/import/{id}", Action::Propose),
    Route::post("/calendar/import/{id}", Action::Propose),
    Route::post("/calendar/feed", Action::ReadPosts),
    Route::post("/calendar/feed/revoke", Action::ReadPosts),
    Route::open(axum::http::Method::GET, "/calendar/feed/{secret}"),
];

/// The router of these pages.
pub fn router() -> Router<Arc<App>> {
    let file = DefaultBodyLimit::max(command::post::import::BYTES + 64 * 1024);
    let calendar = DefaultBodyLimit::max(crate::rules::layer::BYTES + 64 * 1024);
    Router::new()
        .route("/calendar", get(show))
        .route("/calendar/layers", get(layer::list).merge(post(layer::add).layer(calendar)))
        .route("/calendar/layers/{id}", get(layer::show).merge(post(layer::change).layer(calendar)))
        .route("/calendar/layers/{id}/read", post(layer::read))
        .route("/calendar/layers/{id}/remove", post(layer::remove))
        .route("/calendar/layers/{id}/hide", post(layer::hide))
        .route("/calendar/import", get(import::begin).merge(post(import::bring).layer(file)))
        .route("/calendar/import/template.csv", get(import::template))
        .route("/calendar/import/{id}", get(import::look).post(import::make))
        .route("/calendar/feed", post(make))
        .route("/calendar/feed/revoke", post(revoke))
        .route("/calendar/feed/{secret}", get(feed::serve))
}

/// Posts of a state that are looked at for those without an hour.
const WAITING: i64 = 200;

/// Requests for material that are shown at most.
const REQUESTS: i64 = 500;

/// What the address asks for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    view: String,
    at: String,
    done: String,
    on: Option<PostId>,
}

#[derive(Template)]
#[template(path = "calendar.html")]
struct CalendarPage {
    layout: Layout,
    view: &'static str,
    title: String,
    before: String,
    after: String,
    at: String,
    weekdays: Vec<String>,
    weeks: Vec<(String, Vec<Day>)>,
    /// What is kept and has no hour yet.
    waiting: Vec<Event>,
    /// Themes that are planned or were lately said, with their gauge, the most tired first.
    gauges: Vec<Gauge>,
    /// What is to be said of the variety of what is ahead.
    variety: Option<String>,
    /// `theme: what the gauge says` of those that are tired, for the script (JSON).
    tired: String,
    proposes: bool,
    /// Sees calendars of others.
    layers: bool,
    /// Gives hours, keeps slots and asks for material.
    schedules: bool,
    /// Since when there is a private address.
    feed_since: Option<String>,
    /// The address, told this once.
    feed: Option<String>,
}

async fn show(
    State(app): State<Arc<App>>,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    shown(&app, &signed, &asked, None).await
}

async fn shown(app: &App, signed: &Signed, asked: &Asked, feed: Option<String>) -> Result<Response, Failure> {
    let (words, now, organisation) = (&signed.words, app.now(), signed.organisation.id);
    let mut conn = app.db.read().await?;
    let view = View::parse(&asked.view);
    let today = words.zoned(now).date();
    let at: Date =
        asked.at.parse().ok().filter(|it: &Date| (1970..2200).contains(&it.year())).unwrap_or(today);
    let days = view.days(at).ok_or_else(Failure::not_found)?;
    let (Some(first), Some(last)) = (days.first(), days.last()) else { return Err(Failure::not_found()) };
    let span = grid::span(words, *first, *last);
    // The days that the house keeps begin and end at its own midnights.
    let own = grid::span(&words.house(), *first, *last);
    let both = (span.0.min(own.0), span.1.max(own.1));
    let filter = Filter { only: only(&signed.actor), ..Filter::default() };
    let posts = post::between(&mut conn, organisation, both, &filter).await?;
    let targets = post::channels_of(&mut conn, organisation, posts.iter().map(|it| it.id)).await?;
    let house = House::read(&mut conn, organisation).await?;
    let is_shown = |it: &&Post| it.due_at.is_some_and(|at| (span.0..span.1).contains(&at));
    let count = posts.iter().filter(is_shown).filter(|it| it.state != Standing::Idea).count();
    let mut days = grid::fill(signed, &house, (view, at, today), &days, &posts, &targets);
    let fast = store::fast::of_posts(&mut conn, organisation, posts.iter().map(|it| it.id)).await?;
    let launches = super::launch::names(&mut conn, signed, &posts).await?;
    for day in &mut days {
        grid::mark(words, &mut day.events, &fast);
        grid::name(&mut day.events, &launches);
    }
    if signed.actor.may(Action::ReadLaunches) {
        let elsewhere = store::layer::between(&mut conn, organisation, both, signed.actor.colleague).await?;
        layer::put(words, &mut days, &elsewhere);
        grid::put(words, &mut days, &store::launch::between(&mut conn, organisation, both).await?);
    }
    if signed.actor.may(Action::ReadMaterial) {
        let asked = store::request::Filter {
            of: command::asset::only(&signed.actor),
            due: Some(span),
            ..store::request::Filter::default()
        };
        let all = store::request::list(&mut conn, organisation, &asked, REQUESTS).await?;
        grid::put_requests(words, &mut days, &all, now);
    }
    grid::order(&mut days);
    if signed.actor.may(Action::Propose) && filter.only.is_none() && now < span.1 {
        let ahead = (now.max(span.0), span.1);
        let free =
            command::post::hour::free_between(&mut conn, organisation, &words.house_zone, ahead, &posts)
                .await?;
        grid::put_free(words, &house, &mut days, &free);
    }
    let waiting = waiting(&mut conn, signed, &house, &filter).await?;
    let read = command::weariness::themes(&mut conn, organisation, now).await?;
    let made_at = room::made_at(&mut conn, organisation, signed.actor.colleague).await?;
    let layout = Layout::of(&mut conn, signed, Place::Calendar, words.t("place-calendar")).await?;
    let done =
        Step::parse(&asked.done).map(|it| Toast { text: words.named("post-done", it.as_str()), undo: None });
    page(&CalendarPage {
        layout: layout.with_context(words.t1("calendar-context", "count", count)).with_toast(done),
        view: view.as_str(),
        title: view.title(words, at),
        before: view.step(at, -1).to_string(),
        after: view.step(at, 1).to_string(),
        at: at.to_string(),
        weekdays: (1..=7).map(|day| words.t(&format!("weekday-{day}"))).collect(),
        weeks: grid::weeks(words, days),
        waiting,
        tired: tired(words, &read),
        variety: variety(words, &posts, &read, now),
        gauges: gauges(words, read, &posts),
        proposes: signed.actor.may(Action::Propose),
        layers: signed.actor.may(Action::ReadLaunches),
        schedules: signed.actor.may(Action::Schedule),
        feed_since: made_at.map(|at| words.moment(at, now)),
        feed,
    })
}

/// The gauges of the themes of the posts shown, the most tired first; those with too little to say last.
fn gauges(words: &Words, mut read: Vec<(String, Reading)>, posts: &[Post]) -> Vec<Gauge> {
    read.retain(|(theme, _)| posts.iter().any(|it| it.theme == *theme));
    read.sort_by_key(|(_, reading)| std::cmp::Reverse(wear::step(reading)));
    read.iter().map(|(theme, reading)| Gauge::of(words, theme, reading)).collect()
}

fn tired(words: &Words, read: &[(String, Reading)]) -> String {
    let all = read.iter().map(|(theme, reading)| (theme, Gauge::of(words, theme, reading)));
    let said: BTreeMap<&String, String> =
        all.filter(|(_, it)| it.warns()).map(|(theme, it)| (theme, it.short())).collect();
    // A map of texts always can be written.
    serde_json::to_string(&said).unwrap_or_default()
}

/// What is to be said of the variety of what is ahead, where there is something to say.
#[expect(clippy::cast_possible_truncation, reason = "a percent is a small whole number")]
fn variety(words: &Words, posts: &[Post], read: &[(String, Reading)], now: i64) -> Option<String> {
    let ahead = posts.iter().filter(|it| it.due_at.is_some_and(|at| at > now) && !it.theme.is_empty());
    let planned: Vec<Planned<'_>> = ahead.map(|it| Planned { name: &it.theme }).collect();
    let found = wears::variety(&planned, read);
    let key = found.key();
    let (name, count) = match key {
        "weariness-variety-worn" => found.worn.first().cloned()?,
        "weariness-variety-row" => found.row.map(|(name, _, count)| (name, count))?,
        "weariness-variety-most" => {
            let (name, share) = found.most?;
            return Some(words.t2(key, "name", name, "percent", (share * 100.0).round() as i64));
        }
        _ => return None,
    };
    Some(words.t2(key, "name", name, "count", count))
}

/// What was chosen and is meant for no hour yet, what is nearest to leaving first.
async fn waiting(
    conn: &mut Conn,
    signed: &Signed,
    house: &House,
    filter: &Filter,
) -> store::Result<Vec<Event>> {
    let organisation = signed.organisation.id;
    let mut posts = Vec::new();
    for state in [Standing::ToValidate, Standing::ToWrite, Standing::Kept] {
        let found = post::in_state(conn, organisation, state, filter, WAITING).await?;
        posts.extend(found.into_iter().filter(|it| it.due_at.is_none()));
    }
    let targets = post::channels_of(conn, organisation, posts.iter().map(|it| it.id)).await?;
    let fast = store::fast::of_posts(conn, organisation, posts.iter().map(|it| it.id)).await?;
    let mut events: Vec<Event> = posts.iter().map(|it| grid::event(signed, house, it, &targets)).collect();
    grid::mark(&signed.words, &mut events, &fast);
    grid::name(&mut events, &super::launch::names(conn, signed, &posts).await?);
    Ok(events)
}

/// What the button says: the page that answers shows a secret, so nothing else may bring it about.
#[derive(Deserialize)]
struct Wanted {
    make: String,
}

async fn make(
    State(app): State<Arc<App>>,
    signed: Signed,
    Form(wanted): Form<Wanted>,
) -> Result<Response, Failure> {
    if wanted.make != "yes" {
        return Err(Failure::unprocessable("make"));
    }
    let secret = command::feed::make(&app, &signed.actor).await;
    let secret = secret.map_err(|refused| refusal::failure(refused, &signed.words))?;
    let origin = feed::origin(&app);
    shown(&app, &signed, &Asked::default(), Some(format!("{origin}/calendar/feed/{secret}.ics"))).await
}

async fn revoke(State(app): State<Arc<App>>, signed: Signed) -> Result<Response, Failure> {
    let done = command::feed::revoke(&app, &signed.actor).await;
    done.map_err(|refused| refusal::failure(refused, &signed.words))?;
    Ok(Redirect::to("/calendar").into_response())
}
