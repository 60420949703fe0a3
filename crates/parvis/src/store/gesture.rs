//! Gestures: what is done for a member of the community out of the ordinary. Who sees the desk of its conversation sees it.

use serde::Serialize;
use sqlx::AssertSqlSafe;

use super::conn::{Cells, places};
use super::{Conn, Error, Result, Row, Value};
use crate::id::{AuthorId, ColleagueId, ConversationId, DeskId, GestureId, OrganisationId};
use crate::rules::gesture::State;
use crate::rules::permission::Scope;

/// Something out of the ordinary for one member of the community. Times are µs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Gesture {
    /// Its id.
    pub id: GestureId,
    /// Where it was proposed.
    pub conversation: ConversationId,
    /// For whom.
    pub author: AuthorId,
    /// What.
    pub title: String,
    /// Why them, and why now.
    pub why: String,
    /// What it takes, in words.
    pub cost: String,
    /// By when.
    pub due_at: Option<i64>,
    /// Who sees to it, once it is agreed.
    pub owner: Option<ColleagueId>,
    /// Where it stands.
    pub state: State,
    /// What was said with the decision.
    pub reason: String,
    /// What came of it, or why it was dropped.
    pub outcome: String,
    /// Who proposed it.
    pub proposed_by: ColleagueId,
    /// Who decided.
    pub decided_by: Option<ColleagueId>,
    /// When.
    pub decided_at: Option<i64>,
    /// When it was done or dropped.
    pub ended_at: Option<i64>,
    /// Grows with each change.
    pub version: i64,
    /// When it was proposed.
    pub created_at: i64,
}

/// A gesture with what lists say of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Listed {
    /// The gesture.
    #[serde(flatten)]
    pub gesture: Gesture,
    /// The desk of its conversation.
    pub desk: DeskId,
    /// Kind of the member's network.
    pub kind: String,
    /// The member's handle, without the leading @.
    pub handle: String,
    /// The member's display name.
    pub name: String,
}

/// Which gestures.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Standing there.
    pub states: Vec<State>,
    /// For this member.
    pub author: Option<AuthorId>,
    /// Seen to by this colleague.
    pub owner: Option<ColleagueId>,
    /// Proposed before this one.
    pub before: Option<GestureId>,
}

macro_rules! columns {
    () => {
        "g.id, g.conversation_id, g.author_id, g.title, g.why, g.cost, g.due_at, g.owner_id, g.state, g.reason, g.outcome, g.proposed_by, g.decided_by, g.decided_at, g.ended_at, g.version, g.created_at"
    };
}
macro_rules! listed {
    () => {
        concat!(
            "SELECT ",
            columns!(),
            ", c.desk_id, a.kind, a.handle, a.name FROM gesture g
    JOIN conversation c ON c.organisation_id = g.organisation_id AND c.id = g.conversation_id
    JOIN author a ON a.organisation_id = g.organisation_id AND a.id = g.author_id
    WHERE g.organisation_id = $1"
        )
    };
}

const INSERT: &str = "INSERT INTO gesture (organisation_id, id, conversation_id, author_id, title, why, cost, due_at, owner_id, state, reason, outcome, proposed_by, decided_by, decided_at, ended_at, version, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)";
const UPDATE: &str = "UPDATE gesture SET title = $3, why = $4, cost = $5, due_at = $6, owner_id = $7, state = $8, reason = $9, outcome = $10,
    decided_by = $11, decided_at = $12, ended_at = $13, version = $14 WHERE organisation_id = $1 AND id = $2";
const GET: &str = concat!(listed!(), " AND g.id = $2");

fn read(row: &Row) -> Result<Listed> {
    let mut cells = row.cells();
    Ok(Listed {
        gesture: read_cells(&mut cells)?,
        desk: cells.next()?,
        kind: cells.next()?,
        handle: cells.next()?,
        name: cells.next()?,
    })
}

fn read_cells(cells: &mut Cells<'_>) -> Result<Gesture> {
    Ok(Gesture {
        id: cells.next()?,
        conversation: cells.next()?,
        author: cells.next()?,
        title: cells.next()?,
        why: cells.next()?,
        cost: cells.next()?,
        due_at: cells.next()?,
        owner: cells.next()?,
        state: {
            let name: String = cells.next()?;
            State::parse(&name).ok_or(Error::Unreadable { what: "state of a gesture", found: name })?
        },
        reason: cells.next()?,
        outcome: cells.next()?,
        proposed_by: cells.next()?,
        decided_by: cells.next()?,
        decided_at: cells.next()?,
        ended_at: cells.next()?,
        version: cells.next()?,
        created_at: cells.next()?,
    })
}

/// Writes a new gesture.
pub async fn insert(conn: &mut Conn, organisation: OrganisationId, it: &Gesture) -> Result<()> {
    let args = [
        organisation.into(),
        it.id.into(),
        it.conversation.into(),
        it.author.into(),
        (&it.title).into(),
        (&it.why).into(),
        (&it.cost).into(),
        it.due_at.into(),
        it.owner.into(),
        it.state.as_str().into(),
        (&it.reason).into(),
        (&it.outcome).into(),
        it.proposed_by.into(),
        it.decided_by.into(),
        it.decided_at.into(),
        it.ended_at.into(),
        it.version.into(),
        it.created_at.into(),
    ];
    conn.run(INSERT, &args).await.map(drop)
}

/// Writes what may change of a gesture.
pub async fn update(conn: &mut Conn, organisation: OrganisationId, it: &Gesture) -> Result<()> {
    let args = [
        organisation.into(),
        it.id.into(),
        (&it.title).into(),
        (&it.why).into(),
        (&it.cost).into(),
        it.due_at.into(),
        it.owner.into(),
        it.state.as_str().into(),
        (&it.reason).into(),
        (&it.outcome).into(),
        it.decided_by.into(),
        it.decided_at.into(),
        it.ended_at.into(),
        it.version.into(),
    ];
    conn.run(UPDATE, &args).await.map(drop)
}

/// The gesture with that id, on whatever desk.
pub async fn get(conn: &mut Conn, organisation: OrganisationId, id: GestureId) -> Result<Option<Listed>> {
    conn.first(GET, &[organisation.into(), id.into()]).await?.as_ref().map(read).transpose()
}

/// Gestures on the desks of `scope`, the newest first.
pub async fn list(
    conn: &mut Conn,
    organisation: OrganisationId,
    scope: &Scope,
    asked: &Filter,
    limit: i64,
) -> Result<Vec<Listed>> {
    let mut args: Vec<Value> = vec![organisation.into()];
    let mut sql = listed!().to_owned();
    if let Scope::Desks(desks) = scope {
        sql.push_str(&format!(" AND c.desk_id IN ({})", places(&mut args, desks.iter().copied())));
    }
    if !asked.states.is_empty() {
        let names = asked.states.iter().map(|it| it.as_str());
        sql.push_str(&format!(" AND g.state IN ({})", places(&mut args, names)));
    }
    let mut add = |condition: &str, value: Option<Value>| {
        if let Some(value) = value {
            args.push(value);
            sql.push_str(&format!(" AND {condition} ${}", args.len()));
        }
    };
    add("g.author_id =", asked.author.map(Into::into));
    add("g.owner_id =", asked.owner.map(Into::into));
    add("g.id <", asked.before.map(Into::into));
    args.push(limit.into());
    sql.push_str(&format!(" ORDER BY g.id DESC LIMIT ${}", args.len()));
    conn.all(AssertSqlSafe(sql), &args).await?.iter().map(read).collect()
}
