//! Invented brands: a day, a week, chance and moods, and bursts whose size and length are known. From a seed, so that
//! the same table comes out again.

use super::random::Random;

/// Monday, 5 January 2026, midnight UTC, in microseconds.
const BEGIN: i64 = 1_767_571_200_000_000;
const HOUR: i64 = 3_600_000_000;
/// Weeks of history before the first burst.
const HISTORY_WEEKS: usize = 4;
const WEEKS: usize = 12;

/// What kind of burst is planted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kind {
    /// Times the usual.
    pub times: f64,
    /// Rises over `hours`, then stays as long; a steep one is there at once, and stays for `hours`.
    pub is_slow: bool,
    /// See `is_slow`.
    pub hours: f64,
}

/// What else happens to a brand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// Nothing else.
    Ordinary,
    /// Twice the usual from one day on, for more than three weeks, and back.
    Shifts,
    /// Two days at half the usual, foreseen (a public holiday), and six hours at three times, foreseen (our own news).
    Foreseen,
    /// Two hours without a message, and twelve that are missing.
    Holes,
    /// Something of our own is published each half day to two and a half, and brings two to five times the usual, less
    /// and less for eight hours.
    Posts,
    /// A brand of leisure, of which more is said on week-ends; a public holiday each eight to twelve days is like a Sunday.
    Holidays,
}

/// A brand: how much is said of it, how it is counted, and what is planted.
#[derive(Clone, Copy, Debug)]
pub struct Brand {
    /// Mean messages an hour.
    pub hourly: f64,
    /// Minutes between counts.
    pub minutes: usize,
    /// Bursts, one each eight days, after four weeks.
    pub kind: Option<Kind>,
    /// What else happens.
    pub life: Life,
}

/// One point: when, how many (if it isn't missing), and how many times the usual is foreseen.
#[derive(Clone, Copy, Debug)]
pub struct Point {
    /// Microseconds UTC.
    pub at: i64,
    /// `None` when it is missing.
    pub count: Option<f64>,
    /// 1 on ordinary days.
    pub foreseen: f64,
    /// Something of our own is published at this point.
    pub is_post: bool,
    /// The point of the last Sunday that it is like, on a public holiday; itself on other days.
    pub like: i64,
}

/// A brand's counts, and its bursts as first and last point.
#[derive(Clone, Debug)]
pub struct Invented {
    /// In order of time.
    pub points: Vec<Point>,
    /// In order of time.
    pub bursts: Vec<(usize, usize)>,
    /// Stretches without a message, those that are missing too, as first and last point.
    pub silences: Vec<(usize, usize)>,
    /// Points from which alerts count.
    pub from: usize,
}

/// Invents a brand.
pub fn invent(brand: &Brand, seed: u64) -> Invented {
    let mut random = Random::new(seed);
    let shape = Shape::invent(&mut random, brand.life == Life::Holidays);
    let per_hour = 60.0 / brand.minutes as f64;
    let steps = (WEEKS * 168 * 60) / brand.minutes;
    let from = HISTORY_WEEKS * 168 * 60 / brand.minutes;
    let bursts = brand.kind.map(|kind| plant(kind, steps, from, per_hour, &mut random)).unwrap_or_default();
    let known = Known::invent(brand.life, &shape, &mut Random::new(seed ^ 0x9E37_79B9));
    let mut mood = 0.0_f64;
    let keep = (-1.0 / (3.0 * per_hour)).exp();
    let points = (0..steps)
        .map(|step| {
            let hours = (step as f64 + 0.5) / per_hour;
            mood = mood * keep + random.normal() * 0.2 * (1.0 - keep * keep).sqrt();
            let (life, foreseen, is_missing, is_silent) = live(brand.life, hours);
            let burst = brand.kind.map_or(1.0, |kind| rise(kind, step, &bursts, per_hour));
            let (brought, is_post, back) = known.at(hours, 1.0 / per_hour);
            let mean = brand.hourly / per_hour * shape.at(hours) * mood.exp() * life * burst * brought;
            let chance = random.gamma(1.0 / CHANCE) * CHANCE;
            let count = if is_silent { 0.0 } else { random.poisson(mean * chance) };
            let at = BEGIN + (step as f64 / per_hour * HOUR as f64) as i64;
            Point {
                at,
                count: (!is_missing).then_some(count),
                foreseen,
                is_post,
                like: at - back as i64 * 24 * HOUR,
            }
        })
        .collect();
    let silences = silences(brand.life, per_hour);
    Invented { points, bursts, silences, from }
}

/// φ of a single count, apart from moods.
const CHANCE: f64 = 0.05;

/// Begin and length in days of what happens in [`Life::Holes`].
const MISSING: (f64, f64) = (45.0, 0.5);
const SILENT: (f64, f64) = (52.5, 1.0 / 12.0);

fn silences(life: Life, per_hour: f64) -> Vec<(usize, usize)> {
    let step = |days: f64| (days * 24.0 * per_hour).round() as usize;
    let span = |(from, length): (f64, f64)| (step(from), step(from + length) - 1);
    if life == Life::Holes { vec![span(MISSING), span(SILENT)] } else { Vec::new() }
}

