//! A token that may only write does what its person may, from the first step to the last, and reads nothing: gestures,
//! requests for material, slots.

use axum::http::Method;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::{Client, EVERYTHING};
use crate::clock::DAY;
use crate::rules::permission::{Role, TokenScope};
use crate::rules::picture::tests::png_of;
use crate::testing::{START, colleague, houses, said};

const WRITES: [TokenScope; 1] = [TokenScope::Write];

#[tokio::test]
async fn a_gesture_is_proposed_and_agreed_by_tokens_that_only_write_and_listed_by_one_that_reads() {
    for house in houses().await {
        let manager = Client::new(&house, &house.manager, &WRITES).await;
        let writer = Client::new(&house, &house.specialist, &WRITES).await;
        let reader = Client::new(&house, &house.specialist, &EVERYTHING).await;
        let other = Client::new(&house, &house.press, &EVERYTHING).await;
        house.hear(&[said("1", "Merci !", 0)]).await;
        let home = house.conversation("1").await.id;
        let gesture = json!({ "title": "Deux places", "why": "Elle aide tout le monde." });
        let wanted = json!({ "conversation": home, "gesture": gesture });
        let made = writer.post("/gestures", wanted).await.be(201);
        let id = made["id"].as_str().unwrap();
        writer.get("/gestures").await.be(403);
        let step = |version, to: &str| json!({ "version": version, "to": to, "words": "Oui." });
        writer.post(&format!("/gestures/{id}/step"), step(1, "agreed")).await.be(403);
        let changed = json!({ "version": 1, "gesture": gesture });
        writer.call(Method::PUT, &format!("/gestures/{id}"), changed.to_string()).await.be(204);
        manager.post(&format!("/gestures/{id}/step"), step(1, "agreed")).await.be(409);
        manager.post(&format!("/gestures/{id}/step"), step(2, "agreed")).await.be(204);
        writer.post(&format!("/gestures/{id}/step"), step(3, "done")).await.be(204);
        let found = reader.get("/gestures?state=done&limit=1").await.be(200);
        assert_eq!((&found["items"][0]["id"], &found["items"][0]["outcome"]), (&made["id"], &json!("Oui.")));
        assert_eq!(
            reader.get(&format!("/gestures/{id}")).await.be(200)["handle"],
            found["items"][0]["handle"]
        );
        assert_eq!(other.get("/gestures").await.be(200)["items"], json!([]));
        other.get(&format!("/gestures/{id}")).await.be(404);
        reader.get("/gestures?limit=0").await.be(400);
        reader.get("/gestures?cursor=x").await.be(400);
    }
}

#[tokio::test]
async fn material_is_asked_for_delivered_kept_and_placed_by_tokens_that_only_write() {
    for house in houses().await {
        let mut conn = house.app.db.write().await.unwrap();
        let maker = colleague(&mut conn, house.id, Role::Creative, &house.desks).await;
        conn.commit().await.unwrap();
        let manager = Client::new(&house, &house.manager, &WRITES).await;
        let creative = Client::new(&house, &maker, &WRITES).await;
        let idea = json!({ "title": "Ouverture", "origin": "team", "due_at": START + 5 * DAY });
        let post = manager.post("/posts", idea).await.be(201)["id"].as_str().unwrap().to_owned();
        for step in ["keep", "brief"] {
            manager.post(&format!("/posts/{post}/steps/{step}"), json!({})).await.be(200);
        }
        let wanted = json!({ "title": "Une affiche", "due_at": START + 2 * DAY, "post": post, "needed": true, "asked_of": maker.colleague });
        let asked = manager.post("/requests", wanted).await.be(201);
        let at = format!("/requests/{}", asked["id"].as_str().unwrap());
        let step = |version, step: &str| json!({ "step": step, "version": version });
        creative.get(&at).await.be(403);
        manager.post(&format!("{at}/step"), step(1, "accept")).await.be(403);
        creative.post(&format!("{at}/step"), step(1, "accept")).await.be(204);
        let picture = json!({ "mime": "image/png", "data": STANDARD.encode(png_of(1080, 1080)) });
        let delivery = json!({ "version": 2, "alt_fr": "Une salle", "pictures": [picture] });
        creative.post(&format!("{at}/deliveries"), delivery).await.be(204);
        creative.post(&format!("{at}/step"), step(3, "keep")).await.be(403);
        manager.post(&format!("{at}/step"), step(3, "keep")).await.be(204);
        let placed = manager.post(&format!("{at}/place"), json!({})).await.be(200);
        assert_eq!(placed["post"], json!(post));
    }
}

#[tokio::test]
async fn a_post_is_of_a_launch_whose_dossier_and_whose_filter_show_it() {
    for house in houses().await {
        let manager = Client::new(&house, &house.manager, &EVERYTHING).await;
        let launch = manager.post("/launches", json!({ "name": "Salle Nébuleuse", "kind": "event" })).await;
        let launch = launch.be(201)["id"].clone();
        let of = |title: &str, launch: &serde_json::Value| json!({ "title": title, "origin": "team", "launch": launch });
        let post = manager.post("/posts", of("Ouverture", &launch)).await.be(201);
        assert_eq!(post["launch"], launch);
        manager.post("/posts", of("Ailleurs", &json!(null))).await.be(201);
        manager.post("/posts", of("Nulle part", &post["id"])).await.be(422);
        let id = launch.as_str().unwrap();
        let found = manager.get(&format!("/posts?state=idea&launch={id}")).await.be(200);
        assert_eq!(found["items"].as_array().unwrap().len(), 1);
        assert_eq!(found["items"][0]["id"], post["id"]);
        let dossier = manager.get(&format!("/launches/{id}")).await.be(200);
        assert_eq!(dossier["posts"][0]["id"], post["id"]);
        assert_eq!(dossier["posts"][0]["lacks"], json!(["words", "validation", "hour"]));
        manager.get("/posts?state=idea&launch=x").await.be(400);
    }
}

