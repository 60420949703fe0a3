//! Queries laid out to be looked up: a filter of bits, a table of keys, and the programs in the order of their keys.

use std::collections::{HashMap, HashSet};

use crate::{
    Post,
    query::{Name, host, host_and_above, plain_value},
    scan::Scan,
    word::Sigil,
};

use super::{
    anchor::{self, Anchor, PREFIXES, pair_key, prefix_key},
    place::Asked,
    program::{Kind, NO, Program, Spot, Test, YES, field_key},
};

/// A query filed under a key.
#[derive(Clone, Copy, Debug)]
struct Filed {
    /// Where its program begins.
    code: u32,
    /// The upper half of a hash the post must have too; 0 if there is none.
    check: u32,
    query: u32,
    /// Whether it is filed under several keys, so that it may come up again.
    is_several: bool,
}

#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    key: u64,
    from: u32,
    /// 0 if the slot is free.
    length: u32,
}

/// Queries laid out. Never changes.
#[derive(Debug, Default)]
pub(super) struct Level {
    /// One bit for each key.
    filter: Vec<u64>,
    shift: u32,
    table: Vec<Slot>,
    filed: Vec<Filed>,
    always: Vec<Filed>,
    tests: Vec<Test>,
    spots: Vec<Spot>,
    ranges: Vec<(Option<u64>, Option<u64>)>,
    ids: Vec<u32>,
    known: HashSet<u32>,
    /// Which of [`PREFIXES`] are used.
    prefixes: Vec<u8>,
    has_pieces: bool,
    has_pairs: bool,
}

/// The hashes of what is known about a post beside its text.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    keys: Vec<u64>,
    followers: Option<u64>,
}

/// Which queries were asked already for this post.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    marks: Vec<u32>,
    now: u32,
}

impl Fields {
    pub(crate) fn read(&mut self, post: &Post<'_>) {
        self.keys.clear();
        self.followers = post.followers;
        for (_, name) in Name::ALL {
            let Some(value) = post.field(name) else { continue };
            if name == Name::Site {
                let host = host(value);
                self.keys.extend(host_and_above(&host).map(|it| field_key(name, it)));
            } else {
                self.keys.push(field_key(name, &plain_value(value)));
            }
        }
    }
}

impl Seen {
    fn begin(&mut self, queries: usize) {
        if self.marks.len() < queries {
            self.marks.resize(queries, 0);
        }
        self.now = self.now.wrapping_add(1);
        if self.now == 0 {
            self.marks.fill(0);
            self.now = 1;
        }
    }

    /// Whether it is the first time.
    fn is_new(&mut self, query: u32) -> bool {
        let mark = &mut self.marks[query as usize];
        let is_new = *mark != self.now;
        *mark = self.now;
        is_new
    }
}

impl Level {
    pub(super) fn of<'a>(programs: impl Iterator<Item = (u32, &'a Program)>) -> Self {
        let mut programs: Vec<(u32, &Program)> = programs.collect();
        let first_key =
            |it: &Program| it.anchors.as_deref().and_then(|it| it.first()).map_or(0, |it| it.key());
        // Programs that come up together lie together.
        programs.sort_by_key(|(id, it)| (first_key(it), *id));
        let mut level = Self::default();
        let mut by_key: HashMap<u64, Vec<Filed>> = HashMap::new();
        for (id, program) in programs {
            let filed = level.take(id, program);
            let Some(anchors) = &program.anchors else {
                level.always.push(filed(0, false));
                continue;
            };
            for anchor in anchors {
                level.note(*anchor);
                let key = anchor.key();
                by_key.entry(key).or_default().push(filed(key, anchors.len() > 1));
            }
        }
        level.table(by_key);
        level
    }

    /// Lays out one program; gives how it is to be filed under a key.
    fn take<'a>(&mut self, id: u32, program: &'a Program) -> impl Fn(u64, bool) -> Filed + use<'a> {
        let (code, query) = (self.tests.len() as u32, self.ids.len() as u32);
        let (spots, ranges) = (self.spots.len() as u64, self.ranges.len() as u64);
        self.tests.extend(program.tests.iter().map(|it| {
            let moved = match it.kind {
                Kind::Span => spots,
                Kind::Range => ranges,
                _ => 0,
            };
            Test { key: it.key + moved, ..*it }
        }));
        self.spots.extend(program.spots.iter().cloned());
        self.ranges.extend(&program.ranges);
        self.ids.push(id);
        self.known.insert(id);
        move |key, is_several| {
            let check = program.required.iter().find(|it| **it != key).map_or(0, |it| (it >> 32) as u32);
            Filed { code, check, query, is_several }
        }
    }

    fn note(&mut self, anchor: Anchor) {
        match anchor {
            Anchor::Prefix { length, .. } if !self.prefixes.contains(&length) => self.prefixes.push(length),
            Anchor::Piece(_) => self.has_pieces = true,
            Anchor::Pair(..) => self.has_pairs = true,
            _ => {}
        }
        debug_assert!(self.prefixes.iter().all(|it| PREFIXES.contains(it)));
    }

    fn table(&mut self, by_key: HashMap<u64, Vec<Filed>>) {
        let bits = (by_key.len() * 16).next_power_of_two().max(64);
        self.filter = vec![0; bits / 64];
        self.shift = 64 - bits.trailing_zeros();
        let size = (by_key.len() * 2).next_power_of_two().max(2);
        self.table = vec![Slot::default(); size];
        let mut by_key: Vec<(u64, Vec<Filed>)> = by_key.into_iter().collect();
        by_key.sort_unstable_by_key(|it| it.0);
        for (key, filed) in by_key {
            let bit = key >> self.shift;
            self.filter[(bit / 64) as usize] |= 1 << (bit % 64);
            let mut slot = key as usize & (size - 1);
            while self.table[slot].length > 0 {
                slot = (slot + 1) & (size - 1);
            }
            self.table[slot] = Slot { key, from: self.filed.len() as u32, length: filed.len() as u32 };
            self.filed.extend(filed);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    pub(super) fn has(&self, id: u32) -> bool {
        self.known.contains(&id)
    }

    #[inline(always)]
    fn may_have(&self, key: u64) -> bool {
        let bit = key >> self.shift;
        self.filter[(bit / 64) as usize] >> (bit % 64) & 1 == 1
    }

    fn filed(&self, key: u64) -> &[Filed] {
        let mask = self.table.len() - 1;
        let mut slot = key as usize & mask;
        loop {
            let Slot { key: found, from, length } = self.table[slot];
            if length == 0 {
                return &[];
            }
            if found == key {
                return &self.filed[from as usize..(from + length) as usize];
            }
            slot = (slot + 1) & mask;
        }
    }

    /// Adds the numbers of the queries that match, in no order.
    pub(super) fn run(&self, asked: &Asked<'_>, fields: &Fields, seen: &mut Seen, found: &mut Vec<u32>) {
        if self.ids.is_empty() {
            return;
        }
        seen.begin(self.ids.len());
        let mut run = Run { level: self, asked, fields, seen, found };
        for (at, token) in asked.scan.tokens.iter().enumerate() {
            if self.may_have(token.hash) && asked.scan.is_first(at) {
                run.key(token.hash);
            }
        }
        for key in &fields.keys {
            run.key(*key);
        }
        if !self.prefixes.is_empty() {
            run.prefixes();
        }
        if self.has_pairs {
            run.pairs();
        }
        if self.has_pieces {
            run.pieces();
        }
        run.all(&self.always);
    }
}

struct Run<'a> {
    level: &'a Level,
    asked: &'a Asked<'a>,
    fields: &'a Fields,
    seen: &'a mut Seen,
    found: &'a mut Vec<u32>,
}

