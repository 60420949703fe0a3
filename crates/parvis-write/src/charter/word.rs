//! The words of a text, folded for comparison: small letters, one kind of apostrophe and hyphen between words, `œ` as
//! `oe`. What lies in a link, a mention or a tag is no word.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;

use crate::mark::Mark;

/// A word, a number or a sign of money.
#[derive(Debug)]
pub(super) struct Word<'a> {
    pub(super) span: Range<usize>,
    /// As it stands.
    pub(super) text: &'a str,
    /// As it is compared.
    pub(super) folded: String,
    /// Which sentence it is in, from 0.
    pub(super) sentence: usize,
    /// No other word of its sentence stands before it.
    pub(super) is_first: bool,
}

pub(super) fn words<'a>(text: &'a str, marks: &[Mark], sentences: &[Range<usize>]) -> Vec<Word<'a>> {
    let mut found: Vec<Word<'a>> = Vec::new();
    let (mut marks, mut sentence) = (marks.iter().peekable(), 0);
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        while marks.next_if(|mark| mark.span.end <= at).is_some() {}
        if marks.peek().is_some_and(|mark| mark.span.contains(&at)) || !(is_word(c) || is_money(c)) {
            continue;
        }
        let mut end = at + c.len_utf8();
        if is_word(c) {
            while let Some((next, c)) = chars.next_if(|(_, c)| is_word(*c)) {
                end = next + c.len_utf8();
            }
        }
        while sentences.get(sentence).is_some_and(|it| it.end <= at) {
            sentence += 1;
        }
        let word = text.get(at..end).unwrap_or_default();
        let is_first = found.last().is_none_or(|last| last.sentence != sentence);
        found.push(Word { span: at..end, text: word, folded: fold(word), sentence, is_first });
    }
    found
}

/// How words are compared.
pub(super) fn fold(word: &str) -> String {
    word.nfc().flat_map(char::to_lowercase).collect::<String>().replace('œ', "oe").replace('æ', "ae")
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || unicode_normalization::char::is_combining_mark(c)
}

fn is_money(c: char) -> bool {
    matches!(c, '€' | '£' | '$' | '%')
}
