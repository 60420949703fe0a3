//! Who we are on a server, and what can be done there: the static table of the network, cut
//! down to what this server announces, what its software is known to do, and what our token
//! may do.

use serde::Deserialize;
use serde_json::json;
use url::Url;

use super::client::{Client, checked};
use super::observe;
use super::wire::{self, Instance};
use crate::CapabilityKey as Key;
use crate::html::one_line;
use crate::json::read as read_json;
use crate::{
    Capability, CapabilitySet, ChannelError, MediaRule, MentionRule, Probe, Request, TextRule, TextUnit,
    Visibility, Why,
};

/// Length of a message where the server doesn't tell: Mastodon's own.
const STOCK_MAX: u32 = 500;
/// Characters of alternative text where the server doesn't tell: Mastodon's own.
const STOCK_ALT: u32 = 1500;

/// The version of the API of Mastodon that knows quotations (Mastodon 4.5).
const QUOTES: u32 = 7;

/// The program behind a server.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Software {
    pub(super) name: String,
    pub(super) version: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct NodeInfo {
    software: Software,
}

#[derive(Debug, Deserialize)]
struct Links {
    links: Vec<Link>,
}

#[derive(Debug, Deserialize)]
struct Link {
    rel: String,
    href: Url,
}

/// Asks the server everything there is to know about our account there.
pub(super) async fn probe(client: &Client<'_>) -> Result<Probe, ChannelError> {
    let path = ["api", "v1", "accounts", "verify_credentials"];
    let me: wire::Account = client.get(&path, &[]).await.map_err(|error| match error {
        // Nothing but the token is sent here, so it is the token that is refused.
        ChannelError::Refused { status: 403 | 422, message } => ChannelError::Unauthorized { message },
        error => error,
    })?;
    let instance = instance(client).await?;
    let software = software(client).await.unwrap_or_default();
    let streaming = streaming(client, &instance).await;
    let host = client.account.base_url.host_str().unwrap_or_default();
    let domain = instance.domain.clone().unwrap_or_else(|| host.to_owned());
    let author = observe::author(&me, &domain);
    let mut settings = json!({
        "domain": domain,
        "software": one_line(&software.name, 40),
        "version": one_line(&software.version, 40),
        "profile": author.url,
    });
    if let (Ok(Some(url)), Some(map)) = (&streaming, settings.as_object_mut()) {
        map.insert("streaming".to_owned(), json!(url.as_str()));
    }
    let stream = match streaming {
        Ok(Some(_)) => Capability::native(),
        Ok(None) => Capability::emulated(Why::Polled),
        Err(()) => Capability::emulated(Why::ServerSilent),
    };
    let quotes = instance.api_versions.mastodon.unwrap_or_default() >= QUOTES;
    let mut capabilities = table(&software, &client.access.scope, stream, quotes);
    capabilities.visibilities =
        vec![Visibility::Public, Visibility::Unlisted, Visibility::Followers, Visibility::Direct];
    capabilities.text = Some(text_rule(&software, &instance));
    capabilities.media = Some(media_rule(&instance));
    Ok(Probe {
        handle: author.handle,
        remote_id: author.remote_id,
        name: author.name,
        avatar_url: author.avatar_url,
        url: author.url,
        capabilities,
        settings,
    })
}

/// The instance's announcement: version 2, else version 1.
async fn instance(client: &Client<'_>) -> Result<Instance, ChannelError> {
    match client.get(&["api", "v2", "instance"], &[]).await {
        Err(ChannelError::Refused { .. } | ChannelError::Malformed { .. }) => {
            client.get(&["api", "v1", "instance"], &[]).await
        }
        other => other,
    }
}

/// The software by NodeInfo, which says its name where the API only says whom it imitates.
/// Only documents on the server itself are read.
async fn software(client: &Client<'_>) -> Option<Software> {
    let base = &client.account.base_url;
    let plain = async |url: Url| checked(client.net.send(Request::get(url)).await?);
    let answer = plain(base.join("/.well-known/nodeinfo").ok()?).await.ok()?;
    let links: Links = read_json(&answer).ok()?;
    let link = links
        .links
        .into_iter()
        .find(|link| link.rel.contains("nodeinfo") && link.href.host_str() == base.host_str())?;
    let info: NodeInfo = read_json(&plain(link.href).await.ok()?).ok()?;
    Some(info.software)
}

