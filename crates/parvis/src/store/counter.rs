//! Counters of conversations by state, desk and colleague: badges add up a few hundred rows instead of
//! counting millions. And tallies of messages by hour, for charts.

use std::sync::Arc;

use serde::Serialize;
use uuid::Uuid;

use super::{Conn, Result, Row};
use crate::id::{ChannelId, ColleagueId, DeskId, OrganisationId};

/// Where a conversation is counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// `open`, `waiting`, `snoozed`, `closed`; merged ones aren't counted.
    pub state: String,
    /// Its desk.
    pub desk: DeskId,
    /// Who has it.
    pub assignee: Option<ColleagueId>,
}

/// How many conversations stand in one place.
#[derive(Clone, Debug, Serialize)]
pub struct Count {
    /// State.
    pub state: String,
    /// Desk.
    pub desk: DeskId,
    /// Who; `None` for those that nobody has taken.
    pub assignee: Option<ColleagueId>,
    /// How many.
    pub value: i64,
}

const ADD: &str = "INSERT INTO counter (organisation_id, state, desk_id, assignee_id, value) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (organisation_id, state, desk_id, assignee_id) DO UPDATE SET value = counter.value + excluded.value";
const LIST: &str =
    "SELECT state, desk_id, assignee_id, value FROM counter WHERE organisation_id = $1 AND value <> 0";
const NOT_DONE: &str = "SELECT state, desk_id, assignee_id, value FROM counter
    WHERE organisation_id = $1 AND state IN ('open', 'waiting', 'snoozed') AND value <> 0";
const CLEAR: &str = "DELETE FROM counter WHERE organisation_id = $1";
const RECOUNT: &str = "INSERT INTO counter (organisation_id, state, desk_id, assignee_id, value)
    SELECT organisation_id, state, desk_id, COALESCE(assignee_id, $2), COUNT(*) FROM conversation
    WHERE organisation_id = $1 AND state <> 'merged' GROUP BY organisation_id, state, desk_id, COALESCE(assignee_id, $2)";
const WRONG: &str = "SELECT COUNT(*) FROM (SELECT state FROM (
      SELECT state, desk_id, assignee_id, value FROM counter WHERE organisation_id = $1
      UNION ALL SELECT state, desk_id, COALESCE(assignee_id, $2), -1 FROM conversation
      WHERE organisation_id = $1 AND state <> 'merged') AS place
    GROUP BY state, desk_id, assignee_id HAVING SUM(value) <> 0) AS wrong";
const TALLY: &str =
    "INSERT INTO tally (organisation_id, hour_at, channel_id, direction, value) VALUES ($1, $2, $3, $4, 1)
    ON CONFLICT (organisation_id, hour_at, channel_id, direction) DO UPDATE SET value = tally.value + 1";
const UNTALLY: &str = "UPDATE tally SET value = value - 1
    WHERE organisation_id = $1 AND hour_at = $2 AND channel_id = $3 AND direction = $4 AND value > 0";
const TALLIES: &str = "SELECT hour_at, channel_id, direction, value FROM tally
    WHERE organisation_id = $1 AND hour_at >= $2 ORDER BY hour_at";

/// Moves one conversation from one place to another; `None` is nowhere.
pub async fn shift(
    conn: &mut Conn,
    organisation: OrganisationId,
    from: Option<&Place>,
    to: Option<&Place>,
) -> Result<()> {
    if from == to {
        return Ok(());
    }
    for (place, by) in [(from, -1_i64), (to, 1)] {
        let Some(place) = place.filter(|place| place.state != "merged") else { continue };
        let assignee = place.assignee.map_or(Uuid::nil(), |id| id.0);
        let args =
            [organisation.into(), (&place.state).into(), place.desk.into(), assignee.into(), by.into()];
        conn.run(ADD, &args).await?;
    }
    Ok(())
}

/// All counters that aren't zero.
pub async fn list(conn: &mut Conn, organisation: OrganisationId) -> Result<Vec<Count>> {
    conn.all(LIST, &[organisation.into()]).await?.iter().map(read).collect()
}

/// The counters that aren't zero of what isn't done (open, waiting, snoozed).
pub async fn not_done(conn: &mut Conn, organisation: OrganisationId) -> Result<Arc<Vec<Count>>> {
    let read =
        async |conn: &mut Conn| conn.all(NOT_DONE, &[organisation.into()]).await?.iter().map(read).collect();
    conn.kept(|kept| &kept.counts, organisation, 0, read).await
}

