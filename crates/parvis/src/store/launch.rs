//! Launches, what stands in their dossiers, and which answers began there.

use serde::Serialize;

use super::{Conn, Error, Result, Row};
use crate::id::{ColleagueId, EntryId, LaunchId, MessageId, OrganisationId, WatchId};
use crate::rules::launch::{Kind, State};

/// A product or an event that is prepared. Times are µs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Launch {
    /// Its id.
    pub id: LaunchId,
    /// Its name.
    pub name: String,
    /// `product` or `event`.
    pub kind: String,
    /// Where it stands.
    pub state: State,
    /// What it is, in a few words.
    pub summary: String,
    /// Its day, or its hour.
    pub starts_at: Option<i64>,
    /// It has a day and no hour.
    pub all_day: bool,
    /// Who leads it.
    pub owner: ColleagueId,
    /// What was learnt.
    pub note: String,
    /// Grows with each change.
    pub version: i64,
    /// When it was opened last.
    pub opened_at: Option<i64>,
    /// When it was closed.
    pub closed_at: Option<i64>,
    /// When it was made.
    pub created_at: i64,
    /// The watch that hears what is said of it.
    pub watch: Option<WatchId>,
}

/// One thing of a dossier; which fields it uses is said by its kind, the others are empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Entry {
    /// Its id.
    pub id: EntryId,
    /// Whose dossier.
    pub launch: LaunchId,
    /// The problem that an answer is prepared for.
    pub of: Option<EntryId>,
    /// What it is.
    pub kind: Kind,
    /// What it is called; the question.
    pub title: String,
    /// What it says; the answer; the format.
    pub text: String,
    /// `fr` or `en`.
    pub language: String,
    /// `internal` or `external`.
    pub audience: String,
    /// How likely a problem is.
    pub likely: String,
    /// How grave a problem would be.
    pub grave: String,
    /// Who takes part, who is asked, in words.
    pub people: String,
    /// Its day (µs).
    pub at: Option<i64>,
    /// `todo`, `doing` or `done`.
    pub state: String,
    /// Who looks after it.
    pub owner: Option<ColleagueId>,
    /// Who said that it is right, as it stands.
    pub validated_by: Option<ColleagueId>,
    /// When (µs).
    pub validated_at: Option<i64>,
    /// Grows with each change.
    pub version: i64,
    /// When it was made (µs).
    pub created_at: i64,
}

macro_rules! launch_columns {
    () => {
        "id, name, kind, state, summary, starts_at, all_day, owner_id, note, version, opened_at, closed_at, created_at, watch_id"
    };
}

macro_rules! entry_columns {
    () => {
        "e.id, e.launch_id, e.of_id, e.kind, e.title, e.text, e.language, e.audience, e.likely, e.grave, e.people, e.at, e.state, e.owner_id, e.validated_by, e.validated_at, e.version, e.created_at"
    };
}

const INSERT: &str = "INSERT INTO launch (organisation_id, id, name, kind, state, summary, starts_at, all_day, owner_id, note, version, opened_at, closed_at, created_at, watch_id)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
const UPDATE: &str = "UPDATE launch SET name = $3, kind = $4, state = $5, summary = $6, starts_at = $7, all_day = $8, owner_id = $9, note = $10,
    version = $11, opened_at = $12, closed_at = $13, watch_id = $14 WHERE organisation_id = $1 AND id = $2";
const LIST: &str = concat!(
    "SELECT ",
    launch_columns!(),
    " FROM launch WHERE organisation_id = $1 ORDER BY COALESCE(starts_at, created_at) DESC, id LIMIT 500"
);
const GET: &str =
    concat!("SELECT ", launch_columns!(), " FROM launch WHERE organisation_id = $1 AND id = $2");
const BETWEEN: &str =
    "SELECT l.id AS launch_id, NULL AS entry_id, 'launch' AS kind, l.name AS title, l.name, l.starts_at AS at, l.state = 'closed' AS done
    FROM launch l WHERE l.organisation_id = $1 AND l.starts_at >= $2 AND l.starts_at < $3
    UNION ALL SELECT e.launch_id, e.id, e.kind, e.title, l.name, e.at, e.state = 'done'
    FROM launch_entry e JOIN launch l ON l.organisation_id = e.organisation_id AND l.id = e.launch_id
    WHERE e.organisation_id = $1 AND e.at >= $2 AND e.at < $3 AND e.kind IN ('step', 'material', 'meeting')
    ORDER BY 6, 4 LIMIT 1000";
const INSERT_ENTRY: &str = "INSERT INTO launch_entry (organisation_id, id, launch_id, of_id, kind, title, text, language, audience, likely, grave, people, at, state, owner_id, validated_by, validated_at, version, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)";
const UPDATE_ENTRY: &str = "UPDATE launch_entry SET title = $3, text = $4, language = $5, audience = $6, likely = $7, grave = $8, people = $9,
    at = $10, state = $11, owner_id = $12, validated_by = $13, validated_at = $14, version = $15 WHERE organisation_id = $1 AND id = $2";
