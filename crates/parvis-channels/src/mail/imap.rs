//! The few words of IMAP that a mailbox needs (RFC 3501; IDLE RFC 2177, SASL-IR RFC 4959, special folders
//! RFC 6154). Data is read by `imap-proto`; the words by which a server ends a command are read here,
//! since their codes (RFC 5530) tell a wrong password from a server that is unwell.

#[cfg(test)]
mod fuzz;

use std::time::Duration;

use imap_proto::{AttributeValue, MailboxDatum, NameAttribute, Response};

use super::server::{Login, Protocol, Server};
use super::wire::{Opened, Wire, open};
use crate::html::one_line;
use crate::{ChannelError, Net};

/// Bytes of a line: the answer to a search has one line, however much is found.
const MAX_LINE: usize = 1024 * 1024;
/// Bytes of all that a server says to one command.
const MAX_ANSWER: usize = 64 * 1024 * 1024;
/// Servers end an IDLE after thirty minutes (RFC 2177); a dead connection is noticed by asking anew.
const IDLE: Duration = Duration::from_secs(300);

/// A folder of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Folder {
    /// As the server names it; handed back as it is.
    pub(super) name: String,
    pub(super) purpose: Purpose,
}

/// What a folder is for, as far as it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Sent,
    /// Kept mail: an archive, or all there is.
    Kept,
    /// Drafts, junk, bin: what stands there is nobody's business.
    Aside,
    Other,
}

/// A folder that was opened.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Opening {
    pub(super) count: u32,
    pub(super) validity: u32,
}

/// A mail on the server.
#[derive(Debug, Clone, Default)]
pub(super) struct Stored {
    pub(super) uid: u32,
    pub(super) size: u32,
    /// When it came in, µs.
    pub(super) arrived: Option<i64>,
    pub(super) bytes: Vec<u8>,
}

/// A connection that is signed in.
pub(super) struct Imap {
    wire: Wire,
    tag: u32,
    capabilities: Vec<String>,
}

/// How a server ended a command.
struct Verdict {
    word: Word,
    /// Its own words, on one line.
    text: String,
    /// The code in brackets, in capitals.
    code: String,
}

#[derive(Debug, PartialEq, Eq, Clone, Copy)]
enum Word {
    Ok,
    No,
    Bad,
}

impl Imap {
    /// Connects and signs in.
    pub(super) async fn open(net: &Net, server: &Server, login: &Login) -> Result<Self, ChannelError> {
        let wire = match open(net, server, Protocol::Imap).await? {
            Opened::Ready(mut wire) => {
                greeted(&wire.line(8192).await?)?;
                wire
            }
            Opened::Clear(mut clear) => {
                greeted(clear.line().await?.as_bytes())?;
                clear.say("s1 STARTTLS\r\n").await?;
                loop {
                    let line = clear.line().await?;
                    match line.strip_prefix("s1 ") {
                        Some(rest) if verdict(rest).word == Word::Ok => break clear.secure().await?,
                        Some(rest) => return Err(refused(&verdict(rest))),
                        None => {}
                    }
                }
            }
        };
        let mut imap = Self { wire, tag: 0, capabilities: Vec::new() };
        imap.learn().await?;
        imap.sign_in(login).await.map_err(|error| login.hush(error))?;
        imap.learn().await?;
        Ok(imap)
    }

    /// Whether the server has something beyond the basics.
    pub(super) fn has(&self, capability: &str) -> bool {
        self.capabilities.iter().any(|it| it == capability)
    }

    async fn learn(&mut self) -> Result<(), ChannelError> {
        let mut found = Vec::new();
        for line in self.command("CAPABILITY").await? {
            let text = String::from_utf8_lossy(&line).to_ascii_uppercase();
            if let Some(words) = text.strip_prefix("* CAPABILITY ") {
                found.extend(words.split_whitespace().map(str::to_owned));
            }
        }
        self.capabilities = found;
        Ok(())
    }

