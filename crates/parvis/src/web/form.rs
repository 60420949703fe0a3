//! Fields of forms, and where to go on to after one.

use jiff::civil::{Date, DateTime};
use serde::Deserialize;

use super::inbox::house::channel_icon;
use super::language::Words;
use crate::command::Refusal;
use crate::id::ColleagueId;
pub use crate::rules::field::{email, initials, line};
use crate::store::channel::Channel;

/// What has just been done, in an address (`?done=…`): the page says it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Done {
    /// Its name; empty for nothing.
    pub done: String,
}

/// A channel that can be ticked.
pub struct Account {
    /// Its id.
    pub id: String,
    /// The sign of its network.
    pub icon: &'static str,
    /// Its name.
    pub name: String,
    /// Whether it is ticked.
    pub on: bool,
}

impl Account {
    /// Ticked when its id is among `ticked`.
    pub fn of(it: &Channel, ticked: &[String]) -> Self {
        let id = it.id.to_string();
        Self { on: ticked.contains(&id), id, icon: channel_icon(&it.kind), name: it.name.clone() }
    }
}

/// A local path to go on to: it begins with one slash and stays on this site. Anything else is `/`.
pub fn next(path: &str) -> &str {
    let local = path.starts_with('/') && !path.starts_with("//") && !path.contains(['\\', '\r', '\n', '\t']);
    if local && path.len() <= 2_000 { path } else { "/" }
}

/// A day as a form sends it; `Some(None)` for an empty field, `None` for what is no day of our time.
fn date(day: &str) -> Option<Option<Date>> {
    if day.trim().is_empty() {
        return Some(None);
    }
    let date: Date = day.trim().parse().ok()?;
    (1970..2200).contains(&date.year()).then_some(Some(date))
}

fn midnight(words: &Words, date: Date) -> Option<i64> {
    Some(date.to_zoned(words.house_zone.clone()).ok()?.timestamp().as_microsecond())
}

/// When a day of the house's calendar begins (µs); `Some(None)` for an empty field, `None` for what is no day.
pub fn start_of(words: &Words, day: &str) -> Option<Option<i64>> {
    let Some(date) = date(day)? else { return Some(None) };
    midnight(words, date).map(Some)
}

/// When it ends (µs).
pub fn end_of(words: &Words, day: &str) -> Option<Option<i64>> {
    let Some(date) = date(day)? else { return Some(None) };
    midnight(words, date.tomorrow().ok()?).map(Some)
}

/// A day and an hour of the house's clock (µs), and whether it has no hour: days of a launch or of a promise are days of the
/// organisation's.
pub fn moment(words: &Words, day: &str, hour: &str) -> Option<(Option<i64>, bool)> {
    let Some(date) = date(day)? else {
        return hour.trim().is_empty().then_some((None, false));
    };
    let at: DateTime = match hour.trim() {
        "" => date.at(0, 0, 0, 0),
        hour => date.to_datetime(hour.parse().ok()?),
    };
    let at = words.house_zone.to_ambiguous_zoned(at).compatible().ok()?.timestamp().as_microsecond();
    Some((Some(at), hour.trim().is_empty()))
}

/// Day and hour of the house's clock as forms write them.
pub fn written(words: &Words, at: Option<i64>, all_day: bool) -> (String, String) {
    let Some(at) = at else { return (String::new(), String::new()) };
    let at = words.house().zoned(at);
    let hour = if all_day { String::new() } else { format!("{:02}:{:02}", at.hour(), at.minute()) };
    (at.date().to_string(), hour)
}

/// Somebody chosen in a list; nobody for an empty field.
///
/// # Errors
/// It isn't an id.
pub fn owner(id: &str) -> Result<Option<ColleagueId>, Refusal> {
    if id.is_empty() {
        return Ok(None);
    }
    id.parse().map(Some).map_err(|_| Refusal::Invalid { field: "owner", code: "unknown" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_never_goes_on_to_another_site() {
        assert_eq!(next("/inbox?q=a"), "/inbox?q=a");
        for bad in ["//evil.example", "https://evil.example", "/\\evil.example", "", "/a\r\nb"] {
            assert_eq!(next(bad), "/", "{bad}");
        }
    }
}
