//! Commands on both engines: rights, undo, collisions, the ten-second hold.

use std::sync::Arc;

use parvis_channels::Visibility;
use parvis_listen::understand::{Intent, Truth};

use super::answer::{self, Answer, HOLD};
use super::{Refusal, correction, desk, triage, undo};
use crate::clock::{DAY, HOUR, MINUTE};
use crate::id::{ConversationId, DeskId, MessageId};
use crate::rules::hours::{Hours, Opening};
use crate::rules::permission::{Actor, Role};
use crate::store::conversation::{self, Conversation, Filter, NEVER, Order, State};
use crate::store::message::{self, Stage};
use crate::store::{self, job, journal, view};
use crate::testing::{House, START, assert_whole, houses, said};

fn words(text: &str) -> Answer {
    Answer {
        text: text.to_owned(),
        visibility: Visibility::Public,
        close: false,
        seen: None,
        anyway: false,
        media: Vec::new(),
        reason: String::new(),
        suggestion: None,
    }
}

async fn last_in(house: &House, id: ConversationId) -> MessageId {
    let mut conn = house.app.db.read().await.unwrap();
    message::last_in(&mut conn, house.id, id).await.unwrap().unwrap().id
}

async fn recounted(house: &House) {
    assert_whole(&house.app.db, house.id).await;
}

#[tokio::test]
async fn a_desk_that_is_closed_answers_when_it_opens_and_what_is_urgent_before() {
    for house in houses().await {
        let (app, me) = (&*house.app, &house.manager);
        let boss = Actor { role: Role::Administrator, ..me.clone() };
        // START is read on the organisation's clock: open on the next day only, from eight to nine.
        let zone = jiff::tz::TimeZone::get("Europe/Paris").unwrap();
        let today = jiff::Timestamp::from_microsecond(START).unwrap().to_zoned(zone);
        let next = today.tomorrow().unwrap().start_of_day().unwrap();
        let opening = Opening { day: next.weekday().to_monday_one_offset(), from: 480, to: 540 };
        let hours = Some(Hours::try_from(vec![opening]).unwrap());
        let to = desk::Change { hours, urgent_within: Some(Some(10 * MINUTE)), ..desk::Change::default() };
        desk::change(app, &boss, house.desks[1], to).await.unwrap();
        house.hear(&[said("1", "Bonjour", 0)]).await;
        let it = house.conversation("1").await;
        let since = it.facets.awaiting_since.unwrap();
        assert_eq!(it.facets.due_at, since + HOUR, "the first desk works day and night");
        let to = triage::HandOver { desk: Some(house.desks[1]), colleague: None, note: String::new() };
        triage::hand_over(app, me, it.id, to).await.unwrap();
        let opens = next.timestamp().as_microsecond() + 8 * HOUR;
        assert_eq!(house.conversation("1").await.facets.due_at, opens + HOUR);
        let mut more = said("2", "Toujours là\u{202F}?", 1);
        if let Some(item) = more.item.as_mut() {
            item.parent_id = Some("1".to_owned());
        }
        house.hear(&[more]).await;
        assert_eq!(house.conversation("1").await.facets.due_at, opens + HOUR, "and so for what is added");
        triage::mark_urgent(app, me, it.id, true).await.unwrap();
        assert_eq!(house.conversation("1").await.facets.due_at, since + 10 * MINUTE);
        undo::last(app, me).await.unwrap();
        assert_eq!(house.conversation("1").await.facets.due_at, opens + HOUR);
        recounted(&house).await;
    }
}

