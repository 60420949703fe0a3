//! Listening: a watch's query with its colours, how much it found against what is usual, what rises, who speaks,
//! and the messages themselves. Every figure leads to its messages.

mod editor;
mod export;
mod insight;
mod said;
mod topic;
mod volume;

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use parvis_listen::query::Query;

use self::editor::{Checked, Fields, Painted};
use self::said::{Bars, Said};
use self::topic::Topic;
use self::volume::Volume;
use super::Route;
use super::error::{Failure, page, page_with};
use super::inbox::refusal;
use super::layout::{Layout, Place};
use super::session::Signed;
use crate::app::App;
use crate::clock::HOUR;
use crate::command::{self, Refusal};
use crate::id::WatchId;
use crate::rules::permission::Action;
use crate::store::house::House;
use crate::store::watch::{self, Watch};
use crate::store::{self, Conn};

/// The routes and the right that each needs.
pub const ROUTES: &[Route] = &[
    Route::get("/listen", Action::Listen),
    Route::post("/listen", Action::ManageWatches),
    Route::get("/listen/new", Action::ManageWatches),
    Route::post("/listen/check", Action::Listen),
    Route::post("/listen/topics", Action::ManageWatches),
    Route::get("/listen/insight", Action::Listen),
    Route::get("/listen/insight/export", Action::Listen),
    Route::get("/listen/{id}", Action::Listen),
    Route::post("/listen/{id}", Action::ManageWatches),
    Route::post("/listen/{id}/remove", Action::ManageWatches),
    Route::get("/listen/{id}/export/{format}", Action::Listen),
];

/// The router of these pages.
pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/listen", get(first).post(make))
        .route("/listen/new", get(begin))
        .route("/listen/check", post(check))
        .route("/listen/topics", post(add_usual))
        .route("/listen/insight", get(insight::show))
        .route("/listen/insight/export", get(insight::export))
        .route("/listen/{id}", get(show).post(change))
        .route("/listen/{id}/remove", post(remove))
        .route("/listen/{id}/export/{format}", get(export::export))
}

/// How far back the page looks (µs): what the chart draws, and what is counted beside a watch's name.
const SHOWN: i64 = 72 * HOUR;

/// A watch among the tabs.
struct Tab {
    href: String,
    name: String,
    count: String,
    current: bool,
    /// The folder that begins here.
    folder: Option<String>,
}

#[derive(Template)]
#[template(path = "listen.html")]
struct ListenPage {
    layout: Layout,
    tabs: Vec<Tab>,
    /// May make and change watches.
    manages: bool,
    /// The watch; `None` for one that is being made.
    id: Option<WatchId>,
    fields: Fields,
    painted: Painted,
    checked: Option<Checked>,
    wrong_name: Option<String>,
    /// Every folder there is.
    folders: Vec<String>,
    /// Every tag there is.
    tags: Vec<String>,
    /// What became of the tag that it puts.
    topic: Option<Topic>,
    /// Who keeps it.
    owner: Option<String>,
    /// The last thirty days are still being looked through.
    filling: bool,
    found: Option<Found>,
}

/// What a watch has found.
struct Found {
    volume: Volume,
    bars: Bars,
    topics: Vec<said::Row>,
    said: Vec<Said>,
}

async fn first(State(app): State<Arc<App>>, signed: Signed) -> Result<Response, Failure> {
    let mut conn = app.db.read().await?;
    match watch::list(&mut conn, signed.organisation.id).await?.first() {
        Some(it) => Ok(Redirect::to(&format!("/listen/{}", it.id)).into_response()),
        None if signed.actor.may(Action::ManageWatches) => Ok(Redirect::to("/listen/new").into_response()),
        None => page(&whole(&mut conn, &app, &signed, None, None).await?),
    }
}

async fn begin(State(app): State<Arc<App>>, signed: Signed) -> Result<Response, Failure> {
    let mut conn = app.db.read().await?;
    page(&whole(&mut conn, &app, &signed, None, None).await?)
}

