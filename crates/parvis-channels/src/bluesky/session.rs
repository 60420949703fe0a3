//! Signing in with an app password, and staying signed in: a pair of tokens, of which the second gets the
//! next pair, once. How long they live is read from the token itself, without a clock.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use serde_json::{Map, Value, json};
use url::Url;

use super::client::{Fault, Keys, Session as Kept, checked, endpoint};
use super::firehose;
use super::identity::{self, Home};
use super::key::{is_did, is_handle};
use super::wire::Session;
use crate::json::read;
use crate::{
    Access, Account, ChannelError, ConnectError, Connection, Field, Input, Net, Request, Secret, Typed,
};

/// What a person types.
pub(super) const FIELDS: [Field; 5] = [
    Field { name: "handle", input: Input::Line, required: true, example: "brand.bsky.social" },
    Field { name: "password", input: Input::Secret, required: false, example: "xxxx-xxxx-xxxx-xxxx" },
    Field { name: "server", input: Input::Address, required: false, example: "https://bsky.social" },
    Field { name: "directory", input: Input::Address, required: false, example: "https://plc.directory" },
    Field {
        name: "public",
        input: Input::Address,
        required: false,
        example: "https://jetstream2.us-east.bsky.network",
    },
];
/// The scope of a session that may do everything: the account's own password was typed.
const WHOLE_ACCOUNT: &str = "com.atproto.access";

/// The account that is meant, the name by which it was named, and what is kept of how it was found.
pub(super) async fn find(net: &Net, typed: &Typed) -> Result<(Home, String, Value), ConnectError> {
    let name = typed.line("handle").trim_start_matches('@').to_ascii_lowercase();
    if !is_handle(&name) && !is_did(&name) {
        return Err(ConnectError::Field { name: "handle", code: "address" });
    }
    let given = |field| if typed.line(field).is_empty() { Ok(None) } else { typed.address(field).map(Some) };
    let (server, own_directory) = (given("server")?, given("directory")?);
    let public = given("public")?;
    for url in public.iter() {
        net.check(url)?;
    }
    let mut settings = Map::new();
    for (name, url) in [("directory", &own_directory), (firehose::SETTING, &public)] {
        settings.extend(url.as_ref().map(|url| (name.to_owned(), json!(url.as_str()))));
    }
    let directory = own_directory
        .or_else(|| identity::directory(&Value::Null))
        .ok_or(ConnectError::Field { name: "directory", code: "address" })?;
    let home = identity::find(net, &name, server.as_ref(), &directory).await?;
    let home = home.ok_or(ConnectError::Field { name: "handle", code: "nobody" })?;
    Ok((home, name, Value::Object(settings)))
}

/// What one would type to name an account that is connected.
pub(super) fn typed(account: &Account) -> BTreeMap<String, String> {
    let kept = |name: &str| account.settings.get(name)?.as_str().map(str::to_owned);
    let fields = [("directory", kept("directory")), ("public", kept(firehose::SETTING))];
    let fields = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    fields.chain([("handle".to_owned(), account.remote_id.clone())]).collect()
}

/// Finds the account's server and signs in there.
pub(super) async fn connect(net: &Net, typed: &Typed) -> Result<Connection, ConnectError> {
    let password = typed.line("password");
    if password.is_empty() {
        return Err(ConnectError::Field { name: "password", code: "empty" });
    }
    let (home, _, settings) = find(net, typed).await?;
    let session = sign_in(net, &home, password).await?;
    if claim(&session.access_jwt, "scope").as_ref().and_then(Value::as_str) == Some(WHOLE_ACCOUNT) {
        // A key to everything isn't kept; if this fails, the session ends by itself.
        let _ended = end(net, &home.pds, &session.refresh_jwt).await;
        return Err(ConnectError::Field { name: "password", code: "whole" });
    }
    Ok(Connection { base_url: home.pds, access: access(session, password)?, settings, shown: None })
}

/// The next pair of tokens: by the one kept for that, else by the app password.
pub(super) async fn renew(net: &Net, account: &Account, keys: &Kept) -> Result<Access, ChannelError> {
    let url = endpoint(&account.base_url, "com.atproto.server.refreshSession", &[])?;
    match checked(net.send(Request::new(Method::POST, url).bearer(&keys.refresh)).await?) {
        Ok(answer) => return access(read(&answer)?, &keys.password),
        Err(fault) if !is_spent(&fault) => return Err(fault.error),
        Err(_) => {}
    }
    let home = Home { did: account.remote_id.clone(), pds: account.base_url.clone() };
    access(sign_in(net, &home, &keys.password).await?, &keys.password)
}

/// The token for renewing was used, revoked or forgotten: nothing that signing in anew can't mend.
fn is_spent(fault: &Fault) -> bool {
    use ChannelError::{Lapsed, Refused, Unauthorized};
    matches!(fault.error, Unauthorized { .. } | Refused { .. } | Lapsed { .. })
}

async fn sign_in(net: &Net, home: &Home, password: &str) -> Result<Session, ChannelError> {
    net.check_secret(&home.pds)?;
    let url = endpoint(&home.pds, "com.atproto.server.createSession", &[])?;
    let body = json!({ "identifier": home.did, "password": password });
    let session: Session = read(&checked(net.send(Request::new(Method::POST, url).json(body)).await?)?)?;
    if session.did == home.did {
        Ok(session)
    } else {
        Err(ChannelError::Unauthorized { message: "the server signed somebody else in".to_owned() })
    }
}

/// Ends a session by its token for renewing.
pub(super) async fn end(net: &Net, pds: &Url, refresh: &str) -> Result<(), ChannelError> {
    let url = endpoint(pds, "com.atproto.server.deleteSession", &[])?;
    Ok(checked(net.send(Request::new(Method::POST, url).bearer(refresh)).await?).map(drop)?)
}

fn access(session: Session, password: &str) -> Result<Access, ChannelError> {
    let lives_for = life(&session.access_jwt);
    let (access, refresh) = (session.access_jwt, session.refresh_jwt);
    let keys = Keys::Password(Kept { access, refresh, password: password.to_owned() });
    let secret = serde_json::to_string(&keys)
        .map_err(|_| ChannelError::Malformed { message: "the tokens can't be kept".to_owned() })?;
    Ok(Access { secret: Secret::new(secret), lives_for })
}

/// How long a token lives, from what it says of its beginning and end.
fn life(token: &str) -> Option<Duration> {
    let number = |name| claim(token, name)?.as_u64();
    Some(Duration::from_secs(number("exp")?.checked_sub(number("iat")?)?))
}

/// What a token says of itself; it is the server's to check, not ours.
fn claim(token: &str, name: &str) -> Option<Value> {
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    serde_json::from_slice::<Value>(&payload).ok()?.get(name).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_life_of_a_token_is_read_without_a_clock() {
        let token = |claims: &str| format!("e30.{}.sig", URL_SAFE_NO_PAD.encode(claims));
        assert_eq!(life(&token(r#"{"iat":1000,"exp":8200}"#)), Some(Duration::from_secs(7200)));
        for odd in [r#"{"iat":2,"exp":1}"#, r#"{"exp":1}"#, r#"{"iat":"x","exp":-1}"#, "", "[]", "{"] {
            assert_eq!(life(&token(odd)), None, "{odd}");
        }
        for odd in ["", "a", "a.b", "a.b.c", "..", "opaque-token"] {
            assert_eq!(life(odd), None, "{odd}");
        }
    }
}
