//! Handing a mail in (RFC 5321, 6409; AUTH RFC 4954). What matters most here is where it failed: before the
//! mail's last line nothing was taken; after it, an answer that doesn't come leaves its fate unknown.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::server::{Login, Protocol, Server};
use super::wire::{Clear, Opened, Wire, open};
use crate::html::one_line;
use crate::{ChannelError, Net};

/// How we present ourselves. Submission servers know us by our login.
const HELLO: &str = "EHLO [127.0.0.1]";
/// Lines of one answer.
const MAX_LINES: usize = 200;
/// For the whole of a mail up to its last line.
const BEFORE: Duration = Duration::from_secs(40);
/// For the word whether it was taken: the server may look into the mail first.
const LAST_WORD: Duration = Duration::from_secs(45);

/// A connection that is signed in.
pub(super) struct Smtp {
    wire: Wire,
    offers: Offers,
}

/// What a server said it can do.
#[derive(Debug, Default)]
struct Offers(Vec<String>);

impl Offers {
    fn of(answer: &Answer) -> Self {
        Self(answer.lines.iter().skip(1).map(|line| line.to_ascii_uppercase()).collect())
    }

    fn has(&self, word: &str) -> bool {
        self.0.iter().any(|line| line.split([' ', '=']).next() == Some(word))
    }

    /// The ways to sign in; `AUTH=` is an old spelling.
    fn auth(&self, way: &str) -> bool {
        self.0.iter().any(|line| {
            let ways = line.strip_prefix("AUTH ").or_else(|| line.strip_prefix("AUTH="));
            ways.is_some_and(|ways| ways.split_whitespace().any(|it| it == way))
        })
    }

    fn size(&self) -> Option<u64> {
        let size = self.0.iter().find_map(|line| line.strip_prefix("SIZE "))?.trim().parse().ok()?;
        (size > 0).then_some(size)
    }
}

/// What a server said.
#[derive(Debug)]
struct Answer {
    code: u16,
    lines: Vec<String>,
}

impl Answer {
    fn words(&self) -> String {
        one_line(&format!("{} {}", self.code, self.lines.join(" ")), 300)
    }

    /// The failure that it means. 4xx: not now (RFC 5321, 4.2.1), so the same may be tried again.
    fn error(&self) -> ChannelError {
        let message = self.words();
        match self.code {
            530 | 534 | 535 | 538 => ChannelError::Unauthorized { message },
            400..500 => ChannelError::Unreachable { message },
            status @ 500..600 => ChannelError::Refused { status, message },
            _ => ChannelError::Malformed { message },
        }
    }

    /// The answer, when it is of this kind: 2 for done, 3 for "go on".
    fn expect(self, kind: u16) -> Result<Self, ChannelError> {
        if self.code / 100 == kind { Ok(self) } else { Err(self.error()) }
    }
}

impl Smtp {
    /// Connects and signs in.
    pub(super) async fn open(net: &Net, server: &Server, login: &Login) -> Result<Self, ChannelError> {
        let wire = match open(net, server, Protocol::Smtp).await? {
            Opened::Ready(mut wire) => {
                answer(&mut wire).await?.expect(2)?;
                wire
            }
            Opened::Clear(clear) => secure(clear).await?,
        };
        let mut smtp = Self { wire, offers: Offers::default() };
        smtp.offers = Offers::of(&smtp.ask(HELLO).await?.expect(2)?);
        smtp.sign_in(login).await.map_err(|error| login.hush(error))?;
        Ok(smtp)
    }

    /// Largest mail taken, in bytes.
    pub(super) fn size(&self) -> Option<u64> {
        self.offers.size()
    }

    /// A server that offers no way to sign in takes mail by where it comes from.
    async fn sign_in(&mut self, login: &Login) -> Result<(), ChannelError> {
        if self.offers.auth("PLAIN") {
            self.ask(&format!("AUTH PLAIN {}", login.plain())).await?.expect(2)?;
        } else if self.offers.auth("LOGIN") {
            self.ask("AUTH LOGIN").await?.expect(3)?;
            self.ask(&STANDARD.encode(&login.user)).await?.expect(3)?;
            self.ask(&STANDARD.encode(&login.password)).await?.expect(2)?;
        } else if self.offers.has("AUTH") {
            let message = "the server offers no way to sign in that Parvis knows".to_owned();
            return Err(ChannelError::Refused { status: 504, message });
        }
        Ok(())
    }

    /// Hands a mail in for one recipient; the server's last words.
    pub(super) async fn deliver(mut self, from: &str, to: &str, mail: &[u8]) -> Result<String, ChannelError> {
        let offered = tokio::time::timeout(BEFORE, self.offer(from, to, mail)).await;
        let late = || ChannelError::Unreachable { message: "the mail wasn't taken in time".to_owned() };
        offered.unwrap_or_else(|_| Err(late()))?;
        // From here on the server may have taken it, whatever we hear.
        let unknown = |error: ChannelError| ChannelError::Unknown { message: error.to_string() };
        self.wire.patience(Some(LAST_WORD));
        self.wire.say(b".\r\n").await.map_err(unknown)?;
        let last = answer(&mut self.wire).await.map_err(unknown)?;
        match last.code {
            200..300 => Ok(last.words()),
            400..600 => Err(last.error()),
            _ => Err(ChannelError::Unknown { message: last.words() }),
        }
    }

