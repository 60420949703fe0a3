//! Folding on both engines: idempotent, in any order, nothing lost.

use std::time::Duration;

use parvis_channels::{ChannelError, Mark, Observation, ObservationKind, Received};

use super::keep::{self, Step};
use super::receive::{Taken, receive};
use super::{backlog, listen};
use crate::app::App;
use crate::clock::{HOUR, SECOND};
use crate::command::triage;
use crate::store::conversation::{NEVER, State};
use crate::store::message::{self, Direction, Stage};
use crate::store::node::Told;
use crate::store::{arrival, channel, counter, journal, search};
use crate::testing::{START, houses, said};

#[tokio::test]
async fn seeing_the_same_message_again_changes_nothing() {
    for house in houses().await {
        for _ in 0..3 {
            house.hear(&[said("1", "Bonjour, êtes-vous ouverts ?", 0)]).await;
        }
        let it = house.conversation("1").await;
        assert_eq!((it.messages, it.facets.state), (1, State::Open));
        assert_eq!(it.facets.due_at, START + HOUR);
        let counts = counter::list(&mut house.app.db.read().await.unwrap(), house.id).await.unwrap();
        assert_eq!(counts.iter().map(|it| it.value).sum::<i64>(), 1);
    }
}

#[tokio::test]
async fn an_edit_keeps_the_old_text_and_search_finds_the_new_one() {
    for house in houses().await {
        house.hear(&[said("1", "Deux places", 0)]).await;
        let edited = Observation { kind: ObservationKind::Edited, ..said("1", "Trois fauteuils", 0) };
        house.hear(&[Observation { version_at: Some(START + 60 * SECOND), ..edited }]).await;
        // An older version that comes late doesn't win.
        house.hear(&[Observation { version_at: Some(START + SECOND), ..said("1", "Une place", 0) }]).await;
        let mut conn = house.app.db.read().await.unwrap();
        let it = message::by_remote(&mut conn, house.id, house.channel, "1").await.unwrap().unwrap();
        assert_eq!(it.text, "Trois fauteuils");
        let versions = message::versions(&mut conn, house.id, it.id).await.unwrap();
        assert_eq!(versions.len(), 1);
        assert_eq!(versions[0].text, "Deux places");
        let scope = crate::rules::permission::Scope::Every;
        for (words, found) in [("fauteuil", 1), ("places", 0), ("lea trois", 1), ("faut", 1)] {
            let hits =
                search::find(&mut conn, house.id, &scope, words, &search::Within::default(), (None, 10))
                    .await
                    .unwrap();
            assert_eq!(hits.len(), found, "{words} on {}", house.app.db.engine_name());
        }
    }
}

/// Networks that don't date changes (WordPress) show how a message stands, again and again.
#[tokio::test]
async fn a_state_that_comes_back_without_a_date_is_told_again() {
    for house in houses().await {
        let shown = |text: &str, marks: &[Mark]| {
            let mut seen =
                Observation { kind: ObservationKind::Edited, version_at: None, ..said("1", text, 0) };
            seen.item.as_mut().unwrap().marks = marks.to_vec();
            seen
        };
        let gone = Observation { kind: ObservationKind::Deleted, item: None, ..shown("", &[]) };
        let stands = async || {
            let mut conn = house.app.db.read().await.unwrap();
            let it = message::by_remote(&mut conn, house.id, house.channel, "1").await.unwrap().unwrap();
            let versions = message::versions(&mut conn, house.id, it.id).await.unwrap().len();
            (it.text, it.marks, it.deleted_at.is_some(), versions)
        };
        house.hear(&[said("1", "A", 0), shown("A", &[])]).await;
        assert_eq!(stands().await, ("A".to_owned(), vec![], false, 0));
        // Whether the network shows it is no change of its words.
        for held in [vec![Mark::Held], vec![], vec![Mark::Held], vec![]] {
            house.hear(&[shown("A", &held)]).await;
            assert_eq!(stands().await, ("A".to_owned(), held, false, 0));
        }
        for text in ["B", "A", "B"] {
            house.hear(&[shown(text, &[]), shown(text, &[])]).await;
            assert_eq!(stands().await.0, text);
        }
        for _ in 0..2 {
            house.hear(&[gone.clone(), gone.clone()]).await;
            assert!(stands().await.2);
            house.hear(&[shown("B", &[])]).await;
            assert!(!stands().await.2);
        }
    }
}

