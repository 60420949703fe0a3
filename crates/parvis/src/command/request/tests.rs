//! Requests on both engines: who may do what, nothing absurd, and versions in the library.

use super::*;
use crate::clock::{DAY, HOUR};
use crate::command::post::{Idea, With};
use crate::rules::permission::Role;
use crate::rules::picture::tests::png_of;
use crate::rules::post::Step;
use crate::store::asset as library;
use crate::store::request::Filter;
use crate::testing::{House, START, assert_whole, colleague, houses};

fn wanted(of: &Actor) -> Wanted {
    Wanted {
        title: "Une image de la salle".to_owned(),
        brief: "De face".to_owned(),
        formats: vec!["square".to_owned(), "square".to_owned(), "story".to_owned()],
        count: 2,
        due_at: START + 5 * DAY,
        post: None,
        launch: None,
        needed: true,
        asked_of: of.colleague,
    }
}

fn png(width: u32, height: u32) -> Upload {
    Upload { bytes: png_of(width, height), mime: "image/png".to_owned(), alt: String::new() }
}

fn delivery(version: i64, pictures: Vec<Upload>) -> Delivery {
    Delivery { version, alt_fr: "La salle".to_owned(), pictures, ..Delivery::default() }
}

fn code<T: std::fmt::Debug>(refused: Result<T>) -> &'static str {
    match refused {
        Err(Refusal::Invalid { code, .. }) => code,
        Err(Refusal::Changed) => "changed",
        Err(Refusal::Forbidden(_)) => "forbidden",
        Err(Refusal::NotFound) => "not-found",
        other => panic!("{other:?}"),
    }
}

async fn person(house: &House, role: Role) -> Actor {
    let mut conn = house.app.db.write().await.unwrap();
    let it = colleague(&mut conn, house.id, role, &house.desks[..1]).await;
    conn.commit().await.unwrap();
    it
}

async fn get(house: &House, id: RequestId) -> Request {
    assert_whole(&house.app.db, house.id).await;
    room::get(&mut house.app.db.read().await.unwrap(), house.id, id).await.unwrap().unwrap()
}

async fn post(house: &House, due_at: Option<i64>) -> PostId {
    let idea = Idea { title: "Ouverture".to_owned(), origin: "team".to_owned(), due_at, ..Idea::default() };
    let id = posts::propose(&house.app, &house.specialist, idea).await.unwrap();
    for step in [Step::Keep, Step::Brief] {
        posts::take(&house.app, &house.manager, id, step, With::default()).await.unwrap();
    }
    id
}

#[tokio::test]
async fn the_whole_way_with_versions_in_the_library_and_into_the_post() {
    for house in houses().await {
        let (app, me, maker) = (&house.app, &house.manager, person(&house, Role::Creative).await);
        let for_post = post(&house, Some(START + 6 * DAY)).await;
        let asked = Wanted { post: Some(for_post), ..wanted(&maker) };
        let id = ask(app, me, &asked).await.unwrap();
        let it = get(&house, id).await;
        assert_eq!((it.formats.as_str(), it.needed, it.state), ("square,story", true, RequestState::Asked));
        take(app, &maker, id, RequestStep::Accept, (1, "")).await.unwrap();
        assert_eq!(code(take(app, &maker, id, RequestStep::Accept, (2, "")).await), "state");
        assert_eq!(code(take(app, &maker, id, RequestStep::Decline, (1, "Non")).await), "changed");
        deliver(app, &maker, id, &delivery(2, vec![png(1080, 1080), png(300, 300)])).await.unwrap();
        assert_eq!(code(take(app, me, id, RequestStep::SendBack, (3, " ")).await), "reason");
        take(app, me, id, RequestStep::SendBack, (3, "La seconde est floue")).await.unwrap();
        assert_eq!(get(&house, id).await.reason, "La seconde est floue");
        // The first is the same, the second a newer file of the same picture.
        deliver(app, &maker, id, &delivery(4, vec![png(1080, 1080), png(1080, 1920)])).await.unwrap();
        let mut conn = app.db.read().await.unwrap();
        let all = room::pictures(&mut conn, house.id, id).await.unwrap();
        let said: Vec<_> = all.iter().map(|it| (it.delivery, it.file, it.height)).collect();
        assert_eq!(said, [(2, 1, 1080), (2, 2, 1920), (1, 1, 1080), (1, 1, 300)]);
        let shelf = library::list(&mut conn, house.id, &library::Filter::default(), 9).await.unwrap();
        assert_eq!(shelf.len(), 2);
        assert!(shelf.iter().all(|(it, _)| it.colleague == maker.colleague && it.alt_fr == "La salle"));
        assert!(room::lacks(&mut conn, house.id, for_post).await.unwrap());
        drop(conn);
        assert_eq!(code(place(app, me, id).await), "state");
        take(app, me, id, RequestStep::Keep, (5, "")).await.unwrap();
        assert!(!room::lacks(&mut app.db.read().await.unwrap(), house.id, for_post).await.unwrap());
        // Twice puts nothing there twice.
        for _ in 0..2 {
            assert_eq!(place(app, me, id).await.unwrap(), for_post);
            let mut conn = app.db.read().await.unwrap();
            assert_eq!(picture::list(&mut conn, house.id, for_post).await.unwrap().len(), 2);
        }
        assert_eq!(code(take(app, me, id, RequestStep::Withdraw, (6, "")).await), "state");
    }
}

