//! The door of a pass, and what stands open behind it.

use axum::http::{Method, StatusCode};

use super::{House, NOW};
use crate::clock::{DAY, MINUTE};
use crate::command::pass::{Allowed, Wanted, code_until, digest, make, set_allowed};
use crate::command::post::{Idea, With, propose, take};
use crate::id::{ChannelId, PassId, PostId};
use crate::rules::pass::Purpose;
use crate::rules::permission::{Actor, Role, Scope};
use crate::rules::post::Step;
use crate::seal;
use crate::store;
use crate::web::routes;

const SECRET: &str = "a-secret-of-a-letter";

fn actor(house: &House, role: Role) -> Actor {
    let (organisation, colleague) = (house.organisation, house.id_of(role));
    Actor { organisation, colleague, role, scope: Scope::Every, token: None, pass: None }
}

/// Two posts that are kept, and a pass for one of them, or for ideas, whose letters have arrived.
async fn scene(house: &House, purpose: Purpose) -> (PassId, [PostId; 2]) {
    let mut mailbox = crate::testing::channel(house.desk);
    mailbox.id = ChannelId::new(NOW);
    mailbox.kind = "mail".to_owned();
    let mut conn = house.app.db.write().await.unwrap();
    store::channel::insert(&mut conn, house.organisation, &mailbox).await.unwrap();
    conn.commit().await.unwrap();
    let on = Allowed { on: true, mailbox: Some(mailbox.id) };
    set_allowed(&house.app, &actor(house, Role::Administrator), on).await.unwrap();
    let manager = actor(house, Role::CommunityManager);
    let mut posts = Vec::new();
    for title in ["Les coulisses", "Les tarifs"] {
        let idea = Idea { title: title.to_owned(), origin: "team".to_owned(), ..Idea::default() };
        let id = propose(&house.app, &manager, idea).await.unwrap();
        take(&house.app, &manager, id, Step::Keep, With::default()).await.unwrap();
        posts.push(id);
    }
    let wanted = Wanted {
        name: "Léa <b>Morin</b>".to_owned(),
        email: "lea.morin@freelance.example".to_owned(),
        language: None,
        purpose,
        post: purpose.has_post().then_some(posts[0]),
        note: "Deux phrases.".to_owned(),
        until: NOW + 7 * DAY,
    };
    let id = make(&house.app, &manager, wanted).await.unwrap();
    arrive(house, id, "123456").await;
    (id, [posts[0], posts[1]])
}

/// The letters arrive.
async fn arrive(house: &House, id: PassId, code: &str) {
    let mut conn = house.app.db.write().await.unwrap();
    let mut it = store::pass::get(&mut conn, house.organisation, id).await.unwrap().unwrap();
    it.digest = Some(seal::digest(SECRET));
    it.code_digest = Some(digest(id, code));
    it.code_until = Some(code_until(house.app.now()));
    store::pass::update(&mut conn, &it).await.unwrap();
    conn.commit().await.unwrap();
}

async fn come_in(house: &House, form: &str) -> super::Answer {
    house.ask(Method::POST, &format!("/pass/{SECRET}/code"), "", form).await
}

#[tokio::test]
async fn the_link_alone_shows_no_address_and_no_post_and_asks_for_a_code() {
    let house = House::new().await;
    scene(&house, Purpose::Words).await;
    let door = house.ask(Method::GET, &format!("/pass/{SECRET}"), "", "").await;
    assert_eq!(door.status, StatusCode::OK);
    assert!(door.body.contains("l…@freelance.example") && !door.body.contains("lea.morin"));
    assert!(!door.body.contains("coulisses") && !door.body.contains("Morin"));
    assert!(!door.body.contains("name=\"code\""), "no code was asked for");
    let asked = house.ask(Method::POST, &format!("/pass/{SECRET}"), "", "").await;
    assert_eq!(asked.location(), format!("/pass/{SECRET}"));
    let door = house.ask(Method::GET, &format!("/pass/{SECRET}"), "", "").await;
    assert!(door.body.contains("name=\"code\""));
    let soon = house.ask(Method::POST, &format!("/pass/{SECRET}"), "", "").await;
    assert_eq!(soon.status, StatusCode::UNPROCESSABLE_ENTITY);
    let nothing = house.ask(Method::GET, "/pass/other", "", "").await;
    assert_eq!(nothing.status, StatusCode::NOT_FOUND);
    assert!(nothing.body.contains("Ce lien n’ouvre rien"));
}

