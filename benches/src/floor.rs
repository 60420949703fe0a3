//! The floor: the least that a page of fifty conversations can cost with the same parts (axum, sqlx, SQLite,
//! askama): one statement, the same columns, the same markup for each row; nobody signs in, nothing is
//! translated, there are no filters, counters or views.

use std::str::FromStr as _;
use std::sync::Arc;

use anyhow::Result;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Html;
use axum::routing::get;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions, SqliteRow};
use sqlx::{Row as _, SqlitePool};
use uuid::Uuid;

const PAGE: &str = "SELECT c.id, c.channel_id, c.thread_key, c.author_id, c.state, c.desk_id, c.assignee_id, c.urgent, c.intent, c.sentiment, c.awaiting_since, c.due_at, c.snoozed_until, c.closed_at, c.merged_into, c.language, c.title, c.excerpt, c.messages, c.first_at, c.last_at, c.answered_at, a.handle
    FROM conversation c LEFT JOIN author a ON a.organisation_id = c.organisation_id AND a.id = c.author_id
    WHERE c.organisation_id = (SELECT id FROM organisation LIMIT 1) AND c.state = 'open' ORDER BY c.due_at, c.id LIMIT 50";

struct Item {
    id: Uuid,
    channel: Uuid,
    thread_key: String,
    author: Option<Uuid>,
    state: String,
    desk: Uuid,
    assignee: Option<Uuid>,
    urgent: bool,
    intent: Option<String>,
    sentiment: Option<String>,
    awaiting_since: Option<i64>,
    due_at: i64,
    snoozed_until: Option<i64>,
    closed_at: Option<i64>,
    merged_into: Option<Uuid>,
    language: Option<String>,
    title: Option<String>,
    excerpt: String,
    messages: i64,
    first_at: i64,
    last_at: i64,
    answered_at: Option<i64>,
    handle: Option<String>,
}

#[derive(Template)]
#[template(path = "floor.html")]
struct Page {
    rows: Vec<Item>,
}

/// Listens on `host` and answers until the process is ended.
///
/// # Errors
/// The database can't be opened, or the address is taken.
pub async fn serve(database: &str, host: &str) -> Result<()> {
    let options = SqliteConnectOptions::from_str(database)?
        .pragma("cache_size", "-16384")
        .pragma("query_only", "true")
        .statement_cache_capacity(256)
        .row_buffer_size(128);
    let pool =
        SqlitePoolOptions::new().max_connections(4).test_before_acquire(false).connect_with(options).await?;
    let router = axum::Router::new()
        .route("/health", get(|| async { "ok" }))
        .route("/page", get(page))
        .with_state(Arc::new(pool));
    let listener = tokio::net::TcpListener::bind(host).await?;
    Ok(axum::serve(listener, router).await?)
}

async fn page(State(pool): State<Arc<SqlitePool>>) -> Result<Html<String>, StatusCode> {
    read(&pool).await.map(Html).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

async fn read(pool: &SqlitePool) -> Result<String> {
    let rows = sqlx::query(PAGE).fetch_all(pool).await?;
    let rows = rows.iter().map(item).collect::<sqlx::Result<_>>()?;
    Ok(Page { rows }.render()?)
}

fn item(row: &SqliteRow) -> sqlx::Result<Item> {
    Ok(Item {
        id: row.try_get(0)?,
        channel: row.try_get(1)?,
        thread_key: row.try_get(2)?,
        author: row.try_get(3)?,
        state: row.try_get(4)?,
        desk: row.try_get(5)?,
        assignee: row.try_get(6)?,
        urgent: row.try_get(7)?,
        intent: row.try_get(8)?,
        sentiment: row.try_get(9)?,
        awaiting_since: row.try_get(10)?,
        due_at: row.try_get(11)?,
        snoozed_until: row.try_get(12)?,
        closed_at: row.try_get(13)?,
        merged_into: row.try_get(14)?,
        language: row.try_get(15)?,
        title: row.try_get(16)?,
        excerpt: row.try_get(17)?,
        messages: row.try_get(18)?,
        first_at: row.try_get(19)?,
        last_at: row.try_get(20)?,
        answered_at: row.try_get(21)?,
        handle: row.try_get(22)?,
    })
}
