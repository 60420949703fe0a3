//! The contract, on snac2.

use parvis_channels::{Account, Channel, Net, Observation, Outgoing, Visibility};
use reqwest::Method;
use serde_json::json;

use crate::clause::{Driver, contract};
use crate::door;
use crate::peer::{Peer, mastodon, revoked, word};

contract!(Snac2);

struct Snac2 {
    peer: Peer,
    brand: Account,
    customer: Account,
}

impl Driver for Snac2 {
    const INBOX: &'static str = "notifications";
    const ECHO: &'static str = "statuses";

    async fn find() -> Option<Self> {
        let peer = Peer::find()?;
        let brand = peer.connect(&peer.a, "brand").await;
        let customer = peer.connect(&peer.a, "customer").await;
        Some(Self { peer, brand, customer })
    }

    fn room(&self) -> &'static dyn Channel {
        mastodon()
    }

    fn net(&self) -> &Net {
        &self.peer.net
    }

    fn ours(&self) -> &Account {
        &self.brand
    }

    fn word(&self) -> String {
        word()
    }

    async fn say(&self, words: &str) {
        self.peer.post(&self.customer, &format!("@brand {words}")).await;
    }

    async fn change(&self, seen: &Observation, words: &str) {
        let path = format!("/api/v1/statuses/{}", seen.remote_id);
        let body = json!({ "status": format!("@brand {words}") });
        self.peer.call(&self.customer, Method::PUT, &path, Some(body)).await;
    }

    async fn remove(&self, seen: &Observation) {
        let raw: serde_json::Value = serde_json::from_str(&seen.raw).unwrap();
        let uri = raw.pointer("/status/uri").or(raw.get("uri")).unwrap().as_str().unwrap();
        self.peer.delete_on_web(&self.peer.a, "customer", uri).await;
    }

    fn answer(&self, to: &Observation, words: &str) -> Outgoing {
        Outgoing {
            parent_id: Some(to.remote_id.clone()),
            mention: Some(self.customer.handle.clone()),
            ..self.post(words)
        }
    }

    fn post(&self, words: &str) -> Outgoing {
        Outgoing::new(word(), words, Visibility::Public, 0)
    }

    async fn orphan(&self, words: &str) -> bool {
        let above = self.peer.post(&self.customer, &word()).await;
        let body = json!({ "status": format!("@brand {words}"), "in_reply_to_id": above["id"] });
        self.peer.call(&self.customer, Method::POST, "/api/v1/statuses", Some(body)).await;
        self.peer.delete_on_web(&self.peer.a, "customer", above["uri"].as_str().unwrap()).await;
        true
    }

    async fn other(&self) -> bool {
        // One can only like what one was shown.
        let ours = word();
        self.peer.post(&self.brand, &format!("@customer {ours}")).await;
        let (shown, _) = self.peer.wait_for(&self.customer, "notifications", None, &ours).await;
        let path = format!("/api/v1/statuses/{}/favourite", shown.remote_id);
        self.peer.call(&self.customer, Method::POST, &path, None).await;
        true
    }

    fn revoked(&self) -> Option<Account> {
        Some(revoked(&self.brand))
    }

    async fn away(&self) -> (Net, Account) {
        let (net, base_url) = door::nowhere().await;
        (net, Account { base_url, ..self.brand.clone() })
    }

    async fn lossy(&self) -> Option<(Net, Account)> {
        let (net, base_url) = door::lossy(&self.peer.a, "/api/v1/statuses").await;
        Some((net, Account { base_url, ..self.brand.clone() }))
    }
}
