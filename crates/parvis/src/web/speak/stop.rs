//! Stop everything, and what it held.

use std::collections::HashMap;
use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use super::board::{Card, cards};
use crate::app::App;
use crate::command;
use crate::rules::permission::Action;
use crate::store::house::House;
use crate::store::post::{self, Filter};
use crate::store::stop;
use crate::web::error::{Failure, page_with};
use crate::web::form::Done;
use crate::web::inbox::refusal;
use crate::web::layout::{Layout, Place, Toast};
use crate::web::session::Signed;

type Answer = Result<Response, Failure>;

/// The stop that is in force, in words.
struct Standing {
    reason: String,
    who: String,
    at: String,
}

#[derive(Template)]
#[template(path = "speak/held.html")]
struct HeldPage {
    layout: Layout,
    standing: Option<Standing>,
    cards: Vec<Card>,
    stops: bool,
    lifts: bool,
    problem: Option<String>,
}

/// `GET /speak/held`
pub(super) async fn held(State(app): State<Arc<App>>, signed: Signed, Query(done): Query<Done>) -> Answer {
    shown(&app, &signed, &done.done, None).await
}

async fn shown(app: &App, signed: &Signed, done: &str, problem: Option<(StatusCode, String)>) -> Answer {
    let mut conn = app.db.read().await?;
    let words = &signed.words;
    let house = House::read(&mut conn, signed.organisation.id).await?;
    let standing = stop::current(&mut conn, signed.organisation.id).await?.map(|it| Standing {
        who: house.colleague(it.colleague).map_or_else(String::new, |it| it.name.clone()),
        at: words.moment(it.at, app.now()),
        reason: it.reason,
    });
    let asked = Filter { only: command::post::only(&signed.actor), ..Filter::default() };
    let posts = post::held(&mut conn, signed.organisation.id, &asked).await?;
    let cards = cards(&mut conn, app, signed, &house, posts).await?;
    let toast = words.maybe(&format!("stop-done-{done}")).map(|text| Toast { text, undo: None });
    let layout = Layout::of(&mut conn, signed, Place::Speak, words.t("held-title")).await?;
    let shown = HeldPage {
        layout: layout.with_toast(toast.filter(|_| !done.is_empty())),
        standing,
        cards,
        stops: signed.actor.may(Action::Stop),
        lifts: signed.actor.may(Action::Validate),
        problem: problem.as_ref().map(|(_, said)| said.clone()),
    };
    page_with(problem.map_or(StatusCode::OK, |(status, _)| status), &shown)
}

async fn back(app: &App, signed: &Signed, done: &str, result: command::Result<()>) -> Answer {
    let refused = match result {
        Ok(()) => return Ok(Redirect::to(&format!("/speak/held?done={done}")).into_response()),
        Err(refused) => refused,
    };
    match refusal::said(&refused, &signed.words) {
        Some(problem) => shown(app, signed, "", Some(problem)).await,
        None => Err(refusal::failure(refused, &signed.words)),
    }
}

/// `POST /speak/stop`
pub(super) async fn begin(
    State(app): State<Arc<App>>,
    signed: Signed,
    Form(form): Form<HashMap<String, String>>,
) -> Answer {
    let reason = form.get("reason").map(String::as_str).unwrap_or_default();
    let result = command::stop::begin(&app, &signed.actor, reason).await.map(drop);
    back(&app, &signed, "begun", result).await
}

/// `POST /speak/lift`
pub(super) async fn lift(State(app): State<Arc<App>>, signed: Signed) -> Answer {
    let result = command::stop::lift(&app, &signed.actor).await;
    back(&app, &signed, "lifted", result).await
}
