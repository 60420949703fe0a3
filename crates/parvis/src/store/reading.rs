//! What each message that came in is taken to say: what the model read, and what people said of it where they said
//! otherwise. The conversation carries what its newest one says. Knows no model.

use std::collections::HashMap;

use serde::Serialize;
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::conn::places;
use super::{Conn, Result, Row, Value, setting};
use crate::id::{ConversationId, MessageId, OrganisationId};

/// The chance of abuse (in thousandths) from which a message is hidden behind a click; mentions ask for it in SQL.
pub const ABUSIVE: i64 = 500;

/// What one message is taken to say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reading {
    /// Which message.
    pub message: MessageId,
    /// When it was said (µs).
    pub sent_at: i64,
    /// Which model read it.
    pub model: String,
    /// Language it is written in ("fr"; "und" where that can't be told).
    pub language: String,
    /// `negative`, `neutral`, `positive`.
    pub sentiment: String,
    /// The chance of positive less that of negative, -1000 to 1000.
    pub score: i64,
    /// `question`, `complaint` …
    pub intent: String,
    /// The chance that people are insulted or threatened, 0 to 1000.
    pub abuse: i64,
    /// Whether its author waits for an answer.
    pub needs_answer: bool,
}

impl Reading {
    /// Whether it is hidden behind a click.
    pub fn is_abusive(&self) -> bool {
        self.abuse >= ABUSIVE
    }
}

/// What the newest thing says that the public said in a conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Said {
    /// What the person wants (`question`, `complaint` …), as far as known.
    pub intent: Option<String>,
    /// `positive`, `neutral` or `negative`, as far as known.
    pub sentiment: Option<String>,
    /// Whether it insults or threatens people.
    pub abusive: bool,
    /// Whether its author waits for an answer.
    pub needs_answer: bool,
}

impl From<&Reading> for Said {
    fn from(it: &Reading) -> Self {
        Self {
            intent: Some(it.intent.clone()),
            sentiment: Some(it.sentiment.clone()),
            abusive: it.is_abusive(),
            needs_answer: it.needs_answer,
        }
    }
}

macro_rules! columns {
    () => {
        "r.message_id, r.sent_at, r.model, r.language, r.sentiment, r.score, r.intent, r.abuse, r.needs_answer"
    };
}

const PUT: &str = "INSERT INTO reading (organisation_id, message_id, sent_at, model, language, sentiment, score, intent, abuse, needs_answer)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    ON CONFLICT (organisation_id, message_id) DO UPDATE SET sent_at = excluded.sent_at, model = excluded.model,
      language = excluded.language, sentiment = excluded.sentiment, score = excluded.score, intent = excluded.intent,
      abuse = excluded.abuse, needs_answer = excluded.needs_answer";
// What a program sent says nothing of how somebody feels.
const NEWEST: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM message m JOIN reading r ON r.organisation_id = m.organisation_id AND r.message_id = m.id
    WHERE m.organisation_id = $1
    AND m.conversation_id IN (SELECT id FROM conversation WHERE organisation_id = $1 AND id = $2
      UNION ALL SELECT id FROM conversation WHERE organisation_id = $1 AND merged_into = $2)
    AND m.direction = 'in' AND m.deleted_at IS NULL AND (m.marks IS NULL OR m.marks NOT LIKE '%\"automatic\"%')
    ORDER BY m.sent_at DESC, m.id DESC LIMIT 1"
);
const CARRY: &str = "UPDATE conversation SET intent = $3, sentiment = $4, abusive = $5, needs_answer = $6
    WHERE organisation_id = $1 AND id = $2";
const HOME: &str =
    "SELECT COALESCE(merged_into, id) FROM conversation WHERE organisation_id = $1 AND id = $2";
