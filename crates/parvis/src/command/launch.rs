//! Launches: made, changed, opened and closed; what stands in a dossier; which answers are right; and what of it is
//! suggested beside a conversation. Whoever saves says which version they began from; when somebody else has saved
//! since, nothing is overwritten. What somebody edits is no longer validated.

use super::{Refusal, Result, allow, journalled, line, lines};
use crate::app::App;
use crate::id::{ColleagueId, EntryId, LaunchId, WatchId};
use crate::rules::launch::{AUDIENCES, GRAVE, KINDS, Kind, LANGUAGES, LIKELY, PROGRESS, State};
use crate::rules::permission::{Action, Actor};
use crate::store::launch::{self as room, Entry, Launch};
use crate::store::{Conn, colleague};

pub mod outcome;
pub mod post;
pub mod suggestion;

/// Longest name and title, in characters.
pub const TITLE_LENGTH: usize = 140;
/// Longest text, in characters.
pub const TEXT_LENGTH: usize = 8_000;
/// Entries of one dossier at most.
const MOST: usize = 1_000;

/// A launch as somebody wants it.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// The version that they began from; 0 for a new one.
    pub version: i64,
    /// Its name.
    pub name: String,
    /// One of [`KINDS`].
    pub kind: String,
    /// What it is.
    pub summary: String,
    /// Its day or hour (µs).
    pub starts_at: Option<i64>,
    /// It has a day and no hour.
    pub all_day: bool,
    /// Who leads it; the actor when left out.
    pub owner: Option<ColleagueId>,
    /// What was learnt.
    pub note: String,
    /// The watch that hears what is said of it.
    pub watch: Option<WatchId>,
}

/// An entry as somebody wants it; what its kind doesn't use is left out.
#[derive(Clone, Debug, Default)]
pub struct WantedEntry {
    /// The version that they began from; 0 for a new one.
    pub version: i64,
    /// The problem that an answer is prepared for.
    pub of: Option<EntryId>,
    /// What it is called; the question.
    pub title: String,
    /// What it says; the answer; the format.
    pub text: String,
    /// One of [`LANGUAGES`].
    pub language: String,
    /// One of [`AUDIENCES`].
    pub audience: String,
    /// One of [`LIKELY`].
    pub likely: String,
    /// One of [`GRAVE`].
    pub grave: String,
    /// Who takes part.
    pub people: String,
    /// Its day (µs).
    pub at: Option<i64>,
    /// One of [`PROGRESS`].
    pub state: String,
    /// Who looks after it.
    pub owner: Option<ColleagueId>,
}

fn wrong(field: &'static str, code: &'static str) -> Refusal {
    Refusal::Invalid { field, code }
}

fn optional(field: &'static str, text: &str, most: usize) -> Result<String> {
    if text.trim().is_empty() { Ok(String::new()) } else { line(field, text, most) }
}

fn one_of(list: &[&str], name: &str) -> Result<String> {
    list.iter().find(|it| **it == name).map(|it| (*it).to_owned()).ok_or(wrong("launch", "unknown"))
}

async fn known(conn: &mut Conn, actor: &Actor, id: Option<ColleagueId>) -> Result<()> {
    let Some(id) = id else { return Ok(()) };
    colleague::get(conn, actor.organisation, id).await?.map(drop).ok_or(wrong("owner", "unknown"))
}

/// Makes a launch, or with `id` changes one.
///
/// # Errors
/// The right is missing, a field can't be taken, or [`Refusal::Changed`] when somebody has saved since.
pub async fn save(app: &App, actor: &Actor, id: Option<LaunchId>, wanted: Wanted) -> Result<LaunchId> {
    allow(actor, Action::PrepareLaunches)?;
    let now = app.now();
    let (name, kind) = (line("launch", &wanted.name, TITLE_LENGTH)?, one_of(&KINDS, &wanted.kind)?);
    let (summary, note) =
        (lines("launch", &wanted.summary, TEXT_LENGTH)?, lines("launch", &wanted.note, TEXT_LENGTH)?);
    let mut conn = app.db.write().await?;
    known(&mut conn, actor, wanted.owner).await?;
    let watch = outcome::known(&mut conn, actor, wanted.watch).await?;
    let before = match id {
        Some(id) => Some(load(&mut conn, actor, id).await?),
        None => None,
    };
    if before.as_ref().map_or(0, |it| it.version) != wanted.version {
        return Err(Refusal::Changed);
    }
    let after = Launch {
        id: before.as_ref().map_or_else(|| LaunchId::new(now), |it| it.id),
        name,
        kind,
        state: before.as_ref().map_or(State::Prepared, |it| it.state),
        summary,
        starts_at: wanted.starts_at,
        all_day: wanted.all_day,
        owner: wanted.owner.or(before.as_ref().map(|it| it.owner)).unwrap_or(actor.colleague),
        note,
        version: wanted.version + 1,
        opened_at: before.as_ref().and_then(|it| it.opened_at),
        closed_at: before.as_ref().and_then(|it| it.closed_at),
        created_at: before.as_ref().map_or(now, |it| it.created_at),
        watch,
    };
    let verb = match &before {
        Some(_) => {
            room::update(&mut conn, actor.organisation, &after).await?;
            "launch.changed"
        }
        None => {
            room::insert(&mut conn, actor.organisation, &after).await?;
            "launch.made"
        }
    };
    journalled(&mut conn, actor, (now, verb, after.id.0), None, before.as_ref(), Some(&after)).await?;
    conn.commit().await?;
    Ok(after.id)
}

