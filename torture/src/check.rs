//! Compares what the network took and said, and what people were promised, with what the database holds.

pub mod post;

use std::collections::{HashMap, HashSet};

use anyhow::{Context as _, Result};
use parvis::store::Db;
use uuid::Uuid;

use crate::network::Network;
use crate::people::People;

const HEARD: &str = "SELECT remote_id, text FROM message WHERE direction = 'in'";
const SENT: &str = "SELECT id, remote_id, text, state, error_code FROM message WHERE direction = 'out' AND state <> 'withdrawn'";
const NOTED: &str = "SELECT text FROM message WHERE direction = 'note'";
const DRAFTS: &str = "SELECT conversation_id, text FROM draft WHERE mode = 'direct'";
// Parts of a post that wait for one before them have no job: a person is asked about that one.
const UNDER_WAY: &str =
    "SELECT (SELECT COUNT(*) FROM message WHERE direction = 'out' AND state IN ('committing', 'unknown'))
    + (SELECT COUNT(*) FROM job WHERE kind IN ('publish', 'read_back') AND state <> 'failed')
    + (SELECT COUNT(*) FROM post WHERE state = 'scheduled' AND released_at IS NULL AND held_at IS NULL)";
const HELD: &str = "SELECT title FROM post WHERE held_at IS NOT NULL";
const HEARD_COUNT: &str = "SELECT COUNT(*) FROM message WHERE direction = 'in' AND text LIKE 'mention m%'";

/// A message of ours as the database has it.
#[derive(Debug)]
struct Sent {
    remote_id: Option<String>,
    text: String,
    state: String,
    error: Option<String>,
}

/// How the answers ended.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ends {
    /// Stand on the network.
    pub published: usize,
    /// Shown as unknown: a person has to look.
    pub in_doubt: usize,
    /// Shown as refused, and not on the network.
    pub rejected: usize,
    /// Parts of posts that wait for a person.
    pub held: usize,
}

/// What the database holds of what is compared.
struct Held {
    heard: HashMap<String, String>,
    sent: HashMap<String, Sent>,
    noted: Vec<String>,
    drafts: HashMap<String, String>,
    /// Titles of the posts that wait for a person.
    posts: Vec<String>,
}

impl Held {
    fn empty() -> Self {
        Self {
            heard: HashMap::new(),
            sent: HashMap::new(),
            noted: Vec::new(),
            drafts: HashMap::new(),
            posts: Vec::new(),
        }
    }
}

async fn read(db: &Db) -> Result<Held> {
    let mut conn = db.snapshot().await?;
    let mut held = Held::empty();
    for row in conn.all(HEARD, &[]).await? {
        let mut cells = row.cells();
        held.heard.insert(cells.next()?, cells.next()?);
    }
    for row in conn.all(SENT, &[]).await? {
        let mut cells = row.cells();
        let id: Uuid = cells.next()?;
        let it = Sent {
            remote_id: cells.next()?,
            text: cells.next()?,
            state: cells.next()?,
            error: cells.next()?,
        };
        held.sent.insert(id.to_string(), it);
    }
    for row in conn.all(NOTED, &[]).await? {
        held.noted.push(row.only()?);
    }
    for row in conn.all(DRAFTS, &[]).await? {
        let mut cells = row.cells();
        let id: Uuid = cells.next()?;
        held.drafts.insert(id.to_string(), cells.next()?);
    }
    for row in conn.all(HELD, &[]).await? {
        held.posts.push(row.only()?);
    }
    Ok(held)
}

/// How many answers are still under way, and how many mentions were heard.
///
/// # Errors
/// The database can't be read.
pub async fn under_way(address: &str) -> Result<(i64, i64)> {
    let db = Db::connect(address).await?;
    let mut conn = db.read().await?;
    let mut count = async |sql: &'static str| -> Result<i64> {
        Ok(conn.first(sql, &[]).await?.context("no count")?.only()?)
    };
    let found = (count(UNDER_WAY).await?, count(HEARD_COUNT).await?);
    drop(conn);
    db.close().await;
    Ok(found)
}

/// What doesn't agree while work goes on: promises that aren't kept, and anything that is there twice.
///
/// # Errors
/// The database can't be read.
pub async fn meanwhile(address: &str, people: &People, network: &Network) -> Result<Vec<String>> {
    let answers = people.ledger().answers.clone();
    let notes = people.ledger().notes.clone();
    let db = Db::connect(address).await?;
    let held = read(&db).await?;
    db.close().await;
    let mut wrong = network.world().twice.iter().map(|it| format!("twice on the network: {it}")).collect();
    kept(&held, &answers, &notes, &mut wrong);
    Ok(wrong)
}

