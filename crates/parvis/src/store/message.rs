//! Messages: what was said by the public, by us and between us, with its earlier versions.

use parvis_channels::Mark;
use serde::Serialize;
use sqlx::AssertSqlSafe;

use super::conn::places;
use super::{Conn, Error, Result, Row, Value};
use crate::id::{AuthorId, ChannelId, ColleagueId, ConversationId, MessageId, OrganisationId};

/// Which way a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From the public to us.
    In,
    /// From us to the public.
    Out,
    /// Between us; never leaves the house.
    Note,
}

/// Where a message stands on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Came in.
    Received,
    /// A note, kept.
    Noted,
    /// Waits its ten seconds; can still be taken back.
    Held,
    /// Being handed to the network; saved before the call.
    Committing,
    /// Stands on the network.
    Published,
    /// Was handed over, but no answer came: being looked for on the network.
    Unknown,
    /// The network refused.
    Rejected,
    /// Taken back before it left.
    Withdrawn,
}

impl Direction {
    const ALL: [Self; 3] = [Self::In, Self::Out, Self::Note];

    /// Name in SQL, JSON and translations.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
            Self::Note => "note",
        }
    }
}

impl Stage {
    const ALL: [Self; 8] = [
        Self::Received,
        Self::Noted,
        Self::Held,
        Self::Committing,
        Self::Published,
        Self::Unknown,
        Self::Rejected,
        Self::Withdrawn,
    ];

    /// Name in SQL, JSON and translations.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Noted => "noted",
            Self::Held => "held",
            Self::Committing => "committing",
            Self::Published => "published",
            Self::Unknown => "unknown",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// One thing said.
#[derive(Clone, Debug, Serialize)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// The conversation it was said in.
    pub conversation: ConversationId,
    /// The account it came by or leaves by.
    pub channel: ChannelId,
    /// Which way.
    pub direction: Direction,
    /// The public account that said it, for `In`.
    pub author: Option<AuthorId>,
    /// The colleague who said it; `None` for what we said outside Parvis.
    pub colleague: Option<ColleagueId>,
    /// The network's id, once it has one.
    pub remote_id: Option<String>,
    /// The network's id of what it answers.
    pub remote_parent_id: Option<String>,
    /// Where the public can see it.
    pub url: Option<String>,
    /// `public`, `unlisted`, `followers`, `direct`; `internal` for notes.
    pub visibility: String,
    /// Language, as far as known.
    pub language: Option<String>,
    /// Title, where the network has one.
    pub title: Option<String>,
    /// Content warning.
    pub warning: Option<String>,
    /// Plain text.
    pub text: String,
    /// Sanitised HTML; empty when the text says it all.
    pub html: String,
    /// When it was said (µs); for held ones, when it will leave.
    pub sent_at: i64,
    /// Version that the network gave last (µs).
    pub version_at: i64,
    /// When it was last edited (µs).
    pub edited_at: Option<i64>,
    /// When it was seen to be deleted (µs).
    pub deleted_at: Option<i64>,
    /// Where it stands.
    pub stage: Stage,
    /// Key by which the network knows a second try for what it is.
    pub publish_key: Option<String>,
    /// Kind of the last error.
    pub error_code: Option<String>,
    /// The last error in words.
    pub error_text: Option<String>,
    /// When Parvis got it (µs).
    pub created_at: i64,
    /// What a network or a server says of it besides its words.
    pub marks: Vec<Mark>,
}

impl Message {
    /// A program wrote it, and says so: nobody would read an answer.
    pub fn is_automatic(&self) -> bool {
        self.marks.iter().any(|it| matches!(it, Mark::Automatic(_)))
    }
}

/// What a message said before.
#[derive(Clone, Debug, Serialize)]
pub struct Version {
    /// Of which message.
    pub message: MessageId,
    /// The version's time (µs).
    pub version_at: i64,
    /// Plain text.
    pub text: String,
    /// Sanitised HTML.
    pub html: String,
}

macro_rules! columns {
    () => {
        "id, conversation_id, channel_id, direction, author_id, colleague_id, remote_id, remote_parent_id, url, visibility, language, title, warning, text, html, sent_at, version_at, edited_at, deleted_at, state, publish_key, error_code, error_text, created_at, marks"
    };
}

