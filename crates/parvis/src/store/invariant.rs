//! What must hold between the rows, beyond what the engines guarantee by themselves: nothing points at a row that is
//! gone, nothing is counted wrongly, nothing on its way is forgotten. Each rule is one question that answers with
//! the rows that break it. Knows no file; `doctor --deep` asks, on one snapshot.

use std::collections::BTreeSet;

use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::{Conn, Result, Row, Value, counter, reading, tag};
use crate::clock::HOUR;
use crate::id::{ConversationId, OrganisationId};

/// How a broken rule is mended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mend {
    /// It is made from other rows, so it can be made anew.
    Recompute,
    /// By people; what to do.
    ByHand(&'static str),
}

/// One thing that must hold.
#[derive(Debug)]
pub struct Rule {
    /// Whose: the noun, in the plural.
    pub what: &'static str,
    /// What is wrong with those that break it, as the end of a sentence.
    pub broken: &'static str,
    /// What helps.
    pub mend: Mend,
    /// The ids of those that break it, for the organisation $1; $2 is the id that stands for nobody.
    sql: &'static str,
}

const RESTORE: Mend = Mend::ByHand(
    "rows were removed by something other than Parvis: restore the last backup that `parvis doctor --deep` finds whole",
);
const ANSWERS: Mend = Mend::ByHand(
    "they don't leave by themselves: see on the network whether they stand there before anybody answers anew",
);
const REOPEN: Mend = Mend::ByHand("open them by their id (/inbox?open=ID) and put them where they belong");

const MESSAGE_CONVERSATION: &str = "SELECT m.id FROM message m WHERE m.organisation_id = $1 AND NOT EXISTS
    (SELECT 1 FROM conversation c WHERE c.organisation_id = m.organisation_id AND c.id = m.conversation_id)";
const MESSAGE_CHANNEL: &str = "SELECT m.id FROM message m JOIN conversation c
    ON c.organisation_id = m.organisation_id AND c.id = m.conversation_id
    WHERE m.organisation_id = $1 AND c.channel_id <> m.channel_id";
const MESSAGE_AUTHOR: &str =
    "SELECT m.id FROM message m WHERE m.organisation_id = $1 AND m.author_id IS NOT NULL AND NOT EXISTS
    (SELECT 1 FROM author a WHERE a.organisation_id = m.organisation_id AND a.id = m.author_id)";
const MESSAGE_COLLEAGUE: &str =
    "SELECT m.id FROM message m WHERE m.organisation_id = $1 AND m.colleague_id IS NOT NULL AND NOT EXISTS
    (SELECT 1 FROM colleague k WHERE k.organisation_id = m.organisation_id AND k.id = m.colleague_id)";
const MESSAGE_JOB: &str =
    "SELECT m.id FROM message m WHERE m.organisation_id = $1 AND m.state IN ('held', 'committing', 'unknown') AND NOT EXISTS
    (SELECT 1 FROM job j WHERE j.organisation_id = m.organisation_id AND j.kind IN ('publish', 'read_back') AND j.subject_id = m.id AND j.state <> 'failed')
    AND (m.remote_parent_id IS NOT NULL OR NOT EXISTS
    (SELECT 1 FROM post_part t WHERE t.organisation_id = m.organisation_id AND t.message_id = m.id))";
const VERSION_MESSAGE: &str =
    "SELECT v.message_id FROM message_version v WHERE v.organisation_id = $1 AND NOT EXISTS
    (SELECT 1 FROM message m WHERE m.organisation_id = v.organisation_id AND m.id = v.message_id)";
const ATTACHMENT_MESSAGE: &str = "SELECT t.id FROM attachment t WHERE t.organisation_id = $1 AND NOT EXISTS
    (SELECT 1 FROM message m WHERE m.organisation_id = t.organisation_id AND m.id = t.message_id)";
const CONVERSATION_EMPTY: &str = "SELECT c.id FROM conversation c WHERE c.organisation_id = $1 AND NOT EXISTS
    (SELECT 1 FROM message m WHERE m.organisation_id = c.organisation_id AND m.conversation_id = c.id)";
const CONVERSATION_DESK: &str = "SELECT c.id FROM conversation c WHERE c.organisation_id = $1 AND NOT EXISTS
    (SELECT 1 FROM desk d WHERE d.organisation_id = c.organisation_id AND d.id = c.desk_id)";
const CONVERSATION_CHANNEL: &str =
    "SELECT c.id FROM conversation c WHERE c.organisation_id = $1 AND NOT EXISTS
    (SELECT 1 FROM channel h WHERE h.organisation_id = c.organisation_id AND h.id = c.channel_id)";
