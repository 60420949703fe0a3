//! Brings the tables up to date. A step is one text for both engines, `migrations/NNNN_name.sql`, and,
//! where they can't share it, a further one per engine beside it.

use ring::digest::{SHA256, digest};

use super::journal::chain;
use super::{Conn, Db, Error, Result};

/// One step: its number, its name, the shared text, and what SQLite and PostgreSQL add to it.
type Step = (i64, &'static str, &'static str, &'static str, &'static str);

/// The step at which the rows of the journal that are there get their place in its chain.
const CHAINED: i64 = 3;

const STEPS: &[Step] = &[
    (
        1,
        "first",
        include_str!("../../migrations/0001_first.sql"),
        include_str!("../../migrations/0001_first.sqlite.sql"),
        include_str!("../../migrations/0001_first.postgres.sql"),
    ),
    (2, "answer_key", include_str!("../../migrations/0002_answer_key.sql"), "", ""),
    (CHAINED, "journal_chain", include_str!("../../migrations/0003_journal_chain.sql"), "", ""),
    (4, "lease", include_str!("../../migrations/0004_lease.sql"), "", ""),
    (5, "message_mark", include_str!("../../migrations/0005_message_mark.sql"), "", ""),
    (6, "watch", include_str!("../../migrations/0006_watch.sql"), "", ""),
    (7, "reading", include_str!("../../migrations/0007_reading.sql"), "", ""),
    (8, "alert", include_str!("../../migrations/0008_alert.sql"), "", ""),
    (9, "post", include_str!("../../migrations/0009_post.sql"), "", ""),
    (10, "desk_hours", include_str!("../../migrations/0010_desk_hours.sql"), "", ""),
    (11, "arrival", include_str!("../../migrations/0011_arrival.sql"), "", ""),
    (12, "write", include_str!("../../migrations/0012_write.sql"), "", ""),
    (13, "renewal_moderation", include_str!("../../migrations/0013_renewal_moderation.sql"), "", ""),
    (14, "tag_order", include_str!("../../migrations/0014_tag_order.sql"), "", ""),
    (15, "fast", include_str!("../../migrations/0015_fast.sql"), "", ""),
    (16, "launch", include_str!("../../migrations/0016_launch.sql"), "", ""),
    (17, "topic", include_str!("../../migrations/0017_topic.sql"), "", ""),
    (18, "asset", include_str!("../../migrations/0018_asset.sql"), "", ""),
    (19, "second_reading", include_str!("../../migrations/0019_second_reading.sql"), "", ""),
    (20, "request", include_str!("../../migrations/0020_request.sql"), "", ""),
    (22, "gesture", include_str!("../../migrations/0022_gesture.sql"), "", ""),
    (23, "post_import", include_str!("../../migrations/0023_post_import.sql"), "", ""),
    (24, "calendar_layer", include_str!("../../migrations/0024_calendar_layer.sql"), "", ""),
    (25, "factor", include_str!("../../migrations/0025_factor.sql"), "", ""),
    (26, "desk_closed", include_str!("../../migrations/0026_desk_closed.sql"), "", ""),
    (27, "card", include_str!("../../migrations/0027_card.sql"), "", ""),
    (28, "launch_watch", include_str!("../../migrations/0028_launch_watch.sql"), "", ""),
    (29, "first_comment", include_str!("../../migrations/0029_first_comment.sql"), "", ""),
    (
        30,
        "post_launch",
        include_str!("../../migrations/0030_post_launch.sql"),
        "",
        include_str!("../../migrations/0030_post_launch.postgres.sql"),
    ),
    (31, "assistant", include_str!("../../migrations/0031_assistant.sql"), "", ""),
    (33, "colleague_zone", include_str!("../../migrations/0033_colleague_zone.sql"), "", ""),
    (34, "job_index", include_str!("../../migrations/0034_job_index.sql"), "", ""),
    (35, "contract", include_str!("../../migrations/0035_contract.sql"), "", ""),
    (36, "pass", include_str!("../../migrations/0036_pass.sql"), "", ""),
    (37, "access_begins", include_str!("../../migrations/0037_access_begins.sql"), "", ""),
];

const CREATE: &str = "CREATE TABLE IF NOT EXISTS migration (
    step BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, digest TEXT NOT NULL)";
const LOCK: &str = "SELECT pg_advisory_xact_lock(7077041)";
const APPLIED: &str = "SELECT step, digest FROM migration ORDER BY step";
const THERE_SQLITE: &str = "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'migration'";
const THERE: &str = "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = 'migration'";
const RECORD: &str = "INSERT INTO migration (step, name, digest) VALUES ($1, $2, $3)";

/// The number of the last step that this program knows.
pub fn last() -> i64 {
    STEPS.last().map_or(0, |step| step.0)
}

/// The last step that was applied to a database; `None` for one without tables.
pub async fn found(conn: &mut Conn) -> Result<Option<i64>> {
    let there = if conn.is_sqlite() { THERE_SQLITE } else { THERE };
    let count: i64 = conn.first(there, &[]).await?.map_or(Ok(0), |row| row.only())?;
    if count == 0 {
        return Ok(None);
    }
    Ok(read_applied(conn).await?.last().map(|(step, _)| *step))
}

/// Applies the steps that are missing, each in the same transaction as its record.
///
/// # Errors
/// The database is newer than this program, an applied step was altered, or SQL failed.
pub async fn apply(db: &Db) -> Result<()> {
    apply_up_to(db, STEPS.len()).await
}

/// Applies the first `count` steps only; tests fill the tables in between.
pub(crate) async fn apply_up_to(db: &Db, count: usize) -> Result<()> {
    let mut conn = db.write().await?;
    if !conn.is_sqlite() {
        conn.run(LOCK, &[]).await?;
    }
    conn.script(CREATE).await?;
    let applied = read_applied(&mut conn).await?;
    let known = last();
    for (step, found) in &applied {
        match STEPS.iter().find(|known| known.0 == *step) {
            None => return Err(Error::Newer { found: *step, known }),
            Some(ours) if checksum(ours) != *found => return Err(Error::Altered { step: *step }),
            Some(_) => {}
        }
    }
    for step in STEPS.iter().take(count).filter(|step| !applied.iter().any(|done| done.0 == step.0)) {
        let (number, name, shared, sqlite, postgres) = *step;
        conn.script(shared).await?;
        let own = if conn.is_sqlite() { sqlite } else { postgres };
        if !own.trim().is_empty() {
            conn.script(own).await?;
        }
        if number == CHAINED {
            chain::begin(&mut conn).await?;
        }
        conn.run(RECORD, &[number.into(), name.into(), checksum(step).into()]).await?;
    }
    conn.commit().await
}

async fn read_applied(conn: &mut Conn) -> Result<Vec<(i64, String)>> {
    let rows = conn.all(APPLIED, &[]).await?;
    rows.iter()
        .map(|row| {
            let mut cells = row.cells();
            Ok((cells.next()?, cells.next()?))
        })
        .collect()
}

/// Of the text of both engines, so that a database keeps its digest when it moves between them.
fn checksum(step: &Step) -> String {
    let text = [step.2, step.3, step.4].concat();
    digest(&SHA256, text.as_bytes()).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
