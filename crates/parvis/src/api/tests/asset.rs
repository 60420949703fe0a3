//! The library by the API: brought once, found, picked for a post, put away, and refused with a code that says why.

use axum::http::Method;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::{Client, EVERYTHING};
use crate::clock::DAY;
use crate::rules::picture::tests::png_of;
use crate::testing::{START, houses};

#[tokio::test]
async fn a_program_keeps_the_library_as_a_screen_does_and_is_told_why_it_cannot() {
    for house in houses().await {
        let manager = Client::new(&house, &house.manager, &EVERYTHING).await;
        let writer = Client::new(&house, &house.specialist, &EVERYTHING).await;
        let file = |bytes: Vec<u8>| json!({ "mime": "image/png", "data": STANDARD.encode(bytes) });
        let new = |title: &str, end: i64, bytes| {
            let said = json!({ "title": title, "alt_fr": "Une salle", "expires_at": end });
            json!({ "description": said, "file": file(bytes) })
        };
        let salle = png_of(1080, 1080);
        let made = writer.post("/assets", new("Salle", START + DAY, salle.clone())).await.be(201);
        let id = made["id"].as_str().unwrap().to_owned();
        let again = writer.post("/assets", new("Encore", START + DAY, salle)).await.be(200);
        assert_eq!((&again["id"], &again["known"]), (&made["id"], &json!(true)));
        let huge = writer.post("/assets", new("Trop", START, png_of(20_000, 20_000))).await.be(422);
        assert_eq!((&huge["field"], &huge["code"]), (&json!("media"), &json!("media-pixels")));

        let found = writer.get("/assets?q=salle&format=square&ending=true").await.be(200);
        assert_eq!(
            (&found["items"][0]["id"], &found["items"][0]["formats"]),
            (&made["id"], &json!(["square"]))
        );
        writer.get("/assets?format=round").await.be(400);
        assert_eq!(writer.get(&format!("/assets/{id}/files/1")).await.status, 200);
        writer.get(&format!("/assets/{id}/files/2")).await.be(404);

        let idea = json!({ "title": "Ouverture", "origin": "team", "due_at": START + 2 * DAY });
        let post = writer.post("/posts", idea).await.be(201)["id"].as_str().unwrap().to_owned();
        for step in ["keep", "brief"] {
            manager.post(&format!("/posts/{post}/steps/{step}"), json!({})).await.be(200);
        }
        let pick = format!("/posts/{post}/assets/{id}");
        assert_eq!(writer.call(Method::PUT, &pick, "").await.be(422)["code"], "asset-ended");
        let longer = json!({ "version": 1, "title": "Salle", "alt_fr": "Une salle" }).to_string();
        writer.call(Method::PUT, &format!("/assets/{id}"), longer.clone()).await.be(204);
        writer.call(Method::PUT, &format!("/assets/{id}"), longer).await.be(409);
        assert_eq!(writer.call(Method::PUT, &pick, "").await.be(201)["alt"], "Une salle");
        let whole = writer.get(&format!("/assets/{id}")).await.be(200);
        assert_eq!((&whole["uses"][0]["post"], &whole["version"]), (&json!(post), &json!(2)));

        writer.post(&format!("/assets/{id}/files"), file(png_of(1080, 1350))).await.be(204);
        writer.call(Method::PUT, &format!("/assets/{id}/away"), "").await.be(204);
        assert_eq!(writer.get("/assets").await.be(200)["items"], json!([]));
        writer.call(Method::DELETE, &format!("/assets/{id}/away"), "").await.be(204);
        assert_eq!(writer.get("/assets").await.be(200)["items"][0]["file"]["number"], 2);
    }
}
