//! From the bytes of a mail to what it says. The bytes are hostile: whatever their head claims is bounded,
//! put on one line, and believed only where a lie does no harm. Parsing itself is done by `mail-parser`.

use std::borrow::Cow;

use mail_parser::{Addr, Address, HeaderValue, Message, MessageParser, MessagePart, MimeHeaders, PartType};

use super::server::is_address;
use super::{automatic, bounce, flowed, proof, quote};
use crate::html::{one_line, plain_text, printable, sanitise};
use crate::{AttachmentKind, Mark, RemoteAttachment};

/// Characters of text kept; the whole stays in the mailbox.
const MAX_TEXT: usize = 100_000;
/// Bytes of the head, and of each body, kept as they came.
const MAX_RAW: usize = 1024 * 1024;
/// Files of a mail that are listed.
const MAX_FILES: usize = 100;
/// Ids of a thread that are kept: its first one and the nearest.
const NEAREST: usize = 20;
/// Longest id taken, in characters.
const MAX_ID: usize = 400;

/// How the ids of mails begin that have none of their own.
pub(super) const DIGEST: &str = "sha256:";

/// Who we are, as far as reading depends on it.
#[derive(Debug, Clone)]
pub(super) struct Reader {
    /// Our address.
    pub(super) ours: String,
    /// The name of the IMAP server.
    pub(super) imap: String,
}

/// Somebody in a head.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Person {
    /// In lower case; empty when there is none that could be written to.
    pub(super) address: String,
    pub(super) name: String,
}

/// A mail.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Mail {
    /// Its Message-ID; without a usable one, a digest of its bytes.
    pub(super) id: String,
    pub(super) from: Person,
    /// Who wrote it: as a rule, `from`.
    pub(super) by: Person,
    /// Where its sender wants answers to go.
    pub(super) reply_to: Option<Person>,
    pub(super) to: Vec<Person>,
    pub(super) subject: String,
    /// The mails it follows: the thread's first one first, the one it answers last.
    pub(super) parents: Vec<String>,
    pub(super) text: String,
    pub(super) html: String,
    pub(super) language: Option<String>,
    pub(super) files: Vec<RemoteAttachment>,
    pub(super) marks: Vec<Mark>,
    /// It is a report on a mail of ours.
    pub(super) report: Option<bounce::Report>,
    /// Head and bodies as they came, as JSON.
    pub(super) raw: String,
}

/// Reads a mail; `None` when it is none at all. `whole` is false when its end wasn't fetched.
pub(super) fn mail(bytes: &[u8], reader: &Reader, whole: bool) -> Option<Mail> {
    let message = MessageParser::default().parse(bytes)?;
    let id = own_id(&message, bytes);
    let from = person(first(message.from()).or_else(|| first(message.sender())));
    let reply_to = first(message.reply_to()).map(|it| person(Some(it))).filter(|it| !it.address.is_empty());
    let by = by(&from, reply_to.as_ref()).clone();
    let subject = one_line(message.subject().unwrap_or_default(), 500);
    let (plain, rich) = bodies(&message);
    let html = match &rich {
        Some(html) => broken_lines(html),
        None => marked_up(&plain),
    };
    let html = sanitise(&html);
    let forwarded = quote::is_forwarded(&subject);
    let full = if plain.trim().is_empty() {
        plain_text(if forwarded { &html } else { quote::above_html(&html) })
    } else {
        quote::above(printable(&plain).trim(), forwarded).to_owned()
    };
    let text: String = full.chars().take(MAX_TEXT).collect();
    let mut marks = Vec::new();
    marks.extend(automatic::sign(&message, &by.address).map(Mark::Automatic));
    marks.extend(proof::of(&message, &from.address, &reader.ours, &reader.imap));
    if !whole || text.len() < full.len() {
        marks.push(Mark::Cut);
    }
    Some(Mail {
        reply_to,
        to: message
            .to()
            .map(|all| all.iter().take(20).map(|it| person(Some(it))).collect())
            .unwrap_or_default(),
        parents: parents(&message),
        language: language(&message),
        files: files(&message, &id),
        report: bounce::of(&message, &from.address, &full),
        raw: raw(&message, bytes.len(), &plain, rich.as_deref()),
        id,
        from,
        by,
        subject,
        text,
        html,
        marks,
    })
}

/// The bytes of one file of a mail, by its place.
pub(super) fn file(bytes: &[u8], place: u32) -> Option<Vec<u8>> {
    Some(MessageParser::default().parse(bytes)?.part(place)?.contents().to_vec())
}

