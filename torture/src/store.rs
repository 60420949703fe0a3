//! Where the tortured program keeps its data: a file, or a database of its own on a PostgreSQL server.

use std::path::Path;

use anyhow::{Context as _, Result};
use parvis::store::Db;
use sqlx::AssertSqlSafe;

/// Which engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Embedded.
    Sqlite,
    /// The server that `PARVIS_TEST_POSTGRES` names.
    Postgres,
}

impl Engine {
    /// Its name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

const END_LEASES: &str = "UPDATE lease SET until_at = 0";
const END_JOBS: &str = "UPDATE job SET lease_until = 0 WHERE state = 'running'";

/// An empty database; its address.
///
/// # Errors
/// The server can't be reached, or isn't named.
pub async fn fresh(engine: Engine, data: &Path) -> Result<String> {
    let Engine::Postgres = engine else { return Ok(format!("sqlite:{}", data.join("parvis.db").display())) };
    let (server, name) = place()?;
    drop_database().await?;
    let db = Db::connect(&server).await?;
    let sql = format!("CREATE DATABASE {name}");
    db.read().await?.run(AssertSqlSafe(sql), &[]).await?;
    db.close().await;
    let (start, _) = server.rsplit_once('/').context("PARVIS_TEST_POSTGRES names no database")?;
    Ok(format!("{start}/{name}"))
}

fn place() -> Result<(String, String)> {
    let server = std::env::var("PARVIS_TEST_POSTGRES")
        .context("PARVIS_TEST_POSTGRES must name a server: postgresql://…/postgres")?;
    Ok((server, format!("parvis_torture_{}", std::process::id())))
}

/// Removes what [`fresh`] made on the server.
///
/// # Errors
/// The server can't be reached.
pub async fn drop_database() -> Result<()> {
    let (server, name) = place()?;
    let db = Db::connect(&server).await?;
    let sql = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
    db.read().await?.run(AssertSqlSafe(sql), &[]).await?;
    db.close().await;
    Ok(())
}

/// A database of its own with all that [`fresh`] made holds by now; its address.
///
/// # Errors
/// The server can't be reached.
pub async fn copy(name: &str) -> Result<String> {
    let (server, whole) = place()?;
    drop_copy(name).await?;
    let db = Db::connect(&server).await?;
    let sql = format!("CREATE DATABASE {whole}_{name} TEMPLATE {whole}");
    db.read().await?.run(AssertSqlSafe(sql), &[]).await?;
    db.close().await;
    let (start, _) = server.rsplit_once('/').context("PARVIS_TEST_POSTGRES names no database")?;
    Ok(format!("{start}/{whole}_{name}"))
}

/// Removes what [`copy`] made.
///
/// # Errors
/// The server can't be reached.
pub async fn drop_copy(name: &str) -> Result<()> {
    let (server, whole) = place()?;
    let db = Db::connect(&server).await?;
    let sql = format!("DROP DATABASE IF EXISTS {whole}_{name} WITH (FORCE)");
    db.read().await?.run(AssertSqlSafe(sql), &[]).await?;
    db.close().await;
    Ok(())
}

/// On a database that several nodes may share, what a dead node held comes back when its lease ends: after one minute for
/// a channel, three for a job. Here that time is made to pass at once. On SQLite the program does so itself.
///
/// # Errors
/// The database can't be reached.
pub async fn let_leases_end(engine: Engine, address: &str) -> Result<()> {
    let Engine::Postgres = engine else { return Ok(()) };
    let db = Db::connect(address).await?;
    // By turns with the writers, so that what the dead one had sent is over.
    let mut conn = db.write().await?;
    conn.run(END_LEASES, &[]).await?;
    conn.run(END_JOBS, &[]).await?;
    conn.commit().await?;
    db.close().await;
    Ok(())
}
