//! A launch from its preparation to the answer that began in its dossier, on both engines.

use super::*;
use crate::command::answer::{self, Answer};
use crate::store::message;
use crate::testing::{House, assert_whole, colleague as somebody, houses, said};

fn wanted(version: i64) -> Wanted {
    Wanted { version, name: "Salle Nébuleuse".to_owned(), kind: "event".to_owned(), ..Wanted::default() }
}

fn question(version: i64, text: &str) -> WantedEntry {
    WantedEntry {
        version,
        title: "Comment réserver une place fauteuil ?".to_owned(),
        text: text.to_owned(),
        language: "fr".to_owned(),
        audience: "external".to_owned(),
        ..WantedEntry::default()
    }
}

async fn begun(house: &House) -> (LaunchId, EntryId) {
    let (app, manager) = (&house.app, &house.manager);
    let launch = save(app, manager, None, wanted(0)).await.unwrap();
    let entry = save_entry(app, manager, (launch, None), Kind::Faq, question(0, "En ligne.")).await.unwrap();
    (launch, entry)
}

#[tokio::test]
async fn an_edit_takes_the_validation_away_and_a_stale_one_changes_nothing() {
    for house in houses().await {
        let (app, manager) = (&house.app, &house.manager);
        let (launch, entry) = begun(&house).await;
        validate(app, manager, (launch, entry), 1, true).await.unwrap();
        let stale = save_entry(app, manager, (launch, Some(entry)), Kind::Faq, question(0, "Autre")).await;
        assert!(matches!(stale, Err(Refusal::Changed)));
        let mut conn = app.db.read().await.unwrap();
        let it = room::entry(&mut conn, house.id, entry).await.unwrap().unwrap();
        assert_eq!((it.text.as_str(), it.validated_by), ("En ligne.", Some(manager.colleague)));
        drop(conn);
        save_entry(app, manager, (launch, Some(entry)), Kind::Faq, question(1, "Au guichet.")).await.unwrap();
        assert!(matches!(validate(app, manager, (launch, entry), 1, true).await, Err(Refusal::Changed)));
        let mut conn = app.db.read().await.unwrap();
        let it = room::entry(&mut conn, house.id, entry).await.unwrap().unwrap();
        assert_eq!((it.text.as_str(), it.validated_by, it.version), ("Au guichet.", None, 2));
        drop(conn);
        assert_whole(&app.db, house.id).await;
    }
}

#[tokio::test]
async fn only_what_an_open_launch_has_validated_is_suggested_and_its_use_is_counted() {
    for house in houses().await {
        let (app, manager) = (&house.app, &house.manager);
        let (launch, entry) = begun(&house).await;
        house.hear(&[said("1", "Bonjour, je peux réserver une place en fauteuil ?", 0)]).await;
        let conversation = house.conversation("1").await;
        let suggested = async || {
            let mut conn = app.db.read().await.unwrap();
            let last = message::last_in(&mut conn, house.id, conversation.id).await.unwrap().unwrap();
            suggestion::of(&mut conn, manager, &last).await.unwrap()
        };
        validate(app, manager, (launch, entry), 1, true).await.unwrap();
        assert!(suggested().await.is_empty(), "it isn't open");
        step(app, manager, launch, State::Open).await.unwrap();
        let found = suggested().await;
        assert_eq!(found.iter().map(|it| it.entry.id).collect::<Vec<_>>(), [entry]);
        assert_eq!(found[0].words, ["reserver", "place", "fauteuil"]);
        let answer = Answer {
            text: "En ligne.".to_owned(),
            visibility: parvis_channels::Visibility::Public,
            close: false,
            seen: None,
            anyway: true,
            media: Vec::new(),
            reason: String::new(),
            suggestion: Some(entry),
        };
        answer::reply(app, manager, conversation.id, answer).await.unwrap();
        let uses = room::uses(&mut app.db.read().await.unwrap(), house.id, launch).await.unwrap();
        assert_eq!(uses, [(entry, 1)]);
        step(app, manager, launch, State::Closed).await.unwrap();
        assert!(suggested().await.is_empty(), "it is over");
        assert!(matches!(step(app, manager, launch, State::Prepared).await, Err(Refusal::Changed)));
        assert_whole(&app.db, house.id).await;
    }
}

