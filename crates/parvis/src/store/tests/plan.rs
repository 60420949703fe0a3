//! How the engines read the lists of the inbox: along an index, in its order, whatever the filter.

use std::fmt::Write as _;

use sqlx::AssertSqlSafe;

use super::databases;
use crate::id::{ChannelId, ColleagueId, DeskId, OrganisationId, TagId};
use crate::rules::permission::{Actor, Role, Scope};
use crate::store::conversation::{Filter, Holder, Order, State, explain};
use crate::store::{Conn, Value};

fn viewer(scope: Scope) -> Actor {
    let (organisation, colleague) = (OrganisationId::new(1), ColleagueId::new(1));
    Actor { organisation, colleague, role: Role::Specialist, scope, token: None, pass: None }
}

/// Every state, order and holder, alone and with each further filter.
fn filters() -> Vec<Filter> {
    let mut all = Vec::new();
    for state in [None, Some(State::Open), Some(State::Waiting), Some(State::Snoozed), Some(State::Closed)] {
        for order in [Order::Due, Order::Newest, Order::Oldest] {
            for holder in [Holder::Any, Holder::Me, Holder::Nobody] {
                let plain = Filter { state, order, holder, ..Filter::default() };
                all.push(Filter { desk: Some(DeskId::new(1)), ..plain.clone() });
                all.push(Filter { tag: Some(TagId::new(1)), ..plain.clone() });
                all.push(Filter { tag: Some(TagId::new(1)), desk: Some(DeskId::new(1)), ..plain.clone() });
                all.push(Filter { channel: Some(ChannelId::new(1)), ..plain.clone() });
                all.push(Filter { language: Some("-fr".to_owned()), ..plain.clone() });
                all.push(Filter { intent: Some("question".to_owned()), late: true, ..plain.clone() });
                all.push(plain);
            }
        }
    }
    all
}

async fn plan(conn: &mut Conn, filter: &Filter, scope: Scope) -> String {
    let (sql, args): (String, Vec<Value>) = explain(conn.is_sqlite(), &viewer(scope), filter);
    let mut out = String::new();
    for row in conn.all(AssertSqlSafe(sql), &args).await.unwrap() {
        let mut cells = row.cells();
        if conn.is_sqlite() {
            let (_, _, _): (i64, i64, i64) =
                (cells.next().unwrap(), cells.next().unwrap(), cells.next().unwrap());
        }
        let line: String = cells.next().unwrap();
        writeln!(out, "{line}").unwrap();
    }
    out
}

#[tokio::test]
async fn no_list_of_the_inbox_reads_or_sorts_a_whole_table() {
    for (db, _folder) in databases().await {
        let mut conn = db.write().await.unwrap();
        if !conn.is_sqlite() {
            // The tables are empty here, where reading them whole is right: what counts is that an index fits.
            for off in [
                "SET LOCAL enable_seqscan = off",
                "SET LOCAL enable_sort = off",
                "SET LOCAL enable_bitmapscan = off",
            ] {
                conn.run(off, &[]).await.unwrap();
            }
        }
        for filter in filters() {
            for scope in [Scope::Every, Scope::Desks(vec![DeskId::new(1), DeskId::new(2)])] {
                let plan = plan(&mut conn, &filter, scope).await;
                let is_bad = ["SCAN", "TEMP B-TREE", "Seq Scan", "Sort"].iter().any(|bad| plan.contains(bad));
                assert!(!is_bad, "{} reads {filter:?} by\n{plan}", db.engine_name());
            }
        }
    }
}

#[tokio::test]
async fn no_message_is_looked_for_in_all_conversations() {
    let found = super::statement::all();
    let of_threads: Vec<_> = found.iter().filter(|(_, sql)| sql.contains("merged_into = $2")).collect();
    assert!(of_threads.len() >= 3, "only {} statements were found", of_threads.len());
    for (db, _folder) in databases().await {
        let mut conn = db.read().await.unwrap();
        if !conn.is_sqlite() {
            continue;
        }
        for (name, sql) in &of_threads {
            let id = || Value::Id(Some(uuid::Uuid::nil()));
            let args = [id(), id(), 1_i64.into(), id(), 1_i64.into()];
            let wanted = if sql.contains("$5") { 5 } else { 2 };
            for row in
                conn.all(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}")), &args[..wanted]).await.unwrap()
            {
                let mut cells = row.cells();
                let _: (i64, i64, i64) =
                    (cells.next().unwrap(), cells.next().unwrap(), cells.next().unwrap());
                let line: String = cells.next().unwrap();
                let reads_all = line.starts_with("SCAN")
                    || (line.contains("conversation") && line.ends_with("(organisation_id=?)"));
                assert!(!reads_all, "{name}: {line}");
            }
        }
    }
}
