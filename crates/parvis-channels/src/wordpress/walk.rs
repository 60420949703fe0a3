//! Walking along the comments of a site without losing one.
//!
//! They are asked for in the order in which they were written, from some hours before the newest that we know: what was
//! changed, hidden or removed in these hours shows by comparing. The hours are also there because a site compares the bound
//! with its own wall clock, which goes back by one once a year. A page that is full is gone on from: from where it ended,
//! less the same hours, and where that doesn't lead on, by counting. Counting overlaps too, for a comment that is removed
//! meanwhile moves all that come after it.

use std::collections::BTreeMap;

use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::client::Client;
use super::observe::{Observer, PAGE, changed, recheck, stands, time};
use super::wire::Comment;
use crate::{ChannelError, Observation, ObservationKind, Page, Source};

/// How far back each look begins (µs).
const OVERLAP: i64 = 2 * 3_600_000_000;
/// Comments of a full page that the next one repeats, when it is reached by counting.
const REPEATED: usize = 10;
/// Comments remembered at most: many times what two hours of a busy site hold.
const REMEMBERED: usize = 2_000;
/// Comments that are missing from what was known and looked for one by one, in one look.
const MISSED: usize = 20;

/// Where we stand.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Cursor {
    /// Time of the newest comment, µs.
    newest_at: i64,
    /// By its number.
    seen: BTreeMap<i64, Seen>,
    /// A stretch that is being walked.
    walk: Option<Walk>,
}

/// A comment as last seen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Seen {
    at: i64,
    /// Of what it says and whether it is shown; empty for one that is gone.
    digest: String,
}

/// Comments after `after` (µs) but for the first `skip`.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Walk {
    after: i64,
    skip: usize,
}

/// One step. The first takes the newest hundred.
pub(super) async fn pull(client: &Client<'_>, cursor: Option<&str>) -> Result<Page, ChannelError> {
    let unreadable = |error: serde_json::Error| ChannelError::Malformed {
        message: format!("the cursor can't be read: {error}"),
    };
    let known: Option<Cursor> = cursor.map(serde_json::from_str).transpose().map_err(unreadable)?;
    let (first, mut state) = (known.is_none(), known.unwrap_or_default());
    let step = state.walk.unwrap_or(Walk { after: state.newest_at.saturating_sub(OVERLAP), skip: 0 });
    let (size, skip, after) = (PAGE.to_string(), step.skip.to_string(), written(step.after));
    let mut query = vec![
        ("context", "edit"),
        ("status", "all"),
        ("orderby", "date_gmt"),
        ("order", if first { "desc" } else { "asc" }),
        ("per_page", size.as_str()),
    ];
    if !first {
        query.extend([("after", after.as_str()), ("offset", skip.as_str())]);
    }
    let pieces: Vec<Box<RawValue>> = client.get(&["wp", "v2", "comments"], &query).await?;
    let full = pieces.len() >= PAGE;
    let observer = Observer::new(client, Source::Poll);
    let mut read: Vec<_> = pieces.iter().map(|raw| observer.comment(raw.get())).collect();
    if first {
        read.reverse();
    }
    let times: Vec<i64> = read.iter().filter_map(|(it, _)| time(&it.as_ref()?.date_gmt)).collect();
    let whole = !first && !full && step.skip == 0;
    let missing = if whole { state.missing(step.after, &read) } else { Vec::new() };
    let mut observations: Vec<Observation> =
        read.into_iter().filter_map(|(it, seen)| state.take(it, seen)).collect();
    observations.extend(state.look_for(client, &missing).await?);
    state.newest_at = times.iter().copied().max().unwrap_or_default().max(state.newest_at);
    state.walk = times.last().filter(|_| full && !first).map(|last| {
        let further = last.saturating_sub(OVERLAP);
        if further > step.after {
            Walk { after: further, skip: 0 }
        } else {
            Walk { skip: step.skip + PAGE - REPEATED, ..step }
        }
    });
    let more = state.walk.is_some();
    state.forget();
    let cursor = serde_json::to_string(&state).map_err(|error| ChannelError::Malformed {
        message: format!("the cursor can't be written: {error}"),
    })?;
    Ok(Page { observations, cursor, more, budget: None, notice: None })
}

impl Cursor {
    /// Remembers a comment; gives what is to be told of it, if anything is.
    fn take(&mut self, it: Option<Comment>, seen: Observation) -> Option<Observation> {
        // A piece that can't be read is kept each time, which is once: its id is its digest.
        let Some(it) = it else { return Some(seen) };
        let now = Seen { at: time(&it.date_gmt).unwrap_or(self.newest_at), digest: fingerprint(&it) };
        let before = self.seen.insert(it.id, now.clone());
        match before {
            None => Some(seen),
            Some(before) if before.digest == now.digest => None,
            Some(_) => Some(changed(seen)),
        }
    }

    /// Those that ought to be on a page with everything after `after`, and aren't.
    fn missing(&self, after: i64, page: &[(Option<Comment>, Observation)]) -> Vec<String> {
        let there = |id: i64| page.iter().any(|(it, _)| it.as_ref().is_some_and(|it| it.id == id));
        let gone =
            self.seen.iter().filter(|(id, seen)| seen.at > after && !seen.digest.is_empty() && !there(**id));
        gone.map(|(id, _)| id.to_string()).take(MISSED).collect()
    }

    /// Asks for each of the missing, and tells of those that are gone.
    async fn look_for(
        &mut self,
        client: &Client<'_>,
        missing: &[String],
    ) -> Result<Vec<Observation>, ChannelError> {
        if missing.is_empty() {
            return Ok(Vec::new());
        }
        let mut found = recheck(client, missing).await?;
        found.retain(|seen| seen.kind == ObservationKind::Deleted);
        for gone in &found {
            if let Some(seen) = gone.remote_id.parse().ok().and_then(|id: i64| self.seen.get_mut(&id)) {
                seen.digest.clear();
            }
        }
        Ok(found)
    }

    /// Lets go of what no look comes back to.
    fn forget(&mut self) {
        let from = self.walk.map_or(self.newest_at, |walk| walk.after.min(self.newest_at));
        let oldest = from.saturating_sub(2 * OVERLAP);
        self.seen.retain(|_, seen| seen.at >= oldest);
        while self.seen.len() > REMEMBERED {
            self.seen.pop_first();
        }
    }
}

/// What a comment says and whether it is shown.
fn fingerprint(it: &Comment) -> String {
    if !stands(it) {
        return String::new();
    }
    let text = if it.content.raw.is_empty() { &it.content.rendered } else { &it.content.raw };
    let digest = digest(&SHA256, [&it.status, "\0", text].concat().as_bytes());
    digest.as_ref().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// A bound as the API takes it, whole seconds, UTC.
fn written(at: i64) -> String {
    let at = jiff::Timestamp::from_second(at.div_euclid(1_000_000)).unwrap_or_default();
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
