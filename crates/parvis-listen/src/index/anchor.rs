//! Under which keys a query is filed.

use crate::{
    query::{Key, Name, Query, Span, Value, Word, plain_value},
    scan,
};

use super::{
    common::Counts,
    program::{field_key, needed, word_hash},
};

/// A key under which a query is filed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    /// A word's hash, or a field's salted hash.
    Key(u64),
    /// The first bytes of a word, so many of them.
    Prefix { length: u8, head: u64 },
    /// Two words side by side, by their hashes.
    Pair(u64, u64),
    /// Three bytes anywhere in a word.
    Piece([u8; 3]),
}

/// How many bytes of a word's start are looked up; each that is used costs a look for every word of a post.
pub(super) const PREFIXES: [u8; 5] = [6, 4, 3, 2, 1];

/// How often a word begins with given bytes, roughly, in the order of [`PREFIXES`].
const PREFIX_SHARES: [f32; 5] = [0.01, 0.03, 0.08, 0.3, 0.9];

pub(super) struct Anchors {
    pub(super) anchors: Option<Vec<Anchor>>,
    pub(super) required: Vec<u64>,
}

/// Keys of which each post that matches has one, the cheapest that were found, and hashes of which it has all.
pub(super) fn of(query: &Query, counts: &Counts) -> Anchors {
    let mut words = Vec::new();
    required(query, &mut words);
    words.sort_by(|a, b| counts.share(a).total_cmp(&counts.share(b)));
    let required = words.iter().filter_map(|it| word_hash(it)).collect();
    let anchors = cheapest(query, counts).map(|it| {
        let mut anchors = it.anchors;
        anchors.sort_by_key(|it| it.key());
        anchors.dedup();
        anchors
    });
    Anchors { anchors, required }
}

impl Anchor {
    /// Under what it stands in the table.
    pub(super) fn key(self) -> u64 {
        match self {
            Self::Key(key) => key,
            Self::Prefix { length, head } => prefix_key(length, head),
            Self::Pair(first, second) => pair_key(first, second),
            Self::Piece(bytes) => piece_key(bytes),
        }
    }
}

pub(super) fn prefix_key(length: u8, head: u64) -> u64 {
    scan::salted(u64::from(length), head & (u64::MAX << (64 - 8 * u64::from(length))))
}

pub(super) fn pair_key(first: u64, second: u64) -> u64 {
    scan::salted(30, first.rotate_left(23) ^ second)
}

pub(super) fn piece_key(bytes: [u8; 3]) -> u64 {
    scan::salted(20, u64::from(u32::from_be_bytes([0, bytes[0], bytes[1], bytes[2]])))
}

struct Choice {
    /// How many posts have one of them, roughly.
    share: f32,
    anchors: Vec<Anchor>,
}

fn least(choices: impl Iterator<Item = Choice>) -> Option<Choice> {
    choices.min_by(|a, b| a.share.total_cmp(&b.share))
}

fn every(choices: impl Iterator<Item = Option<Choice>>) -> Option<Choice> {
    let mut all = Choice { share: 0.0, anchors: Vec::new() };
    for choice in choices {
        let choice = choice?;
        all.share += choice.share;
        all.anchors.extend(choice.anchors);
    }
    Some(all)
}

fn cheapest(query: &Query, counts: &Counts) -> Option<Choice> {
    match query {
        Query::All(parts) => least(parts.iter().filter_map(|it| cheapest(it, counts))),
        Query::Any(parts) => every(parts.iter().map(|it| cheapest(it, counts))),
        Query::Not(_) => None,
        Query::Text(span) => cheapest_span(span, counts),
        Query::Field(field) => match (&field.value, field.name) {
            // It never matches, so any key does.
            (_, Name::Foreign(_)) | (Value::Is(_), Name::Followers) => {
                Some(Choice { share: 0.0, anchors: Vec::new() })
            }
            (Value::Between(..), _) => None,
            (Value::Is(value), name) => Some(Choice {
                share: if matches!(name, Name::Author | Name::Url) { 0.0001 } else { 0.5 },
                anchors: vec![Anchor::Key(field_key(name, &plain_value(value)))],
            }),
        },
    }
}

fn cheapest_span(span: &Span, counts: &Counts) -> Option<Choice> {
    match span {
        Span::Phrase(words) => {
            let singles = words.iter().filter_map(|it| cheapest_word(it, counts));
            least(singles.chain(words.windows(2).filter_map(|it| pair(&it[0], &it[1], counts))))
        }
        Span::Within { words, .. } => least(words.iter().filter_map(|it| cheapest_word(it, counts))),
        Span::Near { left, right, .. } => {
            least([left, right].into_iter().filter_map(|it| cheapest_span(it, counts)))
        }
        Span::Any(spans) => every(spans.iter().map(|it| cheapest_span(it, counts))),
    }
}

/// Two words side by side are rarer than either; emoji between them don't count.
fn pair(first: &Word, second: &Word, counts: &Counts) -> Option<Choice> {
    let is_word = |it: &Word| !matches!(it.key(), Key::Emoji(_));
    let (hash, next) = (word_hash(first)?, word_hash(second)?);
    let share = counts.share(first).min(counts.share(second)) * 0.05;
    (is_word(first) && is_word(second)).then(|| Choice { share, anchors: vec![Anchor::Pair(hash, next)] })
}

fn cheapest_word(word: &Word, counts: &Counts) -> Option<Choice> {
    if let Some(hash) = word_hash(word) {
        return Some(Choice { share: counts.share(word), anchors: vec![Anchor::Key(hash)] });
    }
    let Key::Pattern { pattern, is_exact } = word.key() else { return None };
    // Written with case, it is still filed as it is folded.
    let pattern = if is_exact { crate::word::fold(&pattern) } else { pattern };
    let pieces = pattern.split(['*', '?']);
    let start = pattern.find(['*', '?']).unwrap_or(pattern.len());
    if let Some(at) = PREFIXES.iter().position(|it| usize::from(*it) <= start) {
        let (_, head) = scan::hash_and_head(&pattern[..start]);
        let length = PREFIXES[at];
        let head = head & (u64::MAX << (64 - 8 * u64::from(length)));
        return Some(Choice { share: PREFIX_SHARES[at], anchors: vec![Anchor::Prefix { length, head }] });
    }
    let longest = pieces.max_by_key(|it| it.len())?.as_bytes();
    let piece = <[u8; 3]>::try_from(longest.get(..3)?).ok()?;
    Some(Choice { share: 0.2, anchors: vec![Anchor::Piece(piece)] })
}

/// The words that every post that matches has.
fn required<'a>(query: &'a Query, found: &mut Vec<&'a Word>) {
    match query {
        Query::All(parts) => parts.iter().for_each(|it| required(it, found)),
        Query::Text(span) => needed(span, found),
        Query::Any(_) | Query::Not(_) | Query::Field(_) => {}
    }
}
