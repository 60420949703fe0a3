//! An account connected on the page of its server, on the real one: read, answered, renewed, given back, revoked.

use std::time::Duration;

use parvis_channels::{Account, ChannelError, ConnectError, Secret};
use serde_json::{Value, json};

use crate::consent::{begin, connected, consent, finish, local, named};
use crate::peer::{Peer, bluesky, code, reply, says, word};

fn renewed(account: &Account, access: parvis_channels::Access) -> Account {
    Account { secret: access.secret, ..account.clone() }
}

/// What is kept for an account, changed.
fn kept(account: &Account, change: impl Fn(&mut Value)) -> Account {
    let mut secret: Value = serde_json::from_str(account.secret.expose()).unwrap();
    change(&mut secret);
    Account { secret: Secret::new(secret.to_string()), ..account.clone() }
}

#[tokio::test]
async fn an_account_signed_in_on_its_servers_page_hears_and_answers() {
    let Some(peer) = Peer::find() else { return };
    let brand = peer.person(&peer.pds, "brand").await;
    let customer = peer.person(&peer.pds, "customer").await;
    let account = connected(&peer, &brand).await;
    assert_eq!((&account.remote_id, &account.handle), (&brand.account.remote_id, &brand.account.handle));
    assert_eq!(account.capabilities, brand.account.capabilities);
    assert!(bluesky().renews_once(&account) && !bluesky().renews_once(&brand.account));

    let start = peer.stand(&account, "notifications").await;
    let (question, answer) = (word(), word());
    peer.show(&customer, peer.mention(&brand, &question)).await;
    let (seen, _) = peer.wait_for(&account, "notifications", &start, says(&question)).await;
    let echo = peer.stand(&account, "posts").await;
    let published = bluesky().publish(&peer.net, &account, &reply(&seen.remote_id, &answer)).await.unwrap();
    let (echo, _) = peer.wait_for(&account, "posts", &echo, says(&answer)).await;
    assert_eq!(echo.remote_id, published.remote_id);
    bluesky().delete(&peer.net, &account, &published.remote_id).await.unwrap();
    // The names of an account that is connected lead to the same page again.
    let again = bluesky().again(&account).unwrap();
    assert_eq!(again["handle"], account.remote_id);
    assert_eq!(bluesky().again(&brand.account), None);
}

#[tokio::test]
async fn what_renews_it_is_good_once_and_whoever_presents_it_twice_loses_the_account() {
    let Some(peer) = Peer::find() else { return };
    let brand = peer.person(&peer.pds, "brand").await;
    let first = connected(&peer, &brand).await;
    let access = bluesky().renew(&peer.net, &first).await.unwrap();
    assert!(access.lives_for.is_some_and(|life| life > Duration::from_secs(60)));
    let second = renewed(&first, access);
    bluesky().pull(&peer.net, &second, "notifications", None).await.unwrap();
    // The access before it has ended: that is for the next renewal, not for a person.
    assert_eq!(code(bluesky().pull(&peer.net, &first, "notifications", None).await), "lapsed");
    let third = renewed(&second, bluesky().renew(&peer.net, &second).await.unwrap());
    bluesky().pull(&peer.net, &third, "notifications", None).await.unwrap();
    // A token that was spent is refused, and the server takes everything back.
    assert_eq!(code(bluesky().renew(&peer.net, &first).await), "unauthorized");
    assert_eq!(code(bluesky().renew(&peer.net, &third).await), "unauthorized");
    assert_eq!(code(bluesky().pull(&peer.net, &third, "notifications", None).await), "lapsed");
}

#[tokio::test]
async fn access_is_bound_to_its_key() {
    let Some(peer) = Peer::find() else { return };
    let brand = peer.person(&peer.pds, "brand").await;
    let account = connected(&peer, &brand).await;
    // Whoever reads the tokens and not the key has nothing.
    let other = parvis_channels::bluesky::client_key().unwrap();
    let stolen = kept(&account, |secret| secret["key"] = json!(other.expose()));
    assert_eq!(code(bluesky().probe(&peer.net, &stolen).await), "lapsed");
    assert_eq!(code(bluesky().renew(&peer.net, &stolen).await), "unauthorized");
    assert!(!format!("{account:?}").contains("dpop"));
}

