//! The week in figures: messages received by day, time to the first answer, share of negative
//! conversations, what is open by desk. Days begin at the organisation's midnight.

use jiff::ToSpan;

use crate::store::conversation::{self, Conversation, Filter, Order};
use crate::store::counter::Tally;
use crate::store::{self, Conn};
use crate::web::chart::{self, Bar, Chart, Day};
use crate::web::inbox::view::Views;
use crate::web::language::Words;
use crate::web::session::Signed;

/// Conversations that the share of negative ones is taken of, at most: the newest of the week.
const SAMPLE: i64 = 2_000;

/// A figure with its chart and the numbers behind it.
pub struct Figure {
    /// What it is.
    pub title: String,
    /// The figure; empty where the chart says it all.
    pub value: String,
    /// A channel couldn't be heard for a part of the time.
    pub unheard: bool,
    /// What it is compared with, or of how many it is.
    pub beside: String,
    /// The drawing.
    pub chart: Chart,
    /// Head of the first column of the table.
    pub head: String,
    /// Its numbers: what, how many.
    pub numbers: Vec<(String, String)>,
}

/// The week that `now` is in.
struct Week {
    /// Midnight of each day and of the Monday after (µs).
    midnights: Vec<i64>,
    now: i64,
}

impl Week {
    fn of(words: &Words, now: i64) -> Self {
        let here = words.house().zoned(now);
        let monday = i64::from(here.weekday().to_monday_zero_offset());
        let midnights = (0..=7_i64)
            .filter_map(|day| {
                let date = here.date().checked_add((day - monday).days()).ok()?;
                Some(date.to_zoned(words.house_zone.clone()).ok()?.timestamp().as_microsecond())
            })
            .collect();
        Self { midnights, now }
    }

    fn start(&self) -> i64 {
        self.midnights.first().copied().unwrap_or(self.now)
    }

    /// Which day `at` is in, from 0.
    fn day(&self, at: i64) -> Option<usize> {
        let next = self.midnights.iter().position(|midnight| at < *midnight)?;
        next.checked_sub(1)
    }

    /// Whether the day has begun.
    fn has_begun(&self, day: usize) -> bool {
        self.midnights.get(day).is_some_and(|midnight| *midnight <= self.now)
    }

    fn days(&self, words: &Words, values: &[Option<f64>]) -> Vec<Day> {
        values
            .iter()
            .enumerate()
            .map(|(place, value)| Day {
                label: words.t(&format!("day-short-{}", place + 1)),
                value: value.filter(|_| self.has_begun(place)),
                holes: Vec::new(),
            })
            .collect()
    }
}

/// Number of the ISO week.
pub fn number(words: &Words, now: i64) -> i64 {
    i64::from(words.house().zoned(now).date().iso_week_date().week())
}

/// All figures that this reader may see.
pub async fn read(conn: &mut Conn, signed: &Signed, views: &Views, now: i64) -> store::Result<Vec<Figure>> {
    let week = Week::of(&signed.words, now);
    let mut figures = Vec::new();
    if super::sees_all(signed) {
        figures.push(received(conn, signed, &week).await?);
        figures.push(answered(conn, signed, &week).await?);
    }
    figures.push(negative(conn, signed, &week).await?);
    figures.push(open(&signed.words, views));
    Ok(figures)
}

fn named(words: &Words, place: usize) -> String {
    words.t(&format!("weekday-{}", place + 1))
}

