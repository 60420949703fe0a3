//! The hours around an alert, ten minutes each, over what was expected; and the same as numbers.

use std::fmt::Write as _;

use crate::store::alert::measure::STEP;
use crate::store::alert::{Alert, Point};
use crate::web::alert::told;
use crate::web::chart::{Chart, escape};
use crate::web::language::Words;

/// Points of the narrow drawing: three hours.
const NARROW: usize = 18;
const LEFT: f64 = 30.0;
const TOP: f64 = 14.0;

/// The wide drawing and the one for the phone; `None` where there is nothing to draw.
pub(super) fn draw(words: &Words, it: &Alert) -> Option<(Chart, Chart)> {
    let points = &it.evidence.points;
    if points.len() < 2 {
        return None;
    }
    let late = points.get(points.len().saturating_sub(NARROW)..).unwrap_or(points);
    let wide = svg(words, it, points, ("wide", 760.0, 190.0));
    Some((Chart::drawn(wide), Chart::drawn(svg(words, it, late, ("narrow", 358.0, 150.0)))))
}

/// When, how many, and what was expected; the newest first.
pub(super) fn numbers(words: &Words, it: &Alert, now: i64) -> Vec<(String, String, String)> {
    let row = |it: &Point| {
        let count = it.count.map_or_else(|| words.t("listen-unheard"), |count| words.number(count));
        let band = words.t2("listen-band", "low", round(it.low), "high", round(it.high));
        (words.moment(it.at, now), count, band)
    };
    it.evidence.points.iter().rev().map(row).collect()
}

fn round(value: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "rounded for people")]
    let rounded = value.round() as i64;
    rounded
}

/// The smallest round number that is at least `most` and can be halved.
fn top(most: f64) -> f64 {
    let mut step = 1.0;
    loop {
        for factor in [2.0, 4.0, 6.0, 10.0] {
            if most <= factor * step {
                return factor * step;
            }
        }
        step *= 10.0;
    }
}

fn svg(words: &Words, it: &Alert, points: &[Point], (class, width, height): (&str, f64, f64)) -> String {
    #[expect(clippy::cast_precision_loss, reason = "heights of a drawing")]
    let value = |it: &Point| it.count.map(|count| count as f64);
    let (right, base) = (width - 16.0, height - 22.0);
    let top = top(points.iter().map(|it| value(it).unwrap_or(0.0).max(it.high)).fold(1.0, f64::max));
    let count = u16::try_from(points.len().max(2)).unwrap_or(u16::MAX);
    let step = (right - LEFT) / f64::from(count - 1);
    let x = |place: usize| LEFT + step * f64::from(u16::try_from(place).unwrap_or(0));
    let y = |value: f64| base - (value.min(top) / top) * (base - TOP);
    let finding =
        words.t2("alert-finding", "count", it.evidence.count, "times", told::times(it.evidence.times));
    let mut out = format!(
        "<svg class=\"ch {class}\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{}\">",
        escape(&finding)
    );
    // Writing into a String can't fail.
    if let Some(from) = points.iter().position(|point| point.at >= it.began_at) {
        let (left, width) = (x(from), right - x(from));
        let _ = write!(
            out,
            "<rect class=\"burst\" x=\"{left:.1}\" y=\"{TOP}\" width=\"{:.1}\" height=\"{}\"/>",
            width.max(2.0),
            base - TOP
        );
    }
    for (share, class) in [(0.0, "axis"), (0.5, "grid"), (1.0, "grid")] {
        let at = y(top * share);
        let _ = write!(
            out,
            "<line class=\"{class}\" x1=\"{LEFT}\" x2=\"{right}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/><text x=\"24\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            at + 4.0,
            top * share
        );
    }
    let edge = |high: bool, place: usize, it: &Point| {
        format!("{:.1},{:.1}", x(place), y(if high { it.high } else { it.low }))
    };
    let upper = points.iter().enumerate().map(|(place, it)| edge(true, place, it));
    let lower = points.iter().enumerate().rev().map(|(place, it)| edge(false, place, it));
    let band: Vec<String> = upper.chain(lower).collect();
    let _ = write!(out, "<path class=\"band\" d=\"M{}Z\"/>", band.join("L"));
    let hour = 6 * STEP * if points.len() > NARROW { 2 } else { 1 };
    for (place, it) in points.iter().enumerate().filter(|(_, it)| it.at.rem_euclid(hour) == 0) {
        let clock = words.clock(it.at);
        let _ = write!(
            out,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{clock}</text>",
            x(place).clamp(LEFT + 14.0, right - 14.0),
            base + 16.0
        );
    }
    let (mut line, mut hot) = (String::new(), String::new());
    for (place, pair) in points.windows(2).enumerate() {
        if let [before, here] = pair
            && let (Some(from), Some(to)) = (value(before), value(here))
        {
            let path = if to > here.high { &mut hot } else { &mut line };
            let _ = write!(path, "M{:.1},{:.1}L{:.1},{:.1}", x(place), y(from), x(place + 1), y(to));
        }
    }
    let _ = write!(out, "<path class=\"l\" d=\"{line}\"/>");
    if !hot.is_empty() {
        let _ = write!(out, "<path class=\"lhot\" d=\"{hot}\"/>");
    }
    if let Some((place, last)) = points.iter().enumerate().next_back()
        && let Some(last) = value(last)
    {
        let _ = write!(out, "<circle class=\"dot\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"3.5\"/>", x(place), y(last));
    }
    out.push_str("</svg>");
    out
}
