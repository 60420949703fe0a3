//! Colleagues: invited, changed, ended; their one-time sign-in links; and one's own profile.

use jiff::tz::TimeZone;
use serde_json::json;

use super::{Refusal, Result, allow, post};
use crate::app::App;
use crate::clock::DAY;
use crate::id::{ColleagueId, DeskId};
use crate::rules::appointment::{Standing, appoint};
use crate::rules::contract::Contract;
use crate::rules::field;
use crate::rules::permission::{Action, Actor, Role};
use crate::seal;
use crate::store::colleague::{self, Colleague};
use crate::store::journal::{self, By, Entry};
use crate::store::link::{self, Link};
use crate::store::{self, Conn};

/// A one-time link works this long (µs).
pub const LINK: i64 = 7 * DAY;
/// Longest name of a colleague, in characters.
pub const NAME_LENGTH: usize = 80;

/// What changes about a colleague; `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// The name, as shown to the others.
    pub name: Option<String>,
    /// The address for signing in.
    pub email: Option<String>,
    /// The role.
    pub role: Option<Role>,
    /// All their desks.
    pub desks: Option<Vec<DeskId>>,
    /// When access begins (µs); `Some(None)` for at once.
    pub access_begins_at: Option<Option<i64>>,
    /// End of access (µs); `Some(None)` for none.
    pub access_ends_at: Option<Option<i64>>,
    /// Which channels and themes their contract covers; kept for people from outside only.
    pub contract: Option<Contract>,
    /// Whether they have access at all.
    pub active: Option<bool>,
}

/// What somebody sets for themselves; `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    /// The name, as shown to the others.
    pub name: Option<String>,
    /// `fr` or `en`; `Some(None)`: as the browser asks.
    pub language: Option<Option<String>>,
    /// `light` or `dark`; `Some(None)`: as the system asks.
    pub theme: Option<Option<String>>,
    /// IANA name of the zone in which times are told them; `Some(None)`: the organisation's.
    pub time_zone: Option<Option<String>>,
    /// Whether single letters act.
    pub shortcuts: Option<bool>,
}

/// A one-time sign-in link, told once.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// Whom it signs in.
    pub colleague: ColleagueId,
    /// Its address.
    pub address: String,
    /// Until when it works (µs).
    pub expires_at: i64,
}

/// Invites somebody with at least a name, an address and a role.
pub async fn invite(app: &App, actor: &Actor, as_what: Change) -> Result<Invitation> {
    allow(actor, Action::ManageColleagues)?;
    let now = app.now();
    let blank = Colleague::blank(actor.organisation, Role::Specialist, now);
    let whole = Change {
        name: Some(as_what.name.unwrap_or_default()),
        email: Some(as_what.email.unwrap_or_default()),
        active: None,
        ..as_what
    };
    let mut conn = app.db.write().await?;
    let it = changed(&mut conn, &blank, &whole, now).await?;
    weigh(&mut conn, actor, None, &it, now).await?;
    colleague::insert(&mut conn, &it).await?;
    set_desks(&mut conn, actor, it.id, whole.desks.as_deref().unwrap_or_default()).await?;
    written(&mut conn, actor, now, "colleague.invited", None, &it).await?;
    set_contract(&mut conn, actor, &it, whole.contract, now).await?;
    let made = make_link(app, &mut conn, actor, &it, now).await?;
    conn.commit().await?;
    Ok(made)
}

/// Who acts by a pass under that address until `until` (µs): somebody from outside who has no account. Made where there is
/// nobody yet; whose last pass is over has access again until this one is.
pub(super) async fn guest(
    conn: &mut Conn,
    actor: &Actor,
    whom: Colleague,
    until: i64,
    now: i64,
) -> Result<Colleague> {
    let invalid = |field, code| Refusal::Invalid { field, code };
    let email = field::email(&whom.email).map_err(|key| invalid("email", super::code_of(key)))?;
    let Some(before) = colleague::by_email(conn, &email).await? else {
        let whom = Colleague { email, ..whom };
        let it = named(&whom, Some(&whom.name))?;
        let it = Colleague { initials: field::initials(&it.name), access_ends_at: Some(until), ..it };
        colleague::insert(conn, &it).await?;
        written(conn, actor, now, "colleague.invited", None, &it).await?;
        return Ok(it);
    };
    let has_account = before.organisation != actor.organisation
        || before.role != Role::External
        || before.password_hash.is_some()
        || !store::pass::has_any(conn, actor.organisation, before.id).await?;
    if has_account {
        return Err(invalid("pass", "account"));
    }
    if !before.active {
        return Err(invalid("pass", "closed"));
    }
    let ends = before.access_ends_at.map(|ends| ends.max(until));
    lasting(conn, actor, before, ends, now).await
}

