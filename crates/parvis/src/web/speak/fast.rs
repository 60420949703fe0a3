//! The fast lane on the page of a post: why it is urgent, who was asked, what became of it, and taking it back.

pub(super) mod check;
pub(super) mod lane;
pub(super) mod review;

use std::sync::Arc;

use askama::Template;
use askama::filters::Safe;
use axum::extract::{Path, State as Ask};
use axum::response::{IntoResponse, Redirect};
use axum_extra::extract::Form;
use serde::Deserialize;

use super::action::{Answer, again, back};
use super::compose::Line;
use crate::app::App;
use crate::clock::SECOND;
use crate::command::post::fast::{self as command, lane as setting};
use crate::id::{FastId, PostId};
use crate::rules::fast::{Closed, FastState};
use crate::rules::permission::Action;
use crate::rules::post::State;
use crate::store::fast::{self, Fast};
use crate::store::house::House;
use crate::store::post::Post;
use crate::store::{self, Conn};
use crate::web::asset::Icon;
use crate::web::language::Words;
use crate::web::session::Signed;

/// What somebody says who uses the fast lane.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    why: String,
    tick: Vec<String>,
}

/// `POST /speak/{id}/rush`: of an idea, and of words that are saved.
pub(super) async fn rush(
    Ask(app): Ask<Arc<App>>,
    signed: Signed,
    Path(id): Path<PostId>,
    Form(form): Form<Asked>,
) -> Answer {
    match command::rush(&app, &signed.actor, id, &form.why, &form.tick).await {
        Ok(_) => Ok(Redirect::to(&format!("/speak/{id}?done=rush")).into_response()),
        Err(refused) => again(&app, &signed, id, refused).await,
    }
}

/// The same with the words of the form, which have just been saved.
pub(super) async fn rush_with(app: &App, signed: &Signed, id: PostId, form: &[(String, String)]) -> Answer {
    let of = |name: &str| form.iter().filter(|it| it.0 == name).map(|it| it.1.clone()).collect::<Vec<_>>();
    let why = of("why").into_iter().next().unwrap_or_default();
    match command::rush(app, &signed.actor, id, &why, &of("tick")).await {
        Ok(_) => Ok(Redirect::to(&format!("/speak/{id}?done=rush")).into_response()),
        Err(refused) => again(app, signed, id, refused).await,
    }
}

/// `POST /speak/{id}/recall`
pub(super) async fn recall(Ask(app): Ask<Arc<App>>, signed: Signed, Path(id): Path<PostId>) -> Answer {
    let result = command::recall(&app, &signed.actor, id).await.map(drop);
    back(&app, &signed, id, result).await
}

/// A reader who was asked.
pub(super) struct Reader {
    name: String,
    at: String,
    told: String,
    /// The letter didn't arrive.
    bad: bool,
}

