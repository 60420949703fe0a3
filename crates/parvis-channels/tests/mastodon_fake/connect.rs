//! Connecting to a server that knows PKCE and revocation.

use parvis_channels::mastodon::oauth;
use serde_json::json;

use crate::fake::Fake;

const BACK: &str = "https://parvis.example/back";

#[tokio::test]
async fn a_code_is_exchanged_with_its_verifier_and_the_access_given_back() {
    let fake = Fake::start().await;
    let app = json!({ "client_id": "id", "client_secret": "s3cret" }).to_string();
    fake.instead("POST /api/v1/apps", 200, &app);
    let known = json!({ "code_challenge_methods_supported": ["S256"] }).to_string();
    fake.instead("GET /.well-known/oauth-authorization-server", 200, &known);
    let token = json!({ "access_token": "t0ken", "scope": "read" }).to_string();
    fake.instead("POST /oauth/token", 200, &token);
    fake.instead("POST /oauth/revoke", 200, "{}");
    let base = fake.url("/");

    let app = oauth::register(&fake.net, &base, BACK, Some("https://parvis.example")).await.unwrap();
    assert!(app.pkce);
    let verifier = oauth::Verifier::new().unwrap();
    let secret = oauth::exchange(&fake.net, &app, "c0de", Some(&verifier)).await.unwrap();
    let sent = fake.world().log.last().unwrap().2.clone();
    assert!(sent.contains(&format!("code_verifier={}", verifier.secret().expose())), "{sent}");
    assert!(secret.expose().contains("t0ken"));
    oauth::revoke(&fake.net, &base, &secret).await.unwrap();
    assert!(fake.world().log.last().unwrap().2.contains("token=t0ken"));
}

#[tokio::test]
async fn a_wrong_code_is_no_revoked_access_and_another_kind_of_server_is_told() {
    let fake = Fake::start().await;
    let base = fake.url("/");
    let error = oauth::register(&fake.net, &base, BACK, None).await.unwrap_err();
    assert_eq!(error.code(), "refused", "{error}");
    fake.instead("POST /api/v1/apps", 200, "<!doctype html>");
    let error = oauth::register(&fake.net, &base, BACK, None).await.unwrap_err();
    assert!(error.to_string().contains("a web page instead of data"), "{error}");

    let app = json!({ "client_id": "id", "client_secret": "s3cret" }).to_string();
    fake.instead("POST /api/v1/apps", 200, &app);
    let app = oauth::register(&fake.net, &base, BACK, None).await.unwrap();
    assert!(!app.pkce);
    fake.instead("POST /oauth/token", 401, r#"{"error":"invalid_grant"}"#);
    let error = oauth::exchange(&fake.net, &app, "wrong", None).await.unwrap_err();
    assert_eq!(error.code(), "refused", "{error}");
}
