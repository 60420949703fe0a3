//! What a list shows, as it stands in the address: every list of the inbox can be bookmarked, shared and
//! saved as a view. A value that means nothing is read as "any". Knows no row.

use serde::Deserialize;
use url::form_urlencoded;

use crate::store::conversation::{Filter, Holder, Order, State};
use crate::store::search::Within;

/// Pages shown in one at most; the list then goes on with a page of its own.
pub const MOST: u8 = 8;

/// The query of an inbox address.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    state: String,
    holder: String,
    desk: String,
    channel: String,
    tag: String,
    language: String,
    sentiment: String,
    intent: String,
    needs: String,
    late: String,
    order: String,
    /// Words to search the whole history for.
    pub q: String,
    /// Where the page before this one ended.
    pub after: String,
    /// How many pages are shown in one; see [`Asked::pages`].
    pages: String,
    /// Show messages of the thread before this one (`sent_at~id`).
    pub before: String,
    /// `public`, `direct` or `note`: what is being written.
    pub mode: String,
    /// The prepared answer that was put into the field.
    pub suggest: String,
    /// A journal row just written, to offer its undo.
    pub done: String,
    /// The conversation that comes after this one in the list.
    pub next: String,
}

fn word(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty() && text.len() <= 40).then(|| text.to_owned())
}

impl Asked {
    /// The list that is asked for; without a state, what waits for us.
    pub fn filter(&self) -> Filter {
        Filter {
            state: match self.state.as_str() {
                "all" => None,
                name => Some(State::parse(name).unwrap_or(State::Open)),
            },
            desk: self.desk.parse().ok(),
            holder: match self.holder.as_str() {
                "me" => Holder::Me,
                "nobody" => Holder::Nobody,
                id => id.parse().map_or(Holder::Any, Holder::Colleague),
            },
            channel: self.channel.parse().ok(),
            tag: self.tag.parse().ok(),
            language: word(&self.language),
            sentiment: word(&self.sentiment),
            intent: word(&self.intent),
            needs_answer: !self.needs.is_empty(),
            late: !self.late.is_empty(),
            order: match self.order.as_str() {
                "newest" => Order::Newest,
                "oldest" => Order::Oldest,
                _ => Order::Due,
            },
        }
    }

    /// The same list, with `mode` being written.
    #[must_use]
    pub fn writing(self, mode: &str) -> Self {
        Self { mode: mode.to_owned(), ..self }
    }

    /// A search for `words` in the whole history.
    pub fn searching(words: &str) -> Self {
        Self { q: words.to_owned(), ..Self::default() }
    }

    /// The words searched for, if any.
    pub fn search(&self) -> Option<&str> {
        let words = self.q.trim();
        (!words.is_empty()).then_some(words)
    }

    /// What a search asks of the messages beside their words.
    pub fn within(&self) -> Within {
        let Filter { intent, sentiment, language, needs_answer, .. } = self.filter();
        Within { intent, sentiment, language, needs_answer }
    }

    /// How many pages the list shows in one, so that going on keeps what was there: 1 to [`MOST`].
    pub fn pages(&self) -> u8 {
        self.pages.parse().unwrap_or(1).clamp(1, MOST)
    }

    /// The query that leads back to the beginning of the same list: `desk=…&order=newest`, without a
    /// question mark.
    pub fn first(&self) -> String {
        match self.search() {
            Some(words) => {
                let Within { intent, sentiment, language, needs_answer } = self.within();
                let (state, order) = (Some(State::Open), Order::Due);
                let asked =
                    Filter { state, order, intent, sentiment, language, needs_answer, ..Filter::default() };
                form_urlencoded::Serializer::new(query(&asked)).append_pair("q", words).finish()
            }
            None => query(&self.filter()),
        }
    }

    /// The query that leads back to the same part of the same list.
    pub fn query(&self) -> String {
        let mut pairs = form_urlencoded::Serializer::new(self.first());
        if !self.after.is_empty() {
            pairs.append_pair("after", &self.after);
        }
        if self.pages() > 1 {
            pairs.append_pair("pages", &self.pages().to_string());
        }
        pairs.finish()
    }
}

