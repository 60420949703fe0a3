//! What every page asks for, as it was read last: kept until something is committed through this database,
//! and for five seconds at most, since other processes write too. Rights are never kept: who may sign in is
//! read at each request.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::alert::{Kind, Subject};
use super::counter::Count;
use super::fast::Waiting;
use super::house::House;
use super::stop::Stop;
use super::{Conn, Result};
use crate::id::{DeskId, OrganisationId};

/// How long a reading is kept at most.
const AGE: Duration = Duration::from_secs(5);

/// The last readings, shared by the connections of a database.
#[derive(Default)]
pub(super) struct Kept {
    /// Transactions committed through this database.
    commits: AtomicU64,
    pub(super) house: Slot<House>,
    pub(super) counts: Slot<Vec<Count>>,
    pub(super) stop: Slot<Option<Stop>>,
    pub(super) alerts: Slot<Vec<Vec<(Kind, Subject)>>>,
    pub(super) fast: Slot<Vec<Waiting>>,
    pub(super) late: Slot<Vec<(DeskId, i64)>>,
}

impl Kept {
    /// Something was committed.
    pub(super) fn forget(&self) {
        self.commits.fetch_add(1, Ordering::Release);
    }
}

/// Room for one reading.
pub(super) struct Slot<T>(Mutex<Option<Last<T>>>);

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

struct Last<T> {
    of: Of,
    read: Instant,
    value: Arc<T>,
}

/// What a reading was made of.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Of {
    organisation: OrganisationId,
    /// What `commits` was before it was read.
    commits: u64,
    /// The moment for which it was asked, where that matters.
    moment: i64,
}

impl<T> Slot<T> {
    fn get(&self, of: Of) -> Option<Arc<T>> {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_fresh = |it: &&Last<T>| it.of == of && it.read.elapsed() < AGE;
        last.as_ref().filter(is_fresh).map(|it| Arc::clone(&it.value))
    }

    fn put(&self, last: Last<T>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(last);
    }
}

impl Conn {
    /// What `slot` keeps, or what `read` gives; within a transaction always the latter, which sees what isn't
    /// committed yet. `moment`: the time of the question, as coarse
    /// as it matters; 0 where the answer doesn't depend on it.
    pub(super) async fn kept<T>(
        &mut self,
        slot: fn(&Kept) -> &Slot<T>,
        organisation: OrganisationId,
        moment: i64,
        read: impl AsyncFnOnce(&mut Self) -> Result<T>,
    ) -> Result<Arc<T>> {
        if self.is_writing() {
            return read(self).await.map(Arc::new);
        }
        let kept = Arc::clone(&self.kept);
        let of = Of { organisation, commits: kept.commits.load(Ordering::Acquire), moment };
        if let Some(value) = slot(&kept).get(of) {
            return Ok(value);
        }
        let began = Instant::now();
        let value = Arc::new(read(self).await?);
        slot(&kept).put(Last { of, read: began, value: Arc::clone(&value) });
        Ok(value)
    }
}
