//! Calls to one site in the name of one account, and what its refusals mean.

use std::time::Duration;

use reqwest::Method;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use url::Url;

use super::wire;
use crate::html::one_line;
use crate::json::read as json;
use crate::{Account, Answer, ChannelError, Net, Request, Secret};

/// How long a site that says "too quickly" wants one to wait (`check_comment_flood_db`).
const FLOOD: Duration = Duration::from_secs(15);

/// What [`Secret`] holds for an account of this network.
#[derive(Serialize, Deserialize)]
pub(super) struct Login {
    pub(super) user: String,
    pub(super) password: String,
}

impl Login {
    pub(super) fn read(secret: &Secret) -> Result<Self, ChannelError> {
        serde_json::from_str(secret.expose()).map_err(|_| ChannelError::Unauthorized {
            message: "no usable password is kept for this account".to_owned(),
        })
    }
}

/// A site and an account on it.
pub(super) struct Client<'a> {
    pub(super) net: &'a Net,
    pub(super) account: &'a Account,
    login: Login,
}

impl<'a> Client<'a> {
    pub(super) fn of(net: &'a Net, account: &'a Account) -> Result<Self, ChannelError> {
        Ok(Self { net, account, login: Login::read(&account.secret)? })
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
        self.send(Request::get(endpoint(&self.account.base_url, path, query)?)).await
    }

    pub(super) async fn send(&self, request: Request) -> Result<Answer, ChannelError> {
        checked(self.net.send(request.basic(&self.login.user, &self.login.password)).await?)
    }

    /// Like [`Client::send`], for what must not happen twice: after a failure inside the server nobody knows whether it
    /// happened.
    pub(super) async fn send_once(&self, request: Request) -> Result<Answer, ChannelError> {
        let request = request.basic(&self.login.user, &self.login.password).once();
        let answer = self.net.send(request).await?;
        let status = answer.status;
        checked(answer).map_err(|error| match error {
            ChannelError::Unreachable { message } if status >= 500 => ChannelError::Unknown { message },
            error => error,
        })
    }

    pub(super) fn request(
        &self,
        method: Method,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> Result<Request, ChannelError> {
        Ok(Request::new(method, endpoint(&self.account.base_url, path, query)?))
    }
}

/// An address below `root`, the API's own, which is a folder (`…/wp-json/`) or, on a site without pretty addresses, a
/// parameter (`…/?rest_route=/`).
pub(super) fn endpoint(root: &Url, path: &[&str], query: &[(&str, &str)]) -> Result<Url, ChannelError> {
    let mut url = root.clone();
    url.set_fragment(None);
    let as_parameter = root.query_pairs().any(|(name, _)| name == "rest_route");
    if as_parameter {
        let other: Vec<_> = root.query_pairs().filter(|(name, _)| name != "rest_route").collect();
        let route = format!("/{}", path.join("/"));
        url.query_pairs_mut().clear().extend_pairs(other).append_pair("rest_route", &route);
    } else {
        url.set_query(None);
        url.path_segments_mut()
            .map_err(|()| ChannelError::ForbiddenAddress { address: root.scheme().to_owned() })?
            .pop_if_empty()
            .extend(path);
    }
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    Ok(url)
}

/// Sorts an answer by its status and its name.
pub(super) fn checked(answer: Answer) -> Result<Answer, ChannelError> {
    let status = answer.status;
    if (200..300).contains(&status) {
        return Ok(answer);
    }
    let failure: wire::Failure = serde_json::from_slice(&answer.body).unwrap_or_default();
    let said = one_line(&crate::plain_text(&failure.message), 300);
    let message = if said.is_empty() { format!("status {status}") } else { said };
    Err(match status {
        401 => ChannelError::Unauthorized { message },
        // The account was given a smaller role: a person has to act.
        403 if failure.code.starts_with("rest_forbidden") || failure.code.starts_with("rest_cannot") => {
            ChannelError::Unauthorized { message }
        }
        400 if failure.code == "comment_flood" => ChannelError::Limited { retry_after: FLOOD },
        429 => ChannelError::Limited { retry_after: answer.wait() },
        503 if answer.headers.contains_key(reqwest::header::RETRY_AFTER) => {
            ChannelError::Limited { retry_after: answer.wait() }
        }
        408 | 425 | 500..=599 => ChannelError::Unreachable { message: format!("status {status}") },
        _ => ChannelError::Refused { status, message },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_of_roots_lead_to_the_same_endpoints() {
        let at = |root: &str| {
            let root: Url = root.parse().unwrap();
            endpoint(&root, &["wp", "v2", "comments"], &[("per_page", "2")]).unwrap().to_string()
        };
        assert_eq!(at("https://a.example/wp-json/"), "https://a.example/wp-json/wp/v2/comments?per_page=2");
        assert_eq!(
            at("https://a.example/b/wp-json"),
            "https://a.example/b/wp-json/wp/v2/comments?per_page=2"
        );
        assert_eq!(
            at("https://a.example/index.php?lang=fr&rest_route=/"),
            "https://a.example/index.php?lang=fr&rest_route=%2Fwp%2Fv2%2Fcomments&per_page=2"
        );
    }
}
