//! The contract, on signed webhooks: the other side is a shop that pushes what its customers write, verifies what it is
//! handed, and tells our own words back. It only pushes, so a step along its stream is the next deliveries.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Response, StatusCode};
use parvis_channels::{
    Account, Channel, ChannelError, Delivery, Net, NetOptions, Observation, Outgoing, Page, Undelivered,
    Visibility,
};
use serde_json::{Value, json};

use crate::clause::{Driver, contract};
use crate::door;
use crate::peer::{NOW, connected, head, keeping, sign, webhook};

contract!(Shop);

struct Shop {
    net: Net,
    account: Account,
    secret: String,
    world: Arc<Mutex<World>>,
}

#[derive(Default)]
struct World {
    secret: String,
    /// What was pushed, in order.
    pushed: Vec<Value>,
    /// Keys of what was handed over.
    taken: Vec<String>,
}

impl World {
    fn push(&mut self, kind: &str, data: &Value) {
        // Each a second later than the one before.
        let at = NOW / 1_000_000 - 200 + i64::try_from(self.pushed.len()).unwrap();
        let at = jiff::Timestamp::from_second(at).unwrap().to_string();
        self.pushed.push(json!({ "type": kind, "timestamp": at, "data": data }));
    }
}

/// The shop's side: what is signed rightly is taken, once, and pushed back as ours.
async fn take(State(world): State<Arc<Mutex<World>>>, headers: HeaderMap, body: Bytes) -> Response<Body> {
    let status = |status| Response::builder().status(status).body(Body::empty()).unwrap();
    let text = |name: &str| headers[name].to_str().unwrap().to_owned();
    let (id, seconds) = (text("webhook-id"), text("webhook-timestamp").parse().unwrap());
    let mut world = world.lock().unwrap();
    if text("webhook-signature") != sign(&world.secret, &id, seconds, &body) {
        return status(StatusCode::UNAUTHORIZED);
    }
    if !world.taken.contains(&id) {
        world.taken.push(id.clone());
        let mut data = serde_json::from_slice::<Value>(&body).unwrap()["data"].take();
        (data["id"], data["ours"], data["author"]) = (json!(id), json!(true), json!({ "id": "house" }));
        world.push("message.created", &data);
    }
    status(StatusCode::OK)
}

impl Shop {
    fn push(&self, kind: &str, data: &Value) {
        self.world.lock().unwrap().push(kind, data);
    }

    fn message(&self, id: &str, words: &str) -> Value {
        json!({ "id": id, "author": { "id": "anna" }, "text": words })
    }
}

impl Driver for Shop {
    const INBOX: &'static str = "pushed";
    const ECHO: &'static str = "pushed";
    const PUSHES: bool = true;

    async fn find() -> Option<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let place = listener.local_addr().unwrap().to_string();
        let world = Arc::new(Mutex::new(World::default()));
        let app = Router::new().fallback(take).with_state(Arc::clone(&world));
        tokio::spawn(async move { axum::serve(listener, app).await });
        let net = Net::new(&NetOptions { allow: vec![place.clone()], ..NetOptions::default() }).unwrap();
        let (account, secret) = connected(&net, &format!("http://{place}/answers"), "two").await.unwrap();
        world.lock().unwrap().secret.clone_from(&secret);
        Some(Self { net, account, secret, world })
    }

    fn room(&self) -> &'static dyn Channel {
        webhook()
    }

    fn net(&self) -> &Net {
        &self.net
    }

    fn ours(&self) -> &Account {
        &self.account
    }

    fn word(&self) -> String {
        parvis_channels::mastodon::oauth::random().unwrap()
    }

    async fn say(&self, words: &str) {
        self.push("message.created", &self.message(&self.word(), words));
    }

    async fn change(&self, seen: &Observation, words: &str) {
        self.push("message.edited", &self.message(&seen.remote_id, words));
    }

    async fn remove(&self, seen: &Observation) {
        self.push("message.deleted", &json!({ "id": seen.remote_id }));
    }

    fn answer(&self, to: &Observation, words: &str) -> Outgoing {
        Outgoing { parent_id: Some(to.remote_id.clone()), ..self.post(words) }
    }

    fn post(&self, words: &str) -> Outgoing {
        Outgoing::new(self.word(), words, Visibility::Direct, NOW)
    }

    async fn orphan(&self, words: &str) -> bool {
        let mut message = self.message(&self.word(), words);
        message["parent"] = json!(self.word());
        self.push("message.created", &message);
        true
    }

    async fn other(&self) -> bool {
        self.push("survey.filled", &json!({ "stars": 5 }));
        true
    }

    /// Delivers everything behind the cursor.
    async fn pull(
        &self,
        _net: &Net,
        account: &Account,
        _stream: &str,
        cursor: Option<&str>,
    ) -> Result<Page, ChannelError> {
        let from: usize = cursor.map_or(0, |cursor| cursor.parse().unwrap());
        let pushed = self.world.lock().unwrap().pushed.clone();
        let seconds = NOW / 1_000_000;
        let mut observations = Vec::new();
        for (number, event) in pushed.iter().enumerate().skip(from) {
            let (id, body) = (format!("delivery-{number}"), event.to_string());
            let signature = sign(&self.secret, &id, seconds, body.as_bytes());
            let headers = head(&id, &seconds.to_string(), &signature);
            let delivery = Delivery { headers: &headers, body: body.as_bytes() };
            let received = webhook().receive(account, &delivery, NOW).map_err(|error| match error {
                Undelivered::Unproved(why) => ChannelError::Unauthorized { message: why.to_owned() },
                error => ChannelError::Malformed { message: error.to_string() },
            })?;
            let unread = received.observations.is_empty().then_some(received.delivery);
            observations.extend(received.observations.into_iter().chain(unread));
        }
        let cursor = pushed.len().to_string();
        Ok(Page { observations, cursor, more: false, budget: None, notice: None })
    }

    fn revoked(&self) -> Option<Account> {
        let other = webhook().rotate(&self.account, NOW, NOW).unwrap();
        Some(keeping(&self.account, other.access.secret))
    }

    async fn away(&self) -> (Net, Account) {
        let (net, base_url) = door::nowhere().await;
        (net, Account { base_url, ..self.account.clone() })
    }

    async fn lossy(&self) -> Option<(Net, Account)> {
        let (net, door) = door::lossy(&self.account.base_url, "/answers").await;
        Some((net, Account { base_url: door.join("answers").unwrap(), ..self.account.clone() }))
    }
}
