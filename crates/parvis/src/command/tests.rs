//! Commands on both engines: rights, undo, collisions, the ten-second hold.

use parvis_channels::Visibility;

use super::answer::{self, Answer, HOLD};
use super::{Refusal, triage, undo};
use crate::clock::{DAY, HOUR};
use crate::id::{DeskId, MessageId};
use crate::store::conversation::{NEVER, State};
use crate::store::message::{self, Stage};
use crate::store::{counter, job, journal, view};
use crate::testing::{House, START, houses, said};

fn words(text: &str) -> Answer {
    Answer {
        text: text.to_owned(),
        visibility: Visibility::Public,
        close: false,
        seen: None,
        anyway: false,
        media: Vec::new(),
    }
}

async fn recounted(house: &House) {
    let mut conn = house.app.db.write().await.unwrap();
    let mut kept = counter::list(&mut conn, house.id).await.unwrap();
    counter::recount(&mut conn, house.id).await.unwrap();
    let mut counted = counter::list(&mut conn, house.id).await.unwrap();
    for all in [&mut kept, &mut counted] {
        all.sort_by_key(|it| (it.state.clone(), it.desk, it.assignee));
    }
    assert_eq!(format!("{kept:?}"), format!("{counted:?}"), "counters differ from a recount");
}

#[tokio::test]
async fn every_change_can_be_undone_and_the_counters_stay_right() {
    for house in houses().await {
        house.hear(&[said("1", "Bonjour", 0), said("2", "Autre", 1)]).await;
        let (app, me) = (&*house.app, &house.manager);
        let (it, other) = (house.conversation("1").await, house.conversation("2").await);
        let to =
            triage::HandOver { desk: Some(house.desks[1]), colleague: None, note: "Pour vous".to_owned() };
        let done = [
            triage::take(app, me, it.id).await.unwrap(),
            triage::mark_urgent(app, me, it.id, true).await.unwrap(),
            triage::classify(app, me, it.id, Some("question".to_owned()), Some("negative".to_owned()))
                .await
                .unwrap(),
            triage::tag(app, me, it.id, " #Panne  billetterie ").await.unwrap(),
            triage::snooze(app, me, it.id, START + DAY).await.unwrap(),
            triage::reopen(app, me, it.id).await.unwrap(),
            triage::hand_over(app, me, it.id, to).await.unwrap(),
            triage::close(app, me, it.id).await.unwrap(),
            triage::merge(app, me, it.id, other.id).await.unwrap(),
        ];
        recounted(&house).await;
        for _ in &done {
            undo::last(app, me).await.unwrap();
            recounted(&house).await;
        }
        let back = house.conversation("1").await;
        assert_eq!(back.facets, it.facets);
        assert!(matches!(undo::last(app, me).await, Err(Refusal::NotFound)));
    }
}

#[tokio::test]
async fn undo_refuses_what_somebody_else_has_changed_since() {
    for house in houses().await {
        house.hear(&[said("1", "Bonjour", 0)]).await;
        let it = house.conversation("1").await;
        let mine = triage::take(&house.app, &house.specialist, it.id).await.unwrap();
        triage::close(&house.app, &house.manager, it.id).await.unwrap();
        let refused = undo::undo(&house.app, &house.specialist, mine.journal).await;
        assert!(matches!(refused, Err(Refusal::Changed)));
        assert_eq!(house.conversation("1").await.facets.state, State::Closed);
        // And nobody undoes what another did.
        let foreign = undo::undo(&house.app, &house.manager, mine.journal).await;
        assert!(matches!(foreign, Err(Refusal::NotFound)));
    }
}

#[tokio::test]
async fn an_answer_that_has_left_is_not_marked_as_undone() {
    for house in houses().await {
        house.hear(&[said("1", "Bonjour", 0)]).await;
        let it = house.conversation("1").await;
        let done = answer::reply(&house.app, &house.manager, it.id, words("Oui")).await.unwrap();
        let mut conn = house.app.db.write().await.unwrap();
        let row = journal::get(&mut conn, house.id, done.journal).await.unwrap().unwrap();
        let mut sent = message::get(&mut conn, house.id, MessageId(row.subject_id)).await.unwrap().unwrap();
        sent.stage = Stage::Published;
        message::update(&mut conn, house.id, &sent).await.unwrap();
        conn.commit().await.unwrap();
        let refused = undo::undo(&house.app, &house.manager, done.journal).await;
        assert!(matches!(refused, Err(Refusal::Changed)));
        let mut conn = house.app.db.read().await.unwrap();
        let row = journal::get(&mut conn, house.id, done.journal).await.unwrap().unwrap();
        assert_eq!(row.undone_at, None);
    }
}

#[tokio::test]
async fn another_desk_is_as_if_it_did_not_exist() {
    for house in houses().await {
        house.hear(&[said("1", "Bonjour", 0)]).await;
        let it = house.conversation("1").await;
        let (app, press) = (&*house.app, &house.press);
        assert!(matches!(triage::take(app, press, it.id).await, Err(Refusal::NotFound)));
        assert!(matches!(answer::note(app, press, it.id, "x").await, Err(Refusal::NotFound)));
        assert!(matches!(answer::reply(app, press, it.id, words("x")).await, Err(Refusal::NotFound)));
        let to = Some(press.colleague);
        let refused = triage::assign(app, &house.manager, it.id, to).await;
        assert!(matches!(refused, Err(Refusal::Invalid { code: "other-desk", .. })));
    }
}

