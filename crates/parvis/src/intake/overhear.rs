//! What everybody says in public passes by here, where a channel was connected with a stream of it. What a watch asks for is
//! kept, as a mention and not as something to be answered; what of it is kept is followed when it is changed or deleted;
//! the rest is counted and let go. What is said to us comes by the account's own streams, which know the names.
//!
//! The place in the stream and the counts move in the transaction that keeps what passed before it: who dies begins there
//! again, and counts nothing twice.

use std::sync::Arc;

use parvis_channels::{
    Account, CapabilityKey, ChannelError, Mark, Notice, Observation, ObservationKind, Passed,
};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use super::ear::{Ear, Hearing};
use super::keep::{Step, keep};
use super::listen::{Error, load};
use crate::app::App;
use crate::clock::SECOND;
use crate::id::{ChannelId, MessageId, OrganisationId};
use crate::store::channel;
use crate::store::message::{self, Message};
use crate::store::watch::Text;

/// The name of the stream among a channel's cursors.
const STREAM: &str = "public";
/// Messages of the stream looked through at a time.
const TOGETHER: usize = 500;
/// How long a place is passed over before it is kept although nothing was found (µs).
const PAUSE: i64 = 5 * SECOND;

/// Where the stream stands, and what passed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overheard {
    /// Where to go on.
    at: Option<i64>,
    /// Posts that passed.
    pub passed: i64,
    /// Of these, kept because a watch asks for them.
    pub found: i64,
    /// When the place was last kept (µs).
    kept_at: i64,
}

impl Overheard {
    /// As it was kept; `None` for a channel that has no such stream.
    ///
    /// # Errors
    /// The database refused.
    pub async fn of(
        conn: &mut crate::store::Conn,
        house: OrganisationId,
        id: ChannelId,
    ) -> crate::store::Result<Option<Self>> {
        let kept = channel::cursor(conn, house, id, STREAM).await?;
        Ok(kept.map(|kept| serde_json::from_str(&kept).unwrap_or_default()))
    }
}

/// Follows the public stream of a channel, if it has one, until it ends.
pub(super) async fn run(app: Arc<App>, house: OrganisationId, id: ChannelId) {
    if let Err(error) = follow(&app, house, id).await {
        tracing::info!(%error, channel = %id, "intake: the public stream ended; it is taken up again where it was");
    }
}

async fn follow(app: &App, house: OrganisationId, id: ChannelId) -> Result<(), Error> {
    let (_, account) = load(app, house, id).await?;
    if !account.capabilities.can(CapabilityKey::Public) {
        return Ok(());
    }
    let mut heard = Overheard::of(&mut app.db.read().await?, house, id).await?.unwrap_or_default();
    let (sink, mut passed) = mpsc::channel(TOGETHER);
    let stream = parvis_channels::channel(account.kind).overhear(&app.net, &account, heard.at, sink);
    let taken = async {
        let mut hearing = Hearing::default();
        while let Some(first) = passed.recv().await {
            let mut all = vec![first];
            while all.len() < TOGETHER
                && let Ok(next) = passed.try_recv()
            {
                all.push(next);
            }
            take(app, house, (id, &account), &mut hearing, &mut heard, all).await?;
        }
        Ok::<(), Error>(())
    };
    // The stream's end ends the taking, and who takes no more ends the stream.
    let (ended, taken) = tokio::join!(stream, taken);
    taken?;
    if let Err(ChannelError::Refused { .. }) = &ended {
        // It doesn't know the place: another service, or the same begun anew. What comes next is heard.
        heard.at = None;
        note(app, house, id, &mut heard, Vec::new(), Some(Notice::Gap)).await?;
    }
    Ok(ended?)
}

