//! The assistant: its settings, and what it proposes. A proposal is text and no more: what is done with it is asked apart, by
//! the endpoints of posts and answers.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::charter::{Remark, words};
use crate::api::body::Body;
use crate::api::caller::Caller;
use crate::api::problem::{Problem, Result};
use crate::app::App;
use crate::command::assistant::{self as command, Asked, Proposed, Wanted, Wording};
use crate::command::post;
use crate::id::{ChannelId, ConversationId, PostId};
use crate::rules::assistant::{Idea, Use};
use crate::rules::permission::Action;
use crate::store;

/// The assistant as it is set up.
#[derive(Debug, Serialize, ToSchema)]
pub struct Assistant {
    /// The address below which `/chat/completions` answers.
    address: String,
    /// Which model.
    model: String,
    /// Whether a key is kept; it isn't told.
    has_key: bool,
    /// What it is asked for.
    uses: Vec<Use>,
    /// How the house speaks, in its own words.
    tone: String,
    /// Calls of one day at most.
    most: i64,
    /// Calls of today.
    calls: i64,
}

/// See the assistant
#[utoipa::path(get, path = "/assistant", operation_id = "getAssistant", tag = "assistant",
    responses((status = 200, description = "As it is set up; 404 where there is none.", body = Assistant)),
    extensions(("x-action" = json!(Action::ManageChannels))))]
pub async fn get(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<Assistant>> {
    let mut conn = app.db.read().await?;
    let found = command::read(&mut conn, &caller.actor, app.now()).await?;
    let (it, calls) = found.ok_or_else(Problem::not_found)?;
    Ok(Json(Assistant {
        address: it.address,
        model: it.model,
        has_key: it.secret.is_some(),
        uses: it.uses,
        tone: it.tone,
        most: it.most,
        calls,
    }))
}

/// The assistant as you want it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAssistant {
    /// The address below which `/chat/completions` answers: public and https, or a host that the configuration allows.
    address: String,
    /// Which model, as the service calls it: 1 to 100 characters.
    model: String,
    /// Its key; empty keeps the one that is there, as long as the server stays the same.
    #[serde(default)]
    key: String,
    /// What it is asked for.
    uses: Vec<Use>,
    /// How the house speaks: at most 1,000 characters, sent with each request.
    #[serde(default)]
    tone: String,
    /// Calls of one day at most: 1 to 10,000.
    most: i64,
}

/// Set the assistant up
#[utoipa::path(put, path = "/assistant", operation_id = "setAssistant", tag = "assistant", request_body = NewAssistant,
    responses((status = 204, description = "It can be asked from now on.")),
    extensions(("x-action" = json!(Action::ManageChannels))))]
pub async fn set(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(it): Body<NewAssistant>,
) -> Result<StatusCode> {
    let NewAssistant { address, model, key, uses, tone, most } = it;
    command::set(&app, &caller.actor, &Wanted { address, model, key, uses, tone, most }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take the assistant out
#[utoipa::path(delete, path = "/assistant", operation_id = "removeAssistant", tag = "assistant",
    responses((status = 204, description = "It is gone, with its key.")),
    extensions(("x-action" = json!(Action::ManageChannels))))]
pub async fn remove(State(app): State<Arc<App>>, caller: Caller) -> Result<StatusCode> {
    command::remove(&app, &caller.actor).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What it said.
#[derive(Debug, Serialize, ToSchema)]
pub struct Trial {
    /// A text that strangers wrote.
    text: String,
}

/// Try the assistant
///
/// Asks it for one sentence; counted like any other call.
#[utoipa::path(post, path = "/assistant/try", operation_id = "tryAssistant", tag = "assistant",
    responses((status = 200, description = "What it said.", body = Trial)),
    extensions(("x-action" = json!(Action::ManageChannels))))]
pub async fn try_out(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<Trial>> {
    Ok(Json(Trial { text: command::try_out(&app, &caller.actor).await? }))
}

/// What is wanted of it for a post.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWordings {
    /// Which post.
    post: PostId,
    /// The text as it stands; absent: the post's own.
    text: Option<String>,
    /// The networks that it is for; absent: the post's own.
    channels: Option<Vec<ChannelId>>,
    /// What you wish for: at most 500 characters.
    #[serde(default)]
    wish: String,
    /// The language to write in: `fr` or `en`; empty: the house's.
    #[serde(default)]
    language: String,
}

/// What a text counts for on a network.
#[derive(Debug, Serialize, ToSchema)]
pub struct Counted {
    /// Which network.
    channel: ChannelId,
    /// What it counts for there.
    count: usize,
    /// What it may.
    max: usize,
}

