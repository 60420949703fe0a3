//! Where alerts and digests are sent to: the list, one destination with what it gets and what became of the last
//! notices, a test, and the signing key of a webhook, shown once.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum_extra::extract::Form;
use parvis_channels::notify::NotifyKind;
use serde::Deserialize;

use crate::app::App;
use crate::command::Refusal;
use crate::command::destination::{self as command, Wanted};
use crate::id::{ChannelId, DestinationId};
use crate::rules::permission::Action;
use crate::rules::waking::Waking;
use crate::store::alert::Kind;
use crate::store::destination::{self, Destination, Notice, Rule};
use crate::store::house::House;
use crate::store::{Conn, watch};
use crate::web::Route;
use crate::web::error::{Failure, page, page_with};
use crate::web::inbox::refusal;
use crate::web::language::Words;
use crate::web::layout::{Layout, Place};
use crate::web::session::Signed;

/// The routes and the right that each needs.
pub const ROUTES: &[Route] = &[
    Route::get("/alerts/destinations", Action::ManageChannels),
    Route::sensitive("/alerts/destinations/new/{kind}", Action::ManageChannels),
    Route::get("/alerts/destinations/new/{kind}", Action::ManageChannels),
    Route::get("/alerts/destinations/{id}", Action::ManageChannels),
    Route::sensitive("/alerts/destinations/{id}", Action::ManageChannels),
    Route::post("/alerts/destinations/{id}/test", Action::ManageChannels),
    Route::post("/alerts/destinations/{id}/pause", Action::ManageChannels),
    Route::post("/alerts/destinations/{id}/resume", Action::ManageChannels),
    Route::post("/alerts/destinations/{id}/remove", Action::ManageChannels),
];

/// The router of these pages.
pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/alerts/destinations", get(list))
        .route("/alerts/destinations/new/{kind}", get(begin).post(make))
        .route("/alerts/destinations/{id}", get(show).post(change))
        .route("/alerts/destinations/{id}/test", post(test))
        .route("/alerts/destinations/{id}/pause", post(pause))
        .route("/alerts/destinations/{id}/resume", post(resume))
        .route("/alerts/destinations/{id}/remove", post(remove))
}

/// Notices that are shown.
const SHOWN: i64 = 12;

/// The form of a destination.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Fields {
    name: String,
    address: String,
    room: String,
    secret: String,
    channel: String,
    kinds: Vec<String>,
    desks: Vec<String>,
    days: Vec<String>,
    from: String,
    to: String,
    language: String,
    digest: String,
    folders: Vec<String>,
    fast: String,
    rights: String,
}

impl Fields {
    /// What a new one begins with.
    fn new(words: &Words) -> Self {
        let rule = Rule { language: words.language.as_str().to_owned(), ..Rule::default() };
        Self::of_rule(&rule)
    }

    fn of(it: &Destination) -> Self {
        let (address, room) = match it.address.split_once(' ') {
            Some((server, room)) => (server.to_owned(), room.to_owned()),
            // All that is kept in the open of a chat's address is its host.
            None if it.kind == "chat" => (String::new(), String::new()),
            None => (it.address.clone(), String::new()),
        };
        let channel = it.channel.map(|it| it.to_string()).unwrap_or_default();
        Self { name: it.name.clone(), address, room, channel, ..Self::of_rule(&it.rule) }
    }

    fn of_rule(it: &Rule) -> Self {
        let clock = |minute: i64| format!("{:02}:{:02}", minute / 60 % 24, minute % 60);
        Self {
            kinds: it.kinds.iter().map(|it| it.as_str().to_owned()).collect(),
            desks: it.desks.iter().map(ToString::to_string).collect(),
            days: it.hours.days.iter().map(ToString::to_string).collect(),
            from: clock(it.hours.from),
            to: clock(it.hours.to),
            language: it.language.clone(),
            digest: it.digest.clone(),
            folders: it.folders.clone(),
            fast: if it.fast { "yes".to_owned() } else { String::new() },
            rights: if it.rights { "yes".to_owned() } else { String::new() },
            ..Self::default()
        }
    }

    fn wanted(self) -> Option<Wanted> {
        let minute = |text: &str| -> Option<i64> {
            let (hour, minute) = text.trim().split_once(':')?;
            Some(hour.parse::<i64>().ok()? * 60 + minute.get(..2)?.parse::<i64>().ok()?)
        };
        let (from, to) = (minute(&self.from)?, minute(&self.to)?);
        let hours = Waking {
            days: self.days.iter().map(|it| it.parse().ok()).collect::<Option<_>>()?,
            from,
            // From midnight to midnight is the whole day.
            to: if to == 0 { 24 * 60 } else { to },
        };
        let rule = Rule {
            kinds: self.kinds.iter().map(|it| Kind::parse(it)).collect::<Option<_>>()?,
            desks: self.desks.iter().map(|it| it.parse().ok()).collect::<Option<_>>()?,
            hours,
            language: self.language,
            digest: if self.digest.is_empty() { "none".to_owned() } else { self.digest },
            folders: self.folders,
            fast: !self.fast.is_empty(),
            rights: !self.rights.is_empty(),
        };
        let channel = match self.channel.as_str() {
            "" => None,
            id => Some(id.parse::<ChannelId>().ok()?),
        };
        let address = match self.room.trim() {
            "" => self.address,
            room => format!("{} {room}", self.address.trim()),
        };
        Some(Wanted { name: self.name, address, secret: self.secret, channel, rule })
    }

