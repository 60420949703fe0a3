//! Every SQL constant of this room, read out of its source and prepared on both engines: a wrong
//! column fails here, not in the night.

use std::path::Path;

use sqlx::{AssertSqlSafe, Executor as _, SqlSafeStr as _};

use super::databases;
use crate::store::Conn;
use crate::store::conn::Inner;

/// A macro of the room that stands for a piece of SQL.
struct Piece {
    call: String,
    sql: String,
}

/// The string literals of Rust source, joined, with the pieces put in; up to the closing `;`.
fn evaluate(source: &str, pieces: &[Piece]) -> String {
    let mut out = String::new();
    let mut rest = source;
    while let Some(at) = rest.find(|c: char| c == '"' || c == ';' || c.is_ascii_lowercase()) {
        let (_, tail) = rest.split_at(at);
        if tail.starts_with(';') {
            break;
        }
        if let Some(piece) = pieces.iter().find(|it| tail.starts_with(&it.call)) {
            out.push_str(&piece.sql);
            rest = &tail[piece.call.len()..];
            continue;
        }
        let Some(literal) = tail.strip_prefix('"') else {
            rest = &tail[1..];
            continue;
        };
        let mut escaped = false;
        let end = literal
            .find(|c| {
                let closes = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                closes
            })
            .unwrap();
        out.push_str(&literal[..end].replace("\\\"", "\""));
        rest = &literal[end + 1..];
    }
    out
}

/// Name and text of each `const NAME: &str` of a file that is SQL.
fn constants(source: &str) -> Vec<(String, String)> {
    let mut pieces: Vec<Piece> = Vec::new();
    for piece in source.split("macro_rules! ").skip(1) {
        let (name, body) = piece.split_once(" {").unwrap();
        let body = body.split_once("=> {").map_or("", |(_, body)| body);
        let sql = evaluate(body.split_once("};").map_or(body, |(body, _)| body), &pieces);
        pieces.push(Piece { call: format!("{name}!()"), sql });
    }
    source
        .split("const ")
        .skip(1)
        .filter_map(|it| it.split_once(": &str ="))
        .filter(|(name, _)| name.chars().all(|c| c.is_ascii_uppercase() || c == '_'))
        .map(|(name, value)| (name.to_owned(), evaluate(value, &pieces)))
        .filter(|(_, sql)| {
            ["SELECT", "INSERT", "UPDATE", "DELETE", "CREATE"].iter().any(|it| sql.starts_with(it))
        })
        .collect()
}

fn read(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            read(&entry, found);
        } else if !entry.ends_with("tests.rs") {
            let source = std::fs::read_to_string(&entry).unwrap();
            let file = entry.file_name().unwrap().to_string_lossy().into_owned();
            found.extend(constants(&source).into_iter().map(|(name, sql)| (format!("{file} {name}"), sql)));
        }
    }
}

/// Every SQL constant of this room, with its name.
pub(super) fn all() -> Vec<(String, String)> {
    let mut found = Vec::new();
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store"), &mut found);
    found
}

async fn prepare(conn: &mut Conn, sql: &str) -> sqlx::Result<()> {
    let sql = AssertSqlSafe(sql.to_owned()).into_sql_str();
    match &mut conn.inner {
        Inner::SqliteRead(it) => (&mut **it).prepare(sql).await.map(drop),
        Inner::SqliteWrite(it) => (&mut **it).prepare(sql).await.map(drop),
        Inner::PostgresRead(it) => (&mut **it).prepare(sql).await.map(drop),
        Inner::PostgresWrite(it) => (&mut **it).prepare(sql).await.map(drop),
    }
}

#[tokio::test]
async fn every_statement_is_understood_by_the_engines_that_it_is_for() {
    let found = all();
    assert!(found.len() > 80, "only {} statements were found", found.len());
    for (db, _folder) in databases().await {
        let mut wrong = Vec::new();
        for (name, sql) in &found {
            let mut conn = db.read().await.unwrap();
            let only_postgres = ["tsquery", "tsvector", "pg_", "information_schema", "SKIP LOCKED"]
                .iter()
                .any(|it| sql.contains(it));
            let only_sqlite = name.ends_with("_SQLITE");
            if if conn.is_sqlite() { only_postgres } else { only_sqlite } {
                continue;
            }
            if let Err(error) = prepare(&mut conn, sql).await {
                wrong.push(format!("{name}: {error}\n  {sql}"));
            }
        }
        assert!(wrong.is_empty(), "{}\n{}", db.engine_name(), wrong.join("\n"));
    }
}
