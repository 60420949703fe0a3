//! Calendars as files: written for other programs to read, and read from what they export. Source: RFC 5545.
//!
//! Times are written in UTC (`…Z`) or as days, so that no reader needs a definition of a time zone. Reading takes what
//! Google, Apple, Microsoft and Nextcloud export: days, times in UTC, in a named zone or in none, repeated events with
//! their exceptions. Files are hostile: their size, their events, their lines and their repetitions are bounded.

#[cfg(test)]
mod fuzz;
mod line;
mod read;
mod repeat;
mod stamp;
mod write;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use thiserror::Error;

pub use read::read;
pub use repeat::{End, Every, Frequency, NthDay, Repeat};
pub use write::write;

/// Longest file, in bytes.
pub const MOST_BYTES: usize = 8 << 20;
/// Most events of one file.
pub const MOST_EVENTS: usize = 20_000;
/// Periods of repetition that are looked at for one question.
pub const MOST_PERIODS: usize = 2_000_000;
/// Longest line once unfolded, in bytes.
pub const MOST_LINE: usize = 1 << 16;

/// A calendar.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Calendar {
    /// Its name, shown by programs that subscribe (`X-WR-CALNAME`); may be empty.
    pub name: String,
    /// Its events.
    pub events: Vec<Event>,
    /// What could not be read, by event; bounded.
    pub unread: Vec<Unread>,
}

/// Something to be at, or a day to know of.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The same for the same event, always.
    pub uid: String,
    /// When it was written.
    pub stamp: Timestamp,
    /// When it begins.
    pub start: Moment,
    /// How long it takes.
    pub length: Length,
    /// Its title.
    pub summary: String,
    /// More about it.
    pub description: String,
    /// Where.
    pub location: String,
    /// A page about it.
    pub url: String,
    /// What it is filed under.
    pub categories: Vec<String>,
    /// Whether it takes place.
    pub status: Status,
    /// How often it was changed.
    pub sequence: u32,
    /// It comes again.
    pub repeat: Option<Repeat>,
    /// Beginnings at which it doesn't.
    pub except: Vec<Moment>,
    /// It stands in for the repetition that would have begun then.
    pub instead_of: Option<Moment>,
}

impl Event {
    /// An event with what it can't do without.
    #[must_use]
    pub fn new(uid: &str, stamp: Timestamp, start: Moment, summary: &str) -> Self {
        let length =
            if matches!(start, Moment::Day(_)) { Length::Days(1) } else { Length::For(SignedDuration::ZERO) };
        Self {
            uid: uid.to_owned(),
            stamp,
            start,
            length,
            summary: summary.to_owned(),
            description: String::new(),
            location: String::new(),
            url: String::new(),
            categories: Vec::new(),
            status: Status::Confirmed,
            sequence: 0,
            repeat: None,
            except: Vec::new(),
            instead_of: None,
        }
    }
}

/// A point or day of time as a calendar has it.
#[derive(Debug, Clone, PartialEq)]
pub enum Moment {
    /// A whole day, wherever one is.
    Day(Date),
    /// A point in time.
    At(Timestamp),
    /// A time on the clock of a zone, which repetitions keep when clocks change.
    On(DateTime, TimeZone),
}

impl Moment {
    /// The point in time; a day begins at midnight in `zone`.
    #[must_use]
    pub fn timestamp(&self, zone: &TimeZone) -> Option<Timestamp> {
        match self {
            Self::Day(date) => zone.to_timestamp(date.to_datetime(jiff::civil::Time::midnight())).ok(),
            Self::At(at) => Some(*at),
            Self::On(at, zone) => zone.to_timestamp(*at).ok(),
        }
    }
}

/// How long an event takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// Whole days, one at least.
    Days(i32),
    /// A time, none at least.
    For(SignedDuration),
}

/// Whether an event takes place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It does.
    Confirmed,
    /// Perhaps.
    Tentative,
    /// It doesn't.
    Cancelled,
}

/// One time at which an event takes place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Occurrence {
    /// When it begins.
    pub start: Timestamp,
    /// When it ends; never before it begins.
    pub end: Timestamp,
    /// Whole days.
    pub is_day: bool,
}

