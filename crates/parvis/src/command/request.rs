//! Requests for material: asked by who plans, accepted, delivered into the library, kept or sent back. Somebody from outside
//! and a creative see what is asked of them. What a post needs and isn't kept holds it back (`rules::post`).

use parvis_channels::Upload;

use super::asset::{self, Stored, Wanted as Description, only};
use super::post::{self as posts, TITLE_LENGTH, paragraph};
use super::{Refusal, Result, allow, journalled, line};
use crate::app::App;
use crate::clock::DAY;
use crate::id::{AssetId, ColleagueId, LaunchId, PostId, RequestId};
use crate::rules::asset::Format;
use crate::rules::permission::{Action, Actor};
use crate::rules::post::State;
use crate::rules::request::{RequestState, RequestStep};
use crate::store::post::picture;
use crate::store::request::{self as room, Request};
use crate::store::{self, Conn};
use crate::work;

/// Pictures of one request at most.
pub const MOST: i64 = 8;
/// How far ahead something can be due (µs).
const HORIZON: i64 = 2 * 366 * DAY;

/// What is wanted.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// In one line.
    pub title: String,
    /// What it shall show, and for whom.
    pub brief: String,
    /// Names of formats; none for any.
    pub formats: Vec<String>,
    /// How many pictures.
    pub count: i64,
    /// When it has to be there (µs).
    pub due_at: i64,
    /// The post that it is for.
    pub post: Option<PostId>,
    /// The launch that it is for.
    pub launch: Option<LaunchId>,
    /// The post is held until it is kept.
    pub needed: bool,
    /// Who is asked.
    pub asked_of: ColleagueId,
}

/// What somebody delivers.
#[derive(Clone, Debug, Default)]
pub struct Delivery {
    /// The version of the request that they saw.
    pub version: i64,
    /// What the pictures show, in French.
    pub alt_fr: String,
    /// What the pictures show, in English.
    pub alt_en: String,
    /// The pictures.
    pub pictures: Vec<Upload>,
}

fn invalid<T>(code: &'static str) -> Result<T> {
    Err(Refusal::Invalid { field: "request", code })
}

/// The request, if the actor may do `action` and it is for their eyes.
///
/// # Errors
/// The right is missing, or there is none.
pub async fn load(conn: &mut Conn, actor: &Actor, id: RequestId, action: Action) -> Result<Request> {
    allow(actor, action)?;
    let found = room::get(conn, actor.organisation, id).await?;
    found.filter(|it| only(actor).is_none_or(|own| it.asked_of == own)).ok_or(Refusal::NotFound)
}

/// Whether the actor may take a step on a request, wherever it stands.
pub fn may(actor: &Actor, it: &Request, step: RequestStep) -> bool {
    if step.is_of_asked() {
        actor.may(Action::BringMaterial) && it.asked_of == actor.colleague
    } else {
        actor.may(Action::Schedule)
    }
}

/// Asks somebody for material.
///
/// # Errors
/// The right is missing, or a field can't be taken: `refusal-request-…` says which day, person or post doesn't go together.
pub async fn ask(app: &App, actor: &Actor, wanted: &Wanted) -> Result<RequestId> {
    allow(actor, Action::Schedule)?;
    let now = app.now();
    let mut conn = app.db.write().await?;
    let it = Request {
        id: RequestId::new(now),
        title: line("title", &wanted.title, TITLE_LENGTH)?,
        brief: paragraph("brief", &wanted.brief)?,
        formats: formats(&wanted.formats)?,
        count: wanted.count,
        due_at: wanted.due_at,
        post: wanted.post,
        launch: wanted.launch,
        needed: wanted.needed && wanted.post.is_some(),
        asked_by: actor.colleague,
        asked_of: wanted.asked_of,
        state: RequestState::Asked,
        reason: String::new(),
        deliveries: 0,
        version: 1,
        created_at: now,
        changed_at: now,
    };
    if !(1..=MOST).contains(&it.count) {
        return invalid("count");
    }
    if it.due_at <= now {
        return invalid("past");
    }
    if it.due_at > now + HORIZON {
        return invalid("far");
    }
    check_person(&mut conn, actor, &it).await?;
    check_purpose(&mut conn, actor, &it).await?;
    room::insert(&mut conn, actor.organisation, &it).await?;
    work::request::plan(&mut conn, actor.organisation, &it, now).await?;
    told(&mut conn, actor, (now, "request.asked"), None, &it).await?;
    Ok(conn.commit().await.map(|()| it.id)?)
}

