//! Who is asking: a session cookie, read once per request and checked against the table of routes before
//! any handler runs. A route that isn't in the table is closed to everybody.

use std::sync::Arc;

use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;

use super::attempt::Attempts;
use super::device::Device;
use super::error::Failure;
use super::language::{Language, Words};
use crate::app::App;
use crate::clock::{DAY, MINUTE, SECOND};
use crate::command::factor;
use crate::id::PassId;
use crate::rules::permission::{Actor, Role, Scope};
use crate::seal;
use crate::store::colleague::Colleague;
use crate::store::organisation::Organisation;
use crate::store::pass::Pass;
use crate::store::session::Session;
use crate::store::{self, Conn};

/// A session that nobody uses ends after this (µs).
pub const IDLE: i64 = 14 * DAY;
/// A session ends after this (µs) on a device that is remembered.
pub const REMEMBERED: i64 = 90 * DAY;
/// A session ends after this (µs) elsewhere.
pub const PASSING: i64 = DAY;
/// A session in which the second factor hasn't been given yet ends after this (µs).
const HALF: i64 = 10 * MINUTE;
/// `seen_at` is written no more often than this (µs).
const SEEN_EVERY: i64 = 5 * MINUTE;

/// Cookie that holds the language chosen before signing in.
pub const LANGUAGE_COOKIE: &str = "language";

/// Somebody who has signed in: what every page of the house starts from.
#[derive(Clone, Debug)]
pub struct Signed {
    /// Who acts, with which rights.
    pub actor: Actor,
    /// Their own settings.
    pub colleague: Colleague,
    /// Where.
    pub organisation: Organisation,
    /// Their language, their time zone and the organisation's.
    pub words: Words,
    /// Digest of the session.
    pub session: Option<String>,
    /// When they last proved who they are (µs).
    pub proved_at: i64,
    /// A second factor is asked of them and they have none.
    pub lacks_factor: bool,
    /// When the pass ends by which they came in (µs).
    pub pass_until: Option<i64>,
}

/// How far somebody has come in signing in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// By password or link, where no second factor is set up.
    Plain,
    /// With the second factor.
    Factor,
    /// The second factor is still to be given.
    Half,
    /// By the code of a pass that ends then (µs).
    Pass(PassId, i64),
}

/// Whoever asks, signed in or not.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// Their language.
    pub words: Words,
    /// The organisation; `None` before the set-up.
    pub organisation: Option<Organisation>,
    /// Who they are, when known.
    pub signed: Option<Signed>,
    /// Who they say they are, until the second factor is given: they see nothing of the house.
    pub halfway: Option<Signed>,
}

impl<S: Send + Sync> FromRequestParts<S> for Visitor {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Failure::internal("no visitor was read"))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Signed {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let visitor = parts.extensions.get::<Visitor>();
        visitor.and_then(|it| it.signed.clone()).ok_or_else(|| Failure::new(StatusCode::UNAUTHORIZED))
    }
}

/// The language of somebody who hasn't signed in: cookie, browser, organisation, English.
pub fn language(headers: &HeaderMap, organisation: Option<&Organisation>) -> Language {
    CookieJar::from_headers(headers)
        .get(LANGUAGE_COOKIE)
        .and_then(|cookie| Language::parse(cookie.value()))
        .or_else(|| Language::accepted(headers))
        .or_else(|| organisation.and_then(|it| Language::parse(&it.language)))
        .unwrap_or(Language::En)
}

/// Middleware: reads who asks, then opens or closes the route by the table.
pub async fn guard(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if path.starts_with("/assets/") || path == "/health" {
        return next.run(request).await;
    }
    let visitor = match identify(&app, request.method(), path, request.headers()).await {
        Ok(visitor) => visitor,
        Err(error) => return Failure::from(error).into_response(),
    };
    let verdict = match request.extensions().get::<MatchedPath>() {
        Some(matched) => admit(&request, matched.as_str(), &visitor, app.now()),
        None => Ok(()),
    };
    let verdict = match verdict {
        Ok(()) => super::prove::demand(&app, &visitor, request).await,
        Err(refusal) => Err(refusal),
    };
    let mut response = match verdict {
        Ok(mut request) => {
            request.extensions_mut().insert(visitor.clone());
            next.run(request).await
        }
        Err(refusal) => *refusal,
    };
    response.extensions_mut().insert(visitor);
    response
}