async fn show(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<WatchId>,
) -> Result<Response, Failure> {
    let mut conn = app.db.read().await?;
    let it = watch::get(&mut conn, signed.organisation.id, id).await?.ok_or_else(Failure::not_found)?;
    page(&whole(&mut conn, &app, &signed, Some(&it), None).await?)
}

/// The page of a watch, or of one that is being made; with what was typed, where that was refused.
async fn whole(
    conn: &mut Conn,
    app: &App,
    signed: &Signed,
    it: Option<&Watch>,
    typed: Option<Fields>,
) -> store::Result<ListenPage> {
    let (words, house, now) = (&signed.words, signed.organisation.id, app.now());
    let mut all = watch::list(conn, house).await?;
    all.sort_by(|a, b| a.folder.cmp(&b.folder));
    let mut folders: Vec<String> =
        all.iter().map(|it| it.folder.clone()).filter(|it| !it.is_empty()).collect();
    folders.dedup();
    let names = House::read(conn, house).await?;
    let owner = it.and_then(|it| names.colleague(it.owner)).map(|it| it.name.clone());
    let counts = watch::counts(conn, house, now - SHOWN).await?;
    let count = |id| counts.iter().find(|(found, _)| *found == id).map_or(0, |(_, count)| *count);
    let begins = |place: usize, it: &Watch| {
        let before = place.checked_sub(1).and_then(|place| all.get(place));
        !it.folder.is_empty() && before.is_none_or(|before| before.folder != it.folder)
    };
    let tabs = all.iter().enumerate().map(|(place, tab)| Tab {
        folder: begins(place, tab).then(|| tab.folder.clone()),
        href: format!("/listen/{}", tab.id),
        name: tab.name.clone(),
        count: words.number(count(tab.id)),
        current: it.is_some_and(|it| it.id == tab.id),
    });
    let tags = store::tag::list(conn, house).await?;
    let tag = it.and_then(|it| tags.iter().find(|tag| it.tag == Some(tag.id)));
    let found = match it {
        Some(it) => Some(found(conn, signed, it, now).await?),
        None => None,
    };
    let topic = match it.zip(tag) {
        Some((it, tag)) => Some(Topic::read(conn, app, signed, it, tag).await?),
        None => None,
    };
    let name = tag.map(|it| it.name.clone()).unwrap_or_default();
    let fields = typed.or_else(|| it.map(|it| Fields::of(it, name))).unwrap_or_default();
    let layout = Layout::of(conn, signed, Place::Listen, words.t("place-listen")).await?;
    Ok(ListenPage {
        layout: layout.with_context(words.t1("listen-context", "count", all.len())),
        tabs: tabs.collect(),
        manages: signed.actor.may(Action::ManageWatches),
        id: it.map(|it| it.id),
        painted: Painted::of(&fields.query),
        checked: (!fields.query.is_empty()).then(|| Checked::read(words, &fields.query)),
        fields,
        wrong_name: None,
        folders,
        tags: tags.into_iter().map(|it| it.name).collect(),
        topic,
        owner,
        filling: it.is_some_and(|it| it.fill_before.is_some()),
        found,
    })
}

