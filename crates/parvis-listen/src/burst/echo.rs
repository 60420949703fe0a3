//! What our own publications bring: how many times the usual comes in each of the hours after one, learned from those
//! before. It is foreseen as far as it has been so, on average of squares: what varies much is no surprise sooner than
//! what is steady. One that brings a storm teaches little, so that the next storm is told.

use std::collections::VecDeque;

const HOUR: i64 = 3_600_000_000;
/// For how many hours a publication is remembered.
const HOURS: usize = 12;
/// Publications that bring nothing, believed before any was seen.
const PRIOR: f64 = 1.0;
/// What an hour remembers: as many publications.
const MEMORY: f64 = 12.0;
/// What one publication can teach at most: as many times the usual.
const MOST: f64 = 6.0;

#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    weight: f64,
    squares: f64,
}

/// An hour after a publication that isn't over.
#[derive(Clone, Copy, Debug)]
struct Open {
    /// The publication, and which hour after it.
    of: (i64, usize),
    seen: f64,
    usual: f64,
}

/// Learns what publications bring to one stream of counts.
#[derive(Clone, Debug, Default)]
pub struct Echo {
    hours: [Slot; HOURS],
    /// The publications of the last hours (microseconds UTC), the oldest first.
    said: VecDeque<i64>,
    open: Option<Open>,
}

impl Echo {
    /// Something was published at `at` (microseconds UTC); in the order of time.
    pub fn said(&mut self, at: i64) {
        self.said.push_back(at);
    }

    /// How many times the usual is no surprise in the step that begins at `at` (microseconds UTC): 1 where nothing was
    /// published in the hours before.
    #[must_use]
    pub fn foreseen(&self, at: i64) -> f64 {
        let each = self.said.iter().filter_map(|said| self.hours.get(hour(*said, at)?));
        each.map(|it| ((it.squares + PRIOR) / (it.weight + PRIOR)).sqrt()).fold(1.0, f64::max)
    }

    /// Learns that `count` came in the step that begins at `at`, where `usual` would without any publication.
    pub fn learn(&mut self, at: i64, count: Option<f64>, usual: f64) {
        while self.said.front().is_some_and(|said| at - said >= HOURS as i64 * HOUR) {
            self.said.pop_front();
        }
        let last = self.said.iter().rev().find_map(|said| Some((*said, hour(*said, at)?)));
        if let Some(over) = self.open.take_if(|it| Some(it.of) != last)
            && let Some(slot) = self.hours.get_mut(over.of.1)
        {
            // Half a count keeps an hour of zeros from saying "never".
            let ratio = ((over.seen + 0.5) / (over.usual + 0.5)).min(MOST);
            let keep = 1.0 - 1.0 / MEMORY;
            *slot = Slot { weight: slot.weight * keep + 1.0, squares: slot.squares * keep + ratio * ratio };
        }
        if let (Some(of), Some(count)) = (last, count) {
            let open = self.open.get_or_insert(Open { of, seen: 0.0, usual: 0.0 });
            open.seen += count;
            open.usual += usual.max(0.0);
        }
    }
}

/// Which hour after a publication it is; `None` when it is too long ago.
fn hour(said: i64, at: i64) -> Option<usize> {
    usize::try_from((at - said).max(0) / HOUR).ok().filter(|it| *it < HOURS)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP: i64 = HOUR / 6;
    const DAY: i64 = 24 * HOUR;

    /// A publication every two days, after which `more` times the usual comes for three hours.
    fn taught(days: i64, more: f64) -> Echo {
        let mut echo = Echo::default();
        for step in 0..days * DAY / STEP {
            let at = step * STEP;
            let since = at % (2 * DAY);
            if since == 0 {
                echo.said(at);
            }
            echo.learn(at, Some(if since < 3 * HOUR { 5.0 * more } else { 5.0 }), 5.0);
        }
        echo
    }

    #[test]
    fn what_publications_brought_is_foreseen_hour_by_hour() {
        let mut echo = taught(28, 3.0);
        let at = 28 * DAY;
        assert!((echo.foreseen(at) - 1.0).abs() < 1e-9, "nothing was published");
        echo.said(at);
        let foreseen: Vec<f64> = (0..6).map(|hour| echo.foreseen(at + hour * HOUR)).collect();
        assert!(foreseen[..3].iter().all(|it| (2.5..3.1).contains(it)), "{foreseen:?}");
        assert!(foreseen[3..].iter().all(|it| (0.95..1.1).contains(it)), "{foreseen:?}");
    }

    #[test]
    fn the_first_publication_foresees_nothing() {
        let mut echo = Echo::default();
        echo.said(0);
        assert!((echo.foreseen(HOUR) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_storm_after_one_publication_teaches_little() {
        let mut echo = taught(28, 1.0);
        let at = 28 * DAY;
        echo.said(at);
        for step in 0..12 {
            echo.learn(at + step * STEP, Some(200.0), 5.0);
        }
        echo.said(at + DAY);
        assert!(echo.foreseen(at + DAY) < 2.5, "{}", echo.foreseen(at + DAY));
    }

    #[test]
    fn what_could_not_be_heard_teaches_nothing() {
        let mut echo = Echo::default();
        echo.said(0);
        for step in 0..20 {
            echo.learn(step * STEP, None, 5.0);
        }
        echo.said(DAY);
        assert!((echo.foreseen(DAY) - 1.0).abs() < 1e-9);
    }
}
