//! Sessions: ending one of one's own, on whatever device.

use super::{Refusal, Result, allow};
use crate::app::App;
use crate::rules::permission::{Action, Actor};
use crate::store::journal::{self, By, Entry};
use crate::store::session;

/// Ends the session of that digest, if it is the actor's.
pub async fn end(app: &App, actor: &Actor, digest: &str) -> Result<()> {
    allow(actor, Action::ManageSelf)?;
    let mut conn = app.db.write().await?;
    if !session::remove(&mut conn, actor.organisation, actor.colleague, digest).await? {
        return Err(Refusal::NotFound);
    }
    let entry = Entry {
        organisation: actor.organisation,
        at: app.now(),
        by: By::Colleague(actor.colleague),
        verb: "session.closed",
        subject: actor.colleague.0,
        conversation: None,
        before: None,
        after: None,
    };
    journal::write(&mut conn, entry).await?;
    Ok(conn.commit().await?)
}
