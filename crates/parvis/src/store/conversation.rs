//! Conversations: where each stands, and what colleagues decide about it.

use serde::{Deserialize, Serialize};
use sqlx::AssertSqlSafe;

use super::author::Name;
use super::conn::{Cells, places};
use super::counter::{self, Place};
use super::reading::Said;
use super::{Conn, Error, Result, Row, Value, tag};
use crate::id::{AuthorId, ChannelId, ColleagueId, ConversationId, DeskId, OrganisationId};

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

    /// Whether nothing is left to do.
    pub fn is_done(self) -> bool {
        matches!(self, Self::Closed | Self::Merged)
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

impl Facets {
    /// Moves it to the desk that took over, while it isn't done: what is done stays where it was, and who has it may not see
    /// the other desk.
    pub fn stand_at(&mut self, desk: DeskId) {
        if !self.state.is_done() && self.desk != desk {
            self.desk = desk;
            self.assignee = None;
        }
    }
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
    /// What the public's newest message says.
    #[serde(flatten)]
    pub said: Said,
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
        "c.id, c.channel_id, c.thread_key, c.author_id, c.state, c.desk_id, c.assignee_id, c.urgent, c.awaiting_since, c.due_at, c.snoozed_until, c.closed_at, c.merged_into, c.language, c.title, c.excerpt, c.messages, c.first_at, c.last_at, c.answered_at, c.intent, c.sentiment, c.abusive, c.needs_answer"
    };
}

mod list;

#[cfg(test)]
pub(crate) use list::explain;
pub use list::{Filter, Holder, Key, Order, late, page, page_named};

const INSERT: &str = "INSERT INTO conversation (organisation_id, id, channel_id, thread_key, author_id, state, desk_id, assignee_id, urgent, awaiting_since, due_at, snoozed_until, closed_at, merged_into, language, title, excerpt, messages, first_at, last_at, answered_at, intent, sentiment, abusive, needs_answer)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25)";
const UPDATE: &str = "UPDATE conversation SET author_id = $3, state = $4, desk_id = $5, assignee_id = $6, urgent = $7, awaiting_since = $8, due_at = $9, snoozed_until = $10, closed_at = $11, merged_into = $12, language = $13, title = $14, excerpt = $15, messages = $16, first_at = $17, last_at = $18, answered_at = $19, intent = $20, sentiment = $21, abusive = $22, needs_answer = $23
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
const NOT_DONE: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM conversation c WHERE c.organisation_id = $1 AND c.desk_id = $2 AND c.state IN ('open', 'waiting', 'snoozed') LIMIT $3"
);
const MERGED: &str = "SELECT id FROM conversation WHERE organisation_id = $1 AND merged_into = $2";
const ANSWERED: &str = "SELECT first_at, answered_at FROM conversation WHERE organisation_id = $1 AND answered_at >= $2 ORDER BY answered_at LIMIT 20000";

fn read(row: &Row) -> Result<Conversation> {
    read_cells(&mut row.cells())
}

/// A conversation with what lists call its author.
pub type Named = (Conversation, Option<Name>);

/// The same columns, then handle and name of the author.
fn read_named(row: &Row) -> Result<Named> {
    let mut cells = row.cells();
    let it = read_cells(&mut cells)?;
    let (handle, name): (Option<String>, Option<String>) = (cells.next()?, cells.next()?);
    Ok((it, handle.map(|handle| Name { handle, name: name.unwrap_or_default() })))
}

/// What joins the author to `c` for [`read_named`].
const AUTHOR: &str = "LEFT JOIN author a ON a.organisation_id = c.organisation_id AND a.id = c.author_id";

fn read_cells(cells: &mut Cells<'_>) -> Result<Conversation> {
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
        said: Said {
            intent: cells.next()?,
            sentiment: cells.next()?,
            abusive: cells.next()?,
            needs_answer: cells.next()?,
        },
    })
}

fn facet_values(it: &Conversation) -> [Value; 9] {
    let f = &it.facets;
    [
        f.state.as_str().into(),
        f.desk.into(),
        f.assignee.into(),
        f.urgent.into(),
        f.awaiting_since.into(),
        f.due_at.into(),
        f.snoozed_until.into(),
        f.closed_at.into(),
        f.merged_into.into(),
    ]
}

fn rest_values(it: &Conversation) -> [Value; 11] {
    [
        (&it.language).into(),
        (&it.title).into(),
        (&it.excerpt).into(),
        it.messages.into(),
        it.first_at.into(),
        it.last_at.into(),
        it.answered_at.into(),
        (&it.said.intent).into(),
        (&it.said.sentiment).into(),
        it.said.abusive.into(),
        it.said.needs_answer.into(),
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
    tag::move_to(conn, organisation, it.id, (it.facets.state.as_str(), it.facets.due_at, it.last_at)).await?;
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

/// The conversations with these ids, in no order; those that don't exist are left out.
pub async fn get_all(
    conn: &mut Conn,
    organisation: OrganisationId,
    ids: impl IntoIterator<Item = ConversationId>,
) -> Result<Vec<Named>> {
    let mut args: Vec<Value> = vec![organisation.into()];
    let list = places(&mut args, ids);
    let sql = format!(
        "SELECT {}, a.handle, a.name FROM conversation c {AUTHOR} WHERE c.organisation_id = $1 AND c.id IN ({list})",
        columns!()
    );
    conn.all(AssertSqlSafe(sql), &args).await?.iter().map(read_named).collect()
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

/// At most `limit` of those at a desk that aren't done.
pub async fn not_done(
    conn: &mut Conn,
    organisation: OrganisationId,
    desk: DeskId,
    limit: i64,
) -> Result<Vec<Conversation>> {
    let args = [organisation.into(), desk.into(), limit.into()];
    conn.all(NOT_DONE, &args).await?.iter().map(read).collect()
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
