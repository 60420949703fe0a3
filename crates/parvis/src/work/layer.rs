//! Calendars of others, asked hourly under the lease of their job, with the marks of the version that is known. What went well
//! last stays until something better comes; why it went wrong is kept beside. Files are looked at daily: what they repeat goes on.

use axum::http::header::{ACCEPT, ETAG, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED};
use parvis_channels::{ChannelError, Net, Request};
use url::Url;

use super::Outcome;
use crate::app::App;
use crate::clock::{DAY, HOUR};
use crate::command::post::fast::zone;
use crate::command::{Result, layer as command};
use crate::id::LayerId;
use crate::rules::layer::{self as rules, BYTES};
use crate::store::job::Job;
use crate::store::journal::{self, By, Entry};
use crate::store::layer::{self as room, Layer};

/// The job's kind.
pub const KIND: &str = "layer";

/// What a server answered.
enum Answer {
    /// What is known still is so.
    Same,
    /// A file, with its marks.
    File { content: Vec<u8>, etag: Option<String>, modified: Option<String> },
}

/// Asks for the calendar of the job, and waits for the next hour.
pub async fn carry_out(app: &App, job: &Job) -> Result<Outcome> {
    let (house, id) = (job.organisation, LayerId(job.subject));
    let Some(known) = room::get(&mut app.db.read().await?, house, id).await? else {
        return Ok(Outcome::Done);
    };
    let answer = match &known.secret {
        None => Ok(Answer::Same),
        Some(sealed) => match app.seal.open(sealed, id.0.as_bytes()).map(String::from_utf8) {
            Ok(Ok(address)) => ask(&app.net, &address, &known).await,
            _ => Err("sealed"),
        },
    };
    let now = app.now();
    let mut conn = app.db.write().await?;
    let Some(mut it) = room::get(&mut conn, house, id).await? else { return Ok(Outcome::Done) };
    if it.secret != known.secret {
        // It comes from elsewhere since: that has a job of its own.
        return Ok(Outcome::Done);
    }
    let zone = zone(&mut conn, house).await?;
    let read = answer.and_then(|answer| match answer {
        Answer::Same => rules::read(it.content.as_bytes(), &zone, now),
        Answer::File { content, etag, modified } => {
            let shown = rules::read(&content, &zone, now)?;
            it.content = String::from_utf8(content).map_err(|_| "no-calendar")?;
            (it.etag, it.modified) = (etag, modified);
            Ok(shown)
        }
    });
    let (before, first) = (command::fact(&it), it.tried_at.is_none());
    it.tried_at = Some(now);
    match read {
        Ok(shown) => {
            room::set_events(&mut conn, house, id, &shown).await?;
            (it.unread, it.cut) = (shown.unread, shown.cut);
            it.read_at = Some(now);
            it.error = None;
        }
        Err(code) => it.error = Some(code.to_owned()),
    }
    room::update(&mut conn, house, &it).await?;
    // Told when it begins, breaks or is well again, not each hour.
    if first || it.error != known.error {
        let verb = if it.error.is_some() { "layer.failed" } else { "layer.read" };
        let entry = Entry {
            organisation: house,
            at: now,
            by: By::System,
            verb,
            subject: id.0,
            conversation: None,
            before: Some(before),
            after: Some(command::fact(&it)),
        };
        journal::write(&mut conn, entry).await?;
    }
    conn.commit().await?;
    let wait = if it.secret.is_some() { HOUR } else { DAY };
    Ok(Outcome::Later(now + wait, it.error.unwrap_or_default()))
}

/// Asks a server whether there is something new.
async fn ask(net: &Net, address: &str, known: &Layer) -> std::result::Result<Answer, &'static str> {
    let url: Url = address.parse().map_err(|_| "forbidden")?;
    net.check_secret(&url).map_err(|_| "forbidden")?;
    let mut request = Request::get(url).max_bytes(BYTES).header(ACCEPT, "text/calendar, */*;q=0.1");
    if let Some(etag) = &known.etag {
        request = request.header(IF_NONE_MATCH, etag);
    }
    if let Some(modified) = &known.modified {
        request = request.header(IF_MODIFIED_SINCE, modified);
    }
    let answer = net.send(request).await.map_err(|error| match error {
        ChannelError::ForbiddenAddress { .. } => "forbidden",
        ChannelError::Malformed { .. } => "large",
        _ => "unreachable",
    })?;
    match answer.status {
        200 | 203 => Ok(Answer::File {
            etag: answer.header(&ETAG).map(str::to_owned),
            modified: answer.header(&LAST_MODIFIED).map(str::to_owned),
            content: answer.body.to_vec(),
        }),
        304 if known.etag.is_some() || known.modified.is_some() => Ok(Answer::Same),
        401 | 403 => Err("refused"),
        404 | 410 => Err("gone"),
        429 | 500..600 => Err("unreachable"),
        _ => Err("no-calendar"),
    }
}
