//! What a site sends. Only what is read; the rest is kept raw.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A comment (`context=edit`).
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Comment {
    pub(super) id: i64,
    pub(super) post: i64,
    /// 0 for one that stands right under the article.
    pub(super) parent: i64,
    /// 0 for somebody without an account.
    pub(super) author: i64,
    pub(super) author_name: String,
    pub(super) author_email: String,
    pub(super) author_url: String,
    /// Without a zone, which is UTC.
    pub(super) date_gmt: String,
    pub(super) content: Text,
    pub(super) link: String,
    /// `approved`, `hold`, `spam`, `trash`.
    pub(super) status: String,
    #[serde(rename = "_links")]
    pub(super) links: Links,
}

/// A text as it was written and as the site shows it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Text {
    pub(super) raw: String,
    pub(super) rendered: String,
}

/// Where other things are, as far as we look.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Links {
    /// What a comment stands under.
    pub(super) up: Vec<Link>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Link {
    pub(super) href: String,
}

/// An article or a page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Post {
    pub(super) id: i64,
    #[serde(deserialize_with = "or_empty")]
    pub(super) date_gmt: String,
    #[serde(deserialize_with = "or_empty")]
    pub(super) modified_gmt: String,
    pub(super) link: String,
    /// `publish`, `future`, `draft`, `pending`, `private`, `trash`.
    pub(super) status: String,
    pub(super) title: Text,
    pub(super) content: Text,
    pub(super) excerpt: Text,
}

/// A draft may have no date.
fn or_empty<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.unwrap_or_default())
}

/// A category or a tag.
#[derive(Debug, Deserialize)]
pub(super) struct Term {
    pub(super) id: i64,
    #[serde(default)]
    pub(super) name: String,
}

/// A picture in the site's library.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Media {
    pub(super) id: i64,
    pub(super) source_url: String,
    pub(super) description: Text,
}

/// The account that asks.
#[derive(Debug, Deserialize)]
pub(super) struct Me {
    pub(super) id: i64,
    #[serde(default)]
    pub(super) slug: String,
    #[serde(default)]
    pub(super) capabilities: Value,
}

/// The site, as its API presents it.
#[derive(Debug, Deserialize)]
pub(super) struct Index {
    #[serde(default)]
    pub(super) name: String,
    #[serde(default)]
    pub(super) home: String,
    #[serde(default)]
    pub(super) namespaces: Vec<String>,
    /// An object, or an empty list.
    #[serde(default)]
    pub(super) authentication: Value,
}

/// A refusal.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Failure {
    pub(super) code: String,
    pub(super) message: String,
}
