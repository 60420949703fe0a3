//! The shipped data as it is written: organisation, conversations, arrivals, reactions, pictures. Every
//! text is there in French and in English.

use anyhow::Context as _;
use rust_embed::RustEmbed;
use serde::Deserialize;
use serde_json::Value as Json;

use super::asset::Shelved;
use super::calendar::Elsewhere;
use super::gesture::Kindness;
use super::launch::Dossier;
use super::request::Wanted;
use crate::rules::post::State;

use crate::clock::{DAY, HOUR, MINUTE};

/// The files of `demo/`.
#[derive(RustEmbed)]
#[folder = "demo/"]
struct Files;

/// A text in both languages.
#[derive(Clone, Debug, Deserialize)]
pub struct Text {
    /// French.
    pub fr: String,
    /// English.
    pub en: String,
}

impl Text {
    /// The text in "fr" or "en".
    pub fn get(&self, language: &str) -> &str {
        if language == "fr" { &self.fr } else { &self.en }
    }
}

/// Everything that is shipped.
#[derive(Debug)]
pub struct Data {
    /// Who works there, where, with what.
    pub organisation: Organisation,
    /// What was said.
    pub conversations: Vec<Conversation>,
    /// What will be said while it runs.
    pub arrivals: Vec<Arrival>,
    /// What members say to answers.
    pub reactions: Vec<Text>,
    /// What is on the board and in the calendar.
    pub posts: Vec<Post>,
    /// What is launched.
    pub launches: Vec<Dossier>,
    /// Calendars of others.
    pub calendars: Vec<Elsewhere>,
    /// What stands in the library.
    pub assets: Vec<Shelved>,
    /// What is asked of creatives.
    pub requests: Vec<Wanted>,
    /// What is done for members out of the ordinary.
    pub gestures: Vec<Kindness>,
    /// Every text of the posts, launches, library, gestures, requests and calendars of others.
    pub editorial: Vec<Text>,
}

/// A post on its way.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Post {
    /// Where it stands.
    pub state: State,
    /// What the house calls it.
    pub title: Text,
    /// Its theme.
    pub theme: Text,
    /// Where it comes from.
    pub origin: String,
    /// Who it comes from, outside.
    pub name: Option<Text>,
    /// Key of the colleague who had it.
    pub by: String,
    /// Keys of the channels it goes to.
    pub channels: Vec<String>,
    /// Days from today.
    pub day: Option<i64>,
    /// Hour of the organisation's clock.
    pub clock: Option<String>,
    /// Its words.
    pub text: Option<Text>,
    /// What answers it in our own name once it stands there.
    pub first_comment: Option<Text>,
    /// Why, and for whom.
    pub brief: Option<Text>,
    /// Key of the colleague who finds the words.
    pub writer: Option<String>,
    /// Why it was refused, parked or sent back.
    pub reason: Option<Text>,
    /// How many answered.
    pub answers: Option<i64>,
    /// Reactions to the same of the weeks before, oldest first.
    #[serde(default)]
    pub weeks: Vec<i64>,
    /// Why it goes by the fast lane.
    pub fast: Option<Text>,
    /// The French name of the launch that it is of.
    #[serde(default)]
    pub launch: String,
}

/// The invented organisation.
#[derive(Debug, Deserialize)]
pub struct Organisation {
    /// Its name.
    pub name: String,
    /// IANA name.
    pub time_zone: String,
    /// Its desks.
    pub desks: Vec<Desk>,
    /// Its people.
    pub colleagues: Vec<Colleague>,
    /// Its accounts.
    pub channels: Vec<Channel>,
    /// Its labels.
    pub tags: Vec<Tag>,
    /// Its watches.
    pub watches: Vec<Watch>,
    /// Its saved views.
    pub views: Vec<View>,
}

