//! How probable a change is: normal for what posts are worth, gamma for rare events. No clock, no theme.

use super::series::{House, Point, reached};
use super::{Signal, SignalKind, Step, Verdict};

/// Standard deviation of the prior of a change, in logarithms.
const PRIOR: f64 = 0.4;
/// What one post strays by before any was seen, and how many posts that belief weighs.
const STRAY: (f64, f64) = (0.5, 6.0);
/// Beyond so many standard deviations a post counts as if it lay there.
const CLIP: f64 = 2.0;
/// A change known worse than this isn't known.
const TOO_UNSURE: f64 = 0.33;

/// What is believed of a change, in logarithms.
pub(super) struct Change {
    pub(super) mean: f64,
    deviation: f64,
}

#[expect(clippy::cast_precision_loss, reason = "numbers of posts are far below 2^52")]
fn mean(values: &[f64]) -> f64 {
    if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / values.len() as f64 }
}

/// The change between two groups of posts; `None` where one is empty.
#[expect(clippy::cast_precision_loss, reason = "numbers of posts are far below 2^52")]
pub(super) fn change(before: &[&Point], lately: &[&Point], house: &House) -> Option<Change> {
    if before.is_empty() || lately.is_empty() {
        return None;
    }
    let worths = |points: &[&Point]| points.iter().map(|it| it.worth).collect::<Vec<f64>>();
    let (old, new) = (worths(before), worths(lately));
    // How far posts stray, from both groups about their own middle, so that a real change isn't taken for noise.
    let strays = |values: &[f64]| {
        let middle = median(values);
        values.iter().map(|it| it - middle).collect::<Vec<f64>>()
    };
    let all: Vec<f64> = strays(&old).into_iter().chain(strays(&new)).collect();
    let rough = (1.4826 * median(&all.iter().map(|it| it.abs()).collect::<Vec<_>>())).max(0.1);
    let clip = |values: &[f64]| {
        let middle = median(values);
        values.iter().map(|it| it.clamp(middle - CLIP * rough, middle + CLIP * rough)).collect::<Vec<f64>>()
    };
    let (old, new) = (clip(&old), clip(&new));
    let squares = |values: &[f64]| {
        let middle = mean(values);
        values.iter().map(|it| (it - middle).powi(2)).sum::<f64>()
    };
    let (n_old, n_new) = (old.len() as f64, new.len() as f64);
    let freedom = STRAY.1 + n_old + n_new - 2.0;
    let variance = (STRAY.1 * STRAY.0.powi(2) + squares(&old) + squares(&new)) / freedom.max(1.0);
    // What befell all others is taken off as far as it is known; what isn't known of it stays as doubt.
    let known =
        if house.weight > 0.0 { PRIOR.powi(2) / (PRIOR.powi(2) + variance / house.weight) } else { 0.0 };
    let doubt = if house.weight > 0.0 { known * variance / house.weight } else { 0.0 };
    let error = variance * (1.0 / n_old + 1.0 / n_new) + doubt;
    let weight = PRIOR.powi(2) / (PRIOR.powi(2) + error);
    let change = mean(&new) - mean(&old) - known * house.change;
    Some(Change { mean: weight * change, deviation: (weight * error).sqrt() })
}

impl Change {
    /// What is believed with four chances in five.
    pub(super) fn range(&self) -> (f64, f64) {
        let reach = 1.2816 * self.deviation;
        ((self.mean - reach).exp(), (self.mean + reach).exp())
    }

    /// Probability that reactions are below so many times the past's.
    fn below(&self, times: f64) -> f64 {
        normal((times.ln() - self.mean) / self.deviation.max(1e-9))
    }

    /// The step; one further where readers surely turn away.
    pub(super) fn verdict(&self, turned_away: bool) -> Verdict {
        if self.deviation > TOO_UNSURE {
            return Verdict::TooThin;
        }
        let step = if self.below(0.65) >= 0.8 {
            Step::Worn
        } else if self.below(0.9) >= 0.97 {
            Step::Tired
        } else if self.below(1.0) >= 0.93 {
            Step::Watch
        } else if self.below(1.0) <= 0.05 {
            Step::Fresh
        } else {
            Step::Steady
        };
        Verdict::Step(match step {
            Step::Fresh | Step::Steady if turned_away => Step::Watch,
            Step::Watch if turned_away => Step::Tired,
            step => step,
        })
    }
}

