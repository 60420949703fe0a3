//! The library: pictures with their rights. The same commands as the screen: what has expired doesn't get into a post.

use std::sync::Arc;

use axum::Json;
use axum::body::Body as Bytes;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use object_store::ObjectStoreExt as _;
use object_store::path::Path as Stored;
use parvis_channels::Upload;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::body::{Body, Parameters, Path};
use crate::api::caller::Caller;
use crate::api::page::Page;
use crate::api::problem::{Problem, Result};
use crate::app::App;
use crate::command::asset::{self as command, Wanted};
use crate::command::post::picture;
use crate::id::{AssetId, PictureId, PostId};
use crate::rules::asset::{FORMATS, Format, WARNINGS};
use crate::rules::permission::Action;
use crate::store::asset::{self as room, Asset, File, Filter, Use};
use crate::store::post::picture::Picture;

/// Assets of one answer at most.
const MOST: i64 = 200;

/// Which assets.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AssetsAsked {
    /// With all of these words, in titles, themes, tags, descriptions and names.
    q: Option<String>,
    /// Fitting `square`, `portrait`, `story`, `landscape`, `link` or `banner`.
    format: Option<String>,
    /// Whose rights end within thirty days.
    #[serde(default)]
    ending: bool,
    /// Put away; otherwise what isn't.
    #[serde(default)]
    away: bool,
    /// Brought before this one: the id of the last one of the answer before.
    before: Option<AssetId>,
}

/// An asset with the file that is used.
#[derive(Debug, Serialize, ToSchema)]
pub struct Shown {
    /// The asset.
    #[serde(flatten)]
    asset: Asset,
    /// The file that is used.
    file: File,
    /// The formats that it fits.
    formats: Vec<&'static str>,
}

impl Shown {
    fn of((asset, file): (Asset, File)) -> Self {
        let fits = FORMATS.iter().filter(|it| it.fits(file.width, file.height));
        Self { formats: fits.map(|it| it.name).collect(), asset, file }
    }
}

/// An asset with all that belongs to it.
#[derive(Debug, Serialize, ToSchema)]
pub struct WholeAsset {
    /// The asset and the file that is used.
    #[serde(flatten)]
    asset: Shown,
    /// Its files, newest first.
    all_files: Vec<File>,
    /// The posts that use it, newest first, for who sees them.
    uses: Vec<Use>,
}

/// List the library
///
/// What was brought last first, at most 200; somebody from outside and a creative see what they brought.
#[utoipa::path(get, path = "/assets", operation_id = "listAssets", tag = "library", params(AssetsAsked),
    responses((status = 200, description = "The assets.", body = Page<Shown>)),
    extensions(("x-action" = json!(Action::ReadMaterial))))]
pub async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Parameters(asked): Parameters<AssetsAsked>,
) -> Result<Json<Page<Shown>>> {
    let now = app.now();
    let format = match &asked.format {
        Some(name) => Some(
            Format::named(name).ok_or_else(|| Problem::parameter("format", "There is no such format."))?,
        ),
        None => None,
    };
    let filter = Filter {
        only: command::only(&caller.actor),
        words: asked.q.unwrap_or_default(),
        theme: None,
        format,
        away: asked.away,
        ends: asked.ending.then_some((now + 1, now + WARNINGS[0] + 1)),
        before: asked.before,
    };
    let mut conn = app.db.read().await?;
    let found = room::list(&mut conn, caller.actor.organisation, &filter, MOST).await?;
    Ok(Json(Page::whole(found.into_iter().map(Shown::of).collect())))
}

/// What is said of an asset.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Description {
    /// The version that you began from (409 when somebody has saved since); 0 for a new one.
    #[serde(default)]
    version: i64,
    /// 1 to 140 characters.
    title: String,
    /// Theme; empty for none.
    #[serde(default)]
    theme: String,
    /// Words by commas.
    #[serde(default)]
    tags: String,
    /// What it shows, in French.
    #[serde(default)]
    alt_fr: String,
    /// What it shows, in English.
    #[serde(default)]
    alt_en: String,
    /// Who made it.
    #[serde(default)]
    credit: String,
    /// Whose the rights are.
    #[serde(default)]
    holder: String,
    /// What it may be used for.
    #[serde(default)]
    purpose: String,
    /// Where it may be used.
    #[serde(default)]
    territory: String,
    /// From then on it may not leave any more (µs); left out: for good.
    expires_at: Option<i64>,
}

