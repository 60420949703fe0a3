//! A site, its readers, and the account that Parvis has there.

use std::collections::BTreeMap;
use std::process::Command;

use parvis_channels::{
    Account, Channel, ChannelError, ChannelKind, ConnectError, Net, NetOptions, Observation, Outgoing, Page,
    Request, Typed, Visibility, channel,
};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::{Mutex, MutexGuard};
use url::Url;

/// One test at a time: they share the site, and some take it down.
static ALONE: Mutex<()> = Mutex::const_new(());

pub struct Site {
    pub net: Net,
    pub base: Url,
    pub account: Account,
    pub password: String,
    folder: String,
    _alone: MutexGuard<'static, ()>,
}

pub fn wordpress() -> &'static dyn Channel {
    channel(ChannelKind::Wordpress)
}

fn net_for(base: &Url) -> Net {
    let allow = vec![format!("{}:{}", base.host_str().unwrap(), base.port().unwrap_or(80))];
    Net::new(&NetOptions { allow, ..NetOptions::default() }).unwrap()
}

/// Connects an account as the program does.
pub async fn connect(net: &Net, address: &str, user: &str, password: &str) -> Result<Account, ConnectError> {
    let typed = [("address", address), ("user", user), ("password", password)];
    let typed = BTreeMap::from(typed.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let connection = wordpress().connect(net, &Typed::new(wordpress().fields(), typed)?).await?;
    let mut account = Account {
        kind: ChannelKind::Wordpress,
        base_url: connection.base_url,
        handle: String::new(),
        remote_id: String::new(),
        secret: connection.access.secret,
        settings: connection.settings,
        capabilities: parvis_channels::CapabilitySet::default(),
    };
    let probe = wordpress().probe(net, &account).await?;
    account.handle = probe.handle;
    account.remote_id = probe.remote_id;
    account.capabilities = probe.capabilities;
    Ok(account)
}

impl Site {
    /// `None`, with one clear line, when there is no WordPress to test against.
    pub async fn find() -> Option<Self> {
        let names = ["PARVIS_TEST_WORDPRESS", "PARVIS_TEST_WORDPRESS_DIR"];
        let [Ok(base), Ok(folder)] = names.map(std::env::var) else {
            eprintln!("skipped: {} and {} aren't set, no WordPress to test against", names[0], names[1]);
            return None;
        };
        let alone = ALONE.lock().await;
        let file = std::path::Path::new(&folder).join("run").join("apppw");
        let password = std::fs::read_to_string(file).expect("the application password").trim().to_owned();
        let base: Url = base.parse().expect("an address");
        let net = net_for(&base);
        let account = connect(&net, base.as_str(), "admin", &password).await.expect("the account connects");
        Some(Self { net, base, account, password, folder, _alone: alone })
    }

    /// Calls the site's own API as the administrator (`true`) or as anybody.
    pub async fn call(&self, own: bool, method: Method, path: &str, body: Value) -> (u16, Value) {
        let url = self.base.join(&format!("/wp-json/wp/v2/{path}")).unwrap();
        let request = Request::new(method, url).json(body);
        let request = if own { request.basic("admin", &self.password) } else { request };
        let answer = self.net.send(request).await.unwrap();
        (answer.status, serde_json::from_slice(&answer.body).unwrap_or_default())
    }

    async fn id(&self, own: bool, path: &str, body: Value) -> i64 {
        let (status, made) = self.call(own, Method::POST, path, body).await;
        assert!(status < 300, "{status} {made}");
        made["id"].as_i64().unwrap()
    }

    pub async fn article(&self, title: &str) -> i64 {
        let body = json!({ "title": title, "content": "<p>Long text.</p>", "excerpt": "Short.", "status": "publish" });
        self.id(true, "posts", body).await
    }

    /// What a reader without an account writes.
    pub async fn guest(&self, post: i64, parent: i64, name: &str, text: &str) -> String {
        let mail = format!("{}@reader.example", name.to_lowercase());
        let body = json!({ "post": post, "parent": parent, "content": text, "author_name": name, "author_email": mail });
        self.id(false, "comments", body).await.to_string()
    }

    /// Changes a comment on the site itself.
    pub async fn change(&self, id: &str, body: Value) {
        let (status, said) = self.call(true, Method::POST, &format!("comments/{id}"), body).await;
        assert!(status < 300, "{status} {said}");
    }

    pub async fn pull(&self, cursor: Option<&str>) -> Page {
        wordpress().pull(&self.net, &self.account, "comments", cursor).await.unwrap()
    }

    /// Everything since the cursor, page by page, and the cursor after it.
    pub async fn pull_all(&self, cursor: Option<String>) -> (Vec<Observation>, String) {
        let (mut all, mut cursor) = (Vec::new(), cursor);
        loop {
            let page = self.pull(cursor.as_deref()).await;
            all.extend(page.observations);
            cursor = Some(page.cursor);
            if !page.more {
                return (all, cursor.unwrap());
            }
        }
    }

    pub async fn recheck(&self, id: &str) -> Observation {
        let found = wordpress().recheck(&self.net, &self.account, &[id.to_owned()]).await.unwrap();
        found.into_iter().next().expect("an observation for each id")
    }

    pub fn reply(&self, parent: &str, text: &str) -> Outgoing {
        Outgoing {
            parent_id: Some(parent.into()),
            ..Outgoing::new("01a201dd-15e0-7abc-8def-0123456789ab", text, Visibility::Public, 0)
        }
    }

    pub async fn publish(
        &self,
        parent: &str,
        text: &str,
    ) -> Result<parvis_channels::Published, ChannelError> {
        wordpress().publish(&self.net, &self.account, &self.reply(parent, text)).await
    }

    /// Takes the site down, or brings it back with its data.
    pub fn instance(&self, act: &str) {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/servers/wordpress/instance.sh");
        let done = Command::new(script).args([act, &self.folder]).status().unwrap();
        assert!(done.success(), "{act}");
    }

    /// The site behind a door that lets a request through and loses the answer to a POST.
    pub async fn behind_a_lossy_door(&self) -> (Net, Account) {
        let (net, door) = crate::door::lossy(&self.base, "").await;
        (net, Account { base_url: door.join("wp-json/").unwrap(), ..self.account.clone() })
    }
}

/// What was seen of one comment.
pub fn of<'a>(seen: &'a [Observation], id: &str) -> Vec<&'a Observation> {
    seen.iter().filter(|it| it.remote_id == id).collect()
}

/// A word that nothing else holds; letters only, for WordPress writes `2x3` as `2×3`.
pub fn word() -> String {
    parvis_channels::mastodon::oauth::random().unwrap().chars().filter(char::is_ascii_alphabetic).collect()
}
