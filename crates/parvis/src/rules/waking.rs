//! The hours in which somebody wants to be told: days of the week, and a time from and to on the organisation's clock.

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};

/// When to tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Waking {
    /// Days of the week, 1 is Monday; none is every day.
    pub days: Vec<i8>,
    /// From which minute of the day on, 0 to 1439.
    pub from: i64,
    /// Until which minute of the day, 1 to 1440; not after `from`: over midnight.
    pub to: i64,
}

impl Default for Waking {
    fn default() -> Self {
        Self { days: Vec::new(), from: 0, to: 24 * 60 }
    }
}

impl Waking {
    /// Whether they can be meant.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.days.iter().all(|day| (1..=7).contains(day))
            && (0..24 * 60).contains(&self.from)
            && (1..=24 * 60).contains(&self.to)
            && self.from != self.to
    }

    /// Whether `at` (µs) lies within them. What begins in the evening of a day is of that day until its end.
    #[must_use]
    pub fn covers(&self, at: i64, zone: &TimeZone) -> bool {
        let Ok(at) = Timestamp::from_microsecond(at) else { return true };
        let here = at.to_zoned(zone.clone());
        let minute = i64::from(here.hour()) * 60 + i64::from(here.minute());
        let today = here.weekday().to_monday_one_offset();
        let day_before = if today == 1 { 7 } else { today - 1 };
        let is_day = |day: i8| self.days.is_empty() || self.days.contains(&day);
        if self.from < self.to {
            return is_day(today) && (self.from..self.to).contains(&minute);
        }
        (is_day(today) && minute >= self.from) || (is_day(day_before) && minute < self.to)
    }

    /// `at` (µs) where it lies within them, else when they begin next.
    #[must_use]
    pub fn next(&self, at: i64, zone: &TimeZone) -> i64 {
        if self.covers(at, zone) {
            return at;
        }
        let Ok(now) = Timestamp::from_microsecond(at) else { return at };
        let today = now.to_zoned(zone.clone()).date();
        let (hour, minute) = (self.from / 60, self.from % 60);
        let begins = i8::try_from(hour).ok().zip(i8::try_from(minute).ok());
        let time = begins.and_then(|(hour, minute)| Time::new(hour, minute, 0, 0).ok()).unwrap_or_default();
        (0..=8)
            .filter_map(|days| today.checked_add(i64::from(days).days()).ok())
            .filter_map(|date| date.to_datetime(time).to_zoned(zone.clone()).ok())
            .map(|it| it.timestamp().as_microsecond())
            .find(|it| *it > at && self.covers(*it, zone))
            .unwrap_or(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{HOUR, MINUTE};

    /// Thursday 19 November 2026, 14:06 in Paris.
    const THURSDAY: i64 = 1_795_093_560_000_000;

    fn paris() -> TimeZone {
        TimeZone::get("Europe/Paris").unwrap()
    }

    #[test]
    fn all_day_every_day_is_now() {
        assert_eq!(Waking::default().next(THURSDAY, &paris()), THURSDAY);
    }

    #[test]
    fn outside_of_them_the_next_beginning_is_told() {
        let office = Waking { days: vec![1, 2, 3, 4, 5], from: 9 * 60, to: 18 * 60 };
        assert!(office.is_sound() && office.covers(THURSDAY, &paris()));
        let evening = THURSDAY + 6 * HOUR;
        let morning = THURSDAY + 18 * HOUR + 54 * MINUTE;
        assert_eq!(office.next(evening, &paris()), morning);
        // Friday evening: Monday at nine.
        assert_eq!(office.next(evening + 24 * HOUR, &paris()), morning + 72 * HOUR);
    }

    #[test]
    fn a_night_belongs_to_the_day_on_which_it_begins() {
        let night = Waking { days: vec![4], from: 20 * 60, to: 8 * 60 };
        assert!(!night.covers(THURSDAY, &paris()));
        assert!(night.covers(THURSDAY + 12 * HOUR, &paris()), "Friday, 02:06");
        assert!(!night.covers(THURSDAY - 12 * HOUR, &paris()), "Thursday, 02:06, is Wednesday's night");
        assert_eq!(night.next(THURSDAY, &paris()), THURSDAY + 5 * HOUR + 54 * MINUTE);
        assert!(!Waking { days: vec![8], ..Waking::default() }.is_sound());
    }
}
