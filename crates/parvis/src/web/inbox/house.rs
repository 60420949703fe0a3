//! What every page of the inbox knows by name: desks, channels, colleagues, tags, read once per request.

use std::collections::HashSet;

use crate::id::{ChannelId, ColleagueId, DeskId};
use crate::rules::permission::{Actor, Scope};
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
    /// Whom the reader meets: who shares a desk with them. `None` for everybody.
    near: Option<HashSet<ColleagueId>>,
}

impl House {
    /// Reads it for `actor`.
    pub async fn read(conn: &mut Conn, actor: &Actor) -> store::Result<Self> {
        let organisation = actor.organisation;
        let near = match &actor.scope {
            Scope::Every => None,
            Scope::Desks(_) => {
                let all = store::colleague::memberships(conn, organisation).await?;
                Some(all.into_iter().filter(|(_, desk)| actor.scope.covers(*desk)).map(|(id, _)| id).collect())
            }
        };
        Ok(Self {
            near,
            desks: store::desk::list(conn, organisation).await?,
            channels: store::channel::list(conn, organisation).await?,
            colleagues: store::colleague::list(conn, organisation).await?,
            tags: store::tag::list(conn, organisation).await?,
        })
    }

    /// Those who can be chosen in lists: with access, and within what the reader sees of the house.
    pub fn people(&self) -> impl Iterator<Item = &Colleague> {
        let met = |id: &ColleagueId| self.near.as_ref().is_none_or(|near| near.contains(id));
        self.colleagues.iter().filter(move |it| it.active && met(&it.id))
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
