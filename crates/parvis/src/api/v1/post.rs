//! Posts: ideas on their way to the networks. The same commands as the board: no step goes round the last word.

pub mod card;
pub mod fast;
pub mod hour;
pub mod import;
pub mod plan;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use parvis_channels::Upload;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::upload::Picture as File;
use crate::api::body::{Body, Parameters, Path};
use crate::api::caller::Caller;
use crate::api::page::Page;
use crate::api::problem::{Problem, Result, Told};
use crate::app::App;
use crate::command::post::words::Words;
use crate::command::post::{self as command, Idea, With, only};
use crate::id::{ChannelId, ColleagueId, CommentId, ConversationId, LaunchId, PictureId, PostId};
use crate::rules::permission::Action;
use crate::rules::post::policy::Policy;
use crate::rules::post::{State as Standing, Step};
use crate::store::post::card::Card;
use crate::store::post::look::{Comment, Tick};
use crate::store::post::picture::Picture;
use crate::store::post::words::Version;
use crate::store::post::{self as room, Filter, Post, Target};

/// Posts of one answer at most.
const MOST: i64 = 500;

/// Which posts.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// In this state.
    state: Standing,
    /// Of this theme.
    theme: Option<String>,
    /// Of this origin.
    origin: Option<String>,
    /// Going to this channel.
    channel: Option<ChannelId>,
    /// Of this launch.
    launch: Option<LaunchId>,
}

/// List the posts in a state
///
/// At most 500: what has an hour first, by its hour; of what is over, what was changed last first. Somebody from
/// outside sees what they had, write or were named in.
#[utoipa::path(get, path = "/posts", operation_id = "listPosts", tag = "posts", params(Asked),
    responses((status = 200, description = "The posts.", body = Page<Post>)),
    extensions(("x-action" = json!(Action::ReadPosts))))]
pub async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Parameters(asked): Parameters<Asked>,
) -> Result<Json<Page<Post>>> {
    let actor = &caller.actor;
    let Asked { state, theme, origin, channel, launch } = asked;
    let filter = Filter { theme, origin, channel, only: only(actor), launch };
    let mut conn = app.db.read().await?;
    let found = room::in_state(&mut conn, actor.organisation, state, &filter, MOST).await?;
    Ok(Json(Page::whole(found)))
}

/// An idea to bring.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewIdea {
    /// What the house calls it: 1 to 140 characters.
    title: String,
    /// Why, and for whom.
    #[serde(default)]
    brief: String,
    /// Theme; empty for none.
    #[serde(default)]
    theme: String,
    /// `team`, `agency`, `freelance`, `ambassador`, `trend`, `member` or `message`.
    origin: String,
    /// The agency, the freelance, the member, in words.
    #[serde(default)]
    origin_name: String,
    /// The conversation of the inbox that it comes from.
    conversation: Option<ConversationId>,
    /// Where it might go.
    #[serde(default)]
    channels: Vec<ChannelId>,
    /// When it might leave (µs).
    due_at: Option<i64>,
    /// The launch that it is of; for those who see dossiers.
    launch: Option<LaunchId>,
}

impl From<NewIdea> for Idea {
    fn from(it: NewIdea) -> Self {
        Self {
            title: it.title,
            brief: it.brief,
            theme: it.theme,
            origin: it.origin,
            origin_name: it.origin_name,
            conversation: it.conversation,
            channels: it.channels,
            due_at: it.due_at,
            launch: it.launch,
        }
    }
}

/// A post with all that belongs to it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Whole {
    /// The post.
    #[serde(flatten)]
    post: Post,
    /// Where it goes.
    targets: Vec<Target>,
    /// Its pictures.
    pictures: Vec<Picture>,
    /// The card below its link.
    card: Option<Card>,
    /// Who read what.
    ticks: Vec<Tick>,
    /// Remarks, newest first.
    comments: Vec<Comment>,
}

