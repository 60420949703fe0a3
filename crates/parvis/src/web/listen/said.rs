//! What a watch has found, as it is shown: the messages, and what and who stands out among them.

use std::collections::HashMap;
use std::fmt;

use parvis_listen::near::{Group, Near};
use parvis_listen::query::{Query, marks};
use parvis_listen::word::{self, Sigil};

use crate::id::WatchId;
use crate::rules::text;
use crate::store::house::House;
use crate::store::watch::Mention;
use crate::web::chart::escape;
use crate::web::inbox::house::channel_icon;
use crate::web::inbox::list::who;
use crate::web::inbox::mood;
use crate::web::language::Words;
use crate::web::session::Signed;

/// Messages of a period that are counted, at most; the newest.
pub(super) const COUNTED: i64 = 1_000;

/// Messages that are listed.
pub(super) const LISTED: usize = 40;

/// Characters of a message in the list.
const LENGTH: usize = 280;

/// Rows of each list beside the messages.
const ROWS: usize = 5;

/// A message that was found.
pub(super) struct Said {
    pub(super) id: String,
    pub(super) href: String,
    pub(super) icon: &'static str,
    pub(super) channel: String,
    pub(super) who: String,
    pub(super) at: String,
    pub(super) machine_at: String,
    pub(super) text: Marked,
    pub(super) language: Option<String>,
    /// Behind a click, because it is abusive.
    pub(super) hidden: bool,
    /// Class and words of its sentiment.
    pub(super) mood: (&'static str, String),
    /// How many others say the same in nearly the same words.
    pub(super) alike: usize,
    /// How many people do, where that looks like a campaign.
    pub(super) campaign: Option<usize>,
}

/// Messages that say nearly the same: the newest, how many others there are, and how many people if it looks like a campaign.
pub(super) struct Alike<'a> {
    pub(super) newest: (&'a Mention, &'a String),
    pub(super) others: usize,
    pub(super) campaign: Option<usize>,
}

impl Said {
    pub(super) fn of(
        signed: &Signed,
        house: &House,
        query: Option<&Query>,
        (it, sentiment): (&Mention, &str),
        now: i64,
    ) -> Self {
        let words = &signed.words;
        let channel = house.channels.iter().find(|channel| channel.id == it.channel);
        let kind = channel.map_or("", |it| it.kind.as_str());
        let whole = match &it.title {
            Some(title) if !it.text.starts_with(title.as_str()) => format!("{title}. {}", it.text),
            _ => it.text.clone(),
        };
        Self {
            id: it.message.to_string(),
            href: format!("/inbox/{}", it.conversation),
            icon: channel_icon(kind),
            channel: channel.map_or_else(String::new, |it| it.name.clone()),
            who: match &it.author {
                Some((handle, name)) => who(kind, handle, name),
                None => words.t("author-unknown"),
            },
            at: words.moment(it.sent_at, now),
            machine_at: words.machine_time(it.sent_at),
            text: Marked::of(query, &text::excerpt(&whole, LENGTH)),
            language: it.language.clone(),
            hidden: it.is_abusive,
            mood: (mood(sentiment), words.named("sentiment", sentiment)),
            alike: 0,
            campaign: None,
        }
    }
}

/// The messages that are listed, of those that say nearly the same the newest.
pub(super) fn grouped<'a>(newest: &[(&'a Mention, &'a String)]) -> Vec<Alike<'a>> {
    let mut near = Near::new(newest.len());
    let mut groups: Vec<Option<Group>> = Vec::with_capacity(newest.len());
    for (it, _) in newest.iter().rev() {
        let author = it.author.as_ref().map_or("", |(handle, _)| handle.as_str());
        groups.push(near.push(it.sent_at, author, &it.text));
    }
    groups.reverse();
    let mut listed: Vec<Alike<'a>> = Vec::new();
    let mut places: HashMap<u64, usize> = HashMap::new();
    for (it, group) in newest.iter().zip(groups) {
        match group.as_ref().and_then(|group| places.get(&group.id)) {
            Some(place) => {
                if let Some(alike) = listed.get_mut(*place) {
                    alike.others += 1;
                }
            }
            None => {
                // What was pushed last into a group knows all of it.
                let campaign = group.as_ref().filter(|it| it.is_campaign()).map(|it| it.authors);
                if let Some(group) = group {
                    places.insert(group.id, listed.len());
                }
                listed.push(Alike { newest: *it, others: 0, campaign });
            }
        }
    }
    listed.truncate(LISTED);
    listed
}

