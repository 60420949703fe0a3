//! Conversations: where each stands, and the lists that the inbox shows. Lists are paged by key, never
//! by offset, and each has an index that begins with what it filters by.

use serde::{Deserialize, Serialize};
use sqlx::AssertSqlSafe;

use super::counter::{self, Place};
use super::{Conn, Error, Result, Row, Value};
use crate::id::{AuthorId, ChannelId, ColleagueId, ConversationId, DeskId, OrganisationId, TagId};
use crate::rules::permission::{Actor, Scope};

/// Due date of what nobody waits for: it sorts after everything else.
pub const NEVER: i64 = i64::MAX;

/// Where a conversation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Somebody waits for us.
    Open,
    /// We have answered; it's the member's turn.
    Waiting,
    /// Put off until a given time, or until the member writes again.
    Snoozed,
    /// Done.
    Closed,
    /// Part of another conversation now.
    Merged,
}

impl State {
    /// Name in SQL, JSON and translations.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Waiting => "waiting",
            Self::Snoozed => "snoozed",
            Self::Closed => "closed",
            Self::Merged => "merged",
        }
    }

    /// The state of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Open, Self::Waiting, Self::Snoozed, Self::Closed, Self::Merged]
            .into_iter()
            .find(|state| state.as_str() == name)
    }
}

/// What colleagues decide about a conversation; the journal keeps it before and after, and undo puts it
/// back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facets {
    /// Where it stands.
    pub state: State,
    /// Whose job it is.
    pub desk: DeskId,
    /// Who has it.
    pub assignee: Option<ColleagueId>,
    /// Before everything else.
    pub urgent: bool,
    /// What the person wants (`question`, `complaint` …), as far as known.
    pub intent: Option<String>,
    /// `positive`, `neutral` or `negative`, as far as known.
    pub sentiment: Option<String>,
    /// Since when somebody waits for us (µs).
    pub awaiting_since: Option<i64>,
    /// When an answer is due (µs); [`NEVER`] when nobody waits.
    pub due_at: i64,
    /// When a snooze ends (µs).
    pub snoozed_until: Option<i64>,
    /// When it was closed (µs).
    pub closed_at: Option<i64>,
    /// What it was merged into.
    pub merged_into: Option<ConversationId>,
}

/// A thread with its state, desk and clock.
#[derive(Clone, Debug, Serialize)]
pub struct Conversation {
    /// Its id.
    pub id: ConversationId,
    /// The account it came in by.
    pub channel: ChannelId,
    /// The network's id of its first message.
    pub thread_key: String,
    /// Who began it.
    pub author: Option<AuthorId>,
    /// What colleagues decide about it.
    #[serde(flatten)]
    pub facets: Facets,
    /// Language of what was said last by the public, as far as known.
    pub language: Option<String>,
    /// Title, where the network has one.
    pub title: Option<String>,
    /// The last thing the public said, on one line.
    pub excerpt: String,
    /// How many messages, ours and notes too.
    pub messages: i64,
    /// First message (µs).
    pub first_at: i64,
    /// Last message (µs).
    pub last_at: i64,
    /// When the public was first answered (µs).
    pub answered_at: Option<i64>,
}

impl Conversation {
    /// Where it is counted.
    pub fn place(&self) -> Place {
        Place {
            state: self.facets.state.as_str().to_owned(),
            desk: self.facets.desk,
            assignee: self.facets.assignee,
        }
    }
}

macro_rules! columns {
    () => {
        "c.id, c.channel_id, c.thread_key, c.author_id, c.state, c.desk_id, c.assignee_id, c.urgent, c.intent, c.sentiment, c.awaiting_since, c.due_at, c.snoozed_until, c.closed_at, c.merged_into, c.language, c.title, c.excerpt, c.messages, c.first_at, c.last_at, c.answered_at"
    };
}

