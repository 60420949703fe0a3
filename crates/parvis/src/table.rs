//! Tables as spreadsheets write them: the first line names the columns, in any order; commas, semicolons or tabs between
//! values, quotes, UTF-8. What the values mean is for others to say. Shared by the command line and the calendar.

use std::fmt;
use std::io::{BufReader, Read, Seek, SeekFrom};

use csv::ByteRecord;

/// The longest value that is taken, in bytes.
pub const LONGEST: usize = 1 << 20;
/// The longest name of a column that is told again, in characters.
const NAME: usize = 60;

/// A column that a table may have.
#[derive(Debug)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// Names that mean the same, in small letters.
    pub also: &'static [&'static str],
    /// It must be there.
    pub required: bool,
}

impl Column {
    fn is(&self, name: &str) -> bool {
        self.name == name || self.also.contains(&name)
    }
}

/// What is wrong with a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// It can't be read on.
    Unreadable(String),
    /// It is UTF-16.
    Utf16,
    /// A value isn't UTF-8, after so many bytes.
    NotUtf8(usize),
    /// A value holds U+0000.
    Nul,
    /// A value is so many bytes long.
    Long(usize),
    /// The header has so many columns, more than there are.
    Wide(usize, String),
    /// No column has this name; the names that there are.
    Unknown(String, String),
    /// A column is there twice.
    Twice(&'static str),
    /// A column isn't there; the names that there are.
    Missing(&'static str, String),
    /// A row has so many values, the header so many columns.
    Width(usize, usize),
}

impl Wrong {
    /// Its name among the translations (`table-…`).
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "unreadable",
            Self::Utf16 | Self::NotUtf8(_) => "encoding",
            Self::Nul => "nul",
            Self::Long(_) => "long",
            Self::Wide(..) => "wide",
            Self::Unknown(..) => "unknown",
            Self::Twice(_) => "twice",
            Self::Missing(..) => "missing",
            Self::Width(..) => "width",
        }
    }

    /// What it is about: a name, or a number.
    pub fn about(&self) -> String {
        match self {
            Self::Unreadable(why) => why.clone(),
            Self::Utf16 | Self::Nul | Self::NotUtf8(_) => String::new(),
            Self::Long(number) | Self::Wide(number, _) | Self::Width(number, _) => number.to_string(),
            Self::Unknown(name, _) => name.clone(),
            Self::Twice(name) | Self::Missing(name, _) => (*name).to_owned(),
        }
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(why) => f.write_str(why),
            Self::Utf16 => write!(f, "the file is UTF-16; save it as “CSV UTF-8”"),
            Self::NotUtf8(after) => {
                write!(f, "isn't UTF-8 (after {after} bytes); save the table as “CSV UTF-8”")
            }
            Self::Nul => write!(f, "holds a NUL character"),
            Self::Long(bytes) => write!(f, "is {bytes} bytes long; at most {LONGEST} are taken"),
            Self::Wide(found, known) => write!(f, "the header has {found} columns; there are: {known}"),
            Self::Unknown(name, known) => write!(f, "unknown column “{name}”; there are: {known}"),
            Self::Twice(name) => write!(f, "column “{name}” is there twice"),
            Self::Missing(name, known) => write!(f, "column “{name}” is missing; there are: {known}"),
            Self::Width(found, wanted) => {
                write!(f, "the row has {found} values, the header {wanted} columns")
            }
        }
    }
}

/// A table whose header is good.
pub struct Table<R: Read> {
    reader: csv::Reader<BufReader<R>>,
    record: ByteRecord,
    columns: Vec<&'static str>,
    names: Vec<String>,
    /// Lines that the csv crate is behind: of a CRLF it counts the LF with the row that follows.
    behind: u64,
    /// It can't be read on.
    broken: bool,
}

/// One row.
pub struct Row<'a> {
    /// Its first line, from 1.
    pub line: u64,
    columns: &'a [&'static str],
    record: &'a ByteRecord,
}

impl<'a> Row<'a> {
    /// Its values by column, trimmed.
    pub fn values(&self) -> impl Iterator<Item = (&'static str, Result<&'a str, Wrong>)> {
        self.columns.iter().copied().zip(self.record).map(|(column, bytes)| (column, value(bytes)))
    }
}

