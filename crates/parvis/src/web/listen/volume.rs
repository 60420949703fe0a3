//! How much a watch found in each hour, against what is usual for that hour of that week.

use std::collections::HashSet;
use std::fmt::Write as _;

use parvis_listen::burst::{Detector, Sensitivity};

use super::SHOWN;
use crate::clock::{DAY, HOUR};
use crate::id::ChannelId;
use crate::store::alert::{self, Subject};
use crate::store::channel::Gap;
use crate::store::watch::{self, Watch};
use crate::store::{self, Conn};
use crate::web::alert::told;
use crate::web::chart::{Chart, escape};
use crate::web::language::Words;
use crate::web::session::Signed;

/// How far back the usual is learned (µs).
const LEARNED: i64 = 30 * DAY;

/// A drawing's size, in its own units.
#[derive(Clone, Copy)]
struct Frame {
    class: &'static str,
    width: f64,
    height: f64,
}

const WIDE: Frame = Frame { class: "wide", width: 900.0, height: 272.0 };
/// For the phone: the last day.
const NARROW: Frame = Frame { class: "narrow", width: 360.0, height: 200.0 };
const LEFT: f64 = 34.0;
const TOP: f64 = 14.0;

impl Frame {
    fn right(self) -> f64 {
        self.width - 14.0
    }

    fn base(self) -> f64 {
        self.height - 22.0
    }
}

/// An hour that is over.
#[derive(Clone, Copy, Debug)]
struct Hour {
    at: i64,
    /// How many; `None` where nothing was found and what mostly brings it couldn't be heard.
    count: Option<i64>,
    /// A channel that brings some of it couldn't be heard: there may have been more.
    deaf: bool,
    low: f64,
    high: f64,
    /// A burst began in this hour.
    alert: bool,
}

/// The volume, drawn and in words.
pub(super) struct Volume {
    pub(super) chart: Chart,
    /// The last day alone, for the phone.
    pub(super) narrow: Chart,
    /// The open alert that shows here, and where it stands.
    pub(super) burst: Option<(String, String)>,
    /// The hour that isn't over, in words.
    pub(super) current: String,
    /// Some hours weren't heard.
    pub(super) unheard: bool,
    /// The numbers behind the drawing: hour, count, what was expected.
    pub(super) numbers: Vec<(String, String, String)>,
}

impl Volume {
    pub(super) async fn read(conn: &mut Conn, signed: &Signed, it: &Watch, now: i64) -> store::Result<Self> {
        let house = signed.organisation.id;
        let this = now.div_euclid(HOUR) * HOUR;
        let from = this - LEARNED;
        let counts = watch::hours(conn, house, it.id, from).await?;
        let gaps = store::channel::gaps(conn, house, from).await?;
        let feeds = watch::channels(conn, house, it.id, from).await?;
        let all: i64 = feeds.iter().map(|(_, count)| count).sum();
        // How much of it the channels bring that weren't heard for more than half of the hour; all, where nothing is known.
        let missed = |at: i64| -> i64 {
            let heard_less =
                |gap: &&Gap| gap.to_at.unwrap_or(now).min(at + HOUR) - gap.from_at.max(at) > HOUR / 2;
            let deaf: HashSet<ChannelId> = gaps.iter().filter(heard_less).map(|it| it.channel).collect();
            if all == 0 {
                return i64::from(!deaf.is_empty());
            }
            feeds.iter().filter(|(id, _)| deaf.contains(id)).map(|(_, count)| count).sum()
        };
        // Before the first message there was nothing to be found: no silence to learn from.
        let begun = counts.first().map_or(this, |(at, _)| *at).min(this - SHOWN);
        let sensitivity = match it.sensitivity.as_str() {
            "fewer" => Sensitivity::Fewer,
            "more" => Sensitivity::More,
            _ => Sensitivity::Balanced,
        };
        let mut detector = Detector::new(HOUR, sensitivity);
        let mut hours = Vec::new();
        for at in (begun..this).step_by(usize::try_from(HOUR).unwrap_or(1)) {
            let found = counts.binary_search_by_key(&at, |(hour, _)| *hour).ok();
            let count = found.and_then(|place| counts.get(place)).map_or(0, |(_, count)| *count);
            let missed = missed(at);
            let count = Some(count).filter(|it| *it > 0 || missed == 0 || missed * 2 < all);
            #[expect(clippy::cast_precision_loss, reason = "counts of an hour")]
            let reading = detector.push(at, count.map(|it| it as f64), 1.0);
            let (low, high) = (reading.expected_low.max(0.0), reading.expected_high.max(0.0));
            hours.push(Hour { at, count, deaf: missed > 0, low, high, alert: reading.alert });
        }
        let current = counts.iter().find(|(at, _)| *at == this).map_or(0, |(_, count)| *count);
        let shown = usize::try_from(SHOWN / HOUR).unwrap_or(72);
        let shown = hours.split_off(hours.len().saturating_sub(shown));
        let burst = alert::showing(conn, house, Subject::Watch(it.id)).await?.map(|it| {
            let words = &signed.words;
            let (clock, evidence) = (words.moment(it.began_at, now), &it.evidence);
            let times = told::times(evidence.times);
            let said = words.t3("listen-burst", "clock", &clock, "count", evidence.count, "times", times);
            (format!("/alerts/{}", it.id), said)
        });
        Ok(Self { burst, ..Self::drawn(&signed.words, &shown, current, now) })
    }

