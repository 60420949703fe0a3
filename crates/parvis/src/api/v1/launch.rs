//! Launches, what stands in their dossiers, and what of it is suggested beside a conversation.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::body::{Body, Parameters, Path};
use crate::api::caller::Caller;
use crate::api::page::Page;
use crate::api::problem::Result;
use crate::app::App;
use crate::command::launch::post::{self as posts, LaunchPost};
use crate::command::launch::{self as command, Wanted, WantedEntry, outcome, suggestion};
use crate::id::{ColleagueId, ConversationId, EntryId, LaunchId, MessageId, WatchId};
use crate::rules::launch::{Kind, State as Standing};
use crate::rules::permission::Action;
use crate::store::insight::Quote;
use crate::store::launch::{self as room, Entry, Launch};
use crate::store::message;

/// A launch with all that stands in its dossier.
#[derive(Debug, Serialize, ToSchema)]
pub struct Dossier {
    /// The launch.
    launch: Launch,
    /// What stands in it, in the order in which it was written.
    entries: Vec<Entry>,
    /// Its posts that weren't refused or parked, by their hour, those without one last; 300 at most.
    posts: Vec<LaunchPost>,
}

/// What was written.
#[derive(Debug, Serialize, ToSchema)]
pub struct SavedLaunch {
    /// Its id.
    id: LaunchId,
}

/// What was written in a dossier.
#[derive(Debug, Serialize, ToSchema)]
pub struct SavedEntry {
    /// Its id.
    id: EntryId,
}

/// A launch to make or change.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LaunchAsked {
    /// The version that you began from (409 when somebody has saved since); 0 for a new one.
    #[serde(default)]
    version: i64,
    /// Its name, 1 to 140 characters.
    name: String,
    /// `product` or `event`.
    kind: String,
    /// What it is.
    #[serde(default)]
    summary: String,
    /// Its day or hour (µs).
    starts_at: Option<i64>,
    /// It has a day and no hour.
    #[serde(default)]
    all_day: bool,
    /// Who leads it; you, when left out of a new one.
    owner: Option<ColleagueId>,
    /// What was learnt.
    #[serde(default)]
    note: String,
    /// The watch that hears what is said of it.
    #[serde(default)]
    watch: Option<WatchId>,
}

impl From<LaunchAsked> for Wanted {
    fn from(it: LaunchAsked) -> Self {
        Self {
            version: it.version,
            name: it.name,
            kind: it.kind,
            summary: it.summary,
            starts_at: it.starts_at,
            all_day: it.all_day,
            owner: it.owner,
            note: it.note,
            watch: it.watch,
        }
    }
}

/// List launches
#[utoipa::path(get, path = "/launches", operation_id = "listLaunches", tag = "launches",
    responses((status = 200, description = "What comes last first, 500 at most.", body = Page<Launch>)),
    extensions(("x-action" = json!(Action::ReadLaunches))))]
pub async fn list(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<Page<Launch>>> {
    Ok(Json(Page::whole(room::list(&mut app.db.read().await?, caller.actor.organisation).await?)))
}

/// Make a launch
#[utoipa::path(post, path = "/launches", operation_id = "makeLaunch", tag = "launches", request_body = LaunchAsked,
    responses((status = 201, description = "It is being prepared.", body = SavedLaunch)),
    extensions(("x-action" = json!(Action::PrepareLaunches))))]
pub async fn make(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(it): Body<LaunchAsked>,
) -> Result<(StatusCode, Json<SavedLaunch>)> {
    let id = command::save(&app, &caller.actor, None, it.into()).await?;
    Ok((StatusCode::CREATED, Json(SavedLaunch { id })))
}

/// Read a launch and its dossier
#[utoipa::path(get, path = "/launches/{id}", operation_id = "getLaunch", tag = "launches",
    params(("id" = LaunchId, Path, description = "Which launch.")),
    responses((status = 200, description = "As it stands.", body = Dossier)),
    extensions(("x-action" = json!(Action::ReadLaunches))))]
pub async fn get(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<LaunchId>,
) -> Result<Json<Dossier>> {
    let mut conn = app.db.read().await?;
    let (launch, entries) = command::read(&mut conn, &caller.actor, id).await?;
    let posts = posts::list(&mut conn, &app, &caller.actor, id).await?;
    Ok(Json(Dossier { launch, entries, posts }))
}

/// What came of a launch.
#[derive(Debug, Serialize, ToSchema)]
pub struct LaunchOutcome {
    /// Why there is nothing to lay side by side; `null` when there is.
    lacks: Option<outcome::Lacks>,
    /// Since when messages count (µs).
    from: Option<i64>,
    /// Until when, where it is over (µs).
    until: Option<i64>,
    /// Problems and questions of the dossier, in its order.
    foreseen: Vec<Came>,
    /// What nobody had foreseen, the largest group first.
    unforeseen: Vec<Unforeseen>,
}

