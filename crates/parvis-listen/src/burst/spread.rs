//! How far counts stray from what is expected, on one horizon.
//!
//! Counts vary by chance (like their mean) and by life (like its square): variance m/n + φm², the negative binomial's.
//! `2/√φ · asinh √(φ·n·m)` makes that variance 1 at every level (Anscombe, "The transformation of Poisson, binomial
//! and negative-binomial data", Biometrika 35, 1948); on large counts it is a logarithm, so a tail that falls
//! exponentially on its scale is a power law in counts.

use super::Tuning;
use super::usual::Expected;

/// Standard deviations of the edges of the band.
const BAND: f64 = 2.33;
const CUT: f64 = 1.0;
/// Variance of a standard normal variable whose values beyond ±1 count as ±1.
const CUT_VARIANCE: f64 = 0.51606;
const LEAST_SPREAD: f64 = 0.005;
const MOST_SPREAD: f64 = 4.0;

/// What one horizon says of a point.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    /// Standard deviations above what is expected.
    pub far: f64,
    /// How many times what is expected.
    pub ratio: f64,
    /// How many more than expected, over the whole horizon.
    pub excess: f64,
}

/// Means over about `length` steps, seen and expected, and what is known of their distance.
#[derive(Clone, Debug)]
pub struct Horizon {
    length: f64,
    share: f64,
    seen: f64,
    expected: f64,
    weight: f64,
    /// φ, as a logarithm.
    spread: f64,
    points: f64,
    /// How fast φ is learned when much was seen.
    least_gain: f64,
}

impl Horizon {
    /// Over `length` steps of `step` hours each.
    #[must_use]
    pub fn new(length: f64, step: f64, tuning: &Tuning) -> Self {
        Self {
            length,
            share: 2.0 / (length + 1.0),
            seen: 0.0,
            expected: 0.0,
            weight: 0.0,
            spread: tuning.spread.ln(),
            points: 0.0,
            least_gain: (step / (24.0 * tuning.spread_days)).min(0.1),
        }
    }

    /// In steps.
    #[must_use]
    pub fn length(&self) -> f64 {
        self.length
    }

    /// Takes the count of a step in and says how unusual the horizon that ends there is.
    pub fn push(&mut self, count: f64, expected: &Expected, foreseen: f64) -> Seen {
        let keep = 1.0 - self.share;
        self.weight = self.weight * keep + self.share;
        self.seen = self.seen * keep + self.share * count;
        self.expected = self.expected * keep + self.share * expected.count * foreseen;
        let (seen, usual) = (self.seen / self.weight, self.expected / self.weight);
        let spread = self.spread() + expected.doubt;
        let steps = self.steps();
        let far = self.scale(seen, spread) - self.scale(usual, spread);
        self.learn(far);
        Seen { far, ratio: seen / usual, excess: (seen - usual) * steps }
    }

    /// The edges of what is usual for a single step.
    #[must_use]
    pub fn band(&self, expected: &Expected, foreseen: f64) -> (f64, f64) {
        let spread = self.spread() + expected.doubt;
        let low = self.unscale(self.scale(expected.count, spread) - BAND, spread);
        let high = self.unscale(self.scale(expected.count * foreseen, spread) + BAND, spread);
        (low, high)
    }

    /// The count, brought to within `clip` standard deviations of what is expected.
    #[must_use]
    pub fn clipped(&self, count: f64, expected: &Expected, clip: f64) -> f64 {
        let spread = self.spread() + expected.doubt;
        let middle = self.scale(expected.count, spread);
        count.clamp(self.unscale(middle - clip, spread), self.unscale(middle + clip, spread).max(1.0))
    }

    /// Moves φ towards the one with which the distances, cut off at one, have the variance that cut-off normal ones
    /// have: bursts weigh no more than any other far point (Huber's M-estimate of scale, one step at a time).
    fn learn(&mut self, far: f64) {
        self.points += 1.0;
        let gain = (1.0 / (self.points + 20.0 * self.length)).max(self.least_gain);
        let step = 2.0 * gain * ((far * far).min(CUT * CUT) - CUT_VARIANCE);
        self.spread = (self.spread + step).clamp(LEAST_SPREAD.ln(), MOST_SPREAD.ln());
    }

    /// How many steps its means are over: fewer than its length at the beginning.
    fn steps(&self) -> f64 {
        self.length.min(self.points + 1.0)
    }

    fn spread(&self) -> f64 {
        self.spread.exp()
    }

    fn scale(&self, mean: f64, spread: f64) -> f64 {
        2.0 / spread.sqrt() * (spread * (self.steps() * mean + 0.375)).sqrt().asinh()
    }

    fn unscale(&self, far: f64, spread: f64) -> f64 {
        let root = (far.max(0.0) * spread.sqrt() / 2.0).sinh();
        ((root * root / spread - 0.375) / self.steps()).max(0.0)
    }
}
