//! Who gets in: every endpoint of the description × role × scopes, tokens that open nothing, and the limit.

use axum::body::Body;
use axum::http::{Method, Request, header};

use super::{Client, EVERYTHING, fill};
use crate::clock::{DAY, MINUTE};
use crate::id::ConversationId;
use crate::rules::permission::{Role, TokenScope};
use crate::store;
use crate::testing::{START, colleague, houses};

#[tokio::test]
async fn every_endpoint_opens_for_its_roles_and_scopes_and_for_no_other() {
    let house = houses().await.swap_remove(0);
    let document = crate::api::document();
    let nowhere = ConversationId::new(START).to_string();
    let scopes: [&[TokenScope]; 4] =
        [&[TokenScope::Read], &[TokenScope::Write], &[TokenScope::Admin], &EVERYTHING];
    let mut opened = 0;
    for role in Role::ALL {
        let mut conn = house.app.db.write().await.unwrap();
        let owner = colleague(&mut conn, house.id, role, &house.desks).await;
        conn.commit().await.unwrap();
        for scopes in scopes {
            let client = Client::new(&house, &owner, scopes).await;
            for (method, path, need) in document.table.rows() {
                let request = client.request(method, &fill(path, &nowhere));
                let request = request.header(header::CONTENT_TYPE, "application/json");
                let body = if *method == Method::GET { "" } else { "{}" };
                let response = client.open(request.body(Body::from(body)).unwrap()).await;
                let status = response.status();
                let by_role = need.is_none_or(|action| role.may(action));
                let by_scope = need.is_none_or(|it| scopes.contains(&TokenScope::needed_for(it)));
                let what = format!("{method} {path} as {} with {scopes:?}: {status}", role.as_str());
                if by_role && by_scope {
                    opened += 1;
                    assert!(!status.is_server_error() && !matches!(status.as_u16(), 401 | 403), "{what}");
                } else {
                    assert_eq!(status.as_u16(), 403, "{what}");
                    let challenge = response.headers().get(header::WWW_AUTHENTICATE);
                    assert_eq!(challenge.is_some(), by_role, "{what}");
                }
            }
        }
    }
    assert!(opened > 500, "only {opened} were opened");
}

#[tokio::test]
async fn nothing_opens_without_a_token_and_cookies_are_not_read() {
    let house = houses().await.swap_remove(0);
    let client = Client::new(&house, &house.manager, &EVERYTHING).await;
    for (method, path, _) in crate::api::document().table.rows() {
        let path = format!("/api/v1{}", fill(path, &house.channel.to_string()));
        for (name, value) in [
            (header::COOKIE, format!("parvis={}", client.secret)),
            (header::AUTHORIZATION, "Bearer parvis_nonsense".to_owned()),
            (header::AUTHORIZATION, format!("Basic {}", client.secret)),
            (header::AUTHORIZATION, "Bearer".to_owned()),
        ] {
            let request = Request::builder().method(method).uri(&path).header(name, value);
            let got = client.send(request.body(Body::empty()).unwrap()).await;
            assert_eq!(got.status, 401, "{method} {path}");
            assert!(got.headers[header::WWW_AUTHENTICATE].to_str().unwrap().starts_with("Bearer "));
            assert_eq!(got.headers[header::CONTENT_TYPE], "application/problem+json");
            assert_eq!(got.body["code"], "token");
        }
    }
}

