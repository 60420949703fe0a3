//! The gestures of the demonstration: one that waits for a decision, two under way, one done, one declined.

use jiff::ToSpan;
use serde::Deserialize;

use super::data::{Data, Text};
use super::fill::{Keys, remote_id};
use crate::app::App;
use crate::clock::{DAY, HOUR};
use crate::id::{ColleagueId, GestureId};
use crate::rules::gesture::State;
use crate::store::gesture::{self, Gesture};
use crate::store::{conversation, message};
use crate::web::language::{Language, Words};

/// A gesture.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kindness {
    /// Key of the conversation that it was proposed in.
    pub conversation: String,
    /// Key of who proposed it.
    pub by: String,
    /// When it was proposed, in days from today.
    pub days: i64,
    /// Where it stands.
    pub state: State,
    /// By when, in days from today.
    pub due: Option<i64>,
    /// Key of who sees to it.
    pub owner: Option<String>,
    /// What.
    pub title: Text,
    /// Why.
    pub why: Text,
    /// What it takes.
    pub cost: Text,
    /// What was said with the decision.
    pub reason: Option<Text>,
    /// What came of it.
    pub outcome: Option<Text>,
}

/// Writes the gestures.
///
/// # Errors
/// The database refuses, or the data names what it doesn't hold.
pub async fn fill(app: &App, data: &Data, keys: &Keys, language: &str) -> anyhow::Result<()> {
    let spoken = Language::parse(language).unwrap_or(Language::En);
    let (words, now) = (Words::new(spoken, &data.organisation.time_zone), app.now());
    let who = |key: &str| -> anyhow::Result<ColleagueId> {
        keys.colleagues.get(key).copied().ok_or_else(|| anyhow::anyhow!("no colleague {key}"))
    };
    let say = |text: Option<&Text>| text.map(|it| it.get(language).to_owned()).unwrap_or_default();
    let mut conn = app.db.write().await?;
    for it in &data.gestures {
        let missing = || anyhow::anyhow!("no conversation {}", it.conversation);
        let told = data.conversations.iter().find(|told| told.key == it.conversation).ok_or_else(missing)?;
        let channel = keys.channels.get(&told.channel).ok_or_else(missing)?.id;
        let first = message::by_remote(&mut conn, keys.house, channel, &remote_id(&told.key, 0)).await?;
        let home = first.ok_or_else(missing)?.conversation;
        let home = conversation::get(&mut conn, keys.house, home).await?.ok_or_else(missing)?;
        let due = |days: i64| -> anyhow::Result<i64> {
            let day = words.zoned(now).date().checked_add(days.days())?;
            Ok(day.to_zoned(words.house_zone.clone())?.timestamp().as_microsecond())
        };
        let at = now + it.days * DAY;
        let decided = (it.state != State::Proposed).then_some(at + 5 * HOUR);
        let made = Gesture {
            id: GestureId::new(at),
            conversation: home.id,
            author: home.author.ok_or_else(missing)?,
            title: say(Some(&it.title)),
            why: say(Some(&it.why)),
            cost: say(Some(&it.cost)),
            due_at: it.due.map(due).transpose()?,
            owner: it.owner.as_deref().map(who).transpose()?,
            state: it.state,
            reason: say(it.reason.as_ref()),
            outcome: say(it.outcome.as_ref()),
            proposed_by: who(&it.by)?,
            decided_by: decided.map(|_| who("CM")).transpose()?,
            decided_at: decided,
            ended_at: it.outcome.is_some().then_some(at + 4 * DAY),
            version: 1,
            created_at: at,
        };
        gesture::insert(&mut conn, keys.house, &made).await?;
    }
    Ok(conn.commit().await?)
}
