//! What we write: once, marked as it should be, and taken back.

use parvis_channels::{CapabilityKey, Net, NetOptions, Upload, Visibility};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::peer::{POST, Peer, Person, Posted, bluesky, code, reply, says, word};

/// The smallest picture there is.
pub const PNG: &[u8] = &[
    0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 0x0D, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 1, 0, 0,
    0, 1, 8, 6, 0, 0, 0, 0x1F, 0x15, 0xC4, 0x89, 0, 0, 0, 0x0D, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9C, 0x63,
    0xF8, 0xCF, 0xC0, 0xF0, 0x1F, 0, 5, 0, 1, 0xFF, 0x56, 0xC7, 0x2F, 0x0D, 0, 0, 0, 0, 0x49, 0x45, 0x4E,
    0x44, 0xAE, 0x42, 0x60, 0x82,
];

/// Somebody asks, and we know of it.
async fn asked(peer: &Peer) -> (Person, Person, Posted) {
    let brand = peer.person(&peer.pds, "brand").await;
    let customer = peer.person(&peer.pds, "customer").await;
    let question = peer.show(&customer, peer.mention(&brand, &word())).await;
    (brand, customer, question)
}

pub async fn records(peer: &Peer, who: &Person) -> Vec<Value> {
    let query = [("repo", who.account.remote_id.as_str()), ("collection", POST)];
    peer.get(who, "com.atproto.repo.listRecords", &query).await["records"].as_array().unwrap().clone()
}

#[tokio::test]
async fn an_answer_reaches_who_asked_and_comes_back_as_our_own() {
    let Some(peer) = Peer::find() else { return };
    let (brand, customer, question) = asked(&peer).await;
    let (heard, own) =
        (peer.stand(&customer.account, "notifications").await, peer.stand(&brand.account, "posts").await);
    let there = word();
    let answer = reply(&question.uri, &format!("On its way. {there}"));
    let published = bluesky().publish(&peer.net, &brand.account, &answer).await.unwrap();
    let (seen, _) = peer.wait_for(&customer.account, "notifications", &heard, says(&there)).await;
    let item = seen.item.unwrap();
    assert_eq!(
        (&seen.remote_id, item.author.remote_id),
        (&published.remote_id, brand.account.remote_id.clone())
    );
    assert_eq!(item.parent_id.as_deref(), Some(question.uri.as_str()));
    assert_eq!(item.language.as_deref(), Some("en"));
    let (echo, _) = peer.wait_for(&brand.account, "posts", &own, says(&there)).await;
    let item = echo.item.unwrap();
    assert_eq!((echo.remote_id, item.parent_id), (published.remote_id, Some(question.uri)));
    assert!(item.ours && published.published_at.is_some());

    // An answer to an answer keeps the root of the thread.
    let mut second = reply(&seen.remote_id, "And thank you");
    second.key = word();
    bluesky().publish(&peer.net, &customer.account, &second).await.unwrap();
    let records = records(&peer, &customer).await;
    let record = &records.iter().find(|it| it["value"]["text"] == "And thank you").unwrap()["value"];
    assert_eq!(record["reply"]["parent"]["uri"], json!(seen.remote_id));
    let root = record["reply"]["root"]["uri"].as_str().unwrap();
    assert!(root.starts_with(&format!("at://{}", customer.account.remote_id)), "{root}");
}

#[tokio::test]
async fn the_same_key_twice_is_one_post() {
    let Some(peer) = Peer::find() else { return };
    let (brand, _, question) = asked(&peer).await;
    for key in [None, Some("any key at all, é".to_owned())] {
        let before = records(&peer, &brand).await.len();
        let mut answer = reply(&question.uri, "Once");
        answer.key = key.unwrap_or(answer.key);
        assert_eq!(bluesky().find_published(&peer.net, &brand.account, &answer, 0).await.unwrap(), None);
        let first = bluesky().publish(&peer.net, &brand.account, &answer).await.unwrap();
        let second = bluesky().publish(&peer.net, &brand.account, &answer).await.unwrap();
        let found = bluesky().find_published(&peer.net, &brand.account, &answer, 0).await.unwrap().unwrap();
        assert_eq!((&first.remote_id, &first.published_at), (&second.remote_id, &second.published_at));
        assert_eq!(first.remote_id, found.remote_id);
        assert_eq!(records(&peer, &brand).await.len(), before + 1);
    }
}

