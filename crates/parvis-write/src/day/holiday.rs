//! Public holidays, computed: fixed days, days that move with Easter, nth weekdays, and days given instead of those that
//! fall on a week-end. Each country's rules and their sources stand in `table`.

mod table;

use std::collections::BTreeSet;

use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

use crate::Language;

/// Years for which the rules are meant; others have no holidays.
pub const YEARS: std::ops::RangeInclusive<i16> = 1950..=2150;

/// Whose holidays. The names are those kept in settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// France.
    France,
    /// Moselle, Bas-Rhin and Haut-Rhin.
    AlsaceMoselle,
    /// Guadeloupe.
    Guadeloupe,
    /// Martinique.
    Martinique,
    /// French Guiana.
    Guyane,
    /// Réunion.
    Reunion,
    /// Mayotte.
    Mayotte,
    /// Belgium.
    Belgium,
    /// What all Swiss cantons have in common.
    Switzerland,
    /// Luxembourg.
    Luxembourg,
    /// Canada, the federal holidays.
    Canada,
    /// Québec.
    Quebec,
    /// England and Wales.
    England,
    /// Scotland.
    Scotland,
    /// Northern Ireland.
    NorthernIreland,
    /// Ireland.
    Ireland,
    /// The United States, the federal holidays.
    UnitedStates,
    /// What all German Länder have in common.
    Germany,
    /// Spain, the national holidays.
    Spain,
    /// Italy.
    Italy,
    /// The Netherlands.
    Netherlands,
    /// Portugal.
    Portugal,
}

impl Place {
    /// Every place.
    pub const ALL: [Self; 22] = [
        Self::France,
        Self::AlsaceMoselle,
        Self::Guadeloupe,
        Self::Martinique,
        Self::Guyane,
        Self::Reunion,
        Self::Mayotte,
        Self::Belgium,
        Self::Switzerland,
        Self::Luxembourg,
        Self::Canada,
        Self::Quebec,
        Self::England,
        Self::Scotland,
        Self::NorthernIreland,
        Self::Ireland,
        Self::UnitedStates,
        Self::Germany,
        Self::Spain,
        Self::Italy,
        Self::Netherlands,
        Self::Portugal,
    ];

    /// Its name.
    #[must_use]
    pub fn name(self, language: Language) -> &'static str {
        let (french, english) = table::name(self);
        language.pick(french, english)
    }

    /// The law or list that the rules come from.
    #[must_use]
    pub fn source(self) -> &'static str {
        table::source(self)
    }
}

/// A day off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Holiday {
    /// The day.
    pub date: Date,
    /// It is given instead of another that fell on a week-end.
    pub substitute: bool,
    names: (&'static str, &'static str),
}

impl Holiday {
    /// What is kept on it.
    #[must_use]
    pub fn name(&self, language: Language) -> &'static str {
        language.pick(self.names.0, self.names.1)
    }
}

/// When a holiday is kept.
#[derive(Debug, Clone, Copy)]
enum When {
    /// Month and day.
    On(i8, i8),
    /// Days after Easter Sunday.
    Easter(i16),
    /// The nth weekday of a month; −1 is the last.
    Nth(i8, Weekday, i8),
    /// The last such weekday before a day of a month.
    Before(i8, i8, Weekday),
    /// Ireland's: the first Monday of February, or its first day where that is a Friday.
    Brigid,
}

/// What happens when it falls on a week-end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shift {
    /// Nothing.
    Stays,
    /// The next working day that isn't free already is free too.
    NextWorkingDay,
    /// Saturday: the Friday before, Sunday: the Monday after, is free too.
    Nearest,
    /// Sunday: it is kept on Monday instead.
    SundayToMonday,
    /// Sunday: the Monday after is free too.
    MondayToo,
    /// Sunday: it is kept on Saturday instead.
    SundayToSaturday,
}

#[derive(Clone, Copy)]
struct Rule {
    when: When,
    shift: Shift,
    /// First and last year.
    years: (i16, i16),
    names: (&'static str, &'static str),
}

