//! The mine of insight: complaints, ideas, requests and questions of a period, grouped.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::body::Parameters;
use crate::api::caller::Caller;
use crate::api::problem::{Problem, Result};
use crate::app::App;
use crate::clock::DAY;
use crate::command::insight::dig;
use crate::id::{ChannelId, ConversationId, DeskId, MessageId};
use crate::rules::permission::Action;
use crate::store::insight::{Asked as Wanted, KINDS, Quote as Found};

/// Days that can be asked for.
const MOST_DAYS: i64 = 400;

/// Which messages.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// `complaint`, `idea`, `request` or `question`; all of them when left out.
    kind: Option<String>,
    /// How many days back, 1 to 400; 30 when left out.
    days: Option<i64>,
    /// In conversations of this desk.
    desk: Option<DeskId>,
    /// That came in by this channel.
    channel: Option<ChannelId>,
    /// A query in the language of watches: messages that speak of a product, for instance.
    q: Option<String>,
}

/// Messages that belong together, and why.
#[derive(Debug, Serialize, ToSchema)]
pub struct Group {
    /// The word that all of them share, then those that half of them share; none for what stands alone.
    words: Vec<String>,
    /// How many only repeat another in nearly the same words.
    copies: usize,
    /// The messages, newest first.
    quotes: Vec<Quote>,
}

/// One message.
#[derive(Debug, Serialize, ToSchema)]
pub struct Quote {
    /// Which.
    message: MessageId,
    /// Where it stands.
    conversation: ConversationId,
    /// The desk of that conversation.
    desk: DeskId,
    /// The channel it came by.
    channel: ChannelId,
    /// What it wants.
    kind: String,
    /// Its sentiment.
    sentiment: String,
    /// The language it is written in.
    language: String,
    /// What it says.
    text: String,
    /// When it was said (µs).
    sent_at: i64,
}

impl From<&Found> for Quote {
    fn from(it: &Found) -> Self {
        Self {
            message: it.message,
            conversation: it.conversation,
            desk: it.desk,
            channel: it.channel,
            kind: it.kind.clone(),
            sentiment: it.sentiment.clone(),
            language: it.language.clone(),
            text: it.text.clone(),
            sent_at: it.sent_at,
        }
    }
}

/// Get what the public complains of, wishes, requests and asks
///
/// Grouped: the largest group first, what stands alone last. At most 2,000 messages of each kind, the newest.
#[utoipa::path(get, path = "/insight", operation_id = "getInsight", tag = "understanding", params(Asked),
    responses((status = 200, description = "The groups.", body = Vec<Group>)),
    extensions(("x-action" = json!(Action::Listen))))]
pub async fn get(
    State(app): State<Arc<App>>,
    caller: Caller,
    Parameters(asked): Parameters<Asked>,
) -> Result<Json<Vec<Group>>> {
    let days = asked.days.unwrap_or(30);
    if !(1..=MOST_DAYS).contains(&days) {
        return Err(Problem::parameter("days", format!("It takes 1 to {MOST_DAYS}.")));
    }
    if asked.kind.as_deref().is_some_and(|it| !KINDS.contains(&it)) {
        return Err(Problem::parameter("kind", "It takes “complaint”, “idea”, “request” or “question”."));
    }
    let wanted =
        Wanted { kind: asked.kind, from: app.now() - days * DAY, desk: asked.desk, channel: asked.channel };
    let mine = dig(&app, &caller.actor, &wanted, asked.q.as_deref().unwrap_or_default()).await?;
    let groups = mine.themes.iter().map(|it| Group {
        words: it.words.clone(),
        copies: it.copies,
        quotes: it.members.iter().filter_map(|at| mine.quotes.get(*at)).map(Quote::from).collect(),
    });
    Ok(Json(groups.collect()))
}
