//! From what a delivery says to what we saw.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::verify::Head;
use crate::html::{escape, one_line, printable};
use crate::{
    Account, AttachmentKind, Item, Observation, ObservationKind, Received, RemoteAttachment, RemoteAuthor,
    Source, Undelivered, Visibility,
};

/// Longest id of a message or author, in characters.
const MAX_ID: usize = 500;
/// Files of a message looked at.
const MAX_FILES: usize = 20;
/// What happened can't be later than this after it was told (µs): a clock that runs wild would make every later
/// change look old.
const AHEAD: i64 = 86_400_000_000;
/// How ids of deliveries begin.
const DELIVERY: &str = "delivery:";

/// What every delivery is wrapped in (Standard Webhooks, "Payload structure").
#[derive(Deserialize)]
struct Event {
    #[serde(rename = "type")]
    kind: String,
    timestamp: String,
    #[serde(default)]
    data: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
struct Message {
    id: String,
    author: Author,
    #[serde(default)]
    text: String,
    at: Option<String>,
    parent: Option<String>,
    thread: Option<String>,
    url: Option<String>,
    title: Option<String>,
    language: Option<String>,
    #[serde(default)]
    ours: bool,
    #[serde(default)]
    attachments: Vec<File>,
}

#[derive(Deserialize)]
struct Author {
    id: String,
    #[serde(default)]
    handle: String,
    #[serde(default)]
    name: String,
    url: Option<String>,
}

#[derive(Deserialize)]
struct File {
    url: String,
    mime: Option<String>,
    alt: Option<String>,
}

#[derive(Deserialize)]
struct Gone {
    id: String,
}

/// Reads the body of a delivery that was proved.
pub(super) fn read(
    account: &Account,
    head: &Head<'_>,
    body: &[u8],
    now: i64,
) -> Result<Received, Undelivered> {
    let text = std::str::from_utf8(body).map_err(|error| {
        Undelivered::Malformed(format!("the body is no UTF-8 at byte {}", error.valid_up_to()))
    })?;
    let event: Event = parse(text, "the body")?;
    let happened = time(&event.timestamp)
        .filter(|at| *at <= now.saturating_add(AHEAD))
        .ok_or_else(|| malformed("“timestamp” has to be a time of RFC 3339 that isn't to come"))?;
    let kind = match event.kind.as_str() {
        "message.created" => ObservationKind::Created,
        "message.edited" => ObservationKind::Edited,
        "message.deleted" => ObservationKind::Deleted,
        kind if kind.starts_with("answer.") => {
            return Err(malformed("this is a delivery of Parvis' own, which isn't taken back"));
        }
        _ => {
            let delivery = delivery(head, text.to_owned());
            return Ok(Received { delivery, observations: Vec::new() });
        }
    };
    let data = event.data.ok_or_else(|| malformed("“data” is missing"))?;
    let seen = if kind == ObservationKind::Deleted {
        let gone: Gone = parse(data.get(), "data")?;
        Observation {
            remote_id: id(&gone.id, "data.id")?,
            kind,
            version_at: Some(happened),
            occurred_at: Some(happened),
            source: Source::Stream,
            raw: text.to_owned(),
            item: None,
        }
    } else {
        let message: Message = parse(data.get(), "data")?;
        let written =
            message.at.as_deref().map(|at| time(at).ok_or_else(|| malformed("“data.at” is no time")));
        let written = written.transpose()?.unwrap_or(happened);
        let edited = kind == ObservationKind::Edited;
        Observation {
            remote_id: id(&message.id, "data.id")?,
            kind,
            version_at: Some(if edited { happened } else { written }),
            occurred_at: Some(written),
            source: Source::Stream,
            raw: text.to_owned(),
            item: Some(item(account, message)?),
        }
    };
    let told = serde_json::json!({ "webhook-id": head.id, "webhook-timestamp": head.timestamp });
    Ok(Received { delivery: delivery(head, told.to_string()), observations: vec![seen] })
}

fn malformed(message: &str) -> Undelivered {
    Undelivered::Malformed(message.to_owned())
}

fn parse<'a, T: Deserialize<'a>>(text: &'a str, what: &str) -> Result<T, Undelivered> {
    crate::json::parse(text).map_err(|message| Undelivered::Malformed(format!("{what}: {message}")))
}

/// The delivery as a thing of its own, by which it is known when it comes again.
fn delivery(head: &Head<'_>, raw: String) -> Observation {
    Observation {
        remote_id: format!("{DELIVERY}{}", head.id),
        kind: ObservationKind::Unsupported,
        version_at: None,
        occurred_at: None,
        source: Source::Stream,
        raw,
        item: None,
    }
}

fn item(account: &Account, it: Message) -> Result<Item, Undelivered> {
    let text = printable(&it.text).trim().to_owned();
    let attachments: Vec<_> = it.attachments.iter().take(MAX_FILES).filter_map(file).collect();
    if text.is_empty() && attachments.is_empty() {
        return Err(malformed("“data.text” is empty, and there is no file"));
    }
    let other =
        |told: Option<String>, what| told.filter(|it| !it.is_empty()).map(|it| id(&it, what)).transpose();
    let short = |told: Option<String>, max| told.map(|it| one_line(&it, max)).filter(|it| !it.is_empty());
    let private = account.capabilities.private_only;
    Ok(Item {
        author: RemoteAuthor {
            remote_id: id(&it.author.id, "data.author.id")?,
            handle: one_line(&it.author.handle, 300),
            name: one_line(&it.author.name, 200),
            url: it.author.url.as_deref().and_then(web),
            avatar_url: None,
            bot: false,
        },
        parent_id: other(it.parent, "data.parent")?,
        thread_id: other(it.thread, "data.thread")?,
        url: it.url.as_deref().and_then(web),
        html: paragraphs(&text),
        text,
        title: short(it.title, 300),
        language: short(it.language, 35),
        visibility: if private { Visibility::Direct } else { Visibility::Public },
        attachments,
        warning: None,
        ours: it.ours,
        addressed: !it.ours,
        marks: Vec::new(),
    })
}

/// An id that the database can keep and that is none of ours.
fn id(told: &str, what: &str) -> Result<String, Undelivered> {
    let fits = !told.is_empty() && one_line(told, MAX_ID) == told && !told.starts_with(DELIVERY);
    let refused = || Undelivered::Malformed(format!("“{what}” has to be an id of 1 to {MAX_ID} characters"));
    fits.then(|| told.to_owned()).ok_or_else(refused)
}

fn paragraphs(text: &str) -> String {
    let escaped = escape(text).replace("\r\n", "\n");
    let paragraphs = escaped.split("\n\n").map(|part| part.trim_matches('\n').replace('\n', "<br>"));
    paragraphs.filter(|part| !part.is_empty()).map(|part| format!("<p>{part}</p>")).collect()
}

fn file(it: &File) -> Option<RemoteAttachment> {
    let mime = it.mime.as_deref().map(|mime| one_line(mime, 100).to_ascii_lowercase());
    let kind = match mime.as_deref().and_then(|mime| mime.split('/').next()) {
        Some("image") => AttachmentKind::Image,
        Some("video") => AttachmentKind::Video,
        Some("audio") => AttachmentKind::Audio,
        _ => AttachmentKind::Other,
    };
    Some(RemoteAttachment {
        kind,
        url: web(&it.url)?,
        preview_url: None,
        alt: it.alt.as_deref().map(|alt| one_line(alt, 1_500)).filter(|alt| !alt.is_empty()),
        mime,
        width: None,
        height: None,
    })
}

/// An address that may stand in a link.
fn web(address: &str) -> Option<String> {
    let url: url::Url = address.parse().ok()?;
    matches!(url.scheme(), "http" | "https").then(|| url.to_string())
}

/// A time of RFC 3339, µs.
fn time(text: &str) -> Option<i64> {
    Some(text.parse::<jiff::Timestamp>().ok()?.as_microsecond())
}