const INSERT: &str = "INSERT INTO conversation (organisation_id, id, channel_id, thread_key, author_id, state, desk_id, assignee_id, urgent, intent, sentiment, awaiting_since, due_at, snoozed_until, closed_at, merged_into, language, title, excerpt, messages, first_at, last_at, answered_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)";
const UPDATE: &str = "UPDATE conversation SET author_id = $3, state = $4, desk_id = $5, assignee_id = $6, urgent = $7, intent = $8, sentiment = $9, awaiting_since = $10, due_at = $11, snoozed_until = $12, closed_at = $13, merged_into = $14, language = $15, title = $16, excerpt = $17, messages = $18, first_at = $19, last_at = $20, answered_at = $21
    WHERE organisation_id = $1 AND id = $2";
const GET: &str =
    concat!("SELECT ", columns!(), " FROM conversation c WHERE c.organisation_id = $1 AND c.id = $2");
const BY_THREAD: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM conversation c WHERE c.organisation_id = $1 AND c.channel_id = $2 AND c.thread_key = $3"
);
const OF_AUTHOR: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM conversation c WHERE c.organisation_id = $1 AND c.author_id = $2 ORDER BY c.last_at DESC, c.id DESC LIMIT $3"
);
const WAKING: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM conversation c WHERE c.organisation_id = $1 AND c.snoozed_until <= $2 AND c.state = 'snoozed' LIMIT 100"
);
const MERGED: &str = "SELECT id FROM conversation WHERE organisation_id = $1 AND merged_into = $2";
const ANSWERED: &str = "SELECT first_at, answered_at FROM conversation WHERE organisation_id = $1 AND answered_at >= $2 ORDER BY answered_at LIMIT 20000";
const LATE: &str = "SELECT d.id, (SELECT COUNT(*) FROM (SELECT 1 FROM conversation c
      WHERE c.organisation_id = d.organisation_id AND c.desk_id = d.id AND c.state = 'open' AND c.due_at < $2 LIMIT $3) AS late)
    FROM desk d WHERE d.organisation_id = $1";

fn read(row: &Row) -> Result<Conversation> {
    let mut cells = row.cells();
    Ok(Conversation {
        id: cells.next()?,
        channel: cells.next()?,
        thread_key: cells.next()?,
        author: cells.next()?,
        facets: Facets {
            state: {
                let name: String = cells.next()?;
                State::parse(&name).ok_or(Error::Unreadable { what: "state", found: name })?
            },
            desk: cells.next()?,
            assignee: cells.next()?,
            urgent: cells.next()?,
            intent: cells.next()?,
            sentiment: cells.next()?,
            awaiting_since: cells.next()?,
            due_at: cells.next()?,
            snoozed_until: cells.next()?,
            closed_at: cells.next()?,
            merged_into: cells.next()?,
        },
        language: cells.next()?,
        title: cells.next()?,
        excerpt: cells.next()?,
        messages: cells.next()?,
        first_at: cells.next()?,
        last_at: cells.next()?,
        answered_at: cells.next()?,
    })
}

fn facet_values(it: &Conversation) -> [Value; 11] {
    let f = &it.facets;
    [
        f.state.as_str().into(),
        f.desk.into(),
        f.assignee.into(),
        f.urgent.into(),
        (&f.intent).into(),
        (&f.sentiment).into(),
        f.awaiting_since.into(),
        f.due_at.into(),
        f.snoozed_until.into(),
        f.closed_at.into(),
        f.merged_into.into(),
    ]
}

fn rest_values(it: &Conversation) -> [Value; 7] {
    [
        (&it.language).into(),
        (&it.title).into(),
        (&it.excerpt).into(),
        it.messages.into(),
        it.first_at.into(),
        it.last_at.into(),
        it.answered_at.into(),
    ]
}

/// Writes a new conversation and counts it.
pub async fn insert(conn: &mut Conn, organisation: OrganisationId, it: &Conversation) -> Result<()> {
    let mut args =
        vec![organisation.into(), it.id.into(), it.channel.into(), (&it.thread_key).into(), it.author.into()];
    args.extend(facet_values(it));
    args.extend(rest_values(it));
    conn.run(INSERT, &args).await?;
    counter::shift(conn, organisation, None, Some(&it.place())).await
}

/// Writes a changed conversation and moves its count from where `before` stood.
pub async fn update(
    conn: &mut Conn,
    organisation: OrganisationId,
    before: &Place,
    it: &Conversation,
) -> Result<()> {
    let mut args = vec![organisation.into(), it.id.into(), it.author.into()];
    args.extend(facet_values(it));
    args.extend(rest_values(it));
    conn.run(UPDATE, &args).await?;
    counter::shift(conn, organisation, Some(before), Some(&it.place())).await
}