const INSERT: &str = "INSERT INTO message (organisation_id, id, conversation_id, channel_id, direction, author_id, colleague_id, remote_id, remote_parent_id, url, visibility, language, title, warning, text, html, sent_at, version_at, edited_at, deleted_at, state, publish_key, error_code, error_text, created_at, marks)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26)";
const UPDATE: &str = "UPDATE message SET author_id = $3, remote_id = $4, remote_parent_id = $5, url = $6, visibility = $7, language = $8, title = $9, warning = $10, text = $11, html = $12, sent_at = $13, version_at = $14, edited_at = $15, deleted_at = $16, state = $17, publish_key = $18, error_code = $19, error_text = $20, marks = $21
    WHERE organisation_id = $1 AND id = $2";
const GET: &str = concat!("SELECT ", columns!(), " FROM message WHERE organisation_id = $1 AND id = $2");
const BY_REMOTE: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM message WHERE organisation_id = $1 AND channel_id = $2 AND remote_id = $3"
);
const CHILD_OF: &str = "SELECT conversation_id FROM message WHERE organisation_id = $1 AND channel_id = $2 AND remote_parent_id = $3 LIMIT 1";
// A conversation and those merged into it: by two searches, since an OR would read all conversations.
const THREAD: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM message WHERE organisation_id = $1
    AND conversation_id IN (SELECT id FROM conversation WHERE organisation_id = $1 AND id = $2
      UNION ALL SELECT id FROM conversation WHERE organisation_id = $1 AND merged_into = $2)
    AND (sent_at, id) < ($3, $4) ORDER BY sent_at DESC, id DESC LIMIT $5"
);
const LAST_OUT: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM message WHERE organisation_id = $1
    AND conversation_id IN (SELECT id FROM conversation WHERE organisation_id = $1 AND id = $2
      UNION ALL SELECT id FROM conversation WHERE organisation_id = $1 AND merged_into = $2)
    AND direction = 'out' AND state <> 'withdrawn' ORDER BY sent_at DESC, id DESC LIMIT 1"
);
const LAST_IN: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM message WHERE organisation_id = $1
    AND conversation_id IN (SELECT id FROM conversation WHERE organisation_id = $1 AND id = $2
      UNION ALL SELECT id FROM conversation WHERE organisation_id = $1 AND merged_into = $2)
    AND direction = 'in' AND deleted_at IS NULL ORDER BY sent_at DESC, id DESC LIMIT 1"
);
const AWAITING_ECHO: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM message WHERE organisation_id = $1 AND channel_id = $2 AND remote_parent_id = $3
    AND (state IN ('committing', 'unknown') OR (state = 'rejected' AND error_code = 'unknown'))
    AND remote_id IS NULL ORDER BY sent_at"
);
const ROOT_AWAITING_ECHO: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM message WHERE organisation_id = $1 AND channel_id = $2 AND remote_parent_id IS NULL AND direction = 'out'
    AND (state IN ('committing', 'unknown') OR (state = 'rejected' AND error_code = 'unknown'))
    AND remote_id IS NULL ORDER BY sent_at LIMIT 200"
);
const RECENT_REMOTE: &str = "SELECT remote_id FROM message WHERE organisation_id = $1 AND channel_id = $2
    AND sent_at > $3 AND remote_id IS NOT NULL AND deleted_at IS NULL ORDER BY sent_at DESC LIMIT $4";
const KEEP_VERSION: &str = "INSERT INTO message_version (organisation_id, message_id, version_at, text, html)
    VALUES ($1, $2, $3, $4, $5) ON CONFLICT (organisation_id, message_id, version_at) DO NOTHING";
const REWRITE_VERSION: &str = "UPDATE message_version SET text = $4, html = $5
    WHERE organisation_id = $1 AND message_id = $2 AND version_at = $3";
const VERSIONS: &str = "SELECT message_id, version_at, text, html FROM message_version
    WHERE organisation_id = $1 AND message_id = $2 ORDER BY version_at";

const DOUBT: &str = "UPDATE message SET state = 'unknown', error_code = 'unknown', error_text = $2
    WHERE organisation_id = $1 AND state IN ('held', 'committing')";

