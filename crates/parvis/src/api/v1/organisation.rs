//! The organisation.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::body::Body;
use crate::api::caller::Caller;
use crate::api::problem::{Problem, Result};
use crate::app::App;
use crate::command::factor;
use crate::id::OrganisationId;
use crate::rules::factor::Asked;
use crate::rules::permission::Action;
use crate::store;

/// The house that everything belongs to.
#[derive(Debug, Serialize, ToSchema)]
pub struct Organisation {
    /// Its id.
    id: OrganisationId,
    /// Its name.
    name: String,
    /// `fr` or `en`: what is used where nobody has chosen.
    language: String,
    /// IANA name, such as `Europe/Paris`.
    time_zone: String,
    /// Of whom a second factor is asked when signing in; tokens aren't asked.
    factor_asked: Asked,
    /// When it was set up (µs).
    created_at: i64,
}

/// Get the organisation
#[utoipa::path(get, path = "/organisation", operation_id = "getOrganisation", tag = "organisation",
    responses((status = 200, description = "The organisation.", body = Organisation)),
    extensions(("x-action" = json!(Action::Read))))]
pub async fn get(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<Organisation>> {
    Ok(Json(read(&app, &caller).await?))
}

async fn read(app: &App, caller: &Caller) -> Result<Organisation> {
    let mut conn = app.db.read().await?;
    let found = store::organisation::get(&mut conn, caller.actor.organisation).await?;
    let it = found.ok_or_else(Problem::not_found)?;
    Ok(Organisation {
        id: it.id,
        name: it.name,
        language: it.language,
        time_zone: it.time_zone,
        factor_asked: factor::asked(&mut conn, it.id).await?,
        created_at: it.created_at,
    })
}

/// What changes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrganisationChange {
    /// Of whom a second factor is asked: who has none sees nothing else before it is set up.
    factor_asked: Asked,
}

/// Change the organisation
#[utoipa::path(patch, path = "/organisation", operation_id = "changeOrganisation", tag = "organisation", request_body = OrganisationChange,
    responses((status = 200, description = "The organisation as it stands now.", body = Organisation)),
    extensions(("x-action" = json!(Action::ManageChannels))))]
pub async fn change(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(to): Body<OrganisationChange>,
) -> Result<Json<Organisation>> {
    factor::ask(&app, &caller.actor, to.factor_asked).await?;
    Ok(Json(read(&app, &caller).await?))
}
