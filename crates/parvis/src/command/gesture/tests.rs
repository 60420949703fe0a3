//! A gesture from the proposal to what came of it, who may do what about it, and what is refused, on both engines.

use super::*;
use crate::clock::DAY;
use crate::store::journal;
use crate::testing::{House, START, assert_whole, houses, said};

fn wanted(version: i64) -> Wanted {
    Wanted {
        version,
        title: "Deux places pour l’avant-première".to_owned(),
        why: "Elle aide tout le monde depuis un an.".to_owned(),
        cost: "2 places".to_owned(),
        due_at: Some(START + 9 * DAY),
        owner: None,
    }
}

fn to(version: i64, to: State, words: &str) -> Step {
    Step { version, to, words: words.to_owned() }
}

async fn proposed(house: &House) -> (ConversationId, GestureId) {
    house.hear(&[said("1", "Merci, c’est réglé, je préviens les autres.", 0)]).await;
    let home = house.conversation("1").await.id;
    (home, propose(&house.app, &house.specialist, home, wanted(0)).await.unwrap())
}

async fn found(house: &House, id: GestureId) -> Gesture {
    read(&mut house.app.db.read().await.unwrap(), &house.manager, id, Action::Read).await.unwrap().gesture
}

#[tokio::test]
async fn a_gesture_is_proposed_agreed_done_and_remembered() {
    for house in houses().await {
        let (app, manager, specialist) = (&house.app, &house.manager, &house.specialist);
        let (home, id) = proposed(&house).await;
        change(app, specialist, id, Wanted { title: "Trois places".to_owned(), ..wanted(1) }).await.unwrap();
        step(app, manager, id, to(2, State::Agreed, "Oui, pour deux.")).await.unwrap();
        let it = found(&house, id).await;
        assert_eq!((it.title.as_str(), it.reason.as_str()), ("Trois places", "Oui, pour deux."));
        assert_eq!((it.owner, it.decided_by), (Some(specialist.colleague), Some(manager.colleague)));
        let mine = change(app, specialist, id, wanted(3)).await;
        assert!(matches!(mine, Err(Refusal::Forbidden(_))), "what is agreed is changed by who decides");
        step(app, specialist, id, to(3, State::Done, "Elle est venue avec sa sœur.")).await.unwrap();
        let it = found(&house, id).await;
        assert_eq!((it.state, it.outcome.as_str()), (State::Done, "Elle est venue avec sa sœur."));
        for next in State::ALL {
            assert!(matches!(step(app, manager, id, to(4, next, "non")).await, Err(Refusal::Changed)));
        }
        let mut conn = app.db.read().await.unwrap();
        let theirs = Filter { author: Some(it.author), ..Filter::default() };
        let all = room::list(&mut conn, house.id, &Scope::Every, &theirs, 9).await.unwrap();
        assert_eq!(all.iter().map(|it| it.gesture.id).collect::<Vec<_>>(), [id]);
        let told = journal::of_conversation(&mut conn, house.id, home, None, 50).await.unwrap();
        let told: Vec<&str> =
            told.iter().map(|it| it.verb.as_str()).filter(|it| it.starts_with("gesture")).collect();
        assert_eq!(told.len(), 4, "{told:?}");
        drop(conn);
        assert_whole(&app.db, house.id).await;
    }
}

#[tokio::test]
async fn who_decides_who_sees_and_what_is_refused() {
    for house in houses().await {
        let (app, manager, specialist) = (&house.app, &house.manager, &house.specialist);
        let (home, id) = proposed(&house).await;
        let alone = step(app, specialist, id, to(1, State::Agreed, "")).await;
        assert!(matches!(alone, Err(Refusal::Forbidden(Action::DecideGestures))));
        // Somebody of another desk sees nothing of it.
        assert!(matches!(step(app, &house.press, id, to(1, State::Done, "x")).await, Err(Refusal::NotFound)));
        assert!(matches!(propose(app, &house.press, home, wanted(0)).await, Err(Refusal::NotFound)));
        let mut conn = app.db.read().await.unwrap();
        let seen = room::list(&mut conn, house.id, &house.press.scope, &Filter::default(), 9).await.unwrap();
        assert!(seen.is_empty());
        drop(conn);
        let code = |it: Result<()>| match it {
            Err(Refusal::Invalid { code, .. }) => code,
            other => panic!("{other:?}"),
        };
        assert_eq!(code(step(app, manager, id, to(1, State::Declined, " \n")).await), "empty");
        let late = Wanted { due_at: Some(START - 9 * DAY), ..wanted(1) };
        assert_eq!(code(change(app, manager, id, late).await), "past");
        let other = Wanted { owner: Some(house.press.colleague), ..wanted(1) };
        assert_eq!(code(change(app, manager, id, other).await), "nobody");
        assert_eq!(
            code(change(app, manager, id, Wanted { title: "x".repeat(141), ..wanted(1) }).await),
            "long"
        );
        assert!(matches!(change(app, manager, id, wanted(0)).await, Err(Refusal::Changed)));
        assert_eq!(found(&house, id).await.version, 1, "nothing of this was kept");
        step(app, manager, id, to(1, State::Declined, "Pas cette fois.")).await.unwrap();
        step(app, manager, id, to(2, State::Agreed, "")).await.unwrap();
        step(app, specialist, id, to(3, State::Dropped, "Elle préfère un livre.")).await.unwrap();
        for _ in 0..MOST {
            propose(app, specialist, home, wanted(0)).await.unwrap();
        }
        let more = propose(app, specialist, home, wanted(0)).await.map(drop);
        assert_eq!(code(more), "many");
        assert_whole(&app.db, house.id).await;
    }
}
