//! Telling destinations, on both engines: once for each reason, within their hours, and never twice after a death.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::Value;

use super::*;
use crate::clock::HOUR;
use crate::command::destination::Wanted;
use crate::command::post::Idea;
use crate::command::{self, Refusal};
use crate::config::Config;
use crate::id::{AlertId, ChannelId, DestinationId, FastId};
use crate::rules::fast::{FastLane, FastState};
use crate::rules::permission::{Actor, Role};
use crate::rules::waking::Waking;
use crate::seal::SealKey;
use crate::store::alert::{Closed, Evidence, Kind};
use crate::store::fast::Fast;
use crate::testing::{House, colleague, houses};
use crate::work;

/// A receiver that keeps what it is sent, and answers as it is told.
#[derive(Clone, Default)]
struct Receiver {
    heard: Arc<Mutex<Vec<Value>>>,
    ill: Arc<std::sync::atomic::AtomicBool>,
}

impl Receiver {
    async fn start(&self) -> String {
        async fn take(State(it): State<Receiver>, body: Bytes) -> StatusCode {
            it.heard.lock().unwrap().push(serde_json::from_slice(&body).unwrap());
            let ill = it.ill.load(std::sync::atomic::Ordering::SeqCst);
            if ill { StatusCode::BAD_GATEWAY } else { StatusCode::OK }
        }
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let router = Router::new().fallback(take).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        address
    }

    fn count(&self) -> usize {
        self.heard.lock().unwrap().len()
    }

    fn last(&self) -> Value {
        self.heard.lock().unwrap().last().cloned().unwrap()
    }
}

struct Told {
    house: House,
    app: Arc<App>,
    admin: Actor,
    peer: Receiver,
    base: String,
}

async fn all() -> Vec<Told> {
    let mut all = Vec::new();
    for house in houses().await {
        let peer = Receiver::default();
        let address = peer.start().await;
        let data = house.app.config.data.clone();
        let config = Config { allow_hosts: vec![address.clone()], data, ..Config::default() };
        let (db, clock) = (house.app.db.clone(), house.app.clock.clone());
        let app = Arc::new(App::new(config, db, clock, SealKey::new(&[7; 32]).unwrap()).unwrap());
        let mut conn = app.db.write().await.unwrap();
        let admin = colleague(&mut conn, house.id, Role::Administrator, &[]).await;
        conn.commit().await.unwrap();
        all.push(Told { house, app, admin, peer, base: format!("http://{address}") });
    }
    all
}

impl Told {
    async fn save(&self, kind: NotifyKind, path: &str, rule: Rule) -> DestinationId {
        let wanted = Wanted {
            name: "Astreinte".to_owned(),
            address: format!("{}/{path}", self.base),
            secret: String::new(),
            channel: None,
            rule,
        };
        command::destination::save(&self.app, &self.admin, None, kind, wanted).await.unwrap().id
    }

    async fn raise(&self, kind: Kind, subject: Subject) -> Alert {
        let now = self.app.now();
        let it = Alert {
            id: AlertId::new(now),
            kind,
            subject,
            level: 1,
            began_at: now - HOUR,
            opened_at: now,
            closed: None,
            evidence: Evidence { count: 31, times: 7.4, window: 1_200_000_000, ..Evidence::default() },
        };
        let mut conn = self.app.db.write().await.unwrap();
        alert::insert(&mut conn, self.house.id, &it).await.unwrap();
        // Planned twice, as two nodes might: told once.
        plan(&mut conn, self.house.id, &it, About::Opened, now).await.unwrap();
        plan(&mut conn, self.house.id, &it, About::Opened, now).await.unwrap();
        conn.commit().await.unwrap();
        it
    }

    async fn work(&self) {
        work::step(&self.app).await.unwrap();
    }

    async fn notices(&self, id: DestinationId) -> Vec<Notice> {
        destination::notices(&mut self.app.db.read().await.unwrap(), self.house.id, id, 10).await.unwrap()
    }
}

