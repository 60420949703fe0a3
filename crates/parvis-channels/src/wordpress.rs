//! A WordPress site: its articles and the comments on them, by its REST API and an application password
//! (<https://developer.wordpress.org/rest-api/reference/>).
//!
//! WordPress tells nothing by itself and doesn't date what is changed: comments are asked for in the order in which they
//! were written, the latest hours each time anew ([`walk`]), and older ones are looked at again. An article is our own
//! message, the context of what is said below it; what is changed about it is dated.

mod article;
mod client;
mod connect;
mod observe;
mod walk;
mod wire;
mod write;

#[cfg(test)]
mod fuzz;

use async_trait::async_trait;

use crate::{
    Account, CapabilitySet, Channel, ChannelError, ChannelKind, ConnectError, Connection, Field, Input, Net,
    Observation, Outgoing, Page, Probe, Published, TextRule, Typed,
};
use client::Client;

/// What connects a site.
const FIELDS: [Field; 3] = [
    Field { name: "address", input: Input::Address, required: true, example: "https://journal.example" },
    Field { name: "user", input: Input::Line, required: true, example: "redaction" },
    Field { name: "password", input: Input::Secret, required: true, example: "" },
];

/// What the site publishes: ours, and the context of what is said below.
const ARTICLES: &str = "articles";
/// What is said below.
const COMMENTS: &str = "comments";

/// The room of WordPress sites.
#[derive(Debug)]
pub struct Wordpress;

#[async_trait]
impl Channel for Wordpress {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Wordpress
    }

    fn streams(&self) -> &'static [&'static str] {
        &[ARTICLES, COMMENTS]
    }

    fn fields(&self) -> &'static [Field] {
        &FIELDS
    }

    async fn connect(&self, net: &Net, typed: &Typed) -> Result<Connection, ConnectError> {
        connect::connect(net, typed).await
    }

    async fn probe(&self, net: &Net, account: &Account) -> Result<Probe, ChannelError> {
        connect::probe(&Client::of(net, account)?).await
    }

    async fn pull(
        &self,
        net: &Net,
        account: &Account,
        stream: &str,
        cursor: Option<&str>,
    ) -> Result<Page, ChannelError> {
        walk::pull(&Client::of(net, account)?, walk::List::of(stream), cursor).await
    }

    async fn thread(
        &self,
        net: &Net,
        account: &Account,
        remote_id: &str,
    ) -> Result<Vec<Observation>, ChannelError> {
        observe::thread(&Client::of(net, account)?, remote_id).await
    }

    async fn recheck(
        &self,
        net: &Net,
        account: &Account,
        remote_ids: &[String],
    ) -> Result<Vec<Observation>, ChannelError> {
        observe::recheck(&Client::of(net, account)?, remote_ids).await
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
        net: &Net,
        account: &Account,
        remote_id: &str,
        outgoing: &Outgoing,
    ) -> Result<Published, ChannelError> {
        write::edit(&Client::of(net, account)?, remote_id, outgoing).await
    }

    async fn delete(&self, net: &Net, account: &Account, remote_id: &str) -> Result<(), ChannelError> {
        write::delete(&Client::of(net, account)?, remote_id).await
    }

    /// Hidden is what awaits moderation; shown is what was approved.
    async fn hide(
        &self,
        net: &Net,
        account: &Account,
        remote_id: &str,
        hidden: bool,
    ) -> Result<(), ChannelError> {
        write::hide(&Client::of(net, account)?, remote_id, hidden).await
    }

    async fn spam(
        &self,
        net: &Net,
        account: &Account,
        remote_id: &str,
        spam: bool,
    ) -> Result<(), ChannelError> {
        write::spam(&Client::of(net, account)?, remote_id, spam).await
    }

    async fn find_published(
        &self,
        net: &Net,
        account: &Account,
        outgoing: &Outgoing,
        since: i64,
    ) -> Result<Option<Published>, ChannelError> {
        write::find_published(&Client::of(net, account)?, outgoing, since).await
    }

    fn text_rule(&self, _capabilities: &CapabilitySet) -> TextRule {
        connect::text_rule()
    }
}
