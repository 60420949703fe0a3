//! Posts: brought, chosen, put into words, checked twice and sent on their way. Every step goes through the one
//! table (`rules::post`); screen, API and drag share these commands, so that no path goes round the last word.

pub mod card;
pub mod charter;
pub mod contract;
pub mod fast;
pub mod hour;
pub mod import;
pub mod last;
pub mod look;
pub mod name;
pub mod picture;
pub mod plan;
mod queue;
pub mod shape;
pub mod words;

use parvis_channels::{CapabilityKey, CapabilitySet};
use serde_json::{Value as Json, json};

use super::{Refusal, Result, allow, launch};
use crate::app::App;
use crate::clock::SECOND;
use crate::id::{ChannelId, ColleagueId, ConversationId, LaunchId, OrganisationId, PostId};
use crate::rules::permission::{Action, Actor, Role};
use crate::rules::post::{CHECKLIST, Facts, ORIGINS, Objection, SECOND_LOOK, State, Step};
use crate::store::journal::{self, By, Entry};
use crate::store::post::{self, Post, Target};
use crate::store::{self, Conn};

/// Longest title, in characters.
pub const TITLE_LENGTH: usize = 140;
/// Longest theme, in characters.
pub const THEME_LENGTH: usize = 60;
/// Longest brief and reason, in characters.
pub const BRIEF_LENGTH: usize = 4_000;
/// How long a post that leaves now can still be taken back (µs).
pub const HOLD: i64 = 10 * SECOND;

/// An idea as somebody brings it.
#[derive(Clone, Debug, Default)]
pub struct Idea {
    /// What the house calls it.
    pub title: String,
    /// Why, and for whom.
    pub brief: String,
    /// Theme; empty for none.
    pub theme: String,
    /// One of [`ORIGINS`].
    pub origin: String,
    /// The agency, the freelance, the member, in words.
    pub origin_name: String,
    /// The conversation of the inbox that it comes from.
    pub conversation: Option<ConversationId>,
    /// Where it might go.
    pub channels: Vec<ChannelId>,
    /// When it might leave (µs).
    pub due_at: Option<i64>,
    /// The launch that it is of.
    pub launch: Option<LaunchId>,
}

/// What goes with a step.
#[derive(Clone, Debug, Default)]
pub struct With {
    /// Why: to refuse, to send back, to park.
    pub reason: String,
    /// The hour, for steps that give one (µs).
    pub at: Option<i64>,
    /// Who shall find the words.
    pub writer: Option<ColleagueId>,
}

impl From<Objection> for Refusal {
    fn from(it: Objection) -> Self {
        Self::Invalid { field: "post", code: it.code() }
    }
}

/// The post, if the actor may do `action` and it is for their eyes.
pub async fn load(conn: &mut Conn, actor: &Actor, id: PostId, action: Action) -> Result<Post> {
    allow(actor, action)?;
    let it = post::get(conn, actor.organisation, id).await?.ok_or(Refusal::NotFound)?;
    if is_theirs(conn, actor, &it).await? { Ok(it) } else { Err(Refusal::NotFound) }
}

/// Whether a post is for the actor's eyes. Who comes from outside sees what they had, write or were named in, as far as their
/// contract covers it; who came in by a pass, of those the one that it opens.
pub async fn is_theirs(conn: &mut Conn, actor: &Actor, it: &Post) -> store::Result<bool> {
    if actor.pass.is_some_and(|pass| !pass.opens(it.id)) {
        return Ok(false);
    }
    let Some(who) = only(actor) else { return Ok(true) };
    let has_part = it.idea_by == who
        || it.writer == Some(who)
        || post::look::is_mentioned(conn, actor.organisation, it.id, who).await?;
    Ok(has_part && contract::covers(conn, actor.organisation, who, it).await?)
}

/// Whose posts the actor sees: `None` for all.
pub fn only(actor: &Actor) -> Option<ColleagueId> {
    (actor.role == Role::External).then_some(actor.colleague)
}

/// Brings an idea.
///
/// # Errors
/// The right is missing, a field can't be taken, or the conversation isn't for the actor's eyes.
pub async fn propose(app: &App, actor: &Actor, idea: Idea) -> Result<PostId> {
    let mut conn = app.db.write().await?;
    let it = propose_in(&mut conn, actor, idea, None, app.now()).await?;
    conn.commit().await?;
    Ok(it.id)
}

