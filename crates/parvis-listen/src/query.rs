//! The language in which a watch is written, after Brandwatch's: `AND`, `OR`, `NOT` (also `ET`, `OU`, `SAUF`),
//! parentheses, `"phrases"`, `"a b"~5`, `a NEAR/5 b`, `a NEAR/5f b`, `word*`, `w?rd`, `#tag`, `@handle`,
//! `{CaseSensitive}`, fields such as `lang:fr`, and `<<<comments>>>`.
//!
//! Words that stand side by side are all asked for. `NOT` binds closest, then `NEAR`, `AND`, `OR`. Operators are
//! written in capitals: `and` is a word. See docs/queries.md for people.

mod error;
mod field;
mod format;
mod lex;
mod mark;
mod paint;
mod parse;
mod pattern;

pub use error::{Error, Problem};
pub use field::{Field, Name, Value};
pub(crate) use field::{host, host_and_above, plain as plain_value};
pub use format::Dialect;
pub use mark::marks;
pub use paint::{Class, paint};
pub(crate) use pattern::matches as is_like;

use crate::word::{self, Sigil};

/// What a watch asks of a post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Query {
    /// Every one of these, two at least.
    All(Vec<Query>),
    /// Any of these, two at least.
    Any(Vec<Query>),
    /// Not this.
    Not(Box<Query>),
    /// Words in the text.
    Text(Span),
    /// Something known about the post beside its text.
    Field(Field),
}

/// Words that stand in the text in a certain way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Span {
    /// These words side by side, in this order; mostly a single one.
    Phrase(Vec<Word>),
    /// These words, two at least, each at another place, none more than so many steps from another.
    Within {
        /// The words, in the order in which they were written.
        words: Vec<Word>,
        /// How many steps at most; neighbours are one step apart.
        steps: u32,
    },
    /// Two spans of words that don't overlap, no more than so many steps from the end of one to the start of the other.
    Near {
        /// What stands on the left in the query, and first in the text if the order counts.
        left: Box<Span>,
        /// The other.
        right: Box<Span>,
        /// How many steps at most; neighbours are one step apart.
        steps: u32,
        /// Whether the left one must come first.
        is_ordered: bool,
    },
    /// Any of these, two at least.
    Any(Vec<Span>),
}

/// One word, hashtag, handle or emoji that is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// As it was written, without its sigil. `*` stands for any number of word characters, `?` for exactly one.
    pub written: String,
    /// `None` finds the word, the hashtag and the handle.
    pub sigil: Sigil,
    /// Whether case and accents count: `{Word}`.
    pub is_exact: bool,
}

/// How a word's text is compared with that of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// Equal after [`word::fold`].
    Folded(String),
    /// Equal after [`word::compose`].
    Exact(String),
    /// The emoji equal after [`word::fold_emoji`].
    Emoji(String),
    /// Matches this pattern of `*` and `?`, after folding, or as it is written if `is_exact`.
    Pattern {
        /// The pattern, folded or composed.
        pattern: String,
        /// Whether case and accents count.
        is_exact: bool,
    },
}

impl Word {
    /// How this word is compared.
    ///
    /// A word of a script without spaces is also found within a run: 東京 in 東京タワー.
    #[must_use]
    pub fn key(&self) -> Key {
        if word::emoji_length(&self.written).is_some() {
            return Key::Emoji(word::fold_emoji(&self.written));
        }
        let text = if self.is_exact { word::compose(&self.written) } else { word::fold(&self.written) };
        if text.contains(['*', '?']) {
            return Key::Pattern { pattern: text, is_exact: self.is_exact };
        }
        if self.is_exact {
            return Key::Exact(text);
        }
        if self.sigil == Sigil::None && text.chars().all(word::is_unspaced) {
            return Key::Pattern { pattern: format!("*{text}*"), is_exact: false };
        }
        Key::Folded(text)
    }
}

impl Key {
    /// Whether a word or an emoji of a text is what this asks for, what stands before it aside.
    #[must_use]
    pub fn is(&self, text: &str, is_emoji: bool) -> bool {
        match self {
            Self::Emoji(emoji) => is_emoji && word::fold_emoji(text) == *emoji,
            _ if is_emoji => false,
            Self::Folded(folded) => word::fold(text) == *folded,
            Self::Exact(exact) => word::compose(text) == *exact,
            Self::Pattern { pattern, is_exact: true } => pattern::matches(pattern, &word::compose(text)),
            Self::Pattern { pattern, is_exact: false } => pattern::matches(pattern, &word::fold(text)),
        }
    }
}

impl Query {
    /// Reads a query.
    ///
    /// # Errors
    /// It isn't well formed: where, why, and what to do about it.
    pub fn parse(text: &str) -> Result<Self, Error> {
        parse::parse(text)
    }

    /// Whether any part of it asks for this field.
    #[must_use]
    pub fn asks(&self, name: Name) -> bool {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().any(|it| it.asks(name)),
            Self::Not(inner) => inner.asks(name),
            Self::Field(field) => field.name == name,
            Self::Text(_) => false,
        }
    }

    /// The query on one line, as people of that dialect would write it. Reading it again gives an equal query
    /// in Parvis's dialect.
    #[must_use]
    pub fn write(&self, dialect: Dialect) -> String {
        format::write(self, dialect)
    }
}

impl std::str::FromStr for Query {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text)
    }
}

impl std::fmt::Display for Query {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.write(Dialect::Parvis))
    }
}

#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod tests;
