//! The scoring of the Numenta Anomaly Benchmark, written from its description: Lavin and Ahmad, "Evaluating
//! Real-time Anomaly Detection Algorithms", ICMLA 2015 (arXiv 1510.03336).
//!
//! A window counts by its first detection, the more the earlier it lies in the window; every detection outside costs,
//! the more the farther behind the last window it lies; a window without one costs. The sum is put on a scale on which
//! a detector that says nothing has 0 and one that sees every window at its first point 100.

/// What counts how much.
#[derive(Clone, Copy, Debug)]
pub struct Profile {
    /// Name in the table.
    pub name: &'static str,
    /// Of a window seen.
    pub hit: f64,
    /// Of a detection outside.
    pub false_alarm: f64,
    /// Of a window missed.
    pub miss: f64,
}

/// The three profiles of the benchmark.
pub const PROFILES: [Profile; 3] = [
    Profile { name: "standard", hit: 1.0, false_alarm: 0.11, miss: 1.0 },
    Profile { name: "low false positives", hit: 1.0, false_alarm: 0.22, miss: 1.0 },
    Profile { name: "low false negatives", hit: 1.0, false_alarm: 0.11, miss: 2.0 },
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
