//! Where a reader of the fast lane reads and answers, made for a phone: what leaves as each network shows it, what was
//! checked and by whom, a yes, a no with its reason.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::Form;
use serde::Deserialize;

use super::stands;
use crate::app::App;
use crate::clock::SECOND;
use crate::command::Refusal;
use crate::command::post::charter;
use crate::command::post::fast::{self as command, lane as setting};
use crate::id::{FastId, PostId};
use crate::store::fast;
use crate::store::house::House;
use crate::store::post;
use crate::web::error::{Failure, page_with};
use crate::web::inbox::refusal;
use crate::web::layout::{Layout, Place};
use crate::web::session::Signed;
use crate::web::speak::compose::{Line, lines};
use crate::web::speak::preview::Previews;

#[derive(Template)]
#[template(path = "speak/fast/check.html")]
struct CheckPage {
    layout: Layout,
    id: FastId,
    post: PostId,
    title: String,
    theme: String,
    why: String,
    asker: String,
    stands: (&'static str, &'static str, String),
    previews: Previews,
    lines: Vec<Line>,
    remarks: Vec<String>,
    open: bool,
    recalls: bool,
    means: String,
    problem: Option<String>,
}

/// `GET /speak/fast/{fast}`
pub(in crate::web::speak) async fn show(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<FastId>,
) -> Result<Response, Failure> {
    shown(&app, &signed, id, None).await
}

async fn shown(
    app: &App,
    signed: &Signed,
    id: FastId,
    problem: Option<(StatusCode, String)>,
) -> Result<Response, Failure> {
    let (now, words, organisation) = (app.now(), &signed.words, signed.organisation.id);
    let mut conn = app.db.read().await?;
    let found = command::put(&mut conn, &signed.actor, id).await;
    let (run, it) = found.map_err(|refused| refusal::failure(refused, words))?;
    let house = House::read(&mut conn, organisation).await?;
    let open = command::is_asked(&mut conn, &signed.actor, &run, &it).await?;
    let pictures = post::picture::list(&mut conn, organisation, it.id).await?;
    let card = post::card::get(&mut conn, organisation, it.id).await?;
    let ticks = post::look::ticks(&mut conn, organisation, it.id).await?;
    let targets = post::targets(&mut conn, organisation, it.id).await?;
    let said = crate::web::speak::charter::stands(&it, &targets);
    let held = charter::read(&mut conn, organisation, &it).await?;
    let remark = |it: &charter::Found| words.named("rule", it.remark.rule.name());
    let waiting = fast::waiting(&mut conn, organisation, signed.actor.colleague).await?.len();
    let lane = setting::lane(&mut conn, organisation).await?;
    let mut layout = Layout::of(&mut conn, signed, Place::Speak, words.t("fast-check")).await?;
    // The band leads to where this reader is.
    layout.asked = None;
    let asker = house.colleague(run.colleague).map_or_else(String::new, |it| it.name.clone());
    let shown = CheckPage {
        layout: layout.with_context(if open && waiting > 1 {
            words.t1("fast-waiting", "count", waiting)
        } else {
            String::new()
        }),
        id,
        post: it.id,
        title: it.title.clone(),
        theme: it.theme.clone(),
        why: run.reason.clone(),
        asker,
        stands: stands(words, &house, &it, &run, now),
        previews: Previews::of(signed, &house, it.id, &said, (&pictures, card.as_ref())),
        lines: lines(words, &house, &ticks, !pictures.is_empty(), now),
        remarks: held.found.iter().map(remark).collect(),
        open,
        recalls: it.state == crate::rules::post::State::Scheduled
            && it.released_at.is_none()
            && run.state == crate::rules::fast::FastState::Yes
            && command::is_party(&signed.actor, &run, &it),
        means: words.t1("fast-check-means", "delay", words.span(lane.delay * SECOND)),
        problem: problem.as_ref().map(|(_, said)| said.clone()),
    };
    page_with(problem.map_or(StatusCode::OK, |(status, _)| status), &shown)
}

/// What a reader answers.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::web::speak) struct Given {
    /// `yes` or `no`.
    answer: String,
    reason: String,
    tick: Vec<String>,
}

/// `POST /speak/fast/{fast}`
pub(in crate::web::speak) async fn answer(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<FastId>,
    Form(form): Form<Given>,
) -> Result<Response, Failure> {
    let result = match form.answer.as_str() {
        "yes" => command::approve(&app, &signed.actor, id, &form.tick).await,
        "no" => command::decline(&app, &signed.actor, id, &form.reason).await,
        _ => Err(Refusal::Invalid { field: "answer", code: "unknown" }),
    };
    match result {
        Ok(_) => Ok(Redirect::to(&format!("/speak/fast/{id}")).into_response()),
        Err(refused) => match refusal::said(&refused, &signed.words) {
            Some(problem) => shown(&app, &signed, id, Some(problem)).await,
            None => Err(refusal::failure(refused, &signed.words)),
        },
    }
}
