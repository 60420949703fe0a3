//! Walking along the comments and the articles of a site without losing one.
//!
//! Comments are asked for in the order in which they were written, articles in that in which they were changed; from some hours before the newest that we know: what was
//! changed, hidden or removed in these hours shows by comparing. The hours are also there because a site compares the bound
//! with its own wall clock, which goes back by one once a year. A page that is full is gone on from: from where it ended,
//! less the same hours, and where that doesn't lead on, by counting. Counting overlaps too, for a comment that is removed
//! meanwhile moves all that come after it.

use std::collections::BTreeMap;

use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::article::STATES;
use super::client::Client;
use super::observe::{Observer, PAGE, POST, changed, stands, time};
use super::wire::{Comment, Post};
use crate::json::read as json;
use crate::{CapabilityKey, ChannelError, Observation, ObservationKind, Page, Source};

/// How far back each look begins (µs).
const OVERLAP: i64 = 2 * 3_600_000_000;
/// Comments of a full page that the next one repeats, when it is reached by counting.
const REPEATED: usize = 10;
/// Comments remembered at most: many times what two hours of a busy site hold.
const REMEMBERED: usize = 2_000;
/// Comments that are missing from what was known and looked for one by one, in one look.
const MISSED: usize = 20;

/// What is walked along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    Articles,
    Comments,
}

/// A piece of a page.
struct Entry {
    /// Its number and how it stands; `None` for a piece that can't be read.
    known: Option<(i64, Seen)>,
    /// What is to be told of it, if anything is.
    seen: Option<Observation>,
}

impl List {
    pub(super) fn of(stream: &str) -> Self {
        if stream == super::ARTICLES { Self::Articles } else { Self::Comments }
    }

    fn path(self) -> &'static str {
        match self {
            Self::Articles => "posts",
            Self::Comments => "comments",
        }
    }

    /// What is asked for, in which order, and how the bound is called.
    fn query(self, client: &Client<'_>) -> ([(&'static str, &'static str); 3], &'static str) {
        match self {
            Self::Comments => ([("context", "edit"), ("status", "all"), ("orderby", "date_gmt")], "after"),
            Self::Articles if client.account.capabilities.can(CapabilityKey::Article) => {
                ([("context", "edit"), ("status", STATES), ("orderby", "modified")], "modified_after")
            }
            // Whoever may only moderate sees what every reader sees.
            Self::Articles => {
                ([("context", "view"), ("status", "publish"), ("orderby", "modified")], "modified_after")
            }
        }
    }

    fn read(self, observer: &Observer<'_>, raw: &str) -> Entry {
        match self {
            Self::Comments => {
                let (it, seen) = observer.comment(raw);
                let known = it.map(|it| (it.id, Seen::of(time(&it.date_gmt), fingerprint(&it))));
                Entry { known, seen: Some(seen) }
            }
            Self::Articles => {
                let seen = observer.post(raw);
                let it = serde_json::from_str::<Post>(raw).ok().filter(|it| it.id > 0);
                let stands = seen.as_ref().is_some_and(|seen| seen.kind != ObservationKind::Deleted);
                let version = |it: &Post| [it.status.as_str(), &it.modified_gmt].join(" ");
                let digest = |it: &Post| if stands { version(it) } else { String::new() };
                let known = it.map(|it| (it.id, Seen::of(time(&it.modified_gmt), digest(&it))));
                Entry { seen: seen.or_else(|| known.is_none().then(|| observer.comment(raw).1)), known }
            }
        }
    }

    /// The id of the message with this number.
    fn id(self, number: i64) -> String {
        match self {
            Self::Articles => format!("{POST}{number}"),
            Self::Comments => number.to_string(),
        }
    }
}

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

impl Seen {
    fn of(at: Option<i64>, digest: String) -> Self {
        Self { at: at.unwrap_or_default(), digest }
    }
}

/// Comments after `after` (µs) but for the first `skip`.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Walk {
    after: i64,
    skip: usize,
}

