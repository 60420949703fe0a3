//! Hearing: what comes in, what comes back, what is lost when something dies (nothing).

use parvis_channels::{CapabilityKey, Observation, ObservationKind, Source, Support, Visibility, Why};

use crate::peer::{Peer, STANDING, code, letter, mail, reply, soon, word};

fn texts(seen: &[Observation]) -> Vec<&str> {
    seen.iter().filter_map(|it| Some(it.item.as_ref()?.text.as_str())).collect()
}

#[tokio::test]
async fn a_mail_is_read_answered_and_the_answer_comes_back_as_our_own() {
    let Some(peer) = Peer::find().await else { return };
    let (brand, customer) = (peer.mailbox("brand").await, peer.mailbox("customer").await);
    let question = word();
    peer.deliver(&brand, letter(&customer.handle, "Où est mon colis ?", "", &question));
    let (seen, cursor) = peer.all(&brand, "inbox", None).await;
    let item = seen[0].item.as_ref().unwrap();
    assert_eq!((seen[0].kind, item.text.as_str()), (ObservationKind::Created, question.as_str()));
    assert_eq!((item.visibility, item.ours, item.addressed), (Visibility::Direct, false, true));
    assert_eq!((item.author.handle.as_str(), item.author.name.as_str()), (customer.handle.as_str(), "Anna"));
    assert_eq!(item.title.as_deref(), Some("Où est mon colis ?"));

    let published = peer.publish(&brand, &reply(&seen[0].remote_id, "On its way.\n.\nBye")).await.unwrap();
    let (heard, _) = peer.all(&customer, "inbox", None).await;
    let said = heard[0].item.as_ref().unwrap();
    assert_eq!(
        (heard[0].remote_id.as_str(), said.text.as_str()),
        (published.remote_id.as_str(), "On its way.\n.\nBye")
    );
    assert_eq!(said.title.as_deref(), Some("Re: Où est mon colis ?"));
    assert_eq!(said.parent_id.as_deref(), Some(seen[0].remote_id.as_str()));
    assert_eq!(
        (said.author.handle.as_str(), said.author.name.as_str()),
        (brand.handle.as_str(), "Le Grand Écran")
    );
    assert_eq!(said.marks, []);

    let (echo, _) = peer.all(&brand, "sent", None).await;
    let own = echo[0].item.as_ref().unwrap();
    assert_eq!((echo.len(), &echo[0].remote_id), (1, &published.remote_id));
    assert!(own.ours && !own.addressed && own.parent_id.as_deref() == Some(seen[0].remote_id.as_str()));

    peer.publish(&customer, &reply(&published.remote_id, "Thank you")).await.unwrap();
    let (thanks, _) = peer.all(&brand, "inbox", Some(&cursor)).await;
    let item = thanks[0].item.as_ref().unwrap();
    assert_eq!((thanks.len(), item.parent_id.as_deref()), (1, Some(published.remote_id.as_str())));
    assert_eq!(item.thread_id.as_deref(), Some(seen[0].remote_id.as_str()));
    let thread = mail().thread(&peer.net, &brand, &thanks[0].remote_id).await.unwrap();
    let ids: Vec<&str> = thread.iter().map(|it| it.remote_id.as_str()).collect();
    assert_eq!(ids, [seen[0].remote_id.as_str(), published.remote_id.as_str()]);
    assert!(thread[1].item.as_ref().unwrap().ours && thread[0].source == Source::Backfill);
}

#[tokio::test]
async fn the_same_look_twice_sees_the_same_and_the_next_one_only_what_is_new() {
    let Some(peer) = Peer::find().await else { return };
    let brand = peer.mailbox("brand").await;
    for no in 0..3 {
        peer.deliver(&brand, letter("a@ext.test", "x", "", &format!("mail {no}")));
    }
    let first = peer.pull(&brand, "inbox", None).await.unwrap();
    // A crash before the cursor was kept.
    assert_eq!(peer.pull(&brand, "inbox", None).await.unwrap(), first);
    assert_eq!(texts(&first.observations), ["mail 0", "mail 1", "mail 2"]);
    let again = peer.pull(&brand, "inbox", Some(&first.cursor)).await.unwrap();
    assert_eq!((again.observations.as_slice(), &again.cursor), (&[][..], &first.cursor));
    peer.deliver(&brand, letter("a@ext.test", "x", "", "mail 3"));
    let next = peer.pull(&brand, "inbox", Some(&again.cursor)).await.unwrap();
    assert_eq!(texts(&next.observations), ["mail 3"]);
    assert_eq!(peer.pull(&brand, "inbox", Some(&again.cursor)).await.unwrap(), next);
}

#[tokio::test]
async fn a_full_mailbox_is_walked_page_by_page() {
    let Some(peer) = Peer::find().await else { return };
    let brand = peer.mailbox("brand").await;
    peer.deliver(&brand, letter("a@ext.test", "x", "", "first"));
    let (_, cursor) = peer.all(&brand, "inbox", None).await;
    for no in 0..70 {
        peer.deliver(&brand, letter("a@ext.test", "x", "", &format!("no {no}")));
    }
    let page = peer.pull(&brand, "inbox", Some(&cursor)).await.unwrap();
    assert!(page.more && page.observations.len() == 50);
    let (rest, _) = peer.all(&brand, "inbox", Some(&page.cursor)).await;
    assert_eq!((rest.len(), texts(&rest)[19]), (20, "no 69"));
    for no in 70..110 {
        peer.deliver(&brand, letter("a@ext.test", "x", "", &format!("no {no}")));
    }
    let (latest, _) = peer.all(&brand, "inbox", None).await;
    assert_eq!((latest.len(), texts(&latest)[99]), (100, "no 109"));
}

