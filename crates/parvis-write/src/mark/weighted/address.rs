//! An address at one place of a text: where its domain ends, and its path.

use std::collections::HashSet;
use std::sync::OnceLock;

use super::{is_directional, is_latin_accent, is_refused, punycode};

/// Longest address and longest part of a domain, in bytes as the name system sees them.
const MOST: usize = 4096;
const LABEL: usize = 63;
/// Longest name behind `t.co/`.
const SHORT: usize = 40;
/// Longest domain that is looked at, in bytes: longer ones can't be written.
const DOMAIN: usize = 3000;

/// What one place of a text holds.
pub(super) struct Here {
    /// Bytes of the address that starts here.
    pub(super) length: Option<usize>,
    /// Bytes to go on by.
    pub(super) skip: usize,
}

/// The address that starts here, if one does. `before` is the character before.
pub(super) fn find(before: Option<char>, rest: &str) -> Here {
    let step = rest.chars().next().map_or(1, char::len_utf8);
    let nothing = Here { length: None, skip: step };
    let open = |c: char| !c.is_ascii_alphanumeric() && !"@＠$#＃".contains(c) && !is_refused(c);
    if !before.is_none_or(|c| open(c) || is_directional(c)) {
        return nothing;
    }
    let scheme = ["https://", "http://"]
        .into_iter()
        .find(|scheme| rest.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)));
    let found = match scheme {
        Some(scheme) => with_scheme(scheme.len(), rest),
        None => bare(before, rest),
    };
    found.map_or(nothing, |length| Here { length: Some(length), skip: length })
}

fn with_scheme(scheme: usize, rest: &str) -> Option<usize> {
    let tail = rest.get(scheme..)?;
    let domain = domain_length(tail, is_domain)?;
    let end = scheme + domain + tail_length(tail.get(domain..)?);
    if tail.get(..domain)?.eq_ignore_ascii_case("t.co") {
        return short(scheme + domain, rest, end);
    }
    is_writable(tail.get(..domain)?, end).then_some(end)
}

/// An address of X's own shortener ends with its name, unless a query follows.
fn short(domain: usize, rest: &str, end: usize) -> Option<usize> {
    let Some(name) = rest.get(domain..end)?.strip_prefix('/') else {
        return Some(end);
    };
    let length = name.bytes().take_while(u8::is_ascii_alphanumeric).count();
    if length == 0 {
        return Some(end);
    }
    let query = name.get(length..)?;
    let query = if query.starts_with('?') { query.len() } else { 0 };
    (length <= SHORT).then_some(domain + 1 + length + query)
}

fn bare(before: Option<char>, rest: &str) -> Option<usize> {
    let is_label = |c: char| c == '-' || is_plain(c);
    if before.is_some_and(|c| "-_./".contains(c) || is_label(c)) {
        return None;
    }
    let domain = domain_length(rest, is_label)?;
    let end = domain + tail_length(rest.get(domain..)?);
    is_writable(rest.get(..domain)?, end + "https://".len()).then_some(end)
}

/// Letters and digits of a domain that needs no `http://` to be recognised.
fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || is_latin_accent(c)
}

/// What may stand in a domain behind `http://`: neither punctuation nor space.
fn is_domain(c: char) -> bool {
    let is_other = c.is_whitespace() || c.is_control() || is_directional(c) || is_refused(c);
    c == '-' || c == '_' || !c.is_ascii_punctuation() && !is_other
}

/// Bytes of the longest domain that starts here and ends with a top level that exists.
fn domain_length(text: &str, is_inner: impl Fn(char) -> bool) -> Option<usize> {
    let mut longest = None;
    let mut start = 0;
    while start < DOMAIN {
        let rest = text.get(start..)?;
        // A top level may end inside of a run of characters: "example.comテスト".
        if start > 0
            && let Some(length) = top_level(rest)
        {
            longest = Some(start + length);
        }
        let end = rest.find(|c| !is_inner(c)).unwrap_or(rest.len());
        let label = rest.get(..end)?;
        let after = rest.get(end..)?;
        let is_bad = |c: char| c == '-' || c == '_';
        if label.is_empty() || label.starts_with(is_bad) || label.ends_with(is_bad) || !after.starts_with('.')
        {
            break;
        }
        // The part right before the top level has no underscore; parts before it may.
        let next = after.get(1..)?;
        if label.contains('_') && top_level(next).is_some() && !goes_on(next, &is_inner) {
            break;
        }
        start += end + 1;
    }
    longest
}

