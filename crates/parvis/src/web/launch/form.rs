//! The list of launches, and the form of what a launch is: name, kind, day, who leads it, what was learnt.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use crate::app::App;
use crate::command::Refusal;
use crate::command::launch::{self as command, Wanted};
use crate::command::post::only;
use crate::id::LaunchId;
use crate::rules::launch::{KINDS, State as Standing};
use crate::rules::permission::{Action, Scope};
use crate::store;
use crate::store::house::House;
use crate::store::launch::{self as room, Launch};
use crate::store::post::Filter;
use crate::web::error::{Failure, page, page_with};
use crate::web::form::{moment, owner, written};
use crate::web::inbox::refusal;
use crate::web::language::Words;
use crate::web::layout::{Layout, Place};
use crate::web::session::Signed;

type Answer = Result<Response, Failure>;

/// A launch in the list.
struct Line {
    id: LaunchId,
    name: String,
    state: &'static str,
    said: String,
    summary: String,
    /// How many posts it has, in words.
    posts: Option<String>,
}

#[derive(Template)]
#[template(path = "launch/list.html")]
struct ListPage {
    layout: Layout,
    lines: Vec<Line>,
    prepares: bool,
}

/// The day of a launch, in words.
pub(super) fn day(words: &Words, it: &Launch, now: i64) -> String {
    let words = words.house();
    match it.starts_at {
        Some(at) if it.all_day => words.weekday(at, now),
        Some(at) => format!("{}, {}", words.weekday(at, now), words.clock(at)),
        None => words.t("launch-no-day"),
    }
}

/// `GET /launches`
pub(super) async fn list(State(app): State<Arc<App>>, signed: Signed) -> Answer {
    let (words, now) = (&signed.words, app.now());
    let mut conn = app.db.read().await?;
    let all = room::list(&mut conn, signed.organisation.id).await?;
    let asked = Filter { only: only(&signed.actor), ..Filter::default() };
    let posts = store::post::by_launch(&mut conn, signed.organisation.id, &asked).await?;
    let lines = all.into_iter().map(|it| Line {
        id: it.id,
        posts: posts.get(&it.id).map(|count| words.t1("launch-posts", "count", *count)),
        state: it.state.as_str(),
        said: format!("{} · {}", words.named("launch-kind", &it.kind), day(words, &it, now)),
        name: it.name,
        summary: crate::rules::text::excerpt(&it.summary, 160),
    });
    let lines = lines.collect();
    let layout = Layout::of(&mut conn, &signed, Place::Launches, words.t("place-launches")).await?;
    page(&ListPage { layout, lines, prepares: signed.actor.may(Action::PrepareLaunches) })
}

/// What the form holds.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Fields {
    version: i64,
    name: String,
    kind: String,
    summary: String,
    /// A day of the organisation's clock: `2026-12-02`.
    day: String,
    /// An hour of it: `18:30`; empty for none.
    hour: String,
    owner: String,
    note: String,
    /// Which watch hears what is said of it; empty for none.
    watch: String,
}

impl Fields {
    fn of(words: &Words, it: &Launch) -> Self {
        let (day, hour) = written(words, it.starts_at, it.all_day);
        Self {
            version: it.version,
            name: it.name.clone(),
            kind: it.kind.clone(),
            summary: it.summary.clone(),
            day,
            hour,
            owner: it.owner.to_string(),
            note: it.note.clone(),
            watch: it.watch.map(|it| it.to_string()).unwrap_or_default(),
        }
    }

    fn wanted(&self, words: &Words) -> Result<Wanted, Refusal> {
        let no_day = Refusal::Invalid { field: "launch", code: "day" };
        let (starts_at, all_day) = moment(words, &self.day, &self.hour).ok_or(no_day)?;
        Ok(Wanted {
            version: self.version,
            name: self.name.clone(),
            kind: self.kind.clone(),
            summary: self.summary.clone(),
            starts_at,
            all_day,
            owner: owner(&self.owner)?,
            note: self.note.clone(),
            watch: match self.watch.as_str() {
                "" => None,
                id => Some(id.parse().map_err(|_| Refusal::Invalid { field: "watch", code: "unknown" })?),
            },
        })
    }
}

