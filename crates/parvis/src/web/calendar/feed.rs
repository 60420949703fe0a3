//! The calendar for other programs: iCalendar (RFC 5545) at a private address. It shows what its owner may see now.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use parvis_write::ical::{self, Calendar, Event, Length, Moment};

use crate::app::App;
use crate::clock::DAY;
use crate::command;
use crate::command::post::fast::zone;
use crate::command::post::only;
use crate::rules::permission::Action;
use crate::store::launch::{self, Dated};
use crate::store::post::{self, Filter, Post};
use crate::web::error::Failure;

/// How far back and ahead the feed goes (µs).
const SPAN: (i64, i64) = (92 * DAY, 366 * DAY);
/// How long a post takes in a calendar: other programs hide what has no length.
const LENGTH: SignedDuration = SignedDuration::from_mins(15);
/// How long a meeting of a launch takes there.
const MEETING: SignedDuration = SignedDuration::from_hours(1);

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
    let stamp = |at: i64| Timestamp::from_microsecond(at).unwrap_or(Timestamp::UNIX_EPOCH);
    let mut calendar = Calendar { name: "Parvis".to_owned(), ..Calendar::default() };
    for it in posts {
        let Some(due) = it.due_at else { continue };
        let start = Moment::At(stamp(due));
        calendar.events.push(Event {
            length: Length::For(LENGTH),
            url: format!("{origin}/speak/{}", it.id),
            categories: vec![it.state.as_str().to_owned()],
            ..Event::new(&format!("{}@parvis", it.id), stamp(it.changed_at), start, &it.title)
        });
    }
    for it in dated {
        let at = stamp(it.at).to_zoned(zone.clone());
        let id = it.entry.map_or(it.launch.0, |id| id.0);
        let is_day = at.time() == Time::midnight();
        let start = if is_day { Moment::Day(at.date()) } else { Moment::At(at.timestamp()) };
        let title = if it.entry.is_some() { format!("{} · {}", it.name, it.title) } else { it.name.clone() };
        calendar.events.push(Event {
            length: if is_day { Length::Days(1) } else { Length::For(MEETING) },
            url: format!("{origin}/launches/{}", it.launch),
            categories: vec![it.kind.clone()],
            ..Event::new(&format!("{id}@parvis"), stamp(now), start, &title)
        });
    }
    ical::write(&calendar)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::HOUR;

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
        assert!(
            body.contains(
                "DTSTART;VALUE=DATE:20261119\r\nDTEND;VALUE=DATE:20261120\r\nSUMMARY:Nébuleuse\r\n"
            ),
            "{body}"
        );
        assert!(body.contains("DTSTART:20261119T000000Z\r\nDURATION:PT3600S\r\n"), "{body}");
        assert!(body.contains("SUMMARY:Nébuleuse · Sûreté\r\n"), "{body}");
    }
}
