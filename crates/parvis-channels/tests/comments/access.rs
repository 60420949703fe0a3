//! Connecting, what an account may do, and what happens when it no longer may.

use parvis_channels::{Account, CapabilityKey, ChannelError, ConnectError, Secret, Support};
use reqwest::Method;
use serde_json::{Value, json};

use crate::site::{Site, connect, word, wordpress};

/// A new account of that role with a password for applications: its number, name, password and the password's number.
async fn member(site: &Site, role: &str) -> (i64, String, String, String) {
    let name = word().to_lowercase();
    let body = json!({ "username": name, "email": format!("{name}@team.example"), "password": word(), "roles": [role] });
    let (_, user) = site.call(true, Method::POST, "users", body).await;
    let id = user["id"].as_i64().unwrap();
    let (_, made) = site
        .call(true, Method::POST, &format!("users/{id}/application-passwords"), json!({ "name": "parvis" }))
        .await;
    let text = |field: &str| made[field].as_str().unwrap().to_owned();
    (id, name, text("password"), text("uuid"))
}

#[tokio::test]
async fn the_api_is_found_however_people_write_the_address() {
    let Some(site) = Site::find().await else { return };
    let article = site.article("Titre").await;
    let base = site.base.as_str().trim_end_matches('/');
    for address in [
        base.to_owned(),
        format!("{base}/"),
        format!("{base}/wp-json/"),
        format!("{base}/wp-json"),
        format!("{base}/?p={article}"),
    ] {
        let account = connect(&site.net, &address, "admin", &site.password).await.unwrap();
        assert_eq!(account.base_url, site.account.base_url, "{address}");
    }
    assert_eq!(site.account.handle, format!("admin@{}", site.base.host_str().unwrap()));
    assert_eq!(site.account.remote_id, "1");
    // Without pretty addresses the API is a parameter.
    let base_url = format!("{base}/index.php?rest_route=/").parse().unwrap();
    let plain = Account { base_url, ..site.account.clone() };
    assert!(wordpress().pull(&site.net, &plain, "comments", None).await.is_ok());
}

#[tokio::test]
async fn a_wrong_or_revoked_password_is_for_a_person_to_mend() {
    let Some(site) = Site::find().await else { return };
    let error = connect(&site.net, site.base.as_str(), "admin", "wrong wrong").await.unwrap_err();
    assert!(matches!(error, ConnectError::Channel(ChannelError::Unauthorized { .. })), "{error}");
    let (id, name, password, uuid) = member(&site, "editor").await;
    let account = connect(&site.net, site.base.as_str(), &name, &password).await.unwrap();
    assert!(wordpress().pull(&site.net, &account, "comments", None).await.is_ok());
    site.call(true, Method::DELETE, &format!("users/{id}/application-passwords/{uuid}"), Value::Null).await;
    let pulled = wordpress().pull(&site.net, &account, "comments", None).await.unwrap_err();
    let published = wordpress().publish(&site.net, &account, &site.reply("post:1", "x")).await.unwrap_err();
    let probed = wordpress().probe(&site.net, &account).await.unwrap_err();
    for error in [pulled, published, probed] {
        assert_eq!(error.code(), "unauthorized", "{error}");
    }
    let nothing = Account { secret: Secret::new(""), ..site.account.clone() };
    let error = wordpress().pull(&site.net, &nothing, "comments", None).await.unwrap_err();
    assert_eq!(error.code(), "unauthorized");
}

#[tokio::test]
async fn an_account_that_may_not_moderate_is_told_so_also_when_that_comes_later() {
    let Some(site) = Site::find().await else { return };
    let (_, name, password, _) = member(&site, "author").await;
    let error = connect(&site.net, site.base.as_str(), &name, &password).await.unwrap_err();
    assert_eq!(error, ConnectError::Field { name: "user", code: "role" });
    let (id, name, password, _) = member(&site, "editor").await;
    let account = connect(&site.net, site.base.as_str(), &name, &password).await.unwrap();
    site.call(true, Method::POST, &format!("users/{id}"), json!({ "roles": ["subscriber"] })).await;
    for error in [
        wordpress().pull(&site.net, &account, "comments", None).await.unwrap_err(),
        wordpress().probe(&site.net, &account).await.unwrap_err(),
    ] {
        assert_eq!(error.code(), "unauthorized", "{error}");
    }
}

#[tokio::test]
async fn every_no_has_a_reason() {
    let Some(site) = Site::find().await else { return };
    for key in CapabilityKey::ALL {
        let line = site.account.capabilities.get(key);
        assert_eq!(line.reason.is_none(), line.support == Support::Native, "{key:?}");
    }
    assert!(site.account.capabilities.can(CapabilityKey::Hide));
}
