//! How a rise that was told goes on, until it is over.
//!
//! The detector keeps quiet for many hours after a rise, so that an echo isn't told as news. People want to know sooner
//! that all is as usual again: a rise is over when the last hour (two, after a slow one) has come close to what is
//! expected of it, for half an hour. What ends a rise is well below what begins one, so that it doesn't flicker; one
//! that returns with the same strength begins anew.

use std::collections::VecDeque;

use super::Reading;

const HOUR: i64 = 3_600_000_000;
/// How long it stays close to the usual before it is over (µs).
const CALM: i64 = HOUR / 2;
/// A rise that is the most unusual on a longer horizon than this (µs) is slow.
const SLOW: f64 = 2.0 * HOUR as f64;
/// Of how much it was above the usual, what is left when it is calm; as a factor of the usual, within these.
const LEFT: (f64, f64) = (0.25, 0.5);
/// And of its own mean since it was told.
const OWN_LEFT: f64 = 1.0 / 3.0;
/// Counts that are no rise, however few are usual.
const FEW: f64 = 2.0;
/// Counts above the usual with which one begins anew.
const ANEW: f64 = 5.0;

/// What a point means for the rise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Nothing is going on, or it is over.
    Usual,
    /// A rise is told.
    Began,
    /// It is told again: many times worse.
    Worse,
    /// It goes on.
    Lasts,
    /// It has come close to the usual, and isn't over yet.
    Fades,
}

/// A rise, from its telling to its end.
#[derive(Clone, Debug, Default)]
pub struct Course {
    /// What was seen and what was expected in each of the last steps, the newest last.
    recent: VecDeque<(f64, f64)>,
    rise: Option<Rise>,
}

#[derive(Clone, Copy, Debug)]
struct Rise {
    /// How many times the usual it was when it was told.
    times: f64,
    /// How far back calm is looked for (µs).
    look: i64,
    /// How long it has been calm (µs).
    calm: i64,
    /// Counts above the usual since it was told, and in how many steps.
    above: (f64, f64),
}

impl Rise {
    fn is_over(&self) -> bool {
        self.calm >= CALM
    }
}

impl Course {
    /// Follows one step of `step` microseconds: what the detector said of it, how many came, and how many times the usual
    /// was foreseen. A point that is missing is neither calm nor stirred.
    pub fn push(&mut self, reading: &Reading, count: Option<f64>, foreseen: f64, step: i64) -> Turn {
        let step = step.max(1);
        if let Some(count) = count {
            self.recent.push_back((count, reading.expected.max(0.0) * foreseen.max(1.0)));
            if self.recent.len() > steps(2 * HOUR, step) {
                self.recent.pop_front();
            }
        }
        if !reading.open {
            self.rise = None;
            return Turn::Usual;
        }
        let Some(rise) = self.rise.filter(|it| !it.is_over() || !reading.alert) else {
            if reading.alert {
                self.rise = Some(begin(reading, step));
                return Turn::Began;
            }
            return Turn::Usual;
        };
        if rise.is_over() {
            let (seen, usual) = self.sums(rise.look, step);
            let strong = usual * (1.0 + (rise.times - 1.0).min(4.0) / 2.0) + ANEW;
            if reading.rare && seen >= strong {
                self.rise = Some(begin(reading, step));
                return Turn::Began;
            }
            return Turn::Usual;
        }
        if reading.alert {
            self.rise = Some(Rise { times: rise.times.max(reading.ratio), calm: 0, ..rise });
            return Turn::Worse;
        }
        if count.is_none() {
            return if rise.calm == 0 { Turn::Lasts } else { Turn::Fades };
        }
        let (seen, usual) = self.sums(rise.look, step);
        let left = ((rise.times - 1.0) / 2.0).clamp(LEFT.0, LEFT.1);
        // What lasts becomes usual by and by: it isn't calm either while much of the rise itself is left.
        let last = self.recent.back().map_or(0.0, |it| it.0 - it.1);
        let above = (rise.above.0 + last, rise.above.1 + 1.0);
        let own = above.0.max(0.0) / above.1 * steps(rise.look, step) as f64;
        let is_calm = seen <= usual * (1.0 + left) + FEW && seen - usual <= own * OWN_LEFT + FEW;
        let rise = Rise { calm: if is_calm { rise.calm + step } else { 0 }, above, ..rise };
        self.rise = Some(rise);
        match (is_calm, rise.is_over()) {
            (true, true) => Turn::Usual,
            (true, false) => Turn::Fades,
            (false, _) => Turn::Lasts,
        }
    }