/// A problem or a question of the dossier, and who spoke of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Came {
    /// Which.
    entry: EntryId,
    /// `problem` or `faq`.
    kind: Kind,
    /// What it is called.
    title: String,
    /// Answers that began with it.
    uses: i64,
    /// Messages that speak of it, newest first.
    messages: Vec<MessageId>,
}

/// Messages that nobody had foreseen.
#[derive(Debug, Serialize, ToSchema)]
pub struct Unforeseen {
    /// What they share; empty for those that stand alone.
    words: Vec<String>,
    /// Which they are, newest first.
    messages: Vec<MessageId>,
}

/// Lay what was foreseen of a launch beside what came
///
/// Complaints, ideas, requests and questions that its watch hears since it was opened, at desks that you see.
#[utoipa::path(get, path = "/launches/{id}/outcome", operation_id = "getLaunchOutcome", tag = "launches",
    params(("id" = LaunchId, Path, description = "Which launch.")),
    responses((status = 200, description = "As it stands now.", body = LaunchOutcome)),
    extensions(("x-action" = json!(Action::Listen))))]
pub async fn came(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<LaunchId>,
) -> Result<Json<LaunchOutcome>> {
    let (_, found) = outcome::of(&app, &caller.actor, id).await?;
    let found = match found {
        Ok(found) => found,
        Err(lacks) => {
            let nothing = (Vec::new(), Vec::new());
            return Ok(Json(LaunchOutcome {
                lacks: Some(lacks),
                from: None,
                until: None,
                foreseen: nothing.0,
                unforeseen: nothing.1,
            }));
        }
    };
    let messages = |places: &[usize], of: &[Quote]| -> Vec<MessageId> {
        places.iter().filter_map(|place| of.get(*place)).map(|it| it.message).collect()
    };
    let foreseen = found.foreseen.iter().map(|it| Came {
        entry: it.entry.id,
        kind: it.entry.kind,
        title: it.entry.title.clone(),
        uses: it.uses,
        messages: messages(&it.came, &found.quotes),
    });
    let mine = &found.unforeseen;
    let unforeseen = mine
        .themes
        .iter()
        .map(|it| Unforeseen { words: it.words.clone(), messages: messages(&it.members, &mine.quotes) });
    Ok(Json(LaunchOutcome {
        lacks: None,
        from: Some(found.from),
        until: found.until,
        foreseen: foreseen.collect(),
        unforeseen: unforeseen.collect(),
    }))
}

/// Change a launch
#[utoipa::path(put, path = "/launches/{id}", operation_id = "changeLaunch", tag = "launches", request_body = LaunchAsked,
    params(("id" = LaunchId, Path, description = "Which launch.")),
    responses((status = 200, description = "It is changed.", body = SavedLaunch)),
    extensions(("x-action" = json!(Action::PrepareLaunches))))]
pub async fn change(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<LaunchId>,
    Body(it): Body<LaunchAsked>,
) -> Result<Json<SavedLaunch>> {
    let id = command::save(&app, &caller.actor, Some(id), it.into()).await?;
    Ok(Json(SavedLaunch { id }))
}

/// Where a launch is to stand.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LaunchStep {
    /// `open` or `closed`.
    to: Standing,
}

/// Open or close a launch
///
/// While it is open, what was validated is suggested beside conversations.
#[utoipa::path(post, path = "/launches/{id}/step", operation_id = "stepLaunch", tag = "launches", request_body = LaunchStep,
    params(("id" = LaunchId, Path, description = "Which launch.")),
    responses((status = 204, description = "It stands there.")),
    extensions(("x-action" = json!(Action::PrepareLaunches))))]
pub async fn step(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<LaunchId>,
    Body(it): Body<LaunchStep>,
) -> Result<StatusCode> {
    command::step(&app, &caller.actor, id, it.to).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// An entry to write or change; what its kind doesn't use is let pass.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EntryAsked {
    /// What it is; of an entry that is there it stays as it is.
    kind: Kind,
    /// The version that you began from (409 when somebody has saved since); 0 for a new one.
    #[serde(default)]
    version: i64,
    /// The problem that an answer is prepared for.
    of: Option<EntryId>,
    /// What it is called; the question.
    #[serde(default)]
    title: String,
    /// What it says; the answer; the format.
    #[serde(default)]
    text: String,
    /// `fr` or `en`, of answers.
    #[serde(default)]
    language: String,
    /// `internal` or `external`, of questions.
    #[serde(default)]
    audience: String,
    /// `rare`, `possible` or `probable`, of problems.
    #[serde(default)]
    likely: String,
    /// `slight`, `serious` or `severe`, of problems.
    #[serde(default)]
    grave: String,
    /// Who takes part, in words.
    #[serde(default)]
    people: String,
    /// Its day (µs).
    at: Option<i64>,
    /// `todo`, `doing` or `done`, of steps and material.
    #[serde(default)]
    state: String,
    /// Who looks after it.
    owner: Option<ColleagueId>,
}

