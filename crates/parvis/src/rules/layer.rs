//! A calendar of others as it is shown on ours: what of its file takes place when, within bounds. Knows no row.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use parvis_write::ical::{self, ReadError};

use crate::clock::DAY;

/// How far back and ahead events are kept (µs).
pub const SPAN: (i64, i64) = (92 * DAY, 400 * DAY);
/// Bytes of a file at most.
pub const BYTES: usize = 2 << 20;
/// Events of a calendar at most, each time that one takes place counted.
pub const MOST: usize = 2_000;
/// Characters of a title or place that are kept.
const LENGTH: usize = 200;
/// The icons that can stand before its events.
pub const MARKS: [&str; 6] = ["cal", "globe", "users", "star", "book", "brief"];

/// One time at which something takes place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When it begins (µs).
    pub starts_at: i64,
    /// When it ends, never before it begins (µs).
    pub ends_at: i64,
    /// Whole days of the organisation's clock.
    pub is_day: bool,
    /// What; may be empty.
    pub title: String,
    /// Where; may be empty.
    pub place: String,
}

/// A file as it is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// What takes place, in order.
    pub events: Vec<Event>,
    /// Events that were read in part or not at all.
    pub unread: i64,
    /// There were more than [`MOST`].
    pub cut: bool,
}

/// What of a file takes place around `now`.
///
/// # Errors
/// Why it can't be read: the end of `layer-error-…` among the translations.
pub fn read(content: &[u8], zone: &TimeZone, now: i64) -> Result<Shown, &'static str> {
    if content.len() > BYTES {
        return Err("large");
    }
    let text = std::str::from_utf8(content).map_err(|_| "no-calendar")?;
    let known = |name: &str| TimeZone::get(name).ok();
    let calendar = ical::read(text, zone, &known).map_err(|error| match error {
        ReadError::NoCalendar => "no-calendar",
        ReadError::TooLarge => "large",
    })?;
    let at = |at| Timestamp::from_microsecond(at).unwrap_or_default();
    let found = calendar.occurrences(zone, at(now - SPAN.0), at(now + SPAN.1), MOST + 1);
    let plain = |text: &str| -> String {
        text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LENGTH).collect()
    };
    let event = |(index, it): &(usize, ical::Occurrence)| {
        let of = calendar.events.get(*index)?;
        Some(Event {
            starts_at: it.start.as_microsecond(),
            ends_at: it.end.as_microsecond(),
            is_day: it.is_day,
            title: plain(of.summary.trim()),
            place: plain(of.location.trim()),
        })
    };
    Ok(Shown {
        events: found.iter().take(MOST).filter_map(event).collect(),
        unread: i64::try_from(calendar.unread.len()).unwrap_or(i64::MAX),
        cut: found.len() > MOST,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sunday 1 November 2026, 0:00 in Paris.
    const NOW: i64 = 1_793_487_600_000_000;

    fn file(events: &str) -> String {
        format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n")
    }

    #[test]
    fn repetitions_days_and_cancelled_events_are_what_takes_place() {
        let paris = TimeZone::get("Europe/Paris").unwrap();
        let text = file(
            "BEGIN:VEVENT\r\nUID:a\r\nDTSTART;TZID=Europe/Paris:20261020T093000\r\nDURATION:PT1H\r\nRRULE:FREQ=WEEKLY;COUNT=3\r\n\
             EXDATE;TZID=Europe/Paris:20261027T093000\r\nSUMMARY:Point\r\nLOCATION:Salle 2\r\nEND:VEVENT\r\n\
             BEGIN:VEVENT\r\nUID:b\r\nDTSTART;VALUE=DATE:20261111\r\nDTEND;VALUE=DATE:20261113\r\nSUMMARY:Salon\\nde l’écran\r\nEND:VEVENT\r\n\
             BEGIN:VEVENT\r\nUID:c\r\nDTSTART:20261112T100000Z\r\nSTATUS:CANCELLED\r\nSUMMARY:Non\r\nEND:VEVENT\r\n\
             BEGIN:VEVENT\r\nUID:d\r\nDTSTART:soon\r\nEND:VEVENT\r\n",
        );
        let shown = read(text.as_bytes(), &paris, NOW).unwrap();
        let said: Vec<_> =
            shown.events.iter().map(|it| (it.title.as_str(), (it.starts_at - NOW) / DAY)).collect();
        // The hour of the first is one of summer time; the clock's hour of the third is the same.
        assert_eq!(said, [("Point", -11), ("Point", 2), ("Salon de l’écran", 10)]);
        assert_eq!((shown.events[1].starts_at - NOW) % DAY, 9 * crate::clock::HOUR + DAY / 48);
        assert!(shown.events[2].is_day && shown.events[2].ends_at - shown.events[2].starts_at == 2 * DAY);
        assert_eq!((shown.unread, shown.cut, shown.events[0].place.as_str()), (1, false, "Salle 2"));
    }

    #[test]
    fn what_is_no_calendar_or_too_much_is_said() {
        let read = |content: &[u8]| read(content, &TimeZone::UTC, NOW);
        assert_eq!(read(b"<html>"), Err("no-calendar"));
        assert_eq!(read(b"\xff\xfe"), Err("no-calendar"));
        assert_eq!(read(&vec![b' '; BYTES + 1]), Err("large"));
        let daily = (0..9).map(|id| {
            format!(
                "BEGIN:VEVENT\r\nUID:{id}\r\nDTSTART:20260901T100000Z\r\nRRULE:FREQ=DAILY\r\nEND:VEVENT\r\n"
            )
        });
        let shown = read(file(&daily.collect::<String>()).as_bytes()).unwrap();
        assert_eq!((shown.events.len(), shown.cut), (MOST, true));
    }
}
