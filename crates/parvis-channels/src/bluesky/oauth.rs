//! Signing in on the page of the account's own network, in the profile of OAuth that the AT Protocol has
//! (atproto.com/specs/oauth): what is asked for is told beforehand (PAR), the person signs in there, the code that they
//! come back with opens once and only for whoever began (PKCE), and the access is bound to a key that never leaves here
//! (DPoP). The token that renews it is good once: whoever presents it twice loses the account.
//!
//! Parvis is its own description: where it has an https address it proves who it is with a key of its own, which the
//! network rewards with access that lasts; on a machine by itself it is one of many programs that could say so.

mod proof;
mod server;

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::{Host, Url};

use super::identity::Home;
use crate::html::one_line;
use crate::mastodon::oauth::random;
use crate::{
    Access, Answer, ChannelError, Client, ConnectError, Connection, Net, Request, Returned, Secret, SignIn,
};
use proof::Key;
use server::Server;

/// What Parvis asks for: to read and write posts as an app password does, and nothing of the account itself.
const SCOPE: &str = "atproto transition:generic";
/// How a client proves itself (RFC 7523, 2.2).
const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// How long access lives where the server doesn't say.
const LIFE: u64 = 300;

/// Access that was given on the network's page: the half of [`super::client::Keys`] for that way.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Grant {
    /// What the server that gave it calls itself.
    issuer: String,
    /// Where it is renewed.
    token: Url,
    /// Where it is given back.
    revoke: Option<Url>,
    client: Known,
    /// The key to which it is bound.
    key: String,
    /// Signs calls, for some minutes.
    dpop_access: String,
    /// Gets the next two, once.
    dpop_refresh: String,
}

/// Parvis as a server knows it.
#[derive(Clone, Serialize, Deserialize)]
struct Known {
    id: String,
    back: String,
    /// Proves it; `None` where nothing can.
    key: Option<String>,
}

/// What is kept while somebody signs in.
#[derive(Serialize, Deserialize)]
struct Begun {
    server: Server,
    client: Known,
    key: String,
    verifier: String,
    did: String,
    pds: Url,
    settings: Value,
}

#[derive(Deserialize)]
struct Pushed {
    request_uri: String,
}

#[derive(Deserialize)]
struct Given {
    access_token: String,
    refresh_token: String,
    token_type: String,
    expires_in: Option<u64>,
    #[serde(default)]
    scope: String,
    sub: String,
}

/// Where Parvis describes itself; `None` where nobody outside could read it.
fn address(client: &Client) -> Option<Url> {
    let site = client.site.as_str().trim_end_matches('/');
    let named = matches!(client.site.host(), Some(Host::Domain(name)) if name.contains('.'));
    let public = client.site.scheme() == "https" && named;
    public.then(|| format!("{site}/oauth-client-metadata.json").parse().ok()).flatten()
}

/// Parvis by its description, or as one of many programs on the machine of whoever signs in (the network then reads the
/// description from the name itself). `None` where people couldn't be sent back safely.
fn known(client: &Client, server: &Server) -> Option<Known> {
    let back = client.back.to_string();
    if let Some(address) = address(client) {
        let key = server.takes("private_key_jwt").then(|| client.key.expose().to_owned());
        return Some(Known { id: address.into(), back, key });
    }
    let here = match client.back.host() {
        Some(Host::Ipv4(it)) => it.is_loopback(),
        Some(Host::Ipv6(it)) => it.is_loopback(),
        _ => false,
    };
    if !here || client.back.scheme() != "http" {
        return None;
    }
    let mut id: Url = "http://localhost".parse().ok()?;
    id.query_pairs_mut().append_pair("redirect_uri", &back).append_pair("scope", SCOPE);
    Some(Known { id: id.as_str().replacen("localhost/?", "localhost?", 1), back, key: None })
}

/// What Parvis says of itself to servers of this network, at `/oauth-client-metadata.json`; `None` where it has no public
/// https address.
pub(super) fn description(client: &Client) -> Option<Value> {
    let id = address(client)?;
    let key = Key::read(&client.key).ok()?;
    let mut public = key.public();
    (public["kid"], public["alg"], public["use"]) = (json!(key.name()), json!("ES256"), json!("sig"));
    Some(json!({
        "client_id": id.as_str(),
        "client_name": "Parvis",
        "client_uri": client.site.as_str(),
        "application_type": "web",
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "redirect_uris": [client.back.as_str()],
        "scope": SCOPE,
        "dpop_bound_access_tokens": true,
        "token_endpoint_auth_method": "private_key_jwt",
        "token_endpoint_auth_signing_alg": "ES256",
        "jwks": { "keys": [public] },
    }))
}

/// A key by which Parvis proves who it is.
pub(super) fn client_key() -> Result<Secret, ChannelError> {
    Ok(Key::make()?.kept().clone())
}

