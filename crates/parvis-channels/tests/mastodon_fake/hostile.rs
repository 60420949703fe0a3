//! Answers that are not what they should be: a clear error, nothing lost, no panic.

use parvis_channels::{ChannelError, Net, NetOptions, ObservationKind, Request, Visibility};
use serde_json::{Value, json};

use crate::fake::{Fake, mastodon, mention};

const PLACE: &str = "GET /api/v1/notifications";

#[tokio::test]
async fn nonsense_is_told_as_such() {
    let fake = Fake::start().await;
    let deep = "[".repeat(1_000_000);
    let huge = format!("[\"{}\"]", "x".repeat(9 * 1024 * 1024));
    let bodies: [&[u8]; 9] = [
        b"<!DOCTYPE html><html>Welcome",
        b"",
        b"null",
        b"{\"error\":1}",
        b"[{\"id\":",
        b"\"x\"",
        b"[{\"id\":\"\xff\xfe\"}]",
        deep.as_bytes(),
        huge.as_bytes(),
    ];
    for body in bodies {
        fake.world().instead.insert(PLACE, (200, vec![], body.to_vec()));
        let error = fake.pull("notifications", None).await.unwrap_err();
        assert_eq!(error.code(), "malformed", "{error}");
        assert!(error.to_string().len() < 400);
    }
}

#[tokio::test]
async fn one_unreadable_entry_does_not_hide_the_others() {
    let fake = Fake::start().await;
    let mut broken = mention(2);
    broken["status"]["account"] = json!("nobody");
    let future = json!({ "id": "3", "type": "hologram", "created_at": "2026-11-22T10:00:00Z", "x": 1 });
    let page = json!([mention(4), future, broken, 17, mention(1)]).to_string();
    fake.instead(PLACE, 200, &page);
    let seen = fake.pull("notifications", None).await.unwrap().observations;
    let ids: Vec<&str> = seen.iter().map(|seen| seen.remote_id.as_str()).collect();
    assert_eq!((ids[0], ids[2], ids[3], ids[4]), ("1", "notification:2", "notification:3", "4"));
    assert!(ids[1].starts_with("notification:"));
    for seen in &seen[1..4] {
        assert_eq!((seen.kind, &seen.item), (ObservationKind::Unsupported, &None));
    }
    assert_eq!(seen[3].raw, future.to_string());
}

#[tokio::test]
async fn a_hostile_message_is_defused() {
    let fake = Fake::start().await;
    let mut entry = mention(1);
    let status = &mut entry["status"];
    status["content"] = json!("<p onclick=x>Hi\u{0}<script>alert(1)</script><img src=x></p>");
    status["url"] = json!("javascript:alert(1)");
    status["visibility"] = json!("telepathic");
    status["created_at"] = json!("yesterday");
    status["account"]["display_name"] = json!("A\u{202e}\nb");
    status["account"]["avatar"] = json!("data:text/html,x");
    status["media_attachments"] = json!([
        { "type": "image", "url": "file:///etc/passwd", "meta": 7 },
        { "type": "gifv", "url": "https://a.example/x", "meta": { "original": { "width": 1e9, "height": 2 } } },
    ]);
    fake.world().notifications = vec![entry];
    let seen = fake.pull("notifications", None).await.unwrap().observations.remove(0);
    let item = seen.item.unwrap();
    assert_eq!((item.html.as_str(), item.text.as_str()), ("<p>Hi</p>", "Hi"));
    assert_eq!((item.url, item.author.avatar_url), (None, None));
    assert_eq!((item.author.name.as_str(), item.visibility), ("A b", Visibility::Followers));
    assert_eq!((seen.occurred_at, item.attachments.len()), (None, 1));
    assert_eq!((item.attachments[0].width, item.attachments[0].height), (None, Some(2)));
}

