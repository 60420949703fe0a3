//! What a link carries so that its readers can be counted (`utm_…`), added without breaking the link: what it carried
//! stays as it was, byte for byte, and what was asked for by hand is left alone.
//!
//! Source of the names: "Campaign URL builder", support.google.com/analytics/answer/10917952.

use serde::{Deserialize, Serialize};

use crate::mark::{Dialect, MarkKind, marks, url_length};

/// What the links of a post say of it. Empty values aren't written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Campaign {
    /// Where the reader comes from: `mastodon`.
    pub source: String,
    /// By what way: `social`.
    pub medium: String,
    /// For which campaign: `spring-2027`.
    pub name: String,
    /// Which word was paid for.
    pub term: String,
    /// Which of several links or texts.
    pub content: String,
}

impl Campaign {
    fn pairs(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let pairs = [
            ("utm_source", &self.source),
            ("utm_medium", &self.medium),
            ("utm_campaign", &self.name),
            ("utm_term", &self.term),
            ("utm_content", &self.content),
        ];
        pairs
            .into_iter()
            .filter(|(_, value)| !value.trim().is_empty())
            .map(|(key, value)| (key, value.trim()))
    }
}

/// The text with its links tagged. `hosts`: only links to these hosts and what lies below them; none named: every link.
#[must_use]
pub fn tag_text(text: &str, dialect: Dialect, campaign: &Campaign, hosts: &[String]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut place = 0;
    for mark in marks(text, dialect).into_iter().filter(|mark| mark.kind == MarkKind::Link) {
        let Some(rest) = text.get(mark.span.start..).filter(|_| mark.span.start >= place) else {
            continue;
        };
        // Where readers differ about where a link ends, the longest reading is the one that breaks nothing.
        let length = url_length(rest).unwrap_or(0).max(mark.span.len());
        let (Some(link), Some(after)) = (rest.get(..length), rest.get(length..)) else {
            continue;
        };
        let ends = after
            .chars()
            .next()
            .is_none_or(|c| c.is_whitespace() || c.is_ascii_punctuation() || "»”’…".contains(c));
        if !ends || !is_among(link, hosts) {
            continue;
        }
        out.push_str(text.get(place..mark.span.start).unwrap_or_default());
        out.push_str(&tag_link(link, campaign));
        place = mark.span.start + length;
    }
    out.push_str(text.get(place..).unwrap_or_default());
    out
}

/// One link with what it lacks of a campaign. A parameter that stands there already keeps its value.
#[must_use]
pub fn tag_link(link: &str, campaign: &Campaign) -> String {
    let (bare, fragment) = link.split_at(link.find('#').unwrap_or(link.len()));
    let query = bare.split_once('?').map(|(_, query)| query);
    let has = |key: &str| {
        query.is_some_and(|it| {
            it.split(['&', ';']).any(|pair| pair.split('=').next().is_some_and(|it| it == key))
        })
    };
    let added: Vec<String> = campaign
        .pairs()
        .filter(|(key, _)| !has(key))
        .map(|(key, value)| format!("{key}={}", encode(value)))
        .collect();
    if added.is_empty() {
        return link.to_owned();
    }
    let path_starts = bare.find("://").map_or(0, |at| at + 3);
    let has_path = bare.get(path_starts..).is_some_and(|it| it.contains('/'));
    let joint = match query {
        None if has_path => "?",
        None => "/?",
        Some("") => "",
        Some(query) if query.ends_with('&') => "",
        Some(_) => "&",
    };
    format!("{bare}{joint}{}{fragment}", added.join("&"))
}