/// The address of the stream, if one is announced; `Err` when it is announced but dead.
async fn streaming(client: &Client<'_>, instance: &Instance) -> Result<Option<Url>, ()> {
    let announced = [&instance.configuration.urls, &instance.urls]
        .into_iter()
        .flatten()
        .find_map(|urls| urls.streaming.as_ref().or(urls.streaming_api.as_ref()));
    let Some(announced) = announced else {
        return Ok(None);
    };
    // It is announced as a WebSocket; the same host serves server-sent events.
    let address = announced.replacen("ws", "http", usize::from(announced.starts_with("ws")));
    let base: Url = address.parse().map_err(|_| ())?;
    let path = ["api", "v1", "streaming", "health"];
    let health = super::client::endpoint(&base, &path, &[]).map_err(|_| ())?;
    let answer = client.net.send(Request::get(health)).await.map_err(|_| ())?;
    if answer.status == 200 { Ok(Some(base)) } else { Err(()) }
}

impl Software {
    fn is(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.name.eq_ignore_ascii_case(name))
    }

    /// Mastodon itself and forks that count and answer as it does.
    fn is_mastodon(&self) -> bool {
        self.is(&["mastodon", "hometown", "glitchcafe", "ecko"])
    }

    /// Keeps its word on `Idempotency-Key`.
    fn has_keys(&self) -> bool {
        self.is_mastodon() || self.is(&["pleroma", "akkoma", "mitra"])
    }

    /// snac2 answers DELETE from 2.96 on.
    fn can_delete(&self) -> bool {
        let minor = || self.version.strip_prefix("2.")?.split(['.', '-']).next()?.parse().ok();
        !self.is(&["snac", "snac2"]) || minor().is_some_and(|minor: u32| minor >= 96)
    }
}

/// Whether a token with these scopes may do what `needed` names. Servers that don't tell the
/// scopes are believed to have given what was asked for.
fn has_scope(scopes: &str, needed: &str) -> bool {
    let parent = needed.split(':').next().unwrap_or_default();
    scopes.trim().is_empty() || scopes.split_whitespace().any(|s| s == needed || s == parent)
}

/// The table, but for its rules on text and media.
fn table(software: &Software, scopes: &str, stream: Capability, quotes: bool) -> CapabilitySet {
    let needing = |scope: &str, capability: Capability| {
        if has_scope(scopes, scope) {
            capability
        } else {
            Capability::unsupported(Why::MissingScope(scope.to_owned()))
        }
    };
    let write = |capability| needing("write:statuses", capability);
    let delete =
        if software.can_delete() { Capability::native() } else { Capability::unsupported(Why::NotOnServer) };
    let retry = if software.has_keys() { Capability::native() } else { Capability::emulated(Why::ReadBack) };
    let quote = if quotes { Capability::native() } else { Capability::unsupported(Why::NotOnServer) };
    let mut set = CapabilitySet::default();
    for (key, capability) in [
        (Key::Listen, needing("read:notifications", Capability::native())),
        (Key::Stream, needing("read:notifications", stream)),
        (Key::Public, Capability::unsupported(Why::NotBuilt)),
        (Key::Threads, needing("read:statuses", Capability::conditional(Why::PartialThreads))),
        (Key::SeeEdits, needing("read:statuses", Capability::emulated(Why::Rechecked))),
        (Key::SeeDeletions, needing("read:statuses", Capability::emulated(Why::Rechecked))),
        (Key::Reply, write(Capability::native())),
        (Key::ReplyPrivately, write(Capability::conditional(Why::MentionDecides))),
        (Key::Post, write(Capability::native())),
        (Key::PostThread, write(Capability::native())),
        (Key::Article, Capability::unsupported(Why::NotInNetwork)),
        (Key::SafeRetry, write(retry)),
        (Key::Edit, write(Capability::native())),
        (Key::Delete, write(delete)),
        (Key::Images, needing("write:media", Capability::native())),
        (Key::AltText, needing("write:media", Capability::native())),
        (Key::Quote, write(quote)),
        (Key::LinkCard, write(Capability::conditional(Why::MadeByServer))),
        (Key::Language, write(Capability::native())),
        (Key::Warning, write(Capability::native())),
        (Key::Like, Capability::unsupported(Why::NotBuilt)),
        (Key::Hide, Capability::unsupported(Why::NotInNetwork)),
        (Key::Spam, Capability::unsupported(Why::NotInNetwork)),
        (Key::Schedule, write(Capability::emulated(Why::HeldByParvis))),
    ] {
        set.set(key, capability);
    }
    set
}

