//! Posts of a launch: named, listed by their hour with what they lack, and left alone when it is over; on both engines.

use super::*;
use crate::clock::{DAY, HOUR};
use crate::command::launch::{self as launches, Wanted};
use crate::command::post::{self as posts, Idea, With};
use crate::id::PostId;
use crate::rules::launch::State as Standing;
use crate::rules::permission::Role;
use crate::rules::post::Step;
use crate::store::journal;
use crate::testing::{House, assert_whole, colleague, houses};

async fn begun(house: &House, name: &str) -> LaunchId {
    let wanted = Wanted { name: name.to_owned(), kind: "event".to_owned(), ..Wanted::default() };
    launches::save(&house.app, &house.manager, None, wanted).await.unwrap()
}

fn idea(title: &str, launch: Option<LaunchId>, due_at: Option<i64>) -> Idea {
    Idea { title: title.to_owned(), origin: "team".to_owned(), launch, due_at, ..Idea::default() }
}

async fn propose(house: &House, title: &str, launch: Option<LaunchId>, due_at: Option<i64>) -> PostId {
    posts::propose(&house.app, &house.manager, idea(title, launch, due_at)).await.unwrap()
}

async fn seen(house: &House, id: LaunchId) -> Vec<(String, Vec<&'static str>)> {
    let mut conn = house.app.db.read().await.unwrap();
    let all = list(&mut conn, &house.app, &house.manager, id).await.unwrap();
    all.into_iter().map(|it| (it.post.title, it.lacks)).collect()
}

async fn count(house: &House, actor: &Actor, id: LaunchId) -> Option<i64> {
    let asked = Filter { only: only(actor), ..Filter::default() };
    let mut conn = house.app.db.read().await.unwrap();
    post::by_launch(&mut conn, house.id, &asked).await.unwrap().get(&id).copied()
}

#[tokio::test]
async fn the_posts_of_a_launch_stand_by_their_hour_with_what_they_lack_and_stay_when_it_is_over() {
    for house in houses().await {
        let (app, manager) = (&house.app, &house.manager);
        let (launch, other) = (begun(&house, "Salle Nébuleuse").await, begun(&house, "Nuit").await);
        let now = app.now();
        propose(&house, "Sans heure", Some(launch), None).await;
        propose(&house, "Plus tard", Some(launch), Some(now + 2 * DAY)).await;
        let first = propose(&house, "D’abord", Some(launch), Some(now + HOUR)).await;
        let refused = propose(&house, "Non", Some(launch), Some(now + HOUR)).await;
        let with = With { reason: "Hors sujet".to_owned(), ..With::default() };
        posts::take(app, manager, refused, Step::Refuse, with).await.unwrap();
        propose(&house, "Ailleurs", None, Some(now + HOUR)).await;
        let all = ["words", "validation"];
        let hourless = ["words", "validation", "hour"];
        assert_eq!(
            seen(&house, launch).await,
            [
                ("D’abord".to_owned(), all.to_vec()),
                ("Plus tard".to_owned(), all.to_vec()),
                ("Sans heure".to_owned(), hourless.to_vec()),
            ]
        );
        assert_eq!(
            (count(&house, manager, launch).await, count(&house, manager, other).await),
            (Some(3), None)
        );

        posts::describe(app, manager, first, idea("D’abord", Some(other), None)).await.unwrap();
        assert_eq!(seen(&house, other).await, [("D’abord".to_owned(), all.to_vec())]);
        assert_eq!(seen(&house, launch).await.len(), 2);
        let mut conn = app.db.read().await.unwrap();
        let told = journal::by_actor(&mut conn, house.id, manager.colleague.0, 50).await.unwrap();
        let change = told.iter().find(|it| it.verb == "post.described").unwrap();
        let named = |it: &Option<serde_json::Value>| it.as_ref().unwrap()["launch"].clone();
        assert_eq!(named(&change.before), serde_json::json!(launch));
        assert_eq!(named(&change.after), serde_json::json!(other));
        drop(conn);

        launches::step(app, manager, launch, Standing::Open).await.unwrap();
        launches::step(app, manager, launch, Standing::Closed).await.unwrap();
        assert_eq!(seen(&house, launch).await.len(), 2, "what was said of it stays when it is over");
        posts::describe(app, manager, first, idea("D’abord", None, None)).await.unwrap();
        assert!(seen(&house, other).await.is_empty());
        assert_whole(&app.db, house.id).await;
    }
}

#[tokio::test]
async fn who_sees_no_dossier_names_no_launch_and_takes_none_away() {
    for house in houses().await {
        let (app, manager) = (&house.app, &house.manager);
        let launch = begun(&house, "Salle Nébuleuse").await;
        let mut conn = app.db.write().await.unwrap();
        let agency = colleague(&mut conn, house.id, Role::External, &[]).await;
        conn.commit().await.unwrap();
        let named = posts::propose(app, &agency, idea("À nous", Some(launch), None)).await;
        assert!(matches!(named, Err(Refusal::Invalid { field: "launch", code: "unknown" })));
        let nowhere = posts::propose(app, manager, idea("x", Some(LaunchId::new(1)), None)).await;
        assert!(matches!(nowhere, Err(Refusal::Invalid { field: "launch", code: "unknown" })));

        let theirs = posts::propose(app, &agency, idea("La leur", None, None)).await.unwrap();
        propose(&house, "La nôtre", Some(launch), None).await;
        posts::describe(app, manager, theirs, idea("La leur", Some(launch), None)).await.unwrap();
        posts::describe(app, &agency, theirs, idea("La leur, mieux", None, None)).await.unwrap();
        let titles: Vec<_> = seen(&house, launch).await.into_iter().map(|(title, _)| title).collect();
        assert_eq!(titles, ["La leur, mieux", "La nôtre"]);
        let mut conn = app.db.read().await.unwrap();
        let own = list(&mut conn, app, &agency, launch).await.unwrap();
        assert_eq!(own.iter().map(|it| it.post.id).collect::<Vec<_>>(), [theirs], "what the contract covers");
        drop(conn);
        assert_eq!(
            (count(&house, &agency, launch).await, count(&house, manager, launch).await),
            (Some(1), Some(2))
        );
    }
}
