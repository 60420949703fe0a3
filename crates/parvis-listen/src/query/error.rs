//! What is wrong with a query, where, and what to do about it.

use std::ops::Range;

/// What is wrong with a query.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {problem}; {}", problem.remedy())]
pub struct Error {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// Which bytes of the query.
    pub range: Range<usize>,
    /// What it is.
    pub problem: Problem,
}

impl Error {
    pub(super) fn new(text: &str, range: Range<usize>, problem: Problem) -> Self {
        let before = text.get(..range.start).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Self { line, column, range, problem }
    }
}

/// The kinds of mistakes. The screen has a sentence of its own for each code, in each language.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Nothing but space and comments.
    #[error("the query is empty")]
    Empty,
    /// A parenthesis, quote, brace or comment that has no end.
    #[error("“{0}” isn't closed")]
    Unclosed(&'static str),
    /// A closing sign without its opening one.
    #[error("“{0}” closes nothing")]
    Unopened(&'static str),
    /// `()`, or an operator right before a closing parenthesis or the end.
    #[error("something to look for is missing {0}")]
    Missing(&'static str),
    /// Signs between which there is no word.
    #[error("“{0}” holds no word")]
    Wordless(String),
    /// `&&`, `||`, `|`, `!`.
    #[error("“{0}” is no operator here")]
    Foreign(String),
    /// A field Parvis doesn't know.
    #[error("there is no field “{0}:”")]
    UnknownField(String),
    /// `lang:` with nothing behind.
    #[error("the value of “{0}:” is missing")]
    NoValue(String),
    /// `followers:many`.
    #[error("“{0}:” takes two numbers")]
    NoRange(String),
    /// `followers:[9 TO 1]`.
    #[error("this range is upside down")]
    Reversed,
    /// `~` that stands behind no phrase, or without its number.
    #[error("“~” stands at the wrong place")]
    Tilde,
    /// `NEAR` without its number.
    #[error("NEAR lacks its number")]
    NearNumber,
    /// A side of NEAR that is neither words nor a group joined by OR.
    #[error("NEAR can't measure from this")]
    NearSide,
    /// More parentheses within each other than anybody could read.
    #[error("too many parentheses within each other")]
    TooDeep,
    /// More text or words than a watch may have.
    #[error("the query is too long")]
    TooLong,
}

impl Problem {
    /// A name for this kind of mistake that never changes.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Unclosed(_) => "unclosed",
            Self::Unopened(_) => "unopened",
            Self::Missing(_) => "missing",
            Self::Wordless(_) => "wordless",
            Self::Foreign(_) => "foreign",
            Self::UnknownField(_) => "unknown-field",
            Self::NoValue(_) => "no-value",
            Self::NoRange(_) => "no-range",
            Self::Reversed => "reversed",
            Self::Tilde => "tilde",
            Self::NearNumber => "near-number",
            Self::NearSide => "near-side",
            Self::TooDeep => "too-deep",
            Self::TooLong => "too-long",
        }
    }

    /// The part of the query it speaks of, if it names one.
    #[must_use]
    pub fn subject(&self) -> &str {
        match self {
            Self::Unclosed(it) | Self::Unopened(it) | Self::Missing(it) => it,
            Self::Wordless(it)
            | Self::Foreign(it)
            | Self::UnknownField(it)
            | Self::NoValue(it)
            | Self::NoRange(it) => it,
            _ => "",
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn remedy(&self) -> String {
        match self {
            Self::Empty => "write at least one word".into(),
            Self::Unclosed(sign) => format!("add {}", closing(sign)),
            Self::Unopened(sign) => format!("remove it, or add {}", opening(sign)),
            Self::Missing(_) => "add a word, or remove the operator or the parentheses".into(),
            Self::Wordless(_) => "remove it, or write a word".into(),
            Self::Foreign(sign) => match sign.as_str() {
                "&" | "&&" => "write AND".into(),
                "!" => "write NOT".into(),
                _ => "write OR".into(),
            },
            Self::UnknownField(name) => format!(
                "known are {}; to look for these words, put them in quotes: \"{name} …\"",
                super::Name::ALL.map(|(name, _)| format!("{name}:")).join(" ")
            ),
            Self::NoValue(name) => format!("write {name}:value, or {name}:\"several words\""),
            Self::NoRange(name) => format!("write {name}:[1000 TO 50000], with * for an open end"),
            Self::Reversed => "put the smaller number first".into(),
            Self::Tilde => "write \"two words\"~5: a phrase, ~ and a number without spaces".into(),
            Self::NearNumber => "write NEAR/5, or NEAR/5f if the order counts".into(),
            Self::NearSide => {
                "on both sides write a word, a phrase, or (one OR other); put the rest in parentheses beside it".into()
            }
            Self::TooDeep => "split it into several watches, or remove needless parentheses".into(),
            Self::TooLong => "split it into several watches".into(),
        }
    }
}

fn closing(sign: &str) -> &str {
    match sign {
        "(" => "“)”",
        "{" => "“}”",
        "[" => "“]”",
        "<<<" => "“>>>”",
        _ => "the closing quote",
    }
}

fn opening(sign: &str) -> &str {
    match sign {
        ")" => "“(” before",
        "}" => "“{” before",
        "]" => "“[” before",
        _ => "“<<<” before",
    }
}
