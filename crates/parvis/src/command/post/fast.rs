//! The fast lane: somebody whom the organisation allows it says why it is urgent, one other reads and says yes, and it leaves
//! soon after. What is skipped is the waiting, never the check: the list, the charter, the second look and the stop are asked
//! by the same table of steps as on the ordinary way. A change makes the yes void; nobody's answer is no yes.

pub mod lane;
pub mod review;

use jiff::tz::TimeZone;
use serde_json::json;

use self::lane::lane;
use super::{fact, facts, load, paragraph, queue, told, unvalidate};
use crate::app::App;
use crate::clock::{MINUTE, SECOND};
use crate::command::{Refusal, Result, allow};
use crate::id::{ChannelId, ColleagueId, FastId, OrganisationId, PostId};
use crate::rules::fast::{Closed, FastLane, FastState};
use crate::rules::permission::{Action, Actor};
use crate::rules::post::{CHECKLIST, Objection, SECOND_LOOK, State, Step};
use crate::store::colleague::Colleague;
use crate::store::fast::{self, Fast};
use crate::store::post::look::{self, Tick};
use crate::store::post::{self, Post};
use crate::store::{self, Conn};
use crate::work;

impl From<Closed> for Refusal {
    fn from(it: Closed) -> Self {
        Self::Invalid { field: "fast", code: it.code() }
    }
}

/// The organisation's clock.
pub(crate) async fn zone(conn: &mut Conn, organisation: OrganisationId) -> store::Result<TimeZone> {
    let own = store::organisation::get(conn, organisation).await?;
    Ok(own.and_then(|it| TimeZone::get(&it.time_zone).ok()).unwrap_or(TimeZone::UTC))
}

async fn channels(
    conn: &mut Conn,
    organisation: OrganisationId,
    id: PostId,
) -> store::Result<Vec<ChannelId>> {
    Ok(post::targets(conn, organisation, id).await?.into_iter().map(|it| it.channel).collect())
}

/// Whether the fast lane is open to the actor, for this post and now.
///
/// # Errors
/// The database refused; within, what speaks against it.
pub async fn open(
    conn: &mut Conn,
    actor: &Actor,
    it: &Post,
    now: i64,
) -> store::Result<std::result::Result<FastLane, Closed>> {
    let found = lane(conn, actor.organisation).await?;
    let zone = zone(conn, actor.organisation).await?;
    let channels = channels(conn, actor.organisation, it.id).await?;
    let open = found.opens((actor.colleague, actor.role), &it.theme, &channels, (now, &zone));
    Ok(open.map(|()| found))
}

/// Goes on by the fast lane: an idea goes straight to its words, words go to the first reader on duty. `why` may be empty where
/// it was said when the words were begun. `ticks` are the lines of the checklist that the actor has read.
///
/// # Errors
/// The right is missing, the lane is closed (`refusal-fast-…` says to what), nobody is on duty, or something isn't there that
/// the check asks for.
pub async fn rush(app: &App, actor: &Actor, id: PostId, why: &str, ticks: &[String]) -> Result<Post> {
    let now = app.now();
    let mut conn = app.db.write().await?;
    let house = actor.organisation;
    let mut it = load(&mut conn, actor, id, Action::Write).await?;
    let before = fact(&it);
    let last = fast::newest(&mut conn, house, id).await?;
    if last.as_ref().is_some_and(|it| it.state == FastState::Asked) {
        return Err(Objection::State.into());
    }
    let begun = last.filter(|it| it.state == FastState::Writing);
    let reason = match paragraph("reason", why)? {
        reason if reason.is_empty() => begun.as_ref().map(|it| it.reason.clone()).unwrap_or_default(),
        reason => reason,
    };
    let lane = open(&mut conn, actor, &it, now).await??;
    let mut facts = facts(&mut conn, app, house, &it).await?;
    facts.charter = super::charter::read(&mut conn, house, &it).await?.is_kept();
    facts.lane = true;
    facts.reason = !reason.is_empty();
    let to = Step::Rush.take(it.state, facts)?;
    let is_new = begun.is_none();
    let mut run = begun.unwrap_or_else(|| Fast {
        id: FastId::new(now),
        post: id,
        version: it.version,
        state: FastState::Writing,
        colleague: actor.colleague,
        reason: String::new(),
        began_at: now,
        asked_at: None,
        next_at: None,
        answered_by: None,
        answered_at: None,
        answer: None,
        reviewed_by: None,
        reviewed_at: None,
        review: None,
    });
    run.reason = reason;
    run.colleague = actor.colleague;
    if to == State::ToWrite {
        it.writer = it.writer.or(Some(actor.colleague));
    }
    it.reason = None;
    it.state = to;
    it.changed_at = now;
    if is_new {
        fast::insert(&mut conn, house, &run).await?;
    }
    if to == State::ToValidate {
        run.state = FastState::Asked;
        run.version = it.version;
        run.asked_at = Some(now);
        read(&mut conn, actor, id, ticks, now).await?;
        let reader = next(&mut conn, house, &lane, &run, &it, now).await?.ok_or(Closed::Reader)?;
        ask(&mut conn, house, &lane, &mut run, reader, now).await?;
    }
    fast::update(&mut conn, house, &run).await?;
    post::update(&mut conn, house, &it).await?;
    told(&mut conn, actor, now, "post.rushed", &it, Some(before)).await?;
    conn.commit().await?;
    Ok(it)
}

