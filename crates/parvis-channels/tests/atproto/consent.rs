//! Somebody at the sign-in page of their server: the requests that the page sends when they type their password and
//! press "Authorize". The page itself, in a browser, is in the browser tests.

use std::collections::BTreeMap;

use parvis_channels::{Account, Client, Connection, Net, Returned, SignIn, Typed};
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use serde_json::{Value, json};
use url::Url;

use crate::peer::{PASSWORD, Peer, Person, bluesky, word};

/// Where the person would come back to; nobody listens there.
const BACK: &str = "http://127.0.0.1:9/channels/oauth/callback";
const API: &str = "/@atproto/oauth-provider/~api";

/// Parvis on a machine by itself.
pub fn local() -> Client {
    let key = parvis_channels::bluesky::client_key().unwrap();
    Client { site: "http://127.0.0.1:9/".parse().unwrap(), back: BACK.parse().unwrap(), key }
}

/// What names an account to sign in with.
pub fn named(person: &Person) -> Typed {
    let typed: BTreeMap<_, _> =
        person.typed.clone().into_iter().filter(|(name, _)| name != "password").collect();
    Typed::new(bluesky().fields(), typed).unwrap()
}

/// Begins to connect the account of a person.
pub async fn begin(net: &Net, person: &Person, state: &str) -> SignIn {
    bluesky().begin(net, &named(person), &local(), state).await.unwrap().expect("a page to sign in on")
}

/// Connects the account of a person by the page of their server.
pub async fn connected(peer: &Peer, person: &Person) -> Account {
    let state = word();
    let begun = begin(&peer.net, person, &state).await;
    let came = consent(&begun.address, person).await;
    assert_eq!(came["state"], state);
    let connection = finish(&peer.net, &begun, &came).await.unwrap();
    peer.probed(connection).await
}

pub async fn finish(
    net: &Net,
    begun: &SignIn,
    came: &BTreeMap<String, String>,
) -> Result<Connection, parvis_channels::ConnectError> {
    let returned = Returned { code: came["code"].clone(), issuer: came.get("iss").cloned() };
    bluesky().finish(net, &begun.kept, &returned).await
}

/// A browser, as far as the page needs one.
struct Browser {
    http: reqwest::Client,
    page: Url,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    fn cookie(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    fn keep(&mut self, answer: &reqwest::Response) {
        for set in answer.headers().get_all(SET_COOKIE) {
            let pair = set.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }

    async fn open(&mut self, url: Url, site: &str) -> reqwest::Response {
        let request = self.http.get(url).header(COOKIE, self.cookie()).header("referer", self.page.as_str());
        let request = request.header("sec-fetch-site", site).header("sec-fetch-mode", "navigate");
        let answer = request.header("sec-fetch-dest", "document").send().await.unwrap();
        self.keep(&answer);
        answer
    }

    async fn post(&mut self, name: &str, body: Value, token: Option<&str>) -> Value {
        let url = self.page.join(&format!("{API}/{name}")).unwrap();
        let mut request = self.http.post(url).header(COOKIE, self.cookie()).json(&body);
        for (header, value) in [
            ("referer", self.page.as_str()),
            ("origin", self.page.origin().ascii_serialization().as_str()),
            ("sec-fetch-site", "same-origin"),
            ("sec-fetch-mode", "same-origin"),
            ("x-csrf-token", &self.cookies["csrf-token"]),
        ] {
            request = request.header(header, value);
        }
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let answer = request.send().await.unwrap();
        self.keep(&answer);
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert!(status.is_success(), "{name} gave {status}: {text}");
        serde_json::from_str(&text).unwrap()
    }
}

/// Signs in and consents; gives what the person is sent back with.
pub async fn consent(page: &Url, person: &Person) -> BTreeMap<String, String> {
    let http = reqwest::Client::builder().no_proxy().tls_certs_only([]);
    let http = http.redirect(reqwest::redirect::Policy::none()).user_agent("a browser").build().unwrap();
    let mut browser = Browser { http, page: page.clone(), cookies: BTreeMap::new() };
    let shown = browser.open(page.clone(), "cross-site").await;
    assert!(shown.status().is_success(), "{}", shown.text().await.unwrap());
    let who = json!({ "locale": "en", "username": person.account.handle, "password": PASSWORD });
    let signed = browser.post("sign-in", who, None).await;
    let token = signed["ephemeralToken"].as_str().map(str::to_owned);
    let did = json!({ "did": person.account.remote_id });
    let agreed = browser.post("consent", did, token.as_deref()).await;
    let sent = browser.open(agreed["url"].as_str().unwrap().parse().unwrap(), "same-origin").await;
    let place: Url = sent.headers()[LOCATION].to_str().unwrap().parse().unwrap();
    assert!(place.as_str().starts_with(BACK), "{place}");
    place.query_pairs().into_owned().collect()
}
