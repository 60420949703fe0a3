//! Two clocks: the reader's, by which moments are told and meant, and the organisation's, by which the house keeps its days.
//! Where they differ, both are said.

use std::borrow::Borrow;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Words;
use crate::clock::{DAY, MINUTE};

const FIXED: char = '\u{00A0}';

/// Clocks that agree today may differ after the next change of hour: half a year ahead is looked at, too (µs).
const HALF_A_YEAR: i64 = 182 * DAY;

/// IANA names that a person would choose: a region and a place, or UTC.
pub fn zone_names() -> Vec<String> {
    let all = jiff::tz::db().available().map(|name| name.to_string());
    let mut kept: Vec<String> =
        all.filter(|name| name == "UTC" || (name.contains('/') && !name.starts_with("Etc/"))).collect();
    kept.sort();
    kept
}

/// The place in the name of a zone: `Buenos Aires` of `America/Argentina/Buenos_Aires`.
fn place(zone: &TimeZone) -> String {
    let name = zone.iana_name().unwrap_or("UTC");
    name.rsplit('/').next().unwrap_or(name).replace('_', " ")
}

/// How far a zone is from UTC at `at` (µs).
fn offset(zone: &TimeZone, at: i64) -> i64 {
    let at = Timestamp::from_microsecond(at).unwrap_or(Timestamp::UNIX_EPOCH);
    i64::from(zone.to_offset(at).seconds()) * crate::clock::SECOND
}

impl Words {
    /// The same for a reader of the IANA zone `zone`, told at `now` (µs); on the organisation's clock where they chose none, or one that the time
    /// zone database has dropped.
    #[must_use]
    pub fn seen_from(self, zone: Option<&str>, now: i64) -> Self {
        let chosen = zone.and_then(|name| TimeZone::get(name).ok());
        Self { reader_zone: chosen.unwrap_or_else(|| self.house_zone.clone()), told_at: now, ..self }
    }

    /// The same on the organisation's clock, for what the house keeps to.
    #[must_use]
    pub fn house(&self) -> Self {
        Self { reader_zone: self.house_zone.clone(), ..self.clone() }
    }

    /// How far the organisation's clock is ahead of the reader's at `at` (µs).
    fn ahead(&self, at: i64) -> i64 {
        offset(&self.house_zone, at) - offset(&self.reader_zone, at)
    }

    fn is_elsewhere(&self) -> bool {
        self.ahead(self.told_at) != 0 || self.ahead(self.told_at.saturating_add(HALF_A_YEAR)) != 0
    }

    /// Whose hours a page shows and takes, with how far the organisation's clock is from them; `None` where both clocks agree.
    pub fn clocks(&self) -> Option<String> {
        if !self.is_elsewhere() {
            return None;
        }
        let (reader, house) = (place(&self.reader_zone), place(&self.house_zone));
        let ahead = self.ahead(self.told_at);
        if ahead == 0 {
            return Some(self.t2("clocks-agree", "reader", reader, "house", house));
        }
        let sign = if ahead < 0 { '−' } else { '+' };
        let (hours, minutes) = (ahead.abs() / (60 * MINUTE), ahead.abs() / MINUTE % 60);
        let gap = match (hours, minutes) {
            (hours, 0) => format!("{sign}{hours}{FIXED}h"),
            (0, minutes) => format!("{sign}{minutes}{FIXED}min"),
            (hours, minutes) => format!("{sign}{hours}{FIXED}h{FIXED}{minutes:02}"),
        };
        Some(self.t3("clocks", "reader", reader, "house", house, "gap", gap))
    }

    /// That a page keeps to the organisation's clock; `None` where the reader's agrees with it.
    pub fn house_clock(&self) -> Option<String> {
        self.is_elsewhere().then(|| self.t1("clocks-house", "house", place(&self.house_zone)))
    }

    /// The hour that `at` (µs) is on the organisation's clock, with its day where that is another: `14 h 30 à Paris`. `None` where
    /// the reader's clock says the same.
    pub fn at_house(&self, at: impl Borrow<i64>) -> Option<String> {
        let at = *at.borrow();
        if self.ahead(at) == 0 {
            return None;
        }
        let house = self.house();
        let clock = house.clock(at);
        let moment = match house.zoned(at).date() == self.zoned(at).date() {
            true => clock,
            false => self.t2("moment-day", "day", house.weekday(at, at), "clock", clock),
        };
        Some(self.t2("clock-there", "moment", moment, "house", place(&self.house_zone)))
    }
}
