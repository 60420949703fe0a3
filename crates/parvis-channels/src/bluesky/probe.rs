//! Who we are, and what can be done. The network is one, so what differs between servers is whether they have
//! an AppView, without which nothing is known of what others write.

use serde_json::{Map, Value};

use super::client::{Client, Fault};
use super::facet::{PAGES, web};
use super::firehose::{self, Firehose};
use super::identity;
use super::wire::{Identity, Profile, ProfileRecord};
use crate::CapabilityKey as Key;
use crate::html::one_line;
use crate::{
    Capability, CapabilitySet, ChannelError, MediaRule, MentionRule, Probe, TextLimit, TextRule, TextUnit,
    Why,
};

/// Asks the server about our account.
pub(super) async fn probe(client: &Client<'_>) -> Result<Probe, ChannelError> {
    let me: Identity = client.get("com.atproto.server.getSession", &[]).await?;
    if me.active == Some(false) {
        let message = format!("the account is {}", one_line(&me.status, 60));
        return Err(ChannelError::Unauthorized { message });
    }
    let shown: Result<Profile, Fault> = client.get("app.bsky.actor.getProfile", &[("actor", &me.did)]).await;
    let (profile, silent) = match shown {
        Ok(profile) => (profile, None),
        Err(fault) if fault.is_missing() => (own_profile(client, &me.did).await?, Some(Why::NotOnServer)),
        Err(fault) if fault.is_upstream() => (own_profile(client, &me.did).await?, Some(Why::ServerSilent)),
        // An account that nobody has looked at yet isn't known there.
        Err(Fault { error: ChannelError::Refused { .. }, .. }) => (own_profile(client, &me.did).await?, None),
        Err(fault) => return Err(fault.error),
    };
    let settings = &client.account.settings;
    let mut kept = Map::new();
    for name in ["directory", firehose::SETTING] {
        kept.extend(settings.get(name).map(|value| (name.to_owned(), value.clone())));
    }
    Ok(Probe {
        handle: one_line(&me.handle, 300),
        name: one_line(&profile.display_name, 200),
        avatar_url: profile.avatar.as_deref().and_then(web),
        url: identity::is_public(settings).then(|| format!("{PAGES}/profile/{}", me.did)),
        remote_id: me.did,
        capabilities: table(silent.as_ref(), Firehose::of(settings).is_some()),
        settings: Value::Object(kept),
    })
}

/// Our profile as our own server has it; nobody has to have one.
async fn own_profile(client: &Client<'_>, did: &str) -> Result<Profile, ChannelError> {
    let query = [("repo", did), ("collection", "app.bsky.actor.profile"), ("rkey", "self")];
    match client.get::<ProfileRecord>("com.atproto.repo.getRecord", &query).await {
        // There the picture is a file without an address.
        Ok(record) => Ok(Profile { avatar: None, ..record.value }),
        Err(Fault { error: ChannelError::Refused { .. }, .. }) => Ok(Profile::default()),
        Err(fault) => Err(fault.error),
    }
}

/// The table; `silent` is why nothing is heard of what others write to us, `public` that a stream of what everybody
/// writes was named.
fn table(silent: Option<&Why>, public: bool) -> CapabilitySet {
    let heard = |capability: Capability| silent.cloned().map_or(capability, Capability::unsupported);
    // Our own posts can be looked at in any case.
    let deletions =
        silent.cloned().map_or_else(|| Capability::emulated(Why::Rechecked), Capability::conditional);
    let overheard = if public { Capability::native() } else { Capability::unsupported(Why::NoStream) };
    let mut set = CapabilitySet::default();
    for (key, capability) in [
        (Key::Listen, heard(Capability::native())),
        (Key::Stream, heard(Capability::emulated(Why::Polled))),
        (Key::Public, overheard),
        (Key::Threads, heard(Capability::native())),
        (Key::SeeEdits, heard(Capability::conditional(Why::Rechecked))),
        (Key::SeeDeletions, deletions),
        (Key::Reply, Capability::native()),
        (Key::ReplyPrivately, Capability::unsupported(Why::NotBuilt)),
        (Key::Post, Capability::native()),
        (Key::PostThread, Capability::native()),
        (Key::Article, Capability::unsupported(Why::NotInNetwork)),
        (Key::SafeRetry, Capability::native()),
        (Key::Edit, Capability::unsupported(Why::NotInNetwork)),
        (Key::Delete, Capability::native()),
        (Key::Images, Capability::native()),
        (Key::AltText, Capability::native()),
        (Key::Quote, Capability::native()),
        (Key::LinkCard, Capability::native()),
        (Key::Language, Capability::native()),
        (Key::Warning, Capability::unsupported(Why::NotInNetwork)),
        (Key::Like, Capability::unsupported(Why::NotBuilt)),
        (Key::Hide, Capability::unsupported(Why::NotBuilt)),
        (Key::Spam, Capability::unsupported(Why::NotInNetwork)),
        (Key::Schedule, Capability::emulated(Why::HeldByParvis)),
    ] {
        set.set(key, capability);
    }
    set.text = Some(text_rule());
    set.media = Some(media_rule());
    set
}

/// The same everywhere: it stands in the lexicon of posts.
pub(super) fn text_rule() -> TextRule {
    TextRule {
        unit: TextUnit::Grapheme,
        max: 300,
        also: Some(TextLimit { unit: TextUnit::Utf8Byte, max: 3000 }),
        url_len: None,
        mention: MentionRule::Whole,
        names_author: false,
        warning_counts: false,
    }
}

/// Of the lexicon of pictures; longer alternative texts are cut by the network's own app.
fn media_rule() -> MediaRule {
    let mimes = ["image/jpeg", "image/png", "image/webp", "image/gif"];
    MediaRule {
        max_count: Some(4),
        mimes: mimes.map(str::to_owned).to_vec(),
        max_image_bytes: Some(2_000_000),
        max_alt: Some(2000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Support;

    #[test]
    fn every_no_has_a_reason_and_a_server_without_appview_still_publishes() {
        for silent in [None, Some(Why::NotOnServer), Some(Why::ServerSilent)] {
            let set = table(silent.as_ref(), silent.is_none());
            for key in Key::ALL {
                let line = set.lines.get(&key).expect("each key has its line");
                assert_eq!(line.reason.is_none(), line.support == Support::Native, "{key:?}");
            }
            assert!(set.can(Key::Reply) && set.can(Key::Delete));
            assert_eq!(set.can(Key::Listen), silent.is_none());
        }
    }
}
