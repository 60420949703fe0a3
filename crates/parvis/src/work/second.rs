//! Messages that the model that ships has read are read a second time by the encoder, where the organisation brings one:
//! behind everything else, the newest first, some at a time, those of the last thirty days.
//!
//! What is still to be read is what the other model has read last, so an edit or a correction that is taken back comes
//! round again, and nothing is lost by whoever dies. One node does it, under a lease; two at once only do it twice.

use std::sync::Arc;
use std::time::Instant;

use parvis_listen::understand::Outputs;
use parvis_listen::understand::model::SHIPPED_NAME;
use parvis_listen::understand::strong::STRONG_NAME;
use uuid::Uuid;

use crate::app::App;
use crate::clock::{DAY, MINUTE};
use crate::id::OrganisationId;
use crate::intake::ear::Ear;
use crate::intake::mind::{self, Reader};
use crate::intake::second::Voice;
use crate::store::reading::{self, Unread};
use crate::store::{self, Conn, correction, lease, message, organisation, watch};

/// Messages between two looks at whether somebody stops the program; each may take a tenth of a second.
const BATCH: i64 = 8;
/// How far back it reads (µs).
pub const BACK: i64 = 30 * DAY;
/// What the lease is on.
const LEASE: Uuid = Uuid::from_u128(0x70617276_6973_7000_8000_7365636f6e64);
/// How long a node is taken to be alive (µs); longer than a batch takes.
const HELD: i64 = 2 * MINUTE;

/// Reads everything that waits for its second reading; nothing where no encoder is set, or it can't be used.
///
/// # Errors
/// The database refused.
pub async fn step(app: &Arc<App>) -> store::Result<()> {
    if app.config.encoder.as_os_str().is_empty() {
        return Ok(());
    }
    let Some(house) = organisation::first(&mut app.db.read().await?).await? else { return Ok(()) };
    let Some(voice) = voice(app).await else { return Ok(()) };
    while !*app.stop.follow().borrow() {
        let began = Instant::now();
        if !batch(app, house.id, &voice).await? {
            return Ok(());
        }
        // It is never in a hurry: the other half of the time is for people.
        tokio::time::sleep(began.elapsed()).await;
    }
    Ok(())
}

/// The encoder; that it can't be used is logged once.
async fn voice(app: &Arc<App>) -> Option<Arc<Voice>> {
    if app.second.is_broken() {
        return None;
    }
    let inner = Arc::clone(app);
    let found = tokio::task::spawn_blocking(move || inner.second.voice(&inner.config.encoder)).await;
    match found {
        Ok(Ok(voice)) => Some(voice),
        Ok(Err(error)) => {
            tracing::error!(%error, "reading: the encoder isn't used; messages are read by the model that ships");
            None
        }
        Err(_) => None,
    }
}

/// Reads some; false where none is left, or another node does it.
async fn batch(app: &App, house: OrganisationId, voice: &Arc<Voice>) -> store::Result<bool> {
    let now = app.now();
    let mut conn = app.db.read().await?;
    let all = reading::read_by(&mut conn, house, SHIPPED_NAME, now - BACK, BATCH).await?;
    drop(conn);
    if all.is_empty() || !lease::hold(&app.db, house, LEASE, (now, HELD)).await? {
        return Ok(false);
    }
    let voice = Arc::clone(voice);
    let weigh = move || {
        let weighed = |it: Unread| (voice(&mind::said(it.title.as_deref(), &it.text)), it);
        all.into_iter().map(weighed).collect::<Vec<_>>()
    };
    let Ok(weighed) = tokio::task::spawn_blocking(weigh).await else {
        tracing::error!("reading: the encoder broke off; trying again");
        return Ok(false);
    };
    let Some(mut reader) = Reader::new() else { return Ok(false) };
    let mut conn = app.db.write().await?;
    let ear = app.ears.of(&mut conn, house).await?;
    for (outputs, it) in &weighed {
        keep(&mut conn, house, &ear, &mut reader, (it, outputs)).await?;
    }
    conn.commit().await?;
    Ok(true)
}

/// Keeps what was read in one message, unless it says something else by now. What a person said of it stays.
async fn keep(
    conn: &mut Conn,
    house: OrganisationId,
    ear: &Ear,
    reader: &mut Reader,
    (it, outputs): (&Unread, &Outputs),
) -> store::Result<()> {
    let stands = message::get(conn, house, it.message).await?;
    if !stands.is_some_and(|now| now.text == it.text && now.title == it.title && now.deleted_at.is_none()) {
        // What was edited meanwhile waits for its own turn.
        return Ok(());
    }
    let said = reader.read_with(&ear.mind, outputs, &mind::said(it.title.as_deref(), &it.text));
    let mut read = mind::kept(it.message, it.sent_at, it.is_automatic, &said);
    STRONG_NAME.clone_into(&mut read.model);
    for said in correction::standing(conn, house, [it.message]).await? {
        mind::overlay(&mut read, &said.aspect, &said.value);
    }
    reading::put(conn, house, &read).await?;
    reading::carry(conn, house, it.conversation).await?;
    if ear.asks_what_is_read() {
        watch::forget(conn, house, it.message).await?;
        if let Some(text) = watch::text(conn, house, it.message).await? {
            ear.keep(conn, house, &text, Some(&read)).await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