#[tokio::test]
async fn two_attempts_at_the_same_time_are_one_post() {
    let Some(peer) = Peer::find() else { return };
    let (brand, _, question) = asked(&peer).await;
    let answer = reply(&question.uri, "Once");
    let attempt = || bluesky().publish(&peer.net, &brand.account, &answer);
    let results = futures_util::future::join_all([attempt(), attempt(), attempt()]).await;
    assert!(results.iter().any(Result::is_ok), "{results:?}");
    for result in results {
        // Who came too late doesn't know, and has to look.
        assert!(result.is_ok() || code(result) == "unknown");
    }
    assert_eq!(records(&peer, &brand).await.len(), 1);
    assert!(bluesky().find_published(&peer.net, &brand.account, &answer, 0).await.unwrap().is_some());
}

#[tokio::test]
async fn a_lost_answer_is_unknown_and_found_by_its_key() {
    let Some(peer) = Peer::find() else { return };
    let (brand, _, question) = asked(&peer).await;
    let port = losing(peer.pds.port().unwrap()).await;
    let allow = vec![format!("localhost:{port}"), format!("localhost:{}", peer.pds.port().unwrap())];
    let net = Net::new(&NetOptions { allow, ..NetOptions::default() }).unwrap();
    let mut far = brand.account.clone();
    far.base_url.set_port(Some(port)).unwrap();
    let answer = reply(&question.uri, "Did it arrive?");
    assert_eq!(code(bluesky().publish(&net, &far, &answer).await), "unknown");
    let found = bluesky().find_published(&peer.net, &brand.account, &answer, 0).await.unwrap().unwrap();
    // Sent again, it stays the same.
    let again = bluesky().publish(&net, &far, &answer).await.unwrap();
    assert_eq!((again.remote_id, records(&peer, &brand).await.len()), (found.remote_id, 1));
}

/// A way to a server on which the answer to every new record gets lost.
async fn losing(to: u16) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut near, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut far = TcpStream::connect(("127.0.0.1", to)).await.unwrap();
                let mut head = vec![0; 64 * 1024];
                let length = near.read(&mut head).await.unwrap();
                far.write_all(&head[..length]).await.unwrap();
                if head.starts_with(b"POST /xrpc/com.atproto.repo.createRecord") {
                    let (mut from_near, mut to_far) = (near.split().0, far);
                    // Whatever is still to be sent goes through; what comes back doesn't.
                    let mut buffer = vec![0; 64 * 1024];
                    loop {
                        tokio::select! {
                            more = from_near.read(&mut buffer) => match more {
                                Ok(length) if length > 0 => to_far.write_all(&buffer[..length]).await.unwrap(),
                                _ => return,
                            },
                            answer = to_far.readable() => return answer.unwrap(),
                        }
                    }
                }
                let _ended = tokio::io::copy_bidirectional(&mut near, &mut far).await;
            });
        }
    });
    port
}

#[tokio::test]
async fn names_links_and_tags_are_marked_by_byte() {
    let Some(peer) = Peer::find() else { return };
    let (brand, customer, question) = asked(&peer).await;
    let other = peer.person(&peer.pds, "other").await;
    let heard = peer.stand(&other.account, "notifications").await;
    let there = word();
    let text = format!(
        "Çà et là 👩‍👩‍👧 @{} @nobody.invalid (https://parvis.example/é?a=1) #été {there}",
        other.account.handle
    );
    let published = bluesky().publish(&peer.net, &brand.account, &reply(&question.uri, &text)).await.unwrap();
    // Whoever is named is told, which the network does by the mark alone.
    let (seen, _) = peer.wait_for(&other.account, "notifications", &heard, says(&there)).await;
    assert!(seen.item.as_ref().unwrap().addressed);
    let html = &seen.item.unwrap().html;
    for part in [
        "https://parvis.example/%C3%A9?a=1",
        "https://bsky.app/hashtag/%C3%A9t%C3%A9",
        &other.account.remote_id,
    ] {
        assert!(html.contains(part), "{part}: {html}");
    }
    let records = records(&peer, &brand).await;
    let facets =
        records.iter().find(|it| it["uri"] == json!(published.remote_id)).unwrap()["value"]["facets"].clone();
    let marked: Vec<&str> = facets
        .as_array()
        .unwrap()
        .iter()
        .map(|facet| {
            let at = |name: &str| usize::try_from(facet["index"][name].as_u64().unwrap()).unwrap();
            text.get(at("byteStart")..at("byteEnd")).unwrap()
        })
        .collect();
    let name = format!("@{}", other.account.handle);
    assert_eq!(marked, [name.as_str(), "https://parvis.example/é?a=1", "#été"]);
    drop(customer);
}

