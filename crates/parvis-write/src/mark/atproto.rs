//! Addresses, handles and hashtags as the AT Protocol's clients find them. Sources: the lexicon
//! `app.bsky.richtext.facet`, and "Handle" at atproto.com/specs/handle.

use unicode_segmentation::UnicodeSegmentation;

use super::{Mark, MarkKind, url_length};

/// Longest hashtag: characters and bytes.
const TAG: (usize, usize) = (64, 640);
/// Longest handle and longest part of one, in bytes.
const HANDLE: (usize, usize) = (253, 63);

pub(super) fn marks(text: &str) -> Vec<Mark> {
    let mut found = Vec::new();
    let mut place = 0;
    let mut before: Option<char> = None;
    while let Some(rest) = text.get(place..).filter(|rest| !rest.is_empty()) {
        let open = before.is_none_or(|c| c.is_whitespace() || "([{\"'“‘«\u{202f}\u{a0}".contains(c));
        if let Some((length, kind)) = open.then(|| start(rest)).flatten() {
            found.push(Mark::new(place..place + length, kind));
            place += length;
            before = text.get(..place).and_then(|done| done.chars().next_back());
            continue;
        }
        before = rest.chars().next();
        place += before.map_or(1, char::len_utf8);
    }
    found
}

fn start(rest: &str) -> Option<(usize, MarkKind)> {
    if let Some(length) = url_length(rest) {
        return Some((length, MarkKind::Link));
    }
    if let Some(name) = rest.strip_prefix('@') {
        let end = name.find(|c: char| !c.is_ascii_alphanumeric() && !".-".contains(c)).unwrap_or(name.len());
        let handle = name.get(..end)?.trim_end_matches(['.', '-']);
        return is_handle(handle).then_some((1 + handle.len(), MarkKind::Mention));
    }
    let sign = rest.chars().next().filter(|c| matches!(c, '#' | '＃'))?;
    let name = rest.get(sign.len_utf8()..)?;
    let end =
        name.find(|c: char| c.is_whitespace() || c.is_control() || "#＃".contains(c)).unwrap_or(name.len());
    let ends = |c: char| {
        !c.is_alphanumeric() && !"_\u{fe0f}\u{200d}".contains(c) && c.is_ascii() || "…’»”".contains(c)
    };
    let tag = name.get(..end)?.trim_end_matches(ends);
    let fits = tag.len() <= TAG.1 && tag.graphemes(true).count() <= TAG.0;
    let named = tag.chars().any(|c| !c.is_ascii_digit());
    (!tag.is_empty() && named && fits).then_some((sign.len_utf8() + tag.len(), MarkKind::Hashtag))
}

/// Two parts at least, of letters, digits and inner hyphens, the last beginning with a letter.
fn is_handle(handle: &str) -> bool {
    let is_part = |part: &str| {
        (1..=HANDLE.1).contains(&part.len())
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    let last = handle.rsplit('.').next().unwrap_or_default();
    handle.len() <= HANDLE.0
        && handle.contains('.')
        && handle.split('.').all(is_part)
        && last.starts_with(|c: char| c.is_ascii_alphabetic())
}