#[tokio::test]
async fn a_deletion_is_marked_even_when_it_comes_before_the_message() {
    for house in houses().await {
        let gone =
            Observation { kind: ObservationKind::Deleted, item: None, version_at: None, ..said("1", "", 5) };
        let unknown = Observation { remote_id: "2".to_owned(), ..gone.clone() };
        house.hear(&[said("1", "À l’aide", 0), gone, unknown, said("2", "Trop tard", 0)]).await;
        let mut conn = house.app.db.read().await.unwrap();
        for id in ["1", "2"] {
            let it = message::by_remote(&mut conn, house.id, house.channel, id).await.unwrap().unwrap();
            assert!(it.deleted_at.is_some(), "{id}");
        }
        drop(conn);
        assert_eq!(house.conversation("1").await.facets.due_at, NEVER);
        assert_eq!(house.conversation("2").await.facets.due_at, NEVER);
    }
}

#[tokio::test]
async fn an_edit_that_is_told_after_a_later_deletion_brings_nothing_back() {
    let change = |kind, seconds| Observation { kind, ..said("1", "Autre chose", seconds) };
    let edit = change(ObservationKind::Edited, 5);
    let gone = Observation { item: None, ..change(ObservationKind::Deleted, 10) };
    let again = change(ObservationKind::Edited, 15);
    for house in houses().await {
        let stands = async || {
            let mut conn = house.app.db.read().await.unwrap();
            let it = message::by_remote(&mut conn, house.id, house.channel, "1").await.unwrap().unwrap();
            it.deleted_at.is_none()
        };
        house.hear(&[said("1", "À l’aide", 0), gone.clone(), edit.clone()]).await;
        assert!(!stands().await);
        house.hear(std::slice::from_ref(&again)).await;
        assert!(stands().await, "one that comes later does");
    }
}

#[tokio::test]
async fn an_answer_that_comes_before_what_it_answers_ends_in_one_conversation() {
    for house in houses().await {
        let mut answer = said("2", "Et aussi ceci", 10);
        answer.item.as_mut().unwrap().parent_id = Some("1".to_owned());
        house.hear(&[answer, said("1", "Une question", 0)]).await;
        assert_eq!(house.conversation("1").await.id, house.conversation("2").await.id);
        assert_eq!(house.conversation("1").await.messages, 2);
    }
}

#[tokio::test]
async fn people_under_our_own_post_each_have_a_conversation() {
    for house in houses().await {
        let mut post = said("1", "Notre affiche de rentrée", 0);
        let item = post.item.as_mut().unwrap();
        (item.ours, item.addressed) = (true, false);
        let mut first = said("2", "Superbe !", 5);
        first.item.as_mut().unwrap().parent_id = Some("1".to_owned());
        let mut second = said("3", "Illisible.", 6);
        let item = second.item.as_mut().unwrap();
        item.parent_id = Some("1".to_owned());
        item.author.remote_id = "43".to_owned();
        house.hear(&[post, first, second]).await;
        assert_eq!(house.conversation("1").await.facets.state, State::Closed);
        assert_ne!(house.conversation("2").await.id, house.conversation("3").await.id);
        assert_eq!(house.conversation("2").await.facets.state, State::Open);
    }
}

#[tokio::test]
async fn what_is_not_addressed_to_us_is_only_kept_as_context() {
    for house in houses().await {
        let mut aside = said("9", "Rien à voir", 0);
        aside.item.as_mut().unwrap().addressed = false;
        house.hear(&[aside.clone(), said("1", "Bonjour", 1)]).await;
        let mut conn = house.app.db.read().await.unwrap();
        assert!(message::by_remote(&mut conn, house.id, house.channel, "9").await.unwrap().is_none());
        drop(conn);
        aside.item.as_mut().unwrap().parent_id = Some("1".to_owned());
        house.hear(&[aside]).await;
        let it = house.conversation("9").await;
        assert_eq!((it.messages, it.facets.awaiting_since), (2, Some(START + SECOND)));
    }
}