/// A watch.
#[derive(Debug, Deserialize)]
pub struct Watch {
    /// Name.
    pub name: Text,
    /// Whose, by key.
    pub owner: String,
    /// What it asks, in both languages at once.
    pub query: String,
    /// The folder that it lies in.
    pub folder: Text,
    /// How rare something must be to be told.
    pub sensitivity: String,
    /// The label that it puts, by key.
    #[serde(default)]
    pub tag: Option<String>,
}

/// A desk.
#[derive(Debug, Deserialize)]
pub struct Desk {
    /// Key within the data.
    pub key: String,
    /// Trade.
    pub kind: String,
    /// Name.
    pub name: Text,
    /// First answer within.
    pub answer_within_minutes: i64,
}

/// A colleague.
#[derive(Debug, Deserialize)]
pub struct Colleague {
    /// Key within the data.
    pub key: String,
    /// Role by its name.
    pub role: String,
    /// Name.
    pub name: Text,
    /// Two letters.
    pub initials: String,
    /// Address.
    pub email: String,
    /// Desks by key.
    pub desks: Vec<String>,
}

/// A connected account.
#[derive(Debug, Deserialize)]
pub struct Channel {
    /// Key within the data, and its path on the invented network.
    pub key: String,
    /// `mastodon` or `feed`.
    pub kind: String,
    /// Handle, for accounts.
    pub handle: Option<String>,
    /// Name.
    pub name: Text,
    /// `ok`, `deaf` or `expiring`.
    pub health: String,
    /// For `expiring`.
    pub token_expires_in_days: Option<i64>,
    /// When it couldn't be heard.
    #[serde(default)]
    pub holes: Vec<Hole>,
}

/// A time during which a channel wasn't heard, as offsets from now.
#[derive(Debug, Deserialize)]
pub struct Hole {
    /// From.
    pub from: String,
    /// To; none while it lasts.
    pub to: Option<String>,
}

/// A label.
#[derive(Debug, Deserialize)]
pub struct Tag {
    /// Key within the data.
    pub key: String,
    /// Name.
    pub name: Text,
}

/// A saved view.
#[derive(Debug, Deserialize)]
pub struct View {
    /// Name.
    pub name: Text,
    /// Everybody's.
    pub shared: bool,
    /// Whose, by key.
    pub owner: String,
    /// `tag`, `language_not`, `sentiment`, `intent`.
    pub filter: Json,
}

/// Somebody of the public.
#[derive(Clone, Debug, Deserialize)]
pub struct Author {
    /// Handle.
    pub handle: String,
    /// Server the handle belongs to.
    #[serde(default)]
    pub server: Option<String>,
    /// Display name.
    pub name: String,
    /// Says of itself that it is a machine.
    #[serde(default)]
    pub bot: bool,
}

/// A conversation.
#[derive(Debug, Deserialize)]
pub struct Conversation {
    /// Key within the data.
    pub key: String,
    /// Channel by key.
    pub channel: String,
    /// Desk by key.
    pub desk: String,
    /// Who began it.
    pub author: Author,
    /// Labels by key.
    #[serde(default)]
    pub tags: Vec<String>,
    /// What they want.
    pub intent: Option<String>,
    /// How they feel.
    pub sentiment: Option<String>,
    /// Who has it, by key.
    pub assignee: Option<String>,
    /// `open`, `waiting`, `snoozed`, `closed`.
    pub state: String,
    /// Before everything else.
    #[serde(default)]
    pub urgent: bool,
    /// Headline of its first message, for feeds.
    title: Option<Text>,
    /// What was said, in order.
    pub messages: Vec<Message>,
}