/// Whether a text can be a Message-ID, without its brackets: it can't end a line, a word or a bracket.
pub(super) fn is_id(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= MAX_ID
        && !text.starts_with(DIGEST)
        && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'<' && byte != b'>')
}

/// The Message-ID of an answer: the same for the same key, and nothing that others could guess.
pub(super) fn minted(key: &str, ours: &str) -> String {
    let domain = ours.rsplit_once('@').map_or("localhost", |(_, domain)| domain);
    let domain = if domain.is_ascii() { domain } else { "mail.invalid" };
    format!("{}.parvis@{domain}", digest(format!("{key}\0{ours}").as_bytes()))
}

/// Whether an id has the form of those that [`minted`] makes.
pub(super) fn is_minted(id: &str) -> bool {
    let name = id.split_once(".parvis@").map(|(name, _)| name);
    is_id(id) && name.is_some_and(|name| name.len() == 32 && name.bytes().all(|it| it.is_ascii_hexdigit()))
}

/// The id of a mail that has no usable one of its own.
pub(super) fn digest_id(bytes: &[u8]) -> String {
    format!("{DIGEST}{}", digest(bytes))
}

fn digest(bytes: &[u8]) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, bytes);
    digest.as_ref().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

fn own_id(message: &Message<'_>, bytes: &[u8]) -> String {
    let id = message.message_id().map(str::trim).filter(|id| is_id(id));
    id.map_or_else(|| digest_id(bytes), str::to_owned)
}

fn first<'a>(list: Option<&'a Address<'a>>) -> Option<&'a Addr<'a>> {
    list?.first()
}

fn person(found: Option<&Addr<'_>>) -> Person {
    let Some(found) = found else { return Person::default() };
    let address = found.address.as_deref().unwrap_or_default().trim().to_lowercase();
    Person {
        name: one_line(found.name.as_deref().unwrap_or_default(), 200),
        address: if is_address(&address) { address } else { String::new() },
    }
}

/// Forms on web sites send from an address of their own and name their visitor where answers go.
fn by<'a>(from: &'a Person, reply_to: Option<&'a Person>) -> &'a Person {
    let visitor = reply_to.filter(|it| !automatic::is_program(&it.address));
    visitor.filter(|_| automatic::is_program(&from.address)).unwrap_or(from)
}

/// What the mail follows. In-Reply-To names the mail answered; References the way to it (RFC 5322, 3.6.4).
fn parents(message: &Message<'_>) -> Vec<String> {
    let ids = |value: &HeaderValue<'_>| -> Vec<String> {
        let all: Vec<&str> = match value {
            HeaderValue::Text(id) => vec![id],
            HeaderValue::TextList(list) => list.iter().map(AsRef::as_ref).collect(),
            _ => Vec::new(),
        };
        all.into_iter().map(str::trim).filter(|id| is_id(id)).map(str::to_owned).collect()
    };
    let mut chain = ids(message.references());
    if let Some(answered) = ids(message.in_reply_to()).into_iter().next() {
        chain.retain(|id| *id != answered);
        chain.push(answered);
    }
    if chain.len() > NEAREST + 1 {
        chain.drain(1..chain.len() - NEAREST);
    }
    chain
}

/// The plain text, and the HTML where there is one.
fn bodies(message: &Message<'_>) -> (String, Option<String>) {
    let (mut plain, mut html, mut is_rich) = (String::new(), String::new(), false);
    let loose = loose(message);
    for &place in message.text_body.iter().chain(&loose) {
        let Some(part) = message.part(place) else { continue };
        if let PartType::Text(text) = &part.body {
            plain.push_str(&written(part, text));
            plain.push('\n');
        }
    }
    for &place in message.html_body.iter().chain(&loose) {
        let Some(part) = message.part(place) else { continue };
        match &part.body {
            PartType::Html(piece) => {
                is_rich = true;
                html.push_str(piece);
            }
            PartType::Text(text) => html.push_str(&marked_up(&written(part, text))),
            _ => {}
        }
    }
    (plain, is_rich.then_some(html))
}

/// A text as it was written: some programs break its lines for the way.
fn written<'a>(part: &MessagePart<'_>, text: &'a str) -> Cow<'a, str> {
    let says = |name: &str, value: &str| {
        let told = part.content_type().and_then(|it| it.attribute(name));
        told.is_some_and(|it| it.eq_ignore_ascii_case(value))
    };
    if says("format", "flowed") { flowed::unflow(text, says("delsp", "yes")).into() } else { text.into() }
}

