//! What a site sends. Only what is read; the rest is kept raw.

use serde::Deserialize;
use serde_json::Value;

/// A comment (`context=edit`).
#[derive(Debug, Deserialize)]
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

impl Default for Comment {
    fn default() -> Self {
        Self {
            id: 0,
            post: 0,
            parent: 0,
            author: 0,
            author_name: String::new(),
            author_email: String::new(),
            author_url: String::new(),
            date_gmt: String::new(),
            content: Text::default(),
            link: String::new(),
            status: String::new(),
            links: Links::default(),
        }
    }
}

/// An article or a page.
#[derive(Debug, Deserialize)]
pub(super) struct Post {
    pub(super) id: i64,
    #[serde(default)]
    pub(super) date_gmt: String,
    #[serde(default)]
    pub(super) modified_gmt: String,
    #[serde(default)]
    pub(super) link: String,
    #[serde(default)]
    pub(super) title: Text,
    #[serde(default)]
    pub(super) excerpt: Text,
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