#[tokio::test]
async fn a_destination_is_told_once_when_it_opens_and_once_when_it_is_over() {
    for it in all().await {
        let rule = Rule { language: "en".to_owned(), ..Rule::default() };
        let id = it.save(NotifyKind::Webhook, "hook", rule).await;
        let alert = it.raise(Kind::Burst, Subject::Channel(it.house.channel)).await;
        it.work().await;
        it.work().await;
        assert_eq!(it.peer.count(), 1);
        let told = it.peer.last();
        assert_eq!(told["type"], "alert.opened");
        let title = told["data"]["title"].as_str().unwrap();
        assert!(
            title.contains("Compte principal")
                && title.contains("31 messages in 20")
                && title.contains("7 times"),
            "{title}"
        );
        assert!(told["data"]["url"].as_str().unwrap().ends_with(&format!("/alerts/{}", alert.id)));
        command::alert::close(&it.app, &it.house.manager, alert.id, "handled").await.unwrap();
        it.work().await;
        assert_eq!((it.peer.count(), it.peer.last()["type"].as_str()), (2, Some("alert.closed")));
        let states: Vec<String> = it.notices(id).await.into_iter().map(|it| it.state).collect();
        assert_eq!(states, ["sent", "sent"]);
        crate::testing::assert_whole(&it.app.db, it.house.id).await;
    }
}

#[tokio::test]
async fn each_gets_its_kinds_desks_and_hours() {
    for it in all().await {
        let (care, press) = (it.house.desks[0], it.house.desks[1]);
        it.save(NotifyKind::Webhook, "press", Rule { desks: vec![press], ..Rule::default() }).await;
        it.save(NotifyKind::Webhook, "deaf", Rule { kinds: vec![Kind::Deaf], ..Rule::default() }).await;
        it.raise(Kind::Burst, Subject::Desk(care)).await;
        it.work().await;
        assert_eq!(it.peer.count(), 0, "neither its desk nor its kind");
        // It is ten in the morning in Paris: the night is told tonight, unless it is over by then.
        let night = Waking { days: Vec::new(), from: 20 * 60, to: 8 * 60 };
        let id = it.save(NotifyKind::Webhook, "night", Rule { hours: night, ..Rule::default() }).await;
        let lasts = it.raise(Kind::Anger, Subject::Desk(care)).await;
        let over = it.raise(Kind::Burst, Subject::Channel(it.house.channel)).await;
        it.work().await;
        assert_eq!(it.peer.count(), 0);
        let mut conn = it.app.db.write().await.unwrap();
        let closed = Closed { at: it.app.now(), why: "usual".to_owned(), by: None };
        alert::close(&mut conn, it.house.id, over.id, &closed).await.unwrap();
        conn.commit().await.unwrap();
        it.app.clock.advance(10 * HOUR + MINUTE);
        it.work().await;
        assert_eq!(it.peer.count(), 1);
        assert_eq!(it.peer.last()["data"]["alert"], lasts.id.to_string());
        let states: Vec<String> = it.notices(id).await.into_iter().map(|it| it.state).collect();
        assert!(states.contains(&"dropped".to_owned()) && states.contains(&"sent".to_owned()), "{states:?}");
    }
}

#[tokio::test]
async fn a_receiver_that_is_ill_is_tried_again_and_shown() {
    for it in all().await {
        let id = it.save(NotifyKind::Webhook, "hook", Rule::default()).await;
        it.peer.ill.store(true, std::sync::atomic::Ordering::SeqCst);
        command::destination::test(&it.app, &it.admin, id).await.unwrap();
        it.work().await;
        let found =
            destination::get(&mut it.app.db.read().await.unwrap(), it.house.id, id).await.unwrap().unwrap();
        assert_eq!(found.failing.map(|it| it.1).as_deref(), Some("unreachable"));
        assert_eq!(it.notices(id).await[0].state, "waiting");
        it.peer.ill.store(false, std::sync::atomic::Ordering::SeqCst);
        it.app.clock.advance(MINUTE);
        it.work().await;
        assert_eq!(it.notices(id).await[0].state, "sent");
        let found =
            destination::get(&mut it.app.db.read().await.unwrap(), it.house.id, id).await.unwrap().unwrap();
        assert_eq!(found.failing, None);
        assert_eq!(it.peer.count(), 2, "under the same key, by which the receiver knows it");
    }
}

