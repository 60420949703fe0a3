//! Tells destinations: a notice for each, made in the transaction that gives the reason, and a job that sends it.
//! What it says is put together when it is sent, so that nobody is told what is over by then.
//!
//! waiting → sending → sent, failed, unknown or dropped. *sending* is saved before the call. Where the other side knows a
//! notice by its key, one that was under way when a worker died is sent again; elsewhere it becomes *unknown*.

pub(crate) mod digest;

use parvis_channels::notify::{self, NotifyKind, Target};
use parvis_channels::{ChannelError, Secret};
use serde_json::{Value as Json, json};
use url::Url;
use uuid::Uuid;

use super::Outcome;
use crate::account;
use crate::app::App;
use crate::clock::{MINUTE, SECOND};
use crate::command::Result;
use crate::id::{DeskId, NoticeId, OrganisationId};
use crate::rules::text;
use crate::store::alert::{self, Alert, Subject, measure};
use crate::store::destination::{self, Destination, Notice, Rule};
use crate::store::job::{self, Job};
use crate::store::journal::{self, By, Entry};
use crate::store::{self, Conn, channel, organisation};
use crate::web::alert::{Names, told};
use crate::web::language::{Language, Words};

/// The job's kind.
pub const KIND: &str = "notify";
/// Tries against a destination that can't be reached, over about four hours.
const TRIES: i64 = 9;
/// Characters kept of why something didn't arrive.
const REASON: usize = 240;

/// Why an alert is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// It was raised.
    Opened,
    /// It has become many times worse.
    Worsened,
    /// It is over.
    Closed,
}

impl About {
    fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Worsened => "worsened",
            Self::Closed => "closed",
        }
    }
}

/// Has every destination that wants it told of an alert, in the transaction that gives the reason.
pub async fn plan(
    conn: &mut Conn,
    house: OrganisationId,
    it: &Alert,
    about: About,
    now: i64,
) -> store::Result<()> {
    let desk = desk_of(conn, house, it.subject).await?;
    let Some(own) = organisation::first(conn).await? else { return Ok(()) };
    for to in destination::list(conn, house).await? {
        if to.state != "active" || !wants(&to.rule, it, desk) {
            continue;
        }
        if about == About::Closed && !destination::was_told(conn, house, to.id, it.id).await? {
            continue;
        }
        let words = Words::new(Language::parse(&to.rule.language).unwrap_or_default(), &own.time_zone);
        let at = to.rule.hours.next(now, &words.house_zone);
        let key = format!("{}:{}:{}", it.id, about.as_str(), it.level);
        enqueue(conn, house, &to, (about.as_str(), &key), Some(it.id), (at, now)).await?;
    }
    Ok(())
}

/// An open alert shows at a desk or on a channel too: has those told of it who wouldn't have been, once each.
pub async fn plan_joined(
    conn: &mut Conn,
    house: OrganisationId,
    it: &Alert,
    shows: Subject,
    now: i64,
) -> store::Result<()> {
    let (was, is) = (desk_of(conn, house, it.subject).await?, desk_of(conn, house, shows).await?);
    let Some(own) = organisation::first(conn).await? else { return Ok(()) };
    for to in destination::list(conn, house).await? {
        if to.state != "active" || wants(&to.rule, it, was) || !wants(&to.rule, it, is) {
            continue;
        }
        let words = Words::new(Language::parse(&to.rule.language).unwrap_or_default(), &own.time_zone);
        let at = to.rule.hours.next(now, &words.house_zone);
        let key = format!("{}:{}:joined", it.id, About::Opened.as_str());
        enqueue(conn, house, &to, (About::Opened.as_str(), &key), Some(it.id), (at, now)).await?;
    }
    Ok(())
}

/// Tells what the library has to say of itself (rights that end, material that is due): to the destinations that want it, each
/// at its hours, and in the journal with `after`.
pub(super) async fn library(
    conn: &mut Conn,
    house: OrganisationId,
    (kind, key): (&str, &str),
    (verb, subject, after): (&str, Uuid, Json),
    now: i64,
) -> store::Result<()> {
    let own = organisation::get(conn, house).await?;
    let zone = Words::new(Language::default(), &own.map(|it| it.time_zone).unwrap_or_default()).house_zone;
    for to in destination::list(conn, house).await? {
        if to.state == "active" && to.rule.rights {
            let at = to.rule.hours.next(now, &zone);
            enqueue(conn, house, &to, (kind, key), None, (at, now)).await?;
        }
    }
    let entry = Entry {
        organisation: house,
        at: now,
        by: By::System,
        verb,
        subject,
        conversation: None,
        before: None,
        after: Some(after),
    };
    journal::write(conn, entry).await.map(drop)
}

/// Has a notice sent at `at`; one of the same key is sent once.
pub async fn enqueue(
    conn: &mut Conn,
    house: OrganisationId,
    to: &Destination,
    (kind, key): (&str, &str),
    alert: Option<crate::id::AlertId>,
    (at, now): (i64, i64),
) -> store::Result<()> {
    let it = Notice {
        id: NoticeId::new(now),
        destination: to.id,
        key: key.to_owned(),
        kind: kind.to_owned(),
        alert,
        state: "waiting".to_owned(),
        created_at: now,
        sent_at: None,
        error: None,
    };
    if destination::plan(conn, house, &it).await? {
        job::enqueue(conn, house, KIND, &it.id.to_string(), it.id.0, at, now).await?;
    }
    Ok(())
}

