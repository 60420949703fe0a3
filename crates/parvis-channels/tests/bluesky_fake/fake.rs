//! A server that answers as it is told to.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use parvis_channels::{
    Account, Capability, CapabilityKey, CapabilitySet, Channel, ChannelKind, Net, NetOptions, Page, Secret,
    channel,
};
use serde_json::{Value, json};

pub const ME: &str = "did:plc:me";
pub const LIST: &str = "GET app.bsky.notification.listNotifications";

/// What the server holds, and how it behaves.
#[derive(Default)]
pub struct World {
    /// Newest first.
    pub notifications: Vec<Value>,
    /// Answers given instead of the usual ones, by "METHOD call".
    pub instead: HashMap<&'static str, Answer>,
    /// Entries a page has at most.
    pub size: usize,
    /// What came: "METHOD call", authorisation, query and body.
    pub log: Vec<(String, Option<String>, String)>,
}

/// An answer: status, headers, body.
pub type Answer = (u16, Vec<(&'static str, String)>, Vec<u8>);

#[derive(Clone)]
pub struct Fake {
    pub net: Net,
    pub port: u16,
    world: Arc<Mutex<World>>,
}

impl Fake {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let world = Arc::new(Mutex::new(World { size: 100, ..World::default() }));
        let app = Router::new().fallback(answer).with_state(Arc::clone(&world));
        tokio::spawn(async move { axum::serve(listener, app).await });
        let allow = vec![format!("127.0.0.1:{port}")];
        let net = Net::new(&NetOptions { allow, ..NetOptions::default() }).unwrap();
        Self { net, port, world }
    }

    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }

    pub fn url(&self, path: &str) -> url::Url {
        format!("http://127.0.0.1:{}{path}", self.port).parse().unwrap()
    }

    pub fn account(&self) -> Account {
        let mut capabilities = CapabilitySet::default();
        capabilities.set(CapabilityKey::Listen, Capability::native());
        Account {
            kind: ChannelKind::Bluesky,
            base_url: self.url("/"),
            handle: "brand.example".into(),
            remote_id: ME.into(),
            secret: Secret::new(r#"{"access":"token","refresh":"next","password":"pw"}"#),
            settings: Value::Null,
            capabilities,
        }
    }

    pub fn instead(&self, place: &'static str, status: u16, body: &str) {
        self.world().instead.insert(place, (status, vec![], body.as_bytes().to_vec()));
    }

    /// A refusal by its name.
    pub fn refuse(&self, place: &'static str, status: u16, name: &str) {
        self.instead(place, status, &json!({ "error": name, "message": "Because" }).to_string());
    }

    pub async fn pull(&self, cursor: Option<&str>) -> Result<Page, parvis_channels::ChannelError> {
        bluesky().pull(&self.net, &self.account(), "notifications", cursor).await
    }

    pub fn calls(&self) -> Vec<String> {
        self.world().log.iter().map(|(place, ..)| place.clone()).collect()
    }
}

pub fn bluesky() -> &'static dyn Channel {
    channel(ChannelKind::Bluesky)
}

/// The time of an entry by its number, in minutes.
fn at(number: u32) -> String {
    format!("2026-11-{:02}T{:02}:{:02}:00.000Z", 1 + number / 1440, number / 60 % 24, number % 60)
}

pub fn person() -> Value {
    json!({ "did": "did:plc:anna", "handle": "anna.example", "displayName": "Anna" })
}

/// A mention of us.
pub fn mention(number: u32) -> Value {
    let text = format!("mention {number}");
    json!({
        "uri": format!("at://did:plc:anna/app.bsky.feed.post/{number}"), "cid": format!("c{number}"),
        "author": person(), "reason": "mention", "indexedAt": at(number),
        "record": { "$type": "app.bsky.feed.post", "text": text, "createdAt": at(number) },
    })
}

async fn answer(
    State(world): State<Arc<Mutex<World>>>,
    method: Method,
    uri: Uri,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut world = world.lock().unwrap();
    let call = uri.path().strip_prefix("/xrpc/").unwrap_or(uri.path());
    let place = format!("{method} {call}");
    let signed = headers.get("authorization").map(|value| value.to_str().unwrap().to_owned());
    let sent = format!("{} {}", uri.query().unwrap_or_default(), String::from_utf8_lossy(&body));
    world.log.push((place.clone(), signed, sent));
    if let Some((status, headers, body)) = world.instead.get(place.as_str()).cloned() {
        let mut answer = (StatusCode::from_u16(status).unwrap(), body).into_response();
        for (name, value) in headers {
            answer.headers_mut().insert(name, value.parse().unwrap());
        }
        return answer;
    }
    match place.as_str() {
        LIST => {
            let from = query.get("cursor").map_or(0, |from| from.parse::<usize>().unwrap());
            let end = (from + world.size).min(world.notifications.len());
            let mut page = json!({ "notifications": world.notifications[from..end] });
            if end < world.notifications.len() {
                page["cursor"] = json!(end.to_string());
            }
            let headers =
                [("ratelimit-limit", "3000"), ("ratelimit-remaining", "2999"), ("ratelimit-reset", "300")];
            (headers, page.to_string()).into_response()
        }
        // Nothing is shown whole: notifications have to do.
        "GET app.bsky.feed.getPosts" => json!({ "posts": [] }).to_string().into_response(),
        "GET com.atproto.repo.getRecord" if query["repo"] == ME => {
            (StatusCode::BAD_REQUEST, json!({ "error": "RecordNotFound" }).to_string()).into_response()
        }
        "GET com.atproto.repo.getRecord" => {
            let uri = format!("at://{}/{}/{}", query["repo"], query["collection"], query["rkey"]);
            let value = json!({ "$type": "app.bsky.feed.post", "text": "?", "createdAt": at(1) });
            json!({ "uri": uri, "cid": "c1", "value": value }).to_string().into_response()
        }
        _ => (StatusCode::NOT_IMPLEMENTED, json!({ "error": "MethodNotImplemented" }).to_string())
            .into_response(),
    }
}
