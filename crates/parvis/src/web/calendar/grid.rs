//! Days on the reader's clock, with the organisation's holidays, what leaves on each, and what speaks against it.

use std::collections::HashMap;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use parvis_write::Language as Spoken;
use parvis_write::day::Holiday;
use serde::Serialize;

use super::turn::{Turn, turn};
use crate::command::post::hour::Free;
use crate::id::{ChannelId, PostId};
use crate::rules::fast::FastState;
use crate::rules::holiday;
use crate::rules::permission::Action;
use crate::rules::post::State;
use crate::rules::request::RequestState;
use crate::store::house::House;
use crate::store::launch::Dated;
use crate::store::post::Post;
use crate::store::request::Request;
use crate::web::inbox::house::channel_icon;
use crate::web::language::{Language, Words};
use crate::web::request;
use crate::web::session::Signed;
use crate::web::speak::hour::kept_for;

/// How days are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum View {
    /// Whole weeks around a month.
    Month,
    /// Monday to Sunday.
    Week,
    /// Six weeks from a day on, those with something only.
    List,
}

impl View {
    pub(super) fn parse(name: &str) -> Self {
        match name {
            "week" => Self::Week,
            "list" => Self::List,
            _ => Self::Month,
        }
    }

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Month => "month",
            Self::Week => "week",
            Self::List => "list",
        }
    }

    /// The days shown around `at`, whole weeks from Monday; `None` at the end of time.
    pub(super) fn days(self, at: Date) -> Option<Vec<Date>> {
        let monday =
            |day: Date| day.checked_sub(i64::from(day.weekday().to_monday_zero_offset()).days()).ok();
        let (first, count) = match self {
            Self::Week => (monday(at)?, 7),
            Self::List => (monday(at)?, 42),
            Self::Month => {
                let first = monday(at.first_of_month())?;
                let last = at.last_of_month();
                let days = last.since(first).ok()?.get_days() + 1;
                (first, i64::from((days + 6) / 7 * 7))
            }
        };
        (0..count).map(|day| first.checked_add(day.days()).ok()).collect()
    }

    /// The day around which the page before (-1) or after (1) is shown.
    pub(super) fn step(self, at: Date, by: i64) -> Date {
        match self {
            Self::Month => at.first_of_month().saturating_add(by.months()),
            Self::Week => at.saturating_add((7 * by).days()),
            Self::List => at.saturating_add((42 * by).days()),
        }
    }

    pub(super) fn title(self, words: &Words, at: Date) -> String {
        match self {
            Self::Month => format!("{} {}", words.t(&format!("month-{}", at.month())), at.year()),
            Self::Week | Self::List => words.t2(
                "calendar-week",
                "week",
                i64::from(at.iso_week_date().week()),
                "year",
                at.iso_week_date().year().to_string(),
            ),
        }
    }
}

/// One day.
pub(super) struct Day {
    /// `2026-11-27`, for addresses and the script.
    pub(super) date: String,
    /// The number, with the month on its first day.
    pub(super) number: String,
    /// `vendredi 27 novembre`.
    pub(super) name: String,
    /// Of another month, a week-end or a holiday.
    pub(super) off: bool,
    pub(super) today: bool,
    pub(super) past: bool,
    /// What speaks against it.
    pub(super) warns: String,
    /// Where it isn't one day of the house's: a holiday is said for the hours that are on it, and not in `warns`.
    pub(super) turn: Option<Turn>,
    /// A remark beside the number.
    pub(super) note: String,
    /// Nothing leaves on this week-end.
    pub(super) empty_weekend: bool,
    pub(super) events: Vec<Event>,
    /// Its free slots, by their time.
    pub(super) free: Vec<FreeSlot>,
    week: i8,
}

/// A slot on which nothing leaves yet.
#[derive(Serialize)]
pub(super) struct FreeSlot {
    /// As people read it.
    pub(super) clock: String,
    /// `18:30`, for addresses and the script.
    pub(super) machine_clock: String,
    /// What it is, in words, with the channel that it is kept for.
    pub(super) said: String,
}

impl Day {
    /// Its free slots, for the script (JSON).
    pub(super) fn slots(&self) -> String {
        serde_json::to_string(&self.free).unwrap_or_default()
    }
}

