//! An incoming webhook as Slack has them (<https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks>),
//! and Mattermost and others after it (<https://developers.mattermost.com/integrate/webhooks/incoming/>). Whoever knows
//! its address may write there: the address is kept as a secret.

use reqwest::Method;
use reqwest::header::RETRY_AFTER;
use serde_json::json;
use url::Url;

use super::{Notice, Target};
use crate::html::one_line;
use crate::{ChannelError, Net, Request};

const MAX_ANSWER: usize = 64 * 1024;
/// Characters of a message; Mattermost takes 16,383, Slack cuts at 40,000.
const MAX_TEXT: usize = 12_000;

fn address(target: &Target) -> Result<Url, ChannelError> {
    super::address(target.secret.expose())
}

/// Only the address can be looked at: asking for anything writes there. What is shown of it is its host.
pub(super) fn check(net: &Net, target: &Target) -> Result<Target, ChannelError> {
    let url = address(target)?;
    net.check(&url)?;
    net.check_secret(&url)?;
    Ok(Target { address: url.host_str().unwrap_or_default().to_owned(), ..target.clone() })
}

/// What others wrote must neither call people nor become a link or markup here.
fn tame(text: &str) -> String {
    let kept: String = text.chars().filter(|c| !"`[]*~\u{0}".contains(*c)).take(MAX_TEXT).collect();
    kept.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('@', "@\u{200B}")
}

pub(super) async fn send(net: &Net, target: &Target, notice: &Notice) -> Result<(), ChannelError> {
    let url = address(target)?;
    net.check_secret(&url)?;
    let mut text = format!("*{}*\n{}", tame(&notice.title), tame(&notice.text));
    if let Some(link) = &notice.link {
        text.push_str(&format!("\n<{link}>"));
    }
    let request = Request::new(Method::POST, url).json(json!({ "text": text })).max_bytes(MAX_ANSWER).once();
    let answer = net.send(request).await?;
    let said = one_line(&String::from_utf8_lossy(&answer.body), 200);
    let message = if said.is_empty() { format!("status {}", answer.status) } else { said };
    match answer.status {
        200..=299 => Ok(()),
        401 | 403 | 404 | 410 => Err(ChannelError::Unauthorized { message }),
        429 => Err(ChannelError::Limited { retry_after: answer.wait() }),
        503 if answer.headers.contains_key(RETRY_AFTER) => {
            Err(ChannelError::Limited { retry_after: answer.wait() })
        }
        408 | 500..=599 => Err(ChannelError::Unreachable { message }),
        status => Err(ChannelError::Refused { status, message }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_wrote_calls_nobody_and_is_no_markup() {
        let tamed = tame("<!channel> @all [x](https://evil.example) `a` & *b*");
        assert_eq!(tamed, "&lt;!channel&gt; @\u{200B}all x(https://evil.example) a &amp; b");
    }
}
