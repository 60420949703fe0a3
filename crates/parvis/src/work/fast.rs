//! The fast lane's readers: each is told by letter and where notices go; who doesn't answer in time is followed by the next,
//! and when nobody is left the post goes the ordinary way, never out by itself.
//!
//! A letter: waiting → sending → sent, failed, unknown or dropped. *sending* is saved before the call; a mail server doesn't
//! know what it has, so what was under way when a worker died is *unknown* and isn't sent again.

use parvis_channels::notify::{self, NotifyKind, Target};
use parvis_channels::{ChannelError, Secret};
use serde_json::json;

use super::{Outcome, notify as notices};
use crate::account;
use crate::app::App;
use crate::clock::SECOND;
use crate::command::Result;
use crate::command::post::fact;
use crate::command::post::fast as command;
use crate::command::post::fast::lane::lane;
use crate::id::{AskId, ColleagueId, FastId, OrganisationId};
use crate::rules::fast::{FastLane, FastState};
use crate::rules::text;
use crate::store::fast::{self, Ask, Fast};
use crate::store::job::{self, Job};
use crate::store::journal::{self, By, Entry};
use crate::store::post::{self, Post};
use crate::store::{self, Conn, channel, colleague, destination, organisation};
use crate::web::language::{Language, Words};

/// The job's kind: the next reader, when one doesn't answer.
pub const KIND: &str = "fast";
/// The job's kind: a letter to a reader.
pub const LETTER: &str = "fast_letter";
/// Tries against a mail server that can't be reached; a reader who is told later isn't told in time.
const TRIES: i64 = 4;
/// Characters of the text that a letter shows.
const EXCERPT: usize = 600;
/// Characters kept of why something didn't arrive.
const REASON: usize = 240;

/// Notes that a reader was asked and has them told, in the transaction `conn`; and has the next asked at `run.next_at`.
pub(crate) async fn tell(
    conn: &mut Conn,
    house: OrganisationId,
    lane: &FastLane,
    run: &Fast,
    reader: ColleagueId,
    now: i64,
) -> store::Result<()> {
    let told = if lane.mailbox.is_some() { "waiting" } else { "none" };
    let ask = Ask {
        id: AskId::new(now),
        fast: run.id,
        colleague: reader,
        at: now,
        told: told.to_owned(),
        error: None,
    };
    fast::ask(conn, house, &ask).await?;
    if lane.mailbox.is_some() {
        job::enqueue(conn, house, LETTER, &ask.id.to_string(), ask.id.0, now, now).await?;
    }
    let key = run.id.to_string();
    job::enqueue(conn, house, KIND, &key, run.id.0, run.next_at.unwrap_or(now), now).await?;
    for to in destination::list(conn, house).await?.iter().filter(|it| it.state == "active" && it.rule.fast) {
        notices::enqueue(conn, house, to, ("fast", &format!("fast:{}", ask.id)), None, (now, now)).await?;
    }
    if let Some(it) = post::get(conn, house, run.post).await? {
        let asked = json!({ "reader": reader, "fast": run.id });
        written(conn, house, now, "post.fast_asked", &it, asked).await?;
    }
    Ok(())
}

/// The reader of the job's try hasn't answered: asks the next, or says that nobody did.
pub async fn carry_out(app: &App, job: &Job) -> Result<Outcome> {
    let (house, now) = (job.organisation, app.now());
    let mut conn = app.db.write().await?;
    let run = fast::get(&mut conn, house, FastId(job.subject)).await?;
    let Some(mut run) = run.filter(|it| it.state == FastState::Asked) else { return Ok(Outcome::Done) };
    if let Some(at) = run.next_at.filter(|at| *at > now) {
        return Ok(Outcome::Later(at, "the reader still has time".to_owned()));
    }
    let Some(mut it) = post::get(&mut conn, house, run.post).await? else { return Ok(Outcome::Done) };
    let lane = lane(&mut conn, house).await?;
    let reader = if lane.on { command::next(&mut conn, house, &lane, &run, &it, now).await? } else { None };
    match reader {
        Some(reader) => command::ask(&mut conn, house, &lane, &mut run, reader, now).await?,
        None => {
            run.state = FastState::Silent;
            run.next_at = None;
            it.changed_at = now;
            post::update(&mut conn, house, &it).await?;
            written(&mut conn, house, now, "post.fast_silent", &it, json!({ "fast": run.id })).await?;
        }
    }
    fast::update(&mut conn, house, &run).await?;
    conn.commit().await?;
    Ok(Outcome::Done)
}

async fn written(
    conn: &mut Conn,
    organisation: OrganisationId,
    now: i64,
    verb: &str,
    it: &Post,
    about: serde_json::Value,
) -> store::Result<()> {
    let entry = Entry {
        organisation,
        at: now,
        by: By::System,
        verb,
        subject: it.id.0,
        conversation: None,
        before: Some(about),
        after: Some(fact(it)),
    };
    journal::write(conn, entry).await.map(drop)
}

