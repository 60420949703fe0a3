//! Calendars of others that are shown on ours: the list, and the page of one with how its last reading went. Plain forms.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::{Multipart, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::grid::{Day, Event};
use crate::app::App;
use crate::clock::DAY;
use crate::command::layer::{self as command, Source, Wanted};
use crate::command::{Refusal, Result as Commanded};
use crate::id::LayerId;
use crate::rules::layer::MARKS;
use crate::rules::permission::Action;
use crate::store::layer::{self as room, Layer, Placed};
use crate::web::error::{Failure, page_with};
use crate::web::form::Done;
use crate::web::inbox::refusal;
use crate::web::language::Words;
use crate::web::layout::{Layout, Place, Toast};
use crate::web::session::Signed;

type Answer = Result<Response, Failure>;

/// Events of the page of one, and how far ahead they are looked for (µs).
const AHEAD: (i64, i64) = (30, 366 * DAY);

/// One of the list.
struct Line {
    id: LayerId,
    icon: &'static str,
    name: String,
    /// Where it comes from, and how its last reading went.
    about: String,
    failed: bool,
    hidden: bool,
}

/// What a form says of a calendar.
#[derive(Default)]
struct Fields {
    name: String,
    mark: String,
    address: String,
    file: Option<Vec<u8>>,
}

impl Fields {
    async fn read(form: &mut Multipart) -> Result<Self, Failure> {
        let broken = |error: axum::extract::multipart::MultipartError| {
            Failure::new(error.status()).because(error.body_text())
        };
        let mut it = Self::default();
        while let Some(field) = form.next_field().await.map_err(broken)? {
            match field.name().unwrap_or_default() {
                "name" => it.name = field.text().await.map_err(broken)?,
                "mark" => it.mark = field.text().await.map_err(broken)?,
                "address" => it.address = field.text().await.map_err(broken)?,
                "file" => {
                    let bytes = field.bytes().await.map_err(broken)?;
                    it.file = Some(bytes.to_vec()).filter(|it| !it.is_empty());
                }
                _ => {}
            }
        }
        Ok(it)
    }

    fn wanted(&self) -> Wanted {
        let address = Some(self.address.trim()).filter(|it| !it.is_empty());
        let source = match (address, &self.file) {
            (Some(address), _) => Some(Source::Address(address.to_owned())),
            (None, Some(bytes)) => Some(Source::File(bytes.clone())),
            (None, None) => None,
        };
        Wanted { name: self.name.clone(), mark: self.mark.clone(), source }
    }
}