fn formats(names: &[String]) -> Result<String> {
    let mut all: Vec<&str> = Vec::new();
    for name in names.iter().map(|it| it.trim()).filter(|it| !it.is_empty()) {
        let Some(format) = Format::named(name) else { return invalid("format") };
        if !all.contains(&format.name) {
            all.push(format.name);
        }
    }
    Ok(all.join(","))
}

/// Whoever is asked can bring pictures, and still has access when they are due. Nobody asks themselves.
async fn check_person(conn: &mut Conn, actor: &Actor, it: &Request) -> Result<()> {
    if it.asked_of == actor.colleague {
        return invalid("self");
    }
    let found = store::colleague::get(conn, actor.organisation, it.asked_of).await?;
    let Some(found) = found.filter(|it| it.active && it.role.may(Action::BringMaterial)) else {
        return invalid("who");
    };
    if found.has_access(it.due_at) { Ok(()) } else { invalid("contract") }
}

/// What it is for lies ahead of it: material for a post that has left, or that leaves before, is of no use.
async fn check_purpose(conn: &mut Conn, actor: &Actor, it: &Request) -> Result<()> {
    if let Some(id) = it.post {
        let post = posts::load(conn, actor, id, Action::Schedule).await?;
        let gone = matches!(post.state, State::Published | State::Measured | State::Refused);
        if gone || post.released_at.is_some() {
            return invalid("left");
        }
        if post.due_at.is_some_and(|at| it.due_at >= at) {
            return invalid("after");
        }
    }
    if let Some(id) = it.launch {
        let launch = store::launch::get(conn, actor.organisation, id).await?.ok_or(Refusal::NotFound)?;
        if launch.closed_at.is_some() {
            return invalid("closed");
        }
        if launch.starts_at.is_some_and(|at| it.due_at >= at) {
            return invalid("launched");
        }
    }
    Ok(())
}

async fn begin(
    conn: &mut Conn,
    actor: &Actor,
    id: RequestId,
    (step, version): (RequestStep, i64),
) -> Result<(Request, RequestState)> {
    let it = load(conn, actor, id, Action::BringMaterial).await?;
    if !may(actor, &it, step) {
        let action = if step.is_of_asked() { Action::BringMaterial } else { Action::Schedule };
        return Err(Refusal::Forbidden(action));
    }
    if it.version != version {
        return Err(Refusal::Changed);
    }
    match step.leads(it.state) {
        Some(to) => Ok((it, to)),
        None => invalid("state"),
    }
}

/// Takes a step that needs no picture.
///
/// # Errors
/// The right is missing or it is another's to take, it doesn't begin here, a reason is missing, or [`Refusal::Changed`] when
/// somebody else was first.
pub async fn take(
    app: &App,
    actor: &Actor,
    id: RequestId,
    step: RequestStep,
    (version, reason): (i64, &str),
) -> Result<()> {
    if step == RequestStep::Deliver {
        return invalid("pictures");
    }
    let now = app.now();
    let mut conn = app.db.write().await?;
    let (before, to) = begin(&mut conn, actor, id, (step, version)).await?;
    let reason = paragraph("reason", reason)?;
    if step.asks_reason() && reason.is_empty() {
        return invalid("reason");
    }
    let reason = if step.asks_reason() { reason } else { String::new() };
    let after = Request { state: to, reason, ..before.clone() };
    let verb = match step {
        RequestStep::Accept => "request.accepted",
        RequestStep::Decline => "request.declined",
        RequestStep::Deliver => "request.delivered",
        RequestStep::Keep => "request.kept",
        RequestStep::SendBack => "request.sent_back",
        RequestStep::Withdraw => "request.withdrawn",
    };
    save(&mut conn, actor, (now, verb), &before, after).await?;
    Ok(conn.commit().await?)
}