impl From<Description> for Wanted {
    fn from(it: Description) -> Self {
        Self {
            version: it.version,
            title: it.title,
            theme: it.theme,
            tags: it.tags,
            alt_fr: it.alt_fr,
            alt_en: it.alt_en,
            credit: it.credit,
            holder: it.holder,
            purpose: it.purpose,
            territory: it.territory,
            expires_at: it.expires_at,
        }
    }
}

/// A file of the library.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssetFile {
    /// `image/png`, `image/jpeg`, `image/webp` or `image/gif`.
    mime: String,
    /// The file in base64, at most 8 MiB and 50 million pixels of it.
    data: String,
}

impl AssetFile {
    pub(super) fn upload(self) -> Result<Upload> {
        let bytes = STANDARD.decode(&self.data).map_err(|error| {
            Problem::invalid("data", "base64", format!("The picture isn't base64: {error}."))
        })?;
        Ok(Upload { bytes, mime: self.mime, alt: String::new() })
    }
}

/// An asset to bring.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAsset {
    /// What is said of it.
    description: Description,
    /// Its file.
    file: AssetFile,
}

/// An asset that was brought, or was there.
#[derive(Debug, Serialize, ToSchema)]
pub struct BroughtAsset {
    /// Its id.
    id: AssetId,
    /// The library had these bytes already: nothing was added or changed.
    known: bool,
}

/// Bring a picture into the library
#[utoipa::path(post, path = "/assets", operation_id = "bringAsset", tag = "library", request_body = NewAsset,
    responses((status = 201, description = "It is in the library.", body = BroughtAsset),
        (status = 200, description = "It was there already.", body = BroughtAsset)),
    extensions(("x-action" = json!(Action::BringMaterial))))]
pub async fn bring(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(it): Body<NewAsset>,
) -> Result<(StatusCode, Json<BroughtAsset>)> {
    let done = command::bring(&app, &caller.actor, &it.description.into(), &it.file.upload()?).await?;
    let status = if done.known { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(BroughtAsset { id: done.id, known: done.known })))
}

/// Read an asset
#[utoipa::path(get, path = "/assets/{id}", operation_id = "getAsset", tag = "library",
    params(("id" = AssetId, Path, description = "Which asset.")),
    responses((status = 200, description = "The asset.", body = WholeAsset)),
    extensions(("x-action" = json!(Action::ReadMaterial))))]
pub async fn get(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<AssetId>,
) -> Result<Json<WholeAsset>> {
    let (mut conn, actor) = (app.db.read().await?, &caller.actor);
    let found = command::load(&mut conn, actor, id, Action::ReadMaterial).await?;
    let uses = match command::only(actor) {
        Some(_) => Vec::new(),
        None => room::uses(&mut conn, actor.organisation, id).await?,
    };
    let all_files = room::files(&mut conn, actor.organisation, id).await?;
    Ok(Json(WholeAsset { asset: Shown::of(found), all_files, uses }))
}

/// Change what is said of an asset
///
/// Of what you brought; whoever keeps the library, of everything.
#[utoipa::path(put, path = "/assets/{id}", operation_id = "changeAsset", tag = "library",
    params(("id" = AssetId, Path, description = "Which asset.")), request_body = Description,
    responses((status = 204, description = "It is kept.")),
    extensions(("x-action" = json!(Action::BringMaterial))))]
pub async fn change(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<AssetId>,
    Body(it): Body<Description>,
) -> Result<StatusCode> {
    command::change(&app, &caller.actor, id, &it.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Replace the file of an asset
///
/// Posts keep the one that they have, and the old one stays readable.
#[utoipa::path(post, path = "/assets/{id}/files", operation_id = "replaceAssetFile", tag = "library",
    params(("id" = AssetId, Path, description = "Which asset.")), request_body = AssetFile,
    responses((status = 204, description = "It is used from now on.")),
    extensions(("x-action" = json!(Action::BringMaterial))))]
