//! What programs push to us, as they meet it: the real router on a house of either engine, signed requests, and the
//! example of the documentation run as it stands there.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use parvis_channels::{ChannelKind, Visibility};
use ring::hmac;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tower::ServiceExt as _;

use crate::app::App;
use crate::clock::{Clock, DAY, HOUR, MINUTE, SECOND};
use crate::command::answer::{self, Answer};
use crate::command::channel::connect::{Step, connect};
use crate::command::channel::rotate::{Former, rotate};
use crate::command::{self, Refusal};
use crate::config::Config;
use crate::id::ChannelId;
use crate::intake::backlog;
use crate::rules::permission::{Actor, Role};
use crate::seal::SealKey;
use crate::store;
use crate::store::message::Stage;
use crate::testing::{House, START, assert_whole, colleague, houses};

/// A webhook of a house, and the program that pushes to it.
#[derive(Clone)]
struct Hook {
    app: Arc<App>,
    router: Router,
    id: ChannelId,
    secret: String,
    /// Who connected it.
    owner: Actor,
}

/// The house's program, which may reach `allow`.
fn program(house: &House, allow: &str) -> Arc<App> {
    let data = house.app.config.data.clone();
    let config = Config { data, allow_hosts: vec![allow.to_owned()], ..Config::default() };
    let (db, clock) = (house.app.db.clone(), house.app.clock.clone());
    Arc::new(App::new(config, db, clock, SealKey::new(&[7; 32]).unwrap()).unwrap())
}

/// Connects a webhook whose answers go to `address`.
async fn connected(house: &House, app: Arc<App>, address: &str) -> Hook {
    let mut conn = app.db.write().await.unwrap();
    let owner = colleague(&mut conn, house.id, Role::Administrator, &[]).await;
    conn.commit().await.unwrap();
    let typed = BTreeMap::from([("address".to_owned(), address.to_owned())]);
    let step = connect(&app, &owner, ChannelKind::Webhook, typed, "Boutique", house.desks[0]).await;
    let Step::Connected { id, secret: Some(secret) } = step.unwrap() else { panic!("a secret is shown") };
    let secret = secret.expose().to_owned();
    Hook { router: crate::web::router(app.clone()), app, id, secret, owner }
}

async fn hook(house: &House) -> Hook {
    connected(house, house.app.clone(), "").await
}

fn sign(secret: &str, id: &str, seconds: i64, body: &str) -> String {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let tag =
        hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), format!("{id}.{seconds}.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(tag))
}

fn message(id: &str, text: &str) -> String {
    event("created", "08:00", json!({ "id": id, "author": { "id": "42", "name": "Anna" }, "text": text }))
}

/// What happened to a message, at that time of the day.
fn event(what: &str, time: &str, data: Value) -> String {
    let (kind, at) = (format!("message.{what}"), format!("2026-09-01T{time}:00Z"));
    let mut whole = json!({ "type": kind, "timestamp": at });
    whole["data"] = data;
    whole.to_string()
}

impl Hook {
    async fn post(&self, head: &[(&str, String)], body: impl Into<Body>) -> (u16, HeaderMap, Value) {
        let mut request = Request::post(format!("/hooks/{}", self.id)).header(header::HOST, "127.0.0.1:7700");
        for (name, value) in head {
            request = request.header(*name, value);
        }
        let response = self.router.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        (status, headers, serde_json::from_slice(&bytes).unwrap_or_default())
    }

    /// Signed now, as it should be.
    async fn push(&self, id: &str, body: &str) -> (u16, Value) {
        let seconds = self.app.now() / SECOND;
        let (status, _, said) = self.push_at(id, seconds, &self.secret, body).await;
        (status, said)
    }

    async fn push_at(&self, id: &str, seconds: i64, secret: &str, body: &str) -> (u16, HeaderMap, Value) {
        let head = [
            ("webhook-id", id.to_owned()),
            ("webhook-timestamp", seconds.to_string()),
            ("webhook-signature", sign(secret, id, seconds, body)),
        ];
        self.post(&head, body.to_owned()).await
    }

