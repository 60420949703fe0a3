//! Watches, alerts and destinations by the API: made, read, seen, closed, and whom they are kept from.

use axum::http::Method;
use serde_json::json;

use super::{Client, EVERYTHING};
use crate::testing::{House, houses, said, said_by};
use crate::work;
use crate::work::alert::Lookout;

/// An outage on the care desk, after four ordinary days.
async fn outage(house: &House) {
    let from = -4 * 24 * 3_600;
    let days = (0..192).map(|i| said(&format!("b{i}"), "Bonjour, êtes-vous ouverts ?", from + i * 1_800));
    let rise = (0..40).map(|i| said_by(i, &format!("o{i}"), "La billetterie est en panne", -1_200 + i * 29));
    house.hear(&days.chain(rise).collect::<Vec<_>>()).await;
}

#[tokio::test]
async fn a_watch_is_made_read_counted_changed_and_removed() {
    for house in houses().await {
        let caller = Client::new(&house, &house.manager, &EVERYTHING).await;
        house.hear(&[said("1", "La billetterie est en panne", 0), said("2", "Bravo", 1)]).await;
        let asked = json!({ "name": "Billetterie", "query": "billet*", "folder": "Produits" });
        let made = caller.post("/watches", asked).await.be(201);
        let path = format!("/watches/{}", made["id"].as_str().unwrap());
        work::fill::step(&house.app).await.unwrap();
        let it = caller.get(&path).await.be(200);
        assert_eq!((it["folder"].as_str(), it["sensitivity"].as_str()), (Some("Produits"), Some("balanced")));
        let found = caller.get(&format!("{path}/mentions")).await.be(200);
        assert_eq!(found["items"][0]["text"], "La billetterie est en panne");
        assert_eq!(found["next"], json!(null));
        let hours = caller.get(&format!("{path}/volume?days=1")).await.be(200);
        assert_eq!(hours["items"][0]["count"], 1);
        let estimate = caller.post("/watches/estimate", json!({ "query": "bravo OU billet*" })).await.be(200);
        assert_eq!((estimate["found"].as_i64(), estimate["looked"].as_i64()), (Some(2), Some(2)));
        caller.post("/watches/estimate", json!({ "query": "(bravo" })).await.be(422);
        let odd = json!({ "name": "x", "query": "x", "sensitivity": "always" });
        caller.call(Method::PUT, &path, odd.to_string()).await.be(422);
        let other = json!({ "name": "Bravos", "query": "bravo", "sensitivity": "none" });
        caller.call(Method::PUT, &path, other.to_string()).await.be(200);
        assert_eq!(caller.get("/watches").await.be(200)["items"][0]["name"], "Bravos");
        let stranger = Client::new(&house, &house.specialist, &EVERYTHING).await;
        stranger.get(&path).await.be(403);
        caller.call(Method::DELETE, &path, "").await.be(204);
        caller.get(&path).await.be(404);
    }
}

#[tokio::test]
async fn an_alert_is_read_seen_and_closed_by_those_whom_it_concerns() {
    for house in houses().await {
        outage(&house).await;
        Lookout::default().step(&house.app).await.unwrap();
        let caller = Client::new(&house, &house.manager, &EVERYTHING).await;
        let open = caller.get("/alerts").await.be(200);
        assert_eq!(open["items"].as_array().unwrap().len(), 1, "{open}");
        let it = &open["items"][0];
        assert_eq!((it["kind"].as_str(), it["subject"]["kind"].as_str()), (Some("burst"), Some("desk")));
        assert!(
            it["evidence"]["times"].as_f64().unwrap() > 5.0 && it["signals"].as_array().unwrap().len() >= 2
        );
        let path = format!("/alerts/{}", it["id"].as_str().unwrap());
        // It was seen first at the care desk: those of the press desk don't know of it.
        let near = Client::new(&house, &house.specialist, &EVERYTHING).await;
        near.get(&path).await.be(200);
        let far = Client::new(&house, &house.press, &EVERYTHING).await;
        far.get(&path).await.be(404);
        assert_eq!(far.get("/alerts").await.be(200)["items"], json!([]));
        caller.call(Method::POST, &format!("{path}/see"), "").await.be(204);
        caller.post(&format!("{path}/close"), json!({ "why": "bored" })).await.be(422);
        caller.post(&format!("{path}/close"), json!({ "why": "false" })).await.be(204);
        caller.post(&format!("{path}/close"), json!({ "why": "false" })).await.be(409);
        let closed = caller.get("/alerts?state=closed").await.be(200);
        assert_eq!(closed["items"][0]["closed_why"], "false");
        assert_eq!(closed["items"][0]["seen"][0]["colleague"], house.manager.colleague.to_string());
        caller.get("/alerts?state=lost").await.be(400);
    }
}

#[tokio::test]
async fn destinations_are_for_administrators_and_what_cannot_work_says_why() {
    let house = houses().await.remove(0);
    let manager = Client::new(&house, &house.manager, &EVERYTHING).await;
    manager.get("/destinations").await.be(403);
    let mut conn = house.app.db.write().await.unwrap();
    let admin = crate::rules::permission::Role::Administrator;
    let admin = crate::testing::colleague(&mut conn, house.id, admin, &[]).await;
    conn.commit().await.unwrap();
    let caller = Client::new(&house, &admin, &EVERYTHING).await;
    assert_eq!(caller.get("/destinations").await.be(200)["items"], json!([]));
    let private = json!({ "kind": "chat", "name": "Team", "address": "http://10.0.0.1/x" });
    assert!(caller.post("/destinations", private).await.status.is_client_error());
    let unknown = json!({ "kind": "pigeon", "name": "Team", "address": "https://a.example/x" });
    caller.post("/destinations", unknown).await.be(422);
}