#[tokio::test]
async fn behind_the_door_one_post_is_open_and_every_other_route_is_shut() {
    for purpose in [Purpose::Words, Purpose::Opinion] {
        let house = House::new().await;
        let (_, [mine, other]) = scene(&house, purpose).await;
        assert_eq!(come_in(&house, "code=000000").await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let inside = come_in(&house, "code=123456").await;
        assert_eq!(inside.location(), format!("/speak/{mine}"));
        let cookie = inside.cookie();
        let page = house.ask(Method::GET, &format!("/speak/{mine}"), &cookie, "").await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.body.contains("Les coulisses") && page.body.contains("data-pass"));
        assert!(!page.body.contains("href=\"/inbox") && !page.body.contains("class=\"rail\""));
        assert_eq!(
            page.body.contains("action=\"/speak/{id}/text\"".replace("{id}", &mine.to_string()).as_str()),
            purpose == Purpose::Words
        );
        for path in ["", "/versions"] {
            let answer = house.ask(Method::GET, &format!("/speak/{other}{path}"), &cookie, "").await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        }
        let remark = |post| format!("/speak/{post}/comment");
        assert!(house.ask(Method::POST, &remark(mine), &cookie, "text=Bien").await.status.is_redirection());
        let beside = house.ask(Method::POST, &remark(other), &cookie, "text=Bien").await;
        assert_eq!(beside.status, StatusCode::NOT_FOUND);
        let text =
            house.ask(Method::POST, &format!("/speak/{mine}/text"), &cookie, "text=Bonjour&version=0").await;
        assert_eq!(text.status == StatusCode::FORBIDDEN, purpose == Purpose::Opinion);
        let mut open = Vec::new();
        for route in routes().filter(|it| it.need.is_some() && it.path != "/logout" && it.path != "/events") {
            let path = route.path.replace("{id}", &mine.to_string());
            let path = path.replace("{secret}", SECRET);
            let path = path.split('/').map(|part| {
                if part.starts_with('{') { "019a0000-0000-7000-8000-000000000000" } else { part }
            });
            let answer =
                house.ask(route.method.clone(), &path.collect::<Vec<_>>().join("/"), &cookie, "").await;
            let home = answer.location() == format!("/speak/{mine}") && route.method == Method::GET;
            let shut = home || matches!(answer.status, StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED);
            if !shut {
                open.push(route.path);
            }
        }
        assert!(open.iter().all(|it| it.starts_with("/speak/{id}")), "{open:?}");
        assert!(open.contains(&"/speak/{id}/comment") && !open.contains(&"/speak/{id}/plan"));
        assert!(
            !open.iter().any(|it| it.contains("assistant") || it.contains("rush") || it.contains("keep"))
        );
    }
}