    async fn found(&self, house: &House, remote_id: &str) -> Option<store::message::Message> {
        backlog::step(&self.app).await.unwrap();
        let mut conn = self.app.db.read().await.unwrap();
        store::message::by_remote(&mut conn, house.id, self.id, remote_id).await.unwrap()
    }
}

#[tokio::test]
async fn a_signed_message_is_taken_once_however_often_it_is_sent() {
    for house in houses().await {
        let hook = hook(&house).await;
        let body = message("1", "Où est mon colis ?");
        assert_eq!(hook.push("m-1", &body).await, (200, json!({ "taken": "now" })));
        let first = hook.found(&house, "1").await.unwrap();
        assert_eq!(first.text, "Où est mon colis ?");
        assert_eq!(hook.push("m-1", &body).await, (200, json!({ "taken": "before" })));
        // An edit that was taken isn't taken back by a replay of what came before, nor by a new delivery of it.
        let edited =
            body.replace("created", "edited").replace("08:00:00Z", "08:01:00Z").replace("Où", "Mais où");
        assert_eq!(hook.push("m-2", &edited).await.1["taken"], "now");
        assert_eq!(hook.push("m-1", &body).await.1["taken"], "before");
        assert_eq!(hook.push("m-3", &body).await.1["taken"], "now");
        assert_eq!(hook.found(&house, "1").await.unwrap().text, "Mais où est mon colis ?");
        // The same id under other words was taken already: it is the delivery that counts.
        assert_eq!(hook.push("m-2", &message("2", "x")).await.1["taken"], "before");
        assert!(hook.found(&house, "2").await.is_none());
        let gone = event("deleted", "08:02", json!({ "id": "1" }));
        assert_eq!(hook.push("m-4", &gone).await.1["taken"], "now");
        assert!(hook.found(&house, "1").await.unwrap().deleted_at.is_some());
        let unknown = json!({ "type": "order.shipped", "timestamp": "2026-09-01T08:02:00Z" });
        assert_eq!(hook.push("m-5", &unknown.to_string()).await.1["taken"], "unread");
        assert_eq!(hook.push("m-5", &unknown.to_string()).await.1["taken"], "before");
        assert_whole(&house.app.db, house.id).await;
    }
}

#[tokio::test]
async fn what_was_acknowledged_is_folded_by_whoever_comes_after() {
    for house in houses().await {
        let hook = hook(&house).await;
        let many: Vec<String> = (0..300).map(|id| message(&id.to_string(), "Bonjour")).collect();
        let pushed = many.iter().zip(0..).map(|(body, id)| hook_push(&hook, id, body));
        let all = futures_util::future::join_all(pushed).await;
        assert!(all.iter().all(|said| said["taken"] == "now"));
        // The program ends before any of it is folded; the next one finds it, and takes nothing twice.
        let next = Hook { app: program(&house, "127.0.0.1:1"), ..hook.clone() };
        let next = Hook { router: crate::web::router(next.app.clone()), ..next };
        assert_eq!(hook_push(&next, 7, &many[7]).await["taken"], "before");
        for id in 0..300 {
            assert_eq!(next.found(&house, &id.to_string()).await.unwrap().text, "Bonjour");
        }
        assert_eq!(hook_push(&next, 7, &many[7]).await["taken"], "before");
        assert_whole(&house.app.db, house.id).await;
    }
}

/// Pushed with as many a second as one may.
async fn hook_push(hook: &Hook, id: i64, body: &str) -> Value {
    hook.push(&format!("m-{id}"), body).await.1
}

#[tokio::test]
async fn many_copies_at_once_make_one_message() {
    for house in houses().await {
        let hook = hook(&house).await;
        let body = message("1", "Bonjour");
        let all = futures_util::future::join_all((0..20).map(|_| hook.push("m-1", &body))).await;
        let count = |word: &str| all.iter().filter(|(_, said)| said["taken"] == word).count();
        assert_eq!((count("now"), count("before")), (1, 19), "{all:?}");
        let it = hook.found(&house, "1").await.unwrap();
        let mut conn = hook.app.db.read().await.unwrap();
        let home = store::conversation::get(&mut conn, house.id, it.conversation).await.unwrap().unwrap();
        assert_eq!(home.messages, 1);
    }
}

