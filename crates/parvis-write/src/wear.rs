//! Weariness: whether the community has had enough of a theme, a format or a tone.
//!
//! Each post is worth the logarithm of its reactions per reader reached (or its bare reactions where the network tells no
//! reach). The last [`RECENT`] posts of a theme are set against the [`BEFORE`] before them, less what the *other*
//! themes did between the same times, so that a summer or a change of the network's isn't blamed on the theme. The change
//! is drawn towards none as far as little stands behind it (a normal prior of a standard deviation of 0.4, that is of a
//! third either way), and the gauge moves when the change is probable enough, not when it is large. Hidden posts,
//! unfollows and negative replies are compared as rates (gamma priors); where they surely rose, the gauge goes one step on.
//!
//! Thin data is said to be thin. How soon it sees, and how often it is wrong, stands in `docs/quality/weariness.md`.

mod chance;
mod series;
mod variety;

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::Serialize;

pub use series::Per;
pub use variety::{Planned, Variety, variety};

/// Posts of a theme that are looked at as its present.
pub const RECENT: usize = 6;
/// Posts of a theme that are looked at as its own past, at most.
pub const BEFORE: usize = 24;
/// Fewest posts of the past and the present with which anything is said.
pub const LEAST: (usize, usize) = (8, 4);
/// Days that are looked back.
pub const DAYS: i64 = 500;

/// A post that went out long enough ago for its reactions to have come.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// When it went out.
    pub at: Timestamp,
    /// What it was about, how it was made, in which tone; empty where it wasn't said.
    pub theme: String,
    /// Format.
    pub format: String,
    /// Tone.
    pub tone: String,
    /// Reactions of all kinds.
    pub reactions: f64,
    /// Readers reached, where the network tells.
    pub reach: Option<f64>,
    /// Negative replies, where they were counted.
    pub negative: Option<f64>,
    /// How often it was hidden, where the network tells.
    pub hidden: Option<f64>,
    /// Unfollows laid at its door, where the network tells.
    pub unfollowed: Option<f64>,
}

/// What of a post is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Facet {
    /// What it is about.
    Theme,
    /// How it is made.
    Format,
    /// In which tone.
    Tone,
}

impl Facet {
    fn of(self, post: &Outcome) -> &str {
        match self {
            Self::Theme => &post.theme,
            Self::Format => &post.format,
            Self::Tone => &post.tone,
        }
    }
}

/// The gauge, from the best to the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// It is liked better than before.
    Fresh,
    /// As before.
    Steady,
    /// Probably a little less: worth an eye.
    Watch,
    /// Less, surely enough to change something.
    Tired,
    /// Much less: time for a pause.
    Worn,
}

/// What the gauge says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Too few posts, or too unlike each other, to tell.
    TooThin,
    /// A step.
    Step(Step),
}

/// What else was seen of readers who turn away.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Signal {
    /// Which.
    pub kind: SignalKind,
    /// In a thousand readers reached (or a hundred reactions, where no reach is told), before.
    pub before: f64,
    /// The same, lately.
    pub lately: f64,
    /// It rose by half at least, with nine chances in ten.
    pub rose: bool,
}

/// A way of turning away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SignalKind {
    /// Negative replies.
    Negative,
    /// Hidden posts.
    Hidden,
    /// Unfollows.
    Unfollowed,
}

/// What could be changed; each has a text of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Advice {
    /// Leave it for some weeks.
    Pause,
    /// Posts came closer together than before: leave more time between them.
    Space,
    /// Try the theme in another format or tone.
    Vary,
    /// Read the replies: they say what the figures don't.
    ReadReplies,
    /// Go on.
    GoOn,
    /// Wait for more posts before judging.
    Wait,
}

impl Advice {
    /// The key of its text.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Pause => "weariness-advice-pause",
            Self::Space => "weariness-advice-space",
            Self::Vary => "weariness-advice-vary",
            Self::ReadReplies => "weariness-advice-read-replies",
            Self::GoOn => "weariness-advice-go-on",
            Self::Wait => "weariness-advice-wait",
        }
    }
}

/// What is said of one theme, with what it rests on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reading {
    /// What the gauge says.
    pub verdict: Verdict,
    /// Posts looked at as its past, and as its present.
    pub posts: (usize, usize),
    /// What reactions were measured against.
    pub per: Per,
    /// Reactions lately, against its own past: 1 is the same; `None` without any past or present.
    pub times: Option<f64>,
    /// Lower end of what is believed of that with four chances in five.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
    /// Posts of other themes by which it was freed of what befell all.
    pub others: usize,
    /// Days between two posts, before and lately.
    pub spacing: (Option<f64>, Option<f64>),
    /// Readers who turn away, where the network tells.
    pub signals: Vec<Signal>,
    /// What could be changed, the most useful first.
    pub advice: Vec<Advice>,
}

/// Reads the gauge of one theme (or format, or tone) as it stood at `now`: later posts aren't looked at.
#[must_use]
pub fn gauge(history: &[Outcome], facet: Facet, name: &str, now: Timestamp) -> Reading {
    let series = series::Series::new(history, facet, name, now);
    let (before, lately) = series.halves();
    let house = series.house(&before, &lately);
    let change = chance::change(&before, &lately, &house);
    let spacing = (series::spacing(&before), series::spacing(&lately));
    let signals = chance::signals(&before, &lately);
    let thin = before.len() < LEAST.0 || lately.len() < LEAST.1;
    let verdict = match &change {
        Some(change) if !thin => change.verdict(signals.iter().any(|it| it.rose)),
        _ => Verdict::TooThin,
    };
    let (low, high) = change.as_ref().map_or((0.0, f64::INFINITY), |it| it.range());
    Reading {
        verdict,
        posts: (before.len(), lately.len()),
        per: series.per,
        times: change.as_ref().map(|it| it.mean.exp()),
        low,
        high,
        others: house.posts,
        advice: advice(verdict, spacing, &signals),
        spacing,
        signals,
    }
}

/// Every name of a facet that occurs, with its gauge, in alphabetical order; at most two hundred.
#[must_use]
pub fn gauges(history: &[Outcome], facet: Facet, now: Timestamp) -> Vec<(String, Reading)> {
    let names: BTreeSet<&str> = history.iter().map(|it| facet.of(it)).filter(|it| !it.is_empty()).collect();
    names.into_iter().take(200).map(|name| (name.to_owned(), gauge(history, facet, name, now))).collect()
}

fn advice(verdict: Verdict, spacing: (Option<f64>, Option<f64>), signals: &[Signal]) -> Vec<Advice> {
    let closer = matches!(spacing, (Some(before), Some(lately)) if lately < before * 0.7);
    let mut found = match verdict {
        Verdict::TooThin => vec![Advice::Wait],
        Verdict::Step(Step::Fresh | Step::Steady) => vec![Advice::GoOn],
        Verdict::Step(Step::Worn) => vec![Advice::Pause],
        Verdict::Step(Step::Watch | Step::Tired) if closer => vec![Advice::Space, Advice::Vary],
        Verdict::Step(Step::Watch | Step::Tired) => vec![Advice::Vary],
    };
    if signals.iter().any(|it| it.rose) {
        found.push(Advice::ReadReplies);
    }
    found
}

/// The texts of the gauge and of its advice, as a Fluent resource: keys `weariness-…`, the same in both languages.
#[must_use]
pub fn translations(language: crate::Language) -> &'static str {
    language.pick(
        include_str!("../translations/fr/weariness.ftl"),
        include_str!("../translations/en/weariness.ftl"),
    )
}

#[cfg(test)]
mod tests;
