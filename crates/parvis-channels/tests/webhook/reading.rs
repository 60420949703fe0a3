//! What a delivery that was proved says.

use parvis_channels::{
    AttachmentKind, CapabilityKey, Item, ObservationKind, Support, Undelivered, Visibility,
};
use serde_json::{Value, json};

use crate::peer::{NOW, Peer, connected, deliver, inward};

fn event(kind: &str, data: Value) -> Value {
    json!({ "type": kind, "timestamp": "2026-11-22T09:59:58.5Z", "data": data })
}

fn message(data: Value) -> Value {
    let mut whole = json!({ "id": "42", "author": { "id": "u-7", "name": "Anna" }, "text": "Bonjour" });
    for (name, value) in data.as_object().unwrap() {
        whole[name] = value.clone();
    }
    event("message.created", whole)
}

#[tokio::test]
async fn a_message_is_read_with_all_that_was_told_of_it() {
    let (account, secret) = inward().await;
    let body = message(json!({
        "author": { "id": "u-7", "handle": "anna", "name": "Anna", "url": "https://shop.example/u/7" },
        "text": "Première ligne\nseconde\n\n<b>Ma commande</b> & la suite",
        "at": "2026-11-22T10:59:00+02:00", "parent": "41", "thread": "40", "title": "Commande 12",
        "url": "https://shop.example/t/40#42", "language": "fr", "more": { "than": "we know" },
        "attachments": [
            { "url": "https://shop.example/a.png", "mime": "image/png", "alt": "Un carton ouvert" },
            { "url": "https://shop.example/b.pdf" }, { "url": "javascript:alert(1)" },
        ],
    }));
    let bytes = body.to_string().into_bytes();
    let received = deliver(&account, &secret, "m-1", &bytes).unwrap();
    assert_eq!(received, deliver(&account, &secret, "m-1", &bytes).unwrap(), "the same again says the same");
    assert_eq!(received.delivery.remote_id, "delivery:m-1");
    let [seen] = &received.observations[..] else { panic!("one message: {received:?}") };
    assert_eq!((seen.remote_id.as_str(), seen.kind), ("42", ObservationKind::Created));
    let at = Some("2026-11-22T08:59:00Z".parse::<jiff::Timestamp>().unwrap().as_microsecond());
    assert_eq!((seen.occurred_at, seen.version_at), (at, at));
    assert_eq!(seen.raw.as_bytes(), bytes);
    let item = seen.item.as_ref().unwrap();
    assert_eq!(
        item.html,
        "<p>Première ligne<br>seconde</p><p>&lt;b&gt;Ma commande&lt;/b&gt; &amp; la suite</p>"
    );
    assert_eq!(item.text, "Première ligne\nseconde\n\n<b>Ma commande</b> & la suite");
    assert_eq!((item.parent_id.as_deref(), item.thread_id.as_deref()), (Some("41"), Some("40")));
    assert_eq!((item.author.handle.as_str(), item.author.remote_id.as_str()), ("anna", "u-7"));
    assert!(item.addressed && !item.ours && item.visibility == Visibility::Direct);
    let kinds: Vec<_> = item.attachments.iter().map(|file| file.kind).collect();
    assert_eq!(kinds, [AttachmentKind::Image, AttachmentKind::Other]);
}

#[tokio::test]
async fn edits_deletions_and_our_own_words_are_told_apart() {
    let (account, secret) = inward().await;
    let told = time("2026-11-22T09:59:58.5Z");
    let read = |body: Value| {
        let received = deliver(&account, &secret, "m-1", body.to_string().as_bytes()).unwrap();
        received.observations.into_iter().next().unwrap()
    };
    let mut body = message(json!({ "at": "2026-11-22T08:00:00Z", "text": "Bonsoir" }));
    body["type"] = json!("message.edited");
    let edited = read(body);
    assert_eq!((edited.kind, edited.version_at), (ObservationKind::Edited, told));
    assert_eq!(edited.occurred_at, time("2026-11-22T08:00:00Z"));
    let deleted = read(event("message.deleted", json!({ "id": "42" })));
    assert_eq!((deleted.kind, deleted.version_at), (ObservationKind::Deleted, told));
    assert_eq!((deleted.remote_id.as_str(), deleted.item), ("42", None));
    // An answer to something that we never saw keeps what it says it answers.
    let orphan = read(message(json!({ "parent": "unheard-of" })));
    assert_eq!(orphan.item.unwrap().parent_id.as_deref(), Some("unheard-of"));
    let ours = read(message(json!({ "ours": true }))).item.unwrap();
    assert!(ours.ours && !ours.addressed);
}

fn time(text: &str) -> Option<i64> {
    Some(text.parse::<jiff::Timestamp>().unwrap().as_microsecond())
}

#[tokio::test]
async fn a_kind_unknown_to_us_is_kept_as_it_came() {
    let (account, secret) = inward().await;
    for body in [
        event("order.shipped", json!({ "no": 7 })),
        json!({ "type": "ping", "timestamp": "2026-11-22T10:00:00Z" }),
    ] {
        let received = deliver(&account, &secret, "m-1", body.to_string().as_bytes()).unwrap();
        assert!(received.observations.is_empty());
        assert_eq!(received.delivery.kind, ObservationKind::Unsupported);
        assert_eq!(received.delivery.raw, body.to_string());
    }
}

