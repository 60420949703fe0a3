//! One series of counts, ten minutes each: what is usual is learned as the steps end, and the steps that aren't over
//! are judged by what has come so far. Knows no database and no clock.

use std::collections::VecDeque;

use parvis_listen::burst::silence::{Quiet, Silence};
use parvis_listen::burst::{Detector, Reading, Sensitivity};

use crate::clock::DAY;
use crate::store::alert::Point;
use crate::store::alert::measure::STEP;

/// Steps that are remembered, for the drawing: twelve hours.
const REMEMBERED: usize = 72;
/// Before this much was seen (µs), nothing is known to be unusual.
const WARM: i64 = DAY;

/// An episode that is under way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Episode {
    /// The step in which it was told (µs).
    pub at: i64,
    /// How often it was told.
    pub level: i64,
    /// Where the time in which it was the most unusual begins (µs).
    pub from: i64,
    /// Length of the time in which it was the most unusual (µs).
    pub window: i64,
    /// How many came in that time.
    pub count: i64,
    /// How many are usual in it.
    pub expected: f64,
    /// How many times the usual.
    pub times: f64,
}

/// A step that was read.
#[derive(Clone, Copy, Debug)]
struct Read {
    point: Point,
    expected: f64,
}

/// A series as it was read so far.
#[derive(Clone, Debug)]
pub struct Series {
    detector: Detector,
    silence: Silence,
    quiet: Quiet,
    begun: i64,
    episode: Option<Episode>,
    read: VecDeque<Read>,
}

impl Series {
    /// A series that begins at `begun` (µs): nothing before it counts as silence.
    pub fn new(begun: i64, sensitivity: Sensitivity) -> Self {
        Self {
            detector: Detector::new(STEP, sensitivity),
            silence: Silence::default(),
            quiet: Quiet::default(),
            begun: begun.div_euclid(STEP) * STEP,
            episode: None,
            read: VecDeque::new(),
        }
    }

    /// Reads the step that begins at `at`; `None` where it couldn't be heard. `foreseen` times the usual would be no
    /// surprise.
    pub fn push(&mut self, at: i64, count: Option<i64>, foreseen: f64) {
        if at < self.begun {
            return;
        }
        let expected = self.weigh_in(at, count, foreseen);
        #[expect(clippy::cast_precision_loss, reason = "counts of ten minutes")]
        let value = count.map(|it| it as f64);
        self.quiet = self.silence.push(at, STEP, value, expected);
    }

    /// Reads a step that isn't over, as far as it has come: too much can be told already, too little can't.
    pub fn push_part(&mut self, at: i64, count: Option<i64>, foreseen: f64) {
        if at >= self.begun {
            self.weigh_in(at, count, foreseen);
        }
    }

