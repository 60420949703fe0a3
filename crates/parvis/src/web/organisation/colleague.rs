//! Inviting a colleague, changing role, desks and end of access, ending access, and one-time links.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::Form;
use serde::Deserialize;
use serde_json::json;

use super::Person;
use crate::app::App;
use crate::clock::DAY;
use crate::id::{ColleagueId, DeskId};
use crate::rules::appointment::{Refusal, Standing, appoint};
use crate::rules::permission::Role;
use crate::seal;
use crate::store::colleague::Colleague;
use crate::store::desk::Desk;
use crate::store::journal::{By, Entry};
use crate::store::link::Link;
use crate::store::{self, Conn};
use crate::web::error::{Failure, page_with};
use crate::web::form;
use crate::web::language::Words;
use crate::web::layout::{Layout, Place};
use crate::web::session::{self, Signed};

/// A one-time link works this long (µs).
const LINK: i64 = 7 * DAY;

#[derive(Template)]
#[template(path = "organisation/colleague.html")]
pub(in crate::web) struct ColleaguePage {
    pub(in crate::web) layout: Layout,
    /// `None` while inviting.
    pub(in crate::web) person: Option<Person>,
    pub(in crate::web) active: bool,
    /// One's own role and access are somebody else's decision.
    pub(in crate::web) oneself: bool,
    pub(in crate::web) fields: Fields,
    pub(in crate::web) roles: Vec<(&'static str, String, String)>,
    pub(in crate::web) desks: Vec<Desk>,
    pub(in crate::web) wrong: Wrong,
    /// The one-time link, shown this once, with the day until which it works.
    pub(in crate::web) link: Option<(String, String)>,
}

impl ColleaguePage {
    fn is_on(&self, desk: &Desk) -> bool {
        self.fields.desks.iter().any(|it| *it == desk.id.to_string())
    }
}

/// The form of a colleague.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(in crate::web) struct Fields {
    pub(in crate::web) name: String,
    pub(in crate::web) email: String,
    pub(in crate::web) role: String,
    pub(in crate::web) desks: Vec<String>,
    /// Last day of access, `2027-06-30`, or empty.
    pub(in crate::web) until: String,
}

/// What has to be mended, in words.
#[derive(Clone, Default)]
pub(in crate::web) struct Wrong {
    pub(in crate::web) name: Option<String>,
    pub(in crate::web) email: Option<String>,
    pub(in crate::web) role: Option<String>,
    pub(in crate::web) until: Option<String>,
}

impl Fields {
    fn of(it: &Colleague, desks: &[DeskId], words: &Words) -> Self {
        Self {
            name: it.name.clone(),
            email: it.email.clone(),
            role: it.role.as_str().to_owned(),
            desks: desks.iter().map(ToString::to_string).collect(),
            until: it.access_ends_at.map_or_else(String::new, |at| words.zoned(at - 1).date().to_string()),
        }
    }
}

/// The end (µs) of the day that was typed, on the organisation's calendar; `None` when empty.
fn end_of(day: &str, words: &Words) -> Result<Option<i64>, &'static str> {
    if day.trim().is_empty() {
        return Ok(None);
    }
    let date: jiff::civil::Date = day.trim().parse().map_err(|_| "colleague-day-unknown")?;
    let next = date.tomorrow().map_err(|_| "colleague-day-unknown")?;
    let end = next.to_zoned(words.zone.clone()).map_err(|_| "colleague-day-unknown")?;
    Ok(Some(end.timestamp().as_microsecond()))
}

/// What the page is about.
struct About<'a> {
    colleague: Option<&'a Colleague>,
    fields: Fields,
    wrong: Wrong,
    link: Option<(String, String)>,
}

