//! What messages are taken to say, why, and what people said against it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use parvis_listen::understand::{Intent, Sentiment, Truth, Weight as Weighed};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Outcome;
use crate::api::body::{Body, Parameters, Path};
use crate::api::caller::Caller;
use crate::api::page::{self, Page};
use crate::api::problem::{Problem, Result};
use crate::app::App;
use crate::command::{Refusal, correction};
use crate::id::{ColleagueId, ConversationId, CorrectionId, MessageId};
use crate::rules::permission::Action;
use crate::store::correction::{self as room, Listed};
use crate::store::reading;

/// What a message is taken to say: by the model, or by people where they said otherwise.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Reading {
    /// Which model read it.
    model: String,
    /// Language it is written in (`fr`; `und` where that can't be told).
    language: String,
    /// `negative`, `neutral`, `positive`.
    sentiment: String,
    /// The chance of positive less that of negative, -1000 to 1000.
    sentiment_score: i64,
    /// `question`, `complaint`, `request`, `lead`, `praise`, `idea`, `application`, `press`, `signal`, `abuse`,
    /// `spam`, `other`.
    intent: String,
    /// The chance that people are insulted or threatened, 0 to 1000; from 500 on it is hidden behind a click.
    abuse: i64,
    /// Whether its author waits for an answer.
    needs_answer: bool,
}

impl From<reading::Reading> for Reading {
    fn from(it: reading::Reading) -> Self {
        Self {
            model: it.model,
            language: it.language,
            sentiment: it.sentiment,
            sentiment_score: it.score,
            intent: it.intent,
            abuse: it.abuse,
            needs_answer: it.needs_answer,
        }
    }
}

/// A word that weighed, in thousandths of log-odds; below nought it spoke against.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Weight {
    /// The word, or two neighbours, as it was compared.
    word: String,
    /// How much.
    weight: i64,
}

/// Why a message is taken for what it is.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Account {
    /// What it is taken to say.
    reading: Reading,
    /// What the model alone would say now, with all that it was taught.
    read: Reading,
    /// Words that weighed in the sentiment that the model reads.
    sentiment: Vec<Weight>,
    /// Words that weighed in the intent that the model reads.
    intent: Vec<Weight>,
    /// Words that weighed in abuse.
    abuse: Vec<Weight>,
    /// What people said of it, as far as it stands.
    corrections: Vec<Correction>,
}

/// What a person said of one aspect of a message.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Correction {
    /// Its id.
    id: CorrectionId,
    /// Of which message.
    message: MessageId,
    /// By whom.
    colleague: ColleagueId,
    /// `sentiment`, `intent`, `abuse`, `needs_answer`.
    aspect: String,
    /// What stood there before: a sentiment, an intent, `yes` or `no`.
    was: String,
    /// What the person said.
    value: String,
    /// When (µs).
    created_at: i64,
    /// When it was taken back or another took its place (µs).
    ended_at: Option<i64>,
}

impl From<room::Correction> for Correction {
    fn from(it: room::Correction) -> Self {
        Self {
            id: it.id,
            message: it.message,
            colleague: it.colleague,
            aspect: it.aspect,
            was: it.was,
            value: it.value,
            created_at: it.created_at,
            ended_at: it.ended_at,
        }
    }
}

fn weights(all: Vec<Weighed>) -> Vec<Weight> {
    #[expect(clippy::cast_possible_truncation, reason = "log-odds of a few units")]
    let weight = |it: Weighed| Weight { word: it.word, weight: (it.weight * 1000.0).round() as i64 };
    all.into_iter().map(weight).collect()
}

/// Get what a message is taken to say, and why
#[utoipa::path(get, path = "/messages/{id}/reading", operation_id = "getReading", tag = "understanding",
    params(("id" = MessageId, Path, description = "A message of the public.")),
    responses((status = 200, description = "What it is taken to say.", body = Account)),
    extensions(("x-action" = json!(Action::Read))))]
