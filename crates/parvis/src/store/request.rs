//! Requests for material, and what was delivered of them.

use std::collections::HashMap;

use serde::Serialize;
use sqlx::AssertSqlSafe;

use super::{Conn, Error, Result, Row, Value};
use crate::id::{AssetId, ColleagueId, LaunchId, OrganisationId, PostId, RequestId};
use crate::rules::request::RequestState;

/// What somebody is asked to make. Times are µs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Request {
    /// Its id.
    pub id: RequestId,
    /// What is wanted, in one line.
    pub title: String,
    /// What it shall show, and for whom.
    pub brief: String,
    /// Names of the formats, by commas; empty for any.
    pub formats: String,
    /// How many pictures.
    pub count: i64,
    /// When it has to be there.
    pub due_at: i64,
    /// The post that it is for.
    pub post: Option<PostId>,
    /// The launch that it is for.
    pub launch: Option<LaunchId>,
    /// The post is held until this is kept.
    pub needed: bool,
    /// Who asks.
    pub asked_by: ColleagueId,
    /// Who is asked.
    pub asked_of: ColleagueId,
    /// Where it stands.
    pub state: RequestState,
    /// Why it was declined, or what is missing in what was sent back.
    pub reason: String,
    /// How often something was delivered.
    pub deliveries: i64,
    /// Grows with each change.
    pub version: i64,
    /// When it was asked.
    pub created_at: i64,
    /// When it was changed last.
    pub changed_at: i64,
}

/// One picture of one delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Delivered {
    /// Which delivery, from 1 on.
    pub delivery: i64,
    /// The picture of the library.
    pub asset: AssetId,
    /// Which of its files.
    pub file: i64,
    /// Its width in pixels.
    pub width: i64,
    /// Its height in pixels.
    pub height: i64,
    /// When (µs).
    pub at: i64,
}

/// Which requests.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Asked of this colleague.
    pub of: Option<ColleagueId>,
    /// Asked by this colleague, or of them.
    pub mine: Option<ColleagueId>,
    /// Not kept and not withdrawn.
    pub open: bool,
    /// Whoever was asked has something to do.
    pub awaited: bool,
    /// Due in `[from, until)` (µs).
    pub due: Option<(i64, i64)>,
    /// For this post.
    pub post: Option<PostId>,
    /// Behind this one in the list.
    pub after: Option<RequestId>,
}

macro_rules! columns {
    () => {
        "id, title, brief, formats, count, due_at, post_id, launch_id, needed, asked_by, asked_of, state, reason, deliveries, version, created_at, changed_at"
    };
}

const INSERT: &str = concat!(
    "INSERT INTO request (organisation_id, ",
    columns!(),
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)"
);
const UPDATE: &str = "UPDATE request SET title = $3, brief = $4, formats = $5, count = $6, due_at = $7, post_id = $8, launch_id = $9, needed = $10,
    asked_by = $11, asked_of = $12, state = $13, reason = $14, deliveries = $15, version = $16, created_at = $17, changed_at = $18
    WHERE organisation_id = $1 AND id = $2";
const SELECT: &str = concat!("SELECT ", columns!(), " FROM request WHERE organisation_id = $1");
const GET: &str = concat!("SELECT ", columns!(), " FROM request WHERE organisation_id = $1 AND id = $2");
const INSERT_PICTURE: &str =
    "INSERT INTO request_picture (organisation_id, request_id, delivery, position, asset_id, file_number, at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)";
const PICTURES: &str = "SELECT r.delivery, r.asset_id, r.file_number, f.width, f.height, r.at FROM request_picture r
    JOIN asset_file f ON f.organisation_id = r.organisation_id AND f.asset_id = r.asset_id AND f.number = r.file_number
    WHERE r.organisation_id = $1 AND r.request_id = $2 ORDER BY r.delivery DESC, r.position LIMIT 1000";
const LACKS: &str = "SELECT COUNT(*) FROM request WHERE organisation_id = $1 AND post_id = $2 AND needed
    AND state <> 'kept' AND state <> 'withdrawn'";
const LACKING: &str =
    "SELECT post_id, COUNT(*) FROM request WHERE organisation_id = $1 AND post_id IS NOT NULL AND needed
    AND state <> 'kept' AND state <> 'withdrawn' GROUP BY post_id";

fn read(row: &Row) -> Result<Request> {
    let mut cells = row.cells();
    Ok(Request {
        id: cells.next()?,
        title: cells.next()?,
        brief: cells.next()?,
        formats: cells.next()?,
        count: cells.next()?,
        due_at: cells.next()?,
        post: cells.next()?,
        launch: cells.next()?,
        needed: cells.next()?,
        asked_by: cells.next()?,
        asked_of: cells.next()?,
        state: {
            let name: String = cells.next()?;
            RequestState::parse(&name).ok_or(Error::Unreadable { what: "request state", found: name })?
        },
        reason: cells.next()?,
        deliveries: cells.next()?,
        version: cells.next()?,
        created_at: cells.next()?,
        changed_at: cells.next()?,
    })
}

