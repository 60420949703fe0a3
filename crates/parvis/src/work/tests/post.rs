//! Posts on their way out, on both engines: each leaves once, with the last word, at its hour, or not at all.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::{Forgetful, connected};
use crate::app::App;
use crate::clock::{DAY, HOUR, MINUTE, SECOND};
use crate::command::post::words::{self, Words};
use crate::command::post::{self as command, Idea, With};
use crate::command::{Refusal, stop};
use crate::id::PostId;
use crate::rules::permission::{Actor, Role};
use crate::rules::post::{State, Step};
use crate::store::message::{self, Stage};
use crate::store::post::{self, Filter, Post};
use crate::testing::{House, START, assert_whole, colleague, houses, said};
use crate::work;

pub(super) async fn pass(app: &Arc<App>, seconds: i64) {
    for _ in 0..seconds / 10 {
        app.clock.advance(10 * SECOND);
        work::step(app).await.unwrap();
    }
}

pub(super) async fn step(
    app: &App,
    who: &Actor,
    id: PostId,
    step: Step,
    at: Option<i64>,
) -> Result<Post, Refusal> {
    command::take(app, who, id, step, With { reason: "Parce que".to_owned(), at, writer: None }).await
}

pub(super) fn says(house: &House, version: i64, text: &str) -> Words {
    Words { version, text: text.to_owned(), channels: vec![house.channel], ..Words::default() }
}

/// A post with its words, handed over to be validated.
pub(super) async fn submitted(app: &App, house: &House, text: &str) -> PostId {
    let idea = Idea { title: "Ouverture".to_owned(), origin: "team".to_owned(), ..Idea::default() };
    let id = command::propose(app, &house.specialist, idea).await.unwrap();
    for way in [Step::Keep, Step::Brief] {
        step(app, &house.manager, id, way, None).await.unwrap();
    }
    words::rewrite(app, &house.specialist, id, &says(house, 0, text)).await.unwrap();
    step(app, &house.specialist, id, Step::Submit, None).await.unwrap();
    id
}

pub(super) async fn validated(app: &App, house: &House, text: &str) -> PostId {
    let id = submitted(app, house, text).await;
    for item in ["facts", "links", "charter"] {
        command::look::tick(app, &house.specialist, id, item, true).await.unwrap();
    }
    step(app, &house.manager, id, Step::Validate, None).await.unwrap();
    id
}

pub(super) async fn get(app: &App, house: &House, id: PostId) -> Post {
    assert_whole(&house.app.db, house.id).await;
    post::get(&mut app.db.read().await.unwrap(), house.id, id).await.unwrap().unwrap()
}

pub(super) async fn stage(app: &App, house: &House, id: PostId) -> Option<Stage> {
    let mut conn = app.db.read().await.unwrap();
    let target = post::targets(&mut conn, house.id, id).await.unwrap().remove(0);
    Some(message::get(&mut conn, house.id, target.message?).await.unwrap()?.stage)
}

