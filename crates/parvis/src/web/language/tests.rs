//! The catalogues and the words made of them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use fluent_bundle::FluentResource;

use super::bundle::Catalogues;
use super::*;
use crate::clock::{DAY, HOUR, MINUTE};

/// Key → variables of a language.
fn catalogue(language: Language) -> BTreeMap<String, BTreeSet<String>> {
    let mut all = BTreeMap::new();
    for path in Catalogues::iter().filter(|path| path.starts_with(&format!("{}/", language.as_str()))) {
        let text = String::from_utf8(Catalogues::get(&path).unwrap().data.into_owned()).unwrap();
        let resource = FluentResource::try_new(text).map_err(|(_, errors)| format!("{path}: {errors:?}"));
        for key in messages(resource.unwrap().source()) {
            let variables = key.1.split('$').skip(1).map(|rest| {
                rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect::<String>()
            });
            assert!(all.insert(key.0.clone(), variables.collect()).is_none(), "{path}: {} twice", key.0);
        }
    }
    all
}

/// Messages of a Fluent text: a key at the beginning of a line, with everything up to the next.
fn messages(source: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for line in source.lines() {
        match line.split_once(" =") {
            Some((key, rest)) if key.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)) => {
                found.push((key.to_owned(), rest.to_owned()));
            }
            _ if line.starts_with(' ') => found.last_mut().unwrap().1.push_str(line),
            _ => {}
        }
    }
    found
}

fn files(folder: &Path, out: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, out) } else { out.push(path) }
    }
}

/// Keys that are written out in templates and pages: the text after `.t("`, `.t1("` and so on.
fn used() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    files(&root.join("templates"), &mut paths);
    files(&root.join("src/web"), &mut paths);
    let mut keys = BTreeMap::new();
    for path in paths.iter().filter(|path| !path.ends_with("language/tests.rs")) {
        let text = std::fs::read_to_string(path).unwrap();
        for call in [".t(", ".t1(", ".t2(", ".t3("] {
            for part in text.split(call).skip(1) {
                if let Some(key) = part.trim_start().strip_prefix('"').and_then(|it| it.split('"').next()) {
                    keys.insert(key.to_owned(), path.display().to_string());
                }
            }
        }
    }
    keys
}

#[test]
fn both_catalogues_have_the_same_messages_with_the_same_values() {
    let (french, english) = (catalogue(Language::Fr), catalogue(Language::En));
    let keys = |all: &BTreeMap<String, BTreeSet<String>>| all.keys().cloned().collect::<BTreeSet<_>>();
    let apart: Vec<_> = keys(&french).symmetric_difference(&keys(&english)).cloned().collect();
    assert_eq!(apart, Vec::<String>::new(), "in one language only");
    for (key, variables) in &french {
        assert_eq!(variables, &english[key], "values of {key}");
    }
}

#[test]
fn every_message_that_a_page_uses_is_in_the_catalogues() {
    let french = catalogue(Language::Fr);
    let missing: Vec<_> = used().into_iter().filter(|(key, _)| !french.contains_key(key)).collect();
    assert_eq!(missing, Vec::<(String, String)>::new());
}

/// Verbs of the journal: `"noun.past"` in the code, for the nouns that the journal writes about.
#[test]
fn the_journal_has_words_for_every_change_that_the_program_writes() {
    const NOUNS: [&str; 11] = [
        "channel",
        "colleague",
        "conversation",
        "desk",
        "link",
        "message",
        "organisation",
        "password",
        "session",
        "token",
        "view",
    ];
    let mut paths = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut paths);
    let french = catalogue(Language::Fr);
    let mut missing = BTreeSet::new();
    let mut seen = 0;
    for path in paths {
        let text = std::fs::read_to_string(&path).unwrap();
        for literal in text.split('"').filter(|it| it.len() < 60) {
            let Some((noun, past)) = literal.split_once('.') else { continue };
            let is_verb = past.ends_with("ed")
                || ["again", "made", "woken", "undone", "unknown", "committing"]
                    .iter()
                    .any(|it| past.ends_with(it))
                || ["held", "withdrawn", "handed_over"].contains(&past);
            let plain = past.chars().all(|c| c.is_ascii_lowercase() || c == '_');
            if NOUNS.contains(&noun) && plain && is_verb {
                seen += 1;
                let key = format!("verb-{noun}-{past}");
                if !french.contains_key(&key) {
                    missing.insert(key);
                }
            }
        }
    }
    assert_eq!(missing, BTreeSet::new());
    assert!(seen > 30, "only {seen} verbs were found");
}

