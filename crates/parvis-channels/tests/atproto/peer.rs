//! A real AT Protocol network: how the tests get at it.
//!
//! `PARVIS_TEST_ATPROTO` names a folder whose `run/network.json` holds the addresses of a PDS with an AppView
//! (`pds`), of one without (`lone`) and of the directory (`plc`). Each test makes its own accounts.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use parvis_channels::{
    Account, CapabilitySet, Channel, ChannelError, ChannelKind, ConnectError, Connection, Net, NetOptions,
    Observation, Outgoing, Request, Secret, Typed, Visibility, channel,
};
use reqwest::Method;
use serde_json::{Value, json};
use url::Url;

pub const POST: &str = "app.bsky.feed.post";
pub const PASSWORD: &str = "the account's own password";

/// The network, shared by tests that leave it as it is, or for one alone that kills its server.
pub struct Peer {
    pub net: Net,
    /// The server with an AppView.
    pub pds: Url,
    /// The server without.
    pub lone: Url,
    pub plc: Url,
    folder: PathBuf,
    _lock: File,
}

/// Somebody with an account.
pub struct Person {
    pub account: Account,
    /// What was typed to connect.
    pub typed: BTreeMap<String, String>,
    /// A session of their own, to do things without the room under test.
    token: String,
}

/// A post as its address and the digest of its content.
#[derive(Debug, Clone)]
pub struct Posted {
    pub uri: String,
    pub cid: String,
}

impl Peer {
    /// `None`, with one clear line, when there is no network to test against.
    pub fn find() -> Option<Self> {
        Self::open(false)
    }

    /// The same for one test alone.
    pub fn alone() -> Option<Self> {
        Self::open(true)
    }

    fn open(alone: bool) -> Option<Self> {
        let Ok(folder) = std::env::var("PARVIS_TEST_ATPROTO") else {
            eprintln!("skipped: PARVIS_TEST_ATPROTO isn't set, no AT Protocol network to test against");
            return None;
        };
        let folder = PathBuf::from(folder).join("run");
        let lock = File::create(folder.join("test.lock")).expect("a folder of the network");
        if alone {
            lock.lock().unwrap()
        } else {
            lock.lock_shared().unwrap()
        };
        let network = std::fs::read(folder.join("network.json")).unwrap();
        let network: Value = serde_json::from_slice(&network).unwrap();
        let url = |name: &str| network[name].as_str().unwrap().parse::<Url>().unwrap();
        let (pds, lone, plc) = (url("pds"), url("lone"), url("plc"));
        let allow = [&pds, &lone, &plc].map(|url| format!("localhost:{}", url.port().unwrap())).to_vec();
        let net = Net::new(&NetOptions { allow, ..NetOptions::default() }).unwrap();
        Some(Self { net, pds, lone, plc, folder, _lock: lock })
    }

    /// Makes an account, and connects it as a person would.
    pub async fn person(&self, server: &Url, name: &str) -> Person {
        let handle = format!("{}{}.test", &name[..4], word());
        let body = json!({ "handle": handle, "email": format!("{handle}@mail.test"), "password": PASSWORD });
        let made =
            self.xrpc(server, None, Method::POST, "com.atproto.server.createAccount", &[], Some(body)).await;
        let token = made["accessJwt"].as_str().unwrap().to_owned();
        let body = Some(json!({ "name": "parvis" }));
        let given = self
            .xrpc(server, Some(&token), Method::POST, "com.atproto.server.createAppPassword", &[], body)
            .await;
        let typed = BTreeMap::from([
            ("handle".to_owned(), format!("@{handle}")),
            ("password".to_owned(), given["password"].as_str().unwrap().to_owned()),
            ("server".to_owned(), server.to_string()),
            ("directory".to_owned(), self.plc.to_string()),
        ]);
        let connection = self.connect(&typed).await.unwrap();
        Person { account: self.probed(connection).await, typed, token }
    }

    pub async fn connect(&self, typed: &BTreeMap<String, String>) -> Result<Connection, ConnectError> {
        bluesky().connect(&self.net, &Typed::new(bluesky().fields(), typed.clone())?).await
    }

