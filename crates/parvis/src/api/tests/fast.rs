//! The fast lane by the API: opened, taken, read, taken back, and refused with a code that says why.

use axum::http::Method;
use serde_json::json;

use super::{Client, EVERYTHING};
use crate::store::channel;
use crate::testing::houses;

#[tokio::test]
async fn a_program_takes_the_fast_lane_as_a_screen_does_and_is_told_why_it_cannot() {
    for house in houses().await {
        let mut conn = house.app.db.write().await.unwrap();
        let mut it = channel::get(&mut conn, house.id, house.channel).await.unwrap().unwrap();
        it.secret = Some(house.app.seal.seal(br#"{"access_token":"token"}"#, it.id.0.as_bytes()).unwrap());
        channel::update(&mut conn, house.id, &it).await.unwrap();
        conn.commit().await.unwrap();
        let manager = Client::new(&house, &house.manager, &EVERYTHING).await;
        let writer = Client::new(&house, &house.specialist, &EVERYTHING).await;
        let reader = house.press.colleague;
        let press = Client::new(&house, &house.press, &EVERYTHING).await;

        let idea = json!({ "title": "Panne", "origin": "team" });
        let id = writer.post("/posts", idea).await.be(201)["id"].as_str().unwrap().to_owned();
        let at = format!("/posts/{id}/fast");
        let said = writer.post(&at, json!({ "why": "Urgent" })).await.be(422);
        assert_eq!((&said["field"], &said["code"]), (&json!("fast"), &json!("fast-off")));

        let mut lane = manager.get("/posts/fast-lane").await.be(200);
        assert_eq!((&lane["on"], &lane["delay"], &lane["most"]), (&json!(false), &json!(120), &json!(15)));
        lane["on"] = json!(true);
        lane["people"] = json!([house.specialist.colleague]);
        lane["readers"] = json!([{ "colleague": reader }]);
        manager.call(Method::PUT, "/posts/fast-lane", lane.clone().to_string()).await.be(204);
        writer.call(Method::PUT, "/posts/fast-lane", lane.to_string()).await.be(403);

        assert_eq!(writer.post(&at, json!({})).await.be(422)["code"], "post-reason");
        assert_eq!(writer.post(&at, json!({ "why": "Urgent" })).await.be(200)["state"], "to_write");
        let words = json!({ "version": 0, "text": "C’est réparé.", "channels": [house.channel] });
        writer.call(Method::PUT, &format!("/posts/{id}/words"), words.to_string()).await.be(200);
        let ticks = json!({ "ticks": ["facts", "links", "charter"] });
        assert_eq!(writer.post(&at, ticks).await.be(200)["state"], "to_validate");
        let tries = writer.get(&at).await.be(200);
        assert_eq!(tries["items"][0]["state"], "asked");
        assert_eq!(tries["items"][0]["asked"][0]["colleague"], json!(reader));

        let run = press.get("/fast").await.be(200)["items"][0]["id"].as_str().unwrap().to_owned();
        assert_eq!(writer.post(&format!("/fast/{run}/yes"), json!({})).await.be(422)["code"], "post-asked");
        let it = press.post(&format!("/fast/{run}/yes"), json!({})).await.be(200);
        assert_eq!((&it["state"], &it["validated_by"]), (&json!("scheduled"), &json!(reader)));
        let back = writer.call(Method::DELETE, &at, "").await.be(200);
        assert_eq!((&back["state"], &back["due_at"]), (&json!("to_validate"), &json!(null)));
        assert_eq!(
            press.post(&format!("/fast/{run}/no"), json!({ "reason": "Trop tard" })).await.be(422)["code"],
            "post-asked"
        );
        let reviews = manager.get("/fast/reviews").await.be(200);
        assert_eq!((&reviews["open"], reviews["shares"].as_array().map(Vec::len)), (&json!([]), Some(6)));
        manager.post(&format!("/fast/{run}/review"), json!({})).await.be(409);
    }
}
