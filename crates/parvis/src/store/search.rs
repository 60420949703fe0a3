//! Full-text search over the whole history, newest first: the one room where the engines truly differ
//! (FTS5 and tsvector). Words are folded and stemmed by `rules::text` for both, so both find the same.

pub mod check;

use serde::Serialize;
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::conn::places;
use super::{Conn, Error, Result, Row, Value};
use crate::id::{ConversationId, MessageId, OrganisationId};
use crate::rules::permission::Scope;
use crate::rules::text;

/// What is asked of the messages that are found, beside their words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Within {
    /// With this intent.
    pub intent: Option<String>,
    /// With this sentiment.
    pub sentiment: Option<String>,
    /// Written in this language ("fr"), or, with a leading "-", in any other.
    pub language: Option<String>,
    /// Whose author waits for an answer.
    pub needs_answer: bool,
}

impl Within {
    /// The condition on `i`, the index; nothing where nothing is asked.
    fn condition(&self, args: &mut Vec<Value>) -> String {
        let mut asked = String::new();
        let mut push = |condition: &str, value: Value| {
            args.push(value);
            asked.push_str(&condition.replace('?', &format!("${}", args.len())));
        };
        if let Some(intent) = &self.intent {
            push(" AND r.intent = ?", intent.into());
        }
        if let Some(sentiment) = &self.sentiment {
            push(" AND r.sentiment = ?", sentiment.into());
        }
        match self.language.as_deref().map(|it| (it.strip_prefix('-'), it)) {
            Some((Some(not), _)) => push(" AND r.language <> ?", not.into()),
            Some((None, language)) => push(" AND r.language = ?", language.into()),
            None => {}
        }
        if self.needs_answer {
            push(" AND r.needs_answer = ?", true.into());
        }
        if asked.is_empty() {
            return asked;
        }
        format!(
            " AND EXISTS (SELECT 1 FROM reading r WHERE r.organisation_id = i.organisation_id AND r.message_id = i.message_id{asked})"
        )
    }
}

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
const NUMBER_SQLITE: &str =
    "INSERT INTO message_index (organisation_id, message_id, conversation_id) VALUES ($1, $2, $3)
    ON CONFLICT (organisation_id, message_id) DO NOTHING RETURNING no";
const RENUMBER_SQLITE: &str = "UPDATE message_index SET conversation_id = $3 WHERE organisation_id = $1 AND message_id = $2 RETURNING no";
const INDEX_SQLITE: &str = "INSERT INTO message_terms (rowid, terms) VALUES ($1, $2)";
const INDEX_POSTGRES: &str = "INSERT INTO message_index (organisation_id, message_id, conversation_id, terms) VALUES ($1, $2, $3, to_tsvector('simple', $4))
    ON CONFLICT (organisation_id, message_id) DO UPDATE SET conversation_id = excluded.conversation_id, terms = excluded.terms";
// Terms without a number, should there be any, go too: nothing can find them.
const CLEAR_TERMS_SQLITE: &str = "DELETE FROM message_terms
    WHERE rowid NOT IN (SELECT no FROM message_index WHERE organisation_id <> $1)";
const CLEAR: &str = "DELETE FROM message_index WHERE organisation_id = $1";
const TEXTS: &str = "SELECT m.id, m.conversation_id, m.title, m.text, a.handle, a.name FROM message m
    LEFT JOIN author a ON a.organisation_id = m.organisation_id AND a.id = m.author_id
    WHERE m.organisation_id = $1 AND m.id > $2 AND m.id <= $3 AND m.state <> 'withdrawn' ORDER BY m.id LIMIT 1000";
const ALTS: &str = "SELECT message_id, alt FROM attachment
    WHERE organisation_id = $1 AND message_id >= $2 AND message_id <= $3 AND alt IS NOT NULL ORDER BY message_id, position";

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
    let args = [organisation.into(), message.into(), conversation.into()];
    let mut row = conn.first(NUMBER_SQLITE, &args).await?;
    if row.is_none() {
        conn.run(FORGET_SQLITE, &args[..2]).await?;
        row = conn.first(RENUMBER_SQLITE, &args).await?;
    }
    if let Some(row) = row {
        let no: i64 = row.only()?;
        conn.run(INDEX_SQLITE, &[no.into(), terms.into()]).await?;
    }
    Ok(())
}

/// A message with all of its words that can be found: title, text, who wrote it, what its pictures show.
pub(super) struct Words {
    /// The message.
    pub(super) message: MessageId,
    /// Its conversation.
    pub(super) conversation: ConversationId,
    /// Title and text.
    pub(super) said: String,
    /// The rest.
    pub(super) beside: String,
}

