//! What speaks against the hours of a file's posts, as the calendar says it of a day before anything is dropped there.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use parvis_write::Language;

use super::Row;
use crate::clock::DAY;
use crate::command::post::only;
use crate::command::weariness;
use crate::rules::permission::{Action, Actor};
use crate::rules::{holiday, wear};
use crate::store::post::{self, Filter, Post};
use crate::store::{Conn, Result, launch, layer};

/// Something that speaks against an hour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// `holiday`, `launch`, `event`, `twin`, `hour`, `theme` or `tired`: its key among the translations (`import-hint-…`).
    pub code: &'static str,
    /// The name of the day, the launch, the other post, the theme.
    pub about: String,
}

/// Notes what speaks against each row's hour.
pub(super) async fn note(
    conn: &mut Conn,
    actor: &Actor,
    (zone, language): (&TimeZone, Language),
    rows: &mut [Row],
    now: i64,
) -> Result<()> {
    let hours: Vec<i64> = rows.iter().filter_map(|it| it.post.due_at).collect();
    let (Some(first), Some(last)) = (hours.iter().min(), hours.iter().max()) else { return Ok(()) };
    let span = (first - DAY, last + DAY);
    let day = |at: i64| Timestamp::from_microsecond(at).unwrap_or_default().to_zoned(zone.clone()).date();
    let filter = Filter { only: only(actor), ..Filter::default() };
    let mut others = post::between(conn, actor.organisation, span, &filter).await?;
    let launches = match actor.may(Action::ReadLaunches) {
        true => launch::between(conn, actor.organisation, span).await?,
        false => Vec::new(),
    };
    let elsewhere = match actor.may(Action::ReadLaunches) {
        true => layer::between(conn, actor.organisation, span, actor.colleague).await?,
        false => Vec::new(),
    };
    let tired: Vec<String> = weariness::themes(conn, actor.organisation, now)
        .await?
        .into_iter()
        .filter(|(_, reading)| wear::step(reading).is_some_and(|step| step >= 4))
        .map(|(theme, _)| theme)
        .collect();
    let holidays = holiday::of_years(zone, day(*first).year()..=day(*last).year());
    for row in rows {
        let Some(at) = row.post.due_at else { continue };
        let date = day(at);
        let mut say = |code, about: String| row.hints.push(Hint { code, about });
        for it in holidays.iter().filter(|it| it.date == date) {
            say("holiday", it.name(language).to_owned());
        }
        for it in launches.iter().filter(|it| it.entry.is_none() && day(it.at) == date) {
            say("launch", it.name.clone());
        }
        let on = |it: &&layer::Placed| {
            let last = it.event.ends_at.max(it.event.starts_at + 1) - 1;
            (day(it.event.starts_at)..=day(last)).contains(&date) && !it.event.title.is_empty()
        };
        for it in elsewhere.iter().filter(on).take(2) {
            say("event", it.event.title.clone());
        }
        if let Some((code, about)) = beside(&row.post, date, &others, day) {
            say(code, about);
        }
        if tired.contains(&row.post.theme) {
            say("tired", row.post.theme.clone());
        }
        // Those further down meet it there.
        others.push(row.post.clone());
    }
    Ok(())
}

/// What another post of that day says against it, the strongest first.
fn beside(
    it: &Post,
    date: Date,
    others: &[Post],
    day: impl Fn(i64) -> Date,
) -> Option<(&'static str, String)> {
    let same_day = || others.iter().filter(|other| other.due_at.is_some_and(|at| day(at) == date));
    let of = |code, found: Option<&Post>| found.map(|other| (code, other.title.clone()));
    of("twin", same_day().find(|other| other.title == it.title))
        .or_else(|| of("hour", same_day().find(|other| other.due_at == it.due_at)))
        .or_else(|| of("theme", same_day().find(|other| !it.theme.is_empty() && other.theme == it.theme)))
}
