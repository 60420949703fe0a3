//! A Matrix room, by the client-server API (<https://spec.matrix.org/v1.16/client-server-api/>). The notice's key is
//! the transaction's id, by which the server knows a repetition.

use reqwest::Method;
use serde::Deserialize;
use serde_json::json;
use url::Url;

use super::{Notice, Target, html, plain};
use crate::html::one_line;
use crate::{Answer, ChannelError, Net, Request};

const MAX_ANSWER: usize = 256 * 1024;

/// The server's address and the room, as they are typed and kept.
fn parts(target: &Target) -> Result<(Url, &str), ChannelError> {
    let wrong = || ChannelError::Refused {
        status: 400,
        message:
            "a Matrix room needs the server's address and the room, such as !room:server or #room:server"
                .to_owned(),
    };
    let (server, room) = target.address.trim().split_once(char::is_whitespace).ok_or_else(wrong)?;
    let server: Url = server.parse().map_err(|_| wrong())?;
    let room = room.trim();
    let fine = room.starts_with(['!', '#']) && room.len() <= 255 && !room.chars().any(char::is_whitespace);
    if fine { Ok((server, room)) } else { Err(wrong()) }
}

/// `{server}/_matrix/client/v3/…`, each part escaped.
fn endpoint(server: &Url, path: &[&str]) -> Result<Url, ChannelError> {
    let mut url = server.clone();
    url.set_query(None);
    url.set_fragment(None);
    url.path_segments_mut()
        .map_err(|()| ChannelError::ForbiddenAddress { address: "what isn't an address".to_owned() })?
        .pop_if_empty()
        .extend(["_matrix", "client", "v3"])
        .extend(path);
    Ok(url)
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Complaint {
    errcode: String,
    error: String,
    retry_after_ms: Option<u64>,
}

fn checked(answer: Answer) -> Result<Answer, ChannelError> {
    let status = answer.status;
    if (200..300).contains(&status) {
        return Ok(answer);
    }
    let said: Complaint = crate::json::read(&answer).unwrap_or_default();
    let message = one_line(&format!("{} {}", said.errcode, said.error), 200);
    let message = if message.is_empty() { format!("status {status}") } else { message };
    Err(match status {
        401 => ChannelError::Unauthorized { message },
        429 => ChannelError::Limited {
            retry_after: said.retry_after_ms.map_or_else(|| answer.wait(), std::time::Duration::from_millis),
        },
        408 | 500..=599 => ChannelError::Unreachable { message },
        _ => ChannelError::Refused { status, message },
    })
}

async fn ask(
    net: &Net,
    target: &Target,
    method: Method,
    url: Url,
    body: Option<serde_json::Value>,
) -> Result<Answer, ChannelError> {
    let mut request = Request::new(method, url).bearer(target.secret.expose()).max_bytes(MAX_ANSWER);
    if let Some(body) = body {
        request = request.json(body);
    }
    checked(net.send(request).await?)
}

#[derive(Deserialize)]
struct Joined {
    room_id: String,
}

/// Whether the token is accepted; then enters the room, and refuses one whose messages have to be encrypted.
pub(super) async fn check(net: &Net, target: &Target) -> Result<Target, ChannelError> {
    let (server, room) = parts(target)?;
    net.check(&server)?;
    net.check_secret(&server)?;
    ask(net, target, Method::GET, endpoint(&server, &["account", "whoami"])?, None).await?;
    let joined = ask(net, target, Method::POST, endpoint(&server, &["join", room])?, Some(json!({}))).await?;
    let joined: Joined = crate::json::read(&joined)?;
    let state = endpoint(&server, &["rooms", &joined.room_id, "state", "m.room.encryption"])?;
    match ask(net, target, Method::GET, state, None).await {
        Ok(_) => {
            let message = "this room is encrypted, which Parvis can't do: take a room that isn't".to_owned();
            Err(ChannelError::Refused { status: 403, message })
        }
        Err(ChannelError::Refused { status: 404, .. }) => {
            Ok(Target { address: format!("{server} {}", joined.room_id), ..target.clone() })
        }
        Err(error) => Err(error),
    }
}

pub(super) async fn send(net: &Net, target: &Target, notice: &Notice) -> Result<(), ChannelError> {
    let (server, room) = parts(target)?;
    net.check_secret(&server)?;
    let url = endpoint(&server, &["rooms", room, "send", "m.room.message", &notice.key])?;
    // As a text, not as a notice: those are silent by the usual rules of clients.
    let body = json!({
        "msgtype": "m.text",
        "body": plain(notice),
        "format": "org.matrix.custom.html",
        "formatted_body": html(notice),
    });
    ask(net, target, Method::PUT, url, Some(body)).await.map(drop)
}