async fn found(conn: &mut Conn, signed: &Signed, it: &Watch, now: i64) -> store::Result<Found> {
    let house = House::read(conn, signed.organisation.id).await?;
    let query = Query::parse(&it.query).ok();
    let volume = Volume::read(conn, signed, it, now).await?;
    let since = now - SHOWN;
    let recent = watch::page(conn, signed.organisation.id, it.id, (since, i64::MAX), said::COUNTED).await?;
    let before = watch::page(conn, signed.organisation.id, it.id, (0, since), said::COUNTED).await?;
    let (moods, older) = (said::sentiments(&recent), said::sentiments(&before));
    let bars = Bars::of(&signed.words, query.as_ref(), (&recent, &moods), &before);
    let topics = [
        watch::topics(conn, signed.organisation.id, it.id, (since, i64::MAX), said::COUNTED).await?,
        watch::topics(conn, signed.organisation.id, it.id, (0, since), said::COUNTED).await?,
    ];
    let topics = said::topics(&signed.words, (&topics[0], recent.len()), (&topics[1], before.len()));
    let newest: Vec<_> = recent.iter().zip(&moods).chain(before.iter().zip(&older)).collect();
    let said = said::grouped(&newest)
        .into_iter()
        .map(|said::Alike { newest: (it, mood), others, campaign }| Said {
            alike: others,
            campaign,
            ..Said::of(signed, &house, query.as_ref(), (it, mood), now)
        })
        .collect();
    Ok(Found { volume, bars, topics, said })
}

async fn make(
    State(app): State<Arc<App>>,
    signed: Signed,
    Form(fields): Form<Fields>,
) -> Result<Response, Failure> {
    save(&app, &signed, None, fields).await
}

async fn add_usual(State(app): State<Arc<App>>, signed: Signed) -> Result<Response, Failure> {
    let language = signed.words.language.as_str();
    let added = command::watch::add_usual(&app, &signed.actor, language).await;
    added.map_err(|refused| refusal::failure(refused, &signed.words))?;
    Ok(Redirect::to("/listen").into_response())
}

async fn change(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<WatchId>,
    Form(fields): Form<Fields>,
) -> Result<Response, Failure> {
    save(&app, &signed, Some(id), fields).await
}

async fn save(app: &App, signed: &Signed, id: Option<WatchId>, fields: Fields) -> Result<Response, Failure> {
    let saved = command::watch::save(app, &signed.actor, id, fields.wanted()).await;
    let (field, code) = match saved {
        Ok(id) => return Ok(Redirect::to(&format!("/listen/{id}")).into_response()),
        Err(Refusal::Invalid { field: field @ ("name" | "query" | "folder" | "tag"), code }) => (field, code),
        Err(refused) => return Err(refusal::failure(refused, &signed.words)),
    };
    let mut conn = app.db.read().await?;
    let it = match id {
        Some(id) => watch::get(&mut conn, signed.organisation.id, id).await?,
        None => None,
    };
    let mut shown = whole(&mut conn, app, signed, it.as_ref(), Some(fields)).await?;
    if field == "tag" {
        shown.checked = Some(Checked::refused(signed.words.named("refusal-tag", code)));
    } else if field == "name" {
        shown.wrong_name = Some(signed.words.named("refusal-name", code));
    } else if code != "query" {
        shown.checked = Some(Checked::refused(signed.words.named("refusal-query", code)));
    } else if shown.checked.is_none() {
        shown.checked = Some(Checked::read(&signed.words, ""));
    }
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
}

async fn remove(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<WatchId>,
) -> Result<Response, Failure> {
    let done = command::watch::remove(&app, &signed.actor, id).await;
    done.map_err(|refused| refusal::failure(refused, &signed.words))?;
    Ok(Redirect::to("/listen").into_response())
}

/// While somebody types: the query's colours, whether it can be read, and what it would have found.
async fn check(
    State(app): State<Arc<App>>,
    signed: Signed,
    Form(fields): Form<Fields>,
) -> Result<Response, Failure> {
    let words = &signed.words;
    let mut checked = Checked::read(words, &fields.query);
    if fields.query.trim().is_empty() {
        return Err(Failure::unprocessable(checked.said));
    }
    if checked.valid {
        let estimate = command::watch::estimate(&app, &signed.actor, &fields.query).await;
        let estimate = estimate.map_err(|refused| refusal::failure(refused, words))?;
        checked.meta = editor::estimated(words, estimate);
    }
    let painted = Painted::of(&fields.query).to_string();
    let answer = serde_json::json!({
        "painted": painted, "valid": checked.valid, "said": checked.said, "meta": checked.meta,
    });
    Ok(Json(answer).into_response())
}
