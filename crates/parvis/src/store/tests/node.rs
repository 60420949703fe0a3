//! Two nodes on one PostgreSQL: what one commits, the other is told, also after its connection was cut.

use std::time::Duration;

use tokio::sync::broadcast::Receiver;
use tokio::time::timeout;

use crate::id::OrganisationId;
use crate::store::house::House;
use crate::store::journal::{self, By, Entry};
use crate::store::node::Told;
use crate::store::{Db, desk};
use crate::testing::{House as Tested, START, houses};

async fn next(heard: &mut Receiver<Told>) -> Told {
    timeout(Duration::from_secs(20), heard.recv()).await.unwrap().unwrap()
}

/// What is told next, signs and changes before it left out.
async fn missed(heard: &mut Receiver<Told>) {
    while !matches!(next(heard).await, Told::Missed) {}
}

async fn rename(db: &Db, house: &Tested, name: &str) {
    let mut conn = db.write().await.unwrap();
    let mut it = desk::get(&mut conn, house.id, house.desks[0]).await.unwrap().unwrap();
    name.clone_into(&mut it.name);
    desk::update(&mut conn, house.id, &it).await.unwrap();
    let entry = Entry {
        organisation: house.id,
        at: START,
        by: By::System,
        verb: "desk.changed",
        subject: it.id.0,
        conversation: None,
        before: None,
        after: None,
    };
    journal::write(&mut conn, entry).await.unwrap();
    conn.commit().await.unwrap();
}

async fn name(db: &Db, house: &Tested) -> String {
    let mut conn = db.read().await.unwrap();
    House::read(&mut conn, house.id).await.unwrap().desk(house.desks[0]).unwrap().name.clone()
}

fn is_change(told: &Told, organisation: OrganisationId) -> bool {
    matches!(told, Told::Changed(event) if event.verb == "desk.changed" && event.organisation == organisation)
}

#[tokio::test]
async fn what_one_node_commits_the_others_are_told_even_after_a_cut() {
    for house in houses().await {
        let Some(other) = house.beside().await else { continue };
        let other = other.db.clone();
        let mut heard = other.follow();
        let listening = tokio::spawn({
            let other = other.clone();
            async move { other.hear_others().await }
        });
        missed(&mut heard).await;
        assert_eq!(name(&other, &house).await, "care");
        rename(&house.app.db, &house, "help").await;
        let told = next(&mut heard).await;
        assert!(is_change(&told, house.id), "{told:?}");
        assert_eq!(name(&other, &house).await, "help", "what was kept is read anew");
        // What this node does itself it is told once, not again by the others' way.
        rename(&other, &house, "aid").await;
        assert!(is_change(&next(&mut heard).await, house.id));
        house.app.db.sign("reading".to_owned()).await;
        assert!(matches!(next(&mut heard).await, Told::Sign(text) if text == "reading"));
        // The listening connection is cut: the node knows that it may have missed something.
        let mut conn = house.app.db.write().await.unwrap();
        let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'";
        assert!(!conn.all(cut, &[]).await.unwrap().is_empty());
        conn.commit().await.unwrap();
        missed(&mut heard).await;
        rename(&house.app.db, &house, "care again").await;
        while !is_change(&next(&mut heard).await, house.id) {}
        listening.abort();
    }
}
