//! Hours that are proposed for a post, each at one press, and the page of the slots.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Time;
use parvis_write::day::best::Hour;
use parvis_write::day::slot::Slot;

use super::compose::{due, local};
use crate::app::App;
use crate::command::Refusal;
use crate::command::post::hour as command;
use crate::id::PostId;
use crate::rules::timing::Advice;
use crate::store::{self, Conn};
use crate::web::error::{Failure, page, page_with};
use crate::web::form::Done;
use crate::web::inbox::refusal;
use crate::web::language::Words;
use crate::web::layout::{Layout, Place, Toast};
use crate::web::session::Signed;

/// Hours of each kind that are proposed.
const EACH: usize = 2;
/// Empty lines for new slots.
const EMPTY: usize = 3;

/// An hour that is proposed.
pub(super) struct Hint {
    /// What stands before it.
    pub icon: &'static str,
    /// As a form sends it.
    pub value: String,
    /// The hour, in words.
    pub said: String,
    /// Why this one.
    pub why: String,
}

/// What is proposed, and what the past can't say yet.
#[derive(Default)]
pub(super) struct Hints {
    /// Best hours first, then free slots; no hour twice.
    pub all: Vec<Hint>,
    /// There are too few posts to say which hour is best.
    pub thin: Option<String>,
}

fn because(words: &Words, it: &Hour) -> String {
    let key = if it.is_surely_better() { "hour-better" } else { "hour-unsure" };
    let [times, low, high] = [it.times, it.low, it.high].map(|it| words.decimal(it));
    words.t3(key, "times", times, "low", low, "high", high)
}

impl Hints {
    /// What is proposed for the post `id` now.
    pub(super) async fn read(conn: &mut Conn, signed: &Signed, id: PostId, now: i64) -> store::Result<Self> {
        let words = &signed.words;
        let found = command::hours(conn, signed.organisation.id, &words.zone, (Some(id), now)).await?;
        let hint = |icon, at: i64, why: String| Hint {
            icon,
            value: local(words, at),
            said: due(words, at, now),
            why,
        };
        let (mut all, mut thin) = (Vec::new(), None);
        match &found.advice {
            Advice::TooThin { posts, needed } => {
                thin = Some(words.t2("hour-thin", "count", *posts, "needed", *needed));
            }
            Advice::Hours { best, .. } => {
                all.extend(
                    best.iter()
                        .zip(&found.next)
                        .take(EACH)
                        .map(|(it, at)| hint("star", *at, because(words, it))),
                );
            }
        }
        all.extend(found.free.iter().take(EACH).map(|at| hint("clock", *at, words.t("hour-slot"))));
        let mut seen = std::collections::BTreeSet::new();
        all.retain(|it| seen.insert(it.value.clone()));
        Ok(Self { all, thin })
    }
}

/// A line of the form: an hour of the week, or an empty one.
struct Line {
    weekday: i8,
    time: String,
}

#[derive(Template)]
#[template(path = "speak/slots.html")]
struct SlotsPage {
    layout: Layout,
    lines: Vec<Line>,
    weekdays: Vec<(i8, String)>,
    problem: Option<String>,
}

async fn shown(
    app: &App,
    signed: &Signed,
    lines: Option<Vec<Line>>,
    (problem, done): (Option<String>, bool),
) -> Result<Response, Failure> {
    let words = &signed.words;
    let mut conn = app.db.read().await?;
    let mut lines = match lines {
        Some(typed) => typed,
        None => {
            let kept = command::slots(&mut conn, signed.organisation.id).await?;
            let line = |it: Slot| Line { weekday: it.weekday, time: it.time.strftime("%H:%M").to_string() };
            kept.into_iter().map(line).collect()
        }
    };
    lines.extend((0..EMPTY).map(|_| Line { weekday: 1, time: String::new() }));
    let toast = done.then(|| Toast { text: words.t("slots-done"), undo: None });
    let layout = Layout::of(&mut conn, signed, Place::Calendar, words.t("slots")).await?.with_toast(toast);
    let weekdays = (1..=7).map(|day| (day, words.t(&format!("weekday-{day}")))).collect();
    let content = SlotsPage { layout, lines, weekdays, problem };
    match content.problem {
        Some(_) => page_with(axum::http::StatusCode::UNPROCESSABLE_ENTITY, &content),
        None => page(&content),
    }
}

/// `GET /speak/slots`
pub(super) async fn show(
    State(app): State<Arc<App>>,
    signed: Signed,
    Query(done): Query<Done>,
) -> Result<Response, Failure> {
    shown(&app, &signed, None, (None, done.done == "slots")).await
}

/// `POST /speak/slots`: pairs of `weekday` and `time`; one without a time is none.
pub(super) async fn set(
    State(app): State<Arc<App>>,
    signed: Signed,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let all = |name: &'static str| pairs.iter().filter(move |it| it.0 == name).map(|it| it.1.trim());
    let typed: Vec<(&str, &str)> = all("weekday").zip(all("time")).filter(|it| !it.1.is_empty()).collect();
    let read = |(weekday, time): &(&str, &str)| {
        let wrong = Refusal::Invalid { field: "slots", code: "unknown" };
        match (weekday.parse(), time.parse::<Time>()) {
            (Ok(weekday), Ok(time)) => Ok(Slot { weekday, time }),
            _ => Err(wrong),
        }
    };
    let saved = match typed.iter().map(read).collect() {
        Ok(slots) => command::set_slots(&app, &signed.actor, slots).await,
        Err(refused) => Err(refused),
    };
    let Err(refused) = saved else { return Ok(Redirect::to("/speak/slots?done=slots").into_response()) };
    let Some((_, said)) = refusal::said(&refused, &signed.words) else {
        return Err(refusal::failure(refused, &signed.words));
    };
    let line = |(weekday, time): &(&str, &str)| Line {
        weekday: weekday.parse().unwrap_or(1),
        time: (*time).to_owned(),
    };
    shown(&app, &signed, Some(typed.iter().map(line).collect()), (Some(said), false)).await
}
