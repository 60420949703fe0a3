//! What the gauge says of histories that are plain; how often it is right on others is measured, not tested.

use proptest::prelude::*;

use super::*;
use crate::Language;

fn post(day: i64, theme: &str, reactions: f64) -> Outcome {
    Outcome {
        at: Timestamp::from_second(1_700_000_000 + day * 86_400).unwrap(),
        theme: theme.to_owned(),
        format: String::new(),
        tone: String::new(),
        reactions,
        reach: Some(10_000.0),
        negative: None,
        hidden: None,
        unfollowed: None,
    }
}

/// Weekly posts of a theme, with a little up and down, and two other themes beside it.
fn history(posts: i64, worth: impl Fn(i64) -> f64, house: impl Fn(i64) -> f64) -> Vec<Outcome> {
    (0..posts)
        .flat_map(|week| {
            let wave = [1.1, 0.9, 1.25, 0.8, 1.0][usize::try_from(week % 5).unwrap()];
            let (day, house) = (week * 7, house(week));
            [
                post(day, "recipes", 300.0 * wave * house * worth(week)),
                post(day + 2, "people", 500.0 / wave * house),
                post(day + 4, "news", 100.0 * wave * house),
            ]
        })
        .collect()
}

fn read(history: &[Outcome], theme: &str) -> Reading {
    gauge(history, Facet::Theme, theme, Timestamp::from_second(2_000_000_000).unwrap().min(end(history)))
}

fn end(history: &[Outcome]) -> Timestamp {
    history.iter().map(|it| it.at).max().unwrap_or(Timestamp::UNIX_EPOCH)
}

#[test]
fn a_theme_that_loses_its_readers_is_told_and_the_others_are_not() {
    let history = history(30, |week| if week < 24 { 1.0 } else { 0.45 }, |_| 1.0);
    let reading = read(&history, "recipes");
    assert!(matches!(reading.verdict, Verdict::Step(Step::Tired | Step::Worn)), "{reading:?}");
    assert!(reading.times.unwrap() < 0.7 && reading.low < reading.times.unwrap() && reading.high < 1.0);
    assert_eq!((reading.posts, reading.per), ((24, 6), Per::Reach));
    for theme in ["people", "news"] {
        assert!(read(&history, theme).verdict <= Verdict::Step(Step::Steady), "{:?}", read(&history, theme));
    }
}

impl PartialOrd for Verdict {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        match (self, other) {
            (Self::Step(a), Self::Step(b)) => a.partial_cmp(b),
            _ => None,
        }
    }
}

#[test]
fn what_befalls_every_theme_is_blamed_on_none() {
    let history = history(30, |_| 1.0, |week| if week < 24 { 1.0 } else { 0.4 });
    for theme in ["recipes", "people", "news"] {
        let reading = read(&history, theme);
        assert!(reading.verdict <= Verdict::Step(Step::Watch), "{theme}: {reading:?}");
        assert!(reading.others > 55);
    }
}

#[test]
fn little_history_is_too_thin_and_a_steady_one_steady() {
    assert_eq!(read(&history(11, |_| 0.1, |_| 1.0), "recipes").verdict, Verdict::TooThin);
    assert_eq!(read(&[], "recipes").verdict, Verdict::TooThin);
    assert_eq!(read(&[], "recipes").advice, [Advice::Wait]);
    let steady = read(&history(30, |_| 1.0, |_| 1.0), "recipes");
    assert_eq!((steady.verdict, steady.advice), (Verdict::Step(Step::Steady), vec![Advice::GoOn]));
    let fresh = read(&history(30, |week| if week < 24 { 1.0 } else { 2.5 }, |_| 1.0), "recipes");
    assert_eq!(fresh.verdict, Verdict::Step(Step::Fresh));
}

#[test]
fn readers_who_turn_away_move_the_gauge() {
    let mut history = history(30, |_| 1.0, |_| 1.0);
    for (index, it) in history.iter_mut().filter(|it| it.theme == "recipes").enumerate() {
        it.hidden = Some(if index < 24 { 2.0 } else { 12.0 });
    }
    let reading = read(&history, "recipes");
    assert_eq!(reading.verdict, Verdict::Step(Step::Watch));
    assert!(reading.signals[0].rose && reading.advice.contains(&Advice::ReadReplies));
}

#[test]
fn a_calendar_names_what_it_repeats() {
    let planned = |names: &[&'static str]| names.iter().map(|name| Planned { name }).collect::<Vec<_>>();
    let none = variety(&[], &[]);
    assert_eq!((none.posts, none.key()), (0, "weariness-variety-good"));
    let varied = variety(&planned(&["a", "b", "c", "a", "b", "c"]), &[]);
    assert!((varied.themes - 3.0).abs() < 1e-9 && varied.key() == "weariness-variety-good");
    let row = variety(&planned(&["a", "b", "b", "b"]), &[]);
    assert_eq!((row.row.clone(), row.key()), (Some(("b".to_owned(), 1, 3)), "weariness-variety-row"));
    let worn = history(30, |week| if week < 24 { 1.0 } else { 0.3 }, |_| 1.0);
    let gauges = gauges(&worn, Facet::Theme, end(&worn));
    let tired = variety(&planned(&["recipes", "news"]), &gauges);
    assert_eq!(
        (tired.worn.clone(), tired.key()),
        (vec![("recipes".to_owned(), 1)], "weariness-variety-worn")
    );
}

#[test]
fn every_text_of_the_gauge_is_there_in_both_languages() {
    let keys = |language| -> Vec<&str> {
        translations(language).lines().filter_map(|line| line.split_once(" = ").map(|(key, _)| key)).collect()
    };
    assert_eq!(keys(Language::French), keys(Language::English));
    let all = [Advice::Pause, Advice::Space, Advice::Vary, Advice::ReadReplies, Advice::GoOn, Advice::Wait];
    for advice in all {
        assert!(keys(Language::English).contains(&advice.key()));
    }
    for key in ["worn", "row", "most", "good"] {
        assert!(keys(Language::English).contains(&format!("weariness-variety-{key}").as_str()));
    }
}

proptest! {
    #[test]
    fn any_history_can_be_read(
        posts in prop::collection::vec((0_i64..900, 0_usize..3, any::<f64>(), prop::option::of(any::<f64>()), prop::option::of(any::<f64>())), 0..80)
    ) {
        let themes = ["a", "b", ""];
        let history: Vec<Outcome> = posts
            .into_iter()
            .map(|(day, theme, reactions, reach, hidden)| Outcome { reach, hidden, ..post(day, themes[theme], reactions) })
            .collect();
        for (_, reading) in gauges(&history, Facet::Theme, end(&history)) {
            if let Some(times) = reading.times {
                prop_assert!(reading.low <= times && times <= reading.high);
            }
        }
    }
}
