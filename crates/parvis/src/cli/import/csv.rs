//! Messages from a table. The first line names the columns, in any order:
//!
//! | column | |
//! | --- | --- |
//! | `id` | what identifies the message; the same id is taken once |
//! | `sent_at` | `2024-05-01T14:06:00+02:00`, or `2024-05-01 14:06` in the organisation's time zone |
//! | `text` | what was said |
//! | `conversation` | messages with the same value are one conversation; else each is its own |
//! | `direction` | `in` (the default) or `out` |
//! | `author_id`, `author_handle`, `author_name` | who said it |
//! | `parent_id` | id of the message that it answers |
//! | `title`, `url`, `language` | as far as known |
//! | `visibility` | `public` (the default) or `direct` |
//!
//! Commas, semicolons or tabs between them, quotes as spreadsheets write them, UTF-8. A file with one
//! wrong row is refused as a whole, with every wrong row named.

#[cfg(test)]
mod fuzz;

use std::fmt;
use std::io::{Read, Seek};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::clock::DAY;
use crate::store::message::Direction;
use crate::store::transfer::history::{Person, Said};
use crate::table::{self, Column};

const fn column(name: &'static str, required: bool) -> Column {
    Column { name, also: &[], required }
}

const COLUMNS: [Column; 13] = [
    column("id", true),
    column("sent_at", true),
    column("text", true),
    column("conversation", false),
    column("direction", false),
    column("author_id", false),
    column("author_handle", false),
    column("author_name", false),
    column("parent_id", false),
    column("title", false),
    column("url", false),
    column("language", false),
    column("visibility", false),
];
/// More problems than this are counted, not named.
const NAMED: usize = 50;

/// One thing that is wrong with the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    line: u64,
    column: String,
    message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if !self.column.is_empty() {
            write!(f, ", column {}", self.column)?;
        }
        write!(f, ": {}", self.message)
    }
}

/// Everything that is wrong with the file.
#[derive(Debug, Default)]
pub(super) struct Wrong {
    named: Vec<Problem>,
    more: u64,
}

impl Wrong {
    fn note(&mut self, line: u64, column: &str, message: impl Into<String>) {
        if self.named.len() < NAMED {
            self.named.push(Problem { line, column: column.to_owned(), message: message.into() });
        } else {
            self.more += 1;
        }
    }

    /// Whether nothing is.
    pub(super) fn is_empty(&self) -> bool {
        self.named.is_empty()
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "nothing was imported; mend these and import the file again:")?;
        for problem in &self.named {
            write!(f, "\n  {problem}")?;
        }
        if self.more > 0 {
            write!(f, "\n  and {} more", self.more)?;
        }
        Ok(())
    }
}

impl std::error::Error for Wrong {}

/// A file whose header is good.
pub(super) struct Table<R: Read> {
    rows: table::Table<R>,
    sense: Sense,
}

/// What values mean.
struct Sense {
    zone: TimeZone,
    /// Nothing can have been said later (µs).
    latest: i64,
}

impl<R: Read + Seek> Table<R> {
    /// Reads the header.
    pub(super) fn open(file: R, zone: TimeZone, now: i64) -> Result<Self, Wrong> {
        let rows = table::Table::open(file, &COLUMNS).map_err(|why| {
            let mut wrong = Wrong::default();
            wrong.note(1, "", why.to_string());
            wrong
        })?;
        Ok(Self { rows, sense: Sense { zone, latest: now + DAY } })
    }

    /// Reads on to the end and answers with what is wrong.
    pub(super) fn check(&mut self) -> Wrong {
        let mut wrong = Wrong::default();
        while self.step(&mut wrong).is_some() {}
        wrong
    }

    /// The next row that is good.
    pub(super) fn next(&mut self) -> Option<Said> {
        let mut ignored = Wrong::default();
        loop {
            if let Some(said) = self.step(&mut ignored)? {
                return Some(said);
            }
        }
    }