#[tokio::test]
async fn what_is_absurd_is_refused_in_words() {
    for house in houses().await {
        let (app, me, maker) = (&house.app, &house.manager, person(&house, Role::Creative).await);
        let sound = wanted(&maker);
        let due = |due_at: i64| Wanted { due_at, ..sound.clone() };
        assert_eq!(code(ask(app, me, &due(START)).await), "past");
        assert_eq!(code(ask(app, me, &due(START + 900 * DAY)).await), "far");
        assert_eq!(code(ask(app, me, &Wanted { count: 9, ..sound.clone() }).await), "count");
        let video = Wanted { formats: vec!["video".to_owned()], ..sound.clone() };
        assert_eq!(code(ask(app, me, &video).await), "format");
        assert_eq!(code(ask(app, me, &Wanted { title: " ".to_owned(), ..sound.clone() }).await), "empty");
        assert_eq!(code(ask(app, me, &wanted(me)).await), "self");
        let expert = person(&house, Role::Expert).await;
        assert_eq!(code(ask(app, me, &wanted(&expert)).await), "who");
        // The contract ends before it is due.
        let external = person(&house, Role::External).await;
        let mut conn = app.db.write().await.unwrap();
        let found = store::colleague::get(&mut conn, house.id, external.colleague).await.unwrap();
        let mut ending = found.unwrap();
        ending.access_ends_at = Some(START + 4 * DAY);
        store::colleague::update(&mut conn, &ending).await.unwrap();
        conn.commit().await.unwrap();
        assert_eq!(code(ask(app, me, &wanted(&external)).await), "contract");
        // Due when the post has left; for a post that isn't there.
        let id = post(&house, Some(START + 5 * DAY)).await;
        assert_eq!(code(ask(app, me, &Wanted { post: Some(id), ..sound.clone() }).await), "after");
        let nowhere = Some(PostId::new(START));
        assert_eq!(code(ask(app, me, &Wanted { post: nowhere, ..sound.clone() }).await), "not-found");
        posts::take(app, me, id, Step::Refuse, With { reason: "Non".to_owned(), ..With::default() })
            .await
            .unwrap();
        let refused = Wanted { post: Some(id), due_at: START + HOUR, ..sound };
        assert_eq!(code(ask(app, me, &refused).await), "left");
        let mut conn = app.db.read().await.unwrap();
        assert_eq!(room::list(&mut conn, house.id, &Filter::default(), 9).await.unwrap(), []);
    }
}

