//! The fast lane: who may use it, for what and when, who is asked for the second look, and when it is used too often. Knows
//! no row and no network; where a post may go by it stands in the one table of steps (`rules::post`).

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::permission::Role;
use super::waking::Waking;
use crate::id::{ChannelId, ColleagueId};

/// The shortest and the longest delay before a post leaves, in seconds: never less than every post can be taken back in.
pub const DELAY: (i64, i64) = (10, 3_600);
/// How long a reader may be waited for, in minutes.
pub const PATIENCE: (i64, i64) = (1, 120);
/// Readers, people and subjects of a list at most.
pub const MOST: usize = 100;
/// Below this many posts of a month a share says nothing.
const FEW: i64 = 2;

/// What the organisation says of its fast lane.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct FastLane {
    /// There is one.
    pub on: bool,
    /// Who may use it, by name.
    pub people: Vec<ColleagueId>,
    /// Who may use it, by role.
    pub roles: Vec<Role>,
    /// For these themes; none is all.
    pub themes: Vec<String>,
    /// To these channels; none is all.
    pub channels: Vec<ChannelId>,
    /// Within these hours of the organisation's clock.
    pub hours: Waking,
    /// How long after the second look it leaves, in seconds: 10 to 3,600.
    pub delay: i64,
    /// How long a reader is waited for before the next is asked, in minutes: 1 to 120.
    pub patience: i64,
    /// Who is asked for the second look, in this order.
    pub readers: Vec<Reader>,
    /// The mailbox that writes to them; none: they are told in Parvis and where notices go alone.
    pub mailbox: Option<ChannelId>,
    /// The share of a month's posts, in percent, above which it is said that the fast lane is used too often.
    pub most: i64,
}

/// Somebody who gives the second look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reader {
    /// Who.
    pub colleague: ColleagueId,
    /// Within these hours of the organisation's clock.
    #[serde(default)]
    pub hours: Waking,
}

impl Default for FastLane {
    fn default() -> Self {
        Self {
            on: false,
            people: Vec::new(),
            roles: Vec::new(),
            themes: Vec::new(),
            channels: Vec::new(),
            hours: Waking::default(),
            delay: 120,
            patience: 5,
            readers: Vec::new(),
            mailbox: None,
            most: 15,
        }
    }
}

/// Why the fast lane isn't open to somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// There is none.
    Off,
    /// Not to this person.
    Person,
    /// Not on this subject.
    Theme,
    /// Not to one of these channels.
    Channel,
    /// Not at this hour.
    Hours,
    /// Nobody is there who could look.
    Reader,
}

impl Closed {
    /// The code of refusals (`refusal-fast-…`).
    pub fn code(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Person => "person",
            Self::Theme => "theme",
            Self::Channel => "channel",
            Self::Hours => "hours",
            Self::Reader => "reader",
        }
    }
}

impl FastLane {
    /// Whether this person may use it for such a post, whatever the hour.
    ///
    /// # Errors
    /// The first thing that speaks against it.
    pub fn admits(
        &self,
        (who, role): (ColleagueId, Role),
        theme: &str,
        channels: &[ChannelId],
    ) -> Result<(), Closed> {
        let speaks_against = [
            (!self.on, Closed::Off),
            (!self.people.contains(&who) && !self.roles.contains(&role), Closed::Person),
            (!self.themes.is_empty() && !self.themes.iter().any(|it| it == theme), Closed::Theme),
            (
                !self.channels.is_empty() && !channels.iter().all(|it| self.channels.contains(it)),
                Closed::Channel,
            ),
        ];
        speaks_against.into_iter().find(|(is, _)| *is).map_or(Ok(()), |(_, why)| Err(why))
    }

    /// The same at an hour (µs).
    ///
    /// # Errors
    /// The first thing that speaks against it.
    pub fn opens(
        &self,
        who: (ColleagueId, Role),
        theme: &str,
        channels: &[ChannelId],
        (at, zone): (i64, &TimeZone),
    ) -> Result<(), Closed> {
        self.admits(who, theme, channels)?;
        if self.hours.covers(at, zone) { Ok(()) } else { Err(Closed::Hours) }
    }

    /// The first of the readers who is on duty at `at` (µs) and of whom `fits` is true.
    pub fn reader(
        &self,
        (at, zone): (i64, &TimeZone),
        fits: impl Fn(ColleagueId) -> bool,
    ) -> Option<ColleagueId> {
        let on_duty = |it: &&Reader| it.hours.covers(at, zone) && fits(it.colleague);
        self.readers.iter().find(on_duty).map(|it| it.colleague)
    }

