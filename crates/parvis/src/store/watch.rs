//! Watches: saved queries over everything that comes in, and the messages each has found.

use serde::Serialize;
use uuid::Uuid;

use super::{Conn, Result, Row, Value};
use crate::id::{ChannelId, ColleagueId, ConversationId, DeskId, MessageId, OrganisationId, TagId, WatchId};

/// A saved query.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Watch {
    /// Its id.
    pub id: WatchId,
    /// Its name.
    pub name: String,
    /// What it asks, in the language of `parvis_listen::query`.
    pub query: String,
    /// Who keeps it.
    pub owner: ColleagueId,
    /// The folder that it lies in; empty for none.
    pub folder: String,
    /// How rare something must be to be told: `fewer`, `balanced` or `more`; `none` tells nothing.
    pub sensitivity: String,
    /// When it was made (µs).
    pub created_at: i64,
    /// When it was changed last (µs), later than any other watch's change before.
    pub changed_at: i64,
    /// Messages older than this one are still to be looked through.
    pub fill_before: Option<MessageId>,
    /// The tag that it puts on the conversations of what it finds; one that has it is a topic.
    pub tag: Option<TagId>,
}

/// A message that came in, as far as a query can ask about it.
#[derive(Clone, Debug)]
pub struct Text {
    /// Its id.
    pub message: MessageId,
    /// When it was said (µs).
    pub sent_at: i64,
    /// Title, where there is one.
    pub title: Option<String>,
    /// What it says.
    pub text: String,
    /// Its language.
    pub language: Option<String>,
    /// Its address.
    pub url: Option<String>,
    /// The kind of channel it came by.
    pub channel: String,
    /// The handle of who wrote it.
    pub author: Option<String>,
}

/// A message that a watch has found, for lists.
#[derive(Clone, Debug)]
pub struct Mention {
    /// The message.
    pub message: MessageId,
    /// Where it stands.
    pub conversation: ConversationId,
    /// The desk of that conversation.
    pub desk: DeskId,
    /// The channel it came by.
    pub channel: ChannelId,
    /// Handle and name of who wrote it.
    pub author: Option<(String, String)>,
    /// Title, where there is one.
    pub title: Option<String>,
    /// What it says.
    pub text: String,
    /// Its language.
    pub language: Option<String>,
    /// Its sentiment, once it was read.
    pub sentiment: Option<String>,
    /// When it was said (µs).
    pub sent_at: i64,
    /// A person said that this is its sentiment.
    pub is_sentiment_said: bool,
    /// It insults or threatens people: hidden behind a click.
    pub is_abusive: bool,
}

macro_rules! columns {
    () => {
        "id, name, query, owner_id, folder, sensitivity, created_at, changed_at, fill_before, tag_id"
    };
}

const INSERT: &str =
    "INSERT INTO watch (organisation_id, id, name, query, owner_id, folder, sensitivity, created_at, changed_at, fill_before, tag_id)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
const UPDATE: &str =
    "UPDATE watch SET name = $3, query = $4, owner_id = $5, folder = $6, sensitivity = $7, changed_at = $8, fill_before = $9, tag_id = $10
    WHERE organisation_id = $1 AND id = $2";
const DELETE: &str = "DELETE FROM watch WHERE organisation_id = $1 AND id = $2";
const LIST: &str =
    concat!("SELECT ", columns!(), " FROM watch WHERE organisation_id = $1 ORDER BY created_at, id");
const GET: &str = concat!("SELECT ", columns!(), " FROM watch WHERE organisation_id = $1 AND id = $2");
const STAND: &str = "SELECT COUNT(*), COALESCE(MAX(changed_at), 0) FROM watch WHERE organisation_id = $1";
const FILLED: &str =
    "UPDATE watch SET fill_before = $3 WHERE organisation_id = $1 AND id = $2 AND changed_at = $4";

