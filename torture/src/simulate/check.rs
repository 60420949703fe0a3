//! What has to hold when a history has come to rest.

use std::collections::HashMap;

use anyhow::Result;
use parvis::id::OrganisationId;
use parvis::store::{Conn, counter, invariant, journal, search};

use super::history::History;
use super::press;

const MESSAGES: &str = "SELECT direction, state, text, remote_id, error_code, deleted_at FROM message";

struct Row {
    direction: String,
    state: String,
    text: String,
    remote_id: Option<String>,
    error: Option<String>,
    deleted_at: Option<i64>,
}

/// What is wrong; empty when all is well.
///
/// # Errors
/// The database can't be read.
pub async fn check(history: &History) -> Result<Vec<String>> {
    let mut conn = history.app.db.snapshot().await?;
    let mut rows = Vec::new();
    for row in conn.all(MESSAGES, &[]).await? {
        let mut cells = row.cells();
        rows.push(Row {
            direction: cells.next()?,
            state: cells.next()?,
            text: cells.next()?,
            remote_id: cells.next()?,
            error: cells.next()?,
            deleted_at: cells.next()?,
        });
    }
    let mut wrong = history.wrong.clone();
    wrong.extend(heard(history, &rows));
    wrong.extend(answered(history, &rows));
    let (posts, parts) = press::check(history).await?;
    wrong.extend(posts);
    *history.world.state().hits.entry("parts of posts published").or_default() += parts;
    for text in &history.notes {
        let count = rows.iter().filter(|it| it.direction == "note" && it.text == *text).count();
        if count != 1 {
            wrong.push(format!("{count} times: {text}"));
        }
    }
    wrong.extend(whole(&mut conn, history.house.id).await?);
    Ok(wrong)
}

/// Everything that was said to us is there once, as it stands there now, and nothing else.
fn heard(history: &History, rows: &[Row]) -> Vec<String> {
    let state = history.world.state();
    let by_id: HashMap<&str, &Row> =
        rows.iter().filter_map(|it| Some((it.remote_id.as_deref()?, it))).collect();
    let mut wrong = Vec::new();
    for said in state.said.iter().filter(|it| it.addressed) {
        match by_id.get(said.id.as_str()) {
            None => wrong.push(format!("not heard: {said:?}")),
            Some(row) if said.deleted != row.deleted_at.is_some() => {
                wrong
                    .push(format!("deleted: {} there, {:?} here: {}", said.deleted, row.deleted_at, said.id));
            }
            Some(row) if !said.deleted && row.text != said.text => {
                wrong.push(format!("{:?} there, {:?} here", said.text, row.text));
            }
            Some(_) => {}
        }
    }
    for row in rows.iter().filter(|it| it.direction == "in") {
        if !state.said.iter().any(|it| Some(&it.id) == row.remote_id.as_ref() && it.author.is_some()) {
            wrong.push(format!("nobody said: {}", row.text));
        }
    }
    wrong
}

/// Every accepted answer is there once, and stands there once, or is shown as what it is; nothing else stands there.
fn answered(history: &History, rows: &[Row]) -> Vec<String> {
    let state = history.world.state();
    let mut wrong: Vec<String> = state.twice.iter().map(|it| format!("twice on the network: {it}")).collect();
    let mut standing: HashMap<&str, Vec<&str>> = HashMap::new();
    for it in state.said.iter().filter(|it| it.author.is_none() && !it.text.starts_with('x')) {
        standing.entry(words(&it.text)).or_default().push(&it.id);
    }
    for text in standing.keys().filter(|text| !history.given.iter().any(|it| it.text == **text)) {
        wrong.push(format!("nobody wrote: {text}"));
    }
    for it in &history.given {
        let there = standing.get(it.text.as_str()).map(Vec::as_slice).unwrap_or_default();
        let here: Vec<&Row> =
            rows.iter().filter(|row| row.direction == "out" && words(&row.text) == it.text).collect();
        let lasting: Vec<&&Row> = here.iter().filter(|row| row.state != "withdrawn").collect();
        match (lasting.as_slice(), there) {
            ([], []) if !here.is_empty() => {}
            ([row], [id]) if row.state == "published" && row.remote_id.as_deref() == Some(*id) => {}
            ([row], there) if row.state == "rejected" => {
                let most = usize::from(row.error.as_deref() == Some("unknown"));
                if there.len() > most {
                    wrong.push(format!("refused ({:?}), but stands there: {}", row.error, it.text));
                }
            }
            _ => {
                let here: Vec<_> = here.iter().map(|row| (&row.state, &row.remote_id, &row.error)).collect();
                wrong.push(format!("{}: {here:?} here, {there:?} there", it.text));
            }
        }
    }
    wrong
}

/// A text of ours without the mention that stands before it.
fn words(text: &str) -> &str {
    text.strip_prefix('@').and_then(|it| it.split_once(' ')).map_or(text, |(_, words)| words)
}

/// What `doctor --deep` compares.
async fn whole(conn: &mut Conn, house: OrganisationId) -> Result<Vec<String>> {
    let mut wrong = Vec::new();
    for rule in invariant::RULES {
        if let Some(broken) = rule.broken(conn, house).await? {
            wrong.push(format!("{} that {}: {broken:?}", rule.what, rule.broken));
        }
    }
    let counters = counter::wrong(conn, house).await? + invariant::wrong_tallies(conn, house).await?;
    if counters != 0 {
        wrong.push(format!("{counters} counters are wrong"));
    }
    let found = search::check::check(conn, house, |_| {}).await?;
    if !found.agrees() {
        wrong.push(format!("search: {found:?}"));
    }
    let chain = journal::chain::check(conn, house, |_| {}).await?;
    if !chain.breaks.is_empty() {
        wrong.push(format!("journal: {:?}", chain.breaks));
    }
    Ok(wrong)
}
