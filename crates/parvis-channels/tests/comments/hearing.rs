//! Comments come in, with what they stand under and whether they are shown.

use parvis_channels::{Mark, ObservationKind, Visibility};
use reqwest::Method;
use serde_json::json;

use crate::site::{Site, of, word, wordpress};

#[tokio::test]
async fn a_comment_is_read_once_with_its_author_and_its_place() {
    let Some(site) = Site::find().await else { return };
    let (_, cursor) = site.pull_all(None).await;
    let article = site.article("L’été & la suite").await;
    let text = "Bonjour \"vous\" <b>tous</b>\n\nvoir https://a.example/x?a=1&b=2 <script>alert(1)</script>";
    let id = site.guest(article, 0, "Anna", text).await;
    let answer = site.guest(article, id.parse().unwrap(), "Bert", "Moi aussi").await;
    let (seen, next) = site.pull_all(Some(cursor.clone())).await;
    let first = of(&seen, &id);
    assert_eq!(first.len(), 1);
    let item = first[0].item.as_ref().unwrap();
    assert_eq!((first[0].kind, first[0].version_at), (ObservationKind::Created, first[0].occurred_at));
    assert_eq!(item.parent_id, Some(format!("post:{article}")));
    assert!(item.addressed && !item.ours && item.visibility == Visibility::Public && item.marks.is_empty());
    assert!(item.url.as_ref().unwrap().ends_with(&format!("#comment-{id}")));
    assert!(item.html.contains("href=\"https://a.example/x?a=1&amp;b=2\""), "{}", item.html);
    assert!(!item.html.contains("script") && item.text.contains("tous"));
    assert_eq!((item.author.name.as_str(), item.author.handle.as_str()), ("Anna", ""));
    assert!(item.author.remote_id.starts_with("guest:") && !first[0].raw.contains("reader.example"));
    assert!(!first[0].raw.contains("author_ip") && !first[0].raw.contains("gravatar"));
    let second = of(&seen, &answer)[0].item.as_ref().unwrap();
    assert_eq!(second.parent_id.as_deref(), Some(id.as_str()));
    assert_ne!(second.author.remote_id, item.author.remote_id);
    // The same look again says the same; the next says nothing.
    assert_eq!(site.pull_all(Some(cursor)).await.0, seen);
    assert_eq!(site.pull_all(Some(next)).await.0, []);
    let again = site.guest(article, 0, "Anna", "encore").await;
    let seen = site.pull_all(None).await.0;
    assert_eq!(of(&seen, &again)[0].item.as_ref().unwrap().author, item.author, "the same reader");
}

#[tokio::test]
async fn the_article_and_the_comments_around_are_told_oldest_first() {
    let Some(site) = Site::find().await else { return };
    let article = site.article("Les <em>nouvelles</em> & la suite").await;
    let first = site.guest(article, 0, "Anna", "un").await;
    let second = site.guest(article, first.parse().unwrap(), "Bert", "deux").await;
    let third = site.guest(article, second.parse().unwrap(), "Anna", "trois").await;
    let fourth = site.guest(article, third.parse().unwrap(), "Bert", "quatre").await;
    let thread = wordpress().thread(&site.net, &site.account, &third).await.unwrap();
    let ids: Vec<_> = thread.iter().map(|seen| seen.remote_id.clone()).collect();
    assert_eq!(ids, [format!("post:{article}"), first.clone(), second.clone(), fourth]);
    let root = thread[0].item.as_ref().unwrap();
    assert!(root.ours && !root.addressed && root.parent_id.is_none());
    assert_eq!(root.title.as_deref(), Some("Les nouvelles & la suite"));
    assert!(root.text.contains("Short.") && root.url.is_some());
    // What it answers was removed for good: the rest is told all the same.
    site.call(true, Method::DELETE, &format!("comments/{first}?force=true"), json!({})).await;
    let thread = wordpress().thread(&site.net, &site.account, &second).await.unwrap();
    assert_eq!(thread[0].remote_id, format!("post:{article}"));
    assert!(thread.iter().all(|seen| seen.remote_id != first));
    // A page is found as well as an article.
    let page = json!({ "title": "Contact", "status": "publish", "comment_status": "open" });
    let page = site.call(true, Method::POST, "pages", page).await.1["id"].as_i64().unwrap();
    let id = site.guest(page, 0, "Anna", "Bonjour").await;
    let thread = wordpress().thread(&site.net, &site.account, &id).await.unwrap();
    assert_eq!(thread[0].remote_id, format!("post:{page}"));
    assert_eq!(thread[0].item.as_ref().unwrap().title.as_deref(), Some("Contact"));
}

