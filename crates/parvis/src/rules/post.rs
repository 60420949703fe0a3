//! The way of an idea: which step leads from where to where, which right it takes and what has to be there first.
//! One table, for screen, API and the work that goes on by itself. Knows no row and no network.

pub mod policy;

use serde::{Deserialize, Serialize};

use self::policy::LastWord;
use super::permission::{Action, Actor, Role};

/// Where a post stands on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Somebody had it.
    Idea,
    /// The community manager wants it.
    Kept,
    /// Words are being found.
    ToWrite,
    /// Words are there; checked twice, and the last word.
    ToValidate,
    /// Validated, with its hour; or on its way to the networks.
    Scheduled,
    /// Stands on the networks.
    Published,
    /// What came of it was counted.
    Measured,
    /// Put aside.
    Parked,
    /// Not for us, with a reason.
    Refused,
}

impl State {
    /// Every state, those of the board first.
    pub const ALL: [Self; 9] = [
        Self::Idea,
        Self::Kept,
        Self::ToWrite,
        Self::ToValidate,
        Self::Scheduled,
        Self::Published,
        Self::Measured,
        Self::Parked,
        Self::Refused,
    ];

    /// Name in SQL, JSON and translations.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Idea => "idea",
            Self::Kept => "kept",
            Self::ToWrite => "to_write",
            Self::ToValidate => "to_validate",
            Self::Scheduled => "scheduled",
            Self::Published => "published",
            Self::Measured => "measured",
            Self::Parked => "parked",
            Self::Refused => "refused",
        }
    }

    /// The state of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == name)
    }
}

/// A step on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Choose it.
    Keep,
    /// Have words found for it.
    Brief,
    /// Put it back among the ideas.
    Reopen,
    /// Put it aside.
    Park,
    /// Say no, and why.
    Refuse,
    /// Change what will be published. What was validated no longer is.
    Rewrite,
    /// Hand the words over to be checked.
    Submit,
    /// Ask for other words, and say why.
    SendBack,
    /// Have the last word.
    Validate,
    /// Give it its hour.
    Schedule,
    /// Give it another hour; also puts back what was held.
    Move,
    /// Take its hour away.
    Unschedule,
    /// Have it leave now.
    PublishNow,
    /// Hand over again what a network refused.
    Resume,
    /// Leave it at the networks where it stands.
    Settle,
    /// All of it stands on the networks; Parvis says so.
    Publish,
    /// What came of it was counted; Parvis says so.
    Measure,
    /// Go on by the fast lane: from an idea to its words, from its words to a reader.
    Rush,
    /// Give the second look that the fast lane asked for; it leaves soon after.
    Approve,
    /// Say no to it, and why.
    Decline,
    /// Take back what is about to leave by the fast lane.
    Recall,
}

/// What is known of a post when somebody wants a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// A reason was given.
    pub reason: bool,
    /// It has a channel to go to, and each has words that fit.
    pub words: bool,
    /// Every line of the checklist is ticked.
    pub ticked: bool,
    /// The second look was given, or isn't asked for.
    pub looked: bool,
    /// Nothing that the charter binds to is left open.
    pub charter: bool,
    /// Whatever it shows may still be shown when it leaves.
    pub rights: bool,
    /// All that was asked for and that it needs is kept.
    pub material: bool,
    /// The last word was had on this very version.
    pub validated: bool,
    /// The hour asked for lies ahead.
    pub ahead: bool,
    /// Its messages were made: it is leaving or has left in part.
    pub released: bool,
    /// A stop is in force.
    pub stopped: bool,
    /// The fast lane is open to who wants it, for this post and now.
    pub lane: bool,
    /// The fast lane put this very version before who wants it, who isn't its author.
    pub asked: bool,
    /// Who wants it sent it by the fast lane, read it there, wrote it, or gives hours.
    pub party: bool,
    /// Whose the last word is.
    pub whose: LastWord,
}

/// Why a step can't be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Objection {
    /// It doesn't stand where this step begins.
    State,
    /// A reason is missing.
    Reason,
    /// There is no channel, or no words that fit.
    Words,
    /// The checklist isn't ticked to its end.
    Ticks,
    /// Nobody but the author has looked at it.
    Look,
    /// The charter binds to something that nobody has mended or set aside.
    Charter,
    /// The rights to something that it shows end before it leaves.
    Rights,
    /// Something that was asked for and that it needs isn't there.
    Material,
    /// The last word wasn't had on what stands there.
    Unvalidated,
    /// The hour has passed.
    Past,
    /// It is leaving.
    Leaving,
    /// Everything is stopped.
    Stopped,
    /// The fast lane isn't open.
    Lane,
    /// Nobody asked this person for a second look at what stands there.
    Asked,
    /// It isn't this person's to take back.
    Party,
}