const CONVERSATION_AUTHOR: &str =
    "SELECT c.id FROM conversation c WHERE c.organisation_id = $1 AND c.author_id IS NOT NULL AND NOT EXISTS
    (SELECT 1 FROM author a WHERE a.organisation_id = c.organisation_id AND a.id = c.author_id)";
const CONVERSATION_ASSIGNEE: &str =
    "SELECT c.id FROM conversation c WHERE c.organisation_id = $1 AND c.assignee_id IS NOT NULL AND NOT EXISTS
    (SELECT 1 FROM colleague k WHERE k.organisation_id = c.organisation_id AND k.id = c.assignee_id)";
const CONVERSATION_MERGED: &str =
    "SELECT c.id FROM conversation c LEFT JOIN conversation i ON i.organisation_id = c.organisation_id AND i.id = c.merged_into
    WHERE c.organisation_id = $1 AND ((c.state = 'merged' AND (i.id IS NULL OR i.state = 'merged'))
      OR (c.state <> 'merged' AND c.merged_into IS NOT NULL))";
const CONVERSATION_SNOOZED: &str =
    "SELECT id FROM conversation WHERE organisation_id = $1 AND state = 'snoozed' AND snoozed_until IS NULL";
const CONVERSATION_CLOSED_DESK: &str = "SELECT c.id FROM desk d JOIN conversation c ON c.organisation_id = d.organisation_id AND c.desk_id = d.id
    WHERE d.organisation_id = $1 AND d.closed_at IS NOT NULL AND c.state IN ('open', 'waiting', 'snoozed')";
// Those merged into another say nothing of their own; what a program sent says nothing of how somebody feels.
const CONVERSATION_READING: &str = "SELECT c.id FROM conversation c JOIN reading r ON r.organisation_id = c.organisation_id AND r.message_id =
      (SELECT m.id FROM message m JOIN reading q ON q.organisation_id = m.organisation_id AND q.message_id = m.id
        WHERE m.organisation_id = c.organisation_id AND m.conversation_id IN
          (SELECT c.id UNION ALL SELECT i.id FROM conversation i WHERE i.organisation_id = c.organisation_id AND i.merged_into = c.id)
        AND m.direction = 'in' AND m.deleted_at IS NULL AND (m.marks IS NULL OR m.marks NOT LIKE '%\"automatic\"%')
        ORDER BY m.sent_at DESC, m.id DESC LIMIT 1)
    WHERE c.organisation_id = $1 AND c.merged_into IS NULL
      AND (COALESCE(c.intent, '') <> r.intent OR COALESCE(c.sentiment, '') <> r.sentiment
        OR c.abusive <> (r.abuse >= 500) OR c.needs_answer <> r.needs_answer)";
const TAG_PLACE: &str = "SELECT t.conversation_id FROM conversation_tag t JOIN conversation c
    ON c.organisation_id = t.organisation_id AND c.id = t.conversation_id WHERE t.organisation_id = $1
    AND (t.state <> c.state OR t.due_at <> c.due_at OR t.last_at <> c.last_at)";
const COUNTER_DESK: &str =
    "SELECT n.desk_id FROM counter n WHERE n.organisation_id = $1 AND n.value <> 0 AND NOT EXISTS
    (SELECT 1 FROM desk d WHERE d.organisation_id = n.organisation_id AND d.id = n.desk_id)";
const COUNTER_ASSIGNEE: &str = "SELECT n.assignee_id FROM counter n
    WHERE n.organisation_id = $1 AND n.value <> 0 AND n.assignee_id <> $2 AND NOT EXISTS
    (SELECT 1 FROM colleague k WHERE k.organisation_id = n.organisation_id AND k.id = n.assignee_id)";
const TALLY_CHANNEL: &str = "SELECT y.channel_id FROM tally y WHERE y.organisation_id = $1 AND NOT EXISTS
    (SELECT 1 FROM channel h WHERE h.organisation_id = y.organisation_id AND h.id = y.channel_id)";
const CONVERSATION_MESSAGES: &str = "SELECT c.id FROM conversation c LEFT JOIN
    (SELECT conversation_id, COUNT(*) AS n FROM message WHERE organisation_id = $1 GROUP BY conversation_id) AS m
    ON m.conversation_id = c.id WHERE c.organisation_id = $1 AND c.messages <> COALESCE(m.n, 0)";
