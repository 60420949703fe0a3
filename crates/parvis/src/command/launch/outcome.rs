//! What was foreseen of a launch against what came: what the public said since it was opened, as its watch hears it, laid
//! beside the problems and questions of its dossier.

use serde::Serialize;

use crate::app::App;
use crate::command::insight::{self, Mine};
use crate::command::{Refusal, Result, allow};
use crate::id::{EntryId, LaunchId, WatchId};
use crate::rules::launch::Kind;
use crate::rules::permission::{Action, Actor};
use crate::rules::suggest::{Candidate, Prepared};
use crate::store::insight::{Asked, Quote};
use crate::store::launch::{self as room, Entry, Launch};
use crate::store::watch;

/// What came of a launch.
pub struct Outcome {
    /// What the public said, newest first.
    pub quotes: Vec<Quote>,
    /// Its problems and questions, with the places in `quotes` of what is about each; in the order of the dossier.
    pub foreseen: Vec<Foreseen>,
    /// Groups of what nobody had foreseen, the largest first; what stands alone last.
    pub unforeseen: Mine,
    /// Since when (µs).
    pub from: i64,
    /// Until when, where it is over (µs).
    pub until: Option<i64>,
}

/// A problem or a question of the dossier, and who spoke of it.
pub struct Foreseen {
    /// The problem or question.
    pub entry: Entry,
    /// Places in [`Outcome::quotes`].
    pub came: Vec<usize>,
    /// Answers of ours that began with it, or with one of its prepared answers.
    pub uses: i64,
}

/// Why there is nothing to lay side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Lacks {
    /// It was never opened.
    Opening,
    /// No watch is named, or it is gone.
    Watch,
}

/// What came of a launch since it was opened last, as far as the actor may see it.
///
/// # Errors
/// A right is missing (to read dossiers, to listen), or there is no such launch.
pub async fn of(
    app: &App,
    actor: &Actor,
    id: LaunchId,
) -> Result<(Launch, std::result::Result<Outcome, Lacks>)> {
    allow(actor, Action::Listen)?;
    let mut conn = app.db.read().await?;
    let (it, entries) = super::read(&mut conn, actor, id).await?;
    let uses = room::uses(&mut conn, actor.organisation, id).await?;
    let query = match it.watch {
        Some(watch) => watch::get(&mut conn, actor.organisation, watch).await?.map(|it| it.query),
        None => None,
    };
    drop(conn);
    let Some(from) = it.opened_at else { return Ok((it, Err(Lacks::Opening))) };
    let Some(query) = query else { return Ok((it, Err(Lacks::Watch))) };
    let until = it.closed_at.filter(|until| *until >= from);
    let asked = Asked { kind: None, from, desk: None, channel: None };
    let mut quotes = insight::quotes(app, actor, &asked, &query).await?;
    quotes.retain(|it| until.is_none_or(|until| it.sent_at < until));
    let outcome = sorted(quotes, &query, entries, &uses, (from, until));
    Ok((it, Ok(outcome)))
}

fn sorted(
    quotes: Vec<Quote>,
    query: &str,
    entries: Vec<Entry>,
    uses: &[(EntryId, i64)],
    (from, until): (i64, Option<i64>),
) -> Outcome {
    let (heads, answers): (Vec<Entry>, Vec<Entry>) = entries
        .into_iter()
        .filter(|it| matches!(it.kind, Kind::Problem | Kind::Faq | Kind::Answer))
        .partition(|it| it.kind != Kind::Answer);
    let said = |head: &Entry| {
        let below = answers.iter().filter(|it| it.of == Some(head.id)).map(|it| it.text.as_str());
        std::iter::once(head.text.as_str()).chain(below).collect::<Vec<_>>().join("\n")
    };
    let texts: Vec<String> = heads.iter().map(said).collect();
    let candidates: Vec<Candidate<'_>> =
        heads.iter().zip(&texts).map(|(it, answer)| Candidate { question: &it.title, answer }).collect();
    let prepared = Prepared::new(&candidates);
    let mut came: Vec<Vec<usize>> = vec![Vec::new(); heads.len()];
    let mut left = Vec::new();
    for (place, quote) in quotes.iter().enumerate() {
        match prepared.find(&quote.text, 1).first() {
            Some(found) => came[found.index].push(place),
            None => left.push(quote.clone()),
        }
    }
    let used = |it: &Entry| uses.iter().find(|(id, _)| *id == it.id).map_or(0, |(_, count)| *count);
    let foreseen = heads.into_iter().zip(came).map(|(entry, came)| Foreseen {
        uses: used(&entry) + answers.iter().filter(|it| it.of == Some(entry.id)).map(used).sum::<i64>(),
        entry,
        came,
    });
    Outcome { foreseen: foreseen.collect(), unforeseen: insight::grouped(left, query), quotes, from, until }
}

/// The watch that hears what is said of a launch, when it is there.
pub(super) async fn known(
    conn: &mut crate::store::Conn,
    actor: &Actor,
    id: Option<WatchId>,
) -> Result<Option<WatchId>> {
    let Some(id) = id else { return Ok(None) };
    match watch::get(conn, actor.organisation, id).await? {
        Some(_) => Ok(Some(id)),
        None => Err(Refusal::Invalid { field: "watch", code: "unknown" }),
    }
}
