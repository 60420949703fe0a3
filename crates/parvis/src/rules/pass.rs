//! A pass: what somebody from outside without an account may do by a link, and how hard its code is to guess.

use serde::{Deserialize, Serialize};

use super::permission::Action;
use crate::clock::{DAY, HOUR, MINUTE};
use crate::id::{PassId, PostId};

/// A pass ends after this at the latest (µs).
pub const LONGEST: i64 = 90 * DAY;
/// A code works this long (µs).
pub const CODE: i64 = 10 * MINUTE;
/// Between two codes of one pass (µs) at least.
pub const BETWEEN: i64 = MINUTE;
/// In this time (µs) …
pub const WHILE: i64 = HOUR;
/// … so many codes are sent at most.
pub const CODES: i64 = 6;
/// Wrong codes in a row that end a pass: ten guesses at one of a million.
pub const WRONG: i64 = 10;

/// What a pass is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Bring ideas, and see what became of them.
    Ideas,
    /// Find the words of one post.
    Words,
    /// Say something about one post.
    Opinion,
}

impl Purpose {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Ideas, Self::Words, Self::Opinion];

    /// The name in SQL, JSON and translations (`pass-for-words`).
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ideas => "ideas",
            Self::Words => "words",
            Self::Opinion => "opinion",
        }
    }

    /// The purpose of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == name)
    }

    /// Whether it is about one post.
    pub fn has_post(self) -> bool {
        self != Self::Ideas
    }

    /// What it leaves of the rights of somebody from outside.
    pub fn may(self, action: Action) -> bool {
        match action {
            Action::ReadPosts | Action::Propose | Action::ManageSelf => true,
            Action::Write => self == Self::Words,
            _ => false,
        }
    }
}

/// What bounds an actor who came in by a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    /// Which pass.
    pub pass: PassId,
    /// What it is for.
    pub purpose: Purpose,
    /// The one post that it opens; `None` where it is for ideas.
    pub post: Option<PostId>,
}

impl Bound {
    /// Whether it opens a post.
    pub fn opens(&self, post: PostId) -> bool {
        self.post.is_none_or(|it| it == post)
    }
}

/// An address as it is told to whoever holds the link and may not be the one meant: `l…@example.org`.
pub fn masked(address: &str) -> String {
    let (name, host) = address.split_once('@').unwrap_or((address, ""));
    let first: String = name.chars().take(1).collect();
    format!("{first}…@{host}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::permission::Role;

    #[test]
    fn a_pass_gives_less_than_the_role_from_outside_and_never_more() {
        let rows: Vec<String> = Purpose::ALL
            .iter()
            .map(|it| {
                let given: Vec<String> = Action::ALL
                    .iter()
                    .filter(|action| it.may(**action))
                    .map(|action| format!("{action:?}"))
                    .collect();
                format!("{}: {}", it.as_str(), given.join(" "))
            })
            .collect();
        let agreed = "\
ideas: ReadPosts Propose ManageSelf
words: ReadPosts Propose Write ManageSelf
opinion: ReadPosts Propose ManageSelf";
        assert_eq!(rows.join("\n"), agreed);
        let outside = |action: &&Action| Role::External.may(**action);
        for it in Purpose::ALL {
            let given = || Action::ALL.iter().filter(|action| it.may(**action));
            assert_eq!(given().count(), given().filter(outside).count(), "{it:?}");
        }
    }

    #[test]
    fn an_address_is_told_by_its_first_letter_and_its_host() {
        assert_eq!(masked("lea.morin@example.org"), "l…@example.org");
        assert_eq!(masked("é@b.example"), "é…@b.example");
        assert_eq!(masked(""), "…@");
    }
}
