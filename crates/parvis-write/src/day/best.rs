//! The best hour to publish, from one's own history, with how sure that is.
//!
//! Each post is worth the logarithm of its reactions (plus one half) per reader reached, or against the history's median
//! where the network tells no reach. An hour of the week is expected to be what its day and its hour of the day are, each
//! drawn towards the whole as far as few posts stand behind it (empirical Bayes: James and Stein 1961; Gelman and Hill,
//! Data Analysis Using Regression and Multilevel/Hierarchical Models, 2007, chapter 12), and its own posts move it from
//! there. Nothing is known of what wasn't tried: such hours have wide ranges, which is what they should show.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Hours of a week.
pub const HOURS: usize = 168;
/// Posts from which anything is said.
pub const LEAST_POSTS: usize = 20;

/// A post that went out, with what came of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Past {
    /// When it went out.
    pub at: Timestamp,
    /// Reactions of all kinds.
    pub reactions: f64,
    /// Readers reached, where the network tells.
    pub reach: Option<f64>,
}

/// What is to be expected of one hour of the week, against the house's usual (1).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hour {
    /// Monday is 0.
    pub weekday: usize,
    /// 0 to 23, on the organisation's clock.
    pub hour: usize,
    /// Times the usual.
    pub times: f64,
    /// Lower end of what is believed with four chances in five.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
    /// Posts that went out in this very hour.
    pub posts: usize,
}

impl Hour {
    /// It is better than usual, beyond what chance does.
    #[must_use]
    pub fn is_surely_better(&self) -> bool {
        self.low > 1.0
    }
}

/// A group of posts: how many, and their mean against what was expected.
#[derive(Clone, Copy, Default)]
struct Cell {
    posts: f64,
    mean: f64,
}

/// A mean drawn towards nothing, and how unsure it is.
#[derive(Clone, Copy, Default)]
struct Drawn {
    mean: f64,
    variance: f64,
}

/// All hours of the week, from Monday midnight on; `None` with fewer than [`LEAST_POSTS`] posts that count.
#[must_use]
pub fn hours(history: &[Past], zone: &TimeZone) -> Option<Vec<Hour>> {
    let points = points(history, zone);
    if points.len() < LEAST_POSTS {
        return None;
    }
    let all = mean(points.iter().map(|it| it.1));
    let spread = mean(points.iter().map(|it| (it.1 - all).powi(2))).max(1e-4);
    let rest: Vec<(usize, f64)> = points.iter().map(|(hour, value)| (*hour, value - all)).collect();
    let days = draw(&cells(&rest, 7, |it| it / 24), spread);
    let clock = draw(&cells(&rest, 24, |it| it % 24), spread);
    let of = |it: usize, from: &[Drawn]| from.get(it).copied().unwrap_or_default();
    let left: Vec<(usize, f64)> = rest
        .iter()
        .map(|(hour, value)| (*hour, value - of(hour / 24, &days).mean - of(hour % 24, &clock).mean))
        .collect();
    let noise = mean(left.iter().map(|it| it.1.powi(2))).max(1e-4);
    let own = cells(&left, HOURS, |it| it);
    let drawn = draw(&own, noise);
    Some(
        (0..HOURS)
            .map(|index| {
                let (day, time, cell) = (of(index / 24, &days), of(index % 24, &clock), of(index, &drawn));
                let middle = day.mean + time.mean + cell.mean;
                // 1.2816: the normal quantile that leaves a tenth on either side.
                let reach = 1.2816 * (day.variance + time.variance + cell.variance).sqrt();
                Hour {
                    weekday: index / 24,
                    hour: index % 24,
                    times: middle.exp(),
                    low: (middle - reach).exp(),
                    high: (middle + reach).exp(),
                    posts: own.get(index).map_or(0, |it| count(it.posts)),
                }
            })
            .collect(),
    )
}

/// The hours worth proposing: the best by their lower end, among those that were tried at all, `most` at most.
#[must_use]
pub fn best(hours: &[Hour], most: usize) -> Vec<Hour> {
    let mut tried: Vec<Hour> = hours.iter().copied().filter(|it| it.posts > 0).collect();
    tried.sort_by(|a, b| b.low.total_cmp(&a.low));
    tried.truncate(most);
    tried
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of posts")]
fn count(posts: f64) -> usize {
    posts as usize
}

/// The hour of the week and the worth of each post that counts.
fn points(history: &[Past], zone: &TimeZone) -> Vec<(usize, f64)> {
    let good = |it: f64| it.is_finite() && it >= 0.0;
    let counted: Vec<&Past> = history.iter().filter(|it| good(it.reactions)).collect();
    let reached = |it: &Past| it.reach.filter(|reach| reach.is_finite() && *reach >= 1.0);
    // Rates and bare counts can't be mixed: reach is used where most posts have it, and only those then.
    let with_reach = counted.iter().filter(|it| reached(it).is_some()).count() * 2 > counted.len();
    counted
        .into_iter()
        .filter_map(|it| {
            let per = if with_reach { reached(it)? } else { 1.0 };
            let local = it.at.to_zoned(zone.clone());
            let day = usize::try_from(local.weekday().to_monday_zero_offset()).ok()?;
            let hour = usize::try_from(local.hour()).ok()?;
            Some((day * 24 + hour, ((it.reactions + 0.5) / per).ln()))
        })
        .collect()
}

#[expect(clippy::cast_precision_loss, reason = "numbers of posts are far below 2^52")]
fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (count, sum) = values.fold((0_usize, 0.0), |(count, sum), value| (count + 1, sum + value));
    if count == 0 { 0.0 } else { sum / count as f64 }
}

