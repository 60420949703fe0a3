//! Moderating a message of somebody else's: what can be decided, what was, and the forms that decide.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use parvis_channels::CapabilitySet;
use serde::Deserialize;

use super::back;
use super::compose::refuse;
use super::filter::Asked;
use crate::app::App;
use crate::command::moderate;
use crate::id::{ConversationId, MessageId};
use crate::rules::permission::Action;
use crate::store::message::Message;
use crate::store::moderation::{Act, Moderation, Step};
use crate::web::error::Failure;
use crate::web::session::Signed;

/// What is decided about a message, as it is shown.
pub struct Decided {
    /// The step's name.
    pub step: &'static str,
    /// In words.
    pub said: String,
    /// Until when it can be taken back (ms since 1970), for the countdown.
    pub until: Option<i64>,
    /// Why the network refused.
    pub reason: Option<String>,
}

/// Something that can be decided.
pub struct Choice {
    /// Its word in the form.
    pub act: &'static str,
    /// On the button.
    pub label: String,
    /// The button's icon.
    pub icon: &'static str,
}

/// What is decided about a message, and what can be decided now, by whoever reads.
pub fn shown(
    signed: &Signed,
    capabilities: &CapabilitySet,
    it: &Message,
    now: Option<&Moderation>,
) -> (Option<Decided>, Vec<Choice>) {
    let words = &signed.words;
    let decided = now.map(|now| Decided {
        step: now.step.as_str(),
        said: words.t(&format!("moderate-{}-{}", now.act.as_str().replace('_', "-"), now.step.as_str())),
        until: (now.step == Step::Held).then_some(now.due_at / 1_000),
        reason: now.error_code.as_ref().map(|code| words.named("channel-error", code)),
    });
    if !signed.actor.may(Action::Answer) {
        return (decided, Vec::new());
    }
    let choice = |act: Act| Choice {
        act: act.as_str(),
        label: words.named("moderate", &act.as_str().replace('_', "-")),
        icon: match act {
            Act::Approve => "check",
            Act::Hold => "pause",
            Act::Spam => "shield",
            Act::NotSpam => "undo",
        },
    };
    (decided, moderate::acts(capabilities, it, now).into_iter().map(choice).collect())
}

/// What was pressed.
#[derive(Deserialize)]
pub struct Pressed {
    act: Act,
}

/// `POST /inbox/{id}/moderate/{message}`
pub async fn decide(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path((id, message)): Path<(ConversationId, MessageId)>,
    Query(asked): Query<Asked>,
    Form(form): Form<Pressed>,
) -> Result<Response, Failure> {
    match moderate::decide(&app, &signed.actor, message, form.act).await {
        Ok(done) => Ok(back(&asked, done, false)),
        Err(refused) => refuse(&app, &signed, id, &asked, refused).await,
    }
}

/// `POST /inbox/{id}/unmoderate/{message}`: takes a decision back while it is held.
pub async fn withdraw(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path((id, message)): Path<(ConversationId, MessageId)>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    match moderate::withdraw(&app, &signed.actor, message).await {
        Ok(done) => Ok(back(&asked, done, false)),
        Err(refused) => refuse(&app, &signed, id, &asked, refused).await,
    }
}
