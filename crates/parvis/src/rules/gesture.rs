//! Gestures: the way of something out of the ordinary that is done for one member of the community. Knows no row, no
//! route and no clock.

use serde::{Deserialize, Serialize};

/// Where a gesture stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Somebody proposes it; nothing is promised to anybody.
    Proposed,
    /// It will be done: somebody sees to it.
    Agreed,
    /// It won't be done.
    Declined,
    /// It was done.
    Done,
    /// It was agreed and then not done.
    Dropped,
}

impl State {
    /// Every state, in their order.
    pub const ALL: [Self; 5] = [Self::Proposed, Self::Agreed, Self::Declined, Self::Done, Self::Dropped];

    /// The name in SQL, JSON and translations.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Agreed => "agreed",
            Self::Declined => "declined",
            Self::Done => "done",
            Self::Dropped => "dropped",
        }
    }

    /// The state of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == name)
    }

    /// Whether a gesture may go from here to `next`. What was declined may be agreed after all; what is over stays over.
    pub fn leads_to(self, next: Self) -> bool {
        matches!(
            (self, next),
            (Self::Proposed, Self::Agreed | Self::Declined)
                | (Self::Declined, Self::Agreed)
                | (Self::Agreed, Self::Done | Self::Dropped)
        )
    }

    /// Whether getting here is a decision, for who may decide; the rest is for who sees to it, too.
    pub fn is_decision(self) -> bool {
        matches!(self, Self::Agreed | Self::Declined)
    }

    /// Whether getting here needs words: why not, or what came of it.
    pub fn needs_words(self) -> bool {
        matches!(self, Self::Declined | Self::Done | Self::Dropped)
    }
}

#[cfg(test)]
mod tests {
    use super::State::{Agreed, Declined, Done, Dropped, Proposed};
    use super::*;

    #[test]
    fn names_are_read_back_as_what_they_name() {
        assert!(State::ALL.into_iter().all(|it| State::parse(it.as_str()) == Some(it)));
    }

    #[test]
    fn nothing_is_done_that_was_not_agreed_and_what_is_over_stays_over() {
        let all =
            |from: State| State::ALL.into_iter().filter(move |to| from.leads_to(*to)).collect::<Vec<_>>();
        assert_eq!(all(Proposed), [Agreed, Declined]);
        assert_eq!(all(Agreed), [Done, Dropped]);
        assert_eq!(all(Declined), [Agreed]);
        assert!(all(Done).is_empty() && all(Dropped).is_empty());
    }
}