#[tokio::test]
async fn our_own_comment_is_recognised_wherever_it_was_written() {
    let Some(site) = Site::find().await else { return };
    let article = site.article("Titre").await;
    let (_, cursor) = site.pull_all(None).await;
    let id = site.guest(article, 0, "Anna", "Bonjour").await;
    let body = json!({ "post": article, "parent": id.parse::<i64>().unwrap(), "content": "Écrit \"là\" & 2x3\nbas" });
    let (_, own) = site.call(true, Method::POST, "comments", body).await;
    let seen = site.pull_all(Some(cursor)).await.0;
    let own = of(&seen, &own["id"].to_string())[0].item.as_ref().unwrap();
    assert!(own.ours && !own.addressed);
    assert_eq!(own.text, "Écrit \"là\" & 2x3\nbas", "our words, not the site's rendering");
    assert_eq!(own.parent_id.as_deref(), Some(id.as_str()));
}

#[tokio::test]
async fn what_was_changed_hidden_binned_and_brought_back_is_noticed() {
    let Some(site) = Site::find().await else { return };
    let article = site.article("Titre").await;
    let id = site.guest(article, 0, "Anna", "avant").await;
    let (_, mut cursor) = site.pull_all(None).await;
    let mut look = async || {
        let (seen, next) = site.pull_all(Some(cursor.clone())).await;
        cursor = next;
        let found: Vec<_> = of(&seen, &id).into_iter().cloned().collect();
        found
    };
    let after = word();
    site.change(&id, json!({ "content": after })).await;
    let seen = look().await;
    assert_eq!((seen.len(), seen[0].kind, seen[0].version_at), (1, ObservationKind::Edited, None));
    assert_eq!(seen[0].item.as_ref().unwrap().text, after);
    site.change(&id, json!({ "status": "hold" })).await;
    assert_eq!(look().await[0].item.as_ref().unwrap().marks, [Mark::Held]);
    assert_eq!(site.recheck(&id).await.item.unwrap().marks, [Mark::Held]);
    site.change(&id, json!({ "status": "approved" })).await;
    assert_eq!(look().await[0].item.as_ref().unwrap().marks, []);
    for gone in ["spam", "trash"] {
        site.change(&id, json!({ "status": gone })).await;
        let seen = look().await;
        assert_eq!((seen.len(), seen[0].kind), (1, ObservationKind::Deleted), "{gone}");
        assert_eq!(look().await, [], "told once");
        assert_eq!(site.recheck(&id).await.kind, ObservationKind::Deleted, "{gone}");
        site.change(&id, json!({ "status": "approved" })).await;
        let seen = look().await;
        assert_eq!((seen.len(), seen[0].kind), (1, ObservationKind::Edited), "back from {gone}");
        assert_eq!(site.recheck(&id).await.kind, ObservationKind::Edited);
    }
    site.call(true, Method::DELETE, &format!("comments/{id}?force=true"), json!({})).await;
    assert_eq!(look().await[0].kind, ObservationKind::Deleted);
    assert_eq!(site.recheck(&id).await.kind, ObservationKind::Deleted);
    // An article that isn't found isn't gone for that: it may be of another kind.
    let ids = [format!("post:{article}"), "post:99999999".to_owned(), "not a number".to_owned()];
    let seen = wordpress().recheck(&site.net, &site.account, &ids).await.unwrap();
    assert_eq!((seen.len(), seen[0].kind), (1, ObservationKind::Created));
}

#[tokio::test]
async fn a_comment_that_awaits_moderation_is_heard_and_says_so() {
    let Some(site) = Site::find().await else { return };
    let article = site.article("Titre").await;
    let (_, cursor) = site.pull_all(None).await;
    let id = site.guest(article, 0, "Anna", "Bonjour").await;
    site.change(&id, json!({ "status": "hold" })).await;
    let spam = site.guest(article, 0, "Eve", "Buy").await;
    site.change(&spam, json!({ "status": "spam" })).await;
    let seen = site.pull_all(Some(cursor)).await.0;
    assert_eq!(of(&seen, &id)[0].item.as_ref().unwrap().marks, [Mark::Held]);
    assert!(of(&seen, &spam).is_empty());
    wordpress().hide(&site.net, &site.account, &id, false).await.unwrap();
    assert_eq!(site.recheck(&id).await.item.unwrap().marks, []);
    for _ in 0..2 {
        wordpress().hide(&site.net, &site.account, &id, true).await.unwrap();
        assert_eq!(site.recheck(&id).await.item.unwrap().marks, [Mark::Held]);
    }
}
