//! Bluesky, and any other server of the AT Protocol.
//!
//! An account lives on a server of its own (PDS), which keeps what it wrote as signed records. What others
//! write is gathered by an AppView; our server asks it for us. So there are two kinds of calls to one host:
//! `com.atproto.*` about records, which always work, and `app.bsky.*` about what others write, which a server
//! may not offer. Names change (handles), identifiers don't (DIDs): only these are kept.
//!
//! There is no OAuth here: an app password, made in the network's settings, signs in.

mod client;
mod embed;
mod facet;
pub mod firehose;
mod identity;
mod key;
mod observe;
mod picture;
mod probe;
mod session;
mod thread;
mod walk;
mod wire;
mod write;

#[cfg(test)]
mod fuzz;

use async_trait::async_trait;
use tokio::sync::mpsc;

use crate::{
    Access, Account, CapabilityKey, CapabilitySet, Channel, ChannelError, ChannelKind, ConnectError,
    Connection, Field, Figure, Net, Observation, Outgoing, Page, Passed, Probe, Published, Source, TextRule,
    Typed, Why,
};
use client::Client;
use firehose::Firehose;
use observe::Observer;

/// The room of Bluesky.
#[derive(Debug)]
pub struct Bluesky;

/// What happened to us: mentions, answers, quotations, likes.
const NOTIFICATIONS: &str = "notifications";
/// What we wrote, here or elsewhere: the echo.
const POSTS: &str = "posts";

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

    async fn connect(&self, net: &Net, typed: &Typed) -> Result<Connection, ConnectError> {
        session::connect(net, typed).await
    }

    async fn renew(&self, net: &Net, account: &Account) -> Result<Access, ChannelError> {
        session::renew(&Client::of(net, account)?).await
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

    fn text_rule(&self, capabilities: &CapabilitySet) -> TextRule {
        capabilities.text.clone().unwrap_or_else(probe::text_rule)
    }
}
