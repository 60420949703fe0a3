//! Takes in what was pushed to us. A delivery that was proved is kept as it was read, with all that come at the same
//! moment in one transaction, and its sender is told after the commit; [`super::backlog`] folds it right behind. So a
//! flood costs one sync of the disk for many deliveries, and nobody who pushes waits for what folding takes. Knows
//! no HTTP.

use std::collections::HashSet;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use parvis_channels::Received;
use tokio::sync::{Notify, oneshot};
use uuid::Uuid;

use crate::app::App;
use crate::id::{ChannelId, OrganisationId};
use crate::store::arrival::{self, Arrival};
use crate::store::{self, observation};

/// Deliveries that may wait to be folded; more are refused, and come again when their sender tries again.
pub const MOST: i64 = 100_000;
/// Deliveries that may wait to be kept, in memory.
const AT_ONCE: usize = 8_192;
/// Deliveries of one transaction, so that other writers have their turn.
const TOGETHER: usize = 2_000;

/// What became of a delivery that was proved to be the sender's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It is kept, and will be folded.
    Now,
    /// It was taken before; nothing is done again.
    Before,
    /// It is of a kind that we can't read: it is kept as it came.
    Unread,
    /// Too many wait: it wasn't taken.
    Full,
    /// The database is away: it wasn't taken.
    Away,
}

/// The deliveries that are being kept, and the bell for whoever folds them.
#[derive(Default)]
pub struct Arrivals {
    waiting: Mutex<Vec<Offer>>,
    turn: tokio::sync::Mutex<()>,
    /// How many are kept and not folded, as far as this process knows.
    pub(super) behind: AtomicI64,
    pub(super) bell: Notify,
}

/// A delivery, and who waits to hear whether it is kept.
struct Offer {
    arrival: Arrival,
    told: oneshot::Sender<Taken>,
}

impl Arrivals {
    /// Rings when something waits to be folded.
    pub async fn rung(&self) {
        self.bell.notified().await;
    }

    /// Keeps all that wait by now. Whoever comes while this goes on waits for the next turn.
    async fn keep(&self, app: &App) {
        let _turn = self.turn.lock().await;
        let group: Vec<Offer> = {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            let count = waiting.len().min(TOGETHER);
            waiting.drain(..count).collect()
        };
        if group.is_empty() {
            return;
        }
        let (arrivals, told): (Vec<_>, Vec<_>) = group.into_iter().map(|it| (it.arrival, it.told)).unzip();
        let ids: Vec<Uuid> = arrivals.iter().map(|it| it.id).collect();
        match write(app, arrivals).await {
            Ok(new) => {
                self.behind.fetch_add(i64::try_from(new.len()).unwrap_or(i64::MAX), Ordering::Relaxed);
                self.bell.notify_one();
                // Whoever gave up waiting comes again, and is told "before".
                for (told, id) in told.into_iter().zip(ids) {
                    let _ = told.send(if new.contains(&id) { Taken::Now } else { Taken::Before });
                }
            }
            Err(error) => {
                tracing::error!(%error, count = ids.len(), "intake: deliveries can't be kept");
                for told in told {
                    let _ = told.send(Taken::Away);
                }
            }
        }
    }
}

/// Keeps those that are new, and says which they are.
async fn write(app: &App, mut arrivals: Vec<Arrival>) -> store::Result<HashSet<Uuid>> {
    let mut conn = app.db.write().await?;
    let channels: HashSet<_> = arrivals.iter().map(|it| (it.organisation, it.channel)).collect();
    for (house, channel) in channels {
        let is_its = |it: &Arrival| it.organisation == house && it.channel == channel;
        let ids: Vec<&str> = arrivals.iter().filter(|it| is_its(it)).map(|it| it.delivery.as_str()).collect();
        // What was folded before left the backlog, and isn't new either.
        let before = observation::kept(&mut conn, house, channel, &ids).await?;
        arrivals.retain(|it| !(is_its(it) && before.contains(&it.delivery)));
    }
    let new = arrival::insert(&mut conn, &arrivals).await?;
    conn.commit().await?;
    Ok(new)
}

/// Keeps a delivery; when this returns, it survives a power cut.
///
/// # Errors
/// The database is away: nothing was kept, and the sender may try again.
pub async fn receive(
    app: &Arc<App>,
    house: OrganisationId,
    id: ChannelId,
    received: &Received,
) -> store::Result<Taken> {
    let arrivals = &app.arrivals;
    if arrivals.behind.load(Ordering::Relaxed) >= MOST {
        return Ok(Taken::Full);
    }
    let arrival = Arrival {
        id: crate::id::new(app.now()),
        organisation: house,
        channel: id,
        delivery: received.delivery.remote_id.clone(),
        received: serde_json::to_string(received).map_err(|error| sqlx::Error::Encode(error.into()))?,
    };
    let (told, answer) = oneshot::channel();
    {
        let mut waiting = arrivals.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() >= AT_ONCE {
            return Ok(Taken::Full);
        }
        waiting.push(Offer { arrival, told });
    }
    // A task of its own: a sender who goes away doesn't take the others' turn along.
    let keeper = Arc::clone(app);
    tokio::spawn(async move { keeper.arrivals.keep(&keeper).await });
    Ok(match answer.await.unwrap_or(Taken::Away) {
        Taken::Now if received.observations.is_empty() => Taken::Unread,
        taken => taken,
    })
}
