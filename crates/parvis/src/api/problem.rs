//! What the API says when it can't do what was asked: `application/problem+json` (RFC 9457) in plain
//! English, with a stable `code`, the field at fault, and the reference under which the log has it.

use axum::Json;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::command::Refusal;
use crate::id::{ColleagueId, MessageId};
use crate::rules::appointment;
use crate::rules::permission::TokenScope;
use crate::store;
use crate::web::header::RequestId;
use crate::web::language::{Language, Words};

/// The body of every error.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct Told {
    /// Always `about:blank`: `code` tells problems apart.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The status in words.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What happened, what is safe, what to do next.
    detail: String,
    /// A stable name, for programs.
    code: String,
    /// The field at fault: a path into the body, or the name of a parameter or header.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    /// Line of the body, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    /// Column of that line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<usize>,
    /// `code` is `answered`: the answer that a colleague gave since.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<MessageId>,
    /// `code` is `answered`: who gave it; absent when it was written outside Parvis.
    #[serde(skip_serializing_if = "Option::is_none")]
    colleague: Option<ColleagueId>,
    /// Reference of the request, as in the header `X-Request-Id`.
    request_id: String,
}

/// Why a request wasn't carried out; nothing was changed.
#[derive(Clone, Debug)]
pub struct Problem {
    status: StatusCode,
    told: Box<Told>,
    retry_after: Option<i64>,
    scope: Option<TokenScope>,
}

/// The result of an endpoint.
pub type Result<T> = std::result::Result<T, Problem>;

impl Problem {
    /// A problem of that status, known to programs by `code`.
    pub fn new(status: StatusCode, code: impl Into<String>) -> Self {
        let told = Told {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or_default(),
            status: status.as_u16(),
            detail: String::new(),
            code: code.into(),
            field: None,
            line: None,
            column: None,
            message: None,
            colleague: None,
            request_id: String::new(),
        };
        Self { status, told: Box::new(told), retry_after: None, scope: None }
    }

    /// The same, in words.
    #[must_use]
    pub fn because(mut self, detail: impl Into<String>) -> Self {
        self.told.detail = detail.into();
        self
    }

    /// The same, naming the field at fault.
    #[must_use]
    pub fn at(mut self, field: impl Into<String>) -> Self {
        self.told.field = Some(field.into()).filter(|field| !field.is_empty() && field != ".");
        self
    }

    /// The same, with the place in the body (from 1).
    #[must_use]
    pub fn place(mut self, line: usize, column: usize) -> Self {
        (self.told.line, self.told.column) = (Some(line), Some(column));
        self
    }

    /// The same, after which trying again makes sense (s).
    #[must_use]
    pub fn retry_after(mut self, seconds: i64) -> Self {
        self.retry_after = Some(seconds.max(1));
        self
    }

    /// The token opens nothing.
    pub fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "token").because(
            "There is no token, or it isn't valid: unknown, revoked, expired, or its owner no longer has access. \
             Nothing was changed. Send “Authorization: Bearer parvis_…” with a token made in the settings.",
        )
    }

    /// The token lacks a scope.
    pub fn scope(scope: TokenScope) -> Self {
        let name = scope_name(scope);
        let mut it = Self::new(StatusCode::FORBIDDEN, "scope").because(format!(
            "The token lacks the scope “{name}”. Nothing was changed. Make a token that has it in the settings."
        ));
        it.scope = Some(scope);
        it
    }

    /// The role doesn't allow it.
    pub fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN, "role").because(
            "The role of the token's owner doesn't allow this. Nothing was changed. An administrator can change roles.",
        )
    }

    /// There is no such thing, or not for this caller.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found").because(
            "There is nothing by this id, or it is on a desk that you don't see. Nothing was changed. Check the id.",
        )
    }

    /// A parameter or field can't be taken as it is.
    pub fn invalid(field: &str, code: &str, detail: impl std::fmt::Display) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, format!("{field}-{code}"))
            .because(format!("{detail} Nothing was changed. Mend “{field}” and send it again."))
            .at(field)
    }

    /// A parameter of the address can't be read.
    pub fn parameter(field: &str, detail: impl std::fmt::Display) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "parameter")
            .because(format!("{detail} Nothing was changed. Mend “{field}” and ask again."))
            .at(field)
    }

    /// A mistake of Parvis itself: `cause` goes to the log only.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        tracing::error!(%cause, "an API request failed");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal").because(
            "Parvis made a mistake. Nothing of this request was kept. Try again; if it stays, tell the administrator \
             the request_id.",
        )
    }
}

/// The name of a scope in tokens and documents.
pub fn scope_name(scope: TokenScope) -> &'static str {
    match scope {
        TokenScope::Read => "read",
        TokenScope::Write => "write",
        TokenScope::Admin => "admin",
    }
}

impl From<store::Error> for Problem {
    fn from(error: store::Error) -> Self {
        let away = error.is_away();
        let it = Self::internal(error);
        if !away {
            return it;
        }
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "database")
            .because(
                "The database can't be reached, or can't write (a full disk, for one). Nothing of this request was kept. \
                 Try again in a moment; if it stays, tell the administrator.",
            )
            .retry_after(10)
    }
}

