//! The first start: whoever holds the token that the console printed names the organisation, becomes
//! its first administrator and gets the five desks; then one goes on to connect the first channel.
//! Once there is an organisation this page no longer exists.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Extension, Query, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Form, Router};
use serde::Deserialize;

use super::attempt::Attempts;
use super::device::Device;
use super::error::{Failure, page_with};
use super::language::{Language, Words, zone_names};
use super::layout::{Layout, Place};
use super::session::{Stage, Visitor};
use super::{Route, form, login, password};
use crate::app::App;
use crate::clock::{DAY, HOUR, MINUTE};
use crate::id::{DeskId, OrganisationId};
use crate::rules::hours::Hours;
use crate::rules::permission::Role;
use crate::store::colleague::Colleague;
use crate::store::desk::Desk;
use crate::store::journal::{By, Entry};
use crate::store::organisation::Organisation;
use crate::store::{self, Conn};

pub(super) const ROUTES: &[Route] =
    &[Route::open(Method::GET, "/setup"), Route::open(Method::POST, "/setup")];

pub(super) fn router() -> Router<Arc<App>> {
    Router::new().route("/setup", get(show).post(set_up))
}

/// The five trades, each with the time in which it first answers (µs).
pub const DESKS: [(&str, i64); 5] = [
    ("animation", HOUR),
    ("care", 30 * MINUTE),
    ("press", 15 * MINUTE),
    ("business", 2 * HOUR),
    ("employer", DAY),
];

#[derive(Template)]
#[template(path = "setup.html")]
pub(super) struct SetupPage {
    pub(super) layout: Layout,
    /// False: the token is missing or isn't the one that was printed last.
    pub(super) admitted: bool,
    pub(super) fields: Fields,
    pub(super) wrong: Wrong,
    pub(super) zones: Vec<String>,
    pub(super) desks: Vec<(String, String, String)>,
    pub(super) engine: &'static str,
}

/// What was typed, to be shown again.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Fields {
    pub(super) token: String,
    pub(super) organisation: String,
    pub(super) time_zone: String,
    pub(super) language: String,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) password: String,
}

/// What has to be mended, in words.
#[derive(Clone, Default)]
pub(super) struct Wrong {
    pub(super) organisation: Option<String>,
    pub(super) time_zone: Option<String>,
    pub(super) name: Option<String>,
    pub(super) email: Option<String>,
    pub(super) password: Option<String>,
}

async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Query(mut fields): Query<Fields>,
) -> Result<Response, Failure> {
    if visitor.organisation.is_some() {
        return Ok(Redirect::to("/").into_response());
    }
    let admitted = app.setup.accepts(&fields.token);
    fields.language = visitor.words.language.as_str().to_owned();
    fields.time_zone = likely_zone(visitor.words.language);
    let status = if admitted { StatusCode::OK } else { StatusCode::FORBIDDEN };
    page_with(status, &setup_page(&app, &visitor, admitted, fields, Wrong::default()))
}

/// The machine's zone; servers stand on UTC as a rule, which says nothing about the people.
fn likely_zone(language: Language) -> String {
    let system = jiff::tz::TimeZone::system();
    let named = system.iana_name().filter(|it| it.contains('/') && !it.starts_with("Etc/"));
    let likely = if language == Language::Fr { "Europe/Paris" } else { "Europe/London" };
    named.unwrap_or(likely).to_owned()
}

fn setup_page(app: &App, visitor: &Visitor, admitted: bool, fields: Fields, wrong: Wrong) -> SetupPage {
    let words = &visitor.words;
    let desks = DESKS.iter().map(|(kind, within)| {
        (words.named("desk", kind), words.named("desk-for", kind), words.span(*within))
    });
    SetupPage {
        layout: Layout::bare(visitor, Place::None, words.t("setup-title")),
        admitted,
        fields: Fields { password: String::new(), ..fields },
        wrong,
        zones: if admitted { zone_names() } else { Vec::new() },
        desks: desks.collect(),
        engine: app.db.engine_name(),
    }
}

