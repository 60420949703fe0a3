//! `parvis doctor --deep`: reads everything, on one snapshot, and says what no longer agrees, how much of it, and how
//! to mend it. With `--mend` it makes anew what is made from other rows, and looks again.

use std::collections::{HashMap, HashSet};

use futures_util::TryStreamExt as _;
use object_store::ObjectStoreExt as _;
use object_store::path::Path;
use serde_json::json;

use super::super::progress::Progress;
use super::{Doctor, Findings};
use crate::clock::HOUR;
use crate::config::Config;
use crate::id::{AttachmentId, OrganisationId};
use crate::media;
use crate::store::invariant::{Mend, RULES};
use crate::store::journal::{By, Entry, chain};
use crate::store::search::check as search;
use crate::store::{self, Conn, Db, attachment, counter, invariant, journal};

const RECOMPUTE: &str = "run `parvis doctor --mend`; Parvis may go on running";
/// Messages put back into the index in one transaction: others wait for their turn meanwhile.
const BATCH: usize = 200;

/// A place in the journal that was written down earlier.
#[derive(Clone, Debug)]
pub(super) struct Mark {
    no: i64,
    hash: String,
}

impl std::str::FromStr for Mark {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.trim().split_once(':').and_then(|(no, hash)| Some((no.parse().ok()?, hash)));
        let is_hash = |hash: &str| hash.len() == 64 && hash.bytes().all(|it| it.is_ascii_hexdigit());
        match parts {
            Some((no, hash)) if is_hash(hash) => Ok(Self { no, hash: hash.to_ascii_lowercase() }),
            _ => Err("write NUMBER:HASH as `parvis doctor --deep` prints it".to_owned()),
        }
    }
}

/// What can be made anew.
#[derive(Debug, Default)]
struct Wrong {
    /// Counters of any kind.
    counted: bool,
    search: search::Found,
}

/// Looks at everything; mends and looks again, if told to.
pub(super) async fn examine(
    findings: &mut Findings,
    db: &Db,
    config: &Config,
    house: OrganisationId,
    now: i64,
    how: &Doctor,
) -> store::Result<()> {
    let mut found = Findings::default();
    let wrong = look(&mut found, db, config, house, now, how).await?;
    if how.mend && (wrong.counted || !wrong.search.agrees()) {
        mend(db, house, &wrong, now).await?;
        found = Findings::default();
        found.good("mended", mended(&wrong));
        look(&mut found, db, config, house, now, how).await?;
    }
    findings.0.append(&mut found.0);
    Ok(())
}

fn mended(wrong: &Wrong) -> String {
    let lost = wrong.search.lost.len();
    let counted = if wrong.counted { "everything was counted anew; " } else { "" };
    format!(
        "{counted}{lost} messages were put back into the search index, {} entries left it",
        wrong.search.stray
    )
}

async fn look(
    findings: &mut Findings,
    db: &Db,
    config: &Config,
    house: OrganisationId,
    now: i64,
    how: &Doctor,
) -> store::Result<Wrong> {
    // Before the snapshot: a file is written before the row that names it.
    let files = files(config).await;
    let mut conn = db.snapshot().await?;
    let mut progress = Progress::new();
    look_at_file(findings, &mut conn).await?;
    let mut wrong =
        Wrong { counted: look_at_rows(findings, &mut conn, house, &mut progress).await?, ..Wrong::default() };
    wrong.counted |= look_at_counters(findings, &mut conn, house).await?;
    wrong.search = look_at_search(findings, &mut conn, house, &mut progress).await?;
    look_at_journal(findings, &mut conn, house, how.journal.as_ref(), &mut progress).await?;
    match files {
        Ok(files) => look_at_media(findings, &mut conn, config, house, now, files).await?,
        Err(error) => findings.problem(
            "media",
            format!("{error:#}"),
            "see who owns the folder and whether the disk is well",
        ),
    }
    progress.end();
    Ok(wrong)
}