fn read(row: &Row) -> Result<Message> {
    let mut cells = row.cells();
    Ok(Message {
        id: cells.next()?,
        conversation: cells.next()?,
        channel: cells.next()?,
        direction: {
            let name: String = cells.next()?;
            let found = Direction::ALL.into_iter().find(|it| it.as_str() == name);
            found.ok_or(Error::Unreadable { what: "direction", found: name })?
        },
        author: cells.next()?,
        colleague: cells.next()?,
        remote_id: cells.next()?,
        remote_parent_id: cells.next()?,
        url: cells.next()?,
        visibility: cells.next()?,
        language: cells.next()?,
        title: cells.next()?,
        warning: cells.next()?,
        text: cells.next()?,
        html: cells.next()?,
        sent_at: cells.next()?,
        version_at: cells.next()?,
        edited_at: cells.next()?,
        deleted_at: cells.next()?,
        stage: {
            let name: String = cells.next()?;
            let found = Stage::ALL.into_iter().find(|it| it.as_str() == name);
            found.ok_or(Error::Unreadable { what: "message state", found: name })?
        },
        publish_key: cells.next()?,
        error_code: cells.next()?,
        error_text: cells.next()?,
        created_at: cells.next()?,
        marks: marks(cells.next()?)?,
    })
}

fn marks(text: Option<String>) -> Result<Vec<Mark>> {
    let Some(text) = text else { return Ok(Vec::new()) };
    serde_json::from_str(&text).map_err(|_| Error::Unreadable { what: "marks", found: text })
}

fn written(marks: &[Mark]) -> Option<String> {
    if marks.is_empty() { None } else { serde_json::to_string(marks).ok() }
}

/// Writes a new message. A second one with the network's same id on the same channel is refused.
pub async fn insert(conn: &mut Conn, organisation: OrganisationId, it: &Message) -> Result<()> {
    let args: [Value; 26] = [
        organisation.into(),
        it.id.into(),
        it.conversation.into(),
        it.channel.into(),
        it.direction.as_str().into(),
        it.author.into(),
        it.colleague.into(),
        (&it.remote_id).into(),
        (&it.remote_parent_id).into(),
        (&it.url).into(),
        (&it.visibility).into(),
        (&it.language).into(),
        (&it.title).into(),
        (&it.warning).into(),
        (&it.text).into(),
        (&it.html).into(),
        it.sent_at.into(),
        it.version_at.into(),
        it.edited_at.into(),
        it.deleted_at.into(),
        it.stage.as_str().into(),
        (&it.publish_key).into(),
        (&it.error_code).into(),
        (&it.error_text).into(),
        it.created_at.into(),
        written(&it.marks).into(),
    ];
    conn.run(INSERT, &args).await.map(drop)
}

/// Writes what may change of a message.
pub async fn update(conn: &mut Conn, organisation: OrganisationId, it: &Message) -> Result<()> {
    let args: [Value; 21] = [
        organisation.into(),
        it.id.into(),
        it.author.into(),
        (&it.remote_id).into(),
        (&it.remote_parent_id).into(),
        (&it.url).into(),
        (&it.visibility).into(),
        (&it.language).into(),
        (&it.title).into(),
        (&it.warning).into(),
        (&it.text).into(),
        (&it.html).into(),
        it.sent_at.into(),
        it.version_at.into(),
        it.edited_at.into(),
        it.deleted_at.into(),
        it.stage.as_str().into(),
        (&it.publish_key).into(),
        (&it.error_code).into(),
        (&it.error_text).into(),
        written(&it.marks).into(),
    ];
    conn.run(UPDATE, &args).await.map(drop)
}

/// The message with that id.
pub async fn get(conn: &mut Conn, organisation: OrganisationId, id: MessageId) -> Result<Option<Message>> {
    conn.first(GET, &[organisation.into(), id.into()]).await?.as_ref().map(read).transpose()
}

/// The messages with these ids, in no order; those that don't exist are left out.
pub async fn get_all(
    conn: &mut Conn,
    organisation: OrganisationId,
    ids: impl IntoIterator<Item = MessageId>,
) -> Result<Vec<Message>> {
    let mut args: Vec<Value> = vec![organisation.into()];
    let list = places(&mut args, ids);
    let sql = format!("SELECT {} FROM message WHERE organisation_id = $1 AND id IN ({list})", columns!());
    conn.all(AssertSqlSafe(sql), &args).await?.iter().map(read).collect()
}

/// The message that the network knows by `remote_id`.
pub async fn by_remote(
    conn: &mut Conn,
    organisation: OrganisationId,
    channel: ChannelId,
    remote_id: &str,
) -> Result<Option<Message>> {
    conn.first(BY_REMOTE, &[organisation.into(), channel.into(), remote_id.into()])
        .await?
        .as_ref()
        .map(read)
        .transpose()
}

