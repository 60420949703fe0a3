//! A file as a calendar.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::line::{Line, lines, list, unescape};
use super::{
    Calendar, Event, Length, MOST_BYTES, MOST_EVENTS, Moment, ReadError, Repeat, Status, Unread, Why, stamp,
};

/// Longest text that is kept of one field, in characters.
const MOST_TEXT: usize = 20_000;
/// Exceptions that are kept of one event, and things that are said to be unread.
const MOST_EXCEPT: usize = 2_000;

/// Reads a file. `known` finds a time zone by its name in the tz database; `zone` is taken for times that name none, and
/// where a name isn't known.
///
/// # Errors
/// It isn't a calendar, or too large. Events that can't be read are named in [`Calendar::unread`].
pub fn read(
    text: &str,
    zone: &TimeZone,
    known: &dyn Fn(&str) -> Option<TimeZone>,
) -> Result<Calendar, ReadError> {
    if text.len() > MOST_BYTES {
        return Err(ReadError::TooLarge);
    }
    let lines = lines(text)?;
    let is = |line: &Line, name: &str, value: &str| {
        line.name == name && line.value.trim().eq_ignore_ascii_case(value)
    };
    if !lines.iter().any(|line| is(line, "BEGIN", "VCALENDAR")) {
        return Err(ReadError::NoCalendar);
    }
    let own = lines
        .iter()
        .find(|line| line.name == "X-WR-TIMEZONE")
        .and_then(|line| stamp::zone(&line.value, known));
    let mut reader = Reader { zone: own.unwrap_or_else(|| zone.clone()), known, unread: Vec::new() };
    let mut calendar = Calendar::default();
    // What stands inside of an event (alarms) and beside it (zones, tasks) is passed over.
    let (mut event, mut inner): (Option<Vec<&Line>>, usize) = (None, 0);
    for line in &lines {
        match (&mut event, line.name.as_str()) {
            (None, "BEGIN") if is(line, "BEGIN", "VEVENT") => event = Some(Vec::new()),
            (None, "X-WR-CALNAME") => calendar.name = short(&unescape(&line.value)),
            (Some(_), "BEGIN") => inner += 1,
            (Some(_), "END") if inner > 0 => inner -= 1,
            (Some(found), "END") => {
                calendar.events.extend(reader.event(found));
                event = None;
                if calendar.events.len() > MOST_EVENTS {
                    return Err(ReadError::TooLarge);
                }
            }
            (Some(found), _) if inner == 0 => found.push(line),
            _ => {}
        }
    }
    calendar.unread = reader.unread;
    Ok(calendar)
}

struct Reader<'a> {
    zone: TimeZone,
    known: &'a dyn Fn(&str) -> Option<TimeZone>,
    unread: Vec<Unread>,
}

impl Reader<'_> {
    fn event(&mut self, lines: &[&Line]) -> Option<Event> {
        let find = |name: &str| lines.iter().find(|line| line.name == name).copied();
        let text = |name: &str| find(name).map(|line| short(&unescape(&line.value))).unwrap_or_default();
        let uid = text("UID");
        let start = find("DTSTART").and_then(|line| self.moment(line, &uid));
        let Some(start) = start else {
            self.miss(&uid, Why::Start);
            return None;
        };
        let stamp = find("DTSTAMP").and_then(|line| stamp::moment(&line.value, &TimeZone::UTC));
        let stamp = stamp.and_then(|it| it.timestamp(&TimeZone::UTC)).unwrap_or(Timestamp::UNIX_EPOCH);
        let mut event = Event::new(&uid, stamp, start, &text("SUMMARY"));
        event.description = text("DESCRIPTION");
        event.location = text("LOCATION");
        event.url = find("URL").map(|line| short(line.value.trim())).unwrap_or_default();
        let categories =
            lines.iter().filter(|line| line.name == "CATEGORIES").flat_map(|line| list(&line.value));
        event.categories = categories.take(50).map(|it| short(&it)).collect();
        event.status = match find("STATUS").map(|line| line.value.trim().to_ascii_uppercase()).as_deref() {
            Some("CANCELLED") => Status::Cancelled,
            Some("TENTATIVE") => Status::Tentative,
            _ => Status::Confirmed,
        };
        event.sequence = find("SEQUENCE").and_then(|line| line.value.trim().parse().ok()).unwrap_or(0);
        event.length = self.length(&event.start, find("DTEND"), find("DURATION"), &uid);
        if let Some(line) = find("RRULE") {
            event.repeat = Repeat::parse(&line.value, &event.start);
            if event.repeat.is_none() {
                self.miss(&uid, Why::Repeat);
            }
        }
        if find("RDATE").is_some() {
            self.miss(&uid, Why::Repeat);
        }
        for line in lines.iter().filter(|line| line.name == "EXDATE") {
            let zone = self.zone_of(line, &uid);
            let room = MOST_EXCEPT.saturating_sub(event.except.len());
            event.except.extend(line.value.split(',').filter_map(|it| stamp::moment(it, &zone)).take(room));
        }
        event.instead_of = find("RECURRENCE-ID").and_then(|line| self.moment(line, &uid));
        Some(event)
    }

    fn moment(&mut self, line: &Line, uid: &str) -> Option<Moment> {
        let zone = self.zone_of(line, uid);
        stamp::moment(&line.value, &zone)
    }

    fn zone_of(&mut self, line: &Line, uid: &str) -> TimeZone {
        let Some(name) = line.parameter("TZID") else {
            return self.zone.clone();
        };
        stamp::zone(name, self.known).unwrap_or_else(|| {
            self.miss(uid, Why::Zone);
            self.zone.clone()
        })
    }

    /// From its end, its duration, or what the RFC says of events with neither.
    fn length(&mut self, start: &Moment, end: Option<&Line>, duration: Option<&Line>, uid: &str) -> Length {
        let end = end.and_then(|line| self.moment(line, uid));
        let duration = duration.and_then(|line| stamp::duration(&line.value));
        match (start, end, duration) {
            (Moment::Day(start), Some(Moment::Day(end)), _) => {
                let days = end.since(*start).ok().map_or(1, |it| it.get_days());
                Length::Days(days.max(1))
            }
            (Moment::Day(_), _, Some(duration)) => {
                Length::Days(i32::try_from(duration.as_hours() / 24).unwrap_or(1).max(1))
            }
            (Moment::Day(_), ..) => Length::Days(1),
            (_, Some(end), _) => {
                let span = end.timestamp(&self.zone).zip(start.timestamp(&self.zone));
                Length::For(
                    span.map_or(SignedDuration::ZERO, |(end, start)| end.duration_since(start))
                        .max(SignedDuration::ZERO),
                )
            }
            (_, None, duration) => Length::For(duration.unwrap_or(SignedDuration::ZERO)),
        }
    }

    fn miss(&mut self, uid: &str, why: Why) {
        let it = Unread { uid: uid.to_owned(), why };
        if self.unread.len() < MOST_EXCEPT && !self.unread.contains(&it) {
            self.unread.push(it);
        }
    }
}

fn short(text: &str) -> String {
    text.chars().take(MOST_TEXT).collect()
}
