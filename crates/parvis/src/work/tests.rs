//! Jobs and publishing on both engines, against a server on loopback that takes posts and loses its answers.

mod card;
mod charter;
mod fast;
mod first_comment;
mod last;
mod layer;
mod moderate;
mod post;
mod read_back;
mod renew;
mod request;
mod rights;
mod thread;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use parvis_channels::Visibility;
use serde_json::{Value, json};

use super::{LOOK, until};
use crate::app::App;
use crate::clock::{HOUR, MINUTE};
use crate::command::answer::Answer;
use crate::config::Config;
use crate::id::{ChannelId, ConversationId};
use crate::seal::SealKey;
use crate::store::message::{self, Message};
use crate::store::node::Told;
use crate::store::{Conn, channel, job};
use crate::testing::{House, START, assert_whole, houses, said};

/// A server that takes every post and says that it failed; what it took it shows when it is told to.
#[derive(Clone, Default)]
struct Forgetful {
    posts: Arc<Mutex<Vec<String>>>,
    /// Every request fails.
    away: Arc<AtomicBool>,
    /// Whoever posts is asked to come back later.
    busy: Arc<AtomicBool>,
    /// Whoever posts is refused.
    refuses: Arc<AtomicBool>,
    /// Requests to read get no answer.
    hangs: Arc<AtomicBool>,
    /// What was taken can be read.
    shows: Arc<AtomicBool>,
}

impl Forgetful {
    /// Listens on loopback; answers with its address.
    async fn start(&self) -> String {
        async fn serve(State(it): State<Forgetful>, method: Method, uri: Uri, body: String) -> Response {
            if it.away.load(Ordering::SeqCst) {
                return StatusCode::SERVICE_UNAVAILABLE.into_response();
            }
            if method == Method::POST && it.busy.load(Ordering::SeqCst) {
                return StatusCode::TOO_MANY_REQUESTS.into_response();
            }
            if method == Method::POST && it.refuses.load(Ordering::SeqCst) {
                return StatusCode::UNPROCESSABLE_ENTITY.into_response();
            }
            if method == Method::POST {
                it.posts.lock().unwrap().push(body);
                return StatusCode::BAD_GATEWAY.into_response();
            }
            if it.hangs.load(Ordering::SeqCst) {
                std::future::pending::<()>().await;
            }
            let shown = if it.shows.load(Ordering::SeqCst) { it.statuses() } else { Vec::new() };
            // One of them is asked for by its id.
            let id = uri.path().strip_prefix("/api/v1/statuses/").unwrap_or_default();
            match shown.iter().find(|it| it["id"] == id) {
                Some(one) => axum::Json(one.clone()).into_response(),
                None => axum::Json(shown).into_response(),
            }
        }
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let router = Router::new().fallback(serve).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        address
    }

    fn taken(&self) -> usize {
        self.posts.lock().unwrap().len()
    }

    fn statuses(&self) -> Vec<Value> {
        let posts = self.posts.lock().unwrap();
        let status = |(number, body): (usize, &String)| {
            let body: Value = serde_json::from_str(body).unwrap();
            json!({ "id": (900 + number).to_string(), "uri": "https://a.example/1", "url": null,
                "account": { "id": "2", "username": "us", "acct": "us", "display_name": "", "url": "https://a.example/@us" },
                "created_at": "2026-09-01T09:59:10Z", "content": body["status"], "visibility": "public",
                "spoiler_text": "", "media_attachments": [], "mentions": [], "in_reply_to_id": body["in_reply_to_id"],
                "favourites_count": 5, "reblogs_count": number })
        };
        posts.iter().enumerate().map(status).collect()
    }
}

