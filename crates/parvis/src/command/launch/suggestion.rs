//! What the dossiers of open launches have to say to a message. What was validated, in the message's language where that is
//! known; never sent by itself.

use crate::id::{EntryId, MessageId};
use crate::rules::permission::{Action, Actor};
use crate::rules::suggest::{Candidate, suggest};
use crate::store::launch::{self as room, Entry};
use crate::store::message::Message;
use crate::store::{self, Conn};

/// Suggestions beside one message at most.
const MOST: usize = 3;

/// An entry of a dossier that a message seems to ask for.
#[derive(Clone, Debug)]
pub struct Suggestion {
    /// The entry.
    pub entry: Entry,
    /// The question; of a prepared answer, what its problem is called.
    pub question: String,
    /// The words for which it is suggested, folded.
    pub words: Vec<String>,
}

/// What open launches have to say to `message`, the most likely first. What is internal is shown to those who may read
/// dossiers.
///
/// # Errors
/// The database refused.
pub async fn of(conn: &mut Conn, actor: &Actor, message: &Message) -> store::Result<Vec<Suggestion>> {
    let mut said = room::said(conn, actor.organisation).await?;
    let reads = actor.may(Action::ReadLaunches);
    said.retain(|it| it.audience == "external" || reads);
    let language = message.language.as_deref().and_then(|it| it.get(..2));
    if let Some(language @ ("fr" | "en")) = language {
        said.retain(|it| it.language == language);
    }
    if said.is_empty() {
        return Ok(Vec::new());
    }
    let problems = room::problems(conn, actor.organisation).await?;
    let questions: Vec<String> = said
        .iter()
        .map(|it| match problems.iter().find(|problem| Some(problem.id) == it.of) {
            Some(problem) if it.title.is_empty() => problem.title.clone(),
            _ => it.title.clone(),
        })
        .collect();
    let all: Vec<Candidate<'_>> =
        said.iter().zip(&questions).map(|(it, question)| Candidate { question, answer: &it.text }).collect();
    let found = suggest(&message.text, &all, MOST);
    Ok(found
        .into_iter()
        .map(|it| Suggestion {
            entry: said[it.index].clone(),
            question: questions[it.index].clone(),
            words: it.words,
        })
        .collect())
}

/// Notes in the transaction `conn` that an answer began with an entry; an entry that isn't there, or isn't to be sent, is
/// let pass: the answer matters more.
///
/// # Errors
/// The database refused.
pub async fn note_use(
    conn: &mut Conn,
    actor: &Actor,
    message: MessageId,
    entry: EntryId,
    now: i64,
) -> store::Result<()> {
    let found = room::entry(conn, actor.organisation, entry).await?;
    if found.is_some_and(|it| it.kind.is_said() && it.audience == "external") {
        room::used(conn, actor.organisation, message, entry, now).await?;
    }
    Ok(())
}
