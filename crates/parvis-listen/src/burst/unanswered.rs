//! Angry and unanswered: complaints that wait, more of them and longer than is usual here.

/// One complaint in ten waits longer than usual on ordinary days.
const USUAL_SHARE: f64 = 0.1;
/// How improbable that many late ones must be on an ordinary day.
const RARE: f64 = 1e-3;
/// Fewer than these are no alert, however late.
const LEAST: usize = 3;

/// Complaints that wait too long.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Unanswered {
    /// How many have waited longer than nine in ten do.
    pub late: usize,
    /// How long the oldest has waited, in microseconds.
    pub oldest: i64,
    /// How probable as many would be on an ordinary day.
    pub chance: f64,
}

/// Whether anger waits unusually: `waiting` are the times (microseconds UTC) at which the complaints came that have
/// no answer yet, `answered` is how many of the same days have one in time, and `usual` the wait (microseconds) that
/// nine in ten complaints here don't exceed. `None` when all is as usual.
///
/// The chance is that of as many late ones among all if each were late one time in ten (the tail of the binomial).
#[must_use]
pub fn unanswered(waiting: &[i64], answered: usize, usual: i64, now: i64) -> Option<Unanswered> {
    let late = waiting.iter().filter(|came| now.saturating_sub(**came) > usual).count();
    let oldest = now.saturating_sub(waiting.iter().copied().min()?);
    let chance = at_least(late, waiting.len() + answered);
    (late >= LEAST && chance < RARE).then_some(Unanswered { late, oldest, chance })
}

/// P(X ≥ `late`) for X binomial of `all` and [`USUAL_SHARE`].
fn at_least(late: usize, all: usize) -> f64 {
    let odds = USUAL_SHARE / (1.0 - USUAL_SHARE);
    // Logarithms, so that thousands of complaints don't underflow to nothing.
    let mut log = all as f64 * (1.0 - USUAL_SHARE).ln();
    let mut below = 0.0;
    for k in 0..late.min(all) {
        below += log.exp();
        log += (odds * (all - k) as f64 / (k + 1) as f64).ln();
    }
    (1.0 - below).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000_000;

    #[test]
    fn eight_of_ten_waiting_too_long_is_told() {
        let waiting: Vec<i64> = (1..=10).map(|hours| -hours * HOUR).collect();
        let told = unanswered(&waiting, 0, 2 * HOUR, 0).unwrap();
        assert_eq!((told.late, told.oldest), (8, 10 * HOUR));
        // 45 · 0.1⁸ · 0.9² + 10 · 0.1⁹ · 0.9 + 0.1¹⁰
        assert!((told.chance - 3.736e-7).abs() < 1e-9, "{}", told.chance);
    }

    #[test]
    fn one_in_ten_late_is_an_ordinary_day() {
        let waiting: Vec<i64> = (1..=10).map(|hours| -hours * HOUR).collect();
        assert_eq!(unanswered(&waiting, 70, 2 * HOUR, 0), None);
        assert_eq!(unanswered(&[], 70, 2 * HOUR, 0), None);
    }

    #[test]
    fn two_are_too_few_to_wake_anybody() {
        assert_eq!(unanswered(&[-9 * HOUR, -9 * HOUR], 0, HOUR, 0), None);
    }

    #[test]
    fn the_same_complaints_are_told_once_they_have_waited() {
        let waiting = [0; 5];
        assert_eq!(unanswered(&waiting, 2, 2 * HOUR, HOUR), None);
        assert_eq!(unanswered(&waiting, 2, 2 * HOUR, 3 * HOUR).map(|it| it.late), Some(5));
    }
}
