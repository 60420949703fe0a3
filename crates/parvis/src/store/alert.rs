//! Alerts: what was out of the ordinary, told once; in what it was seen, and who has seen it. Two parts keep an
//! event from being told twice: at most one open signal of a kind and subject (an index sees to it), and no new one
//! for an episode that began before the last one ended.

pub mod measure;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Conn, Error, Result, Row};
use crate::id::{AlertId, ChannelId, ColleagueId, DeskId, MessageId, OrganisationId, WatchId};

/// What can be out of the ordinary.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// More messages than is usual at this hour of this week.
    Burst,
    /// More negative messages than is usual.
    Anger,
    /// Complaints wait longer, and more of them, than is usual.
    Unanswered,
    /// A channel can't be heard.
    Deaf,
    /// A channel answers, and nothing comes by it for much longer than is usual.
    Silent,
    /// The access to a channel ends soon.
    Expiring,
}

impl Kind {
    /// Every kind, in the order in which they are shown.
    pub const ALL: [Self; 6] =
        [Self::Burst, Self::Anger, Self::Unanswered, Self::Deaf, Self::Silent, Self::Expiring];

    /// The word in SQL, JSON and translations.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Burst => "burst",
            Self::Anger => "anger",
            Self::Unanswered => "unanswered",
            Self::Deaf => "deaf",
            Self::Silent => "silent",
            Self::Expiring => "expiring",
        }
    }

    /// The kind of that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == word)
    }

    /// Whether it is that more is said than usual.
    pub fn is_rise(self) -> bool {
        matches!(self, Self::Burst | Self::Anger)
    }

    /// Whether it is about how a channel is heard, and not about what is said.
    pub fn is_technical(self) -> bool {
        matches!(self, Self::Deaf | Self::Silent | Self::Expiring)
    }
}

/// Where something is out of the ordinary.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case", tag = "kind", content = "id")]
pub enum Subject {
    /// In what a watch finds.
    Watch(WatchId),
    /// At a desk.
    Desk(DeskId),
    /// On a channel.
    Channel(ChannelId),
}

impl Subject {
    /// The word in SQL and translations.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Watch(_) => "watch",
            Self::Desk(_) => "desk",
            Self::Channel(_) => "channel",
        }
    }

    /// Its id.
    pub fn id(self) -> Uuid {
        match self {
            Self::Watch(it) => it.0,
            Self::Desk(it) => it.0,
            Self::Channel(it) => it.0,
        }
    }

    fn read(kind: String, id: Uuid) -> Result<Self> {
        match kind.as_str() {
            "watch" => Ok(Self::Watch(WatchId(id))),
            "desk" => Ok(Self::Desk(DeskId(id))),
            "channel" => Ok(Self::Channel(ChannelId(id))),
            _ => Err(Error::Unreadable { what: "subject of an alert", found: kind }),
        }
    }
}

/// One step of a series, as it was told.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Point {
    /// Its beginning (µs).
    pub at: i64,
    /// How many came; `null` where a channel couldn't be heard and nothing came.
    pub count: Option<i64>,
    /// Lower edge of what is usual.
    pub low: f64,
    /// Upper edge of what is usual.
    pub high: f64,
}

/// Why it was told: figures, and the messages behind them. What they say stays with the messages, so that what is
/// erased there is gone here too.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct Evidence {
    /// How many, within `window` from the beginning on; for `unanswered`, how many wait too long; for `silent`, how many should have come.
    pub count: i64,
    /// How many are usual within `window`.
    pub expected: f64,
    /// How many times the usual.
    pub times: f64,
    /// The time in which they came, from the beginning to when it was last above the usual, µs; for `unanswered`, what nine in ten don't exceed.
    pub window: i64,
    /// How many people wrote them; one who writes ten times is one.
    pub people: i64,
    /// How many in all since it began.
    pub total: i64,
    /// The hours before, and since.
    pub points: Vec<Point>,
    /// Words that are said more than usual.
    pub terms: Vec<String>,
    /// The message that began it.
    pub first: Option<MessageId>,
    /// Messages of it, the newest first.
    pub examples: Vec<MessageId>,
    /// Until when: the end of an access (µs).
    pub until: Option<i64>,
    /// Why a channel can't be heard: code of the error.
    pub code: Option<String>,
}

