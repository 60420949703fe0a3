//! Prises de parole: the board on which ideas go their way, and the page of each post. Every step is a plain form;
//! drag and keys press the same. What may be done where is asked of `rules::post`, never decided here.

mod action;
mod assistant;
mod board;
mod charter;
mod compose;
mod difference;
mod fast;
pub(super) mod hour;
mod idea;
mod link;
mod name;
mod picture;
mod policy;
mod preview;
mod stop;

pub(super) use self::action::moment;
pub(super) use self::compose::due;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

use super::Route;
use crate::app::App;
use crate::command::answer::UPLOAD_BYTES;
use crate::command::post::contract;
use crate::rules::permission::Action;
use crate::store::house::House;
use crate::store::{self, Conn};
use crate::web::session::Signed;

/// The house, with the channels on which whoever is signed in may have something said.
async fn house_of(conn: &mut Conn, signed: &Signed) -> store::Result<Arc<House>> {
    let covered = contract::of(conn, &signed.actor).await?;
    let mut house = House::read(conn, signed.organisation.id).await?;
    if !covered.is_open() {
        Arc::make_mut(&mut house).channels.retain(|it| covered.covers_channel(it.id));
    }
    Ok(house)
}

/// The routes and the right that each needs; a step asks for its own besides.
pub const ROUTES: &[Route] = &[
    Route::get("/speak", Action::ReadPosts),
    Route::post("/speak", Action::Propose),
    Route::get("/speak/new", Action::Propose),
    Route::post("/speak/new/ideas", Action::Propose),
    Route::get("/speak/held", Action::ReadPosts),
    Route::post("/speak/stop", Action::Stop),
    Route::post("/speak/lift", Action::Validate),
    Route::get("/speak/policy", Action::Validate),
    Route::post("/speak/policy", Action::Validate),
    Route::get("/speak/slots", Action::Schedule),
    Route::post("/speak/slots", Action::Schedule),
    Route::get("/speak/fast-lane", Action::Validate),
    Route::post("/speak/fast-lane", Action::Validate),
    Route::get("/speak/fast/{fast}", Action::Look),
    Route::post("/speak/fast/{fast}", Action::Look),
    Route::get("/speak/reviews", Action::ReadPosts),
    Route::post("/speak/reviews/{fast}", Action::Look),
    Route::get("/speak/{id}", Action::ReadPosts),
    Route::post("/speak/{id}/rush", Action::Write),
    Route::post("/speak/{id}/recall", Action::Propose),
    Route::post("/speak/{id}/step", Action::Propose),
    Route::post("/speak/{id}/plan", Action::Schedule),
    Route::post("/speak/{id}/describe", Action::Propose),
    Route::post("/speak/{id}/text", Action::Write),
    Route::post("/speak/{id}/draft", Action::Write),
    Route::post("/speak/{id}/draft/drop", Action::Write),
    Route::post("/speak/{id}/assistant", Action::Write),
    Route::post("/speak/{id}/assistant/take", Action::Write),
    Route::post("/speak/{id}/charter", Action::Write),
    Route::post("/speak/{id}/waive", Action::Look),
    Route::post("/speak/{id}/tick", Action::Look),
    Route::post("/speak/{id}/comment", Action::Propose),
    Route::post("/speak/{id}/picture", Action::Write),
    Route::get("/speak/{id}/picture/{picture}", Action::ReadPosts),
    Route::post("/speak/{id}/picture/{picture}", Action::Write),
    Route::post("/speak/{id}/picture/{picture}/keep", Action::BringMaterial),
    Route::post("/speak/{id}/asset", Action::Write),
    Route::post("/speak/{id}/card", Action::Write),
    Route::post("/speak/{id}/card/words", Action::Write),
    Route::get("/speak/{id}/card/{card}", Action::ReadPosts),
    Route::get("/speak/{id}/names", Action::Write),
    Route::get("/speak/{id}/versions", Action::ReadPosts),
];

/// The router of these pages.
pub fn router() -> Router<Arc<App>> {
    let pictures = post(picture::add).layer(DefaultBodyLimit::max(UPLOAD_BYTES + 64 * 1024));
    Router::new()
        .route("/speak", get(board::show).post(idea::make))
        .route("/speak/new", get(idea::begin))
        .route("/speak/new/ideas", post(idea::ask))
        .route("/speak/held", get(stop::held))
        .route("/speak/stop", post(stop::begin))
        .route("/speak/lift", post(stop::lift))
        .route("/speak/policy", get(policy::show).post(policy::set))
        .route("/speak/slots", get(hour::show).post(hour::set))
        .route("/speak/fast-lane", get(fast::lane::show).post(fast::lane::set))
        .route("/speak/fast/{fast}", get(fast::check::show).post(fast::check::answer))
        .route("/speak/reviews", get(fast::review::show))
        .route("/speak/reviews/{fast}", post(fast::review::review))
        .route("/speak/{id}", get(compose::show))
        .route("/speak/{id}/rush", post(fast::rush))
        .route("/speak/{id}/recall", post(fast::recall))
        .route("/speak/{id}/step", post(action::step))
        .route("/speak/{id}/plan", post(action::plan))
        .route("/speak/{id}/describe", post(action::describe))
        .route("/speak/{id}/text", post(action::rewrite))
        .route("/speak/{id}/draft", post(action::keep_draft))
        .route("/speak/{id}/draft/drop", post(action::drop_draft))
        .route("/speak/{id}/assistant", post(assistant::propose))
        .route("/speak/{id}/assistant/take", post(assistant::take))
        .route("/speak/{id}/charter", post(charter::check))
        .route("/speak/{id}/waive", post(charter::waive))
        .route("/speak/{id}/tick", post(action::tick))
        .route("/speak/{id}/comment", post(action::comment))
        .route("/speak/{id}/picture", pictures)
        .route("/speak/{id}/picture/{picture}", get(picture::serve).post(picture::change))
        .route("/speak/{id}/picture/{picture}/keep", post(picture::keep))
        .route("/speak/{id}/asset", post(picture::pick))
        .route("/speak/{id}/card", post(link::make))
        .route("/speak/{id}/card/words", post(link::change))
        .route("/speak/{id}/card/{card}", get(link::serve))
        .route("/speak/{id}/names", get(name::show))
        .route("/speak/{id}/versions", get(difference::show))
}

/// The icon of an origin.
fn origin_icon(origin: &str) -> &'static str {
    match origin {
        "agency" => "brief",
        "freelance" => "pen",
        "ambassador" => "heart",
        "trend" => "up-r",
        "member" => "users",
        "message" => "talk",
        _ => "user",
    }
}
