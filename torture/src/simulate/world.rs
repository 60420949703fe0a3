//! A network that isn't there: what was said, changed and deleted on it, what it took from us and under which key, and all
//! that can go wrong on the way. Time and chance are values: what becomes of a call follows from the seed, from what is
//! called for and from how often it was, never from what else goes on at once.

mod call;

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
use std::sync::{Mutex, MutexGuard, PoisonError};

use parvis::clock::SECOND;
use parvis_channels::{
    AttachmentKind, Item, Observation, ObservationKind, Outgoing, Page, Published, RemoteAttachment,
    RemoteAuthor, Source, Visibility,
};
use tokio::sync::Notify;

use crate::network::honours_keys;
use crate::random::Random;

/// The only stream.
pub const STREAM: &str = "events";
/// The longest that the network takes to show what it took (µs): within the time that is given to it before the first look;
/// where it knows keys, sending the same again does no harm, and it takes longer.
const SHOWS_WITHIN: u64 = 8_000_000;
const SHOWS_LATER: u64 = 90_000_000;

/// Something said, as it stands now.
#[derive(Clone, Debug)]
pub struct Said {
    /// Its id.
    pub id: String,
    /// What it answers.
    pub parent: Option<String>,
    /// Who said it; `None` for us.
    pub author: Option<u64>,
    /// What it says now.
    pub text: String,
    /// It is said to us. What isn't comes with the threads of what is.
    pub addressed: bool,
    /// With a picture.
    pub picture: bool,
    /// When it was said, and last changed (µs, by the network's clock).
    pub at: i64,
    /// See `at`.
    pub version: i64,
    /// It is gone.
    pub deleted: bool,
    /// From when on it is shown (µs).
    shown: i64,
}

/// The network.
pub struct World {
    state: Mutex<State>,
    /// Rings when the program has to die, in the middle of a call.
    pub death: Notify,
}

/// What it holds.
pub struct State {
    seed: u64,
    /// Its clock (µs), which no jump of ours moves.
    pub now: i64,
    /// Whether calls go wrong.
    pub faulty: bool,
    /// Whether it takes minutes to show what it took, longer than anybody waits.
    pub late: bool,
    /// Whether the program may die in the middle of one.
    pub deadly: bool,
    /// Everything said.
    pub said: Vec<Said>,
    /// What happened, in order: each as it stood then.
    events: Vec<Observation>,
    /// Messages of ours that aren't shown yet.
    hidden: Vec<(i64, Observation)>,
    /// Which message of ours a key made.
    keys: HashMap<String, String>,
    calls: HashMap<String, u64>,
    /// What went wrong, and how often.
    pub hits: BTreeMap<&'static str, u64>,
    /// What must never be: the same answer twice.
    pub twice: Vec<String>,
}

impl World {
    /// An empty network whose clock stands at `now` (µs).
    pub fn new(seed: u64, now: i64) -> Self {
        let state = State {
            seed,
            now,
            faulty: true,
            late: false,
            deadly: true,
            said: Vec::new(),
            events: Vec::new(),
            hidden: Vec::new(),
            keys: HashMap::new(),
            calls: HashMap::new(),
            hits: BTreeMap::new(),
            twice: Vec::new(),
        };
        Self { state: Mutex::new(state), death: Notify::new() }
    }

    /// What it holds.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The chance of a call, the next of its kind.
    fn chance(&mut self, what: &str) -> Random {
        let count = self.calls.entry(what.to_owned()).or_default();
        *count += 1;
        Random::new(BuildHasherDefault::<DefaultHasher>::default().hash_one((self.seed, what, *count)))
    }

    fn hit(&mut self, what: &'static str) {
        *self.hits.entry(what).or_default() += 1;
    }

    fn find(&self, id: &str) -> Option<&Said> {
        self.said.iter().find(|it| it.id == id)
    }

    /// Somebody says something; gives its place.
    pub fn speak(&mut self, author: u64, parent: Option<String>, addressed: bool, picture: bool) -> usize {
        let number = self.said.len();
        let it = Said {
            id: format!("p{number}"),
            parent,
            author: Some(author),
            text: format!("p{number} says v0 to us"),
            addressed,
            picture,
            at: self.now,
            version: self.now,
            deleted: false,
            shown: self.now,
        };
        if addressed {
            let seen = self.seen(&it, ObservationKind::Created, Source::Poll);
            self.events.push(seen);
        }
        self.said.push(it);
        number
    }

    /// What stands at a place is changed by its author, or deleted.
    pub fn change(&mut self, place: usize, deleted: bool) {
        let now = self.now;
        let Some(it) = self.said.get_mut(place).filter(|it| !it.deleted && it.author.is_some()) else {
            return;
        };
        it.version = now.max(it.version + 1);
        if deleted {
            it.deleted = true;
        } else {
            it.text = format!("{} says v{} to us", it.id, it.version - it.at);
        }
        let it = it.clone();
        if it.addressed {
            let kind = if deleted { ObservationKind::Deleted } else { ObservationKind::Edited };
            let seen = self.seen(&it, kind, Source::Poll);
            self.events.push(seen);
        }
    }

    /// What stands at a place, as a push tells it.
    pub fn pushed(&self, place: usize) -> Option<Observation> {
        let it = self.said.get(place).filter(|it| it.addressed)?;
        Some(self.current(it, Source::Stream))
    }

