//! Streams that no real server gives: Jetstream, damaged frames, refusals, and addresses we don't call.

use futures_util::SinkExt;
use parvis_channels::bluesky::firehose::{Firehose, follow};
use parvis_channels::{ChannelError, Net, NetOptions, Notice, ObservationKind, Passed};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Message;

use crate::fake::Fake;

/// A stream of messages, once; gives the way to it.
async fn stream(messages: Vec<Message>) -> (Net, url::Url) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (connection, _) = listener.accept().await.unwrap();
        let mut socket = tokio_tungstenite::accept_async(connection).await.unwrap();
        for message in messages {
            socket.send(message).await.unwrap();
        }
        let _gone = socket.close(None).await;
    });
    let options = NetOptions { allow: vec![format!("127.0.0.1:{port}")], ..NetOptions::default() };
    (Net::new(&options).unwrap(), format!("ws://127.0.0.1:{port}").parse().unwrap())
}

/// All that passes until the stream ends, and how it ended.
async fn heard(net: &Net, place: &Firehose) -> (Vec<Passed>, Result<(), ChannelError>) {
    let account = Fake::start().await.account();
    let (sink, mut passed) = mpsc::channel(2000);
    let ended = follow(net, &account, place, Some(1), &sink).await;
    drop(sink);
    let mut all = Vec::new();
    while let Some(one) = passed.recv().await {
        all.push(one);
    }
    (all, ended)
}

fn event(time: i64, operation: &str, text: Option<&str>) -> Value {
    let mut event = json!({ "did": "did:plc:anna", "time_us": time, "kind": "commit", "commit": {
        "rev": "3l", "operation": operation, "collection": "app.bsky.feed.post", "rkey": "3jzfcijpj2z2a" } });
    if let Some(text) = text {
        event["commit"]["cid"] = json!("bafy");
        event["commit"]["record"] =
            json!({ "$type": "app.bsky.feed.post", "text": text, "createdAt": "2020-01-01T00:00:00Z" });
    }
    event
}

#[tokio::test]
async fn jetstream_tells_the_same_in_other_words() {
    let mut like = event(4, "create", Some("x"));
    like["commit"]["collection"] = json!("app.bsky.feed.like");
    let texts = [
        event(1, "create", Some("hello")).to_string(),
        json!({ "did": "did:plc:anna", "time_us": 2, "kind": "identity", "identity": {} }).to_string(),
        "{\"nonsense\":".to_owned(),
        event(3, "update", Some("changed")).to_string(),
        like.to_string(),
        event(5, "delete", None).to_string(),
        event(6, "create", None).to_string(),
    ];
    let (net, url) = stream(texts.map(Message::text).to_vec()).await;
    let (passed, ended) = heard(&net, &Firehose::Jetstream(url)).await;
    assert_eq!(ended.unwrap_err().code(), "unreachable");
    let told: Vec<_> = passed.iter().map(|it| (it.cursor, it.observations[0].kind)).collect();
    assert_eq!(
        told,
        [
            (Some(1), ObservationKind::Created),
            (Some(3), ObservationKind::Edited),
            (Some(5), ObservationKind::Deleted),
            (Some(6), ObservationKind::Unsupported),
        ]
    );
    // Dated by when it passed, whatever its author claims.
    let first = &passed[0].observations[0];
    assert_eq!((first.occurred_at, first.item.as_ref().unwrap().text.as_str()), (Some(1), "hello"));
}

#[tokio::test]
async fn a_quiet_stream_hands_its_place_on_all_the_same() {
    let quiet = |time: i64| Message::text(json!({ "did": "did:plc:anna", "time_us": time }).to_string());
    let (net, url) = stream((1..=1200).map(quiet).collect()).await;
    let (passed, _) = heard(&net, &Firehose::Jetstream(url)).await;
    let places: Vec<_> = passed.iter().map(|it| (it.cursor, it.observations.len())).collect();
    assert_eq!(places, [(Some(500), 0), (Some(1000), 0)]);
}