/// Whether the visitor may use the matched route; otherwise what to answer.
fn admit(request: &Request, matched: &str, visitor: &Visitor, now: i64) -> Result<(), Box<Response>> {
    let method = if request.method() == Method::HEAD { &Method::GET } else { request.method() };
    let Some(route) = super::routes().find(|route| route.path == matched && route.method == *method) else {
        if let Some(page) = page_of_form(request.uri().path(), matched, method) {
            return Err(Box::new(Redirect::to(page).into_response()));
        }
        // The path is known, the method isn't: the router says 405. An unlisted route stays closed.
        let listed = super::routes().any(|route| route.path == matched);
        let refusal = || Failure::internal("a route is missing from the table").into_response();
        return if listed { Ok(()) } else { Err(Box::new(refusal())) };
    };
    let Some(action) = route.need else { return Ok(()) };
    match &visitor.signed {
        Some(signed) if !super::pass::admits(&signed.actor, matched) => {
            let home = Redirect::to(&super::pass::home(signed.actor.pass.and_then(|it| it.post)));
            let home = home.into_response();
            Err(Box::new(if method == Method::GET { home } else { Failure::forbidden().into_response() }))
        }
        Some(signed) if signed.lacks_factor && !super::factor::SETTING_UP.contains(&matched) => {
            Err(Box::new(Redirect::to("/settings/factor").into_response()))
        }
        Some(signed) if signed.actor.may(action) => Ok(()),
        Some(signed) => {
            let who = signed.actor.colleague;
            let is_told = request.extensions().get::<Arc<Attempts>>();
            if is_told.is_some_and(|it| it.is_told(&format!("right {who}"), now)) {
                tracing::warn!(colleague = %who, route = matched, "a right was missing");
            }
            Err(Box::new(Failure::forbidden().into_response()))
        }
        None => Err(Box::new(to_sign_in(request, visitor))),
    }
}

/// The page above the target of a form. A refused form stays in the browser's address bar under its target, where a browser that
/// reloads, restores its tabs or hears of a change asks with `GET`.
pub(super) fn page_of_form<'a>(mut path: &'a str, mut matched: &str, method: &Method) -> Option<&'a str> {
    let is_page = |pattern: &str| super::routes().any(|it| it.method == Method::GET && it.path == pattern);
    if method != Method::GET || is_page(matched) {
        return None;
    }
    loop {
        path = path.rsplit_once('/')?.0;
        matched = matched.rsplit_once('/')?.0;
        if is_page(matched) {
            return Some(path);
        }
    }
}

fn to_sign_in(request: &Request, visitor: &Visitor) -> Response {
    if visitor.organisation.is_none() {
        return Redirect::to("/setup").into_response();
    }
    let door = if visitor.halfway.is_some() { "/login/code" } else { "/login" };
    let wanted = request.uri().path_and_query().map_or("/", |it| it.as_str());
    // After signing in one comes back to a page, never to the target of a form.
    let next = if request.method() == Method::GET && wanted != "/" { wanted } else { "" };
    if next.is_empty() {
        return Redirect::to(door).into_response();
    }
    let query: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
    Redirect::to(&format!("{door}?next={query}")).into_response()
}

async fn identify(app: &App, method: &Method, path: &str, headers: &HeaderMap) -> store::Result<Visitor> {
    let mut conn = app.db.read().await?;
    let found = by_cookie(app, &mut conn, headers, app.now()).await?;
    let organisation = match &found {
        Some((signed, _)) => Some(signed.organisation.clone()),
        None => store::organisation::first(&mut conn).await?,
    };
    drop(conn);
    tracing::trace!(%method, path, signed = found.is_some(), "visitor");
    let words = match (&found, &organisation) {
        (Some((signed, _)), _) => signed.words.clone(),
        (None, Some(it)) => Words::new(language(headers, organisation.as_ref()), &it.time_zone),
        (None, None) => Words::new(language(headers, None), "UTC"),
    };
    let (signed, halfway) = match found {
        Some((it, true)) => (None, Some(it)),
        found => (found.map(|it| it.0), None),
    };
    Ok(Visitor { words, organisation, signed, halfway })
}

