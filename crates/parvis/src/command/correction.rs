//! Corrections: a person says that a message is something else than it was read as, or takes that back. Each changes
//! what the message is taken to say at once, and teaches the organisation's own part of the model, on-line and
//! reversibly.

use parvis_listen::understand::Truth;
use parvis_listen::understand::model::SHIPPED_NAME;
use serde_json::json;

use super::{Done, Refusal, Result, load};
use crate::app::App;
use crate::id::{CorrectionId, MessageId};
use crate::intake::ear::Ear;
use crate::intake::mind::{self, Mind, Reader};
use crate::rules::permission::{Action, Actor};
use crate::store::conversation::Conversation;
use crate::store::correction::{self, ASPECTS, Correction};
use crate::store::journal::{self, By, Entry, Journalled};
use crate::store::message::{self, Direction, Message};
use crate::store::reading::{self, Reading};
use crate::store::{Conn, watch};

/// A message that somebody speaks about, with everything that its reading depends on.
struct Subject {
    message: Message,
    home: Conversation,
    ear: Ear,
    /// What was learned, without what this transaction ends and with what it makes.
    mind: Mind,
    reader: Reader,
    reading: Reading,
    /// The corrections of it that stand.
    standing: Vec<Correction>,
}

impl Subject {
    async fn load(app: &App, conn: &mut Conn, actor: &Actor, id: MessageId) -> Result<Self> {
        let house = actor.organisation;
        let found = message::get(conn, house, id).await?;
        let message = found.filter(|it| it.direction == Direction::In).ok_or(Refusal::NotFound)?;
        let home = load(conn, actor, message.conversation, Action::Triage).await?;
        let ear = app.ears.of(conn, house).await?;
        let mut reader = Reader::new().ok_or(Refusal::NotFound)?;
        let standing = correction::standing(conn, house, [id]).await?;
        let (mind, kept) = (Mind::clone(&ear.mind), reading::get(conn, house, id).await?);
        let reading = kept.unwrap_or_else(|| read(&mut reader, &mind, &message));
        Ok(Self { message, home, ear, mind, reader, reading, standing })
    }

    /// Ends a correction: what it taught is forgotten, and what it said no longer holds.
    async fn end(&mut self, conn: &mut Conn, actor: &Actor, it: &Correction, now: i64) -> Result<()> {
        correction::end(conn, actor.organisation, it.id, Some(now), now).await?;
        self.mind.take_up(&Correction { ended_at: Some(now), ..it.clone() });
        self.standing.retain(|other| other.id != it.id);
        let read = read(&mut self.reader, &self.mind, &self.message);
        mind::restore(&mut self.reading, &it.aspect, &read);
        Ok(())
    }

    /// Lets a correction that had ended stand again.
    async fn put_back(&mut self, conn: &mut Conn, actor: &Actor, it: Correction, now: i64) -> Result<()> {
        if self.standing.iter().any(|other| other.aspect == it.aspect) {
            return Err(Refusal::Changed);
        }
        correction::end(conn, actor.organisation, it.id, None, now).await?;
        let it = Correction { ended_at: None, ..it };
        self.mind.take_up(&it);
        mind::overlay(&mut self.reading, &it.aspect, &it.value);
        self.standing.push(it);
        Ok(())
    }

    /// Says that `aspect` is `value`; the one that said otherwise ends.
    async fn say(
        &mut self,
        conn: &mut Conn,
        actor: &Actor,
        aspect: &str,
        value: &str,
        now: i64,
    ) -> Result<(CorrectionId, Option<CorrectionId>)> {
        let truth = mind::truth(aspect, value).ok_or(Refusal::NotFound)?;
        let was = mind::aspect(&self.reading, aspect);
        let before = self.standing.iter().find(|it| it.aspect == aspect).cloned();
        if let Some(before) = &before {
            self.end(conn, actor, before, now).await?;
        }
        let made = Correction {
            id: CorrectionId::new(now),
            message: self.message.id,
            colleague: actor.colleague,
            aspect: aspect.to_owned(),
            was,
            value: value.to_owned(),
            lesson: self.reader.lesson(&self.mind, &text(&self.message), &truth),
            created_at: now,
            ended_at: None,
        };
        correction::insert(conn, actor.organisation, &made).await?;
        self.mind.take_up(&made);
        mind::overlay(&mut self.reading, aspect, value);
        let id = made.id;
        self.standing.push(made);
        Ok((id, before.map(|it| it.id)))
    }

