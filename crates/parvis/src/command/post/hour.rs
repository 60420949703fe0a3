//! Hours for posts: the slots that the organisation keeps, the next free ones, and what its own past says is best.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use parvis_write::day::slot::{Slot as Hour, free_slots};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::clock::DAY;
use crate::command::{Refusal, Result, allow, write_setting};
use crate::id::{ChannelId, OrganisationId, PostId};
use crate::rules::permission::{Action, Actor};
use crate::rules::timing::{Advice, advice};
use crate::rules::wear;
use crate::store::house::House;
use crate::store::post::{self, Post, figure};
use crate::store::{self, Conn, setting};

/// The setting that holds the slots.
pub const SLOTS: &str = "post_slots";
/// Slots of a week at most.
const MOST: usize = 50;
/// How far ahead posts are asked for (µs); later ones take no slot yet.
const AHEAD: i64 = 400 * DAY;

/// Slots that are proposed for a post.
const PROPOSED: usize = 3;

/// A slot: an hour of the week that is kept for one post.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Slot {
    /// When.
    #[serde(flatten)]
    pub hour: Hour,
    /// The channel that it is kept for; any without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<ChannelId>,
}

/// A slot's next time, on which nothing else leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Free {
    /// µs.
    pub at: i64,
    /// The channel that the slot is kept for; any without one.
    pub channel: Option<ChannelId>,
}

/// What can be proposed for a post.
#[derive(Debug, Clone, PartialEq)]
pub struct Hours {
    /// The next slots on which nothing else leaves, by their time.
    pub free: Vec<Free>,
    /// What the organisation's past says.
    pub advice: Advice,
    /// The next time (µs) at which each of the best hours comes and nothing else leaves.
    pub next: Vec<i64>,
}

/// What leaves: when, and on which channels; none where that isn't chosen yet.
struct Leaving(Timestamp, Vec<ChannelId>);

impl Leaving {
    async fn of(conn: &mut Conn, organisation: OrganisationId, posts: &[Post]) -> store::Result<Vec<Self>> {
        let mut on = post::channels_of(conn, organisation, posts.iter().map(|it| it.id)).await?;
        let one = |it: &Post| {
            let at = Timestamp::from_microsecond(it.due_at?).ok()?;
            Some(Self(at, on.remove(&it.id).unwrap_or_default()))
        };
        Ok(posts.iter().filter_map(one).collect())
    }

    /// Whether it takes a slot of that channel.
    fn is_on(&self, channel: Option<ChannelId>) -> bool {
        self.1.is_empty() || channel.is_none_or(|it| self.1.contains(&it))
    }
}

/// The next `most` slots after `after` that nothing of `leaving` lies on, by their time.
fn free(slots: &[Slot], zone: &TimeZone, after: Timestamp, leaving: &[Leaving], most: usize) -> Vec<Free> {
    let channels: BTreeSet<Option<ChannelId>> = slots.iter().map(|it| it.channel).collect();
    let of = |channel: Option<ChannelId>| {
        let hours: Vec<Hour> = slots.iter().filter(|it| it.channel == channel).map(|it| it.hour).collect();
        let taken: Vec<Timestamp> = leaving.iter().filter(|it| it.is_on(channel)).map(|it| it.0).collect();
        let found = free_slots(&hours, zone, after, &taken, most);
        found.into_iter().map(move |at| Free { at: at.as_microsecond(), channel })
    };
    let mut all: Vec<Free> = channels.into_iter().flat_map(of).collect();
    all.sort_unstable();
    all.truncate(most);
    all
}

/// The slots, in the order of the week, without those of channels that were taken out.
///
/// # Errors
/// The database refuses.
pub async fn slots(conn: &mut Conn, organisation: OrganisationId) -> store::Result<Vec<Slot>> {
    let found = setting::get(conn, organisation, SLOTS).await?;
    let read = |text: String| {
        serde_json::from_str(&text).map_err(|_| store::Error::Unreadable { what: "slots", found: text })
    };
    let mut all: Vec<Slot> = found.map(read).transpose()?.unwrap_or_default();
    let house = House::read(conn, organisation).await?;
    all.retain(|it| stands(&house, it));
    Ok(all)
}

