//! The organisation: its name, language and time zone.

use serde::{Deserialize, Serialize};

use super::conn::Cells;
use super::{Conn, Result, Row};
use crate::id::OrganisationId;

/// The house that everything belongs to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Organisation {
    /// Its id.
    pub id: OrganisationId,
    /// Its name, as people say it.
    pub name: String,
    /// "fr" or "en": what is used where nobody has chosen.
    pub language: String,
    /// IANA name, such as "Europe/Paris".
    pub time_zone: String,
    /// When it was set up (µs).
    pub created_at: i64,
}

const INSERT: &str = "INSERT INTO organisation (id, name, language, time_zone, created_at)
    VALUES ($1, $2, $3, $4, $5)";
const FIRST: &str = "SELECT id, name, language, time_zone, created_at FROM organisation ORDER BY id LIMIT 1";
const GET: &str = "SELECT id, name, language, time_zone, created_at FROM organisation WHERE id = $1";

fn read(row: &Row) -> Result<Organisation> {
    read_cells(&mut row.cells())
}

/// An organisation from the next five columns, in the order of the table.
pub(super) fn read_cells(cells: &mut Cells<'_>) -> Result<Organisation> {
    Ok(Organisation {
        id: cells.next()?,
        name: cells.next()?,
        language: cells.next()?,
        time_zone: cells.next()?,
        created_at: cells.next()?,
    })
}

/// Writes a new organisation.
pub async fn insert(conn: &mut Conn, it: &Organisation) -> Result<()> {
    let args = [
        it.id.into(),
        (&it.name).into(),
        (&it.language).into(),
        (&it.time_zone).into(),
        it.created_at.into(),
    ];
    conn.run(INSERT, &args).await.map(drop)
}

/// The organisation of this installation; `None` before the first start's set-up.
pub async fn first(conn: &mut Conn) -> Result<Option<Organisation>> {
    conn.first(FIRST, &[]).await?.as_ref().map(read).transpose()
}

/// The organisation with that id.
pub async fn get(conn: &mut Conn, id: OrganisationId) -> Result<Option<Organisation>> {
    conn.first(GET, &[id.into()]).await?.as_ref().map(read).transpose()
}
