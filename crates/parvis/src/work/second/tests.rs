//! What an encoder reads behind the model that ships, on both engines.

use std::path::PathBuf;

use parvis_channels::{Observation, ObservationKind};
use parvis_listen::understand::{Intent, Truth};

use super::*;
use crate::clock::SECOND;
use crate::command::{correction as corrections, watch as watches};
use crate::id::WatchId;
use crate::intake::second::Second;
use crate::store::lease::Lease;
use crate::testing::{House, START, assert_whole, houses, said};

const COMPLAINT: &str =
    "Votre billetterie est en panne depuis deux heures, c’est lamentable, je veux être remboursée";

/// A house whose encoder takes everything for glad praise.
fn with_encoder(mut house: House) -> House {
    let app = Arc::get_mut(&mut house.app).unwrap();
    app.config.encoder = PathBuf::from("encoder");
    app.second = Second::of(|_| {
        let mut outputs = Outputs::default();
        outputs.0[2] = 50.0;
        outputs.0[3 + Intent::Praise as usize] = 50.0;
        outputs
    });
    house
}

async fn watching(house: &House, name: &str, query: &str) -> WatchId {
    let wanted = watches::Wanted { name, query, folder: "", sensitivity: "balanced", tag: "" };
    watches::save(&house.app, &house.manager, None, wanted).await.unwrap()
}

async fn found(house: &House, watch: WatchId) -> usize {
    let mut conn = house.app.db.read().await.unwrap();
    watch::page(&mut conn, house.id, watch, (0, i64::MAX), 10).await.unwrap().len()
}

#[tokio::test]
async fn what_came_in_is_read_a_second_time_and_stays_so_until_it_is_edited() {
    for house in houses().await.into_iter().map(with_encoder) {
        house.hear(&[said("1", COMPLAINT, 0)]).await;
        assert_eq!(house.reading("1").await.intent, "complaint", "the fold doesn't wait for the encoder");
        step(&house.app).await.unwrap();
        let read = house.reading("1").await;
        assert_eq!((read.model.as_str(), read.intent.as_str()), (STRONG_NAME, "praise"));
        assert_eq!(house.conversation("1").await.said.sentiment.as_deref(), Some("positive"));
        super::super::reading::step(&house.app).await.unwrap();
        assert_eq!(house.reading("1").await.model, STRONG_NAME, "what reads the history leaves it as it is");
        let edited = Observation {
            kind: ObservationKind::Edited,
            version_at: Some(START + 60 * SECOND),
            ..said("1", "Toujours en panne, c’est lamentable, remboursez-moi", 0)
        };
        house.hear(&[edited]).await;
        assert_eq!(house.reading("1").await.model, SHIPPED_NAME);
        step(&house.app).await.unwrap();
        assert_eq!(house.reading("1").await.model, STRONG_NAME, "an edit comes round again");
        assert_whole(&house.app.db, house.id).await;
    }
}

#[tokio::test]
async fn what_a_person_said_of_a_message_is_never_read_over() {
    for house in houses().await.into_iter().map(with_encoder) {
        house.hear(&[said("1", COMPLAINT, 0)]).await;
        let id = house.message("1").await;
        let truth = Truth { intent: Some(Intent::Signal), ..Truth::default() };
        corrections::correct(&house.app, &house.manager, id, &truth).await.unwrap();
        step(&house.app).await.unwrap();
        let read = house.reading("1").await;
        assert_eq!((read.intent.as_str(), read.sentiment.as_str()), ("signal", "positive"));
        let mut conn = house.app.db.read().await.unwrap();
        let standing = correction::standing(&mut conn, house.id, [id]).await.unwrap();
        drop(conn);
        corrections::take_back(&house.app, &house.manager, standing[0].id).await.unwrap();
        step(&house.app).await.unwrap();
        assert_eq!(house.reading("1").await.intent, "praise", "taken back, it is the encoder's word again");
    }
}

#[tokio::test]
async fn watches_that_ask_what_a_message_says_hear_the_second_reading() {
    for house in houses().await.into_iter().map(with_encoder) {
        let glad = watching(&house, "Content", "billetterie sentiment:positive").await;
        let angry = watching(&house, "Fâché", "billetterie sentiment:negative").await;
        house.hear(&[said("1", COMPLAINT, 0)]).await;
        assert_eq!((found(&house, glad).await, found(&house, angry).await), (0, 1));
        step(&house.app).await.unwrap();
        assert_eq!((found(&house, glad).await, found(&house, angry).await), (1, 0));
    }
}

#[tokio::test]
async fn without_an_encoder_or_with_a_wrong_file_nothing_changes() {
    for mut house in houses().await {
        house.hear(&[said("1", COMPLAINT, 0)]).await;
        step(&house.app).await.unwrap();
        let before = house.reading("1").await;
        let app = Arc::get_mut(&mut house.app).unwrap();
        app.config.encoder = app.config.data.join("missing.bin");
        step(&house.app).await.unwrap();
        assert!(house.app.second.is_broken());
        assert_eq!(house.reading("1").await, before);
    }
}

#[tokio::test]
async fn only_one_node_reads_and_nothing_older_than_thirty_days() {
    for house in houses().await.into_iter().map(with_encoder) {
        let old = -31 * DAY / SECOND;
        house.hear(&[said("1", COMPLAINT, 0), said("2", COMPLAINT, old)]).await;
        let other = Lease { subject: LEASE, node: house.app.db.node() + 1, until_at: START + MINUTE };
        let mut conn = house.app.db.write().await.unwrap();
        assert!(lease::take(&mut conn, house.id, other, START).await.unwrap());
        conn.commit().await.unwrap();
        step(&house.app).await.unwrap();
        assert_eq!(house.reading("1").await.model, SHIPPED_NAME, "another node is at it");
        let mut conn = house.app.db.write().await.unwrap();
        lease::clear(&mut conn).await.unwrap();
        conn.commit().await.unwrap();
        step(&house.app).await.unwrap();
        assert_eq!(house.reading("1").await.model, STRONG_NAME);
        assert_eq!(house.reading("2").await.model, SHIPPED_NAME);
    }
}

#[tokio::test]
async fn the_encoder_itself_reads_the_messages_of_a_house() {
    let Some(file) = std::env::var_os("PARVIS_ENCODER") else {
        println!("skipped: PARVIS_ENCODER names no encoder (e5-small-q4.bin, see MODEL_CARD.md)");
        return;
    };
    for mut house in houses().await {
        Arc::get_mut(&mut house.app).unwrap().config.encoder = PathBuf::from(&file);
        house.hear(&[said("1", COMPLAINT, 0)]).await;
        step(&house.app).await.unwrap();
        let read = house.reading("1").await;
        assert_eq!((read.model.as_str(), read.sentiment.as_str()), (STRONG_NAME, "negative"), "{read:?}");
    }
}
