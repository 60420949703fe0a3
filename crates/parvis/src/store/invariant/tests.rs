//! Each rule on both engines: it holds in a house that is in use, and one row broken by hand is found.

use super::*;
use crate::command::answer::{self, Answer};
use crate::store::Db;
use crate::testing::{House, houses, said};

/// Three messages in two conversations, a note, and an answer that waits its ten seconds.
async fn in_use(house: &House) {
    let mut second = said("2", "Et encore", 10);
    if let Some(item) = &mut second.item {
        item.parent_id = Some("1".to_owned());
    }
    house.hear(&[said("1", "Bonjour", 0), second, said("3", "Autre chose", 20)]).await;
    let first = house.conversation("1").await.id;
    answer::note(&house.app, &house.manager, first, "À voir").await.unwrap();
    let mut conn = house.app.db.write().await.unwrap();
    let mut channel = crate::store::channel::get(&mut conn, house.id, house.channel).await.unwrap().unwrap();
    channel.secret = Some(house.app.seal.seal(b"{}", channel.id.0.as_bytes()).unwrap());
    crate::store::channel::update(&mut conn, house.id, &channel).await.unwrap();
    conn.commit().await.unwrap();
    let it = Answer {
        text: "Merci".to_owned(),
        visibility: parvis_channels::Visibility::Public,
        close: false,
        seen: None,
        anyway: true,
        media: Vec::new(),
        reason: String::new(),
        suggestion: None,
    };
    answer::reply(&house.app, &house.manager, first, it).await.unwrap();
}

/// A transaction in which anything may be written, and that must not be committed.
async fn careless(db: &Db) -> Conn {
    let mut conn = db.write().await.unwrap();
    let off = if conn.is_sqlite() {
        "PRAGMA defer_foreign_keys = 1"
    } else {
        "SET LOCAL session_replication_role = replica"
    };
    conn.script(off).await.unwrap();
    conn
}

async fn all_broken(conn: &mut Conn, house: OrganisationId) -> Vec<(&'static str, i64)> {
    let mut found = Vec::new();
    for rule in RULES {
        if let Some(broken) = rule.broken(conn, house).await.unwrap() {
            assert_eq!(broken.some.len() as i64, broken.count.min(3));
            found.push((rule.broken, broken.count));
        }
    }
    found
}

/// What breaks each rule, in the order of the rules, and how many rows it breaks.
const BREAKS: &[(&str, i64)] = &[
    ("UPDATE message SET conversation_id = id WHERE remote_id = '2'", 1),
    ("UPDATE message SET channel_id = id WHERE remote_id = '2'", 1),
    ("UPDATE message SET author_id = id WHERE remote_id = '2'", 1),
    ("UPDATE message SET colleague_id = id WHERE direction = 'note'", 1),
    ("DELETE FROM job WHERE kind = 'publish'", 1),
    (
        "INSERT INTO message_version (organisation_id, message_id, version_at, text, html)
         SELECT organisation_id, channel_id, 1, '', '' FROM message WHERE remote_id = '2'",
        1,
    ),
    (
        "INSERT INTO attachment (organisation_id, id, message_id, position, kind)
         SELECT organisation_id, id, channel_id, 0, 'image' FROM message",
        5,
    ),
    (
        "UPDATE message SET conversation_id = (SELECT conversation_id FROM message WHERE remote_id = '1') WHERE remote_id = '3'",
        1,
    ),
    ("UPDATE conversation SET desk_id = id", 2),
    ("UPDATE conversation SET channel_id = id", 2),
    ("UPDATE conversation SET author_id = id", 2),
    ("UPDATE conversation SET assignee_id = id WHERE thread_key = '3'", 1),
    ("UPDATE conversation SET state = 'merged', merged_into = NULL WHERE thread_key = '3'", 1),
    ("UPDATE conversation SET state = 'snoozed' WHERE thread_key = '3'", 1),
    ("UPDATE desk SET closed_at = 1", 2),
    (
        "INSERT INTO conversation_tag (organisation_id, tag_id, conversation_id, state, due_at, last_at)
         SELECT organisation_id, id, id, state, due_at, last_at - 1 FROM conversation",
        2,
    ),
    (
        "INSERT INTO counter (organisation_id, state, desk_id, assignee_id, value)
         SELECT organisation_id, 'open', id, author_id, 1 FROM message WHERE remote_id = '1'",
        1,
    ),
    (
        "INSERT INTO counter (organisation_id, state, desk_id, assignee_id, value)
         SELECT organisation_id, 'closed', desk_id, id, 2 FROM conversation WHERE thread_key = '3'",
        1,
    ),
    (
        "INSERT INTO tally (organisation_id, hour_at, channel_id, direction, value)
         SELECT organisation_id, 0, id, 'in', 2 FROM conversation WHERE thread_key = '3'",
        1,
    ),
    ("UPDATE conversation SET messages = messages + 1", 2),
    ("UPDATE author SET messages = 0", 1),
    ("UPDATE conversation SET intent = 'idea', needs_answer = NOT needs_answer", 2),
];

