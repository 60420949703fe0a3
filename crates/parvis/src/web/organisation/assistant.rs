//! The settings of the assistant: where it is, what leaves the house, what it is asked for, whether it answers.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::Form;
use serde::Deserialize;

use crate::app::App;
use crate::command::assistant::{self as command, MOST_CALLS, Wanted};
use crate::rules::assistant::Use;
use crate::store::assistant::Assistant;
use crate::web::error::{Failure, page_with};
use crate::web::form::Done;
use crate::web::inbox::refusal;
use crate::web::layout::{Layout, Place, Toast};
use crate::web::session::Signed;

/// Calls of a day, where nobody has said otherwise.
const MOST: i64 = 100;

/// The form.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Fields {
    address: String,
    model: String,
    key: String,
    uses: Vec<String>,
    tone: String,
    most: String,
}

impl Fields {
    /// What stands there; before there is anything, all that it can be asked for.
    fn of(it: Option<&Assistant>) -> Self {
        let uses = it.map_or_else(|| Use::ALL.to_vec(), |it| it.uses.clone());
        Self {
            address: it.map(|it| it.address.clone()).unwrap_or_default(),
            model: it.map(|it| it.model.clone()).unwrap_or_default(),
            key: String::new(),
            uses: uses.into_iter().map(|it| it.as_str().to_owned()).collect(),
            tone: it.map(|it| it.tone.clone()).unwrap_or_default(),
            most: it.map_or(MOST, |it| it.most).to_string(),
        }
    }

    fn wanted(&self) -> Wanted {
        Wanted {
            address: self.address.clone(),
            model: self.model.clone(),
            key: self.key.clone(),
            uses: self.uses.iter().filter_map(|it| Use::parse(it)).collect(),
            tone: self.tone.clone(),
            // What is no number is refused with the others.
            most: self.most.trim().parse().unwrap_or(0),
        }
    }

    fn has(&self, name: &str) -> bool {
        self.uses.iter().any(|it| it == name)
    }
}

/// What came of trying it.
enum Tried {
    /// It said this.
    Said(String),
    /// It has no answer: why, and what to do.
    Failed(String),
}

#[derive(Template)]
#[template(path = "organisation/assistant.html")]
struct AssistantPage {
    layout: Layout,
    fields: Fields,
    uses: [&'static str; 3],
    /// The model that is set up, and whether it has a key.
    model: Option<(String, bool)>,
    calls: String,
    most: i64,
    tried: Option<Tried>,
    problem: Option<String>,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    signed: Signed,
    Query(done): Query<Done>,
) -> Result<Response, Failure> {
    shown(&app, &signed, None, (&done.done, None), None).await
}

/// The page: with what was typed and what is wrong with it, or with what came of trying.
async fn shown(
    app: &App,
    signed: &Signed,
    typed: Option<Fields>,
    (done, tried): (&str, Option<Tried>),
    problem: Option<(StatusCode, String)>,
) -> Result<Response, Failure> {
    let words = &signed.words;
    let mut conn = app.db.read().await?;
    let found = command::read(&mut conn, &signed.actor, app.now()).await;
    let found = found.map_err(|refused| refusal::failure(refused, words))?;
    let it = found.as_ref().map(|it| &it.0);
    let calls = found.as_ref().map_or(0, |it| it.1);
    let layout = Layout::of(&mut conn, signed, Place::Organisation, words.t("assistant-title")).await?;
    let toast = words.maybe(&format!("assistant-done-{done}")).map(|text| Toast { text, undo: None });
    let shown = AssistantPage {
        layout: layout.with_toast(toast),
        fields: typed.unwrap_or_else(|| Fields::of(it)),
        uses: Use::ALL.map(Use::as_str),
        model: it.map(|it| (it.model.clone(), it.secret.is_some())),
        calls: words.t2("assistant-calls", "count", calls, "most", it.map_or(0, |it| it.most)),
        most: MOST_CALLS,
        tried,
        problem: problem.as_ref().map(|(_, said)| said.clone()),
    };
    page_with(problem.map_or(StatusCode::OK, |(status, _)| status), &shown)
}

pub(super) async fn set(
    State(app): State<Arc<App>>,
    signed: Signed,
    Form(fields): Form<Fields>,
) -> Result<Response, Failure> {
    match command::set(&app, &signed.actor, &fields.wanted()).await {
        Ok(()) => Ok(Redirect::to("/organisation/assistant?done=set").into_response()),
        Err(refused) => match refusal::said(&refused, &signed.words) {
            Some(problem) => {
                let fields = Fields { key: String::new(), ..fields };
                shown(&app, &signed, Some(fields), ("", None), Some(problem)).await
            }
            None => Err(refusal::failure(refused, &signed.words)),
        },
    }
}

pub(super) async fn try_out(State(app): State<Arc<App>>, signed: Signed) -> Result<Response, Failure> {
    let tried = match command::try_out(&app, &signed.actor).await {
        Ok(said) => Tried::Said(said),
        Err(refused) => match refusal::said(&refused, &signed.words) {
            Some((_, said)) => Tried::Failed(said),
            None => return Err(refusal::failure(refused, &signed.words)),
        },
    };
    shown(&app, &signed, None, ("", Some(tried)), None).await
}

pub(super) async fn remove(State(app): State<Arc<App>>, signed: Signed) -> Result<Response, Failure> {
    let done = command::remove(&app, &signed.actor).await;
    done.map_err(|refused| refusal::failure(refused, &signed.words))?;
    Ok(Redirect::to("/organisation/assistant?done=removed").into_response())
}