#[tokio::test]
async fn an_answer_is_held_for_ten_seconds_and_taking_it_back_makes_it_a_draft() {
    for house in houses().await {
        house.hear(&[said("1", "Ouverts ?", 0)]).await;
        let it = house.conversation("1").await;
        let (app, me) = (&*house.app, &house.manager);
        let done = answer::reply(app, me, it.id, Answer { close: true, ..words("Oui !") }).await.unwrap();
        let held = house.conversation("1").await;
        assert_eq!((held.facets.state, held.facets.due_at), (State::Closed, NEVER));
        let mut conn = app.db.read().await.unwrap();
        assert_eq!(job::next_at(&mut conn).await.unwrap(), Some(START + HOLD));
        drop(conn);
        undo::undo(app, me, done.journal).await.unwrap();
        assert_eq!(house.conversation("1").await.facets, it.facets);
        let mut conn = app.db.read().await.unwrap();
        assert_eq!(job::next_at(&mut conn).await.unwrap(), None);
        let drafts = view::drafts(&mut conn, house.id, it.id, me.colleague).await.unwrap();
        assert_eq!(drafts[0].text, "Oui !");
    }
}

#[tokio::test]
async fn sending_over_a_colleagues_answer_asks_to_read_it_first() {
    for house in houses().await {
        house.hear(&[said("1", "Ouverts ?", 0)]).await;
        let it = house.conversation("1").await;
        let mut conn = house.app.db.read().await.unwrap();
        let seen = message::last_in(&mut conn, house.id, it.id).await.unwrap().map(|it| it.id);
        drop(conn);
        house.app.clock.advance(1_000);
        answer::reply(&house.app, &house.manager, it.id, words("Oui")).await.unwrap();
        house.app.clock.advance(1_000);
        let mine = Answer { seen, ..words("Non") };
        let refused = answer::reply(&house.app, &house.specialist, it.id, mine.clone()).await;
        let Err(Refusal::Answered { by, message }) = refused else { panic!("{refused:?}") };
        assert_eq!(by, Some(house.manager.colleague));
        // Having read it, or insisting, it goes.
        let read = Answer { seen: Some(message), ..mine.clone() };
        answer::reply(&house.app, &house.specialist, it.id, read).await.unwrap();
        answer::reply(&house.app, &house.manager, it.id, Answer { anyway: true, ..mine }).await.unwrap();
    }
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused_with_its_field() {
    for house in houses().await {
        house.hear(&[said("1", "Ouverts ?", 0)]).await;
        let it = house.conversation("1").await;
        let (app, me) = (&*house.app, &house.manager);
        for (text, code) in [("  ", "empty"), (&"é".repeat(501), "length")] {
            let refused = answer::reply(app, me, it.id, words(text)).await;
            assert!(matches!(refused, Err(Refusal::Invalid { field: "text", code: found }) if found == code));
        }
        let image =
            parvis_channels::Upload { bytes: vec![1], mime: "image/svg+xml".to_owned(), alt: String::new() };
        let refused = answer::reply(app, me, it.id, Answer { media: vec![image], ..words("x") }).await;
        assert!(matches!(refused, Err(Refusal::Invalid { field: "media", code: "kind" })));
        let nobody = triage::HandOver { desk: Some(DeskId::new(1)), ..triage::HandOver::default() };
        let refused = triage::hand_over(app, me, it.id, nobody).await;
        assert!(matches!(refused, Err(Refusal::Invalid { field: "desk", code: "unknown" })));
        assert!(matches!(
            triage::snooze(app, me, it.id, START).await,
            Err(Refusal::Invalid { field: "until", .. })
        ));
        assert_eq!(house.conversation("1").await.facets, it.facets);
    }
}

#[tokio::test]
async fn a_snooze_ends_by_itself_and_when_the_member_writes_again() {
    for house in houses().await {
        house.hear(&[said("1", "Ouverts ?", 0), said("2", "Fermés ?", 0)]).await;
        for id in ["1", "2"] {
            let it = house.conversation(id).await;
            triage::snooze(&house.app, &house.manager, it.id, START + HOUR).await.unwrap();
        }
        let mut more = said("3", "Alors ?", 60);
        more.item.as_mut().unwrap().parent_id = Some("2".to_owned());
        house.hear(&[more]).await;
        assert_eq!(house.conversation("2").await.facets.state, State::Open);
        assert_eq!(house.conversation("1").await.facets.state, State::Snoozed);
        house.app.clock.advance(HOUR);
        crate::work::wake::step(&house.app).await.unwrap();
        assert_eq!(house.conversation("1").await.facets.state, State::Open);
        recounted(&house).await;
    }
}

#[tokio::test]
async fn an_answer_whose_channel_cannot_be_used_comes_back_with_its_reason() {
    for house in houses().await {
        house.hear(&[said("1", "Ouverts ?", 0)]).await;
        let it = house.conversation("1").await;
        answer::reply(&house.app, &house.manager, it.id, words("Oui")).await.unwrap();
        // The channel has no token: the network's room refuses before anything leaves.
        house.app.clock.advance(HOLD);
        crate::work::step(&house.app).await.unwrap();
        let back = house.conversation("1").await;
        assert_eq!(back.facets.due_at, it.facets.due_at);
        let mut conn = house.app.db.read().await.unwrap();
        let ours = message::last_out(&mut conn, house.id, it.id).await.unwrap().unwrap();
        assert_eq!(ours.stage, Stage::Rejected);
        assert!(ours.error_text.is_some());
    }
}