/// Easter Sunday of the Gregorian calendar; `None` before 1583 and after 9999.
///
/// Source: J. Meeus, Astronomical Algorithms (1991), chapter 8; the "anonymous Gregorian" computus of 1876.
#[must_use]
pub fn easter(year: i16) -> Option<Date> {
    if year < 1583 {
        return None;
    }
    let y = i32::from(year);
    let (a, b, c) = (y % 19, y / 100, y % 100);
    let (d, e) = (b / 4, b % 4);
    let f = (b + 8) / 25;
    let g = (b - f + 1) / 3;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let n = h + l - 7 * m + 114;
    Date::new(year, i8::try_from(n / 31).ok()?, i8::try_from(n % 31 + 1).ok()?).ok()
}

/// The holidays of a place in a year, in order, substitutes among them. Empty outside of [`YEARS`].
#[must_use]
pub fn holidays(place: Place, year: i16) -> Vec<Holiday> {
    if !YEARS.contains(&year) {
        return Vec::new();
    }
    // A day may be given in the year before or after the one in which the holiday falls.
    let mut found: Vec<Holiday> = [year - 1, year, year + 1]
        .into_iter()
        .flat_map(|it| of_year(place, it))
        .filter(|it| it.date.year() == year)
        .collect();
    found.sort_by_key(|it| it.date);
    found
}

fn of_year(place: Place, year: i16) -> Vec<Holiday> {
    let rules: Vec<&Rule> = table::rules(place)
        .into_iter()
        .flatten()
        .filter(|rule| rule.years.0 <= year && year <= rule.years.1)
        .collect();
    let mut found: Vec<(Holiday, Shift)> = rules
        .iter()
        .filter_map(|rule| {
            let date = moved(on(rule.when, year)?, rule.shift)?;
            Some((Holiday { date, substitute: false, names: rule.names }, rule.shift))
        })
        .collect();
    found.sort_by_key(|(it, _)| it.date);
    let mut taken: BTreeSet<Date> = found.iter().map(|(it, _)| it.date).collect();
    let mut all: Vec<Holiday> = found.iter().map(|(it, _)| *it).collect();
    for (it, shift) in found {
        let Some(date) = substitute(it.date, shift, &taken) else { continue };
        taken.insert(date);
        all.push(Holiday { date, substitute: true, ..it });
    }
    all
}

fn on(when: When, year: i16) -> Option<Date> {
    match when {
        When::On(month, day) => Date::new(year, month, day).ok(),
        When::Easter(days) => plus(easter(year)?, i64::from(days)),
        When::Nth(month, weekday, nth) => {
            Date::new(year, month, 1).ok()?.nth_weekday_of_month(nth, weekday).ok()
        }
        When::Before(month, day, weekday) => {
            let date = Date::new(year, month, day).ok()?;
            date.nth_weekday(-1, weekday).ok()
        }
        When::Brigid => {
            let first = Date::new(year, 2, 1).ok()?;
            if first.weekday() == Weekday::Friday {
                return Some(first);
            }
            first.nth_weekday_of_month(1, Weekday::Monday).ok()
        }
    }
}

/// A day some days later (or earlier).
pub(crate) fn plus(date: Date, days: i64) -> Option<Date> {
    date.checked_add(jiff::Span::new().try_days(days).ok()?).ok()
}

fn moved(date: Date, shift: Shift) -> Option<Date> {
    match shift {
        Shift::SundayToMonday if date.weekday() == Weekday::Sunday => plus(date, 1),
        Shift::SundayToSaturday if date.weekday() == Weekday::Sunday => plus(date, -1),
        _ => Some(date),
    }
}

fn substitute(date: Date, shift: Shift, taken: &BTreeSet<Date>) -> Option<Date> {
    let weekend = |date: Date| matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
    match shift {
        Shift::NextWorkingDay if weekend(date) => {
            (1..=7).filter_map(|days| plus(date, days)).find(|it| !weekend(*it) && !taken.contains(it))
        }
        Shift::Nearest if date.weekday() == Weekday::Saturday => plus(date, -1),
        Shift::Nearest | Shift::MondayToo if date.weekday() == Weekday::Sunday => plus(date, 1),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