async fn set_up(
    State(app): State<Arc<App>>,
    Extension(attempts): Extension<Arc<Attempts>>,
    visitor: Visitor,
    device: Device,
    Form(fields): Form<Fields>,
) -> Result<Response, Failure> {
    attempts.take_address(&device, app.now())?;
    if visitor.organisation.is_some() {
        return Err(Failure::conflict());
    }
    if !app.setup.accepts(&fields.token) {
        let shown = setup_page(&app, &visitor, false, fields, Wrong::default());
        return page_with(StatusCode::FORBIDDEN, &shown);
    }
    let (organisation, colleague) = match read(&app, &visitor.words, &fields) {
        Ok(read) => read,
        Err(wrong) => {
            let shown = setup_page(&app, &visitor, true, fields, *wrong);
            return page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown);
        }
    };
    let colleague = Colleague { password_hash: Some(password::hash(fields.password).await?), ..colleague };
    let mut conn = app.db.write().await?;
    if store::organisation::first(&mut conn).await?.is_some() {
        return Err(Failure::conflict());
    }
    found(&mut conn, &organisation, &colleague).await?;
    let cookie = login::welcome(&app, &mut conn, &colleague, &device, Stage::Plain, true).await?;
    conn.commit().await?;
    app.setup.spend();
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/channels")).into_response())
}

/// The rows that the form makes, without the password.
fn read(app: &App, words: &Words, fields: &Fields) -> Result<(Organisation, Colleague), Box<Wrong>> {
    let now = app.now();
    let say = |key: &'static str| Some(words.t(key));
    let organisation = form::line(&fields.organisation, 80);
    let name = form::line(&fields.name, 80);
    let email = form::email(&fields.email);
    let zone = form::line(&fields.time_zone, 60).ok().filter(|it| jiff::tz::TimeZone::get(it).is_ok());
    let objection =
        password::objection(&fields.password, &[&fields.email, &fields.name, &fields.organisation]);
    let wrong = Wrong {
        organisation: organisation.as_ref().err().and_then(|key| say(key)),
        time_zone: zone.is_none().then(|| words.t("setup-zone-unknown")),
        name: name.as_ref().err().and_then(|key| say(key)),
        email: email.as_ref().err().and_then(|key| say(key)),
        password: objection.and_then(say),
    };
    let (Ok(organisation), Ok(name), Ok(email), Some(time_zone), None) =
        (organisation, name, email, zone, objection)
    else {
        return Err(Box::new(wrong));
    };
    let language = Language::parse(&fields.language).unwrap_or(words.language).as_str().to_owned();
    let id = OrganisationId::new(now);
    let colleague = Colleague {
        email,
        initials: form::initials(&name),
        name,
        language: Some(language.clone()),
        ..Colleague::blank(id, Role::Administrator, now)
    };
    Ok((Organisation { id, name: organisation, language, time_zone, created_at: now }, colleague))
}

/// Writes the organisation, its desks and its first administrator, each with its journal row.
async fn found(conn: &mut Conn, organisation: &Organisation, colleague: &Colleague) -> Result<(), Failure> {
    let now = organisation.created_at;
    let entry = |verb: &'static str, subject, after| Entry {
        organisation: organisation.id,
        at: now,
        by: By::System,
        verb,
        subject,
        conversation: None,
        before: None,
        after: Some(after),
    };
    store::organisation::insert(conn, organisation).await?;
    let after = serde_json::json!({ "name": organisation.name, "time_zone": organisation.time_zone });
    store::journal::write(conn, entry("organisation.founded", organisation.id.0, after)).await?;
    store::colleague::insert(conn, colleague).await?;
    let after = serde_json::json!({ "name": colleague.name, "role": colleague.role });
    store::journal::write(conn, entry("colleague.invited", colleague.id.0, after)).await?;
    let words = Words::new(Language::parse(&organisation.language).unwrap_or(Language::En), "UTC");
    for (position, (kind, answer_within)) in (0_i64..).zip(DESKS) {
        let desk = Desk {
            id: DeskId::new(now),
            kind: kind.to_owned(),
            name: words.named("desk", kind),
            position,
            answer_within,
            urgent_within: None,
            hours: Hours::default(),
            created_at: now,
            closed_at: None,
            successor: None,
        };
        store::desk::insert(conn, organisation.id, &desk).await?;
        let after = serde_json::json!({ "name": desk.name, "answer_within": answer_within });
        store::journal::write(conn, entry("desk.made", desk.id.0, after)).await?;
    }
    Ok(())
}
