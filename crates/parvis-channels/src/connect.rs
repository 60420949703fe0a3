//! How an account is connected: what a person types, and what comes of it. The fields are data, so
//! that neither the screen nor the API has to know a network.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;
use url::Url;

use crate::{ChannelError, Secret};

/// Something that a person types to connect an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Its name in forms and in the API; translated by `channel-KIND-NAME`.
    pub name: &'static str,
    /// What it holds.
    pub input: Input,
    /// Nothing works without it.
    pub required: bool,
    /// What it looks like, shown while it is empty.
    pub example: &'static str,
}

/// What a [`Field`] holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// A line of text: a name, a host.
    Line,
    /// The address of a server or page; `https://` may be left out.
    Address,
    /// A password or key: never shown again.
    Secret,
    /// One of these words; the first unless another is taken.
    Choice(&'static [&'static str]),
}

/// Longest text taken in a field, in bytes.
const LONGEST: usize = 4_000;

/// What a person typed, by the names of the fields.
#[derive(Clone, Default)]
pub struct Typed(BTreeMap<String, String>);

impl Typed {
    /// Takes what was typed if it fits the fields: nothing missing, nothing unknown, nothing overlong.
    ///
    /// # Errors
    /// [`ConnectError::Field`] with `empty`, `unknown` or `length`.
    pub fn new(fields: &[Field], typed: BTreeMap<String, String>) -> Result<Self, ConnectError> {
        let typed = Self(typed);
        if typed.0.keys().any(|name| fields.iter().all(|field| field.name != name)) {
            return Err(ConnectError::Field { name: "fields", code: "unknown" });
        }
        for field in fields {
            let refuse = |code| Err(ConnectError::Field { name: field.name, code });
            let value = typed.line(field.name);
            match field.input {
                _ if value.is_empty() && field.required => return refuse("empty"),
                _ if value.len() > LONGEST => return refuse("length"),
                Input::Choice(words) if !value.is_empty() && !words.contains(&value) => {
                    return refuse("unknown");
                }
                _ => {}
            }
        }
        Ok(typed)
    }

    /// A line without the spaces around it; empty when nothing was typed.
    #[must_use]
    pub fn line(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |value| value.trim())
    }

    /// An http or https address.
    ///
    /// # Errors
    /// [`ConnectError::Field`] with `address`.
    pub fn address(&self, name: &'static str) -> Result<Url, ConnectError> {
        let typed = self.line(name);
        let whole = if typed.contains("://") { typed.to_owned() } else { format!("https://{typed}") };
        whole
            .parse::<Url>()
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https"))
            .filter(|url| url.host_str().is_some() && url.username().is_empty() && url.password().is_none())
            .ok_or(ConnectError::Field { name, code: "address" })
    }
}

/// What signs the requests of a connection, and how long it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// To be kept sealed; empty where nothing is needed.
    pub secret: Secret,
    /// How long it opens doors, counted from the answer; `None` where the network doesn't say.
    pub lives_for: Option<Duration>,
}

/// Parvis itself, for networks that send people back to it from a sign-in page of their own.
#[derive(Debug, Clone)]
pub struct Client {
    /// Where people reach Parvis.
    pub site: Url,
    /// Where people come back to.
    pub back: Url,
    /// Proves that Parvis is itself, to networks that ask for that ([`crate::bluesky::client_key`]).
    pub key: Secret,
}

/// A sign-in on a page of the network's own that was begun.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// The page.
    pub address: Url,
    /// What is needed when the person comes back: to be kept sealed until then.
    pub kept: Secret,
}

/// What a person comes back with from such a page.
#[derive(Debug, Clone, Default)]
pub struct Returned {
    /// Opens the account, once.
    pub code: String,
    /// Who sent them back, where the network says so.
    pub issuer: Option<String>,
}

/// An account as it was connected, before its first [`crate::Channel::probe`].
#[derive(Debug, Clone, PartialEq)]
pub struct Connection {
    /// Goes into [`crate::Account::base_url`].
    pub base_url: Url,
    /// What signs our requests.
    pub access: Access,
    /// Goes into [`crate::Account::settings`] of the first probe.
    pub settings: Value,
    /// A secret that was made here and that a person has to type in at the other end: shown once.
    pub shown: Option<Secret>,
}

/// A secret that was made here in the place of a former one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// To be kept.
    pub access: Access,
    /// The new one, for the person who types it in at the other end: shown once.
    pub shown: Secret,
}

/// Why nothing was connected.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ConnectError {
    /// A field can't be taken as it is.
    #[error("{name}: {code}")]
    Field {
        /// Which.
        name: &'static str,
        /// Why: `empty`, `length`, `address`, `unknown`; `nobody` (no such account), `whole` (a password that
        /// opens more than is asked for), `role` (the account may do too little), `passwords` (the server takes no
        /// passwords for applications), `passwords_only` (it takes nothing else), `no_way_back` (people couldn't be
        /// sent back to Parvis from a page of the network's).
        code: &'static str,
    },
    /// The network refused, or can't be reached.
    #[error(transparent)]
    Channel(#[from] ChannelError),
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: [Field; 3] = [
        Field { name: "server", input: Input::Address, required: true, example: "" },
        Field { name: "key", input: Input::Secret, required: false, example: "" },
        Field { name: "way", input: Input::Choice(&["tls", "plain"]), required: false, example: "" },
    ];

    fn typed(pairs: &[(&str, &str)]) -> Result<Typed, ConnectError> {
        Typed::new(&FIELDS, pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    #[test]
    fn what_was_typed_has_to_fit_the_fields() {
        let refused = |pairs: &[(&str, &str)]| typed(pairs).map(drop).unwrap_err();
        assert_eq!(refused(&[]), ConnectError::Field { name: "server", code: "empty" });
        assert_eq!(refused(&[("server", " ")]), ConnectError::Field { name: "server", code: "empty" });
        let unknown = refused(&[("server", "a.example"), ("role", "administrator")]);
        assert_eq!(unknown, ConnectError::Field { name: "fields", code: "unknown" });
        let way = refused(&[("server", "a.example"), ("way", "carrier pigeon")]);
        assert_eq!(way, ConnectError::Field { name: "way", code: "unknown" });
        let long = refused(&[("server", "a.example"), ("key", &"k".repeat(LONGEST + 1))]);
        assert_eq!(long, ConnectError::Field { name: "key", code: "length" });
    }

    #[test]
    fn an_address_is_found_however_people_write_it() {
        for (text, url) in
            [("a.example", "https://a.example/"), (" http://a.example/b ", "http://a.example/b")]
        {
            assert_eq!(typed(&[("server", text)]).unwrap().address("server").unwrap().as_str(), url);
        }
        for text in ["ftp://a.example", "https://user:pw@a.example", "javascript:alert(1)", "https://"] {
            let refused = typed(&[("server", text)]).unwrap().address("server");
            assert_eq!(refused, Err(ConnectError::Field { name: "server", code: "address" }), "{text}");
        }
    }
}
