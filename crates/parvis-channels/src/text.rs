//! How a network counts text. Pure: the same rule counts on the screen and before sending.
//!
//! Mastodon's rule is that of its `StatusLengthValidator`: extended grapheme clusters, any
//! http(s) address counts `characters_reserved_per_url`, of `@name@host` only `@name` counts,
//! and the content warning counts in full.

use serde::{Deserialize, Serialize};
use unicode_segmentation::UnicodeSegmentation;

/// How long a text may be, and what counts for how much.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextRule {
    /// What one unit is.
    pub unit: TextUnit,
    /// Units allowed; 0 where nothing can be written.
    pub max: u32,
    /// A second limit that the whole text has to keep to as well.
    #[serde(default)]
    pub also: Option<TextLimit>,
    /// Units any web address counts for, however long; `None`: as many as it has.
    pub url_len: Option<u32>,
    /// How `@name@host` counts.
    pub mention: MentionRule,
    /// Whoever is answered has to be named in the text ([`crate::Outgoing::full_text`]), and that counts.
    #[serde(default = "as_on_mastodon")]
    pub names_author: bool,
    /// The content warning counts too.
    pub warning_counts: bool,
}

/// Rules that were kept before there were networks that need no name.
fn as_on_mastodon() -> bool {
    true
}

/// A limit on the text as it stands, addresses and mentions counted in full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextLimit {
    /// What one unit is.
    pub unit: TextUnit,
    /// Units allowed.
    pub max: u32,
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextUnit {
    /// What a reader sees as one character (extended grapheme cluster, UAX 29).
    Grapheme,
    /// Unicode scalar values.
    Scalar,
    /// UTF-16 code units.
    Utf16,
    /// UTF-8 bytes.
    Utf8Byte,
}

impl TextUnit {
    fn count(self, text: &str) -> usize {
        match self {
            Self::Grapheme => text.graphemes(true).count(),
            Self::Scalar => text.chars().count(),
            Self::Utf16 => text.encode_utf16().count(),
            Self::Utf8Byte => text.len(),
        }
    }
}

/// How a mention of somebody on another server counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MentionRule {
    /// As written.
    Whole,
    /// Only `@name`; the host is free.
    LocalPart,
}

impl TextRule {
    /// What a text counts for, with its content warning.
    #[must_use]
    pub fn count(&self, text: &str, warning: Option<&str>) -> usize {
        let mut total = warning.filter(|_| self.warning_counts).map_or(0, |w| self.units(w));
        // Whole stretches of plain text are counted at once: a cluster may cross a word.
        let mut plain = 0;
        let mut place = 0;
        while let Some(rest) = text.get(place..).filter(|rest| !rest.is_empty()) {
            let before = text.get(..place).and_then(|t| t.chars().next_back());
            if let Some((length, counts)) = self.entity(before, rest) {
                total += self.units(text.get(plain..place).unwrap_or_default()) + counts;
                place += length;
                plain = place;
            } else {
                place += rest.chars().next().map_or(1, char::len_utf8);
            }
        }
        total + self.units(text.get(plain..).unwrap_or_default())
    }

    /// Units left; below zero when the text is too long by either limit.
    #[must_use]
    pub fn left(&self, text: &str, warning: Option<&str>) -> i64 {
        let left =
            |max: u32, count: usize| i64::from(max).saturating_sub(i64::try_from(count).unwrap_or(i64::MAX));
        let first = left(self.max, self.count(text, warning));
        self.also.map_or(first, |also| first.min(left(also.max, also.unit.count(text))))
    }

    /// Whether the network takes a text of this length.
    #[must_use]
    pub fn fits(&self, text: &str, warning: Option<&str>) -> bool {
        self.left(text, warning) >= 0
    }

    fn units(&self, text: &str) -> usize {
        self.unit.count(text)
    }

    /// The address or mention that starts here: its bytes, and what it counts for.
    fn entity(&self, before: Option<char>, rest: &str) -> Option<(usize, usize)> {
        let starts_word = before.is_none_or(|c| !c.is_alphanumeric() && !"@/_-.#&$".contains(c));
        if !starts_word {
            return None;
        }
        if let Some(counts) = self.url_len {
            let url = url_length(rest).map(|length| (length, counts as usize));
            if url.is_some() {
                return url;
            }
        }
        (self.mention == MentionRule::LocalPart)
            .then(|| mention_length(rest))
            .flatten()
            .map(|(local, whole)| (whole, self.units(rest.get(..local).unwrap_or_default())))
    }
}

