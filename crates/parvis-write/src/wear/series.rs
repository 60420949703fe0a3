//! The posts of one theme as a series: what each was worth, and what the other themes did at the same times.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::{BEFORE, DAYS, Facet, LEAST, Outcome, RECENT};

const DAY: i64 = 86_400;

/// What reactions are measured against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Per {
    /// Readers reached.
    Reach,
    /// Nothing: the network tells no reach.
    Post,
}

/// A post of the theme.
pub(super) struct Point<'a> {
    pub(super) post: &'a Outcome,
    /// Its worth, in logarithms.
    pub(super) worth: f64,
}

pub(super) struct Series<'a> {
    points: Vec<Point<'a>>,
    pub(super) per: Per,
    /// Name, moment (seconds) and worth of the posts of others.
    others: Vec<(&'a str, i64, f64)>,
}

/// What befell all other themes between the same two times.
pub(super) struct House {
    /// Their change, in logarithms.
    pub(super) change: f64,
    /// How many comparisons of two posts it is worth.
    pub(super) weight: f64,
    /// Posts looked at.
    pub(super) posts: usize,
}

impl<'a> Series<'a> {
    pub(super) fn new(history: &'a [Outcome], facet: Facet, name: &str, now: Timestamp) -> Self {
        let oldest = now.as_second().saturating_sub(DAYS * DAY);
        let is_good = |it: &&Outcome| {
            it.reactions.is_finite() && it.reactions >= 0.0 && it.at <= now && it.at.as_second() >= oldest
        };
        let good: Vec<&Outcome> = history.iter().filter(is_good).collect();
        // Rates and bare counts can't be mixed: reach is used where most posts have it, and only those then.
        let with_reach = good.iter().filter(|it| reached(it).is_some()).count() * 2 > good.len();
        let per = if with_reach { Per::Reach } else { Per::Post };
        let worth =
            |it: &Outcome| Some(((it.reactions + 0.5) / if with_reach { reached(it)? } else { 1.0 }).ln());
        let (mut points, mut others) = (Vec::new(), Vec::new());
        for post in good {
            let Some(worth) = worth(post) else { continue };
            if facet.of(post) == name {
                points.push(Point { post, worth });
            } else {
                others.push((facet.of(post), post.at.as_second(), worth));
            }
        }
        points.sort_by_key(|it| it.post.at);
        Self { points, per, others }
    }

    /// Its past, and its present.
    pub(super) fn halves(&self) -> (Vec<&Point<'a>>, Vec<&Point<'a>>) {
        let count = self.points.len();
        // With few posts, the present gives way, that the past may have its least.
        let recent = RECENT.min(count.saturating_sub(LEAST.0).max(LEAST.1)).min(count);
        let split = count - recent;
        let before = self.points.get(split.saturating_sub(BEFORE)..split).unwrap_or_default();
        (before.iter().collect(), self.points.get(split..).unwrap_or_default().iter().collect())
    }

    /// How each other theme changed between the same two times, each against itself, so that it doesn't matter which
    /// themes were posted when (differences of differences).
    pub(super) fn house(&self, before: &[&Point], lately: &[&Point]) -> House {
        let mut it = House { change: 0.0, weight: 0.0, posts: 0 };
        let second = |point: Option<&&Point>| point.map(|it| it.post.at.as_second());
        let ends =
            (second(before.first()), second(before.last()), second(lately.first()), second(lately.last()));
        let (Some(start), Some(old), Some(new), Some(end)) = ends else {
            return it;
        };
        let turn = old.midpoint(new);
        let mut themes: BTreeMap<&str, [(f64, f64); 2]> = BTreeMap::new();
        for (name, at, worth) in
            self.others.iter().filter(|(_, at, _)| (start - 7 * DAY..=end + 7 * DAY).contains(at))
        {
            let (count, mean) = &mut themes.entry(name).or_default()[usize::from(*at > turn)];
            *count += 1.0;
            *mean += (worth - *mean) / *count;
            it.posts += 1;
        }
        let mut sum = 0.0;
        for [(n_old, old), (n_new, new)] in
            themes.into_values().filter(|[old, new]| old.0 > 0.0 && new.0 > 0.0)
        {
            let weight = n_old * n_new / (n_old + n_new);
            sum += weight * (new - old);
            it.weight += weight;
        }
        if it.weight > 0.0 {
            it.change = sum / it.weight;
        }
        it
    }
}

pub(super) fn reached(post: &Outcome) -> Option<f64> {
    post.reach.filter(|it| it.is_finite() && *it >= 1.0)
}

/// Mean days between posts.
#[expect(clippy::cast_precision_loss, reason = "seconds and numbers of posts are far below 2^52")]
pub(super) fn spacing(points: &[&Point]) -> Option<f64> {
    let (first, last) = (points.first()?, points.last()?);
    let days = (last.post.at.as_second() - first.post.at.as_second()) as f64 / DAY as f64;
    (points.len() > 1).then(|| days / (points.len() - 1) as f64)
}
