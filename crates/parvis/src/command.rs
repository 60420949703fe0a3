//! What people can have done: the same commands for screen and API. Each asks for the right, works in
//! one transaction, writes the journal, and answers with what undo takes. No network call happens here:
//! what has to happen outside is a job made in the same transaction.

pub mod alert;
pub mod answer;
pub mod asset;
pub mod assistant;
pub mod channel;
pub mod charter;
pub mod colleague;
pub mod correction;
pub mod desk;
pub mod destination;
pub mod draft;
pub mod factor;
pub mod feed;
pub mod gesture;
pub mod insight;
pub mod launch;
pub mod layer;
pub mod moderate;
pub mod pass;
pub mod post;
pub mod request;
pub mod session;
pub mod stop;
pub mod token;
pub mod triage;
pub mod undo;
pub mod view;
pub mod watch;
pub mod weariness;

#[cfg(test)]
mod tests;

use serde::Serialize;
use serde_json::json;

use crate::app::App;
use crate::id::{ColleagueId, ConversationId, DeskId, JournalId, MessageId};
use crate::rules::clock::Promise;
use crate::rules::permission::{Action, Actor};
use crate::store::conversation::{self, Conversation, Facets, State};
use crate::store::journal::{self, By, Entry};
use crate::store::{self, Conn};

/// Why a command wasn't carried out; nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// It doesn't exist, or it isn't for this person's eyes.
    #[error("not found")]
    NotFound,
    /// The role or the token doesn't allow it.
    #[error("not allowed: {0:?}")]
    Forbidden(Action),
    /// A field can't be taken as it is.
    #[error("{field}: {code}")]
    Invalid {
        /// Which field.
        field: &'static str,
        /// Why, as a key of the translations (`refusal-…`).
        code: &'static str,
    },
    /// Somebody has answered since this person looked.
    #[error("answered in the meantime")]
    Answered {
        /// Who; `None` when it was written outside Parvis.
        by: Option<ColleagueId>,
        /// Their answer.
        message: MessageId,
    },
    /// It can't be undone: somebody has changed it since, or it has left.
    #[error("changed in the meantime")]
    Changed,
    /// The channel can't do it; the code of the reason.
    #[error("the channel can't: {0}")]
    Channel(String),
    /// Nobody gets this standing from this actor.
    #[error("not appointed: {0:?}")]
    Appointment(crate::rules::appointment::Refusal),
    /// The database refused.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The network refused, or can't be reached.
    #[error(transparent)]
    Network(#[from] parvis_channels::ChannelError),
    /// The assistant has no answer.
    #[error(transparent)]
    Assistant(#[from] parvis_channels::assistant::AssistantError),
    /// A secret can't be sealed or opened on this machine.
    #[error("a secret can't be sealed or opened with this installation's key")]
    Sealed,
    /// There is no room left for files.
    #[error("there is no room left for files: {0}")]
    Full(object_store::Error),
    /// The object store refused.
    #[error("media can't be kept: {0}")]
    Media(object_store::Error),
}

impl From<object_store::Error> for Refusal {
    fn from(error: object_store::Error) -> Self {
        use std::error::Error;
        use std::io::ErrorKind::{QuotaExceeded, StorageFull};
        let is_full = std::iter::successors(error.source(), |it| (**it).source())
            .filter_map(|it| it.downcast_ref::<std::io::Error>())
            .any(|it| matches!(it.kind(), StorageFull | QuotaExceeded));
        if is_full { Self::Full(error) } else { Self::Media(error) }
    }
}

/// The result of a command.
pub type Result<T> = std::result::Result<T, Refusal>;

/// What was done, for the toast and for undo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Done {
    /// The journal row.
    pub journal: JournalId,
    /// The conversation that changed.
    pub conversation: ConversationId,
}

/// One line of text for `field`: trimmed, at most `most` characters, without control characters.
fn line(field: &'static str, text: &str, most: usize) -> Result<String> {
    crate::rules::field::line(text, most).map_err(|key| Refusal::Invalid { field, code: code_of(key) })
}

fn lines(field: &'static str, text: &str, most: usize) -> Result<String> {
    crate::rules::field::lines(text, most).map_err(|key| Refusal::Invalid { field, code: code_of(key) })
}

