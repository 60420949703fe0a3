//! Whether the community has had enough of a theme, from what came of the organisation's own posts. Networks tell no reach, so
//! a post is measured against what is usual on the accounts that it went to. Knows no row and no page.

use std::collections::BTreeMap;

use jiff::Timestamp;
use parvis_write::wear::{Facet, Outcome, Reading, Step, Verdict, gauges};

use crate::clock::DAY;
use crate::id::{ChannelId, PostId};

/// Reactions come within this (µs); a younger post isn't looked at.
pub const RIPE: i64 = DAY;
/// Posts older than this (µs) aren't looked at.
pub const BACK: i64 = 500 * DAY;

/// What came of a post on one network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Came {
    /// Which post.
    pub post: PostId,
    /// Its theme.
    pub theme: String,
    /// When it stood there (µs).
    pub published_at: i64,
    /// On which account.
    pub channel: ChannelId,
    /// Reactions of all kinds that the network counts.
    pub reactions: i64,
    /// How many messages of the public below it sound displeased.
    pub negative: i64,
}

/// The gauge of each theme, by its name.
pub fn themes(came: &[Came], now: i64) -> Vec<(String, Reading)> {
    gauges(&outcomes(came), Facet::Theme, moment(now))
}

/// The step of the gauge, from 1 (liked better) to 5 (worn out); `None` where there is too little to say.
pub fn step(it: &Reading) -> Option<u8> {
    match it.verdict {
        Verdict::TooThin => None,
        Verdict::Step(Step::Fresh) => Some(1),
        Verdict::Step(Step::Steady) => Some(2),
        Verdict::Step(Step::Watch) => Some(3),
        Verdict::Step(Step::Tired) => Some(4),
        Verdict::Step(Step::Worn) => Some(5),
    }
}

/// The name of what the gauge says, in JSON and translations (`weariness-…`).
pub fn name(it: &Reading) -> &'static str {
    match step(it) {
        None => "too-thin",
        Some(1) => "fresh",
        Some(2) => "steady",
        Some(3) => "watch",
        Some(4) => "tired",
        Some(_) => "worn",
    }
}

fn moment(at: i64) -> Timestamp {
    Timestamp::from_microsecond(at).unwrap_or(Timestamp::UNIX_EPOCH)
}

#[expect(clippy::cast_precision_loss, reason = "reactions are far below 2^52")]
fn outcomes(came: &[Came]) -> Vec<Outcome> {
    let usual = usual(came);
    let mut posts: BTreeMap<PostId, Outcome> = BTreeMap::new();
    for it in came {
        let post = posts.entry(it.post).or_insert_with(|| Outcome {
            at: moment(it.published_at),
            theme: it.theme.clone(),
            format: String::new(),
            tone: String::new(),
            reactions: 0.0,
            reach: Some(0.0),
            negative: Some(0.0),
            hidden: None,
            unfollowed: None,
        });
        post.reactions += it.reactions as f64;
        post.negative = post.negative.map(|all| all + it.negative as f64);
        let here = usual.get(&it.channel).copied().unwrap_or(1.0);
        post.reach = post.reach.map(|all| all + here);
    }
    posts.into_values().collect()
}

/// The median of the reactions on each account, one at least.
#[expect(clippy::cast_precision_loss, reason = "reactions are far below 2^52")]
fn usual(came: &[Came]) -> BTreeMap<ChannelId, f64> {
    let mut all: BTreeMap<ChannelId, Vec<i64>> = BTreeMap::new();
    for it in came {
        all.entry(it.channel).or_default().push(it.reactions);
    }
    let median = |mut values: Vec<i64>| {
        values.sort_unstable();
        values.get(values.len() / 2).copied().unwrap_or(0).max(1) as f64
    };
    all.into_iter().map(|(channel, values)| (channel, median(values))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::START;

    /// Weekly posts of two themes on one account, oldest first: of each, the reactions.
    fn came(games: &[i64], films: &[i64]) -> Vec<Came> {
        let channel = ChannelId::new(START);
        let theme = |name: &'static str, all: &[i64]| {
            let one = |(place, reactions): (usize, &i64)| Came {
                post: PostId::new(START),
                theme: name.to_owned(),
                published_at: START - (all.len() - place) as i64 * 7 * DAY,
                channel,
                reactions: *reactions,
                negative: 0,
            };
            all.iter().enumerate().map(one).collect::<Vec<_>>()
        };
        [theme("Jeux", games), theme("Films", films)].concat()
    }

    #[test]
    fn a_theme_that_fell_to_a_quarter_is_told_and_the_other_isnt_blamed() {
        let mut games = vec![40; 24];
        games.extend([12, 9, 11, 10, 8, 10]);
        let all = themes(&came(&games, &[40; 30]), START);
        let said: Vec<_> = all.iter().map(|(theme, it)| (theme.as_str(), step(it))).collect();
        assert_eq!(said.last(), Some(&("Jeux", Some(5))), "{said:?}");
        assert!(said.first().is_some_and(|(theme, step)| *theme == "Films" && *step < Some(3)), "{said:?}");
    }

    #[test]
    fn too_few_posts_say_nothing() {
        let all = themes(&came(&[40, 3, 40], &[]), START);
        assert_eq!(all.first().map(|(_, it)| step(it)), Some(None));
        assert!(themes(&[], START).is_empty());
    }
}
