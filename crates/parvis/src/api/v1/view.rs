//! Saved views of the inbox: private, or shared with everybody. Only its owner changes a view.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::conversation::{holder, word};
use crate::api::body::{Body, Path};
use crate::api::caller::Caller;
use crate::api::page::Page;
use crate::api::problem::Result;
use crate::app::App;
use crate::command::view as command;
use crate::id::{ChannelId, ColleagueId, DeskId, TagId, ViewId};
use crate::rules::permission::Action;
use crate::store::conversation::{self, Holder, Order, State as Standing};
use crate::store::view as room;

/// What a view shows; the same fields as the query of `GET /conversations`.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Filter {
    /// In this state; `null` for all.
    state: Option<Standing>,
    /// Of this desk.
    desk: Option<DeskId>,
    /// `me`, `nobody`, or the id of a colleague.
    holder: Option<String>,
    /// On this channel.
    channel: Option<ChannelId>,
    /// With this tag.
    tag: Option<TagId>,
    /// In this language (`fr`), or, with a leading `-`, in any other.
    language: Option<String>,
    /// With this sentiment.
    sentiment: Option<String>,
    /// With this intent.
    intent: Option<String>,
    /// Those only whose author waits for an answer that has to be given.
    needs_answer: bool,
    /// Past due only.
    late: bool,
    /// In this order.
    order: Order,
}

impl Filter {
    fn read(self) -> Result<conversation::Filter> {
        Ok(conversation::Filter {
            state: self.state,
            desk: self.desk,
            holder: holder(self.holder.as_deref())?,
            channel: self.channel,
            tag: self.tag,
            language: word("language", self.language)?,
            sentiment: word("sentiment", self.sentiment)?,
            intent: word("intent", self.intent)?,
            needs_answer: self.needs_answer,
            late: self.late,
            order: self.order,
        })
    }
}

impl From<conversation::Filter> for Filter {
    fn from(it: conversation::Filter) -> Self {
        Self {
            state: it.state,
            desk: it.desk,
            holder: match it.holder {
                Holder::Any => None,
                Holder::Me => Some("me".to_owned()),
                Holder::Nobody => Some("nobody".to_owned()),
                Holder::Colleague(id) => Some(id.to_string()),
            },
            channel: it.channel,
            tag: it.tag,
            language: it.language,
            sentiment: it.sentiment,
            intent: it.intent,
            needs_answer: it.needs_answer,
            late: it.late,
            order: it.order,
        }
    }
}

/// A saved filter.
#[derive(Debug, Serialize, ToSchema)]
pub struct View {
    /// Its id.
    id: ViewId,
    /// Whose.
    owner: ColleagueId,
    /// Its name.
    name: String,
    /// Whether everybody sees it.
    shared: bool,
    /// What it shows.
    filter: Filter,
}

/// List views
#[utoipa::path(get, path = "/views", operation_id = "listViews", tag = "views",
    responses((status = 200, description = "Your own and those that are shared, by name.", body = Page<View>)),
    extensions(("x-action" = json!(Action::Read))))]
pub async fn list(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<Page<View>>> {
    let actor = &caller.actor;
    let mut found = room::all(&mut app.db.read().await?, actor.organisation).await?;
    found.retain(|it| it.is_for(actor.colleague));
    let view = |it: room::View| View {
        id: it.id,
        owner: it.owner,
        name: it.name,
        shared: it.shared,
        filter: it.filter.into(),
    };
    Ok(Json(Page::whole(found.into_iter().map(view).collect())))
}

/// A view to save.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Saved {
    /// Its name, 1 to 60 characters.
    name: String,
    /// Whether everybody sees it; not for every role.
    #[serde(default)]
    shared: bool,
    /// What it shows.
    #[serde(default)]
    filter: Filter,
}

/// A view that was saved.
#[derive(Debug, Serialize, ToSchema)]
pub struct SavedView {
    /// Its id.
    id: ViewId,
}

/// Save a view
#[utoipa::path(post, path = "/views", operation_id = "makeView", tag = "views", request_body = Saved,
    responses((status = 201, description = "It is saved.", body = SavedView)),
    extensions(("x-action" = json!(Action::ManageSelf))))]
pub async fn make(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(it): Body<Saved>,
) -> Result<(StatusCode, Json<SavedView>)> {
    let id = command::save(&app, &caller.actor, None, &it.name, it.shared, it.filter.read()?).await?;
    Ok((StatusCode::CREATED, Json(SavedView { id })))
}

/// Change a view
#[utoipa::path(put, path = "/views/{id}", operation_id = "changeView", tag = "views",
    params(("id" = ViewId, Path, description = "Which of yours.")), request_body = Saved,
    responses((status = 200, description = "It is saved.", body = SavedView)),
    extensions(("x-action" = json!(Action::ManageSelf))))]
pub async fn change(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<ViewId>,
    Body(it): Body<Saved>,
) -> Result<Json<SavedView>> {
    let id = command::save(&app, &caller.actor, Some(id), &it.name, it.shared, it.filter.read()?).await?;
    Ok(Json(SavedView { id }))
}

/// Remove a view
#[utoipa::path(delete, path = "/views/{id}", operation_id = "removeView", tag = "views",
    params(("id" = ViewId, Path, description = "Which of yours.")),
    responses((status = 204, description = "It is gone.")),
    extensions(("x-action" = json!(Action::ManageSelf))))]
pub async fn remove(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<ViewId>,
) -> Result<StatusCode> {
    command::remove(&app, &caller.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
