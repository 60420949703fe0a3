//! Passes: the door through which somebody without an account comes in, and what they find open behind it; `made` has the page
//! of those who give them. A link alone opens nothing: a code goes to the address that it is bound to, each time.

mod allowed;
mod made;

use std::sync::Arc;

use askama::Template;
use axum::extract::{Extension, Path, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use serde::Deserialize;

use super::Route;
use super::attempt::Attempts;
use super::device::Device;
use super::error::{Failure, page_with};
use super::inbox::refusal;
use super::layout::{Layout, Place};
use super::login::welcome;
use super::session::{Stage, Visitor};
use crate::app::App;
use crate::command::{Refusal, pass as command};
use crate::id::PostId;
use crate::rules::pass::{CODE, masked};
use crate::rules::permission::{Action, Actor};
use crate::store::pass::{self, Kind};

pub(super) const ROUTES: &[Route] = &[
    Route::open(Method::GET, "/pass/{secret}"),
    Route::open(Method::POST, "/pass/{secret}"),
    Route::open(Method::POST, "/pass/{secret}/code"),
    Route::get("/speak/passes", Action::Keep),
    Route::post("/speak/passes", Action::Keep),
    Route::post("/speak/passes/{pass}/again", Action::Keep),
    Route::post("/speak/passes/{pass}/end", Action::Keep),
    Route::get("/organisation/passes", Action::ManageColleagues),
    Route::sensitive("/organisation/passes", Action::ManageColleagues),
];

pub(super) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/pass/{secret}", get(show).post(ask))
        .route("/pass/{secret}/code", post(enter))
        .route("/speak/passes", get(made::show).post(made::make))
        .route("/speak/passes/{pass}/again", post(made::send_again))
        .route("/speak/passes/{pass}/end", post(made::end))
        .route("/organisation/passes", get(allowed::show).post(allowed::set))
}

/// What is open to who came in by any pass, as far as its purpose gives the right; which post, `command::post::load` asks.
const ON_A_POST: &[&str] = &[
    "/events",
    "/logout",
    "/speak/{id}",
    "/speak/{id}/step",
    "/speak/{id}/describe",
    "/speak/{id}/text",
    "/speak/{id}/draft",
    "/speak/{id}/draft/drop",
    "/speak/{id}/charter",
    "/speak/{id}/comment",
    "/speak/{id}/picture",
    "/speak/{id}/picture/{picture}",
    "/speak/{id}/card",
    "/speak/{id}/card/words",
    "/speak/{id}/card/{card}",
    "/speak/{id}/names",
    "/speak/{id}/versions",
];
/// And to who brings ideas.
const FOR_IDEAS: &[&str] = &["/speak", "/speak/new"];

/// Whether a route is open to the actor; all are to who has signed in.
pub(super) fn admits(actor: &Actor, matched: &str) -> bool {
    let Some(pass) = &actor.pass else { return true };
    ON_A_POST.contains(&matched) || (pass.post.is_none() && FOR_IDEAS.contains(&matched))
}

/// Where who came in by a pass is at home: at its post, or where ideas are.
pub(super) fn home(post: Option<PostId>) -> String {
    match post {
        Some(post) => format!("/speak/{post}"),
        None => "/speak".to_owned(),
    }
}

#[derive(Template)]
#[template(path = "pass/door.html")]
struct DoorPage {
    layout: Layout,
    /// The page's own address; the language switch comes back to it.
    here: String,
    /// `None`: the link opens nothing.
    door: Option<Door>,
    problem: Option<String>,
}

/// A link that opens something.
struct Door {
    /// What it is for.
    what: &'static str,
    /// The address that it is bound to, masked.
    address: String,
    /// The last day.
    until: String,
    /// What became of the letter with the code, while that works.
    told: Option<String>,
}

async fn shown(
    app: &App,
    visitor: &Visitor,
    secret: &str,
    problem: Option<(StatusCode, String)>,
) -> Result<Response, Failure> {
    let (now, words) = (app.now(), &visitor.words);
    let mut conn = app.db.read().await?;
    let door = match command::held(&mut conn, secret, now).await? {
        None => None,
        Some((it, whom)) => {
            let letter = pass::last_letter(&mut conn, it.organisation, it.id, Kind::Code).await?;
            Some(Door {
                what: it.purpose.as_str(),
                address: masked(&whom.email),
                until: words.weekday(it.expires_at - 1, now),
                told: letter.filter(|it| it.at + CODE > now).map(|it| it.told),
            })
        }
    };
    let status = match (&door, &problem) {
        (None, _) => StatusCode::NOT_FOUND,
        (_, Some((status, _))) => *status,
        _ => StatusCode::OK,
    };
    let shown = DoorPage {
        layout: Layout::bare(visitor, Place::None, words.t("pass-door")),
        here: format!("/pass/{secret}"),
        door,
        problem: problem.map(|(_, said)| said),
    };
    page_with(status, &shown)
}

/// `GET /pass/{secret}`: a button, so that the previews of mail programs ask for no code.
async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(secret): Path<String>,
) -> Result<Response, Failure> {
    shown(&app, &visitor, &secret, None).await
}

/// The page again, with why nothing was done.
async fn refused(app: &App, visitor: &Visitor, secret: &str, why: Refusal) -> Result<Response, Failure> {
    match (refusal::said(&why, &visitor.words), why) {
        (None, Refusal::NotFound) => shown(app, visitor, secret, None).await,
        (None, why) => Err(refusal::failure(why, &visitor.words)),
        (problem, _) => shown(app, visitor, secret, problem).await,
    }
}

/// `POST /pass/{secret}`: has a code sent.
async fn ask(
    State(app): State<Arc<App>>,
    Extension(attempts): Extension<Arc<Attempts>>,
    visitor: Visitor,
    device: Device,
    Path(secret): Path<String>,
) -> Result<Response, Failure> {
    attempts.take_address(&device, app.now())?;
    match command::ask_code(&app, &secret).await {
        Ok(()) => Ok(Redirect::to(&format!("/pass/{secret}")).into_response()),
        Err(why) => refused(&app, &visitor, &secret, why).await,
    }
}

#[derive(Deserialize)]
struct Code {
    #[serde(default)]
    code: String,
    #[serde(default)]
    remember: String,
}

/// `POST /pass/{secret}/code`: takes the code, and opens.
async fn enter(
    State(app): State<Arc<App>>,
    Extension(attempts): Extension<Arc<Attempts>>,
    visitor: Visitor,
    device: Device,
    Path(secret): Path<String>,
    Form(typed): Form<Code>,
) -> Result<Response, Failure> {
    attempts.take_address(&device, app.now())?;
    let (it, whom) = match command::enter(&app, &secret, &typed.code).await {
        Ok(found) => found,
        Err(why) => {
            tracing::warn!(address = %device.address, "a code of a guest pass was refused");
            return refused(&app, &visitor, &secret, why).await;
        }
    };
    let mut conn = app.db.write().await?;
    let stage = Stage::Pass(it.id, it.expires_at);
    let cookie = welcome(&app, &mut conn, &whom, &device, stage, !typed.remember.is_empty()).await?;
    conn.commit().await?;
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to(&home(it.post))).into_response())
}
