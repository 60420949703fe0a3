//! From signs to a query, by recursive descent: or, and, near, not.

use std::ops::Range;

use crate::word::{self, Sigil};

use super::{
    Error, Field, Name, Problem, Query, Span, Value, Word,
    lex::{Kind, Sign, signs},
};

/// Real watches have four kilobytes; beyond this somebody plays.
const MAX_BYTES: usize = 100_000;
const MAX_WORDS: usize = 10_000;
const MAX_DEPTH: usize = 100;

pub(super) fn parse(text: &str) -> Result<Query, Error> {
    if text.len() > MAX_BYTES {
        return Err(Error::new(text, 0..0, Problem::TooLong));
    }
    let mut signs = signs(text);
    signs.retain(|it| it.kind != Kind::Comment);
    let mut parser = Parser { text, signs, at: 0, depth: 0, words: 0 };
    if parser.signs.is_empty() {
        return Err(parser.error(0..text.len(), Problem::Empty));
    }
    let query = parser.any()?;
    match parser.peek() {
        None => Ok(query.query),
        Some(sign) if sign.kind == Kind::Close => {
            Err(parser.error(sign.range.clone(), Problem::Unopened(")")))
        }
        Some(sign) => Err(parser.error(sign.range.clone(), misplaced(&sign.kind))),
    }
}

/// A query and the bytes it was read from.
struct Part {
    query: Query,
    range: Range<usize>,
}

