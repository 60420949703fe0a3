//! The house through the API: colleagues, desks, channels, views, one's own settings, journal and export.

use axum::body::{Body, to_bytes};
use axum::http::Method;
use serde_json::{Value, json};

use parvis_channels::CapabilityKey;

use super::{Client, EVERYTHING};
use crate::clock::{DAY, HOUR};
use crate::rules::permission::Role;
use crate::store;
use crate::testing::{House, START, colleague, houses, said};

async fn boss(house: &House, role: Role) -> Client {
    let mut conn = house.app.db.write().await.unwrap();
    let it = colleague(&mut conn, house.id, role, &[]).await;
    conn.commit().await.unwrap();
    Client::new(house, &it, &EVERYTHING).await
}

async fn patch(client: &Client, path: &str, body: Value) -> super::Got {
    client.call(Method::PATCH, path, body.to_string()).await
}

#[tokio::test]
async fn somebody_is_invited_moved_and_let_go() {
    for house in houses().await {
        let admin = boss(&house, Role::Administrator).await;
        let whom = json!({ "name": "Agence du Nord", "email": " Nord@Agence.Example ", "role": "external",
            "desks": [house.desks[0]], "access_ends_at": START + DAY, "contract": { "themes": ["Prix"] } });
        let made = admin.post("/colleagues", whom.clone()).await.be(201);
        assert!(made["address"].as_str().unwrap().contains("/link/"));
        assert_eq!(admin.post("/colleagues", whom).await.be(422)["code"], "email-taken");
        let at = format!("/colleagues/{}", made["colleague"].as_str().unwrap());
        let it = admin.get(&at).await.be(200);
        assert_eq!((&it["email"], &it["initials"]), (&json!("nord@agence.example"), &json!("AN")));
        assert_eq!(it["desks"], json!([house.desks[0]]));
        assert_eq!(it["contract"], json!({ "channels": [], "themes": ["Prix"] }));
        let wider = json!({ "contract": { "channels": [house.channel], "themes": ["Prix", "Expo"] } });
        let it = patch(&admin, &at, wider).await.be(200);
        assert_eq!(it["contract"], json!({ "channels": [house.channel], "themes": ["Expo", "Prix"] }));
        assert_eq!(patch(&admin, &at, json!({ "contract": { "chanels": [] } })).await.status, 422);
        let moved = json!({ "role": "expert", "access_ends_at": null, "desks": [house.desks[1]] });
        let it = patch(&admin, &at, moved).await.be(200);
        assert_eq!((&it["role"], &it["access_ends_at"]), (&json!("expert"), &Value::Null));
        assert_eq!(it["contract"], Value::Null);
        assert_eq!(it["desks"], json!([house.desks[1]]));
        assert_eq!(patch(&admin, &at, json!({ "active": false })).await.be(200)["active"], false);
        assert_eq!(patch(&admin, &at, json!({ "desks": [house.channel] })).await.be(422)["field"], "desk");
        for (field, value) in [("email", json!("nobody")), ("name", json!(" ")), ("access_ends_at", json!(1))]
        {
            assert_eq!(patch(&admin, &at, json!({ field: value })).await.be(422)["field"], field);
        }
        let log = admin.get("/journal?limit=8").await.be(200);
        let verbs: Vec<&str> =
            log["items"].as_array().unwrap().iter().map(|it| it["verb"].as_str().unwrap()).collect();
        assert_eq!(
            verbs,
            [
                "colleague.ended",
                "colleague.changed",
                "colleague.contract",
                "colleague.changed",
                "colleague.contract",
                "link.made",
                "colleague.contract",
                "colleague.invited",
            ]
        );
    }
}