/// A message.
#[derive(Clone, Debug, Deserialize)]
pub struct Message {
    /// When: an offset such as `-3d04h12m`.
    #[serde(default)]
    pub at: String,
    /// `author`, `us` or `note`.
    pub from: String,
    /// Which colleague, for `us` and `note`.
    pub by: Option<String>,
    /// Language it is written in.
    #[serde(default)]
    pub lang: Option<String>,
    /// Headline, for feeds.
    pub title: Option<Text>,
    /// What it says.
    pub text: Text,
    /// A picture.
    pub image: Option<Image>,
    /// What it said before it was edited.
    pub edited: Option<Text>,
    /// Taken away by its author.
    #[serde(default)]
    pub deleted: bool,
    /// Who sees it.
    #[serde(default)]
    pub visibility: Option<String>,
}

impl Message {
    /// The language it is shown in: its own where it is neither French nor English.
    pub fn language<'a>(&'a self, chosen: &'a str) -> &'a str {
        match self.lang.as_deref() {
            Some("fr" | "en") | None => chosen,
            Some(other) => other,
        }
    }
}

/// A picture with its alternative text.
#[derive(Clone, Debug, Deserialize)]
pub struct Image {
    /// File in `demo/images/`.
    pub file: String,
    /// Alternative text.
    pub alt: Text,
}

/// A message that will arrive.
#[derive(Debug, Deserialize)]
pub struct Arrival {
    /// Key within the data.
    pub key: String,
    /// Channel by key; that of the conversation it goes on with, when left out.
    channel: Option<String>,
    /// Who says it; who began the conversation it goes on with, when left out.
    author: Option<Author>,
    /// How long after the one before.
    pub after_seconds: u64,
    /// The conversation or earlier arrival that it goes on with, if any.
    pub conversation: Option<String>,
    /// Headline of its first message, for feeds.
    title: Option<Text>,
    /// What is said.
    pub messages: Vec<Message>,
}

impl Data {
    /// Where an arrival is said and by whom; `None` when the data says neither.
    pub fn told_by<'a>(&'a self, arrival: &'a Arrival) -> Option<(&'a str, &'a Author)> {
        if let (Some(channel), Some(author)) = (&arrival.channel, &arrival.author) {
            return Some((channel, author));
        }
        let home = arrival.conversation.as_ref()?;
        if let Some(it) = self.conversations.iter().find(|it| it.key == *home) {
            return Some((&it.channel, &it.author));
        }
        // Only earlier ones are looked at, so this ends.
        let before = self.arrivals.iter().take_while(|it| it.key != arrival.key);
        self.told_by(before.into_iter().find(|it| it.key == *home)?)
    }

    /// Reads what is shipped.
    ///
    /// # Errors
    /// A file is missing or can't be read; the text says which and where.
    pub fn load() -> anyhow::Result<Self> {
        let mut data = Self {
            organisation: serde_json::from_slice(&file("organisation.json")?).context("organisation.json")?,
            conversations: lines("conversations.jsonl")?,
            arrivals: lines("arrivals.jsonl")?,
            reactions: lines("reactions.jsonl")?,
            posts: lines("posts.jsonl")?,
            launches: lines("launches.jsonl")?,
            calendars: lines("calendars.jsonl")?,
            assets: lines("assets.jsonl")?,
            requests: lines("requests.jsonl")?,
            gestures: lines("gestures.jsonl")?,
            editorial: texts(&[
                "posts.jsonl",
                "launches.jsonl",
                "assets.jsonl",
                "gestures.jsonl",
                "requests.jsonl",
                "calendars.jsonl",
            ])?,
        };
        let headed = data.conversations.iter_mut().map(|it| (it.title.take(), &mut it.messages));
        let headed = headed.chain(data.arrivals.iter_mut().map(|it| (it.title.take(), &mut it.messages)));
        for (title, messages) in headed {
            if let Some(first) = messages.first_mut().filter(|_| title.is_some()) {
                first.title = title;
            }
        }
        Ok(data)
    }
}

/// A shipped file.
///
/// # Errors
/// There is none of that name.
pub fn file(name: &str) -> anyhow::Result<Vec<u8>> {
    let found = Files::get(name).with_context(|| format!("demo/{name} isn't shipped"))?;
    Ok(found.data.into_owned())
}

