//! Takes in what was pushed to us: a delivery that was verified is kept and folded in one transaction, once however
//! often it is sent. Who pushed it is told only after the commit. Knows no HTTP.

use parvis_channels::Received;

use super::fold::{Context, fold};
use super::keep;
use super::listen::{self, Error};
use crate::app::App;
use crate::clock::DAY;
use crate::id::{ChannelId, OrganisationId};
use crate::rules::clock::Promise;
use crate::store::{channel, desk, observation};

/// What became of a delivery that was proved to be the sender's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It is kept and folded.
    Now,
    /// It was taken before; nothing was done again.
    Before,
    /// It is of a kind that we can't read: it is kept as it came.
    Unread,
    /// The database can't hold it: it stands in the journal, and a person is told.
    Aside,
    /// The channel isn't there any more.
    Gone,
}

/// Keeps a delivery and folds what it says.
///
/// # Errors
/// The database is away: nothing was kept, and the sender may try again.
pub async fn receive(
    app: &App,
    house: OrganisationId,
    id: ChannelId,
    received: &Received,
) -> Result<Taken, Error> {
    let now = app.now();
    let mut conn = app.db.write().await?;
    let found = channel::get(&mut conn, house, id).await?;
    let Some(found) = found.filter(|it| it.state == "active") else { return Ok(Taken::Gone) };
    if !observation::keep(&mut conn, house, id, &received.delivery, now).await? {
        return Ok(Taken::Before);
    }
    let promise = desk::promise(&mut conn, house, found.desk).await?.unwrap_or(Promise::always(DAY));
    let ear = app.ears.of(&mut conn, house).await?;
    let context = Context { organisation: house, channel: &found, promise, ear: &ear, now };
    for it in &received.observations {
        match fold(&mut conn, &context, it).await {
            Ok(()) => {}
            Err(error) if error.is_away() => return Err(error.into()),
            Err(error) => {
                drop(conn);
                keep::set_aside(app, house, id, it, &error).await?;
                return Ok(Taken::Aside);
            }
        }
    }
    conn.commit().await?;
    // A channel that is only pushed to is heard when somebody pushes.
    listen::note_health(app, house, id, None).await?;
    Ok(if received.observations.is_empty() { Taken::Unread } else { Taken::Now })
}
