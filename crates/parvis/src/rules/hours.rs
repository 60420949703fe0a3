//! The hours in which a desk works, week after week, on the clock of its organisation. Knows no desk and no day
//! of today.

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Zoned};
use serde::{Deserialize, Serialize};

/// Minutes of a day.
const MIDNIGHT: u16 = 24 * 60;
/// How many times a week a desk may open.
pub const OPENINGS: usize = 28;
/// Days that are looked through for the end of a wait: a wait of thirty days at a desk that opens an hour a week.
const DAYS: usize = 7 * 24 * 30 + 14;

/// A stretch of a weekday in which a desk works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// 1 for Monday to 7 for Sunday.
    #[schema(minimum = 1, maximum = 7)]
    pub day: i8,
    /// First minute, counted from midnight.
    #[schema(minimum = 0, maximum = 1439)]
    pub from: u16,
    /// Minute at which it ends, counted from midnight; 1440 is the midnight that follows.
    #[schema(minimum = 1, maximum = 1440)]
    pub to: u16,
}

/// When a desk works. None said: day and night.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "Vec<Opening>", into = "Vec<Opening>")]
#[schema(value_type = Vec<Opening>)]
pub struct Hours(Vec<Opening>);

/// Openings that can't be: unknown day or minute, one that ends before it begins, two that overlap, less than an
/// hour a week, or more than [`OPENINGS`].
#[derive(Debug, thiserror::Error)]
#[error("these hours can't be kept")]
pub struct Impossible;

impl TryFrom<Vec<Opening>> for Hours {
    type Error = Impossible;

    fn try_from(mut openings: Vec<Opening>) -> Result<Self, Impossible> {
        openings.sort_unstable();
        let sound = |it: &Opening| (1..=7).contains(&it.day) && it.from < it.to && it.to <= MIDNIGHT;
        let apart = |pair: &[Opening]| pair[0].day != pair[1].day || pair[0].to <= pair[1].from;
        let week: u32 = openings.iter().map(|it| u32::from(it.to.saturating_sub(it.from))).sum();
        let fits = openings.is_empty() || (openings.len() <= OPENINGS && week >= 60);
        let fine = fits && openings.iter().all(sound) && openings.windows(2).all(apart);
        if fine { Ok(Self(openings)) } else { Err(Impossible) }
    }
}

impl From<Hours> for Vec<Opening> {
    fn from(hours: Hours) -> Self {
        hours.0
    }
}

impl Hours {
    /// Day and night, every day.
    pub fn is_always(&self) -> bool {
        self.0.is_empty()
    }

    /// The openings of a weekday (1 for Monday), in their order.
    pub fn on(&self, day: i8) -> impl Iterator<Item = &Opening> {
        self.0.iter().filter(move |it| it.day == day)
    }

    /// The moment (µs) at which the desk has worked for `span` µs since `since`; `None` when it isn't found within
    /// the years that are looked through, or outside the calendar.
    pub fn after(&self, since: i64, span: i64, zone: &TimeZone) -> Option<i64> {
        if self.is_always() {
            return since.checked_add(span);
        }
        let mut day = Timestamp::from_microsecond(since).ok()?.to_zoned(zone.clone()).start_of_day().ok()?;
        let mut left = span;
        for _ in 0..DAYS {
            for it in self.on(day.weekday().to_monday_one_offset()) {
                let from = moment(&day, it.from)?.max(since);
                let worked = (moment(&day, it.to)? - from).max(0);
                if worked > 0 && worked >= left {
                    return Some(from + left);
                }
                left -= worked;
            }
            day = day.checked_add(1.day()).ok()?.start_of_day().ok()?;
        }
        None
    }

    /// Reads the hours of each weekday as people write them, Monday first: `9:00-12:30, 14h-18h`; a day without
    /// any is closed. Otherwise the place of the first day that can't be so, from 0.
    pub fn read(days: &[String; 7]) -> Result<Self, usize> {
        let mut openings = Vec::new();
        for (text, day) in days.iter().zip(1..) {
            let place = openings.len();
            for part in text.split([',', ';']).map(str::trim).filter(|it| !it.is_empty()) {
                openings.push(read_opening(part, day).ok_or(day_place(day))?);
            }
            openings[place..].sort_unstable();
            if !openings[place..].windows(2).all(|pair| pair[0].to <= pair[1].from) {
                return Err(day_place(day));
            }
        }
        let hours = Self::try_from(openings).map_err(|_| 0_usize)?;
        if hours.is_always() { Err(0) } else { Ok(hours) }
    }
}

fn day_place(day: i8) -> usize {
    usize::try_from(day - 1).unwrap_or_default()
}

fn read_opening(text: &str, day: i8) -> Option<Opening> {
    let (from, to) = text.split_once(['-', '–', '—'])?;
    let (from, to) = (read_minute(from)?, read_minute(to)?);
    (from < to && from < MIDNIGHT).then_some(Opening { day, from, to })
}