#[tokio::test]
async fn an_expert_validates_and_prepares_nothing_and_an_external_sees_no_internal_answer() {
    use crate::rules::permission::Role;
    for house in houses().await {
        let app = &house.app;
        let (launch, entry) = begun(&house).await;
        let mut conn = app.db.write().await.unwrap();
        let expert = somebody(&mut conn, house.id, Role::Expert, &[house.desks[0]]).await;
        let external = somebody(&mut conn, house.id, Role::External, &[house.desks[0]]).await;
        conn.commit().await.unwrap();
        validate(app, &expert, (launch, entry), 1, true).await.unwrap();
        let refused = save_entry(app, &expert, (launch, Some(entry)), Kind::Faq, question(1, "Non")).await;
        assert!(matches!(refused, Err(Refusal::Forbidden(Action::PrepareLaunches))));
        let internal = WantedEntry { audience: "internal".to_owned(), ..question(0, "Entre nous.") };
        let hidden = save_entry(app, &house.manager, (launch, None), Kind::Faq, internal).await.unwrap();
        validate(app, &expert, (launch, hidden), 1, true).await.unwrap();
        step(app, &house.manager, launch, State::Open).await.unwrap();
        house.hear(&[said("1", "réserver une place fauteuil ?", 0)]).await;
        let conversation = house.conversation("1").await;
        let mut conn = app.db.read().await.unwrap();
        let last = message::last_in(&mut conn, house.id, conversation.id).await.unwrap().unwrap();
        assert_eq!(suggestion::of(&mut conn, &expert, &last).await.unwrap().len(), 2);
        let seen = suggestion::of(&mut conn, &external, &last).await.unwrap();
        assert_eq!(seen.iter().map(|it| it.entry.id).collect::<Vec<_>>(), [entry]);
        assert!(matches!(read(&mut conn, &external, launch).await, Err(Refusal::Forbidden(_))));
    }
}

#[tokio::test]
async fn an_answer_belongs_to_a_problem_and_goes_with_it() {
    for house in houses().await {
        let (app, manager) = (&house.app, &house.manager);
        let (launch, faq) = begun(&house).await;
        let answer =
            |of| WantedEntry { of, title: String::new(), ..question(0, "Nous vous tenons au courant.") };
        for of in [None, Some(faq), Some(EntryId::new(1))] {
            assert!(save_entry(app, manager, (launch, None), Kind::Answer, answer(of)).await.is_err());
        }
        let problem = WantedEntry {
            title: "File d’attente".to_owned(),
            likely: "probable".to_owned(),
            grave: "serious".to_owned(),
            ..WantedEntry::default()
        };
        let problem = save_entry(app, manager, (launch, None), Kind::Problem, problem).await.unwrap();
        save_entry(app, manager, (launch, None), Kind::Answer, answer(Some(problem))).await.unwrap();
        remove_entry(app, manager, (launch, problem), 1).await.unwrap();
        let mut conn = app.db.read().await.unwrap();
        let (_, left) = read(&mut conn, manager, launch).await.unwrap();
        assert_eq!(left.iter().map(|it| it.id).collect::<Vec<_>>(), [faq]);
    }
}

#[tokio::test]
async fn what_a_launch_has_on_a_day_is_found_by_its_time_and_the_rest_is_not() {
    for house in houses().await {
        let (app, manager) = (&house.app, &house.manager);
        let starts = Wanted { starts_at: Some(5_000), ..wanted(0) };
        let launch = save(app, manager, None, starts).await.unwrap();
        for (kind, at, state) in [
            (Kind::Meeting, 1_000, ""),
            (Kind::Step, 2_000, "done"),
            (Kind::Material, 9_000, "todo"),
            (Kind::Decision, 2_500, ""),
        ] {
            let title = format!("{} {at}", kind.as_str());
            let dated =
                WantedEntry { title, at: Some(at), state: state.to_owned(), ..WantedEntry::default() };
            save_entry(app, manager, (launch, None), kind, dated).await.unwrap();
        }
        let mut conn = app.db.read().await.unwrap();
        let found = room::between(&mut conn, house.id, (1_000, 9_000)).await.unwrap();
        let said: Vec<_> = found.iter().map(|it| (it.title.as_str(), it.entry.is_some(), it.done)).collect();
        let name = wanted(0).name;
        assert_eq!(
            said,
            [("meeting 1000", true, false), ("step 2000", true, true), (name.as_str(), false, false)]
        );
    }
}

