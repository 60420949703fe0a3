//! What an organisation decides of its charter, and how a text of ours is held against it: in which language, as which
//! network reads it, and what each remark is about. The rules themselves are `parvis_write::charter`'s. Knows no row.

use std::collections::BTreeSet;

use parvis_channels::ChannelKind;
use parvis_listen::understand::language;
use parvis_write::Language;
use parvis_write::charter::{self, Address, Argument, Charter, Forbidden, Mandatory, Remark, Rule};
use parvis_write::mark::Dialect;
use serde::{Deserialize, Serialize};

/// Entries of one list at most.
const MOST: usize = 500;
/// Longest entry of a list, in characters.
const LENGTH: usize = 120;
/// Texts of fewer words are too short to tell their language by.
const TELLING: usize = 5;
/// Rules that say nothing of a language that they don't know.
const OF_LANGUAGE: [Rule; 12] = [
    Rule::HardToRead,
    Rule::Jargon,
    Rule::Wooden,
    Rule::Superlative,
    Rule::Address,
    Rule::Space,
    Rule::Quote,
    Rule::Apostrophe,
    Rule::Ellipsis,
    Rule::Promise,
    Rule::ClickHere,
    Rule::Inclusive,
];

/// The charter of a house.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct HouseCharter {
    /// Rules that aren't looked at.
    #[schema(value_type = Vec<String>)]
    pub off: BTreeSet<Rule>,
    /// Rules that bind: whoever leaves a remark of theirs as it is has to say why.
    #[schema(value_type = Vec<String>)]
    pub must: BTreeSet<Rule>,
    /// How French readers are addressed: `polite` (vous), `familiar` (tu), `either` (one of them), `free`.
    #[schema(value_type = String)]
    pub address: Address,
    /// Most words of a sentence, 5 to 100.
    pub longest_sentence: usize,
    /// Least ease of reading on Flesch's scale, 0 to 100, of texts of thirty words and more.
    pub least_ease: i32,
    /// Most hashtags, 0 to 30.
    pub most_hashtags: usize,
    /// Most emoji in a row, 0 to 30.
    pub most_emoji: usize,
    /// Words in capitals that don't shout.
    pub capitals: Vec<String>,
    /// Words of the trade that readers know.
    pub known_words: Vec<String>,
    /// Words that aren't used: `words` (`*` at the end of a word: whatever begins with it) and what to write `instead`.
    #[schema(value_type = Vec<Object>)]
    pub forbidden: Vec<Forbidden>,
    /// What has to be mentioned: `mention`, and `when` one of these words is said (none: always, in posts).
    #[schema(value_type = Vec<Object>)]
    pub mandatory: Vec<Mandatory>,
    /// Remarks that bind stop answers to people too, not posts alone.
    pub answers: bool,
}

impl Default for HouseCharter {
    fn default() -> Self {
        let it = Charter::default();
        Self {
            off: it.off,
            must: it.must,
            address: it.address,
            longest_sentence: it.longest_sentence,
            least_ease: it.least_ease,
            most_hashtags: it.most_hashtags,
            most_emoji: it.most_emoji,
            capitals: it.capitals,
            known_words: it.known_words,
            forbidden: it.forbidden,
            mandatory: it.mandatory,
            answers: true,
        }
    }
}

/// Where a text stands, as far as its charter is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// What is said to everybody: all of the charter.
    Post,
    /// A title, a warning, what a picture shows: nothing has to be mentioned there.
    Beside,
    /// What we say ourselves below a post: of what has to be mentioned only what certain words ask for.
    Below,
    /// An answer to somebody: likewise, and it binds only where answers are bound.
    Answer,
}

impl HouseCharter {
    /// What can't be kept of it.
    ///
    /// # Errors
    /// The field and the code of the refusal.
    pub fn check(&self) -> Result<(), (&'static str, &'static str)> {
        let numbers = (5..=100).contains(&self.longest_sentence)
            && (0..=100).contains(&self.least_ease)
            && self.most_hashtags <= 30
            && self.most_emoji <= 30;
        if !numbers {
            return Err(("charter", "number"));
        }
        let forbidden = self.forbidden.iter().flat_map(|it| [it.words.as_str(), it.instead.as_str()]);
        let mandatory = self.mandatory.iter().flat_map(|it| it.when.iter().chain([&it.mention]));
        let words = self.capitals.iter().chain(&self.known_words).chain(mandatory).map(String::as_str);
        let all: Vec<&str> = words.chain(forbidden).collect();
        if all.len() > 4 * MOST || self.forbidden.len() > MOST || self.mandatory.len() > MOST {
            return Err(("charter", "many"));
        }
        if all.iter().any(|it| it.chars().count() > LENGTH || it.chars().any(char::is_control)) {
            return Err(("charter", "long"));
        }
        let empty = self.forbidden.iter().any(|it| it.words.trim().is_empty())
            || self.mandatory.iter().any(|it| it.mention.trim().is_empty());
        if empty { Err(("charter", "empty")) } else { Ok(()) }
    }