/// What is counted of a post.
type Counted = fn(&super::Outcome) -> Option<f64>;

/// Readers who turn away, where the network tells both before and lately.
pub(super) fn signals(before: &[&Point], lately: &[&Point]) -> Vec<Signal> {
    let kinds: [(SignalKind, Counted); 3] = [
        (SignalKind::Negative, |it| it.negative),
        (SignalKind::Hidden, |it| it.hidden),
        (SignalKind::Unfollowed, |it| it.unfollowed),
    ];
    let with_reach = before.iter().chain(lately).all(|it| reached(it.post).is_some());
    let sum = |points: &[&Point], of: Counted| {
        points.iter().fold((0.0, 0.0, 0_usize), |(events, among, count), it| {
            let good = of(it.post).filter(|it| it.is_finite() && *it >= 0.0);
            match good {
                Some(more) => {
                    let base = reached(it.post)
                        .filter(|_| with_reach)
                        .map_or(it.post.reactions / 100.0, |it| it / 1000.0);
                    (events + more, among + base, count + 1)
                }
                None => (events, among, count),
            }
        })
    };
    kinds
        .into_iter()
        .filter_map(|(kind, of)| {
            let (old, new) = (sum(before, of), sum(lately, of));
            let enough = old.2 >= super::LEAST.0 && new.2 >= super::LEAST.1 && old.1 > 0.0 && new.1 > 0.0;
            enough.then(|| Signal {
                kind,
                before: old.0 / old.1,
                lately: new.0 / new.1,
                rose: rose((old.0, old.1), (new.0, new.1)),
            })
        })
        .collect()
}

/// Whether a rate rose by half with nine chances in ten: the logarithm of a gamma posterior (Jeffreys' prior, one half)
/// is about normal, with a variance of one over its shape. Events of one post aren't independent (one angry thread makes
/// many), so that their variance is taken threefold.
fn rose(old: (f64, f64), new: (f64, f64)) -> bool {
    let log = |it: (f64, f64)| ((it.0 + 0.5) / it.1).ln();
    let deviation = (3.0 / (old.0 + 0.5) + 3.0 / (new.0 + 0.5)).sqrt();
    normal((log(new) - log(old) - 1.5_f64.ln()) / deviation) >= 0.9
}

fn median(values: &[f64]) -> f64 {
    let mut sorted: Vec<f64> = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let half = sorted.len() / 2;
    let at = |index: usize| sorted.get(index).copied().unwrap_or_default();
    if sorted.len() % 2 == 1 { at(half) } else { f64::midpoint(at(half.saturating_sub(1)), at(half)) }
}

/// The normal distribution below `z`. Source: Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26 (to
/// 1.5 × 10⁻⁷).
fn normal(z: f64) -> f64 {
    let x = z.abs() / std::f64::consts::SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * x);
    let poly = t
        * (0.254_829_592
            + t * (-0.284_496_736 + t * (1.421_413_741 + t * (-1.453_152_027 + t * 1.061_405_429))));
    let tail = 0.5 * poly * (-x * x).exp();
    if z >= 0.0 { 1.0 - tail } else { tail }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_normal_distribution_is_that_of_the_tables() {
        for (z, below) in [(0.0, 0.5), (1.0, 0.841_345), (-1.96, 0.024_998), (2.576, 0.995_002)] {
            assert!((normal(z) - below).abs() < 1e-5, "{z}: {}", normal(z));
        }
    }

    #[test]
    fn a_rate_rises_when_it_is_seen_to_and_not_by_one_event() {
        assert!(rose((10.0, 100.0), (40.0, 50.0)));
        assert!(!rose((0.0, 100.0), (1.0, 30.0)));
        assert!(!rose((100.0, 100.0), (110.0, 100.0)));
    }
}
