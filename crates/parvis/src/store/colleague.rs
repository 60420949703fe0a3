//! Colleagues: who signs in, with which role, on which desks.

use serde::Serialize;

use super::conn::Cells;
use super::{Conn, Error, Result, Row};
use crate::id::{ColleagueId, DeskId, OrganisationId};
use crate::rules::permission::{Role, Scope};

/// Someone who signs in.
#[derive(Clone, Debug, Serialize)]
pub struct Colleague {
    /// Whose.
    pub organisation: OrganisationId,
    /// Who.
    pub id: ColleagueId,
    /// Address for signing in, lower case.
    pub email: String,
    /// Name or role as shown to the others.
    pub name: String,
    /// Two letters in the circle.
    pub initials: String,
    /// What they may do.
    pub role: Role,
    /// argon2id in PHC form; `None` when they sign in by link only. Never serialised.
    #[serde(skip)]
    pub password_hash: Option<String>,
    /// "fr", "en", or as the browser asks.
    pub language: Option<String>,
    /// "light", "dark", or as the system asks.
    pub theme: Option<String>,
    /// Whether single letters act (WCAG 2.1.4).
    pub shortcuts: bool,
    /// False once access was ended.
    pub active: bool,
    /// When access begins (µs); `None` for at once.
    pub access_begins_at: Option<i64>,
    /// End of the contract (µs), for externals.
    pub access_ends_at: Option<i64>,
    /// When they were invited (µs).
    pub created_at: i64,
    /// IANA name of the zone in which times are told them; `None` for the organisation's.
    pub time_zone: Option<String>,
}

impl Colleague {
    /// Somebody who begins at `now` (µs), with nothing set yet.
    pub fn blank(organisation: OrganisationId, role: Role, now: i64) -> Self {
        Self {
            organisation,
            id: ColleagueId::new(now),
            email: String::new(),
            name: String::new(),
            initials: String::new(),
            role,
            password_hash: None,
            language: None,
            theme: None,
            shortcuts: true,
            time_zone: None,
            active: true,
            access_begins_at: None,
            access_ends_at: None,
            created_at: now,
        }
    }

    /// Whether they may act at `now` (µs): access was not ended and the contract runs.
    pub fn has_access(&self, now: i64) -> bool {
        let has_begun = self.access_begins_at.is_none_or(|begins| begins <= now);
        self.active && has_begun && self.access_ends_at.is_none_or(|ends| ends > now)
    }
}

const INSERT: &str = "INSERT INTO colleague (organisation_id, id, email, name, initials, role, password_hash, language, theme, shortcuts, active, access_ends_at, created_at, time_zone, access_begins_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
const UPDATE: &str = "UPDATE colleague SET email = $3, name = $4, initials = $5, role = $6, password_hash = $7, language = $8, theme = $9, shortcuts = $10, active = $11, access_ends_at = $12, time_zone = $13, access_begins_at = $14
    WHERE organisation_id = $1 AND id = $2";
const GET: &str = "SELECT organisation_id, id, email, name, initials, role, password_hash, language, theme, shortcuts, active, access_ends_at, created_at, time_zone, access_begins_at
    FROM colleague WHERE organisation_id = $1 AND id = $2";
const BY_EMAIL: &str = "SELECT organisation_id, id, email, name, initials, role, password_hash, language, theme, shortcuts, active, access_ends_at, created_at, time_zone, access_begins_at
    FROM colleague WHERE email = $1 ORDER BY organisation_id LIMIT 1";
const LIST: &str = "SELECT organisation_id, id, email, name, initials, role, password_hash, language, theme, shortcuts, active, access_ends_at, created_at, time_zone, access_begins_at
    FROM colleague WHERE organisation_id = $1 ORDER BY name, id";
const DESKS: &str = "SELECT desk_id FROM colleague_desk WHERE organisation_id = $1 AND colleague_id = $2";
const MEMBERSHIPS: &str = "SELECT colleague_id, desk_id FROM colleague_desk WHERE organisation_id = $1 ORDER BY colleague_id, desk_id";
const LEAVE_DESKS: &str = "DELETE FROM colleague_desk WHERE organisation_id = $1 AND colleague_id = $2";
const JOIN_DESK: &str = "INSERT INTO colleague_desk (organisation_id, colleague_id, desk_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";

fn read(row: &Row) -> Result<Colleague> {
    read_cells(&mut row.cells())
}