#[tokio::test]
async fn what_we_wrote_on_the_network_itself_stops_the_clock() {
    for house in houses().await {
        let mut ours = said("2", "Oui, jusqu’à 18 h.", 30);
        let item = ours.item.as_mut().unwrap();
        (item.ours, item.addressed, item.parent_id) = (true, false, Some("1".to_owned()));
        house.hear(&[said("1", "Ouverts ?", 0), ours]).await;
        let it = house.conversation("1").await;
        assert_eq!((it.facets.state, it.facets.due_at), (State::Waiting, NEVER));
        let mut conn = house.app.db.read().await.unwrap();
        let thread = message::thread(&mut conn, house.id, it.id, None, 10).await.unwrap();
        assert_eq!(thread.iter().map(|it| it.direction).collect::<Vec<_>>(), [Direction::In, Direction::Out]);
        // And a new question starts it again.
        drop(conn);
        let mut again = said("3", "Et dimanche ?", 60);
        again.item.as_mut().unwrap().parent_id = Some("2".to_owned());
        house.hear(&[again]).await;
        assert_eq!(house.conversation("1").await.facets.due_at, START + 60 * SECOND + HOUR);
    }
}

#[tokio::test]
async fn what_was_said_long_before_the_channel_was_connected_waits_for_nobody() {
    for house in houses().await {
        house.hear(&[said("1", "Il y a un mois", -30 * 86_400)]).await;
        let it = house.conversation("1").await;
        assert_eq!((it.facets.state, it.facets.due_at), (State::Closed, NEVER));
    }
}

#[tokio::test]
async fn an_unknown_kind_is_kept_raw_and_makes_no_message() {
    for house in houses().await {
        let odd =
            Observation { kind: ObservationKind::Unsupported, item: None, ..said("notification:7", "", 0) };
        house.hear(&[odd]).await;
        let mut conn = house.app.db.read().await.unwrap();
        let found = message::by_remote(&mut conn, house.id, house.channel, "notification:7").await.unwrap();
        assert!(found.is_none());
    }
}

#[tokio::test]
async fn what_cannot_be_kept_is_set_aside_and_the_rest_goes_on() {
    for house in houses().await {
        // A database that refuses one message, whatever its reason.
        let mut conn = house.app.db.write().await.unwrap();
        conn.run("CREATE UNIQUE INDEX refuses ON message (organisation_id, text)", &[]).await.unwrap();
        conn.commit().await.unwrap();
        let seen = vec![said("1", "Bonjour", 0), said("2", "Bonjour", 1), said("3", "Autre", 2)];
        let step = Step { cursor: Some(("mentions", "3")), ..Step::default() };
        keep::keep(&house.app, house.id, house.channel, seen, step).await.unwrap();
        assert_ne!(house.conversation("1").await.id, house.conversation("3").await.id);
        let mut conn = house.app.db.read().await.unwrap();
        let cursor = channel::cursor(&mut conn, house.id, house.channel, "mentions").await.unwrap();
        assert_eq!(cursor.as_deref(), Some("3"));
        assert!(message::by_remote(&mut conn, house.id, house.channel, "2").await.unwrap().is_none());
        let rows = journal::page(&mut conn, house.id, None, 50).await.unwrap();
        let aside: Vec<_> = rows.iter().filter(|row| row.verb == "observation.set_aside").collect();
        assert_eq!(aside.len(), 1);
        assert_eq!(aside[0].after.as_ref().unwrap()["raw"], "{\"id\":\"2\"}");
        let health = channel::get(&mut conn, house.id, house.channel).await.unwrap().unwrap().health;
        assert_eq!(health.notice_code.as_deref(), Some("aside"));
    }
}

