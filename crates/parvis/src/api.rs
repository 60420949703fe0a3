//! The API, version 1: JSON over the same commands as the screens, one file per group of endpoints. Its
//! description (OpenAPI) is made from the handlers, and the guard reads from it who may call what, so an
//! endpoint that isn't described is closed. Knows no SQL, no cookie and no page.

pub mod body;
pub mod caller;
pub mod document;
pub mod limit;
pub mod page;
pub mod problem;
#[cfg(test)]
mod tests;
pub mod v1;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{StatusCode, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::IntoResponse;
use axum::routing::get;

use self::caller::Gate;
use self::problem::Problem;
use crate::app::App;

/// Where the API stands.
pub const PREFIX: &str = "/api/v1";

/// Bytes of a request, unless its endpoint says otherwise.
const BODY_LIMIT: usize = 1024 * 1024;

/// The description of the API and the table of rights.
pub fn document() -> document::Document {
    document::build(&v1::router().into_openapi())
}

/// The endpoints below [`PREFIX`], their description, and what every request passes through.
pub fn router(app: &Arc<App>) -> Router<Arc<App>> {
    let (endpoints, described) = v1::router().split_for_parts();
    let document = document::build(&described);
    let gate = Arc::new(Gate::new(Arc::clone(app), document.table));
    let text: Arc<str> = document.text.into();
    let serve = move || async move { ([(header::CONTENT_TYPE, "application/json")], text.to_string()) };
    let endpoints = endpoints
        .method_not_allowed_fallback(refuse_method)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(from_fn_with_state(gate, caller::guard))
        .route("/openapi.json", get(serve))
        .fallback(refuse_path)
        .layer(from_fn(problem::write));
    Router::new().nest(PREFIX, endpoints)
}

async fn refuse_method() -> impl IntoResponse {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method").because(
        "This address doesn't know the method. Nothing was changed. The header Allow names those it knows.",
    )
}

async fn refuse_path() -> impl IntoResponse {
    Problem::new(StatusCode::NOT_FOUND, "path")
        .because("There is no such endpoint. Nothing was changed. /api/v1/openapi.json lists all of them.")
}