/// `9`, `9:30`, `9.30`, `9h`, `09 h 30`, `24:00`.
fn read_minute(text: &str) -> Option<u16> {
    let text: String = text.chars().filter(|it| !it.is_whitespace()).collect();
    let (hours, minutes) = text.split_once([':', '.', 'h', 'H']).unwrap_or((&text, ""));
    let number = |text: &str| text.bytes().all(|it| it.is_ascii_digit()).then(|| text.parse::<u16>().ok())?;
    let minutes = if minutes.is_empty() { 0 } else { number(minutes)? };
    let at = number(hours)?.checked_mul(60)?.checked_add(minutes)?;
    (minutes < 60 && at <= MIDNIGHT).then_some(at)
}

/// When it is so many minutes past midnight by the clock of that day (µs).
fn moment(day: &Zoned, minutes: u16) -> Option<i64> {
    let date = if minutes == MIDNIGHT { day.date().tomorrow().ok()? } else { day.date() };
    let (hour, minute) = (minutes % MIDNIGHT / 60, minutes % 60);
    let time = Time::new(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, 0, 0).ok()?;
    Some(date.to_datetime(time).to_zoned(day.time_zone().clone()).ok()?.timestamp().as_microsecond())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{DAY, HOUR, MINUTE};

    fn paris() -> TimeZone {
        TimeZone::get("Europe/Paris").unwrap()
    }

    fn at(text: &str) -> i64 {
        text.parse::<jiff::civil::DateTime>().unwrap().to_zoned(paris()).unwrap().timestamp().as_microsecond()
    }

    fn office() -> Hours {
        let day = "9:00-12:30, 14h-18 h".to_owned();
        let days = [day.clone(), day.clone(), day.clone(), day.clone(), day, String::new(), String::new()];
        Hours::read(&days).unwrap()
    }

    #[test]
    fn a_wait_runs_while_the_desk_works() {
        let due = |since: &str, span| office().after(at(since), span, &paris()).unwrap();
        assert_eq!(due("2026-11-20T10:00", HOUR), at("2026-11-20T11:00"), "within the morning");
        assert_eq!(due("2026-11-20T12:00", HOUR), at("2026-11-20T14:30"), "over lunch");
        assert_eq!(due("2026-11-20T17:30", HOUR), at("2026-11-23T09:30"), "over the week-end");
        assert_eq!(due("2026-11-21T23:00", 30 * MINUTE), at("2026-11-23T09:30"), "said on a Saturday night");
        assert_eq!(due("2026-11-20T11:30", HOUR), at("2026-11-20T12:30"), "up to the last minute");
        assert_eq!(Hours::default().after(5, HOUR, &paris()), Some(5 + HOUR), "day and night");
    }

    #[test]
    fn a_night_in_which_the_clock_changes_counts_what_was_worked() {
        let sunday = Opening { day: 7, from: 0, to: MIDNIGHT };
        let hours = Hours::try_from(vec![sunday]).unwrap();
        // 29 March 2026 has 23 hours in Paris, 25 October has 25.
        let due = |since: &str| hours.after(at(since), 23 * HOUR, &paris()).unwrap();
        assert_eq!(due("2026-03-28T12:00"), at("2026-03-30T00:00"));
        assert_eq!(due("2026-10-24T12:00"), at("2026-10-25T22:00"));
    }

    #[test]
    fn thirty_days_at_a_desk_that_opens_an_hour_a_week_have_an_end() {
        let hours = Hours::try_from(vec![Opening { day: 3, from: 600, to: 660 }]).unwrap();
        let due = hours.after(at("2026-11-20T10:00"), 30 * DAY, &paris()).unwrap();
        assert!(due > at("2040-01-01T00:00"));
        assert_eq!(hours.after(i64::MAX, HOUR, &paris()), None);
    }

    #[test]
    fn what_cannot_be_is_refused_with_its_day() {
        let week = |monday: &str, tuesday: &str| {
            let mut days: [String; 7] = Default::default();
            (days[0], days[1]) = (monday.to_owned(), tuesday.to_owned());
            Hours::read(&days)
        };
        assert_eq!(week("9-12, 11-18", "9-18"), Err(0), "overlap");
        for wrong in ["9", "18-9", "9-25", "9:61-10", "a-b", "-", "9--10", "٩-10"] {
            assert_eq!(week("9-18", wrong), Err(1), "{wrong}");
        }
        assert_eq!(week("", ""), Err(0), "never open");
        assert_eq!(week("9-9:30", ""), Err(0), "half an hour a week");
        assert_eq!(week("0-24", "22 h – 24 h, 6.30-9").unwrap().on(2).count(), 2);
    }
}
