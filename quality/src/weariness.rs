//! How soon the gauge of weariness sees, and how often it is wrong: invented histories with known wear, from seeds; writes
//! `docs/quality/weariness.md`.

use std::fmt::Write as _;
use std::io::Write as _;

use anyhow::{Context as _, Result};
use jiff::Timestamp;
use parvis_write::wear::{Facet, Outcome, Step, Verdict, gauge};

use crate::bursts::random::Random;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/quality/weariness.md");
/// Histories of each kind.
const HISTORIES: u64 = 300;
/// Posts of the theme before anything happens, and after.
const CALM: i64 = 30;
const AFTER: i64 = 24;
/// The delays, in posts of the theme, after which it is asked who was seen.
const DELAYS: [i64; 4] = [4, 6, 12, 24];

/// What happens to the theme, or to all.
#[derive(Clone, Copy)]
enum Fate {
    Nothing,
    /// To this share, at once.
    Drop(f64),
    /// By this share with each post, down to two fifths.
    Slide(f64),
    /// All themes to this share, at once.
    House(f64),
    /// All themes go up and down by half over a year.
    Season,
    /// One post that did ten times as well as usual, and nothing else.
    Hit,
}

/// How a house posts.
#[derive(Clone, Copy)]
struct House {
    name: &'static str,
    /// Standard deviation of what a post is worth, in logarithms.
    stray: f64,
    /// Reactions of a usual post.
    usual: f64,
    /// Days between two posts of the theme.
    days: i64,
    /// Other themes, posted as often.
    others: usize,
    reach: bool,
}

const HOUSES: [House; 5] = [
    House {
        name: "weekly, even (0.3), five other themes",
        stray: 0.3,
        usual: 120.0,
        days: 7,
        others: 5,
        reach: true,
    },
    House {
        name: "weekly, usual (0.5), five other themes",
        stray: 0.5,
        usual: 120.0,
        days: 7,
        others: 5,
        reach: true,
    },
    House {
        name: "weekly, uneven (0.8), five other themes",
        stray: 0.8,
        usual: 120.0,
        days: 7,
        others: 5,
        reach: true,
    },
    House {
        name: "weekly, usual, no reach told, one other theme",
        stray: 0.5,
        usual: 120.0,
        days: 7,
        others: 1,
        reach: false,
    },
    House {
        name: "every three days, usual, six reactions a post",
        stray: 0.5,
        usual: 6.0,
        days: 3,
        others: 5,
        reach: true,
    },
];

fn history(house: House, fate: Fate, seed: u64) -> Vec<Outcome> {
    let mut random = Random::new(seed);
    let mut posts = Vec::new();
    for index in 0..CALM + AFTER {
        let since = (index - CALM + 1).max(0);
        for theme in 0..=house.others {
            let day = index * house.days + i64::try_from(theme).unwrap_or(0) * house.days / 7;
            let all = match fate {
                Fate::House(share) if since > 0 => share,
                Fate::Season => 1.0 + 0.5 * (day as f64 / 365.0 * std::f64::consts::TAU).sin(),
                _ => 1.0,
            };
            let own = match fate {
                Fate::Drop(share) if theme == 0 && since > 0 => share,
                Fate::Slide(part) if theme == 0 => {
                    (1.0 - part).powi(i32::try_from(since).unwrap_or(0)).max(0.4)
                }
                Fate::Hit if theme == 0 && since == 1 => 10.0,
                _ => 1.0,
            };
            let reached = 5_000.0 * (0.4 * random.normal()).exp();
            let base = if house.reach { reached / 5_000.0 } else { 1.0 };
            // Each theme has a worth of its own.
            let worth = house.usual
                * (1.0 + theme as f64 / 3.0)
                * base
                * all
                * own
                * (house.stray * random.normal()).exp();
            posts.push(Outcome {
                at: Timestamp::from_second(1_700_000_000 + day * 86_400).unwrap_or(Timestamp::UNIX_EPOCH),
                theme: format!("theme {theme}"),
                format: String::new(),
                tone: String::new(),
                reactions: random.poisson(worth.min(1e6)),
                reach: house.reach.then_some(reached),
                negative: None,
                hidden: None,
                unfollowed: None,
            });
        }
    }
    posts
}

/// What was said after each post of the theme from the thirtieth on, a simple rule's word beside it.
fn verdicts(posts: &[Outcome]) -> Vec<(Verdict, bool)> {
    let own: Vec<&Outcome> = posts.iter().filter(|it| it.theme == "theme 0").collect();
    let from = usize::try_from(CALM).unwrap_or(0);
    (from..own.len())
        .filter_map(|index| {
            let now = own.get(index)?.at;
            Some((gauge(posts, Facet::Theme, "theme 0", now).verdict, simple(own.get(..=index)?)))
        })
        .collect()
}

/// What a spreadsheet would do: the mean of the last six under three quarters of the mean of those before.
fn simple(own: &[&Outcome]) -> bool {
    let worth = |it: &&Outcome| it.reactions / it.reach.unwrap_or(1.0);
    let (before, lately) = own.split_at(own.len().saturating_sub(6));
    let mean = |it: &[&Outcome]| it.iter().map(worth).sum::<f64>() / it.len().max(1) as f64;
    mean(lately) < 0.75 * mean(before)
}

