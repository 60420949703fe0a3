//! The scoring of the Numenta Anomaly Benchmark, written from its description: Lavin and Ahmad, "Evaluating
//! Real-time Anomaly Detection Algorithms", ICMLA 2015 (arXiv 1510.03336).
//!
//! A window counts by its first detection, the more the earlier it lies in the window; every detection outside costs,
//! the more the farther behind the last window it lies; a window without one costs. The sum is put on a scale on which
//! a detector that says nothing has 0 and one that sees every window at its first point 100.

/// What counts how much.
#[derive(Clone, Copy, Debug)]
pub struct Profile {
    /// Of a window seen.
    pub hit: f64,
    /// Of a detection outside.
    pub false_alarm: f64,
    /// Of a window missed.
    pub miss: f64,
}

/// The three profiles of the benchmark: standard, few false positives, few false negatives.
pub const PROFILES: [Profile; 3] = [
    Profile { hit: 1.0, false_alarm: 0.11, miss: 1.0 },
    Profile { hit: 1.0, false_alarm: 0.22, miss: 1.0 },
    Profile { hit: 1.0, false_alarm: 0.11, miss: 2.0 },
];

/// What came of one series.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// For each window: where in it the first detection lies (0 its first point, 1 its last), if there is one.
    pub windows: Vec<Option<f64>>,
    /// Points detected outside every window.
    pub false_alarms: Vec<usize>,
    /// Sum of what the hits are worth, each at most 1.
    hits: f64,
    /// Sum of what the false alarms cost, each at most 1.
    cost: f64,
}

impl Outcome {
    /// Adds another series.
    pub fn add(&mut self, other: &Self) {
        self.windows.extend_from_slice(&other.windows);
        self.false_alarms.extend_from_slice(&other.false_alarms);
        self.hits += other.hits;
        self.cost += other.cost;
    }

    /// How many windows were hit.
    pub fn hit(&self) -> usize {
        self.windows.iter().flatten().count()
    }

    /// On the scale of the benchmark: 0 for silence, 100 for perfection; negative for noise.
    pub fn score(&self, profile: &Profile) -> f64 {
        let all = self.windows.len() as f64;
        let missed = all - self.hit() as f64;
        let raw = profile.hit * self.hits - profile.false_alarm * self.cost - profile.miss * missed;
        let null = -profile.miss * all;
        let perfect = profile.hit * all;
        100.0 * (raw - null) / (perfect - null)
    }
}

/// Points at the beginning of a series that aren't scored: 15 %, at most 750.
pub fn probation(length: usize) -> usize {
    (length * 15 / 100).min(750)
}

/// Scores the detections of one series; `windows` are first and last point, in order.
pub fn judge(detections: &[bool], windows: &[(usize, usize)]) -> Outcome {
    let start = probation(detections.len());
    let mut it = Outcome { windows: vec![None; windows.len()], ..Outcome::default() };
    for (point, _) in detections.iter().enumerate().skip(start).filter(|(_, detected)| **detected) {
        let inside = windows.iter().position(|&(first, last)| (first..=last).contains(&point));
        if let Some(window) = inside {
            let Some(((first, last), seen)) = windows.get(window).zip(it.windows.get_mut(window)) else {
                continue;
            };
            if seen.is_none() {
                let width = (last - first + 1) as f64;
                *seen = Some((point - first) as f64 / (width - 1.0).max(1.0));
                it.hits += sigmoid(-((last - point + 1) as f64) / width) / sigmoid(-1.0);
            }
            continue;
        }
        it.false_alarms.push(point);
        let before = windows.iter().rev().find(|(_, last)| *last < point);
        it.cost -= before
            .map_or(-1.0, |&(first, last)| sigmoid((point - last) as f64 / ((last - first) as f64).max(1.0)));
    }
    it
}

/// 1 far before the end of a window (at -1 nearly), 0 at its end, -1 far behind.
fn sigmoid(position: f64) -> f64 {
    if position > 3.0 { -1.0 } else { 2.0 / (1.0 + (5.0 * position).exp()) - 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 1,000 points, of which the first 150 aren't scored.
    fn detected(points: &[usize]) -> Vec<bool> {
        (0..1_000).map(|point| points.contains(&point)).collect()
    }

    fn scores(points: &[usize], windows: &[(usize, usize)]) -> [f64; 3] {
        let outcome = judge(&detected(points), windows);
        PROFILES.map(|profile| outcome.score(&profile))
    }

    fn assert_near(found: [f64; 3], wanted: [f64; 3]) {
        assert!(found.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 0.01), "{found:?}, not {wanted:?}");
    }

    #[test]
    fn silence_is_worth_nothing_and_perfection_a_hundred() {
        assert_near(scores(&[], &[(300, 399), (600, 699)]), [0.0; 3]);
        assert_near(scores(&[300, 600], &[(300, 399), (600, 699)]), [100.0; 3]);
    }

    #[test]
    fn the_first_detection_counts_by_where_it_lies() {
        // Point 350 of 300 to 399: position -50/100, 2/(1 + e^-2.5) - 1 = 0.84828; of 0.98661 that is 0.85979.
        // (0.85979 + 1) / 2, and (0.85979 + 2) / 3 where a miss costs two.
        assert_near(scores(&[350, 360, 399], &[(300, 399)]), [92.99, 92.99, 95.33]);
        // The last point: position -1/100, 2/(1 + e^-0.05) - 1 = 0.02499; of 0.98661 that is 0.02533.
        assert_near(scores(&[399], &[(300, 399)]), [51.27, 51.27, 67.51]);
    }

    #[test]
    fn a_false_alarm_costs_the_more_the_farther_behind_a_window() {
        // Before every window it costs 0.11 of two, or 0.22 of two, or 0.11 of three.
        assert_near(scores(&[200], &[(300, 399)]), [-5.5, -11.0, -3.67]);
        // One point behind: position 1/99, 2/(1 + e^0.0505) - 1 = -0.02525.
        assert_near(scores(&[400], &[(300, 399)]), [-0.139, -0.278, -0.093]);
        // More than three lengths behind it costs all.
        assert_near(scores(&[900], &[(300, 399)]), [-5.5, -11.0, -3.67]);
    }

    #[test]
    fn what_lies_in_the_probation_counts_for_nothing() {
        assert_near(scores(&[10, 149], &[(300, 399)]), [0.0; 3]);
        assert_eq!((probation(1_000), probation(15_902)), (150, 750));
    }

    #[test]
    fn series_add_up() {
        let mut all = judge(&detected(&[300]), &[(300, 399)]);
        all.add(&judge(&detected(&[200]), &[(300, 399)]));
        // One hit (1), one miss (-1), one false alarm (-0.11); silence is -2, perfection 2.
        assert!((all.score(&PROFILES[0]) - 100.0 * 1.89 / 4.0).abs() < 1e-9);
        assert_eq!((all.hit(), all.false_alarms.len()), (1, 1));
    }
}
