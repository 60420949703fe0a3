//! What an organisation decides of its charter, and the two rules that are wholly its own: words it doesn't use, and
//! mentions that have to be there.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::phrase::Phrases;
use super::{Argument, Page, Remark, Rule};

/// The organisation's settings. What is missing where it is kept has its default, so that new settings harm nobody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Charter {
    /// Rules that aren't looked at.
    pub off: BTreeSet<Rule>,
    /// Rules that ask whoever overrides them for a reason.
    pub must: BTreeSet<Rule>,
    /// How French readers are addressed.
    pub address: Address,
    /// Most words of a sentence.
    pub longest_sentence: usize,
    /// Least ease of reading ([`super::Readability::ease`]), of texts of thirty words and more.
    pub least_ease: i32,
    /// Most hashtags.
    pub most_hashtags: usize,
    /// Most emoji in a row.
    pub most_emoji: usize,
    /// Words in capitals that don't shout: names, acronyms, brands.
    pub capitals: Vec<String>,
    /// Words of the trade that this house's readers know.
    pub known_words: Vec<String>,
    /// Words that aren't used.
    pub forbidden: Vec<Forbidden>,
    /// Mentions that have to be there.
    pub mandatory: Vec<Mandatory>,
}

impl Default for Charter {
    fn default() -> Self {
        Self {
            off: BTreeSet::new(),
            must: [Rule::Forbidden, Rule::Mandatory, Rule::BrokenLink, Rule::Promise].into(),
            address: Address::Polite,
            longest_sentence: 30,
            least_ease: 40,
            most_hashtags: 3,
            most_emoji: 3,
            capitals: Vec::new(),
            known_words: Vec::new(),
            forbidden: Vec::new(),
            mandatory: Vec::new(),
        }
    }
}

/// How readers are addressed in French.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Address {
    /// `vous`.
    #[default]
    Polite,
    /// `tu`.
    Familiar,
    /// One or the other, and not both in one text.
    Either,
    /// As one likes.
    Free,
}

/// A word or phrase that isn't used. `*` at the end of a word means whatever begins with it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Forbidden {
    /// The words.
    pub words: String,
    /// What to write instead; empty for nothing certain.
    pub instead: String,
}

/// A mention that has to be there, always or when certain words are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Mandatory {
    /// What has to be said, a word, a phrase or a hashtag.
    pub mention: String,
    /// Only where one of these is said; none: always.
    pub when: Vec<String>,
}

/// Entries of one setting that are looked at.
const MOST: usize = 500;

pub(super) fn check(page: &Page, found: &mut Vec<Remark>) {
    let forbidden = page.charter.forbidden.iter().take(MOST);
    let phrases = Phrases::literal(forbidden.map(|it| {
        let instead = it.instead.trim();
        (it.words.as_str(), (!instead.is_empty()).then_some(instead))
    }));
    for it in phrases.find(&page.words) {
        let remark = Remark::new(Rule::Forbidden, it.span.clone())
            .said(page.text.get(it.span).unwrap_or_default())
            .with("instead", Argument::Text(it.instead.unwrap_or("none").to_owned()));
        found.push(match it.instead {
            Some(instead) => remark.instead(instead),
            None => remark,
        });
    }
    for it in page.charter.mandatory.iter().take(MOST) {
        let says = |words: &str| {
            let phrases = Phrases::literal(std::iter::once((words, None)));
            !phrases.find(&page.words).is_empty() || is_tagged(page, words)
        };
        let asked = it.when.is_empty() || it.when.iter().take(MOST).any(|words| says(words));
        if asked && !it.mention.trim().is_empty() && !says(&it.mention) {
            found.push(Remark::new(Rule::Mandatory, 0..page.text.len()).said(it.mention.trim()));
        }
    }
}

/// Whether a hashtag, mention or link is there as it was written.
fn is_tagged(page: &Page, words: &str) -> bool {
    let words = words.trim().to_lowercase();
    !words.is_empty() && page.marks.iter().any(|mark| mark.text(page.text).to_lowercase() == words)
}
