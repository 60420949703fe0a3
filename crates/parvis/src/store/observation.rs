//! Observations: what a channel saw, kept as it was received.

use parvis_channels::{Observation, ObservationKind};

use super::{Conn, Result};
use crate::id::{ChannelId, OrganisationId};

const INSERT: &str = "INSERT INTO observation (organisation_id, id, channel_id, remote_id, kind, version_at, received_at, raw)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (organisation_id, channel_id, remote_id, version_at, kind) DO NOTHING";
const DELETED: &str = "SELECT 1 FROM observation
    WHERE organisation_id = $1 AND channel_id = $2 AND remote_id = $3 AND kind = 'deleted' LIMIT 1";

fn kind(it: ObservationKind) -> &'static str {
    match it {
        ObservationKind::Created => "created",
        ObservationKind::Edited => "edited",
        ObservationKind::Deleted => "deleted",
        ObservationKind::Unsupported => "unsupported",
        ObservationKind::Failed => "failed",
    }
}

/// Keeps an observation; false when the same one (id, version and kind) is there already. Without a
/// version from the network, the moment it happened stands for it.
pub async fn keep(
    conn: &mut Conn,
    organisation: OrganisationId,
    channel: ChannelId,
    it: &Observation,
    now: i64,
) -> Result<bool> {
    let id = crate::id::new(now);
    let version = it.version_at.or(it.occurred_at).unwrap_or(0);
    let args = [
        organisation.into(),
        id.into(),
        channel.into(),
        (&it.remote_id).into(),
        kind(it.kind).into(),
        version.into(),
        now.into(),
        (&it.raw).into(),
    ];
    Ok(conn.run(INSERT, &args).await? == 1)
}

/// Whether a deletion was seen, perhaps before the message itself.
pub async fn deleted(
    conn: &mut Conn,
    organisation: OrganisationId,
    channel: ChannelId,
    remote_id: &str,
) -> Result<bool> {
    Ok(conn.first(DELETED, &[organisation.into(), channel.into(), remote_id.into()]).await?.is_some())
}
