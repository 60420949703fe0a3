//! One task per channel: it asks at intervals, listens where the network streams, and keeps the health
//! that people see. Of several nodes one hears a channel, under a lease. A channel that can't be heard is tried again, ever more slowly, and shown as deaf.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use parvis_channels::{Account, CapabilityKey, ChannelError, ChannelKind, Observation, Support};
use serde_json::json;
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinHandle, JoinSet};

use super::keep::{Step, keep};
use super::overhear;
use crate::account;
use crate::app::App;
use crate::clock::{DAY, SECOND};
use crate::fault::{self, Point};
use crate::id::{ChannelId, OrganisationId};
use crate::store::channel::{self, Channel};
use crate::store::journal::{self, By, Entry};
use crate::store::lease::{self, Lease};
use crate::store::{self, Conn, message, organisation};
use crate::work::renew;

/// Feeds are asked this many times more seldom than networks.
const FEED_FACTOR: u64 = 15;
/// The longest wait of a channel that fails.
const LONGEST_WAIT: Duration = Duration::from_secs(600);
/// Recent messages looked at again for silent edits and deletions.
const RECHECKED: i64 = 40;
/// For how long (µs) a channel is a node's to hear; kept anew at half of it.
pub(super) const HELD: i64 = 60 * SECOND;
/// How often the list of channels is looked at.
const SUPERVISE: Duration = Duration::from_secs(2);

/// What went wrong while hearing a channel.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The network.
    #[error(transparent)]
    Channel(#[from] ChannelError),
    /// The database.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The channel as it is stored.
    #[error("the channel can't be used: {0}")]
    Unusable(#[from] account::Unusable),
}

impl Error {
    fn code(&self) -> &'static str {
        match self {
            Self::Channel(error) => error.code(),
            Self::Store(_) => "database",
            Self::Unusable(_) => "sealed",
        }
    }
}

/// Keeps a task for each active channel that no other node hears, until `stop` turns true.
pub async fn run(app: Arc<App>, mut stop: watch::Receiver<bool>) {
    let mut tasks: HashMap<ChannelId, (Channel, JoinHandle<()>)> = HashMap::new();
    let mut begun = false;
    while !*stop.borrow() {
        begun = begun
            || begin(&app).await.inspect_err(|error| tracing::warn!(%error, "intake: not begun")).is_ok();
        match mine(&app).await {
            Ok((house, channels)) => {
                tasks.retain(|id, (started, task)| {
                    // A task that ended by a mistake of ours is begun anew; a channel must not fall deaf unseen.
                    let same = !task.is_finished()
                        && channels.iter().any(|it| it.id == *id && same_connection(it, started));
                    if !same {
                        task.abort();
                    }
                    same
                });
                for it in channels {
                    let (app, stop) = (app.clone(), stop.clone());
                    tasks
                        .entry(it.id)
                        .or_insert_with(|| (it.clone(), tokio::spawn(hear(app, house, it.id, stop))));
                }
            }
            Err(error) => tracing::error!(%error, "intake: the channels can't be read; trying again"),
        }
        tokio::select! {
            () = tokio::time::sleep(SUPERVISE) => {}
            _ = stop.changed() => {}
        }
    }
    for (_, (_, task)) in tasks {
        task.abort();
    }
    if let Err(error) = end(&app).await {
        tracing::info!(%error, "intake: other nodes take the channels over when the leases end");
    }
}

/// An embedded database has one node: whoever held a lease before is gone.
async fn begin(app: &App) -> store::Result<()> {
    let mut conn = app.db.write().await?;
    if conn.is_sqlite() {
        lease::clear(&mut conn).await?;
    }
    conn.commit().await
}

async fn end(app: &App) -> store::Result<()> {
    let mut conn = app.db.write().await?;
    lease::release(&mut conn, app.db.node()).await?;
    conn.commit().await
}

/// The active channels that are this node's to hear: those that no living node holds are taken.
pub(crate) async fn mine(app: &App) -> store::Result<(OrganisationId, Vec<Channel>)> {
    let (house, mut channels) = active(app).await?;
    let (node, now) = (app.db.node(), app.now());
    let held = lease::list(&mut app.db.read().await?, house).await?;
    let of = |id: ChannelId| held.iter().find(|it| it.subject == id.0);
    // One's own are kept in good time; what is another's is left alone until it ends.
    let wanted = |it: &&Channel| match of(it.id) {
        Some(lease) if lease.node == node => lease.until_at < now + HELD / 2,
        Some(lease) => lease.until_at < now,
        None => true,
    };
    let wanted: Vec<ChannelId> = channels.iter().filter(wanted).map(|it| it.id).collect();
    let mut taken = Vec::new();
    if !wanted.is_empty() {
        let mut conn = app.db.write().await?;
        for id in &wanted {
            let it = Lease { subject: id.0, node, until_at: now + HELD };
            if lease::take(&mut conn, house, it, now).await? {
                taken.push(*id);
            }
        }
        conn.commit().await?;
    }
    let is_own = |id: ChannelId| of(id).is_some_and(|it| it.node == node) && !wanted.contains(&id);
    channels.retain(|it| taken.contains(&it.id) || is_own(it.id));
    Ok((house, channels))
}

