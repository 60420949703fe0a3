//! Pages: server-rendered, one file per page, each working without JavaScript. This file is the map:
//! which routes there are, which right each needs, and what every request passes through.

pub mod alert;
pub mod arrival;
pub mod asset;
pub mod attempt;
mod calendar;
pub mod channel;
pub mod chart;
mod charter;
pub mod device;
pub mod error;
mod factor;
pub mod form;
mod gauge;
mod gesture;
pub mod header;
pub mod health;
pub mod hook;
pub mod inbox;
pub mod language;
mod launch;
pub mod layout;
mod listen;
pub mod live;
pub mod login;
mod material;
pub mod organisation;
mod pass;
pub mod password;
pub mod presence;
mod proposal;
mod prove;
mod quote;
mod request;
pub mod session;
pub mod settings;
pub mod setup;
mod speak;
#[cfg(test)]
pub(crate) mod tests;
pub mod today;

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::http::Method;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use axum::{Extension, Router};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::csrf::CsrfLayer;

use crate::app::App;
use crate::rules::permission::Action;

/// A route with the right that it needs. `need: None` is open to everybody, signed in or not.
#[derive(Clone, Debug)]
pub struct Route {
    /// `GET` (which covers `HEAD`) or an unsafe method.
    pub method: Method,
    /// The path as the router has it: `/inbox/{id}`.
    pub path: &'static str,
    /// What the visitor has to be allowed.
    pub need: Option<Action>,
    /// Whether whoever sends it must have proved who they are a short while ago.
    pub proof: bool,
}

impl Route {
    /// A page that needs `action`.
    pub const fn get(path: &'static str, action: Action) -> Self {
        Self { method: Method::GET, path, need: Some(action), proof: false }
    }

    /// A form that needs `action`.
    pub const fn post(path: &'static str, action: Action) -> Self {
        Self { method: Method::POST, path, need: Some(action), proof: false }
    }

    /// A form that needs `action` and a fresh proof of who sends it.
    pub const fn sensitive(path: &'static str, action: Action) -> Self {
        Self { method: Method::POST, path, need: Some(action), proof: true }
    }

    /// A route that is open to everybody.
    pub const fn open(method: Method, path: &'static str) -> Self {
        Self { method, path, need: None, proof: false }
    }
}

/// The tables of all rooms. A route that stands in none of them is closed to everybody.
const TABLES: &[&[Route]] = &[
    OWN,
    login::ROUTES,
    factor::ROUTES,
    setup::ROUTES,
    settings::ROUTES,
    organisation::ROUTES,
    inbox::ROUTES,
    gesture::ROUTES,
    channel::ROUTES,
    hook::ROUTES,
    today::ROUTES,
    listen::ROUTES,
    speak::ROUTES,
    pass::ROUTES,
    calendar::ROUTES,
    launch::ROUTES,
    material::ROUTES,
    request::ROUTES,
    alert::ROUTES,
    alert::destination::ROUTES,
];

const OWN: &[Route] =
    &[Route::open(Method::GET, "/health"), Route::open(Method::GET, "/assets/{build}/{*path}")];

/// Every route of the program.
pub fn routes() -> impl Iterator<Item = &'static Route> {
    TABLES.iter().copied().flatten()
}

/// Bytes of a form, unless its route says otherwise.
const FORM_LIMIT: usize = 512 * 1024;

/// The whole web: pages, assets, and what every request passes through. From the outside in: headers
/// and reference, error pages, the time that bodies may take, panics, cross-site requests, who asks and may
/// they, the handler.
pub fn router(app: Arc<App>) -> Router {
    router_with(app, arrival::Patience::default())
}

/// The same with another patience for bodies that are slow to come.
pub fn router_with(app: Arc<App>, patience: arrival::Patience) -> Router {
    let pages = Router::new()
        .route("/health", get(health::health))
        .route("/assets/{build}/{*path}", get(asset::serve))
        .merge(login::router())
        .merge(factor::router())
        .merge(setup::router())
        .merge(settings::router())
        .merge(organisation::router())
        .merge(inbox::router(&app))
        .merge(gesture::router())
        .merge(channel::router())
        .merge(today::router())
        .merge(listen::router())
        .merge(speak::router())
        .merge(pass::router())
        .merge(calendar::router())
        .merge(launch::router())
        .merge(material::router())
        .merge(request::router())
        .merge(alert::router())
        .merge(alert::destination::router());
    let pages = pages
        .layer(DefaultBodyLimit::max(FORM_LIMIT))
        .layer(from_fn_with_state(app.clone(), session::guard))
        .layer(CsrfLayer::new())
        .layer(from_fn_with_state(app.clone(), attempt::tell_of_other_sites))
        .layer(Extension(Arc::new(attempt::Attempts::default())));
    // The API and what is pushed to us have guards of their own and read no cookie, so no other site can use a
    // browser's session. The pages come last: what nobody knows is then answered by a page.
    crate::api::router(&app)
        .merge(hook::router())
        .merge(pages)
        .layer(CatchPanicLayer::new())
        .layer(from_fn_with_state(patience, arrival::bound))
        .layer(from_fn_with_state(app.clone(), error::render))
        .layer(CompressionLayer::new())
        .layer(from_fn_with_state(app.clone(), header::dress))
        .with_state(app)
}
