//! Telling what a program sent from what a person wrote. An answer to a program helps nobody and may begin
//! an endless exchange, so none is ever sent (RFC 3834).

use mail_parser::Message;

/// Names that programs send from, when nothing else stands in the way of the `@`.
const PROGRAMS: [&str; 9] = [
    "mailer-daemon",
    "no-reply",
    "noreply",
    "no_reply",
    "no.reply",
    "do-not-reply",
    "donotreply",
    "ne-pas-repondre",
    "nepasrepondre",
];

/// The header that says that a program sent the mail, if one does. `from` is the address of whom the mail is
/// by: a form on a web site sends from `no-reply@`, too, and names the visitor in `Reply-To`.
pub(super) fn sign(message: &Message<'_>, from: &str) -> Option<String> {
    let value = |name: &'static str| message.header_raw(name).map(|it| it.trim().to_ascii_lowercase());
    if let Some(auto) = value("Auto-Submitted")
        && auto.split([';', ' ']).next() != Some("no")
    {
        return Some("Auto-Submitted".to_owned());
    }
    if let Some(precedence) = value("Precedence")
        && ["bulk", "junk", "list", "auto_reply"].contains(&precedence.as_str())
    {
        return Some("Precedence".to_owned());
    }
    // Exchange asks its like not to answer: `None` means that answers are welcome.
    if value("X-Auto-Response-Suppress").is_some_and(|it| it != "none") {
        return Some("X-Auto-Response-Suppress".to_owned());
    }
    let told = message.headers_raw().map(|(name, _)| name).find(|name| {
        let name = name.to_ascii_lowercase();
        name.starts_with("list-") || ["x-autoreply", "x-autorespond"].contains(&name.as_str())
    });
    if let Some(name) = told {
        return Some(crate::html::one_line(name, 40));
    }
    if value("Return-Path").is_some_and(|it| it == "<>") {
        return Some("Return-Path".to_owned());
    }
    is_program(from).then(|| "From".to_owned())
}

/// Whether an address by its name belongs to a program.
pub(super) fn is_program(address: &str) -> bool {
    let name = address.split('@').next().unwrap_or_default().to_ascii_lowercase();
    let name = name.split('+').next().unwrap_or_default();
    PROGRAMS.contains(&name)
}

/// Whether the postal service itself is speaking.
pub(super) fn is_daemon(address: &str) -> bool {
    address.split('@').next().is_some_and(|name| name.eq_ignore_ascii_case("mailer-daemon"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(head: &str) -> Option<String> {
        let mail = format!("{head}\r\nSubject: x\r\n\r\nx");
        let message = mail_parser::MessageParser::default().parse(mail.as_bytes()).unwrap();
        let from = message.from().and_then(|it| it.first()?.address.clone()).unwrap_or_default();
        sign(&message, &from)
    }

    #[test]
    fn programs_are_known_by_their_headers() {
        for (head, sign) in [
            ("Auto-Submitted: auto-replied", "Auto-Submitted"),
            ("Auto-Submitted: auto-generated; owner=x", "Auto-Submitted"),
            ("precedence: Bulk", "Precedence"),
            ("List-Unsubscribe: <mailto:x@a.example>", "List-Unsubscribe"),
            ("LIST-ID: <x.a.example>", "List-ID"),
            ("X-Auto-Response-Suppress: All", "X-Auto-Response-Suppress"),
            ("Return-Path: <>", "Return-Path"),
            ("From: MAILER-DAEMON@a.example", "From"),
            ("From: Shop <no-reply@a.example>", "From"),
            ("From: noreply+42@a.example", "From"),
        ] {
            assert_eq!(of(head).as_deref(), Some(sign), "{head}");
        }
    }

    #[test]
    fn people_are_not_taken_for_programs() {
        for head in [
            "From: Anna <anna@a.example>",
            "Auto-Submitted: no",
            "Return-Path: <anna@a.example>",
            "X-Auto-Response-Suppress: None",
            "Precedence: normal",
            "From: noreply.fan@a.example",
        ] {
            assert_eq!(of(head), None, "{head}");
        }
    }
}
