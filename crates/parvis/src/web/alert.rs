//! Alerts: what is out of the ordinary now, with its evidence, who has seen it, and what was before. Every figure
//! leads to its messages.

pub mod destination;
mod drawing;
pub(crate) mod told;

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use serde::Deserialize;

use super::Route;
use super::chart::Chart;
use super::error::{Failure, page};
use super::inbox::house::channel_icon;
use super::inbox::list::who;
use super::inbox::refusal;
use super::layout::{Layout, Place};
use super::session::Signed;
use crate::app::App;
use crate::command;
use crate::id::{AlertId, MessageId};
use crate::rules::permission::Action;
use crate::rules::text;
use crate::store::alert::{self, Alert, Signal, measure};
use crate::store::house::House;
use crate::store::watch::{self, Watch};
use crate::store::{self, Conn};

/// The routes and the right that each needs; which alerts are for whose eyes, `command::alert` says.
pub const ROUTES: &[Route] = &[
    Route::get("/alerts", Action::Read),
    Route::get("/alerts/{id}", Action::Read),
    Route::post("/alerts/{id}/see", Action::Note),
    Route::post("/alerts/{id}/close", Action::Note),
];

/// The router of these pages.
pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/alerts", get(list))
        .route("/alerts/{id}", get(show))
        .route("/alerts/{id}/see", post(see))
        .route("/alerts/{id}/close", post(close))
}

/// Those that are over, on one page.
const PAGE: i64 = 30;
/// Characters of an example.
const LENGTH: usize = 240;

/// An alert in a list.
pub(super) struct Line {
    pub(super) id: AlertId,
    pub(super) icon: &'static str,
    pub(super) said: String,
    /// Since when, and how it ended.
    pub(super) beside: String,
    pub(super) seen: bool,
}

#[derive(Template)]
#[template(path = "alert/list.html")]
struct ListPage {
    layout: Layout,
    say: String,
    open: Vec<Line>,
    closed: Vec<Line>,
    /// Where the list goes on.
    older: Option<String>,
    manages: bool,
}

/// Where a list goes on.
#[derive(Deserialize)]
struct After {
    after: Option<AlertId>,
}

async fn list(
    State(app): State<Arc<App>>,
    signed: Signed,
    Query(asked): Query<After>,
) -> Result<Response, Failure> {
    let (now, words, actor) = (app.now(), &signed.words, &signed.actor);
    let mut conn = app.db.read().await?;
    let names = Names::read(&mut conn, &signed).await?;
    let standing = command::alert::open(&mut conn, actor).await;
    let standing = standing.map_err(|refused| refusal::failure(refused, words))?;
    let mut open = Vec::new();
    for it in &standing {
        open.push(line(&mut conn, &signed, &names, it, now).await?);
    }
    let last = match asked.after {
        Some(id) => alert::get(&mut conn, actor.organisation, id).await?.map(|it| (it.opened_at, it.id)),
        None => None,
    };
    let mut found = alert::closed(&mut conn, actor.organisation, last, PAGE + 1).await?;
    let more = found.len() > usize::try_from(PAGE).unwrap_or(usize::MAX);
    found.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
    let older = found.last().filter(|_| more).map(|it| format!("/alerts?after={}", it.id));
    let found = command::alert::seen_of(&mut conn, actor, found).await;
    let found = found.map_err(|refused| refusal::failure(refused, words))?;
    let mut closed = Vec::new();
    for it in &found {
        closed.push(line(&mut conn, &signed, &names, it, now).await?);
    }
    let say = words.t1("alerts-say", "count", open.len());
    let layout = Layout::of(&mut conn, &signed, Place::Alerts, words.t("place-alerts")).await?;
    let manages = actor.may(Action::ManageChannels);
    page(&ListPage { layout, say, open, closed, older, manages })
}