/// Something out of the ordinary.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    /// Its id.
    pub id: AlertId,
    /// What.
    pub kind: Kind,
    /// Where it was seen first.
    pub subject: Subject,
    /// How often it was told: more than once when it has become many times worse.
    pub level: i64,
    /// When it began (µs).
    pub began_at: i64,
    /// When it was told (µs).
    pub opened_at: i64,
    /// How it ended; `None` while it is open.
    pub closed: Option<Closed>,
    /// Why it was told.
    pub evidence: Evidence,
}

/// How an alert ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    /// When (µs).
    pub at: i64,
    /// `usual` (by itself), `handled`, `false` (a false alarm), or `gone` (its watch or channel is no more).
    pub why: String,
    /// Who closed it; `None` for Parvis.
    pub by: Option<ColleagueId>,
}

/// In what an alert shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signal {
    /// Of which alert.
    pub alert: AlertId,
    /// What.
    pub kind: Kind,
    /// In what.
    pub subject: Subject,
    /// When it was first seen there (µs).
    pub seen_at: i64,
    /// When it was over there (µs).
    pub ended_at: Option<i64>,
}

macro_rules! columns {
    () => {
        "id, kind, subject_kind, subject_id, level, began_at, opened_at, closed_at, closed_why, closed_by, evidence"
    };
}

const INSERT: &str = "INSERT INTO alert (organisation_id, id, kind, subject_kind, subject_id, state, level, began_at, opened_at, evidence)
    VALUES ($1, $2, $3, $4, $5, 'open', $6, $7, $8, $9)";
const TELL: &str = "UPDATE alert SET level = $3, evidence = $4 WHERE organisation_id = $1 AND id = $2";
const RENAME: &str =
    "UPDATE alert SET kind = $3, subject_kind = $4, subject_id = $5, level = $6, began_at = $7, evidence = $8
    WHERE organisation_id = $1 AND id = $2";
const CLOSE: &str = "UPDATE alert SET state = 'closed', closed_at = $3, closed_why = $4, closed_by = $5
    WHERE organisation_id = $1 AND id = $2 AND state = 'open'";
const GET: &str = concat!("SELECT ", columns!(), " FROM alert WHERE organisation_id = $1 AND id = $2");
const OPEN: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM alert WHERE organisation_id = $1 AND state = 'open' ORDER BY opened_at DESC, id DESC"
);
const CLOSED: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM alert WHERE organisation_id = $1 AND state = 'closed' AND (opened_at, id) < ($2, $3)
    ORDER BY opened_at DESC, id DESC LIMIT $4"
);
const SIGNAL: &str =
    "INSERT INTO alert_signal (organisation_id, alert_id, kind, subject_id, subject_kind, seen_at)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (organisation_id, alert_id, kind, subject_id) DO UPDATE SET ended_at = NULL";
const END: &str = "UPDATE alert_signal SET ended_at = $5
    WHERE organisation_id = $1 AND alert_id = $2 AND kind = $3 AND subject_id = $4 AND ended_at IS NULL";
const FORGET: &str = "DELETE FROM alert_signal
    WHERE organisation_id = $1 AND alert_id = $2 AND kind = $3 AND subject_id = $4";
const END_ALL: &str =
    "UPDATE alert_signal SET ended_at = $3 WHERE organisation_id = $1 AND alert_id = $2 AND ended_at IS NULL";
const SIGNALS: &str = "SELECT alert_id, kind, subject_kind, subject_id, seen_at, ended_at FROM alert_signal
    WHERE organisation_id = $1 AND ended_at IS NULL";
const SIGNALS_OF: &str =
    "SELECT alert_id, kind, subject_kind, subject_id, seen_at, ended_at FROM alert_signal
    WHERE organisation_id = $1 AND alert_id = $2 ORDER BY seen_at, kind, subject_id";
const ENDED: &str =
    "SELECT MAX(ended_at) FROM alert_signal WHERE organisation_id = $1 AND kind = $2 AND subject_id = $3";
const SEE: &str =
    "INSERT INTO alert_seen (organisation_id, alert_id, colleague_id, seen_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (organisation_id, alert_id, colleague_id) DO NOTHING";
