//! A language model that an organisation has somewhere: text in, text out. No channel: it says nothing to the public and
//! hears nobody. It is asked by the protocol that most servers of models speak, hosted ones and those on one's own machine
//! (`POST {base}/chat/completions`, as OpenAI's reference describes it), in one piece, without tools: whatever it answers
//! is a text that strangers wrote.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use crate::html::{one_line, printable};
use crate::net::{Answer, Net, Request};
use crate::{ChannelError, Secret, json};

/// How long a person waits for an answer; a model on one's own machine needs some of it.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// Bytes of an answer at most: a few proposals are some thousand.
const MOST_BYTES: usize = 256 * 1024;
/// Characters of a server's own words that are kept.
const SAID: usize = 200;
/// What is asked, below the base.
const PATH: &str = "/chat/completions";

/// Where the model is.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// The address that everything hangs below, as [`address`] gives it.
    pub base: Url,
    /// Which model.
    pub model: String,
    /// What opens it; some need nothing.
    pub key: Option<Secret>,
    /// How long to wait.
    pub patience: Duration,
}

/// What is sent: all of it, but for the name of the model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompt {
    /// What is asked for, and by which rules.
    pub task: String,
    /// What it is asked about.
    pub material: String,
}

/// Why there is no answer, sorted by what has to be done about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AssistantError {
    /// The key isn't taken.
    #[error("the key is refused")]
    Key,
    /// It doesn't know that model.
    #[error("there is no such model")]
    Model,
    /// Nothing at that address speaks this protocol.
    #[error("nothing at this address speaks the protocol (status {status})")]
    Address {
        /// What it answered.
        status: u16,
    },
    /// Too many calls, or what was paid for is used up.
    #[error("too many calls, or nothing left to spend")]
    Busy,
    /// It didn't answer in time.
    #[error("no answer in time")]
    Slow,
    /// It answers at a length that nobody asked for.
    #[error("the answer is too long")]
    Long,
    /// It answers something else.
    #[error("the answer isn't what was asked for")]
    Unexpected,
    /// It can't be reached, or is unwell.
    #[error("it can't be reached: {message}")]
    Unreachable {
        /// What failed.
        message: String,
    },
    /// An address that isn't called.
    #[error("Parvis doesn't call {address}")]
    Forbidden {
        /// Which, and why.
        address: String,
    },
    /// It understood and refused.
    #[error("it refuses ({status}): {message}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// What it said, cut.
        message: String,
    },
}

impl AssistantError {
    /// The code by which it is translated.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Model => "model",
            Self::Address { .. } => "address",
            Self::Busy => "busy",
            Self::Slow => "slow",
            Self::Long => "long",
            Self::Unexpected => "unexpected",
            Self::Unreachable { .. } => "unreachable",
            Self::Forbidden { .. } => "forbidden",
            Self::Refused { .. } => "refused",
        }
    }
}

impl From<ChannelError> for AssistantError {
    fn from(error: ChannelError) -> Self {
        match error {
            ChannelError::ForbiddenAddress { address } => Self::Forbidden { address },
            // Redirects aren't followed here, so only its length can be wrong before it is read.
            ChannelError::Malformed { .. } => Self::Long,
            other => Self::Unreachable { message: other.to_string() },
        }
    }
}

/// The base that somebody means: http or https, at an address that may be called and to which a secret may travel. Whoever
/// gives the whole address of the call means its base.
///
/// # Errors
/// `Forbidden`.
pub fn address(net: &Net, text: &str) -> Result<Url, AssistantError> {
    let odd = || AssistantError::Forbidden { address: one_line(text, SAID) };
    let mut url: Url = text.trim().parse().map_err(|_| odd())?;
    net.check(&url)?;
    // What is asked is as worth guarding as the key.
    net.check_secret(&url)?;
    url.set_fragment(None);
    let path = url.path().trim_end_matches('/');
    let path = path.strip_suffix(PATH).unwrap_or(path).trim_end_matches('/').to_owned();
    url.set_path(&path);
    Ok(url)
}

/// Asks once and gives what was said, without what no text needs.
///
/// # Errors
/// Any [`AssistantError`].
pub async fn ask(net: &Net, to: &Endpoint, prompt: &Prompt) -> Result<String, AssistantError> {
    let mut url = to.base.clone();
    url.set_path(&format!("{}{PATH}", to.base.path().trim_end_matches('/')));
    net.check_secret(&url)?;
    // Nothing else is asked of it: what one server of models wants to be told, another refuses.
    let body = json!({
        "model": to.model,
        "messages": [
            { "role": "system", "content": prompt.task },
            { "role": "user", "content": prompt.material },
        ],
        "stream": false,
    });
    let mut request = Request::new(reqwest::Method::POST, url).json(body).max_bytes(MOST_BYTES);
    if let Some(key) = &to.key {
        request = request.bearer(key.expose());
    }
    // The request's own limit is the later one, so that this one tells what happened.
    let request = request.within(to.patience.saturating_mul(2));
    let answer = tokio::time::timeout(to.patience, net.send(request)).await;
    let answer = answer.map_err(|_| AssistantError::Slow)??;
    match answer.status {
        200..300 => said(&answer),
        _ => Err(refusal(&answer)),
    }
}