/// Every promise, and nothing twice within the database.
fn kept(
    held: &Held,
    answers: &[crate::people::Answer],
    notes: &[crate::people::Note],
    wrong: &mut Vec<String>,
) {
    let mut texts: HashMap<&str, usize> = HashMap::new();
    for it in held.sent.values() {
        *texts.entry(words(&it.text)).or_default() += 1;
    }
    for (text, count) in texts.iter().filter(|(text, count)| **count > 1 && post::name(text).is_some()) {
        wrong.push(format!("{count} times in the database: {text}"));
    }
    for it in answers {
        let count = texts.get(it.text.as_str()).copied().unwrap_or(0);
        match &it.message {
            Some(id) if !held.sent.contains_key(id) => wrong.push(format!("lost answer: {} ({id})", it.text)),
            _ if count > 1 => wrong.push(format!("{count} times in the database: {}", it.text)),
            _ => {}
        }
    }
    for it in notes {
        let count = held.noted.iter().filter(|text| **text == it.text).count();
        if count > 1 || (it.kept && count == 0) {
            wrong.push(format!("{count} times in the database: {}", it.text));
        }
    }
}

/// A text of ours without the mention that stands before it; of a part of a post, what it begins with.
fn words(text: &str) -> &str {
    if let Some(name) = post::name(text) {
        return name;
    }
    text.find("answer a").and_then(|at| text.get(at..)).unwrap_or(text)
}

/// What doesn't agree when everything is quiet.
///
/// # Errors
/// The database can't be read.
pub async fn at_the_end(address: &str, people: &People, network: &Network) -> Result<(Vec<String>, Ends)> {
    let mut wrong = meanwhile(address, people, network).await?;
    let db = Db::connect(address).await?;
    let held = read(&db).await?;
    db.close().await;
    heard(&held, network, &mut wrong);
    let ends = sent(&held, people, network, &mut wrong);
    let ledger = people.ledger();
    wrong.extend(ledger.wrong.iter().cloned());
    for (conversation, draft) in &ledger.drafts {
        let found = held.drafts.get(conversation);
        let agrees = match (found, &draft.kept) {
            (Some(text), Some(kept)) => text == kept || draft.maybe.contains(text),
            (Some(text), None) => draft.maybe.contains(text),
            (None, kept) => kept.is_none(),
        };
        if !agrees {
            wrong.push(format!("draft in {conversation}: {found:?}, promised {:?}", draft.kept));
        }
    }
    Ok((wrong, ends))
}

/// Every mention is a message (of one id there is only one), and nobody is said to have said what wasn't said.
fn heard(held: &Held, network: &Network, wrong: &mut Vec<String>) {
    let world = network.world();
    for id in &world.mentions {
        let said = world.status(*id).map(|it| it.text.as_str());
        if held.heard.get(&id.to_string()).map(String::as_str) != said {
            wrong.push(format!("lost mention: {id} {said:?}"));
        }
    }
    // What stands above a mention is fetched with it.
    let is_public =
        |id: &str| id.parse().ok().and_then(|id| world.status(id)).is_some_and(|it| it.author.is_some());
    for (id, text) in held.heard.iter().filter(|(id, _)| !is_public(id)) {
        wrong.push(format!("nobody said to us: {id} {text:?}"));
    }
}

