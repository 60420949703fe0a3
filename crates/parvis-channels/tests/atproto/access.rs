//! Connecting, staying connected, being thrown out; and a server without an AppView.

use std::time::Duration;

use parvis_channels::{CapabilityKey, ConnectError, Support, Why};
use serde_json::json;

use crate::peer::{Peer, altered, bluesky, code, reply, says, stranger, word};

#[tokio::test]
async fn an_account_is_found_by_its_name_and_by_its_identifier() {
    let Some(peer) = Peer::find() else { return };
    let brand = peer.person(&peer.pds, "brand").await;
    assert_eq!(brand.account.base_url, peer.pds);
    assert_eq!(format!("@{}", brand.account.handle), brand.typed["handle"]);
    assert_eq!(brand.account.settings["directory"], json!(peer.plc.as_str()));
    let mut typed = brand.typed.clone();
    typed.insert("handle".into(), brand.account.remote_id.clone());
    typed.remove("server");
    let connection = peer.connect(&typed).await.unwrap();
    assert_eq!(connection.base_url, peer.pds);
    assert_eq!(connection.access.lives_for, Some(Duration::from_secs(7200)));
    assert_eq!(peer.probed(connection).await.remote_id, brand.account.remote_id);
    // By way of any server that knows the name, one ends at the server that the account lives on.
    let lone = peer.person(&peer.lone, "lone").await;
    assert_eq!(lone.account.base_url, peer.lone);
}

#[tokio::test]
async fn what_was_mistyped_is_named() {
    let Some(peer) = Peer::find() else { return };
    let brand = peer.person(&peer.pds, "brand").await;
    let with = async |name: &str, value: &str| {
        let mut typed = brand.typed.clone();
        typed.insert(name.to_owned(), value.to_owned());
        peer.connect(&typed).await.unwrap_err()
    };
    let unknown = format!("nobody{}.test", word());
    for (name, value, code) in [
        ("handle", "brand", "address"),
        ("handle", "a b.test", "address"),
        ("handle", unknown.as_str(), "nobody"),
        ("server", "ftp://a.example", "address"),
        // The account's own password opens everything: it isn't taken.
        ("password", "the account's own password", "whole"),
    ] {
        assert_eq!(with(name, value).await, ConnectError::Field { name, code }, "{value}");
    }
    for (name, value, code) in [
        ("password", "abcd-abcd-abcd-abcd", "unauthorized"),
        ("handle", "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", "refused"),
        ("server", "http://127.0.0.1:1/", "forbidden_address"),
        ("directory", "http://169.254.169.254/", "forbidden_address"),
    ] {
        let ConnectError::Channel(error) = with(name, value).await else { panic!("{value}") };
        assert_eq!(error.code(), code, "{value}: {error}");
    }
}

#[tokio::test]
async fn access_is_renewed_once_by_its_token_and_then_by_the_password() {
    let Some(peer) = Peer::find() else { return };
    let brand = peer.person(&peer.pds, "brand").await.account;
    let keep =
        |access: parvis_channels::Access| parvis_channels::Account { secret: access.secret, ..brand.clone() };
    let renewed = bluesky().renew(&peer.net, &brand).await.unwrap();
    assert_eq!(renewed.lives_for, Some(Duration::from_secs(7200)));
    let renewed = keep(renewed);
    assert_ne!(renewed.secret, brand.secret);
    bluesky().pull(&peer.net, &renewed, "notifications", None).await.unwrap();
    // A token that nobody knows (any more): the password begins anew.
    let spent = altered(&renewed, &[("refresh", "not.a.token")]);
    let anew = keep(bluesky().renew(&peer.net, &spent).await.unwrap());
    bluesky().pull(&peer.net, &anew, "notifications", None).await.unwrap();
    // Neither works: a person has to act.
    let lost = altered(&spent, &[("password", "abcd-abcd-abcd-abcd")]);
    assert_eq!(code(bluesky().renew(&peer.net, &lost).await), "unauthorized");
}

#[tokio::test]
async fn a_revoked_password_ends_the_access_when_it_is_renewed() {
    let Some(peer) = Peer::find() else { return };
    let brand = peer.person(&peer.pds, "brand").await;
    peer.act(&brand, "com.atproto.server.revokeAppPassword", json!({ "name": "parvis" })).await;
    assert_eq!(code(bluesky().renew(&peer.net, &brand.account).await), "unauthorized");
}