pub async fn replace(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<AssetId>,
    Body(it): Body<AssetFile>,
) -> Result<StatusCode> {
    command::replace(&app, &caller.actor, id, &it.upload()?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Get the bytes of one of its files
#[utoipa::path(get, path = "/assets/{id}/files/{number}", operation_id = "getAssetFile", tag = "library",
    params(("id" = AssetId, Path, description = "Which asset."),
        ("number" = i64, Path, description = "Which of its files, from 1 on.")),
    responses((status = 200, description = "The bytes.", content_type = "application/octet-stream")),
    extensions(("x-action" = json!(Action::ReadMaterial))))]
pub async fn file(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((id, number)): Path<(AssetId, i64)>,
) -> Result<Response> {
    let mut conn = app.db.read().await?;
    let it = command::file_of(&mut conn, &caller.actor, (id, number), Action::ReadMaterial).await?;
    drop(conn);
    let file = app.media.get(&Stored::from(it.stored_as)).await.map_err(|error| match error {
        object_store::Error::NotFound { .. } => Problem::not_found(),
        error => Problem::internal(error),
    })?;
    let mime = HeaderValue::from_str(&it.mime).map_err(Problem::internal)?;
    let headers = [
        (header::CONTENT_TYPE, mime),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox")),
    ];
    Ok((headers, Bytes::from_stream(file.into_stream())).into_response())
}

/// Put an asset away
///
/// What uses it keeps it; nothing is deleted.
#[utoipa::path(put, path = "/assets/{id}/away", operation_id = "putAssetAway", tag = "library",
    params(("id" = AssetId, Path, description = "Which asset.")),
    responses((status = 204, description = "It is put away.")),
    extensions(("x-action" = json!(Action::BringMaterial))))]
pub async fn put_away(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<AssetId>,
) -> Result<StatusCode> {
    command::put_away(&app, &caller.actor, id, true).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Bring an asset back
#[utoipa::path(delete, path = "/assets/{id}/away", operation_id = "bringAssetBack", tag = "library",
    params(("id" = AssetId, Path, description = "Which asset.")),
    responses((status = 204, description = "It is back.")),
    extensions(("x-action" = json!(Action::BringMaterial))))]
pub async fn bring_back(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<AssetId>,
) -> Result<StatusCode> {
    command::put_away(&app, &caller.actor, id, false).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Put a picture of the library into a post
///
/// With what it shows in words. 422 `asset-ended` when its rights end before the post leaves.
#[utoipa::path(put, path = "/posts/{id}/assets/{asset}", operation_id = "pickAsset", tag = "library",
    params(("id" = PostId, Path, description = "Which post."), ("asset" = AssetId, Path, description = "Which asset.")),
    responses((status = 201, description = "It goes with the post.", body = Picture)),
    extensions(("x-action" = json!(Action::Write))))]
pub async fn pick(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((id, asset)): Path<(PostId, AssetId)>,
) -> Result<(StatusCode, Json<Picture>)> {
    Ok((StatusCode::CREATED, Json(picture::pick(&app, &caller.actor, id, asset).await?)))
}

/// Keep a picture of a post in the library
#[utoipa::path(post, path = "/posts/{id}/pictures/{picture}/asset", operation_id = "keepPostPicture", tag = "library",
    params(("id" = PostId, Path, description = "Which post."), ("picture" = PictureId, Path, description = "Which picture.")),
    responses((status = 200, description = "It is in the library.", body = BroughtAsset)),
    extensions(("x-action" = json!(Action::BringMaterial))))]
pub async fn keep(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((id, which)): Path<(PostId, PictureId)>,
) -> Result<Json<BroughtAsset>> {
    let done = picture::keep(&app, &caller.actor, id, which).await?;
    Ok(Json(BroughtAsset { id: done.id, known: done.known }))
}
