//! Gestures for members of the community: the list, and a gesture with what may be done about it. Plain forms; what may be
//! done is asked of the commands.

mod form;

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Form, Router};
use serde::Deserialize;

use super::Route;
use super::error::{Failure, page, page_with};
use super::inbox::list::{host, who};
use super::inbox::refusal;
use super::language::Words;
use super::layout::{Layout, Place};
use super::session::Signed;
use crate::app::App;
use crate::command::gesture::{self as command, Step};
use crate::id::{AuthorId, ColleagueId, ConversationId, GestureId};
use crate::rules::gesture::State as Standing;
use crate::rules::permission::Action;
use crate::store::gesture::{self as room, Filter, Listed};
use crate::store::house::House;
use crate::store::{self, Conn};

/// The routes and the right that each needs.
pub const ROUTES: &[Route] = &[
    Route::get("/gestures", Action::Read),
    Route::post("/gestures", Action::Note),
    Route::get("/gestures/new", Action::Note),
    Route::get("/gestures/{id}", Action::Read),
    Route::post("/gestures/{id}", Action::Note),
    Route::get("/gestures/{id}/edit", Action::Note),
    Route::post("/gestures/{id}/step", Action::Note),
];

/// Gestures on one page.
const SHOWN: i64 = 50;

/// What a list may show.
const SHOWS: [&str; 4] = ["open", "mine", "over", "all"];

/// The router of these pages.
pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/gestures", get(list).post(form::make))
        .route("/gestures/new", get(form::begin))
        .route("/gestures/{id}", get(show).post(form::change))
        .route("/gestures/{id}/edit", get(form::edit))
        .route("/gestures/{id}/step", post(step))
}

/// A gesture in a list.
pub struct Line {
    /// Its id.
    pub id: GestureId,
    /// What.
    pub title: String,
    /// Where it stands.
    pub state: &'static str,
    /// For whom, by when, what it takes.
    pub said: String,
    /// Who sees to it.
    pub owner: Option<(String, String)>,
    /// It was to be done by now.
    pub late: bool,
}

/// Colour of a chip that says where a gesture stands.
pub fn tone(state: &str) -> &'static str {
    match state {
        "proposed" => "wait",
        "agreed" => "act",
        "done" => "ok",
        _ => "",
    }
}

fn is_late(it: &Listed, now: i64) -> bool {
    it.gesture.state == Standing::Agreed && it.gesture.due_at.is_some_and(|at| at < now)
}

fn person(house: &House, id: Option<ColleagueId>) -> Option<(String, String)> {
    let found = house.colleagues.iter().find(|it| Some(it.id) == id)?;
    Some((found.name.clone(), found.initials.clone()))
}

fn line(words: &Words, house: &House, it: &Listed, now: i64) -> Line {
    let due = it.gesture.due_at.map(|at| words.t1("gesture-by", "day", words.house().weekday(at, now)));
    let cost = Some(it.gesture.cost.clone()).filter(|it| !it.is_empty());
    let parts = [Some(who(&it.kind, &it.handle, &it.name)), due, cost];
    Line {
        id: it.gesture.id,
        title: it.gesture.title.clone(),
        state: it.gesture.state.as_str(),
        said: parts.into_iter().flatten().collect::<Vec<_>>().join(" · "),
        owner: person(house, it.gesture.owner),
        late: is_late(it, now),
    }
}

/// What was made for a member, or is to be, the newest first: what a conversation remembers of who writes.
///
/// # Errors
/// The database refuses.
pub async fn of_author(
    conn: &mut Conn,
    signed: &Signed,
    house: &House,
    author: AuthorId,
    now: i64,
) -> store::Result<Vec<Line>> {
    let asked = Filter { author: Some(author), ..Filter::default() };
    let all = room::list(conn, signed.actor.organisation, &signed.actor.scope, &asked, 6).await?;
    Ok(all.iter().map(|it| line(&signed.words, house, it, now)).collect())
}

/// How many wait for the reader: those to decide for who decides, and those that the reader sees to.
///
/// # Errors
/// The database refuses.
pub async fn waiting(conn: &mut Conn, signed: &Signed) -> store::Result<usize> {
    let actor = &signed.actor;
    let mut count = 0;
    if actor.may(Action::DecideGestures) {
        let asked = Filter { states: vec![Standing::Proposed], ..Filter::default() };
        count += room::list(conn, actor.organisation, &actor.scope, &asked, 99).await?.len();
    }
    let mine = Filter { states: vec![Standing::Agreed], owner: Some(actor.colleague), ..Filter::default() };
    Ok(count + room::list(conn, actor.organisation, &actor.scope, &mine, 99).await?.len())
}

/// What is asked of the list.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    show: String,
    before: Option<GestureId>,
}

#[derive(Template)]
#[template(path = "gesture/list.html")]
struct ListPage {
    layout: Layout,
    show: &'static str,
    lines: Vec<Line>,
    more: Option<GestureId>,
}

