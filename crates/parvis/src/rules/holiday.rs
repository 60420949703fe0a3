//! The public holidays that an organisation keeps, by the name of its time zone: the only thing it has said about where it is.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use parvis_write::day::{Holiday, Place, holidays};

use crate::clock::DAY;

/// Whose holidays are kept where a clock of that name is.
pub fn place(zone: &str) -> Option<Place> {
    Some(match zone {
        "Europe/Paris" => Place::France,
        "America/Guadeloupe" => Place::Guadeloupe,
        "America/Martinique" => Place::Martinique,
        "America/Cayenne" => Place::Guyane,
        "Indian/Reunion" => Place::Reunion,
        "Indian/Mayotte" => Place::Mayotte,
        "Europe/Brussels" => Place::Belgium,
        "Europe/Zurich" => Place::Switzerland,
        "Europe/Luxembourg" => Place::Luxembourg,
        "America/Montreal" | "America/Toronto" => Place::Canada,
        "Europe/London" => Place::England,
        "Europe/Dublin" => Place::Ireland,
        "Europe/Berlin" => Place::Germany,
        "Europe/Madrid" => Place::Spain,
        "Europe/Rome" => Place::Italy,
        "Europe/Amsterdam" => Place::Netherlands,
        "Europe/Lisbon" => Place::Portugal,
        _ => return None,
    })
}

/// The public holidays of these years; none where it isn't known whose are kept.
pub fn of_years(zone: &TimeZone, years: impl IntoIterator<Item = i16>) -> Vec<Holiday> {
    let Some(place) = place(zone.iana_name().unwrap_or_default()) else { return Vec::new() };
    years.into_iter().flat_map(|year| holidays(place, year)).collect()
}

/// A day on which people behave as on a Sunday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayOff {
    /// Its first moment (µs).
    pub from: i64,
    /// The first moment of the next day (µs).
    pub to: i64,
    /// How long ago the last Sunday was (µs).
    pub since_sunday: i64,
}

/// The public holidays from `from` to `to` (µs), Sundays apart.
pub fn days_off(zone: &TimeZone, from: i64, to: i64) -> Vec<DayOff> {
    let date = |at: i64| {
        let at = Timestamp::from_microsecond(at).unwrap_or_default();
        at.to_zoned(zone.clone()).date()
    };
    let (first, last) = (date(from), date(to));
    let all = of_years(zone, first.year()..=last.year()).into_iter();
    let within = all.filter(|it| (first..=last).contains(&it.date) && it.date.weekday() != Weekday::Sunday);
    within.filter_map(|it| day_off(zone, it.date)).collect()
}

fn day_off(zone: &TimeZone, date: Date) -> Option<DayOff> {
    let begins = |date: Date| Some(date.to_zoned(zone.clone()).ok()?.timestamp().as_microsecond());
    let days = i64::from(date.weekday().to_sunday_zero_offset());
    let next = date.checked_add(Span::new().days(1)).ok()?;
    Some(DayOff { from: begins(date)?, to: begins(next)?, since_sunday: days * DAY })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(said: &str) -> i64 {
        said.parse::<Timestamp>().unwrap().as_microsecond()
    }

    #[test]
    fn a_holiday_is_a_day_of_the_organisations_clock() {
        let paris = TimeZone::get("Europe/Paris").unwrap();
        let found = days_off(&paris, at("2026-07-01T00:00:00Z"), at("2026-07-31T00:00:00Z"));
        // The fourteenth is a Tuesday.
        let (from, to) = (at("2026-07-13T22:00:00Z"), at("2026-07-14T22:00:00Z"));
        assert_eq!(found, [DayOff { from, to, since_sunday: 2 * DAY }]);
    }

    #[test]
    fn a_holiday_on_a_sunday_is_a_sunday_and_an_unknown_place_has_none() {
        let paris = TimeZone::get("Europe/Paris").unwrap();
        // 1 November 2026.
        assert_eq!(days_off(&paris, at("2026-10-30T00:00:00Z"), at("2026-11-03T00:00:00Z")), []);
        let tokyo = TimeZone::get("Asia/Tokyo").unwrap();
        assert_eq!(days_off(&tokyo, at("2026-01-01T00:00:00Z"), at("2026-12-31T00:00:00Z")), []);
    }
}