async fn colleague_page(
    app: &App,
    conn: &mut Conn,
    signed: &Signed,
    status: StatusCode,
    about: About<'_>,
) -> Result<Response, Failure> {
    let words = &signed.words;
    let title = about.colleague.map_or_else(|| words.t("invite-title"), |it| it.name.clone());
    let roles = Role::ALL
        .into_iter()
        .filter(|role| *role != Role::Administrator || signed.colleague.role == Role::Administrator);
    let shown = ColleaguePage {
        layout: Layout::of(conn, signed, Place::Organisation, title).await?,
        person: about.colleague.map(|it| Person::of(it, words, app.now())),
        active: about.colleague.is_none_or(|it| it.active),
        oneself: about.colleague.is_some_and(|it| it.id == signed.colleague.id),
        fields: about.fields,
        roles: roles
            .map(|role| {
                let name = role.as_str();
                (name, words.named("role", name), words.named("role-for", name))
            })
            .collect(),
        desks: store::desk::list(conn, signed.organisation.id).await?,
        wrong: about.wrong,
        link: about.link,
    };
    page_with(status, &shown)
}

pub(super) async fn blank(State(app): State<Arc<App>>, signed: Signed) -> Result<Response, Failure> {
    let fields = Fields { role: Role::Specialist.as_str().to_owned(), ..Fields::default() };
    let about = About { colleague: None, fields, wrong: Wrong::default(), link: None };
    colleague_page(&app, &mut app.db.read().await?, &signed, StatusCode::OK, about).await
}

/// What the form asks for, checked as far as the form alone can be.
struct Read {
    name: String,
    email: String,
    role: Role,
    desks: Vec<DeskId>,
    access_ends_at: Option<i64>,
}

fn read(fields: &Fields, desks: &[Desk], words: &Words) -> Result<Read, Box<Wrong>> {
    let name = form::line(&fields.name, 80);
    let email = form::email(&fields.email);
    let role = Role::parse(&fields.role);
    let until = end_of(&fields.until, words);
    let wrong = Wrong {
        name: name.as_ref().err().map(|key| words.t(key)),
        email: email.as_ref().err().map(|key| words.t(key)),
        role: role.is_none().then(|| words.t("colleague-role-unknown")),
        until: until.as_ref().err().map(|key| words.t(key)),
    };
    let (Ok(name), Ok(email), Some(role), Ok(access_ends_at)) = (name, email, role, until) else {
        return Err(Box::new(wrong));
    };
    let chosen = desks.iter().map(|it| it.id).filter(|id| fields.desks.contains(&id.to_string()));
    Ok(Read { name, email, role, desks: chosen.collect(), access_ends_at })
}

/// Whether `signed` may bring `colleague` to that standing; otherwise what to say under the role.
async fn allowed(
    conn: &mut Conn,
    signed: &Signed,
    whom: ColleagueId,
    before: Option<Standing>,
    after: Standing,
    now: i64,
) -> Result<(), Failure> {
    let all = store::colleague::list(conn, signed.organisation.id).await?;
    let others = all
        .iter()
        .filter(|it| it.id != whom && it.role == Role::Administrator && session::has_access(it, now));
    let actor = (signed.colleague.id, signed.colleague.role);
    appoint(actor, whom, before, after, others.count()).map_err(|refusal| match refusal {
        Refusal::Oneself => Failure::conflict().because(signed.words.t("appoint-oneself")),
        Refusal::AdministratorOnly => Failure::forbidden().because(signed.words.t("appoint-administrator")),
        Refusal::LastAdministrator => Failure::conflict().because(signed.words.t("appoint-last")),
    })
}

