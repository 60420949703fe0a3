//! Desks: what each is called, when it works and how fast it first answers; closing one.

mod close;

use serde_json::{Value as Json, json};

use super::{Refusal, Result, allow};
use crate::app::App;
use crate::clock::{DAY, MINUTE};
use crate::id::DeskId;
use crate::rules::hours::Hours;
use crate::rules::permission::{Action, Actor};
use crate::store::Conn;
use crate::store::desk::{self, Desk};

pub use close::{Uses, close, open, uses};

/// Targets that a desk can have (µs).
pub const TARGETS: std::ops::RangeInclusive<i64> = MINUTE..=30 * DAY;
/// Longest name of a desk, in characters.
pub const NAME_LENGTH: usize = 60;
/// How many desks a house can have.
pub const MOST: usize = 100;

/// What is to be said of a desk; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Its name.
    pub name: Option<String>,
    /// First answer within (µs).
    pub answer_within: Option<i64>,
    /// The same for what is urgent; `Some(None)`: as everything else.
    pub urgent_within: Option<Option<i64>>,
    /// The hours in which it works.
    pub hours: Option<Hours>,
}

impl Change {
    fn apply(self, mut desk: Desk) -> Result<Desk> {
        if let Some(name) = self.name {
            desk.name = super::line("name", &name, NAME_LENGTH)?;
        }
        desk.answer_within = self.answer_within.unwrap_or(desk.answer_within);
        desk.urgent_within = self.urgent_within.unwrap_or(desk.urgent_within);
        desk.hours = self.hours.unwrap_or(desk.hours);
        if !TARGETS.contains(&desk.answer_within) {
            return Err(Refusal::Invalid { field: "answer_within", code: "range" });
        }
        if desk.urgent_within.is_some_and(|it| !TARGETS.contains(&it)) {
            return Err(Refusal::Invalid { field: "urgent_within", code: "range" });
        }
        Ok(desk)
    }
}

/// Makes a desk for a subject, the last of the list. It answers within a day unless something else is said.
pub async fn make(app: &App, actor: &Actor, said: Change) -> Result<Desk> {
    allow(actor, Action::ManageChannels)?;
    let now = app.now();
    let mut conn = app.db.write().await?;
    let known = desk::list(&mut conn, actor.organisation).await?;
    if known.iter().filter(|it| it.is_open()).count() >= MOST {
        return Err(Refusal::Invalid { field: "name", code: "too-many" });
    }
    let blank = Desk {
        id: DeskId::new(now),
        kind: "subject".to_owned(),
        name: String::new(),
        position: known.iter().map(|it| it.position + 1).max().unwrap_or(0),
        answer_within: DAY,
        urgent_within: None,
        hours: Hours::default(),
        created_at: now,
        closed_at: None,
        successor: None,
    };
    let it = Change { name: said.name.or(Some(String::new())), ..said }.apply(blank)?;
    desk::insert(&mut conn, actor.organisation, &it).await?;
    write(&mut conn, actor, now, None, &it).await?;
    conn.commit().await?;
    Ok(it)
}

/// Gives a desk another name, other targets, other hours.
pub async fn change(app: &App, actor: &Actor, id: DeskId, to: Change) -> Result<Desk> {
    allow(actor, Action::ManageChannels)?;
    let mut conn = app.db.write().await?;
    let before = find(&mut conn, actor, id).await?;
    let after = to.apply(before.clone())?;
    desk::update(&mut conn, actor.organisation, &after).await?;
    write(&mut conn, actor, app.now(), Some(&before), &after).await?;
    conn.commit().await?;
    Ok(after)
}

async fn write(conn: &mut Conn, actor: &Actor, at: i64, before: Option<&Desk>, after: &Desk) -> Result<()> {
    let facts = |it: &Desk| json!({ "name": it.name, "answer_within": it.answer_within, "urgent_within": it.urgent_within, "hours": it.hours });
    let verb = if before.is_some() { "desk.changed" } else { "desk.made" };
    let (before, after_facts) = (before.map(facts), facts(after));
    super::journalled(conn, actor, (at, verb, after.id.0), None, before.as_ref(), Some(&after_facts)).await
}

/// Writes the journal row of a desk that is closed or opened again.
async fn journal_of(
    conn: &mut Conn,
    actor: &Actor,
    (at, verb, id): (i64, &str, DeskId),
    after: Option<Json>,
) -> Result<()> {
    super::journalled(conn, actor, (at, verb, id.0), None, None::<&Json>, after.as_ref()).await
}

async fn find(conn: &mut Conn, actor: &Actor, id: DeskId) -> Result<Desk> {
    desk::get(conn, actor.organisation, id).await?.ok_or(Refusal::NotFound)
}