#[tokio::test]
async fn ideas_are_brought_and_seen_by_who_had_them() {
    let house = House::new().await;
    scene(&house, Purpose::Ideas).await;
    let inside = come_in(&house, "code=123456&remember=1").await;
    assert_eq!(inside.location(), "/speak");
    let cookie = inside.cookie();
    let board = house.ask(Method::GET, "/speak", &cookie, "").await;
    assert_eq!(board.status, StatusCode::OK);
    assert!(!board.body.contains("Les coulisses"), "the house's ideas are the house's");
    let form = "title=Une+id%C3%A9e+du+dehors&origin=ambassador&brief=&theme=&origin_name=&at=";
    let made = house.ask(Method::POST, "/speak", &cookie, form).await;
    assert!(made.status.is_redirection(), "{} {}", made.status, made.body);
    let board = house.ask(Method::GET, "/speak", &cookie, "").await;
    assert!(board.body.contains("Une idée du dehors"));
    assert_eq!(house.ask(Method::GET, "/calendar", &cookie, "").await.location(), "/speak");
    assert_eq!(house.ask(Method::POST, "/speak/new/ideas", &cookie, "").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_session_of_a_pass_ends_with_it_whoever_ends_it() {
    let house = House::new().await;
    let (id, [mine, _]) = scene(&house, Purpose::Words).await;
    let cookie = come_in(&house, "code=123456&remember=1").await.cookie();
    let page = format!("/speak/{mine}");
    assert_eq!(house.ask(Method::GET, &page, &cookie, "").await.status, StatusCode::OK);
    // A role from inside isn't what the pass was given to.
    let mut conn = house.app.db.write().await.unwrap();
    let pass = store::pass::get(&mut conn, house.organisation, id).await.unwrap().unwrap();
    let guest = store::colleague::get(&mut conn, house.organisation, pass.colleague).await.unwrap().unwrap();
    let inside = store::colleague::Colleague { role: Role::Referent, ..guest.clone() };
    store::colleague::update(&mut conn, &inside).await.unwrap();
    conn.commit().await.unwrap();
    assert!(house.ask(Method::GET, &page, &cookie, "").await.location().starts_with("/login"));
    let mut conn = house.app.db.write().await.unwrap();
    store::colleague::update(&mut conn, &guest).await.unwrap();
    conn.commit().await.unwrap();
    assert_eq!(house.ask(Method::GET, &page, &cookie, "").await.status, StatusCode::OK);
    let done = house.post(Role::CommunityManager, &format!("/speak/passes/{id}/end"), "").await;
    assert_eq!(done.location(), "/speak/passes?done=ended");
    assert!(house.ask(Method::GET, &page, &cookie, "").await.location().starts_with("/login"));
    assert_eq!(
        house.ask(Method::GET, &format!("/pass/{SECRET}"), "", "").await.status,
        StatusCode::NOT_FOUND
    );
    // And by its day.
    let house = House::new().await;
    let (_, [mine, _]) = scene(&house, Purpose::Opinion).await;
    let cookie = come_in(&house, "code=123456&remember=1").await.cookie();
    house.app.clock.advance(7 * DAY - MINUTE);
    assert_eq!(house.ask(Method::GET, &format!("/speak/{mine}"), &cookie, "").await.status, StatusCode::OK);
    house.app.clock.advance(MINUTE);
    assert!(
        house.ask(Method::GET, &format!("/speak/{mine}"), &cookie, "").await.location().starts_with("/login")
    );
}

#[tokio::test]
async fn the_page_of_passes_shows_them_and_takes_no_nonsense() {
    let house = House::new().await;
    let (id, [_, other]) = scene(&house, Purpose::Words).await;
    let page = house.get(Role::CommunityManager, "/speak/passes").await;
    assert!(
        page.body.contains("lea.morin@freelance.example") && page.body.contains("Léa &#60;b&#62;Morin"),
        "{}",
        page.body
    );
    let about = house.get(Role::CommunityManager, &format!("/speak/passes?post={other}")).await;
    assert!(about.body.contains("Les tarifs") && about.body.contains("value=\"words\""));
    let form = |until: &str| {
        format!(
            "post={other}&purpose=words&name=Ana&email=ana@freelance.example&note=&language=en&until={until}"
        )
    };
    for bad in ["", "2020-01-01", "2030-01-01", "demain"] {
        let answer = house.post(Role::CommunityManager, "/speak/passes", &form(bad)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
        assert!(answer.body.contains("value=\"ana@freelance.example\""), "what was typed stays");
    }
    let made = house.post(Role::CommunityManager, "/speak/passes", &form("2026-11-30")).await;
    assert_eq!(made.location(), "/speak/passes?done=made");
    let again = house.post(Role::CommunityManager, &format!("/speak/passes/{id}/again"), "").await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "its letter hasn't left");
}
