//! Where a span stands in a text that was scanned.

use crate::{
    query::is_like,
    scan::{Scan, Token},
    word::{self, Sigil},
};

use smallvec::SmallVec;

use super::program::{Leaf, Pattern, Spot};

/// Words mostly stand in a text once or twice.
type Places = SmallVec<[Place; 8]>;

/// The tokens of a span, and its first and last word. An emoji stands between two words: it starts at the one after
/// it and ends at the one before it.
#[derive(Clone, Copy, Debug)]
struct Place {
    first: u32,
    last: u32,
    start: i32,
    end: i32,
}

/// A NEAR within a NEAR can stand at so many places at most; only made-up texts come near it.
const MAX_PLACES: usize = 1 << 20;

/// A text that was scanned, asked for spans.
pub(super) struct Asked<'a> {
    pub(super) text: &'a str,
    pub(super) scan: &'a Scan,
}

impl Asked<'_> {
    /// Whether the span stands in the text.
    pub(super) fn has(&self, spot: &Spot) -> bool {
        match spot {
            Spot::Phrase(leaves) => self.phrases(leaves).next().is_some(),
            Spot::Any(spots) => spots.iter().any(|it| self.has(it)),
            Spot::Within { leaves, steps } => self.is_within(leaves, *steps),
            Spot::Near { left, right, steps, is_ordered } => {
                let (left, right) = (self.places(left), self.places(right));
                let is_found =
                    |a: &[Place], b: &[Place]| a.iter().any(|it| followers(it, b, *steps).next().is_some());
                is_found(&left, &right) || (!is_ordered && is_found(&right, &left))
            }
        }
    }

    /// Every place of the span, by its first token.
    fn places(&self, spot: &Spot) -> Places {
        let mut places = match spot {
            Spot::Phrase(leaves) => self.phrases(leaves).collect(),
            Spot::Any(spots) => spots.iter().flat_map(|it| self.places(it)).collect(),
            // The language doesn't measure from it.
            Spot::Within { .. } => Places::new(),
            Spot::Near { left, right, steps, is_ordered } => {
                let (left, right) = (self.places(left), self.places(right));
                let mut found = pairs(&left, &right, *steps);
                if !is_ordered {
                    found.extend(pairs(&right, &left, *steps));
                }
                found
            }
        };
        places.sort_unstable_by_key(|it| (it.first, it.last));
        places
    }

    fn phrases<'b>(&'b self, leaves: &'b [Leaf]) -> impl Iterator<Item = Place> + 'b {
        let first = leaves.first().map(|it| self.tokens(it));
        first.into_iter().flatten().filter_map(|first| {
            let last = self.rest(&leaves[1..], first)?;
            Some(self.place(first, last))
        })
    }

    /// The last token of a phrase whose other words follow this token.
    fn rest(&self, leaves: &[Leaf], before: usize) -> Option<usize> {
        let Some((leaf, rest)) = leaves.split_first() else { return Some(before) };
        let mut next = before + 1;
        // The next word, or an emoji before it.
        while let Some(token) = self.scan.tokens.get(next) {
            if self.is(leaf, token)
                && let Some(last) = self.rest(rest, next)
            {
                return Some(last);
            }
            if !token.is_emoji {
                return None;
            }
            next += 1;
        }
        None
    }

    /// Whether each word can have a token of its own, all within so many steps: a matching of words and tokens for
    /// each window, by augmenting paths.
    fn is_within(&self, leaves: &[Leaf], steps: u32) -> bool {
        let lists: Vec<Vec<usize>> = leaves.iter().map(|it| self.tokens(it).collect()).collect();
        let mut starts: Vec<usize> = lists.iter().flatten().copied().collect();
        starts.sort_unstable();
        starts.dedup();
        starts.into_iter().any(|first| {
            let place = self.place(first, first);
            let reach = i64::from(place.end) + i64::from(steps);
            let windows: Vec<&[usize]> = lists
                .iter()
                .map(|list| {
                    let from = list.partition_point(|it| *it < first);
                    let to = list.partition_point(|it| i64::from(self.place(*it, *it).start) <= reach);
                    list.get(from..to).unwrap_or_default()
                })
                .collect();
            let mut owners = std::collections::HashMap::new();
            (0..windows.len()).all(|at| give(at, &windows, &mut owners, &mut Vec::new()))
        })
    }

    /// The tokens that are this word, in their order.
    fn tokens<'b>(&'b self, leaf: &'b Leaf) -> impl Iterator<Item = usize> + 'b {
        let (by_hash, by_pattern) = match leaf {
            Leaf::Word { hash, .. } => (Some(self.scan.all(*hash)), None),
            Leaf::Pattern(_) => (None, Some(0..self.scan.tokens.len())),
        };
        let all = by_hash.into_iter().flatten().chain(by_pattern.into_iter().flatten());
        all.filter(|at| self.is(leaf, &self.scan.tokens[*at]))
    }

    fn is(&self, leaf: &Leaf, token: &Token) -> bool {
        let asked = match leaf {
            Leaf::Word { hash, sigil, exact } => {
                if *hash != token.hash
                    || exact.as_ref().is_some_and(|it| word::compose(self.raw(token)) != **it)
                {
                    return false;
                }
                sigil
            }
            Leaf::Pattern(it) => {
                if token.is_emoji
                    || token.head & it.mask != it.head
                    || !(it.is_head || self.is_like(it, token))
                {
                    return false;
                }
                &it.sigil
            }
        };
        *asked == Sigil::None || *asked == token.sigil
    }

    fn is_like(&self, it: &Pattern, token: &Token) -> bool {
        if it.is_exact {
            is_like(&it.pattern, &word::compose(self.raw(token)))
        } else {
            is_like(&it.pattern, &self.folded(token))
        }
    }

    /// The token's text, folded.
    pub(super) fn folded(&self, token: &Token) -> String {
        word::fold(self.raw(token))
    }

    fn raw(&self, token: &Token) -> &str {
        &self.text[token.start as usize..token.end as usize]
    }

    fn place(&self, first: usize, last: usize) -> Place {
        let (start, end) = (&self.scan.tokens[first], &self.scan.tokens[last]);
        Place {
            first: first as u32,
            last: last as u32,
            start: start.step.cast_signed(),
            end: end.step.cast_signed() - i32::from(end.is_emoji),
        }
    }
}

/// The places that begin after this one has ended, and soon enough. `others` are in order.
fn followers<'a>(place: &Place, others: &'a [Place], steps: u32) -> impl Iterator<Item = &'a Place> {
    let from = others.partition_point(|it| it.first <= place.last);
    let end = place.end;
    others[from..].iter().take_while(move |it| i64::from(it.start) - i64::from(end) <= i64::from(steps))
}

fn pairs(left: &[Place], right: &[Place], steps: u32) -> Places {
    let found = left.iter().flat_map(|a| {
        followers(a, right, steps).map(|b| Place { first: a.first, last: b.last, start: a.start, end: b.end })
    });
    found.take(MAX_PLACES).collect()
}

/// Gives the word a token of its window, moving other words to another of theirs where need be.
fn give(
    word: usize,
    windows: &[&[usize]],
    owners: &mut std::collections::HashMap<usize, usize>,
    tried: &mut Vec<usize>,
) -> bool {
    for token in windows[word] {
        if tried.contains(token) {
            continue;
        }
        tried.push(*token);
        let owner = owners.get(token).copied();
        if owner.is_none_or(|it| give(it, windows, owners, tried)) {
            owners.insert(*token, word);
            return true;
        }
    }
    false
}
