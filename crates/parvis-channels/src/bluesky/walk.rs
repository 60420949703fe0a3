//! Walking along notifications and our own posts, newest first, until what is known. A long absence is
//! walked down page by page, one per pull; the walk stands in the cursor, so a crash in the middle resumes
//! there, and only when it has joined on to what was known does it count as read.
//!
//! Both lists are in an order of their own: notifications by the time their author claims (never later than
//! when they came), posts by their keys, which are times too. What is new is told by what was seen, not by
//! that order, since an author whose clock is behind is put below: the latest hundred are compared each time.

use std::collections::{HashMap, VecDeque};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::client::{Client, Fault};
use super::key::{POST, Place, short};
use super::observe::{Observer, is_message, time};
use super::wire::{Notifications, Notified, Posts, Records};
use crate::{ChannelError, Notice, Observation, ObservationKind, Page, json};

/// Entries asked for at a time, the most that servers give.
const LIMIT: &str = "100";
/// Entries remembered: more than a page holds.
const REMEMBERED: usize = 250;
/// Posts looked up at a time, the most that servers give.
const TOGETHER: usize = 25;
/// An entry that comes so long (µs) behind what was read already has a time that can't be believed.
const LATE: i64 = 24 * 3600 * 1_000_000;

/// Where we stand.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Cursor {
    /// Newest first.
    seen: VecDeque<Seen>,
    /// The place in the list's order up to which everything was read.
    read: String,
    /// The place from which everything was read; what is below was there before us.
    floor: String,
    /// A long absence being walked down.
    walk: Option<Walk>,
}

/// An entry and its version, each by a short digest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Seen(String, String);