async fn look_at_file(findings: &mut Findings, conn: &mut Conn) -> store::Result<()> {
    for line in invariant::damage(conn).await? {
        let mend = "the file is damaged: stop Parvis, keep a copy of it, and restore the last backup";
        findings.problem("file", line, mend);
    }
    Ok(())
}

/// True when something can be counted anew.
async fn look_at_rows(
    findings: &mut Findings,
    conn: &mut Conn,
    house: OrganisationId,
    progress: &mut Progress,
) -> store::Result<bool> {
    let (mut hold, mut counted) = (0, false);
    for (rule, done) in RULES.iter().zip(1_u64..) {
        progress.show("rules", done);
        let Some(broken) = rule.broken(conn, house).await? else {
            hold += 1;
            continue;
        };
        let some: Vec<String> = broken.some.iter().map(ToString::to_string).collect();
        let found = format!("{} {} (such as {})", broken.count, rule.broken, some.join(", "));
        let mend = match rule.mend {
            Mend::Recompute => {
                counted = true;
                RECOMPUTE
            }
            Mend::ByHand(what) => what,
        };
        findings.problem(rule.what, found, mend);
    }
    if hold == RULES.len() {
        findings.good("rows", format!("belong together: {hold} rules hold"));
    }
    Ok(counted)
}

async fn look_at_counters(
    findings: &mut Findings,
    conn: &mut Conn,
    house: OrganisationId,
) -> store::Result<bool> {
    let counters = counter::wrong(conn, house).await?;
    if counters > 0 {
        findings.problem("counters", format!("{counters} differ from the conversations"), RECOMPUTE);
    }
    let tallies = invariant::wrong_tallies(conn, house).await?;
    if tallies > 0 {
        findings.problem("tallies", format!("{tallies} hours differ from the messages"), RECOMPUTE);
    }
    if counters == 0 && tallies == 0 {
        findings.good("counters", "agree with a recount");
    }
    Ok(counters > 0 || tallies > 0)
}

async fn look_at_search(
    findings: &mut Findings,
    conn: &mut Conn,
    house: OrganisationId,
    progress: &mut Progress,
) -> store::Result<search::Found> {
    let found =
        search::check(conn, house, |done| progress.show("messages in the search index", done)).await?;
    if found.agrees() {
        findings.good("search", format!("finds each of {} messages by its words", found.messages));
        return Ok(found);
    }
    if let Some(one) = found.lost.first() {
        let (lost, all) = (found.lost.len(), found.messages);
        findings.problem(
            "search",
            format!("{lost} of {all} messages aren't found (such as {one})"),
            RECOMPUTE,
        );
    }
    if found.stray > 0 {
        findings.problem(
            "search",
            format!("{} entries are for messages that there aren't", found.stray),
            RECOMPUTE,
        );
    }
    Ok(found)
}

async fn look_at_journal(
    findings: &mut Findings,
    conn: &mut Conn,
    house: OrganisationId,
    mark: Option<&Mark>,
    progress: &mut Progress,
) -> store::Result<()> {
    let checked = chain::check(conn, house, |done| progress.show("rows of the journal", done)).await?;
    let mend =
        "something other than Parvis wrote to the journal: find out who can, and compare with a backup";
    for it in checked.breaks.iter().take(5) {
        let found = match it {
            chain::Break::Altered(no) => format!("row {no} isn't what was written"),
            chain::Break::Missing(from, to) if from == to => format!("row {from} is missing"),
            chain::Break::Missing(from, to) => format!("rows {from} to {to} are missing"),
            chain::Break::Loose(count) => format!("{count} rows have no place in the chain"),
        };
        findings.problem("journal", found, mend);
    }
    if checked.breaks.len() > 5 {
        findings.problem("journal", format!("{} places are broken in all", checked.breaks.len()), mend);
    }
    let newest = chain::written(&checked.head);
    if checked.breaks.is_empty() {
        let found = format!("an unbroken chain of {} rows; the newest is {newest}", checked.rows);
        findings.good("journal", found);
    }
    let Some(mark) = mark else { return Ok(()) };
    let kept = chain::hash_at(conn, house, mark.no).await?;
    let kept = kept.map(|hash| chain::written(&chain::Head { organisation: house, no: mark.no, hash }));
    if kept == Some(format!("{}:{}", mark.no, mark.hash)) {
        findings.good("journal", format!("row {} is the one that was written down", mark.no));
    } else {
        findings.problem("journal", format!("row {} isn't the one that was written down", mark.no), mend);
    }
    Ok(())
}