fn is_told(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Step(Step::Tired | Step::Worn))
}

/// Of all histories of a fate: told within each delay, the median delay, and the same for the simple rule.
struct Outlook {
    told: [usize; 4],
    simple: [usize; 4],
    median: Option<usize>,
    thin: f64,
}

fn outlook(house: House, fate: Fate, seed: u64) -> Outlook {
    let mut it = Outlook { told: [0; 4], simple: [0; 4], median: None, thin: 0.0 };
    let mut delays = Vec::new();
    for one in 0..HISTORIES {
        let said = verdicts(&history(house, fate, seed * 100_000 + one));
        let first = said.iter().position(|(verdict, _)| is_told(*verdict)).map(|at| at + 1);
        let plain = said.iter().position(|(_, low)| *low).map(|at| at + 1);
        for (index, delay) in DELAYS.into_iter().enumerate() {
            let within = |at: Option<usize>| {
                usize::from(at.is_some_and(|at| i64::try_from(at).is_ok_and(|at| at <= delay)))
            };
            if let (Some(told), Some(simple)) = (it.told.get_mut(index), it.simple.get_mut(index)) {
                *told += within(first);
                *simple += within(plain);
            }
        }
        delays.push(first.unwrap_or(usize::MAX));
        let thin = said.iter().filter(|(verdict, _)| *verdict == Verdict::TooThin).count();
        it.thin += thin as f64 / said.len().max(1) as f64 / HISTORIES as f64;
    }
    delays.sort_unstable();
    it.median = delays.get(delays.len() / 2).copied().filter(|it| *it < usize::MAX);
    it
}

pub(crate) fn run() -> Result<()> {
    let mut out = String::new();
    writeln!(out, "{HEAD}")?;
    let fates: [(&str, Fate, bool); 9] = [
        ("to half, at once", Fate::Drop(0.5), true),
        ("to 70 %, at once", Fate::Drop(0.7), true),
        ("5 % less with each post", Fate::Slide(0.05), true),
        ("2 % less with each post", Fate::Slide(0.02), true),
        ("nothing", Fate::Nothing, false),
        ("all themes to half", Fate::House(0.5), false),
        ("a season of ± 50 % for all", Fate::Season, false),
        ("one hit of ten times, then as usual", Fate::Hit, false),
        ("to 120 %, at once", Fate::Drop(1.2), false),
    ];
    for (number, house) in (1_u64..).zip(HOUSES) {
        writeln!(out, "## {}\n", house.name)?;
        let heads: Vec<String> = DELAYS.iter().map(|it| format!("within {it} posts")).collect();
        writeln!(
            out,
            "| what happened | {} | median | too thin | simple rule, within 24 |",
            heads.join(" | ")
        )?;
        writeln!(out, "| --- |{}", " --- |".repeat(DELAYS.len() + 3))?;
        for (kind, (name, fate, is_wear)) in (1_u64..).zip(fates) {
            let it = outlook(house, fate, number * 100 + kind);
            let share = |count: usize| format!("{:.0} %", count as f64 * 100.0 / HISTORIES as f64);
            let cells: Vec<String> = it.told.iter().map(|count| share(*count)).collect();
            let name = if is_wear { format!("**wear:** {name}") } else { format!("no wear: {name}") };
            let median = it.median.map_or("–".to_owned(), |it| it.to_string());
            let simple = it.simple.last().copied().map_or(String::new(), share);
            writeln!(
                out,
                "| {name} | {} | {median} | {:.0} % | {simple} |",
                cells.join(" | "),
                it.thin * 100.0
            )?;
        }
        writeln!(out)?;
    }
    out.push_str(LIMITS);
    std::fs::write(PAGE, out).context(PAGE)?;
    writeln!(std::io::stdout(), "wrote docs/quality/weariness.md")?;
    Ok(())
}

const HEAD: &str = "\
# Weariness: how soon the gauge sees, and how often it is wrong

Written by `cargo xtask evaluate weariness`; every figure below is from one run, with invented histories from seeds, 300
of each kind. A theme is posted thirty times in peace; then something happens, and the gauge is read after each of the 24
posts that follow. Each cell: the share of histories in which it said *tired* or *worn* at least once by then. Where
there was wear, that is how many were seen; where there was none, it is how many were wrongly blamed, in 24 readings one
after the other (half a year of a weekly theme). Median: posts until it was said. A post's worth strays by the number in
brackets (standard deviation of its logarithm: 0.5 means that two posts in three lie between 60 % and 165 %), its
reactions by Poisson's chance besides, and its reach by 0.4.

The simple rule beside it is what a spreadsheet would do: the mean of the last six posts is under three quarters of the
mean of all before.
";

const LIMITS: &str = "\
## Where it fails

- Small wear: a loss of a tenth or two is within what posts do anyway, and is mostly not told, on purpose.
- Uneven houses: where one post in six has more than twice or less than half of the usual, half of the readers may be
  gone before six posts can show it.
- What befalls all themes alike is blamed on none, also where it is weariness of the house itself: for that there is the
  reach and the number of followers.
- A single other theme frees poorly of what befell all.
- The histories were drawn by those who wrote the gauge. They show that it does what was meant, not what a community's
  life is like.
";
