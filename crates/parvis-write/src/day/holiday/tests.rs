//! Days that were, against the calendars of their places.

use jiff::civil::date;
use proptest::prelude::*;

use super::*;

#[test]
fn easter_falls_where_it_fell() {
    let known = [
        date(1818, 3, 22),
        date(1943, 4, 25),
        date(1954, 4, 18),
        date(1981, 4, 19),
        date(2000, 4, 23),
        date(2008, 3, 23),
        date(2011, 4, 24),
        date(2019, 4, 21),
        date(2024, 3, 31),
        date(2025, 4, 20),
        date(2026, 4, 5),
        date(2027, 3, 28),
        date(2038, 4, 25),
        date(2285, 3, 22),
    ];
    for day in known {
        assert_eq!(easter(day.year()), Some(day));
    }
    assert_eq!(easter(1500), None);
}

fn dates(place: Place, year: i16) -> Vec<String> {
    holidays(place, year).iter().map(|it| it.date.strftime("%m-%d").to_string()).collect()
}

#[test]
fn whole_years_are_those_of_the_calendars() {
    let france =
        ["01-01", "04-06", "05-01", "05-08", "05-14", "05-25", "07-14", "08-15", "11-01", "11-11", "12-25"];
    assert_eq!(dates(Place::France, 2026), france);
    assert_eq!(dates(Place::AlsaceMoselle, 2026).len(), 13);
    assert!(dates(Place::AlsaceMoselle, 2026).contains(&"04-03".to_owned()));
    assert!(dates(Place::Reunion, 2026).contains(&"12-20".to_owned()));
    // England, 2026 and 2021: gov.uk/bank-holidays.
    assert_eq!(
        dates(Place::England, 2026),
        ["01-01", "04-03", "04-06", "05-04", "05-25", "08-31", "12-25", "12-26", "12-28"]
    );
    assert_eq!(
        dates(Place::England, 2022),
        [
            "01-01", "01-03", "04-15", "04-18", "05-02", "06-02", "06-03", "08-29", "09-19", "12-25",
            "12-26", "12-27"
        ]
    );
    // United States, 2021 and 2022: the New Year of 2022 was kept on the last day of 2021.
    assert_eq!(
        dates(Place::UnitedStates, 2021),
        [
            "01-01", "01-18", "02-15", "05-31", "06-18", "06-19", "07-04", "07-05", "09-06", "10-11",
            "11-11", "11-25", "12-24", "12-25", "12-31"
        ]
    );
    assert_eq!(
        dates(Place::Ireland, 2026),
        ["01-01", "02-02", "03-17", "04-06", "05-04", "06-01", "08-03", "10-26", "12-25", "12-26"]
    );
    assert_eq!(dates(Place::Canada, 2026)[2], "05-18");
    assert_eq!(
        dates(Place::Quebec, 2026),
        ["01-01", "04-03", "05-18", "06-24", "07-01", "09-07", "10-12", "12-25"]
    );
    assert_eq!(
        dates(Place::Germany, 2026),
        ["01-01", "04-03", "04-06", "05-01", "05-14", "05-25", "10-03", "12-25", "12-26"]
    );
}

#[test]
fn days_that_move_are_given_where_they_were() {
    let has = |place, year, day: &str| dates(place, year).contains(&day.to_owned());
    // Christmas 2021 was a Saturday: Monday and Tuesday were given.
    let given: Vec<_> =
        holidays(Place::England, 2021).into_iter().filter(|it| it.substitute).map(|it| it.date).collect();
    assert_eq!(given, [date(2021, 12, 27), date(2021, 12, 28)]);
    // Scotland, 2022: 1 and 2 January on a week-end.
    assert!(has(Place::Scotland, 2022, "01-03") && has(Place::Scotland, 2022, "01-04"));
    assert!(has(Place::NorthernIreland, 2024, "03-18") && has(Place::NorthernIreland, 2026, "07-13"));
    assert!(has(Place::Ireland, 2030, "02-01") && !has(Place::Ireland, 2022, "02-07"));
    assert!(has(Place::Netherlands, 2025, "04-26") && !has(Place::Netherlands, 2025, "04-27"));
    assert!(has(Place::Canada, 2029, "07-02") && !has(Place::Canada, 2029, "07-01"));
    assert!(has(Place::UnitedStates, 2023, "11-10") && has(Place::UnitedStates, 2023, "01-02"));
    assert!(!has(Place::Portugal, 2014, "12-01") && has(Place::Portugal, 2016, "05-26"));
    assert!(has(Place::Italy, 2026, "10-04") && !has(Place::Italy, 2025, "10-04"));
    assert!(has(Place::Luxembourg, 2019, "05-09") && !has(Place::Luxembourg, 2018, "05-09"));
    // The 24th of June 2029 is a Sunday, that of 2028 a Saturday.
    assert!(has(Place::Quebec, 2029, "06-25") && has(Place::Quebec, 2029, "06-24"));
    assert!(!has(Place::Quebec, 2028, "06-26"));
    assert!(!has(Place::France, 1976, "05-08"));
    assert!(holidays(Place::France, 1900).is_empty());
}

#[test]
fn every_place_and_day_has_its_names_and_its_source() {
    for place in Place::ALL {
        assert!(!place.source().is_empty());
        for language in Language::ALL {
            assert!(!place.name(language).is_empty());
            for it in holidays(place, 2026) {
                assert!(!it.name(language).is_empty());
            }
        }
    }
}

proptest! {
    #[test]
    fn every_year_has_its_holidays_in_order_and_easter_on_a_sunday(year in any::<i16>(), place in 0..Place::ALL.len()) {
        let place = Place::ALL[place];
        let found = holidays(place, year);
        prop_assert_eq!(found.is_empty(), !YEARS.contains(&year));
        prop_assert!(found.windows(2).all(|pair| pair[0].date <= pair[1].date));
        prop_assert!(found.iter().all(|it| it.date.year() == year));
        if let Some(day) = easter(year) {
            prop_assert_eq!(day.weekday(), Weekday::Sunday);
            prop_assert!((3..=4).contains(&day.month()));
        }
    }
}