/// {"op": 1, "t": kind} and a body, in DAG-CBOR.
fn frame(kind: &str, body: &[u8]) -> Vec<u8> {
    let length = 0x60 + u8::try_from(kind.len()).unwrap();
    [b"\xa2\x62op\x01\x61t", &[length][..], kind.as_bytes(), body].concat()
}

#[tokio::test]
async fn frames_that_are_damaged_or_unknown_do_not_stop_the_stream() {
    let frames = [
        vec![],
        b"\xff\xff".to_vec(),
        frame("#commit", b""),
        frame("#hologram", b"\xa1\x63seq\x02"),
        // {"name": "OutdatedCursor"}
        frame("#info", b"\xa1\x64name\x6eOutdatedCursor"),
        // {"seq": 3}
        frame("#commit", b"\xa1\x63seq\x03"),
        // {"seq": 4, "repo": "did:plc:a", "ops": [{"path": "app.bsky.feed.post/1", "action": "create"}]}
        frame(
            "#commit",
            b"\xa3\x63seq\x04\x64repo\x69did:plc:a\x63ops\x81\xa2\x64path\x74app.bsky.feed.post/1\x66action\x66create",
        ),
        // {"op": -1} {"error": "ConsumerTooSlow"}
        b"\xa1\x62op\x20\xa1\x65error\x6fConsumerTooSlow".to_vec(),
    ];
    let (net, url) = stream(frames.map(Message::binary).to_vec()).await;
    let (passed, ended) = heard(&net, &Firehose::Repos(url)).await;
    assert_eq!(passed[0].notice, Some(Notice::Gap));
    let told: Vec<_> = passed[1..]
        .iter()
        .map(|it| (it.cursor, it.observations[0].remote_id.split(':').next().unwrap()))
        .collect();
    // A commit without content, and a post without its record: kept as they came.
    assert_eq!(told, [(Some(3), "frame"), (Some(4), "post")]);
    assert!(passed[1..].iter().all(|it| it.observations[0].kind == ObservationKind::Unsupported));
    assert!(ended.unwrap_err().to_string().contains("ConsumerTooSlow"));
}

#[tokio::test]
async fn only_addresses_that_we_would_call_are_listened_to() {
    let net = Net::new(&NetOptions::default()).unwrap();
    for address in [
        "ws://127.0.0.1/",
        "wss://[::1]/",
        "ws://169.254.169.254/",
        "http://a.example/",
        "wss://a.example:22/",
    ] {
        for place in
            [Firehose::Repos(address.parse().unwrap()), Firehose::Jetstream(address.parse().unwrap())]
        {
            let (_, ended) = heard(&net, &place).await;
            assert_eq!(ended.unwrap_err().code(), "forbidden_address", "{address}");
        }
    }
}

#[tokio::test]
async fn a_server_that_does_not_stream_is_told_as_such() {
    let fake = Fake::start().await;
    let url: url::Url = format!("ws://127.0.0.1:{}", fake.port).parse().unwrap();
    let call = "GET com.atproto.sync.subscribeRepos";
    for (status, code) in
        [(200, "malformed"), (400, "refused"), (404, "refused"), (429, "limited"), (503, "unreachable")]
    {
        fake.instead(call, status, "");
        let (_, ended) = heard(&fake.net, &Firehose::Repos(url.clone())).await;
        assert_eq!(ended.unwrap_err().code(), code, "{status}");
    }
    assert_eq!(fake.world().log[0].2.trim(), "cursor=1");
    // Says yes to anything, and proves nothing.
    fake.world().instead.insert(call, (101, vec![("sec-websocket-accept", "x".into())], vec![]));
    let (_, ended) = heard(&fake.net, &Firehose::Repos(url)).await;
    assert!(ended.is_err());
}

#[tokio::test]
async fn a_message_without_end_is_refused() {
    let long = Message::text("x".repeat(9 * 1024 * 1024));
    let (net, url) = stream(vec![long]).await;
    let (_, ended) = heard(&net, &Firehose::Jetstream(url)).await;
    assert_eq!(ended.unwrap_err().code(), "malformed");
}
