//! Parvis speaks up: every minute it looks at how much comes in by each watch, desk and channel, at complaints that
//! wait, at how channels are heard and at accesses that end, and tells what is out of the ordinary: once.
//!
//! What is usual is learned from the messages themselves whenever a node begins to look; nothing of it is kept, so
//! that a node that dies takes nothing with it. Of several nodes one looks, under a lease; should two do so for a
//! moment, the second finds the alert that the first has raised (`raise`).

mod evidence;
mod judge;
mod known;
mod raise;
mod series;

pub(crate) use evidence::terms;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::tz::TimeZone;
use parvis_listen::burst::Sensitivity;
use uuid::Uuid;

use self::known::{Calendar, Feeds};
use self::series::{Day, Series};
use crate::app::App;
use crate::clock::{DAY, HOUR, MINUTE};
use crate::id::{ChannelId, OrganisationId, WatchId};
use crate::rules::holiday;
use crate::store::alert::measure::{self, Count, Found, STEP};
use crate::store::alert::{Kind, Subject};
use crate::store::channel::{self, Channel, Gap};
use crate::store::desk::{self, Desk};
use crate::store::organisation::Organisation;
use crate::store::watch::{self, Watch};
use crate::store::{self, Conn, lease, organisation};

/// How far back the usual is learned (µs).
const LEARNED: i64 = 28 * DAY;
/// A step is learned from this long after its end (µs): until then messages may come in late, and it is read anew.
const GRACE: i64 = HOUR;
/// For how long (µs) looking is one node's; kept anew at each look.
const HELD: i64 = 3 * MINUTE;
/// What the lease is on.
const LEASE: Uuid = Uuid::from_u128(0x70617276_6973_7000_8000_616c65727473);

/// What is counted.
type Of = (Kind, Subject);

/// What is known of the usual, from one look to the next.
#[derive(Default)]
pub struct Lookout {
    series: HashMap<Of, Series>,
    /// Each watch whose series are there, as it was when they were made.
    watches: HashMap<WatchId, (String, String)>,
    /// The first step that wasn't learned from at the last look (µs).
    next: i64,
    /// The gaps that had ended by then: when one ends, what was said meanwhile comes in late.
    ended: usize,
    /// When the oldest message of each channel came (µs).
    begun: HashMap<ChannelId, i64>,
    /// By which channels it came.
    feeds: Feeds,
}

/// The house as it stands at one look.
pub(super) struct Scene {
    house: OrganisationId,
    now: i64,
    channels: Vec<Channel>,
    desks: Vec<Desk>,
    watches: Vec<Watch>,
    gaps: Vec<Gap>,
    calendar: Calendar,
}

impl Lookout {
    /// One look; nothing where another node looks. Whether the next should come soon: watches are being filled.
    ///
    /// # Errors
    /// The database refused; what is usual is learned anew at the next look.
    pub async fn step(&mut self, app: &App) -> store::Result<bool> {
        let now = app.now();
        let Some(house) = organisation::first(&mut app.db.read().await?).await? else { return Ok(false) };
        if !lease::hold(&app.db, house.id, LEASE, (now, HELD)).await? {
            *self = Self::default();
            return Ok(false);
        }
        let mut conn = app.db.read().await?;
        let scene = Scene::read(&mut conn, &house, now).await?;
        let current = match self.learn(&mut conn, &scene).await {
            Ok(current) => current,
            Err(error) => {
                *self = Self::default();
                return Err(error);
            }
        };
        let told = judge::all(&mut conn, &scene, &current).await?;
        drop(conn);
        raise::settle(app, &scene, told).await?;
        Ok(scene.is_filling())
    }