    /// Whether so many posts by the fast lane, of so many in a month, are more than the organisation wants to see.
    pub fn is_too_often(&self, fast: i64, all: i64) -> bool {
        fast >= FEW && fast * 100 > self.most * all
    }
}

/// Where a try at the fast lane stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FastState {
    /// Its words are being found.
    Writing,
    /// A reader was asked.
    Asked,
    /// A reader said yes: it leaves, or has left.
    Yes,
    /// A reader said no.
    No,
    /// Nobody answered: it goes the ordinary way.
    Silent,
    /// It was changed, taken back, or went the ordinary way.
    Void,
}

impl FastState {
    /// Every state.
    pub const ALL: [Self; 6] = [Self::Writing, Self::Asked, Self::Yes, Self::No, Self::Silent, Self::Void];

    /// Name in SQL, JSON and translations.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Writing => "writing",
            Self::Asked => "asked",
            Self::Yes => "yes",
            Self::No => "no",
            Self::Silent => "silent",
            Self::Void => "void",
        }
    }

    /// The state of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == name)
    }

    /// The post is in the fast lane, or left by it: worth a mark.
    pub fn is_marked(self) -> bool {
        matches!(self, Self::Writing | Self::Asked | Self::Yes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::HOUR;

    /// Thursday 19 November 2026, 14:06 in Paris.
    const THURSDAY: i64 = 1_795_093_560_000_000;

    fn paris() -> TimeZone {
        TimeZone::get("Europe/Paris").unwrap()
    }

    fn office() -> Waking {
        Waking { days: Vec::new(), from: 9 * 60, to: 18 * 60 }
    }

    #[test]
    fn there_is_none_until_the_organisation_says_so() {
        let who = (ColleagueId::new(1), Role::Administrator);
        assert_eq!(FastLane::default().admits(who, "", &[]), Err(Closed::Off));
    }

    #[test]
    fn it_opens_to_the_people_subjects_channels_and_hours_that_were_said_and_no_other() {
        let (anne, ben) = (ColleagueId::new(1), ColleagueId::new(2));
        let (main, other) = (ChannelId::new(1), ChannelId::new(2));
        let lane = FastLane {
            on: true,
            people: vec![anne],
            roles: vec![Role::Specialist],
            themes: vec!["Panne".to_owned()],
            channels: vec![main],
            hours: office(),
            ..FastLane::default()
        };
        let opens = |who, role, theme: &str, channels: &[ChannelId], at| {
            lane.opens((who, role), theme, channels, (at, &paris()))
        };
        assert_eq!(opens(anne, Role::External, "Panne", &[main], THURSDAY), Ok(()));
        assert_eq!(opens(ben, Role::Specialist, "Panne", &[], THURSDAY), Ok(()));
        for role in Role::ALL.into_iter().filter(|it| *it != Role::Specialist) {
            assert_eq!(opens(ben, role, "Panne", &[main], THURSDAY), Err(Closed::Person), "{role:?}");
        }
        assert_eq!(opens(anne, Role::External, "Prix", &[main], THURSDAY), Err(Closed::Theme));
        assert_eq!(opens(anne, Role::External, "Panne", &[main, other], THURSDAY), Err(Closed::Channel));
        assert_eq!(opens(anne, Role::External, "Panne", &[main], THURSDAY + 5 * HOUR), Err(Closed::Hours));
    }

    #[test]
    fn readers_are_asked_in_their_order_within_their_hours() {
        let [anne, ben, cleo] = [1, 2, 3].map(ColleagueId::new);
        let reader = |colleague, hours| Reader { colleague, hours };
        let readers =
            vec![reader(anne, office()), reader(ben, Waking::default()), reader(cleo, Waking::default())];
        let lane = FastLane { readers, ..FastLane::default() };
        assert_eq!(lane.reader((THURSDAY, &paris()), |_| true), Some(anne));
        assert_eq!(lane.reader((THURSDAY + 5 * HOUR, &paris()), |_| true), Some(ben));
        assert_eq!(lane.reader((THURSDAY, &paris()), |it| it != anne && it != ben), Some(cleo));
        assert_eq!(lane.reader((THURSDAY, &paris()), |_| false), None);
    }

    #[test]
    fn a_share_above_the_limit_is_too_much_unless_it_is_a_single_post() {
        let lane = FastLane::default();
        assert!(lane.is_too_often(2, 13) && !lane.is_too_often(3, 20) && !lane.is_too_often(1, 1));
    }
}
