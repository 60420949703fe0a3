//! What each rule sees and leaves alone; how right they are on many sentences is measured, not tested.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

fn seen(text: &str, language: Language) -> Vec<(Rule, &str)> {
    let found = check(text, language, Dialect::Fediverse, &Charter::default());
    found.into_iter().map(|it| (it.rule, &text[it.span])).collect()
}

fn rules(text: &str, language: Language) -> Vec<Rule> {
    seen(text, language).into_iter().map(|it| it.0).collect()
}

#[test]
fn a_remark_names_its_place_and_a_remedy() {
    let text = "Au menu: du \"pain\" et l'eau... https://bit.ly/x";
    let found = check(text, Language::French, Dialect::Fediverse, &Charter::default());
    let said: Vec<_> =
        found.iter().map(|it| (it.rule, &text[it.span.clone()], it.replacement.as_deref())).collect();
    let expected = [
        (Rule::Space, ":", Some("\u{a0}:")),
        (Rule::Quote, "\"pain\"", Some("«\u{a0}pain\u{a0}»")),
        (Rule::Apostrophe, "'", Some("’")),
        (Rule::Ellipsis, "...", Some("…")),
        (Rule::ShortLink, "https://bit.ly/x", None),
    ];
    assert_eq!(said, expected);
    assert_eq!(apply(text, &found), "Au menu\u{a0}: du «\u{a0}pain\u{a0}» et l’eau… https://bit.ly/x");
}

#[test]
fn links_tags_times_and_faces_are_left_as_they_are() {
    for text in [
        "Voir https://a.example/b?c:d;e #l’été",
        "À 8:12, :-) et :tada: http://a.example:8080/",
        "Version 3.5, 10:30",
    ] {
        assert!(rules(text, Language::French).is_empty(), "{text}: {:?}", seen(text, Language::French));
    }
    assert!(rules("See https://a.example/b?c: at 8:12 :) 50,000 ...", Language::English).is_empty());
}

#[test]
fn a_proof_in_the_same_sentence_lifts_a_boast() {
    assert_eq!(rules("The best tea in town.", Language::English), [Rule::Superlative]);
    assert!(rules("Voted the best tea in town.", Language::English).is_empty());
    assert_eq!(rules("Voted last. The best tea in town.", Language::English), [Rule::Superlative]);
}

#[test]
fn an_organisation_decides() {
    let text = "Viens goûter notre truc moche #été";
    let charter = Charter {
        address: Address::Familiar,
        must: [Rule::Mandatory].into(),
        forbidden: vec![
            Forbidden { words: "truc*".into(), instead: "plat".into() },
            Forbidden { words: "MOCHE".into(), instead: String::new() },
        ],
        mandatory: vec![
            Mandatory { mention: "#Publicité".into(), when: vec!["goûter".into()] },
            Mandatory { mention: "#été".into(), when: Vec::new() },
            Mandatory { mention: "à consommer avec modération".into(), when: vec!["vin".into()] },
        ],
        ..Charter::default()
    };
    let found = check(text, Language::French, Dialect::Fediverse, &charter);
    let said: Vec<_> = found.iter().map(|it| (it.rule, &text[it.span.clone()], it.must)).collect();
    let expected =
        [(Rule::Mandatory, text, true), (Rule::Forbidden, "truc", false), (Rule::Forbidden, "moche", false)];
    assert_eq!(said, expected);
    assert_eq!(apply(text, &found), "Viens goûter notre plat moche #été");
    let off = Charter { off: [Rule::Forbidden, Rule::Mandatory].into(), ..charter };
    assert!(check(text, Language::French, Dialect::Fediverse, &off).is_empty());
}

#[test]
fn one_text_says_tu_or_vous() {
    let either = Charter { address: Address::Either, ..Charter::default() };
    let wrong = |text: &str| -> Vec<String> {
        let found = check(text, Language::French, Dialect::Fediverse, &either);
        found.into_iter().filter(|it| it.rule == Rule::Address).map(|it| text[it.span].to_owned()).collect()
    };
    assert!(wrong("Tu viens, et tes amis aussi.").is_empty());
    assert!(wrong("Vous venez avec vos amis.").is_empty());
    assert_eq!(wrong("Vous venez et vous dansez, toi aussi."), ["toi"]);
}

