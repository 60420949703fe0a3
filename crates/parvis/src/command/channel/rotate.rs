//! A new secret for a channel whose secret is made here (a webhook).

use parvis_channels::Secret;
use serde::{Deserialize, Serialize};

use super::{Refusal, Result, allow, written};
use crate::account;
use crate::app::App;
use crate::clock::DAY;
use crate::id::ChannelId;
use crate::rules::permission::{Action, Actor};
use crate::store::channel;

/// What becomes of the secret that is replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Former {
    /// It is good for a day more, in which the other end is changed.
    Stays,
    /// It ends at once: somebody may know it who shouldn't.
    Ends,
}

/// Makes a new secret; what is given back is told this once.
///
/// # Errors
/// [`Refusal::Network`] where the channel's secret isn't ours to make.
pub async fn rotate(app: &App, actor: &Actor, id: ChannelId, former: Former) -> Result<Secret> {
    allow(actor, Action::ManageChannels)?;
    let now = app.now();
    let until = if former == Former::Stays { now + DAY } else { now };
    let mut conn = app.db.write().await?;
    let found = channel::get(&mut conn, actor.organisation, id).await?;
    let mut it = found.filter(|it| it.state != "removed").ok_or(Refusal::NotFound)?;
    let opened = account::open(app, &it).map_err(|_| Refusal::Sealed)?;
    let made = parvis_channels::channel(opened.kind).rotate(&opened, now, until)?;
    it.secret = account::seal(app, id, &made.access.secret).map_err(|_| Refusal::Sealed)?;
    channel::update(&mut conn, actor.organisation, &it).await?;
    written(conn, actor, now, "channel.secret_replaced", &it).await?;
    Ok(made.shown)
}
