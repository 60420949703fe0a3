//! The lists that the inbox shows: paged by key, never by offset, each walked along an index in its order.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sqlx::AssertSqlSafe;

use super::super::conn::places;
use super::super::{Conn, Result, Row, Value};
use super::{AUTHOR, Conversation, Named, State, read_named};
use crate::clock::SECOND;
use crate::id::{ChannelId, ColleagueId, ConversationId, DeskId, OrganisationId, TagId};
use crate::rules::permission::{Actor, Scope};

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
    /// Those only whose author waits for an answer that has to be given.
    pub needs_answer: bool,
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
    let all = page_named(conn, viewer, filter, after, limit, now).await?;
    Ok(all.into_iter().map(|(it, _)| it).collect())
}

/// The same with what lists call the authors.
pub async fn page_named(
    conn: &mut Conn,
    viewer: &Actor,
    filter: &Filter,
    after: Option<Key>,
    limit: i64,
    now: i64,
) -> Result<Vec<Named>> {
    let (sql, args) = page_query(viewer, filter, after, limit, now, conn.is_sqlite());
    conn.all(AssertSqlSafe(sql), &args).await?.iter().map(read_named).collect()
}

const LATE: &str = "SELECT d.id, (SELECT COUNT(*) FROM (SELECT 1 FROM conversation c
      WHERE c.organisation_id = d.organisation_id AND c.desk_id = d.id AND c.state = 'open' AND c.due_at < $2 LIMIT $3) AS late)
    FROM desk d WHERE d.organisation_id = $1";

/// How many open conversations of each desk are past due at `now` (µs), counted up to `cap`; as it was up to five
/// seconds ago.
pub async fn late(
    conn: &mut Conn,
    organisation: OrganisationId,
    now: i64,
    cap: i64,
) -> Result<Arc<Vec<(DeskId, i64)>>> {
    let read = async |conn: &mut Conn| {
        let rows = conn.all(LATE, &[organisation.into(), now.into(), cap.into()]).await?;
        let pair = |row: &Row| {
            let mut cells = row.cells();
            Ok((cells.next()?, cells.next()?))
        };
        rows.iter().map(pair).collect()
    };
    conn.kept(|kept| &kept.late, organisation, now / (5 * SECOND), read).await
}

/// The index in which the conversations of `filter` stand in their order with the fewest others among them: with a tag,
/// its own; else few are anything but closed, so among those the state says more than desk or holder.
fn index(filter: &Filter) -> &'static str {
    let is_held = filter.holder != Holder::Any;
    let is_small = filter.state.is_some_and(|state| state != State::Closed);
    match (filter.order, filter.state) {
        (Order::Due, None) if filter.tag.is_some() => "conversation_tag_all_due",
        (Order::Due, Some(_)) if filter.tag.is_some() => "conversation_tag_due",
        (_, None) if filter.tag.is_some() => "conversation_tag_all_last",
        (_, Some(_)) if filter.tag.is_some() => "conversation_tag_last",
        (Order::Due, None) => "conversation_all_due",
        (Order::Due, Some(_)) if is_held => "conversation_assignee_due",
        (Order::Due, Some(_)) if filter.desk.is_some() => "conversation_desk_due",
        (Order::Due, Some(_)) => "conversation_due",
        _ if is_small => "conversation_state_last",
        _ if is_held => "conversation_assignee_last",
        _ if filter.desk.is_some() => "conversation_desk_last",
        _ if filter.channel.is_some() => "conversation_channel_last",
        (_, Some(_)) => "conversation_state_last",
        (_, None) => "conversation_last",
    }
}

/// SQL that only this room builds: every value is bound, every fragment is a literal below. SQLite's planner takes the
/// index with most equal columns, even if it must then sort all that is closed: it is told which one has the rows in
/// their order. PostgreSQL's knows the data and that only a page is wanted.
fn page_query(
    viewer: &Actor,
    filter: &Filter,
    after: Option<Key>,
    limit: i64,
    now: i64,
    is_sqlite: bool,
) -> (String, Vec<Value>) {
    let mut args: Vec<Value> = vec![viewer.organisation.into()];
    let along = if is_sqlite { format!("INDEXED BY {}", index(filter)) } else { String::new() };
    // Where a conversation stands in the lists is kept beside its tags; SQLite keeps the order of a CROSS JOIN.
    let (from, place, id) = match filter.tag {
        Some(_) => {
            (format!("conversation_tag t {along} CROSS JOIN conversation c"), "t", "t.conversation_id")
        }
        None => (format!("conversation c {along}"), "c", "c.id"),
    };
    let mut conditions = vec!["c.organisation_id = $1".to_owned()];
    let mut push = |condition: &str, value: Value| {
        args.push(value);
        conditions.push(condition.replace('?', &format!("${}", args.len())));
    };
    if let Some(tag) = filter.tag {
        push("t.organisation_id = $1 AND c.id = t.conversation_id AND t.tag_id = ?", tag.into());
    }
    match filter.state {
        Some(state) => push(&format!("{place}.state = ?"), state.as_str().into()),
        None => push(&format!("{place}.state <> ?"), "merged".into()),
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
    if filter.needs_answer {
        push("c.awaiting_since IS NOT NULL AND c.needs_answer = ?", true.into());
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
        conditions.push(format!("({place}.{column}, {id}) {compare} (${}, ${last})", last - 1));
    }
    if let Scope::Desks(desks) = &viewer.scope {
        let list = places(&mut args, desks.iter().copied());
        conditions.push(format!("c.desk_id IN ({list})"));
    }
    args.push(limit.into());
    let conditions = conditions.join(" AND ");
    let sql = format!(
        "SELECT {}, a.handle, a.name FROM {from} {AUTHOR} WHERE {conditions} ORDER BY {place}.{column} {direction}, {id} {direction} LIMIT ${}",
        columns!(),
        args.len()
    );
    (sql, args)
}

/// The plan of a page as a statement, for tests of how the engines read it.
#[cfg(test)]
pub(crate) fn explain(is_sqlite: bool, viewer: &Actor, filter: &Filter) -> (String, Vec<Value>) {
    let key = Key { at: 1, id: ConversationId::new(1) };
    let (sql, args) = page_query(viewer, filter, Some(key), 51, 1, is_sqlite);
    (format!("EXPLAIN {}{sql}", if is_sqlite { "QUERY PLAN " } else { "" }), args)
}
