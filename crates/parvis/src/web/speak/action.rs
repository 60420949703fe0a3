//! What is done to a post: every form posts to its own address and comes back to where it was. The commands
//! decide; this file only reads forms.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::DateTime;
use jiff::tz::AmbiguousOffset;
use serde::Deserialize;

use super::compose;
use crate::app::App;
use crate::command::post::words::Words as Text;
use crate::command::post::{self as command, With};
use crate::command::{Refusal, Result as Commanded};
use crate::id::{ColleagueId, PostId};
use crate::rules::post::Step;
use crate::web::error::Failure;
use crate::web::form;
use crate::web::inbox::refusal;
use crate::web::language::Words;
use crate::web::session::Signed;

pub(super) type Answer = Result<Response, Failure>;

/// A step, with what it asks for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    step: String,
    reason: String,
    /// A time of the reader's clock, as browsers send it: `2026-12-02T18:30`.
    at: String,
    /// The hour that was proposed and pressed, instead of `at`.
    pick: String,
    writer: String,
    next: String,
}

impl Asked {
    fn hour(&self) -> &str {
        if self.pick.is_empty() { &self.at } else { &self.pick }
    }
}

/// An hour of the reader's clock (µs), as browsers send it. The hour that a change of clocks leaves out is none; of the hour that
/// comes twice the first is meant.
pub(in crate::web) fn moment(text: &str, words: &Words) -> Option<i64> {
    let at: DateTime = text.trim().parse().ok()?;
    let found = words.reader_zone.to_ambiguous_zoned(at);
    if matches!(found.offset(), AmbiguousOffset::Gap { .. }) {
        return None;
    }
    Some(found.compatible().ok()?.timestamp().as_microsecond())
}

/// `POST /speak/{id}/step`
pub(super) async fn step(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<PostId>,
    Query(query): Query<Asked>,
    Form(form): Form<Asked>,
) -> Answer {
    let name = if form.step.is_empty() { &query.step } else { &form.step };
    let result = take(&app, &signed, id, name, &form).await;
    let next = if form.next.is_empty() { format!("/speak/{id}") } else { form::next(&form.next).to_owned() };
    match result {
        Ok(step) => {
            let mark = if next.contains('?') { '&' } else { '?' };
            Ok(Redirect::to(&format!("{next}{mark}done={}&on={id}", step.as_str())).into_response())
        }
        Err(refused) => again(&app, &signed, id, refused).await,
    }
}

/// `POST /speak/{id}/plan`: the hour that is meant; an empty one for none.
pub(super) async fn plan(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<PostId>,
    Form(form): Form<Asked>,
) -> Answer {
    let next = if form.next.is_empty() { format!("/speak/{id}") } else { form::next(&form.next).to_owned() };
    let result = match hour(form.hour(), &signed.words) {
        Ok(at) => command::plan::plan(&app, &signed.actor, id, at).await,
        Err(refused) => Err(refused),
    };
    match result {
        Ok(()) => Ok(Redirect::to(&next).into_response()),
        Err(refused) => again(&app, &signed, id, refused).await,
    }
}

/// The hour of a form; nothing for an empty field.
fn hour(text: &str, words: &Words) -> Commanded<Option<i64>> {
    match text {
        "" => Ok(None),
        text => {
            let no_hour = Refusal::Invalid { field: "post", code: "no-hour" };
            moment(text, words).map(Some).ok_or(no_hour)
        }
    }
}

async fn take(app: &App, signed: &Signed, id: PostId, name: &str, form: &Asked) -> Commanded<Step> {
    let step = Step::parse(name).ok_or(Refusal::Invalid { field: "step", code: "unknown" })?;
    let at = hour(form.hour(), &signed.words)?;
    let writer = match form.writer.as_str() {
        "" => None,
        text => {
            let unknown = Refusal::Invalid { field: "writer", code: "unknown" };
            Some(text.parse::<ColleagueId>().map_err(|_| unknown)?)
        }
    };
    let with = With { reason: form.reason.clone(), at, writer };
    command::take(app, &signed.actor, id, step, with).await?;
    Ok(step)
}

