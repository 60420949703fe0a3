//! What everything is called: desks, channels, colleagues and tags. Every page names them, so the last
//! reading is kept until something is written here, and for a second at most, since other processes write
//! too. Rights are never kept: who may sign in is read at each request.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::channel::Channel;
use super::colleague::Colleague;
use super::desk::Desk;
use super::tag::Tag;
use super::{Conn, Result, channel, colleague, desk, tag};
use crate::id::{ChannelId, ColleagueId, DeskId, OrganisationId};
use crate::rules::permission::Scope;

/// How long a reading is kept at most.
const AGE: Duration = Duration::from_secs(1);

/// The last reading, shared by the connections of a database.
#[derive(Default)]
pub(super) struct Kept {
    /// Transactions committed through this database.
    commits: AtomicU64,
    last: Mutex<Option<Last>>,
}

struct Last {
    organisation: OrganisationId,
    /// What `commits` was before it was read.
    commits: u64,
    read: Instant,
    house: Arc<House>,
}

impl Kept {
    /// Something was committed.
    pub(super) fn forget(&self) {
        self.commits.fetch_add(1, Ordering::Release);
    }

    fn house(&self, organisation: OrganisationId, commits: u64) -> Option<Arc<House>> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let is_fresh =
            |it: &&Last| it.organisation == organisation && it.commits == commits && it.read.elapsed() < AGE;
        last.as_ref().filter(is_fresh).map(|it| Arc::clone(&it.house))
    }
}

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
    /// Who works at which desk.
    pub members: Vec<(ColleagueId, DeskId)>,
}

impl House {
    /// The house as it stands, or as it stood at most a second ago when only another process wrote since.
    pub async fn read(conn: &mut Conn, organisation: OrganisationId) -> Result<Arc<Self>> {
        let kept = Arc::clone(&conn.kept);
        if conn.is_writing() {
            return Self::fresh(conn, organisation).await.map(Arc::new);
        }
        let commits = kept.commits.load(Ordering::Acquire);
        if let Some(house) = kept.house(organisation, commits) {
            return Ok(house);
        }
        let house = Arc::new(Self::fresh(conn, organisation).await?);
        let last = Last { organisation, commits, read: Instant::now(), house: Arc::clone(&house) };
        *kept.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(last);
        Ok(house)
    }

    async fn fresh(conn: &mut Conn, organisation: OrganisationId) -> Result<Self> {
        Ok(Self {
            desks: desk::list(conn, organisation).await?,
            channels: channel::list(conn, organisation).await?,
            colleagues: colleague::list(conn, organisation).await?,
            tags: tag::list(conn, organisation).await?,
            members: colleague::memberships(conn, organisation).await?,
        })
    }

    /// Those who can be chosen in lists: with access, and within what `scope` shows of the house.
    pub fn people(&self, scope: &Scope) -> impl Iterator<Item = &Colleague> {
        let near = |id| self.members.iter().any(|(member, desk)| *member == id && scope.covers(*desk));
        self.colleagues.iter().filter(move |it| it.active && (*scope == Scope::Every || near(it.id)))
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
