//! A query as a list of tests, each saying where to go on when it holds and when not.

use crate::{
    query::{Field, Key, Name, Query, Span, Value, Word, plain_value},
    scan,
    word::{self, Sigil},
};

use super::{
    anchor::{self, Anchors},
    common::Counts,
};

/// One test of sixteen bytes. `key` is a hash, or a place in a list beside the tests.
#[derive(Clone, Copy, Debug)]
pub(super) struct Test {
    pub(super) key: u64,
    pub(super) kind: Kind,
    /// The test to go on with, from the query's first, or [`YES`] or [`NO`].
    pub(super) yes: u16,
    pub(super) no: u16,
}

pub(super) const YES: u16 = u16::MAX;
pub(super) const NO: u16 = u16::MAX - 1;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A word with this hash stands in the text.
    Word,
    Hash,
    At,
    /// A word that begins with these bytes, eight at most, from the highest.
    Head,
    /// The span of this number.
    Span,
    /// A field with this salted hash.
    Field,
    /// Followers in the range of this number.
    Range,
    Never,
    Always,
}

/// Words as the text has them.
#[derive(Clone, Debug)]
pub(super) enum Leaf {
    Word { hash: u64, sigil: Sigil, exact: Option<Box<str>> },
    Pattern(Pattern),
}

/// A pattern of `*` and `?`, and what can be said without folding a word.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    pub(super) pattern: Box<str>,
    pub(super) sigil: Sigil,
    pub(super) is_exact: bool,
    /// The first bytes a folded word must have, eight at most, from the highest; and which bits of them count.
    pub(super) head: u64,
    pub(super) mask: u64,
    /// Whether there is nothing more to it: `word*`.
    pub(super) is_head: bool,
}

impl Pattern {
    fn of(pattern: String, sigil: Sigil, is_exact: bool) -> Self {
        let folded = if is_exact { word::fold(&pattern) } else { pattern.clone() };
        let start = folded.find(['*', '?']).unwrap_or(folded.len());
        let bytes = start.min(8);
        let mask = if bytes == 0 { 0 } else { u64::MAX << (64 - 8 * bytes) };
        let (_, head) = scan::hash_and_head(&folded[..start]);
        let is_head = !is_exact && start <= 8 && &folded[start..] == "*";
        Self { pattern: pattern.into(), sigil, is_exact, head: head & mask, mask, is_head }
    }
}

/// A [`Span`] whose words are hashes.
#[derive(Clone, Debug)]
pub(super) enum Spot {
    Phrase(Vec<Leaf>),
    Within { leaves: Vec<Leaf>, steps: u32 },
    Near { left: Box<Spot>, right: Box<Spot>, steps: u32, is_ordered: bool },
    Any(Vec<Spot>),
}

/// A query made ready.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) tests: Vec<Test>,
    pub(super) spots: Vec<Spot>,
    pub(super) ranges: Vec<(Option<u64>, Option<u64>)>,
    /// Keys of which a post must have one; none where nothing can be said beforehand.
    pub(super) anchors: Option<Vec<anchor::Anchor>>,
    /// Hashes that a post must have all, the rarest first.
    pub(super) required: Vec<u64>,
}

/// A place to go on at that isn't known yet.
#[derive(Clone, Copy)]
enum Label {
    Yes,
    No,
    At(usize),
}

struct Writer<'a> {
    program: Program,
    /// Where each label turned out to be.
    labels: Vec<u16>,
    /// The two labels of each test.
    jumps: Vec<(Label, Label)>,
    counts: &'a Counts,
}

impl Program {
    pub(super) fn of(query: &Query, counts: &Counts) -> Self {
        let Anchors { anchors, required } = anchor::of(query, counts);
        let program = Self { tests: Vec::new(), spots: Vec::new(), ranges: Vec::new(), anchors, required };
        let mut writer = Writer { program, labels: Vec::new(), jumps: Vec::new(), counts };
        writer.query(query, Label::Yes, Label::No);
        writer.end()
    }
}

