//! The best hours to publish, from what came of the organisation's own posts. Networks tell no reach, so a post is measured
//! against what is usual on the accounts that it went to. Knows no row and no page.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use parvis_write::day::best::{self, Hour, LEAST_POSTS, Past};

use super::wear::Came;
use crate::id::{ChannelId, PostId};

/// Hours that are proposed.
const PROPOSED: usize = 3;
/// What is usual, as the reach of a post: reactions are counted in hundredths of it.
const USUAL: f64 = 100.0;

/// What the past says of the hours of the week.
#[derive(Debug, Clone, PartialEq)]
pub enum Advice {
    /// Too few posts to say anything.
    TooThin {
        /// Posts that count.
        posts: usize,
        /// From how many on something is said.
        needed: usize,
    },
    /// The hours worth proposing, the best by their lower end first.
    Hours {
        /// Posts behind it.
        posts: usize,
        /// Tried hours.
        best: Vec<Hour>,
    },
}

/// The best hours of the week in `zone`.
pub fn advice(came: &[Came], zone: &TimeZone) -> Advice {
    let history = history(came);
    match best::hours(&history, zone) {
        Some(all) => Advice::Hours { posts: history.len(), best: best::best(&all, PROPOSED) },
        None => Advice::TooThin { posts: history.len(), needed: LEAST_POSTS },
    }
}

/// Each post once: the mean, over the accounts that it went to, of its reactions against what is usual there.
fn history(came: &[Came]) -> Vec<Past> {
    let mut accounts: BTreeMap<ChannelId, Vec<i64>> = BTreeMap::new();
    for it in came {
        accounts.entry(it.channel).or_default().push(it.reactions);
    }
    let usual: BTreeMap<ChannelId, f64> = accounts.into_iter().map(|(id, all)| (id, median(all))).collect();
    let mut posts: BTreeMap<PostId, (i64, Vec<f64>)> = BTreeMap::new();
    for it in came {
        let usual = usual.get(&it.channel).copied().unwrap_or(1.0).max(1.0);
        posts.entry(it.post).or_insert((it.published_at, Vec::new())).1.push(number(it.reactions) / usual);
    }
    let past = posts.into_values().filter_map(|(at, shares)| {
        let count = number(i64::try_from(shares.len()).ok()?);
        let at = Timestamp::from_microsecond(at).ok()?;
        Some(Past { at, reactions: USUAL * shares.iter().sum::<f64>() / count, reach: Some(USUAL) })
    });
    past.collect()
}

fn median(mut all: Vec<i64>) -> f64 {
    all.sort_unstable();
    number(all.get(all.len() / 2).copied().unwrap_or_default())
}

#[expect(clippy::cast_precision_loss, reason = "counts of reactions are far below 2^52")]
fn number(it: i64) -> f64 {
    it as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{DAY, HOUR};
    use crate::testing::START;

    /// A post a day for so many days at the hours given, with the reactions that `of` says, on an account with ten times as
    /// many readers as the other.
    fn came(days: i64, of: impl Fn(i64) -> i64) -> Vec<Came> {
        let [large, small] = [ChannelId::new(START), ChannelId::new(START)];
        let both = |day: i64| {
            let (post, published_at) = (PostId::new(START), START + day * DAY + (day % 2) * 6 * HOUR);
            [(large, 10), (small, 1)].map(|(channel, readers)| Came {
                post,
                theme: String::new(),
                published_at,
                channel,
                reactions: readers * of(day),
                negative: 0,
            })
        };
        (0..days).flat_map(both).collect()
    }

    #[test]
    fn few_posts_say_nothing_and_a_post_on_two_networks_is_one() {
        let said = advice(&came(19, |_| 40), &TimeZone::UTC);
        assert_eq!(said, Advice::TooThin { posts: 19, needed: 20 });
    }

    #[test]
    fn the_hour_at_which_twice_as_much_came_back_is_proposed_first_and_said_to_be_sure() {
        let said = advice(&came(120, |day| if day % 2 == 0 { 40 } else { 80 }), &TimeZone::UTC);
        let Advice::Hours { posts: 120, best } = said else { panic!("{said:?}") };
        let late = Timestamp::from_microsecond(START + 6 * HOUR).unwrap().to_zoned(TimeZone::UTC).hour();
        assert_eq!(best.len(), 3);
        for it in best {
            assert_eq!(it.hour, usize::try_from(late).unwrap());
            assert!(it.is_surely_better() && it.times < 2.5, "{it:?}");
        }
    }

    #[test]
    fn where_all_hours_are_alike_none_is_said_to_be_better() {
        let said = advice(&came(60, |day| 40 + day % 3), &TimeZone::UTC);
        let Advice::Hours { best, .. } = said else { panic!("{said:?}") };
        assert!(best.iter().all(|it| !it.is_surely_better()), "{best:?}");
    }
}
