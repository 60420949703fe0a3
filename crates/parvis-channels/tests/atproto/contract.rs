//! The contract, on the AT Protocol, by either way of connecting an account.

use std::marker::PhantomData;

use parvis_channels::{Account, Channel, Net, Observation, Outgoing, Secret, Visibility};
use serde_json::json;

use crate::clause::Driver;
use crate::consent::connected;
use crate::door;
use crate::peer::{POST, Peer, Person, bluesky, stranger, word};

/// A way of connecting an account.
pub trait Way {
    async fn connect(_peer: &Peer, brand: &Person) -> Account {
        brand.account.clone()
    }

    fn revoked(account: &Account) -> Account {
        stranger(account)
    }

    /// Its calls may be made at another address than the server's own.
    const MOVES: bool;
}

mod password {
    struct Password;

    impl super::Way for Password {
        const MOVES: bool = true;
    }

    crate::clause::contract!(super::Atproto<Password>);
}

mod page {
    use super::*;

    struct Page;

    impl Way for Page {
        /// Each call is signed for one address.
        const MOVES: bool = false;

        async fn connect(peer: &Peer, brand: &Person) -> Account {
            connected(peer, brand).await
        }

        fn revoked(account: &Account) -> Account {
            let mut secret: serde_json::Value = serde_json::from_str(account.secret.expose()).unwrap();
            (secret["dpop_access"], secret["dpop_refresh"]) = (json!("no"), json!("no"));
            Account { secret: Secret::new(secret.to_string()), ..account.clone() }
        }
    }

    crate::clause::contract!(Atproto<Page>);
}

pub struct Atproto<W> {
    peer: Peer,
    brand: Person,
    way: PhantomData<W>,
    customer: Person,
    /// The time of the server, when the test began.
    now: i64,
}

impl<W: Way> Driver for Atproto<W> {
    const INBOX: &'static str = "notifications";
    const ECHO: &'static str = "posts";

    async fn find() -> Option<Self> {
        let peer = Peer::find()?;
        let mut brand = peer.person(&peer.pds, "brand").await;
        brand.account = W::connect(&peer, &brand).await;
        let customer = peer.person(&peer.pds, "customer").await;
        let now: jiff::Timestamp = peer.now(&brand).await.parse().unwrap();
        Some(Self { peer, brand, way: PhantomData, customer, now: now.as_microsecond() })
    }

    fn room(&self) -> &'static dyn Channel {
        bluesky()
    }

    fn net(&self) -> &Net {
        &self.peer.net
    }

    fn ours(&self) -> &Account {
        &self.brand.account
    }

    fn word(&self) -> String {
        word()
    }

    async fn say(&self, words: &str) {
        self.peer.show(&self.customer, self.peer.mention(&self.brand, words)).await;
    }

    async fn change(&self, seen: &Observation, words: &str) {
        let rkey = seen.remote_id.rsplit('/').next();
        self.peer.record(&self.customer, POST, rkey, json!({ "text": words })).await;
    }

    async fn remove(&self, seen: &Observation) {
        bluesky().delete(&self.peer.net, &self.customer.account, &seen.remote_id).await.unwrap();
    }

    fn answer(&self, to: &Observation, words: &str) -> Outgoing {
        Outgoing { parent_id: Some(to.remote_id.clone()), ..self.post(words) }
    }

    fn post(&self, words: &str) -> Outgoing {
        let key = format!("01a201dd-15e0-7abc-8def-{}", word());
        Outgoing::new(key, words, Visibility::Public, self.now)
    }

    async fn orphan(&self, words: &str) -> bool {
        let above = self.peer.post(&self.customer, &word(), None).await;
        let strong = json!({ "uri": above.uri, "cid": above.cid });
        let mut record = self.peer.mention(&self.brand, words);
        record["reply"] = json!({ "root": strong, "parent": strong });
        self.peer.show(&self.customer, record).await;
        bluesky().delete(&self.peer.net, &self.customer.account, &above.uri).await.unwrap();
        self.peer.until(&self.customer, &above.uri, serde_json::Value::is_null).await;
        true
    }

    async fn other(&self) -> bool {
        let ours = self.peer.post(&self.brand, &word(), None).await;
        let record = json!({ "subject": { "uri": ours.uri, "cid": ours.cid } });
        self.peer.record(&self.customer, "app.bsky.feed.like", None, record).await;
        true
    }

    fn revoked(&self) -> Option<Account> {
        Some(W::revoked(&self.brand.account))
    }

    async fn away(&self) -> (Net, Account) {
        let (net, base_url) = door::nowhere().await;
        (net, Account { base_url, ..self.brand.account.clone() })
    }

    async fn lossy(&self) -> Option<(Net, Account)> {
        if !W::MOVES {
            return None;
        }
        let (net, base_url) = door::lossy(&self.peer.pds, "com.atproto.repo.createRecord").await;
        Some((net, Account { base_url, ..self.brand.account.clone() }))
    }
}
