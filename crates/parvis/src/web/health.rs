//! `GET /health`: whether this node can serve, for whoever watches over it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::store;

/// `200 ok` when the database answers, `503` with what is wrong when it doesn't.
pub async fn health(State(app): State<Arc<App>>) -> Response {
    let (status, text) = match check(&app).await {
        Ok(()) => (StatusCode::OK, "ok\n"),
        Err(error) => {
            tracing::error!(%error, "the health check failed");
            (StatusCode::SERVICE_UNAVAILABLE, "the database doesn't answer\n")
        }
    };
    (status, [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "no-store")], text)
        .into_response()
}

async fn check(app: &App) -> store::Result<()> {
    let mut conn = app.db.read().await?;
    store::organisation::first(&mut conn).await.map(drop)
}
