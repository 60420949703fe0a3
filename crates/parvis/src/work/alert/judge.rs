//! What is out of the ordinary at one look: rises, complaints that wait, channels that aren't heard, accesses that
//! end. Each is a [`Sighting`], the most telling first; whether it is news, `raise` says.

use std::collections::HashMap;

use parvis_listen::burst::unanswered::unanswered;

use super::series::Series;
use super::{Of, Scene};
use crate::clock::{DAY, MINUTE};
use crate::id::DeskId;
use crate::store::alert::measure::{self, Waiting};
use crate::store::alert::{Evidence, Kind, Subject};
use crate::store::channel::Channel;
use crate::store::desk::Desk;
use crate::store::{self, Conn, job};
use crate::work::renew;

/// A channel is told as deaf when it couldn't be heard for this long (µs): one lost call is no news.
const DEAF: i64 = 5 * MINUTE;
/// So many more messages than usual are worth telling; where little is said, five would be told every other day.
const LEAST: f64 = 8.0;
/// How long before the end of an access it is told (days), once each.
const AHEAD: [i64; 3] = [7, 3, 1];
/// Complaints that were answered since then (µs) tell what wait is usual.
const ANSWERED: i64 = 30 * DAY;
/// And those since then count beside the ones that wait.
const LATELY: i64 = 7 * DAY;
/// Fewer answered complaints than these tell nothing: the desk's own target is taken.
const ENOUGH: usize = 10;
/// An alert about complaints ends when fewer than these wait too long.
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

/// Watches before desks before channels, since a watch is named after what people look for; then the greatest rise.
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
            let tells = is_named && it.excess(began_at) >= LEAST;
            let points = it.points();
            let since = points.iter().filter(|point| point.at >= began_at);
            let evidence = Evidence {
                count: episode.count,
                expected: episode.expected,
                times: episode.times,
                window: episode.window,
                total: since.filter_map(|point| point.count).sum(),
                points,
                ..Evidence::default()
            };
            Sighting { kind, subject, at: episode.at, began_at, level: episode.level, tells, evidence }
        })
        .collect();
    let rank = |it: &Sighting| match it.subject {
        Subject::Watch(_) => 0,
        Subject::Desk(_) => 1,
        Subject::Channel(_) => 2,
    };
    told.sort_by(|a, b| {
        let by_place = (rank(a), a.kind).cmp(&(rank(b), b.kind));
        by_place.then(b.evidence.times.total_cmp(&a.evidence.times)).then(a.subject.cmp(&b.subject))
    });
    told
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
    if found.is_none() && late.len() < STILL {
        return None;
    }
    let count = i64::try_from(late.len()).unwrap_or(i64::MAX);
    #[expect(clippy::cast_precision_loss, reason = "one in ten")]
    let expected = (waiting.len() + in_time) as f64 / 10.0;
    let evidence = Evidence {
        count,
        expected,
        window: usual,
        total: i64::try_from(waiting.len()).unwrap_or(i64::MAX),
        first: oldest.message,
        examples: late.iter().filter_map(|it| it.message).take(super::evidence::EXAMPLES).collect(),
        ..Evidence::default()
    };
    // Which complaints wait changes all the time: the episode is that of the one that waits longest.
    let (at, tells) = (oldest.since + usual, found.is_some());
    let subject = Subject::Desk(desk.id);
    Some(Sighting { kind: Kind::Unanswered, subject, at, began_at: oldest.since, level: 1, tells, evidence })
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
        });
    }
    Ok(told)
}
