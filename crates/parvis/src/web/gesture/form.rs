//! The form in which a gesture is proposed and changed.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use crate::app::App;
use crate::command::Refusal;
use crate::command::gesture::{self as command, Wanted};
use crate::id::{ConversationId, GestureId};
use crate::rules::permission::Action;
use crate::store::gesture::Gesture;
use crate::store::house::House;
use crate::web::error::{Failure, page_with};
use crate::web::form::{moment, owner, written};
use crate::web::inbox::list::who;
use crate::web::inbox::refusal;
use crate::web::language::Words;
use crate::web::layout::{Layout, Place};
use crate::web::session::Signed;

/// What the form holds.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Fields {
    /// Where it is proposed; of a gesture that is there it stays as it is.
    conversation: Option<ConversationId>,
    version: i64,
    title: String,
    why: String,
    cost: String,
    /// A day of the organisation's clock: `2026-12-02`.
    day: String,
    owner: String,
}

impl Fields {
    fn of(words: &Words, it: &Gesture) -> Self {
        Self {
            conversation: Some(it.conversation),
            version: it.version,
            title: it.title.clone(),
            why: it.why.clone(),
            cost: it.cost.clone(),
            day: written(words, it.due_at, true).0,
            owner: it.owner.map(|it| it.to_string()).unwrap_or_default(),
        }
    }

    fn wanted(&self, words: &Words) -> Result<Wanted, Refusal> {
        let no_day = Refusal::Invalid { field: "gesture", code: "day" };
        Ok(Wanted {
            version: self.version,
            title: self.title.clone(),
            why: self.why.clone(),
            cost: self.cost.clone(),
            due_at: moment(words, &self.day, "").ok_or(no_day)?.0,
            owner: owner(&self.owner)?,
        })
    }
}

#[derive(Template)]
#[template(path = "gesture/form.html")]
struct FormPage {
    layout: Layout,
    id: Option<GestureId>,
    fields: Fields,
    conversation: ConversationId,
    member: String,
    people: Vec<(String, String)>,
    problem: Option<String>,
}

pub(super) fn back(id: GestureId) -> Response {
    Redirect::to(&format!("/gestures/{id}")).into_response()
}

async fn shown(
    app: &App,
    signed: &Signed,
    id: Option<GestureId>,
    mut fields: Fields,
    (status, problem): (StatusCode, Option<String>),
) -> Result<Response, Failure> {
    let (words, actor) = (&signed.words, &signed.actor);
    let mut conn = app.db.read().await?;
    let house = House::read(&mut conn, actor.organisation).await?;
    if let Some(id) = id {
        let found = command::read(&mut conn, actor, id, Action::Read).await;
        let now = found.map_err(|refused| refusal::failure(refused, words))?.gesture;
        fields.conversation = Some(now.conversation);
        if status == StatusCode::CONFLICT {
            // Saving again is to overwrite what is said beside the form.
            fields.version = now.version;
        }
    }
    let conversation = fields.conversation.ok_or_else(Failure::not_found)?;
    let home = crate::command::load(&mut conn, actor, conversation, Action::Note).await;
    let home = home.map_err(|refused| refusal::failure(refused, words))?;
    let author = match home.author {
        Some(author) => crate::store::author::get(&mut conn, actor.organisation, author).await?,
        None => None,
    };
    let author = author.ok_or_else(Failure::not_found)?;
    let people = house.people(&actor.scope).map(|it| (it.id.to_string(), it.name.clone())).collect();
    let title = words.t(if id.is_some() { "gesture-edit" } else { "gesture-propose" });
    let layout = Layout::of(&mut conn, signed, Place::Inbox, title).await?;
    let member = who(&author.kind, &author.handle, &author.name);
    page_with(status, &FormPage { layout, id, fields, conversation: home.id, member, people, problem })
}

/// From where it is proposed.
#[derive(Deserialize)]
pub(super) struct From {
    conversation: ConversationId,
}

/// `GET /gestures/new?conversation=…`
pub(super) async fn begin(
    State(app): State<Arc<App>>,
    signed: Signed,
    Query(from): Query<From>,
) -> Result<Response, Failure> {
    let fields = Fields {
        conversation: Some(from.conversation),
        owner: signed.actor.colleague.to_string(),
        ..Fields::default()
    };
    shown(&app, &signed, None, fields, (StatusCode::OK, None)).await
}

/// `GET /gestures/{id}/edit`
pub(super) async fn edit(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<GestureId>,
) -> Result<Response, Failure> {
    let found = command::read(&mut app.db.read().await?, &signed.actor, id, Action::Read).await;
    let it = found.map_err(|refused| refusal::failure(refused, &signed.words))?.gesture;
    if !command::may_change(&signed.actor, &it) {
        return Err(Failure::forbidden());
    }
    let fields = Fields::of(&signed.words, &it);
    shown(&app, &signed, Some(id), fields, (StatusCode::OK, None)).await
}

async fn answered(
    app: &App,
    signed: &Signed,
    id: Option<GestureId>,
    fields: Fields,
    saved: Result<GestureId, Refusal>,
) -> Result<Response, Failure> {
    match saved {
        Ok(id) => Ok(back(id)),
        Err(refused) => match refusal::said(&refused, &signed.words) {
            Some((status, why)) => shown(app, signed, id, fields, (status, Some(why))).await,
            None => Err(refusal::failure(refused, &signed.words)),
        },
    }
}

/// `POST /gestures`
pub(super) async fn make(
    State(app): State<Arc<App>>,
    signed: Signed,
    Form(fields): Form<Fields>,
) -> Result<Response, Failure> {
    let conversation = fields.conversation.ok_or_else(Failure::not_found)?;
    let saved = match fields.wanted(&signed.words) {
        Ok(wanted) => command::propose(&app, &signed.actor, conversation, wanted).await,
        Err(refused) => Err(refused),
    };
    answered(&app, &signed, None, fields, saved).await
}

/// `POST /gestures/{id}`
pub(super) async fn change(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<GestureId>,
    Form(fields): Form<Fields>,
) -> Result<Response, Failure> {
    let saved = match fields.wanted(&signed.words) {
        Ok(wanted) => command::change(&app, &signed.actor, id, wanted).await.map(|()| id),
        Err(refused) => Err(refused),
    };
    answered(&app, &signed, Some(id), fields, saved).await
}
