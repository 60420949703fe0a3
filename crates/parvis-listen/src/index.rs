//! Every watch matched against a post at once.
//!
//! Each query is filed under a few keys of which a post must have one (the rarest word it can't do without, the words
//! of an alternative, the start of a pattern, a field's value). A post is cut into words once; each word is looked
//! up; only the queries filed there are asked, by a short program of tests with jumps. So the cost of a post grows
//! with the queries that nearly match it, not with how many there are. After Lucene's monitor and the batch
//! percolator of Meltwater; measured against both in docs/benchmarks.md.

mod anchor;
mod common;
mod level;
mod place;
mod program;

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use crate::{Post, query::Query, scan::Scan};

pub use common::Counts;
use level::{Fields, Level, Seen};
use place::Asked;
use program::Program;

/// A change is laid beside the rest until there are so many, then all is laid out anew.
const YOUNG: usize = 256;

/// Queries by number, and the [`Matcher`] over them. Changing one takes a few milliseconds at most times; once in
/// [`YOUNG`] changes all is laid out anew, a fifth of a second at 100,000 queries. Matchers given out go on as they
/// are meanwhile.
#[derive(Debug, Default)]
pub struct Index {
    programs: HashMap<u32, Arc<Program>>,
    young: HashSet<u32>,
    matcher: Matcher,
    counts: Counts,
}

/// Matches posts against the queries an [`Index`] had when it gave this. Cheap to clone, the same for every thread.
#[derive(Clone, Debug, Default)]
pub struct Matcher {
    base: Arc<Level>,
    /// The latest changes: asked instead of the base where they speak of the same number.
    young: Arc<Level>,
    /// Numbers of the base that no longer hold.
    gone: Arc<HashSet<u32>>,
}

/// What one thread needs while it matches; made once.
#[derive(Debug, Default)]
pub struct Scratch {
    scan: Scan,
    fields: Fields,
    seen: Seen,
    found: Vec<u32>,
}

impl Index {
    /// An index over these queries by number. `counts` says which words are common in what will be matched;
    /// answers don't depend on it, speed does.
    pub fn build<'a>(queries: impl IntoIterator<Item = (u32, &'a Query)>, counts: Counts) -> Self {
        let programs = queries.into_iter().map(|(id, it)| (id, Arc::new(Program::of(it, &counts)))).collect();
        let mut index = Self { programs, counts, ..Self::default() };
        index.lay_out();
        index
    }

    /// Adds a query, or takes it for the one that had this number.
    pub fn insert(&mut self, id: u32, query: &Query) {
        self.programs.insert(id, Arc::new(Program::of(query, &self.counts)));
        self.young.insert(id);
        self.change(id);
    }

    /// Takes a query away; a number that isn't there is no mistake.
    pub fn remove(&mut self, id: u32) {
        if self.programs.remove(&id).is_some() {
            self.young.remove(&id);
            self.change(id);
        }
    }

    fn change(&mut self, id: u32) {
        if self.young.len() > YOUNG || self.matcher.gone.len() > YOUNG + self.programs.len() / 4 {
            return self.lay_out();
        }
        let young = self.young.iter().filter_map(|id| Some((*id, &**self.programs.get(id)?)));
        self.matcher.young = Arc::new(Level::of(young));
        if self.matcher.base.has(id) {
            Arc::make_mut(&mut self.matcher.gone).insert(id);
        }
    }

    fn lay_out(&mut self) {
        self.young.clear();
        let base = Arc::new(Level::of(self.programs.iter().map(|(id, it)| (*id, &**it))));
        self.matcher = Matcher { base, ..Matcher::default() };
    }

    /// How many queries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.programs.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.programs.is_empty()
    }

    /// A matcher over the queries as they are now.
    #[must_use]
    pub fn matcher(&self) -> Matcher {
        self.matcher.clone()
    }
}

impl Matcher {
    /// The numbers of the queries that the post matches, from the smallest.
    pub fn matches<'s>(&self, post: &Post<'_>, scratch: &'s mut Scratch) -> &'s [u32] {
        let Scratch { scan, fields, seen, found } = scratch;
        found.clear();
        scan.read(post.text);
        fields.read(post);
        let asked = Asked { text: post.text, scan };
        self.base.run(&asked, fields, seen, found);
        if !self.gone.is_empty() {
            found.retain(|id| !self.gone.contains(id));
        }
        if !self.young.is_empty() {
            self.young.run(&asked, fields, seen, found);
        }
        found.sort_unstable();
        found
    }
}

#[cfg(test)]
mod tests;
