//! What the public says of products: complaints, ideas, requests, questions of a period, with where they stand. Knows
//! how they are found, not how they are grouped.

use sqlx::AssertSqlSafe;

use super::conn::places;
use super::reading::ABUSIVE;
use super::{Conn, Result, Row, Value};
use crate::id::{ChannelId, ConversationId, DeskId, MessageId, OrganisationId};
use crate::rules::permission::Scope;

/// What product teams can use, in the order in which it is shown.
pub const KINDS: [&str; 4] = ["complaint", "idea", "request", "question"];

/// Messages that are read at once, at most, of each kind.
pub const MOST: i64 = 2_000;

/// Which ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// One of [`KINDS`], or all of them.
    pub kind: Option<String>,
    /// Said from this instant on (µs).
    pub from: i64,
    /// In conversations of this desk.
    pub desk: Option<DeskId>,
    /// That came in by this channel.
    pub channel: Option<ChannelId>,
}

/// One message.
#[derive(Clone, Debug)]
pub struct Quote {
    /// Which.
    pub message: MessageId,
    /// Where it stands.
    pub conversation: ConversationId,
    /// The desk of that conversation.
    pub desk: DeskId,
    /// The channel it came by.
    pub channel: ChannelId,
    /// One of [`KINDS`].
    pub kind: String,
    /// Its sentiment.
    pub sentiment: String,
    /// The language it is written in.
    pub language: String,
    /// It insults people.
    pub is_abusive: bool,
    /// Title, where there is one.
    pub title: Option<String>,
    /// What it says.
    pub text: String,
    /// The handle of who wrote it, to tell one voice from many.
    pub author: Option<String>,
    /// When it was said (µs).
    pub sent_at: i64,
}

/// The newest that were asked for and that `scope` covers, newest first; [`MOST`] of each kind.
pub async fn quotes(
    conn: &mut Conn,
    organisation: OrganisationId,
    scope: &Scope,
    asked: &Asked,
) -> Result<Vec<Quote>> {
    let mut all = Vec::new();
    for kind in KINDS.into_iter().filter(|it| asked.kind.as_deref().is_none_or(|kind| kind == *it)) {
        let mut args: Vec<Value> = vec![organisation.into(), kind.into(), asked.from.into(), MOST.into()];
        let mut more = String::new();
        if let Some(desk) = asked.desk {
            args.push(desk.into());
            more.push_str(&format!(" AND c.desk_id = ${}", args.len()));
        }
        if let Some(channel) = asked.channel {
            args.push(channel.into());
            more.push_str(&format!(" AND m.channel_id = ${}", args.len()));
        }
        if let Scope::Desks(desks) = scope {
            more.push_str(&format!(" AND c.desk_id IN ({})", places(&mut args, desks.iter().copied())));
        }
        let sql = format!(
            "SELECT m.id, m.conversation_id, c.desk_id, m.channel_id, r.intent, r.sentiment, r.language, r.abuse, m.title, m.text, a.handle, r.sent_at
             FROM reading r JOIN message m ON m.organisation_id = r.organisation_id AND m.id = r.message_id
             JOIN conversation c ON c.organisation_id = m.organisation_id AND c.id = m.conversation_id
             LEFT JOIN author a ON a.organisation_id = m.organisation_id AND a.id = m.author_id
             WHERE r.organisation_id = $1 AND r.intent = $2 AND r.sent_at >= $3 AND m.deleted_at IS NULL{more}
             ORDER BY r.sent_at DESC, r.message_id DESC LIMIT $4"
        );
        for row in conn.all(AssertSqlSafe(sql), &args).await? {
            all.push(read(&row)?);
        }
    }
    all.sort_by(|a, b| b.sent_at.cmp(&a.sent_at).then_with(|| b.message.cmp(&a.message)));
    Ok(all)
}

fn read(row: &Row) -> Result<Quote> {
    let mut cells = row.cells();
    Ok(Quote {
        message: cells.next()?,
        conversation: cells.next()?,
        desk: cells.next()?,
        channel: cells.next()?,
        kind: cells.next()?,
        sentiment: cells.next()?,
        language: cells.next()?,
        is_abusive: cells.next::<i64>()? >= ABUSIVE,
        title: cells.next()?,
        text: cells.next()?,
        author: cells.next()?,
        sent_at: cells.next()?,
    })
}
