//! From a handle to the account behind it and the server it lives on: handle → DID → DID document → PDS.
//! Every step goes through [`Net`], since every address on the way is written by somebody else. Source:
//! atproto.com/specs, "handle" and "did".

use serde_json::Value;
use url::Url;

use super::client::{Fault, checked, endpoint};
use super::key::{is_did, is_handle};
use super::wire::{Document, Resolved};
use crate::{ChannelError, Net, Request, json};

/// The directory of `did:plc` identifiers.
const DIRECTORY: &str = "https://plc.directory/";
/// Where handles are asked for that only the DNS knows: the network's public AppView.
const RESOLVER: &str = "https://public.api.bsky.app/";
/// Documents are small.
const MAX_BYTES: usize = 256 * 1024;

/// Who and where an account is.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Home {
    pub(super) did: String,
    pub(super) pds: Url,
}

/// The directory that an account was connected with: a private network has its own.
pub(super) fn directory(settings: &Value) -> Option<Url> {
    let own = settings.get("directory").and_then(Value::as_str);
    own.unwrap_or(DIRECTORY).parse().ok()
}

/// Whether the account lives on the public network, whose pages show its posts.
pub(super) fn is_public(settings: &Value) -> bool {
    settings.get("directory").is_none()
}

/// Finds the account. `server` knows the handle where it can't be found by itself; `None` when nobody does.
pub(super) async fn find(
    net: &Net,
    name: &str,
    server: Option<&Url>,
    directory: &Url,
) -> Result<Option<Home>, ChannelError> {
    let did = if is_did(name) {
        Some(name.to_owned())
    } else {
        match server {
            Some(server) => resolve(net, server, name).await?,
            None => resolve_alone(net, name).await?,
        }
    };
    let Some(did) = did else { return Ok(None) };
    let document = document(net, &did, directory).await?;
    let claims = document
        .also_known_as
        .iter()
        .any(|known| known.strip_prefix("at://").is_some_and(|handle| handle.eq_ignore_ascii_case(name)));
    // Anybody can point a name at somebody's account: the account has to know the name too.
    if document.id != did || !(claims || is_did(name)) {
        return Ok(None);
    }
    let pds = pds(&document).ok_or_else(|| ChannelError::Malformed {
        message: "the account's document names no server".to_owned(),
    })?;
    net.check(&pds)?;
    Ok(Some(Home { did, pds }))
}

/// A handle by what its own host says, else by the public AppView.
async fn resolve_alone(net: &Net, handle: &str) -> Result<Option<String>, ChannelError> {
    let known = format!("https://{handle}/.well-known/atproto-did").parse::<Url>().ok();
    if let Some(url) = known
        && let Ok(answer) = net.send(Request::get(url).max_bytes(MAX_BYTES)).await
        && answer.status == 200
        && let Some(did) = answer.text().ok().map(str::trim).filter(|did| is_did(did))
    {
        return Ok(Some(did.to_owned()));
    }
    match RESOLVER.parse() {
        Ok(resolver) => resolve(net, &resolver, handle).await,
        Err(_) => Ok(None),
    }
}

/// Asks a server whose handle it is.
pub(super) async fn resolve(net: &Net, server: &Url, handle: &str) -> Result<Option<String>, ChannelError> {
    if !is_handle(handle) {
        return Ok(None);
    }
    let url = endpoint(server, "com.atproto.identity.resolveHandle", &[("handle", handle)])?;
    match checked(net.send(Request::get(url).max_bytes(MAX_BYTES)).await?) {
        Ok(answer) => Ok(Some(json::read::<Resolved>(&answer)?.did).filter(|did| is_did(did))),
        Err(Fault { error: ChannelError::Refused { status: 400 | 404, .. }, .. }) => Ok(None),
        Err(fault) => Err(fault.error),
    }
}

/// The document of an identifier, from the directory or from its own host.
async fn document(net: &Net, did: &str, directory: &Url) -> Result<Document, ChannelError> {
    let malformed = || ChannelError::Malformed { message: "this identifier can't be looked up".to_owned() };
    let url: Url = if let Some(host) = did.strip_prefix("did:web:") {
        let host = host.replace("%3A", ":").replace("%3a", ":");
        // A path inside isn't allowed on this network.
        let scheme = if host.starts_with("localhost") { "http" } else { "https" };
        format!("{scheme}://{host}/.well-known/did.json").parse().map_err(|_| malformed())?
    } else {
        directory.join(&format!("/{did}")).map_err(|_| malformed())?
    };
    let answer = net.send(Request::get(url).max_bytes(MAX_BYTES)).await?;
    match answer.status {
        200 => json::read(&answer),
        429 => Err(ChannelError::Limited { retry_after: answer.wait() }),
        500..600 => Err(ChannelError::Unreachable { message: format!("the directory: {}", answer.status) }),
        status => {
            Err(ChannelError::Refused { status, message: "the directory doesn't know the account".into() })
        }
    }
}

/// The address of the server that a document names.
fn pds(document: &Document) -> Option<Url> {
    let service = document.service.iter().find(|service| {
        let own = service.id.strip_prefix(&document.id).unwrap_or(&service.id);
        own == "#atproto_pds" && service.kind == "AtprotoPersonalDataServer"
    })?;
    let url: Url = service.service_endpoint.parse().ok()?;
    let plain = matches!(url.scheme(), "http" | "https")
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none();
    plain.then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn served(id: &str, endpoint: &str) -> Option<String> {
        let document = serde_json::json!({
            "id": "did:plc:a", "alsoKnownAs": 7,
            "service": [{ "id": id, "type": "AtprotoPersonalDataServer", "serviceEndpoint": endpoint }],
        });
        pds(&serde_json::from_value(document).unwrap()).map(|url| url.to_string())
    }

    #[test]
    fn only_a_plain_address_under_the_right_name_is_a_server() {
        for id in ["#atproto_pds", "did:plc:a#atproto_pds"] {
            assert_eq!(served(id, "https://pds.example").as_deref(), Some("https://pds.example/"));
        }
        assert_eq!(served("did:plc:b#atproto_pds", "https://pds.example"), None);
        for wrong in
            ["ftp://pds.example", "https://pds.example/path", "https://pds.example?x=1", "pds", "file:///etc"]
        {
            assert_eq!(served("#atproto_pds", wrong), None, "{wrong}");
        }
    }
}
