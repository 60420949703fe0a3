//! The house's charter: rules of writing that a machine can check, in French and English.
//!
//! [`check`] gives remarks, each with its place in bytes, the rule, what the rule's texts need, and where one is certain
//! what to write instead. It says what it saw; whether a text may go out is not its affair. How right it is stands in
//! `docs/quality/charter.md`.

mod access;
mod link;
mod list;
mod phrase;
mod readability;
mod setting;
mod shout;
mod space;
mod tag;
mod typography;
mod voice;
mod word;

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::Language;
use crate::mark::{Dialect, Mark, marks};
use crate::sentence::sentences;

pub use readability::{Readability, readability};
pub use setting::{Address, Charter, Forbidden, Mandatory};

/// Bytes of a text that are looked at, and remarks that are made at most.
pub const MOST_BYTES: usize = 100_000;
/// Remarks that are made of one text at most.
pub const MOST_REMARKS: usize = 200;

/// What is looked for. The names are those kept in settings and shown in addresses; they don't change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// A sentence of more words than the charter allows.
    Long,
    /// The whole text is hard to read.
    HardToRead,
    /// A word of the trade.
    Jargon,
    /// A phrase that says nothing.
    Wooden,
    /// A boast without proof.
    Superlative,
    /// Not the house's way of saying "you" (French).
    Address,
    /// A word that the house doesn't use.
    Forbidden,
    /// A mention that has to be there, and isn't.
    Mandatory,
    /// A space too many, too few, or one that can break.
    Space,
    /// Quotation marks of another language.
    Quote,
    /// A straight apostrophe.
    Apostrophe,
    /// Full stops instead of an ellipsis.
    Ellipsis,
    /// Capitals, and rows of exclamation and question marks.
    Shouting,
    /// Too many hashtags.
    Hashtags,
    /// A hashtag of several words without capitals, which a screen reader can't say.
    HashtagCase,
    /// A shortened link hides where it leads.
    ShortLink,
    /// A link that leads nowhere.
    BrokenLink,
    /// A promise that asks for a source.
    Promise,
    /// Emoji in a row, each of which is read aloud.
    EmojiRow,
    /// Pictures made of characters.
    AsciiArt,
    /// Letters of another alphabet dressed up as Latin.
    Fancy,
    /// A link whose words don't say where it leads.
    ClickHere,
    /// Words that leave people out, or that a screen reader can't say.
    Inclusive,
}

impl Rule {
    /// Every rule, in the order in which they are listed.
    pub const ALL: [Self; 23] = [
        Self::Long,
        Self::HardToRead,
        Self::Jargon,
        Self::Wooden,
        Self::Superlative,
        Self::Address,
        Self::Forbidden,
        Self::Mandatory,
        Self::Space,
        Self::Quote,
        Self::Apostrophe,
        Self::Ellipsis,
        Self::Shouting,
        Self::Hashtags,
        Self::HashtagCase,
        Self::ShortLink,
        Self::BrokenLink,
        Self::Promise,
        Self::EmojiRow,
        Self::AsciiArt,
        Self::Fancy,
        Self::ClickHere,
        Self::Inclusive,
    ];

    /// The name by which it is kept.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.keys()[0]
    }

    /// The key of the text that says what was seen and why it matters (`charter-…-why`); takes the remark's arguments.
    #[must_use]
    pub fn why(self) -> &'static str {
        self.keys()[1]
    }

    /// The key of the text that says what to do (`charter-…-do`); takes the remark's arguments.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        self.keys()[2]
    }

    fn keys(self) -> [&'static str; 3] {
        match self {
            Self::Long => ["long", "charter-long-why", "charter-long-do"],
            Self::HardToRead => ["hard-to-read", "charter-hard-to-read-why", "charter-hard-to-read-do"],
            Self::Jargon => ["jargon", "charter-jargon-why", "charter-jargon-do"],
            Self::Wooden => ["wooden", "charter-wooden-why", "charter-wooden-do"],
            Self::Superlative => ["superlative", "charter-superlative-why", "charter-superlative-do"],
            Self::Address => ["address", "charter-address-why", "charter-address-do"],
            Self::Forbidden => ["forbidden", "charter-forbidden-why", "charter-forbidden-do"],
            Self::Mandatory => ["mandatory", "charter-mandatory-why", "charter-mandatory-do"],
            Self::Space => ["space", "charter-space-why", "charter-space-do"],
            Self::Quote => ["quote", "charter-quote-why", "charter-quote-do"],
            Self::Apostrophe => ["apostrophe", "charter-apostrophe-why", "charter-apostrophe-do"],
            Self::Ellipsis => ["ellipsis", "charter-ellipsis-why", "charter-ellipsis-do"],
            Self::Shouting => ["shouting", "charter-shouting-why", "charter-shouting-do"],
            Self::Hashtags => ["hashtags", "charter-hashtags-why", "charter-hashtags-do"],
            Self::HashtagCase => ["hashtag-case", "charter-hashtag-case-why", "charter-hashtag-case-do"],
            Self::ShortLink => ["short-link", "charter-short-link-why", "charter-short-link-do"],
            Self::BrokenLink => ["broken-link", "charter-broken-link-why", "charter-broken-link-do"],
            Self::Promise => ["promise", "charter-promise-why", "charter-promise-do"],
            Self::EmojiRow => ["emoji-row", "charter-emoji-row-why", "charter-emoji-row-do"],
            Self::AsciiArt => ["ascii-art", "charter-ascii-art-why", "charter-ascii-art-do"],
            Self::Fancy => ["fancy", "charter-fancy-why", "charter-fancy-do"],
            Self::ClickHere => ["click-here", "charter-click-here-why", "charter-click-here-do"],
            Self::Inclusive => ["inclusive", "charter-inclusive-why", "charter-inclusive-do"],
        }
    }
}

