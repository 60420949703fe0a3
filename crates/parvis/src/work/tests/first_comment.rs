//! First comments on both engines: below the first of all parts, once, when all of them stand; counted, checked and validated
//! with the rest.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use parvis_channels::{Capability, CapabilityKey, CapabilitySet, Why};

use super::post::{code, get, pass, says, step, submitted};
use super::thread::{said, stages};
use super::{Forgetful, connected};
use crate::app::App;
use crate::command::post::words::{self, Words};
use crate::command::post::{charter, look};
use crate::command::{Refusal, stop};
use crate::id::PostId;
use crate::rules::permission::{Action, Role};
use crate::rules::post::{State, Step};
use crate::store::message::Stage;
use crate::store::post::words as kept;
use crate::store::{channel, post};
use crate::testing::{House, colleague, houses};

const LINK: &str = "https://a.example/b";

fn with(house: &House, version: i64, text: &str, comment: &str) -> Words {
    Words {
        threaded: vec![house.channel],
        tagged: vec![house.channel],
        campaign: "automne".to_owned(),
        first_comment: comment.to_owned(),
        ..says(house, version, text)
    }
}

async fn ticked(app: &App, house: &House, id: PostId) {
    for item in ["facts", "links", "charter"] {
        look::tick(app, &house.specialist, id, item, true).await.unwrap();
    }
}

/// A post of these words that leaves now.
async fn leaving(app: &Arc<App>, house: &House, said: &Words) -> PostId {
    let id = submitted(app, house, "Brouillon").await;
    words::rewrite(app, &house.specialist, id, said).await.unwrap();
    ticked(app, house, id).await;
    for way in [Step::Validate, Step::PublishNow] {
        step(app, &house.manager, id, way, None).await.unwrap();
    }
    id
}

fn comment() -> (String, Option<String>) {
    let tags = "utm_source=mastodon&utm_medium=social&utm_campaign=automne";
    (format!("Le plan : {LINK}?{tags}"), Some("900".to_owned()))
}

#[tokio::test]
async fn it_answers_the_first_part_when_the_thread_stands_although_every_answer_is_lost() {
    for mut house in houses().await {
        let server = Forgetful::default();
        server.shows.store(true, Ordering::SeqCst);
        let app = connected(&mut house, &server.start().await).await;
        let text = "Un\n---\nDeux";
        let id = leaving(&app, &house, &with(&house, 1, text, &format!("Le plan : {LINK}"))).await;
        pass(&app, 30).await;
        assert!(said(&server).len() < 3, "it waits for the thread");
        pass(&app, 600).await;
        let thread = [("Un (1/2)".to_owned(), None), ("Deux (2/2)".to_owned(), Some("900".to_owned()))];
        assert_eq!(said(&server), thread.into_iter().chain([comment()]).collect::<Vec<_>>());
        assert_eq!(stages(&app, &house, id).await, [Stage::Published; 3]);
        assert_eq!(get(&app, &house, id).await.state, State::Published);
    }
}

#[tokio::test]
async fn one_that_is_refused_leaves_the_post_there_and_is_sent_again_by_hand() {
    for mut house in houses().await {
        let server = Forgetful::default();
        server.shows.store(true, Ordering::SeqCst);
        let app = connected(&mut house, &server.start().await).await;
        let text = "Un\n---\nDeux";
        let id = leaving(&app, &house, &with(&house, 1, text, &format!("Le plan : {LINK}"))).await;
        while said(&server).len() < 2 {
            pass(&app, 10).await;
        }
        server.refuses.store(true, Ordering::SeqCst);
        pass(&app, 600).await;
        use Stage::{Published, Rejected, Withdrawn};
        assert_eq!(stages(&app, &house, id).await, [Published, Published, Rejected]);
        assert_eq!(get(&app, &house, id).await.state, State::Scheduled, "not all of it stands");
        server.refuses.store(false, Ordering::SeqCst);
        step(&app, &house.manager, id, Step::Resume, None).await.unwrap();
        pass(&app, 5).await;
        // Stopped on its way, it is taken out again, and resumed below the same.
        stop::begin(&app, &house.manager, "Accident").await.unwrap();
        pass(&app, 60).await;
        assert_eq!(stages(&app, &house, id).await, [Published, Published, Withdrawn]);
        stop::lift(&app, &house.manager).await.unwrap();
        step(&app, &house.manager, id, Step::Resume, None).await.unwrap();
        pass(&app, 600).await;
        assert_eq!((said(&server).len(), said(&server).pop()), (3, Some(comment())));
        assert_eq!(get(&app, &house, id).await.state, State::Published);
    }
}

#[tokio::test]
async fn a_post_left_at_what_stands_there_gets_none() {
    for mut house in houses().await {
        let server = Forgetful::default();
        server.shows.store(true, Ordering::SeqCst);
        let app = connected(&mut house, &server.start().await).await;
        let id = leaving(&app, &house, &with(&house, 1, "Un", "Le plan")).await;
        pass(&app, 10).await;
        step(&app, &house.manager, id, Step::Settle, None).await.unwrap();
        pass(&app, 600).await;
        assert_eq!(said(&server), [("Un".to_owned(), None)]);
        assert_eq!(stages(&app, &house, id).await, [Stage::Published, Stage::Withdrawn]);
    }
}