async fn line(conn: &mut Conn, signed: &Signed, names: &Names, it: &Alert, now: i64) -> store::Result<Line> {
    let words = &signed.words;
    let seen = alert::seen(conn, signed.actor.organisation, it.id).await?;
    let since = words.t1("alert-since", "clock", words.moment(it.began_at, now));
    let beside = match &it.closed {
        Some(closed) => {
            format!("{since} · {}", told::ending(words, closed, names.colleague(closed.by), now))
        }
        None if seen.is_empty() => format!("{since} · {}", words.t("alert-unseen")),
        None => {
            let who: Vec<String> = seen.iter().filter_map(|(id, _)| names.colleague(Some(*id))).collect();
            format!("{since} · {}", words.t1("alert-seen-by", "names", who.join(", ")))
        }
    };
    let said = told::sentence(words, it, &names.subject(it.subject), now);
    Ok(Line { id: it.id, icon: told::icon(it.kind), said, beside, seen: !seen.is_empty() })
}

/// The alerts that are open and for this reader's eyes, for the page of today.
pub(super) async fn standing(conn: &mut Conn, signed: &Signed, now: i64) -> Result<Vec<Line>, Failure> {
    let found = command::alert::open(conn, &signed.actor).await;
    let found = found.map_err(|refused| refusal::failure(refused, &signed.words))?;
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let names = Names::read(conn, signed).await?;
    let mut lines = Vec::new();
    for it in &found {
        lines.push(line(conn, signed, &names, it, now).await?);
    }
    Ok(lines)
}

/// What subjects and people are called.
pub(crate) struct Names {
    house: Arc<House>,
    watches: Vec<Watch>,
    words: super::language::Words,
}

impl Names {
    async fn read(conn: &mut Conn, signed: &Signed) -> store::Result<Self> {
        Self::of(conn, signed.actor.organisation, signed.words.clone()).await
    }

    /// The names of an organisation's desks, channels, watches and people.
    pub(crate) async fn of(
        conn: &mut Conn,
        organisation: crate::id::OrganisationId,
        words: super::language::Words,
    ) -> store::Result<Self> {
        let house = House::read(conn, organisation).await?;
        Ok(Self { house, watches: watch::list(conn, organisation).await?, words })
    }

    /// “Watch “Ticketing””; says so when it is gone.
    pub(crate) fn subject(&self, it: alert::Subject) -> String {
        let name = match it {
            alert::Subject::Watch(id) => self.watches.iter().find(|it| it.id == id).map(|it| it.name.clone()),
            alert::Subject::Desk(id) => self.house.desk(id).map(|it| it.name.clone()),
            alert::Subject::Channel(id) => self.house.channel(id).map(|it| it.name.clone()),
        };
        let key = format!("alert-in-{}", it.kind());
        self.words.t1(&key, "name", name.unwrap_or_else(|| self.words.t("alert-gone")))
    }

    pub(crate) fn colleague(&self, id: Option<crate::id::ColleagueId>) -> Option<String> {
        self.house.colleague(id?).map(|it| it.name.clone())
    }
}

/// A message of the evidence.
struct Example {
    href: String,
    icon: &'static str,
    channel: String,
    who: String,
    at: String,
    machine_at: String,
    text: String,
    language: Option<String>,
    /// Behind a click, because it is abusive.
    hidden: bool,
}

#[derive(Template)]
#[template(path = "alert/one.html")]
struct OnePage {
    layout: Layout,
    id: AlertId,
    open: bool,
    /// This reader has seen it.
    mine: bool,
    icon: &'static str,
    said: String,
    detail: String,
    ending: Option<String>,
    chart: Option<(Chart, Chart)>,
    numbers: Vec<(String, String, String)>,
    examples: Vec<Example>,
    /// Where it shows, and where that leads.
    shows: Vec<(String, String, String)>,
    seen: Vec<(String, String)>,
}

