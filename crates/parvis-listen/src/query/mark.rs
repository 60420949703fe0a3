//! Which words of a text a query speaks of, to be marked where the text is shown.

use std::ops::Range;

use crate::word::{self, Sigil, Token};

use super::{Key, Query, Span, Word};

/// The bytes of each word and emoji of a text that a query asks for, in their order. A phrase is marked where it stands
/// whole; words that are asked for near each other are marked wherever they stand; what stands under a NOT isn't.
#[must_use]
pub fn marks(query: &Query, text: &str) -> Vec<Range<usize>> {
    let mut phrases = Vec::new();
    collect(query, &mut phrases);
    let tokens = word::tokens(text);
    let mut marked = vec![false; tokens.len()];
    for phrase in &phrases {
        for first in 0..tokens.len() {
            let places = stands(phrase, text, &tokens, first);
            places.into_iter().flatten().for_each(|at| marked[at] = true);
        }
    }
    tokens.into_iter().zip(marked).filter(|(_, is)| *is).map(|(token, _)| token.range).collect()
}

/// A word's way of comparing, and what must stand before it.
type Asked = (Key, Sigil);

/// The tokens of a phrase that begins at this one, if it does.
fn stands(phrase: &[Asked], text: &str, tokens: &[Token], first: usize) -> Option<Vec<usize>> {
    let mut places = Vec::with_capacity(phrase.len());
    let mut at = first;
    for (key, sigil) in phrase {
        // The next word, or an emoji before it.
        loop {
            let token = tokens.get(at)?;
            at += 1;
            let is_it = *sigil == Sigil::None || *sigil == token.sigil;
            if is_it && key.is(&text[token.range.clone()], token.is_emoji) {
                places.push(at - 1);
                break;
            }
            if !token.is_emoji || places.is_empty() {
                return None;
            }
        }
    }
    Some(places)
}

fn collect(query: &Query, phrases: &mut Vec<Vec<Asked>>) {
    match query {
        Query::All(parts) | Query::Any(parts) => parts.iter().for_each(|it| collect(it, phrases)),
        Query::Text(span) => collect_span(span, phrases),
        Query::Not(_) | Query::Field(_) => {}
    }
}

fn collect_span(span: &Span, phrases: &mut Vec<Vec<Asked>>) {
    let asked = |it: &Word| (it.key(), it.sigil);
    match span {
        Span::Phrase(words) => phrases.push(words.iter().map(asked).collect()),
        Span::Within { words, .. } => phrases.extend(words.iter().map(|it| vec![asked(it)])),
        Span::Near { left, right, .. } => {
            collect_span(left, phrases);
            collect_span(right, phrases);
        }
        Span::Any(spans) => spans.iter().for_each(|it| collect_span(it, phrases)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked<'a>(query: &str, text: &'a str) -> Vec<&'a str> {
        marks(&Query::parse(query).unwrap(), text).into_iter().map(|it| &text[it]).collect()
    }

    #[test]
    fn a_phrase_is_marked_where_it_stands_whole_and_what_is_not_wanted_never() {
        let text = "En panne en ligne 😡, la #Billetterie ! Pas de pop-corn.";
        assert_eq!(marked("\"en ligne\" OU billet* SAUF pop-corn", text), ["en", "ligne", "Billetterie"]);
        assert_eq!(marked("panne PROCHE/3 ligne OU 😡", text), ["panne", "ligne", "😡"]);
        assert_eq!(marked("\"ligne la\"", text), ["ligne", "la"]);
    }
}