/// The page of the post, with what has to be mended above it.
pub(super) async fn again(app: &App, signed: &Signed, id: PostId, refused: Refusal) -> Answer {
    match refusal::said(&refused, &signed.words) {
        Some((status, text)) => compose::page_of(app, signed, id, Some((status, text)), None).await,
        None => Err(refusal::failure(refused, &signed.words)),
    }
}

pub(super) async fn back(app: &App, signed: &Signed, id: PostId, result: Commanded<()>) -> Answer {
    match result {
        Ok(()) => Ok(Redirect::to(&format!("/speak/{id}")).into_response()),
        Err(refused) => again(app, signed, id, refused).await,
    }
}

/// `POST /speak/{id}/describe`
pub(super) async fn describe(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<PostId>,
    Form(form): Form<super::idea::Fields>,
) -> Answer {
    let result = match form.read(&signed.words) {
        Ok(idea) => command::describe(&app, &signed.actor, id, idea).await,
        Err(refused) => Err(refused),
    };
    back(&app, &signed, id, result).await
}

/// The words of a form: `text`, `first_comment`, `warning`, `version`, `campaign`, `assistant`; for each channel `to`, `tag`, `thread` and
/// what it has of its own, `own-ID` and `first_comment-ID`.
pub(super) fn words_of(pairs: Vec<(String, String)>) -> Commanded<Text> {
    let unreadable = |field| Refusal::Invalid { field, code: "unreadable" };
    let mut text = Text::default();
    for (name, value) in pairs {
        // Browsers send line ends as CR LF; networks count one.
        let value = value.replace("\r\n", "\n");
        match name.as_str() {
            "text" => text.text = value,
            "warning" => text.warning = value,
            "version" => text.version = value.parse().map_err(|_| unreadable("version"))?,
            "campaign" => text.campaign = value,
            "assistant" => text.assistant = value,
            "first_comment" => text.first_comment = value,
            "tag" => text.tagged.push(value.parse().map_err(|_| unreadable("channels"))?),
            "thread" => text.threaded.push(value.parse().map_err(|_| unreadable("channels"))?),
            "to" => text.channels.push(value.parse().map_err(|_| unreadable("channels"))?),
            _ => {
                let own = [("own-", &mut text.own_texts), ("first_comment-", &mut text.own_first_comments)];
                for (begins, own) in own {
                    if let Some(id) = name.strip_prefix(begins) {
                        own.insert(id.parse().map_err(|_| unreadable("channels"))?, value.clone());
                    }
                }
            }
        }
    }
    Ok(text)
}