    /// What was seen and what was expected in the last `time` (µs).
    fn sums(&self, time: i64, step: i64) -> (f64, f64) {
        let last = self.recent.iter().rev().take(steps(time, step));
        last.fold((0.0, 0.0), |sum, it| (sum.0 + it.0, sum.1 + it.1))
    }
}

fn begin(reading: &Reading, step: i64) -> Rise {
    let is_slow = reading.horizon * step as f64 > SLOW;
    Rise { times: reading.ratio, look: if is_slow { 2 * HOUR } else { HOUR }, calm: 0, above: (0.0, 0.0) }
}

/// How many steps a time is, one at least.
fn steps(time: i64, step: i64) -> usize {
    usize::try_from((time / step).max(1)).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::super::{Detector, Sensitivity};
    use super::*;
    use crate::testing::Chance;

    const STEP: i64 = HOUR / 6;
    const DAY: usize = 144;

    /// What each step means when `more` times 4 counts come in it.
    fn turns(steps: usize, more: impl Fn(usize) -> f64) -> Vec<Turn> {
        let (mut chance, mut course) = (Chance::new(5), Course::default());
        let mut detector = Detector::new(STEP, Sensitivity::Balanced);
        (0..steps)
            .map(|step| {
                let count = Some(chance.count(4.0 * more(step)));
                let reading = detector.push(step as i64 * STEP, count, 1.0);
                course.push(&reading, count, 1.0, STEP)
            })
            .collect()
    }

    fn begun(turns: &[Turn]) -> Vec<usize> {
        (0..turns.len()).filter(|step| turns[*step] == Turn::Began).collect()
    }

    /// The first step that is as usual again.
    fn over(turns: &[Turn]) -> usize {
        begun(turns)[0] + turns[begun(turns)[0]..].iter().position(|it| *it == Turn::Usual).unwrap()
    }

    #[test]
    fn a_steep_rise_is_over_within_two_hours_of_its_end() {
        let rise = 10 * DAY..10 * DAY + 9;
        let found = turns(12 * DAY, |step| if rise.contains(&step) { 8.0 } else { 1.0 });
        assert_eq!(begun(&found).len(), 1, "{:?}", begun(&found));
        assert!((rise.end..=rise.end + 12).contains(&over(&found)), "{} of {}", over(&found), rise.end);
        assert!(found[over(&found)..].iter().all(|it| *it == Turn::Usual), "it doesn't flicker");
    }

    #[test]
    fn a_slow_rise_lasts_while_it_burns() {
        let rise = 10 * DAY..10 * DAY + 12 * 6;
        let found = turns(12 * DAY, |step| if rise.contains(&step) { 2.6 } else { 1.0 });
        assert_eq!(begun(&found).len(), 1, "{:?}", begun(&found));
        assert!((rise.end..=rise.end + 24).contains(&over(&found)), "{} of {}", over(&found), rise.end);
    }

    #[test]
    fn what_returns_as_strong_begins_anew() {
        let waves = [10 * DAY..10 * DAY + 6, 10 * DAY + 27..10 * DAY + 33];
        let found = turns(12 * DAY, |step| if waves.iter().any(|it| it.contains(&step)) { 8.0 } else { 1.0 });
        let told = begun(&found);
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(waves.iter().zip(&told).all(|(wave, told)| wave.contains(told)), "{told:?}");
    }

    #[test]
    fn what_cannot_be_heard_neither_ends_a_rise_nor_keeps_it() {
        let mut course = Course::default();
        let mut reading = Detector::new(STEP, Sensitivity::Balanced).push(0, Some(1.0), 1.0);
        (reading.open, reading.alert, reading.ratio) = (true, true, 9.0);
        assert_eq!(course.push(&reading, Some(40.0), 1.0, STEP), Turn::Began);
        reading.alert = false;
        for _ in 0..20 {
            assert_eq!(course.push(&reading, None, 1.0, STEP), Turn::Lasts);
        }
    }
}
