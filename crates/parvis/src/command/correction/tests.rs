//! What people say of messages against the model, on both engines.

use parvis_channels::{Observation, ObservationKind};
use parvis_listen::understand::{Intent, Sentiment};

use super::*;
use crate::clock::SECOND;
use crate::command::{triage, undo, watch as watches};
use crate::id::ConversationId;
use crate::store;
use crate::store::transfer::history::{self, History, Person};
use crate::testing::{START, assert_whole, houses, said};

const COMPLAINT: &str =
    "Votre billetterie est en panne depuis deux heures, c’est lamentable, je veux être remboursée";
/// The same to anybody who reads, in other words.
const AGAIN: &str =
    "Votre billetterie est en panne depuis trois heures, c’est lamentable, je veux être remboursée";

fn intent(it: Intent) -> Truth {
    Truth { intent: Some(it), ..Truth::default() }
}

#[tokio::test]
async fn every_message_is_read_as_it_comes_in_and_again_when_it_is_edited() {
    for house in houses().await {
        house.hear(&[said("1", COMPLAINT, 0)]).await;
        let read = house.reading("1").await;
        assert_eq!((read.intent.as_str(), read.sentiment.as_str()), ("complaint", "negative"));
        assert_eq!((read.language.as_str(), read.needs_answer, read.is_abusive()), ("fr", true, false));
        assert!(read.score < -300 && read.model == "linear-1", "{read:?}");
        let it = house.conversation("1").await;
        assert_eq!(it.said.intent.as_deref(), Some("complaint"));
        assert!(it.said.needs_answer);
        let edited = Observation {
            kind: ObservationKind::Edited,
            version_at: Some(START + 60 * SECOND),
            ..said("1", "Merci beaucoup, équipe adorable, quelle belle soirée !", 0)
        };
        house.hear(&[edited]).await;
        assert_eq!(house.reading("1").await.sentiment, "positive");
        assert_eq!(house.conversation("1").await.said.sentiment.as_deref(), Some("positive"));
    }
}

#[tokio::test]
async fn a_correction_changes_how_the_next_message_is_read_on_every_node_and_its_undo_changes_it_back() {
    for house in houses().await {
        let (app, me) = (&*house.app, &house.manager);
        house.hear(&[said("1", COMPLAINT, 0), said("2", AGAIN, 1)]).await;
        assert_eq!(house.reading("2").await.intent, "complaint");
        let id = house.message("1").await;
        let done = correct(app, me, id, &intent(Intent::Signal)).await.unwrap();
        assert_whole(&app.db, house.id).await;
        assert_eq!(house.reading("1").await.intent, "signal");
        assert_eq!(house.conversation("1").await.said.intent.as_deref(), Some("signal"));
        // What was said before stays as it was read; what comes next is read with it, here and on another node.
        assert_eq!(house.reading("2").await.intent, "complaint");
        house.hear(&[said("3", AGAIN, 2)]).await;
        assert_eq!(house.reading("3").await.intent, "signal");
        if let Some(beside) = house.beside().await {
            let mut conn = beside.db.write().await.unwrap();
            let ear = beside.ears.of(&mut conn, house.id).await.unwrap();
            assert_eq!(ear.read(None, AGAIN).unwrap().intent, Intent::Signal);
        }
        undo::undo(app, me, done.journal).await.unwrap();
        assert_whole(&app.db, house.id).await;
        assert_eq!(house.reading("1").await.intent, "complaint");
        house.hear(&[said("4", AGAIN, 3)]).await;
        assert_eq!(house.reading("4").await.intent, "complaint");
        let mut conn = app.db.read().await.unwrap();
        assert_eq!(correction::count(&mut conn, house.id).await.unwrap(), 0);
    }
}

#[tokio::test]
async fn another_word_takes_the_place_of_the_first_and_each_step_can_be_undone() {
    for house in houses().await {
        let (app, me) = (&*house.app, &house.manager);
        house.hear(&[said("1", COMPLAINT, 0)]).await;
        let id = house.message("1").await;
        let whole = Truth {
            sentiment: Some(Sentiment::Neutral),
            intent: Some(Intent::Question),
            abuse: Some(true),
            needs_answer: Some(false),
        };
        let first = correct(app, me, id, &whole).await.unwrap();
        let it = house.conversation("1").await;
        assert!(it.said.abusive && !it.said.needs_answer);
        let second = correct(app, &house.specialist, id, &intent(Intent::Idea)).await.unwrap();
        let same = correct(app, me, id, &intent(Intent::Idea)).await;
        assert!(matches!(same, Err(Refusal::Invalid { field: "correction", .. })));
        // What somebody else said since stands in the way.
        assert!(matches!(undo::undo(app, me, first.journal).await, Err(Refusal::Changed)));
        undo::undo(app, &house.specialist, second.journal).await.unwrap();
        assert_eq!(house.reading("1").await.intent, "question");
        undo::undo(app, me, first.journal).await.unwrap();
        let read = house.reading("1").await;
        assert_eq!((read.intent.as_str(), read.sentiment.as_str()), ("complaint", "negative"));
        assert!(read.needs_answer && !read.is_abusive());
        assert_whole(&app.db, house.id).await;
    }
}

