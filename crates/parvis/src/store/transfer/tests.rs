//! Moving, exporting and importing on filled databases of both engines: every table, with everything
//! that text and numbers can be.

use std::io::BufReader;

use uuid::Uuid;

use super::table::Kind;
use super::*;
use crate::store::tests::{databases, unmigrated};
use crate::store::{Value, migration};

const NASTY: &str = "'; DROP TABLE message; -- \" \\ \u{0} 🦉 e\u{301} \u{202e}\r\n\t";
const NUMBERS: [i64; 4] = [i64::MAX, i64::MIN, 0, 1_700_000_000_000_000];
const REQUIRED: &str = "SELECT name FROM pragma_table_info($1) WHERE \"notnull\" = 1";
const REQUIRED_POSTGRES: &str = "SELECT column_name::text FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name = $1 AND is_nullable = 'NO'";
const COLUMNS: &str = "SELECT name || ' ' || type FROM pragma_table_info($1) ORDER BY name";
const COLUMNS_POSTGRES: &str = "SELECT column_name || ' ' || upper(data_type) FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name = $1 ORDER BY column_name COLLATE \"C\"";
const TABLE_NAMES: &str = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
    AND name NOT LIKE 'message_terms%'";
const TABLE_NAMES_POSTGRES: &str =
    "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'";

async fn strings(
    conn: &mut Conn,
    sqlite: &'static str,
    postgres: &'static str,
    args: &[Value],
) -> Vec<String> {
    let sql = if conn.is_sqlite() { sqlite } else { postgres };
    conn.all(sql, args).await.unwrap().iter().map(|row| row.only().unwrap()).collect()
}

/// A UUID that says which row of which noun it is.
fn id(noun: &str, row: usize) -> Uuid {
    let mut digest = [row as u8; 16];
    noun.bytes().enumerate().for_each(|(place, byte)| digest[place % 15] ^= byte);
    Uuid::from_bytes(digest)
}

fn cell(table: &Table, column: &str, kind: Kind, row: usize, organisations: usize, required: bool) -> Value {
    let null = !required && row % 2 == 1;
    match kind {
        Kind::Int => Value::Int((!null).then_some(NUMBERS[row])),
        Kind::Text => Value::Text((!null).then(|| format!("{column} {row} {NASTY}"))),
        Kind::Bool => Value::Bool(row == 0),
        Kind::Bytes => Value::Bytes((!null).then(|| (0..=255).cycle().skip(row).take(600).collect())),
        Kind::Id => Value::Id((!null).then(|| match column {
            "organisation_id" => id("organisation", row % organisations),
            "id" if table.name == "organisation" => id("organisation", row),
            "id" => id(table.name, row),
            "owner_id" | "idea_by" | "asked_by" | "asked_of" | "made_by" => id("colleague", row),
            other => id(other.trim_end_matches("_id"), row),
        })),
    }
}

/// Rows of every table but that of organisations.
fn rows() -> u64 {
    4 * (TABLES.len() as u64 - 1)
}

/// Puts four rows into every table (as many organisations as asked for); at an earlier step of the
/// migrations, only into the columns that are there.
async fn fill(db: &Db, houses: usize) {
    let mut conn = db.write().await.unwrap();
    for table in TABLES {
        let there = strings(&mut conn, COLUMNS, COLUMNS_POSTGRES, &[table.name.into()]).await;
        let is_there = |column: &str| there.iter().any(|it| it.split(' ').next() == Some(column));
        let columns: Vec<_> = table.columns.iter().copied().filter(|(name, _)| is_there(name)).collect();
        if columns.is_empty() {
            continue;
        }
        let table = &Table { name: table.name, key: table.key, columns: columns.leak() };
        let required = strings(&mut conn, REQUIRED, REQUIRED_POSTGRES, &[table.name.into()]).await;
        let count = if table.name == "organisation" { houses } else { 4 };
        let rows: Vec<Cells> = (0..count)
            .map(|row| {
                let cells = table.columns.iter().map(|(column, kind)| {
                    let required = required.iter().any(|name| name == column);
                    cell(table, column, *kind, row, houses, required)
                });
                cells.collect()
            })
            .collect();
        assert_eq!(table.write(&mut conn, &rows, false).await.unwrap(), count as u64, "{}", table.name);
    }
    // What is made from the rest is that of the last step, which makes it itself where rows are there.
    if migration::found(&mut conn).await.unwrap() == Some(migration::last()) {
        derive(&mut conn).await.unwrap();
    }
    conn.commit().await.unwrap();
}

async fn digests(db: &Db) -> Vec<(&'static str, Digest)> {
    let mut conn = db.read().await.unwrap();
    let mut all = Vec::new();
    for table in TABLES {
        all.push((table.name, digest_of(&mut conn, table).await.unwrap()));
    }
    all
}

