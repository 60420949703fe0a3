//! Messages: the thread of a conversation, each message, and taking back or sending again one of ours.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Outcome;
use crate::api::body::{Body, Parameters, Path};
use crate::api::caller::Caller;
use crate::api::page::{self, Page};
use crate::api::problem::{Problem, Result};
use crate::app::App;
use crate::command::{self, answer, moderate};
use crate::id::{AttachmentId, AuthorId, ChannelId, ColleagueId, ConversationId, MessageId, OrganisationId};
use crate::rules::permission::Action;
use crate::store::message::{self as room, Direction, Stage};
use crate::store::moderation::{Act, Step};
use crate::store::{self, Conn, attachment, moderation};

/// One thing said: by the public, by us, or between us.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Message {
    /// Its id.
    id: MessageId,
    /// The conversation it was said in.
    conversation: ConversationId,
    /// The channel it came by or leaves by.
    channel: ChannelId,
    /// Which way.
    direction: Direction,
    /// The public account that said it.
    author: Option<AuthorId>,
    /// The colleague who said it; `null` for what we said outside Parvis.
    colleague: Option<ColleagueId>,
    /// The network's id, once it has one.
    remote_id: Option<String>,
    /// Where the public can see it.
    url: Option<String>,
    /// `public`, `unlisted`, `followers`, `direct`; `internal` for notes.
    visibility: String,
    /// Language, as far as known.
    language: Option<String>,
    /// Title, where the network has one.
    title: Option<String>,
    /// Content warning.
    warning: Option<String>,
    /// Plain text.
    text: String,
    /// Sanitised HTML; empty when the text says it all.
    html: String,
    /// When it was said (µs); for held ones, when it will leave.
    sent_at: i64,
    /// When it was last edited (µs).
    edited_at: Option<i64>,
    /// When it was seen to be deleted (µs).
    deleted_at: Option<i64>,
    /// Where it stands.
    stage: Stage,
    /// Kind of the last error.
    error_code: Option<String>,
    /// The last error in words.
    error_text: Option<String>,
    /// When Parvis got it (µs).
    created_at: i64,
    /// Its pictures and files, in their order.
    attachments: Vec<Attachment>,
    /// What it said before it was edited, oldest first.
    versions: Vec<Version>,
    /// What it is taken to say, once it was read; only for messages of the public.
    reading: Option<super::correction::Reading>,
    /// What was decided about it on its network, if anything; only for messages of the public.
    moderation: Option<Moderation>,
}

/// What was decided about a message on its network.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Moderation {
    /// What.
    act: Act,
    /// Where that stands.
    step: Step,
    /// By whom.
    colleague: ColleagueId,
    /// When (µs).
    decided_at: i64,
    /// When the network is told (µs): it can be taken back until then.
    due_at: i64,
    /// Kind of the last error.
    error_code: Option<String>,
    /// The last error in words.
    error_text: Option<String>,
}

impl From<moderation::Moderation> for Moderation {
    fn from(it: moderation::Moderation) -> Self {
        Self {
            act: it.act,
            step: it.step,
            colleague: it.colleague,
            decided_at: it.decided_at,
            due_at: it.due_at,
            error_code: it.error_code,
            error_text: it.error_text,
        }
    }
}

/// A picture, video or file.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Attachment {
    /// Its id: `GET /attachments/{id}` gives the bytes.
    id: AttachmentId,
    /// `image`, `video`, `audio`, `other`.
    kind: String,
    /// Alternative text.
    alt: Option<String>,
    /// Type, as far as known.
    mime: Option<String>,
    /// Pixels.
    width: Option<i64>,
    /// Pixels.
    height: Option<i64>,
    /// Whether Parvis has fetched it, so that its bytes can be had.
    stored: bool,
    /// Why it couldn't be fetched.
    error_text: Option<String>,
}