struct Parser<'a> {
    text: &'a str,
    signs: Vec<Sign>,
    at: usize,
    depth: usize,
    words: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Sign> {
        self.signs.get(self.at)
    }

    fn kind(&self) -> Option<&Kind> {
        self.peek().map(|it| &it.kind)
    }

    fn take(&mut self, kind: &Kind) -> bool {
        let is_it = self.kind() == Some(kind);
        self.at += usize::from(is_it);
        is_it
    }

    fn error(&self, range: Range<usize>, problem: Problem) -> Error {
        Error::new(self.text, range, problem)
    }

    /// Where the query ends, for what is missing there.
    fn end(&self) -> Range<usize> {
        let end = self.signs.last().map_or(0, |it| it.range.end);
        end..end
    }

    fn any(&mut self) -> Result<Part, Error> {
        let mut parts = vec![self.all()?];
        while self.take(&Kind::Or) {
            parts.push(self.all()?);
        }
        Ok(join(parts, Query::Any))
    }

    fn all(&mut self) -> Result<Part, Error> {
        let mut parts = vec![self.near()?];
        loop {
            if self.take(&Kind::And) || !matches!(self.kind(), None | Some(Kind::Or | Kind::Close)) {
                parts.push(self.near()?);
            } else {
                return Ok(join(parts, Query::All));
            }
        }
    }

    fn near(&mut self) -> Result<Part, Error> {
        let mut left = self.not()?;
        while let Some(Sign { kind: Kind::Near { steps, is_ordered }, range }) = self.peek().cloned() {
            self.at += 1;
            let Some(steps) = steps else { return Err(self.error(range, Problem::NearNumber)) };
            let right = self.not()?;
            let range = left.range.start..right.range.end;
            let near = Span::Near {
                left: Box::new(self.side(left)?),
                right: Box::new(self.side(right)?),
                steps: steps.max(1),
                is_ordered,
            };
            left = Part { query: Query::Text(near), range };
        }
        Ok(left)
    }

    /// What NEAR can measure from.
    fn side(&self, part: Part) -> Result<Span, Error> {
        span(part.query).ok_or_else(|| self.error(part.range, Problem::NearSide))
    }

    fn not(&mut self) -> Result<Part, Error> {
        let Some(Sign { kind: Kind::Not, range }) = self.peek().cloned() else { return self.one() };
        self.at += 1;
        self.deeper(&range)?;
        let part = self.not()?;
        self.depth -= 1;
        Ok(Part { range: range.start..part.range.end, query: Query::Not(Box::new(part.query)) })
    }

    fn deeper(&mut self, range: &Range<usize>) -> Result<(), Error> {
        self.depth += 1;
        if self.depth > MAX_DEPTH { Err(self.error(range.clone(), Problem::TooDeep)) } else { Ok(()) }
    }

    fn one(&mut self) -> Result<Part, Error> {
        let Some(sign) = self.peek().cloned() else {
            return Err(self.error(self.end(), Problem::Missing("at the end")));
        };
        self.at += 1;
        match sign.kind {
            Kind::Open => self.group(&sign.range),
            Kind::Quoted { inner, is_exact } => {
                let words = self.words(inner, &sign.range, is_exact)?;
                self.tilde(words, &sign.range)
            }
            Kind::Bare => {
                let words = self.words(sign.range.clone(), &sign.range, false)?;
                if let Some(Sign { kind: Kind::Tilde(_), range }) = self.peek() {
                    return Err(self.error(range.clone(), Problem::Tilde));
                }
                Ok(Part { query: Query::Text(Span::Phrase(words)), range: sign.range })
            }
            Kind::Field(name) => self.field(name, &sign.range),
            kind => Err(self.error(sign.range, misplaced(&kind))),
        }
    }

    fn group(&mut self, open: &Range<usize>) -> Result<Part, Error> {
        self.deeper(open)?;
        if let Some(Sign { kind: Kind::Close, range }) = self.peek() {
            return Err(self.error(open.start..range.end, Problem::Missing("between the parentheses")));
        }
        let part = if self.peek().is_some() { self.any()? } else { return Err(self.unclosed(open)) };
        self.depth -= 1;
        let Some(Sign { kind: Kind::Close, range }) = self.peek().cloned() else {
            return Err(self.unclosed(open));
        };
        self.at += 1;
        let range = open.start..range.end;
        match self.steps(&range)? {
            None => Ok(Part { query: part.query, range }),
            Some(steps) => match within(part.query, steps) {
                Some(span) => Ok(Part { query: Query::Text(span), range }),
                None => Err(self.error(range, Problem::NearSide)),
            },
        }
    }

    fn unclosed(&self, open: &Range<usize>) -> Error {
        self.error(open.clone(), Problem::Unclosed("("))
    }

    /// The number of a `~` that stands right behind.
    fn steps(&mut self, behind: &Range<usize>) -> Result<Option<u32>, Error> {
        let Some(Sign { kind: Kind::Tilde(steps), range }) = self.peek().cloned() else { return Ok(None) };
        self.at += 1;
        match steps {
            Some(steps) if range.start == behind.end => Ok(Some(steps.max(1))),
            _ => Err(self.error(range, Problem::Tilde)),
        }
    }

    fn tilde(&mut self, words: Vec<Word>, range: &Range<usize>) -> Result<Part, Error> {
        let span = match self.steps(range)? {
            Some(steps) if words.len() > 1 => Span::Within { words, steps },
            _ => Span::Phrase(words),
        };
        Ok(Part { query: Query::Text(span), range: range.clone() })
    }

    fn words(
        &mut self,
        inner: Range<usize>,
        whole: &Range<usize>,
        is_exact: bool,
    ) -> Result<Vec<Word>, Error> {
        let words = words(&self.text[inner], is_exact);
        if words.is_empty() {
            let shown: String = self.text[whole.clone()].chars().take(20).collect();
            return Err(self.error(whole.clone(), Problem::Wordless(shown)));
        }
        self.words += words.len();
        if self.words > MAX_WORDS {
            return Err(self.error(whole.clone(), Problem::TooLong));
        }
        Ok(words)
    }

    fn field(&mut self, name: Option<Name>, range: &Range<usize>) -> Result<Part, Error> {
        let written = self.text[range.clone()].trim_end_matches(':').to_owned();
        let Some(name) = name else { return Err(self.error(range.clone(), Problem::UnknownField(written))) };
        let Some(sign) = self.peek().cloned() else {
            return Err(self.error(range.clone(), Problem::NoValue(written)));
        };
        self.at += 1;
        let whole = range.start..sign.range.end;
        let value = match sign.kind {
            Kind::Span(inner) => self.between(&inner, name, written)?,
            Kind::Value(_) if name == Name::Followers => {
                return Err(self.error(whole, Problem::NoRange(written)));
            }
            Kind::Value(inner) if !self.text[inner.clone()].trim().is_empty() => {
                Value::Is(self.text[inner].trim().to_owned())
            }
            Kind::Open => return self.values(name, range, &sign.range),
            Kind::Bad(problem) => return Err(self.error(sign.range, problem)),
            _ => return Err(self.error(range.clone(), Problem::NoValue(written))),
        };
        self.count(&whole)?;
        Ok(Part { query: Query::Field(Field { name, value }), range: whole })
    }

    fn count(&mut self, range: &Range<usize>) -> Result<(), Error> {
        self.words += 1;
        if self.words > MAX_WORDS { Err(self.error(range.clone(), Problem::TooLong)) } else { Ok(()) }
    }

    /// `lang:(fr OR en)`.
    fn values(&mut self, name: Name, field: &Range<usize>, open: &Range<usize>) -> Result<Part, Error> {
        let mut parts = Vec::new();
        loop {
            let Some(sign) = self.peek().cloned() else { return Err(self.unclosed(open)) };
            self.at += 1;
            let value = match sign.kind {
                Kind::Bare => self.text[sign.range.clone()].to_owned(),
                Kind::Quoted { inner, .. } => self.text[inner].trim().to_owned(),
                _ => {
                    let written = name.word().to_owned();
                    return Err(self.error(sign.range, Problem::NoValue(written)));
                }
            };
            self.count(&sign.range)?;
            parts.push(Part {
                query: Query::Field(Field { name, value: Value::Is(value) }),
                range: sign.range,
            });
            if self.take(&Kind::Or) {
                continue;
            }
            let Some(Sign { kind: Kind::Close, range }) = self.peek().cloned() else {
                return Err(self.unclosed(open));
            };
            self.at += 1;
            return Ok(Part { range: field.start..range.end, ..join(parts, Query::Any) });
        }
    }

    /// `[a TO b]`.
    fn between(&self, inner: &Range<usize>, name: Name, written: String) -> Result<Value, Error> {
        let end = |text: &str| match text.trim() {
            "*" => Some(None),
            number => number.replace(['_', '\u{202F}', '\u{A0}', ' '], "").parse().ok().map(Some),
        };
        let ends = self.text[inner.clone()].split_once("TO").and_then(|(low, high)| end(low).zip(end(high)));
        let takes_numbers = matches!(name, Name::Followers | Name::Foreign(_));
        match ends {
            Some((Some(low), Some(high))) if low > high => Err(self.error(inner.clone(), Problem::Reversed)),
            Some((low, high)) if takes_numbers => Ok(Value::Between(low, high)),
            _ if takes_numbers => Err(self.error(inner.clone(), Problem::NoRange(written))),
            _ => Err(self.error(inner.clone(), Problem::NoValue(written))),
        }
    }
}

