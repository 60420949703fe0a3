//! The rows of a file of posts: which columns there may be, in French and in English, and what their values mean.

use std::collections::BTreeMap;
use std::io::Cursor;

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

use super::Fault;
use crate::command::post::shape::Network;
use crate::command::post::words::Words;
use crate::command::post::{Idea, can_begin};
use crate::id::ChannelId;
use crate::rules::text::excerpt;
use crate::store::channel::Channel;
use crate::table::{Column, Table, Wrong};

/// Rows of one file at most.
pub const ROWS: usize = 300;
/// Faults that are named at most.
const NAMED: usize = 50;
/// Characters of the text that stand for a title where there is none.
const TITLE: usize = 80;

const fn column(name: &'static str, also: &'static [&'static str]) -> Column {
    Column { name, also, required: false }
}

/// The columns that there may be.
pub const COLUMNS: [Column; 12] = [
    column("title", &["titre"]),
    column("text", &["texte", "message"]),
    column("date", &["jour", "day"]),
    column("time", &["heure", "hour"]),
    column("channels", &["channel", "canaux", "canal", "comptes", "compte", "networks", "réseaux"]),
    column("theme", &["thème"]),
    column("link", &["lien", "url"]),
    column("brief", &["why", "pourquoi", "note", "notes"]),
    column("state", &["état", "etat", "status", "statut"]),
    column("origin", &["origine"]),
    column("warning", &["avertissement"]),
    column("campaign", &["campagne"]),
];

/// A row as it is meant.
#[derive(Debug)]
pub(super) struct Line {
    /// Its first line in the file.
    pub line: u64,
    /// The idea.
    pub idea: Idea,
    /// Its words; none where the row has no text.
    pub words: Option<Words>,
    /// It goes on to be validated.
    pub submits: bool,
}

/// A file as it was read.
#[derive(Debug, Default)]
pub(super) struct Read {
    /// The rows that are good.
    pub lines: Vec<Line>,
    /// What is wrong with the others.
    pub faults: Vec<Fault>,
    /// What the file calls its columns.
    pub names: BTreeMap<&'static str, String>,
}

impl Read {
    /// Notes what is wrong with a value.
    pub fn note(&mut self, line: u64, column: &'static str, key: String, value: String) {
        if self.faults.len() < NAMED {
            let column = self.names.get(column).cloned().unwrap_or_default();
            self.faults.push(Fault { line, column, key, value });
        }
    }

    fn note_wrong(&mut self, line: u64, column: &'static str, it: &Wrong) {
        self.note(line, column, format!("import-fault-{}", it.code()), it.about());
    }
}

/// What values are held against.
pub(super) struct Sense<'a> {
    /// The organisation's clock.
    pub zone: &'a TimeZone,
    /// Now (µs).
    pub now: i64,
    /// The accounts that there are.
    pub channels: &'a [Channel],
    /// Whoever brings the file may find words.
    pub writes: bool,
    /// They choose ideas besides: what has words and a network goes on to be validated.
    pub chooses: bool,
}

/// What is wrong with a value: the column, the end of the key, what it is about.
type Objection = (&'static str, &'static str, String);
type Values<'a> = BTreeMap<&'static str, &'a str>;