/// The conversation with that id.
pub async fn get(
    conn: &mut Conn,
    organisation: OrganisationId,
    id: ConversationId,
) -> Result<Option<Conversation>> {
    conn.first(GET, &[organisation.into(), id.into()]).await?.as_ref().map(read).transpose()
}

/// The conversation of a thread of the network.
pub async fn by_thread(
    conn: &mut Conn,
    organisation: OrganisationId,
    channel: ChannelId,
    key: &str,
) -> Result<Option<Conversation>> {
    conn.first(BY_THREAD, &[organisation.into(), channel.into(), key.into()])
        .await?
        .as_ref()
        .map(read)
        .transpose()
}

/// The newest `limit` conversations of one author.
pub async fn of_author(
    conn: &mut Conn,
    organisation: OrganisationId,
    author: AuthorId,
    limit: i64,
) -> Result<Vec<Conversation>> {
    conn.all(OF_AUTHOR, &[organisation.into(), author.into(), limit.into()]).await?.iter().map(read).collect()
}

/// Snoozed ones whose time has come, at most 100.
pub async fn waking(conn: &mut Conn, organisation: OrganisationId, now: i64) -> Result<Vec<Conversation>> {
    conn.all(WAKING, &[organisation.into(), now.into()]).await?.iter().map(read).collect()
}

/// The conversations that were merged into `id`.
pub async fn merged_into(
    conn: &mut Conn,
    organisation: OrganisationId,
    id: ConversationId,
) -> Result<Vec<ConversationId>> {
    conn.all(MERGED, &[organisation.into(), id.into()]).await?.iter().map(Row::only).collect()
}

/// First message and first answer (µs) of what was first answered since `since`; at most 20,000.
pub async fn answered(conn: &mut Conn, organisation: OrganisationId, since: i64) -> Result<Vec<(i64, i64)>> {
    let rows = conn.all(ANSWERED, &[organisation.into(), since.into()]).await?;
    rows.iter()
        .map(|row| {
            let mut cells = row.cells();
            Ok((cells.next()?, cells.next()?))
        })
        .collect()
}

/// In which order a list stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// What is due first, first.
    #[default]
    Due,
    /// Newest message first.
    Newest,
    /// Oldest message first.
    Oldest,
}

/// Whose conversations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Holder {
    /// Anybody's.
    #[default]
    Any,
    /// The viewer's own.
    Me,
    /// Nobody's: to be taken.
    Nobody,
    /// This colleague's.
    Colleague(ColleagueId),
}

/// What a list of the inbox shows; saved views keep one as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct Filter {
    /// In this state; `None` for all.
    pub state: Option<State>,
    /// Of this desk.
    pub desk: Option<DeskId>,
    /// Held by.
    pub holder: Holder,
    /// On this channel.
    pub channel: Option<ChannelId>,
    /// With this tag.
    pub tag: Option<TagId>,
    /// In this language ("fr"), or, with a leading "-", in any other.
    pub language: Option<String>,
    /// With this sentiment.
    pub sentiment: Option<String>,
    /// With this intent.
    pub intent: Option<String>,
    /// Past due only.
    pub late: bool,
    /// In this order.
    pub order: Order,
}

/// Where a page ended: the sort value and the id of its last row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// `due_at` or `last_at` of the last row.
    pub at: i64,
    /// Its id.
    pub id: ConversationId,
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}~{}", self.at, self.id)
    }
}

impl std::str::FromStr for Key {
    type Err = ();
    fn from_str(text: &str) -> std::result::Result<Self, ()> {
        let (at, id) = text.split_once('~').ok_or(())?;
        Ok(Self { at: at.parse().map_err(drop)?, id: id.parse().map_err(drop)? })
    }
}

impl Conversation {
    /// Where a page that ends with this row continues.
    pub fn key(&self, order: Order) -> Key {
        Key { at: if order == Order::Due { self.facets.due_at } else { self.last_at }, id: self.id }
    }
}

