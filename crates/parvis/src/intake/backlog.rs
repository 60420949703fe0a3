//! Folds what was pushed to us and is kept, in the order in which it came, in transactions that are short enough for
//! other writers to come in between. A delivery leaves the backlog in the transaction that folds it, so that a death
//! loses and doubles nothing. What can't be folded is set aside with its reason, and the rest goes on.

use std::collections::HashMap;
use std::sync::atomic::Ordering;

use parvis_channels::Received;

use super::fold::{Context, fold};
use super::listen;
use super::{ear::Ear, keep};
use crate::app::App;
use crate::clock::DAY;
use crate::id::{ChannelId, OrganisationId};
use crate::rules::clock::Promise;
use crate::store::arrival::{self, Waiting};
use crate::store::channel::{self, Channel};
use crate::store::{self, Conn, desk, observation, organisation};

/// Deliveries of one transaction at most.
const PART: i64 = 50;

/// Folds everything that waits.
///
/// # Errors
/// The database is away; what isn't folded waits.
pub async fn step(app: &App) -> store::Result<()> {
    let Some(house) = organisation::first(&mut app.db.read().await?).await? else { return Ok(()) };
    let behind = arrival::count(&mut app.db.read().await?, house.id).await?;
    app.arrivals.behind.store(behind, Ordering::Relaxed);
    loop {
        let folded = fold_some(app, house.id, PART).await?;
        if folded == 0 {
            app.arrivals.behind.store(0, Ordering::Relaxed);
            return Ok(());
        }
        app.arrivals.behind.fetch_sub(folded, Ordering::Relaxed);
    }
}

/// Folds the first that wait, at most `most`, in one transaction; how many. One that can't be folded has a turn of its
/// own.
async fn fold_some(app: &App, house: OrganisationId, most: i64) -> store::Result<i64> {
    let mut turn = Turn::begin(app, house).await?;
    let mut done = Vec::new();
    for it in &arrival::next(&mut turn.conn, house, most).await? {
        if let Err(error) = turn.fold(it, &[]).await {
            if error.error.is_away() {
                return Err(error.error);
            }
            // What this turn did is undone with it: first what came before, then this one by itself.
            drop(turn);
            let Ok(before @ 1..) = i64::try_from(done.len()) else {
                fold_apart(app, house, it, error).await?;
                return Ok(1);
            };
            return Box::pin(fold_some(app, house, before)).await;
        }
        done.push(it.id);
        if turn.conn.is_long() {
            break;
        }
    }
    arrival::remove(&mut turn.conn, house, &done).await?;
    for id in turn.rooms.keys() {
        // A channel that is only pushed to is heard when somebody pushes.
        listen::note_health_with(&mut turn.conn, house, *id, None, turn.now).await?;
    }
    turn.conn.commit().await?;
    Ok(i64::try_from(done.len()).unwrap_or(most))
}

/// Folds one delivery without those of its observations that the database can't take; they are set aside.
async fn fold_apart(
    app: &App,
    house: OrganisationId,
    it: &Waiting,
    mut refused: Refused,
) -> store::Result<()> {
    let mut aside = Vec::new();
    let Ok(received) = read(it) else {
        // Never written by this program: nothing can be told of it but that it was there.
        tracing::error!(id = %it.id, received = it.received, "intake: a kept delivery can't be read and is dropped");
        let mut conn = app.db.write().await?;
        arrival::remove(&mut conn, house, &[it.id]).await?;
        return conn.commit().await;
    };
    while let Some(place) = refused.place {
        if let Some(bad) = received.observations.get(place) {
            keep::set_aside(app, house, it.channel, bad, &refused.error).await?;
        }
        aside.push(place);
        let mut turn = Turn::begin(app, house).await?;
        match turn.fold(it, &aside).await {
            Ok(()) => {
                arrival::remove(&mut turn.conn, house, &[it.id]).await?;
                return turn.conn.commit().await;
            }
            Err(error) if error.error.is_away() => return Err(error.error),
            Err(error) => refused = error,
        }
    }
    // Not one of its observations but the delivery itself.
    keep::set_aside(app, house, it.channel, &received.delivery, &refused.error).await?;
    let mut conn = app.db.write().await?;
    arrival::remove(&mut conn, house, &[it.id]).await?;
    conn.commit().await
}

fn read(it: &Waiting) -> store::Result<Received> {
    serde_json::from_str(&it.received)
        .map_err(|_| store::Error::Unreadable { what: "arrival", found: it.received.clone() })
}

/// A delivery that can't be folded.
struct Refused {
    /// Which of its observations; `None`: the delivery itself.
    place: Option<usize>,
    error: store::Error,
}

impl From<store::Error> for Refused {
    fn from(error: store::Error) -> Self {
        Self { place: None, error }
    }
}

/// One transaction, with what it knows of the channels so far.
struct Turn {
    conn: Conn,
    house: OrganisationId,
    now: i64,
    ear: Ear,
    rooms: HashMap<ChannelId, Option<(Channel, Promise)>>,
}

impl Turn {
    async fn begin(app: &App, house: OrganisationId) -> store::Result<Self> {
        let mut conn = app.db.write().await?;
        let ear = app.ears.of(&mut conn, house).await?;
        Ok(Self { conn, house, now: app.now(), ear, rooms: HashMap::new() })
    }

    async fn fold(&mut self, it: &Waiting, without: &[usize]) -> Result<(), Refused> {
        if !self.rooms.contains_key(&it.channel) {
            let found = channel::get(&mut self.conn, self.house, it.channel).await?;
            let room = match found.filter(|it| it.state != "removed") {
                Some(found) => {
                    let promise = desk::promise(&mut self.conn, self.house, found.desk).await?;
                    Some((found, promise.unwrap_or(Promise::always(DAY))))
                }
                None => None,
            };
            self.rooms.insert(it.channel, room);
        }
        let Some(Some((channel, promise))) = self.rooms.get(&it.channel) else { return Ok(()) };
        let received = read(it)?;
        if !observation::keep(&mut self.conn, self.house, it.channel, &received.delivery, self.now).await? {
            return Ok(());
        }
        let (organisation, promise) = (self.house, promise.clone());
        let context = Context { organisation, channel, promise, ear: &self.ear, now: self.now };
        for (place, seen) in received.observations.iter().enumerate().filter(|(at, _)| !without.contains(at))
        {
            let done = fold(&mut self.conn, &context, seen).await;
            done.map_err(|error| Refused { place: Some(place), error })?;
        }
        Ok(())
    }
}
