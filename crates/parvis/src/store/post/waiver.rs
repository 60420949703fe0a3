//! Binding remarks of the charter that somebody set aside on a post, and why.

use serde::Serialize;

use crate::id::{ColleagueId, OrganisationId, PostId};
use crate::store::{Conn, Result};

/// A remark that was set aside: it stays so while what it was about stands in the post.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Waiver {
    /// Which rule made it.
    pub rule: String,
    /// The words that it was about.
    pub about: String,
    /// Who set it aside.
    pub colleague: ColleagueId,
    /// When (µs).
    pub at: i64,
    /// Why.
    pub reason: String,
}

const PUT: &str = "INSERT INTO post_waiver (organisation_id, post_id, rule, about, colleague_id, at, reason)
    VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (organisation_id, post_id, rule, about)
    DO UPDATE SET colleague_id = excluded.colleague_id, at = excluded.at, reason = excluded.reason";
const TAKE: &str =
    "DELETE FROM post_waiver WHERE organisation_id = $1 AND post_id = $2 AND rule = $3 AND about = $4";
const LIST: &str = "SELECT rule, about, colleague_id, at, reason FROM post_waiver
    WHERE organisation_id = $1 AND post_id = $2 ORDER BY at, rule, about";

/// Sets a remark aside.
pub async fn put(conn: &mut Conn, organisation: OrganisationId, id: PostId, it: &Waiver) -> Result<()> {
    let args = [
        organisation.into(),
        id.into(),
        (&it.rule).into(),
        (&it.about).into(),
        it.colleague.into(),
        it.at.into(),
        (&it.reason).into(),
    ];
    conn.run(PUT, &args).await.map(drop)
}

/// Takes that back; false when it wasn't set aside.
pub async fn take(
    conn: &mut Conn,
    organisation: OrganisationId,
    id: PostId,
    rule: &str,
    about: &str,
) -> Result<bool> {
    Ok(conn.run(TAKE, &[organisation.into(), id.into(), rule.into(), about.into()]).await? == 1)
}

/// What was set aside, in the order in which it was.
pub async fn list(conn: &mut Conn, organisation: OrganisationId, id: PostId) -> Result<Vec<Waiver>> {
    let rows = conn.all(LIST, &[organisation.into(), id.into()]).await?;
    rows.iter()
        .map(|row| {
            let mut cells = row.cells();
            Ok(Waiver {
                rule: cells.next()?,
                about: cells.next()?,
                colleague: cells.next()?,
                at: cells.next()?,
                reason: cells.next()?,
            })
        })
        .collect()
}
