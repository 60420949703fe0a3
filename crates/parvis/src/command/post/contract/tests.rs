//! Contracts on both engines: what they bound is neither seen, nor brought, nor handed over, by any way.

use super::*;
use crate::app::App;
use crate::command::colleague::{self as colleagues, Change};
use crate::command::post::{self as posts, Idea, With};
use crate::id::PostId;
use crate::rules::permission::{Action, Role};
use crate::rules::post::{State, Step};
use crate::store::journal;
use crate::store::post::Filter;
use crate::testing::{House, assert_whole, channel, colleague, houses};

struct Scene {
    boss: Actor,
    agency: Actor,
    other: ChannelId,
}

async fn scene(house: &House) -> Scene {
    let mut conn = house.app.db.write().await.unwrap();
    let boss = colleague(&mut conn, house.id, Role::Administrator, &[]).await;
    let agency = colleague(&mut conn, house.id, Role::External, &[]).await;
    let mut second = channel(house.desks[0]);
    second.name = "Second".to_owned();
    store::channel::insert(&mut conn, house.id, &second).await.unwrap();
    conn.commit().await.unwrap();
    Scene { boss, agency, other: second.id }
}

fn idea(theme: &str, channels: &[ChannelId]) -> Idea {
    let (title, origin) = (format!("Sur {theme}"), "agency".to_owned());
    Idea { title, theme: theme.to_owned(), origin, channels: channels.to_vec(), ..Idea::default() }
}

async fn bound(app: &App, scene: &Scene, channels: &[ChannelId], themes: &[&str]) {
    let themes = themes.iter().map(|it| (*it).to_owned()).collect();
    let contract = Some(Contract { channels: channels.to_vec(), themes });
    let to = Change { contract, ..Change::default() };
    colleagues::change(app, &scene.boss, scene.agency.colleague, to).await.unwrap();
}

/// What the board lists for the actor; and what opens one by one, which has to be the same.
async fn seen(house: &House, actor: &Actor, all: &[PostId]) -> Vec<PostId> {
    let mut conn = house.app.db.read().await.unwrap();
    let asked = Filter { only: only(actor), ..Filter::default() };
    let mut listed: Vec<PostId> = post::in_state(&mut conn, house.id, State::Idea, &asked, 50)
        .await
        .unwrap()
        .iter()
        .map(|it| it.id)
        .collect();
    listed.sort_unstable();
    let counts = post::counts(&mut conn, house.id, &asked).await.unwrap();
    assert_eq!(counts.get(&State::Idea).copied().unwrap_or(0), listed.len() as i64);
    let mut opened = Vec::new();
    for id in all {
        match posts::load(&mut conn, actor, *id, Action::ReadPosts).await {
            Ok(it) => opened.push(it.id),
            Err(refused) => assert!(matches!(refused, Refusal::NotFound)),
        }
    }
    opened.sort_unstable();
    assert_eq!(opened, listed, "{}", house.app.db.engine_name());
    listed
}

async fn held(conn: &mut Conn, actor: &Actor) -> Vec<Post> {
    let asked = Filter { only: only(actor), ..Filter::default() };
    post::held(conn, actor.organisation, &asked).await.unwrap()
}

fn refused<T>(done: &Result<T>, field: &str, code: &str) -> bool {
    matches!(done, Err(Refusal::Invalid { field: f, code: c }) if *f == field && *c == code)
}

#[tokio::test]
async fn who_comes_from_outside_sees_and_brings_what_their_contract_covers_only() {
    for house in houses().await {
        let (app, scene) = (&house.app, scene(&house).await);
        let (agency, here, other) = (&scene.agency, house.channel, scene.other);
        let mut all = Vec::new();
        for (theme, to) in [
            ("Prix", vec![here]),
            ("Prix", vec![here, other]),
            ("", vec![]),
            ("Prix", vec![]),
            ("Expo", vec![here]),
        ] {
            all.push(posts::propose(app, agency, idea(theme, &to)).await.unwrap());
        }
        assert_eq!(seen(&house, agency, &all).await, all, "without bounds they see all that is theirs");
        bound(app, &scene, &[here], &[]).await;
        assert_eq!(seen(&house, agency, &all).await, [all[0], all[2], all[3], all[4]]);
        bound(app, &scene, &[], &["Expo"]).await;
        assert_eq!(seen(&house, agency, &all).await, [all[4]]);
        bound(app, &scene, &[here], &["Prix", " Prix ", ""]).await;
        assert_eq!(seen(&house, agency, &all).await, [all[0], all[3]]);
        assert_eq!(seen(&house, &house.manager, &all).await, all, "it bounds nobody else");

        assert!(refused(&posts::propose(app, agency, idea("", &[here])).await, "theme", "contract"));
        assert!(refused(&posts::propose(app, agency, idea("Prix", &[other])).await, "channels", "contract"));
        assert!(refused(&posts::describe(app, agency, all[0], idea("Expo", &[])).await, "theme", "contract"));
        let gone = posts::describe(app, agency, all[4], idea("Prix", &[])).await;
        assert!(
            matches!(gone, Err(Refusal::NotFound)),
            "what isn't covered isn't brought back by its author"
        );
        let file = "title,theme,channels\nA,Expo,\nB,Prix,Second\n";
        let (id, preview) =
            posts::import::bring(app, agency, ("x.csv", file.as_bytes()), parvis_write::Language::English)
                .await
                .unwrap();
        let keys: Vec<&str> = preview.faults.iter().map(|it| it.key.as_str()).collect();
        assert_eq!(
            (id, keys.len(), keys.contains(&"refusal-theme-contract")),
            (None, 2, true),
            "{preview:?}"
        );

        posts::describe(app, &house.manager, all[0], idea("Expo", &[])).await.unwrap();
        assert_eq!(
            seen(&house, agency, &all).await,
            [all[3]],
            "a theme that changes takes it out of their sight"
        );
        assert_whole(&app.db, house.id).await;
    }
}

