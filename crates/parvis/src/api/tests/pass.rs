//! Guest passes by the API: allowed, given, listed, sent again, ended, and refused with a code that says why.

use axum::http::Method;
use serde_json::{Value, json};

use super::{Client, EVERYTHING};
use crate::clock::{DAY, MINUTE};
use crate::rules::permission::Role;
use crate::store;
use crate::testing::{START, channel, colleague, houses};

#[tokio::test]
async fn a_program_gives_passes_as_a_screen_does_and_never_learns_their_links() {
    for house in houses().await {
        let mut conn = house.app.db.write().await.unwrap();
        let boss = colleague(&mut conn, house.id, Role::Administrator, &[]).await;
        let mut mailbox = channel(house.desks[0]);
        mailbox.kind = "mail".to_owned();
        store::channel::insert(&mut conn, house.id, &mailbox).await.unwrap();
        conn.commit().await.unwrap();
        let admin = Client::new(&house, &boss, &EVERYTHING).await;
        let manager = Client::new(&house, &house.manager, &EVERYTHING).await;
        assert_eq!(admin.get("/passes/allowed").await.be(200), json!({ "on": false, "mailbox": null }));
        let whom = json!({ "name": "Léa Morin", "email": "lea@freelance.example", "purpose": "ideas",
            "expires_at": START + 7 * DAY });
        assert_eq!(manager.post("/passes", whom.clone()).await.be(422)["code"], "pass-off");
        let on = json!({ "on": true, "mailbox": mailbox.id }).to_string();
        admin.call(Method::PUT, "/passes/allowed", on.clone()).await.be(204);
        manager.call(Method::PUT, "/passes/allowed", on).await.be(403);

        let made = manager.post("/passes", whom).await.be(201);
        assert_eq!(made.as_object().unwrap().len(), 1, "its link goes to the address alone");
        let at = format!("/passes/{}", made["id"].as_str().unwrap());
        let listed = manager.get("/passes").await.be(200);
        let it = &listed["items"][0];
        assert_eq!((&it["purpose"], &it["letter"]), (&json!("ideas"), &json!("waiting")));
        assert_eq!((&it["ended_at"], &it["post"]), (&Value::Null, &Value::Null));
        assert_eq!(manager.post(&format!("{at}/letter"), json!({})).await.be(422)["code"], "pass-soon");

        let idea = json!({ "title": "Les coulisses", "origin": "team" });
        let post = manager.post("/posts", idea).await.be(201)["id"].clone();
        let opinion = json!({ "name": "Léa Morin", "email": "lea@freelance.example", "purpose": "opinion",
            "post": post, "note": "Qu’en dis-tu ?", "expires_at": START + DAY });
        manager.post("/passes", opinion.clone()).await.be(201);
        let mut again = opinion;
        again["purpose"] = json!("words");
        assert_eq!(manager.post("/passes", again).await.be(422)["code"], "post-state");

        manager.call(Method::DELETE, &at, String::new()).await.be(204);
        assert_eq!(manager.get("/passes").await.be(200)["items"][1]["ended_at"], START);
        house.app.clock.advance(2 * MINUTE);
        assert_eq!(manager.post(&format!("{at}/letter"), json!({})).await.be(422)["code"], "pass-over");
        // The guest has no account, so no token either; their access ends with their last pass.
        let all = admin.get("/colleagues").await.be(200);
        let lea = all["items"].as_array().unwrap().iter().find(|it| it["name"] == "Léa Morin").unwrap();
        assert_eq!((&lea["role"], &lea["access_ends_at"]), (&json!("external"), &json!(START + DAY)));
    }
}