/// A text that was proposed.
#[derive(Debug, Serialize, ToSchema)]
pub struct Proposal {
    /// What it says.
    text: String,
    /// What it counts for on each network.
    counts: Vec<Counted>,
    /// What the charter says of it.
    remarks: Vec<Remark>,
}

/// What was proposed, as external support.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProposedTexts {
    /// The model that proposed it: send it along as `assistant` with the words of a post that hold some of its own.
    model: String,
    /// All that was sent to it: what was asked for, and the material.
    sent: Vec<String>,
    /// One to three texts.
    items: Vec<Proposal>,
}

impl ProposedTexts {
    fn of(it: Proposed<Wording>) -> Result<Self> {
        let words = words(None)?;
        let count = |it: command::Count| Counted { channel: it.channel, count: it.count, max: it.max };
        let proposal = |it: Wording| Proposal {
            remarks: it.remarks.iter().map(|seen| Remark::of(&words, &it.text, seen)).collect(),
            counts: it.counts.into_iter().map(count).collect(),
            text: it.text,
        };
        Ok(Self {
            model: it.model,
            sent: vec![it.sent.task, it.sent.material],
            items: it.all.into_iter().map(proposal).collect(),
        })
    }
}

/// Propose wordings of a post
///
/// The post stays as it is. 404 where there is no assistant for this; 422 `assistant-used-up` when the day's calls are made.
#[utoipa::path(post, path = "/assistant/wordings", operation_id = "proposeWordings", tag = "assistant",
    request_body = NewWordings,
    responses((status = 200, description = "One to three texts.", body = ProposedTexts)),
    extensions(("x-action" = json!(Action::Write))))]
pub async fn wordings(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(it): Body<NewWordings>,
) -> Result<Json<ProposedTexts>> {
    let mut conn = app.db.read().await?;
    let stands = post::load(&mut conn, &caller.actor, it.post, Action::Write).await?;
    let channels = match it.channels {
        Some(channels) => channels,
        None => {
            let targets = store::post::targets(&mut conn, caller.actor.organisation, it.post).await?;
            targets.into_iter().map(|it| it.channel).collect()
        }
    };
    drop(conn);
    let asked =
        Asked { text: it.text.unwrap_or(stands.text), channels, wish: it.wish, language: it.language };
    Ok(Json(ProposedTexts::of(command::wordings(&app, &caller.actor, it.post, &asked).await?)?))
}

/// What is wanted of it for new posts.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewIdeas {
    /// On which theme; may be empty.
    #[serde(default)]
    theme: String,
    /// What you wish for: at most 500 characters.
    #[serde(default)]
    wish: String,
    /// The language to write in: `fr` or `en`; empty: the house's.
    #[serde(default)]
    language: String,
}

/// Ideas that were proposed, as external support.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProposedIdeas {
    /// The model that proposed them.
    model: String,
    /// All that was sent to it: what was asked for, and the material.
    sent: Vec<String>,
    /// One to three ideas.
    items: Vec<Idea>,
}

/// Propose ideas
///
/// None of them is brought by this. 404 where there is no assistant for it.
#[utoipa::path(post, path = "/assistant/ideas", operation_id = "proposeIdeas", tag = "assistant",
    request_body = NewIdeas,
    responses((status = 200, description = "One to three ideas.", body = ProposedIdeas)),
    extensions(("x-action" = json!(Action::Propose))))]
pub async fn ideas(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(it): Body<NewIdeas>,
) -> Result<Json<ProposedIdeas>> {
    let found = command::ideas(&app, &caller.actor, (&it.theme, &it.wish), &it.language).await?;
    let sent = vec![found.sent.task, found.sent.material];
    Ok(Json(ProposedIdeas { model: found.model, sent, items: found.all }))
}

/// What is wanted of it for a conversation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAnswers {
    /// Which conversation.
    conversation: ConversationId,
    /// The answer as far as it is written; may be empty.
    #[serde(default)]
    draft: String,
}

/// Propose answers
///
/// To the last thing that the public said there; nothing is answered. 404 where there is no assistant for this.
#[utoipa::path(post, path = "/assistant/answers", operation_id = "proposeAnswers", tag = "assistant",
    request_body = NewAnswers,
    responses((status = 200, description = "One to three texts.", body = ProposedTexts)),
    extensions(("x-action" = json!(Action::Answer))))]
pub async fn answers(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(it): Body<NewAnswers>,
) -> Result<Json<ProposedTexts>> {
    Ok(Json(ProposedTexts::of(command::answers(&app, &caller.actor, it.conversation, &it.draft).await?)?))
}
