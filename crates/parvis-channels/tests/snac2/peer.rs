//! A real ActivityPub server, snac2, twice and federating: how the tests get at it.
//!
//! `PARVIS_TEST_SNAC2` names a folder with the two servers' folders `run/a` and `run/b` and
//! their users, "user password" lines, in `run/a.users` and `run/b.users`.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use parvis_channels::{
    Account, Answer, CapabilitySet, Channel, ChannelError, ChannelKind, Net, NetOptions, Observation,
    Request, Secret, channel, mastodon::oauth,
};
use reqwest::Method;
use serde_json::Value;
use url::Url;

/// Where the person would come back to; nobody listens there.
const BACK: &str = "http://127.0.0.1:9/back";

/// The two servers, for one test at a time.
pub struct Peer {
    pub net: Net,
    /// Address of the first server (users brand and customer).
    pub a: Url,
    /// Address of the second server (user remote).
    pub b: Url,
    folder: PathBuf,
    _alone: File,
}

impl Peer {
    /// `None`, with one clear line, when there is no server to test against.
    pub fn find() -> Option<Self> {
        let Ok(folder) = std::env::var("PARVIS_TEST_SNAC2") else {
            eprintln!("skipped: PARVIS_TEST_SNAC2 isn't set, no snac2 to test against");
            return None;
        };
        let folder = PathBuf::from(folder).join("run");
        let alone = File::create(folder.join("test.lock")).expect("a folder of snac2");
        alone.lock().expect("the lock");
        let (a, b) = (address(&folder, "a"), address(&folder, "b"));
        let allow = [&a, &b].map(|url| host(url).to_owned()).to_vec();
        let net = Net::new(&NetOptions { allow, ..NetOptions::default() }).unwrap();
        Some(Self { net, a, b, folder, _alone: alone })
    }

    /// Connects as a person would, through the server's own login form.
    pub async fn connect(&self, base: &Url, user: &str) -> Account {
        let base_url = base.clone();
        let app = oauth::register(&self.net, &base_url, BACK, None).await.unwrap();
        let verifier = oauth::Verifier::new().unwrap();
        let state = oauth::random().unwrap();
        let page = oauth::authorize_url(&app, &state, Some(&verifier)).unwrap();
        let code = self.consent(page, user, &self.password(base, user)).await;
        assert_eq!(code.1, state);
        let secret = oauth::exchange(&self.net, &app, &code.0, Some(&verifier)).await.unwrap();
        let mut account = Account {
            kind: ChannelKind::Mastodon,
            base_url,
            handle: String::new(),
            remote_id: String::new(),
            secret,
            settings: Value::Null,
            capabilities: CapabilitySet::default(),
        };
        let probe = mastodon().probe(&self.net, &account).await.unwrap();
        account.handle = probe.handle;
        account.remote_id = probe.remote_id;
        account.settings = probe.settings;
        account.capabilities = probe.capabilities;
        account
    }

    pub fn password(&self, base: &Url, user: &str) -> String {
        let list = if *base == self.a { "a.users" } else { "b.users" };
        let list = std::fs::read_to_string(self.folder.join(list)).unwrap();
        let line = list.lines().find_map(|line| line.strip_prefix(&format!("{user} ")));
        line.expect("the user is there").to_owned()
    }

    /// Fills in the login form and gives the code and the state that come back.
    async fn consent(&self, page: Url, user: &str, password: &str) -> (String, String) {
        let form = self.net.send(Request::get(page.clone())).await.unwrap();
        let form = form.text().unwrap().to_owned();
        let between = |text: &str, from: &str| -> String {
            let (_, rest) = text.split_once(from).expect("the form has it");
            rest.split('"').next().unwrap().to_owned()
        };
        let mut fields =
            vec![("login".to_owned(), user.to_owned()), ("passwd".to_owned(), password.to_owned())];
        for input in form.split("<input").skip(1).filter(|input| input.contains("hidden")) {
            fields.push((between(input, "name=\""), between(input, "value=\"")));
        }
        let action = page.join(&between(&form, "action=\"")).unwrap();
        let answer = self.net.send(Request::new(Method::POST, action).form(fields)).await.unwrap();
        let place = answer.header(&reqwest::header::LOCATION).expect("sent back").to_owned();
        let place: Url = place.parse().unwrap();
        let value = |name| place.query_pairs().find(|(n, _)| n == name).unwrap().1.into_owned();
        (value("code"), value("state"))
    }