const AUTHOR_MESSAGES: &str = "SELECT a.id FROM author a LEFT JOIN
    (SELECT author_id, COUNT(*) AS n FROM message WHERE organisation_id = $1 AND author_id IS NOT NULL GROUP BY author_id) AS m
    ON m.author_id = a.id WHERE a.organisation_id = $1 AND a.messages <> COALESCE(m.n, 0)";

/// Every rule that SQL alone can judge, those about lost rows first.
pub const RULES: &[Rule] = &[
    Rule { what: "messages", broken: "stand in no conversation", mend: RESTORE, sql: MESSAGE_CONVERSATION },
    Rule {
        what: "messages",
        broken: "came by another channel than their conversation",
        mend: RESTORE,
        sql: MESSAGE_CHANNEL,
    },
    Rule { what: "messages", broken: "have lost their author", mend: RESTORE, sql: MESSAGE_AUTHOR },
    Rule {
        what: "messages",
        broken: "were written by nobody we know",
        mend: RESTORE,
        sql: MESSAGE_COLLEAGUE,
    },
    Rule {
        what: "answers",
        broken: "are on their way, but no job carries them",
        mend: ANSWERS,
        sql: MESSAGE_JOB,
    },
    Rule { what: "versions", broken: "belong to no message", mend: RESTORE, sql: VERSION_MESSAGE },
    Rule { what: "attachments", broken: "belong to no message", mend: RESTORE, sql: ATTACHMENT_MESSAGE },
    Rule { what: "conversations", broken: "hold no message", mend: RESTORE, sql: CONVERSATION_EMPTY },
    Rule { what: "conversations", broken: "stand at no desk", mend: RESTORE, sql: CONVERSATION_DESK },
    Rule {
        what: "conversations",
        broken: "have lost their channel",
        mend: RESTORE,
        sql: CONVERSATION_CHANNEL,
    },
    Rule { what: "conversations", broken: "have lost their author", mend: RESTORE, sql: CONVERSATION_AUTHOR },
    Rule {
        what: "conversations",
        broken: "are assigned to nobody we know",
        mend: REOPEN,
        sql: CONVERSATION_ASSIGNEE,
    },
    Rule {
        what: "conversations",
        broken: "are merged into none that stands",
        mend: REOPEN,
        sql: CONVERSATION_MERGED,
    },
    Rule { what: "conversations", broken: "sleep without an end", mend: REOPEN, sql: CONVERSATION_SNOOZED },
    Rule {
        what: "conversations",
        broken: "aren't done and stand at a closed desk",
        mend: Mend::ByHand("hand them over to an open desk"),
        sql: CONVERSATION_CLOSED_DESK,
    },
    Rule {
        what: "tagged conversations",
        broken: "stand elsewhere in the lists of their tags",
        mend: Mend::Recompute,
        sql: TAG_PLACE,
    },
    Rule { what: "counters", broken: "count for no desk", mend: Mend::Recompute, sql: COUNTER_DESK },
    Rule {
        what: "counters",
        broken: "count for nobody we know",
        mend: Mend::Recompute,
        sql: COUNTER_ASSIGNEE,
    },
    Rule { what: "tallies", broken: "count for no channel", mend: Mend::Recompute, sql: TALLY_CHANNEL },
    Rule {
        what: "conversations",
        broken: "count other messages than they hold",
        mend: Mend::Recompute,
        sql: CONVERSATION_MESSAGES,
    },
    Rule {
        what: "authors",
        broken: "count other messages than they wrote",
        mend: Mend::Recompute,
        sql: AUTHOR_MESSAGES,
    },
    Rule {
        what: "conversations",
        broken: "say something else than their newest message is read to say",
        mend: Mend::Recompute,
        sql: CONVERSATION_READING,
    },
];

/// Rows that break a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// How many.
    pub count: i64,
    /// A few of them, for people to look at.
    pub some: Vec<Uuid>,
}

impl Rule {
    /// The rows that break it; `None` when it holds.
    pub async fn broken(&self, conn: &mut Conn, organisation: OrganisationId) -> Result<Option<Broken>> {
        let sql = self.sql;
        let mut args: Vec<Value> = vec![organisation.into()];
        args.extend(sql.contains("$2").then(|| Uuid::nil().into()));
        let count = format!("SELECT COUNT(*) FROM ({sql}) AS broken");
        let row = conn.first(AssertSqlSafe(count), &args).await?;
        let count: i64 = row.map_or(Ok(0), |row| row.only())?;
        if count == 0 {
            return Ok(None);
        }
        let rows = conn.all(AssertSqlSafe(format!("{sql} LIMIT 3")), &args).await?;
        let some = rows.iter().map(Row::only).collect::<Result<_>>()?;
        Ok(Some(Broken { count, some }))
    }
}

