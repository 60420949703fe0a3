//! What a text looks like on its network, cut at the very character from which that network takes no more.

use parvis_channels::TextRule;
use unicode_segmentation::UnicodeSegmentation as _;

/// A text as its network counts it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cut {
    /// What fits.
    pub(super) fits: String,
    /// What doesn't.
    pub(super) over: String,
}

impl Cut {
    /// Cuts at the last character, as a reader sees characters, up to which the text still fits.
    pub(super) fn of(rule: &TextRule, text: &str, warning: Option<&str>) -> Self {
        if rule.fits(text, warning) {
            return Self { fits: text.to_owned(), over: String::new() };
        }
        let ends: Vec<usize> = text.grapheme_indices(true).map(|(at, it)| at + it.len()).collect();
        // Longer never counts for less but where an address begins: from the end back to the first that fits.
        let long = ends.partition_point(|end| rule.fits(text.get(..*end).unwrap_or_default(), warning));
        let at = long.checked_sub(1).and_then(|place| ends.get(place)).copied().unwrap_or(0);
        let (fits, over) = text.split_at(at);
        Self { fits: fits.to_owned(), over: over.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parvis_channels::{MentionRule, TextUnit};

    fn rule(max: u32, unit: TextUnit) -> TextRule {
        TextRule {
            unit,
            max,
            also: None,
            url_len: Some(23),
            mention: MentionRule::Whole,
            names_author: false,
            warning_counts: true,
        }
    }

    #[test]
    fn a_text_is_cut_at_the_exact_character_and_never_inside_one() {
        let cut = |max, unit, text: &str, warning| {
            let cut = Cut::of(&rule(max, unit), text, warning);
            (cut.fits, cut.over)
        };
        let pair = |fits: &str, over: &str| (fits.to_owned(), over.to_owned());
        assert_eq!(cut(5, TextUnit::Grapheme, "abcde", None), pair("abcde", ""));
        assert_eq!(cut(5, TextUnit::Grapheme, "abcdéf", None), pair("abcdé", "f"));
        // A family is one to the eye and 25 bytes.
        assert_eq!(cut(20, TextUnit::Utf8Byte, "a👩‍👩‍👧‍👦b", None), pair("a", "👩‍👩‍👧‍👦b"));
        assert_eq!(cut(5, TextUnit::Grapheme, "abcdef", Some("xyz")), pair("ab", "cdef"));
        assert_eq!(cut(0, TextUnit::Grapheme, "a", None), pair("", "a"));
    }
}
