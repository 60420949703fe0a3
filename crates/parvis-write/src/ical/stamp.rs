//! Days, times, durations and zones as calendars write them (RFC 5545, 3.3.4 to 3.3.6).

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::Moment;

/// `20261122`.
pub(super) fn date(text: &str) -> Option<Date> {
    let digits =
        |range: std::ops::Range<usize>| text.get(range).filter(|it| it.bytes().all(|b| b.is_ascii_digit()));
    if text.len() != 8 {
        return None;
    }
    let year = digits(0..4)?.parse().ok()?;
    Date::new(year, digits(4..6)?.parse().ok()?, digits(6..8)?.parse().ok()?).ok()
}

/// `20261122T143000`; a second of 60 counts as 59.
fn date_time(text: &str) -> Option<DateTime> {
    let (day, time) = text.split_once('T')?;
    if time.len() != 6 || !time.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let part = |range: std::ops::Range<usize>| time.get(range)?.parse::<i8>().ok();
    let time = Time::new(part(0..2)?, part(2..4)?, part(4..6)?.min(59), 0).ok()?;
    Some(date(day)?.to_datetime(time))
}

/// A moment: a day, a point of time with `Z`, or a time in `zone`.
pub(super) fn moment(text: &str, zone: &TimeZone) -> Option<Moment> {
    let text = text.trim();
    if let Some(day) = date(text) {
        return Some(Moment::Day(day));
    }
    match text.strip_suffix('Z') {
        Some(utc) => TimeZone::UTC.to_timestamp(date_time(utc)?).ok().map(Moment::At),
        None => Some(Moment::On(date_time(text)?, zone.clone())),
    }
}

/// `20261122T133000Z`.
pub(super) fn utc(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// `20261122`.
pub(super) fn day(date: Date) -> String {
    date.strftime("%Y%m%d").to_string()
}

/// `PT1H30M`, `P1D`, `P2W`; negative and endless ones are none.
pub(super) fn duration(text: &str) -> Option<SignedDuration> {
    let text = text.trim().strip_prefix('+').unwrap_or(text.trim()).strip_prefix('P')?;
    let (mut seconds, mut number, mut in_time, mut any) = (0_i64, String::new(), false, false);
    for c in text.chars() {
        if c.is_ascii_digit() && number.len() < 9 {
            number.push(c);
            continue;
        }
        if c == 'T' && number.is_empty() {
            in_time = true;
            continue;
        }
        let unit = match (c, in_time) {
            ('W', false) => 604_800,
            ('D', false) => 86_400,
            ('H', true) => 3_600,
            ('M', true) => 60,
            ('S', true) => 1,
            _ => return None,
        };
        seconds = seconds.checked_add(number.parse::<i64>().ok()?.checked_mul(unit)?)?;
        number.clear();
        any = true;
    }
    (any && number.is_empty()).then(|| SignedDuration::from_secs(seconds))
}

/// Windows' names of zones that calendars of Outlook and Exchange bear, with those of the tz database. Source: Unicode
/// CLDR, windowsZones, territory 001.
const WINDOWS: [(&str, &str); 30] = [
    ("Romance Standard Time", "Europe/Paris"),
    ("W. Europe Standard Time", "Europe/Berlin"),
    ("Central Europe Standard Time", "Europe/Budapest"),
    ("Central European Standard Time", "Europe/Warsaw"),
    ("GMT Standard Time", "Europe/London"),
    ("Greenwich Standard Time", "Atlantic/Reykjavik"),
    ("E. Europe Standard Time", "Europe/Chisinau"),
    ("FLE Standard Time", "Europe/Kiev"),
    ("GTB Standard Time", "Europe/Bucharest"),
    ("Turkey Standard Time", "Europe/Istanbul"),
    ("Russian Standard Time", "Europe/Moscow"),
    ("Morocco Standard Time", "Africa/Casablanca"),
    ("W. Central Africa Standard Time", "Africa/Lagos"),
    ("South Africa Standard Time", "Africa/Johannesburg"),
    ("Egypt Standard Time", "Africa/Cairo"),
    ("Israel Standard Time", "Asia/Jerusalem"),
    ("Arabian Standard Time", "Asia/Dubai"),
    ("India Standard Time", "Asia/Calcutta"),
    ("China Standard Time", "Asia/Shanghai"),
    ("Singapore Standard Time", "Asia/Singapore"),
    ("Tokyo Standard Time", "Asia/Tokyo"),
    ("AUS Eastern Standard Time", "Australia/Sydney"),
    ("New Zealand Standard Time", "Pacific/Auckland"),
    ("Eastern Standard Time", "America/New_York"),
    ("Central Standard Time", "America/Chicago"),
    ("Mountain Standard Time", "America/Denver"),
    ("Pacific Standard Time", "America/Los_Angeles"),
    ("Atlantic Standard Time", "America/Halifax"),
    ("Newfoundland Standard Time", "America/St_Johns"),
    ("E. South America Standard Time", "America/Sao_Paulo"),
];

/// The zone of a name, by the tz database, as Windows says it, or with something before it (`/mozilla.org/…/Europe/Paris`).
pub(super) fn zone(name: &str, known: &dyn Fn(&str) -> Option<TimeZone>) -> Option<TimeZone> {
    let name = name.trim();
    if matches!(name, "UTC" | "GMT" | "Etc/UTC" | "Z") {
        return Some(TimeZone::UTC);
    }
    let windows = WINDOWS.iter().find(|(it, _)| *it == name).map(|(_, name)| *name);
    let tail = || name.match_indices('/').rev().nth(1).and_then(|(at, _)| name.get(at + 1..)).and_then(known);
    windows.and_then(known).or_else(|| known(name)).or_else(tail)
}