#[tokio::test]
async fn another_one_takes_the_validation_away_and_is_a_version() {
    for house in houses().await {
        let app = &house.app;
        let id = submitted(app, &house, "Un").await;
        words::rewrite(app, &house.specialist, id, &with(&house, 1, "Un", "Avant")).await.unwrap();
        ticked(app, &house, id).await;
        step(app, &house.manager, id, Step::Validate, None).await.unwrap();
        words::rewrite(app, &house.specialist, id, &with(&house, 2, "Un", "Avant ")).await.unwrap();
        assert!(get(app, &house, id).await.validated_by.is_some(), "the same words change nothing");
        let own = Words {
            own_first_comments: [(house.channel, "Ici".to_owned())].into(),
            ..with(&house, 2, "Un", "Avant")
        };
        words::rewrite(app, &house.specialist, id, &own).await.unwrap();
        let it = get(app, &house, id).await;
        assert_eq!((it.validated_by, it.version, it.first_comment.as_str()), (None, 3, "Avant"));
        let mut conn = app.db.read().await.unwrap();
        let newest = kept::versions(&mut conn, house.id, id).await.unwrap().remove(0);
        assert_eq!(
            (newest.first_comment, newest.own_first_comments),
            (it.first_comment, own.own_first_comments)
        );
        drop(conn);
        let mut conn = app.db.write().await.unwrap();
        let expert = colleague(&mut conn, house.id, Role::Expert, &[]).await;
        conn.commit().await.unwrap();
        let may = words::rewrite(app, &expert, id, &with(&house, 3, "Un", "À moi")).await;
        assert!(matches!(may, Err(Refusal::Forbidden(Action::Write))), "{may:?}");
        // Who began from an older version loses nothing.
        let late = words::rewrite(app, &house.manager, id, &with(&house, 2, "Un", "Tard")).await;
        assert!(matches!(late, Err(Refusal::Changed)), "{late:?}");
        let mut conn = app.db.read().await.unwrap();
        let draft = kept::draft(&mut conn, house.id, id, house.manager.colleague).await.unwrap().unwrap();
        assert_eq!(draft.first_comment, "Tard");
    }
}

#[tokio::test]
async fn it_is_counted_as_its_network_counts_and_held_against_the_charter() {
    for house in houses().await {
        let app = &house.app;
        let id = submitted(app, &house, "Un").await;
        let long = "x".repeat(501);
        words::rewrite(app, &house.specialist, id, &with(&house, 1, "Un", &long)).await.unwrap();
        ticked(app, &house, id).await;
        assert_eq!(code(step(app, &house.manager, id, Step::Validate, None).await), "words");
        let promise = "Nous vous remboursons tous les billets de samedi.";
        words::rewrite(app, &house.specialist, id, &with(&house, 2, "Un", promise)).await.unwrap();
        ticked(app, &house, id).await;
        assert_eq!(code(step(app, &house.manager, id, Step::Validate, None).await), "charter");
        let it = get(app, &house, id).await;
        let held = charter::read(&mut app.db.read().await.unwrap(), house.id, &it).await.unwrap();
        let places: Vec<_> = held.passages.iter().map(|it| it.place.as_str()).collect();
        assert_eq!(places, [charter::COMMON, charter::FIRST_COMMENT]);
    }
}

#[tokio::test]
async fn where_nobody_can_answer_themselves_there_is_none() {
    for house in houses().await {
        let app = &house.app;
        let id = submitted(app, &house, "Un").await;
        let mut conn = app.db.write().await.unwrap();
        let mut it = channel::get(&mut conn, house.id, house.channel).await.unwrap().unwrap();
        let mut can: CapabilitySet = serde_json::from_str(&it.capabilities).unwrap();
        can.set(CapabilityKey::Reply, Capability::unsupported(Why::NotInNetwork));
        it.capabilities = serde_json::to_string(&can).unwrap();
        channel::update(&mut conn, house.id, &it).await.unwrap();
        conn.commit().await.unwrap();
        let own = Words {
            own_first_comments: [(house.channel, "Ici".to_owned())].into(),
            ..with(&house, 1, "Un", "")
        };
        let refused = words::rewrite(app, &house.specialist, id, &own).await;
        assert_eq!(refused.unwrap_err().to_string(), "first_comment: unsupported");
        // The common one goes elsewhere, and holds nothing back here.
        words::rewrite(app, &house.specialist, id, &with(&house, 1, "Un", &"x".repeat(501))).await.unwrap();
        ticked(app, &house, id).await;
        step(app, &house.manager, id, Step::Validate, None).await.unwrap();
        let mut conn = app.db.read().await.unwrap();
        let (it, target) = (
            post::get(&mut conn, house.id, id).await.unwrap().unwrap(),
            post::targets(&mut conn, house.id, id).await.unwrap().remove(0),
        );
        let channel = channel::get(&mut conn, house.id, house.channel).await.unwrap().unwrap();
        let shaped = crate::command::post::shape::Network::of(&channel).of_target(&it, &target);
        assert_eq!(shaped.first_comment, None);
    }
}
