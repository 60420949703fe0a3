//! The one bag that pages, endpoints, jobs and commands are handed: database, clock, client, keys.

use std::sync::Arc;

use object_store::ObjectStore;

use crate::clock::Clock;
use crate::config::Config;
use crate::seal::SealKey;
use crate::store::Db;

/// Everything that outlives a request. Shared as `Arc<App>`.
pub struct App {
    /// What the operator set.
    pub config: Config,
    /// The database.
    pub db: Db,
    /// Where the time comes from.
    pub clock: Clock,
    /// Opens the secrets of channels.
    pub seal: SealKey,
    /// Pictures and files.
    pub media: Arc<dyn ObjectStore>,
}

impl App {
    /// Microseconds since 1970, UTC.
    pub fn now(&self) -> i64 {
        self.clock.now()
    }
}