/// Only letters, digits, `-` and `_` stay: whatever else could end a link for one reader or another.
fn encode(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for byte in value.bytes().take(500) {
        if byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_' {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// The host of a link, without user and port.
pub(crate) fn host(link: &str) -> &str {
    let bare = link.split_once("://").map_or(link, |(_, rest)| rest);
    let authority = bare.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    host.split(':').next().unwrap_or_default()
}

fn is_among(link: &str, hosts: &[String]) -> bool {
    let host = host(link).to_lowercase();
    hosts.is_empty()
        || hosts.iter().any(|it| {
            let it = it.trim().to_lowercase();
            host == it || host.strip_suffix(&it).is_some_and(|rest| rest.ends_with('.'))
        })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn spring() -> Campaign {
        Campaign {
            source: "mastodon".into(),
            medium: "social".into(),
            name: "été 27".into(),
            ..Campaign::default()
        }
    }

    const TAGS: &str = "utm_source=mastodon&utm_medium=social&utm_campaign=%C3%A9t%C3%A9%2027";

    #[test]
    fn a_link_keeps_what_it_carried() {
        let cases = [
            ("https://a.example", format!("https://a.example/?{TAGS}")),
            ("https://a.example/b", format!("https://a.example/b?{TAGS}")),
            ("https://a.example/b?", format!("https://a.example/b?{TAGS}")),
            ("https://a.example/b?x=1&y=a%20b#c?d", format!("https://a.example/b?x=1&y=a%20b&{TAGS}#c?d")),
            ("https://a.example/#/app", format!("https://a.example/?{TAGS}#/app")),
            ("a.com", format!("a.com/?{TAGS}")),
        ];
        for (link, tagged) in cases {
            assert_eq!(tag_link(link, &spring()), tagged);
        }
        let own = "https://a.example/?utm_source=letter";
        assert!(tag_link(own, &spring()).starts_with("https://a.example/?utm_source=letter&utm_medium="));
        assert_eq!(tag_link(own, &Campaign::default()), own);
    }

    #[test]
    fn only_links_to_the_hosts_that_were_named_are_tagged() {
        let text = "Voir https://www.a.example/é), puis https://nota.example/x. a@a.example";
        let tagged = tag_text(text, Dialect::Fediverse, &spring(), &["a.example".to_owned()]);
        assert_eq!(
            tagged,
            format!("Voir https://www.a.example/é?{TAGS}), puis https://nota.example/x. a@a.example")
        );
        // X would end this address before the accent: it is tagged behind.
        let tagged = tag_text("https://a.com/?q=été ok", Dialect::Weighted, &spring(), &[]);
        assert_eq!(tagged, format!("https://a.com/?q=été&{TAGS} ok"));
    }

    proptest! {
        #[test]
        fn a_tagged_link_is_found_whole_and_tagging_again_changes_nothing(
            path in "(/[a-zé0-9_.-]{0,6}){0,3}", query in "(\\?[a-z]{1,3}=[a-z0-9%]{0,4}(&[a-z]=é)?)?", fragment in "(#[a-z/]{1,5})?",
            name in "\\PC{0,12}", before in "[a-z ]{0,5}"
        ) {
            let text = format!("{before} https://a.example{path}{query}{fragment} behind");
            let links = |text: &str| -> Vec<String> {
                let marks = marks(text, Dialect::Fediverse);
                marks.into_iter().map(|it| it.text(text).to_owned()).collect()
            };
            let campaign = Campaign { name, ..spring() };
            let once = tag_text(&text, Dialect::Fediverse, &campaign, &[]);
            prop_assert_eq!(links(&once).len(), 1);
            let (link, was) = (links(&once).remove(0), links(&text).remove(0));
            prop_assert!(link.starts_with(was.split(['#', '?']).next().unwrap_or_default()));
            prop_assert!(link.ends_with(was.split_once('#').map_or("", |(_, it)| it)));
            prop_assert!(was.split_once('?').is_none_or(|(_, it)| link.contains(it.split('#').next().unwrap_or_default())));
            prop_assert_eq!(tag_text(&once, Dialect::Fediverse, &campaign, &[]), once);
        }

        #[test]
        fn any_text_can_be_tagged(text in "([@#$?&=]|https://|a.com/|[a-zé./ 👍🏽\u{202f}]|\\PC){0,40}") {
            for dialect in [Dialect::Fediverse, Dialect::Atproto, Dialect::Weighted] {
                let tagged = tag_text(&text, dialect, &spring(), &[]);
                prop_assert!(tagged.len() >= text.len());
            }
        }
    }
}
