//! Handing an answer or a post over: one signed POST under the answer's own key, the same for every attempt.

use std::time::Duration;

use reqwest::Method;
use reqwest::header::{HeaderName, RETRY_AFTER};
use serde::Deserialize;
use serde_json::json;
use url::Url;

use super::key::Keys;
use super::target;
use crate::html::{one_line, printable};
use crate::{Account, Answer, ChannelError, Net, Outgoing, Published, Request, Why};

/// How long the other side may take to say that it has it (Standard Webhooks, "Delivery timeout").
const PATIENCE: Duration = Duration::from_secs(30);
/// Bytes of its answer looked at.
const MAX_ANSWER: usize = 64 * 1024;

/// What the other side may say of the message that it made of our answer.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Taken {
    id: String,
    url: Option<String>,
    at: Option<String>,
}

/// Hands it over. By the contract of webhooks any answer but 2xx says that it wasn't taken; only one that never came
/// leaves open what happened.
pub(super) async fn publish(
    net: &Net,
    account: &Account,
    outgoing: &Outgoing,
) -> Result<Published, ChannelError> {
    let url = target(account).ok_or(ChannelError::Unsupported(Why::NoAddress))?;
    let keys = Keys::read(&account.secret)?;
    let answer = post(net, url, &keys, (&outgoing.key, outgoing.at), content(outgoing).into_bytes()).await?;
    Ok(published(&answer, outgoing))
}

/// One signed POST of a body under a key; `at` in µs.
pub(super) async fn post(
    net: &Net,
    url: &Url,
    keys: &Keys,
    (key, at): (&str, i64),
    body: Vec<u8>,
) -> Result<Answer, ChannelError> {
    // What people wrote to each other doesn't travel in the clear either.
    net.check_secret(url)?;
    let seconds = at.div_euclid(1_000_000).to_string();
    let signature = keys.sign(key, &seconds, &body);
    let request = Request::new(Method::POST, url.clone())
        .header(HeaderName::from_static("webhook-id"), key)
        .header(HeaderName::from_static("webhook-timestamp"), &seconds)
        .header(HeaderName::from_static("webhook-signature"), &signature)
        .bytes("application/json", body)
        .max_bytes(MAX_ANSWER)
        .once();
    let answer = tokio::time::timeout(PATIENCE, net.send(request)).await;
    let lost = |_| ChannelError::Unknown { message: "no answer in time".to_owned() };
    checked(answer.map_err(lost)??)
}

fn content(outgoing: &Outgoing) -> String {
    let at = jiff::Timestamp::from_microsecond(outgoing.at).unwrap_or_default();
    let data = json!({
        "key": outgoing.key,
        "parent": outgoing.parent_id,
        "text": outgoing.text,
        "visibility": outgoing.visibility,
        "language": outgoing.language,
    });
    let kind = if outgoing.parent_id.is_some() { "answer.created" } else { "post.created" };
    json!({ "type": kind, "timestamp": at.to_string(), "data": data }).to_string()
}

fn checked(answer: Answer) -> Result<Answer, ChannelError> {
    let status = answer.status;
    let refused = |message: &str| ChannelError::Refused { status, message: message.to_owned() };
    Err(match status {
        200..=299 => return Ok(answer),
        401 | 403 => ChannelError::Unauthorized {
            message: format!("status {status}: does the other side know the present secret?"),
        },
        410 => refused("the other side says that nothing is taken there any more"),
        429 => ChannelError::Limited { retry_after: answer.wait() },
        503 if answer.headers.contains_key(RETRY_AFTER) => {
            ChannelError::Limited { retry_after: answer.wait() }
        }
        408 | 425 | 500..=599 => ChannelError::Unreachable { message: format!("status {status}") },
        300..=399 => {
            refused("the address leads elsewhere, which webhooks don't follow: name the last address")
        }
        _ => refused(&complaint(&answer)),
    })
}

/// What the other side says about its refusal, on one line.
fn complaint(answer: &Answer) -> String {
    let said = one_line(&String::from_utf8_lossy(&answer.body), 200);
    if said.is_empty() { format!("status {}", answer.status) } else { said }
}

/// It was taken, whatever else the answer says: where that is no id, the key stands for it.
fn published(answer: &Answer, outgoing: &Outgoing) -> Published {
    let raw = answer.text().map(printable).unwrap_or_default();
    let taken: Taken = crate::json::parse(&raw).unwrap_or_default();
    let id = one_line(&taken.id, 500);
    let url = taken.url.and_then(|url| url.parse::<Url>().ok());
    let at = taken.at.and_then(|at| at.parse::<jiff::Timestamp>().ok());
    Published {
        remote_id: if id.is_empty() { outgoing.key.clone() } else { id },
        url: url.filter(|url| matches!(url.scheme(), "http" | "https")).map(|url| url.to_string()),
        published_at: at.map(jiff::Timestamp::as_microsecond),
        raw,
    }
}
