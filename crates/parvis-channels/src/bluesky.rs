//! Bluesky, and any other server of the AT Protocol.
//!
//! An account lives on a server of its own (PDS), which keeps what it wrote as signed records. What others
//! write is gathered by an AppView; our server asks it for us. So there are two kinds of calls to one host:
//! `com.atproto.*` about records, which always work, and `app.bsky.*` about what others write, which a server
//! may not offer. Names change (handles), identifiers don't (DIDs): only these are kept.
//!
//! One signs in on the network's own page (OAuth), or with an app password, made in the network's settings.

mod client;
mod embed;
mod facet;
pub mod firehose;
mod identity;
mod key;
mod oauth;
mod observe;
mod people;
mod picture;
mod probe;
mod session;
mod thread;
mod walk;
mod wire;
mod write;

#[cfg(test)]
mod fuzz;

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde_json::Value;
use tokio::sync::mpsc;

use crate::{
    Access, Account, CapabilityKey, CapabilitySet, Channel, ChannelError, ChannelKind, ConnectError,
    Connection, Field, Figure, Net, Observation, Outgoing, Page, Passed, Person, Probe, Published, Returned,
    Secret, SignIn, Source, TextRule, Typed, Why,
};
use client::{Client, Keys};
use firehose::Firehose;
use observe::Observer;

/// The room of Bluesky.
#[derive(Debug)]
pub struct Bluesky;

/// What happened to us: mentions, answers, quotations, likes.
const NOTIFICATIONS: &str = "notifications";
/// What we wrote, here or elsewhere: the echo.
const POSTS: &str = "posts";

/// What Parvis says of itself to servers of this network, as JSON at `/oauth-client-metadata.json`; `None` where Parvis
/// has no public https address.
#[must_use]
pub fn description(client: &crate::Client) -> Option<Value> {
    oauth::description(client)
}

/// Makes the key by which Parvis proves to servers of this network that it is itself: one for all accounts, to be kept
/// sealed for good.
///
/// # Errors
/// When the system has no randomness to give.
pub fn client_key() -> Result<Secret, ChannelError> {
    oauth::client_key()
}

