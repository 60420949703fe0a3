//! Saved views of the inbox and drafts of answers: what each colleague keeps for themselves.

use serde::Serialize;

use super::conversation::Filter;
use super::{Conn, Error, Result, Row};
use crate::id::{ColleagueId, ConversationId, OrganisationId, ViewId};

/// A saved filter.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct View {
    /// Its id.
    pub id: ViewId,
    /// Whose.
    pub owner: ColleagueId,
    /// Its name.
    pub name: String,
    /// Whether everybody sees it.
    pub shared: bool,
    /// What it shows.
    pub filter: Filter,
}

impl View {
    /// Whether the colleague sees it: their own, or one that was shared.
    pub fn is_for(&self, colleague: ColleagueId) -> bool {
        self.shared || self.owner == colleague
    }
}

/// An answer or note being written.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Draft {
    /// `public`, `direct` or `note`.
    pub mode: String,
    /// What stands there.
    pub text: String,
    /// When it was last saved (µs).
    pub updated_at: i64,
}

const UPSERT: &str = "INSERT INTO view (organisation_id, id, owner_id, name, shared, filter, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (organisation_id, id) DO UPDATE SET name = excluded.name, shared = excluded.shared, filter = excluded.filter";
const LIST: &str = "SELECT id, owner_id, name, shared, filter FROM view
    WHERE organisation_id = $1 ORDER BY name, id";
const REMOVE: &str = "DELETE FROM view WHERE organisation_id = $1 AND id = $2";
const SAVE_DRAFT: &str = "INSERT INTO draft (organisation_id, conversation_id, colleague_id, mode, text, updated_at) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (organisation_id, conversation_id, colleague_id, mode) DO UPDATE SET text = excluded.text, updated_at = excluded.updated_at";
const DROP_DRAFT: &str = "DELETE FROM draft WHERE organisation_id = $1 AND conversation_id = $2 AND colleague_id = $3 AND mode = $4";
const DRAFTS: &str = "SELECT mode, text, updated_at FROM draft
    WHERE organisation_id = $1 AND conversation_id = $2 AND colleague_id = $3 ORDER BY updated_at DESC";

fn read(row: &Row) -> Result<View> {
    let mut cells = row.cells();
    Ok(View {
        id: cells.next()?,
        owner: cells.next()?,
        name: cells.next()?,
        shared: cells.next()?,
        filter: {
            let text: String = cells.next()?;
            serde_json::from_str(&text).map_err(|_| Error::Unreadable { what: "view", found: text })?
        },
    })
}

/// Writes a view, or writes it anew.
pub async fn save(conn: &mut Conn, organisation: OrganisationId, it: &View, now: i64) -> Result<()> {
    let filter = serde_json::to_string(&it.filter).unwrap_or_default();
    let args = [
        organisation.into(),
        it.id.into(),
        it.owner.into(),
        (&it.name).into(),
        it.shared.into(),
        filter.into(),
        now.into(),
    ];
    conn.run(UPSERT, &args).await.map(drop)
}

/// Everybody's views, by name; [`View::is_for`] tells who sees one.
pub async fn all(conn: &mut Conn, organisation: OrganisationId) -> Result<Vec<View>> {
    conn.all(LIST, &[organisation.into()]).await?.iter().map(read).collect()
}

/// Removes a view.
pub async fn remove(conn: &mut Conn, organisation: OrganisationId, id: ViewId) -> Result<()> {
    conn.run(REMOVE, &[organisation.into(), id.into()]).await.map(drop)
}

/// Keeps a draft; an empty text drops it.
pub async fn save_draft(
    conn: &mut Conn,
    organisation: OrganisationId,
    conversation: ConversationId,
    colleague: ColleagueId,
    it: &Draft,
) -> Result<()> {
    let key = [organisation.into(), conversation.into(), colleague.into(), (&it.mode).into()];
    if it.text.trim().is_empty() {
        return conn.run(DROP_DRAFT, &key).await.map(drop);
    }
    let mut args = key.to_vec();
    args.extend([(&it.text).into(), it.updated_at.into()]);
    conn.run(SAVE_DRAFT, &args).await.map(drop)
}

/// The colleague's drafts in a conversation, newest first.
pub async fn drafts(
    conn: &mut Conn,
    organisation: OrganisationId,
    conversation: ConversationId,
    colleague: ColleagueId,
) -> Result<Vec<Draft>> {
    let rows = conn.all(DRAFTS, &[organisation.into(), conversation.into(), colleague.into()]).await?;
    rows.iter()
        .map(|row| {
            let mut cells = row.cells();
            Ok(Draft { mode: cells.next()?, text: cells.next()?, updated_at: cells.next()? })
        })
        .collect()
}
