//! The invented network: a Mastodon-API server and some feeds on loopback, so that the demonstration
//! listens and answers through the real client. It keeps everything in memory and knows no database.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::{Multipart, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::data::{Arrival, Author, Data, Message, Text, file};
use super::status::{Speaker, Status, html, time};

/// The network, shared between its server and the player.
#[derive(Default)]
pub struct Network {
    inner: Mutex<Inner>,
    answered: Notify,
}

#[derive(Default)]
struct Inner {
    base: String,
    language: String,
    statuses: BTreeMap<String, Status>,
    /// Ids of what was said to an account since the start, oldest first, by number.
    notifications: Vec<String>,
    /// Answers that nobody has reacted to yet.
    answers: Vec<String>,
    media: BTreeMap<String, String>,
    feeds: BTreeMap<String, (String, bool)>,
    /// Whether the feeds that are to be deaf have fallen silent.
    silent: bool,
    last: u64,
    clock: crate::clock::Clock,
}

impl Network {
    /// A network at `base` whose time is `clock`'s.
    pub fn new(base: &str, language: &str, data: &Data, clock: crate::clock::Clock) -> Arc<Self> {
        let feeds = data.organisation.channels.iter().filter(|it| it.kind == "feed");
        let feeds = feeds
            .map(|it| (it.key.clone(), (it.name.get(language).to_owned(), it.health == "deaf")))
            .collect();
        let inner =
            Inner { base: base.to_owned(), language: language.to_owned(), feeds, clock, ..Inner::default() };
        Arc::new(Self { inner: Mutex::new(inner), answered: Notify::new() })
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells everything in this language from now on.
    pub fn speak(&self, language: &str) {
        language.clone_into(&mut self.lock().language);
    }

    /// From now on the feeds that the data calls deaf are out of order; before, they could be asked what
    /// they are.
    pub fn fall_silent(&self) {
        self.lock().silent = true;
    }

    /// Keeps a message of the past: it can be looked up, and is no news.
    pub fn remember(&self, status: Status) {
        self.lock().statuses.insert(status.id.clone(), status);
    }

    /// A shipped arrival is said now.
    pub fn arrive(&self, data: &Data, arrival: &Arrival, round: u32, now: i64) {
        let Some((channel, author)) = data.told_by(arrival) else { return };
        for (place, message) in arrival.messages.iter().enumerate() {
            let parent = match place {
                0 => arrival.conversation.as_deref().and_then(|home| Self::last_of(data, home, round)),
                _ => Some(format!("{}-{round}-{}", arrival.key, place - 1)),
            };
            let id = format!("{}-{round}-{place}", arrival.key);
            self.say(channel, author, message, id, parent, now);
        }
    }

    /// The last thing said in what an arrival goes on with.
    fn last_of(data: &Data, home: &str, round: u32) -> Option<String> {
        if let Some(it) = data.arrivals.iter().find(|it| it.key == home) {
            return Some(format!("{home}-{round}-{}", it.messages.len().checked_sub(1)?));
        }
        let found = data.conversations.iter().find(|it| it.key == home)?;
        let (place, _) = found.messages.iter().enumerate().rfind(|(_, it)| it.from != "note")?;
        Some(format!("{home}-{place}"))
    }

    /// Somebody says something to an account.
    fn say(
        &self,
        channel: &str,
        author: &Author,
        message: &Message,
        id: String,
        parent: Option<String>,
        now: i64,
    ) {
        let status = Status {
            id: id.clone(),
            channel: channel.to_owned(),
            speaker: Speaker::Member(author.clone()),
            parent,
            text: message.text.clone(),
            message: Some(message.clone()),
            at: now,
            edited_at: None,
            media: Vec::new(),
            visibility: message.visibility.clone().unwrap_or_else(|| "public".to_owned()),
            deleted: false,
            key: None,
        };
        let mut inner = self.lock();
        inner.statuses.insert(id.clone(), status);
        inner.notifications.push(id);
    }

    /// The next answer of ours that nobody has reacted to; waits for one.
    pub async fn next_answer(&self) -> Option<String> {
        loop {
            let next = self.lock().answers.pop();
            if next.is_some() {
                return next;
            }
            self.answered.notified().await;
        }
    }

    /// The member who was answered says something to it.
    pub fn react(&self, answer: &str, text: &Text, now: i64) {
        let (author, channel) = {
            let inner = self.lock();
            let Some(ours) = inner.statuses.get(answer) else { return };
            let asked = ours.parent.as_ref().and_then(|id| inner.statuses.get(id));
            let Some(Speaker::Member(author)) = asked.map(|it| it.speaker.clone()) else { return };
            (author, ours.channel.clone())
        };
        let message = Message {
            at: String::new(),
            from: "author".to_owned(),
            by: None,
            lang: None,
            title: None,
            text: text.clone(),
            image: None,
            edited: None,
            deleted: false,
            visibility: None,
        };
        self.say(&channel, &author, &message, format!("{answer}-reaction"), Some(answer.to_owned()), now);
    }

    /// The server of the network.
    pub fn router(self: &Arc<Self>) -> Router {
        Router::new()
            .route("/api/v2/instance", get(instance))
            .route("/api/v1/accounts/verify_credentials", get(me))
            .route("/api/v1/accounts/{id}/statuses", get(own_statuses))
            .route("/api/v1/notifications", get(notifications))
            .route("/api/v1/statuses", post(publish))
            .route("/api/v1/statuses/{id}", get(status))
            .route("/api/v1/statuses/{id}/context", get(context))
            .route("/api/v2/media", post(upload))
            .route("/images/{name}", get(image))
            .route("/feeds/{key}", get(feed))
            .with_state(self.clone())
    }
}

type Shared = State<Arc<Network>>;

async fn instance() -> Json<Value> {
    Json(json!({
        "domain": "reseau.demo", "title": "Réseau de démonstration", "version": "4.4.0",
        "configuration": {
            "statuses": { "max_characters": 500, "max_media_attachments": 4, "characters_reserved_per_url": 23 },
            "media_attachments": { "supported_mime_types": ["image/png", "image/jpeg", "image/webp", "image/gif"],
                "image_size_limit": 8_388_608, "description_limit": 1500 },
        },
    }))
}

/// The account that a token belongs to: the demonstration's tokens are the channels' keys.
fn token(headers: &HeaderMap) -> String {
    let value = headers.get(header::AUTHORIZATION).and_then(|it| it.to_str().ok()).unwrap_or_default();
    value.strip_prefix("Bearer ").unwrap_or_default().to_owned()
}

async fn me(headers: HeaderMap) -> Json<Value> {
    let key = token(&headers);
    Json(json!({ "id": key, "username": key, "acct": key, "display_name": key, "url": "http://127.0.0.1/" }))
}

#[derive(Deserialize)]
struct Window {
    min_id: Option<String>,
    since_id: Option<String>,
    max_id: Option<String>,
    limit: Option<usize>,
}

/// Notifications by number: `min_id` goes forward from there, `max_id` back, newest first in the answer.
async fn notifications(
    State(network): Shared,
    headers: HeaderMap,
    Query(window): Query<Window>,
) -> Json<Value> {
    let key = token(&headers);
    let inner = network.lock();
    let number = |id: &Option<String>| id.as_deref().and_then(|id| id.parse::<usize>().ok());
    let above = number(&window.min_id).or(number(&window.since_id)).unwrap_or(0);
    let below = number(&window.max_id).unwrap_or(usize::MAX);
    let all = (1..).zip(&inner.notifications).filter(|(no, _)| *no > above && *no < below);
    let mut rows: Vec<Value> = all
        .filter_map(|(no, id)| {
            let it = inner.statuses.get(id).filter(|it| it.channel == key && !it.deleted)?;
            let told = it.to_json(&inner.base, &inner.language);
            Some(json!({ "id": no.to_string(), "type": "mention", "created_at": time(it.at), "account": told["account"], "status": told }))
        })
        .collect();
    let limit = window.limit.unwrap_or(40);
    if window.min_id.is_some() {
        rows.truncate(limit);
    } else {
        rows.drain(..rows.len().saturating_sub(limit));
    }
    rows.reverse();
    Json(Value::Array(rows))
}

async fn own_statuses(
    State(network): Shared,
    Path(id): Path<String>,
    Query(window): Query<Window>,
) -> Json<Value> {
    let inner = network.lock();
    // Only what was said since the start; ids of these sort by number behind the last dash.
    let mut rows: Vec<&Status> = inner
        .statuses
        .values()
        .filter(|it| it.key.is_some() && matches!(&it.speaker, Speaker::Account(key) if *key == id))
        .collect();
    rows.sort_by_key(|it| std::cmp::Reverse(it.at));
    rows.truncate(window.limit.unwrap_or(40));
    Json(rows.into_iter().map(|it| it.to_json(&inner.base, &inner.language)).collect())
}

#[derive(Deserialize)]
struct Posted {
    status: String,
    in_reply_to_id: Option<String>,
    #[serde(default)]
    media_ids: Vec<String>,
    #[serde(default)]
    visibility: Option<String>,
}

/// Takes a message of ours, as a form or as JSON; the same key twice is the same message.
async fn publish(State(network): Shared, headers: HeaderMap, body: String) -> Response {
    let key = headers.get("idempotency-key").and_then(|it| it.to_str().ok()).unwrap_or_default().to_owned();
    let Some(posted) = read_posted(&headers, &body) else {
        return (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "error": "unreadable" }))).into_response();
    };
    let mut inner = network.lock();
    if let Some(before) =
        inner.statuses.values().find(|it| !key.is_empty() && it.key.as_deref() == Some(&key))
    {
        return Json(before.to_json(&inner.base, &inner.language)).into_response();
    }
    inner.last += 1;
    let (account, at) = (token(&headers), inner.clock.now());
    let media =
        posted.media_ids.iter().map(|id| (id.clone(), inner.media.get(id).cloned().unwrap_or_default()));
    let status = Status {
        id: format!("ours-{:06}", inner.last),
        channel: account.clone(),
        speaker: Speaker::Account(account),
        parent: posted.in_reply_to_id,
        text: Text { fr: posted.status.clone(), en: posted.status },
        message: None,
        at,
        edited_at: None,
        media: media.collect(),
        visibility: posted.visibility.unwrap_or_else(|| "public".to_owned()),
        deleted: false,
        key: Some(key),
    };
    let told = status.to_json(&inner.base, &inner.language);
    if status.parent.is_some() {
        inner.answers.push(status.id.clone());
    }
    inner.statuses.insert(status.id.clone(), status);
    drop(inner);
    network.answered.notify_one();
    Json(told).into_response()
}

