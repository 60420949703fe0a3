//! What the public said, quoted: a line that leads to its message, and groups of them. For the mine of insight and for what came
//! of a launch.

use crate::command::insight::Mine;
use crate::rules::text::excerpt;
use crate::rules::theme::Theme;
use crate::store::house::House;
use crate::store::insight::{KINDS, Quote};
use crate::web::inbox::house::channel_icon;
use crate::web::inbox::mood;
use crate::web::language::Words;

/// Quotes of a group that are shown at once, and those that can be opened.
const SHOWN: usize = 3;
const MOST: usize = 40;
/// Characters of a quote.
const LENGTH: usize = 280;

/// A message as it is quoted.
pub struct Said {
    /// Where it stands.
    pub href: String,
    /// The icon of its channel.
    pub icon: &'static str,
    /// Its name.
    pub channel: String,
    /// When, in words.
    pub at: String,
    /// When, for machines.
    pub machine_at: String,
    /// What it says, cut.
    pub text: String,
    /// Its language, where that is known.
    pub language: Option<String>,
    /// Its intent, in words.
    pub kind: String,
    /// Its sentiment: name of the class, and words.
    pub mood: (&'static str, String),
}

/// Messages that belong together.
pub struct Group {
    /// Told apart by.
    pub key: String,
    /// What they share.
    pub title: String,
    /// Why these stand together.
    pub why: String,
    /// How many.
    pub count: String,
    /// Against the largest, in percent.
    pub share: usize,
    /// How many of each kind.
    pub kinds: String,
    /// Those that are shown at once.
    pub shown: Vec<Said>,
    /// Those that can be opened.
    pub more: Vec<Said>,
}

/// The groups of what was dug out, as they are shown.
pub fn groups(words: &Words, house: &House, mine: &Mine, now: i64) -> Vec<Group> {
    let most = mine.themes.iter().map(|it| it.members.len()).max().unwrap_or(1);
    let group = |(place, it): (usize, &Theme)| {
        let quotes: Vec<&Quote> = it.members.iter().filter_map(|at| mine.quotes.get(*at)).collect();
        let mut said = quotes.iter().take(MOST).map(|quote| said(words, house, quote, now));
        Group {
            key: place.to_string(),
            title: if it.words.is_empty() { words.t("insight-apart") } else { it.words.join(" · ") },
            why: why(words, it),
            count: words.number(i64::try_from(it.members.len()).unwrap_or(i64::MAX)),
            share: it.members.len() * 100 / most,
            kinds: kinds(words, &quotes),
            shown: said.by_ref().take(SHOWN).collect(),
            more: said.collect(),
        }
    };
    mine.themes.iter().enumerate().map(group).collect()
}

fn why(words: &Words, it: &Theme) -> String {
    let Some((first, others)) = it.words.split_first() else { return words.t("insight-apart-why") };
    let mut said = vec![words.t1("insight-why", "word", first)];
    if !others.is_empty() {
        said.push(words.t1("insight-why-half", "words", others.join(", ")));
    }
    if it.copies > 0 {
        said.push(words.t1("insight-copies", "count", it.copies));
    }
    said.join(" ")
}

/// How many of each kind.
fn kinds(words: &Words, quotes: &[&Quote]) -> String {
    let each = KINDS.into_iter().filter_map(|kind| {
        let count = quotes.iter().filter(|it| it.kind == kind).count();
        (count > 0).then(|| words.t1(&format!("insight-count-{kind}"), "count", count))
    });
    each.collect::<Vec<_>>().join(", ")
}

/// A message as it is quoted.
pub fn said(words: &Words, house: &House, it: &Quote, now: i64) -> Said {
    let channel = house.channel(it.channel);
    let whole = it.title.as_ref().filter(|title| !it.text.starts_with(title.as_str()));
    let whole = whole.map_or_else(|| it.text.clone(), |title| format!("{title}. {}", it.text));
    Said {
        href: format!("/inbox/{}", it.conversation),
        icon: channel_icon(channel.map_or("", |it| it.kind.as_str())),
        channel: channel.map_or_else(|| words.t("channel-removed"), |it| it.name.clone()),
        at: words.moment(it.sent_at, now),
        machine_at: words.machine_time(it.sent_at),
        text: if it.is_abusive { words.t("said-hidden") } else { excerpt(&whole, LENGTH) },
        language: (!it.is_abusive && it.language != "und").then(|| it.language.clone()),
        kind: words.named("intent", &it.kind),
        mood: (mood(&it.sentiment), words.named("sentiment", &it.sentiment)),
    }
}