    /// The account of a connection, as the program would keep it.
    pub async fn probed(&self, connection: Connection) -> Account {
        let mut account = Account {
            kind: ChannelKind::Bluesky,
            base_url: connection.base_url,
            handle: String::new(),
            remote_id: String::new(),
            secret: connection.access.secret,
            settings: connection.settings,
            capabilities: CapabilitySet::default(),
        };
        let probe = bluesky().probe(&self.net, &account).await.unwrap();
        account.handle = probe.handle;
        account.remote_id = probe.remote_id;
        account.settings = probe.settings;
        account.capabilities = probe.capabilities;
        account
    }

    /// Calls a server without the room under test.
    async fn xrpc(
        &self,
        server: &Url,
        token: Option<&str>,
        method: Method,
        name: &str,
        query: &[(&str, &str)],
        body: Option<Value>,
    ) -> Value {
        let mut url = server.join(&format!("/xrpc/{name}")).unwrap();
        url.query_pairs_mut().extend_pairs(query);
        let mut request = Request::new(method, url);
        if let Some(token) = token {
            request = request.bearer(token);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = self.net.send(request).await.unwrap();
        let text = answer.text().unwrap();
        assert!(answer.status < 300, "{name} gave {}: {text}", answer.status);
        serde_json::from_str(if text.is_empty() { "null" } else { text }).unwrap()
    }

    /// Asks as somebody.
    pub async fn get(&self, who: &Person, name: &str, query: &[(&str, &str)]) -> Value {
        self.xrpc(&who.account.base_url, Some(&who.token), Method::GET, name, query, None).await
    }

    /// Does something as somebody.
    pub async fn act(&self, who: &Person, name: &str, body: Value) -> Value {
        self.xrpc(&who.account.base_url, Some(&who.token), Method::POST, name, &[], Some(body)).await
    }

    /// Writes a record as somebody; a key that is there is overwritten.
    pub async fn record(
        &self,
        who: &Person,
        collection: &str,
        rkey: Option<&str>,
        mut record: Value,
    ) -> Posted {
        record["$type"] = json!(collection);
        if record.get("createdAt").is_none() {
            record["createdAt"] = json!(self.now(who).await);
        }
        let mut body = json!({ "repo": who.account.remote_id, "collection": collection, "record": record });
        let method = match rkey {
            Some(rkey) => {
                body["rkey"] = json!(rkey);
                "com.atproto.repo.putRecord"
            }
            None => "com.atproto.repo.createRecord",
        };
        let made = self.act(who, method, body).await;
        Posted { uri: made["uri"].as_str().unwrap().into(), cid: made["cid"].as_str().unwrap().into() }
    }

    /// What time it is for a server.
    pub async fn now(&self, who: &Person) -> String {
        let url = who.account.base_url.join("/xrpc/_health").unwrap();
        let at = self.net.send(Request::get(url)).await.unwrap().date().unwrap();
        format!("{:.3}", jiff::Timestamp::from_microsecond(at).unwrap())
    }

    /// Posts as somebody, and waits until the AppView shows it, where there is one.
    pub async fn post(&self, who: &Person, text: &str, parent: Option<&Posted>) -> Posted {
        let mut record = json!({ "text": text });
        if let Some(parent) = parent {
            let strong = json!({ "uri": parent.uri, "cid": parent.cid });
            record["reply"] = json!({ "root": strong, "parent": strong });
        }
        self.show(who, record).await
    }

    pub async fn show(&self, who: &Person, record: Value) -> Posted {
        let posted = self.record(who, POST, None, record).await;
        if who.account.base_url == self.pds {
            self.until(who, &posted.uri, |post| !post.is_null()).await;
        }
        posted
    }

    /// Waits until a post is as wished in the AppView.
    pub async fn until(&self, who: &Person, uri: &str, wished: impl Fn(&Value) -> bool) {
        for _ in 0..100 {
            let found = self.get(who, "app.bsky.feed.getPosts", &[("uris", uri)]).await;
            if wished(&found["posts"][0]) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{uri} never became as wished");
    }

    /// Names somebody in a text.
    pub fn mention(&self, who: &Person, words: &str) -> Value {
        let text = format!("@{} {words}", who.account.handle);
        let feature = json!({ "$type": "app.bsky.richtext.facet#mention", "did": who.account.remote_id });
        let index = json!({ "byteStart": 0, "byteEnd": 1 + who.account.handle.len() });
        json!({ "text": text, "facets": [{ "index": index, "features": [feature] }] })
    }

    /// Where a stream stands now.
    pub async fn stand(&self, who: &Account, stream: &str) -> String {
        let mut page = bluesky().pull(&self.net, who, stream, None).await.unwrap();
        while page.more {
            page = bluesky().pull(&self.net, who, stream, Some(&page.cursor)).await.unwrap();
        }
        page.cursor
    }

    /// Pulls until something is as wished, and gives it with the cursor behind it.
    pub async fn wait_for(
        &self,
        who: &Account,
        stream: &str,
        cursor: &str,
        wished: impl Fn(&Observation) -> bool,
    ) -> (Observation, String) {
        let mut cursor = cursor.to_owned();
        for _ in 0..100 {
            let page = bluesky().pull(&self.net, who, stream, Some(&cursor)).await.unwrap();
            cursor = page.cursor;
            if let Some(found) = page.observations.into_iter().find(&wished) {
                return (found, cursor);
            }
            if !page.more {
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        }
        panic!("it never came to {stream}");
    }

    /// Kills the server with the AppView, runs something, and starts it again.
    pub async fn while_dead<T>(&self, what: impl Future<Output = T>) -> T {
        let file = self.folder.join("pds.pid");
        let pid = std::fs::read_to_string(&file).unwrap().trim().to_owned();
        let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap();
        let words: Vec<String> = line
            .split(|byte| *byte == 0)
            .filter(|word| !word.is_empty())
            .map(|word| String::from_utf8(word.to_vec()).unwrap())
            .collect();
        assert!(Command::new("kill").args(["-9", &pid]).status().unwrap().success());
        self.until_answers(false).await;
        let result = what.await;
        let (program, arguments) = words.split_first().unwrap();
        let log = File::options().append(true).open(self.folder.join("pds.log")).unwrap();
        let mut child = Command::new(program)
            .args(arguments)
            .env("NODE_ENV", "test")
            .env("LOG_ENABLED", "false")
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        std::fs::write(file, format!("{}\n", child.id())).unwrap();
        std::thread::spawn(move || child.wait());
        self.until_answers(true).await;
        result
    }

    async fn until_answers(&self, wanted: bool) {
        for _ in 0..300 {
            let url = self.pds.join("/xrpc/_health").unwrap();
            if self.net.send(Request::get(url)).await.is_ok() == wanted {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the server is in the wrong state");
    }
}

pub fn bluesky() -> &'static dyn Channel {
    channel(ChannelKind::Bluesky)
}

pub fn reply(parent: &str, text: &str) -> Outgoing {
    Outgoing {
        parent_id: Some(parent.to_owned()),
        language: Some("en".into()),
        ..Outgoing::new(format!("01a201dd-15e0-7abc-8def-{}", word()), text, Visibility::Public, 0)
    }
}

/// The same account with an access that was never given.
pub fn stranger(account: &Account) -> Account {
    let keys = json!({ "access": "not.a.token", "refresh": "not.a.token", "password": "no" });
    Account { secret: Secret::new(keys.to_string()), ..account.clone() }
}

/// The kept access with some of it changed.
pub fn altered(account: &Account, changes: &[(&str, &str)]) -> Account {
    let mut keys: Value = serde_json::from_str(account.secret.expose()).unwrap();
    for (name, value) in changes {
        keys[*name] = json!(value);
    }
    Account { secret: Secret::new(keys.to_string()), ..account.clone() }
}

/// Twelve hexadecimal digits that no other test uses.
pub fn word() -> String {
    let word = parvis_channels::mastodon::oauth::random().unwrap();
    let digest = ring::digest::digest(&ring::digest::SHA256, word.as_bytes());
    digest.as_ref().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

pub fn says(word: &str) -> impl Fn(&Observation) -> bool {
    move |seen| seen.item.as_ref().is_some_and(|item| item.text.contains(word))
}

pub fn code<T: std::fmt::Debug>(result: Result<T, ChannelError>) -> &'static str {
    result.unwrap_err().code()
}
