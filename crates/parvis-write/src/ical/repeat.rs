//! Rules of repetition (RFC 5545, 3.3.10): daily, weekly, monthly, yearly, with an interval, a count or an end, days of
//! the week, of the month, months. What isn't known (`BYSETPOS`, hours, weeks of the year) isn't guessed at: such a rule
//! can't be read.
//!
//! Repetitions keep the time on the clock of their zone. A time that doesn't exist in the night in which clocks go forward
//! comes an hour later, as calendars do it.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;

use super::{Event, Length, Moment, stamp};
use crate::day::grid::week;
use crate::day::holiday::plus;

/// Periods that are looked through for one event at most: a hundred years of days.
const MOST_PERIODS: usize = 36_600;
/// Repetitions of one event at most.
const MOST_STARTS: usize = 40_000;

/// How often something comes again.
#[derive(Debug, Clone, PartialEq)]
pub struct Repeat {
    /// The period.
    pub every: Every,
    /// When it ends.
    pub end: End,
    /// Days of the week; within a month or year, the nth.
    pub days: Vec<NthDay>,
    /// Days of the month; −1 is the last.
    pub month_days: Vec<i8>,
    /// Months.
    pub months: Vec<i8>,
    /// Where weeks begin.
    pub week_start: Weekday,
}

/// A number of periods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Every {
    /// One at least.
    pub interval: u32,
    /// Of what.
    pub frequency: Frequency,
}

/// A period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frequency {
    /// A day.
    Daily,
    /// A week.
    Weekly,
    /// A month.
    Monthly,
    /// A year.
    Yearly,
}

/// When repetitions end.
#[derive(Debug, Clone, PartialEq)]
pub enum End {
    /// Never.
    Never,
    /// After so many, the first included.
    Count(u32),
    /// With this moment, itself included.
    Until(Moment),
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NthDay {
    /// Which of the month or year; −1 is the last, 0 all of them.
    pub nth: i8,
    /// The day.
    pub weekday: Weekday,
}

const DAYS: [(&str, Weekday); 7] = [
    ("MO", Weekday::Monday),
    ("TU", Weekday::Tuesday),
    ("WE", Weekday::Wednesday),
    ("TH", Weekday::Thursday),
    ("FR", Weekday::Friday),
    ("SA", Weekday::Saturday),
    ("SU", Weekday::Sunday),
];

fn weekday(text: &str) -> Option<Weekday> {
    DAYS.iter().find(|(name, _)| *name == text).map(|(_, day)| *day)
}

impl Repeat {
    /// Reads a rule; `None` for one that isn't known here.
    pub(super) fn parse(text: &str, start: &Moment) -> Option<Self> {
        let mut frequency = None;
        let mut it = Self {
            every: Every { interval: 1, frequency: Frequency::Daily },
            end: End::Never,
            days: Vec::new(),
            month_days: Vec::new(),
            months: Vec::new(),
            week_start: Weekday::Monday,
        };
        let zone = match start {
            Moment::On(_, zone) => zone.clone(),
            _ => TimeZone::UTC,
        };
        for part in text.trim().to_ascii_uppercase().split(';').filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=')?;
            match name.trim() {
                "FREQ" => {
                    frequency = Some(match value {
                        "DAILY" => Frequency::Daily,
                        "WEEKLY" => Frequency::Weekly,
                        "MONTHLY" => Frequency::Monthly,
                        "YEARLY" => Frequency::Yearly,
                        _ => return None,
                    });
                }
                "INTERVAL" => {
                    it.every.interval = value.parse().ok().filter(|it| (1..=10_000).contains(it))?
                }
                "COUNT" => it.end = End::Count(value.parse().ok()?),
                "UNTIL" => it.end = End::Until(stamp::moment(value, &zone)?),
                "BYDAY" => it.days = value.split(',').take(400).map(nth_day).collect::<Option<_>>()?,
                "BYMONTHDAY" => it.month_days = numbers(value, 31)?,
                "BYMONTH" => it.months = numbers(value, 12).filter(|it| it.iter().all(|month| *month > 0))?,
                "WKST" => it.week_start = weekday(value)?,
                _ => return None,
            }
        }
        it.every.frequency = frequency?;
        let by_period = matches!(it.every.frequency, Frequency::Monthly | Frequency::Yearly);
        let numbered = it.days.iter().any(|day| day.nth != 0);
        (by_period || !numbered).then_some(it)
    }

