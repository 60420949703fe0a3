//! Ends snoozes: what was put off comes back to those that wait.

use std::sync::Arc;

use serde_json::json;

use crate::app::App;
use crate::store::conversation::{self, State};
use crate::store::journal::{self, By, Entry};
use crate::store::{self, organisation};

/// Wakes what is due now.
pub async fn step(app: &Arc<App>) -> store::Result<()> {
    let now = app.now();
    let mut conn = app.db.read().await?;
    let Some(house) = organisation::first(&mut conn).await? else { return Ok(()) };
    if conversation::waking(&mut conn, house.id, now).await?.is_empty() {
        return Ok(());
    }
    drop(conn);
    let mut conn = app.db.write().await?;
    for mut it in conversation::waking(&mut conn, house.id, now).await? {
        let place = it.place();
        let before = it.facets.clone();
        it.facets.state = State::Open;
        it.facets.snoozed_until = None;
        conversation::update(&mut conn, house.id, &place, &it).await?;
        let entry = Entry {
            organisation: house.id,
            at: now,
            by: By::System,
            verb: "conversation.woken",
            subject: it.id.0,
            conversation: Some((it.id, it.facets.desk)),
            before: Some(json!(before)),
            after: Some(json!(it.facets)),
        };
        journal::write(&mut conn, entry).await?;
    }
    conn.commit().await
}
