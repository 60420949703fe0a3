//! Who calls: a personal access token, `Authorization: Bearer parvis_…`, checked against the table that the
//! description of the API gives before any handler runs. Cookies are never read, so no other site can make
//! a browser call.

use std::sync::Arc;

use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::document::Table;
use super::limit::{Budget, Limit};
use super::problem::{Problem, Result};
use crate::app::App;
use crate::clock::MINUTE;
use crate::rules::permission::{Action, Actor, TokenScope};
use crate::seal;
use crate::store;
use crate::store::colleague::Colleague;
use crate::store::token::Token;

/// `used_at` of a token is written no more often than this (µs).
const SEEN_EVERY: i64 = 5 * MINUTE;

/// Whoever holds the token of a request.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Who acts, with which rights.
    pub actor: Actor,
    /// The owner of the token.
    pub colleague: Colleague,
    /// The token.
    pub token: Token,
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        parts.extensions.get::<Self>().cloned().ok_or_else(Problem::unauthorized)
    }
}

/// What the guard works with.
pub struct Gate {
    app: Arc<App>,
    table: Table,
    limit: Limit,
}

impl Gate {
    /// A gate that opens what stands in `table`.
    pub fn new(app: Arc<App>, table: Table) -> Self {
        Self { app, table, limit: Limit::default() }
    }
}

/// Middleware: reads who calls, counts the call, and opens or closes the endpoint by the table.
pub async fn guard(State(gate): State<Arc<Gate>>, mut request: Request, next: Next) -> Response {
    let matched = request.extensions().get::<MatchedPath>().map(|it| it.as_str().to_owned());
    let path = matched.as_deref().and_then(|it| it.strip_prefix(super::PREFIX)).unwrap_or_default();
    let method = if request.method() == Method::HEAD { &Method::GET } else { request.method() };
    let need = match gate.table.need(method, path) {
        Ok(need) => need,
        // The path is described, the method isn't: the router says 405. Anything else stays closed.
        Err(true) => return next.run(request).await,
        Err(false) => return Problem::internal("an endpoint isn't described").into_response(),
    };
    let caller = match identify(&gate.app, request.headers()).await {
        Ok(caller) => caller,
        Err(problem) => return problem.into_response(),
    };
    let (budget, verdict) = match gate.limit.take(caller.token.id, gate.app.now()) {
        Ok(budget) => (budget, admit(&caller.actor, need)),
        Err(budget) => (budget, Err(asked_too_often(budget))),
    };
    let mut response = match verdict {
        Ok(()) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(problem) => problem.into_response(),
    };
    budget.tell(response.headers_mut());
    response
}

fn asked_too_often(budget: Budget) -> Problem {
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "rate")
        .because("This token has asked too often. Nothing was changed. Wait as long as the header Retry-After says.")
        .retry_after(budget.seconds)
}

fn admit(actor: &Actor, need: Option<Action>) -> Result<()> {
    let Some(action) = need else { return Ok(()) };
    if !actor.role.may(action) {
        return Err(Problem::forbidden());
    }
    if actor.may(action) { Ok(()) } else { Err(Problem::scope(TokenScope::needed_for(action))) }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, secret) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(secret.trim())
}

/// The owner of the token that the request carries.
async fn identify(app: &App, headers: &HeaderMap) -> Result<Caller> {
    let secret = bearer(headers).ok_or_else(Problem::unauthorized)?;
    let now = app.now();
    let mut conn = app.db.read().await?;
    let token = store::token::by_digest(&mut conn, &seal::digest(secret)).await?;
    let token = token
        .filter(|it| it.revoked_at.is_none() && it.expires_at.is_none_or(|at| at > now))
        .ok_or_else(Problem::unauthorized)?;
    let colleague = store::colleague::get(&mut conn, token.organisation, token.colleague).await?;
    let colleague = colleague.filter(|it| it.has_access(now)).ok_or_else(Problem::unauthorized)?;
    let scope = store::colleague::scope(&mut conn, &colleague).await?;
    drop(conn);
    if token.used_at.is_none_or(|at| at + SEEN_EVERY <= now) {
        let mut write = app.db.write().await?;
        store::token::see(&mut write, token.organisation, token.id, now).await?;
        write.commit().await?;
    }
    let actor = Actor {
        organisation: token.organisation,
        colleague: colleague.id,
        role: colleague.role,
        scope,
        token: Some(token.scopes.clone()),
        pass: None,
    };
    Ok(Caller { actor, colleague, token })
}