/// What is wrong with a sign where something to look for should stand.
fn misplaced(kind: &Kind) -> Problem {
    match kind {
        Kind::Bad(problem) => problem.clone(),
        Kind::Tilde(_) => Problem::Tilde,
        Kind::Close => Problem::Missing("before “)”"),
        Kind::And => Problem::Missing("beside AND"),
        Kind::Or => Problem::Missing("beside OR"),
        Kind::Near { .. } => Problem::Missing("beside NEAR"),
        _ => Problem::Missing("here"),
    }
}

/// Several parts as one, those of the same kind taken in.
fn join(mut parts: Vec<Part>, kind: fn(Vec<Query>) -> Query) -> Part {
    if parts.len() == 1
        && let Some(part) = parts.pop()
    {
        return part;
    }
    let range = parts.first().map_or(0, |it| it.range.start)..parts.last().map_or(0, |it| it.range.end);
    let is_all = matches!(kind(Vec::new()), Query::All(_));
    let queries = parts.into_iter().flat_map(|it| match it.query {
        Query::All(inner) if is_all => inner,
        Query::Any(inner) if !is_all => inner,
        query => vec![query],
    });
    Part { query: kind(queries.collect()), range }
}

/// The query as a span that can be measured from, if it is one: words, a phrase, or a group of them joined by OR.
fn span(query: Query) -> Option<Span> {
    match query {
        Query::Text(Span::Within { .. }) => None,
        Query::Text(span) => Some(span),
        Query::Any(parts) => {
            let spans: Option<Vec<Span>> = parts.into_iter().map(span).collect();
            Some(Span::Any(spans?))
        }
        _ => None,
    }
}

/// `(a AND b)~5`, as Brandwatch writes it: two spans, or several words.
fn within(query: Query, steps: u32) -> Option<Span> {
    let Query::All(parts) = query else { return None };
    let mut spans = parts.into_iter().map(span).collect::<Option<Vec<Span>>>()?;
    if spans.len() == 2 {
        let (right, left) = (spans.pop()?, spans.pop()?);
        return Some(Span::Near { left: Box::new(left), right: Box::new(right), steps, is_ordered: false });
    }
    let words = spans.into_iter().map(|it| match it {
        Span::Phrase(words) => <[Word; 1]>::try_from(words).ok().map(|[word]| word),
        _ => None,
    });
    Some(Span::Within { words: words.collect::<Option<_>>()?, steps })
}

/// The words that are asked for in a piece of a query.
fn words(text: &str, is_exact: bool) -> Vec<Word> {
    let is_part = |c: char| word::is_word(c) || matches!(c, '*' | '?');
    let mut found = Vec::new();
    let mut at = 0;
    let (mut before, mut last) = (None, None);
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let length = if is_part(c) {
            rest.find(|c| !is_part(c) && !word::continues(c)).unwrap_or(rest.len())
        } else {
            word::emoji_length(rest).unwrap_or(0)
        };
        if length > 0 {
            let sigil = if is_part(c) { word::sigil(before, last) } else { Sigil::None };
            found.push(Word { written: rest[..length].to_owned(), sigil, is_exact });
        }
        let length = if length > 0 { length } else { c.len_utf8() };
        for c in rest[..length].chars() {
            (before, last) = (last, Some(c));
        }
        at += length;
    }
    found
}
