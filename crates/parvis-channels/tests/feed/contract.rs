//! The contract, on the feeds of WordPress: articles come and are changed; nothing can be answered, and an article that
//! leaves the feed isn't deleted. WordPress has no JSON feed: that one is tested with a fake site.

use std::sync::Mutex;

use parvis_channels::{Account, Channel, Net, NetOptions, Observation, Outgoing, Visibility};
use tokio::sync::MutexGuard;

use crate::clause::Driver;
use crate::{ALONE, Site, feed, word};

/// A form in which WordPress publishes.
pub trait Form {
    const PATH: &'static str;
}

pub struct Publication<F> {
    site: Site,
    account: Account,
    /// What was written: words and number.
    written: Mutex<Vec<(String, i64)>>,
    form: std::marker::PhantomData<F>,
    _alone: MutexGuard<'static, ()>,
}

impl<F: Form> Driver for Publication<F> {
    const INBOX: &'static str = "entries";
    const ECHO: &'static str = "entries";

    async fn find() -> Option<Self> {
        let site = Site::find()?;
        let alone = ALONE.lock().await;
        let mut account = site.account();
        account.base_url = site.base.join(F::PATH).unwrap();
        let probe = feed().probe(&site.net, &account).await.unwrap();
        account.capabilities = probe.capabilities;
        account.settings = probe.settings;
        let (written, form) = (Mutex::default(), std::marker::PhantomData);
        Some(Self { site, account, written, form, _alone: alone })
    }

    fn room(&self) -> &'static dyn Channel {
        feed()
    }

    fn net(&self) -> &Net {
        &self.site.net
    }

    fn ours(&self) -> &Account {
        &self.account
    }

    fn word(&self) -> String {
        word()
    }

    async fn say(&self, words: &str) {
        let id = self.site.write(None, &word(), &format!("<p>{words}</p>")).await;
        self.written.lock().unwrap().push((words.to_owned(), id));
    }

    async fn change(&self, seen: &Observation, words: &str) {
        let text = &seen.item.as_ref().unwrap().text;
        let id = self.written.lock().unwrap().iter().find(|(words, _)| text.contains(words)).unwrap().1;
        self.site.write(Some(id), &word(), &format!("<p>{words}</p>")).await;
    }

    async fn remove(&self, _seen: &Observation) {
        unreachable!("a feed doesn't tell of it, and the table says so");
    }

    fn answer(&self, to: &Observation, words: &str) -> Outgoing {
        Outgoing { parent_id: Some(to.remote_id.clone()), ..self.post(words) }
    }

    fn post(&self, words: &str) -> Outgoing {
        Outgoing::new(word(), words, Visibility::Public, 0)
    }

    async fn orphan(&self, _words: &str) -> bool {
        false
    }

    async fn other(&self) -> bool {
        false
    }

    fn revoked(&self) -> Option<Account> {
        None
    }

    async fn away(&self) -> (Net, Account) {
        let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let net = Net::new(&NetOptions { allow: vec![closed.to_string()], ..NetOptions::default() }).unwrap();
        let (base_url, settings) = (format!("http://{closed}/").parse().unwrap(), serde_json::Value::Null);
        (net, Account { base_url, settings, ..self.account.clone() })
    }

    async fn lossy(&self) -> Option<(Net, Account)> {
        None
    }
}

mod rss {
    struct Rss;

    impl super::Form for Rss {
        const PATH: &'static str = "/feed/";
    }

    crate::clause::contract!(super::Publication<Rss>);
}

mod atom {
    struct Atom;

    impl super::Form for Atom {
        const PATH: &'static str = "/feed/atom/";
    }

    crate::clause::contract!(super::Publication<Atom>);
}
