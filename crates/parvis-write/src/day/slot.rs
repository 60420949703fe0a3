//! Slots: hours of the week at which a queue is emptied, one post each.

use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use serde::{Deserialize, Serialize};

use super::holiday::plus;

/// An hour of the week, in the organisation's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Slot {
    /// The day, 1 for Monday to 7 for Sunday.
    pub weekday: i8,
    /// The time on the clock of the organisation.
    pub time: Time,
}

/// Days that are looked through for a free slot.
const HORIZON: i64 = 400;
/// How near to a slot something takes it, in seconds.
const NEAR: i64 = 60;

/// The next slots after `after` that nothing of `taken` lies on, `most` at most, in order.
///
/// In the night in which clocks go forward, a slot that doesn't exist comes an hour later; in the night in which they go
/// back, the first of two counts.
#[must_use]
pub fn free_slots(
    slots: &[Slot],
    zone: &TimeZone,
    after: Timestamp,
    taken: &[Timestamp],
    most: usize,
) -> Vec<Timestamp> {
    let mut found = Vec::new();
    let today = after.to_zoned(zone.clone()).date();
    let mut taken: Vec<i64> = taken.iter().map(|it| it.as_second()).collect();
    taken.sort_unstable();
    for offset in 0..=HORIZON {
        let Some(day) = plus(today, offset) else { break };
        let mut times: Vec<Timestamp> = slots
            .iter()
            .filter(|it| {
                Weekday::from_monday_one_offset(it.weekday).is_ok_and(|weekday| weekday == day.weekday())
            })
            .filter_map(|it| zone.to_zoned(day.to_datetime(it.time)).ok())
            .map(|it: Zoned| it.timestamp())
            .filter(|it| *it > after)
            .collect();
        times.sort_unstable();
        times.dedup();
        for time in times {
            let second = time.as_second();
            let next = taken.partition_point(|it| *it < second - NEAR);
            if taken.get(next).is_none_or(|it| *it > second + NEAR) {
                found.push(time);
            }
            if found.len() >= most {
                return found;
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone() -> TimeZone {
        TimeZone::get("Europe/Paris").unwrap()
    }

    fn slot(weekday: i8, hour: i8, minute: i8) -> Slot {
        Slot { weekday, time: Time::new(hour, minute, 0, 0).unwrap() }
    }

    fn shown(found: &[Timestamp]) -> Vec<String> {
        found.iter().map(|it| it.to_zoned(zone()).strftime("%a %d %H:%M").to_string()).collect()
    }

    #[test]
    fn a_queue_fills_the_slots_that_are_free() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let slots = [slot(1, 9, 0), slot(4, 18, 30)];
        let taken = [at("2026-11-26T17:30:20Z")];
        let found = free_slots(&slots, &zone(), at("2026-11-23T08:00:00Z"), &taken, 3);
        assert_eq!(shown(&found), ["Mon 30 09:00", "Thu 03 18:30", "Mon 07 09:00"]);
        assert!(free_slots(&[], &zone(), at("2026-11-23T08:00:00Z"), &[], 3).is_empty());
        assert!(free_slots(&[slot(9, 1, 0)], &zone(), at("2026-11-23T08:00:00Z"), &[], 3).is_empty());
    }

    #[test]
    fn slots_keep_their_time_on_the_clock_when_clocks_change() {
        let after = "2026-03-28T00:00:00Z".parse::<Timestamp>().unwrap();
        let found = free_slots(&[slot(6, 9, 0), slot(7, 2, 30), slot(7, 9, 0)], &zone(), after, &[], 3);
        assert_eq!(shown(&found), ["Sat 28 09:00", "Sun 29 03:30", "Sun 29 09:00"]);
        let after = "2026-10-25T00:00:00Z".parse::<Timestamp>().unwrap();
        let found = free_slots(&[slot(7, 2, 30)], &zone(), after, &[], 1);
        assert_eq!(found[0].to_string(), "2026-10-25T00:30:00Z");
    }
}