#[tokio::test]
async fn we_wait_as_long_as_we_are_asked_to() {
    let fake = Fake::start().await;
    let date = ("date", "Sun, 22 Nov 2026 10:00:00 GMT".to_owned());
    let reset = ("x-ratelimit-reset", "2026-11-22T10:03:20.000Z".to_owned());
    for (status, headers, seconds) in [
        (429, vec![date.clone(), reset], 200),
        (429, vec![("retry-after", "7".to_owned())], 7),
        (503, vec![("retry-after", "Sun, 22 Nov 2026 10:00:09 GMT".to_owned()), date], 9),
        (429, vec![], 60),
    ] {
        fake.world().instead.insert(PLACE, (status, headers, vec![]));
        let error = fake.pull("notifications", None).await.unwrap_err();
        let ChannelError::Limited { retry_after } = error else { panic!("{error}") };
        assert_eq!(retry_after.as_secs(), seconds);
    }
}

#[tokio::test]
async fn a_revoked_token_a_sick_server_and_a_deaf_one_are_told_apart() {
    let fake = Fake::start().await;
    fake.instead(PLACE, 401, "{\"error\":\"The access token was revoked\"}");
    let revoked = fake.pull("notifications", None).await.unwrap_err();
    assert_eq!((revoked.code(), revoked.retryable()), ("unauthorized", false));
    assert!(revoked.to_string().contains("The access token was revoked"));
    fake.instead(PLACE, 502, "");
    let sick = fake.pull("notifications", None).await.unwrap_err();
    assert_eq!((sick.code(), sick.retryable()), ("unreachable", true));

    // Takes the connection, and says nothing.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let timeout = std::time::Duration::from_millis(300);
    let allow = vec![format!("127.0.0.1:{port}")];
    let net = Net::new(&NetOptions { allow, timeout, ..NetOptions::default() }).unwrap();
    let mut account = fake.account();
    account.base_url.set_port(Some(port)).unwrap();
    let deaf = mastodon().pull(&net, &account, "notifications", None).await.unwrap_err();
    assert_eq!(deaf, ChannelError::Unreachable { message: "no answer in time".into() });
}

#[tokio::test]
async fn a_token_does_not_follow_a_redirect_to_another_host() {
    let (fake, thief) = (Fake::start().await, Fake::start().await);
    let allow = vec![format!("127.0.0.1:{}", fake.port), format!("127.0.0.1:{}", thief.port)];
    let net = Net::new(&NetOptions { allow, ..NetOptions::default() }).unwrap();
    let place = ("location", thief.url("/api/v1/notifications").to_string());
    fake.world().instead.insert(PLACE, (302, vec![place], vec![]));
    mastodon().pull(&net, &fake.account(), "notifications", None).await.unwrap();
    assert_eq!(fake.world().log[0].1.as_deref(), Some("Bearer token"));
    assert_eq!(thief.world().log[0].1, None);
}

#[tokio::test]
async fn a_redirect_to_a_private_address_is_refused() {
    let fake = Fake::start().await;
    for target in ["http://127.0.0.1:1/", "http://169.254.169.254/", "file:///etc/passwd", "http://[::1]/"] {
        let place = ("location", target.to_owned());
        fake.world().instead.insert("GET /x", (302, vec![place], vec![]));
        let error = fake.net.send(Request::get(fake.url("/x"))).await.unwrap_err();
        assert_eq!(error.code(), "forbidden_address", "{target}: {error}");
    }
}

#[tokio::test]
async fn what_is_gone_and_what_changed_is_found_by_looking_again() {
    let fake = Fake::start().await;
    fake.instead("GET /api/v1/statuses/1", 200, &mention(1)["status"].to_string());
    let mut edited: Value = mention(2)["status"].clone();
    edited["edited_at"] = json!("2026-11-22T12:00:00Z");
    fake.instead("GET /api/v1/statuses/2", 200, &edited.to_string());
    let ids = ["1", "2", "3"].map(str::to_owned);
    let seen = mastodon().recheck(&fake.net, &fake.account(), &ids).await.unwrap();
    let kinds: Vec<ObservationKind> = seen.iter().map(|seen| seen.kind).collect();
    assert_eq!(kinds, [ObservationKind::Created, ObservationKind::Edited, ObservationKind::Deleted]);
    // A sick server deletes nothing.
    fake.instead("GET /api/v1/statuses/3", 500, "");
    assert!(mastodon().recheck(&fake.net, &fake.account(), &ids).await.is_err());
}
