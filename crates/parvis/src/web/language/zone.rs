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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::language::Language;

    /// 19 November 2026, 14:06 in Paris.
    const NOW: i64 = 1_795_093_560_000_000;

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_microsecond()
    }

    fn reader(language: Language, zone: &str) -> Words {
        Words::new(language, "Europe/Paris").seen_from(Some(zone), NOW)
    }

    #[test]
    fn both_clocks_are_named_where_they_differ() {
        let said = |zone| reader(Language::Fr, zone).clocks().map(|it| it.replace(FIXED, " "));
        let kept = |text: &str| Some(text.to_owned());
        let montreal = "Vos heures : Montreal. L’organisation : Paris (+6 h).";
        assert_eq!(said("America/Montreal"), kept(montreal));
        let kolkata = "Vos heures : Kolkata. L’organisation : Paris (−4 h 30).";
        assert_eq!(said("Asia/Kolkata"), kept(kolkata));
        // In winter Lagos and Paris agree, in summer they don't.
        let lagos = "Vos heures : Lagos. L’organisation : Paris, la même heure aujourd’hui.";
        assert_eq!(said("Africa/Lagos"), kept(lagos));
        for same in ["Europe/Paris", "Europe/Berlin", "Nowhere/Nothing"] {
            assert_eq!((said(same), reader(Language::Fr, same).house_clock()), (None, None), "{same}");
        }
        let buenos_aires = reader(Language::En, "America/Argentina/Buenos_Aires").clocks();
        assert_eq!(
            buenos_aires.as_deref(),
            Some("Your hours: Buenos Aires. The organisation: Paris (+4\u{A0}h).")
        );
    }

    #[test]
    fn an_hour_is_said_on_both_clocks_between_the_changes_of_each() {
        let words = reader(Language::En, "America/Montreal");
        let both = |text| (words.clock(at(text)), words.at_house(at(text)).unwrap());
        let said = |own: &str, house: &str| {
            (own.replace(' ', "\u{A0}"), house.replace(" am", "\u{A0}am").replace(" pm", "\u{A0}pm"))
        };
        // Montréal changed on 14 March 2027, Paris changes on the 28th; in autumn on 25 October and 1 November.
        assert_eq!(both("2027-03-10T12:00:00Z"), said("7.00 am", "1.00 pm in Paris"));
        assert_eq!(both("2027-03-20T12:00:00Z"), said("8.00 am", "1.00 pm in Paris"));
        assert_eq!(both("2027-03-30T12:00:00Z"), said("8.00 am", "2.00 pm in Paris"));
        assert_eq!(both("2026-10-28T12:00:00Z"), said("8.00 am", "1.00 pm in Paris"));
        assert_eq!(both("2026-11-02T12:00:00Z"), said("7.00 am", "1.00 pm in Paris"));
        let late = words.at_house(at("2026-12-02T02:30:00Z")).unwrap();
        assert_eq!(late, "Wednesday 2\u{A0}December, 3.30\u{A0}am in Paris");
        assert_eq!(words.house().clock(at("2026-12-02T02:30:00Z")), "3.30\u{A0}am");
        assert_eq!(Words::new(Language::En, "Europe/Paris").at_house(NOW), None);
    }

    #[test]
    fn every_zone_that_is_offered_is_known() {
        let all = zone_names();
        for known in ["America/Montreal", "Asia/Kolkata", "Europe/Paris", "UTC"] {
            assert!(all.iter().any(|it| it == known), "{known}");
        }
        assert!(all.iter().all(|it| TimeZone::get(it).is_ok()));
    }
}
