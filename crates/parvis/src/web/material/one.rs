//! An asset: its picture, what it shows and may be used for, its files, and the posts that use it.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::body::Body;
use axum::extract::{Multipart, Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use object_store::ObjectStoreExt as _;
use object_store::path::Path as Stored;
use serde::Deserialize;

use super::{Fields, alt, formats, read, right};
use crate::app::App;
use crate::command::asset as command;
use crate::command::{Refusal, Result as Outcome};
use crate::id::AssetId;
use crate::rules::permission::Action;
use crate::store::asset as room;
use crate::store::house::House;
use crate::web::error::{Failure, page_with};
use crate::web::inbox::refusal;
use crate::web::layout::{Layout, Place, Toast};
use crate::web::session::Signed;

type Answer = Result<Response, Failure>;

/// What has just been done.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Said {
    done: String,
}

/// One of its files.
struct Line {
    number: i64,
    src: String,
    say: String,
    by: String,
}

/// A post that uses it.
struct Using {
    href: Option<String>,
    title: String,
    state: String,
    due: Option<String>,
}

#[derive(Template)]
#[template(path = "material/one.html")]
struct AssetPage {
    layout: Layout,
    id: AssetId,
    fields: Fields,
    src: String,
    alt: String,
    say: String,
    formats: Vec<String>,
    right: Option<(&'static str, &'static str, String)>,
    brought: String,
    away: bool,
    files: Vec<Line>,
    uses: Vec<Using>,
    changes: bool,
    problem: Option<String>,
}

async fn shown(
    app: &App,
    signed: &Signed,
    id: AssetId,
    fields: Option<Fields>,
    (status, problem): (StatusCode, Option<String>),
    done: &str,
) -> Answer {
    let (words, now, house) = (&signed.words, app.now(), signed.organisation.id);
    let mut conn = app.db.read().await?;
    let found = command::load(&mut conn, &signed.actor, id, Action::ReadMaterial).await;
    let (it, file) = found.map_err(|refused| refusal::failure(refused, words))?;
    let names = House::read(&mut conn, house).await?;
    let name = |id| names.colleague(id).map(|it| it.name.clone()).unwrap_or_default();
    let files = room::files(&mut conn, house, id).await?;
    let files = files.iter().map(|it| Line {
        number: it.number,
        src: format!("/material/{id}/file/{}", it.number),
        say: format!("{} × {}", it.width, it.height),
        by: format!("{} · {}", name(it.colleague), words.moment(it.at, now)),
    });
    let files = files.collect();
    // Somebody from outside sees the posts that are theirs, and only how many others there are.
    let own = command::only(&signed.actor).is_some();
    let uses = room::uses(&mut conn, house, id).await?.into_iter().map(|it| Using {
        href: (!own && signed.actor.may(Action::ReadPosts)).then(|| format!("/speak/{}", it.post)),
        title: if own { words.t("asset-some-post") } else { it.title },
        state: words.named("post-state", &it.state),
        due: it.due_at.map(|at| words.moment(at, now)),
    });
    let uses = uses.collect();
    let mut fields = fields.unwrap_or_else(|| Fields::of(words, &it));
    fields.version = it.version;
    let layout = Layout::of(&mut conn, signed, Place::Speak, it.title.clone()).await?;
    let toast = words.maybe(&format!("asset-done-{done}")).map(|text| Toast { text, undo: None });
    let shown = AssetPage {
        layout: layout.with_context(words.t("place-material")).with_toast(toast.filter(|_| !done.is_empty())),
        id,
        src: format!("/material/{id}/file/{}", file.number),
        alt: alt(words, &it),
        say: format!("{} × {}", file.width, file.height),
        formats: formats(words, &file),
        right: right(words, &it, now),
        brought: words.t2(
            "asset-brought-by",
            "who",
            name(it.colleague),
            "when",
            words.moment(it.created_at, now),
        ),
        away: it.away_at.is_some(),
        files,
        uses,
        changes: command::may_change(&signed.actor, &it),
        fields,
        problem,
    };
    page_with(status, &shown)
}

/// `GET /material/{id}`
pub(super) async fn show(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<AssetId>,
    Query(said): Query<Said>,
) -> Answer {
    shown(&app, &signed, id, None, (StatusCode::OK, None), &said.done).await
}

async fn answer(
    app: &App,
    signed: &Signed,
    id: AssetId,
    (done, result): (&str, Outcome<()>),
    fields: Option<Fields>,
) -> Answer {
    let refused = match result {
        Ok(()) => return Ok(Redirect::to(&format!("/material/{id}?done={done}")).into_response()),
        Err(refused) => refused,
    };
    match refusal::said(&refused, &signed.words) {
        Some((status, text)) => shown(app, signed, id, fields, (status, Some(text)), "").await,
        None => Err(refusal::failure(refused, &signed.words)),
    }
}

/// `POST /material/{id}`
pub(super) async fn change(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<AssetId>,
    Form(fields): Form<Fields>,
) -> Answer {
    let result = match fields.wanted(&signed.words) {
        Ok(wanted) => command::change(&app, &signed.actor, id, &wanted).await,
        Err(refused) => Err(refused),
    };
    answer(&app, &signed, id, ("saved", result), Some(fields)).await
}

/// `POST /material/{id}/file`
pub(super) async fn replace(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<AssetId>,
    mut form: Multipart,
) -> Answer {
    let (files, _) = read(&mut form).await?;
    let result = match files.first() {
        Some((_, upload)) => command::replace(&app, &signed.actor, id, upload).await,
        None => Err(Refusal::Invalid { field: "media", code: "size" }),
    };
    answer(&app, &signed, id, ("replaced", result), None).await
}

/// What the button says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Away {
    away: String,
}

/// `POST /material/{id}/away`
pub(super) async fn put_away(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<AssetId>,
    Form(form): Form<Away>,
) -> Answer {
    let (done, away) = match form.away.as_str() {
        "yes" => ("away", true),
        "no" => ("back", false),
        _ => return Err(Failure::unprocessable("away")),
    };
    let result = command::put_away(&app, &signed.actor, id, away).await;
    answer(&app, &signed, id, (done, result), None).await
}

/// `GET /material/{id}/file/{number}`
pub(super) async fn serve(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path((id, number)): Path<(AssetId, String)>,
) -> Answer {
    let number = number.parse().map_err(|_| Failure::not_found())?;
    let mut conn = app.db.read().await?;
    let found = command::file_of(&mut conn, &signed.actor, (id, number), Action::ReadMaterial).await;
    let it = found.map_err(|refused| refusal::failure(refused, &signed.words))?;
    drop(conn);
    let file = app.media.get(&Stored::from(it.stored_as)).await.map_err(|_| Failure::not_found())?;
    let headers = [
        (header::CONTENT_TYPE, it.mime),
        (header::CONTENT_DISPOSITION, "inline".to_owned()),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox".to_owned()),
        (header::CACHE_CONTROL, "private, max-age=86400".to_owned()),
    ];
    Ok((headers, Body::from_stream(file.into_stream())).into_response())
}
