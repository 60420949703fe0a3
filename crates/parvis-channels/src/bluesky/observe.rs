//! From what a server sends to what we saw, from one account's point of view.

use std::collections::HashMap;

use serde_json::value::RawValue;

use super::embed::{self, Blobs};
use super::facet::{self, PAGES};
use super::identity;
use super::key::{Place, owner, short};
use super::wire::{Author, Label, Notified, Post, PostView, Record};
use crate::html::{one_line, printable};
use crate::{
    Account, Item, Observation, ObservationKind, RemoteAuthor, Source, Visibility, plain_text, sanitise,
};

/// Notifications that are messages: somebody wrote a post.
const MESSAGES: [&str; 4] = ["mention", "reply", "quote", "subscribed-post"];
/// Labels that a reader is warned by, all others are of no matter to an inbox.
const WARNINGS: [&str; 8] =
    ["porn", "sexual", "nudity", "sexual-figurative", "graphic-media", "gore", "spam", "intolerant"];
/// What says of an account that it is a program.
const BOT: &str = "bot";

/// Turns posts and notifications into observations.
pub(super) struct Observer<'a> {
    account: &'a Account,
    source: Source,
}

/// Whether a notification is about a post that somebody wrote.
pub(super) fn is_message(notified: &Notified) -> bool {
    MESSAGES.contains(&notified.reason.as_str())
}

/// An ISO 8601 time, µs.
pub(super) fn time(text: &str) -> Option<i64> {
    Some(text.parse::<jiff::Timestamp>().ok()?.as_microsecond())
}

/// The page that shows a post, where there is one.
pub(super) fn page(account: &Account, uri: &str) -> Option<String> {
    let place = Place::read(uri).filter(|_| identity::is_public(&account.settings))?;
    Some(format!("{PAGES}/profile/{}/post/{}", place.did, place.rkey))
}

impl<'a> Observer<'a> {
    pub(super) fn new(account: &'a Account, source: Source) -> Self {
        Self { account, source }
    }

    /// A notification: the message it tells of (whole, if it was looked up), or something that is none.
    pub(super) fn notification(&self, raw: &str, whole: &HashMap<String, Box<RawValue>>) -> Observation {
        let Ok(notified) = serde_json::from_str::<Notified>(raw) else {
            return self.unsupported("notification", &short(raw, 12), raw);
        };
        if !is_message(&notified) {
            let what = if notified.reason.is_empty() { "notification" } else { &notified.reason };
            return self.dated(what, &notified, raw);
        }
        let post = whole.get(&notified.uri).map_or(raw, |post| post.get());
        let mut seen = self.post(post);
        if let Some(item) = seen.item.as_mut().filter(|item| !item.ours) {
            item.addressed |= notified.reason != "subscribed-post";
        }
        seen
    }

    /// A post as an AppView shows it, or as a notification tells it.
    pub(super) fn post(&self, raw: &str) -> Observation {
        match serde_json::from_str::<PostView>(raw) {
            Ok(view) if readable(&view.uri, &view.author.did) => self.view(&view, raw),
            _ => match serde_json::from_str::<Notified>(raw) {
                Ok(notified) => self.dated("post", &notified, raw),
                Err(_) => self.unsupported("post", &short(raw, 12), raw),
            },
        }
    }

    fn view(&self, view: &PostView, raw: &str) -> Observation {
        let embedded = if view.embed.is_null() {
            embed::record(&view.record.embed, &self.blobs(&view.author.did))
        } else {
            embed::view(&view.embed)
        };
        let labels: Vec<&str> = standing(&view.labels).collect();
        let at = time(&view.indexed_at).or_else(|| time(&view.record.created_at));
        let item = self.item(&view.uri, self.author(&view.author), &view.record, embedded, &labels);
        self.seen(&view.uri, at, raw, item)
    }

    /// A post of our own as our server keeps it.
    pub(super) fn own(&self, raw: &str) -> Observation {
        match serde_json::from_str::<Record>(raw) {
            Ok(record) if readable(&record.uri, &self.account.remote_id) => {
                let embedded = embed::record(&record.value.embed, &self.blobs(&self.account.remote_id));
                let me = RemoteAuthor {
                    remote_id: self.account.remote_id.clone(),
                    handle: self.account.handle.clone(),
                    name: String::new(),
                    url: self.profile(&self.account.remote_id),
                    avatar_url: None,
                    bot: false,
                };
                let at = time(&record.value.created_at);
                let item = self.item(&record.uri, me, &record.value, embedded, &[]);
                self.seen(&record.uri, at, raw, item)
            }
            _ => match serde_json::from_str::<Notified>(raw) {
                Ok(notified) => self.dated("post", &notified, raw),
                Err(_) => self.unsupported("post", &short(raw, 12), raw),
            },
        }
    }