#[tokio::test]
async fn what_cant_be_read_is_refused_with_what_is_wrong() {
    let (account, secret) = inward().await;
    let refused = |body: &[u8]| match deliver(&account, &secret, "m-1", body) {
        Err(Undelivered::Malformed(what)) => what,
        other => panic!("{other:?}"),
    };
    assert!(refused(b"").contains("the body"));
    assert!(refused(b"\xff\xfe").contains("UTF-8 at byte 0"));
    assert!(refused("[".repeat(200_000).as_bytes()).contains("nested"));
    assert!(
        refused(format!("{{\"type\":\"x\",\"data\":{}", "[".repeat(100_000)).as_bytes()).contains("nested")
    );
    assert!(refused(b"{\"type\":\"message.created\"}").contains("timestamp"));
    let told = |body: Value| refused(body.to_string().as_bytes());
    assert!(told(json!({ "type": "message.created", "timestamp": "2026-11-22T10:00:00Z" })).contains("data"));
    assert!(
        told(json!({ "type": "message.created", "timestamp": "yesterday", "data": {} })).contains("RFC 3339")
    );
    // A clock that runs wild would make every later change look old.
    assert!(
        told(
            json!({ "type": "message.deleted", "timestamp": "2099-01-01T00:00:00Z", "data": { "id": "1" } })
        )
        .contains("to come")
    );
    assert!(told(message(json!({ "text": " \n " }))).contains("data.text"));
    assert!(told(message(json!({ "at": "noon" }))).contains("data.at"));
    for id in ["", "a\nb", "a\u{0}b", "delivery:m-2", &"x".repeat(501)] {
        assert!(told(message(json!({ "id": id }))).contains("data.id"), "{id:?}");
        assert!(told(message(json!({ "author": { "id": id } }))).contains("data.author.id"), "{id:?}");
    }
    // Ours, thrown back at us.
    assert!(told(event("answer.created", json!({ "text": "x" }))).contains("own"));
}

#[tokio::test]
async fn hostile_words_come_out_harmless() {
    let (account, secret) = inward().await;
    let body = message(json!({
        "text": "\u{202e}a<script>alert(1)</script>\u{0}\u{7}\r\nb", "title": "x\ny\u{202e}<img src=x>",
        "url": "javascript:alert(1)", "language": "x".repeat(1_000),
        "author": { "id": "a", "name": "A\u{0}\nB", "handle": "@\u{202e}h", "url": "data:text/html,x" },
    }));
    let received = deliver(&account, &secret, "m-1", body.to_string().as_bytes()).unwrap();
    let item: Item = received.observations.into_iter().next().unwrap().item.unwrap();
    assert_eq!(item.html, "<p>a&lt;script&gt;alert(1)&lt;/script&gt;<br>b</p>");
    assert_eq!(item.html, parvis_channels::sanitise(&item.html), "it is what the cleaner leaves");
    assert_eq!(item.title.as_deref(), Some("x y<img src=x>"));
    assert_eq!((item.url, item.author.url), (None, None));
    assert_eq!((item.author.name.as_str(), item.author.handle.as_str()), ("A B", "@h"));
    assert!(item.language.unwrap().len() <= 35);
    let whole = "x".repeat(200_000);
    let body = message(json!({ "text": whole }));
    let received = deliver(&account, &secret, "m-1", body.to_string().as_bytes()).unwrap();
    assert_eq!(received.observations[0].item.as_ref().unwrap().text, whole);
}

#[tokio::test]
async fn the_table_is_honest_about_what_a_webhook_can_do() {
    let peer = Peer::start().await;
    let (inward, _) = inward().await;
    let (private, _) = connected(&peer.net, &peer.address, "").await.unwrap();
    let (public, _) = connected(&peer.net, &peer.address, "everybody").await.unwrap();
    for account in [&inward, &private, &public] {
        for key in CapabilityKey::ALL {
            let line = account.capabilities.get(key);
            assert_eq!(line.reason.is_none(), line.support == Support::Native, "{key:?}");
        }
        assert!(account.capabilities.can(CapabilityKey::Listen));
    }
    let can = |account: &parvis_channels::Account, key| account.capabilities.can(key);
    assert!(!can(&inward, CapabilityKey::Reply) && can(&private, CapabilityKey::Reply));
    assert!(private.capabilities.private_only && !public.capabilities.private_only);
    assert!(can(&private, CapabilityKey::ReplyPrivately) && !can(&public, CapabilityKey::ReplyPrivately));
    let body = message(json!({})).to_string();
    let (public, secret) = connected(&peer.net, &peer.address, "everybody").await.unwrap();
    let seen = deliver(&public, &secret, "m", body.as_bytes()).unwrap();
    assert_eq!(seen.observations[0].item.as_ref().unwrap().visibility, Visibility::Public);
    assert!(NOW > 0 && inward.remote_id != private.remote_id, "each has an id of its own");
}
