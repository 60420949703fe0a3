//! Identifiers: UUID version 7, so that ids made later sort later, one newtype per noun so that
//! a desk can't be passed where a channel is meant. Knows nothing of the tables behind them.

use std::fmt;
use std::sync::Mutex;

use serde::{Deserialize, Serialize};
use uuid::{ContextV7, Timestamp, Uuid};

static CONTEXT: Mutex<ContextV7> = Mutex::new(ContextV7::new());

/// Makes a UUID v7 for the instant `now` (µs since 1970). Within one process each call gives a
/// greater id than the one before it in the same millisecond (RFC 9562, 6.2 method 1).
pub fn new(now: i64) -> Uuid {
    let seconds = u64::try_from(now.div_euclid(1_000_000)).unwrap_or(0);
    let nanos = u32::try_from(now.rem_euclid(1_000_000) * 1_000).unwrap_or(0);
    let context = CONTEXT.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    Uuid::new_v7(Timestamp::from_unix(&*context, seconds, nanos))
}

/// The least id that an instant (µs) can have: it is before all that are made from then on.
pub fn earliest(at: i64) -> Uuid {
    let millis = u64::try_from(at.div_euclid(1_000)).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid()
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A fresh id for the instant `now` (µs).
            pub fn new(now: i64) -> Self {
                Self(new(now))
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                text.parse().map(Self)
            }
        }
    )*};
}

ids!(
    /// The organisation that every row belongs to.
    OrganisationId,
    /// Someone who signs in.
    ColleagueId,
    /// A team that conversations are routed to.
    DeskId,
    /// A connected account on a network.
    ChannelId,
    /// A public account that writes to us.
    AuthorId,
    /// A thread with its state, desk and clock.
    ConversationId,
    /// One thing said: by the public, by us, or between us.
    MessageId,
    /// A picture, video or file of a message.
    AttachmentId,
    /// A label of the organisation.
    TagId,
    /// A saved filter of the inbox.
    ViewId,
    /// A change that was made.
    JournalId,
    /// A key of the API.
    TokenId,
    /// A saved query over everything that comes in.
    WatchId,
    /// Something we say of our own accord: an idea on its way to the networks.
    PostId,
    /// What a colleague remarked on a post.
    CommentId,
    /// A picture of a post.
    PictureId,
    /// The card of a post.
    CardId,
    /// A file of posts.
    ImportId,
    /// A calendar of others that is shown on ours.
    LayerId,
    /// A post's try at the fast lane.
    FastId,
    /// A reader who was asked for a second look by the fast lane.
    AskId,
    /// A link by which somebody without an account acts.
    PassId,
    /// A letter to whoever holds a pass.
    LetterId,
    /// A product or an event that is prepared.
    LaunchId,
    /// One thing of a launch's dossier.
    EntryId,
    /// Something out of the ordinary for one member of the community.
    GestureId,
    /// A picture of the library.
    AssetId,
    /// One of the files of an asset.
    FileId,
    /// What somebody is asked to make.
    RequestId,
    /// A time in which nothing leaves.
    StopId,
    /// What a person said of a message against the model.
    CorrectionId,
    /// Something out of the ordinary that was told.
    AlertId,
    /// Where alerts and digests are sent to.
    DestinationId,
    /// What is sent to a destination once.
    NoticeId,
    /// Work that has to be done once.
    JobId,
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_made_in_one_microsecond_still_sort_in_order() {
        let made: Vec<_> = (0..1_000).map(|_| new(1_700_000_000_000_000)).collect();
        assert!(made.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
