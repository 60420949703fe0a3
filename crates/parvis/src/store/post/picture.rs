//! The pictures of posts, with their alternative texts.

use serde::Serialize;

use crate::id::{AssetId, OrganisationId, PictureId, PostId};
use crate::store::{Conn, Result, Row};

/// A picture of a post.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Picture {
    /// Its id.
    pub id: PictureId,
    /// Alternative text.
    pub alt: Option<String>,
    /// Its media type.
    pub mime: String,
    /// Path in the object store.
    #[serde(skip)]
    pub stored_as: String,
    /// The asset of the library that it comes from.
    pub asset: Option<AssetId>,
}

const INSERT: &str =
    "INSERT INTO post_picture (organisation_id, id, post_id, position, alt, mime, stored_as, asset_id)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const LIST: &str = "SELECT id, alt, mime, stored_as, asset_id FROM post_picture
    WHERE organisation_id = $1 AND post_id = $2 ORDER BY position, id";
const SET_ALT: &str =
    "UPDATE post_picture SET alt = $4 WHERE organisation_id = $1 AND post_id = $2 AND id = $3";
const SET_ASSET: &str = "UPDATE post_picture SET asset_id = $3 WHERE organisation_id = $1 AND id = $2";
const REMOVE: &str = "DELETE FROM post_picture WHERE organisation_id = $1 AND post_id = $2 AND id = $3";

/// Adds a picture after the others.
pub async fn insert(
    conn: &mut Conn,
    organisation: OrganisationId,
    post: PostId,
    position: i64,
    it: &Picture,
) -> Result<()> {
    let args = [
        organisation.into(),
        it.id.into(),
        post.into(),
        position.into(),
        (&it.alt).into(),
        (&it.mime).into(),
        (&it.stored_as).into(),
        it.asset.into(),
    ];
    conn.run(INSERT, &args).await.map(drop)
}

/// The pictures of a post, in their order.
pub async fn list(conn: &mut Conn, organisation: OrganisationId, post: PostId) -> Result<Vec<Picture>> {
    let rows = conn.all(LIST, &[organisation.into(), post.into()]).await?;
    let read = |row: &Row| {
        let mut cells = row.cells();
        Ok(Picture {
            id: cells.next()?,
            alt: cells.next()?,
            mime: cells.next()?,
            stored_as: cells.next()?,
            asset: cells.next()?,
        })
    };
    rows.iter().map(read).collect()
}

/// Writes an alternative text; false when there is no such picture.
pub async fn set_alt(
    conn: &mut Conn,
    organisation: OrganisationId,
    post: PostId,
    id: PictureId,
    alt: Option<&str>,
) -> Result<bool> {
    Ok(conn.run(SET_ALT, &[organisation.into(), post.into(), id.into(), alt.into()]).await? == 1)
}

/// Says which asset of the library a picture is.
pub async fn set_asset(
    conn: &mut Conn,
    organisation: OrganisationId,
    id: PictureId,
    asset: AssetId,
) -> Result<()> {
    conn.run(SET_ASSET, &[organisation.into(), id.into(), asset.into()]).await.map(drop)
}

/// Takes a picture away; false when there is none. Its file stays for what left with it.
pub async fn remove(
    conn: &mut Conn,
    organisation: OrganisationId,
    post: PostId,
    id: PictureId,
) -> Result<bool> {
    Ok(conn.run(REMOVE, &[organisation.into(), post.into(), id.into()]).await? == 1)
}