/// `POST /speak/{id}/text`
pub(super) async fn rewrite(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<PostId>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Answer {
    let then = pairs.iter().find(|(name, _)| name == "then").map(|(_, value)| value.clone());
    let form = pairs.clone();
    let text = match words_of(pairs) {
        Ok(text) => text,
        Err(refused) => return again(&app, &signed, id, refused).await,
    };
    match command::words::rewrite(&app, &signed.actor, id, &text).await {
        Ok(_) if then.as_deref() == Some("rush") => super::fast::rush_with(&app, &signed, id, &form).await,
        Ok(_) if then.as_deref() == Some("submit") => {
            match command::take(&app, &signed.actor, id, Step::Submit, With::default()).await {
                Ok(_) => Ok(Redirect::to(&format!("/speak/{id}?done=submit&on={id}")).into_response()),
                Err(refused) => again(&app, &signed, id, refused).await,
            }
        }
        Ok(_) => Ok(Redirect::to(&format!("/speak/{id}?done=rewrite")).into_response()),
        // Somebody has saved since: both texts are shown, and nothing is lost.
        Err(Refusal::Changed) => {
            let said = signed.words.t("post-conflict");
            compose::page_of(&app, &signed, id, Some((StatusCode::CONFLICT, said)), None).await
        }
        // What can't be saved stands in the form again.
        Err(refused) => match refusal::said(&refused, &signed.words) {
            Some(problem) => compose::page_of(&app, &signed, id, Some(problem), Some(text)).await,
            None => Err(refusal::failure(refused, &signed.words)),
        },
    }
}

/// `POST /speak/{id}/draft`: while somebody types.
pub(super) async fn keep_draft(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<PostId>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Answer {
    let result = match words_of(pairs) {
        Ok(text) => command::words::keep_draft(&app, &signed.actor, id, &text).await,
        Err(refused) => Err(refused),
    };
    result.map_err(|refused| refusal::failure(refused, &signed.words))?;
    let at = signed.words.clock(app.now());
    Ok(signed.words.t1("post-draft-kept", "at", at).into_response())
}

/// `POST /speak/{id}/draft/drop`
pub(super) async fn drop_draft(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<PostId>,
) -> Answer {
    let result = command::words::drop_draft(&app, &signed.actor, id).await;
    back(&app, &signed, id, result).await
}

/// `POST /speak/{id}/tick`: a line of the checklist.
pub(super) async fn tick(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<PostId>,
    Form(form): Form<HashMap<String, String>>,
) -> Answer {
    let field = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    let result = command::look::tick(&app, &signed.actor, id, field("item"), field("on") == "yes").await;
    back(&app, &signed, id, result).await
}

/// `POST /speak/{id}/comment`
pub(super) async fn comment(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<PostId>,
    Form(form): Form<HashMap<String, String>>,
) -> Answer {
    let text = form.get("text").map(String::as_str).unwrap_or_default();
    let result = command::look::comment(&app, &signed.actor, id, text).await.map(drop);
    back(&app, &signed, id, result).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::language::Language;

    #[test]
    fn an_hour_that_the_clocks_leave_out_is_none_and_one_that_comes_twice_is_the_first() {
        let words = Words::new(Language::Fr, "Europe/Paris");
        let at = |text| moment(text, &words).map(|at| words.zoned(at).to_string());
        assert_eq!(at("2026-12-02T18:30").as_deref(), Some("2026-12-02T18:30:00+01:00[Europe/Paris]"));
        assert_eq!(at("2027-03-28T02:30"), None);
        assert_eq!(at("2026-10-25T02:30").as_deref(), Some("2026-10-25T02:30:00+02:00[Europe/Paris]"));
        assert_eq!(at("yesterday"), None);
    }

    #[test]
    fn an_hour_that_is_typed_is_meant_by_the_readers_clock_and_its_changes() {
        let words = Words::new(Language::Fr, "Europe/Paris").seen_from(Some("America/Montreal"), 0);
        let at = |text| moment(text, &words).map(|at| words.house().zoned(at).datetime().to_string());
        assert_eq!(at("2026-12-02T18:30").as_deref(), Some("2026-12-03T00:30:00"));
        // The hour that Montréal leaves out, and the one that only Paris does.
        assert_eq!(at("2027-03-14T02:30"), None);
        assert_eq!(at("2027-03-28T02:30").as_deref(), Some("2027-03-28T08:30:00"));
        // The hour that comes twice in Montréal: the first; the one that comes twice in Paris is one there.
        assert_eq!(at("2026-11-01T01:30").as_deref(), Some("2026-11-01T06:30:00"));
        assert_eq!(at("2026-10-25T02:30").as_deref(), Some("2026-10-25T07:30:00"));
        let words = Words::new(Language::Fr, "Europe/Paris").seen_from(Some("Asia/Kolkata"), 0);
        let noon =
            moment("2026-12-02T12:00", &words).map(|at| words.house().zoned(at).datetime().to_string());
        assert_eq!(noon.as_deref(), Some("2026-12-02T07:30:00"));
    }
}
