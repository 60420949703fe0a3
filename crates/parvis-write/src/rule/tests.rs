//! Every limit at, under and over its edge.

use proptest::prelude::*;

use super::*;

#[test]
fn a_mastodon_server_counts_like_this() {
    let cases = [
        ("", 0),
        ("Hello", 5),
        ("déjà", 4),
        ("de\u{301}ja\u{300}", 4),
        ("👩‍👩‍👧‍👦", 1),
        ("🇫🇷🇬🇧", 2),
        ("👍🏽", 1),
        ("https://a.example", 23),
        ("https://a.example/a/very/long/path?with=query&and=more#fragment", 23),
        ("See https://a.example/x.", 4 + 23 + 1),
        ("(https://a.example/x)", 1 + 23 + 1),
        ("https://fr.example/Lune_(satellite)", 23),
        ("http://a.example http://b.example", 47),
        ("https://a.example:8443/x y", 25),
        ("HTTPS://A.EXAMPLE/X", 23),
        ("https://é.example/ü", 23),
        ("https://localhost/x", 19),
        ("https://", 8),
        ("xhttps://a.example", 18),
        ("a.example", 9),
        ("@anna@social.example", 5),
        ("@anna@social.example hi", 8),
        ("@anna", 5),
        ("@anna@social.example, @bert@b.example.", 5 + 2 + 5 + 1),
        ("anna@social.example", 19),
        ("a@anna@social.example", 21),
        ("@anna@", 6),
        ("@@anna@b.example", 16),
        ("@anna.b@social.example", 7),
        ("ligne\nligne", 11),
    ];
    for (text, count) in cases {
        assert_eq!(TextRule::mastodon(500, 23).count(text, None), count, "{text}");
    }
}

#[test]
fn a_content_warning_counts_where_it_counts() {
    let rule = TextRule::mastodon(500, 23);
    assert_eq!(rule.count("four", Some("warning")), 11);
    let free = TextRule { warning_counts: false, ..rule };
    assert_eq!(free.count("four", Some("warning")), 4);
}

#[test]
fn what_is_left_goes_below_zero() {
    let rule = TextRule::mastodon(500, 23);
    assert_eq!(rule.left("x", None), 499);
    assert_eq!(rule.left(&"x".repeat(501), None), -1);
}

#[test]
fn the_tighter_of_two_limits_counts() {
    let rule = TextRule::bluesky();
    assert!(rule.fits(&"é".repeat(300), None));
    assert_eq!(rule.left(&"x".repeat(301), None), -1);
    // 25 bytes each, and one character to the eye.
    let family = "👩‍👩‍👧‍👦";
    assert_eq!(rule.left(&family.repeat(120), None), 0);
    assert_eq!(rule.left(&family.repeat(121), None), -25);
    assert_eq!(rule.end(&family.repeat(121), None), 3000);
    let stored = r#"{"unit":"grapheme","max":5,"url_len":null,"mention":"whole","warning_counts":true}"#;
    let stored: TextRule = serde_json::from_str(stored).unwrap();
    assert_eq!((stored.also, stored.names_author), (None, true));
}

#[test]
fn each_network_cuts_at_its_own_character() {
    let x = TextRule::x();
    for (unit, of_each) in [("a", 280), ("é", 280), ("中", 140), ("👩‍👩‍👧‍👦", 140), ("…", 140)]
    {
        for (more, fits) in [(0, true), (1, false)] {
            let text = unit.repeat(of_each + more);
            assert_eq!((x.fits(&text, None), x.end(&text, None)), (fits, unit.len() * of_each), "{unit}");
        }
    }
    let mastodon = TextRule::mastodon(500, 23);
    let text = format!("{} https://a.example/{}", "x".repeat(476), "y".repeat(90));
    assert_eq!((mastodon.left(&text, None), mastodon.end(&text, None)), (0, text.len()));
    // An address that doesn't fit is left out whole.
    let text = format!("x{text}");
    assert_eq!((mastodon.left(&text, None), mastodon.end(&text, None)), (-1, 478));
    assert_eq!(mastodon.end(&"x".repeat(600), Some("warning")), 493);
}

fn rules() -> impl Strategy<Value = TextRule> {
    let free = |unit| move |max| TextRule::plain(unit, max);
    prop_oneof![
        (0_u32..60).prop_map(|max| TextRule::mastodon(max, 23)),
        (0_u32..60).prop_map(|max| TextRule { max, ..TextRule::x() }),
        (0_u32..60, 0_u32..200).prop_map(|(max, bytes)| TextRule {
            max,
            also: Some(TextLimit { unit: TextUnit::Utf8Byte, max: bytes }),
            ..TextRule::bluesky()
        }),
        (0_u32..60).prop_map(free(TextUnit::Utf16)),
        (0_u32..60).prop_map(free(TextUnit::Utf8Byte)),
    ]
}

proptest! {
    #[test]
    fn any_text_can_be_counted(text in "\\PC{0,80}", url in "(https?://)?[a-z.:/?#()]{0,30}") {
        let whole = format!("{text} {url} @{text}@{url}");
        let count = TextRule::mastodon(500, 23).count(&whole, None);
        prop_assert!(count <= whole.len() + 23 * whole.matches("http").count());
    }

    #[test]
    fn what_is_kept_fits_and_one_more_character_would_not(
        rule in rules(), text in "(\\PC|https://a.example/b |@a@b.example |b.example |👩‍👩‍👧|é|e\u{301}){0,30}"
    ) {
        let end = rule.end(&text, None);
        let kept = text.get(..end);
        prop_assert!(kept.is_some());
        let also = rule.also.is_none_or(|also| also.unit.count(kept.unwrap_or_default()) <= also.max as usize);
        prop_assert!(also);
        prop_assert_eq!(rule.fits(&text, None), end == text.len());
    }
}