impl Sense<'_> {
    /// Reads a whole file.
    pub fn read(&self, content: &[u8]) -> Read {
        let mut all = Read::default();
        let mut table = match Table::open(Cursor::new(content), &COLUMNS) {
            Ok(table) => table,
            Err(wrong) => {
                all.note_wrong(1, "", &wrong);
                return all;
            }
        };
        all.names = table.names().map(|(column, name)| (column, name.to_owned())).collect();
        let mut rows = 0;
        while let Some(next) = table.next_row() {
            let row = match next {
                Ok(row) => row,
                Err((line, wrong)) => {
                    all.note_wrong(line, "", &wrong);
                    continue;
                }
            };
            let mut values = Values::new();
            let before = all.faults.len();
            for (column, value) in row.values() {
                match value {
                    Ok(text) => drop(values.insert(column, text)),
                    Err(wrong) => all.note_wrong(row.line, column, &wrong),
                }
            }
            // Spreadsheets leave empty rows at the end.
            if all.faults.len() > before || values.values().all(|it| it.is_empty()) {
                continue;
            }
            rows += 1;
            if rows > ROWS {
                all.note(row.line, "", "import-fault-many".to_owned(), ROWS.to_string());
                return all;
            }
            match self.line(row.line, &values) {
                Ok(line) => all.lines.push(line),
                Err(objections) => {
                    for (column, code, value) in objections {
                        all.note(row.line, column, format!("import-fault-{code}"), value);
                    }
                }
            }
        }
        if rows == 0 && all.faults.is_empty() {
            all.note(1, "", "import-fault-nothing".to_owned(), String::new());
        }
        all
    }

    fn line(&self, line: u64, values: &Values<'_>) -> Result<Line, Vec<Objection>> {
        let mut wrong = Vec::new();
        let get = |column: &str| values.get(column).copied().unwrap_or_default();
        let mut noted = |objection: Objection| wrong.push(objection);
        let due_at = self.due(get("date"), get("time")).map_err(&mut noted).unwrap_or_default();
        let channels = self.channels(get("channels")).map_err(&mut noted).unwrap_or_default();
        let origin = origin(get("origin")).map_err(&mut noted).unwrap_or_default();
        let text = linked(get("text"), get("link")).map_err(&mut noted).unwrap_or_default();
        let wished = wished(get("state")).map_err(&mut noted).unwrap_or_default();
        let submits = wished.unwrap_or(self.chooses && !text.is_empty() && !channels.is_empty());
        if !text.is_empty() && !self.writes {
            noted(("text", "no-words", String::new()));
        }
        if submits && !self.chooses {
            noted(("state", "no-choice", String::new()));
        }
        if submits && self.chooses {
            if channels.is_empty() && !get("channels").is_empty() {
                // What is wrong with them is said already.
            } else if text.is_empty() || channels.is_empty() {
                noted(("state", "no-text", String::new()));
            } else if let Some(objection) = self.long(&text, (get("warning"), get("campaign")), &channels) {
                noted(objection);
            }
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let title = match get("title") {
            "" => excerpt(&text, TITLE),
            title => title.to_owned(),
        };
        let words = Words {
            text,
            warning: get("warning").to_owned(),
            campaign: get("campaign").to_owned(),
            ..Words::default()
        };
        let idea = Idea {
            title,
            brief: get("brief").to_owned(),
            theme: get("theme").to_owned(),
            origin,
            channels,
            due_at,
            ..Idea::default()
        };
        Ok(Line { line, idea, words: Some(words).filter(|it| !it.text.is_empty()), submits })
    }

    /// When it shall leave, on the organisation's clock.
    fn due(&self, day: &str, clock: &str) -> Result<Option<i64>, Objection> {
        // A spreadsheet may write both into one cell.
        let (day, clock) = match day.split_once([' ', 'T']).filter(|_| clock.is_empty()) {
            Some((day, clock)) => (day, clock),
            None => (day, clock),
        };
        let date = match day {
            "" if clock.is_empty() => return Ok(None),
            "" => return Err(("date", "no-day", String::new())),
            text => date(text).ok_or_else(|| ("date", "day", text.to_owned()))?,
        };
        if clock.is_empty() {
            return Err(("time", "no-hour", String::new()));
        }
        let time = time(clock).ok_or_else(|| ("time", "hour", clock.to_owned()))?;
        let at = date.at(time.hour(), time.minute(), 0, 0).to_zoned(self.zone.clone());
        let at = at.map_err(|_| ("date", "day", day.to_owned()))?.timestamp().as_microsecond();
        if at <= self.now {
            return Err(("date", "past", format!("{day} {clock}")));
        }
        Ok(Some(at))
    }

    fn channels(&self, text: &str) -> Result<Vec<ChannelId>, Objection> {
        let mut all = Vec::new();
        for name in text.split([',', ';', '|', '\n']).map(str::trim).filter(|it| !it.is_empty()) {
            let found = self.channel(name).map_err(|code| ("channels", code, name.to_owned()))?;
            if !all.contains(&found) {
                all.push(found);
            }
        }
        Ok(all)
    }

    /// The account with that name or handle; or, of a network with one account, that one.
    fn channel(&self, name: &str) -> Result<ChannelId, &'static str> {
        let folded = name.trim_start_matches('@').to_lowercase();
        let named = |it: &&Channel| it.name.to_lowercase() == folded || it.handle.to_lowercase() == folded;
        let begins = |it: &&Channel| can_begin(&Network::of(it).can);
        let mut found: Vec<&Channel> = self.channels.iter().filter(named).collect();
        if found.is_empty() {
            found = self.channels.iter().filter(|it| it.kind == folded).filter(begins).collect();
        }
        match found.as_slice() {
            [] => Err("channel"),
            [one] if begins(one) => Ok(one.id),
            [_] => Err("channel-mute"),
            _ => Err("channel-several"),
        }
    }

    /// The first network that doesn't take a text of this length.
    fn long(
        &self,
        text: &str,
        (warning, campaign): (&str, &str),
        channels: &[ChannelId],
    ) -> Option<Objection> {
        let [warning, campaign] = [warning, campaign].map(|it| Some(it).filter(|it| !it.is_empty()));
        let chosen = self.channels.iter().filter(|it| channels.contains(&it.id));
        let shaped = |it| {
            let network = Network::of(it);
            let shaped = network.shape(text, warning, campaign, false);
            (it, network, shaped)
        };
        let (channel, network, shaped) = chosen.map(shaped).find(|(_, _, shaped)| shaped.parts.is_none())?;
        let (count, max) = (network.rule.count(&shaped.text, warning), network.rule.max);
        Some(("text", "too-long", format!("{} ({count} > {max})", channel.name)))
    }
}