    /// A post that is there no more.
    pub(super) fn gone(&self, uri: &str) -> Observation {
        Observation {
            remote_id: uri.to_owned(),
            kind: ObservationKind::Deleted,
            version_at: None,
            occurred_at: None,
            source: self.source,
            raw: "null".to_owned(),
            item: None,
        }
    }

    fn seen(&self, uri: &str, at: Option<i64>, raw: &str, item: Item) -> Observation {
        Observation {
            remote_id: uri.to_owned(),
            kind: ObservationKind::Created,
            version_at: at,
            occurred_at: at,
            source: self.source,
            raw: raw.to_owned(),
            item: Some(item),
        }
    }

    /// Something that is no message, or that we can't read as one, kept as it came.
    pub(super) fn unsupported(&self, what: &str, id: &str, raw: &str) -> Observation {
        Observation {
            remote_id: format!("{}:{}", one_line(what, 60), one_line(id, 600)),
            kind: ObservationKind::Unsupported,
            version_at: None,
            occurred_at: None,
            source: self.source,
            raw: raw.to_owned(),
            item: None,
        }
    }

    fn dated(&self, what: &str, notified: &Notified, raw: &str) -> Observation {
        let at = time(&notified.indexed_at);
        Observation { version_at: at, occurred_at: at, ..self.unsupported(what, &notified.uri, raw) }
    }

    fn item(
        &self,
        uri: &str,
        author: RemoteAuthor,
        post: &Post,
        embedded: embed::Embedded,
        labels: &[&str],
    ) -> Item {
        let me = self.account.remote_id.as_str();
        let is_me = |uri: &str| owner(uri) == me;
        let ours = author.remote_id == me;
        let reply = post.reply.as_ref().filter(|reply| Place::read(&reply.parent.uri).is_some());
        let answers_us = reply.is_some_and(|reply| is_me(&reply.parent.uri) || is_me(&reply.root.uri));
        let names_us = facet::mentions(&post.facets).any(|did| did == me);
        let quotes_us = embedded.quotes.as_deref().is_some_and(is_me);
        let html =
            sanitise(&format!("{}{}", facet::html(&printable(&post.text), &post.facets), embedded.html));
        let own_labels = self_labels(post);
        let labels = labels.iter().copied().chain(own_labels.iter().map(String::as_str));
        let warnings: Vec<&str> =
            WARNINGS.into_iter().filter(|word| labels.clone().any(|l| l == *word)).collect();
        Item {
            author,
            parent_id: reply.map(|reply| reply.parent.uri.clone()),
            // Below a post of ours each person has a conversation of their own, so it joins nobody.
            thread_id: reply.map(|reply| &reply.root.uri).filter(|root| !is_me(root)).cloned(),
            url: page(self.account, uri),
            text: plain_text(&html),
            html,
            title: None,
            language: post.langs.first().map(|l| one_line(l, 35)).filter(|l| !l.is_empty()),
            visibility: Visibility::Public,
            attachments: embedded.attachments,
            warning: Some(warnings.join(", ")).filter(|text| !text.is_empty()),
            ours,
            addressed: !ours && (answers_us || names_us || quotes_us),
            marks: Vec::new(),
        }
    }

    fn author(&self, author: &Author) -> RemoteAuthor {
        RemoteAuthor {
            remote_id: author.did.clone(),
            handle: one_line(&author.handle, 300),
            name: one_line(&author.display_name, 200),
            url: self.profile(&author.did),
            avatar_url: author.avatar.as_deref().and_then(facet::web),
            bot: author.labels.iter().any(|label| label.val == BOT && label.src == author.did && !label.neg),
        }
    }

    fn profile(&self, did: &str) -> Option<String> {
        identity::is_public(&self.account.settings).then(|| format!("{PAGES}/profile/{did}"))
    }

    /// Where files of an account can be fetched: for ours, from our own server.
    fn blobs(&self, did: &str) -> Option<Blobs<'a>> {
        let me = self.account.remote_id.as_str();
        (did == me).then_some(Blobs { server: &self.account.base_url, did: me })
    }
}

/// A post that its author can have written: servers don't put words into others' mouths.
fn readable(uri: &str, author: &str) -> bool {
    Place::read(uri).is_some_and(|place| place.did == author)
}

fn standing(labels: &[Label]) -> impl Iterator<Item = &str> {
    labels.iter().filter(|label| !label.neg).map(|label| label.val.as_str())
}

/// What an author says of a post themselves.
fn self_labels(post: &Post) -> Vec<String> {
    let values = post.labels.get("values").and_then(serde_json::Value::as_array);
    let words = values.into_iter().flatten().take(20).filter_map(|label| label.get("val")?.as_str());
    words.map(str::to_owned).collect()
}
