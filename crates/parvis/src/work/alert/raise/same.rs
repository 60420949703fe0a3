//! What is one event and what are several: rises are compared by the messages that they are made of, never by names or
//! by the hour. Knows no database.

use std::collections::{HashMap, HashSet};

use crate::clock::HOUR;
use crate::id::MessageId;
use crate::store::alert::{Alert, Kind, Signal, Subject};
use crate::store::watch::Mention;
use crate::work::alert::evidence::people;
use crate::work::alert::judge::{Sighting, is_worth};

/// Of the messages of the smaller of two rises, this share is in both when they are one event.
const SAME: (usize, usize) = (1, 2);

/// Rises that begin within this time (µs) of each other and say the same are one event.
const TOGETHER: i64 = HOUR;

/// Whether they began together, and one says more than usual what the other does.
fn says_the_same(it: &Sighting, at: &Alert) -> bool {
    let is_shared = it.evidence.terms.iter().any(|term| at.evidence.terms.contains(term));
    is_shared && (it.began_at - at.began_at).abs() <= TOGETHER
}

/// The messages behind what was seen at one look.
#[derive(Default)]
pub(super) struct Voices {
    ids: HashMap<(Kind, Subject), HashSet<MessageId>>,
    said: HashMap<(Kind, Subject), Vec<Mention>>,
}

impl Voices {
    /// Keeps the messages of a rise.
    pub(super) fn add_rise(&mut self, it: &Sighting, said: Vec<Mention>) {
        self.ids.insert((it.kind, it.subject), said.iter().map(|it| it.message).collect());
        self.said.insert((it.kind, it.subject), said);
    }

    /// Keeps the complaints that wait.
    pub(super) fn add_waiting(&mut self, it: &Sighting) {
        if !it.messages.is_empty() {
            self.ids.insert((it.kind, it.subject), it.messages.clone());
        }
    }

    /// The open alert that what was seen is part of, as `signals` show it: the other kind of rise is open there; half of
    /// the messages of the smaller are in both; some are, and the same is said more than usual in both; or what is left of it
    /// without the messages of open alerts wouldn't be worth telling.
    pub(super) fn part_of<'a>(
        &self,
        it: &Sighting,
        open: &'a [Alert],
        signals: &[Signal],
    ) -> Option<&'a Alert> {
        let beside = |at: &&Signal| it.kind.is_rise() && at.kind.is_rise() && at.subject == it.subject;
        if let Some(beside) = signals.iter().find(beside) {
            return open.iter().find(|at| at.id == beside.alert);
        }
        let mine = self.ids.get(&(it.kind, it.subject))?;
        let rises = || open.iter().filter(|at| at.kind.is_rise());
        let shared = |at: &Alert| {
            let theirs = self.behind(at, it.subject, signals);
            let both = mine.iter().filter(|it| theirs.contains(*it)).count();
            (both, mine.len().min(theirs.len()))
        };
        let same = |at: &&Alert| {
            let says = it.kind.is_rise() && says_the_same(it, at);
            let (both, least) = shared(at);
            both > 0 && (says || both * SAME.1 >= least * SAME.0)
        };
        let most = |at: &&Alert| shared(at).0;
        rises().find(same).or_else(|| {
            let nearest = rises().max_by_key(most).filter(|it| most(it) > 0)?;
            self.is_mostly_told(it, open, signals).then_some(nearest)
        })
    }

    /// The messages of an open alert, as far as they tell whether something else is part of it. A watch is about one thing
    /// and is compared with what the alert is named after; a desk or a channel is compared with all that it shows in.
    fn behind(&self, at: &Alert, with: Subject, signals: &[Signal]) -> HashSet<MessageId> {
        let shows = signals
            .iter()
            .filter(|it| it.alert == at.id && it.kind.is_rise() && !matches!(with, Subject::Watch(_)));
        let each = std::iter::once((at.kind, at.subject)).chain(shows.map(|it| (it.kind, it.subject)));
        each.filter_map(|it| self.ids.get(&it)).flatten().copied().collect()
    }

    /// Whether what is left without the messages of open alerts wouldn't be worth telling. Of what they show in, watches
    /// count: a desk would hide whatever else happens there.
    fn is_mostly_told(&self, it: &Sighting, open: &[Alert], signals: &[Signal]) -> bool {
        let Some(said) = self.said.get(&(it.kind, it.subject)) else { return false };
        let own = open.iter().map(|at| (at.kind, at.subject));
        let watches = signals.iter().filter(|at| matches!(at.subject, Subject::Watch(_)));
        let each = own.chain(watches.map(|at| (at.kind, at.subject)));
        let told: HashSet<&MessageId> = each.filter_map(|at| self.ids.get(&at)).flatten().collect();
        let left = people(said.iter().filter(|it| !told.contains(&it.message)));
        !is_worth(it.subject, left, it.evidence.expected)
    }
}