    /// One row further: `None` at the end, `Some(None)` for a row that is wrong.
    fn step(&mut self, wrong: &mut Wrong) -> Option<Option<Said>> {
        match self.rows.next_row()? {
            Ok(row) => Some(self.sense.row(&row, wrong)),
            Err((line, why)) => {
                wrong.note(line, "", why.to_string());
                Some(None)
            }
        }
    }
}

impl Sense {
    fn row(&self, values: &table::Row<'_>, wrong: &mut Wrong) -> Option<Said> {
        let mut row = Row::default();
        let mut good = true;
        for (column, value) in values.values() {
            let read = value.map_err(|why| why.to_string());
            if let Err(message) = read.and_then(|text| self.set(&mut row, column, text)) {
                good = false;
                wrong.note(values.line, column, message);
            }
        }
        good.then(|| row.into_said())
    }

    fn set(&self, row: &mut Row, column: &str, text: &str) -> Result<(), String> {
        let optional = || Some(text.to_owned()).filter(|it| !it.is_empty());
        match column {
            "id" if text.is_empty() => return Err("is empty".to_owned()),
            "id" => text.clone_into(&mut row.id),
            "sent_at" => row.sent_at = self.time(text)?,
            "text" => text.clone_into(&mut row.text),
            "conversation" => row.conversation = optional(),
            "direction" => {
                row.out = match text {
                    "" | "in" => false,
                    "out" => true,
                    other => return Err(format!("“{other}” is neither in nor out")),
                }
            }
            "author_id" => row.author_id = optional(),
            "author_handle" => row.author_handle = optional(),
            "author_name" => row.author_name = optional(),
            "parent_id" => row.parent = optional(),
            "title" => row.title = optional(),
            "url" => {
                if !text.is_empty() && !["http://", "https://"].iter().any(|it| text.starts_with(it)) {
                    return Err(format!("“{text}” is no web address; write https://…"));
                }
                row.url = optional();
            }
            "language" => row.language = optional(),
            _ => {
                row.direct = match text {
                    "" | "public" => false,
                    "direct" => true,
                    other => return Err(format!("“{other}” is neither public nor direct")),
                }
            }
        }
        Ok(())
    }

    fn time(&self, text: &str) -> Result<i64, String> {
        let at = text.parse::<Timestamp>().ok().or_else(|| {
            let local = text.parse::<DateTime>().ok()?;
            local.to_zoned(self.zone.clone()).ok().map(|it| it.timestamp())
        });
        let at = at.ok_or_else(|| format!("“{text}” is no time; write 2024-05-01T14:06:00+02:00"))?;
        match at.as_microsecond() {
            at if at < 0 => Err(format!("“{text}” is before 1970")),
            at if at > self.latest => Err(format!("“{text}” is still to come")),
            at => Ok(at),
        }
    }
}

#[derive(Default)]
struct Row {
    id: String,
    sent_at: i64,
    text: String,
    conversation: Option<String>,
    out: bool,
    author_id: Option<String>,
    author_handle: Option<String>,
    author_name: Option<String>,
    parent: Option<String>,
    title: Option<String>,
    url: Option<String>,
    language: Option<String>,
    direct: bool,
}

impl Row {
    fn into_said(self) -> Said {
        let known = self.author_id.clone().or(self.author_handle.clone()).or(self.author_name.clone());
        let author = known.map(|known| Person {
            remote_id: known.clone(),
            handle: self.author_handle.unwrap_or_else(|| known.clone()).trim_start_matches('@').to_owned(),
            name: self.author_name.unwrap_or(known),
        });
        Said {
            thread: self.conversation.or(self.parent.clone()).unwrap_or_else(|| self.id.clone()),
            remote_id: self.id,
            parents: self.parent.into_iter().collect(),
            direction: if self.out { Direction::Out } else { Direction::In },
            author,
            sent_at: self.sent_at,
            visibility: if self.direct { "direct" } else { "public" }.to_owned(),
            language: self.language,
            url: self.url,
            title: self.title,
            text: self.text,
        }
    }
}

#[cfg(test)]
mod tests;
