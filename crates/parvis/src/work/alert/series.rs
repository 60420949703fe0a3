//! One series of counts, ten minutes each: what is usual is learned as the steps end, and the steps that aren't over
//! are judged by what has come so far. Knows no database and no clock.

use std::collections::VecDeque;

use parvis_listen::burst::course::{Course, Turn};
use parvis_listen::burst::echo::Echo;
use parvis_listen::burst::silence::{Quiet, Silence};
use parvis_listen::burst::{Detector, Reading, Sensitivity};

use crate::clock::DAY;
use crate::store::alert::Point;
use crate::store::alert::measure::STEP;

/// Steps that are remembered, for the drawing: twelve hours.
const REMEMBERED: usize = 72;
/// Before this much was seen (µs), nothing is known to be unusual.
const WARM: i64 = DAY;

/// A rise that was told and isn't over.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Episode {
    /// The step in which it was told (µs).
    pub at: i64,
    /// How often it was told.
    pub level: i64,
    /// When it began (µs).
    pub from: i64,
    /// Until when it was above the usual (µs).
    pub until: i64,
    /// How many came from `from` until `until`.
    pub count: i64,
    /// How many are usual in that time.
    pub expected: f64,
    /// How many have come in all since it began.
    pub total: i64,
    /// How many would be usual in all.
    usual: f64,
}

impl Episode {
    /// It was still above the usual in the step that begins at `at`.
    fn high(self, at: i64) -> Self {
        Self { until: at + STEP, count: self.total, expected: self.usual, ..self }
    }

    /// How many times the usual.
    pub fn times(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a ratio for people")]
        let count = self.count as f64;
        (count / self.expected.max(0.5)).max(1.0)
    }
}