pub(super) async fn invite(
    State(app): State<Arc<App>>,
    signed: Signed,
    Form(fields): Form<Fields>,
) -> Result<Response, Failure> {
    let now = app.now();
    let mut conn = app.db.write().await?;
    let desks = store::desk::list(&mut conn, signed.organisation.id).await?;
    let mut read = read(&fields, &desks, &signed.words);
    if let Ok(it) = &read
        && store::colleague::by_email(&mut conn, &it.email).await?.is_some()
    {
        let email = Some(signed.words.t("colleague-email-taken"));
        read = Err(Box::new(Wrong { email, ..Wrong::default() }));
    }
    let it = match read {
        Ok(it) => it,
        Err(wrong) => {
            let about = About { colleague: None, fields, wrong: *wrong, link: None };
            return colleague_page(&app, &mut conn, &signed, StatusCode::UNPROCESSABLE_ENTITY, about).await;
        }
    };
    let colleague = Colleague {
        organisation: signed.organisation.id,
        id: ColleagueId::new(now),
        initials: form::initials(&it.name),
        name: it.name,
        email: it.email,
        role: it.role,
        password_hash: None,
        language: None,
        theme: None,
        shortcuts: true,
        active: true,
        access_ends_at: it.access_ends_at,
        created_at: now,
    };
    let standing = Standing { role: colleague.role, active: true };
    allowed(&mut conn, &signed, colleague.id, None, standing, now).await?;
    store::colleague::insert(&mut conn, &colleague).await?;
    store::colleague::set_desks(&mut conn, colleague.organisation, colleague.id, &it.desks).await?;
    note(&mut conn, &signed, now, "colleague.invited", &colleague, None).await?;
    let link = link_for(&app, &mut conn, &signed, &colleague).await?;
    let fields = Fields::of(&colleague, &it.desks, &signed.words);
    let about = About { colleague: Some(&colleague), fields, wrong: Wrong::default(), link: Some(link) };
    let shown = colleague_page(&app, &mut conn, &signed, StatusCode::CREATED, about).await?;
    conn.commit().await?;
    Ok(shown)
}

/// Makes a one-time link and gives its address with the day until which it works. Links made before no
/// longer do.
async fn link_for(
    app: &App,
    conn: &mut Conn,
    signed: &Signed,
    colleague: &Colleague,
) -> Result<(String, String), Failure> {
    let now = app.now();
    let secret = seal::secret().map_err(|error| Failure::internal(error.to_string()))?;
    let link = Link {
        organisation: colleague.organisation,
        digest: seal::digest(&secret),
        colleague: colleague.id,
        created_at: now,
        expires_at: now + LINK,
        used_at: None,
    };
    store::link::revoke(conn, colleague.organisation, colleague.id).await?;
    store::link::insert(conn, &link).await?;
    note(conn, signed, now, "link.made", colleague, None).await?;
    let address = format!("{}/link/{secret}", app.config.public_url.trim_end_matches('/'));
    Ok((address, signed.words.day(link.expires_at, now)))
}

async fn note(
    conn: &mut Conn,
    signed: &Signed,
    now: i64,
    verb: &'static str,
    after: &Colleague,
    before: Option<&Colleague>,
) -> store::Result<()> {
    let facts = |it: &Colleague| {
        json!({ "name": it.name, "email": it.email, "role": it.role, "active": it.active,
            "access_ends_at": it.access_ends_at })
    };
    let entry = Entry {
        organisation: signed.organisation.id,
        at: now,
        by: By::Colleague(signed.colleague.id),
        verb,
        subject: after.id.0,
        conversation: None,
        before: before.map(facts),
        after: Some(facts(after)),
    };
    store::journal::write(conn, entry).await.map(drop)
}

async fn find(conn: &mut Conn, signed: &Signed, id: ColleagueId) -> Result<Colleague, Failure> {
    store::colleague::get(conn, signed.organisation.id, id).await?.ok_or_else(Failure::not_found)
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<ColleagueId>,
) -> Result<Response, Failure> {
    let mut conn = app.db.read().await?;
    let colleague = find(&mut conn, &signed, id).await?;
    let desks = store::colleague::desks(&mut conn, signed.organisation.id, id).await?;
    let fields = Fields::of(&colleague, &desks, &signed.words);
    let about = About { colleague: Some(&colleague), fields, wrong: Wrong::default(), link: None };
    colleague_page(&app, &mut conn, &signed, StatusCode::OK, about).await
}

