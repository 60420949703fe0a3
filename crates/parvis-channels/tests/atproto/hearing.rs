//! What others write, and what becomes of it.

use std::collections::BTreeSet;

use parvis_channels::{AttachmentKind, ObservationKind, Visibility};
use serde_json::json;

use crate::peer::{POST, Peer, Posted, bluesky, code, says, word};

#[tokio::test]
async fn a_mention_a_reply_and_a_quotation_are_heard() {
    let Some(peer) = Peer::find() else { return };
    let brand = peer.person(&peer.pds, "brand").await;
    let customer = peer.person(&peer.pds, "customer").await;
    let ours = peer.post(&brand, "We are open", None).await;
    let start = peer.stand(&brand.account, "notifications").await;

    let (named, answered, quoted) = (word(), word(), word());
    let mention = peer.show(&customer, peer.mention(&brand, &named)).await;
    let reply = peer.post(&customer, &answered, Some(&ours)).await;
    let embed = json!({ "$type": "app.bsky.embed.record", "record": { "uri": ours.uri, "cid": ours.cid } });
    let quote = peer.show(&customer, json!({ "text": quoted, "embed": embed })).await;

    for (word, posted, parent) in
        [(&named, &mention, None), (&answered, &reply, Some(&ours.uri)), (&quoted, &quote, None)]
    {
        let (seen, _) = peer.wait_for(&brand.account, "notifications", &start, says(word)).await;
        let item = seen.item.unwrap();
        assert_eq!((seen.kind, &seen.remote_id), (ObservationKind::Created, &posted.uri));
        assert!(item.addressed && !item.ours, "{word}");
        assert_eq!(item.author.remote_id, customer.account.remote_id);
        assert_eq!(item.author.handle, customer.account.handle);
        assert_eq!(item.parent_id.as_ref(), parent);
        assert_eq!(item.visibility, Visibility::Public);
        assert!(seen.occurred_at.is_some());
    }
    let (seen, _) = peer.wait_for(&brand.account, "notifications", &start, says(&quoted)).await;
    assert!(seen.item.unwrap().text.contains("We are open"), "a quotation says what it quotes");
}

#[tokio::test]
async fn likes_and_followers_are_kept_as_they_came_and_are_no_messages() {
    let Some(peer) = Peer::find() else { return };
    let brand = peer.person(&peer.pds, "brand").await;
    let customer = peer.person(&peer.pds, "customer").await;
    let ours = peer.post(&brand, "We are open", None).await;
    let start = peer.stand(&brand.account, "notifications").await;
    let subject = json!({ "subject": { "uri": ours.uri, "cid": ours.cid } });
    let like = peer.record(&customer, "app.bsky.feed.like", None, subject).await;
    let whom = json!({ "subject": brand.account.remote_id });
    let follow = peer.record(&customer, "app.bsky.graph.follow", None, whom).await;
    for (what, made) in [("like", like), ("follow", follow)] {
        let id = format!("{what}:{}", made.uri);
        let (seen, _) =
            peer.wait_for(&brand.account, "notifications", &start, |seen| seen.remote_id == id).await;
        assert_eq!((seen.kind, seen.item), (ObservationKind::Unsupported, None));
        assert!(seen.raw.contains(&made.uri));
    }
}

#[tokio::test]
async fn the_same_pull_gives_the_same_and_a_crash_before_the_cursor_is_kept_loses_nothing() {
    let Some(peer) = Peer::find() else { return };
    let brand = peer.person(&peer.pds, "brand").await;
    let customer = peer.person(&peer.pds, "customer").await;
    let start = peer.stand(&brand.account, "notifications").await;
    let (first, second) = (word(), word());
    peer.show(&customer, peer.mention(&brand, &first)).await;
    // The clock by which these tests date posts has whole seconds.
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    peer.show(&customer, peer.mention(&brand, &second)).await;
    let (_, behind) = peer.wait_for(&brand.account, "notifications", &start, says(&second)).await;

    let pull = async |cursor: &str| {
        bluesky().pull(&peer.net, &brand.account, "notifications", Some(cursor)).await.unwrap()
    };
    let (once, twice) = (pull(&start).await, pull(&start).await);
    let told: Vec<_> =
        once.observations.iter().map(|seen| (&seen.remote_id, &seen.item, seen.version_at)).collect();
    let again: Vec<_> =
        twice.observations.iter().map(|seen| (&seen.remote_id, &seen.item, seen.version_at)).collect();
    assert_eq!(told, again);
    assert_eq!((told.len(), &once.cursor), (2, &twice.cursor));
    assert!(says(&first)(&once.observations[0]) && says(&second)(&once.observations[1]), "oldest first");
    assert_eq!(pull(&behind).await.observations, []);
}

