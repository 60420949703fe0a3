//! Inviting a colleague, changing role, desks and end of access, ending access, and one-time links.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::Form;
use serde::Deserialize;

use super::Person;
use crate::app::App;
use crate::command::{Refusal, colleague as command, factor};
use crate::id::ColleagueId;
use crate::rules::contract::Contract;
use crate::rules::permission::Role;
use crate::store::colleague::Colleague;
use crate::store::desk::Desk;
use crate::store::{self, Conn};
use crate::web::error::{Failure, page_with};
use crate::web::form::{self, Account};
use crate::web::inbox::refusal;
use crate::web::language::Words;
use crate::web::layout::{Layout, Place};
use crate::web::session::Signed;

#[derive(Template)]
#[template(path = "organisation/colleague.html")]
pub(in crate::web) struct ColleaguePage {
    pub(in crate::web) layout: Layout,
    /// `None` while inviting.
    pub(in crate::web) person: Option<Person>,
    pub(in crate::web) active: bool,
    /// One's own role and access are somebody else's decision.
    pub(in crate::web) oneself: bool,
    /// They have a second factor.
    pub(in crate::web) has_factor: bool,
    pub(in crate::web) fields: Fields,
    pub(in crate::web) roles: Vec<(&'static str, String, String)>,
    pub(in crate::web) desks: Vec<Desk>,
    pub(in crate::web) accounts: Vec<Account>,
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
    /// First day of access, or empty.
    pub(in crate::web) from: String,
    /// Last day of access, `2027-06-30`, or empty.
    pub(in crate::web) until: String,
    /// The channels of the contract.
    pub(in crate::web) channels: Vec<String>,
    /// The themes of the contract, one a line.
    pub(in crate::web) themes: String,
}

/// What has to be mended, in words.
#[derive(Clone, Default)]
pub(in crate::web) struct Wrong {
    pub(in crate::web) name: Option<String>,
    pub(in crate::web) email: Option<String>,
    pub(in crate::web) role: Option<String>,
    pub(in crate::web) from: Option<String>,
    pub(in crate::web) until: Option<String>,
    pub(in crate::web) contract: Option<String>,
}

impl Fields {
    async fn of(conn: &mut Conn, it: &Colleague, words: &Words) -> store::Result<Self> {
        let desks = store::colleague::desks(conn, it.organisation, it.id).await?;
        let contract = store::contract::of(conn, it.organisation, it.id).await?;
        Ok(Self {
            channels: contract.channels.iter().map(ToString::to_string).collect(),
            themes: contract.themes.join("\n"),
            name: it.name.clone(),
            email: it.email.clone(),
            role: it.role.as_str().to_owned(),
            desks: desks.iter().map(ToString::to_string).collect(),
            from: it
                .access_begins_at
                .map_or_else(String::new, |at| words.house().zoned(at).date().to_string()),
            until: it
                .access_ends_at
                .map_or_else(String::new, |at| words.house().zoned(at - 1).date().to_string()),
        })
    }
}

/// The channels that a contract may name: those that stand, and those that it names, removed or not: without the last of them
/// it would cover every channel.
async fn accounts(conn: &mut Conn, signed: &Signed, named: &[String]) -> store::Result<Vec<Account>> {
    let mut all = store::channel::list(conn, signed.organisation.id).await?;
    for id in named.iter().filter_map(|it| it.parse().ok()) {
        if all.iter().all(|it| it.id != id) {
            all.extend(store::channel::get(conn, signed.organisation.id, id).await?);
        }
    }
    Ok(all.iter().map(|it| Account::of(it, named)).collect())
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
    let desks = store::desk::list(conn, signed.organisation.id).await?;
    let on = about.fields.desks.clone();
    let accounts = accounts(conn, signed, &about.fields.channels).await?;
    let title = about.colleague.map_or_else(|| words.t("invite-title"), |it| it.name.clone());
    let roles = Role::ALL
        .into_iter()
        .filter(|role| *role != Role::Administrator || signed.colleague.role == Role::Administrator);
    let shown = ColleaguePage {
        layout: Layout::of(conn, signed, Place::Organisation, title).await?,
        person: about.colleague.map(|it| Person::of(it, words, app.now())),
        active: about.colleague.is_none_or(|it| it.active),
        oneself: about.colleague.is_some_and(|it| it.id == signed.colleague.id),
        has_factor: match about.colleague {
            Some(it) => factor::is_on(conn, it.organisation, it.id).await?,
            None => false,
        },
        fields: about.fields,
        roles: roles
            .map(|role| {
                let name = role.as_str();
                (name, words.named("role", name), words.named("role-for", name))
            })
            .collect(),
        accounts,
        desks: desks.into_iter().filter(|it| it.is_open() || on.contains(&it.id.to_string())).collect(),
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
fn read(fields: &Fields, desks: &[Desk], words: &Words) -> Result<command::Change, Box<Wrong>> {
    let name = form::line(&fields.name, command::NAME_LENGTH);
    let email = form::email(&fields.email);
    let role = Role::parse(&fields.role);
    let from = form::start_of(words, &fields.from).ok_or("colleague-day-unknown");
    let until = form::end_of(words, &fields.until).ok_or("colleague-day-unknown");
    let wrong = Wrong {
        name: name.as_ref().err().map(|key| words.t(key)),
        email: email.as_ref().err().map(|key| words.t(key)),
        role: role.is_none().then(|| words.t("colleague-role-unknown")),
        from: from.as_ref().err().map(|key| words.t(key)),
        until: until.as_ref().err().map(|key| words.t(key)),
        contract: None,
    };
    let (Ok(name), Ok(email), Some(role), Ok(begins), Ok(ends)) = (name, email, role, from, until) else {
        return Err(Box::new(wrong));
    };
    let chosen = desks.iter().map(|it| it.id).filter(|id| fields.desks.contains(&id.to_string()));
    let contract = Contract {
        channels: fields.channels.iter().filter_map(|it| it.parse().ok()).collect(),
        themes: fields.themes.lines().map(str::to_owned).collect(),
    };
    Ok(command::Change {
        contract: Some(contract),
        name: Some(name),
        email: Some(email),
        role: Some(role),
        desks: Some(chosen.collect()),
        access_begins_at: Some(begins),
        access_ends_at: Some(ends),
        active: None,
    })
}

/// Why the command refused, under the field at fault; anything else is a page of its own.
fn mend(refused: Refusal, words: &Words) -> Result<Wrong, Failure> {
    match refused {
        Refusal::Invalid { field: "email", code: "taken" } => {
            Ok(Wrong { email: Some(words.t("colleague-email-taken")), ..Wrong::default() })
        }
        Refusal::Invalid { field: "theme" | "channels" | "contract", .. } => {
            let contract = refusal::said(&refused, words).map(|(_, said)| said);
            Ok(Wrong { contract, ..Wrong::default() })
        }
        Refusal::Invalid { field: "access_begins_at", .. } => {
            Ok(Wrong { from: Some(words.t("colleague-day-late")), ..Wrong::default() })
        }
        Refusal::Invalid { field: "access_ends_at", .. } => {
            Ok(Wrong { until: Some(words.t("colleague-day-past")), ..Wrong::default() })
        }
        refused => Err(refusal::failure(refused, words)),
    }
}

pub(super) async fn invite(
    State(app): State<Arc<App>>,
    signed: Signed,
    Form(fields): Form<Fields>,
) -> Result<Response, Failure> {
    let desks = store::desk::list(&mut app.db.read().await?, signed.organisation.id).await?;
    let wrong = match read(&fields, &desks, &signed.words) {
        Ok(whom) => match command::invite(&app, &signed.actor, whom).await {
            Ok(made) => return hand_over(&app, &signed, made).await,
            Err(refused) => mend(refused, &signed.words)?,
        },
        Err(wrong) => *wrong,
    };
    let about = About { colleague: None, fields, wrong, link: None };
    colleague_page(&app, &mut app.db.read().await?, &signed, StatusCode::UNPROCESSABLE_ENTITY, about).await
}

/// The page of a colleague with a one-time link, shown this once.
async fn hand_over(app: &App, signed: &Signed, made: command::Invitation) -> Result<Response, Failure> {
    let mut conn = app.db.read().await?;
    let colleague = find(&mut conn, signed, made.colleague).await?;
    let fields = Fields::of(&mut conn, &colleague, &signed.words).await?;
    let link = Some((made.address, signed.words.day(made.expires_at, app.now())));
    let about = About { colleague: Some(&colleague), fields, wrong: Wrong::default(), link };
    colleague_page(app, &mut conn, signed, StatusCode::CREATED, about).await
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
    let fields = Fields::of(&mut conn, &colleague, &signed.words).await?;
    let about = About { colleague: Some(&colleague), fields, wrong: Wrong::default(), link: None };
    colleague_page(&app, &mut conn, &signed, StatusCode::OK, about).await
}

pub(super) async fn change(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<ColleagueId>,
    Form(fields): Form<Fields>,
) -> Result<Response, Failure> {
    let mut conn = app.db.read().await?;
    let before = find(&mut conn, &signed, id).await?;
    let desks = store::desk::list(&mut conn, signed.organisation.id).await?;
    drop(conn);
    let wrong = match read(&fields, &desks, &signed.words) {
        Ok(to) => match command::change(&app, &signed.actor, id, to).await {
            Ok(()) => return Ok(Redirect::to("/organisation?done=changed").into_response()),
            Err(refused) => mend(refused, &signed.words)?,
        },
        Err(wrong) => *wrong,
    };
    let about = About { colleague: Some(&before), fields, wrong, link: None };
    colleague_page(&app, &mut app.db.read().await?, &signed, StatusCode::UNPROCESSABLE_ENTITY, about).await
}

pub(super) async fn make_link(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<ColleagueId>,
) -> Result<Response, Failure> {
    let made = command::link(&app, &signed.actor, id).await;
    hand_over(&app, &signed, made.map_err(|refused| refusal::failure(refused, &signed.words))?).await
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

async fn switch(app: &App, signed: &Signed, id: ColleagueId, active: bool) -> Result<(), Failure> {
    let to = command::Change { active: Some(active), ..command::Change::default() };
    let done = command::change(app, &signed.actor, id, to).await;
    done.map_err(|refused| refusal::failure(refused, &signed.words))
}
