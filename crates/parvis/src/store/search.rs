//! Full-text search over the whole history, newest first: the one room where the engines truly differ
//! (FTS5 and tsvector). Words are folded and stemmed by `rules::text` for both, so both find the same.

use serde::Serialize;
use sqlx::AssertSqlSafe;

use super::conn::places;
use super::{Conn, Result, Row, Value};
use crate::id::{ConversationId, MessageId, OrganisationId};
use crate::rules::permission::Scope;
use crate::rules::text;

/// A message that was found.
#[derive(Clone, Debug, Serialize)]
pub struct Hit {
    /// Place in the index; the next page begins before it.
    pub no: i64,
    /// The message.
    pub message: MessageId,
    /// Its conversation.
    pub conversation: ConversationId,
}

/// Rarer terms than this are found through the index and sorted; commoner ones by walking back in time.
/// PostgreSQL's planner picks one way for all terms and is slow at one end (docs/decisions/0004).
const COMMON: i64 = 5_000;

const FORGET_SQLITE: &str = "DELETE FROM message_terms WHERE rowid = (SELECT no FROM message_index WHERE organisation_id = $1 AND message_id = $2)";
const NUMBER_SQLITE: &str = "INSERT INTO message_index (organisation_id, message_id, conversation_id) VALUES ($1, $2, $3)
    ON CONFLICT (organisation_id, message_id) DO UPDATE SET conversation_id = excluded.conversation_id RETURNING no";
const INDEX_SQLITE: &str = "INSERT INTO message_terms (rowid, terms) VALUES ($1, $2)";
const INDEX_POSTGRES: &str = "INSERT INTO message_index (organisation_id, message_id, conversation_id, terms) VALUES ($1, $2, $3, to_tsvector('simple', $4))
    ON CONFLICT (organisation_id, message_id) DO UPDATE SET terms = excluded.terms";
const CLEAR_TERMS_SQLITE: &str = "DELETE FROM message_terms";
const CLEAR: &str = "DELETE FROM message_index WHERE organisation_id = $1";
const TEXTS: &str = "SELECT id, conversation_id, title, text FROM message
    WHERE organisation_id = $1 AND id > $2 AND state <> 'withdrawn' ORDER BY id LIMIT 1000";

/// Puts a message in the index, or anew when it was edited.
pub async fn index(
    conn: &mut Conn,
    organisation: OrganisationId,
    message: MessageId,
    conversation: ConversationId,
    words: &str,
) -> Result<()> {
    let terms = text::terms(words);
    if !conn.is_sqlite() {
        let args = [organisation.into(), message.into(), conversation.into(), terms.into()];
        return conn.run(INDEX_POSTGRES, &args).await.map(drop);
    }
    conn.run(FORGET_SQLITE, &[organisation.into(), message.into()]).await?;
    let row = conn.first(NUMBER_SQLITE, &[organisation.into(), message.into(), conversation.into()]).await?;
    if let Some(row) = row {
        let no: i64 = row.only()?;
        conn.run(INDEX_SQLITE, &[no.into(), terms.into()]).await?;
    }
    Ok(())
}

/// Builds the index anew from the messages; after a move or an import. Answers with how many there are.
pub async fn rebuild(conn: &mut Conn, organisation: OrganisationId) -> Result<u64> {
    if conn.is_sqlite() {
        conn.run(CLEAR_TERMS_SQLITE, &[]).await?;
    }
    conn.run(CLEAR, &[organisation.into()]).await?;
    let (mut last, mut count) = (MessageId(uuid::Uuid::nil()), 0);
    loop {
        let rows = conn.all(TEXTS, &[organisation.into(), last.into()]).await?;
        if rows.is_empty() {
            return Ok(count);
        }
        for row in &rows {
            let mut cells = row.cells();
            last = cells.next()?;
            let conversation: ConversationId = cells.next()?;
            let title: Option<String> = cells.next()?;
            let body: String = cells.next()?;
            let words = format!("{} {body}", title.unwrap_or_default());
            index(conn, organisation, last, conversation, &words).await?;
            count += 1;
        }
    }
}

