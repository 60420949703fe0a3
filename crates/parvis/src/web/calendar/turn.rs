//! Where a day of the reader's isn't one day of the house's: holidays are the house's.

use jiff::civil::Date;

use super::grid::{midnight, span};
use crate::web::language::Words;

/// A day of the reader's that isn't one of the house's: which hours of it are another day there.
pub(super) struct Turn {
    /// `18:00` of the reader's clock: from then on it is the later day.
    pub(super) clock: String,
    /// What speaks against the house's day before that.
    pub(super) early: String,
    /// And from then on.
    pub(super) late: String,
}

/// Where the reader's day `date` is two of the house's days, or another; `said` is what speaks against a day of the house's.
pub(super) fn turn(words: &Words, date: Date, said: impl Fn(Date) -> Option<String>) -> Option<Turn> {
    let own = words.house();
    let (from, until) = span(words, date, date);
    let (early, late) = (own.zoned(from).date(), own.zoned(until - 1).date());
    if early == date && late == date {
        return None;
    }
    let clock = match early == late {
        true => "24:00".to_owned(),
        false => words.zoned(midnight(&own, late)).strftime("%H:%M").to_string(),
    };
    Some(Turn { clock, early: said(early).unwrap_or_default(), late: said(late).unwrap_or_default() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::language::Language;
    use jiff::civil::date;

    fn turns(zone: &str, day: Date) -> Option<(String, String, String)> {
        let words = Words::new(Language::Fr, "Europe/Paris").seen_from(Some(zone), 0);
        turn(&words, day, |date| Some(date.to_string())).map(|it| (it.clock, it.early, it.late))
    }

    #[test]
    fn an_evening_in_montreal_is_the_next_day_in_paris_and_an_early_morning_in_kolkata_the_day_before() {
        let said = |clock: &str, early: &str, late: &str| Some((clock.into(), early.into(), late.into()));
        let montreal = |day| turns("America/Montreal", day);
        assert_eq!(montreal(date(2026, 11, 10)), said("18:00", "2026-11-10", "2026-11-11"));
        // Between the changes of Montréal and of Paris the clocks are five hours apart.
        assert_eq!(montreal(date(2027, 3, 20)), said("19:00", "2027-03-20", "2027-03-21"));
        assert_eq!(montreal(date(2026, 10, 30)), said("19:00", "2026-10-30", "2026-10-31"));
        assert_eq!(turns("Asia/Kolkata", date(2026, 11, 11)), said("04:30", "2026-11-10", "2026-11-11"));
        assert_eq!(turns("Europe/Berlin", date(2026, 11, 11)), None);
        // A whole day apart.
        let words = Words::new(Language::Fr, "Pacific/Kiritimati").seen_from(Some("Pacific/Honolulu"), 0);
        let found = turn(&words, date(2026, 11, 10), |date| Some(date.to_string())).unwrap();
        assert_eq!((found.clock.as_str(), found.early.as_str()), ("24:00", "2026-11-11"));
    }
}
