//! Our answers on the site.

use parvis_channels::{ChannelError, ObservationKind, Outgoing};
use reqwest::Method;
use serde_json::json;

use crate::site::{Site, of, word, wordpress};

#[tokio::test]
async fn an_answer_stands_below_what_it_answers_in_our_very_words() {
    let Some(site) = Site::find().await else { return };
    let article = site.article("Titre").await;
    let id = site.guest(article, 0, "Anna", "Bonjour").await;
    let (_, cursor) = site.pull_all(None).await;
    let text = format!(
        "« {} » : a < b & <script>alert(1)</script> \"x\"\n\nVoir https://a.example/?a=1&b=2",
        word()
    );
    let published = site.publish(&id, &text).await.unwrap();
    assert!(published.url.as_ref().unwrap().ends_with(&format!("#comment-{}", published.remote_id)));
    assert!(published.published_at.is_some() && !published.raw.contains("author_ip"));
    let seen = site.pull_all(Some(cursor)).await.0;
    let echo = of(&seen, &published.remote_id)[0].item.as_ref().unwrap();
    assert!(echo.ours);
    assert_eq!(echo.text, text, "it comes back as it was written");
    assert_eq!(echo.parent_id.as_deref(), Some(id.as_str()));
    assert!(!echo.html.contains("<script") && echo.html.contains("&lt;script"), "{}", echo.html);
    // On the article itself.
    let top = site.publish(&format!("post:{article}"), &word()).await.unwrap();
    let seen = site.recheck(&top.remote_id).await;
    assert_eq!(seen.item.unwrap().parent_id, Some(format!("post:{article}")));
}

#[tokio::test]
async fn a_lost_answer_is_found_again_and_a_second_try_makes_no_second_one() {
    let Some(site) = Site::find().await else { return };
    let article = site.article("Titre").await;
    let id = site.guest(article, 0, "Anna", "Bonjour").await;
    let (net, account) = site.behind_a_lossy_door().await;
    for text in [format!("Voilà : \"{}\" & 2x3 -- …", word()), "👍".to_owned()] {
        let reply = site.reply(&id, &text);
        let find = async |reply: &Outgoing, since| {
            wordpress().find_published(&site.net, &site.account, reply, since).await.unwrap()
        };
        assert_eq!(find(&reply, 0).await, None);
        let error = wordpress().publish(&net, &account, &reply).await.unwrap_err();
        assert!(matches!(error, ChannelError::Unknown { .. }), "{error}");
        let found = find(&reply, 0).await.expect("it stands there");
        let at = found.published_at.unwrap();
        assert_eq!(find(&reply, at).await, Some(found.clone()));
        assert_eq!(find(&reply, at + 3_600_000_000).await, None, "that is an older one");
        for other in [
            site.reply(&id, "Autre chose"),
            site.reply(&format!("post:{article}"), &text),
            site.reply(&id, "👎"),
        ] {
            assert_eq!(find(&other, 0).await, None);
        }
        // The site itself refuses the same words below the same comment.
        let again = wordpress().publish(&site.net, &site.account, &reply).await.unwrap_err();
        assert!(matches!(again, ChannelError::Refused { status: 409, .. }), "{again}");
        let thread = wordpress().thread(&site.net, &site.account, &id).await.unwrap();
        let same = thread.iter().filter(|seen| seen.item.as_ref().is_some_and(|item| item.text == text));
        assert_eq!(same.count(), 1);
    }
}

#[tokio::test]
async fn our_comment_can_be_changed_and_deleted() {
    let Some(site) = Site::find().await else { return };
    let article = site.article("Titre").await;
    let published = site.publish(&format!("post:{article}"), &word()).await.unwrap();
    let changed = site.reply("", "Après <b> & \"tout\"");
    let id = published.remote_id.as_str();
    let edited = wordpress().edit(&site.net, &site.account, id, &changed).await.unwrap();
    assert_eq!(edited.remote_id, id);
    assert_eq!(site.recheck(id).await.item.unwrap().text, changed.text);
    for _ in 0..2 {
        wordpress().delete(&site.net, &site.account, id).await.unwrap();
    }
    assert_eq!(site.recheck(id).await.kind, ObservationKind::Deleted);
}

#[tokio::test]
async fn what_the_site_refuses_is_refused_with_its_reason() {
    let Some(site) = Site::find().await else { return };
    let article = site.article("Titre").await;
    let id = site.guest(article, 0, "Anna", "Bonjour").await;
    for parent in ["99999999", "post:99999999", "", "a", "-1", "1/../2", "post:x"] {
        let error = site.publish(parent, "x").await.unwrap_err();
        assert_eq!(error.code(), "refused", "{parent}: {error}");
    }
    site.call(true, Method::POST, &format!("posts/{article}"), json!({ "comment_status": "closed" })).await;
    let error = site.publish(&id, "x").await.unwrap_err();
    assert!(
        matches!(&error, ChannelError::Refused { status: 403, message } if message.contains("closed")),
        "{error}"
    );
    site.call(true, Method::DELETE, &format!("comments/{id}?force=true"), json!({})).await;
    let error = site.publish(&id, "x").await.unwrap_err();
    assert_eq!(error.code(), "refused");
}

#[tokio::test]
async fn the_limit_is_the_one_that_the_site_enforces() {
    let Some(site) = Site::find().await else { return };
    let article = site.article("Titre").await;
    let rule = wordpress().text_rule(&site.account.capabilities);
    let max = usize::try_from(rule.max).unwrap();
    let longest = format!("{}é{}", word(), "x".repeat(max));
    let longest = &longest[..max];
    assert!(rule.fits(longest, None) && !rule.fits(&format!("{longest}x"), None));
    let error = site.publish(&format!("post:{article}"), &format!("{longest}x")).await.unwrap_err();
    assert_eq!(error.code(), "refused", "{error}");
    let published = site.publish(&format!("post:{article}"), longest).await.unwrap();
    assert_eq!(site.recheck(&published.remote_id).await.item.unwrap().text, longest);
}
