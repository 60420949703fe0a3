//! Contract of the Mastodon room with a real server (see `snac2/peer.rs`). What that server
//! can't show is in `mastodon_faults.rs`.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

#[path = "contract/clause.rs"]
mod clause;
#[path = "snac2/contract.rs"]
mod contract;
#[path = "contract/door.rs"]
mod door;
#[path = "snac2/peer.rs"]
mod peer;
#[path = "snac2/posting.rs"]
mod posting;

use parvis_channels::{
    Account, AttachmentKind, CapabilityKey, ObservationKind, Outgoing, Support, Upload, Visibility, Why,
};
use peer::{Peer, code, host, mastodon, revoked, word};
use reqwest::Method;

/// The smallest picture there is.
const PNG: &[u8] = &[
    0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 0x0D, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 1, 0, 0,
    0, 1, 8, 6, 0, 0, 0, 0x1F, 0x15, 0xC4, 0x89, 0, 0, 0, 0x0D, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9C, 0x63,
    0xF8, 0xCF, 0xC0, 0xF0, 0x1F, 0, 5, 0, 1, 0xFF, 0x56, 0xC7, 0x2F, 0x0D, 0, 0, 0, 0, 0x49, 0x45, 0x4E,
    0x44, 0xAE, 0x42, 0x60, 0x82,
];

fn reply(parent: &str, mention: &str, text: &str) -> Outgoing {
    Outgoing {
        parent_id: Some(parent.to_owned()),
        language: Some("en".into()),
        mention: Some(mention.to_owned()),
        ..Outgoing::new(word(), text, Visibility::Public, 0)
    }
}

/// Where the notifications of an account stand now.
async fn now(peer: &Peer, who: &Account) -> Option<String> {
    let mut page = mastodon().pull(&peer.net, who, "notifications", None).await.unwrap();
    while page.more {
        let cursor = Some(page.cursor.as_str());
        page = mastodon().pull(&peer.net, who, "notifications", cursor).await.unwrap();
    }
    Some(page.cursor)
}

#[tokio::test]
async fn a_mention_is_seen_answered_and_the_answer_comes_back_as_our_own() {
    let Some(peer) = Peer::find() else { return };
    let brand = peer.connect(&peer.a, "brand").await;
    let customer = peer.connect(&peer.a, "customer").await;
    let start = now(&peer, &brand).await;
    let question = word();
    peer.post(&customer, &format!("@brand where is my parcel? {question}")).await;
    let (seen, _) = peer.wait_for(&brand, "notifications", start, &question).await;
    let item = seen.item.unwrap();
    assert_eq!(seen.kind, ObservationKind::Created);
    assert!(item.addressed && !item.ours);
    assert_eq!(item.author.handle, format!("customer@{}", host(&peer.a)));

    let answer = word();
    let reply = reply(&seen.remote_id, &item.author.handle, &format!("On its way. {answer}"));
    let published = mastodon().publish(&peer.net, &brand, &reply).await.unwrap();
    let (heard, _) = peer.wait_for(&customer, "notifications", None, &answer).await;
    assert_eq!(heard.item.unwrap().author.handle, brand.handle);

    let (echo, _) = peer.wait_for(&brand, "statuses", None, &answer).await;
    let item = echo.item.unwrap();
    assert_eq!(echo.remote_id, published.remote_id);
    assert!(item.ours && !item.addressed);
    assert_eq!(item.parent_id.as_deref(), Some(seen.remote_id.as_str()));
    let thread = mastodon().thread(&peer.net, &brand, &published.remote_id).await.unwrap();
    assert!(thread.iter().any(|above| above.remote_id == seen.remote_id));
}

#[tokio::test]
async fn a_mention_from_another_server_is_seen_and_answered() {
    let Some(peer) = Peer::find() else { return };
    let brand = peer.connect(&peer.a, "brand").await;
    let remote = peer.connect(&peer.b, "remote").await;
    let start = now(&peer, &brand).await;
    let question = word();
    peer.post(&remote, &format!("@{} hello from afar {question}", brand.handle)).await;
    let (seen, _) = peer.wait_for(&brand, "notifications", start, &question).await;
    let item = seen.item.unwrap();
    assert_eq!(item.author.handle, remote.handle);
    assert!(item.addressed);
    let answer = word();
    let reply = reply(&seen.remote_id, &item.author.handle, &answer);
    mastodon().publish(&peer.net, &brand, &reply).await.unwrap();
    peer.wait_for(&remote, "notifications", None, &answer).await;
}