#[tokio::test]
async fn what_isnt_proved_leaves_no_trace() {
    for house in houses().await {
        let (hook, other) = (hook(&house).await, hook(&house).await);
        let body = message("1", "Bonjour");
        let now = house.app.now() / SECOND;
        for (seconds, secret) in [(now, &other.secret), (now - 301, &hook.secret), (now + 301, &hook.secret)]
        {
            let (status, _, said) = hook.push_at("m-1", seconds, secret, &body).await;
            assert_eq!(status, 401, "{said}");
        }
        let right = sign(&hook.secret, "m-1", now, &body);
        let head = |id: &str| {
            [
                ("webhook-id", id.to_owned()),
                ("webhook-timestamp", now.to_string()),
                ("webhook-signature", right.clone()),
            ]
        };
        assert_eq!(hook.post(&head("m-1"), message("1", "Bonsoir")).await.0, 401);
        assert_eq!(hook.post(&head("m-2"), body.clone()).await.0, 401);
        assert_eq!(other.post(&head("m-1"), body.clone()).await.0, 401);
        assert_eq!(hook.post(&[], body.clone()).await.0, 401);
        assert!(hook.found(&house, "1").await.is_none() && other.found(&house, "1").await.is_none());
        // None of these has used the id up.
        assert_eq!(hook.post(&head("m-1"), body).await.2["taken"], "now");
    }
}

#[tokio::test]
async fn what_is_too_large_or_cant_be_read_is_refused_and_told() {
    for house in houses().await {
        let hook = hook(&house).await;
        let huge = message("1", &"x".repeat(300_000));
        assert_eq!(hook.push("m-1", &huge).await.0, 413);
        let deep = "[".repeat(100_000);
        for body in ["", "nonsense", "{}", deep.as_str(), &message("1", "")] {
            let (status, said) = hook.push("m-1", body).await;
            assert_eq!(status, 422, "{said}");
            assert!(said["error"].as_str().unwrap().starts_with("Not taken: "));
        }
        let other = vec![0xff, 0xfe];
        let now = house.app.now() / SECOND;
        let key = STANDARD.decode(hook.secret.strip_prefix("whsec_").unwrap()).unwrap();
        let content = [format!("m-1.{now}.").as_bytes(), &other].concat();
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), &content);
        let head = [
            ("webhook-id", "m-1".to_owned()),
            ("webhook-timestamp", now.to_string()),
            ("webhook-signature", format!("v1,{}", STANDARD.encode(tag))),
        ];
        assert_eq!(hook.post(&head, other).await.0, 422);
        // Once mended, the same delivery is taken.
        assert_eq!(hook.push("m-1", &message("1", "Bonjour")).await.0, 200);
    }
}

#[tokio::test]
async fn a_webhook_that_is_paused_asks_for_patience_and_one_that_was_removed_says_so() {
    for house in houses().await {
        let hook = hook(&house).await;
        let body = message("1", "Bonjour");
        command::channel::pause(&hook.app, &hook.owner, hook.id).await.unwrap();
        let (status, headers, _) = hook.push_at("m-1", house.app.now() / SECOND, &hook.secret, &body).await;
        assert_eq!((status, headers[header::RETRY_AFTER].to_str().unwrap()), (503, "600"));
        command::channel::resume(&hook.app, &hook.owner, hook.id).await.unwrap();
        assert_eq!(hook.push("m-1", &body).await.1["taken"], "now");
        command::channel::remove(&hook.app, &hook.owner, hook.id).await.unwrap();
        assert_eq!(hook.push("m-2", &body).await.0, 410);
        // Neither what isn't there nor a channel that is asked can be pushed to.
        for id in [ChannelId::new(START), house.channel] {
            let other = Hook { id, ..hook.clone() };
            assert_eq!(other.push("m-1", &body).await.0, 404);
        }
        let asked = Request::get(format!("/hooks/{}", hook.id)).body(Body::empty()).unwrap();
        let refused = hook.router.clone().oneshot(asked).await.unwrap();
        assert_eq!(refused.status(), StatusCode::METHOD_NOT_ALLOWED);
    }
}

