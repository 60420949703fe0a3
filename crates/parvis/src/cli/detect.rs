//! `parvis detect`: a series of counts on standard input, in a pipe; what is usual and what is an alert on standard
//! output. Needs no database. What an alert is, `parvis-listen` knows.

use std::{
    io::{self, BufRead as _, BufReader, BufWriter, Read as _, Write},
    process::ExitCode,
};

use clap::{Args, ValueEnum};
use jiff::{Timestamp, civil, tz::TimeZone};
use parvis_listen::burst::{Detector, Reading, Sensitivity};

/// Reads a series of counts, writes what was expected and where it is alarming
#[derive(Debug, Args)]
#[command(
    after_help = "Standard input: CSV with the header timestamp,value; one series with a fixed step, oldest \
    first; times as 2015-02-26 21:42:53 (taken as UTC) or RFC 3339; an empty value is a missing point.\n\
    Standard output: timestamp,value,expected_low,expected_high,score,alert; alert is 1 where an alert opens, which \
    is where score is 0.5 or more."
)]
pub(super) struct Detect {
    /// How rare something must be: once in two months, in three weeks, in five days
    #[arg(long, value_enum, default_value_t)]
    sensitivity: Asked,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Asked {
    Fewer,
    #[default]
    Balanced,
    More,
}

impl From<Asked> for Sensitivity {
    fn from(it: Asked) -> Self {
        match it {
            Asked::Fewer => Self::Fewer,
            Asked::Balanced => Self::Balanced,
            Asked::More => Self::More,
        }
    }
}

/// Longer lines are no row of two fields.
const LONGEST_LINE: u64 = 4_096;
/// What a step is taken for while only one point is known; it changes nothing of that point's answer.
const PROVISIONAL_STEP: i64 = 300_000_000;

/// Exit code 2 for a row that can't be read; the rows before it are answered.
pub(super) fn run(it: &Detect) -> ExitCode {
    let output = BufWriter::new(io::stdout().lock());
    match answer(BufReader::new(io::stdin()), output, it.sensitivity.into()) {
        // Nobody reads the answers any more: no error.
        Ok(()) | Err(Stop::Output) => ExitCode::SUCCESS,
        Err(Stop::Row { line, column, problem }) => {
            eprintln!("parvis: line {line}, column {column}: {problem}");
            ExitCode::from(2)
        }
    }
}

/// Why it ended before the series did.
#[derive(Debug, PartialEq)]
enum Stop {
    /// A row can't be read: where, why, and what to do.
    Row { line: usize, column: usize, problem: String },
    /// The answers can't be written.
    Output,
}

impl From<io::Error> for Stop {
    fn from(_: io::Error) -> Self {
        Self::Output
    }
}

/// A row as it came, and what it says.
struct Row<'a> {
    timestamp: &'a str,
    value: &'a str,
    at: i64,
    count: Option<f64>,
}

fn answer<R: io::Read>(
    mut input: BufReader<R>,
    mut output: impl Write,
    asked: Sensitivity,
) -> Result<(), Stop> {
    let mut line = Vec::new();
    let mut number = 0;
    let mut series = Series::new(asked);
    loop {
        // Who waits for the answer to the last row before writing the next gets it.
        if input.buffer().is_empty() {
            output.flush()?;
        }
        line.clear();
        number += 1;
        let read = (&mut input).take(LONGEST_LINE).read_until(b'\n', &mut line);
        let stop = |column: usize, problem: String| Stop::Row { line: number, column, problem };
        let outcome = match read {
            Err(error) => Err(stop(1, format!("can't be read ({error}); check what writes it"))),
            Ok(0) if number == 1 => Err(stop(1, format!("there is nothing; {HEADER_REMEDY}"))),
            Ok(0) => return Ok(output.flush()?),
            Ok(_) => take(&line, number, &mut series, &mut output)
                .map_err(|it| it.map_or(Stop::Output, |(column, problem)| stop(column, problem))),
        };
        if outcome.is_err() {
            output.flush()?;
            return outcome;
        }
    }
}

const HEADER_REMEDY: &str = "begin with the line timestamp,value";

/// A column (in characters, from 1) and what is wrong there; `None` when the answer can't be written.
type Wrong = Option<(usize, String)>;

fn take(line: &[u8], number: usize, series: &mut Series, output: &mut impl Write) -> Result<(), Wrong> {
    if line.len() as u64 >= LONGEST_LINE {
        return Err(Some((LONGEST_LINE as usize, "is too long for a row; write timestamp,value".to_owned())));
    }
    let text = std::str::from_utf8(line).map_err(|it| {
        let before = String::from_utf8_lossy(line.get(..it.valid_up_to()).unwrap_or_default());
        Some((before.chars().count() + 1, "is no UTF-8; save the file as UTF-8".to_owned()))
    })?;
    let text = text.trim_end_matches(['\r', '\n']);
    if number == 1 {
        header(text).map_err(Some)?;
        return writeln!(output, "timestamp,value,expected_low,expected_high,score,alert").map_err(|_| None);
    }
    if text.trim().is_empty() {
        return Ok(());
    }
    let row = parse(text).map_err(Some)?;
    let reading = series.push(&row).map_err(|problem| Some((1, problem)))?;
    let alert = u8::from(reading.alert);
    let (low, high, score) = (reading.expected_low, reading.expected_high, reading.score);
    writeln!(output, "{},{},{low:.3},{high:.3},{score:.4},{alert}", row.timestamp, row.value)
        .map_err(|_| None)
}