#[tokio::test]
async fn a_delivery_that_cannot_be_folded_whole_is_folded_without_what_cannot() {
    for house in houses().await {
        let mut conn = house.app.db.write().await.unwrap();
        conn.run("CREATE UNIQUE INDEX refuses ON message (organisation_id, text)", &[]).await.unwrap();
        conn.commit().await.unwrap();
        let delivery = |id: &str, observations: Vec<Observation>| Received {
            delivery: Observation {
                kind: ObservationKind::Unsupported,
                item: None,
                ..said(&format!("delivery:{id}"), "", 0)
            },
            observations,
        };
        let all = [
            delivery("a", vec![said("1", "Bonjour", 0)]),
            delivery(
                "b",
                vec![
                    said("2", "Deux", 1),
                    said("3", "Bonjour", 2),
                    said("4", "Trois", 3),
                    said("5", "Deux", 4),
                ],
            ),
            delivery("c", vec![said("6", "Quatre", 5)]),
        ];
        for it in &all {
            let taken = receive(&house.app, house.id, house.channel, it).await.unwrap();
            assert_eq!(taken, Taken::Now);
        }
        backlog::step(&house.app).await.unwrap();
        let mut conn = house.app.db.read().await.unwrap();
        for (id, there) in [("1", true), ("2", true), ("3", false), ("4", true), ("5", false), ("6", true)] {
            let found = message::by_remote(&mut conn, house.id, house.channel, id).await.unwrap();
            assert_eq!(found.is_some(), there, "{id}");
        }
        let rows = journal::page(&mut conn, house.id, None, 50).await.unwrap();
        assert_eq!(rows.iter().filter(|row| row.verb == "observation.set_aside").count(), 2);
        assert_eq!(arrival::count(&mut conn, house.id).await.unwrap(), 0);
        drop(conn);
        for it in &all {
            let taken = receive(&house.app, house.id, house.channel, it).await.unwrap();
            assert_eq!(taken, Taken::Before);
        }
    }
}

#[tokio::test]
async fn a_full_disk_sets_nothing_aside_and_is_made_up_for_when_there_is_room() {
    for house in houses().await.into_iter().filter(|house| house.app.db.engine_name() == "SQLite") {
        let pages = async |limit: &'static str| {
            // There is one connection that writes: the limit stays with it, as long as it can be used.
            house.app.db.write().await.unwrap().all(limit, &[]).await.unwrap();
        };
        let long = "Une très longue plainte. ".repeat(400);
        let seen = vec![said("1", "Bonjour", 0), said("2", &long, 1), said("3", "Autre", 2)];
        let step = || Step { cursor: Some(("mentions", "3")), ..Step::default() };
        // Below what is there already: SQLite then allows no more than that, and answers SQLITE_FULL as on a full disk.
        pages("PRAGMA max_page_count = 1").await;
        let refused = keep::keep(&house.app, house.id, house.channel, seen.clone(), step()).await;
        assert!(matches!(refused, Err(listen::Error::Store(error)) if error.is_away()));
        let mut conn = house.app.db.read().await.unwrap();
        assert!(channel::cursor(&mut conn, house.id, house.channel, "mentions").await.unwrap().is_none());
        drop(conn);
        pages("PRAGMA max_page_count = 1000000").await;
        keep::keep(&house.app, house.id, house.channel, seen, step()).await.unwrap();
        let mut conn = house.app.db.read().await.unwrap();
        for id in ["1", "2", "3"] {
            assert!(
                message::by_remote(&mut conn, house.id, house.channel, id).await.unwrap().is_some(),
                "{id}"
            );
        }
        let rows = journal::page(&mut conn, house.id, None, 50).await.unwrap();
        assert!(rows.iter().all(|row| row.verb != "observation.set_aside"));
    }
}