/// Has the access of who acts by passes end with the last of them that runs.
pub(super) async fn end_guest(conn: &mut Conn, actor: &Actor, id: ColleagueId, now: i64) -> Result<()> {
    let Some(it) = colleague::get(conn, actor.organisation, id).await? else { return Ok(()) };
    if it.password_hash.is_some() || it.access_ends_at.is_none() {
        return Ok(());
    }
    let last = store::pass::last_end(conn, actor.organisation, id).await?;
    lasting(conn, actor, it, Some(last.map_or(now, |last| last.max(now))), now).await.map(drop)
}

/// The colleague with an access that ends at `ends` (µs).
async fn lasting(
    conn: &mut Conn,
    actor: &Actor,
    before: Colleague,
    ends: Option<i64>,
    now: i64,
) -> Result<Colleague> {
    if before.access_ends_at == ends {
        return Ok(before);
    }
    let after = Colleague { access_ends_at: ends, ..before.clone() };
    colleague::update(conn, &after).await?;
    written(conn, actor, now, "colleague.changed", Some(&before), &after).await?;
    Ok(after)
}

/// Changes a colleague. Ending access closes every session and link at once.
pub async fn change(app: &App, actor: &Actor, id: ColleagueId, to: Change) -> Result<()> {
    allow(actor, Action::ManageColleagues)?;
    let now = app.now();
    let mut conn = app.db.write().await?;
    let before = colleague::get(&mut conn, actor.organisation, id).await?.ok_or(Refusal::NotFound)?;
    let after = changed(&mut conn, &before, &to, now).await?;
    weigh(&mut conn, actor, Some(&before), &after, now).await?;
    colleague::update(&mut conn, &after).await?;
    if let Some(desks) = &to.desks {
        set_desks(&mut conn, actor, id, desks).await?;
    }
    set_contract(&mut conn, actor, &after, to.contract, now).await?;
    if !after.active {
        store::session::remove_others(&mut conn, actor.organisation, id, "").await?;
        link::revoke(&mut conn, actor.organisation, id).await?;
    }
    let verb = match (before.active, after.active) {
        (true, false) => "colleague.ended",
        (false, true) => "colleague.opened",
        _ => "colleague.changed",
    };
    written(&mut conn, actor, now, verb, Some(&before), &after).await?;
    Ok(conn.commit().await?)
}

/// Makes a one-time link; those made before no longer work.
pub async fn link(app: &App, actor: &Actor, id: ColleagueId) -> Result<Invitation> {
    allow(actor, Action::ManageColleagues)?;
    let now = app.now();
    let mut conn = app.db.write().await?;
    let it = colleague::get(&mut conn, actor.organisation, id).await?.ok_or(Refusal::NotFound)?;
    weigh(&mut conn, actor, Some(&it), &it, now).await?;
    let made = make_link(app, &mut conn, actor, &it, now).await?;
    conn.commit().await?;
    Ok(made)
}

/// Changes one's own profile.
pub async fn set_profile(app: &App, actor: &Actor, to: Profile) -> Result<Colleague> {
    allow(actor, Action::ManageSelf)?;
    let one_of = |field, value: &Option<Option<String>>, known: [&str; 2]| match value {
        Some(Some(it)) if !known.contains(&it.as_str()) => Err(Refusal::Invalid { field, code: "unknown" }),
        _ => Ok(()),
    };
    one_of("language", &to.language, ["fr", "en"])?;
    one_of("theme", &to.theme, ["light", "dark"])?;
    let time_zone = match to.time_zone {
        Some(Some(name)) => Some(Some(zone(&name)?)),
        kept => kept,
    };
    let now = app.now();
    let mut conn = app.db.write().await?;
    let before =
        colleague::get(&mut conn, actor.organisation, actor.colleague).await?.ok_or(Refusal::NotFound)?;
    let mut after = named(&before, to.name.as_deref())?;
    after.language = to.language.unwrap_or(after.language);
    after.theme = to.theme.unwrap_or(after.theme);
    after.time_zone = time_zone.unwrap_or(after.time_zone);
    after.shortcuts = to.shortcuts.unwrap_or(after.shortcuts);
    colleague::update(&mut conn, &after).await?;
    written(&mut conn, actor, now, "colleague.changed", Some(&before), &after).await?;
    conn.commit().await?;
    Ok(after)
}

