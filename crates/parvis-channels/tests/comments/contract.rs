//! The contract, on WordPress: a guest comments on an article of ours.

use parvis_channels::{
    Account, Article, ArticleState, Channel, Net, Observation, Outgoing, Secret, Visibility,
};
use serde_json::json;

use crate::clause::{Driver, contract};
use crate::door;
use crate::site::{Site, word, wordpress};

contract!(Comments);

struct Comments {
    site: Site,
    article: i64,
}

impl Driver for Comments {
    const INBOX: &'static str = "comments";
    const ECHO: &'static str = "comments";

    async fn find() -> Option<Self> {
        let site = Site::find().await?;
        let article = site.article("Titre").await;
        Some(Self { site, article })
    }

    fn room(&self) -> &'static dyn Channel {
        wordpress()
    }

    fn net(&self) -> &Net {
        &self.site.net
    }

    fn ours(&self) -> &Account {
        &self.site.account
    }

    fn word(&self) -> String {
        word()
    }

    async fn say(&self, words: &str) {
        self.site.guest(self.article, 0, "Anna", words).await;
    }

    async fn change(&self, seen: &Observation, words: &str) {
        self.site.change(&seen.remote_id, json!({ "content": words })).await;
    }

    async fn remove(&self, seen: &Observation) {
        self.site.change(&seen.remote_id, json!({ "status": "trash" })).await;
    }

    fn answer(&self, to: &Observation, words: &str) -> Outgoing {
        Outgoing {
            parent_id: Some(to.remote_id.clone()),
            ..Outgoing::new(word(), words, Visibility::Public, 0)
        }
    }

    fn post(&self, words: &str) -> Outgoing {
        let article = Article { title: "Titre".into(), state: ArticleState::Published, ..Article::default() };
        Outgoing { article: Some(article), ..Outgoing::new(word(), words, Visibility::Public, 0) }
    }

    async fn orphan(&self, words: &str) -> bool {
        let above = self.site.guest(self.article, 0, "Anna", &word()).await;
        self.site.guest(self.article, above.parse().unwrap(), "Ben", words).await;
        self.site.change(&above, json!({ "status": "trash" })).await;
        true
    }

    async fn other(&self) -> bool {
        false
    }

    fn revoked(&self) -> Option<Account> {
        let secret = Secret::new(r#"{"user":"admin","password":"wrong"}"#);
        Some(Account { secret, ..self.site.account.clone() })
    }

    async fn away(&self) -> (Net, Account) {
        let (net, url) = door::nowhere().await;
        (net, Account { base_url: url.join("wp-json/").unwrap(), ..self.site.account.clone() })
    }

    async fn lossy(&self) -> Option<(Net, Account)> {
        Some(self.site.behind_a_lossy_door().await)
    }
}
