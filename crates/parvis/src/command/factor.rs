//! The second factor: set up and confirmed by its owner, given when signing in, turned off, taken away by an
//! administrator; and of whom the organisation asks for one.

use serde_json::json;

use super::{Refusal, Result, allow, write_setting};
use crate::app::App;
use crate::id::{ColleagueId, OrganisationId};
use crate::rules::factor::{self as rules, Asked};
use crate::rules::permission::{Action, Actor, Role};
use crate::seal;
use crate::store::colleague::{self, Colleague};
use crate::store::factor::{self, Factor};
use crate::store::journal::{self, By, Entry};
use crate::store::{self, Conn};

/// Name of the setting that says of whom a second factor is asked.
pub const SETTING: &str = "factor_asked";

/// How somebody gave their second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given {
    /// By a code of the moment.
    Code,
    /// By a recovery code, which is used up.
    Recovery,
}

/// Of whom the organisation asks for a second factor.
pub async fn asked(conn: &mut Conn, organisation: OrganisationId) -> store::Result<Asked> {
    let kept = store::setting::get(conn, organisation, SETTING).await?;
    Ok(read(kept.as_deref()))
}

/// What the setting says.
#[must_use]
pub fn read(kept: Option<&str>) -> Asked {
    kept.and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default()
}

/// Says of whom a second factor is asked.
pub async fn ask(app: &App, actor: &Actor, of: Asked) -> Result<()> {
    allow(actor, Action::ManageChannels)?;
    let mut conn = app.db.write().await?;
    let before = asked(&mut conn, actor.organisation).await?;
    write_setting(&mut conn, actor, app.now(), (SETTING, "organisation.factor_asked"), (&before, &of))
        .await?;
    Ok(conn.commit().await?)
}

/// Makes a new secret, to be confirmed by a code.
pub async fn begin(app: &App, actor: &Actor) -> Result<()> {
    allow(actor, Action::ManageSelf)?;
    let secret = seal::random::<{ rules::SECRET }>().map_err(|_| Refusal::Sealed)?;
    let sealed = app.seal.seal(&secret, actor.colleague.0.as_bytes()).map_err(|_| Refusal::Sealed)?;
    let mut conn = app.db.write().await?;
    if !factor::begin(&mut conn, actor.organisation, actor.colleague, &sealed, app.now()).await? {
        return Err(Refusal::Changed);
    }
    Ok(conn.commit().await?)
}

/// The secret of a factor.
pub fn open(app: &App, whose: ColleagueId, it: &Factor) -> Result<Vec<u8>> {
    app.seal.open(&it.secret, whose.0.as_bytes()).map_err(|_| Refusal::Sealed)
}

/// Confirms the secret by a code of it. From then on it is asked for; every other session ends, since none has given
/// it. Answers with the recovery codes; `None` when the code isn't right.
pub async fn confirm(app: &App, actor: &Actor, session: &str, typed: &str) -> Result<Option<Vec<String>>> {
    allow(actor, Action::ManageSelf)?;
    let (now, house, who) = (app.now(), actor.organisation, actor.colleague);
    let mut conn = app.db.write().await?;
    let found = factor::get(&mut conn, house, who).await?.ok_or(Refusal::NotFound)?;
    if found.confirmed_at.is_some() {
        return Err(Refusal::Changed);
    }
    if !is_code(app, &mut conn, (house, who), &found, typed).await? {
        return Ok(None);
    }
    factor::confirm(&mut conn, house, who, now).await?;
    let codes = make_codes(&mut conn, actor, now).await?;
    store::session::remove_others(&mut conn, house, who, session).await?;
    store::session::give_factor(&mut conn, house, session, now).await?;
    note(&mut conn, (house, who), By::Colleague(who), now, "colleague.factor_confirmed").await?;
    conn.commit().await?;
    Ok(Some(codes))
}

/// Makes the recovery codes anew; those before no longer work.
pub async fn renew_codes(app: &App, actor: &Actor) -> Result<Vec<String>> {
    allow(actor, Action::ManageSelf)?;
    let (now, house, who) = (app.now(), actor.organisation, actor.colleague);
    let mut conn = app.db.write().await?;
    if !is_on(&mut conn, house, who).await? {
        return Err(Refusal::NotFound);
    }
    let codes = make_codes(&mut conn, actor, now).await?;
    note(&mut conn, (house, who), By::Colleague(who), now, "colleague.codes_made").await?;
    conn.commit().await?;
    Ok(codes)
}

