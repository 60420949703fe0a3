//! Material that is missing: its post is held at its hour and at the hand-over, and whoever was asked is reminded.

use parvis_channels::Upload;

use super::post::{code, get, pass, step, validated};
use super::{Forgetful, connected};
use crate::app::App;
use crate::clock::{DAY, HOUR, MINUTE};
use crate::command::request::{self, Delivery, Wanted};
use crate::id::{PostId, RequestId};
use crate::rules::permission::{Actor, Role};
use crate::rules::picture::tests::png_of;
use crate::rules::post::{State, Step};
use crate::rules::request::RequestStep;
use crate::store::journal;
use crate::testing::{House, START, colleague, houses};
use crate::work;

async fn asked(app: &App, house: &House, post: Option<PostId>, due_at: i64) -> (Actor, RequestId) {
    let mut conn = app.db.write().await.unwrap();
    let maker = colleague(&mut conn, house.id, Role::Creative, &house.desks[..1]).await;
    conn.commit().await.unwrap();
    let wanted = Wanted {
        title: "Une image".to_owned(),
        brief: String::new(),
        formats: Vec::new(),
        count: 1,
        due_at,
        post,
        launch: None,
        needed: true,
        asked_of: maker.colleague,
    };
    let id = request::ask(app, &house.manager, &wanted).await.unwrap();
    (maker, id)
}

async fn kept(app: &App, house: &House, maker: &Actor, id: RequestId) {
    let picture = Upload { bytes: png_of(640, 480), mime: "image/png".to_owned(), alt: String::new() };
    let delivery = Delivery { version: 1, pictures: vec![picture], ..Delivery::default() };
    request::deliver(app, maker, id, &delivery).await.unwrap();
    request::take(app, &house.manager, id, RequestStep::Keep, (2, "")).await.unwrap();
}

#[tokio::test]
async fn a_post_whose_material_is_missing_never_leaves() {
    for mut house in houses().await {
        let server = Forgetful::default();
        let app = connected(&mut house, &server.start().await).await;
        let me = &house.manager;
        let id = validated(&app, &house, "La salle ouvre.").await;
        let (maker, first) = asked(&app, &house, Some(id), START + 5 * MINUTE).await;
        for way in [Step::Schedule, Step::PublishNow] {
            assert_eq!(code(step(&app, me, id, way, Some(START + HOUR)).await), "material", "{way:?}");
        }
        kept(&app, &house, &maker, first).await;
        step(&app, me, id, Step::Schedule, Some(START + 10 * MINUTE)).await.unwrap();
        // Asked again before the hour: it is held there, and sent on by nobody.
        let (_, second) = asked(&app, &house, Some(id), START + 5 * MINUTE).await;
        assert_eq!(code(step(&app, me, id, Step::Move, Some(START + HOUR)).await), "material");
        pass(&app, 660).await;
        let it = get(&app, &house, id).await;
        assert_eq!((it.held_code.as_deref(), server.taken()), (Some("material"), 0));
        assert_eq!(code(step(&app, me, id, Step::PublishNow, None).await), "material");
        request::take(&app, me, second, RequestStep::Withdraw, (1, "")).await.unwrap();
        pass(&app, 60).await;
        assert_eq!(server.taken(), 0, "a person sends it on");
        // Asked while it waits its ten seconds: nothing is handed over.
        step(&app, me, id, Step::PublishNow, None).await.unwrap();
        app.clock.advance(10 * crate::clock::SECOND);
        let mut conn = app.db.write().await.unwrap();
        let mut last = crate::store::request::get(&mut conn, house.id, second).await.unwrap().unwrap();
        last.state = crate::rules::request::RequestState::SentBack;
        crate::store::request::update(&mut conn, house.id, &last).await.unwrap();
        conn.commit().await.unwrap();
        pass(&app, 60).await;
        let it = get(&app, &house, id).await;
        let held = (it.state, it.held_code.as_deref(), server.taken());
        assert_eq!(held, (State::Scheduled, Some("material"), 0));
    }
}

#[tokio::test]
async fn whoever_was_asked_is_reminded_three_days_and_one_day_ahead_and_when_it_is_late() {
    for house in houses().await {
        let app = &house.app;
        let (maker, id) = asked(app, &house, None, START + 5 * DAY).await;
        let (_, withdrawn) = asked(app, &house, None, START + 5 * DAY).await;
        request::take(app, &house.manager, withdrawn, RequestStep::Withdraw, (1, "")).await.unwrap();
        let told = async || {
            let mut conn = app.db.read().await.unwrap();
            let all = journal::page(&mut conn, house.id, None, 500).await.unwrap();
            all.iter().filter(|it| it.verb == "request.reminded").count()
        };
        let mut counts = Vec::new();
        for _ in 0..8 {
            app.clock.advance(DAY);
            work::step(app).await.unwrap();
            counts.push(told().await);
        }
        assert_eq!(counts, [0, 1, 1, 2, 3, 3, 3, 3]);
        kept(app, &house, &maker, id).await;
    }
}
