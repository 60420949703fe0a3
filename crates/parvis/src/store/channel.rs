//! Channels: connected accounts, how they are, how far each of their streams was read, and when they
//! couldn't be heard.

use serde::Serialize;

use super::{Conn, Result, Row};
use crate::id::{ChannelId, DeskId, OrganisationId};

/// A connected account on a network.
#[derive(Clone, Debug, Serialize)]
pub struct Channel {
    /// Its id.
    pub id: ChannelId,
    /// `mastodon`, `feed` …
    pub kind: String,
    /// Name within the house.
    pub name: String,
    /// Address of the server or feed.
    pub base_url: String,
    /// Our handle there, without the leading @.
    pub handle: String,
    /// Our account's id there.
    pub remote_id: String,
    /// Where new conversations go.
    pub desk: DeskId,
    /// `active`, `paused` or `removed`.
    pub state: String,
    /// What the network's room keeps per account, JSON.
    pub settings: String,
    /// What it can do and why not, JSON of `parvis_channels::CapabilitySet`.
    pub capabilities: String,
    /// Sealed secret; never serialised.
    #[serde(skip)]
    pub secret: Option<Vec<u8>>,
    /// When the secret ends (µs), where the network says so.
    pub secret_expires_at: Option<i64>,
    /// How its renewal stands, where there is something to say of it.
    pub renewal: Option<Renewal>,
    /// How it is heard.
    pub health: Health,
    /// When it was connected (µs).
    pub created_at: i64,
}

/// How the renewal of an access stands, where what renews it is good once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Renewal {
    /// What renews it was handed over; what came of that isn't kept yet.
    Begun,
    /// It was handed over, and nobody knows what came of it.
    Lost,
    /// The network refused.
    Refused,
}

impl Renewal {
    const ALL: [Self; 3] = [Self::Begun, Self::Lost, Self::Refused];

    /// Its word in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Begun => "begun",
            Self::Lost => "lost",
            Self::Refused => "refused",
        }
    }
}

/// How a channel is heard. Times in µs.
#[derive(Clone, Debug, Default, Serialize, utoipa::ToSchema)]
pub struct Health {
    /// Last time the network answered.
    pub heard_at: Option<i64>,
    /// Last time it was asked.
    pub tried_at: Option<i64>,
    /// Since when it can't be heard; `None` while it is.
    pub failing_since: Option<i64>,
    /// Kind of the last error (`unauthorized`, `unreachable` …).
    pub error_code: Option<String>,
    /// The last error in words.
    pub error_text: Option<String>,
    /// Requests allowed in the window.
    pub rate_limit: Option<i64>,
    /// Requests left in the window.
    pub rate_remaining: Option<i64>,
    /// When the window ends.
    pub rate_reset_at: Option<i64>,
    /// What a person should know though it is no failure (`moved`, `gap`, `cut`).
    pub notice_code: Option<String>,
    /// Its detail: the new address, or a number.
    pub notice_text: Option<String>,
}

/// A time during which a channel couldn't be heard.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Gap {
    /// Which channel.
    pub channel: ChannelId,
    /// From (µs).
    pub from_at: i64,
    /// To (µs); `None` while it lasts.
    pub to_at: Option<i64>,
    /// Error code.
    pub reason: String,
}

const INSERT: &str = "INSERT INTO channel (organisation_id, id, kind, name, base_url, handle, remote_id, desk_id, state, settings, capabilities, secret, secret_expires_at, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
const UPDATE: &str = "UPDATE channel SET name = $3, base_url = $4, handle = $5, remote_id = $6, desk_id = $7, state = $8, settings = $9, capabilities = $10, secret = $11, secret_expires_at = $12, renewal = $13
    WHERE organisation_id = $1 AND id = $2";
const LIST: &str = "SELECT id, kind, name, base_url, handle, remote_id, desk_id, state, settings, capabilities, secret, secret_expires_at, renewal,
    heard_at, tried_at, failing_since, error_code, error_text, rate_limit, rate_remaining, rate_reset_at, notice_code, notice_text, created_at
    FROM channel WHERE organisation_id = $1 AND state <> 'removed' ORDER BY name, id";
const GET: &str = "SELECT id, kind, name, base_url, handle, remote_id, desk_id, state, settings, capabilities, secret, secret_expires_at, renewal,
    heard_at, tried_at, failing_since, error_code, error_text, rate_limit, rate_remaining, rate_reset_at, notice_code, notice_text, created_at
    FROM channel WHERE organisation_id = $1 AND id = $2";
const HEALTH: &str = "UPDATE channel SET heard_at = $3, tried_at = $4, failing_since = $5, error_code = $6, error_text = $7, rate_limit = $8, rate_remaining = $9, rate_reset_at = $10, notice_code = $11, notice_text = $12
    WHERE organisation_id = $1 AND id = $2";
const CURSOR: &str =
    "SELECT value FROM channel_cursor WHERE organisation_id = $1 AND channel_id = $2 AND stream = $3";
const MOVE_CURSOR: &str = "INSERT INTO channel_cursor (organisation_id, channel_id, stream, value, updated_at)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (organisation_id, channel_id, stream) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at";
const OPEN_GAP: &str =
    "INSERT INTO channel_gap (organisation_id, channel_id, from_at, reason) VALUES ($1, $2, $3, $4)
    ON CONFLICT (organisation_id, channel_id, from_at) DO NOTHING";
const CLOSE_GAP: &str =
    "UPDATE channel_gap SET to_at = $3 WHERE organisation_id = $1 AND channel_id = $2 AND to_at IS NULL";