const OUTDATE: &str = "UPDATE reading SET model = '' WHERE organisation_id = $1";
const UNREAD: &str =
    "SELECT m.id, m.conversation_id, m.sent_at, m.title, m.text, m.marks, r.model FROM message m
    LEFT JOIN reading r ON r.organisation_id = m.organisation_id AND r.message_id = m.id
    WHERE m.organisation_id = $1 AND m.id < $2 AND m.direction = 'in' ORDER BY m.id DESC LIMIT $3";

const READ_BY: &str =
    "SELECT m.id, m.conversation_id, m.sent_at, m.title, m.text, m.marks, r.model FROM reading r
    JOIN message m ON m.organisation_id = r.organisation_id AND m.id = r.message_id
    WHERE r.organisation_id = $1 AND r.model = $2 AND r.sent_at >= $3 AND m.deleted_at IS NULL
    ORDER BY r.sent_at DESC, r.message_id DESC LIMIT $4";
const COUNT_READ_BY: &str = "SELECT COUNT(*) FROM (SELECT 1 FROM reading r
    JOIN message m ON m.organisation_id = r.organisation_id AND m.id = r.message_id
    WHERE r.organisation_id = $1 AND r.model = $2 AND r.sent_at >= $3 AND m.deleted_at IS NULL LIMIT $4) AS few";

fn read(row: &Row) -> Result<Reading> {
    let mut cells = row.cells();
    Ok(Reading {
        message: cells.next()?,
        sent_at: cells.next()?,
        model: cells.next()?,
        language: cells.next()?,
        sentiment: cells.next()?,
        score: cells.next()?,
        intent: cells.next()?,
        abuse: cells.next()?,
        needs_answer: cells.next()?,
    })
}

/// Writes what a message is taken to say, in place of what stood there.
pub async fn put(conn: &mut Conn, organisation: OrganisationId, it: &Reading) -> Result<()> {
    let args: [Value; 10] = [
        organisation.into(),
        it.message.into(),
        it.sent_at.into(),
        (&it.model).into(),
        (&it.language).into(),
        (&it.sentiment).into(),
        it.score.into(),
        (&it.intent).into(),
        it.abuse.into(),
        it.needs_answer.into(),
    ];
    conn.run(PUT, &args).await.map(drop)
}

/// What these messages are taken to say; those that weren't read are left out.
pub async fn get_all(
    conn: &mut Conn,
    organisation: OrganisationId,
    ids: impl IntoIterator<Item = MessageId>,
) -> Result<HashMap<MessageId, Reading>> {
    let mut args: Vec<Value> = vec![organisation.into()];
    let list = places(&mut args, ids);
    let sql = format!(
        "SELECT {} FROM reading r WHERE r.organisation_id = $1 AND r.message_id IN ({list})",
        columns!()
    );
    let rows = conn.all(AssertSqlSafe(sql), &args).await?;
    rows.iter().map(|row| read(row).map(|it| (it.message, it))).collect()
}

/// What one message is taken to say.
pub async fn get(conn: &mut Conn, organisation: OrganisationId, id: MessageId) -> Result<Option<Reading>> {
    Ok(get_all(conn, organisation, [id]).await?.remove(&id))
}

/// What the newest thing says that the public said in a conversation and in those merged into it.
pub async fn newest(
    conn: &mut Conn,
    organisation: OrganisationId,
    conversation: ConversationId,
) -> Result<Option<Reading>> {
    conn.first(NEWEST, &[organisation.into(), conversation.into()]).await?.as_ref().map(read).transpose()
}

/// Brings a conversation (or the one that it was merged into) up to what its newest message says.
pub async fn carry(
    conn: &mut Conn,
    organisation: OrganisationId,
    conversation: ConversationId,
) -> Result<()> {
    let row = conn.first(HOME, &[organisation.into(), conversation.into()]).await?;
    let Some(home) = row.as_ref().map(Row::only::<ConversationId>).transpose()? else { return Ok(()) };
    let said = newest(conn, organisation, home).await?.as_ref().map(Said::from).unwrap_or_default();
    let args: [Value; 6] = [
        organisation.into(),
        home.into(),
        said.intent.into(),
        said.sentiment.into(),
        said.abusive.into(),
        said.needs_answer.into(),
    ];
    conn.run(CARRY, &args).await.map(drop)
}