impl Objection {
    /// The code of refusals (`refusal-post-…`).
    pub fn code(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Reason => "reason",
            Self::Words => "words",
            Self::Ticks => "ticks",
            Self::Look => "look",
            Self::Charter => "charter",
            Self::Rights => "rights",
            Self::Material => "material",
            Self::Unvalidated => "unvalidated",
            Self::Past => "past",
            Self::Leaving => "leaving",
            Self::Stopped => "stopped",
            Self::Lane => "lane",
            Self::Asked => "asked",
            Self::Party => "party",
        }
    }
}

impl Step {
    /// Every step, in the order in which menus offer them.
    pub const ALL: [Self; 21] = [
        Self::Keep,
        Self::Brief,
        Self::Submit,
        Self::Validate,
        Self::Schedule,
        Self::PublishNow,
        Self::Move,
        Self::Unschedule,
        Self::Resume,
        Self::Settle,
        Self::Rewrite,
        Self::SendBack,
        Self::Reopen,
        Self::Park,
        Self::Refuse,
        Self::Publish,
        Self::Measure,
        Self::Rush,
        Self::Approve,
        Self::Decline,
        Self::Recall,
    ];

    /// Name in JSON, forms, journal (`post.…`) and translations.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Brief => "brief",
            Self::Reopen => "reopen",
            Self::Park => "park",
            Self::Refuse => "refuse",
            Self::Rewrite => "rewrite",
            Self::Submit => "submit",
            Self::SendBack => "send_back",
            Self::Validate => "validate",
            Self::Schedule => "schedule",
            Self::Move => "move",
            Self::Unschedule => "unschedule",
            Self::PublishNow => "publish_now",
            Self::Resume => "resume",
            Self::Settle => "settle",
            Self::Publish => "publish",
            Self::Measure => "measure",
            Self::Rush => "rush",
            Self::Approve => "approve",
            Self::Decline => "decline",
            Self::Recall => "recall",
        }
    }

    /// The step of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == name)
    }

    /// Whether the actor may take it on a post whose last word is `whose`: who else has it, has it instead of the community
    /// manager, and may send back, too.
    pub fn is_for(self, actor: &Actor, whose: LastWord) -> bool {
        let by_right = self.needs().is_some_and(|action| actor.may(action));
        match whose.role() {
            Some(role) if matches!(self, Self::Validate | Self::SendBack) => {
                let theirs = actor.may(Action::Look)
                    && matches!(actor.role, it if it == role || it == Role::Administrator);
                theirs || (self == Self::SendBack && by_right)
            }
            _ => by_right,
        }
    }

    /// The right that it takes, unless the last word is somebody else's ([`Step::is_for`]); `None` for what Parvis alone does.
    pub fn needs(self) -> Option<Action> {
        match self {
            Self::Keep | Self::Brief | Self::Reopen | Self::Park | Self::Refuse => Some(Action::Keep),
            Self::Rewrite | Self::Submit | Self::Rush => Some(Action::Write),
            Self::Approve | Self::Decline => Some(Action::Look),
            Self::Recall => Some(Action::Propose),
            Self::SendBack | Self::Validate => Some(Action::Validate),
            Self::Schedule | Self::Move | Self::Unschedule => Some(Action::Schedule),
            Self::PublishNow | Self::Resume | Self::Settle => Some(Action::PublishNow),
            Self::Publish | Self::Measure => None,
        }
    }

    /// Where it leads from `from`; `None` where it doesn't begin.
    pub fn leads(self, from: State) -> Option<State> {
        use State as S;
        match (self, from) {
            (Self::Keep, S::Idea | S::Parked | S::ToWrite) => Some(S::Kept),
            (Self::Brief, S::Kept) => Some(S::ToWrite),
            (Self::Reopen, S::Kept | S::Parked | S::Refused) => Some(S::Idea),
            (Self::Park, S::Idea | S::Kept | S::ToWrite | S::ToValidate) => Some(S::Parked),
            (Self::Refuse, S::Idea | S::Kept | S::ToWrite | S::ToValidate | S::Parked) => Some(S::Refused),
            (Self::Rewrite, S::ToWrite) => Some(S::ToWrite),
            (Self::Rewrite, S::ToValidate | S::Scheduled) => Some(S::ToValidate),
            (Self::Submit, S::ToWrite) | (Self::Unschedule, S::Scheduled) => Some(S::ToValidate),
            (Self::Validate, S::ToValidate) => Some(S::ToValidate),
            (Self::SendBack, S::ToValidate | S::Scheduled) => Some(S::ToWrite),
            (Self::Schedule, S::ToValidate) => Some(S::Scheduled),
            (Self::Move | Self::Resume, S::Scheduled) => Some(S::Scheduled),
            (Self::PublishNow, S::ToValidate | S::Scheduled) => Some(S::Scheduled),
            (Self::Settle | Self::Publish, S::Scheduled) => Some(S::Published),
            (Self::Measure, S::Published) => Some(S::Measured),
            (Self::Rush, S::Idea | S::Kept) => Some(S::ToWrite),
            (Self::Rush, S::ToWrite | S::ToValidate) => Some(S::ToValidate),
            (Self::Approve, S::ToValidate) => Some(S::Scheduled),
            (Self::Decline, S::ToValidate) => Some(S::ToWrite),
            (Self::Recall, S::Scheduled) => Some(S::ToValidate),
            _ => None,
        }
    }

    /// Where the step leads, with what is known of the post.
    ///
    /// # Errors
    /// The first thing that is missing.
    pub fn take(self, from: State, facts: Facts) -> Result<State, Objection> {
        let to = self.leads(from).ok_or(Objection::State)?;
        let leaves = matches!(self, Self::Schedule | Self::Move | Self::PublishNow | Self::Resume);
        // By the fast lane it is put before a reader, or leaves with the reader's word.
        let is_put = self == Self::Rush && to == State::ToValidate;
        let is_read = matches!(self, Self::Approve | Self::Decline);
        // Somebody answers for what will leave.
        let answers = leaves || is_put || matches!(self, Self::Validate | Self::Approve);
        let conditions = [
            (self == Self::Rush && !facts.lane, Objection::Lane),
            (is_read && !facts.asked, Objection::Asked),
            (self == Self::Recall && !facts.party, Objection::Party),
            (is_put && facts.validated, Objection::State),
            (
                matches!(self, Self::Refuse | Self::SendBack | Self::Rush | Self::Decline) && !facts.reason,
                Objection::Reason,
            ),
            (self.needs_rest() && from == State::Scheduled && facts.released, Objection::Leaving),
            (
                matches!(self, Self::Resume | Self::Settle | Self::Publish) && !facts.released,
                Objection::State,
            ),
            ((answers || self == Self::Submit) && !facts.words, Objection::Words),
            (matches!(self, Self::Validate | Self::Approve) && !facts.ticked, Objection::Ticks),
            (self == Self::Validate && !facts.looked, Objection::Look),
            (leaves && !facts.validated, Objection::Unvalidated),
            (answers && !facts.charter, Objection::Charter),
            (answers && !facts.rights, Objection::Rights),
            (answers && !facts.material, Objection::Material),
            (matches!(self, Self::Schedule | Self::Move) && !facts.ahead, Objection::Past),
            ((leaves || is_put || self == Self::Approve) && facts.stopped, Objection::Stopped),
        ];
        match conditions.into_iter().find(|(lacks, _)| *lacks) {
            Some((_, objection)) => Err(objection),
            None => Ok(to),
        }
    }

    /// Can't be done to what is leaving already.
    fn needs_rest(self) -> bool {
        matches!(
            self,
            Self::Rewrite
                | Self::SendBack
                | Self::Move
                | Self::Unschedule
                | Self::PublishNow
                | Self::Schedule
                | Self::Recall
        )
    }
}