    /// Keeps what it is taken to say now, in the conversation and in the watches too, and writes it down.
    async fn write(
        self,
        conn: &mut Conn,
        actor: &Actor,
        now: i64,
        verb: &str,
        (before, after): (serde_json::Value, serde_json::Value),
    ) -> Result<Done> {
        let house = actor.organisation;
        reading::put(conn, house, &self.reading).await?;
        reading::carry(conn, house, self.message.conversation).await?;
        if self.ear.asks_what_is_read() {
            watch::forget(conn, house, self.message.id).await?;
            if let Some(text) = watch::text(conn, house, self.message.id).await? {
                self.ear.keep(conn, house, &text, Some(&self.reading)).await?;
            }
        }
        let entry = Entry {
            organisation: house,
            at: now,
            by: By::Colleague(actor.colleague),
            verb,
            subject: self.message.id.0,
            conversation: Some((self.home.id, self.home.facets.desk)),
            before: Some(before),
            after: Some(after),
        };
        let journal = journal::write(conn, entry).await?;
        Ok(Done { journal, conversation: self.home.id })
    }
}

/// Title and text, which are read as one.
fn text(it: &Message) -> String {
    mind::said(it.title.as_deref(), &it.text)
}

/// What the model says of a message, with what was learned.
fn read(reader: &mut Reader, mind: &Mind, it: &Message) -> Reading {
    mind::kept(it.id, it.sent_at, it.is_automatic(), &reader.read(mind, &text(it)))
}

/// Says what a message is, as far as that isn't what it is taken for already.
///
/// # Errors
/// The right is missing, there is no such message of the public, or it is taken for that already.
pub async fn correct(app: &App, actor: &Actor, id: MessageId, truth: &Truth) -> Result<Done> {
    let now = app.now();
    let mut conn = app.db.write().await?;
    let mut subject = Subject::load(app, &mut conn, actor, id).await?;
    let (mut made, mut ended) = (Vec::new(), Vec::new());
    let (mut was, mut is) = (serde_json::Map::new(), serde_json::Map::new());
    for (aspect, value) in told(truth) {
        let stands = mind::aspect(&subject.reading, aspect);
        if stands == value {
            continue;
        }
        let (new, old) = subject.say(&mut conn, actor, aspect, &value, now).await?;
        made.push(new);
        ended.extend(old);
        was.insert(aspect.to_owned(), stands.into());
        is.insert(aspect.to_owned(), value.into());
    }
    if made.is_empty() {
        return Err(Refusal::Invalid { field: "correction", code: "same" });
    }
    was.insert("corrections".to_owned(), json!(ended));
    is.insert("corrections".to_owned(), json!(made));
    let done = subject.write(&mut conn, actor, now, "message.corrected", (was.into(), is.into())).await?;
    conn.commit().await?;
    Ok(done)
}

