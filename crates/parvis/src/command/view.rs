//! Saved views of the inbox: private, or shared with everybody.

use super::{Refusal, Result, allow};
use crate::app::App;
use crate::id::ViewId;
use crate::rules::permission::{Action, Actor};
use crate::store::conversation::Filter;
use crate::store::journal::{self, By, Entry};
use crate::store::view::{self, View};

/// Longest name of a view, in characters.
pub const NAME_LENGTH: usize = 60;

/// Saves a view, a new one or, with `id`, anew. Only its owner changes a view.
pub async fn save(
    app: &App,
    actor: &Actor,
    id: Option<ViewId>,
    name: &str,
    shared: bool,
    filter: Filter,
) -> Result<ViewId> {
    allow(actor, Action::ManageSelf)?;
    if shared {
        allow(actor, Action::ShareView)?;
    }
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() || name.chars().count() > NAME_LENGTH {
        return Err(Refusal::Invalid { field: "name", code: "length" });
    }
    let now = app.now();
    let mut conn = app.db.write().await?;
    if let Some(id) = id {
        own(&mut conn, actor, id).await?;
    }
    let id = id.unwrap_or_else(|| ViewId::new(now));
    let it = View { id, owner: actor.colleague, name, shared, filter };
    view::save(&mut conn, actor.organisation, &it, now).await?;
    written(conn, actor, now, "view.saved", id, serde_json::to_value(&it).ok()).await?;
    Ok(id)
}

/// Removes a view of one's own.
pub async fn remove(app: &App, actor: &Actor, id: ViewId) -> Result<()> {
    allow(actor, Action::ManageSelf)?;
    let now = app.now();
    let mut conn = app.db.write().await?;
    own(&mut conn, actor, id).await?;
    view::remove(&mut conn, actor.organisation, id).await?;
    written(conn, actor, now, "view.removed", id, None).await
}

async fn own(conn: &mut crate::store::Conn, actor: &Actor, id: ViewId) -> Result<()> {
    let all = view::all(conn, actor.organisation).await?;
    let mut seen = all.iter().filter(|view| view.is_for(actor.colleague));
    let found = seen.find(|view| view.id == id).ok_or(Refusal::NotFound)?;
    if found.owner == actor.colleague { Ok(()) } else { Err(Refusal::Forbidden(Action::ShareView)) }
}

async fn written(
    mut conn: crate::store::Conn,
    actor: &Actor,
    now: i64,
    verb: &str,
    id: ViewId,
    after: Option<serde_json::Value>,
) -> Result<()> {
    let entry = Entry {
        organisation: actor.organisation,
        at: now,
        by: By::Colleague(actor.colleague),
        verb,
        subject: id.0,
        conversation: None,
        before: None,
        after,
    };
    journal::write(&mut conn, entry).await?;
    Ok(conn.commit().await?)
}