impl Writer<'_> {
    fn end(mut self) -> Program {
        let place = |label| match label {
            Label::Yes => YES,
            Label::No => NO,
            Label::At(at) => self.labels[at],
        };
        for (test, (yes, no)) in self.program.tests.iter_mut().zip(&self.jumps) {
            (test.yes, test.no) = (place(*yes), place(*no));
        }
        self.program.tests.shrink_to_fit();
        self.program
    }

    fn test(&mut self, kind: Kind, key: u64, yes: Label, no: Label) {
        self.program.tests.push(Test { key, kind, yes: NO, no: NO });
        self.jumps.push((yes, no));
    }

    fn label(&mut self) -> usize {
        self.labels.push(NO);
        self.labels.len() - 1
    }

    /// Puts a label before the next test.
    fn put(&mut self, label: usize) {
        // A query has at most 10,000 words, and fewer than four tests for each.
        self.labels[label] = u16::try_from(self.program.tests.len()).unwrap_or(NO);
    }

    fn query(&mut self, query: &Query, yes: Label, no: Label) {
        match query {
            Query::All(parts) => {
                let mut parts: Vec<&Query> = parts.iter().collect();
                // What most often says no comes first.
                parts.sort_by(|a, b| self.chance(a).total_cmp(&self.chance(b)));
                self.each(&parts, yes, no, true);
            }
            Query::Any(parts) => self.each(&parts.iter().collect::<Vec<_>>(), yes, no, false),
            Query::Not(inner) => self.query(inner, no, yes),
            Query::Text(span) => self.span(span, yes, no),
            Query::Field(field) => self.field(field, yes, no),
        }
    }

    fn each(&mut self, parts: &[&Query], yes: Label, no: Label, is_all: bool) {
        for (at, part) in parts.iter().enumerate() {
            if at + 1 == parts.len() {
                return self.query(part, yes, no);
            }
            let next = self.label();
            if is_all {
                self.query(part, Label::At(next), no)
            } else {
                self.query(part, yes, Label::At(next))
            }
            self.put(next);
        }
    }

    /// How often a part holds, roughly; those that cost much are thought likelier, to come later.
    fn chance(&self, query: &Query) -> f32 {
        match query {
            Query::Text(Span::Phrase(words)) => {
                words.iter().map(|it| self.counts.share(it)).fold(1.0, f32::min)
            }
            Query::Text(_) => 0.4,
            Query::Field(_) => 0.3,
            Query::Not(_) => 0.9,
            Query::Any(parts) => 0.1 + parts.iter().map(|it| self.chance(it)).sum::<f32>(),
            Query::All(parts) => parts.iter().map(|it| self.chance(it)).fold(0.9, f32::min),
        }
    }

    fn field(&mut self, field: &Field, yes: Label, no: Label) {
        match (&field.value, field.name) {
            (_, Name::Foreign(_)) | (Value::Is(_), Name::Followers) => self.test(Kind::Never, 0, yes, no),
            (Value::Is(value), name) => self.test(Kind::Field, field_key(name, &plain_value(value)), yes, no),
            (Value::Between(low, high), _) => {
                self.program.ranges.push((*low, *high));
                self.test(Kind::Range, self.program.ranges.len() as u64 - 1, yes, no);
            }
        }
    }

    /// The words a span can't do without are asked for first: that is cheap. Then the span itself, unless it is a
    /// single word.
    fn span(&mut self, span: &Span, yes: Label, no: Label) {
        if let Span::Phrase(words) = span
            && let [word] = words.as_slice()
            && let Some(hash) = word_hash(word)
            && !word.is_exact
        {
            return self.test(tagged(word.sigil), hash, yes, no);
        }
        if let Spot::Phrase(leaves) = spot(span)
            && let [Leaf::Pattern(Pattern { head, sigil: Sigil::None, is_head: true, .. })] = leaves[..]
            && head != 0
        {
            return self.test(Kind::Head, head, yes, no);
        }
        let next = self.label();
        self.needed(span, Label::At(next), no);
        self.put(next);
        self.program.spots.push(spot(span));
        self.test(Kind::Span, self.program.spots.len() as u64 - 1, yes, no);
    }

    /// The tests of single words without which the span can't stand in the text.
    fn needed(&mut self, span: &Span, yes: Label, no: Label) {
        match span {
            Span::Phrase(words) | Span::Within { words, .. } => {
                let mut words: Vec<&Word> = words.iter().filter(|it| word_hash(it).is_some()).collect();
                words.sort_by(|a, b| self.counts.share(a).total_cmp(&self.counts.share(b)));
                if words.is_empty() {
                    return self.test(Kind::Always, 0, yes, no);
                }
                for (at, word) in words.iter().enumerate() {
                    let next = self.label();
                    let on = if at + 1 == words.len() { yes } else { Label::At(next) };
                    self.test(tagged(word.sigil), word_hash(word).unwrap_or_default(), on, no);
                    self.put(next);
                }
            }
            Span::Near { left, right, .. } => {
                let next = self.label();
                self.needed(left, Label::At(next), no);
                self.put(next);
                self.needed(right, yes, no);
            }
            Span::Any(spans) => {
                for (at, span) in spans.iter().enumerate() {
                    let next = self.label();
                    self.needed(span, yes, if at + 1 == spans.len() { no } else { Label::At(next) });
                    self.put(next);
                }
            }
        }
    }
}