const GAPS: &str = "SELECT channel_id, from_at, to_at, reason FROM channel_gap
    WHERE organisation_id = $1 AND (to_at IS NULL OR to_at > $2) ORDER BY from_at";

fn read(row: &Row) -> Result<Channel> {
    let mut cells = row.cells();
    Ok(Channel {
        id: cells.next()?,
        kind: cells.next()?,
        name: cells.next()?,
        base_url: cells.next()?,
        handle: cells.next()?,
        remote_id: cells.next()?,
        desk: cells.next()?,
        state: cells.next()?,
        settings: cells.next()?,
        capabilities: cells.next()?,
        secret: cells.next()?,
        secret_expires_at: cells.next()?,
        renewal: {
            let word: Option<String> = cells.next()?;
            Renewal::ALL.into_iter().find(|it| word.as_deref() == Some(it.as_str()))
        },
        health: Health {
            heard_at: cells.next()?,
            tried_at: cells.next()?,
            failing_since: cells.next()?,
            error_code: cells.next()?,
            error_text: cells.next()?,
            rate_limit: cells.next()?,
            rate_remaining: cells.next()?,
            rate_reset_at: cells.next()?,
            notice_code: cells.next()?,
            notice_text: cells.next()?,
        },
        created_at: cells.next()?,
    })
}

/// Writes a new channel.
pub async fn insert(conn: &mut Conn, organisation: OrganisationId, it: &Channel) -> Result<()> {
    let args = [
        organisation.into(),
        it.id.into(),
        (&it.kind).into(),
        (&it.name).into(),
        (&it.base_url).into(),
        (&it.handle).into(),
        (&it.remote_id).into(),
        it.desk.into(),
        (&it.state).into(),
        (&it.settings).into(),
        (&it.capabilities).into(),
        it.secret.clone().into(),
        it.secret_expires_at.into(),
        it.created_at.into(),
    ];
    conn.run(INSERT, &args).await.map(drop)
}

/// Writes everything but health, kind and the day it was connected.
pub async fn update(conn: &mut Conn, organisation: OrganisationId, it: &Channel) -> Result<()> {
    let args = [
        organisation.into(),
        it.id.into(),
        (&it.name).into(),
        (&it.base_url).into(),
        (&it.handle).into(),
        (&it.remote_id).into(),
        it.desk.into(),
        (&it.state).into(),
        (&it.settings).into(),
        (&it.capabilities).into(),
        it.secret.clone().into(),
        it.secret_expires_at.into(),
        it.renewal.map(Renewal::as_str).into(),
    ];
    conn.run(UPDATE, &args).await.map(drop)
}

/// All channels that weren't removed, by name.
pub async fn list(conn: &mut Conn, organisation: OrganisationId) -> Result<Vec<Channel>> {
    conn.all(LIST, &[organisation.into()]).await?.iter().map(read).collect()
}

/// The channel with that id, removed or not.
pub async fn get(conn: &mut Conn, organisation: OrganisationId, id: ChannelId) -> Result<Option<Channel>> {
    conn.first(GET, &[organisation.into(), id.into()]).await?.as_ref().map(read).transpose()
}

/// Writes how a channel is heard, and opens or closes the gap that charts draw.
pub async fn set_health(
    conn: &mut Conn,
    organisation: OrganisationId,
    id: ChannelId,
    it: &Health,
) -> Result<()> {
    let args = [
        organisation.into(),
        id.into(),
        it.heard_at.into(),
        it.tried_at.into(),
        it.failing_since.into(),
        (&it.error_code).into(),
        (&it.error_text).into(),
        it.rate_limit.into(),
        it.rate_remaining.into(),
        it.rate_reset_at.into(),
        (&it.notice_code).into(),
        (&it.notice_text).into(),
    ];
    conn.run(HEALTH, &args).await?;
    match it.failing_since {
        Some(since) => {
            // From the last time it was heard: what was said in between may be missing.
            let from = it.heard_at.unwrap_or(since);
            let reason = it.error_code.as_deref().unwrap_or("unreachable");
            conn.run(OPEN_GAP, &[organisation.into(), id.into(), from.into(), reason.into()]).await?;
        }
        None => {
            conn.run(CLOSE_GAP, &[organisation.into(), id.into(), it.heard_at.into()]).await?;
        }
    }
    Ok(())
}

/// How far a stream was read; opaque to the store.
pub async fn cursor(
    conn: &mut Conn,
    organisation: OrganisationId,
    id: ChannelId,
    stream: &str,
) -> Result<Option<String>> {
    let row = conn.first(CURSOR, &[organisation.into(), id.into(), stream.into()]).await?;
    row.as_ref().map(Row::only).transpose()
}

/// Moves a stream's cursor; call it in the transaction that keeps what was read.
pub async fn move_cursor(
    conn: &mut Conn,
    organisation: OrganisationId,
    id: ChannelId,
    stream: &str,
    value: &str,
    now: i64,
) -> Result<()> {
    let args = [organisation.into(), id.into(), stream.into(), value.into(), now.into()];
    conn.run(MOVE_CURSOR, &args).await.map(drop)
}

/// The gaps that touch the time after `since` (µs), oldest first.
pub async fn gaps(conn: &mut Conn, organisation: OrganisationId, since: i64) -> Result<Vec<Gap>> {
    let rows = conn.all(GAPS, &[organisation.into(), since.into()]).await?;
    rows.iter()
        .map(|row| {
            let mut cells = row.cells();
            Ok(Gap {
                channel: cells.next()?,
                from_at: cells.next()?,
                to_at: cells.next()?,
                reason: cells.next()?,
            })
        })
        .collect()
}
