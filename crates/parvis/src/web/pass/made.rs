//! The page of those who give passes: the form of a new one, and all that were made, each with what became of it.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use crate::app::App;
use crate::clock::DAY;
use crate::command::pass::{self as command, Wanted, allowed};
use crate::command::{Refusal, Result as Commanded, post};
use crate::id::{PassId, PostId};
use crate::rules::pass::{LONGEST, Purpose};
use crate::rules::permission::Action;
use crate::rules::post::State as Step;
use crate::store::house::House;
use crate::store::pass::Listed;
use crate::store::post::Post;
use crate::web::error::{Failure, page_with};
use crate::web::form;
use crate::web::inbox::refusal;
use crate::web::language::Words;
use crate::web::layout::{Layout, Place, Toast};
use crate::web::session::Signed;

/// A pass runs so long (µs) where nobody says otherwise.
const USUAL: i64 = 14 * DAY;

/// A pass of the list.
struct Row {
    id: PassId,
    name: String,
    address: String,
    what: &'static str,
    post: Option<(PostId, String)>,
    until: String,
    made: String,
    /// How it stands: class and icon of its sign, and the words.
    class: &'static str,
    icon: &'static str,
    said: String,
    /// Why its letter didn't arrive.
    why: Option<String>,
    runs: bool,
}

/// The form.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Fields {
    name: String,
    email: String,
    language: String,
    purpose: String,
    post: String,
    note: String,
    /// The last day, `2027-06-30`.
    until: String,
}

#[derive(Template)]
#[template(path = "pass/made.html")]
struct MadePage {
    layout: Layout,
    on: bool,
    /// This reader may say whether there are passes.
    sets: bool,
    fields: Fields,
    /// The post that it is about: what it is called, and whether words can be asked for.
    about: Option<(String, bool)>,
    /// Bounds of the last day.
    first: String,
    last: String,
    languages: Vec<(&'static str, &'static str)>,
    rows: Vec<Row>,
    problem: Option<String>,
}

/// About which post, and what was done.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Asked {
    post: Option<PostId>,
    done: String,
}

/// `GET /speak/passes`
pub(super) async fn show(
    State(app): State<Arc<App>>,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let post = asked.post.map(|it| it.to_string()).unwrap_or_default();
    let fields = Fields { post, ..blank(&app, &signed) };
    shown(&app, &signed, fields, &asked.done, None).await
}

async fn shown(
    app: &App,
    signed: &Signed,
    mut fields: Fields,
    done: &str,
    problem: Option<(StatusCode, String)>,
) -> Result<Response, Failure> {
    let (now, words) = (app.now(), &signed.words);
    let mut conn = app.db.read().await?;
    let about = match fields.post.as_str() {
        "" => None,
        id => {
            let id = id.parse().map_err(|_| Failure::not_found())?;
            let found = post::load(&mut conn, &signed.actor, id, Action::Keep).await;
            let it = found.map_err(|refused| refusal::failure(refused, words))?;
            Some((asks_for_words(&it), it.title))
        }
    };
    let about = about.map(|(asks, title)| (title, asks));
    if fields.purpose.is_empty() {
        let asks = about.as_ref().is_some_and(|it| it.1);
        let purpose = if asks { Purpose::Words } else { Purpose::Opinion };
        fields.purpose = purpose.as_str().to_owned();
    }
    let made = command::list(&mut conn, &signed.actor).await;
    let made = made.map_err(|refused| refusal::failure(refused, words))?;
    let house = House::read(&mut conn, signed.organisation.id).await?;
    let rows = made.iter().map(|it| row(words, &house, it, now)).collect();
    let toast = words.maybe(&format!("pass-done-{done}")).map(|text| Toast { text, undo: None });
    let shown = MadePage {
        layout: Layout::of(&mut conn, signed, Place::Speak, words.t("passes")).await?.with_toast(toast),
        on: allowed(&mut conn, signed.organisation.id).await?.on,
        sets: signed.actor.may(Action::ManageColleagues),
        fields,
        about,
        first: day(words, now),
        last: day(words, now + LONGEST - DAY),
        languages: crate::web::language::Language::ALL.map(|it| (it.as_str(), it.own_name())).to_vec(),
        rows,
        problem: problem.as_ref().map(|(_, said)| said.clone()),
    };
    page_with(problem.map_or(StatusCode::OK, |(status, _)| status), &shown)
}