#[tokio::test]
async fn our_own_posts_come_back_as_ours_wherever_they_were_written() {
    let Some(peer) = Peer::find() else { return };
    for server in [&peer.pds, &peer.lone] {
        let brand = peer.person(server, "brand").await;
        let start = peer.stand(&brand.account, "posts").await;
        let said = word();
        let posted = peer.post(&brand, &said, None).await;
        let (echo, behind) = peer.wait_for(&brand.account, "posts", &start, says(&said)).await;
        let item = echo.item.unwrap();
        assert_eq!(echo.remote_id, posted.uri);
        assert!(item.ours && !item.addressed);
        assert_eq!(item.author.handle, brand.account.handle);
        let again = bluesky().pull(&peer.net, &brand.account, "posts", Some(&behind)).await.unwrap();
        assert_eq!(again.observations, []);
    }
}

#[tokio::test]
async fn an_edit_by_the_author_is_followed() {
    let Some(peer) = Peer::find() else { return };
    let brand = peer.person(&peer.pds, "brand").await;
    let customer = peer.person(&peer.pds, "customer").await;
    let start = peer.stand(&brand.account, "notifications").await;
    let (before, after) = (word(), word());
    let post = peer.show(&customer, peer.mention(&brand, &before)).await;
    let (first, cursor) = peer.wait_for(&brand.account, "notifications", &start, says(&before)).await;
    // The network keeps whole seconds of a server's clock.
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;

    let mut record = peer.mention(&brand, &after);
    // As an editor would: the post keeps the time at which it was written.
    let raw: serde_json::Value = serde_json::from_str(&first.raw).unwrap();
    record["createdAt"] = raw["record"]["createdAt"].clone();
    peer.record(&customer, POST, post.uri.rsplit('/').next(), record).await;
    let (edit, behind) = peer.wait_for(&brand.account, "notifications", &cursor, says(&after)).await;
    assert_eq!((edit.kind, &edit.remote_id), (ObservationKind::Edited, &first.remote_id));
    assert!(edit.version_at > first.version_at, "{:?} {:?}", edit.version_at, first.version_at);
    let again = bluesky().pull(&peer.net, &brand.account, "notifications", Some(&behind)).await.unwrap();
    assert_eq!(again.observations, [], "an edit is told once");
    // A second look shows the text as it stands.
    let seen = bluesky().recheck(&peer.net, &brand.account, &[post.uri]).await.unwrap().remove(0);
    assert!(says(&after)(&seen));
}

#[tokio::test]
async fn a_deletion_by_the_author_is_followed() {
    let Some(peer) = Peer::find() else { return };
    let brand = peer.person(&peer.pds, "brand").await;
    let customer = peer.person(&peer.pds, "customer").await;
    let stays = peer.show(&customer, peer.mention(&brand, &word())).await;
    let goes = peer.show(&customer, peer.mention(&brand, &word())).await;
    bluesky().delete(&peer.net, &customer.account, &goes.uri).await.unwrap();
    peer.until(&brand, &goes.uri, serde_json::Value::is_null).await;
    let ids = [goes.uri.clone(), stays.uri.clone()];
    let seen = bluesky().recheck(&peer.net, &brand.account, &ids).await.unwrap();
    let told: Vec<_> = seen.iter().map(|seen| (seen.remote_id.as_str(), seen.kind)).collect();
    assert_eq!(
        told,
        [(goes.uri.as_str(), ObservationKind::Deleted), (stays.uri.as_str(), ObservationKind::Edited)]
    );
}

