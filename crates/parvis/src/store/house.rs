//! What everything is called: desks, channels, colleagues, tags and saved views. Every page names them, so
//! the last reading is kept ([`super::kept`]).

use std::sync::Arc;

use super::channel::Channel;
use super::colleague::Colleague;
use super::desk::Desk;
use super::tag::Tag;
use super::view::View;
use super::{Conn, Result, channel, colleague, desk, tag, view};
use crate::id::{ChannelId, ColleagueId, DeskId, OrganisationId};
use crate::rules::permission::Scope;

/// The house by name.
#[derive(Clone)]
pub struct House {
    /// Desks in their order.
    pub desks: Vec<Desk>,
    /// Connected channels by name.
    pub channels: Vec<Channel>,
    /// Everybody by name, those without access too.
    pub colleagues: Vec<Colleague>,
    /// Tags by name.
    pub tags: Vec<Tag>,
    /// Who works at which desk.
    pub members: Vec<(ColleagueId, DeskId)>,
    /// Everybody's saved views by name.
    views: Vec<View>,
}

impl House {
    /// The house as it stands, or as it stood at most a second ago when only another process wrote since.
    pub async fn read(conn: &mut Conn, organisation: OrganisationId) -> Result<Arc<Self>> {
        conn.kept(|kept| &kept.house, organisation, 0, async |conn| Self::fresh(conn, organisation).await)
            .await
    }

    async fn fresh(conn: &mut Conn, organisation: OrganisationId) -> Result<Self> {
        Ok(Self {
            desks: desk::list(conn, organisation).await?,
            channels: channel::list(conn, organisation).await?,
            colleagues: colleague::list(conn, organisation).await?,
            tags: tag::list(conn, organisation).await?,
            members: colleague::memberships(conn, organisation).await?,
            views: view::all(conn, organisation).await?,
        })
    }

    /// Those who can be chosen in lists: with access, and within what `scope` shows of the house.
    pub fn people(&self, scope: &Scope) -> impl Iterator<Item = &Colleague> {
        let near = |id| self.members.iter().any(|(member, desk)| *member == id && scope.covers(*desk));
        self.colleagues.iter().filter(move |it| it.active && (*scope == Scope::Every || near(it.id)))
    }

    /// The colleague's own views and the shared ones, by name.
    pub fn views(&self, colleague: ColleagueId) -> impl Iterator<Item = &View> {
        self.views.iter().filter(move |it| it.is_for(colleague))
    }

    /// The desks that take conversations, in their order.
    pub fn open_desks(&self) -> impl Iterator<Item = &Desk> {
        self.desks.iter().filter(|it| it.is_open())
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