#[tokio::test]
async fn access_that_begins_later_opens_nothing_before() {
    for house in houses().await {
        let admin = boss(&house, Role::Administrator).await;
        let mut conn = house.app.db.write().await.unwrap();
        let agency = colleague(&mut conn, house.id, Role::External, &house.desks[..1]).await;
        conn.commit().await.unwrap();
        let outside = Client::new(&house, &agency, &EVERYTHING).await;
        outside.get("/me").await.be(200);
        let at = format!("/colleagues/{}", agency.colleague);
        let days = |from: i64, to: i64| json!({ "access_begins_at": from, "access_ends_at": to });
        let never = patch(&admin, &at, days(START + DAY, START + DAY)).await.be(422);
        assert_eq!(never["field"], "access_begins_at");
        let it = patch(&admin, &at, days(START + DAY, START + 3 * DAY)).await.be(200);
        assert_eq!(it["access_begins_at"], START + DAY);
        outside.get("/me").await.be(401);
        let link = admin.post(&format!("{at}/link"), json!({})).await.be(201);
        assert_eq!(link["expires_at"], START + 8 * DAY, "seven days from then on");
        house.app.clock.advance(DAY);
        outside.get("/me").await.be(200);
        house.app.clock.advance(2 * DAY);
        outside.get("/me").await.be(401);
        patch(&admin, &at, json!({ "access_begins_at": null, "access_ends_at": null })).await.be(200);
        outside.get("/me").await.be(200);
    }
}