    async fn sign_in(&mut self, login: &Login) -> Result<(), ChannelError> {
        let verdict = if self.has("AUTH=PLAIN") {
            let proof = login.plain();
            if self.has("SASL-IR") {
                self.ask(&format!("AUTHENTICATE PLAIN {proof}"), None).await?.1
            } else {
                self.ask("AUTHENTICATE PLAIN", Some(format!("{proof}\r\n").as_bytes())).await?.1
            }
        } else if self.has("LOGINDISABLED") {
            let message = "the server takes no password on this connection".to_owned();
            return Err(ChannelError::Refused { status: 0, message });
        } else {
            self.ask(&format!("LOGIN {} {}", quoted(&login.user), quoted(&login.password)), None).await?.1
        };
        match (verdict.word, verdict.code.as_str()) {
            (Word::Ok, _) => Ok(()),
            (Word::No, "UNAVAILABLE" | "INUSE" | "SERVERBUG" | "LIMIT" | "CONTACTADMIN") => {
                Err(ChannelError::Unreachable { message: verdict.text })
            }
            _ => Err(ChannelError::Unauthorized { message: verdict.text }),
        }
    }

    /// Every folder that can be opened.
    pub(super) async fn folders(&mut self) -> Result<Vec<Folder>, ChannelError> {
        let mut folders = Vec::new();
        for answer in self.command("LIST \"\" \"*\"").await? {
            let Some(Response::MailboxData(MailboxDatum::List(found))) = data(&answer) else { continue };
            if found.name_attributes.contains(&NameAttribute::NoSelect) {
                continue;
            }
            folders.push(Folder { purpose: purpose(&found.name_attributes), name: found.name.into_owned() });
        }
        Ok(folders)
    }

    /// Opens a folder for reading only: nothing is marked as seen.
    pub(super) async fn examine(&mut self, folder: &str) -> Result<Opening, ChannelError> {
        let mut opening = Opening::default();
        for line in self.command(&format!("EXAMINE {}", quoted(folder))).await? {
            let text = String::from_utf8_lossy(&line).to_ascii_uppercase();
            if let Some(count) = text.strip_prefix("* ").and_then(|it| it.strip_suffix(" EXISTS\r\n")) {
                opening.count = count.parse().unwrap_or(0);
            } else if let Some((_, rest)) = text.split_once("[UIDVALIDITY ") {
                opening.validity = rest.split(']').next().and_then(|it| it.parse().ok()).unwrap_or(0);
            }
        }
        Ok(opening)
    }