#[tokio::test]
async fn anybody_who_sorts_may_take_a_correction_back_and_put_it_back() {
    for house in houses().await {
        let (app, me) = (&*house.app, &house.manager);
        house.hear(&[said("1", COMPLAINT, 0)]).await;
        let id = house.message("1").await;
        correct(app, &house.specialist, id, &intent(Intent::Lead)).await.unwrap();
        let list = async || {
            let mut conn = app.db.read().await.unwrap();
            correction::page(&mut conn, house.id, &me.scope, None, 10).await.unwrap()
        };
        let listed = list().await.swap_remove(0);
        assert_eq!((listed.correction.was.as_str(), listed.correction.value.as_str()), ("complaint", "lead"));
        assert_eq!(listed.correction.colleague, house.specialist.colleague);
        // Who doesn't see the desk neither sees nor touches it.
        let mut conn = app.db.read().await.unwrap();
        let seen = correction::page(&mut conn, house.id, &house.press.scope, None, 10).await.unwrap();
        drop(conn);
        assert!(seen.is_empty());
        let refused = take_back(app, &house.press, listed.correction.id).await;
        assert!(matches!(refused, Err(Refusal::NotFound)));
        let done = take_back(app, me, listed.correction.id).await.unwrap();
        assert_eq!(house.reading("1").await.intent, "complaint");
        assert!(list().await.swap_remove(0).correction.ended_at.is_some());
        assert!(matches!(take_back(app, me, listed.correction.id).await, Err(Refusal::Changed)));
        undo::undo(app, me, done.journal).await.unwrap();
        assert_eq!(house.reading("1").await.intent, "lead");
        assert!(list().await.swap_remove(0).correction.ended_at.is_none());
    }
}

#[tokio::test]
async fn what_a_person_said_outlives_an_edit_and_a_watch_follows_it() {
    for house in houses().await {
        let (app, me) = (&*house.app, &house.manager);
        let watch = watches::save(
            app,
            me,
            None,
            watches::Wanted {
                name: "Mécontents",
                query: "billetterie AND sentiment:negative",
                folder: "",
                sensitivity: "balanced",
                tag: "",
            },
        )
        .await
        .unwrap();
        house.hear(&[said("1", COMPLAINT, 0)]).await;
        let found = async || {
            let mut conn = app.db.read().await.unwrap();
            watch::page(&mut conn, house.id, watch, (0, i64::MAX), 10).await.unwrap()
        };
        assert_eq!(found().await.swap_remove(0).sentiment.as_deref(), Some("negative"));
        let id = house.message("1").await;
        let truth = Truth { sentiment: Some(Sentiment::Neutral), ..Truth::default() };
        let done = correct(app, me, id, &truth).await.unwrap();
        assert!(found().await.is_empty());
        let edited = Observation {
            kind: ObservationKind::Edited,
            version_at: Some(START + 60 * SECOND),
            ..said("1", &format!("{COMPLAINT} !!"), 0)
        };
        house.hear(&[edited]).await;
        assert_eq!(house.reading("1").await.sentiment, "neutral");
        assert!(found().await.is_empty());
        undo::undo(app, me, done.journal).await.unwrap();
        assert_eq!(found().await.len(), 1);
    }
}

#[tokio::test]
async fn a_merged_conversation_says_what_its_newest_message_says_and_each_its_own_after_undo() {
    for house in houses().await {
        let (app, me) = (&*house.app, &house.manager);
        house
            .hear(&[
                said("1", COMPLAINT, 0),
                said("2", "Merci, bravo à toute l’équipe, c’était magnifique !", 9),
            ])
            .await;
        let (old, new) = (house.conversation("1").await, house.conversation("2").await);
        let done = triage::merge(app, me, new.id, old.id).await.unwrap();
        assert_eq!(house.conversation("1").await.said.intent.as_deref(), Some("praise"));
        undo::undo(app, me, done.journal).await.unwrap();
        assert_eq!(house.conversation("1").await.said.intent.as_deref(), Some("complaint"));
        assert_eq!(house.conversation("2").await.said.intent.as_deref(), Some("praise"));
    }
}

#[tokio::test]
async fn history_that_was_put_in_is_read_by_the_worker() {
    for house in houses().await {
        let said = |no: i64, text: &str| history::Said {
            remote_id: format!("old-{no}"),
            parents: Vec::new(),
            thread: format!("old-{no}"),
            direction: Direction::In,
            author: Some(Person { remote_id: "9".into(), handle: "lea".into(), name: "Léa".into() }),
            sent_at: START - no * SECOND,
            visibility: "public".to_owned(),
            language: None,
            url: None,
            title: None,
            text: text.to_owned(),
        };
        crate::work::reading::step(&house.app).await.unwrap();
        let mut conn = house.app.db.write().await.unwrap();
        let channel = store::channel::get(&mut conn, house.id, house.channel).await.unwrap().unwrap();
        let mut history = History::new(house.id, channel, START);
        for no in 0..600 {
            history.add(&mut conn, &said(no, COMPLAINT)).await.unwrap();
        }
        history.end(&mut conn).await.unwrap();
        let left = reading::left(&mut conn, house.id, "linear-1").await.unwrap();
        conn.commit().await.unwrap();
        assert!(left.is_some(), "there is something to read");
        crate::work::reading::step(&house.app).await.unwrap();
        let mut conn = house.app.db.read().await.unwrap();
        assert_eq!(reading::left(&mut conn, house.id, "linear-1").await.unwrap(), None);
        for no in [0, 249, 250, 599] {
            let remote_id = format!("old-{no}");
            let found = message::by_remote(&mut conn, house.id, house.channel, &remote_id).await.unwrap();
            let found: ConversationId = found.unwrap().conversation;
            let it = store::conversation::get(&mut conn, house.id, found).await.unwrap().unwrap();
            assert_eq!(it.said.intent.as_deref(), Some("complaint"), "{no}");
        }
    }
}
