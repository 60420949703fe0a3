//! Colleagues: who is in the house, inviting, changing and ending access, and one-time sign-in links.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::body::{Body, Path, given};
use crate::api::caller::Caller;
use crate::api::page::Page;
use crate::api::problem::{Problem, Result, Told};
use crate::app::App;
use crate::command::colleague as command;
use crate::id::{ColleagueId, DeskId};
use crate::rules::contract::Contract;
use crate::rules::permission::{Action, Role, Scope};
use crate::store::{self, colleague as room, factor};

/// Someone who signs in.
#[derive(Debug, Serialize, ToSchema)]
pub struct Colleague {
    /// Who.
    id: ColleagueId,
    /// Name or role as shown to the others.
    name: String,
    /// Two letters in the circle.
    initials: String,
    /// What they may do.
    role: Role,
    /// The desks they belong to; roles that see every desk see the others too.
    desks: Vec<DeskId>,
    /// Address for signing in; shown to oneself and to those who manage colleagues.
    email: Option<String>,
    /// False once access was ended.
    active: bool,
    /// When access begins (µs); `null` for at once.
    access_begins_at: Option<i64>,
    /// End of access (µs), for externals.
    access_ends_at: Option<i64>,
    /// Which channels and themes their contract covers; `null` for who isn't from outside. Shown to oneself and to those who
    /// manage colleagues.
    contract: Option<Contract>,
    /// Whether they have a second factor; shown to oneself and to those who manage colleagues.
    has_factor: Option<bool>,
    /// When they were invited (µs).
    created_at: i64,
}

/// Those whom the caller sees: everybody, or the people of their own desks.
async fn seen(app: &App, caller: &Caller) -> Result<Vec<Colleague>> {
    let actor = &caller.actor;
    let mut conn = app.db.read().await?;
    let all = room::list(&mut conn, actor.organisation).await?;
    let mut desks: HashMap<ColleagueId, Vec<DeskId>> = HashMap::new();
    for (colleague, desk) in room::memberships(&mut conn, actor.organisation).await? {
        desks.entry(colleague).or_default().push(desk);
    }
    let mut contracts = store::contract::all(&mut conn, actor.organisation).await?;
    let holders = factor::holders(&mut conn, actor.organisation).await?;
    let manages = actor.role.may(Action::ManageColleagues);
    let shown = all.into_iter().filter_map(|it| {
        let desks = desks.remove(&it.id).unwrap_or_default();
        let own = it.id == actor.colleague;
        let near = actor.scope == Scope::Every || desks.iter().any(|desk| actor.scope.covers(*desk));
        (own || near).then(|| Colleague {
            id: it.id,
            name: it.name,
            initials: it.initials,
            role: it.role,
            desks,
            email: (own || manages).then_some(it.email),
            active: it.active,
            access_begins_at: it.access_begins_at,
            access_ends_at: it.access_ends_at,
            contract: (it.role == Role::External && (own || manages))
                .then(|| contracts.remove(&it.id).unwrap_or_default()),
            has_factor: (own || manages).then(|| holders.contains(&it.id)),
            created_at: it.created_at,
        })
    });
    Ok(shown.collect())
}

async fn find(app: &App, caller: &Caller, id: ColleagueId) -> Result<Colleague> {
    seen(app, caller).await?.into_iter().find(|it| it.id == id).ok_or_else(Problem::not_found)
}

/// List colleagues
///
/// Everybody, or the people of your own desks; those without access too.
#[utoipa::path(get, path = "/colleagues", operation_id = "listColleagues", tag = "colleagues",
    responses((status = 200, description = "By name.", body = Page<Colleague>)),
    extensions(("x-action" = json!(Action::Read))))]
pub async fn list(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<Page<Colleague>>> {
    Ok(Json(Page::whole(seen(&app, &caller).await?)))
}

/// Get a colleague
#[utoipa::path(get, path = "/colleagues/{id}", operation_id = "getColleague", tag = "colleagues",
    params(("id" = ColleagueId, Path, description = "Who.")),
    responses((status = 200, description = "The colleague.", body = Colleague)),
    extensions(("x-action" = json!(Action::Read))))]
pub async fn get(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<ColleagueId>,
) -> Result<Json<Colleague>> {
    Ok(Json(find(&app, &caller, id).await?))
}

/// Whom to invite.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Invite {
    /// Name or role as shown to the others, 1 to 80 characters.
    name: String,
    /// Address for signing in.
    email: String,
    /// What they may do; only an administrator makes another.
    role: Role,
    /// The desks they belong to.
    #[serde(default)]
    desks: Vec<DeskId>,
    /// When access begins (µs); without it, at once.
    access_begins_at: Option<i64>,
    /// End of access (µs).
    access_ends_at: Option<i64>,
    /// Which channels and themes the contract of somebody from outside covers; without it, all.
    contract: Option<Contract>,
}

