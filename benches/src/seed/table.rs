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
    /// SQLite looks for each `$n` among all before it, which takes longer than the writing; `?` needs no looking.
    is_sqlite: bool,
    waiting: Vec<Value>,
}

impl Table {
    /// Rows for `head`, each written as `row`.
    pub fn new(head: &'static str, row: &'static str, is_sqlite: bool) -> Self {
        Self { head, row, width: row.matches('?').count().max(1), is_sqlite, waiting: Vec::new() }
    }

    /// Puts a row to those that wait.
    pub fn push(&mut self, row: impl IntoIterator<Item = Value>) {
        self.waiting.extend(row);
    }

    /// Writes what waits.
    pub async fn flush(&mut self, conn: &mut Conn) -> Result<()> {
        let rows = PLACEHOLDERS / self.width;
        for part in self.waiting.chunks(rows * self.width) {
            conn.run(AssertSqlSafe(self.statement(part.len() / self.width)), part).await?;
        }
        self.waiting.clear();
        Ok(())
    }

    fn statement(&self, rows: usize) -> String {
        let mut sql = format!("{} VALUES ", self.head);
        let mut number = 0;
        for row in 0..rows {
            if row > 0 {
                sql.push(',');
            }
            if self.is_sqlite {
                sql.push_str(self.row);
                continue;
            }
            for piece in self.row.split_inclusive('?') {
                sql.push_str(piece.trim_end_matches('?'));
                if piece.ends_with('?') {
                    number += 1;
                    sql.push_str(&format!("${number}"));
                }
            }
        }
        sql
    }
}
