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
    /// When it was closed (µs); none while it is open.
    pub closed_at: Option<i64>,
    /// The open desk that took over from it, where what was closed there goes on.
    pub successor: Option<DeskId>,
}

impl Desk {
    /// Whether it takes conversations.
    pub fn is_open(&self) -> bool {
        self.closed_at.is_none()
    }
}

const INSERT: &str = "INSERT INTO desk (organisation_id, id, kind, name, position, answer_within, urgent_within, hours, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const UPDATE: &str =
    "UPDATE desk SET kind = $3, name = $4, position = $5, answer_within = $6, urgent_within = $7, hours = $8
    WHERE organisation_id = $1 AND id = $2";
const LIST: &str =
    "SELECT id, kind, name, position, answer_within, urgent_within, hours, created_at, closed_at, successor_id FROM desk
    WHERE organisation_id = $1 ORDER BY position, id";
const GET: &str = "SELECT id, kind, name, position, answer_within, urgent_within, hours, created_at, closed_at, successor_id FROM desk
    WHERE organisation_id = $1 AND id = $2";
const CLOSE: &str = "UPDATE desk SET closed_at = $3, successor_id = $4 WHERE organisation_id = $1 AND id = $2 AND closed_at IS NULL";
const LEAD_ON: &str = "UPDATE desk SET successor_id = $3 WHERE organisation_id = $1 AND successor_id = $2";
const OPEN: &str = "UPDATE desk SET closed_at = NULL, successor_id = NULL WHERE organisation_id = $1 AND id = $2 AND closed_at IS NOT NULL";
const STANDING: &str = "SELECT COALESCE(successor_id, id) FROM desk WHERE organisation_id = $1 AND id = $2";

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
        closed_at: cells.next()?,
        successor: cells.next()?,
    })
}

/// Writes a new desk, which is open.
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

/// Writes everything but the id, the day it was made, and whether it is closed.
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

/// All desks in their order, closed ones too.
pub async fn list(conn: &mut Conn, organisation: OrganisationId) -> Result<Vec<Desk>> {
    conn.all(LIST, &[organisation.into()]).await?.iter().map(read).collect()
}

/// The desk with that id.
pub async fn get(conn: &mut Conn, organisation: OrganisationId, id: DeskId) -> Result<Option<Desk>> {
    conn.first(GET, &[organisation.into(), id.into()]).await?.as_ref().map(read).transpose()
}

/// Closes a desk in favour of another, which also takes what earlier ones had led to it; false when it is closed already.
pub async fn close(
    conn: &mut Conn,
    organisation: OrganisationId,
    id: DeskId,
    successor: DeskId,
    now: i64,
) -> Result<bool> {
    conn.run(LEAD_ON, &[organisation.into(), id.into(), successor.into()]).await?;
    Ok(conn.run(CLOSE, &[organisation.into(), id.into(), now.into(), successor.into()]).await? == 1)
}

/// Opens a desk again; false when it is open.
pub async fn open(conn: &mut Conn, organisation: OrganisationId, id: DeskId) -> Result<bool> {
    Ok(conn.run(OPEN, &[organisation.into(), id.into()]).await? == 1)
}

/// Where what begins anew at that desk stands: there, or at the desk that took over from it.
pub async fn standing(conn: &mut Conn, organisation: OrganisationId, id: DeskId) -> Result<DeskId> {
    conn.first(STANDING, &[organisation.into(), id.into()]).await?.as_ref().map_or(Ok(id), Row::only)
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