/// Factor, what is foreseen, missing, silent.
fn live(life: Life, hours: f64) -> (f64, f64, bool, bool) {
    let day = hours / 24.0;
    let within = |(from, length): (f64, f64)| day >= from && day < from + length;
    match life {
        Life::Ordinary => (1.0, 1.0, false, false),
        Life::Shifts if within((38.0, 24.0)) => (2.0, 1.0, false, false),
        Life::Foreseen if within((42.0, 2.0)) => (0.5, 1.0, false, false),
        Life::Foreseen if within((50.4, 0.25)) || within((65.4, 0.25)) => (3.0, 3.0, false, false),
        Life::Holes => (1.0, 1.0, within(MISSING), within(SILENT)),
        Life::Shifts | Life::Foreseen | Life::Posts | Life::Holidays => (1.0, 1.0, false, false),
    }
}

/// What can be known beforehand: our own publications and public holidays.
#[derive(Default)]
struct Known {
    /// When (hours), and how many times the usual it brings.
    posts: Vec<(f64, f64)>,
    /// Days since the beginning, a Monday; and of each hour of it, how many times the usual of that weekday.
    holidays: Vec<(usize, Vec<f64>)>,
}

/// For how many hours a publication brings anything, and how fast that falls off.
const HEARD: (f64, f64) = (8.0, 2.5);

impl Known {
    fn invent(life: Life, shape: &Shape, random: &mut Random) -> Self {
        let hours = WEEKS as f64 * 168.0;
        let mut it = Self::default();
        let mut next = 20.0;
        while life == Life::Posts && next < hours {
            it.posts.push((next, 2.0 + 3.0 * random.uniform()));
            next += 12.0 + 48.0 * random.uniform();
        }
        let mut day = 9;
        while life == Life::Holidays && day < WEEKS * 7 {
            if day % 7 < 5 {
                let like =
                    |hour: usize| shape.at((144 + hour) as f64) / shape.at((day % 7 * 24 + hour) as f64);
                it.holidays.push((day, (0..24).map(like).collect()));
            }
            day += 8 + (5.0 * random.uniform()) as usize;
        }
        it
    }

    /// Factor, whether something is published in this step of `step` hours, and how many days ago the day was that it is
    /// like.
    fn at(&self, hours: f64, step: f64) -> (f64, bool, usize) {
        let last = self.posts.iter().rev().find(|(at, _)| *at <= hours);
        let since = |at: f64| hours - at;
        let brought = last.map_or(1.0, |(at, times)| {
            let heard = if since(*at) < HEARD.0 { (-since(*at) / HEARD.1).exp() } else { 0.0 };
            1.0 + (times - 1.0) * heard
        });
        let is_post = last.is_some_and(|(at, _)| since(*at) < step);
        let day = (hours / 24.0) as usize;
        let holiday = self.holidays.iter().find(|(it, _)| *it == day);
        let factor = holiday.and_then(|(_, each)| each.get(hours as usize % 24)).copied().unwrap_or(1.0);
        (brought * factor, is_post, holiday.map_or(0, |_| day % 7 + 1))
    }
}

fn plant(kind: Kind, steps: usize, from: usize, per_hour: f64, random: &mut Random) -> Vec<(usize, usize)> {
    let length = (kind.hours * if kind.is_slow { 2.0 } else { 1.0 } * per_hour) as usize;
    let every = (8.0 * 24.0 * per_hour) as usize;
    let mut all = Vec::new();
    let mut next = from;
    while next + every < steps {
        let first = next + (random.uniform() * (every / 2) as f64) as usize;
        all.push((first, first + length - 1));
        next += every;
    }
    all
}

fn rise(kind: Kind, step: usize, bursts: &[(usize, usize)], per_hour: f64) -> f64 {
    let Some((first, _)) = bursts.iter().find(|(first, last)| (*first..=*last).contains(&step)) else {
        return 1.0;
    };
    let done = if kind.is_slow { ((step - first) as f64 / (kind.hours * per_hour)).min(1.0) } else { 1.0 };
    1.0 + (kind.times - 1.0) * done
}

/// A day with a high and a low, weekends of their own, and hours that differ a little.
struct Shape {
    hours: Vec<f64>,
}

impl Shape {
    /// Of a brand of leisure more is said on week-ends, of others less.
    fn invent(random: &mut Random, is_leisure: bool) -> Self {
        let (depth, peak, weekend) =
            (0.3 + 0.5 * random.uniform(), 24.0 * random.uniform(), 0.4 + 0.6 * random.uniform());
        let weekend = if is_leisure { weekend * 2.5 } else { weekend };
        let hours = (0..168).map(|hour| {
            let day = 1.0 + depth * (std::f64::consts::TAU * (f64::from(hour % 24) - peak) / 24.0).cos();
            let week = if hour >= 120 { weekend } else { 1.0 };
            day * week * (0.1 * random.normal()).exp()
        });
        let hours: Vec<f64> = hours.collect();
        let mean = hours.iter().sum::<f64>() / 168.0;
        Self { hours: hours.into_iter().map(|it| it / mean).collect() }
    }

    fn at(&self, hours: f64) -> f64 {
        self.hours.get(hours as usize % 168).copied().unwrap_or(1.0)
    }
}
