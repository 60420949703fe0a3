//! Watches: saved queries, what they have found and how much, and what a query would find.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::body::{Body, Parameters, Path};
use crate::api::caller::Caller;
use crate::api::page::{self, Page};
use crate::api::problem::{Problem, Result};
use crate::app::App;
use crate::clock::{DAY, HOUR};
use crate::command::Refusal;
use crate::command::watch::{self as command, Wanted};
use crate::id::{ChannelId, ColleagueId, ConversationId, MessageId, TagId, WatchId};
use crate::rules::permission::Action;
use crate::store::watch as room;

/// A saved query. Times are microseconds since 1970, UTC.
#[derive(Debug, Serialize, ToSchema)]
pub struct Watch {
    /// Its id.
    id: WatchId,
    /// Its name.
    name: String,
    /// What it asks.
    query: String,
    /// Who keeps it.
    owner: ColleagueId,
    /// The folder that it lies in; empty for none.
    folder: String,
    /// How rare something must be to be told: `fewer`, `balanced`, `more` or `none`.
    sensitivity: String,
    /// The tag that it puts on the conversations of what it finds.
    tag: Option<TagId>,
    /// When it was made.
    created_at: i64,
    /// When it was changed last.
    changed_at: i64,
    /// Whether the thirty days before are still being looked through.
    filling: bool,
}

impl From<room::Watch> for Watch {
    fn from(it: room::Watch) -> Self {
        Self {
            id: it.id,
            name: it.name,
            query: it.query,
            owner: it.owner,
            folder: it.folder,
            sensitivity: it.sensitivity,
            tag: it.tag,
            created_at: it.created_at,
            changed_at: it.changed_at,
            filling: it.fill_before.is_some(),
        }
    }
}

/// List watches
#[utoipa::path(get, path = "/watches", operation_id = "listWatches", tag = "watches",
    responses((status = 200, description = "All of them, the oldest first.", body = Page<Watch>)),
    extensions(("x-action" = json!(Action::Listen))))]
pub async fn list(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<Page<Watch>>> {
    let all = room::list(&mut app.db.read().await?, caller.actor.organisation).await?;
    Ok(Json(Page::whole(all.into_iter().map(Watch::from).collect())))
}

/// Read a watch
#[utoipa::path(get, path = "/watches/{id}", operation_id = "getWatch", tag = "watches",
    params(("id" = WatchId, Path, description = "Which watch.")),
    responses((status = 200, description = "As it stands.", body = Watch)),
    extensions(("x-action" = json!(Action::Listen))))]
pub async fn get(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<WatchId>,
) -> Result<Json<Watch>> {
    let found = room::get(&mut app.db.read().await?, caller.actor.organisation, id).await?;
    Ok(Json(found.ok_or(Refusal::NotFound)?.into()))
}

/// A watch to make or change.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// Its name, 1 to 60 characters.
    name: String,
    /// What it asks.
    query: String,
    /// The folder that it lies in.
    #[serde(default)]
    folder: String,
    /// `fewer`, `balanced` (when absent), `more`, or `none`: nothing is told.
    #[serde(default)]
    sensitivity: Option<String>,
    /// Name of the tag that it puts on the conversations of what it finds, made when there is none of that name; empty or
    /// absent: none. What a person takes off isn't put on that conversation again.
    #[serde(default)]
    tag: String,
}

impl Asked {
    fn wanted(&self) -> Wanted<'_> {
        let sensitivity = self.sensitivity.as_deref().unwrap_or("balanced");
        Wanted { name: &self.name, query: &self.query, folder: &self.folder, sensitivity, tag: &self.tag }
    }
}

/// A watch that was saved.
#[derive(Debug, Serialize, ToSchema)]
pub struct SavedWatch {
    /// Its id.
    id: WatchId,
}