    /// What the charter has to say of a text, `usual` being the house's language, as `dialect` reads it.
    pub fn read(&self, text: &str, usual: &str, dialect: Dialect, part: Part) -> Vec<Remark> {
        if text.trim().is_empty() && part != Part::Post {
            return Vec::new();
        }
        let (language, known) = language(text, usual);
        let mut off = self.off.clone();
        if !known {
            off.extend(OF_LANGUAGE);
        }
        let mandatory = self.mandatory.iter().filter(|it| match part {
            Part::Post => true,
            Part::Below | Part::Answer => !it.when.is_empty(),
            Part::Beside => false,
        });
        let charter = Charter {
            off,
            must: if part == Part::Answer && !self.answers { BTreeSet::new() } else { self.must.clone() },
            address: self.address,
            longest_sentence: self.longest_sentence,
            least_ease: self.least_ease,
            most_hashtags: self.most_hashtags,
            most_emoji: self.most_emoji,
            capitals: self.capitals.clone(),
            known_words: self.known_words.clone(),
            forbidden: self.forbidden.clone(),
            mandatory: mandatory.cloned().collect(),
        };
        charter::check(text, language, dialect, &charter)
    }
}

/// The language in which a text is checked, and whether it is one that the charter knows.
fn language(text: &str, usual: &str) -> (Language, bool) {
    let usual = if usual.starts_with("en") { Language::English } else { Language::French };
    if text.split_whitespace().nth(TELLING - 1).is_none() {
        return (usual, true);
    }
    match language::of(text) {
        language::Language::French => (Language::French, true),
        language::Language::English => (Language::English, true),
        language::Language::Unknown => (usual, true),
        _ => (usual, false),
    }
}

/// Who reads what is said on a network.
pub fn dialect(kind: Option<ChannelKind>) -> Dialect {
    match kind {
        Some(ChannelKind::Bluesky) => Dialect::Atproto,
        _ => Dialect::Fediverse,
    }
}

/// What a remark is about, in few words: what it was set aside for stays set aside while these words stand there.
pub fn about(text: &str, it: &Remark) -> String {
    let argument = |name: &str| {
        it.arguments.iter().find(|(key, _)| *key == name).map(|(_, value)| match value {
            Argument::Text(said) => said.clone(),
            Argument::Number(number) => number.to_string(),
        })
    };
    let whole = it.span.len() >= text.trim().len();
    let said = argument("said").or_else(|| if whole { argument("count") } else { None });
    let said = said.unwrap_or_else(|| text.get(it.span.clone()).unwrap_or_default().to_owned());
    said.trim().to_lowercase().chars().take(LENGTH).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(house: &HouseCharter, text: &str, part: Part) -> Vec<(Rule, bool)> {
        let found = house.read(text, "fr", Dialect::Fediverse, part);
        found.into_iter().map(|it| (it.rule, it.must)).collect()
    }

    #[test]
    fn a_text_is_read_in_its_own_language_and_one_that_isnt_known_by_what_needs_none() {
        let house = HouseCharter::default();
        let french = "Nous vous remboursons tous les billets avant vendredi.";
        assert_eq!(rules(&house, french, Part::Post), [(Rule::Promise, true)]);
        let english = "We guarantee that all of you will get your money back by Friday.";
        assert!(rules(&house, english, Part::Post).contains(&(Rule::Promise, true)));
        let spanish = "¿Cómo puedo llegar al cine desde la estación con los niños? VENID TODOS !!!";
        let found: Vec<Rule> = rules(&house, spanish, Part::Post).into_iter().map(|it| it.0).collect();
        assert!(found.contains(&Rule::Shouting), "{found:?}");
        assert!(!found.iter().any(|it| OF_LANGUAGE.contains(it)), "{found:?}");
    }

    #[test]
    fn what_always_has_to_be_mentioned_is_asked_of_posts_alone() {
        let ad = |when: &[&str]| Mandatory {
            mention: "#Publicité".to_owned(),
            when: when.iter().map(|it| (*it).to_owned()).collect(),
        };
        let house = HouseCharter { mandatory: vec![ad(&[])], ..HouseCharter::default() };
        let text = "La salle ouvre mardi matin.";
        assert_eq!(rules(&house, text, Part::Post), [(Rule::Mandatory, true)]);
        assert_eq!(rules(&house, text, Part::Answer), []);
        assert_eq!(rules(&house, text, Part::Beside), []);
        let house = HouseCharter { mandatory: vec![ad(&["salle"])], answers: false, ..house };
        assert_eq!(rules(&house, text, Part::Answer), [(Rule::Mandatory, false)]);
        assert_eq!(rules(&house, text, Part::Below), [(Rule::Mandatory, true)]);
    }

    #[test]
    fn what_was_set_aside_is_known_again_elsewhere_in_another_text() {
        let house = HouseCharter::default();
        let read = |text: &str| {
            let all = house.read(text, "fr", Dialect::Fediverse, Part::Post);
            all.iter().map(|it| about(text, it)).collect::<Vec<_>>()
        };
        let one = read("Nous vous remboursons tous les billets.");
        assert_eq!(one.len(), 1);
        assert_eq!(read("Bonjour à vous. Nous vous remboursons deux places sur trois."), one);
    }

    #[test]
    fn lists_and_numbers_are_bounded() {
        assert_eq!(HouseCharter::default().check(), Ok(()));
        let long = HouseCharter { capitals: vec!["A".repeat(121)], ..HouseCharter::default() };
        assert_eq!(long.check(), Err(("charter", "long")));
        let many = HouseCharter { known_words: vec!["a".to_owned(); 2_001], ..HouseCharter::default() };
        assert_eq!(many.check(), Err(("charter", "many")));
        assert_eq!(
            HouseCharter { longest_sentence: 1, ..HouseCharter::default() }.check(),
            Err(("charter", "number"))
        );
        let empty = HouseCharter { forbidden: vec![Forbidden::default()], ..HouseCharter::default() };
        assert_eq!(empty.check(), Err(("charter", "empty")));
    }
}