/// The shortest query that reads back as `filter`.
pub fn query(filter: &Filter) -> String {
    let mut pairs = form_urlencoded::Serializer::new(String::new());
    let mut put = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            pairs.append_pair(name, &value);
        }
    };
    put(
        "state",
        match filter.state {
            None => Some("all".to_owned()),
            Some(State::Open) => None,
            Some(state) => Some(state.as_str().to_owned()),
        },
    );
    put("desk", filter.desk.map(|id| id.to_string()));
    put(
        "holder",
        match filter.holder {
            Holder::Any => None,
            Holder::Me => Some("me".to_owned()),
            Holder::Nobody => Some("nobody".to_owned()),
            Holder::Colleague(id) => Some(id.to_string()),
        },
    );
    put("channel", filter.channel.map(|id| id.to_string()));
    put("tag", filter.tag.map(|id| id.to_string()));
    put("language", filter.language.clone());
    put("sentiment", filter.sentiment.clone());
    put("intent", filter.intent.clone());
    put("needs", filter.needs_answer.then(|| "1".to_owned()));
    put("late", filter.late.then(|| "1".to_owned()));
    put(
        "order",
        match filter.order {
            Order::Due => None,
            Order::Newest => Some("newest".to_owned()),
            Order::Oldest => Some("oldest".to_owned()),
        },
    );
    pairs.finish()
}

/// `/inbox` or `/inbox/…` with a query, and what else is appended to it.
pub fn address(path: &str, query: &str, more: &[(&str, &str)]) -> String {
    let mut all = form_urlencoded::Serializer::new(query.to_owned());
    for (name, value) in more {
        all.append_pair(name, value);
    }
    let all = all.finish();
    if all.is_empty() { path.to_owned() } else { format!("{path}?{all}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{ChannelId, ColleagueId, DeskId, TagId};

    fn read(query: &str) -> Asked {
        let pairs: serde_json::Map<_, _> =
            form_urlencoded::parse(query.as_bytes()).map(|(k, v)| (k.into_owned(), v.into())).collect();
        serde_json::from_value(pairs.into()).unwrap()
    }

    #[test]
    fn every_filter_reads_back_from_its_own_address() {
        let every = Filter {
            state: Some(State::Snoozed),
            desk: Some(DeskId::new(1)),
            holder: Holder::Colleague(ColleagueId::new(1)),
            channel: Some(ChannelId::new(1)),
            tag: Some(TagId::new(1)),
            language: Some("-fr".to_owned()),
            sentiment: Some("negative".to_owned()),
            intent: Some("complaint".to_owned()),
            needs_answer: true,
            late: true,
            order: Order::Oldest,
        };
        let open = Filter { state: Some(State::Open), ..Filter::default() };
        let all = Filter { state: None, holder: Holder::Me, order: Order::Newest, ..Filter::default() };
        for filter in [every, open, all, Filter { holder: Holder::Nobody, ..Filter::default() }] {
            assert_eq!(read(&query(&filter)).filter(), filter);
        }
    }

    #[test]
    fn a_search_keeps_what_is_asked_beside_its_words() {
        let asked = read("q=billets+perdus&intent=complaint&needs=1&state=closed&after=7");
        assert_eq!(asked.first(), "intent=complaint&needs=1&q=billets+perdus");
        assert_eq!(read(&asked.first()).within(), asked.within());
        assert!(asked.within().needs_answer);
    }

    #[test]
    fn what_waits_for_us_has_the_shortest_address() {
        assert_eq!(query(&Asked::default().filter()), "");
        assert_eq!(address("/inbox", "", &[]), "/inbox");
        assert_eq!(address("/inbox", "late=1", &[("done", "a b")]), "/inbox?late=1&done=a+b");
    }

    #[test]
    fn values_that_mean_nothing_are_any() {
        let asked = read("state=nonsense&desk=12&holder=%FF&language=&order=sideways");
        assert_eq!(asked.filter(), Filter { state: Some(State::Open), ..Filter::default() });
    }
}
