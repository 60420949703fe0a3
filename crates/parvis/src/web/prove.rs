//! Confirming that it is oneself before what is sensitive (routes that say [`super::Route::sensitive`]): who signed in a
//! while ago gives password or code once more, on a page that keeps the form and sends it on.

use std::sync::Arc;

use askama::Template;
use axum::body::{Body, to_bytes};
use axum::extract::{MatchedPath, Request};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::attempt::{ACCOUNT, Attempts};
use super::error::{Failure, page_with};
use super::inbox::refusal;
use super::layout::{Layout, Place};
use super::session::{self, Signed, Visitor};
use super::{FORM_LIMIT, password};
use crate::app::App;
use crate::clock::MINUTE;
use crate::command::factor;
use crate::store;

/// A proof is good for this long (µs).
pub(super) const FRESH: i64 = 10 * MINUTE;
/// The field that holds it, beside those of the form.
const FIELD: &str = "proof";

#[derive(Template)]
#[template(path = "prove.html")]
struct ProvePage {
    layout: Layout,
    /// Where the form goes, and the page it came from.
    target: String,
    back: String,
    fields: Vec<(String, String)>,
    has_password: bool,
    has_factor: bool,
    error: Option<String>,
}

/// The request as it may go on, without the proof that it brought along; or the page that asks for one.
pub(super) async fn demand(app: &App, visitor: &Visitor, request: Request) -> Result<Request, Box<Response>> {
    let (Some(signed), Some(matched)) = (&visitor.signed, sensitive(&request)) else { return Ok(request) };
    if app.now() < signed.proved_at + FRESH {
        return Ok(request);
    }
    ask(app, visitor, signed, &matched, request).await.map_err(|it| Box::new(it.into_response()))?
}

/// The sensitive route that a request is for.
fn sensitive(request: &Request) -> Option<String> {
    let matched = request.extensions().get::<MatchedPath>()?.as_str();
    let is_it = super::routes().any(|it| it.proof && it.path == matched && request.method() == it.method);
    is_it.then(|| matched.to_owned())
}

async fn ask(
    app: &App,
    visitor: &Visitor,
    signed: &Signed,
    matched: &str,
    request: Request,
) -> Result<Result<Request, Box<Response>>, Failure> {
    let (mut parts, body) = request.into_parts();
    let body = to_bytes(body, FORM_LIMIT).await.map_err(|_| Failure::new(StatusCode::PAYLOAD_TOO_LARGE))?;
    let all: Vec<(String, String)> = url::form_urlencoded::parse(&body).into_owned().collect();
    let (given, fields): (Vec<_>, Vec<_>) = all.into_iter().partition(|(name, _)| name == FIELD);
    let attempts = parts.extensions.get::<Arc<Attempts>>().cloned();
    let attempts = attempts.ok_or_else(|| Failure::internal("attempts aren't counted"))?;
    let mut error = None;
    if let Some((_, given)) = given.into_iter().next() {
        if is_proof(app, &attempts, signed, given).await? {
            let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&fields).finish();
            parts.headers.insert(header::CONTENT_LENGTH, form.len().into());
            return Ok(Ok(Request::from_parts(parts, Body::from(form))));
        }
        tracing::warn!(colleague = %signed.colleague.id, "a proof was refused");
        error = Some(signed.words.t("prove-wrong"));
    }
    let mut conn = app.db.read().await?;
    let path = parts.uri.path();
    let shown = ProvePage {
        layout: Layout::bare(visitor, Place::None, signed.words.t("prove-title")),
        back: session::page_of_form(path, matched, &Method::GET).unwrap_or(path).to_owned(),
        target: path.to_owned(),
        fields,
        has_password: signed.colleague.password_hash.is_some(),
        has_factor: factor::is_on(&mut conn, signed.organisation.id, signed.colleague.id).await?,
        error,
    };
    Ok(Err(Box::new(page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)?)))
}

/// Whether it is the password, or a code of who has none; the session remembers it.
async fn is_proof(app: &App, attempts: &Attempts, signed: &Signed, given: String) -> Result<bool, Failure> {
    let (it, now) = (&signed.colleague, app.now());
    let account = format!("proof {}", it.id);
    attempts.take(&account, ACCOUNT, now).map_err(Failure::too_many)?;
    let short = given.chars().count() <= password::LONGEST;
    let is_password = match it.password_hash.clone() {
        Some(hashed) if short => password::verify(given.clone(), Some(hashed)).await?,
        _ => false,
    };
    let mut conn = app.db.write().await?;
    if !is_password {
        let code = factor::give(app, &mut conn, it, &given).await;
        if code.map_err(|refused| refusal::failure(refused, &signed.words))?.is_none() {
            return Ok(false);
        }
    }
    let session = signed.session.as_deref().unwrap_or_default();
    store::session::prove(&mut conn, it.organisation, session, now).await?;
    conn.commit().await?;
    attempts.forgive(&account);
    Ok(true)
}