impl Seen {
    fn of(id: &str, version: &str) -> Self {
        Self(short(id, 8), short(version, 4))
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct Walk {
    /// Go on here: the server's own cursor.
    from: String,
    /// What the newest page held, to be remembered when the walk has joined.
    high: Vec<Seen>,
    read: String,
}

/// An entry of a page.
struct Entry {
    seen: Seen,
    /// Its place in the list's order.
    place: String,
    /// Looked up before it is told.
    message: Option<String>,
    raw: Box<RawValue>,
}

/// A page of a list, newest first.
struct Listed {
    entries: Vec<Entry>,
    next: Option<String>,
    budget: Option<crate::Budget>,
    /// The server's clock, µs.
    now: Option<i64>,
}

/// How an entry stands to what was seen.
#[derive(Debug, Clone, Copy, PartialEq)]
enum News {
    Known,
    New,
    Changed,
}

/// One step along notifications, or (`own`) along our own posts.
pub(super) async fn pull(
    client: &Client<'_>,
    observer: &Observer<'_>,
    own: bool,
    cursor: Option<&str>,
) -> Result<Page, Fault> {
    let cursor = cursor.filter(|cursor| !cursor.is_empty());
    let mut state: Cursor = match cursor {
        Some(text) => serde_json::from_str(text).map_err(|error| ChannelError::Malformed {
            message: format!("the cursor can't be read: {error}"),
        })?,
        None => Cursor::default(),
    };
    let from = state.walk.as_ref().map(|walk| walk.from.clone());
    let (listed, notice) = match list(client, own, from.as_deref()).await {
        // The server no longer knows the place where the walk stood.
        Err(Fault { error: ChannelError::Refused { status: 400, .. }, .. }) if from.is_some() => {
            (None, Some(Notice::Gap))
        }
        other => (Some(other?), None),
    };
    let Some(listed) = listed else {
        state.join();
        return Ok(page(&state, Vec::new(), false, None, notice)?);
    };
    let known = time(&state.read).map(|read| (time(&state.floor).unwrap_or(i64::MIN), read));
    let news: Vec<News> = listed.entries.iter().map(|entry| state.news(&entry.seen)).collect();
    let more = state.step(&listed, cursor.is_none());
    let fresh: Vec<(Entry, News)> =
        listed.entries.into_iter().zip(news).filter(|(_, news)| *news != News::Known).collect();
    let whole = if own { HashMap::new() } else { whole(client, &fresh).await? };
    let mut observations = Vec::with_capacity(fresh.len());
    for (entry, news) in fresh.into_iter().rev() {
        let mut seen =
            if own { observer.own(entry.raw.get()) } else { observer.notification(entry.raw.get(), &whole) };
        date(&mut seen, news, known, listed.now);
        observations.push(seen);
    }
    Ok(page(&state, observations, more, listed.budget, notice)?)
}

/// Sets the times that the list itself can't tell: an edit keeps the time of the first version, and what
/// comes to light only now may claim to be years old.
fn date(seen: &mut Observation, news: News, known: Option<(i64, i64)>, now: Option<i64>) {
    let Some(now) = now.filter(|_| seen.item.is_some()) else { return };
    if news == News::Changed {
        seen.kind = ObservationKind::Edited;
        seen.version_at = seen.version_at.max(Some(now));
    } else if let (Some((floor, read)), Some(at)) = (known, seen.occurred_at)
        && at >= floor
        && at < read.saturating_sub(LATE)
    {
        (seen.occurred_at, seen.version_at) = (Some(now), Some(now));
    }
}

fn page(
    state: &Cursor,
    observations: Vec<Observation>,
    more: bool,
    budget: Option<crate::Budget>,
    notice: Option<Notice>,
) -> Result<Page, ChannelError> {
    let cursor = serde_json::to_string(state).map_err(|error| ChannelError::Malformed {
        message: format!("the cursor can't be written: {error}"),
    })?;
    Ok(Page { observations, cursor, more, budget, notice })
}

async fn list(client: &Client<'_>, own: bool, from: Option<&str>) -> Result<Listed, Fault> {
    let mut query = vec![("limit", LIMIT)];
    query.extend(from.map(|from| ("cursor", from)));
    let (answer, entries, next): (_, Vec<Entry>, _);
    if own {
        query.extend([("repo", client.did()), ("collection", POST)]);
        answer = client.fetch("com.atproto.repo.listRecords", &query).await?;
        let records: Records = json::read(&answer)?;
        entries = records.records.into_iter().map(record).collect();
        next = records.cursor;
    } else {
        answer = client.fetch("app.bsky.notification.listNotifications", &query).await?;
        let list: Notifications = json::read(&answer)?;
        entries = list.notifications.into_iter().map(notification).collect();
        next = list.cursor;
    }
    // A list that goes on from where it was would never end.
    let next = next.filter(|next| !next.is_empty() && Some(next.as_str()) != from && !entries.is_empty());
    Ok(Listed { entries, next, budget: answer.budget(), now: answer.date() })
}

fn notification(raw: Box<RawValue>) -> Entry {
    let Ok(it) = serde_json::from_str::<Notified>(raw.get()) else { return unreadable(raw) };
    // Times of one form, so that they sort as texts.
    let place = time(&it.indexed_at).and_then(|at| jiff::Timestamp::from_microsecond(at).ok());
    let message = Some(&it.uri).filter(|uri| is_message(&it) && Place::read(uri).is_some()).cloned();
    let place = place.map(|at| format!("{at:.6}")).unwrap_or_default();
    Entry { seen: Seen::of(&format!("{} {}", it.reason, it.uri), &it.cid), place, message, raw }
}

fn record(raw: Box<RawValue>) -> Entry {
    let Ok(it) = serde_json::from_str::<Notified>(raw.get()) else { return unreadable(raw) };
    let place = Place::read(&it.uri).map(|place| place.rkey).unwrap_or_default();
    Entry { seen: Seen::of(&it.uri, &it.cid), place, message: None, raw }
}

/// Something that isn't even an entry: told once, by its text.
fn unreadable(raw: Box<RawValue>) -> Entry {
    Entry { seen: Seen::of(raw.get(), ""), place: String::new(), message: None, raw }
}

/// The posts that notifications tell of, whole: a notification has no addresses of pictures. Where they
/// can't be had the notifications have to do.
async fn whole(
    client: &Client<'_>,
    fresh: &[(Entry, News)],
) -> Result<HashMap<String, Box<RawValue>>, Fault> {
    let uris: Vec<&str> = fresh.iter().filter_map(|(entry, _)| entry.message.as_deref()).collect();
    match look_up(client, &uris).await {
        Err(Fault { error: ChannelError::Refused { .. }, .. }) => Ok(HashMap::new()),
        other => other,
    }
}

/// Posts by their addresses, as far as they are there.
pub(super) async fn look_up(
    client: &Client<'_>,
    uris: &[&str],
) -> Result<HashMap<String, Box<RawValue>>, Fault> {
    let mut found = HashMap::new();
    for some in uris.chunks(TOGETHER) {
        let query: Vec<(&str, &str)> = some.iter().map(|uri| ("uris", *uri)).collect();
        let posts: Posts = client.get("app.bsky.feed.getPosts", &query).await?;
        for raw in posts.posts {
            if let Ok(it) = serde_json::from_str::<Notified>(raw.get()) {
                found.insert(it.uri, raw);
            }
        }
    }
    Ok(found)
}

impl Cursor {
    fn news(&self, entry: &Seen) -> News {
        match self.seen.iter().find(|seen| seen.0 == entry.0) {
            None => News::New,
            Some(seen) if seen.1 == entry.1 => News::Known,
            Some(_) => News::Changed,
        }
    }

    /// Takes a page in; tells whether there is more to have at once.
    fn step(&mut self, listed: &Listed, first: bool) -> bool {
        let places = || listed.entries.iter().map(|entry| entry.place.as_str()).filter(|at| !at.is_empty());
        let last = places().next_back().unwrap_or_default();
        let joins = first || listed.next.is_none() || last < self.read.as_str();
        if first && listed.next.is_some() {
            self.floor = last.to_owned();
        }
        let here: Vec<Seen> = listed.entries.iter().map(|entry| entry.seen.clone()).collect();
        let walk = self.walk.take().unwrap_or_else(|| Walk {
            from: String::new(),
            read: places().max().unwrap_or_default().to_owned(),
            high: here,
        });
        self.walk = Some(match &listed.next {
            Some(next) if !joins => Walk { from: next.clone(), ..walk },
            _ => Walk { from: String::new(), ..walk },
        });
        if joins {
            self.join();
        }
        !joins
    }

    /// Ends the walk: what lies above it counts as read.
    fn join(&mut self) {
        let Some(walk) = self.walk.take() else { return };
        self.seen.retain(|old| walk.high.iter().all(|new| new.0 != old.0));
        for entry in walk.high.into_iter().rev() {
            self.seen.push_front(entry);
        }
        self.seen.truncate(REMEMBERED);
        self.read = walk.read.max(std::mem::take(&mut self.read));
    }
}
