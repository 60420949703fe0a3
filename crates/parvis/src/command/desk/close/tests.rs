//! Desks that are closed and opened again, what goes elsewhere and what stays, and who may not, on both engines.

use super::*;
use crate::clock::HOUR;
use crate::command::{desk as command, triage, undo};
use crate::id::DestinationId;
use crate::rules::permission::Role;
use crate::store::conversation::{Facets, Filter, State};
use crate::store::destination::{Destination, Rule};
use crate::store::journal;
use crate::testing::{House, START, assert_whole, houses, said, said_by};

fn boss(house: &House) -> Actor {
    Actor { role: Role::Administrator, ..house.manager.clone() }
}

async fn facets(house: &House, remote_id: &str) -> Facets {
    house.conversation(remote_id).await.facets
}

async fn rights(house: &House, who: ColleagueId) -> Vec<DeskId> {
    let mut conn = house.app.db.read().await.unwrap();
    let mut desks = colleague::desks(&mut conn, house.id, who).await.unwrap();
    desks.sort_by_key(|it| it.0);
    desks
}

/// A destination that gets the alerts of the first desk only, and one that gets those of both.
async fn told(house: &House) {
    let mut conn = house.app.db.write().await.unwrap();
    for (name, desks) in [("Astreinte", &house.desks[..1]), ("Tous", &house.desks[..])] {
        let it = Destination {
            id: DestinationId::new(START),
            kind: "chat".to_owned(),
            name: name.to_owned(),
            state: "paused".to_owned(),
            address: String::new(),
            channel: None,
            rule: Rule { desks: desks.to_vec(), ..Rule::default() },
            secret: None,
            digest_at: None,
            failing: None,
            created_at: START,
        };
        destination::insert(&mut conn, house.id, &it).await.unwrap();
    }
    conn.commit().await.unwrap();
}

#[tokio::test]
async fn what_is_under_way_goes_to_the_successor_and_what_was_done_keeps_its_desk() {
    for house in houses().await {
        let (app, me) = (&*house.app, &boss(&house));
        let [care, press] = house.desks;
        house.hear(&[said("1", "Bonjour", 0), said("2", "Et ceci", 1), said("3", "Réglé", 2)]).await;
        let (open, slept, done) =
            (house.conversation("1").await, house.conversation("2").await, house.conversation("3").await);
        triage::assign(app, me, open.id, Some(house.specialist.colleague)).await.unwrap();
        triage::snooze(app, me, slept.id, app.now() + HOUR).await.unwrap();
        triage::close(app, me, done.id).await.unwrap();
        told(&house).await;
        let filter = Filter { desk: Some(care), ..Filter::default() };
        crate::command::view::save(app, me, None, "Le bureau", false, filter).await.unwrap();
        let slower = command::Change { answer_within: Some(3 * HOUR), ..command::Change::default() };
        command::change(app, me, press, slower).await.unwrap();

        let used = uses(&mut app.db.read().await.unwrap(), me, care).await.unwrap();
        assert_eq!((used.conversations, used.views), (2, 1));
        assert_eq!(
            (used.channels, used.people),
            (vec!["Compte principal".to_owned()], vec![house.specialist.colleague])
        );
        assert_eq!(used.destinations, ["Astreinte", "Tous"]);

        let closed = close(app, me, care, press, false).await.unwrap();
        assert_eq!((closed.closed_at, closed.successor), (Some(app.now()), Some(press)));
        let now = facets(&house, "1").await;
        assert_eq!(
            (now.state, now.desk, now.assignee),
            (State::Open, press, None),
            "who had it doesn't see that desk"
        );
        assert_eq!(now.due_at, now.awaiting_since.unwrap() + 3 * HOUR, "by what the other desk promises");
        assert_eq!(
            (facets(&house, "2").await.state, facets(&house, "2").await.desk),
            (State::Snoozed, press)
        );
        assert_eq!((facets(&house, "3").await.state, facets(&house, "3").await.desk), (State::Closed, care));
        let mut conn = app.db.read().await.unwrap();
        assert_eq!(channel::get(&mut conn, house.id, house.channel).await.unwrap().unwrap().desk, press);
        assert_eq!(view::all(&mut conn, house.id).await.unwrap()[0].filter.desk, Some(press));
        for it in destination::list(&mut conn, house.id).await.unwrap() {
            assert_eq!(it.rule.desks, [press], "{}", it.name);
        }
        let row = &journal::page(&mut conn, house.id, None, 1).await.unwrap()[0];
        assert_eq!(
            (row.verb.as_str(), row.after.as_ref().unwrap()["conversations"].as_i64()),
            ("desk.closed", Some(2))
        );
        drop(conn);
        assert_eq!(rights(&house, house.specialist.colleague).await, [care], "they still read what was done");

        // What was done there goes on at the desk that took over.
        let mut more = said("4", "Finalement, non", 9);
        more.item.as_mut().unwrap().parent_id = Some("3".to_owned());
        house.hear(&[more]).await;
        assert_eq!((facets(&house, "3").await.state, facets(&house, "3").await.desk), (State::Open, press));
        assert_whole(&app.db, house.id).await;
    }
}

