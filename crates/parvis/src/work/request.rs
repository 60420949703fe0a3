//! Requests for material that are due soon, or late: told three days and one day ahead and when the hour has passed, in the
//! journal and to the destinations that want it. One job per request waits for the next of these; each step makes it anew.

use parvis_channels::notify;
use serde_json::json;

use super::{Outcome, notify as notices};
use crate::app::App;
use crate::command::Result;
use crate::id::{OrganisationId, RequestId};
use crate::rules::request::{REMINDERS, next_reminder};
use crate::store::job::{self, Job};
use crate::store::request::{self, Request};
use crate::store::{self, Conn, colleague};
use crate::web::language::Words;

/// The job's kind.
pub const KIND: &str = "request";

/// Has whoever was asked reminded in time, in the transaction that changes the request.
pub(crate) async fn plan(
    conn: &mut Conn,
    house: OrganisationId,
    it: &Request,
    now: i64,
) -> store::Result<()> {
    let key = it.id.to_string();
    job::cancel(conn, house, KIND, &key).await?;
    match next_reminder(it.due_at, now).filter(|_| it.state.is_awaited()) {
        Some(at) => job::enqueue(conn, house, KIND, &key, it.id.0, at, now).await,
        None => Ok(()),
    }
}

/// Tells that the request of the job is due soon or late, and waits for the next time at which that is told.
pub async fn carry_out(app: &App, job: &Job) -> Result<Outcome> {
    let (house, now) = (job.organisation, app.now());
    let mut conn = app.db.write().await?;
    let found = request::get(&mut conn, house, RequestId(job.subject)).await?;
    let Some(it) = found.filter(|it| it.state.is_awaited()) else { return Ok(Outcome::Done) };
    let stage = REMINDERS.iter().filter(|before| it.due_at - now <= **before).count();
    if stage > 0 {
        let key = format!("request:{}:{stage}", it.id);
        let after = json!({ "title": it.title, "due_at": it.due_at, "asked_of": it.asked_of });
        let told = ("request.reminded", it.id.0, after);
        notices::library(&mut conn, house, (KIND, &key), told, now).await?;
        conn.commit().await?;
    }
    Ok(match next_reminder(it.due_at, now) {
        Some(at) => Outcome::Later(at, "it isn't due yet".to_owned()),
        None => Outcome::Done,
    })
}

/// What a destination is told; `None` when nothing is awaited any more.
pub(super) async fn notice(
    app: &App,
    conn: &mut Conn,
    house: OrganisationId,
    words: &Words,
    key: &str,
) -> store::Result<Option<notify::Notice>> {
    let id = key.split(':').nth(1).and_then(|id| id.parse::<RequestId>().ok());
    let Some(id) = id else { return Ok(None) };
    let found = request::get(conn, house, id).await?.filter(|it| it.state.is_awaited());
    let Some(it) = found else { return Ok(None) };
    let now = app.now();
    let who = colleague::get(conn, house, it.asked_of).await?.map(|it| it.name).unwrap_or_default();
    let by = colleague::get(conn, house, it.asked_by).await?.map(|it| it.name).unwrap_or_default();
    let url = format!("{}/requests/{id}", app.config.public_url.trim_end_matches('/'));
    let late = it.due_at <= now;
    let name = if late { "request-notice-late" } else { "request-notice-title" };
    let day = words.moment(it.due_at, now);
    let title = words.t2(name, "title", it.title.as_str(), "day", day.as_str());
    let text = words.t2("request-notice-who", "who", who.as_str(), "by", by.as_str());
    let data = json!({ "request": id, "title": it.title, "due_at": it.due_at, "asked_of": it.asked_of,
        "asked_by": it.asked_by, "post": it.post, "late": late, "url": url });
    Ok(Some(notify::Notice {
        key: key.to_owned(),
        at: now,
        event: if late { "request.late" } else { "request.due" }.to_owned(),
        title,
        text,
        html: None,
        link: url.parse().ok(),
        data,
    }))
}