#[tokio::test]
async fn a_page_that_is_cut_off_in_the_middle_keeps_what_it_brought_and_asks_again() {
    for house in houses().await {
        let names: Vec<String> = (100..150).map(|number| number.to_string()).collect();
        let page = || names.iter().map(|name| said(name, "Bonjour", 0)).collect::<Vec<_>>();
        let step = || Step { cursor: Some(("mentions", "150")), ..Step::default() };
        let cut_off = keep::keep(&house.app, house.id, house.channel, page(), step());
        let known = async || {
            let mut conn = house.app.db.read().await.unwrap();
            let mut count = 0;
            for name in &names {
                let found = message::by_remote(&mut conn, house.id, house.channel, name).await.unwrap();
                count += usize::from(found.is_some());
            }
            (count, channel::cursor(&mut conn, house.id, house.channel, "mentions").await.unwrap())
        };
        let first_is_known = async || {
            let mut conn = house.app.db.read().await.unwrap();
            message::by_remote(&mut conn, house.id, house.channel, "100").await.unwrap().is_some()
        };
        // The process ends as soon as something is kept.
        tokio::select! {
            biased;
            () = async { while !first_is_known().await {} } => {}
            kept = cut_off => panic!("the page was kept as one: {kept:?}"),
        }
        let (count, cursor) = known().await;
        assert!((1..names.len()).contains(&count) && cursor.is_none(), "{count} {cursor:?}");
        keep::keep(&house.app, house.id, house.channel, page(), step()).await.unwrap();
        assert_eq!(known().await, (names.len(), Some("150".to_owned())), "{}", house.app.db.engine_name());
        let counts = counter::list(&mut house.app.db.read().await.unwrap(), house.id).await.unwrap();
        assert_eq!(counts.iter().map(|it| it.value).sum::<i64>(), names.len() as i64);
    }
}

#[tokio::test]
async fn what_is_known_is_passed_over_without_a_turn_among_the_writers() {
    for house in houses().await {
        house.hear(&[said("1", "Bonjour", 0)]).await;
        let _writer = house.app.db.write().await.unwrap();
        let again = vec![said("1", "Bonjour", 0)];
        let kept = keep::keep(&house.app, house.id, house.channel, again, Step::default());
        // Whoever waits for its turn waits for half a minute.
        let kept = tokio::time::timeout(Duration::from_secs(10), kept).await;
        assert!(matches!(kept, Ok(Ok(()))), "{kept:?} on {}", house.app.db.engine_name());
    }
}

#[tokio::test]
async fn an_echo_is_recognised_however_many_answers_are_in_doubt() {
    for house in houses().await {
        house.hear(&[said("1", "Une question", 0)]).await;
        let it = house.conversation("1").await;
        let words = |number: usize| format!("Réponse numéro {number}");
        let mut conn = house.app.db.write().await.unwrap();
        let asked = message::by_remote(&mut conn, house.id, house.channel, "1").await.unwrap().unwrap();
        for number in 0..150 {
            let answer = message::Message {
                id: crate::id::MessageId::new(START),
                direction: Direction::Out,
                author: None,
                remote_id: None,
                remote_parent_id: asked.remote_id.clone(),
                text: words(number),
                stage: Stage::Unknown,
                sent_at: START + number as i64,
                ..asked.clone()
            };
            message::insert(&mut conn, house.id, &answer).await.unwrap();
        }
        conn.commit().await.unwrap();
        let mut echo = said("9", &words(149), 60);
        let item = echo.item.as_mut().unwrap();
        (item.ours, item.parent_id) = (true, Some("1".to_owned()));
        let seen = vec![echo];
        keep::keep(&house.app, house.id, house.channel, seen, Step::default()).await.unwrap();
        let mut conn = house.app.db.read().await.unwrap();
        let thread = message::thread(&mut conn, house.id, it.id, None, 500).await.unwrap();
        let same: Vec<_> = thread.iter().filter(|it| it.text == words(149)).collect();
        assert_eq!((thread.len(), same.len(), same[0].stage), (151, 1, Stage::Published));
    }
}

#[tokio::test]
async fn a_clock_that_runs_years_ahead_keeps_no_message_at_the_top() {
    for house in houses().await {
        house.hear(&[said("1", "Je viens du futur", 100_000_000)]).await;
        let it = house.conversation("1").await;
        assert_eq!((it.last_at, it.facets.due_at), (START, START + HOUR));
    }
}

#[tokio::test]
async fn falling_deaf_and_being_heard_again_are_told_once_each() {
    for house in houses().await {
        let away = || listen::Error::Channel(ChannelError::Unreachable { message: "away".to_owned() });
        let mut told = house.app.db.follow();
        for error in [None, None, Some(away()), Some(away()), None, None] {
            house.app.clock.advance(SECOND);
            listen::note_health(&house.app, house.id, house.channel, error.as_ref()).await.unwrap();
        }
        let mut verbs = Vec::new();
        while let Ok(Told::Changed(event)) = told.try_recv() {
            verbs.push(event.verb);
        }
        assert_eq!(verbs, ["channel.heard", "channel.deafened", "channel.heard"]);
    }
}

