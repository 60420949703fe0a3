//! From a mail to what the program folds.

use super::automatic;
use super::bounce::Report;
use super::imap::Stored;
use super::read::{self, Mail, Person, Reader};
use crate::{Item, Observation, ObservationKind, RemoteAuthor, Source, Visibility};

/// How mails are looked at.
#[derive(Debug, Clone)]
pub(super) struct Observer {
    pub(super) reader: Reader,
    pub(super) source: Source,
}

/// A mail that was read, with where it comes from.
pub(super) struct Seen {
    pub(super) stored: Stored,
    /// `None` when it can't be read as a mail.
    pub(super) mail: Option<Mail>,
    /// It stands among our sent copies.
    pub(super) ours: bool,
}

impl Observer {
    /// Reads mails, off the thread that serves others: a large one takes a while, and a parser that gives up
    /// on one must not take the others with it.
    pub(super) async fn read(&self, all: Vec<Stored>, ours: bool) -> Vec<Seen> {
        let mut seen = Vec::with_capacity(all.len());
        for stored in all {
            let reader = self.reader.clone();
            let bytes = bytes::Bytes::from(stored.bytes);
            let (copy, whole) =
                (bytes.clone(), usize::try_from(stored.size).is_ok_and(|it| it <= bytes.len()));
            let mail = tokio::task::spawn_blocking(move || read::mail(&copy, &reader, whole)).await;
            let stored = Stored { bytes: bytes.into(), ..stored };
            seen.push(Seen { stored, mail: mail.ok().flatten(), ours });
        }
        seen
    }

    /// What became of it.
    pub(super) fn observe(&self, seen: Seen) -> Observation {
        let Seen { stored, mail, ours } = seen;
        let Some(mail) = mail else { return self.unread(&stored) };
        match &mail.report {
            Some(Report::Failed { id, why }) if !ours => {
                let (id, why) = (id.clone(), why.clone());
                self.failed(stored.arrived, mail, id, why)
            }
            Some(Report::Other) if !ours => Observation {
                remote_id: format!("report:{}", mail.id),
                kind: ObservationKind::Unsupported,
                version_at: None,
                occurred_at: stored.arrived,
                source: self.source,
                raw: mail.raw,
                item: None,
            },
            _ => Observation {
                remote_id: mail.id.clone(),
                kind: ObservationKind::Created,
                // A mail has no versions. Another with the same id, whoever sent it, changes nothing.
                version_at: None,
                // The server's own time: what a head says of its time may be anything.
                occurred_at: stored.arrived,
                source: self.source,
                raw: mail.raw.clone(),
                item: Some(item(mail, ours)),
            },
        }
    }

    /// A report becomes something that happened to our message.
    fn failed(&self, arrived: Option<i64>, mail: Mail, id: String, why: String) -> Observation {
        let raw = mail.raw.clone();
        let said = item(mail, false);
        Observation {
            remote_id: id,
            kind: ObservationKind::Failed,
            version_at: None,
            occurred_at: arrived,
            source: self.source,
            raw,
            item: Some(Item {
                text: why,
                html: String::new(),
                attachments: Vec::new(),
                addressed: false,
                ..said
            }),
        }
    }

    fn unread(&self, stored: &Stored) -> Observation {
        let start = stored.bytes.get(..65_536).unwrap_or(&stored.bytes);
        let raw = serde_json::json!({
            "uid": stored.uid, "bytes": stored.size, "start": String::from_utf8_lossy(start),
        });
        Observation {
            remote_id: format!("unread:{}", read::digest_id(raw.to_string().as_bytes())),
            kind: ObservationKind::Unsupported,
            version_at: None,
            occurred_at: stored.arrived,
            source: self.source,
            raw: raw.to_string(),
            item: None,
        }
    }
}

fn item(mail: Mail, ours: bool) -> Item {
    Item {
        author: author(mail.by),
        thread_id: mail.parents.first().cloned(),
        parent_id: mail.parents.last().cloned(),
        url: None,
        html: mail.html,
        text: mail.text,
        title: Some(mail.subject).filter(|it| !it.is_empty()),
        language: mail.language,
        visibility: Visibility::Direct,
        attachments: mail.files,
        warning: None,
        ours,
        addressed: !ours,
        marks: mail.marks,
    }
}

fn author(person: Person) -> RemoteAuthor {
    let Person { address, name } = person;
    let known = !address.is_empty();
    let handle = if known { address.clone() } else { "?".to_owned() };
    RemoteAuthor {
        remote_id: if known { address.clone() } else { format!("unknown:{name}") },
        handle,
        bot: automatic::is_program(&address),
        name,
        url: None,
        avatar_url: None,
    }
}
