//! Whether the community tires of the themes that the organisation speaks of.

use parvis_write::wear::Reading;

use crate::id::OrganisationId;
use crate::rules::wear;
use crate::store::post::figure;
use crate::store::{Conn, Result};

/// The gauge of each theme that came up, by its name.
pub async fn themes(
    conn: &mut Conn,
    organisation: OrganisationId,
    now: i64,
) -> Result<Vec<(String, Reading)>> {
    let came = figure::came(conn, organisation, (now - wear::BACK, now - wear::RIPE)).await?;
    Ok(wear::themes(&came, now))
}
