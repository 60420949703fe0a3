//! A server that answers as it is told to.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use parvis_channels::{
    Account, CapabilitySet, Channel, ChannelError, ChannelKind, Net, NetOptions, Outgoing, Page, Secret,
    Visibility, channel,
};
use serde_json::{Value, json};

/// How the fake understands `min_id`.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub enum Paging {
    /// As documented: the entries right after it.
    #[default]
    Forward,
    /// As `since_id`: the newest entries.
    Newest,
    /// Not at all.
    None,
}

/// What the server holds, and how it behaves.
#[derive(Default)]
pub struct World {
    pub paging: Paging,
    /// Oldest first.
    pub notifications: Vec<Value>,
    pub statuses: Vec<Value>,
    /// Keys of answers already taken.
    keys: HashMap<String, Value>,
    /// Answers given instead of the usual ones, by "METHOD path".
    pub instead: HashMap<&'static str, Answer>,
    /// The next answers to a published message get lost on the way.
    pub lose: usize,
    /// How often a picture is still worked on.
    pub slow: usize,
    /// What came: "METHOD path", authorisation, body.
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
        let world = Arc::new(Mutex::new(World::default()));
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
        Account {
            kind: ChannelKind::Mastodon,
            base_url: self.url("/"),
            handle: "brand@fake.example".into(),
            remote_id: "1".into(),
            secret: Secret::new(r#"{"access_token":"token","scope":"read write"}"#),
            settings: json!({ "domain": "fake.example", "software": "mastodon" }),
            capabilities: CapabilitySet::default(),
        }
    }

    pub fn instead(&self, place: &'static str, status: u16, body: &str) {
        self.world().instead.insert(place, (status, vec![], body.as_bytes().to_vec()));
    }

    pub async fn pull(&self, stream: &str, cursor: Option<&str>) -> Result<Page, ChannelError> {
        mastodon().pull(&self.net, &self.account(), stream, cursor).await
    }
}

pub fn mastodon() -> &'static dyn Channel {
    channel(ChannelKind::Mastodon)
}

pub fn person(id: u32) -> Value {
    json!({ "id": id.to_string(), "acct": format!("p{id}"), "display_name": "P" })
}

pub fn status(id: u32, author: u32, content: &str) -> Value {
    let at = format!("2026-11-22T10:{:02}:{:02}.000Z", id / 60 % 60, id % 60);
    json!({
        "id": id.to_string(), "account": person(author), "created_at": at, "edited_at": null,
        "content": format!("<p>{content}</p>"), "visibility": "public", "mentions": [],
        "media_attachments": [], "in_reply_to_id": null, "in_reply_to_account_id": null,
        "url": format!("https://fake.example/@p{author}/{id}"), "reblog": null,
    })
}

pub fn mention(id: u32) -> Value {
    let status = status(id, 2, &format!("mention {id}"));
    json!({ "id": id.to_string(), "type": "mention", "created_at": status["created_at"],
            "account": person(2), "status": status })
}

pub fn reply(key: &str) -> Outgoing {
    Outgoing {
        parent_id: Some("100".into()),
        mention: Some("p2@fake.example".into()),
        ..Outgoing::new(key, "Hello", Visibility::Public, 0)
    }
}

type Wanted = HashMap<String, String>;

