//! Addresses, mentions, lists, hashtags and cashtags as X finds them, written anew from what twitter-text's public
//! conformance cases ask for (`tests/twitter-text`). No regular expression: one walk over the text.

mod address;
mod punycode;

use std::ops::Range;

use super::{Mark, MarkKind, tag};

/// Addresses only, by byte, in order.
pub(crate) fn links(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut place = 0;
    let mut before: Option<char> = None;
    while let Some(rest) = text.get(place..).filter(|rest| !rest.is_empty()) {
        let here = address::find(before, rest);
        if let Some(length) = here.length {
            found.push(place..place + length);
        }
        place += here.skip.max(1);
        before = text.get(..place).and_then(|done| done.chars().next_back());
    }
    found
}

pub(super) fn marks(text: &str) -> Vec<Mark> {
    let mut found: Vec<Mark> = links(text).into_iter().map(|span| Mark::new(span, MarkKind::Link)).collect();
    let mut before: Option<char> = None;
    for (place, sign) in text.char_indices() {
        let rest = text.get(place..).unwrap_or_default();
        let here = match sign {
            '@' | '＠' => mention(text.get(..place).unwrap_or_default(), rest),
            '#' | '＃' => tag::length(before, rest).map(|length| (length, MarkKind::Hashtag)),
            '$' => cashtag(before, rest).map(|length| (length, MarkKind::Cashtag)),
            _ => None,
        };
        if let Some((length, kind)) = here {
            found.push(Mark::new(place..place + length, kind));
        }
        before = Some(sign);
    }
    found.sort_by_key(|mark| (mark.span.start, mark.span.end));
    let mut end = 0;
    found.retain(|mark| {
        let apart = mark.span.start >= end;
        if apart {
            end = mark.span.end;
        }
        apart
    });
    found
}

/// Accented Latin letters, which may stand in a domain without `http://` and not right behind a mention.
fn is_latin_accent(c: char) -> bool {
    matches!(c, '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{24f}' | '\u{253}' | '\u{254}' | '\u{256}'
        | '\u{257}' | '\u{259}' | '\u{25b}' | '\u{263}' | '\u{268}' | '\u{26f}' | '\u{272}' | '\u{289}' | '\u{28b}'
        | '\u{2bb}' | '\u{300}'..='\u{36f}' | '\u{1e00}'..='\u{1eff}')
}

/// Marks of direction, which stand beside words and are part of none.
fn is_directional(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2066}'..='\u{2069}')
}

/// Characters that X takes in no post.
pub(crate) fn is_refused(c: char) -> bool {
    matches!(c, '\u{fffe}' | '\u{feff}' | '\u{ffff}')
}

/// Longest name and longest name of a list, in characters.
const NAME: usize = 20;
const LIST: usize = 24;

fn mention(done: &str, rest: &str) -> Option<(usize, MarkKind)> {
    let before = done.chars().next_back();
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let open = before.is_none_or(|c| !is_name(c) && !"!#$%&*@＠".contains(c));
    if !open && !is_share(done) {
        return None;
    }
    let sign = rest.chars().next()?.len_utf8();
    let name = rest.get(sign..)?;
    let length = name.bytes().take(NAME).take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
    if length == 0 {
        return None;
    }
    let after = name.get(length..)?;
    let list = after.strip_prefix('/').filter(|it| it.starts_with(|c: char| c.is_ascii_alphabetic()));
    let list = list.map_or(0, |it| {
        let inner = it.bytes().take(1 + LIST);
        1 + inner.take_while(|b| b.is_ascii_alphanumeric() || *b == b'_' || *b == b'-').count()
    });
    let after = after.get(list..)?;
    let goes_on = after.starts_with("://")
        || after.chars().next().is_some_and(|c| c == '@' || c == '＠' || is_latin_accent(c));
    let kind = if list > 0 { MarkKind::List } else { MarkKind::Mention };
    (!goes_on).then_some((sign + length + list, kind))
}

/// Whether what stands before ends with "RT" or "RT:", which may touch a mention.
fn is_share(done: &str) -> bool {
    let bare = done.strip_suffix(':').unwrap_or(done);
    let mut back = bare.chars().rev();
    let is_share = back.next().is_some_and(|c| c.eq_ignore_ascii_case(&'t'))
        && back.next().is_some_and(|c| c.eq_ignore_ascii_case(&'r'));
    is_share && back.next().is_none_or(|c| !c.is_ascii_alphanumeric() && !"_+~.-".contains(c))
}

/// Letters of a cashtag, and of its market.
const CASHTAG: (usize, usize) = (6, 2);

fn cashtag(before: Option<char>, rest: &str) -> Option<usize> {
    if before.is_some_and(|c| !c.is_whitespace() && !is_directional(c)) {
        return None;
    }
    let name = rest.strip_prefix('$')?;
    let letters = |text: &str| text.bytes().take_while(u8::is_ascii_alphabetic).count();
    let length = letters(name);
    if !(1..=CASHTAG.0).contains(&length) {
        return None;
    }
    let ends = |at: usize| {
        name.get(at..).is_some_and(|after| {
            after.chars().next().is_none_or(|c| c.is_whitespace() || c.is_ascii_punctuation())
        })
    };
    let market = name.get(length..)?.strip_prefix(['.', '_']).map_or(0, letters);
    if (1..=CASHTAG.1).contains(&market) && ends(length + 1 + market) {
        return Some(2 + length + market);
    }
    ends(length).then_some(1 + length)
}