fn same_connection(now: &Channel, started: &Channel) -> bool {
    now.secret == started.secret && now.base_url == started.base_url && now.desk == started.desk
}

async fn active(app: &App) -> store::Result<(OrganisationId, Vec<Channel>)> {
    let mut conn = app.db.read().await?;
    let Some(house) = organisation::first(&mut conn).await? else {
        return Ok((OrganisationId(uuid::Uuid::nil()), Vec::new()));
    };
    let all = channel::list(&mut conn, house.id).await?;
    // What only pushes is heard when it does: nobody asks it.
    let heard = |it: &Channel| it.state == "active" && !account::is_pushed(it);
    Ok((house.id, all.into_iter().filter(heard).collect()))
}

/// Hears one channel until told to stop.
async fn hear(app: Arc<App>, house: OrganisationId, id: ChannelId, stop: watch::Receiver<bool>) {
    let (sink, mut streamed) = mpsc::channel(256);
    let mut listening: Option<JoinHandle<()>> = None;
    // It ends with this task.
    let mut overhearing = JoinSet::new();
    let (mut failures, mut rechecked_at, mut probed_at) = (0_u32, app.now(), app.now());
    while !*stop.borrow() {
        let outcome = poll(&app, house, id).await;
        let wait = match &outcome {
            Ok(streams) => {
                failures = 0;
                if *streams && listening.as_ref().is_none_or(JoinHandle::is_finished) {
                    listening = Some(tokio::spawn(listen(app.clone(), house, id, sink.clone())));
                }
                while overhearing.try_join_next().is_some() {}
                if overhearing.is_empty() {
                    overhearing.spawn(overhear::run(app.clone(), house, id));
                }
                interval(&app, house, id, listening.is_some()).await
            }
            Err(error) => {
                failures += 1;
                wait_after(error, failures)
            }
        };
        // An access that isn't taken may have been renewed this very moment: that is told only when it stays so.
        let passing = failures == 1 && matches!(outcome, Err(Error::Channel(ChannelError::Lapsed { .. })));
        if !passing && let Err(error) = note_health(&app, house, id, outcome.as_ref().err()).await {
            tracing::error!(%error, channel = %id, "intake: health can't be kept");
        }
        if outcome.is_ok() {
            let seconds = i64::try_from(app.config.recheck_seconds).unwrap_or(900);
            if app.now() - rechecked_at >= seconds * SECOND {
                rechecked_at = app.now();
                log_failure(id, "recheck", recheck(&app, house, id).await);
            }
            if app.now() - probed_at >= DAY {
                probed_at = app.now();
                log_failure(id, "probe", probe(&app, house, id).await);
            }
        }
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            Some(seen) = streamed.recv() => {
                let seen = drain(seen, &mut streamed);
                log_failure(id, "stream", keep(&app, house, id, seen, Step::default()).await);
            }
        }
    }
    if let Some(task) = listening {
        task.abort();
    }
}

fn log_failure(id: ChannelId, what: &str, outcome: Result<(), Error>) {
    if let Err(error) = outcome {
        tracing::warn!(%error, channel = %id, what, "intake: a step failed; the next look makes up for it");
    }
}

fn drain(first: Observation, from: &mut mpsc::Receiver<Observation>) -> Vec<Observation> {
    let mut all = vec![first];
    while let Ok(next) = from.try_recv() {
        all.push(next);
    }
    all
}

async fn interval(app: &App, house: OrganisationId, id: ChannelId, streaming: bool) -> Duration {
    let kind = load(app, house, id).await.map(|(it, _)| it.kind).unwrap_or_default();
    let seconds = app.config.poll_seconds.max(1);
    let factor = if kind == "feed" { FEED_FACTOR } else { 1 };
    // With a stream, asking only makes up for what a broken stream missed.
    Duration::from_secs(seconds * factor * if streaming { 3 } else { 1 })
}

fn wait_after(error: &Error, failures: u32) -> Duration {
    if let Error::Channel(ChannelError::Limited { retry_after }) = error {
        return *retry_after;
    }
    Duration::from_secs(5 * 2_u64.saturating_pow(failures.min(8))).min(LONGEST_WAIT)
}

pub(super) async fn load(
    app: &App,
    house: OrganisationId,
    id: ChannelId,
) -> Result<(Channel, Account), Error> {
    let mut conn = app.db.read().await?;
    let found = channel::get(&mut conn, house, id).await?;
    let found = found.ok_or(account::Unusable::Unreadable)?;
    let account = account::open(app, &found)?;
    Ok((found, account))
}