#[derive(Template)]
#[template(path = "launch/form.html")]
struct FormPage {
    layout: Layout,
    id: Option<LaunchId>,
    fields: Fields,
    kinds: [&'static str; 2],
    people: Vec<(String, String)>,
    /// The watches of the house, by id and name.
    watches: Vec<(String, String)>,
    problem: Option<String>,
    /// What somebody else has saved meanwhile, field by field; what was typed stands in the form.
    theirs: Vec<(&'static str, String)>,
}

/// Everybody who may lead something, by id and name.
pub(super) fn people(house: &House) -> Vec<(String, String)> {
    house.people(&Scope::Every).map(|it| (it.id.to_string(), it.name.clone())).collect()
}

async fn shown(
    app: &App,
    signed: &Signed,
    id: Option<LaunchId>,
    fields: Fields,
    (status, problem): (StatusCode, Option<String>),
) -> Answer {
    let words = &signed.words;
    let mut conn = app.db.read().await?;
    let house = House::read(&mut conn, signed.organisation.id).await?;
    let (mut fields, mut theirs) = (fields, Vec::new());
    if status == StatusCode::CONFLICT
        && let Some(id) = id
        && let Some(it) = room::get(&mut conn, signed.organisation.id, id).await?
    {
        let now = Fields::of(words, &it);
        let both = [
            ("launch-name", &now.name, &fields.name),
            ("launch-summary", &now.summary, &fields.summary),
            ("launch-day", &now.day, &fields.day),
            ("launch-hour", &now.hour, &fields.hour),
            ("launch-note", &now.note, &fields.note),
        ];
        theirs = both.iter().filter(|it| it.1 != it.2).map(|it| (it.0, it.1.clone())).collect();
        fields.version = it.version;
    }
    let title = words.t(if id.is_some() { "launch-edit" } else { "launch-new" });
    let layout = Layout::of(&mut conn, signed, Place::Launches, title).await?;
    let watches = store::watch::list(&mut conn, signed.organisation.id).await?;
    let watches = watches.into_iter().map(|it| (it.id.to_string(), it.name)).collect();
    let people = people(&house);
    page_with(status, &FormPage { layout, id, fields, kinds: KINDS, people, watches, problem, theirs })
}

/// `GET /launches/new`
pub(super) async fn begin(State(app): State<Arc<App>>, signed: Signed) -> Answer {
    let fields =
        Fields { kind: "event".to_owned(), owner: signed.actor.colleague.to_string(), ..Fields::default() };
    shown(&app, &signed, None, fields, (StatusCode::OK, None)).await
}

/// `GET /launches/{id}/edit`
pub(super) async fn edit(State(app): State<Arc<App>>, signed: Signed, Path(id): Path<LaunchId>) -> Answer {
    let it = room::get(&mut app.db.read().await?, signed.organisation.id, id).await?;
    let fields = Fields::of(&signed.words, &it.ok_or_else(Failure::not_found)?);
    shown(&app, &signed, Some(id), fields, (StatusCode::OK, None)).await
}

async fn save(app: &App, signed: &Signed, id: Option<LaunchId>, fields: Fields) -> Answer {
    let saved = match fields.wanted(&signed.words) {
        Ok(wanted) => command::save(app, &signed.actor, id, wanted).await,
        Err(refused) => Err(refused),
    };
    match saved {
        Ok(id) => Ok(Redirect::to(&format!("/launches/{id}")).into_response()),
        Err(refused) => match refusal::said(&refused, &signed.words) {
            Some((status, text)) => shown(app, signed, id, fields, (status, Some(text))).await,
            None => Err(refusal::failure(refused, &signed.words)),
        },
    }
}

/// `POST /launches`
pub(super) async fn make(State(app): State<Arc<App>>, signed: Signed, Form(fields): Form<Fields>) -> Answer {
    save(&app, &signed, None, fields).await
}

/// `POST /launches/{id}`
pub(super) async fn change(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<LaunchId>,
    Form(fields): Form<Fields>,
) -> Answer {
    save(&app, &signed, Some(id), fields).await
}

/// Where a launch is to stand.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct To {
    to: String,
}

/// `POST /launches/{id}/step`
pub(super) async fn step(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<LaunchId>,
    Form(form): Form<To>,
) -> Answer {
    let to = Standing::parse(&form.to).ok_or_else(Failure::not_found)?;
    let done = command::step(&app, &signed.actor, id, to).await;
    done.map_err(|refused| refusal::failure(refused, &signed.words))?;
    Ok(Redirect::to(&format!("/launches/{id}")).into_response())
}