    fn has(list: &[String], value: &str) -> bool {
        list.iter().any(|it| it == value)
    }
}

/// A destination in the list.
struct Line {
    id: DestinationId,
    icon: &'static str,
    name: String,
    said: String,
    failing: bool,
}

#[derive(Template)]
#[template(path = "alert/destinations.html")]
struct ListPage {
    layout: Layout,
    lines: Vec<Line>,
    offers: Vec<(&'static str, &'static str, String, String)>,
}

async fn list(State(app): State<Arc<App>>, signed: Signed) -> Result<Response, Failure> {
    let (now, words) = (app.now(), &signed.words);
    let mut conn = app.db.read().await?;
    let all = destination::list(&mut conn, signed.organisation.id).await?;
    let lines = all.iter().map(|it| Line {
        id: it.id,
        icon: icon(&it.kind),
        name: it.name.clone(),
        said: standing(words, it, now),
        failing: it.failing.is_some(),
    });
    let offers = NotifyKind::ALL.map(|it| {
        let kind = it.as_str();
        (kind, icon(kind), words.named("destination", kind), words.t(&format!("destination-{kind}-means")))
    });
    let layout = Layout::of(&mut conn, &signed, Place::Alerts, words.t("place-destinations")).await?;
    page(&ListPage { layout, lines: lines.collect(), offers: offers.into() })
}

fn icon(kind: &str) -> &'static str {
    match kind {
        "matrix" => "hash",
        "chat" => "talk",
        "mail" => "mail",
        _ => "link",
    }
}

/// Where it leads, and whether things arrive there.
fn standing(words: &Words, it: &Destination, now: i64) -> String {
    let kind = words.named("destination", &it.kind);
    let state = match &it.failing {
        Some((since, code, _)) => {
            let why = words.named("channel-error", code);
            words.t2("destination-failing", "clock", words.moment(*since, now), "why", why)
        }
        None if it.state == "paused" => words.t("destination-paused"),
        None => it.address.split(' ').next_back().unwrap_or_default().to_owned(),
    };
    format!("{kind} · {state}")
}

#[derive(Template)]
#[template(path = "alert/destination.html")]
struct OnePage {
    layout: Layout,
    id: Option<DestinationId>,
    kind: &'static str,
    fields: Fields,
    wrong: Option<String>,
    paused: bool,
    /// Whether things arrive there.
    said: Option<(bool, String)>,
    notices: Vec<(String, String, String, bool)>,
    house: Arc<House>,
    mailboxes: Vec<(String, String)>,
    folders: Vec<String>,
}

impl OnePage {
    fn kinds(&self) -> [&'static str; 6] {
        Kind::ALL.map(Kind::as_str)
    }

    fn is(&self, list: &[String], value: &(impl ToString + ?Sized)) -> bool {
        Fields::has(list, &value.to_string())
    }
}

async fn one(
    conn: &mut Conn,
    signed: &Signed,
    (kind, it): (NotifyKind, Option<&Destination>),
    (fields, wrong): (Fields, Option<String>),
    now: i64,
) -> Result<OnePage, Failure> {
    let (words, house) = (&signed.words, signed.organisation.id);
    let names = House::read(conn, house).await?;
    let mailboxes = names.channels.iter().filter(|it| it.kind == "mail");
    let mut folders: Vec<String> = watch::list(conn, house).await?.into_iter().map(|it| it.folder).collect();
    folders.retain(|it| !it.is_empty());
    folders.sort();
    folders.dedup();
    let notices = match it {
        Some(it) => destination::notices(conn, house, it.id, SHOWN).await?,
        None => Vec::new(),
    };
    let title = it.map_or_else(|| words.named("destination", kind.as_str()), |it| it.name.clone());
    Ok(OnePage {
        layout: Layout::of(conn, signed, Place::Alerts, title).await?,
        id: it.map(|it| it.id),
        kind: kind.as_str(),
        fields,
        wrong,
        paused: it.is_some_and(|it| it.state == "paused"),
        said: it.map(|it| (it.failing.is_some(), standing(words, it, now))),
        notices: notices.iter().map(|it| line(words, it, now)).collect(),
        mailboxes: mailboxes.map(|it| (it.id.to_string(), it.name.clone())).collect(),
        house: names,
        folders,
    })
}

/// When, what, what became of it, and whether that is bad.
fn line(words: &Words, it: &Notice, now: i64) -> (String, String, String, bool) {
    let state = words.named("notice-state", &it.state);
    let state = match &it.error {
        Some((_, why)) => format!("{state} ({why})"),
        None => state,
    };
    let bad = matches!(it.state.as_str(), "failed" | "unknown");
    (words.moment(it.created_at, now), words.named("notice-kind", &it.kind), state, bad)
}

