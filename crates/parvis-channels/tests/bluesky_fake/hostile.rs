//! Answers and posts that are not what they should be: a clear error, nothing lost, no panic.

use parvis_channels::{
    Capability, CapabilityKey, ChannelError, Net, NetOptions, ObservationKind, Visibility, Why,
};
use serde_json::{Value, json};

use crate::fake::{Fake, LIST, bluesky, mention};

#[tokio::test]
async fn nonsense_is_told_as_such() {
    let fake = Fake::start().await;
    let deep = format!("{{\"notifications\":{}", "[".repeat(1_000_000));
    let huge = format!("[\"{}\"]", "x".repeat(9 * 1024 * 1024));
    let bodies: [&[u8]; 9] = [
        b"<!DOCTYPE html><html>Welcome",
        b"",
        b"null",
        b"{\"notifications\":1}",
        b"{\"notifications\":[{",
        b"\"x\"",
        b"{\"notifications\":[\"\xff\xfe\"]}",
        deep.as_bytes(),
        huge.as_bytes(),
    ];
    for body in bodies {
        fake.world().instead.insert(LIST, (200, vec![], body.to_vec()));
        let error = fake.pull(None).await.unwrap_err();
        assert_eq!(error.code(), "malformed", "{error}");
        assert!(error.to_string().len() < 400);
    }
}

#[tokio::test]
async fn one_unreadable_entry_does_not_hide_the_others() {
    let fake = Fake::start().await;
    let mut broken = mention(3);
    broken["author"] = json!("nobody");
    let mut forged = mention(2);
    forged["author"]["did"] = json!("did:plc:somebody-else");
    let mut future = mention(4);
    future["reason"] = json!("hologram");
    fake.world().notifications = vec![mention(5), future.clone(), broken, forged, json!(17), mention(1)];
    let seen = fake.pull(None).await.unwrap().observations;
    let kinds: Vec<bool> = seen.iter().map(|seen| seen.kind == ObservationKind::Created).collect();
    assert_eq!(kinds, [true, false, false, false, false, true]);
    assert!(seen[1..5].iter().all(|seen| seen.item.is_none() && seen.kind == ObservationKind::Unsupported));
    assert_eq!(seen[4].remote_id, "hologram:at://did:plc:anna/app.bsky.feed.post/4");
    assert_eq!(serde_json::from_str::<Value>(&seen[4].raw).unwrap(), future);
    assert_eq!((seen[1].raw.as_str(), seen[2].remote_id.split(':').next()), ("17", Some("post")));
}

#[tokio::test]
async fn a_hostile_post_is_defused() {
    let fake = Fake::start().await;
    let mut entry = mention(1);
    entry["author"] = json!({
        "did": "did:plc:anna", "handle": "an\u{202e}na\n.example", "displayName": "A\u{202e}\nb",
        "avatar": "javascript:alert(1)", "labels": [{ "val": "bot", "src": "did:plc:other" }, 7],
    });
    entry["indexedAt"] = json!("yesterday");
    entry["record"] = json!({
        "$type": "app.bsky.feed.post", "text": "<script>alert(1)</script>\u{0} <img src=x onerror=y>",
        "createdAt": 7, "langs": ["x".repeat(99)], "reply": { "root": 1 },
        "facets": [{ "index": { "byteStart": 0, "byteEnd": 8 },
                     "features": [{ "$type": "app.bsky.richtext.facet#link", "uri": "javascript:alert(1)" }] }],
        "embed": { "$type": "app.bsky.embed.external",
                   "external": { "uri": "https://a.example/\"><b>", "title": "</a><script>" } },
        "labels": { "values": [{ "val": "nudity" }, { "val": "!hide" }] },
    });
    fake.world().notifications = vec![entry];
    let seen = fake.pull(None).await.unwrap().observations.remove(0);
    let item = seen.item.unwrap();
    for never in ["<script", "<img", "javascript", "<b>"] {
        assert!(!item.html.contains(never), "{never}: {}", item.html);
    }
    assert!(item.text.starts_with("<script>alert(1)</script>"), "words stay words: {}", item.text);
    assert_eq!((item.author.name.as_str(), item.author.handle.as_str()), ("A b", "anna .example"));
    assert_eq!((item.author.avatar_url, item.author.bot, item.parent_id), (None, false, None));
    assert_eq!((item.language.unwrap().len(), item.warning.as_deref()), (35, Some("nudity")));
    assert_eq!((seen.occurred_at, item.visibility), (None, Visibility::Public));
}

#[tokio::test]
async fn we_wait_as_long_as_we_are_asked_to_and_see_what_is_left() {
    let fake = Fake::start().await;
    let budget = fake.pull(None).await.unwrap().budget.unwrap();
    assert_eq!((budget.limit, budget.remaining), (3000, 2999));
    let date = ("date", "Sun, 22 Nov 2026 10:00:00 GMT".to_owned());
    for (headers, seconds) in [
        (vec![date, ("ratelimit-reset", "1795341900".to_owned())], 300),
        (vec![("retry-after", "7".to_owned())], 7),
        (vec![], 60),
    ] {
        fake.world().instead.insert(LIST, (429, headers, b"{\"error\":\"RateLimitExceeded\"}".to_vec()));
        let ChannelError::Limited { retry_after } = fake.pull(None).await.unwrap_err() else {
            panic!("limited")
        };
        assert_eq!(retry_after.as_secs(), seconds);
    }
}

