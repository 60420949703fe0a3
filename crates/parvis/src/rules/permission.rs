//! Who may do what: one plain table of roles and actions, and the desks that an actor can see. Knows
//! no route and no row; web and API ask the same questions here.

use serde::{Deserialize, Serialize};

use super::pass::Bound;
use crate::id::{ColleagueId, DeskId, OrganisationId};

/// A role of MISSION O1. What each may do stands in [`Role::may`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Listens, answers, routes, has the last word.
    CommunityManager,
    /// Handles what is routed to the desks they belong to.
    Specialist,
    /// Answers on a subject, now and then.
    Expert,
    /// Agency, freelance, partner: what the contract covers, while it runs.
    External,
    /// Makes visuals; reads what a request needs.
    Creative,
    /// Supervises daily.
    Referent,
    /// Reads reports, is called into a crisis.
    Direction,
    /// Installs, connects channels, reads the audit trail.
    Administrator,
}

/// Something that needs a right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// See conversations, their messages and people.
    Read,
    /// Answer in public or in private.
    Answer,
    /// Write an internal note.
    Note,
    /// Assign, hand over, tag, snooze, close, reopen, merge.
    Triage,
    /// Share a saved view with everybody.
    ShareView,
    /// See whether channels are heard.
    ReadChannels,
    /// Connect, pause and remove channels; desks and their targets; of whom a second factor is asked.
    ManageChannels,
    /// Invite colleagues, change roles, end access.
    ManageColleagues,
    /// Read the journal of the whole organisation.
    ReadJournal,
    /// Export or import everything.
    MoveData,
    /// See what watches find over everything that comes in.
    Listen,
    /// Make, change and remove watches.
    ManageWatches,
    /// See the board and the calendar; external people see what is theirs.
    ReadPosts,
    /// Bring ideas.
    Propose,
    /// Choose among ideas: keep, park, refuse, have words found.
    Keep,
    /// Find the words of a post.
    Write,
    /// Tick the checklist and give the second look.
    Look,
    /// Have the last word on a post: validate it, send it back.
    Validate,
    /// Give a validated post its hour, move it, take it out again.
    Schedule,
    /// Have a validated post leave now; try again what a network refused.
    PublishNow,
    /// Stop everything that would leave.
    Stop,
    /// See launches and their dossiers, internal answers too.
    ReadLaunches,
    /// Make and change launches and what stands in their dossiers; open and close them.
    PrepareLaunches,
    /// Say that a prepared answer is right.
    ValidateAnswers,
    /// See the library; external people and creatives see what they brought.
    ReadMaterial,
    /// Bring pictures into the library, and change what one brought.
    BringMaterial,
    /// Change what others brought, put it away and bring it back.
    KeepMaterial,
    /// Say whether a gesture for a member of the community is made.
    DecideGestures,
    /// Change one's own language, theme, password, and make API tokens.
    ManageSelf,
}

impl Action {
    /// Every action, for tables and tests.
    pub const ALL: [Self; 29] = [
        Self::Read,
        Self::Answer,
        Self::Note,
        Self::Triage,
        Self::ShareView,
        Self::ReadChannels,
        Self::ManageChannels,
        Self::ManageColleagues,
        Self::ReadJournal,
        Self::MoveData,
        Self::Listen,
        Self::ManageWatches,
        Self::ReadPosts,
        Self::Propose,
        Self::Keep,
        Self::Write,
        Self::Look,
        Self::Validate,
        Self::Schedule,
        Self::PublishNow,
        Self::Stop,
        Self::ReadLaunches,
        Self::PrepareLaunches,
        Self::ValidateAnswers,
        Self::ReadMaterial,
        Self::BringMaterial,
        Self::KeepMaterial,
        Self::DecideGestures,
        Self::ManageSelf,
    ];
}

impl Role {
    /// Every role, in the order in which people are shown.
    pub const ALL: [Self; 8] = [
        Self::CommunityManager,
        Self::Specialist,
        Self::Expert,
        Self::External,
        Self::Creative,
        Self::Referent,
        Self::Direction,
        Self::Administrator,
    ];