    /// How it stands.
    fn current(&self, it: &Said, source: Source) -> Observation {
        let kind = match () {
            () if it.deleted => ObservationKind::Deleted,
            () if it.version > it.at => ObservationKind::Edited,
            () => ObservationKind::Created,
        };
        self.seen(it, kind, source)
    }

    fn seen(&self, it: &Said, kind: ObservationKind, source: Source) -> Observation {
        let author = it.author.map_or_else(|| "1".to_owned(), |author| author.to_string());
        let url = |id: &str| Some(format!("https://social.example/{id}"));
        let attachment = RemoteAttachment {
            kind: AttachmentKind::Image,
            url: format!("https://social.example/{}.png", it.id),
            preview_url: None,
            alt: None,
            mime: None,
            width: None,
            height: None,
        };
        let item = Item {
            author: RemoteAuthor {
                remote_id: author.clone(),
                handle: format!("a{author}@social.example"),
                name: format!("A {author}"),
                url: url(&author),
                avatar_url: None,
                bot: false,
            },
            parent_id: it.parent.clone(),
            thread_id: None,
            url: url(&it.id),
            html: format!("<p>{}</p>", it.text),
            text: it.text.clone(),
            title: None,
            language: Some("en".to_owned()),
            visibility: Visibility::Public,
            attachments: it.picture.then_some(attachment).into_iter().collect(),
            warning: None,
            ours: it.author.is_none(),
            addressed: it.addressed,
            marks: Vec::new(),
        };
        Observation {
            remote_id: it.id.clone(),
            kind,
            version_at: Some(it.version),
            occurred_at: Some(if kind == ObservationKind::Deleted { it.version } else { it.at }),
            source,
            raw: format!("{{\"id\":\"{}\",\"version\":{},\"deleted\":{}}}", it.id, it.version, it.deleted),
            item: (kind != ObservationKind::Deleted).then_some(item),
        }
    }

    /// Takes an answer, unless its key is known.
    fn take(&mut self, reply: &Outgoing) -> Published {
        let text = reply.full_text();
        let honours = honours_keys(&reply.text) && !self.late;
        let known = self.keys.get(&reply.key).filter(|_| honours);
        if let Some(it) = known.and_then(|id| self.find(id)).cloned() {
            self.hit("known by their key");
            return published(&it);
        }
        if self.said.iter().any(|it| it.author.is_none() && it.text == text) {
            self.twice.push(text.clone());
        }
        let mut random = self.chance(&format!("show {}", reply.text));
        let within = match () {
            () if self.late => SHOWS_WITHIN * 200,
            () if honours_keys(&reply.text) => SHOWS_LATER,
            () => SHOWS_WITHIN,
        };
        let shown = self.now + i64::try_from(random.between(0, within)).unwrap_or(0);
        let it = Said {
            // By its words, so that it doesn't matter which of two was taken first.
            id: format!("o {}", reply.text),
            parent: reply.parent_id.clone(),
            author: None,
            text,
            addressed: false,
            picture: false,
            at: self.now,
            version: self.now,
            deleted: false,
            shown,
        };
        self.keys.insert(reply.key.clone(), it.id.clone());
        let echo = self.seen(&it, ObservationKind::Created, Source::Poll);
        self.hidden.push((shown, echo));
        let published = published(&it);
        // Nor does it matter to what is said next.
        let is_later = |other: &Said| other.author.is_none() && other.at == it.at && other.id > it.id;
        let later = self.said.iter().rev().take_while(|other| is_later(other)).count();
        self.said.insert(self.said.len() - later, it);
        published
    }

    /// Whether everything was asked for.
    pub fn is_heard(&self, cursor: Option<&str>) -> bool {
        let at: usize = cursor.and_then(|it| it.parse().ok()).unwrap_or(0);
        at >= self.events.len() && self.hidden.is_empty()
    }

    fn page(&mut self, cursor: Option<&str>) -> Page {
        let now = self.now;
        let mut shown: Vec<_> = self.hidden.extract_if(.., |(shown, _)| *shown <= now).collect();
        shown.sort_by(|(_, a), (_, b)| a.remote_id.cmp(&b.remote_id));
        self.events.extend(shown.into_iter().map(|(_, echo)| echo));
        let mut random = self.chance("page");
        let from: usize = cursor.and_then(|it| it.parse().ok()).unwrap_or(0);
        let size = usize::try_from(random.between(1, 8)).unwrap_or(1);
        let until = (from + size).min(self.events.len());
        let again = if self.faulty { usize::try_from(random.between(0, 4)).unwrap_or(0) } else { 0 };
        let start = from.saturating_sub(again);
        let mut observations = self.events.get(start..until).unwrap_or_default().to_vec();
        if start < from {
            self.hit("told again");
        }
        if self.faulty && observations.len() > 1 && random.percent(30) {
            self.hit("told in another order");
            let by = usize::try_from(random.between(1, observations.len() as u64)).unwrap_or(1);
            observations.rotate_left(by);
            if random.percent(50) {
                observations.reverse();
            }
        }
        Page {
            observations,
            cursor: until.to_string(),
            more: until < self.events.len(),
            budget: None,
            notice: None,
        }
    }
}

fn published(it: &Said) -> Published {
    Published { remote_id: it.id.clone(), url: None, published_at: Some(it.at), raw: "{}".to_owned() }
}

/// So many seconds (µs).
pub fn seconds(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(0) * SECOND
}