impl From<Refusal> for Problem {
    fn from(refused: Refusal) -> Self {
        match refused {
            Refusal::NotFound => Self::not_found(),
            Refusal::Forbidden(_) => Self::forbidden(),
            Refusal::Invalid { field, code } => Self::invalid(field, code, said(field, code)),
            Refusal::Answered { by, message } => {
                let mut it = Self::new(StatusCode::CONFLICT, "answered").because(
                    "Somebody has answered since you looked. Nothing was sent. Read their answer (“message”), then send \
                     again with “seen” set to it, or with “anyway”.",
                );
                (it.told.message, it.told.colleague) = (Some(message), by);
                it
            }
            Refusal::Changed => Self::new(StatusCode::CONFLICT, "changed").because(
                "Too late: it was changed or has left since. Nothing was changed now. Read it again, then decide.",
            ),
            Refusal::Channel(why) => {
                let words = english();
                let said = words.t1("refusal-channel", "why", words.named("why", &why));
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, format!("channel-{why}"))
                    .because(format!("{said} Nothing was sent. The channel's capabilities say what it can do."))
            }
            Refusal::Appointment(why) => appointed(why),
            Refusal::Network(error) => Self::new(StatusCode::UNPROCESSABLE_ENTITY, format!("network-{}", error.code()))
                .because(format!("The network couldn't be asked: {error}. Nothing was changed. Check the address.")),
            Refusal::Assistant(error) => {
                let said = english().named("assistant-error", error.code());
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, format!("assistant-{}", error.code()))
                    .because(format!("{said} Nothing was changed."))
            }
            Refusal::Store(error) => error.into(),
            Refusal::Sealed => Self::internal("a secret can't be sealed or opened"),
            Refusal::Full(error) => {
                tracing::error!(%error, "a file doesn't fit");
                Self::new(StatusCode::INSUFFICIENT_STORAGE, "no-room").because(
                    "There is no room left for files. Nothing of this request was kept, and nothing was sent. Tell the \
                     administrator; once there is room, send it again, under the same key if it had one.",
                )
            }
            Refusal::Media(error) => {
                tracing::error!(%error, "a file can't be kept");
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "files").because(
                    "The disk with the files doesn't work. Nothing of this request was kept, and nothing was sent. Tell the \
                     administrator; send it again later, under the same key if it had one.",
                )
            }
        }
    }
}

fn appointed(why: appointment::Refusal) -> Problem {
    use appointment::Refusal as R;
    let (status, code, said) = match why {
        R::Oneself => {
            (StatusCode::CONFLICT, "oneself", "Your own role and access are somebody else's decision.")
        }
        R::AdministratorOnly => {
            (StatusCode::FORBIDDEN, "administrator-only", "Only an administrator makes, changes or ends one.")
        }
        R::LastAdministrator => {
            (StatusCode::CONFLICT, "last-administrator", "The house would be left without an administrator.")
        }
    };
    Problem::new(status, code)
        .because(format!("{said} Nothing was changed. Ask an administrator, or make another."))
}

/// The language of the API.
pub fn english() -> Words {
    Words::new(Language::En, "UTC")
}

/// The sentence of a refused field: the screens' own, and those that only the API needs.
fn said(field: &str, code: &str) -> String {
    let own = match (field, code) {
        ("answer_within" | "urgent_within", _) => {
            "A desk's target is between one minute and thirty days, in microseconds."
        }
        ("email", "taken") => "A colleague has this e-mail address already.",
        ("email", _) => "This isn't an e-mail address.",
        ("access_begins_at", _) => "Access begins before it ends.",
        ("access_ends_at", _) => "The end of access has to lie ahead.",
        ("scopes", "none") => "A token needs at least one scope.",
        ("scopes", "wider") => "A token can't make another that may do more than itself.",
        ("expires_at", "longer") => "A token can't make another that outlives itself.",
        ("expires_at", _) => "The end of a token has to lie ahead, within ten years.",
        ("tokens", _) => "There are fifty tokens already; revoke one first.",
        ("Idempotency-Key", "reused") => "This key was used for another answer.",
        ("Idempotency-Key", _) => "The key takes 1 to 200 visible ASCII characters.",
        ("name", "unreadable") => "The name holds characters that can't be shown.",
        _ => {
            let own = english().maybe(&format!("refusal-{field}-{code}"));
            return own.unwrap_or_else(|| english().named("connect", code));
        }
    };
    own.to_owned()
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        let headers = response.headers_mut();
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        let challenge = match (self.status, self.scope) {
            (StatusCode::UNAUTHORIZED, _) => {
                Some("Bearer realm=\"Parvis\", error=\"invalid_token\"".to_owned())
            }
            (_, Some(scope)) => Some(format!(
                "Bearer realm=\"Parvis\", error=\"insufficient_scope\", scope=\"{}\"",
                scope_name(scope)
            )),
            _ => None,
        };
        if let Some(challenge) = challenge.and_then(|it| HeaderValue::from_str(&it).ok()) {
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// Middleware: writes the body of a problem, with the reference of the request; and keeps caches away from
/// what is one caller's own.
pub async fn write(request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().cloned().unwrap_or_default();
    let mut response = next.run(request).await;
    if let Some(mut problem) = response.extensions_mut().remove::<Problem>() {
        problem.told.request_id = id.0;
        let (mut parts, _) = response.into_parts();
        parts.headers.remove(header::CONTENT_LENGTH);
        parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        let (_, body) = Json(&problem.told).into_response().into_parts();
        response = Response::from_parts(parts, body);
    }
    let never = HeaderValue::from_static("no-store");
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(never);
    response
}
