//! Keeps what a look at a network brought: the threads that are missing are fetched, everything is folded, and the cursor
//! moves with it. Knows no interval and no lease.

use parvis_channels::{Budget, Notice, Observation};
use serde_json::json;

use super::fold::{Context, comes_back, fold};
use super::listen::{Error, load};
use crate::app::App;
use crate::clock::DAY;
use crate::fault::{self, Point};
use crate::id::{ChannelId, OrganisationId};
use crate::rules::clock::Promise;
use crate::store::channel::{self, Health};
use crate::store::journal::{self, By, Entry};
use crate::store::{self, desk, message, observation};

/// Observations whose threads are fetched before any of them is kept.
const PART: usize = 10;

/// What goes with the observations of one look.
#[derive(Default)]
pub(super) struct Step<'a> {
    /// Stream and cursor.
    pub(super) cursor: Option<(&'a str, &'a str)>,
    /// What the server said about our allowance.
    pub(super) budget: Option<Budget>,
    /// What a person should know.
    pub(super) notice: Option<Notice>,
}

impl Step<'_> {
    fn is_nothing(&self) -> bool {
        self.cursor.is_none() && self.budget.is_none() && self.notice.is_none()
    }
}

/// Folds what was seen, a part after the other, and moves the cursor with the last of them: who dies on the way begins
/// with what isn't known yet, and writers who are in a hurry come in between. What the database can't take is set
/// aside, so that one message nobody can read doesn't make the channel deaf for all that come after it.
pub(super) async fn keep(
    app: &App,
    house: OrganisationId,
    id: ChannelId,
    seen: Vec<Observation>,
    step: Step<'_>,
) -> Result<(), Error> {
    let mut seen = news(app, house, id, seen).await?;
    if seen.is_empty() && step.is_nothing() {
        return Ok(());
    }
    while seen.len() > PART {
        let later = seen.split_off(PART);
        keep_part(app, house, id, seen, &Step::default()).await?;
        seen = later;
    }
    keep_part(app, house, id, seen, &step).await
}

/// Those that aren't kept yet. The others are passed over without a turn among the writers: whoever begins anew over and
/// over gets on all the same.
async fn news(
    app: &App,
    house: OrganisationId,
    id: ChannelId,
    seen: Vec<Observation>,
) -> Result<Vec<Observation>, Error> {
    let mut conn = app.db.read().await?;
    let mut news = Vec::new();
    for it in seen {
        let mut is_news = !observation::is_kept(&mut conn, house, id, &it).await?;
        // Where a network doesn't date changes, the same kind of change comes without a time again and again.
        if !is_news && it.version_at.is_none() {
            let known = message::by_remote(&mut conn, house, id, &it.remote_id).await?;
            is_news = known.is_some_and(|known| comes_back(&it, &known));
        }
        if is_news {
            news.push(it);
        }
    }
    Ok(news)
}

async fn keep_part(
    app: &App,
    house: OrganisationId,
    id: ChannelId,
    seen: Vec<Observation>,
    step: &Step<'_>,
) -> Result<(), Error> {
    let mut seen = with_threads(app, house, id, seen).await?;
    loop {
        match keep_some(app, house, id, &seen, step).await? {
            Kept::All => return Ok(()),
            Kept::First(count) => drop(seen.drain(..count)),
            Kept::Nothing(refused) => {
                let bad = seen.remove(refused.place);
                set_aside(app, house, id, &bad, &refused.error).await?;
            }
        }
    }
}

/// What became of observations in one transaction.
enum Kept {
    All,
    /// So many of them; they took long enough.
    First(usize),
    Nothing(Refused),
}

/// An observation that the database can't take.
struct Refused {
    place: usize,
    error: store::Error,
}