/// The name of a zone as the time zone database writes it.
fn zone(name: &str) -> Result<String> {
    let found = TimeZone::get(name.trim()).ok();
    let known = found.as_ref().and_then(TimeZone::iana_name).filter(|it| *it != "Etc/Unknown");
    known.map(str::to_owned).ok_or(Refusal::Invalid { field: "time_zone", code: "unknown" })
}

fn named(before: &Colleague, name: Option<&str>) -> Result<Colleague> {
    let Some(name) = name else { return Ok(before.clone()) };
    let name = super::line("name", name, NAME_LENGTH)?;
    let initials = if name == before.name { before.initials.clone() } else { field::initials(&name) };
    Ok(Colleague { name, initials, ..before.clone() })
}

/// The colleague after a change, its fields checked.
async fn changed(conn: &mut Conn, before: &Colleague, to: &Change, now: i64) -> Result<Colleague> {
    let invalid = |field, code| Refusal::Invalid { field, code };
    let mut after = named(before, to.name.as_deref())?;
    if let Some(email) = &to.email {
        after.email = field::email(email).map_err(|key| invalid("email", super::code_of(key)))?;
        let holder = colleague::by_email(conn, &after.email).await?;
        if holder.is_some_and(|it| it.id != before.id) {
            return Err(invalid("email", "taken"));
        }
    }
    if let Some(ends) = to.access_ends_at {
        // An end that is past already may stay, when something else is changed.
        if ends != before.access_ends_at && ends.is_some_and(|at| at <= now) {
            return Err(invalid("access_ends_at", "not-ahead"));
        }
        after.access_ends_at = ends;
    }
    after.access_begins_at = to.access_begins_at.unwrap_or(after.access_begins_at);
    if after.access_begins_at.zip(after.access_ends_at).is_some_and(|(begins, ends)| begins >= ends) {
        return Err(invalid("access_begins_at", "late"));
    }
    after.role = to.role.unwrap_or(after.role);
    after.active = to.active.unwrap_or(after.active);
    Ok(after)
}

/// Refuses a standing that the actor may not give.
async fn weigh(
    conn: &mut Conn,
    actor: &Actor,
    before: Option<&Colleague>,
    after: &Colleague,
    now: i64,
) -> Result<()> {
    use crate::rules::appointment::Refusal as No;
    let standing = |it: &Colleague| Standing { role: it.role, active: it.has_access(now) };
    let all = colleague::list(conn, actor.organisation).await?;
    let others =
        all.iter().filter(|it| it.id != after.id && it.role == Role::Administrator && it.has_access(now));
    let who = (actor.colleague, actor.role);
    appoint(who, after.id, before.map(standing), standing(after), others.count())
        .map_err(Refusal::Appointment)?;
    let Some(before) = before else { return Ok(()) };
    if before.role == Role::Administrator && actor.role != Role::Administrator {
        return Err(Refusal::Appointment(No::AdministratorOnly));
    }
    let runs = |it: &Colleague| (it.access_begins_at, it.access_ends_at);
    if before.id == actor.colleague && runs(before) != runs(after) {
        return Err(Refusal::Appointment(No::Oneself));
    }
    Ok(())
}

async fn set_desks(conn: &mut Conn, actor: &Actor, id: ColleagueId, desks: &[DeskId]) -> Result<()> {
    let known = store::desk::list(conn, actor.organisation).await?;
    let mut wanted: Vec<DeskId> = Vec::new();
    for desk in desks {
        if !known.iter().any(|it| it.id == *desk) {
            return Err(Refusal::Invalid { field: "desk", code: "unknown" });
        }
        if !wanted.contains(desk) {
            wanted.push(*desk);
        }
    }
    Ok(colleague::set_desks(conn, actor.organisation, id, &wanted).await?)
}

/// Keeps what the contract covers: nothing but what `to` says, and nothing at all for who isn't from outside (any longer).
async fn set_contract(
    conn: &mut Conn,
    actor: &Actor,
    whose: &Colleague,
    to: Option<Contract>,
    now: i64,
) -> Result<()> {
    let before = store::contract::of(conn, actor.organisation, whose.id).await?;
    let after = match to {
        _ if whose.role != Role::External => Contract::default(),
        Some(to) => checked(conn, actor, &to).await?,
        None => before.clone(),
    };
    if after == before {
        return Ok(());
    }
    store::contract::set(conn, actor.organisation, whose.id, &after).await?;
    let change = (now, "colleague.contract", whose.id.0);
    super::journalled(conn, actor, change, None, Some(&before), Some(&after)).await
}