async fn whole(app: &App, caller: &Caller, id: PostId, action: Action) -> Result<Whole> {
    let mut conn = app.db.read().await?;
    let house = caller.actor.organisation;
    let post = command::load(&mut conn, &caller.actor, id, action).await?;
    Ok(Whole {
        targets: room::targets(&mut conn, house, id).await?,
        pictures: room::picture::list(&mut conn, house, id).await?,
        card: room::card::get(&mut conn, house, id).await?,
        ticks: room::look::ticks(&mut conn, house, id).await?,
        comments: room::look::comments(&mut conn, house, id).await?,
        post,
    })
}

/// Bring an idea
#[utoipa::path(post, path = "/posts", operation_id = "proposePost", tag = "posts", request_body = NewIdea,
    responses((status = 201, description = "It is on the board.", body = Whole)),
    extensions(("x-action" = json!(Action::Propose))))]
pub async fn propose(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(idea): Body<NewIdea>,
) -> Result<(StatusCode, Json<Whole>)> {
    let id = command::propose(&app, &caller.actor, idea.into()).await?;
    Ok((StatusCode::CREATED, Json(whole(&app, &caller, id, Action::Propose).await?)))
}

/// Read a post
#[utoipa::path(get, path = "/posts/{id}", operation_id = "getPost", tag = "posts",
    params(("id" = PostId, Path, description = "Which post.")),
    responses((status = 200, description = "The post.", body = Whole)),
    extensions(("x-action" = json!(Action::ReadPosts))))]
pub async fn get(State(app): State<Arc<App>>, caller: Caller, Path(id): Path<PostId>) -> Result<Json<Whole>> {
    Ok(Json(whole(&app, &caller, id, Action::ReadPosts).await?))
}

/// Change what an idea is called and what it is for
///
/// By whoever chooses ideas, or by who had it while it is one. `conversation`, `channels` and `due_at` are not
/// changed here.
#[utoipa::path(put, path = "/posts/{id}", operation_id = "describePost", tag = "posts",
    params(("id" = PostId, Path, description = "Which post.")), request_body = NewIdea,
    responses((status = 200, description = "The post.", body = Whole)),
    extensions(("x-action" = json!(Action::Propose))))]
pub async fn describe(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<PostId>,
    Body(idea): Body<NewIdea>,
) -> Result<Json<Whole>> {
    command::describe(&app, &caller.actor, id, idea.into()).await?;
    Ok(Json(whole(&app, &caller, id, Action::Propose).await?))
}

/// What goes with a step.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StepWith {
    /// Why: `refuse` and `send_back` ask for it, `park` takes it.
    #[serde(default)]
    reason: String,
    /// The hour, for `schedule` and `move` (µs).
    at: Option<i64>,
    /// Who shall find the words, for `brief`.
    writer: Option<ColleagueId>,
}

/// Take one step on the way
///
/// Each step needs its own right besides: `keep`, `brief`, `reopen`, `park`, `refuse` that of choosing; `submit` that
/// of writing; `validate` and `send_back` the last word, which on named cases is the referent's or the direction's; `schedule`, `move`, `unschedule`, `publish_now`, `resume`
/// and `settle` that of publishing. 422 `post-…` says what is missing.
#[utoipa::path(post, path = "/posts/{id}/steps/{step}", operation_id = "stepPost", tag = "posts",
    params(("id" = PostId, Path, description = "Which post."), ("step" = Step, Path, description = "Which step.")),
    request_body = StepWith,
    responses((status = 200, description = "The post, one step on.", body = Whole)),
    extensions(("x-action" = json!(Action::Propose))))]
pub async fn step(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((id, step)): Path<(PostId, String)>,
    Body(with): Body<StepWith>,
) -> Result<Json<Whole>> {
    let step = Step::parse(&step).ok_or_else(Problem::not_found)?;
    let with = With { reason: with.reason, at: with.at, writer: with.writer };
    command::take(&app, &caller.actor, id, step, with).await?;
    Ok(Json(whole(&app, &caller, id, Action::Propose).await?))
}