#[test]
fn french_is_written_with_its_spaces_and_apostrophes() {
    let mut wrong = Vec::new();
    for path in Catalogues::iter().filter(|path| path.starts_with("fr/")) {
        let text = String::from_utf8(Catalogues::get(&path).unwrap().data.into_owned()).unwrap();
        for (key, value) in messages(&text) {
            let bad = [" ;", " !", " ?", " :", "« ", " »", "'", " %"];
            let glued = value.char_indices().any(|(at, c)| {
                let before = value[..at].chars().next_back();
                match c {
                    ';' | '!' | '?' => before.is_some_and(char::is_alphanumeric),
                    _ => false,
                }
            });
            if glued || bad.iter().any(|bad| value.contains(bad)) {
                wrong.push(format!("{path}: {key} ={value}"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

fn words(language: Language) -> Words {
    Words::new(language, "Europe/Paris")
}

/// 19 November 2026, 14:06 in Paris.
const AT: i64 = 1_795_093_560_000_000;

#[test]
fn times_are_said_as_each_language_says_them() {
    let (fr, en) = (words(Language::Fr), words(Language::En));
    assert_eq!(fr.clock(AT), "14\u{A0}h\u{A0}06");
    assert_eq!(en.clock(AT), "2.06\u{A0}pm");
    assert_eq!(en.clock(AT - 14 * HOUR), "12.06\u{A0}am");
    assert_eq!(fr.weekday(AT, AT), "jeudi 19\u{A0}novembre");
    assert_eq!(en.weekday(AT, AT), "Thursday 19\u{A0}November");
    assert_eq!(fr.day(AT, AT + 365 * DAY), "19\u{A0}novembre 2026");
    assert_eq!(fr.day(AT + 12 * DAY, AT), "1ᵉʳ\u{A0}décembre");
    assert_eq!(fr.moment(AT - DAY, AT), "hier, 14\u{A0}h\u{A0}06");
    assert_eq!(en.moment(AT - 3 * DAY, AT), "16\u{A0}November, 2.06\u{A0}pm");
}

#[test]
fn clock_words_say_what_is_left_and_what_is_over() {
    let (fr, en) = (words(Language::Fr), words(Language::En));
    assert_eq!(fr.due(AT + 9 * MINUTE, AT), "reste 9\u{A0}min");
    assert_eq!(en.due(AT + 9 * MINUTE, AT), "9\u{A0}min left");
    assert_eq!(fr.due(AT - 38 * MINUTE, AT), "+\u{A0}38\u{A0}min");
    assert_eq!(fr.span(2 * HOUR + 5 * MINUTE), "2\u{A0}h\u{A0}05");
    assert_eq!(fr.span(3 * DAY), "3\u{A0}j");
    assert_eq!(en.span(3 * DAY), "3\u{A0}d");
}

#[test]
fn the_spring_change_of_the_clock_moves_the_hour_not_the_day() {
    let fr = words(Language::Fr);
    let before = 1_774_745_940_000_000; // 29 March 2026, 01:59 in Paris
    assert_eq!(fr.clock(before), "1\u{A0}h\u{A0}59");
    assert_eq!(fr.clock(before + MINUTE), "3\u{A0}h\u{A0}00");
    assert_eq!(fr.days_ago(before, before + 22 * HOUR), 1);
}

#[test]
fn numbers_are_grouped_as_each_language_groups_them() {
    assert_eq!(words(Language::Fr).number(1_204), "1\u{202F}204");
    assert_eq!(words(Language::En).number(-1_234_567), "−1,234,567");
    assert_eq!(words(Language::Fr).percent(0.041), "4,1\u{A0}%");
    assert_eq!(words(Language::En).percent(0.5), "50%");
}

#[test]
fn the_browser_s_first_language_that_we_speak_is_taken() {
    let asked = |text: &str| {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_LANGUAGE, text.parse().unwrap());
        Language::accepted(&headers)
    };
    assert_eq!(asked("de-DE,de;q=0.9,fr;q=0.5,en;q=0.4"), Some(Language::Fr));
    assert_eq!(asked("en-GB,fr"), Some(Language::En));
    assert_eq!(asked("fr;q=0, en;q=0.1"), Some(Language::En));
    assert_eq!(asked("de"), None);
    assert_eq!(asked(";;q=x,,,"), None);
}