/// Tells the server what is wanted, and gives the address of its page.
pub(super) async fn begin(
    net: &Net,
    (home, name, settings): (Home, &str, Value),
    client: &Client,
    state: &str,
) -> Result<SignIn, ConnectError> {
    let refuse = |code| ConnectError::Field { name: "password", code };
    let server = server::find(net, &home.pds).await?.ok_or(refuse("passwords_only"))?;
    let client = known(client, &server).ok_or(refuse("no_way_back"))?;
    let (key, verifier) = (Key::make()?, random()?);
    let fields = [
        ("response_type", "code"),
        ("response_mode", "query"),
        ("redirect_uri", &client.back),
        ("scope", SCOPE),
        ("state", state),
        ("code_challenge", &URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()))),
        ("code_challenge_method", "S256"),
        ("login_hint", name),
    ];
    let door = Door { net, issuer: &server.issuer, client: &client, key: &key };
    let pushed: Pushed = crate::json::read(&door.knock(&server.pushed, &fields).await?)?;
    let mut address = server.authorize.clone();
    address
        .query_pairs_mut()
        .append_pair("client_id", &client.id)
        .append_pair("request_uri", &pushed.request_uri);
    let key = key.kept().expose().to_owned();
    let begun = Begun { server, client, key, verifier, did: home.did, pds: home.pds, settings };
    Ok(SignIn { address, kept: kept(&begun)? })
}

/// The person came back: the code opens the account, if it is the one that was asked for.
pub(super) async fn finish(net: &Net, was: &Secret, returned: &Returned) -> Result<Connection, ConnectError> {
    let Begun { server, client, key, verifier, did, pds, settings } =
        serde_json::from_str(was.expose()).map_err(|_| malformed("what was begun can't be read"))?;
    // Whoever sent them back has to be the one they were sent to (RFC 9207).
    if returned.issuer.as_deref() != Some(server.issuer.as_str()) {
        return Err(malformed("another server sent you back than the one you were sent to").into());
    }
    let key = Key::read(&Secret::new(key))?;
    let door = Door { net, issuer: &server.issuer, client: &client, key: &key };
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", &returned.code),
        ("redirect_uri", &client.back),
        ("code_verifier", &verifier),
    ];
    let answer = door.knock(&server.token, &fields).await.map_err(|error| match error {
        // There is no access yet that could have been revoked: it is the code that is wrong.
        ChannelError::Unauthorized { message } => ChannelError::Refused { status: 400, message },
        error => error,
    })?;
    let given = given(&answer, &did)?;
    let grant = Grant {
        issuer: server.issuer,
        token: server.token,
        revoke: server.revoke,
        client,
        key: key.kept().expose().to_owned(),
        dpop_access: String::new(),
        dpop_refresh: String::new(),
    };
    Ok(Connection { base_url: pds, access: grant.next(given)?, settings, shown: None })
}

impl Grant {
    /// Sends a call in its name.
    pub(super) async fn send(&self, net: &Net, request: Request) -> Result<Answer, ChannelError> {
        proof::send(net, &self.bound()?, Some(&self.dpop_access), request).await
    }

    /// The next access; the token that is handed over for it is spent then.
    pub(super) async fn renew(&self, net: &Net, did: &str) -> Result<Access, ChannelError> {
        let fields = [("grant_type", "refresh_token"), ("refresh_token", self.dpop_refresh.as_str())];
        let answer = self.door(net, &self.bound()?).knock(&self.token, &fields).await?;
        self.clone().next(given(&answer, did)?)
    }

    /// Gives the access back.
    pub(super) async fn give_back(&self, net: &Net) -> Result<(), ChannelError> {
        let Some(place) = &self.revoke else {
            return Err(ChannelError::Unsupported(crate::Why::NotOnServer));
        };
        let fields = [("token", self.dpop_refresh.as_str()), ("token_type_hint", "refresh_token")];
        self.door(net, &self.bound()?).knock(place, &fields).await.map(drop)
    }

    fn bound(&self) -> Result<Key, ChannelError> {
        Key::read(&Secret::new(&self.key))
    }

    fn door<'a>(&'a self, net: &'a Net, key: &'a Key) -> Door<'a> {
        Door { net, issuer: &self.issuer, client: &self.client, key }
    }

    fn next(self, given: Given) -> Result<Access, ChannelError> {
        let lives_for = Duration::from_secs(given.expires_in.unwrap_or(LIFE));
        let next = Self { dpop_access: given.access_token, dpop_refresh: given.refresh_token, ..self };
        Ok(Access { secret: kept(&next)?, lives_for: Some(lives_for) })
    }
}

fn kept(it: &impl Serialize) -> Result<Secret, ChannelError> {
    serde_json::to_string(it).map(Secret::new).map_err(|_| malformed("the tokens can't be kept"))
}

fn malformed(message: &str) -> ChannelError {
    ChannelError::Malformed { message: message.to_owned() }
}