fn lines<T: serde::de::DeserializeOwned>(name: &str) -> anyhow::Result<Vec<T>> {
    let text = String::from_utf8(file(name)?)?;
    let rows = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    rows.map(|(at, line)| serde_json::from_str(line).with_context(|| format!("{name}, line {}", at + 1)))
        .collect()
}

/// Every text of these files, wherever it stands.
fn texts(names: &[&str]) -> anyhow::Result<Vec<Text>> {
    let mut found = Vec::new();
    for name in names {
        let mut left: Vec<Json> = lines(name)?;
        while let Some(it) = left.pop() {
            match it {
                Json::Object(map) if map.contains_key("fr") && map.contains_key("en") => {
                    found.push(serde_json::from_value(Json::Object(map))?);
                }
                Json::Object(map) => left.extend(map.into_iter().map(|(_, value)| value)),
                Json::Array(all) => left.extend(all),
                _ => (),
            }
        }
    }
    Ok(found)
}

/// The instant (µs) that an offset such as `-3d04h12m` means at `now`; `None` when it can't be read.
pub fn instant(offset: &str, now: i64) -> Option<i64> {
    let mut micros = 0_i64;
    let mut digits = String::new();
    for c in offset.trim_start_matches('-').chars() {
        let unit = match c {
            'd' => DAY,
            'h' => HOUR,
            'm' => MINUTE,
            '0'..='9' => {
                digits.push(c);
                continue;
            }
            _ => return None,
        };
        micros += digits.parse::<i64>().ok()? * unit;
        digits.clear();
    }
    digits.is_empty().then_some(now - micros)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn an_offset_is_an_instant_before_now() {
        assert_eq!(instant("-3d04h12m", 0), Some(-(3 * DAY + 4 * HOUR + 12 * MINUTE)));
        assert_eq!(instant("soon", 0), None);
        assert_eq!(instant("-3", 0), None);
    }

    #[test]
    fn the_shipped_data_is_whole() {
        let data = Data::load().unwrap();
        let house = &data.organisation;
        let desks: BTreeSet<_> = house.desks.iter().map(|it| &it.key).collect();
        let people: BTreeSet<_> = house.colleagues.iter().map(|it| &it.key).collect();
        let channels: BTreeSet<_> = house.channels.iter().map(|it| &it.key).collect();
        let tags: BTreeSet<_> = house.tags.iter().map(|it| &it.key).collect();
        let keys: BTreeSet<_> = data.conversations.iter().map(|it| &it.key).collect();
        assert_eq!(keys.len(), data.conversations.len(), "a key is used twice");
        for it in &data.conversations {
            assert!(desks.contains(&it.desk) && channels.contains(&it.channel), "{}", it.key);
            assert!(it.assignee.iter().all(|who| people.contains(who)), "{}", it.key);
            assert!(it.tags.iter().all(|tag| tags.contains(tag)), "{}: {:?}", it.key, it.tags);
            let times: Vec<_> = it.messages.iter().map(|m| instant(&m.at, 0).unwrap()).collect();
            assert!(times.is_sorted(), "{}", it.key);
            assert_eq!(it.messages.first().map(|m| m.from.as_str()), Some("author"), "{}", it.key);
            for message in &it.messages {
                assert!(!message.text.fr.is_empty() && !message.text.en.is_empty(), "{}", it.key);
                assert!(message.by.iter().all(|who| people.contains(who)), "{}", it.key);
                let images = message.image.iter().map(|it| file(&format!("images/{}", it.file)));
                assert!(images.into_iter().all(|it| it.is_ok()), "{}", it.key);
            }
        }
        for it in &data.arrivals {
            let (channel, _) = data.told_by(it).unwrap();
            assert!(channels.contains(&channel.to_owned()), "{}", it.key);
        }
        assert!(data.reactions.len() >= 5);
    }
}
