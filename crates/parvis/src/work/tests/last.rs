//! Named cases on both engines: the last word that is the referent's or the direction's is had by nobody else, on no way.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::post::{code, get, pass, says, step, submitted};
use super::{Forgetful, connected};
use crate::app::App;
use crate::clock::{HOUR, MINUTE};
use crate::command::Refusal;
use crate::command::post::fast::lane;
use crate::command::post::last::{policy, set_policy};
use crate::command::post::{self as posts, Idea, fast};
use crate::command::post::{look, words};
use crate::id::PostId;
use crate::rules::fast::{FastLane, Reader};
use crate::rules::permission::{Actor, Role};
use crate::rules::post::policy::{Case, Policy};
use crate::rules::post::{State, Step};
use crate::rules::waking::Waking;
use crate::store::fast as tries;
use crate::testing::{House, colleague, houses};

/// A house in which the direction has the last word on what says a price; with its direction and its administrator.
async fn priced(house: &mut House, server: &Forgetful) -> (Arc<App>, Actor, Actor) {
    server.shows.store(true, Ordering::SeqCst);
    let app = connected(house, &server.start().await).await;
    let mut conn = app.db.write().await.unwrap();
    let direction = colleague(&mut conn, house.id, Role::Direction, &[]).await;
    let boss = colleague(&mut conn, house.id, Role::Administrator, &[]).await;
    conn.commit().await.unwrap();
    let case = Case { words: vec!["prix".to_owned()], ..Case::default() };
    set_policy(&app, &boss, Policy { direction: case, ..Policy::default() }).await.unwrap();
    (app, direction, boss)
}

async fn ticked(app: &App, house: &House, text: &str) -> PostId {
    let id = submitted(app, house, text).await;
    for item in ["facts", "links", "charter"] {
        look::tick(app, &house.specialist, id, item, true).await.unwrap();
    }
    id
}

#[tokio::test]
async fn what_says_a_price_leaves_with_the_word_of_the_direction_alone() {
    for mut house in houses().await {
        let server = Forgetful::default();
        let (app, direction, _) = priced(&mut house, &server).await;
        let manager = house.manager.clone();
        let id = ticked(&app, &house, "Le prix baisse samedi.").await;
        assert_eq!(code(step(&app, &manager, id, Step::Validate, None).await), "last");
        for who in [&house.specialist, &house.press] {
            let refused = step(&app, who, id, Step::Validate, None).await;
            assert!(matches!(refused, Err(Refusal::Forbidden(_))));
        }
        step(&app, &direction, id, Step::Validate, None).await.unwrap();
        step(&app, &manager, id, Step::PublishNow, None).await.unwrap();
        pass(&app, 60).await;
        assert_eq!((server.taken(), get(&app, &house, id).await.state), (1, State::Published));
        // All others are the community manager's, as ever.
        let other = ticked(&app, &house, "La salle ouvre samedi.").await;
        let refused = step(&app, &direction, other, Step::Validate, None).await;
        assert!(matches!(refused, Err(Refusal::Forbidden(_))));
        step(&app, &manager, other, Step::Validate, None).await.unwrap();
    }
}

#[tokio::test]
async fn a_case_that_is_named_after_the_last_word_asks_for_it_anew_even_when_the_hour_comes() {
    for mut house in houses().await {
        let server = Forgetful::default();
        let (app, direction, boss) = priced(&mut house, &server).await;
        let id = ticked(&app, &house, "La salle ouvre samedi.").await;
        step(&app, &house.manager, id, Step::Validate, None).await.unwrap();
        let at = app.now() + HOUR;
        step(&app, &house.manager, id, Step::Schedule, Some(at)).await.unwrap();
        let case = Case { words: vec!["Samedi".to_owned()], ..Case::default() };
        set_policy(&app, &boss, Policy { direction: case, ..Policy::default() }).await.unwrap();
        assert_eq!(code(step(&app, &house.manager, id, Step::PublishNow, None).await), "unvalidated");
        pass(&app, 3_700).await;
        let it = get(&app, &house, id).await;
        assert_eq!((server.taken(), it.held_code.as_deref()), (0, Some("unvalidated")));
        step(&app, &house.manager, id, Step::Unschedule, None).await.unwrap();
        step(&app, &direction, id, Step::Validate, None).await.unwrap();
        step(&app, &house.manager, id, Step::PublishNow, None).await.unwrap();
        pass(&app, 60).await;
        assert_eq!(server.taken(), 1);
    }
}

#[tokio::test]
async fn nobody_takes_a_named_case_away_but_who_named_it() {
    for mut house in houses().await {
        let server = Forgetful::default();
        let (app, direction, boss) = priced(&mut house, &server).await;
        let kept = policy(&mut app.db.read().await.unwrap(), house.id).await.unwrap();
        let refused = set_policy(&app, &house.manager, Policy::default()).await;
        assert!(matches!(refused, Err(Refusal::Forbidden(_))));
        // What the community manager may say, they may say still.
        set_policy(&app, &house.manager, Policy { always: true, ..kept.clone() }).await.unwrap();
        let themed = Case { themes: vec!["Prix".to_owned()], ..Case::default() };
        set_policy(&app, &boss, Policy { direction: themed, ..Policy::default() }).await.unwrap();
        let id = ticked(&app, &house, "La salle ouvre.").await;
        let named = |theme: &str| Idea {
            title: "Ouverture".to_owned(),
            theme: theme.to_owned(),
            origin: "team".to_owned(),
            ..Idea::default()
        };
        posts::describe(&app, &house.manager, id, named("Prix")).await.unwrap();
        let away = posts::describe(&app, &house.manager, id, named("Jeux")).await;
        assert!(matches!(away, Err(Refusal::Invalid { field: "post", code: "last" })), "{away:?}");
        assert_eq!(code(step(&app, &house.manager, id, Step::Validate, None).await), "last");
        step(&app, &direction, id, Step::Validate, None).await.unwrap();
    }
}

#[tokio::test]
async fn the_fast_lane_asks_who_has_the_last_word() {
    for mut house in houses().await {
        let server = Forgetful::default();
        let (app, direction, _) = priced(&mut house, &server).await;
        let reader = |it: &Actor| Reader { colleague: it.colleague, hours: Waking::default() };
        let it = FastLane {
            on: true,
            roles: vec![Role::Specialist],
            readers: vec![reader(&house.manager)],
            ..FastLane::default()
        };
        lane::set(&app, &house.manager, it.clone()).await.unwrap();
        let id = submitted(&app, &house, "Le prix baisse.").await;
        let ticks = ["facts", "links", "charter"].map(str::to_owned);
        let me = &house.specialist;
        assert_eq!(code(fast::rush(&app, me, id, "Urgent", &ticks).await), "reader");
        let readers = vec![reader(&house.manager), reader(&direction)];
        lane::set(&app, &house.manager, FastLane { readers, ..it }).await.unwrap();
        fast::rush(&app, me, id, "Urgent", &ticks).await.unwrap();
        let run = tries::newest(&mut app.db.read().await.unwrap(), house.id, id).await.unwrap().unwrap();
        assert_eq!(code(fast::approve(&app, &house.manager, run.id, &[]).await), "asked");
        fast::approve(&app, &direction, run.id, &[]).await.unwrap();
        app.clock.advance(MINUTE);
        words::rewrite(&app, me, id, &says(&house, 1, "Le prix baisse encore.")).await.unwrap();
        pass(&app, 300).await;
        assert_eq!(server.taken(), 0);
    }
}