#[tokio::test]
async fn words_are_asked_of_whom_the_contract_lets_write_them_and_go_nowhere_else() {
    for house in houses().await {
        let (app, scene) = (&house.app, scene(&house).await);
        bound(app, &scene, &[house.channel], &["Prix"]).await;
        let brief = async |theme: &str| {
            let id = posts::propose(app, &house.manager, idea(theme, &[])).await.unwrap();
            posts::take(app, &house.manager, id, Step::Keep, With::default()).await.unwrap();
            let with = With { writer: Some(scene.agency.colleague), ..With::default() };
            posts::take(app, &house.manager, id, Step::Brief, with).await
        };
        assert!(refused(&brief("Expo").await, "writer", "contract"));
        let id = brief("Prix").await.unwrap().id;
        let says = |channel| posts::words::Words {
            text: "Le prix ne change pas.".to_owned(),
            channels: vec![channel],
            ..posts::words::Words::default()
        };
        let comment = async |id| posts::look::comment(app, &house.manager, id, "Et vous, @external ?").await;
        comment(id).await.unwrap();
        let expo = posts::propose(app, &house.manager, idea("Expo", &[])).await.unwrap();
        assert!(refused(&comment(expo).await, "comment", "contract"), "nobody is named who wouldn't see it");
        let astray = posts::words::rewrite(app, &scene.agency, id, &says(scene.other)).await;
        assert!(refused(&astray, "channels", "contract"));
        posts::words::rewrite(app, &scene.agency, id, &says(house.channel)).await.unwrap();
        let mut conn = app.db.write().await.unwrap();
        let mut it = post::get(&mut conn, house.id, id).await.unwrap().unwrap();
        (it.state, it.held_at, it.due_at) = (State::Scheduled, Some(1), Some(1));
        post::update(&mut conn, house.id, &it).await.unwrap();
        assert_eq!(held(&mut conn, &scene.agency).await.len(), 1);
        conn.commit().await.unwrap();
        bound(app, &scene, &[scene.other], &["Prix"]).await;
        let mut conn = app.db.read().await.unwrap();
        assert!(held(&mut conn, &scene.agency).await.is_empty());
        assert_eq!(held(&mut conn, &house.manager).await.len(), 1);
    }
}

#[tokio::test]
async fn a_contract_is_checked_journalled_and_gone_with_the_role_and_outlives_its_channel() {
    for house in houses().await {
        let (app, scene) = (&house.app, scene(&house).await);
        let whom = scene.agency.colleague;
        let to = async |contract: Contract| {
            let to = Change { contract: Some(contract), ..Change::default() };
            colleagues::change(app, &scene.boss, whom, to).await
        };
        let themes = |count: usize| (0..count).map(|it| format!("Thème {it}")).collect();
        let strange = Contract { channels: vec![ChannelId::new(1)], ..Contract::default() };
        assert!(refused(&to(strange).await, "channels", "unknown"));
        let many = Contract { themes: themes(51), ..Contract::default() };
        assert!(refused(&to(many).await, "contract", "many"));
        let long = Contract { themes: vec!["x".repeat(61)], ..Contract::default() };
        assert!(refused(&to(long).await, "theme", "long"));
        let kept = Contract { channels: vec![scene.other], themes: themes(2) };
        to(kept.clone()).await.unwrap();
        // Its only channel is removed: it stays, since without it every channel would be covered.
        let mut conn = app.db.write().await.unwrap();
        let mut removed = store::channel::get(&mut conn, house.id, scene.other).await.unwrap().unwrap();
        removed.state = "removed".to_owned();
        store::channel::update(&mut conn, house.id, &removed).await.unwrap();
        conn.commit().await.unwrap();
        to(kept.clone()).await.unwrap();
        let now = async || {
            let mut conn = app.db.read().await.unwrap();
            store::contract::of(&mut conn, house.id, whom).await.unwrap()
        };
        assert_eq!(now().await, kept);
        let inside = Change { role: Some(Role::Expert), ..Change::default() };
        colleagues::change(app, &scene.boss, whom, inside).await.unwrap();
        assert!(now().await.is_open(), "{}", app.db.engine_name());
        let mut conn = app.db.read().await.unwrap();
        let all = journal::page(&mut conn, house.id, None, 50).await.unwrap();
        assert_eq!(all.iter().filter(|it| it.verb == "colleague.contract").count(), 2);
    }
}
