//! Hostile calendars.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Calendar, read, write};

#[test]
fn hostile_calendars_are_read_or_refused() {
    let zone = TimeZone::get("Europe/Paris").unwrap();
    let known = |name: &str| TimeZone::get(name).ok();
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let (from, until) = (at("2026-01-01T00:00:00Z"), at("2028-01-01T00:00:00Z"));
    let tried = parvis_fuzz::fuzz("ical", |bytes| {
        let calendar = read(&String::from_utf8_lossy(bytes), &zone, &known).map_err(|it| it.to_string())?;
        let found = calendar.occurrences(&zone, from, until, 200);
        assert!(found.iter().all(|(_, it)| it.start <= it.end && it.start < until && it.end >= from));
        // What is written of it is a calendar again, with as many events and the same texts.
        let again = read(&write(&Calendar { unread: Vec::new(), ..calendar.clone() }), &zone, &known)
            .map_err(|it| it.to_string())?;
        let texts = |it: &Calendar| {
            it.events.iter().map(|it| (it.uid.clone(), it.summary.clone())).collect::<Vec<_>>()
        };
        assert_eq!(texts(&again), texts(&calendar));
        let shape = |it: &super::Event| {
            (it.repeat.is_some(), it.except.len().min(3), it.instead_of.is_some(), it.categories.len().min(3))
        };
        let shapes: Vec<_> = calendar.events.iter().take(3).map(shape).collect();
        Ok::<_, String>((shapes, found.len().min(9), calendar.unread.len().min(4)))
    });
    assert!(tried.unwrap().outcomes >= 3);
}
