//! From what a server sends to what we saw.

use futures_util::{StreamExt, stream};
use serde_json::value::RawValue;

use super::client::Client;
use super::wire;
use crate::html::{one_line, printable};
use crate::json::read as json;
use crate::{
    Account, AttachmentKind, ChannelError, Item, Observation, ObservationKind, RemoteAttachment,
    RemoteAuthor, Source, Visibility, plain_text, sanitise,
};

/// Messages looked at again at the same time.
const RECHECK_WIDTH: usize = 4;

/// Turns statuses and notifications into observations, from one account's point of view.
pub(super) struct Observer<'a> {
    account: &'a Account,
    source: Source,
}

/// `{ancestors, descendants}`.
#[derive(serde::Deserialize)]
struct Context {
    #[serde(default)]
    ancestors: Vec<Box<RawValue>>,
    #[serde(default)]
    descendants: Vec<Box<RawValue>>,
}

/// The thread around a status.
pub(super) async fn thread(
    client: &Client<'_>,
    observer: &Observer<'_>,
    id: &str,
) -> Result<Vec<Observation>, ChannelError> {
    let context: Context = client.get(&["api", "v1", "statuses", id, "context"], &[]).await?;
    let before = context.ancestors.iter();
    let mut seen: Vec<Observation> =
        before.chain(&context.descendants).map(|raw| observer.status(raw.get())).collect();
    // The first ancestor without a parent is the root of all of them.
    let root = seen
        .first()
        .filter(|first| first.item.as_ref().is_some_and(|item| item.parent_id.is_none()))
        .map(|first| first.remote_id.clone());
    let root = root.or_else(|| context.ancestors.is_empty().then(|| id.to_owned()));
    for observation in &mut seen {
        if let Some(item) = &mut observation.item {
            item.thread_id.clone_from(&root);
        }
    }
    Ok(seen)
}

/// Looks at statuses again. One that can't be found is gone for us, whatever the reason.
pub(super) async fn recheck(
    client: &Client<'_>,
    observer: &Observer<'_>,
    ids: &[String],
) -> Result<Vec<Observation>, ChannelError> {
    let look = |id: String| async move {
        match client.fetch(&["api", "v1", "statuses", &id], &[]).await {
            Ok(answer) => {
                let raw: Box<RawValue> = json(&answer)?;
                Ok(observer.status(raw.get()))
            }
            Err(ChannelError::Refused { status: 404 | 410, .. }) => Ok(observer.gone(&id)),
            Err(error) => Err(error),
        }
    };
    let ids: Vec<String> = ids.to_vec();
    let looked: Vec<_> = stream::iter(ids).map(look).buffered(RECHECK_WIDTH).collect().await;
    looked.into_iter().collect()
}

impl<'a> Observer<'a> {
    pub(super) fn new(account: &'a Account, source: Source) -> Self {
        Self { account, source }
    }

    /// A notification: the message in it, or something that is no message.
    pub(super) fn notification(&self, raw: &str) -> Observation {
        let Ok(notification) = serde_json::from_str::<wire::Notification>(raw) else {
            return self.unsupported("notification", raw);
        };
        let happened = time(notification.created_at.as_deref());
        let kind = notification.kind.as_str();
        let Some(status) = notification
            .status
            .filter(|_| matches!(kind, "mention" | "status" | "update" | "quote" | "quoted_update"))
        else {
            return self.unsupported("notification", raw);
        };
        let mut seen = self.read(&status, raw);
        if matches!(kind, "update" | "quoted_update") {
            seen.kind = ObservationKind::Edited;
            seen.occurred_at = seen.version_at.or(happened);
        }
        if let Some(item) = seen.item.as_mut().filter(|_| matches!(kind, "mention" | "quote")) {
            item.addressed = true;
        }
        seen
    }

    /// A status.
    pub(super) fn status(&self, raw: &str) -> Observation {
        match serde_json::from_str::<wire::Status>(raw) {
            // A boost repeats somebody's message: it is no message of its own.
            Ok(status) if status.reblog.is_some() => self.unsupported("reblog", raw),
            Ok(status) => self.read(&status, raw),
            Err(_) => self.unsupported("status", raw),
        }
    }

    /// A status that is there no more.
    pub(super) fn gone(&self, id: &str) -> Observation {
        Observation {
            remote_id: id.to_owned(),
            kind: ObservationKind::Deleted,
            version_at: None,
            occurred_at: None,
            source: self.source,
            raw: "null".to_owned(),
            item: None,
        }
    }

    /// Something we can't read as a message, kept as it came.
    pub(super) fn unsupported(&self, what: &str, raw: &str) -> Observation {
        let entity: Option<wire::Identified> = serde_json::from_str(raw).ok();
        let id = entity.as_ref().map_or_else(|| digest(raw), |entity| entity.id.clone());
        let happened = entity.and_then(|entity| time(entity.created_at.as_deref()));
        Observation {
            remote_id: format!("{what}:{id}"),
            kind: ObservationKind::Unsupported,
            version_at: happened,
            occurred_at: happened,
            source: self.source,
            raw: raw.to_owned(),
            item: None,
        }
    }

