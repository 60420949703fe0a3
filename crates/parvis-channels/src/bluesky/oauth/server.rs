//! Which server gives access to an account, and where its doors are: the account's own server names it (RFC 9728), and
//! it describes itself (RFC 8414). Every address on the way was written by somebody else. Source: atproto.com/specs/oauth.

use reqwest::Method;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{ChannelError, Net, Request, json};

/// Documents are small.
const MAX_BYTES: usize = 256 * 1024;

/// A server that gives access.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Server {
    /// What it calls itself.
    pub(super) issuer: String,
    /// Where people sign in.
    pub(super) authorize: Url,
    /// Where what is asked for is told beforehand (RFC 9126).
    pub(super) pushed: Url,
    /// Where access is given and renewed.
    pub(super) token: Url,
    /// Where access is given back (RFC 7009).
    pub(super) revoke: Option<Url>,
    /// The ways in which clients may prove who they are.
    proofs: Vec<String>,
}

impl Server {
    /// Whether a client proves who it is in this way here.
    pub(super) fn takes(&self, proof: &str) -> bool {
        self.proofs.iter().any(|it| it == proof)
    }
}

#[derive(Deserialize)]
struct Resource {
    #[serde(default)]
    authorization_servers: Vec<String>,
}

#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    authorization_endpoint: Url,
    pushed_authorization_request_endpoint: Url,
    token_endpoint: Url,
    revocation_endpoint: Option<Url>,
    #[serde(default)]
    code_challenge_methods_supported: Vec<String>,
    #[serde(default)]
    dpop_signing_alg_values_supported: Vec<String>,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Vec<String>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
    #[serde(default)]
    client_id_metadata_document_supported: bool,
}

/// The server that gives access to what lives on `pds`; `None` where people can't sign in for an application.
pub(super) async fn find(net: &Net, pds: &Url) -> Result<Option<Server>, ChannelError> {
    let Some(resource) = document::<Resource>(net, pds, "/.well-known/oauth-protected-resource").await?
    else {
        return Ok(None);
    };
    let Some(named) = resource.authorization_servers.first() else { return Ok(None) };
    let issuer: Url = named.parse().map_err(|_| malformed("it names no server that gives access"))?;
    if issuer.path() != "/" || issuer.query().is_some() || issuer.fragment().is_some() {
        return Err(malformed("the server that gives access has no plain address"));
    }
    let found = document::<Metadata>(net, &issuer, "/.well-known/oauth-authorization-server").await?;
    let found = found.ok_or_else(|| malformed("the server that gives access doesn't describe itself"))?;
    checked(net, named, found).map(Some)
}

/// What another server says of itself has to fit what is asked of servers of this network.
fn checked(net: &Net, named: &str, found: Metadata) -> Result<Server, ChannelError> {
    if found.issuer.trim_end_matches('/') != named.trim_end_matches('/') {
        return Err(malformed("the server that gives access calls itself otherwise"));
    }
    let has = |list: &[String], word: &str| list.iter().any(|it| it == word);
    let complete = has(&found.code_challenge_methods_supported, "S256")
        && has(&found.dpop_signing_alg_values_supported, "ES256")
        && found.authorization_response_iss_parameter_supported
        && found.client_id_metadata_document_supported;
    if !complete {
        return Err(malformed("the server that gives access lacks what this network asks of it"));
    }
    let doors =
        [&found.authorization_endpoint, &found.pushed_authorization_request_endpoint, &found.token_endpoint];
    for door in doors.into_iter().chain(&found.revocation_endpoint) {
        net.check(door)?;
        net.check_secret(door)?;
    }
    Ok(Server {
        issuer: found.issuer,
        authorize: found.authorization_endpoint,
        pushed: found.pushed_authorization_request_endpoint,
        token: found.token_endpoint,
        revoke: found.revocation_endpoint,
        proofs: found.token_endpoint_auth_methods_supported,
    })
}

fn malformed(message: &str) -> ChannelError {
    ChannelError::Malformed { message: message.to_owned() }
}

/// A document of a server, asked for without following it elsewhere; `None` where there is none.
async fn document<T: serde::de::DeserializeOwned>(
    net: &Net,
    base: &Url,
    path: &str,
) -> Result<Option<T>, ChannelError> {
    let url = base.join(path).map_err(|_| malformed("this address can't be built upon"))?;
    let answer = net.send(Request::new(Method::GET, url).max_bytes(MAX_BYTES)).await?;
    net.remember(&answer);
    match answer.status {
        200 => json::read(&answer).map(Some),
        404 | 405 | 501 => Ok(None),
        429 => Err(ChannelError::Limited { retry_after: answer.wait() }),
        500..600 => Err(ChannelError::Unreachable { message: format!("status {}", answer.status) }),
        status => Err(ChannelError::Refused { status, message: "it doesn't describe itself".to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NetOptions;
    use serde_json::{Value, json};

    fn described(change: impl Fn(&mut Value)) -> Result<Server, ChannelError> {
        let mut it = json!({
            "issuer": "https://as.example",
            "authorization_endpoint": "https://as.example/oauth/authorize",
            "pushed_authorization_request_endpoint": "https://as.example/oauth/par",
            "token_endpoint": "https://as.example/oauth/token",
            "revocation_endpoint": "https://as.example/oauth/revoke",
            "code_challenge_methods_supported": ["S256"],
            "dpop_signing_alg_values_supported": ["ES256"],
            "token_endpoint_auth_methods_supported": ["none", "private_key_jwt"],
            "authorization_response_iss_parameter_supported": true,
            "client_id_metadata_document_supported": true,
        });
        change(&mut it);
        let net = Net::new(&NetOptions::default()).unwrap();
        checked(&net, "https://as.example/", serde_json::from_value(it).unwrap())
    }

    #[test]
    fn a_server_has_to_be_whom_it_was_named_and_to_have_what_the_network_asks() {
        let server = described(|_| {}).unwrap();
        assert!(server.takes("private_key_jwt") && !server.takes("client_secret_basic"));
        for (name, wrong) in [
            ("issuer", json!("https://evil.example")),
            ("code_challenge_methods_supported", json!(["plain"])),
            ("dpop_signing_alg_values_supported", json!(["RS256"])),
            ("authorization_response_iss_parameter_supported", json!(false)),
            ("client_id_metadata_document_supported", json!(false)),
        ] {
            assert_eq!(described(|it| it[name] = wrong.clone()).unwrap_err().code(), "malformed", "{name}");
        }
    }

    #[test]
    fn no_door_leads_inside_or_over_plain_http() {
        for name in [
            "authorization_endpoint",
            "pushed_authorization_request_endpoint",
            "token_endpoint",
            "revocation_endpoint",
        ] {
            for wrong in
                ["http://as.example/x", "https://127.0.0.1/x", "https://[::1]/x", "file:///etc/passwd"]
            {
                let refused = described(|it| it[name] = json!(wrong)).unwrap_err();
                assert_eq!(refused.code(), "forbidden_address", "{name} {wrong}");
            }
        }
    }
}
