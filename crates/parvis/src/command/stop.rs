//! Stop everything: in one transaction all that would leave is taken out of every queue and marked, and from then on
//! whoever would hand something over finds the stop in its own transaction. Lifting it sends nothing: each post that
//! was held is put back by hand. Answers to people go on; a crisis needs them.

use serde_json::json;

use super::{Refusal, Result, allow};
use crate::app::App;
use crate::id::StopId;
use crate::rules::permission::{Action, Actor};
use crate::store::journal::{self, By, Entry};
use crate::store::stop::{self, Stop};

/// Longest reason, in characters.
pub const REASON_LENGTH: usize = 300;

/// Stops everything; answers with how many posts were held.
///
/// # Errors
/// The right is missing, no reason was given, or everything is stopped already.
pub async fn begin(app: &App, actor: &Actor, reason: &str) -> Result<u64> {
    allow(actor, Action::Stop)?;
    let reason = super::line("reason", reason, REASON_LENGTH)?;
    let mut conn = app.db.write().await?;
    let now = app.now();
    if stop::current(&mut conn, actor.organisation).await?.is_some() {
        return Err(Refusal::Changed);
    }
    let it = Stop { id: StopId::new(now), at: now, colleague: actor.colleague, reason };
    stop::insert(&mut conn, actor.organisation, &it).await?;
    let held = stop::hold_all(&mut conn, actor.organisation, now).await?;
    let entry = Entry {
        organisation: actor.organisation,
        at: now,
        by: By::Colleague(actor.colleague),
        verb: "stop.begun",
        subject: it.id.0,
        conversation: None,
        before: None,
        after: Some(json!({ "reason": it.reason, "held": held })),
    };
    journal::write(&mut conn, entry).await?;
    conn.commit().await?;
    Ok(held)
}

/// Ends the stop. Nothing leaves by that.
///
/// # Errors
/// The right is missing (who has the last word), or nothing is stopped.
pub async fn lift(app: &App, actor: &Actor) -> Result<()> {
    allow(actor, Action::Validate)?;
    let mut conn = app.db.write().await?;
    let now = app.now();
    let it = stop::current(&mut conn, actor.organisation).await?.ok_or(Refusal::Changed)?;
    stop::lift(&mut conn, actor.organisation, it.id, now, actor.colleague).await?;
    let entry = Entry {
        organisation: actor.organisation,
        at: now,
        by: By::Colleague(actor.colleague),
        verb: "stop.lifted",
        subject: it.id.0,
        conversation: None,
        before: Some(json!({ "reason": it.reason })),
        after: None,
    };
    journal::write(&mut conn, entry).await?;
    Ok(conn.commit().await?)
}