pub(super) fn code(refused: Result<Post, Refusal>) -> &'static str {
    match refused {
        Err(Refusal::Invalid { code, .. }) => code,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_post_leaves_at_its_hour_once_although_its_answer_is_lost_and_is_measured() {
    for mut house in houses().await {
        let server = Forgetful::default();
        server.shows.store(true, Ordering::SeqCst);
        let app = connected(&mut house, &server.start().await).await;
        let id = validated(&app, &house, "La salle ouvre le 2 décembre.").await;
        step(&app, &house.manager, id, Step::Schedule, Some(START + 10 * MINUTE)).await.unwrap();
        pass(&app, 590).await;
        assert_eq!((server.taken(), stage(&app, &house, id).await), (0, None), "not before its hour");
        pass(&app, 10).await;
        assert_eq!(server.taken(), 1);
        assert_eq!(stage(&app, &house, id).await, Some(Stage::Unknown), "the answer was lost");
        pass(&app, 60).await;
        let it = get(&app, &house, id).await;
        assert_eq!((server.taken(), it.state), (1, State::Published), "it was found, not sent again");
        app.clock.advance(7 * DAY);
        work::step(&app).await.unwrap();
        let it = get(&app, &house, id).await;
        assert_eq!((it.state, it.answers), (State::Measured, Some(0)));
    }
}

#[tokio::test]
async fn a_change_after_the_last_word_takes_it_away_and_nothing_leaves() {
    for mut house in houses().await {
        let server = Forgetful::default();
        let app = connected(&mut house, &server.start().await).await;
        let id = validated(&app, &house, "Avant").await;
        step(&app, &house.manager, id, Step::Schedule, Some(START + HOUR)).await.unwrap();
        words::rewrite(&app, &house.specialist, id, &says(&house, 1, "Après")).await.unwrap();
        let it = get(&app, &house, id).await;
        assert_eq!((it.state, it.validated_by, it.version), (State::ToValidate, None, 2));
        app.clock.advance(HOUR + MINUTE);
        work::step(&app).await.unwrap();
        assert_eq!(server.taken(), 0);
        let now = step(&app, &house.manager, id, Step::PublishNow, None).await;
        assert_eq!(code(now), "unvalidated");
        assert_eq!(code(step(&app, &house.manager, id, Step::Validate, None).await), "ticks");
    }
}

#[tokio::test]
async fn another_title_after_the_last_word_takes_it_away_too() {
    for mut house in houses().await {
        let server = Forgetful::default();
        let app = connected(&mut house, &server.start().await).await;
        let id = validated(&app, &house, "Avant").await;
        step(&app, &house.manager, id, Step::Schedule, Some(START + HOUR)).await.unwrap();
        let other = |title: &str, brief: &str| Idea {
            title: title.to_owned(),
            brief: brief.to_owned(),
            origin: "team".to_owned(),
            ..Idea::default()
        };
        command::describe(&app, &house.manager, id, other("Ouverture", "Pour les familles")).await.unwrap();
        assert_eq!(get(&app, &house, id).await.state, State::Scheduled, "what it is for isn't published");
        command::describe(&app, &house.manager, id, other("Fermeture", "Pour les familles")).await.unwrap();
        let it = get(&app, &house, id).await;
        assert_eq!((it.state, it.validated_by), (State::ToValidate, None));
        pass(&app, 3_700).await;
        assert_eq!(server.taken(), 0);
    }
}

#[tokio::test]
async fn stopping_everything_holds_what_waits_and_lifting_it_sends_nothing() {
    for mut house in houses().await {
        let server = Forgetful::default();
        server.shows.store(true, Ordering::SeqCst);
        let app = connected(&mut house, &server.start().await).await;
        let (first, second) = (validated(&app, &house, "Un").await, validated(&app, &house, "Deux").await);
        for id in [first, second] {
            step(&app, &house.manager, id, Step::Schedule, Some(START + HOUR)).await.unwrap();
        }
        assert_eq!(stop::begin(&app, &house.specialist, "Accident").await.unwrap(), 2);
        assert!(matches!(stop::begin(&app, &house.specialist, "Encore").await, Err(Refusal::Changed)));
        assert!(matches!(stop::lift(&app, &house.specialist).await, Err(Refusal::Forbidden(_))));
        let third = validated(&app, &house, "Trois").await;
        assert_eq!(code(step(&app, &house.manager, third, Step::PublishNow, None).await), "stopped");
        app.clock.advance(HOUR + MINUTE);
        work::step(&app).await.unwrap();
        assert_eq!(server.taken(), 0);
        stop::lift(&app, &house.manager).await.unwrap();
        pass(&app, 600).await;
        assert_eq!(server.taken(), 0, "nothing leaves by lifting");
        let held = post::held(&mut app.db.read().await.unwrap(), house.id, &Filter::default()).await.unwrap();
        assert_eq!(held.len(), 2);
        step(&app, &house.manager, first, Step::PublishNow, None).await.unwrap();
        pass(&app, 60).await;
        assert_eq!((server.taken(), get(&app, &house, first).await.state), (1, State::Published));
        assert_eq!(get(&app, &house, second).await.held_code.as_deref(), Some("stopped"));
    }
}

#[tokio::test]
async fn what_was_released_and_waits_for_its_server_is_held_too_and_resumed_by_hand() {
    for mut house in houses().await {
        let server = Forgetful::default();
        server.shows.store(true, Ordering::SeqCst);
        server.busy.store(true, Ordering::SeqCst);
        let app = connected(&mut house, &server.start().await).await;
        let id = validated(&app, &house, "Un").await;
        step(&app, &house.manager, id, Step::PublishNow, None).await.unwrap();
        pass(&app, 20).await;
        assert_eq!(stage(&app, &house, id).await, Some(Stage::Held), "the server takes nothing now");
        stop::begin(&app, &house.manager, "Accident").await.unwrap();
        server.busy.store(false, Ordering::SeqCst);
        pass(&app, 600).await;
        assert_eq!((server.taken(), stage(&app, &house, id).await), (0, Some(Stage::Withdrawn)));
        stop::lift(&app, &house.manager).await.unwrap();
        step(&app, &house.manager, id, Step::Resume, None).await.unwrap();
        pass(&app, 60).await;
        assert_eq!((server.taken(), get(&app, &house, id).await.state), (1, State::Published));
    }
}

#[tokio::test]
async fn a_post_whose_hour_passed_unseen_is_asked_about_again() {
    for mut house in houses().await {
        let server = Forgetful::default();
        let app = connected(&mut house, &server.start().await).await;
        let id = validated(&app, &house, "Un").await;
        step(&app, &house.manager, id, Step::Schedule, Some(START + HOUR)).await.unwrap();
        app.clock.advance(HOUR + 16 * MINUTE);
        work::step(&app).await.unwrap();
        let it = get(&app, &house, id).await;
        assert_eq!((server.taken(), it.state, it.held_code.as_deref()), (0, State::Scheduled, Some("late")));
        let again = START + 3 * HOUR;
        assert_eq!(step(&app, &house.manager, id, Step::Move, Some(again)).await.unwrap().held_at, None);
        let past = step(&app, &house.manager, id, Step::Move, Some(START)).await;
        assert_eq!(code(past), "past");
    }
}

#[tokio::test]
async fn two_writers_lose_nothing_and_a_second_look_is_somebody_elses() {
    for house in houses().await {
        let app = &house.app;
        let id = submitted(app, &house, "Un").await;
        words::rewrite(app, &house.manager, id, &says(&house, 1, "Deux")).await.unwrap();
        let late = words::rewrite(app, &house.specialist, id, &says(&house, 1, "Autre")).await;
        assert!(matches!(late, Err(Refusal::Changed)));
        let mut conn = app.db.read().await.unwrap();
        let kept = post::words::draft(&mut conn, house.id, id, house.specialist.colleague).await.unwrap();
        assert_eq!(kept.map(|it| it.text).as_deref(), Some("Autre"));
        let said: Vec<_> = post::words::versions(&mut conn, house.id, id).await.unwrap();
        assert_eq!(said.iter().map(|it| it.text.as_str()).collect::<Vec<_>>(), ["Deux", "Un"]);
        drop(conn);
        let own = command::look::tick(app, &house.manager, id, "second_look", true).await;
        assert!(matches!(own, Err(Refusal::Invalid { code: "own", .. })), "{own:?}");
        command::look::tick(app, &house.specialist, id, "second_look", true).await.unwrap();
    }
}

#[tokio::test]
async fn each_step_is_refused_to_every_role_that_lacks_its_right() {
    let house = houses().await.swap_remove(0);
    let app = &house.app;
    for role in Role::ALL {
        let mut conn = app.db.write().await.unwrap();
        let who = colleague(&mut conn, house.id, role, &house.desks).await;
        conn.commit().await.unwrap();
        let id = submitted(app, &house, "Un").await;
        for way in Step::ALL.into_iter().filter(|it| *it != Step::Rewrite) {
            let Some(needs) = way.needs() else { continue };
            let refused = step(app, &who, id, way, None).await.err();
            let by_right = matches!(refused, Some(Refusal::Forbidden(_)));
            assert_eq!(by_right, !role.may(needs), "{role:?} {way:?} {refused:?}");
            if role == Role::External && role.may(needs) {
                assert!(matches!(refused, Some(Refusal::NotFound)), "what isn't theirs doesn't exist");
            }
        }
        let stopped = stop::begin(app, &who, "Essai").await;
        assert_eq!(stopped.is_ok(), role.may(crate::rules::permission::Action::Stop), "{role:?}");
        if stopped.is_ok() {
            stop::lift(app, &house.manager).await.unwrap();
        }
    }
}

#[tokio::test]
async fn who_comes_from_outside_sees_what_is_theirs_and_what_they_are_named_in() {
    let house = houses().await.swap_remove(0);
    let app = &house.app;
    house.hear(&[said("1", "Bonjour", 0)]).await;
    let mut conn = app.db.write().await.unwrap();
    let agency = colleague(&mut conn, house.id, Role::External, &[]).await;
    conn.commit().await.unwrap();
    let id = submitted(app, &house, "Un").await;
    let comment = "Et vous, @external ?";
    let before = command::look::comment(app, &agency, id, comment).await;
    assert!(matches!(before, Err(Refusal::NotFound)));
    command::look::comment(app, &house.manager, id, comment).await.unwrap();
    command::look::comment(app, &agency, id, "Oui.").await.unwrap();
    let idea = Idea { title: "Mienne".to_owned(), origin: "agency".to_owned(), ..Idea::default() };
    let own = command::propose(app, &agency, idea).await.unwrap();
    assert!(get(app, &house, own).await.state == State::Idea);
    let stolen = Idea {
        title: "x".to_owned(),
        origin: "message".to_owned(),
        conversation: Some(house.conversation("1").await.id),
        ..Idea::default()
    };
    let theirs = command::propose(app, &agency, stolen).await;
    assert!(matches!(theirs, Err(Refusal::NotFound)), "a message of another desk isn't theirs to use");
}
