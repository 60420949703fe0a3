//! Sees the unusual in a stream of counts: what is expected at this hour of this week, how far that can be off,
//! and whether what came is rare enough to wake somebody.
//!
//! One pass, bounded memory, nothing from the future: the reading of a point depends on that point and those before
//! it. Knows no clock and no brand: the same constants ([`Tuning`]) serve every series.
//!
//! How: `usual` learns the level and the shape of the week; `spread` how far counts stray from it, on four horizons
//! from two steps to eight hours, of which the mean is taken: what is steep and what lasts both show in it; `tail`
//! how often that mean is very high, which gives each point a *return time* ("as far as this, once in forty days");
//! `episode` opens one alert where the return time passes the one that was asked for ([`Sensitivity`]), and keeps
//! quiet until it is over. Beside it, [`course`] follows what was told until all is as usual again, [`echo`] learns what
//! our own publications bring, [`silence`] sees a stream that fell silent, [`unanswered`] anger that waits.

pub mod course;
pub mod echo;
mod episode;
pub mod silence;
mod spread;
mod tail;
pub mod unanswered;
mod usual;

use episode::Episode;
use spread::Horizon;
use tail::Tail;
use usual::{Expected, Usual};

/// How rare something must be to be told, in words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sensitivity {
    /// Only what comes once in two months.
    Fewer,
    /// What comes once in three weeks.
    #[default]
    Balanced,
    /// What comes once in five days.
    More,
}

impl Sensitivity {
    /// The return time from which an alert is opened, in days.
    #[must_use]
    pub fn days(self, tuning: &Tuning) -> f64 {
        match self {
            Self::Fewer => tuning.days * 3.0,
            Self::Balanced => tuning.days,
            Self::More => tuning.days / 4.0,
        }
    }
}

/// The constants of the detector: one set for every series. `docs/quality/bursts.md` shows what each is worth.
#[derive(Clone, Debug)]
pub struct Tuning {
    /// Return time that opens an alert at [`Sensitivity::Balanced`], in days.
    pub days: f64,
    /// Time constant of the level, in days.
    pub level_days: f64,
    /// How many days a flat day weighs before any was seen.
    pub day_prior: f64,
    /// How many weeks a week of equal days weighs before any was seen.
    pub week_prior: f64,
    /// Relative variance of what is expected when nothing was learned yet.
    pub doubt: f64,
    /// Standard deviations at which counts are clipped before the usual is learned from them.
    pub clip: f64,
    /// Relative variance of counts that is believed before any was seen.
    pub spread: f64,
    /// Time constant of that variance, in days.
    pub spread_days: f64,
    /// Length of the shortest horizon, in steps: two, so that one point alone weighs less than one that is confirmed.
    pub quick_steps: f64,
    /// Length of the longest horizon, in hours (four times the shortest at least).
    pub slow_hours: f64,
    /// Where the tail begins, in standard deviations.
    pub tail_from: f64,
    /// Mean excess over `tail_from` that is believed before any was seen, in standard deviations.
    pub tail_mean: f64,
    /// How many excesses that belief weighs.
    pub tail_prior: f64,
    /// How many times the mean excess a single one can weigh: what was told must not make the next one invisible.
    pub tail_cap: f64,
    /// How many clusters of excesses a day are believed before any was seen.
    pub tail_rate: f64,
    /// Hours below the tail that end a cluster of excesses, and an episode.
    pub calm_hours: f64,
    /// Least distance that opens an alert, in standard deviations.
    pub least_far: f64,
    /// Least number of times the expected count that opens an alert.
    pub least_ratio: f64,
    /// Least count over what is expected that opens an alert.
    pub least_count: f64,
    /// How many times the count at its opening an episode must reach to be told again.
    pub again: f64,
}

impl Default for Tuning {
    fn default() -> Self {
        Self {
            days: 20.0,
            level_days: 3.0,
            day_prior: 2.0,
            week_prior: 3.0,
            doubt: 0.5,
            clip: 2.0,
            spread: 0.2,
            spread_days: 7.0,
            quick_steps: 2.0,
            slow_hours: 8.0,
            tail_from: 1.5,
            tail_mean: 1.0,
            tail_prior: 12.0,
            tail_cap: 2.5,
            tail_rate: 0.5,
            calm_hours: 6.0,
            least_far: 2.0,
            least_ratio: 1.5,
            least_count: 5.0,
            again: 4.0,
        }
    }
}

/// What the detector says of one point.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// Lower edge of what is usual here (about one point in a hundred lies below it).
    pub expected_low: f64,
    /// What is expected here.
    pub expected: f64,
    /// Upper edge of what is usual here (about one point in a hundred lies above it).
    pub expected_high: f64,
    /// 0 to 1; from [`ALERT_SCORE`] on, an alert is opened at this point. Just below it: an episode that was told
    /// already, and lasts.
    pub score: f64,
    /// An alert is opened (or an open one told again, much stronger) at this very point.
    pub alert: bool,
    /// How far from what is expected, in standard deviations, the mean of all horizons.
    pub far: f64,
    /// How rarely the stream strays as far as now, in days.
    pub return_days: f64,
    /// How many times the expected count, on the horizon that is the most unusual.
    pub ratio: f64,
    /// Length of that horizon, in steps: short for a steep rise, long for a slow burn.
    pub horizon: f64,
    /// Whether it is rare enough to be told, had it not been told already.
    pub rare: bool,
    /// Whether an episode is open.
    pub open: bool,
}

