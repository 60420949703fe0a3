//! A site that answers as it is told to.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Method, Response, Uri};
use parvis_channels::{
    Account, CapabilitySet, Channel, ChannelKind, Net, NetOptions, Outgoing, Secret, Visibility, channel,
};
use serde_json::{Value, json};

/// An answer: status, headers, body.
type Said = (u16, Vec<(&'static str, String)>, String);

#[derive(Default)]
struct World {
    /// By "METHOD path".
    said: HashMap<String, Said>,
    /// What came: "METHOD path?query", authorisation.
    calls: Vec<(String, bool)>,
}

#[derive(Clone)]
pub struct Fake {
    pub net: Net,
    pub base: url::Url,
    world: Arc<Mutex<World>>,
}

pub fn wordpress() -> &'static dyn Channel {
    channel(ChannelKind::Wordpress)
}

pub fn comment(id: i64, text: &str) -> Value {
    json!({
        "id": id, "post": 7, "parent": 0, "author": 0, "author_name": "Anna", "status": "approved",
        "date_gmt": "2026-11-22T10:00:00", "content": { "raw": text, "rendered": format!("<p>{text}</p>") },
        "link": format!("https://journal.example/a/#comment-{id}"),
    })
}

pub fn reply() -> Outgoing {
    Outgoing {
        parent_id: Some("1".into()),
        ..Outgoing::new("01a201dd-15e0-7abc-8def-0123456789ab", "Merci", Visibility::Public, 0)
    }
}

impl Fake {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let world = Arc::new(Mutex::new(World::default()));
        let app = Router::new().fallback(answer).with_state(Arc::clone(&world));
        tokio::spawn(async move { axum::serve(listener, app).await });
        let net =
            Net::new(&NetOptions { allow: vec![address.to_string()], ..NetOptions::default() }).unwrap();
        Self { net, base: format!("http://{address}/").parse().unwrap(), world }
    }

    /// From now on, what `place` ("GET /wp/v2/comments") answers.
    pub fn say(&self, place: &str, status: u16, body: impl Into<String>) {
        self.say_with(place, status, vec![], body);
    }

    pub fn say_with(
        &self,
        place: &str,
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: impl Into<String>,
    ) {
        self.world.lock().unwrap().said.insert(place.to_owned(), (status, headers, body.into()));
    }

    pub fn calls(&self) -> Vec<(String, bool)> {
        self.world.lock().unwrap().calls.clone()
    }

    pub fn account(&self) -> Account {
        Account {
            kind: ChannelKind::Wordpress,
            base_url: self.base.join("wp-json/").unwrap(),
            handle: "admin@journal.example".into(),
            remote_id: "1".into(),
            secret: Secret::new(r#"{"user":"admin","password":"abcd efgh"}"#),
            settings: Value::Null,
            capabilities: CapabilitySet::default(),
        }
    }
}

async fn answer(
    State(world): State<Arc<Mutex<World>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response<Body> {
    let mut world = world.lock().unwrap();
    world.calls.push((format!("{method} {uri}"), headers.contains_key("authorization")));
    let place = format!("{method} {}", uri.path().trim_start_matches("/wp-json"));
    let missing = (404, vec![], r#"{"code":"rest_no_route","message":"No route"}"#.to_owned());
    let (status, headers, body) = world.said.get(&place).cloned().unwrap_or(missing);
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(name, value);
    }
    response.body(Body::from(body)).unwrap()
}
