//! What a page says when it can't be given: what happened, what is safe, what to do next, and the
//! technical detail, folded, with the reference under which the log has it. Handlers return a
//! [`Failure`]; one middleware turns it, and every refusal of the framework, into a page in the reader's
//! language (or into `application/problem+json`, RFC 9457, under `/api/`).

use std::sync::Arc;

use askama::Template;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};

use super::header::RequestId;
use super::language::Words;
use super::layout::{Layout, Place};
use super::session::{self, Visitor};
use crate::app::App;
use crate::store;

/// Why a page can't be given.
#[derive(Clone, Debug)]
pub struct Failure {
    status: StatusCode,
    /// For the log and the folded detail: never a secret, never SQL.
    detail: String,
    /// Seconds after which trying again makes sense.
    retry_after: Option<i64>,
}

impl Failure {
    /// A failure with nothing more to say than its status.
    pub fn new(status: StatusCode) -> Self {
        Self { status, detail: String::new(), retry_after: None }
    }

    /// The same with a technical detail that the reader may see.
    #[must_use]
    pub fn because(self, detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), ..self }
    }

    /// The role doesn't allow it.
    pub fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN)
    }

    /// There is no such thing, or not for this reader.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND)
    }

    /// Somebody else changed it meanwhile.
    pub fn conflict() -> Self {
        Self::new(StatusCode::CONFLICT)
    }

    /// A form that no browser would have sent.
    pub fn unprocessable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY).because(detail)
    }

    /// Too many attempts; `seconds` until the next makes sense.
    pub fn too_many(seconds: i64) -> Self {
        Self { retry_after: Some(seconds.max(1)), ..Self::new(StatusCode::TOO_MANY_REQUESTS) }
    }

    /// A mistake of Parvis itself: `detail` goes to the log only.
    pub fn internal(detail: impl Into<String>) -> Self {
        let detail = detail.into();
        tracing::error!(%detail, "a request failed");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Self {
        tracing::error!(%error, "the database failed a request");
        if error.is_away() {
            return Self { retry_after: Some(10), ..Self::new(StatusCode::SERVICE_UNAVAILABLE) };
        }
        Self::new(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl From<askama::Error> for Failure {
    fn from(error: askama::Error) -> Self {
        Self::internal(error.to_string())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// A page from its template; what is shown to one reader is kept by no cache.
///
/// # Errors
/// The template failed to render.
pub fn page(template: &impl Template) -> Result<Response, Failure> {
    let body = Html(template.render()?);
    Ok(([(header::CACHE_CONTROL, "no-store")], body).into_response())
}

/// The same with another status than 200, for forms shown again with what has to be mended.
///
/// # Errors
/// The template failed to render.
pub fn page_with(status: StatusCode, template: &impl Template) -> Result<Response, Failure> {
    let mut response = page(template)?;
    *response.status_mut() = status;
    Ok(response)
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    layout: Layout,
    said: String,
    safe: String,
    next: String,
    detail: String,
    home: bool,
}

/// The statuses that have words of their own in the catalogue.
const TOLD: [u16; 13] = [400, 401, 403, 404, 405, 408, 409, 413, 422, 429, 500, 503, 507];

/// Middleware: gives every refusal a page.
pub async fn render(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let api = request.uri().path().starts_with("/api/");
    let headers = request.headers().clone();
    let id = request.extensions().get::<RequestId>().cloned().unwrap_or_default();
    let response = next.run(request).await;
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) || is_written(&response) {
        return response;
    }
    let failure = response.extensions().get::<Failure>().cloned().unwrap_or_else(|| Failure::new(status));
    let visitor = response.extensions().get::<Visitor>().cloned().unwrap_or_else(|| Visitor {
        words: Words::new(session::language(&headers, None), "UTC"),
        organisation: None,
        signed: None,
        halfway: None,
    });
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.remove(header::CONTENT_TYPE);
    let body = if api { problem(&failure, &id) } else { html(&app, &visitor, &failure, &id) };
    let mut told = (parts, body).into_response();
    *told.status_mut() = status;
    told
}

/// Whether the handler wrote a page or an answer of its own.
fn is_written(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("text/html") || kind.contains("json"))
}

fn problem(failure: &Failure, id: &RequestId) -> Response {
    let body = serde_json::json!({
        "type": "about:blank",
        "title": failure.status.canonical_reason().unwrap_or_default(),
        "status": failure.status.as_u16(),
        "detail": failure.detail,
        "request_id": id.0,
    });
    ([(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
}

fn html(app: &App, visitor: &Visitor, failure: &Failure, id: &RequestId) -> Response {
    let words = &visitor.words;
    let code = failure.status.as_u16();
    let told = if TOLD.contains(&code) {
        code
    } else if failure.status.is_client_error() {
        400
    } else {
        500
    };
    let next = match failure.retry_after {
        Some(seconds) => {
            words.t1("error-wait", "span", words.span(seconds.saturating_mul(crate::clock::SECOND)))
        }
        None => words.named("error-next", &told.to_string()),
    };
    let clock = words.zoned(app.now()).strftime("%Y-%m-%d %H:%M:%S %Z").to_string();
    let because = if failure.detail.is_empty() { String::new() } else { format!(", {}", failure.detail) };
    let reason = failure.status.canonical_reason().unwrap_or_default();
    let page = ErrorPage {
        layout: Layout::bare(visitor, Place::None, words.t("error-title")),
        said: words.named("error-said", &told.to_string()),
        safe: words.named("error-safe", &told.to_string()),
        next,
        detail: format!("{code} {reason}{because}, {clock}, {} {}", words.t("error-reference"), id.0),
        home: code != 401 && code != 503,
    };
    match page.render() {
        Ok(body) => ([(header::CACHE_CONTROL, "no-store")], Html(body)).into_response(),
        Err(error) => {
            tracing::error!(%error, "the error page itself failed");
            format!("{code} {reason} {}", id.0).into_response()
        }
    }
}