const KEEP: &str =
    "INSERT INTO mention (organisation_id, watch_id, message_id, sent_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (organisation_id, watch_id, message_id) DO NOTHING";
const FORGET: &str = "DELETE FROM mention WHERE organisation_id = $1 AND message_id = $2";
const EMPTY: &str = "DELETE FROM mention WHERE organisation_id = $1 AND watch_id = $2";
const COUNTS: &str =
    "SELECT watch_id, COUNT(*) FROM mention WHERE organisation_id = $1 AND sent_at >= $2 GROUP BY watch_id";
const HOURS: &str = "SELECT sent_at / 3600000000 * 3600000000, COUNT(*) FROM mention
    WHERE organisation_id = $1 AND watch_id = $2 AND sent_at >= $3 GROUP BY 1 ORDER BY 1";
const CHANNELS: &str = "SELECT m.channel_id, COUNT(*) FROM mention n
    JOIN message m ON m.organisation_id = n.organisation_id AND m.id = n.message_id
    WHERE n.organisation_id = $1 AND n.watch_id = $2 AND n.sent_at >= $3 GROUP BY m.channel_id";
const PAGE: &str = "SELECT m.id, m.conversation_id, c.desk_id, m.channel_id, a.handle, a.name, m.title, m.text, m.language, r.sentiment, m.sent_at,
      EXISTS (SELECT 1 FROM correction k WHERE k.organisation_id = m.organisation_id AND k.message_id = m.id AND k.aspect = 'sentiment' AND k.ended_at IS NULL),
      COALESCE(r.abuse, 0) >= 500
    FROM mention n JOIN message m ON m.organisation_id = n.organisation_id AND m.id = n.message_id
    JOIN conversation c ON c.organisation_id = m.organisation_id AND c.id = m.conversation_id
    LEFT JOIN author a ON a.organisation_id = m.organisation_id AND a.id = m.author_id
    LEFT JOIN reading r ON r.organisation_id = m.organisation_id AND r.message_id = m.id
    WHERE n.organisation_id = $1 AND n.watch_id = $2 AND n.sent_at >= $3 AND n.sent_at < $4 AND m.deleted_at IS NULL
    ORDER BY n.sent_at DESC, n.message_id DESC LIMIT $5";
const TOPICS: &str = "SELECT w.id, w.name, COUNT(*) FROM
      (SELECT message_id FROM mention WHERE organisation_id = $1 AND watch_id = $2 AND sent_at >= $3 AND sent_at < $4
       ORDER BY sent_at DESC, message_id DESC LIMIT $5) n
    JOIN mention o ON o.organisation_id = $1 AND o.message_id = n.message_id
    JOIN watch w ON w.organisation_id = $1 AND w.id = o.watch_id
    WHERE w.id <> $2 AND w.tag_id IS NOT NULL GROUP BY w.id, w.name ORDER BY 3 DESC, w.name";
const TEXTS: &str =
    "SELECT m.id, m.sent_at, m.title, m.text, m.language, m.url, ch.kind, a.handle FROM message m
    JOIN channel ch ON ch.organisation_id = m.organisation_id AND ch.id = m.channel_id
    LEFT JOIN author a ON a.organisation_id = m.organisation_id AND a.id = m.author_id
    WHERE m.organisation_id = $1 AND m.id < $2 AND m.id >= $3 AND m.direction = 'in' AND m.deleted_at IS NULL
    ORDER BY m.id DESC LIMIT $4";

fn read(row: &Row) -> Result<Watch> {
    let mut cells = row.cells();
    Ok(Watch {
        id: cells.next()?,
        name: cells.next()?,
        query: cells.next()?,
        owner: cells.next()?,
        folder: cells.next()?,
        sensitivity: cells.next()?,
        created_at: cells.next()?,
        changed_at: cells.next()?,
        fill_before: cells.next()?,
        tag: cells.next()?,
    })
}

fn fill(it: Option<MessageId>) -> Value {
    Value::Id(it.map(|it| it.0))
}