    /// Reads the steps that are over, and answers with the series as they stand now.
    async fn learn(&mut self, conn: &mut Conn, scene: &Scene) -> store::Result<HashMap<Of, Series>> {
        let over = (scene.now - GRACE).div_euclid(STEP) * STEP;
        let ended = scene.gaps.iter().filter(|it| it.to_at.is_some()).count();
        let first = scene.now.div_euclid(STEP) * STEP - LEARNED;
        if self.next == 0 || ended != self.ended || over - self.next > LEARNED {
            *self = Self { ended, next: first, ..Self::default() };
        }
        let known: HashSet<WatchId> = self.keep_watches(scene);
        let counts = measure::counts(conn, scene.house, self.next).await?;
        let mut found = measure::found(conn, scene.house, self.next).await?;
        found.retain(|it| known.contains(&it.watch));
        for it in &counts {
            let begun = self.begun.entry(it.channel).or_insert(it.at);
            *begun = (*begun).min(it.at);
        }
        let is_over = |at: i64| at < over;
        let came: Vec<Count> = counts.iter().copied().filter(|it| is_over(it.at)).collect();
        let kept: Vec<Found> = found.iter().copied().filter(|it| is_over(it.at)).collect();
        self.feeds.add(&came, &kept);
        self.begin(scene, first);
        let steps = by_step(&counts, &found);
        self.read(scene, &steps, (self.next, over));
        self.next = over.max(self.next);
        for it in scene.watches.iter().filter(|it| it.fill_before.is_none() && !known.contains(&it.id)) {
            let found = measure::found_by(conn, scene.house, it.id, first).await?;
            self.catch_up(scene, it, &found, first);
        }
        self.as_of_now(scene, conn).await
    }

    /// Forgets watches that were changed or are no more; answers with those that are known.
    fn keep_watches(&mut self, scene: &Scene) -> HashSet<WatchId> {
        let stays = |id: &WatchId, as_it_was: &(String, String)| {
            scene.watches.iter().any(|it| {
                it.id == *id
                    && it.query == as_it_was.0
                    && it.sensitivity == as_it_was.1
                    && it.fill_before.is_none()
            })
        };
        self.watches.retain(|id, it| stays(id, it));
        let known: HashSet<WatchId> = self.watches.keys().copied().collect();
        self.series.retain(|(_, subject), _| match subject {
            Subject::Watch(id) => known.contains(id),
            _ => true,
        });
        known
    }

    /// When the first message of the house came, as far back as we look.
    fn first_message(&self, scene: &Scene) -> i64 {
        self.begun.values().copied().min().unwrap_or(scene.now)
    }

    /// A series for each desk and channel.
    fn begin(&mut self, scene: &Scene, first: i64) {
        let house = self.first_message(scene).max(first);
        let channels = scene.channels.iter().filter(|it| it.state == "active").map(|it| {
            let begun = self.begun.get(&it.id).copied().unwrap_or(it.created_at).min(it.created_at);
            (Subject::Channel(it.id), begun.max(first))
        });
        let desks = scene.desks.iter().map(|it| (Subject::Desk(it.id), house));
        let subjects: Vec<(Subject, i64)> = channels.chain(desks).collect();
        self.series.retain(|(_, subject), _| {
            matches!(subject, Subject::Watch(_)) || subjects.iter().any(|(it, _)| it == subject)
        });
        for (subject, begun) in subjects {
            for kind in [Kind::Burst, Kind::Anger] {
                self.series
                    .entry((kind, subject))
                    .or_insert_with(|| Series::new(begun, Sensitivity::Balanced));
            }
        }
    }

    /// Reads the steps of `from..to` into every series.
    fn read(&mut self, scene: &Scene, steps: &Steps, (from, to): (i64, i64)) {
        let mut at = from;
        while at < to {
            let deaf = scene.deaf(at);
            let counted = steps.get(&at);
            for (of, series) in &mut self.series {
                let count = counted.and_then(|it| it.get(of)).copied().unwrap_or(0);
                series.push(at, self.feeds.heard(count, of.1, &deaf), scene.day(of.1, at));
            }
            at += STEP;
        }
    }

