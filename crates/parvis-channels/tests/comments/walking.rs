//! Nothing is lost on the way: many at once, crashes, a site that goes away, a clock of its own.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::json;

use crate::site::{Site, of, word, wordpress};

#[tokio::test]
async fn more_than_a_page_at_once_is_walked_to_its_end_though_comments_are_removed_meanwhile() {
    let Some(site) = Site::find().await else { return };
    let article = site.article("Titre").await;
    let (_, cursor) = site.pull_all(None).await;
    let mut wanted = BTreeSet::new();
    for _ in 0..130 {
        // In the same second, as an import does it: only counting leads on.
        wanted.insert(site.guest(article, 0, "Anna", &word()).await);
    }
    let first = site.pull(Some(&cursor)).await;
    assert!(first.more);
    // A crash before the cursor was kept: the same again.
    assert_eq!(site.pull(Some(&cursor)).await.observations, first.observations);
    // Meanwhile the first ones go, and everything moves up.
    let told = first.observations.iter().filter(|it| wanted.contains(&it.remote_id)).map(|it| &it.remote_id);
    for id in told.take(8) {
        site.call(true, Method::DELETE, &format!("comments/{id}?force=true"), json!({})).await;
    }
    let (rest, _) = site.pull_all(Some(first.cursor)).await;
    let seen: BTreeSet<_> = first
        .observations
        .iter()
        .chain(&rest)
        .filter(|it| it.item.is_some())
        .map(|it| it.remote_id.clone())
        .collect();
    let lost: Vec<_> = wanted.iter().filter(|id| !seen.contains(*id)).collect();
    assert!(lost.is_empty(), "{lost:?}");
}

#[tokio::test]
async fn a_site_that_is_killed_is_unreachable_and_nothing_is_lost_when_it_is_back() {
    let Some(site) = Site::find().await else { return };
    let article = site.article("Titre").await;
    let (_, cursor) = site.pull_all(None).await;
    let before = site.guest(article, 0, "Anna", "avant").await;
    site.instance("kill");
    let pulled = wordpress().pull(&site.net, &site.account, "comments", Some(&cursor)).await.unwrap_err();
    let published = site.publish(&before, "x").await.unwrap_err();
    let probed = wordpress().probe(&site.net, &site.account).await.unwrap_err();
    site.instance("start");
    for error in [pulled, published, probed] {
        assert_eq!(error.code(), "unreachable", "{error}");
    }
    let after = site.guest(article, 0, "Anna", "après").await;
    let seen = site.pull_all(Some(cursor)).await.0;
    assert_eq!((of(&seen, &before).len(), of(&seen, &after).len()), (1, 1));
}

#[tokio::test]
async fn the_zone_of_the_site_moves_nothing() {
    let Some(site) = Site::find().await else { return };
    let article = site.article("Titre").await;
    let zone = async |zone: &str| {
        let (status, _) = site.call(true, Method::POST, "settings", json!({ "timezone": zone })).await;
        assert_eq!(status, 200);
    };
    let mut found = Vec::new();
    for name in ["Pacific/Auckland", "America/Los_Angeles"] {
        zone(name).await;
        let (_, cursor) = site.pull_all(None).await;
        let id = site.guest(article, 0, "Anna", &word()).await;
        let (seen, next) = site.pull_all(Some(cursor)).await;
        found.push((of(&seen, &id).len(), site.pull_all(Some(next)).await.0.len()));
        let date = site.base.join("/wp-json/").unwrap();
        let clock = site.net.send(parvis_channels::Request::get(date)).await.unwrap().date().unwrap();
        let at = of(&seen, &id)[0].occurred_at.unwrap();
        assert!((clock - at).abs() < 120_000_000, "{name}: times are those of the world");
    }
    zone("UTC").await;
    assert_eq!(found, [(1, 0), (1, 0)]);
}