#[derive(Deserialize)]
struct Completion {
    choices: Vec<Choice>,
}

#[derive(Deserialize)]
struct Choice {
    message: Message,
}

#[derive(Deserialize)]
struct Message {
    content: Option<String>,
}

fn said(answer: &Answer) -> Result<String, AssistantError> {
    let read: Completion = json::read(answer).map_err(|_| AssistantError::Unexpected)?;
    let text = read.choices.into_iter().next().and_then(|it| it.message.content);
    let text = text.map(|it| printable(&it)).filter(|it| !it.trim().is_empty());
    text.ok_or(AssistantError::Unexpected)
}

/// What a refusal is about. Servers of models agree on the status, and on little of the body.
fn refusal(answer: &Answer) -> AssistantError {
    let body: Value = json::read(answer).unwrap_or_default();
    let error = body.get("error").unwrap_or(&body);
    let text = |it: &Value, name: &str| it.get(name).and_then(Value::as_str).map(str::to_owned);
    let message = text(error, "message").or_else(|| error.as_str().map(str::to_owned)).unwrap_or_default();
    let code = text(error, "code").unwrap_or_default();
    let lower = message.to_lowercase();
    let unknown = ["not found", "not exist", "unknown", "invalid model", "no such"];
    let is_model = code == "model_not_found"
        || (lower.contains("model") && unknown.into_iter().any(|it| lower.contains(it)));
    match answer.status {
        401 | 403 => AssistantError::Key,
        400 | 404 | 422 if is_model => AssistantError::Model,
        300..400 | 404 | 405 | 410 | 501 => AssistantError::Address { status: answer.status },
        402 | 429 => AssistantError::Busy,
        408 | 504 => AssistantError::Slow,
        500..600 => AssistantError::Unreachable { message: format!("status {}", answer.status) },
        status => AssistantError::Refused { status, message: one_line(&message, SAID) },
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use reqwest::header::HeaderMap;

    use super::*;
    use crate::NetOptions;

    fn answer(status: u16, body: &str) -> Answer {
        Answer {
            status,
            headers: HeaderMap::new(),
            body: Bytes::from(body.to_owned()),
            url: "https://a.example/".parse().unwrap(),
            moved: None,
        }
    }

    #[test]
    fn a_refusal_is_told_by_what_has_to_be_done_about_it() {
        let code = |status, body| refusal(&answer(status, body)).code();
        assert_eq!(code(401, r#"{"error":{"message":"Incorrect API key provided"}}"#), "key");
        assert_eq!(code(404, r#"{"error":{"code":"model_not_found","message":"…"}}"#), "model");
        assert_eq!(code(404, r#"{"error":"model 'x' not found"}"#), "model");
        assert_eq!(code(400, r#"{"message":"Invalid model: x"}"#), "model");
        assert_eq!(code(404, "<html>nothing here</html>"), "address");
        assert_eq!(code(307, ""), "address");
        assert_eq!(code(429, r#"{"error":{"code":"insufficient_quota"}}"#), "busy");
        assert_eq!(code(502, ""), "unreachable");
        let refused = refusal(&answer(400, "{\"error\":{\"message\":\"a\\n<b>\"}}"));
        assert_eq!(refused, AssistantError::Refused { status: 400, message: "a <b>".to_owned() });
    }

    #[test]
    fn only_a_text_is_an_answer() {
        let read = |body: &str| said(&answer(200, body));
        assert_eq!(
            read(r#"{"choices":[{"message":{"role":"assistant","content":"Oui."}}]}"#).unwrap(),
            "Oui."
        );
        let deep = format!("{}{}", "[".repeat(900), "]".repeat(900));
        for wrong in [
            "",
            "{}",
            "<html></html>",
            r#"{"choices":[]}"#,
            r#"{"choices":[{"message":{"content":null,"tool_calls":[{"function":{"name":"publish"}}]}}]}"#,
            r#"{"choices":[{"message":{"content":"  "}}]}"#,
            deep.as_str(),
        ] {
            assert_eq!(read(wrong), Err(AssistantError::Unexpected), "{wrong}");
        }
    }

    #[test]
    fn the_base_is_found_and_only_where_a_secret_may_travel() {
        let allow = vec!["models.example:11434".to_owned()];
        let net = Net::new(&NetOptions { allow, ..NetOptions::default() }).unwrap();
        for (typed, base) in [
            ("https://api.example/v1", "https://api.example/v1"),
            (" https://api.example/v1/ ", "https://api.example/v1"),
            ("https://api.example/v1/chat/completions", "https://api.example/v1"),
            ("http://models.example:11434/v1", "http://models.example:11434/v1"),
        ] {
            assert_eq!(address(&net, typed).unwrap().as_str(), base);
        }
        for wrong in [
            "",
            "api.example",
            "http://api.example/v1",
            "ftp://api.example",
            "https://10.0.0.1/v1",
            "https://api.example:8443/v1",
            "https://user:word@api.example/v1",
            "http://169.254.169.254/v1",
        ] {
            assert_eq!(address(&net, wrong).unwrap_err().code(), "forbidden", "{wrong}");
        }
    }
}
