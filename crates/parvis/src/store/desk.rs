//! Desks: the teams that conversations are routed to, and how fast each answers.

use serde::Serialize;

use super::{Conn, Result, Row};
use crate::id::{DeskId, OrganisationId};

/// A team that conversations are routed to.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Desk {
    /// Its id.
    pub id: DeskId,
    /// Trade: `animation`, `care`, `press`, `business`, `employer`, or `subject`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Place in lists, from 0.
    pub position: i64,
    /// First answer within, in microseconds, around the clock.
    pub answer_within: i64,
    /// When it was made (µs).
    pub created_at: i64,
}

const INSERT: &str = "INSERT INTO desk (organisation_id, id, kind, name, position, answer_within, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)";
const UPDATE: &str = "UPDATE desk SET kind = $3, name = $4, position = $5, answer_within = $6
    WHERE organisation_id = $1 AND id = $2";
const LIST: &str = "SELECT id, kind, name, position, answer_within, created_at FROM desk
    WHERE organisation_id = $1 ORDER BY position, id";
const GET: &str = "SELECT id, kind, name, position, answer_within, created_at FROM desk
    WHERE organisation_id = $1 AND id = $2";

fn read(row: &Row) -> Result<Desk> {
    let mut cells = row.cells();
    Ok(Desk {
        id: cells.next()?,
        kind: cells.next()?,
        name: cells.next()?,
        position: cells.next()?,
        answer_within: cells.next()?,
        created_at: cells.next()?,
    })
}

/// Writes a new desk.
pub async fn insert(conn: &mut Conn, organisation: OrganisationId, it: &Desk) -> Result<()> {
    let args = [
        organisation.into(),
        it.id.into(),
        (&it.kind).into(),
        (&it.name).into(),
        it.position.into(),
        it.answer_within.into(),
        it.created_at.into(),
    ];
    conn.run(INSERT, &args).await.map(drop)
}

/// Writes everything but the id and the day it was made.
pub async fn update(conn: &mut Conn, organisation: OrganisationId, it: &Desk) -> Result<()> {
    let args = [
        organisation.into(),
        it.id.into(),
        (&it.kind).into(),
        (&it.name).into(),
        it.position.into(),
        it.answer_within.into(),
    ];
    conn.run(UPDATE, &args).await.map(drop)
}

/// All desks in their order.
pub async fn list(conn: &mut Conn, organisation: OrganisationId) -> Result<Vec<Desk>> {
    conn.all(LIST, &[organisation.into()]).await?.iter().map(read).collect()
}

/// The desk with that id.
pub async fn get(conn: &mut Conn, organisation: OrganisationId, id: DeskId) -> Result<Option<Desk>> {
    conn.first(GET, &[organisation.into(), id.into()]).await?.as_ref().map(read).transpose()
}