fn cells(points: &[(usize, f64)], size: usize, of: impl Fn(usize) -> usize) -> Vec<Cell> {
    let mut found = vec![Cell::default(); size];
    for (hour, value) in points {
        if let Some(cell) = found.get_mut(of(*hour)) {
            cell.posts += 1.0;
            cell.mean += (value - cell.mean) / cell.posts;
        }
    }
    found
}

/// Draws means towards nothing: how far groups really differ is what their means differ by beyond chance (method of
/// moments), a fiftieth of the spread at least, so that much evidence always shows.
fn draw(cells: &[Cell], noise: f64) -> Vec<Drawn> {
    let tried: Vec<&Cell> = cells.iter().filter(|it| it.posts > 0.0).collect();
    let beyond: f64 = tried.iter().map(|it| it.posts * (it.mean.powi(2) - noise / it.posts)).sum();
    let weight: f64 = tried.iter().map(|it| it.posts).sum();
    let real = (beyond / weight.max(1.0)).max(noise / 50.0);
    cells
        .iter()
        .map(|it| {
            let variance = 1.0 / (1.0 / real + it.posts / noise);
            Drawn { mean: variance * it.posts * it.mean / noise, variance }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    /// A small generator (Knuth's constants), so that runs are the same each time; values about normal.
    struct Chance(u64);

    impl Chance {
        fn next(&mut self) -> f64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 11) as f64 / (1_u64 << 53) as f64
        }

        fn normal(&mut self) -> f64 {
            (0..12).map(|_| self.next()).sum::<f64>() - 6.0
        }
    }

    /// Posts over half a year at ten hours of the day; `lift` is the logarithm of Thursday six o'clock's worth.
    fn history(seed: u64, posts: i64, lift: f64) -> Vec<Past> {
        let mut chance = Chance(seed);
        (0..posts)
            .map(|index| {
                let hour = 9 + (index * 7) % 10;
                let day = (index * 5) % 180;
                let at = date(2026, 1, 5).at(0, 0, 0, 0).in_tz("Europe/Paris").unwrap();
                let at = at.checked_add(jiff::Span::new().days(day).hours(hour)).unwrap();
                let best = at.hour() == 18 && at.weekday() == jiff::civil::Weekday::Thursday;
                let worth = 4.0 + 0.5 * chance.normal() + if best { lift } else { 0.0 };
                Past { at: at.timestamp(), reactions: worth.exp(), reach: None }
            })
            .collect()
    }

    fn paris() -> TimeZone {
        TimeZone::get("Europe/Paris").unwrap()
    }

    #[test]
    fn an_hour_that_is_better_is_found_when_there_is_enough_to_see_it() {
        let hours = hours(&history(1, 900, 1.2), &paris()).unwrap();
        let first = best(&hours, 3)[0];
        assert_eq!((first.weekday, first.hour), (3, 18));
        assert!(first.is_surely_better() && first.high > 1.8, "{first:?}");
        let untried = hours[3];
        assert!(untried.posts == 0 && untried.high - untried.low > 0.0 && !untried.is_surely_better());
    }

    #[test]
    fn where_no_hour_is_better_few_are_said_to_be() {
        let mut said = 0;
        for seed in 0..40 {
            let hours = hours(&history(seed, 300, 0.0), &paris()).unwrap();
            said += hours.iter().filter(|it| it.posts > 0 && it.is_surely_better()).count();
        }
        // Seventy hours were tried in each of forty histories: without drawing, a tenth (280) would be said.
        assert!(said < 60, "{said}");
    }

    #[test]
    fn too_little_history_says_nothing() {
        assert_eq!(hours(&history(1, 19, 0.0), &paris()), None);
        let broken: Vec<Past> =
            history(1, 60, 0.0).into_iter().map(|it| Past { reactions: f64::NAN, ..it }).collect();
        assert_eq!(hours(&broken, &paris()), None);
    }

    proptest! {
        #[test]
        fn any_history_gives_ranges_around_what_is_expected(
            posts in prop::collection::vec((0_i64..4_000_000_000, any::<f64>(), prop::option::of(any::<f64>())), 0..80)
        ) {
            let history: Vec<Past> = posts
                .into_iter()
                .map(|(second, reactions, reach)| Past { at: Timestamp::from_second(second).unwrap(), reactions, reach })
                .collect();
            if let Some(found) = hours(&history, &TimeZone::UTC) {
                prop_assert_eq!(found.len(), HOURS);
                prop_assert!(found.iter().all(|it| it.low <= it.times && it.times <= it.high));
            }
        }
    }
}