/// Mastodon's way of counting, for Mastodon; on other software the strictest reading, by
/// which no text is refused that was counted as fitting.
fn text_rule(software: &Software, instance: &Instance) -> TextRule {
    let limits = &instance.configuration.statuses;
    let max = limits.max_characters.or(instance.max_toot_chars).unwrap_or(STOCK_MAX);
    if software.is_mastodon() {
        TextRule {
            max,
            unit: TextUnit::Grapheme,
            url_len: Some(limits.characters_reserved_per_url.unwrap_or(23)),
            mention: MentionRule::LocalPart,
            ..strictest_rule()
        }
    } else {
        TextRule { max, ..strictest_rule() }
    }
}

/// What holds before a server was asked.
pub(super) fn strictest_rule() -> TextRule {
    TextRule {
        unit: TextUnit::Scalar,
        max: STOCK_MAX,
        also: None,
        url_len: None,
        mention: MentionRule::Whole,
        names_author: true,
        warning_counts: true,
    }
}

fn media_rule(instance: &Instance) -> MediaRule {
    let limits = &instance.configuration.media_attachments;
    MediaRule {
        max_count: instance.configuration.statuses.max_media_attachments,
        mimes: limits.supported_mime_types.clone(),
        max_image_bytes: limits.image_size_limit,
        max_alt: Some(limits.description_limit.unwrap_or(STOCK_ALT)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Support;

    fn software(name: &str, version: &str) -> Software {
        Software { name: name.into(), version: version.into() }
    }

    #[test]
    fn every_no_has_a_reason() {
        for scopes in ["", "read", "read write", "read:notifications"] {
            for name in ["mastodon", "snac", "gotosocial", ""] {
                let set = table(&software(name, "2.75"), scopes, Capability::emulated(Why::Polled), false);
                for key in Key::ALL {
                    let line = set.lines.get(&key).expect("each key has its line");
                    assert_eq!(line.reason.is_none(), line.support == Support::Native, "{key:?}");
                }
            }
        }
    }

    #[test]
    fn a_missing_scope_is_named() {
        let set = table(&software("mastodon", "4.6"), "read", Capability::native(), true);
        let why = set.get(Key::Reply).reason.unwrap();
        assert_eq!(why, Why::MissingScope("write:statuses".into()));
        assert!(set.can(Key::Listen));
    }

    #[test]
    fn an_old_snac_cannot_delete_and_a_new_one_can() {
        assert!(!software("snac", "2.75").can_delete());
        assert!(software("snac", "2.96").can_delete());
        assert!(software("mastodon", "4.6.0").can_delete());
    }

    #[test]
    fn limits_are_those_announced() {
        let instance: Instance = serde_json::from_str(
            r#"{"configuration":{"statuses":{"max_characters":1000,"characters_reserved_per_url":30},
                "media_attachments":{"supported_mime_types":null}}}"#,
        )
        .unwrap();
        let rule = text_rule(&software("Mastodon", "4.6.0"), &instance);
        assert_eq!((rule.max, rule.url_len), (1000, Some(30)));
        assert_eq!(text_rule(&software("snac", "2.75"), &instance).url_len, None);
        assert_eq!(text_rule(&software("mastodon", "3"), &Instance::default()).max, 500);
    }
}