    /// The name in SQL, JSON and translations (`role-community_manager`).
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CommunityManager => "community_manager",
            Self::Specialist => "specialist",
            Self::Expert => "expert",
            Self::External => "external",
            Self::Creative => "creative",
            Self::Referent => "referent",
            Self::Direction => "direction",
            Self::Administrator => "administrator",
        }
    }

    /// The role of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }

    /// Whether the role sees every desk; the others see those they belong to, and no more.
    pub fn sees_every_desk(self) -> bool {
        matches!(self, Self::CommunityManager | Self::Referent | Self::Direction | Self::Administrator)
    }

    /// The table of rights.
    pub fn may(self, action: Action) -> bool {
        use Action as A;
        match self {
            Self::CommunityManager => {
                !matches!(action, A::ManageChannels | A::ManageColleagues | A::ReadJournal | A::MoveData)
            }
            Self::Specialist => matches!(
                action,
                A::Read
                    | A::Answer
                    | A::Note
                    | A::Triage
                    | A::ReadChannels
                    | A::ReadPosts
                    | A::Propose
                    | A::Write
                    | A::Look
                    | A::Stop
                    | A::ReadLaunches
                    | A::ReadMaterial
                    | A::BringMaterial
                    | A::ManageSelf
            ),
            Self::Expert => matches!(
                action,
                A::Read
                    | A::Answer
                    | A::Note
                    | A::ReadPosts
                    | A::Propose
                    | A::Look
                    | A::ReadLaunches
                    | A::ValidateAnswers
                    | A::ReadMaterial
                    | A::ManageSelf
            ),
            Self::External => matches!(
                action,
                A::Read
                    | A::Answer
                    | A::Note
                    | A::Triage
                    | A::ReadPosts
                    | A::Propose
                    | A::Write
                    | A::ReadMaterial
                    | A::BringMaterial
                    | A::ManageSelf
            ),
            Self::Creative => matches!(
                action,
                A::Read
                    | A::Note
                    | A::ReadPosts
                    | A::Propose
                    | A::ReadMaterial
                    | A::BringMaterial
                    | A::ManageSelf
            ),
            // Supervises, and looks twice; the last word is the community manager's.
            Self::Referent => !matches!(
                action,
                A::ManageChannels | A::MoveData | A::Keep | A::Validate | A::Schedule | A::PublishNow
            ),
            Self::Direction => matches!(
                action,
                A::Read
                    | A::Note
                    | A::ReadChannels
                    | A::Listen
                    | A::ReadPosts
                    | A::Propose
                    | A::Look
                    | A::Stop
                    | A::ReadLaunches
                    | A::ValidateAnswers
                    | A::ReadMaterial
                    | A::DecideGestures
                    | A::ManageSelf
            ),
            Self::Administrator => true,
        }
    }
}

/// Which desks an actor sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All of them, those made later too.
    Every,
    /// These only.
    Desks(Vec<DeskId>),
}

impl Scope {
    /// Whether `desk` is seen.
    pub fn covers(&self, desk: DeskId) -> bool {
        match self {
            Self::Every => true,
            Self::Desks(desks) => desks.contains(&desk),
        }
    }
}

/// What an API token may be used for; a session has all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TokenScope {
    /// Reading.
    Read,
    /// Answering, notes and triage.
    Write,
    /// Channels, colleagues, journal, export.
    Admin,
}

impl TokenScope {
    /// The scope that an action asks of a token.
    pub fn needed_for(action: Action) -> Self {
        match action {
            Action::Read
            | Action::ReadChannels
            | Action::Listen
            | Action::ReadPosts
            | Action::ReadLaunches
            | Action::ReadMaterial => Self::Read,
            Action::Answer
            | Action::Note
            | Action::Triage
            | Action::ShareView
            | Action::ManageWatches
            | Action::Propose
            | Action::Keep
            | Action::Write
            | Action::Look
            | Action::Validate
            | Action::Schedule
            | Action::PublishNow
            | Action::Stop
            | Action::PrepareLaunches
            | Action::ValidateAnswers
            | Action::BringMaterial
            | Action::KeepMaterial
            | Action::DecideGestures
            | Action::ManageSelf => Self::Write,
            Action::ManageChannels | Action::ManageColleagues | Action::ReadJournal | Action::MoveData => {
                Self::Admin
            }
        }
    }
}

/// Somebody who acts: who, where, with which rights. Made by web and API from a session or a token.
#[derive(Clone, Debug)]
pub struct Actor {
    /// Whose data.
    pub organisation: OrganisationId,
    /// Who.
    pub colleague: ColleagueId,
    /// Their role now.
    pub role: Role,
    /// The desks they see.
    pub scope: Scope,
    /// `None` for a session; the token's scopes otherwise.
    pub token: Option<Vec<TokenScope>>,
    /// What bounds who came in by a pass.
    pub pass: Option<Bound>,
}

impl Actor {
    /// Whether this actor may do `action` (somewhere; the desk is asked apart).
    pub fn may(&self, action: Action) -> bool {
        let by_token =
            self.token.as_ref().is_none_or(|scopes| scopes.contains(&TokenScope::needed_for(action)));
        let by_pass = self.pass.as_ref().is_none_or(|pass| pass.purpose.may(action));
        by_token && by_pass && self.role.may(action)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_rights_is_the_one_that_was_agreed() {
        let rows: Vec<String> = Role::ALL
            .iter()
            .map(|role| {
                let may: String = Action::ALL.iter().map(|a| if role.may(*a) { 'x' } else { '.' }).collect();
                format!("{:18}{may}", role.as_str())
            })
            .collect();
        let agreed = "\
community_manager xxxxxx....xxxxxxxxxxxxxxxxxxx
specialist        xxxx.x......xx.xx...xx..xx..x
expert            xxx.........xx..x....x.xx...x
external          xxxx........xx.x........xx..x
creative          x.x.........xx..........xx..x
referent          xxxxxx.xx.xxxx.xx...xxxxxxxxx
direction         x.x..x....x.xx..x...xx.xx..xx
administrator     xxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
        assert_eq!(rows.join("\n"), agreed);
    }

    #[test]
    fn a_token_never_allows_more_than_its_owner_may() {
        let actor = Actor {
            organisation: OrganisationId::new(1),
            colleague: ColleagueId::new(1),
            role: Role::Expert,
            scope: Scope::Every,
            token: Some(vec![TokenScope::Read, TokenScope::Write, TokenScope::Admin]),
            pass: None,
        };
        assert!(Action::ALL.iter().all(|action| actor.may(*action) == Role::Expert.may(*action)));
    }
}
