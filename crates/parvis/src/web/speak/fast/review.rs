//! What left by the fast lane and nobody has looked at since, what was looked at, and its share of each month.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use crate::app::App;
use crate::command::post::fast::lane as setting;
use crate::command::post::fast::review::{self as command, Share};
use crate::command::post::is_theirs;
use crate::id::{FastId, PostId};
use crate::store::fast::{self, Fast};
use crate::store::house::House;
use crate::store::post;
use crate::store::{self, Conn};
use crate::web::error::{Failure, page_with};
use crate::web::form::Done;
use crate::web::inbox::refusal;
use crate::web::language::Words;
use crate::web::layout::{Layout, Place, Toast};
use crate::web::session::Signed;

/// A post that left by the fast lane.
struct Line {
    id: FastId,
    post: PostId,
    title: String,
    why: String,
    who: String,
    reader: String,
    at: String,
    /// Who looked at it since, when, and what they said.
    seen: Option<(String, String, String)>,
}

/// A month.
struct Month {
    name: String,
    said: String,
    percent: String,
    width: i64,
    too_often: bool,
}

#[derive(Template)]
#[template(path = "speak/fast/review.html")]
struct ReviewPage {
    layout: Layout,
    open: Vec<Line>,
    done: Vec<Line>,
    months: Vec<Month>,
    growing: Option<String>,
    reviews: bool,
    problem: Option<String>,
}

/// `GET /speak/reviews`
pub(in crate::web::speak) async fn show(
    State(app): State<Arc<App>>,
    signed: Signed,
    Query(done): Query<Done>,
) -> Result<Response, Failure> {
    shown(&app, &signed, done.done == "review", None).await
}

async fn shown(
    app: &App,
    signed: &Signed,
    done: bool,
    problem: Option<(StatusCode, String)>,
) -> Result<Response, Failure> {
    let (now, words, organisation) = (app.now(), &signed.words, signed.organisation.id);
    let mut conn = app.db.read().await?;
    let house = House::read(&mut conn, organisation).await?;
    let open = fast::unreviewed(&mut conn, organisation).await?;
    let open = lines(&mut conn, signed, &house, open, now).await?;
    let reviewed = fast::reviewed(&mut conn, organisation).await?;
    let reviewed = lines(&mut conn, signed, &house, reviewed, now).await?;
    let shares = command::shares(&mut conn, organisation, now).await?;
    let growing = growing(&mut conn, signed, &shares).await?;
    let toast = done.then(|| Toast { text: words.t("fast-reviewed"), undo: None });
    let layout = Layout::of(&mut conn, signed, Place::Speak, words.t("fast-reviews")).await?;
    let shown = ReviewPage {
        layout: layout.with_toast(toast),
        open,
        done: reviewed,
        months: shares.iter().map(|it| month(words, it)).collect(),
        growing,
        reviews: command::reviews(&signed.actor),
        problem: problem.as_ref().map(|(_, said)| said.clone()),
    };
    page_with(problem.map_or(StatusCode::OK, |(status, _)| status), &shown)
}

/// That too much leaves by the fast lane this month, in a sentence; for the board, too.
pub(in crate::web::speak) async fn growing(
    conn: &mut Conn,
    signed: &Signed,
    shares: &[Share],
) -> store::Result<Option<String>> {
    let Some(it) = shares.first().filter(|it| it.too_often) else { return Ok(None) };
    let lane = setting::lane(conn, signed.organisation.id).await?;
    let words = &signed.words;
    Ok(Some(words.t3("fast-growing", "count", it.fast, "of", it.all, "most", percent(words, lane.most, 100))))
}

fn percent(words: &Words, part: i64, of: i64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "counts of a month's posts")]
    let share = part as f64 / of as f64;
    words.percent(share)
}

fn month(words: &Words, it: &Share) -> Month {
    let day = words.house().zoned(it.from).date();
    Month {
        name: format!("{} {}", words.t(&format!("month-{}", day.month())), day.year()),
        said: words.t2("fast-share", "count", it.fast, "of", it.all),
        percent: if it.all == 0 { String::new() } else { percent(words, it.fast, it.all) },
        width: if it.all == 0 { 0 } else { it.fast * 100 / it.all },
        too_often: it.too_often,
    }
}

async fn lines(
    conn: &mut Conn,
    signed: &Signed,
    house: &House,
    all: Vec<Fast>,
    now: i64,
) -> store::Result<Vec<Line>> {
    let words = &signed.words;
    let name = |id| house.colleague(id).map_or_else(String::new, |it| it.name.clone());
    let mut lines = Vec::new();
    for it in all {
        let Some(found) = post::get(conn, signed.organisation.id, it.post).await? else { continue };
        if !is_theirs(conn, &signed.actor, &found).await? {
            continue;
        }
        let seen = it.reviewed_by.zip(it.reviewed_at);
        lines.push(Line {
            id: it.id,
            post: it.post,
            title: found.title,
            why: it.reason,
            who: name(it.colleague),
            reader: it.answered_by.map(name).unwrap_or_default(),
            at: found.published_at.map(|at| words.moment(at, now)).unwrap_or_default(),
            seen: seen.map(|(who, at)| (name(who), words.moment(at, now), it.review.unwrap_or_default())),
        });
    }
    Ok(lines)
}

/// What somebody has to say of it.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::web::speak) struct Said {
    word: String,
}

/// `POST /speak/reviews/{fast}`
pub(in crate::web::speak) async fn review(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<FastId>,
    Form(form): Form<Said>,
) -> Result<Response, Failure> {
    match command::review(&app, &signed.actor, id, &form.word).await {
        Ok(_) => Ok(Redirect::to("/speak/reviews?done=review").into_response()),
        Err(refused) => match refusal::said(&refused, &signed.words) {
            Some(problem) => shown(&app, &signed, false, Some(problem)).await,
            None => Err(refusal::failure(refused, &signed.words)),
        },
    }
}
