//! Calls to one server (PDS) in the name of one account, and what its refusals mean. Requests about what
//! others write go through the same server, which hands them on to an AppView, if it has one.

use reqwest::Method;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use super::oauth::Grant;
use super::wire;
use crate::html::one_line;
use crate::{Account, Answer, ChannelError, Net, Request, Secret, Why, json};

/// Refusals that only a person can mend, by the names they have whatever their status.
const NEEDS_A_PERSON: [&str; 10] = [
    "AccountDeactivated",
    "AccountNotFound",
    "AccountSuspended",
    "AccountTakedown",
    "AuthFactorTokenRequired",
    "AuthMissing",
    "AuthRequired",
    "AuthenticationRequired",
    "InvalidToken",
    "RepoDeactivated",
];

/// What [`Secret`] holds for an account of this network, by the way in which it was connected.
#[derive(Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Keys {
    /// By an app password.
    Password(Session),
    /// On the network's own page.
    Grant(Box<Grant>),
}

/// What an app password gives.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Session {
    /// Signs calls, for some hours.
    pub(super) access: String,
    /// Gets the next two, once.
    pub(super) refresh: String,
    /// Begins anew when that doesn't work.
    pub(super) password: String,
}

impl Keys {
    pub(super) fn read(secret: &Secret) -> Result<Self, ChannelError> {
        serde_json::from_str(secret.expose()).map_err(|_| ChannelError::Unauthorized {
            message: "no usable access is kept for this account".to_owned(),
        })
    }
}

/// A refusal with its name.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) name: String,
    pub(super) error: ChannelError,
}

impl From<Fault> for ChannelError {
    fn from(fault: Fault) -> Self {
        fault.error
    }
}

impl From<ChannelError> for Fault {
    fn from(error: ChannelError) -> Self {
        Self { name: String::new(), error }
    }
}

impl Fault {
    /// The server has no AppView, or it doesn't know this call.
    pub(super) fn is_missing(&self) -> bool {
        self.error == ChannelError::Unsupported(Why::NotOnServer)
    }

    /// The server has an AppView, which it couldn't reach.
    pub(super) fn is_upstream(&self) -> bool {
        matches!(self.name.as_str(), "UpstreamFailure" | "UpstreamTimeout")
    }
}

/// An account on its server.
pub(super) struct Client<'a> {
    pub(super) net: &'a Net,
    pub(super) account: &'a Account,
    pub(super) keys: Keys,
}

impl<'a> Client<'a> {
    pub(super) fn of(net: &'a Net, account: &'a Account) -> Result<Self, ChannelError> {
        Ok(Self { net, account, keys: Keys::read(&account.secret)? })
    }

    /// Our own identifier.
    pub(super) fn did(&self) -> &str {
        &self.account.remote_id
    }

    /// Asks.
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        method: &str,
        query: &[(&str, &str)],
    ) -> Result<T, Fault> {
        Ok(json::read(&self.fetch(method, query).await?)?)
    }

    /// Asks, and gives the answer with its head.
    pub(super) async fn fetch(&self, method: &str, query: &[(&str, &str)]) -> Result<Answer, Fault> {
        let url = endpoint(&self.account.base_url, method, query)?;
        checked(self.call(Request::get(url)).await?)
    }

    /// Sends a call in our name.
    async fn call(&self, request: Request) -> Result<Answer, ChannelError> {
        match &self.keys {
            Keys::Password(session) => self.net.send(request.bearer(&session.access)).await,
            Keys::Grant(grant) => grant.send(self.net, request).await,
        }
    }

    /// Has something done that may be done twice without harm.
    pub(super) async fn post(&self, method: &str, body: Value) -> Result<Answer, Fault> {
        self.send(self.request(method)?.json(body)).await
    }

    pub(super) fn request(&self, method: &str) -> Result<Request, ChannelError> {
        Ok(Request::new(Method::POST, endpoint(&self.account.base_url, method, &[])?))
    }

    pub(super) async fn send(&self, request: Request) -> Result<Answer, Fault> {
        checked(self.call(request).await?)
    }

    /// Like [`Client::post`], for what must not happen twice: after a failure inside the server nobody
    /// knows whether it happened.
    pub(super) async fn post_once(&self, method: &str, body: Value) -> Result<Answer, ChannelError> {
        let answer = self.call(self.request(method)?.json(body).once()).await?;
        let status = answer.status;
        checked(answer).map_err(|fault| match fault.error {
            ChannelError::Unreachable { message } if status >= 500 => ChannelError::Unknown { message },
            error => error,
        })
    }
}

/// The address of a call.
pub(super) fn endpoint(base: &Url, method: &str, query: &[(&str, &str)]) -> Result<Url, ChannelError> {
    let mut url = base.clone();
    url.set_query(None);
    url.set_fragment(None);
    url.path_segments_mut()
        .map_err(|()| ChannelError::ForbiddenAddress { address: base.scheme().to_owned() })?
        .clear()
        .extend(["xrpc", method]);
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    Ok(url)
}

/// Sorts an answer by its status and by the name of its refusal.
pub(super) fn checked(answer: Answer) -> Result<Answer, Fault> {
    let status = answer.status;
    if (200..300).contains(&status) {
        return Ok(answer);
    }
    let wire::Failure { error: name, message } = serde_json::from_slice(&answer.body).unwrap_or_default();
    let (name, said) = (one_line(&name, 60), one_line(&message, 300));
    let message = match (name.is_empty(), said.is_empty()) {
        (true, _) => format!("status {status}"),
        (false, true) => name.clone(),
        (false, false) => format!("{name}: {said}"),
    };
    let unknown_call = matches!(name.as_str(), "MethodNotImplemented" | "XRPCNotSupported")
        || (status == 400 && said.starts_with("No service configured"));
    let error = match status {
        _ if unknown_call => ChannelError::Unsupported(Why::NotOnServer),
        // Not for a person: the next renewal mends it, or tells that it was revoked.
        _ if matches!(name.as_str(), "ExpiredToken" | "invalid_token") => ChannelError::Lapsed { message },
        _ if NEEDS_A_PERSON.contains(&name.as_str()) => ChannelError::Unauthorized { message },
        401 => ChannelError::Unauthorized { message },
        429 => ChannelError::Limited { retry_after: answer.wait() },
        503 if answer.headers.contains_key(reqwest::header::RETRY_AFTER) => {
            ChannelError::Limited { retry_after: answer.wait() }
        }
        408 | 425 | 500..600 => ChannelError::Unreachable { message: format!("status {status} ({message})") },
        _ => ChannelError::Refused { status, message },
    };
    Err(Fault { name, error })
}
