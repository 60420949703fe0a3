//! What people said of messages against the model: who, when, what it was and what it is; each can be taken back, with
//! what it taught.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use parvis_listen::understand::model::SHIPPED_NAME;
use serde::Deserialize;

use crate::app::App;
use crate::command::correction;
use crate::id::{CorrectionId, OrganisationId};
use crate::rules::text::excerpt;
use crate::store::correction::{self as room, Listed};
use crate::store::house::House;
use crate::store::{Conn, reading};
use crate::web::error::{Failure, page};
use crate::web::inbox::refusal;
use crate::web::language::Words;
use crate::web::layout::{Layout, Place};
use crate::web::session::Signed;
use crate::work;

/// Rows of a page.
const PAGE: i64 = 50;
/// Messages that wait for the encoder are counted no further.
const MOST_LEFT: i64 = 10_000;

#[derive(Template)]
#[template(path = "organisation/corrections.html")]
struct CorrectionsPage {
    layout: Layout,
    rows: Vec<Line>,
    standing: i64,
    older: Option<CorrectionId>,
    /// The history is still being read.
    reading: bool,
    /// How the encoder stands, where one is set.
    second: Option<String>,
}

struct Line {
    id: CorrectionId,
    machine_time: String,
    moment: String,
    who: String,
    aspect: String,
    was: String,
    value: String,
    quote: String,
    language: Option<String>,
    href: String,
    stands: bool,
}

/// Where a page begins.
#[derive(Deserialize)]
pub(super) struct From {
    before: Option<CorrectionId>,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    signed: Signed,
    Query(from): Query<From>,
) -> Result<Response, Failure> {
    let (words, id) = (&signed.words, signed.organisation.id);
    let mut conn = app.db.read().await?;
    let mut found = room::page(&mut conn, id, &signed.actor.scope, from.before, PAGE + 1).await?;
    let more = i64::try_from(found.len()).unwrap_or(0) > PAGE;
    found.truncate(usize::try_from(PAGE).unwrap_or(0));
    let house = House::read(&mut conn, id).await?;
    let now = app.now();
    let older = found.last().map(|it| it.correction.id).filter(|_| more);
    let layout = Layout::of(&mut conn, &signed, Place::Organisation, words.t("corrections-title")).await?;
    page(&CorrectionsPage {
        rows: found.iter().map(|it| line(it, words, &house, now)).collect(),
        standing: room::count(&mut conn, id).await?,
        reading: reading::left(&mut conn, id, SHIPPED_NAME).await?.is_some(),
        second: second(&app, &mut conn, id, words).await?,
        older,
        layout,
    })
}

/// How the second reading by the encoder stands; `None` where none is set.
async fn second(
    app: &App,
    conn: &mut Conn,
    id: OrganisationId,
    words: &Words,
) -> Result<Option<String>, Failure> {
    if app.config.encoder.as_os_str().is_empty() {
        return Ok(None);
    }
    if app.second.is_broken() {
        return Ok(Some(words.t("second-broken")));
    }
    let from = app.now() - work::second::BACK;
    let left = reading::count_read_by(conn, id, SHIPPED_NAME, from, MOST_LEFT).await?;
    Ok(Some(words.t1(if left < MOST_LEFT { "second-left" } else { "second-many" }, "count", left)))
}

fn line(it: &Listed, words: &Words, house: &House, now: i64) -> Line {
    let word = &it.correction;
    let who = house.colleague(word.colleague).map(|it| it.name.clone());
    let value = |value: &str| match word.aspect.as_str() {
        "sentiment" => words.named("sentiment", value),
        "intent" => words.named("intent", value),
        "abuse" => words.named("why-abuse", value),
        _ => words.named("why-needs", value),
    };
    Line {
        id: word.id,
        machine_time: words.machine_time(word.created_at),
        moment: words.moment(word.created_at, now),
        who: who.unwrap_or_else(|| words.t("colleague-unknown")),
        aspect: words.named("aspect", &word.aspect),
        was: value(&word.was),
        value: value(&word.value),
        quote: excerpt(&it.text, 160),
        language: it.language.clone(),
        href: format!("/inbox/{}", it.conversation),
        stands: word.ended_at.is_none(),
    }
}

/// `POST /organisation/corrections/{id}/take-back`
pub(super) async fn take_back(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<CorrectionId>,
) -> Result<Response, Failure> {
    correction::take_back(&app, &signed.actor, id)
        .await
        .map_err(|refused| refusal::failure(refused, &signed.words))?;
    Ok(Redirect::to("/organisation/corrections").into_response())
}
