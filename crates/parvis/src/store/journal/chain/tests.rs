//! The chain on both engines: that it grows, that whatever is done to it by hand shows, and that it goes along.

use serde_json::json;
use sqlx::AssertSqlSafe;

use super::*;
use crate::id::{ConversationId, DeskId};
use crate::store::journal::{self, By, Entry};
use crate::store::tests::{databases, unmigrated};
use crate::store::{Db, migration, transfer};
use crate::testing::{START, houses};

fn entry(organisation: OrganisationId, n: i64) -> Entry<'static> {
    Entry {
        organisation,
        at: START + n,
        by: By::System,
        verb: "conversation.closed",
        subject: crate::id::new(START),
        conversation: (n % 2 == 0).then(|| (ConversationId::new(START), DeskId::new(START))),
        before: None,
        after: Some(json!({ "n": n, "said": "é\u{0}🦉" })),
    }
}

/// Writes rows `from..to`, `together` to a transaction.
async fn write(db: &Db, organisation: OrganisationId, from: i64, to: i64, together: usize) {
    let all: Vec<i64> = (from..to).collect();
    for part in all.chunks(together) {
        let mut conn = db.write().await.unwrap();
        for n in part {
            journal::write(&mut conn, entry(organisation, *n)).await.unwrap();
        }
        conn.commit().await.unwrap();
    }
}

async fn checked(db: &Db, organisation: OrganisationId) -> Checked {
    check(&mut db.snapshot().await.unwrap(), organisation, |_| {}).await.unwrap()
}

/// What the check finds after `sql` was run by hand on a journal of ten rows.
async fn after(sql: &'static str) -> Vec<Vec<Break>> {
    let mut all = Vec::new();
    for (db, _folder) in databases().await {
        let organisation = OrganisationId::new(START);
        write(&db, organisation, 0, 10, 3).await;
        assert_eq!(checked(&db, organisation).await.breaks, []);
        let mut conn = db.write().await.unwrap();
        conn.run(sql, &[]).await.unwrap();
        conn.commit().await.unwrap();
        all.push(checked(&db, organisation).await.breaks);
    }
    all
}

#[tokio::test]
async fn rows_hang_on_each_other_by_organisation_whatever_the_transactions() {
    for (db, _folder) in databases().await {
        let (one, other) = (OrganisationId::new(START), OrganisationId::new(START));
        write(&db, one, 0, 5, 5).await;
        write(&db, other, 0, 3, 1).await;
        write(&db, one, 5, 2_005, 500).await;
        let mut conn = db.write().await.unwrap();
        for n in 0..6 {
            journal::write(&mut conn, entry(if n % 2 == 0 { one } else { other }, n)).await.unwrap();
        }
        conn.commit().await.unwrap();
        for (organisation, rows) in [(one, 2_008), (other, 6)] {
            let found = checked(&db, organisation).await;
            assert_eq!((found.rows, found.head.no, found.breaks), (rows, rows as i64, Vec::new()));
            let mut conn = db.read().await.unwrap();
            assert_eq!(Head::read(&mut conn, organisation).await.unwrap(), found.head);
            let kept = hash_at(&mut conn, organisation, found.head.no).await.unwrap();
            assert_eq!(kept.as_deref(), Some(found.head.hash.as_slice()));
        }
    }
}

#[tokio::test]
async fn what_is_given_up_leaves_no_gap() {
    for (db, _folder) in databases().await {
        let organisation = OrganisationId::new(START);
        write(&db, organisation, 0, 2, 1).await;
        let mut conn = db.write().await.unwrap();
        journal::write(&mut conn, entry(organisation, 2)).await.unwrap();
        drop(conn);
        write(&db, organisation, 3, 4, 1).await;
        let found = checked(&db, organisation).await;
        assert_eq!((found.rows, found.breaks), (3, Vec::new()));
    }
}

