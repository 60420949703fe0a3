//! Our answers, handed over.

use parvis_channels::{ChannelError, ConnectError, Net, NetOptions, Outgoing, Visibility};
use serde_json::json;

use crate::peer::{NOW, Peer, connected, inward, keeping, webhook};

fn reply(text: &str) -> Outgoing {
    Outgoing {
        parent_id: Some("42".into()),
        language: Some("fr".into()),
        mention: Some("anna".into()),
        ..Outgoing::new("01a201dd-15e0-7abc-8def-0123456789ab", text, Visibility::Direct, NOW)
    }
}

#[tokio::test]
async fn an_answer_is_handed_over_signed_and_under_its_own_id_each_time() {
    let peer = Peer::start().await;
    let (account, secret) = connected(&peer.net, &peer.address, "two").await.unwrap();
    peer.say(201, &[], r#"{"id":"43","url":"https://shop.example/t/40#43","at":"2026-11-22T10:00:01Z"}"#);
    let answer = reply("Votre colis part demain. “C’est promis.”");
    let published = webhook().publish(&peer.net, &account, &answer).await.unwrap();
    assert_eq!(published.remote_id, "43");
    assert_eq!(published.url.as_deref(), Some("https://shop.example/t/40#43"));
    assert_eq!(published.published_at, Some(NOW + 1_000_000));
    let (id, seconds, body) = peer.verified(&secret).unwrap();
    assert_eq!((id.as_str(), seconds), (answer.key.as_str(), NOW / 1_000_000));
    let said = json!({
        "type": "answer.created", "timestamp": "2026-11-22T10:00:00Z",
        "data": { "key": answer.key, "parent": "42", "text": answer.text, "visibility": "direct", "language": "fr" },
    });
    assert_eq!(body, said);
    // A second attempt, later: the same id, its own time.
    let later = Outgoing { at: NOW + 600_000_000, ..answer };
    webhook().publish(&peer.net, &account, &later).await.unwrap();
    let (again, seconds, _) = peer.verified(&secret).unwrap();
    assert_eq!((again, seconds), (id, NOW / 1_000_000 + 600));
    let query = peer.calls().pop().unwrap();
    assert_eq!(query.0["content-type"], "application/json");
}

#[tokio::test]
async fn an_answer_that_was_taken_without_an_id_goes_by_its_key() {
    let peer = Peer::start().await;
    let (account, _) = connected(&peer.net, &peer.address, "two").await.unwrap();
    for answer in
        ["", "ok", "<html>", "[]", r#"{"id":7}"#, r#"{"id":"\n"}"#, r#"{"url":"javascript:alert(1)"}"#]
    {
        peer.say(200, &[], answer);
        let published = webhook().publish(&peer.net, &account, &reply("x")).await.unwrap();
        assert_eq!((published.remote_id, published.url), (reply("x").key, None), "{answer}");
    }
}

#[tokio::test]
async fn while_a_secret_is_replaced_the_other_side_may_know_either() {
    let peer = Peer::start().await;
    let (account, former) = connected(&peer.net, &peer.address, "two").await.unwrap();
    let made = webhook().rotate(&account, NOW, NOW + 86_400_000_000).unwrap();
    webhook().publish(&peer.net, &keeping(&account, made.access.secret), &reply("x")).await.unwrap();
    assert!(peer.verified(&former).is_some() && peer.verified(made.shown.expose()).is_some());
}

#[tokio::test]
async fn each_refusal_is_named_for_what_it_is() {
    let peer = Peer::start().await;
    let (account, _) = connected(&peer.net, &peer.address, "two").await.unwrap();
    for (status, headers, code) in [
        (400, &[][..], "refused"),
        (401, &[], "unauthorized"),
        (403, &[], "unauthorized"),
        (404, &[], "refused"),
        (410, &[], "refused"),
        (302, &[("location", "http://127.0.0.1:1/")], "refused"),
        (429, &[("retry-after", "7")], "limited"),
        (503, &[("retry-after", "7")], "limited"),
        (500, &[], "unreachable"),
        (502, &[], "unreachable"),
    ] {
        peer.say(status, headers, "why not");
        let error = webhook().publish(&peer.net, &account, &reply("x")).await.unwrap_err();
        assert_eq!(error.code(), code, "{status}: {error}");
    }
    assert_eq!(peer.calls().len(), 10, "each was one call, and none went elsewhere");
}

#[tokio::test]
async fn a_lost_answer_is_unknown_and_may_be_handed_over_again_under_the_same_id() {
    let peer = Peer::start().await;
    let (account, secret) = connected(&peer.net, &peer.address, "two").await.unwrap();
    peer.fall_silent(true);
    let error = webhook().publish(&peer.net, &account, &reply("x")).await.unwrap_err();
    assert!(matches!(error, ChannelError::Unknown { .. }), "{error}");
    let first = peer.verified(&secret).unwrap().0;
    assert_eq!(webhook().find_published(&peer.net, &account, &reply("x"), NOW).await, Ok(None));
    peer.fall_silent(false);
    webhook().publish(&peer.net, &account, &reply("x")).await.unwrap();
    assert_eq!(peer.verified(&secret).unwrap().0, first);
}

#[tokio::test]
async fn nobody_listening_is_unreachable() {
    let peer = Peer::start().await;
    let (account, _) = connected(&peer.net, &peer.address, "two").await.unwrap();
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let net = Net::new(&NetOptions { allow: vec![closed.to_string()], ..NetOptions::default() }).unwrap();
    let base_url = format!("http://{closed}/").parse().unwrap();
    let moved = parvis_channels::Account { base_url, ..account };
    let error = webhook().publish(&net, &moved, &reply("x")).await.unwrap_err();
    assert_eq!(error.code(), "unreachable");
}

#[tokio::test]
async fn answers_go_to_safe_addresses_only_or_nowhere() {
    let net = Net::new(&NetOptions::default()).unwrap();
    for address in
        ["https://127.0.0.1/", "http://a.example/answers", "https://a.example:22/", "https://[::1]/"]
    {
        let error = connected(&net, address, "two").await.unwrap_err();
        assert!(matches!(error, ConnectError::Channel(ChannelError::ForbiddenAddress { .. })), "{address}");
    }
    for address in ["ftp://a.example/", "https://user:pw@a.example/", "javascript:alert(1)"] {
        let error = connected(&net, address, "two").await.unwrap_err();
        assert_eq!(error, ConnectError::Field { name: "address", code: "address" }, "{address}");
    }
    let (account, _) = inward().await;
    let error = webhook().publish(&net, &account, &reply("x")).await.unwrap_err();
    assert_eq!(error.code(), "unsupported");
    // An account that was kept before the rule, or by hand.
    let elsewhere = parvis_channels::Account { base_url: "http://a.example/".parse().unwrap(), ..account };
    let error = webhook().publish(&net, &elsewhere, &reply("x")).await.unwrap_err();
    assert_eq!(error.code(), "forbidden_address");
}