/// Brings an idea in the transaction `conn`, with words that whoever may write has found for it already.
async fn propose_in(
    conn: &mut Conn,
    actor: &Actor,
    idea: Idea,
    found: Option<&words::Words>,
    now: i64,
) -> Result<Post> {
    allow(actor, Action::Propose)?;
    if let Some(id) = idea.conversation {
        super::load(conn, actor, id, Action::Propose).await?;
    }
    check_channels(conn, actor, &idea.channels).await?;
    let launch = launch::post::named(conn, actor, idea.launch, None).await?;
    let mut it = Post {
        id: PostId::new(now),
        title: String::new(),
        brief: String::new(),
        theme: String::new(),
        origin: String::new(),
        origin_name: None,
        conversation: idea.conversation,
        state: State::Idea,
        reason: None,
        text: String::new(),
        warning: None,
        version: 0,
        due_at: idea.due_at,
        idea_by: actor.colleague,
        writer: None,
        written_by: None,
        sent_back_by: None,
        validated_by: None,
        validated_at: None,
        held_at: None,
        held_code: None,
        released_at: None,
        published_at: None,
        measured_at: None,
        answers: None,
        created_at: now,
        changed_at: now,
        campaign: None,
        first_comment: String::new(),
        launch,
    };
    dress(&mut it, &idea)?;
    contract::check_theme(conn, actor, &it.theme).await?;
    let version = found.map(|found| words::begin(actor, &mut it, found)).transpose()?;
    post::insert(conn, actor.organisation, &it).await?;
    if let Some(version) = version {
        post::words::keep(conn, actor.organisation, it.id, &version).await?;
    }
    let mut channels = idea.channels;
    channels.sort_unstable();
    channels.dedup();
    let tagged = it.campaign.is_some();
    let targets: Vec<Target> = channels.into_iter().map(|id| Target { tagged, ..Target::new(id) }).collect();
    post::set_targets(conn, actor.organisation, it.id, &targets).await?;
    told(conn, actor, now, "post.proposed", &it, None).await?;
    Ok(it)
}

/// Changes what an idea is called and what it is for. The title is published too where articles are: one that changes
/// after the words were handed over is a change of what will be published.
///
/// # Errors
/// The right is missing: whoever chooses ideas, or had this one while it is one.
pub async fn describe(app: &App, actor: &Actor, id: PostId, idea: Idea) -> Result<()> {
    let now = app.now();
    let mut conn = app.db.write().await?;
    let mut it = load(&mut conn, actor, id, Action::Propose).await?;
    let own = it.idea_by == actor.colleague && it.state == State::Idea;
    if !own {
        allow(actor, Action::Keep)?;
    }
    let (before, title) = (fact(&it), it.title.clone());
    let whose = last::of(&mut conn, actor.organisation, &it).await?;
    dress(&mut it, &idea)?;
    contract::check_theme(&mut conn, actor, &it.theme).await?;
    it.launch = launch::post::named(&mut conn, actor, idea.launch, it.launch).await?;
    last::keep(&mut conn, actor, &it, whose).await?;
    if it.title != title && matches!(it.state, State::ToValidate | State::Scheduled) {
        allow(actor, Action::Write)?;
        words::touch(&mut conn, app, actor, &mut it, None, now).await?;
    } else {
        it.changed_at = now;
        post::update(&mut conn, actor.organisation, &it).await?;
        told(&mut conn, actor, now, "post.described", &it, Some(before)).await?;
    }
    Ok(conn.commit().await?)
}

fn dress(it: &mut Post, idea: &Idea) -> Result<()> {
    it.title = super::line("title", &idea.title, TITLE_LENGTH)?;
    it.brief = paragraph("brief", &idea.brief)?;
    it.theme = match idea.theme.trim() {
        "" => String::new(),
        theme => super::line("theme", theme, THEME_LENGTH)?,
    };
    if !ORIGINS.contains(&idea.origin.as_str()) {
        return Err(Refusal::Invalid { field: "origin", code: "unknown" });
    }
    it.origin = idea.origin.clone();
    it.origin_name = match idea.origin_name.trim() {
        "" => None,
        name => Some(super::line("origin", name, 60)?),
    };
    Ok(())
}

/// Text of several lines, at most [`BRIEF_LENGTH`].
pub(super) fn paragraph(field: &'static str, text: &str) -> Result<String> {
    super::lines(field, text, BRIEF_LENGTH)
}

async fn check_channels(conn: &mut Conn, actor: &Actor, channels: &[ChannelId]) -> Result<()> {
    let contract = contract::of(conn, actor).await?;
    for id in channels {
        if !contract.covers_channel(*id) {
            return Err(Refusal::Invalid { field: "channels", code: "contract" });
        }
        let found = store::channel::get(conn, actor.organisation, *id).await?;
        if found.is_none_or(|it| it.state == "removed") {
            return Err(Refusal::Invalid { field: "channels", code: "unknown" });
        }
    }
    Ok(())
}

