//! What is matched.

use crate::query::Name;

/// A post, as far as queries can ask about it. What isn't known is absent, and matches nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Post<'a> {
    /// What it says.
    pub text: &'a str,
    /// The handle of who wrote it, with or without `@`.
    pub author: Option<&'a str>,
    /// The channel it came by.
    pub channel: Option<&'a str>,
    /// Its language, two letters.
    pub lang: Option<&'a str>,
    /// Its address.
    pub url: Option<&'a str>,
    /// The country it comes from, two letters.
    pub country: Option<&'a str>,
    /// `negative`, `neutral` or `positive`.
    pub sentiment: Option<&'a str>,
    /// What it wants.
    pub intent: Option<&'a str>,
    /// How many follow its author.
    pub followers: Option<u64>,
}

impl<'a> Post<'a> {
    /// A post of which only the text is known.
    #[must_use]
    pub fn of(text: &'a str) -> Self {
        Self { text, ..Self::default() }
    }

    /// The value of a field that is compared as text.
    #[must_use]
    pub fn field(&self, name: Name) -> Option<&'a str> {
        match name {
            Name::Author => self.author,
            Name::Channel => self.channel,
            Name::Lang => self.lang,
            Name::Site | Name::Url => self.url,
            Name::Country => self.country,
            Name::Sentiment => self.sentiment,
            Name::Intent => self.intent,
            Name::Followers | Name::Foreign(_) => None,
        }
    }
}
