//! The feed that a web page announces, for people who give the address of the page.
//! Source: RSS Advisory Board, "RSS Autodiscovery"; the Atom counterpart is the same.

use url::Url;

/// Bytes of the page looked through; announcements stand in its head.
const LOOKED_AT: usize = 256 * 1024;

const TYPES: [&str; 4] =
    ["application/atom+xml", "application/rss+xml", "application/feed+json", "application/json"];

/// The first feed announced by `<link rel="alternate" type=… href=…>`. The page isn't parsed
/// as HTML: at worst the address found is no feed, which is seen when it is read.
pub(super) fn announced(page: &[u8], address: &Url) -> Option<Url> {
    let page = String::from_utf8_lossy(page.get(..LOOKED_AT.min(page.len()))?);
    page.match_indices("<link").find_map(|(start, _)| {
        let tag = page.get(start + 5..)?.split('>').next()?;
        let alternate = attribute(tag, "rel")?.eq_ignore_ascii_case("alternate");
        let kind = attribute(tag, "type")?.to_ascii_lowercase();
        if !alternate || !TYPES.contains(&kind.as_str()) {
            return None;
        }
        let target = attribute(tag, "href")?.replace("&amp;", "&");
        address.join(target.trim()).ok()
    })
}

/// The value of an attribute, quoted or bare.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    tag.match_indices(name).find_map(|(place, _)| {
        let before = tag.get(..place)?.chars().next_back()?;
        let value = tag.get(place + name.len()..)?.trim_start().strip_prefix('=')?.trim_start();
        if !before.is_ascii_whitespace() && !matches!(before, '"' | '\'') {
            return None;
        }
        match value.chars().next()? {
            quote @ ('"' | '\'') => value.split(quote).nth(1),
            _ => value.split(|c: char| c.is_ascii_whitespace()).next(),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn find(page: &str) -> Option<String> {
        let address = "https://a.example/blog/".parse().unwrap();
        announced(page.as_bytes(), &address).map(|url| url.to_string())
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