#[tokio::test]
async fn an_edit_by_the_author_is_followed() {
    let Some(peer) = Peer::find() else { return };
    let brand = peer.connect(&peer.a, "brand").await;
    let remote = peer.connect(&peer.b, "remote").await;
    let start = now(&peer, &brand).await;
    let (before, after) = (word(), word());
    let post = peer.post(&remote, &format!("@{} {before}", brand.handle)).await;
    let (first, cursor) = peer.wait_for(&brand, "notifications", start, &before).await;

    // Times are whole seconds over there.
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    let path = format!("/api/v1/statuses/{}", post["id"].as_str().unwrap());
    let body = serde_json::json!({ "status": format!("@{} {after}", brand.handle) });
    peer.call(&remote, Method::PUT, &path, Some(body)).await;
    let edited = peer
        .recheck_until(&brand, &first.remote_id, |seen| {
            seen.item.as_ref().is_some_and(|item| item.text.contains(&after))
        })
        .await;
    assert_eq!(edited.kind, ObservationKind::Edited);
    assert!(edited.version_at > first.version_at);
    // The latest notifications are looked at again anyway.
    let (again, _) = peer.wait_for(&brand, "notifications", Some(cursor), &after).await;
    assert_eq!(again.remote_id, first.remote_id);
}

#[tokio::test]
async fn a_deletion_by_the_author_is_followed() {
    let Some(peer) = Peer::find() else { return };
    let brand = peer.connect(&peer.a, "brand").await;
    // On the same server: this software doesn't tell other servers of deletions.
    let customer = peer.connect(&peer.a, "customer").await;
    let start = now(&peer, &brand).await;
    let question = word();
    let post = peer.post(&customer, &format!("@brand {question}")).await;
    let (seen, _) = peer.wait_for(&brand, "notifications", start, &question).await;
    peer.delete_on_web(&peer.a, "customer", post["uri"].as_str().unwrap()).await;
    let gone = |seen: &parvis_channels::Observation| seen.kind == ObservationKind::Deleted;
    let deleted = peer.recheck_until(&brand, &seen.remote_id, gone).await;
    assert_eq!((deleted.remote_id, deleted.item), (seen.remote_id, None));
}

#[tokio::test]
async fn pictures_keep_their_alternative_text_both_ways() {
    let Some(peer) = Peer::find() else { return };
    let brand = peer.connect(&peer.a, "brand").await;
    let remote = peer.connect(&peer.b, "remote").await;
    let start = now(&peer, &remote).await;
    // To have somebody to answer, the remote speaks first.
    let hello = word();
    let brand_start = now(&peer, &brand).await;
    peer.post(&remote, &format!("@{} {hello}", brand.handle)).await;
    let (seen, cursor) = peer.wait_for(&brand, "notifications", brand_start, &hello).await;

    let picture = Upload { bytes: PNG.into(), mime: "image/png".into(), alt: "A red dot".into() };
    let there = word();
    let mut answer = reply(&seen.remote_id, &remote.handle, &there);
    answer.media = vec![picture.clone()];
    mastodon().publish(&peer.net, &brand, &answer).await.unwrap();
    let (heard, _) = peer.wait_for(&remote, "notifications", start, &there).await;
    let file = &heard.item.as_ref().unwrap().attachments[0];
    assert_eq!((file.kind, file.alt.as_deref()), (AttachmentKind::Image, Some("A red dot")));

    let back = word();
    let mut answer = reply(&heard.remote_id, &brand.handle, &back);
    answer.media = vec![Upload { alt: "Le même point".into(), ..picture }];
    mastodon().publish(&peer.net, &remote, &answer).await.unwrap();
    let (seen, _) = peer.wait_for(&brand, "notifications", Some(cursor), &back).await;
    let item = seen.item.unwrap();
    assert_eq!(item.attachments[0].alt.as_deref(), Some("Le même point"));
}

