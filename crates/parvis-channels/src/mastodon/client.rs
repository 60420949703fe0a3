//! Calls to one server with one token, and what its refusals mean.

use reqwest::Method;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use url::Url;

use super::wire;
use crate::html::one_line;
use crate::json::read as json;
use crate::{Account, Answer, ChannelError, Net, Request, Secret};

/// What [`Secret`] holds for an account of this network.
#[derive(Serialize, Deserialize)]
pub(super) struct Access {
    pub(super) access_token: String,
    #[serde(default)]
    pub(super) scope: String,
    #[serde(default)]
    pub(super) client_id: String,
    #[serde(default)]
    pub(super) client_secret: String,
}

impl Access {
    pub(super) fn read(secret: &Secret) -> Result<Self, ChannelError> {
        serde_json::from_str(secret.expose()).map_err(|_| ChannelError::Unauthorized {
            message: "no usable token is kept for this account".to_owned(),
        })
    }
}

/// A server and a token.
pub(super) struct Client<'a> {
    pub(super) net: &'a Net,
    pub(super) account: &'a Account,
    pub(super) access: Access,
}

impl<'a> Client<'a> {
    pub(super) fn of(net: &'a Net, account: &'a Account) -> Result<Self, ChannelError> {
        Ok(Self { net, account, access: Access::read(&account.secret)? })
    }

    /// The address of an endpoint; path pieces that come from outside are escaped.
    pub(super) fn url(&self, path: &[&str], query: &[(&str, &str)]) -> Result<Url, ChannelError> {
        endpoint(&self.account.base_url, path, query)
    }

    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> Result<T, ChannelError> {
        json(&self.fetch(path, query).await?)
    }

    /// Asks; anything but success is an error.
    pub(super) async fn fetch(&self, path: &[&str], query: &[(&str, &str)]) -> Result<Answer, ChannelError> {
        self.send(Request::get(self.url(path, query)?)).await
    }

    pub(super) async fn send(&self, request: Request) -> Result<Answer, ChannelError> {
        checked(self.net.send(request.bearer(&self.access.access_token)).await?)
    }

    /// Like [`Client::send`], for what must not happen twice: after a failure inside the
    /// server nobody knows whether it happened.
    pub(super) async fn send_once(&self, request: Request) -> Result<Answer, ChannelError> {
        let request = request.bearer(&self.access.access_token).once();
        let answer = self.net.send(request).await?;
        let status = answer.status;
        checked(answer).map_err(|error| match error {
            ChannelError::Unreachable { message } if status >= 500 => ChannelError::Unknown { message },
            error => error,
        })
    }

    pub(super) fn request(&self, method: Method, path: &[&str]) -> Result<Request, ChannelError> {
        Ok(Request::new(method, self.url(path, &[])?))
    }
}

/// An address below the server's.
pub(super) fn endpoint(base: &Url, path: &[&str], query: &[(&str, &str)]) -> Result<Url, ChannelError> {
    let mut url = base.clone();
    url.set_query(None);
    url.set_fragment(None);
    url.path_segments_mut()
        .map_err(|()| ChannelError::ForbiddenAddress { address: base.scheme().to_owned() })?
        .pop_if_empty()
        .extend(path);
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    Ok(url)
}

/// Sorts an answer by its status.
pub(super) fn checked(answer: Answer) -> Result<Answer, ChannelError> {
    let status = answer.status;
    if (200..300).contains(&status) {
        return Ok(answer);
    }
    let message = complaint(&answer);
    Err(match status {
        401 => ChannelError::Unauthorized { message },
        429 => ChannelError::Limited { retry_after: answer.wait() },
        503 if answer.headers.contains_key(reqwest::header::RETRY_AFTER) => {
            ChannelError::Limited { retry_after: answer.wait() }
        }
        408 | 425 | 500..600 => ChannelError::Unreachable { message: format!("status {status}") },
        _ => ChannelError::Refused { status, message },
    })
}

/// What the server says about its refusal, in its own words but on one line.
fn complaint(answer: &Answer) -> String {
    let failure: wire::Failure = serde_json::from_slice(&answer.body).unwrap_or_default();
    let words = [failure.error, failure.error_description];
    let message = words.into_iter().flatten().collect::<Vec<_>>().join(": ");
    if message.is_empty() { format!("status {}", answer.status) } else { one_line(&message, 300) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_from_outside_stays_one_piece_of_the_path() {
        let base: Url = "https://a.example/base/".parse().unwrap();
        let url = endpoint(&base, &["api", "v1", "statuses", "../x?y#z/é"], &[("q", "a&b")]);
        let expected = "https://a.example/base/api/v1/statuses/..%2Fx%3Fy%23z%2F%C3%A9?q=a%26b";
        assert_eq!(url.unwrap().as_str(), expected);
    }
}
