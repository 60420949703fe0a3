//! Answers whose fate is unknown, on both engines: each is settled, none is sent twice for want of a look, and none
//! keeps those that come after it waiting.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::{Forgetful, connected, ours, words};
use crate::app::App;
use crate::clock::{HOUR, MINUTE, SECOND};
use crate::command::answer;
use crate::store::message::{self, Stage};
use crate::store::{job, journal};
use crate::testing::{House, houses, said};
use crate::work::{self, LEASE, publish, read_back};

/// Goes on for so many seconds, a step every ten.
async fn pass(app: &Arc<App>, seconds: i64) {
    for _ in 0..seconds / 10 {
        app.clock.advance(10 * SECOND);
        work::step(app).await.unwrap();
    }
}

/// A house whose answer was handed to `server`, and lost.
async fn lost(house: &mut House, server: &Forgetful) -> Arc<App> {
    let app = connected(house, &server.start().await).await;
    house.hear(&[said("1", "Ouverts ?", 0)]).await;
    let it = house.conversation("1").await;
    answer::reply(&app, &house.manager, it.id, words("Oui !")).await.unwrap();
    pass(&app, 10).await;
    assert_eq!((server.taken(), ours(house, it.id).await.stage), (1, Stage::Unknown));
    app
}

/// Somebody works on a job of this kind and dies, and its lease ends.
async fn die(house: &House, app: &App, kind: &str) -> Vec<i64> {
    let mut conn = house.app.db.write().await.unwrap();
    let now = app.now();
    let held = job::claim(&mut conn, kind, now, now + LEASE, 16).await.unwrap();
    conn.commit().await.unwrap();
    app.clock.advance(LEASE + SECOND);
    held.iter().map(|it| it.attempts).collect()
}

#[tokio::test]
async fn an_answer_that_the_network_keeps_losing_is_left_to_a_person() {
    for mut house in houses().await {
        let server = Forgetful::default();
        let app = connected(&mut house, &server.start().await).await;
        house.hear(&[said("1", "Ouverts ?", 0)]).await;
        let it = house.conversation("1").await;
        answer::reply(&app, &house.manager, it.id, words("Oui !")).await.unwrap();
        let mut handed_over = Vec::new();
        let mut left_at = None;
        for second in (10..=1_000).step_by(10) {
            pass(&app, 10).await;
            handed_over.resize(server.taken(), second);
            let is_left = ours(&house, it.id).await.stage == Stage::Rejected;
            left_at = left_at.or(is_left.then_some(second));
        }
        // Each time it was looked for twice, and each time the network had longer to show it.
        let engine = app.db.engine_name();
        assert_eq!((handed_over.as_slice(), left_at), ([10, 30, 90, 270].as_slice(), Some(810)), "{engine}");
        assert_eq!(ours(&house, it.id).await.error_code.as_deref(), Some("unknown"));
        assert_eq!(house.conversation("1").await.facets.awaiting_since, it.facets.awaiting_since);
        // It did stand there: its echo makes it published, not a second message.
        let mut echo = said("9", "Oui !", 60);
        let item = echo.item.as_mut().unwrap();
        (item.ours, item.parent_id) = (true, Some("1".to_owned()));
        house.hear(&[echo]).await;
        let stands = ours(&house, it.id).await;
        assert_eq!((stands.stage, stands.remote_id.as_deref()), (Stage::Published, Some("9")));
    }
}

#[tokio::test]
async fn deaths_while_looking_are_not_looks() {
    for mut house in houses().await {
        let server = Forgetful::default();
        let app = lost(&mut house, &server).await;
        let it = house.conversation("1").await;
        app.clock.advance(10 * SECOND);
        for _ in 0..30 {
            assert_eq!(die(&house, &app, read_back::KIND).await, [0]);
        }
        // The first look that ends finds nothing; nothing is sent before a second one has.
        work::step(&app).await.unwrap();
        assert_eq!((server.taken(), ours(&house, it.id).await.stage), (1, Stage::Unknown));
        // It is looked for again within seconds, however often somebody died, and there it is.
        server.shows.store(true, Ordering::SeqCst);
        pass(&app, 10).await;
        let stands = ours(&house, it.id).await;
        let found = (server.taken(), stands.stage, stands.remote_id.as_deref());
        assert_eq!(found, (1, Stage::Published, Some("900")), "{}", app.db.engine_name());
    }
}