/// Bytes of the http(s) address that starts here.
pub(crate) fn url_length(rest: &str) -> Option<usize> {
    let scheme = ["https://", "http://"]
        .into_iter()
        .find(|scheme| rest.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))?;
    let tail = rest.get(scheme.len()..)?;
    let host = tail.find(|c: char| !c.is_alphanumeric() && !"-._".contains(c)).unwrap_or(tail.len());
    let name = tail.get(..host)?.trim_end_matches('.');
    let (labels, last) = name.rsplit_once('.')?;
    let is_host = !labels.is_empty()
        && last.chars().count() >= 2
        && last.chars().all(|c| c.is_alphabetic() || c == '-');
    if !is_host {
        return None;
    }
    let after = tail.get(name.len()..)?;
    let port = after.strip_prefix(':').map_or(0, |digits| {
        let count = digits.bytes().take_while(u8::is_ascii_digit).count();
        if count == 0 { 0 } else { count + 1 }
    });
    let path = after.get(port..)?;
    Some(scheme.len() + name.len() + port + path_length(path))
}

/// Bytes of the path, query and fragment: up to a space, less the punctuation that ends a
/// sentence and a closing bracket that wasn't opened inside.
fn path_length(path: &str) -> usize {
    if !path.starts_with(['/', '?', '#']) {
        return 0;
    }
    let end = path.find(|c: char| c.is_whitespace() || "<>\"“”«»".contains(c)).unwrap_or(path.len());
    let mut kept = path.get(..end).unwrap_or_default();
    loop {
        let shorter = kept.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '’', '…']);
        let opened = shorter.matches('(').count() >= shorter.matches(')').count();
        let shorter = match shorter.strip_suffix(')') {
            Some(inner) if !opened => inner,
            _ => shorter,
        };
        if shorter.len() == kept.len() {
            return kept.len();
        }
        kept = shorter;
    }
}

/// Bytes of `@name`, and of the whole `@name@host`, of the mention that starts here.
fn mention_length(rest: &str) -> Option<(usize, usize)> {
    let name = rest.strip_prefix('@')?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    let length = name.find(|c: char| !is_name(c)).unwrap_or(name.len());
    let host = name.get(length..)?.strip_prefix('@').filter(|_| length > 0)?;
    let is_host = |c: char| c.is_alphanumeric() || "_.-:".contains(c);
    let end = host.find(|c: char| !is_host(c)).unwrap_or(host.len());
    let host = host.get(..end)?.trim_end_matches(['.', '-', ':', '_']);
    (!host.is_empty()).then_some((length + 1, length + 2 + host.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn mastodon() -> TextRule {
        TextRule {
            unit: TextUnit::Grapheme,
            max: 500,
            also: None,
            url_len: Some(23),
            mention: MentionRule::LocalPart,
            names_author: true,
            warning_counts: true,
        }
    }

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
            assert_eq!(mastodon().count(text, None), count, "{text}");
        }
    }

    #[test]
    fn a_content_warning_counts_where_it_counts() {
        assert_eq!(mastodon().count("four", Some("warning")), 11);
        let free = TextRule { warning_counts: false, ..mastodon() };
        assert_eq!(free.count("four", Some("warning")), 4);
    }

    #[test]
    fn units_differ() {
        let count = |unit| {
            let rule = TextRule { unit, url_len: None, mention: MentionRule::Whole, ..mastodon() };
            rule.count("👩‍👩‍👧 é", None)
        };
        assert_eq!(count(TextUnit::Grapheme), 3);
        assert_eq!(count(TextUnit::Scalar), 7);
        assert_eq!(count(TextUnit::Utf16), 10);
        assert_eq!(count(TextUnit::Utf8Byte), 21);
    }

    #[test]
    fn what_is_left_goes_below_zero() {
        assert_eq!(mastodon().left("x", None), 499);
        assert_eq!(mastodon().left(&"x".repeat(501), None), -1);
    }

    #[test]
    fn the_tighter_of_two_limits_counts() {
        let also = Some(TextLimit { unit: TextUnit::Utf8Byte, max: 3000 });
        let rule = TextRule { max: 300, also, url_len: None, mention: MentionRule::Whole, ..mastodon() };
        assert!(rule.fits(&"é".repeat(300), None));
        assert_eq!(rule.left(&"x".repeat(301), None), -1);
        // 25 bytes each, and one character to the eye.
        let family = "👩‍👩‍👧‍👦";
        assert_eq!(rule.left(&family.repeat(120), None), 0);
        assert_eq!(rule.left(&family.repeat(121), None), -25);
        let stored = r#"{"unit":"grapheme","max":5,"url_len":null,"mention":"whole","warning_counts":true}"#;
        let stored: TextRule = serde_json::from_str(stored).unwrap();
        assert_eq!((stored.also, stored.names_author), (None, true));
    }

    proptest! {
        #[test]
        fn any_text_can_be_counted(text in "\\PC{0,80}", url in "(https?://)?[a-z.:/?#()]{0,30}") {
            let whole = format!("{text} {url} @{text}@{url}");
            prop_assert!(mastodon().count(&whole, None) <= whole.len() + 23 * whole.matches("http").count());
        }
    }
}
