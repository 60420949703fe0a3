//! The web as a browser meets it: the real router over a real SQLite database, one colleague per role.

mod factor;
mod hook;
mod inbox;
mod matrix;
mod mind;
mod pass;
mod prove;
mod sign_in;
mod zone;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use tower::ServiceExt as _;

use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::id::{ColleagueId, DeskId, OrganisationId};
use crate::rules::hours::Hours;
use crate::rules::permission::Role;
use crate::seal::{self, SealKey};
use crate::store;
use crate::store::colleague::Colleague;
use crate::store::desk::Desk;
use crate::store::organisation::Organisation;
use crate::store::session::Session;

/// 19 November 2026, 14:06 in Paris.
pub(crate) const NOW: i64 = 1_795_093_560_000_000;
/// The password of everybody.
pub(crate) const PASSWORD: &str = "quatre mots bien choisis";

/// A running web with its database.
pub(crate) struct House {
    pub(crate) app: Arc<App>,
    pub(crate) router: Router,
    pub(crate) organisation: OrganisationId,
    pub(crate) desk: DeskId,
    _folder: tempfile::TempDir,
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn location(&self) -> &str {
        self.headers.get(header::LOCATION).map_or("", |it| it.to_str().unwrap())
    }

    /// `name=value` of the session cookie.
    pub(crate) fn cookie(&self) -> String {
        let line = self.headers.get(header::SET_COOKIE).map_or("", |it| it.to_str().unwrap());
        line.split(';').next().unwrap_or_default().to_owned()
    }
}

impl House {
    /// A house that nobody has set up.
    pub(crate) async fn empty() -> Self {
        Self::empty_with(Config::default()).await
    }

    /// The same with other settings.
    async fn empty_with(config: Config) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = Config { data: folder.path().to_owned(), ..config };
        let address = format!("sqlite:{}", folder.path().join("parvis.db").display());
        let db = store::Db::open(&address).await.unwrap();
        let seal = SealKey::new(&[7; 32]).unwrap();
        let app = Arc::new(App::new(config, db, Clock::fixed(NOW), seal).unwrap());
        let router = crate::web::router(app.clone());
        let (organisation, desk) = (OrganisationId::new(NOW), DeskId::new(NOW));
        Self { app, router, organisation, desk, _folder: folder }
    }

    /// A house with an organisation, a desk, and a colleague of each role on it, signed in.
    pub(crate) async fn new() -> Self {
        Self::with(Config::default()).await
    }

    /// The same with other settings.
    pub(crate) async fn with(config: Config) -> Self {
        let house = Self::empty_with(config).await;
        let hashed = crate::web::password::digest(PASSWORD).unwrap();
        let mut conn = house.app.db.write().await.unwrap();
        let organisation = Organisation {
            id: house.organisation,
            name: "Cinémas <Solstice>".to_owned(),
            language: "fr".to_owned(),
            time_zone: "Europe/Paris".to_owned(),
            created_at: NOW,
        };
        store::organisation::insert(&mut conn, &organisation).await.unwrap();
        let desk = Desk {
            id: house.desk,
            kind: "care".to_owned(),
            name: "Relation client".to_owned(),
            position: 0,
            answer_within: crate::clock::HOUR,
            urgent_within: None,
            hours: Hours::default(),
            created_at: NOW,
            closed_at: None,
            successor: None,
        };
        store::desk::insert(&mut conn, house.organisation, &desk).await.unwrap();
        for role in Role::ALL {
            let colleague = house.colleague(role, &hashed);
            store::colleague::insert(&mut conn, &colleague).await.unwrap();
            store::colleague::set_desks(&mut conn, house.organisation, colleague.id, &[house.desk])
                .await
                .unwrap();
            let session = Session {
                organisation: house.organisation,
                digest: seal::digest(role.as_str()),
                colleague: colleague.id,
                agent: "Firefox/140.0 (Linux)".to_owned(),
                address: "192.0.2.7".to_owned(),
                created_at: NOW,
                seen_at: NOW,
                expires_at: NOW + crate::web::session::REMEMBERED,
                factor_at: None,
                proved_at: NOW,
                pass: None,
            };
            store::session::insert(&mut conn, &session).await.unwrap();
        }
        conn.commit().await.unwrap();
        house
    }

    fn colleague(&self, role: Role, hashed: &str) -> Colleague {
        Colleague {
            id: self.id_of(role),
            email: format!("{}@solstice.exemple", role.as_str()),
            name: format!("<b>{}</b>", role.as_str()),
            initials: "AB".to_owned(),
            password_hash: Some(hashed.to_owned()),
            ..Colleague::blank(self.organisation, role, NOW)
        }
    }

    /// The colleague of that role.
    pub(crate) fn id_of(&self, role: Role) -> ColleagueId {
        let mut bytes = *self.organisation.0.as_bytes();
        bytes[15] = Role::ALL.iter().position(|it| *it == role).unwrap() as u8;
        ColleagueId(uuid::Uuid::from_bytes(bytes))
    }

    /// Sends a request as the router gets it.
    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let (parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        // The stream of live events never ends: its answer is its head.
        let is_endless = parts.headers.get(header::CONTENT_TYPE).is_some_and(|it| it == "text/event-stream");
        let body = if is_endless { Body::empty() } else { body };
        let body = axum::body::to_bytes(body, 16 * 1024 * 1024).await.unwrap();
        let body = String::from_utf8_lossy(&body).into_owned();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// A request with that cookie (`parvis=…`, or nothing) and form.
    pub(crate) async fn ask(&self, method: Method, path: &str, cookie: &str, form: &str) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "127.0.0.1:7700")
            .header(header::COOKIE, cookie)
            .header(header::ACCEPT_LANGUAGE, "fr")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(form.to_owned())).unwrap()).await
    }

    /// A page as the colleague of `role` gets it.
    pub(crate) async fn get(&self, role: Role, path: &str) -> Answer {
        self.ask(Method::GET, path, &format!("parvis={}", role.as_str()), "").await
    }

    /// A form as the colleague of `role` sends it.
    pub(crate) async fn post(&self, role: Role, path: &str, form: &str) -> Answer {
        self.ask(Method::POST, path, &format!("parvis={}", role.as_str()), form).await
    }
}
