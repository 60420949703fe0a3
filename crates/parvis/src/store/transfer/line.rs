//! An export: lines of JSON, one object a line. The first says what it is (`{"parvis_export":1,"step":1}`),
//! then come the rows, `{"table":"desk","row":{"id":…}}`, then the media that the rows name
//! (`{"media":"path","size":1}`; the files themselves lie in the data folder), and last the count
//! (`{"end":{"rows":12,"media":3}}`), by which a file that was cut short is known.
//! Bytes are base64, times are microseconds since 1970 UTC. Importing the same file twice adds nothing.

use std::io::{BufRead, Read as _, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value as Json, json};

use super::super::conn::{Conn, Value};
use super::super::migration;
use super::table::{BATCH, Cells, Kind, TABLES, Table};
use super::{Error, Result, derive, each_row, organisations};

/// The form of the file; rises when an older Parvis could no longer read it.
const FORM: i64 = 1;

/// The longest line that is read: far above what a message can be, far below the memory.
const LONGEST: u64 = 64 << 20;

/// How many objects a file holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Rows in the file.
    pub rows: u64,
    /// Of these, rows that weren't there before; on export, all.
    pub new: u64,
    /// Media named.
    pub media: u64,
}

/// Writes everything that `conn` sees: hand it a snapshot. `media` are paths and sizes in bytes.
/// `progress` is told the table and its rows so far.
///
/// # Errors
/// The database refused or the file can't be written.
pub async fn export(
    conn: &mut Conn,
    media: &[(String, u64)],
    out: &mut impl Write,
    mut progress: impl FnMut(&str, u64),
) -> Result<Count> {
    let mut count = Count::default();
    writeln!(out, "{}", json!({ "parvis_export": FORM, "step": migration::last() }))?;
    for table in TABLES {
        let mut rows = 0;
        each_row(conn, table, |row| {
            writeln!(out, "{}", json!({ "table": table.name, "row": to_json(table, row) }))?;
            rows += 1;
            if rows % BATCH as u64 == 0 {
                progress(table.name, rows);
            }
            Ok(())
        })
        .await?;
        progress(table.name, rows);
        count.rows += rows;
    }
    for (path, size) in media {
        writeln!(out, "{}", json!({ "media": path, "size": size }))?;
        count.media += 1;
    }
    writeln!(out, "{}", json!({ "end": { "rows": count.rows, "media": count.media } }))?;
    out.flush()?;
    Ok(Count { new: count.rows, ..count })
}

fn to_json(table: &Table, row: &Cells) -> Json {
    let cells = table.columns.iter().zip(row).map(|((name, _), value)| {
        let value = match value {
            Value::Int(it) => json!(it),
            Value::Text(it) => json!(it),
            Value::Bool(it) => json!(it),
            Value::Bytes(it) => json!(it.as_ref().map(|bytes| STANDARD.encode(bytes))),
            Value::Id(it) => json!(it),
        };
        ((*name).to_owned(), value)
    });
    Json::Object(cells.collect())
}

