//! Launches: what a dossier holds, field by field, and the way of a launch. Knows no row, no route and no clock.

use serde::{Deserialize, Serialize};

/// Kinds of launch.
pub const KINDS: [&str; 2] = ["product", "event"];
/// How likely a problem is, least first.
pub const LIKELY: [&str; 3] = ["rare", "possible", "probable"];
/// How grave a problem would be, least first.
pub const GRAVE: [&str; 3] = ["slight", "serious", "severe"];
/// Who may read an answer of the FAQ.
pub const AUDIENCES: [&str; 2] = ["external", "internal"];
/// Languages in which answers are prepared.
pub const LANGUAGES: [&str; 2] = ["fr", "en"];
/// How far a step of the plan or a piece of material is.
pub const PROGRESS: [&str; 3] = ["todo", "doing", "done"];

/// Where a launch stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It is being prepared; nothing of it is suggested.
    Prepared,
    /// It runs: what was validated is suggested beside conversations.
    Open,
    /// It is over.
    Closed,
}

impl State {
    /// Every state, in their order.
    pub const ALL: [Self; 3] = [Self::Prepared, Self::Open, Self::Closed];

    /// The name in SQL, JSON and translations.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Prepared => "prepared",
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }

    /// The state of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == name)
    }

    /// Whether a launch may go from here to `next`: forwards, or open again after it was closed.
    pub fn leads_to(self, next: Self) -> bool {
        matches!(
            (self, next),
            (Self::Prepared, Self::Open) | (Self::Open, Self::Closed) | (Self::Closed, Self::Open)
        )
    }
}

/// What an entry of a dossier is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// From where it is told.
    Angle,
    /// Something that may go wrong.
    Problem,
    /// What is said to the public when a problem comes, in one language.
    Answer,
    /// A question and its answer, in one language.
    Faq,
    /// A step of the activation plan.
    Step,
    /// Something that has to be made.
    Material,
    /// A meeting at which the community manager is needed.
    Meeting,
    /// What was decided, by whom and when.
    Decision,
}

impl Kind {
    /// Every kind, in the order of the dossier.
    pub const ALL: [Self; 8] = [
        Self::Angle,
        Self::Problem,
        Self::Answer,
        Self::Faq,
        Self::Step,
        Self::Material,
        Self::Meeting,
        Self::Decision,
    ];

    /// The name in SQL, JSON and translations.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Angle => "angle",
            Self::Problem => "problem",
            Self::Answer => "answer",
            Self::Faq => "faq",
            Self::Step => "step",
            Self::Material => "material",
            Self::Meeting => "meeting",
            Self::Decision => "decision",
        }
    }

    /// The kind of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == name)
    }

    /// It answers people, so somebody validates it.
    pub fn is_said(self) -> bool {
        matches!(self, Self::Answer | Self::Faq)
    }

    /// It has a day.
    pub fn has_day(self) -> bool {
        matches!(self, Self::Step | Self::Material | Self::Meeting | Self::Decision)
    }

    /// It is to be done, or made.
    pub fn has_progress(self) -> bool {
        matches!(self, Self::Step | Self::Material)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_as_what_they_name() {
        assert!(Kind::ALL.into_iter().all(|it| Kind::parse(it.as_str()) == Some(it)));
        assert!(State::ALL.into_iter().all(|it| State::parse(it.as_str()) == Some(it)));
    }

    #[test]
    fn a_launch_is_opened_before_it_is_closed_and_never_prepared_again() {
        use State::{Closed, Open, Prepared};
        let ways: Vec<_> = State::ALL
            .into_iter()
            .flat_map(|from| State::ALL.into_iter().map(move |to| (from, to)))
            .filter(|(from, to)| from.leads_to(*to))
            .collect();
        assert_eq!(ways, [(Prepared, Open), (Open, Closed), (Closed, Open)]);
    }
}