async fn received(conn: &mut Conn, signed: &Signed, week: &Week) -> store::Result<Figure> {
    let (words, organisation) = (&signed.words, signed.actor.organisation);
    let before = week.start() - 7 * crate::clock::DAY;
    let tallies = store::counter::tallies(conn, organisation, before).await?;
    let of = |it: &&Tally| it.direction == "in";
    let mut counts = [0_i64; 7];
    for tally in tallies.iter().filter(of) {
        if let Some(count) = week.day(tally.hour_at).and_then(|day| counts.get_mut(day)) {
            *count += tally.value;
        }
    }
    let last: i64 = tallies.iter().filter(of).filter(|it| it.hour_at < week.start()).map(|it| it.value).sum();
    #[expect(clippy::cast_precision_loss, reason = "heights of drawn bars")]
    let values: Vec<Option<f64>> = counts.iter().map(|count| Some(*count as f64)).collect();
    let mut days = week.days(words, &values);
    let mut unheard = Vec::new();
    for gap in store::channel::gaps(conn, organisation, week.start()).await? {
        hatch(week, &mut days, gap.from_at, gap.to_at.unwrap_or(week.now), &mut unheard);
    }
    let total: i64 = counts.iter().sum();
    let finding = words.t2("figure-received-finding", "count", total, "last", last);
    let numbers =
        counts.iter().enumerate().filter(|(place, _)| week.has_begun(*place)).map(|(place, count)| {
            let said = words.number(*count);
            let said =
                if unheard.contains(&place) { words.t1("figure-unheard", "count", &said) } else { said };
            (named(words, place), said)
        });
    Ok(Figure {
        title: words.t("figure-received"),
        value: words.number(total),
        unheard: !unheard.is_empty(),
        beside: words.t1("figure-last-week", "count", last),
        chart: chart::bars(&finding, &days),
        head: words.t("figure-day"),
        numbers: numbers.collect(),
    })
}

/// Marks the parts of days in which a channel couldn't be heard.
fn hatch(week: &Week, days: &mut [Day], from: i64, to: i64, unheard: &mut Vec<usize>) {
    for (place, (day, edges)) in days.iter_mut().zip(week.midnights.windows(2)).enumerate() {
        let &[begin, end] = edges else { continue };
        let (from, to) = (from.max(begin), to.min(end));
        if from >= to {
            continue;
        }
        #[expect(clippy::cast_precision_loss, reason = "shares of a drawn day")]
        let share = |at: i64| (at - begin) as f64 / (end - begin) as f64;
        day.holes.push((share(from), share(to)));
        unheard.push(place);
    }
}

fn median(values: &mut [i64]) -> Option<i64> {
    values.sort_unstable();
    values.get(values.len() / 2).copied()
}

async fn answered(conn: &mut Conn, signed: &Signed, week: &Week) -> store::Result<Figure> {
    let words = &signed.words;
    let pairs = conversation::answered(conn, signed.actor.organisation, week.start()).await?;
    let mut all: Vec<i64> = Vec::with_capacity(pairs.len());
    let mut by_day: Vec<Vec<i64>> = vec![Vec::new(); 7];
    for (first, answer) in pairs {
        let wait = (answer - first).max(0);
        all.push(wait);
        if let Some(day) = week.day(answer).and_then(|day| by_day.get_mut(day)) {
            day.push(wait);
        }
    }
    let count = all.len();
    let medians: Vec<Option<i64>> = by_day.iter_mut().map(|day| median(day)).collect();
    #[expect(clippy::cast_precision_loss, reason = "minutes of a drawn line")]
    let minutes: Vec<Option<f64>> =
        medians.iter().map(|it| it.map(|wait| wait as f64 / crate::clock::MINUTE as f64)).collect();
    let middle = median(&mut all).map(|wait| words.span(wait));
    let said = middle.clone().unwrap_or_else(|| words.t("figure-none"));
    let finding = words.t1("figure-answered-finding", "span", &said);
    let numbers =
        medians.iter().enumerate().filter_map(|(place, it)| Some((named(words, place), words.span((*it)?))));
    Ok(Figure {
        title: words.t("figure-answered"),
        value: said,
        unheard: false,
        beside: words.t1("figure-answered-of", "count", count),
        chart: chart::line(&finding, &week.days(words, &minutes)),
        head: words.t("figure-day"),
        numbers: numbers.collect(),
    })
}

