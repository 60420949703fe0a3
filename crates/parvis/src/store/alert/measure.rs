//! What is counted for alerts: messages by ten minutes in each watch, desk and channel, complaints that wait, and the
//! messages behind a figure. Messages are found by their ids, which tell when they came in: none came in before it
//! was said.

use super::super::watch::{Mention, read_mention};
use super::super::{Conn, Result, Row};
use super::Subject;
use crate::clock::{DAY, MINUTE};
use crate::id::{self, AuthorId, ChannelId, DeskId, MessageId, OrganisationId, WatchId};

/// Length of a step (µs).
pub const STEP: i64 = 10 * MINUTE;

/// How long before it stands on a network a message of our own may have been made (µs).
const WRITTEN_BEFORE: i64 = DAY;

/// How many messages came in one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// Beginning of the step (µs).
    pub at: i64,
    /// Where.
    pub channel: ChannelId,
    /// At which desk.
    pub desk: DeskId,
    /// Whether their conversations are negative.
    pub negative: bool,
    /// How many.
    pub value: i64,
}

/// How many messages of a channel a watch found in one step, and how many of them are negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// By which watch.
    pub watch: WatchId,
    /// On which channel.
    pub channel: ChannelId,
    /// Beginning of the step (µs).
    pub at: i64,
    /// How many.
    pub all: i64,
    /// How many of them are negative.
    pub negative: i64,
}

/// A complaint without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// At which desk.
    pub desk: DeskId,
    /// Who waits.
    pub author: Option<AuthorId>,
    /// Since when (µs).
    pub since: i64,
    /// The message that waits longest, where it is still there.
    pub message: Option<MessageId>,
}

// Steps are of 600 s; integer division cuts towards zero, and no time is before 1970.
const COUNTS: &str =
    "SELECT m.sent_at / 600000000 * 600000000, m.channel_id, c.desk_id, COALESCE(r.sentiment, '') = 'negative', COUNT(*)
    FROM message m JOIN conversation c ON c.organisation_id = m.organisation_id AND c.id = m.conversation_id
    LEFT JOIN reading r ON r.organisation_id = m.organisation_id AND r.message_id = m.id
    WHERE m.organisation_id = $1 AND m.id >= $2 AND m.sent_at >= $3 AND m.direction = 'in' AND m.deleted_at IS NULL
    GROUP BY 1, 2, 3, 4 ORDER BY 1";
const FOUND: &str =
    "SELECT n.watch_id, m.channel_id, n.sent_at / 600000000 * 600000000, COUNT(*), SUM(CASE WHEN r.sentiment = 'negative' THEN 1 ELSE 0 END)
    FROM watch w JOIN mention n ON n.organisation_id = w.organisation_id AND n.watch_id = w.id AND n.sent_at >= $2
    JOIN message m ON m.organisation_id = n.organisation_id AND m.id = n.message_id
    LEFT JOIN reading r ON r.organisation_id = m.organisation_id AND r.message_id = m.id
    WHERE w.organisation_id = $1 AND m.deleted_at IS NULL GROUP BY 1, 2, 3 ORDER BY 3";
const FOUND_BY: &str =
    "SELECT n.watch_id, m.channel_id, n.sent_at / 600000000 * 600000000, COUNT(*), SUM(CASE WHEN r.sentiment = 'negative' THEN 1 ELSE 0 END)
    FROM mention n JOIN message m ON m.organisation_id = n.organisation_id AND m.id = n.message_id
    LEFT JOIN reading r ON r.organisation_id = m.organisation_id AND r.message_id = m.id
    WHERE n.organisation_id = $1 AND n.sent_at >= $2 AND n.watch_id = $3 AND m.deleted_at IS NULL GROUP BY 1, 2, 3 ORDER BY 3";