    fn read(&self, status: &wire::Status, raw: &str) -> Observation {
        let edited = time(status.edited_at.as_deref());
        let created = time(status.created_at.as_deref());
        Observation {
            remote_id: stable(self.account, &status.id),
            kind: if edited.is_some() { ObservationKind::Edited } else { ObservationKind::Created },
            version_at: edited.or(created),
            occurred_at: created,
            source: self.source,
            raw: raw.to_owned(),
            item: Some(self.item(status)),
        }
    }

    fn item(&self, status: &wire::Status) -> Item {
        let me = self.account.remote_id.as_str();
        let ours = status.account.id == me;
        let answers_us = status.in_reply_to_account_id.as_deref() == Some(me);
        let names_us = status
            .mentions
            .iter()
            .any(|mention| mention.id == me || self.profile().is_some_and(|profile| profile == mention.url));
        let parent = status.in_reply_to_id.as_deref().filter(|id| !id.is_empty());
        Item {
            author: self.author(&status.account),
            parent_id: parent.map(|id| stable(self.account, id)),
            thread_id: None,
            url: web(status.url.as_deref()).or_else(|| web(status.uri.as_deref())),
            html: sanitise(&status.content),
            text: plain_text(&status.content),
            title: None,
            language: status.language.as_deref().map(|l| one_line(l, 35)).filter(|l| !l.is_empty()),
            visibility: visibility(&status.visibility),
            attachments: status.media_attachments.iter().filter_map(attachment).collect(),
            warning: Some(one_line(&status.spoiler_text, 1000)).filter(|text| !text.is_empty()),
            ours,
            addressed: !ours && (answers_us || names_us),
            marks: Vec::new(),
        }
    }

    fn author(&self, account: &wire::Account) -> RemoteAuthor {
        author(account, &domain(self.account))
    }

    /// Our profile page, as the probe found it.
    fn profile(&self) -> Option<&str> {
        self.account.settings.get("profile")?.as_str()
    }
}

/// The host that stands behind the names of this server's accounts.
fn domain(account: &Account) -> String {
    let told = account.settings.get("domain").and_then(serde_json::Value::as_str);
    told.or_else(|| account.base_url.host_str()).unwrap_or_default().to_owned()
}

/// The id of a status, such that it never changes. The ids of snac2 begin with the second in
/// which it stored the status, so that an edit from another server gives a new id; only the
/// digest behind the ten digits is looked at, and any ten digits before it will do.
pub(super) fn stable(account: &Account, id: &str) -> String {
    let software = account.settings.get("software").and_then(serde_json::Value::as_str);
    let digest = id.get(10..).filter(|digest| {
        software == Some("snac") && digest.len() == 32 && digest.bytes().all(|b| b.is_ascii_hexdigit())
    });
    digest.map_or_else(|| id.to_owned(), |digest| format!("0000000000{digest}"))
}

/// An account, its handle made whole with the server's own domain.
pub(super) fn author(account: &wire::Account, domain: &str) -> RemoteAuthor {
    let acct = one_line(&account.acct, 300);
    let handle = if acct.contains('@') { acct } else { format!("{acct}@{domain}") };
    let avatar = account.avatar_static.as_deref().or(account.avatar.as_deref());
    RemoteAuthor {
        remote_id: account.id.clone(),
        handle,
        name: one_line(&account.display_name, 200),
        url: web(account.url.as_deref()),
        avatar_url: web(avatar),
        bot: account.bot,
    }
}

fn attachment(wire: &wire::Attachment) -> Option<RemoteAttachment> {
    let url = web(wire.url.as_deref()).or_else(|| web(wire.remote_url.as_deref()))?;
    let size = |side: &str| {
        let value = wire.meta.as_ref()?.pointer(&format!("/original/{side}"))?.as_u64()?;
        u32::try_from(value).ok()
    };
    Some(RemoteAttachment {
        kind: match wire.kind.as_str() {
            "image" | "gifv" => AttachmentKind::Image,
            "video" => AttachmentKind::Video,
            "audio" => AttachmentKind::Audio,
            _ => AttachmentKind::Other,
        },
        url,
        preview_url: web(wire.preview_url.as_deref()),
        alt: wire.description.as_deref().map(printable).filter(|alt| !alt.is_empty()),
        mime: None,
        width: size("width"),
        height: size("height"),
    })
}

/// An address that may stand in a link.
pub(super) fn web(address: Option<&str>) -> Option<String> {
    let url: url::Url = address?.parse().ok()?;
    matches!(url.scheme(), "http" | "https").then(|| url.to_string())
}

/// A word we don't know is taken for the narrowest that still has readers, so that an answer
/// is never more public than the question.
fn visibility(word: &str) -> Visibility {
    match word {
        "public" => Visibility::Public,
        "unlisted" | "local" => Visibility::Unlisted,
        "direct" => Visibility::Direct,
        _ => Visibility::Followers,
    }
}

/// An ISO 8601 time, µs.
pub(super) fn time(text: Option<&str>) -> Option<i64> {
    Some(text?.parse::<jiff::Timestamp>().ok()?.as_microsecond())
}

/// A short name for a piece without an id.
fn digest(raw: &str) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, raw.as_bytes());
    digest.as_ref().iter().take(12).map(|byte| format!("{byte:02x}")).collect()
}
