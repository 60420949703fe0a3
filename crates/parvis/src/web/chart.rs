//! Charts as inline SVG, drawn by the server: classes only, so that themes and print apply. Pure functions of
//! their figures; each says its finding in words. Axes begin at zero with two or three round ticks; a time in
//! which a channel couldn't be heard is hatched, never drawn as silence.

use std::fmt::{self, Write as _};

/// Size of the small chart beside a figure.
const WIDTH: f64 = 210.0;
const LEFT: f64 = 30.0;
const RIGHT: f64 = 206.0;
const TOP: f64 = 8.0;
const BASE: f64 = 66.0;

/// A drawn chart, ready to be put into a page.
#[derive(Clone, Debug)]
pub struct Chart(String);

impl fmt::Display for Chart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl askama::filters::HtmlSafe for Chart {}

impl Chart {
    /// One that was drawn elsewhere; every text in it is escaped.
    pub(super) fn drawn(svg: String) -> Self {
        Self(svg)
    }
}

/// One day of a chart.
#[derive(Clone, Debug, Default)]
pub struct Day {
    /// Its short name under the axis.
    pub label: String,
    /// Its value; `None` when the day hasn't come or nothing is known.
    pub value: Option<f64>,
    /// Parts of the day (from 0 to 1) in which a channel couldn't be heard.
    pub holes: Vec<(f64, f64)>,
}

/// One bar of [`rows`].
#[derive(Clone, Debug)]
pub struct Bar {
    /// What it stands for.
    pub label: String,
    /// How many.
    pub value: i64,
    /// How many of them are late.
    pub late: i64,
    /// Both in words, at the bar's end.
    pub said: String,
}

/// The smallest round number, even in its first digit, that is at least `most`: the top of the axis, so
/// that its middle is round too.
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

/// Text as it stands inside of markup and of quotes there.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn put(out: &mut String, piece: fmt::Arguments<'_>) {
    // Writing into a String can't fail.
    let _ = out.write_fmt(piece);
}

fn begin(finding: &str, most: f64) -> (String, f64) {
    let top = top(most);
    let mut out = format!(
        "<svg class=\"ch\" viewBox=\"0 0 {WIDTH} 88\" role=\"img\" aria-label=\"{}\"><defs><pattern id=\"hole\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\"><path class=\"hatch\" d=\"M0 0V5\"/></pattern></defs>",
        escape(finding)
    );
    for (share, class) in [(0.0, "axis"), (0.5, "grid"), (1.0, "grid")] {
        let y = BASE - share * (BASE - TOP);
        put(
            &mut out,
            format_args!(
                "<line class=\"{class}\" x1=\"{LEFT}\" x2=\"{RIGHT}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/><text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
                LEFT - 5.0,
                y + 4.0,
                share * top
            ),
        );
    }
    (out, top)
}

fn labels(out: &mut String, days: &[Day], step: f64) {
    for (day, place) in days.iter().zip(0_u16..) {
        let left = LEFT + f64::from(place) * step;
        put(
            out,
            format_args!(
                "<text x=\"{:.1}\" y=\"82\" text-anchor=\"middle\">{}</text>",
                left + step / 2.0,
                escape(&day.label)
            ),
        );
        for (from, to) in &day.holes {
            put(
                out,
                format_args!(
                    "<rect class=\"hole\" fill=\"url(#hole)\" x=\"{:.1}\" y=\"{TOP}\" width=\"{:.1}\" height=\"{}\"/>",
                    left + from * step,
                    ((to - from) * step).max(1.0),
                    BASE - TOP
                ),
            );
        }
    }
}

fn width(days: &[Day]) -> f64 {
    let count = u16::try_from(days.len().max(1)).unwrap_or(u16::MAX);
    (RIGHT - LEFT) / f64::from(count)
}

fn most(days: &[Day]) -> f64 {
    days.iter().filter_map(|day| day.value).fold(0.0, f64::max)
}

/// A bar per day. `finding` says what it shows.
pub fn bars(finding: &str, days: &[Day]) -> Chart {
    let (mut out, top) = begin(finding, most(days));
    let step = width(days);
    for (day, place) in days.iter().zip(0_u16..) {
        let Some(value) = day.value else { continue };
        let height = (value / top * (BASE - TOP)).max(0.0);
        put(
            &mut out,
            format_args!(
                "<rect class=\"b1\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{height:.1}\"/>",
                LEFT + f64::from(place) * step + step * 0.19,
                BASE - height,
                step * 0.62
            ),
        );
    }
    labels(&mut out, days, step);
    out.push_str("</svg>");
    Chart(out)
}