    /// The series of a watch that is new, or whose query is.
    fn catch_up(&mut self, scene: &Scene, it: &Watch, found: &[Found], first: i64) {
        let sensitivity = match it.sensitivity.as_str() {
            "fewer" => Sensitivity::Fewer,
            "more" => Sensitivity::More,
            _ => Sensitivity::Balanced,
        };
        let begun = self.first_message(scene).max(first);
        let subject = Subject::Watch(it.id);
        let kept: Vec<Found> = found.iter().copied().filter(|it| it.at < self.next).collect();
        self.feeds.forget(subject);
        self.feeds.add(&[], &kept);
        let steps = by_step(&[], &kept);
        for kind in [Kind::Burst, Kind::Anger] {
            let mut series = Series::new(begun, sensitivity);
            let mut at = first;
            while at < self.next {
                let count = steps.get(&at).and_then(|it| it.get(&(kind, subject))).copied().unwrap_or(0);
                let heard = self.feeds.heard(count, subject, &scene.deaf(at));
                series.push(at, heard, scene.day(subject, at));
                at += STEP;
            }
            self.series.insert((kind, subject), series);
        }
        self.watches.insert(it.id, (it.query.clone(), it.sensitivity.clone()));
    }

    /// The series with the steps that aren't over, as far as they have come.
    async fn as_of_now(&self, scene: &Scene, conn: &mut Conn) -> store::Result<HashMap<Of, Series>> {
        let counts = measure::counts(conn, scene.house, self.next).await?;
        let found = measure::found(conn, scene.house, self.next).await?;
        let (series, feeds) = (self.series.clone(), self.feeds.clone());
        let mut current = Self { series, feeds, ..Self::default() };
        let steps = by_step(&counts, &found);
        let this = scene.now.div_euclid(STEP) * STEP;
        current.read(scene, &steps, (self.next, this));
        let (deaf, counted) = (scene.deaf(this), steps.get(&this));
        for (of, series) in &mut current.series {
            let count = counted.and_then(|it| it.get(of)).copied().unwrap_or(0);
            series.push_part(this, current.feeds.heard(count, of.1, &deaf), scene.day(of.1, this));
        }
        Ok(current.series)
    }
}

type Steps = BTreeMap<i64, HashMap<Of, i64>>;

fn by_step(counts: &[Count], found: &[Found]) -> Steps {
    let mut steps = Steps::new();
    for it in counts {
        let step = steps.entry(it.at).or_default();
        let kinds = [Some(Kind::Burst), it.negative.then_some(Kind::Anger)];
        for kind in kinds.into_iter().flatten() {
            *step.entry((kind, Subject::Channel(it.channel))).or_default() += it.value;
            *step.entry((kind, Subject::Desk(it.desk))).or_default() += it.value;
        }
    }
    for it in found {
        let step = steps.entry(it.at).or_default();
        for kind in [Kind::Burst, Kind::Anger] {
            *step.entry((kind, Subject::Watch(it.watch))).or_default() += of_kind(kind, it);
        }
    }
    steps
}

fn of_kind(kind: Kind, it: &Found) -> i64 {
    if kind == Kind::Anger { it.negative } else { it.all }
}

impl Scene {
    async fn read(conn: &mut Conn, house: &Organisation, now: i64) -> store::Result<Self> {
        let (id, from) = (house.id, now - LEARNED - DAY);
        let zone = TimeZone::get(&house.time_zone).unwrap_or(TimeZone::UTC);
        let calendar = Calendar {
            published: measure::published(conn, id, from).await?,
            days_off: holiday::days_off(&zone, from, now + DAY),
        };
        Ok(Self {
            house: id,
            now,
            channels: channel::list(conn, id).await?,
            desks: desk::list(conn, id).await?.into_iter().filter(Desk::is_open).collect(),
            watches: watch::list(conn, id).await?,
            gaps: channel::gaps(conn, id, now - LEARNED).await?,
            calendar,
        })
    }

    /// What is known of the step that begins at `at` beside how many came.
    fn day(&self, subject: Subject, at: i64) -> Day {
        Day {
            like: self.calendar.like(at),
            said: self.calendar.published(subject, (at, at + STEP)).collect(),
        }
    }

    /// Whether watches still look through what came before them.
    fn is_filling(&self) -> bool {
        self.watches.iter().any(|it| it.fill_before.is_some())
    }

    /// The channels that weren't heard for more than half of the step that begins at `at`.
    fn deaf(&self, at: i64) -> Vec<ChannelId> {
        let missed = |it: &&Gap| it.to_at.unwrap_or(self.now).min(at + STEP) - it.from_at.max(at) > STEP / 2;
        self.gaps.iter().filter(missed).map(|it| it.channel).collect()
    }
}