/// A contract as it is kept: channels that there are, themes of one line, each once and in order.
async fn checked(conn: &mut Conn, actor: &Actor, to: &Contract) -> Result<Contract> {
    if to.channels.len().max(to.themes.len()) > Contract::MOST {
        return Err(Refusal::Invalid { field: "contract", code: "many" });
    }
    // One that was removed since may stay: without it the contract would cover more.
    for id in &to.channels {
        if store::channel::get(conn, actor.organisation, *id).await?.is_none() {
            return Err(Refusal::Invalid { field: "channels", code: "unknown" });
        }
    }
    let themes = to.themes.iter().filter(|it| !it.trim().is_empty());
    let mut after = Contract {
        channels: to.channels.clone(),
        themes: themes.map(|it| super::line("theme", it, post::THEME_LENGTH)).collect::<Result<_>>()?,
    };
    after.channels.sort_unstable();
    after.channels.dedup();
    after.themes.sort_unstable();
    after.themes.dedup();
    Ok(after)
}

async fn make_link(
    app: &App,
    conn: &mut Conn,
    actor: &Actor,
    it: &Colleague,
    now: i64,
) -> Result<Invitation> {
    let secret = seal::secret().map_err(|_| Refusal::Sealed)?;
    // Who begins later has as long from then on.
    let expires_at = it.access_begins_at.unwrap_or(now).max(now) + LINK;
    let made = Link {
        organisation: it.organisation,
        digest: seal::digest(&secret),
        colleague: it.id,
        created_at: now,
        expires_at,
        used_at: None,
    };
    link::revoke(conn, it.organisation, it.id).await?;
    link::insert(conn, &made).await?;
    written(conn, actor, now, "link.made", None, it).await?;
    let address = format!("{}/link/{secret}", app.config.public_url.trim_end_matches('/'));
    Ok(Invitation { colleague: it.id, address, expires_at })
}

async fn written(
    conn: &mut Conn,
    actor: &Actor,
    now: i64,
    verb: &str,
    before: Option<&Colleague>,
    after: &Colleague,
) -> Result<()> {
    let facts = |it: &Colleague| {
        json!({ "name": it.name, "email": it.email, "role": it.role, "active": it.active,
            "access_begins_at": it.access_begins_at, "access_ends_at": it.access_ends_at,
            "language": it.language, "theme": it.theme, "time_zone": it.time_zone, "shortcuts": it.shortcuts })
    };
    let entry = Entry {
        organisation: actor.organisation,
        at: now,
        by: By::Colleague(actor.colleague),
        verb,
        subject: after.id.0,
        conversation: None,
        before: before.map(facts),
        after: Some(facts(after)),
    };
    journal::write(conn, entry).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::houses;

    #[tokio::test]
    async fn a_zone_is_kept_by_its_own_name_journalled_and_given_back() {
        for house in houses().await {
            let set = async |zone: Option<&str>| {
                let to = Profile { time_zone: Some(zone.map(str::to_owned)), ..Profile::default() };
                set_profile(&house.app, &house.manager, to).await
            };
            assert!(set(Some(" america/montreal ")).await.is_ok());
            for wrong in ["Europe/Lutece", "Etc/Unknown", "", "../../etc/passwd"] {
                let refused = set(Some(wrong)).await.unwrap_err();
                let is_zone = matches!(refused, Refusal::Invalid { field: "time_zone", code: "unknown" });
                assert!(is_zone, "{wrong}: {refused:?}");
            }
            // Something else is changed: it stays.
            let other = Profile { shortcuts: Some(false), ..Profile::default() };
            set_profile(&house.app, &house.manager, other).await.unwrap();
            let mut conn = house.app.db.read().await.unwrap();
            let who = house.manager.colleague;
            let it = colleague::get(&mut conn, house.id, who).await.unwrap().unwrap();
            assert_eq!(it.time_zone.as_deref(), Some("America/Montreal"), "{}", house.app.db.engine_name());
            assert!(
                colleague::list(&mut conn, house.id)
                    .await
                    .unwrap()
                    .iter()
                    .any(|one| one.time_zone == it.time_zone)
            );
            drop(conn);
            assert_eq!(set(None).await.unwrap().time_zone, None);
        }
    }
}