    /// Calls the API as somebody, without the channel under test.
    pub async fn call(&self, who: &Account, method: Method, path: &str, body: Option<Value>) -> Value {
        let token: Value = serde_json::from_str(who.secret.expose()).unwrap();
        let mut request = Request::new(method, who.base_url.join(path).unwrap())
            .bearer(token["access_token"].as_str().unwrap());
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = self.net.send(request).await.unwrap();
        assert!(answer.status < 300, "{path} gave {}", answer.status);
        serde_json::from_slice(&answer.body).unwrap()
    }

    /// Posts as somebody.
    pub async fn post(&self, who: &Account, text: &str) -> Value {
        let body = serde_json::json!({ "status": text });
        self.call(who, Method::POST, "/api/v1/statuses", Some(body)).await
    }

    /// Presses "Delete" on the server's web page: this version can't by its API.
    pub async fn delete_on_web(&self, base: &Url, user: &str, uri: &str) -> Answer {
        use base64::Engine;
        let sign = format!("{user}:{}", self.password(base, user));
        let sign = base64::engine::general_purpose::STANDARD.encode(sign);
        let url = base.join(&format!("{user}/admin/action")).unwrap();
        let fields = [("id", uri), ("actor", &format!("{base}{user}")), ("action", "Delete")];
        let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let request = Request::new(Method::POST, url)
            .header(reqwest::header::AUTHORIZATION, &format!("Basic {sign}"))
            .form(fields.to_vec());
        self.net.send(request).await.unwrap()
    }

    /// Pulls until a message with this word comes, and gives it with the cursor behind it.
    pub async fn wait_for(
        &self,
        who: &Account,
        stream: &str,
        mut cursor: Option<String>,
        word: &str,
    ) -> (Observation, String) {
        for _ in 0..60 {
            let page = mastodon().pull(&self.net, who, stream, cursor.as_deref()).await.unwrap();
            cursor = Some(page.cursor.clone());
            let has = |o: &Observation| o.item.as_ref().is_some_and(|i| i.text.contains(word));
            if let Some(found) = page.observations.into_iter().find(has) {
                return (found, page.cursor);
            }
            if !page.more {
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
        }
        panic!("“{word}” never came to {stream}");
    }

    /// Looks at a message again until it is as wished.
    pub async fn recheck_until(
        &self,
        who: &Account,
        id: &str,
        done: impl Fn(&Observation) -> bool,
    ) -> Observation {
        for _ in 0..60 {
            let ids = [id.to_owned()];
            let seen = mastodon().recheck(&self.net, who, &ids).await.unwrap().remove(0);
            if done(&seen) {
                return seen;
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        panic!("{id} never became as wished");
    }

    /// Kills the first server, runs something, and starts it again.
    pub async fn while_dead<T>(&self, what: impl Future<Output = T>) -> T {
        let file = self.folder.join("a.pid");
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
        let log = File::options().append(true).open(self.folder.join("a.log")).unwrap();
        let mut child = Command::new(program)
            .args(arguments)
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
        for _ in 0..100 {
            let url = self.a.join("api/v1/instance").unwrap();
            if self.net.send(Request::get(url)).await.is_ok() == wanted {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the server is in the wrong state");
    }
}

pub fn mastodon() -> &'static dyn Channel {
    channel(ChannelKind::Mastodon)
}

/// The same account with a token that was never given.
pub fn revoked(account: &Account) -> Account {
    let secret = Secret::new(r#"{"access_token":"not-a-token"}"#);
    Account { secret, ..account.clone() }
}

/// A word that no other test uses.
pub fn word() -> String {
    let word = oauth::random().unwrap();
    word.chars().filter(char::is_ascii_alphanumeric).take(12).collect()
}

pub fn code<T: std::fmt::Debug>(result: Result<T, ChannelError>) -> &'static str {
    result.unwrap_err().code()
}

/// Where a server listens, by its own configuration.
fn address(folder: &Path, name: &str) -> Url {
    let text = std::fs::read_to_string(folder.join(name).join("server.json")).unwrap();
    let server: Value = serde_json::from_str(&text).unwrap();
    format!("http://{}/", server["host"].as_str().unwrap()).parse().unwrap()
}

pub fn host(url: &Url) -> &str {
    url.host_str().unwrap()
}
