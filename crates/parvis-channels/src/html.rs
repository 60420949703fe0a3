//! Hostile HTML in, harmless HTML and plain text out.
//!
//! Networks send HTML written by strangers. What is kept is what a message needs, by a short
//! list; everything else is dropped. Pictures inside the text are dropped too (they would
//! tell a stranger when it is read): attachments are shown by the program itself.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

const TAGS: [&str; 16] = [
    "p",
    "br",
    "a",
    "span",
    "em",
    "strong",
    "b",
    "i",
    "code",
    "pre",
    "blockquote",
    "ul",
    "ol",
    "li",
    "del",
    "u",
];

static STRICT: LazyLock<ammonia::Builder<'static>> = LazyLock::new(|| {
    let mut builder = ammonia::Builder::empty();
    builder
        .tags(HashSet::from(TAGS))
        .clean_content_tags(HashSet::from([
            "script", "style", "svg", "math", "iframe", "object", "template", "noscript", "title",
            "textarea", "select", "audio", "video",
        ]))
        .tag_attributes(HashMap::from([("a", HashSet::from(["href"]))]))
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .url_relative(ammonia::UrlRelative::Deny)
        .link_rel(Some("nofollow noopener noreferrer ugc"));
    builder
});

/// HTML that is safe to show as it is.
#[must_use]
pub fn sanitise(html: &str) -> String {
    STRICT.clean(html).to_string()
}

/// The text of it.
#[must_use]
pub fn plain_text(html: &str) -> String {
    sanitise(html)
}
