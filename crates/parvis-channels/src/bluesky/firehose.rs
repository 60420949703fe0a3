//! Public listening: everything that passes on the network, or on one server of it, as posts that were
//! written, changed and deleted. For whoever listens beyond what is addressed to an account; the account only
//! lends its point of view (what is ours, what is addressed to us).
//!
//! There are two kinds of streams. `com.atproto.sync.subscribeRepos` is the network's own: every server and
//! every relay has it, in binary frames, and a place in it is a number. Jetstream is a service that makes JSON
//! of it. Reading a message is pure; [`follow`] connects, reads and hands on what passed with the place behind
//! it. To be kept in one transaction: who goes on from a place that was kept loses nothing, and may see what
//! came last again.
//!
//! Records are compared with their digests, commits aren't checked for their signatures: a relay is believed.
//! Authors come with their identifier alone, since no names pass here.

mod car;
mod cbor;

#[cfg(test)]
mod fuzz;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use url::Url;

use super::key::{POST, Place, short};
use super::observe::{Observer, time};
use crate::html::one_line;
use crate::{Account, ChannelError, Net, Notice, Observation, ObservationKind, Passed, Source};
use cbor::Node;

/// Messages of no interest after which the place is handed on all the same.
const QUIET: u32 = 500;
/// What [`Account::settings`] call the address of the stream.
pub(super) const SETTING: &str = "public";
/// Bytes kept of a message that can't be read.
const KEPT: usize = 4096;

/// Where to listen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Firehose {
    /// A server or relay: `wss://HOST`.
    Repos(Url),
    /// A Jetstream service: `wss://HOST`.
    Jetstream(Url),
}

impl Firehose {
    /// The stream at an address that a person typed: Jetstream where its name or its path says so, else a server or
    /// relay.
    pub(super) fn at(mut url: Url) -> Option<Self> {
        let scheme = match url.scheme() {
            "https" | "wss" => "wss",
            "http" | "ws" => "ws",
            _ => return None,
        };
        url.set_scheme(scheme).ok()?;
        let jetstream = url.host_str()?.starts_with("jetstream") || url.path().ends_with("/subscribe");
        Some(if jetstream { Self::Jetstream(url) } else { Self::Repos(url) })
    }

    /// The stream that an account was connected with.
    pub(super) fn of(settings: &Value) -> Option<Self> {
        Self::at(settings.get(SETTING)?.as_str()?.parse().ok()?)
    }

    /// The address to connect to.
    fn address(&self, cursor: Option<i64>) -> Url {
        let (Self::Repos(base) | Self::Jetstream(base)) = self;
        let mut url = base.clone();
        url.set_fragment(None);
        match self {
            Self::Repos(_) => url.set_path("/xrpc/com.atproto.sync.subscribeRepos"),
            Self::Jetstream(_) => url.set_path("/subscribe"),
        }
        url.set_query(None);
        if matches!(self, Self::Jetstream(_)) {
            url.query_pairs_mut().append_pair("wantedCollections", POST);
        }
        if let Some(cursor) = cursor {
            url.query_pairs_mut().append_pair("cursor", &cursor.to_string());
        }
        url
    }

    /// Reads one message; `None` for one that tells neither a post nor a place.
    ///
    /// # Errors
    /// What the stream says went wrong: [`ChannelError::Refused`] for a place that it doesn't know.
    pub fn read(&self, account: &Account, message: &[u8]) -> Result<Option<Passed>, ChannelError> {
        let observer = Observer::new(account, Source::Stream);
        match self {
            Self::Repos(_) => frame(&observer, message),
            Self::Jetstream(_) => Ok(Some(event(&observer, message)).flatten()),
        }
    }
}

/// Follows a stream until it ends, and tells why; `Ok` when nobody listens any more. Without a `cursor` it
/// begins with what comes next.
///
/// # Errors
/// As for [`Net::send`]; `Unreachable` when the stream ends, which it does often.
pub async fn follow(
    net: &Net,
    account: &Account,
    place: &Firehose,
    cursor: Option<i64>,
    sink: &mpsc::Sender<Passed>,
) -> Result<(), ChannelError> {
    let mut socket = net.socket(place.address(cursor)).await?;
    let mut quiet = 0;
    loop {
        let message = socket.next().await?;
        let Some(passed) = place.read(account, &message)? else { continue };
        quiet += 1;
        let tells = !passed.observations.is_empty() || passed.notice.is_some();
        if !tells && quiet < QUIET {
            continue;
        }
        quiet = 0;
        if sink.send(passed).await.is_err() {
            return Ok(());
        }
    }
}

