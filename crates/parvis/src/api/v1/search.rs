//! Search over the whole history.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::conversation::word;
use crate::api::body::Parameters;
use crate::api::caller::Caller;
use crate::api::page::{self, Page};
use crate::api::problem::{Problem, Result};
use crate::app::App;
use crate::id::{ConversationId, MessageId};
use crate::rules::permission::Action;
use crate::rules::text::excerpt;
use crate::store;
use crate::store::message::Direction;
use crate::store::search::Within;

/// Longest query, in characters.
const LONGEST: usize = 200;
/// Longest excerpt, in characters.
const EXCERPT: usize = 200;

/// What to look for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// Words, at most 200 characters: a message holds them all, in any form; the last may be a beginning.
    q: String,
    /// With this intent.
    intent: Option<String>,
    /// With this sentiment.
    sentiment: Option<String>,
    /// Written in this language (`fr`), or, with a leading `-`, in any other.
    language: Option<String>,
    /// Those only whose author waits for an answer.
    needs_answer: Option<bool>,
    /// `next` of the page before: goes back in time.
    cursor: Option<String>,
    /// 1 to 200 items; 50 when left out.
    limit: Option<i64>,
}

/// A message that was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct Found {
    /// The message.
    message: MessageId,
    /// Its conversation.
    conversation: ConversationId,
    /// Which way.
    direction: Direction,
    /// When it was said (µs).
    sent_at: i64,
    /// How it begins, on one line.
    excerpt: String,
}

/// Search messages
///
/// Those of conversations on desks that you see, notes too, newest first.
#[utoipa::path(get, path = "/search", operation_id = "search", tag = "conversations", params(Asked),
    responses((status = 200, description = "A page of them.", body = Page<Found>)),
    extensions(("x-action" = json!(Action::Read))))]
pub async fn find(
    State(app): State<Arc<App>>,
    caller: Caller,
    Parameters(asked): Parameters<Asked>,
) -> Result<Json<Page<Found>>> {
    if asked.q.chars().count() > LONGEST {
        return Err(Problem::parameter("q", format!("A query takes at most {LONGEST} characters.")));
    }
    let limit = page::limit(asked.limit)?;
    let before = page::cursor::<i64>(asked.cursor.as_deref())?;
    let actor = &caller.actor;
    let mut conn = app.db.read().await?;
    let within = Within {
        intent: word("intent", asked.intent)?,
        sentiment: word("sentiment", asked.sentiment)?,
        language: word("language", asked.language)?,
        needs_answer: asked.needs_answer.unwrap_or_default(),
    };
    let page = (before, limit + 1);
    let hits =
        store::search::find(&mut conn, actor.organisation, &actor.scope, &asked.q, &within, page).await?;
    let page = Page::cut(hits, limit, |it| it.no.to_string(), |it| it);
    let mut items = Vec::with_capacity(page.items.len());
    for hit in page.items {
        let Some(it) = store::message::get(&mut conn, actor.organisation, hit.message).await? else {
            continue;
        };
        items.push(Found {
            message: it.id,
            conversation: hit.conversation,
            direction: it.direction,
            sent_at: it.sent_at,
            excerpt: excerpt(&it.text, EXCERPT),
        });
    }
    Ok(Json(Page { items, next: page.next }))
}
