//! A desk: its name, the hours in which it works and the time in which it first answers; closing it and opening it again.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use crate::app::App;
use crate::clock::{DAY, HOUR, MINUTE};
use crate::command::desk::{self as command, Change, Uses};
use crate::id::DeskId;
use crate::rules::hours::{Hours, Opening};
use crate::store::desk::Desk;
use crate::store::{self, Conn};
use crate::web::error::{Failure, page, page_with};
use crate::web::form;
use crate::web::inbox::refusal;
use crate::web::language::Words;
use crate::web::layout::{Layout, Place};
use crate::web::session::Signed;

#[derive(Template)]
#[template(path = "organisation/desk.html")]
pub(in crate::web) struct DeskPage {
    pub(in crate::web) layout: Layout,
    /// Where the form goes.
    pub(in crate::web) action: String,
    pub(in crate::web) fields: Fields,
    /// Each weekday with its place, name and hours as they were written.
    pub(in crate::web) days: Vec<(usize, String, String)>,
    pub(in crate::web) zone: String,
    pub(in crate::web) wrong: Wrong,
    /// What the page says below the form; none for a desk that isn't there yet.
    pub(in crate::web) end: Option<End>,
}

/// Closing, or what became of a desk that is closed.
pub(in crate::web) enum End {
    /// It can be closed in favour of one of these; what that leads elsewhere.
    Open { id: DeskId, others: Vec<(DeskId, String)>, uses: Uses },
    /// It is closed since that day, and this one took over.
    Closed { id: DeskId, day: String, successor: String },
}

/// What can't be kept of a form, in words.
#[derive(Default)]
pub(in crate::web) struct Wrong {
    pub(in crate::web) name: Option<String>,
    pub(in crate::web) within: Option<String>,
    pub(in crate::web) urgent: Option<String>,
    /// The weekday, from 0, and why.
    pub(in crate::web) hours: Option<(usize, String)>,
}

impl Wrong {
    fn hours_of(&self, day: &usize) -> Option<String> {
        self.hours.as_ref().filter(|(at, _)| at == day).map(|(_, why)| why.clone())
    }
}

/// The form of a desk.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(in crate::web) struct Fields {
    pub(in crate::web) name: String,
    /// A whole number of `unit`.
    pub(in crate::web) within: String,
    /// `minute`, `hour` or `day`.
    pub(in crate::web) unit: String,
    /// The same for what is urgent; empty: as everything else.
    pub(in crate::web) urgent: String,
    pub(in crate::web) urgent_unit: String,
    /// `always` or `week`.
    pub(in crate::web) when: String,
    pub(in crate::web) day0: String,
    pub(in crate::web) day1: String,
    pub(in crate::web) day2: String,
    pub(in crate::web) day3: String,
    pub(in crate::web) day4: String,
    pub(in crate::web) day5: String,
    pub(in crate::web) day6: String,
}

const UNITS: [(&str, i64); 3] = [("day", DAY), ("hour", HOUR), ("minute", MINUTE)];
/// What is offered to a desk that worked day and night until now.
const OFFICE: &str = "9:00-18:00";

/// A number and its unit.
fn span(of: i64) -> (String, String) {
    let fits = UNITS.into_iter().find(|(_, length)| of % length == 0);
    let (unit, length) = fits.unwrap_or(("minute", MINUTE));
    ((of / length).to_string(), unit.to_owned())
}

/// A target in microseconds: from one minute to thirty days.
fn target(number: &str, unit: &str) -> Option<i64> {
    let (_, length) = UNITS.into_iter().find(|(name, _)| *name == unit)?;
    let target = number.trim().parse::<i64>().ok()?.checked_mul(length)?;
    command::TARGETS.contains(&target).then_some(target)
}

/// The hours of one weekday as they are written in a field.
fn written<'a>(openings: impl Iterator<Item = &'a Opening>) -> String {
    let at = |minute: u16| format!("{}:{:02}", minute / 60, minute % 60);
    openings.map(|it| format!("{}-{}", at(it.from), at(it.to))).collect::<Vec<_>>().join(", ")
}

