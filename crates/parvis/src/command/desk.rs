//! Desks: what each is called and how fast it first answers.

use serde_json::json;

use super::{Refusal, Result, allow};
use crate::app::App;
use crate::clock::{DAY, MINUTE};
use crate::id::DeskId;
use crate::rules::permission::{Action, Actor};
use crate::store::desk::{self, Desk};
use crate::store::journal::{self, By, Entry};

/// Targets that a desk can have (µs).
pub const TARGETS: std::ops::RangeInclusive<i64> = MINUTE..=30 * DAY;
/// Longest name of a desk, in characters.
pub const NAME_LENGTH: usize = 60;

/// Gives a desk another name, another target (µs), or both.
pub async fn change(
    app: &App,
    actor: &Actor,
    id: DeskId,
    name: Option<&str>,
    answer_within: Option<i64>,
) -> Result<Desk> {
    allow(actor, Action::ManageChannels)?;
    let name = name.map(|name| super::line("name", name, NAME_LENGTH)).transpose()?;
    if answer_within.is_some_and(|it| !TARGETS.contains(&it)) {
        return Err(Refusal::Invalid { field: "answer_within", code: "range" });
    }
    let mut conn = app.db.write().await?;
    let before = desk::get(&mut conn, actor.organisation, id).await?.ok_or(Refusal::NotFound)?;
    let after = Desk {
        name: name.unwrap_or_else(|| before.name.clone()),
        answer_within: answer_within.unwrap_or(before.answer_within),
        ..before.clone()
    };
    desk::update(&mut conn, actor.organisation, &after).await?;
    let facts = |it: &Desk| json!({ "name": it.name, "answer_within": it.answer_within });
    let entry = Entry {
        organisation: actor.organisation,
        at: app.now(),
        by: By::Colleague(actor.colleague),
        verb: "desk.changed",
        subject: id.0,
        conversation: None,
        before: Some(facts(&before)),
        after: Some(facts(&after)),
    };
    journal::write(&mut conn, entry).await?;
    conn.commit().await?;
    Ok(after)
}
