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

/// Learns what is usual from clipped counts.
#[derive(Clone, Debug)]
pub struct Usual {
    step: f64,
    level: f64,
    level_share: f64,
    seen: f64,
    day: [Slot; HOURS],
    week: [Slot; WEEK],
    day_prior: f64,
    week_prior: f64,
    doubt: f64,
    /// The hour of the week that is being filled: which, points, sum of counts, sum of expectations by the level and
    /// by level and day.
    open: Option<(i64, f64, f64, f64, f64)>,
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
        let hours = (self.seen * self.step).min(24.0 * 28.0);
        let doubt = self.doubt / (1.0 + hours / 24.0 + known);
        Expected { count: (level * day * week).max(LEAST), doubt, is_blank: self.seen == 0.0 }
    }

    /// Learns the count (clipped) of the step that begins at `at`.
    pub fn learn(&mut self, at: i64, count: f64) {
        let (day, week, _) = self.shape(at);
        self.seen += 1.0;
        let share = self.level_share.max(1.0 / self.seen);
        self.level += share * (count / (day * week) - self.level);
        let hour = at.div_euclid(HOUR);
        if self.open.is_some_and(|open| open.0 != hour) {
            self.close();
        }
        let level = self.level.max(LEAST);
        let open = self.open.get_or_insert((hour, 0.0, 0.0, 0.0, 0.0));
        open.1 += 1.0;
        open.2 += count;
        open.3 += level;
        open.4 += level * day;
    }

    fn close(&mut self) {
        let Some((hour, _, sum, by_level, by_day)) = self.open.take() else { return };
        // Half a count keeps an hour of zeros from saying "never".
        let day = (sum + 0.5) / (by_level + 0.5);
        let week = (sum + 0.5) / (by_day + 0.5);
        if let Some(slot) = self.day.get_mut(hour.rem_euclid(24) as usize) {
            slot.learn(day);
        }
        if let Some(slot) = self.week.get_mut(hour.rem_euclid(168) as usize) {
            slot.learn(week);
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
