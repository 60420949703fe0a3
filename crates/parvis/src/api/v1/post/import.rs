//! Several posts from one file, looked at first.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use parvis_write::Language as Spoken;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::body::{Body, Path};
use crate::api::caller::Caller;
use crate::api::problem::{Result, english};
use crate::app::App;
use crate::command::post::import::{self as command, BYTES, Fault, Preview, Row};
use crate::id::{ChannelId, ImportId, PostId};
use crate::rules::permission::Action;
use crate::rules::post::State as Standing;

/// Bytes of a request with a file at most: as JSON it may be written twice as long.
pub const LIMIT: usize = 2 * BYTES + 64 * 1024;

/// A file of posts.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPostImport {
    /// What the file is called.
    #[serde(default)]
    name: String,
    /// The file: comma-, semicolon- or tab-separated, at most 1 MiB and 300 rows. The first line names the columns, in
    /// English or French: `title`, `text`, `date`, `time`, `channels`, `theme`, `link`, `brief`, `state` (`idea` or
    /// `to validate`), `origin`, `warning`, `campaign`. Hours are on the organisation's clock.
    content: String,
}

/// What is wrong with a place of the file.
#[derive(Debug, Serialize, ToSchema)]
pub struct PostImportFault {
    /// From 1.
    line: u64,
    /// What the file calls the column; empty for the whole row.
    column: String,
    /// Which fault.
    code: String,
    /// The same in a sentence.
    message: String,
}

/// Something that speaks against an hour.
#[derive(Debug, Serialize, ToSchema)]
pub struct PostImportHint {
    /// `holiday`, `launch`, `event` (in a calendar of others), `twin` (a post of that day is called the same), `hour` (another leaves at that minute), `theme`
    /// (the same theme on that day) or `tired` (the community tires of the theme).
    code: &'static str,
    /// The name of the day, the launch, the other post, the theme.
    about: String,
}

/// A post that would be made.
#[derive(Debug, Serialize, ToSchema)]
pub struct PostImportRow {
    /// Its first line in the file.
    line: u64,
    /// What the house calls it.
    title: String,
    /// The common text.
    text: String,
    /// Theme; empty for none.
    theme: String,
    /// `idea` or `to_validate`.
    state: Standing,
    /// When it might leave (µs).
    due_at: Option<i64>,
    /// Where it would go.
    channels: Vec<ChannelId>,
    /// What the charter says of it: names of rules.
    remarks: Vec<&'static str>,
    /// What speaks against its hour.
    hints: Vec<PostImportHint>,
}

/// A file, and what it would make or made.
#[derive(Debug, Serialize, ToSchema)]
pub struct PostImport {
    /// Its id; none while anything is wrong with it.
    id: Option<ImportId>,
    /// What it would make, in the order of the file.
    rows: Vec<PostImportRow>,
    /// What is wrong, at most fifty: while anything is, nothing is made.
    faults: Vec<PostImportFault>,
    /// When posts were made of the same file before (µs).
    before: Option<i64>,
    /// What was made, in the order of the file.
    posts: Vec<PostId>,
    /// When that was (µs).
    made_at: Option<i64>,
}

fn fault(it: Fault) -> PostImportFault {
    PostImportFault {
        message: english().t1(&it.key, "value", it.value),
        line: it.line,
        column: it.column,
        code: it.key.trim_start_matches("import-fault-").trim_start_matches("refusal-").to_owned(),
    }
}

fn row(it: Row) -> PostImportRow {
    let hint = |it: command::Hint| PostImportHint { code: it.code, about: it.about };
    PostImportRow {
        line: it.line,
        title: it.post.title,
        text: it.post.text,
        theme: it.post.theme,
        state: it.post.state,
        due_at: it.post.due_at,
        channels: it.channels,
        remarks: it.remarks.iter().map(|it| it.rule.name()).collect(),
        hints: it.hints.into_iter().map(hint).collect(),
    }
}

fn shown(id: Option<ImportId>, it: Preview) -> PostImport {
    PostImport {
        id,
        rows: it.rows.into_iter().map(row).collect(),
        faults: it.faults.into_iter().map(fault).collect(),
        before: it.before,
        posts: Vec::new(),
        made_at: None,
    }
}

/// Look at a file of posts
///
/// Nothing is made yet. A file without faults is kept for a day: `POST /posts/imports/{id}/make` makes its posts.
#[utoipa::path(post, path = "/posts/imports", operation_id = "bringPostImport", tag = "posts", request_body = NewPostImport,
    responses((status = 200, description = "What it would make, or what is wrong with it.", body = PostImport)),
    extensions(("x-action" = json!(Action::Propose))))]
pub async fn bring(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(it): Body<NewPostImport>,
) -> Result<Json<PostImport>> {
    let file = (it.name.as_str(), it.content.as_bytes());
    let (id, preview) = command::bring(&app, &caller.actor, file, Spoken::English).await?;
    Ok(Json(shown(id, preview)))
}

/// Look at a file of posts again
#[utoipa::path(get, path = "/posts/imports/{id}", operation_id = "getPostImport", tag = "posts",
    params(("id" = ImportId, Path, description = "A file that you brought.")),
    responses((status = 200, description = "What it would make by now, or what was made.", body = PostImport)),
    extensions(("x-action" = json!(Action::Propose))))]
pub async fn get(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<ImportId>,
) -> Result<Json<PostImport>> {
    let (it, preview) = command::look(&app, &caller.actor, id, Spoken::English).await?;
    Ok(Json(PostImport { posts: it.posts, made_at: it.made_at, ..shown(Some(it.id), preview) }))
}

/// What was made.
#[derive(Debug, Serialize, ToSchema)]
pub struct PostImportMade {
    /// The posts, in the order of the file.
    posts: Vec<PostId>,
}

/// Make the posts of a file
///
/// All of them, in one transaction, once: called again, it answers with what was made. None comes further than to be
/// validated.
#[utoipa::path(post, path = "/posts/imports/{id}/make", operation_id = "makePostImport", tag = "posts",
    params(("id" = ImportId, Path, description = "A file that you brought.")),
    responses((status = 200, description = "They are on the board.", body = PostImportMade)),
    extensions(("x-action" = json!(Action::Propose))))]
pub async fn make(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<ImportId>,
) -> Result<Json<PostImportMade>> {
    let posts = command::make(&app, &caller.actor, id).await?;
    Ok(Json(PostImportMade { posts }))
}