const DELETE_ENTRY: &str = "DELETE FROM launch_entry WHERE organisation_id = $1 AND (id = $2 OR of_id = $2)";
const ENTRIES: &str = concat!(
    "SELECT ",
    entry_columns!(),
    " FROM launch_entry e WHERE e.organisation_id = $1 AND e.launch_id = $2 ORDER BY e.id LIMIT 2000"
);
const ENTRY: &str =
    concat!("SELECT ", entry_columns!(), " FROM launch_entry e WHERE e.organisation_id = $1 AND e.id = $2");
const SAID: &str = concat!(
    "SELECT ",
    entry_columns!(),
    " FROM launch_entry e JOIN launch l ON l.organisation_id = e.organisation_id AND l.id = e.launch_id
    WHERE e.organisation_id = $1 AND l.state = 'open' AND e.kind IN ('faq', 'answer') AND e.validated_at IS NOT NULL
    ORDER BY e.id LIMIT 2000"
);
const PROBLEMS: &str = concat!(
    "SELECT ",
    entry_columns!(),
    " FROM launch_entry e JOIN launch l ON l.organisation_id = e.organisation_id AND l.id = e.launch_id
    WHERE e.organisation_id = $1 AND l.state = 'open' AND e.kind = 'problem' ORDER BY e.id LIMIT 2000"
);
const USE: &str = "INSERT INTO launch_use (organisation_id, message_id, entry_id, at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (organisation_id, message_id) DO NOTHING";
const USES: &str = "SELECT u.entry_id, COUNT(*) FROM launch_use u
    JOIN launch_entry e ON e.organisation_id = u.organisation_id AND e.id = u.entry_id
    WHERE u.organisation_id = $1 AND e.launch_id = $2 GROUP BY u.entry_id";

fn unreadable(what: &'static str, found: String) -> Error {
    Error::Unreadable { what, found }
}

fn read(row: &Row) -> Result<Launch> {
    let mut cells = row.cells();
    Ok(Launch {
        id: cells.next()?,
        name: cells.next()?,
        kind: cells.next()?,
        state: {
            let name: String = cells.next()?;
            State::parse(&name).ok_or_else(|| unreadable("state of a launch", name))?
        },
        summary: cells.next()?,
        starts_at: cells.next()?,
        all_day: cells.next()?,
        owner: cells.next()?,
        note: cells.next()?,
        version: cells.next()?,
        opened_at: cells.next()?,
        closed_at: cells.next()?,
        created_at: cells.next()?,
        watch: cells.next()?,
    })
}

fn read_entry(row: &Row) -> Result<Entry> {
    let mut cells = row.cells();
    Ok(Entry {
        id: cells.next()?,
        launch: cells.next()?,
        of: cells.next()?,
        kind: {
            let name: String = cells.next()?;
            Kind::parse(&name).ok_or_else(|| unreadable("kind of an entry", name))?
        },
        title: cells.next()?,
        text: cells.next()?,
        language: cells.next()?,
        audience: cells.next()?,
        likely: cells.next()?,
        grave: cells.next()?,
        people: cells.next()?,
        at: cells.next()?,
        state: cells.next()?,
        owner: cells.next()?,
        validated_by: cells.next()?,
        validated_at: cells.next()?,
        version: cells.next()?,
        created_at: cells.next()?,
    })
}

/// Writes a new launch.
pub async fn insert(conn: &mut Conn, organisation: OrganisationId, it: &Launch) -> Result<()> {
    let args = [
        organisation.into(),
        it.id.into(),
        (&it.name).into(),
        (&it.kind).into(),
        it.state.as_str().into(),
        (&it.summary).into(),
        it.starts_at.into(),
        it.all_day.into(),
        it.owner.into(),
        (&it.note).into(),
        it.version.into(),
        it.opened_at.into(),
        it.closed_at.into(),
        it.created_at.into(),
        it.watch.into(),
    ];
    conn.run(INSERT, &args).await.map(drop)
}

/// Writes everything but the id and when it was made.
pub async fn update(conn: &mut Conn, organisation: OrganisationId, it: &Launch) -> Result<()> {
    let args = [
        organisation.into(),
        it.id.into(),
        (&it.name).into(),
        (&it.kind).into(),
        it.state.as_str().into(),
        (&it.summary).into(),
        it.starts_at.into(),
        it.all_day.into(),
        it.owner.into(),
        (&it.note).into(),
        it.version.into(),
        it.opened_at.into(),
        it.closed_at.into(),
        it.watch.into(),
    ];
    conn.run(UPDATE, &args).await.map(drop)
}

/// The launches, what comes last first, 500 at most.
pub async fn list(conn: &mut Conn, organisation: OrganisationId) -> Result<Vec<Launch>> {
    conn.all(LIST, &[organisation.into()]).await?.iter().map(read).collect()
}

