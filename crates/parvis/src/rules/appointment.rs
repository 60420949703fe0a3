//! Who may give which role to whom: nobody changes their own rights, only administrators touch
//! administrators, and a house is never left without one. Knows no row and no page.

use super::permission::Role;
use crate::id::ColleagueId;

/// What somebody may do in the house.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Their role.
    pub role: Role,
    /// Whether they may sign in.
    pub active: bool,
}

impl Standing {
    fn administers(self) -> bool {
        self.active && self.role == Role::Administrator
    }
}

/// Why an appointment isn't made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// One's own role and access are somebody else's decision.
    Oneself,
    /// Only an administrator makes, changes or ends an administrator.
    AdministratorOnly,
    /// The house would be without an administrator.
    LastAdministrator,
}

/// Whether `actor` may bring `whom` from `before` (`None`: newly invited) to `after`, while
/// `other_administrators` besides `whom` may sign in.
///
/// # Errors
/// Why not.
pub fn appoint(
    actor: (ColleagueId, Role),
    whom: ColleagueId,
    before: Option<Standing>,
    after: Standing,
    other_administrators: usize,
) -> Result<(), Refusal> {
    if before == Some(after) {
        return Ok(());
    }
    if actor.0 == whom {
        return Err(Refusal::Oneself);
    }
    let touches =
        after.role == Role::Administrator || before.is_some_and(|it| it.role == Role::Administrator);
    if touches && actor.1 != Role::Administrator {
        return Err(Refusal::AdministratorOnly);
    }
    if before.is_some_and(Standing::administers) && !after.administers() && other_administrators == 0 {
        return Err(Refusal::LastAdministrator);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn standing(role: Role, active: bool) -> Standing {
        Standing { role, active }
    }

    #[test]
    fn a_referent_makes_no_administrator_and_ends_none() {
        let (referent, other) = (ColleagueId::new(1), ColleagueId::new(2));
        let actor = (referent, Role::Referent);
        let (expert, boss) = (standing(Role::Expert, true), standing(Role::Administrator, true));
        assert_eq!(appoint(actor, other, Some(expert), boss, 1), Err(Refusal::AdministratorOnly));
        assert_eq!(appoint(actor, other, None, boss, 1), Err(Refusal::AdministratorOnly));
        let ended = standing(Role::Administrator, false);
        assert_eq!(appoint(actor, other, Some(boss), ended, 1), Err(Refusal::AdministratorOnly));
        assert_eq!(
            appoint(actor, referent, Some(standing(Role::Referent, true)), boss, 1),
            Err(Refusal::Oneself)
        );
        assert_eq!(appoint(actor, other, Some(expert), standing(Role::Specialist, true), 0), Ok(()));
    }

    #[test]
    fn the_last_administrator_stays() {
        let (one, two) = (ColleagueId::new(1), ColleagueId::new(2));
        let boss = standing(Role::Administrator, true);
        let lowered = standing(Role::Expert, true);
        let actor = (one, Role::Administrator);
        assert_eq!(appoint(actor, two, Some(boss), lowered, 0), Err(Refusal::LastAdministrator));
        assert_eq!(appoint(actor, two, Some(boss), lowered, 1), Ok(()));
        assert_eq!(appoint(actor, one, Some(boss), lowered, 1), Err(Refusal::Oneself));
        assert_eq!(appoint(actor, one, Some(boss), boss, 0), Ok(()));
    }
}
