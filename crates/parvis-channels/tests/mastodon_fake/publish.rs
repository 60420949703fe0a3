//! Publishing when the network does its worst.

use parvis_channels::{Card, ChannelError, Outgoing, Upload, Visibility};
use serde_json::json;

use crate::fake::{Fake, Paging, mastodon, reply, status};

#[tokio::test]
async fn the_same_key_twice_is_one_post() {
    let fake = Fake::start().await;
    let first = mastodon().publish(&fake.net, &fake.account(), &reply("k")).await.unwrap();
    let second = mastodon().publish(&fake.net, &fake.account(), &reply("k")).await.unwrap();
    assert_eq!(first.remote_id, second.remote_id);
    assert_eq!(fake.world().statuses.len(), 1);
}

#[tokio::test]
async fn a_lost_answer_is_unknown_and_settled_by_reading_back() {
    let fake = Fake::start().await;
    let account = fake.account();
    let find = async || mastodon().find_published(&fake.net, &account, &reply("k"), 0).await.unwrap();
    assert_eq!(find().await, None);
    fake.world().lose = 1;
    let error = mastodon().publish(&fake.net, &account, &reply("k")).await.unwrap_err();
    assert_eq!(error.code(), "unknown", "{error}");
    assert!(!error.retryable());
    assert_eq!(find().await.unwrap().remote_id, "1000");
}

#[tokio::test]
async fn what_much_was_said_after_is_found_and_what_cannot_be_looked_through_is_not_known() {
    let fake = Fake::start().await;
    let account = fake.account();
    mastodon().publish(&fake.net, &account, &reply("k")).await.unwrap();
    let said_after = |count: u32| {
        let mut world = fake.world();
        world.statuses.truncate(1);
        world.statuses.extend((1..=count).map(|number| status(1000 + number, 1, "something else")));
    };
    let other = Outgoing { text: "never said".into(), ..reply("other") };
    let find = async |it: &Outgoing| {
        let found = mastodon().find_published(&fake.net, &account, it, 0).await;
        found.map(|it| it.map(|it| it.remote_id)).map_err(|error| error.code())
    };
    for (after, ours, others) in [
        (0, Ok(Some("1000")), Ok(None)),
        (39, Ok(Some("1000")), Ok(None)),
        (300, Ok(Some("1000")), Ok(None)),
        (998, Ok(Some("1000")), Err("unknown")),
        (1_100, Err("unknown"), Err("unknown")),
    ] {
        said_after(after);
        assert_eq!(
            find(&reply("k")).await.as_ref().map(Option::as_deref),
            ours.as_ref().map(|it| *it),
            "{after}"
        );
        assert_eq!(
            find(&other).await.as_ref().map(Option::as_deref),
            others.as_ref().map(|it| *it),
            "{after}"
        );
    }
    // A server that gives the newest and no page before them.
    fake.world().paging = Paging::None;
    for (after, others) in [(38, Ok(None)), (45, Err("unknown"))] {
        said_after(after);
        assert_eq!(find(&other).await, others, "{after}");
    }
    // What stands before the time isn't looked through.
    fake.world().paging = Paging::Newest;
    said_after(300);
    let asked = fake.world().log.len();
    let found = mastodon().find_published(&fake.net, &account, &other, i64::MAX).await.unwrap();
    assert_eq!((found, fake.world().log.len() - asked), (None, 1));
}

#[tokio::test]
async fn each_refusal_of_a_post_is_named_for_what_it_is() {
    let fake = Fake::start().await;
    for (answer, code) in [
        ((401, "{\"error\":\"The access token was revoked\"}"), "unauthorized"),
        ((403, "{\"error\":\"This action is outside the authorized scopes\"}"), "refused"),
        ((404, "{}"), "refused"),
        ((422, "{\"error\":\"Text character limit of 500 exceeded\"}"), "refused"),
        ((429, "{}"), "limited"),
        ((500, "oops"), "unknown"),
        ((503, "oops"), "unknown"),
        ((200, "<html>"), "unknown"),
        ((302, ""), "refused"),
    ] {
        fake.instead("POST /api/v1/statuses", answer.0, answer.1);
        let result = mastodon().publish(&fake.net, &fake.account(), &reply("k")).await;
        assert_eq!(result.unwrap_err().code(), code, "{answer:?}");
    }
    let long = mastodon().publish(&fake.net, &fake.account(), &reply("k")).await;
    assert!(long.is_err());
    fake.instead("POST /api/v1/statuses", 422, "{\"error\":\"Too\\u202e long\\nhere\"}");
    let error = mastodon().publish(&fake.net, &fake.account(), &reply("k")).await.unwrap_err();
    assert_eq!(error, ChannelError::Refused { status: 422, message: "Too long here".into() });
}