/// The house's program, with a channel of its own on the server at `address`.
async fn connected(house: &mut House, address: &str) -> Arc<App> {
    let data = house.app.config.data.clone();
    let config = Config { allow_hosts: vec![address.to_owned()], data, ..Config::default() };
    let (db, clock) = (house.app.db.clone(), house.app.clock.clone());
    let app = App::new(config, db, clock, SealKey::new(&[7; 32]).unwrap()).unwrap();
    let mut conn = app.db.write().await.unwrap();
    let mut it = channel::get(&mut conn, house.id, house.channel).await.unwrap().unwrap();
    it.id = ChannelId::new(START);
    it.remote_id = "2".to_owned();
    it.base_url = format!("http://{address}/");
    it.secret = Some(app.seal.seal(br#"{"access_token":"token"}"#, it.id.0.as_bytes()).unwrap());
    channel::insert(&mut conn, house.id, &it).await.unwrap();
    conn.commit().await.unwrap();
    house.channel = it.id;
    Arc::new(app)
}

async fn ours(house: &House, id: ConversationId) -> Message {
    assert_whole(&house.app.db, house.id).await;
    let mut conn = house.app.db.read().await.unwrap();
    message::last_out(&mut conn, house.id, id).await.unwrap().unwrap()
}

fn words(text: &str) -> Answer {
    Answer {
        text: text.to_owned(),
        visibility: Visibility::Public,
        close: false,
        seen: None,
        anyway: true,
        media: Vec::new(),
        reason: String::new(),
        suggestion: None,
    }
}

#[tokio::test]
async fn screens_hear_how_the_fetching_of_a_picture_ended() {
    for house in houses().await {
        let mut seen = said("1", "Voici", 0);
        let picture = parvis_channels::RemoteAttachment {
            kind: parvis_channels::AttachmentKind::Image,
            // Refused before any connection: not a public address.
            url: "http://127.0.0.1:9/a.png".to_owned(),
            preview_url: None,
            alt: None,
            mime: None,
            width: None,
            height: None,
        };
        seen.item.as_mut().unwrap().attachments.push(picture);
        house.hear(&[seen]).await;
        let it = house.conversation("1").await;
        let mut events = house.app.db.follow();
        super::step(&house.app).await.unwrap();
        let Told::Changed(event) = events.try_recv().unwrap() else { panic!("no change") };
        assert_eq!((event.verb.as_str(), event.conversation), ("attachment.missed", Some(it.id)));
    }
}

#[tokio::test]
async fn work_is_told_of_when_it_is_committed_and_not_before() {
    for house in houses().await {
        let bell = house.app.db.listen("x");
        let enqueue = async |conn: &mut Conn| {
            let subject = crate::id::new(START);
            job::enqueue(conn, house.id, "x", "key", subject, START, START).await.unwrap();
        };
        let mut conn = house.app.db.write().await.unwrap();
        enqueue(&mut conn).await;
        drop(conn);
        assert!(!bell.has_changed().unwrap(), "it was undone");
        let mut conn = house.app.db.write().await.unwrap();
        enqueue(&mut conn).await;
        assert!(!bell.has_changed().unwrap(), "nobody could see it yet");
        conn.commit().await.unwrap();
        assert!(bell.has_changed().unwrap());
    }
}

#[tokio::test]
async fn a_lane_waits_for_what_is_due_next_and_never_longer_than_a_second() {
    for house in houses().await {
        let (app, now) = (&house.app, house.app.now());
        assert_eq!(until(app, None), LOOK);
        assert_eq!(until(app, Some(now + HOUR)), LOOK);
        assert_eq!(until(app, Some(now + 20_000)), Duration::from_millis(20));
        assert_eq!(until(app, Some(now)), LOOK, "another node has it");
        assert_eq!(until(app, Some(now - HOUR)), LOOK);
    }
}

#[tokio::test]
async fn a_worker_whose_lease_ended_has_no_say_any_more() {
    for house in houses().await {
        let mut conn = house.app.db.write().await.unwrap();
        let subject = crate::id::new(START);
        job::enqueue(&mut conn, house.id, "x", "key", subject, START, START).await.unwrap();
        let slow = job::claim(&mut conn, "x", START, START + MINUTE, 1).await.unwrap().remove(0);
        let later = START + 2 * MINUTE;
        let quick = job::claim(&mut conn, "x", later, later + MINUTE, 1).await.unwrap().remove(0);
        job::done(&mut conn, &slow).await.unwrap();
        assert!(!job::count(&mut conn, &slow, 3).await.unwrap());
        assert!(job::count(&mut conn, &quick, 3).await.unwrap(), "its job is still there");
        // Asked for anew while it runs, it is done anew, whatever the running one says.
        job::enqueue(&mut conn, house.id, "x", "key", subject, later, later).await.unwrap();
        job::done(&mut conn, &quick).await.unwrap();
        assert_eq!(job::next_at(&mut conn, "x").await.unwrap(), Some(later));
        // And what was given up can be asked for again.
        let last = job::claim(&mut conn, "x", later, later + HOUR, 1).await.unwrap().remove(0);
        job::fail(&mut conn, &last, "broken").await.unwrap();
        job::enqueue(&mut conn, house.id, "x", "key", subject, later, later).await.unwrap();
        assert_eq!(job::next_at(&mut conn, "x").await.unwrap(), Some(later));
    }
}
