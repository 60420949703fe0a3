//! The way of a request for material: who may take which step, where it leads, and when its end is near. Knows no row and
//! no clock.

use serde::{Deserialize, Serialize};

use crate::clock::DAY;

/// How long before it is due whoever was asked is reminded, the earliest first; and once it is late (µs).
pub const REMINDERS: [i64; 3] = [3 * DAY, DAY, 0];

/// Where a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RequestState {
    /// Nobody has answered.
    Asked,
    /// It is being made.
    Accepted,
    /// It is there to be looked at.
    Delivered,
    /// Something is missing in what was delivered.
    SentBack,
    /// It is what was wanted.
    Kept,
    /// Whoever was asked can't.
    Declined,
    /// It isn't wanted any more.
    Withdrawn,
}

impl RequestState {
    /// Every state.
    pub const ALL: [Self; 7] = [
        Self::Asked,
        Self::Accepted,
        Self::Delivered,
        Self::SentBack,
        Self::Kept,
        Self::Declined,
        Self::Withdrawn,
    ];

    /// Name in SQL, JSON and translations.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Accepted => "accepted",
            Self::Delivered => "delivered",
            Self::SentBack => "sent_back",
            Self::Kept => "kept",
            Self::Declined => "declined",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The state of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == name)
    }

    /// Whoever was asked has something to do.
    pub fn is_awaited(self) -> bool {
        matches!(self, Self::Asked | Self::Accepted | Self::SentBack)
    }

    /// Nothing more is expected of anybody.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Kept | Self::Withdrawn)
    }
}

/// A step on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RequestStep {
    /// I make it.
    Accept,
    /// I can't, and why.
    Decline,
    /// Here it is.
    Deliver,
    /// It is what was wanted.
    Keep,
    /// Something is missing, and what.
    SendBack,
    /// It isn't wanted any more.
    Withdraw,
}

impl RequestStep {
    /// Every step, in the order in which they are offered.
    pub const ALL: [Self; 6] =
        [Self::Accept, Self::Deliver, Self::Decline, Self::Keep, Self::SendBack, Self::Withdraw];

    /// Name in forms, JSON and translations.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Decline => "decline",
            Self::Deliver => "deliver",
            Self::Keep => "keep",
            Self::SendBack => "send_back",
            Self::Withdraw => "withdraw",
        }
    }

    /// The step of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == name)
    }

    /// It is whoever was asked who takes it; otherwise who plans.
    pub fn is_of_asked(self) -> bool {
        matches!(self, Self::Accept | Self::Decline | Self::Deliver)
    }

    /// It needs words: why, or what is missing.
    pub fn asks_reason(self) -> bool {
        matches!(self, Self::Decline | Self::SendBack)
    }

    /// Where it leads from `from`; `None` where it doesn't begin.
    pub fn leads(self, from: RequestState) -> Option<RequestState> {
        use RequestState as S;
        match (self, from) {
            (Self::Accept, S::Asked) => Some(S::Accepted),
            (Self::Decline, S::Asked | S::Accepted | S::SentBack) => Some(S::Declined),
            // Again while nobody has answered: the newer one counts.
            (Self::Deliver, S::Asked | S::Accepted | S::SentBack | S::Delivered) => Some(S::Delivered),
            (Self::Keep, S::Delivered) => Some(S::Kept),
            (Self::SendBack, S::Delivered) => Some(S::SentBack),
            (Self::Withdraw, S::Asked | S::Accepted | S::Delivered | S::SentBack | S::Declined) => {
                Some(S::Withdrawn)
            }
            _ => None,
        }
    }
}

/// When whoever was asked is reminded next, after `now`, of what is due at `due` (µs).
pub fn next_reminder(due: i64, now: i64) -> Option<i64> {
    REMINDERS.iter().map(|before| due - before).find(|at| *at > now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_of_a_request_is_the_one_that_was_agreed() {
        let rows: Vec<String> = RequestStep::ALL
            .iter()
            .map(|step| {
                let to = RequestState::ALL.map(|from| step.leads(from).map_or("-", RequestState::as_str));
                format!("{}: {}", step.as_str(), to.join(" "))
            })
            .collect();
        let agreed = "\
accept: accepted - - - - - -
deliver: delivered delivered delivered delivered - - -
decline: declined declined - declined - - -
keep: - - kept - - - -
send_back: - - sent_back - - - -
withdraw: withdrawn withdrawn withdrawn withdrawn - withdrawn -";
        assert_eq!(rows.join("\n"), agreed);
        // What is over stays so.
        for state in RequestState::ALL.into_iter().filter(|it| it.is_over()) {
            assert!(RequestStep::ALL.iter().all(|step| step.leads(state).is_none()), "{state:?}");
        }
    }

    #[test]
    fn whoever_was_asked_is_reminded_twice_before_and_once_after() {
        let due = 10 * DAY;
        assert_eq!(next_reminder(due, 0), Some(7 * DAY));
        assert_eq!(next_reminder(due, 7 * DAY), Some(9 * DAY));
        assert_eq!(next_reminder(due, 9 * DAY), Some(due));
        assert_eq!(next_reminder(due, due), None);
    }
}