/// A line through the days whose value is known, its last point ringed; days without one interrupt it.
pub fn line(finding: &str, days: &[Day]) -> Chart {
    let (mut out, top) = begin(finding, most(days));
    let step = width(days);
    let point = |place: u16, value: f64| {
        (LEFT + f64::from(place) * step + step / 2.0, BASE - value / top * (BASE - TOP))
    };
    let mut last = None;
    let mut path = String::new();
    let mut pen_down = false;
    for (day, place) in days.iter().zip(0_u16..) {
        let Some(value) = day.value else {
            pen_down = false;
            continue;
        };
        let (x, y) = point(place, value);
        put(&mut path, format_args!("{}{x:.1} {y:.1}", if pen_down { 'L' } else { 'M' }));
        pen_down = true;
        last = Some((x, y));
    }
    if let Some((x, y)) = last {
        put(
            &mut out,
            format_args!(
                "<path class=\"l\" d=\"{path}\"/><circle class=\"dot\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\"/>"
            ),
        );
    }
    labels(&mut out, days, step);
    out.push_str("</svg>");
    Chart(out)
}

/// A horizontal bar per row, its late part in red from the left, the figures at its end.
pub fn rows(finding: &str, bars: &[Bar]) -> Chart {
    let height = 18 * bars.len().max(1) + 4;
    let most = bars.iter().map(|bar| bar.value).max().unwrap_or(0).max(1);
    let mut out = format!(
        "<svg class=\"ch\" viewBox=\"0 0 320 {height}\" role=\"img\" aria-label=\"{}\">",
        escape(finding)
    );
    #[expect(clippy::cast_precision_loss, reason = "lengths of drawn bars")]
    let length = |value: i64| 124.0 * value as f64 / most as f64;
    for (bar, place) in bars.iter().zip(0_u32..) {
        let y = f64::from(place) * 18.0 + 4.0;
        let label = crate::rules::text::excerpt(&bar.label, 25);
        put(
            &mut out,
            format_args!(
                "<text x=\"152\" y=\"{:.1}\" text-anchor=\"end\">{}</text><rect class=\"b1\" x=\"158\" y=\"{y:.1}\" width=\"{:.1}\" height=\"12\"/><rect class=\"hotbar\" x=\"158\" y=\"{y:.1}\" width=\"{:.1}\" height=\"12\"/><text class=\"lab\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
                y + 10.0,
                escape(&label),
                length(bar.value),
                length(bar.late),
                164.0 + length(bar.value),
                y + 10.0,
                escape(&bar.said)
            ),
        );
    }
    out.push_str("</svg>");
    Chart(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(values: &[Option<f64>]) -> Vec<Day> {
        values.iter().map(|value| Day { label: "lu".to_owned(), value: *value, holes: Vec::new() }).collect()
    }

    #[test]
    fn the_axis_ends_at_a_round_number_with_a_round_middle() {
        let tops = [0.0, 1.0, 2.0, 3.0, 5.0, 7.0, 11.0, 61.0, 279.0, 412.0].map(top);
        assert_eq!(tops, [2.0, 2.0, 2.0, 4.0, 6.0, 10.0, 20.0, 100.0, 400.0, 600.0]);
    }

    #[test]
    fn a_day_that_was_not_heard_is_hatched() {
        let mut week = days(&[Some(3.0), Some(0.0)]);
        assert!(!bars("x", &week).to_string().contains("class=\"hole\""));
        week[1].holes.push((0.25, 0.5));
        assert!(bars("x", &week).to_string().contains("class=\"hole\""));
    }

    #[test]
    fn a_day_without_a_value_interrupts_the_line() {
        let drawn = line("x", &days(&[Some(1.0), None, Some(2.0), Some(1.0)])).to_string();
        assert_eq!(drawn.matches('M').count() - drawn.matches("M0 0V5").count(), 2);
    }

    #[test]
    fn names_from_outside_are_text_in_a_chart() {
        let bar = Bar { label: "<script>".to_owned(), value: 1, late: 0, said: "1 & 2".to_owned() };
        let drawn = rows("\"<b>\"", &[bar]).to_string();
        assert!(!drawn.contains("<script") && !drawn.contains("<b>") && drawn.contains("1 &amp; 2"));
    }
}
