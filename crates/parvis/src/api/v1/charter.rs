//! The charter: its settings, what it says of any text, what it says of a post, and what was left as it is there.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use parvis_write::charter::Remark as Seen;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::body::{Body, Path};
use crate::api::caller::Caller;
use crate::api::page::Page;
use crate::api::problem::{Problem, Result};
use crate::app::App;
use crate::command::post::charter::{self as held};
use crate::command::post::words::LENGTH;
use crate::command::{self, charter as command_charter};
use crate::id::PostId;
use crate::rules::charter::{HouseCharter, Part, about, dialect};
use crate::rules::permission::Action;
use crate::store::post::waiver::Waiver;
use crate::web::language::{Language, Words};

/// See the charter
#[utoipa::path(get, path = "/charter", operation_id = "getCharter", tag = "charter",
    responses((status = 200, description = "What the house decided.", body = HouseCharter)),
    extensions(("x-action" = json!(Action::ReadPosts))))]
pub async fn get(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<HouseCharter>> {
    let mut conn = app.db.read().await?;
    Ok(Json(command_charter::read(&mut conn, caller.actor.organisation).await?.charter))
}

/// Change the charter
///
/// What was validated before and hasn't left is held against the new one at its hour.
#[utoipa::path(put, path = "/charter", operation_id = "setCharter", tag = "charter", request_body = HouseCharter,
    responses((status = 204, description = "It holds from now on.")),
    extensions(("x-action" = json!(Action::Validate))))]
pub async fn set(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(it): Body<HouseCharter>,
) -> Result<StatusCode> {
    command_charter::set(&app, &caller.actor, it).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What a text is for.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// To be said to everybody.
    #[default]
    Post,
    /// To answer somebody.
    Answer,
}

/// A text to be held against the charter.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// What it says: at most 64 KiB.
    text: String,
    /// What it is for.
    #[serde(default)]
    purpose: Purpose,
    /// The kind of the channel that it is for (`mastodon`, `bluesky` …), which decides what is a link.
    channel: Option<String>,
    /// The language of `why` and `remedy`: `fr` or `en`.
    #[serde(default)]
    language: Option<String>,
}

/// Something to look at again.
#[derive(Debug, Serialize, ToSchema)]
pub struct Remark {
    /// Which rule.
    rule: String,
    /// The first byte of the words it is about, in UTF-8.
    start: usize,
    /// The byte behind them.
    end: usize,
    /// The words it is about, as they are kept where it is left as it is.
    about: String,
    /// What was seen, and why it matters.
    why: String,
    /// What to do.
    remedy: String,
    /// What to write there instead, where that is certain.
    replacement: Option<String>,
    /// Whoever leaves it as it is has to say why.
    must: bool,
}

impl Remark {
    pub(super) fn of(words: &Words, text: &str, it: &Seen) -> Self {
        let (why, remedy) = words.remark(it);
        Self {
            rule: it.rule.name().to_owned(),
            start: it.span.start,
            end: it.span.end,
            about: about(text, it),
            why,
            remedy,
            replacement: it.replacement.clone(),
            must: it.must,
        }
    }
}

pub(super) fn words(asked: Option<&str>) -> Result<Words> {
    let language = match asked {
        None => Language::En,
        Some(tag) => Language::parse(tag)
            .ok_or_else(|| Problem::invalid("language", "unknown", "The languages are `fr` and `en`."))?,
    };
    Ok(Words::new(language, "UTC"))
}

/// Hold a text against the charter
///
/// The check that screens make while somebody types. Nothing is kept.
#[utoipa::path(post, path = "/charter/check", operation_id = "checkCharter", tag = "charter", request_body = Text,
    responses((status = 200, description = "What there is to say of it, in its order.", body = Page<Remark>)),
    extensions(("x-action" = json!(Action::ReadPosts))))]