fn header(text: &str) -> Result<(), (usize, String)> {
    let text = text.trim_start_matches('\u{FEFF}');
    let named = |it: Option<&str>, name: &str| it.is_some_and(|it| bare(it).eq_ignore_ascii_case(name));
    let mut fields = text.split(',');
    if !named(fields.next(), "timestamp") {
        return Err((1, format!("“{}” is no header; {HEADER_REMEDY}", shown(text))));
    }
    if !named(fields.next(), "value") || fields.next().is_some() {
        let column = text.find(',').map_or(text.chars().count() + 1, |it| it + 2);
        return Err((column, format!("“{}” is no header of two columns; {HEADER_REMEDY}", shown(text))));
    }
    Ok(())
}

fn parse(text: &str) -> Result<Row<'_>, (usize, String)> {
    let Some((timestamp, value)) = text.split_once(',') else {
        let end = text.chars().count() + 1;
        return Err((end, format!("“{}” has one column; write timestamp,value", shown(text))));
    };
    let column = timestamp.chars().count() + 2;
    let at = moment(bare(timestamp)).ok_or_else(|| {
        let remedy = "write it as 2015-02-26 21:42:53 or 2015-02-26T21:42:53Z";
        (1, format!("“{}” is no date and time; {remedy}", shown(timestamp)))
    })?;
    let count = match bare(value) {
        "" => None,
        value if value.eq_ignore_ascii_case("nan") => None,
        value => {
            let count =
                value.parse::<f64>().ok().filter(|it| it.is_finite() && *it >= 0.0).ok_or_else(|| {
                    let remedy = "write a number from 0 on, or nothing for a missing point";
                    (column, format!("“{}” is no count; {remedy}", shown(value)))
                })?;
            Some(count)
        }
    };
    Ok(Row { timestamp, value, at, count })
}

/// A field without the blanks and quotation marks around it.
fn bare(field: &str) -> &str {
    let field = field.trim();
    field.strip_prefix('"').and_then(|it| it.strip_suffix('"')).unwrap_or(field)
}

/// As much of a hostile text as an error message can bear.
fn shown(text: &str) -> String {
    let mut shown: String =
        text.chars().map(|it| if it.is_control() { '\u{FFFD}' } else { it }).take(40).collect();
    if text.chars().nth(40).is_some() {
        shown.push('…');
    }
    shown
}

/// Microseconds UTC; a time without an offset is taken as UTC.
fn moment(text: &str) -> Option<i64> {
    if let Ok(it) = text.parse::<Timestamp>() {
        return Some(it.as_microsecond());
    }
    let local: civil::DateTime = text.parse().ok()?;
    Some(TimeZone::UTC.to_timestamp(local).ok()?.as_microsecond())
}

/// The detector, and what is known of the step: nothing before the second row.
struct Series {
    asked: Sensitivity,
    first: Option<(i64, Option<f64>)>,
    last: i64,
    step: i64,
    detector: Option<Detector>,
}

impl Series {
    fn new(asked: Sensitivity) -> Self {
        Self { asked, first: None, last: 0, step: PROVISIONAL_STEP, detector: None }
    }

    /// The reading of the next row, or what is wrong with its time.
    fn push(&mut self, row: &Row<'_>) -> Result<Reading, String> {
        let Some((first, count)) = self.first else {
            self.first = Some((row.at, row.count));
            self.last = row.at;
            return Ok(Detector::new(self.step, self.asked).push(row.at, row.count, 1.0));
        };
        let passed = row.at.saturating_sub(self.last);
        if passed <= 0 {
            return Err("is not later than the row before; sort the rows by time, each time once".to_owned());
        }
        let detector = match &mut self.detector {
            Some(detector) => detector,
            none => {
                self.step = passed;
                let detector = none.insert(Detector::new(passed, self.asked));
                detector.push(first, count, 1.0);
                detector
            }
        };
        // Rows that are left out are missing points; a clock that is put right by less than half a step is no matter.
        if passed < self.step / 2 {
            let (passed, step) = (passed as f64 / 1e6, self.step as f64 / 1e6);
            return Err(format!(
                "comes {passed} s after the row before, but the step is {step} s; give one series with a fixed step"
            ));
        }
        self.last = row.at;
        Ok(detector.push(row.at, row.count, 1.0))
    }
}

#[cfg(test)]
mod tests;