const SEEN: &str = "SELECT alert_id, colleague_id, seen_at FROM alert_seen
    WHERE organisation_id = $1 AND alert_id = $2 ORDER BY seen_at, colleague_id";

fn read(row: &Row) -> Result<Alert> {
    let mut cells = row.cells();
    let id = cells.next()?;
    let kind = kind(cells.next()?)?;
    let subject = Subject::read(cells.next()?, cells.next()?)?;
    let (level, began_at, opened_at) = (cells.next()?, cells.next()?, cells.next()?);
    let (at, why, by): (Option<i64>, Option<String>, Option<ColleagueId>) =
        (cells.next()?, cells.next()?, cells.next()?);
    let evidence: String = cells.next()?;
    let evidence = serde_json::from_str(&evidence)
        .map_err(|_| Error::Unreadable { what: "evidence of an alert", found: evidence })?;
    let closed = at.map(|at| Closed { at, why: why.unwrap_or_default(), by });
    Ok(Alert { id, kind, subject, level, began_at, opened_at, closed, evidence })
}

fn kind(word: String) -> Result<Kind> {
    Kind::parse(&word).ok_or(Error::Unreadable { what: "kind of an alert", found: word })
}

fn read_signal(row: &Row) -> Result<Signal> {
    let mut cells = row.cells();
    Ok(Signal {
        alert: cells.next()?,
        kind: kind(cells.next()?)?,
        subject: Subject::read(cells.next()?, cells.next()?)?,
        seen_at: cells.next()?,
        ended_at: cells.next()?,
    })
}

fn json(it: &Evidence) -> String {
    serde_json::to_string(it).unwrap_or_default()
}

/// Writes a new one, open.
pub async fn insert(conn: &mut Conn, organisation: OrganisationId, it: &Alert) -> Result<()> {
    let args = [
        organisation.into(),
        it.id.into(),
        it.kind.as_str().into(),
        it.subject.kind().into(),
        it.subject.id().into(),
        it.level.into(),
        it.began_at.into(),
        it.opened_at.into(),
        json(&it.evidence).into(),
    ];
    conn.run(INSERT, &args).await.map(drop)
}

/// Writes how often it was told and why.
pub async fn tell(conn: &mut Conn, organisation: OrganisationId, it: &Alert) -> Result<()> {
    let args = [organisation.into(), it.id.into(), it.level.into(), json(&it.evidence).into()];
    conn.run(TELL, &args).await.map(drop)
}

/// Writes what it is and where: it shows in something more special.
pub async fn rename(conn: &mut Conn, organisation: OrganisationId, it: &Alert) -> Result<()> {
    let args = [
        organisation.into(),
        it.id.into(),
        it.kind.as_str().into(),
        it.subject.kind().into(),
        it.subject.id().into(),
        it.level.into(),
        it.began_at.into(),
        json(&it.evidence).into(),
    ];
    conn.run(RENAME, &args).await.map(drop)
}

/// Ends it, and every signal of it; false when it was over already.
pub async fn close(conn: &mut Conn, organisation: OrganisationId, id: AlertId, it: &Closed) -> Result<bool> {
    let args = [organisation.into(), id.into(), it.at.into(), (&it.why).into(), it.by.into()];
    let closed = conn.run(CLOSE, &args).await? == 1;
    conn.run(END_ALL, &[organisation.into(), id.into(), it.at.into()]).await?;
    Ok(closed)
}

/// The alert with that id.
pub async fn get(conn: &mut Conn, organisation: OrganisationId, id: AlertId) -> Result<Option<Alert>> {
    conn.first(GET, &[organisation.into(), id.into()]).await?.as_ref().map(read).transpose()
}

/// Those that are open, the newest first. They are few: of each kind and subject there is one at most.
pub async fn open(conn: &mut Conn, organisation: OrganisationId) -> Result<Vec<Alert>> {
    conn.all(OPEN, &[organisation.into()]).await?.iter().map(read).collect()
}