impl Fields {
    fn of(desk: &Desk) -> Self {
        let (within, unit) = span(desk.answer_within);
        let (urgent, urgent_unit) = desk.urgent_within.map_or((String::new(), "minute".to_owned()), span);
        let day = |place: i8| match desk.hours.is_always() {
            true if place < 5 => OFFICE.to_owned(),
            _ => written(desk.hours.on(place + 1)),
        };
        let when = if desk.hours.is_always() { "always" } else { "week" };
        Self {
            name: desk.name.clone(),
            within,
            unit,
            urgent,
            urgent_unit,
            when: when.to_owned(),
            day0: day(0),
            day1: day(1),
            day2: day(2),
            day3: day(3),
            day4: day(4),
            day5: day(5),
            day6: day(6),
        }
    }

    fn days(&self) -> [String; 7] {
        [&self.day0, &self.day1, &self.day2, &self.day3, &self.day4, &self.day5, &self.day6].map(Clone::clone)
    }

    fn read(&self, words: &Words) -> Result<Change, Wrong> {
        let name = form::line(&self.name, command::NAME_LENGTH);
        let within = target(&self.within, &self.unit);
        let urgent = match self.urgent.trim() {
            "" => Some(None),
            number => target(number, &self.urgent_unit).map(Some),
        };
        let hours = if self.when == "week" { Hours::read(&self.days()) } else { Ok(Hours::default()) };
        match (name, within, urgent, hours) {
            (Ok(name), Some(answer_within), Some(urgent_within), Ok(hours)) => Ok(Change {
                name: Some(name.to_owned()),
                answer_within: Some(answer_within),
                urgent_within: Some(urgent_within),
                hours: Some(hours),
            }),
            (name, within, urgent, hours) => Err(Wrong {
                name: name.err().map(|key| words.t(key)),
                within: within.is_none().then(|| words.t("desk-target-unknown")),
                urgent: urgent.is_none().then(|| words.t("desk-target-unknown")),
                hours: hours.err().map(|day| (day, words.t("desk-hours-unknown"))),
            }),
        }
    }
}

fn weekday(day: i8, words: &Words) -> String {
    words.named("weekday", &day.to_string())
}

fn openings<'a>(of: impl Iterator<Item = &'a Opening>, words: &Words) -> String {
    let said = of.map(|it| format!("{}–{}", words.minute_of_day(it.from), words.minute_of_day(it.to)));
    said.collect::<Vec<_>>().join(", ")
}

/// The week of a desk in words, days with the same hours together; nothing for day and night.
pub(super) fn week(hours: &Hours, words: &Words) -> Option<String> {
    if hours.is_always() {
        return None;
    }
    let mut parts: Vec<(i8, i8, String)> = Vec::new();
    for day in 1..=7 {
        let text = openings(hours.on(day), words);
        match parts.last_mut() {
            Some((_, last, said)) if *last == day - 1 && *said == text => *last = day,
            _ if text.is_empty() => {}
            _ => parts.push((day, day, text)),
        }
    }
    let said = parts.into_iter().map(|(from, to, text)| {
        let days = if from == to {
            weekday(from, words)
        } else {
            format!("{}–{}", weekday(from, words), weekday(to, words))
        };
        format!("{days} {text}")
    });
    Some(said.collect::<Vec<_>>().join(" · "))
}

async fn form(
    app: &App,
    signed: &Signed,
    id: Option<&Desk>,
    fields: Fields,
    wrong: Wrong,
) -> Result<DeskPage, Failure> {
    let mut conn = app.db.read().await?;
    let words = &signed.words;
    let title = id.map_or_else(|| words.t("desk-new"), |it| it.name.clone());
    let end = match id {
        Some(it) => Some(end(app, &mut conn, signed, it).await?),
        None => None,
    };
    let days = (0..).zip(1..=7).zip(fields.days());
    Ok(DeskPage {
        layout: Layout::of(&mut conn, signed, Place::Organisation, title).await?,
        action: id.map_or_else(
            || "/organisation/desks/new".to_owned(),
            |it| format!("/organisation/desks/{}", it.id),
        ),
        days: days.map(|((place, day), text)| (place, weekday(day, words), text)).collect(),
        zone: signed.organisation.time_zone.clone(),
        fields,
        wrong,
        end,
    })
}