/// Turns one's own factor off, unless the organisation asks for it.
pub async fn turn_off(app: &App, actor: &Actor) -> Result<()> {
    allow(actor, Action::ManageSelf)?;
    let (house, who) = (actor.organisation, actor.colleague);
    let mut conn = app.db.write().await?;
    if asked(&mut conn, house).await?.of(actor.role) {
        return Err(Refusal::Invalid { field: "factor", code: "asked" });
    }
    if !factor::remove(&mut conn, house, who).await? {
        return Err(Refusal::NotFound);
    }
    note(&mut conn, (house, who), By::Colleague(who), app.now(), "colleague.factor_removed").await?;
    Ok(conn.commit().await?)
}

/// Takes the factor of somebody else away, whose device is lost: every session of theirs ends.
pub async fn take_away(app: &App, actor: &Actor, whose: ColleagueId) -> Result<()> {
    use crate::rules::appointment::Refusal as No;
    allow(actor, Action::ManageColleagues)?;
    let mut conn = app.db.write().await?;
    let it = colleague::get(&mut conn, actor.organisation, whose).await?.ok_or(Refusal::NotFound)?;
    if it.id == actor.colleague {
        return Err(Refusal::Appointment(No::Oneself));
    }
    if it.role == Role::Administrator && actor.role != Role::Administrator {
        return Err(Refusal::Appointment(No::AdministratorOnly));
    }
    if !take_off(&mut conn, &it, By::Colleague(actor.colleague), app.now()).await? {
        return Err(Refusal::NotFound);
    }
    Ok(conn.commit().await?)
}

/// The same within a transaction, by whoever has the right; false when there was none.
pub async fn take_off(conn: &mut Conn, it: &Colleague, by: By, now: i64) -> store::Result<bool> {
    if !factor::remove(conn, it.organisation, it.id).await? {
        return Ok(false);
    }
    store::session::remove_others(conn, it.organisation, it.id, "").await?;
    note(conn, (it.organisation, it.id), by, now, "colleague.factor_removed").await?;
    Ok(true)
}

/// Whether a second factor is asked of this colleague when signing in.
pub async fn is_on(conn: &mut Conn, house: OrganisationId, who: ColleagueId) -> store::Result<bool> {
    Ok(factor::get(conn, house, who).await?.is_some_and(|it| it.confirmed_at.is_some()))
}

/// Takes a code of the moment or a recovery code, once; `None` when it is neither.
pub async fn give(app: &App, conn: &mut Conn, it: &Colleague, typed: &str) -> Result<Option<Given>> {
    let (house, who) = (it.organisation, it.id);
    let Some(found) = factor::get(conn, house, who).await?.filter(|it| it.confirmed_at.is_some()) else {
        return Ok(None);
    };
    if is_code(app, conn, (house, who), &found, typed).await? {
        return Ok(Some(Given::Code));
    }
    let Some(code) = rules::recovery(typed) else { return Ok(None) };
    if !factor::use_code(conn, house, who, &seal::digest(&code)).await? {
        return Ok(None);
    }
    note(conn, (house, who), By::Colleague(who), app.now(), "colleague.code_used").await?;
    Ok(Some(Given::Recovery))
}

async fn is_code(
    app: &App,
    conn: &mut Conn,
    (house, who): (OrganisationId, ColleagueId),
    it: &Factor,
    typed: &str,
) -> Result<bool> {
    let secret = open(app, who, it)?;
    let Some(step) = rules::step_of(&secret, typed, app.now(), it.last_step) else { return Ok(false) };
    Ok(factor::take(conn, house, who, step).await?)
}

/// New recovery codes, of which the database keeps the hashes.
async fn make_codes(conn: &mut Conn, actor: &Actor, now: i64) -> Result<Vec<String>> {
    let mut codes = Vec::with_capacity(rules::CODES);
    for _ in 0..rules::CODES {
        codes.push(rules::base32(&seal::random::<{ rules::CODE }>().map_err(|_| Refusal::Sealed)?));
    }
    let digests: Vec<String> = codes.iter().map(|code| seal::digest(code)).collect();
    factor::set_codes(conn, actor.organisation, actor.colleague, &digests, now).await?;
    Ok(codes.iter().map(|code| rules::grouped(code)).collect())
}

async fn note(
    conn: &mut Conn,
    (organisation, who): (OrganisationId, ColleagueId),
    by: By,
    at: i64,
    verb: &str,
) -> store::Result<()> {
    let left = factor::codes_left(conn, organisation, who).await?;
    let after = Some(json!({ "recovery_codes": left }));
    let entry = Entry { organisation, at, by, verb, subject: who.0, conversation: None, before: None, after };
    journal::write(conn, entry).await.map(drop)
}