/// The conversation of a message that answers `remote_id`, when the answer came before it.
pub async fn conversation_of_child(
    conn: &mut Conn,
    organisation: OrganisationId,
    channel: ChannelId,
    remote_id: &str,
) -> Result<Option<ConversationId>> {
    let row = conn.first(CHILD_OF, &[organisation.into(), channel.into(), remote_id.into()]).await?;
    row.as_ref().map(Row::only).transpose()
}

/// The newest `limit` messages of a conversation and of those merged into it, before `before`; oldest
/// of them first.
pub async fn thread(
    conn: &mut Conn,
    organisation: OrganisationId,
    conversation: ConversationId,
    before: Option<(i64, MessageId)>,
    limit: i64,
) -> Result<Vec<Message>> {
    let (at, id) = before.unwrap_or((i64::MAX, MessageId(uuid::Uuid::max())));
    let args = [organisation.into(), conversation.into(), at.into(), id.into(), limit.into()];
    let mut messages: Vec<Message> =
        conn.all(THREAD, &args).await?.iter().map(read).collect::<Result<_>>()?;
    messages.reverse();
    Ok(messages)
}

/// Our newest message that wasn't taken back, in the conversation and in those merged into it.
pub async fn last_out(
    conn: &mut Conn,
    organisation: OrganisationId,
    conversation: ConversationId,
) -> Result<Option<Message>> {
    conn.first(LAST_OUT, &[organisation.into(), conversation.into()]).await?.as_ref().map(read).transpose()
}

/// The public's newest message that stands, in the conversation and in those merged into it.
pub async fn last_in(
    conn: &mut Conn,
    organisation: OrganisationId,
    conversation: ConversationId,
) -> Result<Option<Message>> {
    conn.first(LAST_IN, &[organisation.into(), conversation.into()]).await?.as_ref().map(read).transpose()
}

/// Ours to `parent`, or of our own accord, that left without an answer yet: an echo may be one of them.
pub async fn awaiting_echo(
    conn: &mut Conn,
    organisation: OrganisationId,
    channel: ChannelId,
    parent: Option<&str>,
) -> Result<Vec<Message>> {
    let rows = match parent {
        Some(parent) => {
            conn.all(AWAITING_ECHO, &[organisation.into(), channel.into(), parent.into()]).await?
        }
        None => conn.all(ROOT_AWAITING_ECHO, &[organisation.into(), channel.into()]).await?,
    };
    rows.iter().map(read).collect()
}

/// The network's ids of the newest `limit` messages since `since`, for a look at silent edits and deletions.
pub async fn recent_remote(
    conn: &mut Conn,
    organisation: OrganisationId,
    channel: ChannelId,
    since: i64,
    limit: i64,
) -> Result<Vec<String>> {
    let args = [organisation.into(), channel.into(), since.into(), limit.into()];
    conn.all(RECENT_REMOTE, &args).await?.iter().map(Row::only).collect()
}

/// Whatever was on its way may have left meanwhile: from now on it is looked for on the network before it is sent.
/// Answers with how many they are.
pub async fn doubt(conn: &mut Conn, organisation: OrganisationId, why: &str) -> Result<u64> {
    conn.run(DOUBT, &[organisation.into(), why.into()]).await
}

/// Keeps what a message says now, before it is overwritten.
pub async fn keep_version(conn: &mut Conn, organisation: OrganisationId, it: &Message) -> Result<()> {
    let args =
        [organisation.into(), it.id.into(), it.version_at.into(), (&it.text).into(), (&it.html).into()];
    conn.run(KEEP_VERSION, &args).await.map(drop)
}

/// Writes an earlier version anew.
pub async fn rewrite_version(conn: &mut Conn, organisation: OrganisationId, it: &Message) -> Result<()> {
    let args =
        [organisation.into(), it.id.into(), it.version_at.into(), (&it.text).into(), (&it.html).into()];
    conn.run(REWRITE_VERSION, &args).await.map(drop)
}

/// What a message said before, oldest first.
pub async fn versions(conn: &mut Conn, organisation: OrganisationId, id: MessageId) -> Result<Vec<Version>> {
    let rows = conn.all(VERSIONS, &[organisation.into(), id.into()]).await?;
    rows.iter()
        .map(|row| {
            let mut cells = row.cells();
            Ok(Version {
                message: cells.next()?,
                version_at: cells.next()?,
                text: cells.next()?,
                html: cells.next()?,
            })
        })
        .collect()
}