/// Reads every stream of the channel to its end. Tells whether the network also pushes.
pub async fn poll(app: &App, house: OrganisationId, id: ChannelId) -> Result<bool, Error> {
    let (_, account) = load(app, house, id).await?;
    let room = app.rooms.of(account.kind);
    for stream in room.streams() {
        loop {
            let cursor = channel::cursor(&mut app.db.read().await?, house, id, stream).await?;
            fault::pass(Point::PullBefore);
            let page = match room.pull(&app.net, &account, stream, cursor.as_deref()).await {
                Err(ChannelError::Lapsed { message }) => {
                    return Err(renew::hasten(app, house, id, &account, message).await?.into());
                }
                page => page?,
            };
            fault::pass(Point::PullAfter);
            let more = page.more && cursor.as_deref() != Some(page.cursor.as_str());
            let step =
                Step { cursor: Some((stream, &page.cursor)), budget: page.budget, notice: page.notice };
            keep(app, house, id, page.observations, step).await?;
            if !more {
                break;
            }
        }
    }
    Ok(account.capabilities.get(CapabilityKey::Stream).support == Support::Native)
}

async fn listen(app: Arc<App>, house: OrganisationId, id: ChannelId, sink: mpsc::Sender<Observation>) {
    let Ok((_, account)) = load(&app, house, id).await else { return };
    if let Err(error) = app.rooms.of(account.kind).listen(&app.net, &account, sink).await {
        tracing::info!(%error, channel = %id, "intake: the stream ended; polling goes on");
    }
}

/// Looks at recent messages again, for edits and deletions that the network doesn't tell.
pub async fn recheck(app: &App, house: OrganisationId, id: ChannelId) -> Result<(), Error> {
    let (_, account) = load(app, house, id).await?;
    if account.kind == ChannelKind::Feed {
        return Ok(());
    }
    let since = app.now() - 7 * DAY;
    let ids = message::recent_remote(&mut app.db.read().await?, house, id, since, RECHECKED).await?;
    look_at(app, house, id, &ids).await
}

/// Looks at these messages of a channel again, by their ids on the network.
pub async fn look_at(app: &App, house: OrganisationId, id: ChannelId, ids: &[String]) -> Result<(), Error> {
    let (_, account) = load(app, house, id).await?;
    let room = app.rooms.of(account.kind);
    let seen = room.recheck(&app.net, &account, ids).await?;
    keep(app, house, id, seen, Step::default()).await
}

/// Asks anew what the account can do: once a day, since servers change.
pub async fn probe(app: &App, house: OrganisationId, id: ChannelId) -> Result<(), Error> {
    let (_, account) = load(app, house, id).await?;
    let probe = app.rooms.of(account.kind).probe(&app.net, &account).await?;
    let mut conn = app.db.write().await?;
    // Read anew: somebody may have renamed or removed it while the network was asked.
    let found = channel::get(&mut conn, house, id).await?;
    let Some(mut found) = found.filter(|it| it.state == "active") else { return Ok(()) };
    found.capabilities = serde_json::to_string(&probe.capabilities).unwrap_or_default();
    found.settings = probe.settings.to_string();
    channel::update(&mut conn, house, &found).await?;
    Ok(conn.commit().await?)
}

pub(super) async fn note_health(
    app: &App,
    house: OrganisationId,
    id: ChannelId,
    error: Option<&Error>,
) -> store::Result<()> {
    let mut conn = app.db.write().await?;
    note_health_with(&mut conn, house, id, error, app.now()).await?;
    conn.commit().await
}

/// The same within a transaction.
pub(super) async fn note_health_with(
    conn: &mut Conn,
    house: OrganisationId,
    id: ChannelId,
    error: Option<&Error>,
    now: i64,
) -> store::Result<()> {
    let Some(found) = channel::get(conn, house, id).await? else { return Ok(()) };
    let mut health = found.health;
    let was_heard = health.heard_at.is_some() && health.failing_since.is_none();
    let was_deaf = health.failing_since.is_some();
    health.tried_at = Some(now);
    match error {
        None => {
            health.heard_at = Some(now);
            health.failing_since = None;
            health.error_code = None;
            health.error_text = None;
        }
        Some(error) => {
            health.failing_since = health.failing_since.or(Some(now));
            health.error_code = Some(error.code().to_owned());
            health.error_text = Some(error.to_string());
        }
    }
    channel::set_health(conn, house, id, &health).await?;
    // Falling deaf and being heard again are changes: the journal keeps them, open screens show them.
    let turned = match error {
        None if !was_heard => Some("channel.heard"),
        Some(_) if !was_deaf => Some("channel.deafened"),
        _ => None,
    };
    if let Some(verb) = turned {
        let (by, subject) = (By::Channel(id), id.0);
        let entry = Entry {
            organisation: house,
            at: now,
            by,
            verb,
            subject,
            conversation: None,
            before: None,
            after: Some(json!({ "error": health.error_code })),
        };
        journal::write(conn, entry).await?;
    }
    Ok(())
}