#[derive(Template)]
#[template(path = "calendar/layers.html")]
struct LayersPage {
    layout: Layout,
    lines: Vec<Line>,
    fields: Fields,
    marks: [&'static str; 6],
    keeps: bool,
    problem: Option<String>,
}

#[derive(Template)]
#[template(path = "calendar/layer.html")]
struct LayerPage {
    layout: Layout,
    id: LayerId,
    fields: Fields,
    host: String,
    /// How the last reading went, and whether that is bad.
    said: Vec<(bool, String)>,
    /// When, what, where.
    events: Vec<(String, String, String)>,
    marks: [&'static str; 6],
    keeps: bool,
    problem: Option<String>,
}

/// The icon of a mark.
fn icon(mark: &str) -> &'static str {
    MARKS.into_iter().find(|it| *it == mark).unwrap_or("cal")
}

/// How its last reading went, and whether that is bad.
fn state(words: &Words, it: &Layer, now: i64) -> Vec<(bool, String)> {
    let mut all = Vec::new();
    if let Some(code) = &it.error {
        all.push((true, words.named("layer-error", code)));
    }
    all.push(match (it.read_at, it.tried_at) {
        (Some(at), _) if it.secret.is_none() => {
            (false, words.t1("layer-brought", "at", words.moment(at, now)))
        }
        (Some(at), _) => (false, words.t1("layer-read", "at", words.moment(at, now))),
        (None, Some(_)) => (true, words.t("layer-never")),
        (None, None) => (false, words.t("layer-soon")),
    });
    if it.unread > 0 {
        all.push((false, words.t1("layer-unread", "count", it.unread)));
    }
    if it.cut {
        all.push((false, words.t("layer-cut")));
    }
    all
}

fn from(words: &Words, it: &Layer) -> String {
    if it.secret.is_some() { it.host.clone() } else { words.t("layer-from-file") }
}

async fn shown(
    app: &App,
    signed: &Signed,
    fields: Fields,
    (status, problem, done): (StatusCode, Option<String>, &str),
) -> Answer {
    let (words, now, house) = (&signed.words, app.now(), signed.organisation.id);
    let mut conn = app.db.read().await?;
    let hidden = room::hidden(&mut conn, house, signed.actor.colleague).await?;
    let line = |it: Layer| {
        let said = state(words, &it, now).into_iter().next();
        let about = [Some(from(words, &it)), said.map(|it| it.1)];
        Line {
            icon: icon(&it.mark),
            about: about.into_iter().flatten().collect::<Vec<_>>().join(" · "),
            failed: it.error.is_some(),
            hidden: hidden.contains(&it.id),
            id: it.id,
            name: it.name,
        }
    };
    let lines = room::list(&mut conn, house).await?.into_iter().map(line).collect();
    let toast = (done == "removed").then(|| Toast { text: words.t("layer-removed"), undo: None });
    let layout = Layout::of(&mut conn, signed, Place::Calendar, words.t("layers-title")).await?;
    let layout = layout.with_toast(toast);
    let keeps = signed.actor.may(Action::Schedule);
    page_with(status, &LayersPage { layout, lines, fields, marks: MARKS, keeps, problem })
}

/// `GET /calendar/layers`
pub(super) async fn list(State(app): State<Arc<App>>, signed: Signed, Query(done): Query<Done>) -> Answer {
    shown(&app, &signed, Fields::default(), (StatusCode::OK, None, &done.done)).await
}

/// `POST /calendar/layers`
pub(super) async fn add(State(app): State<Arc<App>>, signed: Signed, mut form: Multipart) -> Answer {
    let fields = Fields::read(&mut form).await?;
    match command::add(&app, &signed.actor, &fields.wanted()).await {
        Ok(id) => Ok(Redirect::to(&format!("/calendar/layers/{id}")).into_response()),
        Err(refused) => match refusal::said(&refused, &signed.words) {
            Some((status, said)) => shown(&app, &signed, fields, (status, Some(said), "")).await,
            None => Err(refusal::failure(refused, &signed.words)),
        },
    }
}

async fn one(
    app: &App,
    signed: &Signed,
    id: LayerId,
    typed: Option<Fields>,
    (status, problem): (StatusCode, Option<String>),
) -> Answer {
    let (words, now, house) = (&signed.words, app.now(), signed.organisation.id);
    let mut conn = app.db.read().await?;
    let it = room::get(&mut conn, house, id).await?.ok_or_else(Failure::not_found)?;
    let events = room::events(&mut conn, house, id, (now, now + AHEAD.1), AHEAD.0).await?;
    let when = |it: &crate::rules::layer::Event| match it.is_day {
        true => words.house().weekday(it.starts_at, now),
        false => {
            let clock = words.clock(it.starts_at);
            words.t2("moment-day", "day", words.weekday(it.starts_at, now), "clock", clock)
        }
    };
    let fields = Fields { name: it.name.clone(), mark: it.mark.clone(), ..Fields::default() };
    let content = LayerPage {
        layout: Layout::of(&mut conn, signed, Place::Calendar, it.name.clone()).await?,
        id,
        fields: typed.unwrap_or(fields),
        host: from(words, &it),
        said: state(words, &it, now),
        events: events.iter().map(|it| (when(it), title(words, &it.title), it.place.clone())).collect(),
        marks: MARKS,
        keeps: signed.actor.may(Action::Schedule),
        problem,
    };
    page_with(status, &content)
}

/// `GET /calendar/layers/{id}`
pub(super) async fn show(State(app): State<Arc<App>>, signed: Signed, Path(id): Path<LayerId>) -> Answer {
    one(&app, &signed, id, None, (StatusCode::OK, None)).await
}

/// `POST /calendar/layers/{id}`
pub(super) async fn change(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<LayerId>,
    mut form: Multipart,
) -> Answer {
    let fields = Fields::read(&mut form).await?;
    match command::change(&app, &signed.actor, id, &fields.wanted()).await {
        Ok(()) => Ok(back(id)),
        Err(refused) => match refusal::said(&refused, &signed.words) {
            Some((status, said)) => one(&app, &signed, id, Some(fields), (status, Some(said))).await,
            None => Err(refusal::failure(refused, &signed.words)),
        },
    }
}

fn back(id: LayerId) -> Response {
    Redirect::to(&format!("/calendar/layers/{id}")).into_response()
}

/// Leads to `to` once a command is done.
fn led(signed: &Signed, done: Commanded<()>, to: Response) -> Answer {
    done.map(|()| to).map_err(|refused: Refusal| refusal::failure(refused, &signed.words))
}

/// `POST /calendar/layers/{id}/read`
pub(super) async fn read(State(app): State<Arc<App>>, signed: Signed, Path(id): Path<LayerId>) -> Answer {
    led(&signed, command::read_now(&app, &signed.actor, id).await, back(id))
}

/// `POST /calendar/layers/{id}/remove`
pub(super) async fn remove(State(app): State<Arc<App>>, signed: Signed, Path(id): Path<LayerId>) -> Answer {
    let to = Redirect::to("/calendar/layers?done=removed").into_response();
    led(&signed, command::remove(&app, &signed.actor, id).await, to)
}

/// What the button says.
#[derive(Deserialize)]
pub(super) struct Hide {
    hide: String,
}

/// `POST /calendar/layers/{id}/hide`
pub(super) async fn hide(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<LayerId>,
    Form(it): Form<Hide>,
) -> Answer {
    let done = command::set_hidden(&app, &signed.actor, id, it.hide == "yes").await;
    led(&signed, done, Redirect::to("/calendar/layers").into_response())
}

fn title(words: &Words, text: &str) -> String {
    if text.is_empty() { words.t("layer-untitled") } else { text.to_owned() }
}

/// Events that are named before a drop at most.
const NAMED: usize = 2;

/// Puts what takes place elsewhere on each of its days, before what leaves; the first of them are said before a drop.
pub(super) fn put(words: &Words, days: &mut [Day], all: &[Placed]) {
    let own = words.house();
    for day in days {
        let Ok(date) = day.date.parse::<jiff::civil::Date>() else { continue };
        let (from, until) = super::grid::span(words, date, date);
        // Whole days were read as the house's; they keep their dates, wherever the reader is.
        let (first, end) = super::grid::span(&own, date, date);
        let on = |it: &&Placed| {
            let it = &it.event;
            let (from, until) = if it.is_day { (first, end) } else { (from, until) };
            it.starts_at < until && (it.ends_at > from || it.starts_at >= from)
        };
        let here: Vec<&Placed> = all.iter().filter(on).collect();
        for it in here.iter().take(NAMED) {
            let warns = words.t2(
                "calendar-elsewhere",
                "title",
                title(words, &it.event.title),
                "name",
                it.name.as_str(),
            );
            day.warns = if day.warns.is_empty() { warns } else { format!("{}, {warns}", day.warns) };
        }
        for it in here {
            let begins = !it.event.is_day && it.event.starts_at >= from;
            let at = if it.event.is_day { from } else { it.event.starts_at.max(from) };
            day.events.push(event(words, it, (begins, at), &day.date));
        }
    }
}

fn event(words: &Words, it: &Placed, (begins, at): (bool, i64), date: &str) -> Event {
    Event {
        at,
        href: format!("/calendar/layers/{}", it.layer),
        key: format!("{}-{}-{date}", it.layer, it.position),
        post: None,
        title: title(words, &it.event.title),
        theme: String::new(),
        launch: String::new(),
        icon: icon(&it.mark),
        networks: it.event.place.clone(),
        clock: if begins { words.clock(it.event.starts_at) } else { String::new() },
        there: words.at_house(it.event.starts_at).filter(|_| begins),
        machine_clock: String::new(),
        class: "layer",
        state: it.name.clone(),
        movable: false,
        plans: false,
    }
}
