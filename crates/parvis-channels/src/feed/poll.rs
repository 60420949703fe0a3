//! Asking for a feed, politely, and finding out what is new or changed in it.

use std::collections::BTreeMap;

use reqwest::header::{
    ACCEPT, ETAG, HeaderName, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, RETRY_AFTER,
};
use serde::{Deserialize, Serialize};
use url::Url;

use super::read::{self, Entry};
use crate::{
    Account, Answer, ChannelError, Net, Notice, Observation, ObservationKind, Page, Request, Source,
};

/// Bytes of a feed read at most.
const MAX_BYTES: usize = 10 * 1024 * 1024;
/// Entries of a feed followed at most: the first ones, which are the newest.
const MAX_ENTRIES: usize = 1000;

/// What we know of a feed.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Cursor {
    etag: Option<String>,
    modified: Option<String>,
    /// The entries of the window, by the digest of their id.
    entries: BTreeMap<String, Known>,
}

/// An entry as last seen.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Known {
    /// Digest of what a reader sees.
    digest: String,
    /// When it was changed, by its own word, µs.
    updated: Option<i64>,
}

/// One look at the feed.
pub(super) async fn pull(net: &Net, account: &Account, cursor: Option<&str>) -> Result<Page, ChannelError> {
    let state: Cursor = match cursor {
        Some(text) => serde_json::from_str(text).map_err(|error| ChannelError::Malformed {
            message: format!("the cursor can't be read: {error}"),
        })?,
        None => Cursor::default(),
    };
    let url = address(account);
    let answer = fetch(net, &url, Some(&state)).await?;
    let moved = answer.moved.as_ref().map(|to| Notice::Moved(to.to_string()));
    if answer.status == 304 {
        let cursor = cursor.unwrap_or("{\"entries\":{}}").to_owned();
        return Ok(page(Vec::new(), cursor, &answer, moved));
    }
    let source = read::parse(&answer, &url).await?;
    let cut = (source.entries.len() > MAX_ENTRIES).then_some(Notice::Cut(MAX_ENTRIES));
    let settled = settled(&answer);
    let keep = |name: &HeaderName| answer.header(name).filter(|_| settled).map(str::to_owned);
    let mut next = Cursor { etag: keep(&ETAG), modified: keep(&LAST_MODIFIED), entries: BTreeMap::new() };
    let mut observations = Vec::new();
    for entry in source.entries.into_iter().take(MAX_ENTRIES) {
        let name = read::digest(&[&entry.id]);
        let known = Known { digest: entry.digest(), updated: entry.updated };
        let before = state.entries.get(&name);
        // Twice in one feed: the first one counts.
        let twice = next.entries.contains_key(&name);
        if !twice && before.is_none_or(|before| before.digest != known.digest) {
            observations.push(observe(entry, before));
        }
        if !twice {
            next.entries.insert(name, known);
        }
    }
    observations.reverse();
    let cursor = serde_json::to_string(&next).map_err(|error| ChannelError::Malformed {
        message: format!("the cursor can't be written: {error}"),
    })?;
    Ok(page(observations, cursor, &answer, moved.or(cut)))
}

/// Whether the marks of this version can be trusted: they count in seconds on many servers, so
/// a version changed in the very second of the answer may change again under the same marks
/// (RFC 9110, 8.8.2.2).
fn settled(answer: &Answer) -> bool {
    let modified = answer.header(&LAST_MODIFIED).and_then(crate::net::http_date);
    match (modified, answer.date()) {
        (Some(modified), Some(now)) => now.saturating_sub(modified) >= 2_000_000,
        _ => true,
    }
}

/// Where the feed is: where the probe found it, else where the account says.
pub(super) fn address(account: &Account) -> Url {
    let found = account.settings.get("feed").and_then(serde_json::Value::as_str);
    found.and_then(|found| found.parse().ok()).unwrap_or_else(|| account.base_url.clone())
}

/// Gets the feed, or the word that nothing changed.
pub(super) async fn fetch(net: &Net, url: &Url, known: Option<&Cursor>) -> Result<Answer, ChannelError> {
    let accept = "application/atom+xml, application/rss+xml, application/feed+json, \
                  application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5";
    let mut request = Request::get(url.clone()).max_bytes(MAX_BYTES).header(ACCEPT, accept);
    if let Some(etag) = known.and_then(|known| known.etag.as_ref()) {
        request = request.header(IF_NONE_MATCH, etag);
    }
    if let Some(modified) = known.and_then(|known| known.modified.as_ref()) {
        request = request.header(IF_MODIFIED_SINCE, modified);
    }
    let answer = net.send(request).await?;
    let status = answer.status;
    let refused = |message: &str| ChannelError::Refused { status, message: message.to_owned() };
    match status {
        200 | 203 => Ok(answer),
        304 if known.is_some() => Ok(answer),
        410 => Err(refused("the feed is gone for good: its publisher says to stop asking")),
        401 | 403 => Err(refused("the feed isn't public")),
        404 => Err(refused("there is no feed at this address")),
        429 => Err(ChannelError::Limited { retry_after: answer.wait() }),
        503 if answer.headers.contains_key(RETRY_AFTER) => {
            Err(ChannelError::Limited { retry_after: answer.wait() })
        }
        408 | 425 | 500..600 => Err(ChannelError::Unreachable { message: format!("status {status}") }),
        _ => Err(refused("an answer that isn't a feed")),
    }
}

/// An entry that is new or differs from what we knew.
fn observe(entry: Entry, before: Option<&Known>) -> Observation {
    let version_at = match before {
        None => entry.updated.or(entry.published),
        // Changed without saying so: only the moment of receipt is later than what we have.
        Some(before) => entry.updated.filter(|new| before.updated.is_none_or(|old| *new > old)),
    };
    let changed = before.is_some();
    Observation {
        remote_id: entry.id,
        kind: if changed { ObservationKind::Edited } else { ObservationKind::Created },
        version_at,
        occurred_at: entry.published.or(entry.updated),
        source: Source::Poll,
        raw: entry.raw,
        item: Some(entry.item),
    }
}

fn page(observations: Vec<Observation>, cursor: String, answer: &Answer, notice: Option<Notice>) -> Page {
    Page { observations, cursor, more: false, budget: answer.budget(), notice }
}
