//! Publishing when the site does its worst.

use serde_json::json;

use crate::fake::{Fake, comment, reply, wordpress};

#[tokio::test]
async fn each_failure_of_a_comment_is_named_for_what_it_is() {
    let fake = Fake::start().await;
    fake.say("GET /wp/v2/comments/1", 200, comment(1, "Bonjour").to_string());
    let code = |code: &str| json!({ "code": code, "message": "No <b>way</b>" }).to_string();
    for (status, headers, body, expected) in [
        (400, vec![], code("rest_invalid_param"), "refused"),
        (400, vec![], code("comment_flood"), "limited"),
        (401, vec![], code("rest_not_logged_in"), "unauthorized"),
        (403, vec![], code("rest_cannot_create"), "unauthorized"),
        (403, vec![], code("rest_comment_closed"), "refused"),
        (403, vec![], "<html>firewall".to_owned(), "refused"),
        (409, vec![], code("comment_duplicate"), "refused"),
        (429, vec![("retry-after", "7".to_owned())], String::new(), "limited"),
        (503, vec![("retry-after", "7".to_owned())], String::new(), "limited"),
        (302, vec![("location", "/elsewhere".to_owned())], String::new(), "refused"),
        (500, vec![], code("internal_server_error"), "unknown"),
        (502, vec![], "<html>".to_owned(), "unknown"),
        (503, vec![], String::new(), "unknown"),
        (201, vec![], "<html>".to_owned(), "unknown"),
        (201, vec![], "{}".to_owned(), "unknown"),
        (200, vec![], "\u{feff}{\"id\":2}".to_owned(), "unknown"),
    ] {
        fake.say_with("POST /wp/v2/comments", status, headers, body.clone());
        let result = wordpress().publish(&fake.net, &fake.account(), &reply()).await;
        let error = result.unwrap_err();
        assert_eq!(error.code(), expected, "{status} {body}");
        assert!(!error.to_string().contains('<'), "{error}");
    }
}

#[tokio::test]
async fn nothing_is_sent_when_what_is_answered_cant_be_looked_up() {
    let fake = Fake::start().await;
    for (status, body, code) in [
        (401, "{}", "unauthorized"),
        (404, "{}", "refused"),
        (500, "{}", "unreachable"),
        (200, "<html>", "malformed"),
    ] {
        fake.say("GET /wp/v2/comments/1", status, body);
        let error = wordpress().publish(&fake.net, &fake.account(), &reply()).await.unwrap_err();
        assert_eq!(error.code(), code, "{status}");
        let error = wordpress().find_published(&fake.net, &fake.account(), &reply(), 0).await.unwrap_err();
        assert_eq!(error.code(), code, "{status}");
    }
    // Where guests may write, ours must not pass for one of theirs.
    fake.say("GET /wp/v2/users/me", 401, r#"{"code":"rest_not_logged_in"}"#);
    fake.say("POST /wp/v2/comments", 201, comment(2, "Merci").to_string());
    let top = parvis_channels::Outgoing { parent_id: Some("post:7".into()), ..reply() };
    let error = wordpress().publish(&fake.net, &fake.account(), &top).await.unwrap_err();
    assert_eq!(error.code(), "unauthorized");
    assert!(fake.calls().iter().all(|(call, _)| !call.starts_with("POST")));
}

#[tokio::test]
async fn deleting_says_when_it_didnt_work() {
    let fake = Fake::start().await;
    for (status, code) in
        [(200, ""), (404, ""), (410, ""), (403, "refused"), (401, "unauthorized"), (500, "unreachable")]
    {
        fake.say("DELETE /wp/v2/comments/2", status, "{}");
        let done = wordpress().delete(&fake.net, &fake.account(), "2").await;
        assert_eq!(done.err().map_or("", |error| error.code()), code, "{status}");
    }
}
