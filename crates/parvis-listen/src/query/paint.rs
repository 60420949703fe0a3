//! Which part of a query is what, for an editor's colours.

use std::ops::Range;

use super::lex::{Kind, signs};

/// What a part of a query is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// `AND`, `OR`, `NOT`, `NEAR/5`, `~5`.
    Operator,
    /// A parenthesis.
    Group,
    /// A word, hashtag or handle.
    Word,
    /// In quotes or braces.
    Phrase,
    /// A field's name.
    Field,
    /// A field's value.
    Value,
    /// `<<<…>>>`.
    Comment,
    /// What can't be read.
    Wrong,
}

/// The parts of a query in their order, spaces left out; also of one that isn't well formed.
#[must_use]
pub fn paint(text: &str) -> Vec<(Range<usize>, Class)> {
    let class = |kind: &Kind| match kind {
        Kind::Open | Kind::Close => Class::Group,
        Kind::And | Kind::Or | Kind::Not => Class::Operator,
        Kind::Near { steps: Some(_), .. } | Kind::Tilde(Some(_)) => Class::Operator,
        Kind::Quoted { .. } => Class::Phrase,
        Kind::Field(Some(_)) => Class::Field,
        Kind::Value(_) | Kind::Span(_) => Class::Value,
        Kind::Bare => Class::Word,
        Kind::Comment => Class::Comment,
        Kind::Near { .. } | Kind::Tilde(None) | Kind::Field(None) | Kind::Bad(_) => Class::Wrong,
    };
    signs(text).into_iter().map(|it| (it.range, class(&it.kind))).collect()
}
