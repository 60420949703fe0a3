//! What was decided about messages that others wrote, on their network: one decision at a time for each, with where it
//! stands on its way there.

use serde::{Deserialize, Serialize};
use sqlx::AssertSqlSafe;

use super::conn::places;
use super::{Conn, Error, Result, Row, Value};
use crate::id::{ColleagueId, MessageId, OrganisationId};

/// What can be decided about a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Let everybody see it.
    Approve,
    /// Let nobody see it for now.
    Hold,
    /// It is spam.
    Spam,
    /// It is none after all.
    NotSpam,
}

impl Act {
    const ALL: [Self; 4] = [Self::Approve, Self::Hold, Self::Spam, Self::NotSpam];

    /// Its word in the database and in forms.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Hold => "hold",
            Self::Spam => "spam",
            Self::NotSpam => "not_spam",
        }
    }
}

/// Where a decision stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// It can be taken back.
    Held,
    /// The network is being told.
    Acting,
    /// The network did it.
    Done,
    /// The network refused.
    Refused,
}

impl Step {
    const ALL: [Self; 4] = [Self::Held, Self::Acting, Self::Done, Self::Refused];

    /// Its word in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Acting => "acting",
            Self::Done => "done",
            Self::Refused => "refused",
        }
    }
}

/// A decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moderation {
    /// About which message.
    pub message: MessageId,
    /// What was decided.
    pub act: Act,
    /// Where it stands.
    pub step: Step,
    /// By whom.
    pub colleague: ColleagueId,
    /// When (µs).
    pub decided_at: i64,
    /// When the network is told (µs).
    pub due_at: i64,
    /// Kind of the last error.
    pub error_code: Option<String>,
    /// The last error in words.
    pub error_text: Option<String>,
}

impl Moderation {
    /// It is taken for spam over there, because we said so.
    #[must_use]
    pub fn is_spam(&self) -> bool {
        self.act == Act::Spam && self.step == Step::Done
    }
}

const PUT: &str = "INSERT INTO moderation (organisation_id, message_id, act, step, colleague_id, decided_at, due_at, error_code, error_text)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    ON CONFLICT (organisation_id, message_id) DO UPDATE SET act = excluded.act, step = excluded.step, colleague_id = excluded.colleague_id,
    decided_at = excluded.decided_at, due_at = excluded.due_at, error_code = excluded.error_code, error_text = excluded.error_text";
const REMOVE: &str = "DELETE FROM moderation WHERE organisation_id = $1 AND message_id = $2";

fn read(row: &Row) -> Result<Moderation> {
    let mut cells = row.cells();
    let message = cells.next()?;
    let (act, step): (String, String) = (cells.next()?, cells.next()?);
    let unreadable = |what, found: &str| Error::Unreadable { what, found: found.to_owned() };
    Ok(Moderation {
        message,
        act: Act::ALL.into_iter().find(|it| it.as_str() == act).ok_or(unreadable("act", &act))?,
        step: Step::ALL.into_iter().find(|it| it.as_str() == step).ok_or(unreadable("step", &step))?,
        colleague: cells.next()?,
        decided_at: cells.next()?,
        due_at: cells.next()?,
        error_code: cells.next()?,
        error_text: cells.next()?,
    })
}

/// Writes what is decided about a message now.
pub async fn put(conn: &mut Conn, organisation: OrganisationId, it: &Moderation) -> Result<()> {
    let args = [
        organisation.into(),
        it.message.into(),
        it.act.as_str().into(),
        it.step.as_str().into(),
        it.colleague.into(),
        it.decided_at.into(),
        it.due_at.into(),
        (&it.error_code).into(),
        (&it.error_text).into(),
    ];
    conn.run(PUT, &args).await.map(drop)
}

/// Nothing is decided about it any more.
pub async fn remove(conn: &mut Conn, organisation: OrganisationId, id: MessageId) -> Result<()> {
    conn.run(REMOVE, &[organisation.into(), id.into()]).await.map(drop)
}

/// What is decided about several messages.
pub async fn of_all(
    conn: &mut Conn,
    organisation: OrganisationId,
    messages: impl IntoIterator<Item = MessageId>,
) -> Result<Vec<Moderation>> {
    let mut args: Vec<Value> = vec![organisation.into()];
    let list = places(&mut args, messages);
    let sql = format!(
        "SELECT message_id, act, step, colleague_id, decided_at, due_at, error_code, error_text FROM moderation
         WHERE organisation_id = $1 AND message_id IN ({list})"
    );
    conn.all(AssertSqlSafe(sql), &args).await?.iter().map(read).collect()
}

/// What is decided about a message.
pub async fn get(conn: &mut Conn, organisation: OrganisationId, id: MessageId) -> Result<Option<Moderation>> {
    Ok(of_all(conn, organisation, [id]).await?.pop())
}
