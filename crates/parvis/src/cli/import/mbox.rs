//! Mail from an mbox file: conversations by the headers that mail programs thread by (`Message-ID`,
//! `In-Reply-To`, `References`: RFC 5322, 3.6.4), text in whatever character set, without attachments.

#[cfg(test)]
mod fuzz;

use std::collections::HashMap;
use std::io::BufRead;

use mail_parser::mailbox::mbox::MessageIterator;
use mail_parser::{Address, HeaderValue, Message, MessageParser};

use crate::clock::SECOND;
use crate::seal::digest_bytes;
use crate::store::message::Direction;
use crate::store::transfer::history::{Person, Said};

/// Ids taken of one message's headers: its thread's first and its nearest ones.
const NEAREST: usize = 20;

/// Which messages belong together, learnt in a first reading of the file.
#[derive(Debug, Default)]
pub(super) struct Threads {
    /// Each id with the id that stands for it; following them ends at the thread's.
    stands: HashMap<String, String>,
}

impl Threads {
    /// The id that stands for a whole thread.
    fn root(&self, id: &str) -> String {
        let mut at = id;
        while let Some(next) = self.stands.get(at).filter(|next| *next != at) {
            at = next;
        }
        at.to_owned()
    }

    fn join(&mut self, ids: &[String]) {
        let Some(first) = ids.first() else { return };
        let root = self.root(first);
        for id in ids {
            // Points everything on the way at the root, so that a hostile chain stays short.
            let mut at = id.clone();
            while let Some(next) = self.stands.insert(at.clone(), root.clone()) {
                if next == at || next == root {
                    break;
                }
                at = next;
            }
        }
    }
}

/// First reading: who belongs to whom. Answers with how many messages there are.
pub(super) fn thread(file: impl BufRead) -> std::io::Result<(Threads, u64)> {
    let mut threads = Threads::default();
    let mut count = 0;
    for raw in MessageIterator::new(file) {
        let raw = raw?;
        let contents = raw.contents();
        let mut ids = Vec::new();
        if let Some(message) = MessageParser::default().parse_headers(contents) {
            ids = parents(&message);
            ids.push(own_id(&message, contents));
        }
        threads.join(&ids);
        count += 1;
    }
    Ok((threads, count))
}

/// Second reading: one message. Mail from one of `ours` (lower case) is ours; what has no usable date is
/// dated by the envelope, or `now`.
pub(super) fn read(
    raw: &mail_parser::mailbox::mbox::Message,
    threads: &Threads,
    ours: &[String],
    now: i64,
) -> Option<Said> {
    let contents = raw.contents();
    let message = MessageParser::default().parse(contents)?;
    let remote_id = own_id(&message, contents);
    let (address, name) = sender(&message);
    let from_us = ours.contains(&address);
    let dated = message.date().map(mail_parser::DateTime::to_timestamp);
    let dated = dated.or_else(|| i64::try_from(raw.internal_date()).ok()).filter(|at| *at > 0);
    let text = message.body_text(0).unwrap_or_default();
    Some(Said {
        thread: threads.root(&remote_id),
        remote_id,
        parents: parents(&message),
        direction: if from_us { Direction::Out } else { Direction::In },
        author: Some(Person { remote_id: address.clone(), handle: address, name }),
        sent_at: dated.map_or(now, |at| at.saturating_mul(SECOND)).clamp(0, now),
        visibility: "direct".to_owned(),
        language: None,
        url: None,
        title: message.subject().map(clean).filter(|it| !it.is_empty()),
        text: clean(&text),
    })
}

fn own_id(message: &Message, contents: &[u8]) -> String {
    let id = message.message_id().map(clean).filter(|id| !id.is_empty());
    id.unwrap_or_else(|| format!("sha256:{}", digest_bytes(contents)))
}

/// What the message answers, the thread's first one first.
fn parents(message: &Message) -> Vec<String> {
    let mut ids = Vec::new();
    for header in [message.references(), message.in_reply_to()] {
        match header {
            HeaderValue::Text(id) => ids.push(clean(id)),
            HeaderValue::TextList(list) => ids.extend(list.iter().map(|id| clean(id))),
            _ => {}
        }
    }
    ids.retain(|id| !id.is_empty());
    if ids.len() > NEAREST {
        ids.drain(1..ids.len() - NEAREST + 1);
    }
    ids
}

fn sender(message: &Message) -> (String, String) {
    let from = message.from().and_then(Address::first);
    let address = from.and_then(|it| it.address()).map(|it| clean(it).to_lowercase()).unwrap_or_default();
    let address = if address.is_empty() { "unknown".to_owned() } else { address };
    let name = from.and_then(|it| it.name()).map(clean).filter(|it| !it.is_empty());
    let name = name.unwrap_or_else(|| address.clone());
    (address, name)
}

/// Without NUL, which no database holds well.
fn clean(text: &str) -> String {
    text.replace('\0', "").trim().to_owned()
}

#[cfg(test)]
mod tests;
