//! What is out of the ordinary at one look: rises, complaints that wait, channels that aren't heard, accesses that
//! end. Each is a [`Sighting`], the most telling first; whether it is news, `raise` says.

use std::collections::{HashMap, HashSet};

use parvis_listen::burst::unanswered::unanswered;

use super::series::Series;
use super::{Of, Scene};
use crate::clock::{DAY, MINUTE};
use crate::id::{AuthorId, DeskId, MessageId};
use crate::store::alert::measure::{self, Waiting};
use crate::store::alert::{Evidence, Kind, Subject};
use crate::store::channel::Channel;
use crate::store::desk::Desk;
use crate::store::{self, Conn, job};
use crate::work::renew;

/// A channel is told as deaf when it couldn't be heard for this long (µs): one lost call is no news.
const DEAF: i64 = 5 * MINUTE;
/// So many more people than usual are worth telling, in what a watch finds: it is about one thing.
const LEAST: f64 = 8.0;
/// And so many at a desk or on a channel, where all kinds of things are said: a busy hour isn't an event.
const LEAST_MIXED: f64 = 16.0;
/// How long before the end of an access it is told (days), once each.
const AHEAD: [i64; 3] = [7, 3, 1];
/// Complaints that were answered since then (µs) tell what wait is usual.
const ANSWERED: i64 = 30 * DAY;
/// And those since then count beside the ones that wait.
const LATELY: i64 = 7 * DAY;
/// Fewer answered complaints than these tell nothing: the desk's own target is taken.
const ENOUGH: usize = 10;
/// Fewer people than these that wait too long are no alert, and end one.
const STILL: usize = 3;

/// Something out of the ordinary, as it stands now.
#[derive(Clone, Debug)]
pub(super) struct Sighting {
    pub(super) kind: Kind,
    pub(super) subject: Subject,
    /// From when on it is one and the same episode (µs): one that ended after this is not told again.
    pub(super) at: i64,
    /// When it began (µs).
    pub(super) began_at: i64,
    /// How often it is to be told by now.
    pub(super) level: i64,
    /// False: it isn't enough to be told anew, and keeps what is open from ending.
    pub(super) tells: bool,
    pub(super) evidence: Evidence,
    /// The messages that it is made of: of complaints that wait; those of a rise are read by `raise`.
    pub(super) messages: HashSet<MessageId>,
}

/// How special a subject is: watches before desks before channels, since a watch is named after what people look for.
pub(super) fn rank(it: Subject) -> usize {
    match it {
        Subject::Watch(_) => 0,
        Subject::Desk(_) => 1,
        Subject::Channel(_) => 2,
    }
}

/// Everything at one look.
pub(super) async fn all(
    conn: &mut Conn,
    scene: &Scene,
    series: &HashMap<Of, Series>,
) -> store::Result<Vec<Sighting>> {
    let mut told = rises(scene, series);
    told.extend(waiting(conn, scene).await?);
    told.extend(channels(scene, series));
    told.extend(expiring(conn, scene).await?);
    Ok(told)
}

/// The most special first, then the greatest rise.
fn rises(scene: &Scene, series: &HashMap<Of, Series>) -> Vec<Sighting> {
    let silent = |subject: &Subject| {
        let Subject::Watch(id) = subject else { return false };
        scene.watches.iter().any(|it| it.id == *id && it.sensitivity == "none")
    };
    // What a watch that is being filled will find is told by its name; desks and channels wait for it.
    let filling = scene.is_filling();
    let mut told: Vec<Sighting> = series
        .iter()
        .filter(|((_, subject), _)| !silent(subject))
        .filter_map(|((kind, subject), it)| Some((*kind, *subject, it, it.episode()?)))
        .map(|(kind, subject, it, episode)| {
            let began_at = episode.from;
            let is_named = !filling || matches!(subject, Subject::Watch(_));
            let evidence = Evidence {
                count: episode.count,
                expected: episode.expected,
                times: episode.times(),
                window: episode.until.min(scene.now).max(began_at + MINUTE) - began_at,
                total: episode.total,
                points: it.points(),
                ..Evidence::default()
            };
            let level = episode.level;
            let messages = HashSet::new();
            Sighting { kind, subject, at: episode.at, began_at, level, tells: is_named, evidence, messages }
        })
        .collect();
    told.sort_by(|a, b| {
        let by_place = (rank(a.subject), a.kind).cmp(&(rank(b.subject), b.kind));
        by_place.then(b.evidence.times.total_cmp(&a.evidence.times)).then(a.subject.cmp(&b.subject))
    });
    told
}

/// Whether so many people are worth telling where `expected` messages are usual: one who writes forty times is one.
pub(super) fn is_worth(subject: Subject, people: usize, expected: f64) -> bool {
    let least = if matches!(subject, Subject::Watch(_)) { LEAST } else { LEAST_MIXED };
    #[expect(clippy::cast_precision_loss, reason = "counts of people")]
    let people = people as f64;
    people - expected >= least
}

async fn waiting(conn: &mut Conn, scene: &Scene) -> store::Result<Vec<Sighting>> {
    let waiting = measure::waiting(conn, scene.house).await?;
    if waiting.is_empty() {
        return Ok(Vec::new());
    }
    let answered = measure::answered(conn, scene.house, scene.now - ANSWERED).await?;
    let of = |desk: &Desk| {
        let waiting: Vec<&Waiting> = waiting.iter().filter(|it| it.desk == desk.id).collect();
        late(desk, &waiting, &answered, scene.now)
    };
    Ok(scene.desks.iter().filter_map(of).collect())
}