#[test]
fn settings_kept_by_an_older_version_can_still_be_read() {
    let charter: Charter = serde_json::from_str(r#"{"off":["emoji-row"],"most_hashtags":1}"#).unwrap();
    assert_eq!((charter.most_hashtags, charter.longest_sentence), (1, 30));
    assert!(charter.off.contains(&Rule::EmojiRow));
    for rule in Rule::ALL {
        assert_eq!(serde_json::to_value(rule).unwrap(), rule.name());
    }
}

/// Keys of a Fluent resource, each with its variables.
fn entries(resource: &str) -> BTreeMap<&str, Vec<&str>> {
    let mut found: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut key = "";
    for line in resource.lines().filter(|line| !line.starts_with('#')) {
        if let Some((name, _)) = line.split_once(" = ").filter(|_| !line.starts_with(' ')) {
            key = name;
        }
        let variables = line.split('$').skip(1).filter_map(|rest| rest.split([' ', '}']).next());
        let known = found.entry(key).or_default();
        known.extend(variables);
        known.sort_unstable();
        known.dedup();
    }
    found
}

#[test]
fn every_rule_speaks_both_languages_with_the_same_variables() {
    let [french, english] = Language::ALL.map(|language| entries(translations(language)));
    assert_eq!(french, english);
    let keys: std::collections::BTreeSet<&str> =
        Rule::ALL.iter().flat_map(|it| [it.why(), it.remedy()]).collect();
    assert_eq!(keys, french.keys().copied().collect());
    // Its own French keeps to its own typography.
    for (number, line) in translations(Language::French).lines().enumerate() {
        let text = line.split_once(" = ").map_or(line, |(_, text)| text).replace("{ $", "x{");
        let wrong: Vec<Remark> = check(&text, Language::French, Dialect::Fediverse, &Charter::default())
            .into_iter()
            .filter(|it| matches!(it.rule, Rule::Space | Rule::Quote | Rule::Apostrophe))
            .collect();
        assert!(wrong.is_empty() || !line.starts_with("charter"), "{number}: {wrong:?}");
    }
}

#[test]
fn every_remark_fills_the_variables_of_its_texts() {
    let text = "Les CHERS CLIENTS!!! \"oui\" l'eau... tu ASAP, le meilleur du monde: cliquez ici https://bit.ly/a http:/b \
        n'hésitez pas, remboursé 🎉🎉🎉🎉 ======= 𝗡𝗼 #a #b #c #dddddddddddddddddd";
    let charter = Charter {
        longest_sentence: 2,
        least_ease: 1000,
        forbidden: vec![Forbidden { words: "eau".into(), instead: String::new() }],
        mandatory: vec![Mandatory { mention: "#Pub".into(), when: Vec::new() }],
        ..Charter::default()
    };
    let variables = entries(translations(Language::French));
    let long = format!("{text} {}", "chers clients ".repeat(30));
    let found = check(&long, Language::French, Dialect::Fediverse, &charter);
    let rules: std::collections::BTreeSet<Rule> = found.iter().map(|it| it.rule).collect();
    assert_eq!(
        rules.len(),
        Rule::ALL.len(),
        "{:?}",
        Rule::ALL.iter().filter(|it| !rules.contains(it)).collect::<Vec<_>>()
    );
    for it in &found {
        for name in variables[it.rule.why()].iter().chain(&variables[it.rule.remedy()]) {
            assert!(it.arguments.iter().any(|(argument, _)| argument == name), "{:?} lacks {name}", it.rule);
        }
    }
}

proptest! {
    #[test]
    fn any_text_is_read_and_remarks_lie_on_whole_characters(
        text in "([!?.;:,«»\"'#@() \u{a0}\u{202f}\n]|[a-zé]{1,9} |[A-Z]{1,9} |http|://|·e·s|🎉|𝗡|\\PC){0,60}", french in any::<bool>()
    ) {
        let language = if french { Language::French } else { Language::English };
        let found = check(&text, language, Dialect::Weighted, &Charter::default());
        for it in &found {
            prop_assert!(text.get(it.span.clone()).is_some());
        }
        prop_assert!(apply(&text, &found).len() <= 4 * text.len() + 16);
    }

    #[test]
    fn what_was_corrected_needs_no_second_correction(
        text in "([a-zé]{1,6}|[!?;:,«»'] ?| |  |\\.\\.\\.|\n){0,30}", french in any::<bool>()
    ) {
        let language = if french { Language::French } else { Language::English };
        let look = |text: &str| check(text, language, Dialect::Fediverse, &Charter::default());
        let mut once = apply(&text, &look(&text));
        // Two corrections that touch are made one after the other.
        for _ in 0..4 {
            once = apply(&once, &look(&once));
        }
        let again = apply(&once, &look(&once));
        prop_assert_eq!(again, once);
    }
}