    /// The UIDs of what fits, ascending.
    pub(super) async fn search(&mut self, what: &str) -> Result<Vec<u32>, ChannelError> {
        let mut found = Vec::new();
        for answer in self.command(&format!("UID SEARCH {what}")).await? {
            if let Some(Response::MailboxData(MailboxDatum::Search(uids))) = data(&answer) {
                found.extend(uids);
            }
        }
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    /// The UIDs of the mails with this Message-ID (others may hold it as a part of theirs).
    pub(super) async fn search_id(&mut self, id: &str) -> Result<Vec<u32>, ChannelError> {
        self.search(&format!("HEADER Message-ID {}", quoted(id))).await
    }

    /// The UIDs of the mails that follow the one with this Message-ID.
    pub(super) async fn search_below(&mut self, id: &str) -> Result<Vec<u32>, ChannelError> {
        let id = quoted(id);
        self.search(&format!("OR HEADER References {id} HEADER In-Reply-To {id}")).await
    }

    /// Looks at mails: `set` is a set of sequence numbers, or with `by_uid` of UIDs.
    pub(super) async fn fetch(
        &mut self,
        set: &str,
        by_uid: bool,
        what: &str,
    ) -> Result<Vec<Stored>, ChannelError> {
        let verb = if by_uid { "UID FETCH" } else { "FETCH" };
        let mut found = Vec::new();
        for answer in self.command(&format!("{verb} {set} ({what})")).await? {
            match data(&answer) {
                Some(Response::Fetch(_, attributes)) => found.extend(stored(attributes)),
                None if is_fetch(&answer) => {
                    return Err(ChannelError::Malformed { message: "a mail that can't be read".to_owned() });
                }
                _ => {}
            }
        }
        found.sort_by_key(|it| it.uid);
        Ok(found)
    }

    /// Puts a mail into a folder, as one that was read.
    pub(super) async fn append(&mut self, folder: &str, mail: &[u8]) -> Result<(), ChannelError> {
        let mut rest = mail.to_vec();
        rest.extend_from_slice(b"\r\n");
        let words = format!("APPEND {} (\\Seen) {{{}}}", quoted(folder), mail.len());
        let (_, verdict) = self.ask(&words, Some(&rest)).await?;
        if verdict.word == Word::Ok { Ok(()) } else { Err(refused(&verdict)) }
    }

    /// Waits for something new in the open folder. False when it was time to ask anew.
    pub(super) async fn idle(&mut self) -> Result<bool, ChannelError> {
        let tag = self.next_tag();
        self.wire.say(format!("{tag} IDLE\r\n").as_bytes()).await?;
        let mut began = false;
        let news = async {
            loop {
                self.wire.patience(began.then_some(IDLE * 2));
                let line = self.wire.line(MAX_LINE).await?;
                let text = String::from_utf8_lossy(&line).to_ascii_uppercase();
                if text.starts_with('+') {
                    began = true;
                } else if text.ends_with(" EXISTS") {
                    return Ok(());
                } else if let Some(rest) = text.strip_prefix(&tag.to_ascii_uppercase()) {
                    return Err(refused(&verdict(rest.trim_start())));
                } else if text.starts_with("* BYE") {
                    return Err(away(&line));
                }
            }
        };
        let news = match tokio::time::timeout(IDLE, news).await {
            Ok(news) => news.map(|()| true)?,
            Err(_) => false,
        };
        self.wire.patience(None);
        self.wire.say(b"DONE\r\n").await?;
        loop {
            let line = self.wire.line(MAX_LINE).await?;
            if line.starts_with(tag.as_bytes()) {
                return Ok(news);
            }
        }
    }

    fn next_tag(&mut self) -> String {
        self.tag += 1;
        format!("p{}", self.tag)
    }

    /// A command that has to succeed; what the server said to it.
    async fn command(&mut self, words: &str) -> Result<Vec<Vec<u8>>, ChannelError> {
        let (said, verdict) = self.ask(words, None).await?;
        if verdict.word == Word::Ok { Ok(said) } else { Err(refused(&verdict)) }
    }

    /// Says a command, and `more` when the server asks for it; gives what it said and how it ended.
    async fn ask(
        &mut self,
        words: &str,
        mut more: Option<&[u8]>,
    ) -> Result<(Vec<Vec<u8>>, Verdict), ChannelError> {
        let tag = format!("{} ", self.next_tag());
        self.wire.say(format!("{tag}{words}\r\n").as_bytes()).await?;
        let (mut said, mut size) = (Vec::new(), 0);
        loop {
            let answer = self.answer(MAX_ANSWER - size).await?;
            size += answer.len();
            if let Some(rest) = answer.strip_prefix(tag.as_bytes()) {
                return Ok((said, verdict(&String::from_utf8_lossy(rest))));
            }
            if answer.starts_with(b"+") {
                // Asked for more than there is: an empty line cancels (and ends a failed exchange).
                self.wire.say(more.take().unwrap_or(b"\r\n")).await?;
            } else if answer.get(..5).is_some_and(|start| start.eq_ignore_ascii_case(b"* BYE")) {
                return Err(away(&answer));
            } else {
                said.push(answer);
            }
        }
    }

    /// One piece of what the server says: a line with the literals that it announces (RFC 3501, 4.3).
    async fn answer(&mut self, left: usize) -> Result<Vec<u8>, ChannelError> {
        let mut whole = Vec::new();
        loop {
            let line = self.wire.line(MAX_LINE).await?;
            let literal = literal(&line);
            whole.extend_from_slice(&line);
            whole.extend_from_slice(b"\r\n");
            let more = literal.unwrap_or(0);
            if whole.len().saturating_add(more) > left {
                return Err(ChannelError::Malformed { message: "an answer that doesn't end".to_owned() });
            }
            let Some(count) = literal else { return Ok(whole) };
            whole.extend(self.wire.exactly(count).await?);
        }
    }
}

fn greeted(line: &[u8]) -> Result<(), ChannelError> {
    let text = String::from_utf8_lossy(line);
    let Some(rest) = text.strip_prefix("* ") else {
        return Err(ChannelError::Malformed { message: "not an IMAP server".to_owned() });
    };
    if rest.get(..2).is_some_and(|word| word.eq_ignore_ascii_case("OK")) { Ok(()) } else { Err(away(line)) }
}

/// `OK [CODE more] text`.
fn verdict(text: &str) -> Verdict {
    let text = one_line(text, 1_000);
    let (word, rest) = text.split_once(' ').unwrap_or((&text, ""));
    let word = match word.to_ascii_uppercase().as_str() {
        "OK" => Word::Ok,
        "NO" => Word::No,
        _ => Word::Bad,
    };
    let code = rest.strip_prefix('[').and_then(|it| it.split([']', ' ']).next()).unwrap_or_default();
    Verdict { word, code: code.to_ascii_uppercase(), text: rest.to_owned() }
}

/// The server understood, and won't; or it is unwell.
fn refused(verdict: &Verdict) -> ChannelError {
    let message = verdict.text.clone();
    match verdict.code.as_str() {
        "UNAVAILABLE" | "INUSE" | "SERVERBUG" | "LIMIT" | "CONTACTADMIN" => {
            ChannelError::Unreachable { message }
        }
        "AUTHENTICATIONFAILED" | "AUTHORIZATIONFAILED" | "EXPIRED" => ChannelError::Unauthorized { message },
        _ => ChannelError::Refused { status: 0, message },
    }
}

fn away(line: &[u8]) -> ChannelError {
    ChannelError::Unreachable { message: one_line(&String::from_utf8_lossy(line), 200) }
}

/// Bytes that follow the line: it ends in `{123}`.
fn literal(line: &[u8]) -> Option<usize> {
    let inner = line.strip_suffix(b"}")?;
    let start = inner.iter().rposition(|byte| *byte == b'{')?;
    std::str::from_utf8(inner.get(start + 1..)?).ok()?.parse().ok()
}

/// What an answer holds. How the server says that it is well isn't data, and `imap-proto` isn't asked to read it: at a code that
/// a character beyond ASCII follows at once (`* OK [ALERT]é`) it panics.
fn data(answer: &[u8]) -> Option<Response<'_>> {
    let word = answer.strip_prefix(b"* ")?.split(|byte| !byte.is_ascii_alphabetic()).next()?;
    let is_status =
        ["OK", "NO", "BAD", "BYE", "PREAUTH"].iter().any(|it| word.eq_ignore_ascii_case(it.as_bytes()));
    if is_status {
        return None;
    }
    Response::parse(answer).ok().map(|(_, it)| it)
}

