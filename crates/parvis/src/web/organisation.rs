//! The organisation: who is on which desk, with which role, until when; and what each desk promises.
//! Who doesn't see every desk sees the people of their own desks.

mod assistant;
mod charter;
mod colleague;
mod correction;
mod desk;
mod journal;

use std::collections::HashMap;
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::{get, post};

use super::Route;
use super::error::{Failure, page};
use super::form::Done;
use super::language::Words;
use super::layout::{Layout, Place};
use super::session::{self, Signed};
use crate::app::App;
use crate::clock::DAY;
use crate::command::factor;
use crate::id::{ColleagueId, DeskId};
use crate::rules::factor::Asked;
use crate::rules::permission::{Action, Role};
use crate::store;
use crate::store::colleague::Colleague;

pub(super) const ROUTES: &[Route] = &[
    Route::get("/organisation", Action::Read),
    Route::get("/organisation/invite", Action::ManageColleagues),
    Route::sensitive("/organisation/invite", Action::ManageColleagues),
    Route::get("/organisation/colleagues/{id}", Action::ManageColleagues),
    Route::sensitive("/organisation/colleagues/{id}", Action::ManageColleagues),
    Route::sensitive("/organisation/colleagues/{id}/link", Action::ManageColleagues),
    Route::sensitive("/organisation/colleagues/{id}/end", Action::ManageColleagues),
    Route::sensitive("/organisation/colleagues/{id}/open", Action::ManageColleagues),
    Route::get("/organisation/desks/new", Action::ManageChannels),
    Route::post("/organisation/desks/new", Action::ManageChannels),
    Route::get("/organisation/desks/{id}", Action::ManageChannels),
    Route::post("/organisation/desks/{id}", Action::ManageChannels),
    Route::post("/organisation/desks/{id}/close", Action::ManageChannels),
    Route::post("/organisation/desks/{id}/open", Action::ManageChannels),
    Route::get("/organisation/corrections", Action::Triage),
    Route::post("/organisation/corrections/{id}/take-back", Action::Triage),
    Route::get("/organisation/charter", Action::Validate),
    Route::post("/organisation/charter", Action::Validate),
    Route::get("/organisation/assistant", Action::ManageChannels),
    Route::sensitive("/organisation/assistant", Action::ManageChannels),
    Route::post("/organisation/assistant/try", Action::ManageChannels),
    Route::sensitive("/organisation/assistant/remove", Action::ManageChannels),
    Route::get("/organisation/journal", Action::ReadJournal),
];

pub(super) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/organisation", get(show))
        .route("/organisation/invite", get(colleague::blank).post(colleague::invite))
        .route("/organisation/colleagues/{id}", get(colleague::show).post(colleague::change))
        .route("/organisation/colleagues/{id}/link", post(colleague::make_link))
        .route("/organisation/colleagues/{id}/end", post(colleague::end))
        .route("/organisation/colleagues/{id}/open", post(colleague::open))
        .route("/organisation/desks/new", get(desk::blank).post(desk::make))
        .route("/organisation/desks/{id}", get(desk::show).post(desk::change))
        .route("/organisation/desks/{id}/close", post(desk::close))
        .route("/organisation/desks/{id}/open", post(desk::open))
        .route("/organisation/corrections", get(correction::show))
        .route("/organisation/corrections/{id}/take-back", post(correction::take_back))
        .route("/organisation/charter", get(charter::show).post(charter::change))
        .route("/organisation/assistant", get(assistant::show).post(assistant::set))
        .route("/organisation/assistant/try", post(assistant::try_out))
        .route("/organisation/assistant/remove", post(assistant::remove))
        .route("/organisation/journal", get(journal::show))
}

#[derive(Template)]
#[template(path = "organisation.html")]
pub(super) struct OrganisationPage {
    pub(super) layout: Layout,
    pub(super) columns: Vec<Column>,
    /// Closed desks, by name.
    pub(super) closed: Vec<(DeskId, String)>,
    pub(super) everybody: Vec<Person>,
    pub(super) time_zone: String,
    /// Of whom a second factor is asked, and how many have one.
    pub(super) asked: Asked,
    pub(super) with_factor: i64,
    pub(super) may_invite: bool,
    pub(super) may_desks: bool,
    pub(super) may_journal: bool,
    pub(super) may_correct: bool,
    pub(super) may_charter: bool,
}

/// A desk with its people.
pub(super) struct Column {
    pub(super) id: DeskId,
    pub(super) icon: &'static str,
    pub(super) name: String,
    /// First answer within, in words.
    pub(super) within: String,
    /// When it works, in words; nothing for day and night.
    pub(super) hours: Option<String>,
    pub(super) people: Vec<Person>,
}

