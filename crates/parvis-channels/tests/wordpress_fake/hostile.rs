//! Pieces that nobody honest sends, and sites that are unwell.

use parvis_channels::ObservationKind;
use serde_json::{Value, json};

use crate::fake::{Fake, comment, wordpress};

#[tokio::test]
async fn a_piece_that_cant_be_read_is_kept_and_the_others_pass() {
    let fake = Fake::start().await;
    let mut hostile = comment(3, "Merci");
    hostile["author_name"] = json!("<i>A</i>\u{202e}\u{0}\nB");
    hostile["author_url"] = json!("javascript:alert(1)");
    hostile["link"] = json!("data:text/html,x");
    hostile["content"]["rendered"] =
        json!("<p onclick=x>a<svg><script>b</script></svg><img src=x onerror=y>c</p>");
    let mut oddly = comment(4, "x");
    oddly["status"] = json!("brand-new");
    oddly["date_gmt"] = json!("0000-00-00T00:00:00");
    let pieces = [comment(2, "Bonjour"), json!({ "id": "two" }), json!(7), json!({}), hostile, oddly];
    fake.say("GET /wp/v2/comments", 200, json!(pieces).to_string());
    let page = wordpress().pull(&fake.net, &fake.account(), "comments", None).await.unwrap();
    let kinds: Vec<_> = page.observations.iter().map(|seen| seen.kind).collect();
    let (read, unread) = (ObservationKind::Created, ObservationKind::Unsupported);
    // Newest first in the answer, oldest first for us.
    assert_eq!(kinds, [read, read, unread, unread, unread, read]);
    assert!(page.observations.iter().any(|seen| seen.raw == r#"{"id":"two"}"#));
    let item = page.observations[1].item.as_ref().unwrap();
    assert_eq!(item.html, parvis_channels::sanitise(&item.html));
    assert!(!item.html.contains("onclick") && !item.html.contains("script") && !item.html.contains("<img"));
    assert_eq!((item.author.url.as_deref(), item.url.as_deref()), (None, None));
    assert_eq!(item.author.name, "<i>A</i> B", "a name is text");
    assert_eq!(page.observations[0].version_at, None);
    // The same again says nothing new but of what can't be known again; that has the same ids.
    let next = wordpress().pull(&fake.net, &fake.account(), "comments", Some(&page.cursor)).await.unwrap();
    let ids = |seen: &[parvis_channels::Observation]| {
        seen.iter().map(|it| it.remote_id.clone()).collect::<Vec<_>>()
    };
    assert!(ids(&next.observations).iter().all(|id| ids(&page.observations).contains(id)));
    assert!(next.observations.iter().all(|seen| seen.kind == unread));
}

#[tokio::test]
async fn a_site_that_is_unwell_moves_no_cursor() {
    let fake = Fake::start().await;
    let deep = format!("[{}{}]", "[".repeat(100), "]".repeat(100));
    for (status, body, code) in [
        (500, "Error establishing a database connection", "unreachable"),
        (503, "<html>maintenance", "unreachable"),
        (401, r#"{"code":"rest_not_logged_in","message":"x"}"#, "unauthorized"),
        (403, r#"{"code":"rest_forbidden_context","message":"x"}"#, "unauthorized"),
        (404, r#"{"code":"rest_no_route","message":"x"}"#, "refused"),
        (429, "", "limited"),
        (200, "<!doctype html>", "malformed"),
        (200, "{}", "malformed"),
        (200, "[{\"id\":1},", "malformed"),
        (200, deep.as_str(), "malformed"),
        (200, "", "malformed"),
    ] {
        fake.say("GET /wp/v2/comments", status, body);
        for cursor in [None, Some(r#"{"newest_at":1,"seen":{},"walk":null}"#)] {
            let error = wordpress().pull(&fake.net, &fake.account(), "comments", cursor).await.unwrap_err();
            assert_eq!(error.code(), code, "{status} {body}");
        }
    }
    let error = wordpress().pull(&fake.net, &fake.account(), "comments", Some("nonsense")).await.unwrap_err();
    assert_eq!(error.code(), "malformed");
}

#[tokio::test]
async fn an_article_is_asked_for_at_the_site_itself_and_nowhere_else() {
    let fake = Fake::start().await;
    for (href, asked) in [
        (json!("http://127.0.0.1:1/wp-json/wp/v2/posts/7"), "GET /wp-json/wp/v2/posts/7?context=edit"),
        (json!("not an address"), "GET /wp-json/wp/v2/posts/7?context=edit"),
        (json!(format!("{}wp-json/wp/v2/pages/7", fake.base)), "GET /wp-json/wp/v2/pages/7?context=edit"),
    ] {
        let mut it = comment(2, "Bonjour");
        it["_links"] = json!({ "up": [{ "href": href }] });
        fake.say("GET /wp/v2/comments/2", 200, it.to_string());
        fake.say("GET /wp/v2/comments", 200, "[]");
        let before = fake.calls().len();
        let thread = wordpress().thread(&fake.net, &fake.account(), "2").await.unwrap();
        assert_eq!(thread, [], "an article that isn't to be had is no failure");
        let calls: Vec<String> = fake.calls().split_off(before).into_iter().map(|(call, _)| call).collect();
        assert!(calls.iter().any(|call| call == asked), "{calls:?}");
    }
}

#[tokio::test]
async fn comments_that_answer_each_other_in_a_circle_end() {
    let fake = Fake::start().await;
    for (id, parent) in [(2, 3), (3, 2)] {
        let mut it: Value = comment(id, "x");
        it["parent"] = json!(parent);
        fake.say(&format!("GET /wp/v2/comments/{id}"), 200, it.to_string());
    }
    fake.say("GET /wp/v2/comments", 200, json!([comment(4, "y")]).to_string());
    wordpress().thread(&fake.net, &fake.account(), "2").await.unwrap();
    assert!(fake.calls().len() < 40, "{}", fake.calls().len());
}