fn is_fetch(answer: &[u8]) -> bool {
    let start = String::from_utf8_lossy(answer.get(..30).unwrap_or(answer)).to_ascii_uppercase();
    start.split(' ').nth(2).is_some_and(|word| word.starts_with("FETCH"))
}

fn purpose(attributes: &[NameAttribute<'_>]) -> Purpose {
    let mut purpose = Purpose::Other;
    for attribute in attributes {
        purpose = match attribute {
            NameAttribute::Sent => Purpose::Sent,
            NameAttribute::All | NameAttribute::Archive => Purpose::Kept,
            NameAttribute::Drafts | NameAttribute::Junk | NameAttribute::Trash => Purpose::Aside,
            _ => continue,
        };
    }
    purpose
}

fn stored(attributes: Vec<AttributeValue<'_>>) -> Option<Stored> {
    let mut it = Stored::default();
    for attribute in attributes {
        match attribute {
            AttributeValue::Uid(uid) => it.uid = uid,
            AttributeValue::Rfc822Size(size) => it.size = size,
            AttributeValue::InternalDate(date) => it.arrived = internal_date(&date),
            AttributeValue::BodySection { data: Some(data), .. } => it.bytes = data.into_owned(),
            _ => {}
        }
    }
    // Without a UID it is news of another mail's flags.
    (it.uid != 0).then_some(it)
}

/// `17-Jul-1996 02:44:25 -0700`, µs.
fn internal_date(text: &str) -> Option<i64> {
    let time = jiff::fmt::strtime::parse("%d-%b-%Y %H:%M:%S %z", text.trim()).ok()?;
    Some(time.to_timestamp().ok()?.as_microsecond())
}

/// A quoted string. What can't stand in one (line ends, NUL) is left out.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars().filter(|c| !matches!(c, '\r' | '\n' | '\0')) {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_quoted_word_cannot_end_its_command() {
        assert_eq!(quoted("a\"b\\c\r\nA1 LOGOUT"), "\"a\\\"b\\\\cA1 LOGOUT\"");
    }

    #[test]
    fn a_verdict_tells_a_wrong_password_from_an_unwell_server() {
        let of = |text: &str| {
            let it = verdict(text);
            (it.word, it.code, it.text)
        };
        let (word, code, _) = of("NO [AUTHENTICATIONFAILED] Authentication failed.");
        assert_eq!((word, code.as_str()), (Word::No, "AUTHENTICATIONFAILED"));
        assert_eq!(of("ok é").0, Word::Ok);
        assert_eq!(of("OK [ALERT]é").1, "ALERT");
        assert_eq!(of("").0, Word::Bad);
        assert_eq!(refused(&verdict("NO [UNAVAILABLE] later")).code(), "unreachable");
    }

    #[test]
    fn dates_of_the_server_are_read() {
        assert_eq!(internal_date("17-Jul-1996 02:44:25 -0700"), Some(837_596_665_000_000));
        assert_eq!(internal_date(" 1-Feb-2026 00:00:00 +0000"), Some(1_769_904_000_000_000));
        assert_eq!(internal_date("yesterday"), None);
    }

    #[test]
    fn a_mail_is_taken_out_of_what_the_server_says() {
        let wire = b"* 1 FETCH (FLAGS (\\Seen) UID 7 RFC822.SIZE 5 INTERNALDATE \
                     \"17-Jul-1996 02:44:25 -0700\" BODY[] {5}\r\na\r\n\x00b)\r\n";
        let Some(Response::Fetch(_, attributes)) = data(wire) else { panic!("not read") };
        let it = stored(attributes).unwrap();
        assert_eq!((it.uid, it.size, it.bytes.as_slice()), (7, 5, &b"a\r\n\0b"[..]));
        assert!(is_fetch(wire) && !is_fetch(b"* OK [FETCH]\r\n"));
        assert_eq!(literal(b"* 1 FETCH (BODY[] {5}"), Some(5));
        assert_eq!(literal(b"* 1 FETCH (BODY[] {-5}"), None);
        assert!(data("* OK [ALERT]é\r\n".as_bytes()).is_none());
    }

    proptest! {
        #[test]
        fn any_words_of_a_server_can_be_read(text in "\\PC{0,60}", bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            verdict(&text);
            literal(&bytes);
            is_fetch(&bytes);
            internal_date(&text);
        }
    }
}
