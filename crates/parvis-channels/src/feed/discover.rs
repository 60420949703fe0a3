//! The feed that a web page announces, for people who give the address of the page.
//! Source: RSS Advisory Board, "RSS Autodiscovery"; the Atom counterpart is the same.

use url::Url;

use crate::Answer;
use crate::html::head::{Head, page_text};

const TYPES: [&str; 4] =
    ["application/atom+xml", "application/rss+xml", "application/feed+json", "application/json"];

/// The first feed announced by `<link rel="alternate" type=… href=…>`.
pub(super) fn announced(page: &Answer) -> Option<Url> {
    Head::read(&page_text(page)).all("link").find_map(|link| {
        let alternate = link.get("rel")?.eq_ignore_ascii_case("alternate");
        let kind = link.get("type")?.to_ascii_lowercase();
        if !alternate || !TYPES.contains(&kind.as_str()) {
            return None;
        }
        page.url.join(link.get("href")?).ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn find(page: &str) -> Option<String> {
        let page = Answer {
            status: 200,
            headers: reqwest::header::HeaderMap::new(),
            body: page.to_owned().into(),
            url: "https://a.example/blog/".parse().unwrap(),
            moved: None,
        };
        announced(&page).map(|url| url.to_string())
    }

    #[test]
    fn the_first_announcement_counts() {
        let page = "<html><head><link rel=\"stylesheet\" type=\"text/css\" href=\"x.css\">\
            <link rel='alternate' hreflang='fr' href='/fr/'>\
            <link rel=\"alternate\" type=\"application/rss+xml\" title=\"A\" href=\"feed/?a=1&amp;b=2\" />\
            <link rel=\"alternate\" type=\"application/rss+xml\" href=\"/comments/feed/\" />";
        assert_eq!(find(page).as_deref(), Some("https://a.example/blog/feed/?a=1&b=2"));
        let bare = "<link type=application/atom+xml rel=alternate href=/atom.xml>";
        assert_eq!(find(bare).as_deref(), Some("https://a.example/atom.xml"));
    }

    #[test]
    fn a_page_without_announcement_has_none() {
        for page in ["", "<link", "<link rel=alternate>", "<p>rel=\"alternate\"", "<link href=x rel"] {
            assert_eq!(find(page), None, "{page}");
        }
    }

    proptest! {
        #[test]
        fn any_page_can_be_looked_through(page in "(<link|rel=|href=|type=|[a-z\"'=> é]){0,40}") {
            let _either = find(&page);
        }
    }
}
