//! Connecting an account: register at the server, send the person there, exchange the code.
//!
//! The walk: [`register`] (once per server, the [`App`] may be kept), [`authorize_url`] with a
//! random `state` and, where [`App::pkce`], a [`Verifier`]; the person comes back with a code;
//! [`exchange`] gives the [`Secret`] of the account. [`revoke`] ends it. Tokens of this
//! network don't expire. Source: docs.joinmastodon.org, methods/oauth; RFC 6749, 7009, 7636.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use ring::rand::{SecureRandom, SystemRandom};
use serde::{Deserialize, Serialize};
use url::Url;

use super::client::{Access, checked, endpoint};
use crate::json::read as json;
use crate::{Access as Given, ChannelError, Client, ConnectError, Connection, Net, Request, Secret, SignIn};

/// What Parvis asks for, and no more.
pub const SCOPES: &str = "read:accounts read:notifications read:statuses write:media write:statuses";

/// Parvis as registered at a server. Serialise it to keep it between the two halves of the
/// walk, encrypted: it holds the client's secret.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct App {
    /// The server.
    pub base_url: Url,
    /// Where the person comes back to.
    pub redirect_uri: String,
    /// Our public name there.
    pub client_id: String,
    /// What proves that we are it.
    pub client_secret: String,
    /// The server understands PKCE.
    pub pkce: bool,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "App({} at {})", self.client_id, self.base_url)
    }
}

/// The secret half of a PKCE pair; to be kept until the person comes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verifier(Secret);

impl Verifier {
    /// A new one.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn new() -> Result<Self, ChannelError> {
        random().map(Secret::new).map(Self)
    }

    /// One kept before.
    #[must_use]
    pub fn from_kept(secret: Secret) -> Self {
        Self(secret)
    }

    /// To be kept.
    #[must_use]
    pub fn secret(&self) -> &Secret {
        &self.0
    }

    fn challenge(&self) -> String {
        let digest = ring::digest::digest(&ring::digest::SHA256, self.0.expose().as_bytes());
        URL_SAFE_NO_PAD.encode(digest)
    }
}

#[derive(Deserialize)]
struct Registered {
    client_id: String,
    client_secret: String,
}

#[derive(Deserialize)]
struct Discovery {
    #[serde(default)]
    code_challenge_methods_supported: Vec<String>,
}

#[derive(Deserialize)]
struct Token {
    access_token: String,
    #[serde(default)]
    scope: String,
}

/// What is kept while somebody signs in.
#[derive(Serialize, Deserialize)]
struct Begun {
    app: App,
    verifier: Option<String>,
}

/// Makes Parvis known to the server that was typed, and gives the address of its page.
pub(super) async fn begin(
    net: &Net,
    typed: &str,
    client: &Client,
    state: &str,
) -> Result<SignIn, ConnectError> {
    let base_url = server_address(typed).ok_or(ConnectError::Field { name: "server", code: "address" })?;
    let app = register(net, &base_url, client.back.as_str(), Some(client.site.as_str())).await?;
    let verifier = if app.pkce { Some(Verifier::new()?) } else { None };
    let address = authorize_url(&app, state, verifier.as_ref())?;
    let begun = Begun { app, verifier: verifier.map(|it| it.0.expose().to_owned()) };
    let kept = serde_json::to_string(&begun).map(Secret::new);
    let kept = kept.map_err(|error| ChannelError::Malformed { message: error.to_string() })?;
    Ok(SignIn { address, kept })
}

/// The person came back with a code.
pub(super) async fn finish(net: &Net, kept: &Secret, code: &str) -> Result<Connection, ChannelError> {
    let begun: Begun = serde_json::from_str(kept.expose())
        .map_err(|_| ChannelError::Malformed { message: "what was begun can't be read".to_owned() })?;
    let verifier = begun.verifier.map(|secret| Verifier::from_kept(Secret::new(secret)));
    let secret = exchange(net, &begun.app, code, verifier.as_ref()).await?;
    Ok(Connection {
        base_url: begun.app.base_url,
        access: Given { secret, lives_for: None },
        settings: serde_json::Value::Null,
        shown: None,
    })
}

/// The address of a server as people type it: `social.example` is `https://social.example/`.
fn server_address(typed: &str) -> Option<Url> {
    let typed = typed.trim().trim_start_matches('@');
    // `brand@social.example` names its server too.
    let typed = typed.rsplit_once('@').map_or(typed, |(_, host)| host);
    let whole = if typed.contains("://") { typed.to_owned() } else { format!("https://{typed}") };
    let url: Url = whole.parse().ok()?;
    let plain =
        matches!(url.scheme(), "http" | "https") && url.host_str().is_some() && url.username().is_empty();
    if plain { url.join("/").ok() } else { None }
}

/// Makes Parvis known to a server. `website` is shown there to the person who consents.
///
/// # Errors
/// As for any call; `Malformed` or `Refused` when it isn't a server of this network.
pub async fn register(
    net: &Net,
    base_url: &Url,
    redirect_uri: &str,
    website: Option<&str>,
) -> Result<App, ChannelError> {
    net.check_secret(base_url)?;
    let mut fields =
        fields(&[("client_name", "Parvis"), ("redirect_uris", redirect_uri), ("scopes", SCOPES)]);
    fields.extend(website.map(|site| ("website".to_owned(), site.to_owned())));
    let url = endpoint(base_url, &["api", "v1", "apps"], &[])?;
    let answer = checked(net.send(Request::new(Method::POST, url).form(fields)).await?)?;
    let registered: Registered = json(&answer)?;
    Ok(App {
        base_url: base_url.clone(),
        redirect_uri: redirect_uri.to_owned(),
        client_id: registered.client_id,
        client_secret: registered.client_secret,
        pkce: understands_pkce(net, base_url).await,
    })
}