/// One step. The first takes the newest hundred.
pub(super) async fn pull(
    client: &Client<'_>,
    list: List,
    cursor: Option<&str>,
) -> Result<Page, ChannelError> {
    let unreadable = |error: serde_json::Error| ChannelError::Malformed {
        message: format!("the cursor can't be read: {error}"),
    };
    let known: Option<Cursor> = cursor.map(serde_json::from_str).transpose().map_err(unreadable)?;
    let (first, mut state) = (known.is_none(), known.unwrap_or_default());
    let step = state.walk.unwrap_or(Walk { after: state.newest_at.saturating_sub(OVERLAP), skip: 0 });
    let (size, skip, after) = (PAGE.to_string(), step.skip.to_string(), written(step.after));
    let (wanted, bound) = list.query(client);
    let mut query = wanted.to_vec();
    query.extend([("order", if first { "desc" } else { "asc" }), ("per_page", size.as_str())]);
    if !first {
        query.extend([(bound, after.as_str()), ("offset", skip.as_str())]);
    }
    let answer = client.fetch(&["wp", "v2", list.path()], &query).await?;
    let pieces: Vec<Box<RawValue>> = json(&answer)?;
    let full = pieces.len() >= PAGE;
    let observer = Observer::new(client, Source::Poll);
    let mut read: Vec<Entry> = pieces.iter().map(|raw| list.read(&observer, raw.get())).collect();
    if first {
        read.reverse();
    }
    let times: Vec<i64> = read.iter().filter_map(|it| Some(it.known.as_ref()?.1.at)).collect();
    // One that is dated in the time to come must not hide those that come before it.
    let now = answer.date().unwrap_or(i64::MAX);
    state.newest_at =
        times.iter().copied().filter(|at| *at <= now).max().unwrap_or_default().max(state.newest_at);
    let whole = !first && !full && step.skip == 0;
    let missing = if whole { state.missing(step.after, &read) } else { Vec::new() };
    let mut observations: Vec<Observation> =
        read.into_iter().filter_map(|it| state.take(list, &observer, it)).collect();
    observations.extend(state.look_for(client, list, &missing).await?);
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
    /// Remembers a piece; gives what is to be told of it, if anything is.
    fn take(&mut self, list: List, observer: &Observer<'_>, it: Entry) -> Option<Observation> {
        // A piece that can't be read is kept each time, which is once: its id is its digest.
        let Some((number, now)) = it.known else { return it.seen };
        let at = if now.at == 0 { self.newest_at } else { now.at };
        let before = self.seen.insert(number, Seen { at, digest: now.digest.clone() });
        match before {
            None => it.seen,
            Some(before) if before.digest == now.digest => None,
            // It was shown, and is somebody's unfinished work again.
            Some(_) if it.seen.is_none() => Some(observer.gone(&list.id(number))),
            Some(_) if list == List::Comments => it.seen.map(changed),
            Some(_) => it.seen,
        }
    }

    /// Those that ought to be on a page with everything after `after`, and aren't.
    fn missing(&self, after: i64, page: &[Entry]) -> Vec<i64> {
        let there =
            |id: i64| page.iter().any(|it| it.known.as_ref().is_some_and(|(number, _)| *number == id));
        let gone =
            self.seen.iter().filter(|(id, seen)| seen.at > after && !seen.digest.is_empty() && !there(**id));
        gone.map(|(id, _)| *id).take(MISSED).collect()
    }

    /// Asks for each of the missing, and tells of those that are gone.
    async fn look_for(
        &mut self,
        client: &Client<'_>,
        list: List,
        missing: &[i64],
    ) -> Result<Vec<Observation>, ChannelError> {
        let mut found = Vec::new();
        for number in missing {
            let path = ["wp", "v2", list.path(), &number.to_string()];
            let ([context, ..], _) = list.query(client);
            match client.fetch(&path, &[context]).await {
                Ok(answer) => {
                    let seen = list.read(&Observer::new(client, Source::Backfill), answer.text()?).seen;
                    found.extend(seen.filter(|seen| seen.kind == ObservationKind::Deleted));
                }
                // Readers of the site aren't shown it any more; the list was given, so it isn't we who are refused.
                Err(ChannelError::Refused { status: 404 | 410, .. } | ChannelError::Unauthorized { .. }) => {
                    found.push(Observer::new(client, Source::Backfill).gone(&list.id(*number)));
                }
                Err(error) => return Err(error),
            }
        }
        for (number, seen) in &mut self.seen {
            if found.iter().any(|gone| gone.remote_id == list.id(*number)) {
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
