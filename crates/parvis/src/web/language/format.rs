//! Numbers, dates and clock words as each language writes them (DESIGN: `14 h 06`, `2.06 pm`,
//! `1 204`, `1,204`, `reste 9 min`, `+ 38 min`). Plain functions of the time they are given, which
//! may be given by value or, as templates do, by reference.

use std::borrow::Borrow;

use jiff::civil::{Date, Weekday};
use jiff::{Timestamp, Zoned};

use super::{Language, Words};
use crate::clock::{DAY, HOUR, MINUTE};

const THIN: char = '\u{202F}';
const FIXED: char = '\u{00A0}';

/// Digits in threes: `1 204` with a narrow no-break space in French, `1,204` in English.
pub(super) fn group(language: Language, number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut out = if number < 0 { String::from('−') } else { String::new() };
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(if language == Language::Fr { THIN } else { ',' });
        }
        out.push(digit);
    }
    out
}

fn weekday_key(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "weekday-1",
        Weekday::Tuesday => "weekday-2",
        Weekday::Wednesday => "weekday-3",
        Weekday::Thursday => "weekday-4",
        Weekday::Friday => "weekday-5",
        Weekday::Saturday => "weekday-6",
        Weekday::Sunday => "weekday-7",
    }
}

/// Midnights between two instants on their calendar.
fn days_between(at: &Zoned, now: &Zoned) -> i32 {
    at.date().until(now.date()).map_or(0, |span| span.get_days())
}

impl Words {
    /// The instant `at` (µs) on the reader's wall clock; an instant out of range is 1970.
    pub fn zoned(&self, at: impl Borrow<i64>) -> Zoned {
        let at = Timestamp::from_microsecond(*at.borrow()).unwrap_or(Timestamp::UNIX_EPOCH);
        at.to_zoned(self.reader_zone.clone())
    }

    /// `1 204` or `1,204`.
    pub fn number(&self, number: impl Borrow<i64>) -> String {
        group(self.language, *number.borrow())
    }

    /// `1,2` or `1.2`; no decimal where it is nought.
    pub fn decimal(&self, number: impl Borrow<f64>) -> String {
        let text = format!("{:.1}", number.borrow());
        let text = text.strip_suffix(".0").unwrap_or(&text);
        match self.language {
            Language::Fr => text.replace('.', ","),
            Language::En => text.to_owned(),
        }
    }

    /// `4,1 %` or `4.1%`, from a share of 1.
    pub fn percent(&self, share: impl Borrow<f64>) -> String {
        let text = self.decimal(share.borrow() * 100.0);
        match self.language {
            Language::Fr => format!("{text}{FIXED}%"),
            Language::En => format!("{text}%"),
        }
    }

    /// `14 h 06` or `2.06 pm`.
    pub fn clock(&self, at: impl Borrow<i64>) -> String {
        self.clock_of(&self.zoned(at))
    }

    fn clock_of(&self, at: &Zoned) -> String {
        self.minute_of_day(u16::from(at.hour().unsigned_abs()) * 60 + u16::from(at.minute().unsigned_abs()))
    }

    /// The same for so many minutes past midnight; 1440 is the midnight at the end.
    pub fn minute_of_day(&self, minute: u16) -> String {
        let (hour, minute) = (minute / 60, minute % 60);
        match self.language {
            Language::Fr => format!("{hour}{FIXED}h{FIXED}{minute:02}"),
            Language::En => {
                let half = if hour % 24 < 12 { "am" } else { "pm" };
                format!("{}.{minute:02}{FIXED}{half}", if hour % 12 == 0 { 12 } else { hour % 12 })
            }
        }
    }

    /// `19 novembre` or `19 November`; with the year when it isn't the year of `now`.
    pub fn day(&self, at: impl Borrow<i64>, now: impl Borrow<i64>) -> String {
        self.day_of(&self.zoned(at), &self.zoned(now))
    }

    fn day_of(&self, at: &Zoned, now: &Zoned) -> String {
        let day = self.date(at.date());
        if at.year() == now.year() { day } else { format!("{day} {}", at.year()) }
    }

    /// `1ᵉʳ décembre` or `1 December`, whatever the year.
    pub fn date(&self, date: Date) -> String {
        let month = self.t(&format!("month-{}", date.month()));
        match (self.language, date.day()) {
            (Language::Fr, 1) => format!("1ᵉʳ{FIXED}{month}"),
            (_, day) => format!("{day}{FIXED}{month}"),
        }
    }

    /// `jeudi 19 novembre` or `Thursday 19 November`.
    pub fn weekday(&self, at: impl Borrow<i64>, now: impl Borrow<i64>) -> String {
        let at = *at.borrow();
        format!("{} {}", self.t(weekday_key(self.zoned(at).weekday())), self.day(at, now))
    }

    /// The shortest that can't be mistaken: the clock today, “yesterday” with the clock, else the day
    /// with the clock.
    pub fn moment(&self, at: impl Borrow<i64>, now: impl Borrow<i64>) -> String {
        let (at, now) = (self.zoned(at), self.zoned(now));
        let clock = self.clock_of(&at);
        match days_between(&at, &now) {
            0 => clock,
            1 => self.t1("moment-yesterday", "clock", &clock),
            _ => self.t2("moment-day", "day", self.day_of(&at, &now), "clock", &clock),
        }
    }

    /// Midnights between `at` and `now` on the reader's calendar; negative for days to come.
    pub fn days_ago(&self, at: impl Borrow<i64>, now: impl Borrow<i64>) -> i32 {
        days_between(&self.zoned(at), &self.zoned(now))
    }

    /// A length of time, rounded down: `45 s`, `9 min`, `2 h`, `2 h 05`, `3 j`, `3 d`.
    pub fn span(&self, micros: impl Borrow<i64>) -> String {
        let micros = (*micros.borrow()).max(0);
        if micros < MINUTE {
            return format!("{}{FIXED}s", micros / crate::clock::SECOND);
        }
        if micros < HOUR {
            return format!("{}{FIXED}min", micros / MINUTE);
        }
        if micros >= 2 * DAY {
            let unit = if self.language == Language::Fr { 'j' } else { 'd' };
            return format!("{}{FIXED}{unit}", self.number(micros / DAY));
        }
        let (hours, minutes) = (micros / HOUR, micros % HOUR / MINUTE);
        if minutes == 0 {
            return format!("{hours}{FIXED}h");
        }
        format!("{hours}{FIXED}h{FIXED}{minutes:02}")
    }

    /// What a clock says: `reste 9 min` before `due` (µs), `+ 38 min` after it.
    pub fn due(&self, due: impl Borrow<i64>, now: impl Borrow<i64>) -> String {
        let (due, now) = (*due.borrow(), *now.borrow());
        if due >= now {
            return self.t1("clock-left", "span", self.span(due.saturating_sub(now)));
        }
        format!("+{FIXED}{}", self.span(now.saturating_sub(due)))
    }

    /// An instant for `<time datetime>`: RFC 3339, UTC.
    pub fn machine_time(&self, at: impl Borrow<i64>) -> String {
        Timestamp::from_microsecond(*at.borrow()).unwrap_or(Timestamp::UNIX_EPOCH).to_string()
    }
}