#[tokio::test]
async fn a_token_ends_with_its_date_its_revocation_and_its_owners_access() {
    for house in houses().await {
        let client = Client::new(&house, &house.specialist, &EVERYTHING).await;
        let me = client.get("/me").await.be(200);
        assert_eq!(me["id"], house.specialist.colleague.to_string());
        let ends = START + DAY;
        let body = serde_json::json!({ "name": "short", "scopes": ["read", "write"], "expires_at": ends });
        let made = client.post("/tokens", body).await.be(201);
        let short =
            Client { router: client.router.clone(), secret: made["secret"].as_str().unwrap().to_owned() };
        assert_eq!(short.get("/me").await.be(200)["token"]["name"], "short");
        // A token makes none that may do more or lasts longer than itself.
        for (body, code) in [
            (serde_json::json!({ "name": "x", "scopes": ["admin"], "expires_at": ends }), "scopes-wider"),
            (serde_json::json!({ "name": "x", "scopes": ["read"] }), "expires_at-longer"),
            (serde_json::json!({ "name": "x", "scopes": [], "expires_at": ends }), "scopes-none"),
        ] {
            assert_eq!(short.post("/tokens", body).await.be(422)["code"], code);
        }
        house.app.clock.advance(DAY);
        short.get("/me").await.be(401);
        let own = me["token"]["id"].as_str().unwrap();
        client.call(Method::DELETE, &format!("/tokens/{own}"), "").await.be(204);
        client.get("/me").await.be(401);
        let other = Client::new(&house, &house.specialist, &EVERYTHING).await;
        other.get("/me").await.be(200);
        let mut conn = house.app.db.write().await.unwrap();
        let id = house.specialist.colleague;
        let mut it = store::colleague::get(&mut conn, house.id, id).await.unwrap().unwrap();
        it.access_ends_at = Some(house.app.now());
        store::colleague::update(&mut conn, &it).await.unwrap();
        conn.commit().await.unwrap();
        other.get("/me").await.be(401);
    }
}

#[tokio::test]
async fn the_last_use_of_a_token_is_kept_every_five_minutes_at_most() {
    let house = houses().await.swap_remove(0);
    let client = Client::new(&house, &house.manager, &EVERYTHING).await;
    let mut seen = Vec::new();
    for _ in 0..4 {
        client.get("/me").await.be(200);
        seen.push(client.get("/me").await.be(200)["token"]["used_at"].as_i64().unwrap() - START);
        house.app.clock.advance(2 * MINUTE);
    }
    assert_eq!(seen, [0, 0, 0, 6 * MINUTE]);
}

#[tokio::test]
async fn who_asks_too_often_is_told_how_long_to_wait() {
    let house = houses().await.swap_remove(0);
    let client = Client::new(&house, &house.manager, &EVERYTHING).await;
    let first = client.get("/me").await;
    assert_eq!(first.headers["ratelimit"], "\"token\";r=599;t=60");
    assert_eq!(first.headers["ratelimit-policy"], "\"token\";q=600;w=60");
    for _ in 1..600 {
        client.get("/me").await.be(200);
    }
    let refused = client.get("/me").await;
    assert_eq!(refused.headers[header::RETRY_AFTER], "60");
    assert_eq!(refused.be(429)["code"], "rate");
    let other = Client::new(&house, &house.manager, &EVERYTHING).await;
    Client { router: client.router.clone(), ..other }.get("/me").await.be(200);
    house.app.clock.advance(MINUTE);
    client.get("/me").await.be(200);
}

#[tokio::test]
async fn the_description_is_open_to_everybody_and_unknown_paths_and_methods_are_told() {
    let house = houses().await.swap_remove(0);
    let client = Client::new(&house, &house.manager, &EVERYTHING).await;
    let request =
        |method: Method, path: &str| Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
    let got = client.send(request(Method::GET, "/api/v1/openapi.json")).await.be(200);
    assert_eq!(got["openapi"], "3.1.0");
    assert_eq!(client.get("/nothing").await.be(404)["code"], "path");
    let got = client.call(Method::PUT, "/desks", "{}").await;
    assert!(got.headers[header::ALLOW].to_str().unwrap().contains("GET"));
    let told = got.be(405);
    assert_eq!((told["code"].as_str(), told["status"].as_i64()), (Some("method"), Some(405)));
    assert!(!told["request_id"].as_str().unwrap().is_empty());
}
