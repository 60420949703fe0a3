//! Until when somebody has to be answered.

use jiff::tz::TimeZone;

use super::hours::Hours;
use crate::store::conversation::NEVER;

/// How soon a desk first answers.
#[derive(Clone, Debug)]
pub struct Promise {
    /// First answer within (µs).
    pub within: i64,
    /// The same for what is urgent, where it differs.
    pub urgent_within: Option<i64>,
    /// The hours in which the wait is counted.
    pub hours: Hours,
    /// The clock on which they are read.
    pub zone: TimeZone,
}

impl Promise {
    /// Day and night, the same for what is urgent.
    pub fn always(within: i64) -> Self {
        Self { within, urgent_within: None, hours: Hours::default(), zone: TimeZone::UTC }
    }

    /// When an answer is due (µs) to somebody who waits since `since`. What is urgent and has a target of its own
    /// doesn't wait for the desk to open.
    pub fn due(&self, since: i64, urgent: bool) -> i64 {
        let due = match self.urgent_within {
            Some(within) if urgent => Some(since.saturating_add(within)),
            _ => self.hours.after(since, self.within, &self.zone),
        };
        due.unwrap_or(NEVER).min(NEVER - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_urgent_has_a_clock_of_its_own() {
        let plain = Promise::always(50);
        assert_eq!((plain.due(100, false), plain.due(100, true)), (150, 150));
        let both = Promise { urgent_within: Some(10), ..plain };
        assert_eq!((both.due(100, false), both.due(100, true)), (150, 110));
        assert!(both.due(i64::MAX, false) < NEVER);
    }
}