#[tokio::test]
async fn writers_at_the_same_time_take_their_places_in_turn() {
    for (db, _folder) in databases().await {
        let organisation = OrganisationId::new(START);
        let tasks: Vec<_> = (0..8)
            .map(|n| {
                let db = db.clone();
                tokio::spawn(async move { write(&db, organisation, n * 5, n * 5 + 5, 2).await })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        let found = checked(&db, organisation).await;
        assert_eq!((found.rows, found.breaks), (40, Vec::new()));
    }
}

#[tokio::test]
async fn an_altered_row_is_named() {
    for sql in [
        "UPDATE journal SET verb = 'conversation.opened' WHERE no = 4",
        "UPDATE journal SET at = at + 1 WHERE no = 4",
        "UPDATE journal SET after = NULL WHERE no = 4",
        "UPDATE journal SET actor_kind = 'channel' WHERE no = 4",
        "UPDATE journal SET before = '{}' WHERE no = 4",
        "UPDATE journal SET conversation_id = subject_id WHERE no = 4",
    ] {
        for breaks in after(sql).await {
            assert_eq!(breaks, [Break::Altered(4)], "{sql}");
        }
    }
    // With its hash made anew it is the next one that no longer fits.
    for breaks in
        after("UPDATE journal SET hash = (SELECT hash FROM journal WHERE no = 2) WHERE no = 4").await
    {
        assert_eq!(breaks, [Break::Altered(4), Break::Altered(5)]);
    }
}

#[tokio::test]
async fn removed_moved_and_slipped_in_rows_are_named() {
    for breaks in after("DELETE FROM journal WHERE no IN (3, 4)").await {
        assert_eq!(breaks, [Break::Missing(3, 4)]);
    }
    for breaks in after("UPDATE journal SET no = no + 100 WHERE no = 7").await {
        assert_eq!(breaks, [Break::Missing(7, 7), Break::Missing(11, 106)]);
    }
    for breaks in after("UPDATE journal SET no = NULL WHERE no = 10").await {
        assert_eq!(breaks, [Break::Loose(1)]);
    }
}

#[tokio::test]
async fn a_journal_cut_at_its_end_is_seen_by_the_hash_kept_outside() {
    for (db, _folder) in databases().await {
        let organisation = OrganisationId::new(START);
        write(&db, organisation, 0, 5, 5).await;
        let kept = checked(&db, organisation).await.head;
        let mut conn = db.write().await.unwrap();
        conn.run("DELETE FROM journal WHERE no > 3", &[]).await.unwrap();
        conn.commit().await.unwrap();
        assert_eq!(checked(&db, organisation).await.breaks, []);
        let mut conn = db.read().await.unwrap();
        assert_eq!(hash_at(&mut conn, organisation, kept.no).await.unwrap(), None);
        drop(conn);
        write(&db, organisation, 7, 9, 1).await;
        let mut conn = db.read().await.unwrap();
        assert_ne!(hash_at(&mut conn, organisation, kept.no).await.unwrap(), Some(kept.hash));
    }
}

#[tokio::test]
async fn an_undone_row_still_fits() {
    for house in houses().await {
        write(&house.app.db, house.id, 0, 3, 3).await;
        let mut conn = house.app.db.write().await.unwrap();
        let row = journal::page(&mut conn, house.id, None, 1).await.unwrap().remove(0);
        assert!(journal::mark_undone(&mut conn, house.id, row.id, START).await.unwrap());
        conn.commit().await.unwrap();
        assert_eq!(checked(&house.app.db, house.id).await.breaks, []);
    }
}

#[tokio::test]
async fn rows_from_before_the_chain_get_their_place_and_the_next_ones_follow() {
    for (db, _folder) in unmigrated().await {
        migration::apply_up_to(&db, 2).await.unwrap();
        let organisations = [OrganisationId::new(START), OrganisationId::new(START)];
        let mut conn = db.write().await.unwrap();
        for n in 0..1_501_i64 {
            let sql = "INSERT INTO journal (organisation_id, id, at, actor_kind, verb, subject_kind, subject_id, after)
                VALUES ($1, $2, $3, 'system', 'tag.made', 'tag', $2, $4)";
            let owner = organisations[usize::from(n % 3 == 0)];
            let (id, after) = (crate::id::new(START + n), (n % 2 == 0).then_some("{\"name\":\"é\"}"));
            conn.run(sql, &[owner.into(), id.into(), (START + n).into(), after.into()]).await.unwrap();
        }
        conn.commit().await.unwrap();
        migration::apply(&db).await.unwrap();
        for (organisation, rows) in organisations.into_iter().zip([1_000, 501]) {
            write(&db, organisation, 0, 2, 1).await;
            let found = checked(&db, organisation).await;
            assert_eq!((found.rows, found.breaks), (rows + 2, Vec::new()));
            let sql = "SELECT COUNT(*) FROM journal a JOIN journal b
                ON b.organisation_id = a.organisation_id AND b.no = a.no + 1 AND b.at < a.at WHERE a.verb = b.verb";
            let row = db.read().await.unwrap().first(AssertSqlSafe(sql), &[]).await.unwrap().unwrap();
            assert_eq!(row.only::<i64>().unwrap(), 0, "the oldest come first");
        }
    }
}

#[tokio::test]
async fn a_move_and_an_export_keep_the_chain_and_it_goes_on() {
    for house in houses().await {
        write(&house.app.db, house.id, 0, 20, 7).await;
        let left = checked(&house.app.db, house.id).await;
        let mut file = Vec::new();
        let mut conn = house.app.db.snapshot().await.unwrap();
        transfer::line::export(&mut conn, &[], &mut file, |_, _| {}).await.unwrap();
        drop(conn);
        for (moved, _folder) in databases().await {
            transfer::copy(&house.app.db, &moved, |_, _| {}).await.unwrap();
            assert_eq!(checked(&moved, house.id).await.head, left.head);
            write(&moved, house.id, 20, 22, 1).await;
            assert_eq!(checked(&moved, house.id).await.breaks, []);
        }
        for (target, _folder) in databases().await {
            let mut conn = target.write().await.unwrap();
            transfer::line::import(&mut conn, &mut file.as_slice(), |_, _| {}).await.unwrap();
            conn.commit().await.unwrap();
            let found = checked(&target, house.id).await;
            assert_eq!((found.head, found.breaks), (left.head.clone(), Vec::new()));
        }
    }
}

#[test]
fn a_head_is_written_down_as_number_and_hash() {
    let head = Head { organisation: OrganisationId::new(START), no: 12, hash: vec![0xAB, 0x01] };
    assert_eq!(written(&head), "12:ab01");
}
