//! Whether the calendar ahead is varied: how many themes it really has, which one weighs most, and how long one goes on.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Reading, Step, Verdict};

/// A post to come, by the name of its theme (or format, or tone), in the order in which posts will go out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned<'a> {
    /// The name.
    pub name: &'a str,
}

/// What is said of a calendar.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Variety {
    /// Posts looked at.
    pub posts: usize,
    /// How many equally frequent themes would be as varied (the exponential of Shannon's entropy; Hill 1973): 1 for one
    /// theme only.
    pub themes: f64,
    /// The most frequent name and its share; `None` for an empty calendar.
    pub most: Option<(String, f64)>,
    /// The longest row of one name: the name, its first post from 0, how many.
    pub row: Option<(String, usize, usize)>,
    /// Names that are tired or worn and planned all the same, with how many posts.
    pub worn: Vec<(String, usize)>,
}

impl Variety {
    /// The key of what to say before a post is dropped here: the most pressing thing, or that all is well.
    #[must_use]
    pub fn key(&self) -> &'static str {
        let share = self.most.as_ref().map_or(0.0, |(_, share)| *share);
        if !self.worn.is_empty() {
            "weariness-variety-worn"
        } else if self.row.as_ref().is_some_and(|(.., count)| *count >= 3) {
            "weariness-variety-row"
        } else if self.posts >= 6 && share > 0.5 {
            "weariness-variety-most"
        } else {
            "weariness-variety-good"
        }
    }
}

/// Looks at a calendar, with what the gauges say of its names.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "numbers of posts are far below 2^52")]
pub fn variety(planned: &[Planned], gauges: &[(String, Reading)]) -> Variety {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut row: Option<(String, usize, usize)> = None;
    let (mut start, mut length) = (0, 0);
    for (index, it) in planned.iter().enumerate() {
        *counts.entry(it.name).or_default() += 1;
        let goes_on = index > 0 && planned.get(index - 1).is_some_and(|last| last.name == it.name);
        (start, length) = if goes_on { (start, length + 1) } else { (index, 1) };
        if row.as_ref().is_none_or(|(.., most)| length > *most) {
            row = Some((it.name.to_owned(), start, length));
        }
    }
    let all = planned.len() as f64;
    let entropy: f64 =
        counts.values().map(|count| *count as f64 / all).map(|share| -share * share.ln()).sum();
    let most = counts.iter().max_by_key(|(_, count)| **count);
    let is_worn = |name: &str| {
        gauges.iter().any(|(it, reading)| {
            it == name && matches!(reading.verdict, Verdict::Step(Step::Tired | Step::Worn))
        })
    };
    Variety {
        posts: planned.len(),
        themes: if planned.is_empty() { 0.0 } else { entropy.exp() },
        most: most.map(|(name, count)| ((*name).to_owned(), *count as f64 / all)),
        row,
        worn: counts
            .iter()
            .filter(|(name, _)| is_worn(name))
            .map(|(name, count)| ((*name).to_owned(), *count))
            .collect(),
    }
}
