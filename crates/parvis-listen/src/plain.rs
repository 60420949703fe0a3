//! One query against one post, written to be obviously right and not to be quick. What [`crate::index`] answers is
//! compared with this over millions of pairs.

use crate::{
    Post,
    query::{Key, Query, Span, Word},
    word::{self, Sigil, Token},
};

/// Whether the post is what the query asks for.
#[must_use]
pub fn matches(query: &Query, post: &Post<'_>) -> bool {
    Text::of(post.text).matches(query, post)
}

/// A text cut into words, to be asked many times.
#[derive(Debug)]
pub struct Text {
    tokens: Vec<Token>,
    /// Each token folded, and as it is written with its accents composed.
    forms: Vec<(String, String)>,
}

/// A word that is asked for, and how it is compared.
type Asked = (Sigil, Key);

fn asked(words: &[Word]) -> Vec<Asked> {
    words.iter().map(|it| (it.sigil, it.key())).collect()
}

impl Text {
    /// Cuts the text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let tokens = word::tokens(text);
        let form = |it: &Token| {
            let text = &text[it.range.clone()];
            if it.is_emoji {
                (word::fold_emoji(text), String::new())
            } else {
                (word::fold(text), word::compose(text))
            }
        };
        Self { forms: tokens.iter().map(form).collect(), tokens }
    }

    /// Whether the post whose text this is is what the query asks for.
    #[must_use]
    pub fn matches(&self, query: &Query, post: &Post<'_>) -> bool {
        holds(query, post, self)
    }
}

/// Where a span stands: its first and last token, and its first and last word. An emoji stands between two words:
/// it starts at the one after it and ends at the one before it.
#[derive(Clone, Copy)]
struct Place {
    first: usize,
    last: usize,
    start: i64,
    end: i64,
}

fn holds(query: &Query, post: &Post<'_>, text: &Text) -> bool {
    match query {
        Query::All(parts) => parts.iter().all(|it| holds(it, post, text)),
        Query::Any(parts) => parts.iter().any(|it| holds(it, post, text)),
        Query::Not(inner) => !holds(inner, post, text),
        Query::Field(field) => field.holds(post),
        Query::Text(Span::Within { words, steps }) => choose(&asked(words), *steps, text, &mut Vec::new()),
        Query::Text(span) => !places(span, text).is_empty(),
    }
}

fn places(span: &Span, text: &Text) -> Vec<Place> {
    match span {
        Span::Phrase(words) => {
            let words = asked(words);
            (0..text.tokens.len())
                .filter_map(|first| Some(text.place(first, phrase(&words, first, text)?)))
                .collect()
        }
        Span::Any(spans) => spans.iter().flat_map(|it| places(it, text)).collect(),
        // The language doesn't measure from it.
        Span::Within { .. } => Vec::new(),
        Span::Near { left, right, steps, is_ordered } => {
            let (left, right) = (places(left, text), places(right, text));
            let pairs = left.iter().flat_map(|l| right.iter().map(move |r| (l, r)));
            let near = pairs
                .filter(|(l, r)| is_followed(l, r, *steps) || (!is_ordered && is_followed(r, l, *steps)));
            near.map(|(l, r)| Place {
                first: l.first.min(r.first),
                last: l.last.max(r.last),
                start: l.start.min(r.start),
                end: l.end.max(r.end),
            })
            .collect()
        }
    }
}

/// Whether the second begins after the first has ended, and soon enough.
fn is_followed(first: &Place, second: &Place, steps: u32) -> bool {
    second.first > first.last && second.start - first.end <= i64::from(steps)
}

/// The last token of the phrase that begins with this token.
fn phrase(words: &[Asked], first: usize, text: &Text) -> Option<usize> {
    let (word, rest) = words.split_first()?;
    if !text.is(first, word) {
        return None;
    }
    if rest.is_empty() {
        return Some(first);
    }
    // The next word, or an emoji before it.
    for next in first + 1..text.tokens.len() {
        if let Some(last) = phrase(rest, next, text) {
            return Some(last);
        }
        if !text.tokens[next].is_emoji {
            return None;
        }
    }
    None
}

/// Whether each word can be given a token of its own, all within so many steps.
fn choose(words: &[Asked], steps: u32, text: &Text, taken: &mut Vec<usize>) -> bool {
    let Some(word) = words.get(taken.len()) else {
        let mut places: Vec<Place> = taken.iter().map(|it| text.place(*it, *it)).collect();
        places.sort_by_key(|it| it.first);
        return places[places.len() - 1].start - places[0].end <= i64::from(steps);
    };
    (0..text.tokens.len()).any(|at| {
        if taken.contains(&at) || !text.is(at, word) {
            return false;
        }
        taken.push(at);
        let is_found = choose(words, steps, text, taken);
        if !is_found {
            taken.pop();
        }
        is_found
    })
}

impl Text {
    fn place(&self, first: usize, last: usize) -> Place {
        let (start, end) = (&self.tokens[first], &self.tokens[last]);
        Place {
            first,
            last,
            start: i64::from(start.step),
            end: i64::from(end.step) - i64::from(end.is_emoji),
        }
    }

    fn is(&self, at: usize, (sigil, key): &Asked) -> bool {
        let (token, (folded, composed)) = (&self.tokens[at], &self.forms[at]);
        if *sigil != Sigil::None && *sigil != token.sigil {
            return false;
        }
        match key {
            Key::Emoji(emoji) => token.is_emoji && folded == emoji,
            _ if token.is_emoji => false,
            Key::Folded(asked) => folded == asked,
            Key::Exact(asked) => composed == asked,
            Key::Pattern { pattern, is_exact } => {
                let text = if *is_exact { composed } else { folded };
                is_like(&pattern.chars().collect::<Vec<_>>(), &text.chars().collect::<Vec<_>>())
            }
        }
    }
}

/// Whether the text matches a pattern of `*` and `?`.
fn is_like(pattern: &[char], text: &[char]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some(('*', rest)) => (0..=text.len()).any(|skipped| is_like(rest, &text[skipped..])),
        Some(('?', rest)) => !text.is_empty() && is_like(rest, &text[1..]),
        Some((c, rest)) => text.first() == Some(c) && is_like(rest, &text[1..]),
    }
}
