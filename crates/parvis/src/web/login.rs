//! Signing in and out: by password, or by a one-time link whose page shows a button, so that the
//! previews of mail and chat programs don't use it up. Also the language switch, which works before
//! signing in.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Extension, Path, Query, State};
use axum::http::{HeaderName, Method, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use serde::Deserialize;

use super::attempt::{ACCOUNT, Attempts};
use super::device::Device;
use super::error::{Failure, page, page_with};
use super::language::Language;
use super::layout::{Layout, Place};
use super::session::{self, Signed, Stage, Visitor};
use super::{Route, form, password};
use crate::app::App;
use crate::command::factor;
use crate::rules::permission::Action;
use crate::seal;
use crate::store::colleague::Colleague;
use crate::store::journal::{By, Entry};
use crate::store::{self, Conn};

pub(super) const ROUTES: &[Route] = &[
    Route::open(Method::GET, "/login"),
    Route::open(Method::POST, "/login"),
    Route::post("/logout", Action::ManageSelf),
    Route::open(Method::GET, "/link/{secret}"),
    Route::open(Method::POST, "/link/{secret}"),
    Route::open(Method::POST, "/language"),
];

pub(super) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/login", get(show).post(sign_in))
        .route("/logout", post(sign_out))
        .route("/link/{secret}", get(show_link).post(use_link))
        .route("/language", post(choose_language))
}

#[derive(Template)]
#[template(path = "login.html")]
pub(super) struct LoginPage {
    pub(super) layout: Layout,
    pub(super) email: String,
    pub(super) next: String,
    pub(super) error: Option<String>,
    /// The page of a one-time link: whom it signs in, if it still does.
    pub(super) link: Option<LinkState>,
}

/// What a one-time link is worth now.
pub(super) enum LinkState {
    /// It signs this colleague in.
    Good { secret: String, name: String },
    /// It will, from that day on.
    Early { day: String },
    /// Used, expired or never made.
    Spent,
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    next: String,
}

async fn show(visitor: Visitor, Query(wanted): Query<Wanted>) -> Result<Response, Failure> {
    if visitor.organisation.is_none() {
        return Ok(Redirect::to("/setup").into_response());
    }
    if visitor.signed.is_some() {
        return Ok(Redirect::to(form::next(&wanted.next)).into_response());
    }
    page(&login_page(&visitor, String::new(), &wanted.next, None))
}

fn login_page(visitor: &Visitor, email: String, next: &str, error: Option<String>) -> LoginPage {
    let layout = Layout::bare(visitor, Place::None, visitor.words.t("login-title"));
    LoginPage { layout, email, next: form::next(next).to_owned(), error, link: None }
}

#[derive(Deserialize)]
struct SignIn {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    remember: String,
    #[serde(default)]
    next: String,
}

async fn sign_in(
    State(app): State<Arc<App>>,
    Extension(attempts): Extension<Arc<Attempts>>,
    visitor: Visitor,
    device: Device,
    Form(asked): Form<SignIn>,
) -> Result<Response, Failure> {
    let now = app.now();
    let email: String = asked.email.trim().to_lowercase().chars().take(254).collect();
    let account = format!("account {email}");
    attempts.take_address(&device, now)?;
    attempts.take(&account, ACCOUNT, now).map_err(Failure::too_many)?;
    let found = store::colleague::by_email(&mut app.db.read().await?, &email).await?;
    let hashed = found.as_ref().and_then(|it| it.password_hash.clone());
    let hashed_is_known = hashed.is_some();
    let known = asked.password.chars().count() <= password::LONGEST
        && password::verify(asked.password, hashed).await?;
    let Some(colleague) = found.filter(|it| known && session::has_access(it, now)) else {
        // Without the address that was typed: people type their password there, too.
        tracing::warn!(address = %device.address, known = hashed_is_known, "a sign-in was refused");
        let error = visitor.words.t("login-wrong");
        let shown = login_page(&visitor, email, &asked.next, Some(error));
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown);
    };
    attempts.forgive(&account);
    let mut conn = app.db.write().await?;
    let (remember, next) = (!asked.remember.is_empty(), form::next(&asked.next));
    let (cookie, next) = enter(&app, &mut conn, &colleague, &device, remember, next).await?;
    conn.commit().await?;
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to(&next)).into_response())
}

/// Opens the session of who has given a password or a link, and says where to go on: where a second factor is set up,
/// to the page that asks for it.
async fn enter(
    app: &App,
    conn: &mut Conn,
    colleague: &Colleague,
    device: &Device,
    remember: bool,
    next: &str,
) -> Result<(String, String), Failure> {
    if !factor::is_on(conn, colleague.organisation, colleague.id).await? {
        return Ok((welcome(app, conn, colleague, device, Stage::Plain, remember).await?, next.to_owned()));
    }
    let cookie = session::open(app, conn, colleague, device, Stage::Half, remember).await?;
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("next", next).append_pair("remember", if remember { "1" } else { "" });
    Ok((cookie, format!("/login/code?{}", query.finish())))
}

