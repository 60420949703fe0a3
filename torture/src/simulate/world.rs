//! A network that isn't there: what was said, changed and deleted on it, what it took from us and under which key, and all
//! that can go wrong on the way. Time and chance are values: what becomes of a call follows from the seed, from what is
//! called for and from how often it was, never from what else goes on at once.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use parvis::clock::SECOND;
use parvis_channels::{
    Account, AttachmentKind, CapabilitySet, Channel, ChannelError, ChannelKind, Field, Item, Net,
    Observation, ObservationKind, Outgoing, Page, Probe, Published, RemoteAttachment, RemoteAuthor, Source,
    TextRule, Visibility, Why,
};
use tokio::sync::Notify;

use crate::network::{PICTURE, honours_keys};
use crate::random::Random;

/// The only stream.
pub const STREAM: &str = "events";
/// The longest that the network takes to show what it took (µs): within the time that is given to it before the first look.
const SHOWS_WITHIN: u64 = 8_000_000;

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
    keys: HashMap<String, usize>,
    calls: HashMap<String, u64>,
    /// What went wrong, and how often.
    pub hits: BTreeMap<&'static str, u64>,
    /// What must never be: the same answer twice.
    pub twice: Vec<String>,
}

/// What becomes of a call.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Well,
    /// It is taken, and the answer is lost.
    Lost,
    /// It isn't taken, and nobody can know.
    Cut,
    Unreachable,
    Malformed,
    Limited,
    Refused,
    DiesBefore,
    DiesAfter,
}