/// Of what kind and where those are that are open, everything that each shows in; every page counts them, so the last
/// reading is kept.
pub async fn standing(
    conn: &mut Conn,
    organisation: OrganisationId,
) -> Result<Arc<Vec<Vec<(Kind, Subject)>>>> {
    let read = async |conn: &mut Conn| {
        let signals = signals(conn, organisation).await?;
        let of = |it: Alert| {
            let mine = signals.iter().filter(|at| at.alert == it.id).map(|at| (at.kind, at.subject));
            std::iter::once((it.kind, it.subject)).chain(mine).collect()
        };
        Ok(open(conn, organisation).await?.into_iter().map(of).collect())
    };
    conn.kept(|kept| &kept.alerts, organisation, 0, read).await
}

/// Those that are over, the newest first, after `last` (when it was told, and its id).
pub async fn closed(
    conn: &mut Conn,
    organisation: OrganisationId,
    last: Option<(i64, AlertId)>,
    limit: i64,
) -> Result<Vec<Alert>> {
    let (at, id) = last.unwrap_or((i64::MAX, AlertId(Uuid::max())));
    let args = [organisation.into(), at.into(), id.into(), limit.into()];
    conn.all(CLOSED, &args).await?.iter().map(read).collect()
}

/// Notes in what an alert shows.
pub async fn add_signal(conn: &mut Conn, organisation: OrganisationId, it: &Signal) -> Result<()> {
    let args = [
        organisation.into(),
        it.alert.into(),
        it.kind.as_str().into(),
        it.subject.id().into(),
        it.subject.kind().into(),
        it.seen_at.into(),
    ];
    conn.run(SIGNAL, &args).await.map(drop)
}

/// Notes that it is over there.
pub async fn end_signal(conn: &mut Conn, organisation: OrganisationId, it: &Signal, now: i64) -> Result<()> {
    let args =
        [organisation.into(), it.alert.into(), it.kind.as_str().into(), it.subject.id().into(), now.into()];
    conn.run(END, &args).await.map(drop)
}

/// Takes it out of what an alert shows in, as if it had never been seen there.
pub async fn forget_signal(conn: &mut Conn, organisation: OrganisationId, it: &Signal) -> Result<()> {
    let args = [organisation.into(), it.alert.into(), it.kind.as_str().into(), it.subject.id().into()];
    conn.run(FORGET, &args).await.map(drop)
}

/// Every signal that isn't over.
pub async fn signals(conn: &mut Conn, organisation: OrganisationId) -> Result<Vec<Signal>> {
    conn.all(SIGNALS, &[organisation.into()]).await?.iter().map(read_signal).collect()
}

/// The open alert that shows in a subject, if any.
pub async fn showing(
    conn: &mut Conn,
    organisation: OrganisationId,
    subject: Subject,
) -> Result<Option<Alert>> {
    let signals = signals(conn, organisation).await?;
    match signals.iter().find(|it| it.subject == subject) {
        Some(it) => get(conn, organisation, it.alert).await,
        None => Ok(None),
    }
}

/// The signals of one alert, the first seen first.
pub async fn signals_of(conn: &mut Conn, organisation: OrganisationId, id: AlertId) -> Result<Vec<Signal>> {
    conn.all(SIGNALS_OF, &[organisation.into(), id.into()]).await?.iter().map(read_signal).collect()
}

/// When the last signal of that kind was over there (µs).
pub async fn ended(
    conn: &mut Conn,
    organisation: OrganisationId,
    kind: Kind,
    subject: Subject,
) -> Result<Option<i64>> {
    let args = [organisation.into(), kind.as_str().into(), subject.id().into()];
    conn.first(ENDED, &args).await?.as_ref().map_or(Ok(None), Row::only)
}

/// Notes that a colleague has seen it; the first time counts. False when they had already.
pub async fn see(
    conn: &mut Conn,
    organisation: OrganisationId,
    id: AlertId,
    by: ColleagueId,
    now: i64,
) -> Result<bool> {
    let args = [organisation.into(), id.into(), by.into(), now.into()];
    Ok(conn.run(SEE, &args).await? == 1)
}

/// Who has seen it, and when (µs).
pub async fn seen(
    conn: &mut Conn,
    organisation: OrganisationId,
    id: AlertId,
) -> Result<Vec<(ColleagueId, i64)>> {
    let rows = conn.all(SEEN, &[organisation.into(), id.into()]).await?;
    rows.iter()
        .map(|row| {
            let mut cells = row.cells();
            let _: AlertId = cells.next()?;
            Ok((cells.next()?, cells.next()?))
        })
        .collect()
}
