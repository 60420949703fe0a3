//! Every sealed secret, whatever it belongs to: channels, destinations, calendars of others, the organisation itself, its
//! assistant and second factors. Each opens only with its own row's id.

use uuid::Uuid;

use super::{Conn, Result};
use crate::id::OrganisationId;

/// A secret, as it is sealed.
#[derive(Clone, Debug)]
pub struct Sealed {
    /// The row that it is bound to.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// The sealed secret.
    pub secret: Vec<u8>,
}

const LIST: &str = "SELECT id, name, secret FROM channel WHERE organisation_id = $1 AND secret IS NOT NULL
    UNION ALL SELECT id, name, secret FROM destination WHERE organisation_id = $1 AND secret IS NOT NULL
    UNION ALL SELECT id, name, secret FROM calendar_layer WHERE organisation_id = $1 AND secret IS NOT NULL
    UNION ALL SELECT id, 'client key', secret FROM client_key WHERE organisation_id = $1
    UNION ALL SELECT id, 'assistant', secret FROM assistant WHERE organisation_id = $1 AND secret IS NOT NULL
    UNION ALL SELECT f.colleague_id, c.name || ' (second factor)', f.secret FROM factor f JOIN colleague c
      ON c.organisation_id = f.organisation_id AND c.id = f.colleague_id WHERE f.organisation_id = $1 ORDER BY 1";
const CHANNEL: &str = "UPDATE channel SET secret = $4 WHERE organisation_id = $1 AND id = $2 AND secret = $3";
const DESTINATION: &str =
    "UPDATE destination SET secret = $4 WHERE organisation_id = $1 AND id = $2 AND secret = $3";
const LAYER: &str =
    "UPDATE calendar_layer SET secret = $4 WHERE organisation_id = $1 AND id = $2 AND secret = $3";
const CLIENT_KEY: &str =
    "UPDATE client_key SET secret = $4 WHERE organisation_id = $1 AND id = $2 AND secret = $3";
const ASSISTANT: &str =
    "UPDATE assistant SET secret = $4 WHERE organisation_id = $1 AND id = $2 AND secret = $3";
const FACTOR: &str =
    "UPDATE factor SET secret = $4 WHERE organisation_id = $1 AND colleague_id = $2 AND secret = $3";

/// All of them, those of removed channels too.
pub async fn list(conn: &mut Conn, organisation: OrganisationId) -> Result<Vec<Sealed>> {
    let rows = conn.all(LIST, &[organisation.into()]).await?;
    rows.iter()
        .map(|row| {
            let mut cells = row.cells();
            Ok(Sealed { id: cells.next()?, name: cells.next()?, secret: cells.next()? })
        })
        .collect()
}

/// Puts the same secret sealed anew in the place of `former`; false when it isn't there any more.
pub async fn reseal(
    conn: &mut Conn,
    organisation: OrganisationId,
    former: &Sealed,
    secret: &[u8],
) -> Result<bool> {
    let args = [organisation.into(), former.id.into(), former.secret.as_slice().into(), secret.into()];
    let mut resealed = 0;
    for sql in [CHANNEL, DESTINATION, LAYER, CLIENT_KEY, ASSISTANT, FACTOR] {
        resealed += conn.run(sql, &args).await?;
    }
    Ok(resealed == 1)
}
