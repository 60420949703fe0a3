//! What the store is measured by without the web around it: counters against counting, search against the
//! bare index. Both sides go through the same connection, so that the driver costs both the same.

use anyhow::{Context as _, Result};
use parvis::id::{ColleagueId, DeskId, OrganisationId};
use parvis::rules::permission::Scope;
use parvis::store::{Db, Value, counter, desk, search};

use crate::measure::Sample;
use crate::process::cpu;
use crate::seed::text::Vocabulary;

/// CPU time of the same answer by two ways (µs).
#[derive(Default)]
pub struct Pair {
    /// What is compared, in words.
    pub name: String,
    /// Ours.
    pub own: Sample,
    /// The other way.
    pub other: Sample,
}

const COUNT: &str = "SELECT COUNT(*) FROM conversation WHERE organisation_id = $1 AND state = $2";
const COUNT_MINE: &str =
    "SELECT COUNT(*) FROM conversation WHERE organisation_id = $1 AND assignee_id = $2 AND state = 'open'";
const COUNT_FREE: &str =
    "SELECT COUNT(*) FROM conversation WHERE organisation_id = $1 AND assignee_id IS NULL AND state = 'open'";
const COUNT_DESK: &str =
    "SELECT COUNT(*) FROM conversation WHERE organisation_id = $1 AND desk_id = $2 AND state = 'open'";
const BARE: &str =
    "SELECT rowid FROM message_terms WHERE message_terms MATCH $1 ORDER BY rowid DESC LIMIT 50";

/// The badges of the inbox (open, mine, to take, waiting, snoozed, and open by desk) by the counters, and by
/// counting each.
///
/// # Errors
/// The database refused.
pub async fn badges(
    db: &Db,
    organisation: OrganisationId,
    colleague: ColleagueId,
    rounds: u32,
) -> Result<Pair> {
    let mut pair = Pair { name: "badges".to_owned(), ..Pair::default() };
    let mut conn = db.read().await?;
    let desks: Vec<DeskId> = desk::list(&mut conn, organisation).await?.iter().map(|it| it.id).collect();
    for round in 0..=rounds {
        let began = cpu("self")?;
        for _ in 0..20 {
            counter::badges(&mut conn, organisation, colleague).await?;
        }
        let own = (cpu("self")? - began) / 20.0;
        let began = cpu("self")?;
        let mut counts: Vec<(&'static str, Vec<Value>)> = ["open", "waiting", "snoozed"]
            .map(|state| (COUNT, vec![organisation.into(), state.into()]))
            .into();
        counts.push((COUNT_MINE, vec![organisation.into(), colleague.into()]));
        counts.push((COUNT_FREE, vec![organisation.into()]));
        counts.extend(desks.iter().map(|desk| (COUNT_DESK, vec![organisation.into(), (*desk).into()])));
        for (sql, args) in counts {
            let row = conn.first(sql, &args).await?.context("no count")?;
            row.only::<i64>()?;
        }
        let other = cpu("self")? - began;
        if round > 0 {
            pair.own.push(own);
            pair.other.push(other);
        }
    }
    Ok(pair)
}

/// The newest fifty messages with a rare, a middling and a common word, as Parvis finds them and by FTS5 alone.
///
/// # Errors
/// The database refused.
pub async fn searches(db: &Db, organisation: OrganisationId, rounds: u32) -> Result<Vec<Pair>> {
    let vocabulary = Vocabulary::new();
    let mut conn = db.read().await?;
    let mut pairs = Vec::new();
    for (name, rank) in [("rare", 30_000), ("middling", 1_000), ("common", 4)] {
        let word = vocabulary.word(rank);
        let stems = parvis::rules::text::stems(word);
        let quoted: Vec<String> = stems.iter().map(|stem| format!("\"{stem}\"")).collect();
        let bare = quoted.join(" OR ");
        let mut pair = Pair { name: name.to_owned(), ..Pair::default() };
        for round in 0..=rounds {
            let began = cpu("self")?;
            for _ in 0..10 {
                search::find(
                    &mut conn,
                    organisation,
                    &Scope::Every,
                    word,
                    &search::Within::default(),
                    (None, 50),
                )
                .await?;
            }
            let own = (cpu("self")? - began) / 10.0;
            let began = cpu("self")?;
            for _ in 0..10 {
                conn.all(BARE, &[bare.clone().into()]).await?;
            }
            let other = (cpu("self")? - began) / 10.0;
            if round > 0 {
                pair.own.push(own);
                pair.other.push(other);
            }
        }
        pairs.push(pair);
    }
    Ok(pairs)
}
