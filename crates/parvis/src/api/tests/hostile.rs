//! Bad input, through every endpoint: always a 4xx with a problem, never a 5xx.

use axum::body::Body;
use axum::http::{Method, header};
use serde_json::{Value, json};

use super::{Client, EVERYTHING, Got, fill};
use crate::rules::permission::{Actor, Role};
use crate::testing::{House, colleague, houses, said};

async fn administrator(house: &House) -> Actor {
    let mut conn = house.app.db.write().await.unwrap();
    let it = colleague(&mut conn, house.id, Role::Administrator, &[]).await;
    conn.commit().await.unwrap();
    it
}

#[track_caller]
fn refused(got: &Got, what: &str) {
    assert!(got.status.is_client_error(), "{what}: {} {}", got.status, got.body);
    assert_ne!(got.status, 429, "{what}");
    assert_eq!(got.headers[header::CONTENT_TYPE], "application/problem+json", "{what}");
    let told = &got.body;
    assert_eq!(told["status"], got.status.as_u16(), "{what}");
    for field in ["title", "detail", "code", "request_id"] {
        assert!(told[field].as_str().is_some_and(|it| !it.is_empty()), "{what}: {field} in {told}");
    }
}

fn described() -> Value {
    serde_json::from_str(&crate::api::document().text).unwrap()
}

