//! A calendar as a file.

use super::line::{escape, push};
use super::{Calendar, Event, Length, Moment, Status, stamp};

/// The file, with lines of 75 bytes and CRLF. A repeated event in a zone is written in UTC like all others, without its
/// rule: whoever writes repetitions writes them one by one (`UID` and `RECURRENCE-ID`), since a rule in UTC would be an
/// hour off half of the year. Rules of whole days are written.
#[must_use]
pub fn write(calendar: &Calendar) -> String {
    let mut out = String::new();
    push(&mut out, "BEGIN", "VCALENDAR");
    push(&mut out, "VERSION", "2.0");
    push(&mut out, "PRODID", "-//Parvis//Parvis//FR");
    push(&mut out, "CALSCALE", "GREGORIAN");
    push(&mut out, "METHOD", "PUBLISH");
    if !calendar.name.is_empty() {
        push(&mut out, "X-WR-CALNAME", &escape(&calendar.name));
    }
    for event in &calendar.events {
        write_event(&mut out, event);
    }
    push(&mut out, "END", "VCALENDAR");
    out
}

fn write_event(out: &mut String, event: &Event) {
    push(out, "BEGIN", "VEVENT");
    push(out, "UID", &escape(&event.uid));
    push(out, "DTSTAMP", &stamp::utc(event.stamp));
    push_moment(out, "DTSTART", &event.start);
    match (&event.start, event.length) {
        (Moment::Day(start), Length::Days(days)) => {
            if let Some(end) = crate::day::holiday::plus(*start, i64::from(days.max(1))) {
                push(out, "DTEND;VALUE=DATE", &stamp::day(end));
            }
        }
        (_, Length::Days(days)) => push(out, "DURATION", &format!("P{}D", days.max(0))),
        (_, Length::For(length)) if !length.is_zero() => {
            push(out, "DURATION", &format!("PT{}S", length.as_secs().max(0)));
        }
        _ => {}
    }
    for (name, value) in
        [("SUMMARY", &event.summary), ("DESCRIPTION", &event.description), ("LOCATION", &event.location)]
    {
        if !value.is_empty() {
            push(out, name, &escape(value));
        }
    }
    let is_address = |c: char| !c.is_control() && !c.is_whitespace();
    if !event.url.is_empty() && event.url.chars().all(is_address) {
        push(out, "URL", &event.url);
    }
    if !event.categories.is_empty() {
        let all: Vec<String> = event.categories.iter().map(|it| escape(it)).collect();
        push(out, "CATEGORIES", &all.join(","));
    }
    let status = match event.status {
        Status::Confirmed => "CONFIRMED",
        Status::Tentative => "TENTATIVE",
        Status::Cancelled => "CANCELLED",
    };
    push(out, "STATUS", status);
    push(out, "SEQUENCE", &event.sequence.to_string());
    if let (Moment::Day(_), Some(repeat)) = (&event.start, &event.repeat) {
        push(out, "RRULE", &repeat.to_string());
        for it in &event.except {
            push_moment(out, "EXDATE", it);
        }
    }
    if let Some(it) = &event.instead_of {
        push_moment(out, "RECURRENCE-ID", it);
    }
    push(out, "END", "VEVENT");
}

fn push_moment(out: &mut String, name: &str, moment: &Moment) {
    match moment {
        Moment::Day(date) => push(out, &format!("{name};VALUE=DATE"), &stamp::day(*date)),
        Moment::At(_) | Moment::On(..) => {
            if let Some(at) = moment.timestamp(&jiff::tz::TimeZone::UTC) {
                push(out, name, &stamp::utc(at));
            }
        }
    }
}
