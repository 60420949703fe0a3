//! A conversation held through the API alone, on both engines.

use axum::body::{Body, to_bytes};
use axum::http::{Method, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Client, EVERYTHING, Got};
use crate::clock::{DAY, SECOND};
use crate::testing::{House, houses, said};

const PIXEL: &[u8] = b"\x89PNG\r\n\x1a\nnot a real picture, but of the right kind";

fn items(list: &Value) -> &[Value] {
    list["items"].as_array().unwrap()
}

async fn answer(client: &Client, at: &str, key: &str, body: &Value) -> Got {
    let request = client.request(&Method::POST, &format!("{at}/replies"));
    let request = request.header(header::CONTENT_TYPE, "application/json").header("Idempotency-Key", key);
    client.send(request.body(Body::from(body.to_string())).unwrap()).await
}

#[tokio::test]
async fn a_conversation_is_found_taken_answered_taken_back_noted_closed_and_found_again() {
    for house in houses().await {
        house.hear(&[said("1", "Le cinéma est-il ouvert lundi ?", 0), said("2", "Merci !", 1)]).await;
        let client = Client::new(&house, &house.specialist, &EVERYTHING).await;
        let first = client.get("/conversations?state=open&order=oldest&limit=1").await.be(200);
        let next = first["next"].as_str().unwrap();
        let second = client
            .get(&format!("/conversations?state=open&order=oldest&limit=1&cursor={next}"))
            .await
            .be(200);
        assert_eq!((items(&second).len(), &second["next"]), (1, &Value::Null));
        let id = items(&first)[0]["id"].as_str().unwrap().to_owned();
        assert_ne!(items(&second)[0]["id"], id.as_str());
        let at = format!("/conversations/{id}");

        client.post(&format!("{at}/take"), json!({})).await.be(200);
        let taken = client.get(&at).await.be(200);
        assert_eq!(taken["assignee"], house.specialist.colleague.to_string());
        assert_eq!(items(&client.get("/conversations?holder=me").await.be(200)).len(), 1);

        let body = json!({ "text": "Oui, de 10 h à 18 h." });
        let held = answer(&client, &at, "monday", &body).await.be(201);
        let again = answer(&client, &at, "monday", &body).await.be(201);
        assert_eq!(held, again);
        let other = answer(&client, &at, "monday", &json!({ "text": "Non." })).await.be(422);
        assert_eq!(
            (other["code"].as_str(), other["field"].as_str()),
            (Some("Idempotency-Key-reused"), Some("Idempotency-Key"))
        );
        let thread = client.get(&format!("{at}/messages")).await.be(200);
        assert_eq!(items(&thread).iter().filter(|it| it["direction"] == "out").count(), 1);
        let message = format!("/messages/{}", held["message"].as_str().unwrap());
        assert_eq!(client.get(&message).await.be(200)["stage"], "held");
        assert_eq!(client.get(&at).await.be(200)["state"], "waiting");

        client.post(&format!("{message}/withdraw"), json!({})).await.be(200);
        assert_eq!(client.post(&format!("{message}/withdraw"), json!({})).await.be(409)["code"], "changed");
        let drafts = client.get(&format!("{at}/drafts")).await.be(200);
        assert_eq!(
            (&items(&drafts)[0]["mode"], &items(&drafts)[0]["text"]),
            (&json!("public"), &body["text"])
        );
        client.call(Method::PUT, &format!("{at}/drafts/public"), r#"{"text":""}"#).await.be(204);
        assert!(items(&client.get(&format!("{at}/drafts")).await.be(200)).is_empty());

        client.post(&format!("{at}/notes"), json!({ "text": "Voir avec la billetterie" })).await.be(201);
        client.post(&format!("{at}/tags"), json!({ "name": "#Horaires" })).await.be(200);
        assert_eq!(client.get(&at).await.be(200)["tags"][0]["name"], "Horaires");
        let closed = client.post(&format!("{at}/close"), json!({})).await.be(200);
        let done = client.get(&at).await.be(200);
        assert_eq!((&done["state"], &done["due_at"]), (&json!("closed"), &Value::Null));
        client.post(&format!("/undo/{}", closed["journal"].as_str().unwrap()), json!({})).await.be(200);
        let back = client.get(&at).await.be(200);
        assert_eq!(back["state"], "open");
        assert!(back["due_at"].is_i64());
        client.post("/undo", json!({})).await.be(200);
        assert!(client.get(&at).await.be(200)["tags"].as_array().unwrap().is_empty());

        for (q, count) in [("cinema%20ouvert", 1), ("billetterie", 1), ("aquarium", 0)] {
            let found = client.get(&format!("/search?q={q}")).await.be(200);
            assert_eq!(items(&found).len(), count, "{q}");
            assert!(items(&found).iter().all(|it| it["conversation"] == id.as_str()));
        }
        journal_tells_all(&client, &at).await;
    }
}

async fn journal_tells_all(client: &Client, at: &str) {
    let (mut verbs, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = client.get(&format!("{at}/journal?limit=2{cursor}")).await.be(200);
        verbs.extend(items(&page).iter().map(|it| it["verb"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    verbs.reverse();
    let wanted = [
        "conversation.assigned",
        "message.held",
        "message.withdrawn",
        "message.noted",
        "conversation.tagged",
        "conversation.closed",
        "conversation.undone",
        "conversation.undone",
    ];
    assert!(verbs.ends_with(&wanted.map(str::to_owned)), "{verbs:?}");
}

#[tokio::test]
async fn nobody_answers_over_a_colleague_without_knowing() {
    for house in houses().await {
        house.hear(&[said("1", "Bonjour", 0)]).await;
        let at = format!("/conversations/{}", house.conversation("1").await.id);
        let first = Client::new(&house, &house.manager, &EVERYTHING).await;
        let second = Client::new(&house, &house.specialist, &EVERYTHING).await;
        house.app.clock.advance(5 * SECOND);
        let given = first.post(&format!("{at}/replies"), json!({ "text": "Un" })).await.be(201);
        house.app.clock.advance(SECOND);
        let seen = json!({ "text": "Deux", "seen": given["message"] });
        let told = second.post(&format!("{at}/replies"), json!({ "text": "Deux" })).await.be(409);
        assert_eq!((&told["code"], &told["message"]), (&json!("answered"), &given["message"]));
        assert_eq!(told["colleague"], house.manager.colleague.to_string());
        second.post(&format!("{at}/replies"), seen).await.be(201);
        let close = json!({ "text": "Trois", "anyway": true, "close": true });
        first.post(&format!("{at}/replies"), close).await.be(201);
        assert_eq!(first.get(&at).await.be(200)["state"], "closed");
    }
}

#[tokio::test]
async fn a_key_is_known_for_a_day() {
    for house in houses().await {
        house.hear(&[said("1", "Bonjour", 0)]).await;
        let at = format!("/conversations/{}", house.conversation("1").await.id);
        let client = Client::new(&house, &house.manager, &EVERYTHING).await;
        let body = json!({ "text": "Un", "anyway": true });
        let first = answer(&client, &at, "k", &body).await.be(201);
        let two = [answer(&client, &at, "k", &body), answer(&client, &at, "k", &body)];
        for got in futures_util::future::join_all(two).await {
            assert_eq!(got.be(201)["message"], first["message"]);
        }
        // Another colleague's key is another key.
        let other = Client::new(&house, &house.specialist, &EVERYTHING).await;
        assert_ne!(answer(&other, &at, "k", &body).await.be(201)["message"], first["message"]);
        house.app.clock.advance(DAY);
        assert_ne!(answer(&client, &at, "k", &body).await.be(201)["message"], first["message"]);
        for key in ["", "a b", &"k".repeat(201)] {
            assert_eq!(answer(&client, &at, key, &body).await.be(422)["field"], "Idempotency-Key");
        }
    }
}

#[tokio::test]
async fn two_answers_at_once_under_one_key_are_one() {
    for house in houses().await {
        house.hear(&[said("1", "Bonjour", 0)]).await;
        let at = format!("/conversations/{}", house.conversation("1").await.id);
        let client = Client::new(&house, &house.manager, &EVERYTHING).await;
        let body = json!({ "text": "Un", "anyway": true });
        let all = (0..6).map(|_| answer(&client, &at, "k", &body));
        let got = futures_util::future::join_all(all).await;
        let told: Vec<Value> = got.into_iter().map(|it| it.be(201)).collect();
        assert!(told.iter().all(|it| it == &told[0]));
        let thread = client.get(&format!("{at}/messages")).await.be(200);
        assert_eq!(items(&thread).len(), 2);
    }
}

fn form(parts: &[(&str, &str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, more, bytes) in parts {
        body.extend(
            format!("--limit\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n").bytes(),
        );
        body.extend(*bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--limit--\r\n");
    body
}

async fn upload(client: &Client, at: &str, body: Vec<u8>) -> Got {
    let request = client.request(&Method::POST, &format!("{at}/replies"));
    let request = request.header(header::CONTENT_TYPE, "multipart/form-data; boundary=limit");
    client.send(request.body(Body::from(body)).unwrap()).await
}

async fn picture_of(house: &House, client: &Client, message: &Value) {
    let told = client.get(&format!("/messages/{}", message.as_str().unwrap())).await.be(200);
    let picture = &told["attachments"][0];
    assert_eq!((&picture["alt"], &picture["stored"]), (&json!("Un pixel"), &json!(true)));
    let path = format!("/attachments/{}", picture["id"].as_str().unwrap());
    let response = client.open(client.request(&Method::GET, &path).body(Body::empty()).unwrap()).await;
    assert_eq!(response.headers()[header::CONTENT_TYPE], "image/png");
    assert_eq!(to_bytes(response.into_body(), 9_999).await.unwrap(), PIXEL);
    let stranger = Client::new(house, &house.press, &EVERYTHING).await;
    stranger.get(&path).await.be(404);
}

#[tokio::test]
async fn a_picture_goes_along_in_base64_or_as_a_file() {
    for house in houses().await {
        house.hear(&[said("1", "Bonjour", 0)]).await;
        let at = format!("/conversations/{}", house.conversation("1").await.id);
        let client = Client::new(&house, &house.manager, &EVERYTHING).await;
        let picture = |alt: &str, data: &str| json!({ "text": "Voici", "media": [{ "mime": "image/png", "data": data, "alt": alt }] });
        let data = STANDARD.encode(PIXEL);
        let replies = format!("{at}/replies");
        assert_eq!(client.post(&replies, picture("", &data)).await.be(422)["code"], "media-alt");
        assert_eq!(client.post(&replies, picture("x", "*")).await.be(422)["code"], "media-base64");
        let sent = client.post(&replies, picture("Un pixel", &data)).await.be(201);
        picture_of(&house, &client, &sent["message"]).await;
        let file = "; filename=\"a.png\"\r\nContent-Type: image/png";
        let whole = [("text", "", &b"Encore"[..]), ("media", file, PIXEL), ("alt", "", b"Un pixel")];
        let sent = upload(&client, &at, form(&whole)).await.be(201);
        picture_of(&house, &client, &sent["message"]).await;
        for (bad, status) in [
            (form(&[("nonsense", "", b"x")]), 422),
            (form(&[("text", "", b"\xff")]), 400),
            (form(&[("text", "", b"a\0b")]), 422),
            (form(&[("alt", "", b"of nothing")]), 422),
            (form(&[("visibility", "", b"everybody")]), 422),
            (b"--limit\r\nhalf".to_vec(), 400),
        ] {
            upload(&client, &at, bad).await.be(status);
        }
    }
}