/// Something that leaves, or that a launch has on that day.
pub(super) struct Event {
    /// When (µs): the first instant of the day where it has no hour of its own.
    pub(super) at: i64,
    /// Where it opens.
    pub(super) href: String,
    /// What it is, for the script.
    pub(super) key: String,
    /// The post; none for what a launch has.
    pub(super) post: Option<PostId>,
    pub(super) title: String,
    pub(super) theme: String,
    /// The launch that it is of; empty for none.
    pub(super) launch: String,
    pub(super) icon: &'static str,
    pub(super) networks: String,
    pub(super) clock: String,
    /// The same on the organisation's clock, where that is another: `0 h 30 à Paris`.
    pub(super) there: Option<String>,
    /// `18:30`, for the script.
    pub(super) machine_clock: String,
    pub(super) class: &'static str,
    pub(super) state: String,
    pub(super) movable: bool,
    /// It has no hour for good yet: it is meant for another by dropping it there.
    pub(super) plans: bool,
}

/// The first instant of a day (µs).
pub(super) fn midnight(words: &Words, day: Date) -> i64 {
    // A day always has a first instant; the end of time has none and counts as far away.
    day.to_zoned(words.reader_zone.clone()).map_or(i64::MAX, |it| it.timestamp().as_microsecond())
}

/// The first instant of a day and the end of another (µs).
pub(super) fn span(words: &Words, first: Date, last: Date) -> (i64, i64) {
    (midnight(words, first), midnight(words, last.saturating_add(1.day())))
}

/// The days with what leaves on each.
pub(super) fn fill(
    signed: &Signed,
    house: &House,
    (view, at, today): (View, Date, Date),
    days: &[Date],
    posts: &[Post],
    targets: &HashMap<PostId, Vec<ChannelId>>,
) -> Vec<Day> {
    let words = &signed.words;
    let on = |date: Date| {
        posts.iter().filter(move |it| it.due_at.is_some_and(|due| words.zoned(due).date() == date))
    };
    let is_weekend = |date: Date| matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
    let own = words.house();
    let empty =
        |date: Date| !posts.iter().any(|it| it.due_at.is_some_and(|due| own.zoned(due).date() == date));
    let holidays = holidays_of(words, days);
    let holiday = |date: Date| {
        let found = holidays.iter().find(|it| it.date == date)?;
        Some(words.t1("calendar-holiday", "name", found.name(spoken(words))))
    };
    let mut all = Vec::new();
    for date in days {
        let saturday = date.weekday() == Weekday::Saturday;
        let sunday = date.saturating_add(1.day());
        let past = *date < today;
        let turn = turn(words, *date, holiday);
        all.push(Day {
            date: date.to_string(),
            number: match date.day() {
                1 => words.date(*date),
                day => day.to_string(),
            },
            name: format!(
                "{} {}",
                words.t(&format!("weekday-{}", date.weekday().to_monday_one_offset())),
                words.date(*date)
            ),
            off: is_weekend(*date)
                || holidays.iter().any(|it| it.date == *date)
                || (view == View::Month && date.month() != at.month()),
            today: *date == today,
            past,
            warns: match past {
                true => words.t("calendar-past"),
                false => holiday(*date).filter(|_| turn.is_none()).unwrap_or_default(),
            },
            turn: turn.filter(|_| !past),
            note: holiday(*date).unwrap_or_default(),
            empty_weekend: saturday && !past && empty(*date) && empty(sunday),
            events: on(*date).map(|it| event(signed, house, it, targets)).collect(),
            free: Vec::new(),
            week: date.iso_week_date().week(),
        });
    }
    all
}

/// The public holidays of the days shown, where the organisation's clock says that it is.
fn holidays_of(words: &Words, days: &[Date]) -> Vec<Holiday> {
    // The house may be a day before or after the first and the last.
    let ends = [days.first(), days.last()].into_iter().flatten();
    let near = ends.flat_map(|it| [it.saturating_sub(1.day()), it.saturating_add(1.day())]);
    let mut years: Vec<i16> = days.iter().copied().chain(near).map(|it| it.year()).collect();
    years.sort_unstable();
    years.dedup();
    holiday::of_years(&words.house_zone, years)
}