/// A one-time sign-in link.
#[derive(Debug, Serialize, ToSchema)]
pub struct Invitation {
    /// Whom it signs in.
    colleague: ColleagueId,
    /// The address, told this once: hand it over.
    address: String,
    /// Until when it works (µs).
    expires_at: i64,
}

fn told(it: command::Invitation) -> (StatusCode, Json<Invitation>) {
    let it = Invitation { colleague: it.colleague, address: it.address, expires_at: it.expires_at };
    (StatusCode::CREATED, Json(it))
}

/// Invite a colleague
#[utoipa::path(post, path = "/colleagues", operation_id = "inviteColleague", tag = "colleagues", request_body = Invite,
    responses((status = 201, description = "They are in the house; the link lets them in.", body = Invitation)),
    extensions(("x-action" = json!(Action::ManageColleagues))))]
pub async fn invite(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(whom): Body<Invite>,
) -> Result<(StatusCode, Json<Invitation>)> {
    let whom = command::Change {
        name: Some(whom.name),
        email: Some(whom.email),
        role: Some(whom.role),
        desks: Some(whom.desks),
        access_begins_at: Some(whom.access_begins_at),
        access_ends_at: Some(whom.access_ends_at),
        contract: whom.contract,
        active: None,
    };
    Ok(told(command::invite(&app, &caller.actor, whom).await?))
}

/// What changes; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ColleagueChange {
    /// Name or role as shown to the others.
    name: Option<String>,
    /// Address for signing in.
    email: Option<String>,
    /// What they may do.
    role: Option<Role>,
    /// All the desks they belong to.
    desks: Option<Vec<DeskId>>,
    /// When access begins (µs); `null` for at once.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<i64>)]
    access_begins_at: Option<Option<i64>>,
    /// End of access (µs); `null` for none.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<i64>)]
    access_ends_at: Option<Option<i64>>,
    /// Which channels and themes the contract of somebody from outside covers.
    contract: Option<Contract>,
    /// `false` ends access and closes every session at once; `true` gives it back.
    active: Option<bool>,
}

/// Change a colleague
///
/// Nobody changes their own role or access, only administrators change administrators, and one of them stays.
#[utoipa::path(patch, path = "/colleagues/{id}", operation_id = "changeColleague", tag = "colleagues",
    params(("id" = ColleagueId, Path, description = "Who.")), request_body = ColleagueChange,
    responses((status = 200, description = "The colleague as they stand now.", body = Colleague),
        (status = 409, description = "Oneself, or the last administrator.", body = Told, content_type = "application/problem+json")),
    extensions(("x-action" = json!(Action::ManageColleagues))))]
pub async fn change(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<ColleagueId>,
    Body(to): Body<ColleagueChange>,
) -> Result<Json<Colleague>> {
    let to = command::Change {
        name: to.name,
        email: to.email,
        role: to.role,
        desks: to.desks,
        access_begins_at: to.access_begins_at,
        access_ends_at: to.access_ends_at,
        contract: to.contract,
        active: to.active,
    };
    command::change(&app, &caller.actor, id, to).await?;
    Ok(Json(find(&app, &caller, id).await?))
}

/// Make a one-time sign-in link
///
/// It works for seven days and once; those made before no longer do.
#[utoipa::path(post, path = "/colleagues/{id}/link", operation_id = "makeLink", tag = "colleagues",
    params(("id" = ColleagueId, Path, description = "Who.")),
    responses((status = 201, description = "The link.", body = Invitation)),
    extensions(("x-action" = json!(Action::ManageColleagues))))]
pub async fn link(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<ColleagueId>,
) -> Result<(StatusCode, Json<Invitation>)> {
    Ok(told(command::link(&app, &caller.actor, id).await?))
}

/// Take a colleague's second factor away
///
/// For somebody who has lost their phone and their recovery codes: make sure that it is them. Every session of theirs ends, and their
/// password is enough.
#[utoipa::path(delete, path = "/colleagues/{id}/factor", operation_id = "takeFactorAway", tag = "colleagues",
    params(("id" = ColleagueId, Path, description = "Who.")),
    responses((status = 204, description = "They have none any more."),
        (status = 409, description = "Oneself: it is turned off in one's settings.", body = Told, content_type = "application/problem+json")),
    extensions(("x-action" = json!(Action::ManageColleagues))))]
pub async fn take_factor_away(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<ColleagueId>,
) -> Result<StatusCode> {
    crate::command::factor::take_away(&app, &caller.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
