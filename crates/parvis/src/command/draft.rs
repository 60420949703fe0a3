//! Drafts: kept on the server while somebody writes, so that a change of device loses nothing. A draft
//! isn't journalled: nobody else sees it.

use super::{Refusal, Result, load};
use crate::app::App;
use crate::id::ConversationId;
use crate::rules::permission::{Action, Actor};
use crate::store::view::{self, Draft};

/// Longest draft, in bytes.
pub const LENGTH: usize = 64 * 1024;

/// Where a text is meant to go.
pub const MODES: [&str; 3] = ["public", "direct", "note"];

/// Keeps what stands in the field; an empty text drops it.
pub async fn save(app: &App, actor: &Actor, id: ConversationId, mode: &str, text: &str) -> Result<()> {
    if !MODES.contains(&mode) {
        return Err(Refusal::Invalid { field: "mode", code: "unknown" });
    }
    if text.len() > LENGTH {
        return Err(Refusal::Invalid { field: "text", code: "length" });
    }
    let mut conn = app.db.write().await?;
    let action = if mode == "note" { Action::Note } else { Action::Answer };
    let found = load(&mut conn, actor, id, action).await?;
    let draft = Draft { mode: mode.to_owned(), text: text.to_owned(), updated_at: app.now() };
    view::save_draft(&mut conn, actor.organisation, found.id, actor.colleague, &draft).await?;
    Ok(conn.commit().await?)
}