/// The reader's language, for names of days.
pub(super) fn spoken(words: &Words) -> Spoken {
    match words.language {
        Language::Fr => Spoken::French,
        Language::En => Spoken::English,
    }
}

/// A post of the calendar, or one that waits beside it.
pub(super) fn event(
    signed: &Signed,
    house: &House,
    it: &Post,
    targets: &HashMap<PostId, Vec<ChannelId>>,
) -> Event {
    let words = &signed.words;
    let channels = targets.get(&it.id).map(Vec::as_slice).unwrap_or_default();
    let known: Vec<_> = channels.iter().filter_map(|id| house.channel(*id)).collect();
    let (class, mark) = match (it.state, it.held_at) {
        (State::Scheduled, Some(_)) => ("susp", Some("pause")),
        (State::Scheduled | State::Published | State::Measured, _) => ("", None),
        _ => ("wait", Some("pen")),
    };
    let movable = it.state == State::Scheduled && it.released_at.is_none();
    let plans = matches!(it.state, State::Idea | State::Kept | State::ToWrite | State::ToValidate);
    Event {
        at: it.due_at.unwrap_or(i64::MAX),
        href: format!("/speak/{}", it.id),
        key: it.id.to_string(),
        post: Some(it.id),
        title: it.title.clone(),
        theme: it.theme.clone(),
        launch: String::new(),
        icon: mark.unwrap_or_else(|| known.first().map_or("talk", |it| channel_icon(&it.kind))),
        networks: known.iter().map(|it| it.name.as_str()).collect::<Vec<_>>().join(", "),
        clock: it.due_at.map(|due| words.clock(due)).unwrap_or_default(),
        there: it.due_at.and_then(|due| words.at_house(due)),
        machine_clock: match it.due_at {
            Some(due) => words.zoned(due).strftime("%H:%M").to_string(),
            None => String::new(),
        },
        class,
        state: match it.held_code.as_deref() {
            Some(code) => words.named("post-held", code),
            None => words.named("post-state", it.state.as_str()),
        },
        movable: movable && signed.actor.may(Action::Schedule),
        plans: plans && signed.actor.may(Action::Schedule),
    }
}

/// Puts what launches have on each day; the day of a launch is said before anything else is put there.
pub(super) fn put(words: &Words, days: &mut [Day], dated: &[Dated]) {
    for it in dated {
        // What has no hour keeps the day that the house gave it, wherever the reader is.
        let date = if has_hour(words, it) { words.zoned(it.at) } else { words.house().zoned(it.at) };
        let date = date.date().to_string();
        let Some(day) = days.iter_mut().find(|day| day.date == date) else { continue };
        if it.entry.is_none() {
            let warns = words.t1("calendar-launch", "name", it.name.as_str());
            day.warns = if day.warns.is_empty() { warns } else { format!("{}, {warns}", day.warns) };
        }
        day.events.push(of_launch(words, it));
    }
}

fn has_hour(words: &Words, it: &Dated) -> bool {
    words.house().zoned(it.at).time() != jiff::civil::Time::midnight()
}

fn of_launch(words: &Words, it: &Dated) -> Event {
    let dossier = format!("/launches/{}", it.launch);
    let has_hour = has_hour(words, it);
    let what = words.named("calendar-of-launch", &it.kind);
    Event {
        at: it.at,
        href: it.entry.map_or_else(|| dossier.clone(), |id| format!("{dossier}/entries/{id}")),
        key: it.entry.map_or_else(|| it.launch.to_string(), |id| id.to_string()),
        post: None,
        title: it.title.clone(),
        theme: String::new(),
        launch: String::new(),
        icon: match it.kind.as_str() {
            "launch" => "launch",
            "meeting" => "users",
            _ if it.done => "check",
            _ => "cal",
        },
        networks: if it.entry.is_some() { it.name.clone() } else { String::new() },
        clock: if has_hour { words.clock(it.at) } else { String::new() },
        there: words.at_house(it.at).filter(|_| has_hour),
        machine_clock: String::new(),
        class: match (it.done, it.kind.as_str()) {
            (true, _) => "ok",
            (false, "launch") => "launch",
            (false, _) => "act",
        },
        state: if it.done { format!("{what}, {}", words.t("calendar-done")) } else { what },
        movable: false,
        plans: false,
    }
}