/// What a message said before.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Version {
    /// The version's time (µs).
    version_at: i64,
    /// Plain text.
    text: String,
    /// Sanitised HTML.
    html: String,
}

impl From<attachment::Attachment> for Attachment {
    fn from(it: attachment::Attachment) -> Self {
        Self {
            id: it.id,
            kind: it.kind,
            alt: it.alt,
            mime: it.mime,
            width: it.width,
            height: it.height,
            stored: it.stored_as.is_some(),
            error_text: it.error_text,
        }
    }
}

impl Message {
    /// The message with its attachments and earlier versions.
    pub async fn read(
        conn: &mut Conn,
        organisation: OrganisationId,
        it: room::Message,
    ) -> store::Result<Self> {
        let attachments = attachment::of(conn, organisation, it.id).await?;
        let reading = store::reading::get(conn, organisation, it.id).await?;
        let versions = match it.edited_at {
            Some(_) => room::versions(conn, organisation, it.id).await?,
            None => Vec::new(),
        };
        let version = |it: room::Version| Version { version_at: it.version_at, text: it.text, html: it.html };
        Ok(Self {
            id: it.id,
            conversation: it.conversation,
            channel: it.channel,
            direction: it.direction,
            author: it.author,
            colleague: it.colleague,
            remote_id: it.remote_id,
            url: it.url,
            visibility: it.visibility,
            language: it.language,
            title: it.title,
            warning: it.warning,
            text: it.text,
            html: it.html,
            sent_at: it.sent_at,
            edited_at: it.edited_at,
            deleted_at: it.deleted_at,
            stage: it.stage,
            error_code: it.error_code,
            error_text: it.error_text,
            created_at: it.created_at,
            attachments: attachments.into_iter().map(Attachment::from).collect(),
            versions: versions.into_iter().map(version).collect(),
            reading: reading.map(Into::into),
            moderation: moderation::get(conn, organisation, it.id).await?.map(Into::into),
        })
    }
}

/// Where in a thread.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// `next` of the page before: goes back in time.
    cursor: Option<String>,
    /// 1 to 200 items; 50 when left out.
    limit: Option<i64>,
}

/// A place in a thread: `sent_at~id`.
struct Place(i64, MessageId);

impl std::str::FromStr for Place {
    type Err = ();
    fn from_str(text: &str) -> std::result::Result<Self, ()> {
        let (at, id) = text.split_once('~').ok_or(())?;
        Ok(Self(at.parse().map_err(drop)?, id.parse().map_err(drop)?))
    }
}

/// List the messages of a conversation
///
/// The newest page first; within a page the oldest comes first. Messages of conversations that were merged
/// into it are among them.
#[utoipa::path(get, path = "/conversations/{id}/messages", operation_id = "listMessages", tag = "messages",
    params(("id" = ConversationId, Path, description = "Which conversation."), Asked),
    responses((status = 200, description = "A page of them.", body = Page<Message>)),
    extensions(("x-action" = json!(Action::Read))))]
pub async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<ConversationId>,
    Parameters(asked): Parameters<Asked>,
) -> Result<Json<Page<Message>>> {
    let limit = page::limit(asked.limit)?;
    let before = page::cursor::<Place>(asked.cursor.as_deref())?.map(|it| (it.0, it.1));
    let organisation = caller.actor.organisation;
    let mut conn = app.db.read().await?;
    let it = command::load(&mut conn, &caller.actor, id, Action::Read).await?;
    let mut found = room::thread(&mut conn, organisation, it.id, before, limit + 1).await?;
    let more = i64::try_from(found.len()).unwrap_or(i64::MAX) > limit;
    if more {
        found.remove(0);
    }
    let next = found.first().map(|it| format!("{}~{}", it.sent_at, it.id)).filter(|_| more);
    let mut items = Vec::with_capacity(found.len());
    for it in found {
        items.push(Message::read(&mut conn, organisation, it).await?);
    }
    Ok(Json(Page { items, next }))
}

