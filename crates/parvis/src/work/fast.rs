//! The fast lane's readers: each is told by letter and where notices go; who doesn't answer in time is followed by the next,
//! and when nobody is left the post goes the ordinary way, never out by itself.

use parvis_channels::notify;
use serde_json::json;

use super::letter::{self, Letter, Tracked};
use super::{Outcome, notify as notices};
use crate::app::App;
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
use crate::store::{self, Conn, colleague, destination};
use crate::web::language::Words;

/// The job's kind: the next reader, when one doesn't answer.
pub const KIND: &str = "fast";
/// The job's kind: a letter to a reader.
pub const LETTER: &str = "fast_letter";
/// Characters of the text that a letter shows.
const EXCERPT: usize = 600;

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
    let letter = letter_of(app, &mut conn, house, &ask).await?;
    drop(conn);
    letter::carry_out(app, job, &ask.told, letter, &(house, ask.id)).await
}

impl Tracked for (OrganisationId, AskId) {
    async fn keep(&self, conn: &mut Conn, told: &str, why: Option<&str>) -> store::Result<()> {
        fast::set_told(conn, self.0, self.1, told, why).await
    }
}

/// The letter of somebody who is asked; `None` when there is nothing to tell them any more.
async fn letter_of(
    app: &App,
    conn: &mut Conn,
    house: OrganisationId,
    ask: &Ask,
) -> store::Result<Option<Letter>> {
    let reader = colleague::get(conn, house, ask.colleague).await?.filter(|it| it.has_access(app.now()));
    let Some(reader) = reader else { return Ok(None) };
    let Some(words) = letter::words(conn, house, &reader, app.now()).await? else { return Ok(None) };
    let Some(notice) = notice(app, conn, house, &words, ask.id).await? else { return Ok(None) };
    let mailbox = lane(conn, house).await?.mailbox;
    Ok(Some(Letter { address: reader.email, mailbox, notice }))
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
