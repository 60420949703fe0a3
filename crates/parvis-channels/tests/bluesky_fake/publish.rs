//! Publishing when the server does its worst.

use parvis_channels::{Outgoing, Upload, Visibility};
use serde_json::{Value, json};

use crate::fake::{Fake, bluesky};

const CREATE: &str = "POST com.atproto.repo.createRecord";

fn reply() -> Outgoing {
    Outgoing {
        parent_id: Some("at://did:plc:anna/app.bsky.feed.post/1".into()),
        mention: Some("anna.example".into()),
        ..Outgoing::new("01a201dd-15e0-7abc-8def-0123456789ab", "Hello", Visibility::Public, 0)
    }
}

#[tokio::test]
async fn each_failure_of_a_post_is_named_for_what_it_is() {
    let fake = Fake::start().await;
    for (status, body, code) in [
        (400, r#"{"error":"ExpiredToken"}"#, "lapsed"),
        (400, r#"{"error":"InvalidToken"}"#, "unauthorized"),
        (400, r#"{"error":"InvalidRequest","message":"grapheme too big"}"#, "refused"),
        (401, "", "unauthorized"),
        (429, "{}", "limited"),
        (500, "oops", "unknown"),
        (502, r#"{"error":"UpstreamFailure"}"#, "unknown"),
        (503, "oops", "unknown"),
        (200, "<html>", "unknown"),
        (200, "{}", "unknown"),
        (302, "", "refused"),
    ] {
        fake.instead(CREATE, status, body);
        let result = bluesky().publish(&fake.net, &fake.account(), &reply()).await;
        assert_eq!(result.unwrap_err().code(), code, "{status} {body}");
    }
}

#[tokio::test]
async fn nothing_is_posted_when_what_goes_before_fails() {
    let fake = Fake::start().await;
    let picture = Upload { bytes: vec![1, 2], mime: "image/png".into(), alt: "A dot".into() };
    let answer = Outgoing { media: vec![picture], text: "@bert.example hi".into(), ..reply() };
    for (place, status, code) in [
        ("GET com.atproto.repo.getRecord", 500, "unreachable"),
        ("POST com.atproto.repo.uploadBlob", 502, "unreachable"),
        ("POST com.atproto.repo.uploadBlob", 413, "refused"),
        ("POST com.atproto.repo.uploadBlob", 200, "malformed"),
        ("GET com.atproto.identity.resolveHandle", 503, "unreachable"),
    ] {
        fake.world().instead.clear();
        fake.instead("POST com.atproto.repo.uploadBlob", 200, r#"{"blob":{"ref":{"$link":"b"}}}"#);
        fake.instead(place, status, r#"{"blob":7}"#);
        let result = bluesky().publish(&fake.net, &fake.account(), &answer).await;
        assert_eq!(result.unwrap_err().code(), code, "{place} {status}");
    }
    assert!(!fake.calls().iter().any(|call| call == CREATE));
}

#[tokio::test]
async fn what_is_sent_is_what_was_written_under_a_key_that_stays() {
    let fake = Fake::start().await;
    fake.instead(CREATE, 200, r#"{"uri":"at://did:plc:me/app.bsky.feed.post/x","cid":"c"}"#);
    fake.refuse("GET com.atproto.identity.resolveHandle", 400, "HandleNotFound");
    let answer = Outgoing { text: "Hi @nobody.example".into(), language: Some("fr".into()), ..reply() };
    let published = bluesky().publish(&fake.net, &fake.account(), &answer).await.unwrap();
    assert_eq!(published.url.as_deref(), Some("https://bsky.app/profile/did:plc:me/post/x"));
    bluesky().publish(&fake.net, &fake.account(), &answer).await.unwrap();
    let sent: Vec<Value> = fake
        .world()
        .log
        .iter()
        .filter(|(place, ..)| place == CREATE)
        .map(|(_, _, body)| serde_json::from_str(body.trim()).unwrap())
        .collect();
    assert_eq!(sent[0]["rkey"], sent[1]["rkey"]);
    let record = &sent[0]["record"];
    // The network tells whom we answer without their name in the text; a name that nobody has is no mark.
    assert_eq!((&record["text"], record.get("facets")), (&json!("Hi @nobody.example"), None));
    assert_eq!((&record["langs"], &record["reply"]["root"]["cid"]), (&json!(["fr"]), &json!("c1")));
    assert_eq!(record["createdAt"].as_str().unwrap().len(), "2026-11-22T10:00:00.000Z".len());
}

#[tokio::test]
async fn an_answer_to_something_that_is_no_post_of_this_network_is_refused() {
    let fake = Fake::start().await;
    for parent in ["", "42", "https://bsky.app/profile/a/post/b", "at://did:plc:anna/x/../y"] {
        let answer = Outgoing { parent_id: Some(parent.into()), ..reply() };
        let error = bluesky().publish(&fake.net, &fake.account(), &answer).await.unwrap_err();
        assert_eq!(error.code(), "refused", "{parent}");
    }
}
