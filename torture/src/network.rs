//! A server with the Mastodon API that holds the truth: what was said to us, and what it took from us under which key.
//! It loses answers, refuses, delays and cuts connections as chance will have it. Knows nothing of Parvis.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use parvis::clock::Clock;
use serde_json::{Value, json};

use crate::random::Random;

/// Our account there.
pub const ME: &str = "1";
/// A picture: the smallest PNG there is.
pub const PICTURE: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABh6FO1AAAAABJRU5ErkJggg==";

/// Something said there, by the public or by us.
#[derive(Clone, Debug)]
pub struct Status {
    /// Its id: a number that grows.
    pub id: u64,
    /// What it answers.
    pub parent: Option<u64>,
    /// What it says.
    pub text: String,
    /// Who said it, a number; `None` for us.
    pub author: Option<u64>,
    /// With how many pictures.
    pub pictures: usize,
    /// When (µs).
    pub at: i64,
}

/// What happened to requests.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// Messages of ours that were taken.
    pub taken: u64,
    /// Taken, and the answer was dropped.
    pub dropped: u64,
    /// The same key came again and was answered as before.
    pub known_by_key: u64,
    /// Refused, cut or failed without being taken.
    pub refused: u64,
    /// Requests to read that failed.
    pub deaf: u64,
}

/// What the server holds.
pub struct World {
    random: Random,
    /// Whether it misbehaves.
    pub faulty: bool,
    /// Everything said, in the order of ids.
    pub statuses: Vec<Status>,
    /// How far notifications were asked for.
    asked: usize,
    /// Which of them mention us, in the order of notifications; the first is notification 1.
    pub mentions: Vec<u64>,
    /// What was taken under which key.
    keys: HashMap<String, u64>,
    /// When it was first asked to take a part of a post (µs), by what that begins with.
    pub asked_at: HashMap<String, i64>,
    /// What happened.
    pub counts: Counts,
    /// What must never be: the same answer twice.
    pub twice: Vec<String>,
}

/// The server.
pub struct Network {
    world: Mutex<World>,
    clock: Clock,
    /// Its address, without a final slash.
    pub base: String,
}

/// What becomes of a message of ours.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Taken,
    /// Taken, but the answer never arrives.
    Lost,
    /// Taken, but the answer is a failure.
    TakenWithError,
    Error,
    Limited,
    Cut,
}

