//! The store on both engines: SQLite in a temporary folder, and PostgreSQL where the environment gives
//! one (`PARVIS_TEST_POSTGRES`, set by `cargo xtask test`).

use std::sync::atomic::{AtomicU32, Ordering};

use super::*;

mod node;
mod plan;
mod statement;

/// On PostgreSQL: which database a connection is to.
pub(crate) const DATABASE_NAME: &str = "SELECT current_database()";

static MADE: AtomicU32 = AtomicU32::new(0);

/// A fresh database of each engine that is there, with the folder that holds it.
pub(crate) async fn databases() -> Vec<(Db, Option<tempfile::TempDir>)> {
    let all = unmigrated().await;
    for (db, _) in &all {
        migration::apply(db).await.unwrap();
    }
    all
}

/// The same without any table.
pub(crate) async fn unmigrated() -> Vec<(Db, Option<tempfile::TempDir>)> {
    let mut all = Vec::new();
    for (address, folder) in addresses().await {
        all.push((Db::connect(&address).await.unwrap(), folder));
    }
    all
}

/// The address of an empty database of each engine that is there, with the folder that holds it.
pub(crate) async fn addresses() -> Vec<(String, Option<tempfile::TempDir>)> {
    let folder = tempfile::tempdir().unwrap();
    let mut all = vec![(format!("sqlite:{}", folder.path().join("parvis.db").display()), Some(folder))];
    if let Ok(server) = std::env::var("PARVIS_TEST_POSTGRES") {
        all.push((postgres(&server).await, None));
    }
    all
}

async fn postgres(server: &str) -> String {
    let name = format!("t{}_{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
    let admin = sqlx::PgPool::connect(server).await.unwrap();
    sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&admin).await.unwrap();
    admin.close().await;
    let (base, _) = server.rsplit_once('/').unwrap();
    format!("{base}/{name}")
}

#[tokio::test]
async fn opening_twice_applies_each_migration_once() {
    for (db, _folder) in databases().await {
        migration::apply(&db).await.unwrap();
        let organisation = organisation::first(&mut db.read().await.unwrap()).await.unwrap();
        assert!(organisation.is_none(), "{}", db.engine_name());
    }
}

#[tokio::test]
async fn long_looks_at_everything_leave_readers_to_the_pages() {
    for (db, _folder) in databases().await {
        let long = [db.snapshot().await.unwrap(), db.snapshot().await.unwrap(), db.snapshot().await.unwrap()];
        let pages = [db.read().await.unwrap(), db.read().await.unwrap(), db.read().await.unwrap()];
        let next = {
            let db = db.clone();
            tokio::spawn(async move { organisation::first(&mut db.read().await?).await })
        };
        // Whichever reader is free first is theirs.
        drop(pages);
        assert!(next.await.unwrap().unwrap().is_none(), "{}", db.engine_name());
        drop(long);
    }
}

#[tokio::test]
async fn a_long_turn_is_cut_when_somebody_waits_to_write() {
    for (db, _folder) in databases().await {
        let turn = db.write().await.unwrap();
        let waiting = tokio::spawn({
            let db = db.clone();
            async move { db.write().await.map(drop) }
        });
        let cut = async {
            while !turn.is_long() {
                tokio::time::sleep(std::time::Duration::from_millis(1)).await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(20), cut).await.expect("it is cut");
        drop(turn);
        waiting.await.unwrap().unwrap();
        assert_eq!(db.write().await.unwrap().waiting(), 0, "{}", db.engine_name());
    }
}