/// Whether somebody can be asked for its words now.
fn asks_for_words(it: &Post) -> bool {
    matches!(it.state, Step::Kept | Step::ToWrite)
}

/// A day of the house's calendar as a form takes it.
fn day(words: &Words, at: i64) -> String {
    words.house().zoned(at).date().to_string()
}

fn row(words: &Words, house: &House, listed: &Listed, now: i64) -> Row {
    let (it, told) = (&listed.pass, listed.told.as_str());
    let whom = house.colleague(it.colleague);
    let (class, icon, said) = match (it.ended_at, told) {
        (Some(at), _) => ("", "lock", words.t1("pass-ended", "day", words.day(at, now))),
        _ if it.expires_at <= now => ("", "lock", words.t("pass-over")),
        (None, "failed" | "dropped") => ("alert", "alert", words.t("pass-letter-failed")),
        (None, "unknown") => ("wait", "alert", words.t("pass-letter-unknown")),
        (None, "sent") => match it.seen_at {
            Some(at) => ("ok", "check", words.t1("pass-seen", "at", words.moment(at, now))),
            None => ("", "mail", words.t1("pass-sent", "at", words.moment(listed.told_at, now))),
        },
        (None, _) => ("", "clock", words.t("pass-letter-waits")),
    };
    let maker = house.colleague(it.made_by).map_or("", |it| it.name.as_str());
    Row {
        id: it.id,
        name: whom.map_or_else(String::new, |it| it.name.clone()),
        address: whom.map_or_else(String::new, |it| it.email.clone()),
        what: it.purpose.as_str(),
        post: it.post.zip(listed.title.clone()),
        until: words.house().day(it.expires_at - 1, now),
        made: words.t2("pass-made-by", "who", maker, "day", words.day(it.created_at, now)),
        class,
        icon,
        said,
        why: listed.error.clone().filter(|_| told == "failed"),
        runs: it.runs(now),
    }
}

impl Fields {
    fn read(&self, words: &Words) -> Commanded<Wanted> {
        let invalid = |code| Refusal::Invalid { field: "pass", code };
        let until = form::end_of(words, &self.until).flatten();
        let post: Option<PostId> = match self.post.as_str() {
            "" => None,
            id => Some(id.parse().map_err(|_| Refusal::NotFound)?),
        };
        let purpose = match post {
            None => Some(Purpose::Ideas),
            Some(_) => Purpose::parse(&self.purpose),
        };
        Ok(Wanted {
            name: self.name.clone(),
            email: self.email.clone(),
            language: Some(self.language.clone()).filter(|it| !it.is_empty()),
            purpose: purpose.ok_or_else(|| invalid("post"))?,
            post,
            note: self.note.clone(),
            until: until.ok_or_else(|| invalid("until"))?,
        })
    }
}

/// `POST /speak/passes`
pub(super) async fn make(
    State(app): State<Arc<App>>,
    signed: Signed,
    Form(fields): Form<Fields>,
) -> Result<Response, Failure> {
    let made = match fields.read(&signed.words) {
        Ok(wanted) => command::make(&app, &signed.actor, wanted).await.map(drop),
        Err(refused) => Err(refused),
    };
    answer(&app, &signed, fields, "made", made).await
}

async fn answer(
    app: &App,
    signed: &Signed,
    fields: Fields,
    done: &str,
    result: Commanded<()>,
) -> Result<Response, Failure> {
    let Err(refused) = result else {
        return Ok(Redirect::to(&format!("/speak/passes?done={done}")).into_response());
    };
    match refusal::said(&refused, &signed.words) {
        Some(problem) => shown(app, signed, fields, "", Some(problem)).await,
        None => Err(refusal::failure(refused, &signed.words)),
    }
}

/// `POST /speak/passes/{pass}/again`
pub(super) async fn send_again(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<PassId>,
) -> Result<Response, Failure> {
    let done = command::send_again(&app, &signed.actor, id).await;
    answer(&app, &signed, blank(&app, &signed), "again", done).await
}

/// `POST /speak/passes/{pass}/end`
pub(super) async fn end(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<PassId>,
) -> Result<Response, Failure> {
    let done = command::end(&app, &signed.actor, id).await;
    answer(&app, &signed, blank(&app, &signed), "ended", done).await
}

fn blank(app: &App, signed: &Signed) -> Fields {
    Fields {
        until: day(&signed.words, app.now() + USUAL),
        language: signed.organisation.language.clone(),
        ..Fields::default()
    }
}
