//! What a network counts below a message of ours, as it stands in what [`crate::Channel::recheck`] tells of it. Pure: when it
//! was asked is the program's to note.

use serde_json::Value;

/// A figure that a network gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figure {
    /// The network's own word, which is also its definition: `favourites`, `likes`, `reposts` …
    pub name: &'static str,
    /// How many.
    pub value: u64,
}

/// The figures of a JSON object, each by the key under which the network gives it; one that isn't a whole number isn't one.
pub(crate) fn read(raw: &str, names: &[(&str, &'static str)]) -> Vec<Figure> {
    let Ok(seen) = serde_json::from_str::<Value>(raw) else { return Vec::new() };
    let figure = |(key, name): &(&str, &'static str)| {
        let value = seen.get(*key)?.as_u64()?;
        Some(Figure { name, value })
    };
    names.iter().filter_map(figure).collect()
}

#[cfg(test)]
mod tests {
    use crate::{ChannelKind, Figure, channel};

    #[test]
    fn each_network_tells_its_figures_in_its_own_words() {
        let names = |kind, raw: &str| {
            let all: Vec<Figure> = channel(kind).figures(raw);
            all.into_iter().map(|it| (it.name, it.value)).collect::<Vec<_>>()
        };
        let status = r#"{"id":"1","favourites_count":12,"reblogs_count":3,"replies_count":0}"#;
        let expected = [("favourites", 12), ("boosts", 3), ("replies", 0)];
        assert_eq!(names(ChannelKind::Mastodon, status), expected);
        let view = r#"{"uri":"at://a","likeCount":7,"repostCount":1,"replyCount":2,"quoteCount":"x"}"#;
        let expected = [("likes", 7), ("reposts", 1), ("replies", 2)];
        assert_eq!(names(ChannelKind::Bluesky, view), expected);
        assert_eq!(names(ChannelKind::Bluesky, "not JSON"), []);
        assert_eq!(names(ChannelKind::Mail, status), []);
    }
}
