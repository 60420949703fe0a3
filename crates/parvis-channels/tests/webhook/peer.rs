//! The other side of a webhook: it signs what it sends, and verifies and keeps what it is sent.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use parvis_channels::{
    Account, Channel, ChannelKind, ConnectError, Delivery, Net, NetOptions, Received, Secret, Typed,
    Undelivered, channel,
};
use reqwest::header::{HeaderMap, HeaderValue};
use ring::hmac;
use serde_json::Value;

/// When the tests take place (µs).
pub const NOW: i64 = 1_795_341_600_000_000;

pub fn webhook() -> &'static dyn Channel {
    channel(ChannelKind::Webhook)
}

/// An account as the program connects it, and the secret that a person was shown.
pub async fn connected(net: &Net, address: &str, readers: &str) -> Result<(Account, String), ConnectError> {
    let typed = [("address", address), ("readers", readers)];
    let typed = BTreeMap::from(typed.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let connection = webhook().connect(net, &Typed::new(webhook().fields(), typed)?).await?;
    let mut account = Account {
        kind: ChannelKind::Webhook,
        base_url: connection.base_url,
        handle: String::new(),
        remote_id: String::new(),
        secret: connection.access.secret,
        settings: connection.settings,
        capabilities: parvis_channels::CapabilitySet::default(),
    };
    let probe = webhook().probe(net, &account).await?;
    account.remote_id = probe.remote_id;
    account.capabilities = probe.capabilities;
    account.settings = probe.settings;
    Ok((account, connection.shown.unwrap().expose().to_owned()))
}

/// One that only brings messages.
pub async fn inward() -> (Account, String) {
    let net = Net::new(&NetOptions::default()).unwrap();
    connected(&net, "", "two").await.unwrap()
}

/// A signature as the specification has it, made without the room.
pub fn sign(secret: &str, id: &str, seconds: i64, body: &[u8]) -> String {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let content = [format!("{id}.{seconds}.").as_bytes(), body].concat();
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), &content);
    format!("v1,{}", STANDARD.encode(tag))
}

pub fn head(id: &str, seconds: &str, signature: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in
        [("webhook-id", id), ("webhook-timestamp", seconds), ("webhook-signature", signature)]
    {
        headers.insert(name, HeaderValue::from_str(value).unwrap());
    }
    headers
}

/// Hands a rightly signed body over at `NOW`.
pub fn deliver(account: &Account, secret: &str, id: &str, body: &[u8]) -> Result<Received, Undelivered> {
    let seconds = NOW / 1_000_000;
    let headers = head(id, &seconds.to_string(), &sign(secret, id, seconds, body));
    webhook().receive(account, &Delivery { headers: &headers, body }, NOW)
}

/// The same account with another secret kept.
pub fn keeping(account: &Account, secret: Secret) -> Account {
    Account { secret, ..account.clone() }
}

/// A program that is handed answers.
#[derive(Clone)]
pub struct Peer {
    pub net: Net,
    pub address: String,
    world: Arc<Mutex<World>>,
}

/// A request as it came: head and body.
pub type Call = (HeaderMap, Vec<u8>);

#[derive(Default)]
struct World {
    status: u16,
    headers: Vec<(&'static str, &'static str)>,
    answer: String,
    silent: bool,
    calls: Vec<Call>,
}

impl Peer {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let world = Arc::new(Mutex::new(World { status: 200, ..World::default() }));
        let app = Router::new().fallback(take).with_state(Arc::clone(&world));
        tokio::spawn(async move { axum::serve(listener, app).await });
        let allow = vec![format!("127.0.0.1:{port}")];
        let net = Net::new(&NetOptions { allow, ..NetOptions::default() }).unwrap();
        Self { net, address: format!("http://127.0.0.1:{port}/answers?shop=1"), world }
    }

    /// What it answers from now on.
    pub fn say(&self, status: u16, headers: &[(&'static str, &'static str)], answer: &str) {
        let mut world = self.world.lock().unwrap();
        (world.status, world.headers, world.answer) = (status, headers.to_vec(), answer.to_owned());
    }

    /// It takes what it is sent, and its word doesn't arrive.
    pub fn fall_silent(&self, silent: bool) {
        self.world.lock().unwrap().silent = silent;
    }

    pub fn calls(&self) -> Vec<Call> {
        self.world.lock().unwrap().calls.clone()
    }

    /// What was handed over last, if its signature is right by `secret`: id, time, content.
    pub fn verified(&self, secret: &str) -> Option<(String, i64, Value)> {
        let (headers, body) = self.calls().pop()?;
        let text = |name: &str| headers.get(name)?.to_str().ok();
        let (id, seconds) = (text("webhook-id")?, text("webhook-timestamp")?.parse().ok()?);
        let right = sign(secret, id, seconds, &body);
        let found = text("webhook-signature")?.split(' ').any(|one| one == right);
        found.then(|| (id.to_owned(), seconds, serde_json::from_slice(&body).unwrap()))
    }
}

async fn take(
    State(world): State<Arc<Mutex<World>>>,
    headers: HeaderMap,
    body: Bytes,
) -> axum::response::Response {
    let (silent, answer) = {
        let mut world = world.lock().unwrap();
        world.calls.push((headers, body.to_vec()));
        let mut answer = axum::response::Response::new(axum::body::Body::from(world.answer.clone()));
        *answer.status_mut() = StatusCode::from_u16(world.status).unwrap();
        for (name, value) in &world.headers {
            answer.headers_mut().insert(*name, HeaderValue::from_static(value));
        }
        (world.silent, answer)
    };
    if silent {
        // A body that breaks off before its end: the connection is lost after everything was taken.
        let broken = futures_util::stream::iter([Err::<Bytes, _>(std::io::Error::other("lost"))]);
        return axum::response::Response::new(axum::body::Body::from_stream(broken));
    }
    answer
}
