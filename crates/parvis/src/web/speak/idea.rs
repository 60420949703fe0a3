//! A new idea: its form, alone or from a message of the inbox, with ideas that the assistant proposes.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::action::moment;
use crate::app::App;
use crate::command::post::{self as command, Idea};
use crate::command::{self as commands, Refusal, Result as Commanded, assistant};
use crate::id::{ConversationId, LaunchId};
use crate::rules::assistant::{Idea as Proposal, Use};
use crate::rules::launch::State as Standing;
use crate::rules::permission::Action;
use crate::rules::post::ORIGINS;
use crate::rules::text::excerpt;
use crate::store::{self, Conn};
use crate::web::error::{Failure, page_with};
use crate::web::form::Account;
use crate::web::inbox::refusal;
use crate::web::language::Words;
use crate::web::layout::{Layout, Place};
use crate::web::session::Signed;

/// Longest name of where an idea comes from, in characters.
const ORIGIN_NAME: usize = 60;

/// The form of an idea.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Fields {
    pub(super) title: String,
    pub(super) brief: String,
    pub(super) theme: String,
    pub(super) origin: String,
    pub(super) origin_name: String,
    pub(super) conversation: String,
    pub(super) at: String,
    pub(super) launch: String,
}

impl Fields {
    /// The idea that the form holds.
    pub(super) fn read(&self, words: &Words) -> Commanded<Idea> {
        let due_at = match self.at.as_str() {
            "" => None,
            text => {
                let no_hour = Refusal::Invalid { field: "post", code: "no-hour" };
                Some(moment(text, words).ok_or(no_hour)?)
            }
        };
        let conversation = match self.conversation.as_str() {
            "" => None,
            text => Some(text.parse().map_err(|_| Refusal::NotFound)?),
        };
        let unknown = Refusal::Invalid { field: "launch", code: "unknown" };
        let launch = match self.launch.as_str() {
            "" => None,
            text => Some(text.parse().map_err(|_| unknown)?),
        };
        Ok(Idea {
            title: self.title.clone(),
            brief: self.brief.clone(),
            theme: self.theme.clone(),
            origin: if self.origin.is_empty() { "team".to_owned() } else { self.origin.clone() },
            origin_name: self.origin_name.clone(),
            conversation,
            channels: Vec::new(),
            due_at,
            launch,
        })
    }
}

/// Ideas of the assistant, and the part of the form that asks for them.
#[derive(Default)]
struct Ideas {
    model: String,
    wish: String,
    all: Vec<Proposal>,
    /// All that was sent.
    sent: String,
    /// Why there are none, and what to do.
    problem: Option<String>,
}

#[derive(Template)]
#[template(path = "speak/new.html")]
struct NewPage {
    layout: Layout,
    fields: Fields,
    origins: Vec<(&'static str, String)>,
    themes: Vec<String>,
    accounts: Vec<Account>,
    quoted: Option<String>,
    problem: Option<String>,
    /// What the assistant proposes, where there is one.
    assistant: Option<Ideas>,
    /// The launches that it can be of, by id and name.
    launches: Vec<(String, String)>,
}

/// From which conversation, for which hour or launch.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct From {
    conversation: Option<ConversationId>,
    at: String,
    launch: String,
}

/// `GET /speak/new`
pub(super) async fn begin(
    State(app): State<Arc<App>>,
    signed: Signed,
    Query(from): Query<From>,
) -> Result<Response, Failure> {
    let mut conn = app.db.read().await?;
    let mut fields =
        Fields { origin: "team".to_owned(), at: from.at, launch: from.launch, ..Fields::default() };
    if let Some(id) = from.conversation {
        let it = commands::load(&mut conn, &signed.actor, id, Action::Read).await;
        let it = it.map_err(|refused| refusal::failure(refused, &signed.words))?;
        fields.origin = "message".to_owned();
        fields.title = excerpt(&it.excerpt, 100);
        fields.conversation = it.id.to_string();
    }
    // The one theme that a contract names.
    if let [theme] = command::contract::of(&mut conn, &signed.actor).await?.themes.as_slice() {
        fields.theme.clone_from(theme);
    }
    form(&mut conn, &signed, fields, &[], (None, Ideas::default())).await
}

/// The launches of which a post can be, by id and name, for who sees dossiers: those that aren't closed, and the one that it
/// is of.
pub(super) async fn launches(
    conn: &mut Conn,
    signed: &Signed,
    chosen: Option<LaunchId>,
) -> store::Result<Vec<(String, String)>> {
    if !signed.actor.may(Action::ReadLaunches) {
        return Ok(Vec::new());
    }
    let all = store::launch::list(conn, signed.organisation.id).await?;
    let offered = all.into_iter().filter(|it| it.state != Standing::Closed || chosen == Some(it.id));
    Ok(offered.map(|it| (it.id.to_string(), it.name)).collect())
}

