//! Sees the unusual in a stream of counts: what is expected at this hour of this week, how far that can be off,
//! and whether what came is rare enough to wake somebody.
//!
//! One pass, bounded memory, nothing from the future: the reading of a point depends on that point and those before
//! it. Knows no clock and no brand: the same constants ([`Tuning`]) serve every series.
//!
//! How: [`usual`] learns the level and the shape of the week; [`spread`] how far counts stray from it, on four
//! horizons, from one step to most of a day; [`tail`] how often they stray very far, which gives each point a
//! *return time* ("as far as this, once in forty days"); [`episode`] opens one alert where a return time passes
//! the one that was asked for ([`Sensitivity`]), and keeps quiet until it is over.

pub mod episode;
pub mod spread;
pub mod tail;
pub mod usual;

use episode::Episode;
use spread::Horizon;
use tail::Tail;
use usual::Usual;

/// How rare something must be to be told, in words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sensitivity {
    /// What comes about once in two months.
    Fewer,
    /// What comes about once in a month.
    #[default]
    Balanced,
    /// What comes about once in a week.
    More,
}

impl Sensitivity {
    /// The return time from which an alert is opened, in days.
    #[must_use]
    pub fn days(self, tuning: &Tuning) -> f64 {
        match self {
            Self::Fewer => tuning.days * 4.0,
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
    /// How many days the shape of the day weighs before any was seen.
    pub day_prior: f64,
    /// How many weeks the shape of the week weighs before any was seen.
    pub week_prior: f64,
    /// Relative variance of what is expected when nothing was learned yet.
    pub doubt: f64,
    /// Relative variance (φ) of counts that is believed before any was seen.
    pub spread: f64,
    /// Time constant of that variance, in days.
    pub spread_days: f64,
    pub n: f64,
    pub quick_steps: f64,
    /// Length of the longest horizon, in hours (four steps at least); the shortest is one step.
    pub slow_hours: f64,
    /// Where the tail begins, in standard deviations.
    pub tail_from: f64,
    /// Mean excess over `tail_from` that is believed before any was seen, in standard deviations.
    pub tail_mean: f64,
    /// How many excesses that belief weighs.
    pub tail_prior: f64,
    /// How many times the mean excess a single one can weigh: what is told must not make the next one invisible.
    pub tail_cap: f64,
    /// Least distance that opens an alert.
    pub least_far: f64,
    /// How many clusters of excesses a day are believed before any was seen.
    pub tail_rate: f64,
    /// Hours below the tail that end a cluster of excesses, and an episode.
    pub calm_hours: f64,
    /// Least number of times the expected count that opens an alert.
    pub least_ratio: f64,
    /// Least count over what is expected that opens an alert.
    pub least_count: f64,
    /// How many times the count at its opening an episode must reach to be told again.
    pub again: f64,
    /// Standard deviations at which counts are clipped before they are learned from.
    pub clip: f64,
}

impl Default for Tuning {
    fn default() -> Self {
        Self {
            days: 16.0,
            level_days: 3.0,
            day_prior: 2.0,
            week_prior: 3.0,
            doubt: 0.5,
            spread: 0.2,
            spread_days: 7.0,
            slow_hours: 8.0,
            n: 4.0, quick_steps: 2.0,
            tail_from: 1.5,
            tail_mean: 1.0,
            tail_prior: 20.0,
            tail_cap: 2.5,
            least_far: 2.0,
            tail_rate: 0.5,
            calm_hours: 6.0,
            least_ratio: 1.5,
            least_count: 5.0,
            again: 4.0,
            clip: 2.0,
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
    /// 0 to 1; from [`ALERT_SCORE`] on an alert is opened at this point. Half of it and more: unusual, or an episode
    /// that lasts.
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
    horizons: Vec<Horizon>,
    tail: Tail,
    episode: Episode,
}

impl Detector {
    /// A detector that has seen nothing, for a stream of one count every `step` microseconds (one at least).
    #[must_use]
    pub fn new(step: i64, sensitivity: Sensitivity) -> Self {
        Self::tuned(step, sensitivity, Tuning::default())
    }

    /// The same with other constants, to measure what they are worth.
    #[must_use]
    pub fn tuned(step: i64, sensitivity: Sensitivity, tuning: Tuning) -> Self {
        let step = step.max(1) as f64 / MICROSECONDS_PER_HOUR;
        Self {
            days: sensitivity.days(&tuning),
            step,
            usual: Usual::new(step, &tuning),
            single: Horizon::new(1.0, step, &tuning),
            horizons: lengths(step, &tuning).into_iter().map(|length| Horizon::new(length, step, &tuning)).collect(),
            tail: Tail::new(step, &tuning),
            episode: Episode::default(),
            tuning,
        }
    }

    /// Reads the count of the step that begins at `at` (microseconds UTC).
    ///
    /// `None` is a point that is missing: nothing is learned from it, and nothing said. `foreseen` is how many times
    /// the usual would be no surprise (a holiday, our own publication); 1 on ordinary days.
    pub fn push(&mut self, at: i64, count: Option<f64>, foreseen: f64) -> Reading {
        let foreseen = foreseen.max(1.0);
        let expected = self.usual.at(at);
        let count = count.filter(|it| it.is_finite() && *it >= 0.0);
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
            horizon: 1.0,
            open: self.episode.is_open(),
        };
        let Some(count) = count else { return reading };
        let (mut far, mut farthest, mut excess) = (0.0, f64::MIN, 0.0);
        for horizon in &mut self.horizons {
            let seen = horizon.push(count, &expected, foreseen);
            far += seen.far.max(0.0);
            if seen.far > farthest {
                farthest = seen.far;
                (reading.ratio, reading.horizon, excess) = (seen.ratio, horizon.length(), seen.excess);
            }
        }
        far /= self.horizons.len() as f64;
        reading.far = far;
        let enough = reading.ratio >= self.tuning.least_ratio && excess >= self.tuning.least_count;
        reading.return_days = self.tail.push(far) * f64::from(u8::from(enough));
        let rare = reading.return_days >= self.days && far >= self.tuning.least_far;
        reading.alert = self.episode.push(rare, far > self.tuning.tail_from, count, self.step, &self.tuning);
        reading.open = self.episode.is_open();
        reading.score = score(reading.return_days, self.days, reading.alert);
        self.single.push(count, &expected, foreseen);
        self.usual.learn(at, self.single.clipped(count, &expected, self.tuning.clip));
        reading
    }
}

/// The lengths of the horizons in steps, from the shortest to the longest, each as many times the one before.
fn lengths(step: f64, tuning: &Tuning) -> Vec<f64> {
    let shortest = tuning.quick_steps;
    let longest = (tuning.slow_hours / step).max(4.0 * shortest);
    let n = tuning.n as i32;
    let ratio = (longest / shortest).powf(1.0 / f64::from(n - 1));
    (0..n).map(|it| shortest * ratio.powi(it)).collect()
}

/// 0.5 where the return time is the one asked for, less below it; under 0.5 too at the later points of an episode
/// that was told already.
fn score(days: f64, asked: f64, alert: bool) -> f64 {
    let share = days / (days + asked);
    let share = if share.is_finite() { share } else { 1.0 };
    if alert { share.clamp(ALERT_SCORE, 1.0) } else { share.min(ALERT_SCORE * 0.99) }
}
