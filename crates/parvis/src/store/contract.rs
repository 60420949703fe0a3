//! Contracts: which channels and themes somebody from outside may see and serve.

use std::collections::HashMap;

use super::{Conn, Result, Row};
use crate::id::{ColleagueId, OrganisationId};
use crate::rules::contract::Contract;

const CHANNELS: &str = "SELECT channel_id FROM contract_channel WHERE organisation_id = $1 AND colleague_id = $2 ORDER BY channel_id";
const THEMES: &str =
    "SELECT theme FROM contract_theme WHERE organisation_id = $1 AND colleague_id = $2 ORDER BY theme";
const ALL_CHANNELS: &str = "SELECT colleague_id, channel_id FROM contract_channel WHERE organisation_id = $1 ORDER BY colleague_id, channel_id";
const ALL_THEMES: &str =
    "SELECT colleague_id, theme FROM contract_theme WHERE organisation_id = $1 ORDER BY colleague_id, theme";
const DROP_CHANNELS: &str = "DELETE FROM contract_channel WHERE organisation_id = $1 AND colleague_id = $2";
const DROP_THEMES: &str = "DELETE FROM contract_theme WHERE organisation_id = $1 AND colleague_id = $2";
const CHANNEL: &str = "INSERT INTO contract_channel (organisation_id, colleague_id, channel_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
const THEME: &str = "INSERT INTO contract_theme (organisation_id, colleague_id, theme) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";

/// What the contract of a colleague covers.
pub async fn of(conn: &mut Conn, organisation: OrganisationId, colleague: ColleagueId) -> Result<Contract> {
    let whose = [organisation.into(), colleague.into()];
    let channels = conn.all(CHANNELS, &whose).await?.iter().map(Row::only).collect::<Result<_>>()?;
    let themes = conn.all(THEMES, &whose).await?.iter().map(Row::only).collect::<Result<_>>()?;
    Ok(Contract { channels, themes })
}

/// What every contract covers that bounds anything.
pub async fn all(conn: &mut Conn, organisation: OrganisationId) -> Result<HashMap<ColleagueId, Contract>> {
    let mut found: HashMap<ColleagueId, Contract> = HashMap::new();
    for row in conn.all(ALL_CHANNELS, &[organisation.into()]).await? {
        let mut cells = row.cells();
        found.entry(cells.next()?).or_default().channels.push(cells.next()?);
    }
    for row in conn.all(ALL_THEMES, &[organisation.into()]).await? {
        let mut cells = row.cells();
        found.entry(cells.next()?).or_default().themes.push(cells.next()?);
    }
    Ok(found)
}

/// Replaces what the contract of a colleague covers.
pub async fn set(
    conn: &mut Conn,
    organisation: OrganisationId,
    colleague: ColleagueId,
    it: &Contract,
) -> Result<()> {
    let whose = [organisation.into(), colleague.into()];
    conn.run(DROP_CHANNELS, &whose).await?;
    conn.run(DROP_THEMES, &whose).await?;
    for channel in &it.channels {
        conn.run(CHANNEL, &[organisation.into(), colleague.into(), (*channel).into()]).await?;
    }
    for theme in &it.themes {
        conn.run(THEME, &[organisation.into(), colleague.into(), theme.into()]).await?;
    }
    Ok(())
}