async fn form(
    conn: &mut Conn,
    signed: &Signed,
    fields: Fields,
    ticked: &[String],
    (problem, ideas): (Option<(StatusCode, String)>, Ideas),
) -> Result<Response, Failure> {
    let house = super::house_of(conn, signed).await?;
    let quoted = match fields.conversation.parse() {
        Ok(id) => store::conversation::get(conn, signed.organisation.id, id)
            .await?
            .filter(|it| signed.actor.scope.covers(it.facets.desk))
            .map(|it| it.excerpt),
        Err(_) => None,
    };
    let words = &signed.words;
    let model = assistant::model_for(conn, signed.organisation.id, Use::Ideas).await?;
    let failed = ideas.problem.is_some().then_some(StatusCode::UNPROCESSABLE_ENTITY);
    let shown = NewPage {
        assistant: model.map(|model| Ideas { model, ..ideas }),
        layout: Layout::of(conn, signed, Place::Speak, words.t("speak-new")).await?,
        origins: ORIGINS.map(|it| (it, words.named("origin", it))).to_vec(),
        themes: command::contract::themes(conn, &signed.actor).await?,
        accounts: house.channels.iter().map(|it| Account::of(it, ticked)).collect(),
        quoted,
        launches: launches(conn, signed, fields.launch.parse().ok()).await?,
        fields,
        problem: problem.as_ref().map(|(_, said)| said.clone()),
    };
    page_with(problem.map(|it| it.0).or(failed).unwrap_or(StatusCode::OK), &shown)
}

/// `POST /speak`
pub(super) async fn make(
    State(app): State<Arc<App>>,
    signed: Signed,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let (fields, ticked) = fields_of(pairs);
    let refused = match read(&signed, &fields, &ticked) {
        Ok(idea) => match command::propose(&app, &signed.actor, idea).await {
            Ok(id) => return Ok(Redirect::to(&format!("/speak/{id}")).into_response()),
            Err(refused) => refused,
        },
        Err(refused) => refused,
    };
    let Some(problem) = refusal::said(&refused, &signed.words) else {
        return Err(refusal::failure(refused, &signed.words));
    };
    let mut conn = app.db.read().await?;
    form(&mut conn, &signed, fields, &ticked, (Some(problem), Ideas::default())).await
}

/// What the form holds, and the channels that are ticked.
fn fields_of(pairs: Vec<(String, String)>) -> (Fields, Vec<String>) {
    let (mut fields, mut ticked) = (Fields::default(), Vec::new());
    for (name, value) in pairs {
        match name.as_str() {
            "to" => ticked.push(value),
            "title" => fields.title = value,
            "brief" => fields.brief = value,
            "theme" => fields.theme = value,
            "origin" => fields.origin = value,
            "origin_name" => fields.origin_name = value,
            "conversation" => fields.conversation = value,
            "at" => fields.at = value,
            "launch" => fields.launch = value,
            _ => {}
        }
    }
    (fields, ticked)
}

/// `POST /speak/new/ideas`: asks the assistant for ideas on the theme that stands in the form, or puts the one that was
/// chosen into it. Nothing is brought by this.
pub(super) async fn ask(
    State(app): State<Arc<App>>,
    signed: Signed,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let value = |name: &str| pairs.iter().find(|it| it.0 == name).map(|it| it.1.replace("\r\n", "\n"));
    let (taken, wish) = (value("take"), value("wish").unwrap_or_default());
    let (mut fields, ticked) = fields_of(pairs);
    let mut ideas = Ideas { wish, ..Ideas::default() };
    if let Some(taken) = taken {
        let mut conn = app.db.read().await?;
        let model = assistant::model_for(&mut conn, signed.organisation.id, Use::Ideas).await?;
        let mark = signed.words.t1("assistant-mark", "model", model.ok_or_else(Failure::not_found)?);
        fields.origin_name = mark.chars().take(ORIGIN_NAME).collect();
        let (title, brief) = taken.split_once('\n').unwrap_or((taken.as_str(), ""));
        (fields.title, fields.brief) = (title.to_owned(), brief.to_owned());
    } else {
        let wished = (fields.theme.as_str(), ideas.wish.as_str());
        match assistant::ideas(&app, &signed.actor, wished, signed.words.language.as_str()).await {
            Ok(found) => {
                ideas.sent = format!("{}\n\n{}", found.sent.task, found.sent.material);
                ideas.all = found.all;
            }
            Err(refused) => match refusal::said(&refused, &signed.words) {
                Some((_, said)) => ideas.problem = Some(said),
                None => return Err(refusal::failure(refused, &signed.words)),
            },
        }
    }
    form(&mut app.db.read().await?, &signed, fields, &ticked, (None, ideas)).await
}

fn read(signed: &Signed, fields: &Fields, ticked: &[String]) -> Commanded<Idea> {
    let unknown = |_| Refusal::Invalid { field: "channels", code: "unknown" };
    let mut idea = fields.read(&signed.words)?;
    idea.channels = ticked.iter().map(|id| id.parse()).collect::<Result<_, _>>().map_err(unknown)?;
    Ok(idea)
}
