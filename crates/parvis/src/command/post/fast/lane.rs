//! What the organisation says of its fast lane.

use crate::app::App;
use crate::command::{Refusal, Result, allow, write_setting};
use crate::id::{ColleagueId, OrganisationId};
use crate::rules::fast::{DELAY, FastLane, MOST, PATIENCE};
use crate::rules::permission::{Action, Actor};
use crate::store::{self, Conn};

/// The setting that holds it.
const SETTING: &str = "fast_lane";
/// Longest theme, in characters.
const THEME_LENGTH: usize = 60;

/// The fast lane as the organisation has it.
pub async fn lane(conn: &mut Conn, organisation: OrganisationId) -> store::Result<FastLane> {
    let kept = store::setting::get(conn, organisation, SETTING).await?;
    Ok(kept.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default())
}

/// Says what the fast lane is.
///
/// # Errors
/// The right is missing, something in it is unknown or out of its bounds, or it is on and nobody would read.
pub async fn set(app: &App, actor: &Actor, it: FastLane) -> Result<()> {
    allow(actor, Action::Validate)?;
    let mut conn = app.db.write().await?;
    sound(&mut conn, actor, &it, app.now()).await?;
    let before = lane(&mut conn, actor.organisation).await?;
    write_setting(&mut conn, actor, app.now(), (SETTING, "fast_lane.set"), (&before, &it)).await?;
    Ok(conn.commit().await?)
}

async fn sound(conn: &mut Conn, actor: &Actor, it: &FastLane, now: i64) -> Result<()> {
    let wrong = |code| Refusal::Invalid { field: "lane", code };
    let within = |value: i64, (least, most): (i64, i64)| (least..=most).contains(&value);
    if !within(it.delay, DELAY) || !within(it.patience, PATIENCE) || !within(it.most, (1, 100)) {
        return Err(wrong("number"));
    }
    if !it.hours.is_sound() || it.readers.iter().any(|it| !it.hours.is_sound()) {
        return Err(Refusal::Invalid { field: "hours", code: "unknown" });
    }
    if [it.people.len(), it.themes.len(), it.readers.len(), it.channels.len()].into_iter().max() > Some(MOST)
    {
        return Err(wrong("many"));
    }
    if it.themes.iter().any(|theme| theme.is_empty() || theme.chars().count() > THEME_LENGTH) {
        return Err(Refusal::Invalid { field: "theme", code: "long" });
    }
    super::super::check_channels(conn, actor, &it.channels).await?;
    if let Some(id) = it.mailbox {
        let found = store::channel::get(conn, actor.organisation, id).await?;
        let found = found.filter(|it| it.kind == "mail" && it.state != "removed");
        found.ok_or(Refusal::Invalid { field: "channel", code: "mailbox" })?;
    }
    let people = store::colleague::list(conn, actor.organisation).await?;
    let known = |who: &ColleagueId| people.iter().any(|it| it.id == *who);
    let reads = |who: ColleagueId| {
        people.iter().any(|it| it.id == who && it.has_access(now) && it.role.may(Action::Look))
    };
    if !it.people.iter().all(known) {
        return Err(wrong("person"));
    }
    if !it.readers.iter().all(|it| reads(it.colleague)) {
        return Err(wrong("reader"));
    }
    if it.on && it.readers.is_empty() {
        return Err(wrong("readers"));
    }
    if it.on && it.people.is_empty() && it.roles.is_empty() {
        return Err(wrong("people"));
    }
    Ok(())
}