#[tokio::test]
async fn one_that_was_cut_off_is_sent_again_only_where_it_is_recognised() {
    for it in all().await {
        for (kind, state, times) in [(NotifyKind::Webhook, "sent", 1), (NotifyKind::Chat, "unknown", 0)] {
            let id = it.save(kind, "x", Rule::default()).await;
            command::destination::test(&it.app, &it.admin, id).await.unwrap();
            // A worker saved that it sends, and died.
            let mut conn = it.app.db.write().await.unwrap();
            let now = it.app.now();
            job::claim(&mut conn, KIND, now, now + MINUTE, 1).await.unwrap();
            let notice = destination::notices(&mut conn, it.house.id, id, 1).await.unwrap().remove(0);
            let notice = Notice { state: "sending".to_owned(), ..notice };
            destination::settle(&mut conn, it.house.id, &notice).await.unwrap();
            conn.commit().await.unwrap();
            it.app.clock.advance(2 * MINUTE);
            let before = it.peer.count();
            it.work().await;
            assert_eq!((it.notices(id).await[0].state.as_str(), it.peer.count() - before), (state, times));
        }
    }
}

#[tokio::test]
async fn a_digest_leaves_at_seven_once_with_what_was_found() {
    for it in all().await {
        let rule = Rule { digest: "daily".to_owned(), language: "en".to_owned(), ..Rule::default() };
        let id = it.save(NotifyKind::Webhook, "digest", rule).await;
        let wanted = command::watch::Wanted {
            name: "Rivals",
            query: "nébuleuse",
            folder: "Market",
            sensitivity: "none",
            tag: "",
        };
        command::watch::save(&it.app, &it.house.manager, None, wanted).await.unwrap();
        it.house.hear(&[crate::testing::said("1", "La Nébuleuse ouvre <b>une</b> salle", 60)]).await;
        work::fill::step(&it.app).await.unwrap();
        digest::step(&it.app).await.unwrap();
        assert_eq!(it.notices(id).await, [], "not before its time");
        it.app.clock.advance(23 * HOUR);
        digest::step(&it.app).await.unwrap();
        digest::step(&it.app).await.unwrap();
        it.work().await;
        assert_eq!(it.peer.count(), 1);
        let told = it.peer.last();
        assert_eq!(
            (told["type"].as_str(), told["data"]["watches"][0]["count"].as_i64()),
            (Some("digest"), Some(1))
        );
        let found =
            destination::get(&mut it.app.db.read().await.unwrap(), it.house.id, id).await.unwrap().unwrap();
        // 3 September, seven in Paris.
        assert_eq!(found.digest_at, Some(crate::testing::START + 45 * HOUR));
        let notice = it.notices(id).await.remove(0);
        let mut conn = it.app.db.read().await.unwrap();
        let composed = compose(&it.app, &mut conn, it.house.id, &notice, &found.rule).await.unwrap().unwrap();
        assert!(composed.text.contains("Rivals") && composed.text.contains("1 message"), "{}", composed.text);
        let html = composed.html.unwrap();
        assert!(
            html.contains("<h2>Market</h2>") && html.contains("&lt;b&gt;") && !html.contains("<b>une"),
            "{html}"
        );
    }
}

#[tokio::test]
async fn what_cannot_work_is_not_kept_and_who_may_not_is_refused() {
    let it = all().await.remove(0);
    let wanted = |address: &str, rule: Rule| Wanted {
        name: "x".to_owned(),
        address: address.to_owned(),
        secret: String::new(),
        channel: None,
        rule,
    };
    let save = |actor: Actor, kind, wanted| {
        let app = Arc::clone(&it.app);
        async move { command::destination::save(&app, &actor, None, kind, wanted).await }
    };
    let private =
        save(it.admin.clone(), NotifyKind::Chat, wanted("http://10.0.0.1/x", Rule::default())).await;
    assert!(matches!(private, Err(Refusal::Network(ChannelError::ForbiddenAddress { .. }))));
    let hours = Waking { from: 60, to: 60, days: Vec::new() };
    let odd =
        save(it.admin.clone(), NotifyKind::Chat, wanted(&it.base, Rule { hours, ..Rule::default() })).await;
    assert!(matches!(odd, Err(Refusal::Invalid { field: "hours", .. })));
    let mail = save(it.admin.clone(), NotifyKind::Mail, wanted("a@b.example", Rule::default())).await;
    assert!(matches!(mail, Err(Refusal::Invalid { field: "channel", .. })));
    let feed = Wanted { channel: Some(ChannelId::new(1)), ..wanted("a@b.example", Rule::default()) };
    assert!(save(it.admin.clone(), NotifyKind::Mail, feed).await.is_err());
    let not = save(it.house.manager.clone(), NotifyKind::Chat, wanted(&it.base, Rule::default())).await;
    assert!(matches!(not, Err(Refusal::Forbidden(_))));
    assert_eq!(destination::list(&mut it.app.db.read().await.unwrap(), it.house.id).await.unwrap(), []);
    assert_eq!(it.peer.count(), 0, "looking at an address writes nothing there");
}