/// Something that was left out, or read in part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unread {
    /// The event, as far as it is known.
    pub uid: String,
    /// What it was.
    pub why: Why,
}

/// Why something wasn't read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// No beginning, or one that is no time; the event is left out.
    Start,
    /// A rule of repetition that isn't known here; the first time is kept alone.
    Repeat,
    /// A time zone that isn't known; the calendar's own was taken.
    Zone,
}

/// Why a file can't be read at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ReadError {
    /// It isn't a calendar.
    #[error("the file is no calendar: it has no BEGIN:VCALENDAR")]
    NoCalendar,
    /// It is longer than [`MOST_BYTES`], has more than [`MOST_EVENTS`] events or a line of more than [`MOST_LINE`].
    #[error("the calendar is too large")]
    TooLarge,
}

/// The times at which an event takes place from `from` until before `until`, `most` at most, in order. Days begin at
/// midnight in `zone`. Events that stand in for a repetition are events of their own: [`Calendar::occurrences`] knows.
#[must_use]
pub fn occurrences(
    event: &Event,
    zone: &TimeZone,
    from: Timestamp,
    until: Timestamp,
    most: usize,
) -> Vec<Occurrence> {
    within(event, zone, from, until, most, &mut { MOST_PERIODS })
}

fn within(
    event: &Event,
    zone: &TimeZone,
    from: Timestamp,
    until: Timestamp,
    most: usize,
    budget: &mut usize,
) -> Vec<Occurrence> {
    let except: std::collections::HashSet<Timestamp> =
        event.except.iter().filter_map(|it| it.timestamp(zone)).collect();
    let mut found = Vec::new();
    for start in repeat::starts(event, zone, from, until, budget) {
        let Some(one) = occurrence(event, &start, zone) else { continue };
        // What ends when the window begins is over; what has no length counts where it begins.
        let reaches = one.end > from || one.start >= from;
        if one.start < until && reaches && !except.contains(&one.start) {
            found.push(one);
        }
        if found.len() >= most {
            break;
        }
    }
    found
}

fn occurrence(event: &Event, start: &Moment, zone: &TimeZone) -> Option<Occurrence> {
    let begins = start.timestamp(zone)?;
    let (end, is_day) = match (start, event.length) {
        (Moment::Day(date), Length::Days(days)) => {
            let last = crate::day::holiday::plus(*date, i64::from(days.max(1)))?;
            (Moment::Day(last).timestamp(zone)?, true)
        }
        (_, Length::Days(days)) => {
            (begins.checked_add(SignedDuration::from_hours(24 * i64::from(days))).ok()?, false)
        }
        (start, Length::For(length)) => (begins.checked_add(length).ok()?, matches!(start, Moment::Day(_))),
    };
    Some(Occurrence { start: begins, end: end.max(begins), is_day })
}

impl Calendar {
    /// What takes place from `from` until before `until`, with the index of its event, in order, `most` at most: events
    /// that were cancelled are left out, and those that stand in for a repetition take its place. All events together
    /// have [`MOST_PERIODS`] to repeat in; those beyond are known by their first time only.
    #[must_use]
    pub fn occurrences(
        &self,
        zone: &TimeZone,
        from: Timestamp,
        until: Timestamp,
        most: usize,
    ) -> Vec<(usize, Occurrence)> {
        let replaced: std::collections::HashSet<(&str, Timestamp)> = self
            .events
            .iter()
            .filter_map(|it| Some((it.uid.as_str(), it.instead_of.as_ref()?.timestamp(zone)?)))
            .collect();
        let mut found: Vec<(usize, Occurrence)> = Vec::new();
        let mut budget = MOST_PERIODS;
        for (index, event) in self.events.iter().enumerate().filter(|(_, it)| it.status != Status::Cancelled)
        {
            let own = within(event, zone, from, until, most, &mut budget);
            let stands = |it: &Occurrence| {
                event.instead_of.is_some() || !replaced.contains(&(event.uid.as_str(), it.start))
            };
            found.extend(own.into_iter().filter(stands).map(|it| (index, it)));
        }
        found.sort_by_key(|(index, it)| (it.start, *index));
        found.truncate(most);
        found
    }
}

#[cfg(test)]
mod tests;