/// What was given, if it is bound to our key, for the right account, and for what was asked.
fn given(answer: &Answer, did: &str) -> Result<Given, ChannelError> {
    let given: Given = crate::json::read(answer)?;
    if given.sub != did {
        return Err(ChannelError::Refused {
            status: answer.status,
            message: "somebody else signed in than the account that was named".to_owned(),
        });
    }
    if !given.token_type.eq_ignore_ascii_case("DPoP") {
        return Err(malformed("the server gives access that isn't bound to a key"));
    }
    let granted = |scope: &str| given.scope.split(' ').any(|it| it == scope);
    if let Some(missing) = SCOPE.split(' ').find(|scope| !granted(scope)) {
        return Err(ChannelError::Unsupported(crate::Why::MissingScope(missing.to_owned())));
    }
    Ok(given)
}

/// The doors of the server that gives access.
struct Door<'a> {
    net: &'a Net,
    issuer: &'a str,
    client: &'a Known,
    key: &'a Key,
}

impl Door<'_> {
    async fn knock(&self, place: &Url, fields: &[(&str, &str)]) -> Result<Answer, ChannelError> {
        let mut fields: Vec<(String, String)> =
            fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        fields.push(("client_id".to_owned(), self.client.id.clone()));
        if let Some(key) = &self.client.key {
            let now = proof::time_at(self.net, place).await?;
            let word = Key::read(&Secret::new(key))?.word(&self.client.id, self.issuer, now)?;
            fields.push(("client_assertion_type".to_owned(), ASSERTION.to_owned()));
            fields.push(("client_assertion".to_owned(), word));
        }
        let request = Request::new(Method::POST, place.clone()).form(fields);
        checked(proof::send(self.net, self.key, None, request).await?)
    }
}

/// Sorts what the server that gives access answers (RFC 6749, 5.2).
fn checked(answer: Answer) -> Result<Answer, ChannelError> {
    #[derive(Default, Deserialize)]
    struct Failure {
        #[serde(default)]
        error: String,
        #[serde(default)]
        error_description: String,
    }
    let status = answer.status;
    if (200..300).contains(&status) {
        return Ok(answer);
    }
    let failure: Failure = crate::json::read(&answer).unwrap_or_default();
    let (name, said) = (one_line(&failure.error, 60), one_line(&failure.error_description, 300));
    let message = if said.is_empty() { format!("status {status} {name}") } else { format!("{name}: {said}") };
    Err(match (status, name.as_str()) {
        (429, _) => ChannelError::Limited { retry_after: answer.wait() },
        (408 | 425 | 500.., _) | (_, "temporarily_unavailable" | "server_error" | "use_dpop_nonce") => {
            ChannelError::Unreachable { message }
        }
        (_, "invalid_grant" | "invalid_client" | "unauthorized_client" | "access_denied") | (401, _) => {
            ChannelError::Unauthorized { message }
        }
        _ => ChannelError::Refused { status, message },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(site: &str) -> Client {
        let site: Url = site.parse().unwrap();
        let back = site.join("channels/oauth/callback").unwrap();
        Client { site, back, key: client_key().unwrap() }
    }

    #[test]
    fn parvis_describes_itself_where_it_has_a_public_address_and_shows_no_secret() {
        let client = client("https://parvis.example/");
        let said = description(&client).unwrap();
        assert_eq!(said["client_id"], "https://parvis.example/oauth-client-metadata.json");
        assert_eq!(said["redirect_uris"], json!(["https://parvis.example/channels/oauth/callback"]));
        let key = &said["jwks"]["keys"][0];
        assert_eq!((&key["crv"], key.get("d")), (&json!("P-256"), None));
        assert!(!said.to_string().contains(client.key.expose()));
        for nowhere in
            ["http://parvis.example/", "https://127.0.0.1/", "https://localhost/", "http://127.0.0.1:8080/"]
        {
            assert_eq!(description(&self::client(nowhere)), None, "{nowhere}");
        }
    }

    #[test]
    fn what_was_given_has_to_be_for_the_account_bound_and_enough() {
        let answer = |change: &dyn Fn(&mut Value)| {
            let mut it = json!({
                "access_token": "a", "refresh_token": "r", "token_type": "DPoP", "expires_in": 3600,
                "scope": "atproto transition:generic", "sub": "did:plc:a",
            });
            change(&mut it);
            Answer {
                status: 200,
                headers: reqwest::header::HeaderMap::new(),
                body: it.to_string().into(),
                url: "https://as.example/".parse().unwrap(),
                moved: None,
            }
        };
        assert!(given(&answer(&|_| {}), "did:plc:a").is_ok());
        for (name, wrong, code) in [
            ("sub", "did:plc:b", "refused"),
            ("token_type", "Bearer", "malformed"),
            ("scope", "atproto", "unsupported"),
        ] {
            let refused = given(&answer(&|it| it[name] = json!(wrong)), "did:plc:a").err().unwrap();
            assert_eq!(refused.code(), code, "{name}");
        }
    }
}