/// Path, size and age of every file: (bytes, µs since 1970 when it was written).
type Files = HashMap<String, (u64, i64)>;

async fn files(config: &Config) -> anyhow::Result<Files> {
    if !config.media.starts_with("s3://") && !config.media_folder().exists() {
        return Ok(Files::new());
    }
    let listed = media::open(config)?;
    let entry = |it: object_store::ObjectMeta| {
        (it.location.to_string(), (it.size, it.last_modified.timestamp_micros()))
    };
    Ok(listed.list(None).map_ok(entry).try_collect().await?)
}

async fn look_at_media(
    findings: &mut Findings,
    conn: &mut Conn,
    config: &Config,
    house: OrganisationId,
    now: i64,
    files: Files,
) -> store::Result<()> {
    let (mut known, mut missing) = (HashSet::new(), Vec::new());
    let mut last = AttachmentId(uuid::Uuid::nil());
    loop {
        let rows = attachment::stored_files(conn, house, last).await?;
        let Some((newest, _)) = rows.last() else { break };
        last = *newest;
        for (_, path) in rows {
            // One that came while we were listing is there by now.
            if !files.contains_key(&path) && !exists(config, &path).await {
                missing.push(path.clone());
            }
            known.insert(path);
        }
    }
    if missing.is_empty() {
        findings.good("media", format!("each of {} files is there", known.len()));
    } else {
        let some = missing.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
        let found = format!("{} of {} files are missing (such as {some})", missing.len(), known.len());
        findings.problem("media", found, "copy them back from the media of the last backup");
    }
    // Younger ones may belong to an answer that is being written at this moment.
    let is_left = |(path, (_, at)): &(&String, &(u64, i64))| !known.contains(*path) && *at < now - HOUR;
    let mut left: Vec<(&String, u64)> =
        files.iter().filter(is_left).map(|(path, (size, _))| (path, *size)).collect();
    left.sort();
    if let Some((one, _)) = left.first() {
        let size: u64 = left.iter().map(|(_, size)| size).sum();
        let found = format!("{} files ({size} bytes) belong to no message (such as {one})", left.len());
        findings.notice(
            "media",
            found,
            "they may be deleted: an answer was given up, or a picture was replaced",
        );
    }
    Ok(())
}

async fn exists(config: &Config, path: &str) -> bool {
    let Ok(media) = media::open(config) else { return false };
    media.head(&Path::from(path)).await.is_ok()
}

/// Makes counters and the search index anew, as far as they are wrong, and writes that down.
async fn mend(db: &Db, house: OrganisationId, wrong: &Wrong, now: i64) -> store::Result<()> {
    let mut progress = Progress::new();
    let mut done = 0;
    for part in wrong.search.lost.chunks(BATCH) {
        let mut conn = db.write().await?;
        search::put_back(&mut conn, house, part).await?;
        conn.commit().await?;
        done += part.len() as u64;
        progress.show("messages put back", done);
    }
    progress.end();
    let mut conn = db.write().await?;
    if wrong.search.stray > 0 {
        search::drop_stray(&mut conn, house).await?;
    }
    if wrong.counted {
        invariant::recount(&mut conn, house).await?;
    }
    let entry = Entry {
        organisation: house,
        at: now,
        by: By::System,
        verb: "organisation.mended",
        subject: house.0,
        conversation: None,
        before: None,
        after: Some(json!({ "counters": wrong.counted, "search": done, "stray": wrong.search.stray })),
    };
    journal::write(&mut conn, entry).await?;
    conn.commit().await
}

#[cfg(test)]
mod tests;
