//! Nothing is lost and nothing comes twice for no reason, however long we were away.

use std::collections::BTreeMap;

use parvis_channels::{Notice, ObservationKind};
use serde_json::json;

use crate::fake::{Fake, LIST, mention};

/// Newest first, as the network lists them.
fn mentions(numbers: std::ops::Range<u32>) -> Vec<serde_json::Value> {
    numbers.rev().map(mention).collect()
}

/// Pulls until there is no more; counts how often each message came.
async fn drain(fake: &Fake, cursor: &mut Option<String>, seen: &mut BTreeMap<u32, u32>) {
    for _ in 0..100 {
        // The cursor is all there is between two pulls: each of them is a restart.
        let page = fake.pull(cursor.as_deref()).await.unwrap();
        for observation in page.observations {
            let number = observation.remote_id.rsplit('/').next().unwrap().parse().unwrap();
            *seen.entry(number).or_default() += 1;
        }
        *cursor = Some(page.cursor);
        if !page.more {
            return;
        }
    }
    panic!("it never ends");
}

#[tokio::test]
async fn a_long_absence_loses_nothing_and_tells_nothing_twice() {
    for size in [10, 100] {
        for (before, news) in [(0, 1), (0, 300), (1, 99), (3, 100), (3, 101), (50, 200), (300, 500)] {
            let fake = Fake::start().await;
            fake.world().size = size;
            fake.world().notifications = mentions(1..before + 1);
            let (mut cursor, mut seen) = (None, BTreeMap::new());
            drain(&fake, &mut cursor, &mut seen).await;
            seen.clear();
            fake.world().notifications = mentions(1..before + news + 1);
            drain(&fake, &mut cursor, &mut seen).await;
            let case = format!("{before} then {news}, {size} a page");
            let missing: Vec<u32> =
                (before + 1..=before + news).filter(|id| !seen.contains_key(id)).collect();
            assert_eq!(missing, Vec::<u32>::new(), "{case}");
            assert!(seen.values().all(|times| *times == 1), "{case}: {seen:?}");
            drain(&fake, &mut cursor, &mut seen).await;
            assert!(seen.values().all(|times| *times == 1), "{case}, looking again: {seen:?}");
        }
    }
}

#[tokio::test]
async fn a_step_of_a_walk_that_is_taken_twice_tells_the_same() {
    let fake = Fake::start().await;
    fake.world().notifications = mentions(1..5);
    let start = fake.pull(None).await.unwrap().cursor;
    fake.world().notifications = mentions(1..400);
    let first = fake.pull(Some(&start)).await.unwrap();
    let second = fake.pull(Some(&first.cursor)).await.unwrap();
    assert!(first.more && second.more);
    let again = fake.pull(Some(&first.cursor)).await.unwrap();
    // What is left of the budget is told with the hour at which it is asked for.
    assert_eq!((again.observations, again.cursor), (second.observations, second.cursor));
}

#[tokio::test]
async fn a_place_that_the_server_forgot_ends_the_walk_and_is_told() {
    let fake = Fake::start().await;
    fake.world().notifications = mentions(1..5);
    let start = fake.pull(None).await.unwrap().cursor;
    fake.world().notifications = mentions(1..400);
    let walking = fake.pull(Some(&start)).await.unwrap();
    fake.refuse(LIST, 400, "InvalidRequest");
    let page = fake.pull(Some(&walking.cursor)).await.unwrap();
    assert_eq!((page.observations.len(), page.notice), (0, Some(Notice::Gap)));
    // Without a walk a refusal is a refusal.
    assert_eq!(fake.pull(Some(&page.cursor)).await.unwrap_err().code(), "refused");
    fake.world().instead.clear();
    assert_eq!(fake.pull(Some(&page.cursor)).await.unwrap().observations, []);
}

#[tokio::test]
async fn what_slides_into_sight_from_before_us_keeps_its_time() {
    let fake = Fake::start().await;
    // Twenty minutes apart: a page holds more than a day.
    fake.world().notifications = (1..=150).rev().map(|number| mention(20 * number)).collect();
    let start = fake.pull(None).await.unwrap();
    assert_eq!(start.observations.len(), 100);
    // Somebody takes the newest one back: at the end of the page an old one appears.
    fake.world().notifications.remove(0);
    let page = fake.pull(Some(&start.cursor)).await.unwrap();
    let [old] = page.observations.as_slice() else { panic!("one") };
    assert_eq!(old.remote_id, "at://did:plc:anna/app.bsky.feed.post/1000");
    assert_eq!(old.occurred_at, old.version_at);
    let at = jiff::Timestamp::from_microsecond(old.occurred_at.unwrap()).unwrap();
    assert_eq!(at.to_string(), "2026-11-01T16:40:00Z");
}

#[tokio::test]
async fn an_edit_of_a_latest_message_is_told_once_with_a_later_version() {
    let fake = Fake::start().await;
    fake.world().notifications = mentions(1..11);
    let page = fake.pull(None).await.unwrap();
    let first = page.observations[4].clone();
    fake.world().notifications[5]["cid"] = json!("another");
    fake.world().notifications[5]["record"]["text"] = json!("changed");
    let page = fake.pull(Some(&page.cursor)).await.unwrap();
    let [edit] = page.observations.as_slice() else { panic!("one edit") };
    assert_eq!((&edit.remote_id, edit.kind), (&first.remote_id, ObservationKind::Edited));
    assert!(edit.version_at > first.version_at && edit.item.as_ref().unwrap().text == "changed");
    assert_eq!(fake.pull(Some(&page.cursor)).await.unwrap().observations, []);
}

#[tokio::test]
async fn a_cursor_that_is_not_ours_is_told() {
    let fake = Fake::start().await;
    for wrong in ["{", "[]", "7", "{\"seen\":1}"] {
        assert_eq!(fake.pull(Some(wrong)).await.unwrap_err().code(), "malformed", "{wrong}");
    }
}