/// Where ideas come from.
pub const ORIGINS: [&str; 7] = ["team", "agency", "freelance", "ambassador", "trend", "member", "message"];

/// What is read before a post leaves, each line ticked by somebody. Pictures add `alt`.
pub const CHECKLIST: [&str; 4] = ["facts", "links", "alt", "charter"];

/// The mark of the second look among the ticks.
pub const SECOND_LOOK: &str = "second_look";

/// The colleagues that a remark names: `@` and the beginning of a name, up to the next mark, whatever its case.
/// Answers with the places in `names`, each once.
pub fn mentioned(text: &str, names: &[&str]) -> Vec<usize> {
    let folded = text.to_lowercase();
    let mut found = Vec::new();
    for (at, _) in folded.match_indices('@') {
        let rest = folded.get(at + 1..).unwrap_or_default();
        // In the middle of a word it is an address.
        if folded.get(..at).and_then(|it| it.chars().next_back()).is_some_and(char::is_alphanumeric) {
            continue;
        }
        // The longest name that stands there: "Anne" isn't meant by "@Anne-Marie".
        let named = names.iter().enumerate().filter(|(_, name)| {
            let name = name.to_lowercase();
            let next = rest.get(name.len()..).and_then(|it| it.chars().next());
            !name.is_empty()
                && rest.starts_with(&name)
                && next.is_none_or(|it| !it.is_alphanumeric() && it != '-')
        });
        if let Some((place, _)) = named.max_by_key(|(_, name)| name.len())
            && !found.contains(&place)
        {
            found.push(place);
        }
    }
    found
}

#[cfg(test)]
mod tests;
