//! Conversations: the lists that the inbox shows, and each of them.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::body::{Parameters, Path};
use crate::api::caller::Caller;
use crate::api::page::{self, Page};
use crate::api::problem::{Problem, Result};
use crate::app::App;
use crate::command;
use crate::id::{AuthorId, ChannelId, ColleagueId, ConversationId, DeskId, TagId};
use crate::rules::permission::Action;
use crate::store;
use crate::store::conversation::{self as room, Filter, Holder, Key, NEVER, Order, State as Standing};
use crate::store::tag::Tag;

/// A thread with its state, desk and clock.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Conversation {
    /// Its id.
    id: ConversationId,
    /// The channel it came in by.
    channel: ChannelId,
    /// Who began it.
    author: Option<AuthorId>,
    /// Whose job it is.
    desk: DeskId,
    /// Where it stands.
    state: Standing,
    /// Who has it.
    assignee: Option<ColleagueId>,
    /// Before everything else.
    urgent: bool,
    /// What the public's newest message wants (`question`, `complaint` …), as it was read or corrected.
    intent: Option<String>,
    /// `positive`, `neutral` or `negative`, as it was read or corrected.
    sentiment: Option<String>,
    /// Whether the public's newest message insults or threatens people.
    abusive: bool,
    /// Whether somebody waits for an answer that has to be given.
    needs_answer: bool,
    /// Language of what was said last by the public, as far as known.
    language: Option<String>,
    /// Title, where the network has one.
    title: Option<String>,
    /// The last thing the public said, on one line.
    excerpt: String,
    /// How many messages, ours and notes too.
    messages: i64,
    /// First message (µs).
    first_at: i64,
    /// Last message (µs).
    last_at: i64,
    /// Since when somebody waits for us (µs); `null` when nobody does.
    awaiting_since: Option<i64>,
    /// When an answer is due (µs); `null` when nobody waits.
    due_at: Option<i64>,
    /// When the public was first answered (µs).
    answered_at: Option<i64>,
    /// When a snooze ends (µs).
    snoozed_until: Option<i64>,
    /// When it was closed (µs).
    closed_at: Option<i64>,
    /// What it was merged into.
    merged_into: Option<ConversationId>,
}

impl From<room::Conversation> for Conversation {
    fn from(it: room::Conversation) -> Self {
        let facets = it.facets;
        Self {
            id: it.id,
            channel: it.channel,
            author: it.author,
            desk: facets.desk,
            state: facets.state,
            assignee: facets.assignee,
            urgent: facets.urgent,
            abusive: it.said.abusive,
            needs_answer: it.said.needs_answer && facets.awaiting_since.is_some(),
            intent: it.said.intent,
            sentiment: it.said.sentiment,
            language: it.language,
            title: it.title,
            excerpt: it.excerpt,
            messages: it.messages,
            first_at: it.first_at,
            last_at: it.last_at,
            awaiting_since: facets.awaiting_since,
            due_at: Some(facets.due_at).filter(|at| *at != NEVER),
            answered_at: it.answered_at,
            snoozed_until: facets.snoozed_until,
            closed_at: facets.closed_at,
            merged_into: facets.merged_into,
        }
    }
}

/// A conversation with its tags.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TaggedConversation {
    /// The conversation.
    #[serde(flatten)]
    conversation: Conversation,
    /// Its tags, by name.
    tags: Vec<Tag>,
}

/// Which conversations, in which order.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// In this state; all but merged ones when left out.
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
    needs_answer: Option<bool>,
    /// Past due only.
    late: Option<bool>,
    /// In this order; `due` when left out.
    order: Option<Order>,
    /// `next` of the page before, in the same order.
    cursor: Option<String>,
    /// 1 to 200 items; 50 when left out.
    limit: Option<i64>,
}

/// Whose, as addresses and views say it.
pub fn holder(asked: Option<&str>) -> Result<Holder> {
    match asked {
        None => Ok(Holder::Any),
        Some("me") => Ok(Holder::Me),
        Some("nobody") => Ok(Holder::Nobody),
        Some(id) => id
            .parse()
            .map(Holder::Colleague)
            .map_err(|_| Problem::parameter("holder", "It takes “me”, “nobody” or the id of a colleague.")),
    }
}

/// A word of a filter; the catalogue of intents, sentiments and languages is open, its length isn't.
pub fn word(field: &str, asked: Option<String>) -> Result<Option<String>> {
    match asked {
        Some(text) if text.trim().is_empty() || text.len() > 40 => {
            Err(Problem::parameter(field, "It takes 1 to 40 bytes."))
        }
        asked => Ok(asked),
    }
}

impl Asked {
    fn filter(self) -> Result<Filter> {
        Ok(Filter {
            state: self.state,
            desk: self.desk,
            holder: holder(self.holder.as_deref())?,
            channel: self.channel,
            tag: self.tag,
            language: word("language", self.language)?,
            sentiment: word("sentiment", self.sentiment)?,
            intent: word("intent", self.intent)?,
            needs_answer: self.needs_answer.unwrap_or_default(),
            late: self.late.unwrap_or_default(),
            order: self.order.unwrap_or_default(),
        })
    }
}

/// List conversations
///
/// Those on desks that you see, filtered and ordered as the inbox does.
#[utoipa::path(get, path = "/conversations", operation_id = "listConversations", tag = "conversations", params(Asked),
    responses((status = 200, description = "A page of them.", body = Page<Conversation>)),
    extensions(("x-action" = json!(Action::Read))))]
pub async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Parameters(asked): Parameters<Asked>,
) -> Result<Json<Page<Conversation>>> {
    let limit = page::limit(asked.limit)?;
    let after = page::cursor::<Key>(asked.cursor.as_deref())?;
    let filter = asked.filter()?;
    let mut conn = app.db.read().await?;
    let it = &caller.actor;
    let found = room::page(&mut conn, it, &filter, after, limit + 1, app.now()).await?;
    let key = |it: &room::Conversation| it.key(filter.order).to_string();
    Ok(Json(Page::cut(found, limit, key, Conversation::from)))
}

/// Get a conversation
///
/// One that was merged answers with the one that holds its messages now.
#[utoipa::path(get, path = "/conversations/{id}", operation_id = "getConversation", tag = "conversations",
    params(("id" = ConversationId, Path, description = "Which.")),
    responses((status = 200, description = "The conversation.", body = TaggedConversation)),
    extensions(("x-action" = json!(Action::Read))))]
pub async fn get(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<ConversationId>,
) -> Result<Json<TaggedConversation>> {
    let mut conn = app.db.read().await?;
    let it = command::load(&mut conn, &caller.actor, id, Action::Read).await?;
    let tags = store::tag::of(&mut conn, caller.actor.organisation, it.id).await?;
    Ok(Json(TaggedConversation { conversation: it.into(), tags }))
}