#[tokio::test]
async fn every_change_can_be_undone_and_the_counters_stay_right() {
    for house in houses().await {
        house.hear(&[said("1", "Bonjour", 0), said("2", "Autre", 1)]).await;
        let (app, me) = (&*house.app, &house.manager);
        let (it, other) = (house.conversation("1").await, house.conversation("2").await);
        let to =
            triage::HandOver { desk: Some(house.desks[1]), colleague: None, note: "Pour vous".to_owned() };
        let message = last_in(&house, it.id).await;
        let truth = Truth { intent: Some(Intent::Press), ..Truth::default() };
        let done = [
            triage::take(app, me, it.id).await.unwrap(),
            triage::mark_urgent(app, me, it.id, true).await.unwrap(),
            correction::correct(app, me, message, &truth).await.unwrap(),
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
        assert_eq!((back.facets, back.said), (it.facets, it.said));
        assert!(matches!(undo::last(app, me).await, Err(Refusal::NotFound)));
    }
}

#[tokio::test]
async fn a_list_by_a_tag_that_all_bear_is_the_list_of_all_in_every_order() {
    for house in houses().await {
        let (app, me) = (&*house.app, &house.manager);
        let seen: Vec<_> = (0..6).map(|n| said(&n.to_string(), "Bonjour", 5 - n)).collect();
        house.hear(&seen).await;
        let mut tag = None;
        for n in 0..6 {
            let id = house.conversation(&n.to_string()).await.id;
            triage::tag(app, me, id, "Panne").await.unwrap();
            tag = store::tag::list(&mut app.db.read().await.unwrap(), house.id).await.unwrap().pop();
            match n {
                0 => triage::close(app, me, id).await.unwrap(),
                1 => triage::snooze(app, me, id, START + DAY).await.unwrap(),
                2 => triage::mark_urgent(app, me, id, true).await.unwrap(),
                _ => continue,
            };
        }
        let mut conn = app.db.read().await.unwrap();
        for state in [None, Some(State::Open), Some(State::Closed)] {
            for order in [Order::Due, Order::Newest, Order::Oldest] {
                let all = Filter { state, order, ..Filter::default() };
                let tagged = Filter { tag: tag.as_ref().map(|it| it.id), ..all.clone() };
                let wanted = conversation::page(&mut conn, me, &all, None, 9, START).await.unwrap();
                let mut found: Vec<Conversation> = Vec::new();
                while let Some(next) = {
                    let after = found.last().map(|it| it.key(order));
                    conversation::page(&mut conn, me, &tagged, after, 1, START).await.unwrap().pop()
                } {
                    found.push(next);
                }
                let ids = |of: &[Conversation]| of.iter().map(|it| it.id).collect::<Vec<_>>();
                assert_eq!(ids(&found), ids(&wanted), "{tagged:?}");
            }
        }
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
        assert_eq!(job::next_at(&mut conn, crate::work::publish::KIND).await.unwrap(), Some(START + HOLD));
        drop(conn);
        undo::undo(app, me, done.journal).await.unwrap();
        assert_eq!(house.conversation("1").await.facets, it.facets);
        let mut conn = app.db.read().await.unwrap();
        assert_eq!(job::next_at(&mut conn, crate::work::publish::KIND).await.unwrap(), None);
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
async fn what_slept_before_a_refused_answer_goes_on_sleeping_until_its_hour() {
    for house in houses().await {
        house.hear(&[said("1", "Ouverts ?", 0)]).await;
        let (app, me) = (&house.app, &house.manager);
        let it = house.conversation("1").await;
        triage::snooze(app, me, it.id, START + HOUR).await.unwrap();
        answer::reply(app, me, it.id, words("Oui")).await.unwrap();
        // Somebody moves it on meanwhile, so that not everything can be put back.
        triage::mark_urgent(app, me, it.id, true).await.unwrap();
        app.clock.advance(HOLD);
        crate::work::step(app).await.unwrap();
        let back = house.conversation("1").await.facets;
        assert_eq!((back.state, back.snoozed_until), (State::Snoozed, Some(START + HOUR)));
        assert!(back.urgent);
        recounted(&house).await;
        app.clock.advance(HOUR);
        crate::work::wake::step(app).await.unwrap();
        assert_eq!(house.conversation("1").await.facets.state, State::Open);
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

#[tokio::test]
async fn who_waits_goes_on_waiting_when_merged_and_is_the_one_answered() {
    for house in houses().await {
        house.hear(&[said("1", "Bonjour", 0), said("2", "C’est encore moi", 60)]).await;
        let (app, me) = (&*house.app, &house.manager);
        let (first, second) = (house.conversation("1").await, house.conversation("2").await);
        triage::close(app, me, first.id).await.unwrap();
        let closed = house.conversation("1").await.facets;
        let merged = triage::merge(app, me, second.id, first.id).await.unwrap();
        let home = house.conversation("1").await.facets;
        assert_eq!((home.state, home.awaiting_since), (State::Open, second.facets.awaiting_since));
        let mut conn = app.db.read().await.unwrap();
        let last = message::last_in(&mut conn, house.id, first.id).await.unwrap().unwrap();
        assert_eq!(last.remote_id.as_deref(), Some("2"));
        drop(conn);
        recounted(&house).await;
        // What she writes to the merged thread goes to the one that remains, from whichever side it comes.
        let (mut later, mut before) = (said("4", "Et ?", 120), said("3", "Avant", 30));
        later.item.as_mut().unwrap().parent_id = Some("2".to_owned());
        house.hear(&[later]).await;
        assert_eq!(house.conversation("4").await.id, first.id);
        let mut child = said("5", "Suite", 130);
        child.item.as_mut().unwrap().parent_id = Some("3".to_owned());
        before.item.as_mut().unwrap().parent_id = Some("0".to_owned());
        house.hear(&[child]).await;
        let loose = house.conversation("5").await;
        triage::merge(app, me, loose.id, first.id).await.unwrap();
        house.hear(&[before]).await;
        assert_eq!(house.conversation("3").await.id, first.id);
        recounted(&house).await;
        // Undone at once, both stand where they stood; here she has written since, so only one goes back.
        undo::undo(app, me, merged.journal).await.unwrap();
        assert_eq!(house.conversation("2").await.facets, second.facets);
        assert_ne!(house.conversation("1").await.facets, closed);
        recounted(&house).await;
    }
}

#[tokio::test]
async fn two_hundred_changes_at_once_lose_none_and_the_counters_stay_right() {
    for house in houses().await {
        let seen: Vec<_> = (0..8).map(|n| said(&n.to_string(), "Bonjour", n)).collect();
        house.hear(&seen).await;
        let mut ids = Vec::new();
        for n in 0..8 {
            ids.push(house.conversation(&n.to_string()).await.id);
        }
        let house = Arc::new(house);
        let mut tasks = tokio::task::JoinSet::new();
        for n in 0..200_usize {
            let (house, id, other) = (house.clone(), ids[n * 7 % 8], ids[(n * 3 + 1) % 8]);
            tasks.spawn(async move {
                let (app, me, her) = (&*house.app, &house.manager, &house.specialist);
                let done = match n % 8 {
                    0 => triage::take(app, me, id).await,
                    1 => triage::take(app, her, id).await,
                    2 => triage::close(app, me, id).await,
                    3 => triage::reopen(app, her, id).await,
                    4 => triage::snooze(app, me, id, START + DAY).await,
                    5 => answer::note(app, her, id, "Vu").await,
                    6 => {
                        let mut more = said(&format!("more-{n}"), "Alors ?", 60);
                        more.item.as_mut().unwrap().parent_id = Some((n % 8).to_string());
                        house.hear(&[more]).await;
                        return;
                    }
                    _ if n % 5 == 0 => triage::merge(app, me, id, other).await,
                    _ if n % 5 == 1 => triage::tag(app, her, id, "Panne").await,
                    _ => answer::note(app, me, other, "Vu aussi").await,
                };
                assert!(!matches!(done, Err(Refusal::Store(_))), "{done:?}");
            });
        }
        while let Some(done) = tasks.join_next().await {
            done.unwrap();
        }
        recounted(&house).await;
        // Every message is counted where it is: none was overwritten by another change.
        let mut conn = house.app.db.read().await.unwrap();
        for id in ids {
            let it = conversation::get(&mut conn, house.id, id).await.unwrap().unwrap();
            let shown = message::thread(&mut conn, house.id, id, None, 1_000).await.unwrap();
            let own = shown.iter().filter(|said| said.conversation == id).count();
            assert_eq!(it.messages, i64::try_from(own).unwrap(), "{}", house.app.db.engine_name());
        }
    }
}