#[tokio::test]
async fn access_that_is_given_back_opens_nothing_any_more() {
    let Some(peer) = Peer::find() else { return };
    let brand = peer.person(&peer.pds, "brand").await;
    let account = connected(&peer, &brand).await;
    bluesky().revoke(&peer.net, &account).await.unwrap();
    assert_eq!(code(bluesky().pull(&peer.net, &account, "notifications", None).await), "lapsed");
    assert_eq!(code(bluesky().renew(&peer.net, &account).await), "unauthorized");
    // An app password's session likewise; the password itself stays the person's to revoke.
    bluesky().revoke(&peer.net, &brand.account).await.unwrap();
}

#[tokio::test]
async fn only_what_was_begun_is_finished() {
    let Some(peer) = Peer::find() else { return };
    let brand = peer.person(&peer.pds, "brand").await;
    let other = peer.person(&peer.pds, "other").await;
    let begun = begin(&peer.net, &brand, "state").await;
    assert!(begun.address.as_str().starts_with(peer.pds.as_str()), "{}", begun.address);
    for secret in ["verifier", "code_challenge", "login_hint", "state"] {
        assert!(!begun.address.as_str().contains(secret), "{secret} goes by the browser");
    }
    let came = consent(&begun.address, &brand).await;
    // From another server, or none: nothing is asked of anybody.
    for issuer in [None, Some("https://evil.example".to_owned())] {
        let mut forged = came.clone();
        forged.remove("iss");
        forged.extend(issuer.map(|issuer| ("iss".to_owned(), issuer)));
        let refused = finish(&peer.net, &begun, &forged).await.unwrap_err();
        assert!(matches!(refused, ConnectError::Channel(ChannelError::Malformed { .. })), "{refused}");
    }
    // The code of somebody else's walk opens nothing by ours.
    let theirs = begin(&peer.net, &other, "state").await;
    let code_of_theirs = consent(&theirs.address, &other).await;
    let refused = finish(&peer.net, &begun, &code_of_theirs).await.unwrap_err();
    assert!(matches!(refused, ConnectError::Channel(ChannelError::Refused { .. })), "{refused}");
    // Somebody else signed in than was named.
    let begun = begin(&peer.net, &brand, "state").await;
    let came = consent(&begun.address, &other).await;
    let refused = finish(&peer.net, &begun, &came).await.unwrap_err();
    assert!(refused.to_string().contains("somebody else"), "{refused}");
    // A code is good once.
    let begun = begin(&peer.net, &brand, "state").await;
    let came = consent(&begun.address, &brand).await;
    finish(&peer.net, &begun, &came).await.unwrap();
    let refused = finish(&peer.net, &begun, &came).await.unwrap_err();
    assert!(matches!(refused, ConnectError::Channel(ChannelError::Refused { .. })), "{refused}");
}

#[tokio::test]
async fn where_nobody_could_be_sent_back_to_it_says_so_before_anything_is_asked() {
    let Some(peer) = Peer::find() else { return };
    let brand = peer.person(&peer.pds, "brand").await;
    for site in ["http://parvis.example/", "http://localhost:8080/", "http://10.0.0.1/"] {
        let mut client = local();
        client.site = site.parse().unwrap();
        client.back = client.site.join("channels/oauth/callback").unwrap();
        let refused = bluesky().begin(&peer.net, &named(&brand), &client, "state").await.unwrap_err();
        assert_eq!(refused, ConnectError::Field { name: "password", code: "no_way_back" }, "{site}");
    }
}

#[tokio::test]
async fn it_outlives_its_server_being_away() {
    let Some(peer) = Peer::alone() else { return };
    let brand = peer.person(&peer.pds, "brand").await;
    let account = connected(&peer, &brand).await;
    peer.while_dead(async {
        assert_eq!(code(bluesky().pull(&peer.net, &account, "notifications", None).await), "unreachable");
        // Not revoked: nothing was spent, and nobody has to act.
        assert_eq!(code(bluesky().renew(&peer.net, &account).await), "unreachable");
    })
    .await;
    let account = renewed(&account, bluesky().renew(&peer.net, &account).await.unwrap());
    bluesky().pull(&peer.net, &account, "notifications", None).await.unwrap();
}
