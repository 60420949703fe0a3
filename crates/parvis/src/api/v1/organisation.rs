//! The organisation.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::caller::Caller;
use crate::api::problem::{Problem, Result};
use crate::app::App;
use crate::id::OrganisationId;
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
    /// When it was set up (µs).
    created_at: i64,
}

/// Get the organisation
#[utoipa::path(get, path = "/organisation", operation_id = "getOrganisation", tag = "organisation",
    responses((status = 200, description = "The organisation.", body = Organisation)),
    extensions(("x-action" = json!(Action::Read))))]
pub async fn get(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<Organisation>> {
    let found = store::organisation::get(&mut app.db.read().await?, caller.actor.organisation).await?;
    let it = found.ok_or_else(Problem::not_found)?;
    Ok(Json(Organisation {
        id: it.id,
        name: it.name,
        language: it.language,
        time_zone: it.time_zone,
        created_at: it.created_at,
    }))
}
