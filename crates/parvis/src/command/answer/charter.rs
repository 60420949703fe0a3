//! An answer held against the charter: what binds and is left as it is asks for a reason, which is journalled with it.

use parvis_channels::ChannelKind;
use parvis_write::charter::Remark;
use serde_json::{Value as Json, json};

use crate::command::{Refusal, Result, charter};
use crate::id::OrganisationId;
use crate::rules::charter::{Part, about, dialect};
use crate::store::{self, Conn};

/// Longest reason, in characters.
const REASON: usize = 1_000;

/// What the charter has to say of an answer on a network.
pub async fn read(
    conn: &mut Conn,
    organisation: OrganisationId,
    kind: Option<ChannelKind>,
    text: &str,
) -> store::Result<Vec<Remark>> {
    let house = charter::read(conn, organisation).await?;
    Ok(house.charter.read(text, &house.language, dialect(kind), Part::Answer))
}

/// What is left as it is although it binds, with the reason, for the journal; `None` when nothing binds.
///
/// # Errors
/// Something binds and no reason was given.
pub(super) async fn check(
    conn: &mut Conn,
    organisation: OrganisationId,
    kind: ChannelKind,
    text: &str,
    reason: &str,
) -> Result<Option<Json>> {
    let all = read(conn, organisation, Some(kind), text).await?;
    let open = all.iter().filter(|it| it.must);
    let left: Vec<Json> =
        open.map(|it| json!({ "rule": it.rule.name(), "about": about(text, it) })).collect();
    let reason = reason.trim();
    if left.is_empty() {
        return Ok(None);
    }
    if reason.is_empty() {
        return Err(Refusal::Invalid { field: "text", code: "charter" });
    }
    if reason.chars().count() > REASON || reason.contains('\0') {
        return Err(Refusal::Invalid { field: "reason", code: "long" });
    }
    Ok(Some(json!({ "remarks": left, "reason": reason })))
}
