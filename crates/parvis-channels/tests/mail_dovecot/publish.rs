//! Answering: once, however often it is tried; and what the server makes of it.

use parvis_channels::{Account, AttachmentKind, Mark, ObservationKind, Upload, Why};

use crate::peer::{Peer, code, letter, mail, reply, word};

/// The smallest picture there is.
const PNG: &[u8] = &[
    0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 0x0D, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 1, 0, 0,
    0, 1, 8, 6, 0, 0, 0, 0x1F, 0x15, 0xC4, 0x89, 0, 0, 0, 0x0D, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9C, 0x63,
    0xF8, 0xCF, 0xC0, 0xF0, 0x1F, 0, 5, 0, 1, 0xFF, 0x56, 0xC7, 0x2F, 0x0D, 0, 0, 0, 0, 0x49, 0x45, 0x4E,
    0x44, 0xAE, 0x42, 0x60, 0x82,
];

/// A mailbox with a mail from somebody in it, and that mail's id.
async fn asked_by(peer: &Peer, from: &str) -> (Account, String) {
    let brand = peer.mailbox("brand").await;
    peer.deliver(&brand, letter(from, "x", "", "A question"));
    let (seen, _) = peer.all(&brand, "inbox", None).await;
    let id = seen[0].remote_id.clone();
    (brand, id)
}

#[tokio::test]
async fn the_same_key_twice_is_one_mail() {
    let Some(peer) = Peer::find().await else { return };
    let customer = peer.mailbox("customer").await;
    let (brand, id) = asked_by(&peer, &customer.handle).await;
    let answer = reply(&id, "Once");
    assert_eq!(mail().find_published(&peer.net, &brand, &answer, 0).await.unwrap(), None);
    let first = peer.publish(&brand, &answer).await.unwrap();
    let second = peer.publish(&brand, &answer).await.unwrap();
    assert_eq!(first.remote_id, second.remote_id);
    assert_eq!(peer.taken(&customer.handle), [first.remote_id.as_str()]);
    assert_eq!(peer.all(&customer, "inbox", None).await.0.len(), 1);
    let found = mail().find_published(&peer.net, &brand, &answer, 0).await.unwrap().unwrap();
    assert!(found.remote_id == first.remote_id && found.published_at.is_some());
    assert_eq!(peer.all(&brand, "sent", None).await.0.len(), 1);
}

#[tokio::test]
async fn a_lost_answer_is_unknown_and_what_is_sent_again_is_the_same_mail() {
    let Some(peer) = Peer::find().await else { return };
    let lost = format!("lost@{}.test", word());
    let (brand, id) = asked_by(&peer, &lost).await;
    let answer = reply(&id, "Perhaps");
    assert_eq!(code(peer.publish(&brand, &answer).await), "unknown");
    // There is no copy, and no way to ask: the second one has the same identity.
    let find = async || mail().find_published(&peer.net, &brand, &answer, 0).await.unwrap();
    assert_eq!(find().await, None);
    assert_eq!(code(peer.publish(&brand, &answer).await), "unknown");
    let ids = peer.taken(&lost);
    assert!(ids.len() == 2 && ids[0] == ids[1], "{ids:?}");
    // Many servers keep the copy themselves: then it is found, and nothing goes out a third time.
    peer.put(&peer.lying(&lost)[0], &brand, ".Sent");
    assert_eq!(find().await.unwrap().remote_id, ids[0]);
    assert_eq!(peer.publish(&brand, &answer).await.unwrap().remote_id, ids[0]);
    assert_eq!(peer.taken(&lost).len(), 2);
}

#[tokio::test]
async fn each_refusal_is_named_for_what_it_is() {
    let Some(peer) = Peer::find().await else { return };
    for (who, expected) in [
        ("bounce", "refused"),
        ("tempfail", "unreachable"),
        ("limited", "unreachable"),
        ("dropped", "unknown"),
    ] {
        let (brand, id) = asked_by(&peer, &format!("{who}@ext.test")).await;
        assert_eq!(code(peer.publish(&brand, &reply(&id, "x")).await), expected, "{who}");
        assert_eq!(peer.all(&brand, "sent", None).await.0.len(), 0, "{who}");
    }
    let brand = peer.mailbox("brand").await;
    assert_eq!(code(peer.publish(&brand, &reply("gone@ext.test", "x")).await), "refused");
}