/// Make a watch
///
/// It then looks through the thirty days before.
#[utoipa::path(post, path = "/watches", operation_id = "makeWatch", tag = "watches", request_body = Asked,
    responses((status = 201, description = "It is made.", body = SavedWatch)),
    extensions(("x-action" = json!(Action::ManageWatches))))]
pub async fn make(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(it): Body<Asked>,
) -> Result<(StatusCode, Json<SavedWatch>)> {
    let id = command::save(&app, &caller.actor, None, it.wanted()).await?;
    Ok((StatusCode::CREATED, Json(SavedWatch { id })))
}

/// Change a watch
#[utoipa::path(put, path = "/watches/{id}", operation_id = "changeWatch", tag = "watches", request_body = Asked,
    params(("id" = WatchId, Path, description = "Which watch.")),
    responses((status = 200, description = "It is changed.", body = SavedWatch)),
    extensions(("x-action" = json!(Action::ManageWatches))))]
pub async fn change(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<WatchId>,
    Body(it): Body<Asked>,
) -> Result<Json<SavedWatch>> {
    let id = command::save(&app, &caller.actor, Some(id), it.wanted()).await?;
    Ok(Json(SavedWatch { id }))
}

/// Remove a watch
#[utoipa::path(delete, path = "/watches/{id}", operation_id = "removeWatch", tag = "watches",
    params(("id" = WatchId, Path, description = "Which watch.")),
    responses((status = 204, description = "It is gone; the messages stay.")),
    extensions(("x-action" = json!(Action::ManageWatches))))]
pub async fn remove(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<WatchId>,
) -> Result<StatusCode> {
    command::remove(&app, &caller.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The topics that were made.
#[derive(Debug, Serialize, ToSchema)]
pub struct Made {
    /// How many; those whose name a watch had already are left out.
    made: usize,
}

/// In which language.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Usual {
    /// `fr` or `en`: the language of their names. Their queries find both.
    language: String,
}

/// Make the usual topics
///
/// Ten watches (delivery, refund, payment …) that put their tag; each can be changed or removed like any other.
#[utoipa::path(post, path = "/watches/topics", operation_id = "makeUsualTopics", tag = "watches", request_body = Usual,
    responses((status = 201, description = "They are made.", body = Made)),
    extensions(("x-action" = json!(Action::ManageWatches))))]
pub async fn add_usual(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(it): Body<Usual>,
) -> Result<(StatusCode, Json<Made>)> {
    if !["fr", "en"].contains(&it.language.as_str()) {
        return Err(Refusal::Invalid { field: "language", code: "unknown" }.into());
    }
    let made = command::add_usual(&app, &caller.actor, &it.language).await?;
    Ok((StatusCode::CREATED, Json(Made { made })))
}

/// A query to try.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Tried {
    /// What it asks.
    query: String,
}

/// What a query would have found.
#[derive(Debug, Serialize, ToSchema)]
pub struct Estimate {
    /// Messages that it would have found.
    found: usize,
    /// Messages that were looked at.
    looked: usize,
    /// Days that these reach back.
    days: i64,
}

/// Try a query
#[utoipa::path(post, path = "/watches/estimate", operation_id = "estimateWatch", tag = "watches", request_body = Tried,
    responses((status = 200, description = "On what came in during the last thirty days, 50,000 messages at most.", body = Estimate)),
    extensions(("x-action" = json!(Action::Listen))))]
pub async fn estimate(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(it): Body<Tried>,
) -> Result<Json<Estimate>> {
    if parvis_listen::query::Query::parse(&it.query).is_err() {
        return Err(Refusal::Invalid { field: "query", code: "query" }.into());
    }
    let found = command::estimate(&app, &caller.actor, &it.query).await?;
    Ok(Json(Estimate { found: found.found, looked: found.looked, days: found.days }))
}

/// Which of them.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct When {
    /// Said at or after this (µs).
    from: Option<i64>,
    /// Said before this (µs).
    to: Option<i64>,
    /// `next` of the page before.
    cursor: Option<i64>,
    /// 1 to 200 items; 50 when left out.
    limit: Option<i64>,
}

