//! Calendars of others that are shown on ours, what takes place in them, and who doesn't want to see which.

use super::conn::Cells;
use super::{Conn, Result, Row};
use crate::id::{ColleagueId, LayerId, OrganisationId};
use crate::rules::layer::{Event, Shown};

/// A calendar of others. Times are µs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// Its id.
    pub id: LayerId,
    /// What the house calls it.
    pub name: String,
    /// One of `rules::layer::MARKS`.
    pub mark: String,
    /// The host of its address; empty for a file.
    pub host: String,
    /// Its address, sealed; none for a file.
    pub secret: Option<Vec<u8>>,
    /// The file as it was read last.
    pub content: String,
    /// The server's mark of that version.
    pub etag: Option<String>,
    /// When the server says that it was changed.
    pub modified: Option<String>,
    /// When it was asked last.
    pub tried_at: Option<i64>,
    /// When that last went well.
    pub read_at: Option<i64>,
    /// Why it didn't, the last time.
    pub error: Option<String>,
    /// Events that were read in part or not at all.
    pub unread: i64,
    /// There were too many.
    pub cut: bool,
    /// Who added it.
    pub created_by: ColleagueId,
    /// When.
    pub created_at: i64,
}

/// Something that takes place in a calendar of others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// In which.
    pub layer: LayerId,
    /// Its name.
    pub name: String,
    /// Its mark.
    pub mark: String,
    /// Its place in it.
    pub position: i64,
    /// What, and when.
    pub event: Event,
}

macro_rules! columns {
    () => {
        "id, name, mark, host, secret, content, etag, modified, tried_at, read_at, error_code, unread, cut, created_by, created_at"
    };
}

const INSERT: &str = "INSERT INTO calendar_layer (organisation_id, id, name, mark, host, secret, content, etag, modified, tried_at, read_at, error_code, unread, cut, created_by, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";
const UPDATE: &str = "UPDATE calendar_layer SET name = $3, mark = $4, host = $5, secret = $6, content = $7, etag = $8, modified = $9, tried_at = $10,
    read_at = $11, error_code = $12, unread = $13, cut = $14, created_by = $15, created_at = $16
    WHERE organisation_id = $1 AND id = $2";
const GET: &str =
    concat!("SELECT ", columns!(), " FROM calendar_layer WHERE organisation_id = $1 AND id = $2");
const LIST: &str =
    concat!("SELECT ", columns!(), " FROM calendar_layer WHERE organisation_id = $1 ORDER BY name, id");
const REMOVE: &str = "DELETE FROM calendar_layer WHERE organisation_id = $1 AND id = $2";
const CLEAR: &str = "DELETE FROM calendar_layer_event WHERE organisation_id = $1 AND layer_id = $2";
const PLACE: &str = "INSERT INTO calendar_layer_event (organisation_id, layer_id, position, starts_at, ends_at, is_day, title, place)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const BETWEEN: &str = "SELECT l.id, l.name, l.mark, e.position, e.starts_at, e.ends_at, e.is_day, e.title, e.place
    FROM calendar_layer_event e JOIN calendar_layer l ON l.organisation_id = e.organisation_id AND l.id = e.layer_id
    WHERE e.organisation_id = $1 AND e.starts_at < $3 AND (e.ends_at > $2 OR e.starts_at >= $2)
    AND NOT EXISTS (SELECT 1 FROM calendar_layer_hidden h WHERE h.organisation_id = e.organisation_id
     AND h.layer_id = e.layer_id AND h.colleague_id = $4)
    ORDER BY e.starts_at, l.name, e.layer_id, e.position LIMIT 2000";
const OF: &str =
    "SELECT starts_at, ends_at, is_day, title, place FROM calendar_layer_event
    WHERE organisation_id = $1 AND layer_id = $2 AND starts_at < $4 AND (ends_at > $3 OR starts_at >= $3) ORDER BY starts_at, position LIMIT $5";
const HIDE: &str =
    "INSERT INTO calendar_layer_hidden (organisation_id, layer_id, colleague_id) VALUES ($1, $2, $3)
    ON CONFLICT (organisation_id, layer_id, colleague_id) DO NOTHING";
const UNHIDE: &str =
    "DELETE FROM calendar_layer_hidden WHERE organisation_id = $1 AND layer_id = $2 AND colleague_id = $3";
const HIDDEN: &str =
    "SELECT layer_id FROM calendar_layer_hidden WHERE organisation_id = $1 AND colleague_id = $2";
const UNHIDE_ALL: &str = "DELETE FROM calendar_layer_hidden WHERE organisation_id = $1 AND layer_id = $2";

fn read(row: &Row) -> Result<Layer> {
    let mut cells = row.cells();
    Ok(Layer {
        id: cells.next()?,
        name: cells.next()?,
        mark: cells.next()?,
        host: cells.next()?,
        secret: cells.next()?,
        content: cells.next()?,
        etag: cells.next()?,
        modified: cells.next()?,
        tried_at: cells.next()?,
        read_at: cells.next()?,
        error: cells.next()?,
        unread: cells.next()?,
        cut: cells.next()?,
        created_by: cells.next()?,
        created_at: cells.next()?,
    })
}

