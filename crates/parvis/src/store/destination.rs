//! Destinations: where alerts and digests are sent to, and the notices that were or will be sent there.

use serde::{Deserialize, Serialize};

use super::alert::Kind;
use super::{Conn, Error, Result, Row};
use crate::id::{AlertId, ChannelId, DestinationId, NoticeId, OrganisationId};
use crate::rules::waking::Waking;

/// What a destination gets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct Rule {
    /// These kinds of alert.
    pub kinds: Vec<Kind>,
    /// Those of these desks and their channels; none is all. Alerts of watches aren't of a desk: they are always sent.
    pub desks: Vec<crate::id::DeskId>,
    /// Within these hours; what happens outside of them is told when they begin, unless it is over by then.
    pub hours: Waking,
    /// In this language, `fr` or `en`.
    pub language: String,
    /// How often a digest of watches is sent: `none`, `daily` or `weekly`.
    pub digest: String,
    /// Of the watches in these folders; none is all.
    pub folders: Vec<String>,
    /// That the fast lane asks for a second look, at any hour.
    pub fast: bool,
    /// That the rights to a picture of the library end soon, or that material that was asked for is due or late.
    pub rights: bool,
}

impl Default for Rule {
    fn default() -> Self {
        Self {
            kinds: Kind::ALL.to_vec(),
            desks: Vec::new(),
            hours: Waking::default(),
            language: "fr".to_owned(),
            digest: "none".to_owned(),
            folders: Vec::new(),
            fast: false,
            rights: false,
        }
    }
}

/// Where notices go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// Its id.
    pub id: DestinationId,
    /// `matrix`, `chat`, `webhook` or `mail`.
    pub kind: String,
    /// Its name in the house.
    pub name: String,
    /// `active` or `paused`.
    pub state: String,
    /// Where: as `parvis_channels::notify::Target` has it.
    pub address: String,
    /// The mailbox that sends, for mail.
    pub channel: Option<ChannelId>,
    /// What it gets.
    pub rule: Rule,
    /// Sealed secret.
    pub secret: Option<Vec<u8>>,
    /// When the next digest is due (µs).
    pub digest_at: Option<i64>,
    /// Since when nothing arrives there (µs), with the code and the words of the error.
    pub failing: Option<(i64, String, String)>,
    /// When it was made (µs).
    pub created_at: i64,
}

/// Something that is sent to a destination once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Its id, and the key under which it is sent.
    pub id: NoticeId,
    /// To which destination.
    pub destination: DestinationId,
    /// What makes it one and the same for that destination.
    pub key: String,
    /// `opened`, `worsened`, `closed`, `test`, `digest`, `fast`, `rights` or `request`.
    pub kind: String,
    /// Of which alert.
    pub alert: Option<AlertId>,
    /// `waiting`, `sending`, `sent`, `failed`, `unknown` (it may have arrived) or `dropped` (over before it was sent).
    pub state: String,
    /// When it was made (µs).
    pub created_at: i64,
    /// When it arrived (µs).
    pub sent_at: Option<i64>,
    /// Code and words of the last error.
    pub error: Option<(String, String)>,
}

const INSERT: &str = "INSERT INTO destination (organisation_id, id, kind, name, state, address, channel_id, rule, secret, digest_at, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
const UPDATE: &str = "UPDATE destination SET name = $3, state = $4, address = $5, channel_id = $6, rule = $7, secret = $8, digest_at = $9
    WHERE organisation_id = $1 AND id = $2";
const HEALTH: &str = "UPDATE destination SET failing_since = $3, error_code = $4, error_text = $5
    WHERE organisation_id = $1 AND id = $2";
const DELETE: &str = "DELETE FROM destination WHERE organisation_id = $1 AND id = $2";
const DELETE_NOTICES: &str = "DELETE FROM notice WHERE organisation_id = $1 AND destination_id = $2";
const LIST: &str = "SELECT id, kind, name, state, address, channel_id, rule, secret, digest_at, failing_since, error_code, error_text, created_at
    FROM destination WHERE organisation_id = $1 ORDER BY name, id";
const GET: &str = "SELECT id, kind, name, state, address, channel_id, rule, secret, digest_at, failing_since, error_code, error_text, created_at
    FROM destination WHERE organisation_id = $1 AND id = $2";
const DIGESTED: &str =
    "UPDATE destination SET digest_at = $4 WHERE organisation_id = $1 AND id = $2 AND digest_at = $3";
const PLAN: &str = "INSERT INTO notice (organisation_id, id, destination_id, key, kind, alert_id, state, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, 'waiting', $7) ON CONFLICT (organisation_id, destination_id, key) DO NOTHING";
const NOTICE: &str =
    "SELECT id, destination_id, key, kind, alert_id, state, created_at, sent_at, error_code, error_text
    FROM notice WHERE organisation_id = $1 AND id = $2";
const NOTICES: &str =
    "SELECT id, destination_id, key, kind, alert_id, state, created_at, sent_at, error_code, error_text
    FROM notice WHERE organisation_id = $1 AND destination_id = $2 ORDER BY id DESC LIMIT $3";
const SETTLE: &str = "UPDATE notice SET state = $3, sent_at = $4, error_code = $5, error_text = $6 WHERE organisation_id = $1 AND id = $2";
const TOLD: &str = "SELECT 1 FROM notice WHERE organisation_id = $1 AND destination_id = $2 AND alert_id = $3 AND state = 'sent'";