/// One try at the letter of the job.
pub async fn write(app: &App, job: &Job) -> Result<Outcome> {
    let house = job.organisation;
    let mut conn = app.db.read().await?;
    let Some(ask) = fast::one_ask(&mut conn, house, AskId(job.subject)).await? else {
        return Ok(Outcome::Done);
    };
    match ask.told.as_str() {
        "waiting" => {}
        // A worker died between saving and hearing the answer.
        "sending" => {
            drop(conn);
            return ended(app, job, &ask, "unknown", Some("Parvis was cut off while it sent")).await;
        }
        _ => return Ok(Outcome::Done),
    }
    let reader = colleague::get(&mut conn, house, ask.colleague).await?.filter(|it| it.has_access(app.now()));
    let own = organisation::get(&mut conn, house).await?;
    let (Some(reader), Some(own)) = (reader, own) else {
        drop(conn);
        return ended(app, job, &ask, "dropped", None).await;
    };
    let language = reader.language.as_deref().unwrap_or(&own.language);
    let words = Words::new(Language::parse(language).unwrap_or_default(), &own.time_zone)
        .seen_from(reader.time_zone.as_deref(), app.now());
    let notice = notice(app, &mut conn, house, &words, ask.id).await?;
    let mailbox = match lane(&mut conn, house).await?.mailbox {
        Some(id) => channel::get(&mut conn, house, id).await?.filter(|it| it.state != "removed"),
        None => None,
    };
    drop(conn);
    let Some(notice) = notice else { return ended(app, job, &ask, "dropped", None).await };
    let Some(mailbox) = mailbox.and_then(|it| account::open(app, &it).ok()) else {
        return ended(app, job, &ask, "failed", Some("no mailbox sends it")).await;
    };
    let target = Target {
        kind: NotifyKind::Mail,
        address: reader.email,
        secret: Secret::new(""),
        mailbox: Some(mailbox),
    };
    if !begin(app, job, &ask).await? {
        return Ok(Outcome::Done);
    }
    match notify::send(&app.net, &target, &notice).await {
        Ok(()) => ended(app, job, &ask, "sent", None).await,
        Err(error) => failed(app, job, &ask, &error).await,
    }
}

/// Saves that it is being handed over. False when it isn't this worker's any more.
async fn begin(app: &App, job: &Job, it: &Ask) -> store::Result<bool> {
    let mut conn = app.db.write().await?;
    if !job::count(&mut conn, job, job.attempts).await? {
        return Ok(false);
    }
    fast::set_told(&mut conn, job.organisation, it.id, "sending", None).await?;
    conn.commit().await.map(|()| true)
}

async fn failed(app: &App, job: &Job, it: &Ask, error: &ChannelError) -> Result<Outcome> {
    let said = error.to_string();
    if matches!(error, ChannelError::Unknown { .. }) {
        return ended(app, job, it, "unknown", Some(&said)).await;
    }
    if error.retryable() && job.attempts + 1 < TRIES {
        settle(app, job, it, "waiting", Some(&said)).await?;
        let wait = 5 * SECOND * 2_i64.pow(u32::try_from(job.attempts.min(6)).unwrap_or(6));
        return Ok(Outcome::Retry(app.now() + wait, said));
    }
    ended(app, job, it, "failed", Some(&said)).await
}

async fn ended(app: &App, job: &Job, it: &Ask, told: &str, why: Option<&str>) -> Result<Outcome> {
    settle(app, job, it, told, why).await?;
    Ok(Outcome::Done)
}

async fn settle(app: &App, job: &Job, it: &Ask, told: &str, why: Option<&str>) -> store::Result<()> {
    let why = why.map(|it| text::excerpt(it, REASON));
    let mut conn = app.db.write().await?;
    fast::set_told(&mut conn, job.organisation, it.id, told, why.as_deref()).await?;
    conn.commit().await
}

/// What a reader is told; `None` when it doesn't wait for an answer any more.
pub(super) async fn notice(
    app: &App,
    conn: &mut Conn,
    house: OrganisationId,
    words: &Words,
    id: AskId,
) -> store::Result<Option<notify::Notice>> {
    let Some(ask) = fast::one_ask(conn, house, id).await? else { return Ok(None) };
    let run = fast::get(conn, house, ask.fast).await?.filter(|it| it.state == FastState::Asked);
    let Some(run) = run else { return Ok(None) };
    let Some(it) = post::get(conn, house, run.post).await? else { return Ok(None) };
    let name = |found: Option<colleague::Colleague>| found.map(|it| it.name).unwrap_or_default();
    let asker = name(colleague::get(conn, house, run.colleague).await?);
    let reader = name(colleague::get(conn, house, ask.colleague).await?);
    let url = format!("{}/speak/fast/{}", app.config.public_url.trim_end_matches('/'), run.id);
    let title = words.t2("fast-notice-title", "who", asker.as_str(), "title", it.title.as_str());
    let text = format!(
        "{}\n\n{}\n\n{}",
        words.t2("fast-notice-why", "reader", reader.as_str(), "why", run.reason.as_str()),
        text::excerpt(&it.text, EXCERPT),
        words.t("fast-notice-means"),
    );
    let data = json!({ "fast": run.id, "post": it.id, "title": it.title, "why": run.reason,
        "reader": ask.colleague, "colleague": run.colleague, "url": url });
    Ok(Some(notify::Notice {
        key: ask.id.to_string(),
        at: ask.at,
        event: "fast.asked".to_owned(),
        title,
        text,
        html: None,
        link: url.parse().ok(),
        data,
    }))
}