#[tokio::test]
async fn a_server_that_is_not_there_got_nothing() {
    let fake = Fake::start().await;
    let mut account = fake.account();
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    account.base_url.set_port(Some(silent)).unwrap();
    let allow = vec![format!("127.0.0.1:{silent}")];
    let options = parvis_channels::NetOptions { allow, ..Default::default() };
    let net = parvis_channels::Net::new(&options).unwrap();
    let error = mastodon().publish(&net, &account, &reply("k")).await.unwrap_err();
    assert_eq!(error.code(), "unreachable", "{error}");
}

#[tokio::test]
async fn a_slow_picture_is_waited_for_and_goes_with_its_words() {
    let fake = Fake::start().await;
    fake.world().slow = 1;
    let mut answer = reply("k");
    answer.visibility = Visibility::Direct;
    answer.warning = Some("Spoiler".into());
    answer.media = vec![Upload { bytes: vec![1, 2], mime: "image/png".into(), alt: "A dot".into() }];
    mastodon().publish(&fake.net, &fake.account(), &answer).await.unwrap();
    let world = fake.world();
    let places: Vec<&str> = world.log.iter().map(|(place, ..)| place.as_str()).collect();
    let expected =
        ["POST /api/v2/media", "GET /api/v1/media/9", "GET /api/v1/media/9", "POST /api/v1/statuses"];
    assert_eq!(places, expected);
    assert!(world.log[0].2.contains("A dot") && world.log[0].2.contains("filename="));
    let sent: serde_json::Value = serde_json::from_str(&world.log[3].2).unwrap();
    let expected = json!({
        "status": "@p2@fake.example Hello", "spoiler_text": "Spoiler", "sensitive": true,
        "in_reply_to_id": "100", "visibility": "direct", "media_ids": ["9"],
    });
    assert_eq!(sent, expected);
}

#[tokio::test]
async fn an_edit_keeps_the_pictures() {
    let fake = Fake::start().await;
    let mut old = status(5, 1, "old");
    old["media_attachments"] = json!([{ "id": "77", "type": "image" }]);
    fake.world().statuses = vec![old];
    mastodon().edit(&fake.net, &fake.account(), "5", &reply("k")).await.unwrap();
    let world = fake.world();
    assert_eq!(world.statuses[0]["media_attachments"], json!([{ "id": "77" }]));
    assert_eq!(world.statuses[0]["content"], "@p2@fake.example Hello");
}

#[tokio::test]
async fn deleting_twice_is_deleting_once() {
    let fake = Fake::start().await;
    fake.world().statuses = vec![status(5, 1, "mine")];
    for _ in 0..2 {
        mastodon().delete(&fake.net, &fake.account(), "5").await.unwrap();
    }
    assert!(fake.world().statuses.is_empty());
}

#[tokio::test]
async fn a_post_answers_nothing_and_may_quote_and_its_card_is_of_an_address_in_the_text() {
    let fake = Fake::start().await;
    let card = |url: &str| Card {
        url: url.parse().unwrap(),
        title: "T".into(),
        about: String::new(),
        picture: None,
    };
    let post = Outgoing {
        quote: Some("100".into()),
        card: Some(card("https://a.example/x")),
        ..Outgoing::new("k", "See https://a.example/x", Visibility::Unlisted, 0)
    };
    mastodon().publish(&fake.net, &fake.account(), &post).await.unwrap();
    let sent: serde_json::Value = {
        let world = fake.world();
        let (_, _, body) = world.log.iter().find(|(what, ..)| what == "POST /api/v1/statuses").unwrap();
        serde_json::from_str(body).unwrap()
    };
    assert_eq!((&sent["quoted_status_id"], &sent["visibility"]), (&json!("100"), &json!("unlisted")));
    assert!(sent.get("in_reply_to_id").is_none());
    let elsewhere = Outgoing { card: Some(card("https://b.example/")), key: "other".into(), ..post };
    let error = mastodon().publish(&fake.net, &fake.account(), &elsewhere).await.unwrap_err();
    assert_eq!(error.code(), "unsupported");
    assert_eq!(fake.world().statuses.len(), 1);
}