impl Fate {
    fn name(self) -> &'static str {
        match self {
            Self::Well => "well",
            Self::Lost => "answers lost",
            Self::Cut => "cut before they were taken",
            Self::Unreachable => "unreachable",
            Self::Malformed => "unreadable",
            Self::Limited => "limited",
            Self::Refused => "refused",
            Self::DiesBefore => "deaths before a call",
            Self::DiesAfter => "deaths after a call",
        }
    }

    fn error(self, random: &mut Random) -> ChannelError {
        let message = "simulated".to_owned();
        match self {
            Self::Limited => {
                ChannelError::Limited { retry_after: Duration::from_secs(random.between(1, 40)) }
            }
            Self::Refused => ChannelError::Refused { status: 422, message },
            Self::Malformed => ChannelError::Malformed { message },
            Self::Lost | Self::Cut => ChannelError::Unknown { message },
            _ => ChannelError::Unreachable { message },
        }
    }
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

    /// Dies if that is what has to happen; the call never returns then.
    async fn survive(&self, fate: Fate, deadly: Fate) {
        if fate == deadly {
            self.death.notify_one();
            std::future::pending::<()>().await;
        }
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

    /// What becomes of a call that may go wrong in these ways, each so many times in a hundred.
    fn fate(&mut self, random: &mut Random, ways: &[(Fate, u64)]) -> Fate {
        if !self.faulty {
            return Fate::Well;
        }
        let mut chance = random.between(0, 100);
        for (fate, share) in ways {
            if chance < *share {
                if matches!(fate, Fate::DiesBefore | Fate::DiesAfter) && !self.deadly {
                    return Fate::Well;
                }
                self.hit(fate.name());
                return *fate;
            }
            chance -= share;
        }
        Fate::Well
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
        let known = self.keys.get(&reply.key).copied().filter(|_| honours_keys(&reply.text));
        if let Some(it) = known.and_then(|place| self.said.get(place)).cloned() {
            self.hit("known by their key");
            return published(&it);
        }
        if self.said.iter().any(|it| it.author.is_none() && it.text == text) {
            self.twice.push(text.clone());
        }
        let mut random = self.chance(&format!("show {}", reply.text));
        let within = if self.late { SHOWS_WITHIN * 200 } else { SHOWS_WITHIN };
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
        self.keys.insert(reply.key.clone(), self.said.len());
        let echo = self.seen(&it, ObservationKind::Created, Source::Poll);
        self.hidden.push((shown, echo));
        let published = published(&it);
        self.said.push(it);
        published
    }

    /// Whether everything was asked for.
    pub fn is_heard(&self, cursor: Option<&str>) -> bool {
        let at: usize = cursor.and_then(|it| it.parse().ok()).unwrap_or(0);
        at >= self.events.len() && self.hidden.is_empty()
    }

    fn page(&mut self, cursor: Option<&str>) -> Page {
        let now = self.now;
        for (_, echo) in self.hidden.extract_if(.., |(shown, _)| *shown <= now) {
            self.events.push(echo);
        }
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

#[async_trait]
impl Channel for World {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Mastodon
    }

    fn streams(&self) -> &'static [&'static str] {
        &[STREAM]
    }

    fn fields(&self) -> &'static [Field] {
        &[]
    }

    async fn probe(&self, _: &Net, _: &Account) -> Result<Probe, ChannelError> {
        Err(ChannelError::Unsupported(Why::NotInNetwork))
    }

    async fn pull(&self, _: &Net, _: &Account, _: &str, cursor: Option<&str>) -> Result<Page, ChannelError> {
        let (fate, mut random, page) = {
            let mut state = self.state();
            let mut random = state.chance("pull");
            let ways = [
                (Fate::Unreachable, 5),
                (Fate::Limited, 2),
                (Fate::Malformed, 2),
                (Fate::DiesBefore, 3),
                (Fate::DiesAfter, 3),
            ];
            (state.fate(&mut random, &ways), random, state.page(cursor))
        };
        self.survive(fate, Fate::DiesBefore).await;
        self.survive(fate, Fate::DiesAfter).await;
        if fate == Fate::Well { Ok(page) } else { Err(fate.error(&mut random)) }
    }

    async fn thread(&self, _: &Net, _: &Account, id: &str) -> Result<Vec<Observation>, ChannelError> {
        let (fate, mut random, thread) = {
            let mut state = self.state();
            let mut random = state.chance(&format!("thread {id}"));
            let fate = state.fate(&mut random, &[(Fate::Unreachable, 10), (Fate::DiesAfter, 4)]);
            let mut above = Vec::new();
            let mut next = state.find(id).and_then(|it| it.parent.clone());
            while let Some(it) =
                next.and_then(|id| state.find(&id)).filter(|it| !it.deleted && it.shown <= state.now)
            {
                above.push(state.current(it, Source::Backfill));
                next = it.parent.clone();
            }
            above.reverse();
            (fate, random, above)
        };
        self.survive(fate, Fate::DiesAfter).await;
        if fate == Fate::Well { Ok(thread) } else { Err(fate.error(&mut random)) }
    }

    async fn recheck(&self, _: &Net, _: &Account, ids: &[String]) -> Result<Vec<Observation>, ChannelError> {
        let state = self.state();
        Ok(ids.iter().filter_map(|id| state.find(id)).map(|it| state.current(it, Source::Backfill)).collect())
    }

    async fn publish(&self, _: &Net, _: &Account, reply: &Outgoing) -> Result<Published, ChannelError> {
        let (fate, mut random) = {
            let mut state = self.state();
            let mut random = state.chance(&format!("reply {}", reply.text));
            let ways = [
                (Fate::Lost, 10),
                (Fate::Cut, 6),
                (Fate::Unreachable, 6),
                (Fate::Limited, 3),
                (Fate::Refused, 3),
                (Fate::DiesBefore, 4),
                (Fate::DiesAfter, 8),
            ];
            (state.fate(&mut random, &ways), random)
        };
        self.survive(fate, Fate::DiesBefore).await;
        if !matches!(fate, Fate::Well | Fate::Lost | Fate::DiesAfter) {
            return Err(fate.error(&mut random));
        }
        let published = self.state().take(reply);
        self.survive(fate, Fate::DiesAfter).await;
        if fate == Fate::Well { Ok(published) } else { Err(fate.error(&mut random)) }
    }

    async fn find_published(
        &self,
        _: &Net,
        _: &Account,
        reply: &Outgoing,
        _: i64,
    ) -> Result<Option<Published>, ChannelError> {
        let (fate, mut random, found) = {
            let mut state = self.state();
            let mut random = state.chance(&format!("find {}", reply.text));
            let ways =
                [(Fate::Unreachable, 10), (Fate::Limited, 3), (Fate::DiesBefore, 4), (Fate::DiesAfter, 4)];
            let fate = state.fate(&mut random, &ways);
            let text = reply.full_text();
            let found =
                state.said.iter().find(|it| it.author.is_none() && it.text == text && it.shown <= state.now);
            (fate, random, found.map(published))
        };
        self.survive(fate, Fate::DiesBefore).await;
        self.survive(fate, Fate::DiesAfter).await;
        if fate == Fate::Well { Ok(found) } else { Err(fate.error(&mut random)) }
    }

    async fn fetch_media(&self, _: &Net, _: &Account, url: &str, _: usize) -> Result<Bytes, ChannelError> {
        let (fate, mut random) = {
            let mut state = self.state();
            let mut random = state.chance(&format!("fetch {url}"));
            (
                state.fate(&mut random, &[(Fate::Unreachable, 20), (Fate::Refused, 5), (Fate::DiesAfter, 4)]),
                random,
            )
        };
        self.survive(fate, Fate::DiesAfter).await;
        if fate == Fate::Well {
            Ok(STANDARD.decode(PICTURE).unwrap_or_default().into())
        } else {
            Err(fate.error(&mut random))
        }
    }

    fn text_rule(&self, capabilities: &CapabilitySet) -> TextRule {
        parvis_channels::channel(ChannelKind::Mastodon).text_rule(capabilities)
    }
}

/// So many seconds (µs).
pub fn seconds(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(0) * SECOND
}
