//! Connecting to what may not be a WordPress at all.

use std::collections::BTreeMap;

use parvis_channels::{ChannelError, ConnectError, Connection, Net, NetOptions, Typed};
use serde_json::json;

use crate::fake::{Fake, wordpress};

async fn connect(net: &Net, address: &str) -> Result<Connection, ConnectError> {
    let typed = [("address", address), ("user", "admin"), ("password", "abcd efgh")];
    let typed = BTreeMap::from(typed.map(|(name, value)| (name.to_owned(), value.to_owned())));
    wordpress().connect(net, &Typed::new(wordpress().fields(), typed)?).await
}

#[tokio::test]
async fn what_isnt_a_wordpress_that_takes_passwords_for_applications_is_told_apart() {
    let fake = Fake::start().await;
    let index = |namespaces: &[&str], authentication: serde_json::Value| {
        json!({ "name": "Journal", "namespaces": namespaces, "authentication": authentication }).to_string()
    };
    let passwords = json!({ "application-passwords": {} });
    for (status, body, code) in [
        (404, "{}".to_owned(), "refused"),
        (200, "<!doctype html>".to_owned(), "malformed"),
        (200, "{}".to_owned(), "malformed"),
        (200, index(&["oembed/1.0"], passwords.clone()), "malformed"),
        (500, String::new(), "unreachable"),
        (200, index(&["wp/v2"], json!([])), "address: passwords"),
    ] {
        fake.say("GET /", status, body.clone());
        let error = connect(&fake.net, fake.base.as_str()).await.unwrap_err();
        let told = match &error {
            ConnectError::Channel(error) => error.code().to_owned(),
            ConnectError::Field { .. } => error.to_string(),
        };
        assert_eq!(told, code, "{status} {body}");
    }
    assert!(fake.calls().iter().all(|(_, signed)| !signed), "no password was sent to any of these");
    fake.say("GET /", 200, index(&["wp/v2"], passwords));
    let me = |role: bool| {
        json!({ "id": 4, "slug": "a", "capabilities": { "moderate_comments": role } }).to_string()
    };
    fake.say("GET /wp/v2/users/me", 200, me(false));
    let error = connect(&fake.net, fake.base.as_str()).await.unwrap_err();
    assert_eq!(error, ConnectError::Field { name: "user", code: "role" });
    fake.say("GET /wp/v2/users/me", 200, me(true));
    assert!(connect(&fake.net, fake.base.as_str()).await.is_ok());
}

#[tokio::test]
async fn a_site_cant_send_us_or_the_password_where_it_isnt_safe() {
    let fake = Fake::start().await;
    for root in [
        "http://10.0.0.1/wp-json/",
        "https://[::1]/wp-json/",
        "http://1.1.1.1/wp-json/",
        "file:///etc/passwd",
    ] {
        let link = format!("<{root}>; rel=\"https://api.w.org/\"");
        fake.say_with("GET /", 200, vec![("link", link)], "<html>");
        let error = connect(&fake.net, fake.base.as_str()).await.unwrap_err();
        let refused = matches!(
            error,
            ConnectError::Channel(ChannelError::ForbiddenAddress { .. } | ChannelError::Malformed { .. })
        );
        assert!(refused, "{root}: {error}");
    }
    assert!(fake.calls().iter().all(|(_, signed)| !signed));
    let net = Net::new(&NetOptions::default()).unwrap();
    let error = connect(&net, "https://127.0.0.1/").await.unwrap_err();
    assert!(matches!(error, ConnectError::Channel(ChannelError::ForbiddenAddress { .. })), "{error}");
}