#[tokio::test]
async fn a_thread_is_read_whole_and_an_orphan_knows_its_root() {
    let Some(peer) = Peer::find() else { return };
    let brand = peer.person(&peer.pds, "brand").await;
    let [anna, bert] = [peer.person(&peer.pds, "anna").await, peer.person(&peer.pds, "bert").await];
    let root = peer.post(&anna, "root", None).await;
    let under = |parent: &Posted, record: serde_json::Value| {
        let mut record = record;
        let strong = |it: &Posted| json!({ "uri": it.uri, "cid": it.cid });
        record["reply"] = json!({ "root": strong(&root), "parent": strong(parent) });
        record
    };
    let middle = peer.show(&bert, under(&root, json!({ "text": "middle" }))).await;
    let named = peer.show(&anna, under(&middle, peer.mention(&brand, "what do you say?"))).await;
    let below = peer.show(&bert, under(&named, json!({ "text": "below" }))).await;

    let thread = bluesky().thread(&peer.net, &brand.account, &named.uri).await.unwrap();
    let ids: Vec<&str> = thread.iter().map(|seen| seen.remote_id.as_str()).collect();
    assert_eq!(ids, [&root.uri, &middle.uri, &below.uri]);
    assert_eq!(thread[1].item.as_ref().unwrap().parent_id.as_ref(), Some(&root.uri));

    bluesky().delete(&peer.net, &bert.account, &middle.uri).await.unwrap();
    peer.until(&brand, &middle.uri, serde_json::Value::is_null).await;
    let thread = bluesky().thread(&peer.net, &brand.account, &named.uri).await.unwrap();
    let ids: BTreeSet<&str> = thread.iter().map(|seen| seen.remote_id.as_str()).collect();
    assert!(!ids.contains(middle.uri.as_str()) && ids.contains(below.uri.as_str()), "{ids:?}");
    let seen = bluesky().recheck(&peer.net, &brand.account, &[named.uri]).await.unwrap().remove(0);
    let item = seen.item.unwrap();
    assert_eq!((item.parent_id, item.thread_id), (Some(middle.uri), Some(root.uri)));
}

#[tokio::test]
async fn a_long_absence_and_a_clock_that_is_behind_lose_nothing() {
    let Some(peer) = Peer::find() else { return };
    let brand = peer.person(&peer.pds, "brand").await;
    let customer = peer.person(&peer.pds, "customer").await;
    peer.show(&customer, peer.mention(&brand, &word())).await;
    let start = peer.stand(&brand.account, "notifications").await;
    let begin: jiff::Timestamp = peer.now(&customer).await.parse().unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    let mut wanted = BTreeSet::new();
    let mut last = None;
    for writes in (0..230).collect::<Vec<u32>>().chunks(46) {
        let writes: Vec<_> = writes
            .iter()
            .map(|number| {
                let word = format!("w{number:03}");
                let mut value = peer.mention(&brand, &word);
                value["$type"] = json!(POST);
                // Each at its time: this network's lists lose entries of the very same time between two pages.
                let at = begin + std::time::Duration::from_millis(1000 + 5 * u64::from(*number));
                value["createdAt"] = json!(format!("{at:.3}"));
                wanted.insert(word);
                json!({ "$type": "com.atproto.repo.applyWrites#create", "collection": POST, "value": value })
            })
            .collect();
        let body = json!({ "repo": customer.account.remote_id, "writes": writes });
        let made = peer.act(&customer, "com.atproto.repo.applyWrites", body).await;
        last = made["results"].as_array().unwrap().last().map(|it| it["uri"].as_str().unwrap().to_owned());
    }
    peer.until(&brand, &last.unwrap(), |post| !post.is_null()).await;
    let late = word();
    let mut record = peer.mention(&brand, &late);
    record["createdAt"] = json!("2020-01-01T00:00:00.000Z");
    peer.show(&customer, record).await;

    let (mut cursor, mut steps) = (start, 0);
    let mut dated = None;
    while !wanted.is_empty() || dated.is_none() {
        // The cursor is all there is between two pulls: each of them is a restart.
        let page = bluesky().pull(&peer.net, &brand.account, "notifications", Some(&cursor)).await.unwrap();
        for seen in &page.observations {
            let text = &seen.item.as_ref().unwrap().text;
            if text.contains(&late) {
                dated = Some(seen.occurred_at);
                continue;
            }
            let word = text.split_whitespace().last().unwrap();
            assert!(wanted.remove(word), "{word} came twice");
        }
        cursor = page.cursor;
        steps += 1;
        assert!(steps < 200, "missing: {wanted:?}, late: {dated:?}");
    }
    // Its author says that it is years old; it came now.
    assert!(dated.flatten().unwrap() > 1_700_000_000_000_000);
}

