//! What the assistant proposed, as a part of a page: each text with what it counts for and what the charter says of it, under
//! a mark that says whose it is, with all that was sent. Every text is shown as text. Choosing one puts it into the field of
//! the person who asked.

use askama::Template;
use askama::filters::Safe;

use axum::http::StatusCode;
use axum::response::Response;

use super::asset::Icon;
use super::error::{Failure, page_with};
use super::inbox::refusal;
use super::language::Words;
use super::layout::{Layout, Place};
use super::session::Signed;
use crate::command::Refusal;
use crate::command::assistant::{Count, Proposed, Wording};
use crate::store::Conn;

/// A text that was proposed.
struct Line {
    text: String,
    /// What it counts for, and whether that is too much.
    counts: Vec<(String, bool)>,
    /// What the charter says of it, and whether that binds.
    remarks: Vec<(String, bool)>,
}

/// The proposals.
#[derive(Template)]
#[template(path = "proposals.html")]
pub(super) struct Proposals {
    words: Words,
    model: String,
    lines: Vec<Line>,
    /// All that was sent.
    sent: String,
    /// Where choosing one is sent to, and the text that it is put into.
    take: String,
    place: String,
    /// Why there are none, and what to do.
    problem: Option<String>,
}

impl Proposals {
    /// Of what was proposed, or why nothing was; choosing one posts it to `take` for the text at `place`.
    ///
    /// # Errors
    /// It was refused in a way that gets a page of its own.
    pub(super) fn of(
        words: &Words,
        (take, place): (String, String),
        found: Result<Proposed<Wording>, Refusal>,
    ) -> Result<Self, Failure> {
        let none = Self {
            words: words.clone(),
            model: String::new(),
            lines: Vec::new(),
            sent: String::new(),
            take,
            place,
            problem: None,
        };
        match found {
            Ok(it) => Ok(Self {
                lines: it.all.into_iter().map(|it| line(words, it)).collect(),
                sent: format!("{}\n\n{}", it.sent.task, it.sent.material),
                model: it.model,
                ..none
            }),
            Err(refused) => match refusal::said(&refused, words) {
                Some((_, said)) => Ok(Self { problem: Some(said), ..none }),
                None => Err(refusal::failure(refused, words)),
            },
        }
    }

    fn icon<'a>(&self, name: &'a str) -> Safe<Icon<'a>> {
        Safe(Icon::new(name, "s"))
    }
}

/// The proposals on a page of their own, for browsers without scripts; scripts take the part that they need.
#[derive(Template)]
#[template(path = "proposed.html")]
struct ProposedPage {
    layout: Layout,
    back: String,
    /// What goes along with the one that is chosen.
    fields: Vec<(String, String)>,
    proposals: Proposals,
}

/// The page of what was proposed, from which `back` leads to where it was asked for.
///
/// # Errors
/// The database refused.
pub(super) async fn proposed(
    conn: &mut Conn,
    signed: &Signed,
    place: Place,
    (title, back): (String, String),
    (fields, proposals): (Vec<(String, String)>, Proposals),
) -> Result<Response, Failure> {
    let failed = proposals.problem.is_some();
    let layout = Layout::of(conn, signed, place, title).await?;
    let status = if failed { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    page_with(status, &ProposedPage { layout, back, fields, proposals })
}

fn line(words: &Words, it: Wording) -> Line {
    let number = |it: usize| words.number(i64::try_from(it).unwrap_or(i64::MAX));
    let count =
        |it: &Count| (format!("{} {} / {}", it.name, number(it.count), number(it.max)), it.count > it.max);
    let mut remarks: Vec<(String, bool)> = Vec::new();
    for remark in &it.remarks {
        let (why, remedy) = words.remark(remark);
        let said = (format!("{why} {remedy}"), remark.must);
        if !remarks.contains(&said) {
            remarks.push(said);
        }
    }
    Line { counts: it.counts.iter().map(count).collect(), remarks, text: it.text }
}