#[tokio::test]
async fn a_flood_is_told_to_wait() {
    let house = houses().await.swap_remove(0);
    let hook = hook(&house).await;
    let mut last = 0;
    for _ in 0..301 {
        last = hook.post(&[], "").await.0;
    }
    assert_eq!(last, 429);
    house.app.clock.advance(SECOND);
    assert_eq!(hook.push("m-1", &message("1", "Bonjour")).await.0, 200);
}

#[tokio::test]
async fn a_channel_is_heard_when_somebody_pushes_and_nobody_asks_it() {
    for house in houses().await {
        let hook = hook(&house).await;
        let health = async || {
            let mut conn = hook.app.db.read().await.unwrap();
            store::channel::get(&mut conn, house.id, hook.id).await.unwrap().unwrap().health
        };
        let (_, asked) = crate::intake::listen::mine(&hook.app).await.unwrap();
        assert!(asked.iter().all(|it| it.id != hook.id));
        assert_eq!(health().await.heard_at, None);
        hook.push("m-1", &message("1", "Bonjour")).await;
        backlog::step(&hook.app).await.unwrap();
        assert_eq!(health().await.heard_at, Some(house.app.now()));
    }
}

#[tokio::test]
async fn a_replaced_secret_is_good_for_a_day_or_ends_at_once() {
    for house in houses().await {
        let mut hook = hook(&house).await;
        let first = hook.secret.clone();
        let made = rotate(&hook.app, &hook.owner, hook.id, Former::Stays).await.unwrap();
        hook.secret = made.expose().to_owned();
        assert_eq!(hook.push("m-1", &message("1", "un")).await.0, 200);
        let pushed = async |id: &str, secret: &str| {
            hook.push_at(id, house.app.now() / SECOND, secret, &message(id, "x")).await.0
        };
        house.app.clock.advance(DAY - SECOND);
        assert_eq!(pushed("m-2", &first).await, 200);
        house.app.clock.advance(SECOND);
        assert_eq!(pushed("m-3", &first).await, 401);
        assert_eq!(pushed("m-3", &hook.secret).await, 200);
        let made = rotate(&hook.app, &hook.owner, hook.id, Former::Ends).await.unwrap();
        assert_eq!(pushed("m-4", &hook.secret).await, 401);
        assert_eq!(pushed("m-4", made.expose()).await, 200);
        let refused = rotate(&hook.app, &house.specialist, hook.id, Former::Ends).await;
        assert!(matches!(refused, Err(Refusal::Forbidden(_))));
        let refused = rotate(&hook.app, &hook.owner, house.channel, Former::Ends).await;
        assert!(matches!(refused, Err(Refusal::Network(_))));
        assert_whole(&house.app.db, house.id).await;
    }
}

/// A program that is handed answers and says how it calls them.
async fn peer() -> (String, mpsc::UnboundedReceiver<(HeaderMap, Value)>) {
    async fn take(
        State(sink): State<mpsc::UnboundedSender<(HeaderMap, Value)>>,
        headers: HeaderMap,
        body: Bytes,
    ) -> String {
        sink.send((headers, serde_json::from_slice(&body).unwrap())).unwrap();
        r#"{"id":"2"}"#.to_owned()
    }
    let (sink, calls) = mpsc::unbounded_channel();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(take).with_state(sink)).await });
    (address, calls)
}