fn written(organisation: OrganisationId, it: &Request) -> Vec<Value> {
    vec![
        organisation.into(),
        it.id.into(),
        (&it.title).into(),
        (&it.brief).into(),
        (&it.formats).into(),
        it.count.into(),
        it.due_at.into(),
        it.post.into(),
        it.launch.into(),
        it.needed.into(),
        it.asked_by.into(),
        it.asked_of.into(),
        it.state.as_str().into(),
        (&it.reason).into(),
        it.deliveries.into(),
        it.version.into(),
        it.created_at.into(),
        it.changed_at.into(),
    ]
}

/// Writes a new request.
pub async fn insert(conn: &mut Conn, organisation: OrganisationId, it: &Request) -> Result<()> {
    conn.run(INSERT, &written(organisation, it)).await.map(drop)
}

/// Writes what may change of a request.
pub async fn update(conn: &mut Conn, organisation: OrganisationId, it: &Request) -> Result<()> {
    conn.run(UPDATE, &written(organisation, it)).await.map(drop)
}

/// The request with that id.
pub async fn get(conn: &mut Conn, organisation: OrganisationId, id: RequestId) -> Result<Option<Request>> {
    conn.first(GET, &[organisation.into(), id.into()]).await?.as_ref().map(read).transpose()
}

/// Those that are due first come first, `limit` at most.
pub async fn list(
    conn: &mut Conn,
    organisation: OrganisationId,
    asked: &Filter,
    limit: i64,
) -> Result<Vec<Request>> {
    let mut args: Vec<Value> = vec![organisation.into()];
    let mut sql = SELECT.to_owned();
    let mut add = |condition: &str, value: Value| {
        args.push(value);
        sql.push_str(&condition.replace('?', &format!("${}", args.len())));
    };
    if let Some(it) = asked.of {
        add(" AND asked_of = ?", it.into());
    }
    if let Some(it) = asked.post {
        add(" AND post_id = ?", it.into());
    }
    if let Some((from, until)) = asked.due {
        add(" AND due_at >= ?", from.into());
        add(" AND due_at < ?", until.into());
    }
    if let Some(it) = asked.mine {
        add(" AND (asked_of = ?", it.into());
        add(" OR asked_by = ?)", it.into());
    }
    if let Some(it) = asked.after {
        add(
            " AND (due_at, id) > (SELECT due_at, id FROM request WHERE organisation_id = $1 AND id = ?)",
            it.into(),
        );
    }
    if asked.open {
        add(" AND state <> ?", RequestState::Kept.as_str().into());
        add(" AND state <> ?", RequestState::Withdrawn.as_str().into());
    }
    if asked.awaited {
        add(" AND state IN (?", RequestState::Asked.as_str().into());
        add(", ?", RequestState::Accepted.as_str().into());
        add(", ?)", RequestState::SentBack.as_str().into());
    }
    add(" ORDER BY due_at, id LIMIT ?", limit.into());
    conn.all(AssertSqlSafe(sql), &args).await?.iter().map(read).collect()
}

/// Writes one picture of a delivery.
pub async fn deliver(
    conn: &mut Conn,
    organisation: OrganisationId,
    id: RequestId,
    (delivery, position): (i64, i64),
    (asset, file): (AssetId, i64),
    at: i64,
) -> Result<()> {
    let args = [
        organisation.into(),
        id.into(),
        delivery.into(),
        position.into(),
        asset.into(),
        file.into(),
        at.into(),
    ];
    conn.run(INSERT_PICTURE, &args).await.map(drop)
}

/// What was delivered, the newest delivery first.
pub async fn pictures(
    conn: &mut Conn,
    organisation: OrganisationId,
    id: RequestId,
) -> Result<Vec<Delivered>> {
    let rows = conn.all(PICTURES, &[organisation.into(), id.into()]).await?;
    rows.iter()
        .map(|row| {
            let mut cells = row.cells();
            Ok(Delivered {
                delivery: cells.next()?,
                asset: cells.next()?,
                file: cells.next()?,
                width: cells.next()?,
                height: cells.next()?,
                at: cells.next()?,
            })
        })
        .collect()
}

/// Whether a post lacks something that was asked for and that it needs.
pub async fn lacks(conn: &mut Conn, organisation: OrganisationId, post: PostId) -> Result<bool> {
    let count: i64 =
        conn.first(LACKS, &[organisation.into(), post.into()]).await?.map_or(Ok(0), |row| row.only())?;
    Ok(count > 0)
}

/// The posts that lack something that they need, with how many things.
pub async fn lacking(conn: &mut Conn, organisation: OrganisationId) -> Result<HashMap<PostId, i64>> {
    let rows = conn.all(LACKING, &[organisation.into()]).await?;
    rows.iter()
        .map(|row| {
            let mut cells = row.cells();
            Ok((cells.next()?, cells.next()?))
        })
        .collect()
}
