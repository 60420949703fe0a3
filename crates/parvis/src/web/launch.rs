//! Launches: the list, a launch's own form, its dossier and the form of each thing in it. Plain forms; what may be done is
//! asked of the commands.

mod dossier;
mod entry;
mod form;
mod outcome;
mod post;

pub use self::post::names;
use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post as send};

use super::Route;
use crate::app::App;
use crate::rules::permission::Action;

/// The routes and the right that each needs.
pub const ROUTES: &[Route] = &[
    Route::get("/launches", Action::ReadLaunches),
    Route::post("/launches", Action::PrepareLaunches),
    Route::get("/launches/new", Action::PrepareLaunches),
    Route::get("/launches/{id}", Action::ReadLaunches),
    Route::post("/launches/{id}", Action::PrepareLaunches),
    Route::get("/launches/{id}/edit", Action::PrepareLaunches),
    Route::get("/launches/{id}/outcome", Action::Listen),
    Route::post("/launches/{id}/step", Action::PrepareLaunches),
    Route::post("/launches/{id}/entries", Action::PrepareLaunches),
    Route::get("/launches/{id}/new/{kind}", Action::PrepareLaunches),
    Route::get("/launches/{id}/entries/{entry}", Action::ReadLaunches),
    Route::post("/launches/{id}/entries/{entry}", Action::PrepareLaunches),
    Route::post("/launches/{id}/entries/{entry}/remove", Action::PrepareLaunches),
    Route::post("/launches/{id}/entries/{entry}/validate", Action::ValidateAnswers),
];

/// The router of these pages.
pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/launches", get(form::list).post(form::make))
        .route("/launches/new", get(form::begin))
        .route("/launches/{id}", get(dossier::show).post(form::change))
        .route("/launches/{id}/edit", get(form::edit))
        .route("/launches/{id}/outcome", get(outcome::show))
        .route("/launches/{id}/step", send(form::step))
        .route("/launches/{id}/entries", send(entry::make))
        .route("/launches/{id}/new/{kind}", get(entry::begin))
        .route("/launches/{id}/entries/{entry}", get(entry::show).post(entry::change))
        .route("/launches/{id}/entries/{entry}/remove", send(entry::remove))
        .route("/launches/{id}/entries/{entry}/validate", send(entry::validate))
}