fn read(row: &Row) -> Result<Destination> {
    let mut cells = row.cells();
    let (id, kind, name, state, address, channel) =
        (cells.next()?, cells.next()?, cells.next()?, cells.next()?, cells.next()?, cells.next()?);
    let rule: String = cells.next()?;
    let rule = serde_json::from_str(&rule)
        .map_err(|_| Error::Unreadable { what: "rule of a destination", found: rule })?;
    let (secret, digest_at) = (cells.next()?, cells.next()?);
    let (since, code, text): (Option<i64>, Option<String>, Option<String>) =
        (cells.next()?, cells.next()?, cells.next()?);
    let failing = since.map(|since| (since, code.unwrap_or_default(), text.unwrap_or_default()));
    let created_at = cells.next()?;
    Ok(Destination { id, kind, name, state, address, channel, rule, secret, digest_at, failing, created_at })
}

fn read_notice(row: &Row) -> Result<Notice> {
    let mut cells = row.cells();
    Ok(Notice {
        id: cells.next()?,
        destination: cells.next()?,
        key: cells.next()?,
        kind: cells.next()?,
        alert: cells.next()?,
        state: cells.next()?,
        created_at: cells.next()?,
        sent_at: cells.next()?,
        error: Option::zip(cells.next::<Option<String>>()?, cells.next()?),
    })
}

fn json(it: &Rule) -> String {
    serde_json::to_string(it).unwrap_or_default()
}

/// Writes a new one.
pub async fn insert(conn: &mut Conn, organisation: OrganisationId, it: &Destination) -> Result<()> {
    let args = [
        organisation.into(),
        it.id.into(),
        (&it.kind).into(),
        (&it.name).into(),
        (&it.state).into(),
        (&it.address).into(),
        it.channel.into(),
        json(&it.rule).into(),
        it.secret.clone().into(),
        it.digest_at.into(),
        it.created_at.into(),
    ];
    conn.run(INSERT, &args).await.map(drop)
}

/// Writes everything but kind, health and the day it was made.
pub async fn update(conn: &mut Conn, organisation: OrganisationId, it: &Destination) -> Result<()> {
    let args = [
        organisation.into(),
        it.id.into(),
        (&it.name).into(),
        (&it.state).into(),
        (&it.address).into(),
        it.channel.into(),
        json(&it.rule).into(),
        it.secret.clone().into(),
        it.digest_at.into(),
    ];
    conn.run(UPDATE, &args).await.map(drop)
}

/// Writes whether notices arrive there.
pub async fn set_health(
    conn: &mut Conn,
    organisation: OrganisationId,
    id: DestinationId,
    failing: Option<(i64, &str, &str)>,
) -> Result<()> {
    let (since, code, text) = failing.map_or((None, None, None), |(a, b, c)| (Some(a), Some(b), Some(c)));
    let args = [organisation.into(), id.into(), since.into(), code.into(), text.into()];
    conn.run(HEALTH, &args).await.map(drop)
}

/// Takes it away, with what was sent there.
pub async fn delete(conn: &mut Conn, organisation: OrganisationId, id: DestinationId) -> Result<()> {
    conn.run(DELETE_NOTICES, &[organisation.into(), id.into()]).await?;
    conn.run(DELETE, &[organisation.into(), id.into()]).await.map(drop)
}

/// All of them, by name.
pub async fn list(conn: &mut Conn, organisation: OrganisationId) -> Result<Vec<Destination>> {
    conn.all(LIST, &[organisation.into()]).await?.iter().map(read).collect()
}

/// The one with that id.
pub async fn get(
    conn: &mut Conn,
    organisation: OrganisationId,
    id: DestinationId,
) -> Result<Option<Destination>> {
    conn.first(GET, &[organisation.into(), id.into()]).await?.as_ref().map(read).transpose()
}

/// Moves the next digest from `due` on; false when another node has done so.
pub async fn digested(
    conn: &mut Conn,
    organisation: OrganisationId,
    id: DestinationId,
    due: i64,
    next: i64,
) -> Result<bool> {
    let args = [organisation.into(), id.into(), due.into(), next.into()];
    Ok(conn.run(DIGESTED, &args).await? == 1)
}

/// Notes that something is to be sent; false when it was noted before under the same key.
pub async fn plan(conn: &mut Conn, organisation: OrganisationId, it: &Notice) -> Result<bool> {
    let args = [
        organisation.into(),
        it.id.into(),
        it.destination.into(),
        (&it.key).into(),
        (&it.kind).into(),
        it.alert.into(),
        it.created_at.into(),
    ];
    Ok(conn.run(PLAN, &args).await? == 1)
}

/// The notice with that id.
pub async fn notice(conn: &mut Conn, organisation: OrganisationId, id: NoticeId) -> Result<Option<Notice>> {
    conn.first(NOTICE, &[organisation.into(), id.into()]).await?.as_ref().map(read_notice).transpose()
}

/// The newest notices of a destination.
pub async fn notices(
    conn: &mut Conn,
    organisation: OrganisationId,
    id: DestinationId,
    limit: i64,
) -> Result<Vec<Notice>> {
    let args = [organisation.into(), id.into(), limit.into()];
    conn.all(NOTICES, &args).await?.iter().map(read_notice).collect()
}

/// Writes what became of a notice.
pub async fn settle(conn: &mut Conn, organisation: OrganisationId, it: &Notice) -> Result<()> {
    let (code, text) = it.error.clone().unzip();
    let args =
        [organisation.into(), it.id.into(), (&it.state).into(), it.sent_at.into(), code.into(), text.into()];
    conn.run(SETTLE, &args).await.map(drop)
}

/// Whether a destination was told of an alert.
pub async fn was_told(
    conn: &mut Conn,
    organisation: OrganisationId,
    id: DestinationId,
    alert: AlertId,
) -> Result<bool> {
    Ok(conn.first(TOLD, &[organisation.into(), id.into(), alert.into()]).await?.is_some())
}
