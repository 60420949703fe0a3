//! Contract of notices in a Matrix room, against a real server: sent once under a key however often it is handed over,
//! and what can't work is refused before anything is kept.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

use parvis_channels::notify::{Notice, NotifyKind, Target, check, send};
use parvis_channels::{ChannelError, Net, NetOptions, Secret};
use serde_json::{Value, json};

struct Server {
    base: String,
    http: reqwest::Client,
    net: Net,
}

impl Server {
    /// `None`, and a word about it, where there is no server.
    fn open() -> Option<Self> {
        let Ok(base) = std::env::var("PARVIS_TEST_MATRIX") else {
            eprintln!("skipped: PARVIS_TEST_MATRIX is not set");
            return None;
        };
        let host = base.trim_start_matches("http://").to_owned();
        let net = Net::new(&NetOptions { allow: vec![host], ..NetOptions::default() }).unwrap();
        Some(Self { base, http: reqwest::Client::new(), net })
    }

    async fn ask(&self, method: reqwest::Method, path: &str, token: &str, body: Value) -> Value {
        let url = format!("{}/_matrix/client/v3/{path}", self.base);
        let mut request = self.http.request(method, url).body(body.to_string());
        if !token.is_empty() {
            request = request.bearer_auth(token);
        }
        serde_json::from_str(&request.send().await.unwrap().text().await.unwrap()).unwrap()
    }

    /// A new account's token.
    async fn register(&self, name: &str) -> String {
        let body = json!({
            "username": format!("{name}-{}", std::process::id()), "password": "quatre mots bien choisis",
            "auth": { "type": "m.login.dummy" },
        });
        let made = self.ask(reqwest::Method::POST, "register", "", body).await;
        made["access_token"].as_str().unwrap().to_owned()
    }

    async fn room(&self, token: &str, options: Value) -> String {
        let made = self.ask(reqwest::Method::POST, "createRoom", token, options).await;
        made["room_id"].as_str().unwrap().to_owned()
    }

    async fn texts(&self, token: &str, room: &str) -> Vec<Value> {
        let path = format!("rooms/{room}/messages?dir=b&limit=50");
        let found = self.ask(reqwest::Method::GET, &path, token, json!({})).await;
        let is_text = |it: &&Value| it["type"] == "m.room.message";
        found["chunk"].as_array().unwrap().iter().filter(is_text).map(|it| it["content"].clone()).collect()
    }

    fn target(&self, room: &str, token: &str) -> Target {
        Target {
            kind: NotifyKind::Matrix,
            address: format!("{} {room}", self.base),
            secret: Secret::new(token),
            mailbox: None,
        }
    }
}

fn notice(key: &str) -> Notice {
    Notice {
        key: key.to_owned(),
        at: 1_795_341_600_000_000,
        event: "alert.opened".to_owned(),
        title: "Watch “Ticketing”: 31 messages in 20 min".to_owned(),
        text: "“paiement” <script> is said more than usual.".to_owned(),
        html: None,
        link: Some("https://parvis.example/alerts/1".parse().unwrap()),
        data: json!({}),
    }
}

#[tokio::test]
async fn a_notice_stands_in_the_room_once_however_often_it_is_sent() {
    let Some(server) = Server::open() else { return };
    let (owner, bot) = (server.register("owner").await, server.register("bot").await);
    let room = server
        .room(
            &owner,
            json!({ "preset": "public_chat", "room_alias_name": format!("a{}", std::process::id()) }),
        )
        .await;
    let alias = format!("#a{}:localhost", std::process::id());
    // The alias becomes the room, which the account enters.
    let kept = check(&server.net, &server.target(&alias, &bot)).await.unwrap();
    assert!(kept.address.ends_with(&room), "{}", kept.address);
    for _ in 0..3 {
        send(&server.net, &kept, &notice("n-1")).await.unwrap();
    }
    send(&server.net, &kept, &notice("n-2")).await.unwrap();
    let texts = server.texts(&owner, &room).await;
    assert_eq!(texts.len(), 2, "{texts:?}");
    let body = texts[0]["body"].as_str().unwrap();
    assert!(
        body.starts_with("Watch “Ticketing”") && body.ends_with("https://parvis.example/alerts/1"),
        "{body}"
    );
    let html = texts[0]["formatted_body"].as_str().unwrap();
    assert!(html.contains("&lt;script&gt;") && !html.contains("<script>"), "{html}");
}

#[tokio::test]
async fn what_cannot_work_is_refused_before_anything_is_kept() {
    let Some(server) = Server::open() else { return };
    let (owner, bot) = (server.register("keeper").await, server.register("stranger").await);
    let closed = server.room(&owner, json!({ "preset": "private_chat" })).await;
    let refused = check(&server.net, &server.target(&closed, &bot)).await.unwrap_err();
    assert_eq!(refused.code(), "refused", "{refused}");
    let refused = check(&server.net, &server.target(&closed, "syt_nonsense")).await.unwrap_err();
    assert_eq!(refused.code(), "unauthorized", "{refused}");
    let encrypted = json!({ "preset": "private_chat", "initial_state": [
        { "type": "m.room.encryption", "state_key": "", "content": { "algorithm": "m.megolm.v1.aes-sha2" } },
    ] });
    let encrypted = server.room(&owner, encrypted).await;
    let refused = check(&server.net, &server.target(&encrypted, &owner)).await.unwrap_err();
    assert!(refused.to_string().contains("encrypted"), "{refused}");
    for address in ["", "nonsense", "http://127.0.0.1:1 !a:b", "https://10.0.0.1 !a:b"] {
        let target = Target { address: address.to_owned(), ..server.target(&closed, &bot) };
        let refused = check(&server.net, &target).await.unwrap_err();
        assert!(
            matches!(refused, ChannelError::Refused { .. } | ChannelError::ForbiddenAddress { .. }),
            "{address}: {refused}"
        );
    }
}
