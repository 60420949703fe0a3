//! Until when somebody has to be answered. Around the clock: working hours are not yet taken into
//! account.

use crate::store::conversation::NEVER;

/// When an answer is due (µs) to somebody who waits since `since` at a desk that answers within
/// `within` (µs).
pub fn due(since: i64, within: i64) -> i64 {
    since.saturating_add(within).min(NEVER - 1)
}

/// The share of time left, from 0 to 1; `None` when it is past.
pub fn left(since: i64, due: i64, now: i64) -> Option<f64> {
    if now >= due {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "a ring of 16 pixels")]
    let share = (due - now) as f64 / (due - since).max(1) as f64;
    Some(share.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_runs_down_and_then_is_late() {
        assert_eq!(due(100, 50), 150);
        assert_eq!(left(100, 150, 125), Some(0.5));
        assert_eq!(left(100, 150, 150), None);
        assert!(due(i64::MAX, i64::MAX) < NEVER);
    }
}
