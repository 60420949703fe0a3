//! A new idea: its form, alone or from a message of the inbox.

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
use crate::command::{self as commands, Refusal, Result as Commanded};
use crate::id::{ConversationId, LaunchId};
use crate::rules::launch::State as Standing;
use crate::rules::permission::Action;
use crate::rules::post::ORIGINS;
use crate::rules::text::excerpt;
use crate::store::house::House;
use crate::store::{self, Conn};
use crate::web::error::{Failure, page_with};
use crate::web::inbox::house::channel_icon;
use crate::web::inbox::refusal;
use crate::web::language::Words;
use crate::web::layout::{Layout, Place};
use crate::web::session::Signed;

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

/// A channel that can be ticked.
struct Account {
    id: String,
    icon: &'static str,
    name: String,
    on: bool,
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
    form(&mut conn, &signed, fields, &[], None).await
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
    problem: Option<(StatusCode, String)>,
) -> Result<Response, Failure> {
    let house = House::read(conn, signed.organisation.id).await?;
    let quoted = match fields.conversation.parse() {
        Ok(id) => store::conversation::get(conn, signed.organisation.id, id)
            .await?
            .filter(|it| signed.actor.scope.covers(it.facets.desk))
            .map(|it| it.excerpt),
        Err(_) => None,
    };
    let account = |it: &store::channel::Channel| Account {
        id: it.id.to_string(),
        icon: channel_icon(&it.kind),
        name: it.name.clone(),
        on: ticked.contains(&it.id.to_string()),
    };
    let words = &signed.words;
    let shown = NewPage {
        layout: Layout::of(conn, signed, Place::Speak, words.t("speak-new")).await?,
        origins: ORIGINS.map(|it| (it, words.named("origin", it))).to_vec(),
        themes: store::post::themes(conn, signed.organisation.id).await?,
        accounts: house.channels.iter().map(account).collect(),
        quoted,
        launches: launches(conn, signed, fields.launch.parse().ok()).await?,
        fields,
        problem: problem.as_ref().map(|(_, said)| said.clone()),
    };
    page_with(problem.map_or(StatusCode::OK, |(status, _)| status), &shown)
}

/// `POST /speak`
pub(super) async fn make(
    State(app): State<Arc<App>>,
    signed: Signed,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let (ticked, rest): (Vec<_>, Vec<_>) = pairs.into_iter().partition(|(name, _)| name == "to");
    let ticked: Vec<String> = ticked.into_iter().map(|(_, id)| id).collect();
    let mut fields = Fields::default();
    for (name, value) in rest {
        match name.as_str() {
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
    let refused = match read(&signed, &fields, &ticked) {
        Ok(idea) => match command::propose(&app, &signed.actor, idea).await {
            Ok(id) => return Ok(Redirect::to(&format!("/speak/{id}")).into_response()),
            Err(refused) => refused,
        },
        Err(refused) => refused,
    };
    match refusal::said(&refused, &signed.words) {
        Some(problem) => form(&mut app.db.read().await?, &signed, fields, &ticked, Some(problem)).await,
        None => Err(refusal::failure(refused, &signed.words)),
    }
}

fn read(signed: &Signed, fields: &Fields, ticked: &[String]) -> Commanded<Idea> {
    let unknown = |_| Refusal::Invalid { field: "channels", code: "unknown" };
    let mut idea = fields.read(&signed.words)?;
    idea.channels = ticked.iter().map(|id| id.parse()).collect::<Result<_, _>>().map_err(unknown)?;
    Ok(idea)
}