    fn drawn(words: &Words, hours: &[Hour], current: i64, now: i64) -> Self {
        let total: i64 = hours.iter().filter_map(|it| it.count).sum();
        let most = hours.iter().filter_map(|it| it.count).max().unwrap_or(0);
        let finding = words.t2("listen-finding", "count", total, "most", most);
        #[expect(clippy::cast_possible_truncation, reason = "rounded for people")]
        let expected =
            |it: &Hour| words.t2("listen-band", "low", it.low.round() as i64, "high", it.high.round() as i64);
        let numbers = hours.iter().rev().map(|it| {
            let count = it.count.map_or_else(|| words.t("listen-unheard"), |count| words.number(count));
            (words.moment(it.at, now), count, expected(it))
        });
        Self {
            chart: Chart::drawn(draw(words, hours, &finding, WIDE)),
            narrow: Chart::drawn(draw(
                words,
                hours.last_chunk::<24>().map_or(hours, |it| it),
                &finding,
                NARROW,
            )),
            burst: None,
            current: words.t2("listen-current", "clock", words.clock(now), "count", current),
            unheard: hours.iter().any(|it| it.deaf),
            numbers: numbers.collect(),
        }
    }
}

/// The smallest round number that is at least `most` and can be cut into four.
fn top(most: f64) -> f64 {
    let mut step = 1.0;
    loop {
        for factor in [4.0, 8.0, 12.0, 20.0, 24.0] {
            if most <= factor * step {
                return factor * step;
            }
        }
        step *= 10.0;
    }
}