pub(super) async fn change(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<ColleagueId>,
    Form(fields): Form<Fields>,
) -> Result<Response, Failure> {
    let now = app.now();
    let mut conn = app.db.write().await?;
    let before = find(&mut conn, &signed, id).await?;
    let desks = store::desk::list(&mut conn, signed.organisation.id).await?;
    let mut read = read(&fields, &desks, &signed.words);
    if let Ok(it) = &read {
        let holder = store::colleague::by_email(&mut conn, &it.email).await?;
        if holder.is_some_and(|holder| holder.id != id) {
            let email = Some(signed.words.t("colleague-email-taken"));
            read = Err(Box::new(Wrong { email, ..Wrong::default() }));
        }
    }
    let it = match read {
        Ok(it) => it,
        Err(wrong) => {
            let about = About { colleague: Some(&before), fields, wrong: *wrong, link: None };
            return colleague_page(&app, &mut conn, &signed, StatusCode::UNPROCESSABLE_ENTITY, about).await;
        }
    };
    let after = Colleague {
        initials: if it.name == before.name { before.initials.clone() } else { form::initials(&it.name) },
        name: it.name,
        email: it.email,
        role: it.role,
        access_ends_at: it.access_ends_at,
        ..before.clone()
    };
    weigh(&mut conn, &signed, &before, &after, now).await?;
    store::colleague::update(&mut conn, &after).await?;
    store::colleague::set_desks(&mut conn, after.organisation, id, &it.desks).await?;
    note(&mut conn, &signed, now, "colleague.changed", &after, Some(&before)).await?;
    conn.commit().await?;
    Ok(Redirect::to("/organisation?done=changed").into_response())
}

/// An administrator's e-mail and end of access are as strong as their role: who may not touch the role
/// may not touch these either.
async fn weigh(
    conn: &mut Conn,
    signed: &Signed,
    before: &Colleague,
    after: &Colleague,
    now: i64,
) -> Result<(), Failure> {
    let standing = |it: &Colleague| Standing { role: it.role, active: session::has_access(it, now) };
    allowed(conn, signed, after.id, Some(standing(before)), standing(after), now).await?;
    let stronger = before.role == Role::Administrator && signed.colleague.role != Role::Administrator;
    if stronger {
        return Err(Failure::forbidden().because(signed.words.t("appoint-administrator")));
    }
    if before.id == signed.colleague.id && before.access_ends_at != after.access_ends_at {
        return Err(Failure::conflict().because(signed.words.t("appoint-oneself")));
    }
    Ok(())
}

pub(super) async fn make_link(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<ColleagueId>,
) -> Result<Response, Failure> {
    let mut conn = app.db.write().await?;
    let colleague = find(&mut conn, &signed, id).await?;
    weigh(&mut conn, &signed, &colleague, &colleague, app.now()).await?;
    let link = link_for(&app, &mut conn, &signed, &colleague).await?;
    let desks = store::colleague::desks(&mut conn, signed.organisation.id, id).await?;
    let fields = Fields::of(&colleague, &desks, &signed.words);
    let about = About { colleague: Some(&colleague), fields, wrong: Wrong::default(), link: Some(link) };
    let shown = colleague_page(&app, &mut conn, &signed, StatusCode::CREATED, about).await?;
    conn.commit().await?;
    Ok(shown)
}

pub(super) async fn end(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<ColleagueId>,
) -> Result<Response, Failure> {
    switch(&app, &signed, id, false).await?;
    Ok(Redirect::to("/organisation?done=ended").into_response())
}

pub(super) async fn open(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<ColleagueId>,
) -> Result<Response, Failure> {
    switch(&app, &signed, id, true).await?;
    Ok(Redirect::to("/organisation?done=opened").into_response())
}

/// Ends or gives back access; ending it closes every session and link at once.
async fn switch(app: &App, signed: &Signed, id: ColleagueId, active: bool) -> Result<(), Failure> {
    let now = app.now();
    let mut conn = app.db.write().await?;
    let before = find(&mut conn, signed, id).await?;
    let after = Colleague { active, ..before.clone() };
    weigh(&mut conn, signed, &before, &after, now).await?;
    store::colleague::update(&mut conn, &after).await?;
    if !active {
        store::session::remove_others(&mut conn, after.organisation, id, "").await?;
        store::link::revoke(&mut conn, after.organisation, id).await?;
    }
    let verb = if active { "colleague.opened" } else { "colleague.ended" };
    note(&mut conn, signed, now, verb, &after, Some(&before)).await?;
    conn.commit().await?;
    Ok(())
}