/// Ticks the lines that the actor has read and nobody else had.
async fn read(conn: &mut Conn, actor: &Actor, id: PostId, ticks: &[String], now: i64) -> Result<()> {
    if ticks.is_empty() {
        return Ok(());
    }
    allow(actor, Action::Look)?;
    let there = look::ticks(conn, actor.organisation, id).await?;
    for item in ticks {
        if !CHECKLIST.contains(&item.as_str()) {
            return Err(Refusal::Invalid { field: "item", code: "unknown" });
        }
        if there.iter().all(|it| it.item != *item) {
            let tick = Tick { item: item.clone(), colleague: actor.colleague, at: now };
            look::tick(conn, actor.organisation, id, &tick).await?;
        }
    }
    Ok(())
}

/// Who is asked next: the first reader on duty who wasn't asked, has their access and the right, and had no hand in it.
pub(crate) async fn next(
    conn: &mut Conn,
    house: OrganisationId,
    lane: &FastLane,
    run: &Fast,
    it: &Post,
    now: i64,
) -> store::Result<Option<ColleagueId>> {
    let asked = fast::asks(conn, house, run.id).await?;
    let people = store::colleague::list(conn, house).await?;
    let zone = zone(conn, house).await?;
    // On a named case the reader's yes is the last word of who has it.
    let whose = super::last::of(conn, house, it).await?;
    let fits = |who: ColleagueId| {
        let can =
            |it: &Colleague| it.has_access(now) && it.role.may(Action::Look) && whose.is_had_by(it.role);
        let able = people.iter().any(|it| it.id == who && can(it));
        able && who != run.colleague
            && it.written_by != Some(who)
            && asked.iter().all(|it| it.colleague != who)
    };
    Ok(lane.reader((now, &zone), fits))
}

/// Asks a reader in the transaction `conn`, and has the next one asked when they don't answer.
pub(crate) async fn ask(
    conn: &mut Conn,
    house: OrganisationId,
    lane: &FastLane,
    run: &mut Fast,
    reader: ColleagueId,
    now: i64,
) -> store::Result<()> {
    run.next_at = Some(now + lane.patience * MINUTE);
    work::fast::tell(conn, house, lane, run, reader, now).await
}

/// The reader's yes: the post leaves after the lane's delay. `ticks` are the lines of the checklist that they read.
///
/// # Errors
/// The right is missing, nobody asked this actor about what stands there, or something isn't there that the check asks for.
pub async fn approve(app: &App, actor: &Actor, id: FastId, ticks: &[String]) -> Result<Post> {
    let now = app.now();
    let mut conn = app.db.write().await?;
    let house = actor.organisation;
    let (mut run, mut it) = put(&mut conn, actor, id).await?;
    let before = fact(&it);
    let asked = is_asked(&mut conn, actor, &run, &it).await?;
    let lane = lane(&mut conn, house).await?;
    if asked {
        // The subject or the rules may have changed since somebody asked.
        let channels = channels(&mut conn, house, it.id).await?;
        let asker = store::colleague::get(&mut conn, house, run.colleague).await?;
        let asker = asker.filter(|it| it.has_access(now)).ok_or(Closed::Person)?;
        lane.admits((asker.id, asker.role), &it.theme, &channels)?;
        read(&mut conn, actor, it.id, ticks, now).await?;
    }
    let mut facts = facts(&mut conn, app, house, &it).await?;
    facts.asked = asked && facts.whose.is_had_by(actor.role);
    it.state = Step::Approve.take(it.state, facts)?;
    let second = Tick { item: SECOND_LOOK.to_owned(), colleague: actor.colleague, at: now };
    look::tick(&mut conn, house, it.id, &second).await?;
    it.reason = None;
    it.validated_by = Some(actor.colleague);
    it.validated_at = Some(now);
    it.due_at = Some(now + lane.delay * SECOND);
    it.held_at = None;
    it.held_code = None;
    it.changed_at = now;
    answered(&mut run, actor, FastState::Yes, None, now);
    fast::update(&mut conn, house, &run).await?;
    queue::queue(&mut conn, house, &it, Step::Approve, now).await?;
    post::update(&mut conn, house, &it).await?;
    told(&mut conn, actor, now, "post.approved", &it, Some(before)).await?;
    conn.commit().await?;
    Ok(it)
}

