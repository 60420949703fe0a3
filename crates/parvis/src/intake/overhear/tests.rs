//! What passes in public, on both engines: found, followed, counted, and never twice.

use parvis_channels::{
    Account, Capability, CapabilityKey, CapabilitySet, ChannelKind, Mark, Observation, ObservationKind,
    Passed, Secret, Why,
};

use super::{Overheard, take};
use crate::clock::SECOND;
use crate::id::WatchId;
use crate::intake::ear::Hearing;
use crate::store::conversation::State;
use crate::store::watch::{self, Watch};
use crate::store::{counter, message};
use crate::testing::{House, START, houses, said};

/// An account that hears what is said to it (`listens`), on a server that isn't there.
fn account(listens: bool) -> Account {
    let mut capabilities = CapabilitySet::default();
    if listens {
        capabilities.set(CapabilityKey::Listen, Capability::native());
    } else {
        capabilities.set(CapabilityKey::Listen, Capability::unsupported(Why::NotOnServer));
    }
    Account {
        kind: ChannelKind::Bluesky,
        base_url: "http://127.0.0.1:9/".parse().unwrap(),
        handle: "brand.test".into(),
        remote_id: "did:plc:brand".into(),
        secret: Secret::new(r#"{"access":"","refresh":"","password":""}"#),
        settings: serde_json::Value::Null,
        capabilities,
    }
}

/// Somebody says something to nobody in particular.
fn overheard(id: &str, text: &str) -> Observation {
    let mut seen = said(id, text, 0);
    let item = seen.item.as_mut().unwrap();
    item.addressed = false;
    (item.author.handle, item.author.name) = (String::new(), String::new());
    seen
}

async fn watched(house: &House, query: &str) -> WatchId {
    let mut conn = house.app.db.write().await.unwrap();
    let it = Watch {
        id: WatchId::new(START),
        name: query.to_owned(),
        query: query.to_owned(),
        owner: house.manager.colleague,
        created_at: START,
        changed_at: START,
        fill_before: None,
        folder: String::new(),
        sensitivity: "balanced".to_owned(),
        tag: None,
    };
    watch::insert(&mut conn, house.id, &it).await.unwrap();
    conn.commit().await.unwrap();
    it.id
}

async fn pass(house: &House, account: &Account, cursor: i64, observations: Vec<Observation>) -> Overheard {
    let kept = Overheard::of(&mut house.app.db.read().await.unwrap(), house.id, house.channel).await.unwrap();
    let mut heard = kept.unwrap_or_default();
    let passed = vec![Passed { cursor: Some(cursor), observations, notice: None }];
    take(&house.app, house.id, (house.channel, account), &mut Hearing::default(), &mut heard, passed)
        .await
        .unwrap();
    heard
}

#[tokio::test]
async fn what_a_watch_asks_for_becomes_a_mention_and_the_rest_is_counted_and_let_go() {
    for house in houses().await {
        let watch = watched(&house, "musée").await;
        let seen = vec![overheard("1", "Quel beau musée !"), overheard("2", "Il pleut")];
        for _ in 0..2 {
            // The second time the stream tells what it told before: it isn't kept twice.
            pass(&house, &account(true), 7, seen.clone()).await;
        }
        let mut conn = house.app.db.read().await.unwrap();
        let it = message::by_remote(&mut conn, house.id, house.channel, "1").await.unwrap().unwrap();
        assert_eq!(it.marks, [Mark::Overheard]);
        assert!(message::by_remote(&mut conn, house.id, house.channel, "2").await.unwrap().is_none());
        let page = watch::counts(&mut conn, house.id, START - SECOND).await.unwrap();
        assert_eq!(page, [(watch, 1)]);
        let home = house.conversation("1").await;
        assert_eq!(
            (home.facets.state, home.facets.awaiting_since),
            (State::Closed, None),
            "nobody has to answer it"
        );
        let open = counter::list(&mut conn, house.id).await.unwrap();
        assert_eq!(open.iter().filter(|it| it.state == "open").map(|it| it.value).sum::<i64>(), 0);
        let heard = Overheard::of(&mut conn, house.id, house.channel).await.unwrap().unwrap();
        assert_eq!((heard.at, heard.passed, heard.found), (Some(7), 4, 2));
    }
}

#[tokio::test]
async fn what_is_kept_is_followed_when_it_is_changed_and_deleted() {
    for house in houses().await {
        let watch = watched(&house, "musée").await;
        pass(&house, &account(true), 1, vec![overheard("1", "Le musée")]).await;
        let later = Some(START + SECOND);
        let edited =
            Observation { kind: ObservationKind::Edited, version_at: later, ..overheard("1", "La plage") };
        let stranger = Observation { remote_id: "9".into(), ..edited.clone() };
        pass(&house, &account(true), 2, vec![edited, stranger]).await;
        let mut conn = house.app.db.read().await.unwrap();
        let it = message::by_remote(&mut conn, house.id, house.channel, "1").await.unwrap().unwrap();
        assert_eq!((it.text.as_str(), it.marks.as_slice()), ("La plage", &[Mark::Overheard][..]));
        assert!(
            watch::counts(&mut conn, house.id, START - SECOND).await.unwrap().iter().all(|it| it.0 != watch)
        );
        assert!(message::by_remote(&mut conn, house.id, house.channel, "9").await.unwrap().is_none());
        drop(conn);
        let gone = Observation {
            kind: ObservationKind::Deleted,
            item: None,
            version_at: Some(START + 2 * SECOND),
            ..said("1", "", 0)
        };
        pass(&house, &account(true), 3, vec![gone]).await;
        let mut conn = house.app.db.read().await.unwrap();
        let it = message::by_remote(&mut conn, house.id, house.channel, "1").await.unwrap().unwrap();
        assert!(it.deleted_at.is_some());
    }
}

#[tokio::test]
async fn what_is_said_to_us_comes_from_here_only_where_nothing_else_tells_it() {
    for house in houses().await {
        watched(&house, "bonjour").await;
        let mut ours = overheard("2", "Bonjour");
        ours.item.as_mut().unwrap().ours = true;
        pass(&house, &account(true), 1, vec![said("1", "Bonjour", 0), ours]).await;
        let known = async |id: &str| {
            let mut conn = house.app.db.read().await.unwrap();
            message::by_remote(&mut conn, house.id, house.channel, id).await.unwrap().is_some()
        };
        assert!(!known("1").await && !known("2").await);
        pass(&house, &account(false), 2, vec![said("1", "Bonjour", 0)]).await;
        assert_eq!(house.conversation("1").await.facets.state, State::Open);
    }
}