/// Whether another part of the domain follows.
fn goes_on(text: &str, is_inner: impl Fn(char) -> bool) -> bool {
    let end = text.find(|c| !is_inner(c)).unwrap_or(text.len());
    text.get(end..).and_then(|after| after.strip_prefix('.')).is_some_and(|next| next.starts_with(is_inner))
}

/// Bytes of the longest top level with which this begins.
fn top_level(text: &str) -> Option<usize> {
    let stops = |rest: &str| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || "@+-".contains(c));
    if text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("xn--")) {
        let end = text.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'-').count();
        return (end > 4 && end <= LABEL).then_some(end);
    }
    let (longest, known) = top_levels();
    let ends = text.char_indices().map(|(at, c)| at + c.len_utf8()).take_while(|end| end <= longest);
    let ends: Vec<usize> = ends.collect();
    ends.into_iter().rev().find(|end| {
        let (Some(name), Some(rest)) = (text.get(..*end), text.get(*end..)) else {
            return false;
        };
        stops(rest) && known.contains(name.to_lowercase().as_str())
    })
}

/// Bytes of the longest top level, and all of them.
fn top_levels() -> &'static (usize, HashSet<&'static str>) {
    static KNOWN: OnceLock<(usize, HashSet<&'static str>)> = OnceLock::new();
    KNOWN.get_or_init(|| {
        let known: HashSet<&str> = include_str!("../tld.txt").lines().collect();
        (known.iter().map(|name| name.len()).max().unwrap_or_default(), known)
    })
}

fn is_writable(domain: &str, whole: usize) -> bool {
    let mut written = 0;
    for label in domain.split('.') {
        match punycode::length(label) {
            Some(length) if length <= LABEL => written += length + 1,
            _ => return false,
        }
    }
    whole.saturating_sub(domain.len()) + written <= MOST + 1
}

/// Bytes of port, path and query.
fn tail_length(text: &str) -> usize {
    let port = text.strip_prefix(':').map_or(0, |digits| {
        let count = digits.bytes().take_while(u8::is_ascii_digit).count();
        if count == 0 { 0 } else { count + 1 }
    });
    let path = port + text.get(port..).map_or(0, path_length);
    path + text.get(path..).map_or(0, query_length)
}

fn is_path(c: char) -> bool {
    let is_cyrillic = matches!(c, '\u{400}'..='\u{52f}' | '\u{2de0}'..='\u{2dff}' | '\u{a640}'..='\u{a69f}');
    c.is_ascii_alphanumeric()
        || "!*';:=+,.$/%#[]-\u{2013}_~@|&".contains(c)
        || is_cyrillic
        || is_latin_accent(c)
}

fn ends_path(c: char) -> bool {
    is_path(c) && !"!*';:,.$%[]\u{2013}~@|&".contains(c)
}

/// Bytes of a path: it ends neither with a full stop nor with a bracket that was opened outside.
fn path_length(text: &str) -> usize {
    if !text.starts_with('/') {
        return 0;
    }
    let (mut place, mut end) = (1, 1);
    while let Some(c) = text.get(place..).and_then(|rest| rest.chars().next()) {
        if c == '(' {
            let Some(length) = text.get(place..).and_then(|rest| bracket_length(rest, 1)) else {
                break;
            };
            place += length;
            end = place;
        } else if is_path(c) {
            place += c.len_utf8();
            if ends_path(c) {
                end = place;
            }
        } else {
            break;
        }
    }
    end
}

/// Bytes of `(…)`, with `depth` more pairs inside at most.
fn bracket_length(text: &str, depth: usize) -> Option<usize> {
    let mut place = 1;
    loop {
        let c = text.get(place..)?.chars().next()?;
        match c {
            ')' if place > 1 => return Some(place + 1),
            '(' if depth > 0 => place += bracket_length(text.get(place..)?, depth - 1)?,
            c if is_path(c) => place += c.len_utf8(),
            _ => return None,
        }
    }
}

fn query_length(text: &str) -> usize {
    let Some(query) = text.strip_prefix('?') else {
        return 0;
    };
    let is_query = |c: char| c.is_ascii_alphanumeric() || "!?*'@();:&=+$/%#[]-_.,~|".contains(c);
    let end = query.find(|c| !is_query(c)).unwrap_or(query.len());
    let ends = |c: char| c.is_ascii_alphanumeric() || "-_&=#/".contains(c);
    let kept = query.get(..end).unwrap_or_default().trim_end_matches(|c| !ends(c));
    if kept.is_empty() { 0 } else { 1 + kept.len() }
}