impl Run<'_> {
    #[inline]
    fn key(&mut self, key: u64) {
        if self.level.may_have(key) {
            self.all(self.level.filed(key));
        }
    }

    fn prefixes(&mut self) {
        for token in asked_words(self.asked.scan) {
            for length in &self.level.prefixes {
                // A shorter word ends in zeros and can't have the prefix.
                if token >> (64 - 8 * u32::from(*length)) & 0xFF != 0 {
                    self.again(prefix_key(*length, token));
                }
            }
        }
    }

    fn pairs(&mut self) {
        let mut before = None;
        for token in self.asked.scan.tokens.iter().filter(|it| !it.is_emoji) {
            if let Some(before) = before {
                self.again(pair_key(before, token.hash));
            }
            before = Some(token.hash);
        }
    }

    fn pieces(&mut self) {
        for token in self.asked.scan.tokens.iter().filter(|it| !it.is_emoji) {
            let folded = self.asked.folded(token);
            for bytes in folded.as_bytes().windows(3) {
                self.again(anchor::piece_key([bytes[0], bytes[1], bytes[2]]));
            }
        }
    }

    /// A key that several words of the post can have.
    #[inline]
    fn again(&mut self, key: u64) {
        if self.level.may_have(key) {
            for filed in self.level.filed(key) {
                if self.seen.is_new(filed.query) {
                    self.one(filed);
                }
            }
        }
    }

    #[inline]
    fn all(&mut self, filed: &[Filed]) {
        for filed in filed {
            if filed.check != 0 && !self.asked.scan.may_have(u64::from(filed.check) << 32) {
                continue;
            }
            if !filed.is_several || self.seen.is_new(filed.query) {
                self.one(filed);
            }
        }
    }

    #[inline]
    fn one(&mut self, filed: &Filed) {
        if self.holds(filed.code as usize) {
            self.found.push(self.level.ids[filed.query as usize]);
        }
    }

    #[inline]
    fn holds(&self, code: usize) -> bool {
        let mut at = 0;
        loop {
            let test = &self.level.tests[code + usize::from(at)];
            at = if self.test(test) { test.yes } else { test.no };
            match at {
                YES => return true,
                NO => return false,
                _ => {}
            }
        }
    }

    #[inline]
    fn test(&self, test: &Test) -> bool {
        match test.kind {
            Kind::Word => self.asked.scan.first(test.key).is_some(),
            Kind::Hash => self.has(test.key, Sigil::Hash),
            Kind::At => self.has(test.key, Sigil::At),
            Kind::Span => self.asked.has(&self.level.spots[test.key as usize]),
            Kind::Field => self.fields.keys.contains(&test.key),
            Kind::Range => {
                let (low, high) = self.level.ranges[test.key as usize];
                let is_in = |it: u64| low.is_none_or(|low| it >= low) && high.is_none_or(|high| it <= high);
                self.fields.followers.is_some_and(is_in)
            }
            Kind::Head => {
                // Words hold no zero bytes.
                let mask = u64::MAX << (test.key.trailing_zeros() & !7);
                self.asked.scan.tokens.iter().any(|it| it.head & mask == test.key)
            }
            Kind::Never => false,
            Kind::Always => true,
        }
    }

    fn has(&self, hash: u64, sigil: Sigil) -> bool {
        self.asked.scan.all(hash).any(|it| self.asked.scan.tokens[it].sigil == sigil)
    }
}

/// The first bytes of each word.
fn asked_words(scan: &Scan) -> impl Iterator<Item = u64> {
    scan.tokens.iter().filter(|it| !it.is_emoji).map(|it| it.head)
}
