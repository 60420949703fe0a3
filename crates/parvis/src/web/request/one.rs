//! A request: what is wanted, until when, what was delivered, and what its reader may do now.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::multipart::MultipartError;
use axum::extract::{Multipart, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use parvis_channels::Upload;
use serde::Deserialize;

use super::{chip, formats};
use crate::app::App;
use crate::command::request::{self as command, Delivery, MOST};
use crate::command::{Refusal, Result as Outcome, post as posts};
use crate::id::{AssetId, RequestId};
use crate::rules::asset::Format;
use crate::rules::permission::Action;
use crate::rules::request::{RequestState, RequestStep};
use crate::store::house::House;
use crate::store::post::picture;
use crate::store::request::{self as room, Delivered, Request};
use crate::store::{self, Conn};
use crate::web::error::{Failure, page_with};
use crate::web::form::Done;
use crate::web::inbox::refusal;
use crate::web::language::{Language, Words};
use crate::web::layout::{Layout, Place, Toast};
use crate::web::session::Signed;

type Answer = Result<Response, Failure>;

/// A picture that was delivered.
struct Shown {
    src: String,
    href: String,
    size: String,
    formats: Vec<String>,
}

/// One delivery.
struct Version {
    number: i64,
    at: String,
    pictures: Vec<Shown>,
}

/// What it is for: where, and what it is called where the reader may see it.
struct Purpose {
    href: Option<String>,
    said: String,
}

#[derive(Template)]
#[template(path = "request/one.html")]
struct RequestPage {
    layout: Layout,
    id: RequestId,
    version: i64,
    brief: String,
    formats: Vec<String>,
    count: i64,
    due: String,
    about: String,
    chip: (&'static str, &'static str, String),
    needed: bool,
    purposes: Vec<Purpose>,
    reason: Option<(String, String)>,
    versions: Vec<Version>,
    /// What the last delivery lacks of what was asked for.
    lacks: Vec<String>,
    steps: Vec<(&'static str, String, bool)>,
    mine: bool,
    delivers: bool,
    /// Kept, for a post that doesn't show it yet.
    places: bool,
    problem: Option<String>,
}

async fn purposes(conn: &mut Conn, signed: &Signed, it: &Request, now: i64) -> Result<Vec<Purpose>, Failure> {
    let words = &signed.words;
    let mut all = Vec::new();
    if let Some(id) = it.post {
        all.push(match posts::load(conn, &signed.actor, id, Action::ReadPosts).await {
            Ok(post) => Purpose {
                href: Some(format!("/speak/{id}")),
                said: match post.due_at {
                    Some(at) => format!("{} · {}", post.title, words.moment(at, now)),
                    None => post.title,
                },
            },
            Err(_) => Purpose { href: None, said: words.t("asset-some-post") },
        });
    }
    if let Some(id) = it.launch.filter(|_| signed.actor.may(Action::ReadLaunches))
        && let Some(launch) = store::launch::get(conn, signed.organisation.id, id).await?
    {
        all.push(Purpose { href: Some(format!("/launches/{id}")), said: launch.name });
    }
    Ok(all)
}

/// The deliveries, newest first.
fn versions(words: &Words, all: &[Delivered], now: i64) -> Vec<Version> {
    let mut versions: Vec<Version> = Vec::new();
    for it in all {
        let fits = crate::rules::asset::FORMATS.iter().filter(|format| format.fits(it.width, it.height));
        let shown = Shown {
            src: format!("/material/{}/file/{}", it.asset, it.file),
            href: format!("/material/{}", it.asset),
            size: format!("{} × {}", it.width, it.height),
            formats: fits.map(|format| words.named("format", format.name)).collect(),
        };
        match versions.last_mut().filter(|last| last.number == it.delivery) {
            Some(last) => last.pictures.push(shown),
            None => versions.push(Version {
                number: it.delivery,
                at: words.moment(it.at, now),
                pictures: vec![shown],
            }),
        }
    }
    versions
}

/// What the last delivery lacks: formats that none of its pictures fits, and pictures.
fn lacks(words: &Words, it: &Request, all: &[Delivered]) -> Vec<String> {
    if it.deliveries == 0 {
        return Vec::new();
    }
    let last: Vec<&Delivered> = all.iter().filter(|one| one.delivery == it.deliveries).collect();
    let asked = it.formats.split(',').filter_map(Format::named);
    let missing = asked.filter(|format| !last.iter().any(|one| format.fits(one.width, one.height)));
    let mut said: Vec<String> = missing
        .map(|format| words.t1("request-lacks-format", "format", words.named("format", format.name)))
        .collect();
    let count = i64::try_from(last.len()).unwrap_or(0);
    if count < it.count {
        said.push(words.t2("request-lacks-count", "count", count, "of", it.count));
    }
    said
}

async fn shown(
    app: &App,
    signed: &Signed,
    id: RequestId,
    (status, problem): (StatusCode, Option<String>),
    done: &str,
) -> Answer {
    let (words, now, house) = (&signed.words, app.now(), signed.organisation.id);
    let mut conn = app.db.read().await?;
    let found = command::load(&mut conn, &signed.actor, id, Action::ReadMaterial).await;
    let it = found.map_err(|refused| refusal::failure(refused, words))?;
    let names = House::read(&mut conn, house).await?;
    let name = |id| names.colleague(id).map(|it| it.name.clone()).unwrap_or_default();
    let all = room::pictures(&mut conn, house, id).await?;
    let steps = RequestStep::ALL.into_iter().filter(|step| {
        *step != RequestStep::Deliver
            && step.leads(it.state).is_some()
            && command::may(&signed.actor, &it, *step)
    });
    let steps: Vec<_> = steps
        .map(|step| (step.as_str(), words.named("request-step", step.as_str()), step.asks_reason()))
        .collect();
    let layout = Layout::of(&mut conn, signed, Place::Speak, it.title.clone()).await?;
    let toast = words.maybe(&format!("request-done-{done}")).map(|text| Toast { text, undo: None });
    let deliver = RequestStep::Deliver;
    let reason =
        (!it.reason.is_empty()).then(|| (words.named("request-why", it.state.as_str()), it.reason.clone()));
    let page = RequestPage {
        layout: layout.with_context(words.t("place-requests")).with_toast(toast.filter(|_| !done.is_empty())),
        id,
        version: it.version,
        formats: formats(words, &it),
        count: it.count,
        due: match words.at_house(it.due_at) {
            Some(there) => format!("{} ({there})", words.moment(it.due_at, now)),
            None => words.moment(it.due_at, now),
        },
        about: words.t2("request-about", "who", name(it.asked_of), "by", name(it.asked_by)),
        chip: chip(words, &it, now),
        needed: it.needed && !it.state.is_over(),
        purposes: purposes(&mut conn, signed, &it, now).await?,
        reason,
        versions: versions(words, &all, now),
        lacks: lacks(words, &it, &all),
        steps,
        mine: it.asked_of == signed.actor.colleague,
        delivers: deliver.leads(it.state).is_some() && command::may(&signed.actor, &it, deliver),
        places: places(&mut conn, signed, &it, &all).await?,
        brief: it.brief,
        problem,
    };
    page_with(status, &page)
}

/// Whether what was kept can go into the post: it doesn't show all of it yet.
async fn places(conn: &mut Conn, signed: &Signed, it: &Request, all: &[Delivered]) -> store::Result<bool> {
    let Some(post) = it.post.filter(|_| it.state == RequestState::Kept && signed.actor.may(Action::Write))
    else {
        return Ok(false);
    };
    let shown = picture::list(conn, signed.organisation.id, post).await?;
    let is_shown = |asset: AssetId| shown.iter().any(|old| old.asset == Some(asset));
    Ok(all.iter().any(|new| new.delivery == it.deliveries && !is_shown(new.asset)))
}

/// `GET /requests/{id}`
pub(super) async fn show(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<RequestId>,
    Query(said): Query<Done>,
) -> Answer {
    shown(&app, &signed, id, (StatusCode::OK, None), &said.done).await
}

async fn back(app: &App, signed: &Signed, id: RequestId, done: &str, result: Outcome<()>) -> Answer {
    let refused = match result {
        Ok(()) => return Ok(Redirect::to(&format!("/requests/{id}?done={done}")).into_response()),
        Err(refused) => refused,
    };
    match refusal::said(&refused, &signed.words) {
        Some((status, text)) => shown(app, signed, id, (status, Some(text)), "").await,
        None => Err(refusal::failure(refused, &signed.words)),
    }
}

/// What the button says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    version: i64,
    step: String,
    reason: String,
}

async fn take(app: &App, signed: &Signed, id: RequestId, form: &Wanted) -> Answer {
    let unknown = Refusal::Invalid { field: "request", code: "state" };
    let result = match RequestStep::parse(&form.step) {
        Some(step) => command::take(app, &signed.actor, id, step, (form.version, &form.reason)).await,
        None => Err(unknown),
    };
    back(app, signed, id, &form.step, result).await
}

/// `POST /requests/{id}/answer`: by whoever was asked.
pub(super) async fn answer(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<RequestId>,
    Form(form): Form<Wanted>,
) -> Answer {
    take(&app, &signed, id, &form).await
}

/// `POST /requests/{id}/step`: by who plans.
pub(super) async fn step(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<RequestId>,
    Form(form): Form<Wanted>,
) -> Answer {
    take(&app, &signed, id, &form).await
}

/// `POST /requests/{id}/delivery`
pub(super) async fn deliver(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<RequestId>,
    mut form: Multipart,
) -> Answer {
    let broken = |error: MultipartError| Failure::new(error.status()).because(error.body_text());
    let mut delivery = Delivery::default();
    while let Some(field) = form.next_field().await.map_err(broken)? {
        match field.name().unwrap_or_default() {
            "file" => {
                let called = field.file_name().unwrap_or_default().to_owned();
                let mime = field.content_type().unwrap_or_default().to_owned();
                let bytes = field.bytes().await.map_err(broken)?.to_vec();
                // One more than can be is kept, so that too many are told. A browser sends an empty part for none.
                let room = i64::try_from(delivery.pictures.len()).is_ok_and(|it| it <= MOST);
                if room && !(called.is_empty() && bytes.is_empty()) {
                    delivery.pictures.push(Upload { bytes, mime, alt: String::new() });
                }
            }
            "version" => delivery.version = field.text().await.map_err(broken)?.parse().unwrap_or(0),
            "alt" => {
                let alt = field.text().await.map_err(broken)?;
                match signed.words.language {
                    Language::Fr => delivery.alt_fr = alt,
                    Language::En => delivery.alt_en = alt,
                }
            }
            _ => {}
        }
    }
    let result = command::deliver(&app, &signed.actor, id, &delivery).await;
    back(&app, &signed, id, "deliver", result).await
}

/// `POST /requests/{id}/place`: into the post with it.
pub(super) async fn place(State(app): State<Arc<App>>, signed: Signed, Path(id): Path<RequestId>) -> Answer {
    match command::place(&app, &signed.actor, id).await {
        Ok(post) => Ok(Redirect::to(&format!("/speak/{post}#pictures")).into_response()),
        Err(refused) => back(&app, &signed, id, "", Err(refused)).await,
    }
}
