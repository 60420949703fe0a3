//! The calendar for other programs: iCalendar (RFC 5545) at a private address. It shows what its owner may see now.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiff::civil::Time;
use jiff::tz::TimeZone;

use crate::app::App;
use crate::clock::{DAY, HOUR, MINUTE};
use crate::command;
use crate::command::post::fast::zone;
use crate::command::post::only;
use crate::rules::permission::Action;
use crate::store::launch::{self, Dated};
use crate::store::post::{self, Filter, Post};
use crate::web::error::Failure;

/// How far back and ahead the feed goes (µs).
const SPAN: (i64, i64) = (92 * DAY, 366 * DAY);
/// How long a post takes in a calendar (µs): other programs hide what has no length.
const LENGTH: i64 = 15 * MINUTE;
/// Octets of a line at most (RFC 5545, 3.1).
const LINE: usize = 75;

/// Where this Parvis is reached.
pub(super) fn origin(app: &App) -> &str {
    app.config.public_url.trim_end_matches('/')
}

/// `GET /calendar/feed/{secret}.ics`
pub(super) async fn serve(
    State(app): State<Arc<App>>,
    Path(secret): Path<String>,
) -> Result<Response, Failure> {
    let secret = secret.strip_suffix(".ics").unwrap_or(&secret);
    let actor = command::feed::actor(&app, secret).await.map_err(|_| Failure::not_found())?;
    let now = app.now();
    let mut conn = app.db.read().await?;
    let filter = Filter { only: only(&actor), ..Filter::default() };
    let span = (now - SPAN.0, now + SPAN.1);
    let posts = post::between(&mut conn, actor.organisation, span, &filter).await?;
    let dated = match actor.may(Action::ReadLaunches) {
        true => launch::between(&mut conn, actor.organisation, span).await?,
        false => Vec::new(),
    };
    let zone = zone(&mut conn, actor.organisation).await?;
    let body = calendar(&posts, (&dated, &zone), (origin(&app), now));
    let headers = [
        (header::CONTENT_TYPE, "text/calendar; charset=utf-8"),
        (header::CACHE_CONTROL, "private, no-store"),
    ];
    Ok((headers, body).into_response())
}

fn calendar(posts: &[Post], (dated, zone): (&[Dated], &TimeZone), (origin, now): (&str, i64)) -> String {
    let mut out = String::new();
    for text in ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Parvis//Parvis//EN", "CALSCALE:GREGORIAN"] {
        line(&mut out, text);
    }
    for it in posts {
        let Some(due) = it.due_at else { continue };
        line(&mut out, "BEGIN:VEVENT");
        line(&mut out, &format!("UID:{}@parvis", it.id));
        line(&mut out, &format!("DTSTAMP:{}", stamp(it.changed_at)));
        line(&mut out, &format!("DTSTART:{}", stamp(due)));
        line(&mut out, &format!("DTEND:{}", stamp(due + LENGTH)));
        line(&mut out, &format!("SUMMARY:{}", escape(&it.title)));
        line(&mut out, &format!("CATEGORIES:{}", escape(it.state.as_str())));
        line(&mut out, &format!("URL:{origin}/speak/{}", it.id));
        line(&mut out, "END:VEVENT");
    }
    for it in dated {
        let at = Timestamp::from_microsecond(it.at).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(zone.clone());
        let id = it.entry.map_or(it.launch.0, |id| id.0);
        line(&mut out, "BEGIN:VEVENT");
        line(&mut out, &format!("UID:{id}@parvis"));
        line(&mut out, &format!("DTSTAMP:{}", stamp(now)));
        if at.time() == Time::midnight() {
            line(&mut out, &format!("DTSTART;VALUE=DATE:{}", at.strftime("%Y%m%d")));
        } else {
            line(&mut out, &format!("DTSTART:{}", stamp(it.at)));
            line(&mut out, &format!("DTEND:{}", stamp(it.at + HOUR)));
        }
        let title = if it.entry.is_some() { format!("{} · {}", it.name, it.title) } else { it.name.clone() };
        line(&mut out, &format!("SUMMARY:{}", escape(&title)));
        line(&mut out, &format!("CATEGORIES:{}", escape(&it.kind)));
        line(&mut out, &format!("URL:{origin}/launches/{}", it.launch));
        line(&mut out, "END:VEVENT");
    }
    line(&mut out, "END:VCALENDAR");
    out
}

fn stamp(at: i64) -> String {
    let at = Timestamp::from_microsecond(at).unwrap_or(Timestamp::UNIX_EPOCH);
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

fn escape(text: &str) -> String {
    let plain = text.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,");
    plain.replace("\r\n", "\\n").replace(['\n', '\r'], "\\n")
}

/// One line, folded between characters.
fn line(out: &mut String, text: &str) {
    let mut room = LINE;
    for c in text.chars() {
        if c.len_utf8() > room {
            out.push_str("\r\n ");
            room = LINE - 1;
        }
        room -= c.len_utf8();
        out.push(c);
    }
    // Writing into a String can't fail.
    let _ = out.write_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_folded_between_characters_and_marks_are_escaped() {
        let mut out = String::new();
        line(&mut out, &format!("SUMMARY:{}", escape(&"é, ".repeat(40))));
        assert!(out.ends_with("\r\n") && out.lines().all(|it| it.len() <= LINE));
        assert_eq!(out.replace("\r\n ", "").trim_end(), format!("SUMMARY:{}", "é\\, ".repeat(40)).trim_end());
        assert_eq!(escape("a;b\\c\nd"), "a\\;b\\\\c\\nd");
        assert_eq!(stamp(1_795_093_560_000_000), "20261119T130600Z");
    }

    #[test]
    fn a_launch_takes_its_day_and_a_meeting_its_hour() {
        let paris = TimeZone::get("Europe/Paris").unwrap();
        // Thursday 19 November 2026, 0:00 in Paris.
        let midnight = 1_795_042_800_000_000;
        let dated = |at, entry: Option<crate::id::EntryId>| Dated {
            launch: crate::id::LaunchId::new(1),
            entry,
            kind: "meeting".to_owned(),
            title: "Sûreté".to_owned(),
            name: "Nébuleuse".to_owned(),
            at,
            done: false,
        };
        let both = [dated(midnight, None), dated(midnight + HOUR, Some(crate::id::EntryId::new(2)))];
        let body = calendar(&[], (&both, &paris), ("https://parvis.example", midnight));
        assert!(body.contains("DTSTART;VALUE=DATE:20261119\r\nSUMMARY:Nébuleuse\r\n"), "{body}");
        assert!(body.contains("DTSTART:20261119T000000Z\r\nDTEND:20261119T010000Z\r\n"), "{body}");
        assert!(body.contains("SUMMARY:Nébuleuse · Sûreté\r\n"), "{body}");
    }
}