/// The fast lane beside a post's words.
#[derive(Template)]
#[template(path = "speak/fast/box.html")]
pub(super) struct Beside {
    words: Words,
    id: PostId,
    /// Class, icon and words of where the newest try stands.
    stands: Option<(&'static str, &'static str, String)>,
    why: String,
    answer: Option<String>,
    readers: Vec<Reader>,
    /// `begin` for an idea, `ask` for words, or nothing.
    offers: &'static str,
    closed: Option<String>,
    means: String,
    /// The lines of the checklist that nobody has ticked, for who may.
    lines: Vec<(&'static str, String)>,
    recalls: bool,
    /// This reader is asked: where they answer.
    check: Option<FastId>,
}

impl Beside {
    fn icon<'a>(&self, name: &'a str) -> Safe<Icon<'a>> {
        Safe(Icon::new(name, "s"))
    }

    /// What there is to show of it; `None` where the house has no fast lane, or none for this reader.
    pub(super) async fn of(
        conn: &mut Conn,
        signed: &Signed,
        house: &House,
        it: &Post,
        lines: &[Line],
        now: i64,
    ) -> store::Result<Option<Self>> {
        let words = &signed.words;
        let run = fast::newest(conn, signed.organisation.id, it.id).await?;
        let lane = setting::lane(conn, signed.organisation.id).await?;
        let in_hand = matches!(it.state, State::Idea | State::Kept | State::ToWrite | State::ToValidate);
        let waits = run.as_ref().is_some_and(|it| it.state == FastState::Asked);
        let could = in_hand && !waits && it.validated_by.is_none() && signed.actor.may(Action::Write);
        let open = if could { Some(command::open(conn, &signed.actor, it, now).await?) } else { None };
        let closed = match &open {
            Some(Err(Closed::Off | Closed::Person)) | None => None,
            Some(Err(why)) => Some(words.named("refusal-fast", why.code())),
            Some(Ok(_)) => None,
        };
        let is_open = matches!(open, Some(Ok(_)));
        if run.is_none() && !is_open && closed.is_none() {
            return Ok(None);
        }
        let readers = match &run {
            Some(run) => readers(conn, signed, house, run, now).await?,
            None => Vec::new(),
        };
        let check = match &run {
            Some(run) if command::is_asked(conn, &signed.actor, run, it).await? => Some(run.id),
            _ => None,
        };
        let offers = match it.state {
            State::Idea | State::Kept if is_open => "begin",
            State::ToWrite | State::ToValidate if is_open => "ask",
            _ => "",
        };
        let looks = signed.actor.may(Action::Look);
        let to_tick = lines.iter().filter(|line| looks && line.by.is_none());
        let over = matches!(it.state, State::Scheduled) && it.released_at.is_none();
        Ok(Some(Self {
            id: it.id,
            stands: run.as_ref().map(|run| stands(words, house, it, run, now)),
            why: run.as_ref().map(|it| it.reason.clone()).unwrap_or_default(),
            answer: run.as_ref().and_then(|it| it.answer.clone()),
            readers,
            offers,
            closed,
            means: words.t1("fast-means", "delay", words.span(lane.delay * SECOND)),
            lines: to_tick.map(|line| (line.item, line.name.clone())).collect(),
            recalls: over
                && run.as_ref().is_some_and(|run| {
                    run.state == FastState::Yes && command::is_party(&signed.actor, run, it)
                }),
            check,
            words: words.clone(),
        }))
    }
}

/// Where a try stands, for the chip.
pub(super) fn stands(
    words: &Words,
    house: &House,
    it: &Post,
    run: &Fast,
    now: i64,
) -> (&'static str, &'static str, String) {
    let who = run.answered_by.and_then(|id| house.colleague(id)).map_or("", |it| it.name.as_str());
    let at = run.answered_at.map(|at| words.moment(at, now)).unwrap_or_default();
    match run.state {
        FastState::Writing => ("act", "pen", words.t("fast-stands-writing")),
        FastState::Asked => ("wait", "clock", words.t("fast-stands-asked")),
        FastState::Yes if it.published_at.is_some() => {
            ("ok", "check2", words.t2("fast-stands-left", "who", who, "at", at))
        }
        FastState::Yes => ("ok", "check2", words.t2("fast-stands-yes", "who", who, "at", at)),
        FastState::No => ("alert", "undo", words.t2("fast-stands-no", "who", who, "at", at)),
        FastState::Silent => ("wait", "info", words.t("fast-stands-silent")),
        FastState::Void => ("", "info", words.t("fast-stands-void")),
    }
}

async fn readers(
    conn: &mut Conn,
    signed: &Signed,
    house: &House,
    run: &Fast,
    now: i64,
) -> store::Result<Vec<Reader>> {
    let words = &signed.words;
    let all = fast::asks(conn, signed.organisation.id, run.id).await?;
    let reader = |it: fast::Ask| Reader {
        name: house.colleague(it.colleague).map_or_else(String::new, |it| it.name.clone()),
        at: words.moment(it.at, now),
        told: words.named("fast-told", &it.told),
        bad: matches!(it.told.as_str(), "failed" | "unknown"),
    };
    Ok(all.into_iter().map(reader).collect())
}
