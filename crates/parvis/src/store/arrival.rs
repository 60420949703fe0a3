//! Deliveries that were acknowledged and wait to be folded.

use std::collections::HashSet;

use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::conn::{Value, parts, places};
use super::{Conn, Result, Row};
use crate::id::{ChannelId, OrganisationId};

const NEXT: &str =
    "SELECT id, channel_id, received FROM arrival WHERE organisation_id = $1 ORDER BY id LIMIT $2";
const COUNT: &str = "SELECT COUNT(*) FROM arrival WHERE organisation_id = $1";

/// A delivery that is to be kept.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// Its id, which gives the order.
    pub id: Uuid,
    /// Whose.
    pub organisation: OrganisationId,
    /// To which channel.
    pub channel: ChannelId,
    /// The sender's id of it.
    pub delivery: String,
    /// What it says, JSON.
    pub received: String,
}

/// One that waits.
#[derive(Debug)]
pub struct Waiting {
    /// Its id.
    pub id: Uuid,
    /// To which channel.
    pub channel: ChannelId,
    /// What it says, JSON.
    pub received: String,
}

/// Keeps them; the ids of those that weren't there yet.
pub async fn insert(conn: &mut Conn, arrivals: &[Arrival]) -> Result<HashSet<Uuid>> {
    let mut new = HashSet::new();
    for part in parts(arrivals) {
        new.extend(insert_rows(conn, part).await?);
    }
    Ok(new)
}

async fn insert_rows(conn: &mut Conn, arrivals: &[Arrival]) -> Result<Vec<Uuid>> {
    let mut args = Vec::with_capacity(arrivals.len() * 5);
    let mut rows = Vec::with_capacity(arrivals.len());
    for it in arrivals {
        let row: [Value; 5] = [
            it.organisation.into(),
            it.id.into(),
            it.channel.into(),
            (&it.delivery).into(),
            (&it.received).into(),
        ];
        rows.push(format!("({})", places(&mut args, row)));
    }
    let sql = format!(
        "INSERT INTO arrival (organisation_id, id, channel_id, delivery, received) VALUES {}
        ON CONFLICT (organisation_id, channel_id, delivery) DO NOTHING RETURNING id",
        rows.join(", ")
    );
    conn.all(AssertSqlSafe(sql), &args).await?.iter().map(Row::only).collect()
}

/// The first of those that wait.
pub async fn next(conn: &mut Conn, organisation: OrganisationId, limit: i64) -> Result<Vec<Waiting>> {
    let rows = conn.all(NEXT, &[organisation.into(), limit.into()]).await?;
    let read = |row: &Row| {
        let mut cells = row.cells();
        Ok(Waiting { id: cells.next()?, channel: cells.next()?, received: cells.next()? })
    };
    rows.iter().map(read).collect()
}

/// Takes some out.
pub async fn remove(conn: &mut Conn, organisation: OrganisationId, ids: &[Uuid]) -> Result<()> {
    for part in parts(ids) {
        let mut args = vec![organisation.into()];
        let list = places(&mut args, part.iter().copied());
        let sql = format!("DELETE FROM arrival WHERE organisation_id = $1 AND id IN ({list})");
        conn.run(AssertSqlSafe(sql), &args).await?;
    }
    Ok(())
}

/// How many wait.
pub async fn count(conn: &mut Conn, organisation: OrganisationId) -> Result<i64> {
    conn.first(COUNT, &[organisation.into()]).await?.map_or(Ok(0), |row| row.only())
}
