//! Authors: the public accounts that write to us.

use std::collections::BTreeSet;

use serde::Serialize;
use sqlx::AssertSqlSafe;

use super::conn::places;
use super::{Conn, Result, Row, Value};
use crate::id::{AuthorId, OrganisationId};

/// A public account.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Author {
    /// Its id.
    pub id: AuthorId,
    /// Kind of network.
    pub kind: String,
    /// The network's id.
    pub remote_id: String,
    /// Handle, without the leading @.
    pub handle: String,
    /// Display name.
    pub name: String,
    /// Public page.
    pub url: Option<String>,
    /// Picture.
    pub avatar_url: Option<String>,
    /// Says of itself that it is a machine.
    pub bot: bool,
    /// First time we heard of it (µs).
    pub first_seen_at: i64,
    /// Last time (µs).
    pub last_seen_at: i64,
    /// How many messages it sent us.
    pub messages: i64,
}

/// What a list calls an author.
#[derive(Clone, Debug)]
pub struct Name {
    /// Handle, without the leading @.
    pub handle: String,
    /// Display name.
    pub name: String,
}

macro_rules! columns {
    () => {
        "id, kind, remote_id, handle, name, url, avatar_url, bot, first_seen_at, last_seen_at, messages"
    };
}

const UPSERT: &str = "INSERT INTO author (organisation_id, id, kind, remote_id, handle, name, url, avatar_url, bot, first_seen_at, last_seen_at, messages)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
    ON CONFLICT (organisation_id, kind, remote_id) DO UPDATE SET handle = excluded.handle, name = excluded.name, url = excluded.url,
      avatar_url = excluded.avatar_url, bot = excluded.bot,
      first_seen_at = CASE WHEN excluded.first_seen_at < author.first_seen_at THEN excluded.first_seen_at ELSE author.first_seen_at END,
      last_seen_at = CASE WHEN excluded.last_seen_at > author.last_seen_at THEN excluded.last_seen_at ELSE author.last_seen_at END,
      messages = author.messages + excluded.messages
    RETURNING id";
const GET: &str = concat!("SELECT ", columns!(), " FROM author WHERE organisation_id = $1 AND id = $2");

/// Writes an author, or brings the one that the network knows by the same id up to date, adding
/// `messages` to its count; answers with the id that stands.
pub async fn upsert(conn: &mut Conn, organisation: OrganisationId, it: &Author) -> Result<AuthorId> {
    let args = [
        organisation.into(),
        it.id.into(),
        (&it.kind).into(),
        (&it.remote_id).into(),
        (&it.handle).into(),
        (&it.name).into(),
        (&it.url).into(),
        (&it.avatar_url).into(),
        it.bot.into(),
        it.first_seen_at.into(),
        it.last_seen_at.into(),
        it.messages.into(),
    ];
    conn.first(UPSERT, &args).await?.map_or(Ok(it.id), |row| row.only())
}

/// The author with that id.
pub async fn get(conn: &mut Conn, organisation: OrganisationId, id: AuthorId) -> Result<Option<Author>> {
    let row = conn.first(GET, &[organisation.into(), id.into()]).await?;
    row.as_ref().map(read).transpose()
}

/// The authors with these ids, in no order; those that don't exist are left out.
pub async fn get_all(conn: &mut Conn, organisation: OrganisationId, ids: &[AuthorId]) -> Result<Vec<Author>> {
    let mut args: Vec<Value> = vec![organisation.into()];
    let list = places(&mut args, ids.iter().collect::<BTreeSet<_>>().into_iter().copied());
    let sql = format!("SELECT {} FROM author WHERE organisation_id = $1 AND id IN ({list})", columns!());
    conn.all(AssertSqlSafe(sql), &args).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Author> {
    let mut cells = row.cells();
    Ok(Author {
        id: cells.next()?,
        kind: cells.next()?,
        remote_id: cells.next()?,
        handle: cells.next()?,
        name: cells.next()?,
        url: cells.next()?,
        avatar_url: cells.next()?,
        bot: cells.next()?,
        first_seen_at: cells.next()?,
        last_seen_at: cells.next()?,
        messages: cells.next()?,
    })
}