/// Whose session the cookie holds, and whether its second factor is still to be given.
async fn by_cookie(
    app: &App,
    conn: &mut Conn,
    headers: &HeaderMap,
    now: i64,
) -> store::Result<Option<(Signed, bool)>> {
    let jar = CookieJar::from_headers(headers);
    let Some(cookie) = jar.get(cookie_name(app)) else { return Ok(None) };
    let digest = seal::digest(cookie.value());
    let Some((session, colleague, organisation, second)) = store::session::signed_in(conn, &digest).await?
    else {
        return Ok(None);
    };
    let is_over = session.expires_at <= now || session.seen_at + IDLE <= now;
    // Access was ended, or the contract is over.
    if is_over || !has_access(&colleague, now) {
        return Ok(None);
    }
    let pass = match session.pass {
        Some(id) => match store::pass::get(conn, session.organisation, id).await? {
            // It opens nothing for who has become somebody else in this house.
            Some(it) if it.runs(now) && colleague.role == Role::External => Some(it),
            _ => return Ok(None),
        },
        None => None,
    };
    let scope = match pass {
        // No conversation, whatever desks its holder may have got since.
        Some(_) => Scope::Desks(Vec::new()),
        None => store::colleague::scope(conn, &colleague).await?,
    };
    if session.seen_at + SEEN_EVERY <= now {
        let mut write = app.db.write().await?;
        store::session::see(&mut write, session.organisation, &digest, now).await?;
        write.commit().await?;
    }
    let chosen = colleague.language.as_deref().and_then(Language::parse);
    let language = chosen.unwrap_or_else(|| language(headers, Some(&organisation)));
    let actor = Actor {
        organisation: organisation.id,
        colleague: colleague.id,
        role: colleague.role,
        scope,
        token: None,
        pass: pass.as_ref().map(Pass::bound),
    };
    let words = Words::new(language, &organisation.time_zone).seen_from(colleague.time_zone.as_deref(), now);
    // A code by letter came before a pass opened: no other factor is asked of who holds one.
    let has_factor = pass.is_none() && second.confirmed_at.is_some();
    let signed = Signed {
        pass_until: pass.as_ref().map(|it| it.expires_at),
        lacks_factor: pass.is_none()
            && !has_factor
            && factor::read(second.asked.as_deref()).of(colleague.role),
        proved_at: session.proved_at,
        actor,
        words,
        organisation,
        colleague,
        session: Some(digest),
    };
    Ok(Some((signed, has_factor && session.factor_at.is_none())))
}

/// Whether the colleague may sign in at `now` (µs): access was not ended and the contract runs.
pub fn has_access(colleague: &Colleague, now: i64) -> bool {
    colleague.has_access(now)
}

/// The reader's own settings as they stand within the transaction `conn`. What was read when the request
/// began may be old: a form can take its time to arrive, and writing it back whole would give an ended
/// access or a former role back.
///
/// # Errors
/// 403 when access has ended meanwhile.
pub async fn anew(conn: &mut Conn, signed: &Signed, now: i64) -> Result<Colleague, Failure> {
    let found = store::colleague::get(conn, signed.actor.organisation, signed.actor.colleague).await?;
    found.filter(|it| has_access(it, now)).ok_or_else(Failure::forbidden)
}

/// Whether people reach Parvis over https.
pub fn is_https(app: &App) -> bool {
    app.config.public_url.starts_with("https://")
}

fn cookie_name(app: &App) -> &'static str {
    if is_https(app) { "__Host-parvis" } else { "parvis" }
}

/// The `Set-Cookie` line; `seconds` to keep it, `None` until the browser is closed.
fn cookie(app: &App, value: &str, seconds: Option<i64>) -> String {
    let secure = if is_https(app) { "; Secure" } else { "" };
    let keep = seconds.map(|it| format!("; Max-Age={it}")).unwrap_or_default();
    format!("{}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{keep}", cookie_name(app))
}

/// The `Set-Cookie` line that makes the browser forget its session.
pub fn forget(app: &App) -> String {
    cookie(app, "", Some(0))
}

/// Opens a session within the caller's transaction and gives the `Set-Cookie` line that holds its secret.
///
/// # Errors
/// The database refused, or the machine gives no randomness.
pub async fn open(
    app: &App,
    conn: &mut Conn,
    colleague: &Colleague,
    device: &Device,
    stage: Stage,
    remember: bool,
) -> Result<String, Failure> {
    let now = app.now();
    let secret = seal::secret().map_err(|error| Failure::internal(error.to_string()))?;
    let longest = if remember { REMEMBERED } else { PASSING };
    let (expires_at, pass) = match stage {
        Stage::Half => (now + HALF, None),
        Stage::Pass(id, until) => (until.min(now + longest), Some(id)),
        Stage::Plain | Stage::Factor => (now + longest, None),
    };
    let session = Session {
        organisation: colleague.organisation,
        digest: seal::digest(&secret),
        colleague: colleague.id,
        agent: device.agent.clone(),
        address: device.address.clone(),
        created_at: now,
        seen_at: now,
        expires_at,
        factor_at: (stage == Stage::Factor).then_some(now),
        proved_at: now,
        pass,
    };
    store::session::remove_stale(conn, colleague.organisation, now, now - IDLE).await?;
    store::session::insert(conn, &session).await?;
    let is_kept = remember && stage != Stage::Half;
    Ok(cookie(app, &secret, is_kept.then_some((expires_at - now) / SECOND)))
}