#[tokio::test]
async fn whoever_was_asked_delivers_who_plans_decides_and_others_from_outside_see_nothing() {
    for house in houses().await {
        let (app, me) = (&house.app, &house.manager);
        let (maker, other) = (person(&house, Role::External).await, person(&house, Role::Creative).await);
        let id = ask(app, me, &wanted(&maker)).await.unwrap();
        assert_eq!(code(ask(app, &maker, &wanted(&other)).await), "forbidden");
        assert_eq!(code(ask(app, &house.specialist, &wanted(&other)).await), "forbidden");
        let mut conn = app.db.read().await.unwrap();
        assert_eq!(code(load(&mut conn, &other, id, Action::ReadMaterial).await), "not-found");
        load(&mut conn, &maker, id, Action::ReadMaterial).await.unwrap();
        load(&mut conn, &house.specialist, id, Action::ReadMaterial).await.unwrap();
        drop(conn);
        // Every step by everybody whose it isn't.
        for step in RequestStep::ALL.into_iter().filter(|it| *it != RequestStep::Deliver) {
            let wrong = if step.is_of_asked() { me } else { &maker };
            for who in [wrong, &house.specialist] {
                assert_eq!(code(take(app, who, id, step, (1, "Oui")).await), "forbidden", "{step:?}");
            }
            assert_eq!(code(take(app, &other, id, step, (1, "Oui")).await), "not-found", "{step:?}");
        }
        assert_eq!(code(deliver(app, me, id, &delivery(1, vec![png(9, 9)])).await), "forbidden");
        assert_eq!(code(deliver(app, &maker, id, &delivery(1, Vec::new())).await), "pictures");
        let lies = Upload { bytes: b"<svg>".to_vec(), ..png(9, 9) };
        assert_eq!(code(deliver(app, &maker, id, &delivery(1, vec![png(9, 9), lies])).await), "lies");
        // What somebody else brought isn't theirs to deliver; nothing was done by halves.
        asset::bring(app, me, &Description { title: "A".to_owned(), ..Description::default() }, &png(8, 8))
            .await
            .unwrap();
        let both = delivery(1, vec![png(9, 9), png(8, 8)]);
        assert_eq!(code(deliver(app, &maker, id, &both).await), "known");
        let it = get(&house, id).await;
        assert_eq!((it.version, it.deliveries), (1, 0));
        let mut conn = app.db.read().await.unwrap();
        let shelf = library::list(&mut conn, house.id, &library::Filter::default(), 9).await.unwrap();
        assert_eq!(shelf.len(), 1);
        drop(conn);
        take(app, &maker, id, RequestStep::Decline, (1, "Pas le temps")).await.unwrap();
        take(app, me, id, RequestStep::Withdraw, (2, "")).await.unwrap();
        assert_eq!(get(&house, id).await.state, RequestState::Withdrawn);
    }
}

#[tokio::test]
async fn lists_go_on_where_they_ended_and_show_what_is_late() {
    for house in houses().await {
        let (app, me, maker) = (&house.app, &house.manager, person(&house, Role::Creative).await);
        let mut ids = Vec::new();
        for day in [3, 1, 2, 2] {
            let it = Wanted { due_at: START + day * DAY, ..wanted(&maker) };
            ids.push(ask(app, me, &it).await.unwrap());
        }
        let mut conn = app.db.read().await.unwrap();
        let mut walked = Vec::new();
        let mut after = None;
        loop {
            let asked = Filter { after, open: true, ..Filter::default() };
            let page = room::list(&mut conn, house.id, &asked, 1).await.unwrap();
            let Some(it) = page.first() else { break };
            after = Some(it.id);
            walked.push(it.id);
        }
        assert_eq!(walked, [ids[1], ids[2], ids[3], ids[0]]);
        let late = Filter { awaited: true, due: Some((0, START + 2 * DAY)), ..Filter::default() };
        assert_eq!(room::list(&mut conn, house.id, &late, 9).await.unwrap().len(), 1);
        let theirs = Filter { of: Some(me.colleague), ..Filter::default() };
        assert_eq!(room::list(&mut conn, house.id, &theirs, 9).await.unwrap(), []);
        let mine = Filter { mine: Some(me.colleague), ..Filter::default() };
        assert_eq!(room::list(&mut conn, house.id, &mine, 9).await.unwrap().len(), 4);
    }
}
