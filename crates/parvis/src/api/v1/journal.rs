//! The journal: every change, with who, when, before and after.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::api::body::{Parameters, Path};
use crate::api::caller::Caller;
use crate::api::page::{self, Page};
use crate::api::problem::Result;
use crate::app::App;
use crate::command;
use crate::id::{ConversationId, JournalId};
use crate::rules::permission::Action;
use crate::store::journal::{self as room, Journalled};

/// A change.
#[derive(Debug, Serialize, ToSchema)]
pub struct Entry {
    /// Its id, which also orders it.
    id: JournalId,
    /// When (µs).
    at: i64,
    /// `colleague`, `channel` or `system`.
    actor_kind: String,
    /// Which colleague or channel.
    actor: Option<Uuid>,
    /// What happened: `conversation.closed` …
    verb: String,
    /// To what; its noun begins the verb.
    subject: Uuid,
    /// In which conversation.
    conversation: Option<ConversationId>,
    /// State before, as far as it changed.
    #[schema(value_type = Option<Object>)]
    before: Option<Value>,
    /// State after, as far as it changed.
    #[schema(value_type = Option<Object>)]
    after: Option<Value>,
    /// When it was undone (µs).
    undone_at: Option<i64>,
}

impl From<Journalled> for Entry {
    fn from(it: Journalled) -> Self {
        Self {
            id: it.id,
            at: it.at,
            actor_kind: it.actor_kind,
            actor: it.actor_id,
            verb: it.verb,
            subject: it.subject_id,
            conversation: it.conversation_id,
            before: it.before,
            after: it.after,
            undone_at: it.undone_at,
        }
    }
}

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// `next` of the page before: goes back in time.
    cursor: Option<String>,
    /// 1 to 200 items; 50 when left out.
    limit: Option<i64>,
}

fn cut(found: Vec<Journalled>, limit: i64) -> Json<Page<Entry>> {
    Json(Page::cut(found, limit, |it| it.id.to_string(), Entry::from))
}

/// Read the journal of a conversation
#[utoipa::path(get, path = "/conversations/{id}/journal", operation_id = "listConversationJournal", tag = "journal",
    params(("id" = ConversationId, Path, description = "Which conversation."), Asked),
    responses((status = 200, description = "Newest first.", body = Page<Entry>)),
    extensions(("x-action" = json!(Action::Read))))]
pub async fn of_conversation(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<ConversationId>,
    Parameters(asked): Parameters<Asked>,
) -> Result<Json<Page<Entry>>> {
    let limit = page::limit(asked.limit)?;
    let before = page::cursor::<JournalId>(asked.cursor.as_deref())?;
    let mut conn = app.db.read().await?;
    let it = command::load(&mut conn, &caller.actor, id, Action::Read).await?;
    let found = room::of_conversation(&mut conn, caller.actor.organisation, it.id, before, limit + 1).await?;
    Ok(cut(found, limit))
}

/// Read the journal of the organisation
#[utoipa::path(get, path = "/journal", operation_id = "listJournal", tag = "journal", params(Asked),
    responses((status = 200, description = "Newest first.", body = Page<Entry>)),
    extensions(("x-action" = json!(Action::ReadJournal))))]
pub async fn page(
    State(app): State<Arc<App>>,
    caller: Caller,
    Parameters(asked): Parameters<Asked>,
) -> Result<Json<Page<Entry>>> {
    let limit = page::limit(asked.limit)?;
    let before = page::cursor::<JournalId>(asked.cursor.as_deref())?;
    let mut conn = app.db.read().await?;
    let found = room::page(&mut conn, caller.actor.organisation, before, limit + 1).await?;
    Ok(cut(found, limit))
}
