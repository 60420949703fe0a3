//! Desks: the teams that conversations are routed to, and how fast each answers.

use jiff::tz::TimeZone;
use serde::Serialize;

use super::{Conn, Error, Result, Row};
use crate::id::{DeskId, OrganisationId};
use crate::rules::clock::Promise;
use crate::rules::hours::Hours;

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
    /// First answer within (µs), counted in its hours.
    pub answer_within: i64,
    /// The same for what is urgent, counted day and night; none: as everything else.
    pub urgent_within: Option<i64>,
    /// The hours in which it works, on the organisation's clock; none: day and night.
    pub hours: Hours,
    /// When it was made (µs).
    pub created_at: i64,
}

const INSERT: &str = "INSERT INTO desk (organisation_id, id, kind, name, position, answer_within, urgent_within, hours, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const UPDATE: &str =
    "UPDATE desk SET kind = $3, name = $4, position = $5, answer_within = $6, urgent_within = $7, hours = $8
    WHERE organisation_id = $1 AND id = $2";
const LIST: &str =
    "SELECT id, kind, name, position, answer_within, urgent_within, hours, created_at FROM desk
    WHERE organisation_id = $1 ORDER BY position, id";
const GET: &str = "SELECT id, kind, name, position, answer_within, urgent_within, hours, created_at FROM desk
    WHERE organisation_id = $1 AND id = $2";

const PROMISE: &str = "SELECT d.answer_within, d.urgent_within, d.hours, o.time_zone FROM desk d
    JOIN organisation o ON o.id = d.organisation_id WHERE d.organisation_id = $1 AND d.id = $2";

fn hours(it: &Desk) -> Option<String> {
    if it.hours.is_always() { None } else { serde_json::to_string(&it.hours).ok() }
}

fn read_hours(text: Option<String>) -> Result<Hours> {
    let Some(text) = text else { return Ok(Hours::default()) };
    serde_json::from_str(&text).map_err(|_| Error::Unreadable { what: "hours", found: text })
}

fn read(row: &Row) -> Result<Desk> {
    let mut cells = row.cells();
    Ok(Desk {
        id: cells.next()?,
        kind: cells.next()?,
        name: cells.next()?,
        position: cells.next()?,
        answer_within: cells.next()?,
        urgent_within: cells.next()?,
        hours: read_hours(cells.next()?)?,
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
        it.urgent_within.into(),
        hours(it).into(),
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
        it.urgent_within.into(),
        hours(it).into(),
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

/// How soon that desk answers.
pub async fn promise(conn: &mut Conn, organisation: OrganisationId, id: DeskId) -> Result<Option<Promise>> {
    let Some(row) = conn.first(PROMISE, &[organisation.into(), id.into()]).await? else { return Ok(None) };
    let mut cells = row.cells();
    Ok(Some(Promise {
        within: cells.next()?,
        urgent_within: cells.next()?,
        hours: read_hours(cells.next()?)?,
        zone: TimeZone::get(&cells.next::<String>()?).unwrap_or(TimeZone::UTC),
    }))
}
