//! What people do with a conversation: every action is a plain form that posts to its own address and comes
//! back to the list it came from. The commands decide; this file only reads forms.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::ToSpan;
use jiff::civil::DateTime;
use serde::Deserialize;

use super::filter::{Asked, address};
use super::{Problem, back, refusal};
use crate::app::App;
use crate::clock::HOUR;
use crate::command::{Done, Refusal, triage, undo};
use crate::id::{ColleagueId, ConversationId, JournalId, TagId};
use crate::web::error::Failure;
use crate::web::language::Words;
use crate::web::session::Signed;

type Answer = Result<Response, Failure>;
type Id = Path<ConversationId>;

async fn finish(
    app: &App,
    signed: &Signed,
    asked: &Asked,
    id: ConversationId,
    moves_on: bool,
    result: Result<Done, Refusal>,
) -> Answer {
    let refused = match result {
        Ok(done) => return Ok(back(asked, done, moves_on)),
        Err(refused) => refused,
    };
    match refusal::said(&refused, &signed.words) {
        Some((status, text)) => {
            super::show(app, signed, asked, Some(id), Some(Problem { status, text, answered: None })).await
        }
        None => Err(refusal::failure(refused, &signed.words)),
    }
}

/// `POST /inbox/{id}/take`
pub async fn take(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Id,
    Query(asked): Query<Asked>,
) -> Answer {
    let result = triage::take(&app, &signed.actor, id).await;
    finish(&app, &signed, &asked, id, false, result).await
}

/// To whom.
#[derive(Deserialize)]
pub struct To {
    #[serde(default)]
    colleague: String,
    #[serde(default)]
    desk: String,
    #[serde(default)]
    note: String,
}

/// `POST /inbox/{id}/assign`: to a colleague, or to nobody when the field is empty.
pub async fn assign(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Id,
    Query(asked): Query<Asked>,
    Form(form): Form<To>,
) -> Answer {
    let to = match form.colleague.as_str() {
        "" => Ok(None),
        text => text.parse::<ColleagueId>().map(Some),
    };
    let result = match to {
        Ok(to) => triage::assign(&app, &signed.actor, id, to).await,
        Err(_) => Err(Refusal::Invalid { field: "colleague", code: "unknown" }),
    };
    finish(&app, &signed, &asked, id, false, result).await
}

/// `POST /inbox/{id}/hand-over`: to a desk, a colleague, or both.
pub async fn hand_over(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Id,
    Query(asked): Query<Asked>,
    Form(form): Form<To>,
) -> Answer {
    let to = triage::HandOver {
        desk: form.desk.parse().ok(),
        colleague: form.colleague.parse().ok(),
        note: form.note.replace("\r\n", "\n"),
    };
    let result = triage::hand_over(&app, &signed.actor, id, to).await;
    finish(&app, &signed, &asked, id, true, result).await
}

/// Until when.
#[derive(Deserialize)]
pub struct Snooze {
    #[serde(default)]
    preset: String,
    #[serde(default)]
    until: String,
}

/// `POST /inbox/{id}/snooze`: until a named time, or a time of the reader's clock.
pub async fn snooze(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Id,
    Query(asked): Query<Asked>,
    Form(form): Form<Snooze>,
) -> Answer {
    let until = match form.preset.as_str() {
        "" => moment(&form.until, &signed.words),
        preset => named(preset, &signed.words, app.now()),
    };
    let result = match until {
        Some(until) => triage::snooze(&app, &signed.actor, id, until).await,
        None => Err(Refusal::Invalid { field: "until", code: "not-ahead" }),
    };
    finish(&app, &signed, &asked, id, true, result).await
}

/// A time as browsers send it (`2026-11-22T09:00`), on the reader's clock (µs).
fn moment(text: &str, words: &Words) -> Option<i64> {
    let at: DateTime = text.parse().ok()?;
    Some(at.to_zoned(words.reader_zone.clone()).ok()?.timestamp().as_microsecond())
}

/// The times that are offered, from `now` (µs), on the reader's clock: in an hour, this evening or tomorrow evening at six,
/// tomorrow at nine, next Monday at nine.
pub fn named(preset: &str, words: &Words, now: i64) -> Option<i64> {
    let here = words.zoned(now);
    let (days, hour) = match preset {
        "hour" => return Some(now + HOUR),
        "evening" => (i64::from(here.hour() >= 18), 18),
        "tomorrow" => (1, 9),
        "monday" => (7 - i64::from(here.weekday().to_monday_zero_offset()), 9),
        _ => return None,
    };
    let at = here.date().checked_add(days.days()).ok()?.at(hour, 0, 0, 0);
    Some(at.to_zoned(words.reader_zone.clone()).ok()?.timestamp().as_microsecond())
}