/// The aspects that are told, each with its value as corrections write it.
fn told(truth: &Truth) -> Vec<(&'static str, String)> {
    let yes = |is: bool| if is { "yes" } else { "no" }.to_owned();
    let [sentiment, intent, abuse, needs] = ASPECTS;
    [
        truth.sentiment.map(|it| (sentiment, it.name().to_owned())),
        truth.intent.map(|it| (intent, it.name().to_owned())),
        truth.abuse.map(|it| (abuse, yes(it))),
        truth.needs_answer.map(|it| (needs, yes(it))),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Takes a correction back, whoever made it: the message is taken for what the model reads, and what was taught is
/// forgotten.
///
/// # Errors
/// The right is missing, there is no such correction, or it doesn't stand any more.
pub async fn take_back(app: &App, actor: &Actor, id: CorrectionId) -> Result<Done> {
    let now = app.now();
    let mut conn = app.db.write().await?;
    super::allow(actor, Action::Triage)?;
    let it = correction::get(&mut conn, actor.organisation, id).await?.ok_or(Refusal::NotFound)?;
    let mut subject = Subject::load(app, &mut conn, actor, it.message).await?;
    if it.ended_at.is_some() {
        return Err(Refusal::Changed);
    }
    subject.end(&mut conn, actor, &it, now).await?;
    // The encoder, where there is one, reads it again.
    SHIPPED_NAME.clone_into(&mut subject.reading.model);
    let is = mind::aspect(&subject.reading, &it.aspect);
    let facts = (
        json!({ it.aspect.as_str(): it.value, "corrections": [it.id] }),
        json!({ it.aspect.as_str(): is, "corrections": [] }),
    );
    let done = subject.write(&mut conn, actor, now, "message.uncorrected", facts).await?;
    conn.commit().await?;
    Ok(done)
}

/// Undoes what a row of the journal says was corrected or taken back, unless something else was said since.
pub(super) async fn undo(
    app: &App,
    mut conn: Conn,
    actor: &Actor,
    now: i64,
    row: &Journalled,
) -> Result<Done> {
    let mut subject = Subject::load(app, &mut conn, actor, MessageId(row.subject_id)).await?;
    for id in corrections(row.after.as_ref()) {
        let it = find(&mut conn, actor, id).await?;
        if it.ended_at.is_some() {
            return Err(Refusal::Changed);
        }
        subject.end(&mut conn, actor, &it, now).await?;
        // As it stood, not as it would be read today with what was learned since.
        if mind::aspect(&subject.reading, &it.aspect) != it.was {
            mind::overlay(&mut subject.reading, &it.aspect, &it.was);
        }
    }
    for id in corrections(row.before.as_ref()) {
        let it = find(&mut conn, actor, id).await?;
        subject.put_back(&mut conn, actor, it, now).await?;
    }
    let facts = (json!(row.after), json!(row.before));
    let done = subject.write(&mut conn, actor, now, "conversation.undone", facts).await?;
    conn.commit().await?;
    Ok(done)
}

async fn find(conn: &mut Conn, actor: &Actor, id: CorrectionId) -> Result<Correction> {
    correction::get(conn, actor.organisation, id).await?.ok_or(Refusal::Changed)
}

fn corrections(json: Option<&serde_json::Value>) -> Vec<CorrectionId> {
    json.and_then(|it| serde_json::from_value(it.get("corrections")?.clone()).ok()).unwrap_or_default()
}

/// What a message was read as, by which words, and what people said of it.
pub struct Account {
    /// The message.
    pub message: Message,
    /// What it is taken to say.
    pub reading: Reading,
    /// What the model alone would say, with all that was learned.
    pub read: Reading,
    /// The words that weighed.
    pub why: parvis_listen::understand::Why,
    /// The corrections of it that stand.
    pub standing: Vec<Correction>,
}

/// Words of each answer that [`account`] gives.
const WORDS: usize = 6;

/// Why a message is taken for what it is; `None` for one that isn't the public's.
///
/// # Errors
/// The right is missing, there is no such message, or the database refused.
pub async fn account(app: &App, conn: &mut Conn, actor: &Actor, id: MessageId) -> Result<Option<Account>> {
    let house = actor.organisation;
    let message = message::get(conn, house, id).await?.ok_or(Refusal::NotFound)?;
    load(conn, actor, message.conversation, Action::Read).await?;
    let Some(mut reader) = Reader::new().filter(|_| message.direction == Direction::In) else {
        return Ok(None);
    };
    let mind = app.ears.mind(conn, house).await?;
    let read = read(&mut reader, &mind, &message);
    Ok(Some(Account {
        why: reader.explain(&mind, &text(&message), WORDS),
        reading: reading::get(conn, house, id).await?.unwrap_or_else(|| read.clone()),
        standing: correction::standing(conn, house, [id]).await?,
        message,
        read,
    }))
}

#[cfg(test)]
mod tests;