/// A message of `subscribeRepos`: two pieces of data, a head and a body.
fn frame(observer: &Observer<'_>, message: &[u8]) -> Result<Option<Passed>, ChannelError> {
    let read = cbor::read(message).and_then(|(head, rest)| Some((head, cbor::read(rest)?.0)));
    let Some((head, body)) = read else {
        // It can't be read and has no place: what comes behind it has one.
        return Ok(None);
    };
    if head.number("op") == Some(-1) {
        return Err(complaint(
            body.text("error").unwrap_or_default(),
            body.text("message").unwrap_or_default(),
        ));
    }
    let kind = head.text("t").unwrap_or_default();
    let Some(cursor) = body.number("seq") else {
        let outdated = kind == "#info" && body.text("name") == Some("OutdatedCursor");
        return Ok(outdated.then(|| Passed {
            cursor: None,
            observations: Vec::new(),
            notice: Some(Notice::Gap),
        }));
    };
    let observations = if kind == "#commit" { commit(observer, &body, message) } else { Vec::new() };
    Ok(Some(Passed { cursor: Some(cursor), observations, notice: None }))
}

fn complaint(name: &str, message: &str) -> ChannelError {
    let message = one_line(&format!("{name}: {message}"), 300);
    match name {
        "FutureCursor" | "InvalidRequest" => ChannelError::Refused { status: 400, message },
        _ => ChannelError::Unreachable { message },
    }
}

/// What a commit did to posts.
fn commit(observer: &Observer<'_>, body: &Node<'_>, message: &[u8]) -> Vec<Observation> {
    let (Some(did), Some(Node::List(operations))) = (body.text("repo"), body.get("ops")) else {
        return vec![unreadable(observer, message)];
    };
    let at = body.text("time").and_then(time);
    let bundle = match body.get("blocks") {
        Some(Node::Bytes(bundle)) => *bundle,
        _ => &[],
    };
    let mut seen = Vec::new();
    for operation in operations {
        let path = operation.text("path").unwrap_or_default();
        let place = Place::read(&format!("at://{did}/{path}")).filter(|place| place.collection == POST);
        let Some(place) = place else { continue };
        let record = match operation.get("cid") {
            Some(Node::Link(cid)) => {
                let content = car::find(bundle, cid).and_then(|bytes| Some(cbor::read(bytes)?.0.json()));
                content.map(|content| (cbor::written(cid), content))
            }
            _ => None,
        };
        let action = operation.text("action").unwrap_or_default();
        seen.push(post(observer, &place, action, record, at));
    }
    seen
}

/// What happened to a post.
fn post(
    observer: &Observer<'_>,
    place: &Place,
    action: &str,
    record: Option<(String, Value)>,
    at: Option<i64>,
) -> Observation {
    let uri = format!("at://{}/{}/{}", place.did, place.collection, place.rkey);
    let mut seen = match (action, record) {
        ("delete", _) => observer.gone(&uri),
        (_, Some((cid, record))) => {
            let raw = json!({ "uri": uri, "cid": cid, "author": { "did": place.did }, "record": record });
            observer.post(&raw.to_string())
        }
        // Too large to pass here, or damaged.
        (_, None) => observer.unsupported("post", &uri, &json!({ "uri": uri, "action": action }).to_string()),
    };
    // The time at which it passed, not the one that its author claims.
    (seen.version_at, seen.occurred_at) = (at, at);
    if action == "update" && seen.item.is_some() {
        seen.kind = ObservationKind::Edited;
    }
    seen
}

fn unreadable(observer: &Observer<'_>, message: &[u8]) -> Observation {
    let start = message.get(..KEPT).unwrap_or(message);
    let raw = json!(STANDARD_NO_PAD.encode(start)).to_string();
    observer.unsupported("frame", &short(&raw, 12), &raw)
}

/// A message of Jetstream.
#[derive(Deserialize)]
struct Event {
    did: String,
    time_us: i64,
    commit: Option<Commit>,
}

#[derive(Deserialize)]
struct Commit {
    operation: String,
    collection: String,
    rkey: String,
    record: Option<Value>,
    #[serde(default)]
    cid: String,
}

fn event(observer: &Observer<'_>, message: &[u8]) -> Option<Passed> {
    let event: Event = serde_json::from_slice(message).ok()?;
    let seen = event.commit.and_then(|commit| {
        let uri = format!("at://{}/{}/{}", event.did, commit.collection, commit.rkey);
        let place = Place::read(&uri).filter(|place| place.collection == POST)?;
        let record = commit.record.map(|record| (commit.cid, record));
        Some(post(observer, &place, &commit.operation, record, Some(event.time_us)))
    });
    Some(Passed { cursor: Some(event.time_us), observations: seen.into_iter().collect(), notice: None })
}
