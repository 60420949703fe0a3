//! The languages whose writing this crate knows.

use serde::{Deserialize, Serialize};

/// A language that is checked and named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Language {
    /// French, with the typography of France.
    #[serde(rename = "fr")]
    French,
    /// English, with British spelling preferred.
    #[serde(rename = "en")]
    English,
}

impl Language {
    /// Both, in the order in which the project lists them.
    pub const ALL: [Self; 2] = [Self::French, Self::English];

    /// The code of the language in BCP 47.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::French => "fr",
            Self::English => "en",
        }
    }

    /// The one of two texts that is in this language.
    #[must_use]
    pub fn pick<T>(self, french: T, english: T) -> T {
        match self {
            Self::French => french,
            Self::English => english,
        }
    }
}
