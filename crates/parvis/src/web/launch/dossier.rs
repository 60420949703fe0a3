//! The dossier of a launch on one page: what is prepared, what is right, what is missing.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::form::day;
use super::post;
use crate::app::App;
use crate::command::launch as command;
use crate::id::{EntryId, LaunchId};
use crate::rules::launch::{Kind, State as Standing};
use crate::rules::permission::Action;
use crate::store::house::House;
use crate::store::launch::{self as room, Entry};
use crate::web::error::{Failure, page};
use crate::web::inbox::refusal;
use crate::web::language::{Language, Words};
use crate::web::layout::{Layout, Place};
use crate::web::session::Signed;

/// A thing of the dossier as it is shown.
struct Line {
    id: EntryId,
    of: Option<EntryId>,
    version: i64,
    title: String,
    text: String,
    language: String,
    audience: String,
    likely: String,
    grave: String,
    people: String,
    day: Option<String>,
    state: String,
    /// Name and initials of who looks after it.
    owner: Option<(String, String)>,
    validated: Option<String>,
    late: bool,
    /// Answers that began with it.
    uses: i64,
}

#[derive(Template)]
#[template(path = "launch/dossier.html")]
struct DossierPage {
    layout: Layout,
    id: LaunchId,
    state: &'static str,
    /// What can be done with it: the state it leads to.
    next: &'static str,
    say: String,
    summary: String,
    note: String,
    owner: String,
    all: Vec<(Kind, Vec<Line>)>,
    /// What is ready, and what there is.
    ready: (usize, usize),
    missing: Vec<String>,
    prepares: bool,
    /// Asks for material.
    asks: bool,
    validates: bool,
    listens: bool,
    posts: Vec<post::Line>,
    /// Brings ideas.
    proposes: bool,
}

impl DossierPage {
    fn of(&self, kind: Kind) -> &[Line] {
        self.all.iter().find(|(it, _)| *it == kind).map(|(_, lines)| lines.as_slice()).unwrap_or_default()
    }

    fn named(&self, kind: &str) -> &[Line] {
        Kind::parse(kind).map(|kind| self.of(kind)).unwrap_or_default()
    }

    fn faq<'a>(&'a self, audience: &'a str) -> impl Iterator<Item = &'a Line> {
        self.of(Kind::Faq).iter().filter(move |it| it.audience == audience)
    }

    fn answers<'a>(&'a self, problem: &'a EntryId) -> impl Iterator<Item = &'a Line> {
        self.of(Kind::Answer).iter().filter(move |it| it.of == Some(*problem))
    }
}

/// Days to go and days since, as the house writes them: `J−13`, `D+2`.
fn countdown(words: &Words, days: i32) -> String {
    let letter = if words.language == Language::Fr { 'J' } else { 'D' };
    match days {
        0 => letter.to_string(),
        days if days < 0 => format!("{letter}−{}", -days),
        days => format!("{letter}+{days}"),
    }
}

fn is_ready(it: &Entry) -> Option<bool> {
    match it.kind {
        kind if kind.is_said() => Some(it.validated_at.is_some()),
        kind if kind.has_progress() => Some(it.state == "done"),
        _ => None,
    }
}

fn line(signed: &Signed, house: &House, it: Entry, uses: &[(EntryId, i64)], now: i64) -> Line {
    let (words, days) = (&signed.words, signed.words.house());
    let name = |id| house.colleague(id).map(|it| it.name.clone());
    Line {
        id: it.id,
        of: it.of,
        version: it.version,
        late: is_ready(&it) == Some(false) && it.at.is_some_and(|at| days.days_ago(at, now) > 0),
        day: it.at.map(|at| {
            let has_hour = days.zoned(at).time() != jiff::civil::Time::midnight();
            if has_hour { days.moment(at, now) } else { days.day(at, now) }
        }),
        owner: it.owner.and_then(|id| house.colleague(id)).map(|it| (it.name.clone(), it.initials.clone())),
        validated: Option::zip(it.validated_by.and_then(name), it.validated_at)
            .map(|(who, at)| words.t2("launch-validated", "who", who, "when", words.moment(at, now))),
        uses: uses.iter().find(|(id, _)| *id == it.id).map_or(0, |(_, count)| *count),
        title: it.title,
        text: it.text,
        language: it.language,
        audience: it.audience,
        likely: it.likely,
        grave: it.grave,
        people: it.people,
        state: it.state,
    }
}

/// `GET /launches/{id}`
pub(super) async fn show(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<LaunchId>,
) -> Result<Response, Failure> {
    let (words, now, organisation) = (&signed.words, app.now(), signed.organisation.id);
    let mut conn = app.db.read().await?;
    let read = command::read(&mut conn, &signed.actor, id).await;
    let (it, entries) = read.map_err(|refused| refusal::failure(refused, words))?;
    let uses = room::uses(&mut conn, organisation, id).await?;
    let house = House::read(&mut conn, organisation).await?;
    let counted = entries.iter().filter_map(is_ready);
    let total = counted.clone().count();
    let ready = counted.filter(|it| *it).count();
    let missing = entries.iter().filter(|it| is_ready(it) == Some(false) && !it.title.is_empty());
    let missing = missing.take(3).map(|it| it.title.clone()).collect();
    let mut all: Vec<(Kind, Vec<Line>)> = Kind::ALL.map(|kind| (kind, Vec::new())).into();
    for entry in entries {
        if let Some((_, lines)) = all.iter_mut().find(|(kind, _)| *kind == entry.kind) {
            lines.push(line(&signed, &house, entry, &uses, now));
        }
    }
    let owner = house.colleague(it.owner).map(|it| it.name.clone()).unwrap_or_default();
    let context = it.starts_at.map_or_else(
        || words.t("launch-context"),
        |at| words.t1("launch-context-day", "when", countdown(words, words.house().days_ago(at, now))),
    );
    let posts = command::post::list(&mut conn, &app, &signed.actor, id).await;
    let posts = posts.map_err(|refused| refusal::failure(refused, words))?;
    let layout = Layout::of(&mut conn, &signed, Place::Launches, it.name.clone()).await?;
    page(&DossierPage {
        layout: layout.with_context(context),
        id,
        state: it.state.as_str(),
        next: if it.state == Standing::Open { "closed" } else { "open" },
        say: format!("{} · {}", words.named("launch-kind", &it.kind), day(words, &it, now)),
        summary: it.summary,
        note: it.note,
        owner,
        all,
        ready: (ready, total),
        missing,
        prepares: signed.actor.may(Action::PrepareLaunches),
        asks: signed.actor.may(Action::Schedule),
        validates: signed.actor.may(Action::ValidateAnswers),
        listens: signed.actor.may(Action::Listen),
        posts: post::lines(&signed, &house, posts, now),
        proposes: signed.actor.may(Action::Propose),
    })
}
