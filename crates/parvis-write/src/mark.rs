//! Which bytes of a text are an address, a mention, a hashtag or a cashtag, as each family of networks reads them.
//!
//! Pure. Whether an account exists or an address answers is for the caller to ask.

mod atproto;
mod fediverse;
mod tag;
pub(crate) mod weighted;

use std::ops::Range;

use serde::{Deserialize, Serialize};

pub(crate) use fediverse::{mention_length, url_length};

/// Who reads the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dialect {
    /// Mastodon and its kin: addresses with `http(s)://`, `@name` and `@name@host`, `#tag`.
    Fediverse,
    /// The AT Protocol: addresses with `http(s)://`, `@handle.example`, `#tag`; what is found becomes facets.
    Atproto,
    /// X, by the conformance cases of twitter-text: addresses with or without `http(s)://`, `@name`, `@name/list`,
    /// `#tag`, `$TAG`.
    Weighted,
}

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MarkKind {
    /// A web address; without `https://` only in [`Dialect::Weighted`].
    Link,
    /// Somebody, with the sign: `@name`, `@name@host` or `@handle.example`.
    Mention,
    /// Somebody's list, `@name/list`.
    List,
    /// `#tag`, with its sign.
    Hashtag,
    /// `$TAG`, with its sign.
    Cashtag,
}

/// Something found in a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Where it stands, in bytes; both ends lie between characters.
    pub span: Range<usize>,
    /// What it is.
    pub kind: MarkKind,
}

impl Mark {
    fn new(span: Range<usize>, kind: MarkKind) -> Self {
        Self { span, kind }
    }

    /// What stands there, with its sign; empty for a text that isn't the one in which it was found.
    #[must_use]
    pub fn text<'a>(&self, text: &'a str) -> &'a str {
        text.get(self.span.clone()).unwrap_or_default()
    }
}

/// Everything of a text that its network makes something of, in order, nothing overlapping.
#[must_use]
pub fn marks(text: &str, dialect: Dialect) -> Vec<Mark> {
    match dialect {
        Dialect::Fediverse => fediverse::marks(text),
        Dialect::Atproto => atproto::marks(text),
        Dialect::Weighted => weighted::marks(text),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(text: &str, dialect: Dialect) -> Vec<(&str, MarkKind)> {
        marks(text, dialect).into_iter().map(|it| (&text[it.span], it.kind)).collect()
    }

    #[test]
    fn each_network_reads_in_its_own_way() {
        let text = "Ça va @anna.example ! (https://a.example/é?x=1). #Été2026, #1 @anna mail@b.example b.com #ici $ACME";
        let atproto = [
            ("@anna.example", MarkKind::Mention),
            ("https://a.example/é?x=1", MarkKind::Link),
            ("#Été2026", MarkKind::Hashtag),
            ("#ici", MarkKind::Hashtag),
        ];
        assert_eq!(found(text, Dialect::Atproto), atproto);
        let fediverse = [
            ("@anna.example", MarkKind::Mention),
            ("https://a.example/é?x=1", MarkKind::Link),
            ("#Été2026", MarkKind::Hashtag),
            ("@anna", MarkKind::Mention),
            ("#ici", MarkKind::Hashtag),
        ];
        assert_eq!(found(text, Dialect::Fediverse), fediverse);
        assert_eq!(found("@anna@b.example’s", Dialect::Fediverse), [("@anna@b.example", MarkKind::Mention)]);
        let weighted = [
            ("@anna", MarkKind::Mention),
            ("#Été2026", MarkKind::Hashtag),
            ("@anna", MarkKind::Mention),
            ("b.com", MarkKind::Link),
            ("#ici", MarkKind::Hashtag),
            ("$ACME", MarkKind::Cashtag),
        ];
        assert_eq!(found(text, Dialect::Weighted), weighted);
    }

    proptest! {
        #[test]
        fn what_is_found_lies_on_whole_characters(text in "([@#$]|https://|a.com/|[a-zé./ 👍🏽\u{202f}]|\\PC){0,40}") {
            for dialect in [Dialect::Fediverse, Dialect::Atproto, Dialect::Weighted] {
                let mut last = 0;
                for it in marks(&text, dialect) {
                    prop_assert!(it.span.start >= last && it.span.end > it.span.start);
                    prop_assert!(text.get(it.span.clone()).is_some());
                    last = it.span.end;
                }
            }
        }
    }
}
