//! Hostile texts: every reader of texts, one after the other.

use crate::campaign::{Campaign, tag_text};
use crate::charter::{Charter, apply, check};
use crate::mark::{Dialect, marks};
use crate::thread::{Numbering, split};
use crate::{Language, TextRule};

#[test]
fn hostile_texts_are_counted_marked_cut_and_checked() {
    let rules = [TextRule::mastodon(60, 23), TextRule::bluesky(), TextRule { max: 60, ..TextRule::x() }];
    let campaign = Campaign { source: "a b".into(), name: "é#&".into(), ..Campaign::default() };
    let tried = parvis_fuzz::fuzz("text", |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let mut shape = Vec::new();
        for dialect in [Dialect::Fediverse, Dialect::Atproto, Dialect::Weighted] {
            let found = marks(&text, dialect);
            assert!(found.iter().all(|it| !it.text(&text).is_empty()));
            assert!(found.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start));
            assert!(tag_text(&text, dialect, &campaign, &[]).len() >= text.len());
            shape.push(found.len().min(4));
        }
        for rule in &rules {
            assert!(text.get(..rule.end(&text, None)).is_some());
            if let Ok(parts) = split(&text, rule, Numbering::OfAll) {
                assert!(parts.iter().all(|part| rule.left(part, None) >= 0), "{parts:?}");
                shape.push(parts.len().min(4));
            }
        }
        let mut rules = Vec::new();
        for language in Language::ALL {
            let found = check(&text, language, Dialect::Fediverse, &Charter::default());
            assert!(found.iter().all(|it| text.get(it.span.clone()).is_some()));
            assert!(apply(&text, &found).len() <= 4 * text.len() + 16);
            rules.extend(found.into_iter().map(|it| it.rule));
        }
        rules.sort_unstable();
        rules.dedup();
        (shape, rules)
    });
    assert!(tried.unwrap().outcomes >= 3);
}
