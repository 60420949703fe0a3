//! What a hashtag is made of, in the words of twitter-text and of Mastodon, which agree on all but what may stand before.

use unicode_normalization::char::is_combining_mark;

/// Letters and marks of any script: at least one is needed.
fn is_letter(c: char) -> bool {
    c.is_alphabetic() || is_combining_mark(c)
}

/// What may stand inside of a hashtag beside letters.
fn is_inside(c: char) -> bool {
    c.is_numeric()
        || "_\u{200c}\u{200d}\u{a67e}\u{5be}\u{5f3}\u{5f4}\u{ff5e}\u{301c}\u{309b}\u{309c}\u{30a0}\u{30fb}\u{3003}\u{f0b}\u{f0c}\u{b7}"
            .contains(c)
}

/// Whether `c` can stand in a hashtag.
pub(super) fn is_tag(c: char) -> bool {
    is_letter(c) || is_inside(c)
}

/// Bytes of the hashtag that starts with its sign here, if it may after `before`.
pub(super) fn length(before: Option<char>, rest: &str) -> Option<usize> {
    let is_variation = |c: char| c == '\u{fe0e}' || c == '\u{fe0f}';
    if before.is_some_and(|c| c == '&' || is_tag(c) && !is_variation(c)) {
        return None;
    }
    let sign = rest.chars().next().filter(|c| matches!(c, '#' | '＃'))?;
    let name = rest.get(sign.len_utf8()..)?;
    if name.starts_with(['\u{fe0f}', '\u{20e3}']) {
        return None;
    }
    let end = name.find(|c| !is_tag(c)).unwrap_or(name.len());
    let (tag, after) = name.split_at_checked(end)?;
    let goes_on = after.starts_with(['#', '＃']) || after.starts_with("://");
    (tag.chars().any(is_letter) && !goes_on).then_some(sign.len_utf8() + end)
}