/// The messages that hold every word of `query` and that `scope` covers, newest first, before place
/// `before`. Where they don't fill a page, the last word may also be a beginning: to read all words that begin
/// like a common one would take longer than anybody waits.
pub async fn find(
    conn: &mut Conn,
    organisation: OrganisationId,
    scope: &Scope,
    query: &str,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Hit>> {
    let wanted = text::words(query);
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    if conn.is_sqlite() {
        return read_fts5(conn, organisation, scope, &wanted, before, limit).await;
    }
    let whole = read_page(conn, organisation, scope, &wanted, false, before, limit).await?;
    if i64::try_from(whole.len()).unwrap_or(0) >= limit {
        return Ok(whole);
    }
    read_page(conn, organisation, scope, &wanted, true, before, limit).await
}

/// Both readings in one statement: each costs a way to SQLite's own thread and back, more than the index.
async fn read_fts5(
    conn: &mut Conn,
    organisation: OrganisationId,
    scope: &Scope,
    wanted: &[String],
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Hit>> {
    let (whole, begins) = (fts5(wanted, false), fts5(wanted, true));
    let mut args: Vec<Value> = vec![
        organisation.into(),
        before.unwrap_or(i64::MAX).into(),
        limit.into(),
        whole.into(),
        begins.into(),
    ];
    let scope = scope_condition(scope, &mut args);
    // SQLite keeps the order of a CROSS JOIN: otherwise it asks the words of each message in turn.
    let found = "FROM message_terms f CROSS JOIN message_index i ON i.no = f.rowid WHERE message_terms MATCH";
    let and = format!("AND f.rowid < $2 AND i.organisation_id = $1{scope}");
    let sql = format!(
        "SELECT i.no, i.message_id, i.conversation_id {found} (SELECT CASE WHEN
           (SELECT COUNT(*) FROM (SELECT 1 {found} $4 {and} ORDER BY f.rowid DESC LIMIT $3)) < $3 THEN $5 ELSE $4 END)
         {and} ORDER BY f.rowid DESC LIMIT $3"
    );
    conn.all(AssertSqlSafe(sql), &args).await?.iter().map(read).collect()
}

/// One reading on PostgreSQL.
async fn read_page(
    conn: &mut Conn,
    organisation: OrganisationId,
    scope: &Scope,
    wanted: &[String],
    begins: bool,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Hit>> {
    let before = before.unwrap_or(i64::MAX);
    let mut args: Vec<Value> = vec![organisation.into(), before.into(), limit.into()];
    let scope = scope_condition(scope, &mut args);
    let query = tsquery(wanted, begins);
    let common = is_common(conn, organisation, &query).await?;
    args.push(query.into());
    let n = args.len();
    // `+ 0` keeps PostgreSQL from walking the order index for a rare term.
    let order = if common { "i.no" } else { "i.no + 0" };
    let sql = format!(
        "SELECT i.no, i.message_id, i.conversation_id FROM message_index i
         WHERE i.organisation_id = $1 AND i.no < $2 AND i.terms @@ to_tsquery('simple', ${n}){scope} ORDER BY {order} DESC LIMIT $3"
    );
    conn.all(AssertSqlSafe(sql), &args).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Hit> {
    let mut cells = row.cells();
    Ok(Hit { no: cells.next()?, message: cells.next()?, conversation: cells.next()? })
}

async fn is_common(conn: &mut Conn, organisation: OrganisationId, query: &str) -> Result<bool> {
    const COUNT: &str = "SELECT COUNT(*) FROM (SELECT 1 FROM message_index
        WHERE organisation_id = $1 AND terms @@ to_tsquery('simple', $2) LIMIT $3) AS found";
    let row = conn.first(COUNT, &[organisation.into(), query.into(), COMMON.into()]).await?;
    Ok(row.map_or(Ok(0), |row| row.only::<i64>())? >= COMMON)
}

fn scope_condition(scope: &Scope, args: &mut Vec<Value>) -> String {
    let Scope::Desks(desks) = scope else { return String::new() };
    let list = places(args, desks.iter().copied());
    format!(
        " AND EXISTS (SELECT 1 FROM conversation c WHERE c.organisation_id = i.organisation_id AND c.id = i.conversation_id AND c.desk_id IN ({list}))"
    )
}

/// Each word by either stem; if it `begins`, the last one also as a beginning, since it may still be being typed.
fn alternatives(
    wanted: &[String],
    begins: bool,
    beginning: &str,
    or: &str,
    and: &str,
    quote: impl Fn(&str) -> String,
) -> String {
    let last = wanted.len() - 1;
    let words: Vec<String> = wanted
        .iter()
        .enumerate()
        .map(|(place, word)| {
            let mut forms: Vec<String> = text::stems(word).iter().map(|stem| quote(stem)).collect();
            if begins && place == last && word.chars().count() >= 3 {
                forms.push(format!("{}{beginning}", quote(word)));
            }
            format!("({})", forms.join(or))
        })
        .collect();
    words.join(and)
}

fn fts5(wanted: &[String], begins: bool) -> String {
    alternatives(wanted, begins, " *", " OR ", " AND ", |word| format!("\"{word}\""))
}

fn tsquery(wanted: &[String], begins: bool) -> String {
    alternatives(wanted, begins, ":*", " | ", " & ", |word| format!("'{word}'"))
}
