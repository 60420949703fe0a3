//! The contract, on the AT Protocol.

use parvis_channels::{Account, Channel, Net, Observation, Outgoing, Visibility};
use serde_json::json;

use crate::clause::{Driver, contract};
use crate::door;
use crate::peer::{POST, Peer, Person, bluesky, stranger, word};

contract!(Atproto);

struct Atproto {
    peer: Peer,
    brand: Person,
    customer: Person,
    /// The time of the server, when the test began.
    now: i64,
}

impl Driver for Atproto {
    const INBOX: &'static str = "notifications";
    const ECHO: &'static str = "posts";

    async fn find() -> Option<Self> {
        let peer = Peer::find()?;
        let brand = peer.person(&peer.pds, "brand").await;
        let customer = peer.person(&peer.pds, "customer").await;
        let now: jiff::Timestamp = peer.now(&brand).await.parse().unwrap();
        Some(Self { peer, brand, customer, now: now.as_microsecond() })
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
        Some(stranger(&self.brand.account))
    }

    async fn away(&self) -> (Net, Account) {
        let (net, base_url) = door::nowhere().await;
        (net, Account { base_url, ..self.brand.account.clone() })
    }

    async fn lossy(&self) -> Option<(Net, Account)> {
        let (net, base_url) = door::lossy(&self.peer.pds, "com.atproto.repo.createRecord").await;
        Some((net, Account { base_url, ..self.brand.account.clone() }))
    }
}
