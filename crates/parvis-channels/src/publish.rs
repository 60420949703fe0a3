//! What goes out, and what came of it.

use serde::{Deserialize, Serialize};
use url::Url;

use crate::{ChannelError, Visibility, Why};

/// Something to publish: an answer to a message, or a post that begins something.
///
/// A thread of our own is several of these, one below the other: each part is published when the one before
/// stands there, under a key of its own ([`Outgoing::next`]), so that a lost answer is settled part by part.
#[derive(Debug, Clone, PartialEq)]
pub struct Outgoing {
    /// The same key for every attempt at the same message; at most 64 characters.
    pub key: String,
    /// The message answered, or the part before in a thread of our own (its `remote_id`); `None` for a post
    /// that answers nothing.
    pub parent_id: Option<String>,
    /// Plain text, as the colleague wrote it.
    pub text: String,
    /// Who shall see it.
    pub visibility: Visibility,
    /// Language of the text (BCP 47).
    pub language: Option<String>,
    /// Content warning.
    pub warning: Option<String>,
    /// Pictures.
    pub media: Vec<Upload>,
    /// The handle to name at the front when the text doesn't name it (on some networks an
    /// answer without a mention reaches nobody). Use [`Outgoing::full_text`] for counting.
    pub mention: Option<String>,
    /// The message quoted (its `remote_id`).
    pub quote: Option<String>,
    /// What is shown of a page that the text leads to.
    pub card: Option<Card>,
    /// What an article has besides its text; for networks that have articles.
    pub article: Option<Article>,
    /// When this attempt is made, µs: a room has no clock, and some networks want to be told.
    pub at: i64,
}

impl Outgoing {
    /// A post that answers nothing, with nothing but words.
    #[must_use]
    pub fn new(key: impl Into<String>, text: impl Into<String>, visibility: Visibility, at: i64) -> Self {
        Self {
            key: key.into(),
            parent_id: None,
            text: text.into(),
            visibility,
            language: None,
            warning: None,
            media: Vec::new(),
            mention: None,
            quote: None,
            card: None,
            article: None,
            at,
        }
    }

    /// Part `number` (the post itself is part 0) of the thread that this post begins, below the part before it:
    /// for everybody whom the post is for, in its language and under its warning.
    #[must_use]
    pub fn next(&self, number: u32, text: impl Into<String>, below: &Published) -> Self {
        Self {
            parent_id: Some(below.remote_id.clone()),
            language: self.language.clone(),
            warning: self.warning.clone(),
            ..Self::new(part_key(&self.key, number), text, self.visibility, self.at)
        }
    }

    /// What it answers, in a room where nothing else is published.
    ///
    /// # Errors
    /// [`Why::AnswersOnly`] where it answers nothing.
    pub fn parent(&self) -> Result<&str, ChannelError> {
        self.parent_id.as_deref().ok_or(ChannelError::Unsupported(Why::AnswersOnly))
    }

    /// The text as it will be sent: with the mention in front unless it is there already.
    #[must_use]
    pub fn full_text(&self) -> String {
        let Some(handle) = &self.mention else {
            return self.text.clone();
        };
        let at = format!("@{}", handle.trim_start_matches('@'));
        let named = self
            .text
            .split_whitespace()
            .any(|word| word.trim_end_matches(|c: char| !c.is_alphanumeric()).eq_ignore_ascii_case(&at));
        if named { self.text.clone() } else { format!("{at} {}", self.text) }
    }
}

/// The key of part `number` of a thread, from the key of the post that begins it (part 0): always the same,
/// and by its order where keys of the network have one. A key of at most 53 characters stays within 64.
#[must_use]
pub fn part_key(key: &str, number: u32) -> String {
    if number == 0 { key.to_owned() } else { format!("{key}/{number}") }
}

/// A picture to go with a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// The file.
    pub bytes: Vec<u8>,
    /// Its media type: `image/png`.
    pub mime: String,
    /// Alternative text; empty for none.
    pub alt: String,
}

/// What is shown of a page that a post leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// The page: http or https.
    pub url: Url,
    /// Its title.
    pub title: String,
    /// What it is about; may be empty.
    pub about: String,
    /// Its picture.
    pub picture: Option<Upload>,
}

/// What an article has besides its text, which is then its body.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Article {
    /// Its title.
    pub title: String,
    /// The end of its address; `None`: the site makes one from the title.
    pub slug: Option<String>,
    /// What stands in lists instead of the body; empty: the site takes the beginning.
    pub excerpt: String,
    /// The body as HTML, where the writer made some: it is cleaned before it is sent. `None`: paragraphs are
    /// made of the text.
    pub html: Option<String>,
    /// Names of categories; those that the site hasn't are refused, since they are its structure.
    pub categories: Vec<String>,
    /// Names of tags; those that the site hasn't are made.
    pub tags: Vec<String>,
    /// The picture above it.
    pub cover: Option<Upload>,
    /// How it shall stand on the site.
    pub state: ArticleState,
}

/// How an article stands on a site.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", content = "at", rename_all = "snake_case")]
pub enum ArticleState {
    /// Only whoever writes there sees it.
    #[default]
    Draft,
    /// The site shows it from then on (µs).
    Scheduled(i64),
    /// Everybody sees it.
    Published,
}

/// A message of ours that stands on the network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    /// Its id.
    pub remote_id: String,
    /// Its public address.
    pub url: Option<String>,
    /// When the network says it was published, µs.
    pub published_at: Option<i64>,
    /// The network's answer.
    pub raw: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(text: &str) -> Outgoing {
        let mention = Some("anna@social.example".to_owned());
        Outgoing { parent_id: Some("1".into()), mention, ..Outgoing::new("k", text, Visibility::Public, 0) }
    }

    #[test]
    fn the_person_answered_is_named_once() {
        assert_eq!(answer("Hello").full_text(), "@anna@social.example Hello");
        let named = "Hello @Anna@social.example, yes";
        assert_eq!(answer(named).full_text(), named);
        let other = "Hello @anna@social.example.org";
        assert_eq!(answer(other).full_text(), format!("@anna@social.example {other}"));
    }

    #[test]
    fn a_thread_keeps_to_its_first_part_and_each_part_has_a_key_of_its_own() {
        let first = Outgoing {
            language: Some("fr".into()),
            warning: Some("spoiler".into()),
            mention: Some("anna@social.example".into()),
            ..Outgoing::new("key", "un", Visibility::Unlisted, 7)
        };
        let below = Published { remote_id: "11".into(), url: None, published_at: None, raw: String::new() };
        let next = first.next(1, "deux", &below);
        assert_eq!((next.key.as_str(), next.parent_id.as_deref()), ("key/1", Some("11")));
        assert_eq!((next.visibility, next.at), (Visibility::Unlisted, 7));
        assert_eq!((&next.language, &next.warning, &next.mention), (&first.language, &first.warning, &None));
        assert_eq!(next, first.next(1, "deux", &below));
        assert_eq!(first.parent(), Err(ChannelError::Unsupported(Why::AnswersOnly)));
        assert_eq!(next.parent(), Ok("11"));
    }
}