#[tokio::test]
async fn a_wrong_access_and_a_wrong_server_are_told_apart() {
    let Some(peer) = Peer::find() else { return };
    let brand = peer.person(&peer.pds, "brand").await.account;
    let nobody = stranger(&brand);
    for stream in ["notifications", "posts"] {
        // What a repository holds is public: to read our own posts no access is needed.
        let result = bluesky().pull(&peer.net, &nobody, stream, None).await;
        if stream == "notifications" { assert_eq!(code(result), "unauthorized") } else { drop(result) }
    }
    let parent = "at://did:plc:a/app.bsky.feed.post/3jzfcijpj2z2a";
    assert_eq!(code(bluesky().probe(&peer.net, &nobody).await), "unauthorized");
    assert_eq!(code(bluesky().renew(&peer.net, &nobody).await), "unauthorized");
    assert_eq!(code(bluesky().thread(&peer.net, &nobody, parent).await), "unauthorized");
    assert_eq!(code(bluesky().delete(&peer.net, &nobody, &own(&brand.remote_id)).await), "unauthorized");
    let mut nowhere = brand.clone();
    nowhere.base_url = "http://127.0.0.4/".parse().unwrap();
    assert_eq!(code(bluesky().probe(&peer.net, &nowhere).await), "forbidden_address");
}

fn own(did: &str) -> String {
    format!("at://{did}/app.bsky.feed.post/3jzfcijpj2z2a")
}

#[tokio::test]
async fn a_server_without_an_appview_says_so_and_still_publishes() {
    let Some(peer) = Peer::find() else { return };
    let brand = peer.person(&peer.lone, "brand").await;
    let neighbour = peer.person(&peer.lone, "neighbour").await;
    let table = &brand.account.capabilities;
    for key in [CapabilityKey::Listen, CapabilityKey::Stream, CapabilityKey::Threads, CapabilityKey::SeeEdits]
    {
        let line = table.get(key);
        assert_eq!((line.support, line.reason), (Support::Unsupported, Some(Why::NotOnServer)), "{key:?}");
    }
    assert!(table.can(CapabilityKey::Reply) && table.can(CapabilityKey::SafeRetry));
    // Not being told what others write isn't being deaf: our own posts go on.
    let page = bluesky().pull(&peer.net, &brand.account, "notifications", None).await.unwrap();
    assert_eq!((page.observations.len(), page.more), (0, false));
    bluesky().pull(&peer.net, &brand.account, "notifications", Some(&page.cursor)).await.unwrap();
    assert_eq!(code(bluesky().thread(&peer.net, &brand.account, &own("did:plc:a")).await), "unsupported");

    let question = peer.post(&neighbour, "hello", None).await;
    let start = peer.stand(&brand.account, "posts").await;
    let there = word();
    let published =
        bluesky().publish(&peer.net, &brand.account, &reply(&question.uri, &there)).await.unwrap();
    let (echo, _) = peer.wait_for(&brand.account, "posts", &start, says(&there)).await;
    assert_eq!(echo.remote_id, published.remote_id);
    let seen =
        bluesky().recheck(&peer.net, &brand.account, &[question.uri, published.remote_id.clone()]).await;
    let seen = seen.unwrap();
    assert_eq!((seen.len(), &seen[0].remote_id), (1, &published.remote_id));
    bluesky().delete(&peer.net, &brand.account, &published.remote_id).await.unwrap();
}

#[tokio::test]
async fn an_appview_that_was_there_and_went_makes_the_channel_deaf() {
    let Some(peer) = Peer::find() else { return };
    // The table of an account that was heard, on a server that can't hear: as if its AppView had gone.
    let brand = peer.person(&peer.pds, "brand").await.account;
    let mut lone = peer.person(&peer.lone, "brand").await.account;
    lone.capabilities = brand.capabilities;
    assert_eq!(code(bluesky().pull(&peer.net, &lone, "notifications", None).await), "unsupported");
}

#[tokio::test]
async fn a_closed_account_needs_a_person() {
    let Some(peer) = Peer::find() else { return };
    let brand = peer.person(&peer.pds, "brand").await;
    peer.act(&brand, "com.atproto.server.deactivateAccount", json!({})).await;
    assert_eq!(code(bluesky().probe(&peer.net, &brand.account).await), "unauthorized");
}
