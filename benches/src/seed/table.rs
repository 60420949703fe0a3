//! Rows into one table, many per statement: what makes filling five million rows a matter of minutes.

use anyhow::Result;
use parvis::store::{Conn, Value};
use sqlx::AssertSqlSafe;

/// Placeholders in one statement; both engines take more.
const PLACEHOLDERS: usize = 8_000;

/// A table that is being filled.
pub struct Table {
    /// `INSERT INTO … (…)`, and what stands for one row, `?` for each of its values.
    head: &'static str,
    row: &'static str,
    width: usize,
    waiting: Vec<Value>,
}

impl Table {
    /// Rows for `head`, each written as `row`.
    pub fn new(head: &'static str, row: &'static str) -> Self {
        Self { head, row, width: row.matches('?').count().max(1), waiting: Vec::new() }
    }

    /// Puts a row to the others, and writes them when they are enough for one statement.
    pub async fn push(&mut self, conn: &mut Conn, row: impl IntoIterator<Item = Value>) -> Result<()> {
        self.waiting.extend(row);
        if self.waiting.len() + self.width > PLACEHOLDERS { self.flush(conn).await } else { Ok(()) }
    }

    /// Writes what waits.
    pub async fn flush(&mut self, conn: &mut Conn) -> Result<()> {
        let rows = self.waiting.len() / self.width;
        if rows == 0 {
            return Ok(());
        }
        let mut sql = format!("{} VALUES ", self.head);
        let mut number = 0;
        for row in 0..rows {
            if row > 0 {
                sql.push(',');
            }
            for piece in self.row.split_inclusive('?') {
                sql.push_str(piece.trim_end_matches('?'));
                if piece.ends_with('?') {
                    number += 1;
                    sql.push_str(&format!("${number}"));
                }
            }
        }
        conn.run(AssertSqlSafe(sql), &self.waiting).await?;
        self.waiting.clear();
        Ok(())
    }
}
