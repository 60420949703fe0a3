//! Walking along notifications and our own statuses without losing one.
//!
//! `min_id` ought to give the entries right after it, oldest window first. Some servers take
//! it for `since_id` and give the newest window instead, some ignore it, and ids are opaque.
//! So the cursor remembers what was seen (id and version) and asks from a few entries back:
//! - a page that holds something seen, or isn't full, joins on to what we have: go on forward;
//! - a full page without anything seen may hide a gap: its older side is walked down by
//!   `max_id`, one page per pull, until something seen (or older than it) comes up. The walk
//!   stands in the cursor, so a crash in the middle resumes there.
//!
//! Asking from a few entries back also finds entries that became visible late, and edits of
//! the latest ones.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::client::Client;
use super::observe::{Observer, time};
use crate::json::read as json;
use crate::{ChannelError, Notice, Observation, Page};

/// Entries asked for anew at each step.
const OVERLAP: usize = 5;
/// Entries remembered: more than a page holds.
const REMEMBERED: usize = 120;
/// Slack when comparing times of entries, µs: servers don't stamp in strict order.
const SLACK: i64 = 3_600_000_000;

/// Where we stand.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Cursor {
    /// Newest first.
    seen: VecDeque<Seen>,
    /// Time of the newest entry seen, µs.
    newest_at: i64,
    /// A gap being walked down.
    walk: Option<Walk>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Seen {
    id: String,
    /// When the message in it was last changed.
    version: i64,
}

#[derive(Debug, Serialize, Deserialize)]
struct Walk {
    /// Go on below this one.
    from: String,
    /// First entry of the page before: the same again means that the server doesn't page.
    top: String,
    /// The newest entries, to be remembered when the gap is closed.
    high: Vec<Seen>,
    high_at: i64,
}

/// An entry of a page.
struct Entry {
    seen: Seen,
    at: i64,
    observation: Observation,
}

/// One step along notifications, or (`own`) along our own statuses.
pub(super) async fn pull(
    client: &Client<'_>,
    observer: &Observer<'_>,
    own: bool,
    cursor: Option<&str>,
) -> Result<Page, ChannelError> {
    let mut state: Cursor = match cursor {
        Some(text) => serde_json::from_str(text).map_err(|error| ChannelError::Malformed {
            message: format!("the cursor can't be read: {error}"),
        })?,
        None => Cursor::default(),
    };
    let limit = if own { 40 } else { 80 };
    let bound = match &state.walk {
        Some(walk) => Some(("max_id", walk.from.clone())),
        None => state.anchor().map(|id| ("min_id", id)),
    };
    let size = limit.to_string();
    let mut query = vec![("limit", size.as_str())];
    if let Some((name, id)) = &bound {
        query.push((*name, id.as_str()));
    }
    let me = client.account.remote_id.as_str();
    let answer = if own {
        query.push(("exclude_reblogs", "true"));
        client.fetch(&["api", "v1", "accounts", me, "statuses"], &query).await?
    } else {
        client.fetch(&["api", "v1", "notifications"], &query).await?
    };
    let pieces: Vec<Box<RawValue>> = json(&answer)?;
    let page: Vec<Entry> = pieces.iter().map(|raw| entry(observer, own, raw.get())).collect();
    let full = page.len() >= limit;
    let step = state.step(&page, full, cursor.is_none());
    let mut observations: Vec<Observation> = page
        .into_iter()
        .zip(step.fresh)
        .filter_map(|(entry, fresh)| fresh.then_some(entry.observation))
        .collect();
    observations.reverse();
    let cursor = serde_json::to_string(&state).map_err(|error| ChannelError::Malformed {
        message: format!("the cursor can't be written: {error}"),
    })?;
    Ok(Page { observations, cursor, more: step.more, budget: answer.budget(), notice: step.notice })
}

fn entry(observer: &Observer<'_>, own: bool, raw: &str) -> Entry {
    let observation = if own { observer.status(raw) } else { observer.notification(raw) };
    let entity: Option<super::wire::Identified> = serde_json::from_str(raw).ok();
    let id = entity.as_ref().map_or_else(|| observation.remote_id.clone(), |e| e.id.clone());
    let at = entity.and_then(|e| time(e.created_at.as_deref())).unwrap_or_default();
    let version = observation.version_at.unwrap_or_default();
    Entry { seen: Seen { id, version }, at, observation }
}

/// What a page meant.
struct Step {
    /// For each entry: whether it has to be told.
    fresh: Vec<bool>,
    more: bool,
    notice: Option<Notice>,
}

impl Cursor {
    /// The entry to ask from: a few back from the newest.
    fn anchor(&self) -> Option<String> {
        let back = self.seen.get(OVERLAP).or_else(|| self.seen.back());
        back.map(|seen| seen.id.clone())
    }

    fn knows(&self, id: &str) -> bool {
        self.seen.iter().any(|seen| seen.id == id)
    }

    /// Takes a page (newest first) in.
    fn step(&mut self, page: &[Entry], full: bool, first: bool) -> Step {
        let fresh: Vec<bool> = page.iter().map(|entry| !self.seen.contains(&entry.seen)).collect();
        let joins = !full || page.iter().any(|entry| self.knows(&entry.seen.id));
        let newest_at = page.iter().map(|entry| entry.at).max().unwrap_or_default();
        let oldest_at = page.iter().map(|entry| entry.at).min().unwrap_or_default();
        let high: Vec<Seen> = page.iter().map(|entry| entry.seen.clone()).collect();
        let any = fresh.contains(&true);
        let ends = page.first().zip(page.last());
        let mut notice = None;
        let more = match (self.walk.take(), ends) {
            (Some(mut walk), Some((top, last))) => {
                let stuck = top.seen.id == walk.top;
                if stuck {
                    notice = Some(Notice::Gap);
                }
                if stuck || joins || newest_at.saturating_add(SLACK) < self.newest_at {
                    self.remember(walk.high, walk.high_at);
                } else {
                    walk.from.clone_from(&last.seen.id);
                    walk.top.clone_from(&top.seen.id);
                    self.walk = Some(walk);
                }
                true
            }
            (Some(walk), None) => {
                self.remember(walk.high, walk.high_at);
                true
            }
            (None, Some((top, last)))
                if !first && !joins && oldest_at.saturating_add(SLACK) > self.newest_at =>
            {
                self.walk = Some(Walk {
                    from: last.seen.id.clone(),
                    top: top.seen.id.clone(),
                    high,
                    high_at: newest_at,
                });
                true
            }
            _ => {
                self.remember(high, newest_at);
                full && any && !first
            }
        };
        Step { fresh, more, notice }
    }

    /// Puts entries before those remembered; a newer version replaces an older one.
    fn remember(&mut self, entries: Vec<Seen>, at: i64) {
        self.seen.retain(|old| entries.iter().all(|new| new.id != old.id));
        for entry in entries.into_iter().rev() {
            self.seen.push_front(entry);
        }
        self.seen.truncate(REMEMBERED);
        self.newest_at = self.newest_at.max(at);
    }
}