#[tokio::test]
async fn what_was_foreseen_is_laid_beside_what_came_and_what_nobody_foresaw_stands_apart() {
    use super::outcome::{self, Lacks};
    use crate::command::watch;
    for house in houses().await {
        let (app, manager) = (&house.app, &house.manager);
        let (launch, faq) = begun(&house).await;
        let problem = |title: &str| WantedEntry {
            title: title.to_owned(),
            likely: "probable".to_owned(),
            grave: "slight".to_owned(),
            ..WantedEntry::default()
        };
        let add = async |title: &str| {
            save_entry(app, manager, (launch, None), Kind::Problem, problem(title)).await.unwrap()
        };
        let (queue, noise) = (add("File d’attente").await, add("Bruit pour les riverains").await);
        let lacks = async || outcome::of(app, manager, launch).await.unwrap().1.err();
        assert_eq!(lacks().await, Some(Lacks::Opening));
        house.hear(&[said("0", "La file d’attente à la salle est une honte, je suis furieux !", -60)]).await;
        step(app, manager, launch, State::Open).await.unwrap();
        assert_eq!(lacks().await, Some(Lacks::Watch));
        let wanted_watch =
            watch::Wanted { name: "Salle", query: "salle", folder: "", sensitivity: "none", tag: "" };
        let heard = watch::save(app, manager, None, wanted_watch).await.unwrap();
        let unknown = Wanted { watch: Some(WatchId::new(1)), ..wanted(2) };
        assert!(matches!(
            save(app, manager, Some(launch), unknown).await,
            Err(Refusal::Invalid { field: "watch", .. })
        ));
        save(app, manager, Some(launch), Wanted { watch: Some(heard), ..wanted(2) }).await.unwrap();
        house
            .hear(&[
                said("1", "Encore une file d’attente interminable devant la salle, c’est inadmissible !", 60),
                said("2", "Le popcorn de la salle est froid et hors de prix, je suis très déçu.", 61),
                said("3", "Popcorn froid à la salle, quelle honte, remboursez-moi !", 62),
                said("4", "Rien à voir, le guichet est fermé, c’est inadmissible !", 63),
                said("5", "Comment réserver une place fauteuil dans la salle ?", 64),
            ])
            .await;
        let (_, found) = outcome::of(app, manager, launch).await.unwrap();
        let found = found.unwrap();
        let came = |id: EntryId| {
            let it = found.foreseen.iter().find(|it| it.entry.id == id).unwrap();
            it.came.iter().map(|place| found.quotes[*place].text.clone()).collect::<Vec<_>>()
        };
        assert_eq!(came(queue).len(), 1, "what was said before the opening doesn't count: {:?}", came(queue));
        assert!(came(noise).is_empty());
        assert_eq!(came(faq).len(), 1);
        let apart = &found.unforeseen;
        assert_eq!(apart.quotes.len(), 2);
        assert_eq!(apart.themes[0].members.len(), 2, "{:?}", apart.themes);
        // What is said after the end doesn't count; nor does anything for who doesn't listen.
        app.clock.advance(1_000_000_000);
        step(app, manager, launch, State::Closed).await.unwrap();
        house.hear(&[said("6", "La file d’attente de la salle, encore une honte !", 2_000)]).await;
        let closed = outcome::of(app, manager, launch).await.unwrap().1.unwrap();
        assert_eq!(closed.quotes.len(), found.quotes.len());
        let refused = outcome::of(app, &house.specialist, launch).await;
        assert!(matches!(refused, Err(Refusal::Forbidden(Action::Listen))));
        assert_whole(&app.db, house.id).await;
    }
}