async fn load(conn: &mut Conn, actor: &Actor, id: LaunchId) -> Result<Launch> {
    room::get(conn, actor.organisation, id).await?.ok_or(Refusal::NotFound)
}

/// Opens a launch, closes it, or opens it again.
///
/// # Errors
/// The right is missing, there is no such launch, or [`Refusal::Changed`] when it doesn't stand where that may be done.
pub async fn step(app: &App, actor: &Actor, id: LaunchId, to: State) -> Result<()> {
    allow(actor, Action::PrepareLaunches)?;
    let now = app.now();
    let mut conn = app.db.write().await?;
    let before = load(&mut conn, actor, id).await?;
    if !before.state.leads_to(to) {
        return Err(Refusal::Changed);
    }
    let mut after = Launch { state: to, version: before.version + 1, ..before.clone() };
    let verb = match to {
        State::Closed => {
            after.closed_at = Some(now);
            "launch.closed"
        }
        _ => {
            (after.opened_at, after.closed_at) = (Some(now), None);
            "launch.opened"
        }
    };
    room::update(&mut conn, actor.organisation, &after).await?;
    journalled(&mut conn, actor, (now, verb, id.0), None, Some(&before), Some(&after)).await?;
    Ok(conn.commit().await?)
}

/// The launch with all that stands in its dossier.
///
/// # Errors
/// The right is missing, or there is no such launch.
pub async fn read(conn: &mut Conn, actor: &Actor, id: LaunchId) -> Result<(Launch, Vec<Entry>)> {
    allow(actor, Action::ReadLaunches)?;
    let it = load(conn, actor, id).await?;
    let entries = room::entries(conn, actor.organisation, id).await?;
    Ok((it, entries))
}

/// Writes an entry of a dossier, or with `id` changes one: then it is validated no more.
///
/// # Errors
/// The right is missing, a field can't be taken, or [`Refusal::Changed`] when somebody has saved since.
pub async fn save_entry(
    app: &App,
    actor: &Actor,
    (launch, id): (LaunchId, Option<EntryId>),
    kind: Kind,
    wanted: WantedEntry,
) -> Result<EntryId> {
    allow(actor, Action::PrepareLaunches)?;
    let now = app.now();
    let mut conn = app.db.write().await?;
    load(&mut conn, actor, launch).await?;
    let before = match id {
        Some(id) => Some(entry(&mut conn, actor, launch, id).await?),
        None => None,
    };
    let kind = before.as_ref().map_or(kind, |it| it.kind);
    if before.as_ref().map_or(0, |it| it.version) != wanted.version {
        return Err(Refusal::Changed);
    }
    known(&mut conn, actor, wanted.owner).await?;
    let mut after = shaped(kind, &wanted)?;
    (after.launch, after.version) = (launch, wanted.version + 1);
    match &before {
        Some(it) => (after.id, after.of, after.created_at) = (it.id, it.of, it.created_at),
        None => {
            if room::entries(&mut conn, actor.organisation, launch).await?.len() >= MOST {
                return Err(wrong("launch", "many"));
            }
            if kind == Kind::Answer {
                let of = wanted.of.ok_or(wrong("launch", "unknown"))?;
                let problem = entry(&mut conn, actor, launch, of).await?;
                if problem.kind != Kind::Problem {
                    return Err(wrong("launch", "unknown"));
                }
                after.of = Some(of);
            }
            (after.id, after.created_at) = (EntryId::new(now), now);
        }
    }
    let verb = match &before {
        Some(_) => {
            room::update_entry(&mut conn, actor.organisation, &after).await?;
            "launch.entry-changed"
        }
        None => {
            room::insert_entry(&mut conn, actor.organisation, &after).await?;
            "launch.entry-made"
        }
    };
    journalled(&mut conn, actor, (now, verb, launch.0), None, before.as_ref(), Some(&after)).await?;
    conn.commit().await?;
    Ok(after.id)
}

