//! From messages to alerts on both engines: once for each event, whoever looks and however often, and over when all is
//! as usual again.

mod replay;

use parvis_channels::Observation;

use super::*;
use crate::clock::{HOUR, SECOND};
use crate::command::watch::Wanted;
use crate::command::{self, Refusal};
use crate::id::AlertId;
use crate::store::alert::{self, Alert};
use crate::testing::{House, houses, said, said_by};
use crate::work;

/// A message every half hour for four days.
fn days_before() -> Vec<Observation> {
    let from = -4 * DAY / SECOND;
    (0..4 * 48)
        .map(|i| said(&format!("b{i}"), "Bonjour, à quelle heure ouvrez-vous ?", from + i * 1_800))
        .collect()
}

/// Forty complaints of as many people in twenty minutes.
fn outage() -> Vec<Observation> {
    let text = |i| format!("La billetterie est en panne, paiement débité sans billet, essai {i}");
    (0..40).map(|i| said_by(i, &format!("o{i}"), &text(i), -1_200 + i * 29)).collect()
}

async fn watching(house: &House) -> WatchId {
    let wanted = Wanted {
        name: "Billetterie",
        query: "billetterie",
        folder: "Produits",
        sensitivity: "balanced",
        tag: "",
    };
    let id = command::watch::save(&house.app, &house.manager, None, wanted).await.unwrap();
    house.hear(&days_before()).await;
    work::fill::step(&house.app).await.unwrap();
    id
}

async fn all(house: &House) -> Vec<Alert> {
    let mut conn = house.app.db.read().await.unwrap();
    let mut all = alert::open(&mut conn, house.id).await.unwrap();
    all.extend(alert::closed(&mut conn, house.id, None, 100).await.unwrap());
    all
}

/// Looks as a node that has just been started.
async fn look(house: &House) -> Vec<Alert> {
    Lookout::default().step(&house.app).await.unwrap();
    all(house).await
}

#[tokio::test]
async fn an_outage_raises_one_alert_with_its_evidence_and_ends_by_itself() {
    for house in houses().await {
        let watch = watching(&house).await;
        let mut lookout = Lookout::default();
        lookout.step(&house.app).await.unwrap();
        assert_eq!(all(&house).await, [], "an ordinary day");
        house.hear(&outage()).await;
        for _ in 0..3 {
            lookout.step(&house.app).await.unwrap();
            house.app.clock.advance(MINUTE);
        }
        let told = all(&house).await;
        assert_eq!(told.len(), 1, "{told:?}");
        let it = &told[0];
        assert_eq!((it.kind, it.subject, it.level), (Kind::Burst, Subject::Watch(watch), 1));
        assert!(it.evidence.times > 10.0, "{:?}", it.evidence);
        assert_eq!((it.evidence.count, it.evidence.people, it.evidence.total), (40, 40, 40));
        assert!(it.evidence.terms.iter().any(|term| term == "paiement"), "{:?}", it.evidence.terms);
        assert_eq!(it.evidence.examples.len(), 5);
        let mut conn = house.app.db.read().await.unwrap();
        let first = measure::one(&mut conn, house.id, it.evidence.first.unwrap()).await.unwrap().unwrap();
        assert!(first.text.ends_with("essai 0"), "{}", first.text);
        let shows: Vec<Subject> = alert::signals_of(&mut conn, house.id, it.id)
            .await
            .unwrap()
            .iter()
            .map(|it| it.subject)
            .collect();
        let places = [Subject::Watch(watch), Subject::Desk(house.desks[0]), Subject::Channel(house.channel)];
        assert!(
            places.iter().all(|it| shows.contains(it)),
            "in the watch, at the desk, on the channel: {shows:?}"
        );
        drop(conn);
        let ended = house.app.now();
        let is_over = async |alert: AlertId| {
            let mut conn = house.app.db.read().await.unwrap();
            alert::get(&mut conn, house.id, alert).await.unwrap().unwrap().closed
        };
        let mut over = None;
        while over.is_none() && house.app.now() < ended + 3 * HOUR {
            house.app.clock.advance(10 * MINUTE);
            lookout.step(&house.app).await.unwrap();
            over = is_over(it.id).await;
        }
        assert_eq!(over.map(|it| it.why), Some("usual".to_owned()), "within three hours of its end");
        // The forty still wait for an answer: that is told as what it is.
        lookout.step(&house.app).await.unwrap();
        let mut conn = house.app.db.read().await.unwrap();
        let open = alert::open(&mut conn, house.id).await.unwrap();
        assert_eq!(open.iter().map(|it| it.kind).collect::<Vec<_>>(), [Kind::Unanswered]);
        drop(conn);
        crate::testing::assert_whole(&house.app.db, house.id).await;
    }
}

#[tokio::test]
async fn nodes_that_die_and_nodes_that_look_at_once_tell_it_once() {
    for house in houses().await {
        watching(&house).await;
        house.hear(&outage()).await;
        // Each look is that of a node which knows nothing and dies after it.
        for _ in 0..3 {
            assert_eq!(look(&house).await.len(), 1);
        }
        if let Some(other) = house.beside().await {
            Lookout::default().step(&other).await.unwrap();
            assert_eq!(all(&house).await.len(), 1, "the lease is the other's");
            house.app.clock.advance(HELD + MINUTE);
            let (mut here, mut there) = (Lookout::default(), Lookout::default());
            let (one, two) = tokio::join!(here.step(&house.app), there.step(&other));
            one.unwrap();
            two.unwrap();
            assert_eq!(all(&house).await.len(), 1);
        }
    }
}

