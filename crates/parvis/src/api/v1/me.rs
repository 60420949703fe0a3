//! Whoever holds the token: their role and rights, and their own settings.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::token::Token;
use crate::api::body::{Body, given};
use crate::api::caller::Caller;
use crate::api::problem::Result;
use crate::app::App;
use crate::command::colleague as command;
use crate::id::{ColleagueId, DeskId, OrganisationId};
use crate::rules::permission::{Action, Role, Scope};
use crate::store::colleague::Colleague;

/// The owner of the token.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    /// Who.
    id: ColleagueId,
    /// In which organisation.
    organisation: OrganisationId,
    /// Name or role as shown to the others.
    name: String,
    /// Two letters in the circle.
    initials: String,
    /// Address for signing in.
    email: String,
    /// What they may do.
    role: Role,
    /// The desks that they see; `null` for every desk.
    desks: Option<Vec<DeskId>>,
    /// `fr`, `en`, or `null`: as the browser asks.
    language: Option<String>,
    /// `light`, `dark`, or `null`: as the system asks.
    theme: Option<String>,
    /// IANA name of the zone in which times are shown to them, or `null`: the organisation's. Times of the API are instants.
    time_zone: Option<String>,
    /// Whether single letters act.
    shortcuts: bool,
    /// End of access (µs).
    access_ends_at: Option<i64>,
    /// What this token may do: `read`, `answer`, `triage` …
    #[schema(value_type = Vec<String>)]
    may: Vec<Action>,
    /// The token.
    token: Token,
}

fn of(caller: Caller, it: Colleague) -> Me {
    Me {
        id: it.id,
        organisation: it.organisation,
        name: it.name,
        initials: it.initials,
        email: it.email,
        role: it.role,
        may: Action::ALL.into_iter().filter(|action| caller.actor.may(*action)).collect(),
        desks: match caller.actor.scope {
            Scope::Every => None,
            Scope::Desks(desks) => Some(desks),
        },
        language: it.language,
        theme: it.theme,
        time_zone: it.time_zone,
        shortcuts: it.shortcuts,
        access_ends_at: it.access_ends_at,
        token: caller.token.into(),
    }
}

/// Get yourself
#[utoipa::path(get, path = "/me", operation_id = "getMe", tag = "me",
    responses((status = 200, description = "The owner of the token, and what it may do.", body = Me)))]
pub async fn get(caller: Caller) -> Json<Me> {
    let colleague = caller.colleague.clone();
    Json(of(caller, colleague))
}

/// What changes; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProfileChange {
    /// Name or role as shown to the others, 1 to 80 characters.
    name: Option<String>,
    /// `fr` or `en`; `null`: as the browser asks.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    language: Option<Option<String>>,
    /// `light` or `dark`; `null`: as the system asks.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    theme: Option<Option<String>>,
    /// IANA name of a zone, such as `America/Montreal`; `null`: the organisation's.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    time_zone: Option<Option<String>>,
    /// Whether single letters act.
    shortcuts: Option<bool>,
}

/// Change your settings
///
/// The password is changed on the screen only: a token that was lost can't lock its owner out.
#[utoipa::path(patch, path = "/me", operation_id = "changeMe", tag = "me", request_body = ProfileChange,
    responses((status = 200, description = "You, as you stand now.", body = Me)),
    extensions(("x-action" = json!(Action::ManageSelf))))]
pub async fn change(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(to): Body<ProfileChange>,
) -> Result<Json<Me>> {
    let to = command::Profile {
        name: to.name,
        language: to.language,
        theme: to.theme,
        time_zone: to.time_zone,
        shortcuts: to.shortcuts,
    };
    let after = command::set_profile(&app, &caller.actor, to).await?;
    Ok(Json(of(caller, after)))
}
