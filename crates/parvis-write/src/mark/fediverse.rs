//! Addresses, mentions and hashtags as Mastodon and its kin read them.

use super::{Mark, MarkKind, tag};

/// Everything that is found, in order.
pub(super) fn marks(text: &str) -> Vec<Mark> {
    let mut found = Vec::new();
    let mut place = 0;
    let mut before: Option<char> = None;
    while let Some(rest) = text.get(place..).filter(|rest| !rest.is_empty()) {
        if let Some((length, kind)) = start(before, rest) {
            found.push(Mark::new(place..place + length, kind));
            place += length;
            before = text.get(..place).and_then(|done| done.chars().next_back());
        } else {
            before = rest.chars().next();
            place += before.map_or(1, char::len_utf8);
        }
    }
    found
}

fn start(before: Option<char>, rest: &str) -> Option<(usize, MarkKind)> {
    if before.is_none_or(|c| !c.is_alphanumeric() && !"@/_-.#&$".contains(c)) {
        if let Some(length) = url_length(rest) {
            return Some((length, MarkKind::Link));
        }
        let mention = mention_length(rest).map(|(_, whole)| whole).or_else(|| local_mention(rest));
        if let Some(length) = mention {
            return Some((length, MarkKind::Mention));
        }
    }
    let may_tag = before.is_none_or(|c| !")/=".contains(c));
    may_tag.then(|| tag::length(before, rest)).flatten().map(|length| (length, MarkKind::Hashtag))
}

/// Bytes of `@name`, somebody on the same server.
fn local_mention(rest: &str) -> Option<usize> {
    let name = rest.strip_prefix('@')?;
    let end = name.find(|c: char| !c.is_ascii_alphanumeric() && !"_.-".contains(c)).unwrap_or(name.len());
    let after = name.get(end..)?.chars().next();
    let name = name.get(..end)?.trim_end_matches(['.', '-']);
    (!name.is_empty() && after != Some('@')).then_some(1 + name.len())
}

/// Bytes of the http(s) address that starts here.
pub fn url_length(rest: &str) -> Option<usize> {
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

/// Bytes of the path, query and fragment: up to a space, less the punctuation that ends a sentence and a closing bracket
/// that wasn't opened inside.
fn path_length(path: &str) -> usize {
    if !path.starts_with(['/', '?', '#']) {
        return 0;
    }
    let end = path.find(|c: char| c.is_whitespace() || "<>\"“”«»".contains(c)).unwrap_or(path.len());
    let mut kept = path.get(..end).unwrap_or_default();
    // How many brackets were closed more often than opened: counted once, or endless ")))" would be slow.
    let mut unopened = kept.matches(')').count().saturating_sub(kept.matches('(').count());
    loop {
        let shorter = kept.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '’', '…']);
        let shorter = match shorter.strip_suffix(')') {
            Some(inner) if unopened > 0 => {
                unopened -= 1;
                inner
            }
            _ => shorter,
        };
        if shorter.len() == kept.len() {
            return kept.len();
        }
        kept = shorter;
    }
}

/// Bytes of `@name`, and of the whole `@name@host`, of the mention that starts here.
pub(crate) fn mention_length(rest: &str) -> Option<(usize, usize)> {
    let name = rest.strip_prefix('@')?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    let length = name.find(|c: char| !is_name(c)).unwrap_or(name.len());
    let host = name.get(length..)?.strip_prefix('@').filter(|_| length > 0)?;
    let is_host = |c: char| c.is_alphanumeric() || "_.-:".contains(c);
    let end = host.find(|c: char| !is_host(c)).unwrap_or(host.len());
    let host = host.get(..end)?.trim_end_matches(['.', '-', ':', '_']);
    (!host.is_empty()).then_some((length + 1, length + 2 + host.len()))
}
