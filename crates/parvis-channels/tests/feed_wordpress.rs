//! Contract of the feed room with a real WordPress: `PARVIS_TEST_WORDPRESS` is its address,
//! `PARVIS_TEST_WORDPRESS_DIR` a folder with the application password of "admin" in
//! `run/apppw`. What WordPress can't show is in `feed_faults.rs`.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

#[path = "contract/clause.rs"]
mod clause;
#[path = "feed/contract.rs"]
mod contract;

use base64::Engine;
use parvis_channels::{
    Account, CapabilityKey, CapabilitySet, Channel, ChannelError, ChannelKind, Net, NetOptions,
    ObservationKind, Page, Request, Secret, channel,
};
use reqwest::Method;
use reqwest::header::AUTHORIZATION;
use serde_json::{Value, json};
use url::Url;

/// One test at a time: they share the feed.
static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

struct Site {
    net: Net,
    base: Url,
    sign: String,
}

impl Site {
    /// `None`, with one clear line, when there is no WordPress to test against.
    fn find() -> Option<Self> {
        let names = ["PARVIS_TEST_WORDPRESS", "PARVIS_TEST_WORDPRESS_DIR"];
        let [Ok(base), Ok(folder)] = names.map(std::env::var) else {
            eprintln!("skipped: {} and {} aren't set, no WordPress to test against", names[0], names[1]);
            return None;
        };
        let base: Url = base.parse().expect("an address");
        let file = std::path::Path::new(&folder).join("run").join("apppw");
        let password = std::fs::read_to_string(file).expect("the application password");
        let sign = base64::engine::general_purpose::STANDARD.encode(format!("admin:{}", password.trim()));
        let host = base.host_str().unwrap();
        let allow = vec![base.port().map_or(host.to_owned(), |port| format!("{host}:{port}"))];
        let net = Net::new(&NetOptions { allow, ..NetOptions::default() }).unwrap();
        Some(Self { net, base, sign })
    }

    /// Writes an article, or changes the one with this id.
    async fn write(&self, id: Option<i64>, title: &str, content: &str) -> i64 {
        let path = id.map_or("posts".to_owned(), |id| format!("posts/{id}"));
        let url = self.base.join(&format!("/wp-json/wp/v2/{path}")).unwrap();
        let body = json!({ "title": title, "content": content, "status": "publish" });
        let request =
            Request::new(Method::POST, url).header(AUTHORIZATION, &format!("Basic {}", self.sign)).json(body);
        let answer = self.net.send(request).await.unwrap();
        assert!(answer.status < 300, "{}", answer.status);
        let post: Value = serde_json::from_slice(&answer.body).unwrap();
        post["id"].as_i64().unwrap()
    }

    fn account(&self) -> Account {
        Account {
            kind: ChannelKind::Feed,
            base_url: self.base.join("/feed/").unwrap(),
            handle: String::new(),
            remote_id: String::new(),
            secret: Secret::new(""),
            settings: Value::Null,
            capabilities: CapabilitySet::default(),
        }
    }

    async fn pull(&self, cursor: Option<&str>) -> Result<Page, ChannelError> {
        feed().pull(&self.net, &self.account(), "entries", cursor).await
    }
}

fn feed() -> &'static dyn Channel {
    channel(ChannelKind::Feed)
}

/// Letters only: WordPress writes `2x3` as `2×3`.
fn word() -> String {
    parvis_channels::mastodon::oauth::random().unwrap().chars().filter(char::is_ascii_alphabetic).collect()
}

#[tokio::test]
async fn an_article_is_read_once_and_again_when_it_is_changed() {
    let Some(site) = Site::find() else { return };
    let _alone = ALONE.lock().await;
    let (title, first, second) = (format!("L’été & {}", word()), word(), word());
    let content = format!("<p>{first} <a href=\"https://a.example/x\">more</a></p><script>x()</script>");
    let id = site.write(None, &title, &content).await;

    let page = site.pull(None).await.unwrap();
    let has = |page: &Page, word: &str| {
        page.observations.iter().position(|seen| seen.item.as_ref().unwrap().text.contains(word))
    };
    let seen = &page.observations[has(&page, &first).expect("the article is there")];
    let item = seen.item.as_ref().unwrap();
    assert_eq!(seen.kind, ObservationKind::Created);
    assert_eq!(item.title.as_deref(), Some(title.as_str()));
    assert_eq!(item.author.name, "admin");
    assert!(!item.html.contains("script") && item.text.contains("https://a.example/x"));
    assert!(item.url.is_some() && seen.occurred_at.is_some());

    let again = site.pull(Some(&page.cursor)).await.unwrap();
    assert_eq!(again.observations, []);

    site.write(Some(id), &title, &format!("<p>{second}</p>")).await;
    let changed = site.pull(Some(&again.cursor)).await.unwrap();
    let edit = &changed.observations[has(&changed, &second).expect("the change is there")];
    assert_eq!((edit.kind, &edit.remote_id), (ObservationKind::Edited, &seen.remote_id));
}

#[tokio::test]
async fn asking_again_costs_the_site_nothing() {
    let Some(site) = Site::find() else { return };
    let _alone = ALONE.lock().await;
    site.write(None, &word(), "<p>x</p>").await;
    // The marks of a version of this very second aren't trusted.
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    let page = site.pull(None).await.unwrap();
    let cursor: Value = serde_json::from_str(&page.cursor).unwrap();
    assert!(cursor["etag"].is_string() || cursor["modified"].is_string());
    let again = site.pull(Some(&page.cursor)).await.unwrap();
    assert_eq!(again.cursor, page.cursor);
}

#[tokio::test]
async fn the_feed_presents_itself_and_says_what_it_cannot_do() {
    let Some(site) = Site::find() else { return };
    let probe = feed().probe(&site.net, &site.account()).await.unwrap();
    assert!(!probe.name.is_empty() && probe.url.is_some());
    for key in CapabilityKey::ALL {
        let line = probe.capabilities.get(key);
        assert!(line.reason.is_some() || key == CapabilityKey::Listen, "{key:?}");
    }
    assert!(!probe.capabilities.can(CapabilityKey::Reply));
}
