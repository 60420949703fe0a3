//! Opens the database: SQLite embedded (one writer, a few readers) or PostgreSQL. Knows no table.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection as _, PgPool, SqliteConnection, SqlitePool};
use tokio::sync::broadcast;

use super::bell::{Bell, Bells};
use super::conn::{Conn, Inner};
use super::kept::Kept;
use super::node::Told;
use super::reader::Readers;
use super::{Error, Result};
use crate::id::{ColleagueId, ConversationId, DeskId, JournalId, OrganisationId};

/// What the screens are told after a commit: that something changed, never what it says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Event {
    /// Whose.
    pub organisation: OrganisationId,
    /// The journal row.
    pub id: JournalId,
    /// What happened, as in the journal (`message.received`, `conversation.closed` …).
    pub verb: String,
    /// Which conversation changed, if one did.
    pub conversation: Option<ConversationId>,
    /// Its desk, so that only those who may see it are told.
    pub desk: Option<DeskId>,
    /// Who did it; `None` for channels and the system.
    pub colleague: Option<ColleagueId>,
}

/// An open database. Cloning shares it.
#[derive(Clone)]
pub struct Db {
    engine: Engine,
    live: broadcast::Sender<Told>,
    kept: Arc<Kept>,
    bells: Arc<Bells>,
    /// How many wait for their turn to write.
    queue: Arc<AtomicUsize>,
    /// This process, among those that share the database.
    node: u64,
}

#[derive(Clone)]
enum Engine {
    Sqlite {
        write: SqlitePool,
        read: Readers,
        /// For views of everything as it stands, which take a transaction.
        views: SqlitePool,
    },
    Postgres {
        write: PgPool,
        read: PgPool,
    },
}

/// Writers on PostgreSQL take their turn by this key, which only Parvis knows within its database.
/// `lock_timeout` as on SQLite: whoever waits this long is told, instead of hanging.
const TURN: &str = "SET LOCAL lock_timeout = '30s'; SELECT pg_advisory_xact_lock(7306093452219)";

/// Views of the embedded database at a time, and how long a connection for them stays unused.
const VIEWS: (u32, Duration) = (4, Duration::from_secs(60));

impl Db {
    /// Opens `sqlite:FILE` (made when missing) or `postgresql://…`, and brings its tables up to date.
    ///
    /// # Errors
    /// The address is no database address, the engine can't be reached, or a migration fails.
    pub async fn open(address: &str) -> Result<Self> {
        let db = Self::connect(address).await?;
        super::migration::apply(&db).await?;
        Ok(db)
    }

    /// Opens without touching the tables.
    ///
    /// # Errors
    /// The address is no database address, or the engine can't be reached.
    pub async fn connect(address: &str) -> Result<Self> {
        let engine = if let Some(path) = address.strip_prefix("sqlite:") {
            open_sqlite(Path::new(path)).await?
        } else if address.starts_with("postgres://") || address.starts_with("postgresql://") {
            let options = PgConnectOptions::from_str(address)
                .map_err(|_| Error::Address(address.to_owned()))?
                .application_name("parvis");
            // Apart, so that writers who wait for their turn leave connections to those who read.
            let pool = |most, patience| {
                let pool = PgPoolOptions::new().max_connections(most);
                pool.acquire_timeout(Duration::from_secs(patience)).connect_with(options.clone())
            };
            Engine::Postgres { write: pool(4, 30).await?, read: pool(8, 10).await? }
        } else {
            return Err(Error::Address(address.to_owned()));
        };
        // Random, as the standard library seeds its tables: enough to tell a handful of nodes apart.
        let node = RandomState::new().build_hasher().finish();
        Ok(Self {
            engine,
            live: broadcast::channel(1_024).0,
            kept: Arc::default(),
            bells: Arc::default(),
            queue: Arc::default(),
            node,
        })
    }

    /// A connection for reading.
    pub async fn read(&self) -> Result<Conn> {
        let inner = match &self.engine {
            Engine::Sqlite { read, .. } => Inner::SqliteRead(read.lend().await?),
            Engine::Postgres { read, .. } => Inner::PostgresRead(read.acquire().await?),
        };
        Ok(self.conn(inner, None))
    }

    /// A transaction for writing; on SQLite it takes the one write lock at once (`BEGIN IMMEDIATE`),
    /// since a reader that upgrades later fails without waiting. On PostgreSQL writers take turns as well,
    /// until they commit: what a change has read is still so when it writes (docs/decisions/0007).
    pub async fn write(&self) -> Result<Conn> {
        let _place = Place::take(&self.queue);
        let inner = match &self.engine {
            Engine::Sqlite { write, .. } => Inner::SqliteWrite(write.begin_with("BEGIN IMMEDIATE").await?),
            Engine::Postgres { write, .. } => {
                let mut turn = write.begin().await?;
                sqlx::raw_sql(TURN).execute(&mut *turn).await?;
                Inner::PostgresWrite(turn)
            }
        };
        Ok(self.conn(inner, Some(self.live.clone())))
    }

