//! The one journal: a row with every change, in the change's own transaction. Audit trail, live
//! updates and undo read it. Its rows are chained by hash ([`chain`]).

pub mod chain;

use serde::Serialize;
use serde_json::Value as Json;

use super::{Conn, Error, Event, Result, Row, Value};
use crate::id::{ChannelId, ColleagueId, ConversationId, DeskId, JournalId, OrganisationId};
use uuid::Uuid;

/// Who made a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Somebody signed in, by screen or API.
    Colleague(ColleagueId),
    /// A network, through its channel.
    Channel(ChannelId),
    /// Parvis itself (a snooze that ended, a post that left).
    System,
}

/// A change to write down.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// Whose.
    pub organisation: OrganisationId,
    /// When (µs).
    pub at: i64,
    /// By whom.
    pub by: By,
    /// `noun.past_participle`, such as `conversation.closed`.
    pub verb: &'a str,
    /// The noun of the verb.
    pub subject: Uuid,
    /// The conversation it belongs to, and its desk, when there is one.
    pub conversation: Option<(ConversationId, DeskId)>,
    /// State before, as far as it changed.
    pub before: Option<Json>,
    /// State after, as far as it changed.
    pub after: Option<Json>,
}

/// A journal row, read back.
#[derive(Clone, Debug, Serialize)]
pub struct Journalled {
    /// Its id, which also orders it.
    pub id: JournalId,
    /// When (µs).
    pub at: i64,
    /// `colleague`, `channel` or `system`.
    pub actor_kind: String,
    /// Which colleague or channel.
    pub actor_id: Option<Uuid>,
    /// What happened.
    pub verb: String,
    /// To what.
    pub subject_id: Uuid,
    /// In which conversation.
    pub conversation_id: Option<ConversationId>,
    /// State before.
    pub before: Option<Json>,
    /// State after.
    pub after: Option<Json>,
    /// When it was undone (µs).
    pub undone_at: Option<i64>,
}

const INSERT: &str = "INSERT INTO journal (organisation_id, id, at, actor_kind, actor_id, verb, subject_kind, subject_id, conversation_id, before, after, no, hash)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
const GET: &str =
    "SELECT id, at, actor_kind, actor_id, verb, subject_id, conversation_id, before, after, undone_at
    FROM journal WHERE organisation_id = $1 AND id = $2";
const OF_CONVERSATION: &str =
    "SELECT id, at, actor_kind, actor_id, verb, subject_id, conversation_id, before, after, undone_at
    FROM journal WHERE organisation_id = $1 AND conversation_id = $2 AND id < $3 ORDER BY id DESC LIMIT $4";
const BY_ACTOR: &str =
    "SELECT id, at, actor_kind, actor_id, verb, subject_id, conversation_id, before, after, undone_at
    FROM journal WHERE organisation_id = $1 AND actor_id = $2 ORDER BY id DESC LIMIT $3";
const PAGE: &str =
    "SELECT id, at, actor_kind, actor_id, verb, subject_id, conversation_id, before, after, undone_at
    FROM journal WHERE organisation_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3";
const MARK_UNDONE: &str =
    "UPDATE journal SET undone_at = $3 WHERE organisation_id = $1 AND id = $2 AND undone_at IS NULL";

fn json(text: Option<String>) -> Result<Option<Json>> {
    text.map(|text| {
        serde_json::from_str(&text).map_err(|_| Error::Unreadable { what: "journal", found: text })
    })
    .transpose()
}

fn read(row: &Row) -> Result<Journalled> {
    let mut cells = row.cells();
    Ok(Journalled {
        id: cells.next()?,
        at: cells.next()?,
        actor_kind: cells.next()?,
        actor_id: cells.next()?,
        verb: cells.next()?,
        subject_id: cells.next()?,
        conversation_id: cells.next()?,
        before: json(cells.next()?)?,
        after: json(cells.next()?)?,
        undone_at: cells.next()?,
    })
}

/// Writes a change down; the screens hear of it when the transaction commits.
pub async fn write(conn: &mut Conn, entry: Entry<'_>) -> Result<JournalId> {
    let id = JournalId::new(entry.at);
    let (actor_kind, actor_id, colleague) = match entry.by {
        By::Colleague(id) => ("colleague", Some(id.0), Some(id)),
        By::Channel(id) => ("channel", Some(id.0), None),
        By::System => ("system", None, None),
    };
    let subject_kind = entry.verb.split('.').next().unwrap_or_default();
    let mut args: Vec<Value> = vec![
        entry.organisation.into(),
        id.into(),
        entry.at.into(),
        actor_kind.into(),
        actor_id.into(),
        entry.verb.into(),
        subject_kind.into(),
        entry.subject.into(),
        entry.conversation.map(|(id, _)| id).into(),
        entry.before.map(|it| it.to_string()).into(),
        entry.after.map(|it| it.to_string()).into(),
    ];
    let place = chain::place(conn, entry.organisation, &args).await?;
    args.extend([place.no.into(), place.hash.clone().into()]);
    conn.run(INSERT, &args).await?;
    conn.head = Some(place);
    conn.events.push(Event {
        organisation: entry.organisation,
        id,
        verb: entry.verb.to_owned(),
        conversation: entry.conversation.map(|(id, _)| id),
        desk: entry.conversation.map(|(_, desk)| desk),
        colleague,
    });
    Ok(id)
}

/// The row with that id.
pub async fn get(conn: &mut Conn, organisation: OrganisationId, id: JournalId) -> Result<Option<Journalled>> {
    conn.first(GET, &[organisation.into(), id.into()]).await?.as_ref().map(read).transpose()
}

/// The newest `limit` rows of a conversation before `before` (or from the newest), newest first.
pub async fn of_conversation(
    conn: &mut Conn,
    organisation: OrganisationId,
    id: ConversationId,
    before: Option<JournalId>,
    limit: i64,
) -> Result<Vec<Journalled>> {
    let before = before.unwrap_or(JournalId(Uuid::max()));
    conn.all(OF_CONVERSATION, &[organisation.into(), id.into(), before.into(), limit.into()])
        .await?
        .iter()
        .map(read)
        .collect()
}

/// The newest `limit` rows made by one colleague or channel, newest first.
pub async fn by_actor(
    conn: &mut Conn,
    organisation: OrganisationId,
    actor: Uuid,
    limit: i64,
) -> Result<Vec<Journalled>> {
    conn.all(BY_ACTOR, &[organisation.into(), actor.into(), limit.into()]).await?.iter().map(read).collect()
}

/// A page of the whole journal, newest first, before `before` (or from the newest).
pub async fn page(
    conn: &mut Conn,
    organisation: OrganisationId,
    before: Option<JournalId>,
    limit: i64,
) -> Result<Vec<Journalled>> {
    let before = before.unwrap_or(JournalId(Uuid::max()));
    conn.all(PAGE, &[organisation.into(), before.into(), limit.into()]).await?.iter().map(read).collect()
}

/// Marks a row as undone; false when it was already.
pub async fn mark_undone(
    conn: &mut Conn,
    organisation: OrganisationId,
    id: JournalId,
    at: i64,
) -> Result<bool> {
    Ok(conn.run(MARK_UNDONE, &[organisation.into(), id.into(), at.into()]).await? == 1)
}
