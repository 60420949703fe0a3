//! Moves everything: from one database into another, into lines of JSON and back. Knows the tables as
//! rows of columns, not what they mean; the command line brings files, folders and progress.

pub mod digest;
pub mod history;
pub mod line;
pub mod table;

use std::path::Path;

use sqlx::AssertSqlSafe;

use super::{Conn, Db, counter, search, tag};
use crate::id::OrganisationId;
use digest::Digest;
use table::{BATCH, Cells, TABLES, Table};

/// Why a transfer was given up. Nothing of it was kept.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A database refused.
    #[error(transparent)]
    Store(#[from] super::Error),
    /// A row can't be read or written.
    #[error("table {table}: {reason}")]
    Table {
        /// Which.
        table: &'static str,
        /// Why.
        reason: super::Error,
    },
    /// The target isn't new.
    #[error("the target holds rows already (table {0}); nothing was changed. Name a new, empty database")]
    NotEmpty(&'static str),
    /// What arrived isn't what left.
    #[error("table {table}: {left} rows left, {arrived} arrived or they differ; the target was left empty")]
    Differs {
        /// Which.
        table: &'static str,
        /// Rows read from the source.
        left: u64,
        /// Rows read back from the target.
        arrived: u64,
    },
    /// The file can't be read or written.
    #[error("the file can't be read or written: {0}")]
    File(#[from] std::io::Error),
    /// A line of the file isn't what an export writes.
    #[error("line {line}: {message}; nothing was imported")]
    Line {
        /// From 1.
        line: u64,
        /// What is wrong.
        message: String,
    },
    /// The database belongs to somebody else.
    #[error(
        "this Parvis belongs to another organisation than the file; nothing was imported. Import into a new, empty database"
    )]
    Stranger,
}

/// The result of a transfer.
pub type Result<T> = std::result::Result<T, Error>;

fn in_table(table: &'static Table) -> impl Fn(super::Error) -> Error {
    move |reason| Error::Table { table: table.name, reason }
}

/// Copies every row of `source` into the empty `target`, all or nothing, and reads them back to compare.
/// While it lasts nobody can write to the source. `progress` is told the table and its rows so far.
/// Answers with how many rows were copied.
///
/// # Errors
/// The target isn't empty, a database refused, or what arrived differs; the target is left as it was.
pub async fn copy(source: &Db, target: &Db, progress: impl FnMut(&str, u64)) -> Result<u64> {
    let mut from = source.write().await?;
    if !from.is_sqlite() {
        let names: Vec<&str> = TABLES.iter().map(|table| table.name).collect();
        let sql = format!("LOCK TABLE {} IN SHARE MODE", names.join(", "));
        from.run(AssertSqlSafe(sql), &[]).await?;
    }
    copy_seen(&mut from, target, progress).await
}

/// The same of what `from` sees, which is a snapshot or a transaction that lets nobody else write.
async fn copy_seen(from: &mut Conn, target: &Db, mut progress: impl FnMut(&str, u64)) -> Result<u64> {
    let mut to = target.write().await?;
    refuse_filled(&mut to).await?;
    let mut left = Vec::new();
    for table in TABLES {
        let mut digest = Digest::default();
        let mut last: Option<Cells> = None;
        loop {
            let rows = table.read(from, last.as_ref()).await.map_err(in_table(table))?;
            rows.iter().for_each(|row| digest.add(row));
            table.write(&mut to, &rows, false).await.map_err(in_table(table))?;
            progress(table.name, digest.rows);
            let Some(row) = rows.into_iter().last() else { break };
            last = Some(row);
        }
        left.push((table, digest));
    }
    for (table, left) in &left {
        let arrived = digest_of(&mut to, table).await?;
        if arrived != *left {
            return Err(Error::Differs { table: table.name, left: left.rows, arrived: arrived.rows });
        }
    }
    derive(&mut to).await?;
    to.commit().await?;
    Ok(left.iter().map(|(_, digest)| digest.rows).sum())
}

/// Writes everything, as it stands at one moment, into a new SQLite file, while others go on writing.
///
/// # Errors
/// The file is there already or can't be written, or the database refused. A half file may be left.
pub async fn write_file(source: &Db, file: &Path, progress: impl FnMut(&str, u64)) -> Result<()> {
    if !source.vacuum_into(file).await? {
        let target = Db::open(&format!("sqlite:{}", file.display())).await?;
        let mut from = source.snapshot().await?;
        copy_seen(&mut from, &target, progress).await?;
        target.close().await;
    }
    Ok(std::fs::File::open(file)?.sync_all()?)
}

/// Refuses a database that holds any row.
///
/// # Errors
/// It holds one ([`Error::NotEmpty`]), or can't be read.
pub async fn refuse_filled(conn: &mut Conn) -> Result<()> {
    for table in TABLES {
        if table.is_filled(conn).await? {
            return Err(Error::NotEmpty(table.name));
        }
    }
    Ok(())
}

/// The digest of one table, row by row.
pub async fn digest_of(conn: &mut Conn, table: &'static Table) -> Result<Digest> {
    let mut digest = Digest::default();
    each_row(conn, table, |row| {
        digest.add(row);
        Ok(())
    })
    .await?;
    Ok(digest)
}

/// Hands every row of a table over, by primary key, [`BATCH`] at a time in memory.
async fn each_row(
    conn: &mut Conn,
    table: &'static Table,
    mut then: impl FnMut(&Cells) -> Result<()>,
) -> Result<()> {
    let mut last: Option<Cells> = None;
    loop {
        let rows = table.read(conn, last.as_ref()).await.map_err(in_table(table))?;
        for row in &rows {
            then(row)?;
        }
        if rows.len() < BATCH {
            return Ok(());
        }
        last = rows.into_iter().last();
    }
}

const ORGANISATIONS: &str = "SELECT id FROM organisation ORDER BY id";

/// The organisations that a database holds.
async fn organisations(conn: &mut Conn) -> Result<Vec<OrganisationId>> {
    let rows = conn.all(ORGANISATIONS, &[]).await?;
    rows.iter().map(|row| Ok(row.only()?)).collect()
}

/// Makes anew what isn't transferred: counters and the search index.
async fn derive(conn: &mut Conn) -> Result<()> {
    for organisation in organisations(conn).await? {
        counter::recount(conn, organisation).await?;
        tag::place_all(conn, organisation).await?;
        search::rebuild(conn, organisation).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