/// The words of a post.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWords {
    /// The version that you began from.
    version: i64,
    /// The common text.
    text: String,
    /// Content warning; empty for none.
    #[serde(default)]
    warning: String,
    /// The campaign that links say they are of (`utm_campaign`); empty for none.
    #[serde(default)]
    campaign: String,
    /// The channels on which links say it.
    #[serde(default)]
    tagged: Vec<ChannelId>,
    /// The channels on which what is too long goes out as a thread, part below part.
    #[serde(default)]
    threaded: Vec<ChannelId>,
    /// Where it goes.
    channels: Vec<ChannelId>,
    /// The texts of the networks that have a version of their own, by channel.
    #[serde(default)]
    #[schema(value_type = std::collections::HashMap<String, String>)]
    own_texts: BTreeMap<ChannelId, String>,
    /// What answers it in our name once it stands; empty: nothing.
    #[serde(default)]
    first_comment: String,
    /// First comments of networks that have their own, by channel; 422 where none can be made.
    #[serde(default)]
    #[schema(value_type = std::collections::HashMap<String, String>)]
    own_first_comments: BTreeMap<ChannelId, String>,
    /// The model that proposed words of it; empty where people write alone.
    #[serde(default)]
    assistant: String,
}

/// Save what will be published
///
/// What was ticked and validated before is so no longer. When somebody has saved since `version`, nothing is
/// overwritten (409): your words are kept as your draft.
#[utoipa::path(put, path = "/posts/{id}/words", operation_id = "rewritePost", tag = "posts",
    params(("id" = PostId, Path, description = "Which post.")), request_body = NewWords,
    responses((status = 200, description = "The post.", body = Whole),
        (status = 409, description = "Somebody has saved since.", body = Told, content_type = "application/problem+json")),
    extensions(("x-action" = json!(Action::Write))))]
pub async fn rewrite(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<PostId>,
    Body(it): Body<NewWords>,
) -> Result<Json<Whole>> {
    let words = Words {
        version: it.version,
        text: it.text,
        warning: it.warning,
        campaign: it.campaign,
        tagged: it.tagged,
        threaded: it.threaded,
        channels: it.channels,
        own_texts: it.own_texts,
        first_comment: it.first_comment,
        own_first_comments: it.own_first_comments,
        assistant: it.assistant,
    };
    command::words::rewrite(&app, &caller.actor, id, &words).await?;
    Ok(Json(whole(&app, &caller, id, Action::Write).await?))
}

/// List what a post said
#[utoipa::path(get, path = "/posts/{id}/versions", operation_id = "listPostVersions", tag = "posts",
    params(("id" = PostId, Path, description = "Which post.")),
    responses((status = 200, description = "Newest first, at most 200.", body = Page<Version>)),
    extensions(("x-action" = json!(Action::ReadPosts))))]
pub async fn versions(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<PostId>,
) -> Result<Json<Page<Version>>> {
    let mut conn = app.db.read().await?;
    command::load(&mut conn, &caller.actor, id, Action::ReadPosts).await?;
    Ok(Json(Page::whole(room::words::versions(&mut conn, caller.actor.organisation, id).await?)))
}

/// Tick a line of the checklist, or give the second look
#[utoipa::path(put, path = "/posts/{id}/ticks/{item}", operation_id = "tickPost", tag = "posts",
    params(("id" = PostId, Path, description = "Which post."),
        ("item" = String, Path, description = "`facts`, `links`, `alt`, `charter`, or `second_look`, which isn't the author's to give.")),
    responses((status = 204, description = "It is ticked, in your name.")),
    extensions(("x-action" = json!(Action::Look))))]
pub async fn tick(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((id, item)): Path<(PostId, String)>,
) -> Result<StatusCode> {
    command::look::tick(&app, &caller.actor, id, &item, true).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take a tick back
#[utoipa::path(delete, path = "/posts/{id}/ticks/{item}", operation_id = "untickPost", tag = "posts",
    params(("id" = PostId, Path, description = "Which post."), ("item" = String, Path, description = "Which line.")),
    responses((status = 204, description = "It is ticked no longer.")),
    extensions(("x-action" = json!(Action::Look))))]
