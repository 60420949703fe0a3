//! Whether the search index agrees with the messages, both ways, and what mends it. One direction can't be judged:
//! a word that the index holds and the message doesn't may be its author's former name.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::super::{Conn, Result};
use super::{Words, index, words};
use crate::id::{MessageId, OrganisationId};
use crate::rules::text;

/// Words asked for in one question.
const WORDS: usize = 60;

const STRAY: &str = "SELECT COUNT(*) FROM message_index i WHERE i.organisation_id = $1 AND NOT EXISTS
    (SELECT 1 FROM message m WHERE m.organisation_id = i.organisation_id AND m.id = i.message_id)";
const NAMELESS_SQLITE: &str = "SELECT COUNT(*) FROM message_terms_docsize d WHERE NOT EXISTS (SELECT 1 FROM message_index i WHERE i.no = d.id)";
const PLACE: &str =
    "SELECT no FROM message_index WHERE organisation_id = $1 AND message_id = $2 AND conversation_id = $3";
const HOLDS_SQLITE: &str = "SELECT 1 FROM message_terms WHERE rowid = $1 AND message_terms MATCH $2";
const IS_THERE_SQLITE: &str = "SELECT 1 FROM message_terms_docsize WHERE id = $1";
const HOLDS_POSTGRES: &str = "SELECT 1 FROM message_index WHERE organisation_id = $1 AND message_id = $2 AND terms @@ to_tsquery('simple', $3)";
const DROP_NAMELESS_SQLITE: &str =
    "DELETE FROM message_terms WHERE rowid NOT IN (SELECT no FROM message_index)";
const DROP_STRAY_TERMS_SQLITE: &str =
    "DELETE FROM message_terms WHERE rowid IN (SELECT i.no FROM message_index i
    WHERE i.organisation_id = $1 AND NOT EXISTS
    (SELECT 1 FROM message m WHERE m.organisation_id = i.organisation_id AND m.id = i.message_id))";
const DROP_STRAY: &str = "DELETE FROM message_index WHERE organisation_id = $1 AND NOT EXISTS
    (SELECT 1 FROM message m WHERE m.organisation_id = message_index.organisation_id AND m.id = message_index.message_id)";

/// How the index differs from the messages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Messages that were looked at.
    pub messages: u64,
    /// Those that can't be found by each of their words, or that are found in another conversation.
    pub lost: Vec<MessageId>,
    /// Entries of the index for messages that there aren't.
    pub stray: i64,
}

impl Found {
    /// Whether both agree.
    pub fn agrees(&self) -> bool {
        self.lost.is_empty() && self.stray == 0
    }
}

/// Compares the index with every message; `progress` is told how many were looked at.
pub async fn check(
    conn: &mut Conn,
    organisation: OrganisationId,
    mut progress: impl FnMut(u64),
) -> Result<Found> {
    let mut found = Found { stray: count(conn, STRAY, Some(organisation)).await?, ..Found::default() };
    if conn.is_sqlite() {
        found.stray += count(conn, NAMELESS_SQLITE, None).await?;
    }
    let mut last = MessageId(Uuid::nil());
    loop {
        let all = words(conn, organisation, last, MessageId(Uuid::max())).await?;
        let Some(newest) = all.last() else { return Ok(found) };
        last = newest.message;
        for it in &all {
            if !is_found(conn, organisation, it).await? {
                found.lost.push(it.message);
            }
        }
        found.messages += all.len() as u64;
        progress(found.messages);
    }
}

async fn count(conn: &mut Conn, sql: &'static str, organisation: Option<OrganisationId>) -> Result<i64> {
    let args: Vec<_> = organisation.map(Into::into).into_iter().collect();
    conn.first(sql, &args).await?.map_or(Ok(0), |row| row.only())
}

/// Whether the index has the message in its conversation, under each of its words.
async fn is_found(conn: &mut Conn, organisation: OrganisationId, it: &Words) -> Result<bool> {
    let args = [organisation.into(), it.message.into(), it.conversation.into()];
    let Some(no) = conn.first(PLACE, &args).await?.map(|row| row.only::<i64>()).transpose()? else {
        return Ok(false);
    };
    if conn.is_sqlite() && conn.first(IS_THERE_SQLITE, &[no.into()]).await?.is_none() {
        return Ok(false);
    }
    let terms = text::terms(&it.said);
    // The two engines cut rare scripts into words each in their own way, which says nothing about the index.
    let is_plain = |term: &&str| term.chars().all(|c| c.is_ascii_alphanumeric());
    let terms: BTreeSet<&str> = terms.split(' ').filter(|term| !term.is_empty()).filter(is_plain).collect();
    let terms: Vec<&str> = terms.into_iter().collect();
    for part in terms.chunks(WORDS) {
        let row = if conn.is_sqlite() {
            let all = part.iter().map(|term| format!("\"{term}\"")).collect::<Vec<_>>().join(" AND ");
            conn.first(HOLDS_SQLITE, &[no.into(), all.into()]).await?
        } else {
            let all = part.iter().map(|term| format!("'{term}'")).collect::<Vec<_>>().join(" & ");
            conn.first(HOLDS_POSTGRES, &[organisation.into(), it.message.into(), all.into()]).await?
        };
        if row.is_none() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Puts those messages in the index anew.
pub async fn put_back(conn: &mut Conn, organisation: OrganisationId, lost: &[MessageId]) -> Result<()> {
    for id in lost {
        // Just after the id before it.
        let before = MessageId(Uuid::from_u128(id.0.as_u128().saturating_sub(1)));
        for it in words(conn, organisation, before, *id).await? {
            let all = format!("{} {}", it.said, it.beside);
            index(conn, organisation, it.message, it.conversation, &all).await?;
        }
    }
    Ok(())
}

/// Takes entries out whose message there isn't.
pub async fn drop_stray(conn: &mut Conn, organisation: OrganisationId) -> Result<()> {
    if conn.is_sqlite() {
        conn.run(DROP_NAMELESS_SQLITE, &[]).await?;
        conn.run(DROP_STRAY_TERMS_SQLITE, &[organisation.into()]).await?;
    }
    conn.run(DROP_STRAY, &[organisation.into()]).await.map(drop)
}

#[cfg(test)]
mod tests;