/// Somebody in a column or in the table.
#[derive(Clone)]
pub(super) struct Person {
    pub(super) id: ColleagueId,
    pub(super) name: String,
    pub(super) initials: String,
    pub(super) email: String,
    pub(super) role: String,
    pub(super) external: bool,
    /// "internal", or until when, or since when no longer.
    pub(super) standing: String,
    /// `""`, `wait` (the contract ends soon) or `alert` (no access).
    pub(super) tone: &'static str,
}

/// A contract that ends within this (µs) is said in amber.
const SOON: i64 = 45 * DAY;

impl Person {
    fn of(it: &Colleague, words: &Words, now: i64) -> Self {
        let (standing, tone) = match it.access_ends_at {
            _ if !it.active => (words.t("colleague-ended"), "alert"),
            _ if it.access_begins_at.is_some_and(|begins| begins > now) => {
                let begins = it.access_begins_at.unwrap_or(now);
                (words.t1("colleague-from", "day", words.house().day(begins, now)), "wait")
            }
            Some(at) if at <= now => {
                (words.t1("colleague-over", "day", words.house().day(at - 1, now)), "alert")
            }
            Some(at) if at - now < SOON => {
                let day = words.house().day(at - 1, now);
                (words.t2("colleague-soon", "day", day, "span", words.span(at - now)), "wait")
            }
            Some(at) => (words.t1("colleague-until", "day", words.house().day(at - 1, now)), ""),
            None if it.role == Role::External => (words.t("colleague-external"), ""),
            None => (words.t("colleague-internal"), ""),
        };
        Self {
            id: it.id,
            name: it.name.clone(),
            initials: it.initials.clone(),
            email: it.email.clone(),
            role: words.named("role", it.role.as_str()),
            external: it.role == Role::External,
            standing,
            tone,
        }
    }
}

async fn show(
    State(app): State<Arc<App>>,
    signed: Signed,
    Query(query): Query<Done>,
) -> Result<Response, Failure> {
    let mut conn = app.db.read().await?;
    let id = signed.organisation.id;
    let colleagues = store::colleague::list(&mut conn, id).await?;
    let memberships = store::colleague::memberships(&mut conn, id).await?;
    let desks = store::desk::list(&mut conn, id).await?;
    let layout = Layout::of(&mut conn, &signed, Place::Organisation, signed.words.t("organisation-title"));
    let layout = layout.await?.with_context(signed.organisation.name.clone());
    let asked = factor::asked(&mut conn, id).await?;
    let with_factor = store::factor::holders(&mut conn, id).await?.len();
    let now = app.now();
    let mut by_desk: HashMap<DeskId, Vec<ColleagueId>> = HashMap::new();
    for (colleague, desk) in memberships {
        by_desk.entry(desk).or_default().push(colleague);
    }
    let words = &signed.words;
    let seen = desks.iter().filter(|it| signed.actor.scope.covers(it.id));
    let (seen, closed): (Vec<_>, Vec<_>) = seen.partition(|it| it.is_open());
    let columns = seen.into_iter().map(|desk| {
        let members = by_desk.get(&desk.id);
        let on_it = colleagues.iter().filter(|it| members.is_some_and(|all| all.contains(&it.id)));
        Column {
            id: desk.id,
            icon: icon(&desk.kind),
            name: desk.name.clone(),
            within: words.t1("desk-within", "span", words.span(desk.answer_within)),
            hours: desk::week(&desk.hours, words),
            people: on_it.filter(|it| it.active).map(|it| Person::of(it, words, now)).collect(),
        }
    });
    let may_invite = signed.actor.may(Action::ManageColleagues);
    let active = colleagues.iter().filter(|it| may_invite || session::has_access(it, now));
    let shown = OrganisationPage {
        columns: columns.collect(),
        closed: closed.into_iter().map(|it| (it.id, it.name.clone())).collect(),
        everybody: if may_invite {
            active.map(|it| Person::of(it, words, now)).collect()
        } else {
            Vec::new()
        },
        time_zone: signed.organisation.time_zone.clone(),
        layout: layout.with_toast(super::settings::toast(&signed, &query.done)),
        asked,
        with_factor: i64::try_from(with_factor).unwrap_or(i64::MAX),
        may_invite,
        may_desks: signed.actor.may(Action::ManageChannels),
        may_journal: signed.actor.may(Action::ReadJournal),
        may_correct: signed.actor.may(Action::Triage),
        may_charter: signed.actor.may(Action::Validate),
    };
    page(&shown)
}

/// The icon of a trade.
fn icon(kind: &str) -> &'static str {
    match kind {
        "animation" => "talk",
        "care" => "users",
        "press" => "presse",
        "business" => "brief",
        "employer" => "org",
        _ => "star",
    }
}
