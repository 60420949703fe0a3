//! What the feed room makes of servers that misbehave: a small fake, behind the real client.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use parvis_channels::{
    Account, CapabilitySet, ChannelError, ChannelKind, Net, NetOptions, Notice, ObservationKind, Page,
    Secret, channel,
};

/// Requests as they came: path and `If-None-Match`.
type Seen = Arc<Mutex<Vec<(String, Option<String>)>>>;

const ITEM: &str = "<item><guid>1</guid><title>One</title></item>";

fn rss(items: &str) -> String {
    format!("<rss version=\"2.0\"><channel><title>T</title>{items}</channel></rss>")
}

async fn serve(State(seen): State<Seen>, Path(path): Path<String>, headers: HeaderMap) -> Response {
    let tag = headers.get("if-none-match").map(|tag| tag.to_str().unwrap().to_owned());
    seen.lock().unwrap().push((path.clone(), tag.clone()));
    match path.as_str() {
        "tagged" if tag.as_deref() == Some("\"v1\"") => StatusCode::NOT_MODIFIED.into_response(),
        "tagged" => ([("etag", "\"v1\"")], rss(ITEM)).into_response(),
        "gone" => StatusCode::GONE.into_response(),
        "moved" => (StatusCode::MOVED_PERMANENTLY, [("location", "tagged")]).into_response(),
        "lent" => (StatusCode::FOUND, [("location", "tagged")]).into_response(),
        "loop" => (StatusCode::FOUND, [("location", "loop")]).into_response(),
        "inside" => (StatusCode::FOUND, [("location", "http://169.254.169.254/")]).into_response(),
        "busy" => (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "120")]).into_response(),
        "tired" => (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "30")]).into_response(),
        "broken" => StatusCode::BAD_GATEWAY.into_response(),
        "page" => ([("content-type", "text/html")], "<html><body>Hello").into_response(),
        "site" => {
            let page = "<html><head><link rel=alternate type=application/rss+xml href=moved>";
            ([("content-type", "text/html; charset=utf-8")], page).into_response()
        }
        "huge" => rss(&"x".repeat(11 * 1024 * 1024)).into_response(),
        "noise" => vec![0xff_u8, 0xfe, 0x00, 0x3c, 0xd8].into_response(),
        "lying" => ([("content-type", "image/png")], rss(ITEM)).into_response(),
        "twice" => rss(&format!("{ITEM}{ITEM}")).into_response(),
        "many" => {
            let items = (0..1200).map(|n| format!("<item><guid>{n}</guid><title>{n}</title></item>"));
            rss(&items.collect::<String>()).into_response()
        }
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

struct Fake {
    net: Net,
    port: u16,
    seen: Seen,
}

impl Fake {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Seen::default();
        let app = Router::new().route("/{path}", axum::routing::get(serve)).with_state(seen.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        let allow = vec![format!("127.0.0.1:{port}")];
        let net = Net::new(&NetOptions { allow, ..NetOptions::default() }).unwrap();
        Self { net, port, seen }
    }

    fn account(&self, path: &str) -> Account {
        Account {
            kind: ChannelKind::Feed,
            base_url: format!("http://127.0.0.1:{}/{path}", self.port).parse().unwrap(),
            handle: String::new(),
            remote_id: String::new(),
            secret: Secret::new(""),
            settings: serde_json::Value::Null,
            capabilities: CapabilitySet::default(),
        }
    }

    async fn pull(&self, path: &str, cursor: Option<&str>) -> Result<Page, ChannelError> {
        let account = self.account(path);
        channel(ChannelKind::Feed).pull(&self.net, &account, "entries", cursor).await
    }
}

#[tokio::test]
async fn each_failure_is_named_for_what_it_is() {
    let fake = Fake::start().await;
    for (path, code) in [
        ("gone", "refused"),
        ("none", "refused"),
        ("busy", "limited"),
        ("tired", "limited"),
        ("broken", "unreachable"),
        ("page", "malformed"),
        ("huge", "malformed"),
        ("noise", "malformed"),
        ("loop", "malformed"),
        ("inside", "forbidden_address"),
    ] {
        let error = fake.pull(path, None).await.unwrap_err();
        assert_eq!(error.code(), code, "{path}: {error}");
    }
    let ChannelError::Limited { retry_after } = fake.pull("busy", None).await.unwrap_err() else {
        panic!("not limited");
    };
    assert_eq!(retry_after.as_secs(), 120);
}

#[tokio::test]
async fn an_unchanged_feed_is_not_sent_again() {
    let fake = Fake::start().await;
    let page = fake.pull("tagged", None).await.unwrap();
    assert_eq!(page.observations.len(), 1);
    let again = fake.pull("tagged", Some(&page.cursor)).await.unwrap();
    assert_eq!((again.observations.len(), again.cursor), (0, page.cursor));
    let tags: Vec<_> = fake.seen.lock().unwrap().iter().map(|(_, tag)| tag.clone()).collect();
    assert_eq!(tags, [None, Some("\"v1\"".to_owned())]);
}

#[tokio::test]
async fn only_a_permanent_move_is_told() {
    let fake = Fake::start().await;
    let moved = fake.pull("moved", None).await.unwrap();
    let to = format!("http://127.0.0.1:{}/tagged", fake.port);
    assert_eq!(moved.notice, Some(Notice::Moved(to)));
    assert_eq!(fake.pull("lent", None).await.unwrap().notice, None);
}

#[tokio::test]
async fn odd_feeds_are_read_all_the_same() {
    let fake = Fake::start().await;
    assert_eq!(fake.pull("lying", None).await.unwrap().observations.len(), 1);
    assert_eq!(fake.pull("twice", None).await.unwrap().observations.len(), 1);
    let many = fake.pull("many", None).await.unwrap();
    assert_eq!((many.observations.len(), many.notice), (1000, Some(Notice::Cut(1000))));
    assert!(many.observations.iter().all(|seen| seen.kind == ObservationKind::Created));
}

#[tokio::test]
async fn a_cursor_that_is_none_is_refused() {
    let fake = Fake::start().await;
    assert_eq!(fake.pull("tagged", Some("{\"x")).await.unwrap_err().code(), "malformed");
}

#[tokio::test]
async fn the_feed_of_a_page_is_found_when_connecting() {
    let fake = Fake::start().await;
    let room = channel(ChannelKind::Feed);
    let mut account = fake.account("site");
    let error = fake.pull("site", None).await.unwrap_err();
    assert_eq!(error.code(), "malformed", "{error}");
    let to = format!("http://127.0.0.1:{}/tagged", fake.port);
    // Asking again, as happens each day, doesn't go back to the page.
    for _ in 0..2 {
        let probe = room.probe(&fake.net, &account).await.unwrap();
        assert_eq!(probe.name, "T");
        assert_eq!(probe.settings["feed"], serde_json::json!(to));
        account.settings = probe.settings;
    }
    let asked: Vec<String> = fake.seen.lock().unwrap().iter().map(|(path, _)| path.clone()).collect();
    assert_eq!(asked, ["site", "site", "moved", "tagged", "tagged"]);
    let page = room.pull(&fake.net, &account, "entries", None).await.unwrap();
    assert_eq!((page.observations.len(), page.notice), (1, None));
    let error = room.probe(&fake.net, &fake.account("page")).await.unwrap_err();
    assert!(error.to_string().contains("a web page, not a feed"), "{error}");
}