async fn begin(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(kind): Path<String>,
) -> Result<Response, Failure> {
    let kind = NotifyKind::parse(&kind).ok_or_else(Failure::not_found)?;
    let mut conn = app.db.read().await?;
    page(&one(&mut conn, &signed, (kind, None), (Fields::new(&signed.words), None), app.now()).await?)
}

async fn find(
    conn: &mut Conn,
    signed: &Signed,
    id: DestinationId,
) -> Result<(NotifyKind, Destination), Failure> {
    let found = destination::get(conn, signed.organisation.id, id).await?.ok_or_else(Failure::not_found)?;
    let kind = NotifyKind::parse(&found.kind).ok_or_else(Failure::not_found)?;
    Ok((kind, found))
}

async fn show(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<DestinationId>,
) -> Result<Response, Failure> {
    let mut conn = app.db.read().await?;
    let (kind, it) = find(&mut conn, &signed, id).await?;
    page(&one(&mut conn, &signed, (kind, Some(&it)), (Fields::of(&it), None), app.now()).await?)
}

async fn make(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(kind): Path<String>,
    Form(fields): Form<Fields>,
) -> Result<Response, Failure> {
    let kind = NotifyKind::parse(&kind).ok_or_else(Failure::not_found)?;
    save(&app, &signed, None, kind, fields).await
}

async fn change(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<DestinationId>,
    Form(fields): Form<Fields>,
) -> Result<Response, Failure> {
    let (kind, _) = find(&mut app.db.read().await?, &signed, id).await?;
    save(&app, &signed, Some(id), kind, fields).await
}

async fn save(
    app: &App,
    signed: &Signed,
    id: Option<DestinationId>,
    kind: NotifyKind,
    fields: Fields,
) -> Result<Response, Failure> {
    let words = &signed.words;
    let wanted = fields.clone().wanted();
    let Some(wanted) = wanted else {
        return again(app, signed, id, kind, fields, words.t("refusal-hours-unknown")).await;
    };
    match command::save(app, &signed.actor, id, kind, wanted).await {
        Ok(saved) => match saved.shown {
            Some(secret) => key(app, signed, saved.id, secret.expose()).await,
            None => Ok(Redirect::to(&format!("/alerts/destinations/{}", saved.id)).into_response()),
        },
        Err(Refusal::Network(error)) => {
            tracing::info!(%error, "a destination can't be used");
            let said = words.named("destination-error", error.code());
            again(app, signed, id, kind, fields, format!("{said} ({error})")).await
        }
        Err(refused @ Refusal::Invalid { .. }) => {
            let said = refusal::said(&refused, words).map(|(_, said)| said).unwrap_or_default();
            again(app, signed, id, kind, fields, said).await
        }
        Err(refused) => Err(refusal::failure(refused, words)),
    }
}

/// The form once more, with what has to be mended; nothing typed is lost but the secret.
async fn again(
    app: &App,
    signed: &Signed,
    id: Option<DestinationId>,
    kind: NotifyKind,
    fields: Fields,
    wrong: String,
) -> Result<Response, Failure> {
    let mut conn = app.db.read().await?;
    let it = match id {
        Some(id) => destination::get(&mut conn, signed.organisation.id, id).await?,
        None => None,
    };
    let fields = Fields { secret: String::new(), ..fields };
    let shown = one(&mut conn, signed, (kind, it.as_ref()), (fields, Some(wrong)), app.now()).await?;
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
}

#[derive(Template)]
#[template(path = "alert/key.html")]
struct KeyPage {
    layout: Layout,
    id: DestinationId,
    secret: String,
}

async fn key(app: &App, signed: &Signed, id: DestinationId, secret: &str) -> Result<Response, Failure> {
    let mut conn = app.db.read().await?;
    let layout = Layout::of(&mut conn, signed, Place::Alerts, signed.words.t("destination-webhook")).await?;
    page_with(StatusCode::CREATED, &KeyPage { layout, id, secret: secret.to_owned() })
}

fn back(id: DestinationId, done: Result<(), Refusal>, words: &Words) -> Result<Response, Failure> {
    done.map_err(|refused| refusal::failure(refused, words))?;
    Ok(Redirect::to(&format!("/alerts/destinations/{id}")).into_response())
}

async fn test(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<DestinationId>,
) -> Result<Response, Failure> {
    back(id, command::test(&app, &signed.actor, id).await, &signed.words)
}

async fn pause(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<DestinationId>,
) -> Result<Response, Failure> {
    back(id, command::pause(&app, &signed.actor, id, true).await, &signed.words)
}

async fn resume(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<DestinationId>,
) -> Result<Response, Failure> {
    back(id, command::pause(&app, &signed.actor, id, false).await, &signed.words)
}

async fn remove(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<DestinationId>,
) -> Result<Response, Failure> {
    let done = command::remove(&app, &signed.actor, id).await;
    done.map_err(|refused| refusal::failure(refused, &signed.words))?;
    Ok(Redirect::to("/alerts/destinations").into_response())
}
