//! What is known about a post beside its text, and how it is compared.

use crate::Post;

/// A field and the value that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Which field.
    pub name: Name,
    /// What it must be.
    pub value: Value,
}

/// The fields a query can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Name {
    /// The handle of who wrote it.
    Author,
    /// The channel it came by.
    Channel,
    /// Its language, two letters.
    Lang,
    /// The host of its address, or any host above it.
    Site,
    /// Its whole address.
    Url,
    /// The country it comes from, two letters.
    Country,
    /// `negative`, `neutral` or `positive`.
    Sentiment,
    /// What it wants.
    Intent,
    /// How many follow its author.
    Followers,
    /// A field of Brandwatch's that Parvis hasn't got: it can be pasted in, is always absent, and so matches nothing.
    Foreign(&'static str),
}

/// Brandwatch's other fields. Source: their list of query operators.
const FOREIGN: [&str; 30] = [
    "title",
    "links",
    "channelId",
    "continent",
    "region",
    "city",
    "engagementType",
    "engagingWith",
    "engagingWithGuid",
    "authorGender",
    "authorVerified",
    "authorVerifiedType",
    "rating",
    "minuteOfDay",
    "subreddit",
    "subredditNSFW",
    "subredditTopics",
    "redditAuthorFlair",
    "redditAuthorAwards",
    "redditspoiler",
    "guid",
    "imageType",
    "objects",
    "blogName",
    "parentPostId",
    "rootPostId",
    "threadId",
    "publisherSubType",
    "feedback",
    "authorId",
];

impl Name {
    /// Every field, with its name.
    pub const ALL: [(&'static str, Self); 9] = [
        ("author", Self::Author),
        ("channel", Self::Channel),
        ("lang", Self::Lang),
        ("site", Self::Site),
        ("url", Self::Url),
        ("country", Self::Country),
        ("sentiment", Self::Sentiment),
        ("intent", Self::Intent),
        ("followers", Self::Followers),
    ];

    /// The field of this name, Brandwatch's names and French ones included; without case.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        let word = word.to_ascii_lowercase();
        match word.as_str() {
            "language" | "langue" => Some(Self::Lang),
            "authorfollowers" | "abonnes" => Some(Self::Followers),
            "auteur" | "compte" => Some(Self::Author),
            "canal" => Some(Self::Channel),
            "pays" => Some(Self::Country),
            "ressenti" => Some(Self::Sentiment),
            "intention" => Some(Self::Intent),
            _ => Self::ALL.iter().find(|(name, _)| *name == word).map(|(_, it)| *it).or_else(|| {
                FOREIGN.iter().find(|it| it.eq_ignore_ascii_case(&word)).map(|it| Self::Foreign(it))
            }),
        }
    }

    /// Its name in a query.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Foreign(name) => name,
            _ => Self::ALL.iter().find(|(_, it)| *it == self).map_or("", |(name, _)| name),
        }
    }
}

/// What a field must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// This text, whole; compared without case and without a leading `@`.
    Is(String),
    /// A number between these two, both included; open where there is none.
    Between(Option<u64>, Option<u64>),
}

impl Field {
    fn number(&self, post: &Post<'_>) -> Option<u64> {
        post.followers.filter(|_| self.name == Name::Followers)
    }

    /// Whether the post has it. A field the post hasn't got matches nothing.
    #[must_use]
    pub fn holds(&self, post: &Post<'_>) -> bool {
        match &self.value {
            Value::Between(low, high) => self
                .number(post)
                .is_some_and(|it| low.is_none_or(|low| it >= low) && high.is_none_or(|high| it <= high)),
            Value::Is(asked) => {
                let Some(value) = post.field(self.name) else { return false };
                let asked = plain(asked);
                if self.name == Name::Site {
                    let host = host(value);
                    return host_and_above(&host).any(|it| it == host_of_value(&asked));
                }
                plain(value) == asked
            }
        }
    }
}

/// The value without case and a leading `@`.
pub(crate) fn plain(value: &str) -> String {
    let value = value.trim();
    value.strip_prefix('@').unwrap_or(value).to_lowercase()
}

/// The host of an address, in small letters, without its port.
pub(crate) fn host(url: &str) -> String {
    let rest = url.trim().split_once("://").map_or(url.trim(), |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let name = if host.starts_with('[') { host.split_inclusive(']').next() } else { host.split(':').next() };
    name.unwrap_or_default().trim_end_matches('.').to_lowercase()
}

/// The host that is asked for, also when a whole address was given.
pub(crate) fn host_of_value(value: &str) -> String {
    host(value)
}

/// The host, then each host above it: `blog.example.com`, `example.com`, `com`.
pub(crate) fn host_and_above(host: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(host).filter(|it| !it.is_empty());
    std::iter::from_fn(move || {
        let now = rest?;
        rest = now.split_once('.').map(|(_, above)| above).filter(|it| !it.is_empty());
        Some(now)
    })
}