fn read(row: &Row) -> Result<Count> {
    let mut cells = row.cells();
    Ok(Count {
        state: cells.next()?,
        desk: cells.next()?,
        assignee: Some(cells.next()?).filter(|id: &ColleagueId| !id.0.is_nil()),
        value: cells.next()?,
    })
}

/// How many conversations that aren't done stand at one desk in one state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Badge {
    /// `open`, `waiting` or `snoozed`.
    pub state: String,
    /// Its desk.
    pub desk: DeskId,
    /// All of them.
    pub all: i64,
    /// Those of the colleague who asks.
    pub mine: i64,
    /// Those that nobody has taken.
    pub free: i64,
}

impl Badge {
    fn add(&mut self, count: &Count, colleague: ColleagueId) {
        self.all += count.value;
        match count.assignee {
            Some(id) if id == colleague => self.mine += count.value,
            None => self.free += count.value,
            Some(_) => {}
        }
    }
}

/// What the badges of the inbox add up, for one colleague: a line per state and desk, closed ones left out.
pub async fn badges(
    conn: &mut Conn,
    organisation: OrganisationId,
    colleague: ColleagueId,
) -> Result<Vec<Badge>> {
    let mut badges: Vec<Badge> = Vec::new();
    for count in not_done(conn, organisation).await?.iter() {
        let here = |it: &&mut Badge| it.desk == count.desk && it.state == count.state;
        if let Some(badge) = badges.iter_mut().find(here) {
            badge.add(count, colleague);
        } else {
            let (state, desk) = (count.state.clone(), count.desk);
            let mut badge = Badge { state, desk, all: 0, mine: 0, free: 0 };
            badge.add(count, colleague);
            badges.push(badge);
        }
    }
    Ok(badges)
}

/// Counts anew from the conversations; after an import, and for `doctor` to compare with.
pub async fn recount(conn: &mut Conn, organisation: OrganisationId) -> Result<()> {
    conn.run(CLEAR, &[organisation.into()]).await?;
    conn.run(RECOUNT, &[organisation.into(), Uuid::nil().into()]).await.map(drop)
}

/// In how many places the counters differ from the conversations.
pub async fn wrong(conn: &mut Conn, organisation: OrganisationId) -> Result<i64> {
    let row = conn.first(WRONG, &[organisation.into(), Uuid::nil().into()]).await?;
    row.map_or(Ok(0), |row| row.only())
}

/// Counts one message in the hour of `at` (µs).
pub async fn tally(
    conn: &mut Conn,
    organisation: OrganisationId,
    channel: ChannelId,
    direction: &str,
    at: i64,
) -> Result<()> {
    let hour = at - at.rem_euclid(crate::clock::HOUR);
    conn.run(TALLY, &[organisation.into(), hour.into(), channel.into(), direction.into()]).await.map(drop)
}

/// Takes one message back that was counted twice.
pub async fn untally(
    conn: &mut Conn,
    organisation: OrganisationId,
    channel: ChannelId,
    direction: &str,
    at: i64,
) -> Result<()> {
    let hour = at - at.rem_euclid(crate::clock::HOUR);
    conn.run(UNTALLY, &[organisation.into(), hour.into(), channel.into(), direction.into()]).await.map(drop)
}

/// Messages of one hour, on one channel, in one direction.
#[derive(Clone, Debug)]
pub struct Tally {
    /// Beginning of the hour (µs).
    pub hour_at: i64,
    /// Where.
    pub channel: ChannelId,
    /// `in` or `out`.
    pub direction: String,
    /// How many.
    pub value: i64,
}

/// The tallies since `since` (µs), oldest first.
pub async fn tallies(conn: &mut Conn, organisation: OrganisationId, since: i64) -> Result<Vec<Tally>> {
    let rows = conn.all(TALLIES, &[organisation.into(), since.into()]).await?;
    rows.iter()
        .map(|row| {
            let mut cells = row.cells();
            Ok(Tally {
                hour_at: cells.next()?,
                channel: cells.next()?,
                direction: cells.next()?,
                value: cells.next()?,
            })
        })
        .collect()
}