/// Whether the channel of the slot is there.
fn stands(house: &House, it: &Slot) -> bool {
    it.channel.is_none_or(|id| house.channel(id).is_some_and(|it| it.state != "removed"))
}

/// Keeps other slots: each an hour of the week on the organisation's clock, for a channel of it or for any.
///
/// # Errors
/// The right is missing, there are too many, one isn't an hour of a week, or its channel isn't there.
pub async fn set_slots(app: &App, actor: &Actor, mut slots: Vec<Slot>) -> Result<()> {
    allow(actor, Action::Schedule)?;
    slots.sort_by_key(|it| (it.hour.weekday, it.hour.time, it.channel));
    slots.dedup();
    let mut conn = app.db.write().await?;
    let house = House::read(&mut conn, actor.organisation).await?;
    let is_good = |it: &Slot| (1..=7).contains(&it.hour.weekday) && stands(&house, it);
    if slots.len() > MOST || !slots.iter().all(is_good) {
        return Err(Refusal::Invalid { field: "slots", code: "unknown" });
    }
    let before = self::slots(&mut conn, actor.organisation).await?;
    write_setting(&mut conn, actor, app.now(), (SLOTS, "post.slots_set"), (&before, &slots)).await?;
    Ok(conn.commit().await?)
}

/// What can be proposed now for the post `this`, whose own hour takes no slot and whose channels say which slots are for it.
/// Without a post, or with one that goes nowhere yet, every slot is.
///
/// # Errors
/// The database refuses.
pub async fn hours(
    conn: &mut Conn,
    organisation: OrganisationId,
    zone: &TimeZone,
    (this, now): (Option<PostId>, i64),
) -> store::Result<Hours> {
    let mut ahead = post::between(conn, organisation, (now, now + AHEAD), &post::Filter::default()).await?;
    ahead.retain(|it| Some(it.id) != this);
    let leaving = Leaving::of(conn, organisation, &ahead).await?;
    let after = Timestamp::from_microsecond(now).unwrap_or(Timestamp::MAX);
    let came = figure::came(conn, organisation, (now - wear::BACK, now - wear::RIPE)).await?;
    let advice = advice(&came, zone);
    let next = match &advice {
        Advice::TooThin { .. } => Vec::new(),
        Advice::Hours { best, .. } => {
            let slot = |it: &parvis_write::day::best::Hour| {
                let hour = i8::try_from(it.hour).ok()?;
                let weekday = i8::try_from(it.weekday + 1).ok()?;
                let hour = Hour { weekday, time: jiff::civil::Time::new(hour, 0, 0, 0).ok()? };
                Some(Slot { hour, channel: None })
            };
            let each = best.iter().filter_map(slot).flat_map(|it| free(&[it], zone, after, &leaving, 1));
            each.map(|it| it.at).collect()
        }
    };
    let goes: Vec<ChannelId> = match this {
        Some(id) => post::targets(conn, organisation, id).await?.into_iter().map(|it| it.channel).collect(),
        None => Vec::new(),
    };
    let mut slots = slots(conn, organisation).await?;
    slots.retain(|it| goes.is_empty() || it.channel.is_none_or(|on| goes.contains(&on)));
    Ok(Hours { free: free(&slots, zone, after, &leaving, PROPOSED), advice, next })
}