const WAITING: &str = "SELECT c.desk_id, c.author_id, c.awaiting_since,
      (SELECT m.id FROM message m WHERE m.organisation_id = c.organisation_id AND m.conversation_id = c.id
        AND m.sent_at = c.awaiting_since AND m.direction = 'in' AND m.deleted_at IS NULL ORDER BY m.id LIMIT 1)
    FROM conversation c WHERE c.organisation_id = $1 AND c.state = 'open' AND c.awaiting_since IS NOT NULL
      AND (c.intent = 'complaint' OR c.sentiment = 'negative') ORDER BY c.awaiting_since LIMIT 5000";
const ANSWERED: &str = "SELECT desk_id, first_at, answered_at FROM conversation
    WHERE organisation_id = $1 AND answered_at >= $2 AND (intent = 'complaint' OR sentiment = 'negative')
    ORDER BY answered_at DESC LIMIT 20000";

// What we say of our own accord answers nobody; what is written elsewhere under our name counts too.
const PUBLISHED: &str = "SELECT channel_id, sent_at FROM message
    WHERE organisation_id = $1 AND id >= $2 AND sent_at >= $3 AND direction = 'out' AND state = 'published'
      AND remote_parent_id IS NULL AND visibility IN ('public', 'unlisted') AND deleted_at IS NULL ORDER BY sent_at";

macro_rules! said {
    ($from:literal) => {
        concat!(
            "SELECT m.id, m.conversation_id, c.desk_id, m.channel_id, a.handle, a.name, m.title, m.text, m.language, r.sentiment, m.sent_at,
              EXISTS (SELECT 1 FROM correction k WHERE k.organisation_id = m.organisation_id AND k.message_id = m.id AND k.aspect = 'sentiment' AND k.ended_at IS NULL), COALESCE(r.abuse, 0) >= 500 FROM ",
            $from,
            " JOIN conversation c ON c.organisation_id = m.organisation_id AND c.id = m.conversation_id
            LEFT JOIN author a ON a.organisation_id = m.organisation_id AND a.id = m.author_id
            LEFT JOIN reading r ON r.organisation_id = m.organisation_id AND r.message_id = m.id
            WHERE m.organisation_id = $1 AND m.sent_at >= $2 AND m.sent_at < $3 AND m.direction = 'in' AND m.deleted_at IS NULL
              AND ($4 = FALSE OR r.sentiment = 'negative') "
        )
    };
}

const SAID_WATCH: &str = concat!(
    said!(
        "mention n JOIN message m ON m.organisation_id = n.organisation_id AND m.id = n.message_id AND n.sent_at >= $2 AND n.sent_at < $3"
    ),
    "AND n.watch_id = $6 ORDER BY n.sent_at DESC, n.message_id DESC LIMIT $5"
);
const SAID_DESK: &str = concat!(
    said!("message m"),
    "AND c.desk_id = $6 AND m.id >= $7 ORDER BY m.sent_at DESC, m.id DESC LIMIT $5"
);
const SAID_CHANNEL: &str = concat!(
    said!("message m"),
    "AND m.channel_id = $6 AND m.id >= $7 ORDER BY m.sent_at DESC, m.id DESC LIMIT $5"
);
const SAID_ONE: &str = concat!(said!("message m"), "AND m.id = $6 LIMIT $5");

/// The counts of every step from `from` on (µs), the oldest first.
pub async fn counts(conn: &mut Conn, organisation: OrganisationId, from: i64) -> Result<Vec<Count>> {
    let args = [organisation.into(), MessageId(id::earliest(from)).into(), from.into()];
    let mut counts = Vec::new();
    conn.each(COUNTS, &args, |row| {
        let mut cells = row.cells();
        counts.push(Count {
            at: cells.next()?,
            channel: cells.next()?,
            desk: cells.next()?,
            negative: cells.next()?,
            value: cells.next()?,
        });
        Ok(())
    })
    .await?;
    Ok(counts)
}

