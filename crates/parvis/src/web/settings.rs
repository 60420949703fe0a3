//! One's own settings: name, language, theme, time zone, shortcuts; password; devices; tokens of the API.

mod device;
mod profile;
mod token;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::Value as Json;

use super::Route;
use super::error::{Failure, page_with};
use super::factor;
use super::form::Done;
use super::language::zone_names;
use super::layout::{Layout, Place, Toast};
use super::session::Signed;
use crate::app::App;
use crate::rules::permission::{Action, TokenScope};
use crate::store::journal::{By, Entry};
use crate::store::{self, Conn};

pub(super) const ROUTES: &[Route] = &[
    Route::get("/settings", Action::ManageSelf),
    Route::post("/settings", Action::ManageSelf),
    Route::post("/settings/password", Action::ManageSelf),
    Route::post("/settings/devices/others", Action::ManageSelf),
    Route::post("/settings/devices/{digest}/end", Action::ManageSelf),
    Route::sensitive("/settings/tokens", Action::ManageSelf),
    Route::post("/settings/tokens/{id}/revoke", Action::ManageSelf),
];

pub(super) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/settings", get(show).post(profile::change))
        .route("/settings/password", post(profile::change_password))
        .route("/settings/devices/others", post(device::end_others))
        .route("/settings/devices/{digest}/end", post(device::end))
        .route("/settings/tokens", post(token::make))
        .route("/settings/tokens/{id}/revoke", post(token::revoke))
}

#[derive(Template)]
#[template(path = "settings.html")]
pub(super) struct SettingsPage {
    pub(super) layout: Layout,
    pub(super) profile: profile::Fields,
    /// Names of all zones.
    pub(super) zones: Vec<String>,
    /// The organisation's.
    pub(super) house_zone: String,
    pub(super) email: String,
    pub(super) role: String,
    pub(super) has_password: bool,
    pub(super) factor: factor::Own,
    pub(super) devices: Vec<device::Row>,
    pub(super) tokens: Vec<token::Row>,
    pub(super) scopes: Vec<(TokenScope, &'static str)>,
    pub(super) told: Told,
}

/// What a form that was just sent has to say.
#[derive(Default)]
pub(super) struct Told {
    pub(super) name: Option<String>,
    pub(super) time_zone: Option<String>,
    pub(super) old_password: Option<String>,
    pub(super) new_password: Option<String>,
    pub(super) token: Option<String>,
    /// The new token, shown this once.
    pub(super) secret: Option<String>,
}

async fn show(
    State(app): State<Arc<App>>,
    signed: Signed,
    Query(query): Query<Done>,
) -> Result<Response, Failure> {
    let toast = toast(&signed, &query.done);
    let shown = settings_page(&app, &signed, None, Told::default()).await?;
    page_with(StatusCode::OK, &SettingsPage { layout: shown.layout.clone().with_toast(toast), ..shown })
}

/// What `?done=` says was done, in words; nothing for words that aren't ours.
pub(super) fn toast(signed: &Signed, done: &str) -> Option<Toast> {
    const KNOWN: [&str; 15] = [
        "welcome",
        "profile",
        "password",
        "device",
        "devices",
        "token-revoked",
        "changed",
        "ended",
        "opened",
        "desk",
        "factor-on",
        "factor-off",
        "factor-away",
        "desk-closed",
        "desk-opened",
    ];
    let known = KNOWN.contains(&done);
    known.then(|| Toast { text: signed.words.named("done", done), undo: None })
}

async fn settings_page(
    app: &App,
    signed: &Signed,
    typed: Option<profile::Fields>,
    told: Told,
) -> Result<SettingsPage, Failure> {
    let mut conn = app.db.read().await?;
    let now = app.now();
    let words = &signed.words;
    let admin = Action::ALL.into_iter().any(|action| {
        TokenScope::needed_for(action) == TokenScope::Admin && signed.colleague.role.may(action)
    });
    let mut scopes = vec![(TokenScope::Read, "read"), (TokenScope::Write, "write")];
    if admin {
        scopes.push((TokenScope::Admin, "admin"));
    }
    Ok(SettingsPage {
        factor: factor::own(&mut conn, signed, now).await?,
        devices: device::rows(&mut conn, signed, now).await?,
        tokens: token::rows(&mut conn, signed, now).await?,
        layout: Layout::of(&mut conn, signed, Place::Settings, words.t("settings-title"))
            .await?
            .with_context(signed.colleague.name.clone()),
        profile: typed.unwrap_or_else(|| profile::Fields::of(&signed.colleague)),
        zones: zone_names(),
        house_zone: signed.organisation.time_zone.clone(),
        email: signed.colleague.email.clone(),
        role: words.named("role", signed.colleague.role.as_str()),
        has_password: signed.colleague.password_hash.is_some(),
        scopes,
        told,
    })
}

/// The settings again, with what has to be mended.
async fn again(
    app: &App,
    signed: &Signed,
    typed: Option<profile::Fields>,
    told: Told,
) -> Result<Response, Failure> {
    let shown = settings_page(app, signed, typed, told).await?;
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
}

/// Writes down what somebody changed about themselves.
async fn note(
    conn: &mut Conn,
    signed: &Signed,
    now: i64,
    verb: &'static str,
    before: Option<Json>,
    after: Option<Json>,
) -> store::Result<()> {
    let entry = Entry {
        organisation: signed.organisation.id,
        at: now,
        by: By::Colleague(signed.colleague.id),
        verb,
        subject: signed.colleague.id.0,
        conversation: None,
        before,
        after,
    };
    store::journal::write(conn, entry).await.map(drop)
}