async fn negative(conn: &mut Conn, signed: &Signed, week: &Week) -> store::Result<Figure> {
    let words = &signed.words;
    let all = newest(conn, signed, week).await?;
    let mut by_day = [(0_u32, 0_u32); 7];
    let mut sum = (0_u32, 0_u32);
    for it in &all {
        let Some(day) = week.day(it.last_at).and_then(|day| by_day.get_mut(day)) else { continue };
        let is_negative = u32::from(it.said.sentiment.as_deref() == Some("negative"));
        *day = (day.0 + is_negative, day.1 + 1);
        sum = (sum.0 + is_negative, sum.1 + 1);
    }
    let share = |(some, all): (u32, u32)| (all > 0).then(|| f64::from(some) / f64::from(all));
    let shares: Vec<Option<f64>> = by_day.iter().map(|day| share(*day).map(|it| it * 100.0)).collect();
    let rounded = |share: f64| words.percent((share * 100.0).round() / 100.0);
    let said = share(sum).map_or_else(|| words.t("figure-none"), rounded);
    let finding = words.t1("figure-negative-finding", "share", &said);
    let numbers = by_day
        .iter()
        .enumerate()
        .filter_map(|(place, day)| Some((named(words, place), rounded(share(*day)?))));
    Ok(Figure {
        title: words.t("figure-negative"),
        value: said,
        unheard: false,
        beside: words.t1("figure-negative-of", "count", i64::from(sum.1)),
        chart: chart::line(&finding, &week.days(words, &shares)),
        head: words.t("figure-day"),
        numbers: numbers.collect(),
    })
}

/// The newest conversations of the week; where there are more than fit, only whole days of them.
async fn newest(conn: &mut Conn, signed: &Signed, week: &Week) -> store::Result<Vec<Conversation>> {
    let actor = &signed.actor;
    let filter = Filter { order: Order::Newest, ..Filter::default() };
    let mut all = conversation::page(conn, actor, &filter, None, SAMPLE, week.now).await?;
    let is_cut = i64::try_from(all.len()).unwrap_or(0) == SAMPLE;
    let from = match all.last().filter(|_| is_cut).and_then(|it| week.day(it.last_at)) {
        Some(day) => week.midnights.get(day + 1).copied().filter(|next| *next <= week.now),
        None => None,
    };
    all.retain(|it| it.last_at >= from.unwrap_or_else(|| week.start()));
    Ok(all)
}

fn open(words: &Words, views: &Views) -> Figure {
    let bars: Vec<Bar> = views
        .desks
        .iter()
        .map(|desk| {
            let value = desk.count.unwrap_or(0);
            Bar { label: desk.name.clone(), value, late: desk.late, said: words.number(value) }
        })
        .collect();
    let finding = words.t2("inbox-context", "waiting", views.waiting, "late", views.late);
    let numbers = views.desks.iter().map(|desk| {
        let counts = words.t2("figure-open-late", "count", desk.count.unwrap_or(0), "late", desk.late);
        (desk.name.clone(), counts)
    });
    Figure {
        title: words.t("figure-open"),
        value: String::new(),
        unheard: false,
        beside: String::new(),
        chart: chart::rows(&finding, &bars),
        head: words.t("filter-desk"),
        numbers: numbers.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::HOUR;
    use crate::web::language::Language;

    fn words() -> Words {
        Words::new(Language::Fr, "Europe/Paris")
    }

    #[test]
    fn a_week_with_a_change_of_the_clock_still_has_seven_days() {
        // Sunday 25 October 2026, 23:30 in Paris; the day has 25 hours.
        let now = 1_792_967_400_000_000;
        let week = Week::of(&words(), now);
        assert_eq!(week.midnights.len(), 8);
        assert_eq!(week.day(now), Some(6));
        assert_eq!(week.midnights[7] - week.midnights[6], 25 * HOUR);
    }

    #[test]
    fn a_gap_over_midnight_is_hatched_on_both_days() {
        let now = 1_788_249_600_000_000;
        let week = Week::of(&words(), now);
        let mut days = week.days(&words(), &[Some(1.0); 7]);
        let mut unheard = Vec::new();
        let midnight = week.midnights[1];
        hatch(&week, &mut days, midnight - HOUR, midnight + HOUR, &mut unheard);
        assert_eq!(unheard, [0, 1]);
        assert!((days[0].holes[0].1 - 1.0).abs() < 1e-9 && days[1].holes[0].0.abs() < 1e-9);
    }
}