#[tokio::test]
async fn each_refusal_is_named_for_what_has_to_be_done_about_it() {
    let fake = Fake::start().await;
    for (status, name, code, retryable) in [
        (400, "InvalidToken", "unauthorized", false),
        (401, "AuthMissing", "unauthorized", false),
        (401, "AccountTakedown", "unauthorized", false),
        (403, "AccountNotFound", "unauthorized", false),
        (401, "", "unauthorized", false),
        // The next renewal mends it; nobody has to act.
        (400, "ExpiredToken", "lapsed", true),
        (502, "UpstreamFailure", "unreachable", true),
        (500, "InternalServerError", "unreachable", true),
        (501, "MethodNotImplemented", "unsupported", false),
        (400, "InvalidRequest", "refused", false),
        (403, "Forbidden", "refused", false),
    ] {
        fake.refuse(LIST, status, name);
        let error = fake.pull(None).await.unwrap_err();
        assert_eq!((error.code(), error.retryable()), (code, retryable), "{name}: {error}");
    }
    // Takes the connection, and says nothing.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let timeout = std::time::Duration::from_millis(300);
    let net =
        Net::new(&NetOptions { allow: vec![format!("127.0.0.1:{port}")], timeout, ..NetOptions::default() });
    let mut account = fake.account();
    account.base_url.set_port(Some(port)).unwrap();
    let deaf = bluesky().pull(&net.unwrap(), &account, "notifications", None).await.unwrap_err();
    assert_eq!(deaf, ChannelError::Unreachable { message: "no answer in time".into() });
}

#[tokio::test]
async fn an_appview_that_comes_back_is_heard_again_from_the_start() {
    let fake = Fake::start().await;
    let mut account = fake.account();
    account.capabilities.set(CapabilityKey::Listen, Capability::unsupported(Why::ServerSilent));
    let pull = async |cursor: Option<&str>| {
        bluesky().pull(&fake.net, &account, "notifications", cursor).await.unwrap()
    };
    fake.refuse(LIST, 502, "UpstreamFailure");
    let nothing = pull(None).await;
    assert_eq!((nothing.observations.len(), nothing.more), (0, false));
    fake.world().instead.clear();
    fake.world().notifications = vec![mention(1)];
    assert_eq!(pull(Some(&nothing.cursor)).await.observations.len(), 1);
    // A dead server is a dead server, whatever the table says.
    fake.instead(LIST, 500, "");
    let dead = bluesky().pull(&fake.net, &account, "notifications", None).await;
    assert_eq!(dead.unwrap_err().code(), "unreachable");
}

#[tokio::test]
async fn an_appview_that_is_late_does_not_delete_what_we_have_just_written() {
    let fake = Fake::start().await;
    let record = json!({ "uri": "at://did:plc:me/app.bsky.feed.post/3jzfcijpj2z2a", "cid": "c",
        "value": { "$type": "app.bsky.feed.post", "text": "just now", "createdAt": "2026-11-22T10:00:00Z" } });
    let ids = ["me", "anna"].map(|who| format!("at://did:plc:{who}/app.bsky.feed.post/3jzfcijpj2z2a"));
    let kinds = async || {
        let seen = bluesky().recheck(&fake.net, &fake.account(), &ids).await.unwrap();
        seen.iter().map(|seen| seen.kind).collect::<Vec<_>>()
    };
    fake.instead("GET com.atproto.repo.getRecord", 200, &record.to_string());
    assert_eq!(kinds().await, [ObservationKind::Edited, ObservationKind::Deleted]);
    fake.world().instead.clear();
    assert_eq!(kinds().await, [ObservationKind::Deleted, ObservationKind::Deleted]);
    // A server in trouble deletes nothing.
    fake.instead("GET app.bsky.feed.getPosts", 500, "");
    assert!(bluesky().recheck(&fake.net, &fake.account(), &ids).await.is_err());
    fake.refuse("GET app.bsky.feed.getPosts", 502, "UpstreamFailure");
    assert_eq!(kinds().await, [ObservationKind::Deleted]);
}

#[tokio::test]
async fn a_token_does_not_follow_a_redirect_to_another_host() {
    let (fake, thief) = (Fake::start().await, Fake::start().await);
    let allow = vec![format!("127.0.0.1:{}", fake.port), format!("127.0.0.1:{}", thief.port)];
    let net = Net::new(&NetOptions { allow, ..NetOptions::default() }).unwrap();
    let place = ("location", thief.url("/xrpc/app.bsky.notification.listNotifications").to_string());
    fake.world().instead.insert(LIST, (302, vec![place], vec![]));
    bluesky().pull(&net, &fake.account(), "notifications", None).await.unwrap();
    assert_eq!(fake.world().log[0].1.as_deref(), Some("Bearer token"));
    assert_eq!(thief.world().log[0].1, None);
}