async fn desk_of(conn: &mut Conn, house: OrganisationId, it: Subject) -> store::Result<Option<DeskId>> {
    Ok(match it {
        Subject::Desk(desk) => Some(desk),
        Subject::Channel(id) => channel::get(conn, house, id).await?.map(|it| it.desk),
        Subject::Watch(_) => None,
    })
}

fn wants(rule: &Rule, it: &Alert, desk: Option<DeskId>) -> bool {
    let by_desk = rule.desks.is_empty() || desk.is_none_or(|desk| rule.desks.contains(&desk));
    by_desk && rule.kinds.contains(&it.kind)
}

/// One try at sending the notice of the job.
pub async fn carry_out(app: &App, job: &Job) -> Result<Outcome> {
    let house = job.organisation;
    let mut conn = app.db.read().await?;
    let Some(it) = destination::notice(&mut conn, house, NoticeId(job.subject)).await? else {
        return Ok(Outcome::Done);
    };
    let Some(to) = destination::get(&mut conn, house, it.destination).await? else {
        return Ok(Outcome::Done);
    };
    let kind = NotifyKind::parse(&to.kind);
    match (it.state.as_str(), kind) {
        ("waiting", Some(_)) => {}
        ("sending", Some(kind)) if kind.knows_keys() => {}
        // A worker died between saving and hearing the answer.
        ("sending", _) => {
            drop(conn);
            return ended(app, job, &it, "unknown", Some(("unknown", "Parvis was cut off while it sent")))
                .await;
        }
        _ => return Ok(Outcome::Done),
    }
    let target = open(app, &mut conn, house, &to).await;
    let notice = compose(app, &mut conn, house, &it, &to.rule).await?;
    drop(conn);
    let Some(notice) = notice.filter(|_| to.state == "active" || it.kind == "test") else {
        return ended(app, job, &it, "dropped", None).await;
    };
    let Some(target) = target else {
        return ended(app, job, &it, "failed", Some(("sealed", "its secret can't be opened with this key")))
            .await;
    };
    if !begin(app, job, &it).await? {
        return Ok(Outcome::Done);
    }
    match notify::send(&app.net, &target, &notice).await {
        Ok(()) => ended(app, job, &it, "sent", None).await,
        Err(error) => failed(app, job, &it, &error, target.kind).await,
    }
}

/// Saves that it is being handed over. False when it isn't this worker's any more.
async fn begin(app: &App, job: &Job, it: &Notice) -> store::Result<bool> {
    let mut conn = app.db.write().await?;
    if !job::count(&mut conn, job, job.attempts).await? {
        return Ok(false);
    }
    let it = Notice { state: "sending".to_owned(), ..it.clone() };
    destination::settle(&mut conn, job.organisation, &it).await?;
    conn.commit().await?;
    Ok(true)
}

async fn failed(
    app: &App,
    job: &Job,
    it: &Notice,
    error: &ChannelError,
    kind: NotifyKind,
) -> Result<Outcome> {
    let said = error.to_string();
    let why = Some((error.code(), said.as_str()));
    let again = match error {
        ChannelError::Limited { retry_after } => {
            let wait = i64::try_from(retry_after.as_micros()).unwrap_or(MINUTE).max(SECOND);
            Some(Outcome::Later(app.now() + wait, said.clone()))
        }
        ChannelError::Unknown { .. } if !kind.knows_keys() => {
            return ended(app, job, it, "unknown", why).await;
        }
        error if job.attempts + 1 < TRIES && (error.retryable() || error.code() == "unknown") => {
            let wait = 10 * SECOND * 3_i64.pow(u32::try_from(job.attempts.min(6)).unwrap_or(6));
            Some(Outcome::Retry(app.now() + wait, said.clone()))
        }
        _ => None,
    };
    match again {
        Some(outcome) => {
            settle(app, job, it, "waiting", why).await?;
            Ok(outcome)
        }
        None => ended(app, job, it, "failed", why).await,
    }
}

async fn ended(app: &App, job: &Job, it: &Notice, state: &str, why: Option<(&str, &str)>) -> Result<Outcome> {
    settle(app, job, it, state, why).await?;
    Ok(Outcome::Done)
}

/// Writes what became of it, and whether things arrive there.
async fn settle(
    app: &App,
    job: &Job,
    it: &Notice,
    state: &str,
    why: Option<(&str, &str)>,
) -> store::Result<()> {
    let now = app.now();
    let short = why.map(|(code, said)| (code.to_owned(), text::excerpt(said, REASON)));
    let mut conn = app.db.write().await?;
    let sent_at = (state == "sent").then_some(now);
    let after = Notice { state: state.to_owned(), sent_at, error: short.clone(), ..it.clone() };
    destination::settle(&mut conn, job.organisation, &after).await?;
    let before = destination::get(&mut conn, job.organisation, it.destination).await?;
    let since = before.and_then(|it| it.failing).map_or(now, |(since, ..)| since);
    match (&short, state) {
        (Some((code, said)), _) => {
            let failing = Some((since, code.as_str(), said.as_str()));
            destination::set_health(&mut conn, job.organisation, it.destination, failing).await?;
        }
        (None, "sent") => {
            destination::set_health(&mut conn, job.organisation, it.destination, None).await?;
        }
        _ => {}
    }
    conn.commit().await
}

