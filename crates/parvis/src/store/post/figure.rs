//! What networks count below posts, as last asked, and what the public answered that sounds displeased.

use serde::Serialize;

use crate::id::{ChannelId, OrganisationId, PostId};
use crate::rules::wear::Came;
use crate::store::{Conn, Result, Row};

/// A figure of a post on a network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Figure {
    /// Which account.
    pub channel: ChannelId,
    /// The network's own word, which is its definition.
    pub name: String,
    /// How many.
    pub value: i64,
    /// When the network was asked (µs).
    pub at: i64,
}

const PUT: &str = "INSERT INTO post_figure (organisation_id, post_id, channel_id, name, value, at) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (organisation_id, post_id, channel_id, name) DO UPDATE SET value = excluded.value, at = excluded.at";
const OF: &str = "SELECT channel_id, name, value, at FROM post_figure
    WHERE organisation_id = $1 AND post_id = $2 ORDER BY channel_id, name";
const CAME: &str = "SELECT p.id, p.theme, p.published_at, f.channel_id, CAST(SUM(f.value) AS BIGINT),
    (SELECT COUNT(*) FROM post_target t JOIN message m ON m.organisation_id = t.organisation_id AND m.id = t.message_id
     JOIN message r ON r.organisation_id = m.organisation_id AND r.channel_id = m.channel_id AND r.remote_parent_id = m.remote_id
     JOIN reading g ON g.organisation_id = r.organisation_id AND g.message_id = r.id
     WHERE t.organisation_id = p.organisation_id AND t.post_id = p.id AND t.channel_id = f.channel_id
     AND r.direction = 'in' AND r.deleted_at IS NULL AND g.sentiment = 'negative')
    FROM post p JOIN post_figure f ON f.organisation_id = p.organisation_id AND f.post_id = p.id
    WHERE p.organisation_id = $1 AND p.published_at >= $2 AND p.published_at <= $3
    GROUP BY p.organisation_id, p.id, p.theme, p.published_at, f.channel_id
    ORDER BY p.published_at DESC, p.id, f.channel_id LIMIT 5000";

/// Keeps what a network counts now.
pub async fn put(conn: &mut Conn, organisation: OrganisationId, id: PostId, it: &Figure) -> Result<()> {
    let args =
        [organisation.into(), id.into(), it.channel.into(), (&it.name).into(), it.value.into(), it.at.into()];
    conn.run(PUT, &args).await.map(drop)
}

/// What networks count below a post.
pub async fn of(conn: &mut Conn, organisation: OrganisationId, id: PostId) -> Result<Vec<Figure>> {
    let read = |row: &Row| {
        let mut cells = row.cells();
        Ok(Figure { channel: cells.next()?, name: cells.next()?, value: cells.next()?, at: cells.next()? })
    };
    conn.all(OF, &[organisation.into(), id.into()]).await?.iter().map(read).collect()
}

/// What came of the posts that stood there in `[from, until]` (µs), where networks count; newest first.
pub async fn came(
    conn: &mut Conn,
    organisation: OrganisationId,
    (from, until): (i64, i64),
) -> Result<Vec<Came>> {
    let read = |row: &Row| {
        let mut cells = row.cells();
        Ok(Came {
            post: cells.next()?,
            theme: cells.next()?,
            published_at: cells.next()?,
            channel: cells.next()?,
            reactions: cells.next()?,
            negative: cells.next()?,
        })
    };
    conn.all(CAME, &[organisation.into(), from.into(), until.into()]).await?.iter().map(read).collect()
}
