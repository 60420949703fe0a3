//! What an alert shows of the messages behind it: who began, what is said more than usual, examples.

use std::collections::{HashMap, HashSet};

use parvis_listen::trend::{Term, Trend};
use parvis_listen::word;

use super::judge::Sighting;
use crate::clock::DAY;
use crate::id::{MessageId, OrganisationId};
use crate::rules::text;
use crate::store::alert::{Kind, Subject, measure};
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

/// How many people said it; who can't be told apart counts as one each time.
pub(super) fn people<'a>(said: impl Iterator<Item = &'a Mention>) -> usize {
    let (mut known, mut unknown) = (HashSet::new(), 0);
    for it in said {
        match &it.author {
            Some(who) => drop(known.insert(who)),
            None => unknown += 1,
        }
    }
    known.len() + unknown
}

/// Completes the evidence of a rise by what its messages say.
pub(super) async fn complete(
    conn: &mut Conn,
    house: OrganisationId,
    it: &mut Sighting,
    said: &[Mention],
) -> store::Result<()> {
    let of = (it.subject, it.kind == Kind::Anger);
    let then = (it.began_at - BACK, it.began_at);
    let mut before = measure::said(conn, house, of, then, BEFORE).await?;
    if before.len() < said.len() * 5
        && let Some(first) = said.last()
    {
        // A watch that found nothing before: what is usual is what else is said there.
        before = measure::said(conn, house, (Subject::Channel(first.channel), false), then, BEFORE).await?;
    }
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
/// where nothing was said before. Insults aren't repeated.
pub(crate) fn terms(before: &[Mention], during: &[Mention], most: usize) -> Vec<String> {
    let during: Vec<Mention> = during.iter().filter(|it| !it.is_abusive).cloned().collect();
    let during = during.as_slice();
    let mut trend = Trend::new(ROOM);
    for it in before.iter().rev().chain(during.iter().rev()) {
        trend.push(it.sent_at, None, &it.text);
    }
    let Some(last) = during.first() else { return Vec::new() };
    let written = written(during);
    let as_written = |word: &String| written.get(word).unwrap_or(word).clone();
    let shown = |it: &Term| match it {
        Term::Word(word) if word.chars().count() > 3 => Some(as_written(word)),
        Term::Hashtag(tag) => Some(format!("#{}", as_written(tag))),
        Term::Handle(handle) => Some(format!("@{handle}")),
        Term::Word(_) | Term::Author(_) => None,
    };
    let rising = trend.rising(last.sent_at, most * 4);
    let mut terms: Vec<String> = rising.iter().filter_map(|it| shown(&it.term)).collect();
    // A hashtag counts as its word too: one of the two is enough.
    let tags: Vec<String> = terms.iter().filter_map(|it| it.strip_prefix('#')).map(str::to_owned).collect();
    terms.retain(|it| !tags.contains(it));
    if terms.is_empty() {
        terms = common(before, during);
    }
    terms.truncate(most);
    terms
}

/// How each word is written, by its folded form: people read accents.
fn written(all: &[Mention]) -> HashMap<String, String> {
    let mut forms = HashMap::new();
    for it in all {
        for token in word::tokens(&it.text) {
            if let Some(form) = it.text.get(token.range) {
                let form = form.trim_start_matches(['#', '@']).to_lowercase();
                forms.entry(word::fold(&form)).or_insert(form);
            }
        }
    }
    forms
}

/// Where there is too little history to tell what rises: words of one message in five, twice as common as before.
fn common(before: &[Mention], during: &[Mention]) -> Vec<String> {
    let (usual, now) = (counted(before), counted(during));
    let is_common = |word: &str, count: usize| {
        let was = usual.get(word).copied().unwrap_or(0);
        count >= 3 && count * 5 >= during.len() && count * before.len() >= 2 * was * during.len()
    };
    let mut words: Vec<(String, usize)> =
        now.into_iter().filter(|(word, count)| is_common(word, *count)).collect();
    words.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    words.into_iter().map(|(word, _)| word).collect()
}

/// In how many messages each word of five letters or more is.
fn counted(all: &[Mention]) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for it in all {
        let words: HashSet<String> = text::split(&it.text)
            .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase())
            .collect();
        for word in words.into_iter().filter(|it| it.chars().count() > 4) {
            *counts.entry(word).or_insert(0) += 1;
        }
    }
    counts
}