async fn answer(
    State(world): State<Arc<Mutex<World>>>,
    method: Method,
    uri: Uri,
    Query(query): Query<Wanted>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut world = world.lock().unwrap();
    let place = format!("{method} {}", uri.path());
    let signed = headers.get("authorization").map(|value| value.to_str().unwrap().to_owned());
    world.log.push((place.clone(), signed, String::from_utf8_lossy(&body).into_owned()));
    if let Some((status, headers, body)) = world.instead.get(place.as_str()) {
        let mut response = (StatusCode::from_u16(*status).unwrap(), body.clone()).into_response();
        response.headers_mut().remove("content-type");
        for (name, value) in headers {
            response.headers_mut().insert(*name, value.parse().unwrap());
        }
        return response;
    }
    let key = headers.get("idempotency-key").map(|key| key.to_str().unwrap());
    match place.as_str() {
        "GET /api/v1/notifications" => list(&world.notifications, world.paging, &query),
        "GET /api/v1/accounts/1/statuses" => list(&world.statuses, world.paging, &query),
        "POST /api/v1/statuses" => world.publish(key.unwrap(), &body),
        "POST /api/v2/media" => (StatusCode::ACCEPTED, json!({ "id": "9" }).to_string()).into_response(),
        "GET /api/v1/media/9" if world.slow > 0 => {
            world.slow -= 1;
            (StatusCode::PARTIAL_CONTENT, "{}").into_response()
        }
        "GET /api/v1/media/9" => "{}".into_response(),
        _ => match (method.as_str(), uri.path().strip_prefix("/api/v1/statuses/")) {
            (method, Some(id)) => world.status(method, id, &body),
            _ => (StatusCode::NOT_FOUND, json!({ "error": "Record not found" }).to_string()).into_response(),
        },
    }
}

/// A page, newest first.
fn list(all: &[Value], paging: Paging, query: &Wanted) -> Response {
    let number = |name: &str| query.get(name).map(|value| value.parse::<u32>().unwrap());
    let id = |entry: &Value| entry["id"].as_str().unwrap().parse::<u32>().unwrap();
    let (after, before) = match paging {
        Paging::None => (None, None),
        _ => (number("min_id"), number("max_id")),
    };
    let fits = |entry: &&Value| {
        after.is_none_or(|after| id(entry) > after) && before.is_none_or(|before| id(entry) < before)
    };
    let found: Vec<&Value> = all.iter().filter(fits).collect();
    let limit = (number("limit").unwrap_or(40) as usize).min(found.len());
    let page = if paging == Paging::Forward && after.is_some() {
        &found[..limit]
    } else {
        &found[found.len() - limit..]
    };
    let page: Vec<&&Value> = page.iter().rev().collect();
    let headers = [
        ("x-ratelimit-limit", "300"),
        ("x-ratelimit-remaining", "299"),
        ("x-ratelimit-reset", "2026-11-22T10:05:00.000Z"),
    ];
    (headers, json!(page).to_string()).into_response()
}

impl World {
    fn publish(&mut self, key: &str, body: &[u8]) -> Response {
        let body: Value = serde_json::from_slice(body).unwrap();
        let known = self.keys.get(key).cloned();
        let status = known.unwrap_or_else(|| {
            let id = 1000 + u32::try_from(self.statuses.len()).unwrap();
            let mut status = status(id, 1, body["status"].as_str().unwrap());
            status["in_reply_to_id"] = body["in_reply_to_id"].clone();
            let files = body["media_ids"].as_array().cloned().unwrap_or_default();
            status["media_attachments"] = files.iter().map(|id| json!({ "id": id })).collect();
            self.keys.insert(key.to_owned(), status.clone());
            self.statuses.push(status.clone());
            status
        });
        if self.lose > 0 {
            self.lose -= 1;
            let cut = futures_util::stream::iter([Err::<Bytes, _>(std::io::Error::other("cut"))]);
            return Body::from_stream(cut).into_response();
        }
        status.to_string().into_response()
    }

    fn status(&mut self, method: &str, id: &str, body: &[u8]) -> Response {
        let Some(place) = self.statuses.iter().position(|status| status["id"] == id) else {
            return StatusCode::NOT_FOUND.into_response();
        };
        match method {
            "DELETE" => self.statuses.remove(place).to_string().into_response(),
            "PUT" => {
                let body: Value = serde_json::from_slice(body).unwrap();
                let status = &mut self.statuses[place];
                status["content"] = body["status"].clone();
                status["edited_at"] = json!("2026-11-22T11:00:00.000Z");
                let files = body["media_ids"].as_array().cloned().unwrap_or_default();
                status["media_attachments"] = files.iter().map(|id| json!({ "id": id })).collect();
                status.to_string().into_response()
            }
            _ => self.statuses[place].to_string().into_response(),
        }
    }
}
