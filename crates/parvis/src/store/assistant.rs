//! The assistant of an organisation: one or none, and how often it was called today. Its key is sealed and bound to the
//! organisation's id.

use super::{Conn, Error, Result, Row};
use crate::id::OrganisationId;
use crate::rules::assistant::Use;

/// Where the model is that the organisation may have propose words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assistant {
    /// The address that everything hangs below.
    pub address: String,
    /// Which model.
    pub model: String,
    /// Its key, sealed; none where it asks for none.
    pub secret: Option<Vec<u8>>,
    /// What it is asked for.
    pub uses: Vec<Use>,
    /// How the house speaks, in its own words.
    pub tone: String,
    /// Calls of one day at most.
    pub most: i64,
}

const PUT: &str = "INSERT INTO assistant (organisation_id, id, address, model, secret, uses, tone, most) VALUES ($1, $1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (organisation_id, id) DO UPDATE SET address = excluded.address, model = excluded.model, secret = excluded.secret,
    uses = excluded.uses, tone = excluded.tone, most = excluded.most";
const GET: &str =
    "SELECT address, model, secret, uses, tone, most FROM assistant WHERE organisation_id = $1 AND id = $1";
const REMOVE: &str = "DELETE FROM assistant WHERE organisation_id = $1";
const COUNT: &str = "INSERT INTO assistant_day (organisation_id, day, calls) VALUES ($1, $2, 1)
    ON CONFLICT (organisation_id, day) DO UPDATE SET calls = assistant_day.calls + 1 WHERE assistant_day.calls < $3";
const FORGET: &str = "DELETE FROM assistant_day WHERE organisation_id = $1 AND day <> $2";
const CALLS: &str = "SELECT calls FROM assistant_day WHERE organisation_id = $1 AND day = $2";

fn read(row: &Row) -> Result<Assistant> {
    let mut cells = row.cells();
    let (address, model, secret) = (cells.next()?, cells.next()?, cells.next()?);
    let uses: String = cells.next()?;
    let uses = serde_json::from_str(&uses)
        .map_err(|_| Error::Unreadable { what: "uses of the assistant", found: uses })?;
    Ok(Assistant { address, model, secret, uses, tone: cells.next()?, most: cells.next()? })
}

/// Keeps it in the place of the one before.
pub async fn put(conn: &mut Conn, organisation: OrganisationId, it: &Assistant) -> Result<()> {
    let args = [
        organisation.into(),
        (&it.address).into(),
        (&it.model).into(),
        it.secret.clone().into(),
        serde_json::to_string(&it.uses).unwrap_or_default().into(),
        (&it.tone).into(),
        it.most.into(),
    ];
    conn.run(PUT, &args).await.map(drop)
}

/// The one that there is.
pub async fn get(conn: &mut Conn, organisation: OrganisationId) -> Result<Option<Assistant>> {
    conn.first(GET, &[organisation.into()]).await?.as_ref().map(read).transpose()
}

/// Takes it out, with its key.
pub async fn remove(conn: &mut Conn, organisation: OrganisationId) -> Result<()> {
    conn.run(REMOVE, &[organisation.into()]).await.map(drop)
}

/// Counts one call of `day`; false when there were `most` already.
pub async fn count(conn: &mut Conn, organisation: OrganisationId, day: &str, most: i64) -> Result<bool> {
    conn.run(FORGET, &[organisation.into(), day.into()]).await?;
    Ok(conn.run(COUNT, &[organisation.into(), day.into(), most.into()]).await? == 1)
}

/// How often it was called on that day.
pub async fn calls(conn: &mut Conn, organisation: OrganisationId, day: &str) -> Result<i64> {
    let row = conn.first(CALLS, &[organisation.into(), day.into()]).await?;
    Ok(row.as_ref().map(Row::only).transpose()?.unwrap_or(0))
}
