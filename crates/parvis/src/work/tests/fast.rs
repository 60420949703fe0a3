//! The fast lane on both engines: one reads, it leaves soon, and no way goes round the check.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::post::{code, get, pass, says, step};
use super::{Forgetful, connected};
use crate::app::App;
use crate::clock::{HOUR, MINUTE};
use crate::command::post::fast::{self as command, lane, review};
use crate::command::post::words;
use crate::command::post::{self as posts, Idea};
use crate::command::{Refusal, stop};
use crate::id::{FastId, PostId};
use crate::rules::fast::{FastLane, FastState, Reader};
use crate::rules::permission::{Actor, Role};
use crate::rules::post::{State, Step};
use crate::rules::waking::Waking;
use crate::store::fast::{self, Fast};
use crate::store::post::Post;
use crate::testing::{House, colleague, houses};
use crate::work;

const READ: [&str; 3] = ["facts", "links", "charter"];

fn ticks() -> Vec<String> {
    READ.map(str::to_owned).to_vec()
}

/// A house with a fast lane for its specialists, whose readers are a referent and then the manager.
async fn open(house: &mut House, server: &Forgetful) -> (Arc<App>, Actor) {
    server.shows.store(true, Ordering::SeqCst);
    let app = connected(house, &server.start().await).await;
    let mut conn = app.db.write().await.unwrap();
    let referent = colleague(&mut conn, house.id, Role::Referent, &[]).await;
    conn.commit().await.unwrap();
    let reader = |it: &Actor| Reader { colleague: it.colleague, hours: Waking::default() };
    let it = FastLane {
        on: true,
        roles: vec![Role::Specialist],
        readers: vec![reader(&referent), reader(&house.manager)],
        ..FastLane::default()
    };
    lane::set(&app, &house.manager, it).await.unwrap();
    (app, referent)
}

/// An idea of the specialist with its words, by the fast lane from the beginning.
async fn begun(app: &App, house: &House, text: &str) -> PostId {
    let idea = Idea { title: "Panne".to_owned(), origin: "team".to_owned(), ..Idea::default() };
    let id = posts::propose(app, &house.specialist, idea).await.unwrap();
    let it =
        command::rush(app, &house.specialist, id, "La billetterie refuse les paiements", &[]).await.unwrap();
    assert_eq!(it.state, State::ToWrite, "straight to its words");
    words::rewrite(app, &house.specialist, id, &says(house, 0, text)).await.unwrap();
    id
}

async fn asked(app: &App, house: &House, text: &str) -> (PostId, FastId) {
    let id = begun(app, house, text).await;
    command::rush(app, &house.specialist, id, "", &ticks()).await.unwrap();
    let run = newest(app, house, id).await;
    assert_eq!(run.state, FastState::Asked);
    (id, run.id)
}

async fn newest(app: &App, house: &House, id: PostId) -> Fast {
    fast::newest(&mut app.db.read().await.unwrap(), house.id, id).await.unwrap().unwrap()
}

async fn readers(app: &App, house: &House, id: FastId) -> usize {
    fast::asks(&mut app.db.read().await.unwrap(), house.id, id).await.unwrap().len()
}

#[tokio::test]
async fn an_urgent_post_leaves_once_two_minutes_after_its_reader_said_yes() {
    for mut house in houses().await {
        let server = Forgetful::default();
        let (app, referent) = open(&mut house, &server).await;
        let (id, run) = asked(&app, &house, "La billetterie est réparée.").await;
        let run = newest(&app, &house, id).await.id.min(run);
        let waiting = fast::waiting(&mut app.db.read().await.unwrap(), house.id, referent.colleague).await;
        assert_eq!(waiting.unwrap().len(), 1);
        let it = command::approve(&app, &referent, run, &[]).await.unwrap();
        assert_eq!((it.state, it.validated_by), (State::Scheduled, Some(referent.colleague)));
        pass(&app, 110).await;
        assert_eq!(server.taken(), 0, "it can still be taken back");
        pass(&app, 80).await;
        assert_eq!((server.taken(), get(&app, &house, id).await.state), (1, State::Published));
        // Afterwards somebody else than who wanted it looks at it, once.
        let mut conn = app.db.read().await.unwrap();
        assert_eq!(fast::unreviewed(&mut conn, house.id).await.unwrap().len(), 1);
        let shares = review::shares(&mut conn, house.id, app.now()).await.unwrap();
        assert_eq!((shares[0].all, shares[0].fast, shares[0].too_often, shares.len()), (1, 1, false, 6));
        drop(conn);
        assert!(matches!(review::review(&app, &house.specialist, run, "").await, Err(Refusal::Forbidden(_))));
        review::review(&app, &house.manager, run, "Bien fait").await.unwrap();
        assert!(matches!(review::review(&app, &referent, run, "").await, Err(Refusal::Changed)));
    }
}

