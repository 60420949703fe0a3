//! Who we are and what the two servers can do.

use super::find;
use super::imap::Imap;
use super::server::{self, Settings};
use super::smtp::Smtp;
use crate::{
    Account, Capability, CapabilityKey, CapabilitySet, ChannelError, MediaRule, MentionRule, Net, Probe,
    TextRule, TextUnit, Why,
};

/// Longest answer, in characters. Mail has no limit of its own; people have.
const MAX_TEXT: u32 = 50_000;

/// Signs in at both servers.
pub(super) async fn probe(net: &Net, account: &Account) -> Result<Probe, ChannelError> {
    let (settings, login) = server::open(account)?;
    let mut imap = Imap::open(net, &settings.imap, &login).await?;
    imap.examine("INBOX").await?;
    let sent = find::sent(&imap.folders().await?);
    let smtp = Smtp::open(net, &settings.smtp, &login).await?;
    let settings = Settings { sent, size: smtp.size(), ..settings };
    let name = if settings.name.is_empty() { settings.address.clone() } else { settings.name.clone() };
    Ok(Probe {
        handle: settings.address.clone(),
        remote_id: settings.address.clone(),
        name,
        avatar_url: None,
        url: None,
        capabilities: table(imap.has("IDLE"), settings.size),
        settings: serde_json::json!(settings),
    })
}

/// How text is counted: as it is.
pub(super) fn text_rule() -> TextRule {
    TextRule {
        unit: TextUnit::Scalar,
        max: MAX_TEXT,
        also: None,
        url_len: None,
        mention: MentionRule::Whole,
        names_author: false,
        warning_counts: true,
    }
}

fn table(idle: bool, size: Option<u64>) -> CapabilitySet {
    let mut set = CapabilitySet::default();
    for key in CapabilityKey::ALL {
        set.set(
            key,
            match key {
                CapabilityKey::Listen
                | CapabilityKey::ReplyPrivately
                | CapabilityKey::Images
                | CapabilityKey::Language => Capability::native(),
                CapabilityKey::Stream if idle => Capability::native(),
                CapabilityKey::Stream => Capability::emulated(Why::Polled),
                CapabilityKey::Threads => Capability::conditional(Why::PartialThreads),
                CapabilityKey::Reply => Capability::conditional(Why::NotToPrograms),
                CapabilityKey::SafeRetry => Capability::conditional(Why::SameIdentity),
                CapabilityKey::Schedule => Capability::emulated(Why::HeldByParvis),
                CapabilityKey::SeeEdits
                | CapabilityKey::SeeDeletions
                | CapabilityKey::Edit
                | CapabilityKey::Delete
                | CapabilityKey::AltText
                | CapabilityKey::Warning
                | CapabilityKey::Like
                | CapabilityKey::Public
                | CapabilityKey::Article
                | CapabilityKey::Quote
                | CapabilityKey::LinkCard
                | CapabilityKey::Spam
                | CapabilityKey::Hide => Capability::unsupported(Why::NotInNetwork),
                CapabilityKey::Post | CapabilityKey::PostThread => Capability::unsupported(Why::AnswersOnly),
            },
        );
    }
    set.private_only = true;
    set.text = Some(text_rule());
    // A file grows by a third on its way (base64), and the rest of the mail needs some room.
    let room = size.map(|size| size.saturating_sub(64 * 1024) / 4 * 3);
    set.media = Some(MediaRule { max_count: None, mimes: Vec::new(), max_image_bytes: room, max_alt: None });
    set
}