/// The launch with that id.
pub async fn get(conn: &mut Conn, organisation: OrganisationId, id: LaunchId) -> Result<Option<Launch>> {
    conn.first(GET, &[organisation.into(), id.into()]).await?.as_ref().map(read).transpose()
}

/// Something of a launch that has its day: the launch itself, a step, a piece of material or a meeting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dated {
    /// Whose dossier.
    pub launch: LaunchId,
    /// Which entry; none: the launch's own day.
    pub entry: Option<EntryId>,
    /// `launch`, or the kind of the entry.
    pub kind: String,
    /// What it is called.
    pub title: String,
    /// The launch's name.
    pub name: String,
    /// Its day or hour (µs).
    pub at: i64,
    /// It is done, or the launch is over.
    pub done: bool,
}

/// What has its day in `from..until` (µs), the earliest first, 1,000 at most.
pub async fn between(
    conn: &mut Conn,
    organisation: OrganisationId,
    (from, until): (i64, i64),
) -> Result<Vec<Dated>> {
    let rows = conn.all(BETWEEN, &[organisation.into(), from.into(), until.into()]).await?;
    rows.iter()
        .map(|row| {
            let mut cells = row.cells();
            Ok(Dated {
                launch: cells.next()?,
                entry: cells.next()?,
                kind: cells.next()?,
                title: cells.next()?,
                name: cells.next()?,
                at: cells.next()?,
                done: cells.next()?,
            })
        })
        .collect()
}

/// Writes a new entry.
pub async fn insert_entry(conn: &mut Conn, organisation: OrganisationId, it: &Entry) -> Result<()> {
    let args = [
        organisation.into(),
        it.id.into(),
        it.launch.into(),
        it.of.into(),
        it.kind.as_str().into(),
        (&it.title).into(),
        (&it.text).into(),
        (&it.language).into(),
        (&it.audience).into(),
        (&it.likely).into(),
        (&it.grave).into(),
        (&it.people).into(),
        it.at.into(),
        (&it.state).into(),
        it.owner.into(),
        it.validated_by.into(),
        it.validated_at.into(),
        it.version.into(),
        it.created_at.into(),
    ];
    conn.run(INSERT_ENTRY, &args).await.map(drop)
}

/// Writes what may change of an entry.
pub async fn update_entry(conn: &mut Conn, organisation: OrganisationId, it: &Entry) -> Result<()> {
    let args = [
        organisation.into(),
        it.id.into(),
        (&it.title).into(),
        (&it.text).into(),
        (&it.language).into(),
        (&it.audience).into(),
        (&it.likely).into(),
        (&it.grave).into(),
        (&it.people).into(),
        it.at.into(),
        (&it.state).into(),
        it.owner.into(),
        it.validated_by.into(),
        it.validated_at.into(),
        it.version.into(),
    ];
    conn.run(UPDATE_ENTRY, &args).await.map(drop)
}

/// Takes an entry away, with the answers that are prepared for it.
pub async fn delete_entry(conn: &mut Conn, organisation: OrganisationId, id: EntryId) -> Result<()> {
    conn.run(DELETE_ENTRY, &[organisation.into(), id.into()]).await.map(drop)
}

/// What stands in a dossier, in the order in which it was written.
pub async fn entries(conn: &mut Conn, organisation: OrganisationId, id: LaunchId) -> Result<Vec<Entry>> {
    conn.all(ENTRIES, &[organisation.into(), id.into()]).await?.iter().map(read_entry).collect()
}

/// The entry with that id.
pub async fn entry(conn: &mut Conn, organisation: OrganisationId, id: EntryId) -> Result<Option<Entry>> {
    conn.first(ENTRY, &[organisation.into(), id.into()]).await?.as_ref().map(read_entry).transpose()
}

/// What open launches have to say: questions and prepared answers that somebody validated.
pub async fn said(conn: &mut Conn, organisation: OrganisationId) -> Result<Vec<Entry>> {
    conn.all(SAID, &[organisation.into()]).await?.iter().map(read_entry).collect()
}

/// The problems that open launches foresee.
pub async fn problems(conn: &mut Conn, organisation: OrganisationId) -> Result<Vec<Entry>> {
    conn.all(PROBLEMS, &[organisation.into()]).await?.iter().map(read_entry).collect()
}

/// Notes that an answer began as a suggestion.
pub async fn used(
    conn: &mut Conn,
    organisation: OrganisationId,
    message: MessageId,
    entry: EntryId,
    at: i64,
) -> Result<()> {
    conn.run(USE, &[organisation.into(), message.into(), entry.into(), at.into()]).await.map(drop)
}

/// How many answers began with each entry of a dossier; those with none are left out.
pub async fn uses(
    conn: &mut Conn,
    organisation: OrganisationId,
    id: LaunchId,
) -> Result<Vec<(EntryId, i64)>> {
    let rows = conn.all(USES, &[organisation.into(), id.into()]).await?;
    rows.iter()
        .map(|row| {
            let mut cells = row.cells();
            Ok((cells.next()?, cells.next()?))
        })
        .collect()
}
