//! Keys by which callers of the API mark an answer, so that one that is sent twice is given once.

use super::{Conn, Result};
use crate::id::{ColleagueId, ConversationId, JournalId, OrganisationId};

/// An answer that was given under a key.
#[derive(Clone, Debug)]
pub struct AnswerKey {
    /// Whose key.
    pub colleague: ColleagueId,
    /// The key, as the caller chose it.
    pub key: String,
    /// SHA-256 of what was answered, hexadecimal.
    pub digest: String,
    /// Where.
    pub conversation: ConversationId,
    /// The journal row of it.
    pub journal: JournalId,
    /// When (µs).
    pub created_at: i64,
}

const INSERT: &str =
    "INSERT INTO answer_key (organisation_id, colleague_id, key, digest, conversation_id, journal_id, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (organisation_id, colleague_id, key) DO NOTHING";
const GET: &str = "SELECT colleague_id, key, digest, conversation_id, journal_id, created_at FROM answer_key
    WHERE organisation_id = $1 AND colleague_id = $2 AND key = $3";
const FORGET: &str = "DELETE FROM answer_key WHERE organisation_id = $1 AND created_at <= $2";

/// Keeps a key; false when the colleague has used it already.
pub async fn insert(conn: &mut Conn, organisation: OrganisationId, it: &AnswerKey) -> Result<bool> {
    let args = [
        organisation.into(),
        it.colleague.into(),
        (&it.key).into(),
        (&it.digest).into(),
        it.conversation.into(),
        it.journal.into(),
        it.created_at.into(),
    ];
    Ok(conn.run(INSERT, &args).await? == 1)
}

/// What a colleague answered under a key.
pub async fn get(
    conn: &mut Conn,
    organisation: OrganisationId,
    colleague: ColleagueId,
    key: &str,
) -> Result<Option<AnswerKey>> {
    let row = conn.first(GET, &[organisation.into(), colleague.into(), key.into()]).await?;
    row.map(|row| {
        let mut cells = row.cells();
        Ok(AnswerKey {
            colleague: cells.next()?,
            key: cells.next()?,
            digest: cells.next()?,
            conversation: cells.next()?,
            journal: cells.next()?,
            created_at: cells.next()?,
        })
    })
    .transpose()
}

/// Forgets the keys made until `until` (µs).
pub async fn forget(conn: &mut Conn, organisation: OrganisationId, until: i64) -> Result<u64> {
    conn.run(FORGET, &[organisation.into(), until.into()]).await
}
