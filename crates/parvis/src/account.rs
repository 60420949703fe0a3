//! What the room of a network needs to know of a channel: the stored row with its secret opened, and the
//! secret sealed again.

use std::time::Duration;

use parvis_channels::{Account, ChannelKind, Secret};

use crate::app::App;
use crate::id::ChannelId;
use crate::seal::Unopened;
use crate::store::channel::Channel;

/// A channel's settings can't be used.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// Its address or kind can't be read.
    #[error("unreadable")]
    Unreadable,
    /// Its secret can't be opened with this installation's key.
    #[error("sealed")]
    Sealed,
}

/// The account of a channel.
pub fn open(app: &App, channel: &Channel) -> Result<Account, Unusable> {
    let secret = match &channel.secret {
        Some(sealed) => app.seal.open(sealed, channel.id.0.as_bytes()).map_err(|_| Unusable::Sealed)?,
        None => Vec::new(),
    };
    Ok(Account {
        kind: channel.kind.parse::<ChannelKind>().map_err(|_| Unusable::Unreadable)?,
        base_url: channel.base_url.parse().map_err(|_| Unusable::Unreadable)?,
        handle: channel.handle.clone(),
        remote_id: channel.remote_id.clone(),
        secret: Secret::new(String::from_utf8(secret).map_err(|_| Unusable::Sealed)?),
        settings: serde_json::from_str(&channel.settings).unwrap_or_default(),
        capabilities: serde_json::from_str(&channel.capabilities).unwrap_or_default(),
    })
}

/// Whether a channel is only pushed to: its network is never asked, and its secret is made here.
#[must_use]
pub fn is_pushed(channel: &Channel) -> bool {
    let kind = channel.kind.parse::<ChannelKind>();
    kind.is_ok_and(|kind| parvis_channels::channel(kind).streams().is_empty())
}

/// A secret as the database keeps it; `None` where there is none. It opens with this channel's row only.
pub fn seal(app: &App, id: ChannelId, secret: &Secret) -> Result<Option<Vec<u8>>, Unopened> {
    match secret.expose() {
        "" => Ok(None),
        text => app.seal.seal(text.as_bytes(), id.0.as_bytes()).map(Some),
    }
}

/// When access that was given at `now` (µs) ends (µs).
#[must_use]
pub fn ends_at(now: i64, lives_for: Duration) -> i64 {
    now.saturating_add(i64::try_from(lives_for.as_micros()).unwrap_or(i64::MAX))
}