fn read_event(cells: &mut Cells<'_>) -> Result<Event> {
    Ok(Event {
        starts_at: cells.next()?,
        ends_at: cells.next()?,
        is_day: cells.next()?,
        title: cells.next()?,
        place: cells.next()?,
    })
}

async fn write(conn: &mut Conn, sql: &'static str, organisation: OrganisationId, it: &Layer) -> Result<()> {
    let args = [
        organisation.into(),
        it.id.into(),
        (&it.name).into(),
        (&it.mark).into(),
        (&it.host).into(),
        it.secret.clone().into(),
        (&it.content).into(),
        (&it.etag).into(),
        (&it.modified).into(),
        it.tried_at.into(),
        it.read_at.into(),
        (&it.error).into(),
        it.unread.into(),
        it.cut.into(),
        it.created_by.into(),
        it.created_at.into(),
    ];
    conn.run(sql, &args).await.map(drop)
}

/// Writes a new one.
pub async fn insert(conn: &mut Conn, organisation: OrganisationId, it: &Layer) -> Result<()> {
    write(conn, INSERT, organisation, it).await
}

/// Writes what it has become.
pub async fn update(conn: &mut Conn, organisation: OrganisationId, it: &Layer) -> Result<()> {
    write(conn, UPDATE, organisation, it).await
}

/// The one with that id.
pub async fn get(conn: &mut Conn, organisation: OrganisationId, id: LayerId) -> Result<Option<Layer>> {
    conn.first(GET, &[organisation.into(), id.into()]).await?.as_ref().map(read).transpose()
}

/// All of them, by name.
pub async fn list(conn: &mut Conn, organisation: OrganisationId) -> Result<Vec<Layer>> {
    conn.all(LIST, &[organisation.into()]).await?.iter().map(read).collect()
}

/// Takes one out with all that it has.
pub async fn remove(conn: &mut Conn, organisation: OrganisationId, id: LayerId) -> Result<()> {
    for sql in [CLEAR, UNHIDE_ALL, REMOVE] {
        conn.run(sql, &[organisation.into(), id.into()]).await?;
    }
    Ok(())
}

/// Puts what takes place by now in the place of what did.
pub async fn set_events(
    conn: &mut Conn,
    organisation: OrganisationId,
    id: LayerId,
    shown: &Shown,
) -> Result<()> {
    conn.run(CLEAR, &[organisation.into(), id.into()]).await?;
    for (position, it) in (0_i64..).zip(&shown.events) {
        let args = [
            organisation.into(),
            id.into(),
            position.into(),
            it.starts_at.into(),
            it.ends_at.into(),
            it.is_day.into(),
            (&it.title).into(),
            (&it.place).into(),
        ];
        conn.run(PLACE, &args).await?;
    }
    Ok(())
}

/// What takes place in `[from, until)` (µs) in the calendars that the colleague wants to see, in its order; 2,000 at most.
pub async fn between(
    conn: &mut Conn,
    organisation: OrganisationId,
    (from, until): (i64, i64),
    colleague: ColleagueId,
) -> Result<Vec<Placed>> {
    let args = [organisation.into(), from.into(), until.into(), colleague.into()];
    let rows = conn.all(BETWEEN, &args).await?;
    rows.iter()
        .map(|row| {
            let mut cells = row.cells();
            Ok(Placed {
                layer: cells.next()?,
                name: cells.next()?,
                mark: cells.next()?,
                position: cells.next()?,
                event: read_event(&mut cells)?,
            })
        })
        .collect()
}

/// What takes place in one of them in `[from, until)` (µs), in its order, `limit` at most.
pub async fn events(
    conn: &mut Conn,
    organisation: OrganisationId,
    id: LayerId,
    (from, until): (i64, i64),
    limit: i64,
) -> Result<Vec<Event>> {
    let args = [organisation.into(), id.into(), from.into(), until.into(), limit.into()];
    conn.all(OF, &args).await?.iter().map(|row| read_event(&mut row.cells())).collect()
}

/// Hides one from a colleague, or shows it again.
pub async fn set_hidden(
    conn: &mut Conn,
    organisation: OrganisationId,
    (id, colleague): (LayerId, ColleagueId),
    hidden: bool,
) -> Result<()> {
    let sql = if hidden { HIDE } else { UNHIDE };
    conn.run(sql, &[organisation.into(), id.into(), colleague.into()]).await.map(drop)
}

/// Those that a colleague doesn't want to see.
pub async fn hidden(
    conn: &mut Conn,
    organisation: OrganisationId,
    colleague: ColleagueId,
) -> Result<Vec<LayerId>> {
    conn.all(HIDDEN, &[organisation.into(), colleague.into()]).await?.iter().map(Row::only).collect()
}
