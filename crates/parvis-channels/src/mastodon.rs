//! Mastodon and the servers that speak its client API (GoToSocial, Pleroma, Akkoma, Mitra,
//! snac2 …).
//!
//! They differ more than their common version number says, so nothing is believed that can be
//! asked: limits come from the instance, the software's name from NodeInfo, streaming only
//! counts when it answers, and paging is followed in a way that loses nothing on servers that
//! take `min_id` for `since_id` (see [`walk`]).

mod client;
pub mod oauth;
mod observe;
mod people;
mod probe;
mod stream;
mod walk;
mod wire;
mod write;

#[cfg(test)]
mod fuzz;

use std::collections::BTreeMap;

use async_trait::async_trait;
use tokio::sync::mpsc;

use crate::{
    Account, CapabilitySet, Channel, ChannelError, ChannelKind, ConnectError, Connection, Field, Figure,
    Input, Net, Observation, Outgoing, Page, Person, Probe, Published, Returned, Secret, SignIn, Source,
    TextRule, Typed,
};
use client::Client;
use observe::Observer;

/// The room of Mastodon.
#[derive(Debug)]
pub struct Mastodon;

/// What begins a connection; the server's own sign-in page asks for the rest ([`oauth`]).
const FIELDS: [Field; 1] =
    [Field { name: "server", input: Input::Line, required: true, example: "social.example" }];
/// What happened to us: mentions, answers, edits.
const NOTIFICATIONS: &str = "notifications";
/// What we wrote, here or elsewhere: the echo.
const STATUSES: &str = "statuses";

#[async_trait]
impl Channel for Mastodon {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Mastodon
    }

    fn streams(&self) -> &'static [&'static str] {
        &[NOTIFICATIONS, STATUSES]
    }

    fn fields(&self) -> &'static [Field] {
        &FIELDS
    }

    async fn begin(
        &self,
        net: &Net,
        typed: &Typed,
        client: &crate::Client,
        state: &str,
    ) -> Result<Option<SignIn>, ConnectError> {
        oauth::begin(net, typed.line("server"), client, state).await.map(Some)
    }

    async fn finish(
        &self,
        net: &Net,
        kept: &Secret,
        returned: &Returned,
    ) -> Result<Connection, ConnectError> {
        Ok(oauth::finish(net, kept, &returned.code).await?)
    }

    fn again(&self, account: &Account) -> Option<BTreeMap<String, String>> {
        Some(BTreeMap::from([("server".to_owned(), account.base_url.to_string())]))
    }

    async fn revoke(&self, net: &Net, account: &Account) -> Result<(), ChannelError> {
        oauth::revoke(net, &account.base_url, &account.secret).await
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
        walk::pull(&Client::of(net, account)?, &observer, stream == STATUSES, cursor).await
    }

    async fn listen(
        &self,
        net: &Net,
        account: &Account,
        sink: mpsc::Sender<Observation>,
    ) -> Result<(), ChannelError> {
        let observer = Observer::new(account, Source::Stream);
        stream::listen(&Client::of(net, account)?, &observer, &sink).await
    }

    async fn thread(
        &self,
        net: &Net,
        account: &Account,
        remote_id: &str,
    ) -> Result<Vec<Observation>, ChannelError> {
        let observer = Observer::new(account, Source::Backfill);
        observe::thread(&Client::of(net, account)?, &observer, remote_id).await
    }

    async fn recheck(
        &self,
        net: &Net,
        account: &Account,
        remote_ids: &[String],
    ) -> Result<Vec<Observation>, ChannelError> {
        let observer = Observer::new(account, Source::Backfill);
        observe::recheck(&Client::of(net, account)?, &observer, remote_ids).await
    }

    /// By the names of `Status` (docs.joinmastodon.org/entities/Status).
    fn figures(&self, raw: &str) -> Vec<Figure> {
        const NAMES: [(&str, &str); 3] =
            [("favourites_count", "favourites"), ("reblogs_count", "boosts"), ("replies_count", "replies")];
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

    async fn find_published(
        &self,
        net: &Net,
        account: &Account,
        outgoing: &Outgoing,
        since: i64,
    ) -> Result<Option<Published>, ChannelError> {
        write::find_published(&Client::of(net, account)?, outgoing, since).await
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
        capabilities.text.clone().unwrap_or_else(probe::strictest_rule)
    }
}