    /// Answers with what was expected.
    fn weigh_in(&mut self, at: i64, count: Option<i64>, foreseen: f64) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "counts of ten minutes")]
        let value = count.map(|it| it as f64);
        let reading = self.detector.push(at, value, foreseen);
        let point =
            Point { at, count, low: reading.expected_low.max(0.0), high: reading.expected_high.max(0.0) };
        self.read.push_back(Read { point, expected: reading.expected.max(0.0) });
        if self.read.len() > REMEMBERED {
            self.read.pop_front();
        }
        self.follow(at, &reading);
        reading.expected
    }

    fn follow(&mut self, at: i64, reading: &Reading) {
        if !reading.open {
            self.episode = None;
            return;
        }
        if reading.alert && at >= self.begun + WARM {
            let before = self.episode.map_or((at, 0), |it| (it.at, it.level));
            self.episode = Some(self.weigh(before.0, before.1 + 1, reading));
        }
    }

    /// How much it is on the horizon that is the most unusual.
    fn weigh(&self, at: i64, level: i64, reading: &Reading) -> Episode {
        let whole = rounded(reading.horizon).min(self.read.len()).max(1);
        let here = self.read.back().map_or(at, |it| it.point.at);
        let since = usize::try_from((here - self.began(here)) / STEP + 1).unwrap_or(1).min(whole);
        // A steep rise is told by its own length, a slow one by the whole time in which it adds up.
        let steps = if self.sum(since) * 5 >= self.sum(whole) * 4 { since } else { whole };
        let count = self.sum(steps);
        let steps = (1..=steps).find(|it| self.sum(*it) == count).unwrap_or(steps);
        let expected: f64 = self.read.iter().rev().take(steps).map(|it| it.expected).sum();
        #[expect(clippy::cast_precision_loss, reason = "a ratio for people")]
        let times = (count as f64 / expected.max(0.5)).max(1.0);
        let window = STEP * i64::try_from(steps).unwrap_or(1);
        let from = self.episode.map_or(i64::MAX, |it| it.from).min(here + STEP - window);
        Episode { at, level, from, window, count, expected, times }
    }

    /// How many came in the last `steps`.
    fn sum(&self, steps: usize) -> i64 {
        self.read.iter().rev().take(steps).filter_map(|it| it.point.count).sum()
    }

    /// How many more than expected have come since `from` (µs).
    pub fn excess(&self, from: i64) -> f64 {
        let since = self.read.iter().filter(|it| it.point.at >= from);
        #[expect(clippy::cast_precision_loss, reason = "counts of ten minutes")]
        let above = |it: &Read| it.point.count.map_or(0.0, |count| count as f64 - it.expected);
        since.map(above).sum()
    }

    /// The episode that is under way.
    pub fn episode(&self) -> Option<Episode> {
        self.episode
    }

    /// The silence, if it is longer than any that is usual.
    pub fn silence(&self) -> Option<Quiet> {
        let warm = |it: &Quiet| it.since.is_some_and(|since| since >= self.begun + WARM);
        Some(self.quiet).filter(|it| it.is_deaf && warm(it))
    }

    /// The steps that are remembered, the oldest first.
    pub fn points(&self) -> Vec<Point> {
        self.read.iter().map(|it| it.point).collect()
    }

    /// When the rise that is under way at `told` began: the first of the steps well above what was expected that lead to it (µs).
    fn began(&self, told: i64) -> i64 {
        let mut began = told;
        for it in self.read.iter().rev().skip_while(|it| it.point.at > told) {
            #[expect(clippy::cast_precision_loss, reason = "counts of ten minutes")]
            let above =
                it.point.count.is_some_and(|count| count as f64 > (it.expected + it.point.high) / 2.0);
            if !above {
                break;
            }
            began = it.point.at;
        }
        began
    }
}

fn rounded(horizon: f64) -> usize {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "2 to 48 steps")]
    let steps = horizon.round().clamp(1.0, 1_000.0) as usize;
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A series of `days` quiet days, one or two messages in each step.
    fn quiet(days: i64) -> Series {
        let mut series = Series::new(0, Sensitivity::Balanced);
        for step in 0..days * DAY / STEP {
            series.push(step * STEP, Some(1 + step % 2), 1.0);
        }
        series
    }

    #[test]
    fn a_rise_is_told_once_with_how_much_it_is_and_when_it_began() {
        let mut series = quiet(14);
        assert_eq!(series.episode(), None);
        let from = 14 * DAY;
        for (place, count) in [9, 31, 40, 35].into_iter().enumerate() {
            series.push(from + place as i64 * STEP, Some(count), 1.0);
        }
        let told = series.episode().unwrap();
        assert_eq!(told.level, 1);
        assert!(told.times > 5.0 && told.count >= 9, "{told:?}");
        assert_eq!(told.from, from);
        assert!(series.excess(from) > 80.0);
    }

    #[test]
    fn what_was_foreseen_is_no_surprise() {
        let mut series = quiet(14);
        series.push(14 * DAY, Some(6), 8.0);
        series.push(14 * DAY + STEP, Some(6), 8.0);
        assert_eq!(series.episode(), None);
    }

    #[test]
    fn nothing_is_unusual_on_the_first_day() {
        let mut series = Series::new(0, Sensitivity::More);
        for step in 0..100 {
            series.push(step * STEP, Some(if step > 90 { 90 } else { 1 }), 1.0);
        }
        assert_eq!(series.episode(), None);
    }

    #[test]
    fn a_stream_that_falls_silent_is_told_with_since_when() {
        let mut series = quiet(14);
        for step in 0..20 {
            series.push(14 * DAY + step * STEP, Some(0), 1.0);
        }
        assert_eq!(series.silence().and_then(|it| it.since), Some(14 * DAY));
        series.push(14 * DAY + 20 * STEP, Some(2), 1.0);
        assert_eq!(series.silence(), None);
    }
}
