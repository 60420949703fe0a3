//! What goes out, and what came of it.

use serde::{Deserialize, Serialize};

use crate::Visibility;

/// An answer to publish.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// The same key for every attempt at the same answer; at most 64 characters.
    pub key: String,
    /// The message answered (its `remote_id`).
    pub parent_id: String,
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
    /// answer without a mention reaches nobody). Use [`Reply::full_text`] for counting.
    pub mention: Option<String>,
    /// When this attempt is made, µs: a room has no clock, and some networks want to be told.
    pub at: i64,
}

impl Reply {
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

/// A picture to go with an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// The file.
    pub bytes: Vec<u8>,
    /// Its media type: `image/png`.
    pub mime: String,
    /// Alternative text; empty for none.
    pub alt: String,
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

    fn reply(text: &str) -> Reply {
        Reply {
            key: "k".into(),
            parent_id: "1".into(),
            text: text.into(),
            visibility: Visibility::Public,
            language: None,
            warning: None,
            media: vec![],
            mention: Some("anna@social.example".into()),
            at: 0,
        }
    }

    #[test]
    fn the_person_answered_is_named_once() {
        assert_eq!(reply("Hello").full_text(), "@anna@social.example Hello");
        let named = "Hello @Anna@social.example, yes";
        assert_eq!(reply(named).full_text(), named);
        let other = "Hello @anna@social.example.org";
        assert_eq!(reply(other).full_text(), format!("@anna@social.example {other}"));
    }
}