/// Where the person gives their consent. `state` must be random, and the same when they come
/// back.
///
/// # Errors
/// When the server's address can't be built upon.
pub fn authorize_url(app: &App, state: &str, verifier: Option<&Verifier>) -> Result<Url, ChannelError> {
    let mut url = endpoint(
        &app.base_url,
        &["oauth", "authorize"],
        &[
            ("response_type", "code"),
            ("client_id", &app.client_id),
            ("redirect_uri", &app.redirect_uri),
            ("scope", SCOPES),
            ("state", state),
        ],
    )?;
    if let Some(verifier) = verifier.filter(|_| app.pkce) {
        url.query_pairs_mut()
            .append_pair("code_challenge", &verifier.challenge())
            .append_pair("code_challenge_method", "S256");
    }
    Ok(url)
}

/// Exchanges the code for the secret of the account.
///
/// # Errors
/// `Refused` when the code is wrong, used or too old: start again.
pub async fn exchange(
    net: &Net,
    app: &App,
    code: &str,
    verifier: Option<&Verifier>,
) -> Result<Secret, ChannelError> {
    let mut fields = fields(&[
        ("grant_type", "authorization_code"),
        ("code", code),
        ("client_id", &app.client_id),
        ("client_secret", &app.client_secret),
        ("redirect_uri", &app.redirect_uri),
        ("scope", SCOPES),
    ]);
    if let Some(verifier) = verifier.filter(|_| app.pkce) {
        fields.push(("code_verifier".to_owned(), verifier.0.expose().to_owned()));
    }
    let url = endpoint(&app.base_url, &["oauth", "token"], &[])?;
    let answer = net.send(Request::new(Method::POST, url).form(fields)).await?;
    let token: Token = match checked(answer) {
        Ok(answer) => json(&answer)?,
        // There is no access yet that could have been revoked: it is the code that is wrong.
        Err(ChannelError::Unauthorized { message }) => {
            return Err(ChannelError::Refused { status: 401, message });
        }
        Err(error) => return Err(error),
    };
    let access = Access {
        access_token: token.access_token,
        scope: token.scope,
        client_id: app.client_id.clone(),
        client_secret: app.client_secret.clone(),
    };
    let text = serde_json::to_string(&access);
    text.map(Secret::new).map_err(|error| ChannelError::Malformed { message: error.to_string() })
}

/// Gives the access back. Some servers don't know how; forgetting the secret is then all that
/// can be done, besides the person removing Parvis in their settings over there.
///
/// # Errors
/// As for any call.
pub async fn revoke(net: &Net, base_url: &Url, secret: &Secret) -> Result<(), ChannelError> {
    let access = Access::read(secret)?;
    let fields = fields(&[
        ("client_id", &access.client_id),
        ("client_secret", &access.client_secret),
        ("token", &access.access_token),
    ]);
    let url = endpoint(base_url, &["oauth", "revoke"], &[])?;
    checked(net.send(Request::new(Method::POST, url).form(fields)).await?).map(|_| ())
}

/// A random text of 43 characters, fit for `state` and for a verifier.
///
/// # Errors
/// When the system has no randomness to give.
pub fn random() -> Result<String, ChannelError> {
    let mut bytes = [0_u8; 32];
    SystemRandom::new().fill(&mut bytes).map_err(|_| ChannelError::Unreachable {
        message: "the system has no randomness to give".to_owned(),
    })?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// Asks the server's own description; one that has none is taken not to know it.
async fn understands_pkce(net: &Net, base_url: &Url) -> bool {
    let ask = async || -> Result<Discovery, ChannelError> {
        let path = [".well-known", "oauth-authorization-server"];
        let answer = net.send(Request::get(endpoint(base_url, &path, &[])?)).await?;
        json(&checked(answer)?)
    };
    let methods = ask().await.map(|discovery| discovery.code_challenge_methods_supported);
    methods.is_ok_and(|methods| methods.iter().any(|method| method == "S256"))
}

fn fields(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn app(pkce: bool) -> App {
        App {
            base_url: "https://social.example".parse().unwrap(),
            redirect_uri: "https://parvis.example/back".into(),
            client_id: "id".into(),
            client_secret: "s3cret".into(),
            pkce,
        }
    }

    #[test]
    fn a_server_is_found_however_people_write_it() {
        for typed in [
            "social.example",
            " https://social.example/web ",
            "@brand@social.example",
            "brand@social.example",
        ] {
            assert_eq!(server_address(typed).unwrap().as_str(), "https://social.example/", "{typed}");
        }
        for typed in ["", "ftp://social.example", "javascript:alert(1)", "https://user:pw@/", "https://"] {
            assert!(server_address(typed).is_none(), "{typed}");
        }
    }

    #[test]
    fn the_challenge_is_that_of_the_standard() {
        // RFC 7636, appendix B.
        let kept = Secret::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        let challenge = Verifier::from_kept(kept).challenge();
        assert_eq!(challenge, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn the_person_is_sent_without_any_secret() {
        let verifier = Verifier::new().unwrap();
        let url = authorize_url(&app(true), "st", Some(&verifier)).unwrap().to_string();
        assert!(url.starts_with("https://social.example/oauth/authorize?response_type=code&"));
        assert!(url.contains("code_challenge_method=S256") && url.contains("state=st"));
        assert!(!url.contains("s3cret") && !url.contains(verifier.secret().expose()));
        let plain = authorize_url(&app(false), "st", Some(&verifier)).unwrap();
        assert!(!plain.as_str().contains("code_challenge"));
        assert!(!format!("{:?}", app(true)).contains("s3cret"));
    }
}