impl<R: Read + Seek> Table<R> {
    /// Reads the header.
    ///
    /// # Errors
    /// It isn't one; all of that stands on the first line.
    pub fn open(mut file: R, known: &'static [Column]) -> Result<Self, Wrong> {
        let broken = |error: std::io::Error| Wrong::Unreadable(error.to_string());
        let mut start = Vec::new();
        file.by_ref().take(4_096).read_to_end(&mut start).map_err(broken)?;
        file.seek(SeekFrom::Start(0)).map_err(broken)?;
        if start.starts_with(&[0xFF, 0xFE]) || start.starts_with(&[0xFE, 0xFF]) {
            return Err(Wrong::Utf16);
        }
        let first = start.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let behind = u64::from(first.ends_with(b"\r"));
        // The csv crate leaves a byte order mark of UTF-8 out by itself.
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter(first))
            .has_headers(false)
            .flexible(true)
            .from_reader(BufReader::new(file));
        let mut header = ByteRecord::new();
        reader.read_byte_record(&mut header).map_err(|error| Wrong::Unreadable(error.to_string()))?;
        let (columns, names) = read_header(&header, known)?;
        Ok(Self { reader, record: ByteRecord::new(), columns, names, behind, broken: false })
    }

    /// The next row; `None` at the end. After a row that can't be read nothing more comes.
    pub fn next_row(&mut self) -> Option<Result<Row<'_>, (u64, Wrong)>> {
        if self.broken {
            return None;
        }
        match self.reader.read_byte_record(&mut self.record) {
            Ok(true) => {
                let line = self.record.position().map_or(0, csv::Position::line) + self.behind;
                let (found, wanted) = (self.record.len(), self.columns.len());
                if found != wanted {
                    return Some(Err((line, Wrong::Width(found, wanted))));
                }
                Some(Ok(Row { line, columns: &self.columns, record: &self.record }))
            }
            Ok(false) => None,
            Err(error) => {
                self.broken = true;
                Some(Err((self.reader.position().line(), Wrong::Unreadable(error.to_string()))))
            }
        }
    }

    /// What the file calls each of its columns.
    pub fn names(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.columns.iter().copied().zip(self.names.iter().map(String::as_str))
    }
}

fn value(bytes: &[u8]) -> Result<&str, Wrong> {
    if bytes.len() > LONGEST {
        return Err(Wrong::Long(bytes.len()));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| Wrong::NotUtf8(error.valid_up_to()))?;
    if text.contains('\0') { Err(Wrong::Nul) } else { Ok(text.trim()) }
}

/// What separates values, as far as the first line shows: a spreadsheet in French writes semicolons.
fn delimiter(line: &[u8]) -> u8 {
    let count = |wanted: u8| line.iter().filter(|byte| **byte == wanted).count();
    [b',', b';', b'\t'].into_iter().rev().max_by_key(|it| count(*it)).unwrap_or(b',')
}

fn read_header(
    header: &ByteRecord,
    known: &'static [Column],
) -> Result<(Vec<&'static str>, Vec<String>), Wrong> {
    let all = || known.iter().map(|it| it.name).collect::<Vec<_>>().join(", ");
    if header.len() > known.len() {
        return Err(Wrong::Wide(header.len(), all()));
    }
    let (mut columns, mut names) = (Vec::new(), Vec::new());
    for bytes in header {
        let name = std::str::from_utf8(bytes).map_err(|error| Wrong::NotUtf8(error.valid_up_to()))?.trim();
        let folded = name.to_lowercase();
        let told: String = name.chars().take(NAME).collect();
        let Some(column) = known.iter().find(|it| it.is(&folded)) else {
            return Err(Wrong::Unknown(told, all()));
        };
        if columns.contains(&column.name) {
            return Err(Wrong::Twice(column.name));
        }
        columns.push(column.name);
        names.push(told);
    }
    match known.iter().find(|it| it.required && !columns.contains(&it.name)) {
        Some(missing) => Err(Wrong::Missing(missing.name, all())),
        None => Ok((columns, names)),
    }
}