    /// A view of everything as it stands now, however long the reading takes; nothing can be written
    /// through it.
    pub async fn snapshot(&self) -> Result<Conn> {
        let inner = match &self.engine {
            Engine::Sqlite { views, .. } => Inner::SqliteWrite(views.begin().await?),
            Engine::Postgres { read, .. } => Inner::PostgresWrite(
                read.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?,
            ),
        };
        Ok(self.conn(inner, None))
    }

    /// Writes the embedded database as it stands now into the new file `path`, without what was deleted; false when
    /// there is no embedded one. Others go on reading and writing meanwhile.
    pub(super) async fn vacuum_into(&self, path: &Path) -> Result<bool> {
        let Engine::Sqlite { read, .. } = &self.engine else { return Ok(false) };
        // A connection of its own: it can't be done within a transaction, nor by one that may only read.
        let options = read.options().clone().pragma("query_only", "false");
        let mut conn = SqliteConnection::connect_with(&options.create_if_missing(false)).await?;
        sqlx::query("VACUUM INTO $1").bind(path.display().to_string()).execute(&mut conn).await?;
        conn.close().await?;
        Ok(true)
    }

    fn conn(&self, inner: Inner, live: Option<broadcast::Sender<Told>>) -> Conn {
        Conn {
            inner,
            live,
            node: self.node(),
            events: Vec::new(),
            made: Vec::new(),
            bells: Arc::clone(&self.bells),
            head: None,
            kept: Arc::clone(&self.kept),
            queue: Arc::clone(&self.queue),
            since: Instant::now(),
        }
    }

    /// Follows what is committed from now on.
    pub fn follow(&self) -> broadcast::Receiver<Told> {
        self.live.subscribe()
    }

    /// Listens for work of a kind that is committed in this process.
    pub fn listen(&self, kind: &'static str) -> Bell {
        self.bells.listen(kind)
    }

    /// Tells the followers on this node; nobody following is no failure.
    pub(super) fn tell(&self, told: Told) {
        let _ = self.live.send(told);
    }

    /// Passes on what another node told.
    pub(super) fn hear(&self, told: Vec<Told>) {
        if told.iter().any(|it| matches!(it, Told::Changed(_))) {
            self.kept.forget();
        }
        told.into_iter().for_each(|it| self.tell(it));
    }

    /// Something may have been missed.
    pub(super) fn miss(&self) {
        self.hear(vec![Told::Missed]);
        self.kept.forget();
    }

    /// This process, among those that share the database.
    pub fn node(&self) -> i64 {
        self.node.cast_signed()
    }

    /// The connections for reading, where other nodes can be listened to.
    pub(super) fn postgres(&self) -> Option<&PgPool> {
        match &self.engine {
            Engine::Postgres { read, .. } => Some(read),
            Engine::Sqlite { .. } => None,
        }
    }

    /// "SQLite" or "PostgreSQL", for people.
    pub fn engine_name(&self) -> &'static str {
        match self.engine {
            Engine::Sqlite { .. } => "SQLite",
            Engine::Postgres { .. } => "PostgreSQL",
        }
    }

    /// Closes every connection, letting SQLite fold its write-ahead log back.
    pub async fn close(&self) {
        match &self.engine {
            Engine::Sqlite { write, read, views } => {
                read.close().await;
                views.close().await;
                write.close().await;
            }
            Engine::Postgres { write, read } => {
                read.close().await;
                write.close().await;
            }
        }
    }
}

/// A place among those who wait to write, left when it is dropped, also by whoever gives up.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn take(queue: &'a AtomicUsize) -> Self {
        queue.fetch_add(1, Ordering::Relaxed);
        Self(queue)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Whether a connection can be used again. When the disk is full, SQLite undoes the transaction by itself, and the driver,
/// whose own undoing then fails, believes in it for ever: such a connection is closed, and the next one is new.
async fn is_usable(conn: &mut SqliteConnection) -> std::result::Result<bool, sqlx::Error> {
    if conn.is_in_transaction() {
        // Answered after the undoing that may be under way.
        conn.ping().await?;
    }
    Ok(!conn.is_in_transaction())
}

async fn open_sqlite(path: &Path) -> Result<Engine> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // FULL: what has been acknowledged outside survives a power cut.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(10))
        .pragma("cache_size", "-8192")
        .pragma("temp_store", "memory")
        .statement_cache_capacity(256)
        // A page of fifty with the row that says whether there are more: whoever reads it needn't be waited for.
        .row_buffer_size(128);
    // A file doesn't go away between two uses as a server may, and a new connection knows neither its pages nor its statements.
    let lasting =
        || SqlitePoolOptions::new().test_before_acquire(false).max_lifetime(None).idle_timeout(None);
    let write = lasting()
        .max_connections(1)
        .acquire_timeout(Duration::from_secs(30))
        .after_release(|conn, _| Box::pin(is_usable(conn)))
        .connect_with(options.clone())
        .await?;
    // Those that stay are few, and what they know of the file is what pages needn't read again.
    let options = options.pragma("query_only", "true").pragma("cache_size", "-16384");
    let (most, idle) = VIEWS;
    let views = lasting().max_connections(most).idle_timeout(idle).connect_lazy_with(options.clone());
    Ok(Engine::Sqlite { write, read: Readers::new(options)?, views })
}
