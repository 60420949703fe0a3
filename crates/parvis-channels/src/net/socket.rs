//! WebSockets (RFC 6455). The connection is opened by the guarded client, so that the same rule on addresses
//! holds; only the frames are somebody else's work.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use reqwest::header::{
    CONNECTION, RETRY_AFTER, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use ring::rand::{SecureRandom, SystemRandom};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};
use url::Url;

use super::{Answer, Net, Request};
use crate::ChannelError;

/// Bytes of a message kept at most.
const MAX_MESSAGE: usize = 8 * 1024 * 1024;
/// After this silence a sign of life is asked for; after as much again the connection counts as dead.
const SILENCE: Duration = Duration::from_secs(45);
/// What the key is answered with (RFC 6455, 1.3).
const SALT: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// An open connection.
pub(crate) struct Socket(WebSocketStream<reqwest::Upgraded>);

impl Net {
    /// Opens a WebSocket at a `ws:` or `wss:` address.
    ///
    /// # Errors
    /// As for [`Net::send`]; `Limited`, `Refused` or `Unreachable` when the server won't.
    pub(crate) async fn socket(&self, mut url: Url) -> Result<Socket, ChannelError> {
        let scheme = match url.scheme() {
            "ws" => "http",
            "wss" => "https",
            other => return Err(ChannelError::ForbiddenAddress { address: format!("{other}:") }),
        };
        let odd = || ChannelError::ForbiddenAddress { address: "(no address of a stream)".to_owned() };
        url.set_scheme(scheme).map_err(|()| odd())?;
        let mut key = [0; 16];
        let unready =
            |_| ChannelError::Unreachable { message: "this machine gives no random numbers".into() };
        SystemRandom::new().fill(&mut key).map_err(unready)?;
        let key = STANDARD.encode(key);
        let request = Request::get(url.clone())
            .header(CONNECTION, "upgrade")
            .header(UPGRADE, "websocket")
            .header(SEC_WEBSOCKET_VERSION, "13")
            .header(SEC_WEBSOCKET_KEY, &key);
        let response = self.open(request).await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let answer = Answer { status, headers, body: Bytes::new(), url, moved: None };
        let expected = STANDARD.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, format!("{key}{SALT}").as_bytes()));
        if status != 101 || answer.header(&SEC_WEBSOCKET_ACCEPT) != Some(expected.as_str()) {
            return Err(refusal(&answer));
        }
        let stream = response.upgrade().await.map_err(|error| super::failure(&error, false))?;
        let config =
            WebSocketConfig::default().max_message_size(Some(MAX_MESSAGE)).max_frame_size(Some(MAX_MESSAGE));
        Ok(Socket(WebSocketStream::from_raw_socket(stream, Role::Client, Some(config)).await))
    }
}

fn refusal(answer: &Answer) -> ChannelError {
    let message = format!("status {}", answer.status);
    match answer.status {
        429 => ChannelError::Limited { retry_after: answer.wait() },
        503 if answer.headers.contains_key(RETRY_AFTER) => {
            ChannelError::Limited { retry_after: answer.wait() }
        }
        500..600 => ChannelError::Unreachable { message },
        400..500 => ChannelError::Refused { status: answer.status, message },
        _ => ChannelError::Malformed { message: format!("no stream of messages there ({message})") },
    }
}

impl Socket {
    /// The next message, text or not. A server that falls silent is asked for a sign of life.
    ///
    /// # Errors
    /// `Unreachable` when the connection ends, `Malformed` when it isn't spoken as it should be.
    pub(crate) async fn next(&mut self) -> Result<Bytes, ChannelError> {
        let ended = |message: &str| ChannelError::Unreachable { message: message.to_owned() };
        let mut asked = false;
        loop {
            let Ok(next) = tokio::time::timeout(SILENCE, self.0.next()).await else {
                if asked {
                    return Err(ended("the stream fell silent"));
                }
                asked = true;
                self.0.send(Message::Ping(Bytes::new())).await.map_err(|error| failure(&error))?;
                continue;
            };
            asked = false;
            match next {
                Some(Ok(Message::Binary(bytes))) => return Ok(bytes),
                Some(Ok(Message::Text(text))) => return Ok(text.into()),
                Some(Ok(Message::Close(_))) | None => return Err(ended("the stream ended")),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(failure(&error)),
            }
        }
    }
}

fn failure(error: &Error) -> ChannelError {
    let message: String = error.to_string().chars().take(200).collect();
    match error {
        // A server that died says nothing any more: nothing is wrong with what it said before.
        Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => ChannelError::Unreachable { message },
        Error::Capacity(_) | Error::Protocol(_) | Error::Utf8(_) => ChannelError::Malformed { message },
        _ => ChannelError::Unreachable { message },
    }
}