/// Looks through what passed, keeps what is asked for, and moves on.
pub(super) async fn take(
    app: &App,
    house: OrganisationId,
    (id, account): (ChannelId, &Account),
    hearing: &mut Hearing,
    heard: &mut Overheard,
    passed: Vec<Passed>,
) -> Result<(), Error> {
    let mut found = Vec::new();
    let mut notice = None;
    let mut conn = app.db.read().await?;
    let ear = app.ears.of(&mut conn, house).await?;
    for it in passed {
        heard.at = it.cursor.or(heard.at);
        notice = it.notice.or(notice);
        for seen in it.observations {
            heard.passed += 1;
            let known = match seen.kind {
                ObservationKind::Created => None,
                _ => message::by_remote(&mut conn, house, id, &seen.remote_id).await?,
            };
            found.extend(match known {
                Some(known) => Some(Found::Known(again(seen, &known))),
                None => sift(app, account, &ear, hearing, seen),
            });
        }
    }
    // The network is asked while nothing of the database is held.
    drop(conn);
    let mut kept = Vec::new();
    for it in found {
        kept.push(match it {
            Found::Known(seen) => seen,
            Found::Overheard(seen) => {
                heard.found += 1;
                whole(app, account, seen).await
            }
        });
    }
    if kept.is_empty() && notice.is_none() && app.now() - heard.kept_at < PAUSE {
        return Ok(());
    }
    note(app, house, id, heard, kept, notice).await
}

/// Something of what passed that is kept.
enum Found {
    /// It concerns us, or something that is kept here.
    Known(Observation),
    /// A watch asks for it.
    Overheard(Observation),
}

/// What is kept of a post that isn't known here. The account's own streams tell what is said to us, unless it has none.
fn sift(app: &App, account: &Account, ear: &Ear, hearing: &mut Hearing, seen: Observation) -> Option<Found> {
    let item = seen.item.as_ref()?;
    if item.addressed && !account.capabilities.can(CapabilityKey::Listen) {
        return Some(Found::Known(named(seen)));
    }
    if item.ours || item.addressed {
        return None;
    }
    let text = Text {
        message: MessageId::new(app.now()),
        sent_at: seen.occurred_at.unwrap_or_default(),
        title: item.title.clone(),
        text: item.text.clone(),
        language: item.language.clone(),
        url: item.url.clone(),
        channel: account.kind.as_str().to_owned(),
        author: Some(item.author.handle.clone()),
    };
    (!ear.found(&text, hearing).is_empty()).then_some(Found::Overheard(seen))
}

/// What became of something that is kept here: it stays marked as it was.
fn again(mut seen: Observation, known: &Message) -> Observation {
    if let Some(item) = seen.item.as_mut().filter(|_| known.marks.contains(&Mark::Overheard)) {
        item.marks.push(Mark::Overheard);
    }
    seen
}

/// Keeps what was found, and the place behind it.
async fn note(
    app: &App,
    house: OrganisationId,
    id: ChannelId,
    heard: &mut Overheard,
    kept: Vec<Observation>,
    notice: Option<Notice>,
) -> Result<(), Error> {
    heard.kept_at = app.now();
    let cursor = serde_json::to_string(heard).unwrap_or_default();
    keep(app, house, id, kept, Step { cursor: Some((STREAM, &cursor)), budget: None, notice }).await
}

/// A post that a watch asks for, with its author's name and its pictures, which don't pass by; as it passed, where the
/// network can't show it yet.
async fn whole(app: &App, account: &Account, seen: Observation) -> Observation {
    let room = parvis_channels::channel(account.kind);
    let shown = room.recheck(&app.net, account, std::slice::from_ref(&seen.remote_id)).await;
    let shown = shown.unwrap_or_default().into_iter().find(|it| it.item.is_some());
    let mut whole = named(shown.unwrap_or(seen));
    if let Some(item) = &mut whole.item {
        item.marks.push(Mark::Overheard);
    }
    whole
}

/// Whoever has no name here is called by their identifier.
fn named(mut seen: Observation) -> Observation {
    if let Some(item) = &mut seen.item
        && item.author.name.is_empty()
        && item.author.handle.is_empty()
    {
        item.author.name = item.author.remote_id.clone();
    }
    seen
}

#[cfg(test)]
mod tests;