/// Delivers pictures: they go into the library, a later delivery as newer files of the pictures before.
///
/// # Errors
/// As [`take`]; or a file can't be taken: then none of them is delivered.
pub async fn deliver(app: &App, actor: &Actor, id: RequestId, delivery: &Delivery) -> Result<()> {
    let now = app.now();
    let step = (RequestStep::Deliver, delivery.version);
    begin(&mut app.db.read().await?, actor, id, step).await?;
    if delivery.pictures.is_empty() || delivery.pictures.len() > usize::try_from(MOST).unwrap_or(0) {
        return invalid("pictures");
    }
    let mut files = Vec::new();
    for upload in &delivery.pictures {
        let stored = Stored::of(upload)?;
        stored.put(app, upload).await?;
        files.push(stored);
    }
    let mut conn = app.db.write().await?;
    let (before, to) = begin(&mut conn, actor, id, step).await?;
    let theme = match before.post {
        Some(id) => store::post::get(&mut conn, actor.organisation, id).await?.map(|it| it.theme),
        None => None,
    };
    let wanted = Description {
        title: before.title.clone(),
        theme: theme.unwrap_or_default(),
        alt_fr: delivery.alt_fr.clone(),
        alt_en: delivery.alt_en.clone(),
        ..Description::default()
    };
    let former = room::pictures(&mut conn, actor.organisation, id).await?;
    let mut former = former.into_iter().filter(|it| it.delivery == before.deliveries).map(|it| it.asset);
    let after =
        Request { state: to, reason: String::new(), deliveries: before.deliveries + 1, ..before.clone() };
    let mut there: Vec<AssetId> = Vec::new();
    for stored in files {
        let former = former.next().filter(|it| !there.contains(it));
        let (asset, file) = asset::deliver(&mut conn, actor, &wanted, former, stored, now).await?;
        let position = i64::try_from(there.len()).unwrap_or(0);
        room::deliver(&mut conn, actor.organisation, id, (after.deliveries, position), (asset, file), now)
            .await?;
        there.push(asset);
    }
    save(&mut conn, actor, (now, "request.delivered"), &before, after).await?;
    Ok(conn.commit().await?)
}

/// Puts what was kept into the post that it was asked for; what it shows already isn't put there twice.
///
/// # Errors
/// The right is missing, it isn't kept, it is for no post, or the post doesn't take it.
pub async fn place(app: &App, actor: &Actor, id: RequestId) -> Result<PostId> {
    let mut conn = app.db.read().await?;
    let it = load(&mut conn, actor, id, Action::Write).await?;
    let Some(post) = it.post.filter(|_| it.state == RequestState::Kept) else { return invalid("state") };
    let shown = picture::list(&mut conn, actor.organisation, post).await?;
    let all = room::pictures(&mut conn, actor.organisation, id).await?;
    drop(conn);
    let new: Vec<(AssetId, Option<i64>)> = all
        .into_iter()
        .filter(|new| new.delivery == it.deliveries)
        .filter(|new| !shown.iter().any(|old| old.asset == Some(new.asset)))
        .map(|new| (new.asset, Some(new.file)))
        .collect();
    if !new.is_empty() {
        posts::picture::pick_all(app, actor, post, &new).await?;
    }
    Ok(post)
}

async fn save(
    conn: &mut Conn,
    actor: &Actor,
    (now, verb): (i64, &str),
    before: &Request,
    after: Request,
) -> Result<()> {
    let after = Request { version: before.version + 1, changed_at: now, ..after };
    room::update(conn, actor.organisation, &after).await?;
    work::request::plan(conn, actor.organisation, &after, now).await?;
    told(conn, actor, (now, verb), Some(before), &after).await
}

async fn told(
    conn: &mut Conn,
    actor: &Actor,
    (now, verb): (i64, &str),
    before: Option<&Request>,
    after: &Request,
) -> Result<()> {
    journalled(conn, actor, (now, verb, after.id.0), None, before, Some(after)).await
}

#[cfg(test)]
mod tests;
