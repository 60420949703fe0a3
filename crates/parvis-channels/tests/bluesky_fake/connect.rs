//! Documents that lie about where an account lives, and servers that lie about who signed in.

use std::collections::BTreeMap;

use parvis_channels::{ConnectError, Connection, Typed};
use serde_json::{Value, json};

use crate::fake::{Fake, bluesky};

const SIGN_IN: &str = "POST com.atproto.server.createSession";

async fn connect(fake: &Fake, handle: &str) -> Result<Connection, ConnectError> {
    let address = fake.url("/").to_string();
    let typed = [
        ("handle", handle.to_owned()),
        ("password", "pw".to_owned()),
        ("server", address.clone()),
        ("directory", address),
    ];
    let typed = BTreeMap::from(typed.map(|(name, value)| (name.to_owned(), value)));
    bluesky().connect(&fake.net, &Typed::new(bluesky().fields(), typed)?).await
}

fn document(id: &str, handle: &str, server: &str) -> String {
    json!({ "id": id, "alsoKnownAs": [format!("at://{handle}")], "service": [
        { "id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": server } ] })
    .to_string()
}

/// A fake that knows the name, and says this of the account behind it.
async fn knowing(document: &str) -> Fake {
    let fake = Fake::start().await;
    fake.instead("GET com.atproto.identity.resolveHandle", 200, r#"{"did":"did:plc:me"}"#);
    fake.instead("GET /did:plc:me", 200, document);
    fake
}

fn refused(result: Result<Connection, ConnectError>) -> String {
    match result.unwrap_err() {
        ConnectError::Channel(error) => error.code().to_owned(),
        ConnectError::Field { name, code } => format!("{name} {code}"),
    }
}

#[tokio::test]
async fn a_document_cannot_lead_us_into_the_house_nor_into_the_clear() {
    for (server, code) in [
        ("http://169.254.169.254", "forbidden_address"),
        ("http://127.0.0.1", "forbidden_address"),
        ("https://[::1]", "forbidden_address"),
        ("https://pds.example:22", "forbidden_address"),
        ("https://user:password@pds.example", "forbidden_address"),
        // A password doesn't travel in the clear.
        ("http://pds.example", "forbidden_address"),
        ("file:///etc/passwd", "malformed"),
        ("https://pds.example/elsewhere", "malformed"),
        ("", "malformed"),
    ] {
        let fake = knowing(&document("did:plc:me", "brand.example", server)).await;
        assert_eq!(refused(connect(&fake, "brand.example").await), code, "{server}");
        assert!(!fake.calls().iter().any(|call| call == SIGN_IN));
    }
}

#[tokio::test]
async fn a_name_that_the_account_does_not_know_is_nobodys() {
    let fake = Fake::start().await;
    let here = fake.url("/").to_string();
    fake.instead("GET com.atproto.identity.resolveHandle", 200, r#"{"did":"did:plc:me"}"#);
    for document in
        [document("did:plc:me", "other.example", &here), document("did:plc:you", "brand.example", &here)]
    {
        fake.instead("GET /did:plc:me", 200, &document);
        assert_eq!(refused(connect(&fake, "brand.example").await), "handle nobody");
    }
    fake.instead("GET com.atproto.identity.resolveHandle", 200, r#"{"did":"../../etc"}"#);
    assert_eq!(refused(connect(&fake, "brand.example").await), "handle nobody");
    fake.refuse("GET com.atproto.identity.resolveHandle", 400, "HandleNotFound");
    assert_eq!(refused(connect(&fake, "brand.example").await), "handle nobody");
    fake.instead("GET com.atproto.identity.resolveHandle", 502, "");
    assert_eq!(refused(connect(&fake, "brand.example").await), "unreachable");
}

#[tokio::test]
async fn nobody_else_is_signed_in_in_our_place() {
    let fake = Fake::start().await;
    fake.instead("GET /did:plc:me", 200, &document("did:plc:me", "x", fake.url("/").as_str()));
    let session = |did: &str| json!({ "did": did, "accessJwt": "a", "refreshJwt": "r" }).to_string();
    fake.instead(SIGN_IN, 200, &session("did:plc:you"));
    assert_eq!(refused(connect(&fake, "did:plc:me").await), "unauthorized");
    fake.instead(SIGN_IN, 200, &session("did:plc:me"));
    let connection = connect(&fake, "did:plc:me").await.unwrap();
    // A token that doesn't say how long it lives is taken as one that lives on.
    assert_eq!((connection.base_url, connection.access.lives_for), (fake.url("/"), None));
    let kept: Value = serde_json::from_str(connection.access.secret.expose()).unwrap();
    assert_eq!(kept, json!({ "access": "a", "refresh": "r", "password": "pw" }));
    for (status, name, code) in [
        (401, "AuthFactorTokenRequired", "unauthorized"),
        (401, "AccountTakedown", "unauthorized"),
        (400, "AccountDeactivated", "unauthorized"),
        (429, "RateLimitExceeded", "limited"),
        (500, "InternalServerError", "unreachable"),
    ] {
        fake.refuse(SIGN_IN, status, name);
        assert_eq!(refused(connect(&fake, "did:plc:me").await), code, "{name}");
    }
}

#[tokio::test]
async fn a_server_in_trouble_does_not_cost_the_password_a_sign_in() {
    let fake = Fake::start().await;
    let refresh = "POST com.atproto.server.refreshSession";
    for (status, name, code) in [
        (500, "InternalServerError", "unreachable"),
        (502, "UpstreamFailure", "unreachable"),
        (429, "RateLimitExceeded", "limited"),
    ] {
        fake.refuse(refresh, status, name);
        assert_eq!(bluesky().renew(&fake.net, &fake.account()).await.unwrap_err().code(), code);
    }
    assert!(!fake.calls().iter().any(|call| call == SIGN_IN));
    fake.instead(
        SIGN_IN,
        200,
        &json!({ "did": "did:plc:me", "accessJwt": "a", "refreshJwt": "r" }).to_string(),
    );
    for name in ["ExpiredToken", "InvalidToken", "AuthMissing"] {
        fake.refuse(refresh, 400, name);
        bluesky().renew(&fake.net, &fake.account()).await.unwrap();
        assert_eq!(fake.calls().last().unwrap(), SIGN_IN, "{name}");
    }
    assert_eq!(fake.world().log[0].1.as_deref(), Some("Bearer next"));
}

#[tokio::test]
async fn a_silent_appview_is_told_from_one_that_is_not_there() {
    let fake = Fake::start().await;
    let me = r#"{"did":"did:plc:me","handle":"brand.example","active":true}"#;
    fake.instead("GET com.atproto.server.getSession", 200, me);
    let listen = async || {
        let probe = bluesky().probe(&fake.net, &fake.account()).await.unwrap();
        probe.capabilities.get(parvis_channels::CapabilityKey::Listen).reason.map(|why| why.code())
    };
    assert_eq!(listen().await, Some("not_on_server"));
    fake.refuse("GET app.bsky.actor.getProfile", 502, "UpstreamFailure");
    assert_eq!(listen().await, Some("server_silent"));
    fake.instead(
        "GET app.bsky.actor.getProfile",
        200,
        r#"{"displayName":"A\nB","avatar":"data:x","labels":7}"#,
    );
    assert_eq!(listen().await, None);
    let probe = bluesky().probe(&fake.net, &fake.account()).await.unwrap();
    assert_eq!((probe.name.as_str(), probe.avatar_url), ("A B", None));
    assert_eq!(probe.url.as_deref(), Some("https://bsky.app/profile/did:plc:me"));
    fake.instead("GET app.bsky.actor.getProfile", 500, "");
    assert_eq!(bluesky().probe(&fake.net, &fake.account()).await.unwrap_err().code(), "unreachable");
}