/// The score from which a point is an alert; at every sensitivity.
pub const ALERT_SCORE: f64 = 0.5;

const MICROSECONDS_PER_HOUR: f64 = 3_600e6;

/// Watches one stream of counts at a fixed step.
#[derive(Clone, Debug)]
pub struct Detector {
    tuning: Tuning,
    days: f64,
    /// Length of a step, in hours.
    step: f64,
    usual: Usual,
    /// A single step: for the band, and to clip what is learned.
    single: Horizon,
    horizons: [Horizon; 4],
    tail: Tail,
    episode: Episode,
}

impl Detector {
    /// A detector that has seen nothing, for a stream of one count every `step` microseconds (one at least).
    #[must_use]
    pub fn new(step: i64, sensitivity: Sensitivity) -> Self {
        Self::tuned(step, sensitivity, Tuning::default())
    }

    /// A detector with other constants, to measure what they are worth.
    #[must_use]
    pub fn tuned(step: i64, sensitivity: Sensitivity, tuning: Tuning) -> Self {
        let step = step.max(1) as f64 / MICROSECONDS_PER_HOUR;
        Self {
            days: sensitivity.days(&tuning),
            step,
            usual: Usual::new(step, &tuning),
            single: Horizon::new(1.0, step, &tuning),
            horizons: lengths(step, &tuning).map(|length| Horizon::new(length, step, &tuning)),
            tail: Tail::new(step, &tuning),
            episode: Episode::default(),
            tuning,
        }
    }

    /// Reads the count of the step that begins at `at` (microseconds UTC).
    ///
    /// `None` (or what is no count: negative, not finite) is a point that is missing: nothing is learned from it, and
    /// nothing said. `foreseen` is how many times the usual would be no surprise (a holiday, our own publication); 1
    /// on ordinary days.
    pub fn push(&mut self, at: i64, count: Option<f64>, foreseen: f64) -> Reading {
        let foreseen = if foreseen.is_finite() { foreseen.max(1.0) } else { 1.0 };
        let count = count.filter(|it| it.is_finite() && *it >= 0.0);
        let expected = self.usual.at(at).or(count);
        let (low, high) = self.single.band(&expected, foreseen);
        let mut reading = Reading {
            expected_low: low,
            expected: expected.count,
            expected_high: high,
            score: 0.0,
            alert: false,
            far: 0.0,
            return_days: 0.0,
            ratio: 1.0,
            horizon: self.tuning.quick_steps,
            rare: false,
            open: self.episode.is_open(),
        };
        if let Some(count) = count {
            self.weigh(count, &expected, foreseen, &mut reading);
            self.single.push(count, &expected, foreseen);
            // Up to what was foreseen, it says nothing of what is usual.
            let unforeseen =
                if count > expected.count { (count / foreseen).max(expected.count) } else { count };
            self.usual.learn(at, self.single.clipped(unforeseen, &expected, self.tuning.clip));
        }
        reading
    }

    /// What is expected of the step that begins at `at` (microseconds UTC), by what was seen so far.
    #[must_use]
    pub fn expected(&self, at: i64) -> f64 {
        self.usual.at(at).count
    }

    fn weigh(&mut self, count: f64, expected: &Expected, foreseen: f64, reading: &mut Reading) {
        let (mut farthest, mut excess) = (f64::MIN, 0.0);
        for horizon in &mut self.horizons {
            let seen = horizon.push(count, expected, foreseen);
            reading.far += seen.far.max(0.0) / 4.0;
            if seen.far > farthest {
                farthest = seen.far;
                (reading.ratio, reading.horizon, excess) = (seen.ratio, horizon.length(), seen.excess);
            }
        }
        let tuning = &self.tuning;
        reading.return_days = self.tail.push(reading.far);
        let rare = reading.return_days >= self.days
            && reading.far >= tuning.least_far
            && reading.ratio >= tuning.least_ratio
            && excess >= tuning.least_count;
        reading.rare = rare;
        reading.alert = self.episode.push(rare, reading.far > tuning.tail_from, count, self.step, tuning);
        reading.open = self.episode.is_open();
        reading.score = score(reading.return_days, self.days, reading.alert);
    }
}

/// The lengths of the horizons in steps, from the shortest to the longest, each as many times the one before.
fn lengths(step: f64, tuning: &Tuning) -> [f64; 4] {
    let shortest = tuning.quick_steps;
    let times = (tuning.slow_hours / step / shortest).max(4.0).cbrt();
    [shortest, shortest * times, shortest * times.powi(2), shortest * times.powi(3)]
}

/// 0.5 where the return time is the one asked for, less below it; under 0.5 too at the later points of an episode
/// that was told already.
fn score(days: f64, asked: f64, alert: bool) -> f64 {
    let share = days / (days + asked);
    let share = if share.is_finite() { share } else { 1.0 };
    if alert { share.clamp(ALERT_SCORE, 1.0) } else { share.min(ALERT_SCORE * 0.99) }
}

#[cfg(test)]
mod tests;