/// Get a message
#[utoipa::path(get, path = "/messages/{id}", operation_id = "getMessage", tag = "messages",
    params(("id" = MessageId, Path, description = "Which.")),
    responses((status = 200, description = "The message.", body = Message)),
    extensions(("x-action" = json!(Action::Read))))]
pub async fn get(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<MessageId>,
) -> Result<Json<Message>> {
    let organisation = caller.actor.organisation;
    let mut conn = app.db.read().await?;
    let it = room::get(&mut conn, organisation, id).await?.ok_or_else(Problem::not_found)?;
    command::load(&mut conn, &caller.actor, it.conversation, Action::Read).await?;
    Ok(Json(Message::read(&mut conn, organisation, it).await?))
}

/// Take an answer back
///
/// As long as it is held (ten seconds). Its text becomes a draft again and the conversation stands where it
/// stood.
#[utoipa::path(post, path = "/messages/{id}/withdraw", operation_id = "withdrawMessage", tag = "messages",
    params(("id" = MessageId, Path, description = "Which.")),
    responses((status = 200, description = "It won't leave.", body = Outcome),
        (status = 409, description = "It has left already.", body = crate::api::problem::Told, content_type = "application/problem+json")),
    extensions(("x-action" = json!(Action::Answer))))]
pub async fn withdraw(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<MessageId>,
) -> Result<Json<Outcome>> {
    Ok(Json(answer::withdraw(&app, &caller.actor, id).await?.into()))
}

/// Send an answer again
///
/// One that the network refused, after a person has looked at it.
#[utoipa::path(post, path = "/messages/{id}/retry", operation_id = "retryMessage", tag = "messages",
    params(("id" = MessageId, Path, description = "Which.")),
    responses((status = 200, description = "It is held again, then it leaves.", body = Outcome),
        (status = 409, description = "It isn't one that was refused.", body = crate::api::problem::Told, content_type = "application/problem+json")),
    extensions(("x-action" = json!(Action::Answer))))]
pub async fn retry(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<MessageId>,
) -> Result<Json<Outcome>> {
    Ok(Json(answer::retry(&app, &caller.actor, id).await?.into()))
}

/// What to decide.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// `approve`, `hold`, `spam` or `not_spam`.
    act: Act,
}

/// Moderate a message of the public
///
/// Where its channel can (`hide` for approving and holding, `spam`). The network is told after ten seconds, in which the
/// decision can be taken back.
#[utoipa::path(post, path = "/messages/{id}/moderation", operation_id = "moderateMessage", tag = "messages",
    params(("id" = MessageId, Path, description = "Which.")), request_body = Decision,
    responses((status = 200, description = "It is decided; the network is told in ten seconds.", body = Outcome),
        (status = 409, description = "It isn't as it was, or something else is being decided about it.", body = crate::api::problem::Told, content_type = "application/problem+json")),
    extensions(("x-action" = json!(Action::Answer))))]
pub async fn moderate(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<MessageId>,
    Body(decision): Body<Decision>,
) -> Result<Json<Outcome>> {
    Ok(Json(moderate::decide(&app, &caller.actor, id, decision.act).await?.into()))
}

/// Take a moderation back
///
/// As long as it is held (ten seconds).
#[utoipa::path(delete, path = "/messages/{id}/moderation", operation_id = "unmoderateMessage", tag = "messages",
    params(("id" = MessageId, Path, description = "Which.")),
    responses((status = 200, description = "The network isn't told.", body = Outcome),
        (status = 409, description = "The network is being told already.", body = crate::api::problem::Told, content_type = "application/problem+json")),
    extensions(("x-action" = json!(Action::Answer))))]
pub async fn unmoderate(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<MessageId>,
) -> Result<Json<Outcome>> {
    Ok(Json(moderate::withdraw(&app, &caller.actor, id).await?.into()))
}