/// A day: `2026-12-01`, or the day before the month.
fn date(text: &str) -> Option<Date> {
    if let Ok(date) = text.parse::<Date>() {
        return Some(date);
    }
    let parts: Vec<&str> = text.split(['/', '.']).collect();
    let [day, month, year] = parts.as_slice() else { return None };
    let year = year.parse().ok().filter(|it: &i16| (1970..2200).contains(it))?;
    Date::new(year, month.parse().ok()?, day.parse().ok()?).ok()
}

/// An hour: `18:30`, `18h30`, `18 h`, `6:30 pm`.
fn time(text: &str) -> Option<Time> {
    let mut plain: String = text.to_lowercase().chars().filter(|it| !it.is_whitespace()).collect();
    let half = ["am", "pm"].into_iter().find(|half| plain.ends_with(half));
    if half.is_some() {
        plain.truncate(plain.len() - 2);
    }
    let plain = plain.replace('h', ":");
    let mut parts = plain.trim_end_matches(':').split(':');
    let hour: i8 = parts.next()?.parse().ok()?;
    let minute: i8 = parts.next().map_or(Ok(0), str::parse).ok()?;
    // Spreadsheets write the seconds, too.
    if parts.any(|it| it != "00") || half.is_some_and(|_| !(1..=12).contains(&hour)) {
        return None;
    }
    let hour = match half {
        Some("pm") => hour % 12 + 12,
        Some(_) => hour % 12,
        None => hour,
    };
    Time::new(hour, minute, 0, 0).ok()
}

/// The text with its link, which stands below it where it isn't said already.
fn linked(text: &str, link: &str) -> Result<String, Objection> {
    if link.is_empty() || text.contains(link) {
        return Ok(text.to_owned());
    }
    let is_address = ["http://", "https://"].iter().any(|it| link.starts_with(it));
    if !is_address || link.contains(char::is_whitespace) {
        return Err(("link", "link", link.to_owned()));
    }
    Ok(if text.is_empty() { link.to_owned() } else { format!("{text}\n\n{link}") })
}

fn origin(text: &str) -> Result<String, Objection> {
    let code = match text.to_lowercase().as_str() {
        "" | "team" | "interne" | "équipe" | "equipe" => "team",
        "agency" | "agence" => "agency",
        "freelance" => "freelance",
        "ambassador" | "ambassade" | "ambassadeur" | "ambassadrice" => "ambassador",
        "trend" | "tendance" => "trend",
        "member" | "community" | "communauté" | "membre" => "member",
        _ => return Err(("origin", "origin", text.to_owned())),
    };
    Ok(code.to_owned())
}

/// Whether it is to go on to be validated; `None` where the row doesn't say.
fn wished(text: &str) -> Result<Option<bool>, Objection> {
    match text.to_lowercase().replace('_', " ").as_str() {
        "" => Ok(None),
        "idea" | "idée" | "idee" => Ok(Some(false)),
        "to validate" | "à valider" | "a valider" => Ok(Some(true)),
        _ => Err(("state", "state", text.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_hours_are_read_as_people_write_them() {
        let said = |text| date(text).map(|it| it.to_string()).unwrap_or_default();
        for text in ["2026-12-01", "01/12/2026", "1.12.2026", "1/12/2026"] {
            assert_eq!(said(text), "2026-12-01", "{text}");
        }
        for text in ["12/31/2026", "1/12/26", "demain", "2026-02-30", "1/2/3/4"] {
            assert_eq!(said(text), "", "{text}");
        }
        let said = |text| time(text).map(|it| it.strftime("%H:%M").to_string()).unwrap_or_default();
        for text in ["18:30", "18h30", "18 h 30", "18:30:00", "6:30 PM", "6:30pm"] {
            assert_eq!(said(text), "18:30", "{text}");
        }
        assert_eq!(
            (said("9h"), said("12 am"), said("12 pm")),
            ("09:00".into(), "00:00".into(), "12:00".into())
        );
        for text in ["25:00", "9:60", "midi", "13 pm", "", "9:00:30"] {
            assert_eq!(said(text), "", "{text}");
        }
    }
}