async fn exported(db: &Db) -> Vec<u8> {
    let mut out = Vec::new();
    let media = [("channel/avatar.png".to_owned(), 7)];
    let mut conn = db.snapshot().await.unwrap();
    let count = line::export(&mut conn, &media, &mut out, |_, _| {}).await.unwrap();
    assert_eq!(count.media, 1);
    out
}

async fn imported(db: &Db, file: &[u8]) -> Result<line::Count> {
    let mut conn = db.write().await.unwrap();
    let count = line::import(&mut conn, &mut BufReader::new(file), |_, _| {}).await?;
    conn.commit().await.unwrap();
    Ok(count)
}

#[tokio::test]
async fn the_list_of_tables_is_that_of_the_database() {
    let derived = ["counter", "lease", "message_index", "migration"];
    for (db, _folder) in databases().await {
        let mut conn = db.read().await.unwrap();
        let mut there = strings(&mut conn, TABLE_NAMES, TABLE_NAMES_POSTGRES, &[]).await;
        there.retain(|name| !derived.contains(&name.as_str()));
        there.sort();
        let mut listed: Vec<&str> = TABLES.iter().map(|table| table.name).collect();
        listed.sort_unstable();
        assert_eq!(there, listed);
        for table in TABLES {
            let types = |kind| match kind {
                Kind::Int => "BIGINT",
                Kind::Text => "TEXT",
                Kind::Bool => "BOOLEAN",
                Kind::Bytes => "BYTEA",
                Kind::Id => "UUID",
            };
            let mut listed: Vec<String> =
                table.columns.iter().map(|(name, kind)| format!("{name} {}", types(*kind))).collect();
            listed.sort();
            let mut there = strings(&mut conn, COLUMNS, COLUMNS_POSTGRES, &[table.name.into()]).await;
            if table.name == "conversation_tag" {
                there.retain(|it| !["state TEXT", "due_at BIGINT", "last_at BIGINT"].contains(&it.as_str()));
            }
            assert_eq!(there, listed, "{}", table.name);
        }
    }
}

#[tokio::test]
async fn everything_moves_from_any_engine_to_any_other_and_back() {
    for (source, _folder) in databases().await {
        fill(&source, 2).await;
        let left = digests(&source).await;
        for (target, _folder) in databases().await {
            assert_eq!(copy(&source, &target, |_, _| {}).await.unwrap(), 2 + rows());
            assert_eq!(digests(&target).await, left);
            let mut conn = target.read().await.unwrap();
            let house = OrganisationId(id("organisation", 0));
            assert_eq!(counter::list(&mut conn, house).await.unwrap().len(), 2);
            let every = crate::rules::permission::Scope::Every;
            let found =
                search::find(&mut conn, house, &every, "drop table", &search::Within::default(), (None, 10))
                    .await
                    .unwrap();
            assert_eq!(found.len(), 2);
        }
    }
}

#[tokio::test]
async fn a_target_that_holds_anything_is_refused_and_kept() {
    for (source, _folder) in databases().await {
        fill(&source, 1).await;
        for (target, _folder) in databases().await {
            fill(&target, 2).await;
            let before = digests(&target).await;
            let error = copy(&source, &target, |_, _| {}).await.unwrap_err();
            assert!(matches!(error, Error::NotEmpty("organisation")), "{error}");
            assert_eq!(digests(&target).await, before);
        }
    }
}

#[tokio::test]
async fn a_move_that_fails_halfway_leaves_the_target_empty() {
    let (source, _source) = databases().await.remove(0);
    fill(&source, 1).await;
    let mut conn = source.write().await.unwrap();
    conn.script("PRAGMA defer_foreign_keys = 1; UPDATE journal SET verb = CAST(x'ff' AS TEXT)")
        .await
        .unwrap();
    conn.commit().await.unwrap();
    for (target, _folder) in databases().await {
        let error = copy(&source, &target, |_, _| {}).await.unwrap_err().to_string();
        assert!(error.contains("table journal"), "{error}");
        refuse_filled(&mut target.read().await.unwrap()).await.unwrap();
    }
}

#[tokio::test]
async fn an_export_brings_back_what_it_took_and_a_second_time_nothing() {
    for (source, _folder) in databases().await {
        fill(&source, 1).await;
        let file = exported(&source).await;
        for (target, _folder) in databases().await {
            let count = imported(&target, &file).await.unwrap();
            assert_eq!(count, line::Count { rows: 1 + rows(), new: 1 + rows(), media: 1 });
            assert_eq!(digests(&target).await, digests(&source).await);
            assert_eq!(imported(&target, &file).await.unwrap().new, 0);
            assert_eq!(digests(&target).await, digests(&source).await);
        }
    }
}