#[tokio::test]
async fn our_own_message_is_changed_and_found_and_its_deletion_refused_honestly() {
    let Some(peer) = Peer::find() else { return };
    let brand = peer.connect(&peer.a, "brand").await;
    let customer = peer.connect(&peer.a, "customer").await;
    let start = now(&peer, &brand).await;
    let question = word();
    peer.post(&customer, &format!("@brand {question}")).await;
    let (seen, _) = peer.wait_for(&brand, "notifications", start, &question).await;

    let mut answer = reply(&seen.remote_id, &customer.handle, &format!("one *two* {}", word()));
    let find = async |answer: &Outgoing| {
        mastodon().find_published(&peer.net, &brand, answer, seen.occurred_at.unwrap()).await.unwrap()
    };
    assert_eq!(find(&answer).await, None);
    let published = mastodon().publish(&peer.net, &brand, &answer).await.unwrap();
    assert_eq!(find(&answer).await.unwrap().remote_id, published.remote_id);

    answer.text = format!("changed {}", word());
    mastodon().edit(&peer.net, &brand, &published.remote_id, &answer).await.unwrap();
    assert_eq!(find(&answer).await.unwrap().remote_id, published.remote_id);

    // This version has neither: it keeps no keys, and its API can't delete.
    let retry = brand.capabilities.get(CapabilityKey::SafeRetry);
    assert_eq!((retry.support, retry.reason), (Support::Emulated, Some(Why::ReadBack)));
    let delete = brand.capabilities.get(CapabilityKey::Delete);
    let result = mastodon().delete(&peer.net, &brand, &published.remote_id).await;
    if delete.support == Support::Unsupported {
        assert_eq!(code(result), "unsupported");
    } else {
        result.unwrap();
    }
}

#[tokio::test]
async fn the_cursor_resumes_after_the_server_was_killed() {
    let Some(peer) = Peer::find() else { return };
    let brand = peer.connect(&peer.a, "brand").await;
    let customer = peer.connect(&peer.a, "customer").await;
    let start = now(&peer, &brand).await;
    let (before, after) = (word(), word());
    peer.post(&customer, &format!("@brand {before}")).await;
    let (first, cursor) = peer.wait_for(&brand, "notifications", start, &before).await;
    let pull = mastodon().pull(&peer.net, &brand, "notifications", Some(&cursor));
    assert_eq!(code(peer.while_dead(pull).await), "unreachable");

    peer.post(&customer, &format!("@brand {after}")).await;
    let mut seen = Vec::new();
    let mut cursor = cursor;
    while !seen.iter().any(|text: &String| text.contains(&after)) {
        let page = mastodon().pull(&peer.net, &brand, "notifications", Some(&cursor)).await.unwrap();
        seen.extend(page.observations.into_iter().filter_map(|o| Some(o.item?.text)));
        cursor = page.cursor;
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    }
    assert!(!seen.iter().any(|text| text.contains(&before)), "{first:?} came twice");
}

#[tokio::test]
async fn a_revoked_access_and_a_dead_server_are_told_apart() {
    let Some(peer) = Peer::find() else { return };
    let brand = peer.connect(&peer.a, "brand").await;
    let stranger = revoked(&brand);
    let pull = async |who: &Account| mastodon().pull(&peer.net, who, "notifications", None).await;
    assert_eq!(code(pull(&stranger).await), "unauthorized");
    assert_eq!(code(mastodon().probe(&peer.net, &stranger).await), "unauthorized");
    assert_eq!(code(mastodon().publish(&peer.net, &stranger, &reply("1", "x", "x")).await), "unauthorized");
    let mut nowhere = brand.clone();
    nowhere.base_url = "http://127.0.0.4/".parse().unwrap();
    assert_eq!(code(pull(&nowhere).await), "forbidden_address");
}

#[tokio::test]
async fn the_table_and_the_limits_are_those_of_the_server() {
    let Some(peer) = Peer::find() else { return };
    let brand = peer.connect(&peer.a, "brand").await;
    assert_eq!(brand.handle, format!("brand@{}", host(&peer.a)));
    let rule = mastodon().text_rule(&brand.capabilities);
    assert!(rule.max >= 10_000);
    let stream = brand.capabilities.get(CapabilityKey::Stream);
    assert_eq!((stream.support, stream.reason), (Support::Emulated, Some(Why::ServerSilent)));
    let (sink, _seen) = tokio::sync::mpsc::channel(1);
    assert_eq!(code(mastodon().listen(&peer.net, &brand, sink).await), "unsupported");
}