/// The free slots of `[from, to)` (µs), by their time; `posts` are all that leave in it.
///
/// # Errors
/// The database refuses.
pub async fn free_between(
    conn: &mut Conn,
    organisation: OrganisationId,
    zone: &TimeZone,
    (from, to): (i64, i64),
    posts: &[Post],
) -> store::Result<Vec<Free>> {
    let leaving = Leaving::of(conn, organisation, posts).await?;
    let slots = slots(conn, organisation).await?;
    let after = Timestamp::from_microsecond(from - 1).unwrap_or(Timestamp::MAX);
    let weeks = usize::try_from((to - from) / (7 * DAY) + 1).unwrap_or(0);
    let mut all = free(&slots, zone, after, &leaving, weeks * slots.len());
    all.retain(|it| it.at < to);
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_whole, houses};
    use jiff::civil::time;

    #[test]
    fn a_slot_of_a_channel_is_taken_by_what_leaves_there_only() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let (ours, other) = (ChannelId::new(1), ChannelId::new(2));
        let slot = |hour, channel| Slot { hour: Hour { weekday: 1, time: time(hour, 0, 0, 0) }, channel };
        let slots = [slot(9, Some(ours)), slot(9, Some(other)), slot(9, None), slot(12, Some(other))];
        let nine = at("2026-11-30T09:00:00Z");
        let found = |leaving: &[Leaving]| {
            let all = free(&slots, &TimeZone::UTC, at("2026-11-29T00:00:00Z"), leaving, 4);
            all.into_iter()
                .filter(|it| it.at == nine.as_microsecond())
                .map(|it| it.channel)
                .collect::<Vec<_>>()
        };
        let mut both = [ours, other];
        both.sort_unstable();
        assert_eq!(found(&[]), [None, Some(both[0]), Some(both[1])], "nothing leaves");
        assert_eq!(found(&[Leaving(nine, vec![other])]), [Some(ours)]);
        assert!(found(&[Leaving(nine, vec![ours, other])]).is_empty());
        assert!(found(&[Leaving(nine, Vec::new())]).is_empty(), "what goes nowhere yet may go anywhere");
    }

    #[tokio::test]
    async fn slots_are_kept_and_the_next_free_one_is_where_nothing_leaves() {
        for house in houses().await {
            let (app, manager) = (&house.app, &house.manager);
            let slot =
                |weekday, hour| Slot { hour: Hour { weekday, time: time(hour, 0, 0, 0) }, channel: None };
            let refused = set_slots(app, &house.specialist, vec![slot(1, 9)]).await;
            assert!(matches!(refused, Err(Refusal::Forbidden(Action::Schedule))));
            let eighth = set_slots(app, manager, vec![slot(8, 9)]).await;
            assert!(matches!(eighth, Err(Refusal::Invalid { field: "slots", .. })));
            set_slots(app, manager, vec![slot(4, 18), slot(1, 9), slot(1, 9)]).await.unwrap();
            let zone = TimeZone::get("Europe/Paris").unwrap();
            let mut conn = app.db.read().await.unwrap();
            assert_eq!(slots(&mut conn, house.id).await.unwrap(), [slot(1, 9), slot(4, 18)]);
            let all = hours(&mut conn, house.id, &zone, (None, app.now())).await.unwrap();
            assert!(matches!(all.advice, Advice::TooThin { posts: 0, .. }) && all.next.is_empty());
            let [first, second, _] = all.free[..] else { panic!("{all:?}") };
            drop(conn);
            let idea = crate::command::post::Idea {
                title: "Une idée".to_owned(),
                origin: "team".to_owned(),
                ..Default::default()
            };
            let id = crate::command::post::propose(app, manager, idea).await.unwrap();
            crate::command::post::plan::plan(app, manager, id, Some(first.at)).await.unwrap();
            let mut conn = app.db.read().await.unwrap();
            let now = app.now();
            let free = async |conn: &mut Conn, this| {
                hours(conn, house.id, &zone, (this, now)).await.unwrap().free[0]
            };
            assert_eq!(free(&mut conn, None).await, second, "one post each");
            assert_eq!(free(&mut conn, Some(id)).await, first, "its own hour is free for itself");
            let posts =
                post::between(&mut conn, house.id, (now, second.at + 1), &post::Filter::default()).await;
            let ahead = (now, second.at + 1);
            let shown = free_between(&mut conn, house.id, &zone, ahead, &posts.unwrap()).await.unwrap();
            assert_eq!(shown, [second], "of the two until then one is taken");
            drop(conn);
            let nowhere = Slot { channel: Some(ChannelId::new(1)), ..slot(1, 9) };
            let refused = set_slots(app, manager, vec![nowhere]).await;
            assert!(matches!(refused, Err(Refusal::Invalid { field: "slots", .. })), "no such channel");
            assert_whole(&app.db, house.id).await;
        }
    }
}