/// What is known of a step beside how many came in it.
#[derive(Clone, Debug)]
pub struct Day {
    /// The moment that it is like: its own beginning, or the hour of a Sunday on a public holiday (µs).
    pub like: i64,
    /// What was published by ourselves in it (µs).
    pub said: Vec<i64>,
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
    course: Course,
    echo: Echo,
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
            course: Course::default(),
            echo: Echo::default(),
            episode: None,
            read: VecDeque::new(),
        }
    }

    /// Reads the step that begins at `at`; `None` where it couldn't be heard.
    pub fn push(&mut self, at: i64, count: Option<i64>, day: Day) {
        if at < self.begun {
            return;
        }
        let expected = self.weigh_in(at, count, day);
        #[expect(clippy::cast_precision_loss, reason = "counts of ten minutes")]
        let value = count.map(|it| it as f64);
        self.echo.learn(at, value, expected);
        self.quiet = self.silence.push(at, STEP, value, expected);
    }

    /// Reads a step that isn't over, as far as it has come: too much can be told already, too little can't.
    pub fn push_part(&mut self, at: i64, count: Option<i64>, day: Day) {
        if at >= self.begun {
            self.weigh_in(at, count, day);
        }
    }

    /// Answers with what was expected.
    fn weigh_in(&mut self, at: i64, count: Option<i64>, day: Day) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "counts of ten minutes")]
        let value = count.map(|it| it as f64);
        day.said.into_iter().for_each(|it| self.echo.said(it));
        // A public holiday may be a Sunday, or a day like any other: neither is a surprise.
        let holiday = self.detector.expected(at) / self.detector.expected(day.like);
        let foreseen = self.echo.foreseen(at) * holiday.max(1.0);
        let reading = self.detector.push(day.like, value, foreseen);
        let point =
            Point { at, count, low: reading.expected_low.max(0.0), high: reading.expected_high.max(0.0) };
        self.read.push_back(Read { point, expected: reading.expected.max(0.0) * foreseen });
        if self.read.len() > REMEMBERED {
            self.read.pop_front();
        }
        let turn = self.course.push(&reading, value, foreseen, STEP);
        self.follow(at, turn, &reading);
        reading.expected
    }

    fn follow(&mut self, at: i64, turn: Turn, reading: &Reading) {
        let known = self.episode.map(|it| self.grown(it));
        self.episode = match (turn, known) {
            (Turn::Usual, _) => None,
            (Turn::Began, _) => (at >= self.begun + WARM).then(|| self.begin(at, reading)),
            (Turn::Worse, Some(it)) => Some(Episode { level: it.level + 1, ..it.high(at) }),
            (Turn::Lasts, Some(it)) => Some(it.high(at)),
            (Turn::Fades, it) => it,
            (Turn::Worse | Turn::Lasts, None) => None,
        };
    }

    /// A rise with the step that was read last.
    fn grown(&self, it: Episode) -> Episode {
        let Some(last) = self.read.back() else { return it };
        let total = it.total + last.point.count.unwrap_or(0);
        Episode { total, usual: it.usual + last.expected, ..it }
    }

    /// A rise that is told now: a steep one began with its first high step, a slow one with the time in which it added up.
    fn begin(&self, at: i64, reading: &Reading) -> Episode {
        let whole = rounded(reading.horizon).min(self.read.len()).max(1);
        let since = usize::try_from((at - self.began(at)) / STEP + 1).unwrap_or(1).min(whole);
        let steps = if self.sum(since) * 5 >= self.sum(whole) * 4 { since } else { whole };
        let total = self.sum(steps);
        let steps = (1..=steps).find(|it| self.sum(*it) == total).unwrap_or(steps);
        let usual: f64 = self.read.iter().rev().take(steps).map(|it| it.expected).sum();
        let from = at + STEP - STEP * i64::try_from(steps).unwrap_or(1);
        Episode { at, level: 1, from, until: 0, count: 0, expected: 0.0, total, usual }.high(at)
    }

    /// How many came in the last `steps`.
    fn sum(&self, steps: usize) -> i64 {
        self.read.iter().rev().take(steps).filter_map(|it| it.point.count).sum()
    }

    /// The rise that is under way.
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
    use crate::clock::HOUR;

    fn plain(at: i64) -> Day {
        Day { like: at, said: Vec::new() }
    }

    /// A series of `days` quiet days, one or two messages in each step.
    fn quiet(days: i64) -> Series {
        let mut series = Series::new(0, Sensitivity::Balanced);
        for step in 0..days * DAY / STEP {
            series.push(step * STEP, Some(1 + step % 2), plain(step * STEP));
        }
        series
    }

    #[test]
    fn a_rise_is_told_once_with_how_much_it_is_and_when_it_began() {
        let mut series = quiet(14);
        assert_eq!(series.episode(), None);
        let from = 14 * DAY;
        for (place, count) in [9, 31, 40, 35].into_iter().enumerate() {
            let at = from + place as i64 * STEP;
            series.push(at, Some(count), plain(at));
        }
        let told = series.episode().unwrap();
        assert_eq!(told.level, 1);
        assert!(told.times() > 5.0, "{told:?}");
        assert_eq!((told.from, told.until, told.count), (from, from + 4 * STEP, 115));
        for step in 4..20 {
            series.push(from + step * STEP, Some(1), plain(from + step * STEP));
        }
        assert_eq!(series.episode(), None, "over, two hours and a half after its end");
    }

    #[test]
    fn what_our_own_posts_bring_is_learned_and_no_surprise() {
        let brings = |at: i64| if at % (3 * DAY) < 2 * HOUR { 12 } else { 1 + at / STEP % 2 };
        let told = |knows: bool| {
            let mut series = Series::new(0, Sensitivity::More);
            let steps = (0..27 * DAY / STEP).map(|step| step * STEP);
            let alerts = steps.filter(|at| {
                let said = if knows && at % (3 * DAY) == 0 { vec![*at] } else { Vec::new() };
                series.push(*at, Some(brings(*at)), Day { like: *at, said });
                *at > 8 * DAY && series.episode().is_some_and(|it| it.at == *at)
            });
            alerts.count()
        };
        assert_eq!((told(true), told(false) > 0), (0, true));
    }

    #[test]
    fn a_public_holiday_is_like_a_sunday() {
        let sunday = 3 * DAY;
        let brings = |like: i64| if (like - sunday).rem_euclid(7 * DAY) < DAY { 9 } else { 2 };
        let holiday = 29 * DAY..30 * DAY;
        let told = |knows: bool| {
            let mut series = Series::new(0, Sensitivity::Balanced);
            let is_told = (0..30 * DAY / STEP).map(|step| step * STEP).filter(|at| {
                let like = if holiday.contains(at) { at - 5 * DAY } else { *at };
                let day = if knows { Day { like, said: Vec::new() } } else { plain(*at) };
                series.push(*at, Some(brings(like)), day);
                holiday.contains(at) && series.episode().is_some()
            });
            is_told.count() > 0
        };
        assert_eq!((told(true), told(false)), (false, true));
    }

    #[test]
    fn nothing_is_unusual_on_the_first_day() {
        let mut series = Series::new(0, Sensitivity::More);
        for step in 0..100 {
            series.push(step * STEP, Some(if step > 90 { 90 } else { 1 }), plain(step * STEP));
        }
        assert_eq!(series.episode(), None);
    }

    #[test]
    fn a_stream_that_falls_silent_is_told_with_since_when() {
        let mut series = quiet(14);
        for step in 0..20 {
            series.push(14 * DAY + step * STEP, Some(0), plain(14 * DAY + step * STEP));
        }
        assert_eq!(series.silence().and_then(|it| it.since), Some(14 * DAY));
        series.push(14 * DAY + 20 * STEP, Some(2), plain(14 * DAY + 20 * STEP));
        assert_eq!(series.silence(), None);
    }
}