#[tokio::test]
async fn one_node_hears_a_channel_and_another_takes_over_when_it_dies() {
    for house in houses().await {
        let heard_by = async |app: &App| listen::mine(app).await.unwrap().1.len();
        assert_eq!(heard_by(&house.app).await, 1);
        let Some(other) = house.beside().await else { continue };
        assert_eq!(heard_by(&other).await, 0, "another node has it");
        house.app.clock.advance(listen::HELD / 2 + SECOND);
        assert_eq!(heard_by(&house.app).await, 1, "kept anew in good time");
        house.app.clock.advance(listen::HELD - SECOND);
        assert_eq!(heard_by(&other).await, 0, "the node may still live");
        house.app.clock.advance(2 * SECOND);
        assert_eq!(heard_by(&other).await, 1, "it gave no sign of life");
        assert_eq!(heard_by(&house.app).await, 0, "whoever comes back too late has lost it");
    }
}

#[tokio::test]
async fn what_a_program_sent_is_shown_but_nobody_has_to_answer_it() {
    for house in houses().await {
        let automatic = |id: &str, seconds| {
            let mut seen = said(id, "Absente jusqu’à lundi", seconds);
            seen.item.as_mut().unwrap().marks = vec![Mark::Automatic("Auto-Submitted".to_owned())];
            seen
        };
        house.hear(&[automatic("1", 0)]).await;
        let it = house.conversation("1").await.facets;
        assert_eq!((it.state, it.awaiting_since, it.due_at), (State::Open, None, NEVER));
        house.hear(&[said("2", "Une question", 1)]).await;
        let done = triage::close(&house.app, &house.manager, house.conversation("2").await.id).await;
        let mut later = automatic("3", 2);
        later.item.as_mut().unwrap().parent_id = Some("2".to_owned());
        house.hear(&[later]).await;
        assert_eq!(house.conversation("3").await.id, done.unwrap().conversation);
        assert_eq!(house.conversation("3").await.facets.state, State::Closed, "brought back by nobody");
        let mut conn = house.app.db.read().await.unwrap();
        let kept = message::by_remote(&mut conn, house.id, house.channel, "3").await.unwrap().unwrap();
        assert!(kept.is_automatic());
    }
}

#[tokio::test]
async fn an_answer_that_came_back_undelivered_waits_again_with_its_reason() {
    for house in houses().await {
        house.hear(&[said("1", "Bonjour ?", 0)]).await;
        let mut ours = said("2", "Bonjour !", 60);
        let item = ours.item.as_mut().unwrap();
        (item.ours, item.addressed, item.parent_id) = (true, false, Some("1".to_owned()));
        house.hear(&[ours.clone()]).await;
        assert_eq!(house.conversation("2").await.facets.state, State::Waiting);
        let mut failed = ours;
        failed.kind = ObservationKind::Failed;
        failed.version_at = failed.version_at.map(|at| at + SECOND);
        failed.item.as_mut().unwrap().text = "550 no such mailbox".to_owned();
        house.hear(&[failed.clone(), failed]).await;
        let mut conn = house.app.db.read().await.unwrap();
        let it = message::by_remote(&mut conn, house.id, house.channel, "2").await.unwrap().unwrap();
        assert_eq!((it.stage, it.error_code.as_deref()), (Stage::Rejected, Some("undelivered")));
        assert_eq!((it.text.as_str(), it.error_text.as_deref()), ("Bonjour !", Some("550 no such mailbox")));
        let home = house.conversation("2").await.facets;
        assert_eq!((home.state, home.due_at), (State::Open, house.app.now() + HOUR));
        let told = journal::of_conversation(&mut conn, house.id, it.conversation, None, 50).await.unwrap();
        assert_eq!(told.iter().filter(|row| row.verb == "message.rejected").count(), 1);
    }
}
