//! What an alert shows of the messages behind it: who began, what is said more than usual, examples.

use parvis_listen::trend::{Term, Trend};

use super::judge::Sighting;
use crate::clock::DAY;
use crate::id::{MessageId, OrganisationId};
use crate::store::alert::{Kind, measure};
use crate::store::watch::Mention;
use crate::store::{self, Conn};

/// Examples that are named.
pub(super) const EXAMPLES: usize = 5;
/// Terms that are named.
const TERMS: usize = 5;
/// Messages of the episode that are read.
const READ: i64 = 2_000;
/// Messages before it that are read, for what is usually said.
const BEFORE: i64 = 3_000;
/// How far back those may lie (µs).
const BACK: i64 = 14 * DAY;
/// Terms that are counted.
const ROOM: usize = 20_000;

/// The messages of a rise, the newest first.
pub(super) async fn messages(
    conn: &mut Conn,
    house: OrganisationId,
    it: &Sighting,
    now: i64,
) -> store::Result<Vec<Mention>> {
    let of = (it.subject, it.kind == Kind::Anger);
    measure::said(conn, house, of, (it.began_at, now + 1), READ).await
}

/// Completes the evidence of a rise by what its messages say.
pub(super) async fn complete(
    conn: &mut Conn,
    house: OrganisationId,
    it: &mut Sighting,
    said: &[Mention],
) -> store::Result<()> {
    let of = (it.subject, it.kind == Kind::Anger);
    let before = measure::said(conn, house, of, (it.began_at - BACK, it.began_at), BEFORE).await?;
    it.evidence.terms = terms(&before, said, TERMS);
    it.evidence.first = said.last().map(|it| it.message);
    it.evidence.examples = examples(said);
    Ok(())
}

/// Messages of different people, the newest first, the longest of each.
fn examples(said: &[Mention]) -> Vec<MessageId> {
    let mut people: Vec<&str> = Vec::new();
    let mut chosen = Vec::new();
    for it in said {
        let who = it.author.as_ref().map_or("", |(handle, _)| handle.as_str());
        if !people.contains(&who) {
            people.push(who);
            chosen.push(it.message);
        }
        if chosen.len() == EXAMPLES {
            break;
        }
    }
    chosen
}

/// What is said more in `during` than in `before` (both the newest first), the surest first; what most of it says
/// where nothing was said before.
pub(crate) fn terms(before: &[Mention], during: &[Mention], most: usize) -> Vec<String> {
    let mut trend = Trend::new(ROOM);
    for it in before.iter().rev().chain(during.iter().rev()) {
        trend.push(it.sent_at, None, &it.text);
    }
    let Some(last) = during.first() else { return Vec::new() };
    let shown = |it: &Term| match it {
        Term::Word(word) if word.chars().count() > 3 => Some(word.clone()),
        Term::Hashtag(tag) => Some(format!("#{tag}")),
        Term::Handle(handle) => Some(format!("@{handle}")),
        Term::Word(_) | Term::Author(_) => None,
    };
    let rising = trend.rising(last.sent_at, most * 4);
    let mut terms: Vec<String> = rising.iter().filter_map(|it| shown(&it.term)).collect();
    // A hashtag counts as its word too: one of the two is enough.
    let tags: Vec<String> = terms.iter().filter_map(|it| it.strip_prefix('#')).map(str::to_owned).collect();
    terms.retain(|it| !tags.contains(it));
    terms.truncate(most);
    terms
}