#[tokio::test]
async fn nothing_goes_on_at_a_closed_desk_whatever_is_done_again_or_undone() {
    for house in houses().await {
        let (app, me) = (&*house.app, &boss(&house));
        let [care, press] = house.desks;
        house.hear(&[said("1", "Bonjour", 0), said("2", "Et ceci", 1)]).await;
        let (first, second) = (house.conversation("1").await.id, house.conversation("2").await.id);
        triage::close(app, me, first).await.unwrap();
        triage::close(app, me, second).await.unwrap();
        close(app, me, care, press, true).await.unwrap();
        let mut desks = [care, press];
        desks.sort_by_key(|it| it.0);
        assert_eq!(rights(&house, house.specialist.colleague).await, desks, "its people joined the other");
        undo::last(app, me).await.unwrap();
        triage::reopen(app, me, first).await.unwrap();
        for id in ["1", "2"] {
            assert_eq!(
                (facets(&house, id).await.state, facets(&house, id).await.desk),
                (State::Open, press),
                "{id}"
            );
        }
        let to = |desk| triage::HandOver { desk: Some(desk), colleague: None, note: String::new() };
        let refused = triage::hand_over(app, me, first, to(care)).await.unwrap_err();
        assert!(matches!(refused, Refusal::Invalid { field: "desk", code: "closed" }), "{refused}");
        let refused =
            crate::command::channel::edit(app, me, house.channel, "Compte", care).await.unwrap_err();
        assert!(matches!(refused, Refusal::Invalid { field: "desk", code: "closed" }), "{refused}");

        let opened = open(app, me, care).await.unwrap();
        assert!(opened.is_open() && opened.successor.is_none());
        triage::hand_over(app, me, first, to(care)).await.unwrap();
        assert_eq!((facets(&house, "1").await.desk, facets(&house, "2").await.desk), (care, press));
        assert!(matches!(open(app, me, care).await.unwrap_err(), Refusal::Changed));
        assert_whole(&app.db, house.id).await;
    }
}

#[tokio::test]
async fn a_desk_is_closed_by_who_may_and_in_favour_of_another_that_is_open() {
    for house in houses().await {
        let (app, me) = (&*house.app, &boss(&house));
        let [care, press] = house.desks;
        let third = command::make(
            app,
            me,
            command::Change { name: Some("Salles".to_owned()), ..command::Change::default() },
        );
        let third = third.await.unwrap().id;
        for actor in [&house.manager, &house.specialist] {
            assert!(matches!(
                close(app, actor, care, press, false).await.unwrap_err(),
                Refusal::Forbidden(_)
            ));
            assert!(matches!(open(app, actor, care).await.unwrap_err(), Refusal::Forbidden(_)));
            let mut conn = app.db.read().await.unwrap();
            assert!(matches!(uses(&mut conn, actor, care).await.unwrap_err(), Refusal::Forbidden(_)));
        }
        let invalid = async |from, to| match close(app, me, from, to, false).await.unwrap_err() {
            Refusal::Invalid { field: "successor", code } => code,
            other => panic!("{other}"),
        };
        assert_eq!(invalid(care, care).await, "itself");
        assert_eq!(invalid(care, DeskId::new(1)).await, "unknown");
        assert!(matches!(close(app, me, DeskId::new(1), care, false).await.unwrap_err(), Refusal::NotFound));
        close(app, me, third, care, false).await.unwrap();
        assert_eq!(invalid(care, third).await, "closed");
        assert!(matches!(close(app, me, third, press, false).await.unwrap_err(), Refusal::Changed));
        // What an earlier one was led to is led on.
        close(app, me, care, press, false).await.unwrap();
        let all = desk::list(&mut app.db.read().await.unwrap(), house.id).await.unwrap();
        let of = |id| all.iter().find(|it| it.id == id).unwrap().successor;
        assert_eq!((of(third), of(care), of(press)), (Some(press), Some(press), None));
    }
}

#[tokio::test]
async fn more_than_fits_in_one_turn_is_moved_to_the_last() {
    for house in houses().await {
        let (app, me) = (&*house.app, &boss(&house));
        let many: Vec<_> =
            (0..BATCH + 5).map(|at| said_by(at, &format!("m{at}"), "Une question différente", at)).collect();
        house.hear(&many).await;
        close(app, me, house.desks[0], house.desks[1], false).await.unwrap();
        let mut conn = app.db.read().await.unwrap();
        let counts = counter::not_done(&mut conn, house.id).await.unwrap();
        let at = |desk| counts.iter().filter(|it| it.desk == desk).map(|it| it.value).sum::<i64>();
        assert_eq!((at(house.desks[0]), at(house.desks[1])), (0, BATCH + 5));
        let row = &journal::page(&mut conn, house.id, None, 1).await.unwrap()[0];
        assert_eq!(row.after.as_ref().unwrap()["conversations"].as_i64(), Some(BATCH + 5));
        drop(conn);
        assert_whole(&app.db, house.id).await;
    }
}
