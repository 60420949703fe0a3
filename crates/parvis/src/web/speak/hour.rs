//! Hours that are proposed for a post, each at one press, and the page of the slots.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Time;
use parvis_write::day::best::Hour;
use parvis_write::day::slot::Slot as Weekly;

use super::compose::{due, local};
use crate::app::App;
use crate::command::Refusal;
use crate::command::post::hour::{self as command, Slot};
use crate::id::{ChannelId, PostId};
use crate::rules::timing::Advice;
use crate::store::house::House;
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
        let found = command::hours(conn, signed.organisation.id, &words.house_zone, (Some(id), now)).await?;
        let house = House::read(conn, signed.organisation.id).await?;
        let hint = |icon, at: i64, why: String| Hint {
            icon,
            value: local(words, at),
            said: due(words, at, now),
            why: match words.at_house(at) {
                Some(there) => format!("{why} · {there}"),
                None => why,
            },
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
        let slot = |it: &command::Free| hint("clock", it.at, kept_for(words, &house, it.channel));
        all.extend(found.free.iter().take(EACH).map(slot));
        let mut seen = std::collections::BTreeSet::new();
        all.retain(|it| seen.insert(it.value.clone()));
        Ok(Self { all, thin })
    }
}

/// What a free slot is called.
pub(in crate::web) fn kept_for(words: &Words, house: &House, channel: Option<ChannelId>) -> String {
    match channel.and_then(|id| house.channel(id)) {
        Some(it) => words.t1("hour-slot-on", "channel", it.name.as_str()),
        None => words.t("hour-slot"),
    }
}

/// A line of the form: an hour of the week, or an empty one.
struct Line {
    weekday: i8,
    time: String,
    /// Empty for any.
    channel: String,
}

#[derive(Template)]
#[template(path = "speak/slots.html")]
struct SlotsPage {
    layout: Layout,
    lines: Vec<Line>,
    weekdays: Vec<(i8, String)>,
    /// Id and name of those that a slot can be kept for.
    channels: Vec<(String, String)>,
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
            let line = |it: Slot| Line {
                weekday: it.hour.weekday,
                time: it.hour.time.strftime("%H:%M").to_string(),
                channel: it.channel.map(|it| it.to_string()).unwrap_or_default(),
            };
            kept.into_iter().map(line).collect()
        }
    };
    let empty = || Line { weekday: 1, time: String::new(), channel: String::new() };
    lines.extend((0..EMPTY).map(|_| empty()));
    let house = House::read(&mut conn, signed.organisation.id).await?;
    let there = house.channels.iter().filter(|it| it.state != "removed");
    let channels = there.map(|it| (it.id.to_string(), it.name.clone())).collect();
    let toast = done.then(|| Toast { text: words.t("slots-done"), undo: None });
    let layout = Layout::of(&mut conn, signed, Place::Calendar, words.t("slots")).await?.with_toast(toast);
    let weekdays = (1..=7).map(|day| (day, words.t(&format!("weekday-{day}")))).collect();
    let content = SlotsPage { layout, lines, weekdays, channels, problem };
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

/// `POST /speak/slots`: `weekday`, `time` and `channel` of each; one without a time is none.
pub(super) async fn set(
    State(app): State<Arc<App>>,
    signed: Signed,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let all = |name: &'static str| pairs.iter().filter(move |it| it.0 == name).map(|it| it.1.trim());
    let line = |((weekday, time), channel): ((&str, &str), &str)| Line {
        weekday: weekday.parse().unwrap_or_default(),
        time: time.to_owned(),
        channel: channel.to_owned(),
    };
    let typed = all("weekday").zip(all("time")).zip(all("channel")).map(line);
    let typed: Vec<Line> = typed.filter(|it| !it.time.is_empty()).collect();
    let read = |it: &Line| {
        let channel = Some(it.channel.as_str()).filter(|it| !it.is_empty()).map(str::parse).transpose();
        match (it.time.parse::<Time>(), channel) {
            (Ok(time), Ok(channel)) => Ok(Slot { hour: Weekly { weekday: it.weekday, time }, channel }),
            _ => Err(Refusal::Invalid { field: "slots", code: "unknown" }),
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
    shown(&app, &signed, Some(typed), (Some(said), false)).await
}