#[tokio::test]
async fn rights_are_not_given_to_oneself_nor_taken_from_the_last_administrator() {
    let house = houses().await.swap_remove(0);
    let (admin, referent) = (boss(&house, Role::Administrator).await, boss(&house, Role::Referent).await);
    let id = |me: &Value| format!("/colleagues/{}", me["id"].as_str().unwrap());
    let one = id(&admin.get("/me").await.be(200));
    let two = id(&referent.get("/me").await.be(200));
    assert_eq!(patch(&admin, &one, json!({ "role": "expert" })).await.be(409)["code"], "oneself");
    for (path, body) in [
        (&one, json!({ "active": false })),
        (&one, json!({ "email": "mine@x.example" })),
        (&two, json!({ "role": "administrator" })),
    ] {
        let got = patch(&referent, path, body).await;
        assert!(matches!(got.status.as_u16(), 403 | 409), "{}", got.body);
    }
    assert_eq!(referent.post(&format!("{one}/link"), json!({})).await.be(403)["code"], "administrator-only");
    assert_eq!(admin.get(&one).await.be(200)["role"], "administrator");
    // Who doesn't manage colleagues isn't told their addresses.
    let near = Client::new(&house, &house.specialist, &EVERYTHING).await;
    let seen = near.get("/colleagues").await.be(200);
    let others = seen["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|it| it["id"] != house.specialist.colleague.to_string());
    assert!(others.clone().all(|it| it["email"].is_null()), "{seen}");
}

#[tokio::test]
async fn desks_channels_views_and_settings_are_changed_as_on_the_screens() {
    for house in houses().await {
        let admin = boss(&house, Role::Administrator).await;
        let desk = format!("/desks/{}", house.desks[0]);
        let it = patch(&admin, &desk, json!({ "answer_within": 2 * HOUR })).await.be(200);
        assert_eq!((&it["name"], &it["answer_within"]), (&json!("care"), &json!(2 * HOUR)));
        assert_eq!(
            patch(&admin, &desk, json!({ "answer_within": 1 })).await.be(422)["field"],
            "answer_within"
        );
        let monday = json!([{ "day": 1, "from": 540, "to": 1080 }]);
        let it = patch(&admin, &desk, json!({ "hours": monday, "urgent_within": HOUR })).await.be(200);
        assert_eq!(
            (&it["hours"], &it["urgent_within"], &it["name"]),
            (&monday, &json!(HOUR), &json!("care"))
        );
        let it = patch(&admin, &desk, json!({ "urgent_within": null })).await.be(200);
        assert_eq!((&it["hours"], &it["urgent_within"]), (&monday, &json!(null)));
        let wrong = json!({ "hours": [{ "day": 8, "from": 540, "to": 1080 }] });
        patch(&admin, &desk, wrong).await.be(422);
        let made = admin.post("/desks", json!({ "name": "Billetterie" })).await.be(201);
        assert_eq!((&made["kind"], &made["position"]), (&json!("subject"), &json!(2)));
        assert_eq!(admin.post("/desks", json!({})).await.be(422)["field"], "name");

        let channel = format!("/channels/{}", house.channel);
        let it = patch(&admin, &channel, json!({ "desk": house.desks[1] })).await.be(200);
        assert_eq!((&it["name"], &it["desk"]), (&json!("Compte principal"), &json!(house.desks[1])));
        assert_eq!(it["capabilities"].as_array().unwrap().len(), CapabilityKey::ALL.len());
        assert!(!it.to_string().contains("\"secret\""), "{it}");
        admin.post(&format!("{channel}/pause"), json!({})).await.be(204);
        assert_eq!(admin.get(&channel).await.be(200)["state"], "paused");
        admin.post(&format!("{channel}/resume"), json!({})).await.be(204);
        let wanted = |kind: &str, name: &str, value: &str| json!({ "kind": kind, "fields": { name: value }, "desk": house.desks[0] });
        let private = wanted("feed", "address", "http://127.0.0.1:9/feed");
        assert_eq!(admin.post("/channels", private).await.be(422)["code"], "network-forbidden_address");
        for (kind, name, value, field) in [
            ("mastodon", "server", "ftp://x", "server"),
            ("feed", "address", "", "address"),
            ("feed", "role", "administrator", "fields"),
            ("gopher", "address", "x", "kind"),
        ] {
            let refused = admin.post("/channels", wanted(kind, name, value)).await.be(422);
            assert_eq!(refused["field"], field, "{refused}");
        }
        admin.get("/gaps?since=0").await.be(200);

        let filter = json!({ "state": "open", "holder": "nobody", "late": true, "order": "newest" });
        let view = json!({ "name": "À prendre", "shared": true, "filter": filter });
        let made = admin.post("/views", view).await.be(201);
        let at = format!("/views/{}", made["id"].as_str().unwrap());
        let near = Client::new(&house, &house.specialist, &EVERYTHING).await;
        let seen = near.get("/views").await.be(200);
        assert_eq!(seen["items"][0]["filter"]["holder"], "nobody");
        near.call(Method::PUT, &at, r#"{"name":"Mienne"}"#).await.be(403);
        near.post("/views", json!({ "name": "Mienne", "shared": true })).await.be(403);
        admin.call(Method::DELETE, &at, "").await.be(204);
        admin.call(Method::DELETE, &at, "").await.be(404);

        let me =
            patch(&near, "/me", json!({ "language": "fr", "theme": null, "shortcuts": false })).await.be(200);
        assert_eq!((&me["language"], &me["shortcuts"]), (&json!("fr"), &json!(false)));
        let there = patch(&near, "/me", json!({ "time_zone": "Asia/Kolkata" })).await.be(200);
        assert_eq!((&there["time_zone"], &there["language"]), (&json!("Asia/Kolkata"), &json!("fr")));
        assert_eq!(patch(&near, "/me", json!({ "time_zone": "Mars" })).await.be(422)["field"], "time_zone");
        let back = patch(&near, "/me", json!({ "time_zone": null })).await.be(200);
        assert_eq!(back["time_zone"], json!(null));
        assert_eq!(patch(&near, "/me", json!({ "language": "tlh" })).await.be(422)["field"], "language");
        assert_eq!(near.get("/organisation").await.be(200)["time_zone"], "Europe/Paris");
    }
}

#[tokio::test]
async fn a_session_on_another_device_is_seen_and_ended_by_its_owner_only() {
    for house in houses().await {
        let session = store::session::Session {
            organisation: house.id,
            digest: "d1".to_owned(),
            colleague: house.specialist.colleague,
            agent: "Firefox".to_owned(),
            address: "192.0.2.7".to_owned(),
            created_at: START,
            seen_at: START,
            expires_at: START + DAY,
            factor_at: None,
            proved_at: START,
            pass: None,
        };
        let mut conn = house.app.db.write().await.unwrap();
        store::session::insert(&mut conn, &session).await.unwrap();
        conn.commit().await.unwrap();
        let (owner, other) = (
            Client::new(&house, &house.specialist, &EVERYTHING).await,
            Client::new(&house, &house.press, &EVERYTHING).await,
        );
        assert_eq!(owner.get("/sessions").await.be(200)["items"][0]["agent"], "Firefox");
        other.call(Method::DELETE, "/sessions/d1", "").await.be(404);
        owner.call(Method::DELETE, "/sessions/d1", "").await.be(204);
        assert_eq!(owner.get("/sessions").await.be(200)["items"], json!([]));
    }
}

#[tokio::test]
async fn everything_is_exported_to_the_last_line() {
    for house in houses().await {
        house.hear(&[said("1", "Bonjour", 0), said("2", "Autre", 1)]).await;
        let admin = boss(&house, Role::Administrator).await;
        let response = admin.open(admin.request(&Method::GET, "/export").body(Body::empty()).unwrap()).await;
        assert_eq!(response.status(), 200);
        let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let lines: Vec<Value> = std::str::from_utf8(&bytes)
            .unwrap()
            .lines()
            .map(|it| serde_json::from_str(it).unwrap())
            .collect();
        let rows = lines.iter().filter(|it| it["table"].is_string()).count();
        assert!(lines.iter().any(|it| it["table"] == "message"));
        assert_eq!(lines.last().unwrap()["end"]["rows"], rows);
    }
}

#[tokio::test]
async fn a_desk_is_closed_in_favour_of_another_and_opened_again() {
    for house in houses().await {
        let admin = boss(&house, Role::Administrator).await;
        house.hear(&[said("1", "Bonjour", 0)]).await;
        let at = format!("/desks/{}", house.desks[0]);
        let used = admin.get(&format!("{at}/uses")).await.be(200);
        assert_eq!((&used["conversations"], &used["channels"]), (&json!(1), &json!(["Compte principal"])));
        let how = json!({ "successor": house.desks[0] });
        let refused = admin.post(&format!("{at}/close"), how).await.be(422);
        assert_eq!((&refused["field"], &refused["code"]), (&json!("successor"), &json!("successor-itself")));
        let how = json!({ "successor": house.desks[1], "people": true });
        let it = admin.post(&format!("{at}/close"), how.clone()).await.be(200);
        assert!(it["closed_at"].is_i64() && it["successor"] == json!(house.desks[1]));
        assert_eq!(admin.post(&format!("{at}/close"), how).await.status, 409);
        let listed = admin.get("/desks").await.be(200);
        assert_eq!(listed["items"].as_array().unwrap().len(), 2, "its history keeps its name");
        let it = admin.post(&format!("{at}/open"), json!({})).await.be(200);
        assert_eq!((&it["closed_at"], &it["successor"]), (&Value::Null, &Value::Null));
        assert_eq!(admin.post(&format!("{at}/open"), json!({})).await.status, 409);
    }
}

#[tokio::test]
async fn a_second_factor_is_asked_of_people_and_taken_away_by_who_may() {
    for house in houses().await {
        let admin = boss(&house, Role::Administrator).await;
        let referent = boss(&house, Role::Referent).await;
        assert_eq!(admin.get("/organisation").await.be(200)["factor_asked"], "nobody");
        let asked = json!({ "factor_asked": "everybody" });
        assert_eq!(patch(&admin, "/organisation", asked.clone()).await.be(200)["factor_asked"], "everybody");
        patch(&referent, "/organisation", asked).await.be(403);
        patch(&admin, "/organisation", json!({ "factor_asked": "some" })).await.be(422);

        let id = house.specialist.colleague;
        let at = format!("/colleagues/{id}");
        assert_eq!(admin.get(&at).await.be(200)["has_factor"], false);
        let mut conn = house.app.db.write().await.unwrap();
        assert!(store::factor::begin(&mut conn, house.id, id, b"sealed", START).await.unwrap());
        assert!(store::factor::confirm(&mut conn, house.id, id, START).await.unwrap());
        conn.commit().await.unwrap();
        assert_eq!(admin.get(&at).await.be(200)["has_factor"], true);
        let away = format!("{at}/factor");
        assert_eq!(referent.call(Method::DELETE, &away, String::new()).await.status, 204);
        assert_eq!(referent.call(Method::DELETE, &away, String::new()).await.status, 404);
        let own = admin.get("/me").await.be(200);
        let own = format!("/colleagues/{}/factor", own["id"].as_str().unwrap());
        assert_eq!(admin.call(Method::DELETE, &own, String::new()).await.status, 409);
    }
}
