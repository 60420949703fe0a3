//! What the organisation says of its posts: which are looked at twice, and on which somebody else than the community manager
//! has the last word.

use serde::{Deserialize, Serialize};

use crate::id::ChannelId;
use crate::rules::permission::Role;
use crate::rules::text;

/// Which posts need a second look by somebody else than their author, before the last word; and whose that is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// All of them.
    pub always: bool,
    /// Those of these origins.
    pub origins: Vec<String>,
    /// Those of these themes.
    pub themes: Vec<String>,
    /// Those that go to one of these channels.
    pub channels: Vec<ChannelId>,
    /// On these the referent has the last word, instead of the community manager.
    pub referent: Case,
    /// On these the direction has it, whatever is said of the referent.
    pub direction: Case,
}

/// Posts by what they are: whatever of it is true of a post makes it one of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Case {
    /// Those of these origins.
    pub origins: Vec<String>,
    /// Those of these themes.
    pub themes: Vec<String>,
    /// Those that go to one of these channels.
    pub channels: Vec<ChannelId>,
    /// Those that say one of these words or phrases, whatever their case and accents: a price, a partner.
    pub words: Vec<String>,
    /// Those that were left against the charter, with a reason.
    pub waived: bool,
}

/// Who has the last word on a post.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LastWord {
    /// The community manager.
    #[default]
    CommunityManager,
    /// The referent.
    Referent,
    /// The direction.
    Direction,
}

impl LastWord {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::CommunityManager, Self::Referent, Self::Direction];

    /// Name in JSON and translations.
    pub fn as_str(self) -> &'static str {
        self.role().map_or("community_manager", Role::as_str)
    }

    /// The role that has it instead of the community manager.
    pub fn role(self) -> Option<Role> {
        match self {
            Self::CommunityManager => None,
            Self::Referent => Some(Role::Referent),
            Self::Direction => Some(Role::Direction),
        }
    }

    /// Whether the word of somebody of that role is one.
    pub fn is_had_by(self, role: Role) -> bool {
        self.role().is_none_or(|it| role == it || role == Role::Administrator)
    }
}

/// What a policy asks of a post.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// Where it comes from.
    pub origin: &'a str,
    /// Its theme.
    pub theme: &'a str,
    /// Where it goes.
    pub channels: &'a [ChannelId],
    /// All that the public will read of it.
    pub texts: &'a [&'a str],
    /// Something in it was left against the charter.
    pub waived: bool,
}

impl Default for Policy {
    /// What comes from outside is looked at twice; the last word is the community manager's.
    fn default() -> Self {
        let origins = ["agency", "freelance", "ambassador", "member"].map(str::to_owned).to_vec();
        Self {
            always: false,
            origins,
            themes: Vec::new(),
            channels: Vec::new(),
            referent: Case::default(),
            direction: Case::default(),
        }
    }
}

impl Policy {
    /// Whether a post of that origin and theme, going there, needs a second look.
    pub fn asks(&self, origin: &str, theme: &str, channels: &[ChannelId]) -> bool {
        self.always
            || self.origins.iter().any(|it| it == origin)
            || self.themes.iter().any(|it| it == theme)
            || self.channels.iter().any(|it| channels.contains(it))
    }

    /// Whose the last word on a post is.
    pub fn last_word(&self, seen: &Seen<'_>) -> LastWord {
        if self.direction.covers(seen) {
            LastWord::Direction
        } else if self.referent.covers(seen) {
            LastWord::Referent
        } else {
            LastWord::CommunityManager
        }
    }
}

impl Case {
    /// Whether the post is one of them.
    pub fn covers(&self, seen: &Seen<'_>) -> bool {
        self.origins.iter().any(|it| it == seen.origin)
            || self.themes.iter().any(|it| it == seen.theme)
            || self.channels.iter().any(|it| seen.channels.contains(it))
            || (self.waived && seen.waived)
            || self.words.iter().any(|phrase| seen.texts.iter().any(|said| says(said, phrase)))
    }
}

/// Whether a text says a phrase, word for word.
fn says(said: &str, phrase: &str) -> bool {
    let (said, phrase) = (text::words(said), text::words(phrase));
    !phrase.is_empty() && said.windows(phrase.len()).any(|it| *it == phrase)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen<'a>(theme: &'a str, texts: &'a [&'a str]) -> Seen<'a> {
        Seen { origin: "team", theme, channels: &[], texts, waived: false }
    }

    #[test]
    fn named_cases_go_to_the_referent_or_the_direction_and_all_others_stay() {
        let policy = Policy {
            referent: Case { themes: vec!["Panne".to_owned()], waived: true, ..Case::default() },
            direction: Case {
                words: vec!["prix".to_owned(), "Cinéma Étoile".to_owned()], ..Case::default()
            },
            ..Policy::default()
        };
        let whose = |theme, said: &str| policy.last_word(&seen(theme, &[said]));
        assert_eq!(whose("Jeux", "Le film de la semaine"), LastWord::CommunityManager);
        assert_eq!(whose("Panne", "C’est réparé"), LastWord::Referent);
        assert_eq!(whose("Panne", "Le PRIX baisse"), LastWord::Direction);
        assert_eq!(whose("Jeux", "Avec le cinema etoile, samedi"), LastWord::Direction);
        assert_eq!(whose("Jeux", "Le cinéma, une étoile"), LastWord::CommunityManager);
        assert_eq!(whose("Jeux", "Un surprix"), LastWord::CommunityManager);
        let left = Seen { waived: true, ..seen("Jeux", &["Promis"]) };
        assert_eq!(policy.last_word(&left), LastWord::Referent);
        assert_eq!(Policy::default().last_word(&left), LastWord::CommunityManager);
        let channel = ChannelId::new(1);
        let there = Seen { channels: &[channel], ..seen("Jeux", &[]) };
        let case = Case { channels: vec![channel], ..Case::default() };
        assert!(case.covers(&there) && !case.covers(&seen("Jeux", &[])));
        assert!(Case { origins: vec!["team".to_owned()], ..Case::default() }.covers(&there));
    }
}
