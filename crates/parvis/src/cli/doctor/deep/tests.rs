//! The whole look on houses broken on purpose, on both engines.

use object_store::PutPayload;

use super::super::{Finding, State};
use super::*;
use crate::command::post::{self, Idea};
use crate::id::PictureId;
use crate::store::post::picture::{self, Picture};
use crate::testing::{House, START, houses, said};

async fn looked(house: &House, how: &Doctor) -> Vec<Finding> {
    let mut findings = Findings::default();
    examine(&mut findings, &house.app.db, &house.app.config, house.id, START + 10 * HOUR, how).await.unwrap();
    findings.0
}

fn deep() -> Doctor {
    Doctor { deep: true, ..Doctor::default() }
}

fn of(findings: &[Finding], state: State) -> Vec<String> {
    findings.iter().filter(|it| it.state == state).map(|it| format!("{}: {}", it.what, it.found)).collect()
}

async fn heard(house: &House) {
    house.hear(&[said("1", "Bonjour", 0), said("2", "Bonsoir", 10), said("3", "Bonne nuit", 20)]).await;
}

/// Gives the message `remote_id` a picture kept at `path`.
async fn picture(house: &House, remote_id: &str, path: &str) {
    let message = house.conversation(remote_id).await;
    let mut conn = house.app.db.write().await.unwrap();
    let all = store::message::thread(&mut conn, house.id, message.id, None, 1).await.unwrap();
    let it = attachment::Attachment {
        id: AttachmentId::new(START),
        message: all[0].id,
        position: 0,
        kind: "image".to_owned(),
        remote_url: None,
        alt: None,
        mime: None,
        width: None,
        height: None,
        stored_as: Some(path.to_owned()),
        error_text: None,
    };
    attachment::replace(&mut conn, house.id, it.message, &[it]).await.unwrap();
    conn.commit().await.unwrap();
}

#[tokio::test]
async fn a_whole_house_has_nothing_to_mend_and_says_where_its_journal_stands() {
    for house in houses().await {
        heard(&house).await;
        let findings = looked(&house, &deep()).await;
        assert!(findings.iter().all(|it| it.state == State::Good), "{findings:?}");
        let said = of(&findings, State::Good).join("\n");
        assert!(said.contains("journal: an unbroken chain of 3 rows; the newest is 3:"), "{said}");
        let mark: Mark = said.split("newest is ").nth(1).unwrap()[..66].parse().unwrap();
        heard(&house).await;
        let same = Doctor { journal: Some(mark.clone()), ..Doctor::default() };
        assert!(
            of(&looked(&house, &same).await, State::Good)
                .contains(&"journal: row 3 is the one that was written down".to_owned())
        );
        for other in [Mark { no: 2, ..mark.clone() }, Mark { no: 99, ..mark.clone() }] {
            let other = Doctor { journal: Some(other), ..Doctor::default() };
            let found = of(&looked(&house, &other).await, State::Problem);
            assert!(
                found.len() == 1 && found[0].contains("isn't the one that was written down"),
                "{found:?}"
            );
        }
    }
}

#[tokio::test]
async fn what_is_counted_or_indexed_wrongly_is_mended_once_and_written_down() {
    for house in houses().await {
        heard(&house).await;
        let mut conn = house.app.db.write().await.unwrap();
        counter::shift(
            &mut conn,
            house.id,
            None,
            Some(&counter::Place { state: "open".to_owned(), desk: house.desks[0], assignee: None }),
        )
        .await
        .unwrap();
        counter::tally(&mut conn, house.id, house.channel, "in", START).await.unwrap();
        let gone = crate::id::MessageId::new(START);
        let home = crate::id::ConversationId::new(START);
        store::search::index(&mut conn, house.id, gone, home, "fantôme").await.unwrap();
        conn.commit().await.unwrap();
        let found = of(&looked(&house, &deep()).await, State::Problem);
        let expected = [
            "counters: 1 differ from the conversations",
            "tallies: 1 hours differ from the messages",
            "search: 1 entries are for messages that there aren't",
        ];
        assert_eq!(found, expected);
        let mending = Doctor { mend: true, ..Doctor::default() };
        for mended in [true, false] {
            let findings = looked(&house, &mending).await;
            assert_eq!(of(&findings, State::Problem), Vec::<String>::new());
            assert_eq!(findings.iter().any(|it| it.what == "mended"), mended);
        }
        let newest = journal::page(&mut house.app.db.read().await.unwrap(), house.id, None, 1).await.unwrap();
        assert_eq!(newest[0].verb, "organisation.mended");
        assert_eq!(newest[0].after.as_ref().unwrap()["stray"], 1);
    }
}

#[tokio::test]
async fn files_that_are_missing_or_belong_to_nobody_are_named() {
    for house in houses().await {
        heard(&house).await;
        picture(&house, "1", "received/there.png").await;
        picture(&house, "2", "received/gone.png").await;
        let idea = Idea { title: "Ouverture".to_owned(), origin: "team".to_owned(), ..Idea::default() };
        let post = post::propose(&house.app, &house.manager, idea).await.unwrap();
        let shown = Picture {
            id: PictureId::new(START),
            alt: None,
            mime: "image/png".to_owned(),
            stored_as: "post/there.png".to_owned(),
            asset: None,
        };
        let mut conn = house.app.db.write().await.unwrap();
        picture::insert(&mut conn, house.id, post, 0, &shown).await.unwrap();
        conn.commit().await.unwrap();
        for path in ["received/there.png", "sent/left.png", "post/there.png"] {
            house.app.media.put(&Path::from(path), PutPayload::from_static(b"picture")).await.unwrap();
        }
        let findings = looked(&house, &deep()).await;
        assert_eq!(
            of(&findings, State::Problem),
            ["media: 1 of 3 files are missing (such as received/gone.png)"]
        );
        let mut findings = Findings::default();
        let now = crate::clock::Clock::System.now();
        for (later, left) in [(0, 0), (2 * HOUR, 1)] {
            findings.0.clear();
            let how = deep();
            examine(&mut findings, &house.app.db, &house.app.config, house.id, now + later, &how)
                .await
                .unwrap();
            let notices = of(&findings.0, State::Notice);
            assert_eq!(notices.len(), left, "{notices:?}");
            assert!(
                notices
                    .iter()
                    .all(|it| it == "media: 1 files (7 bytes) belong to no message (such as sent/left.png)")
            );
        }
    }
}

#[test]
fn a_mark_is_a_number_and_a_hash() {
    let hash = "a".repeat(64);
    assert!(format!("12:{hash}").parse::<Mark>().is_ok());
    for wrong in ["", "12", "12:", "x:y", ":", &format!("12:{hash}a"), &hash, &format!("12:{}g", &hash[1..])]
    {
        assert!(wrong.parse::<Mark>().is_err(), "{wrong}");
    }
}