pub async fn check(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(it): Body<Text>,
) -> Result<Json<Page<Remark>>> {
    if it.text.len() > LENGTH {
        return Err(Problem::invalid("text", "length", "The text is longer than 64 KiB."));
    }
    let kind = match it.channel.as_deref().map(str::parse) {
        None => None,
        Some(Ok(kind)) => Some(kind),
        Some(Err(_)) => {
            return Err(Problem::invalid("channel", "unknown", "There is no such kind of channel."));
        }
    };
    let part = match it.purpose {
        Purpose::Post => Part::Post,
        Purpose::Answer => Part::Answer,
    };
    let words = words(it.language.as_deref())?;
    let mut conn = app.db.read().await?;
    let house = command_charter::read(&mut conn, caller.actor.organisation).await?;
    let found = house.charter.read(&it.text, &house.language, dialect(kind), part);
    Ok(Json(Page::whole(found.iter().map(|seen| Remark::of(&words, &it.text, seen)).collect())))
}

/// A remark on a post.
#[derive(Debug, Serialize, ToSchema)]
pub struct PostRemark {
    /// Which of its texts: `common`, `title`, `warning`, or the id of the channel or picture.
    place: String,
    /// The remark.
    #[serde(flatten)]
    remark: Remark,
    /// Who left it as it is, and why.
    waiver: Option<Waiver>,
}

/// Hold a post against the charter
///
/// As long as one `must` has no `waiver`, the post can't be validated and doesn't leave.
#[utoipa::path(get, path = "/posts/{id}/charter", operation_id = "getPostCharter", tag = "charter",
    params(("id" = PostId, Path, description = "Which post.")),
    responses((status = 200, description = "What there is to say of its texts.", body = Page<PostRemark>)),
    extensions(("x-action" = json!(Action::ReadPosts))))]
pub async fn of_post(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<PostId>,
) -> Result<Json<Page<PostRemark>>> {
    let mut conn = app.db.read().await?;
    let it = command::post::load(&mut conn, &caller.actor, id, Action::ReadPosts).await?;
    let words = words(None)?;
    let held = held::read(&mut conn, caller.actor.organisation, &it).await?;
    let remark = |it: held::Found| {
        let passage = held.passages.get(it.passage)?;
        let remark = Remark::of(&words, &passage.text, &it.remark);
        Some(PostRemark { place: passage.place.clone(), remark, waiver: it.waiver })
    };
    Ok(Json(Page::whole(held.found.iter().cloned().filter_map(remark).collect())))
}

/// A remark to leave as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWaiver {
    /// The remark's rule.
    rule: String,
    /// The remark's `about`.
    about: String,
    /// Why: 1 to 4,000 characters.
    reason: String,
}

/// Leave what the charter asks a reason for as it is
///
/// It stays so while the words that it is about stand in the post; the journal keeps the reason.
#[utoipa::path(post, path = "/posts/{id}/waivers", operation_id = "waivePost", tag = "charter",
    params(("id" = PostId, Path, description = "Which post.")), request_body = NewWaiver,
    responses((status = 204, description = "It stays as it is.")),
    extensions(("x-action" = json!(Action::Look))))]
pub async fn waive(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<PostId>,
    Body(it): Body<NewWaiver>,
) -> Result<StatusCode> {
    held::waive(&app, &caller.actor, id, &it.rule, &it.about, &it.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Which remark.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OldWaiver {
    /// The remark's rule.
    rule: String,
    /// The remark's `about`.
    about: String,
}

/// Take back that a remark is left as it is
#[utoipa::path(post, path = "/posts/{id}/waivers/take-back", operation_id = "unwaivePost", tag = "charter",
    params(("id" = PostId, Path, description = "Which post.")), request_body = OldWaiver,
    responses((status = 204, description = "It asks for a reason again.")),
    extensions(("x-action" = json!(Action::Look))))]
pub async fn take_back(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<PostId>,
    Body(it): Body<OldWaiver>,
) -> Result<StatusCode> {
    held::take_back(&app, &caller.actor, id, &it.rule, &it.about).await?;
    Ok(StatusCode::NO_CONTENT)
}