/// The code of an objection: `empty` for `field-empty`.
fn code_of(key: &'static str) -> &'static str {
    key.trim_start_matches("field-")
}

/// Refuses what the actor may not do.
pub fn allow(actor: &Actor, action: Action) -> Result<()> {
    if actor.may(action) { Ok(()) } else { Err(Refusal::Forbidden(action)) }
}

/// The conversation, or the one it was merged into, if the actor may do `action` and sees its desk.
pub async fn load(
    conn: &mut Conn,
    actor: &Actor,
    id: ConversationId,
    action: Action,
) -> Result<Conversation> {
    allow(actor, action)?;
    let mut found = conversation::get(conn, actor.organisation, id).await?.ok_or(Refusal::NotFound)?;
    if let Some(into) = found.facets.merged_into {
        found = conversation::get(conn, actor.organisation, into).await?.ok_or(Refusal::NotFound)?;
    }
    if !actor.scope.covers(found.facets.desk) {
        return Err(Refusal::NotFound);
    }
    Ok(found)
}

/// Writes a change of facets with its journal row, in the transaction `conn`.
async fn write_change(
    conn: &mut Conn,
    actor: &Actor,
    now: i64,
    verb: &str,
    mut it: Conversation,
    mut after: Facets,
) -> Result<JournalId> {
    let place = it.place();
    if it.facets.state.is_done() || it.facets.desk != after.desk {
        // What goes on does so at an open desk.
        let standing = store::desk::standing(conn, actor.organisation, after.desk).await?;
        after.stand_at(standing);
    }
    let before = std::mem::replace(&mut it.facets, after);
    conversation::update(conn, actor.organisation, &place, &it).await?;
    let entry = Entry {
        organisation: actor.organisation,
        at: now,
        by: By::Colleague(actor.colleague),
        verb,
        subject: it.id.0,
        conversation: Some((it.id, it.facets.desk)),
        before: Some(json!(before)),
        after: Some(json!(it.facets)),
    };
    Ok(journal::write(conn, entry).await?)
}

/// Writes the journal row of a change of `subject`, in the transaction `conn`; `place` is the conversation that it belongs to,
/// with its desk.
async fn journalled(
    conn: &mut Conn,
    actor: &Actor,
    (now, verb, subject): (i64, &str, uuid::Uuid),
    place: Option<(ConversationId, DeskId)>,
    before: Option<&impl Serialize>,
    after: Option<&impl Serialize>,
) -> Result<()> {
    let entry = Entry {
        organisation: actor.organisation,
        at: now,
        by: By::Colleague(actor.colleague),
        verb,
        subject,
        conversation: place,
        before: before.map(|it| json!(it)),
        after: after.map(|it| json!(it)),
    };
    Ok(journal::write(conn, entry).await.map(drop)?)
}

/// Keeps a setting of the organisation with its journal row, in the transaction `conn`.
async fn write_setting<T: Serialize>(
    conn: &mut Conn,
    actor: &Actor,
    now: i64,
    (name, verb): (&str, &str),
    (before, after): (&T, &T),
) -> Result<()> {
    store::setting::put(conn, actor.organisation, name, &json!(after).to_string()).await?;
    let change = (now, verb, actor.organisation.0);
    journalled(conn, actor, change, None, Some(before), Some(after)).await
}

/// One change of a conversation's facets as a whole command.
async fn change(
    app: &App,
    actor: &Actor,
    id: ConversationId,
    verb: &str,
    edit: impl FnOnce(&mut Facets) -> Result<()>,
) -> Result<Done> {
    let now = app.now();
    let mut conn = app.db.write().await?;
    let found = load(&mut conn, actor, id, Action::Triage).await?;
    let mut after = found.facets.clone();
    edit(&mut after)?;
    let conversation = found.id;
    let journal = write_change(&mut conn, actor, now, verb, found, after).await?;
    conn.commit().await?;
    Ok(Done { journal, conversation })
}

/// Nobody waits any longer.
fn stop_clock(facets: &mut Facets) {
    facets.awaiting_since = None;
    facets.due_at = conversation::NEVER;
    facets.snoozed_until = None;
}

/// Back among those that wait, its clock running since `since`.
async fn restart_clock(conn: &mut Conn, actor: &Actor, it: &Conversation, now: i64) -> Result<Facets> {
    let mut facets = it.facets.clone();
    let last = store::message::last_in(conn, actor.organisation, it.id).await?;
    let since = facets.awaiting_since.or(last.map(|message| message.sent_at)).unwrap_or(now);
    facets.state = State::Open;
    let standing = store::desk::standing(conn, actor.organisation, facets.desk).await?;
    facets.stand_at(standing);
    let promise = promise(conn, actor, standing).await?;
    facets.snoozed_until = None;
    facets.closed_at = None;
    facets.awaiting_since = Some(since);
    facets.due_at = promise.due(since, facets.urgent);
    Ok(facets)
}

async fn promise(conn: &mut Conn, actor: &Actor, desk: DeskId) -> Result<Promise> {
    store::desk::promise(conn, actor.organisation, desk).await?.ok_or(Refusal::NotFound)
}
