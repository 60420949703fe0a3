//! A server that answers lines by a script.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use parvis_channels::{
    Account, CapabilitySet, Channel, ChannelError, ChannelKind, Net, NetOptions, Outgoing, Secret,
    Visibility, channel,
};
use serde_json::json;

/// What a line that holds the first text is answered with; `TAG` stands for its first word, and the word
/// `HANG UP` ends the connection. A line that nothing fits is answered by silence. `.` is that line alone.
pub type Rule = (&'static str, &'static str);

/// A server, and what was said to it.
pub struct Fake {
    pub port: u16,
    log: Arc<Mutex<Vec<String>>>,
}

impl Fake {
    pub fn start(greeting: &'static str, rules: Vec<Rule>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let log = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&log);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (mut writer, heard, rules) = (stream.unwrap(), Arc::clone(&heard), rules.clone());
                std::thread::spawn(move || {
                    let reader = BufReader::new(writer.try_clone().unwrap());
                    if writer.write_all(greeting.as_bytes()).is_err() {
                        return;
                    }
                    for line in reader.lines() {
                        let Ok(line) = line else { return };
                        heard.lock().unwrap().push(line.clone());
                        let fits =
                            rules.iter().find(
                                |(words, _)| {
                                    if *words == "." { line == "." } else { line.contains(words) }
                                },
                            );
                        let answer = fits.map_or("", |(_, answer)| answer);
                        let tag = line.split(' ').next().unwrap_or_default();
                        let text = answer.replace("TAG", tag);
                        let words = text.split("HANG UP").next().unwrap_or_default();
                        if writer.write_all(words.as_bytes()).is_err() || words.len() < text.len() {
                            return;
                        }
                    }
                });
            }
        });
        Self { port, log }
    }

    pub fn heard(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }

    pub fn was_told(&self, words: &str) -> bool {
        self.heard().iter().any(|line| line.contains(words))
    }
}

/// What an ordinary IMAP server says; the mail answered stands in its inbox.
pub fn usual_imap() -> Vec<Rule> {
    vec![
        ("CAPABILITY", "* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR\r\nTAG OK done\r\n"),
        ("AUTHENTICATE", "TAG OK welcome\r\n"),
        ("EXAMINE", "* 1 EXISTS\r\n* OK [UIDVALIDITY 7] fine\r\nTAG OK [READ-ONLY] done\r\n"),
        ("UID SEARCH", "* SEARCH 1\r\nTAG OK done\r\n"),
        (
            "UID FETCH",
            "* 1 FETCH (UID 1 RFC822.SIZE 61 INTERNALDATE \"17-Jul-2026 02:44:25 +0000\" BODY[] {61}\r\n\
             From: anna@a.example\r\nMessage-ID: <1@a.example>\r\n\r\nHello!\r\n\r\n)\r\nTAG OK done\r\n",
        ),
        ("FETCH", "* 1 FETCH (UID 1)\r\nTAG OK done\r\n"),
        ("LIST", "* LIST () \"/\" INBOX\r\nTAG OK done\r\n"),
    ]
}

/// What an ordinary submission server says.
pub fn usual_smtp() -> Vec<Rule> {
    vec![
        ("EHLO", "250-fake\r\n250 AUTH PLAIN\r\n"),
        ("AUTH", "235 welcome\r\n"),
        ("MAIL FROM", "250 fine\r\n"),
        ("RCPT TO", "250 fine\r\n"),
        ("DATA", "354 go on\r\n"),
    ]
}

/// The script with other answers in front of it.
pub fn but(mut rules: Vec<Rule>, others: &[Rule]) -> Vec<Rule> {
    rules.splice(0..0, others.iter().copied());
    rules
}

pub fn account(imap: u16, smtp: u16, security: &str) -> (Net, Account) {
    let server = |port: u16| json!({ "host": "127.0.0.1", "port": port, "security": security });
    let settings = json!({
        "address": "brand@brand.example", "name": "", "imap": server(imap), "smtp": server(smtp),
        "sent": null, "size": null,
    });
    let account = Account {
        kind: ChannelKind::Mail,
        base_url: format!("imap://127.0.0.1:{imap}/").parse().unwrap(),
        handle: "brand@brand.example".into(),
        remote_id: "brand@brand.example".into(),
        secret: Secret::new(r#"{"user":"us\"er","password":"s3cr\\et"}"#),
        settings,
        capabilities: CapabilitySet::default(),
    };
    let allow = vec![format!("127.0.0.1:{imap}"), format!("127.0.0.1:{smtp}")];
    (Net::new(&NetOptions { allow, ..NetOptions::default() }).unwrap(), account)
}

pub fn mail() -> &'static dyn Channel {
    channel(ChannelKind::Mail)
}

pub fn reply() -> Outgoing {
    Outgoing { parent_id: Some("1@a.example".into()), ..Outgoing::new("key", "Hello", Visibility::Direct, 0) }
}

pub fn code<T: std::fmt::Debug>(result: Result<T, ChannelError>) -> &'static str {
    result.unwrap_err().code()
}