/// The sentiment of each; neutral for one that wasn't read yet.
pub(super) fn sentiments(all: &[Mention]) -> Vec<String> {
    all.iter().map(|it| it.sentiment.clone().unwrap_or_else(|| "neutral".to_owned())).collect()
}

/// A text with the words that a query asks for set apart.
pub(super) struct Marked(String);

impl askama::filters::HtmlSafe for Marked {}

impl fmt::Display for Marked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Marked {
    fn of(query: Option<&Query>, text: &str) -> Self {
        let (mut out, mut at) = (String::new(), 0);
        for range in query.map(|it| marks(it, text)).unwrap_or_default() {
            out.push_str(&escape(text.get(at..range.start).unwrap_or_default()));
            out.push_str("<em>");
            out.push_str(&escape(text.get(range.clone()).unwrap_or_default()));
            out.push_str("</em>");
            at = range.end;
        }
        out.push_str(&escape(text.get(at..).unwrap_or_default()));
        Self(out)
    }
}

/// Something counted, and where its messages are.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) href: String,
    pub(super) count: String,
    /// Against the first of the list, in percent.
    pub(super) share: usize,
    /// How many times the usual, or that it is new.
    pub(super) rise: Option<String>,
}

/// What stands out.
pub(super) struct Bars {
    pub(super) hashtags: Vec<Row>,
    pub(super) authors: Vec<Row>,
    pub(super) terms: Vec<Row>,
    /// Class, words and share of each sentiment.
    pub(super) moods: Vec<(&'static str, String, String, usize)>,
    /// How many of them somebody said.
    pub(super) moods_said: usize,
}

impl Bars {
    /// The lists, each under the key of its title.
    pub(super) fn lists(&self) -> [(&'static str, &[Row]); 3] {
        [
            ("listen-terms", &self.terms),
            ("listen-hashtags", &self.hashtags),
            ("listen-authors", &self.authors),
        ]
    }

    /// Of what was found lately, against what was found before.
    pub(super) fn of(
        words: &Words,
        query: Option<&Query>,
        (recent, sentiments): (&[Mention], &[String]),
        before: &[Mention],
    ) -> Self {
        let (hashtags, usual) = (hashtags(recent), hashtags(before));
        let times = |count: usize, key: &str| {
            let usual = usual.get(key).map_or(0, |(count, _)| *count);
            // Both periods differ in length; a rise is told by shares of their messages.
            rise(words, (count, recent.len()), (usual, before.len()))
        };
        let hashtags = rows(
            words,
            hashtags.iter().map(|(key, (count, shown))| (format!("#{shown}"), *count, times(*count, key))),
        );
        let mut authors: HashMap<&str, usize> = HashMap::new();
        for (handle, _) in recent.iter().filter_map(|it| it.author.as_ref()) {
            *authors.entry(handle).or_default() += 1;
        }
        let authors =
            rows(words, authors.into_iter().map(|(handle, count)| (format!("@{handle}"), count, None)));
        let moods = ["negative", "neutral", "positive"].map(|kind| {
            let count = sentiments.iter().filter(|it| **it == kind).count();
            let share = (count * 100).checked_div(sentiments.len()).unwrap_or(0);
            #[expect(clippy::cast_precision_loss, reason = "a share")]
            let said = words.percent(share as f64 / 100.0);
            (mood(kind), words.named("sentiment", kind), said, share)
        });
        Self {
            hashtags,
            authors,
            terms: terms(words, query, recent, before),
            moods: if sentiments.is_empty() { Vec::new() } else { moods.to_vec() },
            moods_said: recent.iter().filter(|it| it.is_sentiment_said).count(),
        }
    }
}

/// The topics of what was found lately, against those of what was found before; each list with how many messages it is of.
pub(super) fn topics(
    words: &Words,
    (recent, of): (&[(WatchId, String, i64)], usize),
    (before, of_before): (&[(WatchId, String, i64)], usize),
) -> Vec<Row> {
    let count = |it: i64| usize::try_from(it).unwrap_or(0);
    let was = |id: WatchId| before.iter().find(|it| it.0 == id).map_or(0, |it| count(it.2));
    let most = recent.first().map_or(1, |it| count(it.2).max(1));
    let row = |(id, name, found): &(WatchId, String, i64)| Row {
        name: name.clone(),
        href: format!("/listen/{id}"),
        count: words.number(*found),
        share: count(*found) * 100 / most,
        rise: rise(words, (count(*found), of), (was(*id), of_before)),
    };
    recent.iter().take(ROWS * 2).map(row).collect()
}

/// How many messages have each hashtag, and how it was written first.
fn hashtags(all: &[Mention]) -> HashMap<String, (usize, String)> {
    let mut counts: HashMap<String, (usize, String)> = HashMap::new();
    for it in all.iter().filter(|it| !it.is_abusive) {
        let tags = word::tokens(&it.text).into_iter().filter(|token| token.sigil == Sigil::Hash);
        let mut seen: Vec<(String, &str)> =
            tags.filter_map(|token| it.text.get(token.range)).map(|tag| (word::fold(tag), tag)).collect();
        seen.sort();
        seen.dedup_by(|a, b| a.0 == b.0);
        for (key, shown) in seen {
            counts.entry(key).or_insert_with(|| (0, shown.to_owned())).0 += 1;
        }
    }
    counts
}

/// Words that rise against what was said before; those of the query itself are left out, they are in every message.
fn terms(words: &Words, query: Option<&Query>, recent: &[Mention], before: &[Mention]) -> Vec<Row> {
    let (counts, usual) = (spoken(query, recent), spoken(query, before));
    let rising = crate::work::alert::terms(before, recent, ROWS * 3);
    let told = rising.into_iter().filter_map(|key| {
        let count = counts.get(&key).copied()?;
        let was = usual.get(&key).copied().unwrap_or(0);
        let rise = rise(words, (count, recent.len()), (was, before.len()));
        Some((key, count, rise))
    });
    rows(words, told)
}

/// How many messages have each word of four letters or more.
fn spoken(query: Option<&Query>, all: &[Mention]) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for it in all.iter().filter(|it| !it.is_abusive) {
        let asked = query.map(|query| marks(query, &it.text)).unwrap_or_default();
        let words = word::tokens(&it.text).into_iter();
        let free = words
            .filter(|token| !token.is_emoji && token.sigil == Sigil::None && !asked.contains(&token.range));
        let mut seen: Vec<String> = free
            .filter_map(|token| it.text.get(token.range))
            .filter(|word| word.chars().count() > 3)
            .map(str::to_lowercase)
            .collect();
        seen.sort();
        seen.dedup();
        for word in seen {
            *counts.entry(word).or_insert(0) += 1;
        }
    }
    counts
}

/// How many times the usual share, if that is worth telling.
fn rise(words: &Words, (count, of): (usize, usize), (usual, of_usual): (usize, usize)) -> Option<String> {
    if count < 3 || of_usual < 10 {
        return None;
    }
    if usual == 0 {
        return Some(words.t("listen-new"));
    }
    let times = (count * of_usual + of * usual / 2) / (of.max(1) * usual);
    (times > 1).then(|| words.t1("listen-times", "times", times))
}

fn rows(words: &Words, all: impl Iterator<Item = (String, usize, Option<String>)>) -> Vec<Row> {
    let mut all: Vec<(String, usize, Option<String>)> = all.collect();
    all.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    all.truncate(ROWS);
    let most = all.first().map_or(1, |it| it.1.max(1));
    let row = |(name, count, rise): (String, usize, Option<String>)| {
        let asked: String =
            url::form_urlencoded::byte_serialize(name.trim_start_matches(['#', '@']).as_bytes()).collect();
        Row {
            href: format!("/inbox?q={asked}"),
            count: words.number(i64::try_from(count).unwrap_or(i64::MAX)),
            share: count * 100 / most,
            name,
            rise,
        }
    };
    all.into_iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{ChannelId, ConversationId, DeskId, MessageId};
    use crate::testing::START;

    fn said(who: i64, text: &str) -> Mention {
        Mention {
            message: MessageId::new(START),
            conversation: ConversationId::new(START),
            desk: DeskId::new(START),
            channel: ChannelId::new(START),
            author: Some((format!("p{who}"), String::new())),
            title: None,
            text: text.to_owned(),
            language: None,
            sentiment: None,
            sent_at: START - who,
            is_sentiment_said: false,
            is_abusive: false,
        }
    }

    #[test]
    fn copies_stand_once_with_how_many_people_take_part_in_a_campaign() {
        let call = "Rendez-nous la carte illimitée au prix de l’an dernier, ou nous partons tous ensemble";
        let mut all: Vec<Mention> = (0..6).map(|who| said(who % 4, call)).collect();
        all.push(said(9, "Le parking est sombre et personne ne répond au téléphone de l’accueil"));
        let mood = "neutral".to_owned();
        let newest: Vec<_> = all.iter().map(|it| (it, &mood)).collect();
        let listed = grouped(&newest);
        let found: Vec<_> = listed.iter().map(|it| (it.others, it.campaign)).collect();
        assert_eq!(found, [(5, Some(4)), (0, None)]);
    }
}