/// Takes one step on the way.
///
/// # Errors
/// The right is missing, or the step asks for something that isn't there: `refusal-post-…` says what.
pub async fn take(app: &App, actor: &Actor, id: PostId, step: Step, with: With) -> Result<Post> {
    let mut conn = app.db.write().await?;
    let it = take_in(&mut conn, app, actor, id, (step, with)).await?;
    conn.commit().await?;
    Ok(it)
}

/// Takes one step in the transaction `conn`.
async fn take_in(
    conn: &mut Conn,
    app: &App,
    actor: &Actor,
    id: PostId,
    (step, with): (Step, With),
) -> Result<Post> {
    let action = step.needs().ok_or(Refusal::NotFound)?;
    if step == Step::Rewrite {
        return Err(Objection::Words.into());
    }
    // On a named case the last word takes another right: what it is, the post says.
    if !(matches!(step, Step::Validate | Step::SendBack) && actor.may(Action::Look)) {
        allow(actor, action)?;
    }
    let now = app.now();
    let mut it = load(conn, actor, id, Action::Propose).await?;
    let mut facts = facts(conn, app, actor.organisation, &it).await?;
    if !step.is_for(actor, facts.whose) {
        return Err(last::refusal(actor, step, action));
    }
    let before = fact(&it);
    let reason = paragraph("reason", &with.reason)?;
    let at = match step {
        Step::Schedule | Step::Move => with.at.or(it.due_at),
        Step::PublishNow | Step::Resume => Some(now + HOLD),
        _ => it.due_at,
    };
    facts.reason = !reason.is_empty();
    facts.ahead = at.is_some_and(|at| at > now);
    facts.rights = may_show(store::asset::end_of_post(conn, actor.organisation, id).await?, at, now);
    let to = step.take(it.state, facts)?;
    it.state = to;
    it.due_at = at;
    it.changed_at = now;
    settle(conn, actor, &mut it, step, with.writer, reason, now).await?;
    fast::end_by_step(conn, actor, &mut it, step, now).await?;
    queue::queue(conn, actor.organisation, &it, step, now).await?;
    post::update(conn, actor.organisation, &it).await?;
    told(conn, actor, now, verb(step), &it, Some(before)).await?;
    Ok(it)
}

/// What a step changes besides the state.
async fn settle(
    conn: &mut Conn,
    actor: &Actor,
    it: &mut Post,
    step: Step,
    writer: Option<ColleagueId>,
    reason: String,
    now: i64,
) -> Result<()> {
    match step {
        Step::Brief => {
            if let Some(id) = writer {
                check_writer(conn, actor, id, it, now).await?;
            }
            it.writer = writer;
        }
        Step::Refuse | Step::Park => it.reason = Some(reason).filter(|it| !it.is_empty()),
        Step::SendBack => {
            it.reason = Some(reason);
            it.sent_back_by = Some(actor.colleague);
            unvalidate(conn, actor.organisation, it).await?;
        }
        Step::Submit | Step::Keep | Step::Reopen => it.reason = None,
        Step::Validate => {
            it.reason = None;
            it.validated_by = Some(actor.colleague);
            it.validated_at = Some(now);
        }
        Step::Schedule | Step::Move | Step::PublishNow | Step::Resume | Step::Unschedule => {
            it.held_at = None;
            it.held_code = None;
        }
        Step::Settle => it.published_at = Some(now),
        _ => {}
    }
    if matches!(step, Step::Park | Step::Refuse) {
        unvalidate(conn, actor.organisation, it).await?;
    }
    Ok(())
}

async fn check_writer(conn: &mut Conn, actor: &Actor, id: ColleagueId, it: &Post, now: i64) -> Result<()> {
    let found = store::colleague::get(conn, actor.organisation, id).await?;
    let found = found.filter(|it| it.has_access(now) && it.role.may(Action::Write));
    let found = found.ok_or(Refusal::Invalid { field: "writer", code: "unknown" })?;
    contract::check_sees(conn, &found, it, "writer", now).await
}

/// Has `writer` find the words of a post that is kept, or instead of whoever looks for them now.
pub(super) async fn ask_for_words(
    conn: &mut Conn,
    app: &App,
    actor: &Actor,
    id: PostId,
    writer: ColleagueId,
) -> Result<()> {
    let mut it = load(conn, actor, id, Action::Keep).await?;
    if it.state != State::ToWrite {
        let with = With { writer: Some(writer), ..With::default() };
        return take_in(conn, app, actor, id, (Step::Brief, with)).await.map(drop);
    }
    let (before, now) = (fact(&it), app.now());
    check_writer(conn, actor, writer, &it, now).await?;
    it.writer = Some(writer);
    it.changed_at = now;
    post::update(conn, actor.organisation, &it).await?;
    told(conn, actor, now, verb(Step::Brief), &it, Some(before)).await
}