/// `GET /gestures`
async fn list(
    State(app): State<Arc<App>>,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let (words, now, actor) = (&signed.words, app.now(), &signed.actor);
    let show = SHOWS.into_iter().find(|it| *it == asked.show).unwrap_or(SHOWS[0]);
    let states = match show {
        "open" => vec![Standing::Proposed, Standing::Agreed],
        "over" => vec![Standing::Done, Standing::Declined, Standing::Dropped],
        "mine" => vec![Standing::Agreed],
        _ => Vec::new(),
    };
    let filter = Filter {
        states,
        owner: (show == "mine").then_some(actor.colleague),
        before: asked.before,
        ..Filter::default()
    };
    let mut conn = app.db.read().await?;
    let house = House::read(&mut conn, actor.organisation).await?;
    let mut all = room::list(&mut conn, actor.organisation, &actor.scope, &filter, SHOWN + 1).await?;
    let is_more = i64::try_from(all.len()).unwrap_or(0) > SHOWN;
    all.truncate(usize::try_from(SHOWN).unwrap_or(0));
    let more = all.last().filter(|_| is_more).map(|it| it.gesture.id);
    let lines = all.iter().map(|it| line(words, &house, it, now)).collect();
    let layout = Layout::of(&mut conn, &signed, Place::Inbox, words.t("gestures")).await?;
    page(&ListPage { layout: layout.with_context(words.t("gestures-context")), show, lines, more })
}

#[derive(Template)]
#[template(path = "gesture/page.html")]
struct GesturePage {
    layout: Layout,
    it: Line,
    version: i64,
    conversation: ConversationId,
    member: String,
    host: String,
    why: String,
    cost: String,
    due: Option<String>,
    proposed: String,
    decided: Option<String>,
    reason: String,
    ended: Option<String>,
    outcome: String,
    changes: bool,
    /// What may be done about it.
    ways: Vec<&'static str>,
    /// What was typed for a step that was refused, and why it was.
    refused: Option<(String, String)>,
}

async fn shown(
    app: &App,
    signed: &Signed,
    id: GestureId,
    (status, refused): (axum::http::StatusCode, Option<(String, String)>),
) -> Result<Response, Failure> {
    let (words, now) = (&signed.words, app.now());
    let mut conn = app.db.read().await?;
    let found = command::read(&mut conn, &signed.actor, id, Action::Read).await;
    let found = found.map_err(|refused| refusal::failure(refused, words))?;
    let house = House::read(&mut conn, signed.actor.organisation).await?;
    let by = |who: Option<ColleagueId>, at: Option<i64>| {
        let (name, _) = person(&house, who)?;
        Some(words.t2("gesture-who-when", "name", name, "moment", words.moment(at?, now)))
    };
    let it = &found.gesture;
    let ways = [Standing::Agreed, Standing::Declined, Standing::Done, Standing::Dropped];
    let ways = ways.into_iter().filter(|to| command::may_step(&signed.actor, it, *to));
    let layout = Layout::of(&mut conn, signed, Place::Inbox, it.title.clone()).await?;
    let content = GesturePage {
        version: it.version,
        conversation: it.conversation,
        member: who(&found.kind, &found.handle, &found.name),
        host: host(&found.kind, &found.handle),
        why: it.why.clone(),
        cost: it.cost.clone(),
        due: it.due_at.map(|at| words.house().weekday(at, now)),
        proposed: by(Some(it.proposed_by), Some(it.created_at)).unwrap_or_default(),
        decided: by(it.decided_by, it.decided_at),
        reason: it.reason.clone(),
        ended: it.ended_at.map(|at| words.moment(at, now)),
        outcome: it.outcome.clone(),
        changes: command::may_change(&signed.actor, it),
        ways: ways.map(Standing::as_str).collect(),
        it: line(words, &house, &found, now),
        layout: layout.with_context(words.t("gesture-context")),
        refused,
    };
    page_with(status, &content)
}

/// `GET /gestures/{id}`
async fn show(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<GestureId>,
) -> Result<Response, Failure> {
    shown(&app, &signed, id, (axum::http::StatusCode::OK, None)).await
}

/// Where a gesture is to stand.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Fields {
    version: i64,
    to: String,
    words: String,
}

/// `POST /gestures/{id}/step`
async fn step(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<GestureId>,
    Form(fields): Form<Fields>,
) -> Result<Response, Failure> {
    let to = Standing::parse(&fields.to).ok_or_else(Failure::not_found)?;
    let wanted = Step { version: fields.version, to, words: fields.words.clone() };
    match command::step(&app, &signed.actor, id, wanted).await {
        Ok(()) => Ok(form::back(id)),
        Err(refused) => match refusal::said(&refused, &signed.words) {
            Some((status, why)) => shown(&app, &signed, id, (status, Some((why, fields.words)))).await,
            None => Err(refusal::failure(refused, &signed.words)),
        },
    }
}
