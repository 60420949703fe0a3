//! Contract of notices by incoming webhooks (Slack's form) and by signed webhooks, against a small receiver that checks
//! the documented format and can refuse, hurry or hang up.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::routing::post;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use parvis_channels::notify::{Notice, NotifyKind, Target, check, make_key, send};
use parvis_channels::{ChannelError, Net, NetOptions, Secret};
use ring::hmac;
use serde_json::{Value, json};

type Heard = Arc<Mutex<Vec<(HeaderMap, Bytes)>>>;

struct Peer {
    base: String,
    net: Net,
    heard: Heard,
}

/// As Slack's documentation has it: JSON with `text`; `invalid_payload`, `no_service`, `channel_is_archived`.
async fn receive(
    State(heard): State<Heard>,
    Path(what): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> axum::response::Response {
    let is_json =
        headers.get("content-type").is_some_and(|it| it.to_str().unwrap().starts_with("application/json"));
    if !is_json || serde_json::from_slice::<Value>(&body).is_err() {
        return (StatusCode::BAD_REQUEST, "invalid_payload").into_response();
    }
    heard.lock().unwrap().push((headers, body));
    match what.as_str() {
        "ok" => "ok".into_response(),
        "gone" => (StatusCode::NOT_FOUND, "no_service").into_response(),
        "archived" => (StatusCode::GONE, "channel_is_archived").into_response(),
        "busy" => (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "7")], "rate_limited").into_response(),
        "ill" => (StatusCode::BAD_GATEWAY, "").into_response(),
        _ => (StatusCode::BAD_REQUEST, "invalid_payload").into_response(),
    }
}

impl Peer {
    async fn open() -> Self {
        let heard = Heard::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let app = Router::new().route("/{what}", post(receive)).with_state(Arc::clone(&heard));
        tokio::spawn(async move { axum::serve(listener, app).await });
        let net = Net::new(&NetOptions { allow: vec![host.clone()], ..NetOptions::default() }).unwrap();
        Self { base: format!("http://{host}"), net, heard }
    }

    fn chat(&self, what: &str) -> Target {
        let secret = Secret::new(format!("{}/{what}", self.base));
        Target { kind: NotifyKind::Chat, address: String::new(), secret, mailbox: None }
    }
}

fn notice() -> Notice {
    Notice {
        key: "n-1".to_owned(),
        at: 1_795_341_600_000_000,
        event: "alert.opened".to_owned(),
        title: "Desk “Care”: 31 messages & more".to_owned(),
        text: "“@all” <!channel> is said".to_owned(),
        html: None,
        link: Some("https://parvis.example/alerts/1".parse().unwrap()),
        data: json!({ "alert": "1" }),
    }
}

#[tokio::test]
async fn a_chat_gets_a_text_in_the_documented_form_that_calls_nobody() {
    let peer = Peer::open().await;
    let kept = check(&peer.net, &peer.chat("ok")).await.unwrap();
    assert_eq!(kept.address, "127.0.0.1", "only the host is shown of an address that is a secret");
    send(&peer.net, &kept, &notice()).await.unwrap();
    let heard = peer.heard.lock().unwrap();
    assert_eq!(heard.len(), 1, "looking at it sends nothing");
    let body: Value = serde_json::from_slice(&heard[0].1).unwrap();
    let text = body["text"].as_str().unwrap();
    assert_eq!(
        text,
        "*Desk “Care”: 31 messages &amp; more*\n“@\u{200B}all” &lt;!channel&gt; is said\n<https://parvis.example/alerts/1>"
    );
}

#[tokio::test]
async fn what_a_chat_answers_is_told_apart() {
    let peer = Peer::open().await;
    let cases = [
        ("gone", "unauthorized"),
        ("archived", "unauthorized"),
        ("ill", "unreachable"),
        ("other", "refused"),
    ];
    for (what, code) in cases {
        let error = send(&peer.net, &peer.chat(what), &notice()).await.unwrap_err();
        assert_eq!(error.code(), code, "{what}: {error}");
        assert!(!error.to_string().contains(&peer.base), "the address is never told: {error}");
    }
    match send(&peer.net, &peer.chat("busy"), &notice()).await.unwrap_err() {
        ChannelError::Limited { retry_after } => assert_eq!(retry_after.as_secs(), 7),
        error => unreachable!("{error}"),
    }
}

#[tokio::test]
async fn a_connection_that_breaks_after_the_words_leaves_it_unknown() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        use tokio::io::AsyncReadExt as _;
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut some = [0; 4_096];
        let _ = stream.read(&mut some).await;
    });
    let net = Net::new(&NetOptions { allow: vec![host.clone()], ..NetOptions::default() }).unwrap();
    let secret = Secret::new(format!("http://{host}/ok"));
    let target = Target { kind: NotifyKind::Chat, address: String::new(), secret, mailbox: None };
    assert_eq!(send(&net, &target, &notice()).await.unwrap_err().code(), "unknown");
}

#[tokio::test]
async fn a_webhook_is_signed_with_the_key_that_was_shown() {
    let peer = Peer::open().await;
    let (secret, shown) = make_key().unwrap();
    let address = format!("{}/ok", peer.base);
    let target = Target { kind: NotifyKind::Webhook, address, secret, mailbox: None };
    let target = check(&peer.net, &target).await.unwrap();
    send(&peer.net, &target, &notice()).await.unwrap();
    let heard = peer.heard.lock().unwrap();
    let (headers, body) = &heard[0];
    let of = |name: &str| headers.get(name).unwrap().to_str().unwrap();
    assert_eq!((of("webhook-id"), of("webhook-timestamp")), ("n-1", "1795341600"));
    let key = STANDARD.decode(shown.expose().strip_prefix("whsec_").unwrap()).unwrap();
    let content = [b"n-1.1795341600.".as_slice(), body].concat();
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), &content);
    assert_eq!(of("webhook-signature"), format!("v1,{}", STANDARD.encode(tag)));
    let body: Value = serde_json::from_slice(body).unwrap();
    assert_eq!((body["type"].as_str(), body["data"]["alert"].as_str()), (Some("alert.opened"), Some("1")));
}

#[tokio::test]
async fn private_addresses_are_refused_and_nonsense_too() {
    let net = Net::new(&NetOptions::default()).unwrap();
    for address in ["http://127.0.0.1/x", "https://10.0.0.1/x", "ftp://a.example/x", "nonsense", ""] {
        for kind in [NotifyKind::Chat, NotifyKind::Webhook] {
            let target =
                Target { kind, address: address.to_owned(), secret: Secret::new(address), mailbox: None };
            let error = check(&net, &target).await.unwrap_err();
            assert_eq!(error.code(), "forbidden_address", "{address}: {error}");
        }
    }
    for address in ["", "a", "a@b", "a@b.example\nBcc: c@d.example", "a b@c.example", "<a@b.example>"] {
        let target = Target {
            kind: NotifyKind::Mail,
            address: address.to_owned(),
            secret: Secret::new(""),
            mailbox: None,
        };
        assert!(check(&net, &target).await.is_err(), "{address}");
    }
}
