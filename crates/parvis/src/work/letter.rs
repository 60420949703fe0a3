//! A letter to one person: waiting → sending → sent, failed, unknown or dropped. *sending* is saved before the call; a mail server
//! doesn't know what it has, so what was under way when a worker died is *unknown* and isn't sent again.

use parvis_channels::notify::{self, Notice, NotifyKind, Target};
use parvis_channels::{ChannelError, Secret};

use super::Outcome;
use crate::account;
use crate::app::App;
use crate::clock::SECOND;
use crate::command::Result;
use crate::id::{ChannelId, OrganisationId};
use crate::rules::text;
use crate::store::colleague::Colleague;
use crate::store::job::{self, Job};
use crate::store::{self, Conn, channel, organisation};
use crate::web::language::{Language, Words};

/// Tries against a mail server that can't be reached; who is told later isn't told in time.
const TRIES: i64 = 4;
/// Characters kept of why something didn't arrive.
const REASON: usize = 240;

/// A letter that can leave.
pub(super) struct Letter {
    /// To which address.
    pub address: String,
    /// The mailbox that sends it.
    pub mailbox: Option<ChannelId>,
    /// What it says.
    pub notice: Notice,
}

/// The words of a letter to a colleague: in their language, by their clock.
pub(super) async fn words(
    conn: &mut Conn,
    house: OrganisationId,
    to: &Colleague,
    now: i64,
) -> store::Result<Option<Words>> {
    let Some(own) = organisation::get(conn, house).await? else { return Ok(None) };
    let language = to.language.as_deref().unwrap_or(&own.language);
    let words = Words::new(Language::parse(language).unwrap_or_default(), &own.time_zone);
    Ok(Some(words.seen_from(to.time_zone.as_deref(), now)))
}

/// The row that a letter is written for: it keeps what became of it.
pub(super) trait Tracked: Sync {
    /// Keeps what became of it (`sending` before the call), and why.
    fn keep(
        &self,
        conn: &mut Conn,
        told: &str,
        why: Option<&str>,
    ) -> impl Future<Output = store::Result<()>> + Send;
}

/// One try at the letter of a job, of which `told` was kept last; `letter` is `None` where it needn't go any more.
pub(super) async fn carry_out(
    app: &App,
    job: &Job,
    told: &str,
    letter: Option<Letter>,
    of: &impl Tracked,
) -> Result<Outcome> {
    match told {
        "waiting" => {}
        // A worker died between saving and hearing the answer.
        "sending" => return ended(app, "unknown", Some("Parvis was cut off while it sent"), of).await,
        _ => return Ok(Outcome::Done),
    }
    let Some(letter) = letter else { return ended(app, "dropped", None, of).await };
    let mut conn = app.db.read().await?;
    let mailbox = match letter.mailbox {
        Some(id) => channel::get(&mut conn, job.organisation, id).await?.filter(|it| it.state != "removed"),
        None => None,
    };
    drop(conn);
    let Some(mailbox) = mailbox.and_then(|it| account::open(app, &it).ok()) else {
        return ended(app, "failed", Some("no mailbox sends it"), of).await;
    };
    let target = Target {
        kind: NotifyKind::Mail,
        address: letter.address,
        secret: Secret::new(""),
        mailbox: Some(mailbox),
    };
    let mut conn = app.db.write().await?;
    if !job::count(&mut conn, job, job.attempts).await? {
        // It isn't this worker's any more.
        return Ok(Outcome::Done);
    }
    of.keep(&mut conn, "sending", None).await?;
    conn.commit().await?;
    match notify::send(&app.net, &target, &letter.notice).await {
        Ok(()) => ended(app, "sent", None, of).await,
        Err(error) => failed(app, job, &error, of).await,
    }
}

async fn failed(app: &App, job: &Job, error: &ChannelError, of: &impl Tracked) -> Result<Outcome> {
    let said = error.to_string();
    if matches!(error, ChannelError::Unknown { .. }) {
        return ended(app, "unknown", Some(&said), of).await;
    }
    if error.retryable() && job.attempts + 1 < TRIES {
        settle(app, "waiting", Some(&said), of).await?;
        let wait = 5 * SECOND * 2_i64.pow(u32::try_from(job.attempts.min(6)).unwrap_or(6));
        return Ok(Outcome::Retry(app.now() + wait, said));
    }
    ended(app, "failed", Some(&said), of).await
}

async fn ended(app: &App, told: &str, why: Option<&str>, of: &impl Tracked) -> Result<Outcome> {
    settle(app, told, why, of).await?;
    Ok(Outcome::Done)
}

async fn settle(app: &App, told: &str, why: Option<&str>, of: &impl Tracked) -> store::Result<()> {
    let why = why.map(|it| text::excerpt(it, REASON));
    let mut conn = app.db.write().await?;
    of.keep(&mut conn, told, why.as_deref()).await?;
    conn.commit().await
}
