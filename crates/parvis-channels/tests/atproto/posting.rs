//! Posts that answer nothing: what goes with them, and threads of them.

use parvis_channels::{CapabilityKey, Card, Outgoing, Upload, Visibility, part_key};
use serde_json::{Value, json};

use crate::answering::{PNG, records};
use crate::peer::{Peer, Person, bluesky, says, word};

/// A post of now, as the program's clock would have it.
async fn post(peer: &Peer, who: &Person, text: &str) -> Outgoing {
    let now: jiff::Timestamp = peer.now(who).await.parse().unwrap();
    let key = format!("01a201dd-15e0-7abc-8def-{}", word());
    let it = Outgoing::new(key, text, Visibility::Public, now.as_microsecond());
    Outgoing { language: Some("fr".into()), ..it }
}

fn picture() -> Upload {
    Upload { bytes: PNG.into(), mime: "image/png".into(), alt: "Un point rouge".into() }
}

async fn value(peer: &Peer, who: &Person, uri: &str) -> Value {
    let all = records(peer, who).await;
    all.into_iter().find(|it| it["uri"] == uri).unwrap()["value"].clone()
}

#[tokio::test]
async fn a_post_stands_alone_and_comes_back_as_our_own() {
    let Some(peer) = Peer::find() else { return };
    let brand = peer.person(&peer.pds, "brand").await;
    assert!(brand.account.capabilities.can(CapabilityKey::Post));
    let own = peer.stand(&brand.account, "posts").await;
    let there = word();
    let text = format!("É #ouvert https://museum.example/été {there}");
    let it = Outgoing { media: vec![picture()], ..post(&peer, &brand, &text).await };
    let found = async || bluesky().find_published(&peer.net, &brand.account, &it, 0).await.unwrap();
    assert_eq!(found().await, None);
    let published = bluesky().publish(&peer.net, &brand.account, &it).await.unwrap();
    assert_eq!(published.published_at, Some(it.at));
    assert_eq!(found().await.unwrap().remote_id, published.remote_id);
    // Sent once more it is the same one.
    let again = bluesky().publish(&peer.net, &brand.account, &it).await.unwrap();
    assert_eq!(again.remote_id, published.remote_id);
    assert_eq!(records(&peer, &brand).await.len(), 1);

    let (echo, _) = peer.wait_for(&brand.account, "posts", &own, says(&there)).await;
    let item = echo.item.unwrap();
    assert_eq!((echo.remote_id.as_str(), item.parent_id), (published.remote_id.as_str(), None));
    assert!(item.ours && item.html.contains("<a href=\"https://museum.example/%C3%A9t%C3%A9\""));
    assert_eq!(item.language.as_deref(), Some("fr"));
    assert_eq!(item.attachments[0].alt.as_deref(), Some("Un point rouge"));
    let record = value(&peer, &brand, &published.remote_id).await;
    let marks: Vec<Value> =
        record["facets"].as_array().unwrap().iter().map(|it| it["index"].clone()).collect();
    assert_eq!(marks[0], json!({ "byteStart": 3, "byteEnd": 10 }));
    assert_eq!(record["reply"], Value::Null);
}

#[tokio::test]
async fn a_card_and_a_quotation_go_with_a_post_and_a_picture_takes_the_place_of_the_card() {
    let Some(peer) = Peer::find() else { return };
    let brand = peer.person(&peer.pds, "brand").await;
    let customer = peer.person(&peer.pds, "customer").await;
    let quoted = peer.post(&customer, "Beautiful", None).await;
    let card = Card {
        url: "https://museum.example/night".parse().unwrap(),
        title: "La nuit".into(),
        about: "Tous les jeudis".into(),
        picture: Some(picture()),
    };
    let carded = Outgoing { card: Some(card), ..post(&peer, &brand, "Venez").await };
    let both = Outgoing { key: part_key(&carded.key, 1), quote: Some(quoted.uri.clone()), ..carded.clone() };
    let pictured = Outgoing { key: part_key(&carded.key, 2), media: vec![picture()], ..carded.clone() };
    let only = Outgoing { key: part_key(&carded.key, 3), card: None, ..both.clone() };
    let mut embeds = Vec::new();
    for it in [&carded, &both, &pictured, &only] {
        let published = bluesky().publish(&peer.net, &brand.account, it).await.unwrap();
        embeds.push(value(&peer, &brand, &published.remote_id).await["embed"].clone());
    }
    let external = &embeds[0]["external"];
    assert_eq!(
        (&external["title"], &external["uri"]),
        (&json!("La nuit"), &json!("https://museum.example/night"))
    );
    assert_eq!(external["thumb"]["mimeType"], "image/png");
    assert_eq!(embeds[1]["record"]["record"], json!({ "uri": quoted.uri, "cid": quoted.cid }));
    assert_eq!(embeds[1]["media"]["external"]["title"], "La nuit");
    assert_eq!(embeds[2]["$type"], "app.bsky.embed.images");
    assert_eq!(embeds[3]["record"]["uri"], json!(quoted.uri));
    // Whoever is quoted hears of it, which shows that the AppView took the record for one of its own.
    let (heard, _) = peer.wait_for(&customer.account, "notifications", "", says("Venez")).await;
    assert!(heard.item.unwrap().addressed);
}

#[tokio::test]
async fn a_thread_keeps_its_root_and_its_order() {
    let Some(peer) = Peer::find() else { return };
    let brand = peer.person(&peer.pds, "brand").await;
    let first = post(&peer, &brand, "1/3").await;
    let mut part = first.clone();
    let mut ids = Vec::new();
    for number in 1..=3 {
        let published = bluesky().publish(&peer.net, &brand.account, &part).await.unwrap();
        part = first.next(number, format!("{}/3", number + 1), &published);
        ids.push(published.remote_id);
    }
    assert!(ids.is_sorted(), "{ids:?}");
    let last = value(&peer, &brand, &ids[2]).await;
    assert_eq!(last["reply"]["root"]["uri"], json!(ids[0]));
    assert_eq!(last["reply"]["parent"]["uri"], json!(ids[1]));
    peer.until(&brand, &ids[2], |post| !post.is_null()).await;
    let thread = bluesky().thread(&peer.net, &brand.account, &ids[0]).await.unwrap();
    assert_eq!(thread.iter().map(|it| it.remote_id.clone()).collect::<Vec<_>>(), ids[1..]);
}

#[tokio::test]
async fn whom_a_text_would_name_is_found_by_their_handle_and_nobody_is_nobody() {
    let Some(peer) = Peer::find() else { return };
    let brand = peer.person(&peer.pds, "brand").await;
    let other = peer.person(&peer.pds, "other").await;
    let find = async |words: &str| bluesky().find_people(&peer.net, &brand.account, words).await.unwrap();
    let handle = &other.account.handle;
    for written in [handle.clone(), format!("@{}", handle.to_uppercase())] {
        assert!(find(&written).await.iter().any(|it| it.handle == *handle), "{written}");
    }
    let (_, domain) = handle.split_once('.').unwrap();
    assert!(find(&format!("nobody-{}.{domain}", word())).await.is_empty());
    assert!(find("not a handle at all").await.is_empty());
}
