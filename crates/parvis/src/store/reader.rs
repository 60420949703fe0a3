//! Connections to the embedded database that only read. Handing one out and taking it back wakes nobody: sqlx's own pool
//! starts a task for each return. Knows no table.

use std::time::Duration;

use deadpool::Runtime;
use deadpool::managed::{Manager, Metrics, Object, Pool, PoolError, QueueMode, RecycleResult};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection as _, SqliteConnection};

/// Readers that stay. The one that was used last is used first, so that its pages of the file are those that are asked for.
const WARM: usize = 1;

/// Readers at most, while those are busy.
const MOST: usize = 6;

/// How long those beyond [`WARM`] stay unused (what an hour of many readers, or a long one, has taken is given back).
const IDLE: Duration = Duration::from_secs(60);

/// How long somebody waits for one.
const PATIENCE: Duration = Duration::from_secs(30);

/// A connection on loan.
pub(super) type Reader = Object<Opener>;

/// How connections are opened.
pub(super) struct Opener(SqliteConnectOptions);

impl Manager for Opener {
    type Type = SqliteConnection;
    type Error = sqlx::Error;

    async fn create(&self) -> sqlx::Result<SqliteConnection> {
        SqliteConnection::connect_with(&self.0).await
    }

    async fn recycle(&self, _: &mut SqliteConnection, _: &Metrics) -> RecycleResult<sqlx::Error> {
        // A file doesn't go away between two uses as a server may, and readers never leave a transaction open.
        Ok(())
    }
}

/// The readers of a database.
#[derive(Clone)]
pub(super) struct Readers(Pool<Opener>);

impl Readers {
    /// None is open yet.
    pub(super) fn new(options: SqliteConnectOptions) -> sqlx::Result<Self> {
        let pool = Pool::builder(Opener(options))
            .max_size(MOST)
            .queue_mode(QueueMode::Lifo)
            .wait_timeout(Some(PATIENCE))
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| sqlx::Error::Configuration(error.into()))?;
        Ok(Self(pool))
    }

    /// How they are opened.
    pub(super) fn options(&self) -> &SqliteConnectOptions {
        &self.0.manager().0
    }

    /// One of them, until it is dropped.
    pub(super) async fn lend(&self) -> sqlx::Result<Reader> {
        let reader = self.0.get().await.map_err(|error| match error {
            PoolError::Backend(error) => error,
            PoolError::Closed => sqlx::Error::PoolClosed,
            _ => sqlx::Error::PoolTimedOut,
        });
        self.shed(IDLE);
        reader
    }

    /// Closes those beyond [`WARM`] that nobody has used for `idle`.
    fn shed(&self, idle: Duration) {
        let mut size = self.0.status().size;
        if size > WARM {
            self.0.retain(|_, metrics| {
                let stays = size <= WARM || metrics.last_used() < idle;
                size -= usize::from(!stays);
                stays
            });
        }
    }

    /// Closes them all, and waits until they are.
    pub(super) async fn close(&self) {
        let open = self.0.retain(|_, _| false).removed;
        self.0.close();
        for reader in open {
            let _ = reader.close().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn readers() -> (Readers, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let options =
            SqliteConnectOptions::new().filename(folder.path().join("a.db")).create_if_missing(true);
        (Readers::new(options).unwrap(), folder)
    }

    /// Gives the connection a mark that others don't have.
    async fn mark(reader: &mut Reader, number: i64) {
        sqlx::query("CREATE TEMP TABLE mark AS SELECT $1 AS number")
            .bind(number)
            .execute(&mut **reader)
            .await
            .unwrap();
    }

    #[tokio::test]
    async fn the_one_that_was_used_last_comes_first() {
        let (readers, _folder) = readers().await;
        let (mut first, mut second) = (readers.lend().await.unwrap(), readers.lend().await.unwrap());
        mark(&mut first, 1).await;
        mark(&mut second, 2).await;
        drop(first);
        drop(second);
        for _ in 0..3 {
            let mut again = readers.lend().await.unwrap();
            let number: i64 =
                sqlx::query_scalar("SELECT number FROM mark").fetch_one(&mut *again).await.unwrap();
            assert_eq!(number, 2);
        }
    }

    #[tokio::test]
    async fn what_many_readers_took_is_given_back_and_one_stays() {
        let (readers, _folder) = readers().await;
        let mut lent = Vec::new();
        for _ in 0..MOST {
            lent.push(readers.lend().await.unwrap());
        }
        readers.shed(Duration::ZERO);
        assert_eq!(readers.0.status().size, MOST, "those on loan aren't touched");
        drop(lent);
        readers.shed(IDLE);
        assert_eq!(readers.0.status().size, MOST, "just used");
        readers.shed(Duration::ZERO);
        assert_eq!(readers.0.status().size, WARM);
    }

    #[tokio::test]
    async fn after_the_end_nobody_is_let_in() {
        let (readers, _folder) = readers().await;
        drop(readers.lend().await.unwrap());
        readers.close().await;
        assert!(matches!(readers.lend().await, Err(sqlx::Error::PoolClosed)));
    }
}
