//! RSS, Atom and JSON feeds: read only.
//!
//! A feed is a window on the latest entries of a publication. It says neither what was deleted
//! nor, reliably, what was changed: changes are found by comparing, and an entry that leaves
//! the window means nothing.

mod discover;
mod encoding;
mod poll;
mod read;

use async_trait::async_trait;

use crate::{
    Access, Account, Capability, CapabilityKey, CapabilitySet, Channel, ChannelError, ChannelKind,
    ConnectError, Connection, Field, Input, MentionRule, Net, Page, Probe, Secret, TextRule, TextUnit, Typed,
    Why,
};

/// What connects a feed.
const FIELDS: [Field; 1] = [Field {
    name: "address",
    input: Input::Address,
    required: true,
    example: "https://journal.example/feed",
}];

/// The room of feeds.
#[derive(Debug)]
pub struct Feed;

#[async_trait]
impl Channel for Feed {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Feed
    }

    fn streams(&self) -> &'static [&'static str] {
        &["entries"]
    }

    fn fields(&self) -> &'static [Field] {
        &FIELDS
    }

    async fn connect(&self, _net: &Net, typed: &Typed) -> Result<Connection, ConnectError> {
        Ok(Connection {
            base_url: typed.address("address")?,
            access: Access { secret: Secret::new(""), lives_for: None },
            settings: serde_json::Value::Null,
            shown: None,
        })
    }

    async fn probe(&self, net: &Net, account: &Account) -> Result<Probe, ChannelError> {
        let asked = poll::address(account);
        let mut answer = poll::fetch(net, &asked, None).await?;
        let mut address = answer.moved.clone().unwrap_or(asked);
        let mut source = read::parse(&answer, &address).await;
        let page = answer.mime().is_some_and(|mime| mime == "text/html");
        if let Some(feed) = discover::announced(&answer).filter(|_| page) {
            answer = poll::fetch(net, &feed, None).await?;
            address = answer.moved.clone().unwrap_or(feed);
            source = read::parse(&answer, &address).await;
        }
        let source = source?;
        Ok(Probe {
            handle: source.title.clone(),
            remote_id: source.id,
            name: source.title,
            avatar_url: source.icon,
            url: source.site,
            capabilities: table(),
            settings: serde_json::json!({ "feed": address.as_str() }),
        })
    }

    async fn pull(
        &self,
        net: &Net,
        account: &Account,
        _stream: &str,
        cursor: Option<&str>,
    ) -> Result<Page, ChannelError> {
        poll::pull(net, account, cursor).await
    }

    fn text_rule(&self, _capabilities: &CapabilitySet) -> TextRule {
        TextRule {
            unit: TextUnit::Grapheme,
            max: 0,
            also: None,
            url_len: None,
            mention: MentionRule::Whole,
            names_author: false,
            warning_counts: true,
        }
    }
}

/// The same for every feed.
fn table() -> CapabilitySet {
    let mut set = CapabilitySet::default();
    for key in CapabilityKey::ALL {
        set.set(
            key,
            match key {
                CapabilityKey::Listen => Capability::native(),
                CapabilityKey::Stream => Capability::emulated(Why::Polled),
                CapabilityKey::SeeEdits => Capability::emulated(Why::Rechecked),
                CapabilityKey::SeeDeletions => Capability::unsupported(Why::WindowOnly),
                CapabilityKey::Public
                | CapabilityKey::Threads
                | CapabilityKey::Like
                | CapabilityKey::Hide => Capability::unsupported(Why::NotInNetwork),
                _ => Capability::unsupported(Why::ReadOnly),
            },
        );
    }
    set
}