fn read_posted(headers: &HeaderMap, body: &str) -> Option<Posted> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or_default();
    if kind.starts_with("application/json") {
        return serde_json::from_str(body).ok();
    }
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    let one = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    Some(Posted {
        status: one("status")?,
        in_reply_to_id: one("in_reply_to_id"),
        media_ids: pairs.iter().filter(|(key, _)| key == "media_ids[]").map(|(_, id)| id.clone()).collect(),
        visibility: one("visibility"),
    })
}

async fn status(State(network): Shared, Path(id): Path<String>) -> Response {
    let inner = network.lock();
    match inner.statuses.get(&id).filter(|it| !it.deleted) {
        Some(it) => Json(it.to_json(&inner.base, &inner.language)).into_response(),
        None => (StatusCode::NOT_FOUND, Json(json!({ "error": "Record not found" }))).into_response(),
    }
}

async fn context(State(network): Shared, Path(id): Path<String>) -> Json<Value> {
    let inner = network.lock();
    let mut ancestors = Vec::new();
    let mut parent = inner.statuses.get(&id).and_then(|it| it.parent.as_ref());
    while let Some(it) = parent.and_then(|id| inner.statuses.get(id)) {
        ancestors.push(it.to_json(&inner.base, &inner.language));
        parent = it.parent.as_ref();
    }
    ancestors.reverse();
    let answers = inner.statuses.values().filter(|it| it.parent.as_deref() == Some(&id));
    let descendants: Vec<Value> = answers.map(|it| it.to_json(&inner.base, &inner.language)).collect();
    Json(json!({ "ancestors": ancestors, "descendants": descendants }))
}