fn tagged(sigil: Sigil) -> Kind {
    match sigil {
        Sigil::None => Kind::Word,
        Sigil::Hash => Kind::Hash,
        Sigil::At => Kind::At,
    }
}

/// The words that must all stand in the text for the span to.
pub(super) fn needed<'a>(span: &'a Span, found: &mut Vec<&'a Word>) {
    match span {
        Span::Phrase(words) | Span::Within { words, .. } => found.extend(words),
        Span::Near { left, right, .. } => {
            needed(left, found);
            needed(right, found);
        }
        Span::Any(_) => {}
    }
}

/// The hash a token must have to be this word; a pattern has none.
pub(super) fn word_hash(word: &Word) -> Option<u64> {
    match word.key() {
        Key::Folded(text) | Key::Emoji(text) => Some(scan::hash(&text)),
        Key::Exact(text) => Some(scan::hash(&word::fold(&text))),
        Key::Pattern { .. } => None,
    }
}

/// The hash of a field's value, compared without case and `@`; of a host for `site:`.
pub(super) fn field_key(name: Name, value: &str) -> u64 {
    let value = if name == Name::Site { crate::query::host(value) } else { value.to_owned() };
    let salt = Name::ALL.iter().position(|(_, it)| *it == name).unwrap_or_default() as u64;
    scan::salted(100 + salt, scan::hash(&value))
}

fn spot(span: &Span) -> Spot {
    match span {
        Span::Phrase(words) => Spot::Phrase(words.iter().map(leaf).collect()),
        Span::Within { words, steps } => {
            Spot::Within { leaves: words.iter().map(leaf).collect(), steps: *steps }
        }
        Span::Near { left, right, steps, is_ordered } => Spot::Near {
            left: Box::new(spot(left)),
            right: Box::new(spot(right)),
            steps: *steps,
            is_ordered: *is_ordered,
        },
        Span::Any(spans) => Spot::Any(spans.iter().map(spot).collect()),
    }
}

fn leaf(word: &Word) -> Leaf {
    let sigil = word.sigil;
    match word.key() {
        Key::Pattern { pattern, is_exact } => Leaf::Pattern(Pattern::of(pattern, sigil, is_exact)),
        Key::Folded(text) | Key::Emoji(text) => Leaf::Word { hash: scan::hash(&text), sigil, exact: None },
        Key::Exact(text) => {
            Leaf::Word { hash: scan::hash(&word::fold(&text)), sigil, exact: Some(text.into()) }
        }
    }
}
