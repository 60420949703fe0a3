//! Opens a disk that was found after a power cut as the program would, by SQLite, and compares it with what was promised
//! before.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sqlx::sqlite::{SqliteConnectOptions, SqliteSynchronous};
use sqlx::{Connection as _, Row as _, SqliteConnection};
use uuid::Uuid;

use super::promise::Promise;
use crate::network::PICTURE;

const CHECK: &str = "PRAGMA integrity_check(3)";
const MESSAGES: &str = "SELECT id, direction, state, text, remote_id FROM message";
const FILES: &str = "SELECT message_id, stored_as FROM attachment WHERE stored_as IS NOT NULL";
/// What was acknowledged and waits to be folded.
const ARRIVALS: &str = "SELECT received FROM arrival";
const CURSOR: &str = "SELECT value FROM channel_cursor WHERE stream = 'notifications'";

/// The names of the database in the data folder.
const DATABASE: [&str; 3] = ["parvis.db", "parvis.db-wal", "parvis.db-journal"];

/// What the harness knows besides the record.
pub struct Truth {
    /// What an answer says, and whether a picture goes with it, by its `Idempotency-Key`.
    pub answers: HashMap<String, (String, bool)>,
    /// Which status each notification is about; the first is notification 1.
    pub mentions: Vec<u64>,
}

struct Message {
    id: Uuid,
    direction: String,
    state: String,
    text: String,
    remote_id: Option<String>,
}

/// What is wrong with the files of a data folder, written to `folder` to be opened; empty when all is well.
///
/// # Errors
/// The folder can't be written.
pub async fn look(
    folder: &Path,
    files: &BTreeMap<String, Vec<u8>>,
    promised: &[Promise],
    truth: &Truth,
) -> Result<Vec<String>> {
    for name in DATABASE.into_iter().chain(["parvis.db-shm"]) {
        let path = folder.join(name);
        match files.get(name) {
            Some(bytes) => std::fs::write(path, bytes)?,
            None if path.exists() => std::fs::remove_file(path)?,
            None => {}
        }
    }
    let options = SqliteConnectOptions::new().filename(folder.join("parvis.db"));
    // Nobody needs what is written here for longer than the look.
    let options = options.create_if_missing(false).synchronous(SqliteSynchronous::Off);
    let mut conn = match SqliteConnection::connect_with(&options).await {
        Ok(conn) => conn,
        Err(error) => return Ok(vec![format!("can't be opened: {error}")]),
    };
    let found = compare(&mut conn, files, promised, truth).await;
    // Whether it closes well says nothing more.
    let _ = conn.close().await;
    Ok(found.unwrap_or_else(|error| vec![format!("can't be read: {error:#}")]))
}

async fn compare(
    conn: &mut SqliteConnection,
    files: &BTreeMap<String, Vec<u8>>,
    promised: &[Promise],
    truth: &Truth,
) -> Result<Vec<String>> {
    let said: String = sqlx::query(CHECK).fetch_one(&mut *conn).await?.try_get(0)?;
    if said != "ok" {
        return Ok(vec![format!("integrity_check: {said}")]);
    }
    let mut messages = Vec::new();
    for row in sqlx::query(MESSAGES).fetch_all(&mut *conn).await? {
        messages.push(Message {
            id: row.try_get(0)?,
            direction: row.try_get(1)?,
            state: row.try_get(2)?,
            text: row.try_get(3)?,
            remote_id: row.try_get(4)?,
        });
    }
    let mut stored: HashMap<Uuid, String> = HashMap::new();
    for row in sqlx::query(FILES).fetch_all(&mut *conn).await? {
        stored.insert(row.try_get(0)?, row.try_get(1)?);
    }
    let cursor = sqlx::query(CURSOR).fetch_optional(&mut *conn).await?;
    let cursor: Option<String> = cursor.map(|row| row.try_get(0)).transpose()?;
    let mut waiting = HashSet::new();
    for row in sqlx::query(ARRIVALS).fetch_all(&mut *conn).await? {
        let received: Value = serde_json::from_str(row.try_get(0)?)?;
        let seen = received["observations"].as_array().into_iter().flatten();
        waiting.extend(seen.filter_map(|it| it["remote_id"].as_str().map(str::to_owned)));
    }
    let mut wrong = kept(&messages, &waiting, promised, truth);
    wrong.extend(pictures(&messages, &stored, files, promised, truth)?);
    wrong.extend(heard(&messages, cursor.as_deref(), truth)?);
    Ok(wrong)
}

/// Every promise, and nothing twice.
fn kept(messages: &[Message], waiting: &HashSet<String>, promised: &[Promise], truth: &Truth) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut texts: HashMap<&str, usize> = HashMap::new();
    for it in messages.iter().filter(|it| it.direction != "in") {
        *texts.entry(it.text.as_str()).or_default() += 1;
    }
    wrong.extend(
        texts.iter().filter(|(_, count)| **count > 1).map(|(text, count)| format!("{count} times: {text}")),
    );
    let states: HashMap<String, &str> =
        messages.iter().map(|it| (it.id.to_string(), it.state.as_str())).collect();
    let remote: HashSet<&str> = messages.iter().filter_map(|it| it.remote_id.as_deref()).collect();
    for promise in promised {
        let is_kept = match promise {
            Promise::Answer(key) => {
                truth.answers.get(key).is_some_and(|(text, _)| texts.contains_key(text.as_str()))
            }
            Promise::Note(text) => texts.contains_key(text.as_str()),
            Promise::Taken(id) => remote.contains(id.as_str()) || waiting.contains(id),
            // As if it had never left, it would leave once more.
            Promise::Handed(key) => states.get(key).is_some_and(|state| *state != "held"),
        };
        if !is_kept {
            wrong.push(format!("not kept: {promise:?}"));
        }
    }
    wrong
}

/// The pictures of promised answers are there, whole.
fn pictures(
    messages: &[Message],
    stored: &HashMap<Uuid, String>,
    files: &BTreeMap<String, Vec<u8>>,
    promised: &[Promise],
    truth: &Truth,
) -> Result<Vec<String>> {
    let picture = STANDARD.decode(PICTURE)?;
    let mut wrong = Vec::new();
    let with_picture = promised.iter().filter_map(|it| match it {
        Promise::Answer(key) => truth.answers.get(key).filter(|(_, picture)| *picture),
        _ => None,
    });
    for (text, _) in with_picture {
        let message = messages.iter().find(|it| it.text == *text);
        let name = message.and_then(|it| stored.get(&it.id));
        let found = name.and_then(|name| files.get(&format!("media/{name}")));
        if found != Some(&picture) {
            wrong.push(format!("its picture is gone ({name:?}): {text}"));
        }
    }
    Ok(wrong)
}

/// What the cursor says was heard was heard: it won't be asked for again.
fn heard(messages: &[Message], cursor: Option<&str>, truth: &Truth) -> Result<Vec<String>> {
    let Some(cursor) = cursor else { return Ok(Vec::new()) };
    let cursor: Value = serde_json::from_str(cursor).context("the cursor can't be read")?;
    let seen = cursor["seen"].as_array().context("the cursor has seen nothing")?;
    let mut wrong = Vec::new();
    for number in seen.iter().filter_map(|it| it["id"].as_str()?.parse::<usize>().ok()) {
        let status = truth.mentions.get(number - 1).context("a notification that nobody made")?.to_string();
        if !messages.iter().any(|it| it.remote_id.as_deref() == Some(status.as_str())) {
            wrong.push(format!("the cursor is past notification {number}, which isn't there"));
        }
    }
    Ok(wrong)
}
