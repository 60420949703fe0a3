//! However a server pages, nothing is lost and nothing comes twice for no reason.

use std::collections::BTreeMap;

use parvis_channels::{Notice, ObservationKind};
use serde_json::json;

use crate::fake::{Fake, Paging, mention, status};

/// Pulls until there is no more; counts how often each message came.
async fn drain(fake: &Fake, cursor: &mut Option<String>, seen: &mut BTreeMap<u32, u32>) -> Vec<Notice> {
    let mut notices = Vec::new();
    for _ in 0..100 {
        // The cursor is all there is between two pulls: each of them is a restart.
        let page = fake.pull("notifications", cursor.as_deref()).await.unwrap();
        for observation in page.observations {
            *seen.entry(observation.remote_id.parse().unwrap()).or_default() += 1;
        }
        notices.extend(page.notice);
        *cursor = Some(page.cursor);
        if !page.more {
            return notices;
        }
    }
    panic!("it never ends");
}

#[tokio::test]
async fn a_long_absence_loses_nothing_on_servers_that_page() {
    for paging in [Paging::Forward, Paging::Newest] {
        for (before, news) in [(0, 1), (0, 300), (1, 79), (3, 80), (3, 81), (50, 200), (100, 500)] {
            let fake = Fake::start().await;
            fake.world().paging = paging;
            fake.world().notifications = (1..=before).map(mention).collect();
            let (mut cursor, mut seen) = (None, BTreeMap::new());
            drain(&fake, &mut cursor, &mut seen).await;
            seen.clear();
            fake.world().notifications.extend((before + 1..=before + news).map(mention));
            let notices = drain(&fake, &mut cursor, &mut seen).await;
            let case = format!("{paging:?}, {before} then {news}");
            let missing: Vec<u32> =
                (before + 1..=before + news).filter(|id| !seen.contains_key(id)).collect();
            assert_eq!((missing, notices), (vec![], vec![]), "{case}");
            assert!(seen.values().all(|times| *times == 1), "{case}: {seen:?}");
            drain(&fake, &mut cursor, &mut seen).await;
            assert!(seen.values().all(|times| *times == 1), "{case}, looking again: {seen:?}");
        }
    }
}

#[tokio::test]
async fn what_comes_during_the_walk_is_not_lost_either() {
    for paging in [Paging::Forward, Paging::Newest] {
        let fake = Fake::start().await;
        fake.world().paging = paging;
        fake.world().notifications = (1..=10).map(mention).collect();
        let (mut cursor, mut seen) = (None, BTreeMap::new());
        drain(&fake, &mut cursor, &mut seen).await;
        fake.world().notifications.extend((11..=400).map(mention));
        for id in 401..=420 {
            let page = fake.pull("notifications", cursor.as_deref()).await.unwrap();
            for observation in page.observations {
                *seen.entry(observation.remote_id.parse().unwrap()).or_default() += 1;
            }
            cursor = Some(page.cursor);
            fake.world().notifications.push(mention(id));
        }
        drain(&fake, &mut cursor, &mut seen).await;
        let ids: Vec<u32> = seen.into_keys().collect();
        assert_eq!(ids, (1..=420).collect::<Vec<u32>>(), "{paging:?}");
    }
}

#[tokio::test]
async fn a_server_that_does_not_page_leaves_a_gap_that_is_told() {
    let fake = Fake::start().await;
    fake.world().paging = Paging::None;
    fake.world().notifications = (1..=10).map(mention).collect();
    let (mut cursor, mut seen) = (None, BTreeMap::new());
    assert_eq!(drain(&fake, &mut cursor, &mut seen).await, []);
    fake.world().notifications.extend((11..=60).map(mention));
    assert_eq!(drain(&fake, &mut cursor, &mut seen).await, []);
    assert_eq!(seen.len(), 60);
    fake.world().notifications.extend((61..=300).map(mention));
    assert_eq!(drain(&fake, &mut cursor, &mut seen).await, [Notice::Gap]);
    assert_eq!(seen.len(), 140);
}

#[tokio::test]
async fn an_edit_of_a_latest_message_is_noticed_while_pulling() {
    let fake = Fake::start().await;
    fake.world().notifications = (1..=10).map(mention).collect();
    let page = fake.pull("notifications", None).await.unwrap();
    let budget = page.budget.unwrap();
    assert_eq!((budget.limit, budget.remaining), (300, 299));
    fake.world().notifications[9]["status"]["edited_at"] = json!("2026-11-22T12:00:00.000Z");
    let page = fake.pull("notifications", Some(&page.cursor)).await.unwrap();
    let [edit] = page.observations.as_slice() else { panic!("one edit") };
    assert_eq!((edit.remote_id.as_str(), edit.kind), ("10", ObservationKind::Edited));
}

#[tokio::test]
async fn what_was_late_in_showing_up_is_still_seen() {
    let fake = Fake::start().await;
    fake.world().notifications = (1..=10).filter(|id| *id != 8).map(mention).collect();
    let page = fake.pull("notifications", None).await.unwrap();
    fake.world().notifications.insert(7, mention(8));
    let page = fake.pull("notifications", Some(&page.cursor)).await.unwrap();
    let [late] = page.observations.as_slice() else { panic!("one late") };
    assert_eq!(late.remote_id, "8");
}

#[tokio::test]
async fn our_own_words_come_as_ours_and_boosts_are_no_messages() {
    let fake = Fake::start().await;
    let mut boost = status(7, 1, "");
    boost["reblog"] = status(3, 2, "theirs");
    fake.world().statuses = vec![status(5, 1, "mine"), boost];
    let page = fake.pull("statuses", None).await.unwrap();
    let [mine, boost] = page.observations.as_slice() else { panic!("two") };
    assert!(mine.item.as_ref().unwrap().ours);
    assert_eq!((boost.remote_id.as_str(), boost.kind), ("reblog:7", ObservationKind::Unsupported));
}