pub async fn read(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<MessageId>,
) -> Result<Json<Account>> {
    let mut conn = app.db.read().await?;
    let it = correction::account(&app, &mut conn, &caller.actor, id).await?.ok_or_else(Problem::not_found)?;
    Ok(Json(Account {
        reading: it.reading.into(),
        read: it.read.into(),
        sentiment: weights(it.why.sentiment),
        intent: weights(it.why.intent),
        abuse: weights(it.why.abuse),
        corrections: it.standing.into_iter().map(Correction::from).collect(),
    }))
}

/// What a message is; what is left out stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Correct {
    /// `negative`, `neutral`, `positive`.
    sentiment: Option<String>,
    /// One of the intents.
    intent: Option<String>,
    /// Whether people are insulted or threatened.
    abuse: Option<bool>,
    /// Whether its author waits for an answer.
    needs_answer: Option<bool>,
}

/// Correct what a message is taken to say
///
/// At once for this message, and for the next ones by what it teaches. It can be undone and taken back.
#[utoipa::path(post, path = "/messages/{id}/correct", operation_id = "correctMessage", tag = "understanding",
    params(("id" = MessageId, Path, description = "A message of the public.")), request_body = Correct,
    responses((status = 200, description = "It is taken for that.", body = Outcome)),
    extensions(("x-action" = json!(Action::Triage))))]
pub async fn correct(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<MessageId>,
    Body(told): Body<Correct>,
) -> Result<Json<Outcome>> {
    let unknown = |field| Refusal::Invalid { field, code: "unknown" };
    let truth = Truth {
        sentiment: match told.sentiment.as_deref() {
            None => None,
            Some(name) => Some(Sentiment::from_name(name).ok_or(unknown("sentiment"))?),
        },
        intent: match told.intent.as_deref() {
            None => None,
            Some(name) => Some(Intent::from_name(name).ok_or(unknown("intent"))?),
        },
        abuse: told.abuse,
        needs_answer: told.needs_answer,
    };
    Ok(Json(correction::correct(&app, &caller.actor, id, &truth).await?.into()))
}

/// Where in the list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// `next` of the page before.
    cursor: Option<String>,
    /// 1 to 200 items; 50 when left out.
    limit: Option<i64>,
}

/// A correction with its message.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListedCorrection {
    /// The correction.
    #[serde(flatten)]
    correction: Correction,
    /// Where the message stands.
    conversation: ConversationId,
    /// What the message says.
    text: String,
}

/// List corrections
///
/// Of messages on desks that you see, newest first, those that were taken back too.
#[utoipa::path(get, path = "/corrections", operation_id = "listCorrections", tag = "understanding", params(Asked),
    responses((status = 200, description = "A page of them.", body = Page<ListedCorrection>)),
    extensions(("x-action" = json!(Action::Triage))))]
pub async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Parameters(asked): Parameters<Asked>,
) -> Result<Json<Page<ListedCorrection>>> {
    let limit = page::limit(asked.limit)?;
    let before = page::cursor::<CorrectionId>(asked.cursor.as_deref())?;
    let it = &caller.actor;
    let mut conn = app.db.read().await?;
    let found = room::page(&mut conn, it.organisation, &it.scope, before, limit + 1).await?;
    let listed = |it: Listed| ListedCorrection {
        correction: it.correction.into(),
        conversation: it.conversation,
        text: it.text,
    };
    Ok(Json(Page::cut(found, limit, |it| it.correction.id.to_string(), listed)))
}

/// Take a correction back
///
/// Whoever made it: the message is taken for what the model reads, and what was taught is forgotten.
#[utoipa::path(post, path = "/corrections/{id}/take-back", operation_id = "takeBackCorrection", tag = "understanding",
    params(("id" = CorrectionId, Path, description = "Which.")),
    responses((status = 200, description = "It is taken back.", body = Outcome),
        (status = 409, description = "It doesn't stand any more.", body = crate::api::problem::Told, content_type = "application/problem+json")),
    extensions(("x-action" = json!(Action::Triage))))]
pub async fn take_back(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<CorrectionId>,
) -> Result<Json<Outcome>> {
    Ok(Json(correction::take_back(&app, &caller.actor, id).await?.into()))
}