/// `POST /inbox/{id}/close`
pub async fn close(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Id,
    Query(asked): Query<Asked>,
) -> Answer {
    let result = triage::close(&app, &signed.actor, id).await;
    finish(&app, &signed, &asked, id, true, result).await
}

/// `POST /inbox/{id}/reopen`
pub async fn reopen(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Id,
    Query(asked): Query<Asked>,
) -> Answer {
    let result = triage::reopen(&app, &signed.actor, id).await;
    finish(&app, &signed, &asked, id, false, result).await
}

/// Urgent or not.
#[derive(Deserialize)]
pub struct Urgent {
    #[serde(default)]
    urgent: String,
}

/// `POST /inbox/{id}/urgent`
pub async fn urgent(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Id,
    Query(asked): Query<Asked>,
    Form(form): Form<Urgent>,
) -> Answer {
    let result = triage::mark_urgent(&app, &signed.actor, id, form.urgent == "yes").await;
    finish(&app, &signed, &asked, id, false, result).await
}

/// Which tag.
#[derive(Deserialize)]
pub struct Tagged {
    #[serde(default)]
    name: String,
}

/// `POST /inbox/{id}/tag`: a tag by its name, made when there is none.
pub async fn tag(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Id,
    Query(asked): Query<Asked>,
    Form(form): Form<Tagged>,
) -> Answer {
    let result = triage::tag(&app, &signed.actor, id, &form.name).await;
    finish(&app, &signed, &asked, id, false, result).await
}

/// `POST /inbox/{id}/untag/{tag}`
pub async fn untag(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path((id, tag)): Path<(ConversationId, TagId)>,
    Query(asked): Query<Asked>,
) -> Answer {
    let result = triage::untag(&app, &signed.actor, id, tag).await;
    finish(&app, &signed, &asked, id, false, result).await
}

/// Which other conversation.
#[derive(Deserialize)]
pub struct Into {
    #[serde(default)]
    into: String,
}

/// `POST /inbox/{id}/merge`: into another conversation of the same channel, by id or by its address.
pub async fn merge(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Id,
    Query(asked): Query<Asked>,
    Form(form): Form<Into>,
) -> Answer {
    let text = form.into.trim();
    let last = text.split(['?', '#']).next().unwrap_or_default().rsplit('/').next().unwrap_or_default();
    let result = match last.parse() {
        Ok(into) => triage::merge(&app, &signed.actor, id, into).await,
        Err(_) => Err(Refusal::Invalid { field: "into", code: "unknown" }),
    };
    finish(&app, &signed, &asked, id, false, result).await
}

/// `POST /undo/{journal}`: takes one change back.
pub async fn undo_one(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(journal): Path<JournalId>,
    Query(asked): Query<Asked>,
) -> Answer {
    undone(&app, &signed, &asked, undo::undo(&app, &signed.actor, journal).await).await
}

/// `POST /undo`: takes back the reader's newest change that still can be.
pub async fn undo_last(State(app): State<Arc<App>>, signed: Signed, Query(asked): Query<Asked>) -> Answer {
    undone(&app, &signed, &asked, undo::last(&app, &signed.actor).await).await
}

async fn undone(app: &App, signed: &Signed, asked: &Asked, result: Result<Done, Refusal>) -> Answer {
    let (status, text) = match result {
        Ok(done) => {
            let path = format!("/inbox/{}", done.conversation);
            let to = address(&path, &asked.query(), &[("done", &done.journal.to_string())]);
            return Ok(Redirect::to(&to).into_response());
        }
        Err(Refusal::NotFound) => (axum::http::StatusCode::NOT_FOUND, signed.words.t("undo-nothing")),
        Err(refused) => match refusal::said(&refused, &signed.words) {
            Some(told) => told,
            None => return Err(refusal::failure(refused, &signed.words)),
        },
    };
    super::show(app, signed, asked, None, Some(Problem { status, text, answered: None })).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::language::Language;

    #[test]
    fn snoozes_end_on_the_readers_clock_across_the_change_of_hour() {
        let words = Words::new(Language::Fr, "Europe/Paris");
        // Saturday 24 October 2026, 20.30 in Paris (UTC+2); on Sunday the clocks go back.
        let now = moment("2026-10-24T20:30", &words).unwrap();
        let at = |preset| words.zoned(named(preset, &words, now).unwrap()).datetime().to_string();
        assert_eq!(at("hour"), "2026-10-24T21:30:00");
        assert_eq!(at("evening"), "2026-10-25T18:00:00");
        assert_eq!(at("tomorrow"), "2026-10-25T09:00:00");
        assert_eq!(at("monday"), "2026-10-26T09:00:00");
        assert_eq!(named("never", &words, now), None);
    }
}
