//! What people said of messages against the model: one aspect of one message each, with the lesson that it taught.
//! Knows what a lesson is as bytes only.

use serde::Serialize;
use sqlx::AssertSqlSafe;

use super::conn::places;
use super::{Conn, Result, Row, Value};
use crate::id::{ColleagueId, ConversationId, CorrectionId, DeskId, MessageId, OrganisationId};
use crate::rules::permission::Scope;

/// What can be corrected of a message.
pub const ASPECTS: [&str; 4] = ["sentiment", "intent", "abuse", "needs_answer"];

/// One aspect of one message, as a person said it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Correction {
    /// Its id.
    pub id: CorrectionId,
    /// Of which message.
    pub message: MessageId,
    /// By whom.
    pub colleague: ColleagueId,
    /// One of [`ASPECTS`].
    pub aspect: String,
    /// What stood there before: a sentiment, an intent, `yes` or `no`.
    pub was: String,
    /// What the person said.
    pub value: String,
    /// What it taught, as the ear keeps it.
    #[serde(skip)]
    pub lesson: Vec<u8>,
    /// When (µs).
    pub created_at: i64,
    /// When it was taken back or another took its place (µs).
    pub ended_at: Option<i64>,
}

/// One with the message that it is about, for lists.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The correction, without its lesson.
    pub correction: Correction,
    /// Where the message stands.
    pub conversation: ConversationId,
    /// At which desk.
    pub desk: DeskId,
    /// What the message says.
    pub text: String,
    /// In which language.
    pub language: Option<String>,
}

macro_rules! columns {
    () => {
        "k.id, k.message_id, k.colleague_id, k.aspect, k.was, k.value, k.lesson, k.created_at, k.ended_at"
    };
}

const INSERT: &str =
    "INSERT INTO correction (organisation_id, id, message_id, colleague_id, aspect, was, value, lesson, created_at, ended_at, changed_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
const GET: &str =
    concat!("SELECT ", columns!(), " FROM correction k WHERE k.organisation_id = $1 AND k.id = $2");
const CHANGED: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM correction k WHERE k.organisation_id = $1 AND k.changed_at > $2 ORDER BY k.changed_at"
);
const STAND: &str = "SELECT MAX(changed_at) FROM correction WHERE organisation_id = $1";
const END: &str =
    "UPDATE correction SET ended_at = $3, changed_at = $4 WHERE organisation_id = $1 AND id = $2";
const COUNT: &str = "SELECT COUNT(*) FROM correction WHERE organisation_id = $1 AND ended_at IS NULL";

fn read(row: &Row) -> Result<Correction> {
    read_cells(&mut row.cells())
}

fn read_cells(cells: &mut super::conn::Cells<'_>) -> Result<Correction> {
    Ok(Correction {
        id: cells.next()?,
        message: cells.next()?,
        colleague: cells.next()?,
        aspect: cells.next()?,
        was: cells.next()?,
        value: cells.next()?,
        lesson: cells.next()?,
        created_at: cells.next()?,
        ended_at: cells.next()?,
    })
}

/// Writes a new correction.
pub async fn insert(conn: &mut Conn, organisation: OrganisationId, it: &Correction) -> Result<()> {
    let changed_at = next_stand(conn, organisation, it.created_at).await?;
    let args: [Value; 11] = [
        organisation.into(),
        it.id.into(),
        it.message.into(),
        it.colleague.into(),
        (&it.aspect).into(),
        (&it.was).into(),
        (&it.value).into(),
        it.lesson.clone().into(),
        it.created_at.into(),
        it.ended_at.into(),
        changed_at.into(),
    ];
    conn.run(INSERT, &args).await.map(drop)
}

/// The correction with that id.
pub async fn get(
    conn: &mut Conn,
    organisation: OrganisationId,
    id: CorrectionId,
) -> Result<Option<Correction>> {
    conn.first(GET, &[organisation.into(), id.into()]).await?.as_ref().map(read).transpose()
}

/// Ends a correction at `at` (µs), or with `None` lets it stand again.
pub async fn end(
    conn: &mut Conn,
    organisation: OrganisationId,
    id: CorrectionId,
    at: Option<i64>,
    now: i64,
) -> Result<()> {
    let changed_at = next_stand(conn, organisation, now).await?;
    conn.run(END, &[organisation.into(), id.into(), at.into(), changed_at.into()]).await.map(drop)
}

/// Those that stand about these messages, oldest first.
pub async fn standing(
    conn: &mut Conn,
    organisation: OrganisationId,
    messages: impl IntoIterator<Item = MessageId>,
) -> Result<Vec<Correction>> {
    let mut args: Vec<Value> = vec![organisation.into()];
    let list = places(&mut args, messages);
    let sql = format!(
        "SELECT {} FROM correction k WHERE k.organisation_id = $1 AND k.message_id IN ({list}) AND k.ended_at IS NULL ORDER BY k.id",
        columns!()
    );
    conn.all(AssertSqlSafe(sql), &args).await?.iter().map(read).collect()
}

/// Grows with every change of any correction; 0 where there is none.
pub async fn stand(conn: &mut Conn, organisation: OrganisationId) -> Result<i64> {
    let row = conn.first(STAND, &[organisation.into()]).await?;
    Ok(row.map_or(Ok(None), |row| row.only::<Option<i64>>())?.unwrap_or(0))
}

async fn next_stand(conn: &mut Conn, organisation: OrganisationId, now: i64) -> Result<i64> {
    Ok(now.max(stand(conn, organisation).await? + 1))
}

/// Those that were made, ended or put back since the stand `since`.
pub async fn changed(conn: &mut Conn, organisation: OrganisationId, since: i64) -> Result<Vec<Correction>> {
    conn.all(CHANGED, &[organisation.into(), since.into()]).await?.iter().map(read).collect()
}

/// How many stand.
pub async fn count(conn: &mut Conn, organisation: OrganisationId) -> Result<i64> {
    conn.first(COUNT, &[organisation.into()]).await?.map_or(Ok(0), |row| row.only())
}

/// The newest `limit` before `before` about messages that `scope` covers, those that ended too.
pub async fn page(
    conn: &mut Conn,
    organisation: OrganisationId,
    scope: &Scope,
    before: Option<CorrectionId>,
    limit: i64,
) -> Result<Vec<Listed>> {
    let before = before.unwrap_or(CorrectionId(uuid::Uuid::max()));
    let mut args: Vec<Value> = vec![organisation.into(), before.into(), limit.into()];
    let seen = match scope {
        Scope::Every => String::new(),
        Scope::Desks(desks) => format!(" AND c.desk_id IN ({})", places(&mut args, desks.iter().copied())),
    };
    let sql = format!(
        "SELECT {}, c.id, c.desk_id, m.text, m.language FROM correction k
         JOIN message m ON m.organisation_id = k.organisation_id AND m.id = k.message_id
         JOIN conversation c ON c.organisation_id = m.organisation_id AND c.id = m.conversation_id
         WHERE k.organisation_id = $1 AND k.id < $2{seen} ORDER BY k.id DESC LIMIT $3",
        columns!()
    );
    let rows = conn.all(AssertSqlSafe(sql), &args).await?;
    rows.iter()
        .map(|row| {
            let mut cells = row.cells();
            Ok(Listed {
                correction: read_cells(&mut cells)?,
                conversation: cells.next()?,
                desk: cells.next()?,
                text: cells.next()?,
                language: cells.next()?,
            })
        })
        .collect()
}