#[tokio::test]
async fn a_text_that_fits_by_our_rule_is_taken_and_one_that_does_not_is_refused() {
    let Some(peer) = Peer::find() else { return };
    let (brand, _, question) = asked(&peer).await;
    let rule = bluesky().text_rule(&brand.account.capabilities);
    let family = "👩‍👩‍👧‍👦";
    for (text, fits) in [
        ("é".repeat(300), true),
        ("é".repeat(301), false),
        (family.repeat(120), true),
        (family.repeat(121), false),
        (format!("{} https://parvis.example/{}", "x".repeat(200), "y".repeat(76)), true),
        (format!("{} https://parvis.example/{}", "x".repeat(200), "y".repeat(77)), false),
        ("e\u{301}".repeat(300), true),
        ("🇫🇷".repeat(300), true),
    ] {
        assert_eq!(rule.fits(&text, None), fits, "{text}");
        let result = bluesky().publish(&peer.net, &brand.account, &reply(&question.uri, &text)).await;
        if fits { drop(result.unwrap()) } else { assert_eq!(code(result), "refused", "{text}") }
    }
}

#[tokio::test]
async fn files_that_are_too_many_or_too_large_are_refused_and_nothing_is_posted() {
    let Some(peer) = Peer::find() else { return };
    let (brand, _, question) = asked(&peer).await;
    let rule = brand.account.capabilities.media.clone().unwrap();
    let picture = |bytes: Vec<u8>| Upload { bytes, mime: "image/png".into(), alt: "x".into() };
    let mut many = reply(&question.uri, "five");
    many.media = vec![picture(PNG.into()); 5];
    let mut large = reply(&question.uri, "large");
    let mut bytes = PNG.to_vec();
    bytes.resize(usize::try_from(rule.max_image_bytes.unwrap()).unwrap() + 1, 0);
    large.media = vec![picture(bytes)];
    for answer in [many, large] {
        assert_eq!(code(bluesky().publish(&peer.net, &brand.account, &answer).await), "refused");
    }
    let mut most = reply(&question.uri, "four");
    most.media = vec![picture(PNG.into()); rule.max_count.unwrap() as usize];
    bluesky().publish(&peer.net, &brand.account, &most).await.unwrap();
    assert_eq!(records(&peer, &brand).await.len(), 1);
}

#[tokio::test]
async fn what_is_ours_can_be_deleted_and_nothing_else() {
    let Some(peer) = Peer::find() else { return };
    let (brand, _, question) = asked(&peer).await;
    let answer = reply(&question.uri, "Too soon");
    let published = bluesky().publish(&peer.net, &brand.account, &answer).await.unwrap();
    for _ in 0..2 {
        bluesky().delete(&peer.net, &brand.account, &published.remote_id).await.unwrap();
    }
    assert_eq!(bluesky().find_published(&peer.net, &brand.account, &answer, 0).await.unwrap(), None);
    for foreign in [question.uri.as_str(), "1", "at://did:plc:a/app.bsky.feed.like/x"] {
        assert_eq!(code(bluesky().delete(&peer.net, &brand.account, foreign).await), "refused", "{foreign}");
    }
}

#[tokio::test]
async fn what_the_table_refuses_is_refused_and_what_is_gone_cannot_be_answered() {
    let Some(peer) = Peer::find() else { return };
    let (brand, customer, question) = asked(&peer).await;
    let table = &brand.account.capabilities;
    for visibility in [Visibility::Direct, Visibility::Followers, Visibility::Unlisted] {
        let answer = parvis_channels::Outgoing { visibility, ..reply(&question.uri, "secret") };
        assert_eq!(code(bluesky().publish(&peer.net, &brand.account, &answer).await), "unsupported");
    }
    assert!(!table.can(CapabilityKey::ReplyPrivately) && !table.can(CapabilityKey::Warning));
    let warned = parvis_channels::Outgoing { warning: Some("spoiler".into()), ..reply(&question.uri, "x") };
    assert_eq!(code(bluesky().publish(&peer.net, &brand.account, &warned).await), "unsupported");
    let edit = bluesky().edit(&peer.net, &brand.account, &question.uri, &reply("x", "x")).await;
    assert!(code(edit) == "unsupported" && !table.can(CapabilityKey::Edit));

    bluesky().delete(&peer.net, &customer.account, &question.uri).await.unwrap();
    peer.until(&brand, &question.uri, Value::is_null).await;
    let late = bluesky().publish(&peer.net, &brand.account, &reply(&question.uri, "Hello?")).await;
    assert_eq!(code(late), "refused");
    assert_eq!(records(&peer, &brand).await, Vec::<Value>::new());
}
