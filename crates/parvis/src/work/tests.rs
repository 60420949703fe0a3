//! Jobs and publishing on both engines, against a server on loopback that takes posts and loses its answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use axum::Router;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use parvis_channels::Visibility;

use crate::app::App;
use crate::clock::{HOUR, MINUTE, SECOND};
use crate::command::answer::{self, Answer};
use crate::config::Config;
use crate::id::{ChannelId, ConversationId};
use crate::seal::SealKey;
use crate::store::message::{self, Message, Stage};
use crate::store::node::Told;
use crate::store::{channel, job, journal};
use crate::testing::{House, START, assert_whole, houses, said};

/// A server that takes every post, says that it failed, and shows nothing of what it took.
#[derive(Clone, Default)]
struct Forgetful {
    posts: Arc<AtomicUsize>,
    away: Arc<AtomicBool>,
}

impl Forgetful {
    /// Listens on loopback; answers with its address.
    async fn start(&self) -> String {
        async fn serve(State(it): State<Forgetful>, method: Method) -> Response {
            if it.away.load(Ordering::SeqCst) {
                return StatusCode::SERVICE_UNAVAILABLE.into_response();
            }
            if method == Method::POST {
                it.posts.fetch_add(1, Ordering::SeqCst);
                return StatusCode::BAD_GATEWAY.into_response();
            }
            ([("content-type", "application/json")], "[]").into_response()
        }
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let router = Router::new().fallback(serve).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        address
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
    }
}

#[tokio::test]
async fn an_answer_that_the_network_loses_twice_is_left_to_a_person() {
    for mut house in houses().await {
        let server = Forgetful::default();
        let app = connected(&mut house, &server.start().await).await;
        house.hear(&[said("1", "Ouverts ?", 0)]).await;
        let it = house.conversation("1").await;
        answer::reply(&app, &house.manager, it.id, words("Oui !")).await.unwrap();
        let mut seen = Vec::new();
        for _ in 0..6 {
            app.clock.advance(10 * SECOND);
            super::step(&app).await.unwrap();
            seen.push((server.posts.load(Ordering::SeqCst), ours(&house, it.id).await.stage));
        }
        // Sent; read back twice before it is sent again; then a person looks, and the member waits again.
        let (unknown, rejected) = (Stage::Unknown, Stage::Rejected);
        let expected =
            [(1, unknown), (1, unknown), (2, rejected), (2, rejected), (2, rejected), (2, rejected)];
        assert_eq!(seen, expected, "{:?} on {}", ours(&house, it.id).await.error_text, app.db.engine_name());
        assert_eq!(ours(&house, it.id).await.error_code.as_deref(), Some("unknown"));
        assert_eq!(house.conversation("1").await.facets.awaiting_since, it.facets.awaiting_since);
        // It did stand there: its echo makes it published, not a second message.
        let mut echo = said("9", "Oui !", 60);
        let item = echo.item.as_mut().unwrap();
        (item.ours, item.parent_id) = (true, Some("1".to_owned()));
        house.hear(&[echo]).await;
        let stands = ours(&house, it.id).await;
        assert_eq!((stands.stage, stands.remote_id.as_deref()), (Stage::Published, Some("9")));
    }
}

#[tokio::test]
async fn looking_again_at_a_server_that_is_away_fills_no_journal() {
    for mut house in houses().await {
        let server = Forgetful::default();
        let app = connected(&mut house, &server.start().await).await;
        house.hear(&[said("1", "Ouverts ?", 0)]).await;
        let it = house.conversation("1").await;
        answer::reply(&app, &house.manager, it.id, words("Oui !")).await.unwrap();
        app.clock.advance(10 * SECOND);
        super::step(&app).await.unwrap();
        // From here on the server is away.
        server.away.store(true, Ordering::SeqCst);
        for _ in 0..20 {
            app.clock.advance(HOUR);
            super::step(&app).await.unwrap();
        }
        assert_eq!(ours(&house, it.id).await.stage, Stage::Unknown);
        let mut conn = app.db.read().await.unwrap();
        let rows = journal::of_conversation(&mut conn, house.id, it.id, None, 200).await.unwrap();
        assert_eq!(rows.iter().filter(|row| row.verb == "message.unknown").count(), 1);
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
async fn a_worker_whose_lease_ended_has_no_say_any_more() {
    for house in houses().await {
        let mut conn = house.app.db.write().await.unwrap();
        let subject = crate::id::new(START);
        job::enqueue(&mut conn, house.id, "x", "key", subject, START, START).await.unwrap();
        let slow = job::claim(&mut conn, "x", START, START + MINUTE, 1).await.unwrap().remove(0);
        let later = START + 2 * MINUTE;
        let quick = job::claim(&mut conn, "x", later, later + MINUTE, 1).await.unwrap().remove(0);
        job::done(&mut conn, &slow).await.unwrap();
        assert!(!job::count_anew(&mut conn, &slow).await.unwrap());
        assert!(job::count_anew(&mut conn, &quick).await.unwrap(), "its job is still there");
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