#[tokio::test]
async fn slots_are_kept_and_hours_are_proposed() {
    for house in houses().await {
        let manager = Client::new(&house, &house.manager, &EVERYTHING).await;
        let writer = Client::new(&house, &house.specialist, &EVERYTHING).await;
        let slots = json!({ "slots": [{ "weekday": 1, "time": "09:30", "channel": house.channel }, { "weekday": 7, "time": "11:00" }] });
        writer.call(Method::PUT, "/posts/slots", slots.to_string()).await.be(403);
        let wrong = json!({ "slots": [{ "weekday": 1, "time": "half past" }] });
        manager.call(Method::PUT, "/posts/slots", wrong.to_string()).await.be(422);
        manager.call(Method::PUT, "/posts/slots", slots.to_string()).await.be(204);
        assert_eq!(writer.get("/posts/slots").await.be(200), slots);
        let hours = writer.get("/posts/hours").await.be(200);
        let on: Vec<_> = hours["free"].as_array().unwrap().iter().map(|it| &it["channel"]).collect();
        assert_eq!(on.len(), 3);
        assert!(on.contains(&&json!(house.channel)) && on.contains(&&json!(null)));
        assert_eq!((&hours["best"], &hours["posts"], &hours["needed"]), (&json!([]), &json!(0), &json!(20)));
    }
}

#[tokio::test]
async fn a_file_of_posts_is_looked_at_and_made_once() {
    for house in houses().await {
        let manager = Client::new(&house, &house.manager, &WRITES).await;
        let reader = Client::new(&house, &house.manager, &[TokenScope::Read]).await;
        let other = Client::new(&house, &house.specialist, &WRITES).await;
        let file = |content: &str| json!({ "name": "plan.csv", "content": content });
        let wrong = manager.post("/posts/imports", file("title,date,time\nA,soon,9:00\n")).await.be(200);
        assert_eq!((&wrong["id"], &wrong["rows"]), (&json!(null), &json!([])));
        assert_eq!(wrong["faults"][0]["line"], 2);
        assert_eq!(
            (&wrong["faults"][0]["column"], &wrong["faults"][0]["code"]),
            (&json!("date"), &json!("day"))
        );
        assert!(wrong["faults"][0]["message"].as_str().unwrap().contains("“soon” is no day"));
        let good = file("title,text,channels\nA,Le musée ouvre.,mastodon\nB,,\n");
        reader.post("/posts/imports", good.clone()).await.be(403);
        let seen = manager.post("/posts/imports", good).await.be(200);
        assert_eq!(
            (&seen["rows"][0]["state"], &seen["rows"][1]["state"]),
            (&json!("to_validate"), &json!("idea"))
        );
        let at = format!("/posts/imports/{}", seen["id"].as_str().unwrap());
        other.post(&format!("{at}/make"), json!({})).await.be(404);
        let made = manager.post(&format!("{at}/make"), json!({})).await.be(200);
        assert_eq!(made["posts"].as_array().unwrap().len(), 2);
        assert_eq!(manager.post(&format!("{at}/make"), json!({})).await.be(200), made);
        let after = manager.get(&at).await.be(200);
        assert_eq!((&after["posts"], &after["rows"]), (&made["posts"], &json!([])));
    }
}

#[tokio::test]
async fn a_calendar_of_others_is_shown_hidden_and_taken_out() {
    for house in houses().await {
        let manager = Client::new(&house, &house.manager, &EVERYTHING).await;
        let writer = Client::new(&house, &house.specialist, &EVERYTHING).await;
        let file = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART:20260903T100000Z\nSUMMARY:Marché\nEND:VEVENT\nEND:VCALENDAR\n";
        let wanted = json!({ "name": "La ville", "mark": "globe", "file": file });
        writer.post("/calendars", wanted.clone()).await.be(403);
        manager
            .post("/calendars", json!({ "name": "La ville", "mark": "pirate", "file": file }))
            .await
            .be(422);
        let made = manager.post("/calendars", wanted).await.be(201);
        let at = format!("/calendars/{}", made["id"].as_str().unwrap());
        writer.call(Method::PUT, &format!("{at}/hidden"), "{}".to_owned()).await.be(204);
        assert_eq!(writer.get("/calendars").await.be(200)["items"][0]["hidden"], json!(true));
        assert_eq!(manager.get(&at).await.be(200)["hidden"], json!(false));
        let span = format!("{at}/events?from={START}&until={}", START + 30 * DAY);
        assert_eq!(writer.get(&span).await.be(200)["items"][0]["title"], "Marché");
        writer.call(Method::DELETE, &at, String::new()).await.be(403);
        manager.call(Method::DELETE, &at, String::new()).await.be(204);
        manager.get(&at).await.be(404);
    }
}