/// Puts what is asked for on the day on which it is due.
pub(super) fn put_requests(words: &Words, days: &mut [Day], all: &[Request], now: i64) {
    for it in all.iter().filter(|it| it.state != RequestState::Withdrawn) {
        let date = words.zoned(it.due_at).date().to_string();
        let Some(day) = days.iter_mut().find(|day| day.date == date) else { continue };
        let (class, _, state) = request::chip(words, it, now);
        day.events.push(Event {
            at: it.due_at,
            href: format!("/requests/{}", it.id),
            key: it.id.to_string(),
            post: None,
            title: it.title.clone(),
            theme: String::new(),
            launch: String::new(),
            icon: "image",
            networks: String::new(),
            clock: words.clock(it.due_at),
            there: words.at_house(it.due_at),
            machine_clock: String::new(),
            class,
            state: format!("{}, {state}", words.t("calendar-request")),
            movable: false,
            plans: false,
        });
    }
}

/// Orders what stands on each day: what has no hour first, then by the hour.
pub(super) fn order(days: &mut [Day]) {
    days.iter_mut().for_each(|day| day.events.sort_by_key(|it| it.at));
}

/// Puts the free slots on their days.
pub(super) fn put_free(words: &Words, house: &House, days: &mut [Day], all: &[Free]) {
    for it in all {
        let at = words.zoned(it.at);
        let Some(day) = days.iter_mut().find(|day| day.date == at.date().to_string()) else { continue };
        day.free.push(FreeSlot {
            clock: words.clock(it.at),
            machine_clock: at.strftime("%H:%M").to_string(),
            said: match words.at_house(it.at) {
                Some(there) => format!("{}, {there}", kept_for(words, house, it.channel)),
                None => kept_for(words, house, it.channel),
            },
        });
    }
}

/// Marks what is in the fast lane, or left by it.
pub(super) fn mark(words: &Words, events: &mut [Event], fast: &HashMap<PostId, FastState>) {
    let is_fast = |id: &PostId| fast.get(id).is_some_and(|it| it.is_marked());
    for it in events.iter_mut().filter(|it| it.post.as_ref().is_some_and(is_fast)) {
        it.icon = "bolt";
        it.state = format!("{}, {}", words.t("fast-chip"), it.state);
    }
}

/// Says of which launch each post is.
pub(super) fn name(events: &mut [Event], launches: &HashMap<PostId, String>) {
    for it in events {
        it.launch = it.post.and_then(|id| launches.get(&id)).cloned().unwrap_or_default();
    }
}

/// The days by weeks, each with its number.
pub(super) fn weeks(words: &Words, days: Vec<Day>) -> Vec<(String, Vec<Day>)> {
    let mut all: Vec<(String, Vec<Day>)> = Vec::new();
    for day in days {
        match all.last_mut().filter(|(_, week)| week.len() < 7) {
            Some((_, week)) => week.push(day),
            None => all.push((words.t1("calendar-week-short", "week", i64::from(day.week)), vec![day])),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_month_is_shown_in_whole_weeks_from_monday() {
        let ends = |view: View, at| {
            let days = view.days(at).unwrap();
            (days.len(), *days.first().unwrap(), *days.last().unwrap())
        };
        let november = (42, date(2026, 10, 26), date(2026, 12, 6));
        assert_eq!(ends(View::Month, date(2026, 11, 19)), november);
        // February 2027 begins on a Monday and has four weeks.
        assert_eq!(ends(View::Month, date(2027, 2, 10)), (28, date(2027, 2, 1), date(2027, 2, 28)));
        assert_eq!(ends(View::Week, date(2026, 11, 22)), (7, date(2026, 11, 16), date(2026, 11, 22)));
        assert_eq!(View::Month.step(date(2026, 1, 31), 1), date(2026, 2, 1));
        assert_eq!(View::Month.step(date(2026, 1, 31), -1), date(2025, 12, 1));
    }
}
