//! The card below the link of a post.

use serde::Serialize;

use crate::id::{CardId, MessageId, OrganisationId, PostId};
use crate::store::{Conn, Result};

/// What is shown of a page that a post leads to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Card {
    /// Its id.
    pub id: CardId,
    /// The page.
    pub url: String,
    /// Its title.
    pub title: String,
    /// What it is about; may be empty.
    pub about: String,
    /// Media type of its picture; `null` when it has none.
    pub mime: Option<String>,
    /// Path of its picture in the object store.
    #[serde(skip)]
    pub stored_as: Option<String>,
}

const GET: &str = "SELECT id, url, title, about, mime, stored_as FROM post_card
    WHERE organisation_id = $1 AND post_id = $2";
const PUT: &str = "INSERT INTO post_card (organisation_id, id, post_id, url, title, about, mime, stored_as)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const DROP: &str = "DELETE FROM post_card WHERE organisation_id = $1 AND post_id = $2";
const POST_OF: &str = "SELECT post_id FROM post_target WHERE organisation_id = $1 AND message_id = $2";

/// The card of a post.
pub async fn get(conn: &mut Conn, organisation: OrganisationId, post: PostId) -> Result<Option<Card>> {
    let Some(row) = conn.first(GET, &[organisation.into(), post.into()]).await? else { return Ok(None) };
    let mut cells = row.cells();
    Ok(Some(Card {
        id: cells.next()?,
        url: cells.next()?,
        title: cells.next()?,
        about: cells.next()?,
        mime: cells.next()?,
        stored_as: cells.next()?,
    }))
}

/// Writes the card of a post in place of the one that it has.
pub async fn set(conn: &mut Conn, organisation: OrganisationId, post: PostId, it: &Card) -> Result<()> {
    remove(conn, organisation, post).await?;
    let args = [
        organisation.into(),
        it.id.into(),
        post.into(),
        (&it.url).into(),
        (&it.title).into(),
        (&it.about).into(),
        (&it.mime).into(),
        (&it.stored_as).into(),
    ];
    conn.run(PUT, &args).await.map(drop)
}

/// Takes the card of a post away; false when there is none. Its file stays for what left with it.
pub async fn remove(conn: &mut Conn, organisation: OrganisationId, post: PostId) -> Result<bool> {
    Ok(conn.run(DROP, &[organisation.into(), post.into()]).await? == 1)
}

/// The post that this message begins on its network; the later parts of a thread have no card.
pub async fn post_of(conn: &mut Conn, organisation: OrganisationId, id: MessageId) -> Result<Option<PostId>> {
    let row = conn.first(POST_OF, &[organisation.into(), id.into()]).await?;
    row.map(|row| row.only()).transpose()
}
