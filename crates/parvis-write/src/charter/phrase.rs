//! Phrases looked for among the words of a text.
//!
//! A pattern is a line of words. `a|b` is one of several, `a*` whatever begins with it, `*a` whatever ends with it, `_` any word, `..` up to three
//! words or none, `#` a number; `^` before all asks for the beginning of a sentence. Apostrophes and hyphens separate
//! words. A line `! pattern` names what is meant otherwise: what overlaps it isn't found. Behind `=>` stands what to
//! say instead.

use std::collections::HashMap;
use std::ops::Range;

use super::word::{Word, fold};

/// Words that `..` passes over at most.
const GAP: usize = 3;

#[derive(Debug)]
enum Part {
    /// Whole words, beginnings and ends of words.
    OneOf {
        whole: Vec<String>,
        starts: Vec<String>,
        ends: Vec<String>,
    },
    Any,
    Gap,
    Number,
}

#[derive(Debug)]
struct Pattern {
    parts: Vec<Part>,
    at_start: bool,
    excluded: bool,
    instead: Option<String>,
}

/// Patterns, found by the word with which they begin.
#[derive(Debug, Default)]
pub(super) struct Phrases {
    patterns: Vec<Pattern>,
    by_word: HashMap<String, Vec<usize>>,
    /// Those that begin with something else than whole words.
    others: Vec<usize>,
}

/// A phrase that was found.
pub(super) struct Found<'a> {
    pub(super) span: Range<usize>,
    pub(super) instead: Option<&'a str>,
}

impl Phrases {
    /// From a list; empty lines and those that begin with `;` say nothing.
    pub(super) fn read(list: &str) -> Self {
        let mut phrases = Self::default();
        for line in list.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(';')) {
            let (pattern, instead) = match line.split_once("=>") {
                Some((pattern, instead)) => (pattern.trim(), Some(instead.trim().to_owned())),
                None => (line, None),
            };
            let (excluded, pattern) =
                pattern.strip_prefix('!').map_or((false, pattern), |it| (true, it.trim()));
            let (at_start, pattern) =
                pattern.strip_prefix('^').map_or((false, pattern), |it| (true, it.trim()));
            phrases.add(Pattern {
                parts: pattern.split_whitespace().flat_map(part).collect(),
                at_start,
                excluded,
                instead,
            });
        }
        phrases
    }

    /// From words as somebody typed them: nothing in them is a pattern, but `*` at the end of a word.
    pub(super) fn literal<'a>(list: impl Iterator<Item = (&'a str, Option<&'a str>)>) -> Self {
        let mut phrases = Self::default();
        for (text, instead) in list {
            let is_word = |c: char| {
                c.is_alphanumeric() || c == '*' || unicode_normalization::char::is_combining_mark(c)
            };
            let words = text.split(|c| !is_word(c)).filter(|it| !it.trim_matches('*').is_empty());
            let parts = words.map(|word| match word.strip_suffix('*') {
                Some(start) => one_of(&[], &[start]),
                None => one_of(&[word], &[]),
            });
            let parts: Vec<Part> = parts.collect();
            phrases.add(Pattern {
                parts,
                at_start: false,
                excluded: false,
                instead: instead.map(str::to_owned),
            });
        }
        phrases
    }

    fn add(&mut self, pattern: Pattern) {
        let index = self.patterns.len();
        match pattern.parts.first() {
            None => return,
            Some(Part::OneOf { whole, starts, ends }) if starts.is_empty() && ends.is_empty() => {
                for word in whole {
                    self.by_word.entry(word.clone()).or_default().push(index);
                }
            }
            Some(_) => self.others.push(index),
        }
        self.patterns.push(pattern);
    }

    /// Everything found, the longest where two begin together, nothing overlapping, in order.
    pub(super) fn find(&self, words: &[Word]) -> Vec<Found<'_>> {
        let (mut found, mut excluded): (Vec<Found>, Vec<Range<usize>>) = (Vec::new(), Vec::new());
        for (start, word) in words.iter().enumerate() {
            let named = self.by_word.get(&word.folded).into_iter().flatten();
            for pattern in named.chain(&self.others).filter_map(|index| self.patterns.get(*index)) {
                if pattern.at_start && !word.is_first {
                    continue;
                }
                let Some(last) = ends(&pattern.parts, words.get(start..).unwrap_or_default()) else {
                    continue;
                };
                let Some(end) = words.get(start + last).map(|it| it.span.end) else {
                    continue;
                };
                let span = word.span.start..end;
                if pattern.excluded {
                    excluded.push(span);
                } else {
                    found.push(Found { span, instead: pattern.instead.as_deref() });
                }
            }
        }
        found.retain(|it| !excluded.iter().any(|not| not.start < it.span.end && it.span.start < not.end));
        found.sort_by_key(|it| (it.span.start, std::cmp::Reverse(it.span.end)));
        let mut end = 0;
        found.retain(|it| {
            let apart = it.span.start >= end;
            end = end.max(it.span.end);
            apart
        });
        found
    }
}

fn part(word: &str) -> Vec<Part> {
    match word {
        "_" => return vec![Part::Any],
        ".." => return vec![Part::Gap],
        "#" => return vec![Part::Number],
        _ => {}
    }
    // "n'hésitez" and "kick-off" are two words.
    if !word.contains('|') && word.contains(['\'', '-']) {
        return word.split(['\'', '-']).filter(|it| !it.is_empty()).flat_map(part).collect();
    }
    let (mut whole, mut starts, mut ends) = (Vec::new(), Vec::new(), Vec::new());
    for it in word.split('|').filter(|it| !it.is_empty()) {
        match (it.strip_suffix('*'), it.strip_prefix('*')) {
            (Some(start), _) => starts.push(fold(start)),
            (_, Some(end)) => ends.push(fold(end)),
            _ => whole.push(fold(it)),
        }
    }
    vec![Part::OneOf { whole, starts, ends }]
}

/// From words that somebody typed.
fn one_of(whole: &[&str], starts: &[&str]) -> Part {
    let bare = |words: &[&str]| words.iter().map(|it| fold(&it.replace('*', ""))).collect();
    Part::OneOf { whole: bare(whole), starts: bare(starts), ends: Vec::new() }
}

/// The index of the last word of the pattern, which begins with the first of `words`.
fn ends(parts: &[Part], words: &[Word]) -> Option<usize> {
    let sentence = words.first()?.sentence;
    let (part, rest) = parts.split_first()?;
    if matches!(part, Part::Gap) {
        return (0..=GAP).find_map(|gap| {
            let after = words.get(gap..)?;
            ends(rest, after.first().filter(|it| it.sentence == sentence).map(|_| after)?)
                .map(|last| gap + last)
        });
    }
    let word = words.first()?;
    let here = match part {
        Part::OneOf { whole, starts, ends } => {
            whole.contains(&word.folded)
                || starts.iter().any(|start| word.folded.starts_with(start.as_str()))
                || ends.iter().any(|end| word.folded.ends_with(end.as_str()))
        }
        Part::Number => word.folded.starts_with(|c: char| c.is_ascii_digit()),
        Part::Any | Part::Gap => true,
    };
    if !here {
        return None;
    }
    if rest.is_empty() {
        return Some(0);
    }
    let after = words.get(1..)?;
    let same = after.first().is_some_and(|it| it.sentence == sentence);
    if same { ends(rest, after).map(|last| last + 1) } else { None }
}
