//! Alerts: seen, and closed by people. They are raised by `work::alert`.

use serde_json::json;

use super::{Refusal, Result};
use crate::app::App;
use crate::id::AlertId;
use crate::rules::permission::{Action, Actor};
use crate::store::Conn;
use crate::store::alert::{self, Alert, Closed, Kind, Subject};
use crate::store::journal::{self, By, Entry};
use crate::work::notify::{self, About};

/// Why somebody closes an alert: it was handled, or it was none.
pub const REASONS: [&str; 2] = ["handled", "false"];

/// Whether something is for this person's eyes: how channels are is for all who may see channels, a desk's is for those
/// who see the desk, and what watches find is for those who listen.
#[must_use]
pub fn is_for(actor: &Actor, kind: Kind, subject: Subject) -> bool {
    match subject {
        _ if kind.is_technical() => actor.may(Action::ReadChannels),
        Subject::Desk(desk) => actor.may(Action::Read) && actor.scope.covers(desk),
        Subject::Watch(_) | Subject::Channel(_) => actor.may(Action::Listen),
    }
}

/// Whether an alert is for this person's eyes, by anything that it shows in.
///
/// # Errors
/// The database refused.
pub async fn sees(conn: &mut Conn, actor: &Actor, it: &Alert) -> Result<bool> {
    if is_for(actor, it.kind, it.subject) {
        return Ok(true);
    }
    let signals = alert::signals_of(conn, actor.organisation, it.id).await?;
    Ok(signals.iter().any(|it| is_for(actor, it.kind, it.subject)))
}

/// Those of `all` that are for this person's eyes.
///
/// # Errors
/// The database refused.
pub async fn seen_of(conn: &mut Conn, actor: &Actor, all: Vec<Alert>) -> Result<Vec<Alert>> {
    let mut mine = Vec::with_capacity(all.len());
    for it in all {
        if sees(conn, actor, &it).await? {
            mine.push(it);
        }
    }
    Ok(mine)
}

/// The alert, if it is for this person's eyes.
///
/// # Errors
/// It isn't, or there is none.
pub async fn load(conn: &mut Conn, actor: &Actor, id: AlertId) -> Result<Alert> {
    let found = alert::get(conn, actor.organisation, id).await?.ok_or(Refusal::NotFound)?;
    if sees(conn, actor, &found).await? { Ok(found) } else { Err(Refusal::NotFound) }
}

/// Those that are open and for this person's eyes: what is said before how it is heard, the newest first.
///
/// # Errors
/// The database refused.
pub async fn open(conn: &mut Conn, actor: &Actor) -> Result<Vec<Alert>> {
    let all = alert::open(conn, actor.organisation).await?;
    let mut mine = seen_of(conn, actor, all).await?;
    // What is said comes before how it is heard.
    mine.sort_by_key(|it| it.kind.is_technical());
    Ok(mine)
}

/// Notes that this person has seen it and looks after it; a second time changes nothing.
///
/// # Errors
/// The right is missing, or there is no such alert.
pub async fn see(app: &App, actor: &Actor, id: AlertId) -> Result<()> {
    super::allow(actor, Action::Note)?;
    let now = app.now();
    let mut conn = app.db.write().await?;
    let it = load(&mut conn, actor, id).await?;
    if alert::see(&mut conn, actor.organisation, it.id, actor.colleague, now).await? {
        written(&mut conn, actor, now, "alert.seen", &it, None).await?;
        conn.commit().await?;
    }
    Ok(())
}

/// Closes it for one of the [`REASONS`]; what lasts isn't told again.
///
/// # Errors
/// The right is missing, there is no such alert or reason, or it is closed already.
pub async fn close(app: &App, actor: &Actor, id: AlertId, why: &str) -> Result<()> {
    super::allow(actor, Action::Note)?;
    let why = REASONS.into_iter().find(|it| *it == why);
    let why = why.ok_or(Refusal::Invalid { field: "why", code: "unknown" })?;
    let now = app.now();
    let mut conn = app.db.write().await?;
    let it = load(&mut conn, actor, id).await?;
    let closed = Closed { at: now, why: why.to_owned(), by: Some(actor.colleague) };
    alert::see(&mut conn, actor.organisation, it.id, actor.colleague, now).await?;
    if !alert::close(&mut conn, actor.organisation, it.id, &closed).await? {
        return Err(Refusal::Changed);
    }
    notify::plan(&mut conn, actor.organisation, &it, About::Closed, now).await?;
    written(&mut conn, actor, now, "alert.closed", &it, Some(why)).await?;
    conn.commit().await?;
    Ok(())
}

async fn written(
    conn: &mut Conn,
    actor: &Actor,
    now: i64,
    verb: &str,
    it: &Alert,
    why: Option<&str>,
) -> Result<()> {
    let entry = Entry {
        organisation: actor.organisation,
        at: now,
        by: By::Colleague(actor.colleague),
        verb,
        subject: it.id.0,
        conversation: None,
        before: None,
        after: Some(json!({ "kind": it.kind, "subject": it.subject, "closed": why })),
    };
    Ok(journal::write(conn, entry).await.map(drop)?)
}
