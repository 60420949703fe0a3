//! A connected account, as the program hands it over. Knows nothing of how it is stored.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::CapabilitySet;

/// The networks Parvis has a room for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelKind {
    /// Mastodon and the servers that speak its client API.
    Mastodon,
    /// RSS, Atom and JSON feeds.
    Feed,
    /// Bluesky and other servers of the AT Protocol.
    Bluesky,
    /// A mailbox: IMAP in, SMTP out.
    Mail,
    /// Signed webhooks, in and out.
    Webhook,
    /// Comments on a WordPress site.
    Wordpress,
}

impl ChannelKind {
    /// Every kind, in the order in which they are offered.
    pub const ALL: [Self; 6] =
        [Self::Mastodon, Self::Bluesky, Self::Mail, Self::Wordpress, Self::Feed, Self::Webhook];

    /// The word used in the database, in addresses and in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mastodon => "mastodon",
            Self::Feed => "feed",
            Self::Bluesky => "bluesky",
            Self::Mail => "mail",
            Self::Webhook => "webhook",
            Self::Wordpress => "wordpress",
        }
    }
}

impl fmt::Display for ChannelKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The word is not a [`ChannelKind`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no channel of the kind “{word}”; there are: {}", ChannelKind::ALL.map(ChannelKind::as_str).join(", "))]
pub struct UnknownKind {
    word: String,
}

impl std::str::FromStr for ChannelKind {
    type Err = UnknownKind;

    fn from_str(word: &str) -> Result<Self, UnknownKind> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == word)
            .ok_or_else(|| UnknownKind { word: word.to_owned() })
    }
}

/// A secret text (usually JSON: access token, client id and secret). It can't be printed by
/// accident.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a decrypted secret.
    #[must_use]
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }

    /// The secret itself: to be encrypted and stored, or put into a request header.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// One connected account; secrets are already decrypted.
#[derive(Debug, Clone)]
pub struct Account {
    /// Which room.
    pub kind: ChannelKind,
    /// Mastodon, Bluesky: the server's address. WordPress: the address of its REST API. Feed: the address of the feed
    /// itself. Mail: the IMAP server (`imaps:` or `imap:`). Webhook: where answers are handed over; `webhook:in` when
    /// they aren't.
    pub base_url: Url,
    /// How people write it: `brand@social.example`. For a feed, its title.
    pub handle: String,
    /// The network's own id of the account; empty before the first [`crate::Channel::probe`].
    pub remote_id: String,
    /// What signs our requests; an empty text where nothing is needed.
    pub secret: Secret,
    /// What [`crate::Probe::settings`] said last, kept as it was.
    pub settings: serde_json::Value,
    /// What [`crate::Probe::capabilities`] said last.
    pub capabilities: CapabilitySet,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_never_printed() {
        assert_eq!(format!("{:?}", Secret::new("s3cret")), "***");
    }

    #[test]
    fn kinds_are_read_back_and_an_unknown_one_is_named() {
        for kind in ChannelKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
        }
        let error = "gopher".parse::<ChannelKind>().unwrap_err();
        assert!(error.to_string().contains("gopher"));
    }
}
