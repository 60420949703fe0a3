//! The index broken by hand, both ways and on both engines: found, and whole again once it is mended.

use super::*;
use crate::rules::permission::Scope;
use crate::store::search::{Within, find, rebuild};
use crate::testing::{House, houses, said};

async fn heard(house: &House) {
    let mut pictured = said("2", "Regardez les jardins_publics du 1e5 mai", 10);
    if let Some(item) = &mut pictured.item {
        item.attachments = vec![parvis_channels::RemoteAttachment {
            kind: parvis_channels::AttachmentKind::Image,
            url: "https://elsewhere.example/1.png".to_owned(),
            preview_url: None,
            alt: Some("Une girafe".to_owned()),
            mime: None,
            width: None,
            height: None,
        }];
    }
    let long: String = (0..5_000).map(|n| format!("mot{n} ")).collect();
    let rare = "Ⅷ ½ 3.14 a-b c'd ça_va @lea@elsewhere.example https://x.example/?a=1&b=2 日本語 🦉 l’été ''\" ( ) : * 𞤀";
    house
        .hear(&[
            said("1", "Bonjour", 0),
            pictured,
            said("3", &long, 20),
            said("4", rare, 30),
            said("5", "", 40),
        ])
        .await;
}

async fn checked(conn: &mut Conn, house: OrganisationId) -> (usize, i64) {
    let found = check(conn, house, |_| {}).await.unwrap();
    assert_eq!(found.agrees(), found.lost.is_empty() && found.stray == 0);
    (found.lost.len(), found.stray)
}

#[tokio::test]
async fn an_index_that_lost_or_kept_too_much_is_seen_and_mended() {
    for house in houses().await {
        heard(&house).await;
        let sqlite = house.app.db.read().await.unwrap().is_sqlite();
        let lose_words = if sqlite {
            "DELETE FROM message_terms WHERE rowid = 1"
        } else {
            "UPDATE message_index SET terms = '' WHERE no = (SELECT MIN(no) FROM message_index)"
        };
        let lose_entry = "DELETE FROM message_index WHERE no = (SELECT MIN(no) FROM message_index)";
        let other_home = "UPDATE message_index SET conversation_id = message_id
            WHERE no = (SELECT MIN(no) FROM message_index)";
        let other_text = "UPDATE message SET text = 'mot1 perroquet' WHERE remote_id IN ('1', '3')";
        let no_message = "DELETE FROM message WHERE remote_id = '1'";
        for (sql, lost, stray) in [
            ("UPDATE message SET text = text", 0, 0),
            (lose_words, 1, 0),
            (lose_entry, 1, i64::from(sqlite)),
            (other_home, 1, 0),
            (other_text, 2, 0),
            (no_message, 0, 1),
        ] {
            let mut conn = house.app.db.write().await.unwrap();
            // What was read in a message points at it.
            conn.run("DELETE FROM reading", &[]).await.unwrap();
            conn.run(sql, &[]).await.unwrap();
            assert_eq!(checked(&mut conn, house.id).await, (lost, stray), "{sql}");
            let found = check(&mut conn, house.id, |_| {}).await.unwrap();
            put_back(&mut conn, house.id, &found.lost).await.unwrap();
            drop_stray(&mut conn, house.id).await.unwrap();
            assert_eq!(checked(&mut conn, house.id).await, (0, 0), "mended after {sql}");
            let hits = find(&mut conn, house.id, &Scope::Every, "bonjour", &Within::default(), (None, 5))
                .await
                .unwrap();
            assert_eq!(hits.len(), usize::from(sql != no_message && sql != other_text), "{sql}");
        }
    }
}

#[tokio::test]
async fn an_index_made_anew_finds_who_wrote_and_what_a_picture_shows() {
    for house in houses().await {
        heard(&house).await;
        let mut conn = house.app.db.write().await.unwrap();
        // Of the longest one only the beginning is indexed, and its author stands at the end.
        for _ in 0..2 {
            for (words, count) in [("girafe", 1), ("léa", 4), ("elsewhere jardin", 1), ("mot7 mot3999", 1)] {
                let hits = find(&mut conn, house.id, &Scope::Every, words, &Within::default(), (None, 9))
                    .await
                    .unwrap();
                assert_eq!(hits.len(), count, "{words}");
            }
            assert_eq!(rebuild(&mut conn, house.id).await.unwrap(), 5);
            assert_eq!(checked(&mut conn, house.id).await, (0, 0));
        }
    }
}