#[tokio::test]
async fn what_a_dead_run_was_handing_over_is_looked_for_before_it_is_sent() {
    for mut house in houses().await {
        let server = Forgetful::default();
        let app = connected(&mut house, &server.start().await).await;
        house.hear(&[said("1", "Ouverts ?", 0)]).await;
        let it = house.conversation("1").await;
        answer::reply(&app, &house.manager, it.id, words("Oui !")).await.unwrap();
        app.clock.advance(10 * SECOND);
        // Written down as being handed over; then the process dies, before the network has it.
        let mut conn = app.db.write().await.unwrap();
        let mut held = message::last_out(&mut conn, house.id, it.id).await.unwrap().unwrap();
        (held.stage, held.sent_at) = (Stage::Committing, app.now());
        message::update(&mut conn, house.id, &held).await.unwrap();
        conn.commit().await.unwrap();
        assert_eq!(die(&house, &app, publish::KIND).await, [0]);
        work::step(&app).await.unwrap();
        assert_eq!((server.taken(), ours(&house, it.id).await.stage), (0, Stage::Unknown));
        pass(&app, 10).await;
        assert_eq!(server.taken(), 1, "not there twice: sent, on {}", app.db.engine_name());
    }
}

#[tokio::test]
async fn a_server_that_is_away_is_asked_for_a_day_and_fills_no_journal() {
    for mut house in houses().await {
        let server = Forgetful::default();
        let app = lost(&mut house, &server).await;
        let it = house.conversation("1").await;
        server.away.store(true, Ordering::SeqCst);
        for _ in 0..20 {
            app.clock.advance(HOUR);
            work::step(&app).await.unwrap();
            // Not asked at all times, but never long after it is back.
            let mut conn = app.db.read().await.unwrap();
            let next = job::next_at(&mut conn, read_back::KIND).await.unwrap().unwrap();
            assert!((SECOND..=5 * MINUTE).contains(&(next - app.now())), "{}", next - app.now());
        }
        assert_eq!(ours(&house, it.id).await.stage, Stage::Unknown);
        let mut conn = app.db.read().await.unwrap();
        let rows = journal::of_conversation(&mut conn, house.id, it.id, None, 200).await.unwrap();
        assert_eq!(rows.iter().filter(|row| row.verb == "message.unknown").count(), 1);
        drop(conn);
        app.clock.advance(5 * HOUR);
        work::step(&app).await.unwrap();
        let left = ours(&house, it.id).await;
        assert_eq!((left.stage, left.error_code.as_deref()), (Stage::Rejected, Some("unknown")));
        assert_eq!(server.taken(), 1);
    }
}

#[tokio::test]
async fn looks_that_hang_keep_no_new_answer_waiting() {
    for mut house in houses().await {
        let server = Forgetful::default();
        let app = connected(&mut house, &server.start().await).await;
        // More than are looked for at once.
        let names: Vec<String> = (1..=20).map(|number| number.to_string()).collect();
        for name in &names {
            house.hear(&[said(name, "Ouverts ?", 0)]).await;
            let it = house.conversation(name).await;
            answer::reply(&app, &house.manager, it.id, words("Oui !")).await.unwrap();
        }
        pass(&app, 10).await;
        assert_eq!(server.taken(), names.len());
        server.hangs.store(true, Ordering::SeqCst);
        house.hear(&[said("new", "Et demain ?", 20)]).await;
        let it = house.conversation("new").await;
        answer::reply(&app, &house.manager, it.id, words("Demain aussi.")).await.unwrap();
        app.clock.advance(MINUTE);
        let at_work = tokio::spawn(work::run(app.clone(), app.stop.follow()));
        let leaves = async {
            while server.taken() == names.len() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        // Far less than a look may take.
        let left = tokio::time::timeout(Duration::from_secs(20), leaves).await;
        at_work.abort();
        assert!(left.is_ok(), "{}", app.db.engine_name());
    }
}