#[tokio::test]
async fn each_rule_holds_in_a_house_in_use_and_names_what_breaks_it() {
    for house in houses().await {
        in_use(&house).await;
        assert_eq!(all_broken(&mut house.app.db.read().await.unwrap(), house.id).await, []);
        assert_eq!(BREAKS.len(), RULES.len());
        for ((sql, count), rule) in BREAKS.iter().zip(RULES) {
            let mut conn = careless(&house.app.db).await;
            conn.run(AssertSqlSafe(*sql), &[]).await.unwrap();
            let found = all_broken(&mut conn, house.id).await;
            assert!(found.contains(&(rule.broken, *count)), "{sql}: {found:?}");
        }
        assert_eq!(
            all_broken(&mut house.app.db.read().await.unwrap(), house.id).await,
            [],
            "nothing was kept"
        );
    }
}

#[tokio::test]
async fn conversations_merged_in_a_row_or_into_nothing_are_found() {
    for house in houses().await {
        in_use(&house).await;
        for (sql, count) in [
            ("UPDATE conversation SET merged_into = id", 2),
            ("UPDATE conversation SET state = 'merged', merged_into = id", 2),
            ("UPDATE conversation SET state = 'merged', merged_into = channel_id WHERE thread_key = '3'", 1),
        ] {
            let mut conn = careless(&house.app.db).await;
            conn.run(sql, &[]).await.unwrap();
            let found = all_broken(&mut conn, house.id).await;
            assert!(found.contains(&("are merged into none that stands", count)), "{sql}: {found:?}");
        }
    }
}

#[tokio::test]
async fn whatever_is_counted_wrongly_is_right_after_a_recount() {
    for house in houses().await {
        in_use(&house).await;
        let mut conn = house.app.db.write().await.unwrap();
        assert_eq!(wrong_tallies(&mut conn, house.id).await.unwrap(), 0);
        for sql in [
            "UPDATE counter SET value = value + 3",
            "UPDATE tally SET value = value + 1",
            "INSERT INTO tally (organisation_id, hour_at, channel_id, direction, value)
             SELECT organisation_id, 7, id, 'out', 2 FROM channel",
            "UPDATE conversation SET messages = 99",
            "UPDATE conversation SET sentiment = NULL, abusive = TRUE",
            "UPDATE author SET messages = 99",
        ] {
            conn.run(sql, &[]).await.unwrap();
        }
        assert!(counter::wrong(&mut conn, house.id).await.unwrap() > 0);
        assert_eq!(wrong_tallies(&mut conn, house.id).await.unwrap(), 2);
        let broken: Vec<_> = all_broken(&mut conn, house.id).await.into_iter().map(|it| it.0).collect();
        let expected = [
            "count other messages than they hold",
            "count other messages than they wrote",
            "say something else than their newest message is read to say",
        ];
        assert_eq!(broken, expected);
        recount(&mut conn, house.id).await.unwrap();
        assert_eq!(counter::wrong(&mut conn, house.id).await.unwrap(), 0);
        assert_eq!(wrong_tallies(&mut conn, house.id).await.unwrap(), 0);
        assert_eq!(all_broken(&mut conn, house.id).await, []);
    }
}

#[tokio::test]
async fn an_answer_that_was_refused_and_sent_again_is_counted_once() {
    for house in houses().await {
        in_use(&house).await;
        let mut conn = house.app.db.write().await.unwrap();
        conn.run("UPDATE message SET state = 'rejected' WHERE direction = 'out'", &[]).await.unwrap();
        let row = conn.first("SELECT id FROM message WHERE direction = 'out'", &[]).await.unwrap().unwrap();
        let id = row.only().unwrap();
        conn.commit().await.unwrap();
        answer::retry(&house.app, &house.manager, id).await.unwrap();
        assert_eq!(all_broken(&mut house.app.db.read().await.unwrap(), house.id).await, []);
    }
}

#[tokio::test]
async fn a_file_whose_rows_point_at_nothing_is_damaged() {
    for house in houses().await {
        in_use(&house).await;
        let mut conn = careless(&house.app.db).await;
        assert_eq!(damage(&mut conn).await.unwrap(), Vec::<String>::new());
        conn.run("UPDATE conversation SET desk_id = id", &[]).await.unwrap();
        let found = damage(&mut conn).await.unwrap();
        let expected: &[&str] =
            if conn.is_sqlite() { &["rows of conversation point at rows that are gone"] } else { &[] };
        assert_eq!(found, expected);
    }
}
