//! Calendars of others, from a server on loopback that knows its version and may be away.

use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use crate::app::App;
use crate::clock::{DAY, HOUR};
use crate::command::Refusal;
use crate::command::layer::{self as command, Source, Wanted};
use crate::config::Config;
use crate::id::LayerId;
use crate::rules::permission::{Action, Role};
use crate::store::layer::{self as room, Layer};
use crate::testing::{House, START, assert_whole, colleague, houses};
use crate::work;

const FILE: &str = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTART:20260903T100000Z\r\nDURATION:PT2H\r\nRRULE:FREQ=WEEKLY\r\n\
    SUMMARY:Marché\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

/// A server with one calendar.
#[derive(Clone, Default)]
struct Elsewhere {
    /// What it answers; 0 for the file.
    status: Arc<AtomicU16>,
    file: Arc<Mutex<String>>,
    asked: Arc<AtomicUsize>,
    same: Arc<AtomicUsize>,
}

impl Elsewhere {
    async fn start(&self) -> String {
        async fn serve(State(it): State<Elsewhere>, headers: HeaderMap) -> Response {
            it.asked.fetch_add(1, Ordering::SeqCst);
            let status = it.status.load(Ordering::SeqCst);
            if status != 0 {
                return StatusCode::from_u16(status).unwrap().into_response();
            }
            let file = it.file.lock().unwrap().clone();
            let etag = format!("\"{}\"", file.len());
            if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known == etag.as_str()) {
                it.same.fetch_add(1, Ordering::SeqCst);
                return StatusCode::NOT_MODIFIED.into_response();
            }
            ([(header::ETAG, etag)], file).into_response()
        }
        FILE.clone_into(&mut self.file.lock().unwrap());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().fallback(serve).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        address.to_string()
    }
}

/// The house's program, which may reach `allow`.
fn program(house: &House, allow: &str) -> Arc<App> {
    let data = house.app.config.data.clone();
    let config = Config { data, allow_hosts: vec![allow.to_owned()], ..Config::default() };
    let key = crate::seal::SealKey::new(&[7; 32]).unwrap();
    Arc::new(App::new(config, house.app.db.clone(), house.app.clock.clone(), key).unwrap())
}

fn wanted(source: Option<Source>) -> Wanted {
    Wanted { name: "La ville".to_owned(), mark: "globe".to_owned(), source }
}

async fn stands(app: &App, house: &House, id: LayerId) -> (Layer, Vec<i64>) {
    let mut conn = app.db.read().await.unwrap();
    let it = room::get(&mut conn, house.id, id).await.unwrap().unwrap();
    let span = (START, START + 30 * DAY);
    let found = room::between(&mut conn, house.id, span, house.manager.colleague).await.unwrap();
    assert!(found.iter().all(|it| it.event.title == "Marché"), "{found:?}");
    (it, found.iter().map(|it| (it.event.starts_at - START) / DAY).collect())
}

#[tokio::test]
async fn an_address_is_asked_hourly_and_what_was_read_last_stays_while_it_is_away() {
    for house in houses().await {
        let server = Elsewhere::default();
        let host = server.start().await;
        let app = program(&house, &host);
        let secret = format!("http://{host}/private-4711/basic.ics");
        let id = command::add(&app, &house.manager, &wanted(Some(Source::Address(secret)))).await.unwrap();
        assert_eq!(stands(&app, &house, id).await.0.read_at, None);
        work::step(&app).await.unwrap();
        let (it, days) = stands(&app, &house, id).await;
        assert_eq!((it.read_at, it.error, days), (Some(START), None, vec![2, 9, 16, 23]));
        assert_eq!((it.host.as_str(), server.asked.load(Ordering::SeqCst)), ("127.0.0.1", 1));
        let sealed = it.secret.unwrap();
        assert!(!sealed.windows(4).any(|it| it == b"4711"), "the address is sealed");
        work::step(&app).await.unwrap();
        assert_eq!(server.asked.load(Ordering::SeqCst), 1, "not before an hour");
        app.clock.advance(HOUR);
        work::step(&app).await.unwrap();
        assert_eq!((server.asked.load(Ordering::SeqCst), server.same.load(Ordering::SeqCst)), (2, 1));
        for (status, code) in [(503, "unreachable"), (403, "refused"), (410, "gone"), (204, "no-calendar")] {
            server.status.store(status, Ordering::SeqCst);
            app.clock.advance(HOUR);
            work::step(&app).await.unwrap();
            let (it, days) = stands(&app, &house, id).await;
            assert_eq!((it.error.as_deref(), it.read_at), (Some(code), Some(START + HOUR)));
            assert_eq!(days.len(), 4, "what was read stays");
        }
        server.status.store(0, Ordering::SeqCst);
        "<html>".clone_into(&mut server.file.lock().unwrap());
        command::read_now(&app, &house.manager, id).await.unwrap();
        work::step(&app).await.unwrap();
        assert_eq!(stands(&app, &house, id).await.0.error.as_deref(), Some("no-calendar"));
        FILE.replace("WEEKLY", "DAILY;COUNT=2").clone_into(&mut server.file.lock().unwrap());
        command::read_now(&app, &house.manager, id).await.unwrap();
        work::step(&app).await.unwrap();
        let (it, days) = stands(&app, &house, id).await;
        assert_eq!((it.error, days), (None, vec![2, 3]));
        command::remove(&app, &house.manager, id).await.unwrap();
        app.clock.advance(2 * HOUR);
        let asked = server.asked.load(Ordering::SeqCst);
        work::step(&app).await.unwrap();
        assert_eq!(server.asked.load(Ordering::SeqCst), asked, "what was taken out isn't asked");
        assert_whole(&app.db, house.id).await;
    }
}

