//! What the nodes of an installation tell each other over PostgreSQL (LISTEN and NOTIFY): changes, in the
//! transaction that makes them, and signs of life that are kept nowhere. A node that was cut off is told
//! that it may have missed something. An embedded database has one node, which tells itself alone.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use sqlx::postgres::{PgListener, PgPool};
use sqlx::{PgConnection, Postgres, Transaction};

use super::db::{Db, Event};
use super::{Error, Result};

/// Name of the channel within the database.
const CHANNEL: &str = "parvis";
const NOTIFY: &str = "SELECT pg_notify($1, $2)";
/// Events in one notification, which takes 8,000 bytes at most.
const BATCH: usize = 16;
/// Longest sign of life, in bytes.
const SIGN: usize = 4_000;

/// What followers are told.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Told {
    /// Something was committed, here or on another node.
    Changed(Event),
    /// A sign of life, as its sender wrote it.
    Sign(String),
    /// Something may have been missed: look again.
    Missed,
}

#[derive(Serialize, Deserialize)]
struct Line {
    /// Who tells: nobody listens to themselves.
    node: i64,
    told: Vec<Told>,
}

/// Tells the other nodes of `events` when `turn` is committed.
pub(super) async fn announce(
    turn: &mut Transaction<'static, Postgres>,
    node: i64,
    events: &[Event],
) -> Result<()> {
    for batch in events.chunks(BATCH) {
        send(turn, node, batch.iter().cloned().map(Told::Changed).collect()).await?;
    }
    Ok(())
}

async fn send(conn: &mut PgConnection, node: i64, told: Vec<Told>) -> Result<()> {
    let line = serde_json::to_string(&Line { node, told })
        .map_err(|error| Error::Database(sqlx::Error::Encode(error.into())))?;
    sqlx::query(NOTIFY).bind(CHANNEL).bind(line).execute(conn).await?;
    Ok(())
}

impl Db {
    /// Tells followers here and on other nodes of a sign of life; it is kept nowhere and may get lost.
    pub async fn sign(&self, sign: String) {
        if let Some(pool) = self.postgres().filter(|_| sign.len() <= SIGN)
            && let Err(error) = say(pool, self.node(), &sign).await
        {
            tracing::debug!(%error, "the other nodes can't be told of a sign of life");
        }
        self.tell(Told::Sign(sign));
    }

    /// Listens to the other nodes for as long as the program runs; ends at once where there are none.
    pub async fn hear_others(&self) {
        let Some(pool) = self.postgres() else { return };
        loop {
            if let Err(error) = hear(self, pool).await {
                tracing::warn!(%error, "the other nodes can't be heard; trying again");
            }
            self.miss();
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
}

async fn say(pool: &PgPool, node: i64, sign: &str) -> Result<()> {
    let mut conn = pool.acquire().await?;
    send(&mut conn, node, vec![Told::Sign(sign.to_owned())]).await
}

async fn hear(db: &Db, pool: &PgPool) -> Result<()> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(CHANNEL).await?;
    // What was told before we listened.
    db.miss();
    loop {
        // `None`: the connection was lost and stands again.
        let Some(notice) = listener.try_recv().await? else {
            db.miss();
            continue;
        };
        match serde_json::from_str::<Line>(notice.payload()) {
            Ok(line) if line.node == db.node() => {}
            Ok(line) => db.hear(line.told),
            // A node of another version: whatever it says, something changed.
            Err(_) => db.miss(),
        }
    }
}
