//! The thread around a post, and a second look at posts that were seen before.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::client::Client;
use super::observe::Observer;
use super::walk::look_up;
use super::write::{is_ours, record};
use crate::{ChannelError, Observation, ObservationKind};

/// Posts above that are asked for: as many as nest within what we read.
const HEIGHT: &str = "40";
/// Levels of answers below.
const DEPTH: &str = "10";

/// A post with what is around it; a post that was deleted or blocked has neither.
#[derive(Deserialize)]
struct Node {
    post: Option<Box<RawValue>>,
    parent: Option<Box<RawValue>>,
    #[serde(default)]
    replies: Option<Vec<Box<RawValue>>>,
}

#[derive(Deserialize)]
struct Thread {
    thread: Box<RawValue>,
}

/// The thread around a post, oldest first, without the post itself.
pub(super) async fn thread(
    client: &Client<'_>,
    observer: &Observer<'_>,
    uri: &str,
) -> Result<Vec<Observation>, ChannelError> {
    let query = [("uri", uri), ("parentHeight", HEIGHT), ("depth", DEPTH)];
    let thread: Thread = client.get("app.bsky.feed.getPostThread", &query).await?;
    let Some(node) = read(&thread.thread) else { return Ok(Vec::new()) };
    let mut above = Vec::new();
    let mut up = node.parent;
    while let Some(node) = up.as_deref().and_then(read) {
        above.extend(node.post);
        up = node.parent;
    }
    above.reverse();
    let mut below = Vec::new();
    let mut down = node.replies.unwrap_or_default();
    while let Some(raw) = down.pop() {
        let Some(node) = read(&raw) else { continue };
        below.extend(node.post);
        down.extend(node.replies.unwrap_or_default());
    }
    let mut below: Vec<Observation> = below.iter().map(|raw| observer.post(raw.get())).collect();
    below.sort_by_key(|seen| seen.occurred_at);
    let mut all: Vec<Observation> = above.iter().map(|raw| observer.post(raw.get())).collect();
    all.extend(below);
    Ok(all)
}

fn read(raw: &RawValue) -> Option<Node> {
    serde_json::from_str(raw.get()).ok()
}

/// Looks at posts again. One that can't be found is gone for us, whatever the reason; our own only when our
/// own server hasn't got it, since an AppView may be late. Where there is no AppView only our own can be
/// looked at.
pub(super) async fn recheck(
    client: &Client<'_>,
    observer: &Observer<'_>,
    uris: &[String],
) -> Result<Vec<Observation>, ChannelError> {
    let all: Vec<&str> = uris.iter().map(String::as_str).collect();
    let found = match look_up(client, &all).await {
        Ok(found) => Some(found),
        Err(fault) if fault.is_missing() || fault.is_upstream() => None,
        Err(fault) => return Err(fault.error),
    };
    let mut seen = Vec::new();
    for uri in all {
        let shown = found.as_ref().and_then(|found| found.get(uri));
        match shown {
            Some(raw) => seen.push(standing(observer.post(raw.get()))),
            None if is_ours(client, uri) => seen.push(match record(client, uri).await? {
                Some(answer) => standing(observer.own(answer.text()?)),
                None => observer.gone(uri),
            }),
            None if found.is_some() => seen.push(observer.gone(uri)),
            None => {}
        }
    }
    Ok(seen)
}

/// As it stands now: what was changed about a post isn't dated, so the program compares.
fn standing(seen: Observation) -> Observation {
    match seen.kind {
        ObservationKind::Created => Observation { kind: ObservationKind::Edited, version_at: None, ..seen },
        _ => seen,
    }
}