/// The words of the next messages after `last` up to `until`, by id; empty after the last one. Those that were
/// taken back needn't be found.
pub(super) async fn words(
    conn: &mut Conn,
    organisation: OrganisationId,
    last: MessageId,
    until: MessageId,
) -> Result<Vec<Words>> {
    let mut all = Vec::new();
    for row in conn.all(TEXTS, &[organisation.into(), last.into(), until.into()]).await? {
        let mut cells = row.cells();
        let (message, conversation) = (cells.next()?, cells.next()?);
        let (title, text): (Option<String>, String) = (cells.next()?, cells.next()?);
        let (handle, name): (Option<String>, Option<String>) = (cells.next()?, cells.next()?);
        let said = format!("{} {text}", title.unwrap_or_default());
        let beside = format!("{} {}", handle.unwrap_or_default(), name.unwrap_or_default());
        all.push(Words { message, conversation, said, beside });
    }
    let (Some(first), Some(end)) = (all.first(), all.last()) else { return Ok(all) };
    let rows = conn.all(ALTS, &[organisation.into(), first.message.into(), end.message.into()]).await?;
    for row in &rows {
        let mut cells = row.cells();
        let message: MessageId = cells.next()?;
        let alt: String = cells.next()?;
        if let Ok(place) = all.binary_search_by_key(&message, |it| it.message) {
            all[place].beside.push(' ');
            all[place].beside.push_str(&alt);
        }
    }
    Ok(all)
}

/// Builds the index anew from the messages; after a move or an import. Answers with how many there are.
pub async fn rebuild(conn: &mut Conn, organisation: OrganisationId) -> Result<u64> {
    if conn.is_sqlite() {
        conn.run(CLEAR_TERMS_SQLITE, &[organisation.into()]).await?;
    }
    conn.run(CLEAR, &[organisation.into()]).await?;
    let (mut last, mut count) = (MessageId(Uuid::nil()), 0);
    loop {
        let all = words(conn, organisation, last, MessageId(Uuid::max())).await?;
        let Some(newest) = all.last() else { return Ok(count) };
        last = newest.message;
        for it in &all {
            let words = format!("{} {}", it.said, it.beside);
            index(conn, organisation, it.message, it.conversation, &words).await?;
            count += 1;
        }
    }
}

/// The messages that hold every word of `query`, are what `within` asks and that `scope` covers, newest first, before place
/// `before`. Where they don't fill a page, the last word may also be a beginning: to read all words that begin
/// like a common one would take longer than anybody waits.
pub async fn find(
    conn: &mut Conn,
    organisation: OrganisationId,
    scope: &Scope,
    query: &str,
    within: &Within,
    (before, limit): (Option<i64>, i64),
) -> Result<Vec<Hit>> {
    let wanted = text::words(query);
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let whole = read_page(conn, organisation, (scope, within), &wanted, false, (before, limit)).await?;
    if i64::try_from(whole.len()).unwrap_or(0) >= limit {
        return Ok(whole);
    }
    read_page(conn, organisation, (scope, within), &wanted, true, (before, limit)).await
}

async fn read_page(
    conn: &mut Conn,
    organisation: OrganisationId,
    (scope, within): (&Scope, &Within),
    wanted: &[String],
    begins: bool,
    (before, limit): (Option<i64>, i64),
) -> Result<Vec<Hit>> {
    let before = before.unwrap_or(i64::MAX);
    let mut args: Vec<Value> = vec![organisation.into(), before.into(), limit.into()];
    let scope = scope_condition(scope, &mut args) + &within.condition(&mut args);
    if conn.is_sqlite() {
        args.push(fts5(wanted, begins).into());
        return read_fts5(conn, &scope, &args).await;
    }
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

/// All hits in one row, a line each: fifty rows cost more on their way from SQLite's thread than the index does.
async fn read_fts5(conn: &mut Conn, scope: &str, args: &[Value]) -> Result<Vec<Hit>> {
    let n = args.len();
    // SQLite keeps the order of a CROSS JOIN: otherwise it asks the words of each message in turn.
    let sql = format!(
        "SELECT group_concat(no || ' ' || hex(message_id) || ' ' || hex(conversation_id), char(10)) FROM (
           SELECT i.no, i.message_id, i.conversation_id FROM message_terms f CROSS JOIN message_index i ON i.no = f.rowid
           WHERE message_terms MATCH ${n} AND f.rowid < $2 AND i.organisation_id = $1{scope} ORDER BY f.rowid DESC LIMIT $3)"
    );
    let row = conn.first(AssertSqlSafe(sql), args).await?;
    let lines: Option<String> = row.map_or(Ok(None), |row| row.only())?;
    let mut hits = lines.as_deref().unwrap_or_default().lines().map(hit).collect::<Result<Vec<_>>>()?;
    // An aggregate promises no order.
    hits.sort_unstable_by_key(|hit| std::cmp::Reverse(hit.no));
    Ok(hits)
}

fn hit(line: &str) -> Result<Hit> {
    let unreadable = || Error::Unreadable { what: "hit", found: line.to_owned() };
    let mut parts = line.split(' ');
    let no = parts.next().and_then(|part| part.parse().ok()).ok_or_else(unreadable)?;
    let mut id = || parts.next().and_then(|part| part.parse::<Uuid>().ok()).ok_or_else(unreadable);
    Ok(Hit { no, message: MessageId(id()?), conversation: ConversationId(id()?) })
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
