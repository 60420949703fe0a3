//! Listening by server-sent events. Only wakes us earlier: what passes here is told again by
//! pulling, so a cut connection loses nothing.

use std::borrow::Cow;

use futures_util::StreamExt;
use reqwest::header::{ACCEPT, HeaderValue};
use tokio::sync::mpsc;
use url::Url;

use super::client::{Client, checked, endpoint};
use super::observe::Observer;
use crate::{Answer, ChannelError, Observation, Request, Why};

/// Bytes of one event.
const MAX_EVENT: usize = 1024 * 1024;

/// Events about things that are no messages.
const OF_NO_INTEREST: [&str; 9] = [
    "filters_changed",
    "conversation",
    "announcement",
    "announcement.reaction",
    "announcement.delete",
    "notifications_merged",
    "encrypted_message",
    "pleroma:chat_update",
    "pleroma:respond_to_ping",
];

/// Listens until the connection ends.
pub(super) async fn listen(
    client: &Client<'_>,
    observer: &Observer<'_>,
    sink: &mpsc::Sender<Observation>,
) -> Result<(), ChannelError> {
    let settings = &client.account.settings;
    let base = settings.get("streaming").and_then(serde_json::Value::as_str);
    let base: Url = base.and_then(|base| base.parse().ok()).ok_or(ChannelError::Unsupported(Why::Polled))?;
    let url = endpoint(&base, &["api", "v1", "streaming", "user"], &[])?;
    let request =
        Request::get(url.clone()).bearer(&client.access.access_token).header(ACCEPT, "text/event-stream");
    let response = client.net.open(request).await?;
    if !response.status().is_success() {
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let body = bytes::Bytes::new();
        checked(Answer { status, headers, body, url, moved: None })?;
    }
    let kind = response.headers().get(reqwest::header::CONTENT_TYPE);
    let kind = kind.map(HeaderValue::as_bytes).unwrap_or_default();
    if !kind.starts_with(b"text/event-stream") {
        return Err(ChannelError::Malformed { message: "the stream is no event stream".into() });
    }
    let mut pieces = response.bytes_stream();
    let mut events = Events::default();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|error| crate::net::failure(&error, false))?;
        for (name, data) in events.feed(&piece)? {
            let Some(seen) = observations(observer, &name, &data) else {
                continue;
            };
            if sink.send(seen).await.is_err() {
                return Ok(());
            }
        }
    }
    Err(ChannelError::Unreachable { message: "the stream ended".to_owned() })
}

/// What an event tells. Of the home timeline only what concerns us is kept.
fn observations(observer: &Observer<'_>, event: &str, data: &str) -> Option<Observation> {
    match event {
        "notification" => Some(observer.notification(data)),
        "update" | "status.update" => Some(observer.status(data))
            .filter(|seen| seen.item.as_ref().is_some_and(|item| item.ours || item.addressed)),
        "delete" => Some(observer.gone(data.trim().trim_matches('"'))),
        known if OF_NO_INTEREST.contains(&known) => None,
        _ => Some(observer.unsupported("event", data)),
    }
}

/// Reads server-sent events from pieces cut anywhere (WHATWG HTML, 9.2.6).
#[derive(Debug, Default)]
struct Events {
    line: Vec<u8>,
    name: String,
    data: String,
}

impl Events {
    fn feed(&mut self, piece: &[u8]) -> Result<Vec<(String, String)>, ChannelError> {
        let mut whole = Vec::new();
        for part in piece.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(part);
            if self.line.len() + self.data.len() > MAX_EVENT {
                let message = format!("an event longer than {MAX_EVENT} bytes");
                return Err(ChannelError::Malformed { message });
            }
            if part.ends_with(b"\n") {
                whole.extend(self.end_line());
            }
        }
        Ok(whole)
    }

    fn end_line(&mut self) -> Option<(String, String)> {
        let line = std::mem::take(&mut self.line);
        let line: Cow<'_, str> = String::from_utf8_lossy(&line);
        let line = line.trim_end_matches(['\n', '\r']);
        if line.is_empty() {
            let name = std::mem::take(&mut self.name);
            let mut data = std::mem::take(&mut self.data);
            data.truncate(data.trim_end_matches('\n').len());
            return (!name.is_empty()).then_some((name, data));
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.name),
            "data" => {
                self.data.push_str(value);
                self.data.push('\n');
            }
            _ => {}
        }
        None
    }
}

/// What a whole stream tells, for tests that have one.
#[cfg(test)]
pub(super) fn told(observer: &Observer<'_>, bytes: &[u8]) -> Vec<Observation> {
    let told = Events::default().feed(bytes).unwrap_or_default();
    told.iter().filter_map(|(event, data)| observations(observer, event, data)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const WIRE: &str = ":thump\n\nevent: delete\ndata: 42\n\nevent: x\r\ndata: a\r\ndata: b\r\n\r\n\
                        id: 7\nevent:y\n\ndata: nameless\n\n";

    #[test]
    fn events_are_read_whole() {
        let found = Events::default().feed(WIRE.as_bytes()).unwrap();
        let expected = [("delete", "42"), ("x", "a\nb"), ("y", "")];
        assert_eq!(found, expected.map(|(name, data)| (name.to_owned(), data.to_owned())));
    }

    #[test]
    fn an_endless_event_is_refused() {
        let mut events = Events::default();
        let piece = vec![b'x'; MAX_EVENT / 2];
        assert!(events.feed(&piece).is_ok());
        assert!(events.feed(&piece).is_ok());
        assert!(events.feed(&piece).is_err());
    }

    proptest! {
        #[test]
        fn events_come_out_the_same_wherever_they_are_cut(cuts in prop::collection::vec(1_usize..9, 1..80)) {
            let mut events = Events::default();
            let (mut found, mut rest, mut cuts) = (Vec::new(), WIRE.as_bytes(), cuts.into_iter().cycle());
            while !rest.is_empty() {
                let (piece, after) = rest.split_at(cuts.next().unwrap().min(rest.len()));
                found.extend(events.feed(piece).unwrap());
                rest = after;
            }
            prop_assert_eq!(found, Events::default().feed(WIRE.as_bytes()).unwrap());
        }

        #[test]
        fn any_bytes_can_be_fed(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            Events::default().feed(&bytes).unwrap();
        }
    }
}