/// A page of at most `limit` conversations that the viewer may see, after `after`.
pub async fn page(
    conn: &mut Conn,
    viewer: &Actor,
    filter: &Filter,
    after: Option<Key>,
    limit: i64,
    now: i64,
) -> Result<Vec<Conversation>> {
    let (sql, args) = page_query(viewer, filter, after, limit, now);
    conn.all(AssertSqlSafe(sql), &args).await?.iter().map(read).collect()
}

/// How many open conversations of each desk are past due, counted up to `cap`.
pub async fn late(
    conn: &mut Conn,
    organisation: OrganisationId,
    now: i64,
    cap: i64,
) -> Result<Vec<(DeskId, i64)>> {
    let rows = conn.all(LATE, &[organisation.into(), now.into(), cap.into()]).await?;
    rows.iter()
        .map(|row| {
            let mut cells = row.cells();
            Ok((cells.next()?, cells.next()?))
        })
        .collect()
}

/// SQL that only this room builds: every value is bound, every fragment is a literal below.
fn page_query(
    viewer: &Actor,
    filter: &Filter,
    after: Option<Key>,
    limit: i64,
    now: i64,
) -> (String, Vec<Value>) {
    let mut args: Vec<Value> = vec![viewer.organisation.into()];
    let mut from = String::from("conversation c");
    let mut conditions = vec!["c.organisation_id = $1".to_owned()];
    let mut push = |condition: &str, value: Value| {
        args.push(value);
        conditions.push(condition.replace('?', &format!("${}", args.len())));
    };
    match filter.state {
        Some(state) => push("c.state = ?", state.as_str().into()),
        None => push("c.state <> ?", "merged".into()),
    }
    if let Some(desk) = filter.desk {
        push("c.desk_id = ?", desk.into());
    }
    match filter.holder {
        Holder::Any => {}
        Holder::Me => push("c.assignee_id = ?", viewer.colleague.into()),
        Holder::Colleague(id) => push("c.assignee_id = ?", id.into()),
        Holder::Nobody => push("c.assignee_id IS NULL AND c.organisation_id = ?", viewer.organisation.into()),
    }
    if let Some(channel) = filter.channel {
        push("c.channel_id = ?", channel.into());
    }
    if let Some(tag) = filter.tag {
        from.push_str(
            " JOIN conversation_tag t ON t.organisation_id = c.organisation_id AND t.conversation_id = c.id",
        );
        push("t.tag_id = ?", tag.into());
    }
    match filter.language.as_deref().map(|it| (it.strip_prefix('-'), it)) {
        Some((Some(not), _)) => push("c.language <> ?", not.into()),
        Some((None, language)) => push("c.language = ?", language.into()),
        None => {}
    }
    if let Some(sentiment) = &filter.sentiment {
        push("c.sentiment = ?", sentiment.into());
    }
    if let Some(intent) = &filter.intent {
        push("c.intent = ?", intent.into());
    }
    if filter.late {
        push("c.due_at < ?", now.into());
    }
    let (column, direction, compare) = match filter.order {
        Order::Due => ("due_at", "ASC", ">"),
        Order::Newest => ("last_at", "DESC", "<"),
        Order::Oldest => ("last_at", "ASC", ">"),
    };
    if let Some(key) = after {
        args.push(key.at.into());
        args.push(key.id.into());
        let last = args.len();
        conditions.push(format!("(c.{column}, c.id) {compare} (${}, ${last})", last - 1));
    }
    if let Scope::Desks(desks) = &viewer.scope {
        let first = args.len() + 1;
        args.extend(desks.iter().map(|desk| Value::from(*desk)));
        let list: Vec<String> = (first..=args.len()).map(|n| format!("${n}")).collect();
        let list = if list.is_empty() { "NULL".to_owned() } else { list.join(", ") };
        conditions.push(format!("c.desk_id IN ({list})"));
    }
    args.push(limit.into());
    let conditions = conditions.join(" AND ");
    let sql = format!(
        "SELECT {} FROM {from} WHERE {conditions} ORDER BY c.{column} {direction}, c.id {direction} LIMIT ${}",
        columns!(),
        args.len()
    );
    (sql, args)
}