impl Network {
    /// Starts it on a free port of this machine.
    ///
    /// # Errors
    /// There is no free port.
    pub async fn start(random: Random) -> Result<Arc<Self>> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.context("no free port")?;
        let base = format!("http://{}", listener.local_addr()?);
        let world = World {
            random,
            faulty: false,
            statuses: Vec::new(),
            asked: 0,
            mentions: Vec::new(),
            keys: HashMap::new(),
            asked_at: HashMap::new(),
            counts: Counts::default(),
            twice: Vec::new(),
        };
        let network = Arc::new(Self { world: Mutex::new(world), clock: Clock::System, base });
        let router = Router::new().fallback(answer).with_state(Arc::clone(&network));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(network)
    }

    /// What it holds.
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Somebody mentions us: now and then below something said before, or below something that wasn't said to us and has
    /// to be fetched; now and then with a picture.
    pub fn mention(&self) {
        let at = self.clock.now();
        let mut world = self.world();
        let number = world.mentions.len() + 1;
        let below = world.random.between(0, 100);
        let mut random = world.random.branch();
        let parent = match below {
            0..25 => random.pick(&world.statuses).map(|it| it.id),
            25..40 => {
                let (id, text) = (world.next_id(), format!("said to nobody before m{number}"));
                let status = Status { id, parent: None, text, author: Some(41), pictures: 0, at };
                world.statuses.push(status);
                Some(id)
            }
            _ => None,
        };
        let status = Status {
            id: world.next_id(),
            parent,
            text: format!("mention m{number} for you"),
            author: Some(random.between(2, 40)),
            pictures: usize::from(random.percent(5)),
            at,
        };
        world.mentions.push(status.id);
        world.statuses.push(status);
    }

    /// Has us say something, as a double of Parvis would; its id.
    #[cfg(test)]
    pub fn say_below(&self, text: &str, parent: Option<u64>) -> u64 {
        let at = self.clock.now();
        self.world().keep(text.to_owned(), parent, 0, at).id
    }

    fn to_json(&self, it: &Status) -> Value {
        let base = &self.base;
        let id = it.author.map_or_else(|| ME.to_owned(), |author| author.to_string());
        let pictures: Vec<Value> = (0..it.pictures)
            .map(|place| {
                let url = format!("{base}/images/{}-{place}.png", it.id);
                json!({ "id": format!("{}-{place}", it.id), "type": "image", "url": url, "description": "a dot" })
            })
            .collect();
        let mentions = match it.author {
            Some(_) => {
                json!([{ "id": ME, "username": "brand", "acct": "brand", "url": format!("{base}/@brand") }])
            }
            None => json!([]),
        };
        json!({
            "id": it.id.to_string(), "uri": format!("{base}/statuses/{}", it.id), "url": format!("{base}/@{id}/{}", it.id),
            "account": { "id": id, "username": id, "acct": format!("p{id}"), "display_name": id, "url": format!("{base}/@{id}"), "bot": false },
            "created_at": time(it.at), "edited_at": null, "content": format!("<p>{}</p>", it.text),
            "visibility": "public", "language": "en", "spoiler_text": "", "media_attachments": pictures,
            "mentions": mentions, "in_reply_to_id": it.parent.map(|id| id.to_string()), "reblog": null,
        })
    }

    fn notifications(&self, query: &Wanted) -> Value {
        let mut world = self.world();
        let after = query.get("min_id").and_then(|it| it.parse().ok()).unwrap_or(0);
        world.asked = world.asked.max(after);
        let all = (1_u64..).zip(&world.mentions).filter_map(|(number, id)| {
            let status = self.to_json(world.status(*id)?);
            let entry = json!({ "id": number.to_string(), "type": "mention", "created_at": status["created_at"],
                "account": status["account"], "status": status });
            Some((number, entry))
        });
        page(all.collect(), query)
    }

    fn own(&self, query: &Wanted) -> Value {
        let world = self.world();
        let ours = world.statuses.iter().filter(|it| it.author.is_none());
        page(ours.map(|it| (it.id, self.to_json(it))).collect(), query)
    }

    fn context(&self, id: u64) -> Value {
        let world = self.world();
        let (mut ancestors, mut next) = (Vec::new(), world.status(id).and_then(|it| it.parent));
        while let Some(it) = next.and_then(|id| world.status(id)) {
            ancestors.push(self.to_json(it));
            next = it.parent;
        }
        ancestors.reverse();
        json!({ "ancestors": ancestors, "descendants": [] })
    }

    async fn publish(&self, key: &str, body: &[u8]) -> Response {
        let now = self.clock.now();
        let (fate, before, after) = {
            let mut world = self.world();
            if let Some(name) = serde_json::from_slice(body).ok().as_ref().and_then(name_of_post) {
                world.asked_at.entry(name).or_insert(now);
            }
            let fate = world.fate();
            let mut pause = || if world.random.percent(30) { world.random.between(1, 250) } else { 0 };
            (fate, pause(), pause())
        };
        // One who is killed meanwhile has cut the connection: then nothing is taken.
        tokio::time::sleep(Duration::from_millis(before)).await;
        let taken = match fate {
            Fate::Taken | Fate::Lost | Fate::TakenWithError => self.take(key, body),
            Fate::Error | Fate::Limited | Fate::Cut => {
                self.world().counts.refused += 1;
                None
            }
        };
        tokio::time::sleep(Duration::from_millis(after)).await;
        match (fate, taken) {
            (Fate::Taken, Some(status)) => status.to_string().into_response(),
            (Fate::Lost | Fate::Cut, _) => cut(),
            (Fate::Limited, _) => limited(),
            (Fate::Error | Fate::TakenWithError, _) => StatusCode::BAD_GATEWAY.into_response(),
            (Fate::Taken, None) => StatusCode::UNPROCESSABLE_ENTITY.into_response(),
        }
    }

    /// Takes a message of ours, unless its key is known. Every third answer is one for which the server has forgotten
    /// what keys are for, as many do not know them at all: there only reading back helps.
    fn take(&self, key: &str, body: &[u8]) -> Option<Value> {
        let body: Value = serde_json::from_slice(body).ok()?;
        let text = body["status"].as_str()?.to_owned();
        let at = self.clock.now();
        let mut world = self.world();
        let known = world.keys.get(key).copied().filter(|_| honours_keys(&text));
        if let Some(status) = known.and_then(|id| world.status(id)).cloned() {
            world.counts.known_by_key += 1;
            return Some(self.to_json(&status));
        }
        let parent = body["in_reply_to_id"].as_str().and_then(|id| id.parse().ok());
        let status = world.keep(text, parent, body["media_ids"].as_array().map_or(0, Vec::len), at);
        world.keys.insert(key.to_owned(), status.id);
        Some(self.to_json(&status))
    }
}

impl World {
    fn next_id(&self) -> u64 {
        self.statuses.last().map_or(100, |it| it.id + 1)
    }

    /// Keeps a message of ours. That it stands there already is what must never be.
    fn keep(&mut self, text: String, parent: Option<u64>, pictures: usize, at: i64) -> Status {
        if self.statuses.iter().any(|it| it.author.is_none() && it.text == text) {
            self.twice.push(text.clone());
        }
        let status = Status { id: self.next_id(), parent, text, author: None, pictures, at };
        self.counts.taken += 1;
        self.statuses.push(status.clone());
        status
    }