/// Where and when (µs) something of our own was published from `from` on, the oldest first.
pub async fn published(
    conn: &mut Conn,
    organisation: OrganisationId,
    from: i64,
) -> Result<Vec<(ChannelId, i64)>> {
    // What waits for its hour is written long before it leaves.
    let written = from.saturating_sub(WRITTEN_BEFORE);
    let args = [organisation.into(), MessageId(id::earliest(written)).into(), from.into()];
    let rows = conn.all(PUBLISHED, &args).await?;
    rows.iter()
        .map(|row| {
            let mut cells = row.cells();
            Ok((cells.next()?, cells.next()?))
        })
        .collect()
}

/// What every watch found in each step from `from` on (µs), the oldest first.
pub async fn found(conn: &mut Conn, organisation: OrganisationId, from: i64) -> Result<Vec<Found>> {
    let mut found = Vec::new();
    conn.each(FOUND, &[organisation.into(), from.into()], |row| {
        found.push(read_found(row)?);
        Ok(())
    })
    .await?;
    Ok(found)
}

/// The same for one watch.
pub async fn found_by(
    conn: &mut Conn,
    organisation: OrganisationId,
    watch: WatchId,
    from: i64,
) -> Result<Vec<Found>> {
    let args = [organisation.into(), from.into(), watch.into()];
    conn.all(FOUND_BY, &args).await?.iter().map(read_found).collect()
}

fn read_found(row: &Row) -> Result<Found> {
    let mut cells = row.cells();
    Ok(Found {
        watch: cells.next()?,
        channel: cells.next()?,
        at: cells.next()?,
        all: cells.next()?,
        negative: cells.next()?,
    })
}

/// The complaints that wait, the longest first, 5,000 at most.
pub async fn waiting(conn: &mut Conn, organisation: OrganisationId) -> Result<Vec<Waiting>> {
    let rows = conn.all(WAITING, &[organisation.into()]).await?;
    rows.iter()
        .map(|row| {
            let mut cells = row.cells();
            Ok(Waiting {
                desk: cells.next()?,
                author: cells.next()?,
                since: cells.next()?,
                message: cells.next()?,
            })
        })
        .collect()
}

/// Complaints that were answered since `since` (µs): at which desk, when they came and when they were answered.
pub async fn answered(
    conn: &mut Conn,
    organisation: OrganisationId,
    since: i64,
) -> Result<Vec<(DeskId, i64, i64)>> {
    let rows = conn.all(ANSWERED, &[organisation.into(), since.into()]).await?;
    rows.iter()
        .map(|row| {
            let mut cells = row.cells();
            Ok((cells.next()?, cells.next()?, cells.next()?))
        })
        .collect()
}

/// What was said there in `from..to` (µs), the newest first, `limit` at most; with `negative`, what is negative.
pub async fn said(
    conn: &mut Conn,
    organisation: OrganisationId,
    (subject, negative): (Subject, bool),
    (from, to): (i64, i64),
    limit: i64,
) -> Result<Vec<Mention>> {
    let mut args =
        vec![organisation.into(), from.into(), to.into(), negative.into(), limit.into(), subject.id().into()];
    let sql = match subject {
        Subject::Watch(_) => SAID_WATCH,
        Subject::Desk(_) => SAID_DESK,
        Subject::Channel(_) => SAID_CHANNEL,
    };
    if !matches!(subject, Subject::Watch(_)) {
        args.push(MessageId(id::earliest(from)).into());
    }
    conn.all(sql, &args).await?.iter().map(read_mention).collect()
}

/// One message as it is listed; `None` when it was deleted or erased.
pub async fn one(conn: &mut Conn, organisation: OrganisationId, it: MessageId) -> Result<Option<Mention>> {
    let args = [organisation.into(), i64::MIN.into(), i64::MAX.into(), false.into(), 1_i64.into(), it.into()];
    conn.first(SAID_ONE, &args).await?.as_ref().map(read_mention).transpose()
}