async fn show(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<AlertId>,
) -> Result<Response, Failure> {
    let (now, words) = (app.now(), &signed.words);
    let mut conn = app.db.read().await?;
    let found = command::alert::load(&mut conn, &signed.actor, id).await;
    let it = found.map_err(|refused| refusal::failure(refused, words))?;
    let names = Names::read(&mut conn, &signed).await?;
    let first = match it.evidence.first {
        Some(first) => example(&mut conn, &signed, &names, first, now).await?,
        None => None,
    };
    let mut examples = Vec::new();
    for message in &it.evidence.examples {
        examples.extend(example(&mut conn, &signed, &names, *message, now).await?);
    }
    let signals = alert::signals_of(&mut conn, signed.actor.organisation, id).await?;
    let seen = alert::seen(&mut conn, signed.actor.organisation, id).await?;
    let beginner = first.as_ref().map(|it| (it.at.clone(), it.who.clone()));
    let layout = Layout::of(&mut conn, &signed, Place::Alerts, words.t("alert-title")).await?;
    let said_by = |(id, at): &(crate::id::ColleagueId, i64)| {
        Some((names.colleague(Some(*id))?, words.moment(*at, now)))
    };
    page(&OnePage {
        layout: layout.with_context(words.moment(it.opened_at, now)),
        id,
        open: it.closed.is_none(),
        mine: seen.iter().any(|(who, _)| *who == signed.actor.colleague),
        icon: told::icon(it.kind),
        said: told::sentence(words, &it, &names.subject(it.subject), now),
        detail: told::detail(words, &it, beginner, now),
        ending: it.closed.as_ref().map(|it| told::ending(words, it, names.colleague(it.by), now)),
        chart: drawing::draw(words, &it),
        numbers: drawing::numbers(words, &it, now),
        examples,
        shows: signals.iter().map(|it| shows(words, &names, it, now)).collect(),
        seen: seen.iter().filter_map(said_by).collect(),
    })
}

/// One message, unless it was erased or stands on a desk that this reader doesn't see.
async fn example(
    conn: &mut Conn,
    signed: &Signed,
    names: &Names,
    id: MessageId,
    now: i64,
) -> store::Result<Option<Example>> {
    let words = &signed.words;
    let found = measure::one(conn, signed.actor.organisation, id).await?;
    let Some(it) = found.filter(|it| signed.actor.scope.covers(it.desk)) else { return Ok(None) };
    let channel = names.house.channel(it.channel);
    let kind = channel.map_or("", |it| it.kind.as_str());
    Ok(Some(Example {
        href: format!("/inbox/{}", it.conversation),
        icon: channel_icon(kind),
        channel: channel.map(|it| it.name.clone()).unwrap_or_default(),
        who: match &it.author {
            Some((handle, name)) => who(kind, handle, name),
            None => words.t("author-unknown"),
        },
        at: words.moment(it.sent_at, now),
        machine_at: words.machine_time(it.sent_at),
        text: text::excerpt(&it.text, LENGTH),
        language: it.language,
        hidden: it.is_abusive,
    }))
}

fn shows(words: &super::language::Words, names: &Names, it: &Signal, now: i64) -> (String, String, String) {
    let state = match it.ended_at {
        Some(at) => words.t1("alert-over", "clock", words.moment(at, now)),
        None => words.named("alert-kind", it.kind.as_str()),
    };
    (names.subject(it.subject), told::address(it.kind, it.subject), state)
}

async fn see(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<AlertId>,
) -> Result<Response, Failure> {
    let done = command::alert::see(&app, &signed.actor, id).await;
    done.map_err(|refused| refusal::failure(refused, &signed.words))?;
    Ok(Redirect::to(&format!("/alerts/{id}")).into_response())
}

/// Why an alert is closed.
#[derive(Deserialize)]
struct Why {
    #[serde(default)]
    why: String,
}

async fn close(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<AlertId>,
    Form(form): Form<Why>,
) -> Result<Response, Failure> {
    let done = command::alert::close(&app, &signed.actor, id, &form.why).await;
    done.map_err(|refused| refusal::failure(refused, &signed.words))?;
    Ok(Redirect::to(&format!("/alerts/{id}")).into_response())
}