/// Texts of a mail without a body. Of a mail that ends too soon the parser takes its last text for a file.
fn loose(message: &Message<'_>) -> Vec<u32> {
    if !(message.text_body.is_empty() && message.html_body.is_empty()) {
        return Vec::new();
    }
    let is_text = |place: &u32| {
        message.part(*place).is_some_and(|part| {
            part.is_text()
                && part.attachment_name().is_none()
                && !part.content_disposition().is_some_and(mail_parser::ContentType::is_attachment)
        })
    };
    message.attachments.iter().copied().filter(is_text).collect()
}

/// Plain text as HTML: quotations become what they are.
fn marked_up(text: &str) -> String {
    let mut out = String::new();
    let mut depth = 0_usize;
    for line in text.trim_end().lines() {
        let mut rest = line;
        let mut here = 0;
        while let Some(inner) = rest.strip_prefix('>') {
            rest = inner.strip_prefix(' ').unwrap_or(inner);
            here = (here + 1).min(10);
        }
        if here == depth && !out.is_empty() {
            out.push_str("<br>");
        }
        while depth < here {
            out.push_str("<blockquote>");
            depth += 1;
        }
        while depth > here {
            out.push_str("</blockquote>");
            depth -= 1;
        }
        let rest = rest.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        out.push_str(&rest);
    }
    out.push_str(&"</blockquote>".repeat(depth));
    out
}

/// Mails are laid out by elements that the sanitiser takes away: what ended a line there ends one still,
/// and cells stay apart.
fn broken_lines(html: &str) -> String {
    const BLOCKS: [&str; 12] =
        ["div", "tr", "table", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "center"];
    let mut out = String::with_capacity(html.len() + html.len() / 8);
    let mut rest = html;
    while let Some(place) = rest.find("</") {
        let (before, from) = rest.split_at(place);
        out.push_str(before);
        let name: String = from.chars().skip(2).take_while(char::is_ascii_alphanumeric).collect();
        let name = name.to_ascii_lowercase();
        if BLOCKS.contains(&name.as_str()) && !out.trim_end().ends_with("<br>") {
            out.push_str("<br>");
        } else if name == "td" || name == "th" {
            out.push(' ');
        }
        out.push_str("</");
        rest = from.get(2..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

fn language(message: &Message<'_>) -> Option<String> {
    let told = message.header_raw("Content-Language")?.trim();
    let plain = told.len() <= 35 && told.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-');
    (plain && !told.is_empty()).then(|| told.to_owned())
}

fn files(message: &Message<'_>, id: &str) -> Vec<RemoteAttachment> {
    let loose = loose(message);
    let places = message.attachments.iter().filter(|place| !loose.contains(place));
    places
        .take(MAX_FILES)
        .filter_map(|&place| {
            let part = message.part(place)?;
            let mime = match (part.content_type(), &part.body) {
                (_, PartType::Message(_)) => "message/rfc822".to_owned(),
                (Some(it), _) => {
                    let subtype = it.subtype().unwrap_or("octet-stream");
                    one_line(&format!("{}/{subtype}", it.ctype()).to_ascii_lowercase(), 100)
                }
                (None, _) => "application/octet-stream".to_owned(),
            };
            let kind = match mime.split('/').next() {
                Some("image") => AttachmentKind::Image,
                Some("video") => AttachmentKind::Video,
                Some("audio") => AttachmentKind::Audio,
                _ => AttachmentKind::Other,
            };
            // The name of a picture's file says nothing to who can't see it.
            let name = part.attachment_name().filter(|_| kind == AttachmentKind::Other);
            let told = part.content_description().or(name);
            let alt = told.map(|it| one_line(it, 200)).filter(|it| !it.is_empty());
            Some(RemoteAttachment {
                kind,
                url: super::media::address(id, place),
                preview_url: None,
                alt,
                mime: Some(mime),
                width: None,
                height: None,
            })
        })
        .collect()
}

/// What the program keeps of it: the head, and the bodies as they were before anything was left out. Files
/// stay in the mailbox.
fn raw(message: &Message<'_>, size: usize, plain: &str, rich: Option<&str>) -> String {
    let cut = |text: &str| text.get(..text.floor_char_boundary(MAX_RAW)).unwrap_or_default().to_owned();
    let root = message.root_part();
    let head = message
        .raw_message
        .get(root.offset_header as usize..root.offset_body as usize)
        .map(|head| cut(&String::from_utf8_lossy(head)));
    serde_json::json!({ "head": head, "text": cut(plain), "html": rich.map(cut), "bytes": size }).to_string()
}

#[cfg(test)]
#[path = "read/tests.rs"]
mod tests;

#[cfg(test)]
mod fuzz;