#[async_trait]
impl Channel for Bluesky {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Bluesky
    }

    /// Our own posts first: they are the context of what is said about them.
    fn streams(&self) -> &'static [&'static str] {
        &[POSTS, NOTIFICATIONS]
    }

    fn fields(&self) -> &'static [Field] {
        &session::FIELDS
    }

    async fn begin(
        &self,
        net: &Net,
        typed: &Typed,
        client: &crate::Client,
        state: &str,
    ) -> Result<Option<SignIn>, ConnectError> {
        if !typed.line("password").is_empty() {
            return Ok(None);
        }
        let (home, name, settings) = session::find(net, typed).await?;
        oauth::begin(net, (home, &name, settings), client, state).await.map(Some)
    }

    async fn finish(
        &self,
        net: &Net,
        kept: &Secret,
        returned: &Returned,
    ) -> Result<Connection, ConnectError> {
        oauth::finish(net, kept, returned).await
    }

    fn again(&self, account: &Account) -> Option<BTreeMap<String, String>> {
        let Ok(Keys::Grant(_)) = Keys::read(&account.secret) else { return None };
        Some(session::typed(account))
    }

    async fn connect(&self, net: &Net, typed: &Typed) -> Result<Connection, ConnectError> {
        session::connect(net, typed).await
    }

    async fn renew(&self, net: &Net, account: &Account) -> Result<Access, ChannelError> {
        match Keys::read(&account.secret)? {
            Keys::Password(session) => session::renew(net, account, &session).await,
            Keys::Grant(grant) => grant.renew(net, &account.remote_id).await,
        }
    }

    fn renews_once(&self, account: &Account) -> bool {
        matches!(Keys::read(&account.secret), Ok(Keys::Grant(_)))
    }

    async fn revoke(&self, net: &Net, account: &Account) -> Result<(), ChannelError> {
        match Keys::read(&account.secret)? {
            Keys::Password(session) => session::end(net, &account.base_url, &session.refresh).await,
            Keys::Grant(grant) => grant.give_back(net).await,
        }
    }

    async fn probe(&self, net: &Net, account: &Account) -> Result<Probe, ChannelError> {
        probe::probe(&Client::of(net, account)?).await
    }

    async fn pull(
        &self,
        net: &Net,
        account: &Account,
        stream: &str,
        cursor: Option<&str>,
    ) -> Result<Page, ChannelError> {
        let observer = Observer::new(account, Source::Poll);
        let pulled = walk::pull(&Client::of(net, account)?, &observer, stream == POSTS, cursor).await;
        let deaf = stream != POSTS && !account.capabilities.can(CapabilityKey::Listen);
        match pulled {
            // The table says that others can't be heard here; should that change, they are.
            Err(fault) if deaf && (fault.is_missing() || fault.is_upstream()) => {
                let cursor = cursor.unwrap_or_default().to_owned();
                Ok(Page { observations: Vec::new(), cursor, more: false, budget: None, notice: None })
            }
            other => Ok(other?),
        }
    }

    async fn overhear(
        &self,
        net: &Net,
        account: &Account,
        cursor: Option<i64>,
        sink: mpsc::Sender<Passed>,
    ) -> Result<(), ChannelError> {
        match Firehose::of(&account.settings) {
            Some(place) => firehose::follow(net, account, &place, cursor, &sink).await,
            None => Err(ChannelError::Unsupported(Why::NoStream)),
        }
    }

    async fn thread(
        &self,
        net: &Net,
        account: &Account,
        remote_id: &str,
    ) -> Result<Vec<Observation>, ChannelError> {
        let observer = Observer::new(account, Source::Backfill);
        thread::thread(&Client::of(net, account)?, &observer, remote_id).await
    }

    async fn recheck(
        &self,
        net: &Net,
        account: &Account,
        remote_ids: &[String],
    ) -> Result<Vec<Observation>, ChannelError> {
        let observer = Observer::new(account, Source::Backfill);
        thread::recheck(&Client::of(net, account)?, &observer, remote_ids).await
    }

    /// By the names of `app.bsky.feed.defs#postView`.
    fn figures(&self, raw: &str) -> Vec<Figure> {
        const NAMES: [(&str, &str); 4] = [
            ("likeCount", "likes"),
            ("repostCount", "reposts"),
            ("replyCount", "replies"),
            ("quoteCount", "quotes"),
        ];
        crate::figure::read(raw, &NAMES)
    }

    async fn publish(
        &self,
        net: &Net,
        account: &Account,
        outgoing: &Outgoing,
    ) -> Result<Published, ChannelError> {
        write::publish(&Client::of(net, account)?, outgoing).await
    }

    async fn edit(
        &self,
        _net: &Net,
        _account: &Account,
        _remote_id: &str,
        _outgoing: &Outgoing,
    ) -> Result<Published, ChannelError> {
        Err(ChannelError::Unsupported(Why::NotInNetwork))
    }

    async fn delete(&self, net: &Net, account: &Account, remote_id: &str) -> Result<(), ChannelError> {
        write::delete(&Client::of(net, account)?, remote_id).await
    }

    async fn find_published(
        &self,
        net: &Net,
        account: &Account,
        outgoing: &Outgoing,
        _since: i64,
    ) -> Result<Option<Published>, ChannelError> {
        write::find_published(&Client::of(net, account)?, outgoing).await
    }

    async fn find_people(
        &self,
        net: &Net,
        account: &Account,
        words: &str,
    ) -> Result<Vec<Person>, ChannelError> {
        people::find(&Client::of(net, account)?, words).await
    }

    fn text_rule(&self, capabilities: &CapabilitySet) -> TextRule {
        capabilities.text.clone().unwrap_or_else(probe::text_rule)
    }
}
