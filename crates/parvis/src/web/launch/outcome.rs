//! What was foreseen of a launch against what came, on one page.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use url::form_urlencoded;

use crate::app::App;
use crate::command::launch::outcome::{self as command, Foreseen, Lacks, Outcome};
use crate::id::LaunchId;
use crate::rules::launch::Kind;
use crate::rules::permission::Action;
use crate::store::house::House;
use crate::web::error::{Failure, page};
use crate::web::inbox::refusal;
use crate::web::language::Words;
use crate::web::layout::{Layout, Place};
use crate::web::quote::{Group, Said, groups, said};
use crate::web::session::Signed;

/// Quotes below one line at most.
const QUOTES: usize = 20;

/// A problem or a question, and who spoke of it.
struct Line {
    href: String,
    title: String,
    likely: String,
    grave: String,
    count: String,
    came: bool,
    /// From when to when.
    span: String,
    uses: i64,
    quotes: Vec<Said>,
}

/// What was laid side by side.
struct Sides {
    /// In a sentence.
    say: String,
    problems: Vec<Line>,
    /// Questions that were asked, and those that weren't.
    questions: (Vec<Line>, Vec<Line>),
    /// What nobody had foreseen, each with the address at which it is written down.
    unforeseen: Vec<(Group, Option<String>)>,
}

#[derive(Template)]
#[template(path = "launch/outcome.html")]
struct OutcomePage {
    layout: Layout,
    id: LaunchId,
    since: String,
    sides: Option<Sides>,
    lacks: &'static str,
    prepares: bool,
}

/// `GET /launches/{id}/outcome`
pub(super) async fn show(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<LaunchId>,
) -> Result<Response, Failure> {
    let (words, now) = (&signed.words, app.now());
    let read = command::of(&app, &signed.actor, id).await;
    let (it, found) = read.map_err(|refused| refusal::failure(refused, words))?;
    let mut conn = app.db.read().await?;
    let house = House::read(&mut conn, signed.organisation.id).await?;
    let layout = Layout::of(&mut conn, &signed, Place::Launches, words.t("launch-outcome")).await?;
    let prepares = signed.actor.may(Action::PrepareLaunches);
    let (since, sides, lacks) = match found {
        Ok(found) => (span(words, &found, now), Some(sides(words, &house, id, found, (prepares, now))), ""),
        Err(Lacks::Opening) => (String::new(), None, "opening"),
        Err(Lacks::Watch) => (String::new(), None, "watch"),
    };
    page(&OutcomePage { layout: layout.with_context(it.name), id, since, sides, lacks, prepares })
}

fn span(words: &Words, it: &Outcome, now: i64) -> String {
    let words = words.house();
    let from = words.day(it.from, now);
    match it.until {
        Some(until) => words.t2("launch-outcome-between", "from", from, "until", words.day(until, now)),
        None => words.t1("launch-outcome-since", "from", from),
    }
}

fn sides(words: &Words, house: &House, id: LaunchId, it: Outcome, (prepares, now): (bool, i64)) -> Sides {
    let (Outcome { quotes, foreseen, unforeseen, .. }, days) = (it, words.house());
    let line = |it: &Foreseen| {
        let came: Vec<_> = it.came.iter().filter_map(|place| quotes.get(*place)).collect();
        let ends = came.last().zip(came.first());
        Line {
            href: format!("/launches/{id}/entries/{}", it.entry.id),
            title: it.entry.title.clone(),
            likely: it.entry.likely.clone(),
            grave: it.entry.grave.clone(),
            count: words.t1("launch-outcome-messages", "count", came.len()),
            came: !came.is_empty(),
            span: ends.map_or_else(String::new, |(first, last)| {
                let (first, last) = (days.day(first.sent_at, now), days.day(last.sent_at, now));
                if first == last { first } else { format!("{first} – {last}") }
            }),
            uses: it.uses,
            quotes: came.iter().take(QUOTES).map(|it| said(words, house, it, now)).collect(),
        }
    };
    let of = |kind: Kind| {
        let mut lines: Vec<(usize, Line)> =
            foreseen.iter().filter(|it| it.entry.kind == kind).map(|it| (it.came.len(), line(it))).collect();
        // What came most stands first; what didn't come keeps the order of the dossier.
        lines.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
        lines.into_iter().map(|(_, line)| line).collect::<Vec<_>>()
    };
    let problems = of(Kind::Problem);
    let write_down = |group: &Group, words: &[String]| {
        let pairs =
            form_urlencoded::Serializer::new(String::new()).append_pair("title", &words.join(" ")).finish();
        (prepares && !words.is_empty() && !group.title.is_empty())
            .then(|| format!("/launches/{id}/new/problem?{pairs}"))
    };
    let names: Vec<Vec<String>> = unforeseen.themes.iter().map(|it| it.words.clone()).collect();
    let left = groups(words, house, &unforeseen, now).into_iter().zip(&names).map(|(group, names)| {
        let href = write_down(&group, names);
        (group, href)
    });
    Sides {
        say: [
            words.t2(
                "launch-outcome-problems",
                "came",
                problems.iter().filter(|it| it.came).count(),
                "all",
                problems.len(),
            ),
            words.t2(
                "launch-outcome-foreseen",
                "count",
                quotes.len() - unforeseen.quotes.len(),
                "all",
                quotes.len(),
            ),
        ]
        .join(" "),
        unforeseen: left.collect(),
        questions: of(Kind::Faq).into_iter().partition(|it| it.came),
        problems,
    }
}