impl From<EntryAsked> for WantedEntry {
    fn from(it: EntryAsked) -> Self {
        Self {
            version: it.version,
            of: it.of,
            title: it.title,
            text: it.text,
            language: it.language,
            audience: it.audience,
            likely: it.likely,
            grave: it.grave,
            people: it.people,
            at: it.at,
            state: it.state,
            owner: it.owner,
        }
    }
}

/// Write an entry in a dossier
#[utoipa::path(post, path = "/launches/{id}/entries", operation_id = "makeLaunchEntry", tag = "launches", request_body = EntryAsked,
    params(("id" = LaunchId, Path, description = "Which launch.")),
    responses((status = 201, description = "It is written.", body = SavedEntry)),
    extensions(("x-action" = json!(Action::PrepareLaunches))))]
pub async fn make_entry(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<LaunchId>,
    Body(it): Body<EntryAsked>,
) -> Result<(StatusCode, Json<SavedEntry>)> {
    let id = command::save_entry(&app, &caller.actor, (id, None), it.kind, it.into()).await?;
    Ok((StatusCode::CREATED, Json(SavedEntry { id })))
}

/// Change an entry of a dossier
///
/// An answer that was validated is so no longer.
#[utoipa::path(put, path = "/launches/{id}/entries/{entry}", operation_id = "changeLaunchEntry", tag = "launches", request_body = EntryAsked,
    params(("id" = LaunchId, Path, description = "Which launch."), ("entry" = EntryId, Path, description = "Which entry.")),
    responses((status = 200, description = "It is changed.", body = SavedEntry)),
    extensions(("x-action" = json!(Action::PrepareLaunches))))]
pub async fn change_entry(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((id, entry)): Path<(LaunchId, EntryId)>,
    Body(it): Body<EntryAsked>,
) -> Result<Json<SavedEntry>> {
    let id = command::save_entry(&app, &caller.actor, (id, Some(entry)), it.kind, it.into()).await?;
    Ok(Json(SavedEntry { id }))
}

/// Which version is meant.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// The version that you saw (409 when somebody has saved since).
    version: i64,
}

/// Remove an entry of a dossier
///
/// The answers prepared for a problem go with it.
#[utoipa::path(delete, path = "/launches/{id}/entries/{entry}", operation_id = "removeLaunchEntry", tag = "launches",
    params(("id" = LaunchId, Path, description = "Which launch."), ("entry" = EntryId, Path, description = "Which entry."), Which),
    responses((status = 204, description = "It is gone; the journal has it.")),
    extensions(("x-action" = json!(Action::PrepareLaunches))))]
pub async fn remove_entry(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((id, entry)): Path<(LaunchId, EntryId)>,
    Parameters(which): Parameters<Which>,
) -> Result<StatusCode> {
    command::remove_entry(&app, &caller.actor, (id, entry), which.version).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What is said of a prepared answer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Judged {
    /// The version that was read (409 when somebody has saved since).
    version: i64,
    /// Whether it is right.
    right: bool,
}

/// Validate a prepared answer
#[utoipa::path(post, path = "/launches/{id}/entries/{entry}/validation", operation_id = "validateLaunchEntry", tag = "launches", request_body = Judged,
    params(("id" = LaunchId, Path, description = "Which launch."), ("entry" = EntryId, Path, description = "Which entry.")),
    responses((status = 204, description = "It is kept.")),
    extensions(("x-action" = json!(Action::ValidateAnswers))))]
pub async fn validate(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((id, entry)): Path<(LaunchId, EntryId)>,
    Body(it): Body<Judged>,
) -> Result<StatusCode> {
    command::validate(&app, &caller.actor, (id, entry), it.version, it.right).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A prepared answer that the last message of a conversation seems to ask for.
#[derive(Debug, Serialize, ToSchema)]
pub struct Suggested {
    /// The entry: name it as `suggestion` when you answer with it, so that its use is counted.
    entry: Entry,
    /// The question; of a prepared answer, what its problem is called.
    question: String,
    /// The words of the message for which it is suggested, folded.
    words: Vec<String>,
}

/// What open launches have to say to a conversation
///
/// What is `internal` isn't to be sent.
#[utoipa::path(get, path = "/conversations/{id}/suggestions", operation_id = "listSuggestions", tag = "launches",
    params(("id" = ConversationId, Path, description = "Which conversation.")),
    responses((status = 200, description = "The most likely first, three at most.", body = Page<Suggested>)),
    extensions(("x-action" = json!(Action::Answer))))]
pub async fn suggestions(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<ConversationId>,
) -> Result<Json<Page<Suggested>>> {
    let mut conn = app.db.read().await?;
    let it = crate::command::load(&mut conn, &caller.actor, id, Action::Answer).await?;
    let found = match message::last_in(&mut conn, caller.actor.organisation, it.id).await? {
        Some(last) => suggestion::of(&mut conn, &caller.actor, &last).await?,
        None => Vec::new(),
    };
    let shown =
        found.into_iter().map(|it| Suggested { entry: it.entry, question: it.question, words: it.words });
    Ok(Json(Page::whole(shown.collect())))
}