/// Writes a new watch.
pub async fn insert(conn: &mut Conn, organisation: OrganisationId, it: &Watch) -> Result<()> {
    let args = [
        organisation.into(),
        it.id.into(),
        (&it.name).into(),
        (&it.query).into(),
        it.owner.into(),
        (&it.folder).into(),
        (&it.sensitivity).into(),
        it.created_at.into(),
        it.changed_at.into(),
        fill(it.fill_before),
        Value::Id(it.tag.map(|it| it.0)),
    ];
    conn.run(INSERT, &args).await.map(drop)
}

/// Writes everything but the id and the day it was made.
pub async fn update(conn: &mut Conn, organisation: OrganisationId, it: &Watch) -> Result<()> {
    let args = [
        organisation.into(),
        it.id.into(),
        (&it.name).into(),
        (&it.query).into(),
        it.owner.into(),
        (&it.folder).into(),
        (&it.sensitivity).into(),
        it.changed_at.into(),
        fill(it.fill_before),
        Value::Id(it.tag.map(|it| it.0)),
    ];
    conn.run(UPDATE, &args).await.map(drop)
}

/// Takes a watch away, with what it has found.
pub async fn delete(conn: &mut Conn, organisation: OrganisationId, id: WatchId) -> Result<()> {
    empty(conn, organisation, id).await?;
    conn.run(DELETE, &[organisation.into(), id.into()]).await.map(drop)
}

/// All watches, the oldest first.
pub async fn list(conn: &mut Conn, organisation: OrganisationId) -> Result<Vec<Watch>> {
    conn.all(LIST, &[organisation.into()]).await?.iter().map(read).collect()
}

/// The watch with that id.
pub async fn get(conn: &mut Conn, organisation: OrganisationId, id: WatchId) -> Result<Option<Watch>> {
    conn.first(GET, &[organisation.into(), id.into()]).await?.as_ref().map(read).transpose()
}

/// How many there are, and when one was changed last: two equal answers mean that nothing changed.
pub async fn stand(conn: &mut Conn, organisation: OrganisationId) -> Result<(i64, i64)> {
    let Some(row) = conn.first(STAND, &[organisation.into()]).await? else { return Ok((0, 0)) };
    let mut cells = row.cells();
    Ok((cells.next()?, cells.next()?))
}

/// Notes how far back a watch was looked through, unless it was changed meanwhile.
pub async fn filled(
    conn: &mut Conn,
    organisation: OrganisationId,
    it: &Watch,
    before: Option<MessageId>,
) -> Result<()> {
    let args = [organisation.into(), it.id.into(), fill(before), it.changed_at.into()];
    conn.run(FILLED, &args).await.map(drop)
}

/// Notes that a watch has found a message; a second time changes nothing.
pub async fn keep(
    conn: &mut Conn,
    organisation: OrganisationId,
    watch: WatchId,
    message: MessageId,
    sent_at: i64,
) -> Result<()> {
    let args = [organisation.into(), watch.into(), message.into(), sent_at.into()];
    conn.run(KEEP, &args).await.map(drop)
}

/// Takes a message out of every watch.
pub async fn forget(conn: &mut Conn, organisation: OrganisationId, message: MessageId) -> Result<()> {
    conn.run(FORGET, &[organisation.into(), message.into()]).await.map(drop)
}

/// Takes every message out of a watch.
pub async fn empty(conn: &mut Conn, organisation: OrganisationId, id: WatchId) -> Result<()> {
    conn.run(EMPTY, &[organisation.into(), id.into()]).await.map(drop)
}

/// How many messages each watch has found that were said from `from` on (µs).
pub async fn counts(conn: &mut Conn, organisation: OrganisationId, from: i64) -> Result<Vec<(WatchId, i64)>> {
    let rows = conn.all(COUNTS, &[organisation.into(), from.into()]).await?;
    rows.iter().map(pair).collect()
}

