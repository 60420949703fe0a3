//! Messages that came in before they were read, or that an earlier model has read, are read now: the newest first,
//! some at a time. What dies on the way goes on from there; two nodes at once only do it twice.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use parvis_listen::understand::model::SHIPPED_NAME;
use parvis_listen::understand::strong::STRONG_NAME;

use crate::app::App;
use crate::id::{MessageId, OrganisationId};
use crate::intake::mind::{self, Reader};
use crate::store::{self, correction, organisation, reading};

/// Messages of one transaction.
const BATCH: i64 = 250;

/// Reads everything that is still to be read.
///
/// # Errors
/// The database refused.
pub async fn step(app: &Arc<App>) -> store::Result<()> {
    let mut conn = app.db.read().await?;
    let Some(house) = organisation::first(&mut conn).await? else { return Ok(()) };
    let mut left = reading::left(&mut conn, house.id, SHIPPED_NAME).await?;
    drop(conn);
    while let Some(before) = left.filter(|_| !*app.stop.follow().borrow()) {
        let began = Instant::now();
        left = batch(app, house.id, before).await?;
        if left.is_some() {
            // Millions may wait after an import or a new model: the other half of the time is for people.
            tokio::time::sleep(began.elapsed()).await;
        }
    }
    Ok(())
}

/// Before which message there is more.
async fn batch(app: &App, house: OrganisationId, before: MessageId) -> store::Result<Option<MessageId>> {
    let mut conn = app.db.write().await?;
    let all = reading::before(&mut conn, house, before, BATCH).await?;
    let mind = app.ears.mind(&mut conn, house).await?;
    let Some(mut reader) = Reader::new() else { return Ok(None) };
    let mut homes = BTreeSet::new();
    let is_current = |it: &str| [SHIPPED_NAME, STRONG_NAME].contains(&it);
    for it in all.iter().filter(|it| !it.model.as_deref().is_some_and(is_current)) {
        let said = reader.read(&mind, &mind::said(it.title.as_deref(), &it.text));
        let mut read = mind::kept(it.message, it.sent_at, it.is_automatic, &said);
        for said in correction::standing(&mut conn, house, [it.message]).await? {
            mind::overlay(&mut read, &said.aspect, &said.value);
        }
        reading::put(&mut conn, house, &read).await?;
        homes.insert(it.conversation);
    }
    for home in homes {
        reading::carry(&mut conn, house, home).await?;
    }
    let next = all.last().map(|it| it.message);
    reading::note_left(&mut conn, house, SHIPPED_NAME, next).await?;
    conn.commit().await?;
    Ok(next)
}