#[tokio::test]
async fn a_file_is_shown_at_once_each_hides_it_alone_and_its_repetitions_go_on() {
    for house in houses().await {
        let app = &house.app;
        let file = || Some(Source::File(FILE.as_bytes().to_vec()));
        let id = command::add(app, &house.manager, &wanted(file())).await.unwrap();
        assert_eq!(stands(app, &house, id).await.1, [2, 9, 16, 23]);
        command::set_hidden(app, &house.manager, id, true).await.unwrap();
        assert_eq!(stands(app, &house, id).await.1, Vec::<i64>::new());
        let mut conn = app.db.read().await.unwrap();
        let other = house.specialist.colleague;
        let span = (START, START + 30 * DAY);
        assert_eq!(room::between(&mut conn, house.id, span, other).await.unwrap().len(), 4);
        let ahead = (START + 420 * DAY, START + 500 * DAY);
        assert_eq!(room::between(&mut conn, house.id, ahead, other).await.unwrap().len(), 0);
        drop(conn);
        app.clock.advance(60 * DAY);
        work::step(app).await.unwrap();
        let mut conn = app.db.read().await.unwrap();
        assert!(!room::between(&mut conn, house.id, ahead, other).await.unwrap().is_empty());
        drop(conn);
        command::change(app, &house.manager, id, &wanted(None)).await.unwrap();
        assert_eq!(stands(app, &house, id).await.0.content, FILE, "the source stays");
        assert_whole(&app.db, house.id).await;
    }
}

#[tokio::test]
async fn who_gives_no_hours_adds_none_and_who_is_from_outside_hides_none() {
    for house in houses().await {
        let app = &house.app;
        let file = |text: &str| wanted(Some(Source::File(text.as_bytes().to_vec())));
        let refused = command::add(app, &house.specialist, &file(FILE)).await;
        assert!(matches!(refused, Err(Refusal::Forbidden(Action::Schedule))));
        let id = command::add(app, &house.manager, &file(FILE)).await.unwrap();
        let mut conn = app.db.write().await.unwrap();
        let outside = colleague(&mut conn, house.id, Role::External, &house.desks[..1]).await;
        conn.commit().await.unwrap();
        let refused = command::set_hidden(app, &outside, id, true).await;
        assert!(matches!(refused, Err(Refusal::Forbidden(Action::ReadLaunches))));
        for refused in [
            command::remove(app, &house.specialist, id).await,
            command::read_now(app, &house.specialist, id).await,
            command::change(app, &house.specialist, id, &wanted(None)).await,
        ] {
            assert!(matches!(refused, Err(Refusal::Forbidden(Action::Schedule))));
        }
        for (address, code) in [
            ("nowhere", "address"),
            ("http://calendar.example/a.ics", "forbidden"),
            ("https://127.0.0.1/a.ics", "forbidden"),
            ("https://user:word@calendar.example/a.ics", "forbidden"),
            ("file:///etc/passwd", "forbidden"),
        ] {
            let refused =
                command::add(app, &house.manager, &wanted(Some(Source::Address(address.to_owned())))).await;
            let Err(Refusal::Invalid { field: "layer", code: found }) = refused else {
                panic!("{address}: {refused:?}")
            };
            assert_eq!(found, code, "{address}");
        }
        let refused = command::add(app, &house.manager, &file("<html>")).await;
        assert!(matches!(refused, Err(Refusal::Invalid { field: "layer", code: "no-calendar" })));
    }
}