#[tokio::test]
async fn what_somebody_closed_is_not_told_again_while_it_lasts() {
    for house in houses().await {
        watching(&house).await;
        house.hear(&outage()).await;
        let id = look(&house).await[0].id;
        let actor = &house.manager;
        command::alert::see(&house.app, actor, id).await.unwrap();
        house.app.clock.advance(MINUTE);
        command::alert::see(&house.app, actor, id).await.unwrap();
        let seen = alert::seen(&mut house.app.db.read().await.unwrap(), house.id, id).await.unwrap();
        assert_eq!(seen, [(actor.colleague, house.app.now() - MINUTE)]);
        command::alert::close(&house.app, actor, id, "false").await.unwrap();
        let again = command::alert::close(&house.app, actor, id, "handled").await;
        assert!(matches!(again, Err(Refusal::Changed)));
        let told = look(&house).await;
        assert_eq!(told.len(), 1);
        let closed = told[0].closed.as_ref().unwrap();
        assert_eq!((closed.why.as_str(), closed.by), ("false", Some(actor.colleague)));
    }
}

#[tokio::test]
async fn a_watch_that_tells_nothing_is_left_out_and_one_that_goes_takes_its_alert_along() {
    for house in houses().await {
        let id = watching(&house).await;
        house.hear(&outage()).await;
        assert_eq!(look(&house).await.len(), 1);
        let quiet =
            Wanted { name: "Billetterie", query: "billetterie", folder: "", sensitivity: "none", tag: "" };
        command::watch::save(&house.app, &house.manager, Some(id), quiet).await.unwrap();
        let signals = |told: &[Alert]| told[0].id;
        let told = look(&house).await;
        let mut conn = house.app.db.read().await.unwrap();
        let left = alert::signals_of(&mut conn, house.id, signals(&told)).await.unwrap();
        let open: Vec<_> = left.iter().filter(|it| it.ended_at.is_none()).map(|it| it.subject).collect();
        assert!(!open.is_empty() && !open.contains(&Subject::Watch(id)), "{open:?}");
    }
}

#[tokio::test]
async fn complaints_that_wait_too_long_are_told_and_end_when_they_are_answered() {
    for house in houses().await {
        let complaints: Vec<Observation> =
            (0..5).map(|i| said_by(i, &format!("c{i}"), "Toujours pas remboursée", -4 * 3_600 + i)).collect();
        house.hear(&complaints).await;
        let mut ids = Vec::new();
        for i in 0..5 {
            let it = house.conversation(&format!("c{i}")).await;
            ids.push(it.id);
        }
        let told = look(&house).await;
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!((told[0].kind, told[0].subject), (Kind::Unanswered, Subject::Desk(house.desks[0])));
        assert_eq!((told[0].evidence.count, told[0].evidence.window), (5, HOUR));
        assert_eq!(told[0].evidence.examples.len(), 5);
        for id in ids {
            command::triage::close(&house.app, &house.manager, id).await.unwrap();
        }
        assert!(look(&house).await[0].closed.is_some());
    }
}

#[tokio::test]
async fn a_channel_that_fails_and_an_access_that_ends_are_told() {
    for house in houses().await {
        let now = house.app.now();
        let mut conn = house.app.db.write().await.unwrap();
        let mut it = channel::get(&mut conn, house.id, house.channel).await.unwrap().unwrap();
        it.secret_expires_at = Some(now + 6 * DAY);
        channel::update(&mut conn, house.id, &it).await.unwrap();
        it.health.heard_at = Some(now - 8 * MINUTE);
        it.health.failing_since = Some(now - 7 * MINUTE);
        it.health.error_code = Some("unreachable".to_owned());
        channel::set_health(&mut conn, house.id, it.id, &it.health).await.unwrap();
        conn.commit().await.unwrap();
        let told = look(&house).await;
        let kinds: Vec<Kind> = told.iter().map(|it| it.kind).collect();
        assert!(
            kinds.contains(&Kind::Deaf) && kinds.contains(&Kind::Expiring) && kinds.len() == 2,
            "{kinds:?}"
        );
        // Heard again; and the same end of the access is told a second time three days ahead, and a third one day ahead.
        let mut conn = house.app.db.write().await.unwrap();
        it.health.heard_at = Some(now);
        it.health.failing_since = None;
        channel::set_health(&mut conn, house.id, it.id, &it.health).await.unwrap();
        conn.commit().await.unwrap();
        let mut levels = Vec::new();
        for days in [1, 3, 1, 0] {
            house.app.clock.advance(days * DAY);
            let told = look(&house).await;
            assert!(told.iter().any(|it| it.kind == Kind::Deaf && it.closed.is_some()));
            levels.push(told.iter().find(|it| it.kind == Kind::Expiring).unwrap().level);
        }
        assert_eq!(levels, [1, 2, 3, 3]);
    }
}