/// The destination with its secret opened; `None` where it can't be.
pub(crate) async fn open(
    app: &App,
    conn: &mut Conn,
    house: OrganisationId,
    it: &Destination,
) -> Option<Target> {
    let secret = match &it.secret {
        Some(sealed) => String::from_utf8(app.seal.open(sealed, it.id.0.as_bytes()).ok()?).ok()?,
        None => String::new(),
    };
    let mailbox = match it.channel {
        Some(id) => channel::get(conn, house, id).await.ok()?.filter(|it| it.state != "removed"),
        None => None,
    };
    let mailbox = mailbox.and_then(|it| account::open(app, &it).ok());
    let kind = NotifyKind::parse(&it.kind)?;
    Some(Target { kind, address: it.address.clone(), secret: Secret::new(secret), mailbox })
}

/// What it says now; `None` when there is nothing to say any more.
async fn compose(
    app: &App,
    conn: &mut Conn,
    house: OrganisationId,
    it: &Notice,
    rule: &Rule,
) -> store::Result<Option<notify::Notice>> {
    let Some(own) = organisation::first(conn).await? else { return Ok(None) };
    let words = Words::new(Language::parse(&rule.language).unwrap_or_default(), &own.time_zone);
    let base = app.config.public_url.trim_end_matches('/').to_owned();
    let link = |path: String| format!("{base}{path}").parse::<Url>().ok();
    let plain = notify::Notice {
        key: it.id.to_string(),
        at: it.created_at,
        event: format!("alert.{}", it.kind),
        title: String::new(),
        text: String::new(),
        html: None,
        link: None,
        data: json!({ "organisation": own.name }),
    };
    match (it.kind.as_str(), it.alert) {
        ("test", _) => Ok(Some(notify::Notice {
            event: "test".to_owned(),
            title: words.t1("notice-test", "name", &own.name),
            text: words.t("notice-test-text"),
            link: link("/alerts".to_owned()),
            ..plain
        })),
        ("fast", _) => {
            let id = it.key.strip_prefix("fast:").and_then(|id| id.parse().ok());
            let Some(id) = id else { return Ok(None) };
            let found = super::fast::notice(app, conn, house, &words, id).await?;
            Ok(found.map(|found| notify::Notice { key: plain.key, at: plain.at, ..found }))
        }
        ("rights", _) => {
            let found = super::rights::notice(app, conn, house, &words, &it.key).await?;
            Ok(found.map(|found| notify::Notice { key: plain.key, at: plain.at, ..found }))
        }
        ("request", _) => {
            let found = super::request::notice(app, conn, house, &words, &it.key).await?;
            Ok(found.map(|found| notify::Notice { key: plain.key, at: plain.at, ..found }))
        }
        ("digest", _) => digest::compose(conn, &words, (house, &own.name), it, rule, (plain, &base)).await,
        (kind, Some(id)) => {
            let Some(found) = alert::get(conn, house, id).await? else { return Ok(None) };
            // What was held back over night and is over is told to nobody.
            if (kind == "closed") != found.closed.is_some() {
                return Ok(None);
            }
            let names = Names::of(conn, house, words.clone()).await?;
            let now = app.now();
            let first = match found.evidence.first {
                Some(first) => measure::one(conn, house, first).await?,
                None => None,
            };
            let beginner = first.and_then(|it| Some((words.moment(it.sent_at, now), who(&it.author?.0))));
            let said = told::sentence(&words, &found, &names.subject(found.subject), now);
            let (title, text) = match &found.closed {
                Some(closed) => (
                    words.t("notice-closed"),
                    format!("{said} {}", told::ending(&words, closed, names.colleague(closed.by), now)),
                ),
                None => (said, told::detail(&words, &found, beginner, now)),
            };
            let data = json!({
                "organisation": own.name, "alert": found.id, "kind": found.kind, "subject": found.subject,
                "level": found.level, "began_at": found.began_at, "opened_at": found.opened_at,
                "closed_why": found.closed.as_ref().map(|it| &it.why), "title": title, "text": text,
                "count": found.evidence.count, "times": found.evidence.times, "window": found.evidence.window,
                "terms": found.evidence.terms, "url": format!("{base}/alerts/{id}"),
            });
            Ok(Some(notify::Notice { title, text, link: link(format!("/alerts/{id}")), data, ..plain }))
        }
        _ => Ok(None),
    }
}

fn who(handle: &str) -> String {
    format!("@{}", handle.trim_start_matches('@').split('@').next().unwrap_or_default())
}

#[cfg(test)]
mod tests;
