//! Today: the sentence first, then who waits, how the channels are, and the week in figures. Only what the
//! database holds: no expectation, no ranking of people.

pub mod week;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;

use self::week::Figure;
use super::Route;
use super::alert::{self, Line};
use super::error::{Failure, page};
use super::gesture;
use super::inbox::context::{Heard, heard};
use super::inbox::filter::Asked;
use super::inbox::list::{Maker, Row};
use super::inbox::view::{self, Views};
use super::layout::{Layout, Place};
use super::request;
use super::session::Signed;
use crate::app::App;
use crate::rules::asset::WARNINGS;
use crate::rules::permission::{Action, Scope};
use crate::store::conversation::{self, Filter, State as Standing};
use crate::store::house::House;
use crate::store::{self, Conn};

/// The routes and the right that each needs. Who may not read conversations finds their place in the rail.
pub const ROUTES: &[Route] = &[Route::get("/", Action::Read)];

/// Those who wait longest that are shown.
const SHOWN: i64 = 9;

/// Pictures whose rights end soon that are counted at most.
const RIGHTS: i64 = 99;

/// Channels that are shown; those that can't be heard come first.
const CHANNELS: usize = 7;

/// The router of this page.
pub fn router() -> Router<Arc<App>> {
    Router::new().route("/", get(today))
}

/// A part of the sentence, and where it leads.
struct Part {
    text: String,
    href: String,
    /// What stands before it: nothing, a comma, "and".
    before: String,
}

#[derive(Template)]
#[template(path = "today.html")]
struct TodayPage {
    layout: Layout,
    parts: Vec<Part>,
    rows: Vec<Row>,
    views: Views,
    channels: Vec<Heard>,
    alerts: Vec<Line>,
    figures: Vec<Figure>,
    /// How many there are, shown or not.
    channel_count: usize,
}

async fn today(State(app): State<Arc<App>>, signed: Signed) -> Result<Response, Failure> {
    let (now, words) = (app.now(), &signed.words);
    let asked = Asked::default();
    let mut conn = app.db.read().await?;
    let house = House::read(&mut conn, signed.actor.organisation).await?;
    let views = view::read(&mut conn, &signed, &house, &asked, now).await?;
    let rows = waiting(&mut conn, &signed, &house, &asked, now).await?;
    let mut channels = channels(&signed, &house, now);
    let deaf = channels.iter().filter(|it| it.deaf).count();
    let channel_count = channels.len();
    channels.truncate(CHANNELS);
    let figures = week::read(&mut conn, &signed, &views, now).await?;
    let date = format!("{}, {}", words.weekday(now, now), words.clock(now));
    let context = words.t2("today-context", "date", &date, "week", week::number(words, now));
    let layout = Layout::of(&mut conn, &signed, Place::Today, words.t("place-today")).await?;
    let alerts = alert::standing(&mut conn, &signed, now).await?;
    let rights = rights(&mut conn, &signed, now).await?;
    let asked = request::awaited(&mut conn, &signed, now).await?;
    let gestures = gesture::waiting(&mut conn, &signed).await?;
    let parts = sentence(&signed, &views, [deaf, alerts.len(), rights, gestures], asked);
    page(&TodayPage {
        layout: layout.with_context(context),
        parts,
        rows,
        views,
        channels,
        alerts,
        figures,
        channel_count,
    })
}

async fn waiting(
    conn: &mut Conn,
    signed: &Signed,
    house: &House,
    asked: &Asked,
    now: i64,
) -> store::Result<Vec<Row>> {
    let actor = &signed.actor;
    let filter = Filter { state: Some(Standing::Open), ..Filter::default() };
    let all = conversation::page_named(conn, actor, &filter, None, SHOWN, now);
    let all = all.await?;
    Ok(Maker { signed, house, asked, open: None, now }.rows(&all))
}

/// The channels, those that can't be heard first.
fn channels(signed: &Signed, house: &House, now: i64) -> Vec<Heard> {
    if !signed.actor.may(Action::ReadChannels) {
        return Vec::new();
    }
    let mut all: Vec<Heard> = house.channels.iter().map(|it| heard(signed, it, now)).collect();
    all.sort_by_key(|it| !it.deaf);
    all
}

/// Pictures of the library whose rights end within thirty days: those that the reader brought, or keeps.
async fn rights(conn: &mut Conn, signed: &Signed, now: i64) -> store::Result<usize> {
    let actor = &signed.actor;
    if !actor.may(Action::BringMaterial) {
        return Ok(0);
    }
    let asked = store::asset::Filter {
        only: (!actor.may(Action::KeepMaterial)).then_some(actor.colleague),
        ends: Some((now + 1, now + WARNINGS[0] + 1)),
        ..store::asset::Filter::default()
    };
    Ok(store::asset::list(conn, actor.organisation, &asked, RIGHTS).await?.len())
}

/// What there is today: who waits, deaf channels, alerts, rights that end, gestures, pictures that are asked for.
fn sentence(
    signed: &Signed,
    views: &Views,
    [deaf, alerts, rights, gestures]: [usize; 4],
    (asked, late): (usize, usize),
) -> Vec<Part> {
    let words = &signed.words;
    let others = views.waiting - views.late;
    let mut said = Vec::new();
    if views.late > 0 {
        said.push((words.t1("today-late", "count", views.late), "/inbox?late=1"));
    }
    if views.late > 0 && others > 0 {
        said.push((words.t1("today-others", "count", others), "/inbox"));
    } else if others > 0 {
        said.push((words.t1("today-waiting", "count", others), "/inbox"));
    } else if views.late == 0 {
        said.push((words.t("today-calm"), "/inbox"));
    }
    if deaf > 0 {
        said.push((words.t1("today-deaf", "count", deaf), "/channels"));
    }
    if alerts > 0 {
        said.push((words.t1("alerts-today", "count", alerts), "/alerts"));
    }
    if rights > 0 {
        said.push((words.t1("today-rights", "count", rights), "/material?show=ending"));
    }
    if asked > 0 {
        said.push((words.t2("today-requests", "count", asked, "late", late), "/requests"));
    }
    if gestures > 0 {
        said.push((words.t1("today-gestures", "count", gestures), "/gestures"));
    }
    let last = said.len().saturating_sub(1);
    said.into_iter()
        .enumerate()
        .map(|(place, (text, href))| Part {
            text,
            href: href.to_owned(),
            before: match place {
                0 => String::new(),
                place if place == last => format!(" {} ", words.t("and")),
                _ => ", ".to_owned(),
            },
        })
        .collect()
}

/// Whether figures of the whole organisation are for this reader's eyes.
fn sees_all(signed: &Signed) -> bool {
    signed.actor.scope == Scope::Every
}