    /// The days of the period in which `first` lies `index` periods later, in order.
    fn days_of(&self, first: Date, index: usize) -> Option<Vec<Date>> {
        let ahead = i64::try_from(index).ok()?.checked_mul(i64::from(self.every.interval))?;
        let mut days = match self.every.frequency {
            Frequency::Daily => {
                let day = plus(first, ahead)?;
                vec![day].into_iter().filter(|it| self.has_weekday(*it) && self.has_month_day(*it)).collect()
            }
            Frequency::Weekly => {
                let days = week(plus(first, ahead.checked_mul(7)?)?, self.week_start)?;
                let same = |it: &Date| {
                    if self.days.is_empty() { it.weekday() == first.weekday() } else { self.has_weekday(*it) }
                };
                days.into_iter().filter(same).collect()
            }
            Frequency::Monthly => {
                let months = i64::from(first.year()) * 12 + i64::from(first.month()) - 1 + ahead;
                let year = i16::try_from(months.div_euclid(12)).ok()?;
                let month = i8::try_from(months.rem_euclid(12) + 1).ok()?;
                self.days_of_month(year, month, first.day())
            }
            Frequency::Yearly => {
                self.days_of_year(i16::try_from(i64::from(first.year()) + ahead).ok()?, first)
            }
        };
        days.retain(|it| self.months.is_empty() || self.months.contains(&it.month()));
        days.sort();
        days.dedup();
        Some(days)
    }

    /// Days of a period, at least and at most.
    fn days(&self) -> (i64, i64) {
        let (least, most) = match self.every.frequency {
            Frequency::Daily => (1, 1),
            Frequency::Weekly => (7, 7),
            Frequency::Monthly => (28, 31),
            Frequency::Yearly => (365, 366),
        };
        let interval = i64::from(self.every.interval);
        (least * interval, most * interval)
    }

    /// Periods that are surely over before `from`, what began in them included.
    fn periods_before(&self, first: Date, from: Timestamp, length: Length) -> usize {
        let length = match length {
            Length::Days(days) => i64::from(days),
            Length::For(length) => length.as_hours() / 24 + 1,
        };
        let Ok(start) = TimeZone::UTC.to_timestamp(first.to_datetime(jiff::civil::Time::midnight())) else {
            return 0;
        };
        let days = from.duration_since(start).as_hours() / 24 - length - 2;
        usize::try_from(days / self.days().1 - 1).unwrap_or(0)
    }

    /// Whether a period surely begins after `until`.
    fn begins_after(&self, first: Date, index: usize, until: Timestamp) -> bool {
        let days = i64::try_from(index).unwrap_or(i64::MAX).saturating_mul(self.days().0) - self.days().1 - 7;
        let begins = plus(first, days)
            .and_then(|it| TimeZone::UTC.to_timestamp(it.to_datetime(jiff::civil::Time::midnight())).ok());
        begins.is_some_and(|it| it > until)
    }

    fn has_weekday(&self, date: Date) -> bool {
        self.days.is_empty() || self.days.iter().any(|it| it.weekday == date.weekday())
    }

    fn has_month_day(&self, date: Date) -> bool {
        let from_end = date.day() - date.days_in_month() - 1;
        self.month_days.is_empty() || self.month_days.iter().any(|it| *it == date.day() || *it == from_end)
    }

    fn days_of_month(&self, year: i16, month: i8, same: i8) -> Vec<Date> {
        let Ok(first) = Date::new(year, month, 1) else {
            return Vec::new();
        };
        let all = (1..=first.days_in_month()).filter_map(|day| Date::new(year, month, day).ok());
        if self.days.is_empty() && self.month_days.is_empty() {
            return all.filter(|it| it.day() == same).collect();
        }
        let is_nth = |date: Date| {
            let from_start = (date.day() - 1) / 7 + 1;
            let from_end = -((date.days_in_month() - date.day()) / 7 + 1);
            let named = |it: &NthDay| {
                it.weekday == date.weekday() && (it.nth == 0 || it.nth == from_start || it.nth == from_end)
            };
            self.days.is_empty() || self.days.iter().any(named)
        };
        all.filter(|it| is_nth(*it) && self.has_month_day(*it)).collect()
    }

    fn days_of_year(&self, year: i16, first: Date) -> Vec<Date> {
        if !self.months.is_empty() || !self.month_days.is_empty() {
            let months: Vec<i8> =
                if self.months.is_empty() { (1..=12).collect() } else { self.months.clone() };
            return months
                .into_iter()
                .flat_map(|month| self.days_of_month(year, month, first.day()))
                .collect();
        }
        if self.days.is_empty() {
            return Date::new(year, first.month(), first.day()).into_iter().collect();
        }
        let Ok(start) = Date::new(year, 1, 1) else {
            return Vec::new();
        };
        let length = i64::from(start.days_in_year());
        let days = (0..length).filter_map(|offset| Some((offset, plus(start, offset)?)));
        let named = |offset: i64, date: Date| {
            let (from_start, from_end) = (offset / 7 + 1, -((length - 1 - offset) / 7 + 1));
            self.days.iter().any(|it| {
                let nth = i64::from(it.nth);
                it.weekday == date.weekday() && (nth == 0 || nth == from_start || nth == from_end)
            })
        };
        days.filter(|(offset, date)| named(*offset, *date)).map(|(_, date)| date).collect()
    }
}

fn nth_day(text: &str) -> Option<NthDay> {
    let split = text.len().checked_sub(2)?;
    let (nth, day) = text.split_at_checked(split)?;
    let nth = if nth.is_empty() {
        0
    } else {
        nth.parse::<i8>().ok().filter(|it| (-53..=53).contains(it) && *it != 0)?
    };
    Some(NthDay { nth, weekday: weekday(day)? })
}

