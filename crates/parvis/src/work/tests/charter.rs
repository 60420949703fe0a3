//! The charter on both engines: what asks for a reason leaves with one or not at all, whichever way it is tried.

use std::sync::atomic::Ordering;

use parvis_channels::Visibility;
use parvis_write::charter::{Forbidden, Rule};

use super::post::{code, get, pass, says, step, submitted, validated};
use super::{Forgetful, connected};
use crate::app::App;
use crate::clock::{HOUR, MINUTE};
use crate::command::answer::{self, Answer};
use crate::command::post::charter as held;
use crate::command::post::{look, words};
use crate::command::{Refusal, charter};
use crate::id::PostId;
use crate::rules::charter::HouseCharter;
use crate::rules::post::{State, Step};
use crate::store::journal;
use crate::store::post::waiver;
use crate::testing::{House, START, houses, said};

const PROMISE: &str = "Nous vous remboursons tous les billets de samedi.";

/// The remarks that ask for a reason and have none.
async fn open(app: &App, house: &House, id: PostId) -> Vec<(String, String)> {
    let it = get(app, house, id).await;
    let found = held::read(&mut app.db.read().await.unwrap(), house.id, &it).await.unwrap().found;
    let open = found.iter().filter(|it| it.is_open());
    open.map(|it| (it.remark.rule.name().to_owned(), it.about.clone())).collect()
}

async fn ticked(app: &App, house: &House, id: PostId) {
    for item in ["facts", "links", "charter"] {
        look::tick(app, &house.specialist, id, item, true).await.unwrap();
    }
}

#[tokio::test]
async fn what_asks_for_a_reason_stops_validation_until_somebody_gives_one() {
    for house in houses().await {
        let app = &house.app;
        let id = submitted(app, &house, PROMISE).await;
        ticked(app, &house, id).await;
        assert_eq!(code(step(app, &house.manager, id, Step::Validate, None).await), "charter");
        let (rule, about) = open(app, &house, id).await.remove(0);
        assert_eq!(rule, "promise");
        let waive = async |rule: &str, reason: &str| {
            held::waive(app, &house.specialist, id, rule, &about, reason).await.err().map(|it| it.to_string())
        };
        assert_eq!(waive(&rule, " ").await.as_deref(), Some("reason: empty"));
        assert_eq!(waive("jargon", "Oui").await.as_deref(), Some("waiver: unknown"));
        assert_eq!(waive(&rule, "La direction l’a écrit le 3.").await, None);
        step(app, &house.manager, id, Step::Validate, None).await.unwrap();
        // Other words elsewhere take the validation away, and leave the reason where it was given.
        let more = format!("{PROMISE} À bientôt.");
        words::rewrite(app, &house.specialist, id, &says(&house, 1, &more)).await.unwrap();
        assert_eq!(open(app, &house, id).await, []);
        let other = format!("{more} Nous garantissons des places à toutes et à tous.");
        words::rewrite(app, &house.specialist, id, &says(&house, 2, &other)).await.unwrap();
        assert_eq!(open(app, &house, id).await.len(), 1, "another promise asks for another reason");
        held::take_back(app, &house.manager, id, &rule, &about).await.unwrap();
        assert_eq!(open(app, &house, id).await.len(), 2);
        let mut conn = app.db.read().await.unwrap();
        let rows = journal::page(&mut conn, house.id, None, 100).await.unwrap();
        let verbs: Vec<_> =
            rows.iter().filter(|it| it.subject_id == id.0).map(|it| it.verb.as_str()).collect();
        assert_eq!(verbs.iter().filter(|it| it.ends_with("waived")).count(), 2, "{verbs:?}");
    }
}

#[tokio::test]
async fn a_charter_that_changed_since_the_last_word_holds_what_it_no_longer_lets_pass() {
    for mut house in houses().await {
        let server = Forgetful::default();
        server.shows.store(true, Ordering::SeqCst);
        let app = connected(&mut house, &server.start().await).await;
        let id = validated(&app, &house, "La Nébuleuse ouvre mardi.").await;
        step(&app, &house.manager, id, Step::Schedule, Some(START + HOUR)).await.unwrap();
        let word = Forbidden { words: "Nébuleuse".to_owned(), instead: "grande salle".to_owned() };
        let stricter = HouseCharter { forbidden: vec![word], ..HouseCharter::default() };
        assert!(matches!(
            charter::set(&app, &house.specialist, stricter.clone()).await,
            Err(Refusal::Forbidden(_))
        ));
        charter::set(&app, &house.manager, stricter).await.unwrap();
        assert_eq!(code(step(&app, &house.manager, id, Step::PublishNow, None).await), "charter");
        app.clock.advance(HOUR + MINUTE);
        crate::work::step(&app).await.unwrap();
        let it = get(&app, &house, id).await;
        assert_eq!(
            (server.taken(), it.state, it.held_code.as_deref()),
            (0, State::Scheduled, Some("charter"))
        );
        let (rule, about) = open(&app, &house, id).await.remove(0);
        held::waive(&app, &house.manager, id, &rule, &about, "Nom de la salle").await.unwrap();
        step(&app, &house.manager, id, Step::PublishNow, None).await.unwrap();
        pass(&app, 60).await;
        assert_eq!((server.taken(), get(&app, &house, id).await.state), (1, State::Published));
        let left = waiver::list(&mut app.db.read().await.unwrap(), house.id, id).await.unwrap();
        assert_eq!(left.len(), 1, "why it left stays in its history");
    }
}

#[tokio::test]
async fn an_answer_that_promises_leaves_with_its_reason_only() {
    for house in houses().await {
        house.hear(&[said("1", "Et mon billet ?", 0)]).await;
        let it = house.conversation("1").await;
        let says = |reason: &str| Answer {
            text: PROMISE.to_owned(),
            visibility: Visibility::Public,
            close: false,
            seen: None,
            anyway: false,
            media: Vec::new(),
            reason: reason.to_owned(),
            suggestion: None,
        };
        let refused = answer::reply(&house.app, &house.manager, it.id, says("")).await;
        assert!(matches!(refused, Err(Refusal::Invalid { field: "text", code: "charter" })), "{refused:?}");
        assert_eq!(house.conversation("1").await.messages, 1, "nothing was kept of it");
        answer::reply(&house.app, &house.manager, it.id, says("Accord du service client")).await.unwrap();
        let mut conn = house.app.db.read().await.unwrap();
        let rows = journal::of_conversation(&mut conn, house.id, it.id, None, 100).await.unwrap();
        let waived = rows.iter().find(|it| it.verb == "message.waived").unwrap();
        assert!(waived.after.as_ref().unwrap().to_string().contains("Accord du service client"));
        drop(conn);
        let lenient = HouseCharter { answers: false, ..HouseCharter::default() };
        charter::set(&house.app, &house.manager, lenient).await.unwrap();
        answer::reply(&house.app, &house.manager, it.id, says("")).await.unwrap();
        let mut off = HouseCharter::default();
        off.off.insert(Rule::Promise);
        charter::set(&house.app, &house.manager, off).await.unwrap();
        answer::reply(&house.app, &house.manager, it.id, says("")).await.unwrap();
    }
}