/// What was read and validated is no longer what stands there.
async fn unvalidate(conn: &mut Conn, organisation: OrganisationId, it: &mut Post) -> store::Result<()> {
    it.validated_by = None;
    it.validated_at = None;
    it.held_at = None;
    it.held_code = None;
    post::look::untick_all(conn, organisation, it.id).await
}

/// What is known of a post; `reason`, `ahead` and what the fast lane asks are the step's to say.
pub async fn facts(
    conn: &mut Conn,
    app: &App,
    organisation: OrganisationId,
    it: &Post,
) -> store::Result<Facts> {
    let targets = post::targets(conn, organisation, it.id).await?;
    let pictures = post::picture::list(conn, organisation, it.id).await?;
    let ticks = post::look::ticks(conn, organisation, it.id).await?;
    let channels: Vec<ChannelId> = targets.iter().map(|it| it.channel).collect();
    let policy = last::policy(conn, organisation).await?;
    let asks = policy.asks(&it.origin, &it.theme, &channels);
    let ticked = |item: &str| ticks.iter().any(|tick| tick.item == item);
    let mut words = !targets.is_empty();
    for target in &targets {
        words &= shape::fits(conn, app, organisation, it, target, pictures.len()).await?;
    }
    let held = match it.state {
        State::ToValidate | State::Scheduled => Some(charter::read(conn, organisation, it).await?),
        _ => None,
    };
    let whose = last::whose(&policy, it, &targets, held.as_ref());
    Ok(Facts {
        words,
        ticked: CHECKLIST.iter().all(|item| ticked(item) || (*item == "alt" && pictures.is_empty())),
        looked: !asks || ticked(SECOND_LOOK),
        charter: held.as_ref().is_none_or(charter::Held::is_kept),
        // As it stands, or at its hour if that is ahead.
        rights: may_show(store::asset::end_of_post(conn, organisation, it.id).await?, it.due_at, app.now()),
        material: !store::request::lacks(conn, organisation, it.id).await?,
        validated: last::is_had(conn, organisation, it, whose).await?,
        whose,
        released: it.released_at.is_some(),
        stopped: store::stop::current(conn, organisation).await?.is_some(),
        ..Facts::default()
    })
}

/// Whether what is shown until `end` may be shown when it leaves at `at`, or now where that is later (µs).
pub fn may_show(end: Option<i64>, at: Option<i64>, now: i64) -> bool {
    end.is_none_or(|end| end > at.unwrap_or(now).max(now))
}

/// Whether something can be begun there: a post or an article, not answers alone.
pub fn can_begin(can: &CapabilitySet) -> bool {
    can.can(CapabilityKey::Post) || can.can(CapabilityKey::Article)
}

fn verb(step: Step) -> &'static str {
    match step {
        Step::Keep => "post.kept",
        Step::Brief => "post.briefed",
        Step::Reopen => "post.reopened",
        Step::Park => "post.parked",
        Step::Refuse => "post.refused",
        Step::Rewrite => "post.rewritten",
        Step::Submit => "post.submitted",
        Step::SendBack => "post.sent_back",
        Step::Validate => "post.validated",
        Step::Schedule => "post.scheduled",
        Step::Move => "post.moved",
        Step::Unschedule => "post.unscheduled",
        Step::PublishNow => "post.sent_now",
        Step::Resume => "post.resumed",
        Step::Settle => "post.settled",
        Step::Publish => "post.published",
        Step::Measure => "post.measured",
        Step::Rush => "post.rushed",
        Step::Approve => "post.approved",
        Step::Decline => "post.declined",
        Step::Recall => "post.recalled",
    }
}

/// What the journal keeps of a post.
pub(crate) fn fact(it: &Post) -> Json {
    json!({
        "title": it.title, "state": it.state, "version": it.version, "due_at": it.due_at, "reason": it.reason,
        "writer": it.writer, "validated_by": it.validated_by, "held": it.held_code, "launch": it.launch,
    })
}

async fn told(
    conn: &mut Conn,
    actor: &Actor,
    now: i64,
    verb: &str,
    it: &Post,
    before: Option<Json>,
) -> Result<()> {
    let entry = Entry {
        organisation: actor.organisation,
        at: now,
        by: By::Colleague(actor.colleague),
        verb,
        subject: it.id.0,
        conversation: None,
        before,
        after: Some(fact(it)),
    };
    journal::write(conn, entry).await?;
    Ok(())
}