#[tokio::test]
async fn no_way_goes_round_the_reader() {
    for mut house in houses().await {
        let server = Forgetful::default();
        let (app, referent) = open(&mut house, &server).await;
        let (id, run) = asked(&app, &house, "La billetterie est réparée.").await;
        let me = &house.specialist;
        // Its author can't say yes; nor who wasn't asked yet; nor who may not look; nor by the steps of the ordinary way.
        assert_eq!(code(command::approve(&app, me, run, &ticks()).await), "asked");
        assert_eq!(code(command::approve(&app, &house.manager, run, &[]).await), "asked");
        let outside = Actor { role: Role::External, ..referent.clone() };
        assert!(matches!(command::approve(&app, &outside, run, &[]).await, Err(Refusal::Forbidden(_))));
        assert_eq!(code(step(&app, me, id, Step::Approve, None).await), "asked");
        assert_eq!(code(step(&app, me, id, Step::Rush, None).await), "lane");
        assert_eq!(code(step(&app, &house.manager, id, Step::Recall, None).await), "state");
        assert!(step(&app, me, id, Step::PublishNow, None).await.is_err());
        assert_eq!(code(command::rush(&app, me, id, "Encore", &[]).await), "state");
        // What is changed has to be put before a reader anew: the yes was for other words.
        words::rewrite(&app, me, id, &says(&house, 1, "Autre chose")).await.unwrap();
        assert_eq!(newest(&app, &house, id).await.state, FastState::Void);
        assert_eq!(code(command::approve(&app, &referent, run, &ticks()).await), "asked");
        command::rush(&app, me, id, "Toujours urgent", &ticks()).await.unwrap();
        let again = newest(&app, &house, id).await.id;
        assert_eq!(code(command::approve(&app, &referent, run, &[]).await), "asked", "of the first try");
        command::approve(&app, &referent, again, &[]).await.unwrap();
        words::rewrite(&app, me, id, &says(&house, 2, "Encore autre chose")).await.unwrap();
        pass(&app, 600).await;
        let it = get(&app, &house, id).await;
        assert_eq!((server.taken(), it.state, it.validated_by), (0, State::ToValidate, None));
    }
}

#[tokio::test]
async fn the_list_the_charter_the_hours_and_the_stop_are_asked_as_on_the_ordinary_way() {
    for mut house in houses().await {
        let server = Forgetful::default();
        let (app, referent) = open(&mut house, &server).await;
        let me = &house.specialist;
        let id = begun(&app, &house, "La billetterie est réparée.").await;
        command::rush(&app, me, id, "", &[]).await.unwrap();
        let run = newest(&app, &house, id).await.id;
        assert_eq!(code(command::approve(&app, &referent, run, &["facts".to_owned()]).await), "ticks");
        stop::begin(&app, &house.manager, "Accident").await.unwrap();
        assert_eq!(code(command::approve(&app, &referent, run, &ticks()).await), "stopped");
        stop::lift(&app, &house.manager).await.unwrap();
        command::approve(&app, &referent, run, &ticks()).await.unwrap();
        // A stop within the delay holds it.
        stop::begin(&app, &house.manager, "Accident").await.unwrap();
        pass(&app, 300).await;
        assert_eq!(get(&app, &house, id).await.held_code.as_deref(), Some("stopped"));
        stop::lift(&app, &house.manager).await.unwrap();
        // Words that the charter asks a reason for are put before nobody.
        let refund = begun(&app, &house, "Nous vous rembourserons demain.").await;
        let mut charter =
            crate::command::charter::read(&mut app.db.read().await.unwrap(), house.id).await.unwrap();
        charter.charter.must = parvis_write::charter::Rule::ALL.into_iter().collect();
        crate::command::charter::set(&app, &house.manager, charter.charter).await.unwrap();
        assert_eq!(code(command::rush(&app, me, refund, "", &ticks()).await), "charter");
        // Outside of its hours, to others and while it is closed there is no fast lane.
        let it = lane::lane(&mut app.db.read().await.unwrap(), house.id).await.unwrap();
        let night = Waking { days: Vec::new(), from: 20 * 60, to: 21 * 60 };
        lane::set(&app, &house.manager, FastLane { hours: night, ..it.clone() }).await.unwrap();
        assert_eq!(code(command::rush(&app, me, refund, "", &ticks()).await), "hours");
        assert_eq!(code(command::rush(&app, &house.manager, refund, "", &[]).await), "person");
        lane::set(&app, &house.manager, FastLane { on: false, ..it }).await.unwrap();
        assert_eq!(code(command::rush(&app, me, refund, "", &ticks()).await), "off");
        assert_eq!(server.taken(), 0);
    }
}