async fn keep_some(
    app: &App,
    house: OrganisationId,
    id: ChannelId,
    seen: &[Observation],
    step: &Step<'_>,
) -> Result<Kept, Error> {
    let now = app.now();
    let mut conn = app.db.write().await?;
    let found = channel::get(&mut conn, house, id).await?;
    let Some(found) = found.filter(|it| it.state != "removed") else { return Ok(Kept::All) };
    let promise = desk::promise(&mut conn, house, found.desk).await?.unwrap_or(Promise::always(DAY));
    let ear = app.ears.of(&mut conn, house).await?;
    let context = Context { organisation: house, channel: &found, promise, ear: &ear, now };
    for (place, it) in seen.iter().enumerate() {
        if place > 0 && conn.is_long() {
            conn.commit().await?;
            return Ok(Kept::First(place));
        }
        match fold(&mut conn, &context, it).await {
            Ok(()) => {}
            Err(error) if error.is_away() => return Err(error.into()),
            Err(error) => return Ok(Kept::Nothing(Refused { place, error })),
        }
    }
    if let Some((stream, value)) = step.cursor {
        channel::move_cursor(&mut conn, house, id, stream, value, now).await?;
    }
    if step.budget.is_some() || step.notice.is_some() {
        channel::set_health(&mut conn, house, id, &told(found.health.clone(), step)).await?;
    }
    conn.commit().await?;
    Ok(Kept::All)
}

/// The channel's health with what the server said of itself.
fn told(mut health: Health, step: &Step<'_>) -> Health {
    if let Some(budget) = &step.budget {
        health.rate_limit = Some(i64::from(budget.limit));
        health.rate_remaining = Some(i64::from(budget.remaining));
        health.rate_reset_at = budget.reset_at;
    }
    if let Some(notice) = &step.notice {
        health.notice_code = Some(notice.code().to_owned());
        health.notice_text = match notice {
            Notice::Moved(address) => Some(address.clone()),
            Notice::Cut(followed) => Some(followed.to_string()),
            Notice::Gap => None,
        };
    }
    health
}

/// Keeps an observation that can't be folded in the journal, with its reason, and tells people on the
/// channel's page. A full disk refuses this too, and then the cursor stays where it is.
pub(super) async fn set_aside(
    app: &App,
    house: OrganisationId,
    id: ChannelId,
    it: &Observation,
    error: &store::Error,
) -> store::Result<()> {
    let now = app.now();
    let mut conn = app.db.write().await?;
    let Some(found) = channel::get(&mut conn, house, id).await? else { return Ok(()) };
    let entry = Entry {
        organisation: house,
        at: now,
        by: By::Channel(id),
        verb: "observation.set_aside",
        subject: id.0,
        conversation: None,
        before: None,
        after: Some(json!({ "remote_id": it.remote_id, "raw": it.raw, "error": error.to_string() })),
    };
    journal::write(&mut conn, entry).await?;
    let remote: String = it.remote_id.chars().take(120).collect();
    let health = Health { notice_code: Some("aside".to_owned()), notice_text: Some(remote), ..found.health };
    channel::set_health(&mut conn, house, id, &health).await?;
    conn.commit().await?;
    tracing::error!(%error, channel = %id, "intake: an observation can't be kept and was set aside");
    Ok(())
}

/// Puts the ancestors that we don't know before a message that answers them. A thread that can't be
/// fetched isn't worth losing the message for.
async fn with_threads(
    app: &App,
    house: OrganisationId,
    id: ChannelId,
    seen: Vec<Observation>,
) -> Result<Vec<Observation>, Error> {
    let mut all: Vec<Observation> = Vec::with_capacity(seen.len());
    for it in seen {
        let parent = it.item.as_ref().filter(|item| item.addressed).and_then(|item| item.parent_id.clone());
        if let Some(parent) = parent
            && !all.iter().any(|before| before.remote_id == parent)
            && message::by_remote(&mut app.db.read().await?, house, id, &it.remote_id).await?.is_none()
            && message::by_remote(&mut app.db.read().await?, house, id, &parent).await?.is_none()
        {
            let (_, account) = load(app, house, id).await?;
            let room = app.rooms.of(account.kind);
            fault::pass(Point::ThreadBefore);
            let thread = room.thread(&app.net, &account, &it.remote_id).await;
            fault::pass(Point::ThreadAfter);
            match thread {
                Ok(thread) => all.extend(thread),
                Err(error) => tracing::info!(%error, channel = %id, "intake: a thread can't be fetched"),
            }
        }
        all.push(it);
    }
    Ok(all)
}