#[tokio::test]
async fn a_bad_body_is_refused_by_every_endpoint_that_takes_one() {
    let house = houses().await.swap_remove(0);
    house.hear(&[said("1", "Bonjour", 0)]).await;
    let boss = administrator(&house).await;
    let id = house.conversation("1").await.id.to_string();
    let deep = |open: &str| open.repeat(100_000).into_bytes();
    let bodies: Vec<(&str, Vec<u8>)> = vec![
        ("nothing", Vec::new()),
        ("half", br#"{"text":"#.to_vec()),
        ("invalid UTF-8", b"{\"text\":\"\xff\xfe\"}".to_vec()),
        ("NUL", b"\0".to_vec()),
        ("escaped NUL", br#"{"text":"a\u0000","name":"a\u0000"}"#.to_vec()),
        ("null", b"null".to_vec()),
        ("a list", b"[1,2,3,4,5,6]".to_vec()),
        ("a list of texts", br#"["a","b"]"#.to_vec()),
        (
            "giant integers",
            br#"{"until":99999999999999999999999999,"answer_within":1e400,"expires_at":1e99}"#.to_vec(),
        ),
        (
            "wrong types",
            br#"{"text":{},"name":[],"urgent":"yes","colleague":7,"desk":true,"intent":1}"#.to_vec(),
        ),
        ("unknown field", br#"{"__proto__":{"admin":true}}"#.to_vec()),
        ("twice", br#"{"text":"a","text":"b","name":"a","name":"b"}"#.to_vec()),
        ("deep lists", deep("[")),
        ("deep objects", deep("{\"text\":")),
        ("10 MB", format!("{{\"nothing\":\"{}\"}}", "x".repeat(10_000_000)).into_bytes()),
    ];
    let mut tried = 0;
    for (path, item) in described()["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if operation.get("requestBody").is_none() {
                continue;
            }
            let client = Client::new(&house, &boss, &EVERYTHING).await;
            let method: Method = method.to_uppercase().parse().unwrap();
            let filled = fill(&path.replace("{mode}", "public"), &id);
            for (what, body) in &bodies {
                let what = format!("{what} to {method} {path}");
                refused(&client.call(method.clone(), &filled, body.clone()).await, &what);
                tried += 1;
            }
            let plain = client.request(&method, &filled).header(header::CONTENT_TYPE, "text/plain");
            let got = client.send(plain.body(Body::from("{}")).unwrap()).await;
            assert_eq!(got.status, 415, "{method} {path}");
            refused(&got, path);
        }
    }
    assert!(tried > 200, "only {tried} were tried");
}

#[tokio::test]
async fn a_bad_id_or_parameter_is_refused_by_every_endpoint_that_takes_one() {
    let house = houses().await.swap_remove(0);
    let boss = administrator(&house).await;
    for (path, item) in described()["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let client = Client::new(&house, &boss, &EVERYTHING).await;
            let method: Method = method.to_uppercase().parse().unwrap();
            if path.contains('{') {
                let long = "7".repeat(5_000);
                let nil = uuid::Uuid::nil().to_string();
                for id in ["nonsense", "%00", "%ff", "-1", "..%2F..%2Fetc", nil.as_str(), long.as_str()] {
                    let got = client.call(method.clone(), &fill(path, id), "{}").await;
                    refused(&got, &format!("{id} to {method} {path}"));
                }
            }
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let parameters: Vec<&str> = parameters
                .iter()
                .filter(|it| it["in"] == "query")
                .map(|it| it["name"].as_str().unwrap().to_owned().leak() as &str)
                .collect();
            let filled = fill(path, &house.channel.to_string());
            for name in &parameters {
                for value in ["%00", "%ff", "a%FFb"] {
                    let got = client.get(&format!("{filled}?{name}={value}")).await;
                    refused(&got, &format!("{name}={value} to {path}"));
                }
                let odd = "%27%20OR%201=1%20--%20%22%28%2A%29%3A%26%7C%21";
                let got = client.get(&format!("{filled}?{name}={odd}")).await;
                assert!(!got.status.is_server_error(), "{name}={odd} to {path}: {}", got.body);
                if !matches!(*name, "q" | "language" | "sentiment" | "intent") {
                    refused(&got, &format!("{name}={odd} to {path}"));
                    let giant = format!("{filled}?{name}=99999999999999999999999999");
                    refused(&client.get(&giant).await, &giant);
                }
            }
            if !parameters.is_empty() {
                refused(&client.get(&format!("{filled}?nonsense=1")).await, path);
            }
        }
    }
}

#[tokio::test]
async fn odd_searches_find_nothing_and_break_nothing_on_either_engine() {
    for house in houses().await {
        house.hear(&[said("1", "Bonjour musée", 0)]).await;
        let client = Client::new(&house, &house.manager, &EVERYTHING).await;
        for q in [
            "%22",
            "%27",
            "*",
            "a%20AND%20OR%20NOT",
            "%28%29",
            "%3A*",
            "%5C",
            "NEAR%28a%2Cb%29",
            "%F0%9F%8E%AC",
            "%20",
            "",
        ] {
            client.get(&format!("/search?q={q}")).await.be(200);
        }
        let long = "a%20".repeat(150);
        assert_eq!(client.get(&format!("/search?q={long}")).await.be(400)["field"], "q");
        let cursor = format!("{}~{}", i64::MAX, uuid::Uuid::max());
        for order in ["due", "newest", "oldest"] {
            client.get(&format!("/conversations?order={order}&cursor={cursor}")).await.be(200);
        }
    }
}

#[tokio::test]
async fn a_problem_says_which_line_and_which_field() {
    let house = houses().await.swap_remove(0);
    house.hear(&[said("1", "Bonjour", 0)]).await;
    let client = Client::new(&house, &house.manager, &EVERYTHING).await;
    let notes = format!("/conversations/{}/notes", house.conversation("1").await.id);
    let told = client.call(Method::POST, &notes, "{\n  \"text\": oops }").await.be(400);
    assert_eq!((told["code"].as_str(), told["line"].as_i64()), (Some("json"), Some(2)));
    assert!(told["column"].as_i64().unwrap() > 1);
    let told = client.post(&notes, json!({ "text": 7 })).await.be(422);
    assert_eq!((told["code"].as_str(), told["field"].as_str()), (Some("shape"), Some("text")));
    let told = client.post(&notes, json!({ "text": "   " })).await.be(422);
    assert_eq!((told["code"].as_str(), told["field"].as_str()), (Some("text-empty"), Some("text")));
    assert!(told["detail"].as_str().unwrap().starts_with("There is no text. Nothing was changed."), "{told}");
}
