//! Hours for posts: the slots that the organisation keeps, the next free ones, and what its own past says is best.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use parvis_write::day::slot::{Slot, free_slots};

use crate::app::App;
use crate::clock::DAY;
use crate::command::{Refusal, Result, allow, write_setting};
use crate::id::{OrganisationId, PostId};
use crate::rules::permission::{Action, Actor};
use crate::rules::timing::{Advice, advice};
use crate::rules::wear;
use crate::store::post::{self, figure};
use crate::store::{self, Conn, setting};

/// The setting that holds the slots.
pub const SLOTS: &str = "post_slots";
/// Slots of a week at most.
const MOST: usize = 50;
/// How far ahead posts are asked for (µs); later ones take no slot yet.
const AHEAD: i64 = 400 * DAY;

/// What can be proposed for a post.
#[derive(Debug, Clone, PartialEq)]
pub struct Hours {
    /// The next slots on which nothing else leaves.
    pub free: Vec<i64>,
    /// What the organisation's past says.
    pub advice: Advice,
    /// The next time (µs) at which each of the best hours comes and nothing else leaves.
    pub next: Vec<i64>,
}

/// The slots, in the order of the week.
///
/// # Errors
/// The database refuses.
pub async fn slots(conn: &mut Conn, organisation: OrganisationId) -> store::Result<Vec<Slot>> {
    let found = setting::get(conn, organisation, SLOTS).await?;
    let read = |text: String| {
        serde_json::from_str(&text).map_err(|_| store::Error::Unreadable { what: "slots", found: text })
    };
    found.map(read).transpose().map(Option::unwrap_or_default)
}

/// Keeps other slots: each an hour of the week on the organisation's clock.
///
/// # Errors
/// The right is missing, there are too many, or one isn't an hour of a week.
pub async fn set_slots(app: &App, actor: &Actor, mut slots: Vec<Slot>) -> Result<()> {
    allow(actor, Action::Schedule)?;
    slots.sort_by_key(|it| (it.weekday, it.time));
    slots.dedup();
    if slots.len() > MOST || slots.iter().any(|it| !(1..=7).contains(&it.weekday)) {
        return Err(Refusal::Invalid { field: "slots", code: "unknown" });
    }
    let mut conn = app.db.write().await?;
    let before = self::slots(&mut conn, actor.organisation).await?;
    write_setting(&mut conn, actor, app.now(), (SLOTS, "post.slots_set"), (&before, &slots)).await?;
    Ok(conn.commit().await?)
}

/// What can be proposed now for the post `this`, whose own hour takes no slot.
///
/// # Errors
/// The database refuses.
pub async fn hours(
    conn: &mut Conn,
    organisation: OrganisationId,
    zone: &TimeZone,
    (this, now): (Option<PostId>, i64),
) -> store::Result<Hours> {
    let ahead = post::between(conn, organisation, (now, now + AHEAD), &post::Filter::default()).await?;
    let taken = ahead.iter().filter(|it| Some(it.id) != this).filter_map(|it| it.due_at);
    let taken: Vec<Timestamp> = taken.filter_map(|at| Timestamp::from_microsecond(at).ok()).collect();
    let after = Timestamp::from_microsecond(now).unwrap_or(Timestamp::MAX);
    let free = |slots: &[Slot], most| free_slots(slots, zone, after, &taken, most).into_iter();
    let came = figure::came(conn, organisation, (now - wear::BACK, now - wear::RIPE)).await?;
    let advice = advice(&came, zone);
    let next = match &advice {
        Advice::TooThin { .. } => Vec::new(),
        Advice::Hours { best, .. } => {
            let slot = |it: &parvis_write::day::best::Hour| {
                let hour = i8::try_from(it.hour).ok()?;
                let weekday = i8::try_from(it.weekday + 1).ok()?;
                Some(Slot { weekday, time: jiff::civil::Time::new(hour, 0, 0, 0).ok()? })
            };
            let each = best.iter().filter_map(slot).flat_map(|it| free(&[it], 1));
            each.map(Timestamp::as_microsecond).collect()
        }
    };
    let slots = slots(conn, organisation).await?;
    Ok(Hours { free: free(&slots, 3).map(Timestamp::as_microsecond).collect(), advice, next })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_whole, houses};
    use jiff::civil::time;

    #[tokio::test]
    async fn slots_are_kept_and_the_next_free_one_is_where_nothing_leaves() {
        for house in houses().await {
            let (app, manager) = (&house.app, &house.manager);
            let slot = |weekday, hour| Slot { weekday, time: time(hour, 0, 0, 0) };
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
            crate::command::post::plan::plan(app, manager, id, Some(first)).await.unwrap();
            let mut conn = app.db.read().await.unwrap();
            let now = app.now();
            let free = async |conn: &mut Conn, this| {
                hours(conn, house.id, &zone, (this, now)).await.unwrap().free[0]
            };
            assert_eq!(free(&mut conn, None).await, second, "one post each");
            assert_eq!(free(&mut conn, Some(id)).await, first, "its own hour is free for itself");
            drop(conn);
            assert_whole(&app.db, house.id).await;
        }
    }
}