#[tokio::test]
async fn a_mail_that_comes_back_is_told_of_our_message() {
    let Some(peer) = Peer::find().await else { return };
    let (brand, id) = asked_by(&peer, &format!("late@{}.test", word())).await;
    let (_, cursor) = peer.all(&brand, "inbox", None).await;
    let published = peer.publish(&brand, &reply(&id, "Hello?")).await.unwrap();
    let (seen, _) = peer.all(&brand, "inbox", Some(&cursor)).await;
    assert_eq!((seen.len(), seen[0].kind), (1, ObservationKind::Failed));
    assert_eq!(seen[0].remote_id, published.remote_id);
    let item = seen[0].item.as_ref().unwrap();
    assert!(item.text.contains("late@") && item.text.contains("550 5.1.1 no such user"), "{}", item.text);
    assert!(!item.addressed);
}

#[tokio::test]
async fn a_program_is_recognised_and_never_answered() {
    let Some(peer) = Peer::find().await else { return };
    for (from, head, sign) in [
        ("anna@ext.test", "Auto-Submitted: auto-replied\n", "Auto-Submitted"),
        ("news@ext.test", "List-Unsubscribe: <https://ext.test/>\n", "List-Unsubscribe"),
        ("no-reply@ext.test", "", "From"),
    ] {
        let brand = peer.mailbox("brand").await;
        peer.deliver(&brand, letter(from, "x", head, "I am away"));
        let (seen, _) = peer.all(&brand, "inbox", None).await;
        let item = seen[0].item.as_ref().unwrap();
        assert_eq!(item.marks, [Mark::Automatic(sign.into())]);
        assert_eq!(item.author.bot, from.starts_with("no-reply"));
        let error = peer.publish(&brand, &reply(&seen[0].remote_id, "x")).await.unwrap_err();
        assert_eq!(error, parvis_channels::ChannelError::Unsupported(Why::NotToPrograms));
    }
}

#[tokio::test]
async fn our_own_address_in_a_head_proves_nothing() {
    let Some(peer) = Peer::find().await else { return };
    let customer = peer.mailbox("customer").await;
    let (brand, id) = asked_by(&peer, &customer.handle).await;
    let (_, cursor) = peer.all(&brand, "inbox", None).await;
    peer.deliver(&brand, letter(&brand.handle, "x", "", "I am you"));
    let published = peer.publish(&brand, &reply(&id, "Real")).await.unwrap();
    // A copy to ourselves, as some programs send one.
    let copy = format!("From: {}\nMessage-ID: <{}>\nSubject: x\n\nReal\n", brand.handle, published.remote_id);
    peer.deliver(&brand, copy);
    let (seen, _) = peer.all(&brand, "inbox", Some(&cursor)).await;
    let ours: Vec<bool> = seen.iter().map(|it| it.item.as_ref().unwrap().ours).collect();
    assert_eq!(ours, [false, true]);
    assert_eq!(seen[1].remote_id, published.remote_id);
}

#[tokio::test]
async fn pictures_travel_both_ways() {
    let Some(peer) = Peer::find().await else { return };
    let customer = peer.mailbox("customer").await;
    let (brand, id) = asked_by(&peer, &customer.handle).await;
    let mut answer = reply(&id, "See");
    answer.media = vec![Upload { bytes: PNG.into(), mime: "image/png".into(), alt: "Un point rouge".into() }];
    peer.publish(&brand, &answer).await.unwrap();
    let (seen, _) = peer.all(&customer, "inbox", None).await;
    let item = seen[0].item.as_ref().unwrap();
    let file = &item.attachments[0];
    assert_eq!((item.text.as_str(), item.attachments.len()), ("See", 1));
    assert_eq!((file.kind, file.alt.as_deref()), (AttachmentKind::Image, Some("Un point rouge")));
    let get = async |url: &str, max| mail().fetch_media(&peer.net, &customer, url, max).await;
    assert_eq!(get(&file.url, 1000).await.unwrap(), PNG);
    assert_eq!(code(get(&file.url, 10).await), "malformed");
    assert_eq!(code(get("mid:gone%40ext.test/1", 1000).await), "refused");
    assert_eq!(code(get("https://127.0.0.1/x.png", 1000).await), "refused");
}