async fn upload(State(network): Shared, mut form: Multipart) -> Response {
    let mut alt = String::new();
    while let Ok(Some(field)) = form.next_field().await {
        if field.name() == Some("description") {
            alt = field.text().await.unwrap_or_default();
        }
    }
    let mut inner = network.lock();
    inner.last += 1;
    let id = format!("media-{}", inner.last);
    inner.media.insert(id.clone(), alt.clone());
    Json(
        json!({ "id": id, "type": "image", "url": format!("{}/media/{id}", inner.base), "description": alt }),
    )
    .into_response()
}

async fn image(Path(name): Path<String>) -> Response {
    match file(&format!("images/{name}")) {
        Ok(bytes) => bytes.into_response(),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

/// A feed as Atom; a deaf one is out of order, as the data says.
async fn feed(State(network): Shared, Path(key): Path<String>) -> Response {
    let inner = network.lock();
    let Some((name, deaf)) = inner.feeds.get(&key) else { return StatusCode::NOT_FOUND.into_response() };
    if *deaf && inner.silent {
        return (StatusCode::SERVICE_UNAVAILABLE, "maintenance").into_response();
    }
    let entries: String = inner
        .notifications
        .iter()
        .filter_map(|id| inner.statuses.get(id).filter(|it| it.channel == key))
        .map(|it| entry(it, &inner.base, &inner.language))
        .collect();
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><feed xmlns=\"http://www.w3.org/2005/Atom\"><id>{0}/feeds/{key}</id><title>{1}</title><updated>{2}</updated>{entries}</feed>",
        inner.base,
        escape(name),
        time(inner.clock.now()),
    );
    ([(header::CONTENT_TYPE, "application/atom+xml")], text).into_response()
}

fn entry(it: &Status, base: &str, language: &str) -> String {
    let title =
        it.message.as_ref().and_then(|it| it.title.as_ref()).map(|it| it.get(language)).unwrap_or_default();
    let Speaker::Member(author) = &it.speaker else { return String::new() };
    format!(
        "<entry><id>{id}</id><title>{title}</title><author><name>{name}</name></author><link href=\"{base}/entry/{id}\"/><updated>{at}</updated><published>{at}</published><content type=\"html\">{text}</content></entry>",
        id = escape(&it.id),
        title = escape(title),
        name = escape(&author.name),
        at = time(it.at),
        text = escape(&html(it.text.get(language))),
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