const TALLIES_WRONG: &str = "SELECT COUNT(*) FROM (SELECT hour_at FROM (
      SELECT hour_at, channel_id, direction, value FROM tally WHERE organisation_id = $1
      UNION ALL SELECT sent_at - ((sent_at % $2) + $2) % $2, channel_id, direction, -1 FROM message
      WHERE organisation_id = $1 AND (direction = 'in' OR (direction = 'out' AND state = 'published'))) AS said
    GROUP BY hour_at, channel_id, direction HAVING SUM(value) <> 0) AS wrong";
const CLEAR_TALLIES: &str = "DELETE FROM tally WHERE organisation_id = $1";
const RETALLY: &str = "INSERT INTO tally (organisation_id, hour_at, channel_id, direction, value)
    SELECT organisation_id, hour_at, channel_id, direction, COUNT(*) FROM (
      SELECT organisation_id, sent_at - ((sent_at % $2) + $2) % $2 AS hour_at, channel_id, direction FROM message
      WHERE organisation_id = $1 AND (direction = 'in' OR (direction = 'out' AND state = 'published'))) AS said
    GROUP BY organisation_id, hour_at, channel_id, direction";
const RECOUNT_CONVERSATIONS: &str = "UPDATE conversation SET messages =
      (SELECT COUNT(*) FROM message m WHERE m.organisation_id = $1 AND m.conversation_id = conversation.id)
    WHERE organisation_id = $1 AND messages <>
      (SELECT COUNT(*) FROM message m WHERE m.organisation_id = $1 AND m.conversation_id = conversation.id)";
const RECOUNT_AUTHORS: &str = "UPDATE author SET messages = COALESCE(counted.n, 0) FROM
      (SELECT a.id, m.n FROM author a LEFT JOIN
        (SELECT author_id, COUNT(*) AS n FROM message WHERE organisation_id = $1 AND author_id IS NOT NULL GROUP BY author_id) AS m
        ON m.author_id = a.id WHERE a.organisation_id = $1) AS counted
    WHERE author.organisation_id = $1 AND author.id = counted.id AND author.messages <> COALESCE(counted.n, 0)";

/// In how many hours the messages counted for charts differ from those that were said: a message counts when it came
/// in, an answer once it is published.
pub async fn wrong_tallies(conn: &mut Conn, organisation: OrganisationId) -> Result<i64> {
    let row = conn.first(TALLIES_WRONG, &[organisation.into(), HOUR.into()]).await?;
    row.map_or(Ok(0), |row| row.only())
}

/// Makes everything anew that is counted from other rows.
pub async fn recount(conn: &mut Conn, organisation: OrganisationId) -> Result<()> {
    counter::recount(conn, organisation).await?;
    conn.run(RECOUNT_CONVERSATIONS, &[organisation.into()]).await?;
    conn.run(RECOUNT_AUTHORS, &[organisation.into()]).await?;
    tag::place_all(conn, organisation).await?;
    conn.run(CLEAR_TALLIES, &[organisation.into()]).await?;
    conn.run(RETALLY, &[organisation.into(), HOUR.into()]).await?;
    let said: Vec<ConversationId> = conn
        .all(CONVERSATION_READING, &[organisation.into()])
        .await?
        .iter()
        .map(Row::only)
        .collect::<Result<_>>()?;
    for id in said {
        reading::carry(conn, organisation, id).await?;
    }
    Ok(())
}

const STRUCTURE_SQLITE: &str = "PRAGMA integrity_check(10)";
const STRANGERS_SQLITE: &str = "PRAGMA foreign_key_check";

/// What the embedded database finds wrong in its own file; nothing on PostgreSQL, whose server looks after that.
pub async fn damage(conn: &mut Conn) -> Result<Vec<String>> {
    if !conn.is_sqlite() {
        return Ok(Vec::new());
    }
    let mut found: Vec<String> =
        conn.all(STRUCTURE_SQLITE, &[]).await?.iter().map(Row::only).collect::<Result<_>>()?;
    found.retain(|line| line != "ok");
    let strangers = conn.all(STRANGERS_SQLITE, &[]).await?;
    let tables: BTreeSet<String> = strangers.iter().map(Row::only).collect::<Result<_>>()?;
    found.extend(tables.iter().map(|table| format!("rows of {table} point at rows that are gone")));
    Ok(found)
}

#[cfg(test)]
mod tests;
