//! Files as other programs write them, rules of the RFC's own examples, and files that mean harm.

use jiff::civil::date;
use proptest::prelude::*;

use super::*;

fn known(name: &str) -> Option<TimeZone> {
    TimeZone::get(name).ok()
}

fn paris() -> TimeZone {
    known("Europe/Paris").unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn read_paris(text: &str) -> Calendar {
    read(text, &paris(), &known).unwrap()
}

#[test]
fn a_file_is_folded_escaped_and_in_utc() {
    let zone = paris();
    let start = Moment::On(date(2026, 11, 23).at(9, 0, 0, 0), zone);
    let mut event = Event::new("a@b", at("2026-11-22T10:00:00Z"), start, "Réunion; salle 2, étage\\3");
    event.description = format!("Première ligne\r\n{}", "é".repeat(60));
    event.length = Length::For(SignedDuration::from_mins(90));
    event.categories = vec!["Lancement, été".into(), "Blog".into()];
    let calendar = Calendar { name: "Équipe".into(), events: vec![event.clone()], unread: Vec::new() };
    let text = write(&calendar);
    assert!(text.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n") && text.ends_with("END:VCALENDAR\r\n"));
    assert!(text.contains("DTSTART:20261123T080000Z\r\n"));
    assert!(text.contains("SUMMARY:Réunion\\; salle 2\\, étage\\\\3\r\n"));
    assert!(text.split("\r\n").all(|line| line.len() <= 75));
    let back = read_paris(&text);
    assert_eq!(back.name, "Équipe");
    assert_eq!(back.events[0].summary, event.summary);
    assert_eq!(back.events[0].description, event.description.replace("\r\n", "\n"));
    assert_eq!(back.events[0].categories, event.categories);
}

const EXPORTED: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-WR-CALNAME:Équipe\r\nBEGIN:VTIMEZONE\r\nTZID:Romance Standard Time\r\n\
BEGIN:STANDARD\r\nDTSTART:16010101T030000\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n\
BEGIN:VEVENT\r\nUID:1\r\nDTSTART;TZID=\"Romance Standard Time\":20261021T093000\r\nDTEND;TZID=Romance Standard Time:20261021T100000\r\n\
RRULE:FREQ=WEEKLY;COUNT=4;BYDAY=WE\r\nEXDATE;TZID=Romance Standard Time:20261104T093000\r\nSUMMARY;LANGUAGE=fr:Point hebdo\\, \r\n  équipe\r\n\
BEGIN:VALARM\r\nTRIGGER:-PT15M\r\nSUMMARY:not this\r\nEND:VALARM\r\nEND:VEVENT\r\n\
BEGIN:VEVENT\r\nUID:1\r\nRECURRENCE-ID;TZID=Romance Standard Time:20261028T093000\r\nDTSTART;TZID=Romance Standard Time:20261028T140000\r\n\
DURATION:PT45M\r\nSUMMARY:Point déplacé\r\nEND:VEVENT\r\n\
BEGIN:VEVENT\r\nUID:2\r\nDTSTART;VALUE=DATE:20261111\r\nSUMMARY:Armistice\r\nEND:VEVENT\r\n\
BEGIN:VEVENT\r\nUID:3\r\nDTSTART:tomorrow\r\nEND:VEVENT\r\n\
BEGIN:VEVENT\r\nUID:4\r\nDTSTART;TZID=Mars/Olympus:20261112T100000\r\nRRULE:FREQ=MONTHLY;BYDAY=MO;BYSETPOS=1\r\nSTATUS:CANCELLED\r\nEND:VEVENT\r\n\
END:VCALENDAR\r\n";

#[test]
fn what_outlook_exports_is_read_with_its_moved_and_cancelled_meetings() {
    let calendar = read_paris(EXPORTED);
    assert_eq!(calendar.events.len(), 4);
    assert_eq!(calendar.events[0].summary, "Point hebdo,  équipe");
    let missed: Vec<(&str, Why)> = calendar.unread.iter().map(|it| (it.uid.as_str(), it.why)).collect();
    assert_eq!(missed, [("3", Why::Start), ("4", Why::Zone), ("4", Why::Repeat)]);
    let found = calendar.occurrences(&paris(), at("2026-10-01T00:00:00Z"), at("2027-01-01T00:00:00Z"), 50);
    let shown: Vec<String> = found
        .iter()
        .map(|(index, it)| {
            let start = it.start.to_zoned(paris()).strftime("%d/%m %H:%M");
            format!("{index} {start} {}", it.end.duration_since(it.start).as_mins())
        })
        .collect();
    // Half past nine on the clock before and after the clocks went back.
    assert_eq!(shown, ["0 21/10 09:30 30", "1 28/10 14:00 45", "2 11/11 00:00 1440", "0 11/11 09:30 30"]);
}

/// The days on which a rule falls, from the RFC's examples (3.8.5.3), all in New York.
fn rule(rule: &str, start: &str, most: usize) -> Vec<String> {
    let text = format!(
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:r\nDTSTART;TZID=America/New_York:{start}\nRRULE:{rule}\nEND:VEVENT\nEND:VCALENDAR"
    );
    let calendar = read_paris(&text);
    assert!(calendar.unread.is_empty(), "{rule}");
    let zone = known("America/New_York").unwrap();
    let found = occurrences(&calendar.events[0], &zone, Timestamp::MIN, at("2040-01-01T00:00:00Z"), most);
    found.iter().map(|it| it.start.to_zoned(zone.clone()).strftime("%y%m%d").to_string()).collect()
}

#[test]
fn rules_fall_on_the_days_of_the_rfc() {
    let start = "19970902T090000";
    assert_eq!(rule("FREQ=DAILY;COUNT=3", start, 9), ["970902", "970903", "970904"]);
    assert_eq!(rule("FREQ=DAILY;UNTIL=19971224T000000Z", start, 500).len(), 113);
    assert_eq!(
        rule("FREQ=DAILY;INTERVAL=10;COUNT=5", start, 9),
        ["970902", "970912", "970922", "971002", "971012"]
    );
    assert_eq!(
        rule("FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH", start, 20),
        ["970902", "970904", "970909", "970911", "970916", "970918", "970923", "970925", "970930", "971002"]
    );
    assert_eq!(
        rule("FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH", start, 20),
        ["970902", "970904", "970916", "970918", "970930", "971002", "971014", "971016"]
    );
    assert_eq!(
        rule("FREQ=MONTHLY;COUNT=4;BYDAY=1FR", "19970905T090000", 9),
        ["970905", "971003", "971107", "971205"]
    );
    assert_eq!(rule("FREQ=MONTHLY;COUNT=3;BYDAY=-2MO", "19970922T090000", 9), ["970922", "971020", "971117"]);
    assert_eq!(rule("FREQ=MONTHLY;BYMONTHDAY=-3", "19970928T090000", 3), ["970928", "971029", "971128"]);
    assert_eq!(rule("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", start, 3), ["980213", "980313", "981113"]);
    assert_eq!(
        rule("FREQ=YEARLY;COUNT=4;BYMONTH=6,7", "19970610T090000", 9),
        ["970610", "970710", "980610", "980710"]
    );
    assert_eq!(rule("FREQ=YEARLY;BYDAY=20MO", "19970519T090000", 3), ["970519", "980518", "990517"]);
    assert_eq!(rule("FREQ=YEARLY;BYDAY=TH;BYMONTH=3", "19970313T090000", 3), ["970313", "970320", "970327"]);
    assert_eq!(
        rule("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", "19970805T090000", 9),
        ["970805", "970810", "970819", "970824"]
    );
    assert_eq!(
        rule("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", "19970805T090000", 9),
        ["970805", "970817", "970819", "970831"]
    );
    // A thirty-first: months without one are passed over.
    assert_eq!(rule("FREQ=MONTHLY;COUNT=3", "20260131T090000", 9), ["260131", "260331", "260531"]);
}

#[test]
fn a_file_that_means_harm_is_refused_or_bounded() {
    let refused = |text: &str| read(text, &paris(), &known);
    assert_eq!(refused("<html>"), Err(ReadError::NoCalendar));
    assert_eq!(refused(&" x".repeat(MOST_BYTES)), Err(ReadError::TooLarge));
    let long = format!("BEGIN:VCALENDAR\r\nX:{}\r\n", "a\r\n ".repeat(MOST_LINE));
    assert_eq!(refused(&long), Err(ReadError::TooLarge));
    let many = format!(
        "BEGIN:VCALENDAR\n{}",
        "BEGIN:VEVENT\nDTSTART:20260101\nEND:VEVENT\n".repeat(MOST_EVENTS + 1)
    );
    assert_eq!(refused(&many), Err(ReadError::TooLarge));
    let endless = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:00010101\nRRULE:FREQ=DAILY\nEND:VEVENT\nEND:VCALENDAR";
    let calendar = refused(endless).unwrap();
    let found = calendar.occurrences(&paris(), Timestamp::MIN, Timestamp::MAX, usize::MAX);
    assert!(found.len() < 40_000);
    let never = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260101T000000Z\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30\nEND:VEVENT";
    let calendar = refused(never).unwrap();
    assert!(calendar.occurrences(&paris(), Timestamp::MIN, Timestamp::MAX, 9).is_empty());
    let unfinished = refused("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260101T000000Z").unwrap();
    assert!(unfinished.events.is_empty());
}

#[test]
fn a_window_far_away_shows_what_a_walk_from_the_beginning_shows() {
    for rule in [
        "FREQ=DAILY;INTERVAL=3",
        "FREQ=WEEKLY;BYDAY=MO,FR",
        "FREQ=MONTHLY;BYDAY=-1TU",
        "FREQ=YEARLY;INTERVAL=2;BYMONTH=3",
    ] {
        let text = format!(
            "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:19900307T233000Z\nDURATION:P3D\nRRULE:{rule}\nEND:VEVENT"
        );
        let calendar = read_paris(&text);
        let event = &calendar.events[0];
        let all = occurrences(event, &paris(), Timestamp::MIN, at("2032-01-01T00:00:00Z"), 100_000);
        for from in ["2024-03-09T00:00:00Z", "2026-11-22T10:00:00Z", "2030-12-31T23:00:00Z"] {
            let seen = occurrences(event, &paris(), at(from), at("2032-01-01T00:00:00Z"), 100_000);
            let walked: Vec<_> =
                all.iter().copied().filter(|it| it.end > at(from) || it.start >= at(from)).collect();
            assert_eq!(seen, walked, "{rule} {from}");
        }
    }
}

#[test]
fn durations_are_read_and_the_odd_refused() {
    let cases = [
        ("PT1H30M", Some(5400)),
        ("P1DT2H", Some(93_600)),
        ("P2W", Some(1_209_600)),
        ("-PT5M", None),
        ("P", None),
        ("PT5", None),
    ];
    for (text, seconds) in cases {
        assert_eq!(stamp::duration(text).map(|it| it.as_secs()), seconds, "{text}");
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(
        summary in "([\\\\;,:\"\t é👩‍👩‍👧\n]|\\PC){0,80}", name in "\\PC{1,40}", second in -2_000_000_000_i64..4_000_000_000,
        length in 0_i64..1_000_000, days in prop::option::of(1_i32..40)
    ) {
        let stamp = Timestamp::from_second(second).unwrap();
        let mut event = match days {
            Some(days) => {
                let mut event = Event::new("u", stamp, Moment::Day(stamp.to_zoned(TimeZone::UTC).date()), &summary);
                event.length = Length::Days(days);
                event.repeat = Some(Repeat {
                    every: Every { interval: 2, frequency: Frequency::Monthly },
                    end: End::Count(3),
                    days: vec![NthDay { nth: -1, weekday: jiff::civil::Weekday::Friday }],
                    month_days: Vec::new(),
                    months: vec![1, 5],
                    week_start: jiff::civil::Weekday::Sunday,
                });
                event
            }
            None => {
                let mut event = Event::new("u", stamp, Moment::At(stamp), &summary);
                event.length = Length::For(SignedDuration::from_secs(length));
                event
            }
        };
        event.location = name.clone();
        let calendar = Calendar { name, events: vec![event], unread: Vec::new() };
        let text = write(&calendar);
        prop_assert!(text.split("\r\n").all(|line| line.len() <= 75));
        prop_assert_eq!(read_paris(&text), calendar);
    }

    #[test]
    fn any_file_can_be_read(
        lines in prop::collection::vec(
            "(BEGIN:VEVENT|END:VEVENT|BEGIN:VALARM|DTSTART:2026[01][0-9][0-3][0-9](T[0-2][0-9]0000Z?)?|DTEND:\\PC{0,9}|DURATION:P[0-9TDHMSW]{0,9}|\
            RRULE:FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY)(;(COUNT=9{0,9}|INTERVAL=[0-9]{0,5}|BYDAY=-?[0-9]?(MO|SU|XX)|BYMONTHDAY=-?[0-9]{1,2}|UNTIL=20270101)){0,3}|\\PC{0,20}| x)", 0..12)
    ) {
        let text = format!("BEGIN:VCALENDAR\nX:y\n{}\nEND:VEVENT", lines.join("\n"));
        let calendar = read_paris(&text);
        let found = calendar.occurrences(&paris(), at("2026-01-01T00:00:00Z"), at("2030-01-01T00:00:00Z"), 100);
        prop_assert!(found.iter().all(|(_, it)| it.start <= it.end) && found.len() <= 100);
    }
}