/// Complaints of one desk that wait unusually.
fn late(desk: &Desk, waiting: &[&Waiting], answered: &[(DeskId, i64, i64)], now: i64) -> Option<Sighting> {
    let mine: Vec<&(DeskId, i64, i64)> = answered.iter().filter(|it| it.0 == desk.id).collect();
    let mut waits: Vec<i64> = mine.iter().map(|(_, came, answered)| (answered - came).max(0)).collect();
    waits.sort_unstable();
    let ninth = waits.get(waits.len() * 9 / 10).filter(|_| waits.len() >= ENOUGH).copied();
    let usual = ninth.unwrap_or(0).max(desk.answer_within);
    let in_time = mine.iter().filter(|(_, came, at)| *at >= now - LATELY && at - came <= usual).count();
    let since: Vec<i64> = waiting.iter().map(|it| it.since).collect();
    let late: Vec<&&Waiting> = waiting.iter().filter(|it| now - it.since > usual).collect();
    let found = unanswered(&since, in_time, usual, now);
    let oldest = late.first()?;
    let people = people(&late);
    if found.is_none() && people < STILL {
        return None;
    }
    let count = i64::try_from(late.len()).unwrap_or(i64::MAX);
    #[expect(clippy::cast_precision_loss, reason = "one in ten")]
    let expected = (waiting.len() + in_time) as f64 / 10.0;
    let evidence = Evidence {
        count,
        expected,
        window: usual,
        people: i64::try_from(people).unwrap_or(i64::MAX),
        total: i64::try_from(waiting.len()).unwrap_or(i64::MAX),
        first: oldest.message,
        examples: late.iter().filter_map(|it| it.message).take(super::evidence::EXAMPLES).collect(),
        ..Evidence::default()
    };
    // Which complaints wait changes all the time: the episode is that of the one that waits longest.
    let (at, tells) = (oldest.since + usual, found.is_some() && people >= STILL);
    let subject = Subject::Desk(desk.id);
    let messages = late.iter().filter_map(|it| it.message).collect();
    let (kind, began_at) = (Kind::Unanswered, oldest.since);
    Some(Sighting { kind, subject, at, began_at, level: 1, tells, evidence, messages })
}

/// How many people wait; who can't be told apart counts as one each time.
fn people(late: &[&&Waiting]) -> usize {
    let known: HashSet<AuthorId> = late.iter().filter_map(|it| it.author).collect();
    known.len() + late.iter().filter(|it| it.author.is_none()).count()
}

/// Channels that can't be heard, or by which nothing comes any more.
fn channels(scene: &Scene, series: &HashMap<Of, Series>) -> Vec<Sighting> {
    let active = scene.channels.iter().filter(|it| it.state == "active");
    active.filter_map(|it| deaf(it, scene.now).or_else(|| silent(it, series))).collect()
}

fn deaf(it: &Channel, now: i64) -> Option<Sighting> {
    let since = it.health.failing_since?;
    let evidence = Evidence { code: it.health.error_code.clone(), ..Evidence::default() };
    Some(Sighting {
        kind: Kind::Deaf,
        subject: Subject::Channel(it.id),
        at: since,
        began_at: it.health.heard_at.unwrap_or(since).min(since),
        level: 1,
        tells: now - since >= DEAF,
        evidence,
        messages: HashSet::new(),
    })
}

fn silent(it: &Channel, series: &HashMap<Of, Series>) -> Option<Sighting> {
    let subject = Subject::Channel(it.id);
    let series = series.get(&(Kind::Burst, subject))?;
    let quiet = series.silence()?;
    let since = quiet.since?;
    #[expect(clippy::cast_possible_truncation, reason = "rounded for people")]
    let count = quiet.missed.round() as i64;
    let evidence = Evidence { count, expected: quiet.missed, points: series.points(), ..Evidence::default() };
    Some(Sighting {
        kind: Kind::Silent,
        subject,
        at: since,
        began_at: since,
        level: 1,
        tells: true,
        evidence,
        messages: HashSet::new(),
    })
}

/// Accesses that end and that aren't renewed by themselves.
async fn expiring(conn: &mut Conn, scene: &Scene) -> store::Result<Vec<Sighting>> {
    let mut told = Vec::new();
    for it in scene.channels.iter().filter(|it| it.state == "active") {
        let Some(until) = it.secret_expires_at else { continue };
        let left = until - scene.now;
        let level = AHEAD.iter().filter(|days| left <= **days * DAY).count();
        let Some(ahead) = level.checked_sub(1).and_then(|place| AHEAD.get(place)) else { continue };
        if job::waits(conn, scene.house, renew::KIND, &it.id.to_string()).await? {
            continue;
        }
        told.push(Sighting {
            kind: Kind::Expiring,
            subject: Subject::Channel(it.id),
            at: until - ahead * DAY,
            began_at: until - ahead * DAY,
            level: i64::try_from(level).unwrap_or(1),
            tells: true,
            evidence: Evidence { until: Some(until), ..Evidence::default() },
            messages: HashSet::new(),
        });
    }
    Ok(told)
}
