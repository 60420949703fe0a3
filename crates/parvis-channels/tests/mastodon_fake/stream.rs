//! Listening by server-sent events.

use parvis_channels::{Account, CapabilityKey, Observation, ObservationKind, Support};
use serde_json::json;
use tokio::sync::mpsc;

use crate::fake::{Fake, mastodon, mention, person, status};

const PLACE: &str = "GET /api/v1/streaming/user";

fn streaming(fake: &Fake) -> Account {
    let mut account = fake.account();
    account.settings["streaming"] = json!(fake.url("/").as_str());
    account
}

#[tokio::test]
async fn what_concerns_us_passes_and_nothing_is_dropped_unseen() {
    let fake = Fake::start().await;
    let mut answer = status(4, 2, "an answer");
    answer["in_reply_to_account_id"] = json!("1");
    answer["edited_at"] = json!("2026-11-22T12:00:00Z");
    let events = [
        ("notification", mention(1).to_string()),
        ("update", status(2, 9, "somebody we follow").to_string()),
        ("update", status(3, 1, "mine").to_string()),
        ("status.update", answer.to_string()),
        ("delete", "1".to_owned()),
        ("filters_changed", String::new()),
        ("hologram", json!({ "id": "8" }).to_string()),
    ];
    let text = events.map(|(name, data)| format!("event: {name}\ndata: {data}\n\n")).concat();
    let headers = vec![("content-type", "text/event-stream".to_owned())];
    fake.world().instead.insert(PLACE, (200, headers, format!(":thump\n\n{text}").into_bytes()));
    let (sink, mut source) = mpsc::channel::<Observation>(100);
    let end = mastodon().listen(&fake.net, &streaming(&fake), sink).await.unwrap_err();
    assert_eq!(end.code(), "unreachable", "the end is told");
    let mut seen = Vec::new();
    while let Some(observation) = source.recv().await {
        seen.push((observation.remote_id, observation.kind));
    }
    let expected = [
        ("1", ObservationKind::Created),
        ("3", ObservationKind::Created),
        ("4", ObservationKind::Edited),
        ("1", ObservationKind::Deleted),
        ("event:8", ObservationKind::Unsupported),
    ];
    assert_eq!(seen, expected.map(|(id, kind)| (id.to_owned(), kind)));
}

#[tokio::test]
async fn a_stream_that_is_refused_or_none_says_so() {
    let fake = Fake::start().await;
    for (status, code) in [(401, "unauthorized"), (503, "unreachable"), (200, "malformed")] {
        fake.instead(PLACE, status, "");
        let (sink, _source) = mpsc::channel(1);
        let end = mastodon().listen(&fake.net, &streaming(&fake), sink).await.unwrap_err();
        assert_eq!(end.code(), code);
    }
}

#[tokio::test]
async fn streaming_counts_only_where_it_answers() {
    let fake = Fake::start().await;
    fake.instead("GET /api/v1/accounts/verify_credentials", 200, &person(1).to_string());
    let ws = format!("ws://127.0.0.1:{}", fake.port);
    let instance = json!({ "domain": "fake.example", "configuration": { "urls": { "streaming": ws },
        "statuses": { "max_characters": 700, "characters_reserved_per_url": 23 } } });
    fake.instead("GET /api/v2/instance", 200, &instance.to_string());
    fake.instead(
        "GET /.well-known/nodeinfo",
        200,
        &json!({ "links": [{
        "rel": "http://nodeinfo.diaspora.software/ns/schema/2.0", "href": fake.url("/nodeinfo") }] })
        .to_string(),
    );
    fake.instead("GET /nodeinfo", 200, r#"{"software":{"name":"mastodon","version":"4.6.0"}}"#);
    let probe = mastodon().probe(&fake.net, &fake.account()).await.unwrap();
    assert_eq!(probe.capabilities.get(CapabilityKey::Stream).support, Support::Emulated);
    assert!(probe.settings.get("streaming").is_none());

    fake.instead("GET /api/v1/streaming/health", 200, "OK");
    let probe = mastodon().probe(&fake.net, &fake.account()).await.unwrap();
    assert_eq!(probe.capabilities.get(CapabilityKey::Stream).support, Support::Native);
    assert_eq!(probe.settings["streaming"], json!(fake.url("/").as_str()));
    assert_eq!(probe.handle, "p1@fake.example");
    let rule = mastodon().text_rule(&probe.capabilities);
    assert_eq!((rule.max, rule.url_len), (700, Some(23)));
}