/// An entry with the fields that its kind uses; ids and version are still to be set.
fn shaped(kind: Kind, wanted: &WantedEntry) -> Result<Entry> {
    let (is_said, is_problem) = (kind.is_said(), kind == Kind::Problem);
    let when = |used: bool, list: &[&str], name: &str| {
        if used { one_of(list, name) } else { Ok(String::new()) }
    };
    let text = lines("entry", &wanted.text, TEXT_LENGTH)?;
    if is_said && text.is_empty() {
        return Err(wrong("entry", "no-answer"));
    }
    Ok(Entry {
        id: EntryId(uuid::Uuid::nil()),
        launch: LaunchId(uuid::Uuid::nil()),
        of: None,
        kind,
        // An answer is called what its problem is called, unless it has words of its own.
        title: if kind == Kind::Answer {
            optional("entry", &wanted.title, TITLE_LENGTH)?
        } else {
            line("entry", &wanted.title, TITLE_LENGTH)?
        },
        text,
        language: when(is_said, &LANGUAGES, &wanted.language)?,
        audience: if kind == Kind::Answer {
            "external".to_owned()
        } else {
            when(kind == Kind::Faq, &AUDIENCES, &wanted.audience)?
        },
        likely: when(is_problem, &LIKELY, &wanted.likely)?,
        grave: when(is_problem, &GRAVE, &wanted.grave)?,
        people: optional("entry", &wanted.people, TITLE_LENGTH)?,
        at: wanted.at.filter(|_| kind.has_day()),
        state: when(kind.has_progress(), &PROGRESS, &wanted.state)?,
        owner: wanted.owner,
        validated_by: None,
        validated_at: None,
        version: 0,
        created_at: 0,
    })
}

async fn entry(conn: &mut Conn, actor: &Actor, launch: LaunchId, id: EntryId) -> Result<Entry> {
    let found = room::entry(conn, actor.organisation, id).await?.ok_or(Refusal::NotFound)?;
    if found.launch == launch { Ok(found) } else { Err(Refusal::NotFound) }
}

/// Takes an entry out of a dossier, with the answers prepared for it.
///
/// # Errors
/// The right is missing, there is no such entry, or [`Refusal::Changed`] when somebody has saved since `version`.
pub async fn remove_entry(
    app: &App,
    actor: &Actor,
    (launch, id): (LaunchId, EntryId),
    version: i64,
) -> Result<()> {
    allow(actor, Action::PrepareLaunches)?;
    let mut conn = app.db.write().await?;
    let before = entry(&mut conn, actor, launch, id).await?;
    if before.version != version {
        return Err(Refusal::Changed);
    }
    room::delete_entry(&mut conn, actor.organisation, id).await?;
    let event = (app.now(), "launch.entry-removed", launch.0);
    journalled(&mut conn, actor, event, None, Some(&before), None::<&Entry>).await?;
    Ok(conn.commit().await?)
}

/// Says of the words of `version` that they are right, or that they aren't any more.
///
/// # Errors
/// The right is missing, it is nothing that is said, or [`Refusal::Changed`] when somebody has changed it since.
pub async fn validate(
    app: &App,
    actor: &Actor,
    (launch, id): (LaunchId, EntryId),
    version: i64,
    right: bool,
) -> Result<()> {
    allow(actor, Action::ValidateAnswers)?;
    let now = app.now();
    let mut conn = app.db.write().await?;
    let before = entry(&mut conn, actor, launch, id).await?;
    if !before.kind.is_said() {
        return Err(wrong("launch", "unknown"));
    }
    if before.version != version {
        return Err(Refusal::Changed);
    }
    let after = Entry {
        validated_by: right.then_some(actor.colleague),
        validated_at: right.then_some(now),
        ..before.clone()
    };
    room::update_entry(&mut conn, actor.organisation, &after).await?;
    let verb = if right { "launch.entry-validated" } else { "launch.entry-doubted" };
    journalled(&mut conn, actor, (now, verb, launch.0), None, Some(&before), Some(&after)).await?;
    Ok(conn.commit().await?)
}

#[cfg(test)]
mod tests;
