//! Reports of mail that couldn't be delivered (RFC 3464): what became of which mail of ours. They speak of a
//! message and are none themselves.

use mail_parser::{Message, MessageParser, MessagePart, MimeHeaders, PartType};

use super::automatic;
use super::read::{is_id, is_minted};
use crate::html::one_line;

/// What a report says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Report {
    /// The mail with this Message-ID didn't reach somebody, for this reason.
    Failed { id: String, why: String },
    /// Something else: late, delivered, read; or of a mail that it doesn't name.
    Other,
}

/// The report in a mail that is one.
pub(super) fn of(message: &Message<'_>, from: &str, text: &str) -> Option<Report> {
    if !message.is_content_type("multipart", "report") {
        return automatic::is_daemon(from).then(|| unformed(text));
    }
    let status = message.parts.iter().find(|part| {
        ["delivery-status", "global-delivery-status"].iter().any(|it| part.is_content_type("message", it))
    });
    let Some(status) = status else { return Some(Report::Other) };
    let fields = String::from_utf8_lossy(status.contents()).into_owned();
    let field = |name: &str| {
        fields.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.trim().eq_ignore_ascii_case(name).then(|| one_line(value, 300))
        })
    };
    let failed = fields.lines().any(|line| {
        line.split_once(':').is_some_and(|(name, value)| {
            name.trim().eq_ignore_ascii_case("Action") && value.trim().eq_ignore_ascii_case("failed")
        })
    });
    let id = message.parts.iter().find_map(original);
    Some(match id {
        Some(id) if failed => {
            let bare = |value: String| match value.split_once(';') {
                Some((_, rest)) => rest.trim().to_owned(),
                None => value,
            };
            let who = field("Final-Recipient").or_else(|| field("Original-Recipient")).map(bare);
            let why = field("Diagnostic-Code").map(bare).or_else(|| field("Status"));
            let words: Vec<String> = [who, why].into_iter().flatten().collect();
            Report::Failed { id, why: words.join(": ") }
        }
        _ => Report::Other,
    })
}

/// A report in no form that is laid down. Only we know the ids of our mails and those who got them, so one
/// of them in the words of the postal service says which mail it was.
fn unformed(text: &str) -> Report {
    let id = text.split(['<', '>', ' ', '\n', '\t', '"']).find(|word| is_minted(word));
    match id {
        Some(id) => Report::Failed { id: id.to_owned(), why: one_line(text, 300) },
        None => Report::Other,
    }
}

/// The Message-ID of the mail that a report brings back, whole or its head.
fn original(part: &MessagePart<'_>) -> Option<String> {
    let id = match &part.body {
        PartType::Message(inner) => inner.message_id().map(str::to_owned),
        PartType::Text(text) if part.is_content_type("text", "rfc822-headers") => {
            let head = format!("{}\r\n\r\n", text.trim());
            MessageParser::default().parse_headers(head.as_bytes())?.message_id().map(str::to_owned)
        }
        _ => None,
    };
    id.filter(|id| is_id(id))
}
