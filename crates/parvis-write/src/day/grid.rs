//! How days lie in weeks and months, as a calendar page draws them.

use jiff::civil::{Date, Weekday};

use super::holiday::plus;

/// The week of a day, from `first` on; `None` at the very ends of time.
#[must_use]
pub fn week(day: Date, first: Weekday) -> Option<[Date; 7]> {
    let back = i64::from(day.weekday().since(first));
    let start = plus(day, -back)?;
    let mut days = [start; 7];
    for (offset, slot) in (0_i64..).zip(&mut days) {
        *slot = plus(start, offset)?;
    }
    Some(days)
}

/// The weeks that a month touches, with the days of the months around it; `None` for no month, or at the ends of time.
#[must_use]
pub fn month(year: i16, month: i8, first: Weekday) -> Option<Vec<[Date; 7]>> {
    let day = Date::new(year, month, 1).ok()?;
    let last = day.last_of_month();
    let mut weeks = vec![week(day, first)?];
    while let Some(end) = weeks.last().map(|it| it[6]).filter(|end| *end < last) {
        weeks.push(week(plus(end, 1)?, first)?);
    }
    Some(weeks)
}

/// The week-ends from `from` until before `until` on whose days nothing of `taken` lies; each is a Saturday. At most
/// five years are looked through.
#[must_use]
pub fn empty_weekends(from: Date, until: Date, taken: &[Date]) -> Vec<Date> {
    let mut found = Vec::new();
    let mut day = Some(from);
    for _ in 0..5 * 366 {
        let Some(it) = day.filter(|it| *it < until) else { break };
        if it.weekday() == Weekday::Saturday {
            let sunday = plus(it, 1);
            if !taken.iter().any(|other| *other == it || Some(*other) == sunday) {
                found.push(it);
            }
        }
        day = plus(it, 1);
    }
    found
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_month_has_the_weeks_that_it_touches() {
        let weeks = month(2026, 11, Weekday::Monday).unwrap();
        assert_eq!((weeks.len(), weeks[0][0], weeks[5][6]), (6, date(2026, 10, 26), date(2026, 12, 6)));
        assert_eq!(month(2027, 2, Weekday::Monday).unwrap().len(), 4);
        assert_eq!(month(2026, 11, Weekday::Sunday).unwrap().len(), 5);
        assert_eq!(month(2026, 13, Weekday::Monday), None);
    }

    #[test]
    fn week_ends_without_anything_are_named() {
        let found =
            empty_weekends(date(2026, 11, 1), date(2026, 12, 1), &[date(2026, 11, 15), date(2026, 11, 21)]);
        assert_eq!(found, [date(2026, 11, 7), date(2026, 11, 28)]);
    }

    proptest! {
        #[test]
        fn every_day_of_a_month_is_drawn_once(year in -9999_i16..=9999, month_ in 1_i8..=12, sunday in any::<bool>()) {
            let first = if sunday { Weekday::Sunday } else { Weekday::Monday };
            if let Some(weeks) = month(year, month_, first) {
                let days: Vec<Date> = weeks.into_iter().flatten().collect();
                prop_assert!(days.windows(2).all(|pair| plus(pair[0], 1) == Some(pair[1])));
                let own = days.iter().filter(|it| (it.year(), it.month()) == (year, month_)).count();
                prop_assert_eq!(own, usize::try_from(Date::new(year, month_, 1).unwrap().days_in_month()).unwrap());
            }
        }
    }
}