/// Reads an export into the database of `conn` (a transaction that the caller commits or drops). Rows
/// whose key is there already stay as they are.
///
/// # Errors
/// A line isn't what an export writes, the file was cut short, the database holds another organisation,
/// or a row contradicts one that is there. The caller must drop the transaction.
pub async fn import(
    conn: &mut Conn,
    file: &mut impl BufRead,
    mut progress: impl FnMut(&str, u64),
) -> Result<Count> {
    let mut reader = Reader::default();
    let mut count = Count::default();
    let mut batch: (Option<&'static Table>, Vec<Cells>) = (None, Vec::new());
    let mut ended = false;
    while let Some(object) = reader.next(file)? {
        if ended {
            return Err(reader.fail("something follows after the end"));
        }
        if reader.line == 1 {
            reader.check_head(&object)?;
        } else if let Some(name) = object.get("table") {
            let table = name.as_str().and_then(Table::named);
            let table = table.ok_or_else(|| reader.fail(&format!("there is no table {name}")))?;
            let row = object.get("row").and_then(Json::as_object);
            let row = row.ok_or_else(|| reader.fail("“row” is missing"))?;
            let cells = from_json(table, row).map_err(|message| reader.fail(&message))?;
            if batch.1.len() == BATCH || batch.0.is_some_and(|it| it.name != table.name) {
                count.new += flush(conn, &mut batch, &reader).await?;
                progress(table.name, count.rows);
            }
            batch.0 = Some(table);
            batch.1.push(cells);
            count.rows += 1;
        } else if object.contains_key("media") {
            count.media += 1;
        } else if let Some(end) = object.get("end") {
            ended = true;
            if *end != json!({ "rows": count.rows, "media": count.media }) {
                return Err(reader.fail(&format!("the file should hold {end}; lines are missing")));
            }
        } else {
            return Err(reader.fail("neither a row, nor a medium, nor the end"));
        }
    }
    if !ended {
        return Err(reader.fail("the file ends before its last line; it was cut short"));
    }
    count.new += flush(conn, &mut batch, &reader).await?;
    if organisations(conn).await?.len() > 1 {
        return Err(Error::Stranger);
    }
    derive(conn).await?;
    Ok(count)
}

async fn flush(
    conn: &mut Conn,
    batch: &mut (Option<&'static Table>, Vec<Cells>),
    reader: &Reader,
) -> Result<u64> {
    let rows = std::mem::take(&mut batch.1);
    let Some(table) = batch.0 else { return Ok(0) };
    table.write(conn, &rows, true).await.map_err(|error| {
        reader.fail(&format!("a row of {} shortly before contradicts the database ({error})", table.name))
    })
}

fn from_json(table: &Table, row: &Map<String, Json>) -> std::result::Result<Cells, String> {
    if let Some(unknown) = row.keys().find(|key| !table.columns.iter().any(|(name, _)| name == key)) {
        return Err(format!("{} has no column “{unknown}”", table.name));
    }
    table
        .columns
        .iter()
        .map(|(name, kind)| {
            let json = row.get(*name).ok_or_else(|| format!("column “{name}” is missing"))?;
            read_value(*kind, json).ok_or_else(|| format!("column “{name}” can't be read"))
        })
        .collect()
}

fn read_value(kind: Kind, json: &Json) -> Option<Value> {
    let text = || json.as_str();
    Some(match (kind, json) {
        (Kind::Int, Json::Null) => Value::Int(None),
        (Kind::Int, _) => Value::Int(Some(json.as_i64()?)),
        (Kind::Text, Json::Null) => Value::Text(None),
        (Kind::Text, _) => Value::Text(Some(text()?.to_owned())),
        (Kind::Bool, _) => Value::Bool(json.as_bool()?),
        (Kind::Bytes, Json::Null) => Value::Bytes(None),
        (Kind::Bytes, _) => Value::Bytes(Some(STANDARD.decode(text()?).ok()?)),
        (Kind::Id, Json::Null) => Value::Id(None),
        (Kind::Id, _) => Value::Id(Some(text()?.parse().ok()?)),
    })
}

/// Reads line by line and knows where it is.
#[derive(Default)]
struct Reader {
    line: u64,
}

impl Reader {
    fn next(&mut self, file: &mut impl BufRead) -> Result<Option<Map<String, Json>>> {
        let mut bytes = Vec::new();
        self.line += 1;
        if file.take(LONGEST).read_until(b'\n', &mut bytes)? == 0 {
            return Ok(None);
        }
        if bytes.len() as u64 == LONGEST {
            return Err(self.fail("the line is longer than 64 MB"));
        }
        let object = serde_json::from_slice(&bytes).map_err(|error| {
            self.fail(&format!("column {}: this is no JSON object ({error})", error.column()))
        })?;
        Ok(Some(object))
    }

    fn check_head(&self, object: &Map<String, Json>) -> Result<()> {
        let Some(form) = object.get("parvis_export").and_then(Json::as_i64) else {
            return Err(self.fail("this is no export of Parvis: the first line must say “parvis_export”"));
        };
        let step = object.get("step").and_then(Json::as_i64).unwrap_or(0);
        if form != FORM || step != migration::last() {
            let here = migration::last();
            return Err(self.fail(&format!(
                "the export has form {form} and step {step}, this Parvis reads form {FORM} and step {here}; \
                 import it with the Parvis that wrote it and upgrade that"
            )));
        }
        Ok(())
    }

    fn fail(&self, message: &str) -> Error {
        Error::Line { line: self.line, message: message.to_owned() }
    }
}
