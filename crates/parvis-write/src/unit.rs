//! What one unit of a text's length is, to one network or another. Knows no limit and no address.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

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
    /// Weighted characters as X counts them: twitter-text, configuration 3 (github.com/twitter/twitter-text, folder
    /// `config`). After NFC, Latin and most of what Europe writes counts one, everything else two, an emoji two
    /// whatever it is made of. Addresses count by their own rule, with or without `https://`
    /// ([`crate::mark::Dialect::Weighted`]).
    Weighted,
}

impl TextUnit {
    /// What a stretch of plain text counts for. Any text; takes time in proportion to its length.
    #[must_use]
    pub fn count(self, text: &str) -> usize {
        match self {
            Self::Grapheme => text.graphemes(true).count(),
            Self::Scalar => text.chars().count(),
            Self::Utf16 => text.encode_utf16().count(),
            Self::Utf8Byte => text.len(),
            Self::Weighted => text.graphemes(true).map(weight).sum(),
        }
    }
}

/// Scalar values that count one each; both ends are meant.
const LIGHT: [(u32, u32); 4] = [(0, 4351), (8192, 8205), (8208, 8223), (8242, 8247)];

/// What one grapheme cluster weighs. NFC doesn't reach across clusters, so that each can be composed by itself.
fn weight(cluster: &str) -> usize {
    if is_built_emoji(cluster) {
        return 2;
    }
    let light = |c: char| LIGHT.iter().any(|(from, to)| (*from..=*to).contains(&u32::from(c)));
    cluster.nfc().map(|c| if light(c) { 1 } else { 2 }).sum()
}

/// Whether a cluster of several scalar values is drawn as one emoji. A single one weighs two anyhow.
///
/// A sequence of joined emoji that no font draws as one counts as one here, and as its parts on X: such sequences
/// aren't typed by keyboards.
pub(crate) fn is_built_emoji(cluster: &str) -> bool {
    let mut chars = cluster.chars();
    let Some(first) = chars.next() else {
        return false;
    };
    let rest = chars.as_str();
    if rest.is_empty() {
        return false;
    }
    let keycap = (first.is_ascii_digit() || first == '#' || first == '*') && rest.ends_with('\u{20e3}');
    let is_base = |c: char| matches!(c, '©' | '®' | '\u{203c}'..='\u{3299}' | '\u{1f000}'..='\u{1faff}');
    let builds = |c: char| matches!(c, '\u{fe0f}' | '\u{200d}' | '\u{1f1e6}'..='\u{1f1ff}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0020}'..='\u{e007f}');
    keycap || is_base(first) && rest.chars().any(builds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_differ() {
        let text = "👩‍👩‍👧 é";
        assert_eq!(TextUnit::Grapheme.count(text), 3);
        assert_eq!(TextUnit::Scalar.count(text), 7);
        assert_eq!(TextUnit::Utf16.count(text), 10);
        assert_eq!(TextUnit::Utf8Byte.count(text), 21);
        assert_eq!(TextUnit::Weighted.count(text), 4);
    }

    #[test]
    fn weights_follow_what_is_drawn() {
        let cases = [
            ("é", 1),
            ("e\u{301}", 1),
            ("ﬃ", 2),
            ("…", 2),
            ("’«»–—", 5),
            ("\u{202f}", 2),
            ("€", 2),
            ("中", 2),
            ("☺", 2),
            ("❤️", 2),
            ("❤\u{fe0e}", 4),
            ("1\u{20e3}", 2),
            ("👍🏽", 2),
            ("🇫🇷", 2),
            ("©", 1),
            ("©\u{fe0f}", 2),
        ];
        for (text, weight) in cases {
            assert_eq!(TextUnit::Weighted.count(text), weight, "{text}");
        }
    }
}
