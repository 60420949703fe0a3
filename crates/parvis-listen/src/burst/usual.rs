//! What is usual: a level, the shape of the day on it, and the shape of the week on that.
//!
//! Each layer is the mean of "seen / expected by the layers below", drawn towards 1 by a prior: with no history the
//! week is flat, after days it has the shape of a day, after weeks that of the week. Old weeks fade.

use super::Tuning;

const HOURS: usize = 24;
const WEEK: usize = 168;
/// What a slot remembers: as many days, or weeks.
const MEMORY: f64 = 12.0;
const HOUR: i64 = 3_600_000_000;
const LEAST: f64 = 1e-3;

/// What is expected of one step.
#[derive(Clone, Copy, Debug)]
pub struct Expected {
    /// Mean count.
    pub count: f64,
    /// Relative variance of that mean: how little is known yet.
    pub doubt: f64,
    /// Nothing was seen yet.
    is_blank: bool,
}

impl Expected {
    /// The count itself where nothing was seen before: the first of all is as usual as can be.
    #[must_use]
    pub fn or(self, count: Option<f64>) -> Self {
        match count {
            Some(count) if self.is_blank => Self { count: count.max(LEAST), ..self },
            _ => self,
        }
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    weight: f64,
    sum: f64,
}

impl Slot {
    fn factor(self, prior: f64) -> f64 {
        (self.sum + prior) / (self.weight + prior)
    }

    fn learn(&mut self, ratio: f64) {
        let keep = 1.0 - 1.0 / MEMORY;
        self.weight = self.weight * keep + 1.0;
        self.sum = self.sum * keep + ratio;
    }
}

/// The hour that isn't over: sums of what was seen and of what the layers below expected.
#[derive(Clone, Copy, Debug)]
struct Hour {
    /// Hours since 1970.
    number: i64,
    seen: f64,
    by_level: f64,
    by_day: f64,
}

/// Learns what is usual from clipped counts.
#[derive(Clone, Debug)]
pub struct Usual {
    step: f64,
    level: f64,
    level_share: f64,
    /// Points.
    seen: f64,
    day: [Slot; HOURS],
    week: [Slot; WEEK],
    day_prior: f64,
    week_prior: f64,
    doubt: f64,
    open: Option<Hour>,
}

impl Usual {
    /// Nothing learned yet; `step` in hours.
    #[must_use]
    pub fn new(step: f64, tuning: &Tuning) -> Self {
        Self {
            step,
            level: 0.0,
            level_share: (step / (tuning.level_days * 24.0)).min(0.125),
            seen: 0.0,
            day: [Slot::default(); HOURS],
            week: [Slot::default(); WEEK],
            day_prior: tuning.day_prior,
            week_prior: tuning.week_prior,
            doubt: tuning.doubt,
            open: None,
        }
    }

    /// What is expected of the step that begins at `at` (microseconds UTC).
    #[must_use]
    pub fn at(&self, at: i64) -> Expected {
        let (day, week, known) = self.shape(at);
        let level = self.level.max(LEAST);
        let days = (self.seen * self.step / 24.0).min(28.0);
        let doubt = self.doubt / (1.0 + days + known);
        Expected { count: (level * day * week).max(LEAST), doubt, is_blank: self.seen == 0.0 }
    }

    /// Learns the count (clipped) of the step that begins at `at`.
    pub fn learn(&mut self, at: i64, count: f64) {
        let (day, week, _) = self.shape(at);
        self.seen += 1.0;
        let share = self.level_share.max(1.0 / self.seen);
        self.level += share * (count / (day * week) - self.level);
        let hour = at.div_euclid(HOUR);
        if let Some(over) = self.open.take_if(|it| it.number != hour) {
            self.close(over);
        }
        let level = self.level.max(LEAST);
        let open = self.open.get_or_insert(Hour { number: hour, seen: 0.0, by_level: 0.0, by_day: 0.0 });
        open.seen += count;
        open.by_level += level;
        open.by_day += level * day;
    }

    fn close(&mut self, hour: Hour) {
        // Half a count keeps an hour of zeros from saying "never".
        let ratio = |expected: f64| (hour.seen + 0.5) / (expected + 0.5);
        if let Some(slot) = self.day.get_mut(hour.number.rem_euclid(24) as usize) {
            slot.learn(ratio(hour.by_level));
        }
        if let Some(slot) = self.week.get_mut(hour.number.rem_euclid(168) as usize) {
            slot.learn(ratio(hour.by_day));
        }
    }

    /// Factor of the day, of the week, and how many days of this hour were seen; between the middles of hours in a
    /// straight line.
    fn shape(&self, at: i64) -> (f64, f64, f64) {
        if self.step >= 1.0 {
            return self.slot(at.div_euclid(HOUR));
        }
        let hours = at as f64 / super::MICROSECONDS_PER_HOUR + self.step / 2.0 - 0.5;
        let from = hours.floor();
        let part = hours - from;
        let (d0, w0, n0) = self.slot(from as i64);
        let (d1, w1, n1) = self.slot(from as i64 + 1);
        let mix = |a: f64, b: f64| a + (b - a) * part;
        (mix(d0, d1), mix(w0, w1), mix(n0, n1))
    }

    fn slot(&self, hour: i64) -> (f64, f64, f64) {
        let day = self.day.get(hour.rem_euclid(24) as usize).copied().unwrap_or_default();
        let week = self.week.get(hour.rem_euclid(168) as usize).copied().unwrap_or_default();
        (day.factor(self.day_prior), week.factor(self.week_prior), day.weight)
    }
}