/// A message that came in, as far as the model has to know it.
#[derive(Clone, Debug)]
pub struct Unread {
    /// Which.
    pub message: MessageId,
    /// Where it stands.
    pub conversation: ConversationId,
    /// When it was said (µs).
    pub sent_at: i64,
    /// Title, where there is one.
    pub title: Option<String>,
    /// What it says.
    pub text: String,
    /// A program wrote it, and says so.
    pub is_automatic: bool,
    /// The model that has read it.
    pub model: Option<String>,
}

/// The newest `limit` messages before `before` that came in, those that were read too.
pub async fn before(
    conn: &mut Conn,
    organisation: OrganisationId,
    before: MessageId,
    limit: i64,
) -> Result<Vec<Unread>> {
    let rows = conn.all(UNREAD, &[organisation.into(), before.into(), limit.into()]).await?;
    rows.iter().map(read_unread).collect()
}

fn read_unread(row: &Row) -> Result<Unread> {
    let mut cells = row.cells();
    Ok(Unread {
        message: cells.next()?,
        conversation: cells.next()?,
        sent_at: cells.next()?,
        title: cells.next()?,
        text: cells.next()?,
        is_automatic: cells.next::<Option<String>>()?.is_some_and(|marks| marks.contains("\"automatic\"")),
        model: cells.next()?,
    })
}

/// The newest `limit` messages said from `from` on (µs) that stand and that this model has read last.
pub async fn read_by(
    conn: &mut Conn,
    organisation: OrganisationId,
    model: &str,
    from: i64,
    limit: i64,
) -> Result<Vec<Unread>> {
    let args = [organisation.into(), model.into(), from.into(), limit.into()];
    conn.all(READ_BY, &args).await?.iter().map(read_unread).collect()
}

/// How many those are, counted no further than `most`.
pub async fn count_read_by(
    conn: &mut Conn,
    organisation: OrganisationId,
    model: &str,
    from: i64,
    most: i64,
) -> Result<i64> {
    let args = [organisation.into(), model.into(), from.into(), most.into()];
    conn.first(COUNT_READ_BY, &args).await?.map_or(Ok(0), |row| row.only())
}

/// How far back the history was read: kept as the model's name and the message before which the rest stands.
const PROGRESS: &str = "reading";
/// In place of that message once nothing is left.
const DONE: &str = "done";

/// Before which message the history is still to be read by this model; `None` once all of it was.
pub async fn left(conn: &mut Conn, organisation: OrganisationId, model: &str) -> Result<Option<MessageId>> {
    let kept = setting::get(conn, organisation, PROGRESS).await?;
    let place = kept.as_deref().and_then(|it| it.strip_prefix(model)?.strip_prefix(' '));
    Ok(match place {
        Some(DONE) => None,
        place => Some(place.and_then(|it| it.parse().ok()).unwrap_or(MessageId(Uuid::max()))),
    })
}

/// Notes that what stands before this message is still to be read; `None` where nothing is left.
pub async fn note_left(
    conn: &mut Conn,
    organisation: OrganisationId,
    model: &str,
    before: Option<MessageId>,
) -> Result<()> {
    let place = before.map_or_else(|| DONE.to_owned(), |it| it.to_string());
    setting::put(conn, organisation, PROGRESS, &format!("{model} {place}")).await
}

/// What all messages say has changed: each is read again.
pub async fn outdate(conn: &mut Conn, organisation: OrganisationId) -> Result<()> {
    conn.run(OUTDATE, &[organisation.into()]).await?;
    begin_anew(conn, organisation).await
}

/// Messages were put in without having been read: the history is looked through again.
pub async fn begin_anew(conn: &mut Conn, organisation: OrganisationId) -> Result<()> {
    setting::take(conn, organisation, PROGRESS).await.map(drop)
}