fn numbers(text: &str, most: i8) -> Option<Vec<i8>> {
    let number = |it: &str| it.trim().parse::<i8>().ok().filter(|it| *it != 0 && it.abs() <= most);
    text.split(',').take(100).map(number).collect()
}

/// The moments at which an event begins from about `from` until before `until`, in order. Each period looked at costs one
/// of `budget`; without any left, only the first beginning is known.
pub(super) fn starts(
    event: &Event,
    zone: &TimeZone,
    from: Timestamp,
    until: Timestamp,
    budget: &mut usize,
) -> Vec<Moment> {
    let Some(repeat) = event.repeat.as_ref().filter(|_| *budget > 0) else {
        return vec![event.start.clone()];
    };
    let (first, at) = clock(&event.start);
    let most = match repeat.end {
        End::Count(count) => usize::try_from(count).unwrap_or(MOST_STARTS).min(MOST_STARTS),
        _ => MOST_STARTS,
    };
    let last = match &repeat.end {
        End::Until(moment) => last_of(moment, &event.start, zone),
        _ => None,
    };
    // What is counted has to be counted from its beginning.
    let skip = if matches!(repeat.end, End::Count(_)) {
        0
    } else {
        repeat.periods_before(first, from, event.length)
    };
    let mut found = Vec::new();
    for index in skip..skip.saturating_add(MOST_PERIODS) {
        let over = repeat.begins_after(first, index, until);
        if over || *budget == 0 {
            break;
        }
        *budget -= 1;
        let Some(days) = repeat.days_of(first, index) else { break };
        for day in days.into_iter().filter(|it| *it >= first) {
            let moment = at(day);
            let Some(time) = moment.timestamp(zone) else { continue };
            if time >= until || last.is_some_and(|last| time > last) || found.len() >= most {
                return found;
            }
            found.push(moment);
        }
    }
    found
}

/// The first day, and what makes a beginning of any day: the same time on the clock of its zone. A point in time repeats
/// on the clock of UTC, as the RFC has it.
fn clock(start: &Moment) -> (Date, Box<dyn Fn(Date) -> Moment>) {
    match start {
        Moment::Day(date) => (*date, Box::new(Moment::Day)),
        Moment::At(at) => {
            let local = at.to_zoned(TimeZone::UTC).datetime();
            (local.date(), Box::new(move |date| Moment::On(date.to_datetime(local.time()), TimeZone::UTC)))
        }
        Moment::On(at, zone) => {
            let (time, zone) = (at.time(), zone.clone());
            (at.date(), Box::new(move |date| Moment::On(date.to_datetime(time), zone.clone())))
        }
    }
}

/// The last point of time at which a repetition may begin; an end that is a day includes that day.
fn last_of(end: &Moment, start: &Moment, zone: &TimeZone) -> Option<Timestamp> {
    match (end, start) {
        (Moment::Day(date), Moment::On(_, zone)) => Moment::Day(plus(*date, 1)?).timestamp(zone),
        (Moment::Day(date), Moment::At(_)) => Moment::Day(plus(*date, 1)?).timestamp(&TimeZone::UTC),
        // A point of time as the end of whole days means its day.
        (Moment::At(at), Moment::Day(_)) => Moment::Day(at.to_zoned(TimeZone::UTC).date()).timestamp(zone),
        (end, _) => end.timestamp(zone),
    }
}

impl fmt::Display for Repeat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |day: Weekday| DAYS.iter().find(|(_, it)| *it == day).map_or("MO", |(name, _)| name);
        f.write_str(match self.every.frequency {
            Frequency::Daily => "FREQ=DAILY",
            Frequency::Weekly => "FREQ=WEEKLY",
            Frequency::Monthly => "FREQ=MONTHLY",
            Frequency::Yearly => "FREQ=YEARLY",
        })?;
        if self.every.interval != 1 {
            write!(f, ";INTERVAL={}", self.every.interval)?;
        }
        match &self.end {
            End::Never => {}
            End::Count(count) => write!(f, ";COUNT={count}")?,
            End::Until(Moment::Day(date)) => write!(f, ";UNTIL={}", stamp::day(*date))?,
            End::Until(moment) => {
                if let Some(at) = moment.timestamp(&TimeZone::UTC) {
                    write!(f, ";UNTIL={}", stamp::utc(at))?;
                }
            }
        }
        let join = |all: &[i8]| all.iter().map(i8::to_string).collect::<Vec<_>>().join(",");
        if !self.days.is_empty() {
            let day = |it: &NthDay| match it.nth {
                0 => name(it.weekday).to_owned(),
                nth => format!("{nth}{}", name(it.weekday)),
            };
            write!(f, ";BYDAY={}", self.days.iter().map(day).collect::<Vec<_>>().join(","))?;
        }
        if !self.month_days.is_empty() {
            write!(f, ";BYMONTHDAY={}", join(&self.month_days))?;
        }
        if !self.months.is_empty() {
            write!(f, ";BYMONTH={}", join(&self.months))?;
        }
        if self.week_start != Weekday::Monday {
            write!(f, ";WKST={}", name(self.week_start))?;
        }
        Ok(())
    }
}
