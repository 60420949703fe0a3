//! What a database holds in the end, without what differs from one to the next (ids), so that two engines can be compared.

use anyhow::Result;
use parvis::id::MessageId;
use parvis::store::Db;

/// A question: how many of its columns are texts; the rest are numbers.
type Question = (&'static str, usize, usize, &'static str);

const QUESTIONS: [Question; 9] = [
    (
        "message",
        9,
        5,
        "SELECT m.remote_id, m.remote_parent_id, m.direction, m.state, m.text, m.error_code, m.visibility, c.thread_key, k.email,
         m.sent_at, m.version_at, m.edited_at, m.deleted_at, m.created_at
         FROM message m JOIN conversation c ON c.id = m.conversation_id LEFT JOIN colleague k ON k.id = m.colleague_id",
    ),
    (
        "conversation",
        5,
        10,
        "SELECT c.thread_key, c.state, c.excerpt, i.thread_key, k.email,
         c.messages, c.first_at, c.last_at, c.awaiting_since, c.due_at, c.answered_at, c.snoozed_until, c.closed_at,
         CAST(CASE WHEN c.urgent THEN 1 ELSE 0 END AS BIGINT), CAST(CASE WHEN c.author_id IS NULL THEN 1 ELSE 0 END AS BIGINT)
         FROM conversation c LEFT JOIN conversation i ON i.id = c.merged_into LEFT JOIN colleague k ON k.id = c.assignee_id",
    ),
    ("post", 4, 4, "SELECT title, state, text, held_code, version, due_at, released_at, published_at FROM post"),
    ("version", 1, 1, "SELECT text, version_at FROM message_version"),
    ("counter", 2, 1, "SELECT n.state, k.email, n.value FROM counter n LEFT JOIN colleague k ON k.id = n.assignee_id WHERE n.value <> 0"),
    ("tally", 1, 2, "SELECT direction, hour_at, value FROM tally WHERE value <> 0"),
    ("job", 2, 2, "SELECT kind, state, run_at, attempts FROM job"),
    (
        "journal",
        3,
        1,
        "SELECT j.verb, j.actor_kind, c.thread_key, j.at FROM journal j LEFT JOIN conversation c ON c.id = j.conversation_id",
    ),
    ("observation", 1, 1, "SELECT remote_id, COUNT(*) FROM observation GROUP BY remote_id"),
];

/// Every row, as a line, in order.
///
/// # Errors
/// The database can't be read.
pub async fn state(db: &Db) -> Result<Vec<String>> {
    let mut conn = db.snapshot().await?;
    let mut lines = Vec::new();
    for (name, texts, numbers, sql) in QUESTIONS {
        for row in conn.all(sql, &[]).await? {
            let mut cells = row.cells();
            let mut line = name.to_owned();
            for _ in 0..texts {
                let text: Option<String> = cells.next()?;
                // What we began is named after our own message, whose id is another each time.
                let text = text.filter(|it| it.parse::<MessageId>().is_err());
                line.push_str(&format!(" | {}", text.unwrap_or_else(|| "–".to_owned())));
            }
            for _ in 0..numbers {
                let number: Option<i64> = cells.next()?;
                line.push_str(&number.map_or_else(|| " | –".to_owned(), |it| format!(" | {it}")));
            }
            lines.push(line);
        }
    }
    lines.sort();
    Ok(lines)
}

/// Where two states differ: lines that only one of them has.
pub fn difference(one: &[String], other: &[String]) -> Vec<String> {
    let only = |mine: &[String], theirs: &[String], whose: &str| -> Vec<String> {
        mine.iter().filter(|it| !theirs.contains(it)).map(|it| format!("only on {whose}: {it}")).collect()
    };
    let mut found = only(one, other, "SQLite");
    found.extend(only(other, one, "PostgreSQL"));
    if found.is_empty() && one != other {
        found.push(format!("{} rows on SQLite, {} on PostgreSQL", one.len(), other.len()));
    }
    found
}
