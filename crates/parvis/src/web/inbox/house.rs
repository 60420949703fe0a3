//! What every page of the inbox knows by name: desks, channels, colleagues, tags, read once per request.

use crate::id::{ChannelId, ColleagueId, DeskId, OrganisationId};
use crate::store::channel::Channel;
use crate::store::colleague::Colleague;
use crate::store::desk::Desk;
use crate::store::tag::Tag;
use crate::store::{self, Conn};

/// The house by name.
pub struct House {
    /// Desks in their order.
    pub desks: Vec<Desk>,
    /// Connected channels by name.
    pub channels: Vec<Channel>,
    /// Everybody by name, those without access too.
    pub colleagues: Vec<Colleague>,
    /// Tags by name.
    pub tags: Vec<Tag>,
}

impl House {
    /// Reads it.
    pub async fn read(conn: &mut Conn, organisation: OrganisationId) -> store::Result<Self> {
        Ok(Self {
            desks: store::desk::list(conn, organisation).await?,
            channels: store::channel::list(conn, organisation).await?,
            colleagues: store::colleague::list(conn, organisation).await?,
            tags: store::tag::list(conn, organisation).await?,
        })
    }

    /// The desk with that id.
    pub fn desk(&self, id: DeskId) -> Option<&Desk> {
        self.desks.iter().find(|it| it.id == id)
    }

    /// The channel with that id, unless it was removed.
    pub fn channel(&self, id: ChannelId) -> Option<&Channel> {
        self.channels.iter().find(|it| it.id == id)
    }

    /// The colleague with that id.
    pub fn colleague(&self, id: ColleagueId) -> Option<&Colleague> {
        self.colleagues.iter().find(|it| it.id == id)
    }
}

/// The icon of a kind of network.
pub fn channel_icon(kind: &str) -> &'static str {
    match kind {
        "mastodon" => "mastodon",
        "feed" => "presse",
        "bluesky" => "bluesky",
        "mail" => "mail",
        _ => "globe",
    }
}

/// The icon of a kind of desk.
pub fn desk_icon(kind: &str) -> &'static str {
    match kind {
        "animation" => "talk",
        "care" => "users",
        "press" => "presse",
        "business" => "brief",
        "employer" => "org",
        _ => "book",
    }
}