#[tokio::test]
async fn more_rows_than_a_batch_keep_their_number() {
    let (source, _source) = databases().await.remove(0);
    fill(&source, 1).await;
    let mut conn = source.write().await.unwrap();
    let table = Table::named("setting").unwrap();
    let house = id("organisation", 0);
    let rows: Vec<Cells> =
        (0..BATCH * 2).map(|n| vec![house.into(), format!("name {n}").into(), "value".into()]).collect();
    for part in rows.chunks(BATCH) {
        table.write(&mut conn, part, false).await.unwrap();
    }
    conn.commit().await.unwrap();
    let file = exported(&source).await;
    for (target, _folder) in databases().await {
        imported(&target, &file).await.unwrap();
        assert_eq!(digests(&target).await, digests(&source).await);
    }
    for (target, _folder) in databases().await {
        copy(&source, &target, |_, _| {}).await.unwrap();
        assert_eq!(digests(&target).await, digests(&source).await);
    }
}

#[tokio::test]
async fn a_file_that_isnt_a_whole_export_imports_nothing_and_says_where() {
    let (source, _source) = databases().await.remove(0);
    fill(&source, 1).await;
    let file = String::from_utf8(exported(&source).await).unwrap();
    let cut = file.rsplit_once("{\"end\"").unwrap().0;
    let setting = file.lines().find(|line| line.contains("\"table\":\"setting\"")).unwrap();
    let missing = file.replacen(&format!("{setting}\n"), "", 1);
    let head = file.lines().next().unwrap();
    for (hostile, said) in [
        (cut.to_owned(), "cut short"),
        (missing, "lines are missing"),
        (String::new(), "line 1"),
        ("\u{0}\u{0}\u{0}".to_owned(), "line 1: column 1"),
        ("[]\n".to_owned(), "no JSON object"),
        ("{}\n".to_owned(), "no export of Parvis"),
        (head.replace(&format!("\"step\":{}", migration::last()), "\"step\":99"), "step 99"),
        (format!("{head}\n{{\"table\":\"migration\",\"row\":{{}}}}\n"), "line 2: there is no table"),
        (
            format!("{head}\n{{\"table\":\"desk\",\"row\":{{}}}}\n"),
            "line 2: column “organisation_id” is missing",
        ),
        (format!("{head}\n{{\"table\":\"desk\",\"row\":{{\"x; --\":1}}}}\n"), "no column “x; --”"),
        (format!("{head}\n{}", "[".repeat(100_000)), "line 2"),
        (format!("{file}{{}}\n"), "after the end"),
        (file.replace("\"urgent\":true", "\"urgent\":\"yes\""), "column “urgent” can't be read"),
    ] {
        let (target, _folder) = databases().await.remove(0);
        let error = imported(&target, hostile.as_bytes()).await.unwrap_err().to_string();
        assert!(error.contains(said) && error.contains("nothing was imported"), "{said}: {error}");
        refuse_filled(&mut target.read().await.unwrap()).await.unwrap();
    }
}

#[tokio::test]
async fn the_export_of_another_organisation_is_refused() {
    let (source, _source) = databases().await.remove(0);
    fill(&source, 1).await;
    let file = String::from_utf8(exported(&source).await).unwrap();
    let other = file.replace(&id("organisation", 0).to_string(), &Uuid::from_u128(1).to_string());
    for (target, _folder) in databases().await {
        imported(&target, file.as_bytes()).await.unwrap();
        let before = digests(&target).await;
        let error = imported(&target, other.as_bytes()).await.unwrap_err();
        assert!(matches!(error, Error::Stranger), "{error}");
        assert_eq!(digests(&target).await, before);
    }
}

/// Rows by table, whatever its columns are at this step.
async fn row_counts(db: &Db) -> Vec<(String, i64)> {
    let mut conn = db.read().await.unwrap();
    let mut counts = Vec::new();
    for name in strings(&mut conn, TABLE_NAMES, TABLE_NAMES_POSTGRES, &[]).await {
        let row = conn.first(AssertSqlSafe(format!("SELECT COUNT(*) FROM {name}")), &[]).await.unwrap();
        counts.push((name, row.unwrap().only().unwrap()));
    }
    counts.retain(|(name, _)| name != "migration");
    counts
}

#[tokio::test]
async fn a_filled_database_keeps_its_rows_through_every_later_step() {
    for step in 1..=migration::last() {
        for (db, _folder) in unmigrated().await {
            migration::apply_up_to(&db, usize::try_from(step).unwrap()).await.unwrap();
            fill(&db, 2).await;
            let before = row_counts(&db).await;
            migration::apply(&db).await.unwrap();
            let after = row_counts(&db).await;
            assert!(before.iter().all(|table| after.contains(table)), "step {step}: {before:?} {after:?}");
        }
    }
}