    /// Mentions that nobody has asked for yet.
    pub fn unheard(&self) -> usize {
        self.mentions.len().saturating_sub(self.asked)
    }

    /// What has this id.
    pub fn status(&self, id: u64) -> Option<&Status> {
        self.statuses.binary_search_by_key(&id, |it| it.id).ok().and_then(|place| self.statuses.get(place))
    }

    fn fate(&mut self) -> Fate {
        let chance = self.random.between(0, 100);
        let fate = match chance {
            _ if !self.faulty => Fate::Taken,
            0..10 => Fate::Lost,
            10..12 => Fate::TakenWithError,
            12..14 => Fate::Error,
            14..16 => Fate::Limited,
            16..18 => Fate::Cut,
            _ => Fate::Taken,
        };
        self.counts.dropped += u64::from(matches!(fate, Fate::Lost | Fate::TakenWithError));
        fate
    }

    /// Whether a request to read fails, and how.
    fn deafness(&mut self) -> Option<Response> {
        let chance = self.random.between(0, 300);
        let failure = match chance {
            _ if !self.faulty => return None,
            0 => StatusCode::BAD_GATEWAY.into_response(),
            1 => limited(),
            2 => cut(),
            _ => return None,
        };
        self.counts.deaf += 1;
        Some(failure)
    }
}

/// Whether the server knows the key of the answer again.
pub fn honours_keys(text: &str) -> bool {
    text.bytes().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into())) % 3 != 0
}

/// What a part of a post begins with: “post p7.2”.
fn name_of_post(body: &Value) -> Option<String> {
    crate::check::post::name(body["status"].as_str()?).map(str::to_owned)
}

type Wanted = HashMap<String, String>;

async fn answer(
    State(network): State<Arc<Network>>,
    method: Method,
    uri: Uri,
    Query(query): Query<Wanted>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path: Vec<&str> = uri.path().trim_matches('/').split('/').collect();
    if method == Method::GET
        && let Some(failure) = network.world().deafness()
    {
        return failure;
    }
    let key = headers.get("idempotency-key").and_then(|it| it.to_str().ok()).unwrap_or_default();
    let number = |id: &str| id.parse::<u64>().ok();
    let found = match (method.as_str(), path.as_slice()) {
        ("POST", ["api", "v1", "statuses"]) => return network.publish(key, &body).await,
        ("POST", ["api", "v2", "media"]) => Some(json!({ "id": "m1", "type": "image" })),
        ("GET", ["api", "v1", "notifications"]) => Some(network.notifications(&query)),
        ("GET", ["api", "v1", "accounts", ME, "statuses"]) => Some(network.own(&query)),
        ("GET", ["api", "v1", "accounts", "verify_credentials"]) => Some(
            json!({ "id": ME, "username": "brand", "acct": "brand", "display_name": "Brand", "url": format!("{}/@brand", network.base) }),
        ),
        ("GET", ["api", "v2", "instance"]) => {
            Some(json!({ "domain": "torture.example", "title": "Torture", "version": "4.4.0" }))
        }
        ("GET", ["api", "v1", "statuses", id, "context"]) => number(id).map(|id| network.context(id)),
        ("GET", ["api", "v1", "statuses", id]) => {
            let world = network.world();
            number(id).and_then(|id| world.status(id)).map(|it| network.to_json(it))
        }
        ("GET", ["images", _]) => return picture().into_response(),
        _ => None,
    };
    match found {
        Some(it) => axum::Json(it).into_response(),
        None => (StatusCode::NOT_FOUND, axum::Json(json!({ "error": "Record not found" }))).into_response(),
    }
}

/// A page as Mastodon makes it: `min_id` goes forward from there, `max_id` back; newest first in the answer.
fn page(all: Vec<(u64, Value)>, query: &Wanted) -> Value {
    let number = |name: &str| query.get(name).and_then(|it| it.parse::<u64>().ok());
    let above = number("min_id").or(number("since_id")).unwrap_or(0);
    let below = number("max_id").unwrap_or(u64::MAX);
    let limit = number("limit").and_then(|it| usize::try_from(it).ok()).unwrap_or(40);
    let mut rows: Vec<Value> =
        all.into_iter().filter(|(id, _)| *id > above && *id < below).map(|(_, it)| it).collect();
    if query.contains_key("min_id") {
        rows.truncate(limit);
    } else {
        rows.drain(..rows.len().saturating_sub(limit));
    }
    rows.reverse();
    Value::Array(rows)
}

/// The head of an answer, and then the end of the connection.
fn cut() -> Response {
    let lost = futures_util::stream::iter([Err::<Bytes, _>(std::io::Error::other("cut"))]);
    Body::from_stream(lost).into_response()
}

fn limited() -> Response {
    (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "1")], "slow down").into_response()
}

fn picture() -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.decode(PICTURE).unwrap_or_default()
}

fn time(at: i64) -> String {
    jiff::Timestamp::from_microsecond(at).unwrap_or_default().to_string()
}