/// Every promised answer stands on the network once, or is shown to be in doubt or refused; nothing else stands there.
fn sent(held: &Held, people: &People, network: &Network, wrong: &mut Vec<String>) -> Ends {
    let mut ends = Ends::default();
    let world = network.world();
    let mut standing: HashMap<&str, Vec<String>> = HashMap::new();
    for it in world.statuses.iter().filter(|it| it.author.is_none()) {
        standing.entry(words(&it.text)).or_default().push(it.id.to_string());
    }
    let ledger = people.ledger();
    let parts = ledger.posts.iter().flat_map(|it| &it.parts);
    let known: HashSet<&str> =
        ledger.answers.iter().map(|it| &it.text).chain(parts).map(String::as_str).collect();
    for text in standing.keys().filter(|text| !known.contains(*text)) {
        wrong.push(format!("nobody said: {text}"));
    }
    for it in &ledger.answers {
        let there = standing.get(it.text.as_str()).map(Vec::as_slice).unwrap_or_default();
        let Some(found) = it.message.as_ref().and_then(|id| held.sent.get(id)) else {
            wrong.push(format!("never promised: {}", it.text));
            continue;
        };
        match (found.state.as_str(), found.error.as_deref()) {
            ("published", _) => {
                ends.published += 1;
                if there.len() != 1 || there.first() != found.remote_id.as_ref() {
                    wrong.push(format!("{} is {:?} here, {there:?} there", it.text, found.remote_id));
                }
            }
            ("rejected" | "unknown", Some("unknown")) => {
                ends.in_doubt += 1;
                if there.len() > 1 {
                    wrong.push(format!("{} times there: {}", there.len(), it.text));
                }
            }
            ("rejected", error) => {
                ends.rejected += 1;
                if !there.is_empty() {
                    wrong.push(format!("shown as refused ({error:?}), but stands there: {}", it.text));
                }
            }
            (state, _) => wrong.push(format!("still {state}: {}", it.text)),
        }
    }
    let here: HashMap<&str, &Sent> = held.sent.values().map(|it| (words(&it.text), it)).collect();
    let found = post::Found { here: &here, there: &standing, world: &world, held: &held.posts };
    for it in ledger.posts.iter().filter(|it| it.due.is_some()) {
        found.look(it, &mut ends, wrong);
    }
    ends
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::{Answer, Note};
    use crate::random::Random;

    fn sent_as(state: &str, remote_id: Option<&str>) -> Sent {
        let error = (state != "published").then(|| "unknown".to_owned());
        let text = "answer a0 from us".to_owned();
        Sent { remote_id: remote_id.map(str::to_owned), text, state: state.to_owned(), error }
    }

    fn promised() -> Answer {
        Answer {
            caller: 0,
            key: "key-0".to_owned(),
            conversation: "c".to_owned(),
            text: "answer a0 from us".to_owned(),
            picture: false,
            message: Some("one".to_owned()),
        }
    }

    #[test]
    fn a_promise_that_is_not_kept_is_seen() {
        let (mut held, mut wrong) = (Held::empty(), Vec::new());
        let note = Note { text: "note n0 among us".to_owned(), kept: true };
        kept(&held, &[promised()], std::slice::from_ref(&note), &mut wrong);
        assert_eq!(wrong.len(), 2, "{wrong:?}");
        wrong.clear();
        held.sent.insert("one".to_owned(), sent_as("held", None));
        held.noted.push(note.text.clone());
        kept(&held, &[promised()], std::slice::from_ref(&note), &mut wrong);
        assert!(wrong.is_empty(), "{wrong:?}");
        held.sent.insert("two".to_owned(), sent_as("held", None));
        held.noted.push(note.text.clone());
        kept(&held, &[promised()], &[note], &mut wrong);
        assert_eq!(wrong.len(), 2, "{wrong:?}");
    }

    #[tokio::test]
    async fn an_answer_that_stands_twice_or_not_at_all_is_seen() {
        let network = Network::start(Random::new(1)).await.unwrap();
        let people = People::new(&["127.0.0.1:1"]).unwrap();
        people.ledger().answers.push(promised());
        let look = |state: &str, remote_id: Option<&str>| {
            let (mut held, mut wrong) = (Held::empty(), Vec::new());
            held.sent.insert("one".to_owned(), sent_as(state, remote_id));
            sent(&held, &people, &network, &mut wrong);
            wrong.len()
        };
        assert_eq!((look("published", Some("100")), look("rejected", None)), (1, 0));
        network.say_below("@p2 answer a0 from us", None);
        assert_eq!((look("published", Some("100")), look("published", Some("7"))), (0, 1));
        network.say_below("@p2 answer a0 from us", None);
        assert_eq!((look("published", Some("100")), look("rejected", None)), (1, 1));
        network.say_below("answer a9 from nobody", None);
        assert_eq!(look("held", None), 2);
    }

    #[tokio::test]
    async fn a_mention_that_was_not_heard_is_seen() {
        let network = Network::start(Random::new(1)).await.unwrap();
        network.mention();
        let (mut held, mut wrong) = (Held::empty(), Vec::new());
        heard(&held, &network, &mut wrong);
        assert_eq!(wrong.len(), 1, "{wrong:?}");
        wrong.clear();
        let mention = network.world().mentions[0].to_string();
        held.heard.insert("7".to_owned(), "mention m7 for you".to_owned());
        heard(&held, &network, &mut wrong);
        assert_eq!(wrong.len(), 2, "{wrong:?}");
        wrong.clear();
        held.heard.clear();
        held.heard.insert(mention, "mention m1 for you".to_owned());
        heard(&held, &network, &mut wrong);
        assert!(wrong.is_empty(), "{wrong:?}");
    }
}