/// Something to look at again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Remark {
    /// Which rule.
    pub rule: Rule,
    /// Where, in bytes, between characters; the whole text where the rule speaks of the whole.
    pub span: Range<usize>,
    /// What the texts of the rule need: `said` (the words seen), `count`, `most`, `instead`.
    pub arguments: Vec<(&'static str, Argument)>,
    /// What to write there instead, where that is certain.
    pub replacement: Option<String>,
    /// The charter asks for a reason from whoever leaves it as it is.
    pub must: bool,
}

/// What fills a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Argument {
    /// Words.
    Text(String),
    /// A number, which chooses the plural.
    Number(i64),
}

impl Remark {
    fn new(rule: Rule, span: Range<usize>) -> Self {
        Self { rule, span, arguments: Vec::new(), replacement: None, must: false }
    }

    fn said(self, said: &str) -> Self {
        let short: String = said.chars().take(120).collect();
        self.with("said", Argument::Text(short))
    }

    fn count(self, count: usize, most: usize) -> Self {
        let number = |it| Argument::Number(i64::try_from(it).unwrap_or(i64::MAX));
        self.with("count", number(count)).with("most", number(most))
    }

    fn instead(mut self, text: impl Into<String>) -> Self {
        self.replacement = Some(text.into());
        self
    }

    fn with(mut self, name: &'static str, value: Argument) -> Self {
        self.arguments.push((name, value));
        self
    }
}

/// A text while it is looked at: what each rule needs, found once.
struct Page<'a> {
    text: &'a str,
    language: Language,
    charter: &'a Charter,
    marks: Vec<Mark>,
    words: Vec<word::Word<'a>>,
    sentences: Vec<Range<usize>>,
}

impl Page<'_> {
    /// Whether a byte lies in a link, a mention or a tag.
    fn is_marked(&self, at: usize) -> bool {
        let next = self.marks.partition_point(|mark| mark.span.end <= at);
        self.marks.get(next).is_some_and(|mark| mark.span.contains(&at))
    }
}

/// What the charter has to say of a text, in the order of the text. Looks at the first [`MOST_BYTES`] only.
#[must_use]
pub fn check(text: &str, language: Language, dialect: Dialect, charter: &Charter) -> Vec<Remark> {
    let end = (0..=text.len().min(MOST_BYTES)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let text = text.get(..end).unwrap_or_default();
    let sentences = sentences(text);
    let marks = marks(text, dialect);
    let words = word::words(text, &marks, &sentences);
    let page = Page { text, language, charter, marks, words, sentences };
    let mut found = Vec::new();
    let rules: [fn(&Page, &mut Vec<Remark>); 9] = [
        readability::check,
        voice::check,
        setting::check,
        space::check,
        typography::check,
        shout::check,
        tag::check,
        link::check,
        access::check,
    ];
    for rule in rules {
        rule(&page, &mut found);
    }
    found.retain(|it| !charter.off.contains(&it.rule));
    for it in &mut found {
        it.must = charter.must.contains(&it.rule);
    }
    found.sort_by_key(|it| (it.span.start, it.rule));
    found.truncate(MOST_REMARKS);
    found
}

/// The text with everything written as the remarks would have it. Where two overlap, the first counts.
#[must_use]
pub fn apply(text: &str, remarks: &[Remark]) -> String {
    let mut sorted: Vec<&Remark> = remarks.iter().filter(|it| it.replacement.is_some()).collect();
    sorted.sort_by_key(|it| it.span.start);
    let mut out = String::with_capacity(text.len());
    let mut place = 0;
    for remark in sorted {
        let Some(between) = text.get(place..remark.span.start) else {
            continue;
        };
        if text.get(remark.span.clone()).is_none() {
            continue;
        }
        out.push_str(between);
        out.push_str(remark.replacement.as_deref().unwrap_or_default());
        place = remark.span.end;
    }
    out.push_str(text.get(place..).unwrap_or_default());
    out
}

/// The texts of the rules, as a Fluent resource: keys `charter-…`, the same in both languages.
#[must_use]
pub fn translations(language: Language) -> &'static str {
    language
        .pick(include_str!("../translations/fr/charter.ftl"), include_str!("../translations/en/charter.ftl"))
}

#[cfg(test)]
mod tests;
