//! Threads on both engines: part below part, each once, whatever is lost or stopped on the way.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::post::{get, pass, step, submitted};
use super::{Forgetful, connected};
use crate::app::App;
use crate::clock::DAY;
use crate::command::post::look;
use crate::command::post::words::{self, Words};
use crate::command::stop;
use crate::id::PostId;
use crate::rules::post::{State, Step};
use crate::store::message::{self, Stage};
use crate::store::post::{self, figure};
use crate::testing::{House, houses};

const TEXT: &str = "Un\n---\nDeux https://a.example/b\n---\nTrois";

/// A post of three parts that leaves now.
async fn leaving(app: &Arc<App>, house: &House) -> PostId {
    let id = submitted(app, house, "Brouillon").await;
    let said = Words {
        version: 1,
        text: TEXT.to_owned(),
        campaign: "automne".to_owned(),
        tagged: vec![house.channel],
        threaded: vec![house.channel],
        channels: vec![house.channel],
        ..Words::default()
    };
    words::rewrite(app, &house.specialist, id, &said).await.unwrap();
    for item in ["facts", "links", "charter"] {
        look::tick(app, &house.specialist, id, item, true).await.unwrap();
    }
    for way in [Step::Validate, Step::PublishNow] {
        step(app, &house.manager, id, way, None).await.unwrap();
    }
    id
}

pub(super) fn said(server: &Forgetful) -> Vec<(String, Option<String>)> {
    let text = |it: &serde_json::Value| it.as_str().map(str::to_owned);
    server.statuses().iter().map(|it| (text(&it["content"]).unwrap(), text(&it["in_reply_to_id"]))).collect()
}

fn whole() -> Vec<(String, Option<String>)> {
    let link = "https://a.example/b?utm_source=mastodon&utm_medium=social&utm_campaign=automne";
    vec![
        ("Un (1/3)".to_owned(), None),
        (format!("Deux {link} (2/3)"), Some("900".to_owned())),
        ("Trois (3/3)".to_owned(), Some("901".to_owned())),
    ]
}

pub(super) async fn stages(app: &App, house: &House, id: PostId) -> Vec<Stage> {
    let mut conn = app.db.read().await.unwrap();
    let mut all = Vec::new();
    for part in post::part::list(&mut conn, house.id, id, house.channel).await.unwrap() {
        all.push(message::get(&mut conn, house.id, part.message).await.unwrap().unwrap().stage);
    }
    all
}

#[tokio::test]
async fn a_thread_stands_there_part_by_part_although_every_answer_is_lost() {
    for mut house in houses().await {
        let server = Forgetful::default();
        server.shows.store(true, Ordering::SeqCst);
        let app = connected(&mut house, &server.start().await).await;
        let id = leaving(&app, &house).await;
        pass(&app, 20).await;
        assert_eq!(said(&server).len(), 1, "the second waits for the first");
        pass(&app, 600).await;
        assert_eq!(said(&server), whole());
        assert_eq!(stages(&app, &house, id).await, [Stage::Published; 3]);
        assert_eq!(get(&app, &house, id).await.state, State::Published);
        // A day after, the network is asked what it counts below all of them.
        app.clock.advance(DAY);
        crate::work::step(&app).await.unwrap();
        let figures = figure::of(&mut app.db.read().await.unwrap(), house.id, id).await.unwrap();
        let said: Vec<_> = figures.iter().map(|it| (it.name.as_str(), it.value)).collect();
        assert_eq!(said, [("boosts", 3), ("favourites", 15)]);
        let mut conn = app.db.read().await.unwrap();
        let came = figure::came(&mut conn, house.id, (0, app.now())).await.unwrap();
        assert_eq!(came.iter().map(|it| (it.post, it.reactions)).collect::<Vec<_>>(), [(id, 18)]);
    }
}

#[tokio::test]
async fn a_thread_that_was_stopped_half_way_goes_on_with_what_is_missing() {
    for mut house in houses().await {
        let server = Forgetful::default();
        server.shows.store(true, Ordering::SeqCst);
        let app = connected(&mut house, &server.start().await).await;
        let id = leaving(&app, &house).await;
        pass(&app, 10).await;
        assert_eq!(said(&server).len(), 1);
        stop::begin(&app, &house.manager, "Accident").await.unwrap();
        pass(&app, 600).await;
        assert_eq!(stages(&app, &house, id).await, [Stage::Published, Stage::Withdrawn, Stage::Withdrawn]);
        assert_eq!(get(&app, &house, id).await.held_code.as_deref(), Some("stopped"));
        stop::lift(&app, &house.manager).await.unwrap();
        pass(&app, 60).await;
        assert_eq!(said(&server).len(), 1, "nothing leaves by lifting");
        step(&app, &house.manager, id, Step::Resume, None).await.unwrap();
        pass(&app, 600).await;
        assert_eq!(said(&server), whole());
        assert_eq!(get(&app, &house, id).await.state, State::Published);
    }
}

#[tokio::test]
async fn a_thread_left_at_what_stands_there_sends_nothing_more() {
    for mut house in houses().await {
        let server = Forgetful::default();
        server.shows.store(true, Ordering::SeqCst);
        let app = connected(&mut house, &server.start().await).await;
        let id = leaving(&app, &house).await;
        pass(&app, 10).await;
        step(&app, &house.manager, id, Step::Settle, None).await.unwrap();
        pass(&app, 600).await;
        assert_eq!(said(&server).len(), 1);
        assert_eq!(stages(&app, &house, id).await, [Stage::Published, Stage::Withdrawn, Stage::Withdrawn]);
    }
}