/// Opens the session and writes it in the journal.
pub(super) async fn welcome(
    app: &App,
    conn: &mut Conn,
    colleague: &Colleague,
    device: &Device,
    stage: Stage,
    remember: bool,
) -> Result<String, Failure> {
    let cookie = session::open(app, conn, colleague, device, stage, remember).await?;
    let after = serde_json::json!({ "address": device.address, "agent": device.agent });
    store::journal::write(conn, entry(app, colleague, "session.opened", Some(after))).await?;
    Ok(cookie)
}

fn entry<'a>(app: &App, colleague: &Colleague, verb: &'a str, after: Option<serde_json::Value>) -> Entry<'a> {
    Entry {
        organisation: colleague.organisation,
        at: app.now(),
        by: By::Colleague(colleague.id),
        verb,
        subject: colleague.id.0,
        conversation: None,
        before: None,
        after,
    }
}

async fn sign_out(State(app): State<Arc<App>>, signed: Signed) -> Result<Response, Failure> {
    let mut conn = app.db.write().await?;
    if let Some(digest) = &signed.session {
        store::session::remove(&mut conn, signed.organisation.id, signed.colleague.id, digest).await?;
    }
    store::journal::write(&mut conn, entry(&app, &signed.colleague, "session.closed", None)).await?;
    conn.commit().await?;
    // Pictures of conversations may be in the browser's cache; drafts that wait for the network stay in its storage.
    let headers = [
        (header::SET_COOKIE, session::forget(&app)),
        (HeaderName::from_static("clear-site-data"), "\"cache\"".to_owned()),
    ];
    Ok((headers, Redirect::to("/login")).into_response())
}

/// The colleague whom the link signs in at `now` (µs), if it still does; whether their access has begun is still to be asked.
async fn of_link(conn: &mut Conn, secret: &str, now: i64) -> store::Result<Option<Colleague>> {
    let Some(link) = store::link::by_digest(conn, &seal::digest(secret)).await? else { return Ok(None) };
    if link.used_at.is_some() || link.expires_at <= now {
        return Ok(None);
    }
    let colleague = store::colleague::get(conn, link.organisation, link.colleague).await?;
    let begins = |it: &Colleague| it.access_begins_at.unwrap_or(now).max(now);
    Ok(colleague.filter(|it| session::has_access(it, begins(it))))
}

async fn show_link(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(secret): Path<String>,
) -> Result<Response, Failure> {
    let now = app.now();
    let found = of_link(&mut app.db.read().await?, &secret, now).await?;
    let (status, link) = match found {
        Some(it) if !session::has_access(&it, now) => {
            let day = visitor.words.house().day(it.access_begins_at.unwrap_or(now), now);
            (StatusCode::FORBIDDEN, LinkState::Early { day })
        }
        Some(colleague) => (StatusCode::OK, LinkState::Good { secret, name: colleague.name }),
        None => (StatusCode::NOT_FOUND, LinkState::Spent),
    };
    let shown = login_page(&visitor, String::new(), "", None);
    page_with(status, &LoginPage { link: Some(link), ..shown })
}

async fn use_link(
    State(app): State<Arc<App>>,
    Extension(attempts): Extension<Arc<Attempts>>,
    visitor: Visitor,
    device: Device,
    Path(secret): Path<String>,
) -> Result<Response, Failure> {
    let now = app.now();
    attempts.take_address(&device, now)?;
    let mut conn = app.db.write().await?;
    let found = of_link(&mut conn, &secret, now).await?.filter(|it| session::has_access(it, now));
    let used = match &found {
        Some(it) => store::link::consume(&mut conn, it.organisation, &seal::digest(&secret), now).await?,
        None => false,
    };
    let Some(colleague) = found.filter(|_| used) else {
        drop(conn);
        let shown = login_page(&visitor, String::new(), "", None);
        return page_with(StatusCode::NOT_FOUND, &LoginPage { link: Some(LinkState::Spent), ..shown });
    };
    // Who was invited chooses a password first; a link works only once.
    let next = if colleague.password_hash.is_none() { "/settings?done=welcome" } else { "/" };
    let (cookie, next) = enter(&app, &mut conn, &colleague, &device, true, next).await?;
    conn.commit().await?;
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to(&next)).into_response())
}

#[derive(Deserialize)]
struct Choice {
    #[serde(default)]
    to: String,
    #[serde(default)]
    next: String,
}

/// Keeps the language in a cookie, and in the settings of who has signed in.
async fn choose_language(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Form(choice): Form<Choice>,
) -> Result<Response, Failure> {
    let language = Language::parse(&choice.to).ok_or_else(|| Failure::unprocessable("to"))?;
    if let Some(signed) = visitor.signed {
        let mut conn = app.db.write().await?;
        let current = session::anew(&mut conn, &signed, app.now()).await?;
        let changed = Colleague { language: Some(language.as_str().to_owned()), ..current };
        store::colleague::update(&mut conn, &changed).await?;
        let after = serde_json::json!({ "language": language.as_str() });
        store::journal::write(&mut conn, entry(&app, &changed, "colleague.changed", Some(after))).await?;
        conn.commit().await?;
    }
    let secure = if session::is_https(&app) { "; Secure" } else { "" };
    let name = session::LANGUAGE_COOKIE;
    let cookie = format!("{name}={}; Path=/; SameSite=Lax; Max-Age=31536000{secure}", language.as_str());
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to(form::next(&choice.next))).into_response())
}