#[tokio::test]
async fn nothing_is_marked_as_read() {
    let Some(peer) = Peer::find().await else { return };
    let brand = peer.mailbox("brand").await;
    peer.deliver(&brand, letter("a@ext.test", "x", "", "unread"));
    let (seen, _) = peer.all(&brand, "inbox", None).await;
    mail().thread(&peer.net, &brand, &seen[0].remote_id).await.unwrap();
    let lying = |folder: &str| std::fs::read_dir(peer.maildir(&brand).join(folder)).unwrap();
    let marked = lying("cur").filter(|it| it.as_ref().unwrap().file_name().to_string_lossy().ends_with('S'));
    assert_eq!((marked.count(), lying("new").count() + lying("cur").count()), (0, 1));
}

#[tokio::test]
async fn uids_given_anew_lose_nothing_and_change_no_id() {
    let Some(peer) = Peer::find().await else { return };
    let brand = peer.mailbox("brand").await;
    for no in 0..3 {
        peer.deliver(&brand, letter("a@ext.test", "x", "", &format!("mail {no}")));
    }
    let (before, cursor) = peer.all(&brand, "inbox", None).await;
    // Without its list of UIDs the server gives new ones, and another UIDVALIDITY.
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    for file in ["dovecot-uidlist", "dovecot.index", "dovecot.index.log", "dovecot.index.cache"] {
        std::fs::remove_file(peer.maildir(&brand).join(file)).ok();
    }
    peer.deliver(&brand, letter("a@ext.test", "x", "", "after"));
    let (after, next) = peer.all(&brand, "inbox", Some(&cursor)).await;
    let validity =
        |cursor: &str| serde_json::from_str::<serde_json::Value>(cursor).unwrap()["validity"].clone();
    assert_ne!(validity(&cursor), validity(&next), "the server didn't give new UIDs");
    assert!(texts(&after).contains(&"after"));
    let ids = |seen: &[Observation]| -> std::collections::BTreeSet<String> {
        seen.iter().map(|it| it.remote_id.clone()).collect()
    };
    assert!(ids(&after).is_superset(&ids(&before)) && after.len() == 4);
    assert_eq!(peer.all(&brand, "inbox", Some(&next)).await.0, []);
}

#[tokio::test]
async fn a_mail_is_heard_at_once() {
    let Some(peer) = Peer::find().await else { return };
    let brand = peer.mailbox("brand").await;
    let (sink, mut seen) = tokio::sync::mpsc::channel(8);
    let (net, account) = (peer.net.clone(), brand.clone());
    let listening = tokio::spawn(async move { mail().listen(&net, &account, sink).await });
    for text in ["one", "two"] {
        soon().await;
        peer.deliver(&brand, letter("a@ext.test", "x", "", text));
        let heard = tokio::time::timeout(std::time::Duration::from_secs(20), seen.recv()).await;
        let heard = heard.unwrap().unwrap();
        assert_eq!((heard.source, heard.item.unwrap().text.as_str()), (Source::Stream, text));
    }
    listening.abort();
    let (again, _) = peer.all(&brand, "inbox", None).await;
    assert_eq!(texts(&again), ["one", "two"], "what was heard is told again by the next look");
}

#[tokio::test]
async fn a_server_killed_and_back_has_lost_nothing() {
    let Some(mut peer) = Peer::find().await else { return };
    let brand = peer.mailbox("brand").await;
    peer.deliver(&brand, letter("a@ext.test", "x", "", "before"));
    let (_, cursor) = peer.all(&brand, "inbox", None).await;
    peer.standing = None;
    let alone = STANDING.write().await;
    let (sink, _seen) = tokio::sync::mpsc::channel(8);
    let (net, account) = (peer.net.clone(), brand.clone());
    let listening = tokio::spawn(async move { mail().listen(&net, &account, sink).await });
    soon().await;
    peer.instance("kill");
    assert_eq!(code(listening.await.unwrap()), "unreachable");
    assert_eq!(code(peer.pull(&brand, "inbox", Some(&cursor)).await), "unreachable");
    assert_eq!(code(peer.publish(&brand, &reply("1@ext.test", "x")).await), "unreachable");
    peer.instance("start");
    drop(alone);
    peer.deliver(&brand, letter("a@ext.test", "x", "", "after"));
    let (seen, _) = peer.all(&brand, "inbox", Some(&cursor)).await;
    assert_eq!(texts(&seen), ["after"]);
}

#[tokio::test]
async fn the_table_says_what_mail_is_and_why_not_the_rest() {
    let Some(peer) = Peer::find().await else { return };
    let brand = peer.mailbox("brand").await;
    let line = |key| brand.capabilities.get(key);
    assert_eq!(line(CapabilityKey::Stream).support, Support::Native);
    assert_eq!(line(CapabilityKey::Reply).reason, Some(Why::NotToPrograms));
    assert_eq!(line(CapabilityKey::SafeRetry).reason, Some(Why::SameIdentity));
    for key in CapabilityKey::ALL {
        assert!(line(key).support == Support::Native || line(key).reason.is_some(), "{key:?}");
    }
    for key in [CapabilityKey::Edit, CapabilityKey::Delete] {
        assert!(!brand.capabilities.can(key));
    }
    let answer = reply("x", "x");
    assert_eq!(code(mail().edit(&peer.net, &brand, "x", &answer).await), "unsupported");
    assert_eq!(code(mail().delete(&peer.net, &brand, "x").await), "unsupported");
    let rule = mail().text_rule(&brand.capabilities);
    assert_eq!(rule.count("déjà 👍🏽", None), 7);
    // What the server announced (26 MB), less what a file grows by on its way.
    let room = brand.capabilities.media.as_ref().unwrap().max_image_bytes.unwrap();
    assert!((19_000_000..20_000_000).contains(&room), "{room}");
}