/// A colleague from the next fifteen columns, in the order of the table.
pub(super) fn read_cells(cells: &mut Cells<'_>) -> Result<Colleague> {
    Ok(Colleague {
        organisation: cells.next()?,
        id: cells.next()?,
        email: cells.next()?,
        name: cells.next()?,
        initials: cells.next()?,
        role: {
            let name: String = cells.next()?;
            Role::parse(&name).ok_or(Error::Unreadable { what: "role", found: name })?
        },
        password_hash: cells.next()?,
        language: cells.next()?,
        theme: cells.next()?,
        shortcuts: cells.next()?,
        active: cells.next()?,
        access_ends_at: cells.next()?,
        created_at: cells.next()?,
        time_zone: cells.next()?,
        access_begins_at: cells.next()?,
    })
}

/// Writes a new colleague. The e-mail must not be taken within the organisation.
pub async fn insert(conn: &mut Conn, it: &Colleague) -> Result<()> {
    let args = [
        it.organisation.into(),
        it.id.into(),
        (&it.email).into(),
        (&it.name).into(),
        (&it.initials).into(),
        it.role.as_str().into(),
        (&it.password_hash).into(),
        (&it.language).into(),
        (&it.theme).into(),
        it.shortcuts.into(),
        it.active.into(),
        it.access_ends_at.into(),
        it.created_at.into(),
        (&it.time_zone).into(),
        it.access_begins_at.into(),
    ];
    conn.run(INSERT, &args).await.map(drop)
}

/// Writes everything but the id and the day of arrival.
pub async fn update(conn: &mut Conn, it: &Colleague) -> Result<()> {
    let args = [
        it.organisation.into(),
        it.id.into(),
        (&it.email).into(),
        (&it.name).into(),
        (&it.initials).into(),
        it.role.as_str().into(),
        (&it.password_hash).into(),
        (&it.language).into(),
        (&it.theme).into(),
        it.shortcuts.into(),
        it.active.into(),
        it.access_ends_at.into(),
        (&it.time_zone).into(),
        it.access_begins_at.into(),
    ];
    conn.run(UPDATE, &args).await.map(drop)
}

/// The colleague with that id.
pub async fn get(
    conn: &mut Conn,
    organisation: OrganisationId,
    id: ColleagueId,
) -> Result<Option<Colleague>> {
    conn.first(GET, &[organisation.into(), id.into()]).await?.as_ref().map(read).transpose()
}

/// The colleague who signs in with that address (compared in lower case).
pub async fn by_email(conn: &mut Conn, email: &str) -> Result<Option<Colleague>> {
    conn.first(BY_EMAIL, &[email.trim().to_lowercase().into()]).await?.as_ref().map(read).transpose()
}

/// Everybody, by name; those without access too.
pub async fn list(conn: &mut Conn, organisation: OrganisationId) -> Result<Vec<Colleague>> {
    conn.all(LIST, &[organisation.into()]).await?.iter().map(read).collect()
}

/// The desks that a colleague belongs to.
pub async fn desks(conn: &mut Conn, organisation: OrganisationId, id: ColleagueId) -> Result<Vec<DeskId>> {
    conn.all(DESKS, &[organisation.into(), id.into()]).await?.iter().map(Row::only).collect()
}

/// Who belongs to which desk, for everybody at once.
pub async fn memberships(
    conn: &mut Conn,
    organisation: OrganisationId,
) -> Result<Vec<(ColleagueId, DeskId)>> {
    let rows = conn.all(MEMBERSHIPS, &[organisation.into()]).await?;
    let pair = |row: &Row| {
        let mut cells = row.cells();
        Ok((cells.next()?, cells.next()?))
    };
    rows.iter().map(pair).collect()
}

/// Replaces the desks of a colleague.
pub async fn set_desks(
    conn: &mut Conn,
    organisation: OrganisationId,
    id: ColleagueId,
    desks: &[DeskId],
) -> Result<()> {
    conn.run(LEAVE_DESKS, &[organisation.into(), id.into()]).await?;
    for desk in desks {
        join(conn, organisation, id, *desk).await?;
    }
    Ok(())
}

/// Puts a colleague on one more desk.
pub async fn join(
    conn: &mut Conn,
    organisation: OrganisationId,
    id: ColleagueId,
    desk: DeskId,
) -> Result<()> {
    conn.run(JOIN_DESK, &[organisation.into(), id.into(), desk.into()]).await.map(drop)
}

/// What the colleague sees, by role and desks.
pub async fn scope(conn: &mut Conn, it: &Colleague) -> Result<Scope> {
    if it.role.sees_every_desk() {
        return Ok(Scope::Every);
    }
    desks(conn, it.organisation, it.id).await.map(Scope::Desks)
}