    /// All of a mail but the line that ends it: a server that doesn't get that one may take nothing.
    async fn offer(&mut self, from: &str, to: &str, mail: &[u8]) -> Result<(), ChannelError> {
        let wide = !(from.is_ascii() && to.is_ascii());
        if wide && !self.offers.has("SMTPUTF8") {
            let message = "the server takes no address with other letters than ASCII".to_owned();
            return Err(ChannelError::Refused { status: 553, message });
        }
        let wide = if wide { " SMTPUTF8" } else { "" };
        let size = self.offers.size().map_or(String::new(), |_| format!(" SIZE={}", mail.len()));
        self.ask(&format!("MAIL FROM:<{from}>{size}{wide}")).await?.expect(2)?;
        self.ask(&format!("RCPT TO:<{to}>")).await?.expect(2)?;
        self.ask("DATA").await?.expect(3)?;
        self.wire.say(&stuffed(mail)).await
    }

    async fn ask(&mut self, words: &str) -> Result<Answer, ChannelError> {
        self.wire.say(format!("{words}\r\n").as_bytes()).await?;
        answer(&mut self.wire).await
    }
}

/// The few words before TLS.
async fn secure(mut clear: Clear<'_>) -> Result<Wire, ChannelError> {
    let heard = async |clear: &mut Clear<'_>| {
        let mut lines = Vec::new();
        loop {
            let line = clear.line().await?;
            if let Some(answer) = gather(&mut lines, &line)? {
                return Ok::<Answer, ChannelError>(answer);
            }
        }
    };
    heard(&mut clear).await?.expect(2)?;
    clear.say(&format!("{HELLO}\r\n")).await?;
    if !Offers::of(&heard(&mut clear).await?.expect(2)?).has("STARTTLS") {
        let message = "the server offers no encryption".to_owned();
        return Err(ChannelError::Refused { status: 0, message });
    }
    clear.say("STARTTLS\r\n").await?;
    heard(&mut clear).await?.expect(2)?;
    clear.secure().await
}

async fn answer(wire: &mut Wire) -> Result<Answer, ChannelError> {
    let mut lines = Vec::new();
    loop {
        let line = wire.line(8192).await?;
        if let Some(answer) = gather(&mut lines, &String::from_utf8_lossy(&line))? {
            return Ok(answer);
        }
    }
}

/// Adds a line; the answer when it was the last one: `250-more`, `250 last`.
fn gather(lines: &mut Vec<String>, line: &str) -> Result<Option<Answer>, ChannelError> {
    let wrong = || ChannelError::Malformed { message: "not an SMTP server".to_owned() };
    let code: u16 = line.get(..3).and_then(|it| it.parse().ok()).ok_or_else(wrong)?;
    if !(200..600).contains(&code) || lines.len() >= MAX_LINES {
        return Err(wrong());
    }
    lines.push(line.get(4..).unwrap_or_default().to_owned());
    let last = line.as_bytes().get(3) != Some(&b'-');
    Ok(last.then(|| Answer { code, lines: std::mem::take(lines) }))
}

/// The mail as it goes over the line: every line ended by CR LF, a dot at the start of one doubled (RFC
/// 5321, 4.5.2).
fn stuffed(mail: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(mail.len() + 128);
    let text = mail.strip_suffix(b"\n").unwrap_or(mail);
    for line in text.split(|byte| *byte == b'\n') {
        // A lone CR ends a line for some servers, which would then see where ours ends: none is left.
        let mut line = line.iter().copied().filter(|byte| *byte != b'\r').peekable();
        if line.peek() == Some(&b'.') {
            out.push(b'.');
        }
        out.extend(line);
        out.extend_from_slice(b"\r\n");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_dot_alone_does_not_end_the_mail() {
        assert_eq!(stuffed(b"a\r\n.\r\n..b\nc"), b"a\r\n..\r\n...b\r\nc\r\n");
    }

    #[test]
    fn an_answer_may_have_many_lines() {
        let mut lines = Vec::new();
        assert!(gather(&mut lines, "250-mail.example").unwrap().is_none());
        assert!(gather(&mut lines, "250-AUTH LOGIN PLAIN").unwrap().is_none());
        let answer = gather(&mut lines, "250 SIZE 1000").unwrap().unwrap();
        let offers = Offers::of(&answer);
        assert!(offers.auth("PLAIN") && offers.has("AUTH") && !offers.has("STARTTLS"));
        assert_eq!(offers.size(), Some(1000));
        for wrong in ["", "2", "HTTP/1.1 400", "25", "é50 x"] {
            assert!(gather(&mut Vec::new(), wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_code_says_what_can_be_done() {
        let error = |code| Answer { code, lines: vec!["x".into()] }.error().code();
        assert_eq!(error(535), "unauthorized");
        assert_eq!(error(451), "unreachable");
        assert_eq!(error(550), "refused");
        assert_eq!(error(354), "malformed");
    }

    proptest! {
        #[test]
        fn no_mail_ends_before_its_end(mail in prop::collection::vec(prop::sample::select(b".\r\na".to_vec()), 0..40)) {
            let out = stuffed(&mail);
            prop_assert!(!out.windows(5).any(|it| it == b"\r\n.\r\n") && !out.starts_with(b".\r\n"));
            prop_assert!(out.ends_with(b"\r\n"));
        }
    }
}