pub async fn untick(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((id, item)): Path<(PostId, String)>,
) -> Result<StatusCode> {
    command::look::tick(&app, &caller.actor, id, &item, false).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A remark to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewComment {
    /// 1 to 4,000 characters; `@` and a name opens the post to that person.
    text: String,
}

/// A remark that was made.
#[derive(Debug, Serialize, ToSchema)]
pub struct Made {
    /// Its id.
    id: CommentId,
}

/// Remark on a post
#[utoipa::path(post, path = "/posts/{id}/comments", operation_id = "commentPost", tag = "posts",
    params(("id" = PostId, Path, description = "Which post.")), request_body = NewComment,
    responses((status = 201, description = "It is kept.", body = Made)),
    extensions(("x-action" = json!(Action::Propose))))]
pub async fn comment(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<PostId>,
    Body(it): Body<NewComment>,
) -> Result<(StatusCode, Json<Made>)> {
    let id = command::look::comment(&app, &caller.actor, id, &it.text).await?;
    Ok((StatusCode::CREATED, Json(Made { id })))
}

/// Add a picture to a post
#[utoipa::path(post, path = "/posts/{id}/pictures", operation_id = "addPostPicture", tag = "posts",
    params(("id" = PostId, Path, description = "Which post.")), request_body = File,
    responses((status = 201, description = "It goes with the post.", body = Picture)),
    extensions(("x-action" = json!(Action::Write))))]
pub async fn add_picture(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<PostId>,
    Body(it): Body<File>,
) -> Result<(StatusCode, Json<Picture>)> {
    let bytes = STANDARD
        .decode(&it.data)
        .map_err(|error| Problem::invalid("data", "base64", format!("The picture isn't base64: {error}.")))?;
    let upload = Upload { bytes, mime: it.mime, alt: it.alt };
    Ok((StatusCode::CREATED, Json(command::picture::add(&app, &caller.actor, id, &upload).await?)))
}

/// What a picture shows, in words.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAlt {
    /// At most 1,500 characters.
    alt: String,
}

/// Write what a picture shows
#[utoipa::path(put, path = "/posts/{id}/pictures/{picture}", operation_id = "describePostPicture", tag = "posts",
    params(("id" = PostId, Path, description = "Which post."), ("picture" = PictureId, Path, description = "Which picture.")),
    request_body = NewAlt, responses((status = 204, description = "It is kept.")),
    extensions(("x-action" = json!(Action::Write))))]
pub async fn describe_picture(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((id, picture)): Path<(PostId, PictureId)>,
    Body(it): Body<NewAlt>,
) -> Result<StatusCode> {
    command::picture::describe(&app, &caller.actor, id, picture, &it.alt).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take a picture away
#[utoipa::path(delete, path = "/posts/{id}/pictures/{picture}", operation_id = "removePostPicture", tag = "posts",
    params(("id" = PostId, Path, description = "Which post."), ("picture" = PictureId, Path, description = "Which picture.")),
    responses((status = 204, description = "It goes with the post no longer.")),
    extensions(("x-action" = json!(Action::Write))))]
pub async fn remove_picture(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((id, picture)): Path<(PostId, PictureId)>,
) -> Result<StatusCode> {
    command::picture::remove(&app, &caller.actor, id, picture).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// See which posts need a second look, and on which somebody else has the last word
#[utoipa::path(get, path = "/posts/policy", operation_id = "getPostPolicy", tag = "posts",
    responses((status = 200, description = "The policy.", body = Policy)),
    extensions(("x-action" = json!(Action::ReadPosts))))]
pub async fn policy(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<Policy>> {
    Ok(Json(command::last::policy(&mut app.db.read().await?, caller.actor.organisation).await?))
}

/// Say which posts need a second look, and on which somebody else has the last word
///
/// `referent` and `direction` are an administrator's to change.
#[utoipa::path(put, path = "/posts/policy", operation_id = "setPostPolicy", tag = "posts", request_body = Policy,
    responses((status = 204, description = "It holds from now on.")),
    extensions(("x-action" = json!(Action::Validate))))]
pub async fn set_policy(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(it): Body<Policy>,
) -> Result<StatusCode> {
    command::last::set_policy(&app, &caller.actor, it).await?;
    Ok(StatusCode::NO_CONTENT)
}