fn draw(words: &Words, hours: &[Hour], finding: &str, frame: Frame) -> String {
    let (right, base, class) = (frame.right(), frame.base(), frame.class);
    #[expect(clippy::cast_precision_loss, reason = "heights of a drawing")]
    let value = |it: &Hour| it.count.map(|count| count as f64);
    let most = hours.iter().map(|it| value(it).unwrap_or(0.0).max(it.high)).fold(0.0, f64::max);
    let top = top(most);
    let count = u16::try_from(hours.len().max(2)).unwrap_or(u16::MAX);
    let x = |place: usize| {
        LEFT + (right - LEFT) * f64::from(u16::try_from(place).unwrap_or(0)) / f64::from(count - 1)
    };
    let y = |value: f64| base - (value / top) * (base - TOP);
    let mut out = format!(
        "<svg class=\"ch {class}\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\"><defs><pattern id=\"deaf-{class}\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\"><path class=\"hatch\" d=\"M0 0V6\"/></pattern></defs>",
        frame.width,
        frame.height,
        escape(finding)
    );
    // Writing into a String can't fail.
    for quarter in 0..=4_u8 {
        let at = top * f64::from(quarter) / 4.0;
        let class = if quarter == 0 { "axis" } else { "grid" };
        let _ = write!(
            out,
            "<line class=\"{class}\" x1=\"{LEFT}\" x2=\"{right}\" y1=\"{0:.1}\" y2=\"{0:.1}\"/><text x=\"28\" y=\"{1:.1}\" text-anchor=\"end\">{at}</text>",
            y(at),
            y(at) + 4.0
        );
    }
    let step = x(1) - x(0);
    band(&mut out, hours, x, y);
    for (place, it) in hours.iter().enumerate() {
        if it.deaf {
            let _ = write!(
                out,
                "<rect class=\"hole\" fill=\"url(#deaf-{class})\" x=\"{:.1}\" y=\"{TOP}\" width=\"{:.1}\" height=\"{}\"/>",
                x(place) - step / 2.0,
                step,
                base - TOP
            );
        }
        let here = words.zoned(it.at);
        let label = match here.hour() {
            0 => words.t(&format!("day-short-{}", here.weekday().to_monday_one_offset())),
            12 => words.t("listen-noon"),
            _ => continue,
        };
        let _ = write!(
            out,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{label}</text>",
            x(place),
            base + 16.0
        );
    }
    lines(&mut out, hours, value, x, y);
    out.push_str("</svg>");
    out
}

fn band(out: &mut String, hours: &[Hour], x: impl Fn(usize) -> f64, y: impl Fn(f64) -> f64) {
    let mut path = String::new();
    for (place, it) in hours.iter().enumerate() {
        let _ = write!(path, "{}{:.1},{:.1}", if place == 0 { 'M' } else { 'L' }, x(place), y(it.high));
    }
    for (place, it) in hours.iter().enumerate().rev() {
        let _ = write!(path, "L{:.1},{:.1}", x(place), y(it.low));
    }
    let _ = write!(out, "<path class=\"band\" d=\"{path}Z\"/>");
}

/// The line, red where it leaves the band upwards, and a point where a burst was told.
fn lines(
    out: &mut String,
    hours: &[Hour],
    value: impl Fn(&Hour) -> Option<f64>,
    x: impl Fn(usize) -> f64,
    y: impl Fn(f64) -> f64,
) {
    let (mut line, mut hot, mut dots) = (String::new(), String::new(), String::new());
    let mut before: Option<(f64, f64)> = None;
    for (place, it) in hours.iter().enumerate() {
        let Some(count) = value(it) else {
            before = None;
            continue;
        };
        let here = (x(place), y(count));
        if let Some(before) = before {
            let path = if count > it.high { &mut hot } else { &mut line };
            let _ = write!(path, "M{:.1},{:.1}L{:.1},{:.1}", before.0, before.1, here.0, here.1);
        }
        if it.alert {
            let _ =
                write!(dots, "<circle class=\"dhot\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"4\"/>", here.0, here.1);
        }
        before = Some(here);
    }
    let _ = write!(out, "<path class=\"l\" d=\"{line}\"/>");
    if !hot.is_empty() {
        let _ = write!(out, "<path class=\"lhot\" d=\"{hot}\"/>");
    }
    out.push_str(&dots);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::language::Language;

    #[test]
    fn an_hour_above_the_band_is_red_and_one_that_was_not_heard_is_hatched() {
        let words = Words::new(Language::Fr, "Europe/Paris");
        let hour = |at, count: Option<i64>, alert| Hour {
            at,
            count,
            deaf: count.is_none(),
            low: 0.0,
            high: 5.0,
            alert,
        };
        let hours = [
            hour(0, Some(2), false),
            hour(HOUR, None, false),
            hour(2 * HOUR, Some(1), false),
            hour(3 * HOUR, Some(22), true),
        ];
        let drawn = Volume::drawn(&words, &hours, 1, 4 * HOUR);
        let chart = drawn.chart.to_string();
        assert_eq!(
            (chart.matches("class=\"hole\"").count(), chart.matches("class=\"lhot\"").count()),
            (1, 1)
        );
        assert!(drawn.unheard);
        assert_eq!(top(22.0), 24.0);
    }
}