/// A second look that is asked of the house's manager, with a lane whose letters a channel that can't send shall send.
async fn asked(it: &Told) -> (Fast, crate::id::AskId) {
    let (now, house) = (it.app.now(), it.house.id);
    let idea = Idea { title: "Panne".to_owned(), origin: "team".to_owned(), ..Idea::default() };
    let post = command::post::propose(&it.app, &it.house.specialist, idea).await.unwrap();
    let run = Fast {
        id: FastId::new(now),
        post,
        version: 0,
        state: FastState::Asked,
        colleague: it.house.specialist.colleague,
        reason: "Les paiements sont refusés".to_owned(),
        began_at: now,
        asked_at: Some(now),
        next_at: Some(now + HOUR),
        answered_by: None,
        answered_at: None,
        answer: None,
        reviewed_by: None,
        reviewed_at: None,
        review: None,
    };
    let lane = FastLane { mailbox: Some(it.house.channel), ..FastLane::default() };
    let mut conn = it.app.db.write().await.unwrap();
    let json = serde_json::to_string(&lane).unwrap();
    store::setting::put(&mut conn, house, "fast_lane", &json).await.unwrap();
    store::fast::insert(&mut conn, house, &run).await.unwrap();
    let reader = it.house.manager.colleague;
    work::fast::tell(&mut conn, house, &lane, &run, reader, now).await.unwrap();
    conn.commit().await.unwrap();
    let asks = store::fast::asks(&mut it.app.db.read().await.unwrap(), house, run.id).await.unwrap();
    (run, asks[0].id)
}

#[tokio::test]
async fn a_second_look_is_told_where_it_is_wanted_and_what_became_of_the_letter_is_kept() {
    for it in all().await {
        it.save(NotifyKind::Webhook, "alerts", Rule::default()).await;
        let wanted = Rule { fast: true, kinds: Vec::new(), ..Rule::default() };
        let id = it.save(NotifyKind::Webhook, "looks", wanted).await;
        let (run, ask) = asked(&it).await;
        it.work().await;
        assert_eq!(it.peer.count(), 1, "once, and where alerts alone are wanted not at all");
        let said = it.peer.last();
        assert_eq!(
            (said["type"].as_str(), said["data"]["fast"].as_str()),
            (Some("fast.asked"), Some(run.id.to_string().as_str()))
        );
        assert!(said["data"]["url"].as_str().unwrap().ends_with(&format!("/speak/fast/{}", run.id)));
        assert_eq!(it.notices(id).await[0].state, "sent");
        // The mailbox can't send: it is tried some times, and then a person sees that the letter didn't leave.
        for told in ["waiting", "waiting", "waiting", "failed", "failed"] {
            let mut conn = it.app.db.read().await.unwrap();
            let kept = store::fast::one_ask(&mut conn, it.house.id, ask).await.unwrap().unwrap();
            assert_eq!((kept.told.as_str(), kept.error.is_some()), (told, true));
            drop(conn);
            it.app.clock.advance(30 * SECOND);
            it.work().await;
        }
        assert_eq!(it.peer.count(), 1);
    }
}

#[tokio::test]
async fn a_second_look_that_was_answered_before_it_was_told_is_told_nobody() {
    for it in all().await {
        let id = it.save(NotifyKind::Webhook, "looks", Rule { fast: true, ..Rule::default() }).await;
        let (run, ask) = asked(&it).await;
        let mut conn = it.app.db.write().await.unwrap();
        let run = Fast { state: FastState::No, ..run };
        store::fast::update(&mut conn, it.house.id, &run).await.unwrap();
        conn.commit().await.unwrap();
        it.work().await;
        assert_eq!((it.peer.count(), it.notices(id).await[0].state.as_str()), (0, "dropped"));
        let mut conn = it.app.db.read().await.unwrap();
        let kept = store::fast::one_ask(&mut conn, it.house.id, ask).await.unwrap().unwrap();
        assert_eq!(kept.told, "dropped");
    }
}
