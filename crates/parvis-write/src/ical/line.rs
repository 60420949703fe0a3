//! Content lines: folded, unfolded, escaped, with their parameters (RFC 5545, 3.1 and 3.3.11).

use super::{MOST_LINE, ReadError};

/// Longest line as it stands in a file, in bytes, without its end.
const FOLD: usize = 75;

/// Appends `NAME:value`, folded between characters.
pub(super) fn push(out: &mut String, name: &str, value: &str) {
    let mut room = FOLD;
    for c in name.chars().chain([':']).chain(value.chars()) {
        if c.len_utf8() > room {
            out.push_str("\r\n ");
            room = FOLD - 1;
        }
        out.push(c);
        room -= c.len_utf8();
    }
    out.push_str("\r\n");
}

/// Text as a value; what programs can't show is left out.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.push_str("\\\\"),
            ';' => out.push_str("\\;"),
            ',' => out.push_str("\\,"),
            '\r' if chars.peek() == Some(&'\n') => {}
            '\n' | '\r' => out.push_str("\\n"),
            c if c.is_control() && c != '\t' => {}
            c => out.push(c),
        }
    }
    out
}

/// A value as text.
pub(super) fn unescape(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n' | 'N') => out.push('\n'),
                Some(c) if !c.is_control() || c == '\t' => out.push(c),
                _ => {}
            },
            c if c.is_control() && c != '\t' => {}
            c => out.push(c),
        }
    }
    out
}

/// A list of values, parted by commas that aren't escaped.
pub(super) fn list(value: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let (mut start, mut escaped) = (0, false);
    for (at, c) in value.char_indices() {
        if c == ',' && !escaped {
            parts.push(unescape(value.get(start..at).unwrap_or_default()));
            start = at + 1;
        }
        escaped = c == '\\' && !escaped;
    }
    parts.push(unescape(value.get(start..).unwrap_or_default()));
    parts.retain(|it| !it.trim().is_empty());
    parts
}

/// A line in its parts.
#[derive(Debug, PartialEq)]
pub(super) struct Line {
    /// In capitals.
    pub(super) name: String,
    /// Names in capitals, values without their quotes.
    pub(super) parameters: Vec<(String, String)>,
    /// As it stands, still escaped.
    pub(super) value: String,
}

impl Line {
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(it, _)| it == name).map(|(_, value)| value.as_str())
    }
}

/// The lines of a file, unfolded. Lines without a colon are passed over.
pub(super) fn lines(text: &str) -> Result<Vec<Line>, ReadError> {
    let mut whole: Vec<String> = Vec::new();
    for line in text.trim_start_matches('\u{feff}').split('\n') {
        let line = line.strip_suffix('\r').unwrap_or(line);
        match (line.strip_prefix([' ', '\t']), whole.last_mut()) {
            (Some(more), Some(last)) => last.push_str(more),
            _ => whole.push(line.to_owned()),
        }
        if whole.last().is_some_and(|it| it.len() > MOST_LINE) {
            return Err(ReadError::TooLarge);
        }
    }
    Ok(whole.iter().filter_map(|it| parse(it)).collect())
}

fn parse(line: &str) -> Option<Line> {
    let mut quoted = false;
    let colon = line.char_indices().find(|(_, c)| {
        quoted ^= *c == '"';
        *c == ':' && !quoted
    });
    let (head, value) = (line.get(..colon?.0)?, line.get(colon?.0 + 1..)?);
    let mut parts = Vec::new();
    let (mut start, mut quoted) = (0, false);
    for (at, c) in head.char_indices() {
        quoted ^= c == '"';
        if c == ';' && !quoted {
            parts.push(head.get(start..at)?);
            start = at + 1;
        }
    }
    parts.push(head.get(start..)?);
    let (name, parameters) = parts.split_first()?;
    let parameters = parameters.iter().filter_map(|it| {
        let (name, value) = it.split_once('=')?;
        Some((name.trim().to_ascii_uppercase(), value.trim_matches('"').to_owned()))
    });
    Some(Line {
        name: name.trim().to_ascii_uppercase(),
        parameters: parameters.collect(),
        value: value.to_owned(),
    })
}
