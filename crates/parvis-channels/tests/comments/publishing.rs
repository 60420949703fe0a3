//! Articles: out, found again, followed; and spam.

use parvis_channels::{
    Article, ArticleState, CapabilityKey, ChannelError, Mark, Observation, ObservationKind, Outgoing, Upload,
    Visibility,
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::site::{Site, of, word, wordpress};

/// The smallest picture there is.
const PNG: &[u8] = &[
    0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 0x0D, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 1, 0, 0,
    0, 1, 8, 6, 0, 0, 0, 0x1F, 0x15, 0xC4, 0x89, 0, 0, 0, 0x0D, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9C, 0x63,
    0xF8, 0xCF, 0xC0, 0xF0, 0x1F, 0, 5, 0, 1, 0xFF, 0x56, 0xC7, 0x2F, 0x0D, 0, 0, 0, 0, 0x49, 0x45, 0x4E,
    0x44, 0xAE, 0x42, 0x60, 0x82,
];

fn article(text: &str, state: ArticleState) -> Outgoing {
    let title = format!("L’été : « a < b » & {}", word());
    let article = Article { title, state, ..Article::default() };
    Outgoing { article: Some(article), ..Outgoing::new(word(), text, Visibility::Public, 0) }
}

fn with(it: &Outgoing, change: impl FnOnce(&mut Article)) -> Outgoing {
    let mut it = it.clone();
    change(it.article.as_mut().unwrap());
    it
}

fn picture(alt: &str) -> Upload {
    Upload { bytes: PNG.into(), mime: "image/png".into(), alt: alt.into() }
}

impl Site {
    async fn out(&self, it: &Outgoing) -> parvis_channels::Published {
        wordpress().publish(&self.net, &self.account, it).await.unwrap()
    }

    /// An article as the site has it.
    async fn stored(&self, id: &str) -> Value {
        let number = id.strip_prefix("post:").unwrap();
        self.call(true, Method::GET, &format!("posts/{number}?context=edit"), Value::Null).await.1
    }

    async fn change_article(&self, id: &str, body: Value) {
        let number = id.strip_prefix("post:").unwrap();
        let (status, said) = self.call(true, Method::POST, &format!("posts/{number}"), body).await;
        assert!(status < 300, "{said}");
    }

    /// What came of articles since, and where that leads.
    async fn articles(&self, cursor: &mut Option<String>) -> Vec<Observation> {
        let mut all = Vec::new();
        loop {
            let pulled = wordpress().pull(&self.net, &self.account, "articles", cursor.as_deref());
            let page = pulled.await.unwrap();
            all.extend(page.observations);
            *cursor = Some(page.cursor);
            if !page.more {
                return all;
            }
        }
    }
}

#[tokio::test]
async fn an_article_is_published_whole_and_comes_back_as_our_own() {
    let Some(site) = Site::find().await else { return };
    assert!(site.account.capabilities.can(CapabilityKey::Article));
    let mut cursor = None;
    site.articles(&mut cursor).await;
    let (category, tag) = (format!("R&D {}", word()), format!("soirée {}", word()));
    site.call(true, Method::POST, "categories", json!({ "name": category })).await;
    let text = format!("Un <script>soir</script> {}\nlà\n\nVoir https://a.example/?x=1&y=2", word());
    let mut it = with(&article(&text, ArticleState::Published), |it| {
        it.slug = Some(format!("soir-{}", word().to_lowercase()));
        it.excerpt = "Court & bon".into();
        it.categories = vec![category.to_uppercase()];
        it.tags = vec![tag.clone(), "musée".into()];
        it.cover = Some(picture("La façade"));
    });
    it.media = vec![picture("Un \"point\"")];
    let published = site.out(&it).await;
    let stored = site.stored(&published.remote_id).await;
    let asked = it.article.as_ref().unwrap();
    assert_eq!((&stored["status"], &stored["slug"]), (&json!("publish"), &json!(asked.slug)));
    assert_eq!(stored["categories"].as_array().unwrap().len(), 1);
    assert_eq!(stored["tags"].as_array().unwrap().len(), 2);
    let cover = format!("media/{}", stored["featured_media"]);
    assert_eq!(site.call(true, Method::GET, &cover, Value::Null).await.1["alt_text"], "La façade");
    let html = stored["content"]["rendered"].as_str().unwrap();
    assert!(!html.contains("<script") && html.contains("alt=\"Un &quot;point&quot;\""), "{html}");
    assert!(published.url.as_ref().unwrap().starts_with(site.base.as_str()));
    assert!(published.published_at.is_some());

    let seen = site.articles(&mut cursor).await;
    let echo = of(&seen, &published.remote_id)[0];
    let item = echo.item.as_ref().unwrap();
    assert!(item.ours && item.parent_id.is_none() && item.marks.is_empty());
    assert_eq!(item.title.as_deref(), Some(asked.title.as_str()));
    assert_eq!(item.text, text, "it comes back as it was written");
    assert!(site.articles(&mut cursor).await.is_empty(), "and once");
}

#[tokio::test]
async fn a_lost_answer_is_found_again_by_its_key_whatever_was_changed_since() {
    let Some(site) = Site::find().await else { return };
    let (net, account) = site.behind_a_lossy_door().await;
    let it = article(&word(), ArticleState::Published);
    let find = async |it: &Outgoing| {
        wordpress().find_published(&site.net, &site.account, it, 0).await.unwrap().map(|it| it.remote_id)
    };
    assert_eq!(find(&it).await, None);
    let error = wordpress().publish(&net, &account, &it).await.unwrap_err();
    assert!(matches!(error, ChannelError::Unknown { .. }), "{error}");
    let found = find(&it).await.expect("it stands there");
    assert_eq!(site.out(&it).await.remote_id, found, "sent again it stays the same");
    assert_eq!(
        find(&Outgoing { key: word(), ..it.clone() }).await,
        None,
        "the same words are another article"
    );
    // Our own changes keep its mark, and so does the site's bin.
    let changed = Outgoing { text: word(), ..it.clone() };
    wordpress().edit(&site.net, &site.account, &found, &changed).await.unwrap();
    assert_eq!(find(&it).await.as_ref(), Some(&found));
    for _ in 0..2 {
        wordpress().delete(&site.net, &site.account, &found).await.unwrap();
    }
    assert_eq!(find(&it).await.as_ref(), Some(&found));
    // A picture whose answer got lost isn't uploaded twice.
    let pictured = with(&article(&word(), ArticleState::Draft), |it| it.cover = Some(picture("x")));
    let error = wordpress().publish(&net, &account, &pictured).await.unwrap_err();
    assert!(error.retryable() && find(&pictured).await.is_none(), "{error}");
    let count = async || {
        site.call(true, Method::GET, "media?per_page=100", Value::Null).await.1.as_array().unwrap().len()
    };
    let before = count().await;
    let published = site.out(&pictured).await;
    assert!(site.stored(&published.remote_id).await["featured_media"].as_i64().unwrap() > 0);
    assert_eq!(count().await, before);
}

#[tokio::test]
async fn a_draft_a_time_and_the_bin_are_followed_and_what_others_draft_is_theirs() {
    let Some(site) = Site::find().await else { return };
    let mut cursor = None;
    site.articles(&mut cursor).await;
    let draft = site.out(&article(&word(), ArticleState::Draft)).await;
    assert_eq!(draft.published_at, None);
    let far = 4_000_000_000_000_000;
    let scheduled = article(&word(), ArticleState::Scheduled(far));
    let waiting = site.out(&scheduled).await;
    assert_eq!(waiting.published_at, Some(far));
    assert_eq!(site.stored(&waiting.remote_id).await["status"], "future");
    let theirs =
        site.call(true, Method::POST, "posts", json!({ "title": "Secret", "status": "draft" })).await.1;
    let theirs = format!("post:{}", theirs["id"]);
    let seen = site.articles(&mut cursor).await;
    for id in [&draft.remote_id, &waiting.remote_id] {
        assert_eq!(of(&seen, id)[0].item.as_ref().unwrap().marks, [Mark::Held]);
    }
    assert!(of(&seen, &theirs).is_empty());

    // Now rather than later.
    let now =
        Outgoing { at: 1_700_000_000_000_000, ..with(&scheduled, |it| it.state = ArticleState::Published) };
    let out = wordpress().edit(&site.net, &site.account, &waiting.remote_id, &now).await.unwrap();
    assert_eq!(out.published_at, Some(now.at));
    assert_eq!(site.stored(&waiting.remote_id).await["status"], "publish");
    site.change_article(&theirs, json!({ "status": "publish" })).await;
    let seen = site.articles(&mut cursor).await;
    assert_eq!(of(&seen, &waiting.remote_id)[0].item.as_ref().unwrap().marks, []);
    assert_eq!(of(&seen, &theirs).len(), 1);

    // Times are whole seconds over there.
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    site.change_article(&waiting.remote_id, json!({ "content": "<p>Mis à jour</p>" })).await;
    site.change_article(&theirs, json!({ "status": "draft" })).await;
    let number = draft.remote_id.strip_prefix("post:").unwrap();
    site.call(true, Method::DELETE, &format!("posts/{number}?force=true"), Value::Null).await;
    let seen = site.articles(&mut cursor).await;
    let edited = of(&seen, &waiting.remote_id)[0];
    assert_eq!(edited.kind, ObservationKind::Edited);
    assert!(edited.version_at > edited.occurred_at);
    for gone in [&theirs, &draft.remote_id] {
        assert_eq!(of(&seen, gone)[0].kind, ObservationKind::Deleted, "{gone}");
    }
    assert_eq!(site.recheck(&waiting.remote_id).await.kind, ObservationKind::Edited);
    wordpress().delete(&site.net, &site.account, &waiting.remote_id).await.unwrap();
    assert_eq!(of(&site.articles(&mut cursor).await, &waiting.remote_id)[0].kind, ObservationKind::Deleted);
    assert_eq!(site.recheck(&waiting.remote_id).await.kind, ObservationKind::Deleted);
}

#[tokio::test]
async fn what_is_no_article_or_names_a_category_that_is_not_there_is_refused() {
    let Some(site) = Site::find().await else { return };
    let plain = Outgoing::new(word(), "x", Visibility::Public, 0);
    let error = wordpress().publish(&site.net, &site.account, &plain).await.unwrap_err();
    assert_eq!(error.code(), "unsupported");
    let it = with(&article("x", ArticleState::Published), |it| {
        it.categories = vec!["Nulle part".into()];
        it.cover = Some(picture("x"));
    });
    let error = wordpress().publish(&site.net, &site.account, &it).await.unwrap_err();
    assert!(error.to_string().contains("Nulle part"), "{error}");
    assert_eq!(wordpress().find_published(&site.net, &site.account, &it, 0).await.unwrap(), None);
}

#[tokio::test]
async fn a_comment_is_held_approved_and_marked_as_spam_and_back() {
    let Some(site) = Site::find().await else { return };
    let post = site.article("Titre").await;
    let id = site.guest(post, 0, "Anna", &word()).await;
    let (_, mut cursor) = site.pull_all(None).await;
    wordpress().hide(&site.net, &site.account, &id, false).await.unwrap();
    assert!(site.account.capabilities.can(CapabilityKey::Spam));
    for (spam, kind) in [(true, ObservationKind::Deleted), (false, ObservationKind::Edited)] {
        wordpress().spam(&site.net, &site.account, &id, spam).await.unwrap();
        let seen;
        (seen, cursor) = site.pull_all(Some(cursor)).await;
        assert_eq!(of(&seen, &id)[0].kind, kind);
    }
    wordpress().hide(&site.net, &site.account, &id, true).await.unwrap();
    let seen = site.pull_all(Some(cursor)).await.0;
    assert_eq!(of(&seen, &id)[0].item.as_ref().unwrap().marks, [Mark::Held]);
}