#[tokio::test]
async fn pictures_have_addresses_and_alternative_texts() {
    let Some(peer) = Peer::find() else { return };
    let brand = peer.person(&peer.pds, "brand").await;
    let customer = peer.person(&peer.pds, "customer").await;
    let start = peer.stand(&brand.account, "notifications").await;
    let question = peer.show(&customer, peer.mention(&brand, &word())).await;
    let (seen, _) =
        peer.wait_for(&brand.account, "notifications", &start, |s| s.remote_id == question.uri).await;
    let there = word();
    let mut answer = crate::peer::reply(&seen.remote_id, &there);
    let picture = |alt: &str| parvis_channels::Upload {
        bytes: crate::answering::PNG.into(),
        mime: "image/png".into(),
        alt: alt.into(),
    };
    answer.media = vec![picture("Un point rouge"), picture("")];
    let begin = peer.stand(&customer.account, "notifications").await;
    let own = peer.stand(&brand.account, "posts").await;
    bluesky().publish(&peer.net, &brand.account, &answer).await.unwrap();
    let (heard, _) = peer.wait_for(&customer.account, "notifications", &begin, says(&there)).await;
    let (echo, _) = peer.wait_for(&brand.account, "posts", &own, says(&there)).await;
    for seen in [&heard, &echo] {
        let files = &seen.item.as_ref().unwrap().attachments;
        assert_eq!(files.len(), 2);
        assert_eq!((files[0].kind, files[0].alt.as_deref()), (AttachmentKind::Image, Some("Un point rouge")));
        assert_eq!(files[1].alt, None);
        assert_eq!((files[0].width, files[0].height), (Some(1), Some(1)));
    }
    // Our own can be fetched from our own server.
    let url = echo.item.unwrap().attachments[0].url.parse().unwrap();
    let file = peer.net.send(parvis_channels::Request::get(url)).await.unwrap();
    assert_eq!((file.status, file.body.as_ref()), (200, crate::answering::PNG));
}

#[tokio::test]
async fn what_was_written_while_the_server_was_killed_is_heard() {
    let Some(peer) = Peer::alone() else { return };
    let brand = peer.person(&peer.pds, "brand").await;
    let customer = peer.person(&peer.pds, "customer").await;
    let start = peer.stand(&brand.account, "notifications").await;
    let (before, after) = (word(), word());
    peer.show(&customer, peer.mention(&brand, &before)).await;
    let (_, cursor) = peer.wait_for(&brand.account, "notifications", &start, says(&before)).await;
    let answer = crate::peer::reply("at://did:plc:a/app.bsky.feed.post/3jzfcijpj2z2a", "x");
    let dead = async {
        let pull = |stream| bluesky().pull(&peer.net, &brand.account, stream, Some(&cursor));
        assert_eq!(code(pull("notifications").await), "unreachable");
        assert_eq!(code(bluesky().pull(&peer.net, &brand.account, "posts", None).await), "unreachable");
        assert_eq!(code(bluesky().publish(&peer.net, &brand.account, &answer).await), "unreachable");
        assert_eq!(code(bluesky().renew(&peer.net, &brand.account).await), "unreachable");
    };
    peer.while_dead(dead).await;
    peer.show(&customer, peer.mention(&brand, &after)).await;
    let mut seen = Vec::new();
    let mut cursor = cursor;
    while !seen.iter().any(|text: &String| text.contains(&after)) {
        let page = bluesky().pull(&peer.net, &brand.account, "notifications", Some(&cursor)).await.unwrap();
        seen.extend(page.observations.into_iter().filter_map(|seen| Some(seen.item?.text)));
        cursor = page.cursor;
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    }
    assert!(!seen.iter().any(|text| text.contains(&before)), "nothing comes twice: {seen:?}");
}