#[tokio::test]
async fn the_next_reader_is_asked_and_when_nobody_answers_it_goes_the_ordinary_way() {
    for mut house in houses().await {
        let server = Forgetful::default();
        let (app, referent) = open(&mut house, &server).await;
        let (id, run) = asked(&app, &house, "La billetterie est réparée.").await;
        pass(&app, 290).await;
        assert_eq!(readers(&app, &house, run).await, 1);
        pass(&app, 20).await;
        assert_eq!(readers(&app, &house, run).await, 2, "the manager, who is next");
        pass(&app, 300).await;
        assert_eq!(newest(&app, &house, id).await.state, FastState::Silent);
        let it = get(&app, &house, id).await;
        assert_eq!((it.state, it.validated_by), (State::ToValidate, None));
        assert_eq!(code(command::approve(&app, &referent, run, &[]).await), "asked", "too late");
        app.clock.advance(24 * HOUR);
        work::step(&app).await.unwrap();
        assert_eq!(server.taken(), 0, "never out by itself");
        step(&app, &house.manager, id, Step::Validate, None).await.unwrap();
    }
}

#[tokio::test]
async fn either_of_the_readers_who_were_asked_may_answer_and_a_no_says_why() {
    for mut house in houses().await {
        let server = Forgetful::default();
        let (app, referent) = open(&mut house, &server).await;
        let (id, run) = asked(&app, &house, "La billetterie est réparée.").await;
        pass(&app, 310).await;
        assert_eq!(code(command::decline(&app, &referent, run, " ").await), "reason");
        let it = command::decline(&app, &referent, run, "Le chiffre est faux").await.unwrap();
        assert_eq!((it.state, it.reason.as_deref()), (State::ToWrite, Some("Le chiffre est faux")));
        assert_eq!(code(command::approve(&app, &house.manager, run, &ticks()).await), "state");
        let run = newest(&app, &house, id).await;
        assert_eq!((run.state, run.answered_by), (FastState::No, Some(referent.colleague)));
        pass(&app, 600).await;
        assert_eq!(server.taken(), 0);
    }
}

#[tokio::test]
async fn what_was_said_yes_to_can_be_taken_back_by_those_whose_it_is() {
    for mut house in houses().await {
        let server = Forgetful::default();
        let (app, referent) = open(&mut house, &server).await;
        let (id, run) = asked(&app, &house, "La billetterie est réparée.").await;
        assert_eq!(code(command::recall(&app, &house.specialist, id).await), "state", "nobody said yes yet");
        command::approve(&app, &referent, run, &[]).await.unwrap();
        assert_eq!(code(command::recall(&app, &house.press, id).await), "party");
        let it: Post = command::recall(&app, &house.specialist, id).await.unwrap();
        assert_eq!((it.state, it.due_at, it.validated_by), (State::ToValidate, None, None));
        pass(&app, 600).await;
        assert_eq!(server.taken(), 0);
        // Taken out by who gives hours, the reader's word goes with it.
        command::rush(&app, &house.specialist, id, "Urgent", &ticks()).await.unwrap();
        let run = newest(&app, &house, id).await.id;
        command::approve(&app, &referent, run, &[]).await.unwrap();
        step(&app, &house.manager, id, Step::Unschedule, None).await.unwrap();
        let at = app.now() + 10 * MINUTE;
        assert_eq!(code(step(&app, &house.manager, id, Step::Schedule, Some(at)).await), "unvalidated");
        assert_eq!(newest(&app, &house, id).await.state, FastState::Void);
    }
}

#[tokio::test]
async fn a_lane_that_cannot_work_is_refused() {
    for mut house in houses().await {
        let server = Forgetful::default();
        let (app, _) = open(&mut house, &server).await;
        let it = lane::lane(&mut app.db.read().await.unwrap(), house.id).await.unwrap();
        let refused = async |it: FastLane| match lane::set(&app, &house.manager, it).await {
            Err(Refusal::Invalid { field, code }) => format!("{field}-{code}"),
            other => panic!("{other:?}"),
        };
        assert_eq!(refused(FastLane { readers: Vec::new(), ..it.clone() }).await, "lane-readers");
        assert_eq!(refused(FastLane { roles: Vec::new(), ..it.clone() }).await, "lane-people");
        for delay in [-1, 9, 3_601] {
            assert_eq!(refused(FastLane { delay, ..it.clone() }).await, "lane-number");
        }
        let outside = {
            let mut conn = app.db.write().await.unwrap();
            let outside = colleague(&mut conn, house.id, Role::External, &house.desks[..1]).await;
            conn.commit().await.unwrap();
            Reader { colleague: outside.colleague, hours: Waking::default() }
        };
        assert_eq!(refused(FastLane { readers: vec![outside], ..it.clone() }).await, "lane-reader");
        let nowhere = Some(house.channel);
        assert_eq!(refused(FastLane { mailbox: nowhere, ..it.clone() }).await, "channel-mailbox");
        assert!(matches!(lane::set(&app, &house.specialist, it).await, Err(Refusal::Forbidden(_))));
    }
}