/// A message that a watch has found.
#[derive(Debug, Serialize, ToSchema)]
pub struct Mention {
    /// The message.
    message: MessageId,
    /// Its conversation.
    conversation: ConversationId,
    /// The channel it came by.
    channel: ChannelId,
    /// The handle of who wrote it.
    author: Option<String>,
    /// Title, where there is one.
    title: Option<String>,
    /// What it says.
    text: String,
    /// Its language.
    language: Option<String>,
    /// Sentiment of its conversation.
    sentiment: Option<String>,
    /// When it was said.
    sent_at: i64,
    /// Whether it insults or threatens people: screens hide it behind a click.
    abusive: bool,
}

/// List what a watch has found
#[utoipa::path(get, path = "/watches/{id}/mentions", operation_id = "listMentions", tag = "watches",
    params(("id" = WatchId, Path, description = "Which watch."), When),
    responses((status = 200, description = "The newest first.", body = Page<Mention>)),
    extensions(("x-action" = json!(Action::Listen))))]
pub async fn mentions(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<WatchId>,
    Parameters(when): Parameters<When>,
) -> Result<Json<Page<Mention>>> {
    let (house, limit) = (caller.actor.organisation, page::limit(when.limit)?);
    let mut conn = app.db.read().await?;
    room::get(&mut conn, house, id).await?.ok_or(Refusal::NotFound)?;
    let to = when.cursor.or(when.to).unwrap_or(i64::MAX);
    let period = (when.from.unwrap_or(0), to);
    let mut found = room::page(&mut conn, house, id, period, limit + 1).await?;
    let mut next = None;
    if i64::try_from(found.len()).is_ok_and(|count| count > limit) {
        found.pop();
        // Pages end between two instants: what was said at the very same time as the first left out comes again.
        next = found.last().map(|it| (it.sent_at + 1).min(to.saturating_sub(1)).to_string());
    }
    let mention = |it: room::Mention| Mention {
        message: it.message,
        conversation: it.conversation,
        channel: it.channel,
        author: it.author.map(|(handle, _)| handle),
        title: it.title,
        text: it.text,
        language: it.language,
        sentiment: it.sentiment,
        sent_at: it.sent_at,
        abusive: it.is_abusive,
    };
    Ok(Json(Page { items: found.into_iter().map(mention).collect(), next }))
}

/// How far back.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Back {
    /// Days, 1 to 30; 3 when left out.
    days: Option<i64>,
}

/// Messages of one hour.
#[derive(Debug, Serialize, ToSchema)]
pub struct Hour {
    /// Beginning of the hour.
    at: i64,
    /// How many were found.
    count: i64,
}

/// Count what a watch has found by hour
#[utoipa::path(get, path = "/watches/{id}/volume", operation_id = "getWatchVolume", tag = "watches",
    params(("id" = WatchId, Path, description = "Which watch."), Back),
    responses((status = 200, description = "Hours without any are left out.", body = Page<Hour>)),
    extensions(("x-action" = json!(Action::Listen))))]
pub async fn volume(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<WatchId>,
    Parameters(back): Parameters<Back>,
) -> Result<Json<Page<Hour>>> {
    let days = back.days.unwrap_or(3);
    if !(1..=30).contains(&days) {
        return Err(Problem::parameter("days", "From 1 to 30 days can be counted."));
    }
    let house = caller.actor.organisation;
    let mut conn = app.db.read().await?;
    room::get(&mut conn, house, id).await?.ok_or(Refusal::NotFound)?;
    let from = (app.now() - days * DAY).div_euclid(HOUR) * HOUR;
    let hours = room::hours(&mut conn, house, id, from).await?;
    Ok(Json(Page::whole(hours.into_iter().map(|(at, count)| Hour { at, count }).collect())))
}
