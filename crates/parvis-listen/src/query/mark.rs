//! Which words of a text a query speaks of, to be marked where the text is shown.

use std::ops::Range;

use crate::word;

use super::{Key, Query, Span, Word};

/// The bytes of each word and emoji of a text that a query asks for, in their order. What stands under a NOT is not
/// marked; a word of a phrase is marked wherever it stands.
#[must_use]
pub fn marks(query: &Query, text: &str) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    collect(query, &mut words);
    let keys: Vec<(Key, word::Sigil)> = words.iter().map(|it| (it.key(), it.sigil)).collect();
    let tokens = word::tokens(text);
    let hits = tokens.into_iter().filter(|token| {
        keys.iter().any(|(key, sigil)| {
            (*sigil == word::Sigil::None || *sigil == token.sigil)
                && key.is(&text[token.range.clone()], token.is_emoji)
        })
    });
    hits.map(|it| it.range).collect()
}

fn collect<'a>(query: &'a Query, words: &mut Vec<&'a Word>) {
    match query {
        Query::All(parts) | Query::Any(parts) => parts.iter().for_each(|it| collect(it, words)),
        Query::Text(span) => collect_span(span, words),
        Query::Not(_) | Query::Field(_) => {}
    }
}

fn collect_span<'a>(span: &'a Span, found: &mut Vec<&'a Word>) {
    match span {
        Span::Phrase(words) | Span::Within { words, .. } => found.extend(words),
        Span::Near { left, right, .. } => {
            collect_span(left, found);
            collect_span(right, found);
        }
        Span::Any(spans) => spans.iter().for_each(|it| collect_span(it, found)),
    }
}
