//! A query written on one line, for Parvis or for Brandwatch.

use std::fmt::Write as _;

use crate::word::Sigil;

use super::{Field, Name, Query, Span, Value, Word};

/// Whose way of writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// What [`Query::parse`] reads back to the same query.
    Parvis,
    /// To be pasted into Brandwatch: its names of fields, and parentheses wherever operators mix.
    Brandwatch,
}

/// How closely an operator binds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Bond {
    Any,
    All,
    Near,
    Not,
    One,
}

pub(super) fn write(query: &Query, dialect: Dialect) -> String {
    let mut writer = Writer { out: String::new(), dialect };
    writer.query(query, Bond::Any);
    writer.out
}

struct Writer {
    out: String,
    dialect: Dialect,
}

impl Writer {
    fn query(&mut self, query: &Query, around: Bond) {
        match query {
            Query::Any(parts) => self.group(Bond::Any, around, |it| it.list(parts, " OR ", Bond::All)),
            Query::All(parts) => self.group(Bond::All, around, |it| it.list(parts, " AND ", Bond::Near)),
            Query::Not(inner) => self.group(Bond::Not, around, |it| {
                it.out.push_str("NOT ");
                it.query(inner, Bond::Not);
            }),
            Query::Text(span) => self.span(span, around),
            Query::Field(field) => self.field(field),
        }
    }

    /// In parentheses where what stands around binds closer.
    fn group(&mut self, own: Bond, around: Bond, inner: impl FnOnce(&mut Self)) {
        let is_mixed = self.dialect == Dialect::Brandwatch && around != Bond::Any && own < Bond::Not;
        let is_grouped = own < around || is_mixed;
        if is_grouped {
            self.out.push('(');
        }
        inner(self);
        if is_grouped {
            self.out.push(')');
        }
    }

    fn list(&mut self, parts: &[Query], sign: &str, around: Bond) {
        for (at, part) in parts.iter().enumerate() {
            if at > 0 {
                // Brandwatch has no AND NOT.
                let is_not =
                    matches!(part, Query::Not(_)) && sign == " AND " && self.dialect == Dialect::Brandwatch;
                self.out.push_str(if is_not { " " } else { sign });
            }
            self.query(part, around);
        }
    }

    fn span(&mut self, span: &Span, around: Bond) {
        match span {
            Span::Phrase(words) => self.words(words),
            Span::Within { words, steps } => {
                // Words of both kinds can't share one pair of quotes.
                if words.iter().all(|it| it.is_exact == words[0].is_exact) {
                    self.quote(words);
                } else {
                    self.out.push('(');
                    for (at, word) in words.iter().enumerate() {
                        self.out.push_str(if at > 0 { " AND " } else { "" });
                        self.words(std::slice::from_ref(word));
                    }
                    self.out.push(')');
                }
                let _ = write!(self.out, "~{steps}");
            }
            Span::Near { left, right, steps, is_ordered } => self.group(Bond::Near, around, |it| {
                it.span(left, Bond::Near);
                let _ = write!(it.out, " NEAR/{steps}{} ", if *is_ordered { "f" } else { "" });
                it.span(right, Bond::One);
            }),
            Span::Any(spans) => self.group(Bond::Any, around, |it| {
                for (at, span) in spans.iter().enumerate() {
                    it.out.push_str(if at > 0 { " OR " } else { "" });
                    it.span(span, Bond::All);
                }
            }),
        }
    }

    /// A phrase, without quotes if it needs none.
    fn words(&mut self, words: &[Word]) {
        let is_plain = |it: &Word| !it.is_exact && !is_operator(&it.written);
        match words {
            [word] if is_plain(word) => self.word(word),
            _ => self.quote(words),
        }
    }

    fn quote(&mut self, words: &[Word]) {
        let (open, close) = if words[0].is_exact { ('{', '}') } else { ('"', '"') };
        self.out.push(open);
        for (at, word) in words.iter().enumerate() {
            self.out.push_str(if at > 0 { " " } else { "" });
            self.word(word);
        }
        self.out.push(close);
    }

    fn word(&mut self, word: &Word) {
        self.out.push_str(match word.sigil {
            Sigil::None => "",
            Sigil::Hash => "#",
            Sigil::At => "@",
        });
        self.out.push_str(&word.written);
    }

    fn field(&mut self, field: &Field) {
        let name = match (self.dialect, field.name) {
            (Dialect::Brandwatch, Name::Lang) => "language",
            (Dialect::Brandwatch, Name::Followers) => "authorFollowers",
            (_, name) => name.word(),
        };
        self.out.push_str(name);
        self.out.push(':');
        match &field.value {
            Value::Is(value) if value.contains(|c: char| c.is_whitespace() || "()[]\"“”„«»".contains(c)) =>
            {
                let (open, close) = if value.contains('"') { ('«', '»') } else { ('"', '"') };
                self.out.push(open);
                self.out.push_str(value);
                self.out.push(close);
            }
            Value::Is(value) => self.out.push_str(value),
            Value::Between(low, high) => {
                let end = |it: &Option<u64>| it.map_or_else(|| "*".to_owned(), |it| it.to_string());
                let _ = write!(self.out, "[{} TO {}]", end(low), end(high));
            }
        }
    }
}

/// Whether a word would be read as an operator if it stood alone.
fn is_operator(written: &str) -> bool {
    matches!(written, "AND" | "ET" | "OR" | "OU" | "NOT" | "SAUF" | "NEAR" | "ONEAR" | "PROCHE")
}