async fn end(app: &App, conn: &mut Conn, signed: &Signed, it: &Desk) -> Result<End, Failure> {
    let mut all = store::desk::list(conn, signed.organisation.id).await?;
    if let Some(at) = it.closed_at {
        let found = all.into_iter().find(|other| Some(other.id) == it.successor);
        let successor = found.map(|it| it.name).unwrap_or_default();
        return Ok(End::Closed { id: it.id, day: signed.words.day(at, app.now()), successor });
    }
    all.retain(|other| other.is_open() && other.id != it.id);
    let uses = command::uses(conn, &signed.actor, it.id).await;
    let uses = uses.map_err(|refused| refusal::failure(refused, &signed.words))?;
    Ok(End::Open { id: it.id, others: all.into_iter().map(|it| (it.id, it.name)).collect(), uses })
}

/// Who takes over.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Closing {
    successor: String,
    /// Not empty: its people work at the other desk from then on.
    people: String,
}

pub(super) async fn close(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<DeskId>,
    Form(how): Form<Closing>,
) -> Result<Response, Failure> {
    let successor = how.successor.parse().map_err(|_| Failure::unprocessable("successor"))?;
    let done = command::close(&app, &signed.actor, id, successor, !how.people.is_empty()).await;
    done.map_err(|refused| refusal::failure(refused, &signed.words))?;
    Ok(Redirect::to("/organisation?done=desk-closed").into_response())
}

pub(super) async fn open(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<DeskId>,
) -> Result<Response, Failure> {
    let done = command::open(&app, &signed.actor, id).await;
    done.map_err(|refused| refusal::failure(refused, &signed.words))?;
    Ok(Redirect::to("/organisation?done=desk-opened").into_response())
}

async fn load(app: &App, signed: &Signed, id: DeskId) -> Result<Desk, Failure> {
    let desk = store::desk::get(&mut app.db.read().await?, signed.organisation.id, id).await?;
    desk.ok_or_else(Failure::not_found)
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<DeskId>,
) -> Result<Response, Failure> {
    let desk = load(&app, &signed, id).await?;
    page(&form(&app, &signed, Some(&desk), Fields::of(&desk), Wrong::default()).await?)
}

pub(super) async fn change(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<DeskId>,
    Form(fields): Form<Fields>,
) -> Result<Response, Failure> {
    let desk = load(&app, &signed, id).await?;
    match fields.read(&signed.words) {
        Ok(to) => {
            let done = command::change(&app, &signed.actor, id, to).await;
            done.map_err(|refused| refusal::failure(refused, &signed.words))?;
            Ok(Redirect::to("/organisation?done=desk").into_response())
        }
        Err(wrong) => {
            let shown = form(&app, &signed, Some(&desk), fields, wrong).await?;
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
        }
    }
}

pub(super) async fn blank(State(app): State<Arc<App>>, signed: Signed) -> Result<Response, Failure> {
    let fields = Fields {
        within: "4".to_owned(),
        unit: "hour".to_owned(),
        urgent_unit: "minute".to_owned(),
        when: "always".to_owned(),
        ..Fields::default()
    };
    page(&form(&app, &signed, None, fields, Wrong::default()).await?)
}

pub(super) async fn make(
    State(app): State<Arc<App>>,
    signed: Signed,
    Form(fields): Form<Fields>,
) -> Result<Response, Failure> {
    match fields.read(&signed.words) {
        Ok(said) => {
            let done = command::make(&app, &signed.actor, said).await;
            done.map_err(|refused| refusal::failure(refused, &signed.words))?;
            Ok(Redirect::to("/organisation?done=desk").into_response())
        }
        Err(wrong) => {
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &form(&app, &signed, None, fields, wrong).await?)
        }
    }
}