/// How many it has found in each hour (its start, µs UTC) from `from` on; hours without any are left out.
pub async fn hours(
    conn: &mut Conn,
    organisation: OrganisationId,
    watch: WatchId,
    from: i64,
) -> Result<Vec<(i64, i64)>> {
    let rows = conn.all(HOURS, &[organisation.into(), watch.into(), from.into()]).await?;
    rows.iter().map(pair).collect()
}

/// How many it has found on each channel from `from` on (µs).
pub async fn channels(
    conn: &mut Conn,
    organisation: OrganisationId,
    watch: WatchId,
    from: i64,
) -> Result<Vec<(ChannelId, i64)>> {
    let rows = conn.all(CHANNELS, &[organisation.into(), watch.into(), from.into()]).await?;
    rows.iter().map(pair).collect()
}

fn pair<T: super::Cell>(row: &Row) -> Result<(T, i64)> {
    let mut cells = row.cells();
    Ok((cells.next()?, cells.next()?))
}

/// What a watch has found that was said in `from..to` (µs), the newest first, `limit` at most; what was deleted since is
/// left out.
pub async fn page(
    conn: &mut Conn,
    organisation: OrganisationId,
    watch: WatchId,
    (from, to): (i64, i64),
    limit: i64,
) -> Result<Vec<Mention>> {
    let args = [organisation.into(), watch.into(), from.into(), to.into(), limit.into()];
    conn.all(PAGE, &args).await?.iter().map(read_mention).collect()
}

/// The topics of what a watch has found that was said in `from..to` (µs), of the newest `limit`: watch, name, and how many.
pub async fn topics(
    conn: &mut Conn,
    organisation: OrganisationId,
    watch: WatchId,
    (from, to): (i64, i64),
    limit: i64,
) -> Result<Vec<(WatchId, String, i64)>> {
    let args = [organisation.into(), watch.into(), from.into(), to.into(), limit.into()];
    let read = |row: &Row| {
        let mut cells = row.cells();
        Ok((cells.next()?, cells.next()?, cells.next()?))
    };
    conn.all(TOPICS, &args).await?.iter().map(read).collect()
}

pub(super) fn read_mention(row: &Row) -> Result<Mention> {
    let mut cells = row.cells();
    Ok(Mention {
        message: cells.next()?,
        conversation: cells.next()?,
        desk: cells.next()?,
        channel: cells.next()?,
        author: Option::zip(cells.next::<Option<String>>()?, cells.next()?),
        title: cells.next()?,
        text: cells.next()?,
        language: cells.next()?,
        sentiment: cells.next()?,
        sent_at: cells.next()?,
        is_sentiment_said: cells.next()?,
        is_abusive: cells.next()?,
    })
}

/// Messages that came in before `before` and not before `from` (by the time of their ids), the newest first.
pub async fn texts(
    conn: &mut Conn,
    organisation: OrganisationId,
    before: MessageId,
    from: MessageId,
    limit: i64,
) -> Result<Vec<Text>> {
    let args = [organisation.into(), before.into(), from.into(), limit.into()];
    conn.all(TEXTS, &args).await?.iter().map(read_text).collect()
}

/// One message that came in, as queries ask about it.
pub async fn text(conn: &mut Conn, organisation: OrganisationId, id: MessageId) -> Result<Option<Text>> {
    let after = MessageId(Uuid::from_u128(id.0.as_u128().saturating_add(1)));
    Ok(texts(conn, organisation, after, id, 1).await?.pop())
}

fn read_text(row: &Row) -> Result<Text> {
    let mut cells = row.cells();
    Ok(Text {
        message: cells.next()?,
        sent_at: cells.next()?,
        title: cells.next()?,
        text: cells.next()?,
        language: cells.next()?,
        url: cells.next()?,
        channel: cells.next()?,
        author: cells.next()?,
    })
}

/// The id after every message that there is.
pub const AFTER_ALL: MessageId = MessageId(Uuid::max());
