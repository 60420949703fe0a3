//! Observations: what a channel saw, kept as it was received.

use std::collections::HashSet;

use parvis_channels::{Observation, ObservationKind};
use sqlx::AssertSqlSafe;

use super::conn::{parts, places};
use super::{Conn, Result};
use crate::id::{ChannelId, OrganisationId};

const INSERT: &str = "INSERT INTO observation (organisation_id, id, channel_id, remote_id, kind, version_at, received_at, raw)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (organisation_id, channel_id, remote_id, version_at, kind) DO NOTHING";
const KEPT: &str = "SELECT 1 FROM observation
    WHERE organisation_id = $1 AND channel_id = $2 AND remote_id = $3 AND version_at = $4 AND kind = $5";
const DELETED: &str = "SELECT 1 FROM observation
    WHERE organisation_id = $1 AND channel_id = $2 AND remote_id = $3 AND kind = 'deleted' AND version_at >= $4 LIMIT 1";

fn kind(it: ObservationKind) -> &'static str {
    match it {
        ObservationKind::Created => "created",
        ObservationKind::Edited => "edited",
        ObservationKind::Deleted => "deleted",
        ObservationKind::Unsupported => "unsupported",
        ObservationKind::Failed => "failed",
    }
}

/// Without a version from the network, the moment it happened stands for it.
fn version(it: &Observation) -> i64 {
    it.version_at.or(it.occurred_at).unwrap_or(0)
}

/// Keeps an observation; false when the same one (id, version and kind) is there already.
pub async fn keep(
    conn: &mut Conn,
    organisation: OrganisationId,
    channel: ChannelId,
    it: &Observation,
    now: i64,
) -> Result<bool> {
    let id = crate::id::new(now);
    let args = [
        organisation.into(),
        id.into(),
        channel.into(),
        (&it.remote_id).into(),
        kind(it.kind).into(),
        version(it).into(),
        now.into(),
        (&it.raw).into(),
    ];
    Ok(conn.run(INSERT, &args).await? == 1)
}

/// Whether this very one is there: to see it again changes nothing.
pub async fn is_kept(
    conn: &mut Conn,
    organisation: OrganisationId,
    channel: ChannelId,
    it: &Observation,
) -> Result<bool> {
    let args = [
        organisation.into(),
        channel.into(),
        (&it.remote_id).into(),
        version(it).into(),
        kind(it.kind).into(),
    ];
    Ok(conn.first(KEPT, &args).await?.is_some())
}

/// Those of `ids` that are there already, in whatever version.
pub async fn kept(
    conn: &mut Conn,
    organisation: OrganisationId,
    channel: ChannelId,
    ids: &[&str],
) -> Result<HashSet<String>> {
    let mut found = HashSet::new();
    for part in parts(ids) {
        let mut args = vec![organisation.into(), channel.into()];
        let list = places(&mut args, part.iter().copied());
        let sql = format!(
            "SELECT remote_id FROM observation
            WHERE organisation_id = $1 AND channel_id = $2 AND remote_id IN ({list})"
        );
        for row in conn.all(AssertSqlSafe(sql), &args).await? {
            found.insert(row.only()?);
        }
    }
    Ok(found)
}

/// Whether a deletion was seen, perhaps before the message itself: one of a version not before `since` (µs).
pub async fn deleted(
    conn: &mut Conn,
    organisation: OrganisationId,
    channel: ChannelId,
    remote_id: &str,
    since: i64,
) -> Result<bool> {
    let args = [organisation.into(), channel.into(), remote_id.into(), since.into()];
    Ok(conn.first(DELETED, &args).await?.is_some())
}
