//! twitter-text's public conformance cases (`tests/twitter-text`), every one of the sections kept.

#![expect(clippy::unwrap_used, reason = "a test may die")]

use parvis_write::TextRule;
use parvis_write::mark::{Dialect, Mark, MarkKind, marks};
use serde_json::{Value, json};

fn cases(file: &str, section: &str) -> Vec<(String, Value)> {
    let text = match file {
        "extract" => include_str!("twitter-text/extract.json"),
        _ => include_str!("twitter-text/validate.json"),
    };
    let all: Value = serde_json::from_str(text).unwrap();
    let cases: Vec<(String, Value)> = all[section]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["text"].as_str().unwrap().to_owned(), it["expected"].clone()))
        .collect();
    assert!(!cases.is_empty());
    cases
}

/// Every case of a section is answered as expected.
fn agree(file: &str, section: &str, answer: impl Fn(&str) -> Value) {
    let wrong: Vec<String> = cases(file, section)
        .into_iter()
        .filter_map(|(text, expected)| {
            let found = answer(&text);
            (found != expected).then(|| format!("{text:?}\n  wanted {expected}\n  found  {found}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{section}: {}\n{}", wrong.len(), wrong.join("\n"));
}

fn of(text: &str, kinds: &[MarkKind]) -> Vec<Mark> {
    marks(text, Dialect::Weighted).into_iter().filter(|it| kinds.contains(&it.kind)).collect()
}

fn bare<'a>(mark: &Mark, text: &'a str) -> &'a str {
    mark.text(text).trim_start_matches(['@', '＠', '#', '＃', '$'])
}

/// In characters, as the cases count.
fn indices(mark: &Mark, text: &str) -> [usize; 2] {
    [text[..mark.span.start].chars().count(), text[..mark.span.end].chars().count()]
}

const PEOPLE: [MarkKind; 2] = [MarkKind::Mention, MarkKind::List];

#[test]
fn mentions_and_lists_are_found_as_on_x() {
    agree("extract", "mentions", |text| of(text, &PEOPLE).iter().map(|it| bare(it, text)).collect());
    agree("extract", "mentions_with_indices", |text| {
        of(text, &PEOPLE)
            .iter()
            .map(|it| json!({ "screen_name": bare(it, text), "indices": indices(it, text) }))
            .collect()
    });
    agree("extract", "mentions_or_lists_with_indices", |text| {
        of(text, &PEOPLE)
            .iter()
            .map(|it| {
                let (name, list) = bare(it, text).split_once('/').unwrap_or((bare(it, text), ""));
                let list = if list.is_empty() { String::new() } else { format!("/{list}") };
                json!({ "screen_name": name, "list_slug": list, "indices": indices(it, text) })
            })
            .collect()
    });
    agree("extract", "replies", |text| {
        let start = text.len() - text.trim_start().len();
        let first = of(text, &PEOPLE).into_iter().find(|it| it.span.start == start);
        json!(first.map(|it| bare(&it, text).to_owned()))
    });
}

#[test]
fn addresses_are_found_as_on_x() {
    for section in ["urls", "tco_urls_with_params"] {
        agree("extract", section, |text| {
            of(text, &[MarkKind::Link]).iter().map(|it| it.text(text)).collect()
        });
    }
    for section in ["urls_with_indices", "urls_with_directional_markers"] {
        agree("extract", section, |text| {
            of(text, &[MarkKind::Link])
                .iter()
                .map(|it| json!({ "url": it.text(text), "indices": indices(it, text) }))
                .collect()
        });
    }
    agree("validate", "urls_without_protocol", |text| {
        json!(of(text, &[MarkKind::Link]).first().is_some_and(|it| it.span == (0..text.len())))
    });
}

#[test]
fn tags_are_found_as_on_x() {
    for section in ["hashtags", "hashtags_from_astral"] {
        agree("extract", section, |text| {
            of(text, &[MarkKind::Hashtag]).iter().map(|it| bare(it, text)).collect()
        });
    }
    agree("extract", "hashtags_with_indices", |text| {
        of(text, &[MarkKind::Hashtag])
            .iter()
            .map(|it| json!({ "hashtag": bare(it, text), "indices": indices(it, text) }))
            .collect()
    });
    agree("extract", "cashtags", |text| {
        of(text, &[MarkKind::Cashtag]).iter().map(|it| bare(it, text)).collect()
    });
    agree("extract", "cashtags_with_indices", |text| {
        of(text, &[MarkKind::Cashtag])
            .iter()
            .map(|it| json!({ "cashtag": bare(it, text), "indices": indices(it, text) }))
            .collect()
    });
    let is_whole = |text: &str, kind| json!(of(text, &[kind]).iter().any(|it| it.span == (0..text.len())));
    agree("validate", "hashtags", |text| is_whole(text, MarkKind::Hashtag));
    agree("validate", "usernames", |text| is_whole(text, MarkKind::Mention));
    agree("validate", "lists", |text| is_whole(text, MarkKind::List));
}

#[test]
fn texts_are_counted_and_cut_as_on_x() {
    let rule = TextRule::x();
    for section in ["WeightedTweetsWithDiscountedEmojiCounterTest", "UnicodeDirectionalMarkerCounterTest"] {
        agree("validate", section, |text| {
            let count = rule.count(text, None);
            let units = |end: usize| i64::try_from(text[..end].encode_utf16().count()).unwrap() - 1;
            json!({
                "weightedLength": count,
                "valid": rule.fits(text, None) && !text.is_empty(),
                "permillage": count * 1000 / 280,
                "displayRangeStart": 0,
                "displayRangeEnd": units(text.len()),
                "validRangeStart": 0,
                "validRangeEnd": units(rule.end(text, None)),
            })
        });
    }
}