#[tokio::test]
async fn an_answer_goes_to_the_program_that_brought_the_question_and_its_echo_is_known() {
    for house in houses().await {
        let (address, mut calls) = peer().await;
        let hook = connected(&house, program(&house, &address), &format!("http://{address}/answers")).await;
        hook.push("m-1", &message("1", "Où est mon colis ?")).await;
        let home = hook.found(&house, "1").await.unwrap().conversation;
        let words = Answer {
            text: "Il part demain.".to_owned(),
            visibility: Visibility::Direct,
            close: false,
            seen: None,
            anyway: false,
            media: Vec::new(),
            reason: String::new(),
            suggestion: None,
        };
        answer::reply(&hook.app, &house.manager, home, words).await.unwrap();
        house.app.clock.advance(MINUTE);
        crate::work::step(&hook.app).await.unwrap();
        let (head, said) = calls.recv().await.unwrap();
        assert_eq!((&said["type"], &said["data"]["parent"]), (&json!("answer.created"), &json!("1")));
        assert_eq!(head["webhook-id"].to_str().unwrap(), said["data"]["key"].as_str().unwrap());
        let sent = hook.found(&house, "2").await.unwrap();
        assert_eq!((sent.stage, sent.conversation), (Stage::Published, home));
        // The program tells of it as of everything that is written there.
        let mut echo: Value = serde_json::from_str(&message("2", "Il part demain.")).unwrap();
        echo["data"]["ours"] = json!(true);
        echo["data"]["parent"] = json!("1");
        assert_eq!(hook.push("m-2", &echo.to_string()).await.1["taken"], "now");
        assert_eq!(hook.found(&house, "2").await.unwrap().id, sent.id);
        // And of what Anna says to it.
        let mut next: Value = serde_json::from_str(&message("3", "Merci !")).unwrap();
        next["data"]["parent"] = json!("2");
        hook.push("m-3", &next.to_string()).await;
        assert_eq!(hook.found(&house, "3").await.unwrap().conversation, home);
        assert_whole(&house.app.db, house.id).await;
    }
}

#[tokio::test]
async fn the_example_of_the_documentation_is_true() {
    let page = include_str!("../../../../../docs/channels/webhook.md");
    let example = page.split("```sh\n").nth(1).unwrap().split("```").next().unwrap();
    let house = houses().await.swap_remove(0);
    house.app.clock.advance(Clock::System.now() - START);
    let hook = hook(&house).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = hook.router.clone();
    tokio::spawn(async move { axum::serve(listener, router).await });
    let script: Vec<String> = example
        .lines()
        .map(|line| match line.split_once('=') {
            Some(("HOOK", _)) => format!("HOOK=http://{address}/hooks/{}", hook.id),
            Some(("SECRET", _)) => format!("SECRET={}", hook.secret),
            _ => line.to_owned(),
        })
        .collect();
    let run = || async {
        let script = script.join("\n");
        let run = move || std::process::Command::new("sh").args(["-euc", &script]).output();
        tokio::task::spawn_blocking(run).await.unwrap().unwrap()
    };
    let done = run().await;
    let told = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    if told.1.contains("not found") {
        eprintln!("skipped: the example needs curl and openssl");
        return;
    }
    assert_eq!(told.0, r#"{"taken":"now"}"#, "{}", told.1);
    let kept = hook.found(&house, "4711").await.unwrap();
    assert_eq!(kept.text, "Where is my parcel?");
    assert!((house.app.now() - kept.sent_at).abs() < HOUR);
}

#[tokio::test]
async fn the_secret_is_shown_when_it_is_made_and_never_again() {
    let house = super::House::new().await;
    let form = format!("desk={}&address=&readers=two", house.desk);
    let made = house.post(Role::Administrator, "/channels/new/webhook", &form).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let secret = |page: &str| page.split("whsec_").nth(1).map(|it| it.split('<').next().unwrap().to_owned());
    let first = secret(&made.body).unwrap();
    let hook = made.body.split("/hooks/").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let page = house.get(Role::Administrator, &format!("/channels/{hook}")).await.body;
    assert!(page.contains(&format!("/hooks/{hook}")) && secret(&page).is_none());
    assert!(page.contains(&format!("action=\"/channels/{hook}/secret\"")));
    let replaced = house.post(Role::Administrator, &format!("/channels/{hook}/secret"), "former=stays").await;
    assert_eq!(replaced.status, StatusCode::CREATED);
    assert!(secret(&replaced.body).is_some_and(|it| it != first));
    for page in ["/organisation/journal", "/channels"] {
        assert!(secret(&house.get(Role::Administrator, page).await.body).is_none(), "{page}");
    }
    let wrong = house.post(Role::Administrator, &format!("/channels/{hook}/secret"), "former=perhaps").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let refused =
        house.ask(Method::POST, &format!("/channels/{hook}/secret"), "parvis=expert", "former=ends").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}
