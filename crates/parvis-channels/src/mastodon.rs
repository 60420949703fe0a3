//! Mastodon and the servers that speak its client API.

use crate::{
    Account, CapabilitySet, Channel, ChannelError, ChannelKind, MentionRule, Net, Page, Probe,
    TextRule, TextUnit, Why,
};

/// The room of Mastodon.
#[derive(Debug)]
pub struct Mastodon;

#[async_trait::async_trait]
impl Channel for Mastodon {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Mastodon
    }
    fn streams(&self) -> &'static [&'static str] {
        &["notifications", "statuses"]
    }
    async fn probe(&self, _net: &Net, _account: &Account) -> Result<Probe, ChannelError> {
        Err(ChannelError::Unsupported(Why::NotBuilt))
    }
    async fn pull(
        &self,
        _: &Net,
        _: &Account,
        _: &str,
        _: Option<&str>,
    ) -> Result<Page, ChannelError> {
        Err(ChannelError::Unsupported(Why::NotBuilt))
    }
    fn text_rule(&self, capabilities: &CapabilitySet) -> TextRule {
        capabilities.text.clone().unwrap_or(TextRule {
            unit: TextUnit::Grapheme,
            max: 500,
            url_len: Some(23),
            mention: MentionRule::LocalPart,
            warning_counts: true,
        })
    }
}