/// The reader's no: it goes back to its author, with the reason.
///
/// # Errors
/// The right or the reason is missing, or nobody asked this actor about what stands there.
pub async fn decline(app: &App, actor: &Actor, id: FastId, reason: &str) -> Result<Post> {
    let now = app.now();
    let reason = paragraph("reason", reason)?;
    let mut conn = app.db.write().await?;
    let house = actor.organisation;
    let (mut run, mut it) = put(&mut conn, actor, id).await?;
    let before = fact(&it);
    let mut facts = facts(&mut conn, app, house, &it).await?;
    facts.asked = is_asked(&mut conn, actor, &run, &it).await?;
    facts.reason = !reason.is_empty();
    it.state = Step::Decline.take(it.state, facts)?;
    it.reason = Some(reason.clone());
    it.sent_back_by = Some(actor.colleague);
    it.changed_at = now;
    unvalidate(&mut conn, house, &mut it).await?;
    answered(&mut run, actor, FastState::No, Some(reason), now);
    fast::update(&mut conn, house, &run).await?;
    post::update(&mut conn, house, &it).await?;
    told(&mut conn, actor, now, "post.declined", &it, Some(before)).await?;
    Ok(conn.commit().await.map(|()| it)?)
}

/// Takes back what a reader said yes to and what hasn't left: by who asked, who read, who wrote, or who gives hours.
///
/// # Errors
/// It didn't come by the fast lane, it isn't this actor's to take back, or it is leaving.
pub async fn recall(app: &App, actor: &Actor, id: PostId) -> Result<Post> {
    let now = app.now();
    let mut conn = app.db.write().await?;
    let house = actor.organisation;
    let mut it = load(&mut conn, actor, id, Action::Propose).await?;
    let before = fact(&it);
    let run = fast::newest(&mut conn, house, id).await?.filter(|it| it.state == FastState::Yes);
    let mut facts = facts(&mut conn, app, house, &it).await?;
    facts.party = run.as_ref().is_some_and(|run| is_party(actor, run, &it));
    it.state = Step::Recall.take(it.state, facts)?;
    it.due_at = None;
    it.changed_at = now;
    unvalidate(&mut conn, house, &mut it).await?;
    if let Some(run) = run {
        fast::update(&mut conn, house, &Fast { state: FastState::Void, ..run }).await?;
    }
    queue::queue(&mut conn, house, &it, Step::Recall, now).await?;
    post::update(&mut conn, house, &it).await?;
    told(&mut conn, actor, now, "post.recalled", &it, Some(before)).await?;
    Ok(conn.commit().await.map(|()| it)?)
}

/// Whether it is the actor's to take back while it waits.
pub fn is_party(actor: &Actor, run: &Fast, it: &Post) -> bool {
    run.colleague == actor.colleague
        || run.answered_by == Some(actor.colleague)
        || it.written_by == Some(actor.colleague)
        || actor.may(Action::Schedule)
}

/// A try and its post, if the actor may look at it.
pub async fn put(conn: &mut Conn, actor: &Actor, id: FastId) -> Result<(Fast, Post)> {
    allow(actor, Action::Look)?;
    let run = fast::get(conn, actor.organisation, id).await?.ok_or(Refusal::NotFound)?;
    let it = load(conn, actor, run.post, Action::Look).await?;
    Ok((run, it))
}

/// Whether this very version was put before the actor, waits for an answer, and isn't the actor's own.
pub async fn is_asked(conn: &mut Conn, actor: &Actor, run: &Fast, it: &Post) -> store::Result<bool> {
    let asks = fast::asks(conn, actor.organisation, run.id).await?;
    Ok(run.state == FastState::Asked
        && run.version == it.version
        && run.colleague != actor.colleague
        && it.written_by != Some(actor.colleague)
        && asks.iter().any(|it| it.colleague == actor.colleague))
}

fn answered(run: &mut Fast, actor: &Actor, state: FastState, answer: Option<String>, now: i64) {
    run.state = state;
    run.answered_by = Some(actor.colleague);
    run.answered_at = Some(now);
    run.answer = answer;
    run.next_at = None;
}

/// What will be published has changed: a reader who was asked, or said yes, read something else.
pub(super) async fn end_by_change(conn: &mut Conn, actor: &Actor, it: &Post, now: i64) -> Result<()> {
    let run = fast::newest(conn, actor.organisation, it.id).await?;
    match run.filter(|it| matches!(it.state, FastState::Asked | FastState::Yes)) {
        Some(run) => end(conn, actor, it, run, now).await,
        None => Ok(()),
    }
}

/// Somebody takes a step of the ordinary way: the try is over, unless it only leaves at another hour. Who takes a post out
/// takes the reader's word with it.
pub(super) async fn end_by_step(
    conn: &mut Conn,
    actor: &Actor,
    it: &mut Post,
    step: Step,
    now: i64,
) -> Result<()> {
    let Some(run) = fast::newest(conn, actor.organisation, it.id).await? else { return Ok(()) };
    match run.state {
        FastState::Writing | FastState::Asked => end(conn, actor, it, run, now).await,
        FastState::Yes if matches!(step, Step::Unschedule | Step::SendBack) => {
            unvalidate(conn, actor.organisation, it).await?;
            end(conn, actor, it, run, now).await
        }
        _ => Ok(()),
    }
}

async fn end(conn: &mut Conn, actor: &Actor, it: &Post, run: Fast, now: i64) -> Result<()> {
    let was = json!({ "fast": run.state });
    fast::update(conn, actor.organisation, &Fast { state: FastState::Void, next_at: None, ..run }).await?;
    told(conn, actor, now, "post.fast_void", it, Some(was)).await
}
